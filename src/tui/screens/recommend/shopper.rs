//! One shopper: what they bought, their list without noise and under it, what changed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::state::Recommend;
use super::study::is_fresh;
use super::{charts, words};
use crate::chart::{Hue, grouped, short_number};
use crate::recommend::Split;
use crate::rehearsal::lists::Lists;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// From this width on the history stands beside the lists.
const THREE_COLUMNS: u16 = 76;

/// Draws the panel.
pub fn draw(screen: &Recommend, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let (Some(data), Some(report), Some(found)) = (&desk.data, &screen.report, screen.found())
    else {
        return;
    };
    let place = screen.shopper;
    let Some(&user) = found.users.get(place) else { return };
    let split = &*found.split;
    let name = &data.purchases.user.names[user as usize];
    let title = format!("{} for shopper {}", report.setting.kind.title(), fit(name, 20));
    let draw = report.setting.draw;
    let mut subtitle = format!(
        "{} of {} · draw {draw} of the noise, hypothetical",
        grouped(place as u64 + 1),
        grouped(found.users.len() as u64),
    );
    if found.too_noisy {
        subtitle = format!(
            "ε {} is too small to learn from: popularity · {subtitle}",
            short_number(report.setting.guarantee.epsilon)
        );
    }
    let inside = panel(buffer, area, &title, &subtitle, theme);
    let history = split.history(user);
    let wanted =
        split.evaluated.iter().find(|shopper| shopper.user == user).map_or(&[][..], |s| &s.wanted);

    let foot = wrap(&words::guarantee(found, report.setting.kind), usize::from(inside.width) - 2);
    let foot_rows = foot.len() as u16;
    for (row, line) in foot.iter().enumerate() {
        text(
            buffer,
            inside,
            inside.x + 1,
            inside.bottom() - foot_rows + row as u16,
            line,
            theme.dim(),
        );
    }
    let rows = inside.height.saturating_sub(2 + foot_rows);
    let lists = Rect { y: inside.y + 1, height: rows + 1, ..inside };
    text(
        buffer,
        inside,
        inside.x + 1,
        inside.y,
        &fit(&summary(screen, desk, wanted), usize::from(inside.width) - 2),
        theme.text(),
    );

    let three = inside.width >= THREE_COLUMNS;
    let column = inside.width / if three { 3 } else { 2 };
    let mut x = inside.x + 1;
    if three {
        let at = Rect { x, width: column - 2, ..lists };
        draw_history(desk, split, history, at, buffer);
        x += column;
    }
    let empty = Vec::new();
    let of =
        |lists: &Option<std::sync::Arc<Lists>>| lists.as_ref().map(|lists| lists[place].clone());
    let (plain, private) = (of(&found.plain), of(&found.private));
    let hits = |list: &[u32]| list.iter().filter(|item| wanted.binary_search(item).is_ok()).count();
    let found_words = |list: &Option<Vec<u32>>| match list {
        Some(list) if !wanted.is_empty() => {
            format!("{} of {} ✓", hits(list), list.len().min(wanted.len()))
        }
        _ => String::new(),
    };
    let epsilon = short_number(report.setting.guarantee.epsilon);
    let heads = [
        ("plain".to_owned(), theme.strong(), &plain, &private),
        (format!("private ε {epsilon}"), theme.hue(Hue::Orange), &private, &plain),
    ];
    for (which, (head, style, own, other)) in heads.into_iter().enumerate() {
        let width = if which == 1 { inside.right() - 1 - x } else { column - 2 };
        let at = Rect { x, width, ..lists };
        let right = found_words(own);
        text(
            buffer,
            at,
            at.x,
            at.y,
            &fit(&head, usize::from(width).saturating_sub(right.width() + 1)),
            style,
        );
        text_right(buffer, at, at.right(), at.y, &right, theme.dim());
        match own {
            Some(list) => {
                let changed =
                    Changed { list, other: other.as_ref().unwrap_or(&empty), private: which == 1 };
                changed.draw(desk, split, wanted, Rect { y: at.y + 1, height: rows, ..at }, buffer);
            }
            None => text(buffer, at, at.x, at.y + 1, "being learnt…", theme.dim()),
        }
        x += column;
    }
}

