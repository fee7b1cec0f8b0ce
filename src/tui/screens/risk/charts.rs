//! The charts of the Risk screen as descriptions.

use super::state::RiskScreen;
use crate::chart::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stretch, Stroke};
use crate::export::percent;
use crate::tui::series::grey_line;

/// What the best attacker misses at every rate of false alarms, with the simulated attack.
pub fn trade_off(risk: &RiskScreen) -> Option<Chart> {
    let study = risk.found()?;
    let line = |name: &str, hue, stroke, points: Vec<Point>, band| Series {
        name: name.to_owned(),
        hue,
        stroke,
        points,
        band,
    };
    let guessing = [(0.0, 1.0), (1.0, 0.0)].map(|(x, y)| Point { x, y }).to_vec();
    let curve = study.trade_off.iter().map(|&(x, y)| Point { x, y }).collect();
    let mut series = vec![
        grey_line("guessing", guessing),
        line("best attacker", Hue::Orange, Stroke::Solid, curve, Vec::new()),
    ];
    let mut subtitle = format!("advantage {}", percent(study.risk.advantage()));
    if let Some(attack) = &study.attack {
        let points =
            attack.hits.iter().map(|hits| Point { x: hits.alpha, y: 1.0 - hits.hits }).collect();
        let band = attack
            .hits
            .iter()
            .map(|hits| Stretch {
                x: hits.alpha,
                low: 1.0 - hits.hits - 2.0 * hits.standard_error,
                high: 1.0 - hits.hits + 2.0 * hits.standard_error,
            })
            .collect();
        series.push(line("simulated", Hue::Sky, Stroke::Dots, points, band));
        subtitle += &format!(" · simulated {}", percent(attack.advantage.0));
        subtitle += &format!(" ±{}", percent(attack.advantage.1));
    }
    Some(Chart::Lines(Lines {
        title: "trade-off".to_owned(),
        subtitle,
        x: Axis {
            label: "false alarms α".to_owned(), scale: Scale::Linear { min: 0.0, max: 1.0 }
        },
        y: Axis { label: "missed β".to_owned(), scale: Scale::Linear { min: 0.0, max: 1.0 } },
        series,
        rules: Vec::new(),
        warning: None,
    }))
}

/// What every belief beforehand becomes, with the one that is chosen.
pub fn belief(risk: &RiskScreen) -> Option<Chart> {
    const PARTS: u32 = 60;
    let gained = &risk.found()?.risk;
    let priors = || (0..=PARTS).map(|part| f64::from(part) / f64::from(PARTS));
    let line = |name: &str, hue, stroke, after: &dyn Fn(f64) -> Option<f64>| Series {
        name: name.to_owned(),
        hue,
        stroke,
        points: priors().filter_map(|x| Some(Point { x, y: after(x)? })).collect(),
        band: Vec::new(),
    };
    let mut series = vec![
        grey_line("as before", [0.0, 1.0].map(|x| Point { x, y: x }).to_vec()),
        line("95 of 100", Hue::Orange, Stroke::Solid, &|x| Some(gained.posterior(x, 0.95))),
    ];
    if gained.worst_posterior(0.5).is_some() {
        series
            .push(line("any output", Hue::Purple, Stroke::Dashed, &|x| gained.worst_posterior(x)));
    }
    let after = percent(gained.posterior(risk.prior, 0.95));
    let unit =
        |label: &str| Axis { label: label.to_owned(), scale: Scale::Linear { min: 0.0, max: 1.0 } };
    Some(Chart::Lines(Lines {
        title: "belief that you are in".to_owned(),
        subtitle: format!("{} becomes {after} at most after 95 of 100", percent(risk.prior)),
        x: unit("before"),
        y: unit("after"),
        series,
        rules: vec![(risk.prior, percent(risk.prior))],
        warning: None,
    }))
}
