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
use super::renyi::{self, Direction, Orders, total_log_moment};
use super::search::smallest_enough;
use discretise::{Distribution, TooManyAtoms, atoms, discretise, extent, range};

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
    /// A discrete law has too many atoms to enumerate.
    Atoms,
}

impl From<TooManyAtoms> for NoLoss {
    fn from(_: TooManyAtoms) -> Self {
        NoLoss::Atoms
    }
}

/// What is asked of a composition.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Epsilon(f64),
    Delta(f64),
}

/// The smallest ε ≥ 0 at `delta` of one use of Gaussian noise on a sampled sum, exactly.
pub(super) fn sampled_epsilon(sigma: f64, rate: f64, delta: f64) -> f64 {
    let enough = |epsilon: f64| sampled_delta(sigma, rate, epsilon) <= delta;
    if enough(0.0) { 0.0 } else { smallest_enough(1.0, 1e-14, enough).unwrap_or(f64::INFINITY) }
}

/// The smallest ε ≥ 0 at `delta` in (0, 1) of joined events, failures left out.
pub(super) fn epsilon(events: &[Event], delta: f64, detail: Detail) -> Result<f64, NoLoss> {
    both_directions(events, |direction| {
        let ask = |wanted, detail| {
            let composed = compose(events, wanted, detail, direction)?;
            composed.epsilon(delta).ok_or(NoLoss::Infinite(composed.infinity))
        };
        if !is_sampled(events) {
            return ask(Wanted::Delta(delta), detail);
        }
        // Sampling mixes a narrow and a wide law: the Rényi bound lies far above the
        // answer, and so would the weight. A rough answer, never too small, leads nearer.
        let rough = ask(Wanted::Delta(delta), Detail::Coarse)?;
        let nearer = ask(Wanted::Epsilon(rough), Detail::Coarse)?;
        ask(Wanted::Epsilon(nearer.min(rough)), detail)
    })
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
    both_directions(
        events,
        |direction| Ok(compose(events, Wanted::Epsilon(epsilon), detail, direction)?.delta(epsilon)),
    )
}

/// The worse of both directions, where they differ.
fn both_directions(events: &[Event], ask: impl Fn(Direction) -> Result<f64, NoLoss>) -> Result<f64, NoLoss> {
    let removed = ask(Direction::Remove)?;
    Ok(if is_sampled(events) { removed.max(ask(Direction::Add)?) } else { removed })
}

/// The law of the composed loss in a window, on a grid.
struct Composed {
    lowest: f64,
    step: f64,
    mass: Vec<f64>,
    infinity: f64,
}

/// First and second derivative of K at `t`, by differences.
fn slope_and_bend(k: impl Fn(f64) -> f64, t: f64, step: f64) -> (f64, f64) {
    let (low, middle, high) = if t >= step { (k(t - step), k(t), k(t + step)) } else { (0.0, k(step), k(2.0 * step)) };
    ((high - low) / (2.0 * step), ((high - middle) - (middle - low)) / (step * step))
}

