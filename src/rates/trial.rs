//! Trials of noised rates: what closed forms say, counted.

use super::drawn_order::RateOrder;
use super::interval::is_consistent;
use super::law::{CellNoise, RateOf, rate_of};
use super::stopping::Stopping;
use crate::metric::Figure;
use crate::metric::figure::wilson;
use crate::privacy::Noise;
use crate::simulation;
use crate::work::{Cancel, Cancelled, in_order};

/// What trials are drawn of.
pub(super) struct Trials<'a> {
    /// Bounded cells of every group: converted and others.
    pub cells: &'a [(u64, u64)],
    /// Unbounded cells of every group that may be stopped: converted and all; none of the others.
    pub may_stop: &'a [(u64, u64)],
    /// Unbounded rates, 0 of nobody.
    pub rates: &'a [f64],
    /// The noise of every cell.
    pub noise: Noise,
    /// Below this a group is stopped.
    pub limit: f64,
    /// Of intervals.
    pub level: f64,
    pub seed: u64,
}

/// Sums of a value and its powers over trials.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f64,
    powers: [f64; 4],
}

impl Sums {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let mut power = 1.0;
        for sum in &mut self.powers {
            power *= value;
            *sum += power;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.powers.iter_mut().zip(other.powers).for_each(|(sum, other)| *sum += other);
    }

    /// The mean and its standard error; none where all values are alike, which says nothing of it.
    fn mean(&self) -> Figure {
        if self.count == 0.0 {
            return Figure::default();
        }
        let mean = self.powers[0] / self.count;
        let variance = (self.powers[1] / self.count - mean * mean).max(0.0);
        let error =
            (self.count > 1.0 && variance > 0.0).then(|| (variance / (self.count - 1.0)).sqrt());
        Figure::simulated(mean, error)
    }

    /// The mean of shares, with an error also where all are alike.
    fn mean_share(&self) -> Figure {
        let mean = self.mean();
        match (mean.simulated, mean.standard_error) {
            (Some(share), None) => Figure::simulated(share, Some(wilson(share, self.count))),
            _ => mean,
        }
    }

    /// The share of a value of 0 or 1, with an error also where all are alike.
    fn share(&self) -> Figure {
        if self.count == 0.0 {
            return Figure::default();
        }
        let share = self.powers[0] / self.count;
        Figure::simulated(share, Some(wilson(share, self.count)))
    }

    /// The standard deviation, and its own by the fourth moment: √((m₄ - s⁴)/n)/(2s).
    fn deviation(&self) -> Figure {
        let n = self.count;
        if n < 2.0 {
            return Figure::default();
        }
        let [a, b, c, d] = self.powers.map(|sum| sum / n);
        let variance = (b - a * a).max(0.0);
        let fourth = d - 4.0 * a * c + 6.0 * a * a * b - 3.0 * a.powi(4);
        let deviation = variance.sqrt();
        let error = ((fourth - variance * variance).max(0.0) / n).sqrt() / (2.0 * deviation);
        let unbiased = (variance * n / (n - 1.0)).sqrt();
        Figure::simulated(unbiased, Some(error).filter(|error| error.is_finite()))
    }
}

/// What trials of one group say.
#[derive(Debug, Clone, Copy, Default)]
struct GroupSums {
    /// Answers less the bounded rate.
    answer: Sums,
    clamped: Sums,
    covered: Sums,
    stopped: Sums,
}

/// What trials say.
#[derive(Debug, Clone, Default)]
pub(super) struct TrialSums {
    groups: Vec<GroupSums>,
    flipped: Sums,
    best: Sums,
    covered: Sums,
    stopping: [Sums; 4],
}

/// The figures of a group by trials.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct GroupFigures {
    pub noise_sd: Figure,
    pub clamped: Figure,
    pub coverage: Figure,
    pub stopped: Figure,
}

impl TrialSums {
    pub fn of_group(&self, group: usize) -> GroupFigures {
        let sums = self.groups.get(group).copied().unwrap_or_default();
        GroupFigures {
            noise_sd: sums.answer.deviation(),
            clamped: sums.clamped.share(),
            coverage: sums.covered.share(),
            stopped: sums.stopped.share(),
        }
    }

    pub fn pairs_flipped(&self) -> Figure {
        self.flipped.mean_share()
    }

    pub fn best_is_best(&self) -> Figure {
        self.best.mean_share()
    }

