//! The charts of the Recommend screen as descriptions.

use super::{Found, words};
use crate::chart::{
    Axis, Chart, DotPlot, Hue, Lines, Point, Scale, Series, Stroke, lists_over_epsilon, model_hue, short_number,
};
use crate::metric::top_list::overlap_at_k;
use crate::recommend::evaluation::{Floor, Quality};
use crate::tui::charts::warning;
use crate::tui::model::Model;

/// The charts in view.
pub fn in_view(model: &Model) -> Vec<Chart> {
    [quality(model), drift(model), training(model)].into_iter().flatten().collect()
}

/// One figure over ε: every model with its band, dashed what the model in view is worth
/// without noise (or, for drift, what other users do to it).
pub fn quality(model: &Model) -> Option<Chart> {
    let report = model.recommend.report.as_ref()?;
    let found = model.recommend.found()?;
    let kind = report.setting.kind;
    let results: Vec<Quality> =
        found.results.iter().filter(|one| one.guarantee.is_some() || one.model == kind).copied().collect();
    let floors: Vec<Floor> = found.floors.iter().filter(|floor| floor.model == kind).copied().collect();
    let subtitle = match found.draws {
        0 => "on its way".to_owned(),
        1 => "1 draw of the noise".to_owned(),
        draws => format!("{draws} draws of the noise"),
    };
    let (figure, k) = (model.recommend.figure, report.setting.k);
    let mut chart = lists_over_epsilon(figure, &results, &floors, k, &subtitle, warning(model).as_deref())?;
    if let Chart::Lines(lines) = &mut chart {
        lines.rules.push((report.setting.guarantee.epsilon, "ε".to_owned()));
    }
    Some(chart)
}

/// The share of a shopper's non-private list that is in the private one; `None` until both
/// are there.
pub fn shopper_overlap(found: &Found, place: usize) -> Option<f64> {
    let (plain, private) = (found.plain.as_ref()?.get(place)?, found.private.as_ref()?.get(place)?);
    overlap_at_k(plain, private, plain.len().min(private.len()))
}

/// How much of their list users keep, a dot each; the shopper in view and what other users
/// would do to the lists marked.
pub fn drift(model: &Model) -> Option<Chart> {
    let report = model.recommend.report.as_ref()?;
    let found = model.recommend.found()?;
    if found.overlaps.is_empty() {
        return None;
    }
    let mean = found.overlaps.iter().sum::<f64>() / found.overlaps.len() as f64;
    let own = shopper_overlap(found, model.recommend.shopper);
    let floor = found.floors.iter().find(|floor| floor.model == report.setting.kind);
    Some(Chart::DotPlot(DotPlot {
        title: "share of the list that stays".to_owned(),
        subtitle: format!("over users, mean {mean:.2} at ε {}", short_number(report.setting.guarantee.epsilon)),
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
        warning: warning(model),
    }))
}

/// Loss and spent ε of the trainings behind the lists in view, as shares of where the loss
/// began and of the ε that may be spent.
pub fn training(model: &Model) -> Option<Chart> {
    let report = model.recommend.report.as_ref()?;
    let found = model.recommend.found()?;
    let of = found.training.iter().map(|curve| curve.of).max()? as f64;
    let hue = model_hue(report.setting.kind);
    let mut series = Vec::new();
    let mut subtitle = String::new();
    for curve in &found.training {
        let first = *curve.losses.first()?;
        let points = curve.losses.iter().enumerate();
        let points = points.map(|(step, loss)| Point { x: (step + 1) as f64, y: loss / first }).collect();
        let (name, hue, stroke) = match curve.private {
            true => ("loss, private", hue, Stroke::Solid),
            false => ("not private", hue, Stroke::Dashed),
        };
        series.push(Series { name: name.to_owned(), hue, stroke, points, band: Vec::new() });
        let done = curve.losses.len();
        let Some(&(_, all)) = curve.spent.last() else { continue };
        let points: Vec<Point> = curve
            .spent
            .iter()
            .filter(|(step, _)| *step <= done)
            .map(|&(step, spent)| Point { x: step as f64, y: spent / all })
            .collect();
        let now = points.last().map_or(0.0, |point| point.y * all);
        subtitle = format!("{done} of {} steps, ε {now:.2} of {} spent", curve.of, short_number(all));
        series.push(Series {
            name: "ε spent".to_owned(),
            hue: Hue::Orange,
            stroke: Stroke::Solid,
            points,
            band: Vec::new(),
        });
    }
    if subtitle.is_empty() {
        subtitle = format!("{} · loss is computed without noise", words::title(report.setting.kind));
    }
    Some(Chart::Lines(Lines {
        title: "training".to_owned(),
        subtitle,
        x: Axis { label: "step".to_owned(), scale: Scale::Linear { min: 0.0, max: of } },
        y: Axis {
            label: "share of the first loss, of ε".to_owned(),
            scale: Scale::Linear {
                min: 0.0,
                max: series.iter().flat_map(|s| s.points.iter().map(|p| p.y)).fold(1.0, f64::max),
            },
        },
        series,
        rules: Vec::new(),
        warning: warning(model),
    }))
}
