//! How far two orders of the same groups agree: weighted τ, Spearman's ρ, rank
//! displacement. Kendall τ-b is in `ranking`, the head of a list in `top_list`.
//!
//! Values stand in key order and are finite; equal values share a mid-rank.

/// The order of one list of values, largest first, prepared for comparisons; its buffers
/// are used again by [`RankOrder::set`].
#[derive(Debug, Clone, Default)]
pub struct RankOrder {
    entries: Vec<(u64, u32)>,
    order: Vec<u32>,
    /// For each index, how many values are larger.
    above: Vec<u32>,
    /// For each index, how many values are larger or equal.
    through: Vec<u32>,
}

impl RankOrder {
    /// The order of `values`.
    pub fn new(values: &[f64]) -> Self {
        let mut ranking = Self::default();
        ranking.set(values);
        ranking
    }

    /// Takes on the order of other values.
    pub fn set(&mut self, values: &[f64]) {
        let Self { entries, order, above, through } = self;
        entries.clear();
        entries
            .extend(values.iter().zip(0u32..).map(|(&value, index)| (falling_key(value), index)));
        entries.sort_unstable();
        order.clear();
        order.extend(entries.iter().map(|&(_, index)| index));
        for places in [&mut *above, &mut *through] {
            places.clear();
            places.resize(values.len(), 0);
        }
        let mut start = 0;
        for tied in entries.chunk_by(|a, b| a.0 == b.0) {
            let end = start + tied.len();
            for &(_, index) in tied {
                above[index as usize] = start as u32;
                through[index as usize] = end as u32;
            }
            start = end;
        }
    }

    /// Indices by value, largest first, ties by index.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The mean of the ranks, from 1, that the values equal to this one take.
    pub fn mid_rank(&self, index: usize) -> f64 {
        self.twice_rank(index) as f64 / 2.0
    }

    /// How many groups share their value with another.
    pub fn tied(&self) -> usize {
        self.above.iter().zip(&self.through).filter(|&(above, through)| through - above > 1).count()
    }

    /// Whether a list of the first `k` leaves out a value that equals its last.
    pub fn cuts_a_tie(&self, k: usize) -> bool {
        k > 0 && k < self.len() && self.through[self.order[k - 1] as usize] as usize > k
    }

