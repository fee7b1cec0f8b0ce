//! What has to be said of a file's rows wherever its numbers are shown.

use super::shown::shown;
use crate::purchases::{CleaningReport, Loss, Purchases};

/// What has to be said wherever numbers of a file are shown: what cleaning dropped, where that is
/// one row in a hundred or more, and what is doubtful.
pub fn reading_notes(purchases: &Purchases, report: &CleaningReport) -> Vec<String> {
    let mut notes = Vec::new();
    for Loss { reason, column, rows } in report.dropped.losses() {
        if rows * 100 >= report.rows_read {
            let what = match column {
                Some(column) => format!("{} {}", reason.listed(), shown(column)),
                None => reason.listed().to_owned(),
            };
            let share = 100.0 * rows as f64 / report.rows_read.max(1) as f64;
            notes.push(format!("{share:.0} % of rows dropped, {what}: see inspect"));
        }
    }
    for doubt in purchases.grounds.doubts() {
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
