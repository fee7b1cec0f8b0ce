//! The date in one cell: what its text says under the two orders of day and month.

use super::calendar::{DAY, days, full_year, in_years};
use super::clock::{at_start, compact_at_start, number};
use super::epoch::{digits_alone, epoch};
use super::named::{NamedDate, named_month};
use super::words::{DateWord, leading_word, past_weekday, past_zones};

/// Longer texts are no dates.
const LONGEST: usize = 100;

/// A date with its clock, in seconds since 1970-01-01T00:00:00 of the wall clock shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellDate {
    /// Cannot be taken for anything else.
    One(i64),
    /// A month, a quarter, a week or a year's part, by its first day.
    Part(i64),
    /// Numbers of which several may be the day, with years of two digits perhaps the last one; at
    /// least one reading is there.
    Two { day_first: Option<i64>, month_first: Option<i64>, year_first: Option<i64> },
}

impl CellDate {
    fn two(
        day_first: Option<i64>,
        month_first: Option<i64>,
        year_first: Option<i64>,
    ) -> Option<Self> {
        let any = day_first.or(month_first).or(year_first);
        any.map(|_| Self::Two { day_first, month_first, year_first })
    }

    /// Later by so many seconds, within the years 1 to 9999.
    fn later(self, seconds: i64) -> Option<Self> {
        let later = |at: i64| in_years(at + seconds);
        match self {
            Self::One(at) => later(at).map(Self::One),
            // A clock in the middle of a month is none.
            Self::Part(at) => (seconds == 0).then_some(Self::Part(at)),
            Self::Two { day_first, month_first, year_first } => Self::two(
                day_first.and_then(later),
                month_first.and_then(later),
                year_first.and_then(later),
            ),
        }
    }
}

/// What a text says; `None` where it is no date.
pub fn date_of(text: &str) -> Option<CellDate> {
    let text = without_apostrophe(text.trim());
    if text.len() > LONGEST {
        return None;
    }
    let first = *text.as_bytes().first()?;
    if let Some(part) = part_of_year(text) {
        return Some(CellDate::Part(part));
    }
    if let Some(western) = western(text) {
        return date_then_clock(&western);
    }
    if first.is_ascii_digit() {
        if let Some(date) = date_then_clock(text) {
            return Some(date);
        }
        if let Some(at) = epoch(text) {
            return Some(CellDate::One(at));
        }
        if let Some(date) = clock_then_date(text) {
            return Some(date);
        }
    } else if first == b'-' {
        return epoch(text).map(CellDate::One);
    } else {
        let rest = past_weekday(text);
        if rest.starts_with(|c: char| c.is_ascii_digit())
            && let Some(date) = date_then_clock(rest)
        {
            return Some(date);
        }
    }
    let lettered = text.bytes().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    if lettered { named(text) } else { None }
}

/// The text that a spreadsheet was told to leave alone: `'2010-12-01`.
pub fn without_apostrophe(text: &str) -> &str {
    let rest =
        text.strip_prefix('\'').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    rest.unwrap_or(text)
}

/// A Japanese or Taiwanese year as a western one: `令和5年2月1日` is `2023年2月1日`.
fn western(text: &str) -> Option<String> {
    let eras = [("令和", 2018), ("平成", 1988), ("昭和", 1925), ("民國", 1911), ("民国", 1911)];
    let (before, rest) = eras
        .into_iter()
        .find_map(|(era, before)| text.strip_prefix(era).map(|rest| (before, rest.trim_start())))?;
    let (year, rest) = match rest.strip_prefix('元') {
        Some(rest) => (1, rest),
        None => number(rest, 1, 3)?,
    };
    rest.starts_with('年').then(|| format!("{}{rest}", before + year))
}

