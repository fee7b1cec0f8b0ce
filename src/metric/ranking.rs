//! Rankings compared: Kendall τ-b, overlap@k, top-1 flip.
//!
//! Ties when a list is cut go to the smaller index, which is the key order of the
//! groups, never the order of the private data.

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

/// A raw order prepared for many comparisons: the merge plan of τ-b and the top k.
#[derive(Debug, Clone)]
pub struct RawOrder {
    /// Indices by raw value, ascending, ties by index.
    ascending: Vec<u32>,
    /// Leaves and merges, children before parents.
    steps: Vec<Step>,
    /// Class of each place in `ascending`: equal raw values share one.
    class: Vec<u32>,
    in_top: Vec<bool>,
    first: u32,
    k: usize,
    pairs: u64,
    raw_ties: u64,
}

/// One step of the plan; results stand in the buffer of the step's parity.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Equal raw values: sorted without counting inversions.
    Tied { low: u32, high: u32, parity: bool },
    /// Few places: inversions between classes counted pair by pair.
    Small { low: u32, high: u32, parity: bool },
    /// Two sorted neighbours become one, inversions counted.
    Merge { low: u32, middle: u32, high: u32, parity: bool },
}

/// Segments up to this length are compared pair by pair.
const SMALL: usize = 12;

/// Buffers that a thread keeps between comparisons.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    even: Vec<f64>,
    odd: Vec<f64>,
}

impl RawOrder {
    /// Prepares the order of `raw`, with a top list of `k`.
    pub fn new(raw: &[f64], k: usize) -> Self {
        let mut ascending: Vec<u32> = (0..raw.len() as u32).collect();
        ascending.sort_by(|&a, &b| raw[a as usize].total_cmp(&raw[b as usize]).then(a.cmp(&b)));
        let mut class = Vec::with_capacity(raw.len());
        let mut starts = vec![0u32];
        for place in 0..ascending.len() {
            if place > 0 && raw[ascending[place] as usize] != raw[ascending[place - 1] as usize] {
                starts.push(place as u32);
            }
            class.push(starts.len() as u32 - 1);
        }
        let n = raw.len() as u64;
        starts.push(n as u32);
        let raw_ties = starts.windows(2).map(|run| pairs_of(u64::from(run[1] - run[0]))).sum();
        let mut steps = Vec::new();
        if !raw.is_empty() {
            plan(&starts, 0, raw.len(), false, &mut steps);
        }
        let top = top_k(raw, k);
        let mut in_top = vec![false; raw.len()];
        for &index in &top {
            in_top[index as usize] = true;
        }
        Self {
            ascending,
            steps,
            class,
            in_top,
            first: top.first().copied().unwrap_or(0),
            k: top.len(),
            pairs: pairs_of(n),
            raw_ties,
        }
    }

    /// Kendall τ-b between the raw values and `noised` (same length, finite);
    /// `None` where either is all ties. O(n log n).
    pub fn tau_b(&self, noised: &[f64], scratch: &mut Scratch) -> Option<f64> {
        let n = self.ascending.len();
        scratch.even.resize(n, 0.0);
        scratch.odd.resize(n, 0.0);
        let (mut discordant, mut tied_both) = (0u64, 0u64);
        for step in &self.steps {
            match *step {
                Step::Tied { low, high, parity } => {
                    let leaf = self.gather(noised, scratch, low, high, parity);
                    leaf.sort_unstable_by(f64::total_cmp);
                    tied_both += equal_pairs(leaf);
                }
                Step::Small { low, high, parity } => {
                    let class = &self.class[low as usize..high as usize];
                    let leaf = self.gather(noised, scratch, low, high, parity);
                    let (inversions, ties) = small(leaf, class);
                    discordant += inversions;
                    tied_both += ties;
                }
                Step::Merge { low, middle, high, parity } => {
                    let (from, to) =
                        if parity { (&scratch.even, &mut scratch.odd) } else { (&scratch.odd, &mut scratch.even) };
                    let (low, middle, high) = (low as usize, middle as usize, high as usize);
                    discordant += merge(&from[low..middle], &from[middle..high], &mut to[low..high]);
                }
            }
        }
        let noised_ties = equal_pairs(&scratch.even);
        let untied = self.pairs as i128 - self.raw_ties as i128 - noised_ties as i128 + tied_both as i128;
        let (left, right) = (self.pairs - self.raw_ties, self.pairs - noised_ties);
        if left == 0 || right == 0 {
            return None;
        }
        let numerator = untied - 2 * discordant as i128;
        Some((numerator as f64 / ((left as f64).sqrt() * (right as f64).sqrt())).clamp(-1.0, 1.0))
    }

