//! Two lists of groups with values, compared by every ranking figure.

use std::cmp::Ordering;

use serde::Serialize;

use super::agreement::{CountTree, RankOrder};
use super::ranking::kendall_tau_b;
use super::top_list::{Ndcg, jaccard_at_k, overlap_at_k, rbo, top1_flip};

/// Groups in the byte order of their keys, each once, with finite values.
#[derive(Debug, Clone, Copy)]
pub struct ComparedSide<'a> {
    /// Keys.
    pub groups: &'a [String],
    /// Their values.
    pub values: &'a [f64],
}

/// Why a figure does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Absence {
    /// Nothing to put in order.
    #[error("fewer than two groups are on both sides")]
    FewerThanTwo,
    /// Left has no order.
    #[error("all values of LEFT are equal")]
    LeftTied,
    /// Right has no order.
    #[error("all values of RIGHT are equal")]
    RightTied,
    /// Gains below 0.
    #[error("LEFT, whose values are the gains, has values below 0")]
    NegativeGain,
    /// Gains of 0 alone.
    #[error("no value of LEFT, whose values are the gains, is above 0")]
    NoGain,
    /// Without k groups a list has no such head.
    #[error("a list is shorter than k")]
    TooShort,
}

/// A figure, or why there is none.
pub type Known = Result<f64, Absence>;

/// How many groups there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GroupCounts {
    /// On the left.
    pub left: usize,
    /// On the right.
    pub right: usize,
    /// On both sides.
    pub both: usize,
}

/// What the order of one side is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideTies {
    /// Groups that share their value with another of the same side.
    pub groups: usize,
    /// Whether the head leaves out a value that equals its last.
    pub at_cut: bool,
}

/// Every figure of two sides. Those over all groups (`kendall_tau_b`, `weighted_tau`,
/// `spearman`, `mean_rank_displacement`) take the groups on both sides; those of lists
/// take each side's own whole list. Ties go by key where a list has to be put in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How many groups there are.
    pub groups: GroupCounts,
    /// Places in left of the groups that right lacks.
    pub only_left: Vec<usize>,
    /// Places in right of the groups that left lacks.
    pub only_right: Vec<usize>,
    /// Ties on the left.
    pub left_ties: SideTies,
    /// Ties on the right.
    pub right_ties: SideTies,
    /// Kendall τ-b.
    pub kendall_tau_b: Known,
    /// Weighted τ, by left's order.
    pub weighted_tau: Known,
    /// Spearman's ρ.
    pub spearman: Known,
    /// Overlap of the heads.
    pub overlap_at_k: Known,
    /// Jaccard of the heads.
    pub jaccard_at_k: Known,
    /// Extrapolated rank-biased overlap.
    pub rbo: Known,
    /// NDCG of right's head by left's values; what left lacks gains 0.
    pub ndcg_at_k: Known,
    /// Mean |rank displacement|.
    pub mean_rank_displacement: Known,
    /// 1 where the first groups differ, else 0.
    pub top1_flip: Known,
}

