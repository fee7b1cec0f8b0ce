//! The charts of every screen as descriptions, for the screen and for export alike.

use super::model::{BoundAxis, Model, Screen};
use super::{ranking, recommend};
use crate::chart::{
    Axis, Bars, Chart, DotPlot, HeatMap, Hue, Lines, Metric, Point, Scale, Series, Stretch, Stroke,
    short_error, short_number,
};
use crate::expected::CellFigures;
use crate::metric::{Band, Figure};
use crate::privacy::Noise;
use crate::privacy::accounting::Accountant;
use crate::purchases::{Measure, Purpose};

/// The charts in view.
pub fn in_view(model: &Model) -> Vec<Chart> {
    match model.screen {
        Screen::Data => {
            [groups_per_user(model), value_per_pair(model)].into_iter().flatten().collect()
        }
        Screen::Scope => [error(model), convergence(model), drift(model), dot_plot(model)]
            .into_iter()
            .flatten()
            .collect(),
        Screen::Sweep => {
            [map(model), curve(model), second_curve(model)].into_iter().flatten().collect()
        }
        Screen::Ranking => ranking::charts::in_view(model),
        Screen::Budget => composed(model).into_iter().collect(),
        Screen::Recommend => recommend::charts::in_view(model),
    }
}

/// A figure as text: `12.1 ±0.2`, the closed form where nothing is simulated.
pub fn written(figure: Figure) -> String {
    match (figure.simulated, figure.standard_error, figure.expected) {
        (Some(value), Some(error), _) => format!("{} ±{}", short_number(value), short_error(error)),
        (Some(value), None, _) => short_number(value),
        (None, _, Some(value)) => short_number(value),
        (None, _, None) => "…".to_owned(),
    }
}

pub(super) fn warning(model: &Model) -> Option<String> {
    model.data.as_ref().and_then(|data| data.purchases.status.warning()).map(str::to_owned)
}

fn grey_line(name: &str, points: Vec<Point>) -> Series {
    Series {
        name: name.to_owned(),
        hue: Hue::Grey,
        stroke: Stroke::Dashed,
        points,
        band: Vec::new(),
    }
}

// ---- Budget

/// ε against the number of answers like the one under the knobs, by every accountant.
pub fn composed(model: &Model) -> Option<Chart> {
    let report = model.accounts.as_ref()?;
    let total = model.session.budget().total();
    let (first, last) = (report.curve.first()?.0, report.curve.last()?.0);
    let hues = [
        (Hue::Vermilion, Stroke::Dashed),
        (Hue::Purple, Stroke::Solid),
        (Hue::Sky, Stroke::Dashed),
        (Hue::Green, Stroke::Solid),
    ];
    let top = 1.6 * total.epsilon.to_f64();
    let mut series = vec![grey_line(
        "budget",
        [first, last].map(|n| Point { x: n as f64, y: total.epsilon.to_f64() }).to_vec(),
    )];
    for (place, (accountant, (hue, stroke))) in Accountant::ALL.iter().zip(hues).enumerate() {
        let points: Vec<Point> = report
            .curve
            .iter()
            .filter_map(|(times, values)| Some(Point { x: *times as f64, y: values[place]? }))
            .filter(|point| point.y <= top)
            .collect();
        if !points.is_empty() {
            series.push(Series {
                name: accountant.title().to_owned(),
                hue,
                stroke,
                points,
                band: Vec::new(),
            });
        }
    }
    let subtitle = match model.session.budget().accountant() {
        Accountant::Pld => {
            "like the one under the knobs · PLD: for a plan fixed in advance".to_owned()
        }
        _ => format!("like the one under the knobs · at δ {:e}", total.delta.to_f64()),
    };
    Some(Chart::Lines(Lines {
        title: "ε of so many answers".to_owned(),
        subtitle,
        x: Axis {
            label: "answers".to_owned(),
            scale: Scale::Log { min: first as f64, max: last as f64 },
        },
        y: Axis { label: "ε".to_owned(), scale: Scale::Linear { min: 0.0, max: top } },
        rules: match model.next_fits() {
            Some(fits) if fits > 0 => {
                let end = (model.session.budget().answers() + fits) as f64;
                if end < last as f64 { vec![(end, "budget ends".to_owned())] } else { Vec::new() }
            }
            _ => Vec::new(),
        },
        series,
        warning: None,
    }))
}

