//! An advised cell looked at as it is: what closed forms expect of every want, and whether
//! trials confirm it.

use super::chance::{PreparedAnswer, Truth, needed};
use super::resolved::{Judged, Resolved};
use super::trial::Bench;
use crate::expected::{CellSpec, ClosedForms, FigureSet, Plan, ReleaseLaw};
use crate::metric::Figure;
use crate::metric::figure::wilson;
use crate::privacy::{Mechanism, Noise, Sensitivity};
use crate::simulation::draw;
use crate::work::{Cancel, Cancelled, in_order};

/// Trials of a block.
const BLOCK: u64 = 25;
/// Streams of these trials, apart from those that the search has looked at.
const APART: u64 = 1 << 40;

/// What one want comes to at a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed {
    /// The want.
    pub want: Resolved,
    /// Its figure: the mean over the noise, in shown units or without one.
    pub figure: Figure,
    /// The probability that one release meets it.
    pub chance: Figure,
    /// The probability that it must have.
    pub needed: f64,
}

/// A share of trials with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialShare {
    /// The share, 0..=1.
    pub share: f64,
    /// Its standard error, never 0 (Wilson).
    pub standard_error: f64,
}

impl TrialShare {
    /// That of `hits` of `trials`.
    pub(super) fn of(hits: u64, trials: u64) -> Self {
        let trials = trials.max(1) as f64;
        let share = hits as f64 / trials;
        Self { share, standard_error: wilson(share, trials) }
    }
}

/// A cell of one mechanism over one bounded answer.
pub(super) struct ConfirmedCell<'a, 'b> {
    pub(super) prepared: &'b PreparedAnswer<'a>,
    pub(super) truth: &'b Truth<'a>,
    pub(super) mechanism: Mechanism,
    pub(super) epsilon: f64,
    pub(super) noise: Noise,
    pub(super) sensitivity: Sensitivity,
}

/// Every want at a cell, over `trials` of it, and the share of trials that meet all together.
pub(super) fn confirm(
    cell: &ConfirmedCell<'_, '_>,
    wants: &[Resolved],
    confidence: f64,
    trials: u64,
    threads: usize,
    cancel: &Cancel,
) -> Result<(Vec<Confirmed>, TrialShare), Cancelled> {
    let judge = &cell.truth.judge;
    // One sum, one sum of squares and one count for each want, and how often all are met.
    let mut sums = vec![(0.0f64, 0.0f64, 0u64); wants.len()];
    let mut together = 0u64;
    let blocks = trials.div_ceil(BLOCK) as usize;
    // Buffers cannot be shared: each trial of a block has the values of its own stream.
    let answer = cell.prepared.one().bounded();
    let make = |block: usize| {
        let first = block as u64 * BLOCK;
        let mut bench = Bench::default();
        let mut part = vec![(0.0, 0.0, 0u64); wants.len()];
        let mut all = 0;
        for trial in first..(first + BLOCK).min(trials) {
            let values = draw(answer, cell.noise, cell.truth.seed, APART + trial);
            let mut every = true;
            for (want, part) in wants.iter().zip(&mut part) {
                if matches!(want.judged, Judged::Elsewhere) {
                    continue;
                }
                let figure = judge.figure(want, &values, &mut bench);
                let met = if want.want.subject.low_is_good() {
                    figure <= want.want.limit
                } else {
                    figure >= want.want.limit - 1e-12
                };
                part.0 += figure;
                part.1 += figure * figure;
                part.2 += u64::from(met);
                every &= met;
            }
            all += u64::from(every);
        }
        (part, all)
    };
    in_order(threads, blocks, cancel, make, |_, (part, all)| {
        for (sum, part) in sums.iter_mut().zip(part) {
            *sum = (sum.0 + part.0, sum.1 + part.1, sum.2 + part.2);
        }
        together += all;
    })?;
    let expected = expected(cell, wants);
    let n = trials as f64;
    let confirmed = wants
        .iter()
        .zip(sums)
        .zip(expected)
        .map(|((want, (sum, square, hits)), expected)| {
            let elsewhere = matches!(want.judged, Judged::Elsewhere);
            let mean = sum / n;
            let error = ((square / n - mean * mean).max(0.0) / (n - 1.0).max(1.0)).sqrt();
            let share = TrialShare::of(hits, trials);
            let needed = needed(want, confidence);
            let chance = cell.prepared.chance(want, cell.noise, needed);
            let of_trials = |value: f64, error: f64| {
                if elsewhere { Figure::default() } else { Figure::simulated(value, Some(error)) }
            };
            Confirmed {
                want: want.clone(),
                figure: of_trials(mean, error).with_expected(expected),
                chance: of_trials(share.share, share.standard_error)
                    .with_expected((!elsewhere).then_some(chance)),
                needed,
            }
        })
        .collect();
    Ok((confirmed, TrialShare::of(together, trials)))
}

