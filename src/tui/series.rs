//! What the charts of several screens share.

use crate::chart::{Axis, Hue, Point, Scale, Series, Stretch, Stroke, short_error, short_number};
use crate::expected::CellFigures;
use crate::metric::{Band, Figure, Metric};
use crate::tui::desk::Desk;

/// A figure as text: `12.1 ±0.2`, the closed form where nothing is simulated.
pub fn written(figure: Figure) -> String {
    match (figure.simulated, figure.standard_error, figure.expected) {
        (Some(value), Some(error), _) => format!("{} ±{}", short_number(value), short_error(error)),
        (Some(value), None, _) => short_number(value),
        (None, _, Some(value)) => short_number(value),
        (None, _, None) => "…".to_owned(),
    }
}

/// The mark of every export of figures computed from true data; `None` where they disclose nothing.
pub fn warning(desk: &Desk) -> Option<String> {
    desk.data.as_ref().and_then(|data| data.purchases.status.warning()).map(str::to_owned)
}

/// A dashed grey line.
pub fn grey_line(name: &str, points: Vec<Point>) -> Series {
    Series {
        name: name.to_owned(),
        hue: Hue::Grey,
        stroke: Stroke::Dashed,
        points,
        band: Vec::new(),
    }
}

/// ε on a log scale from the first to the last value.
pub fn epsilon_axis(first: Option<f64>, last: Option<f64>) -> Axis {
    Axis {
        label: "ε".to_owned(),
        scale: Scale::Log { min: first.unwrap_or(0.01), max: last.unwrap_or(10.0) },
    }
}

/// 0 to 1, or from below 0 where agreement is worse than chance.
pub fn unit_scale(series: &[Series]) -> Scale {
    let low = series.iter().flat_map(|s| s.points.iter().map(|p| p.y)).fold(0.0, f64::min);
    Scale::Linear { min: if low < -0.05 { -1.0 } else { 0.0 }, max: 1.0 }
}

/// τ-b and overlap@k over ε.
pub fn ranking_series(desk: &Desk, curve: &[(f64, CellFigures)]) -> Vec<Series> {
    [
        (Metric::TauB, "τ-b".to_owned(), Hue::Green),
        (Metric::Overlap, format!("overlap@{}", desk.k()), Hue::Purple),
    ]
    .into_iter()
    .map(|(metric, name, hue)| simulated_series(curve, metric, name, hue))
    .collect()
}

/// A figure over ε as simulated, with a band of two standard errors.
pub fn simulated_series(
    curve: &[(f64, CellFigures)],
    metric: Metric,
    name: String,
    hue: Hue,
) -> Series {
    let figures = || curve.iter().map(|(epsilon, figures)| (*epsilon, figures[metric]));
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

/// The closed form of a figure over ε.
pub fn expected_series(curve: &[(f64, CellFigures)], metric: Metric) -> Series {
    let points = curve
        .iter()
        .filter_map(|(x, figures)| Some(Point { x: *x, y: figures[metric].expected? }))
        .collect();
    grey_line("expected", points)
}

/// ε of the drift curves: 0.01 to 10 in even steps of the logarithm.
pub fn curve_epsilons() -> Vec<f64> {
    (0..=18).map(|i| libm::pow(10.0, -2.0 + f64::from(i) / 6.0)).collect()
}
