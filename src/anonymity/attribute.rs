//! What a shop knows of its users besides what they bought: quasi-identifiers, and what is to stay
//! secret.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::purchases::Purchases;

/// A property of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attribute {
    /// The country of most rows.
    Country,
    /// Moments at which something was bought.
    Orders,
    /// Units bought.
    Purchases,
    /// Money spent.
    Spent,
    /// Distinct items.
    Items,
    /// Day of the first purchase.
    FirstDay,
    /// Day of the last purchase.
    LastDay,
    /// The item of most rows; of several the first by code.
    FavouriteItem,
    /// The category of most rows, by the same rule.
    FavouriteCategory,
    /// The hour of the day of most rows, by the same rule.
    FavouriteHour,
}

impl Attribute {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Country,
        Self::Orders,
        Self::Purchases,
        Self::Spent,
        Self::Items,
        Self::FirstDay,
        Self::LastDay,
        Self::FavouriteItem,
        Self::FavouriteCategory,
        Self::FavouriteHour,
    ];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Orders => "orders",
            Self::Purchases => "purchases",
            Self::Spent => "spent",
            Self::Items => "items",
            Self::FirstDay => "first-day",
            Self::LastDay => "last-day",
            Self::FavouriteItem => "favourite-item",
            Self::FavouriteCategory => "favourite-category",
            Self::FavouriteHour => "favourite-hour",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::FirstDay => "first day",
            Self::LastDay => "last day",
            Self::FavouriteItem => "favourite item",
            Self::FavouriteCategory => "favourite category",
            Self::FavouriteHour => "favourite hour",
            other => other.name(),
        }
    }

    /// All names, for a sentence.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Whether it is one of several values rather than a number or a day.
    pub fn is_choice(self) -> bool {
        match self {
            Self::Country | Self::FavouriteItem | Self::FavouriteCategory | Self::FavouriteHour => {
                true
            }
            Self::Orders
            | Self::Purchases
            | Self::Spent
            | Self::Items
            | Self::FirstDay
            | Self::LastDay => false,
        }
    }

    /// The quasi-identifiers of the first release where nobody says otherwise: where a user is and
    /// how much they bought, as far as the data has it.
    pub fn usual(purchases: &Purchases) -> Vec<Self> {
        let wanted = [Self::Country, Self::Purchases, Self::Spent];
        wanted.into_iter().filter(|one| one.is_in(purchases)).collect()
    }

    /// Those of the second release: where a user is and when they came; none without a time.
    pub fn usual_second(purchases: &Purchases) -> Vec<Self> {
        if purchases.time.is_none() {
            return Vec::new();
        }
        let wanted = [Self::Country, Self::FirstDay];
        wanted.into_iter().filter(|one| one.is_in(purchases)).collect()
    }

    /// Whether the data has what it needs.
    pub fn is_in(self, purchases: &Purchases) -> bool {
        self.missing(purchases).is_none()
    }

    /// The column that is missing for it.
    pub(super) fn missing(self, purchases: &Purchases) -> Option<&'static str> {
        let (is_there, column) = match self {
            Self::Country => (purchases.country.is_some(), "country"),
            Self::Spent => (purchases.money.is_some(), "price or total"),
            Self::FavouriteCategory => (purchases.category.is_some(), "category"),
            Self::Orders | Self::FirstDay | Self::LastDay | Self::FavouriteHour => {
                (purchases.time.is_some(), "time")
            }
            Self::Purchases | Self::Items | Self::FavouriteItem => (true, ""),
        };
        (!is_there).then_some(column)
    }
}

/// A word that names no property of users.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is no property of users: choose of {names}", names = Attribute::names())]
pub struct UnknownAttribute(pub String);

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl FromStr for Attribute {
    type Err = UnknownAttribute;

    fn from_str(text: &str) -> Result<Self, UnknownAttribute> {
        let word = text.trim().to_ascii_lowercase().replace([' ', '_'], "-");
        let found = Self::ALL.into_iter().find(|one| one.name() == word);
        found.ok_or_else(|| UnknownAttribute(text.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_however_they_are_parted() {
        for one in Attribute::ALL {
            assert_eq!(one.name().parse(), Ok(one));
            assert_eq!(one.words().parse(), Ok(one));
        }
        assert!("age".parse::<Attribute>().unwrap_err().to_string().contains("first-day"));
    }
}
