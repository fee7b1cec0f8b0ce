//! The Budget screen: what was asked and released, what every accountant says of it, a
//! plan for the rest.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::charts;
use crate::chart::{Hue, short_number};
use crate::privacy::accounting::{Accountant, Amount};
use crate::release::State;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{chart_panel, panel, wrap};
use crate::tui::paint::{fit, text, text_right};
use crate::words::{Asker, Say};

struct Parts {
    accountants: Rect,
    plan: Rect,
    chart: Rect,
    asked: Rect,
}

fn parts(body: Rect) -> Parts {
    let left = (body.width * 11 / 20).clamp(30, 76);
    let right = Rect { x: body.x + left, width: body.width - left, ..body };
    let top = 8.min(body.height / 2);
    let chart = right.height * 11 / 20;
    Parts {
        accountants: Rect { width: left, height: top, ..body },
        plan: Rect { width: left, y: body.y + top, height: body.height - top, ..body },
        chart: Rect { height: chart, ..right },
        asked: Rect { y: right.y + chart, height: right.height - chart, ..right },
    }
}

/// The lines that can be chosen and where each stands.
pub fn line_rows(desk: &Desk, chosen_line: usize, body: Rect) -> Vec<(usize, Rect)> {
    let parts = parts(body);
    let inside = |area: Rect| Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let row = |area: Rect, y: u16| Rect { y: area.y + y, height: 1, ..area };
    let plan = inside(parts.plan);
    let mut rows = vec![(0, row(inside(parts.accountants), 0)), (1, row(plan, 0))];
    let room = plan.height.saturating_sub(3);
    let count = desk.plan.questions.len();
    let shown = count.min(usize::from(room));
    let chosen = chosen_line.saturating_sub(2);
    let first = (chosen + 1).saturating_sub(shown).min(count - shown);
    rows.extend((0..shown).map(|i| (2 + first + i, row(plan, 2 + i as u16))));
    rows
}

/// Draws the screen.
pub fn draw(desk: &Desk, chosen_line: usize, body: Rect, buffer: &mut Buffer) {
    let parts = parts(body);
    accountants(desk, chosen_line, parts.accountants, buffer);
    plan(desk, chosen_line, parts.plan, body, buffer);
    match charts::composed(desk) {
        Some(chart) => chart_panel(buffer, parts.chart, &chart, desk.theme),
        None => {
            let inside = panel(buffer, parts.chart, "ε of so many answers", "", desk.theme);
            text(buffer, inside, inside.x + 1, inside.y, "adding up…", desk.theme.dim());
        }
    }
    asked(desk, parts.asked, buffer);
}

