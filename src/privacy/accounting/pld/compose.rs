//! The law of the composed loss by Fourier transforms, and δ and ε by it.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::super::event::Event;
use super::super::renyi::Direction;
use super::discretise::{Distribution, discretise};
use super::plan::{CompositionPlan, Detail, NoLoss, plan, widened};

/// The law of the composed loss in a window, on a grid.
pub(super) struct Composed {
    lowest: f64,
    step: f64,
    mass: Vec<f64>,
    pub infinity: f64,
    tilt: f64,
    /// The log of what rounding may hide from δ at a loss of 0; at ε it is e^{-tilt·ε} times that.
    hidden: f64,
}

/// The composed loss of all events, weighted with `tilt`.
pub(super) fn compose(
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

fn composed(
    events: &[Event],
    plan: CompositionPlan,
    direction: Direction,
) -> Result<Composed, NoLoss> {
    let CompositionPlan { tilt, mean, spread, low, cut, step, length } = plan;
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
    pub fn delta(&self, epsilon: f64) -> f64 {
        let sum: f64 = (0..self.mass.len())
            .rev()
            .map(|i| (self.lowest + i as f64 * self.step, self.mass[i]))
            .take_while(|&(loss, _)| loss > epsilon)
            .map(|(loss, mass)| mass * -libm::expm1(epsilon - loss))
            .sum();
        (sum + self.infinity + self.rounding(epsilon)).min(1.0)
    }

    /// Every loss on the grid with its probability, from the lowest on.
    pub fn losses(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> {
        (0..self.mass.len()).map(|i| (self.lowest + i as f64 * self.step, self.mass[i]))
    }

    /// The distance between losses.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// What rounding may hide from δ at ε.
    pub fn rounding(&self, epsilon: f64) -> f64 {
        libm::exp(self.hidden - self.tilt * epsilon)
    }

    /// The smallest ε ≥ 0 with δ(ε) ≤ `delta`; `None` if infinite losses alone exceed it.
    pub fn epsilon(&self, delta: f64) -> Option<f64> {
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
