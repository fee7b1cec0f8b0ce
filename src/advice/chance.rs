//! With what probability one release meets a want: by the law of its figure where that has a
//! closed form, else by trials under common random numbers.

use std::sync::OnceLock;

use super::resolved::{Judged, Resolved};
use super::trial::{Bench, Judge, contenders};
use crate::expected::{OneRelease, TopSplit};
use crate::metric::Metric;
use crate::metric::ranking::top_k;
use crate::privacy::Noise;
use crate::simulation::draw;

/// Below so many groups errors averaged over them are not yet normal: trials stand in.
const FEW: usize = 1_000;
/// Noised values that trials draw for one probability, about.
const DRAWN: usize = 400_000;
/// Trials for the spread of a figure whose mean has a closed form.
const FOR_SPREAD: u64 = 64;
/// Trials after which a share that is far from what is needed is believed.
const FIRST: u64 = 64;

/// What every bounded answer of a question shares.
pub(super) struct Truth<'a> {
    pub(super) raw: &'a [i64],
    pub(super) unit: i64,
    pub(super) judge: Judge,
    pub(super) seed: u64,
}

/// A bounded answer, prepared for every want.
pub(super) struct Prepared<'a> {
    truth: &'a Truth<'a>,
    one: OneRelease,
    splits: Vec<(usize, OnceLock<TopSplit>)>,
}

impl<'a> Prepared<'a> {
    /// Prepares `bounded` sums for lists of `lengths`.
    pub(super) fn new(truth: &'a Truth<'a>, bounded: &[i64], lengths: &[usize]) -> Self {
        Self {
            truth,
            one: OneRelease::new(truth.raw, bounded, truth.unit),
            splits: lengths.iter().map(|&k| (k, OnceLock::new())).collect(),
        }
    }

    /// The answer itself.
    pub(super) fn one(&self) -> &OneRelease {
        &self.one
    }

    fn split(&self, k: usize) -> Option<&TopSplit> {
        let (_, split) = self.splits.iter().find(|split| split.0 == k)?;
        Some(split.get_or_init(|| TopSplit::new(self.truth.raw, self.one.bounded(), k)))
    }

    /// P(one release under `noise` meets `want`); near `needed` as exact as it gets, far from it
    /// only on which side. 1 of a want that no release answers.
    pub(super) fn chance(&self, want: &Resolved, noise: Noise, needed: f64) -> f64 {
        let limit = want.want.limit;
        let stored = limit * self.truth.unit as f64;
        match &want.judged {
            Judged::Metric(Metric::Overlap, k) => {
                let least = least_of(limit, *k);
                if noise.is_whole() {
                    self.overlap_by_trials(noise, *k, least, needed)
                } else {
                    self.split(*k).map_or(f64::NAN, |split| split.at_least(noise, least))
                }
            }
            Judged::Metric(Metric::Top1Flip, _) => {
                if noise.is_whole() {
                    self.overlap_by_trials(noise, 1, 1, needed)
                } else {
                    self.split(1).map_or(f64::NAN, |split| split.at_least(noise, 1))
                }
            }
            Judged::Metric(Metric::Mae, _) => {
                let normal = self.one.mean_absolute(noise).at_most(stored);
                self.unless_few(want, noise, needed, normal)
            }
            Judged::Metric(Metric::Rmse, _) => {
                let normal = self.one.mean_square(noise).at_most(stored * stored);
                self.unless_few(want, noise, needed, normal)
            }
            Judged::Metric(Metric::P95, _) => self.one.absolute_quantile(noise, 0.95, stored),
            Judged::Metric(Metric::MedianRelative, _) => {
                self.one.relative_quantile(noise, 0.5, limit)
            }
            Judged::Metric(Metric::TauB, _) => self.kendall(want, noise, needed),
            Judged::Metric(..) => self.by_trials(want, noise, needed),
            Judged::Relative(top) => self.relative(top, noise, limit, needed),
            Judged::WorstRelative(top) => {
                top.iter().map(|&at| self.one.group(noise, at, limit * self.floor(at))).product()
            }
            Judged::EveryGroup => self.one.every_group(noise, stored),
            Judged::Within { group, relative: true } => {
                self.one.group(noise, *group, limit * self.floor(*group))
            }
            Judged::Within { group, relative: false } => self.one.group(noise, *group, stored),
            Judged::Elsewhere => 1.0,
        }
    }

    /// max(raw, 1 shown unit), stored unit.
    fn floor(&self, group: usize) -> f64 {
        self.truth.raw[group].max(self.truth.unit) as f64
    }

    /// Trials where the normal law of few groups decides.
    fn unless_few(&self, want: &Resolved, noise: Noise, needed: f64, normal: f64) -> f64 {
        let groups = self.truth.raw.len();
        let far = normal < needed - 0.15 || normal > 1.0 - 0.05 * (1.0 - needed);
        if groups >= FEW || (far && groups > 50) {
            normal
        } else {
            self.by_trials(want, noise, needed)
        }
    }