fn accountants(desk: &Desk, chosen_line: usize, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let budget = desk.session.budget();
    let total = budget.total();
    let what = format!("of {} asked answers", budget.answers());
    let inside = panel(buffer, area, "accountants", &what, theme);
    let chosen = chosen_line == 0;
    let mark = if chosen { "▸" } else { " " };
    text(buffer, inside, inside.x, inside.y, mark, theme.chosen());
    let style = if chosen { theme.chosen() } else { theme.text() };
    text(buffer, inside, inside.x + 2, inside.y, "spend by", style);
    let name = format!("◂ {} ▸", budget.accountant().title());
    text(buffer, inside, inside.x + 12, inside.y, &name, theme.strong());
    let delta = |delta: Amount<18>| {
        if delta == Amount::ZERO { "0".to_owned() } else { format!("{:e}", delta.to_f64()) }
    };
    let (epsilon, left) = (desk.remaining(), delta(budget.remaining().delta));
    let left = match inside.width >= 60 {
        true => {
            format!("ε {epsilon} left of {}, δ {left} of {}", total.epsilon, delta(total.delta))
        }
        false => format!("left: ε {epsilon}, δ {left}"),
    };
    text_right(buffer, inside, inside.right() - 1, inside.y, &left, theme.strong());
    let report = desk.accounts.as_ref();
    let bar_from = inside.x + 24;
    let room = inside.right().saturating_sub(bar_from + 1);
    for (place, accountant) in Accountant::ALL.into_iter().enumerate() {
        let y = inside.y + 1 + place as u16;
        if y >= inside.bottom() {
            break;
        }
        let own = accountant == budget.accountant();
        let style = if own { theme.strong() } else { theme.text() };
        text(buffer, inside, inside.x + 2, y, accountant.title(), style);
        match report.and_then(|report| report.each.get(place)) {
            None => text(buffer, inside, inside.x + 12, y, "…", theme.dim()),
            Some(Err(reason)) => {
                let words = fit(
                    &format!("– {reason}"),
                    usize::from(inside.right().saturating_sub(inside.x + 13)),
                );
                text(buffer, inside, inside.x + 12, y, &words, theme.dim());
            }
            Some(Ok(spent)) => {
                text_right(
                    buffer,
                    inside,
                    inside.x + 21,
                    y,
                    &format!("ε {}", figure(*spent)),
                    style,
                );
                let share = (spent / total.epsilon.to_f64().max(1e-9)).min(1.0);
                let filled = (share * f64::from(room)).round() as u16;
                for x in 0..room {
                    let (glyph, style) = match (x < filled, own) {
                        (true, true) => ("█", theme.hue(Hue::Orange)),
                        (true, false) => ("▒", theme.hue(Hue::Sky)),
                        (false, _) => ("─", theme.border()),
                    };
                    text(buffer, inside, bar_from + x, y, glyph, style);
                }
                if *spent > total.epsilon.to_f64() {
                    text_right(buffer, inside, inside.right() - 1, y, " over ", theme.alarm());
                }
            }
        }
    }
    let y = inside.y + 5;
    if y < inside.bottom() {
        let words = match budget.accountant() {
            Accountant::Basic => "ε and δ add up; always valid",
            Accountant::Zcdp => "ρ adds up; valid for answers chosen one by one",
            Accountant::Rdp => "every order adds up; valid for answers chosen one by one",
            Accountant::Pld => {
                "exact, but only for a plan fixed in advance; no ledger spends by it"
            }
        };
        text(
            buffer,
            inside,
            inside.x + 2,
            y,
            &fit(words, usize::from(inside.width) - 3),
            theme.dim(),
        );
    }
}

/// A spent ε in few digits, never rounded down to nothing.
fn figure(epsilon: f64) -> String {
    if epsilon == 0.0 { "0".to_owned() } else { short_number(epsilon) }
}

/// Where the plan's weight and ε begin, and where its noise ends.
fn columns(row: Rect) -> [u16; 3] {
    let right = row.right().saturating_sub(1);
    [right.saturating_sub(25), right.saturating_sub(17), right]
}

fn plan(desk: &Desk, chosen_line: usize, area: Rect, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let report = desk.accounts.as_ref().filter(|report| report.id == desk.accounts_id);
    let total = desk.session.budget().total();
    let title = format!("shares of the whole ε {}", total.epsilon);
    let inside = panel(buffer, area, "plan", &title, theme);
    let shares = report.map(|report| report.shares.clone());
    for (line, row) in line_rows(desk, chosen_line, body).into_iter().skip(1) {
        let chosen = line == chosen_line;
        text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
        let style = if chosen { theme.chosen() } else { theme.text() };
        if line == 1 {
            text(buffer, row, row.x + 2, row.y, "reserve", style);
            let kept = total.epsilon.to_f64() * f64::from(desk.plan.reserve) / 100.0;
            let words = format!("◂ {} % ▸  ε {} kept back", desk.plan.reserve, short_number(kept));
            text(buffer, row, row.x + 12, row.y, &words, theme.strong());
            continue;
        }
        let Some(planned) = desk.plan.questions.get(line - 2) else { continue };
        let unit = desk.knobs.units.of(planned.question.measure).per_shown() as f64;
        let share = shares
            .as_ref()
            .and_then(|shares| shares.as_ref().ok())
            .and_then(|shares| shares.get(line - 2));
        let (epsilon, noise) = match share {
            Some(share) => {
                (format!("ε {}", short_number(share.epsilon)), short_number(share.noise / unit))
            }
            None => ("…".to_owned(), String::new()),
        };
        let weight = match planned.locked {
            Some(_) => "locked".to_owned(),
            None => format!("◂ {} ▸", short_number(planned.weight)),
        };
        let at = columns(row);
        let words = format!("{}, {}", planned.question, planned.mechanism);
        text(
            buffer,
            row,
            row.x + 2,
            row.y,
            &fit(&words, usize::from(at[0].saturating_sub(row.x + 3))),
            style,
        );
        let locked = if planned.locked.is_some() { theme.hue(Hue::Orange) } else { theme.strong() };
        text(buffer, row, at[0], row.y, &weight, locked);
        text(buffer, row, at[1], row.y, &epsilon, theme.text());
        text_right(buffer, row, at[2], row.y, &noise, theme.text());
    }
    if inside.height > 2 && !desk.plan.questions.is_empty() {
        let at = columns(inside);
        text(buffer, inside, inside.x + 2, inside.y + 1, "question", theme.dim());
        text(buffer, inside, at[0], inside.y + 1, "weight", theme.dim());
        text(buffer, inside, at[1], inside.y + 1, "ε each", theme.dim());
        text_right(buffer, inside, at[2], inside.y + 1, "E|noise|", theme.dim());
    }
    let foot = match (&shares, desk.plan.questions.is_empty()) {
        (_, true) => {
            "n adds the question under the knobs. The plan shares the budget among its questions by weight: ←→ \
             turns one and the others follow, l locks one, enter types its ε."
                .to_owned()
        }
        (Some(Err(refusal)), _) => refusal.say(Asker::Explorer),
        (Some(Ok(_)), _) => match report.and_then(|report| report.planned) {
            Some(whole) => format!(
                "together ε {} by {} accounting",
                short_number(whole),
                desk.session.budget().accountant().title()
            ),
            None => String::new(),
        },
        (None, _) => "sharing…".to_owned(),
    };
    let lines = wrap(&foot, usize::from(inside.width).saturating_sub(4));
    let from = if desk.plan.questions.is_empty() {
        inside.y + 2
    } else {
        inside.bottom().saturating_sub(lines.len().min(2) as u16)
    };
    let style = if matches!(shares, Some(Err(_))) { theme.alarm() } else { theme.dim() };
    for (row, line) in lines.iter().enumerate() {
        text(buffer, inside, inside.x + 2, from + row as u16, line, style);
    }
}

