//! Opening a purchase file: options, column mapping, cleaning.

use std::path::PathBuf;

use super::cleaning::{self, Rows};
use super::{Purchases, Status, columns};
use crate::table::{self, Source, TableError};

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
/// A row is dropped under the first reason that holds: no user, no item, an unreadable
/// quantity, price or time (empty counts as unreadable), cancelled, quantity not above 0,
/// price not above 0, and last, if asked for, an exact repeat of an earlier row. Texts are
/// trimmed; an empty user or item is missing, and so are `NA`, `N/A`, `<NA>`, `nan`,
/// `null` and `none`. Ids that all print as `17850.0` lose the `.0`.
///
/// # Errors
/// One sentence that names the file, the line or column, what was expected and what to do.
pub fn read(input: &Input, options: &Options) -> Result<Purchases, ReadError> {
    let (source, status, name) = match input {
        Input::File(path) => (
            Source::File(path),
            Status::Private,
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        ),
        Input::Stdin => (Source::Stdin, Status::Private, "standard input".to_owned()),
        Input::Sample => {
            (Source::Bytes("the sample", super::sample::PURCHASES), Status::Synthetic, "sample".to_owned())
        }
    };
    let opened = table::open(source, options.encoding.as_deref())?;
    let mapping = columns::find(opened.name(), opened.headers(), &options.columns)?;
    let rows = Rows::read(&opened, &mapping, options.drop_duplicates)?;
    let kept = cleaning::clean(opened.name(), &rows, options.keep)?;
    let columns = mapping.used(opened.headers());
    Ok(kept.into_purchases(name, options.status.unwrap_or(status), columns, opened.headers()))
}

/// Why a purchase file was refused, as one sentence.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum ReadError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "{file} has no column that is plainly the {purpose}: name it with --{purpose} COLUMN; its columns are {columns}"
    )]
    NoColumn { file: String, purpose: &'static str, columns: String },
    #[error(
        "{file} has several columns that could be the {purpose} ({good}): name one with --{purpose} COLUMN; its columns are {columns}"
    )]
    SeveralColumns { file: String, purpose: &'static str, good: String, columns: String },
    #[error("{file} has no column {column}, which --{purpose} names; its columns are {columns}")]
    NamedColumnMissing { file: String, purpose: &'static str, column: String, columns: String },
    #[error("--price and --total were both given: name the unit price or the line total, not both")]
    PriceAndTotal,
    #[error("no row of {file} is left after cleaning ({reasons}): check the columns, or switch a step off")]
    NothingLeft { file: String, reasons: String },
    #[error(
        "the {what} of {file} add up to more than 9,007,199,254,740,992 (2^53), beyond which sums are not exact: check column {column}"
    )]
    TooLarge { file: String, what: &'static str, column: String },
}
