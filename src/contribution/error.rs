//! Why a question cannot be asked of a file.

use thiserror::Error;

use crate::purchases::GroupBy;

/// Why a question cannot be asked of this file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuestionError {
    /// The grouping needs a column that was not found.
    #[error("there is no {column} column, so nothing can be grouped by {group_by}")]
    NoGroupColumn {
        /// The grouping asked for.
        group_by: GroupBy,
        /// The kind of column that is missing.
        column: &'static str,
    },
    /// Revenue needs money.
    #[error("there is no price or total column, so revenue cannot be added up")]
    NoMoney,
}
