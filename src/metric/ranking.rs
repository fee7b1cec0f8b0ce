//! Rankings compared: Kendall τ-b, overlap@k, top-1 flip.
//!
//! Ties when a list is cut go to the smaller index, which is the key order of the
//! groups, never the order of the private data.

use super::discordance::{ClassOrder, PairBuffers};
use super::level::Level;

pub use super::discordance::Hint;

/// Buffers that a thread keeps between comparisons, and what one told about the next.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    buffers: PairBuffers,
    hint: Hint,
}

/// Kendall τ-b of two lists of scores (Kendall 1945): (C − D) / √((n₀ − n₁)(n₀ − n₂)).
/// `None` where either list is all ties, or shorter than 2.
///
/// # Panics
/// If the lists differ in length.
pub fn kendall_tau_b(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "two scores for every group");
    RawOrder::new(a, 1).tau_b(b, &mut Scratch::default())
}

/// The `k` largest values' indices, largest first, ties by index.
pub fn top_k(values: &[f64], k: usize) -> Vec<u32> {
    if k > LONG {
        return long_top(values, k);
    }
    let mut top: Vec<(f64, u32)> = Vec::with_capacity(k + 1);
    let mut least = f64::NEG_INFINITY;
    for (index, &value) in values.iter().enumerate() {
        // Later indices displace only by a larger value: ties stay with the smaller index.
        if top.len() < k || value > least {
            let place = top.partition_point(|&(kept, _)| kept >= value);
            top.insert(place, (value, index as u32));
            top.truncate(k);
            if top.len() == k {
                least = top.last().map_or(f64::NEG_INFINITY, |last| last.0);
            }
        }
    }
    top.into_iter().map(|(_, index)| index).collect()
}

/// Lists above this are cut by selection: putting each into its place costs its length.
const LONG: usize = 48;

fn long_top(values: &[f64], k: usize) -> Vec<u32> {
    // A zero is a zero, whatever its sign.
    let value = |at: u32| values[at as usize] + 0.0;
    let order = |a: &u32, b: &u32| value(*b).total_cmp(&value(*a)).then(a.cmp(b));
    let mut all: Vec<u32> = (0..values.len() as u32).collect();
    if k < all.len() {
        all.select_nth_unstable_by(k - 1, order);
        all.truncate(k);
    }
    all.sort_unstable_by(order);
    all
}

/// A raw order prepared for many comparisons: classes of equal raw values and the top k.
#[derive(Debug, Clone)]
pub struct RawOrder {
    order: ClassOrder,
    in_top: Vec<bool>,
    first: u32,
    k: usize,
}

impl RawOrder {
    /// Prepares the order of `raw` (finite), with a top list of `k`.
    pub fn new(raw: &[f64], k: usize) -> Self {
        let top = top_k(raw, k);
        let mut in_top = vec![false; raw.len()];
        for &index in &top {
            in_top[index as usize] = true;
        }
        Self {
            order: ClassOrder::new(raw),
            in_top,
            first: top.first().copied().unwrap_or(0),
            k: top.len(),
        }
    }

    /// Indices by raw value, ascending, ties by index.
    pub fn ascending(&self) -> &[u32] {
        self.order.ascending()
    }

