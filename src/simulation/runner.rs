//! All trials of a plan on worker threads, as streaming estimates: the same numbers
//! for any number of threads.

use std::sync::{Mutex, PoisonError};

use super::pooled::{Pooled, Quantile, base_of};
use super::sampler::Family;
use super::trial::{Block, CellSums, FamilySums, Moments, Prepared, block};
use crate::expected::{
    CellFigures, ErrorVariances, FigureSet, Figures, Mixture, Plan, Terms, each_cell, expected,
};
use crate::metric::figure::wilson;
use crate::metric::{ByMetric, Figure, Metric};
use crate::privacy::Noise;
use crate::work::{Cancel, Cancelled, in_order};

/// Work of about this many noised values makes a block: some milliseconds.
const BLOCK_WORK: usize = 400_000;
/// A block holds no more trials than this, whatever their size.
const MOST_TRIALS: u64 = 16;

/// Simulates every trial of `plan` on up to `threads` threads. `report` is called on
/// the calling thread as blocks come in.
///
/// # Errors
/// If `cancel` was set before the end.
pub fn run(
    plan: &Plan,
    threads: usize,
    cancel: &Cancel,
    report: impl FnMut(&Running<'_>),
) -> Result<Vec<CellFigures>, Cancelled> {
    run_beside(plan, expected(plan), threads, cancel, report)
}

/// Simulates every trial of `plan` as [`run`] does, beside closed forms that are already
/// there, one entry a cell; those of errors must be among them.
///
/// # Errors
/// If `cancel` was set before the end.
pub fn run_beside(
    plan: &Plan,
    closed: Vec<CellFigures>,
    threads: usize,
    cancel: &Cancel,
    mut report: impl FnMut(&Running<'_>),
) -> Result<Vec<CellFigures>, Cancelled> {
    let unit = plan.unit as f64;
    let centre = |figure: Figure, unit: f64| figure.expected.unwrap_or(1.0) * unit;
    let bases = closed
        .iter()
        .map(|f| {
            (base_of(centre(f[Metric::P95], unit)), base_of(centre(f[Metric::MedianRelative], 1.0)))
        })
        .collect();
    let prepared = Prepared::new(plan, bases);
    let per_trial = (plan.raw.len() * plan.cells.len()).max(1);
    // The size depends on the plan alone, so the sums do not depend on the threads.
    let size = ((BLOCK_WORK / per_trial) as u64).clamp(1, MOST_TRIALS);
    let blocks = plan.trials.div_ceil(size) as usize;
    let mut running = Running::new(plan, closed);
    let make = |index: usize| {
        let first = index as u64 * size;
        block(&prepared, first, (first + size).min(plan.trials))
    };
    in_order(threads, blocks, cancel, make, |_, made| {
        running.add(&made);
        report(&running);
    })?;
    Ok(running.figures())
}

/// The estimates so far.
pub struct Running<'a> {
    plan: &'a Plan,
    closed: Vec<CellFigures>,
    done: u64,
    cells: Vec<CellSums>,
    pools: Vec<(Pooled, Pooled)>,
    families: Vec<(Family, FamilySums)>,
    terms: Vec<Terms>,
    /// Per cell, the means over groups of the variances of |error| and error².
    variances: Vec<ErrorVariances>,
    /// Per cell, the trials at which the standard errors of its quantiles were last worked
    /// out, and those errors (p95 of |error|, median of |error|/floor).
    quantile_errors: Mutex<Vec<Option<(u64, QuantileErrors)>>>,
}

impl<'a> Running<'a> {
    fn new(plan: &'a Plan, closed: Vec<CellFigures>) -> Self {
        let unit = plan.unit as f64;
        let pools = closed
            .iter()
            .map(|f| {
                let absolute = f[Metric::P95].expected.unwrap_or(1.0) * unit;
                (
                    Pooled::new(absolute),
                    Pooled::new(f[Metric::MedianRelative].expected.unwrap_or(1.0)),
                )
            })
            .collect();
        let cells = vec![CellSums::default(); plan.cells.len()];
        let quantile_errors = Mutex::new(vec![None; plan.cells.len()]);
        let terms = Terms::of_plan(plan);
        let variances = plan
            .cells
            .iter()
            .map(|c| Mixture { noise: c.noise, terms: &terms[c.answer] }.variances())
            .collect();
        Self {
            plan,
            closed,
            done: 0,
            cells,
            pools,
            families: Vec::new(),
            terms,
            variances,
            quantile_errors,
        }
    }

    /// Trials done so far.
    pub fn trials_done(&self) -> u64 {
        self.done
    }

    /// Trials asked for.
    pub fn trials(&self) -> u64 {
        self.plan.trials
    }

    fn add(&mut self, made: &Block) {
        self.done += made.trials;
        for ((total, pools), part) in self.cells.iter_mut().zip(&mut self.pools).zip(&made.cells) {
            for metric in Metric::ALL {
                total.raw[metric].add(&part.raw[metric]);
                total.alone[metric].add(&part.alone[metric]);
            }
            add_noise(&mut total.noise, &part.noise);
            pools.0.add(&part.absolute_bins);
            pools.1.add(&part.relative_bins);
        }
        if self.families.is_empty() {
            self.families.clone_from(&made.families);
        } else {
            for ((_, total), (_, part)) in self.families.iter_mut().zip(&made.families) {
                add_noise(&mut total.noise, &part.noise);
            }
        }
    }

    /// The figures of every cell so far, closed forms beside the estimates.
    pub fn figures(&self) -> Vec<CellFigures> {
        if self.done == 0 {
            return self.closed.clone();
        }
        let spreads = self.spreads();
        each_cell(self.plan, |cell| self.cell(cell, &spreads))
    }

    /// The figures of cell number `index` so far.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn figures_of(&self, index: usize) -> CellFigures {
        if self.done == 0 { self.closed[index] } else { self.cell(index, &self.spreads()) }
    }

    /// The variance of each family's unit noise.
    fn spreads(&self) -> Vec<(Family, Option<f64>)> {
        self.families.iter().map(|(family, sums)| (*family, self.variance(&sums.noise))).collect()
    }

    fn cell(&self, index: usize, spreads: &[(Family, Option<f64>)]) -> CellFigures {
        let (sums, closed) = (&self.cells[index], &self.closed[index]);
        // Under Gumbel noise only an order comes out.
        let values = self.plan.cells[index].mechanism.publishes_values();
        let errors = if values { self.errors(index, spreads) } else { Figures::default() };
        // Without clipping both orders are one.
        let unclipped = self.plan.answers[self.plan.cells[index].answer] == self.plan.raw;
        let alone = if unclipped { &sums.raw } else { &sums.alone };
        CellFigures {
            raw: Figures::each(|metric| {
                if metric.is_ranking() {
                    beside(of_trials(metric, &sums.raw), closed[metric])
                } else {
                    errors[metric].with_expected(closed[metric].expected)
                }
            }),
            noise: Figures::each(|metric| {
                if metric.is_ranking() {
                    beside(of_trials(metric, alone), closed.noise[metric])
                } else {
                    Figure::default()
                }
            }),
            clipping: closed.clipping,
        }
    }

    fn errors(&self, index: usize, spreads: &[(Family, Option<f64>)]) -> Figures {
        let (spec, sums, closed) =
            (&self.plan.cells[index], &self.cells[index], &self.closed[index]);
        let unit = self.plan.unit as f64;
        let over = |figure: Figure, divisor: f64| Figure {
            simulated: figure.simulated.map(|v| v / divisor),
            standard_error: figure.standard_error.map(|v| v / divisor),
            ..figure
        };
        // Groups are noised independently, so the law gives how far a mean over groups and
        // trials strays. The spread of a few trials would be a guess: with two of them one
        // mean in six lies more than four such guesses away.
        let counted = self.done as f64 * self.plan.raw.len() as f64;
        let ErrorVariances { absolute: of_absolute, square: of_square } = self.variances[index];
        let strays = |variance: f64| (self.done >= 2).then(|| (variance / counted).sqrt());
        let mean =
            |moments: &Moments, variance: f64| Figure::simulated(moments.mean(), strays(variance));
        let rmse = sums.raw[Metric::Rmse].mean().sqrt();
        // Delta method: SE(√m) = SE(m) / 2√m.
        let law_rmse = closed[Metric::Rmse].expected.map_or(rmse, |closed| closed * unit);
        let rmse_error = strays(of_square).map(|error| error / (2.0 * law_rmse));
        let variance = if spec.noise.is_whole() {
            self.variance(&sums.noise)
        } else {
            let family = Family::of(spec.mechanism);
            let unit =
                spreads.iter().find(|(of, _)| *of == family).and_then(|(_, variance)| *variance);
            unit.map(|variance| variance * spec.noise.scale() * spec.noise.scale())
        };
        let variance = variance.map_or(Figure::default(), |v| {
            Figure::simulated(v, Some(self.variance_error(spec.noise)))
        });
        let mut figures = Figures::default();
        figures[Metric::Mae] = over(mean(&sums.raw[Metric::Mae], of_absolute), unit);
        figures[Metric::Rmse] = over(Figure::simulated(rmse, rmse_error), unit);
        figures[Metric::Variance] = over(variance, unit * unit);
        if self.plan.figures == FigureSet::All {
            let (absolute, relative) = self.quantiles(index);
            figures[Metric::Bias] =
                over(mean(&sums.raw[Metric::Bias], spec.noise.variance()), unit);
            figures[Metric::P95] = over(absolute, unit);
            figures[Metric::MedianRelative] = relative;
        }
        figures
    }

    /// The mean over groups of the variance across trials, from sums of noise (its mean
    /// per group is estimated too); `None` for one trial.
    fn variance(&self, noise: &[(f64, f64)]) -> Option<f64> {
        let (r, n) = (self.done as f64, noise.len() as f64);
        (self.done >= 2).then(|| {
            noise.iter().map(|(sum, square)| (square - sum * sum / r) / (r - 1.0)).sum::<f64>() / n
        })
    }

    /// Its standard error: Var(s²) = (μ₄ − σ⁴(R−3)/(R−1))/R for each of n independent
    /// groups, R ≥ 2 trials, with the moments of the law.
    fn variance_error(&self, noise: Noise) -> f64 {
        let (r, n) = (self.done as f64, self.plan.raw.len() as f64);
        let (variance, fourth) = (noise.variance(), noise.fourth_moment());
        ((fourth - variance * variance * (r - 3.0) / (r - 1.0)) / (r * n)).sqrt()
    }

    /// p95 of |error| and median of |error|/floor, with their standard errors.
    fn quantiles(&self, index: usize) -> (Figure, Figure) {
        let pools = &self.pools[index];
        let (absolute, relative) = (pools.0.quantile(0.95), pools.1.quantile(0.5));
        let lattice = self.plan.cells[index].noise.is_whole();
        let errors = self.quantile_errors(index, absolute, relative);
        let figure = |found: Option<Quantile>, whole: bool, error: f64| {
            let value = |found: Quantile| if whole { found.value.floor() } else { found.value };
            found.map_or(Figure::default(), |found| Figure::simulated(value(found), Some(error)))
        };
        (figure(absolute, lattice, errors.absolute), figure(relative, false, errors.relative))
    }

    /// The standard errors of both quantiles. On the way they are worked out when the
    /// trials have doubled and follow 1/√trials in between; at the end always, so that
    /// the last figures do not depend on who looked at earlier ones.
    fn quantile_errors(
        &self,
        index: usize,
        absolute: Option<Quantile>,
        relative: Option<Quantile>,
    ) -> QuantileErrors {
        let kept = self.quantile_errors.lock().unwrap_or_else(PoisonError::into_inner)[index];
        if let Some((then, kept)) = kept
            && self.done < self.plan.trials
            && self.done < 2 * then
        {
            let shrunk = (then as f64 / self.done as f64).sqrt();
            return QuantileErrors {
                absolute: kept.absolute * shrunk,
                relative: kept.relative * shrunk,
            };
        }
        let spec = &self.plan.cells[index];
        let mix = Mixture { noise: spec.noise, terms: &self.terms[spec.answer] };
        let counted = self.done as f64 * self.plan.raw.len() as f64;
        let closed = &self.closed[index];
        // Discrete noise puts its errors on whole numbers; a quantile may fall one beside.
        let lattice = if spec.noise.is_whole() { 0.5 } else { 0.0 };
        // One noised value at least is not known for sure.
        let of_share = |spread: f64| (spread / counted).sqrt().max(0.5 / counted);
        let of_absolute = absolute.map_or(f64::NAN, |found| {
            let share = Share { below: 0.95, error: of_share(mix.absolute_spread(found.value)) };
            let error = quantile_error(
                found,
                lattice,
                share,
                |t| mix.absolute_above(t),
                |p| mix.quantile_absolute(p),
            );
            let closed = closed[Metric::P95].expected.unwrap_or(f64::NAN) * self.plan.unit as f64;
            let share = share.at_least(of_share(mix.absolute_spread(closed)));
            reaching(error, found.value, closed, share, |p| mix.quantile_absolute(p))
        });
        let of_relative = relative.map_or(f64::NAN, |found| {
            let share = Share { below: 0.5, error: of_share(mix.relative_spread(found.value)) };
            let error = quantile_error(
                found,
                0.0,
                share,
                |t| mix.relative_above(t),
                |p| mix.quantile_relative(p),
            );
            let closed = closed[Metric::MedianRelative].expected.unwrap_or(f64::NAN);
            let share = share.at_least(of_share(mix.relative_spread(closed)));
            reaching(error, found.value, closed, share, |p| mix.quantile_relative(p))
        });
        let errors = QuantileErrors { absolute: of_absolute, relative: of_relative };
        self.quantile_errors.lock().unwrap_or_else(PoisonError::into_inner)[index] =
            Some((self.done, errors));
        errors
    }
}

