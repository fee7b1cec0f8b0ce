//! How good the lists of a model are, and how far each shopper's list drifts under noise.

use serde::Serialize;

use super::holdout::{Shopper, Split};
use super::list::list;
use super::models::ModelKind;
use super::training::{Guarantee, ItemModel};
use crate::metric::Figure;
use crate::metric::top_list::{overlap_at_k, rbo};
use crate::metric::weight::{RBO_P, discount};

/// Drift and its floor are measured on at most so many users, evenly spread.
const DRIFT_USERS: usize = 1_000;
/// The figures of one model under one guarantee. Means over evaluated users and over
/// refits; the standard error holds both, SE² = s²(users)/U + s²(refits)/R, because all
/// users share a draw. With a single refit the second part is unknown and left out.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Quality {
    /// The model.
    pub model: ModelKind,
    /// The guarantee; `None` without noise and bounds.
    #[serde(skip)]
    pub guarantee: Option<Guarantee>,
    /// Share of users with at least one hit in the list.
    pub hit_rate_at_k: Figure,
    /// Discounted hits (1/log₂(place + 1)) over those of a perfect list.
    pub ndcg_at_k: Figure,
    /// Hits over the smaller of k and the items to be found.
    pub recall_at_k: Figure,
    /// Share of the vocabulary that stands in some list.
    pub coverage: Figure,
    /// Mean share of training users who bought what is recommended.
    pub mean_popularity: Figure,
    /// Share of the non-private list (same model) that is in the private one.
    pub drift_overlap_at_k: Figure,
    /// Extrapolated rank-biased overlap of both lists, p = 0.9.
    pub drift_rbo: Figure,
}

impl Quality {
    /// Every figure with its name in files.
    pub fn named(&self) -> [(&'static str, Figure); 7] {
        [
            ("hit_rate_at_k", self.hit_rate_at_k),
            ("ndcg_at_k", self.ndcg_at_k),
            ("recall_at_k", self.recall_at_k),
            ("coverage", self.coverage),
            ("mean_popularity", self.mean_popularity),
            ("drift_overlap_at_k", self.drift_overlap_at_k),
            ("drift_rbo", self.drift_rbo),
        ]
    }
}

/// How far non-private lists move when users are drawn anew: what of the drift is no
/// price of privacy.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Floor {
    /// The model.
    pub model: ModelKind,
    /// Share of the list that stays.
    pub overlap_at_k: Figure,
    /// Extrapolated rank-biased overlap, p = 0.9.
    pub rbo: Figure,
}

/// What the lists of one fitted model are worth: each user's own figures.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    coverage: f64,
    /// Hit, NDCG, recall, popularity of every evaluated user.
    users: [Vec<f64>; 4],
    /// Overlap and RBO with the non-private list of the users of the sample.
    drift: [Vec<f64>; 2],
}

impl Measured {
    /// For each user of the sample on which drift is measured, the share of the non-private
    /// list that stays.
    pub fn overlaps(&self) -> &[f64] {
        &self.drift[0]
    }
}

/// How far the non-private lists of a model move over refits on users drawn anew.
pub fn floor(model: ModelKind, fits: &[&Measured]) -> Floor {
    Floor {
        model,
        overlap_at_k: over_users_and_refits(fits, |one| &one.drift[0]),
        rbo: over_users_and_refits(fits, |one| &one.drift[1]),
    }
}

/// What all lists are measured against.
#[derive(Debug, Clone)]
pub struct ListMeasure<'a> {
    split: &'a Split,
    k: usize,
    /// Share of training users who bought each item.
    shares: Vec<f64>,
}

impl<'a> ListMeasure<'a> {
    /// For lists of length `k`.
    pub fn new(split: &'a Split, k: usize) -> Self {
        let histories = split.histories();
        let mut shares = vec![0.0; split.items()];
        for &item in histories.iter().copied().flatten() {
            shares[item as usize] += 1.0 / histories.len() as f64;
        }
        Self { split, k, shares }
    }

    /// The lists of all evaluated users.
    pub fn lists(&self, model: &dyn ItemModel) -> Vec<Vec<u32>> {
        let mut scores = Vec::new();
        let of =
            |user| list(model, self.split.history(user), self.k, self.split.items(), &mut scores);
        self.split.evaluated.iter().map(|shopper| shopper.user).map(of).collect()
    }

