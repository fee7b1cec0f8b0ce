//! Bars over steps, kept and cut by a bound.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use super::{text, text_right};
use crate::chart::{Bars, Hue, short_number};

/// Draws the inside of the chart: horizontal bars, one a row, as many as fit.
pub fn draw(buffer: &mut Buffer, area: Rect, spec: &Bars, theme: Theme) {
    if area.width < 20 || area.height < 2 || spec.bars.is_empty() {
        return;
    }
    let label = spec.bars.iter().map(|(l, _)| l.width()).max().unwrap_or(1) as u16;
    let most = spec.bars.iter().map(|(_, h)| *h).fold(0.0, f64::max).max(1.0);
    let rows = usize::from(area.height);
    // Where not all fit, the window holds the bound.
    let first = if spec.bars.len() > rows {
        spec.kept.saturating_sub(rows / 2).min(spec.bars.len() - rows)
    } else {
        0
    };
    let most_digits =
        spec.bars.iter().map(|(_, h)| short_number(*h).width()).max().unwrap_or(1) as u16;
    let room = area.width.saturating_sub(label + most_digits + spec.mark.width() as u16 + 6);
    // Where there is room, a blank row between bars makes them easier to tell apart.
    let pitch = if spec.bars.len() * 2 <= rows + 1 { 2 } else { 1 };
    for (row, (index, (name, height))) in
        spec.bars.iter().enumerate().skip(first).take(rows).enumerate()
    {
        let y = area.y + row as u16 * pitch;
        let kept = index < spec.kept;
        let style = theme.hue(if kept { Hue::Sky } else { Hue::Orange });
        text_right(buffer, area, area.x + label, y, name, theme.dim());
        let length = height / most * f64::from(room);
        let bar = bar_of(length, kept, *height > 0.0);
        text(buffer, area, area.x + label + 1, y, &bar, style);
        let end = area.x + label + 1 + bar.width() as u16;
        text(buffer, area, end + 1, y, &short_number(*height), theme.dim());
        if index + 1 == spec.kept {
            text_right(buffer, area, area.right(), y, &format!("◂ {}", spec.mark), theme.strong());
        }
    }
}

/// A bar of some length in characters; what is cut is also textured.
fn bar_of(length: f64, kept: bool, some: bool) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if !kept {
        return "▒".repeat((length.round() as usize).max(usize::from(some)));
    }
    let eighths = ((length * 8.0).round() as usize).max(usize::from(some));
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}