/// The standard errors of both pooled quantiles of a cell.
#[derive(Clone, Copy)]
struct QuantileErrors {
    /// That of the 95th percentile of |error|, in the stored unit.
    absolute: f64,
    /// That of the median of |error| / floor.
    relative: f64,
}

/// How much lies below a pooled quantile.
#[derive(Clone, Copy)]
struct Share {
    /// The share, in 0..=1.
    below: f64,
    /// Its standard error.
    error: f64,
}

impl Share {
    /// With a standard error of at least `error`.
    fn at_least(self, error: f64) -> Self {
        Self { error: self.error.max(error), ..self }
    }
}

/// The standard error of a pooled quantile at `share.below`, where `share.error` is that of
/// the share below it. Where the law is smooth: share over density. Where it is not (noise
/// much smaller than the gaps between biases leaves plateaus and near-atoms): half the way
/// between the quantiles of the law four standard errors of the share on either side, so
/// that the quantile may be at either end of a plateau that is that near.
/// Added to it: `lattice`, and by how much the law bends inside the histogram's bin.
fn quantile_error(
    found: Quantile,
    lattice: f64,
    share: Share,
    above: impl Fn(f64) -> f64,
    quantile: impl Fn(f64) -> f64,
) -> f64 {
    let at = found.value;
    let mass = |reach: f64| above((at - reach).max(0.0)) - above(at + reach);
    let width = |reach: f64| at + reach - (at - reach).max(0.0);
    let near = (1e-3 * at).max(2.0 * lattice);
    let density = mass(near) / width(near);
    let smooth = share.error / density;
    // As much probability as the density promises must lie that far to either side.
    let reach = smooth.max(found.high - found.low).max(2.0 * near);
    let promised = density * width(reach);
    let error = if density > 0.0 && (0.8..=1.25).contains(&(mass(reach) / promised)) {
        smooth
    } else {
        let (p, by) = (share.below, 4.0 * share.error);
        0.5 * (quantile((p + by).min(1.0 - 1e-9)) - quantile((p - by).max(0.0)))
    };
    let (low, middle, high) =
        (above(found.low), above(0.5 * (found.low + found.high)), above(found.high));
    let mut bend =
        if low > high { (0.5 * (low + high) - middle).abs() / (low - high) } else { 0.5 };
    // A law of few wide gaps: how far a straight line through the bin misses its quantile.
    let exact = quantile(share.below);
    if low > high && (found.low..=found.high).contains(&exact) {
        let straight = (low - (1.0 - share.below)) / (low - high);
        bend = bend.max((straight - (exact - found.low) / (found.high - found.low)).abs().min(1.0));
    }
    error + lattice + bend * (found.high - found.low)
}

