//! What every model is fitted to and under: histories, a guarantee with what is left of it, the
//! public numbers that plan a fit, and what a fitted model answers.

use serde::Serialize;
use thiserror::Error;

use crate::privacy::accounting::Detail;
use crate::privacy::mechanism::{gaussian_sigma, subsampled_gaussian_epsilon};
use crate::work::{Cancel, Cancelled};

/// Little where noise is small, half at most. Chosen on the months before the test period of one
/// dataset, for EASE's head and for a vocabulary out of 4,070 items alike.
const HISTOGRAM_SHARE: HistogramShare = HistogramShare { factor: 0.06, power: 0.6, most: 0.5 };

/// How a share grows with noise: factor·σ^power, `most` at most.
struct HistogramShare {
    factor: f64,
    power: f64,
    most: f64,
}

/// What a private fit promises: (ε, δ)-DP for users, neighbours differing by one of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Guarantee {
    /// ε, above 0.
    pub epsilon: f64,
    /// δ, between 0 and 1.
    pub delta: f64,
}

/// What a fit may still spend of its guarantee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FitBudget {
    /// What the whole fit promises.
    pub guarantee: Guarantee,
    /// The share that is left, in 1/σ² of Gaussian noise, above 0 and at most 1.
    pub left: f64,
}

impl From<Guarantee> for FitBudget {
    fn from(guarantee: Guarantee) -> Self {
        Self { guarantee, left: 1.0 }
    }
}

impl FitBudget {
    /// Standard deviation of Gaussian noise on sums of L2 sensitivity 1 that costs just this.
    pub(super) fn sigma(self) -> f64 {
        gaussian_sigma(self.guarantee.epsilon, self.guarantee.delta, 1.0) / self.left.sqrt()
    }

    /// Standard deviation of Gaussian noise on sums of L2 sensitivity 1 that costs just what is
    /// spent already, if anything is.
    pub(super) fn spent(self) -> Option<f64> {
        (self.left < 1.0).then(|| Self { left: 1.0 - self.left, ..self }.sigma())
    }
}

/// The share of a budget (in 1/σ²) that a first histogram gets, from which the rest is planned,
/// where the whole buys noise of standard deviation `sigma`.
pub(super) fn histogram_share(sigma: f64) -> f64 {
    let HistogramShare { factor, power, most } = HISTOGRAM_SHARE;
    (factor * libm::pow(sigma, power)).min(most)
}

/// Which noise a fit draws. Equal numbers draw equal noise, at every ε.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseSeed {
    /// Seed of everything.
    pub seed: u64,
    /// The number of the draw under that seed.
    pub draw: u64,
}

/// What a model learns from.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// Number of items in the vocabulary; items are `0..items`.
    pub items: usize,
    /// One list of distinct items a user, in the user's keyed order. A private fit takes
    /// at most `l0` of them, a fit without a guarantee takes all.
    pub histories: &'a [&'a [u32]],
    /// The most items that one user may contribute to a private fit, at least 1.
    pub l0: usize,
    /// How to fit.
    pub options: FitOptions,
}

/// How a model is fitted beyond its guarantee and bound.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FitOptions {
    /// So many of the items make lists, those with the largest noisy counts, which the budget
    /// pays for; `None`: all of them.
    pub most_bought: Option<usize>,
    /// The steps of a training; `None`: those that serve its number of users.
    pub schedule: Option<Schedule>,
}

/// The steps of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Probability that a user takes part in a step (Poisson sampling), above 0 and at most 1.
    pub rate: f64,
    /// Number of steps, at least 1.
    pub steps: usize,
}

impl Schedule {
    /// What serves so many users: up to 4096 all take part in each of 100 steps, for at an equal
    /// budget full batches leave the least noise. More users are sampled, to bound time.
    pub fn usual(users: usize) -> Self {
        Self { rate: (4096.0 / users.max(1) as f64).min(1.0), steps: 100 }
    }
}

impl Training<'_> {
    /// What everybody may know of it.
    pub fn public(&self) -> Public {
        Public { users: self.histories.len(), items: self.items, options: self.options }
    }
}

/// The public numbers of a training: a fit is planned by them alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Public {
    /// Users with a history.
    pub users: usize,
    /// Items.
    pub items: usize,
    /// How models are fitted.
    pub options: FitOptions,
}

