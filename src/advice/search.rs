//! The smallest ε over mechanisms and bounds at which every want holds.

use crate::contribution::{Bounds, Cube, Grid, GroupKeys, Pairs};
use crate::privacy::{Mechanism, Noise, Sensitivity};
use crate::work::{Cancel, Cancelled, in_order};

use super::chance::{PreparedAnswer, Truth, needed};
use super::resolved::Resolved;
use super::walk;

/// Bounds that are tried at once; what is found does not depend on the threads.
const AT_ONCE: usize = 4;
/// How much smaller a floor must be to be better.
const BETTER: f64 = 1.0 - 1e-3;
/// Steps of each bound between its neighbours once the best of a coarse grid is known.
const FINE: usize = 6;
/// The smallest ε that is looked at.
pub const LEAST: f64 = 1e-3;

/// What is searched, and how far.
#[derive(Debug, Clone)]
pub(super) struct Space {
    /// Mechanisms that publish values, or the order alone.
    pub(super) mechanisms: Vec<Mechanism>,
    /// δ, for mechanisms that need one.
    pub(super) delta: f64,
    /// l0 that are tried; `None`: what fits the data.
    pub(super) l0: Option<Vec<u64>>,
    /// linf that are tried, stored unit; `None`: what fits the data.
    pub(super) linf: Option<Vec<u64>>,
    /// The length of a list whose order is released.
    pub(super) k: usize,
    pub(super) confidence: f64,
    pub(super) most: f64,
    pub(super) threads: usize,
}

/// One mechanism over one pair of bounds, and the smallest ε at which it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundRelease {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The smallest ε.
    pub epsilon: f64,
    /// l0; `None` where only an order is released, which costs the same whatever it is.
    pub l0: Option<u64>,
    /// linf, stored unit.
    pub linf: u64,
}

/// A question with the sums of every bound within reach.
pub(super) struct Search<'a> {
    pub(super) pairs: &'a Pairs,
    pub(super) known: GroupKeys,
    pub(super) truth: &'a Truth<'a>,
    pub(super) lengths: Vec<usize>,
    cube: Cube,
}

/// A pair of bounds; no l0 where it does not matter.
pub(super) type BoundsTried = (Option<u64>, u64);

impl<'a> Search<'a> {
    pub(super) fn new(
        pairs: &'a Pairs,
        known: GroupKeys,
        truth: &'a Truth<'a>,
        lengths: Vec<usize>,
    ) -> Self {
        let cube = Cube::build(pairs, Grid::covering(pairs));
        Self { pairs, known, truth, lengths, cube }
    }

    /// For each mechanism its smallest ε at which all `wants` hold, in the order of the space.
    ///
    /// Noise on whole numbers is looked for where its continuous kind is best: their laws differ by
    /// less than a step of the bounds, and its own is slow to work out.
    pub(super) fn run(
        &self,
        wants: &[&Resolved],
        space: &Space,
        cancel: &Cancel,
    ) -> Result<Vec<Option<FoundRelease>>, Cancelled> {
        let kinds = space.mechanisms.iter().map(|&mechanism| continuous(mechanism));
        let continuous = Space { mechanisms: kinds.collect(), ..space.clone() };
        let mut best = self.run_continuous(wants, &continuous, cancel)?;
        for (best, &mechanism) in best.iter_mut().zip(&space.mechanisms) {
            let Some(found) = *best else { continue };
            if found.mechanism == mechanism {
                continue;
            }
            let pair = (found.l0, found.linf);
            let prepared = PreparedAnswer::new(self.truth, &self.bounded(pair), &self.lengths);
            let floor = self.floor(&prepared, wants, mechanism, pair, space, None);
            *best = floor.map(|epsilon| FoundRelease { mechanism, epsilon, ..found });
        }
        Ok(best)
    }

