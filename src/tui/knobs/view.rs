//! Draws the knobs, and the sensitivity and scale that follow from them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::Knob;
use crate::chart::{grouped, short_number};
use crate::contribution::GroupKeys;
use crate::privacy::epsilon_steps;
use crate::rehearsal::Reach;
use crate::tui::desk::{Desk, UnderKnobs};
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// Rows of each knob; sliders take two where there is room.
pub fn rows(knobs: &[Knob], area: Rect) -> Vec<(Knob, Rect)> {
    let tall = area.height >= 26;
    let mut y = area.y + 1;
    let mut rows = Vec::new();
    for &knob in knobs {
        let height = if slides(knob) && tall { 2 } else { 1 };
        if y + height < area.bottom() {
            rows.push((knob, Rect { x: area.x + 1, y, width: area.width - 2, height }));
        }
        y += height;
    }
    rows
}

fn slides(knob: Knob) -> bool {
    matches!(knob, Knob::Epsilon | Knob::L0 | Knob::Linf)
}

/// Draws the panel; returns what is left of it.
pub fn draw(desk: &Desk, knobs: &[Knob], area: Rect, buffer: &mut Buffer) -> Rect {
    let theme = desk.theme;
    panel(buffer, area, "knobs", "", theme);
    let mut below = area.y + 1;
    for (knob, row) in rows(knobs, area) {
        let chosen = knob == desk.knob;
        let (name, value) = knob_text(desk, knob);
        let style = if chosen { theme.chosen() } else { theme.text() };
        text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
        text(buffer, row, row.x + 2, row.y, name, style);
        let room = usize::from(row.width).saturating_sub(name.width() + 5);
        let shown = fit(&value, room.saturating_sub(2));
        let shown = if chosen { format!("◂{shown}▸") } else { format!(" {shown} ") };
        let style = if chosen { theme.chosen() } else { theme.strong() };
        text_right(buffer, row, row.right(), row.y, &shown, style);
        if row.height == 2 {
            draw_slider(
                desk,
                knob,
                Rect { x: row.x + 2, y: row.y + 1, width: row.width - 3, height: 1 },
                buffer,
            );
        }
        below = row.bottom();
    }
    Rect {
        x: area.x + 1,
        y: below,
        width: area.width - 2,
        height: (area.bottom() - 1).saturating_sub(below),
    }
}

/// Where the knobs stand beside a screen's own parts.
pub fn area(body: Rect) -> Rect {
    Rect { width: if body.width >= 110 { 30 } else { 24 }, ..body }
}

/// Whether a terminal of this width shows all parts beside the knobs at once.
pub fn shows_all(width: u16) -> bool {
    width >= 100
}

/// The knob that stands at a place.
pub fn at(knobs: &[Knob], area: Rect, place: (u16, u16)) -> Option<Knob> {
    rows(knobs, area)
        .into_iter()
        .find(|(_, area)| area.contains(place.into()))
        .map(|(knob, _)| knob)
}

/// A knob's name and value.
fn knob_text(desk: &Desk, knob: Knob) -> (&'static str, String) {
    let knobs = &desk.knobs;
    match knob {
        Knob::Epsilon => ("ε", four_digits(knobs.epsilon).to_string()),
        Knob::L0 => (
            "l0",
            format!("{} {}", short_number(knobs.l0 as f64), knobs.question.group_by.plural()),
        ),
        Knob::Linf => ("linf", format!("{} each", short_number(knobs.linf as f64))),
        Knob::Noise => ("noise", knobs.mechanism.to_string()),
        Knob::Delta => ("δ", format!("{:e}", four_digits(knobs.delta))),
        Knob::Measure => ("sum of", knobs.question.measure.to_string()),
        Knob::GroupBy => ("by", knobs.question.group_by.to_string()),
        Knob::K => ("top k", desk.k().to_string()),
        Knob::Model => ("model", desk.knobs.model.title().to_owned()),
        Knob::Items => ("items", grouped(desk.items() as u64)),
    }
}

/// What is to be said of an l0 beyond the number of groups, if it is.
fn l0_words(desk: &Desk) -> Option<String> {
    let (data, knobs) = (desk.data.as_ref()?, &desk.knobs);
    let groups = knobs.known.groups().unwrap_or(data.pairs.seen() as u64);
    if knobs.l0 <= groups {
        return None;
    }
    let several = knobs.question.group_by.plural();
    Some(match knobs.known {
        GroupKeys::Private => format!("{groups} would do if the keys are public"),
        _ => format!("{groups} {several}: l0 beyond buys nothing"),
    })
}

/// What a release with private keys would drop, under what [`draw_sensitivity`] drew; returns what is left.
pub fn draw_reach(desk: &Desk, scope: &UnderKnobs, area: Rect, buffer: &mut Buffer) -> Rect {
    let Some(words) = reach_words(desk, scope) else { return area };
    // Without the line that parts it from the scale.
    let y = put_words(desk, Some(&words), Rect { y: area.y - 1, ..area }, buffer) + 1;
    Rect { y, height: area.bottom().saturating_sub(y), ..area }
}