// ---- Scope

/// Error of the mean of the asked answers against their number.
pub fn error(model: &Model) -> Option<Chart> {
    let scope = model.scope.as_ref()?;
    let asks = model.session.asks();
    let (rmse, variance) =
        (scope.expected.error.rmse.expected?, scope.expected.error.variance.expected?);
    let bias_square = (rmse * rmse - variance).max(0.0);
    let fits = model.next_fits();
    let end = asks.len() as u64 + fits.unwrap_or(0);
    let most = end.clamp(10, 60).max(asks.len() as u64) as f64;
    let expected: Vec<Point> = (0..=48)
        .map(|i| 1.0 + f64::from(i) / 48.0 * (most - 1.0))
        .map(|m| Point { x: m, y: (bias_square + variance / m).sqrt() })
        .collect();
    let numbered = |value: fn(&super::session::Ask) -> f64| -> Vec<Point> {
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
    let values = series.iter().flat_map(|s| s.points.iter().map(|p| p.y));
    let subtitle = match asks.last() {
        Some(last) => format!(
            "RMSE {} of the mean of {} · {} of one",
            short_number(last.mean_rmse),
            asks.len(),
            short_number(last.rmse)
        ),
        None => format!(
            "RMSE {} · MAE {} of one answer",
            written(scope.figures().error.rmse),
            written(scope.figures().error.mae)
        ),
    };
    Some(Chart::Lines(Lines {
        title: "error".to_owned(),
        subtitle,
        x: Axis { label: "answers asked".to_owned(), scale: Scale::Linear { min: 1.0, max: most } },
        y: Axis { label: "RMSE".to_owned(), scale: Scale::linear_for(values, true) },
        rules: (end > 0 && (end as f64) < most)
            .then(|| (end as f64, "budget ends".to_owned()))
            .into_iter()
            .collect(),
        series,
        warning: warning(model),
    }))
}

/// How a figure settles as trials are added.
pub fn convergence(model: &Model) -> Option<Chart> {
    let scope = model.scope.as_ref()?;
    let metric = model.convergence;
    let now = metric.of(&scope.figures());
    let settled = |f: &CellFigures| metric.of(f);
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
    let most = model.trials as f64;
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
        warning: warning(model),
    }))
}

/// Ranking drift over ε at the bounds under the knobs.
pub fn drift(model: &Model) -> Option<Chart> {
    let scope = model.scope.as_ref()?;
    let figures = scope.figures();
    let curve: Vec<(f64, CellFigures)> = match &scope.snapshot {
        Some(snapshot) => {
            scope.curve.iter().copied().zip(snapshot.figures.iter().skip(1).copied()).collect()
        }
        None => Vec::new(),
    };
    let subtitle = format!(
        "τ-b {} · overlap@{} {}",
        written(figures.ranking.kendall_tau_b),
        model.k(),
        written(figures.ranking.overlap_at_k)
    );
    let series = ranking_series(model, &curve);
    Some(Chart::Lines(Lines {
        title: "ranking drift".to_owned(),
        subtitle,
        x: epsilon_axis(scope.curve.first().copied(), scope.curve.last().copied()),
        y: Axis { label: "agreement".to_owned(), scale: unit_scale(&series) },
        series,
        rules: vec![(scope.cell.epsilon, "ε".to_owned())],
        warning: warning(model),
    }))
}

pub(super) fn epsilon_axis(first: Option<f64>, last: Option<f64>) -> Axis {
    Axis {
        label: "ε".to_owned(),
        scale: Scale::Log { min: first.unwrap_or(0.01), max: last.unwrap_or(10.0) },
    }
}

