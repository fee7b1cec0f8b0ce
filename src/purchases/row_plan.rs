//! What turns cells into rows.

use super::columns::Mapping;
use super::purpose::Purpose;
use super::question::Question;
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
    /// What the rows are read for, where that is known.
    pub asked: Option<Question>,
}

impl RowPlan {
    /// Whether what rows say of a purpose is kept, once they were read.
    pub fn keeps(&self, purpose: Purpose) -> bool {
        let is_needed = self.asked.is_none_or(|question| question.needs(purpose));
        is_needed && self.mapping.place(purpose).is_some()
    }
}
