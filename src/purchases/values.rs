//! Numbers and times from text.

/// The largest quantity that is read, in size.
const MOST_UNITS: i64 = 1_000_000_000_000;

/// A decimal number, exactly: `digits / 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// Reads `1234`, `1,234.50`, `-0.5`, `+3`, `1e3` and, with `money`, `£1.50`, `$ 2`
    /// or `€3`. Commas must part groups of three digits. `None` for anything else, and
    /// beyond 18 digits before or after the point.
    pub(super) fn read(text: &str, money: bool) -> Option<Self> {
        let mut text = text.trim();
        let mut negative = false;
        let mut signed = false;
        loop {
            let first = text.chars().next()?;
            match first {
                '-' | '+' | '\u{2212}' if !signed => {
                    signed = true;
                    negative = first != '+';
                }
                '£' | '$' | '€' if money => {}
                _ => break,
            }
            text = text[first.len_utf8()..].trim_start();
            if matches!(first, '£' | '$' | '€') {
                if !signed && let Some(rest) = text.strip_prefix('-') {
                    negative = true;
                    text = rest;
                }
                break;
            }
        }
        let (number, power) = match text.split_once(['e', 'E']) {
            None => (text, 0),
            Some((number, power)) => (number, power.parse::<i32>().ok().filter(|p| (-18..=18).contains(p))?),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let grouped = whole.contains(',');
        if grouped {
            let mut groups = whole.split(',');
            let first = groups.next()?;
            if first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3) {
                return None;
            }
        }
        let part = part.trim_end_matches('0');
        let mut digits: i128 = 0;
        let mut length = 0;
        for byte in whole.bytes().chain(part.bytes()) {
            match byte {
                b'0'..=b'9' => {
                    digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                    length += u32::from(digits != 0);
                }
                b',' if grouped => {}
                _ => return None,
            }
        }
        if part.bytes().any(|b| !b.is_ascii_digit()) || length > 30 || part.len() > 18 {
            return None;
        }
        let mut places = part.len() as i32 - power;
        if places < 0 {
            digits = digits.checked_mul(10i128.checked_pow(places.unsigned_abs())?)?;
            places = 0;
        }
        Some(Self { digits: if negative { -digits } else { digits }, places: places as u32 })
    }

    /// As a whole number of units, at most 10¹² in size; `1.0` is 1, `1.5` is none.
    pub(super) fn units(self) -> Option<i64> {
        let scale = 10i128.checked_pow(self.places)?;
        let whole = (self.digits % scale == 0).then(|| self.digits / scale)?;
        i64::try_from(whole).ok().filter(|n| n.abs() <= MOST_UNITS)
    }

    /// Whether it is above 0.
    pub(super) fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// `quantity` times this in cents, halves rounded away from 0; `None` on overflow.
    pub(super) fn cents(self, quantity: i64) -> Option<i64> {
        let scale = 10i128.checked_pow(self.places)?;
        let hundred_fold = self.digits.checked_mul(100)?.checked_mul(i128::from(quantity))?;
        let (cents, rest) = (hundred_fold / scale, hundred_fold % scale);
        let away = if rest.unsigned_abs() * 2 >= scale.unsigned_abs() { hundred_fold.signum() } else { 0 };
        i64::try_from(cents + away).ok()
    }
}

/// How a file writes days with slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlashOrder {
    /// M/D/YYYY: the usual reading.
    MonthFirst,
    /// D/M/YYYY: where every date of the file fits it and not every one fits M/D/YYYY.
    DayFirst,
}

/// The order for all dates of a file: month first, unless some date is only possible
/// with the day first and none is only possible with the month first.
pub(super) fn slash_order<'a>(texts: impl Iterator<Item = &'a str>) -> SlashOrder {
    let mut day_first = false;
    for text in texts {
        let text = text.trim();
        if !text.contains('/') {
            continue;
        }
        match (time(text, SlashOrder::MonthFirst), time(text, SlashOrder::DayFirst)) {
            (None, Some(_)) => day_first = true,
            (Some(_), None) => return SlashOrder::MonthFirst,
            _ => {}
        }
    }
    if day_first { SlashOrder::DayFirst } else { SlashOrder::MonthFirst }
}

