//! What every noise law says of itself, and what a mechanism is.

use super::kinds::{CalibrationError, Mechanism, Noise};
use crate::privacy::Sensitivity;
use crate::privacy::accounting::{Accountant, Event};

/// The law of a noise Z, symmetric around 0 unless it says otherwise. What has a default is
/// worked out from the rest; a law that knows better overrides it.
pub(super) trait NoiseLaw: Copy {
    /// b or σ.
    fn scale(self) -> f64;

    /// What the scale is called: "σ" for normal kinds.
    fn sign(self) -> &'static str {
        "b"
    }

    /// Whether it takes whole values only, so that noised sums tie.
    fn is_whole(self) -> bool {
        false
    }

    /// What accountants add up for a vector of answers: a user who moves at most `l0` of
    /// them by at most `linf` each can do no worse than move so many by so much. Whole
    /// `linf` for discrete noise.
    fn events(self, l0: u64, linf: f64) -> Vec<Event>;

    /// P(Z > t).
    fn above(self, t: f64) -> f64;

    /// Density at z; P(Z = z) for discrete noise.
    fn mass(self, z: f64) -> f64;

    /// E|Z|.
    fn mean_absolute(self) -> f64;

    /// Var Z.
    fn variance(self) -> f64;

    /// E (Z - E Z)⁴.
    fn fourth_moment(self) -> f64;

    /// E|B + Z| for a bias B (a whole number for discrete noise).
    fn mean_absolute_with_bias(self, bias: f64) -> f64;

    /// P(|B + Z| > t) for t ≥ 0 and a bias B: by symmetry P(Z < -t - B) = P(Z > t + B).
    fn error_above(self, bias: f64, t: f64) -> f64 {
        (self.above(t - bias) + self.above(t + bias)).min(1.0)
    }

    /// E (x + Z)⁺ - x: by how much a sum of `x` is too high on average once values below 0
    /// are set to 0. (y)⁺ = (|y| + y)/2.
    fn floor_bias(self, x: f64) -> f64 {
        0.5 * (self.mean_absolute_with_bias(x) - x)
    }

    /// Which closed forms hold for pairs, places and draws; quadrature and bisection where
    /// none does.
    fn shape(self) -> Shape {
        Shape::Other
    }
}

/// Laws whose differences, thresholds and draws have forms of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Density e^{-|z|/b} / 2b.
    Laplace {
        /// Scale b.
        b: f64,
    },
    /// P(z) ∝ e^{-|z|/b} on whole numbers.
    DiscreteLaplace {
        /// Scale b.
        b: f64,
    },
    /// Normal.
    Gaussian {
        /// Standard deviation σ.
        sigma: f64,
    },
    /// P(z) ∝ e^{-z²/2σ²} on whole numbers.
    DiscreteGaussian {
        /// Parameter σ.
        sigma: f64,
    },
    /// P(Z ≤ z) = exp(-e^{-z/scale}).
    Gumbel {
        /// Scale.
        scale: f64,
    },
    /// Any other: from tails and densities alone.
    Other,
}

/// What is asked of a calibration: ε and δ of one release, and how far one user moves it.
pub(super) struct Wanted {
    pub epsilon: f64,
    /// The typed δ; only mechanisms that need one look at it.
    pub delta: Option<f64>,
    pub sensitivity: Sensitivity,
    /// Length of the list, which Gumbel top-k alone asks for.
    pub k: usize,
}

impl Wanted {
    /// δ inside (0, 1).
    pub fn delta(&self, mechanism: Mechanism) -> Result<f64, CalibrationError> {
        let delta = self.delta.ok_or(CalibrationError::DeltaMissing(mechanism))?;
        if delta > 0.0 && delta < 1.0 { Ok(delta) } else { Err(CalibrationError::Delta(delta)) }
    }
}

/// How several uses of a mechanism share a budget.
pub(super) enum Uses {
    /// Pure: by basic composition, or where δ is above 0 by the best of these accountants.
    Pure(&'static [Accountant]),
    /// Never pure: the smallest scale for ε, δ, sensitivity and so many uses.
    Own(fn(f64, f64, f64, u64) -> Result<f64, CalibrationError>),
}

/// A mechanism: what the file of each fills in.
pub(super) struct MechanismEntry {
    /// The word for it, as typed on the command line.
    pub name: &'static str,
    /// What it is and what it guarantees, in half a line.
    pub brief: &'static str,
    /// What it is when it noises one number.
    pub of_one: &'static str,
    /// Whether the guarantee has a δ above 0.
    pub needs_delta: bool,
    /// Whether a value comes out for every group, and not an order alone.
    pub publishes_values: bool,
    /// The sensitivity that its scale goes by.
    pub norm: fn(Sensitivity) -> f64,
    /// The smallest noise for what is wanted, at that sensitivity.
    pub calibrate: fn(&Wanted, f64) -> Result<Noise, CalibrationError>,
    /// Its noise of a scale above 0, for a list of k.
    pub of_scale: fn(f64, usize) -> Noise,
    /// How several uses share a budget.
    pub uses: Uses,
}
