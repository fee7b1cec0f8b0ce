//! A map of cells in characters: coloured cells, best marks, cursor, ramp.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::{text, text_right};
use crate::chart::{HeatMap, heat_colour};
use crate::tui::theme::{Depth, Theme};

/// Where the cells of a map stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapLayout {
    /// The area of the cells.
    pub cells: Rect,
    /// Characters across a cell.
    pub across: u16,
    /// Characters down a cell.
    pub down: u16,
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
    /// The (row, column) of the cell at a place on the screen.
    pub fn cell_at(&self, (x, y): (u16, u16)) -> Option<(usize, usize)> {
        if !self.cells.contains((x, y).into()) {
            return None;
        }
        let column = usize::from((x - self.cells.x) / self.across);
        let up = usize::from((self.cells.bottom() - 1 - y) / self.down);
        (column < self.columns && up < self.rows).then_some((self.first_row + up, self.first_column + column))
    }
}

/// Lays out a map of `rows` and `columns` inside `area`, with `label` characters for
/// row labels, so that the cursor is in view.
pub fn map_layout(area: Rect, rows: usize, columns: usize, label: u16, cursor: (usize, usize)) -> Option<MapLayout> {
    let width = area.width.checked_sub(label + 2)?;
    let height = area.height.checked_sub(3)?;
    if width == 0 || height == 0 || rows == 0 || columns == 0 {
        return None;
    }
    let shown_columns = columns.min(usize::from(width));
    let shown_rows = rows.min(usize::from(height));
    let across = (width / shown_columns as u16).max(1);
    let down = (height / shown_rows as u16).clamp(1, 3);
    let window = |at: usize, shown: usize, all: usize| at.saturating_sub(shown / 2).min(all - shown);
    Some(MapLayout {
        cells: Rect {
            x: area.x + label + 1,
            y: area.y,
            width: across * shown_columns as u16,
            height: down * shown_rows as u16,
        },
        across,
        down,
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
    let Some(layout) = map_layout(area, spec.rows.len(), spec.columns.len(), label, cursor) else { return };
    let shares = Shares::of(spec);
    for row in layout.first_row..layout.first_row + layout.rows {
        let up = (row - layout.first_row) as u16;
        let top = layout.cells.bottom() - (up + 1) * layout.down;
        let middle = top + layout.down / 2;
        let chosen = spec.cursor.is_some_and(|c| c.0 == row);
        let style = if chosen { theme.chosen() } else { theme.dim() };
        text_right(buffer, area, layout.cells.x - 1, middle, &spec.rows[row], style);
        for column in layout.first_column..layout.first_column + layout.columns {
            let left = layout.cells.x + (column - layout.first_column) as u16 * layout.across;
            let cell = Rect { x: left, y: top, width: layout.across, height: layout.down };
            draw_cell(buffer, cell, spec, (row, column), &shares, theme);
        }
    }
    draw_columns(buffer, area, spec, &layout, theme);
    draw_ramp(buffer, area, spec, layout.cells.bottom() + 1, theme);
}

fn draw_cell(buffer: &mut Buffer, cell: Rect, spec: &HeatMap, at: (usize, usize), shares: &Shares, theme: Theme) {
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
}

fn draw_columns(buffer: &mut Buffer, area: Rect, spec: &HeatMap, layout: &MapLayout, theme: Theme) {
    let y = layout.cells.bottom();
    text_right(buffer, area, layout.cells.x - 1, y, &spec.y_label, theme.dim());
    let name = &spec.x_label;
    let limit = layout.cells.right().max(layout.cells.x + 1).saturating_sub(name.width() as u16 + 1);
    let mut free = layout.cells.x;
    let chosen = spec.cursor.map(|c| c.1);
    let place = |buffer: &mut Buffer, column: usize, free: &mut u16, style: Style| {
        let label = &spec.columns[column];
        let width = label.width() as u16;
        let centre = layout.cells.x + (column - layout.first_column) as u16 * layout.across + layout.across / 2;
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
                let centre = layout.cells.x + (c - layout.first_column) as u16 * layout.across;
                let here = layout.cells.x + (column - layout.first_column) as u16 * layout.across;
                if here + 8 <= centre {
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
    text(buffer, area, x, y, "worse", theme.dim());
    x += 6;
    for step in 0..10u16 {
        let share = f64::from(step) / 9.0;
        let glyph =
            if theme.depth == Depth::Mono { [" ", "░", "▒", "▓", "█"][usize::from(step) / 2] } else { " " };
        let style = theme.colour(heat_colour(share)).map_or(theme.dim(), |ground| Style::new().bg(ground));
        text(buffer, area, x, y, glyph, style);
        x += 1;
    }
    text(buffer, area, x + 1, y, "better", theme.dim());
    text(buffer, area, x + 10, y, &format!("◆ best {} at each ε", spec.y_label), theme.dim());
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
        let log = spec.log_colours;
        let values = || spec.values.iter().flatten().flatten().copied().filter(|v| v.is_finite() && (!log || *v > 0.0));
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        Self { low, high, log, low_is_good: spec.low_is_good }
    }

    fn place(&self, value: f64) -> f64 {
        let t = |v: f64| if self.log { libm::log(v.max(f64::MIN_POSITIVE)) } else { v };
        let span = t(self.high) - t(self.low);
        let share = if span > 0.0 { ((t(value) - t(self.low)) / span).clamp(0.0, 1.0) } else { 1.0 };
        if self.low_is_good && span > 0.0 { 1.0 - share } else { share }
    }
}