/// Seconds since 1970-01-01T00:00:00 of the wall clock that `text` shows: an ISO date or
/// date-time (with `T` or a space, seconds and their fraction optional; a `Z` or offset is
/// passed over, so that the local time stays), M/D/YYYY or D/M/YYYY by `order` with an
/// optional H:MM[:SS] [AM|PM], YYYYMMDD, or a whole number of seconds (9 or 10 digits) or
/// milliseconds (11 to 13) since 1970. Years 1 to 9999.
pub(super) fn time(text: &str, order: SlashOrder) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() >= 9 && digits.len() <= 13 && digits.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return Some(if digits.len() > 10 { number.div_euclid(1_000) } else { number });
    }
    if digits.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(days(number(&text[..4], 4, 4)?, number(&text[4..6], 2, 2)?, number(&text[6..], 2, 2)?)? * 86_400);
    }
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim())),
        None => (text, None),
    };
    let (year, month, day) = if date.contains('/') {
        let mut parts = date.split('/');
        let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        if a.len() == 4 {
            (number(a, 4, 4)?, number(b, 1, 2)?, number(c, 1, 2)?)
        } else {
            let (first, second) = (number(a, 1, 2)?, number(b, 1, 2)?);
            let (month, day) = if order == SlashOrder::MonthFirst { (first, second) } else { (second, first) };
            (number(c, 4, 4)?, month, day)
        }
    } else {
        let mut parts = date.split('-');
        let parts = (parts.next()?, parts.next()?, parts.next()?, parts.next());
        if parts.3.is_some() {
            return None;
        }
        (number(parts.0, 4, 4)?, number(parts.1, 1, 2)?, number(parts.2, 1, 2)?)
    };
    Some(days(year, month, day)? * 86_400 + clock.map_or(Some(0), clock_seconds)?)
}

/// `8:26`, `08:26:00`, `08:26:00.123`, `8:26 PM`, with a `Z` or offset passed over.
fn clock_seconds(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let (clock, noon) =
        match lower.strip_suffix("pm").map(|c| (c, Some(12))).or(lower.strip_suffix("am").map(|c| (c, Some(0)))) {
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
                _ => matches!(offset.len(), 2 | 4 | 5) && offset.bytes().all(|b| b.is_ascii_digit() || b == b':'),
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
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Option<i64> {
        Decimal::read(text, false).and_then(Decimal::units)
    }

    fn cents(text: &str, quantity: i64) -> Option<i64> {
        Decimal::read(text, true).and_then(|price| price.cents(quantity))
    }

    #[test]
    fn quantities() {
        for (text, value) in [
            ("6", 6),
            ("1.0", 1),
            ("-12", -12),
            ("+3", 3),
            ("1,234", 1_234),
            ("1,234,567.00", 1_234_567),
            ("1e3", 1_000),
        ] {
            assert_eq!(units(text), Some(value), "{text}");
        }
        for text in
            ["", "1.5", "12,34", ",123", "(5)", "six", "1e13", "--1", "1.2.3", "£5", ".", "1,2345", "0x10", "nan"]
        {
            assert_eq!(units(text), None, "{text}");
        }
    }

    #[test]
    fn cents_are_exact_and_halves_go_away_from_zero() {
        assert_eq!(cents("2.55", 6), Some(1_530));
        assert_eq!(cents("0.005", 1), Some(1));
        assert_eq!(cents("0.005", -1), Some(-1));
        assert_eq!(cents("0.0049", 1), Some(0));
        assert_eq!(cents("1.005", 1), Some(101));
        assert_eq!(cents("£1,000.50", 2), Some(200_100));
        assert_eq!(cents("-£2", 1), Some(-200));
        assert_eq!(cents("€ 3", 1), Some(300));
        assert_eq!(cents("$-3", 1), Some(-300));
        assert_eq!(cents("99999999999999999", 1_000_000), None);
    }

    #[test]
    fn times() {
        let at = |text| time(text, SlashOrder::MonthFirst);
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
    fn the_day_comes_first_only_where_all_dates_allow_it() {
        let order = |texts: &[&str]| slash_order(texts.iter().copied());
        assert_eq!(order(&["1/2/2011", "3/4/2011"]), SlashOrder::MonthFirst);
        assert_eq!(order(&["1/2/2011", "25/12/2011"]), SlashOrder::DayFirst);
        assert_eq!(order(&["25/12/2011", "12/25/2011"]), SlashOrder::MonthFirst);
        assert_eq!(time("25/12/2011", SlashOrder::DayFirst), time("2011-12-25", SlashOrder::MonthFirst));
    }
}
