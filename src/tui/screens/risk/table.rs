//! The table of the Risk screen: the ladder, one thing or another, asking again, the ruler.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::RiskScreen;
use super::study;
use crate::chart::{Hue, short_number};
use crate::export::{RULER, RiskLabels, epsilon_words, percent, piece};
use crate::privacy::accounting::KnownLaw;
use crate::privacy::risk::{Guarded, Risk};
use crate::rehearsal::RiskStudy;
use crate::rehearsal::risk::OneRelease;
use crate::tui::desk::Desk;
use crate::tui::knobs;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// Where the second half of the table begins.
const ASKING_AGAIN: &str = "asking again";

/// A line of the table.
enum Row {
    /// What a group of lines is about.
    Heading(&'static str),
    /// What is protected, and how well.
    Gained { name: String, size: String, with: f64, below: bool },
    /// A sentence.
    Said(String),
    /// Nothing.
    Gap,
}

/// ε, or μ of Gaussian noise.
fn size(risk: &Risk, delta: f64) -> String {
    match risk.curve().known() {
        Some(KnownLaw::Gaussian(mu)) => format!("μ {}", short_number(mu)),
        _ => format!("ε {}", epsilon_words(risk.epsilon(delta))),
    }
}

fn rows(study: &RiskStudy, one: &OneRelease, labels: &RiskLabels) -> Vec<Row> {
    let gained = |name: String, risk: &Risk, below| Row::Gained {
        name,
        size: size(risk, study.delta),
        with: risk.odds().with,
        below,
    };
    let mut rows = vec![Row::Heading("whether it is there at all")];
    for rung in &one.ladder {
        rows.push(gained(piece(rung.piece, labels), &rung.below, false));
        if rung.piece != Guarded::User && one.moved.others {
            rows.push(gained("at the bound".to_owned(), &rung.at_bound, true));
        }
    }
    rows.push(Row::Gap);
    rows.push(Row::Heading("one thing or another"));
    rows.push(gained(format!("one {} or another", labels.group), &one.replaced.one, false));
    rows.push(gained("this list or any other".to_owned(), &one.replaced.all, false));
    rows.push(Row::Said(format!(
        "Who holds 10 lists for equally likely picks the right one at most {} of the time.",
        percent(one.replaced.guessed(10))
    )));
    rows.push(Row::Gap);
    rows.push(Row::Heading(ASKING_AGAIN));
    match &one.again {
        Some(again) => rows.push(gained(times(one.asked), again, false)),
        None => rows.push(Row::Said(format!("{}: too much to compose", times(one.asked)))),
    }
    if let Some(averaged) = one.averaged {
        let unit = one.moved.unit;
        rows.push(Row::Said(format!(
            "Their mean comes within ±{} of the bounded sum (one standard deviation), their median within ±{}.",
            short_number(averaged.mean / unit),
            short_number(averaged.median / unit)
        )));
    }
    if let Some(right) = one.differenced {
        rows.push(Row::Said(format!(
            "Of two answers in one {}, the difference tells which has the user {} of the time.",
            labels.group,
            percent(right)
        )));
    }
    rows.push(Row::Gap);
    rows.push(Row::Heading("deployments that protect a user"));
    let ruler: Vec<String> = RULER
        .iter()
        .map(|one| {
            format!("ε {} {}{}", one.epsilon, one.what, if one.local { " (local)" } else { "" })
        })
        .collect();
    rows.push(Row::Said(ruler.join(", ")));
    rows
}

fn times(asked: u64) -> String {
    match asked {
        1 => "asked once".to_owned(),
        more => format!("asked {} times", short_number(more as f64)),
    }
}

/// Draws the table.
pub fn draw(risk: &RiskScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let inside = panel(buffer, area, "what is protected", "of 100 outputs: in / out", theme);
    let Some(study) = risk.found() else { return };
    let Some(one) = &study.one else { return };
    let labels = study::labels(risk, desk);
    let mut rows = rows(study, one, &labels);
    // A narrow screen has a page for what is protected, and one for the rest.
    if !knobs::view::shows_all(desk.size.0) {
        let again = |row: &Row| matches!(row, Row::Heading(heading) if *heading == ASKING_AGAIN);
        let at = rows.iter().position(again).unwrap_or(rows.len());
        rows = match risk.part {
            2 => rows.split_off(at),
            _ => rows.drain(..at).collect(),
        };
    }
    let width = usize::from(inside.width);
    // Where not all fits, gaps go first, and then what stands last.
    let height = |row: &Row| match row {
        Row::Said(said) => wrap(said, width.saturating_sub(4)).len(),
        _ => 1,
    };
    let whole: usize = rows.iter().map(height).sum();
    let with_gaps = whole <= usize::from(inside.height);
    let bars = inside.width >= 56;
    let odds_at = inside.x + if bars { 44 } else { inside.width - 1 };
    let size_at = odds_at.saturating_sub(8);
    let mut y = inside.y;
    for row in &rows {
        if y + height(row) as u16 > inside.bottom() {
            break;
        }
        match row {
            Row::Gap if !with_gaps => continue,
            Row::Gap => y += 1,
            Row::Heading(heading) => {
                text(buffer, inside, inside.x + 1, y, heading, theme.strong());
                y += 1;
            }
            Row::Said(said) => {
                for line in wrap(said, width.saturating_sub(4)) {
                    text(buffer, inside, inside.x + 3, y, &line, theme.dim());
                    y += 1;
                }
            }
            Row::Gained { name, size, with, below } => {
                let indent = if *below { 5 } else { 3 };
                let style = if *below { theme.dim() } else { theme.text() };
                let room = usize::from(size_at - inside.x).saturating_sub(indent + 10);
                text(buffer, inside, inside.x + indent as u16, y, &fit(name, room), style);
                text_right(buffer, inside, size_at, y, size, style);
                let whole = with.round();
                let odds = format!("{whole}/{}", 100.0 - whole);
                text_right(buffer, inside, odds_at, y, &odds, theme.strong());
                if bars {
                    let bar = Rect {
                        x: odds_at + 2,
                        y,
                        width: inside.right().saturating_sub(odds_at + 3),
                        height: 1,
                    };
                    draw_bar(desk, bar, *with, buffer);
                }
                y += 1;
            }
        }
    }
}

/// From 50 of 100, where nothing is told, to 100.
fn draw_bar(desk: &Desk, area: Rect, with: f64, buffer: &mut Buffer) {
    let theme = desk.theme;
    let share = ((with - 50.0) / 50.0).clamp(0.0, 1.0);
    let filled = (share * f64::from(area.width)).round() as u16;
    for x in 0..area.width {
        let (glyph, style) =
            if x < filled { ("█", theme.hue(Hue::Orange)) } else { ("░", theme.border()) };
        text(buffer, area, area.x + x, area.y, glyph, style);
    }
}