fn asked(desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let budget = desk.session.budget();
    let released = desk.ledger.as_ref().map_or(0, |ledger| ledger.entries.len());
    let title = if released > 0 { "asked and released" } else { "asked" };
    let inside = panel(buffer, area, title, "cost by item", theme);
    let mut y = inside.y;
    let mut line = |left: &str, right: &str, style| {
        if y < inside.bottom() {
            let room = usize::from(inside.width).saturating_sub(right.width() + 4);
            text(buffer, inside, inside.x + 1, y, &fit(left, room), style);
            text_right(buffer, inside, inside.right() - 1, y, right, style);
            y += 1;
        }
    };
    if let Some(ledger) = &desk.ledger {
        let left = ledger.balance.remaining().epsilon;
        line(
            &format!("ledger of {} ({})", ledger.dataset, ledger.accountant.title()),
            &format!("ε {left} left of {}", ledger.balance.total.epsilon),
            theme.strong(),
        );
        for entry in ledger.entries.iter().rev().take(4) {
            let state = if entry.state == State::Published { "" } else { " (reserved)" };
            let left = format!(" {} {} by {}{state}", entry.id, entry.question, entry.mechanism);
            line(&left, &cost(entry.epsilon, entry.delta), theme.text());
        }
    }
    line(
        "rehearsed, not published",
        &cost(budget.sum().epsilon, budget.sum().delta),
        theme.strong(),
    );
    for asked in desk.session.lines().iter().rev() {
        let unit = asked.unit as u64;
        let left = format!(
            " {} × {} by {}, l0 {} linf {}",
            asked.times,
            asked.question,
            asked.mechanism,
            asked.bounds.0,
            asked.bounds.1 / unit
        );
        let whole =
            (asked.cost.epsilon.multiplied(asked.times), asked.cost.delta.multiplied(asked.times));
        line(&left, &cost(whole.0, whole.1), theme.text());
    }
    if desk.session.lines().is_empty() {
        line(" nothing asked yet: a on Scope", "", theme.dim());
    }
    if desk.ledger.is_none() {
        line("no ledger open: p makes one", "", theme.dim());
    }
}

fn cost(epsilon: Amount<9>, delta: Amount<18>) -> String {
    match delta == Amount::ZERO {
        true => format!("ε {epsilon}"),
        false => format!("ε {epsilon}, δ {:e}", delta.to_f64()),
    }
}
