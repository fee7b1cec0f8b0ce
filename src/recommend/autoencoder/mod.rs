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

use std::sync::Mutex;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::model::{Budget, NoModel, Plan, Schedule, Step};
use super::{Model, Training};
use crate::privacy::mechanism::subsampled_gaussian_sigma;
use crate::work::Cancel;

/// Rows (user views) handled at once: bounds memory to `ROWS x m` numbers and
/// keeps a block near the cache.
const ROWS: usize = 128;

/// How to train. All values must be chosen without looking at the data.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    /// Width `h` of the hidden layer, at least 1.
    pub hidden: usize,
    /// Probability in (0, 1] that a user takes part in a step (Poisson sampling).
    pub rate: f64,
    /// Number of steps, at least 1, i.e. of compositions for the accountant.
    pub steps: usize,
    /// Step size. Where clipping is on, gradients are measured in units of the
    /// clip, so that this number does not depend on [`Settings::clip`].
    pub learning_rate: f64,
    /// Heavy-ball momentum in [0, 1).
    pub momentum: f64,
    /// Weight decay of all parameters (decoupled: a step multiplies them by
    /// `1 - learning_rate * decay`). Pulls noise and the random start to zero.
    pub decay: f64,
    /// Probability in (0, 1) that an item of a user becomes a target instead of an
    /// input. Every second view swaps the two sides of the view before it.
    pub dropout: f64,
    /// Random splits of a user averaged before clipping, at least 1. Time is
    /// proportional to it.
    pub views: usize,
    /// Standard deviation of the random start of `V`. Zero would be a saddle.
    pub init: f64,
    /// Fraction in [0, 1] of the last steps whose parameters are averaged into the
    /// result (Polyak-Ruppert); post-processing, hence free.
    pub average: f64,
    /// Bound on the L2 norm of one user's gradient; `None`: no clipping. A small
    /// bound clips practically everyone, which normalises the gradients.
    pub clip: Option<f64>,
    /// Standard deviation of the noise in units of `clip`, per parameter and step;
    /// `None`: no noise. Requires `clip`.
    pub noise_multiplier: Option<f64>,
}

impl Schedule {
    /// What serves so many users: up to 4096 all take part in each of 100 steps, for at an equal
    /// budget full batches leave the least noise. More users are sampled, to bound time.
    pub fn usual(users: usize) -> Self {
        Self { rate: (4096.0 / users.max(1) as f64).min(1.0), steps: 100 }
    }
}

impl Settings {
    /// Settings for training without privacy: no clipping and no noise.
    fn without_privacy(Schedule { rate, steps }: Schedule) -> Self {
        Settings {
            hidden: 64,
            rate,
            steps,
            learning_rate: 10.0,
            momentum: 0.9,
            decay: 0.003,
            dropout: 0.5,
            views: 1,
            init: 0.1,
            average: 0.8,
            clip: None,
            noise_multiplier: None,
        }
    }

    /// Settings for `users` training users and the noise multiplier of a schedule.
    /// Width and decay follow the noise left on a gradient averaged over the run,
    /// `noise / (rate users sqrt(steps))` per parameter. The constants were found
    /// by trial on one data set (m = 300 and 1000 items, about 3,500 users).
    fn private(schedule: Schedule, users: usize, noise_multiplier: f64) -> Self {
        let users = users.max(1) as f64;
        let mut settings = Settings {
            learning_rate: 6.0,
            views: 2,
            clip: Some(0.1),
            noise_multiplier: Some(noise_multiplier),
            ..Settings::without_privacy(schedule)
        };
        let left = settings.noise_left(users);
        settings.hidden = match left {
            x if x < 3e-4 => 32,
            x if x < 5e-4 => 16,
            _ => 8,
        };
        settings.decay = (0.001 + 0.006 * libm::pow(left / 2e-4, 1.4)).min(0.1);
        settings
    }

