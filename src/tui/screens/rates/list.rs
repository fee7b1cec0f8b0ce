//! The groups of the Rates screen, each with its rate on a line: where answers lie, the true rate, the
//! answer that was asked for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::state::RatesScreen;
use crate::chart::{Hue, by_rate, grouped};
use crate::export::percent;
use crate::rates::{GroupRate, RatesStudy};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// The groups in view, each with its row.
pub fn rows(screen: &RatesScreen, area: Rect) -> Vec<(usize, Rect)> {
    let Some(study) = &screen.study else { return Vec::new() };
    let all = by_rate(study).len();
    let room = usize::from(area.height.saturating_sub(3));
    let first = (screen.group + 1).saturating_sub(room.max(1));
    (first..all)
        .take(room)
        .zip(area.y + 2..)
        .map(|(place, y)| {
            (place, Rect { x: area.x + 1, y, width: area.width.saturating_sub(2), height: 1 })
        })
        .collect()
}

/// Columns: name, counts, rate, the line, whether it is stopped.
struct Columns {
    name: u16,
    users: u16,
    rate: u16,
    line: (u16, u16),
    stop: u16,
}

impl Columns {
    fn of(area: Rect) -> Self {
        let name = if area.width >= 80 { 16 } else { 10 };
        let users = area.x + 2 + name + 9;
        let rate = users + 9;
        let stop = area.right().saturating_sub(2);
        Self { name, users, rate, line: (rate + 2, stop.saturating_sub(8)), stop }
    }
}

impl Columns {
    /// Whether the last column has room beside the rates.
    fn has_stop(&self) -> bool {
        self.stop >= self.rate + 9
    }
}

/// Draws the panel.
pub fn draw(screen: &RatesScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let Some((study, events)) = screen.study.as_ref().zip(screen.events.as_ref()) else {
        let inside = panel(buffer, area, "rates", "", theme);
        let (words, style) = match (&screen.refused, screen.stopped) {
            (Some(refusal), _) => {
                let why = crate::words::said(refusal, crate::words::Asker::Explorer);
                let other = if screen.may_change_source(desk) && !screen.sample {
                    ". x shows the embedded log of events."
                } else {
                    ""
                };
                (format!("{why}{other}"), theme.alarm())
            }
            (None, true) => ("stopped: s goes on".to_owned(), theme.dim()),
            (None, false) => ("reading the events…".to_owned(), theme.dim()),
        };
        for (row, line) in
            wrap(&words, usize::from(inside.width).saturating_sub(2)).iter().enumerate()
        {
            text(buffer, inside, inside.x + 1, inside.y + row as u16, line, style);
        }
        return;
    };
    let groups = by_rate(study);
    let shown = screen.group.min(groups.len().saturating_sub(1));
    // The header speaks of the open file; events may be of another.
    let status = match desk.status() {
        Some(status) if status == events.facts.status => String::new(),
        _ => format!(" · {}", events.facts.status),
    };
    let subtitle = format!(
        "{}{status} · {} {} of {}",
        events.facts.source,
        events.facts.group_by,
        grouped(shown as u64 + 1),
        grouped(groups.len() as u64)
    );
    let inside = panel(buffer, area, "rates", &subtitle, theme);
    let columns = Columns::of(inside);
    let scale = scale(&groups);
    head(desk, study, &columns, scale, inside, buffer);
    let rows = rows(screen, area);
    foot(desk, rows.last().is_some_and(|&(last, _)| last + 1 < groups.len()), area, buffer);
    for (place, row) in rows {
        let group = groups[place];
        let chosen = place == screen.group;
        let style = if chosen { theme.chosen() } else { theme.text() };
        text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
        let held = screen.holdout.as_ref() == Some(&group.group);
        text(buffer, row, row.x + 2, row.y, &fit(&group.group, usize::from(columns.name)), style);
        text_right(buffer, row, columns.users, row.y, &grouped(group.users), theme.dim());
        let rate = group.rate.map_or("-".to_owned(), percent);
        text_right(buffer, row, columns.rate, row.y, &rate, theme.strong());
        line(screen, desk, study, group, (columns.line, scale), row, buffer);
        let stop = match held {
            true => "holdout".to_owned(),
            false => group.stopped.best().map_or(String::new(), |stopped| {
                let open = if group.stop_open { "?" } else { "" };
                format!("{}{open}", percent(stopped))
            }),
        };
        if columns.has_stop() {
            text_right(buffer, row, columns.stop, row.y, &stop, theme.dim());
        }
    }
}

