//! One block of trials: unit noise drawn once per trial serves every cell.

use std::sync::{Mutex, PoisonError};

use super::pooled::{BLOCK_BINS, bin_of};
use super::raw_order::{self, InRawOrder, UnitNoise};
use super::sampler::{Family, Transform};
use crate::expected::{FigureSet, Plan};
use crate::metric::drift::{Drift, Noised, TrueOrder};
use crate::metric::{ByMetric, Metric};

/// What every block of a plan needs, worked out once.
pub(super) struct Prepared<'a> {
    pub(super) plan: &'a Plan,
    /// The plan in raw order, where not every figure is wanted.
    in_raw_order: Option<InRawOrder>,
    /// The raw order, where every figure is wanted.
    by_raw: Option<TrueOrder>,
    /// The order of each bounded answer that is not the raw sums themselves.
    by_answer: Vec<Option<TrueOrder>>,
    raw: Vec<f64>,
    /// 1 / max(raw, 1 shown unit).
    per_floor: Vec<f64>,
    /// The bounded answers as floats.
    answers: Vec<Vec<f64>>,
    transforms: Vec<Transform>,
    families: Vec<Family>,
    /// First bins of the histograms of |error| and |error|/floor, per cell.
    bases: Vec<(u64, u64)>,
    /// Buffers that wait for a thread: what they learnt of a cell stays useful.
    waiting: Mutex<Vec<Buffers>>,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(plan: &'a Plan, bases: Vec<(u64, u64)>) -> Self {
        let float = |values: &[i64]| values.iter().map(|&v| v as f64).collect::<Vec<f64>>();
        let raw = float(&plan.raw);
        let mut families: Vec<Family> =
            plan.cells.iter().map(|cell| Family::of(cell.mechanism)).collect();
        families.sort_unstable();
        families.dedup();
        let whole = plan.figures == FigureSet::All;
        let order = |values: &[i64]| TrueOrder::new(&float(values), plan.k);
        let by_answer = plan
            .answers
            .iter()
            .map(|answer| (whole && **answer != *plan.raw).then(|| order(answer)))
            .collect();
        Self {
            plan,
            in_raw_order: (!whole).then(|| InRawOrder::new(plan)),
            by_raw: whole.then(|| order(&plan.raw)),
            by_answer,
            per_floor: raw.iter().map(|x| 1.0 / x.max(plan.unit as f64)).collect(),
            answers: plan.answers.iter().map(|answer| float(answer)).collect(),
            transforms: plan.cells.iter().map(|cell| Transform::of(cell.noise)).collect(),
            raw,
            families,
            bases,
            waiting: Mutex::default(),
        }
    }
}

/// First and second moments of one number per trial.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    pub(super) count: f64,
    pub(super) sum: f64,
    pub(super) square: f64,
}

impl Moments {
    fn push(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.square += value * value;
    }

    pub(super) fn add(&mut self, other: &Moments) {
        self.count += other.count;
        self.sum += other.sum;
        self.square += other.square;
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / self.count
    }

    /// The standard error of the mean; `None` for fewer than two trials.
    pub(super) fn standard_error(&self) -> Option<f64> {
        (self.count >= 2.0).then(|| {
            let variance = (self.square - self.sum * self.sum / self.count) / (self.count - 1.0);
            (variance.max(0.0) / self.count).sqrt()
        })
    }
}

/// Sums of one cell over a block of trials.
#[derive(Debug, Clone, Default)]
pub(super) struct CellSums {
    /// Against the raw sums and their order. Those of [`Metric::Rmse`] are of mean squared
    /// errors; variance and quantiles have their own below.
    pub(super) raw: ByMetric<Moments>,
    /// Against the bounded order; empty where that is the raw one.
    pub(super) alone: ByMetric<Moments>,
    pub(super) absolute_bins: Vec<u32>,
    pub(super) relative_bins: Vec<u32>,
    /// Per group, sums of noise and its square: discrete noise has no unit to share.
    pub(super) noise: Vec<(f64, f64)>,
}

/// Counts the figures of one trial.
fn count(sums: &mut ByMetric<Moments>, drift: &Drift) {
    for metric in Metric::ALL {
        if let Some(value) = drift[metric] {
            sums[metric].push(value);
        }
    }
}

/// Sums of unit noise of a family over a block.
#[derive(Debug, Clone, Default)]
pub(super) struct FamilySums {
    pub(super) noise: Vec<(f64, f64)>,
}

/// Everything a block of trials yields.
pub(super) struct Block {
    pub(super) trials: u64,
    pub(super) cells: Vec<CellSums>,
    pub(super) families: Vec<(Family, FamilySums)>,
}

