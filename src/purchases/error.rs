//! Why a purchase file was refused, each as one sentence for people.

use crate::table::TableError;

/// Why a purchase file was refused, as one sentence.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum ReadError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{file} has no column that is plainly the {purpose}; its columns are {columns}")]
    NoColumn { file: String, purpose: &'static str, columns: String },
    #[error(
        "{file} is a log of events: a column says what happened, and none is plainly the item that was bought; its columns are {columns}"
    )]
    OnlyEvents { file: String, columns: String },
    #[error(
        "{file} has several columns that could be the {purpose} ({good}); its columns are {columns}"
    )]
    SeveralColumns { file: String, purpose: &'static str, good: String, columns: String },
    #[error(
        "{file} has no column {column}, which is to be the {purpose}; its columns are {columns}"
    )]
    NamedColumnMissing { file: String, purpose: &'static str, column: String, columns: String },
    #[error("price and total were both given: name the unit price or the line total, not both")]
    PriceAndTotal,
    #[error("'{0}' cannot be both the decimal mark and the mark between thousands")]
    SameMark(char),
    #[error(
        "no row of {file} is left after cleaning ({reasons}): check the columns, or switch a step off"
    )]
    NothingLeft { file: String, reasons: String },
    #[error(
        "the {what} of {file} add up to more than {most} (2^53 in the unit in which they are added), beyond which sums are not exact in charts: check column {column}"
    )]
    TooLarge { file: String, what: &'static str, column: String, most: u128 },
    #[error(
        "{file} has no column {column}, which a rule about its rows names; its columns are {columns}"
    )]
    RuleColumnMissing { file: String, flag: &'static str, column: String, columns: String },
    #[error("users can be filled down only within one text of a column, and no column was named")]
    FillDownNeedsBy,
    #[error(
        "{joined} is joined to {file} by a key, and two users may share one: a row of one user could then take another's lines away, however much noise there is, so nothing is released of it unless somebody vouches that no two users share a key"
    )]
    JoinKeys { file: String, joined: String },
    #[error("{joined} cannot be joined to {file}: {reason}")]
    Join { file: String, joined: String, reason: String },
    #[error("{file} is {container}, of which the {what} that was declared says nothing")]
    NoEffect { file: String, container: String, what: &'static str, flag: &'static str },
    #[error("{file} was named twice: its rows would count twice")]
    Twice { file: String },
    #[error(
        "{file} has the column {column}, perhaps the {purpose}, which other files of the same table lack: name only files that have it, or delete it from those that do"
    )]
    Uneven { file: String, column: String, purpose: &'static str },
    #[error("{file} has other columns than the kept reading: {differences}")]
    OtherColumns { file: String, differences: String },
    #[error("{file} needs more memory than the {} that it may take", megabytes(*limit))]
    Memory { file: String, limit: u64, waits: bool },
    #[error(
        "rows of {file} that are too many for the memory they may take could not wait in the folder for temporary files: {cause}"
    )]
    Spill { file: String, cause: String },
    #[error("stopped before the whole file was read")]
    Cancelled,
    #[error(
        "{file} is {encoding}, in which one wrong byte can change what other rows mean, so nothing is released from it: save it as UTF-8, or, if it is, name another encoding"
    )]
    Unstable { file: String, encoding: String },
}

/// A size in memory, in the unit in which it is short.
fn megabytes(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mebi if mebi % 1024 == 0 => format!("{} GiB", mebi / 1024),
        mebi => format!("{mebi} MiB"),
    }
}
