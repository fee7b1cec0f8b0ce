//! The charts of the Anonymity screen as descriptions. Nothing of a single user is in them.

use super::state::AnonymityScreen;
use crate::anonymity::{
    AnonymityStudy, ItemPart, MOST_POINTS, PointKind, TimePart, UnicityAt, prefix_length,
};
use crate::chart::{Axis, Chart, HeatMap, Hue, Lines, Point, Scale, Series, Stroke};
use crate::export::{detail_left, rate};
use crate::metric::Figure;
use crate::tui::desk::Desk;
use crate::tui::series::warning;

/// Points of a curve with a bar of two standard errors each; exact ones have none.
fn with_errors(name: String, hue: Hue, at: &[UnicityAt]) -> Vec<Series> {
    let best = |at: &UnicityAt| Some(Point { x: at.p as f64, y: at.share.best()? });
    let mut series: Vec<Series> = at
        .iter()
        .filter(|at| at.share.expected.is_none())
        .filter_map(|at| Some((at.p as f64, at.share.band()?)))
        .map(|(x, band)| Series {
            name: String::new(),
            hue,
            stroke: Stroke::Solid,
            points: [band.low.max(0.0), band.high.min(1.0)].map(|y| Point { x, y }).to_vec(),
            band: Vec::new(),
        })
        .collect();
    series.push(Series {
        name,
        hue,
        stroke: Stroke::Dots,
        points: at.iter().filter_map(best).collect(),
        band: Vec::new(),
    });
    series
}

/// Users singled out by p points, and by p items in a class.
pub fn unicity(screen: &AnonymityScreen, desk: &Desk) -> Option<Chart> {
    let (study, setting) = (screen.study(desk)?, screen.setting(desk)?);
    let found = study.of(setting.kind)?;
    let mut series = Vec::new();
    if let Some(Ok(anonymous)) = &study.anonymous {
        let name = format!("items, in a class of {}", anonymous.k);
        series.extend(with_errors(name, Hue::Orange, &anonymous.with_points));
    }
    series.extend(with_errors(setting.kind.to_string(), Hue::Sky, &found.at));
    let here = found.at.get(screen.known - 1);
    let share = here.and_then(|at| at.share.best()).map_or("nobody".to_owned(), rate);
    let exact = if screen.known == 1 { ", exactly" } else { "" };
    Some(Chart::Lines(Lines {
        title: "users singled out".to_owned(),
        subtitle: format!(
            "{} point{}: {share}{exact}",
            screen.known,
            if screen.known == 1 { "" } else { "s" }
        ),
        x: Axis {
            label: "points known".to_owned(),
            scale: Scale::Linear { min: 0.0, max: MOST_POINTS as f64 },
        },
        y: Axis { label: "share of users".to_owned(), scale: Scale::Linear { min: 0.0, max: 1.0 } },
        series,
        rules: vec![(screen.known as f64, screen.known.to_string())],
        warning: warning(desk),
    }))
}

/// What stands in a cell, in percent: users singled out, and what is left of the data.
fn cell_words(share: Figure, left: Option<f64>) -> String {
    let bare = |share: f64| whole_percent(share).trim_end_matches(" %").to_owned();
    let share = share.best().map_or("-".to_owned(), bare);
    left.map_or(share.clone(), |left| format!("{share}/{}", bare(left)))
}

/// A share in whole percent; what is not quite all or nothing says so.
pub fn whole_percent(share: f64) -> String {
    match (100.0 * share).round() {
        0.0 if share > 0.0 => "<1 %".to_owned(),
        100.0 if share < 1.0 => ">99 %".to_owned(),
        whole => format!("{whole} %"),
    }
}

/// Users singled out over how coarse points are.
pub fn map(screen: &AnonymityScreen, desk: &Desk) -> Option<Chart> {
    let (study, setting) = (screen.study(desk)?, screen.setting(desk)?);
    let items = &desk.data.as_ref()?.purchases.item;
    let figure = |study: &AnonymityStudy, kind: PointKind| -> Option<Figure> {
        study.of(kind)?.at.get(screen.known - 1).map(|at| at.share)
    };
    let rows: Vec<ItemPart> = ItemPart::ALL.into_iter().rev().collect();
    let cells = |item: ItemPart| TimePart::ALL.map(|time| PointKind::Of(item, time));
    // In percent, as the words in the cells are.
    let value = |kind| figure(&study, kind).and_then(|share| share.best()).map(|s| 100.0 * s);
    let words = |kind| {
        figure(&study, kind)
            .map_or(String::new(), |share| cell_words(share, detail_left(&study, kind)))
    };
    let label = |item: &ItemPart| match item {
        ItemPart::Prefix => format!("first {}", prefix_length(items)),
        ItemPart::None => "no item".to_owned(),
        item => item.name().to_owned(),
    };
    let column = |time: TimePart| match time {
        TimePart::None => "no time".to_owned(),
        time => time.name().to_owned(),
    };
    Some(Chart::HeatMap(HeatMap {
        title: "coarser points".to_owned(),
        subtitle: format!("% singled out / % left · {} known", screen.known),
        x_label: String::new(),
        y_label: String::new(),
        columns: TimePart::ALL.map(column).to_vec(),
        rows: rows.iter().map(label).collect(),
        values: rows.iter().map(|&item| cells(item).map(value).to_vec()).collect(),
        words: rows.iter().map(|&item| cells(item).map(words).to_vec()).collect(),
        low_is_good: true,
        log_colours: false,
        best: Vec::new(),
        cursor: AnonymityScreen::cell_of(setting.kind),
        limit: None,
        warning: warning(desk),
    }))
}
