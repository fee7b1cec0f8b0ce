//! The heads of two lists compared: overlap@k, Jaccard@k, RBO, NDCG@k, top-1 flip.
//!
//! A list holds indices of groups, best first, each once: `ranking::top_k` makes a short
//! one of values, `agreement::rank_order` a full one.

use super::weight::discount;

/// |A ∩ B| / k of two lists' first `k`; `None` where k is 0 or longer than either list.
pub fn overlap_at_k(left: &[u32], right: &[u32], k: usize) -> Option<f64> {
    let (left, right) = (left.get(..k)?, right.get(..k)?);
    (k > 0).then(|| shared(left, right) as f64 / k as f64)
}

/// |A ∩ B| / |A ∪ B| of two lists' first `k` (Jaccard 1901); `None` where k is 0 or longer
/// than either list.
pub fn jaccard_at_k(left: &[u32], right: &[u32], k: usize) -> Option<f64> {
    let (left, right) = (left.get(..k)?, right.get(..k)?);
    let both = shared(left, right);
    (k > 0).then(|| both as f64 / (2 * k - both) as f64)
}

/// Whether the lists begin with different groups; `None` where either is empty.
pub fn top1_flip(left: &[u32], right: &[u32]) -> Option<bool> {
    Some(left.first()? != right.first()?)
}

/// How many groups stand in both.
fn shared(left: &[u32], right: &[u32]) -> usize {
    // So few are found faster by looking at all.
    if right.len() <= 32 {
        return left.iter().filter(|index| right.contains(index)).count();
    }
    let mut sorted = right.to_vec();
    sorted.sort_unstable();
    left.iter().filter(|index| sorted.binary_search(index).is_ok()).count()
}

/// What is left of RBO beyond a depth where p^depth is this is lost to a double.
const NOTHING: f64 = 1.0 / (1u128 << 64) as f64;

/// How deep [`rbo`] looks with this p: lists cut there have the same RBO as whole ones.
pub fn rbo_depth(p: f64) -> usize {
    1 + (libm::log(NOTHING) / libm::log(p)).ceil() as usize
}

/// Extrapolated rank-biased overlap (Webber, Moffat, Zobel 2010, eq. 32), from 0 to 1,
/// also of lists of different lengths: at each depth the share of groups in both heads,
/// weighed by (1 − p)·p^(depth − 1). The first 1/(1 − p) places weigh most. `seen` is kept
/// between comparisons. `None` where a list is empty.
///
/// # Panics
/// If p does not lie strictly between 0 and 1.
pub fn rbo(left: &[u32], right: &[u32], p: f64, seen: &mut Vec<bool>) -> Option<f64> {
    assert!(p > 0.0 && p < 1.0, "p is a chance to look further");
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    if short.is_empty() {
        return None;
    }
    let most = long.len().min(rbo_depth(p));
    let largest = long[..most].iter().chain(&short[..short.len().min(most)]).max();
    let places = largest.map_or(0, |&index| index as usize + 1);
    if seen.len() < places {
        seen.resize(places, false);
    }
    let mut shared = 0u64;
    let mut find = |index: u32| shared_now(&mut seen[index as usize], &mut shared);
    let s = short.len() as f64;
    let (mut sum, mut power, mut shared_by_short) = (0.0, 1.0, 0.0);
    for depth in 1..=most {
        let mut overlap = find(long[depth - 1]);
        if let Some(&index) = short.get(depth - 1) {
            overlap = find(index);
            shared_by_short = overlap;
        }
        let d = depth as f64;
        // What the short list would show if it went on as it was.
        let beyond = if depth > short.len() { shared_by_short * (d - s) / (s * d) } else { 0.0 };
        sum += (1.0 - p) * power * (overlap / d + beyond);
        // Afresh now and then: a product of many rounds its way from the power.
        power = if depth % 64 == 0 { libm::pow(p, d) } else { power * p };
        if depth == long.len() {
            sum += power * ((overlap - shared_by_short) / d + shared_by_short / s);
        }
    }
    for &index in long[..most].iter().chain(&short[..short.len().min(most)]) {
        seen[index as usize] = false;
    }
    Some(sum.clamp(0.0, 1.0))
}

/// Marks a group as seen; the number of groups seen twice.
fn shared_now(seen: &mut bool, shared: &mut u64) -> f64 {
    *shared += u64::from(std::mem::replace(seen, true));
    *shared as f64
}

