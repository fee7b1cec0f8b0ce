//! How many users bought each item, with and without noise: what several models begin with.

use super::training::{NoiseSeed, Training};
use crate::privacy::Noise;
use crate::simulation::draw;

/// How many users bought each item.
pub(super) fn buyers(training: &Training<'_>) -> Vec<f64> {
    let mut counts = vec![0.0; training.items];
    for &item in training.histories.iter().copied().flatten() {
        counts[item as usize] += 1.0;
    }
    counts
}

/// A histogram to which a user with s ≤ l0 items adds 1/√s each (L2 sensitivity 1), plus
/// Gaussian noise of standard deviation `sigma`, the `part`-th vector of noise of the draw.
pub(super) fn noisy_histogram(
    training: &Training<'_>,
    sigma: f64,
    noise: NoiseSeed,
    part: u64,
) -> Vec<f64> {
    let of = Noise::Gaussian { sigma };
    let mut counts = draw(&vec![0; training.items], of, noise.seed, stream(noise.draw, part));
    for history in training.histories {
        let mine = &history[..history.len().min(training.l0)];
        let weight = 1.0 / (mine.len() as f64).sqrt();
        for &item in mine {
            counts[item as usize] += weight;
        }
    }
    counts
}

/// The stream of the `part`-th vector of noise in a draw; equal for every ε, so that
/// points over ε share their noise.
pub(super) fn stream(draw: u64, part: u64) -> u64 {
    debug_assert!(part < 4);
    4 * draw + part
}
