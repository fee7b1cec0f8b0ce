//! Permute-and-flip (McKenna & Sheldon 2020): publishes one item, as report-noisy-max
//! with exponential noise of scale 1/ε does (Ding et al. 2021 show the two are one).
//!
//! Sensitivity: counts in which a user counts at most once per item (monotone), so no
//! factor 2. Privacy: ε pure, and ε²/2 zCDP; its range exceeds ε, so the exponential
//! mechanism's ε²/8 does not hold for it. Error: never worse than the exponential
//! mechanism in expectation.

use crate::privacy::accounting::{Event, Law};

/// What choosing one item costs.
pub fn events(epsilon: f64) -> [Event; 1] {
    [Event::once(Law::Pure { epsilon })]
}

/// P(an item overtakes one that leads by `gap`) = ½ e^{-gap·ε}.
pub fn overtakes(gap: f64, epsilon: f64) -> f64 {
    0.5 * libm::exp(-gap * epsilon)
}

/// P(item i is chosen) for all items. With p_j = e^{ε(c_j - max)} the item must flip heads
/// before every other does: p_i ∫₀¹ Π_{j≠i} (1 - t·p_j) dt, whose polynomial is summed
/// exactly for the at most 60 items that matter to a part in 1e15 or by quadrature.
pub fn chosen(counts: &[f64], epsilon: f64) -> Vec<f64> {
    let most = counts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let heads: Vec<f64> = counts.iter().map(|count| libm::exp(epsilon * (count - most))).collect();
    // Gauss–Legendre on pieces that shrink towards 0, where the product may fall steeply.
    const NODES: [(f64, f64); 4] = [
        (-0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
        (-0.339_981_043_584_856_3, 0.652_145_154_862_546_1),
        (0.339_981_043_584_856_3, 0.652_145_154_862_546_1),
        (0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
    ];
    let mut result = vec![0.0; counts.len()];
    let pieces = 400;
    for piece in 0..pieces {
        let edge = |i: u32| (f64::from(i) / f64::from(pieces)).powi(3);
        let (low, high) = (edge(piece), edge(piece + 1));
        for (node, weight) in NODES {
            let t = 0.5 * (low + high) + 0.5 * (high - low) * node;
            let all: f64 = heads.iter().map(|p| libm::log1p(-t * p)).sum();
            for (chance, p) in result.iter_mut().zip(&heads) {
                *chance += 0.5 * (high - low) * weight * p * libm::exp(all - libm::log1p(-t * p));
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_sum_to_one_and_two_items_are_a_pair() {
        for counts in [&[12.0, 9.0][..], &[5.0, 5.0, 5.0], &[30.0, 29.0, 20.0, 1.0, 0.0]] {
            let chances = chosen(counts, 0.5);
            assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{chances:?}");
        }
        assert!((chosen(&[12.0, 9.0], 0.4)[1] - overtakes(3.0, 0.4)).abs() < 1e-9);
    }

    #[test]
    fn neighbours_differ_by_at_most_the_ratio() {
        let epsilon: f64 = 0.7;
        let (with, without) =
            (chosen(&[5.0, 5.0, 3.0], epsilon), chosen(&[4.0, 5.0, 2.0], epsilon));
        for (a, b) in with.iter().zip(&without) {
            assert!((a / b).ln().abs() <= epsilon + 1e-9);
        }
    }
}