fn compose(events: &[Event], wanted: Wanted, detail: Detail, direction: Direction) -> Result<Composed, NoLoss> {
    let k = |s: f64| if s > 0.0 { total_log_moment(events, s, direction) } else { 0.0 };
    // The best order of Rényi accounting is the tilt that centres on the answer.
    let best = match wanted {
        Wanted::Delta(delta) => renyi::epsilon(events, delta, Orders::All, direction).0,
        Wanted::Epsilon(epsilon) => renyi::delta(events, epsilon, Orders::All, direction).0,
    };
    // Near 0 the mean of the loss is half its variance or less: a first guess of its spread.
    let rough = k(1e-3) / 1e-3;
    let spread_at = |t: f64| {
        let step = 1e-2 / rough.max(1e-12).sqrt().max(1e-6);
        let (mean, variance) = slope_and_bend(k, t, step.min(0.1 * (t + step)).max(1e-9));
        (mean, variance.max(0.0).sqrt())
    };
    let plain = spread_at(0.0).1.max(1e-12);
    let tilt = best.min(40.0 / plain);
    let (mean, spread) = spread_at(tilt);
    let spread = spread.max(0.05 * plain);

    let uses: f64 = events.iter().map(|event| event.times as f64).sum();
    let narrow = spread.min(plain);
    let mut step = (narrow / detail.points()).min(narrow * (6.0 * detail.added() / uses).sqrt());
    // Everything that can happen, and what the tilt makes likely.
    let (mut least, mut most) = (0.0, 0.0);
    for event in events {
        let (low, high) = range(event.law, tilt, direction);
        least += event.times as f64 * low;
        most += event.times as f64 * high;
    }
    let (low, high) = window(&k, tilt, (mean, spread, plain), (least, most));
    let longest = detail.most() as f64 - 8.0;
    step = step.max((high - low) / longest);
    // The laws themselves have to fit, too: losses far apart and hardly any spread between them
    // would otherwise ask for a grid of any length. A wider step only errs on the safe side.
    for event in events {
        let (least, most) = extent(event.law, tilt, direction);
        step = step.max((most - least) / (2.0 * longest));
    }
    if !(step > 0.0 && step.is_finite() && low.is_finite() && high.is_finite()) {
        return Err(NoLoss::Atoms);
    }
    step = on_atoms(events, step);
    let points = ((high - low) / step).ceil() as usize + 8;
    let length = points.next_power_of_two().max(16);

    let mut product: Vec<Complex<f64>> = Vec::new();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(length);
    let (mut scratch, mut spectrum) = (forward.make_scratch_vec(), forward.make_output_vec());
    let (mut base, mut log_weight, mut log_finite) = (0.0, 0.0, 0.0);
    for event in events {
        let law = discretise(event.law, step, tilt, direction)?;
        let (mut folded, log_norm) = fold(&law, step, tilt, length);
        forward.process_with_scratch(&mut folded, &mut spectrum, &mut scratch).expect("lengths are the plan's own");
        let times = event.times;
        if product.is_empty() {
            product = spectrum.iter().map(|z| power(*z, times)).collect();
        } else {
            product.iter_mut().zip(&spectrum).for_each(|(all, z)| *all *= power(*z, times));
        }
        base += times as f64 * law.offset;
        log_weight += times as f64 * log_norm;
        log_finite += times as f64 * libm::log1p(-law.infinity.min(1.0));
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
    Ok(Composed { lowest, step, mass, infinity: -libm::expm1(log_finite) })
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
    // A tenth wider each time: far more than any double needs.
    const MOST_WIDENED: u32 = 8_000;
    let at = k(tilt);
    // What tilts further up and down say of the tails: by how much the tilt moves, and K there.
    let moved = |sign: f64| -> Vec<(f64, f64)> {
        [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
            .into_iter()
            .map(|u| (sign * u / spread).max(-tilt))
            .map(|move_by| (move_by, k(tilt + move_by) - at))
            .collect()
    };
    let beyond =
        |moved: &[(f64, f64)], loss: f64| moved.iter().map(|(move_by, gain)| gain - move_by * loss).fold(0.0, f64::min);
    let (up, down) = (moved(1.0), moved(-1.0));
    let mut high = mean + 10.0 * spread;
    let mut left = MOST_WIDENED;
    while high < most && left > 0 && beyond(&up, high) > NEGLIGIBLE {
        high += spread.max(0.1 * (high - mean));
        left -= 1;
    }
    let mut low = mean - 10.0 * spread;
    // Below, tilts end at 0; then fourteen plain standard deviations must do: what lies
    // below the window comes back above it and can only add to δ.
    let floor = mean - 14.0 * plain.max(spread);
    left = MOST_WIDENED;
    while low > least && low > floor && left > 0 && beyond(&down, low) > NEGLIGIBLE {
        low -= spread.max(0.1 * (mean - low));
        left -= 1;
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

/// The tilted law wrapped around `length` points, scaled to 1, and the log of the scale.
fn fold(law: &Distribution, step: f64, tilt: f64, length: usize) -> (Vec<f64>, f64) {
    let loss = |i: usize| law.offset + (law.first + i as i64) as f64 * step;
    let logs = |i: usize| libm::log(law.mass[i]) + tilt * loss(i);
    let most = (0..law.mass.len()).filter(|&i| law.mass[i] > 0.0).map(logs).fold(f64::NEG_INFINITY, f64::max);
    let mut folded = vec![0.0; length];
    let mut sum = 0.0;
    for i in (0..law.mass.len()).filter(|&i| law.mass[i] > 0.0) {
        let weight = libm::exp(logs(i) - most);
        folded[(law.first + i as i64).rem_euclid(length as i64) as usize] += weight;
        sum += weight;
    }
    folded.iter_mut().for_each(|weight| *weight /= sum);
    (folded, most + libm::log(sum))
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
        (sum + self.infinity).min(1.0)
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
            if above - weighted + self.infinity > delta || point < 0.0 {
                // Above this point δ(ε) = above - e^{ε - point}·weighted + infinity.
                let over = libm::log((above + self.infinity - delta) / weighted);
                return Some((point + over.max(0.0)).max(0.0)).filter(|e| !e.is_nan()).or(Some(point.max(0.0)));
            }
            above += self.mass[i];
            weighted = (weighted + self.mass[i]) * shrink;
        }
        Some(self.lowest.max(0.0))
    }
}
