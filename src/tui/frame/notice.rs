//! The newest notice, over the foot of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::desk::{Desk, Urgency};
use crate::tui::paint::areas::Areas;
use crate::tui::paint::panel::{border, clear, wrap};
use crate::tui::paint::text;

/// Draws the newest notice over the foot of the screen.
pub fn notice(desk: &Desk, areas: Areas, buffer: &mut Buffer) {
    let Some((urgency, what)) = &desk.notice else { return };
    let (sign, style) = match urgency {
        Urgency::Done => ("✓", desk.theme.good()),
        Urgency::Doubtful => ("!", desk.theme.care()),
        Urgency::Refused => ("✗", desk.theme.alarm()),
    };
    let width = usize::from(areas.body.width).saturating_sub(6);
    let lines = wrap(what, width);
    let height = (lines.len() as u16).min(areas.body.height.saturating_sub(2)) + 2;
    let area = Rect { y: areas.body.bottom() - height, height, ..areas.body };
    clear(buffer, area);
    border(buffer, area, style);
    text(buffer, area, area.x + 2, area.y + 1, sign, style);
    const CLOSES: &str = " esc closes ";
    let at = area.right().saturating_sub(CLOSES.len() as u16 + 2);
    text(buffer, area, at, area.bottom() - 1, CLOSES, desk.theme.dim());
    for (row, line) in lines.iter().take(usize::from(height) - 2).enumerate() {
        text(buffer, area, area.x + 4, area.y + 1 + row as u16, line, desk.theme.text());
    }
}