impl Public {
    /// How many items are to be chosen, where there is something to choose.
    pub fn to_choose(self) -> Option<usize> {
        self.options.most_bought.filter(|&most| most < self.items)
    }

    /// Number of items that lists are made of.
    pub fn vocabulary(self) -> usize {
        self.to_choose().unwrap_or(self.items)
    }

    /// What a choice of items leaves of a guarantee.
    pub(super) fn budget(self, guarantee: Guarantee) -> FitBudget {
        let whole = FitBudget::from(guarantee);
        let share = self.to_choose().map_or(0.0, |_| histogram_share(whole.sigma()));
        FitBudget { left: 1.0 - share, ..whole }
    }
}

/// Scores every item for a history; higher is better.
pub trait ItemModel: Send + Sync {
    /// Writes one score an item into `scores` (as long as the catalogue): a finite number, or −∞
    /// for an item that is never recommended.
    fn score(&self, history: &[u32], scores: &mut [f64]);
}

/// Why there is no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoModel {
    /// The work was asked to stop.
    #[error("stopped before the end")]
    Cancelled,
    /// A setting of the training is out of its range; the words say which.
    #[error("the autoencoder cannot be trained like this: {0}")]
    Invalid(&'static str),
    /// Numbers grew beyond all bounds.
    #[error("training the autoencoder diverged: take another seed, fewer items or a larger ε")]
    Diverged,
}

impl From<Cancelled> for NoModel {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// What a fit made.
pub(super) type Fitted = Result<Box<dyn ItemModel>, NoModel>;

/// Who looks on while a model is fitted.
pub(super) struct Watch<'a> {
    /// Stops the fit.
    pub cancel: &'a Cancel,
    /// Is told every step of a training in steps.
    pub told: &'a mut dyn FnMut(TrainingStep),
}

/// What a training tells after each of its steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingStep {
    /// The step, from 1.
    pub step: usize,
    /// Steps in all.
    pub of: usize,
    /// Mean cross-entropy of the step's users in nats. It is computed from the data without
    /// noise: no guarantee covers it.
    pub loss: f64,
}

/// How a private training in steps spends its budget: that many uses of the
/// Poisson-subsampled Gaussian mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TrainingPlan {
    /// Probability that a user takes part in a step.
    pub rate: f64,
    /// Number of steps.
    pub steps: usize,
    /// Standard deviation of the noise over the clip: the smallest that the PLD accountant
    /// allows.
    pub noise_multiplier: f64,
    /// Standard deviation of the noise on the counts (L2 sensitivity 1) that chose the
    /// vocabulary before the first step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vocabulary_noise: Option<f64>,
}

impl TrainingPlan {
    /// ε at `delta` after about `points` numbers of steps, evenly spread, from 0 steps on, which
    /// cost nothing but the choice of the vocabulary. Known before the training begins.
    pub fn spent(&self, delta: f64, points: usize) -> Vec<(usize, f64)> {
        let points = points.clamp(1, self.steps);
        let after = |point: usize| {
            let steps = (self.steps * point).div_ceil(points);
            // The coarse accountant errs on the safe side; the end is to be exact.
            let detail = if point == points { Detail::Full } else { Detail::Coarse };
            let before = self.vocabulary_noise;
            let steps_of = (self.rate, steps as u64);
            Some((
                steps,
                subsampled_gaussian_epsilon(
                    self.noise_multiplier,
                    delta,
                    steps_of,
                    before,
                    detail,
                )?,
            ))
        };
        (0..=points).filter_map(after).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chooses_and_what_learns_cost_the_whole_together() {
        for epsilon in [0.1, 1.0, 20.0] {
            let guarantee = Guarantee { epsilon, delta: 1e-6 };
            let of = |most| FitOptions { most_bought: Some(most), ..FitOptions::default() };
            let public = Public { users: 9, items: 100, options: of(10) };
            let budget = public.budget(guarantee);
            let parts = [budget.sigma(), budget.spent().unwrap()];
            let whole: f64 = parts.iter().map(|sigma| 1.0 / (sigma * sigma)).sum();
            let one = gaussian_sigma(epsilon, 1e-6, 1.0);
            assert!((whole * one * one - 1.0).abs() < 1e-12, "{epsilon}: {parts:?}");
            let all = Public { options: of(100), ..public };
            assert_eq!((all.budget(guarantee), all.vocabulary()), (guarantee.into(), 100));
            assert_eq!(all.budget(guarantee).spent(), None);
        }
    }
}
