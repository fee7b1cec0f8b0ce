//! The line to type into, over the foot of the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding, CTRL, bind, key};
use crate::tui::desk::prompt::Prompt;
use crate::tui::frame::areas::Areas;
use crate::tui::paint::panel::{clear, panel, wrap};
use crate::tui::paint::text;

/// Keys while a line is typed.
pub const KEYS: &[Binding] = &[
    bind!([key!(Enter)], "enter", "take it", "take what is typed", Action::Enter),
    bind!([key!(Esc)], "esc", "cancel", "leave everything as it was", Action::Escape),
    bind!([(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit", Action::Quit),
];

/// A key that is text, or takes text away.
pub fn edit(prompt: &mut Prompt, key: KeyEvent) {
    match key.code {
        KeyCode::Backspace => prompt.pop(),
        KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => prompt.text.clear(),
        KeyCode::Char(c)
            if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
        {
            prompt.push(c);
        }
        _ => {}
    }
}

/// Draws the prompt; returns where the cursor stands.
pub fn draw(desk: &Desk, prompt: &Prompt, areas: Areas, buffer: &mut Buffer) -> (u16, u16) {
    let theme = desk.theme;
    let width = usize::from(areas.body.width).saturating_sub(4);
    let refusal = prompt.refusal.as_deref().map(|r| wrap(r, width)).unwrap_or_default();
    let height = (3 + refusal.len() as u16).min(areas.body.height);
    let area = Rect { y: areas.body.bottom() - height, height, ..areas.body };
    clear(buffer, area);
    let inside = panel(buffer, area, &prompt.label, &prompt.hint, theme);
    let shown = prompt.visible(usize::from(inside.width).saturating_sub(4));
    text(buffer, inside, inside.x + 1, inside.y, "▸", theme.chosen());
    text(buffer, inside, inside.x + 3, inside.y, shown, theme.text());
    for (row, line) in refusal.iter().enumerate() {
        text(buffer, inside, inside.x + 1, inside.y + 1 + row as u16, line, theme.alarm());
    }
    (inside.x + 3 + shown.width() as u16, inside.y)
}
