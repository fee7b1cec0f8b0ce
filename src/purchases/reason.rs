//! Why rows are dropped, values by it, and which reasons hold. A new reason begins here: its
//! variant, its row of [`Reason::about`], its place in [`Reason::ALL`]; then what it holds of
//! (`cleaning.rs`).

use super::by::{By, Listed};

/// A reason for which rows are dropped. A row counts under the first that holds, in this order,
/// but for cells that a question needs and that cannot be read, which come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No user. Kept, such rows are together one user named `(missing)`.
    MissingUser,
    /// No item. Kept, such rows have an item named `(missing)`.
    MissingItem,
    /// A quantity, price or time that cannot be read and that the question needs, or a row that
    /// cannot be read at all. Kept, a quantity counts 1, a price 0, a time is the group
    /// `(unreadable)`; rows that cannot be read at all are dropped all the same.
    Unreadable,
    /// No purchase, by the rule of the reading about which rows count.
    NotCounted,
    /// Cancelled, by the rule of the reading.
    Cancelled,
    /// Quantity 0 or below.
    QuantityNotPositive,
    /// Price 0 or below.
    PriceNotPositive,
    /// Exact repeat of an earlier row; kept where nobody says otherwise.
    Duplicate,
}

/// What is said of a reason.
struct About {
    key: &'static str,
    keep: Option<&'static str>,
    name: &'static str,
    listed: &'static str,
    rows: &'static str,
}

impl Reason {
    /// In the order in which they are tried and shown.
    pub const ALL: [Reason; 8] = [
        Reason::MissingUser,
        Reason::MissingItem,
        Reason::Unreadable,
        Reason::NotCounted,
        Reason::Cancelled,
        Reason::QuantityNotPositive,
        Reason::PriceNotPositive,
        Reason::Duplicate,
    ];

    const fn about(self) -> About {
        match self {
            Reason::MissingUser => About {
                key: "missing_user",
                keep: Some("missing-user"),
                name: "missing user",
                listed: "without a user",
                rows: "without a user",
            },
            Reason::MissingItem => About {
                key: "missing_item",
                keep: Some("missing-item"),
                name: "missing item",
                listed: "without an item",
                rows: "without an item",
            },
            Reason::Unreadable => About {
                key: "unreadable",
                keep: Some("unreadable"),
                name: "unreadable",
                listed: "unreadable:",
                rows: "with an unreadable",
            },
            Reason::NotCounted => About {
                key: "where",
                keep: None,
                name: "no purchase (where)",
                listed: "no purchase (where)",
                rows: "that are no purchases",
            },
            Reason::Cancelled => About {
                key: "cancelled",
                keep: Some("cancelled"),
                name: "cancelled",
                listed: "cancelled",
                rows: "cancelled",
            },
            Reason::QuantityNotPositive => About {
                key: "quantity_not_positive",
                keep: Some("quantity-not-positive"),
                name: "quantity not above 0",
                listed: "quantity not above 0",
                rows: "with a quantity not above 0",
            },
            Reason::PriceNotPositive => About {
                key: "price_not_positive",
                keep: Some("price-not-positive"),
                name: "price not above 0",
                listed: "price not above 0",
                rows: "with a price not above 0",
            },
            Reason::Duplicate => About {
                key: "duplicate",
                keep: None,
                name: "exact repeats",
                listed: "exact repeats",
                rows: "that repeat another",
            },
        }
    }

    /// Its name in documents (JSON keys).
    pub fn key(self) -> &'static str {
        self.about().key
    }

    /// The word that keeps such rows (the flag's); `None` where they are kept anyway.
    pub fn keep(self) -> Option<&'static str> {
        self.about().keep
    }

    /// Its name on screens and in tables. A column's name can follow it where it is of cells.
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// What it says of rows in a list ("3 dropped, without a user"). A column's name can follow
    /// it where it is of cells.
    pub fn listed(self) -> &'static str {
        self.about().listed
    }

    /// What it says of rows in a sentence ("3 with a price not above 0"). A column's name can
    /// follow it where it is of cells.
    pub fn rows(self) -> &'static str {
        self.about().rows
    }

    /// Whether rows are dropped for it where nobody says otherwise.
    pub fn is_usual(self) -> bool {
        self != Reason::Duplicate
    }
}

impl Listed<{ Reason::ALL.len() }> for Reason {
    const ALL: [Self; Reason::ALL.len()] = Reason::ALL;

    fn place(self) -> usize {
        self as usize
    }

    fn key(self) -> &'static str {
        self.about().key
    }
}

/// One value a reason: `rows[Reason::Cancelled]`.
pub type ByReason<T> = By<Reason, T, { Reason::ALL.len() }>;

/// For which reasons rows are dropped: unless somebody says otherwise, the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleaning(ByReason<bool>);

impl Default for Cleaning {
    fn default() -> Self {
        Self(ByReason::each(Reason::is_usual))
    }
}

impl Cleaning {
    /// The usual cleaning, but for rows with these reasons, which are kept.
    pub fn keeping(reasons: impl IntoIterator<Item = Reason>) -> Self {
        reasons.into_iter().fold(Self::default(), |cleaning, reason| cleaning.with(reason, false))
    }

    /// The same cleaning, where rows are dropped for `reason` or are not.
    #[must_use]
    pub fn with(mut self, reason: Reason, drops: bool) -> Self {
        self.0[reason] = drops;
        self
    }

    /// Whether rows are dropped for a reason.
    pub fn drops(self, reason: Reason) -> bool {
        self.0[reason]
    }

    /// Whether rows are kept although there is this reason to drop them.
    pub fn keeps(self, reason: Reason) -> bool {
        !self.drops(reason)
    }

    /// The usual steps that are switched off, by the words that do so.
    pub fn switched_off(self) -> Vec<&'static str> {
        Reason::ALL
            .into_iter()
            .filter(|&reason| self.keeps(reason))
            .filter_map(Reason::keep)
            .collect()
    }
}
