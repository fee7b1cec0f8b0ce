//! A vocabulary chosen from a public catalogue by noisy counts, which the budget pays for.
//!
//! A share of the budget buys a noisy histogram of the whole catalogue. Its head is the
//! vocabulary, and the rest of the budget fits the model on it alone, where a user's few items
//! weigh more and noise has fewer places to fall. Both are Gaussian mechanisms of L2
//! sensitivity 1 (for a training in steps, of what the accountant makes of them), the second
//! chosen after seeing the first: with 1/σ₁² + 1/σ₂² = 1/σ² together they cost what one of
//! standard deviation σ costs (Dong, Roth, Su 2022, corollary 3.3).

use super::{Model, Training};

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
    pub model: Box<dyn Model>,
}

impl Model for Narrowed {
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
    use super::super::{Guarantee, Kind, Options, fit, list};
    use super::*;
    use crate::work::Cancel;

    fn choosing(most: usize) -> Options {
        Options { most_bought: Some(most), ..Options::default() }
    }

    /// Sixty items, of which the last twenty are what people buy.
    fn histories() -> Vec<Vec<u32>> {
        let rare = |user: u32| (user.is_multiple_of(40)).then_some(user / 40 % 40);
        (0..2_000u32)
            .map(|user| {
                (0..4)
                    .map(|i| 40 + (user * 7 + i * 5 + user % 2 * i) % 20)
                    .chain(rare(user))
                    .collect()
            })
            .collect()
    }

    #[test]
    fn lists_are_made_of_what_was_chosen() {
        let histories = histories();
        let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
        let training = Training { items: 60, histories: &slices, l0: 10, options: choosing(20) };
        let mut scores = Vec::new();
        for kind in [Kind::Popularity, Kind::Ease, Kind::Als, Kind::Autoencoder] {
            // Too little to learn from, enough, and no guarantee at all.
            for epsilon in [Some(0.2), Some(8.0), None] {
                let guarantee = epsilon.map(|epsilon| Guarantee { epsilon, delta: 1e-6 });
                let model = fit(kind, &training, guarantee, (1, 1), &Cancel::new()).unwrap();
                let made = list(&*model, &[3, 41, 50], 60, 60, &mut scores);
                assert!(
                    made.iter().all(|item| ![3, 41, 50].contains(item)),
                    "{kind} {epsilon:?}: {made:?}"
                );
                // Strong noise may choose any twenty, of which the history has up to three.
                if epsilon == Some(0.2) {
                    assert!((17..=20).contains(&made.len()), "{kind}: {made:?}");
                } else {
                    assert!(
                        made.len() == 18 && made.iter().all(|&item| item >= 40),
                        "{kind} {epsilon:?}: {made:?}"
                    );
                }
            }
        }
        let by_lot = fit(Kind::Random, &training, None, (1, 1), &Cancel::new()).unwrap();
        assert_eq!(
            list(&*by_lot, &[3, 41, 50], 60, 60, &mut scores).len(),
            57,
            "lots know no counts"
        );
    }

    #[test]
    fn nothing_is_paid_where_nothing_is_chosen() {
        let histories = histories();
        let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
        let guarantee = Some(Guarantee { epsilon: 2.0, delta: 1e-6 });
        let lists = |options| {
            let training = Training { items: 60, histories: &slices, l0: 10, options };
            let model = fit(Kind::Ease, &training, guarantee, (1, 1), &Cancel::new()).unwrap();
            list(&*model, &[45], 60, 60, &mut Vec::new())
        };
        let all = lists(Options::default());
        assert_eq!(lists(choosing(60)), all);
        assert_ne!(lists(choosing(59))[..40], all[..40]);
    }

    #[test]
    fn everybody_stays_and_ties_are_broken_by_item() {
        let chosen = Chosen::by(&[1.0, 5.0, 1.0, 7.0, 1.0], 3);
        assert_eq!(chosen.items, [3, 1, 0]);
        let histories: [&[u32]; 3] = [&[2, 4], &[0, 1, 2, 3], &[3]];
        let training = Training { items: 5, histories: &histories, l0: 9, options: choosing(3) };
        assert_eq!(chosen.histories(&training), [vec![], vec![2, 1, 0], vec![0]]);
    }
}
