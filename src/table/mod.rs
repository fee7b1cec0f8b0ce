//! Columns in and out of CSV, TSV (both also gzipped) and Parquet: plain types, text as
//! codes and names. The one home of polars, csv, flate2 and encoding_rs.

pub mod apart;
mod decode;
mod error;
mod formula;
mod group_values;
mod keep;
mod open;
mod parquet;
mod parts;
mod replace;
mod row_groups;
mod rows;
mod text;
mod write;

pub use error::{TableError, WriteError};
pub use formula::{spreadsheet_safe, unescaped};
pub use group_values::{ColumnNames, GroupValues, GroupValuesError};
pub use keep::{refuse_ledger, same_file, taken_for_journal};
pub use open::{Cells, Layout, Opened, Source, open, open_guessing_header};
pub use parts::Part;
pub use replace::{
    NoPlace, Owner, Staged, abandon_files, bytes_of_file, check_place, folder_of, remove_left_over,
    replace_file, temporary_files,
};
pub use rows::Fault;
pub use text::{Column, Table, TextBuilder, TextColumn};
pub use write::{check_ending, csv_lines, write, write_parts};
