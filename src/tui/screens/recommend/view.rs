//! The Recommend screen: knobs and figures, quality over ε, drift or training, a shopper.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{Recommend, Side};
use super::study::in_view;
use super::{charts, shopper, words};
use crate::chart::{Chart, ListFigure, grouped, short_error, short_number};
use crate::recommend::quality::Quality;
use crate::tui::desk::Desk;
use crate::tui::knobs::{self, Knob};
use crate::tui::paint::panel::{chart_panel, panel, wrap};
use crate::tui::paint::{self, fit, text, text_right};
use crate::words::{Asker, Say};

/// Where the parts of the screen stand.
struct Parts {
    quality: Option<Rect>,
    drift: Option<Rect>,
    training: Option<Rect>,
    shopper: Option<Rect>,
}

fn parts(screen: &Recommend, rest: Rect) -> Parts {
    let side =
        |area: Rect| if shows_training(screen) { (None, Some(area)) } else { (Some(area), None) };
    let left = |area: Rect, width: u16| {
        (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
    };
    if knobs::view::shows_all(rest.width + knobs::view::area(rest).width) && rest.height >= 22 {
        let height = (rest.height * 2 / 5).clamp(11, 20);
        let strip = Rect { height, ..rest };
        let shopper = Some(Rect { y: rest.y + height, height: rest.height - height, ..rest });
        if strip.width >= 150 && has_training(screen) {
            let (quality, others) = left(strip, strip.width * 2 / 5);
            let (drift, training) = left(others, others.width / 2);
            return Parts {
                quality: Some(quality),
                drift: Some(drift),
                training: Some(training),
                shopper,
            };
        }
        let (quality, second) = left(strip, strip.width * 11 / 20);
        let (drift, training) = side(second);
        return Parts { quality: Some(quality), drift, training, shopper };
    }
    if screen.charts {
        // Two charts would be too low to read.
        let top = if rest.height < 16 { rest.height } else { rest.height.div_ceil(2) };
        if top == rest.height {
            return Parts { quality: Some(rest), drift: None, training: None, shopper: None };
        }
        let (drift, training) = side(Rect { y: rest.y + top, height: rest.height - top, ..rest });
        return Parts {
            quality: Some(Rect { height: top, ..rest }),
            drift,
            training,
            shopper: None,
        };
    }
    Parts { quality: None, drift: None, training: None, shopper: Some(rest) }
}

/// Whether the lists in view were trained in steps.
pub fn has_training(screen: &Recommend) -> bool {
    screen.found().is_some_and(|found| !found.training.is_empty())
}

/// Whether the second chart is the training: as asked for, or while the lists in view wait
/// for one.
fn shows_training(screen: &Recommend) -> bool {
    match screen.side {
        Side::Training => has_training(screen),
        Side::Drift => false,
        Side::Fitting => {
            has_training(screen)
                && screen.found().is_some_and(|f| f.plain.is_none() || f.private.is_none())
        }
    }
}

/// Draws the screen.
pub fn draw(screen: &Recommend, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let area = knobs::view::area(body);
    let below = knobs::view::draw(desk, &Knob::OF_LISTS, area, buffer);
    draw_figures(screen, desk, below, buffer);
    let rest = Rect { x: body.x + area.width, width: body.width - area.width, ..body };
    let why_not = match (&screen.report, &desk.loading, &desk.data) {
        (_, Some((_, what)), None) => Some(format!("{what}…")),
        (Some(report), _, _) => report.found.as_ref().err().map(|why| why.say(Asker::Explorer)),
        (None, _, _) => Some("cutting the purchases in two…".to_owned()),
    };
    if let Some(why_not) = why_not {
        let inside = panel(buffer, rest, "recommendations", "", theme);
        for (row, line) in
            wrap(&why_not, usize::from(inside.width).saturating_sub(2)).iter().enumerate()
        {
            text(buffer, inside, inside.x + 1, inside.y + row as u16, line, theme.text());
        }
        return;
    }
    let parts = parts(screen, rest);
    let charts = [
        (parts.quality, charts::quality(screen, desk), "quality over ε"),
        (parts.drift, charts::drift(screen, desk), "share that stays"),
    ];
    for (area, chart, title) in charts {
        match (area, chart) {
            (Some(area), Some(chart)) => chart_panel(buffer, area, &chart, theme),
            (Some(area), None) => {
                let inside = panel(buffer, area, title, "", theme);
                text(buffer, inside, inside.x + 1, inside.y, "on its way…", theme.dim());
            }
            (None, _) => {}
        }
    }
    if let Some(area) = parts.training {
        let inside = panel(buffer, area, "training", &charts::training_words(screen), theme);
        let charts: Vec<Chart> = [charts::loss(screen, desk), charts::spent_epsilon(screen, desk)]
            .into_iter()
            .flatten()
            .collect();
        let width = inside.width / charts.len().max(1) as u16;
        for (at, chart) in charts.iter().enumerate() {
            paint::chart(
                buffer,
                Rect { x: inside.x + at as u16 * width, width, ..inside },
                chart,
                theme,
            );
        }
    }
    if let Some(area) = parts.shopper {
        shopper::draw(screen, desk, area, buffer);
    }
}

/// What the lists are worth under the ε of the report and without noise, and on whom that
/// was measured.
fn draw_figures(screen: &Recommend, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let right = area.right().saturating_sub(1);
    let mut y = area.y;
    if let Some(progress) = words::progress(screen, desk) {
        text(
            buffer,
            area,
            area.x + 2,
            y,
            &fit(&progress, usize::from(area.width) - 3),
            theme.care(),
        );
    }
    y += 1;
    let Some(report) = &screen.report else { return };
    let Some(found) = screen.found() else { return };
    let (private, plain) = in_view(screen);
    let k = report.setting.k;
    // Beside each other on a narrow screen, values lose their leading zero.
    let narrow = area.width < 26;
    let middle = right.saturating_sub(if narrow { 6 } else { 8 });
    text(buffer, area, area.x + 2, y, "lists", theme.strong());
    text_right(buffer, area, middle, y, "private", theme.strong());
    text_right(buffer, area, right, y, "plain", theme.dim());
    y += 1;
    let rows = [
        (
            if narrow { "recall".to_owned() } else { ListFigure::Recall.name(k) },
            Some(ListFigure::Recall),
            "recall_at_k",
        ),
        (
            if narrow { "NDCG".to_owned() } else { ListFigure::Ndcg.name(k) },
            Some(ListFigure::Ndcg),
            "ndcg_at_k",
        ),
        ("hit rate".to_owned(), Some(ListFigure::HitRate), "hit_rate_at_k"),
        ("stays".to_owned(), Some(ListFigure::DriftOverlap), "drift_overlap_at_k"),
        ("RBO".to_owned(), None, "drift_rbo"),
        ("coverage".to_owned(), None, "coverage"),
        ("buyers".to_owned(), None, "mean_popularity"),
    ];
    for (name, figure, field) in rows {
        if y >= area.bottom() {
            return;
        }
        let chosen = figure == Some(screen.figure);
        let room = usize::from(middle.saturating_sub(area.x + 2)).saturating_sub(if narrow {
            4
        } else {
            6
        });
        text(buffer, area, area.x, y, if chosen { "▸" } else { " " }, theme.chosen());
        text(
            buffer,
            area,
            area.x + 2,
            y,
            &fit(&name, room),
            if chosen { theme.chosen() } else { theme.dim() },
        );
        let shown = |quality: Option<Quality>| {
            let named = quality
                .and_then(|quality| quality.named().into_iter().find(|(name, _)| *name == field));
            let value = named.and_then(|(_, figure)| figure.simulated);
            match value {
                None => "…".to_owned(),
                Some(value) if !narrow => format!("{value:.3}"),
                Some(value) if value > 0.9995 => format!("{value:.2}"),
                Some(value) => format!("{value:.3}").trim_start_matches('0').to_owned(),
            }
        };
        text_right(buffer, area, middle, y, &shown(private), theme.strong());
        text_right(buffer, area, right, y, &shown(plain), theme.dim());
        y += 1;
    }
    let figure = private.map(|quality| screen.figure.of(&quality)).unwrap_or_default();
    let floor = found.floors.iter().find(|floor| floor.model == report.setting.kind);
    let lines = [
        ("std. error", figure.standard_error.map(|error| format!("±{}", short_error(error)))),
        ("noise draws", Some(found.draws_here.to_string()).filter(|_| private.is_some())),
        (
            if narrow { "noise-free" } else { "stays, no noise" },
            floor.and_then(|f| f.overlap_at_k.simulated).map(|share| format!("{share:.3}")),
        ),
        ("learnt from", Some(format!("{} users", short_number(found.split.trained() as f64)))),
        (
            "measured on",
            Some(format!("{} users", short_number(found.split.evaluated.len() as f64))),
        ),
        ("held out", Some(words::holdout(found))),
        ("most bought", Some(format!("{} items", grouped(found.split.items() as u64)))),
    ];
    y += 1;
    for (name, value) in lines {
        if y >= area.bottom() {
            return;
        }
        text(buffer, area, area.x + 2, y, name, theme.dim());
        text_right(buffer, area, right, y, value.as_deref().unwrap_or("…"), theme.text());
        y += 1;
    }
    if y < area.bottom() {
        text(buffer, area, area.x + 2, y, "(assumed public)", theme.care());
    }
}
