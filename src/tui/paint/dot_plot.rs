//! Dots stacked over a number line, with the truth marked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::text;
use super::theme::Theme;
use crate::chart::{DotPlot, Hue};

/// Draws the inside of the plot.
pub fn draw(buffer: &mut Buffer, area: Rect, spec: &DotPlot, theme: Theme) {
    if area.width < 16 || area.height < 5 {
        return;
    }
    let line = area.bottom() - 3;
    let columns = usize::from(area.width - 2) / 2;
    let column_of = |value: f64| {
        let place = spec.x.scale.place(value)?;
        (0.0..=1.0).contains(&place).then(|| ((place * columns as f64) as usize).min(columns - 1))
    };
    let mut heights = vec![0u16; columns];
    for &dot in &spec.dots {
        if let Some(column) = column_of(dot) {
            heights[column] += 1;
        }
    }
    let x_of = |column: usize| area.x + 1 + 2 * column as u16;
    let room = line - area.y - 1;
    // Where a stack is taller than the room, each dot stands for more chances.
    let per_dot = heights.iter().max().copied().unwrap_or(0).div_ceil(room.max(1)).max(1);
    let chances = if per_dot == 1 { spec.dot.to_owned() } else { format!("{}s", spec.dot) };
    let label = format!("each dot: {per_dot} {chances} in {}", spec.dots.len());
    text(buffer, area, area.x + 1, area.y, &label, theme.dim());
    for (column, &height) in heights.iter().enumerate() {
        for up in 0..height.div_ceil(per_dot) {
            text(buffer, area, x_of(column), line - 1 - up, "●", theme.hue(Hue::Sky));
        }
    }
    for x in area.x..area.right() {
        text(buffer, area, x, line, "─", theme.border());
    }
    let marks = [(&spec.mark, '▲', theme.strong()), (&spec.second_mark, '△', theme.care())];
    let (mut taken, mut below) = (Vec::new(), Vec::<(u16, u16)>::new());
    for (mark, glyph, style) in marks {
        let Some((value, label)) = mark else { continue };
        let Some(place) = spec.x.scale.place(*value) else { continue };
        // What lies outside stands at the edge, with an arrow.
        let label = match place {
            p if p > 1.0 => format!("{label} ▸"),
            p if p < 0.0 => format!("◂ {label}"),
            _ => label.clone(),
        };
        let column = column_of(*value).unwrap_or(if place > 1.0 { columns - 1 } else { 0 });
        let x = x_of(column);
        text(buffer, area, x, line, glyph.encode_utf8(&mut [0; 4]), style);
        let width = label.width() as u16;
        let start = x
            .saturating_sub(width / 2)
            .clamp(area.x, area.right().saturating_sub(width).max(area.x));
        // Labels that would touch go to the row below.
        let overlaps = |&(s, w): &(u16, u16)| start < s + w + 1 && s < start + width + 1;
        let row = if taken.iter().any(overlaps) { line + 2 } else { line + 1 };
        text(buffer, area, start, row, &label, style);
        taken.push((start, width));
        if row == line + 2 {
            below.push((start, width));
        }
    }
    // Ticks stand where no label does.
    let mut free = area.x;
    for tick in spec.x.scale.ticks(usize::from(area.width / 9).max(2)) {
        let Some(column) = column_of(tick.value) else { continue };
        let width = tick.label.width() as u16;
        let start = (x_of(column) + 1).saturating_sub(width.div_ceil(2)).max(area.x);
        let clear = below.iter().all(|&(s, w)| start > s + w || start + width < s);
        if clear && start >= free && start + width <= area.right() {
            text(buffer, area, start, line + 2, &tick.label, theme.dim());
            free = start + width + 1;
        }
    }
}
