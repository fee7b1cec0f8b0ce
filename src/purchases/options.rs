//! Where purchases come from, and how they are to be read and cleaned.

use std::path::PathBuf;

use super::dates::DateFormat;
use super::purpose::ColumnChoice;
use super::reading::{CancelRule, Unit};
use super::reason::Cleaning;
use super::status::Status;

/// Where purchases come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
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

/// How a file is to be read and cleaned: what is declared; the default suits most files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What for.
    pub purpose: Use,
    /// Columns named by the user; the others are found by usual names.
    pub columns: ColumnChoice,
    /// A text encoding by name (for example `windows-1252`).
    pub encoding: Option<String>,
    /// The ASCII byte between fields.
    pub separator: Option<u8>,
    /// Quoted cells may span lines.
    pub line_breaks: Option<bool>,
    /// How dates are spelt.
    pub date_format: Option<DateFormat>,
    /// The mark before decimals.
    pub decimal: Option<char>,
    /// The mark between thousands; `Some(None)`: there is none.
    pub thousands: Option<Option<char>>,
    /// What cancels a row; `Some` of no rule: nothing does.
    pub cancelled: Option<Vec<CancelRule>>,
    /// The unit in which money is added up.
    pub unit: Option<Unit>,
    /// The status of the data; `None`: private, and synthetic for the sample.
    pub status: Option<Status>,
    /// For which reasons rows are dropped.
    pub cleaning: Cleaning,
}
