//! Privacy loss distributions (Sommer, Meiser, Mohammadi 2019; Koskela, Jälkö, Honkela
//! 2020): the exact law of the loss, composed by fast Fourier transforms.
//!
//! Before composing, losses are weighted by e^{t·loss} with the t at which the Chernoff
//! bound is best, and the weight is taken back afterwards. The transform's rounding then
//! stays small beside δ, however small δ is, and a window around the answer suffices.

mod discretise;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::event::{Event, Law};
use super::renyi::{self, Direction, Orders};
use super::search::smallest_enough;
use discretise::{Distribution, MOST_INDEX, TooLong, atoms, discretise, kept, log_moment, range};

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
pub(super) enum NoLoss {
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

/// The smallest ε ≥ 0 at `delta` of one use of Gaussian noise on a sampled sum, exactly.
pub(super) fn sampled_epsilon(sigma: f64, rate: f64, delta: f64) -> f64 {
    let enough = |epsilon: f64| sampled_delta(sigma, rate, epsilon) <= delta;
    if enough(0.0) { 0.0 } else { smallest_enough(1.0, 1e-14, enough).unwrap_or(f64::INFINITY) }
}

/// The smallest ε ≥ 0 at `delta` in (0, 1) of joined events, failures left out.
pub(super) fn epsilon(events: &[Event], delta: f64, detail: Detail) -> Result<f64, NoLoss> {
    let ask = |direction, tilt, detail| {
        let composed = compose(events, tilt, detail, direction)?;
        composed.epsilon(delta).ok_or(NoLoss::Infinite(composed.infinity))
    };
    let renyi = |direction| renyi::epsilon(events, delta, Orders::All, direction);
    if !is_sampled(events) {
        return ask(Direction::Remove, renyi(Direction::Remove).s, detail);
    }
    of_both_directions(detail, ask, |direction| {
        let best = renyi(direction);
        (best.value.max(0.0), move |at, room| {
            least_tilt(events, Aim { epsilon: at, delta, most: best.s, room }, direction)
        })
    })
}

/// The worse of both directions of sampling. `plan` says for each what is known of the answer
/// before, and the weight at which to ask where the answer is near a value, with that much room.
/// Coarse answers are never too small: the direction that looks better is asked in full only
/// where its coarse answer is above the other's full one.
fn of_both_directions<T: Fn(f64, f64) -> f64>(
    detail: Detail,
    ask: impl Fn(Direction, f64, Detail) -> Result<f64, NoLoss>,
    plan: impl Fn(Direction) -> (f64, T),
) -> Result<f64, NoLoss> {
    let look = |direction| {
        let (bound, tilt) = plan(direction);
        of_little_weight(bound, |tilt| ask(direction, tilt, Detail::Coarse), tilt)
            .map(|found| (direction, found))
    };
    let (one, other) = (look(Direction::Remove)?, look(Direction::Add)?);
    let (worse, better) = if one.1.answer >= other.1.answer { (one, other) } else { (other, one) };
    if detail == Detail::Coarse {
        return Ok(worse.1.answer);
    }
    let in_full = |(direction, found): (Direction, Coarse)| {
        found
            .tilts
            .into_iter()
            .filter_map(|tilt| ask(direction, tilt, detail).ok())
            .fold(found.answer, f64::min)
    };
    let answer = in_full(worse);
    Ok(if better.1.answer <= answer { answer } else { answer.max(in_full(better)) })
}

/// What a coarse look found, and at which weights a finer one is worth while.
struct Coarse {
    answer: f64,
    tilts: Vec<f64>,
}

/// What is asked of a law that sampling mixes from a narrow and a wide one. At the best order
/// the wide one may have all the weight, far from the answer: as little weight as rounding
/// allows leaves the law as it is. An answer that is too large asks for too little weight:
/// twice. What rounding may hide is added to δ, so that the smallest answer holds.
fn of_little_weight(
    bound: f64,
    ask: impl Fn(f64) -> Result<f64, NoLoss>,
    tilt: impl Fn(f64, f64) -> f64,
) -> Result<Coarse, NoLoss> {
    let mut answer = f64::INFINITY;
    let mut tilts: Vec<f64> = Vec::new();
    let mut why = NoLoss::Long;
    for room in ROOMS {
        let (mut at, mut asked) = (bound, f64::NAN);
        for _ in 0..2 {
            let next = tilt(at, room);
            if (next - asked).abs() <= 1e-3 * asked {
                break;
            }
            asked = next;
            match ask(asked) {
                Ok(found) => at = at.min(found),
                Err(NoLoss::Long) => break,
                Err(other) => {
                    why = other;
                    break;
                }
            }
            answer = answer.min(at);
        }
        tilts.push(tilt(at, room));
    }
    tilts.dedup();
    // A bound by Rényi alone is no answer of this accountant.
    if answer.is_finite() { Ok(Coarse { answer, tilts }) } else { Err(why) }
}

/// How much larger than δ the weighted tail may be, as logarithms: with rounding of 1e-16 the
/// first leaves errors of 1e-9 of δ; the second of a hundredth of it and less, where more
/// weight would be lost in the wide part.
const ROOMS: [f64; 2] = [13.8, 23.0];

/// What a weight must keep.
#[derive(Debug, Clone, Copy)]
struct Aim {
    /// Where the law is asked.
    epsilon: f64,
    /// δ there.
    delta: f64,
    /// The largest weight.
    most: f64,
    /// How much larger than δ the weighted tail may be, as a logarithm.
    room: f64,
}

/// The smallest weight t ≤ `most` with e^{K(t) - tε} ≤ e^room·δ, so that the transform's
/// rounding, of the size of the weighted law, stays small beside δ at ε. The exponent is convex.
fn least_tilt(events: &[Event], aim: Aim, direction: Direction) -> f64 {
    let Aim { epsilon, delta, most, room } = aim;
    let enough =
        |t: f64| t >= most || total(events, t, direction) - t * epsilon <= libm::log(delta) + room;
    if libm::log(delta) + room >= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, most);
    for _ in 0..24 {
        let middle = if low > 0.0 { (low * high).sqrt() } else { 0.25 * high };
        if enough(middle) { high = middle } else { low = middle }
    }
    high
}

