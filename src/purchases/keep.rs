//! The cleaning steps that can be switched off.

/// Cleaning steps that are switched off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Keep rows without a user, together as one user named `(missing)`.
    pub missing_user: bool,
    /// Keep rows without an item, as an item named `(missing)`.
    pub missing_item: bool,
    /// Keep rows with an unreadable quantity (counts 1), price (counts 0) or time
    /// (the time group `(unreadable)`) where the question needs them.
    pub unreadable: bool,
    /// Keep cancelled rows.
    pub cancelled: bool,
    /// Keep quantities of 0 and below.
    pub quantity_not_positive: bool,
    /// Keep prices of 0 and below.
    pub price_not_positive: bool,
}

impl Keep {
    /// The steps that are off, by their names on the command line.
    pub fn names(self) -> Vec<&'static str> {
        [
            (self.missing_user, "missing-user"),
            (self.missing_item, "missing-item"),
            (self.unreadable, "unreadable"),
            (self.cancelled, "cancelled"),
            (self.quantity_not_positive, "quantity-not-positive"),
            (self.price_not_positive, "price-not-positive"),
        ]
        .into_iter()
        .filter_map(|(off, name)| off.then_some(name))
        .collect()
    }
}
