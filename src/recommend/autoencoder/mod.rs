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
//! [`Settings::rate`], noise multiplier [`Settings::noise_multiplier`] and
//! [`Settings::steps`] compositions; the accountant lives elsewhere. The number
//! of users divides the gradient and is treated as public. Noise is drawn in
//! floating point from ChaCha12: good for trials, not for a release.

mod gradient;
mod settings;

use std::sync::Mutex;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use self::gradient::{Block, Gradient, ROWS, Workspace, accumulate, add_scaled, dot, input_value};
use self::settings::Settings;
use super::model::{Budget, NoModel, Plan, Schedule, Step};
use super::{Model, Training};
use crate::privacy::mechanism::subsampled_gaussian_sigma;
use crate::work::Cancel;

/// Why there is no trained network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FitError {
    /// `progress` answered `false`.
    Cancelled,
    /// A setting or an argument is out of range; the text says which.
    Invalid(&'static str),
    /// The parameters left the finite numbers (learning rate too large).
    Diverged,
}

impl Network {
    /// Trains it: with a budget on at most `l0` items a user, clipped and noised; without
    /// one on whole histories.
    pub(super) fn learn(
        training: &Training<'_>,
        budget: Option<Budget>,
        (seed, draw): (u64, u64),
        cancel: &Cancel,
        told: &mut dyn FnMut(Step),
    ) -> Result<Self, NoModel> {
        let most = if budget.is_some() { training.l0 } else { usize::MAX };
        let users: Vec<Vec<u32>> = training
            .histories
            .iter()
            .map(|history| history[..history.len().min(most)].to_vec())
            .collect();
        let schedule = training.options.schedule.unwrap_or_else(|| Schedule::usual(users.len()));
        let settings = match budget {
            None => Settings::without_privacy(schedule),
            Some(budget) => {
                Settings::private(schedule, users.len(), plan(budget, schedule).noise_multiplier)
            }
        };
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&draw.to_le_bytes());
        let mut go_on = |step, of, loss| {
            told(Step { step, of, loss });
            !cancel.is_cancelled()
        };
        fit(&users, training.items, &settings, bytes, &mut go_on).map_err(|error| match error {
            FitError::Cancelled => NoModel::Cancelled,
            FitError::Invalid(_) | FitError::Diverged => NoModel::Diverged,
        })
    }
}

impl Model for Network {
    fn score(&self, history: &[u32], scores: &mut [f64]) {
        self.scores(history, scores);
    }
}

/// From how much noise left, times √items, on a noisy histogram makes lists as good or better:
/// both crossed at 0.040 with 300 items and at 0.042 with 1,000, on months before those that are
/// held out by default; a little less leaves room for the error of these two.
const TOO_NOISY: f64 = 0.036;

/// The plan of a training that is worth its budget; `None` where noise would drown it. The
/// answer follows from public numbers alone.
pub(super) fn worthwhile(
    budget: Budget,
    schedule: Schedule,
    users: usize,
    items: usize,
) -> Option<Plan> {
    let plan = plan(budget, schedule);
    let left =
        Settings::private(schedule, users, plan.noise_multiplier).noise_left(users.max(1) as f64);
    (left * (items as f64).sqrt() <= TOO_NOISY).then_some(plan)
}

/// The smallest noise multiplier that the accountant allows for the steps of a schedule,
/// after what is spent. Found ones are kept: refits ask again and again.
pub(super) fn plan(budget: Budget, schedule: Schedule) -> Plan {
    static KEPT: Mutex<Vec<(Budget, Schedule, Plan)>> = Mutex::new(Vec::new());
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
    let plan = Plan { rate, steps, noise_multiplier, vocabulary_noise };
    kept.push((budget, schedule, plan));
    plan
}

/// A trained network: `m` items, `h` hidden units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Network {
    items: usize,
    hidden: usize,
    /// Item-major: item `i` owns `weights[i * hidden..][..hidden]`.
    weights: Vec<f64>,
    bias: Vec<f64>,
}

impl Network {
    /// Rebuilds a network from its parameters, in the layout of
    /// `weights` and `bias`; `None` if the lengths do not
    /// fit (`weights.len() == bias.len() * hidden`) or a number is not finite.
    fn from_parts(hidden: usize, weights: Vec<f64>, bias: Vec<f64>) -> Option<Self> {
        let fits = hidden > 0 && bias.len().checked_mul(hidden) == Some(weights.len());
        let finite = weights.iter().chain(&bias).all(|x| x.is_finite());
        (fits && finite).then_some(Network { items: bias.len(), hidden, weights, bias })
    }

    /// Writes the logits of the items into `out` (up to `m` of them), higher is
    /// better; items of the history get one as well, the caller leaves them out.
    /// History items which the network does not know, and repetitions, are ignored.
    fn scores(&self, history: &[u32], out: &mut [f64]) {
        let mut known: Vec<u32> = history.to_vec();
        known.retain(|&i| (i as usize) < self.items);
        known.sort_unstable();
        known.dedup();
        let mut z = vec![0.0; self.hidden];
        self.encode(&known, &mut z);
        let rows = self.weights.chunks_exact(self.hidden);
        for ((o, row), b) in out.iter_mut().zip(rows).zip(&self.bias) {
            *o = dot(row, &z) + b;
        }
    }

