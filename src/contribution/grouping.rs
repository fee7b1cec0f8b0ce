//! Which group every row is in: a column, or a part of its time.

use std::borrow::Cow;
use std::collections::HashMap;

use thiserror::Error;

use crate::purchases::{
    GroupBy, Labels, Numbers, Purchases, Reason, hour_key, hour_of_week_key, weekday_key,
};

/// Why a question cannot be asked of this file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuestionError {
    /// The grouping needs a column that was not found.
    #[error("there is no {column} column, so nothing can be grouped by {group_by}")]
    NoGroupColumn {
        /// The grouping asked for.
        group_by: GroupBy,
        /// The kind of column that is missing.
        column: &'static str,
    },
    /// Revenue needs money.
    #[error("there is no price or total column, so revenue cannot be added up")]
    NoMoney,
    /// Rows that wait on disk could not be put there, or not be read again.
    #[error("the rows that wait in the folder for temporary files could not be added up: {cause}")]
    Spill {
        /// What the system says.
        cause: String,
    },
}

/// The group of every row.
///
/// # Errors
/// If the file lacks the column that the grouping needs.
pub fn groups_of_rows(
    purchases: &Purchases,
    group_by: GroupBy,
) -> Result<Cow<'_, Labels>, QuestionError> {
    let missing = |column| QuestionError::NoGroupColumn { group_by, column };
    let time = || purchases.time.as_ref().ok_or(missing("time"));
    Ok(match group_by {
        GroupBy::Item => Cow::Borrowed(&purchases.item),
        GroupBy::Category => Cow::Borrowed(purchases.category.as_ref().ok_or(missing("category"))?),
        GroupBy::Country => Cow::Borrowed(purchases.country.as_ref().ok_or(missing("country"))?),
        GroupBy::Group => Cow::Borrowed(purchases.group.as_ref().ok_or(missing("group"))?),
        GroupBy::Hour => {
            Cow::Owned(label(purchases, time()?, |t| t.rem_euclid(86_400) / 3_600, hour_key))
        }
        GroupBy::Weekday => Cow::Owned(label(purchases, time()?, weekday, weekday_key)),
        GroupBy::HourOfWeek => Cow::Owned(label(
            purchases,
            time()?,
            |t| 24 * weekday(t) + t.rem_euclid(86_400) / 3_600,
            hour_of_week_key,
        )),
        GroupBy::Day => Cow::Owned(label(
            purchases,
            time()?,
            |t| t.div_euclid(86_400),
            |day| {
                let (year, month, day) = civil(day);
                format!("{year:04}-{month:02}-{day:02}")
            },
        )),
        GroupBy::Week => Cow::Owned(label(purchases, time()?, monday, |monday| {
            // A week belongs to the year of its Thursday (ISO 8601).
            let (year, ..) = civil(monday + 3);
            let of_year = monday + 3 - first_day(year);
            format!("{year:04}-W{:02}", of_year / 7 + 1)
        })),
        GroupBy::Month => Cow::Owned(label(purchases, time()?, month, |m| {
            format!("{:04}-{:02}", m.div_euclid(12), m.rem_euclid(12) + 1)
        })),
        GroupBy::Quarter => Cow::Owned(label(
            purchases,
            time()?,
            |t| month(t).div_euclid(3),
            |q| format!("{:04}-Q{}", q.div_euclid(4), q.rem_euclid(4) + 1),
        )),
    })
}

/// The key of times that were kept although unreadable.
const UNREADABLE_KEY: &str = "(unreadable)";

/// Names the groups of a public kind that no row has, so that all of them are listed; the keys of
/// all. Whether times may be unreadable is declared, so that one group is public, too.
pub(super) fn list_kind(
    purchases: &Purchases,
    group_by: GroupBy,
    labels: &mut Cow<'_, Labels>,
) -> Option<Vec<String>> {
    let mut keys = group_by.public_keys()?;
    if purchases.reading.cleaning.keeps(Reason::Unreadable) {
        keys.push(UNREADABLE_KEY.to_owned());
    }
    let unseen: Vec<String> =
        keys.iter().filter(|key| !labels.names.contains(key)).cloned().collect();
    labels.to_mut().names.extend(unseen);
    Some(keys)
}