/// K(s) of all events as they are put on the grid.
fn total(events: &[Event], s: f64, direction: Direction) -> f64 {
    if s <= 0.0 {
        return 0.0;
    }
    events.iter().map(|event| event.times as f64 * log_moment(event.law, s, direction)).sum()
}

fn is_sampled(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event.law, Law::SubsampledGaussian { .. }))
}

/// The δ at `epsilon` of one use of Gaussian noise on a sampled sum, exactly.
pub(super) fn sampled_delta(sigma: f64, rate: f64, epsilon: f64) -> f64 {
    [Direction::Remove, Direction::Add]
        .iter()
        .map(|&direction| discretise::sampled_delta(epsilon, sigma, rate, direction))
        .fold(0.0, f64::max)
}

/// The smallest δ at `epsilon` ≥ 0 of joined events, failures left out.
pub(super) fn delta(events: &[Event], epsilon: f64, detail: Detail) -> Result<f64, NoLoss> {
    let ask =
        |direction, tilt, detail| Ok(compose(events, tilt, detail, direction)?.delta(epsilon));
    let renyi = |direction| renyi::delta(events, epsilon, Orders::All, direction);
    if !is_sampled(events) {
        return ask(Direction::Remove, renyi(Direction::Remove).s, detail);
    }
    of_both_directions(detail, ask, |direction| {
        let best = renyi(direction);
        (best.value, move |at: f64, room| {
            let delta = at.max(f64::MIN_POSITIVE);
            least_tilt(events, Aim { epsilon, delta, most: best.s, room }, direction)
        })
    })
}

