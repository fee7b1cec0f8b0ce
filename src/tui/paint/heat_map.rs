//! A map of cells in characters: coloured cells, best marks, cursor, ramp.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::theme::{Depth, Theme};
use super::{text, text_right};
use crate::chart::{HeatMap, heat_colour, short_number};

/// Where the cells of a map stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapLayout {
    /// The area of the cells.
    pub cells: Rect,
    /// The lowest row in view.
    pub first_row: usize,
    /// Rows in view.
    pub rows: usize,
    /// The first column in view.
    pub first_column: usize,
    /// Columns in view.
    pub columns: usize,
}

impl MapLayout {
    /// The area of a cell in view. Cells share the room without a remainder, so some are
    /// a character wider than others.
    pub fn cell(&self, row: usize, column: usize) -> Rect {
        let edge = |at: usize, all: usize, length: u16| (at * usize::from(length) / all) as u16;
        let (up, right) = (row - self.first_row, column - self.first_column);
        let (left, next) = (
            edge(right, self.columns, self.cells.width),
            edge(right + 1, self.columns, self.cells.width),
        );
        let (low, high) =
            (edge(up, self.rows, self.cells.height), edge(up + 1, self.rows, self.cells.height));
        Rect {
            x: self.cells.x + left,
            y: self.cells.bottom() - high,
            width: next - left,
            height: high - low,
        }
    }

    /// The rows and columns in view.
    fn in_view(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.first_column..self.first_column + self.columns;
        (self.first_row..self.first_row + self.rows)
            .flat_map(move |row| columns.clone().map(move |column| (row, column)))
    }

    /// The (row, column) of the cell at a place on the screen.
    pub fn cell_at(&self, place: (u16, u16)) -> Option<(usize, usize)> {
        self.in_view().find(|&(row, column)| self.cell(row, column).contains(place.into()))
    }
}

/// Lays out a map of `rows` and `columns` inside `area`, with `label` characters for
/// row labels, so that the cursor is in view.
pub fn map_layout(
    area: Rect,
    rows: usize,
    columns: usize,
    label: u16,
    cursor: (usize, usize),
) -> Option<MapLayout> {
    let width = area.width.checked_sub(label + 2)?;
    let height = area.height.checked_sub(3)?;
    if width == 0 || height == 0 || rows == 0 || columns == 0 {
        return None;
    }
    let shown_columns = columns.min(usize::from(width));
    let shown_rows = rows.min(usize::from(height));
    // Few rows are of one height, though a line or two stay empty.
    let height = match shown_rows as u16 {
        few if few <= 6 => height - height % few,
        _ => height,
    };
    let window =
        |at: usize, shown: usize, all: usize| at.saturating_sub(shown / 2).min(all - shown);
    Some(MapLayout {
        cells: Rect {
            x: area.x + label + 1,
            y: area.y,
            width,
            height: height.min(5 * shown_rows as u16),
        },
        first_row: window(cursor.0.min(rows - 1), shown_rows, rows),
        rows: shown_rows,
        first_column: window(cursor.1.min(columns - 1), shown_columns, columns),
        columns: shown_columns,
    })
}

/// Draws the inside of the map.
pub fn draw(buffer: &mut Buffer, area: Rect, spec: &HeatMap, theme: Theme) {
    let label = spec.rows.iter().map(|l| l.width()).max().unwrap_or(1) as u16;
    let cursor = spec.cursor.unwrap_or((0, 0));
    let Some(layout) = map_layout(area, spec.rows.len(), spec.columns.len(), label, cursor) else {
        return;
    };
    let shares = Shares::of(spec);
    for row in layout.first_row..layout.first_row + layout.rows {
        let first = layout.cell(row, layout.first_column);
        let chosen = spec.cursor.is_some_and(|c| c.0 == row);
        let style = if chosen { theme.chosen() } else { theme.dim() };
        text_right(
            buffer,
            area,
            layout.cells.x - 1,
            first.y + first.height / 2,
            &spec.rows[row],
            style,
        );
    }
    for (row, column) in layout.in_view() {
        draw_cell(buffer, layout.cell(row, column), spec, (row, column), &shares, theme);
    }
    draw_columns(buffer, area, spec, &layout, theme);
    draw_ramp(buffer, area, spec, layout.cells.bottom() + 1, theme);
}

