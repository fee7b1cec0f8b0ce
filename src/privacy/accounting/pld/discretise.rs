//! A privacy loss distribution on an even grid, never better than the true one.
//!
//! Connect-the-dots (Doroshenko, Ghazi, Kamath, Kumar, Manurangsi 2022): what lies
//! between two grid points goes to these two so that its probability under both
//! neighbours stays as it was. Then δ(ε) is exact at every grid point and too large,
//! never too small, between them.

use std::f64::consts::{PI, SQRT_2};

use super::super::event::Law;
use super::super::renyi::{Direction, subsampled_ratio};
use crate::privacy::mechanism::gaussian_delta;
use crate::privacy::normal::density;

/// How far the tails of normal laws are followed, in standard deviations: what is cut
/// off has probability 4e-26.
const REACH: f64 = 10.5;
/// Atoms that are enumerated at most.
const MOST_ATOMS: f64 = (1u32 << 22) as f64;
/// Points of one law's grid at most.
pub(super) const MOST_POINTS: f64 = (1u32 << 22) as f64;
/// Smooth pieces of a density that are integrated one by one at most, beside those that
/// the grid makes.
const MOST_PIECES: f64 = (1u32 << 16) as f64;
/// Indices of grid points up to which floats tell them apart with room for fractions.
pub(super) const MOST_INDEX: f64 = (1u64 << 48) as f64;

/// Probabilities of the losses offset + (first + i)·step.
#[derive(Debug, Clone)]
pub(super) struct Distribution {
    pub offset: f64,
    pub first: i64,
    pub mass: Vec<f64>,
    /// Probability of an infinite loss.
    pub infinity: f64,
}

/// Why a law cannot be put on a grid: its atoms, or the grid's points, would be too many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TooLong;

/// The loss at the upper end of the law's atoms and the distance between them, where the
/// law has few: grids that hold them are exact.
pub(super) fn atoms(law: Law) -> Option<(f64, f64)> {
    match law {
        Law::Pure { epsilon } => Some((epsilon, 2.0 * epsilon)),
        Law::Laplace { scale, sensitivity } => {
            Some((sensitivity / scale, 2.0 * sensitivity / scale))
        }
        Law::DiscreteLaplace { scale, sensitivity } => {
            // Losses (Δ - 2x)/b, x from 0 to Δ.
            Some((sensitivity as f64 / scale, 2.0 / scale))
        }
        Law::DiscreteGaussian { sigma, sensitivity } => {
            let mu = sensitivity as f64 / sigma;
            Some((0.5 * mu * mu, mu / sigma))
        }
        _ => None,
    }
}

/// K(s) = ln E\[e^{sL}\] of what is put on the grid. For bounded range that is the worst loss
/// at every ε, whatever earlier answers were: δ(x) = (e^{ε/2} - e^{x/2})²/(e^ε - 1) is the
/// largest δ over the pairs with losses {t, t - ε}, to which Dong, Durfee, Rogers 2020 reduce
/// it (their generalized randomized response), at t = (ε + x)/2. A curve of δ that holds for
/// every pair composes, adaptively too (Zhu, Dong, Wang 2022); it is above their
/// optimum for several choices chosen in advance. The loss
/// has density e^{-(ε - l)/2}/2(1 - e^{-ε}) and K(s) = ln sinh((s + ½)ε)/((2s + 1) sinh ½ε).
pub(super) fn log_moment(law: Law, s: f64, direction: Direction) -> f64 {
    let Law::BoundedRange { epsilon } = law else {
        return law.log_moment(s, direction);
    };
    let wide = (s + 0.5) * epsilon;
    if wide < 1e-2 {
        // ln sinh(x)/x = x²/6 - x⁴/180 + …
        let series = |x: f64| x * x * (1.0 / 6.0 - x * x / 180.0);
        return series(wide) - series(0.5 * epsilon);
    }
    let log_sinh = |x: f64| x + libm::log(-libm::expm1(-2.0 * x));
    (log_sinh(wide) - log_sinh(0.5 * epsilon) - libm::log(2.0 * s + 1.0)).max(0.0)
}

