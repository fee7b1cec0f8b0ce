//! Laws of figures over the noise of one release: with what probability a figure meets a limit.
//!
//! Data and bounds are fixed, groups are noised independently, so each figure here is a
//! function of independent draws. Exact: an error of one group, the worst of several, how many
//! of the true top are among the first k. By the central limit theorem with its means and
//! variances exact: errors averaged over groups. A quantile over groups is a sum of
//! independent indicators.

mod count;
#[cfg(test)]
mod drawn;
mod normal;
mod top;

pub use count::at_most;
pub use normal::NormalLaw;
pub use top::TopSplit;

use super::error::{Mixture, Terms};
use crate::expected::PairOrder;
use crate::metric::Metric;
use crate::privacy::Noise;
use std::sync::OnceLock;

/// One bounded answer beside the raw sums, prepared for the laws of its errors and its order.
pub struct ReleaseLaw {
    terms: Terms,
    groups: usize,
    raw: Vec<i64>,
    bounded: Vec<i64>,
    order: OnceLock<PairOrder>,
}

impl ReleaseLaw {
    /// Prepares `raw` and `bounded` sums, both by group in key order, in the stored unit, of
    /// which `unit` make one shown unit.
    ///
    /// # Panics
    /// If they differ in length.
    pub fn new(raw: &[i64], bounded: &[i64], unit: i64) -> Self {
        assert_eq!(raw.len(), bounded.len(), "two sums for every group");
        Self {
            terms: Terms::of(raw, bounded, unit),
            groups: raw.len(),
            raw: raw.to_vec(),
            bounded: bounded.to_vec(),
            order: OnceLock::new(),
        }
    }

    /// The bounded sums, by group.
    pub fn bounded(&self) -> &[i64] {
        &self.bounded
    }

    /// The mean |error| over the groups of one release, in the stored unit.
    pub fn mean_absolute(&self, noise: Noise) -> NormalLaw {
        let mix = self.mix(noise);
        NormalLaw {
            mean: self.terms.mean_absolute(noise),
            deviation: (mix.variances().absolute / self.groups as f64).sqrt(),
        }
    }

    /// The mean square error over the groups of one release, in the stored unit squared.
    pub fn mean_square(&self, noise: Noise) -> NormalLaw {
        let mix = self.mix(noise);
        NormalLaw {
            mean: self.terms.mean_square_bias() + noise.variance(),
            deviation: (mix.variances().square / self.groups as f64).sqrt(),
        }
    }

    /// P(the `share` quantile over the groups of |error| in one release is at most `limit`), in
    /// the stored unit: at least ⌈share·n⌉ groups are within it.
    pub fn absolute_quantile(&self, noise: Noise, share: f64, limit: f64) -> f64 {
        let outside = self.terms.each_absolute().map(|(bias, groups)| {
            (noise.error_above(bias, limit), (groups * self.groups as f64).round())
        });
        at_most(&outside.collect::<Vec<_>>(), self.outside(share))
    }

    /// The same of |error| / max(raw, 1 shown unit).
    pub fn relative_quantile(&self, noise: Noise, share: f64, limit: f64) -> f64 {
        let outside = self.terms.each_relative().map(|(bias, floor, groups)| {
            (noise.error_above(bias, limit * floor), (groups * self.groups as f64).round())
        });
        at_most(&outside.collect::<Vec<_>>(), self.outside(share))
    }

    /// P(every group's |error| is at most `limit`), in the stored unit.
    pub fn every_group(&self, noise: Noise, limit: f64) -> f64 {
        let log: f64 = self
            .terms
            .each_absolute()
            .map(|(bias, groups)| {
                groups * self.groups as f64 * libm::log1p(-noise.error_above(bias, limit))
            })
            .sum();
        libm::exp(log)
    }

    /// P(|error| of one group is at most `limit`), in the stored unit.
    ///
    /// # Panics
    /// If there is no such group.
    pub fn group(&self, noise: Noise, group: usize, limit: f64) -> f64 {
        let bias = (self.bounded[group] - self.raw[group]) as f64;
        1.0 - noise.error_above(bias, limit)
    }

    /// E of an agreement of whole orders against the raw one: Kendall's, its weighted kind or
    /// Spearman's; `None` where it does not exist, or for any other metric.
    pub fn order_figure(&self, metric: Metric, noise: Noise) -> Option<f64> {
        let order = self.order.get_or_init(|| PairOrder::new(&self.raw, &self.bounded));
        match metric {
            Metric::TauB => order.tau_b(noise),
            Metric::WeightedTau => order.figures(noise).weighted_tau,
            Metric::Spearman => order.figures(noise).spearman,
            _ => None,
        }
    }

