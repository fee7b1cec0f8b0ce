//! Three designs of a noised rate: disjoint cells, and numerator and denominator apart.
//!
//! With n users of whom a share p converted, the variance to first order is 2l0²/(nε)² times a factor
//! (section "rates" of the science page): (1 - p)² + p² for disjoint cells, in which a user counts once and
//! nothing is split; (p^{2/3} + 1)³ for numerator and denominator at the best split of ε,
//! ε₁/ε₂ = p^{-2/3} (the minimum of 1/ε₁² + p²/ε₂²); 4(1 + p²) half and half.

use serde::Serialize;

/// One design.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateDesign {
    /// Its name.
    pub design: &'static str,
    /// The share of ε that the numerator takes; null where nothing is split.
    pub numerator_share: Option<f64>,
    /// The variance of the rate to first order, times n²ε²/(2l0²).
    pub variance_factor: f64,
    /// The standard deviation of a rate of n users, to first order.
    pub noise_sd: f64,
    /// The ε at which it would be as exact as disjoint cells are.
    pub epsilon_for_the_same: f64,
}

/// The designs at a rate `p` of `n` users with ε and Laplace noise for `l0` groups, the best first.
pub fn designs(p: f64, n: f64, epsilon: f64, l0: f64) -> [RateDesign; 3] {
    let cells = (1.0 - p) * (1.0 - p) + p * p;
    let third = libm::cbrt(p * p);
    let made = |design, numerator_share, variance_factor: f64| RateDesign {
        design,
        numerator_share,
        variance_factor,
        noise_sd: (2.0 * variance_factor).sqrt() * l0 / (n * epsilon),
        epsilon_for_the_same: epsilon * (variance_factor / cells).sqrt(),
    };
    [
        made("disjoint cells", None, cells),
        // ε₁ : ε₂ is 1 : p^{2/3}.
        made(
            "numerator and denominator, best split",
            Some(1.0 / (1.0 + third)),
            (1.0 + third).powi(3),
        ),
        made("numerator and denominator, half and half", Some(0.5), 4.0 * (1.0 + p * p)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_meet_their_reference_values() {
        for (p, wanted) in [
            (0.01, [0.980, 1.146, 4.00]),
            (0.05, [0.905, 1.465, 4.01]),
            (0.2, [0.680, 2.417, 4.16]),
        ] {
            let found = designs(p, 1_000.0, 0.5, 3.0);
            for (design, (factor, digits)) in
                found.iter().zip(wanted.into_iter().zip([1e-3, 1e-3, 1e-2]))
            {
                assert!((design.variance_factor - factor).abs() < 0.51 * digits, "{design:?}");
            }
            assert!(
                (found[0].noise_sd - (2.0 * found[0].variance_factor).sqrt() * 3.0 / 500.0).abs()
                    < 1e-12
            );
            assert!((found[0].epsilon_for_the_same - 0.5).abs() < 1e-12);
            // No other split is better.
            let of = |share: f64| 1.0 / (share * share) + (p / (1.0 - share)).powi(2);
            let best = found[1].numerator_share.unwrap();
            assert!((of(best) - found[1].variance_factor).abs() < 1e-9);
            assert!(of(best) < of(best - 0.01) && of(best) < of(best + 0.01));
        }
    }
}
