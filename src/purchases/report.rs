//! What cleaning read, kept and dropped, and why.

use std::collections::BTreeMap;
use std::ops::Index;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::reason::{ByReason, Reason};

/// What cleaning read, kept and dropped. A row counts under the first reason that
/// holds, in the order of [`Reason`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CleaningReport {
    /// Data rows in the file, blank lines not counted.
    pub rows_read: u64,
    /// Rows left after cleaning.
    pub rows_kept: u64,
    /// Rows dropped, by reason.
    pub dropped: Dropped,
}

/// Rows dropped, by the first reason that held: `dropped[Reason::Cancelled]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    rows: ByReason<u64>,
    /// Those that are unreadable, by column name.
    unreadable: BTreeMap<String, u64>,
}

/// Rows dropped for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss<'a> {
    /// Why.
    pub reason: Reason,
    /// The column whose cells could not be read, where that is the reason;
    /// [`Dropped::WHOLE_ROW`] for rows that could not be read at all.
    pub column: Option<&'a str>,
    /// How many, above 0.
    pub rows: u64,
}

impl Dropped {
    /// Stands in [`Dropped::unreadable`] for rows that could not be read at all: a quote that is
    /// never closed, too many fields, a NUL byte, the header again.
    pub const WHOLE_ROW: &str = "(whole row)";

    /// Counts one row more.
    pub fn add(&mut self, reason: Reason) {
        self.rows[reason] += 1;
    }

    /// Counts more rows whose cell in `column` cannot be read; the column is named even where
    /// there are none.
    pub fn add_unreadable(&mut self, column: &str, rows: u64) {
        self.rows[Reason::Unreadable] += rows;
        *self.unreadable.entry(column.to_owned()).or_insert(0) += rows;
    }

    /// Rows with a quantity, price or time that could not be read and that the question needs, by
    /// column name; [`Dropped::WHOLE_ROW`] for rows that could not be read at all.
    pub fn unreadable(&self) -> &BTreeMap<String, u64> {
        &self.unreadable
    }

    /// What was dropped, by reason in the order shown, and by column where cells could not be
    /// read.
    pub fn losses(&self) -> Vec<Loss<'_>> {
        let mut losses = Vec::new();
        for reason in Reason::ALL {
            if reason == Reason::Unreadable {
                losses.extend(self.unreadable.iter().map(|(column, &rows)| Loss {
                    reason,
                    column: Some(column),
                    rows,
                }));
            } else {
                losses.push(Loss { reason, column: None, rows: self.rows[reason] });
            }
        }
        losses.retain(|loss| loss.rows > 0);
        losses
    }

    /// Rows by reason, columns added up: the most first, of equally many the first that holds.
    pub fn by_reason(&self) -> Vec<(Reason, u64)> {
        let mut reasons: Vec<(Reason, u64)> = Vec::new();
        for Loss { reason, rows, .. } in self.losses() {
            match reasons.iter_mut().find(|(of, _)| *of == reason) {
                Some((_, sum)) => *sum += rows,
                None => reasons.push((reason, rows)),
            }
        }
        reasons.sort_by_key(|&(_, rows)| std::cmp::Reverse(rows));
        reasons
    }
}

impl Index<Reason> for Dropped {
    type Output = u64;

    fn index(&self, reason: Reason) -> &u64 {
        &self.rows[reason]
    }
}

impl Serialize for Dropped {
    /// `{reason: rows}`, where unreadable rows are `{column: rows}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Reason::ALL.len()))?;
        for reason in Reason::ALL {
            match reason {
                Reason::Unreadable => map.serialize_entry(reason.key(), &self.unreadable)?,
                _ => map.serialize_entry(reason.key(), &self.rows[reason])?,
            }
        }
        map.end()
    }
}

impl CleaningReport {
    /// Adds that of other rows.
    pub(super) fn add(&mut self, other: &Self) {
        self.rows_read += other.rows_read;
        self.rows_kept += other.rows_kept;
        for reason in Reason::ALL {
            self.dropped.rows[reason] += other.dropped.rows[reason];
        }
        for (column, rows) in &other.dropped.unreadable {
            *self.dropped.unreadable.entry(column.clone()).or_insert(0) += rows;
        }
    }

    /// `3 rows: 2 without a user, 1 cancelled`.
    pub(super) fn sentence(&self) -> String {
        let parts: Vec<String> = self
            .dropped
            .losses()
            .into_iter()
            .map(|Loss { reason, column, rows }| match column {
                Some(Dropped::WHOLE_ROW) => format!("{rows} that cannot be read"),
                Some(column) => format!("{rows} {} {column}", reason.rows()),
                None => format!("{rows} {}", reason.rows()),
            })
            .collect();
        let rows = if self.rows_read == 1 { "row" } else { "rows" };
        format!("{} {rows}: {}", self.rows_read, parts.join(", "))
    }
}
