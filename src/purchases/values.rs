//! Numbers from text.

/// The largest quantity that is read, in size.
const MOST_UNITS: i64 = 1_000_000_000_000;

/// The marks in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    pub decimal: char,
    pub thousands: Option<char>,
}

/// A decimal number, exactly: `digits / 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// Reads `1234`, `1234.50`, `-0.5`, `+3`, `1e3` and, with `money`, `£1.50`, `$ 2`
    /// or `€3`, with these marks; a mark of thousands must part groups of three digits.
    /// `None` for anything else, and beyond 30 digits in all or 18 decimals.
    pub(super) fn read(text: &str, money: bool, marks: Marks) -> Option<Self> {
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
            Some((number, power)) => {
                (number, power.parse::<i32>().ok().filter(|p| (-18..=18).contains(p))?)
            }
        };
        let (whole, part) = number.split_once(marks.decimal).unwrap_or((number, ""));
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let ungrouped;
        let mut whole = whole;
        if let Some(mark) = marks.thousands.filter(|&mark| whole.contains(mark)) {
            let mut groups = whole.split(mark);
            let first = groups.next()?;
            if first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3) {
                return None;
            }
            ungrouped = whole.replace(mark, "");
            whole = &ungrouped;
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

    /// As a whole number, at most 10¹² in size; `1.0` is 1, `1.5` is none.
    pub(super) fn whole(self) -> Option<i64> {
        let scale = 10i128.checked_pow(self.places)?;
        let whole = (self.digits % scale == 0).then(|| self.digits / scale)?;
        i64::try_from(whole).ok().filter(|n| n.abs() <= MOST_UNITS)
    }

    /// Whether it is above 0.
    pub(super) fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// In units of 10^-`places`, if that is a whole number of them.
    pub(super) fn exactly(self, places: u32) -> Option<i128> {
        let scale = 10i128.checked_pow(self.places)?;
        let units = self.digits.checked_mul(10i128.checked_pow(places)?)?;
        (units % scale == 0).then(|| units / scale)
    }

    /// `quantity` times this in units of 10^-`places`, halves rounded away from 0; `None` where
    /// that does not fit.
    pub(super) fn times(self, quantity: i64, places: u32) -> Option<i64> {
        let scale = 10i128.checked_pow(self.places)?;
        let product =
            self.digits.checked_mul(10i128.pow(places))?.checked_mul(i128::from(quantity))?;
        let (whole, rest) = (product / scale, product % scale);
        let away =
            if rest.unsigned_abs() * 2 >= scale.unsigned_abs() { product.signum() } else { 0 };
        // Two powers below the end, so that a sum of two never overflows.
        i64::try_from(whole + away).ok().filter(|units| units.unsigned_abs() < 1 << 62)
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
        ] {
            assert_eq!(units(text), Some(value), "{text}");
        }
        for text in [
            "", "1.5", "12,34", ",123", "(5)", "six", "1e13", "--1", "1.2.3", "£5", ".", "1,2345",
            "0x10", "nan",
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
}
