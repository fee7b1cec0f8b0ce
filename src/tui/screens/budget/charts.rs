//! The chart of the Budget screen as a description.

use crate::chart::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stroke};
use crate::privacy::accounting::Accountant;
use crate::tui::desk::Desk;
use crate::tui::series::grey_line;

/// ε against the number of answers like the one under the knobs, by every accountant.
pub fn composed(desk: &Desk) -> Option<Chart> {
    let report = desk.accounts.as_ref()?;
    let total = desk.session.budget().total();
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
    let subtitle = match desk.session.budget().accountant() {
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
        rules: match desk.next_fits() {
            Some(fits) if fits > 0 => {
                let end = (desk.session.budget().answers() + fits) as f64;
                if end < last as f64 { vec![(end, "budget ends".to_owned())] } else { Vec::new() }
            }
            _ => Vec::new(),
        },
        series,
        warning: None,
    }))
}