/// The law of the composed loss in a window, on a grid.
struct Composed {
    lowest: f64,
    step: f64,
    mass: Vec<f64>,
    infinity: f64,
    tilt: f64,
    /// The log of what rounding may hide from δ at a loss of 0; at ε it is e^{-tilt·ε} times that.
    hidden: f64,
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
struct Plan {
    tilt: f64,
    /// Mean and standard deviation of the weighted loss for which the window was made.
    mean: f64,
    spread: f64,
    low: f64,
    /// A loss of sampling above this counts as infinite: whatever the others lose, it is above
    /// the window.
    cut: f64,
    step: f64,
    length: usize,
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
fn plan(events: &[Event], tilt: f64, detail: Detail, direction: Direction) -> Result<Plan, NoLoss> {
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
    Ok(Plan { tilt, mean, spread, low, cut, step, length: transform_length(points as usize) })
}

fn compose(
    events: &[Event],
    tilt: f64,
    detail: Detail,
    direction: Direction,
) -> Result<Composed, NoLoss> {
    let plan = plan(events, tilt, detail, direction)?;
    match composed(events, plan, direction) {
        // A step far above the losses widens the law, and moves it: its own window is wider.
        Err(NoLoss::Long) => composed(events, widened(events, plan, detail, direction)?, direction),
        other => other,
    }
}

/// The plan with the window of what is on the grid, not of the law itself.
fn widened(
    events: &[Event],
    mut plan: Plan,
    detail: Detail,
    direction: Direction,
) -> Result<Plan, NoLoss> {
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
            return Ok(Plan {
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

fn composed(events: &[Event], plan: Plan, direction: Direction) -> Result<Composed, NoLoss> {
    let Plan { tilt, mean, spread, low, cut, step, length } = plan;
    let mut product: Vec<Complex<f64>> = Vec::new();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(length);
    let (mut scratch, mut spectrum) = (forward.make_scratch_vec(), forward.make_output_vec());
    let (mut base, mut log_weight, mut log_finite) = (0.0, 0.0, 0.0);
    let (mut grid_mean, mut grid_variance) = (0.0, 0.0);
    for event in events {
        let law = discretise(event.law, step, (tilt, cut), direction)?;
        let Folded { weights: mut folded, log_norm, mean, variance } =
            fold(&law, step, tilt, length);
        forward
            .process_with_scratch(&mut folded, &mut spectrum, &mut scratch)
            .expect("lengths are the plan's own");
        let times = event.times;
        if product.is_empty() {
            product = spectrum.iter().map(|z| power(*z, times)).collect();
        } else {
            product.iter_mut().zip(&spectrum).for_each(|(all, z)| *all *= power(*z, times));
        }
        base += times as f64 * law.offset;
        grid_mean += times as f64 * mean;
        grid_variance += times as f64 * variance;
        log_weight += times as f64 * log_norm;
        log_finite += times as f64 * libm::log1p(-law.infinity.min(1.0));
    }
    // A step far above the losses moves the law out of the window, and what leaves above comes
    // back below, where it would be missed.
    if !((grid_mean - mean).abs() <= 0.3 * spread && grid_variance <= 1.1 * spread * spread) {
        return Err(NoLoss::Long);
    }
    let inverse = planner.plan_fft_inverse(length);
    // The ends are real up to rounding.
    if let Some(end) = product.first_mut() {
        end.im = 0.0;
    }
    if let Some(end) = product.last_mut() {
        end.im = 0.0;
    }
    let mut folded = inverse.make_output_vec();
    inverse.process(&mut product, &mut folded).expect("lengths are the plan's own");

    let first = ((low - base) / step).floor() as i64 - 2;
    let lowest = base + first as f64 * step;
    let mass = (0..length as i64)
        .map(|i| {
            let tilted = folded[(first + i).rem_euclid(length as i64) as usize] / length as f64;
            let loss = lowest + i as f64 * step;
            if tilted > 0.0 { libm::exp(libm::log(tilted) + log_weight - tilt * loss) } else { 0.0 }
        })
        .collect();
    let uses: f64 = events.iter().map(|event| event.times as f64).sum();
    let hidden = log_weight + libm::log(ROUNDING * (100.0 + 4.0 * uses));
    Ok(Composed { lowest, step, mass, infinity: -libm::expm1(log_finite), tilt, hidden })
}

/// Of one step of arithmetic. A transform takes some dozens for each number, a power one for
/// each use, and errors of many points part evenly above and below.
const ROUNDING: f64 = 1.2e-16;

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

/// A weighted law on the grid.
struct Folded {
    /// Wrapped around the grid's length, scaled to 1.
    weights: Vec<f64>,
    /// The log of the scale.
    log_norm: f64,
    mean: f64,
    variance: f64,
}

/// The weighted law wrapped around `length` points.
fn fold(law: &Distribution, step: f64, tilt: f64, length: usize) -> Folded {
    let loss = |i: usize| law.offset + (law.first + i as i64) as f64 * step;
    let logs = |i: usize| libm::log(law.mass[i]) + tilt * loss(i);
    let most = (0..law.mass.len())
        .filter(|&i| law.mass[i] > 0.0)
        .map(logs)
        .fold(f64::NEG_INFINITY, f64::max);
    let mut folded = vec![0.0; length];
    let mut sum = 0.0;
    for i in (0..law.mass.len()).filter(|&i| law.mass[i] > 0.0) {
        let weight = libm::exp(logs(i) - most);
        folded[(law.first + i as i64).rem_euclid(length as i64) as usize] += weight;
        sum += weight;
    }
    folded.iter_mut().for_each(|weight| *weight /= sum);
    let (mut mean, mut square) = (0.0, 0.0);
    for i in (0..law.mass.len()).filter(|&i| law.mass[i] > 0.0) {
        let share = libm::exp(logs(i) - most) / sum;
        mean += share * loss(i);
        square += share * loss(i) * loss(i);
    }
    Folded {
        weights: folded,
        log_norm: most + libm::log(sum),
        mean,
        variance: (square - mean * mean).max(0.0),
    }
}

/// z^times by squaring.
fn power(mut z: Complex<f64>, mut times: u64) -> Complex<f64> {
    let mut result = Complex::new(1.0, 0.0);
    while times > 0 {
        if times & 1 == 1 {
            result *= z;
        }
        z *= z;
        times >>= 1;
    }
    result
}

impl Composed {
    /// δ at ε: Σ p (1 - e^{ε - loss}) over larger losses, and all infinite ones.
    fn delta(&self, epsilon: f64) -> f64 {
        let sum: f64 = (0..self.mass.len())
            .rev()
            .map(|i| (self.lowest + i as f64 * self.step, self.mass[i]))
            .take_while(|&(loss, _)| loss > epsilon)
            .map(|(loss, mass)| mass * -libm::expm1(epsilon - loss))
            .sum();
        (sum + self.infinity + self.rounding(epsilon)).min(1.0)
    }

    /// What rounding may hide from δ at ε.
    fn rounding(&self, epsilon: f64) -> f64 {
        libm::exp(self.hidden - self.tilt * epsilon)
    }

    /// The smallest ε ≥ 0 with δ(ε) ≤ `delta`; `None` if infinite losses alone exceed it.
    fn epsilon(&self, delta: f64) -> Option<f64> {
        if self.infinity > delta {
            return None;
        }
        let shrink = libm::exp(-self.step);
        // Over the losses above the point: their mass, and their mass times e^{point - loss}.
        let (mut above, mut weighted) = (0.0, 0.0);
        for i in (0..self.mass.len()).rev() {
            let point = self.lowest + i as f64 * self.step;
            // It falls with ε: at the lower end of a cell it is enough for the cell.
            let sure = self.infinity + self.rounding(point);
            if above - weighted + sure > delta || point < 0.0 {
                // Above this point δ(ε) = above - e^{ε - point}·weighted + infinity.
                let over = libm::log((above + sure - delta) / weighted);
                return Some((point + over.max(0.0)).max(0.0))
                    .filter(|e| !e.is_nan())
                    .or(Some(point.max(0.0)));
            }
            above += self.mass[i];
            weighted = (weighted + self.mass[i]) * shrink;
        }
        Some(self.lowest.max(0.0))
    }
}

#[cfg(test)]
mod tests {
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

    /// So many uses ask for steps far above one loss, under which the law left the window and
    /// came back below: 45,844 where the mean alone is 49,983.
    #[test]
    fn no_answer_is_below_the_mean_of_the_loss_where_steps_are_coarse() {
        for scale in [10.0, 1000.0, 1e6] {
            for log in 6..=11 {
                let times = 10u64.pow(log);
                let events = [Event { law: Law::Laplace { scale, sensitivity: 1.0 }, times }];
                let mean = times as f64 * events[0].law.rho().unwrap();
                // At δ = 0.3 the answer is above the mean where that is many deviations from 0.
                if mean < 1e3 {
                    continue;
                }
                for detail in [Detail::Full, Detail::Coarse] {
                    if let Ok(found) = epsilon(&events, 0.3, detail) {
                        assert!(found >= mean, "b {scale}, {times} uses: {found} is below {mean}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_moments_of_bounded_range_equal_those_of_its_grid() {
        for epsilon in [1e-4, 0.3, 5.0] {
            let law = Law::BoundedRange { epsilon };
            let step = epsilon / 4096.0;
            let grid = discretise(law, step, (0.0, f64::INFINITY), Direction::Remove).unwrap();
            for s in [0.5, 2.0, 7.0] {
                let loss = |i: usize| grid.offset + (grid.first + i as i64) as f64 * step;
                let sum: f64 =
                    grid.mass.iter().enumerate().map(|(i, p)| p * libm::expm1(s * loss(i))).sum();
                let (found, wanted) = (libm::log1p(sum), log_moment(law, s, Direction::Remove));
                assert!((found / wanted - 1.0).abs() < 1e-4, "ε {epsilon} s {s}: {found} {wanted}");
            }
        }
    }
}
