//! The lines of the Data screen that can be changed: status, cleaning, every decision of reading.

use super::declared::declared;
use crate::purchases::{Decision, DoubtOf, Origin, Purpose, Reason};
use crate::rehearsal::Dataset;
use crate::tui::desk::Desk;

/// One line that can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataLine {
    /// The data's status.
    Status,
    /// A cleaning step.
    Cleaning(Reason),
    /// A decision of reading.
    Decision(Decision),
}

impl DataLine {
    /// Every line, top to bottom; none while no file is there.
    pub fn all(desk: &Desk) -> Vec<DataLine> {
        if desk.choosing.is_some() {
            return asked().map(DataLine::Decision).collect();
        }
        let Some(data) = &desk.data else { return Vec::new() };
        let reading = &data.purchases.reading;
        // A table can be joined where none is.
        let is_there =
            |decision: &Decision| *decision == Decision::Join || reading.line(*decision).is_some();
        let cleaning = Reason::ALL.into_iter().map(DataLine::Cleaning);
        let decisions = Decision::all().filter(is_there).map(DataLine::Decision);
        std::iter::once(DataLine::Status).chain(cleaning).chain(decisions).collect()
    }
}

/// The decisions about a file that cannot be read yet: what it cannot go without first.
fn asked() -> impl Iterator<Item = Decision> {
    let needed = [Purpose::User, Purpose::Item].map(Decision::Column);
    let later = [Decision::Container, Decision::JoinKeysUnique];
    let others = Decision::all()
        .filter(move |decision| !needed.contains(decision) && !later.contains(decision));
    needed.into_iter().chain(others)
}

/// A decision's value as it is shown, and where it comes from; the empty value is that of nothing
/// known yet.
pub fn value_of(desk: &Desk, decision: Decision) -> (String, &'static str) {
    const NONE: &str = "none";
    let said = |value: &str| match value {
        "" => NONE.to_owned(),
        " " => "blank".to_owned(),
        other => other.to_owned(),
    };
    if let Some(choosing) = &desk.choosing {
        return match declared(&choosing.options, decision) {
            Some(value) => (said(&value), Origin::Declared.name()),
            None if decision == choosing.decision => ("to choose".to_owned(), ""),
            None => (String::new(), ""),
        };
    }
    let line = desk.data.as_ref().and_then(|data| data.purchases.reading.line(decision));
    match line {
        Some(line) => (said(&line.value), line.origin.name()),
        None => (NONE.to_owned(), Origin::Default.name()),
    }
}

/// Whether something is doubtful of a decision that nobody has settled.
pub fn is_doubtful(desk: &Desk, line: DataLine) -> bool {
    let DataLine::Decision(decision) = line else { return false };
    desk.choosing.is_none()
        && desk
            .data
            .as_ref()
            .is_some_and(|data| doubts_of(data, decision).any(|doubt| desk.is_open(doubt)))
}

/// Everything that is doubtful of a decision.
fn doubts_of(data: &Dataset, decision: Decision) -> impl Iterator<Item = &DoubtOf> {
    data.purchases.grounds.doubts().iter().filter(move |doubt| doubt.decision == decision)
}

/// The words of what is doubtful of a decision and has no other reading: what may be marked as
/// seen.
pub fn to_be_seen(desk: &Desk, line: DataLine) -> Vec<String> {
    let (DataLine::Decision(decision), Some(data), None) = (line, &desk.data, &desk.choosing)
    else {
        return Vec::new();
    };
    let unseen = |doubt: &&DoubtOf| doubt.readings.len() < 2 && desk.is_open(doubt);
    doubts_of(data, decision).filter(unseen).map(|doubt| doubt.words.clone()).collect()
}
