//! What has to be said of a file's rows wherever its numbers are shown.

use super::shown::shown;
use crate::purchases::{CleaningReport, Grounds, Reason};

/// The least share of rows that is said when they were dropped.
const MUCH: f64 = 0.01;

/// What cleaning dropped: `82 % of rows dropped as cancelled`, `2.5 % of rows dropped: 1.2 % without a
/// user, 0.7 % as cancelled`; `None` where it is less than 1 %. The same words wherever it is said.
pub fn dropped_words(report: &CleaningReport) -> Option<String> {
    let reasons = report.dropped.by_reason();
    let all: u64 = reasons.iter().map(|(_, rows)| rows).sum();
    let share = |rows: u64| rows as f64 / report.rows_read.max(1) as f64;
    if share(all) < MUCH {
        return None;
    }
    let all = format!("{} of rows dropped", percent(share(all)));
    Some(match &reasons[..] {
        [(reason, _)] => format!("{all} {}", as_what(*reason)),
        several => {
            let each = several
                .iter()
                .take(2)
                .map(|&(reason, rows)| format!("{} {}", percent(share(rows)), as_what(reason)));
            let more = if several.len() > 2 { ", …" } else { "" };
            format!("{all}: {}{more}", each.collect::<Vec<_>>().join(", "))
        }
    })
}

fn as_what(reason: Reason) -> &'static str {
    match reason {
        Reason::NotCounted => "as no purchases",
        Reason::Cancelled => "as cancelled",
        Reason::Unreadable => "as unreadable",
        Reason::Duplicate => "as repeats",
        other => other.rows(),
    }
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        little if little < 0.05 => "< 0.1 %".to_owned(),
        little if little < 10.0 => format!("{little:.1} %"),
        much => format!("{much:.0} %"),
    }
}

/// What has to be said wherever numbers of a file are shown: what cleaning dropped, where that is
/// one row in a hundred or more, and what is doubtful.
pub fn reading_notes(grounds: &Grounds, report: &CleaningReport) -> Vec<String> {
    let dropped = dropped_words(report).map(|words| format!("{words}: see inspect"));
    let mut notes: Vec<String> = dropped.into_iter().collect();
    for doubt in grounds.doubts() {
        let readings: Vec<_> = doubt.readings.iter().map(|reading| shown(reading)).collect();
        let between = if readings.len() > 1 {
            format!(" ({})", readings.join(" or "))
        } else {
            String::new()
        };
        notes.push(format!("doubtful: {}{between}: see inspect", doubt.decision.words()));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::Dropped;

    #[test]
    fn little_that_is_dropped_is_not_said_and_no_reason_is_called_most() {
        let mut report = CleaningReport { rows_read: 1_000, ..CleaningReport::default() };
        assert_eq!(dropped_words(&report), None);
        report.dropped.add_unreadable("qty", 9);
        assert_eq!(dropped_words(&report), None);
        report.dropped.add_unreadable(Dropped::WHOLE_ROW, 811);
        assert_eq!(dropped_words(&report).as_deref(), Some("82 % of rows dropped as unreadable"));
        let mut report = CleaningReport { rows_read: 1_000, ..CleaningReport::default() };
        (0..12).for_each(|_| report.dropped.add(Reason::MissingUser));
        (0..13).for_each(|_| report.dropped.add(Reason::Cancelled));
        assert_eq!(
            dropped_words(&report).as_deref(),
            Some("2.5 % of rows dropped: 1.3 % as cancelled, 1.2 % without a user")
        );
    }
}
