//! Every drift figure of a noised list against a true order that is prepared once: one
//! sort of the noised values serves any number of true orders.

use super::by_metric::{ByMetric, Metric};
use super::place_set::PlaceSet;
use super::sorted::{SortDirection, Sorted};
use super::weight::{RBO_DEPTH, RBO_P, discount};

/// How far a noised list has drifted from a true one, by the metrics of orders. `None` where
/// a figure does not exist: fewer than two groups, all values tied on one side, or no gain to
/// lose; and for every metric of sums.
pub type Drift = ByMetric<Option<f64>>;

/// A noised list in order, and the buffers that a thread keeps between lists.
#[derive(Debug, Clone, Default)]
pub struct Noised {
    sorted: Sorted,
    /// The end of the run of ties that each place of the order belongs to, runs in turn.
    runs: Vec<u32>,
    /// Pairs tied.
    ties: f64,
    /// Σ (t³ − t) over runs of t ties.
    cubes: f64,
    set: PlaceSet,
    tied: Vec<u32>,
}

impl Noised {
    /// Sorts `values` (finite), largest first, ties by index.
    pub fn sort(&mut self, values: &[f64]) {
        let value = |place: usize| values[place];
        self.sorted.sort(values.len(), SortDirection::Falling, value);
        self.runs.clear();
        (self.ties, self.cubes) = (0.0, 0.0);
        let mut first = 0;
        while first < values.len() {
            let end = self.sorted.end_of_ties(first, value);
            let t = (end - first) as f64;
            self.ties += 0.5 * t * (t - 1.0);
            self.cubes += t * (t * t - 1.0);
            self.runs.push(end as u32);
            first = end;
        }
    }

    /// The group at each place of the order, largest first.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        (0..self.sorted.len()).map(|at| self.sorted.place(at))
    }
}

/// What a group is in the true order.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// Place by true value, smallest first.
    place: u32,
    /// The places of its equals.
    class: (u32, u32),
    /// 1/(r + 1).
    weight: f64,
    /// Mid-rank less the mean of all ranks, largest value first.
    rank: f64,
}

/// A true order, prepared for many comparisons.
#[derive(Debug, Clone)]
pub struct TrueOrder {
    /// By group index.
    standing: Vec<Standing>,
    /// Groups by true value, largest first, ties by index.
    falling: Vec<u32>,
    gains: Vec<f64>,
    /// Rank from 0 of each group in `falling`.
    ranks: Vec<u32>,
    /// 1/log₂(r + 2) for ranks r below k.
    discounts: Vec<f64>,
    ideal: f64,
    /// n₀ − n₁.
    untied: f64,
    /// Σ weights of pairs not tied.
    untied_weight: f64,
    /// Σ of squared centred ranks.
    spread: f64,
    /// What RBO gives an overlap at each depth, from 1: (1 − p)/p · p^d/d.
    depths: Vec<f64>,
}

impl TrueOrder {
    /// Prepares the order of `values` (finite) with top lists of `k`, cut at their number.
    pub fn new(values: &[f64], k: usize) -> Self {
        let n = values.len();
        let mut sorted = Sorted::default();
        sorted.sort(n, SortDirection::Falling, |place| values[place]);
        let falling: Vec<u32> = (0..n).map(|at| sorted.place(at) as u32).collect();
        let mut ranks = vec![0; n];
        let blank = Standing { place: 0, class: (0, 0), weight: 0.0, rank: 0.0 };
        let mut standing = vec![blank; n];
        let (mut untied, mut untied_weight, mut spread) = (0.0, 0.0, 0.0);
        let mut first = 0;
        while first < n {
            let end = sorted.end_of_ties(first, |place| values[place]);
            for (r, &group) in falling.iter().enumerate().take(end).skip(first) {
                ranks[group as usize] = r as u32;
                let others = (n - (end - first)) as f64;
                let weight = 1.0 / (r as f64 + 1.0);
                let rank = 0.5 * (first + end) as f64 - 0.5 * n as f64;
                standing[group as usize] = Standing {
                    place: (n - 1 - r) as u32,
                    class: ((n - end) as u32, (n - first) as u32),
                    weight,
                    rank,
                };
                untied += 0.5 * others;
                untied_weight += weight * others;
                spread += rank * rank;
            }
            first = end;
        }
        let discounts: Vec<f64> = (0..k.min(n)).map(discount).collect();
        let ideal = falling
            .iter()
            .zip(&discounts)
            .map(|(&group, discount)| values[group as usize] * discount)
            .sum();
        let depths = (1..=n.min(RBO_DEPTH))
            .map(|d| (1.0 - RBO_P) / RBO_P * RBO_P.powi(d as i32) / d as f64)
            .collect();
        let gains = values.to_vec();
        Self {
            standing,
            falling,
            gains,
            ranks,
            discounts,
            ideal,
            untied,
            untied_weight,
            spread,
            depths,
        }
    }

