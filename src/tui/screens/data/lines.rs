//! The lines of the Data screen that can be changed: status, columns, cleaning.

use crate::purchases::{ColumnsUsed, Dropped, Options, Purpose, Status};
use crate::tui::desk::choice::neighbour;

/// A reason for which rows are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No user.
    MissingUser,
    /// No item.
    MissingItem,
    /// Quantity, price or time unreadable.
    Unreadable,
    /// Cancelled.
    Cancelled,
    /// Quantity 0 or below.
    QuantityNotPositive,
    /// Price 0 or below.
    PriceNotPositive,
    /// Exact repeat.
    Duplicate,
}

impl Reason {
    const ALL: [Reason; 7] = [
        Reason::MissingUser,
        Reason::MissingItem,
        Reason::Unreadable,
        Reason::Cancelled,
        Reason::QuantityNotPositive,
        Reason::PriceNotPositive,
        Reason::Duplicate,
    ];

    /// What it is called on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Reason::MissingUser => "missing user",
            Reason::MissingItem => "missing item",
            Reason::Unreadable => "unreadable",
            Reason::Cancelled => "cancelled",
            Reason::QuantityNotPositive => "quantity not above 0",
            Reason::PriceNotPositive => "price not above 0",
            Reason::Duplicate => "exact repeats",
        }
    }

    /// Rows dropped for it.
    pub fn count(self, dropped: &Dropped) -> u64 {
        match self {
            Reason::MissingUser => dropped.missing_user,
            Reason::MissingItem => dropped.missing_item,
            Reason::Unreadable => dropped.unreadable.values().sum(),
            Reason::Cancelled => dropped.cancelled,
            Reason::QuantityNotPositive => dropped.quantity_not_positive,
            Reason::PriceNotPositive => dropped.price_not_positive,
            Reason::Duplicate => dropped.duplicate,
        }
    }

    /// Whether rows are dropped for it.
    pub fn drops(self, options: &Options) -> bool {
        match self {
            Reason::MissingUser => !options.keep.missing_user,
            Reason::MissingItem => !options.keep.missing_item,
            Reason::Unreadable => !options.keep.unreadable,
            Reason::Cancelled => !options.keep.cancelled,
            Reason::QuantityNotPositive => !options.keep.quantity_not_positive,
            Reason::PriceNotPositive => !options.keep.price_not_positive,
            Reason::Duplicate => options.drop_duplicates,
        }
    }

    /// Switches it on or off.
    pub fn toggle(self, options: &mut Options) {
        let flag = match self {
            Reason::MissingUser => &mut options.keep.missing_user,
            Reason::MissingItem => &mut options.keep.missing_item,
            Reason::Unreadable => &mut options.keep.unreadable,
            Reason::Cancelled => &mut options.keep.cancelled,
            Reason::QuantityNotPositive => &mut options.keep.quantity_not_positive,
            Reason::PriceNotPositive => &mut options.keep.price_not_positive,
            Reason::Duplicate => &mut options.drop_duplicates,
        };
        *flag = !*flag;
    }
}

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
                reason.toggle(options);
                true
            }
            DataLine::Column(purpose) => {
                // The empty name stands for "none", where a purpose may go without.
                let none = (!purpose.required()).then_some("");
                let names: Vec<&str> =
                    none.into_iter().chain(header.iter().map(String::as_str)).collect();
                let now = purpose.used(used).unwrap_or("");
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
