//! How much better a group does than a holdout: r/r₀ - 1, with what noise and sampling leave open.

use serde::Serialize;

use super::interval::Interval;
use super::law::RateLaw;
use super::order::first_below_second;
use crate::privacy::normal;

/// The lift of one group against the holdout.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lift {
    /// The group.
    pub group: String,
    /// r/r₀ - 1 of the unbounded rates; null where the holdout's is 0.
    pub lift: Option<f64>,
    /// The same of the rates within the bounds, which noise is added to.
    pub lift_bounded: Option<f64>,
    /// Between these are the lifts of 95 % of noised answers (a lower end of -1 is a group at 0); null where
    /// too many answers of the holdout are 0.
    pub answers: Option<Interval>,
    /// Between these is the lift as far as sampling goes (Katz et al. 1978); null without conversions.
    pub sampling: Option<Interval>,
    /// P(the noised answers say the other sign); null where both are equal.
    pub wrong_sign: Option<f64>,
}

impl Lift {
    /// The lift of a group's law and unbounded cells (converted, all) against the holdout's.
    pub(super) fn of(
        group: &str,
        (law, cells): (&RateLaw, (u64, u64)),
        (holdout, held): (&RateLaw, (u64, u64)),
        level: f64,
    ) -> Self {
        let rate = |(converted, size): (u64, u64)| converted as f64 / size.max(1) as f64;
        let (r, r0) = (rate(cells), rate(held));
        let below = first_below_second(law, holdout);
        Self {
            group: group.to_owned(),
            lift: (r0 > 0.0).then(|| r / r0 - 1.0),
            lift_bounded: law
                .rate()
                .zip(holdout.rate().filter(|&held| held > 0.0))
                .map(|(rate, held)| rate / held - 1.0),
            answers: answers(law, holdout, level),
            sampling: katz(cells, held, level),
            wrong_sign: match r.total_cmp(&r0) {
                std::cmp::Ordering::Greater => Some(below),
                std::cmp::Ordering::Less => Some(1.0 - below),
                std::cmp::Ordering::Equal => None,
            },
        }
    }
}

/// The holdout's law as steps between places, to integrate over.
fn steps(law: &RateLaw) -> Vec<(f64, f64)> {
    let mut places: Vec<f64> = law.places(256).chain([0.0, 1.0]).collect();
    places.sort_unstable_by(f64::total_cmp);
    places.dedup();
    let mut steps = vec![(0.0, law.at_most(0.0))];
    for ends in places.windows(2) {
        let step = law.below(ends[1]) - law.at_most(ends[0]);
        steps.push((0.5 * (ends[0] + ends[1]), step.max(0.0)));
    }
    steps.push((1.0, law.clamped().1));
    steps
}

/// Where the middle `level` of R/R₀ - 1 lies: P(R/R₀ ≤ 1 + x) = ∫F((1 + x)r) dF₀(r).
fn answers(law: &RateLaw, holdout: &RateLaw, level: f64) -> Option<Interval> {
    let steps = steps(holdout);
    // Of a holdout at 0 every lift is infinite.
    let at_most = |ratio: f64| -> f64 {
        steps[1..].iter().map(|&(r, step)| step * law.at_most(ratio * r)).sum()
    };
    let rest = 0.5 * (1.0 - level);
    let quantile = |p: f64| -> Option<f64> {
        let (mut low, mut high) = (0.0, 1.0);
        while at_most(high) < p {
            low = high;
            high *= 2.0;
            if high > 1e9 {
                return None;
            }
        }
        if at_most(0.0) >= p {
            return Some(0.0);
        }
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if at_most(middle) < p { low = middle } else { high = middle }
        }
        Some(high)
    };
    Some(Interval { low: quantile(rest)? - 1.0, high: quantile(1.0 - rest)? - 1.0 })
}

/// The interval of a ratio of two shares on the logarithm (Katz, Baptista, Azen, Pike 1978), less 1.
fn katz(cells: (u64, u64), held: (u64, u64), level: f64) -> Option<Interval> {
    let ((c, n), (c0, n0)) = (cells, held);
    if c == 0 || c0 == 0 {
        return None;
    }
    let (c, n, c0, n0) = (c as f64, n as f64, c0 as f64, n0 as f64);
    let error = (1.0 / c - 1.0 / n + 1.0 / c0 - 1.0 / n0).max(0.0).sqrt();
    let reach = libm::exp(normal::quantile(0.5 * (1.0 + level)) * error);
    let ratio = (c / n) / (c0 / n0);
    Some(Interval { low: ratio / reach - 1.0, high: ratio * reach - 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Noise;
    use crate::rates::{CellNoise, RateOf, rate_of};

    /// Against 100,000 draws: the share of answers between the ends has a standard error of .0007.
    #[test]
    fn lifts_of_answers_lie_between_their_ends() {
        let noise = Noise::Laplace { b: 2.0 };
        let cells = CellNoise::of(noise).unwrap();
        let (group, holdout) = ((60u64, 1_000u64), (40u64, 2_000u64));
        let law = |(c, n): (u64, u64)| RateLaw::new(c as f64, (n - c) as f64, cells);
        let lift = Lift::of("a", (&law(group), group), (&law(holdout), holdout), 0.95);
        assert!((lift.lift.unwrap() - 2.0).abs() < 1e-12);
        let ends = lift.answers.unwrap();
        let drawn = crate::simulation::draw(&vec![0i64; 400_000], noise, 9, 0);
        let (mut inside, mut wrong) = (0.0, 0.0);
        for z in drawn.chunks(4) {
            let rate = |(c, n): (u64, u64), z: &[f64]| match rate_of(
                c as f64 + z[0],
                (n - c) as f64 + z[1],
            ) {
                RateOf::Rate(rate) => rate,
                RateOf::Nothing => f64::NAN,
            };
            let found = rate(group, &z[..2]) / rate(holdout, &z[2..]) - 1.0;
            inside += f64::from(u8::from((ends.low..=ends.high).contains(&found)));
            wrong += f64::from(u8::from(found < 0.0));
        }
        assert!((inside / 100_000.0 - 0.95).abs() < 0.003, "{inside}");
        assert!((wrong / 100_000.0 - lift.wrong_sign.unwrap()).abs() < 0.002);
        // Katz: log ratio ± 1.96·√(1/60 - 1/1000 + 1/40 - 1/2000).
        let sampling = lift.sampling.unwrap();
        assert!(
            (sampling.low - 1.025_474).abs() < 1e-5 && (sampling.high - 3.443_405).abs() < 1e-5,
            "{sampling:?}"
        );
        let nobody = Lift::of("b", (&law((0, 10)), (0, 10)), (&law((0, 30)), (0, 30)), 0.95);
        assert_eq!((nobody.lift, nobody.sampling, nobody.wrong_sign), (None, None, None));
    }
}
