//! What differential privacy allows where k-anonymity gives a user away: a factor on odds.
//!
//! An ε-DP release moves the odds of "in or out" by e^ε at most. "A or B" is a replacement, two
//! steps away: e^{2ε}. Releases multiply: two allow e^{2ε} and e^{4ε}. Whatever else is known.

use crate::privacy::risk::believed;

/// What an attack asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Whether a user is in the data at all.
    Membership,
    /// Which of two values a user's secret has.
    Replacement,
}

impl Asks {
    /// The word for it in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Membership => "membership",
            Self::Replacement => "replacement",
        }
    }
}

/// The bound for one attack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DpBound {
    /// What is asked.
    pub asks: Asks,
    /// How many releases at ε each.
    pub releases: u32,
    /// The most by which the logarithm of the odds moves.
    pub loss: f64,
}

impl DpBound {
    /// The bound of so many releases of `epsilon` (above 0) each.
    pub fn new(asks: Asks, releases: u32, epsilon: f64) -> Self {
        let steps = if asks == Asks::Replacement { 2.0 } else { 1.0 };
        Self { asks, releases, loss: steps * f64::from(releases) * epsilon }
    }

    /// The factor on odds; `None` where it is too large for a number.
    pub fn odds(&self) -> Option<f64> {
        Some(libm::exp(self.loss)).filter(|odds| odds.is_finite())
    }

    /// What a belief of `prior` (0 to 1) becomes at most.
    pub fn posterior(&self, prior: f64) -> f64 {
        believed(prior, self.loss)
    }

    /// The power of e: `e^2ε`.
    pub fn power(&self) -> String {
        let steps = self.releases * if self.asks == Asks::Replacement { 2 } else { 1 };
        if steps == 1 { "e^ε".to_owned() } else { format!("e^{steps}ε") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_multiply_and_a_replacement_counts_twice() {
        let loss = |asks, releases| DpBound::new(asks, releases, 1.0).loss;
        assert_eq!(loss(Asks::Membership, 1), 1.0);
        assert_eq!(loss(Asks::Membership, 2), 2.0);
        assert_eq!(loss(Asks::Replacement, 1), 2.0);
        assert_eq!(loss(Asks::Replacement, 2), 4.0);
        let bound = DpBound::new(Asks::Membership, 1, 1.0);
        // SCIENCE 10: a prior of .1 at ε = 1 becomes .232.
        assert!((bound.posterior(0.1) - 0.231_969_317).abs() < 1e-9);
        assert_eq!(DpBound::new(Asks::Replacement, 2, 1.0).power(), "e^4ε");
        let never = DpBound::new(Asks::Replacement, 2, 1e6);
        assert_eq!((never.odds(), never.posterior(0.1)), (None, 1.0));
    }
}
