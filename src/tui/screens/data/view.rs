//! The Data screen of an open file: what was read, kept and dropped; decisions; contributions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::choices::{Choice, choices};
use super::effect::total;
use super::keys::named;
use super::lines::{DataLine, is_doubtful, value_of};
use super::state::{Change, Data};
use super::why::{Why, why};
use super::{charts, first};
use crate::chart::{Hue, grouped};
use crate::purchases::Decision;
use crate::rehearsal::Dataset;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{chart_panel, panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// Places in a list, and where each stands.
pub type PlacedLines = Vec<(usize, Rect)>;

struct Parts {
    lines: Rect,
    charts: Rect,
    why: Rect,
}

/// Rows that one chart, or a list of choices, needs.
const ENOUGH: u16 = 8;

/// The parts of the screen; what speaks for the chosen line gets as much height as it needs, as far
/// as `beside` rows are left for what stands above it.
fn parts(body: Rect, why_lines: usize, beside: u16) -> Parts {
    let left = (body.width * 21 / 40).clamp(38, 76).min(body.width);
    let right = Rect { x: body.x + left, width: body.width - left, ..body };
    let most = body.height.saturating_sub(beside).max(4);
    let height = u16::try_from(why_lines).unwrap_or(u16::MAX).saturating_add(2);
    let height = height.clamp(4, most).min(body.height);
    // Too little for anything else is its own.
    let height = if body.height - height < 4 { body.height } else { height };
    let charts = Rect { height: right.height - height, ..right };
    Parts {
        lines: Rect { width: left, ..body },
        charts,
        why: Rect { y: charts.bottom(), height, ..right },
    }
}

/// Rows that are left for what stands above the panel that says why: charts make room for it.
fn beside(data: &Data, is_listed: bool) -> u16 {
    if is_listed || data.shows_rows { ENOUGH } else { 0 }
}

/// Columns of text in the panel that says why.
fn why_width(body: Rect) -> usize {
    usize::from(parts(body, 0, 0).why.width).saturating_sub(4)
}

/// Rows of text above the lines that can be changed.
const FACTS: u16 = 4;

/// The lines in view and where each stands, in an area below `above` rows of facts.
pub fn line_rows(lines: &[DataLine], chosen: usize, area: Rect, above: u16) -> PlacedLines {
    let inside = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let room = usize::from(inside.height.saturating_sub(above));
    let headings = (0..lines.len()).filter(|&at| heading(lines, at).is_some()).count();
    let headed = room >= lines.len() + headings;
    let shown = room.min(lines.len());
    let first = chosen.saturating_sub(shown / 2).min(lines.len() - shown);
    let mut y = inside.y + above;
    let mut rows = Vec::new();
    for index in first..first + shown {
        if headed && heading(lines, index).is_some() {
            y += 1;
        }
        rows.push((index, Rect { x: inside.x, y, width: inside.width, height: 1 }));
        y += 1;
    }
    rows
}

/// The heading above a line, where a new kind of line begins.
fn heading(lines: &[DataLine], index: usize) -> Option<&'static str> {
    let kind = |line: &DataLine| match line {
        DataLine::Status => 0,
        DataLine::Cleaning(_) => 1,
        DataLine::Decision(_) => 2,
    };
    let new = index > 0 && kind(&lines[index]) != kind(&lines[index - 1]);
    new.then(|| match lines[index] {
        DataLine::Cleaning(_) => "rows dropped, by the first reason that holds",
        _ => "decisions of reading",
    })
}

/// Where choices stand in an area, and which; the last one is what is typed.
pub fn choice_rows(listed: usize, at: usize, area: Rect) -> PlacedLines {
    let all = listed + 1;
    let shown = usize::from(area.height.saturating_sub(2)).min(all);
    let first = at.saturating_sub(shown / 2).min(all - shown);
    (first..first + shown)
        .zip(area.y + 1..)
        .map(|(choice, y)| {
            let width = area.width.saturating_sub(2);
            (choice, Rect { x: area.x + 1, y, width, height: 1 })
        })
        .collect()
}