    fn run_continuous(
        &self,
        wants: &[&Resolved],
        space: &Space,
        cancel: &Cancel,
    ) -> Result<Vec<Option<FoundRelease>>, Cancelled> {
        let mut best: Vec<Option<FoundRelease>> = vec![None; space.mechanisms.len()];
        let grid = self.cube.grid();
        let (l0, linf) = (
            space.l0.clone().unwrap_or_else(|| grid.l0.clone()),
            space.linf.clone().unwrap_or_else(|| self.shown_steps(&grid.linf)),
        );
        self.over(&self.sorted(&l0, &linf, space), &self.cube, wants, space, &mut best, cancel)?;
        if space.l0.is_some() && space.linf.is_some() {
            return Ok(best);
        }
        // Around each of them once more, in finer steps.
        let mut around: Vec<(Vec<u64>, Vec<u64>)> = Vec::new();
        for found in best.iter().flatten() {
            let fine = |steps: &[u64], at: u64, given: bool| {
                if given { vec![at] } else { between_neighbours(steps, at, 1) }
            };
            let unit = self.pairs.units_per_shown() as u64;
            let linf = match space.linf.is_some() {
                true => vec![found.linf],
                false => between_neighbours(&linf, found.linf, unit),
            };
            let l0 = found.l0.map_or(vec![1], |at| fine(&l0, at, space.l0.is_some()));
            if !around.contains(&(l0.clone(), linf.clone())) {
                around.push((l0, linf));
            }
        }
        for (l0, linf) in around {
            let cube = Cube::build(self.pairs, Grid::new(l0.clone(), linf.clone()));
            self.over(&self.sorted(&l0, &linf, space), &cube, wants, space, &mut best, cancel)?;
        }
        Ok(best)
    }

    /// Every pair of bounds of a space, or those that fit the data.
    pub(super) fn bounds_tried(&self, space: &Space) -> Vec<BoundsTried> {
        let grid = self.cube.grid();
        let l0 = space.l0.clone().unwrap_or_else(|| grid.l0.clone());
        let linf = space.linf.clone().unwrap_or_else(|| self.shown_steps(&grid.linf));
        self.sorted(&l0, &linf, space)
    }

    /// The steps of both bounds that fit the data.
    pub(super) fn grid(&self) -> &Grid {
        self.cube.grid()
    }

    /// A knob turns in shown units.
    pub(super) fn shown_steps(&self, steps: &[u64]) -> Vec<u64> {
        let unit = self.pairs.units_per_shown() as u64;
        steps.iter().copied().filter(|step| step % unit == 0).collect()
    }

