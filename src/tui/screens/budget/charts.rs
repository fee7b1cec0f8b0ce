//! The charts of the Budget screen as descriptions.

use crate::chart::{Axis, Bars, Chart, Hue, Lines, Point, Scale, Series, Stroke, short_number};
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

/// The ε of each planned question, and what is kept back.
pub fn planned(desk: &Desk) -> Option<Chart> {
    let shares = desk.accounts.as_ref()?.shares.as_ref().ok()?;
    let plan = &desk.plan;
    if plan.questions.is_empty() || shares.len() != plan.questions.len() {
        return None;
    }
    let total = desk.session.budget().total().epsilon.to_f64();
    let mut bars: Vec<(String, f64)> = plan
        .questions
        .iter()
        .zip(shares)
        .map(|(planned, share)| {
            let lock = if planned.locked.is_some() { " (locked)" } else { "" };
            (format!("{}, {}{lock}", planned.question, planned.mechanism), share.epsilon)
        })
        .collect();
    let kept = bars.len();
    if plan.reserve > 0 {
        bars.push(("kept back".to_owned(), total * f64::from(plan.reserve) / 100.0));
    }
    let accountant = desk.session.budget().accountant().title();
    Some(Chart::Bars(Bars {
        title: "plan".to_owned(),
        subtitle: format!(
            "ε of each question · a whole of ε {} by {accountant}",
            short_number(total)
        ),
        x_label: "question".to_owned(),
        y_label: "ε".to_owned(),
        bars,
        bins: false,
        kept,
        rest: "kept back".to_owned(),
        mark: "planned".to_owned(),
        warning: None,
    }))
}
