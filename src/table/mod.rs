//! Columns in and out of delimited text and Parquet, in also of JSON Lines, workbooks and packed
//! files: one block in, columns out, text as codes and names. It starts no thread. The one home of
//! polars, csv, flate2, ruzstd, zip, calamine and encoding_rs.
//!
//! - opening: `source` (files, folders, patterns), `several` (files as one table), `content` (what the first bytes say), `open`,
//!   `layout` and `separator` with `columns_by_place`
//!   and `line_places` (decisions with their evidence), `opened`
//! - containers: `packed` (gzip, zstd, zip), `store`, `spill` (what waits on disk), `workbook`, `json`, `parquet` (and `dictionary`) with
//!   `row_groups`, `apart` (its child process), `file_parts`, `flat` (columns from process to process), `quiet`, `calendar`
//! - rows: `decode`, `cut` (blocks at row ends), `blocks`, `rows` (fields and faults), `plain_rows`, `sheaf` (rows coded column by column), `cells`, `text`, `coder` (texts that keep
//!   their codes from block to block) with `text_index`
//! - lists: `group_values`, `formula`
//! - writing: `write`, `parts`, `replace` (whole or not at all), `keep` (what is never replaced)

pub mod apart;
mod archive;
mod blocks;
mod calendar;
mod cells;
mod claim;
mod coder;
mod columns_by_place;
mod content;
mod copies;
mod cut;
mod decode;
mod dictionary;
mod error;
mod file_parts;
mod flat;
mod formula;
mod group_values;
mod json;
mod keep;
mod layout;
mod line_places;
mod open;
mod opened;
mod packed;
mod parquet;
mod parts;
mod plain_rows;
mod quiet;
mod replace;
mod row_groups;
mod rows;
mod separator;
mod several;
mod sheaf;
mod source;
mod spill;
mod store;
#[cfg(test)]
mod tests;
mod text;
mod text_index;
mod workbook;
mod write;

pub use blocks::{Blocks, Piece, is_room_for_bytes};
pub use cells::{Cells, TextColumn};
pub use claim::NameClaim;
pub use coder::{Coder, Coding};
pub use copies::{copies, lines_in_several};
pub use error::{TableError, WriteError};
pub use formula::{spreadsheet_safe, unescaped};
pub use group_values::{ColumnNames, GroupValues, GroupValuesError};
pub use keep::{refuse_ledger, refuse_release, same_file, taken_for_journal, waits_for_a_reader};
pub use layout::{Layout, LayoutTold};
pub use line_places::ColumnStarts;
pub use open::{open, open_guessing_header};
pub use opened::Opened;
pub use parts::Part;
pub use replace::{
    NoPlace, Owner, Staged, abandon_files, bytes_of_file, check_place, folder_of, remove_left_over,
    replace_file, temporary_files,
};
pub use rows::Fault;
pub use separator::{Separator, ShortText};
pub use source::{Source, files_of, passed_over_in, removed_by_log};
pub use spill::Spill;
pub use text::{Column, Table, TextBuilder};
pub use text_index::TextIndex;
pub use write::{check_ending, csv_lines, write, write_parts};