/// 0 to 1, or from below 0 where agreement is worse than chance.
fn unit_scale(series: &[Series]) -> Scale {
    let low = series.iter().flat_map(|s| s.points.iter().map(|p| p.y)).fold(0.0, f64::min);
    Scale::Linear { min: if low < -0.05 { -1.0 } else { 0.0 }, max: 1.0 }
}

fn ranking_series(model: &Model, curve: &[(f64, CellFigures)]) -> Vec<Series> {
    [
        (Metric::TauB, "τ-b".to_owned(), Hue::Green),
        (Metric::Overlap, format!("overlap@{}", model.k()), Hue::Purple),
    ]
    .into_iter()
    .map(|(metric, name, hue)| simulated_series(curve, metric, name, hue))
    .collect()
}

fn simulated_series(
    curve: &[(f64, CellFigures)],
    metric: Metric,
    name: String,
    hue: Hue,
) -> Series {
    let figures = || curve.iter().map(|(epsilon, figures)| (*epsilon, metric.of(figures)));
    Series {
        name,
        hue,
        stroke: Stroke::Solid,
        points: figures().filter_map(|(x, f)| Some(Point { x, y: f.simulated? })).collect(),
        band: figures()
            .filter_map(|(x, f)| f.band().map(|Band { low, high }| Stretch { x, low, high }))
            .collect(),
    }
}

fn expected_series(curve: &[(f64, CellFigures)], metric: Metric) -> Series {
    let points = curve
        .iter()
        .filter_map(|(x, figures)| Some(Point { x: *x, y: metric.of(figures).expected? }))
        .collect();
    grey_line("expected", points)
}

/// What the answer for one group could be.
pub fn dot_plot(model: &Model) -> Option<Chart> {
    const DOTS: usize = 30;
    let (data, scope) = (model.data.as_ref()?, model.scope.as_ref()?);
    let group = *data.by_rank.get(model.item)? as usize;
    let unit = data.measure().units_per_shown() as f64;
    let (raw, bounded) = (data.raw[group] as f64 / unit, scope.answer[group] as f64 / unit);
    let dots: Vec<f64> = (0..DOTS)
        .map(|i| bounded + quantile(scope.cell.noise, (i as f64 + 0.5) / DOTS as f64) / unit)
        .collect();
    let newest = model.session.newest().map(|values| values[group] / unit);
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
        subtitle: format!("#{} {key} {name}", model.item + 1),
        x: Axis {
            label: format!("each dot: 1 chance in {DOTS}"),
            scale: Scale::linear_for(values, false),
        },
        dots,
        dot: "chance",
        mark: Some((raw, format!("true {}", short_number(raw)))),
        second_mark: other,
        warning: warning(model),
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

// ---- Sweep

/// The name of the bound that the map varies.
pub fn axis_name(model: &Model) -> &'static str {
    match model.axis {
        BoundAxis::L0 => "l0",
        BoundAxis::Linf => "linf",
    }
}

/// The figures of the sweep so far, row by row; `None` before the closed forms are there.
fn sweep_figures(model: &Model) -> Option<&[CellFigures]> {
    model.sweep.as_ref()?.snapshot.as_ref().map(|snapshot| snapshot.figures.as_slice())
}

/// The figures of one row of the map with their ε.
pub fn row_figures(model: &Model, row: usize) -> Vec<(f64, CellFigures)> {
    let (Some(sweep), Some(figures)) = (&model.sweep, sweep_figures(model)) else {
        return Vec::new();
    };
    let columns = sweep.epsilons.len();
    sweep
        .epsilons
        .iter()
        .copied()
        .zip(figures.iter().skip(row * columns).take(columns).copied())
        .collect()
}

