//! The clock of a day as text: `8:26`, `08:26:00.5 PM`; zones after it are passed over.

use super::calendar::DAY;
use super::words::past_zones;

/// Seconds of the day, if the whole text is a clock: `08:26`, `8:26:00 PM`, `8h26`, `8 AM`, and
/// `0 days 08:26:00` as pandas prints it. `24:00` is 86,400.
pub fn clock(text: &str) -> Option<i64> {
    let text = text.trim();
    let (seconds, rest) = at_start(text.strip_prefix("0 days ").unwrap_or(text), false)?;
    past_zones(rest).is_empty().then_some(seconds)
}

/// A clock in a column of its own: as [`clock`], and `HHMMSS` or `HHMM` without marks (zeros at
/// the beginning may be lost), or the hour alone.
pub fn clock_cell(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return clock(text);
    }
    let number: i64 = text.parse().ok()?;
    let (hour, minute, second) = match text.len() {
        1 | 2 => (number, 0, 0),
        3 | 4 => (number / 100, number % 100, 0),
        _ => (number / 10_000, number / 100 % 100, number % 100),
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
}

/// The number at the start of a text that begins with `fewest` to `most` digits and no more,
/// and what follows.
pub fn number(text: &str, fewest: usize, most: usize) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    if (fewest..=most).contains(&length) { Some((digits.parse().ok()?, rest)) } else { None }
}

/// The first of several words at the start of a text, and what follows.
fn past<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| text.strip_prefix(word))
}

/// Noon in hours, for a clock of the afternoon; and what follows `AM`, `p.m.`, `a. m.`
fn half_day(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start();
    let noon = match text.as_bytes().first()? {
        b'a' | b'A' => 0,
        b'p' | b'P' => 12,
        _ => return None,
    };
    let rest = &text[1..];
    let rest = rest.strip_prefix('.').map_or(rest, str::trim_start);
    let rest = rest.strip_prefix(['m', 'M'])?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    (!rest.starts_with(char::is_alphanumeric)).then_some((noon, rest))
}

/// What Chinese, Japanese and Korean write before the hour.
fn half_day_before(text: &str) -> Option<(i64, &str)> {
    if text.is_ascii() {
        return None;
    }
    past(text, &["上午", "午前", "오전"])
        .map(|rest| (0, rest))
        .or_else(|| past(text, &["下午", "午後", "오후"]).map(|rest| (12, rest)))
        .map(|(noon, rest)| (noon, rest.trim_start()))
}

/// What follows a fraction of a second: `.123`, `,5`, or the `:123` of SQL Server.
fn past_fraction(text: &str) -> &str {
    let Some(part) = text.strip_prefix(['.', ',', ':']) else { return text };
    let length = part.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 || text.starts_with(':') && length != 3 { text } else { &part[length..] }
}

/// Hour, minute, second.
type Fields = (i64, i64, i64);

/// The numbers of a clock and what follows; without minutes only the hour is there.
fn fields(text: &str, dots: bool) -> Option<(Fields, bool, &str)> {
    let (hour, rest) = number(text, 1, 2)?;
    let mark = match rest.chars().next() {
        Some(mark @ ':') => mark,
        Some(mark @ '.') if dots => mark,
        Some('h' | 'H') => {
            let (minute, rest) = number(&rest[1..], 2, 2)?;
            return Some(((hour, minute, 0), true, rest));
        }
        Some('时' | '時' | '点' | '點' | '시') => return eastern(hour, rest),
        _ => return Some(((hour, 0, 0), false, rest)),
    };
    let (minute, rest) = number(&rest[1..], 2, 2)?;
    match rest.strip_prefix(mark) {
        None => Some(((hour, minute, 0), true, rest)),
        Some(rest) => {
            let (second, rest) = number(rest, 2, 2)?;
            Some(((hour, minute, second), true, past_fraction(rest)))
        }
    }
}

/// `8时26分0秒` from the mark of the hour on.
fn eastern(hour: i64, text: &str) -> Option<(Fields, bool, &str)> {
    let mut rest = past(text, &["时", "時", "点", "點", "시"])?.trim_start();
    let mut parts = [0; 2];
    for (part, marks) in parts.iter_mut().zip([["分", "분"], ["秒", "초"]]) {
        if let Some((value, after)) = number(rest, 1, 2) {
            (*part, rest) = (value, past(after, &marks)?.trim_start());
        }
    }
    Some(((hour, parts[0], parts[1]), true, rest))
}

