//! Basic composition: ε and δ of all answers add up (Dwork et al. 2006), exactly.

use std::fmt;

use thiserror::Error;

use super::amount::{Amount, AmountError};

/// What one answer costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// ε in units of 1e-9.
    pub epsilon: Amount<9>,
    /// δ in units of 1e-18.
    pub delta: Amount<18>,
}

impl Cost {
    /// The cost of an (ε, δ) answer; δ = 0 for pure mechanisms. Rounded up.
    ///
    /// # Errors
    /// If either is not a number from 0 to 1e9.
    pub fn new(epsilon: f64, delta: f64) -> Result<Self, AmountError> {
        Ok(Self { epsilon: Amount::from_f64(epsilon)?, delta: Amount::from_f64(delta)? })
    }

    fn plus(self, other: Self) -> Self {
        Self { epsilon: self.epsilon.plus(other.epsilon), delta: self.delta.plus(other.delta) }
    }
}

/// A privacy loss budget under basic composition. It is never exceeded: a spend that
/// does not fit is refused and changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    total: Cost,
    spent: Cost,
    answers: u64,
}

/// A spend that does not fit: what was asked and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub struct Refusal {
    /// What the answer would have cost.
    pub asked: Cost,
    /// What is left of ε.
    pub epsilon_left: Amount<9>,
    /// What is left of δ.
    pub delta_left: Amount<18>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.asked.epsilon > self.epsilon_left {
            write!(f, "refused: the answer costs ε {} and ε {} is left", self.asked.epsilon, self.epsilon_left)
        } else {
            let (cost, left) = (self.asked.delta.to_f64(), self.delta_left.to_f64());
            write!(f, "refused: the answer costs δ {cost:e} and δ {left:e} is left")
        }
    }
}

impl Budget {
    /// A budget of which nothing is spent.
    pub fn new(total: Cost) -> Self {
        Self { total, spent: Cost::default(), answers: 0 }
    }

    /// What there was at the start.
    pub fn total(&self) -> Cost {
        self.total
    }

    /// What all answers cost together.
    pub fn spent(&self) -> Cost {
        self.spent
    }

    /// How many answers were given.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// What is left.
    pub fn remaining(&self) -> Cost {
        Cost {
            epsilon: self.total.epsilon.minus(self.spent.epsilon).unwrap_or(Amount::ZERO),
            delta: self.total.delta.minus(self.spent.delta).unwrap_or(Amount::ZERO),
        }
    }

    /// How many answers of this cost still fit; `None` if without end.
    pub fn fits(&self, cost: Cost) -> Option<u64> {
        let left = self.remaining();
        match (left.epsilon.times(cost.epsilon), left.delta.times(cost.delta)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Spends `cost`.
    ///
    /// # Errors
    /// If it does not fit; nothing is spent then.
    pub fn spend(&mut self, cost: Cost) -> Result<(), Refusal> {
        let after = self.spent.plus(cost);
        if after.epsilon > self.total.epsilon || after.delta > self.total.delta {
            let left = self.remaining();
            return Err(Refusal { asked: cost, epsilon_left: left.epsilon, delta_left: left.delta });
        }
        self.spent = after;
        self.answers += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(epsilon: f64, delta: f64) -> Cost {
        Cost::new(epsilon, delta).unwrap()
    }

    #[test]
    fn ten_tenths_fit_into_one_and_the_eleventh_is_refused() {
        let mut budget = Budget::new(cost(1.0, 0.0));
        for _ in 0..10 {
            budget.spend(cost(0.1, 0.0)).unwrap();
        }
        let refusal = budget.spend(cost(0.1, 0.0)).unwrap_err();
        assert_eq!(refusal.to_string(), "refused: the answer costs ε 0.1 and ε 0 is left");
        assert_eq!(budget.answers(), 10);
    }

    #[test]
    fn a_refusal_leaves_the_rest_usable() {
        let mut budget = Budget::new(cost(1.0, 1e-6));
        budget.spend(cost(0.7, 0.0)).unwrap();
        assert!(budget.spend(cost(0.4, 0.0)).is_err());
        assert!(budget.spend(cost(0.1, 2e-6)).unwrap_err().to_string().contains("δ 2e-6"));
        budget.spend(cost(0.3, 1e-6)).unwrap();
        assert_eq!(budget.remaining(), Cost::default());
    }

    #[test]
    fn derived_costs_round_up() {
        assert_eq!(cost(1.0 / 3.0, 0.0).epsilon.to_string(), "0.333333334");
        assert_eq!(cost(1e-12, 1e-19).epsilon.to_string(), "0.000000001");
        assert!(Cost::new(f64::NAN, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn a_budget_is_never_negative(total in 0.0..20.0f64, spends in prop::collection::vec(0.0..3.0f64, 0..40)) {
            let mut budget = Budget::new(cost(total, 0.0));
            for spend in spends {
                let before = budget;
                if budget.spend(cost(spend, 0.0)).is_err() {
                    prop_assert_eq!(before, budget);
                }
                prop_assert!(budget.spent().epsilon <= budget.total().epsilon);
                let sum = budget.spent().epsilon.plus(budget.remaining().epsilon);
                prop_assert_eq!(sum, budget.total().epsilon);
            }
        }
    }
}
