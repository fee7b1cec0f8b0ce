//! Laplace noise (Dwork, McSherry, Nissim, Smith 2006): error law.
//!
//! Sensitivity: Δ₁ = l0·linf. Privacy: basic ε = Δ₁/b; to the other accountants a vector is
//! l0 uses at sensitivity linf, each with the Rényi curve of Mironov 2017, ρ = x - 1 + e^{-x}
//! at x = linf/b, and its exact loss.

use super::kinds::{Noise, finite};
use super::law::{MechanismEntry, NoiseLaw, Shape, Uses};
use crate::privacy::accounting::{Accountant, Event, Law};

pub(super) const ENTRY: MechanismEntry = MechanismEntry {
    name: "laplace",
    brief: "Laplace noise: ε-DP",
    of_one: "Laplace noise",
    needs_delta: false,
    publishes_values: true,
    norm: |sensitivity| sensitivity.l1,
    calibrate: |wanted, l1| Ok(Noise::Laplace { b: finite(l1 / wanted.epsilon)? }),
    of_scale: |b, _| Noise::Laplace { b },
    uses: Uses::Pure(&[Accountant::Pld]),
};

/// Density e^{-|z|/b} / 2b.
#[derive(Debug, Clone, Copy)]
pub(super) struct LaplaceLaw {
    /// Scale b.
    pub b: f64,
}

impl NoiseLaw for LaplaceLaw {
    fn scale(self) -> f64 {
        self.b
    }

    fn events(self, l0: u64, linf: f64) -> Vec<Event> {
        vec![Event { law: Law::Laplace { scale: self.b, sensitivity: linf }, times: l0 }]
    }

    /// ½e^{-t/b} above 0, and 1 less the mirror below.
    fn above(self, t: f64) -> f64 {
        let half = 0.5 * libm::exp(-t.abs() / self.b);
        if t >= 0.0 { half } else { 1.0 - half }
    }

    fn mass(self, z: f64) -> f64 {
        libm::exp(-z.abs() / self.b) / (2.0 * self.b)
    }

    /// b.
    fn mean_absolute(self) -> f64 {
        self.b
    }

    /// 2b².
    fn variance(self) -> f64 {
        2.0 * self.b * self.b
    }

    /// 24b⁴.
    fn fourth_moment(self) -> f64 {
        6.0 * self.variance() * self.variance()
    }

    /// |B| + b e^{-|B|/b}.
    fn mean_absolute_with_bias(self, bias: f64) -> f64 {
        bias.abs() + self.b * libm::exp(-bias.abs() / self.b)
    }

    /// (b/2)e^{-x/b}.
    fn floor_bias(self, x: f64) -> f64 {
        0.5 * self.b * libm::exp(-x / self.b)
    }

    fn shape(self) -> Shape {
        Shape::Laplace { b: self.b }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_meet_at_the_centre() {
        let law = LaplaceLaw { b: 3.0 };
        assert_eq!(law.above(0.0), 0.5);
        assert!((law.above(-2.0) + law.above(2.0) - 1.0).abs() < 1e-15);
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
        assert!((sum - LaplaceLaw { b }.mean_absolute_with_bias(bias)).abs() < 1e-6);
    }
}
