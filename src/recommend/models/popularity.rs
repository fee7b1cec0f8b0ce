//! Items by a noisy histogram of buyers: one list for everybody.

use super::super::counts::{buyers, noisy_histogram};
use super::super::entry::{ModelEntry, PlannedBy};
use super::super::training::{FitBudget, ItemModel, NoiseSeed, Training};

pub(super) const ENTRY: ModelEntry = ModelEntry {
    name: "popularity",
    title: "popularity",
    in_sentence: "popularity",
    brief: "A noisy histogram",
    says: "a noisy histogram: one list for everybody",
    explained: "popularity: a noisy histogram, the same list for everybody.",
    is_slow: false,
    is_personal: false,
    is_published: true,
    planned: PlannedBy::Always,
    fit: |training, budget, noise, _| Ok(Box::new(Popularity::fit(training, budget, noise))),
};

/// One vector of scores for all histories.
#[derive(Debug)]
pub(in super::super) struct Popularity {
    scores: Vec<f64>,
}

impl Popularity {
    /// The model of a histogram that is there.
    pub(in super::super) fn of(scores: Vec<f64>) -> Self {
        Self { scores }
    }

    fn fit(training: &Training<'_>, budget: Option<FitBudget>, noise: NoiseSeed) -> Self {
        Self::of(match budget {
            None => buyers(training),
            Some(budget) => noisy_histogram(training, budget.sigma(), noise, 0),
        })
    }
}

impl ItemModel for Popularity {
    fn score(&self, _history: &[u32], scores: &mut [f64]) {
        scores.copy_from_slice(&self.scores);
    }
}