    fn mix(&self, noise: Noise) -> Mixture<'_> {
        Mixture { noise, terms: &self.terms }
    }

    /// How many groups may lie outside the `share` quantile.
    fn outside(&self, share: f64) -> usize {
        // A hair of room: .95 of 20 groups is 19, whatever the product's last bit says.
        let inside = (share * self.groups as f64 * (1.0 - 1e-12)).ceil() as usize;
        self.groups.saturating_sub(inside)
    }
}

/// The half width t for which P(|Z| ≤ t in all of `groups` groups at once) is `share`: the
/// simultaneous interval of a list, `share`^(1/n) for each of its n numbers; in the stored unit.
pub fn simultaneous_width(noise: Noise, groups: usize, share: f64) -> f64 {
    // 1 - share^(1/n), exact also for many groups.
    let outside = -libm::expm1(libm::log(share) / groups.max(1) as f64);
    let (mut low, mut high) = (0.0, noise.scale().max(1e-300));
    while noise.error_above(0.0, high) > outside && high < 1e300 {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high || high - low <= 1e-13 * high {
            break;
        }
        if noise.error_above(0.0, middle) > outside { low = middle } else { high = middle }
    }
    if noise.is_whole() { high.round() } else { high }
}

#[cfg(test)]
mod tests {
    use super::drawn::units;
    use super::*;

    const LAPLACE: Noise = Noise::Laplace { b: 4.0 };

    #[test]
    fn simultaneous_widths_are_the_known_ones() {
        for (n, wanted) in [(10, 5.275344), (1_000, 9.877976), (4_000, 11.264251)] {
            let found = simultaneous_width(Noise::Laplace { b: 1.0 }, n, 0.95);
            assert!((found - wanted).abs() < 1e-6, "{n}: {found}");
        }
        assert_eq!(simultaneous_width(Noise::DiscreteLaplace { b: 2.0 }, 10, 0.95).fract(), 0.0);
    }

    /// Share of `trials` answers, drawn by inversion from a fixed sequence, for which `met`.
    fn share(raw: &[i64], bounded: &[i64], trials: u32, met: impl Fn(&[f64]) -> bool) -> f64 {
        let mut unit = units(7);
        let mut hits = 0;
        for _ in 0..trials {
            let errors: Vec<f64> = raw
                .iter()
                .zip(bounded)
                .map(|(&x, &y)| {
                    let u = unit() - 0.5;
                    let z = -4.0 * u.signum() * libm::log(1.0 - 2.0 * u.abs());
                    (y - x) as f64 + z
                })
                .collect();
            hits += u32::from(met(&errors));
        }
        f64::from(hits) / f64::from(trials)
    }

    #[test]
    fn laws_agree_with_draws() {
        let raw: Vec<i64> = (0..400).map(|i| i % 37 + 3).collect();
        let bounded: Vec<i64> = raw.iter().map(|&x| x.min(30)).collect();
        let one = ReleaseLaw::new(&raw, &bounded, 1);
        // 4,000 draws stray by .008 at most (one standard error at ½); four of them with 1e-4.
        let close = |closed: f64, drawn: f64, what: &str| {
            assert!((closed - drawn).abs() < 0.032, "{what}: {closed} {drawn}");
            assert!(closed > 0.02 && closed < 0.98, "{what} says nothing: {closed}");
        };
        let mean = |of: fn(f64) -> f64, errors: &[f64]| {
            errors.iter().map(|&e| of(e)).sum::<f64>() / errors.len() as f64
        };
        close(
            one.mean_absolute(LAPLACE).at_most(4.3),
            share(&raw, &bounded, 4_000, |e| mean(f64::abs, e) <= 4.3),
            "MAE",
        );
        close(
            one.mean_square(LAPLACE).at_most(35.0),
            share(&raw, &bounded, 4_000, |e| mean(|e| e * e, e) <= 35.0),
            "MSE",
        );
        close(
            one.absolute_quantile(LAPLACE, 0.95, 12.8),
            share(&raw, &bounded, 4_000, |e| e.iter().filter(|e| e.abs() > 12.8).count() <= 20),
            "p95",
        );
        close(
            one.every_group(LAPLACE, 28.0),
            share(&raw, &bounded, 4_000, |e| e.iter().all(|e| e.abs() <= 28.0)),
            "every group",
        );
        close(
            one.group(LAPLACE, 36, 10.0),
            share(&raw, &bounded, 4_000, |e| e[36].abs() <= 10.0),
            "one group",
        );
    }
}