    /// The figures of a model over fits under the same guarantee, at least one; for lists by
    /// lot also what chance expects.
    pub fn quality(
        &self,
        kind: ModelKind,
        guarantee: Option<Guarantee>,
        fits: &[&Measured],
    ) -> Quality {
        let found = quality(kind, guarantee, fits);
        if kind == ModelKind::Random { self.with_chance(found) } else { found }
    }

    /// The figures of lists by lot with their expectations: of the N − h items that a history
    /// leaves, every L-subset is as likely (hypergeometric law).
    fn with_chance(&self, found: Quality) -> Quality {
        let items = self.split.items();
        let mut expected = [0.0; 5];
        let mut missed = vec![1.0; items];
        for Shopper { user, wanted } in &self.split.evaluated {
            let history = self.split.history(*user);
            let (left, w) = ((items - history.len()) as f64, wanted.len() as f64);
            let length = (self.k as f64).min(left);
            let chance = length / left;
            let mut none = 1.0;
            for place in 0..length as usize {
                none *= ((left - w - place as f64) / (left - place as f64)).max(0.0);
            }
            let most = self.k.min(wanted.len());
            let ideal: f64 = (0..most).map(discount).sum();
            let unseen: f64 = self.shares.iter().sum::<f64>()
                - history.iter().map(|&i| self.shares[i as usize]).sum::<f64>();
            let gain: f64 = (0..length as usize).map(discount).sum::<f64>() * w / left;
            let mine = [1.0 - none, gain / ideal, chance * w / most as f64, unseen / left, chance];
            expected
                .iter_mut()
                .zip(mine)
                .for_each(|(sum, figure)| *sum += figure / self.split.evaluated.len() as f64);
            // Everything but the history may be missed by this list.
            missed.iter_mut().for_each(|share| *share *= 1.0 - chance);
            for &item in history {
                missed[item as usize] /= 1.0 - chance;
            }
        }
        let [hit_rate, ndcg, recall, popularity, overlap] = expected.map(Some);
        // The quotient above does not exist where a list holds all that is left.
        let coverage = Some(1.0 - mean(&missed)).filter(|share| share.is_finite());
        Quality {
            hit_rate_at_k: found.hit_rate_at_k.with_expected(hit_rate),
            ndcg_at_k: found.ndcg_at_k.with_expected(ndcg),
            recall_at_k: found.recall_at_k.with_expected(recall),
            mean_popularity: found.mean_popularity.with_expected(popularity),
            drift_overlap_at_k: found.drift_overlap_at_k.with_expected(overlap),
            coverage: found.coverage.with_expected(coverage),
            ..found
        }
    }

    /// What the lists of all evaluated users are worth, and how far they are from the same
    /// model's non-private lists.
    pub fn of<L: AsRef<[u32]>>(&self, lists: &[L], plain: &[L]) -> Measured {
        let mut found = Measured::default();
        let mut covered = vec![false; self.split.items()];
        for (shopper, list) in self.split.evaluated.iter().zip(lists.iter().map(AsRef::as_ref)) {
            let (mut hits, mut gain, mut popularity) = (0usize, 0.0, 0.0);
            for (place, item) in list.iter().enumerate() {
                covered[*item as usize] = true;
                popularity += self.shares[*item as usize] / list.len() as f64;
                if shopper.wanted.binary_search(item).is_ok() {
                    hits += 1;
                    gain += discount(place);
                }
            }
            let most = self.k.min(shopper.wanted.len());
            let ideal: f64 = (0..most).map(discount).sum();
            let mine = [
                f64::from(u8::from(hits > 0)),
                gain / ideal,
                hits as f64 / most as f64,
                popularity,
            ];
            for (figures, figure) in found.users.iter_mut().zip(mine) {
                figures.push(figure);
            }
        }
        found.coverage = covered.iter().filter(|&&is| is).count() as f64 / covered.len() as f64;
        let step = lists.len().div_ceil(DRIFT_USERS).max(1);
        let mut seen = Vec::new();
        for (list, plain) in lists.iter().zip(plain).step_by(step) {
            let (list, plain) = (list.as_ref(), plain.as_ref());
            let k = self.k.min(list.len()).min(plain.len());
            // A history of the whole vocabulary leaves an empty list, which cannot drift.
            if let Some((overlap, rbo)) =
                overlap_at_k(plain, list, k).zip(rbo(plain, list, RBO_P, &mut seen))
            {
                found.drift[0].push(overlap);
                found.drift[1].push(rbo);
            }
        }
        found
    }
}

