//! Contribution bounds and the sensitivity that follows from them.

use thiserror::Error;

use super::GroupKeys;
use crate::privacy::Sensitivity;
use crate::purchases::Measure;

/// What one user may contribute at most: `l0` groups and `linf` in each. Both are at
/// least 1; a bound that is not set is refused, it never means "no noise". Where the
/// number of groups is public, a user moves no more than all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    l0: u64,
    linf: u64,
    groups: Option<u64>,
}

/// Why bounds were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BoundError {
    /// l0 is 0.
    #[error("l0 must be at least 1: it is the number of groups that one user may contribute to")]
    ZeroL0,
    /// linf is 0.
    #[error("linf must be above 0: it is what one user may contribute to one group")]
    ZeroLinf,
    /// For buyers a user counts 1 in a group.
    #[error("linf is 1 for buyers (a user counts once in a group); {0} was asked for")]
    BuyersLinf(u64),
}

impl Bounds {
    /// Bounds of `l0` groups (count) and `linf` per group (in the measure's stored
    /// unit: purchases, rows, users, or cents for revenue).
    ///
    /// # Errors
    /// If either is 0, or `linf` is not 1 for buyers.
    pub fn new(l0: u64, linf: u64, measure: Measure) -> Result<Self, BoundError> {
        match (l0, linf) {
            (0, _) => Err(BoundError::ZeroL0),
            (_, 0) => Err(BoundError::ZeroLinf),
            (_, n) if measure == Measure::Buyers && n != 1 => Err(BoundError::BuyersLinf(n)),
            _ => Ok(Self { l0, linf, groups: None }),
        }
    }

    /// The same bounds over groups of which so much is publicly known.
    pub fn over(self, known: GroupKeys) -> Self {
        Self { groups: known.groups(), ..self }
    }

    /// The same bounds at another l0, of at least 1 (a smaller one counts as 1).
    pub fn with_l0(self, l0: u64) -> Self {
        Self { l0: l0.max(1), ..self }
    }

    /// Groups that one user may contribute to, as it was set.
    pub fn l0(self) -> u64 {
        self.l0
    }

    /// Groups that one user can move: min(l0, groups) where the number of groups is public,
    /// l0 where it is not. This many numbers are paid for.
    pub fn reach(self) -> u64 {
        self.groups.map_or(self.l0, |groups| self.l0.min(groups.max(1)))
    }

    /// What one user may contribute to one group, in the measure's stored unit.
    pub fn linf(self) -> u64 {
        self.linf
    }

    /// Δ₁ = m·linf, Δ₂ = √m·linf, Δ∞ = linf, when neighbours differ by adding or removing one
    /// user; m is [`reach`](Self::reach): l0, or the number of public groups if that is smaller.
    pub fn sensitivity(self) -> Sensitivity {
        Sensitivity::from_bounds(self.reach() as f64, self.linf as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitivity_is_derived() {
        let s = Bounds::new(16, 5, Measure::Purchases).unwrap().sensitivity();
        assert_eq!((s.l1, s.l2, s.linf), (80.0, 20.0, 5.0));
        assert!(!s.assumed);
    }

    #[test]
    fn l0_beyond_the_public_groups_buys_nothing() {
        let bounds = Bounds::new(20, 5, Measure::Purchases).unwrap();
        for known in [GroupKeys::Kind(7), GroupKeys::Listed(7), GroupKeys::Said(7)] {
            let held = bounds.over(known);
            let s = held.sensitivity();
            assert_eq!((s.l1, s.l2, s.linf), (35.0, 7f64.sqrt() * 5.0, 5.0));
            assert_eq!((held.l0(), held.reach()), (20, 7));
            assert_eq!(held.with_l0(3).sensitivity().l1, 15.0);
        }
        // How many private keys there are is nobody's to know.
        assert_eq!(bounds.over(GroupKeys::Private).sensitivity().l1, 100.0);
    }

    #[test]
    fn unset_bounds_are_refused() {
        assert_eq!(Bounds::new(0, 5, Measure::Rows), Err(BoundError::ZeroL0));
        assert_eq!(Bounds::new(5, 0, Measure::Rows), Err(BoundError::ZeroLinf));
        assert_eq!(Bounds::new(5, 2, Measure::Buyers), Err(BoundError::BuyersLinf(2)));
    }
}
