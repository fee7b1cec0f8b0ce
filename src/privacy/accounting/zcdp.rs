//! Zero-concentrated DP (Bun & Steinke 2016): ρ adds up.

use super::event::{Event, Law};
use super::renyi;

/// ε - 1 + e^{-ε}: ρ of the Laplace mechanism with Δ/b = ε. It is the Kullback–Leibler
/// divergence, the limit of D_α/α at α = 1, where that quotient is largest
/// (Harrison & Manurangsi 2025, "Exact zCDP characterizations").
fn laplace(loss: f64) -> f64 {
    // The series where the difference would cancel.
    if loss < 1e-3 {
        let square = loss * loss;
        return square / 2.0 - square * loss / 6.0 + square * square / 24.0;
    }
    libm::expm1(-loss) + loss
}

/// ρ of discrete Laplace noise, its Kullback–Leibler divergence: Σ mass·loss over its atoms,
/// summed in closed form. With a = e^{-1/b} and shift n: (n/b)·(1 - a^n)/(1 + a) and the atoms
/// between, Σ_{x=1}^{n-1} (n-2x)/b · a^x (1-a)/(1+a).
fn discrete_laplace(b: f64, shift: u64) -> f64 {
    let n = shift as f64;
    let log_a = -1.0 / b;
    let (a, one_less) = (libm::exp(log_a), -libm::expm1(log_a));
    let ends = n * -libm::expm1(n * log_a);
    // Σ_{x=1}^{n-1} a^x and Σ x a^x.
    let (mut plain, mut weighted) = (0.0, 0.0);
    if shift > 1 {
        let whole = -libm::expm1((n - 1.0) * log_a);
        plain = a * whole / one_less;
        weighted = (plain - (n - 1.0) * libm::exp(n * log_a)) / one_less;
    }
    let between = one_less * (n * plain - 2.0 * weighted);
    let sum = (ends + between) / ((1.0 + a) * b);
    // Rounding of differences of large sums must not make it smaller than what it tends to.
    if n / b < 1e-3 { sum.max(0.0).max(laplace(n / b).min(0.5 * (n / b) * (n / b))) } else { sum }
}

impl Law {
    /// ρ of one use, rounded up by 1e-12 of itself where it is calculated from differences;
    /// `None` where no ρ says anything (Poisson-subsampled Gaussian noise) or a failure
    /// stands beside it. Gaussian and discrete Gaussian: Δ²/2σ² (Bun & Steinke 2016;
    /// Canonne, Kamath, Steinke 2020). Pure: ε²/2. Bounded range: ε²/8 (Cesar & Rogers
    /// 2021).
    pub fn rho(self) -> Option<f64> {
        let half_square = |ratio: f64| 0.5 * ratio * ratio;
        match self {
            Law::Pure { epsilon } => Some(half_square(epsilon)),
            Law::BoundedRange { epsilon } => Some(half_square(epsilon) / 4.0),
            Law::Laplace { scale, sensitivity } => Some(laplace(sensitivity / scale)),
            Law::DiscreteLaplace { scale, sensitivity } => {
                Some(discrete_laplace(scale, sensitivity))
            }
            Law::Gaussian { sigma, sensitivity }
            | Law::SubsampledGaussian { sigma, sensitivity, rate: 1.0 } => {
                Some(half_square(sensitivity / sigma))
            }
            Law::DiscreteGaussian { sigma, sensitivity } => {
                Some(half_square(sensitivity as f64 / sigma))
            }
            Law::SubsampledGaussian { .. } => None,
            Law::Failure { .. } => Some(0.0),
        }
    }
}

/// ρ of all events together; `None` if one has none.
pub(super) fn rho(events: &[Event]) -> Option<f64> {
    events.iter().map(|event| Some(event.times as f64 * event.law.rho()?)).sum()
}

/// The ε of ρ-zCDP at 0 < δ < 1: the least over all orders α of
/// αρ + ln(1 - 1/α) - ln(δα)/(α-1) (Canonne, Kamath, Steinke 2020, Proposition 12), at
/// least 0.
pub fn zcdp_epsilon(rho: f64, delta: f64) -> f64 {
    if rho <= 0.0 { 0.0 } else { renyi::epsilon_of_rho(rho, delta).max(0.0) }
}

/// The δ of ρ-zCDP at ε ≥ 0, by the same proposition.
pub fn zcdp_delta(rho: f64, epsilon: f64) -> f64 {
    if rho <= 0.0 { 0.0 } else { renyi::delta_of_rho(rho, epsilon) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::renyi::Direction;

    #[test]
    fn rho_is_above_the_divergence_of_every_order() {
        for loss in [1e-4, 1e-3, 0.05, 0.5, 2.0, 9.0] {
            let laws = [
                Law::Laplace { scale: 1.0 / loss, sensitivity: 1.0 },
                Law::DiscreteLaplace { scale: 1.0 / loss, sensitivity: 1 },
                Law::DiscreteLaplace { scale: 7.0 / loss, sensitivity: 7 },
                Law::Pure { epsilon: loss },
                Law::BoundedRange { epsilon: loss },
            ];
            for law in laws {
                let rho = law.rho().unwrap();
                let mut closest = 0.0f64;
                for i in -60..60 {
                    let s = libm::exp(f64::from(i) * 0.2);
                    let quotient = law.log_moment(s, Direction::Remove) / (s * (s + 1.0));
                    closest = closest.max(quotient / rho);
                }
                assert!(closest <= 1.0 + 1e-6, "{law:?}: {closest}");
                if !matches!(law, Law::Pure { .. } | Law::BoundedRange { .. }) {
                    assert!(closest > 0.999, "{law:?}: ρ {rho} is not tight ({closest})");
                }
            }
        }
    }

    #[test]
    fn discrete_laplace_equals_a_direct_sum() {
        for (b, shift) in [(0.7, 1u64), (3.0, 5), (40.0, 11)] {
            let a = libm::exp(-1.0 / b);
            let direct: f64 = (-4000..4000i64)
                .map(|z| {
                    let mass = (1.0 - a) / (1.0 + a) * libm::exp(-(z.abs() as f64) / b);
                    mass * ((z - shift as i64).abs() - z.abs()) as f64 / b
                })
                .sum();
            let found = discrete_laplace(b, shift);
            assert!((found / direct - 1.0).abs() < 1e-9, "{b} {shift}: {found} {direct}");
        }
    }
}
