//! Items by a noisy histogram.

use super::model::Budget;
use super::{Model, Training};
use crate::privacy::Noise;
use crate::simulation::draw;

/// Little where noise is small, half at most. Chosen on the months before the test period of one
/// dataset, for EASE's head and for a vocabulary out of 4,070 items alike.
const HISTOGRAM_SHARE: (f64, f64, f64) = (0.06, 0.6, 0.5);

/// The same scores for every history.
#[derive(Debug)]
pub(super) struct Popularity {
    scores: Vec<f64>,
}

impl Popularity {
    /// The model of a histogram that is there.
    pub(super) fn of(scores: Vec<f64>) -> Self {
        Self { scores }
    }

    pub(super) fn fit(
        training: &Training<'_>,
        budget: Option<Budget>,
        seed: u64,
        draw: u64,
    ) -> Self {
        Self::of(match budget {
            None => buyers(training),
            Some(budget) => noisy_histogram(training, budget.sigma(), seed, stream(draw, 0)),
        })
    }
}

impl Model for Popularity {
    fn score(&self, _history: &[u32], scores: &mut [f64]) {
        scores.copy_from_slice(&self.scores);
    }
}

/// How many users bought each item.
pub(super) fn buyers(training: &Training<'_>) -> Vec<f64> {
    let mut counts = vec![0.0; training.items];
    for &item in training.histories.iter().copied().flatten() {
        counts[item as usize] += 1.0;
    }
    counts
}

/// A histogram to which a user with s ≤ l0 items adds 1/√s each (L2 sensitivity 1), plus
/// Gaussian noise of standard deviation `sigma`.
pub(super) fn noisy_histogram(
    training: &Training<'_>,
    sigma: f64,
    seed: u64,
    stream: u64,
) -> Vec<f64> {
    let mut counts = draw(&vec![0; training.items], Noise::Gaussian { sigma }, seed, stream);
    for history in training.histories {
        let mine = &history[..history.len().min(training.l0)];
        let weight = 1.0 / (mine.len() as f64).sqrt();
        for &item in mine {
            counts[item as usize] += weight;
        }
    }
    counts
}

/// The share of a budget (in 1/σ²) that a first histogram gets, from which the rest is planned,
/// where the whole buys noise of standard deviation `sigma`.
pub(super) fn histogram_share(sigma: f64) -> f64 {
    let (factor, power, most) = HISTOGRAM_SHARE;
    (factor * libm::pow(sigma, power)).min(most)
}

/// The stream of the `part`-th vector of noise in a draw; the same for every ε, so that
/// points over ε share their noise.
pub(super) fn stream(draw: u64, part: u64) -> u64 {
    debug_assert!(part < 4);
    4 * draw + part
}
