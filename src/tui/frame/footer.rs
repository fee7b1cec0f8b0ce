//! The footer: the keys that work now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::desk::Desk;
use crate::tui::desk::keys::Binding;
use crate::tui::paint::text;

/// Draws the keys that work now: those with a label, as many as fit.
pub fn footer(desk: &Desk, bindings: &[Binding], area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    if let Some((_, words)) = &desk.asked_once {
        text(buffer, area, area.x + 1, area.y, words, theme.care());
        return;
    }
    let shown: Vec<&Binding> =
        bindings.iter().filter(|binding| !binding.label.is_empty()).collect();
    let width = |b: &&Binding| b.written.width() as u16 + b.label.width() as u16 + 4;
    // Help and quit are always in view; of the rest, as many as fit.
    let last: Vec<_> =
        shown.iter().copied().filter(|b| matches!(b.label, "help" | "quit")).collect();
    let kept: u16 = last.iter().map(width).sum();
    let mut x = area.x + 1;
    let mut put = |binding: &Binding, x: &mut u16| {
        text(buffer, area, *x, area.y, &binding.written, theme.key());
        *x += binding.written.width() as u16 + 1;
        text(buffer, area, *x, area.y, binding.label, theme.text());
        *x += binding.label.width() as u16 + 3;
    };
    for binding in shown.iter().filter(|b| !matches!(b.label, "help" | "quit")) {
        if x + width(binding) + kept <= area.right() + 3 {
            put(binding, &mut x);
        }
    }
    for binding in last {
        put(binding, &mut x);
    }
}
