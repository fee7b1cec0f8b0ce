//! Times from text, by a spelling that is known beforehand.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use thiserror::Error;

/// How a column spells dates. ISO dates and seconds or milliseconds since 1970 are read in
/// every spelling but a pattern: they cannot be taken for anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// `2010-12-01`, perhaps with a clock.
    Iso,
    /// `1/12/2010` is the first of December.
    DayFirst,
    /// `12/1/2010` is the first of December.
    MonthFirst,
    /// A pattern in the words of strftime.
    Pattern(String),
}

/// Why a text is no spelling.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0} is no spelling of dates: say iso, day-first, month-first, or a pattern such as '%d.%m.%Y %H:%M' (with the \
     words of strftime)"
)]
pub struct DateFormatError(String);

impl DateFormat {
    /// Reads `iso`, `day-first`, `month-first` or a pattern that has a `%`.
    ///
    /// # Errors
    /// If it is none, or a pattern that cannot be used.
    pub fn parse(text: &str) -> Result<Self, DateFormatError> {
        match text.trim() {
            "iso" => Ok(Self::Iso),
            "day-first" => Ok(Self::DayFirst),
            "month-first" => Ok(Self::MonthFirst),
            pattern if pattern.contains('%') => {
                // What it prints of a time it must read again as one: `%Y-%m` alone has no day.
                let printed = strtime::format(pattern, jiff::Timestamp::UNIX_EPOCH);
                match printed.ok().and_then(|printed| by_pattern(pattern, &printed)) {
                    Some(_) => Ok(Self::Pattern(pattern.to_owned())),
                    None => Err(DateFormatError(text.to_owned())),
                }
            }
            _ => Err(DateFormatError(text.to_owned())),
        }
    }

    /// Seconds since 1970-01-01T00:00:00 of the wall clock that `text` shows: by a pattern,
    /// or an ISO date or date-time (with `T` or a space, seconds and their fraction optional; a
    /// `Z` or offset is passed over, so that the local time stays), `YYYYMMDD`, `YYYY/M/D`, a
    /// whole number of seconds (9 or 10 digits) or milliseconds (11 to 13) since 1970, and,
    /// where the order is known, `D/M/YYYY` or `M/D/YYYY` (also with `.` or `-`) with an
    /// optional `H:MM[:SS] [AM|PM]`. Years 1 to 9999.
    pub(super) fn read(&self, text: &str) -> Option<i64> {
        match self {
            DateFormat::Pattern(pattern) => by_pattern(pattern, text.trim()),
            DateFormat::Iso => time(text, None),
            DateFormat::DayFirst => time(text, Some(FieldOrder::DayFirst)),
            DateFormat::MonthFirst => time(text, Some(FieldOrder::MonthFirst)),
        }
    }

    /// What a whole column of texts tells: `None` where no date has slashes, else month first,
    /// unless some date is only possible with the day first and none is only possible with the
    /// month first.
    pub(super) fn guess<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (mut slashes, mut day_first) = (false, false);
        for text in texts.filter(|text| text.contains('/')) {
            match (
                time(text, None),
                time(text, Some(FieldOrder::MonthFirst)),
                time(text, Some(FieldOrder::DayFirst)),
            ) {
                (Some(_), ..) | (None, None, None) => {}
                (None, None, Some(_)) => (slashes, day_first) = (true, true),
                (None, Some(_), None) => return Some(Self::MonthFirst),
                _ => slashes = true,
            }
        }
        slashes.then_some(if day_first { Self::DayFirst } else { Self::MonthFirst })
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DateFormat::Iso => "iso",
            DateFormat::DayFirst => "day-first",
            DateFormat::MonthFirst => "month-first",
            DateFormat::Pattern(pattern) => pattern,
        })
    }
}