/// `error`, or more where the quantile `found` lies far from the `closed` one though the
/// share below it does not: the law's density around one of them says nothing of a plateau
/// between. Then it is a quarter of the way from the closed quantile to the farther of those
/// where the share is four of its standard errors (`share.error`) off, so that an alarm means
/// a share more than four off.
fn reaching(
    error: f64,
    found: f64,
    closed: f64,
    share: Share,
    quantile: impl Fn(f64) -> f64,
) -> f64 {
    // Two, not four: an error between may be too small as well.
    if (found - closed).abs() <= 2.0 * error {
        return error;
    }
    let (p, by) = (share.below, 4.0 * share.error);
    let (low, high) = (quantile((p - by).max(0.0)), quantile((p + by).min(1.0 - 1e-9)));
    let wide = 0.25 * (high - closed).max(closed - low);
    if wide.is_finite() { error.max(wide) } else { error }
}

/// The figure of a metric of orders from its sums; null where nothing was counted.
fn of_trials(metric: Metric, sums: &ByMetric<Moments>) -> Figure {
    let moments = &sums[metric];
    if moments.count == 0.0 {
        return Figure::default();
    }
    if metric.is_chance() {
        let share = moments.mean();
        return Figure::simulated(share, Some(wilson(share, moments.count)));
    }
    share(moments, metric.span().unwrap_or(1.0))
}

