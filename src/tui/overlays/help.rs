//! What the screen in view shows, in the terms of the field, and its keys.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::desk::keys::{Action, Binding, CTRL, NONE, bind, key, key_names};
use crate::tui::desk::message::Effect;
use crate::tui::desk::{Desk, Overlay};
use crate::tui::paint::panel::{clear, panel, wrap};
use crate::tui::paint::{text, text_right};
use crate::tui::screen::Screen;

/// Keys while the explanation is open.
pub const KEYS: &[Binding] = &[
    bind!([key!(Down), key!('j')], "↑↓", "scroll", "scroll down", Action::Down),
    bind!([key!(Up), key!('k')], "↑", "", "scroll up", Action::Up),
    bind!([key!(PageDown), key!(' ')], "pgdn", "", "a page down", Action::PageDown),
    bind!([key!(PageUp)], "pgup", "", "a page up", Action::PageUp),
    bind!([key!(Home)], "home", "", "the first line", Action::First),
    bind!([key!(End)], "end", "", "the last line", Action::Last),
    bind!(
        [key!(Esc), key!('?'), key!('h'), key!('q'), key!(Enter), (KeyCode::F(1), NONE)],
        "esc",
        "close",
        "back to the screen",
        Action::Escape
    ),
    bind!([(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit", Action::Quit),
];

/// A line of the table of keys: the keys themselves, and what they do.
fn key_line(binding: &Binding) -> String {
    format!("  {:<10} {}", key_names(binding.keys), binding.explained)
}

/// A line of the table of keys in as many lines as it takes.
fn hung(line: &str, room: usize) -> Vec<String> {
    const KEYS: usize = 13;
    let at = line.char_indices().nth(KEYS).map_or(line.len(), |(at, _)| at);
    let (keys, words) = line.split_at(at);
    // Longer names of keys go on into the words.
    let cut = if keys.ends_with(' ') { at } else { at + words.find(' ').unwrap_or(words.len()) };
    let (keys, words) = line.split_at(cut);
    let keys = if keys.ends_with(' ') { keys.to_owned() } else { format!("{keys} ") };
    let parts = wrap(words.trim_start(), room.saturating_sub(keys.chars().count()).max(10));
    let indent = " ".repeat(keys.chars().count());
    let hang = |(row, part)| format!("{}{part}", if row == 0 { &keys } else { &indent });
    let mut lines: Vec<String> = parts.into_iter().enumerate().map(hang).collect();
    if lines.is_empty() {
        lines.push(line.to_owned());
    }
    lines
}

/// Headings and what stands below them: `## heading`, then a paragraph.
fn paragraphs(help: &str) -> impl Iterator<Item = (&str, &str)> {
    help.split("## ").skip(1).map(|part| {
        let (heading, words) = part.split_once('\n').unwrap_or((part, ""));
        (heading.trim(), words.trim())
    })
}

/// What the keys do while the explanation is open.
pub fn act(desk: &mut Desk, action: Action) -> Vec<Effect> {
    if action == Action::Quit {
        return vec![Effect::Quit];
    }
    let page = desk.size.1.saturating_sub(6).max(1);
    if let Some(Overlay::Help(scroll)) = &mut desk.overlay {
        match action {
            Action::Down => *scroll = scroll.saturating_add(1).min(500),
            Action::Up => *scroll = scroll.saturating_sub(1),
            Action::PageDown => *scroll = scroll.saturating_add(page).min(500),
            Action::PageUp => *scroll = scroll.saturating_sub(page),
            Action::First => *scroll = 0,
            Action::Last => *scroll = 500,
            _ => desk.overlay = None,
        }
    }
    Vec::new()
}

/// Draws the explanation over the body.
pub fn draw(
    desk: &Desk,
    screen: &dyn Screen,
    bindings: &[Binding],
    body: Rect,
    scroll: u16,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let width = body.width.min(96);
    let area = Rect { x: body.x + (body.width - width) / 2, width, ..body };
    clear(buffer, area);
    let title = format!("help: {}", screen.name());
    let inside = panel(buffer, area, &title, "esc closes, ↑↓ scroll", theme);
    let room = usize::from(inside.width).saturating_sub(4);
    let mut lines = Vec::new();
    for (place, (heading, words)) in paragraphs(&screen.help()).enumerate() {
        lines.push((heading.to_owned(), theme.strong()));
        lines.extend(wrap(words, room).into_iter().map(|line| (format!("  {line}"), theme.text())));
        lines.push((String::new(), theme.text()));
        // What the screen is, then its keys: who looks for a key does not read all.
        if place == 0 {
            lines.push(("Keys".to_owned(), theme.strong()));
            for binding in bindings {
                lines.extend(
                    hung(&key_line(binding), room).into_iter().map(|line| (line, theme.text())),
                );
            }
            lines.push((String::new(), theme.text()));
        }
    }
    let height = usize::from(inside.height);
    let scroll = usize::from(scroll).min(lines.len().saturating_sub(height));
    for (row, (line, style)) in lines.iter().skip(scroll).take(height).enumerate() {
        text(buffer, inside, inside.x + 1, inside.y + row as u16, line, *style);
    }
    if scroll + height < lines.len() {
        text_right(buffer, area, area.right() - 2, area.bottom() - 1, " more ↓ ", theme.chosen());
    }
}

#[cfg(test)]
mod tests {
    use super::{KEYS, key_line, paragraphs};
    use crate::tui::desk::keys::key_names;
    use crate::tui::frame::keys::working;
    use crate::tui::screens::Screens;

    #[test]
    fn a_line_of_help_begins_with_its_own_keys() {
        let screens = Screens::default();
        let names = screens.names();
        let tables = screens.all().into_iter().map(|screen| working(screen, &names));
        for binding in tables.flatten().chain(KEYS.iter().cloned()) {
            let line = key_line(&binding);
            let (written, _) = line.split_once(&*binding.explained).expect("what it does");
            assert_eq!(written.trim(), key_names(binding.keys), "{line}");
            // Down is no pair of arrows.
            assert_eq!(written.trim().split(' ').count(), {
                let mut keys: Vec<_> = binding.keys.iter().map(|(code, _)| code).collect();
                keys.dedup();
                keys.len()
            });
        }
    }

    #[test]
    fn every_screen_says_what_it_is_and_every_heading_something() {
        for screen in Screens::default().all() {
            let help = screen.help();
            let all: Vec<_> = paragraphs(&help).collect();
            assert!(all.len() >= 3 && all[0].0 == "What this is", "{}: {all:?}", screen.name());
            assert!(all.iter().all(|(heading, words)| !heading.is_empty() && words.len() > 20));
        }
    }
}
