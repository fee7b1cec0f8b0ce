//! The smallest group whose rate can be read within ±x: for the noise alone, for sampling alone, for both.

use serde::Serialize;

use super::law::{CellNoise, RateLaw};
use crate::privacy::normal;

/// How many kept users (or exposures) a group needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Readable {
    /// The rate.
    pub rate: f64,
    /// ±x, relative to the rate.
    pub within: f64,
    /// With this probability.
    pub level: f64,
    /// Kept users (or exposures) that the noise alone asks for; null beyond 10¹².
    pub noise: Option<u64>,
    /// Kept users that sampling alone asks for: (z/x)²(1 - p)/p.
    pub sampling: Option<u64>,
    /// Kept users that both together ask for, chance taken for normal as in `sampling`.
    pub both: Option<u64>,
    /// Users of whom so many are kept as `both` asks for, on the average over groups.
    pub in_all: Option<u64>,
}

/// Beyond so many nothing is looked for.
const MOST: f64 = 1e12;

/// The smallest size that holds, by doubling and halving: larger groups are read better.
fn smallest(holds: impl Fn(f64) -> bool) -> Option<u64> {
    let mut high = 1.0;
    while high < MOST && !holds(high) {
        high *= 2.0;
    }
    (high < MOST).then(|| {
        let mut low = 0.5 * high;
        while high - low > 1.0 {
            let middle = (0.5 * (low + high)).floor();
            if holds(middle) { high = middle } else { low = middle }
        }
        high.ceil() as u64
    })
}

/// The smallest group of a rate `p` whose answer is within ±`within` of it with probability `level` for
/// the noise alone. Both are to be above 0.
pub fn smallest_for_noise(p: f64, within: f64, level: f64, noise: CellNoise) -> Option<u64> {
    smallest(|n| {
        let law = RateLaw::new(p * n, (1.0 - p) * n, noise);
        // What cannot be told is not within.
        law.within(within * p).is_some_and(|inside| inside * law.answered() >= level)
    })
}

/// P(the answer of a group of `n` is within ±`within` of `p`) where chance and noise come together: the
/// conversions are normal around np with variance np(1 - p), and the noise's law is averaged over them
/// (Simpson's rule, with places that crowd where a rate without noise would leave the stretch).
fn within_both(n: f64, p: f64, within: f64, noise: CellNoise) -> f64 {
    const FAR: f64 = 8.0;
    const STEPS: u32 = 40;
    let deviation = (n * p * (1.0 - p)).sqrt();
    let inside = |z: f64| {
        let converted = (n * p + deviation * z).clamp(0.0, n);
        let law = RateLaw::new(converted, n - converted, noise);
        let inside = law.at_most(p * (1.0 + within)) - law.below(p * (1.0 - within));
        normal::density(z) * inside * law.answered()
    };
    // ∫ from `edge` to `end` with z = edge + (end - edge)u².
    let piece = |edge: f64, end: f64| -> f64 {
        let step = 1.0 / f64::from(STEPS);
        let sum: f64 = (1..=STEPS)
            .map(|at| {
                let u = f64::from(at) * step;
                let weight = match at {
                    STEPS => 1.0,
                    at if at % 2 == 1 => 4.0,
                    _ => 2.0,
                };
                weight * 2.0 * u * inside(edge + (end - edge) * u * u)
            })
            .sum();
        (end - edge).abs() * sum * step / 3.0
    };
    let edge = (n * p * within / deviation).min(FAR);
    [(-edge, -FAR), (-edge, 0.0), (edge, 0.0), (edge, FAR)]
        .into_iter()
        .map(|(edge, end)| piece(edge, end))
        .sum()
}

/// The smallest group of a rate `p` whose answer is within ±`within` of it with probability `level`:
/// for the noise, for chance, for both; `kept` is the share that the bounds keep.
pub fn smallest_readable(p: f64, within: f64, level: f64, noise: CellNoise, kept: f64) -> Readable {
    let z = normal::quantile(0.5 * (1.0 + level)) / within;
    let sampling = (z * z * (1.0 - p) / p).ceil();
    let both = smallest(|n| within_both(n, p, within, noise) >= level);
    let in_all = both.map(|both| (both as f64 / kept).ceil());
    Readable {
        rate: p,
        within,
        level,
        noise: smallest_for_noise(p, within, level, noise),
        sampling: (sampling < MOST).then_some(sampling as u64),
        both,
        in_all: in_all.filter(|&users| users < MOST).map(|users| users as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_and_noise_together_meet_exact_sums() {
        // P(within ±20 %) of a binomial count under the exact law, summed in another program: .95 is
        // crossed between 1,860 and 1,865 at b = 1, and around 2,533 at b = 5.
        for (b, from, to) in [(1.0, 1_850, 1_875), (5.0, 2_515, 2_555)] {
            let noise = CellNoise::Laplace { b };
            let found = smallest_readable(0.05, 0.2, 0.95, noise, 0.5);
            let both = found.both.unwrap();
            assert!((from..=to).contains(&both), "{found:?}");
            assert_eq!(found.in_all, Some(2 * both));
        }
        // Without noise it is chance alone.
        let still = smallest_readable(0.05, 0.2, 0.95, CellNoise::Laplace { b: 1e-9 }, 1.0);
        assert!(still.both.unwrap().abs_diff(still.sampling.unwrap()) <= 2, "{still:?}");
    }

    #[test]
    fn users_meet_their_reference_values() {
        let found = smallest_readable(0.05, 0.2, 0.95, CellNoise::Laplace { b: 1.0 }, 0.5);
        assert_eq!((found.noise, found.sampling), (Some(285), Some(1_825)));
        // Twice the scale asks for twice the users, within a user.
        let wider = smallest_readable(0.05, 0.2, 0.95, CellNoise::Laplace { b: 2.0 }, 1.0);
        assert!(wider.noise.unwrap().abs_diff(570) <= 1, "{wider:?}");
        let beyond = smallest_readable(1e-9, 1e-6, 0.95, CellNoise::Laplace { b: 1e6 }, 1.0);
        assert_eq!((beyond.noise, beyond.both, beyond.in_all), (None, None, None));
    }
}
