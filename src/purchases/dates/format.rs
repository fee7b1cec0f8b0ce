//! How a column spells dates, and times by a spelling that is known beforehand.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use thiserror::Error;

use super::cell::{CellDate, date_of, six_digits};
use super::epoch::serial;

/// How a column spells dates. What cannot be taken for anything else is read in every spelling
/// but a pattern: ISO dates, dates whose year comes first, dates with the name of a month, and
/// seconds, milli-, micro- and nanoseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// `2010-12-01`, perhaps with a clock.
    Iso,
    /// `1/12/2010` is the first of December.
    DayFirst,
    /// `12/1/2010` is the first of December.
    MonthFirst,
    /// `10/12/01` is the first of December 2010.
    YearFirst,
    /// `40513.35139` is a morning of 1 December 2010: days since 1899-12-30, as spreadsheets
    /// count them.
    Excel,
    /// A pattern in the words of strftime.
    Pattern(String),
}

/// Why a text is no spelling.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0} is no spelling of dates: say iso, day-first, month-first, year-first, excel, or a pattern such as '%d.%m.%Y %H:%M' (with the \
     words of strftime)"
)]
pub struct DateFormatError(String);

impl DateFormat {
    /// Reads `iso`, `day-first`, `month-first`, `excel` or a pattern that has a `%`.
    ///
    /// # Errors
    /// If it is none, or a pattern that cannot be used.
    pub fn parse(text: &str) -> Result<Self, DateFormatError> {
        match text.trim() {
            "iso" => Ok(Self::Iso),
            "day-first" => Ok(Self::DayFirst),
            "month-first" => Ok(Self::MonthFirst),
            "year-first" => Ok(Self::YearFirst),
            "excel" => Ok(Self::Excel),
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

    /// Seconds since 1970-01-01T00:00:00 of the wall clock that `text` shows, in the years 1 to
    /// 9999: by a pattern; or, in every other spelling, what cannot be taken for anything else:
    /// `2010-12-01`, `2010/12/1`, `2010.12.1`, `2010年12月1日`, `20101201`, `01-Dec-10`, `Dec 1, 2010`
    /// (months in several languages), perhaps with a weekday before and a clock behind
    /// (`T08:26:00.5`, `8:26 PM`, `0826`), and numbers of 9 to 19 digits since 1970. Zones are
    /// passed over, so that the local time stays. Where the order is known, also `D/M/YYYY` or
    /// `M/D/YYYY` (with `.` or `-`, and years of two digits: 00 to 68 are the 2000s) or `YY/M/D`, and six digits
    /// in that order (under `iso` the month `YYYYMM`); months, quarters and weeks are their first day. Under
    /// `excel` days since 1899-12-30, to the nearest second.
    pub(in crate::purchases) fn read(&self, text: &str) -> Option<i64> {
        match self {
            DateFormat::Pattern(pattern) => return by_pattern(pattern, text.trim()),
            DateFormat::Excel => {
                if let Some(at) = serial(text.trim()) {
                    return Some(at);
                }
            }
            _ => {
                if let Some(read) = six_digits(text) {
                    let [year_first, day_first, month_first, month] = read;
                    return match self {
                        DateFormat::YearFirst => year_first,
                        DateFormat::DayFirst => day_first,
                        DateFormat::MonthFirst => month_first,
                        _ => month,
                    };
                }
            }
        }
        match (date_of(text)?, self) {
            (CellDate::One(at) | CellDate::Part(at), _) => Some(at),
            (CellDate::Two { day_first, .. }, DateFormat::DayFirst) => day_first,
            (CellDate::Two { month_first, .. }, DateFormat::MonthFirst) => month_first,
            (CellDate::Two { year_first, .. }, DateFormat::YearFirst) => year_first,
            (CellDate::Two { .. }, _) => None,
        }
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DateFormat::Iso => "iso",
            DateFormat::DayFirst => "day-first",
            DateFormat::MonthFirst => "month-first",
            DateFormat::YearFirst => "year-first",
            DateFormat::Excel => "excel",
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
            "1/1/111",
            "12",
            "2025-02-??",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn the_order_is_read_only_where_it_is_known() {
        let christmas = DateFormat::Iso.read("2011-12-25");
        assert!(christmas.is_some());
        for text in ["25/12/2011", "25.12.2011", "25-12-11", "2011.12.25", "25-Dec-11"] {
            assert_eq!(DateFormat::DayFirst.read(text), christmas, "{text}");
        }
        for text in ["12-25-2011", "12/25/11", "2011-12-25", "20111225"] {
            assert_eq!(DateFormat::MonthFirst.read(text), christmas, "{text}");
        }
        for text in ["25/12/2011", "12/25/2011", "1/2/2011", "25.12.11", "1/2-2011", "40513"] {
            assert_eq!(DateFormat::Iso.read(text), None, "{text}");
            assert_eq!(
                DateFormat::Excel.read(text),
                None.or((text == "40513").then_some(14_944 * 86_400)),
                "{text}"
            );
        }
    }

    #[test]
    fn days_of_spreadsheets_are_read_where_they_are_known() {
        let at = DateFormat::Iso.read("2010-12-01 08:26");
        assert_eq!(DateFormat::Excel.read(" 40513.35139 "), at);
        assert_eq!(DateFormat::Excel.read("2010-12-01 08:26"), at);
        assert_eq!(DateFormat::Excel.read("1291191960"), at);
        assert_eq!(DateFormat::DayFirst.read("40513.35139"), None);
        assert_eq!(DateFormat::parse("excel"), Ok(DateFormat::Excel));
        assert_eq!(DateFormat::Excel.to_string(), "excel");
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