/// The clock at the start of a text in seconds of the day, and what follows it. A leap second
/// counts as the last second of its minute, a fraction of a second is passed over. `dots`:
/// `08.26` is a clock, too.
pub fn at_start(text: &str, dots: bool) -> Option<(i64, &str)> {
    let (mut noon, text) = match half_day_before(text) {
        Some((noon, rest)) => (Some(noon), rest),
        None => (None, text),
    };
    let ((hour, minute, second), mut is_clock, mut rest) = fields(text, dots)?;
    if let Some((half, after)) = half_day(rest) {
        (noon, rest, is_clock) = (Some(half), after, true);
    }
    let hour = match (noon, hour) {
        _ if !is_clock => return None,
        (None, hour) => hour,
        (Some(noon), 1..=12) => hour % 12 + noon,
        // What prints the hours of a whole day with AM or PM behind: they agree.
        (Some(0), 0) | (Some(12), 13..=23) => hour,
        _ => return None,
    };
    if (hour, minute, second, noon) == (24, 0, 0, None) {
        return Some((DAY, rest));
    }
    (hour < 24 && minute < 60 && second <= 60)
        .then(|| (hour * 3_600 + minute * 60 + second.min(59), rest))
}

/// `0826`, `082600`, perhaps with a fraction of the second, at the start of a text.
pub fn compact_at_start(text: &str) -> Option<(i64, &str)> {
    let (number, rest) = number(text, 4, 6)?;
    let number = match text.len() - rest.len() {
        4 => number * 100,
        6 => number,
        _ => return None,
    };
    let (hour, minute, second) = (number / 10_000, number / 100 % 100, number % 100);
    (hour < 24 && minute < 60 && second <= 60)
        .then(|| (hour * 3_600 + minute * 60 + second.min(59), past_fraction(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 8:26 in the morning.
    const MORNING: i64 = 8 * 3_600 + 26 * 60;

    #[test]
    fn clocks_alone() {
        for text in [
            "8:26",
            "08:26",
            "08:26:00",
            "08:26:00.123",
            "08:26:00,5",
            "08:26:00:123",
            "8:26 AM",
            "8:26am",
            "8:26 a.m.",
            "8:26 a. m.",
            "8:26:00\u{202f}AM",
            "08:26Z",
            "08:26:00+02:00",
            "08:26 UTC",
            "08:26 Uhr",
            "8h26",
            "上午8:26",
            "8时26分",
            "오전 8시 26분 0초",
            "0 days 08:26:00",
            " 8:26 ",
        ] {
            assert_eq!(clock(text), Some(MORNING), "{text}");
        }
        for (text, hour) in [
            ("8:26 PM", 20),
            ("20:26 PM", 20),
            ("12:26 AM", 0),
            ("0:26 AM", 0),
            ("12:26 PM", 12),
            ("下午8:26", 20),
        ] {
            assert_eq!(clock(text), Some(hour * 3_600 + 26 * 60), "{text}");
        }
        assert_eq!(
            (clock("8 AM"), clock("8pm"), clock("24:00")),
            (Some(28_800), Some(72_000), Some(DAY))
        );
        assert_eq!(clock("23:59:60"), Some(DAY - 1));
        for text in [
            "",
            "8",
            "826",
            "0826",
            "8.26",
            "8:2",
            "8:266",
            "25:00",
            "8:60",
            "8:26:61",
            "24:01",
            "13:00 AM",
            "0:26 PM",
            "8:26 x",
            "8:26:",
            "8:26:00.",
            "8:26.5",
            "8h",
            "8 ambers",
            "-8:26",
            "2010-12-01",
        ] {
            assert_eq!(clock(text), None, "{text}");
        }
    }

    #[test]
    fn behind_a_date_dots_and_no_marks_are_clocks_too() {
        assert_eq!(at_start("08.26.00 x", true), Some((MORNING, " x")));
        assert_eq!(compact_at_start("0826Z"), Some((MORNING, "Z")));
        assert_eq!(compact_at_start("082600.5"), Some((MORNING, "")));
        assert!(compact_at_start("08260").is_none() && compact_at_start("2526").is_none());
    }
}
