//! Discrete Gaussian noise on whole numbers (Canonne, Kamath, Steinke 2020): P(z) ∝
//! e^{-z²/2σ²}.
//!
//! Sensitivity: Δ₂ = √l0·linf for ρ = Δ₂²/2σ² (zCDP, and Rényi with it). For (ε, δ) the
//! curve of one number at Δ₂ would understate δ for vectors: many small shifts can lose
//! more than one large one. The exact law is that of l0 uses at sensitivity linf.

use crate::privacy::accounting::{Accountant, Event, Law, NoAnswer, Precision, epsilon, scale_for, smallest_enough};

/// Up to here sums go over atoms; beyond, sums and integrals agree to the last bits.
const SUMMED: f64 = 60.0;

/// Σ_z f(z) e^{-z²/2σ²} / Σ_z e^{-z²/2σ²}, over f of |z|, without z = 0.
fn mean_over_positive(sigma: f64, f: impl Fn(f64) -> f64) -> f64 {
    let last = (12.0 * sigma).ceil().max(2.0) as u32;
    let weight = |z: f64| libm::exp(-0.5 * (z / sigma) * (z / sigma));
    let (mut sum, mut norm) = (0.0, 0.0);
    for z in (1..=last).rev().map(f64::from) {
        sum += f(z) * weight(z);
        norm += weight(z);
    }
    sum * 2.0 / (1.0 + 2.0 * norm)
}

/// E|Z|; beyond σ = 60 that of the normal law less its first correction 1/(6σ√(2π)).
pub fn mean_absolute(sigma: f64) -> f64 {
    if sigma > SUMMED {
        let root = (2.0 * std::f64::consts::PI).sqrt();
        // Euler–Maclaurin: Σ_{z≥1} z e^{-z²/2σ²} = σ² - 1/12 + …, over σ√(2π), both sides.
        return 2.0 * (sigma * sigma - 1.0 / 12.0) / (sigma * root);
    }
    mean_over_positive(sigma, |z| z)
}

/// Var Z; a little below σ², and σ² to the last bits from σ = 4 on.
pub fn variance(sigma: f64) -> f64 {
    if sigma > SUMMED { sigma * sigma } else { mean_over_positive(sigma, |z| z * z) }
}

/// P(Z ≥ m) for a whole number m ≥ 1.
pub fn at_least(sigma: f64, m: f64) -> f64 {
    let norm = if sigma > 4.0 {
        sigma * (2.0 * std::f64::consts::PI).sqrt()
    } else {
        (1..=60u32).map(|z| 2.0 * libm::exp(-0.5 * (f64::from(z) / sigma).powi(2))).sum::<f64>() + 1.0
    };
    let (mut z, mut sum) = (m, 0.0);
    loop {
        let term = libm::exp(-0.5 * (z / sigma) * (z / sigma));
        sum += term;
        // The terms fall at least as fast as a geometric series with this ratio.
        let ratio = libm::exp(-(z + 0.5) / (sigma * sigma));
        if term * ratio / (1.0 - ratio) < 1e-16 * sum || term == 0.0 {
            return sum / norm;
        }
        z += 1.0;
    }
}

/// δ of one answer at ε with sensitivity `shift`: Σ P(z) (1 - e^{ε - loss(z)}) over the z
/// with a larger loss, loss(z) = Δ(Δ - 2z)/2σ² (Canonne, Kamath, Steinke 2020, Theorem 7).
pub fn delta_of_one(epsilon: f64, sigma: f64, shift: u64) -> f64 {
    let (d, variance) = (shift as f64, sigma * sigma);
    let norm = if sigma > 4.0 {
        sigma * (2.0 * std::f64::consts::PI).sqrt()
    } else {
        1.0 + (1..=60u32).map(|z| 2.0 * libm::exp(-0.5 * (f64::from(z) / sigma).powi(2))).sum::<f64>()
    };
    // loss > ε exactly where z lies below this.
    let border = 0.5 * d - epsilon * variance / d;
    let mut z = border.ceil() - 1.0;
    let mut sum = 0.0;
    loop {
        let loss = d * (d - 2.0 * z) / (2.0 * variance);
        let term = libm::exp(-0.5 * (z / sigma) * (z / sigma));
        sum += term * -libm::expm1(epsilon - loss);
        if z < -40.0 * sigma || (z < 0.0 && term < 1e-18 * sum) {
            return sum / norm;
        }
        z -= 1.0;
    }
}

