//! The header: the program's name, the file and its status, the screens, what is under way.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use crate::chart::Hue;
use crate::tui::desk::Desk;
use crate::tui::paint::{self, fit, text};

/// The screens as the header shows them.
#[derive(Debug)]
pub struct Tabs<'a> {
    /// Their names, in the order of their number keys.
    pub names: &'a [&'static str],
    /// The place of the one in view.
    pub chosen: usize,
}

/// The screens' names as the header has room for them, and the columns between them: on a
/// narrow terminal only the chosen one's is written out.
fn tab_names(tabs: &Tabs<'_>, area: Rect) -> (Vec<String>, u16) {
    let full = |name: &str, number: usize| format!("{number} {name}");
    let names: Vec<String> =
        tabs.names.iter().zip(1..).map(|(name, number)| full(name, number)).collect();
    let width: u16 = names.iter().map(|name| name.width() as u16).sum();
    let count = names.len() as u16;
    // Eight columns are for the source.
    let room = area.width.saturating_sub(FIXED + 8);
    if width + 2 * count <= room {
        return (names, 2);
    }
    if width + count <= room + 3 {
        return (names, 1);
    }
    let short = |place: usize, name: &str| match place == tabs.chosen {
        true => full(name, place + 1),
        false => (place + 1).to_string(),
    };
    (tabs.names.iter().enumerate().map(|(place, name)| short(place, name)).collect(), 2)
}

/// Columns of the program's name and of the widest status, with what parts them.
const FIXED: u16 = 16 + 13;

/// Where each screen's name stands in the header.
pub fn tab_areas(desk: &Desk, tabs: &Tabs<'_>, area: Rect) -> Vec<Rect> {
    let (names, gap) = tab_names(tabs, area);
    let width: u16 = names.iter().map(|name| name.width() as u16 + gap).sum();
    let left = FIXED + source_width(desk, tabs, area);
    let mut x = left.min(area.right().saturating_sub(width));
    names
        .iter()
        .map(|name| {
            let tab = Rect { x, y: area.y, width: name.width() as u16, height: 1 };
            x += tab.width + gap;
            tab
        })
        .collect()
}

fn source(desk: &Desk) -> String {
    match (&desk.data, &desk.choosing, &desk.loading) {
        (Some(data), ..) => data.purchases.source.clone(),
        (None, Some(choosing), _) => choosing.source(),
        (None, None, Some((_, what))) => what.clone(),
        (None, None, None) => "no file".to_owned(),
    }
}

/// Columns for the source's name: what is left beside the fixed parts, 28 at most.
fn source_width(desk: &Desk, tabs: &Tabs<'_>, area: Rect) -> u16 {
    let (names, gap) = tab_names(tabs, area);
    let taken: u16 = names.iter().map(|name| name.width() as u16 + gap).sum();
    let room = area.width.saturating_sub(FIXED + taken);
    (source(desk).width() as u16).min(room).min(28)
}

/// Draws the header line.
pub fn header(desk: &Desk, tabs: &Tabs<'_>, busy: Option<&str>, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    text(buffer, area, area.x, area.y, " epsiloscope ", theme.badge(Hue::Sky));
    let width = source_width(desk, tabs, area);
    text(buffer, area, area.x + 14, area.y, &fit(&source(desk), width.into()), theme.text());
    if let Some(data) = &desk.data {
        let status = data.purchases.status;
        let badge = format!(" {} ", status.name().to_uppercase());
        text(buffer, area, area.x + 15 + width, area.y, &badge, theme.status(status));
    }
    let names = tab_names(tabs, area).0;
    let areas = tab_areas(desk, tabs, area);
    for ((place, tab), name) in areas.iter().enumerate().zip(&names) {
        let chosen = place == tabs.chosen;
        let style =
            if chosen { theme.strong().add_modifier(Modifier::UNDERLINED) } else { theme.dim() };
        text(buffer, area, tab.x, area.y, name, style);
    }
    let busy = match (&desk.loading, desk.simulating) {
        (Some(_), _) if desk.data.is_some() || desk.choosing.is_some() => desk.loading_words(),
        (None, _) if busy.is_some() => busy.map(str::to_owned),
        (None, true) => Some("simulating…".to_owned()),
        _ => None,
    };
    if let Some(mut busy) = busy {
        let end = areas.last().map_or(area.x, |tab| tab.right() + 2);
        if busy.width() > usize::from(area.right().saturating_sub(end + 1)) {
            busy = desk.loading_short().unwrap_or(busy);
        }
        if area.right() > end + 4 {
            let room = Rect { x: end, width: area.right() - end, ..area };
            paint::text_right(
                buffer,
                room,
                area.right() - 1,
                area.y,
                &fit(&busy, usize::from(room.width) - 1),
                theme.dim(),
            );
        }
    }
}
