//! The charts of the Sweep screen as descriptions.

use super::state::{BoundAxis, Sweep};
use crate::chart::{Axis, Chart, HeatMap, Hue, Lines, Point, Scale, Series, Stroke, short_number};
use crate::expected::CellFigures;
use crate::metric::Metric;
use crate::purchases::Measure;
use crate::tui::desk::Desk;
use crate::tui::series::{
    epsilon_axis, expected_series, ranking_series, simulated_series, unit_scale, warning,
};

/// The name of the bound that the map varies.
pub fn axis_name(sweep: &Sweep) -> &'static str {
    match sweep.axis {
        BoundAxis::L0 => "l0",
        BoundAxis::Linf => "linf",
    }
}

/// The figures of the sweep so far, row by row; `None` before the closed forms are there.
fn sweep_figures(sweep: &Sweep) -> Option<&[CellFigures]> {
    sweep.map.as_ref()?.snapshot.as_ref().map(|snapshot| snapshot.figures.as_slice())
}

/// The figures of one row of the map with their ε.
pub fn row_figures(sweep: &Sweep, row: usize) -> Vec<(f64, CellFigures)> {
    let (Some(map), Some(figures)) = (&sweep.map, sweep_figures(sweep)) else {
        return Vec::new();
    };
    let columns = map.epsilons.len();
    map.epsilons
        .iter()
        .copied()
        .zip(figures.iter().skip(row * columns).take(columns).copied())
        .collect()
}

/// The best row of each column for a metric.
pub fn best_rows(sweep: &Sweep, metric: Metric) -> Vec<Option<usize>> {
    let (Some(map), Some(figures)) = (&sweep.map, sweep_figures(sweep)) else {
        return Vec::new();
    };
    let columns = map.epsilons.len();
    let sign = if metric.low_is_good() { 1.0 } else { -1.0 };
    (0..columns)
        .map(|column| {
            let value = |row: usize| {
                figures[row * columns + column][metric].best().map(|v| magnitude(metric, v))
            };
            (0..map.steps.len())
                .filter_map(|row| Some((row, sign * value(row)?)))
                .min_by(|a, b| a.1.total_cmp(&b.1))
                .map(|(row, _)| row)
        })
        .collect()
}

/// Bias counts by its size, whatever its sign.
fn magnitude(metric: Metric, value: f64) -> f64 {
    if metric == Metric::Bias { value.abs() } else { value }
}

/// The ε × bound map.
pub fn map(sweep: &Sweep, desk: &Desk) -> Option<Chart> {
    let map = sweep.map.as_ref()?;
    let metric = sweep.metric;
    let columns = map.epsilons.len();
    let values = match sweep_figures(sweep) {
        Some(figures) => figures
            .chunks(columns)
            .map(|row| row.iter().map(|f| f[metric].best().map(|v| magnitude(metric, v))).collect())
            .collect(),
        None => vec![vec![None; columns]; map.steps.len()],
    };
    let other = match sweep.axis {
        BoundAxis::L0 if desk.knobs.question.measure == Measure::Buyers => String::new(),
        BoundAxis::L0 => format!(" · linf {}", short_number(desk.knobs.linf as f64)),
        BoundAxis::Linf => format!(" · l0 {}", short_number(desk.knobs.l0 as f64)),
    };
    let trials = match &map.snapshot {
        Some(s) if s.trials_done > 0 => format!(" · {} of {} trials", s.trials_done, s.trials),
        _ => " · closed form".to_owned(),
    };
    Some(Chart::HeatMap(HeatMap {
        title: metric.name_at(desk.k()),
        subtitle: format!(
            "by ε and {}{other} · {}{trials}",
            axis_name(sweep),
            desk.knobs.mechanism
        ),
        x_label: "ε".to_owned(),
        y_label: axis_name(sweep).to_owned(),
        columns: map.epsilons.iter().map(|&e| short_number((e * 1e3).round() / 1e3)).collect(),
        rows: map.steps.iter().map(|&step| short_number(step as f64)).collect(),
        values,
        words: Vec::new(),
        low_is_good: metric.low_is_good(),
        log_colours: metric.log_scale(),
        best: best_rows(sweep, metric),
        cursor: Some(sweep.cursor),
        limit: sweep.limit.filter(|(of, _)| *of == metric).map(|(_, limit)| limit),
        warning: warning(desk),
    }))
}

