//! The lines of the Data screen that can be changed: status, columns, cleaning.

use crate::purchases::{ColumnChoice, ColumnsUsed, Dropped, Options, Status};

/// What a column serves as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Who bought.
    User,
    /// What was bought.
    Item,
    /// Units.
    Quantity,
    /// Unit price.
    Price,
    /// Line total.
    Total,
    /// When.
    Time,
    /// Category.
    Category,
    /// Country.
    Country,
    /// Invoice.
    Invoice,
    /// Readable item name.
    Description,
}

impl Purpose {
    const ALL: [Purpose; 10] = [
        Purpose::User,
        Purpose::Item,
        Purpose::Quantity,
        Purpose::Price,
        Purpose::Total,
        Purpose::Time,
        Purpose::Category,
        Purpose::Country,
        Purpose::Invoice,
        Purpose::Description,
    ];

    /// Its name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::User => "user",
            Purpose::Item => "item",
            Purpose::Quantity => "quantity",
            Purpose::Price => "price",
            Purpose::Total => "total",
            Purpose::Time => "time",
            Purpose::Category => "category",
            Purpose::Country => "country",
            Purpose::Invoice => "invoice",
            Purpose::Description => "description",
        }
    }

    /// The column in use; `None` where there is none.
    pub fn used(self, columns: &ColumnsUsed) -> Option<&str> {
        match self {
            Purpose::User => Some(columns.user.as_str()),
            Purpose::Item => Some(columns.item.as_str()),
            Purpose::Quantity => columns.quantity.as_deref(),
            Purpose::Price => columns.price.as_deref(),
            Purpose::Total => columns.total.as_deref(),
            Purpose::Time => columns.time.as_deref(),
            Purpose::Category => columns.category.as_deref(),
            Purpose::Country => columns.country.as_deref(),
            Purpose::Invoice => columns.invoice.as_deref(),
            Purpose::Description => columns.description.as_deref(),
        }
    }

    /// Whether a file cannot be used without it.
    pub fn required(self) -> bool {
        matches!(self, Purpose::User | Purpose::Item)
    }

    /// Names a column for this purpose; an empty name switches it off.
    pub fn choose(self, choice: &mut ColumnChoice, column: String) {
        let slot = match self {
            Purpose::User => &mut choice.user,
            Purpose::Item => &mut choice.item,
            Purpose::Quantity => &mut choice.quantity,
            Purpose::Price => &mut choice.price,
            Purpose::Total => &mut choice.total,
            Purpose::Time => &mut choice.time,
            Purpose::Category => &mut choice.category,
            Purpose::Country => &mut choice.country,
            Purpose::Invoice => &mut choice.invoice,
            Purpose::Description => &mut choice.description,
        };
        *slot = Some(column);
        // A unit price and a line total exclude each other: naming one drops the other.
        match self {
            Purpose::Price => choice.total = None,
            Purpose::Total => choice.price = None,
            _ => {}
        }
    }
}

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
                let names: Vec<&str> = none.into_iter().chain(header.iter().map(String::as_str)).collect();
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

/// The entry after (or before) `now`, around the end; the first where `now` is no entry.
pub fn neighbour<T: Copy + PartialEq>(all: &[T], now: T, forward: bool) -> T {
    let Some(place) = all.iter().position(|&entry| entry == now) else { return all[0] };
    all[(place + if forward { 1 } else { all.len() - 1 }) % all.len()]
}
