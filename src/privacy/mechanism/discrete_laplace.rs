//! Discrete Laplace (two-sided geometric) noise (Ghosh, Roughgarden, Sundararajan 2009):
//! error law. a = e^{-1/b}.
//!
//! Sensitivity: Δ₁ = l0·linf, whole. Privacy: basic ε = Δ₁/b; to the other accountants a
//! vector is l0 uses at sensitivity linf, each with the atoms of its loss.

/// E|Z| = 2a/(1-a²) = 1/sinh(1/b).
pub(super) fn mean_absolute(b: f64) -> f64 {
    1.0 / libm::sinh(1.0 / b)
}

/// Var Z = 2a/(1-a)² = 1/(cosh(1/b) - 1) = 1/(2 sinh²(1/2b)).
pub(super) fn variance(b: f64) -> f64 {
    let s = libm::sinh(0.5 / b);
    0.5 / (s * s)
}

/// E|B + Z| for a whole B: |B| + E|Z| a^{|B|}, since for m ≥ 0
/// E|m + Z| - E|m - 1 + Z| = P(Z > -m) - P(Z ≤ -m) = 1 - 2a^m/(1+a), summed.
pub(super) fn mean_absolute_with_bias(b: f64, bias: f64) -> f64 {
    bias.abs() + mean_absolute(b) * libm::exp(-bias.abs() / b)
}

/// P(Z > t): with m = ⌊t⌋ + 1, a^m/(1+a) for m ≥ 1, and 1 less the mirror below.
pub(super) fn above(b: f64, t: f64) -> f64 {
    let m = t.floor() + 1.0;
    let a = libm::exp(-1.0 / b);
    if m >= 1.0 {
        libm::exp(-m / b) / (1.0 + a)
    } else {
        1.0 - libm::exp((m - 1.0) / b) / (1.0 + a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mass(b: f64, z: i64) -> f64 {
        let a = libm::exp(-1.0 / b);
        (1.0 - a) / (1.0 + a) * a.powi(z.abs() as i32)
    }

    #[test]
    fn closed_forms_equal_direct_sums() {
        for b in [0.3, 1.0, 7.5] {
            let all = -400..=400i64;
            let sum = |f: &dyn Fn(i64) -> f64| all.clone().map(|z| f(z) * mass(b, z)).sum::<f64>();
            assert!((sum(&|z| z.abs() as f64) - mean_absolute(b)).abs() < 1e-11);
            assert!((sum(&|z| (z * z) as f64) - variance(b)).abs() < 1e-9);
            for bias in [-3i64, 0, 1, 12] {
                let direct = sum(&|z| (bias + z).abs() as f64);
                assert!(
                    (direct - mean_absolute_with_bias(b, bias as f64)).abs() < 1e-11,
                    "b {b} bias {bias}"
                );
            }
            for t in [-3.0, -0.5, 0.0, 0.5, 2.0] {
                let direct = sum(&|z| f64::from(u8::from(z as f64 > t)));
                assert!((direct - above(b, t)).abs() < 1e-12, "b {b} t {t}");
            }
        }
    }
}
