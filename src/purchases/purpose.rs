//! What a column of a purchase file can serve as, and values by it. A new purpose begins here:
//! its variant, its row of [`Purpose::about`], its place in [`Purpose::ALL`]; then its usual
//! names (`columns.rs`) and what cleaning makes of its cells (`cleaning.rs`).

use super::by::{By, Listed};

/// What a column can serve as, in the order of documents and of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Who bought: the privacy unit.
    User,
    /// What was bought.
    Item,
    /// Units.
    Quantity,
    /// Unit price.
    Price,
    /// Line total (in place of a unit price).
    Total,
    /// When.
    Time,
    /// Category.
    Category,
    /// Country.
    Country,
    /// Invoice, whose leading C marks a cancellation.
    Invoice,
    /// Readable item name.
    Description,
    /// The clock, where dates stand in a column of their own.
    Clock,
    /// What happened: a view, a click, a purchase.
    Event,
    /// Any column to group by.
    Group,
}

/// What is said of a purpose.
struct About {
    name: &'static str,
    words: &'static str,
    required: bool,
}

impl Purpose {
    /// In the order in which columns are given away, which is that of screens.
    pub const ALL: [Purpose; 13] = [
        Purpose::User,
        Purpose::Item,
        Purpose::Invoice,
        Purpose::Quantity,
        Purpose::Price,
        Purpose::Total,
        Purpose::Time,
        Purpose::Category,
        Purpose::Country,
        Purpose::Description,
        Purpose::Clock,
        Purpose::Event,
        Purpose::Group,
    ];

    const fn about(self) -> About {
        const fn needed(name: &'static str, words: &'static str) -> About {
            About { name, words, required: true }
        }
        const fn optional(name: &'static str, words: &'static str) -> About {
            About { name, words, required: false }
        }
        match self {
            Purpose::User => needed("user", "the user, the privacy unit"),
            Purpose::Item => needed("item", "the item"),
            Purpose::Quantity => optional("quantity", "the quantity"),
            Purpose::Price => optional("price", "the unit price"),
            Purpose::Total => optional("total", "the line total, in place of a unit price"),
            Purpose::Time => optional("time", "the time"),
            Purpose::Category => optional("category", "the category"),
            Purpose::Country => optional("country", "the country"),
            Purpose::Invoice => optional("invoice", "the invoice"),
            Purpose::Description => optional("description", "the item's readable name"),
            Purpose::Clock => {
                optional("time_of_day", "the clock, where the dates stand in a column of their own")
            }
            Purpose::Event => optional("event", "what happened, where rows are events"),
            Purpose::Group => optional("group", "groups of your own"),
        }
    }

    /// Its name in documents; as a flag, see [`Purpose::flag`].
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// The flag that names its column, without its dashes.
    pub fn flag(self) -> &'static str {
        match self {
            Purpose::Clock => "time-of-day",
            other => other.name(),
        }
    }

    /// What such a column holds, with its article ("the unit price").
    pub fn words(self) -> &'static str {
        self.about().words
    }

    /// Whether a file cannot be used without it.
    pub fn required(self) -> bool {
        self.about().required
    }

    /// The purpose that cannot stand beside it.
    pub fn excludes(self) -> Option<Purpose> {
        match self {
            Purpose::Price => Some(Purpose::Total),
            Purpose::Total => Some(Purpose::Price),
            _ => None,
        }
    }

    /// Names a column for this purpose; an empty name switches it off. A unit price and a
    /// line total exclude each other: naming one forgets the other.
    pub fn choose(self, choice: &mut ColumnChoice, column: String) {
        choice[self] = Some(column);
        if let Some(other) = self.excludes() {
            choice[other] = None;
        }
    }
}

impl Listed<{ Purpose::ALL.len() }> for Purpose {
    const ALL: [Self; Purpose::ALL.len()] = Purpose::ALL;

    fn place(self) -> usize {
        self as usize
    }

    fn key(self) -> &'static str {
        self.name()
    }
}

/// One value a purpose: `columns[Purpose::User]`.
pub type ByPurpose<T> = By<Purpose, T, { Purpose::ALL.len() }>;

/// The columns that the user named; an empty name switches a purpose off although a column would
/// be found for it.
pub type ColumnChoice = ByPurpose<Option<String>>;

/// The file's column that serves each purpose.
pub type ColumnsUsed = ByPurpose<Option<String>>;
