//! The first rows of a file: raw beside as read, or raw alone where nothing can be read yet.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::state::{Data, First};
use crate::purchases::{FirstRow, Purpose, Sketch};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text, text_right};
use crate::tui::series::warning;

/// One line of the panel.
enum Shown<'a> {
    /// Where a row begins.
    Row(usize),
    /// A field that serves a purpose: raw, and as read.
    Read(&'static str, &'a str, Option<&'a str>),
    /// A field that serves none.
    Raw(&'a str, &'a str),
}

/// The lines of all rows.
fn lines<'a>(desk: &'a Desk, rows: &'a [FirstRow]) -> Vec<Shown<'a>> {
    let Some(open) = &desk.data else { return Vec::new() };
    let header = &open.purchases.header;
    let serves = |column: &str| {
        let used = |purpose: Purpose| open.purchases.columns[purpose].as_deref() == Some(column);
        Purpose::ALL.into_iter().any(used)
    };
    let mut shown = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        shown.push(Shown::Row(number + 1));
        let raw = |column: &str| {
            let place = header.iter().position(|name| name == column)?;
            row.raw.get(place).map(String::as_str)
        };
        for purpose in Purpose::ALL {
            if let Some(column) = open.purchases.columns[purpose].as_deref() {
                let read = row.read[purpose].as_deref();
                shown.push(Shown::Read(purpose.name(), raw(column).unwrap_or(""), read));
            }
        }
        for (column, cell) in header.iter().zip(&row.raw) {
            if !serves(column) {
                shown.push(Shown::Raw(column, cell));
            }
        }
    }
    shown
}

/// Draws the first rows of the open file, raw beside as read.
pub fn draw(data: &Data, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let mut inside = panel(buffer, area, "first rows", "raw → as read", theme);
    // At the foot, as of every figure of true data; over the border where it fits there.
    if let Some(warning) = warning(desk) {
        let width = usize::from(area.width).saturating_sub(6);
        let lines = wrap(&warning, width);
        let foot = area.bottom().saturating_sub(1);
        match &lines[..] {
            [line] => {
                text(buffer, area, area.x + 2, foot, &format!(" {line} "), theme.care());
            }
            lines => {
                let height = (lines.len() as u16).min(inside.height);
                inside.height -= height;
                for (row, line) in lines.iter().take(height.into()).enumerate() {
                    let y = inside.bottom() + row as u16;
                    text(buffer, area, inside.x + 1, y, line, theme.care());
                }
            }
        }
    }
    let rows = match &data.first {
        First::Known(look) if look.rows.is_empty() => Err("the rows cannot be read a second time"),
        First::Known(look) => Ok(&look.rows),
        First::Unknown | First::Awaited(_) => Err("reading the first rows…"),
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(words) => {
            text(buffer, inside, inside.x + 1, inside.y, words, theme.dim());
            return;
        }
    };
    let lines = lines(desk, rows);
    let height = usize::from(inside.height);
    let from = data.from.min(lines.len().saturating_sub(height));
    let raw_at = inside.x + 13;
    let half = inside.width.saturating_sub(13) / 2;
    let read_at = raw_at + half;
    for (row, line) in lines.iter().skip(from).take(height).enumerate() {
        let y = inside.y + row as u16;
        match line {
            Shown::Row(number) => {
                text(buffer, inside, inside.x + 1, y, &format!("row {number}"), theme.strong());
            }
            Shown::Read(name, raw, read) => {
                text(buffer, inside, inside.x + 1, y, &fit(name, 11), theme.dim());
                let cell = fit(raw, usize::from(half).saturating_sub(1));
                text(buffer, inside, raw_at, y, &cell, theme.text());
                let (words, style) = match read {
                    Some(read) => (format!("→ {read}"), theme.strong()),
                    None if raw.trim().is_empty() => ("→ —".to_owned(), theme.dim()),
                    None => ("→ — not read".to_owned(), theme.care()),
                };
                text(buffer, inside, read_at, y, &words, style);
            }
            Shown::Raw(name, raw) => {
                text(buffer, inside, inside.x + 1, y, &fit(name, 11), theme.dim());
                text(buffer, inside, raw_at, y, raw, theme.dim());
            }
        }
    }
    if from + height < lines.len() {
        let right = area.right().saturating_sub(2);
        text_right(buffer, area, right, area.y, " ↓ ", theme.chosen());
    }
}

/// Draws the first rows of a file that cannot be read yet; the column in `marked` is in view.
pub fn draw_raw(
    desk: &Desk,
    sketch: &Sketch,
    (marked, subtitle): (Option<&str>, &str),
    area: Rect,
    buffer: &mut Buffer,
) {
    /// Columns of the terminal for one of the file.
    const MOST: usize = 24;
    let theme = desk.theme;
    let inside = panel(buffer, area, "first rows", subtitle, theme);
    if sketch.head.is_empty() {
        let words = "there is no row to show";
        text(buffer, inside, inside.x + 1, inside.y, words, theme.dim());
        return;
    }
    let cells = |column: usize| {
        sketch.head.iter().map(move |row| row.get(column).map_or("", String::as_str))
    };
    let widths: Vec<usize> = sketch
        .headers
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let widest = cells(column).chain([name.as_str()]).map(|cell| cell.width()).max();
            widest.unwrap_or(1).clamp(1, MOST)
        })
        .collect();
    let marked = marked.and_then(|name| sketch.headers.iter().position(|header| header == name));
    let room = usize::from(inside.width).saturating_sub(4);
    let mut first = 0;
    if let Some(marked) = marked {
        let width =
            |from: usize| widths[from..=marked].iter().map(|width| width + 2).sum::<usize>();
        while first < marked && width(first) > room {
            first += 1;
        }
    }
    let mut x = inside.x + 1;
    if first > 0 {
        text(buffer, inside, x, inside.y, "…", theme.dim());
        x += 2;
    }
    for (column, (name, &width)) in sketch.headers.iter().zip(&widths).enumerate().skip(first) {
        if x + 2 >= inside.right() {
            break;
        }
        let is_marked = marked == Some(column);
        let style = if is_marked { theme.chosen() } else { theme.dim() };
        text(buffer, inside, x, inside.y, &fit(name, width), style);
        let style = if is_marked { theme.strong() } else { theme.text() };
        for (row, cell) in cells(column).enumerate() {
            text(buffer, inside, x, inside.y + 1 + row as u16, &fit(cell, width), style);
        }
        x += width as u16 + 2;
    }
}

/// Draws a sentence into a panel.
pub fn draw_sentence(
    desk: &Desk,
    (title, subtitle, words): (&str, &str, &str),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let inside = panel(buffer, area, title, subtitle, theme);
    let width = usize::from(inside.width).saturating_sub(4);
    text(buffer, inside, inside.x + 1, inside.y, "?", theme.care());
    for (row, line) in wrap(words, width).iter().take(inside.height.into()).enumerate() {
        text(buffer, inside, inside.x + 3, inside.y + row as u16, line, theme.text());
    }
}