/// The choices of the open list, and the one under its cursor.
fn listed(data: &Data, desk: &Desk, line: DataLine) -> Option<(Vec<Choice>, usize)> {
    match (data.list, line) {
        (Some(at), DataLine::Decision(decision)) => {
            let all = choices(data, desk, decision);
            let at = at.min(all.len());
            Some((all, at))
        }
        _ => None,
    }
}

/// The chosen line.
pub fn chosen(data: &Data, lines: &[DataLine]) -> DataLine {
    lines.get(data.line.min(lines.len().saturating_sub(1))).copied().unwrap_or(DataLine::Status)
}

/// What speaks for the chosen line, and the choices of an open list.
fn told(
    data: &Data,
    desk: &Desk,
    line: DataLine,
    width: usize,
) -> (Why, Option<(Vec<Choice>, usize)>) {
    let listed = listed(data, desk, line);
    let under = listed.as_ref().and_then(|(all, at)| all.get(*at));
    (why(data, desk, line, under, width), listed)
}

/// Where lines and listed choices stand, for the mouse.
pub fn places(data: &Data, desk: &Desk, body: Rect) -> (PlacedLines, PlacedLines) {
    let lines = DataLine::all(desk);
    let (why, listed) = told(data, desk, chosen(data, &lines), why_width(body));
    let parts = parts(body, why.lines.len(), beside(data, listed.is_some()));
    let rows = line_rows(&lines, data.line, parts.lines, FACTS);
    let list = listed.map_or(Vec::new(), |(all, at)| choice_rows(all.len(), at, parts.charts));
    (rows, list)
}

/// Draws the screen of an open file.
pub fn draw(data: &Data, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let Some(open) = &desk.data else { return };
    let theme = desk.theme;
    let lines = DataLine::all(desk);
    let line = chosen(data, &lines);
    let (why, listed) = told(data, desk, line, why_width(body));
    let parts = parts(body, why.lines.len(), beside(data, listed.is_some()));
    let doubts = lines.iter().filter(|&&line| is_doubtful(desk, line)).count();
    let place = format!("{} of {}", data.line.min(lines.len() - 1) + 1, lines.len());
    let source = &open.purchases.source;
    let subtitle = match doubts {
        0 => format!("{place} · {source}"),
        1 => format!("{place} · ? 1 doubt · {source}"),
        more => format!("{place} · ? {more} doubts · {source}"),
    };
    let inside = panel(buffer, parts.lines, "data", &subtitle, theme);
    draw_facts(open, desk, inside, buffer);
    let rows = line_rows(&lines, data.line, parts.lines, FACTS);
    for pair in rows.windows(2) {
        if let (Some(words), true) = (heading(&lines, pair[1].0), pair[1].1.y > pair[0].1.y + 1) {
            text(buffer, inside, inside.x + 1, pair[1].1.y - 1, words, theme.dim());
        }
    }
    draw_lines(data, desk, &lines, &rows, buffer);
    if desk.loading.is_some() && desk.progress.read.rows > 0 {
        let words = desk.progress.words(desk.now).join(" · ");
        let room = usize::from(parts.lines.width).saturating_sub(16);
        let words = format!(" {} ", fit(&words, room));
        let foot = parts.lines.bottom().saturating_sub(1);
        text(buffer, parts.lines, parts.lines.x + 2, foot, &words, theme.chosen());
    }
    draw_why(desk, &why, parts.why, buffer);
    match listed {
        Some((all, at)) => draw_choices(desk, &why.title, (&all, at), parts.charts, buffer),
        None if data.shows_rows => first::draw(data, desk, parts.charts, buffer),
        None => draw_charts(desk, parts.charts, buffer),
    }
}

/// Draws lines where they stand, and says where there are more.
pub fn draw_lines(
    data: &Data,
    desk: &Desk,
    lines: &[DataLine],
    rows: &[(usize, Rect)],
    buffer: &mut Buffer,
) {
    for &(index, row) in rows {
        let chosen = index == data.line.min(lines.len().saturating_sub(1));
        draw_line(data, desk, lines[index], chosen, row, buffer);
    }
    if let (Some((_, first)), Some((index, last))) = (rows.first(), rows.last())
        && index + 1 < lines.len()
    {
        let below = Rect { y: last.y + 1, height: 1, ..*first };
        text_right(buffer, below, below.right() - 1, below.y, " more ↓ ", desk.theme.chosen());
    }
}

