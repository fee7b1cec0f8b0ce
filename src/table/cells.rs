//! Columns that were read: text as codes and distinct texts. Work is then done once per distinct
//! text, not once per row.

use compact_str::CompactString;

use super::Fault;

/// Text per row as codes into a list of distinct texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    /// One code per row: an index into `names`, or [`TextColumn::MISSING`].
    pub codes: Vec<u32>,
    /// Distinct texts, in the order of first appearance; short ones take no memory of their own.
    pub names: Vec<CompactString>,
}

impl TextColumn {
    /// The code of a row without a value.
    pub const MISSING: u32 = u32::MAX;

    /// The text of a row; `None` where it, or the row, is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.codes
            .get(row)
            .and_then(|&code| self.names.get(code as usize))
            .map(CompactString::as_str)
    }
}

/// Columns that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// Rows, blank lines not counted.
    pub rows: usize,
    /// The columns asked for, each with a code for every row.
    pub columns: Vec<TextColumn>,
    /// Rows (from 0, ascending) that could not be read; they are missing in every column.
    pub faults: Vec<(usize, Fault)>,
}
