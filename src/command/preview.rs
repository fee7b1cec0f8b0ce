//! What is shown before a release: looked up in the true data, for the curator's eyes.

use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal};

use anyhow::bail;

use super::input::InputArguments;
use super::output;
use crate::chart::{grouped, short_number};
use crate::contribution::Pairs;
use crate::purchases::{CleaningReport, Decision, Line, Loss, Options, Origin, Reading, Use, read};
use crate::release::{CatalogueLookedUp, LookedUp};

/// The word that spends.
const WORD: &str = "release";

/// The mark of all that is looked up.
const MARK: &str =
    "not differentially private: do not publish (this is looked up in the true data)";

/// Whether somebody sits at a terminal and can be asked.
pub fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Why a release makes little sense, as one sentence: looked up in the true data.
pub fn below_sense(report: &CleaningReport, found: &LookedUp) -> Option<String> {
    let dropped = report.rows_read - report.rows_kept;
    if report.rows_read > 0 && dropped * 2 >= report.rows_read {
        let most = report.dropped.losses().into_iter().max_by_key(|loss| loss.rows);
        let why =
            most.map_or(String::new(), |loss| format!(", most of them {}", loss.reason.rows()));
        return Some(format!(
            "{} of {} rows are dropped{why}",
            grouped(dropped),
            grouped(report.rows_read)
        ));
    }
    if let Some(CatalogueLookedUp { keys, occur }) = found.catalogue
        && occur * 2 < keys
    {
        return Some(format!(
            "{} of {} catalogue keys occur in the data",
            grouped(occur as u64),
            grouped(keys as u64)
        ));
    }
    (found.catalogue.is_none() && found.groups > 0 && found.would_show * 2.0 < found.groups as f64)
        .then(|| {
            format!(
                "about {} of {} groups would show",
                short_number(found.would_show),
                grouped(found.groups as u64)
            )
        })
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

/// Decisions that the rows would have decided otherwise than `reading`; none where they cannot be
/// read that way at all.
pub fn other_guesses(input: &InputArguments, options: &Options, reading: &Reading) -> Vec<Line> {
    let guessing = Options { purpose: Use::Release { adopt_guesses: true }, ..options.clone() };
    match read(&input.input(), &guessing) {
        Ok(guessed) => reading.differences(&guessed.reading),
        Err(_) => Vec::new(),
    }
}

/// The flag that declares a decision of reading, with its value.
fn flag(line: &Line) -> String {
    let flag = line.decision.flag();
    match line.decision {
        Decision::LineBreaks | Decision::NoHeader | Decision::DropDuplicates => {
            format!("--{flag}={}", line.value)
        }
        _ => {
            let each = line.values().into_iter().map(|value| format!("--{flag} '{value}'"));
            each.collect::<Vec<_>>().join(" ")
        }
    }
}

/// The preview as lines.
pub fn lines(
    what: &str,
    reading: &Reading,
    report: &CleaningReport,
    guesses: &[Line],
    found: Option<(&Pairs, &LookedUp)>,
) -> String {
    let mut text = format!("preview of {what}: nothing is spent or written\n{MARK}\n");
    text += "\nreading\n";
    for line in reading.lines() {
        let value = if line.value.is_empty() { "none" } else { line.value.as_str() };
        let source = if line.origin == Origin::Default { "" } else { line.origin.name() };
        let _ = writeln!(text, "  {:<16} {:<28} {source}", line.decision.name(), value);
    }
    for guess in guesses {
        let mine = reading.lines().into_iter().find(|line| line.decision == guess.decision);
        let mine = mine.map_or("none".to_owned(), |line| line.value);
        let _ = writeln!(
            text,
            "the rows look otherwise: {} {} (read here: {mine}). If that is how the file is made, declare it with {}",
            guess.decision.words(),
            guess.value,
            flag(guess)
        );
    }
    let _ = writeln!(text, "\nrows\n  {:>14} read", grouped(report.rows_read));
    for Loss { reason, column, rows } in report.dropped.losses() {
        let reason = match column {
            Some(column) => format!("{} {column}", reason.listed()),
            None => reason.listed().to_owned(),
        };
        let _ = writeln!(text, "  {:>14} dropped, {reason}", grouped(rows));
    }
    let _ = writeln!(text, "  {:>14} kept", grouped(report.rows_kept));
    if let Some((pairs, found)) = found {
        let _ = writeln!(
            text,
            "\ngroups\n  {:>14} in the data, of {} users",
            grouped(found.groups as u64),
            grouped(pairs.contributors() as u64)
        );
        if let Some(CatalogueLookedUp { keys, occur }) = found.catalogue {
            let _ = writeln!(
                text,
                "  {:>14} of {} catalogue keys occur in the data",
                grouped(occur as u64),
                grouped(keys as u64)
            );
        }
        let _ = writeln!(
            text,
            "  {:>14} rows would show, on average over the noise",
            short_number(found.would_show)
        );
    }
    text
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
