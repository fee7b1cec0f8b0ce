//! The Rates screen: one sentence, the knobs, the groups, what is decided, the order over ε.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::RatesScreen;
use super::{charts, decisions, list, settings};
use crate::chart::{grouped, short_number};
use crate::export::{dropped_words, percent, rates_sentences};
use crate::rates::{Events, RateUnit, RatesStudy};
use crate::tui::desk::Desk;
use crate::tui::knobs;
use crate::tui::paint::panel::{chart_panel, panel, wrap, wrap_to};
use crate::tui::paint::{fit, text, text_right};

/// Whether a terminal of this width shows all parts at once.
pub fn shows_all(width: u16) -> bool {
    knobs::view::shows_all(width)
}

/// How many pages there are: of a narrow screen, or of what is decided where it is too low for all of it.
pub fn pages(size: (u16, u16)) -> usize {
    match size {
        (width, _) if !shows_all(width) => 4,
        (_, height) if height < 50 => 2,
        _ => 1,
    }
}

struct Parts {
    sentence: Rect,
    knobs: Rect,
    list: Option<Rect>,
    decisions: Option<(Rect, decisions::DecisionsPart)>,
    chart: Option<Rect>,
}

fn parts(screen: &RatesScreen, desk: &Desk, body: Rect) -> Parts {
    let lines = if body.width >= 150 { 1 } else { 2 }.min(body.height);
    let sentence = Rect { height: lines, ..body };
    let body = Rect { y: body.y + lines, height: body.height.saturating_sub(lines), ..body };
    let knobs = knobs::view::area(body);
    let rest =
        Rect { x: body.x + knobs.width, width: body.width.saturating_sub(knobs.width), ..body };
    let none = Parts { sentence, knobs, list: None, decisions: None, chart: None };
    if !shows_all(body.width) {
        return match screen.page {
            0 => Parts { list: Some(rest), ..none },
            1 => Parts { decisions: Some((rest, decisions::DecisionsPart::Decided)), ..none },
            2 => Parts { decisions: Some((rest, decisions::DecisionsPart::Group)), ..none },
            _ => Parts { chart: Some(rest), ..none },
        };
    }
    let groups = screen.study.as_ref().map_or(0, |study| study.groups.len()) as u16;
    // The list is as high as it needs, and leaves half to the rest.
    let high = (groups + 3).clamp(6, rest.height.saturating_sub(rest.height / 2).max(6));
    let below = Rect { y: rest.y + high, height: rest.height.saturating_sub(high), ..rest };
    let left = below.width * 11 / 20;
    let part = match (pages(desk.size), screen.page % 2) {
        (1, _) => decisions::DecisionsPart::All,
        (_, 0) => decisions::DecisionsPart::Decided,
        _ => decisions::DecisionsPart::Group,
    };
    Parts {
        list: Some(Rect { height: high.min(rest.height), ..rest }),
        decisions: Some((Rect { width: left, ..below }, part)),
        chart: Some(Rect { x: below.x + left, width: below.width.saturating_sub(left), ..below }),
        ..none
    }
}

/// Draws the screen.
pub fn draw(screen: &RatesScreen, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let parts = parts(screen, desk, body);
    if let (Some(events), Some(study)) = (&screen.events, &screen.study) {
        let area = parts.sentence;
        let lines = sentence(events, study, area);
        text(buffer, area, area.x + 1, area.y, "▸", theme.care());
        let style = if screen.is_fresh(desk) { theme.text() } else { theme.dim() };
        for (row, line) in lines.iter().enumerate() {
            text(buffer, area, area.x + 3, area.y + row as u16, line, style);
        }
    }
    let below = settings::draw(screen, desk, parts.knobs, buffer);
    draw_noise(screen, desk, below, buffer);
    if let Some(area) = parts.list {
        list::draw(screen, desk, area, buffer);
    }
    if let Some(area) = parts.decisions {
        decisions::draw(screen, desk, area, buffer);
    }
    if let Some(area) = parts.chart {
        match charts::order(screen) {
            Some(chart) => chart_panel(buffer, area, &chart, theme),
            None => {
                let inside = panel(buffer, area, "order over ε", "", theme);
                let words = if screen.working { "on its way…" } else { "" };
                text(buffer, inside, inside.x + 1, inside.y, words, theme.dim());
            }
        }
    }
}