/// What is known of the shopper, in one line.
fn summary(screen: &Recommend, desk: &Desk, wanted: &[u32]) -> String {
    let Some(found) = screen.found() else { return String::new() };
    let Some(&user) = found.users.get(screen.shopper) else { return String::new() };
    let bought = found.split.history(user).len() as u64;
    let mut words =
        format!("{} item{} bought", grouped(bought), if bought == 1 { "" } else { "s" });
    words += &match wanted.len() {
        0 => ", nothing new later".to_owned(),
        later => format!(", {} new later (✓)", grouped(later as u64)),
    };
    if let Some(stays) = charts::shopper_overlap(found, screen.shopper) {
        let k = found.private.as_ref().map_or(0, |lists| lists[screen.shopper].len());
        words += &format!(" · {} of {k} stay", (stays * k as f64).round());
    }
    if !is_fresh(screen, desk) {
        words += " · before the knob was turned";
    }
    words
}

fn label(split: &Split, item: u32) -> &str {
    let name = split.names.as_ref().map_or("", |names| names[item as usize].as_str());
    if name.is_empty() { &split.keys[item as usize] } else { name }
}

fn draw_history(desk: &Desk, split: &Split, history: &[u32], at: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    text(buffer, at, at.x, at.y, "bought before", theme.strong());
    let mut items = history.to_vec();
    items.sort_unstable();
    let rows = usize::from(at.height).saturating_sub(1);
    let shown = if items.len() > rows { rows.saturating_sub(1) } else { items.len() };
    for (row, &item) in items.iter().take(shown).enumerate() {
        text(
            buffer,
            at,
            at.x,
            at.y + 1 + row as u16,
            &fit(label(split, item), at.width.into()),
            theme.text(),
        );
    }
    if shown < items.len() {
        let words = format!("and {} more", grouped((items.len() - shown) as u64));
        text(buffer, at, at.x, at.y + 1 + shown as u16, &words, theme.dim());
    }
}

/// A list beside another of the same shopper.
struct Changed<'a> {
    list: &'a [u32],
    other: &'a [u32],
    private: bool,
}

impl Changed<'_> {
    fn draw(&self, desk: &Desk, split: &Split, wanted: &[u32], at: Rect, buffer: &mut Buffer) {
        let theme = desk.theme;
        let rows = usize::from(at.height);
        let all = self.list.len();
        let shown = if all > rows { rows.saturating_sub(1) } else { all };
        let number = all.to_string().len() as u16;
        for (place, &item) in self.list.iter().take(shown).enumerate() {
            let y = at.y + place as u16;
            let (moved, style) = self.moved(desk, place, item);
            let hit = wanted.binary_search(&item).is_ok();
            text_right(buffer, at, at.x + number, y, &(place + 1).to_string(), theme.dim());
            text(buffer, at, at.x + number + 1, y, if hit { "✓" } else { " " }, theme.good());
            let room =
                usize::from(at.width).saturating_sub(usize::from(number) + 4 + moved.width());
            let name_style = if hit { theme.good() } else { theme.text() };
            text(buffer, at, at.x + number + 3, y, &fit(label(split, item), room), name_style);
            text_right(buffer, at, at.right(), y, &moved, style);
        }
        if shown < all {
            let words = format!("and {} more", all - shown);
            text(buffer, at, at.x + number + 3, at.y + shown as u16, &words, theme.dim());
        }
    }

    /// What became of an item: how far it moved against the list without noise, whether it
    /// came in; beside that list, whether it fell out.
    fn moved(&self, desk: &Desk, place: usize, item: u32) -> (String, Style) {
        let theme = desk.theme;
        if self.other.is_empty() {
            return (String::new(), theme.dim());
        }
        match (self.other.iter().position(|&other| other == item), self.private) {
            (None, true) => ("●new".to_owned(), theme.hue(Hue::Purple)),
            (None, false) => ("out".to_owned(), theme.alarm()),
            (Some(_), false) => (String::new(), theme.dim()),
            (Some(before), true) if before > place => {
                (format!("▲{}", before - place), theme.good())
            }
            (Some(before), true) if before < place => {
                (format!("▼{}", place - before), theme.care())
            }
            (Some(_), true) => ("=".to_owned(), theme.dim()),
        }
    }
}
