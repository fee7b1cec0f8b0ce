//! Laplace noise (Dwork, McSherry, Nissim, Smith 2006): error law.
//!
//! Sensitivity: Δ₁ = l0·linf. Privacy: basic ε = Δ₁/b; to the other accountants a vector is
//! l0 uses at sensitivity linf, each with the Rényi curve of Mironov 2017, ρ = x - 1 + e^{-x}
//! at x = linf/b, and its exact loss.

/// E|Z| = b.
pub(super) fn mean_absolute(b: f64) -> f64 {
    b
}

/// Var Z = 2b².
pub(super) fn variance(b: f64) -> f64 {
    2.0 * b * b
}

/// E|B + Z| = |B| + b e^{-|B|/b}.
pub(super) fn mean_absolute_with_bias(b: f64, bias: f64) -> f64 {
    bias.abs() + b * libm::exp(-bias.abs() / b)
}

/// P(Z > t) = ½e^{-t/b} above 0, and 1 less the mirror below.
pub(super) fn above(b: f64, t: f64) -> f64 {
    if t >= 0.0 { 0.5 * libm::exp(-t / b) } else { 1.0 - 0.5 * libm::exp(t / b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_meet_at_the_centre() {
        assert_eq!(above(3.0, 0.0), 0.5);
        assert!((above(3.0, -2.0) + above(3.0, 2.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn bias_and_noise_agree_with_a_sum_over_the_density() {
        let (b, bias) = (2.0, -3.5);
        let step = 1e-3;
        let sum: f64 = (-60_000..60_000)
            .map(|i| {
                let z = (f64::from(i) + 0.5) * step;
                (bias + z).abs() * libm::exp(-z.abs() / b) / (2.0 * b) * step
            })
            .sum();
        assert!((sum - mean_absolute_with_bias(b, bias)).abs() < 1e-6);
    }
}
