//! How far one user can move all answers together.

use serde::Serialize;

/// Sensitivities of a vector of sums when neighbours differ by adding or removing
/// one user, in the unit of the sums.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sensitivity {
    /// Δ₁: the sum of the absolute changes.
    pub l1: f64,
    /// Δ₂: the root of the sum of their squares.
    pub l2: f64,
    /// Δ∞: the largest change of one answer.
    pub linf: f64,
    /// Typed instead of derived: the guarantee holds only if the data obeys it.
    pub assumed: bool,
}

impl Sensitivity {
    /// From contribution bounds: Δ₁ = l0·linf, Δ₂ = √l0·linf, Δ∞ = linf, where l0 is what
    /// a user can move: at most the number of groups where that is public.
    pub fn from_bounds(l0: f64, linf: f64) -> Self {
        Self { l1: l0 * linf, l2: l0.sqrt() * linf, linf, assumed: false }
    }

    /// A typed sensitivity, for teaching: taken as every norm's at once (which is what
    /// one user changing one answer by `value` would give).
    pub fn assumed(value: f64) -> Self {
        Self { l1: value, l2: value, linf: value, assumed: true }
    }
}