fn draw_facts(data: &Dataset, desk: &Desk, inside: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let p = &data.purchases;
    let report = data.pairs.report();
    let facts = [
        ("rows kept", format!("{} of {}", grouped(report.rows_kept), grouped(report.rows_read))),
        (
            "users",
            format!(
                "{} · {} items",
                grouped(data.pairs.contributors() as u64),
                grouped(p.item.names.len() as u64)
            ),
        ),
        (
            "pairs",
            format!(
                "{} (user, {})",
                grouped(data.pairs.len() as u64),
                data.pairs.question().group_by
            ),
        ),
        ("total", format!("{} {}", total(data), data.measure())),
    ];
    for (row, (name, value)) in facts.iter().enumerate() {
        let y = inside.y + row as u16;
        text(buffer, inside, inside.x + 1, y, name, theme.dim());
        text(buffer, inside, inside.x + 12, y, value, theme.strong());
    }
}

fn draw_charts(desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let all = [charts::groups_per_user(desk), charts::value_per_pair(desk)];
    let top = if area.height >= 2 * ENOUGH { area.height.div_ceil(2) } else { area.height };
    let areas =
        [Rect { height: top, ..area }, Rect { y: area.y + top, height: area.height - top, ..area }];
    for (area, chart) in areas.into_iter().zip(all) {
        if let Some(chart) = chart.filter(|_| area.height >= 4) {
            chart_panel(buffer, area, &chart, desk.theme);
        }
    }
}

/// Draws what speaks for a line.
pub fn draw_why(desk: &Desk, why: &Why, area: Rect, buffer: &mut Buffer) {
    let inside = panel(buffer, area, &why.title, &why.subtitle, desk.theme);
    for (row, (line, style)) in why.lines.iter().take(inside.height.into()).enumerate() {
        text(buffer, inside, inside.x + 1, inside.y + row as u16, line, *style);
    }
    if why.lines.len() > usize::from(inside.height) {
        let right = area.right().saturating_sub(2);
        text_right(buffer, area, right, area.bottom() - 1, " … ", desk.theme.dim());
    }
}

/// Draws the choices of a decision, with what speaks for each.
pub fn draw_choices(
    desk: &Desk,
    title: &str,
    (all, at): (&[Choice], usize),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    // The last entry is what is typed.
    let place = format!("choices · {} of {}", at + 1, all.len() + 1);
    let inside = panel(buffer, area, title, &place, theme);
    let widest = all.iter().map(|choice| choice.shown().width()).max().unwrap_or(0);
    let column = (widest as u16).clamp(1, (inside.width / 2).clamp(4, 28));
    let rows = choice_rows(all.len(), at, area);
    // More above and below.
    let (first, last) = (rows.first().map(|row| row.0), rows.last().map(|row| row.0));
    let marks = [(first.is_some_and(|first| first > 0), rows.first(), "▲")].into_iter().chain([(
        last.is_some_and(|last| last < all.len()),
        rows.last(),
        "▼",
    )]);
    for (_, row, mark) in marks.filter(|mark| mark.0) {
        let Some((_, row)) = row else { continue };
        text(buffer, area, area.right() - 2, row.y, mark, theme.dim());
    }
    for (place, row) in rows {
        let row = Rect { width: row.width.saturating_sub(2), ..row };
        let under = place == at;
        text(buffer, row, row.x, row.y, if under { "▸" } else { " " }, theme.chosen());
        let style = if under { theme.chosen() } else { theme.strong() };
        match all.get(place) {
            Some(choice) => {
                let value = fit(choice.shown(), column.into());
                text(buffer, row, row.x + 2, row.y, &value, style);
                text(buffer, row, row.x + 4 + column, row.y, &choice.clause, theme.dim());
            }
            None => text(buffer, row, row.x + 2, row.y, "type another…", style),
        }
    }
}

