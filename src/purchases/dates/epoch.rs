//! Dates that are numbers alone: `20101201`, seconds and their parts since 1970, Excel's days.

use super::calendar::{DAY, days, in_years};

/// What a text of digits alone stands for, in seconds since 1970-01-01T00:00:00.
///
/// By its length: `YYYYMMDD` (8), seconds (9, 10), milliseconds (11 to 13), `YYYYMMDDHHMMSS`
/// (14), microseconds (15, 16), `YYYYMMDDHHMMSSmmm` (17), nanoseconds (18, 19). Twelve digits
/// are `YYYYMMDDHHMM` where that is a minute from 1970 to 2099: as milliseconds they would lie
/// in 1976.
pub fn digits_alone(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        8 | 14 | 17 => compact(digits),
        // Hours of the day, as web statistics write them: as seconds they would lie beyond 2033.
        10 if digits.starts_with("20") => compact(digits).or_else(|| since_1970(digits)),
        12 => compact(digits)
            .filter(|_| ("1970".."2100").contains(&&digits[..4]))
            .or_else(|| since_1970(digits)),
        _ => since_1970(digits),
    }
}

/// `YYYYMMDD[HHMM[SS[mmm]]]`, of ASCII digits.
fn compact(digits: &str) -> Option<i64> {
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |d| d.parse().ok());
    let day = days(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
    let (hour, minute, second): (i64, i64, i64) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    (hour < 24 && minute < 60 && second < 60)
        .then(|| day * DAY + hour * 3_600 + minute * 60 + second)
}

/// How many of the unit that so many digits stand for make a second.
fn per_second(digits: usize) -> Option<i128> {
    match digits {
        9 | 10 => Some(1),
        11..=13 => Some(1_000),
        15 | 16 => Some(1_000_000),
        18 | 19 => Some(1_000_000_000),
        _ => None,
    }
}

fn since_1970(digits: &str) -> Option<i64> {
    let number: i128 = digits.parse().ok()?;
    in_years(i64::try_from(number / per_second(digits.len())?).ok()?)
}

/// A number of seconds, milli-, micro- or nanoseconds since 1970, told apart by the number of
/// its digits; perhaps below 0, with a fraction (`1291191960.5`) or a power (`1.291191960E9`).
/// A power with `+` is how spreadsheets print what they have rounded: it has to show every
/// digit down to the second.
pub fn epoch(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let (whole, part) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() + part.len() > 40 || !digits(whole) || !digits(part) {
        return None;
    }
    if mantissa.len() > whole.len() && part.is_empty()
        || text.len() > mantissa.len() && power.is_empty()
    {
        return None;
    }
    let rounded = power.starts_with('+');
    let shift: usize =
        if power.is_empty() { 0 } else { power.parse().ok().filter(|&p| p <= 18)? };
    let length = whole.len() + shift;
    if shift == 0 && part.bytes().all(|b| b == b'0') && !negative {
        return digits_alone(whole);
    }
    let per_second = per_second(length).filter(|_| !whole.starts_with('0'))?;
    let mut number: i128 = 0;
    let mut shown = whole.bytes().chain(part.bytes());
    for _ in 0..length {
        number = number * 10 + i128::from(shown.next().unwrap_or(b'0') - b'0');
    }
    let seconds_digits = length - per_second.ilog10() as usize;
    if rounded && whole.len() + part.len() < seconds_digits {
        return None;
    }
    // Below 0 the second began earlier.
    let number = match negative {
        true => -number - i128::from(shown.any(|b| b != b'0')),
        false => number,
    };
    in_years(i64::try_from(number.div_euclid(per_second)).ok()?)
}

/// Days from 1899-12-30, Excel's count, to 1970-01-01.
const EXCEL_TO_1970: i64 = 25_569;