fn draw_cell(
    buffer: &mut Buffer,
    cell: Rect,
    spec: &HeatMap,
    at: (usize, usize),
    shares: &Shares,
    theme: Theme,
) {
    let share = spec.values[at.0][at.1].map(|value| shares.place(value));
    let ground = share.and_then(|s| theme.colour(heat_colour(s)));
    let glyph = match (ground, share) {
        (Some(_), _) => ' ',
        (None, Some(s)) => [' ', '░', '▒', '▓', '█'][((s * 4.0).round() as usize).min(4)],
        (None, None) => '·',
    };
    for y in cell.y..cell.bottom() {
        for x in cell.x..cell.right() {
            if let Some(target) = buffer.cell_mut((x, y)) {
                target.set_char(glyph);
                match ground {
                    Some(ground) => target.set_bg(ground),
                    None => target.set_style(theme.dim()),
                };
            }
        }
    }
    // Dark marks on bright cells, bright ones on dark cells.
    let ink = if share.is_some_and(|s| s > 0.45) { Color::Black } else { Color::White };
    let ink = if theme.depth == Depth::Mono { Style::new() } else { Style::new().fg(ink) };
    let (x, y) = (cell.x + (cell.width - 1) / 2, cell.y + cell.height / 2);
    if spec.is_edge(at.0, at.1)
        && let Some(target) = buffer.cell_mut((x, y))
    {
        target.set_char('○').set_style(ink);
    }
    if spec.best.get(at.1).copied().flatten() == Some(at.0)
        && let Some(target) = buffer.cell_mut((x, y))
    {
        target.set_char('◆').set_style(ink.add_modifier(Modifier::BOLD));
    }
    if spec.cursor == Some(at) {
        let style = ink.add_modifier(Modifier::BOLD | Modifier::REVERSED);
        if cell.width >= 3 {
            for (x, glyph) in [(cell.x, '▐'), (cell.right() - 1, '▌')] {
                if let Some(target) = buffer.cell_mut((x, y)) {
                    target.set_char(glyph).set_style(ink.add_modifier(Modifier::BOLD));
                }
            }
            if let Some(target) = buffer.cell_mut((x, y)) {
                target.set_style(style);
            }
        } else {
            for x in cell.x..cell.right() {
                if let Some(target) = buffer.cell_mut((x, y)) {
                    target.set_style(style);
                    if target.symbol() == " " {
                        target.set_char('▪');
                    }
                }
            }
        }
    }
    let words = spec.words.get(at.0).and_then(|row| row.get(at.1)).map_or("", String::as_str);
    let width = words.width() as u16;
    if (1..=cell.width).contains(&width) {
        let style = match spec.cursor == Some(at) {
            true => ink.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            false => ink,
        };
        // Where there are no colours, words need a ground of their own.
        let room = width + 2 <= cell.width;
        let padded = if ground.is_none() && room { format!(" {words} ") } else { words.to_owned() };
        let x = cell.x + (cell.width - padded.width() as u16).div_ceil(2);
        text(buffer, cell, x, y, &padded, style.remove_modifier(Modifier::REVERSED));
    }
}

fn draw_columns(buffer: &mut Buffer, area: Rect, spec: &HeatMap, layout: &MapLayout, theme: Theme) {
    let y = layout.cells.bottom();
    text_right(buffer, area, layout.cells.x - 1, y, &spec.y_label, theme.dim());
    let name = &spec.x_label;
    let taken = if name.is_empty() { 0 } else { name.width() as u16 + 1 };
    let limit = layout.cells.right().max(layout.cells.x + 1).saturating_sub(taken);
    let mut free = layout.cells.x;
    let chosen = spec.cursor.map(|c| c.1);
    let place = |buffer: &mut Buffer, column: usize, free: &mut u16, style: Style| {
        let label = &spec.columns[column];
        let width = label.width() as u16;
        let cell = layout.cell(layout.first_row, column);
        let centre = cell.x + cell.width / 2;
        let start = centre.saturating_sub(width / 2).max(layout.cells.x);
        if start >= *free && start + width <= limit {
            text(buffer, area, start, y, label, style);
            *free = start + width + 2;
        }
    };
    for column in layout.first_column..layout.first_column + layout.columns {
        // Room is kept for the chosen column's label.
        match chosen {
            Some(c) if c == column => place(buffer, column, &mut free, theme.chosen()),
            Some(c) if c > column => {
                let left = |column: usize| layout.cell(layout.first_row, column).x;
                if left(column) + 8 <= left(c) {
                    place(buffer, column, &mut free, theme.dim());
                }
            }
            _ => place(buffer, column, &mut free, theme.dim()),
        }
    }
    text_right(buffer, area, layout.cells.right(), y, name, theme.dim());
}

fn draw_ramp(buffer: &mut Buffer, area: Rect, spec: &HeatMap, y: u16, theme: Theme) {
    let mut x = area.x + 1;
    let ends =
        spec.ends().map(|(low, high)| if spec.low_is_good { (high, low) } else { (low, high) });
    let worst = ends.map_or("worse".to_owned(), |ends| short_number(ends.0));
    let best = ends.map_or("better".to_owned(), |ends| short_number(ends.1));
    text(buffer, area, x, y, &worst, theme.dim());
    x += worst.width() as u16 + 1;
    for step in 0..10u16 {
        let share = f64::from(step) / 9.0;
        let glyph = if theme.depth == Depth::Mono {
            [" ", "░", "▒", "▓", "█"][usize::from(step) / 2]
        } else {
            " "
        };
        let style =
            theme.colour(heat_colour(share)).map_or(theme.dim(), |ground| Style::new().bg(ground));
        text(buffer, area, x, y, glyph, style);
        x += 1;
    }
    text(buffer, area, x + 1, y, &best, theme.dim());
    let mut marks = match spec.best.is_empty() {
        true => String::new(),
        false => format!("◆ best {} at each ε", spec.y_label),
    };
    if let Some(limit) = spec.limit {
        let sign = if spec.low_is_good { "≤" } else { "≥" };
        marks = format!("○ {sign} {} · {marks}", short_number(limit));
    }
    text(buffer, area, x + best.width() as u16 + 3, y, &marks, theme.dim());
}

/// How values become shares of the ramp.
struct Shares {
    low: f64,
    high: f64,
    log: bool,
    low_is_good: bool,
}

impl Shares {
    fn of(spec: &HeatMap) -> Self {
        let (low, high) = spec.ends().unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
        Self { low, high, log: spec.log_colours, low_is_good: spec.low_is_good }
    }

    fn place(&self, value: f64) -> f64 {
        let t = |v: f64| if self.log { libm::log(v.max(f64::MIN_POSITIVE)) } else { v };
        let span = t(self.high) - t(self.low);
        let share =
            if span > 0.0 { ((t(value) - t(self.low)) / span).clamp(0.0, 1.0) } else { 1.0 };
        if self.low_is_good && span > 0.0 { 1.0 - share } else { share }
    }
}
