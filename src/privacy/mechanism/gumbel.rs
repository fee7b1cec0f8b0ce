//! One-shot Gumbel top-k (Durfee & Rogers 2019): Gumbel noise of scale 1/ε₀ on every
//! count, and only the order of the k largest is published.
//!
//! Sensitivity: a user counts at most once per item (counts of buyers), which makes all
//! counts move the same way (monotone). Privacy: k peelings of the exponential
//! mechanism, each ε₀-bounded-range: k·ε₀ pure, k·ε₀²/8 zCDP and Rényi (Cesar & Rogers
//! 2021), whatever number of items a user bought. The set of items must be public.

use super::kinds::{Noise, finite};
use super::law::{MechanismEntry, NoiseLaw, Shape, Uses};
use crate::privacy::accounting::{Accountant, Event, Law};

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
    let weights: Vec<f64> =
        counts.iter().map(|count| libm::exp(epsilon * (count - most))).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

pub(super) const ENTRY: MechanismEntry = MechanismEntry {
    name: "gumbel-top-k",
    brief: "One-shot Gumbel top-k: the order of the top list alone, ε-DP over public groups",
    of_one: "One-shot Gumbel top-k: an ordered list over public items",
    needs_delta: false,
    publishes_values: false,
    norm: |sensitivity| sensitivity.linf,
    calibrate: |wanted, linf| {
        let scale = finite(linf * wanted.k as f64 / wanted.epsilon)?;
        Ok(Noise::Gumbel { scale, k: wanted.k })
    },
    of_scale: |scale, k| Noise::Gumbel { scale, k },
    uses: Uses::Pure(&[Accountant::Pld, Accountant::Rdp]),
};

/// P(Z ≤ z) = exp(-e^{-z/s}), for a list of k: not symmetric.
#[derive(Debug, Clone, Copy)]
pub(super) struct GumbelLaw {
    /// Scale s.
    pub scale: f64,
    /// Length of the published list.
    pub k: usize,
}

impl GumbelLaw {
    fn at_most(self, z: f64) -> f64 {
        libm::exp(-libm::exp(-z / self.scale))
    }
}

impl NoiseLaw for GumbelLaw {
    fn scale(self) -> f64 {
        self.scale
    }

    fn events(self, _: u64, linf: f64) -> Vec<Event> {
        events(self.k as u64, linf / self.scale).to_vec()
    }

    /// 1 - exp(-e^{-t/s}).
    fn above(self, t: f64) -> f64 {
        -libm::expm1(-libm::exp(-t / self.scale))
    }

    fn mass(self, z: f64) -> f64 {
        let e = libm::exp(-z / self.scale);
        if e.is_finite() { e * libm::exp(-e) / self.scale } else { 0.0 }
    }

    /// s(γ + 2E₁(1)).
    fn mean_absolute(self) -> f64 {
        self.mean_absolute_with_bias(0.0)
    }

    /// π²s²/6.
    fn variance(self) -> f64 {
        std::f64::consts::PI.powi(2) / 6.0 * self.scale * self.scale
    }

    /// Its excess kurtosis is 12/5.
    fn fourth_moment(self) -> f64 {
        5.4 * self.variance() * self.variance()
    }

    /// B + γs + 2∫ P(Z ≤ -B - t) dt over t ≥ 0, = B + γs + 2s·E₁(e^{B/s}).
    fn mean_absolute_with_bias(self, bias: f64) -> f64 {
        let t = bias / self.scale;
        if t < -36.0 {
            // E₁(x) = -γ - ln x + x - …: all but -B - γs cancels.
            return -bias - EULER * self.scale;
        }
        bias + self.scale * (EULER + 2.0 * exponential_integral(libm::exp(t)))
    }

    fn error_above(self, bias: f64, t: f64) -> f64 {
        self.above(t - bias) + self.at_most(-t - bias)
    }

    /// With E Z = γs.
    fn floor_bias(self, x: f64) -> f64 {
        0.5 * (self.mean_absolute_with_bias(x) - x + EULER * self.scale)
    }

    fn shape(self) -> Shape {
        Shape::Gumbel { scale: self.scale }
    }
}

const EULER: f64 = 0.577_215_664_901_532_9;

/// E₁(x) = ∫_x^∞ e^{-t}/t dt for x > 0: its series up to 1, the continued fraction beyond
/// (Abramowitz & Stegun 5.1.11 and 5.1.22).
fn exponential_integral(x: f64) -> f64 {
    if x > 700.0 {
        return 0.0;
    }
    if x <= 1.0 {
        let (mut term, mut sum) = (1.0, 0.0);
        for n in 1..=24 {
            let n = f64::from(n);
            term *= -x / n;
            sum -= term / n;
        }
        return sum - EULER - libm::log(x);
    }
    let mut tail = 0.0;
    for n in (1..=120).rev() {
        let n = f64::from(n);
        tail = n / (1.0 + n / (x + tail));
    }
    libm::exp(-x) / (x + tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_law_equals_sums_over_the_density() {
        // E₁ by tables (Abramowitz & Stegun, table 5.1).
        for (x, value) in [
            (0.5, 0.559_773_594_776_160_2),
            (1.0, 0.219_383_934_395_520_27),
            (2.0, 0.048_900_510_708_061_12),
        ] {
            assert!(
                (exponential_integral(x) - value).abs() < 1e-15,
                "{x}: {}",
                exponential_integral(x)
            );
        }
        let scale = 3.0;
        for bias in [-200.0, -7.0, 0.0, 4.0, 90.0] {
            let step = 1e-3;
            let law = GumbelLaw { scale, k: 1 };
            let mass = |z: f64| law.at_most(z + 0.5 * step) - law.at_most(z - 0.5 * step);
            let direct: f64 = (-20_000..120_000)
                .map(|i| f64::from(i) * step)
                .map(|z| (bias + z).abs() * mass(z))
                .sum();
            assert!((direct - law.mean_absolute_with_bias(bias)).abs() < 1e-5, "{bias}: {direct}");
        }
    }

    #[test]
    fn two_items_are_a_pair() {
        let both = first(&[12.0, 9.0], 0.4);
        assert!((both[1] - overtakes(3.0, 0.4)).abs() < 1e-15);
        assert!((first(&[5.0; 4], 1.0)[2] - 0.25).abs() < 1e-15);
    }
}