fn quality(model: ModelKind, guarantee: Option<Guarantee>, fits: &[&Measured]) -> Quality {
    let of_users = |which: usize| over_users_and_refits(fits, |one| &one.users[which]);
    let coverages: Vec<f64> = fits.iter().map(|one| one.coverage).collect();
    Quality {
        model,
        guarantee,
        hit_rate_at_k: of_users(0),
        ndcg_at_k: of_users(1),
        recall_at_k: of_users(2),
        coverage: Figure::simulated(
            mean(&coverages),
            variance(&coverages).map(|v| (v / coverages.len() as f64).sqrt()),
        ),
        mean_popularity: of_users(3),
        drift_overlap_at_k: over_users_and_refits(fits, |one| &one.drift[0]),
        drift_rbo: over_users_and_refits(fits, |one| &one.drift[1]),
    }
}

/// The mean over users and refits, SE² = s²(users)/U + s²(refits)/R: s²(users) of each
/// user's mean over refits, s²(refits) of each refit's mean over users.
fn over_users_and_refits(fits: &[&Measured], of: impl Fn(&Measured) -> &Vec<f64>) -> Figure {
    let refits = fits.len() as f64;
    let by_refit: Vec<f64> = fits.iter().map(|one| mean(of(one))).collect();
    let Some(first) = fits.first() else { return Figure::default() };
    let users = of(first).len();
    let by_user: Vec<f64> =
        (0..users).map(|user| fits.iter().map(|one| of(one)[user]).sum::<f64>() / refits).collect();
    let square = variance(&by_user)
        .map(|between| between / users as f64 + variance(&by_refit).unwrap_or(0.0) / refits);
    Figure::simulated(mean(&by_refit), square.map(f64::sqrt))
}

/// NaN of nothing, which a figure shows as null.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The unbiased variance; `None` of fewer than two.
fn variance(values: &[f64]) -> Option<f64> {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|value| (value - centre) * (value - centre)).sum();
    (values.len() > 1).then(|| squares / (values.len() - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::super::{Holdout, Vocabulary};
    use super::*;
    use crate::contribution::Pairs;
    use crate::purchases::sample;

    fn small() -> Split {
        let purchases = sample().unwrap();
        Split::new(
            &purchases,
            Holdout::Time { share: 0.2 },
            &Vocabulary::MostBought(120),
            Pairs::DEFAULT_SALT,
        )
        .unwrap()
    }

    #[test]
    fn a_list_is_measured_as_by_hand() {
        let split = small();
        let measure = ListMeasure { split: &split, k: 10, shares: vec![0.0; split.items()] };
        let found = |list: Vec<u32>| {
            let mut lists = vec![Vec::new(); split.evaluated.len()];
            lists[0] = list;
            let fitted = measure.of(&lists, &lists);
            [fitted.users[0][0], fitted.users[1][0], fitted.users[2][0]]
        };
        let wanted = split.evaluated[0].wanted.clone();
        assert_eq!(found(wanted.iter().copied().take(10).collect()), [1.0, 1.0, 1.0]);
        let other = (0..split.items() as u32).find(|item| !wanted.contains(item)).unwrap();
        assert_eq!(found(vec![other]), [0.0, 0.0, 0.0]);
        let most = wanted.len().min(10) as f64;
        let ideal: f64 = (0..wanted.len().min(10)).map(discount).sum();
        assert_eq!(found(vec![other, wanted[0]]), [1.0, discount(1) / ideal, 1.0 / most]);
    }

    #[test]
    fn standard_errors_hold_users_and_draws() {
        let one = |users: [f64; 2]| Measured {
            users: [users.to_vec(), vec![], vec![], vec![]],
            ..Measured::default()
        };
        let figure =
            over_users_and_refits(&[&one([0.0, 1.0]), &one([1.0, 2.0])], |fitted| &fitted.users[0]);
        // Users' means 0.5 and 1.5 (variance 0.5), draws' means 0.5 and 1.5 (variance 0.5).
        assert_eq!(figure.simulated, Some(1.0));
        assert!((figure.standard_error.unwrap() - 0.5f64.sqrt()).abs() < 1e-15);
        let single = over_users_and_refits(&[&one([0.0, 1.0])], |fitted| &fitted.users[0]);
        assert_eq!(single.standard_error, Some(0.5));
    }
}
