//! Intervals around published values: 95 % for the bounded sum, from the law of the noise alone.
//!
//! Let m be the least whole number with P(|Z| ≤ m) ≥ .95. A value v = x + Z of a list that is
//! public lies within m of its bounded sum x; [max(0, v - m), v + m] holds x also where v was
//! floored at 0, since x is never below 0.
//!
//! A value that is shown only if it is at or above a threshold T is another matter: what is known
//! is that it *was* shown, and [v - m, v + m] never holds an x far below T. So the lower end is the
//! least x ≥ 0 that a one-sided test at 1/40 does not reject given that v is shown:
//! P(x + Z ≥ v) > 1/40 · P(x + Z ≥ T). For log-concave noise the quotient of the two rises with x
//! (monotone likelihood ratio of a truncated location family), so what is not rejected is a
//! half-line, and given that the value is shown each x is rejected with probability at most 1/40
//! (Clopper & Pearson 1934's construction). The upper end v + m is passed with at most
//! P(Z < -m) ≤ 1/40, since conditioning on v ≥ T only takes small values away. Both
//! together miss at most 1/20, whatever x is.
//!
//! For discrete Laplace noise the quotient is a^(v - T) for every x ≤ T: nothing below T is rejected
//! unless v ≥ T + b·ln 40. From there on v - m serves: for x > T it is above x with at most
//! P(Z > m) / P(x + Z ≥ T) ≤ (1/40) / (1/2), and then v + m is not passed; far above T
//! both sides have 1/40 again.

use crate::privacy::mechanism::Noise;

/// The probability with which an interval holds the bounded sum, at least.
pub const COVERAGE: f64 = 0.95;
/// The probability left for both sides.
const MISS: f64 = 0.05;
/// For one side of two.
const ONE_SIDE: f64 = 0.025;
/// Beyond so many σ below the threshold the tail is taken by its bound.
const DEEP: f64 = 8.0;

/// The least whole m with P(|Z| ≤ m) ≥ .95 for whole, symmetric noise, in stored units.
pub fn half_width(noise: Noise) -> i64 {
    let holds = |m: i64| 2.0 * noise.above(m as f64) <= MISS;
    least(holds, noise.scale().ceil().clamp(1.0, 1e15) as i64)
}

