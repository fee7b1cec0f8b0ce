//! Kinds of points: what of a purchase somebody may have seen, and how exactly.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// How exactly the item is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemPart {
    /// Its code.
    Code,
    /// The first half of its code.
    Prefix,
    /// Its category.
    Category,
    /// Not at all.
    None,
}

/// How exactly the time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimePart {
    /// The day.
    Day,
    /// The week, from Monday.
    Week,
    /// The month.
    Month,
    /// Not at all.
    None,
}

impl ItemPart {
    /// From exact to nothing.
    pub const ALL: [Self; 4] = [Self::Code, Self::Prefix, Self::Category, Self::None];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "item",
            Self::Prefix => "prefix",
            Self::Category => "category",
            Self::None => "none",
        }
    }
}

impl TimePart {
    /// From exact to nothing.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::None];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::None => "none",
        }
    }
}

/// A kind of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointKind {
    /// A part of the item with a part of the time; never neither.
    Of(ItemPart, TimePart),
    /// What one basket cost: all that a user bought at one moment.
    Basket,
}

impl PointKind {
    /// Item and day: the finest, and the usual.
    pub const FINEST: Self = Self::Of(ItemPart::Code, TimePart::Day);

    /// Every pair of a part of the item and a part of the time but none and none, exact ones first.
    pub fn cells() -> impl Iterator<Item = Self> {
        let times = |item| TimePart::ALL.into_iter().map(move |time| Self::Of(item, time));
        let cells = ItemPart::ALL.into_iter().flat_map(times);
        cells.filter(|&kind| kind != Self::Of(ItemPart::None, TimePart::None))
    }

    /// As it is typed: `item,day`.
    pub fn typed(self) -> String {
        match self {
            Self::Of(ItemPart::None, time) => time.name().to_owned(),
            Self::Of(item, TimePart::None) => item.name().to_owned(),
            Self::Of(item, time) => format!("{},{}", item.name(), time.name()),
            Self::Basket => "basket".to_owned(),
        }
    }

    /// Several of these points, in words: `2 items with their days`.
    pub fn several(self, points: usize) -> String {
        let one = points == 1;
        let word =
            |one_word: &str, many: &str| if one { one_word.to_owned() } else { many.to_owned() };
        let item = |item: ItemPart| match item {
            ItemPart::Code => word("item", "items"),
            ItemPart::Prefix => word("beginning of an item's code", "beginnings of items' codes"),
            ItemPart::Category => word("category", "categories"),
            ItemPart::None => String::new(),
        };
        match self {
            Self::Basket => format!("{points} {}", word("basket's value", "baskets' values")),
            Self::Of(ItemPart::None, time) => {
                format!(
                    "{points} {}",
                    word(
                        &format!("{} of purchase", time.name()),
                        &format!("{}s of purchase", time.name())
                    )
                )
            }
            Self::Of(part, TimePart::None) => format!("{points} {}", item(part)),
            Self::Of(part, time) if one => format!("1 {} with its {}", item(part), time.name()),
            Self::Of(part, time) => format!("{points} {} with their {}s", item(part), time.name()),
        }
    }
}

/// Words that name no kind of points.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "'{0}' is no kind of points: write basket, or an item part (item, prefix, category) and a time part (day, week, \
     month), each or both, such as item,day or category,week"
)]
pub struct UnknownPoints(pub String);

impl fmt::Display for PointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(ItemPart::None, time) => f.write_str(time.name()),
            Self::Of(item, TimePart::None) => f.write_str(item.name()),
            Self::Of(item, time) => write!(f, "{} and {}", item.name(), time.name()),
            Self::Basket => f.write_str("basket value"),
        }
    }
}

impl FromStr for PointKind {
    type Err = UnknownPoints;

    fn from_str(text: &str) -> Result<Self, UnknownPoints> {
        let refused = || UnknownPoints(text.trim().to_owned());
        let (mut item, mut time, mut basket) = (None, None, false);
        for word in text.split(',').map(str::trim) {
            let word = word.to_ascii_lowercase();
            let is_free = match word.as_str() {
                "basket" | "basket-value" => !std::mem::replace(&mut basket, true),
                "none" => true,
                "item" | "code" => item.replace(ItemPart::Code).is_none(),
                "prefix" => item.replace(ItemPart::Prefix).is_none(),
                "category" => item.replace(ItemPart::Category).is_none(),
                "day" => time.replace(TimePart::Day).is_none(),
                "week" => time.replace(TimePart::Week).is_none(),
                "month" => time.replace(TimePart::Month).is_none(),
                _ => false,
            };
            if !is_free {
                return Err(refused());
            }
        }
        match (item, time, basket) {
            (None, None, true) => Ok(Self::Basket),
            (None, None, false) | (Some(_), _, true) | (_, Some(_), true) => Err(refused()),
            (item, time, false) => {
                Ok(Self::Of(item.unwrap_or(ItemPart::None), time.unwrap_or(TimePart::None)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_comes_back() {
        for kind in PointKind::cells().chain([PointKind::Basket]) {
            assert_eq!(kind.typed().parse(), Ok(kind));
        }
        assert_eq!("Day, item".parse(), Ok(PointKind::FINEST));
        assert_eq!("none,month".parse(), Ok(PointKind::Of(ItemPart::None, TimePart::Month)));
        for wrong in ["", "none", "item,item", "item,prefix", "hour", "basket,day", "item,,day"] {
            assert!(wrong.parse::<PointKind>().is_err(), "{wrong}");
        }
        assert_eq!(PointKind::cells().count(), 15);
    }

    #[test]
    fn several_points_are_said_in_words() {
        assert_eq!(PointKind::FINEST.several(2), "2 items with their days");
        assert_eq!(PointKind::FINEST.several(1), "1 item with its day");
        assert_eq!(PointKind::Of(ItemPart::None, TimePart::Week).several(3), "3 weeks of purchase");
        assert_eq!(PointKind::Of(ItemPart::Category, TimePart::None).several(1), "1 category");
        assert_eq!(PointKind::Basket.several(4), "4 baskets' values");
    }
}