fn by_pattern(pattern: &str, text: &str) -> Option<i64> {
    let parsed = strtime::parse(pattern, text).ok()?;
    let seconds = |at: DateTime| {
        let days = i64::from(at.date().since(Date::constant(1970, 1, 1)).ok()?.get_days());
        Some(
            days * 86_400
                + i64::from(at.hour()) * 3_600
                + i64::from(at.minute()) * 60
                + i64::from(at.second()),
        )
    };
    match parsed.to_datetime() {
        Ok(at) => seconds(at),
        Err(_) => match parsed.to_date() {
            Ok(date) => seconds(date.at(0, 0, 0, 0)),
            Err(_) => parsed.to_timestamp().ok().map(|at| at.as_second()),
        },
    }
}

/// Which of two numbers of a date is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FieldOrder {
    MonthFirst,
    DayFirst,
}

fn time(text: &str, order: Option<FieldOrder>) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() >= 9 && digits.len() <= 13 && digits.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return Some(if digits.len() > 10 { number.div_euclid(1_000) } else { number });
    }
    if digits.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(
            days(number(&text[..4], 4, 4)?, number(&text[4..6], 2, 2)?, number(&text[6..], 2, 2)?)?
                * 86_400,
        );
    }
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim())),
        None => (text, None),
    };
    let mut parts = date.split(['/', '-', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    let marks = date.bytes().filter(|b| !b.is_ascii_digit());
    if parts.next().is_some() || marks.clone().any(|mark| Some(mark) != marks.clone().next()) {
        return None;
    }
    let (year, month, day) = if a.len() == 4 {
        if date.contains('.') {
            return None;
        }
        (number(a, 4, 4)?, number(b, 1, 2)?, number(c, 1, 2)?)
    } else {
        let (first, second) = (number(a, 1, 2)?, number(b, 1, 2)?);
        let (month, day) =
            if order? == FieldOrder::MonthFirst { (first, second) } else { (second, first) };
        (number(c, 4, 4)?, month, day)
    };
    Some(days(year, month, day)? * 86_400 + clock.map_or(Some(0), clock_seconds)?)
}

/// `8:26`, `08:26:00`, `08:26:00.123`, `8:26 PM`, with a `Z` or offset passed over.
fn clock_seconds(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let (clock, noon) = match lower
        .strip_suffix("pm")
        .map(|c| (c, Some(12)))
        .or(lower.strip_suffix("am").map(|c| (c, Some(0))))
    {
        Some((clock, noon)) => (clock.trim_end(), noon),
        None => (lower.as_str(), None),
    };
    let clock = clock.strip_suffix("utc").unwrap_or(clock).trim_end();
    let clock = match clock.find(['z', '+', '-']) {
        None => clock,
        Some(at) => {
            let offset = &clock[at + 1..];
            let fits = match clock.as_bytes()[at] {
                b'z' => offset.is_empty(),
                _ => {
                    matches!(offset.len(), 2 | 4 | 5)
                        && offset.bytes().all(|b| b.is_ascii_digit() || b == b':')
                }
            };
            if !fits {
                return None;
            }
            clock[..at].trim_end()
        }
    };
    let mut parts = clock.split(':');
    let mut hour = number(parts.next()?, 1, 2)?;
    let minute = number(parts.next()?, 2, 2)?;
    let second = match parts.next() {
        None => 0,
        Some(second) => {
            let (whole, part) = second.split_once(['.', ',']).unwrap_or((second, "0"));
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            number(whole, 2, 2)?
        }
    };
    if let Some(noon) = noon {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + noon;
    }
    // A leap second counts as the last second of its minute.
    (parts.next().is_none() && hour < 24 && minute < 60 && second <= 60)
        .then(|| hour * 3_600 + minute * 60 + second.min(59))
}

fn number(text: &str, fewest: usize, most: usize) -> Option<i64> {
    let fits = (fewest..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

/// Days since 1970-01-01 of a day that exists (Hinnant, "chrono-compatible low-level
/// date algorithms", days_from_civil).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year < 1 || day < 1 || day > length {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_cannot_read_what_it_prints_is_refused() {
        for pattern in ["%Q", "%Y-%m", "%H:%M", "xx"] {
            assert!(DateFormat::parse(pattern).is_err(), "{pattern}");
        }
        for pattern in ["%d.%m.%Y", "%m/%d/%y %H:%M", "%s", "%Y%m%d"] {
            assert!(DateFormat::parse(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn times() {
        let at = |text| DateFormat::MonthFirst.read(text);
        // 2010-12-01 is 14,944 days after 1970-01-01.
        let first = 14_944 * 86_400;
        let eight_26 = first + 8 * 3_600 + 26 * 60;
        for text in [
            "2010-12-01 08:26:00",
            "2010-12-01T08:26",
            "12/1/2010 8:26",
            "12/01/2010 08:26:00",
            "2010-12-01T08:26:00.123Z",
            "2010-12-01T08:26:00+02:00",
            "2010-12-01 08:26:00 UTC",
            "12/1/2010 8:26 AM",
            "1291191960",
            "1291191960000",
        ] {
            assert_eq!(at(text), Some(eight_26), "{text}");
        }
        assert_eq!(at("2010-12-01"), Some(first));
        assert_eq!(at("2010/12/01"), Some(first));
        assert_eq!(at("20101201"), Some(first));
        assert_eq!(at("12/1/2010 12:00 AM"), Some(first));
        assert_eq!(at("2000-02-29"), Some(11_016 * 86_400));
        for text in [
            "",
            "25/12/2011",
            "2011-02-29",
            "2011-13-01",
            "yesterday",
            "2011-01-01 25:00",
            "1/1/11",
            "12",
            "2025-02-??",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn the_order_is_told_from_all_dates_and_read_only_where_it_is_known() {
        let order = |texts: &[&str]| DateFormat::guess(texts.iter().copied());
        assert_eq!(order(&["2011-01-02", "2011/12/25", "x/y", ""]), None);
        assert_eq!(order(&["1/2/2011", "3/4/2011"]), Some(DateFormat::MonthFirst));
        assert_eq!(order(&["1/2/2011", "25/12/2011"]), Some(DateFormat::DayFirst));
        assert_eq!(order(&["25/12/2011", "12/25/2011"]), Some(DateFormat::MonthFirst));
        let christmas = DateFormat::Iso.read("2011-12-25");
        assert!(christmas.is_some());
        assert_eq!(DateFormat::DayFirst.read("25/12/2011"), christmas);
        assert_eq!(DateFormat::DayFirst.read("25.12.2011"), christmas);
        assert_eq!(DateFormat::MonthFirst.read("12-25-2011"), christmas);
        for text in ["25/12/2011", "12/25/2011", "1/2/2011", "2011.12.25", "1/2-2011"] {
            assert_eq!(DateFormat::Iso.read(text), None, "{text}");
        }
    }

    #[test]
    fn patterns_are_those_of_strftime() {
        let at = DateFormat::Iso.read("2010-12-01 08:26:00");
        for (pattern, text) in [
            ("%d.%m.%Y %H:%M", "01.12.2010 08:26"),
            ("%d-%b-%y %I:%M %p", "01-Dec-10 08:26 AM"),
            ("%s", "1291191960"),
            ("%Y-%m-%dT%H:%M:%S%z", "2010-12-01T08:26:00+0200"),
        ] {
            assert_eq!(DateFormat::parse(pattern).unwrap().read(text), at, "{pattern}");
        }
        assert_eq!(
            DateFormat::parse("%d.%m.%Y").unwrap().read("1.12.2010"),
            DateFormat::Iso.read("2010-12-01")
        );
        assert_eq!(DateFormat::parse("%d.%m.%Y").unwrap().read("2010-12-01"), None);
        for text in ["", "us", "d.m.Y", "%!", "%Q%"] {
            assert!(DateFormat::parse(text).is_err(), "{text}");
        }
    }
}
