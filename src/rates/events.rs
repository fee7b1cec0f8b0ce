//! A log of events with what is known of it: where it comes from, how it was read, which events are
//! what.

use super::cells::RateUnit;
use super::chosen::{AskedEvents, ChosenEvents, EventDoubt, kinds};
use super::error::RatesError;
use super::log::{EventLog, EventSource};
use crate::contribution::Pairs;
use crate::purchases::{
    CleaningReport, EventKind, Grounds, GroupBy, Purchases, Purpose, Reading, Status,
};

/// What is known of a log beside its rows.
#[derive(Debug, Clone)]
pub struct EventFacts {
    /// What the data is called.
    pub source: String,
    /// Its status.
    pub status: Status,
    /// What groups are called: the column's name, or that of the grouping.
    pub group_by: String,
    /// The decisions by which it was read.
    pub reading: Reading,
    /// What speaks for them.
    pub grounds: Grounds,
    /// What was read, kept and dropped.
    pub report: CleaningReport,
    /// Kinds of events with their rows, most frequent first; none where there is no such column.
    pub kinds: Vec<(String, u64)>,
    /// Which events are what.
    pub chosen: ChosenEvents,
    /// Whether a column says when.
    pub has_time: bool,
}

/// A log with what is known of it.
#[derive(Debug, Clone)]
pub struct Events {
    /// Who saw what and what came of it.
    pub log: EventLog,
    /// What is known beside.
    pub facts: EventFacts,
}

impl Events {
    /// The log of rows that are events, with exposures from another file where there is one. Grouped by
    /// `group_by`; `None`: by the column of groups where one was found, else by item.
    ///
    /// # Errors
    /// If nothing says what happened, or nobody saw anything.
    pub fn of(
        rows: &Purchases,
        exposures: Option<&Purchases>,
        group_by: Option<GroupBy>,
        asked: &AskedEvents,
    ) -> Result<Self, RatesError> {
        let group_by = group_by.unwrap_or(match rows.group {
            Some(_) => GroupBy::Group,
            None => GroupBy::Item,
        });
        let source = |rows| EventSource { rows, group_by };
        let (log, chosen) =
            EventLog::collect(source(rows), exposures.map(source), asked, Pairs::DEFAULT_SALT)?;
        let called = match group_by {
            GroupBy::Group => rows.columns[Purpose::Group].clone(),
            GroupBy::Item => rows.columns[Purpose::Item].clone(),
            _ => None,
        };
        let mut chosen = chosen;
        chosen.doubts.extend(turned(&log));
        chosen.doubts.extend(taken_back(rows, &chosen));
        let facts = EventFacts {
            source: rows.source.clone(),
            status: rows.status,
            group_by: called.unwrap_or_else(|| group_by.name().to_owned()),
            reading: rows.reading.clone(),
            grounds: rows.grounds.clone(),
            report: rows.report.clone(),
            kinds: kinds(rows).unwrap_or_default(),
            chosen,
            has_time: rows.time.is_some(),
        };
        Ok(Self { log, facts })
    }
}

/// More users converted in what they never saw than in what they saw: exposures and successes may stand
/// the wrong way round.
pub fn turned(log: &EventLog) -> Option<EventDoubt> {
    let unseen: u64 = log.unseen().iter().map(|unseen| unseen.users).sum();
    let seen = log.raw(RateUnit::User).total().0;
    (unseen > seen).then(|| EventDoubt {
        decision: "exposed",
        readings: Vec::new(),
        words: format!(
            "{unseen} times a user converted in what they never saw, {seen} times in what they saw: exposures and \
             successes may stand the wrong way round, or exposures are missing"
        ),
    })
}

/// Events that take a success back: nothing is taken back here, so rates are of what was done at first.
fn taken_back(rows: &Purchases, chosen: &ChosenEvents) -> Option<EventDoubt> {
    let open = |kind: &&(String, u64)| {
        EventKind::is_undone(&kind.0) && !chosen.converted.contains(&kind.0)
    };
    let kinds = kinds(rows)?;
    let undone: Vec<String> =
        kinds.iter().filter(open).map(|(kind, many)| format!("{kind} ({many} rows)")).collect();
    (!undone.is_empty()).then(|| EventDoubt {
        decision: "converted",
        readings: Vec::new(),
        words: format!(
            "{} is neither exposure nor success: what was taken back still counts as converted",
            undone.join(", ")
        ),
    })
}