/// The first day of a month, a quarter or a week that is all a cell says: `2023-02`, `02/2023`,
/// `2023年2月`, `Q1 2023`, `2023-Q1`, `1Q2023`, `2023W05`, `KW 5/2023`.
fn part_of_year(text: &str) -> Option<i64> {
    const MARKS: [char; 4] = ['-', '/', '.', ' '];
    if text.len() > 16 {
        return None;
    }
    let is_year = |year: i64| (1_900..=2_700).contains(&year);
    let first_of = |year: i64, month: i64| days(year, month, 1).filter(|_| is_year(year));
    let end = |rest: &str| rest.is_empty();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let quarter = |year: i64, quarter: i64| {
        (1..=4).contains(&quarter).then(|| first_of(year, quarter * 3 - 2)).flatten()
    };
    // Weeks of ISO 8601: the first one has the year's first Thursday.
    let week = |year: i64, week: i64| {
        let fourth = first_of(year, 1)? + 3;
        let monday = fourth - (fourth + 3).rem_euclid(7);
        (1..=53).contains(&week).then_some(monday + (week - 1) * 7)
    };
    let letters = |text: &str| text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let day = if digits == 4 {
        let (year, rest) = number(text, 4, 4)?;
        let bare = rest.trim_start_matches(MARKS);
        if let Some(month) = rest.strip_prefix(['年', '년']) {
            let (month, rest) = number(month.trim_start(), 1, 2)?;
            matches!(rest, "月" | "월" | "月份").then(|| first_of(year, month)).flatten()
        } else if let Some(rest) = bare.strip_prefix(['Q', 'q', 'T']) {
            let (number, rest) = number(rest, 1, 1)?;
            end(rest).then(|| quarter(year, number)).flatten()
        } else if let Some(rest) = bare.strip_prefix(['W', 'w']) {
            // The day of the week may follow.
            let (of, after) = number(rest, 2, 3)?;
            let of = if rest.len() - after.len() == 3 { of } else { of * 10 };
            let rest = after;
            let weekday = match rest.strip_prefix('-') {
                Some(rest) => number(rest, 1, 1).filter(|(_, rest)| end(rest))?.0,
                None if end(rest) => of % 10,
                None => return None,
            };
            let monday = week(year, of / 10)?;
            (weekday <= 7).then(|| monday + (weekday - 1).max(0))
        } else {
            let month = rest.strip_prefix(['-', '/', '.'])?;
            match number(month, 2, 3)? {
                // `2011-032`: the day of the year.
                (of, rest) if month.len() - rest.len() == 3 => {
                    let day = first_of(year, 1)? + of - 1;
                    let fits = end(rest) && of > 0 && text.as_bytes()[4] == b'-';
                    (fits && day < first_of(year + 1, 1)?).then_some(day)
                }
                (month, rest) => end(rest).then(|| first_of(year, month)).flatten(),
            }
        }
    } else if digits > 0 {
        let (of, rest) = number(text, 1, 2)?;
        let word = &rest[..letters(rest)];
        if matches!(word, "Q" | "q" | "T") {
            let rest = rest[1..].trim_start_matches(MARKS);
            let (year, rest) = number(rest, 4, 4)?;
            end(rest).then(|| quarter(year, of)).flatten()
        } else {
            let mark = rest.chars().next().filter(|mark| matches!(mark, '-' | '/' | '.'))?;
            let (year, rest) = number(&rest[1..], 4, 4)?;
            // `1.2010` is rather a number.
            (end(rest) && (mark != '.' || digits == 2)).then(|| first_of(year, of)).flatten()
        }
    } else {
        let word = &text[..letters(text)];
        let (of, rest) = number(text[word.len()..].trim_start_matches(['-', ' ']), 1, 2)?;
        let (year, rest) = number(rest.trim_start_matches(MARKS), 4, 4)?;
        match word.to_ascii_lowercase().as_str() {
            "q" | "t" if end(rest) => quarter(year, of),
            "w" | "kw" | "cw" | "wk" | "week" if end(rest) => week(year, of),
            _ => None,
        }
    };
    day.map(|day| day * DAY)
}

/// `2010-12-01T08:26`, `1.12.10 8:26`, `20101201 0826`, `2010年12月1日 8:26`.
fn date_then_clock(text: &str) -> Option<CellDate> {
    let (date, rest, year_first) = day_at_start(text)?;
    date.later(clock_behind(rest, year_first)?)
}

/// `8:26 1.12.2010`.
fn clock_then_date(text: &str) -> Option<CellDate> {
    let (seconds, rest) = at_start(text, false)?;
    let rest = past_zones(rest).trim_start_matches([',', '-', ' ']);
    let (date, rest, _) = day_at_start(rest)?;
    if rest.trim().is_empty() { date.later(seconds) } else { None }
}

