//! One line at the foot of figures: what cleaning dropped, where it is much, and what is doubtful
//! of the reading. And what a screen says while no file is open.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::export::dropped_words;
use crate::purchases::{Decision, DoubtOf};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::{fit, text};
use crate::tui::screen::Screen;

/// Where the line sends those who read it.
const SEE: &str = ": see Data (1)";

/// Draws the line into the foot of the body, over its border: nothing makes room for it.
pub fn told(desk: &Desk, screen: &dyn Screen, body: Rect, buffer: &mut Buffer) {
    let Some(data) = &desk.data else { return };
    let dropped = dropped_words(screen.cleaned(data));
    let open = data.purchases.grounds.doubts().iter().filter(|doubt| desk.is_open(doubt));
    let doubts = doubtful(&open.collect::<Vec<_>>());
    let words: Vec<String> = dropped.into_iter().chain(doubts).collect();
    if words.is_empty() {
        return;
    }
    let room = usize::from(body.width).saturating_sub(8 + SEE.width());
    let line = format!(" ! {}{SEE} ", fit(&words.join(" · "), room));
    text(buffer, body, body.x + 2, body.bottom().saturating_sub(1), &line, desk.theme.care());
}

/// `doubtful: date order (day-first or month-first)`; `None` where nothing is.
fn doubtful(doubts: &[&DoubtOf]) -> Option<String> {
    let first = doubts.first()?;
    let readings: Vec<String> = first.readings.iter().map(|reading| fit(reading, 30)).collect();
    let readings = match readings.is_empty() {
        true => String::new(),
        false => format!(" ({})", readings.join(" or ")),
    };
    let more = match doubts.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("doubtful: {}{readings}{more}", about(first.decision)))
}

/// What a decision is about, with what kind of thing it is where its words do not say.
fn about(decision: Decision) -> String {
    match decision {
        Decision::Column(purpose) => format!("{} column", purpose.name()),
        other => other.words().to_owned(),
    }
}

/// Draws a screen that has nothing to show, since no file is open.
pub fn no_file(desk: &Desk, screen: &str, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let inside = panel(buffer, body, &screen.to_lowercase(), "", theme);
    let words = match (desk.loading_words(), &desk.choosing) {
        (Some(words), _) => words,
        (None, Some(choosing)) if choosing.is_events => {
            "this is a log of events: Rates (9) shows its rates, Data (1) asks how it could be read as purchases"
                .to_owned()
        }
        (None, Some(_)) => "no file is open yet: Data (1) asks how it is to be read".to_owned(),
        (None, None) => "no file is open yet: o opens one".to_owned(),
    };
    let width = usize::from(inside.width).saturating_sub(2);
    for (row, line) in wrap(&words, width).iter().enumerate() {
        text(buffer, inside, inside.x + 1, inside.y + row as u16, line, theme.dim());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_is_named_with_its_readings() {
        let doubt = |decision, readings: &[&str]| DoubtOf {
            decision,
            readings: readings.iter().map(ToString::to_string).collect(),
            words: String::new(),
        };
        let date = doubt(Decision::DateFormat, &["day-first", "month-first"]);
        assert_eq!(
            doubtful(&[&date]).as_deref(),
            Some("doubtful: date order (day-first or month-first)")
        );
        let user = doubt(Decision::Column(crate::purchases::Purpose::User), &[]);
        assert_eq!(doubtful(&[&user, &date]).as_deref(), Some("doubtful: user column and 1 more"));
        assert_eq!(doubtful(&[]), None);
    }
}