/// The losses that are put on a grid when large ones weigh e^{tilt·loss} more: what `range` says
/// and no loss above `cut`, which counts as infinite.
pub(super) fn kept(law: Law, tilt: f64, cut: f64, direction: Direction) -> (f64, f64) {
    let (low, high) = range(law, tilt, direction);
    let high =
        if matches!(law, Law::SubsampledGaussian { .. }) { high.min(cut).max(low) } else { high };
    // Losses this low have less than e^-60 of the tilted law: all of P is at most 1, and
    // e^{tilt·loss} there is so much below E[e^{tilt·loss}].
    let low = if tilt > 0.0 {
        low.max((log_moment(law, tilt, direction) - 60.0) / tilt).min(high)
    } else {
        low
    };
    (low, high)
}

/// The range of losses that count when large losses weigh e^{tilt·loss} more.
pub(super) fn range(law: Law, tilt: f64, direction: Direction) -> (f64, f64) {
    match law {
        Law::Gaussian { sigma, sensitivity } => {
            let mu = sensitivity / sigma;
            (mu * (0.5 * mu - REACH), mu * (0.5 * mu + tilt * mu + REACH))
        }
        Law::DiscreteGaussian { sigma, sensitivity } => {
            range(Law::Gaussian { sigma, sensitivity: sensitivity as f64 }, tilt, direction)
        }
        Law::SubsampledGaussian { sigma, sensitivity, rate } => {
            let sampled = Sampled::new(sigma / sensitivity, rate, direction);
            let (low, high) = sampled.reach(tilt);
            (sampled.loss(low), sampled.loss(high))
        }
        Law::Failure { .. } => (0.0, 0.0),
        _ => {
            let top = law.pure_epsilon().unwrap_or(0.0);
            (-top, top)
        }
    }
}

/// Puts a law on the grid of `step`; a loss of sampling above `cut` counts as infinite.
pub(super) fn discretise(
    law: Law,
    step: f64,
    (tilt, cut): (f64, f64),
    direction: Direction,
) -> Result<Distribution, TooLong> {
    let (low, high) = kept(law, tilt, cut, direction);
    let offset = atoms(law).map_or(0.0, |(top, _)| top);
    let mut grid = Grid::new(offset, step, low, high)?;
    match law {
        Law::Pure { epsilon } => {
            let small = 1.0 / (1.0 + libm::exp(epsilon));
            grid.atom(epsilon, 1.0 - small);
            grid.atom(-epsilon, small);
        }
        Law::Laplace { scale, sensitivity } => {
            let top = sensitivity / scale;
            grid.atom(top, 0.5);
            grid.atom(-top, 0.5 * libm::exp(-top));
            // Noise between the two centres, at u of the way: loss top(1 - 2u), density
            // e^{-u·top}·top/2 in u, so e^{-(top - loss)/2}/4 in the loss.
            grid.exponential(top, 0.25);
        }
        Law::BoundedRange { epsilon } => grid.exponential(epsilon, -0.5 / libm::expm1(-epsilon)),
        Law::DiscreteLaplace { scale, sensitivity } => {
            let a = libm::exp(-1.0 / scale);
            grid.atom(sensitivity as f64 / scale, 1.0 / (1.0 + a));
            grid.geometric(scale, sensitivity as f64);
            let all = sensitivity as f64 / scale;
            grid.atom(-all, libm::exp(-all) / (1.0 + a));
        }
        Law::Gaussian { sigma, sensitivity } => {
            let mu = sensitivity / sigma;
            let loss = |z: f64| mu * (0.5 * mu + z);
            let place = |l: f64| l / mu - 0.5 * mu;
            if REACH + tilt * mu > MOST_PIECES {
                return Err(TooLong);
            }
            grid.spread((-REACH, REACH + tilt * mu), 1.0, &loss, &place, &density);
            grid.done.infinity += upper_tail(REACH + tilt * mu);
        }
        Law::DiscreteGaussian { sigma, sensitivity } => {
            let shift = sensitivity as f64;
            // P at x with e^{tilt·loss} centres at -tilt·Δ.
            let from = (-tilt * shift - REACH * sigma).floor();
            let to = (REACH * sigma).ceil().max(shift);
            if (to - from).is_nan() || to - from > MOST_ATOMS {
                return Err(TooLong);
            }
            let weight = |x: f64| libm::exp(-0.5 * (x / sigma) * (x / sigma));
            let norm = discrete_gaussian_norm(sigma);
            let mut x = from;
            while x <= to {
                grid.atom(
                    (shift * shift - 2.0 * shift * x) / (2.0 * sigma * sigma),
                    weight(x) / norm,
                );
                x += 1.0;
            }
            // The sum beyond the first atom is below the integral from there.
            grid.done.infinity +=
                (sigma * (2.0 * PI).sqrt() / norm).max(1.0) * upper_tail(-from / sigma);
        }
        Law::SubsampledGaussian { sigma, sensitivity, rate } => {
            let sampled = Sampled::new(sigma / sensitivity, rate, direction);
            let reach = sampled.reach(tilt);
            let reach = (reach.0, reach.1.min(sampled.place(cut)).max(reach.0));
            let pieces = (reach.1 - reach.0) / sampled.sigma;
            if pieces.is_nan() || pieces > MOST_PIECES {
                return Err(TooLong);
            }
            grid.spread(reach, sampled.sigma, &|x| sampled.loss(x), &|l| sampled.place(l), &|x| {
                sampled.density(x)
            });
            grid.done.infinity += sampled.cut_off(reach);
        }
        Law::Failure { delta } => {
            grid.atom(0.0, 1.0 - delta);
            grid.done.infinity += delta;
        }
    }
    Ok(grid.done)
}

