//! What is shown before a release: looked up in the true data, for the curator's eyes.

use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal};

use anyhow::bail;

use super::input::InputArguments;
use super::output;
use crate::export::{ForecastLine, LOOKED_UP, forecast_lines, rows_lines};
use crate::purchases::{
    CleaningReport, Decision, DoubtOf, Line, Options, Origin, Reading, Use, read,
};
use crate::release::{BelowSense, Forecast};
use crate::words::{Asker, Say};

/// The word that spends.
const WORD: &str = "release";

/// The word that goes on where a release makes little sense.
const ANYWAY: &str = "anyway";

/// Whether somebody sits at a terminal and can be asked.
pub fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Stops where a release makes little sense: asks at a terminal, refuses elsewhere.
///
/// # Errors
/// The sentence that says why, where nobody says to go on.
pub fn stop(why: &BelowSense, attended: bool) -> anyhow::Result<()> {
    if attended {
        let why = format!("This makes little sense: {}.", why.say(Asker::CommandLine));
        let why = output::fitted(&why, crate::tui::columns());
        output::ask(&format!("{why}\nType {ANYWAY} to go on all the same (or enter to stop): "));
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        if line.trim() == ANYWAY {
            return Ok(());
        }
        bail!("stopped before anything was spent; --anyway goes on without asking");
    }
    let why = why.say(Asker::CommandLine);
    bail!("stopped before anything was spent: {why}; --anyway goes on");
}

/// Asks for the word that spends; nothing is spent without it.
pub fn ask_for_word() -> anyhow::Result<()> {
    output::ask(&format!("This cannot be undone. Type {WORD} to spend and publish: "));
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    if line.trim() != WORD {
        bail!("nothing was released and nothing was spent: the word {WORD} was not typed");
    }
    Ok(())
}

/// What the rows say of a reading in which nothing was guessed.
#[derive(Debug, Default)]
pub struct RowsSay {
    /// Decisions that the rows would have decided otherwise.
    pub otherwise: Vec<Line>,
    /// What is doubtful of them.
    pub doubts: Vec<DoubtOf>,
}

/// What the rows say of `reading`; nothing where they cannot be read by guesses at all.
pub fn rows_say(input: &InputArguments, options: &Options, reading: &Reading) -> RowsSay {
    let as_for = |purpose: Use| read(&input.input(), &Options { purpose, ..options.clone() });
    let otherwise = match as_for(Use::Release { adopt_guesses: true }) {
        Ok(guessed) => reading.differences(&guessed.reading),
        Err(_) => Vec::new(),
    };
    // A trial names also what a release settles by itself: ids that are rounded are nobody there.
    let doubts = as_for(Use::Trial).map(|trial| trial.grounds.doubts().to_vec());
    RowsSay { otherwise, doubts: doubts.unwrap_or_default() }
}

/// The flag that declares a decision of reading, with its value.
fn flag(line: &Line) -> String {
    let flag = line.decision.flag();
    match line.decision {
        Decision::LineBreaks
        | Decision::NoHeader
        | Decision::DropDuplicates
        | Decision::JoinKeysUnique => {
            format!("--{flag}={}", line.value)
        }
        _ => {
            let each = line.values().into_iter().map(|value| format!("--{flag} '{value}'"));
            each.collect::<Vec<_>>().join(" ")
        }
    }
}

/// The reading and the rows as lines, decisions that are not `whole`ly listed only where they were not left
/// as they are: at a terminal, what decides stands below and must be seen.
pub fn lines(
    what: &str,
    reading: &Reading,
    report: &CleaningReport,
    say: &RowsSay,
    whole: bool,
) -> String {
    let mut text = format!("preview of {what}: nothing is spent or written\n{LOOKED_UP}\n");
    let all = reading.lines();
    let listed: Vec<&Line> =
        all.iter().filter(|line| whole || line.origin != Origin::Default).collect();
    let more = match all.len() - listed.len() {
        0 => String::new(),
        more => format!(" ({more} more decisions as usual: --preview lists them)"),
    };
    let _ = writeln!(text, "\nreading{more}");
    for line in listed {
        let value = if line.value.is_empty() { "none" } else { line.value.as_str() };
        let source = if line.origin == Origin::Default { "" } else { line.origin.name() };
        let _ = writeln!(text, "  {:<16} {:<28} {source}", line.decision.name(), value);
    }
    for guess in &say.otherwise {
        let mine = all.iter().find(|line| line.decision == guess.decision);
        let mine = mine.map_or("none", |line| line.value.as_str());
        let _ = writeln!(
            text,
            "the rows look otherwise: {} {} (read here: {mine}). If that is how the file is made, declare it with {}",
            guess.decision.words(),
            guess.value,
            flag(guess)
        );
    }
    for doubt in &say.doubts {
        let _ = writeln!(text, "doubtful: {}", doubt.words);
    }
    text += "\nrows\n";
    push(&mut text, &rows_lines(report, reading));
    text
}

/// What would come of a release of groups, of so many users, and what it costs: below what [`lines`] says.
pub fn coming(
    users: usize,
    found: &Forecast,
    more: u64,
    spending: &[(&'static str, String)],
) -> String {
    let mut text = "\ngroups\n".to_owned();
    push(&mut text, &forecast_lines(found, users, Some(more)));
    text += "\ncost\n";
    for (name, value) in spending {
        let _ = writeln!(text, "  {name:>14} {value}");
    }
    text
}

/// Why a release makes little sense, or that it makes sense, where only that is asked.
pub fn verdict(why: Option<&BelowSense>) -> String {
    match why {
        Some(why) => format!("\nThis makes little sense: {}\n", why.say(Asker::CommandLine)),
        None => "\nNothing stops it: half of the rows, and of the keys or groups, are there.\n"
            .to_owned(),
    }
}

fn push(text: &mut String, lines: &[ForecastLine]) {
    for ForecastLine { number, of } in lines {
        let _ = writeln!(text, "  {number:>14} {of}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_has_a_flag_for_each_of_its_values() {
        let flag_of = |decision, value: &str| {
            flag(&Line { decision, value: value.to_owned(), origin: Origin::Guessed })
        };
        assert_eq!(
            flag_of(Decision::Cancelled, "a^=C or b=x"),
            "--cancelled 'a^=C' --cancelled 'b=x'"
        );
        assert_eq!(flag_of(Decision::DateFormat, "day-first"), "--date-format 'day-first'");
        assert_eq!(flag_of(Decision::LineBreaks, "yes"), "--line-breaks=yes");
        assert_eq!(
            flag_of(Decision::Decimal, "quantity=.; price=,"),
            "--decimal 'quantity=.' --decimal 'price=,'"
        );
    }
}