/// The largest rate that the line shows: half more than the highest rate.
fn scale(groups: &[&GroupRate]) -> f64 {
    let highest = groups.iter().filter_map(|group| group.rate).fold(0.0, f64::max);
    (1.5 * highest).clamp(1e-6, 1.0)
}

fn head(
    desk: &Desk,
    study: &RatesStudy,
    columns: &Columns,
    scale: f64,
    inside: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let y = inside.y;
    text_right(buffer, inside, columns.users, y, study.setting.per.plural(), theme.dim());
    text_right(buffer, inside, columns.rate, y, "rate", theme.dim());
    let (from, to) = columns.line;
    if to > from + 10 {
        text(buffer, inside, from, y, "0", theme.dim());
    }
    if to > from + 4 {
        text_right(buffer, inside, to.saturating_sub(1), y, &percent(scale), theme.dim());
    }
    if columns.has_stop() {
        text_right(buffer, inside, columns.stop, y, "stopped", theme.dim());
    }
}

/// What marks mean, and whether groups follow, on the lower border.
fn foot(desk: &Desk, follow: bool, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let y = area.bottom().saturating_sub(1);
    let more = if follow { " more ] " } else { "" };
    let room = usize::from(area.width).saturating_sub(more.chars().count() + 4);
    // A mark that cannot be explained whole is not explained.
    let marks = ["━ 95 % of answers", "● kept", "┃ all", "◆ asked", "? open by chance"];
    let mut legend = String::new();
    for mark in marks {
        let longer =
            if legend.is_empty() { mark.to_owned() } else { format!("{legend} · {mark}") };
        if longer.width() + 2 <= room {
            legend = longer;
        }
    }
    if !legend.is_empty() {
        text(buffer, area, area.x + 2, y, &format!(" {legend} "), theme.dim());
    }
    text_right(buffer, area, area.right().saturating_sub(1), y, more, theme.chosen());
}

/// The line of a group: where answers lie, the bounded and the true rate, the asked answer.
fn line(
    screen: &RatesScreen,
    desk: &Desk,
    study: &RatesStudy,
    group: &GroupRate,
    ((from, to), scale): ((u16, u16), f64),
    row: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    if to <= from + 4 {
        return;
    }
    let width = f64::from(to - from - 1);
    let at = |rate: f64| from + (rate / scale * width).round().clamp(0.0, width) as u16;
    let beyond = |rate: f64| rate > scale;
    for x in at(group.answers.low)..=at(group.answers.high) {
        text(buffer, row, x, row.y, "━", theme.hue(Hue::Sky));
    }
    if beyond(group.answers.high) {
        text(buffer, row, to - 1, row.y, "▸", theme.hue(Hue::Sky));
    }
    // What lies beyond the scale shows as an arrow at its end.
    let mark = |rate: f64, mark: &'static str| if beyond(rate) { "▸" } else { mark };
    if let Some(rate) = group.rate_bounded {
        text(buffer, row, at(rate), row.y, mark(rate, "●"), theme.hue(Hue::Sky));
    }
    if let Some(rate) = group.rate {
        text(buffer, row, at(rate), row.y, mark(rate, "┃"), theme.hue(Hue::Orange));
    }
    let key = study.groups.iter().position(|one| one.group == group.group);
    let drawn = screen.drawn.as_ref().zip(key).and_then(|(drawn, at)| drawn.get(at)?.rate);
    if let Some(rate) = drawn {
        text(buffer, row, at(rate), row.y, mark(rate, "◆"), theme.hue(Hue::Purple));
    }
}
