//! What turns cells into rows.

use super::columns::Mapping;
use super::reading::Reading;
use super::rules::RowRule;

/// What turns cells into rows: a reading whose columns have their places.
#[derive(Debug)]
pub(super) struct RowPlan {
    pub mapping: Mapping,
    pub reading: Reading,
    /// Places that are read, ascending, without repeats.
    pub places: Vec<usize>,
    /// The rules that must all hold, with the places of their columns.
    pub counts: Vec<(usize, RowRule)>,
    /// The rules of which any cancels.
    pub cancelled: Vec<(usize, RowRule)>,
    /// The column within which users are filled down.
    pub by: Option<usize>,
    /// Whether ids that a spreadsheet rounded are nobody: nothing is released of people who share
    /// a text, unless somebody says how ids are spelt.
    pub spoilt_is_nobody: bool,
}
