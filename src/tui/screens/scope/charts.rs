//! The charts of the Scope screen as descriptions.

use super::state::Scope;
use crate::chart::{
    Axis, Chart, DotPlot, Hue, Lines, Point, Scale, Series, Stretch, Stroke, next_round,
    short_error, short_number,
};
use crate::expected::CellFigures;
use crate::metric::{Band, Metric};
use crate::privacy::Noise;
use crate::rehearsal::session::Ask;
use crate::tui::desk::Desk;
use crate::tui::series::{epsilon_axis, grey_line, ranking_series, unit_scale, warning, written};

/// Error of the mean of the asked answers against their number.
pub fn error(scope: &Scope, desk: &Desk) -> Option<Chart> {
    let setting = desk.setting.as_ref()?;
    let asks = desk.session.asks();
    let (rmse, variance) =
        (setting.expected[Metric::Rmse].expected?, setting.expected[Metric::Variance].expected?);
    let bias_square = (rmse * rmse - variance).max(0.0);
    let fits = desk.next_fits();
    let end = asks.len() as u64 + fits.unwrap_or(0);
    let most = end.clamp(10, 60).max(asks.len() as u64) as f64;
    let expected: Vec<Point> = (0..=48)
        .map(|i| 1.0 + f64::from(i) / 48.0 * (most - 1.0))
        .map(|m| Point { x: m, y: (bias_square + variance / m).sqrt() })
        .collect();
    let numbered = |value: fn(&Ask) -> f64| -> Vec<Point> {
        asks.iter().enumerate().map(|(i, ask)| Point { x: (i + 1) as f64, y: value(ask) }).collect()
    };
    let clipping = bias_square.sqrt();
    let mut series = vec![grey_line("expected", expected.clone())];
    if clipping > 0.0 {
        series.push(Series {
            name: "clipping".to_owned(),
            hue: Hue::Purple,
            stroke: Stroke::Dashed,
            points: vec![Point { x: 1.0, y: clipping }, Point { x: most, y: clipping }],
            band: Vec::new(),
        });
    }
    if !asks.is_empty() {
        series.push(Series {
            name: "each".to_owned(),
            hue: Hue::Sky,
            stroke: Stroke::Dots,
            points: numbered(|ask| ask.rmse),
            band: Vec::new(),
        });
        series.push(Series {
            name: "their mean".to_owned(),
            hue: Hue::Orange,
            stroke: Stroke::Solid,
            points: numbered(|ask| ask.mean_rmse),
            band: Vec::new(),
        });
    }
    let values = || series.iter().flat_map(|s| s.points.iter().map(|p| p.y));
    // Room above the lines, so that none lies on the edge, up to a number that the axis shows.
    let above = next_round(1.15 * values().fold(0.0, f64::max));
    let y = Scale::linear_for(values().chain([above]), true);
    let subtitle = match asks.last() {
        Some(last) => format!(
            "RMSE {} of the mean of {} · {} of one",
            short_number(last.mean_rmse),
            asks.len(),
            short_number(last.rmse)
        ),
        None => format!(
            "RMSE {} · MAE {} of one answer",
            written(scope.figures(setting)[Metric::Rmse]),
            written(scope.figures(setting)[Metric::Mae])
        ),
    };
    Some(Chart::Lines(Lines {
        title: "error".to_owned(),
        subtitle,
        x: Axis { label: "answers asked".to_owned(), scale: Scale::Linear { min: 1.0, max: most } },
        y: Axis { label: "RMSE".to_owned(), scale: y },
        rules: (end > 0 && (end as f64) < most)
            .then(|| (end as f64, "budget ends".to_owned()))
            .into_iter()
            .collect(),
        series,
        warning: warning(desk),
    }))
}

