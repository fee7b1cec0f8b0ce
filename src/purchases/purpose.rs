//! What a column of a purchase file can serve as, and the columns named or used for it.

use serde::Serialize;

/// What a column can serve as.
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
    /// Line total.
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
}

impl Purpose {
    /// In the order in which columns are given away.
    pub const ALL: [Purpose; 10] = [
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
    ];

    /// Its name, in one word.
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

    /// Whether a file cannot be used without it.
    pub fn required(self) -> bool {
        matches!(self, Purpose::User | Purpose::Item)
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

    /// Names a column for this purpose; an empty name switches it off. A unit price and a
    /// line total exclude each other: naming one forgets the other.
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
        match self {
            Purpose::Price => choice.total = None,
            Purpose::Total => choice.price = None,
            _ => {}
        }
    }

    /// Whether the user named a column for it, or said that there is none.
    pub(super) fn is_chosen(self, choice: &ColumnChoice) -> bool {
        self.chosen(choice).is_some()
    }

    /// The column that the user named for it; empty where it is switched off.
    pub(super) fn chosen(self, choice: &ColumnChoice) -> Option<&str> {
        match self {
            Purpose::User => &choice.user,
            Purpose::Item => &choice.item,
            Purpose::Quantity => &choice.quantity,
            Purpose::Price => &choice.price,
            Purpose::Total => &choice.total,
            Purpose::Time => &choice.time,
            Purpose::Category => &choice.category,
            Purpose::Country => &choice.country,
            Purpose::Invoice => &choice.invoice,
            Purpose::Description => &choice.description,
        }
        .as_deref()
    }
}

/// Columns named by the user. For the optional ones, an empty name switches the
/// column off although one would be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the purposes of ColumnsUsed")]
pub struct ColumnChoice {
    pub user: Option<String>,
    pub item: Option<String>,
    pub quantity: Option<String>,
    pub price: Option<String>,
    pub total: Option<String>,
    pub time: Option<String>,
    pub category: Option<String>,
    pub country: Option<String>,
    pub invoice: Option<String>,
    pub description: Option<String>,
}

/// The file's column that serves each purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ColumnsUsed {
    /// Who bought.
    pub user: String,
    /// What was bought.
    pub item: String,
    /// Units.
    pub quantity: Option<String>,
    /// Unit price.
    pub price: Option<String>,
    /// Line total (in place of a unit price).
    pub total: Option<String>,
    /// When.
    pub time: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Invoice, whose leading C marks a cancellation.
    pub invoice: Option<String>,
    /// Readable item name.
    pub description: Option<String>,
}
