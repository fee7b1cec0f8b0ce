//! Charts of a whole sweep: a figure over ε, one series per mechanism and bounds.

use super::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stretch, Stroke, short_number};
use crate::expected::{CellFigures, CellSpec};
use crate::metric::{Band, Metric};

/// The words that stand on every chart of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepLabels {
    /// Settings: the question, k, trials.
    pub subtitle: String,
    /// The sentence that must go with it.
    pub warning: Option<String>,
    /// Length of the top list.
    pub k: usize,
    /// Stored units in one shown unit.
    pub unit: i64,
}

/// The hues of series, in order; dashes tell the closed form from the simulation.
const HUES: [Hue; 7] =
    [Hue::Sky, Hue::Orange, Hue::Green, Hue::Purple, Hue::Vermilion, Hue::Blue, Hue::Yellow];

/// `metric` over ε: simulated with a band of two standard errors, the closed form
/// dashed beside it. `cells` and `figures` go together, one by one.
pub fn over_epsilon(
    metric: Metric,
    cells: &[CellSpec],
    figures: &[CellFigures],
    labels: &SweepLabels,
) -> Chart {
    let mut groups: Vec<(String, Vec<(f64, CellFigures)>)> = Vec::new();
    for (cell, figures) in cells.iter().zip(figures) {
        let name = series_name(cell, labels.unit);
        let entry = (cell.epsilon, *figures);
        match groups.iter_mut().find(|(other, _)| *other == name) {
            Some((_, points)) => points.push(entry),
            None => groups.push((name, vec![entry])),
        }
    }
    let mut series = Vec::new();
    for (at, (name, mut points)) in groups.into_iter().enumerate() {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let hue = HUES[at % HUES.len()];
        let values = || points.iter().map(|(epsilon, figures)| (*epsilon, figures[metric]));
        let simulated: Vec<Point> =
            values().filter_map(|(x, f)| Some(Point { x, y: f.simulated? })).collect();
        let expected: Vec<Point> =
            values().filter_map(|(x, f)| Some(Point { x, y: f.expected? })).collect();
        let band = values()
            .filter_map(|(x, f)| f.band().map(|Band { low, high }| Stretch { x, low, high }))
            .collect();
        if !expected.is_empty() {
            let name = if simulated.is_empty() { name.clone() } else { String::new() };
            series.push(Series {
                name,
                hue: Hue::Grey,
                stroke: Stroke::Dashed,
                points: expected,
                band: Vec::new(),
            });
        }
        series.push(Series { name, hue, stroke: Stroke::Solid, points: simulated, band });
    }
    if let Some(first) = series.iter_mut().find(|s| s.stroke == Stroke::Dashed) {
        first.name = "expected".to_owned();
    }
    let y_values: Vec<f64> = series.iter().flat_map(|s| s.points.iter().map(|p| p.y)).collect();
    let y = match metric {
        _ if metric.is_ranking() => {
            let low = y_values.iter().copied().fold(0.0, f64::min);
            Scale::Linear { min: if low < -0.02 { -1.0 } else { 0.0 }, max: 1.0 }
        }
        _ if metric.log_scale() => Scale::log_for(y_values.into_iter()),
        _ => Scale::linear_for(y_values.into_iter(), true),
    };
    let name = metric.name_at(labels.k);
    Chart::Lines(Lines {
        title: format!("{name} over ε"),
        subtitle: labels.subtitle.clone(),
        x: Axis {
            label: "ε".to_owned(),
            scale: Scale::log_for(cells.iter().map(|cell| cell.epsilon)),
        },
        y: Axis { label: name, scale: y },
        series,
        rules: Vec::new(),
        warning: labels.warning.clone(),
    })
}

fn series_name(cell: &CellSpec, unit: i64) -> String {
    match cell.bounds {
        Some(bounds) => format!(
            "{} l0 {} linf {}",
            cell.mechanism,
            short_number(bounds.l0() as f64),
            short_number(bounds.linf() as f64 / unit as f64)
        ),
        None => format!(
            "{}, Δ {} assumed",
            cell.mechanism,
            short_number(cell.sensitivity.l1 / unit as f64)
        ),
    }
}