/// The sentence with as many of its parts as there is room for.
fn sentence(events: &Events, study: &RatesStudy, area: Rect) -> Vec<String> {
    let (width, high) = (usize::from(area.width).saturating_sub(4), usize::from(area.height));
    let parts = rates_sentences(events, study);
    (1..=parts.len())
        .rev()
        .map(|many| wrap(&parts[..many].join("; "), width))
        .find(|lines| lines.len() <= high)
        .unwrap_or_else(|| wrap_to(&parts[0], width, high))
}

/// What follows from the knobs, below them.
fn draw_noise(screen: &RatesScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let Some(study) = &screen.study else { return };
    let setting = &study.setting;
    let per_group = setting.per_group();
    let moved = setting.reach() * per_group;
    let mut y = area.y + u16::from(area.height > 8);
    let mut line = |name: &str, value: String| {
        if y < area.bottom() {
            text(buffer, area, area.x + 2, y, name, theme.dim());
            text_right(buffer, area, area.right().saturating_sub(1), y, &value, theme.strong());
        }
        y += 1;
    };
    let scale = short_number(study.noise.scale());
    if setting.mechanism.needs_delta() {
        line("Δ₂ = √l0·linf", short_number((setting.reach() as f64).sqrt() * per_group as f64));
        line("σ of each cell", scale);
    } else {
        line("Δ₁ = l0·linf", short_number(moved as f64));
        line("b of each cell", scale);
    }
    let kept = study.kept.1 as f64 / study.total.1.max(1) as f64;
    let of = match setting.per {
        RateUnit::User => "pairs kept",
        RateUnit::Event => "kept of seen",
    };
    line(of, percent(kept));
    let best = study.over_l0.iter().filter_map(|at| Some((at.l0, at.pairs_flipped?)));
    let best = best.min_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((l0, _)) = best {
        line("order best at", format!("l0 {l0}"));
        if screen.l0_is_best {
            line("  where l0 began", String::new());
        }
    }
    let Some(events) = &screen.events else { return };
    let facts = &events.facts;
    let unseen: u64 = events.log.unseen().iter().map(|unseen| unseen.events).sum();
    if unseen > 0 {
        line("never saw it", grouped(unseen));
    }
    let dropped = dropped_words(&facts.report).map(|words| format!("! {words}"));
    let of_study = study.doubt();
    let doubts = facts.chosen.doubts.iter().chain(&of_study);
    let doubts = doubts.map(|doubt| format!("? {}", doubt.words));
    let room = usize::from(area.width).saturating_sub(3);
    let all: Vec<String> = dropped.into_iter().chain(doubts).collect();
    let left = usize::from(area.bottom().saturating_sub(y));
    // Each by itself, as far as there is room; what is cut off says so.
    let mut lines: Vec<String> = all.iter().flat_map(|words| wrap(words, room)).collect();
    if lines.len() > left {
        lines.truncate(left);
        if let Some(last) = lines.last_mut() {
            *last = fit(&format!("{last} …"), room);
        }
    }
    for words in lines {
        text(buffer, area, area.x + 2, y, &words, theme.care());
        y += 1;
    }
}

/// Whether a place is in the list.
pub fn is_list(screen: &RatesScreen, desk: &Desk, body: Rect, place: (u16, u16)) -> bool {
    parts(screen, desk, body).list.is_some_and(|area| area.contains(place.into()))
}

/// The left button went down at a place.
pub fn at(screen: &mut RatesScreen, desk: &Desk, body: Rect, place: (u16, u16)) {
    let parts = parts(screen, desk, body);
    let hit = settings::rows(screen, desk, parts.knobs)
        .into_iter()
        .find(|(_, row)| row.contains(place.into()));
    if let Some((setting, _)) = hit {
        screen.setting = setting;
    }
    let hit = parts.list.and_then(|area| {
        list::rows(screen, area).into_iter().find(|(_, row)| row.contains(place.into()))
    });
    if let Some((group, _)) = hit {
        screen.group = group;
    }
}
