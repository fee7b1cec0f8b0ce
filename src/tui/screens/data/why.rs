//! What speaks for the chosen line: evidence, doubt, and the effect of what is tried, as lines.

use ratatui::style::Style;

use super::choices::Choice;
use super::effect::effect;
use super::lines::{DataLine, value_of};
use super::state::{Data, Tried};
use crate::chart::grouped;
use crate::purchases::{Decision, Origin};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::wrap;

/// What the panel is called, and what stands in it.
pub struct Why {
    /// What the line is about.
    pub title: String,
    /// Its value and where it comes from.
    pub subtitle: String,
    /// Lines of at most the width that was asked for.
    pub lines: Vec<(String, Style)>,
}

/// What speaks for the chosen line; `under` is the choice under the cursor of an open list.
pub fn why(data: &Data, desk: &Desk, line: DataLine, under: Option<&Choice>, width: usize) -> Why {
    let theme = desk.theme;
    let mut said: Vec<(String, Style)> = Vec::new();
    let mut subtitle = String::new();
    if let Some(choice) = under {
        said.push((format!("{}: {}", choice.shown(), choice.clause), theme.chosen()));
    }
    if let (Some(change), Some(open)) = (&data.change, &desk.data) {
        let (words, style) = match &change.outcome {
            Tried::Awaited(0) => ("reading it so…".to_owned(), theme.dim()),
            Tried::Awaited(rows) => {
                (format!("reading it so… {} rows", grouped(*rows)), theme.dim())
            }
            Tried::Made(made) => (effect(open, made), theme.strong()),
            Tried::Refused(why) => (why.clone(), theme.alarm()),
        };
        let next = match (&change.outcome, change.taken) {
            (_, true) => "it is taken as soon as it is read",
            (Tried::Refused(_), _) => "esc leaves it",
            _ => "enter takes it, esc leaves it",
        };
        said.push((format!("tried: {}", change.what), theme.chosen()));
        said.push((words, style));
        said.push((next.to_owned(), theme.dim()));
    }
    let title = match line {
        DataLine::Status => {
            said.push((
                "whether looking at the true data is itself a disclosure".to_owned(),
                theme.text(),
            ));
            "status".to_owned()
        }
        DataLine::Cleaning(reason) => {
            said.push((
                format!("rows {}: a row counts under the first reason that holds", reason.rows()),
                theme.text(),
            ));
            reason.name().to_owned()
        }
        DataLine::Decision(decision) => {
            let (value, source) = value_of(desk, decision);
            if !source.is_empty() {
                subtitle = format!("{value} · {source}");
            }
            of_decision(desk, decision, &mut said);
            match decision {
                Decision::Column(purpose) => purpose.words().to_owned(),
                _ => decision.words().to_owned(),
            }
        }
    };
    let lines = said
        .into_iter()
        .flat_map(|(words, style)| {
            wrap(&words, width).into_iter().map(move |line| (line, style)).collect::<Vec<_>>()
        })
        .collect();
    Why { title, subtitle, lines }
}

fn of_decision(desk: &Desk, decision: Decision, said: &mut Vec<(String, Style)>) {
    let theme = desk.theme;
    let Some(open) = desk.data.as_ref().filter(|_| desk.choosing.is_none()) else {
        let (_, source) = value_of(desk, decision);
        let words = match source {
            "" => "told from the file where nothing is declared",
            _ => "declared: x takes it back",
        };
        said.push((words.to_owned(), theme.dim()));
        return;
    };
    let grounds = &open.purchases.grounds;
    for doubt in grounds.doubts().iter().filter(|doubt| doubt.decision == decision) {
        let is_open = desk.is_open(doubt);
        let style = if is_open { theme.care() } else { theme.dim() };
        said.push((format!("{} {}", if is_open { "?" } else { "seen:" }, doubt.words), style));
        if is_open && doubt.readings.len() < 2 {
            said.push(("s marks it as seen".to_owned(), theme.dim()));
        }
        if let [taken, others @ ..] = &doubt.readings[..]
            && !others.is_empty()
        {
            let others = others.join(" or ");
            said.push((format!("{taken} (taken) or {others}: enter settles it"), theme.care()));
        }
    }
    let evidence = grounds.evidence(decision);
    let origin = open.purchases.reading.line(decision).map(|line| line.origin);
    said.push(match (evidence, origin) {
        ("", Some(Origin::Declared)) => ("declared: x takes it back".to_owned(), theme.dim()),
        ("", _) => ("taken where nothing is declared".to_owned(), theme.dim()),
        (evidence, _) => (evidence.to_owned(), theme.text()),
    });
}
