//! A raw order prepared for many comparisons, and what one comparison finds.

use super::buffers::{BLOCK, PairBuffers, signed};
use super::sorting::{pairs, sort_class, sort_counting, ties};
use super::values::Values;

/// What one comparison finds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pairs in opposite strict order.
    pub discordant: u64,
    /// Pairs tied in the noised values.
    pub tied: u64,
    /// Pairs tied in both.
    pub tied_both: u64,
}

/// Places `start..end` of the raw order, whole classes.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClassBlock {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Whether there is more than one class.
    pub(super) mixed: bool,
}

/// A raw order prepared for many comparisons.
#[derive(Debug, Clone)]
pub struct ClassOrder {
    /// Indices by raw value, ascending, ties by index.
    pub(super) ascending: Vec<u32>,
    /// For each place in `ascending`, the first place above with a larger raw value.
    pub(super) class_end: Vec<u32>,
    pub(super) blocks: Vec<ClassBlock>,
    /// For each place in a mixed block: `class_end` from the block's start.
    pub(super) above: Vec<u8>,
    /// For each place: the number of its class, for signed comparison (as far as 16 bits count).
    pub(super) class: Vec<i16>,
    pub(super) pairs: u64,
    pub(super) raw_ties: u64,
}

impl ClassOrder {
    /// Prepares the order of `raw` (finite).
    ///
    /// # Panics
    /// If there are more than `u32::MAX` values.
    pub fn new(raw: &[f64]) -> Self {
        let n = u32::try_from(raw.len()).expect("at most 2^32 groups");
        let mut ascending: Vec<u32> = (0..n).collect();
        let key = |index: u32| raw[index as usize] + 0.0;
        ascending.sort_by(|&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
        let mut order = Self {
            class_end: vec![0; raw.len()],
            above: vec![0; raw.len()],
            class: vec![0; raw.len()],
            blocks: Vec::new(),
            pairs: pairs(raw.len()),
            raw_ties: 0,
            ascending,
        };
        let mut start = 0;
        let mut classes = 0u16;
        let mut open: Option<ClassBlock> = None;
        while start < raw.len() {
            let class = order.ascending[start..]
                .iter()
                .take_while(|&&i| key(i) == key(order.ascending[start]));
            let end = start + class.count();
            order.class_end[start..end].fill(end as u32);
            order.class[start..end].fill(signed(classes));
            classes = classes.wrapping_add(1);
            order.raw_ties += pairs(end - start);
            open = match open.take() {
                Some(block) if end - block.start as usize <= BLOCK => {
                    Some(ClassBlock { end: end as u32, mixed: true, ..block })
                }
                full => {
                    order.blocks.extend(full);
                    Some(ClassBlock { start: start as u32, end: end as u32, mixed: false })
                }
            };
            start = end;
        }
        order.blocks.extend(open);
        for block in order.blocks.iter().filter(|block| block.mixed) {
            for place in block.start as usize..block.end as usize {
                order.above[place] = (order.class_end[place] - block.start) as u8;
            }
        }
        order
    }

    /// Indices by raw value, ascending, ties by index.
    pub fn ascending(&self) -> &[u32] {
        &self.ascending
    }

    /// Kendall's τ-b (1945) of counts: (C - D)/√((n₀ - n₁)(n₀ - n₂)); `None` where either
    /// side is all ties.
    pub fn tau_b(&self, counts: Counts) -> Option<f64> {
        let (left, right) = (self.pairs - self.raw_ties, self.pairs - counts.tied);
        if left == 0 || right == 0 {
            return None;
        }
        // Pairs tied on neither side, less twice the discordant ones.
        let untied = i128::from(left) - i128::from(counts.tied) + i128::from(counts.tied_both);
        let numerator = untied - 2 * i128::from(counts.discordant);
        Some((numerator as f64 / ((left as f64).sqrt() * (right as f64).sqrt())).clamp(-1.0, 1.0))
    }

    /// The counts among the given places (ascending), by sorting.
    pub(super) fn by_sorting<V: Values>(
        &self,
        values: V,
        places: impl Iterator<Item = usize>,
        scratch: &mut PairBuffers,
    ) -> Counts {
        let (all, spare) = (&mut scratch.values, &mut scratch.spare);
        all.clear();
        let mut counts = Counts::default();
        let mut class = (0, 0);
        for place in places {
            if self.class_end[place] != class.1 {
                counts.tied_both += sort_class(&mut all[class.0..]);
                class = (all.len(), self.class_end[place]);
            }
            all.push(values.at(place) + 0.0);
        }
        counts.tied_both += sort_class(&mut all[class.0..]);
        // Classes ascend now: what merging finds out of order is in different classes.
        counts.discordant = sort_counting(all, spare);
        counts.tied = ties(all);
        counts
    }
}
