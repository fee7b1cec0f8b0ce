//! A decimal number, exactly, by marks that are known beforehand.

use std::fmt;

use super::affixes::{bare, is_blank};

/// The largest quantity that is read, in size.
const MOST_UNITS: i64 = 1_000_000_000_000;

/// The marks in the numbers of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Before decimals: a point or a comma.
    pub decimal: char,
    /// Between thousands; a blank stands for every kind of blank, an apostrophe for both kinds.
    pub thousands: Option<char>,
}

/// An apostrophe as it stands between thousands.
pub fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// Whether a character is a mark of thousands of this kind.
fn is_mark(c: char, mark: char) -> bool {
    c == mark || is_blank(mark) && is_blank(c) || is_apostrophe(mark) && is_apostrophe(c)
}

/// Whether marks part a whole number into groups of three digits, or by commas as in India
/// (`12,34,567`).
pub fn are_groups(whole: &str, mark: char) -> bool {
    let groups = || whole.split(|c| is_mark(c, mark));
    let lengths = || groups().map(str::len);
    let (Some(first), Some(last)) = (lengths().next(), lengths().next_back()) else { return false };
    let count = lengths().count();
    let between = |length| lengths().skip(1).take(count.saturating_sub(2)).all(|l| l == length);
    groups().all(|group| group.bytes().all(|b| b.is_ascii_digit()))
        && count > 1
        && last == 3
        && ((1..=3).contains(&first) && between(3)
            || mark == ',' && (1..=2).contains(&first) && count > 2 && between(2))
}

