//! The Data screen: what was read, kept and dropped; columns; contributions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::charts;
use super::lines::DataLine;
use crate::chart::{Hue, grouped};
use crate::rehearsal::Dataset;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{chart_panel, panel};
use crate::tui::paint::{fit, text, text_right};

struct Parts {
    lines: Rect,
    groups: Rect,
    values: Rect,
}

fn parts(body: Rect) -> Parts {
    let left = (body.width * 9 / 20).clamp(34, 64);
    let right = Rect { x: body.x + left, width: body.width - left, ..body };
    let top = right.height.div_ceil(2);
    Parts {
        lines: Rect { width: left, ..body },
        groups: Rect { height: top, ..right },
        values: Rect { y: right.y + top, height: right.height - top, ..right },
    }
}

/// Rows of text above the lines that can be changed.
const FACTS: u16 = 4;

/// The lines in view and where each stands.
pub fn line_rows(chosen_line: usize, body: Rect) -> Vec<(usize, Rect)> {
    let area = parts(body).lines;
    let inside =
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
    let lines = DataLine::all();
    let room = usize::from(inside.height.saturating_sub(FACTS));
    // Two headings stand between the lines where there is room for them.
    let headed = room >= lines.len() + 2;
    let shown = if headed { lines.len() } else { room.min(lines.len()) };
    let first = chosen_line.saturating_sub(shown / 2).min(lines.len() - shown);
    let mut y = inside.y + FACTS;
    let mut rows = Vec::new();
    for index in first..first + shown {
        if headed && heading(&lines, index).is_some() {
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
        DataLine::Column(_) => 2,
    };
    let new = index > 0 && kind(&lines[index]) != kind(&lines[index - 1]);
    new.then(|| {
        if kind(&lines[index]) == 1 {
            "rows dropped, by the first reason that holds"
        } else {
            "columns"
        }
    })
}

/// Draws the screen.
pub fn draw(desk: &Desk, chosen_line: usize, body: Rect, buffer: &mut Buffer) {
    let parts = parts(body);
    let theme = desk.theme;
    let source = desk.data.as_ref().map_or("", |data| data.purchases.source.as_str());
    let inside = panel(buffer, parts.lines, "data", source, theme);
    let Some(data) = &desk.data else {
        let words = desk.loading.as_ref().map_or(String::new(), |(_, what)| format!("{what}…"));
        text(buffer, inside, inside.x + 1, inside.y, &words, theme.dim());
        return;
    };
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
    let lines = DataLine::all();
    let rows = line_rows(chosen_line, body);
    for pair in rows.windows(2) {
        if let (Some(words), true) = (heading(&lines, pair[1].0), pair[1].1.y > pair[0].1.y + 1) {
            text(buffer, inside, inside.x + 1, pair[1].1.y - 1, words, theme.dim());
        }
    }
    for (index, row) in rows {
        draw_line(desk, lines[index], index == chosen_line, row, buffer);
    }
    for (area, chart) in [
        (parts.groups, charts::groups_per_user(desk)),
        (parts.values, charts::value_per_pair(desk)),
    ] {
        if let Some(chart) = chart {
            chart_panel(buffer, area, &chart, theme);
        }
    }
}

fn total(data: &Dataset) -> String {
    let unit = data.pairs.units_per_shown();
    let (whole, part) = (data.pairs.raw_total() / unit, data.pairs.raw_total() % unit);
    if unit == 1 {
        grouped(whole as u64)
    } else {
        format!("{}.{:02}", grouped(whole as u64), part * 100 / unit)
    }
}

fn draw_line(desk: &Desk, line: DataLine, chosen: bool, row: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let Some(data) = &desk.data else { return };
    text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
    let style = if chosen { theme.chosen() } else { theme.text() };
    let name_at = row.x + 2;
    let value_at = row.x + 25;
    match line {
        DataLine::Status => {
            let status = data.purchases.status;
            text(buffer, row, name_at, row.y, "status", style);
            text(
                buffer,
                row,
                row.x + 16,
                row.y,
                &format!(" {} ", status.name().to_uppercase()),
                theme.status(status),
            );
        }
        DataLine::Cleaning(reason) => {
            let drops = desk.options.cleaning.drops(reason);
            let mark = if drops { "✓" } else { " " };
            text(buffer, row, name_at, row.y, &format!("[{mark}] {}", reason.name()), style);
            let dropped = data.pairs.report().dropped[reason];
            let words = if drops { grouped(dropped) } else { "kept".to_owned() };
            let style = if dropped > 0 { theme.hue(Hue::Orange) } else { theme.dim() };
            text_right(buffer, row, value_at + 9, row.y, &words, style);
            let share = dropped as f64 / (data.pairs.report().rows_read.max(1)) as f64;
            let room = row.right().saturating_sub(value_at + 11);
            let bar = (share * f64::from(room)).round() as usize;
            text(
                buffer,
                row,
                value_at + 10,
                row.y,
                &"▒".repeat(bar.min(usize::from(room))),
                theme.hue(Hue::Orange),
            );
        }
        DataLine::Column(purpose) => {
            text(buffer, row, name_at, row.y, purpose.name(), style);
            let used = charts::column_text(desk, purpose);
            let style = if used == "none" { theme.dim() } else { theme.strong() };
            let room = usize::from(row.right().saturating_sub(row.x + 16));
            let used = if chosen { format!("◂ {used} ▸") } else { used };
            text(buffer, row, row.x + 16, row.y, &fit(&used, room), style);
        }
    }
}