fn draw_line(
    data: &Data,
    desk: &Desk,
    line: DataLine,
    chosen: bool,
    row: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
    let style = if chosen { theme.chosen() } else { theme.text() };
    let name_at = row.x + 2;
    let change = data.change.as_ref().filter(|_| chosen);
    match line {
        DataLine::Status => {
            let Some(open) = &desk.data else { return };
            let status = open.purchases.status;
            text(buffer, row, name_at, row.y, "status", style);
            let badge = format!(" {} ", status.name().to_uppercase());
            text(buffer, row, row.x + 18, row.y, &badge, theme.status(status));
        }
        DataLine::Cleaning(reason) => {
            let Some(open) = &desk.data else { return };
            let drops = desk.options.cleaning.drops(reason);
            let mark = if drops { "✓" } else { " " };
            text(buffer, row, name_at, row.y, &format!("[{mark}] {}", reason.name()), style);
            let dropped = open.pairs.report().dropped[reason];
            let words = match change {
                Some(Change { value, .. }) => format!("◂{value}▸"),
                None if drops => grouped(dropped),
                None => "kept".to_owned(),
            };
            let style = if dropped > 0 { theme.hue(Hue::Orange) } else { theme.dim() };
            let value_at = row.x + 27;
            text_right(buffer, row, value_at + 9, row.y, &words, style);
            let share = dropped as f64 / (open.pairs.report().rows_read.max(1)) as f64;
            let room = row.right().saturating_sub(value_at + 11);
            let bar = ((share * f64::from(room)).round() as usize).min(room.into());
            let bar = "▒".repeat(bar);
            text(buffer, row, value_at + 10, row.y, &bar, theme.hue(Hue::Orange));
        }
        DataLine::Decision(decision) => {
            draw_decision(desk, decision, change, chosen, row, buffer);
        }
    }
}

/// `?date format      ◂day-first▸    guessed`.
fn draw_decision(
    desk: &Desk,
    decision: Decision,
    change: Option<&Change>,
    chosen: bool,
    row: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let doubtful = is_doubtful(desk, DataLine::Decision(decision));
    let style = match (chosen, doubtful) {
        (true, _) => theme.chosen(),
        (false, true) => theme.care(),
        (false, false) => theme.text(),
    };
    if doubtful {
        text(buffer, row, row.x + 1, row.y, "?", theme.care());
    }
    text(buffer, row, row.x + 2, row.y, &fit(&named(decision), 15), style);
    let (now, source) = value_of(desk, decision);
    let (value, source) = match change {
        Some(change) => (if change.value.is_empty() { "none" } else { &change.value }, "tried"),
        None => (now.as_str(), source),
    };
    let value_at = row.x + 17;
    // On a wide screen what belongs together stands together.
    let end = row.right().saturating_sub(1).min(value_at + 46);
    let room = usize::from(end.saturating_sub(value_at + 11));
    let (left, right) = if chosen { ("◂", "▸") } else { (" ", " ") };
    let words = format!("{left}{}{right}", fit(value, room));
    let style = match (change.is_some(), value, source) {
        (true, ..) => theme.care(),
        (_, "none" | "", _) => theme.dim(),
        (_, _, "declared") => theme.chosen(),
        _ => theme.strong(),
    };
    text(buffer, row, value_at, row.y, &words, style);
    let style = if source == "default" { theme.dim() } else { theme.text() };
    text_right(buffer, row, end, row.y, source, style);
}

/// Draws what stands here while no file is open: how far one is read, and how to open one.
pub fn draw_nothing(desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let inside = panel(buffer, body, "data", "", theme);
    let Some((_, what)) = &desk.loading else {
        let words = "no file is open: o opens one";
        text(buffer, inside, inside.x + 1, inside.y, words, theme.dim());
        return;
    };
    let width = usize::from(inside.width).saturating_sub(2);
    let mut y = inside.y;
    for line in wrap(&format!("{what}…"), width) {
        text(buffer, inside, inside.x + 1, y, &line, theme.text());
        y += 1;
    }
    if desk.progress.read.rows == 0 {
        return;
    }
    if let Some(share) = desk.progress.share() {
        let room = inside.width.saturating_sub(2).min(60);
        let done = (share * f64::from(room)).round() as u16;
        for x in 0..room {
            let (glyph, style) =
                if x < done { ("█", theme.hue(Hue::Sky)) } else { ("─", theme.border()) };
            text(buffer, inside, inside.x + 1 + x, y, glyph, style);
        }
        y += 1;
    }
    let words = desk.progress.words(desk.now).join(" · ");
    text(buffer, inside, inside.x + 1, y, &words, theme.strong());
}
