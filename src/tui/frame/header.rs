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

/// How the header is laid out in the columns that there are.
struct Layout {
    /// The program's name.
    badge: &'static str,
    /// The screens' names with their keys.
    names: Vec<String>,
    /// The columns between them.
    gap: u16,
}

impl Layout {
    /// Columns of the names.
    fn names_width(&self) -> u16 {
        self.names.iter().map(|name| name.width() as u16 + self.gap).sum()
    }

    /// The column at which the source's name begins.
    fn source_at(&self) -> u16 {
        self.badge.width() as u16 + 1
    }
}

/// The screens' names as there is room for them: whole, else shorter ones, else the numbers of all
/// but the chosen one.
fn layout(desk: &Desk, tabs: &Tabs<'_>, area: Rect) -> Layout {
    let status = status_width(desk);
    let busy = busy_width(desk);
    let of = |letters: usize, between: &str| -> Vec<String> {
        let named = |(place, name): (usize, &&str)| {
            let number = (place + 1) % 10;
            // The one in view is named whole.
            if place == tabs.chosen {
                return format!("{number} {name}");
            }
            let short: String = name.chars().take(letters).collect();
            format!("{number}{between}{short}")
        };
        tabs.names.iter().enumerate().map(named).collect()
    };
    let fits = |badge: &'static str, letters: usize, between: &str, gap: u16, source: u16| {
        let layout = Layout { badge, names: of(letters, between), gap };
        let taken = layout.source_at() + 1 + status + source + busy;
        (layout.names_width() + taken <= area.width + gap).then_some(layout)
    };
    const WHOLE: usize = usize::MAX;
    // Eight columns are for the source, four where it must be.
    let tries = [
        (PROGRAM, WHOLE, " ", 2, 8),
        (PROGRAM, WHOLE, " ", 1, 8),
        (SIGN, WHOLE, " ", 1, 8),
        (SIGN, 5, " ", 1, 8),
        (SIGN, 4, " ", 1, 6),
        (SIGN, 3, " ", 1, 4),
        (SIGN, 3, "", 1, 4),
    ];
    let found = tries.into_iter().find_map(|(badge, letters, between, gap, source)| {
        fits(badge, letters, between, gap, source)
    });
    found.unwrap_or_else(|| {
        let whole = of(WHOLE, " ");
        let numbers = (0..whole.len()).map(|place| match place == tabs.chosen {
            true => whole[place].clone(),
            false => ((place + 1) % 10).to_string(),
        });
        Layout { badge: SIGN, names: numbers.collect(), gap: 1 }
    })
}

/// The program's name, and a sign for it where there is little room.
const PROGRAM: &str = " epsiloscope ";
const SIGN: &str = " ε ";

/// Columns that how far reading is takes at the right end, with those before it.
fn busy_width(desk: &Desk) -> u16 {
    let busy = desk.loading_short().filter(|_| desk.data.is_some());
    busy.map_or(0, |words| words.width() as u16 + 3)
}

/// Columns of the status with a blank behind it.
fn status_width(desk: &Desk) -> u16 {
    desk.status().map_or(0, |status| status.name().width() as u16 + 3)
}

/// Where each screen's name stands in the header.
pub fn tab_areas(desk: &Desk, tabs: &Tabs<'_>, area: Rect) -> Vec<Rect> {
    let layout = layout(desk, tabs, area);
    let left = layout.source_at() + source_width(desk, &layout, area) + 1 + status_width(desk);
    let mut x = area.x + left.min(area.width.saturating_sub(layout.names_width() - layout.gap));
    layout
        .names
        .iter()
        .map(|name| {
            let tab = Rect { x, y: area.y, width: name.width() as u16, height: 1 };
            x += tab.width + layout.gap;
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

/// Columns for the source's name: what is left beside the others, 28 at most.
fn source_width(desk: &Desk, layout: &Layout, area: Rect) -> u16 {
    let names = layout.names_width() - layout.gap;
    let taken = layout.source_at() + 1 + status_width(desk) + names + busy_width(desk);
    let room = area.width.saturating_sub(taken);
    (source(desk).width() as u16).min(room).min(28)
}

/// Draws the header line.
pub fn header(desk: &Desk, tabs: &Tabs<'_>, busy: Option<&str>, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let layout = layout(desk, tabs, area);
    text(buffer, area, area.x, area.y, layout.badge, theme.badge(Hue::Sky));
    let width = source_width(desk, &layout, area);
    let at = area.x + layout.source_at();
    text(buffer, area, at, area.y, &fit(&source(desk), width.into()), theme.text());
    if let Some(status) = desk.status() {
        let badge = format!(" {} ", status.name().to_uppercase());
        text(buffer, area, at + width + 1, area.y, &badge, theme.status(status));
    }
    let names = layout.names;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::Cost;
    use crate::purchases::{Input, Options};
    use crate::rehearsal::Session;
    use crate::tui::paint::theme::Theme;

    #[test]
    fn ten_screens_have_room_and_the_tenth_is_called_nought() {
        let names = [
            "Data",
            "Scope",
            "Sweep",
            "Ranking",
            "Budget",
            "Recommend",
            "Advice",
            "Risk",
            "Rates",
            "Anonymity",
        ];
        let knobs = crate::tui::tests::knobs_at_rest();
        let session = Session::new(Cost::new(5.0, 1e-5).unwrap());
        let desk = Desk::new(Input::Sample, Options::default(), knobs, session, 1, Theme::DARK);
        for (width, chosen) in [60, 80, 120, 200].into_iter().flat_map(|w| [(w, 0), (w, 8), (w, 9)])
        {
            let area = Rect { x: 0, y: 0, width, height: 1 };
            let tabs = Tabs { names: &names, chosen };
            let areas = tab_areas(&desk, &tabs, area);
            assert!(areas.windows(2).all(|pair| pair[0].right() < pair[1].x), "{width} {areas:?}");
            assert!(areas.last().is_some_and(|last| last.right() <= width), "{width} {areas:?}");
            let mut buffer = Buffer::empty(area);
            header(&desk, &tabs, None, area, &mut buffer);
            let line: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
            let named = format!("{} {}", (chosen + 1) % 10, names[chosen]);
            assert!(line.contains(&named), "{line}");
            let tenth = areas[9].x as usize;
            assert_eq!(line.chars().nth(tenth), Some('0'), "{line}");
        }
    }
}