/// A decimal number, exactly: `digits / 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// Reads `1234`, `1234.50`, `-0.5`, `5-`, `(5)`, `+3`, `1e3` and, with `money`, `£1.50`, `$ 2`,
    /// `3,50 €` or `1.234,50 EUR`, with these marks; a mark of thousands must part groups of three
    /// digits. `None` for anything else, and beyond 30 digits in all or 18 decimals.
    pub fn read(text: &str, money: bool, marks: Marks) -> Option<Self> {
        let number = bare(text, money)?;
        let (body, power) = match number.body.split_once(['e', 'E']) {
            None => (number.body, 0),
            Some((body, power)) => {
                (body, power.parse::<i32>().ok().filter(|p| (-18..=18).contains(p))?)
            }
        };
        let (whole, part) = body.split_once(marks.decimal).unwrap_or((body, ""));
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let mark = marks.thousands.filter(|&mark| whole.contains(|c| is_mark(c, mark)));
        if mark.is_some_and(|mark| !are_groups(whole, mark)) {
            return None;
        }
        let part = part.trim_end_matches('0');
        if part.len() > 18 {
            return None;
        }
        let mut digits: i128 = 0;
        let mut length = 0;
        let whole = whole.chars().filter(|&c| !mark.is_some_and(|mark| is_mark(c, mark)));
        for digit in whole.chain(part.chars()) {
            let digit = digit.to_digit(10)?;
            digits = digits.checked_mul(10)?.checked_add(i128::from(digit))?;
            length += u32::from(digits != 0);
        }
        if length > 30 {
            return None;
        }
        let mut places = part.len() as i32 - power;
        if places < 0 {
            digits = digits.checked_mul(10i128.checked_pow(places.unsigned_abs())?)?;
            places = 0;
        }
        let mut places = if digits == 0 { 0 } else { places as u32 };
        while places > 0 && digits % 10 == 0 {
            (digits, places) = (digits / 10, places - 1);
        }
        Some(Self { digits: if number.negative { -digits } else { digits }, places })
    }

    /// As a whole number, at most 10¹² in size; `1.0` is 1, `1.5` is none.
    pub fn whole(self) -> Option<i64> {
        let scale = 10i128.checked_pow(self.places)?;
        let whole = (self.digits % scale == 0).then(|| self.digits / scale)?;
        i64::try_from(whole).ok().filter(|n| n.abs() <= MOST_UNITS)
    }

    /// A whole number.
    pub fn from_whole(number: i64) -> Self {
        Self { digits: i128::from(number), places: 0 }
    }

    /// About as much, for estimates.
    pub fn to_f64(self) -> f64 {
        self.digits as f64 / 10f64.powi(self.places as i32)
    }

    /// Whether it can be a quantity in units of 10^-`places`: at most 10¹² in size, and whole where
    /// quantities are.
    pub fn is_quantity(self, places: u32) -> bool {
        match places {
            0 => self.whole().is_some(),
            _ => self.to_f64().abs() <= MOST_UNITS as f64 && self.scaled(places).is_some(),
        }
    }

    /// Whether it is above 0.
    pub fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// In units of 10^-`places`, if that is a whole number of them.
    pub fn exactly(self, places: u32) -> Option<i128> {
        let scale = 10i128.checked_pow(self.places)?;
        let units = self.digits.checked_mul(10i128.checked_pow(places)?)?;
        (units % scale == 0).then(|| units / scale)
    }

    /// How many decimals it needs: 1 for `2.50`, 0 for `2.00`.
    pub fn decimals(self) -> u32 {
        self.places
    }

    /// In units of 10^-`places`, halves rounded away from 0; `None` where that does not fit.
    pub fn scaled(self, places: u32) -> Option<i64> {
        self.times(1, places)
    }

    /// `quantity` times this in units of 10^-`places`, halves rounded away from 0; `None` where
    /// that does not fit.
    pub fn times(self, quantity: i64, places: u32) -> Option<i64> {
        self.product(Self { digits: i128::from(quantity), places: 0 }, places)
    }

    /// This times a quantity that need not be whole, in units of 10^-`places`, halves rounded
    /// away from 0; `None` where that does not fit.
    pub fn product(self, quantity: Self, places: u32) -> Option<i64> {
        let scale = 10i128.checked_pow(self.places + quantity.places)?;
        let product =
            self.digits.checked_mul(10i128.checked_pow(places)?)?.checked_mul(quantity.digits)?;
        let (whole, rest) = (product / scale, product % scale);
        let away =
            if rest.unsigned_abs() * 2 >= scale.unsigned_abs() { product.signum() } else { 0 };
        // Two powers below the end, so that a sum of two never overflows.
        i64::try_from(whole + away).ok().filter(|units| units.unsigned_abs() < 1 << 62)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits.unsigned_abs().to_string();
        let places = self.places as usize;
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        f.write_str(if self.digits < 0 { "-" } else { "" })?;
        f.write_str(whole)?;
        if part.is_empty() { Ok(()) } else { write!(f, ".{part}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: Marks = Marks { decimal: '.', thousands: Some(',') };
    const PLAIN: Marks = Marks { decimal: '.', thousands: None };

    fn units(text: &str) -> Option<i64> {
        Decimal::read(text, false, ENGLISH).and_then(Decimal::whole)
    }

    fn cents(text: &str, quantity: i64) -> Option<i64> {
        Decimal::read(text, true, ENGLISH).and_then(|price| price.times(quantity, 2))
    }

    #[test]
    fn marks_are_those_that_were_said() {
        let money =
            |text, marks| Decimal::read(text, true, marks).and_then(|price| price.times(1, 4));
        let german = Marks { decimal: ',', thousands: Some('.') };
        assert_eq!(money("1.234,50 ", german), Some(12_345_000));
        assert_eq!(money("3,50", german), Some(35_000));
        assert_eq!(money("1.5", german), None);
        assert_eq!(money("1,234", PLAIN), None);
        assert_eq!(money("1,234", ENGLISH), Some(12_340_000));
        assert_eq!(
            money("1'234.5", Marks { decimal: '.', thousands: Some('\'') }),
            Some(12_345_000)
        );
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
            ("(5)", -5),
            ("5-", -5),
            ("12,34,567", 1_234_567),
        ] {
            assert_eq!(units(text), Some(value), "{text}");
        }
        for text in [
            "", "1.5", "12,34", ",123", "six", "1e13", "--1", "1.2.3", "£5", ".", "1,2345", "0x10",
            "nan",
        ] {
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
    fn thousands_by_any_mark() {
        let read = |text, decimal, thousands| {
            let marks = Marks { decimal, thousands: Some(thousands) };
            Decimal::read(text, true, marks).and_then(|price| price.scaled(2))
        };
        for (text, decimal, thousands) in [
            ("1,234,567.50", '.', ','),
            ("1.234.567,50", ',', '.'),
            ("1 234 567,50", ',', ' '),
            ("1\u{a0}234\u{a0}567,50 €", ',', ' '),
            ("1\u{202f}234\u{202f}567,50\u{202f}€", ',', '\u{a0}'),
            ("€\u{2009}1\u{2009}234\u{2009}567,50", ',', '\u{2009}'),
            ("1'234'567.50 CHF", '.', '\''),
            ("Fr. 1’234’567.50", '.', '\''),
            ("12,34,567.50", '.', ','),
            ("1234567.5", '.', ','),
        ] {
            assert_eq!(read(text, decimal, thousands), Some(123_456_750), "{text}");
        }
        for (text, decimal, thousands) in [
            ("1,23,456", ',', '.'),
            ("1.23.456", ',', '.'),
            ("1 23", ',', ' '),
            ("1,234.567,8", '.', ','),
            ("1 234 ,5", ',', ' '),
            ("1234 567", '.', ' '),
            ("1,2,345", '.', ','),
            ("123,45,678", '.', ','),
            ("1.234567,5e3", ',', '.'),
        ] {
            assert_eq!(read(text, decimal, thousands), None, "{text}");
        }
    }

    #[test]
    fn quantities_need_not_be_whole() {
        let read = |text| Decimal::read(text, true, PLAIN).unwrap();
        assert_eq!(
            ["2.50", "2.00", "0.000", "1.659", "12e-4", "1.5e1", "1200e-2"]
                .map(|text| read(text).decimals()),
            [1, 0, 0, 3, 4, 0, 0]
        );
        assert_eq!(
            (read("1.659").scaled(4), read("0.00005").scaled(4), read("-0.00005").scaled(4)),
            (Some(16_590), Some(1), Some(-1))
        );
        assert_eq!((read("0.00004").scaled(4), read("1e18").scaled(6)), (Some(0), None));
        assert_eq!(read("1.659").product(read("41.27"), 4), Some(684_669));
        assert_eq!(read("2.55").product(read("-0.5"), 2), Some(-128));
        assert_eq!(read("1e18").product(read("1e18"), 2), None);
        assert_eq!(read("1e-18").product(read("1e-18"), 2), Some(0));
        assert_eq!((read("1.5").exactly(0), read("1.5").exactly(1)), (None, Some(15)));
    }
}