    /// Spearman's rank correlation (Spearman 1904) of mid-ranks; `None` where either side
    /// is all ties, or shorter than 2.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn spearman(&self, other: &Self) -> Option<f64> {
        self.assert_as_long_as(other);
        // Twice the distances from the mean rank are whole: the sums are exact.
        let middle = self.len() as i64 + 1;
        let (mut product, mut left, mut right) = (0i128, 0i128, 0i128);
        for index in 0..self.len() {
            let (a, b) = (self.twice_rank(index) - middle, other.twice_rank(index) - middle);
            product += i128::from(a * b);
            left += i128::from(a * a);
            right += i128::from(b * b);
        }
        (left > 0 && right > 0).then(|| {
            (product as f64 / ((left as f64).sqrt() * (right as f64).sqrt())).clamp(-1.0, 1.0)
        })
    }

    /// The mean of |mid-rank here − mid-rank there|; `None` without a group.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn mean_displacement(&self, other: &Self) -> Option<f64> {
        self.assert_as_long_as(other);
        let twice: i64 = (0..self.len())
            .map(|index| (self.twice_rank(index) - other.twice_rank(index)).abs())
            .sum();
        (!self.is_empty()).then(|| twice as f64 / (2.0 * self.len() as f64))
    }

    /// Weighted τ (Vigna 2015, additive): a pair weighs 1/(r+1) + 1/(s+1), with r and s
    /// its places from 0 in this order (not in the other), so that the head counts most.
    /// Σ w·sgn·sgn over the pairs, divided by the root of the weights of the pairs not
    /// tied here times that of those not tied there. `None` where either side is all
    /// ties, or shorter than 2.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn weighted_tau(&self, other: &Self, tree: &mut CountTree) -> Option<f64> {
        self.assert_as_long_as(other);
        let n = self.len();
        tree.clear(n);
        let (mut product, mut left, mut right) = (0.0, 0.0, 0.0);
        let mut start = 0;
        while start < n {
            let end = self.through[self.order[start] as usize] as usize;
            let tied = &self.order[start..end];
            // What of the larger values here is larger or smaller there, then also of the
            // equal ones.
            tree.among_larger.clear();
            for &index in tied {
                let counts = tree.around(other, index, start);
                tree.among_larger.push(counts);
            }
            for &index in tied {
                tree.add(other.above[index as usize]);
            }
            for (at, &index) in tied.iter().enumerate() {
                let (larger, smaller) = tree.among_larger[at];
                // One that is alone has equals only in itself.
                let (larger_so_far, smaller_so_far) = if tied.len() == 1 {
                    (larger, smaller)
                } else {
                    tree.around(other, index, end)
                };
                let (above, through) = (other.above[index as usize], other.through[index as usize]);
                let below = n as i64 - i64::from(through);
                // Agreeing pairs less disagreeing ones, of this group with all others.
                let balance = larger - smaller + (below - smaller_so_far)
                    - (i64::from(above) - larger_so_far);
                let weight = 1.0 / (start + at + 1) as f64;
                product += weight * balance as f64;
                left += weight * (n - tied.len()) as f64;
                right += weight * (n as i64 - i64::from(through - above)) as f64;
            }
            start = end;
        }
        (left > 0.0 && right > 0.0)
            .then(|| (product / (left.sqrt() * right.sqrt())).clamp(-1.0, 1.0))
    }

    fn twice_rank(&self, index: usize) -> i64 {
        i64::from(self.above[index]) + i64::from(self.through[index]) + 1
    }

    fn assert_as_long_as(&self, other: &Self) {
        assert_eq!(self.len(), other.len(), "two values for every group");
    }
}

/// Counts below a place, kept up to date as places are added (Fenwick 1994); a thread
/// keeps one between comparisons.
#[derive(Debug, Clone, Default)]
pub struct CountTree {
    counts: Vec<u32>,
    among_larger: Vec<(i64, i64)>,
}

impl CountTree {
    fn clear(&mut self, places: usize) {
        self.counts.clear();
        self.counts.resize(places + 1, 0);
    }