/// The mean of a share or agreement over trials. Where every trial gave the same value
/// the standard error is the binomial (Wilson) one of an event never seen, not 0; `range`
/// is how far such an event could move the value.
fn share(moments: &Moments, range: f64) -> Figure {
    let mean = moments.mean();
    let error = match moments.standard_error() {
        // Sums of squares leave 1e-8 of a value that never moved.
        Some(se) if se * moments.count.sqrt() > 1e-6 => Some(se),
        _ => Some(range * wilson(1.0, moments.count)),
    };
    Figure::simulated(mean, error)
}

fn add_noise(total: &mut Vec<(f64, f64)>, part: &[(f64, f64)]) {
    if total.is_empty() {
        total.extend_from_slice(part);
        return;
    }
    for (a, b) in total.iter_mut().zip(part) {
        a.0 += b.0;
        a.1 += b.1;
    }
}

/// An estimate beside its closed form. Near 0 or 1 a figure is made of rare events, whose
/// variance grows with their number: where the closed form promises more of them than came
/// out, its number counts, as in the score interval of a share (Wilson 1927). The spread of
/// one event where six were due would call itself four times too sure.
fn beside(figure: Figure, closed: Figure) -> Figure {
    let figure = figure.with_expected(closed.expected);
    let (Some(expected), Some(simulated), Some(error)) =
        (figure.expected, figure.simulated, figure.standard_error)
    else {
        return figure;
    };
    let (promised, found) =
        if expected < 0.5 { (expected, simulated) } else { (1.0 - expected, 1.0 - simulated) };
    if promised < 0.05 && found > 0.0 && promised > found {
        return Figure { standard_error: Some(error * (promised / found).sqrt()), ..figure };
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_events_have_the_error_of_their_expected_number() {
        // One of 200 where three were due: 3 ± √3, not 3 ± 1.
        let figure = beside(Figure::simulated(0.005, Some(0.005)), Figure::expected(0.015));
        assert!((figure.standard_error.unwrap() - 0.005 * 3f64.sqrt()).abs() < 1e-15);
        let mirrored = beside(Figure::simulated(0.995, Some(0.005)), Figure::expected(0.985));
        assert!((mirrored.standard_error.unwrap() - 0.005 * 3f64.sqrt()).abs() < 1e-12);
        // More than promised, or nothing rare: the spread of the trials.
        for (simulated, expected) in [(0.015, 0.005), (0.4, 0.5), (0.0, 0.01)] {
            let figure =
                beside(Figure::simulated(simulated, Some(0.01)), Figure::expected(expected));
            assert_eq!(figure.standard_error, Some(0.01));
        }
    }
}
