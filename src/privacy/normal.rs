//! The standard normal distribution: Φ and its inverse.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Φ(x).
pub fn phi(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// φ(x), the density.
pub fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

/// The x with Φ(x) = `p`; infinite at 0 and 1. Bisection, then Newton's method to the last bits.
pub fn quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p > 0.5 {
        // 1 - p is exact here.
        return -quantile(1.0 - p);
    }
    let (mut low, mut high) = (-39.0, 0.0);
    for _ in 0..24 {
        let middle = 0.5 * (low + high);
        if phi(middle) < p { low = middle } else { high = middle }
    }
    let mut x = 0.5 * (low + high);
    for _ in 0..3 {
        let step = (phi(x) - p) / density(x);
        if step.is_finite() {
            x -= step;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_meet_known_values_and_their_probability() {
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((quantile(0.01) + 2.326_347_874_040_841).abs() < 1e-14);
        assert!(quantile(0.5).abs() < 1e-15);
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
        for p in [1e-300, 1e-20, 1e-6, 0.2, 0.7, 1.0 - 1e-12] {
            assert!((phi(quantile(p)) / p - 1.0).abs() < 1e-11, "{p}");
        }
    }
}
