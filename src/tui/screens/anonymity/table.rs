//! The table of the Anonymity screen: k-anonymity, and the attacks beside what DP allows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::AnonymityScreen;
use crate::anonymity::{AnonymityStudy, Anonymous};
use crate::chart::{Hue, grouped, short_number};
use crate::export::{AttackRow, attack_rows, percent, posterior_words, rate, uncut_words};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text, text_right};
use crate::words::{Asker, Say};

/// Draws the table.
pub fn draw(screen: &AnonymityScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let inside = panel(buffer, area, "k-anonymity and attacks", "beside what DP allows", theme);
    let Some(study) = screen.study(desk) else {
        text(buffer, inside, inside.x + 1, inside.y, "looking…", theme.dim());
        return;
    };
    let width = usize::from(inside.width).saturating_sub(2);
    let mut y = inside.y;
    let mut said = |words: &str, style, buffer: &mut Buffer| {
        for line in wrap(words, width) {
            if y < inside.bottom() {
                text(buffer, inside, inside.x + 1, y, &line, style);
            }
            y += 1;
        }
    };
    match &study.anonymous {
        Some(Ok(found)) => {
            let [first, second] = classes_words(found);
            // On a small screen attacks want the room.
            let first = if inside.height < 12 { fit(&first, width) } else { first };
            said(&first, theme.strong(), buffer);
            if inside.height >= 18 {
                said(&second, theme.dim(), buffer);
                if let Some(words) = uncut_words(&found.first) {
                    said(&words, theme.dim(), buffer);
                }
            }
        }
        Some(Err(error)) => said(&error.say(Asker::Explorer), theme.alarm(), buffer),
        None => said("making classes…", theme.dim(), buffer),
    }
    let labels = screen.labels(desk);
    let rows = attack_rows(&study, &labels);
    // With room rows have a second line that says what was found, with more room a blank one between.
    let left = inside.bottom().saturating_sub(y);
    let lines = rows.len() as u16;
    let high = match left {
        left if left > 3 * lines + 4 => 3,
        left if left > 2 * lines + 4 => 2,
        _ => 1,
    };
    y += u16::from(high > 1);
    let body = Rect { y, height: inside.bottom().saturating_sub(y), ..inside };
    let end = attacks(desk, &rows, labels.prior, high, body, buffer);
    let mut reasons = reasons(&study);
    if high == 1 && !rows.is_empty() {
        reasons.insert(
            0,
            format!(
                "users: singled out, or their secret certain. DP multiplies odds by so much at most: a belief of {} becomes \
                 no more than that.",
                percent(labels.prior)
            ),
        );
    }
    let mut y = end + u16::from(high > 1);
    let delta = labels
        .delta
        .map(|delta| format!("With the noise's δ all this holds but for {delta:e} a release."));
    for words in reasons.into_iter().chain(delta) {
        for line in wrap(&words, width) {
            if y < inside.bottom() {
                text(buffer, inside, inside.x + 1, y, &line, theme.dim());
            }
            y += 1;
        }
    }
}

/// Classes and what they lose, in two sentences.
fn classes_words(found: &Anonymous) -> [String; 2] {
    let classes = &found.first.classes;
    let quasi: Vec<&str> = found.first.quasi.iter().map(|one| one.words()).collect();
    [
        format!(
            "{} users in {} classes of {} or more by {}",
            grouped(found.users as u64),
            grouped(classes.members.len() as u64),
            found.k,
            quasi.join(", ")
        ),
        format!(
            "{} a class on average ({} k), certainty lost {}, discernibility {}; {} in the worst class: {} distinct, \
             entropy l {}",
            short_number(classes.average_size()),
            short_number(classes.average_size() / found.k as f64),
            percent(classes.penalty),
            grouped(classes.discernibility()),
            found.sensitive,
            found.first.distinct,
            short_number(found.first.entropy)
        ),
    ]
}

/// Why something is missing.
fn reasons(study: &AnonymityStudy) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(Ok(found)) = &study.anonymous
        && let Err(error) = &found.both
    {
        reasons.push(format!("No two releases: {}", error.say(Asker::Explorer)));
    }
    match &study.linkage {
        Some(Err(error)) => reasons.push(format!("No linkage: {}", error.say(Asker::Explorer))),
        Some(Ok(found)) => reasons.push(format!(
            "Found again: {} users among {}; of {} matches that stand out {} are right.",
            grouped(found.sought as u64),
            grouped(found.among as u64),
            grouped(found.claimed as u64),
            found.right_of_claimed.best().map_or("none".to_owned(), percent)
        )),
        None => {}
    }
    reasons
}

/// The attacks; returns the line below them.
fn attacks(
    desk: &Desk,
    rows: &[AttackRow],
    prior: f64,
    high: u16,
    area: Rect,
    buffer: &mut Buffer,
) -> u16 {
    let theme = desk.theme;
    let right = area.right().saturating_sub(1);
    let wide = area.width >= 60;
    let [odds_at, belief_at] =
        if wide { [right.saturating_sub(9), right] } else { [right.saturating_sub(8), right] };
    let narrow = area.width < 44;
    let share_at = match (narrow, wide) {
        (true, _) => odds_at.saturating_sub(1),
        (false, true) => odds_at.saturating_sub(13),
        (false, false) => odds_at.saturating_sub(7),
    };
    let mut y = area.y;
    if rows.is_empty() || area.height == 0 {
        return y;
    }
    text(buffer, area, area.x + 1, y, "attack", theme.dim());
    text_right(buffer, area, share_at, y, "users", theme.dim());
    let odds_head = if wide { "DP: odds ×" } else { "odds ×" };
    if !narrow {
        text_right(buffer, area, odds_at, y, odds_head, theme.dim());
    }
    text_right(buffer, area, belief_at, y, &format!("{} →", percent(prior)), theme.dim());
    y += 1;
    for row in rows {
        if y >= area.bottom() {
            break;
        }
        let room = usize::from(share_at.saturating_sub(area.x + 8));
        let share = row.share.best().map_or("none".to_owned(), rate);
        let hue = theme.hue(Hue::Orange);
        text(buffer, area, area.x + 1, y, &fit(&row.name, room), theme.text());
        text_right(buffer, area, share_at, y, &share, hue);
        let odds = row.bound.odds().filter(|&odds| odds < 1e6).map(short_number);
        let odds = odds.unwrap_or_else(|| row.bound.power());
        let odds = if wide && row.bound.odds().is_some_and(|odds| odds < 1e6) {
            format!("{} {odds}", row.bound.power())
        } else {
            odds
        };
        if !narrow {
            text_right(buffer, area, odds_at, y, &odds, theme.hue(Hue::Sky));
        }
        let belief = posterior_words(row.bound.posterior(prior));
        text_right(
            buffer,
            area,
            belief_at,
            y,
            &format!("≤{belief}").replace("≤>", ">"),
            theme.hue(Hue::Sky),
        );
        y += 1;
        if high > 1 && y < area.bottom() {
            text(
                buffer,
                area,
                area.x + 3,
                y,
                &fit(row.means, usize::from(area.width).saturating_sub(4)),
                theme.dim(),
            );
            y += high - 1;
        }
    }
    y
}