/// Σ e^{-x²/2σ²} over whole numbers.
pub(super) fn discrete_gaussian_norm(sigma: f64) -> f64 {
    // From σ = 4 on the sum equals the integral to the last bit (Poisson summation:
    // the next term is 2e^{-2π²σ²}).
    if sigma > 4.0 {
        return sigma * (2.0 * PI).sqrt();
    }
    let last = (40.0 * sigma).ceil() as u32;
    let sum: f64 = (1..=last).rev().map(|x| libm::exp(-0.5 * (f64::from(x) / sigma).powi(2))).sum();
    1.0 + 2.0 * sum
}

/// δ at ε of one use of Gaussian noise on a sampled sum: the set of outputs with a larger
/// loss is a half-line, so both its probabilities are normal tails.
pub(super) fn sampled_delta(epsilon: f64, sigma: f64, rate: f64, direction: Direction) -> f64 {
    let border = Sampled::new(sigma, rate, direction).place(epsilon);
    if border == f64::INFINITY {
        return 0.0;
    }
    let delta = match direction {
        // With e^ε = 1 - q + q·e^t, what is not sampled cancels: q times the δ at t of noise
        // that is not sampled.
        Direction::Remove => rate * gaussian_delta((border - 0.5) / (sigma * sigma), sigma, 1.0),
        // Mirrored: x of the law without the user, -x of the law with it.
        Direction::Add => {
            let with = (1.0 - rate) * upper_tail(border / sigma)
                + rate * upper_tail((border + 1.0) / sigma);
            upper_tail(border / sigma) - libm::exp(epsilon) * with
        }
    };
    delta.max(0.0)
}

/// P(Z > z) of a standard normal Z.
fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// Gaussian noise on a sum that takes the user in with a probability: x is the noised
/// sum, 0 its centre without the user and 1 with the user.
struct Sampled {
    sigma: f64,
    rate: f64,
    direction: Direction,
}

impl Sampled {
    fn new(sigma: f64, rate: f64, direction: Direction) -> Self {
        Self { sigma, rate, direction }
    }

    /// The loss rises with `x`; for addition x is mirrored so that it does, too.
    fn loss(&self, x: f64) -> f64 {
        let variance = self.sigma * self.sigma;
        match self.direction {
            Direction::Remove => subsampled_ratio(x, variance, self.rate),
            Direction::Add => -subsampled_ratio(-x, variance, self.rate),
        }
    }

