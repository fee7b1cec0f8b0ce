//! The normal law of figures that are sums of many independent parts.

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
        normal((limit - self.mean) / self.deviation)
    }
}

/// Φ(x); ½ where it is no number, as at a law without any spread on its limit.
pub(super) fn normal(x: f64) -> f64 {
    if x.is_nan() { 0.5 } else { 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) }
}