/// Normalised discounted cumulative gain of lists of at most k groups (Järvelin &
/// Kekäläinen 2002) with linear gains and the discount 1/log₂(r + 1), r from 1: the sum of
/// discounted gains divided by that of the k largest gains in falling order.
#[derive(Debug, Clone)]
pub struct Ndcg {
    gains: Vec<f64>,
    discounts: Vec<f64>,
    ideal: f64,
}

impl Ndcg {
    /// Prepares gains, one a group. `None` where a gain is negative (a share of the best
    /// then means nothing), where none is above 0, or where k is 0.
    pub fn new(gains: &[f64], k: usize) -> Option<Self> {
        let k = k.min(gains.len());
        let discounts: Vec<f64> = (0..k).map(discount).collect();
        let mut falling = gains.to_vec();
        falling.sort_unstable_by(|a, b| b.total_cmp(a));
        if falling.last().is_none_or(|&least| least < 0.0) {
            return None;
        }
        let ideal: f64 =
            falling.iter().zip(&discounts).map(|(gain, discount)| gain * discount).sum();
        (ideal > 0.0).then(|| Self { gains: gains.to_vec(), discounts, ideal })
    }

    /// NDCG of a list: its first k count, groups without a gain add 0.
    pub fn of(&self, list: &[u32]) -> f64 {
        let gain = |&index: &u32| self.gains.get(index as usize).copied().unwrap_or(0.0);
        let found: f64 =
            list.iter().zip(&self.discounts).map(|(index, discount)| gain(index) * discount).sum();
        (found / self.ideal).min(1.0)
    }
}