/// The date of digits at the start of a text, what follows, and whether the year came first.
fn day_at_start(text: &str) -> Option<(CellDate, &str, bool)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let mark = text[length..].chars().next();
    match (length, mark) {
        (7 | 8, None) => eight(text).map(|date| (date, "", false)),
        (_, None) => digits_alone(text).map(|at| (CellDate::One(at), "", false)),
        (4, Some(mark @ ('-' | '/' | '.' | ' '))) => {
            let (year, rest) = number(text, 4, 4)?;
            let (month, rest) = number(after(rest, mark)?, 1, 2)?;
            let (day, rest) = number(after(rest, mark)?, 1, 2)?;
            let rest = rest.strip_prefix('.').filter(|_| mark == '.').unwrap_or(rest);
            Some((CellDate::One(days(year, month, day)? * DAY), rest, true))
        }
        (4, Some('年' | '년')) => {
            let (year, rest) = number(text, 4, 4)?;
            let (month, rest) = number(rest.get('年'.len_utf8()..)?.trim_start(), 1, 2)?;
            let rest = rest.strip_prefix(['月', '월'])?;
            let (day, rest) = number(rest.trim_start(), 1, 2)?;
            let rest = rest.strip_prefix(['日', '号', '號', '일'])?;
            Some((CellDate::One(days(year, month, day)? * DAY), rest, false))
        }
        (1 | 2, Some(mark @ ('-' | '/' | '.' | ' '))) => {
            let (first, rest) = number(text, 1, 2)?;
            let (second, rest) = number(after(rest, mark)?, 1, 2)?;
            let third = after(rest, mark)?;
            let (year, rest) = match number(third, 1, 2) {
                Some((year, rest)) => (full_year(year), rest),
                None => number(third, 4, 4)?,
            };
            let digits = third.len() - rest.len();
            let rest = rest.strip_prefix('.').filter(|_| mark == '.').unwrap_or(rest);
            let read = |day, month| days(year, month, day).map(|day| day * DAY);
            let (day_first, month_first) = match digits {
                // A year has two digits or four.
                1 => (None, None),
                _ => (read(first, second), read(second, first)),
            };
            let by_year = || days(full_year(first), second, year % 100).map(|day| day * DAY);
            let year_first = if length == 2 && digits < 3 { by_year() } else { None };
            Some((CellDate::two(day_first, month_first, year_first)?, rest, false))
        }
        (8, Some(mark)) if !matches!(mark, '.' | 'e' | 'E') => {
            Some((eight(&text[..8])?, &text[8..], false))
        }
        _ => None,
    }
}

/// `YYYYMMDD`, else `DDMMYYYY` or `MMDDYYYY` of the years 1900 to 2100, of which a spreadsheet may
/// have dropped the first zero.
fn eight(digits: &str) -> Option<CellDate> {
    if digits.len() == 8
        && let Some(at) = digits_alone(digits)
    {
        return Some(CellDate::One(at));
    }
    let number: i64 = digits.parse().ok()?;
    let (first, second, year) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    let read = |day, month| {
        days(year, month, day).filter(|_| (1_900..=2_100).contains(&year)).map(|day| day * DAY)
    };
    CellDate::two(read(first, second), read(second, first), None)
}

/// What a text of six digits is as `YYMMDD`, `DDMMYY`, `MMDDYY` and as the month `YYYYMM`; `None`
/// for any other text. Only a whole column tells which.
pub fn six_digits(text: &str) -> Option<[Option<i64>; 4]> {
    let text = without_apostrophe(text.trim());
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    let (a, b, c) = (number / 10_000, number / 100 % 100, number % 100);
    let read = |year, month, day| days(full_year(year), month, day).map(|day| day * DAY);
    let year = number / 100;
    let month = days(year, c, 1).filter(|_| (1_900..=2_100).contains(&year)).map(|day| day * DAY);
    Some([read(a, b, c), read(c, b, a), read(c, a, b), month])
}

/// What follows a mark; behind a point there may be blanks.
fn after(text: &str, mark: char) -> Option<&str> {
    let rest = text.strip_prefix(mark)?;
    Some(if mark == '.' { rest.trim_start() } else { rest })
}