/// Simulates trials `first..end` of every cell.
pub(super) fn block(prepared: &Prepared<'_>, first: u64, end: u64) -> Block {
    let plan = prepared.plan;
    let n = prepared.raw.len();
    let mut cells: Vec<CellSums> = plan
        .cells
        .iter()
        .map(|cell| CellSums {
            absolute_bins: vec![0; BLOCK_BINS],
            relative_bins: vec![0; BLOCK_BINS],
            noise: if cell.noise.is_whole() { vec![(0.0, 0.0); n] } else { Vec::new() },
            ..CellSums::default()
        })
        .collect();
    let mut families: Vec<(Family, FamilySums)> = prepared
        .families
        .iter()
        .map(|&family| (family, FamilySums { noise: vec![(0.0, 0.0); n] }))
        .collect();
    let mut unit = vec![0.0; n];
    let mut noised = vec![0.0; n];
    let waiting = || prepared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let mut buffers = waiting().pop().unwrap_or_default();
    for trial in first..end {
        for (family, sums) in &mut families {
            family.fill(&mut unit, plan.seed, trial);
            for (&z, sum) in unit.iter().zip(&mut sums.noise) {
                sum.0 += z;
                sum.1 += z * z;
            }
            if let Some(view) = &prepared.in_raw_order {
                view.take(&unit, &mut buffers.unit);
            }
            for (index, spec) in plan.cells.iter().enumerate() {
                if Family::of(spec.mechanism) == *family {
                    one(prepared, index, &unit, &mut noised, &mut buffers, &mut cells[index]);
                }
            }
        }
    }
    waiting().push(buffers);
    Block { trials: end - first, cells, families }
}

/// What a thread keeps between trials.
#[derive(Default)]
struct Buffers {
    order: Noised,
    unit: UnitNoise,
    raw_order: raw_order::Buffers,
}

/// One trial of one cell.
fn one(
    prepared: &Prepared<'_>,
    index: usize,
    unit: &[f64],
    noised: &mut [f64],
    buffers: &mut Buffers,
    sums: &mut CellSums,
) {
    let spec = &prepared.plan.cells[index];
    let transform = &prepared.transforms[index];
    let (values, whole) = (spec.mechanism.publishes_values(), spec.noise.is_whole());
    if let Some(view) = &prepared.in_raw_order {
        let Buffers { unit: shared, raw_order, .. } = buffers;
        if prepared.plan.figures == FigureSet::Core
            && let Some(tau) = view.tau_b(index, spec, transform, shared, raw_order)
        {
            sums.raw[Metric::TauB].push(tau);
        }
        let overlap = view.overlap(spec.answer, transform, shared, raw_order);
        sums.raw[Metric::Overlap].push(overlap);
        if values && !whole {
            let errors = view.errors(spec.answer, spec.noise.scale(), shared);
            sums.raw[Metric::Mae].push(errors.absolute);
            sums.raw[Metric::Rmse].push(errors.square);
        }
        if !whole {
            return;
        }
    }
    let answer = &prepared.answers[spec.answer];
    match transform {
        &Transform::Scale(scale) => {
            for ((slot, &z), &y) in noised.iter_mut().zip(unit).zip(answer) {
                *slot = y + scale * z;
            }
        }
        transform => {
            for (((slot, &z), &y), noise) in
                noised.iter_mut().zip(unit).zip(answer).zip(&mut sums.noise)
            {
                let z = transform.apply(z);
                *slot = y + z;
                noise.0 += z;
                noise.1 += z * z;
            }
        }
    }
    if values {
        errors(prepared, index, noised, sums);
    }
    if let Some(by_raw) = &prepared.by_raw {
        buffers.order.sort(noised);
        count(&mut sums.raw, &by_raw.drift(&mut buffers.order));
        if let Some(by_answer) = &prepared.by_answer[spec.answer] {
            count(&mut sums.alone, &by_answer.drift(&mut buffers.order));
        }
    }
}

/// The error sums of one trial of one cell.
fn errors(prepared: &Prepared<'_>, index: usize, noised: &[f64], sums: &mut CellSums) {
    let (mut bias, mut absolute, mut square) = ([0.0; 4], [0.0; 4], [0.0; 4]);
    // Four sums side by side: the processor adds them at once, in a fixed order.
    for (values, raws) in noised.chunks(4).zip(prepared.raw.chunks(4)) {
        for (lane, (&value, &raw)) in values.iter().zip(raws).enumerate() {
            let error = value - raw;
            bias[lane] += error;
            absolute[lane] += error.abs();
            square[lane] += error * error;
        }
    }
    let (absolute_base, relative_base) = prepared.bases[index];
    let whole = prepared.by_raw.is_some();
    for ((&value, &raw), &per_floor) in
        noised.iter().zip(&prepared.raw).zip(&prepared.per_floor).filter(|_| whole)
    {
        let error = (value - raw).abs();
        sums.absolute_bins[bin_of(absolute_base, error)] += 1;
        sums.relative_bins[bin_of(relative_base, error * per_floor)] += 1;
    }
    let n = noised.len() as f64;
    let total = |lanes: [f64; 4]| ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) / n;
    sums.raw[Metric::Bias].push(total(bias));
    sums.raw[Metric::Mae].push(total(absolute));
    sums.raw[Metric::Rmse].push(total(square));
}