/// NDCG@k of the list of `values` under the gains of the same groups: [`Ndcg`]; ties by
/// index.
pub fn ndcg_at_k(gains: &[f64], values: &[f64], k: usize) -> Option<f64> {
    Some(Ndcg::new(gains, k)?.of(&super::ranking::top_k(values, k)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metric::agreement::rank_order;
    use crate::metric::ranking::top_k;

    fn rbo_once(left: &[u32], right: &[u32], p: f64) -> Option<f64> {
        rbo(left, right, p, &mut Vec::new())
    }

    /// Webber's formula with every overlap counted anew.
    fn rbo_by_formula(left: &[u32], right: &[u32], p: f64) -> Option<f64> {
        let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
        let (s, l) = (short.len(), long.len());
        let x =
            |d: usize| long[..d].iter().filter(|i| short[..d.min(s)].contains(i)).count() as f64;
        if s == 0 {
            return None;
        }
        let agreed: f64 = (1..=l).map(|d| x(d) / d as f64 * p.powi(d as i32)).sum();
        let beyond: f64 =
            (s + 1..=l).map(|d| x(s) * (d - s) as f64 / (s * d) as f64 * p.powi(d as i32)).sum();
        let last = ((x(l) - x(s)) / l as f64 + x(s) / s as f64) * p.powi(l as i32);
        Some((1.0 - p) / p * (agreed + beyond) + last)
    }

    /// Different indices in some order, some of them unknown to another such list.
    fn list() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0u32..50, 0..40).prop_map(|mut list| {
            let mut seen = std::collections::HashSet::new();
            list.retain(|&index| seen.insert(index));
            list
        })
    }

    fn close(a: Option<f64>, b: Option<f64>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-12,
            (a, b) => a == b,
        }
    }

    proptest! {
        #[test]
        fn rbo_is_its_formula_symmetric_and_in_bounds(a in list(), b in list(), p in 0.001..0.999f64) {
            let found = rbo_once(&a, &b, p);
            prop_assert!(close(found, rbo_by_formula(&a, &b, p)), "{:?} {:?}", found, rbo_by_formula(&a, &b, p));
            prop_assert_eq!(found, rbo_once(&b, &a, p));
            prop_assert!(found.is_none_or(|found| (0.0..=1.0).contains(&found)));
            prop_assert!(close(rbo_once(&a, &a, p), (!a.is_empty()).then_some(1.0)));
            let mut seen = Vec::new();
            prop_assert_eq!(rbo(&b, &a, p, &mut seen), rbo(&a, &b, p, &mut seen));
            prop_assert!(seen.iter().all(|seen| !seen));
        }

        #[test]
        fn overlap_and_jaccard_are_sets(a in list(), b in list(), k in 0usize..45) {
            let found = (overlap_at_k(&a, &b, k), jaccard_at_k(&a, &b, k));
            if k == 0 || k > a.len().min(b.len()) {
                prop_assert_eq!(found, (None, None));
            } else {
                let set = |list: &[u32]| list[..k].iter().copied().collect::<std::collections::BTreeSet<u32>>();
                let (both, any) = (set(&a).intersection(&set(&b)).count(), set(&a).union(&set(&b)).count());
                prop_assert_eq!(found.0, Some(both as f64 / k as f64));
                prop_assert_eq!(found.1, Some(both as f64 / any as f64));
                prop_assert_eq!(found, (overlap_at_k(&b, &a, k), jaccard_at_k(&b, &a, k)));
                prop_assert_eq!(overlap_at_k(&a, &a, k), Some(1.0));
                let o = found.0.unwrap();
                prop_assert!((found.1.unwrap() - o / (2.0 - o)).abs() < 1e-15);
            }
        }

        #[test]
        fn ndcg_is_a_share_of_the_best(
            pairs in prop::collection::vec((0u8..9, -5i8..5), 0..40), k in 0usize..45, shift in -9i8..9
        ) {
            let gains: Vec<f64> = pairs.iter().map(|p| f64::from(p.0)).collect();
            let values: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
            let found = ndcg_at_k(&gains, &values, k);
            let wanted = k > 0 && gains.iter().any(|&gain| gain > 0.0);
            prop_assert_eq!(found.is_some(), wanted);
            prop_assert!(found.is_none_or(|found| (0.0..=1.0).contains(&found)));
            prop_assert!(close(ndcg_at_k(&gains, &gains, k), wanted.then_some(1.0)));
            let shifted: Vec<f64> = values.iter().map(|v| v + f64::from(shift)).collect();
            prop_assert_eq!(found, ndcg_at_k(&gains, &shifted, k));
            let larger: Vec<f64> = gains.iter().map(|gain| 1e12 * gain).collect();
            prop_assert!(close(found, ndcg_at_k(&larger, &values, k)));
            // Term by term, as the definition has it.
            let dcg = |list: &[u32]| -> f64 {
                (1..).zip(list.iter().take(k)).map(|(r, &i)| gains[i as usize] / (f64::from(r) + 1.0).log2()).sum()
            };
            if let Some(found) = found {
                prop_assert!((found - dcg(&rank_order(&values)) / dcg(&rank_order(&gains))).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn what_lies_deep_changes_nothing() {
        // The same for 1,000 places, then turned around.
        let a: Vec<u32> = (0..5_000).collect();
        let mut b = a.clone();
        b[1_000..].reverse();
        let depth = rbo_depth(0.9);
        assert!(depth > 400 && depth < 450, "{depth}");
        assert_eq!(rbo_once(&a, &b, 0.9), rbo_once(&a[..depth], &b[..depth], 0.9));
        b[..1_000].reverse();
        assert_eq!(rbo_once(&a, &b, 0.9), rbo_once(&a[..depth], &b[..depth], 0.9));
        // The formula counts every overlap anew: short lists will do.
        let (a, b) = (&a[..600], &b[..600]);
        assert!(close(rbo_once(a, b, 0.999), rbo_by_formula(a, b, 0.999)));
        assert!(close(rbo_once(a, &b[..300], 0.995), rbo_by_formula(a, &b[..300], 0.995)));
    }

    #[test]
    fn no_list_and_no_gain_have_no_figure() {
        assert_eq!(rbo_once(&[], &[1], 0.9), None);
        assert_eq!((overlap_at_k(&[1], &[1], 2), jaccard_at_k(&[1], &[], 1)), (None, None));
        assert_eq!(
            (top1_flip(&[], &[1]), top1_flip(&[1, 2], &[1]), top1_flip(&[1], &[2])),
            (None, Some(false), Some(true))
        );
        assert_eq!(ndcg_at_k(&[0.0, 0.0], &[1.0, 2.0], 2), None);
        assert_eq!(ndcg_at_k(&[3.0, -1.0], &[1.0, 2.0], 1), None);
        assert_eq!(ndcg_at_k(&[], &[], 1), None);
        assert_eq!(Ndcg::new(&[1.0, 2.0], 1).unwrap().of(&[9]), 0.0);
        assert_eq!(top_k(&[1.0, 1.0], 1), [0]);
        assert_eq!(ndcg_at_k(&[4.0, 2.0], &[1.0, 1.0], 1), Some(1.0));
    }
}