/// Seconds of the clock behind a date: the whole rest of a cell; 0 where nothing follows.
fn clock_behind(text: &str, year_first: bool) -> Option<i64> {
    let Some(first) = text.chars().next() else { return Some(0) };
    if year_first && matches!(first, 'Z' | 'z' | '+') && past_zones(text).is_empty() {
        return Some(0);
    }
    let rest = match first {
        'T' | 't' | '_' | ':' => &text[1..],
        // `2010-12-01-05:00` may be a zone or a clock, `2010-12-01-08.26.00` is a clock.
        '-' if text.len() >= 7 => &text[1..],
        ',' => &text[1..],
        _ if first.is_whitespace() => {
            let rest = text.trim_start();
            rest.strip_prefix("- ").unwrap_or(rest)
        }
        // `1日(水)`
        '(' => text,
        // `1日8:26`
        _ if !first.is_ascii() || text.starts_with(|c: char| c.is_ascii_digit()) => text,
        _ => return None,
    };
    let mut rest = rest.trim_start();
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        let before = rest;
        rest = past_weekday(rest);
        let is_weekday = rest.len() < before.len();
        let word = leading_word(rest);
        if DateWord::of(word) == Some(DateWord::Filler) {
            rest = rest[word.len()..].trim_start();
        }
        if rest.is_empty() && (first.is_whitespace() || is_weekday) {
            return Some(0);
        }
    }
    // `2014-12-06 02`: the hour alone.
    if year_first && first.is_whitespace() && rest.len() == 2 {
        let hour: i64 = rest.parse().ok()?;
        return (0..24).contains(&hour).then_some(hour * 3_600);
    }
    let (seconds, rest) = at_start(rest, true).or_else(|| compact_at_start(rest))?;
    past_zones(rest).is_empty().then_some(seconds)
}