/// The smallest σ (to a part in 1e7) for which `uses` answers, each moved by at most
/// `shift`, are (ε, δ)-DP together. One answer: by its exact δ. Several, or a vector of
/// `uses` numbers: by their privacy loss distribution.
///
/// # Errors
/// If the noise would be too wide to enumerate.
pub fn discrete_gaussian_sigma(epsilon_wanted: f64, delta: f64, shift: u64, uses: u64) -> Result<f64, NoAnswer> {
    let normal = super::gaussian_sigma(epsilon_wanted, delta, shift as f64 * (uses as f64).sqrt());
    if uses == 1 && normal < 1e6 {
        let found = smallest_enough(normal, 1e-13, |sigma| delta_of_one(epsilon_wanted, sigma, shift) <= delta);
        return found.ok_or(NoAnswer::TooWide);
    }
    let event = |sigma| [Event { law: Law::DiscreteGaussian { sigma, sensitivity: shift }, times: uses }];
    // First that it can be answered at all; widths nearby then can, too.
    epsilon(Accountant::Pld, &event(2.0 * normal), delta, Precision::default())?;
    let reached =
        |sigma: f64| epsilon(Accountant::Pld, &event(sigma), delta, Precision::default()).unwrap_or(f64::INFINITY);
    scale_for(normal, epsilon_wanted, reached).ok_or(NoAnswer::TooWide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_series_meet() {
        for sigma in [59.0, 60.0] {
            let series = 2.0 * (sigma * sigma - 1.0 / 12.0) / (sigma * (2.0 * std::f64::consts::PI).sqrt());
            assert!((mean_absolute(sigma) / series - 1.0).abs() < 1e-7);
            assert!((variance(sigma) / (sigma * sigma) - 1.0).abs() < 1e-12);
        }
        assert!((variance(0.5) - 0.2150).abs() < 1e-3, "below a step the lattice is felt");
        assert!((at_least(3.0, 1.0) * 2.0 + 1.0 / (3.0 * (2.0 * std::f64::consts::PI).sqrt()) - 1.0).abs() < 1e-7);
    }

    #[test]
    fn four_small_shifts_lose_more_than_one_of_the_same_length() {
        assert!((delta_of_one(4.0, 2.0, 2) - 3.20e-5).abs() < 5e-8);
        let events = [Event { law: Law::DiscreteGaussian { sigma: 2.0, sensitivity: 1 }, times: 4 }];
        let four = crate::privacy::accounting::delta(Accountant::Pld, &events, 4.0, Precision::default()).unwrap();
        assert!((four - 4.28e-5).abs() < 5e-8, "{four}");
    }

    #[test]
    fn a_vector_is_calibrated_by_its_own_composition() {
        let sigma = discrete_gaussian_sigma(4.0, 1e-4, 1, 4).unwrap();
        let events = |sigma| [Event { law: Law::DiscreteGaussian { sigma, sensitivity: 1 }, times: 4 }];
        let reached = |sigma| epsilon(Accountant::Pld, &events(sigma), 1e-4, Precision::default()).unwrap();
        assert!(reached(sigma) <= 4.0 && reached(sigma * (1.0 - 1e-6)) > 4.0);
        // Between the two δ of σ = 2, one answer may do with less noise and four may not.
        assert!(discrete_gaussian_sigma(4.0, 3.7e-5, 1, 4).unwrap() > 2.0);
        assert!(discrete_gaussian_sigma(4.0, 3.7e-5, 2, 1).unwrap() < 2.0);
    }
}
