//! Rates by group, and their order over ε.

use super::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stretch, Stroke};
use crate::rates::{GroupRate, RatesStudy};

/// Groups that one chart shows: more are no longer told apart.
const SHOWN: usize = 60;

fn axis(label: &str, scale: Scale) -> Axis {
    Axis { label: label.to_owned(), scale }
}

fn series(name: &str, hue: Hue, stroke: Stroke, points: Vec<Point>, band: Vec<Stretch>) -> Series {
    Series { name: name.to_owned(), hue, stroke, points, band }
}

/// Groups that have a rate, the highest first.
pub fn by_rate(study: &RatesStudy) -> Vec<&GroupRate> {
    let mut groups: Vec<&GroupRate> =
        study.groups.iter().filter(|group| group.rate.is_some()).collect();
    let rate = |group: &GroupRate| group.rate.unwrap_or(0.0);
    groups.sort_by(|a, b| rate(b).total_cmp(&rate(a)).then_with(|| a.group.cmp(&b.group)));
    groups
}

/// The rates of groups, the highest first, with the stretch that holds most noised answers.
/// `None` where no group has a rate.
pub fn rates_of_groups(study: &RatesStudy, subtitle: &str, warning: Option<&str>) -> Option<Chart> {
    let groups: Vec<&GroupRate> = by_rate(study).into_iter().take(SHOWN).collect();
    if groups.is_empty() {
        return None;
    }
    let place = |at: usize| at as f64 + 1.0;
    let points = |rate: &dyn Fn(&GroupRate) -> Option<f64>| -> Vec<Point> {
        let placed = groups.iter().enumerate();
        placed.filter_map(|(at, group)| Some(Point { x: place(at), y: rate(group)? })).collect()
    };
    let band: Vec<Stretch> = groups
        .iter()
        .enumerate()
        .map(|(at, group)| Stretch {
            x: place(at),
            low: group.answers.low,
            high: group.answers.high,
        })
        .collect();
    let highest = band.iter().map(|stretch| stretch.high).fold(0.0, f64::max);
    Some(Chart::Lines(Lines {
        title: "rate, and where 95 % of answers lie".to_owned(),
        subtitle: subtitle.to_owned(),
        x: axis(
            "groups, the highest rate first",
            Scale::linear_for([0.5, groups.len() as f64 + 0.5].into_iter(), false),
        ),
        y: axis("rate", Scale::linear_for([0.0, highest].into_iter(), true)),
        series: vec![
            series("answers", Hue::Sky, Stroke::Dots, points(&|group| group.rate_bounded), band),
            series("true", Hue::Orange, Stroke::Dots, points(&|group| group.rate), Vec::new()),
        ],
        rules: Vec::new(),
        warning: warning.map(str::to_owned),
    }))
}

/// Pairs that are flipped and the best that stays the best, over ε, with what trials say at the one that
/// is set. `None` before the curves are there.
pub fn order_over_epsilon(
    study: &RatesStudy,
    subtitle: &str,
    warning: Option<&str>,
) -> Option<Chart> {
    let curve = &study.over_epsilon;
    let (first, last) = (curve.first()?.epsilon, curve.last()?.epsilon);
    let set = study.setting.epsilon;
    let line = |value: &dyn Fn(usize) -> Option<f64>| -> Vec<Point> {
        let at = |place: usize| Some(Point { x: curve[place].epsilon, y: value(place)? });
        (0..curve.len()).filter_map(at).collect()
    };
    let mut all = vec![
        series(
            "pairs flipped",
            Hue::Vermilion,
            Stroke::Solid,
            line(&|at| curve[at].pairs_flipped),
            Vec::new(),
        ),
        series(
            "best is best",
            Hue::Green,
            Stroke::Dashed,
            line(&|at| curve[at].best_is_best),
            Vec::new(),
        ),
    ];
    let simulated: Vec<(f64, f64)> = [study.pairs_flipped, study.best_is_best]
        .into_iter()
        .filter_map(|figure| Some((figure.simulated?, figure.standard_error.unwrap_or(0.0))))
        .collect();
    if !simulated.is_empty() {
        let points = simulated.iter().map(|&(y, _)| Point { x: set, y }).collect();
        all.push(series("simulated", Hue::Sky, Stroke::Dots, points, Vec::new()));
    }
    Some(Chart::Lines(Lines {
        title: "order over ε".to_owned(),
        subtitle: subtitle.to_owned(),
        x: axis("ε", Scale::log_for([first, last].into_iter())),
        y: axis("probability", Scale::Linear { min: 0.0, max: 1.0 }),
        series: all,
        rules: vec![(set, format!("ε {}", super::short_number(set)))],
        warning: warning.map(str::to_owned),
    }))
}
