//! The parts of a frame.

use ratatui::layout::Rect;

/// The smallest terminal that the program draws on.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The parts of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Name, source, status, screens.
    pub header: Rect,
    /// The screen.
    pub body: Rect,
    /// The budget gauge.
    pub budget: Rect,
    /// Keys, or the newest notice above them.
    pub footer: Rect,
}

/// The parts of a frame of this size; `None` where the terminal is too small.
pub fn areas(area: Rect) -> Option<Areas> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let budget = if area.height >= 30 { 3 } else { 1 };
    let row = |y, height| Rect { x: area.x, y, width: area.width, height };
    Some(Areas {
        header: row(area.y, 1),
        body: row(area.y + 1, area.height - 2 - budget),
        budget: row(area.bottom() - 1 - budget, budget),
        footer: row(area.bottom() - 1, 1),
    })
}
