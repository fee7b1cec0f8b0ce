//! The Anonymity screen: a sentence, the lines that are turned, curve, map and table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::state::AnonymityScreen;
use super::{charts, lines, neighbours, table};
use crate::chart::Chart;
use crate::export::anonymity_sentence;
use crate::tui::desk::Desk;
use crate::tui::knobs;
use crate::tui::paint::panel::{chart_panel, panel, wrap, wrap_to};
use crate::tui::paint::{MapLayout, map_layout, text};
use crate::words::{Asker, Say};

struct Parts {
    lines: Rect,
    curve: Option<Rect>,
    map: Option<Rect>,
    table: Option<Rect>,
}

/// Lines of the sentence.
fn sentence_lines(body: Rect) -> u16 {
    match body.width {
        0..100 => 4,
        100..190 => 3,
        _ => 2,
    }
}

fn below_sentence(body: Rect) -> Rect {
    let lines = sentence_lines(body).min(body.height / 3);
    Rect { y: body.y + lines, height: body.height.saturating_sub(lines), ..body }
}

fn parts(screen: &AnonymityScreen, body: Rect) -> Parts {
    let body = below_sentence(body);
    let lines = knobs::view::area(body);
    let rest =
        Rect { x: body.x + lines.width, width: body.width.saturating_sub(lines.width), ..body };
    if !knobs::view::shows_all(body.width) {
        let only = |part| (screen.part == part).then_some(rest);
        return Parts { lines, curve: only(0), map: only(1), table: only(2) };
    }
    let left = rest.width * 12 / 25;
    let upper = rest.height.div_ceil(2);
    let curve = Rect { width: left, height: upper, ..rest };
    let map = Rect { y: rest.y + upper, height: rest.height - upper, ..curve };
    let table = Rect { x: rest.x + left, width: rest.width - left, ..rest };
    Parts { lines, curve: Some(curve), map: Some(map), table: Some(table) }
}

/// Draws the screen.
pub fn draw(screen: &AnonymityScreen, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    if !screen.may_look(desk) {
        ask_first(desk, body, buffer);
        return;
    }
    let parts = parts(screen, body);
    let words = sentence(screen, desk);
    let room = usize::from(below_sentence(body).y - body.y);
    text(buffer, body, body.x + 1, body.y, "▸", theme.care());
    let width = usize::from(body.width).saturating_sub(4);
    let mut said = wrap(&words, width);
    if said.len() > room {
        // What k-anonymity is worth stands in the table, too.
        let parts: Vec<&str> = words.split("; ").collect();
        if let [first, .., last] = parts[..] {
            said = wrap(&format!("{first}; {last}"), width);
        }
    }
    if said.len() > room {
        said = wrap_to(&said.join(" "), width, room);
    }
    for (row, line) in said.iter().enumerate() {
        text(buffer, body, body.x + 3, body.y + row as u16, line, theme.text());
    }
    lines::draw(screen, desk, parts.lines, buffer);
    if let Some(taken) = screen.taken_out {
        let rest = below_sentence(body);
        let width = parts.lines.width;
        let area = Rect { x: rest.x + width, width: rest.width.saturating_sub(width), ..rest };
        neighbours::draw(screen, taken, desk, area, buffer);
        return;
    }
    let drawn = [
        (parts.curve, charts::unicity(screen, desk), "users singled out"),
        (parts.map, charts::map(screen, desk), "coarser points"),
    ];
    for (area, chart, title) in drawn {
        match (area, chart) {
            (Some(area), Some(chart)) => chart_panel(buffer, area, &chart, theme),
            (Some(area), None) => {
                let inside = panel(buffer, area, title, "", theme);
                let words = if screen.stopped { "stopped: s goes on" } else { "looking…" };
                text(buffer, inside, inside.x + 1, inside.y, words, theme.dim());
            }
            (None, _) => {}
        }
    }
    if let Some(area) = parts.table {
        table::draw(screen, desk, area, buffer);
    }
}

/// The sentence on top.
fn sentence(screen: &AnonymityScreen, desk: &Desk) -> String {
    if let Some(Err(error)) = screen.report.as_ref().map(|report| &report.found) {
        return error.say(Asker::Explorer);
    }
    match (screen.study(desk), screen.setting(desk)) {
        (Some(study), Some(setting)) => {
            anonymity_sentence(&study, setting.kind, &screen.labels(desk))
        }
        _ if screen.stopped => "Stopped: s goes on.".to_owned(),
        _ => "Looking at the points of every user…".to_owned(),
    }
}

/// Says why nothing is computed yet, and which key starts it.
fn ask_first(desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let inside = panel(buffer, body, "looking at people", "nothing is computed yet", theme);
    let words = [
        "This screen looks at single people in the data: who is told apart by two or three things that they bought, whose \
         secret a release that calls itself anonymous gives away.",
        "The file is private. No noise protects what is shown here, it costs no budget and keeps no promise: do it only \
         where you may look at these people, and publish nothing of it. Pictures and tables that are written say so.",
        "s looks at them, here and in this file only. Nothing that is written names anybody.",
    ];
    let width = usize::from(inside.width).saturating_sub(4).min(96);
    let mut y = inside.y + 1;
    for (place, words) in words.into_iter().enumerate() {
        let style = if place == 2 { theme.strong() } else { theme.text() };
        for line in wrap(words, width) {
            if y < inside.bottom() {
                text(buffer, inside, inside.x + 2, y, &line, style);
            }
            y += 1;
        }
        y += 1;
    }
}

/// Where the cells of the map stand.
fn cells(screen: &AnonymityScreen, desk: &Desk, body: Rect) -> Option<MapLayout> {
    let area = parts(screen, body).map?;
    let Some(Chart::HeatMap(map)) = charts::map(screen, desk) else { return None };
    let inside = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let label = map.rows.iter().map(|row| row.width()).max().unwrap_or(1) as u16;
    map_layout(inside, map.rows.len(), map.columns.len(), label, map.cursor.unwrap_or((0, 0)))
}

/// The left button went down at a place.
pub fn at(screen: &mut AnonymityScreen, desk: &mut Desk, body: Rect, place: (u16, u16)) {
    if !screen.may_look(desk) || screen.taken_out.is_some() {
        return;
    }
    let line = lines::rows(screen, parts(screen, body).lines)
        .into_iter()
        .find(|(_, row)| row.contains(place.into()));
    if let Some((line, _)) = line {
        screen.line = line;
        return;
    }
    let kind = cells(screen, desk, body)
        .and_then(|layout| layout.cell_at(place))
        .and_then(AnonymityScreen::kind_of);
    let is_there = |kind| screen.study(desk).is_some_and(|study| study.of(kind).is_some());
    // What the map does not know yet is asked for by the keys.
    if let Some(kind) = kind.filter(|&kind| is_there(kind)) {
        screen.kind = Some(kind);
    }
}
