//! Text in cells: cut where it does not fit, made visible where it would be obeyed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

pub use crate::export::fit;
use crate::export::shown;

/// Writes text from the left, cut with `…` where it does not fit.
pub fn text(buffer: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) {
    if y < area.bottom() && x < area.right() && y >= area.y {
        let room = usize::from(area.right() - x);
        // What stood there before must not lend its colour to the text, nor turn it round.
        let plain =
            Style::new().fg(ratatui::style::Color::Reset).remove_modifier(Modifier::REVERSED);
        let style = plain.patch(style);
        // Made visible here, where it has its width; what escapes this is stopped in `view`.
        buffer.set_stringn(x, y, fit(&shown(text), room), room, style);
    }
}

/// Writes text that ends before column `right`.
pub fn text_right(buffer: &mut Buffer, area: Rect, right: u16, y: u16, what: &str, style: Style) {
    let width = what.width() as u16;
    text(buffer, area, right.saturating_sub(width).max(area.x), y, what, style);
}
