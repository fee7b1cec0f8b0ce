//! What a release would look like, looked up in the true data: for the curator's eyes, never
//! part of what is published.

use std::collections::HashSet;

use super::publish::{Keys, PreparedRelease, true_sums};
use crate::contribution::Pairs;

/// What is looked up before a release. None of it is differentially private.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LookedUp {
    /// Groups in the data.
    pub groups: usize,
    /// The public list against the data, where there is one.
    pub catalogue: Option<CatalogueLookedUp>,
    /// How many groups would show, in expectation over the noise.
    pub would_show: f64,
}

/// A public list against the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueLookedUp {
    /// Keys that are listed.
    pub keys: usize,
    /// How many of them occur in the data.
    pub occur: usize,
}

/// Looks up a prepared release. Nothing is drawn, spent or written.
pub fn look_up(pairs: &Pairs, prepared: &PreparedRelease) -> LookedUp {
    let sums = true_sums(pairs, prepared.request());
    let catalogue = match &prepared.request().keys {
        Keys::Catalogue(catalogue) => {
            let there: HashSet<&str> = pairs.keys().iter().map(String::as_str).collect();
            let occur = catalogue.keys.iter().filter(|key| there.contains(key.as_str())).count();
            Some(CatalogueLookedUp { keys: catalogue.keys.len(), occur })
        }
        Keys::Private | Keys::Public => None,
    };
    let would_show = match (prepared.request().top_k, prepared.threshold()) {
        (Some(k), _) => k as f64,
        (None, None) => sums.len() as f64,
        (None, Some(threshold)) => {
            let noise = prepared.noise();
            // At or above the threshold; whole numbers, so above one less.
            sums.iter()
                .map(|(_, sum)| {
                    noise.map_or(0.0, |noise| noise.above((threshold - 1 - sum) as f64))
                })
                .sum()
        }
    };
    LookedUp { groups: pairs.keys().len(), catalogue, would_show }
}
