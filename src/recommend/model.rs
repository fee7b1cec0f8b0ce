//! What every model is: fitted to training histories under a guarantee, and asked for the
//! scores of all items given one history.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::vocabulary::{Chosen, Narrowed};
use super::{als, autoencoder, ease, popularity, random};
use crate::metric::ranking::top_k;
use crate::privacy::accounting::Detail;
use crate::privacy::mechanism::{gaussian_sigma, subsampled_gaussian_epsilon};
use crate::work::{Cancel, Cancelled};

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
pub(super) struct Budget {
    /// What the whole fit promises.
    pub guarantee: Guarantee,
    /// The share that is left, in 1/σ² of Gaussian noise, above 0 and at most 1.
    pub left: f64,
}

impl From<Guarantee> for Budget {
    fn from(guarantee: Guarantee) -> Self {
        Self { guarantee, left: 1.0 }
    }
}

impl Budget {
    /// Standard deviation of Gaussian noise on sums of L2 sensitivity 1 that costs just this.
    pub(super) fn sigma(self) -> f64 {
        gaussian_sigma(self.guarantee.epsilon, self.guarantee.delta, 1.0) / self.left.sqrt()
    }

    /// The same of what is spent already, if anything is.
    pub(super) fn spent(self) -> Option<f64> {
        (self.left < 1.0).then(|| Self { left: 1.0 - self.left, ..self }.sigma())
    }
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
    pub options: Options,
}

/// How a model is fitted beyond its guarantee and bound.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Options {
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
    pub options: Options,
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
    fn budget(self, guarantee: Guarantee) -> Budget {
        let whole = Budget::from(guarantee);
        let share = self.to_choose().map_or(0.0, |_| popularity::histogram_share(whole.sigma()));
        Budget { left: 1.0 - share, ..whole }
    }
}

/// Scores every item for a history; higher is better.
pub trait Model: Send + Sync {
    /// Writes one score an item into `scores` (as long as the catalogue): a finite number, or −∞
    /// for an item that is never recommended.
    fn score(&self, history: &[u32], scores: &mut [f64]);
}

/// The models that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Items by lot: what a list is worth that knows nothing.
    Random,
    /// Items by a noisy histogram of buyers: the same list for everybody.
    Popularity,
    /// Item-item by EASE on a noisy Gram matrix.
    Ease,
    /// Alternating least squares, items' vectors from noisy sums; popularity where the budget
    /// is too small.
    Als,
    /// A denoising autoencoder trained by DP-SGD; popularity where the budget is too small to
    /// train on.
    Autoencoder,
}

impl Kind {
    /// All of them, the floor first.
    pub const ALL: [Self; 5] =
        [Self::Random, Self::Popularity, Self::Ease, Self::Als, Self::Autoencoder];

