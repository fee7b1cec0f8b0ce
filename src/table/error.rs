//! Why a file could not be read or written, each as one sentence for people.

use std::io;

use thiserror::Error;

use super::rows::{Fault, LONGEST_ROW};

/// Why a table could not be read.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum TableError {
    #[error("{name} does not exist: check the path")]
    NotFound { name: String },
    #[error("{name} may not be read (permission denied): check its permissions")]
    Permission { name: String },
    #[error("{name} is a directory: name a CSV, TSV or Parquet file in it")]
    Directory { name: String },
    #[error("{name} could not be read: {cause}")]
    Io { name: String, cause: io::Error },
    #[error("{name} is empty: a header line and at least one row were expected")]
    Empty { name: String },
    #[error("{name} has a header and no rows: at least one row was expected")]
    HeaderOnly { name: String },
    #[error("{name} is not what its name says: its content is {found}; {advice}")]
    NotItsName { name: String, found: &'static str, advice: &'static str },
    #[error("{name} is {found}, which is not read here: save it as CSV, TSV or Parquet")]
    Unsupported { name: String, found: &'static str },
    #[error("{name} is cut short: its {packing} data ends too early; copy or download it again")]
    CutShort { name: String, packing: &'static str },
    #[error("{name} holds damaged {packing} data ({cause}): copy or download it again")]
    Damaged { name: String, packing: &'static str, cause: io::Error },
    #[error(
        "{name} unpacks to more than {most} bytes, from {packed}: a table of purchases does not; unpack it and look"
    )]
    Grows { name: String, packed: u64, most: u64 },
    #[error("{name} holds several files ({members}): name one of them")]
    ManyMembers { name: String, members: String },
    #[error("{name} has no {sheet}; it has {sheets}")]
    NoSheet { name: String, sheet: String, sheets: String },
    #[error(
        "{name} is JSON Lines, whose columns follow from its rows, and here nothing may be told from rows: save it as CSV or Parquet"
    )]
    ColumnsFromRows { name: String },
    #[error("{name} names no data file: check the folder or the pattern")]
    NoFiles { name: String },
    #[error("{}", other_columns(name, first, new, missing))]
    OtherColumns { name: String, first: String, new: String, missing: String },
    #[error(
        "there is not enough memory to read {name}: read a part of it, or on a machine with more"
    )]
    NoMemory { name: String },
    #[error(
        "there is no encoding called {label}: name one such as utf-8, windows-1252, iso-8859-15, utf-16le or shift_jis"
    )]
    UnknownEncoding { label: String },
    #[error("{name} is not valid {encoding} (first seen in line {line})")]
    NotInEncoding { name: String, encoding: String, line: u64 },
    #[error(
        "{name} ends its lines with CR alone (old Macintosh): save it with LF or CRLF line ends, for example with `tr '\\r' '\\n'`"
    )]
    CrOnly { name: String },
    #[error("{}", faulty(name, *line, *fault))]
    Row { name: String, line: u64, fault: Fault },
    #[error("{name} names the column {column} twice in its header: rename one of them")]
    DoubledColumn { name: String, column: String },
    #[error("{name} could not be read as {format}: {cause}")]
    Refused { name: String, format: &'static str, cause: String },
    #[error(
        "column {column} of {name} holds {kind} values, which are not read here: store it as text, as 32- or 64-bit numbers or as times"
    )]
    ColumnType { name: String, column: String, kind: String },
}

/// The sentence about a file whose columns are not those of the first.
fn other_columns(name: &str, first: &str, new: &str, missing: &str) -> String {
    let words = [("new", new), ("missing", missing)]
        .into_iter()
        .filter(|(_, columns)| !columns.is_empty())
        .map(|(word, columns)| format!("{word}: {columns}"));
    let words = words.collect::<Vec<_>>().join("; ");
    format!(
        "{name} has other columns than {first} ({words}): files that are one table have the same columns; name only the files that belong together, or give them the same header"
    )
}

/// The sentence about a row that must be readable and is not.
fn faulty(name: &str, line: u64, fault: Fault) -> String {
    match fault {
        Fault::OpenQuote => format!(
            "{name} has a quote in line {line} that is never closed: close it, or double it inside a quoted field, as \
             in \"6\"\" nails\""
        ),
        Fault::Nul => format!("{name} holds a NUL byte in line {line}: it is not plain text"),
        Fault::TooLong => format!(
            "{name} has a line of more than {LONGEST_ROW} bytes (line {line}): it does not look like a table of \
             purchases; check the file and its line ends"
        ),
        Fault::TooManyFields(found) => {
            format!(
                "{name} has {found} fields in line {line}, more than its header: put fields that hold a separator in quotes"
            )
        }
        Fault::TooFewFields(found) => format!(
            "{name} has {found} fields in line {line}, fewer than its header, and blanks part them: which one is \
             missing cannot be told"
        ),
        Fault::AcrossColumns(place) => format!(
            "{name} has text in line {line} right before place {place}, where a column begins and a blank was \
             expected: check where the columns begin"
        ),
        Fault::NotJson => format!(
            "{name} has a line that is no JSON object (line {line}): one object a line was expected, as in \
             {{\"user\": 1}}"
        ),
        Fault::HeaderAgain => format!("{name} repeats its header in line {line}: delete that line"),
    }
}

/// Why a file could not be written. Nothing was left behind.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum WriteError {
    #[error("{path} is a directory: name a file to write")]
    Directory { path: String },
    #[error("{path} cannot be written: the folder {folder} does not exist")]
    NoFolder { path: String, folder: String },
    #[error("{path} cannot be written ({cause}): choose another place")]
    Io { path: String, cause: io::Error },
    #[error(
        "{path} is a ledger, which only releases may change: name another file, or what was spent would be lost"
    )]
    Ledger { path: String },
    #[error("{path} is where the ledger {ledger} keeps what it is writing: name another file")]
    BesideLedger { path: String, ledger: String },
    #[error(
        "{path} is a release, of which a ledger says what was spent for it: name another file, or move it away first"
    )]
    Release { path: String },
    #[error("{path} is a disk: name a file to write")]
    Disk { path: String },
    #[error("{path} has an ending that is not known: use .csv, .tsv, .csv.gz, .tsv.gz or .parquet")]
    Ending { path: String },
}
