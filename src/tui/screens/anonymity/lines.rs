//! The lines that are turned on the Anonymity screen, and the figures below them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::charts::whole_percent;
use super::state::{AnonymityScreen, TurnedLine};
use crate::chart::{grouped, short_number};
use crate::export::{detail_left, percent};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// A line's name and value.
fn words(screen: &AnonymityScreen, desk: &Desk, line: TurnedLine) -> (&'static str, String) {
    let setting = screen.setting(desk);
    let of = |words: &dyn Fn(&crate::anonymity::AnonymitySetting) -> String| {
        setting.as_ref().map_or(String::new(), words)
    };
    match line {
        TurnedLine::Epsilon => ("ε", short_number(desk.knobs.epsilon)),
        TurnedLine::Points => ("points", of(&|setting| setting.kind.to_string())),
        TurnedLine::Known => ("known", screen.known.to_string()),
        TurnedLine::Class => ("class k", screen.k.to_string()),
        TurnedLine::By => (
            "by",
            of(&|setting| {
                let names: Vec<&str> = setting.quasi.iter().map(|one| one.words()).collect();
                names.join(", ")
            }),
        ),
        TurnedLine::Secret => ("secret", of(&|setting| setting.sensitive.to_string())),
        TurnedLine::Belief => ("belief", percent(screen.prior)),
    }
}

/// Where each line stands in the panel.
pub fn rows(screen: &AnonymityScreen, area: Rect) -> Vec<(TurnedLine, Rect)> {
    let room = usize::from(area.height.saturating_sub(2));
    // With a shopper taken out nothing else matters.
    let lines: &[TurnedLine] = match screen.taken_out {
        Some(_) => &[TurnedLine::Epsilon, TurnedLine::Belief],
        None => &TurnedLine::ALL,
    };
    lines
        .iter()
        .copied()
        .take(room)
        .enumerate()
        .map(|(row, line)| {
            let y = area.y + 1 + row as u16;
            (line, Rect { x: area.x + 1, y, width: area.width.saturating_sub(2), height: 1 })
        })
        .collect()
}

/// Draws the panel.
pub fn draw(screen: &AnonymityScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    panel(buffer, area, "turn", "", theme);
    let mut below = area.y + 1;
    for (line, row) in rows(screen, area) {
        let chosen =
            line == screen.line || screen.taken_out.is_some() && line == TurnedLine::Epsilon;
        let (name, value) = words(screen, desk, line);
        let style = if chosen { theme.chosen() } else { theme.text() };
        text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
        text(buffer, row, row.x + 2, row.y, name, style);
        let room = usize::from(row.width).saturating_sub(name.width() + 5);
        let shown = fit(&value, room);
        let shown = if chosen { format!("◂{shown}▸") } else { format!(" {shown} ") };
        let style = if chosen { theme.chosen() } else { theme.strong() };
        text_right(buffer, row, row.right(), row.y, &shown, style);
        below = row.bottom();
    }
    // What does not fit beside its name stands below, of the chosen line.
    let (name, value) = words(screen, desk, screen.line);
    let width = usize::from(area.width).saturating_sub(5);
    if screen.taken_out.is_none() && value.width() + name.width() + 7 > usize::from(area.width) {
        for line in wrap(&value, width) {
            text(buffer, area, area.x + 3, below, &line, theme.dim());
            below += 1;
        }
    }
    let rest = Rect {
        x: area.x + 1,
        y: below + 1,
        width: area.width.saturating_sub(2),
        height: (area.bottom().saturating_sub(1)).saturating_sub(below + 1),
    };
    figures(screen, desk, rest, buffer);
}

/// What is known of the chosen points, below the lines.
fn figures(screen: &AnonymityScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    if screen.taken_out.is_some() {
        bounds(desk, area, buffer);
        return;
    }
    let (Some(study), Some(setting)) = (screen.study(desk), screen.setting(desk)) else { return };
    let mut y = area.y;
    let mut line = |name: &str, value: String| {
        if y < area.bottom() {
            text(buffer, area, area.x + 2, y, name, theme.dim());
            text_right(buffer, area, area.right().saturating_sub(1), y, &value, theme.strong());
        }
        y += 1;
    };
    if let Some(found) = study.of(setting.kind) {
        line("distinct", grouped(found.distinct as u64));
        if let Some(left) = detail_left(&study, setting.kind) {
            line("detail left", whole_percent(left));
        }
        if let Some(at) = found.at.get(screen.known - 1) {
            line(&format!("users with {}", screen.known), grouped(at.users));
            line("left out", grouped(at.left_out));
        }
    }
    if let (Some(_), Some(report)) = (&screen.asked, &screen.report) {
        line("", String::new());
        line("looked at", format!("{} of {}", report.parts.0, report.parts.1));
    }
}

/// The knobs under which both answers stand, while a shopper is taken out.
fn bounds(desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let knobs = &desk.knobs;
    let lines = [
        ("l0", short_number(knobs.l0 as f64)),
        ("linf", short_number(knobs.linf as f64)),
        ("noise", knobs.mechanism.to_string()),
        ("sum of", knobs.question.measure.to_string()),
        ("by", knobs.question.group_by.to_string()),
        ("(turned on Scope)", String::new()),
    ];
    for (y, (name, value)) in (area.y..area.bottom()).zip(lines) {
        text(buffer, area, area.x + 2, y, name, theme.dim());
        text_right(buffer, area, area.right().saturating_sub(1), y, &value, theme.strong());
    }
}
