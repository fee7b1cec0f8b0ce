//! The last row of a release of private groups: all that its threshold did not show, as one number.
//!
//! Which groups are shown is decided, and paid for, by the noised values. After that the bounded sum
//! of all other groups is one more question: a user may have all of the own l0 groups among them,
//! so it moves by up to l0·linf, in L1 as in L2, and is answered with noise of its own at a full
//! price (a share of ε that the rows do not get). One number is noised best by discrete
//! Laplace noise, whatever the rows have, and needs no δ. It is not the sum of the noised rows that were
//! dropped: which of them those are depends on their noise.

use std::collections::HashSet;

use super::noise::{self, NoiseBounds, NoiseError};
use crate::privacy::Sensitivity;
use crate::privacy::accounting::{Amount, Event, Law};
use crate::privacy::mechanism::Noise;

/// The key of the last row. A group that is called so is counted in it and never shown alone.
pub const REST: &str = "(rest)";

/// How the rest is noised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RestPlan {
    /// The share of ε that it was given.
    pub share: Amount<9>,
    /// That share as ε.
    pub epsilon: Amount<9>,
    /// l0·linf, in stored units.
    sensitivity: u64,
    /// Scale of the noise, in stored units.
    pub b: f64,
}

/// The part of ε that a share is, to the nearest step; none where it or what is left of ε would be nothing.
pub(super) fn part(epsilon: Amount<9>, share: Amount<9>) -> Option<Amount<9>> {
    let part = Amount::parse(&format!("{:.9}", share.to_f64() * epsilon.to_f64())).ok()?;
    let left = epsilon.minus(part)?;
    (part > Amount::ZERO && left > Amount::ZERO).then_some(part)
}

impl RestPlan {
    /// The noise for a user within these bounds.
    ///
    /// # Errors
    /// [`NoiseError`], as for a release of one group with l0·linf in it.
    pub fn new(
        bounds: NoiseBounds,
        share: Amount<9>,
        epsilon: Amount<9>,
    ) -> Result<Self, NoiseError> {
        noise::check(bounds)?;
        let sensitivity = bounds.l0 * bounds.linf;
        let one = NoiseBounds { l0: 1, linf: sensitivity };
        let b = noise::laplace_scale(one, epsilon.to_f64())?;
        Ok(Self { share, epsilon, sensitivity, b })
    }

    fn bounds(&self) -> NoiseBounds {
        NoiseBounds { l0: 1, linf: self.sensitivity }
    }

    /// What accountants add up.
    pub fn event(&self) -> Event {
        Event::once(Law::DiscreteLaplace { scale: self.b, sensitivity: self.sensitivity })
    }

    /// The law of its noise.
    pub fn noise(&self) -> Noise {
        Noise::DiscreteLaplace { b: self.b }
    }

    /// How far one user moves it, with `unit` stored units in one shown.
    pub fn sensitivity(&self, unit: f64) -> Sensitivity {
        let moved = self.sensitivity as f64 / unit;
        Sensitivity { l1: moved, l2: moved, linf: moved, assumed: false }
    }

    /// The noised sum of the groups that are not shown.
    ///
    /// # Errors
    /// [`NoiseError`]; nothing is drawn then.
    pub fn draw(&self, sum: i64) -> Result<i64, NoiseError> {
        let drawn = noise::discrete_laplace(&[sum], self.bounds(), self.epsilon.to_f64(), self.b)?;
        Ok(drawn.first().copied().unwrap_or(0))
    }
}

/// The sum of all groups that are not among those shown.
pub(super) fn of(sums: &[(String, i64)], shown: &[(String, i64)]) -> i64 {
    let shown: HashSet<&str> = shown.iter().map(|(key, _)| key.as_str()).collect();
    sums.iter()
        .filter(|(key, _)| !shown.contains(key.as_str()))
        .fold(0, |sum, (_, value)| sum.saturating_add(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_taken_off_to_the_last_step() {
        let amount = |text: &str| Amount::parse(text).unwrap();
        assert_eq!(part(amount("3"), amount("0.1")), Some(amount("0.3")));
        assert_eq!(part(amount("1"), amount("0.333333333")), Some(amount("0.333333333")));
        for (epsilon, share) in [("1", "0"), ("1", "1"), ("1", "1.5"), ("0.000000001", "0.5")] {
            assert_eq!(part(amount(epsilon), amount(share)), None, "{share} of {epsilon}");
        }
    }

    #[test]
    fn the_rest_moves_by_all_that_a_user_may_add() {
        let bounds = NoiseBounds { l0: 20, linf: 5 };
        let rest =
            RestPlan::new(bounds, Amount::parse("0.1").unwrap(), Amount::parse("0.1").unwrap());
        let rest = rest.unwrap();
        assert!((rest.b / 1_000.0 - 1.0).abs() < 1e-12);
        assert_eq!(
            rest.event(),
            Event::once(Law::DiscreteLaplace { scale: rest.b, sensitivity: 100 })
        );
        let sensitivity = rest.sensitivity(1.0);
        assert_eq!((sensitivity.l1, sensitivity.l2), (100.0, 100.0));
    }

    #[test]
    fn what_is_not_shown_is_added_up_and_nothing_else() {
        let rows = |rows: &[(&str, i64)]| -> Vec<(String, i64)> {
            rows.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
        };
        let sums = rows(&[("a", 10), ("b", 3), ("c", 1), (REST, 7)]);
        // The noised value of what is shown says nothing here.
        assert_eq!(of(&sums, &rows(&[("a", -99)])), 11);
        assert_eq!(of(&sums, &[]), 21);
    }
}
