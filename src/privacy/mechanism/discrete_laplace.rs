//! Discrete Laplace (two-sided geometric) noise (Ghosh, Roughgarden, Sundararajan 2009):
//! error law. a = e^{-1/b}.
//!
//! Sensitivity: Δ₁ = l0·linf, whole. Privacy: basic ε = Δ₁/b; to the other accountants a
//! vector is l0 uses at sensitivity linf, each with the atoms of its loss.

use super::kinds::{Noise, finite};
use super::law::{MechanismEntry, NoiseLaw, Shape, Uses};
use crate::privacy::accounting::{Accountant, Event, Law};

pub(super) const ENTRY: MechanismEntry = MechanismEntry {
    name: "discrete-laplace",
    brief: "Discrete Laplace (two-sided geometric) noise on whole numbers: ε-DP",
    of_one: "Discrete Laplace noise on whole numbers",
    needs_delta: false,
    publishes_values: true,
    norm: |sensitivity| sensitivity.l1,
    calibrate: |wanted, l1| Ok(Noise::DiscreteLaplace { b: finite(l1 / wanted.epsilon)? }),
    of_scale: |b, _| Noise::DiscreteLaplace { b },
    uses: Uses::Pure(&[Accountant::Pld]),
};

/// P(z) = (1-a)/(1+a)·a^|z| on whole numbers, a = e^{-1/b}.
#[derive(Debug, Clone, Copy)]
pub(super) struct DiscreteLaplaceLaw {
    /// Scale b.
    pub b: f64,
}

impl NoiseLaw for DiscreteLaplaceLaw {
    fn scale(self) -> f64 {
        self.b
    }

    fn is_whole(self) -> bool {
        true
    }

    fn events(self, l0: u64, linf: f64) -> Vec<Event> {
        let law = Law::DiscreteLaplace { scale: self.b, sensitivity: linf.ceil() as u64 };
        vec![Event { law, times: l0 }]
    }

    /// With m = ⌊t⌋ + 1, a^m/(1+a) for m ≥ 1, and 1 less the mirror below.
    fn above(self, t: f64) -> f64 {
        let m = t.floor() + 1.0;
        let a = libm::exp(-1.0 / self.b);
        if m >= 1.0 {
            libm::exp(-m / self.b) / (1.0 + a)
        } else {
            1.0 - libm::exp((m - 1.0) / self.b) / (1.0 + a)
        }
    }

    fn mass(self, z: f64) -> f64 {
        // (1-a)/(1+a) = tanh(1/2b).
        if z.fract() == 0.0 { libm::tanh(0.5 / self.b) * libm::exp(-z.abs() / self.b) } else { 0.0 }
    }

    /// 2a/(1-a²) = 1/sinh(1/b).
    fn mean_absolute(self) -> f64 {
        1.0 / libm::sinh(1.0 / self.b)
    }

    /// 2a/(1-a)² = 1/(cosh(1/b) - 1) = 1/(2 sinh²(1/2b)).
    fn variance(self) -> f64 {
        let s = libm::sinh(0.5 / self.b);
        0.5 / (s * s)
    }

    /// V + 6V² with the variance V: the difference of two geometric variables, whose fourth
    /// cumulants add.
    fn fourth_moment(self) -> f64 {
        let variance = self.variance();
        variance + 6.0 * variance * variance
    }

    /// |B| + E|Z| a^{|B|}, since for m ≥ 0
    /// E|m + Z| - E|m - 1 + Z| = P(Z > -m) - P(Z ≤ -m) = 1 - 2a^m/(1+a), summed.
    fn mean_absolute_with_bias(self, bias: f64) -> f64 {
        bias.abs() + self.mean_absolute() * libm::exp(-bias.abs() / self.b)
    }

    /// x whole: Σ_{m>x} P(Z ≤ -m) = a^{x+1}/((1+a)(1-a)).
    fn floor_bias(self, x: f64) -> f64 {
        let a = libm::exp(-1.0 / self.b);
        libm::exp(-(x + 1.0) / self.b) / ((1.0 + a) * -libm::expm1(-1.0 / self.b))
    }

    fn shape(self) -> Shape {
        Shape::DiscreteLaplace { b: self.b }
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
            assert!(
                (sum(&|z| z.abs() as f64) - DiscreteLaplaceLaw { b }.mean_absolute()).abs() < 1e-11
            );
            assert!((sum(&|z| (z * z) as f64) - DiscreteLaplaceLaw { b }.variance()).abs() < 1e-9);
            for bias in [-3i64, 0, 1, 12] {
                let direct = sum(&|z| (bias + z).abs() as f64);
                assert!(
                    (direct - DiscreteLaplaceLaw { b }.mean_absolute_with_bias(bias as f64)).abs()
                        < 1e-11,
                    "b {b} bias {bias}"
                );
            }
            for t in [-3.0, -0.5, 0.0, 0.5, 2.0] {
                let direct = sum(&|z| f64::from(u8::from(z as f64 > t)));
                assert!((direct - DiscreteLaplaceLaw { b }.above(t)).abs() < 1e-12, "b {b} t {t}");
            }
        }
    }
}
