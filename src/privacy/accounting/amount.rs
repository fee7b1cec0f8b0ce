//! Exact amounts of ε and δ: whole numbers of 1e-9 and 1e-18, so that ten spends of
//! 0.1 fit into 1.0.

use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;

/// An amount as a whole number of 10^-DIGITS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount<const DIGITS: u32>(u128);

/// Why a number is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum AmountError {
    /// Not a number from 0 to a billion.
    #[error(
        "{0} is no amount of a privacy loss budget: it must be a number from 0 to 1,000,000,000"
    )]
    Range(f64),
}

/// Why a text is no exact amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmountTextError {
    /// Not a decimal number from 0 to a billion.
    #[error("{0} is no amount: write a number from 0 to 1,000,000,000, such as 0.5 or 1e-6")]
    NotANumber(String),
    /// More decimals than are counted.
    #[error(
        "{text} has more than {digits} decimals; amounts are counted in steps of 1e-{digits}: round it"
    )]
    TooFine {
        /// What was written.
        text: String,
        /// How many decimals there may be.
        digits: u32,
    },
}

impl<const DIGITS: u32> Amount<DIGITS> {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The amount that `value` is written as: its shortest decimal form, rounded up
    /// to the next whole unit, so that a cost is never understated.
    ///
    /// # Errors
    /// If `value` is not a number from 0 to 1e9.
    pub fn from_f64(value: f64) -> Result<Self, AmountError> {
        if !(0.0..=1e9).contains(&value) {
            return Err(AmountError::Range(value));
        }
        // The shortest decimal that reads back as `value` is what the user typed.
        let text = format!("{value}");
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let scale = 10u128.pow(DIGITS);
        let whole: u128 = whole.parse().map_err(|_| AmountError::Range(value))?;
        let (kept, rest) = part.split_at(part.len().min(DIGITS as usize));
        let mut units: u128 = if kept.is_empty() {
            0
        } else {
            kept.parse().map_err(|_| AmountError::Range(value))?
        };
        units *= 10u128.pow(DIGITS - kept.len() as u32);
        if rest.bytes().any(|digit| digit != b'0') {
            units += 1;
        }
        Ok(Self(whole * scale + units))
    }

    /// The amount that `text` says exactly: `0.5`, `1e-6`, `12`. Never rounded.
    ///
    /// # Errors
    /// If it is no such number or has more than DIGITS decimals.
    pub fn parse(text: &str) -> Result<Self, AmountTextError> {
        let wrong = || AmountTextError::NotANumber(text.to_owned());
        let (lead, exponent) = match text.trim().split_once(['e', 'E']) {
            Some((lead, exponent)) => (lead, exponent.parse::<i32>().map_err(|_| wrong())?),
            None => (text.trim(), 0),
        };
        let (whole, part) = lead.split_once('.').unwrap_or((lead, ""));
        let digits: String = [whole, part].concat();
        if digits.is_empty()
            || digits.len() > 40
            || !digits.bytes().all(|b| b.is_ascii_digit())
            || exponent.abs() > 60
        {
            return Err(wrong());
        }
        // The digits stand for digits · 10^shift units.
        let shift = exponent - part.len() as i32 + DIGITS as i32;
        let mut kept = digits.trim_start_matches('0').to_owned();
        for _ in shift..0 {
            match kept.pop() {
                None | Some('0') => {}
                Some(_) => {
                    return Err(AmountTextError::TooFine { text: text.to_owned(), digits: DIGITS });
                }
            }
        }
        if !kept.is_empty() {
            (0..shift.max(0)).for_each(|_| kept.push('0'));
        }
        let units: u128 = if kept.is_empty() { 0 } else { kept.parse().map_err(|_| wrong())? };
        if units > 10u128.pow(DIGITS + 9) { Err(wrong()) } else { Ok(Self(units)) }
    }

    /// The amount as a float, for drawing.
    pub fn to_f64(self) -> f64 {
        // Through text: the nearest float to the exact decimal.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The exact sum; stays at the largest amount rather than wrap.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The exact difference, or `None` if `other` is larger.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times the amount; stays at the largest amount rather than wrap.
    pub fn multiplied(self, times: u64) -> Self {
        Self(self.0.saturating_mul(u128::from(times)))
    }

    /// How many times `part` fits; `None` when `part` is 0.
    pub fn times(self, part: Self) -> Option<u64> {
        self.0.checked_div(part.0).map(|n| u64::try_from(n).unwrap_or(u64::MAX))
    }
}

impl<const DIGITS: u32> fmt::Display for Amount<DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10u128.pow(DIGITS);
        let (whole, part) = (self.0 / scale, self.0 % scale);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{part:0width$}", width = DIGITS as usize);
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl<const DIGITS: u32> std::iter::Sum for Amount<DIGITS> {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl<const DIGITS: u32> Serialize for Amount<DIGITS> {
    /// As the nearest number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exact_or_refused() {
        let said = |text: &str| {
            Amount::<9>::parse(text).map(|amount| amount.to_string()).map_err(|e| e.to_string())
        };
        for (text, wanted) in [
            ("0.1", "0.1"),
            ("1", "1"),
            ("5e-1", "0.5"),
            ("1.50", "1.5"),
            ("1e-9", "0.000000001"),
            ("0", "0"),
            ("12.5e2", "1250"),
            ("1000000000", "1000000000"),
            ("0.1000000000", "0.1"),
            (".5", "0.5"),
        ] {
            assert_eq!(said(text).as_deref(), Ok(wanted), "{text}");
        }
        assert!(said("0.1234567891").unwrap_err().contains("more than 9 decimals"));
        assert!(said("1e-10").unwrap_err().contains("more than 9 decimals"));
        for wrong in ["", "-1", "x", "nan", "inf", "1e", "1e99", "2000000000", "1.2.3", "."] {
            assert!(said(wrong).unwrap_err().contains("is no amount"), "{wrong}");
        }
    }
}
