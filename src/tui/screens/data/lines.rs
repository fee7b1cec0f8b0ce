//! The lines of the Data screen that can be changed: status, columns, cleaning.

use crate::purchases::{ColumnsUsed, Options, Purpose, Reason, Status};
use crate::tui::desk::choice::neighbour;

/// One line that can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataLine {
    /// The data's status.
    Status,
    /// The column that serves a purpose.
    Column(Purpose),
    /// A cleaning step.
    Cleaning(Reason),
}

impl DataLine {
    /// Every line, top to bottom.
    pub fn all() -> Vec<DataLine> {
        let columns = Purpose::ALL.into_iter().map(DataLine::Column);
        let cleaning = Reason::ALL.into_iter().map(DataLine::Cleaning);
        std::iter::once(DataLine::Status).chain(cleaning).chain(columns).collect()
    }

    /// Moves the line's choice by one step; returns whether anything changed.
    pub fn step(
        self,
        forward: bool,
        options: &mut Options,
        used: &ColumnsUsed,
        status: Status,
        header: &[String],
    ) -> bool {
        match self {
            DataLine::Status => {
                options.status = Some(neighbour(&Status::ALL, status, forward));
                true
            }
            DataLine::Cleaning(reason) => {
                options.cleaning = options.cleaning.with(reason, options.cleaning.keeps(reason));
                true
            }
            DataLine::Column(purpose) => {
                // The empty name stands for "none", where a purpose may go without.
                let none = (!purpose.required()).then_some("");
                let names: Vec<&str> =
                    none.into_iter().chain(header.iter().map(String::as_str)).collect();
                let now = used[purpose].as_deref().unwrap_or("");
                if names.len() < 2 {
                    return false;
                }
                let next = neighbour(&names, now, forward).to_owned();
                purpose.choose(&mut options.columns, next);
                true
            }
        }
    }
}
