//! Raw and bounded sums prepared for sums over pairs: groups alike in both, classes alike in
//! the bounded sum, and what the pairs add up to without noise.

use std::cmp::Ordering;

/// Raw and bounded sums prepared for order figures under any noise.
///
/// Against the raw order the figures hold clipping and noise together; prepared with the
/// bounded sums twice, they hold noise alone. Preparing takes O(n log n), a figure O(n) to
/// O(n log n): Laplace kinds by recurrences over distinct sums, or by Fenwick trees where
/// clipping changed the order; the others by Fourier sums (see `smooth`). Rounding leaves
/// figures within 1e-14 (Gumbel noise: 1e-13) of their definition.
#[derive(Debug, Clone)]
pub struct PairOrder {
    pub(super) n: f64,
    /// Groups with the same raw and bounded sum, by bounded sum, then raw sum.
    pub(super) groups: Vec<Group>,
    /// Indices into `groups` by raw sum, then bounded sum.
    pub(super) by_raw: Vec<u32>,
    /// The distinct bounded sums, ascending.
    pub(super) classes: Vec<Class>,
    pub(super) raw_classes: usize,
    /// Whether no two groups lie one way round in the raw sums and the other in the bounded.
    pub(super) kept: bool,
    /// The sums under no noise at all.
    pub(super) agreed: PairSums,
    /// Pairs that differ in the raw sums, their weights, and Σ (raw mid-rank - mean)².
    pub(super) untied: f64,
    pub(super) untied_weight: f64,
    pub(super) raw_variance: f64,
    pub(super) weight: f64,
}

/// Groups alike in both sums.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    /// The bounded sum.
    pub(super) value: i64,
    /// Its place among the distinct bounded sums, and the raw sum's among its own.
    pub(super) class: u32,
    pub(super) raw: u32,
    /// How many, their Σ 1/(r+1), and their Σ (raw mid-rank - mean).
    pub(super) count: f64,
    pub(super) weight: f64,
    pub(super) centred: f64,
}

/// Groups alike in the bounded sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class {
    pub(super) value: i64,
    /// Its lead on the class below; 0 for the first.
    pub(super) gap: f64,
    /// How many entries of `groups` it has.
    pub(super) groups: u32,
    pub(super) count: f64,
    pub(super) weight: f64,
    pub(super) centred: f64,
}

/// Sums over pairs i, j, each once: `plain` of sgn(xᵢ-xⱼ)·s(yᵢ-yⱼ), `weighted` of that times
/// 1/(rᵢ+1) + 1/(rⱼ+1), `ranked` of (cᵢ-cⱼ)·s(yᵢ-yⱼ), c the centred raw mid-ranks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct PairSums {
    pub(super) plain: f64,
    pub(super) weighted: f64,
    pub(super) ranked: f64,
}

impl PairSums {
    pub(super) fn add(&mut self, other: PairSums, times: f64) {
        self.plain += times * other.plain;
        self.weighted += times * other.weighted;
        self.ranked += times * other.ranked;
    }
}

