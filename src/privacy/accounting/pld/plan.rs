//! How fine a composition is, where it is worked out, and how long its grid is at most.

use super::super::event::{Event, Law};
use super::super::renyi::Direction;
use super::discretise::{MOST_INDEX, TooLong, atoms, discretise, kept, log_moment, range};

/// How fine the grid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// For answers: relative errors of ε around 1e-6.
    #[default]
    Full,
    /// For gauges and curves: around 1e-3, hundreds of times faster.
    Coarse,
}

impl Detail {
    /// Grid points to a standard deviation of the composed loss.
    fn points(self) -> f64 {
        match self {
            Detail::Full => 512.0,
            Detail::Coarse => 64.0,
        }
    }

    /// Share of the composed variance that the grid may add.
    fn added(self) -> f64 {
        match self {
            Detail::Full => 2e-6,
            Detail::Coarse => 1e-3,
        }
    }

    /// Points of one law's grid at most, before its atoms are fitted.
    fn longest_law(self) -> f64 {
        match self {
            Detail::Full => (1u32 << 20) as f64,
            Detail::Coarse => (1u32 << 18) as f64,
        }
    }

    /// The longest transform.
    fn most(self) -> usize {
        match self {
            Detail::Full => 1 << 20,
            Detail::Coarse => 1 << 16,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NoLoss {
    /// The probability of an infinite loss is at least δ.
    Infinite(f64),
    /// A grid fine enough would be too long.
    Long,
}

impl From<TooLong> for NoLoss {
    fn from(_: TooLong) -> Self {
        NoLoss::Long
    }
}

/// First and second derivative of K at `t`, by differences.
fn slope_and_bend(k: impl Fn(f64) -> f64, t: f64, step: f64) -> (f64, f64) {
    let (low, middle, high) =
        if t >= step { (k(t - step), k(t), k(t + step)) } else { (0.0, k(step), k(2.0 * step)) };
    ((high - low) / (2.0 * step), ((high - middle) - (middle - low)) / (step * step))
}

/// Mean and standard deviation of the loss with the log-moments `k`, weighted by e^{t·loss}.
fn mean_and_spread(k: impl Fn(f64) -> f64, t: f64) -> (f64, f64) {
    // Near 0 the mean of the loss is half its variance or less: a first guess of its spread.
    let rough = k(1e-3) / 1e-3;
    let step = 1e-2 / rough.max(1e-12).sqrt().max(1e-6);
    let mut step = step.min(0.1 * (t + step)).max(1e-9);
    // A step of a hundredth of 1/spread bends K by 1e-4; much more, and it reaches where the
    // wide part of a mixture begins.
    let bent = |step: f64| slope_and_bend(&k, t, step).1 * step * step;
    while step > 1e-9 && bent(step) > 1e-2 {
        step *= 0.25;
    }
    let (mean, variance) = slope_and_bend(&k, t, step);
    (mean, variance.max(0.0).sqrt())
}

/// A step at which laws that are sampled stay as narrow as they are beside laws that end
/// abruptly, where the answer may be: each of `times` uses may add its mean size times the step
/// to the variance, and together they add a hundredth of it. Infinite where nothing ends so.
fn beside_edges(events: &[Event], tilt: f64, direction: Direction) -> f64 {
    if !events.iter().any(|event| event.law.pure_epsilon().is_some()) {
        return f64::INFINITY;
    }
    let sampled = events.iter().filter(|event| matches!(event.law, Law::SubsampledGaussian { .. }));
    let step = |event: &Event| {
        let times = event.times as f64;
        let spread = mean_and_spread(
            |s| if s > 0.0 { times * log_moment(event.law, s, direction) } else { 0.0 },
            tilt,
        )
        .1;
        1e-2 * spread / times.max(1.0).sqrt()
    };
    sampled.map(step).filter(|&step| step > 0.0).fold(f64::INFINITY, f64::min)
}

/// Where a composition is worked out: losses from `low` on, `length` points `step` apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CompositionPlan {
    pub tilt: f64,
    /// Mean and standard deviation of the weighted loss for which the window was made.
    pub mean: f64,
    pub spread: f64,
    pub low: f64,
    /// A loss of sampling above this counts as infinite: whatever the others lose, it is above
    /// the window.
    pub cut: f64,
    pub step: f64,
    pub length: usize,
}

/// The shortest length from `points` on that a transform splits into twos, threes and fives: a
/// little more than a power of two must not cost another one.
fn transform_length(points: usize) -> usize {
    let points = points.max(16);
    let mut best = points.next_power_of_two();
    for fives in [1, 5, 25] {
        let mut threes = fives;
        while threes < best {
            let mut length = 2 * threes;
            while length < points {
                length *= 2;
            }
            best = best.min(length);
            threes *= 3;
        }
    }
    best
}

/// Chooses the grid. Its length, and that of the grid of each law, is bounded before anything
/// is allocated: a step too large costs tightness, never safety.
pub(super) fn plan(
    events: &[Event],
    tilt: f64,
    detail: Detail,
    direction: Direction,
) -> Result<CompositionPlan, NoLoss> {
    let k = |s: f64| total(events, s, direction);
    let spread_at = |t: f64| mean_and_spread(k, t);
    let plain = spread_at(0.0).1.max(1e-12);
    let tilt = tilt.min(40.0 / plain);
    let (mean, spread) = spread_at(tilt);
    let spread = spread.max(0.05 * plain);

    let uses: f64 = events.iter().map(|event| event.times as f64).sum();
    let narrow = spread.min(plain);
    let mut step = (narrow / detail.points()).min(narrow * (6.0 * detail.added() / uses).sqrt());
    if detail == Detail::Full {
        step = step.min(beside_edges(events, tilt, direction));
    }
    // Everything that can happen, and what the tilt makes likely.
    let (mut least, mut most) = (0.0, 0.0);
    for event in events {
        let (low, high) = range(event.law, tilt, direction);
        least += event.times as f64 * low;
        most += event.times as f64 * high;
    }
    let (low, high) = window(&k, tilt, (mean, spread, plain), (least, most));
    let cut = high + (mean - low).max(0.0);
    for event in events {
        let (low, high) = kept(event.law, tilt, cut, direction);
        step = step.max((high - low) / detail.longest_law());
    }
    let longest = detail.most() as f64 - 8.0;
    step = step.max((high - low) / longest);
    step = on_atoms(events, step);
    let points = ((high - low) / step).ceil() + 8.0;
    // At most twice the longest, since fitting atoms at most halves the step; NaN is refused.
    if !(points <= 2.0 * detail.most() as f64
        && low.abs().max(least.abs()).max(most.abs()) / step < MOST_INDEX)
    {
        return Err(NoLoss::Long);
    }
    Ok(CompositionPlan {
        tilt,
        mean,
        spread,
        low,
        cut,
        step,
        length: transform_length(points as usize),
    })
}

/// The plan with the window of what is on the grid, not of the law itself.
pub(super) fn widened(
    events: &[Event],
    mut plan: CompositionPlan,
    detail: Detail,
    direction: Direction,
) -> Result<CompositionPlan, NoLoss> {
    /// Points of all laws at most: each is asked some forty times.
    const MOST: usize = 1 << 22;
    for _ in 0..4 {
        let mut laws: Vec<(f64, Vec<(f64, f64)>)> = Vec::new();
        let (mut points, mut least, mut most) = (0, 0.0, 0.0);
        for event in events {
            let law = discretise(event.law, plan.step, (plan.tilt, plan.cut), direction)?;
            let loss = |i: usize| law.offset + (law.first + i as i64) as f64 * plan.step;
            let there = (0..law.mass.len()).filter(|&i| law.mass[i] > 0.0);
            let logs: Vec<(f64, f64)> = there.map(|i| (loss(i), libm::log(law.mass[i]))).collect();
            let (Some(first), Some(last)) = (logs.first(), logs.last()) else {
                return Err(NoLoss::Long);
            };
            points += logs.len();
            if points > MOST {
                return Err(NoLoss::Long);
            }
            least += event.times as f64 * first.0;
            most += event.times as f64 * last.0;
            laws.push((event.times as f64, logs));
        }
        let weights = |logs: &[(f64, f64)], s: f64| {
            let top =
                logs.iter().map(|(loss, log)| log + s * loss).fold(f64::NEG_INFINITY, f64::max);
            let sums = logs.iter().fold((0.0, 0.0, 0.0), |(all, first, second), (loss, log)| {
                let weight = libm::exp(log + s * loss - top);
                (all + weight, first + weight * loss, second + weight * loss * loss)
            });
            (top, sums)
        };
        let k = |s: f64| -> f64 {
            let of = |(times, logs): &(f64, Vec<(f64, f64)>)| {
                let (top, (all, ..)) = weights(logs, s);
                times * (top + libm::log(all))
            };
            laws.iter().map(of).sum()
        };
        let moments = |s: f64| {
            let (mut mean, mut variance) = (0.0, 0.0);
            for (times, logs) in &laws {
                let (_, (all, first, second)) = weights(logs, s);
                mean += times * first / all;
                variance += times * (second / all - (first / all) * (first / all)).max(0.0);
            }
            (mean, variance.sqrt())
        };
        let (mean, spread) = moments(plan.tilt);
        let spread = spread.max(plan.step);
        let (low, high) =
            window(&k, plan.tilt, (mean, spread, moments(0.0).1.max(plan.step)), (least, most));
        let points = ((high - low) / plan.step).ceil() + 8.0;
        if points <= 2.0 * detail.most() as f64 {
            return Ok(CompositionPlan {
                mean,
                spread,
                low,
                length: transform_length(points as usize),
                ..plan
            });
        }
        // As much as is too long, at once: every look at the laws is dear.
        plan.step *= (points / (2.0 * detail.most() as f64)).ceil().max(2.0);
    }
    Err(NoLoss::Long)
}

/// The losses around the tilted mean outside which less than e^-40 of the tilted law
/// lies (Chernoff), within what is possible.
fn window(
    k: &impl Fn(f64) -> f64,
    tilt: f64,
    (mean, spread, plain): (f64, f64, f64),
    (least, most): (f64, f64),
) -> (f64, f64) {
    const NEGLIGIBLE: f64 = -40.0;
    const MOST_STEPS: u32 = 1_000;
    let at = k(tilt);
    // What tilts further up and down say of the tails: by how much the tilt moves, and K there.
    let moved = |sign: f64| -> Vec<(f64, f64)> {
        (-12..=4)
            .map(|power| libm::exp2(f64::from(power)))
            .map(|u| (sign * u / spread).max(-tilt))
            .map(|move_by| (move_by, k(tilt + move_by) - at))
            .collect()
    };
    let beyond = |moved: &[(f64, f64)], loss: f64| {
        moved.iter().map(|(move_by, gain)| gain - move_by * loss).fold(0.0, f64::min)
    };
    let (up, down) = (moved(1.0), moved(-1.0));
    let mut high = mean + 10.0 * spread;
    // Widths grow by a tenth at least, so that this many steps reach any end there is; and
    // where a step is lost in rounding the end itself serves.
    for _ in 0..MOST_STEPS {
        if !(high < most && beyond(&up, high) > NEGLIGIBLE) {
            break;
        }
        let next = high + spread.max(0.1 * (high - mean));
        high = if next > high { next } else { most };
    }
    if high < most && beyond(&up, high) > NEGLIGIBLE {
        high = most;
    }
    let mut low = mean - 10.0 * spread;
    // Below, tilts end at 0; then fourteen plain standard deviations must do: what lies
    // below the window comes back above it and can only add to δ.
    let floor = mean - 14.0 * plain.max(spread);
    for _ in 0..MOST_STEPS {
        if !(low > least && low > floor && beyond(&down, low) > NEGLIGIBLE) {
            break;
        }
        let next = low - spread.max(0.1 * (mean - low));
        low = if next < low { next } else { least };
    }
    (low.max(least), high.min(most))
}

/// A step a little below `step` that divides the distance between the atoms of the law
/// with the widest gaps, if it has gaps wider than a step.
fn on_atoms(events: &[Event], step: f64) -> f64 {
    let widest = events
        .iter()
        .filter_map(|event| atoms(event.law))
        .map(|(_, distance)| distance)
        .filter(|&distance| distance > step)
        .fold(0.0, f64::max);
    if widest > 0.0 { widest / (widest / step).ceil() } else { step }
}

/// K(s) of all events as they are put on the grid.
pub(super) fn total(events: &[Event], s: f64, direction: Direction) -> f64 {
    if s <= 0.0 {
        return 0.0;
    }
    events.iter().map(|event| event.times as f64 * log_moment(event.law, s, direction)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::super::renyi::{self, Orders};
    use super::*;
    use proptest::prelude::*;

    fn law() -> impl Strategy<Value = Law> {
        let decades = |low: f64, high: f64| (low..high).prop_map(libm::exp10);
        prop_oneof![
            decades(-9.0, 9.0).prop_map(|epsilon| Law::Pure { epsilon }),
            decades(-9.0, 9.0).prop_map(|epsilon| Law::BoundedRange { epsilon }),
            (decades(-8.9, 11.9), 0.1..10.0f64).prop_map(|(ratio, sensitivity)| Law::Laplace {
                scale: ratio * sensitivity,
                sensitivity
            }),
            (decades(-8.9, 11.9), 1u64..1 << 40).prop_map(|(ratio, sensitivity)| {
                Law::DiscreteLaplace { scale: ratio * sensitivity as f64, sensitivity }
            }),
            decades(-8.9, 11.9).prop_map(|sigma| Law::Gaussian { sigma, sensitivity: 1.0 }),
            (decades(-8.9, 11.9), 1u64..1000).prop_map(|(ratio, sensitivity)| {
                Law::DiscreteGaussian { sigma: ratio * sensitivity as f64, sensitivity }
            }),
            (decades(-2.0, 4.0), decades(-6.0, -0.01)).prop_map(|(sigma, rate)| {
                Law::SubsampledGaussian { sigma, sensitivity: 1.0, rate }
            }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn grids_are_bounded_whatever_is_asked(
            laws in prop::collection::vec((law(), 0.0..11.0f64), 1..4),
            tilt in (-6.0..8.0f64).prop_map(libm::exp10),
            coarse: bool,
        ) {
            let events: Vec<Event> =
                laws.iter().map(|&(law, log)| Event { law, times: libm::exp10(log) as u64 }).collect();
            let detail = if coarse { Detail::Coarse } else { Detail::Full };
            if let Ok(plan) = plan(&events, tilt, detail, Direction::Remove) {
                prop_assert!(plan.length <= 1 << 22 && plan.step > 0.0, "{plan:?}");
            }
        }
    }

    #[test]
    fn lengths_of_transforms_are_even_and_hardly_longer_than_needed() {
        for points in (1..5_000).chain([1 << 20, (1 << 20) + 1, 1_500_000, (1 << 21) - 7]) {
            let length = transform_length(points);
            assert!(length >= points && length.is_multiple_of(2), "{points}: {length}");
            assert!(length as f64 <= 1.2 * points.max(16) as f64, "{points}: {length}");
            let mut rest = length;
            for prime in [2, 3, 5] {
                while rest.is_multiple_of(prime) {
                    rest /= prime;
                }
            }
            assert_eq!(rest, 1, "{points}: {length}");
        }
        assert_eq!(transform_length(1 << 20), 1 << 20);
    }

    #[test]
    fn each_law_of_a_plan_is_bounded() {
        for law in [
            Law::Pure { epsilon: 50.0 },
            Law::Pure { epsilon: 1000.0 },
            Law::Pure { epsilon: 1e9 },
            Law::BoundedRange { epsilon: 123.29 },
            Law::DiscreteLaplace { scale: 0.02, sensitivity: 1 },
            Law::DiscreteLaplace { scale: 0.025, sensitivity: 1 },
            Law::DiscreteLaplace { scale: 1e9, sensitivity: 1 << 50 },
            Law::Laplace { scale: 1e-9, sensitivity: 1.0 },
            Law::DiscreteGaussian { sigma: 1e8, sensitivity: 3 },
            Law::SubsampledGaussian { sigma: 4.666, sensitivity: 1.0, rate: 0.001_206_82 },
        ] {
            for times in [1, 1000, 100_000_000_000] {
                for delta in [0.3, 1e-6, 1e-15] {
                    let events = [Event { law, times }];
                    let tilt = renyi::epsilon(&events, delta, Orders::All, Direction::Remove).s;
                    let Ok(plan) = plan(&events, tilt, Detail::Full, Direction::Remove) else {
                        continue;
                    };
                    assert!(plan.length <= 1 << 21, "{law:?} {times} {delta}: {plan:?}");
                    if let Ok(grid) =
                        discretise(law, plan.step, (plan.tilt, plan.cut), Direction::Remove)
                    {
                        assert!(
                            grid.mass.len() <= 1 << 21,
                            "{law:?} {times} {delta}: {}",
                            grid.mass.len()
                        );
                    }
                }
            }
        }
    }
}