    /// `z = tanh(sum of the inputs' rows / sqrt(count))`; zero without inputs.
    fn encode(&self, inputs: &[u32], z: &mut [f64]) {
        z.fill(0.0);
        for &i in inputs {
            let row = &self.weights[i as usize * self.hidden..][..self.hidden];
            add_scaled(z, input_value(inputs), row);
        }
        z.iter_mut().for_each(|v| *v = libm::tanh(*v));
    }
}

/// Trains a network.
///
/// * `train`: one element per user, each a set of items `< items` (repetitions
///   count once). Users without items are allowed. Bound the number of items per
///   user beforehand if memory matters; privacy does not need it.
/// * `seed`: 32 secret random bytes; equal seeds give equal networks on the same
///   machine, whatever the number of threads.
/// * `progress(step, of, loss)` is called after each step, `step` from 1; `false`
///   cancels. **`loss` (mean cross-entropy in nats of the step's users) is
///   computed from the data without noise and is not covered by the guarantee.**
fn fit(
    train: &[Vec<u32>],
    items: usize,
    settings: &Settings,
    seed: [u8; 32],
    progress: &mut dyn FnMut(usize, usize, f64) -> bool,
) -> Result<Network, FitError> {
    if let Some(problem) = settings.problem() {
        return Err(FitError::Invalid(problem));
    }
    if train.iter().flatten().any(|&i| i as usize >= items) {
        return Err(FitError::Invalid("an item is out of range"));
    }
    let Some(cells) = items.checked_mul(settings.hidden) else {
        return Err(FitError::Invalid("too many parameters"));
    };
    let users: Vec<Vec<u32>> = train
        .iter()
        .map(|user| {
            let mut user = user.clone();
            user.sort_unstable();
            user.dedup();
            user
        })
        .collect();

    // Independent streams: what one purpose consumes does not shift the others.
    let stream = |id| {
        let mut rng = ChaCha12Rng::from_seed(seed);
        rng.set_stream(id);
        rng
    };
    let (mut choice, mut noise) = (stream(0), Normals::new(stream(1)));
    let mut start = Normals::new(stream(2));

    let mut net = Network {
        items,
        hidden: settings.hidden,
        weights: (0..cells).map(|_| settings.init * start.next()).collect(),
        bias: vec![0.0; items],
    };
    let mut velocity = Gradient::zero(&net);
    let mut sum = Gradient::zero(&net);
    let mut mean = Gradient::zero(&net);
    let mut averaged = 0.0;
    let mut work = Workspace::new();

    let steps = settings.steps;
    let first_averaged = steps - ((settings.average * steps as f64) as usize).clamp(1, steps);
    let clip = settings.clip.unwrap_or(f64::INFINITY);
    let unit = settings.clip.unwrap_or(1.0);
    // A public constant, unlike the size of the sample drawn.
    let batch = (settings.rate * users.len() as f64).max(1.0) * unit;
    let noise_sd = settings.noise_multiplier.unwrap_or(0.0) * unit;
    let keep = 1.0 - settings.learning_rate * settings.decay;

    for step in 0..steps {
        sum.clear();
        let (mut loss, mut seen) = (0.0, 0usize);
        let mut block = Block::new(settings.views);
        for user in &users {
            if settings.rate < 1.0 && uniform(&mut choice) >= settings.rate {
                continue;
            }
            block.push(user, settings.dropout, &mut choice);
            seen += 1;
            if block.rows() >= ROWS {
                loss += accumulate(&net, &block, clip, &mut sum, &mut work);
                block.clear();
            }
        }
        loss += accumulate(&net, &block, clip, &mut sum, &mut work);

        let parts = [
            (&mut net.weights, &mut velocity.weights, &sum.weights, &mut mean.weights),
            (&mut net.bias, &mut velocity.bias, &sum.bias, &mut mean.bias),
        ];
        for (value, speed, total, mean) in parts {
            for (((value, speed), total), mean) in value.iter_mut().zip(speed).zip(total).zip(mean)
            {
                let mut gradient = *total;
                if noise_sd > 0.0 {
                    gradient += noise_sd * noise.next();
                }
                *speed = settings.momentum * *speed + gradient / batch;
                *value = keep * *value - settings.learning_rate * *speed;
                if step >= first_averaged {
                    *mean += *value;
                }
            }
        }
        averaged += if step >= first_averaged { 1.0 } else { 0.0 };
        if !progress(step + 1, steps, loss / seen.max(1) as f64) {
            return Err(FitError::Cancelled);
        }
    }
    let divide = |v: Vec<f64>| v.into_iter().map(|x| x / averaged).collect();
    Network::from_parts(settings.hidden, divide(mean.weights), divide(mean.bias))
        .ok_or(FitError::Diverged)
}

/// Uniform in [0, 1), 53 bits.
fn uniform(rng: &mut ChaCha12Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

/// Standard normal numbers by the polar method (Marsaglia and Bray 1964).
struct Normals {
    rng: ChaCha12Rng,
    spare: Option<f64>,
}

impl Normals {
    fn new(rng: ChaCha12Rng) -> Self {
        Normals { rng, spare: None }
    }

    fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let x = 2.0 * uniform(&mut self.rng) - 1.0;
            let y = 2.0 * uniform(&mut self.rng) - 1.0;
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * libm::log(s) / s).sqrt();
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests;