    /// The noise left on a gradient averaged over the run and `users`, per parameter in units
    /// of the clip.
    fn noise_left(&self, users: f64) -> f64 {
        self.noise_multiplier.unwrap_or(0.0) / (self.rate * users * (self.steps as f64).sqrt())
    }

    /// Names the first setting out of its range, if any.
    fn problem(&self) -> Option<&'static str> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let fraction = |x: f64| (0.0..=1.0).contains(&x);
        let not_negative = |x: f64| x.is_finite() && x >= 0.0;
        if self.hidden == 0 {
            Some("hidden must be at least 1")
        } else if !(positive(self.rate) && self.rate <= 1.0) {
            Some("rate must be in (0, 1]")
        } else if self.steps == 0 {
            Some("steps must be at least 1")
        } else if !positive(self.learning_rate) {
            Some("learning_rate must be positive")
        } else if !(fraction(self.momentum) && self.momentum < 1.0) {
            Some("momentum must be in [0, 1)")
        } else if !(not_negative(self.decay) && self.decay * self.learning_rate < 1.0) {
            Some("decay must be in [0, 1 / learning_rate)")
        } else if !(positive(self.dropout) && self.dropout < 1.0) {
            Some("dropout must be in (0, 1)")
        } else if self.views == 0 {
            Some("views must be at least 1")
        } else if !not_negative(self.init) {
            Some("init must not be negative")
        } else if !fraction(self.average) {
            Some("average must be in [0, 1]")
        } else if self.clip.is_some_and(|c| !positive(c)) {
            Some("clip must be positive")
        } else if self.noise_multiplier.is_some_and(|s| !not_negative(s)) {
            Some("noise_multiplier must not be negative")
        } else if self.noise_multiplier.is_some() && self.clip.is_none() {
            Some("noise needs a clip")
        } else {
            None
        }
    }
}

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
        let users: Vec<Vec<u32>> =
            training.histories.iter().map(|history| history[..history.len().min(most)].to_vec()).collect();
        let schedule = training.options.schedule.unwrap_or_else(|| Schedule::usual(users.len()));
        let settings = match budget {
            None => Settings::without_privacy(schedule),
            Some(budget) => Settings::private(schedule, users.len(), plan(budget, schedule).noise_multiplier),
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
pub(super) fn worthwhile(budget: Budget, schedule: Schedule, users: usize, items: usize) -> Option<Plan> {
    let plan = plan(budget, schedule);
    let left = Settings::private(schedule, users, plan.noise_multiplier).noise_left(users.max(1) as f64);
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
    let noise_multiplier =
        subsampled_gaussian_sigma(promise.epsilon, promise.delta, (rate, steps as u64), vocabulary_noise);
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
            for (((value, speed), total), mean) in value.iter_mut().zip(speed).zip(total).zip(mean) {
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
    Network::from_parts(settings.hidden, divide(mean.weights), divide(mean.bias)).ok_or(FitError::Diverged)
}

/// One number per parameter, in the layout of [`Network`].
struct Gradient {
    weights: Vec<f64>,
    bias: Vec<f64>,
}

impl Gradient {
    fn zero(net: &Network) -> Self {
        Gradient { weights: vec![0.0; net.weights.len()], bias: vec![0.0; net.bias.len()] }
    }

    fn clear(&mut self) {
        self.weights.fill(0.0);
        self.bias.fill(0.0);
    }
}

/// Split users: `views` consecutive rows belong to one user.
struct Block {
    views: usize,
    inputs: Vec<Vec<u32>>,
    targets: Vec<Vec<u32>>,
}

impl Block {
    fn new(views: usize) -> Self {
        Block { views, inputs: Vec::new(), targets: Vec::new() }
    }

    fn rows(&self) -> usize {
        self.inputs.len()
    }

    fn clear(&mut self) {
        self.inputs.clear();
        self.targets.clear();
    }

    /// Appends one user's random splits; odd views are the even ones swapped, so
    /// that each pair has every item once on either side.
    fn push(&mut self, user: &[u32], dropout: f64, rng: &mut ChaCha12Rng) {
        for view in 0..self.views {
            let (input, target) = match (view % 2, self.inputs.last(), self.targets.last()) {
                (1, Some(input), Some(target)) => (target.clone(), input.clone()),
                _ => user.iter().partition(|_| uniform(rng) >= dropout),
            };
            self.inputs.push(input);
            self.targets.push(target);
        }
    }
}

/// Reused buffers of [`accumulate`], all one row per view.
struct Workspace {
    /// `h` per row: hidden activations.
    z: Vec<f64>,
    /// `m` per row: logits, then deltas of the output (softmax - target).
    d: Vec<f64>,
    /// `h` per row: deltas of the hidden layer before tanh.
    e: Vec<f64>,
}

impl Workspace {
    fn new() -> Self {
        Workspace { z: Vec::new(), d: Vec::new(), e: Vec::new() }
    }
}

/// Adds to `sum` the users' gradients, each the mean of the user's views, scaled
/// by `min(1, clip / norm)`; returns the sum of the users' losses (unclipped).
fn accumulate(net: &Network, block: &Block, clip: f64, sum: &mut Gradient, work: &mut Workspace) -> f64 {
    let (m, h, rows, views) = (net.items, net.hidden, block.rows(), block.views);
    if rows == 0 || m == 0 {
        return 0.0;
    }
    work.z.resize(rows * h, 0.0);
    work.e.resize(rows * h, 0.0);
    work.d.resize(rows * m, 0.0);
    let share = 1.0 / views as f64;

    for (inputs, z) in block.inputs.iter().zip(work.z.chunks_exact_mut(h)) {
        net.encode(inputs, z);
    }
    // Columns of these column-major views are items or rows of the block.
    let weights = MatRef::from_column_major_slice(&net.weights, h, m);
    matmul(
        MatMut::from_column_major_slice_mut(&mut work.d, m, rows),
        Accum::Replace,
        weights.transpose(),
        MatRef::from_column_major_slice(&work.z, h, rows),
        1.0,
        Par::Seq,
    );
    let mut loss = 0.0;
    let splits = block.inputs.iter().zip(&block.targets);
    for ((inputs, targets), d) in splits.zip(work.d.chunks_exact_mut(m)) {
        loss += share * output_delta(&net.bias, inputs, targets, d);
    }
    matmul(
        MatMut::from_column_major_slice_mut(&mut work.e, h, rows),
        Accum::Replace,
        weights,
        MatRef::from_column_major_slice(&work.d, m, rows),
        1.0,
        Par::Seq,
    );
    for (e, z) in work.e.iter_mut().zip(&work.z) {
        *e *= 1.0 - z * z;
    }

    // Per user: norm, then scale the small factors `z` and `e` in place.
    for first in (0..rows).step_by(views) {
        let factor = if clip.is_finite() {
            let norm = share * squared_norm(block, work, m, h, first).max(0.0).sqrt();
            share * if norm > clip { clip / norm } else { 1.0 }
        } else {
            share
        };
        for row in first..first + views {
            work.z[row * h..][..h].iter_mut().for_each(|v| *v *= factor);
            work.e[row * h..][..h].iter_mut().for_each(|v| *v *= factor);
            add_scaled(&mut sum.bias, factor, &work.d[row * m..][..m]);
        }
    }
    matmul(
        MatMut::from_column_major_slice_mut(&mut sum.weights, h, m),
        Accum::Add,
        MatRef::from_column_major_slice(&work.z, h, rows),
        MatRef::from_column_major_slice(&work.d, m, rows).transpose(),
        1.0,
        Par::Seq,
    );
    for (inputs, e) in block.inputs.iter().zip(work.e.chunks_exact(h)) {
        for &i in inputs {
            add_scaled(&mut sum.weights[i as usize * h..][..h], input_value(inputs), e);
        }
    }
    loss
}

/// Turns a row of `V z` into the loss's derivative with respect to the logits,
/// `softmax - target`, zero at the inputs; returns the loss. Without targets both
/// are zero.
fn output_delta(bias: &[f64], inputs: &[u32], targets: &[u32], d: &mut [f64]) -> f64 {
    if targets.is_empty() {
        d.fill(0.0);
        return 0.0;
    }
    for (d, b) in d.iter_mut().zip(bias) {
        *d += b;
    }
    for &i in inputs {
        d[i as usize] = f64::NEG_INFINITY;
    }
    let highest = d.iter().fold(f64::NEG_INFINITY, |a, &b| if b > a { b } else { a });
    let each = 1.0 / targets.len() as f64;
    let mean_target: f64 = targets.iter().map(|&i| each * (d[i as usize] - highest)).sum();
    d.iter_mut().for_each(|d| *d = exp_not_positive(*d - highest));
    for &i in inputs {
        d[i as usize] = 0.0;
    }
    let total = d.iter().sum::<f64>();
    let scale = 1.0 / total;
    d.iter_mut().for_each(|d| *d *= scale);
    for &i in targets {
        d[i as usize] -= each;
    }
    libm::log(total) - mean_target
}

/// Squared norm of the sum of the gradients of the views from `first` on.
///
/// View `k` adds `d_k z_k^T + x_k e_k^T` to `V`'s gradient and `d_k` to the bias's,
/// so that only inner products between views are needed. `<x_k, x_l>` and
/// `<x_k, d_l>` are sparse.
fn squared_norm(block: &Block, work: &Workspace, m: usize, h: usize, first: usize) -> f64 {
    let d = |k: usize| &work.d[k * m..][..m];
    let z = |k: usize| &work.z[k * h..][..h];
    let e = |k: usize| &work.e[k * h..][..h];
    let mut total = 0.0;
    for k in first..first + block.views {
        for l in first..=k {
            let twice = if l == k { 1.0 } else { 2.0 };
            total += twice * dot(d(k), d(l)) * (dot(z(k), z(l)) + 1.0);
            let both = common(&block.inputs[k], &block.inputs[l]) as f64;
            let inner = both * input_value(&block.inputs[k]) * input_value(&block.inputs[l]);
            total += twice * inner * dot(e(k), e(l));
        }
        for l in first..first + block.views {
            let inputs = &block.inputs[k];
            let at_inputs: f64 = inputs.iter().map(|&i| d(l)[i as usize]).sum();
            total += 2.0 * input_value(inputs) * at_inputs * dot(e(k), z(l));
        }
    }
    total
}

/// Value of each non-zero entry of the encoder's input: the input has norm 1.
fn input_value(inputs: &[u32]) -> f64 {
    1.0 / (inputs.len().max(1) as f64).sqrt()
}

/// Size of the intersection of two ascending lists.
fn common(a: &[u32], b: &[u32]) -> usize {
    a.iter().filter(|i| b.binary_search(i).is_ok()).count()
}

/// Inner product; eight partial sums let the compiler use vector registers.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut parts = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for i in 0..8 {
            parts[i] += x[i] * y[i];
        }
    }
    parts.iter().sum::<f64>() + rest
}

fn add_scaled(to: &mut [f64], factor: f64, from: &[f64]) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += factor * f;
    }
}

/// `exp(x)` for `x <= 0`, to about 1e-14 relative (zero is answered as 1e-304).
/// Branch-free so that it vectorises: this runs `views m` times per user and step.
fn exp_not_positive(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = if x > -700.0 { x } else { -700.0 };
    // The low bits of `t` hold the nearest integer to x / ln 2.
    let t = x * std::f64::consts::LOG2_E + ROUND;
    let k = t - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let mut p = 1.0 / 39_916_800.0;
    for c in [
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        p = p * r + c;
    }
    p * f64::from_bits(t.to_bits().wrapping_add(1023) << 52)
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