    /// Kendall τ-b between the raw values and `noised` (same length, finite);
    /// `None` where either is all ties.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn tau_b(&self, noised: &[f64], scratch: &mut Scratch) -> Option<f64> {
        let Scratch { buffers, hint } = scratch;
        self.order.tau_b(self.order.counts(Level::Widest, noised, buffers, hint))
    }

    /// Kendall τ-b between the raw values and `answer + scale·unit`, both in the order of
    /// [`Self::ascending`]; `None` where either is all ties. The hint is that of lists like this one, and makes it fast; the result never depends on it.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn tau_b_of_sum(
        &self,
        (answer, scale, unit): (&[f64], f64, &[f64]),
        scratch: &mut Scratch,
        hint: &mut Hint,
    ) -> Option<f64> {
        let counts = self.order.counts_shifted(
            Level::Widest,
            (answer, scale, unit),
            &mut scratch.buffers,
            hint,
        );
        self.order.tau_b(counts)
    }

    /// |true top k ∩ noised top k| / k.
    pub fn overlap(&self, noised_top: &[u32]) -> f64 {
        noised_top.iter().filter(|&&index| self.in_top[index as usize]).count() as f64
            / self.k.max(1) as f64
    }

    /// Whether the first group is another than the true first.
    pub fn flips(&self, noised_top: &[u32]) -> bool {
        noised_top.first() != Some(&self.first)
    }

    /// The length of the top list.
    pub fn k(&self) -> usize {
        self.k
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// τ-b by its definition.
    fn naive(a: &[f64], b: &[f64]) -> Option<f64> {
        let (mut balance, mut left, mut right) = (0i64, 0i64, 0i64);
        for i in 0..a.len() {
            for j in 0..i {
                let sign = |x: f64, y: f64| i64::from(x > y) - i64::from(x < y);
                let (s, t) = (sign(a[i], a[j]), sign(b[i], b[j]));
                balance += s * t;
                left += s * s;
                right += t * t;
            }
        }
        (left > 0 && right > 0)
            .then(|| balance as f64 / ((left as f64).sqrt() * (right as f64).sqrt()))
    }

    proptest! {
        #[test]
        fn tau_b_equals_its_definition_with_many_ties(
            pairs in prop::collection::vec((0u8..30, 0u8..30), 0..200),
            wide in prop::collection::vec(-1e3..1e3f64, 0..200),
        ) {
            let a: Vec<f64> = pairs.iter().map(|p| f64::from(p.0)).collect();
            let b: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
            let close = |x: Option<f64>, y: Option<f64>| match (x, y) {
                (Some(x), Some(y)) => (x - y).abs() < 1e-12,
                (x, y) => x == y,
            };
            prop_assert!(close(kendall_tau_b(&a, &b), naive(&a, &b)));
            let n = a.len().min(wide.len());
            prop_assert!(close(kendall_tau_b(&a[..n], &wide[..n]), naive(&a[..n], &wide[..n])));
            prop_assert!(close(kendall_tau_b(&wide[..n], &a[..n]), naive(&wide[..n], &a[..n])));
        }

        #[test]
        fn the_top_list_is_the_head_of_the_sorted_list(values in prop::collection::vec(0u8..9, 1..60), k in 1usize..70) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let mut order: Vec<u32> = (0..values.len() as u32).collect();
            order.sort_by(|&a, &b| values[b as usize].total_cmp(&values[a as usize]).then(a.cmp(&b)));
            order.truncate(k);
            prop_assert_eq!(top_k(&values, k), order);
        }
    }

    /// Long enough for the radix sort, and for several words of the set.
    #[test]
    fn long_lists_equal_their_definition() {
        for (n, levels) in [(700u64, 40), (1_500, 400)] {
            let a: Vec<f64> = (0..n).map(|i| (i * i % levels) as f64).collect();
            let b: Vec<f64> = (0..n).map(|i| (i * 7_919 % 1_009 / 3) as f64 / 7.0).collect();
            let (found, wanted) = (kendall_tau_b(&a, &b).unwrap(), naive(&a, &b).unwrap());
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        }
    }

    #[test]
    fn agreement_and_its_opposite() {
        let a = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(kendall_tau_b(&a, &a), Some(1.0));
        assert_eq!(kendall_tau_b(&a, &[4.0, 3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(kendall_tau_b(&a, &[1.0; 4]), None);
        assert_eq!(kendall_tau_b(&[1.0; 4], &a), None);
        assert_eq!(kendall_tau_b(&[1.0], &[1.0]), None);
        assert_eq!(kendall_tau_b(&[], &[]), None);
    }

    #[test]
    fn overlap_and_flip() {
        let order = RawOrder::new(&[5.0, 9.0, 7.0, 9.0], 2);
        assert_eq!(top_k(&[5.0, 9.0, 7.0, 9.0], 2), [1, 3]);
        assert_eq!(order.overlap(&[3, 2]), 0.5);
        assert!(order.flips(&[3, 1]) && !order.flips(&[1, 3]));
    }
}
