//! One-shot Gumbel top-k (Durfee & Rogers 2019): Gumbel noise of scale 1/ε₀ on every
//! count, and only the order of the k largest is published.
//!
//! Sensitivity: a user counts at most once per item (counts of buyers), which makes all
//! counts move the same way (monotone). Privacy: k peelings of the exponential
//! mechanism, each ε₀-bounded-range: k·ε₀ pure, k·ε₀²/8 zCDP and Rényi (Cesar & Rogers
//! 2021), whatever number of items a user bought. The set of items must be public.

use crate::privacy::accounting::{Event, Law};

/// What a list of `k` costs at `epsilon` per place.
pub fn events(k: u64, epsilon: f64) -> [Event; 1] {
    [Event { law: Law::BoundedRange { epsilon }, times: k }]
}

/// P(an item overtakes one that leads by `gap`) = 1/(1 + e^{gap·ε₀}): the difference of
/// two Gumbel variables is logistic.
pub fn overtakes(gap: f64, epsilon: f64) -> f64 {
    1.0 / (1.0 + libm::exp(gap * epsilon))
}

/// P(item i is first) = e^{ε₀cᵢ} / Σ e^{ε₀cⱼ}, for all items.
pub fn first(counts: &[f64], epsilon: f64) -> Vec<f64> {
    let most = counts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = counts.iter().map(|count| libm::exp(epsilon * (count - most))).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_items_are_a_pair() {
        let both = first(&[12.0, 9.0], 0.4);
        assert!((both[1] - overtakes(3.0, 0.4)).abs() < 1e-15);
        assert!((first(&[5.0; 4], 1.0)[2] - 0.25).abs() < 1e-15);
    }
}