/// The least whole number from 0 on that holds, of what holds from somewhere on; `step` is about
/// as large.
fn least(holds: impl Fn(i64) -> bool, step: i64) -> i64 {
    if holds(0) {
        return 0;
    }
    let (mut low, mut high) = (0i64, step.max(1));
    while !holds(high) {
        low = high;
        if high == i64::MAX {
            return high;
        }
        high = high.saturating_mul(2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

/// How intervals are drawn around the values of one release, in stored units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intervals {
    noise: Noise,
    half: i64,
    threshold: Option<i64>,
}

impl Intervals {
    /// Around values with this whole noise; `threshold` where only those at or above it are shown.
    pub fn new(noise: Noise, threshold: Option<i64>) -> Self {
        Self { noise, half: half_width(noise), threshold }
    }

    /// m.
    pub fn half_width(&self) -> i64 {
        self.half
    }

    /// Low and high around a published value, floored at 0 or not: 0 ≤ low ≤ high.
    pub fn of(&self, value: i64) -> (i64, i64) {
        let plain = value.saturating_sub(self.half).max(0);
        let low = match self.threshold {
            None => plain,
            Some(threshold) => self.low_of_shown(value, threshold, plain),
        };
        (low, value.saturating_add(self.half).max(low))
    }

    fn low_of_shown(&self, value: i64, threshold: i64, plain: i64) -> i64 {
        let over = value.saturating_sub(threshold);
        match self.noise {
            Noise::DiscreteGaussian { sigma } => {
                let at_least = |z: f64| self.noise.above(z - 1.0);
                let rejected = |x: i64| {
                    let (p, q) = ((value - x) as f64, (threshold - x) as f64);
                    if q > DEEP * sigma {
                        // P(Z ≥ p) / P(Z ≥ q) ≤ e^{-(p² - q²)/2σ²} for p ≥ q ≥ 0: rejects less.
                        let exponent = (p - q) / sigma * ((p + q) / sigma) / 2.0;
                        return libm::exp(-exponent) <= ONE_SIDE;
                    }
                    at_least(p) <= ONE_SIDE * at_least(q)
                };
                // The value itself is never rejected.
                least(|x| x >= value || !rejected(x), plain.max(1))
            }
            // a^(v - T) ≤ 1/40.
            noise if over as f64 >= -noise.scale() * libm::log(ONE_SIDE) => plain,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laplace(b: f64) -> Noise {
        Noise::DiscreteLaplace { b }
    }

    fn gaussian(sigma: f64) -> Noise {
        Noise::DiscreteGaussian { sigma }
    }

    #[test]
    fn the_half_width_is_the_least_that_holds_19_of_20() {
        for noise in [0.1, 0.9, 1.0, 4.0, 24.0, 1e3, 2.5e6]
            .into_iter()
            .flat_map(|scale| [laplace(scale), gaussian(scale)])
        {
            let m = half_width(noise);
            let within = |m: i64| 1.0 - 2.0 * noise.above(m as f64);
            assert!(within(m) >= COVERAGE - 1e-12, "{noise:?} {m}");
            assert!(m == 0 || within(m - 1) < COVERAGE, "{noise:?} {m}");
        }
        // b·ln 20, and 1.96 σ.
        assert!((half_width(laplace(1e6)) - 2_995_732).abs() <= 1);
        assert!((half_width(gaussian(1e6)) - 1_959_964).abs() <= 1);
        // P(Z = 0) = (1 - a)/(1 + a) with a = e^{-4}.
        assert_eq!(half_width(laplace(0.25)), 0);
    }

    #[test]
    fn ends_are_never_below_0_nor_the_wrong_way_round() {
        let plain = Intervals::new(laplace(10.0), None);
        let m = plain.half_width();
        assert_eq!(plain.of(100), (100 - m, 100 + m));
        assert_eq!(plain.of(3), (0, 3 + m));
        assert_eq!(plain.of(-3), (0, m - 3));
        assert_eq!(plain.of(-1_000), (0, 0));
        assert_eq!(plain.of(i64::MAX).1, i64::MAX);
        assert_eq!(plain.of(i64::MIN), (0, 0));
    }

    #[test]
    fn a_value_just_above_the_threshold_says_nothing_of_the_lower_end() {
        let (b, threshold) = (24.0, 400);
        let shown = Intervals::new(laplace(b), Some(threshold));
        let m = shown.half_width();
        let sure = threshold + (b * 40f64.ln()).ceil() as i64;
        assert_eq!(shown.of(threshold), (0, threshold + m));
        assert_eq!(shown.of(sure - 1).0, 0);
        assert_eq!(shown.of(sure), (sure - m, sure + m));
        // The same with Gaussian noise: low rises from 0 to the plain end and never falls.
        let (sigma, threshold) = (30.0, 200);
        let shown = Intervals::new(gaussian(sigma), Some(threshold));
        let lows: Vec<i64> = (threshold..3 * threshold).map(|value| shown.of(value).0).collect();
        assert_eq!(lows[0], 0);
        assert!(lows.is_sorted());
        let last = 3 * threshold - 1;
        assert!((lows[lows.len() - 1] - (last - shown.half_width())).abs() <= 1);
    }

    /// P(low ≤ x ≤ high | shown), summed over the law.
    fn coverage(intervals: &Intervals, x: i64, floored: bool) -> f64 {
        let (noise, from) = (intervals.noise, intervals.threshold.unwrap_or(i64::MIN));
        let reach = (38.0 * noise.scale()).ceil() as i64;
        let reach = if matches!(noise, Noise::DiscreteGaussian { .. }) { reach / 3 } else { reach };
        let (mut held, mut shown) = (0.0, 0.0);
        let lowest = (x - reach).max(from);
        // A group far below its threshold is shown by the far tail alone.
        for value in lowest..=(x + reach).max(lowest + reach) {
            let mass = noise.mass((value - x) as f64);
            let (low, high) = intervals.of(if floored { value.max(0) } else { value });
            shown += mass;
            held += if (low..=high).contains(&x) { mass } else { 0.0 };
        }
        // Nobody sees what is shown once in 10^300 releases.
        if shown > 0.0 { held / shown } else { 1.0 }
    }

    #[test]
    fn every_sum_is_held_whether_floored_selected_or_plain() {
        for scale in [0.3, 1.0, 5.0, 12.0] {
            for noise in [laplace(scale), gaussian(scale)] {
                let plain = Intervals::new(noise, None);
                for x in 0..60 {
                    for floored in [false, true] {
                        let held = coverage(&plain, x, floored);
                        assert!(held >= COVERAGE - 1e-9, "{noise:?} at {x}: {held}");
                    }
                }
                for threshold in [2, 17, (9.0 * scale) as i64 + 3] {
                    let shown = Intervals::new(noise, Some(threshold));
                    for x in 0..=3 * threshold {
                        let held = coverage(&shown, x, false);
                        assert!(held >= COVERAGE - 1e-9, "{noise:?} T {threshold} at {x}: {held}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_plain_interval_would_hold_nothing_below_the_threshold() {
        let noise = laplace(10.0);
        let (plain, threshold) = (Intervals::new(noise, None), 160);
        let x = threshold * 8 / 10;
        assert!((threshold..threshold + 400).all(|value| plain.of(value).0 > x));
    }
}