/// How a figure settles as trials are added.
pub fn convergence(scope: &Scope, desk: &Desk) -> Option<Chart> {
    let setting = desk.setting.as_ref()?;
    let metric = scope.metric;
    let now = scope.figures(setting)[metric];
    let settled = |f: &CellFigures| f[metric];
    let points: Vec<Point> = scope
        .history
        .iter()
        .filter_map(|(trials, figures)| {
            Some(Point { x: *trials as f64, y: settled(figures).simulated? })
        })
        .collect();
    let band: Vec<Stretch> = scope
        .history
        .iter()
        .filter_map(|(trials, figures)| {
            let figure = settled(figures);
            figure.band().map(|Band { low, high }| Stretch { x: *trials as f64, low, high })
        })
        .collect();
    let most = desk.trials as f64;
    let mut series = Vec::new();
    if let Some(value) = now.expected {
        let ends = vec![Point { x: 0.0, y: value }, Point { x: most, y: value }];
        series.push(grey_line("expected", ends));
    }
    series.push(Series {
        name: "simulated ±2 SE".to_owned(),
        hue: Hue::Orange,
        stroke: Stroke::Solid,
        points: points.clone(),
        band: band.clone(),
    });
    let values = points
        .iter()
        .map(|p| p.y)
        .chain(band.iter().flat_map(|s| [s.low, s.high]))
        .chain(now.expected);
    let agree = if now.disagrees() { " · DISAGREE" } else { "" };
    let subtitle = match now.expected {
        Some(value) if now.simulated.is_some() => {
            format!("{} · expected {}{agree}", written(now), short_number(value))
        }
        Some(value) => format!("expected {}", short_number(value)),
        None => written(now),
    };
    Some(Chart::Lines(Lines {
        title: metric.name().to_owned(),
        subtitle,
        x: Axis { label: "trials".to_owned(), scale: Scale::Linear { min: 0.0, max: most } },
        y: Axis { label: metric.name().to_owned(), scale: Scale::linear_for(values, false) },
        series,
        rules: Vec::new(),
        warning: warning(desk),
    }))
}

/// Ranking drift over ε at the bounds under the knobs.
pub fn drift(scope: &Scope, desk: &Desk) -> Option<Chart> {
    let setting = desk.setting.as_ref()?;
    let figures = scope.figures(setting);
    let curve: Vec<(f64, CellFigures)> = match &scope.snapshot {
        Some(snapshot) => {
            scope.curve.iter().copied().zip(snapshot.figures.iter().skip(1).copied()).collect()
        }
        None => Vec::new(),
    };
    let tau = figures[Metric::TauB].best().map_or("…".to_owned(), short_number);
    let overlap = figures[Metric::Overlap];
    let (title, subtitle) = match desk.lists_all() {
        true => (format!("τ-b {tau}"), "overlap says nothing · every group is listed".to_owned()),
        false => {
            let error = overlap
                .standard_error
                .map_or(String::new(), |error| format!(" · overlap ±{}", short_error(error)));
            let value = overlap.simulated.or(overlap.expected);
            let value = value.map_or("…".to_owned(), short_number);
            (format!("overlap@{} {value}", desk.k()), format!("ranking drift · τ-b {tau}{error}"))
        }
    };
    let series = ranking_series(desk, &curve);
    Some(Chart::Lines(Lines {
        title,
        subtitle,
        x: epsilon_axis(scope.curve.first().copied(), scope.curve.last().copied()),
        y: Axis { label: "agreement".to_owned(), scale: unit_scale(&series) },
        series,
        rules: vec![(setting.cell.epsilon, "ε".to_owned())],
        warning: warning(desk),
    }))
}

/// What the answer for one group could be.
pub fn dot_plot(desk: &Desk) -> Option<Chart> {
    const DOTS: usize = 30;
    let (data, setting) = (desk.data.as_ref()?, desk.setting.as_ref()?);
    let group = *data.by_rank.get(desk.item)? as usize;
    let unit = data.pairs.units_per_shown() as f64;
    let (raw, bounded) = (data.raw[group] as f64 / unit, setting.answer[group] as f64 / unit);
    let dots: Vec<f64> = (0..DOTS)
        .map(|i| bounded + quantile(setting.cell.noise, (i as f64 + 0.5) / DOTS as f64) / unit)
        .collect();
    let newest = desk.session.newest().map(|values| values[group] / unit);
    let inner = || dots.iter().copied().chain([bounded]).chain(newest);
    // A truth far from anything that can come out would press all dots together: it is
    // then marked at the edge.
    let (low, high) =
        inner().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let near = (raw - high).max(low - raw) <= 2.0 * (high - low);
    let values = inner().chain(near.then_some(raw));
    let key = &data.pairs.keys()[group];
    let name = data.pairs.descriptions().map(|names| names[group].as_str()).unwrap_or("");
    let other = (raw != bounded).then(|| (bounded, format!("bounded {}", short_number(bounded))));
    Some(Chart::DotPlot(DotPlot {
        title: "one answer".to_owned(),
        subtitle: format!("#{} {key} {name}", desk.item + 1),
        x: Axis {
            label: format!("{} of {key}, noised", data.measure()),
            scale: Scale::linear_for(values, false),
        },
        dots,
        dot: "chance",
        mark: Some((raw, format!("true {}", short_number(raw)))),
        second_mark: other,
        warning: warning(desk),
    }))
}

/// The value t with P(Z ≤ t) = `share`, by bisection on the noise law.
fn quantile(noise: Noise, share: f64) -> f64 {
    let reach = 60.0 * noise.scale().max(1.0);
    let (mut low, mut high) = (-reach, reach);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if noise.above(middle) > 1.0 - share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