    /// Of all groups that somebody is in.
    pub fn coverage(&self) -> Figure {
        self.covered.mean_share()
    }

    pub fn stopping(&self) -> [Figure; 4] {
        self.stopping.map(|sums| sums.mean())
    }

    pub fn trials(&self) -> u64 {
        self.best.count.max(self.covered.count) as u64
    }

    fn merge(&mut self, other: &Self) {
        self.groups.resize(other.groups.len(), GroupSums::default());
        for (mine, other) in self.groups.iter_mut().zip(&other.groups) {
            mine.answer.merge(&other.answer);
            mine.clamped.merge(&other.clamped);
            mine.covered.merge(&other.covered);
            mine.stopped.merge(&other.stopped);
        }
        self.flipped.merge(&other.flipped);
        self.best.merge(&other.best);
        self.covered.merge(&other.covered);
        self.stopping.iter_mut().zip(&other.stopping).for_each(|(mine, other)| mine.merge(other));
    }
}

impl Trials<'_> {
    /// Draws so many trials on `threads` threads, the same for any number of them; `told` sees what is
    /// there from time to time.
    pub fn draw(
        &self,
        trials: u64,
        threads: usize,
        cancel: &Cancel,
        mut told: impl FnMut(&TrialSums),
    ) -> Result<TrialSums, Cancelled> {
        const BLOCK: u64 = 50;
        let Some(cells) = CellNoise::of(self.noise) else { return Ok(TrialSums::default()) };
        let truth = RateOrder::new(self.rates);
        let values: Vec<i64> =
            self.cells.iter().flat_map(|&(c, m)| [c, m]).map(|v| v as i64).collect();
        let blocks = trials.div_ceil(BLOCK);
        let mut all = TrialSums::default();
        let block = |block: usize| {
            let from = block as u64 * BLOCK;
            let mut sums = TrialSums {
                groups: vec![GroupSums::default(); self.cells.len()],
                ..TrialSums::default()
            };
            for trial in from..(from + BLOCK).min(trials) {
                self.one(trial, &values, cells, &truth, &mut sums);
            }
            sums
        };
        let blocks = usize::try_from(blocks).unwrap_or(usize::MAX);
        in_order(threads, blocks, cancel, block, |_, sums| {
            all.merge(&sums);
            told(&all);
        })?;
        Ok(all)
    }

    fn one(
        &self,
        trial: u64,
        values: &[i64],
        cells: CellNoise,
        truth: &RateOrder,
        sums: &mut TrialSums,
    ) {
        let noised = simulation::draw(values, self.noise, self.seed, trial);
        let mut answers = Vec::with_capacity(self.cells.len());
        let mut cost = Stopping::default();
        let (mut covered, mut groups) = (0.0, 0.0);
        for (group, (z, &(c, m))) in noised.chunks_exact(2).zip(self.cells).enumerate() {
            let sums = &mut sums.groups[group];
            let rate = if c + m > 0 { c as f64 / (c + m) as f64 } else { 0.0 };
            let answer = match rate_of(z[0], z[1]) {
                RateOf::Rate(answer) => {
                    sums.answer.add(answer - rate);
                    sums.clamped.add(f64::from(u8::from(z[0] <= 0.0 || z[1] <= 0.0)));
                    Some(answer)
                }
                RateOf::Nothing => None,
            };
            answers.push(answer);
            if c + m > 0 {
                let holds = is_consistent(z[0], z[1], cells, self.level, rate);
                let holds = f64::from(u8::from(holds));
                sums.covered.add(holds);
                covered += holds;
                groups += 1.0;
            }
            let stops = answer.is_some_and(|answer| answer < self.limit);
            sums.stopped.add(f64::from(u8::from(stops)));
            let (converted, size) = self.may_stop[group];
            if size > 0 {
                let stops = f64::from(u8::from(stops));
                cost.add(stops, self.rates[group], self.limit, converted as f64, size as f64);
            }
        }
        let order = truth.of(&answers);
        order.pairs_flipped.into_iter().for_each(|share| sums.flipped.add(share));
        order.best_is_best.into_iter().for_each(|best| sums.best.add(best));
        if groups > 0.0 {
            sums.covered.add(covered / groups);
        }
        sums.stopping.iter_mut().zip(cost.values()).for_each(|(sum, value)| sum.add(value));
    }
}