    /// By the normal law with the mean in closed form and the spread over trials.
    fn kendall(&self, want: &Resolved, noise: Noise, needed: f64) -> f64 {
        let Some(mean) = self.one.tau_b(noise) else { return f64::NAN };
        let groups = self.truth.raw.len();
        if groups < 50 {
            return self.by_trials(want, noise, needed);
        }
        // τ-b over n groups spreads by less than 1/√n (its variance under independence is 4/9n).
        let reach = 5.0 / (groups as f64).sqrt();
        if (mean - want.want.limit).abs() > reach {
            return f64::from(u8::from(mean > want.want.limit));
        }
        let (mut sum, mut square, mut bench) = (0.0, 0.0, Bench::default());
        for trial in 0..FOR_SPREAD {
            let values = draw(self.one.bounded(), noise, self.truth.seed, trial);
            let tau = self.truth.judge.figure(want, &values, &mut bench) - mean;
            sum += tau;
            square += tau * tau;
        }
        let n = FOR_SPREAD as f64;
        let deviation = ((square - sum * sum / n) / (n - 1.0)).max(0.0).sqrt();
        let spread = crate::expected::Spread { mean, deviation };
        1.0 - spread.at_most(want.want.limit)
    }

    fn overlap_by_trials(&self, noise: Noise, k: usize, least: usize, needed: f64) -> f64 {
        let raw: Vec<f64> = self.truth.raw.iter().map(|&x| x as f64).collect();
        let truth = top_k(&raw, k);
        // Beyond here one of all groups goes with a probability of 1e-10.
        let mut tail = noise.scale();
        while noise.error_above(0.0, tail) * raw.len() as f64 > 1e-10 {
            tail *= 1.5;
        }
        let mut inside = Vec::new();
        contenders(&self.one, tail, &truth, k, &mut inside);
        let sums: Vec<i64> = inside.iter().map(|(_, sum)| *sum).collect();
        let is_true: Vec<bool> = inside.iter().map(|(at, _)| truth.contains(at)).collect();
        self.share(&sums, noise, needed, |values| {
            top_k(values, k).iter().filter(|&&at| is_true[at as usize]).count() >= least
        })
    }

    fn relative(&self, top: &[usize], noise: Noise, limit: f64, needed: f64) -> f64 {
        let sums: Vec<i64> = top.iter().map(|&at| self.one.bounded()[at]).collect();
        let raw: Vec<f64> = top.iter().map(|&at| self.truth.raw[at] as f64).collect();
        let floors: Vec<f64> = top.iter().map(|&at| self.floor(at)).collect();
        let most = limit * top.len() as f64;
        // What is to be expected settles most cells without a draw: an error of one group is
        // no less than what clipping took, and no likelier far above it.
        let expected: f64 = (0..top.len())
            .map(|at| noise.mean_absolute_with_bias(sums[at] as f64 - raw[at]) / floors[at])
            .sum();
        if expected > 1.5 * most && needed > 0.8 {
            return 0.0;
        }
        self.share(&sums, noise, needed, |values| {
            let sum: f64 =
                (0..values.len()).map(|at| (values[at] - raw[at]).abs() / floors[at]).sum();
            sum <= most
        })
    }

    fn by_trials(&self, want: &Resolved, noise: Noise, needed: f64) -> f64 {
        let mut bench = Bench::default();
        let (limit, low) = (want.want.limit, want.want.subject.low_is_good());
        self.share(self.one.bounded(), noise, needed, |values| {
            let figure = self.truth.judge.figure(want, values, &mut bench);
            if low { figure <= limit } else { figure >= limit }
        })
    }

    /// The share of trials over `sums` that are `met`.
    fn share(
        &self,
        sums: &[i64],
        noise: Noise,
        needed: f64,
        mut met: impl FnMut(&[f64]) -> bool,
    ) -> f64 {
        let trials = (DRAWN / sums.len().max(1)).clamp(1_000, 20_000) as u64;
        let mut hits = 0;
        for trial in 0..trials {
            hits += u64::from(met(&draw(sums, noise, self.truth.seed, trial)));
            if trial + 1 == FIRST {
                let share = hits as f64 / FIRST as f64;
                let error = (needed * (1.0 - needed) / FIRST as f64).sqrt();
                if (share - needed).abs() > 6.0 * error {
                    return share;
                }
            }
        }
        hits as f64 / trials as f64
    }
}

/// How many of k must be kept for a share of at least `limit`.
pub(super) fn least_of(limit: f64, k: usize) -> usize {
    (limit * k as f64 - 1e-9).ceil().max(0.0) as usize
}

/// What probability a want must have: the confidence, but for the chance of a flip, which is a
/// probability itself.
pub(super) fn needed(want: &Resolved, confidence: f64) -> f64 {
    match want.judged {
        Judged::Metric(Metric::Top1Flip, _) => 1.0 - want.want.limit,
        _ => confidence,
    }
}
