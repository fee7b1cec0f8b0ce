//! Additive noise mechanisms: which scale a guarantee needs, and the law of the noise.

mod calibration;
pub mod discrete_gaussian;
mod discrete_laplace;
mod gaussian;
pub mod gumbel;
mod kinds;
mod laplace;
mod law;
pub mod permute_and_flip;
pub mod rounding;
pub mod threshold;

pub use calibration::{
    Calibrated, Calibrating, calibrate_uses, subsampled_gaussian_epsilon, subsampled_gaussian_sigma,
};
pub use discrete_gaussian::discrete_gaussian_sigma;
pub use gaussian::{gaussian_delta, gaussian_sigma};
pub use kinds::{CalibrationError, Mechanism, Noise};
pub use law::Shape;

use std::fmt;

use self::kinds::check;
use self::law::{MechanismEntry, NoiseLaw, Wanted};
use super::Sensitivity;
use super::accounting::Event;

impl Mechanism {
    /// Every mechanism, in the order shown.
    pub const ALL: [Mechanism; 5] = [
        Mechanism::Laplace,
        Mechanism::DiscreteLaplace,
        Mechanism::Gaussian,
        Mechanism::DiscreteGaussian,
        Mechanism::GumbelTopK,
    ];

    /// Those that publish a value for every group, in the order shown.
    pub const HISTOGRAMS: [Mechanism; 4] = [
        Mechanism::Laplace,
        Mechanism::DiscreteLaplace,
        Mechanism::Gaussian,
        Mechanism::DiscreteGaussian,
    ];

