//! The steps of DP-SGD, from a random start to a trained network.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::super::super::training::NoModel;
use super::draws::{NormalDraws, uniform};
use super::gradient::{Gradient, ROWS, UserBlock, Workspace, accumulate};
use super::network::Network;
use super::settings::TrainingSettings;

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
///
/// # Errors
/// Cancelled, a setting or an argument out of its range (nothing is trained then), or parameters
/// that left the finite numbers (the learning rate is too large).
pub(super) fn fit(
    train: &[Vec<u32>],
    items: usize,
    settings: &TrainingSettings,
    seed: [u8; 32],
    progress: &mut dyn FnMut(usize, usize, f64) -> bool,
) -> Result<Network, NoModel> {
    if let Some(problem) = settings.problem() {
        return Err(NoModel::Invalid(problem));
    }
    if train.iter().flatten().any(|&i| i as usize >= items) {
        return Err(NoModel::Invalid("an item is out of range"));
    }
    let Some(cells) = items.checked_mul(settings.hidden) else {
        return Err(NoModel::Invalid("too many parameters"));
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
    let (mut choice, mut noise) = (stream(0), NormalDraws::new(stream(1)));
    let mut start = NormalDraws::new(stream(2));

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
        let mut block = UserBlock::new(settings.views);
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
            return Err(NoModel::Cancelled);
        }
    }
    let divide = |v: Vec<f64>| v.into_iter().map(|x| x / averaged).collect();
    Network::from_parts(settings.hidden, divide(mean.weights), divide(mean.bias))
        .ok_or(NoModel::Diverged)
}