    fn add(&mut self, place: u32) {
        let mut at = place as usize + 1;
        while at < self.counts.len() {
            self.counts[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, place: u32) -> i64 {
        let (mut at, mut sum) = (place as usize, 0);
        while at > 0 {
            sum += i64::from(self.counts[at]);
            at &= at - 1;
        }
        sum
    }

    /// How many of the `added` places hold larger and smaller values than `index` does.
    fn around(&self, ranking: &RankOrder, index: u32, added: usize) -> (i64, i64) {
        let larger = self.below(ranking.above[index as usize]);
        (larger, added as i64 - self.below(ranking.through[index as usize]))
    }
}

/// Indices by value, largest first, ties by index.
pub fn rank_order(values: &[f64]) -> Vec<u32> {
    RankOrder::new(values).order
}

/// Spearman's ρ of two lists of values: [`RankOrder::spearman`].
///
/// # Panics
/// If the lists differ in length.
pub fn spearman(left: &[f64], right: &[f64]) -> Option<f64> {
    RankOrder::new(left).spearman(&RankOrder::new(right))
}

/// The mean rank displacement of two lists of values: [`RankOrder::mean_displacement`].
///
/// # Panics
/// If the lists differ in length.
pub fn mean_rank_displacement(left: &[f64], right: &[f64]) -> Option<f64> {
    RankOrder::new(left).mean_displacement(&RankOrder::new(right))
}

/// Weighted τ of two lists of values, weighed by the order of `left`:
/// [`RankOrder::weighted_tau`].
///
/// # Panics
/// If the lists differ in length.
pub fn weighted_tau(left: &[f64], right: &[f64]) -> Option<f64> {
    RankOrder::new(left).weighted_tau(&RankOrder::new(right), &mut CountTree::default())
}

/// A whole number that falls as the value rises, 0 and -0 alike.
fn falling_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    !(bits ^ (((bits as i64 >> 63) as u64) | 1 << 63))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metric::ranking::{kendall_tau_b, top_k};

    fn sign(a: f64, b: f64) -> f64 {
        f64::from(i8::from(a > b) - i8::from(a < b))
    }

    /// Mid-ranks by their definition.
    fn mid_ranks(values: &[f64]) -> Vec<f64> {
        let count =
            |holds: &dyn Fn(f64) -> bool| values.iter().filter(|&&v| holds(v)).count() as f64;
        values.iter().map(|&a| count(&|v| v > a) + (count(&|v| v == a) + 1.0) / 2.0).collect()
    }

    /// Weighted τ pair by pair.
    fn weighted_by_pairs(a: &[f64], b: &[f64]) -> Option<f64> {
        let place = |i: usize| {
            (0..a.len()).filter(|&j| a[j] > a[i] || (a[j] == a[i] && j < i)).count() as f64
        };
        let (mut product, mut left, mut right) = (0.0, 0.0, 0.0);
        for i in 0..a.len() {
            for j in 0..i {
                let weight = 1.0 / (place(i) + 1.0) + 1.0 / (place(j) + 1.0);
                let (s, t) = (sign(a[i], a[j]), sign(b[i], b[j]));
                product += weight * s * t;
                left += weight * s * s;
                right += weight * t * t;
            }
        }
        (left > 0.0 && right > 0.0).then(|| product / (left * right).sqrt())
    }

    /// Pearson's correlation of mid-ranks.
    fn spearman_by_definition(a: &[f64], b: &[f64]) -> Option<f64> {
        let (a, b) = (mid_ranks(a), mid_ranks(b));
        let mean = (a.len() as f64 + 1.0) / 2.0;
        let moment = |x: &[f64], y: &[f64]| {
            x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>()
        };
        let (left, right) = (moment(&a, &a), moment(&b, &b));
        (left > 0.0 && right > 0.0).then(|| moment(&a, &b) / (left * right).sqrt())
    }

    fn close(a: Option<f64>, b: Option<f64>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-12,
            (a, b) => a == b,
        }
    }

    /// Two lists with ties in some, none in others, small and huge values.
    fn two_lists() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        let value =
            || prop_oneof![(-4i8..5).prop_map(f64::from), -1e12..1e12f64, Just(1e12), Just(-0.0)];
        prop::collection::vec((value(), value()), 0..60).prop_map(|pairs| pairs.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn each_equals_its_definition((a, b) in two_lists()) {
            prop_assert!(close(weighted_tau(&a, &b), weighted_by_pairs(&a, &b)));
            prop_assert!(close(spearman(&a, &b), spearman_by_definition(&a, &b)));
            let (left, right) = (mid_ranks(&a), mid_ranks(&b));
            let moved: f64 = left.iter().zip(&right).map(|(x, y)| (x - y).abs()).sum();
            let wanted = (!a.is_empty()).then(|| moved / a.len() as f64);
            prop_assert!(close(mean_rank_displacement(&a, &b), wanted));
            let ranking = RankOrder::new(&a);
            prop_assert!((0..a.len()).all(|i| ranking.mid_rank(i) == left[i]));
            prop_assert_eq!(ranking.order(), top_k(&a, a.len()));
        }

        #[test]
        fn bounds_symmetry_and_identity((a, b) in two_lists()) {
            prop_assert_eq!(spearman(&a, &b), spearman(&b, &a));
            prop_assert_eq!(mean_rank_displacement(&a, &b), mean_rank_displacement(&b, &a));
            for found in [weighted_tau(&a, &b), spearman(&a, &b)].into_iter().flatten() {
                prop_assert!((-1.0..=1.0).contains(&found));
            }
            for found in [weighted_tau(&a, &a), spearman(&a, &a)].into_iter().flatten() {
                prop_assert!((found - 1.0).abs() < 1e-12);
            }
            prop_assert!(mean_rank_displacement(&a, &a).is_none_or(|moved| moved == 0.0));
            prop_assert_eq!(weighted_tau(&a, &b).is_some(), kendall_tau_b(&a, &b).is_some());
            let turned: Vec<f64> = b.iter().map(|v| -v).collect();
            let opposite = weighted_tau(&a, &turned).map(|tau| -tau);
            prop_assert!(close(weighted_tau(&a, &b), opposite));
            let opposite = spearman(&a, &turned).map(|rho| -rho);
            prop_assert!(close(spearman(&a, &b), opposite));
        }

        #[test]
        fn only_the_order_counts(pairs in prop::collection::vec((-50i32..50, -50i32..50), 0..60), shift in -1000i32..1000) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().map(|p| (f64::from(p.0), f64::from(p.1))).unzip();
            let moved: Vec<f64> = b.iter().map(|v| 3.0 * (v + f64::from(shift))).collect();
            prop_assert_eq!(weighted_tau(&a, &b), weighted_tau(&a, &moved));
            prop_assert_eq!(spearman(&a, &b), spearman(&a, &moved));
            prop_assert_eq!(mean_rank_displacement(&a, &b), mean_rank_displacement(&a, &moved));
        }

