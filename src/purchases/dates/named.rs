//! Dates that name their month, in one cell.

use super::calendar::{DAY, days, full_year, in_years};
use super::clock::{at_start, number};
use super::words::{DateWord, leading_word, past_zones};

/// What such a cell says, in seconds since 1970-01-01T00:00:00 of the wall clock shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedDate {
    /// A day, with its clock where it has one.
    Time(i64),
    /// A month and its year, by its first day.
    Month(i64),
}

/// Dates with the name of a month, its parts in any order, with or without a clock:
/// `01-Dec-10`, `Dec 1, 2010 8:26 AM`, `Wed Dec  1 08:26:00 UTC 2010`, `1er décembre 2010`.
pub(super) fn named_month(text: &str) -> Option<NamedDate> {
    let (before, seconds, behind) = match clock_inside(text) {
        Some((at, seconds, rest)) => (&text[..at], seconds, past_zones(rest)),
        None => (text, 0, ""),
    };
    let mut parts = NamedParts::default();
    parts.take(before)?;
    parts.take(behind)?;
    match parts.day() {
        Some(day) => in_years(day * DAY + seconds).map(NamedDate::Time),
        // `Feb 2023`, `Feb-23`
        None if before.len() == text.len() => {
            parts.first_of_month(text).map(|day| NamedDate::Month(day * DAY))
        }
        None => None,
    }
}

/// The place of the first clock in a text, its seconds, and what follows.
fn clock_inside(text: &str) -> Option<(usize, i64, &str)> {
    let bytes = text.as_bytes();
    let starts =
        |at: usize| bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit());
    (0..bytes.len()).filter(|&at| starts(at)).find_map(|at| {
        let (seconds, rest) = at_start(&text[at..], true)?;
        Some((at, seconds, rest))
    })
}

/// The words and numbers of a date with a named month, in their order.
#[derive(Default)]
struct NamedParts {
    month: Option<i64>,
    /// `mar`: March, unless another month is named.
    march_or_weekday: bool,
    /// Each with how many digits it has.
    numbers: [Option<(i64, usize)>; 2],
}

impl NamedParts {
    /// `None` where something is no part of a date.
    fn take(&mut self, text: &str) -> Option<()> {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first.is_ascii_digit() {
                let (value, after) = number(rest, 1, 4)?;
                let place = self.numbers.iter_mut().find(|place| place.is_none())?;
                *place = Some((value, rest.len() - after.len()));
                rest = after;
            } else if first.is_whitespace() || ",.-/:_()'’ºª°".contains(first) {
                rest = &rest[first.len_utf8()..];
            } else {
                let word = leading_word(rest);
                match DateWord::of(word)? {
                    DateWord::Month(month) if self.month.is_none() => self.month = Some(month),
                    DateWord::Month(_) => return None,
                    DateWord::MarchOrWeekday => self.march_or_weekday = true,
                    DateWord::Weekday | DateWord::Filler => {}
                }
                rest = &rest[word.len()..];
            }
        }
        Some(())
    }

    /// The first day of a month that is named with its year only; a year of two digits stands
    /// behind a hyphen or an apostrophe.
    fn first_of_month(&self, text: &str) -> Option<i64> {
        let month = self.month.or_else(|| self.march_or_weekday.then_some(3))?;
        match self.numbers {
            [Some((year, 4)), None] => days(year, month, 1),
            [Some((year, 2)), None]
                if text.starts_with(char::is_alphabetic) && text.contains(['-', '\'', '’']) =>
            {
                days(full_year(year), month, 1)
            }
            _ => None,
        }
    }

    fn day(&self) -> Option<i64> {
        let month = self.month.or_else(|| self.march_or_weekday.then_some(3))?;
        let (year, day) = match self.numbers {
            [Some((year, 4)), Some((day, 1 | 2))] | [Some((day, 1 | 2)), Some((year, 4))] => {
                (year, day)
            }
            [Some((day, 1 | 2)), Some((year, 2))] => (full_year(year), day),
            _ => return None,
        };
        days(year, month, day)
    }
}