    fn gather<'a>(&self, noised: &[f64], scratch: &'a mut Scratch, low: u32, high: u32, parity: bool) -> &'a mut [f64] {
        let buffer = if parity { &mut scratch.odd } else { &mut scratch.even };
        let leaf = &mut buffer[low as usize..high as usize];
        for (slot, &index) in leaf.iter_mut().zip(&self.ascending[low as usize..high as usize]) {
            *slot = noised[index as usize];
        }
        leaf
    }

    /// |true top k ∩ noised top k| / k.
    pub fn overlap(&self, noised_top: &[u32]) -> f64 {
        noised_top.iter().filter(|&&index| self.in_top[index as usize]).count() as f64 / self.k.max(1) as f64
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

fn pairs_of(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

/// Plans the merge tree of `low..high`; splits fall between runs of equal raw values.
fn plan(starts: &[u32], low: usize, high: usize, parity: bool, steps: &mut Vec<Step>) {
    let (low32, high32) = (low as u32, high as u32);
    // The first run that starts after `low`.
    let next = starts.partition_point(|&start| start <= low32);
    if starts[next] >= high32 {
        steps.push(Step::Tied { low: low32, high: high32, parity });
        return;
    }
    if high - low <= SMALL {
        steps.push(Step::Small { low: low32, high: high32, parity });
        return;
    }
    let centre = ((low + high) / 2) as u32;
    let after = starts.partition_point(|&start| start < centre);
    let inside = |at: usize| starts.get(at).copied().filter(|&s| s > low32 && s < high32);
    let middle = match (after.checked_sub(1).and_then(inside), inside(after)) {
        (Some(a), Some(b)) => {
            if centre - a <= b - centre {
                a
            } else {
                b
            }
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => starts[next],
    };
    plan(starts, low, middle as usize, !parity, steps);
    plan(starts, middle as usize, high, !parity, steps);
    steps.push(Step::Merge { low: low32, middle, high: high32, parity });
}

/// Pairs of equal neighbours in sorted values.
fn equal_pairs(sorted: &[f64]) -> u64 {
    let (mut total, mut run) = (0u64, 0u64);
    for pair in sorted.windows(2) {
        run = if pair[0] == pair[1] { run + 1 } else { 0 };
        total += run;
    }
    total
}

/// Sorts a few values; counts the inversions and ties by class.
fn small(leaf: &mut [f64], class: &[u32]) -> (u64, u64) {
    let (mut inversions, mut ties) = (0u64, 0u64);
    for i in 1..leaf.len() {
        let (value, own) = (leaf[i], class[i]);
        for j in 0..i {
            let apart = class[j] != own;
            inversions += u64::from(apart & (leaf[j] > value));
            ties += u64::from(!apart & (leaf[j] == value));
        }
    }
    // Insertion sort, after the counting because places belong to classes.
    for i in 1..leaf.len() {
        let value = leaf[i];
        let mut j = i;
        while j > 0 && leaf[j - 1] > value {
            leaf[j] = leaf[j - 1];
            j -= 1;
        }
        leaf[j] = value;
    }
    (inversions, ties)
}

/// Merges two sorted lists; returns how many pairs (left, right) have left > right.
///
/// Works from both ends at once, which gives the processor two independent chains. A
/// pair whose right part is taken from the front and whose left part is taken from the
/// back is counted by both, and is taken off again.
fn merge(left: &[f64], right: &[f64], into: &mut [f64]) -> u64 {
    let (l, r) = (left.len(), right.len());
    let both = l.min(r);
    let (mut i, mut j) = (0usize, 0usize);
    let (mut i_back, mut j_back) = (l, r);
    let mut count = 0usize;
    let n = l + r;
    let (front, back) = into.split_at_mut(both);
    let back_start = back.len() - both;
    let ends = &mut back[back_start..];
    // `both` steps from either end can never run past a list: each list is at least
    // that long, and together the two ends take no more than there is.
    for (low_slot, high_slot) in front.iter_mut().zip(ends.iter_mut().rev()) {
        let (a, b) = (left[i], right[j]);
        let take = usize::from(b < a);
        *low_slot = if b < a { b } else { a };
        count += take * (l - i);
        i += 1 - take;
        j += take;

        let (c, d) = (left[i_back - 1], right[j_back - 1]);
        let take = usize::from(c > d);
        *high_slot = if c > d { c } else { d };
        count += take * j_back;
        i_back -= take;
        j_back -= 1 - take;
    }
    count -= j * (l - i_back);
    // What lies between the two ends, one by one.
    for slot in &mut into[both..n - both] {
        if i < i_back && (j >= j_back || left[i] <= right[j]) {
            *slot = left[i];
            i += 1;
        } else {
            *slot = right[j];
            j += 1;
            count += i_back - i;
        }
    }
    count as u64
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
        (left > 0 && right > 0).then(|| balance as f64 / ((left as f64).sqrt() * (right as f64).sqrt()))
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
        fn merging_counts_every_inversion(
            mut left in prop::collection::vec(0u8..40, 0..60),
            mut right in prop::collection::vec(0u8..40, 0..60),
        ) {
            left.sort_unstable();
            right.sort_unstable();
            let float = |v: &[u8]| v.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
            let wanted: u64 = left.iter().map(|l| right.iter().filter(|r| l > r).count() as u64).sum();
            let mut into = vec![0.0; left.len() + right.len()];
            prop_assert_eq!(merge(&float(&left), &float(&right), &mut into), wanted);
            prop_assert!(into.is_sorted());
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