impl Comparison {
    /// Compares two sides by lists of `k` and by RBO of `rbo_p` (strictly between 0 and 1).
    ///
    /// # Panics
    /// If a side has not one value a group, or `rbo_p` is out of range.
    pub fn new(left: ComparedSide<'_>, right: ComparedSide<'_>, k: usize, rbo_p: f64) -> Self {
        for side in [left, right] {
            assert_eq!(side.groups.len(), side.values.len(), "a value for every group");
        }
        let joined = Joined::of(left, right);
        let (left_ranking, right_ranking) =
            (RankOrder::new(left.values), RankOrder::new(right.values));
        let list = |ranking: &RankOrder, places: &[u32]| -> Vec<u32> {
            ranking.order().iter().map(|&at| places[at as usize]).collect()
        };
        let left_list = list(&left_ranking, &joined.left_places);
        let right_list = list(&right_ranking, &joined.right_places);

        let (a, b) = (&joined.left_values, &joined.right_values);
        let (a_ranking, b_ranking) = (RankOrder::new(a), RankOrder::new(b));
        let tied = |values: &[f64]| values.windows(2).all(|pair| pair[0] == pair[1]);
        let absence = match a.len() {
            0 | 1 => Absence::FewerThanTwo,
            _ if tied(a) => Absence::LeftTied,
            _ => Absence::RightTied,
        };
        let over_all = |figure: Option<f64>| figure.ok_or(absence);
        let of_heads = |figure: Option<f64>| figure.ok_or(Absence::TooShort);

        let mut gains = vec![0.0; joined.union];
        for (&place, &value) in joined.left_places.iter().zip(left.values) {
            gains[place as usize] = value;
        }
        let no_gains = match left.values.iter().any(|&value| value < 0.0) {
            true => Absence::NegativeGain,
            false if k == 0 => Absence::TooShort,
            false => Absence::NoGain,
        };
        Self {
            groups: GroupCounts {
                left: left.groups.len(),
                right: right.groups.len(),
                both: a.len(),
            },
            kendall_tau_b: over_all(kendall_tau_b(a, b)),
            weighted_tau: over_all(a_ranking.weighted_tau(&b_ranking, &mut CountTree::default())),
            spearman: over_all(a_ranking.spearman(&b_ranking)),
            mean_rank_displacement: over_all(a_ranking.mean_displacement(&b_ranking)),
            overlap_at_k: of_heads(overlap_at_k(&left_list, &right_list, k)),
            jaccard_at_k: of_heads(jaccard_at_k(&left_list, &right_list, k)),
            rbo: of_heads(rbo(&left_list, &right_list, rbo_p, &mut Vec::new())),
            ndcg_at_k: Ndcg::new(&gains, k).map(|ndcg| ndcg.of(&right_list)).ok_or(no_gains),
            top1_flip: of_heads(
                top1_flip(&left_list, &right_list).map(|flips| f64::from(u8::from(flips))),
            ),
            left_ties: SideTies { groups: left_ranking.tied(), at_cut: left_ranking.cuts_a_tie(k) },
            right_ties: SideTies {
                groups: right_ranking.tied(),
                at_cut: right_ranking.cuts_a_tie(k),
            },
            only_left: joined.only_left,
            only_right: joined.only_right,
        }
    }
}

/// Both sides' groups as one list in key order.
#[derive(Debug, Default)]
struct Joined {
    union: usize,
    /// For each group of the left, its place in the union.
    left_places: Vec<u32>,
    right_places: Vec<u32>,
    /// Values of the groups on both sides, in key order.
    left_values: Vec<f64>,
    right_values: Vec<f64>,
    only_left: Vec<usize>,
    only_right: Vec<usize>,
}

