//! A vocabulary chosen from a public catalogue by noisy counts, which the budget pays for.
//!
//! A share of the budget buys a noisy histogram of the whole catalogue. Its head is the
//! vocabulary, and the rest of the budget fits the model on it alone, where a user's few items
//! weigh more and noise has fewer places to fall. Both are Gaussian mechanisms of L2
//! sensitivity 1 (for a training in steps, of what the accountant makes of them), the second
//! chosen after seeing the first: with 1/σ₁² + 1/σ₂² = 1/σ² together they cost what one of
//! standard deviation σ costs (Dong, Roth, Su 2022, corollary 3.3).

use super::training::{ItemModel, Training};

/// The items with the largest counts, at most so many, by falling count, ties by item.
pub(super) fn most_bought(counts: &[f64], most: usize) -> Vec<u32> {
    let mut by_count: Vec<u32> = (0..counts.len() as u32).collect();
    by_count.sort_by(|&a, &b| counts[b as usize].total_cmp(&counts[a as usize]).then(a.cmp(&b)));
    by_count.truncate(most);
    by_count
}

/// For each of so many items its place in a list of some of them.
pub(super) fn places(list: &[u32], items: usize) -> Vec<Option<u32>> {
    let mut places = vec![None; items];
    for (at, &item) in list.iter().enumerate() {
        places[item as usize] = Some(at as u32);
    }
    places
}

/// The chosen items among those of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Chosen items, by index in the catalogue.
    pub items: Vec<u32>,
    /// For each item of the catalogue its place among the chosen.
    place: Vec<Option<u32>>,
}

impl Chosen {
    /// So many items with the largest counts.
    pub(super) fn by(counts: &[f64], most: usize) -> Self {
        let items = most_bought(counts, most);
        let place = places(&items, counts.len());
        Self { items, place }
    }

    fn within(&self, history: &[u32]) -> Vec<u32> {
        history.iter().filter_map(|&item| self.place[item as usize]).collect()
    }

    /// The histories of all users among the chosen items, in the same order. Users whom this
    /// leaves nothing stay, for their number is public.
    pub(super) fn histories(&self, training: &Training<'_>) -> Vec<Vec<u32>> {
        training.histories.iter().map(|history| self.within(history)).collect()
    }
}

/// A model of chosen items that is asked in terms of the whole catalogue. Items that were not
/// chosen are never recommended.
pub(super) struct Narrowed {
    /// The items.
    pub chosen: Chosen,
    /// What was fitted on them.
    pub model: Box<dyn ItemModel>,
}

impl ItemModel for Narrowed {
    fn score(&self, history: &[u32], scores: &mut [f64]) {
        let mut mine = vec![0.0; self.chosen.items.len()];
        self.model.score(&self.chosen.within(history), &mut mine);
        scores.fill(f64::NEG_INFINITY);
        for (&item, score) in self.chosen.items.iter().zip(mine) {
            scores[item as usize] = score;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::training::FitOptions;
    use super::*;

    #[test]
    fn everybody_stays_and_ties_are_broken_by_item() {
        let chosen = Chosen::by(&[1.0, 5.0, 1.0, 7.0, 1.0], 3);
        assert_eq!(chosen.items, [3, 1, 0]);
        let histories: [&[u32]; 3] = [&[2, 4], &[0, 1, 2, 3], &[3]];
        let options = FitOptions { most_bought: Some(3), ..FitOptions::default() };
        let training = Training { items: 5, histories: &histories, l0: 9, options };
        assert_eq!(chosen.histories(&training), [vec![], vec![2, 1, 0], vec![0]]);
    }
}
