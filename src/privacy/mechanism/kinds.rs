//! The mechanisms and their noises by name, and why none can be calibrated. What each of them
//! is, its own file says; the list that joins both is `mod.rs`.

use serde::Serialize;
use thiserror::Error;

use crate::privacy::epsilon::EPSILON_RANGE;

/// An additive noise mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// Laplace noise: pure ε-DP at Δ₁.
    Laplace,
    /// Discrete Laplace (two-sided geometric) noise on whole numbers: pure ε-DP at Δ₁.
    DiscreteLaplace,
    /// Gaussian noise, analytic calibration: (ε, δ)-DP at Δ₂.
    Gaussian,
    /// Discrete Gaussian noise on whole numbers, calibrated by its exact δ: (ε, δ)-DP for
    /// a vector of l0 numbers moved by linf each.
    DiscreteGaussian,
    /// One-shot Gumbel top-k: only the order of the k largest is published, whatever
    /// number of groups a user is in; ε-DP at k·Δ∞.
    GumbelTopK,
}

/// A law of noise Z with its scale in the unit of the sums; symmetric around 0 but for
/// Gumbel noise, under which only the order counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// Density e^{-|z|/b} / 2b.
    Laplace {
        /// Scale b.
        b: f64,
    },
    /// P(z) ∝ a^|z| on whole numbers, a = e^{-1/b}.
    DiscreteLaplace {
        /// Scale b.
        b: f64,
    },
    /// Normal with standard deviation σ.
    Gaussian {
        /// Standard deviation σ.
        sigma: f64,
    },
    /// P(z) ∝ e^{-z²/2σ²} on whole numbers.
    DiscreteGaussian {
        /// Parameter σ.
        sigma: f64,
    },
    /// P(Z ≤ z) = exp(-e^{-z/scale}), for a list of k.
    Gumbel {
        /// Scale.
        scale: f64,
        /// Length of the published list.
        k: usize,
    },
}

/// Why no noise could be calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum CalibrationError {
    /// ε out of range.
    #[error("ε must be a number above 0, not {0}")]
    Epsilon(f64),
    /// ε so small or large that the scale leaves the range of numbers.
    #[error(
        "ε {0} asks for noise that cannot be represented; stay between {least:e} and {most:e}",
        least = EPSILON_RANGE.start(),
        most = EPSILON_RANGE.end()
    )]
    EpsilonRange(f64),
    /// δ out of range.
    #[error("δ must lie between 0 and 1, both left out, not {0}")]
    Delta(f64),
    /// δ missing.
    #[error("{0} noise needs a δ")]
    DeltaMissing(Mechanism),
    /// δ = 0 for Gaussian noise.
    #[error("Gaussian noise needs a δ above 0")]
    GaussianDelta,
    /// A sensitivity that discrete noise cannot have.
    #[error("discrete noise is for whole numbers: the sensitivity must be whole, not {0}")]
    NotWhole(f64),
    /// Nothing to calibrate for.
    #[error("calibrate for at least 1 use")]
    NoUses,
    /// Noise too wide for its law to be enumerated.
    #[error("the noise would be so wide that its law cannot be enumerated: use a larger unit")]
    TooWide,
    /// Sensitivity out of range.
    #[error("the sensitivity must be a number above 0, not {0}")]
    Sensitivity(f64),
    /// A scale that leaves the range of numbers.
    #[error(
        "the noise would be too wide to be written as a number: use a larger unit or fewer uses"
    )]
    Overflow,
}

/// Up to here the fourth moment of noise and sums of it are numbers, too.
const WIDEST: f64 = 1e60;

/// Refuses a scale that left the range of numbers, or whose moments do.
pub(super) fn finite(scale: f64) -> Result<f64, CalibrationError> {
    if scale <= WIDEST && scale > 0.0 { Ok(scale) } else { Err(CalibrationError::Overflow) }
}

/// A sensitivity as the whole number that discrete noise wants.
pub(super) fn whole(sensitivity: f64) -> Result<u64, CalibrationError> {
    if sensitivity.fract() == 0.0 && sensitivity < 2f64.powi(53) {
        Ok(sensitivity as u64)
    } else {
        Err(CalibrationError::NotWhole(sensitivity))
    }
}

/// Refuses an ε or a sensitivity that no noise can be calibrated for.
pub(super) fn check(epsilon: f64, sensitivity: f64) -> Result<(), CalibrationError> {
    if !(epsilon.is_finite() && epsilon > 0.0) {
        return Err(CalibrationError::Epsilon(epsilon));
    }
    if !EPSILON_RANGE.contains(&epsilon) {
        return Err(CalibrationError::EpsilonRange(epsilon));
    }
    if !(sensitivity.is_finite() && sensitivity > 0.0) {
        return Err(CalibrationError::Sensitivity(sensitivity));
    }
    Ok(())
}
