//! The footer: the keys that work now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::paint::text;

/// How much a key matters where there is little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// Always in view.
    Always,
    /// Before the others.
    First,
    /// After those: what the screen itself does.
    Usual,
    /// As there is room: what every screen does, and help says.
    Last,
}

fn rank_of(binding: &Binding) -> Rank {
    match binding.action {
        Action::Help | Action::Leave | Action::Quit | Action::ZoomOut | Action::StopReading => {
            Rank::Always
        }
        Action::Repeat
        | Action::Play
        | Action::Ask
        | Action::OtherCharts
        | Action::Release
        | Action::Enter => Rank::First,
        Action::Zoom | Action::Open => Rank::Last,
        _ => Rank::Usual,
    }
}

/// The label, with the page in view where there are several.
fn label(binding: &Binding, page: Option<(usize, usize)>) -> String {
    match page.filter(|_| binding.action == Action::OtherCharts) {
        Some((page, of)) => format!("{page}/{of}"),
        None => binding.label.to_owned(),
    }
}

/// Draws the keys that work now: those with a label, as many as fit.
pub fn footer(
    desk: &Desk,
    bindings: &[Binding],
    page: Option<(usize, usize)>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    if let Some((_, words)) = &desk.asked_once {
        // What stays goes first where there is little room.
        let short = words.split(" · ").next().unwrap_or(words);
        let fits = words.width() < usize::from(area.width);
        text(buffer, area, area.x + 1, area.y, if fits { words } else { short }, theme.care());
        return;
    }
    let shown: Vec<(&Binding, String)> = bindings
        .iter()
        .filter(|binding| !binding.label.is_empty())
        .map(|binding| (binding, label(binding, page)))
        .collect();
    let width = |(binding, label): &(&Binding, String)| {
        (binding.written.width() + label.width() + 1) as u16
    };
    // Two blanks between keys where not all of them fit.
    let whole = |gap: u16| shown.iter().map(|key| width(key) + gap).sum::<u16>();
    let gap = if whole(3) <= area.width + 2 { 3 } else { 2 };
    // What matters most is given room first; all stand in the order of the table.
    let mut fits = vec![false; shown.len()];
    let mut room = area.width.saturating_sub(1) + gap;
    for rank in [Rank::Always, Rank::First, Rank::Usual, Rank::Last] {
        for (place, key) in shown.iter().enumerate().filter(|(_, key)| rank_of(key.0) == rank) {
            if width(key) + gap <= room {
                room -= width(key) + gap;
                fits[place] = true;
            }
        }
    }
    let mut x = area.x + 1;
    for ((binding, label), _) in shown.iter().zip(&fits).filter(|(_, fits)| **fits) {
        text(buffer, area, x, area.y, &binding.written, theme.key());
        x += binding.written.width() as u16 + 1;
        text(buffer, area, x, area.y, label, theme.text());
        x += label.width() as u16 + gap;
    }
}
