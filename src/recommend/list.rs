//! The list that a model makes of a history.

use super::training::ItemModel;
use crate::metric::ranking::top_k;

/// The `k` best items for a history, best first, items of the history left out; ties by
/// item. Shorter where the history leaves fewer than `k`. `scores` is kept between calls.
pub fn list(
    model: &dyn ItemModel,
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