    /// The name in files and on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Popularity => "popularity",
            Self::Ease => "ease",
            Self::Als => "als",
            Self::Autoencoder => "autoencoder",
        }
    }

    /// The name as a title has it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Popularity => "popularity",
            Self::Ease => "EASE",
            Self::Als => "ALS",
            Self::Autoencoder => "autoencoder",
        }
    }

    /// Whether the list depends on the history beyond leaving out what is in it.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Ease | Self::Als | Self::Autoencoder)
    }

    /// Whether a private fit is planned by the number of users, taken without noise.
    pub fn plans_by_users(self) -> bool {
        matches!(self, Self::Als | Self::Autoencoder)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why there is no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoModel {
    /// The work was asked to stop.
    #[error("stopped before the end")]
    Cancelled,
    /// Numbers grew beyond all bounds.
    #[error("training the autoencoder diverged: take another --seed, fewer --items or a larger ε")]
    Diverged,
}

impl From<Cancelled> for NoModel {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// What a training tells after each of its steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
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
pub struct Plan {
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

impl Plan {
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

/// The plan by which a model is trained; `None` for a model that is not trained in steps, and
/// for a budget too small to train on.
pub fn plan(kind: Kind, guarantee: Guarantee, public: Public) -> Option<Plan> {
    match kind {
        Kind::Autoencoder => {
            let schedule = public.options.schedule.unwrap_or_else(|| Schedule::usual(public.users));
            autoencoder::worthwhile(
                public.budget(guarantee),
                schedule,
                public.users,
                public.vocabulary(),
            )
        }
        _ => None,
    }
}

/// Whether noise would drown what a model learns, so that popularity is fitted in its place;
/// public numbers alone decide. EASE decides by noisy counts while it is fitted, and answers
/// `false` here.
pub fn is_popularity(kind: Kind, guarantee: Guarantee, public: Public) -> bool {
    match kind {
        Kind::Popularity => true,
        Kind::Random | Kind::Ease => false,
        Kind::Als => als::too_noisy(public.budget(guarantee), public.users, public.vocabulary()),
        Kind::Autoencoder => plan(kind, guarantee, public).is_none(),
    }
}

/// Fits a model: with a guarantee, on at most `l0` items a user and with noise; without
/// one, on whole histories and without noise. The same `seed` and `draw` give the same
/// model. The noise is a trial's: nothing fitted here may be published.
///
/// # Errors
/// If `cancel` was set, or training diverged.
pub fn fit(
    kind: Kind,
    training: &Training<'_>,
    guarantee: Option<Guarantee>,
    draw: (u64, u64),
    cancel: &Cancel,
) -> Result<Box<dyn Model>, NoModel> {
    fit_told(kind, training, guarantee, draw, cancel, &mut |_| {})
}

/// The same, telling every step of a model that is trained in steps.
///
/// # Errors
/// If `cancel` was set, or training diverged.
pub fn fit_told(
    kind: Kind,
    training: &Training<'_>,
    guarantee: Option<Guarantee>,
    (seed, draw): (u64, u64),
    cancel: &Cancel,
    told: &mut dyn FnMut(Step),
) -> Result<Box<dyn Model>, NoModel> {
    let public = training.public();
    // A budget too small for the model buys better lists as a histogram.
    let drowned = guarantee.is_some_and(|guarantee| is_popularity(kind, guarantee, public));
    let kind = if drowned { Kind::Popularity } else { kind };
    let place = (seed, draw);
    // Lists by lot know nothing, not even what is bought.
    let Some(most) = public.to_choose().filter(|_| kind != Kind::Random) else {
        return fit_all(kind, training, guarantee.map(Budget::from), place, cancel, told);
    };
    let budget = guarantee.map(|guarantee| public.budget(guarantee));
    let counts = match (kind, guarantee, budget.and_then(Budget::spent)) {
        // Its own counts choose: nothing is left to learn.
        (Kind::Popularity, Some(guarantee), _) => {
            let sigma = Budget::from(guarantee).sigma();
            popularity::noisy_histogram(training, sigma, seed, popularity::stream(draw, 0))
        }
        (_, _, Some(sigma)) => {
            popularity::noisy_histogram(training, sigma, seed, popularity::stream(draw, 3))
        }
        (_, _, None) => popularity::buyers(training),
    };
    let chosen = Chosen::by(&counts, most);
    let model: Box<dyn Model> = match kind {
        Kind::Popularity => {
            let counts = chosen.items.iter().map(|&item| counts[item as usize]).collect();
            Box::new(popularity::Popularity::of(counts))
        }
        _ => {
            let histories = chosen.histories(training);
            let histories: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
            let options = Options { most_bought: None, ..training.options };
            let training =
                Training { items: most, histories: &histories, l0: training.l0, options };
            fit_all(kind, &training, budget, place, cancel, told)?
        }
    };
    Ok(Box::new(Narrowed { chosen, model }))
}

/// Fits a model to all items.
fn fit_all(
    kind: Kind,
    training: &Training<'_>,
    budget: Option<Budget>,
    (seed, draw): (u64, u64),
    cancel: &Cancel,
    told: &mut dyn FnMut(Step),
) -> Result<Box<dyn Model>, NoModel> {
    Ok(match kind {
        Kind::Random => Box::new(random::Random::new(seed, draw)),
        Kind::Popularity => Box::new(popularity::Popularity::fit(training, budget, seed, draw)),
        Kind::Ease => Box::new(ease::Ease::fit(training, budget, seed, draw)),
        Kind::Als => Box::new(als::Als::fit(training, budget, (seed, draw), cancel)?),
        Kind::Autoencoder => {
            Box::new(autoencoder::Network::learn(training, budget, (seed, draw), cancel, told)?)
        }
    })
}

/// The `k` best items for a history, best first, items of the history left out; ties by
/// item. Shorter where the history leaves fewer than `k`. `scores` is kept between calls.
pub fn list(
    model: &dyn Model,
    history: &[u32],
    k: usize,
    items: usize,
    scores: &mut Vec<f64>,
) -> Vec<u32> {
    scores.clear();
    scores.resize(items, 0.0);
    model.score(history, scores);
    for &seen in history {
        scores[seen as usize] = f64::NEG_INFINITY;
    }
    let mut list = top_k(scores, k.min(items));
    list.retain(|&item| scores[item as usize] > f64::NEG_INFINITY);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chooses_and_what_learns_cost_the_whole_together() {
        for epsilon in [0.1, 1.0, 20.0] {
            let guarantee = Guarantee { epsilon, delta: 1e-6 };
            let of = |most| Options { most_bought: Some(most), ..Options::default() };
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

    #[test]
    fn lists_leave_out_what_is_there_already() {
        let histories: Vec<Vec<u32>> =
            (0..50).map(|user| vec![user % 7, (user + 1) % 7, (user * 3) % 7]).collect();
        let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
        let training =
            Training { items: 7, histories: &slices, l0: 2, options: Options::default() };
        let mut scores = Vec::new();
        for kind in Kind::ALL {
            for guarantee in [None, Some(Guarantee { epsilon: 1.0, delta: 1e-6 })] {
                let fitted = || fit(kind, &training, guarantee, (1, 1), &Cancel::new()).unwrap();
                let model = fitted();
                let made = list(&*model, &[2, 5], 4, 7, &mut scores);
                assert_eq!(made.len(), 4);
                assert!(!made.contains(&2) && !made.contains(&5), "{kind}: {made:?}");
                assert_eq!(made, list(&*fitted(), &[2, 5], 4, 7, &mut scores));
                assert_eq!(list(&*model, &[2, 5], 20, 7, &mut scores).len(), 5);
                assert!(list(&*model, &[0, 1, 2, 3, 4, 5, 6], 3, 7, &mut scores).is_empty());
            }
        }
    }
}
