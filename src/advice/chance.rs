//! With what probability one release meets a want: by the law of its figure where that has a
//! closed form, else by trials under common random numbers.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::resolved::{Judged, Resolved};
use super::trial::{Bench, Judge, contenders};
use crate::expected::{NormalLaw, ReleaseLaw, TopSplit};
use crate::metric::Metric;
use crate::metric::ranking::top_k;
use crate::privacy::normal::quantile;
use crate::privacy::{Mechanism, Noise};
use crate::simulation::draw;

/// Below so many groups errors averaged over them are not yet normal: trials stand in.
const FEW: usize = 1_000;
/// Noised values that trials draw for one probability, about.
const DRAWN: usize = 400_000;
/// Trials for the spread of a figure whose mean has a closed form.
const FOR_SPREAD: u64 = 64;
/// Trials after which what is far from its limit is believed.
const FIRST: usize = 64;
/// And after so many more, by their share, within four standard errors.
const SECOND: usize = 1_000;
/// How far, in standard deviations of the figure beside what is needed.
const FAR: f64 = 1.0;
/// The most numbers of unit noise that are kept.
const KEPT: usize = 8_000_000;
/// A spread over trials serves scales this near.
const NEAR: f64 = 1.03;

/// What every bounded answer of a question shares.
pub(super) struct Truth<'a> {
    pub(super) raw: &'a [i64],
    pub(super) unit: i64,
    pub(super) judge: Judge,
    pub(super) seed: u64,
    units: Mutex<Vec<UnitNoise>>,
}

/// Unit noise of a mechanism: so many trials of so many numbers each.
struct UnitNoise {
    mechanism: Mechanism,
    trials: usize,
    length: usize,
    values: Arc<[f64]>,
}

impl<'a> Truth<'a> {
    /// The raw sums (stored unit, of which `unit` make one shown), for lists of `lengths`.
    pub(super) fn new(raw: &'a [i64], unit: i64, lengths: &[usize], seed: u64) -> Self {
        let judge = Judge::new(raw, unit, lengths);
        Self { raw, unit, judge, seed, units: Mutex::default() }
    }

    /// Unit noise for trials under common random numbers; `None` where its scale is not all
    /// that a law has, or so much of it would not fit.
    fn unit_noise(&self, noise: Noise, trials: usize, length: usize) -> Option<Arc<[f64]>> {
        if noise.is_whole() || trials * length > KEPT {
            return None;
        }
        let mechanism = noise.mechanism();
        let mut kept = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept
            .iter()
            .find(|of| of.mechanism == mechanism && of.trials == trials && of.length == length);
        if let Some(found) = found {
            return Some(Arc::clone(&found.values));
        }
        let (zeros, unit) = (vec![0; length], mechanism.of_scale(1.0, 1));
        let values: Arc<[f64]> =
            (0..trials as u64).flat_map(|trial| draw(&zeros, unit, self.seed, trial)).collect();
        kept.push(UnitNoise { mechanism, trials, length, values: Arc::clone(&values) });
        Some(values)
    }
}

/// A bounded answer, prepared for every want.
pub(super) struct PreparedAnswer<'a> {
    truth: &'a Truth<'a>,
    one: ReleaseLaw,
    splits: Vec<(usize, OnceLock<TopSplit>)>,
    /// The last spread over trials: of which figure, at which noise.
    spread: Mutex<Option<(Metric, Noise, f64)>>,
}

impl<'a> PreparedAnswer<'a> {
    /// Prepares `bounded` sums for lists of `lengths`.
    pub(super) fn new(truth: &'a Truth<'a>, bounded: &[i64], lengths: &[usize]) -> Self {
        Self {
            truth,
            one: ReleaseLaw::new(truth.raw, bounded, truth.unit),
            splits: lengths.iter().map(|&k| (k, OnceLock::new())).collect(),
            spread: Mutex::default(),
        }
    }