    fn place(&self, loss: f64) -> f64 {
        let sign = if self.direction == Direction::Remove { 1.0 } else { -1.0 };
        // e^l = 1 - q + q e^t: t = ln(1 + (e^l - 1)/q).
        let argument = libm::expm1(sign * loss) / self.rate;
        if argument <= -1.0 {
            return f64::NEG_INFINITY * sign;
        }
        let exponent = if argument.is_finite() {
            libm::log1p(argument)
        } else {
            sign * loss - libm::log(self.rate)
        };
        sign * (self.sigma * self.sigma * exponent + 0.5)
    }

    fn density(&self, x: f64) -> f64 {
        let plain = |x: f64| density(x / self.sigma) / self.sigma;
        match self.direction {
            Direction::Remove => (1.0 - self.rate) * plain(x) + self.rate * plain(x - 1.0),
            Direction::Add => plain(x),
        }
    }

    /// The places that matter under the tilt: the sampled part moves by 1 + tilt at most.
    fn reach(&self, tilt: f64) -> (f64, f64) {
        match self.direction {
            Direction::Remove => (-REACH * self.sigma, 1.0 + tilt + REACH * self.sigma),
            Direction::Add => (-REACH * self.sigma, REACH * self.sigma + tilt),
        }
    }

    fn cut_off(&self, (_, high): (f64, f64)) -> f64 {
        match self.direction {
            Direction::Remove => {
                let (with, without) =
                    (upper_tail((high - 1.0) / self.sigma), upper_tail(high / self.sigma));
                self.rate * with + (1.0 - self.rate) * without
            }
            Direction::Add => upper_tail(high / self.sigma),
        }
    }
}