/// Puts a remark where `area` begins; returns the line below it.
fn put_words(desk: &Desk, words: Option<&str>, area: Rect, buffer: &mut Buffer) -> u16 {
    let mut y = area.y;
    for line in
        words.iter().flat_map(|words| wrap(words, usize::from(area.width).saturating_sub(3)))
    {
        text(buffer, area, area.x + 2, y, &line, desk.theme.care());
        y += 1;
    }
    y
}

/// What a release with private keys would drop. The number of groups that reach its threshold is looked up.
fn reach_words(desk: &Desk, scope: &UnderKnobs) -> Option<String> {
    let Reach { threshold, reach, groups } = scope.reach?;
    Some(format!(
        "private keys: threshold {}, {} of {} reach it (looked up)",
        short_number(threshold / desk.knobs.unit() as f64),
        grouped(reach as u64),
        grouped(groups as u64)
    ))
}

/// To four digits: the whole number stands where it is spent.
fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

fn draw_slider(desk: &Desk, knob: Knob, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let share = slider_share(desk, knob).clamp(0.0, 1.0);
    let place = (share * f64::from(area.width - 1)).round() as u16;
    let style = if knob == desk.knob { theme.chosen() } else { theme.dim() };
    for x in 0..area.width {
        let glyph = if x < place { "━" } else { "─" };
        let line = if x < place { style } else { theme.border() };
        text(buffer, area, area.x + x, area.y, glyph, line);
    }
    text(buffer, area, area.x + place, area.y, "●", style);
}

fn slider_share(desk: &Desk, knob: Knob) -> f64 {
    let log_share =
        |value: f64, low: f64, high: f64| libm::log(value / low) / libm::log(high / low).max(1e-9);
    let grid = desk.data.as_ref().map(|data| data.cube.grid());
    let top = |steps: &[u64]| steps.last().copied().unwrap_or(1) as f64;
    match (knob, grid) {
        (Knob::Epsilon, _) => {
            let (low, high) = (epsilon_steps().next().unwrap_or(0.001), 100.0);
            log_share(desk.knobs.epsilon, low, high)
        }
        (Knob::L0, Some(grid)) => log_share(desk.knobs.l0 as f64, 1.0, top(&grid.l0)),
        (Knob::Linf, Some(grid)) => {
            let unit = desk.knobs.unit() as f64;
            log_share(desk.knobs.linf as f64, 1.0, top(&grid.linf) / unit)
        }
        _ => 0.0,
    }
}

/// Sensitivity, scale and what clipping drops; returns what is left below.
pub fn draw_sensitivity(desk: &Desk, scope: &UnderKnobs, area: Rect, buffer: &mut Buffer) -> Rect {
    let theme = desk.theme;
    let unit = desk.knobs.unit() as f64;
    let cell = &scope.cell;
    let scale = short_number(cell.noise.scale() / unit);
    let (l1, l2) =
        (short_number(cell.sensitivity.l1 / unit), short_number(cell.sensitivity.l2 / unit));
    let mut lines: Vec<(String, String)> = Vec::new();
    // What a user moves, where that is less than l0.
    let moved = cell.bounds.filter(|bounds| bounds.reach() < bounds.l0());
    let moved = moved.map_or("l0".to_owned(), |bounds| short_number(bounds.reach() as f64));
    if cell.mechanism.needs_delta() {
        lines.push((format!("Δ₂ = √{moved}·linf"), l2));
        lines.push(("σ".to_owned(), scale));
    } else {
        lines.push((format!("Δ₁ = {moved}·linf"), l1));
        lines.push(("b = Δ₁/ε".to_owned(), scale));
    }
    let mut y = area.y + u16::from(area.height > 10);
    for (name, value) in lines {
        text(buffer, area, area.x + 2, y, &name, theme.dim());
        text_right(buffer, area, area.right() - 1, y, &value, theme.strong());
        y += 1;
    }
    text(buffer, area, area.x + 2, y, "clipped away", theme.dim());
    let dropped = 100.0 * scope.dropped_share;
    let style = if dropped >= 20.0 { theme.care() } else { theme.strong() };
    text_right(
        buffer,
        area,
        area.right() - 1,
        y,
        &format!("{} %", short_number((dropped * 10.0).round() / 10.0)),
        style,
    );
    y += 1;
    let mut y = put_words(desk, l0_words(desk).as_deref(), Rect { y, ..area }, buffer);
    y += 1;
    Rect { y, height: area.bottom().saturating_sub(y), ..area }
}

#[cfg(test)]
mod tests {
    use super::four_digits;

    #[test]
    fn a_knob_shows_four_digits() {
        for (value, shown) in [(0.496_194_760, "0.4962"), (1.0, "1"), (0.1, "0.1"), (12.5, "12.5")]
        {
            assert_eq!(four_digits(value).to_string(), shown);
        }
        assert_eq!(format!("{:e}", four_digits(1.234_567e-6)), "1.235e-6");
    }
}