/// A date that names its month.
fn named(text: &str) -> Option<CellDate> {
    named_month(text).map(|found| match found {
        NamedDate::Time(at) => CellDate::One(at),
        NamedDate::Month(at) => CellDate::Part(at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: i64 = 14_944 * DAY;
    /// 2010-12-01 08:26:00.
    const AT: i64 = DATE + 8 * 3_600 + 26 * 60;

    #[test]
    fn what_cannot_be_taken_for_anything_else() {
        for text in [
            "2010-12-01 08:26:00",
            "2010-12-01T08:26",
            "2010-12-01t08:26:00z",
            "2010-12-01T08:26:00.123456789Z",
            "2010-12-01T08:26:00,5+02:00",
            "2010-12-01 08:26:00 UTC",
            "2010-12-01 08:26:00 +0200",
            "2010-12-01 08:26:00 CET",
            "2010-12-01 08:26:00 Europe/Berlin",
            "2010-12-01T08:26:00+01:00[Europe/Berlin]",
            "2010-12-1 8:26",
            "2010-12-01T0826",
            "2010-12-01-08.26.00.000000",
            "2010-12-01_08:26:00",
            "2010-12-01 8:26 AM",
            "2010/12/1 8:26",
            "2010.12.01 08:26",
            "2010. 12. 1. 8:26",
            "2010. 12. 01. 오전 8:26:00",
            "20101201T082600Z",
            "20101201T0826",
            "20101201 08:26:00",
            "20101201-082600",
            "20101201082600",
            "201012010826",
            "2010年12月1日 08:26:00",
            "2010年12月1日8时26分",
            "2010年12月1日 上午8:26",
            "2010년 12월 1일 8시 26분",
            "1291191960",
            "1291191960.5",
            "1.291191960E9",
            "1291191960000",
            "1291191960000000",
            "1291191960000000000",
            "Wed, 2010-12-01 08:26",
            "2010-12-01 (Wed) 08:26",
            " 2010-12-01\u{a0}08:26 ",
        ] {
            assert_eq!(date_of(text), Some(CellDate::One(AT)), "{text}");
        }
        for text in [
            "2010-12-01",
            "2010/12/01",
            "2010.12.1",
            "2010-12-01Z",
            "2010-12-01+02:00",
            "20101201",
            "20101201.0",
            "2010年12月01日",
            "Wed 2010-12-01",
            "2010-11-30T24:00:00",
        ] {
            assert_eq!(date_of(text), Some(CellDate::One(DATE)), "{text}");
        }
    }

    #[test]
    fn an_hour_alone_behind_a_date_is_its_clock() {
        for (text, hours) in [("2010-12-01 00", 0), ("2010-12-01 08", 8), ("2010/12/01 23", 23)] {
            assert_eq!(date_of(text), Some(CellDate::One(DATE + hours * 3_600)), "{text}");
        }
    }

    #[test]
    fn months_by_name() {
        for text in [
            "1 Dec 2010 8:26",
            "1 de diciembre de 2010 08:26 hs.",
            "1. Dezember 2010 8:26 Uhr",
            "01-Dec-10 08:26",
            "01-DEC-10 08.26.00.000000 AM",
            "01-Dec-2010 8:26:00 AM",
            "Dec 1, 2010 8:26 AM",
            "Dec 1, 2010, 8:26:00\u{202f}AM",
            "December 1st, 2010 at 8:26 a.m.",
            "Dec  1 2010  8:26:00:000AM",
            "Wed, 01 Dec 2010 08:26:00 +0000",
            "Wed, 1 Dec 2010 08:26:00 GMT",
            "Wed Dec  1 08:26:00 UTC 2010",
            "Wed Dec 01 08:26:00 +0000 2010",
            "Wed Dec 01 2010 08:26:00 GMT+0100 (Central European Standard Time)",
            "Wednesday, December 1, 2010 8:26 AM",
            "01/Dec/2010:08:26:00 +0000",
            "2010-Dec-01T08:26:00",
            "2010 Dec 1 08:26",
            "1. Dezember 2010 08:26 Uhr",
            "Mittwoch, 1. Dezember 2010 um 08:26 Uhr",
            "1er décembre 2010 8h26",
            "mer. 1 déc. 2010 à 08:26",
            "1 de diciembre de 2010, 8:26 a. m.",
            "1 de dezembro de 2010 08:26",
            "1 dez 2010 às 08:26",
            "08:26 1 Dec 2010",
        ] {
            assert_eq!(date_of(text), Some(CellDate::One(AT)), "{text}");
        }
        for text in
            ["01-Dec-10", "Dec 1, 2010", "1 Dec '10", "2010-dec-01", "DEC 01 2010", "1º dez. 2010"]
        {
            assert_eq!(date_of(text), Some(CellDate::One(DATE)), "{text}");
        }
        let march = days(2011, 3, 1).map(|day| CellDate::One(day * DAY));
        for text in ["Mar 1, 2011", "1-Mar-11", "1. März 2011", "mar 1 mars 2011"] {
            assert_eq!(date_of(text), march, "{text}");
        }
        assert_eq!(date_of("01-Dec-69"), days(1969, 12, 1).map(|day| CellDate::One(day * DAY)));
    }

    #[test]
    fn two_numbers_are_read_both_ways() {
        let both = |seconds: i64| {
            let day = |month, day| days(2010, month, day).map(|day| day * DAY + seconds);
            Some((day(12, 1), day(1, 12)))
        };
        let date_of = |text: &str| match date_of(text) {
            Some(CellDate::Two { day_first, month_first, .. }) => Some((day_first, month_first)),
            _ => None,
        };
        for text in [
            "1/12/2010",
            "01.12.2010",
            "1-12-2010",
            "1/12/10",
            "01.12.10",
            "1. 12. 2010",
            "01.12.2010.",
            "Wed 1/12/2010",
        ] {
            assert_eq!(date_of(text), both(0), "{text}");
        }
        for text in [
            "1/12/2010 8:26",
            "01/12/10 8:26",
            "01.12.2010 08:26:00",
            "01.12.2010 08.26",
            "01.12.2010 um 08:26 Uhr",
            "1/12/2010 8:26 AM",
            "1/12/2010, 8:26:00 AM",
            "1/12/2010 at 8:26 am",
            "1/12/2010 à 08:26",
            "01/12/2010 - 08:26",
            "01-12-2010 08:26:00 UTC",
            "01/12/2010T08:26:00Z",
            "Wed, 1/12/2010 8:26 AM",
            "08:26 01/12/2010",
            "8:26 AM 1/12/2010",
        ] {
            assert_eq!(date_of(text), both(AT - DATE), "{text}");
        }
        let only = |day_first, month_first| Some((day_first, month_first));
        let christmas = days(2011, 12, 25).map(|day| day * DAY);
        assert_eq!(date_of("25/12/2011"), only(christmas, None));
        assert_eq!(date_of("12/25/11"), only(None, christmas));
    }

    #[test]
    fn months_quarters_and_weeks_are_their_first_day() {
        let part = |(year, month, day)| days(year, month, day).map(|day| CellDate::Part(day * DAY));
        for (texts, date) in [
            (
                "2023-02|02/2023|2/2023|02.2023|2023/02|Feb 2023|Feb-23|2023年2月|Februar 2023|feb. 2023",
                (2023, 2, 1),
            ),
            ("Q2 2023|2023-Q2|2023Q2|2Q2023|Q2/2023|2023 Q2", (2023, 4, 1)),
            ("2023W05|2023-W05|W05 2023|KW 5/2023|2023-W05-1|2023W051", (2023, 1, 30)),
            ("2023-W05-7", (2023, 2, 5)),
            ("2009W53", (2009, 12, 28)),
            ("2011-032", (2011, 2, 1)),
        ] {
            for text in texts.split('|') {
                assert_eq!(date_of(text), part(date), "{text}");
            }
        }
    }

    #[test]
    fn years_may_come_first_with_two_digits_or_in_another_era() {
        let day = |year, month, day| days(year, month, day).map(|day| day * DAY);
        assert_eq!(
            date_of("11/03/01"),
            CellDate::two(day(2001, 3, 11), day(2001, 11, 3), day(2011, 3, 1))
        );
        assert_eq!(
            date_of("99-03-14 10:00"),
            CellDate::two(None, None, day(1999, 3, 14).map(|at| at + 36_000))
        );
        assert_eq!(date_of("23/3/4"), CellDate::two(None, None, day(2023, 3, 4)));
        let one = day(2023, 2, 1).map(CellDate::One);
        for text in [
            "令和5年2月1日",
            "平成35年2月1日",
            "民國112年2月1日",
            "2023年2月1日(水)",
            "'2023-02-01",
            "2023 02 01",
            "1 lutego 2023",
            "1 февраля 2023 г.",
            "1 Şubat 2023",
            "1. února 2023",
        ] {
            assert_eq!(date_of(text), one, "{text}");
        }
        assert_eq!(date_of("15022023"), CellDate::two(day(2023, 2, 15), None, None));
        assert_eq!(date_of("1022023"), CellDate::two(day(2023, 2, 1), day(2023, 1, 2), None));
        assert_eq!(date_of("20230201"), one);
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "?",
            "yesterday",
            "2011-02-29",
            "2011-13-01",
            "2011-01-01 25:00",
            "12",
            "2025-02-??",
            "1/2-2011",
            "1/2/3",
            "1/2/111",
            "13/13/2011",
            "32.1.2011",
            "40513.35139",
            "1.5",
            "3,50",
            "NULL",
            "0000-00-00",
            "2010-13",
            "Dec 10",
            "Q5 2023",
            "2023W54",
            "2011-366",
            "201012",
            "13132010",
            "1 Dec",
            "1 Foo 2010",
            "1 Dec 2010 x",
            "1 Dec Jan 2010",
            "1 2 Dec 2010",
            "2010-12-01-05:00",
            "2010-12-01 24",
            "1.12.2010 08",
            "2010-12-01 08:26 foo",
            "2010-12-01x",
            "10000-01-01",
            "0000-01-01",
            "9999-12-31T24:00",
            "08:26",
            "8:26 PM",
            "S0",
            "CA-2018-152156",
            "85123A",
            "71053.0",
            "1 de",
            "+",
            "年",
            "2010年",
            "2010年1",
        ] {
            assert_eq!(date_of(text), None, "{text}");
        }
        assert_eq!(date_of(&format!("2010-12-01{}", " ".repeat(50) + &"x".repeat(100))), None);
    }

    #[test]
    fn any_text_is_read_or_not_but_never_breaks() {
        let pieces = [
            "1", "12", "2010", "-", "/", ".", ":", " ", "T", "é", "年", "Dec", "AM", "a.", "+",
            "(", "日", "’", "Z", "上午", "e", "分",
        ];
        let mut state = 7u64;
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..8 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text += pieces[(state >> 33) as usize % pieces.len()];
            }
            let _ = date_of(&text);
        }
    }
}