    /// Pairs of bounds, those of a middling Δ₁ first: neither noise nor clipping is at its worst
    /// there, so the first floors are low and most of the others need one look.
    fn sorted(&self, l0: &[u64], linf: &[u64], space: &Space) -> Vec<BoundsTried> {
        let ordered = space.mechanisms.iter().all(|mechanism| !mechanism.publishes_values());
        if ordered {
            return linf.iter().map(|&linf| (None, linf)).collect();
        }
        let mut all: Vec<(f64, BoundsTried)> = Vec::new();
        for &l0 in l0 {
            for &linf in linf {
                let cost = libm::log(self.reach((Some(l0), linf)) as f64 * linf as f64);
                all.push((cost, (Some(l0), linf)));
            }
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // From the middle outwards.
        let middle = all.len() / 2;
        let mut sorted = Vec::with_capacity(all.len());
        for step in 0..all.len() {
            let at = if step % 2 == 0 {
                (middle + step / 2).checked_rem(all.len().max(1))
            } else {
                (middle + all.len() - step.div_ceil(2)).checked_rem(all.len().max(1))
            };
            sorted.extend(at.map(|at| all[at].1));
        }
        sorted
    }

    /// The bounded sums.
    pub(super) fn bounded(&self, (l0, linf): BoundsTried) -> Vec<i64> {
        self.bounded_by(&self.cube, (l0, linf))
    }

    fn bounded_by(&self, cube: &Cube, (l0, linf): BoundsTried) -> Vec<i64> {
        cube.bounded(l0, Some(linf)).unwrap_or_else(|| self.pairs.bounded(l0, Some(linf))).sums
    }

    fn over(
        &self,
        all: &[BoundsTried],
        cube: &Cube,
        wants: &[&Resolved],
        space: &Space,
        best: &mut [Option<FoundRelease>],
        cancel: &Cancel,
    ) -> Result<(), Cancelled> {
        for some in all.chunks(AT_ONCE) {
            let known: Vec<Option<f64>> =
                best.iter().map(|found| found.map(|found| found.epsilon)).collect();
            let make = |at: usize| {
                let pair = some[at];
                let prepared =
                    PreparedAnswer::new(self.truth, &self.bounded_by(cube, pair), &self.lengths);
                let floor = |(&mechanism, known): (&Mechanism, &Option<f64>)| {
                    self.floor(&prepared, wants, mechanism, pair, space, *known)
                };
                space.mechanisms.iter().zip(&known).map(floor).collect::<Vec<Option<f64>>>()
            };
            in_order(space.threads, some.len(), cancel, make, |at, floors| {
                let (l0, linf) = some[at];
                for (best, (epsilon, &mechanism)) in
                    best.iter_mut().zip(floors.into_iter().zip(&space.mechanisms))
                {
                    let Some(epsilon) = epsilon else { continue };
                    if best.is_none_or(|best| epsilon < best.epsilon * BETTER) {
                        *best = Some(FoundRelease { mechanism, epsilon, l0, linf });
                    }
                }
            })?;
        }
        Ok(())
    }

    /// The floor of one cell, if it is below what is `known` already.
    fn floor(
        &self,
        prepared: &PreparedAnswer<'_>,
        wants: &[&Resolved],
        mechanism: Mechanism,
        pair: BoundsTried,
        space: &Space,
        known: Option<f64>,
    ) -> Option<f64> {
        let margin = |epsilon: f64| {
            let Some(noise) = self.noise(mechanism, pair, epsilon, space) else { return -1.0 };
            margin(prepared, wants, noise, space.confidence)
        };
        if let Some(known) = known
            && margin(known * BETTER) < 0.0
        {
            return None;
        }
        walk::floor(LEAST.min(space.most), space.most, margin)
    }

    /// The noise of a cell; `None` where none can be made.
    pub(super) fn noise(
        &self,
        mechanism: Mechanism,
        (l0, linf): BoundsTried,
        epsilon: f64,
        space: &Space,
    ) -> Option<Noise> {
        let sensitivity = self.sensitivity((l0, linf))?;
        let delta = mechanism.needs_delta().then_some(space.delta);
        mechanism.calibrate(epsilon, delta, sensitivity, space.k).ok()
    }

    /// How many groups one user moves; 1 of an order, whose price does not depend on it.
    pub(super) fn reach(&self, (l0, _): BoundsTried) -> u64 {
        let l0 = l0.unwrap_or(1);
        self.known.groups().map_or(l0, |groups| l0.min(groups.max(1)))
    }

    /// How far one user moves the sums.
    pub(super) fn sensitivity(&self, (l0, linf): BoundsTried) -> Option<Sensitivity> {
        let measure = self.pairs.question().measure;
        let bounds = Bounds::new(l0.unwrap_or(1), linf, measure).ok()?;
        Some(bounds.over(self.known).sensitivity())
    }
}

/// The kind of noise that is searched in place of one on whole numbers.
fn continuous(mechanism: Mechanism) -> Mechanism {
    match mechanism {
        Mechanism::DiscreteLaplace => Mechanism::Laplace,
        Mechanism::DiscreteGaussian => Mechanism::Gaussian,
        other => other,
    }
}

/// The least of the wants' margins: below 0 where one does not hold, 1 where all surely do.
pub(super) fn margin(
    prepared: &PreparedAnswer<'_>,
    wants: &[&Resolved],
    noise: Noise,
    confidence: f64,
) -> f64 {
    let mut least = 1.0f64;
    for want in wants {
        let needed = needed(want, confidence);
        let chance = prepared.chance(want, noise, needed);
        let margin = if needed < 1.0 { (chance - needed) / (1.0 - needed) } else { -1.0 };
        // What is no number holds nowhere.
        if margin.is_nan() || margin < 0.0 {
            return -1.0;
        }
        least = least.min(margin);
    }
    least
}

/// Whole multiples of `unit` between the neighbours of `at` among ascending `steps`.
fn between_neighbours(steps: &[u64], at: u64, unit: u64) -> Vec<u64> {
    let place = steps.partition_point(|&step| step < at);
    let below = place.checked_sub(1).map_or(unit, |place| steps[place]);
    let above = steps.get(place + 1).copied().unwrap_or(at);
    let ratio = |low: u64, high: u64, part: usize| {
        let (low, high) = (low as f64, high as f64);
        let value = low * (high / low).powf(part as f64 / FINE as f64);
        ((value / unit as f64).round() as u64).max(1) * unit
    };
    let mut fine: Vec<u64> = (0..=FINE)
        .map(|part| ratio(below, at, part))
        .chain((1..=FINE).map(|part| ratio(at, above, part)))
        .filter(|&value| value != below && (value != above || above == at))
        .collect();
    fine.push(at);
    fine.sort_unstable();
    fine.dedup();
    fine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finer_steps_lie_between_the_neighbours() {
        let steps = [1, 2, 5, 10, 20, 50];
        assert_eq!(between_neighbours(&steps, 1, 1), [1]);
        assert_eq!(between_neighbours(&steps, 5, 1), [3, 4, 5, 6, 7, 8, 9]);
        let fine = between_neighbours(&steps, 50, 1);
        assert!(fine.contains(&50) && fine.iter().all(|step| (21..=50).contains(step)));
        assert!(between_neighbours(&[100, 200, 500], 200, 100).iter().all(|step| step % 100 == 0));
    }
}