    /// The first `k` groups of the true order, largest first, ties by index.
    pub fn top(&self, k: usize) -> &[u32] {
        &self.falling[..k.min(self.falling.len())]
    }

    /// The figures of a noised list of the same groups.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn drift(&self, noised: &mut Noised) -> Drift {
        let n = self.standing.len();
        assert_eq!(n, noised.sorted.len(), "two values for every group");
        if n == 0 {
            let mut none = Drift::default();
            (none[Metric::Rbo], none[Metric::Overlap]) = (Some(1.0), Some(1.0));
            none[Metric::Top1Flip] = Some(0.0);
            return none;
        }
        let (balance, weighted, ranks) = self.signs(noised);
        let pairs = 0.5 * n as f64 * (n as f64 - 1.0);
        let agreement = |balance: f64, left: f64, right: f64| {
            (left > 0.0 && right > 0.0)
                .then(|| (balance / (left.sqrt() * right.sqrt())).clamp(-1.0, 1.0))
        };
        let spread = ((n as f64).powi(3) - n as f64 - noised.cubes) / 12.0;
        let top = self.discounts.len();
        let inside =
            noised.groups().take(top).filter(|&group| (self.ranks[group] as usize) < top).count();
        let gained: f64 =
            noised.groups().zip(&self.discounts).map(|(group, d)| self.gains[group] * d).sum();
        let flips = noised.groups().next() != self.falling.first().map(|&group| group as usize);
        let mut drift = Drift::default();
        drift[Metric::TauB] = agreement(0.5 * balance, self.untied, pairs - noised.ties);
        drift[Metric::WeightedTau] = agreement(weighted.0, self.untied_weight, weighted.1);
        drift[Metric::Spearman] = agreement(ranks, self.spread, spread);
        drift[Metric::Overlap] = Some(inside as f64 / top.max(1) as f64);
        drift[Metric::Ndcg] = (self.ideal > 0.0).then(|| gained / self.ideal);
        drift[Metric::Rbo] = Some(self.rbo(noised));
        drift[Metric::Top1Flip] = Some(f64::from(u8::from(flips)));
        drift
    }

    /// Σ Aᵢ, (Σ wᵢAᵢ, Σ wᵢ·(groups not tied with i)) and Σ of products of centred ranks,
    /// where Aᵢ = Σⱼ sgn(xᵢ − xⱼ)·sgn(yᵢ − yⱼ), from what stands above i on both sides.
    fn signs(&self, noised: &mut Noised) -> (f64, (f64, f64), f64) {
        let n = self.standing.len();
        let Noised { sorted, runs, set, tied, .. } = noised;
        set.clear(n);
        let (mut balance, mut weighted, mut untied, mut ranks) = (0i64, 0.0, 0.0, 0.0);
        let mut first = 0;
        for &end in runs.iter() {
            let end = end as usize;
            let others = (n - (end - first)) as f64;
            let rank = 0.5 * (first + end) as f64 - 0.5 * n as f64;
            if end - first > 1 {
                tied.clear();
                tied.extend((first..end).map(|at| self.standing[sorted.place(at)].place));
                tied.sort_unstable();
            }
            for at in first..end {
                let group = &self.standing[sorted.place(at)];
                let (low, high) = (group.class.0 as usize, group.class.1 as usize);
                // Above in both orders, less above here and below there.
                let agree = set.set_from(high) as i64;
                let differ = first as i64 - set.set_from(low) as i64;
                let mut sign = 2 * (agree - differ) + low as i64 - (n - high) as i64;
                if end - first > 1 {
                    let below = tied.partition_point(|&place| (place as usize) < low) as i64;
                    let above = (tied.len()
                        - tied.partition_point(|&place| (place as usize) < high))
                        as i64;
                    sign -= below - above;
                }
                balance += sign;
                weighted += group.weight * sign as f64;
                untied += group.weight * others;
                ranks += group.rank * rank;
            }
            for at in first..end {
                set.set(self.standing[sorted.place(at)].place as usize);
            }
            first = end;
        }
        (balance as f64, (weighted, untied), ranks)
    }

    fn rbo(&self, noised: &Noised) -> f64 {
        let depth = self.depths.len();
        // Both lists hold a group from the larger of its two ranks on.
        let mut joins = [0u32; RBO_DEPTH];
        for (s, group) in noised.groups().take(depth).enumerate() {
            let later = s.max(self.ranks[group] as usize);
            if later < depth {
                joins[later] += 1;
            }
        }
        let (mut shared, mut sum) = (0u32, 0.0);
        for (join, weight) in joins.iter().zip(&self.depths) {
            shared += join;
            sum += f64::from(shared) * weight;
        }
        sum + f64::from(shared) / depth as f64 * RBO_P.powi(depth as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every figure by its definition.
    fn naive(x: &[f64], y: &[f64], k: usize) -> Drift {
        let n = x.len();
        let order = |v: &[f64]| {
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| v[b].total_cmp(&v[a]).then(a.cmp(&b)));
            order
        };
        let (true_order, noised_order) = (order(x), order(y));
        let rank = |i: usize| true_order.iter().position(|&g| g == i).unwrap() as f64;
        let sign = |a: f64, b: f64| f64::from(i8::from(a > b) - i8::from(a < b));
        let (mut s, mut w) = ([0.0; 3], [0.0; 3]);
        for i in 0..n {
            for j in 0..i {
                let (a, b) = (sign(x[i], x[j]), sign(y[i], y[j]));
                let weight = 1.0 / (rank(i) + 1.0) + 1.0 / (rank(j) + 1.0);
                for (at, product) in [a * b, a * a, b * b].into_iter().enumerate() {
                    s[at] += product;
                    w[at] += weight * product;
                }
            }
        }
        let ratio =
            |s: [f64; 3]| (s[1] > 0.0 && s[2] > 0.0).then(|| s[0] / (s[1].sqrt() * s[2].sqrt()));
        let mid = |v: &[f64], i: usize| {
            v.iter().filter(|&&o| o > v[i]).count() as f64
                + 0.5 * v.iter().filter(|&&o| o == v[i]).count() as f64
        };
        let centre = 0.5 * n as f64;
        let mut r = [0.0; 3];
        for i in 0..n {
            let (a, b) = (mid(x, i) - centre, mid(y, i) - centre);
            r = [r[0] + a * b, r[1] + a * a, r[2] + b * b];
        }
        let dcg = |order: &[usize]| {
            order.iter().take(k).enumerate().map(|(r, &g)| x[g] * discount(r)).sum::<f64>()
        };
        let ideal = dcg(&true_order);
        let shared = |d: usize| {
            true_order[..d].iter().filter(|g| noised_order[..d].contains(g)).count() as f64
        };
        let depth = n.min(RBO_DEPTH);
        let sum: f64 = (1..=depth).map(|d| shared(d) / d as f64 * RBO_P.powi(d as i32)).sum();
        let flips = true_order[0] != noised_order[0];
        let rbo =
            (1.0 - RBO_P) / RBO_P * sum + shared(depth) / depth as f64 * RBO_P.powi(depth as i32);
        ByMetric::each(|metric| match metric {
            Metric::TauB => ratio(s),
            Metric::WeightedTau => ratio(w),
            Metric::Spearman => ratio(r),
            Metric::Overlap => Some(shared(k) / k as f64),
            Metric::Ndcg => (ideal > 0.0).then(|| dcg(&noised_order) / ideal),
            Metric::Rbo => Some(rbo),
            Metric::Top1Flip => Some(f64::from(u8::from(flips))),
            _ => None,
        })
    }

    fn same(a: Drift, b: Drift) -> bool {
        Metric::ALL.into_iter().all(|metric| match (a[metric], b[metric]) {
            (Some(x), Some(y)) => (x - y).abs() < 1e-12,
            (x, y) => x == y,
        })
    }

    fn drift(x: &[f64], y: &[f64], k: usize) -> Drift {
        let mut noised = Noised::default();
        noised.sort(y);
        TrueOrder::new(x, k).drift(&mut noised)
    }

    proptest! {
        #[test]
        fn figures_equal_their_definitions(
            pairs in prop::collection::vec((0u8..30, -20i8..30, -1e3..1e3f64), 1..90),
            k in 1usize..12,
        ) {
            let x: Vec<f64> = pairs.iter().map(|p| f64::from(p.0)).collect();
            let tied: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
            let wide: Vec<f64> = pairs.iter().map(|p| p.2).collect();
            let k = k.min(x.len());
            for y in [&tied, &wide, &x] {
                let (found, wanted) = (drift(&x, y, k), naive(&x, y, k));
                prop_assert!(same(found, wanted), "{found:?} {wanted:?}");
            }
        }

        /// A constant on all values, or huge ones, changes nothing but the gains.
        #[test]
        fn a_shift_changes_no_order(x in prop::collection::vec(0u8..30, 1..60), by in 0i64..1_000_000_000_000) {
            let plain: Vec<f64> = x.iter().map(|&v| f64::from(v)).collect();
            let shifted: Vec<f64> = x.iter().map(|&v| f64::from(v) + by as f64).collect();
            let y: Vec<f64> = x.iter().enumerate().map(|(i, &v)| f64::from(v) + (i * 7 % 5) as f64).collect();
            let (mut a, mut b) = (drift(&plain, &y, 1), drift(&shifted, &y, 1));
            (a[Metric::Ndcg], b[Metric::Ndcg]) = (None, None);
            prop_assert_eq!(a, b);
        }
    }

    #[test]
    fn long_lists_and_their_definitions() {
        let x: Vec<f64> = (0..700u32).map(|i| f64::from(2_000 / (1 + i))).collect();
        for (spread, whole) in [(5.0, false), (5.0, true), (300.0, true)] {
            let noise = |i: usize| spread * (libm::sin(i as f64 * 12.9898) * 43_758.545_3).fract();
            let y: Vec<f64> = (0..700)
                .map(|i| x[i] + noise(i))
                .map(|y| if whole { y.round() } else { y })
                .collect();
            assert!(same(drift(&x, &y, 10), naive(&x, &y, 10)), "{spread} {whole}");
        }
    }

    #[test]
    fn figures_that_do_not_exist_are_none() {
        use Metric::{Ndcg, Overlap, Rbo, Spearman, TauB, Top1Flip, WeightedTau};
        let one = drift(&[3.0], &[9.0], 1);
        assert_eq!([TauB, WeightedTau, Spearman].map(|m| one[m]), [None; 3]);
        assert_eq!([Overlap, Rbo, Ndcg].map(|m| one[m]), [Some(1.0); 3]);
        assert_eq!(one[Top1Flip], Some(0.0));
        let level = drift(&[0.0; 5], &[3.0, 1.0, 2.0, 5.0, 4.0], 2);
        assert_eq!([TauB, Spearman, Ndcg].map(|m| level[m]), [None; 3]);
        let same = drift(&[3.0, 1.0, 2.0], &[30.0, 10.0, 20.0], 3);
        for figure in [TauB, WeightedTau, Spearman, Rbo].map(|m| same[m]) {
            assert!((figure.unwrap() - 1.0).abs() < 1e-15);
        }
    }
}
