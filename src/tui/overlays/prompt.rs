//! The line to type into, over the foot of the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::chart::grouped;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding, CTRL, bind, key};
use crate::tui::desk::prompt::{Asked, Completion, Prompt};
use crate::tui::paint::areas::Areas;
use crate::tui::paint::panel::{clear, panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// Keys while a line is typed.
const KEYS: &[Binding] = &[
    bind!([key!(Enter)], "enter", "take it", "take what is typed", Action::Enter),
    bind!([key!(Esc)], "esc", "cancel", "leave everything as it was", Action::Escape),
    bind!([(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit", Action::Quit),
];

/// Keys while the path of a file is typed, besides.
const PATH_KEYS: &[Binding] = &[
    bind!(
        [key!(Tab)],
        "tab",
        "complete",
        "go on with the path as far as it is clear; once more lists the choices",
        Action::Complete
    ),
    bind!([key!(Up)], "↑↓", "recent files", "the file opened before", Action::Up),
    bind!([key!(Down)], "↓", "", "the file opened after it, or what was typed", Action::Down),
];

/// The keys that work while a prompt is open.
pub fn keys(asked: Asked) -> Vec<Binding> {
    match asked {
        Asked::File | Asked::FileOfScreen(_) => [KEYS, PATH_KEYS].concat(),
        _ => KEYS.to_vec(),
    }
}

/// A key that is text, or takes text away.
pub fn edit(prompt: &mut Prompt, key: KeyEvent) {
    match key.code {
        KeyCode::Backspace => prompt.pop(),
        KeyCode::Delete => prompt.delete(),
        KeyCode::Left => prompt.walk(false),
        KeyCode::Right => prompt.walk(true),
        KeyCode::Home | KeyCode::Up => prompt.jump(false),
        KeyCode::End | KeyCode::Down => prompt.jump(true),
        KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => prompt.clear(),
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
    let room = usize::from(areas.body.height).saturating_sub(3 + refusal.len());
    let listed = listed(&prompt.completion, width, room);
    let height = (3 + refusal.len() + listed.len()).min(areas.body.height.into()) as u16;
    let area = Rect { y: areas.body.bottom() - height, height, ..areas.body };
    clear(buffer, area);
    let inside = panel(buffer, area, &prompt.label, &prompt.hint, theme);
    let (shown, cursor) = prompt.visible(usize::from(inside.width).saturating_sub(4));
    text(buffer, inside, inside.x + 1, inside.y, "▸", theme.chosen());
    let style = if prompt.selected { theme.selected() } else { theme.text() };
    text(buffer, inside, inside.x + 3, inside.y, shown, style);
    if prompt.selected && usize::from(inside.width) > shown.width() + 34 {
        let words = "typing replaces it, ←→ keep it";
        text_right(buffer, inside, inside.right() - 1, inside.y, words, theme.dim());
    }
    for (row, line) in refusal.iter().enumerate() {
        text(buffer, inside, inside.x + 1, inside.y + 1 + row as u16, line, theme.alarm());
    }
    let below = inside.y + 1 + refusal.len() as u16;
    for (row, line) in listed.iter().enumerate() {
        text(buffer, inside, inside.x + 3, below + row as u16, line, theme.dim());
    }
    (inside.x + 3 + cursor, inside.y)
}

/// The choices in columns, down and then to the right, in at most `room` lines; the last one says
/// how many there are besides.
fn listed(completion: &Completion, width: usize, room: usize) -> Vec<String> {
    let Completion { choices, total, listed: true, .. } = completion else { return Vec::new() };
    let width = width.saturating_sub(2);
    let widest = choices.iter().map(|choice| choice.width()).max().unwrap_or(0);
    let column = (widest + 2).min(width).max(1);
    let columns = (width / column).max(1);
    let lines = choices.len().div_ceil(columns);
    // One line is for the rest.
    let whole = lines <= room && choices.len() == *total;
    let lines = if whole { lines } else { lines.min(room.saturating_sub(1)) };
    let shown = &choices[..choices.len().min(lines * columns)];
    let mut text: Vec<String> = (0..lines)
        .map(|line| {
            let across = shown.iter().skip(line).step_by(lines);
            let cells = across.map(|choice| {
                let cell = fit(choice, column.saturating_sub(2).max(1));
                let gap = column.saturating_sub(cell.width());
                cell + &" ".repeat(gap)
            });
            cells.collect::<String>().trim_end().to_owned()
        })
        .collect();
    if !whole && room > 0 {
        text.push(format!("… and {} more: type on", grouped((total - shown.len()) as u64)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(many: usize, total: usize) -> Completion {
        let choices = (0..many).map(|n| format!("file-{n:02}")).collect();
        Completion { choices, total, listed: true, ..Completion::default() }
    }

    #[test]
    fn choices_stand_in_columns_as_far_as_there_is_room() {
        assert_eq!(
            listed(&choices(5, 5), 22, 9),
            ["file-00  file-03", "file-01  file-04", "file-02"]
        );
        assert_eq!(
            listed(&choices(9, 9), 22, 3),
            ["file-00  file-02", "file-01  file-03", "… and 5 more: type on"]
        );
        assert_eq!(
            listed(&choices(2, 700), 40, 9),
            ["file-00  file-01", "… and 698 more: type on"]
        );
        assert_eq!(listed(&choices(2, 2), 5, 1), ["… and 2 more: type on"]);
        assert!(listed(&choices(2, 2), 5, 0).is_empty());
        assert!(listed(&Completion { listed: false, ..choices(5, 5) }, 22, 9).is_empty());
    }
}
