//! Opening a purchase file: options, column mapping, cleaning.

use std::path::PathBuf;

use super::{Purchases, Status};

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

/// How a file is to be read and cleaned; the default suits most files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Columns named by the user; the others are found by usual names.
    pub columns: ColumnChoice,
    /// A text encoding by name (for example `windows-1252`); `None`: valid UTF-8, else Windows-1252.
    pub encoding: Option<String>,
    /// The status of the data; `None`: private, and synthetic for the sample.
    pub status: Option<Status>,
    /// Cleaning steps that are switched off.
    pub keep: Keep,
    /// Drop exact repeats of earlier rows.
    pub drop_duplicates: bool,
}

/// Columns named by the user. For the optional ones, an empty name switches the
/// column off although one would be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the purposes of ColumnsUsed")]
pub struct ColumnChoice {
    pub user: Option<String>,
    pub item: Option<String>,
    pub quantity: Option<String>,
    pub price: Option<String>,
    pub total: Option<String>,
    pub time: Option<String>,
    pub category: Option<String>,
    pub country: Option<String>,
    pub invoice: Option<String>,
    pub description: Option<String>,
}

/// Cleaning steps that are switched off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Keep rows without a user, together as one user named `(missing)`.
    pub missing_user: bool,
    /// Keep rows without an item, as an item named `(missing)`.
    pub missing_item: bool,
    /// Keep rows with an unreadable quantity (counts 1), price (counts 0) or time
    /// (the time group `(unreadable)`).
    pub unreadable: bool,
    /// Keep cancelled rows.
    pub cancelled: bool,
    /// Keep quantities of 0 and below.
    pub quantity_not_positive: bool,
    /// Keep prices of 0 and below.
    pub price_not_positive: bool,
}

/// Reads and cleans purchases.
///
/// # Errors
/// One sentence that names the file, the line or column, what was expected and what to do.
pub fn read(_input: &Input, _options: &Options) -> Result<Purchases, ReadError> {
    Err(ReadError("not there yet".to_owned()))
}

/// Why a purchase file was refused, as one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReadError(String);