impl PairOrder {
    /// Prepares `raw` and `bounded`, both by group in key order, in the stored unit.
    ///
    /// # Panics
    /// If they differ in length, or have more than 4 billion groups.
    pub fn new(raw: &[i64], bounded: &[i64]) -> Self {
        assert_eq!(raw.len(), bounded.len(), "two sums for every group");
        let total = u32::try_from(raw.len()).expect("fewer than 4 billion groups") as usize;
        let n = total as f64;
        let mut by_rank: Vec<u32> = (0..total as u32).collect();
        by_rank.sort_unstable_by_key(|&index| (std::cmp::Reverse(raw[index as usize]), index));
        let (mut untied, mut untied_weight, mut raw_variance, mut all_weight) =
            (0.0, 0.0, 0.0, 0.0);
        let (mut above, mut raw_classes) = (0, 0);
        let mut groups = Vec::with_capacity(total);
        for tied in by_rank.chunk_by(|&a, &b| raw[a as usize] == raw[b as usize]) {
            let same = tied.len() as f64;
            let centred = above as f64 + 0.5 * same - 0.5 * n;
            let mut class_weight = 0.0;
            for (at, &index) in tied.iter().enumerate() {
                let weight = 1.0 / (above + at + 1) as f64;
                class_weight += weight;
                // Raw classes come largest first here.
                let (value, raw) = (bounded[index as usize], raw_classes);
                groups.push(Group { value, class: 0, raw, count: 1.0, weight, centred });
            }
            untied += 0.5 * same * (n - same);
            untied_weight += class_weight * (n - same);
            raw_variance += same * centred * centred;
            all_weight += class_weight;
            above += tied.len();
            raw_classes += 1;
        }
        for group in &mut groups {
            group.raw = raw_classes - 1 - group.raw;
        }
        groups.sort_unstable_by_key(|group| (group.value, group.raw));
        groups.dedup_by(|more, kept| {
            let same = more.value == kept.value && more.raw == kept.raw;
            if same {
                kept.count += more.count;
                kept.weight += more.weight;
                kept.centred += more.centred;
            }
            same
        });
        let mut classes: Vec<Class> = Vec::new();
        for group in &mut groups {
            let gap = match classes.last_mut() {
                Some(class) if class.value == group.value => {
                    class.groups += 1;
                    class.count += group.count;
                    class.weight += group.weight;
                    class.centred += group.centred;
                    group.class = classes.len() as u32 - 1;
                    continue;
                }
                Some(class) => group.value.abs_diff(class.value) as f64,
                None => 0.0,
            };
            group.class = classes.len() as u32;
            let Group { value, count, weight, centred, .. } = *group;
            classes.push(Class { value, gap, groups: 1, count, weight, centred });
        }
        let mut by_raw: Vec<u32> = (0..groups.len() as u32).collect();
        by_raw.sort_by_key(|&at| groups[at as usize].raw);
        let kept = by_raw.is_sorted();
        let agreed = agreement(&groups, &by_raw);
        Self {
            n,
            groups,
            by_raw,
            classes,
            raw_classes: raw_classes as usize,
            kept,
            agreed,
            untied,
            untied_weight,
            raw_variance,
            weight: all_weight,
        }
    }
}

/// The sums without noise, s = sgn, of groups sorted by bounded sum, `by_raw` giving their
/// places by raw sum: one pass over the raw order beside a Fenwick tree over bounded sums.
pub(super) fn agreement(groups: &[Group], by_raw: &[u32]) -> PairSums {
    let (Some(lowest), Some(highest)) = (groups.first(), groups.last()) else {
        return PairSums::default();
    };
    let classes = (highest.class - lowest.class) as usize + 1;
    let mut nodes = vec![[0.0; 2]; classes + 1];
    let mut own = vec![[0.0; 2]; classes];
    let mut total = [0.0; 2];
    let mut sums = PairSums::default();
    for tied in by_raw.chunk_by(|&a, &b| groups[a as usize].raw == groups[b as usize].raw) {
        for &at in tied {
            let group = &groups[at as usize];
            let class = (group.class - lowest.class) as usize;
            let mut below = [0.0; 2];
            let mut node = class;
            while node > 0 {
                below = [below[0] + nodes[node][0], below[1] + nodes[node][1]];
                node &= node - 1;
            }
            let balance = |part: usize| 2.0 * below[part] + own[class][part] - total[part];
            sums.plain += group.count * balance(0);
            sums.weighted += group.weight * balance(0) + group.count * balance(1);
        }
        for &at in tied {
            let group = &groups[at as usize];
            let class = (group.class - lowest.class) as usize;
            let add = |to: &mut [f64; 2]| *to = [to[0] + group.count, to[1] + group.weight];
            add(&mut total);
            add(&mut own[class]);
            let mut node = class + 1;
            while node <= classes {
                add(&mut nodes[node]);
                node += node & node.wrapping_neg();
            }
        }
    }
    let (mut count, mut centred) = (0.0, 0.0);
    for class in groups.chunk_by(|a, b| a.class == b.class) {
        let (counts, centres) =
            class.iter().fold((0.0, 0.0), |(n, c), group| (n + group.count, c + group.centred));
        sums.ranked += centres * count - counts * centred;
        count += counts;
        centred += centres;
    }
    sums
}

/// sgn(a - b).
pub(super) fn sign(a: u32, b: u32) -> f64 {
    match a.cmp(&b) {
        Ordering::Less => -1.0,
        Ordering::Equal => 0.0,
        Ordering::Greater => 1.0,
    }
}
