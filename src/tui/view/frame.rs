//! What surrounds every screen: header, footer, notice, panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::{Areas, ranking, recommend, scope};
use crate::chart::{Chart, Hue};
use crate::tui::keymap::{self, Action};
use crate::tui::model::{Model, Screen, Urgency};
use crate::tui::paint::{self, fit, text};
use crate::tui::theme::Theme;

/// The screens' names as the header has room for them, and the columns between them: on a
/// narrow terminal only the chosen one's is written out.
fn tab_names(model: &Model, area: Rect) -> (Vec<String>, u16) {
    let full = |screen: &Screen, number: usize| format!("{number} {}", screen.name());
    let names: Vec<String> =
        Screen::ALL.iter().zip(1..).map(|(screen, number)| full(screen, number)).collect();
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
    let short = |screen: &Screen, number: usize| match *screen == model.screen {
        true => full(screen, number),
        false => number.to_string(),
    };
    (Screen::ALL.iter().zip(1..).map(|(screen, number)| short(screen, number)).collect(), 2)
}

/// Columns of the program's name and of the widest status, with what parts them.
const FIXED: u16 = 16 + 13;

/// Where each screen's name stands in the header.
pub fn tabs(model: &Model, area: Rect) -> Vec<(Screen, Rect)> {
    let (names, gap) = tab_names(model, area);
    let width: u16 = names.iter().map(|name| name.width() as u16 + gap).sum();
    let left = FIXED + source_width(model, area);
    let mut x = left.min(area.right().saturating_sub(width));
    Screen::ALL
        .into_iter()
        .zip(names)
        .map(|(screen, name)| {
            let tab = Rect { x, y: area.y, width: name.width() as u16, height: 1 };
            x += tab.width + gap;
            (screen, tab)
        })
        .collect()
}

fn source(model: &Model) -> String {
    match (&model.data, &model.loading) {
        (Some(data), _) => data.purchases.source.clone(),
        (None, Some((_, what))) => what.clone(),
        (None, None) => "no file".to_owned(),
    }
}

/// Columns for the source's name: what is left beside the fixed parts, 28 at most.
fn source_width(model: &Model, area: Rect) -> u16 {
    let (names, gap) = tab_names(model, area);
    let tabs: u16 = names.iter().map(|name| name.width() as u16 + gap).sum();
    let room = area.width.saturating_sub(FIXED + tabs);
    (source(model).width() as u16).min(room).min(28)
}