/// The best row of each column for a metric.
pub fn best_rows(model: &Model, metric: Metric) -> Vec<Option<usize>> {
    let (Some(sweep), Some(figures)) = (&model.sweep, sweep_figures(model)) else {
        return Vec::new();
    };
    let columns = sweep.epsilons.len();
    let sign = if metric.low_is_good() { 1.0 } else { -1.0 };
    (0..columns)
        .map(|column| {
            let value = |row: usize| {
                metric.of(&figures[row * columns + column]).best().map(|v| magnitude(metric, v))
            };
            (0..sweep.steps.len())
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
pub fn map(model: &Model) -> Option<Chart> {
    let sweep = model.sweep.as_ref()?;
    let metric = model.metric;
    let columns = sweep.epsilons.len();
    let values = match sweep_figures(model) {
        Some(figures) => figures
            .chunks(columns)
            .map(|row| {
                row.iter().map(|f| metric.of(f).best().map(|v| magnitude(metric, v))).collect()
            })
            .collect(),
        None => vec![vec![None; columns]; sweep.steps.len()],
    };
    let other = match model.axis {
        BoundAxis::L0 if model.knobs.question.measure == Measure::Buyers => String::new(),
        BoundAxis::L0 => format!(" · linf {}", short_number(model.knobs.linf as f64)),
        BoundAxis::Linf => format!(" · l0 {}", short_number(model.knobs.l0 as f64)),
    };
    let trials = match &sweep.snapshot {
        Some(s) if s.trials_done > 0 => format!(" · {} of {} trials", s.trials_done, s.trials),
        _ => " · closed form".to_owned(),
    };
    Some(Chart::HeatMap(HeatMap {
        title: metric_title(model, metric),
        subtitle: format!(
            "by ε and {}{other} · {}{trials}",
            axis_name(model),
            model.knobs.mechanism
        ),
        x_label: "ε".to_owned(),
        y_label: axis_name(model).to_owned(),
        columns: sweep.epsilons.iter().map(|&e| short_number((e * 1e3).round() / 1e3)).collect(),
        rows: sweep.steps.iter().map(|&step| short_number(step as f64)).collect(),
        values,
        low_is_good: metric.low_is_good(),
        log_colours: metric.log_scale(),
        best: best_rows(model, metric),
        cursor: Some(model.cursor),
        warning: warning(model),
    }))
}

/// The metric's name, with k where it depends on it.
pub fn metric_title(model: &Model, metric: Metric) -> String {
    if metric == Metric::Overlap {
        format!("overlap@{}", model.k())
    } else {
        metric.name().to_owned()
    }
}

/// The chosen figure over ε at the cursor's bound.
pub fn curve(model: &Model) -> Option<Chart> {
    if model.metric.is_ranking() {
        return ranking_curve(model);
    }
    error_curve(model, model.metric)
}

/// The other side: ranking beside an error figure, RMSE beside a ranking figure.
pub fn second_curve(model: &Model) -> Option<Chart> {
    if model.metric.is_ranking() {
        return error_curve(model, Metric::Rmse);
    }
    ranking_curve(model)
}

fn bounds_text(model: &Model) -> Option<String> {
    let sweep = model.sweep.as_ref()?;
    Some(format!("{} {}", axis_name(model), short_number(*sweep.steps.get(model.cursor.0)? as f64)))
}

fn error_curve(model: &Model, metric: Metric) -> Option<Chart> {
    let sweep = model.sweep.as_ref()?;
    let curve: Vec<(f64, CellFigures)> = row_figures(model, model.cursor.0)
        .into_iter()
        .map(|(e, figures)| {
            (e, if metric == Metric::Bias { absolute_bias(figures) } else { figures })
        })
        .collect();
    let mut series = Vec::new();
    let mut subtitle = bounds_text(model)?;
    if metric == Metric::Rmse {
        subtitle += " · bias and noise apart";
        let part = |value: fn(f64, f64) -> f64| -> Vec<Point> {
            curve
                .iter()
                .filter_map(|(x, f)| {
                    Some(Point {
                        x: *x,
                        y: value(f.error.rmse.expected?, f.error.variance.expected?),
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
        x: epsilon_axis(sweep.epsilons.first().copied(), sweep.epsilons.last().copied()),
        y: Axis { label: metric.name().to_owned(), scale: y },
        series,
        rules: vec![(*sweep.epsilons.get(model.cursor.1)?, "cursor".to_owned())],
        warning: warning(model),
    }))
}

fn absolute_bias(mut figures: CellFigures) -> CellFigures {
    let bias = &mut figures.error.bias;
    bias.expected = bias.expected.map(f64::abs);
    bias.simulated = bias.simulated.map(f64::abs);
    figures
}

fn ranking_curve(model: &Model) -> Option<Chart> {
    let sweep = model.sweep.as_ref()?;
    let curve = row_figures(model, model.cursor.0);
    let mut series = ranking_series(model, &curve);
    if model.metric == Metric::Top1Flip {
        series.push(simulated_series(
            &curve,
            Metric::Top1Flip,
            "top-1 flip".to_owned(),
            Hue::Vermilion,
        ));
    }
    Some(Chart::Lines(Lines {
        title: "ranking over ε".to_owned(),
        subtitle: bounds_text(model)?,
        x: epsilon_axis(sweep.epsilons.first().copied(), sweep.epsilons.last().copied()),
        y: Axis { label: "agreement".to_owned(), scale: unit_scale(&series) },
        series,
        rules: vec![(*sweep.epsilons.get(model.cursor.1)?, "cursor".to_owned())],
        warning: warning(model),
    }))
}

// ---- Data

/// How many users contribute to how many groups, with l0 marked.
pub fn groups_per_user(model: &Model) -> Option<Chart> {
    let data = model.data.as_ref()?;
    let spread = data.pairs.groups_per_user();
    let plural = data.pairs.question().group_by.plural();
    let steps = &data.cube.grid().l0;
    Some(Chart::Bars(Bars {
        title: format!("{plural} per user"),
        subtitle: format!(
            "median {} · p99 {} · max {}",
            short_number(spread.median),
            short_number(spread.p99),
            short_number(spread.max)
        ),
        x_label: format!("{plural} per user"),
        y_label: "users".to_owned(),
        bars: step_bars(steps, &data.users_by_l0, 1.0),
        kept: steps.partition_point(|&step| step <= model.knobs.l0),
        rest: "cut by the bound".to_owned(),
        mark: format!("l0 {}", model.knobs.l0),
        warning: warning(model),
    }))
}

/// What (user, group) pairs are worth, with linf marked.
pub fn value_per_pair(model: &Model) -> Option<Chart> {
    let data = model.data.as_ref()?;
    let unit = data.measure().units_per_shown() as f64;
    let spread = data.pairs.value_per_pair();
    let bounds = model.knobs.bounds().ok()?;
    let steps = &data.cube.grid().linf;
    let linf = short_number(bounds.linf() as f64 / unit);
    let label = format!("{} per user and {}", data.measure(), data.pairs.question().group_by);
    Some(Chart::Bars(Bars {
        title: label.clone(),
        subtitle: format!(
            "median {} · p99 {} · max {}",
            short_number(spread.median / unit),
            short_number(spread.p99 / unit),
            short_number(spread.max / unit)
        ),
        x_label: label,
        y_label: "user-group pairs".to_owned(),
        bars: step_bars(steps, &data.pairs_by_linf, unit),
        kept: steps.partition_point(|&step| step <= bounds.linf()),
        rest: "cut by the bound".to_owned(),
        mark: format!("linf {linf}"),
        warning: warning(model),
    }))
}

/// One bar a step, labelled with the values it holds; empty ends are left out.
fn step_bars(steps: &[u64], counts: &[u64], unit: f64) -> Vec<(String, f64)> {
    let label = |i: usize| {
        let high = steps[i] as f64 / unit;
        let low = if i == 0 { 0.0 } else { steps[i - 1] as f64 / unit };
        if high - low <= 1.0 && unit == 1.0 {
            short_number(high)
        } else if unit == 1.0 {
            format!("{}–{}", short_number(low + 1.0), short_number(high))
        } else {
            format!("≤ {}", short_number(high))
        }
    };
    (0..steps.len()).map(|i| (label(i), counts[i] as f64)).collect()
}

/// A purpose and the column that serves it, for the Data screen.
pub fn column_text(model: &Model, purpose: Purpose) -> String {
    let used = model.data.as_ref().and_then(|data| purpose.used(&data.purchases.columns));
    match used {
        Some(column) if !column.is_empty() => column.to_owned(),
        _ => "none".to_owned(),
    }
}