/// The mean over the noise of every want's figure, where it has a closed form.
pub(super) fn expected(cell: &ConfirmedCell<'_, '_>, wants: &[Resolved]) -> Vec<Option<f64>> {
    let spec = spec(cell.mechanism, cell.epsilon, cell.sensitivity, cell.noise);
    let all = (cell.prepared.one(), cell.truth);
    expected_over(all, &[spec], wants, FigureSet::All).pop().unwrap_or_default()
}

/// A cell of closed forms.
pub(super) fn spec(
    mechanism: Mechanism,
    epsilon: f64,
    sensitivity: Sensitivity,
    noise: Noise,
) -> CellSpec {
    CellSpec { mechanism, epsilon, delta: None, bounds: None, sensitivity, noise, answer: 0 }
}

/// The same for several cells over one bounded answer, by cell and want.
pub(super) fn expected_over(
    (law, truth): (&ReleaseLaw, &Truth<'_>),
    cells: &[CellSpec],
    wants: &[Resolved],
    set: FigureSet,
) -> Vec<Vec<Option<f64>>> {
    let lengths = |want: &Resolved| match want.judged {
        Judged::Metric(_, k) => Some(k),
        _ => None,
    };
    let mut ks: Vec<usize> = wants.iter().filter_map(lengths).collect();
    ks.sort_unstable();
    ks.dedup();
    let noises: Vec<Noise> = cells.iter().map(|cell| cell.noise).collect();
    let figures: Vec<_> = ks
        .iter()
        .map(|&k| {
            let plan = Plan {
                raw: truth.raw.into(),
                answers: vec![law.bounded().into()],
                cells: cells.to_vec(),
                unit: truth.unit,
                k,
                trials: 1,
                seed: truth.seed,
                figures: set,
            };
            let forms = ClosedForms::new(&plan);
            (k, (0..cells.len()).map(|cell| forms.cell(cell)).collect::<Vec<_>>())
        })
        .collect();
    let of_cell = |(cell, noise): (usize, &Noise)| {
        let error = |group: usize| {
            let bias = (law.bounded()[group] - truth.raw[group]) as f64;
            noise.mean_absolute_with_bias(bias)
        };
        let relative = |group: usize| error(group) / truth.raw[group].max(truth.unit) as f64;
        let of_want = |want: &Resolved| match &want.judged {
            Judged::Metric(metric, k) => {
                figures.iter().find(|of| of.0 == *k).and_then(|of| of.1[cell][*metric].expected)
            }
            Judged::Relative(top) => {
                let sum: f64 = top.iter().map(|&at| relative(at)).sum();
                Some(sum / top.len().max(1) as f64)
            }
            Judged::Within { group, relative: true } => Some(relative(*group)),
            Judged::Within { group, relative: false } => Some(error(*group) / truth.unit as f64),
            Judged::WorstRelative(_) | Judged::EveryGroup | Judged::Elsewhere => None,
        };
        wants.iter().map(of_want).collect()
    };
    noises.iter().enumerate().map(of_cell).collect()
}