    fn entry(self) -> &'static MechanismEntry {
        match self {
            Mechanism::Laplace => &laplace::ENTRY,
            Mechanism::DiscreteLaplace => &discrete_laplace::ENTRY,
            Mechanism::Gaussian => &gaussian::ENTRY,
            Mechanism::DiscreteGaussian => &discrete_gaussian::ENTRY,
            Mechanism::GumbelTopK => &gumbel::ENTRY,
        }
    }

    /// The word for it, as typed on the command line.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it is and what it guarantees, in half a line.
    pub fn brief(self) -> &'static str {
        self.entry().brief
    }

    /// What it is when it noises one number, in half a line.
    pub fn of_one(self) -> &'static str {
        self.entry().of_one
    }

    /// Whether the guarantee has a δ above 0.
    pub fn needs_delta(self) -> bool {
        self.entry().needs_delta
    }

    /// Whether a value comes out for every group, and not an order alone.
    pub fn publishes_values(self) -> bool {
        self.entry().publishes_values
    }

    /// Its noise of a scale above 0, for a list of `k` (which Gumbel top-k alone asks for).
    pub fn of_scale(self, scale: f64, k: usize) -> Noise {
        (self.entry().of_scale)(scale, k)
    }

    /// The noise that gives ε (and δ, for Gaussian kinds; ignored otherwise) at `sensitivity`
    /// for a list of `k` (which Gumbel top-k alone asks for).
    /// Laplace and discrete Laplace: b = Δ₁/ε (Dwork et al. 2006; Ghosh et al. 2009).
    /// Gaussian: the smallest σ (Balle & Wang 2018, Theorem 8). Discrete Gaussian: the
    /// smallest σ by the exact law of a vector. Gumbel: k·Δ∞/ε (Durfee & Rogers 2019).
    ///
    /// # Errors
    /// If ε is not a number in 1e-9..=1e6, δ is missing or not inside (0, 1), the
    /// sensitivity is not above 0, or not whole for discrete Gaussian noise.
    pub fn calibrate(
        self,
        epsilon: f64,
        delta: Option<f64>,
        sensitivity: Sensitivity,
        k: usize,
    ) -> Result<Noise, CalibrationError> {
        let entry = self.entry();
        let norm = (entry.norm)(sensitivity);
        check(epsilon, norm)?;
        (entry.calibrate)(&Wanted { epsilon, delta, sensitivity, k }, norm)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Says something of the law behind a noise: the one list of them.
macro_rules! of_law {
    ($noise:expr, $law:ident => $said:expr) => {
        match $noise {
            Noise::Laplace { b } => {
                let $law = laplace::LaplaceLaw { b };
                $said
            }
            Noise::DiscreteLaplace { b } => {
                let $law = discrete_laplace::DiscreteLaplaceLaw { b };
                $said
            }
            Noise::Gaussian { sigma } => {
                let $law = gaussian::GaussianLaw { sigma };
                $said
            }
            Noise::DiscreteGaussian { sigma } => {
                let $law = discrete_gaussian::DiscreteGaussianLaw { sigma };
                $said
            }
            Noise::Gumbel { scale, k } => {
                let $law = gumbel::GumbelLaw { scale, k };
                $said
            }
        }
    };
}

impl Noise {
    /// Whether it takes whole values only, so that noised sums tie.
    pub fn is_whole(self) -> bool {
        of_law!(self, law => law.is_whole())
    }

    /// The mechanism that draws it.
    pub fn mechanism(self) -> Mechanism {
        match self {
            Noise::Laplace { .. } => Mechanism::Laplace,
            Noise::DiscreteLaplace { .. } => Mechanism::DiscreteLaplace,
            Noise::Gaussian { .. } => Mechanism::Gaussian,
            Noise::DiscreteGaussian { .. } => Mechanism::DiscreteGaussian,
            Noise::Gumbel { .. } => Mechanism::GumbelTopK,
        }
    }

    /// What accountants add up for a vector of answers: a user who moves at most `l0` of
    /// them by at most `linf` each can do no worse than move so many by so much. Whole
    /// `linf` for discrete noise.
    pub fn events(self, l0: u64, linf: f64) -> Vec<Event> {
        of_law!(self, law => law.events(l0, linf))
    }

    /// b or σ, or the scale of Gumbel noise.
    pub fn scale(self) -> f64 {
        of_law!(self, law => law.scale())
    }

    /// What the scale is called: "σ" for normal kinds, else "b".
    pub fn sign(self) -> &'static str {
        of_law!(self, law => law.sign())
    }

    /// E|Z|.
    pub fn mean_absolute(self) -> f64 {
        of_law!(self, law => law.mean_absolute())
    }

    /// Var Z.
    pub fn variance(self) -> f64 {
        of_law!(self, law => law.variance())
    }

    /// E (Z - E Z)⁴.
    pub fn fourth_moment(self) -> f64 {
        of_law!(self, law => law.fourth_moment())
    }

    /// E|B + Z| for a bias B (a whole number for discrete noise).
    pub fn mean_absolute_with_bias(self, bias: f64) -> f64 {
        of_law!(self, law => law.mean_absolute_with_bias(bias))
    }

    /// P(Z > t).
    pub fn above(self, t: f64) -> f64 {
        of_law!(self, law => law.above(t))
    }

    /// Density at z; P(Z = z) for discrete noise.
    pub fn mass(self, z: f64) -> f64 {
        of_law!(self, law => law.mass(z))
    }

    /// P(|B + Z| > t) for t ≥ 0 and a bias B.
    pub fn error_above(self, bias: f64, t: f64) -> f64 {
        of_law!(self, law => law.error_above(bias, t))
    }

    /// E (x + Z)⁺ - x for a true value x ≥ 0 (whole for discrete noise).
    pub fn floor_bias(self, x: f64) -> f64 {
        of_law!(self, law => law.floor_bias(x))
    }

    /// Which closed forms hold for its pairs, places and draws.
    pub fn shape(self) -> Shape {
        of_law!(self, law => law.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_without_a_fourth_moment_is_refused() {
        for mechanism in Mechanism::ALL {
            for size in [1.1e63, 1e300, f64::MAX] {
                let refused = mechanism.calibrate(8.5, Some(1e-6), Sensitivity::assumed(size), 4);
                assert!(refused.is_err(), "{mechanism} {size:e}: {refused:?}");
            }
            if mechanism != Mechanism::DiscreteGaussian {
                let noise =
                    mechanism.calibrate(1e-9, Some(1e-6), Sensitivity::assumed(1e40), 4).unwrap();
                assert!(noise.fourth_moment().is_finite());
            }
        }
    }

    #[test]
    fn fourth_moments_equal_direct_sums() {
        for scale in [0.4, 1.0, 6.0] {
            let noise = Noise::DiscreteLaplace { b: scale };
            // P(Z = z) = P(Z > z - 1) - P(Z > z), both sides alike.
            let mass = |z: f64| noise.above(z - 1.0) - noise.above(z);
            let direct: f64 =
                (1..400).map(|z| 2.0 * f64::from(z).powi(4) * mass(f64::from(z))).sum();
            assert!((direct / noise.fourth_moment() - 1.0).abs() < 1e-9, "b {scale}");
            for noise in [Noise::Laplace { b: scale }, Noise::Gaussian { sigma: scale }] {
                let step = scale * 1e-3;
                let mass = |z: f64| noise.above(z - 0.5 * step) - noise.above(z + 0.5 * step);
                let direct: f64 = (1..60_000)
                    .map(|i| step * f64::from(i))
                    .map(|z| 2.0 * z.powi(4) * mass(z))
                    .sum();
                assert!((direct / noise.fourth_moment() - 1.0).abs() < 1e-5, "{noise:?}");
            }
        }
    }
}
