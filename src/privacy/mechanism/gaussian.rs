//! Gaussian noise: error law and analytic calibration (Balle & Wang 2018).
//!
//! Sensitivity: Δ₂ = √l0·linf. Privacy: (ε, δ) on the exact curve of Balle & Wang; zCDP ρ =
//! Δ₂²/2σ², Rényi α·ρ, and a normal loss N(ρ, 2ρ), so that k uses are one at σ/√k.

use std::f64::consts::{PI, SQRT_2};

use super::kinds::{Mechanism, Noise, finite};
use super::law::{MechanismEntry, NoiseLaw, Shape, Uses};
use crate::privacy::accounting::{Event, Law};
use crate::privacy::normal::phi;

pub(super) const ENTRY: MechanismEntry = MechanismEntry {
    name: "gaussian",
    brief: "Gaussian noise, analytic calibration: (ε, δ)-DP",
    of_one: "Gaussian noise",
    needs_delta: true,
    publishes_values: true,
    norm: |sensitivity| sensitivity.l2,
    calibrate: |wanted, l2| {
        let delta = wanted.delta(Mechanism::Gaussian)?;
        Ok(Noise::Gaussian { sigma: finite(gaussian_sigma(wanted.epsilon, delta, l2))? })
    },
    of_scale: |sigma, _| Noise::Gaussian { sigma },
    // k uses are one at σ/√k.
    uses: Uses::Own(|epsilon, delta, l2, uses| {
        finite(gaussian_sigma(epsilon, delta, l2) * (uses as f64).sqrt())
    }),
};

/// Normal with standard deviation σ.
#[derive(Debug, Clone, Copy)]
pub(super) struct GaussianLaw {
    /// Standard deviation σ.
    pub sigma: f64,
}

impl NoiseLaw for GaussianLaw {
    fn scale(self) -> f64 {
        self.sigma
    }

    fn sign(self) -> &'static str {
        "σ"
    }

    fn events(self, l0: u64, linf: f64) -> Vec<Event> {
        let sensitivity = (l0 as f64).sqrt() * linf;
        vec![Event::once(Law::Gaussian { sigma: self.sigma, sensitivity })]
    }

    /// Φ(-t/σ).
    fn above(self, t: f64) -> f64 {
        phi(-t / self.sigma)
    }

    fn mass(self, z: f64) -> f64 {
        let t = z / self.sigma;
        libm::exp(-0.5 * t * t) / (self.sigma * (2.0 * PI).sqrt())
    }

    /// σ√(2/π).
    fn mean_absolute(self) -> f64 {
        self.sigma * (2.0 / PI).sqrt()
    }

    /// σ².
    fn variance(self) -> f64 {
        self.sigma * self.sigma
    }

    /// 3σ⁴.
    fn fourth_moment(self) -> f64 {
        3.0 * self.variance() * self.variance()
    }

    /// σ√(2/π) e^{-B²/2σ²} + B·erf(B/σ√2): the folded normal's mean.
    fn mean_absolute_with_bias(self, bias: f64) -> f64 {
        let t = bias / self.sigma;
        self.mean_absolute() * libm::exp(-0.5 * t * t) + bias * libm::erf(t / SQRT_2)
    }

    /// xΦ(x/σ) + σφ(x/σ) - x.
    fn floor_bias(self, x: f64) -> f64 {
        let t = x / self.sigma;
        self.sigma * (libm::exp(-0.5 * t * t) / (2.0 * PI).sqrt() - t * phi(-t))
    }

    fn shape(self) -> Shape {
        Shape::Gaussian { sigma: self.sigma }
    }
}

/// The smallest δ for which Gaussian noise of standard deviation `sigma` at
/// sensitivity `l2` is (ε, δ)-DP (Balle & Wang 2018, Theorem 5):
/// Φ(Δ/2σ - εσ/Δ) - e^ε Φ(-Δ/2σ - εσ/Δ).
pub fn gaussian_delta(epsilon: f64, sigma: f64, l2: f64) -> f64 {
    let half = l2 / (2.0 * sigma);
    let shift = epsilon * sigma / l2;
    let first = phi(half - shift);
    let far = half + shift;
    // In logs e^ε Φ(-x) neither overflows nor turns to 0·∞, and Φ(-x) keeps full relative
    // precision through erfc. Far out, where Φ(-x) leaves the range of numbers,
    // e^ε·φ(half + shift) = φ(half - shift), since ε = 2·half·shift.
    let second = if far > 8.0 {
        let near = half - shift;
        libm::exp(-0.5 * near * near) / (2.0 * PI).sqrt() * mills(far)
    } else {
        libm::exp(epsilon + libm::log(phi(-far)))
    };
    (first - second).max(0.0)
}

/// Mills' ratio Φ(-x)/φ(x) for x > 5, by Laplace's continued fraction
/// 1/(x + 1/(x + 2/(x + 3/(x + …)))).
fn mills(x: f64) -> f64 {
    1.0 / (1..=60u32).rev().fold(x, |tail, n| x + f64::from(n) / tail)
}

/// The smallest σ with `gaussian_delta(epsilon, σ, l2) ≤ delta`; ε > 0, 0 < δ < 1,
/// l2 > 0. Bisection on a function that falls as σ grows, to the last bits.
pub fn gaussian_sigma(epsilon: f64, delta: f64, l2: f64) -> f64 {
    let enough = |unit_sigma: f64| gaussian_delta(epsilon, unit_sigma, 1.0) <= delta;
    let (mut low, mut high) = (1.0, 1.0);
    while !enough(high) {
        high *= 2.0;
    }
    while low > 1e-12 && enough(low) {
        low *= 0.5;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if enough(middle) { high = middle } else { low = middle }
    }
    high * l2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigma_meets_known_values() {
        // Balle & Wang's calibration at Δ₂ = 1, δ = 1e-6.
        assert!((gaussian_sigma(1.0, 1e-6, 1.0) - 4.224_678_889_3).abs() < 1e-9);
        assert!((gaussian_sigma(0.5, 1e-6, 1.0) - 8.06).abs() < 5e-3);
        assert!((gaussian_sigma(2.0, 1e-6, 1.0) - 2.23).abs() < 5e-3);
        assert!((gaussian_sigma(4.0, 1e-6, 1.0) - 1.19).abs() < 5e-3);
    }

    #[test]
    fn delta_is_spent_whole_and_not_exceeded() {
        for epsilon in [1e-6, 0.01, 0.3, 1.0, 8.0, 50.0, 800.0] {
            for delta in [1e-12, 1e-6, 0.01, 0.4] {
                let sigma = gaussian_sigma(epsilon, delta, 3.0);
                let reached = gaussian_delta(epsilon, sigma, 3.0);
                assert!(
                    reached <= delta * (1.0 + 1e-9),
                    "ε {epsilon} δ {delta} σ {sigma}: {reached}"
                );
                assert!(
                    gaussian_delta(epsilon, sigma * (1.0 - 1e-6), 3.0) > delta,
                    "ε {epsilon} δ {delta} σ {sigma}"
                );
            }
        }
    }

    #[test]
    fn folded_normal_has_no_bias_term_without_bias() {
        assert!(
            (GaussianLaw { sigma: 2.0 }.mean_absolute_with_bias(0.0)
                - GaussianLaw { sigma: 2.0 }.mean_absolute())
            .abs()
                < 1e-15
        );
        assert!((GaussianLaw { sigma: 1.0 }.mean_absolute_with_bias(-50.0) - 50.0).abs() < 1e-12);
    }
}