    /// The answer itself.
    pub(super) fn one(&self) -> &ReleaseLaw {
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
            Judged::Metric(metric @ (Metric::TauB | Metric::Spearman | Metric::WeightedTau), _) => {
                self.agreement(*metric, want, noise, needed)
            }
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

    /// Agreements of whole orders: by the normal law with the mean in closed form and the spread
    /// over trials.
    fn agreement(&self, metric: Metric, want: &Resolved, noise: Noise, needed: f64) -> f64 {
        let groups = self.truth.raw.len();
        if groups < 50 {
            return self.by_trials(want, noise, needed);
        }
        let Some(mean) = self.one.order_figure(metric, noise) else { return f64::NAN };
        // τ-b of n groups spreads by 2/(3√n) at most (Kendall: its variance for two unrelated
        // orders is 4/9n); ρ by 1/√n.
        let reach = 4.0 / (groups as f64).sqrt();
        if (mean - want.want.limit).abs() > reach {
            return f64::from(u8::from(mean > want.want.limit));
        }
        let deviation = self.deviation(metric, want, noise, mean);
        1.0 - NormalLaw { mean, deviation }.at_most(want.want.limit)
    }

    /// The standard deviation of a figure over trials; one of nearly the same noise serves.
    fn deviation(&self, metric: Metric, want: &Resolved, noise: Noise, mean: f64) -> f64 {
        let near = |other: Noise| {
            let ratio = noise.scale() / other.scale();
            other.mechanism() == noise.mechanism() && ratio < NEAR && ratio * NEAR > 1.0
        };
        let mut kept = self.spread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, at, deviation)) = *kept
            && of == metric
            && near(at)
        {
            return deviation;
        }
        let (mut sum, mut square, mut bench) = (0.0, 0.0, Bench::default());
        for trial in 0..FOR_SPREAD {
            let values = draw(self.one.bounded(), noise, self.truth.seed, trial);
            let off = self.truth.judge.figure(want, &values, &mut bench) - mean;
            sum += off;
            square += off * off;
        }
        let n = FOR_SPREAD as f64;
        let deviation = ((square - sum * sum / n) / (n - 1.0)).max(0.0).sqrt();
        *kept = Some((metric, noise, deviation));
        deviation
    }

    fn overlap_by_trials(&self, noise: Noise, k: usize, least: usize, needed: f64) -> f64 {
        let truth = self.truth.judge.top(k);
        // Beyond here one of all groups goes with a probability of 1e-10.
        let mut tail = noise.scale();
        while noise.error_above(0.0, tail) * self.truth.raw.len() as f64 > 1e-10 {
            tail *= 1.5;
        }
        let inside = contenders(&self.one, tail, truth, k);
        let sums: Vec<i64> = inside.iter().map(|(_, sum)| *sum).collect();
        let is_true: Vec<bool> =
            inside.iter().map(|(at, _)| truth.binary_search(at).is_ok()).collect();
        let kept = |values: &[f64]| {
            let kept = top_k(values, k).iter().filter(|&&at| is_true[at as usize]).count();
            kept as f64
        };
        self.share(&sums, noise, needed, (least as f64, false), kept)
    }

    fn relative(&self, top: &[usize], noise: Noise, limit: f64, needed: f64) -> f64 {
        let sums: Vec<i64> = top.iter().map(|&at| self.one.bounded()[at]).collect();
        let raw: Vec<f64> = top.iter().map(|&at| self.truth.raw[at] as f64).collect();
        let weights: Vec<f64> =
            top.iter().map(|&at| 1.0 / (self.floor(at) * top.len() as f64)).collect();
        let mean = |values: &[f64]| {
            values.iter().zip(&raw).zip(&weights).map(|((y, x), w)| (y - x).abs() * w).sum()
        };
        self.share(&sums, noise, needed, (limit, true), mean)
    }

    fn by_trials(&self, want: &Resolved, noise: Noise, needed: f64) -> f64 {
        let mut bench = Bench::default();
        let limit = (want.want.limit, want.want.subject.low_is_good());
        self.share(self.one.bounded(), noise, needed, limit, |values| {
            self.truth.judge.figure(want, values, &mut bench)
        })
    }

    /// The share of trials over `sums` whose figure is within a limit (an upper one, where a
    /// small value is good). Where the first of them lie far from it, by the normal law.
    fn share(
        &self,
        sums: &[i64],
        noise: Noise,
        needed: f64,
        (limit, low_is_good): (f64, bool),
        mut figure: impl FnMut(&[f64]) -> f64,
    ) -> f64 {
        let trials = (DRAWN / sums.len().max(1)).clamp(500, 20_000);
        let unit = self.truth.unit_noise(noise, trials, sums.len());
        let scale = noise.scale();
        let mut values = vec![0.0; sums.len()];
        let (mut hits, mut sum, mut square) = (0usize, 0.0, 0.0);
        for trial in 0..trials {
            match &unit {
                Some(unit) => {
                    let unit = &unit[trial * sums.len()..(trial + 1) * sums.len()];
                    for ((value, &own), z) in values.iter_mut().zip(sums).zip(unit) {
                        *value = own as f64 + scale * z;
                    }
                }
                None => values = draw(sums, noise, self.truth.seed, trial as u64),
            }
            let found = figure(&values);
            let met = if low_is_good { found <= limit } else { found >= limit - 1e-12 };
            hits += usize::from(met);
            if trial < FIRST {
                let off = if low_is_good { limit - found } else { found - limit };
                sum += off;
                square += off * off;
            }
            if trial + 1 == SECOND {
                let share = hits as f64 / SECOND as f64;
                let error = (needed * (1.0 - needed) / SECOND as f64).sqrt();
                if (share - needed).abs() > 4.0 * error {
                    return share;
                }
            }
            if trial + 1 == FIRST {
                let n = FIRST as f64;
                let spread = ((square - sum * sum / n) / (n - 1.0)).max(0.0).sqrt();
                let z = sum / n / spread;
                let far = (z - quantile(needed)).abs() > FAR + 0.25 * z.abs();
                if far && (hits == 0 || hits == FIRST || z < 0.0) {
                    return 1.0 - NormalLaw { mean: z, deviation: 1.0 }.at_most(0.0);
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