/// The chosen figure over ε at the cursor's bound.
pub fn curve(sweep: &Sweep, desk: &Desk) -> Option<Chart> {
    if sweep.metric.is_ranking() {
        return ranking_curve(sweep, desk);
    }
    error_curve(sweep, desk, sweep.metric)
}

/// The other side: ranking beside an error figure, RMSE beside a ranking figure.
pub fn second_curve(sweep: &Sweep, desk: &Desk) -> Option<Chart> {
    if sweep.metric.is_ranking() {
        return error_curve(sweep, desk, Metric::Rmse);
    }
    ranking_curve(sweep, desk)
}

fn bounds_text(sweep: &Sweep) -> Option<String> {
    let map = sweep.map.as_ref()?;
    Some(format!("{} {}", axis_name(sweep), short_number(*map.steps.get(sweep.cursor.0)? as f64)))
}

fn error_curve(sweep: &Sweep, desk: &Desk, metric: Metric) -> Option<Chart> {
    let map = sweep.map.as_ref()?;
    let curve: Vec<(f64, CellFigures)> = row_figures(sweep, sweep.cursor.0)
        .into_iter()
        .map(|(e, figures)| {
            (e, if metric == Metric::Bias { absolute_bias(figures) } else { figures })
        })
        .collect();
    let mut series = Vec::new();
    let mut subtitle = bounds_text(sweep)?;
    if metric == Metric::Rmse {
        subtitle += " · bias and noise apart";
        let part = |value: fn(f64, f64) -> f64| -> Vec<Point> {
            curve
                .iter()
                .filter_map(|(x, f)| {
                    Some(Point {
                        x: *x,
                        y: value(f[Metric::Rmse].expected?, f[Metric::Variance].expected?),
                    })
                })
                .collect()
        };
        let line = |name: &str, hue, points| Series {
            name: name.to_owned(),
            hue,
            stroke: Stroke::Dashed,
            points,
            band: Vec::new(),
        };
        series.push(line(
            "clipping",
            Hue::Orange,
            part(|rmse, variance| (rmse * rmse - variance).max(0.0).sqrt()),
        ));
        series.push(line("noise", Hue::Purple, part(|_, variance| variance.sqrt())));
    }
    // What is drawn last lies on top.
    series.push(expected_series(&curve, metric));
    series.push(simulated_series(&curve, metric, "simulated".to_owned(), Hue::Sky));
    let values: Vec<f64> = series.iter().flat_map(|s| s.points.iter().map(|p| p.y)).collect();
    let y = if metric.log_scale() {
        Scale::log_for(values.into_iter())
    } else {
        Scale::linear_for(values.into_iter(), true)
    };
    Some(Chart::Lines(Lines {
        title: format!("{} over ε", if metric == Metric::Bias { "|bias|" } else { metric.name() }),
        subtitle,
        x: epsilon_axis(map.epsilons.first().copied(), map.epsilons.last().copied()),
        y: Axis { label: metric.name().to_owned(), scale: y },
        series,
        rules: vec![(*map.epsilons.get(sweep.cursor.1)?, "cursor".to_owned())],
        warning: warning(desk),
    }))
}

fn absolute_bias(mut figures: CellFigures) -> CellFigures {
    let bias = &mut figures.raw[Metric::Bias];
    bias.expected = bias.expected.map(f64::abs);
    bias.simulated = bias.simulated.map(f64::abs);
    figures
}

fn ranking_curve(sweep: &Sweep, desk: &Desk) -> Option<Chart> {
    let map = sweep.map.as_ref()?;
    let curve = row_figures(sweep, sweep.cursor.0);
    let mut series = ranking_series(desk, &curve);
    if sweep.metric == Metric::Top1Flip {
        series.push(simulated_series(
            &curve,
            Metric::Top1Flip,
            "top-1 flip".to_owned(),
            Hue::Vermilion,
        ));
    }
    Some(Chart::Lines(Lines {
        title: "ranking over ε".to_owned(),
        subtitle: bounds_text(sweep)?,
        x: epsilon_axis(map.epsilons.first().copied(), map.epsilons.last().copied()),
        y: Axis { label: "agreement".to_owned(), scale: unit_scale(&series) },
        series,
        rules: vec![(*map.epsilons.get(sweep.cursor.1)?, "cursor".to_owned())],
        warning: warning(desk),
    }))
}
