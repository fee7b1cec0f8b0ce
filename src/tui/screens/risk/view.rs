//! The Risk screen: a sentence, the knobs with the attacker's figures, the curve, the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::RiskScreen;
use super::{charts, study, table};
use crate::export::{meaning, percent};
use crate::rehearsal::risk::ALARMS;
use crate::tui::desk::Desk;
use crate::tui::knobs;
use crate::tui::paint::panel::{chart_panel, panel, wrap, wrap_to};
use crate::tui::paint::{text, text_right};

/// Lines of the sentence on a screen of this width.
fn sentence_lines(body: Rect) -> u16 {
    if body.width >= 160 { 1 } else { 2 }
}

/// From this height on there are two panels on the right.
const TALL: u16 = 44;
/// The height of the table then.
const TABLE: u16 = 25;

struct Parts {
    knobs: Rect,
    chart: Option<Rect>,
    table: Option<Rect>,
    belief: Option<Rect>,
}

fn parts(risk: &RiskScreen, body: Rect) -> Parts {
    let lines = sentence_lines(body);
    let body = Rect { y: body.y + lines, height: body.height.saturating_sub(lines), ..body };
    let knobs = knobs::view::area(body);
    let rest = Rect { x: body.x + knobs.width, width: body.width - knobs.width, ..body };
    if !knobs::view::shows_all(body.width) {
        return match risk.part {
            0 => Parts { knobs, chart: Some(rest), table: None, belief: None },
            _ => Parts { knobs, chart: None, table: Some(rest), belief: None },
        };
    }
    let left = rest.width * 9 / 20;
    let right = Rect { x: rest.x + left, width: rest.width - left, ..rest };
    // Where the table leaves room below, the belief has a chart of its own.
    let high = if rest.height >= TALL { TABLE } else { rest.height };
    let below = Rect { y: right.y + high, height: right.height - high, ..right };
    Parts {
        knobs,
        chart: Some(Rect { width: left, ..rest }),
        table: Some(Rect { height: high, ..right }),
        belief: (below.height > 0).then_some(below),
    }
}

/// Where the knobs stand.
pub fn knobs_area(body: Rect) -> Rect {
    parts(&RiskScreen::default(), body).knobs
}

/// Draws the screen.
pub fn draw(risk: &RiskScreen, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let parts = parts(risk, body);
    if let Some(study) = risk.found() {
        let labels = study::labels(risk, desk);
        let said = meaning(study, &labels);
        let room = usize::from(body.width).saturating_sub(4);
        let lines = wrap_to(&said, room, usize::from(sentence_lines(body)));
        text(buffer, body, body.x + 1, body.y, "▸", theme.care());
        for (row, line) in lines.iter().enumerate() {
            text(buffer, body, body.x + 3, body.y + row as u16, line, theme.text());
        }
    }
    let below = knobs::view::draw(desk, &desk.knobs_in_use(), parts.knobs, buffer);
    draw_figures(risk, below, desk, buffer);
    if let Some(area) = parts.chart {
        match charts::trade_off(risk) {
            Some(chart) => chart_panel(buffer, area, &chart, theme),
            None => {
                let inside = panel(buffer, area, "trade-off", "", theme);
                let words = match (&risk.study, &desk.loading, &desk.data) {
                    (Some(Err(reason)), ..) => reason.to_string(),
                    (_, Some((_, what)), _) => format!("{what}…"),
                    (_, None, Some(_)) => "no figure: the setting was refused".to_owned(),
                    (_, None, None) => String::new(),
                };
                let lines = wrap(&words, usize::from(inside.width).saturating_sub(2));
                for (row, line) in lines.iter().enumerate() {
                    text(buffer, inside, inside.x + 1, inside.y + row as u16, line, theme.dim());
                }
            }
        }
    }
    if let Some(area) = parts.table {
        table::draw(risk, desk, area, buffer);
    }
    if let (Some(area), Some(chart)) = (parts.belief, charts::belief(risk)) {
        chart_panel(buffer, area, &chart, theme);
    }
}

/// What the attacker believes and gains, below the knobs.
fn draw_figures(risk: &RiskScreen, area: Rect, desk: &Desk, buffer: &mut Buffer) {
    let theme = desk.theme;
    let right = area.right().saturating_sub(1);
    let mut y = area.y + u16::from(area.height > 14);
    let mut line = |name: &str, value: &str, strong: bool| {
        if y < area.bottom() {
            let style = if strong { theme.chosen() } else { theme.strong() };
            text(buffer, area, area.x + 2, y, name, theme.dim());
            text_right(buffer, area, right, y, value, style);
        }
        y += 1;
    };
    line("belief", &format!("[{}]", percent(risk.prior)), true);
    line("asked", &format!("-{}+", risk.asked), true);
    let Some(study) = risk.found() else { return };
    let gained = &study.risk;
    line("", "", false);
    line("advantage", &percent(gained.advantage()), false);
    for alpha in ALARMS {
        let name = format!("found @{:.0} %", 100.0 * alpha);
        line(&name, &percent(gained.true_positives(alpha)), false);
    }
    let mu = study.fit.map_or("none".to_owned(), |fit| format!("{:.3}", fit.mu));
    line("μ", &mu, false);
    if let Some(fit) = study.fit.filter(|fit| fit.gap >= 0.005) {
        line("  off", &format!("{} at {}", percent(fit.gap), percent(fit.at)), false);
    }
    line("", "", false);
    line("95 of 100", &format!("≤ {}", percent(gained.posterior(risk.prior, 0.95))), false);
    let worst = gained.worst_posterior(risk.prior);
    let worst = worst.map_or("no bound".to_owned(), |worst| format!("≤ {}", percent(worst)));
    line("any output", &worst, false);
    line("wrong", &percent(gained.bayes_risk(risk.prior)), false);
    line("  guessing", &percent(risk.prior.min(1.0 - risk.prior)), false);
}
