//! Rates by group, and their order over ε.

use super::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stroke};
use crate::rates::{GroupRate, RatesStudy};

/// Groups that one chart shows: more are no longer told apart.
const SHOWN: usize = 60;

fn axis(label: &str, scale: Scale) -> Axis {
    Axis { label: label.to_owned(), scale }
}

fn series(name: &str, hue: Hue, stroke: Stroke, points: Vec<Point>) -> Series {
    Series { name: name.to_owned(), hue, stroke, points, band: Vec::new() }
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
    let ends = |at: usize, group: &GroupRate| {
        let point = |y: f64| Point { x: place(at), y };
        // A bar of its own, which has no name.
        let bar = vec![point(group.answers.low), point(group.answers.high)];
        series("", Hue::Sky, Stroke::Solid, bar)
    };
    let highest = groups.iter().map(|group| group.answers.high).fold(0.0, f64::max);
    let mut all: Vec<Series> =
        groups.iter().enumerate().map(|(at, group)| ends(at, group)).collect();
    all.push(series(
        "kept, with 95 % of answers",
        Hue::Sky,
        Stroke::Dots,
        points(&|group| group.rate_bounded),
    ));
    all.push(series("all", Hue::Orange, Stroke::Dots, points(&|group| group.rate)));
    // Below this a group is stopped.
    let ends = [0.5, groups.len() as f64 + 0.5];
    let limit = ends.iter().map(|&x| Point { x, y: study.limit.0 }).collect();
    all.push(series("stopped below", Hue::Grey, Stroke::Dashed, limit));
    let label = names_below(&groups);
    Some(Chart::Lines(Lines {
        title: "rate, and where 95 % of answers lie".to_owned(),
        subtitle: subtitle.to_owned(),
        x: axis(&label, Scale::linear_for([0.5, groups.len() as f64 + 0.5].into_iter(), false)),
        y: axis("rate", Scale::linear_for([0.0, highest].into_iter(), true)),
        series: all,
        rules: Vec::new(),
        warning: warning.map(str::to_owned),
    }))
}

/// As many names as have room below their bars, one after the other, from the highest rate on.
fn names_below(groups: &[&GroupRate]) -> String {
    const ROOM: usize = 100;
    let mut label = String::new();
    for (at, group) in groups.iter().enumerate() {
        let longer =
            if at == 0 { group.group.clone() } else { format!("{label}, {}", group.group) };
        if longer.chars().count() > ROOM && at > 0 {
            return format!("{label} and {} more", groups.len() - at);
        }
        label = longer;
    }
    label
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
        series("pairs flipped", Hue::Vermilion, Stroke::Solid, line(&|at| curve[at].pairs_flipped)),
        series("best is best", Hue::Green, Stroke::Dashed, line(&|at| curve[at].best_is_best)),
    ];
    let simulated: Vec<(f64, f64)> = [study.pairs_flipped, study.best_is_best]
        .into_iter()
        .filter_map(|figure| Some((figure.simulated?, figure.standard_error.unwrap_or(0.0))))
        .collect();
    if !simulated.is_empty() {
        let points = simulated.iter().map(|&(y, _)| Point { x: set, y }).collect();
        all.push(series("simulated", Hue::Sky, Stroke::Dots, points));
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
