//! Exact amounts of ε and δ: whole numbers of 1e-9 and 1e-18, so that ten spends of
//! 0.1 fit into 1.0.

use std::fmt;

use thiserror::Error;

/// An amount as a whole number of 10^-DIGITS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount<const DIGITS: u32>(u128);

/// Why a number is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum AmountError {
    /// Not a number from 0 to a billion.
    #[error("{0} is no amount of a privacy loss budget: it must be a number from 0 to 1,000,000,000")]
    Range(f64),
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
        let mut units: u128 = if kept.is_empty() { 0 } else { kept.parse().map_err(|_| AmountError::Range(value))? };
        units *= 10u128.pow(DIGITS - kept.len() as u32);
        if rest.bytes().any(|digit| digit != b'0') {
            units += 1;
        }
        Ok(Self(whole * scale + units))
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
