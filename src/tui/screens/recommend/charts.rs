//! The charts of the Recommend screen as descriptions.

use super::state::Recommend;
use crate::chart::{
    Axis, Chart, DotPlot, Hue, Lines, Point, Scale, Series, Stroke, lists_over_epsilon, model_hue,
    short_number,
};
use crate::metric::top_list::overlap_at_k;
use crate::recommend::quality::{Floor, Quality};
use crate::rehearsal::lists::Curve;
use crate::rehearsal::lists::ListsFound;
use crate::tui::desk::Desk;
use crate::tui::series::warning;

/// The charts in view.
pub fn in_view(screen: &Recommend, desk: &Desk) -> Vec<Chart> {
    [quality(screen, desk), drift(screen, desk), loss(screen, desk), spent_epsilon(screen, desk)]
        .into_iter()
        .flatten()
        .collect()
}

/// One figure over ε: every model with its band, dashed what the model in view is worth
/// without noise (or, for drift, what other users do to it).
pub fn quality(screen: &Recommend, desk: &Desk) -> Option<Chart> {
    let report = screen.report.as_ref()?;
    let found = screen.found()?;
    let kind = report.setting.kind;
    let results: Vec<Quality> = found
        .results
        .iter()
        .filter(|one| one.guarantee.is_some() || one.model == kind)
        .copied()
        .collect();
    let floors: Vec<Floor> =
        found.floors.iter().filter(|floor| floor.model == kind).copied().collect();
    let subtitle = match found.draws {
        0 => "on its way".to_owned(),
        1 => "1 draw of the noise".to_owned(),
        draws => format!("{draws} draws of the noise"),
    };
    let (figure, k) = (screen.figure, report.setting.k);
    let mut chart =
        lists_over_epsilon(figure, &results, &floors, k, &subtitle, warning(desk).as_deref())?;
    if let Chart::Lines(lines) = &mut chart {
        lines.rules.push((report.setting.guarantee.epsilon, "ε".to_owned()));
        // The model in view lies over the others.
        lines.series.sort_by_key(|series| series.hue == model_hue(kind));
    }
    Some(chart)
}

/// The share of a shopper's non-private list that is in the private one; `None` until both
/// are there.
pub fn shopper_overlap(found: &ListsFound, place: usize) -> Option<f64> {
    let (plain, private) = (found.plain.as_ref()?.get(place)?, found.private.as_ref()?.get(place)?);
    overlap_at_k(plain, private, plain.len().min(private.len()))
}

/// How much of their list users keep, a dot each; the shopper in view and what other users
/// would do to the lists marked.
pub fn drift(screen: &Recommend, desk: &Desk) -> Option<Chart> {
    let report = screen.report.as_ref()?;
    let found = screen.found()?;
    if found.overlaps.is_empty() {
        return None;
    }
    let mean = found.overlaps.iter().sum::<f64>() / found.overlaps.len() as f64;
    let own = shopper_overlap(found, screen.shopper);
    let floor = found.floors.iter().find(|floor| floor.model == report.setting.kind);
    Some(Chart::DotPlot(DotPlot {
        title: "share that stays".to_owned(),
        subtitle: format!("mean {mean:.2} over users"),
        x: Axis {
            label: "share of the non-private list that stays".to_owned(),
            scale: Scale::Linear { min: 0.0, max: 1.0001 },
        },
        dots: found.overlaps.to_vec(),
        dot: "user",
        mark: own.map(|share| (share, format!("this shopper {share:.2}"))),
        second_mark: floor
            .and_then(|floor| floor.overlap_at_k.simulated)
            .map(|share| (share, format!("no noise, other users {share:.2}"))),
        warning: warning(desk),
    }))
}

/// How far the trainings behind the lists in view have come, and what they have spent.
pub fn training_words(screen: &Recommend) -> String {
    let curves = screen.found().map_or(&[][..], |found| &found.training);
    // The private one is last, and the only one that spends.
    let Some(curve) = curves.last() else { return String::new() };
    let steps = format!("step {}/{}", curve.losses.len(), curve.of);
    match (spent(curve).last(), curve.spent.last()) {
        (Some(now), Some((_, all))) => {
            format!("{steps} · ε {:.2} of {}", now.y, short_number(*all))
        }
        _ => steps,
    }
}

fn spent(curve: &Curve) -> Vec<Point> {
    let done = curve.spent.iter().filter(|(step, _)| *step <= curve.losses.len());
    done.map(|&(step, epsilon)| Point { x: step as f64, y: epsilon }).collect()
}

/// The loss over the steps of the trainings behind the lists in view.
pub fn loss(screen: &Recommend, desk: &Desk) -> Option<Chart> {
    let kind = screen.report.as_ref()?.setting.kind;
    let found = screen.found()?;
    let series = found.training.iter().map(|curve| {
        let points = curve.losses.iter().enumerate();
        Series {
            name: if curve.private { "loss, private" } else { "plain" }.to_owned(),
            hue: if curve.private { model_hue(kind) } else { Hue::Grey },
            stroke: if curve.private { Stroke::Solid } else { Stroke::Dashed },
            points: points.map(|(step, &loss)| Point { x: (step + 1) as f64, y: loss }).collect(),
            band: Vec::new(),
        }
    });
    let series: Vec<Series> = series.collect();
    let values = series.iter().flat_map(|one| one.points.iter().map(|point| point.y));
    let y = Axis { label: "loss in nats".to_owned(), scale: Scale::linear_for(values, false) };
    over_steps(screen, desk, found, "loss of the training", y, series)
}

/// The ε that the private training has spent after each step.
pub fn spent_epsilon(screen: &Recommend, desk: &Desk) -> Option<Chart> {
    let found = screen.found()?;
    let curve = found.training.iter().find(|curve| curve.private)?;
    let (_, all) = *curve.spent.last()?;
    let points = spent(curve);
    let series = Series {
        name: "ε spent".to_owned(),
        hue: Hue::Orange,
        stroke: Stroke::Solid,
        points,
        band: Vec::new(),
    };
    let y = Axis { label: "ε".to_owned(), scale: Scale::Linear { min: 0.0, max: all } };
    over_steps(screen, desk, found, "ε spent by the training", y, vec![series])
}

fn over_steps(
    screen: &Recommend,
    desk: &Desk,
    found: &ListsFound,
    title: &str,
    y: Axis,
    series: Vec<Series>,
) -> Option<Chart> {
    let of = found.training.iter().map(|curve| curve.of).max()? as f64;
    Some(Chart::Lines(Lines {
        title: title.to_owned(),
        subtitle: training_words(screen),
        x: Axis { label: "step".to_owned(), scale: Scale::Linear { min: 0.0, max: of } },
        y,
        series,
        rules: Vec::new(),
        warning: warning(desk),
    }))
}
