//! The line to type into, over the foot of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::{Areas, frame};
use crate::tui::model::Model;
use crate::tui::paint::text;
use crate::tui::prompt::Prompt;

/// Draws the prompt; returns where the cursor stands.
pub fn draw(model: &Model, prompt: &Prompt, areas: Areas, buffer: &mut Buffer) -> (u16, u16) {
    let theme = model.theme;
    let width = usize::from(areas.body.width).saturating_sub(4);
    let refusal = prompt.refusal.as_deref().map(|r| frame::wrap(r, width)).unwrap_or_default();
    let height = (3 + refusal.len() as u16).min(areas.body.height);
    let area = Rect { y: areas.body.bottom() - height, height, ..areas.body };
    frame::clear(buffer, area);
    let inside = frame::panel(buffer, area, &prompt.label, &prompt.hint, theme);
    let shown = prompt.visible(usize::from(inside.width).saturating_sub(4));
    text(buffer, inside, inside.x + 1, inside.y, "▸", theme.chosen());
    text(buffer, inside, inside.x + 3, inside.y, shown, theme.text());
    for (row, line) in refusal.iter().enumerate() {
        text(buffer, inside, inside.x + 1, inside.y + 1 + row as u16, line, theme.alarm());
    }
    (inside.x + 3 + shown.width() as u16, inside.y)
}