/// Labels from times: `code` sorts a time into a class, `name` names the class.
fn label(
    purchases: &Purchases,
    times: &Numbers,
    code: impl Fn(i64) -> i64,
    name: impl Fn(i64) -> String,
) -> Labels {
    let mut seen: HashMap<i64, u32> = HashMap::new();
    let mut labels = Labels::default();
    if let Some(waiting) = &purchases.waiting {
        labels.codes.wait_in(waiting.spill());
    }
    for time in times.iter() {
        let class = if time == Purchases::UNREADABLE { i64::MIN } else { code(time) };
        let next = labels.names.len() as u32;
        let code = *seen.entry(class).or_insert_with(|| {
            labels.names.push(if class == i64::MIN {
                UNREADABLE_KEY.to_owned()
            } else {
                name(class)
            });
            next
        });
        labels.codes.push(code);
    }
    labels
}

/// 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday.
fn weekday(time: i64) -> i64 {
    (time.div_euclid(86_400) + 3).rem_euclid(7)
}

/// The Monday of a time's week, in days since 1970-01-01; the time in seconds since then.
pub fn monday(time: i64) -> i64 {
    time.div_euclid(86_400) - weekday(time)
}

/// Months since year 0 of the proleptic Gregorian calendar, of a time in seconds since 1970-01-01.
pub fn month(time: i64) -> i64 {
    let (year, month, _) = civil(time.div_euclid(86_400));
    year * 12 + month - 1
}

/// The first of January of a year, in days since 1970-01-01.
fn first_day(year: i64) -> i64 {
    let before = year - 1;
    365 * before + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

/// Year, month and day of a day since 1970-01-01: the year begins in March (Hinnant,
/// "chrono-compatible low-level date algorithms", civil_from_days).
fn civil(day: i64) -> (i64, i64, i64) {
    let days = day + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let (month, year) = if march_month < 10 { (march_month + 3, 0) } else { (march_month - 9, 1) };
    (year_of_era + era * 400 + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_time_have_their_names() {
        let day = |text: &str| {
            let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
            (0..40_000).find(|&day| civil(day) == (parts[0], parts[1], parts[2])).unwrap()
        };
        let week = |text: &str| {
            let time = day(text) * 86_400 + 3_600;
            let monday = monday(time);
            let (year, ..) = civil(monday + 3);
            (year, (monday + 3 - first_day(year)) / 7 + 1)
        };
        // ISO 8601's own examples and the years that begin before their first week.
        for (text, want) in [
            ("2008-12-29", (2009, 1)),
            ("2010-01-03", (2009, 53)),
            ("2011-03-09", (2011, 10)),
            ("2021-01-01", (2020, 53)),
            ("2024-12-30", (2025, 1)),
        ] {
            assert_eq!(week(text), want, "{text}");
        }
        assert_eq!((first_day(1970), civil(0)), (0, (1970, 1, 1)));
        assert_eq!(month(day("2011-03-09") * 86_400), 2011 * 12 + 2);
    }

    #[test]
    fn fine_groups_lie_in_one_coarse_group_each() {
        let sample = crate::purchases::sample().unwrap();
        let labels = |group_by| groups_of_rows(&sample, group_by).unwrap();
        let of_time = GroupBy::ALL.into_iter().filter(|group| group.is_of_time());
        let mut tried = 0;
        for fine in of_time.clone() {
            for coarse in of_time.clone() {
                let (parts, wholes) = (labels(fine), labels(coarse));
                let mut of: HashMap<u32, u32> = HashMap::new();
                let lies = (0..sample.rows()).all(|row| {
                    let whole = wholes.codes.get(row);
                    *of.entry(parts.codes.get(row)).or_insert(whole) == whole
                });
                if fine.lies_in(coarse) {
                    assert!(lies, "{fine} in {coarse}");
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 7);
        // Keys say both parts, and all of a week are public.
        let public = GroupBy::HourOfWeek.public_keys().unwrap();
        assert_eq!(
            (public.len(), public[0].as_str(), public[167].as_str()),
            (168, "1 Mon 00", "7 Sun 23")
        );
        let (hours, days, both) =
            (labels(GroupBy::Hour), labels(GroupBy::Weekday), labels(GroupBy::HourOfWeek));
        for row in 0..sample.rows() {
            let name = |labels: &Labels| labels.names[labels.codes.get(row) as usize].clone();
            let hour = name(&hours);
            let wanted =
                if hour == UNREADABLE_KEY { hour } else { format!("{} {hour}", name(&days)) };
            assert_eq!(name(&both), wanted);
        }
    }
}
