//! The units in which money and quantities are added up: fixed point, so that sums are exact.

use std::fmt;

use thiserror::Error;

use super::question::Measure;
use super::values::{Decimal, Marks};

/// The unit in which numbers are added up: 10^-places of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    places: u32,
}

/// Why a text is no unit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0} is no unit: write 1, 0.1, 0.01, 0.001, 0.0001 (the default of money) and so on to 0.00000000000001"
)]
pub struct UnitError(String);

impl Unit {
    /// Most decimals.
    const MOST: u32 = 14;
    /// Whole numbers.
    pub const WHOLE: Unit = Unit { places: 0 };

    /// The unit with so many decimals, at most 14.
    pub fn with_places(places: u32) -> Self {
        Self { places: places.min(Self::MOST) }
    }

    /// Reads `1`, `0.1` and so on to `0.00000000000001`.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        (0..=Self::MOST)
            .map(|places| Self { places })
            .find(|unit| unit.to_string() == text)
            .ok_or_else(|| UnitError(text.to_owned()))
    }

    /// Decimals of a sum.
    pub fn places(self) -> u32 {
        self.places
    }

    /// An amount as typed (`12.50`, above 0, at most a billion) in this unit; `None` where it is no such
    /// amount or the unit is too coarse for it.
    pub fn stored(self, amount: &str) -> Option<u64> {
        let typed = Decimal::read(amount, false, Marks { decimal: '.', thousands: None })?;
        let stored = u64::try_from(typed.exactly(self.places)?).ok()?;
        let most = 1_000_000_000u64.saturating_mul(self.per_shown().unsigned_abs());
        (1..=most.min(1 << 62)).contains(&stored).then_some(stored)
    }

    /// How many of it make one as shown.
    pub fn per_shown(self) -> i64 {
        10i64.pow(self.places)
    }
}

impl Default for Unit {
    /// 10⁻⁴: fixed, so that no price in the data decides on it.
    fn default() -> Self {
        Self { places: 4 }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.places {
            0 => f.write_str("1"),
            places => write!(f, "0.{}1", "0".repeat(places as usize - 1)),
        }
    }
}

/// The units of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    /// That of money.
    pub money: Unit,
    /// That of quantities.
    pub quantity: Unit,
}

impl Units {
    /// That of a measure.
    pub fn of(self, measure: Measure) -> Unit {
        match measure {
            Measure::Revenue => self.money,
            Measure::Purchases => self.quantity,
            Measure::Rows | Measure::Buyers => Unit::WHOLE,
        }
    }
}

impl Default for Units {
    /// 10⁻⁴ of money, whole quantities.
    fn default() -> Self {
        Self { money: Unit::default(), quantity: Unit::WHOLE }
    }
}

impl fmt::Display for Units {
    /// `0.0001`, or `0.0001 quantity=0.001` where quantities are not whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.money.fmt(f)?;
        match self.quantity {
            Unit::WHOLE => Ok(()),
            quantity => write!(f, " quantity={quantity}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_ten() {
        assert_eq!(Unit::default().to_string(), "0.0001");
        assert_eq!(
            (Unit::parse("0.01").unwrap().per_shown(), Unit::parse(" 1 ").unwrap().per_shown()),
            (100, 1)
        );
        let cents = Unit::parse("0.01").unwrap();
        assert_eq!(
            ["50", "12.5", "0.01", "1e2"].map(|text| cents.stored(text)),
            [Some(5_000), Some(1_250), Some(1), Some(10_000)]
        );
        assert_eq!(["0", "-1", "0.001", "", "x", "1e10"].map(|text| cents.stored(text)), [None; 6]);
        assert!(
            Unit::parse("0.05").is_err()
                && Unit::parse("10").is_err()
                && Unit::parse("0.000000000000001").is_err()
        );
    }
}
