//! Where purchases come from, and how they are to be read and cleaned.

use std::path::PathBuf;

use serde::Serialize;

use super::dates::DateFormat;
use super::marks::ByNumber;
use super::purpose::{ColumnChoice, Purpose};
use super::question::Question;
use super::reading::UserSpelling;
use super::reason::Cleaning;
use super::rules::RowRule;
use super::status::Status;
use super::unit::Unit;
use super::waiting::MemoryLimit;
use crate::table::Separator;

/// Where purchases come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file; or a folder, or a pattern such as `orders-*.csv`, whose files are one table.
    File(PathBuf),
    /// Several files that are one table.
    Files(Vec<PathBuf>),
    /// Standard input.
    Stdin,
    /// The embedded synthetic sample.
    Sample,
}

/// What purchases are read for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Use {
    /// To look at: what nobody declared is guessed from the rows, and a file that leaves nothing,
    /// or sums that are not exact, are refused.
    #[default]
    Trial,
    /// To be released: no decision and no refusal follows from rows, unless guesses are adopted
    /// by the user's word.
    Release {
        /// Decisions that nobody declared are guessed from the rows all the same.
        adopt_guesses: bool,
    },
}

impl Use {
    /// Whether what nobody declared is told from the rows.
    pub(super) fn guesses(self) -> bool {
        matches!(self, Use::Trial | Use::Release { adopt_guesses: true })
    }
}

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RowsAre {
    /// Purchases: where other events stand beside them, only purchases count.
    #[default]
    Purchases,
    /// Events of any kind, of which none is filtered away: impressions, views, clicks, conversions.
    Events,
}

/// How a file is to be read and cleaned: what is declared; the default suits most files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What for.
    pub purpose: Use,
    /// What its rows are taken for.
    pub rows: RowsAre,
    /// Columns named by the user; the others are found by usual names.
    pub columns: ColumnChoice,
    /// The sheet of a workbook, or the member of a zip archive.
    pub sheet: Option<String>,
    /// A text encoding by name (for example `windows-1252`).
    pub encoding: Option<String>,
    /// What stands between fields.
    pub separator: Option<Separator>,
    /// Whether there is a header.
    pub header: Option<bool>,
    /// Lines above the header.
    pub skip_lines: Option<u64>,
    /// Quoted cells may span lines.
    pub line_breaks: Option<bool>,
    /// A table that says who bought, joined by a column of the same name in both.
    pub join: Option<PathBuf>,
    /// Whether no two users share a key of that table, by the curator's word.
    pub join_keys_unique: Option<bool>,
    /// How dates are spelt.
    pub date_format: Option<DateFormat>,
    /// The mark before decimals.
    pub decimal: ByNumber<Option<char>>,
    /// The mark between thousands; `Some(None)`: there is none.
    pub thousands: ByNumber<Option<Option<char>>>,
    /// Which rows count: all of these must hold; `Some` of no rule: all rows do.
    pub counts: Option<Vec<RowRule>>,
    /// What cancels a row; `Some` of no rule: nothing does.
    pub cancelled: Option<Vec<RowRule>>,
    /// Words for nobody, beside those that certainly are.
    pub missing_user: Option<Vec<String>>,
    /// Whether users are filled down from the row above.
    pub fill_down: Option<bool>,
    /// The column within which they are, or by which tables are joined.
    pub by: Option<String>,
    /// How ids of users are spelt.
    pub user_spelling: Option<UserSpelling>,
    /// The unit in which money is added up.
    pub unit: Option<Unit>,
    /// The unit in which quantities are added up.
    pub quantity_unit: Option<Unit>,
    /// The columns that a kept reading was made for; a file with others is refused.
    pub expected_columns: Option<Vec<String>>,
    /// The status of the data; `None`: private, and synthetic for the sample.
    pub status: Option<Status>,
    /// For which reasons rows are dropped.
    pub cleaning: Cleaning,
    /// Whether somebody said that exact repeats count.
    pub repeats_count: bool,
    /// The one question that the rows are read for: what it does not need of them is not kept.
    /// `None`: whatever may be asked.
    pub asked: Option<Question>,
    /// The memory that this may take; `None`: as it needs.
    pub memory: Option<MemoryLimit>,
}

impl Options {
    /// How a second file, of what was seen, is read beside one that is read so: who is who, and what groups
    /// are called, must be the same in both; its layout is its own.
    pub fn of_exposures(&self) -> Self {
        let mut columns = ColumnChoice::default();
        columns[Purpose::Group].clone_from(&self.columns[Purpose::Group]);
        Self {
            purpose: self.purpose,
            rows: RowsAre::Events,
            columns,
            user_spelling: self.user_spelling,
            missing_user: self.missing_user.clone(),
            ..Self::default()
        }
    }
}
