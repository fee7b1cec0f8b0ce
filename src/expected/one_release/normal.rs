//! The normal law of figures that are sums of many independent parts.

use crate::privacy::normal::phi;

/// The mean over the noise of a figure of one release, and its standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormalLaw {
    /// Mean, in the unit of the figure.
    pub mean: f64,
    /// Standard deviation, in the same unit.
    pub deviation: f64,
}

impl NormalLaw {
    /// P(figure ≤ `limit`) by the normal law.
    pub fn at_most(self, limit: f64) -> f64 {
        let x = (limit - self.mean) / self.deviation;
        // No spread at all, and on the limit.
        if x.is_nan() { 0.5 } else { phi(x) }
    }
}