        #[test]
        fn the_order_of_keys_matters_only_for_ties(b in prop::collection::vec(-1e3..1e3f64, 0..40), seed in any::<u32>()) {
            // Left has no ties, so that no key breaks one.
            let a: Vec<f64> = (0..b.len() as u64).map(|i| (i * u64::from(seed) % 1009) as f64 + i as f64 / 1e3).collect();
            let turn = |values: &[f64]| values.iter().rev().copied().collect::<Vec<f64>>();
            let (ta, tb) = (turn(&a), turn(&b));
            prop_assert!(close(weighted_tau(&a, &b), weighted_tau(&ta, &tb)));
            prop_assert_eq!(spearman(&a, &b), spearman(&ta, &tb));
            prop_assert_eq!(mean_rank_displacement(&a, &b), mean_rank_displacement(&ta, &tb));
        }

        #[test]
        fn buffers_used_again_change_nothing(first in two_lists(), second in two_lists()) {
            let (mut left, mut right) = (RankOrder::default(), RankOrder::default());
            let mut tree = CountTree::default();
            for (a, b) in [&first, &second, &first] {
                left.set(a);
                right.set(b);
                prop_assert_eq!(left.weighted_tau(&right, &mut tree), weighted_tau(a, b));
            }
        }
    }

    #[test]
    fn short_lists_and_all_ties() {
        for n in [0, 1, 2, 5] {
            let same = vec![7.0; n];
            let rising: Vec<f64> = (0..n).map(|i| i as f64).collect();
            assert_eq!((weighted_tau(&same, &rising), spearman(&same, &rising)), (None, None));
            assert_eq!((weighted_tau(&rising, &same), spearman(&rising, &same)), (None, None));
            assert_eq!(mean_rank_displacement(&same, &same), (n > 0).then_some(0.0));
            let own = (n > 1).then_some(1.0);
            assert!(
                close(weighted_tau(&rising, &rising), own)
                    && close(spearman(&rising, &rising), own)
            );
        }
        assert_eq!(weighted_tau(&[1e12, 1e12 + 1.0], &[2.0, 1.0]), Some(-1.0));
        assert_eq!(mean_rank_displacement(&[2.0, 1.0], &[1.0, 2.0]), Some(1.0));
        assert!(rank_order(&[]).is_empty());
        assert_eq!(rank_order(&[0.0, 3.0, -0.0, 3.0]), [1, 3, 0, 2]);
    }

    #[test]
    fn ties_are_counted_and_cuts_through_them_seen() {
        let ranking = RankOrder::new(&[5.0, 9.0, 5.0, 1.0]);
        assert_eq!(ranking.tied(), 2);
        assert_eq!(
            [0, 1, 2, 3, 4, 9].map(|k| ranking.cuts_a_tie(k)),
            [false, false, true, false, false, false]
        );
    }
}
