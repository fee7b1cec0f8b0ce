//! A denoising autoencoder trained by DP-SGD.
//!
//! Model, for a user's input items `A` out of `m`, with one `m x h` matrix `V`
//! used as encoder and as decoder, and one bias per item:
//!
//! ```text
//! z = tanh(sum of V[i] over A / sqrt(|A|))          h numbers
//! logit[j] = <V[j], z> + bias[j]                    m numbers
//! ```
//!
//! Tying the two layers halves the number of noisy parameters and gives each of
//! them twice the signal; it is what makes training under noise worthwhile.
//!
//! Loss (multinomial likelihood as in Liang et al. 2018, with held-out targets):
//! a user's items are split at random into inputs and targets; the softmax runs
//! over all items which are not inputs, and the loss is the cross-entropy to the
//! uniform distribution over the targets. Ranking at prediction time leaves out
//! the history in the same way.
//!
//! Training is DP-SGD (Abadi et al. 2016): Poisson sampling of users, clipping of
//! each user's gradient, Gaussian noise. Several random splits ("views") of a user
//! are averaged *before* clipping (augmentation multiplicity, De et al. 2022),
//! which costs no privacy. Norms come from the layers' inputs and output deltas
//! only, without per-user gradients (Goodfellow 2015), extended to tied weights
//! and several views: a user's gradient is a sum of outer products `p_k r_k^T`,
//! whose squared norm is `sum over k, l of <p_k, p_l> <r_k, r_l>`.
//!
//! Unit of privacy: one user (add/remove), i.e. one element of `train`. The
//! mechanism is the Poisson-subsampled Gaussian with sampling rate
//! [`TrainingSettings::rate`], noise multiplier [`TrainingSettings::noise_multiplier`] and
//! [`TrainingSettings::steps`] compositions; the accountant lives elsewhere. The number
//! of users divides the gradient and is treated as public. Noise is drawn in
//! floating point from ChaCha12: good for trials, not for a release.

mod descent;
mod draws;
mod gradient;
mod network;
mod settings;

use std::sync::Mutex;

use self::descent::fit;
use self::network::Network;
use self::settings::TrainingSettings;
use super::super::entry::{ModelEntry, PlannedBy};
use super::super::training::{
    FitBudget, NoModel, NoiseSeed, Public, Schedule, Training, TrainingPlan, TrainingStep, Watch,
};
use crate::privacy::mechanism::subsampled_gaussian_sigma;

pub(super) const ENTRY: ModelEntry = ModelEntry {
    name: "autoencoder",
    title: "autoencoder",
    in_sentence: "an autoencoder",
    brief: "A denoising autoencoder trained by DP-SGD: minutes",
    says: "a denoising autoencoder trained by DP-SGD",
    explained: "autoencoder: a denoising autoencoder trained by DP-SGD (Abadi et al. 2016): every step clips each user's \
        gradient and adds noise, and the PLD accountant chooses the least noise that keeps all steps within ε and δ; \
        the number of users is treated as public.",
    is_slow: true,
    is_personal: true,
    is_published: false,
    planned: PlannedBy::InSteps(planned),
    fit: |training, budget, noise, watch| Ok(Box::new(learn(training, budget, noise, watch)?)),
};

/// Trains it: with a budget on at most `l0` items a user, clipped and noised; without
/// one on whole histories.
fn learn(
    training: &Training<'_>,
    budget: Option<FitBudget>,
    noise: NoiseSeed,
    watch: &mut Watch<'_>,
) -> Result<Network, NoModel> {
    let most = if budget.is_some() { training.l0 } else { usize::MAX };
    let users: Vec<Vec<u32>> = training
        .histories
        .iter()
        .map(|history| history[..history.len().min(most)].to_vec())
        .collect();
    let schedule = training.options.schedule.unwrap_or_else(|| Schedule::usual(users.len()));
    let settings = match budget {
        None => TrainingSettings::without_privacy(schedule),
        Some(budget) => TrainingSettings::private(
            schedule,
            users.len(),
            plan(budget, schedule).noise_multiplier,
        ),
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&noise.seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&noise.draw.to_le_bytes());
    let mut go_on = |step, of, loss| {
        (watch.told)(TrainingStep { step, of, loss });
        !watch.cancel.is_cancelled()
    };
    fit(&users, training.items, &settings, bytes, &mut go_on)
}

/// The plan of a training by the public numbers of a fit; `None` where noise would drown it.
fn planned(budget: FitBudget, public: Public) -> Option<TrainingPlan> {
    let schedule = public.options.schedule.unwrap_or_else(|| Schedule::usual(public.users));
    worthwhile(budget, schedule, public.users, public.vocabulary())
}

/// From how much noise left, times √items, on a noisy histogram makes lists as good or better:
/// both crossed at 0.040 with 300 items and at 0.042 with 1,000, on months before those that are
/// held out by default; a little less leaves room for the error of these two.
const TOO_NOISY: f64 = 0.036;

/// The plan of a training that is worth its budget; `None` where noise would drown it. The
/// answer follows from public numbers alone.
fn worthwhile(
    budget: FitBudget,
    schedule: Schedule,
    users: usize,
    items: usize,
) -> Option<TrainingPlan> {
    let plan = plan(budget, schedule);
    let left = TrainingSettings::private(schedule, users, plan.noise_multiplier)
        .noise_left(users.max(1) as f64);
    (left * (items as f64).sqrt() <= TOO_NOISY).then_some(plan)
}

/// The smallest noise multiplier that the accountant allows for the steps of a schedule,
/// after what is spent. Found ones are kept: refits ask again and again.
fn plan(budget: FitBudget, schedule: Schedule) -> TrainingPlan {
    static KEPT: Mutex<Vec<(FitBudget, Schedule, TrainingPlan)>> = Mutex::new(Vec::new());
    let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, _, plan)) = kept.iter().find(|found| found.0 == budget && found.1 == schedule) {
        return *plan;
    }
    let Schedule { rate, steps } = schedule;
    let (promise, vocabulary_noise) = (budget.guarantee, budget.spent());
    let noise_multiplier = subsampled_gaussian_sigma(
        promise.epsilon,
        promise.delta,
        (rate, steps as u64),
        vocabulary_noise,
    );
    let plan = TrainingPlan { rate, steps, noise_multiplier, vocabulary_noise };
    kept.push((budget, schedule, plan));
    plan
}

#[cfg(test)]
mod tests;