/// Nodes and weights of Gauss–Legendre quadrature on [-1, 1].
const COARSE: [(f64, f64); 2] = [(-0.577_350_269_189_625_8, 1.0), (0.577_350_269_189_625_8, 1.0)];
const FINE: [(f64, f64); 8] = [
    (-0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
    (-0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (-0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (-0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// 1 - e^{-x} for x ≥ 0.
fn one_less(x: f64) -> f64 {
    // Four terms leave less than 1e-17 of it.
    if x < 5e-4 { x * (1.0 - x * (0.5 - x * (1.0 / 6.0 - x / 24.0))) } else { -libm::expm1(-x) }
}

struct Grid {
    step: f64,
    /// 1 - e^{-step}
    gap: f64,
    done: Distribution,
}

impl Grid {
    fn new(offset: f64, step: f64, low: f64, high: f64) -> Result<Self, TooLong> {
        let first = ((low - offset) / step).floor() - 1.0;
        let last = ((high - offset) / step).ceil() + 1.0;
        // Indices stay whole in a float, and NaN is refused too.
        if !(last - first < MOST_POINTS && first.abs() < MOST_INDEX && last.abs() < MOST_INDEX) {
            return Err(TooLong);
        }
        let (first, last) = (first as i64, last as i64);
        let done = Distribution {
            offset,
            first,
            mass: vec![0.0; (last - first + 1).max(2) as usize],
            infinity: 0.0,
        };
        Ok(Self { step, gap: one_less(step), done })
    }

    /// The loss at the lower end of a cell.
    fn low_end(&self, cell: usize) -> f64 {
        self.done.offset + (self.done.first + cell as i64) as f64 * self.step
    }

    /// Spreads the density `height`·e^{-(top - loss)/2} on losses from -top to top. Over any
    /// interval its probability under the other neighbour is e^{-middle} times its own:
    /// the interval counts as an atom in its middle.
    fn exponential(&mut self, top: f64, height: f64) {
        for cell in 0..self.done.mass.len() - 1 {
            let low = self.low_end(cell);
            let (from, to) = (low.max(-top), (low + self.step).min(top));
            if to > from {
                let mass =
                    2.0 * height * libm::exp(-0.5 * (top - to)) * -libm::expm1(-0.5 * (to - from));
                self.divide(cell, (0.5 * (from + to) - low).clamp(0.0, self.step), mass);
            }
        }
    }

    /// Discrete Laplace noise x strictly between both centres, 0 < x < `shift`, by cells:
    /// loss (shift - 2x)/b and probability a^x(1-a)/(1+a). These fall geometrically, so
    /// what a cell holds counts as an atom in the middle of its first and last loss.
    fn geometric(&mut self, scale: f64, shift: f64) {
        // The first x whose loss is not above the lower end of a cell.
        let border = |loss: f64| (0.5 * (shift - loss * scale) - 1e-9).ceil().clamp(1.0, shift);
        let mut end = border(self.low_end(0));
        for cell in 0..self.done.mass.len() - 1 {
            let start = border(self.low_end(cell + 1));
            let count = end - start;
            if count > 0.0 {
                // Σ a^x(1-a)/(1+a) from start on.
                let mass = libm::exp(-start / scale) * -libm::expm1(-count / scale)
                    / (1.0 + libm::exp(-1.0 / scale));
                let middle = (shift - (2.0 * start + count - 1.0)) / scale;
                let into = middle - self.low_end(cell);
                // A grid point within rounding is that grid point.
                let into = if into < 1e-9 * self.step { 0.0 } else { into.min(self.step) };
                self.divide(cell, into, mass);
            }
            end = start;
        }
    }

    /// The cell that holds a loss, and how far into it (in losses) it lies.
    fn cell(&self, loss: f64) -> (usize, f64) {
        let place = (loss - self.done.offset) / self.step;
        // A grid point within rounding is that grid point.
        let near = place.round();
        let floor = if (place - near).abs() < 1e-9 { near } else { place.floor() };
        let cell = (floor as i64 - self.done.first).clamp(0, self.done.mass.len() as i64 - 2);
        let into = if floor == near && (place - near).abs() < 1e-9 {
            0.0
        } else {
            (place - floor) * self.step
        };
        (cell as usize, into)
    }

    /// Divides probability `mass` at `into` the cell between its ends.
    fn divide(&mut self, cell: usize, into: f64, mass: f64) {
        // The share of the upper end that keeps the other neighbour's probability too.
        let up = mass * (one_less(into) / self.gap).clamp(0.0, 1.0);
        self.done.mass[cell + 1] += up;
        self.done.mass[cell] += mass - up;
    }

    fn atom(&mut self, loss: f64, mass: f64) {
        let (cell, into) = self.cell(loss);
        self.divide(cell, into, mass);
    }

    /// Spreads a density over `x` in a range on which the loss rises; `unit` is the
    /// length on which the density is smooth.
    fn spread(
        &mut self,
        (from, to): (f64, f64),
        unit: f64,
        loss: &dyn Fn(f64) -> f64,
        place: &dyn Fn(f64) -> f64,
        density: &dyn Fn(f64) -> f64,
    ) {
        // What lies below the grid is left out: see where its lower end is chosen.
        let lowest = place(self.done.offset + self.done.first as f64 * self.step);
        let from = if lowest > from { lowest.min(to) } else { from };
        let (start, _) = self.cell(loss(from));
        let mut left = from;
        for cell in start..self.done.mass.len() - 1 {
            let low = self.done.offset + (self.done.first + cell as i64) as f64 * self.step;
            let right = place(low + self.step);
            let right = if right.is_nan() { to } else { right.clamp(left, to) };
            let pieces = ((right - left) / (0.5 * unit)).ceil().max(1.0);
            let half = 0.5 * (right - left) / pieces;
            if half > 0.0 {
                let nodes: &[(f64, f64)] = if half < 0.01 * unit { &COARSE } else { &FINE };
                for piece in 0..pieces as u32 {
                    let centre = left + (2.0 * f64::from(piece) + 1.0) * half;
                    for &(node, weight) in nodes {
                        let x = centre + node * half;
                        let into = (loss(x) - low).clamp(0.0, self.step);
                        self.divide(cell, into, weight * half * density(x));
                    }
                }
            }
            left = right;
            if left >= to {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