/// A number of days since 1899-12-30 as spreadsheets count them (`40513.35139`, 1 to 7 digits
/// before the mark), in seconds since 1970-01-01T00:00:00, to the nearest second.
pub fn serial(text: &str) -> Option<i64> {
    let (whole, part) = match text.split_once(['.', ',']) {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !(1..=7).contains(&whole.len()) || part.len() > 40 || !digits(whole) || !digits(part) {
        return None;
    }
    let day: i64 = whole.parse().ok().filter(|&day| day > 0)?;
    let part = part.get(..15).unwrap_or(part);
    let scale = 10i64.pow(part.len() as u32);
    let fraction = if part.is_empty() { 0 } else { part.parse::<i64>().ok()? };
    let seconds = i128::from(fraction) * i128::from(DAY) * 2 + i128::from(scale);
    let seconds = i64::try_from(seconds / (2 * i128::from(scale))).ok()?;
    in_years((day - EXCEL_TO_1970) * DAY + seconds)
}

/// Whether a number of days is one that a spreadsheet of purchases would hold: 20000 to 80000,
/// 1954 to 2119.
pub fn is_usual_serial(seconds: i64) -> bool {
    (20_000..80_000).contains(&(seconds.div_euclid(DAY) + EXCEL_TO_1970))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2010-12-01 08:26:00.
    const AT: i64 = 14_944 * DAY + 8 * 3_600 + 26 * 60;

    #[test]
    fn digits_by_their_number() {
        for (text, seconds) in [
            ("20101201", Some(14_944 * DAY)),
            ("201012010826", Some(AT)),
            ("20101201082600", Some(AT)),
            ("20101201082600123", Some(AT)),
            ("1291191960", Some(AT)),
            ("999999999", Some(999_999_999)),
            ("1291191960999", Some(AT)),
            ("1291191960000000", Some(AT)),
            ("1291191960000000000", Some(AT)),
            ("999999999999", Some(999_999_999)),
            ("210012010826", Some(210_012_010)),
            ("20101301", None),
            ("20101201240000", None),
            ("1234567", None),
            ("0", None),
            ("12345678901234567890", None),
            ("9999999999999999999", Some(9_999_999_999)),
        ] {
            assert_eq!(digits_alone(text), seconds, "{text}");
        }
    }

    #[test]
    fn epochs_with_fractions_and_powers() {
        for text in [
            "1291191960",
            "1291191960.5",
            "1291191960,5",
            "1291191960.000",
            "1291191960123.75",
            "1.291191960E9",
            "1.29119196E9",
            "1.29119196e09",
            "1.291191960e+09",
            "1.291191960E+12",
            "1.291191960123E12",
            "12.91191960E8",
            "1.29119196E15",
            "20101201082600.0",
        ] {
            assert_eq!(epoch(text), Some(AT), "{text}");
        }
        assert_eq!(
            (epoch("-86400000000"), epoch("-100000000.5")),
            (Some(-86_400_000), Some(-100_000_001))
        );
        for text in [
            "1.29119E+9",
            "1.29E+12",
            "1.5",
            "12345678",
            "1e400",
            "1.2e",
            "1.e9",
            "e9",
            "-",
            "",
            "0291191960.5",
            "1291191960.5.5",
            "1,291,191,960",
            "1.2e-9",
            "12911919600.5E9",
        ] {
            assert_eq!(epoch(text).filter(|_| text != "12345678"), None, "{text}");
        }
    }

    #[test]
    fn serials_are_days_to_the_second() {
        for text in
            ["40513.35139", "40513,35139", "40513.351388888889", "40513.3513888888888888888"]
        {
            assert_eq!(serial(text), Some(AT), "{text}");
        }
        assert_eq!(serial("40513"), Some(14_944 * DAY));
        assert_eq!(serial("40513.999999"), Some(14_945 * DAY));
        assert_eq!(serial("2958465"), Some(2_932_896 * DAY));
        for text in [
            "",
            "0",
            "0.5",
            "2958466",
            "2958465.9999999",
            "40513.",
            "-40513",
            "12345678",
            "4e4",
            "4.5.1",
        ] {
            assert_eq!(serial(text), None, "{text}");
        }
        assert!(
            is_usual_serial(AT)
                && !is_usual_serial(-20_000 * DAY)
                && !is_usual_serial(60_000 * DAY)
        );
    }
}
