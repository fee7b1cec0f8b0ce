//! Why a file could not be read or written, each as one sentence for people.

use std::io;

use thiserror::Error;

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
    #[error("{name} is cut short: its gzip data ends too early; copy or download it again")]
    TruncatedGzip { name: String },
    #[error("{name} holds damaged gzip data ({cause}): copy or download it again")]
    DamagedGzip { name: String, cause: io::Error },
    #[error(
        "there is no encoding called {label}: name one such as utf-8, windows-1252, iso-8859-15, utf-16le or shift_jis with --encoding"
    )]
    UnknownEncoding { label: String },
    #[error(
        "{name} is not valid {encoding} (first seen in line {line}): name its encoding with --encoding, for example windows-1252"
    )]
    NotInEncoding { name: String, encoding: String, line: u64 },
    #[error(
        "{name} holds a NUL byte in line {line}: it is not plain text; if it is UTF-16, say --encoding utf-16le (or utf-16be)"
    )]
    Nul { name: String, line: u64 },
    #[error(
        "{name} ends its lines with CR alone (old Macintosh): save it with LF or CRLF line ends, for example with `tr '\\r' '\\n'`"
    )]
    CrOnly { name: String },
    #[error(
        "{name} has a line of more than {limit} bytes (line {line}): it does not look like a table of purchases; check the file and its line ends"
    )]
    LongLine { name: String, line: u64, limit: usize },
    #[error(
        "{name} has a stray quote in line {line} (data row {row}): put the whole field in quotes and double the quotes inside it, as in \"6\"\" nails\""
    )]
    StrayQuote { name: String, line: u64, row: u64 },
    #[error(
        "{name} has a quote in line {line} (data row {row}) that is never closed: close it, or double it inside a quoted field"
    )]
    OpenQuote { name: String, line: u64, row: u64 },
    #[error(
        "{name} has {found} fields in line {line} where the header has {expected}: put fields that hold a {separator} in quotes"
    )]
    TooManyFields { name: String, line: u64, found: usize, expected: usize, separator: &'static str },
    #[error("{name} names the column {column} twice in its header: rename one of them")]
    DoubledColumn { name: String, column: String },
    #[error("{name} could not be read as {format}: {cause}")]
    Refused { name: String, format: &'static str, cause: String },
    #[error(
        "column {column} of {name} holds {kind} values, which are not read here: store it as text, as 32- or 64-bit numbers or as times"
    )]
    ColumnType { name: String, column: String, kind: String },
}

/// Why a file could not be written. Nothing was left behind.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum WriteError {
    #[error("{path} is a directory: name a file to write")]
    Directory { path: String },
    #[error("{path} cannot be written: the folder {folder} does not exist")]
    NoFolder { path: String, folder: String },
    #[error("{path} cannot be written ({cause}): choose another place with --out")]
    Io { path: String, cause: io::Error },
    #[error("{path} has an ending that is not known: use .csv, .tsv, .csv.gz, .tsv.gz or .parquet")]
    Ending { path: String },
}
