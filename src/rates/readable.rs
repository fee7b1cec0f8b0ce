//! The smallest group whose rate can be read within ±x: for the noise alone, and for sampling alone.

use serde::Serialize;

use super::law::{CellNoise, RateLaw};
use crate::privacy::normal;

/// How many users a group needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Readable {
    /// The rate.
    pub rate: f64,
    /// ±x, relative to the rate.
    pub within: f64,
    /// With this probability.
    pub level: f64,
    /// Users (or exposures) that the noise alone asks for; null beyond 10¹².
    pub noise: Option<u64>,
    /// Users that sampling alone asks for: (z/x)²(1 - p)/p.
    pub sampling: Option<u64>,
}

/// The smallest group of a rate `p` whose answer is within ±`within` of it with probability `level`.
/// Both are to be above 0; the search is by doubling and halving, for larger groups are read better.
pub fn smallest_readable(p: f64, within: f64, level: f64, noise: CellNoise) -> Readable {
    const MOST: f64 = 1e12;
    let holds = |n: f64| {
        let law = RateLaw::new(p * n, (1.0 - p) * n, noise);
        // What cannot be told is not within.
        law.within(within * p).is_some_and(|inside| inside * law.answered() >= level)
    };
    let mut high = 1.0;
    while high < MOST && !holds(high) {
        high *= 2.0;
    }
    let found = (high < MOST).then(|| {
        let mut low = 0.5 * high;
        while high - low > 1.0 {
            let middle = (0.5 * (low + high)).floor();
            if holds(middle) { high = middle } else { low = middle }
        }
        high.ceil() as u64
    });
    let z = normal::quantile(0.5 * (1.0 + level)) / within;
    let sampling = (z * z * (1.0 - p) / p).ceil();
    Readable {
        rate: p,
        within,
        level,
        noise: found,
        sampling: (sampling < MOST).then_some(sampling as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_meet_their_reference_values() {
        let found = smallest_readable(0.05, 0.2, 0.95, CellNoise::Laplace { b: 1.0 });
        assert_eq!((found.noise, found.sampling), (Some(285), Some(1_825)));
        // Twice the scale asks for twice the users, within a user.
        let wider = smallest_readable(0.05, 0.2, 0.95, CellNoise::Laplace { b: 2.0 });
        assert!(wider.noise.unwrap().abs_diff(570) <= 1, "{wider:?}");
        assert_eq!(smallest_readable(1e-9, 1e-6, 0.95, CellNoise::Laplace { b: 1e6 }).noise, None);
    }
}