impl Joined {
    fn of(left: ComparedSide<'_>, right: ComparedSide<'_>) -> Self {
        let mut joined = Self::default();
        let (mut l, mut r) = (0, 0);
        while l < left.groups.len() || r < right.groups.len() {
            let order = match (left.groups.get(l), right.groups.get(r)) {
                (Some(a), Some(b)) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            match order {
                Ordering::Less => joined.only_left.push(l),
                Ordering::Greater => joined.only_right.push(r),
                Ordering::Equal => {
                    joined.left_values.push(left.values[l]);
                    joined.right_values.push(right.values[r]);
                }
            }
            if order != Ordering::Greater {
                joined.left_places.push(joined.union as u32);
                l += 1;
            }
            if order != Ordering::Less {
                joined.right_places.push(joined.union as u32);
                r += 1;
            }
            joined.union += 1;
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compare(left: &[(&str, f64)], right: &[(&str, f64)], k: usize) -> Comparison {
        let split = |rows: &[(&str, f64)]| -> (Vec<String>, Vec<f64>) {
            rows.iter().map(|&(group, value)| (group.to_owned(), value)).unzip()
        };
        let ((a, x), (b, y)) = (split(left), split(right));
        Comparison::new(
            ComparedSide { groups: &a, values: &x },
            ComparedSide { groups: &b, values: &y },
            k,
            0.9,
        )
    }

    #[test]
    fn groups_on_one_side_stay_in_its_list_only() {
        // Left: d c b a; right: c x a b.
        let left = [("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 4.0)];
        let right = [("a", 2.0), ("b", 1.0), ("c", 9.0), ("x", 5.0)];
        let found = compare(&left, &right, 2);
        assert_eq!(found.groups, GroupCounts { left: 4, right: 4, both: 3 });
        assert_eq!((found.only_left, found.only_right), (vec![3], vec![3]));
        // On both: c b a and c a b.
        assert!((found.kendall_tau_b.unwrap() - 1.0 / 3.0).abs() < 1e-15);
        assert!((found.mean_rank_displacement.unwrap() - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!(
            (found.overlap_at_k, found.jaccard_at_k, found.top1_flip),
            (Ok(0.5), Ok(1.0 / 3.0), Ok(1.0))
        );
        // c gains 3, x nothing; at best 4 and 3.
        let wanted = 3.0 / (4.0 + 3.0 / 3f64.log2());
        assert!((found.ndcg_at_k.unwrap() - wanted).abs() < 1e-15);
    }

    #[test]
    fn what_does_not_exist_has_its_reason() {
        let one = compare(&[("a", 1.0)], &[("a", 5.0)], 1);
        assert_eq!(one.kendall_tau_b, Err(Absence::FewerThanTwo));
        assert_eq!(
            (one.rbo, one.mean_rank_displacement, one.top1_flip),
            (Ok(1.0), Ok(0.0), Ok(0.0))
        );
        let flat = compare(&[("a", 1.0), ("b", 1.0)], &[("a", 5.0), ("b", 6.0)], 1);
        assert_eq!(
            (flat.spearman, flat.left_ties),
            (Err(Absence::LeftTied), SideTies { groups: 2, at_cut: true })
        );
        let flat = compare(&[("a", 1.0), ("b", -1.0)], &[("a", 5.0), ("b", 5.0)], 1);
        assert_eq!(
            (flat.weighted_tau, flat.ndcg_at_k),
            (Err(Absence::RightTied), Err(Absence::NegativeGain))
        );
        let none = compare(&[("a", 0.0), ("b", 0.0)], &[("a", 5.0), ("b", 5.0)], 1);
        assert_eq!(none.ndcg_at_k, Err(Absence::NoGain));
        let apart = compare(&[("a", 1.0)], &[("b", 1.0)], 1);
        assert_eq!(
            (apart.groups.both, apart.mean_rank_displacement),
            (0, Err(Absence::FewerThanTwo))
        );
        assert_eq!((apart.rbo, apart.overlap_at_k), (Ok(0.0), Ok(0.0)));
    }

    proptest! {
        #[test]
        fn a_side_agrees_with_itself(values in prop::collection::vec(0u8..20, 1..40), k in 1usize..40) {
            let groups: Vec<String> = (0..values.len()).map(|at| format!("{at:03}")).collect();
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let side = ComparedSide { groups: &groups, values: &values };
            let found = Comparison::new(side, side, k.min(values.len()), 0.9);
            for figure in [found.kendall_tau_b, found.weighted_tau, found.spearman, found.ndcg_at_k] {
                prop_assert!(figure.map_or(true, |value| (value - 1.0).abs() < 1e-12));
            }
            prop_assert!((found.rbo.unwrap() - 1.0).abs() < 1e-12);
            prop_assert_eq!((found.overlap_at_k, found.jaccard_at_k), (Ok(1.0), Ok(1.0)));
            prop_assert_eq!((found.mean_rank_displacement, found.top1_flip), (Ok(0.0), Ok(0.0)));
            prop_assert!(found.only_left.is_empty() && found.only_right.is_empty());
        }
    }
}
