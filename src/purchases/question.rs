//! One question to the data: a measure per group.

use std::fmt;

use serde::Serialize;

use super::purpose::Purpose;

/// What purchases are grouped by. A group is a partition of the rows; its key is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupBy {
    /// Item code.
    Item,
    /// Category column.
    Category,
    /// Country column.
    Country,
    /// Hour of day, keys `00` to `23`.
    Hour,
    /// Weekday, keys `1 Mon` to `7 Sun`.
    Weekday,
    /// Hour of the week, keys `1 Mon 00` to `7 Sun 23`.
    #[serde(rename = "hour-of-week")]
    HourOfWeek,
    /// Day, keys `2011-03-09`.
    Day,
    /// Week of ISO 8601, keys `2011-W10`.
    Week,
    /// Month, keys `2011-03`.
    Month,
    /// Quarter, keys `2011-Q1`.
    Quarter,
    /// A column of the user's choice.
    Group,
}

impl GroupBy {
    /// Every grouping, in the order shown.
    pub const ALL: [GroupBy; 11] = [
        GroupBy::Item,
        GroupBy::Category,
        GroupBy::Country,
        GroupBy::Hour,
        GroupBy::Weekday,
        GroupBy::HourOfWeek,
        GroupBy::Day,
        GroupBy::Week,
        GroupBy::Month,
        GroupBy::Quarter,
        GroupBy::Group,
    ];

    /// The word for it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            GroupBy::Item => "item",
            GroupBy::Category => "category",
            GroupBy::Country => "country",
            GroupBy::Hour => "hour",
            GroupBy::Weekday => "weekday",
            GroupBy::HourOfWeek => "hour-of-week",
            GroupBy::Day => "day",
            GroupBy::Week => "week",
            GroupBy::Month => "month",
            GroupBy::Quarter => "quarter",
            GroupBy::Group => "group",
        }
    }

    /// Whether its groups are parts of time.
    pub fn is_of_time(self) -> bool {
        match self {
            GroupBy::Hour
            | GroupBy::Weekday
            | GroupBy::HourOfWeek
            | GroupBy::Day
            | GroupBy::Week
            | GroupBy::Month
            | GroupBy::Quarter => true,
            GroupBy::Item | GroupBy::Category | GroupBy::Country | GroupBy::Group => false,
        }
    }

    /// The keys of all its groups, where everyone knows them whatever the data: 24 hours, 7
    /// weekdays, their 168 hours. A month or a quarter has its year in its key, and nobody knows which years.
    pub fn public_keys(self) -> Option<Vec<String>> {
        match self {
            GroupBy::Hour => Some((0..24).map(hour_key).collect()),
            GroupBy::Weekday => Some((0..7).map(weekday_key).collect()),
            GroupBy::HourOfWeek => Some((0..168).map(hour_of_week_key).collect()),
            GroupBy::Item
            | GroupBy::Category
            | GroupBy::Country
            | GroupBy::Day
            | GroupBy::Week
            | GroupBy::Month
            | GroupBy::Quarter
            | GroupBy::Group => None,
        }
    }

    /// Whether each of its groups lies in one group of `coarse`, so that sums of the one are sums of sums of
    /// the other. An item lies in one category where the data says so.
    pub fn lies_in(self, coarse: GroupBy) -> bool {
        match self {
            GroupBy::Item => coarse == GroupBy::Category,
            GroupBy::HourOfWeek => matches!(coarse, GroupBy::Hour | GroupBy::Weekday),
            GroupBy::Day => matches!(
                coarse,
                GroupBy::Weekday | GroupBy::Week | GroupBy::Month | GroupBy::Quarter
            ),
            GroupBy::Month => coarse == GroupBy::Quarter,
            GroupBy::Category
            | GroupBy::Country
            | GroupBy::Hour
            | GroupBy::Weekday
            | GroupBy::Week
            | GroupBy::Quarter
            | GroupBy::Group => false,
        }
    }

    /// The word for several of them.
    pub fn plural(self) -> &'static str {
        match self {
            GroupBy::Item => "items",
            GroupBy::Category => "categories",
            GroupBy::Country => "countries",
            GroupBy::Hour => "hours",
            GroupBy::Weekday => "weekdays",
            GroupBy::HourOfWeek => "hours of the week",
            GroupBy::Day => "days",
            GroupBy::Week => "weeks",
            GroupBy::Month => "months",
            GroupBy::Quarter => "quarters",
            GroupBy::Group => "groups",
        }
    }
}

/// The key of an hour of the day, 0 to 23.
pub fn hour_key(hour: i64) -> String {
    format!("{hour:02}")
}

/// The key of a weekday, 0 for Monday to 6 for Sunday.
pub fn weekday_key(day: i64) -> String {
    let name = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.rem_euclid(7) as usize];
    format!("{} {name}", day.rem_euclid(7) + 1)
}

/// The key of an hour of the week, 0 for the first of Monday to 167 for the last of Sunday.
pub fn hour_of_week_key(hour: i64) -> String {
    format!("{} {}", weekday_key(hour.div_euclid(24)), hour_key(hour.rem_euclid(24)))
}

impl fmt::Display for GroupBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is added up in each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Sum of quantity.
    Purchases,
    /// Number of rows.
    Rows,
    /// Number of distinct users: 1 per user and group, so linf is 1.
    Buyers,
    /// Quantity × price, in fixed point (see [`Unit`](super::Unit)); linf in the same money.
    Revenue,
}

impl Measure {
    /// Every measure, in the order shown.
    pub const ALL: [Measure; 4] =
        [Measure::Purchases, Measure::Rows, Measure::Buyers, Measure::Revenue];

    /// The word for it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Purchases => "purchases",
            Measure::Rows => "rows",
            Measure::Buyers => "buyers",
            Measure::Revenue => "revenue",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A measure for every group: the question that a release answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Question {
    /// The groups.
    pub group_by: GroupBy,
    /// What is added up in each.
    pub measure: Measure,
}

impl Default for Question {
    fn default() -> Self {
        Self { group_by: GroupBy::Item, measure: Measure::Purchases }
    }
}

impl Question {
    /// Whether it is answered by what rows say of a purpose. Readable names answer none.
    pub fn needs(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::User | Purpose::Item => true,
            // Whatever is asked: the reading is held against what they add up to.
            Purpose::Quantity | Purpose::Price | Purpose::Total => true,
            Purpose::Time | Purpose::Clock => self.group_by.is_of_time(),
            Purpose::Category => self.group_by == GroupBy::Category,
            Purpose::Country => self.group_by == GroupBy::Country,
            Purpose::Group => self.group_by == GroupBy::Group,
            Purpose::Invoice | Purpose::Description | Purpose::Event => false,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} per {}", self.measure, self.group_by)
    }
}