/// Draws the header line.
pub fn header(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    text(buffer, area, area.x, area.y, " epsiloscope ", theme.badge(Hue::Sky));
    let width = source_width(model, area);
    text(buffer, area, area.x + 14, area.y, &fit(&source(model), width.into()), theme.text());
    if let Some(data) = &model.data {
        let status = data.purchases.status;
        let badge = format!(" {} ", status.name().to_uppercase());
        text(buffer, area, area.x + 15 + width, area.y, &badge, theme.status(status));
    }
    let names = tab_names(model, area).0;
    for ((screen, tab), name) in tabs(model, area).into_iter().zip(&names) {
        let chosen = screen == model.screen;
        let style =
            if chosen { theme.strong().add_modifier(Modifier::UNDERLINED) } else { theme.dim() };
        text(buffer, area, tab.x, area.y, name, style);
    }
    let busy = match (&model.loading, model.simulating) {
        (Some((_, what)), _) if model.data.is_some() => Some(format!("{what}…")),
        (None, _) if model.recommend.working => Some("fitting…".to_owned()),
        (None, true) => Some("simulating…".to_owned()),
        _ => None,
    };
    if let Some(busy) = busy {
        let end = tabs(model, area).last().map_or(area.x, |(_, tab)| tab.right() + 2);
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

/// Draws the keys that work now.
pub fn footer(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    let context = keymap::context(model.screen, model.overlay.as_ref());
    // The other charts are a key away only where not all of them fit.
    let all = match model.screen {
        Screen::Ranking | Screen::Recommend => ranking::shows_all(area.width),
        _ => scope::shows_all(area.width),
    };
    let on_lists = model.screen == Screen::Recommend && model.overlay.is_none();
    let needless = |binding: &keymap::Binding| match binding.action {
        Action::OtherCharts => all,
        Action::Escape => on_lists && !model.recommend.working,
        Action::Side => !recommend::has_training(model),
        _ => false,
    };
    let shown: Vec<_> = keymap::working(context)
        .filter(|binding| !binding.label.is_empty() && !needless(binding))
        .collect();
    let width = |b: &&keymap::Binding| b.written.width() as u16 + b.label.width() as u16 + 4;
    // Help and quit are always in view; of the rest, as many as fit.
    let last: Vec<_> =
        shown.iter().copied().filter(|b| matches!(b.label, "help" | "quit")).collect();
    let kept: u16 = last.iter().map(width).sum();
    let mut x = area.x + 1;
    let mut put = |binding: &keymap::Binding, x: &mut u16| {
        text(buffer, area, *x, area.y, binding.written, theme.key());
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

/// Draws the newest notice over the foot of the screen.
pub fn notice(model: &Model, areas: Areas, buffer: &mut Buffer) {
    let Some((urgency, what)) = &model.notice else { return };
    let (sign, style) = match urgency {
        Urgency::Done => ("✓", model.theme.good()),
        Urgency::Refused => ("✗", model.theme.alarm()),
    };
    let width = usize::from(areas.body.width).saturating_sub(6);
    let lines = wrap(what, width);
    let height = (lines.len() as u16).min(areas.body.height.saturating_sub(2)) + 2;
    let area = Rect { y: areas.body.bottom() - height, height, ..areas.body };
    clear(buffer, area);
    border(buffer, area, style);
    text(buffer, area, area.x + 2, area.y + 1, sign, style);
    for (row, line) in lines.iter().take(usize::from(height) - 2).enumerate() {
        text(buffer, area, area.x + 4, area.y + 1 + row as u16, line, model.theme.text());
    }
}

/// Blanks an area.
pub fn clear(buffer: &mut Buffer, area: Rect) {
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

/// Draws a border.
pub fn border(buffer: &mut Buffer, area: Rect, style: Style) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x + 1..right {
        text(buffer, area, x, area.y, "─", style);
        text(buffer, area, x, bottom, "─", style);
    }
    for y in area.y + 1..bottom {
        text(buffer, area, area.x, y, "│", style);
        text(buffer, area, right, y, "│", style);
    }
    for (x, y, corner) in
        [(area.x, area.y, "┌"), (right, area.y, "┐"), (area.x, bottom, "└"), (right, bottom, "┘")]
    {
        text(buffer, area, x, y, corner, style);
    }
}

/// Draws a panel's border and title; returns its inside.
pub fn panel(buffer: &mut Buffer, area: Rect, title: &str, subtitle: &str, theme: Theme) -> Rect {
    border(buffer, area, theme.border());
    let room = usize::from(area.width.saturating_sub(4));
    let title = fit(title, room);
    let used = title.width();
    text(buffer, area, area.x + 1, area.y, &format!(" {title} "), theme.strong());
    if room > used + 4 && !subtitle.is_empty() {
        let subtitle = fit(subtitle, room - used - 1);
        text(buffer, area, area.x + 3 + used as u16, area.y, &format!("{subtitle} "), theme.dim());
    }
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Draws a panel with a chart in it.
pub fn chart_panel(buffer: &mut Buffer, area: Rect, chart: &Chart, theme: Theme) {
    let (title, subtitle) = match chart {
        Chart::Lines(spec) => (&spec.title, &spec.subtitle),
        Chart::HeatMap(spec) => (&spec.title, &spec.subtitle),
        Chart::DotPlot(spec) => (&spec.title, &spec.subtitle),
        Chart::Bars(spec) => (&spec.title, &spec.subtitle),
    };
    let inside = panel(buffer, area, title, subtitle, theme);
    paint::chart(buffer, inside, chart, theme);
}

/// Breaks text into lines of at most `width` columns, at spaces where it can.
pub fn wrap(what: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in what.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if line.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) > width.max(1)
            {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert!(wrap("", 10).is_empty());
    }
}
