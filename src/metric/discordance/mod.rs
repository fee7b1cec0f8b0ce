//! Discordant and tied pairs between a fixed order and many noised ones, for Kendall's τ-b.
//!
//! The raw order is prepared once: classes of equal raw values, packed whole into blocks.
//! A comparison maps each noised value, by a monotone function learnt from an earlier
//! trial of the same cell (a [`Hint`]), to one of 256 about equally filled buckets and a
//! place in it. Pairs in different buckets are counted from the buckets' counts of all
//! earlier blocks, and inside a block by comparing bytes; pairs in the same bucket by
//! comparing places there, and where even those are equal, by the values themselves. So
//! the counts are exact whatever the hint: a bad one only costs time.

mod buckets;
mod map;
mod settle;
mod sorting;

use self::buckets::{Buckets, Compare};
use self::map::Map;
use self::settle::Settle;
use self::sorting::{sort_class, sort_counting, ties};
use super::level::{Level, Work};

/// Groups that 16 bits can count; more are compared by sorting.
const MOST: usize = u16::MAX as usize;
/// Places in a block of several classes, and values mapped at once.
const BLOCK: usize = 64;
/// Buckets: eight rows of 32 lanes, so that sums over rows are sums of vectors.
const BUCKETS: usize = ROWS * LANES;
const ROWS: usize = 8;
const LANES: usize = 32;
/// Buckets checked for equal keys at once.
const GROUP: usize = 16;
/// In larger buckets not all pairs are compared.
const CROWD: usize = 512;

/// What one comparison finds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Pairs in opposite strict order.
    pub(super) discordant: u64,
    /// Pairs tied in the noised values.
    pub(super) tied: u64,
    /// Pairs tied in both.
    pub(super) tied_both: u64,
}

/// Places `start..end` of the raw order, whole classes.
#[derive(Debug, Clone, Copy)]
struct Block {
    start: u32,
    end: u32,
    /// Whether there is more than one class.
    mixed: bool,
}

/// A raw order prepared for many comparisons.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// Indices by raw value, ascending, ties by index.
    ascending: Vec<u32>,
    /// For each place in `ascending`, the first place above with a larger raw value.
    class_end: Vec<u32>,
    blocks: Vec<Block>,
    /// For each place in a mixed block: `class_end` from the block's start.
    above: Vec<u8>,
    /// For each place: the number of its class, for signed comparison (up to [`MOST`]).
    class: Vec<i16>,
    pairs: u64,
    raw_ties: u64,
}

/// What an earlier trial of a cell tells about the next: where its values lie. It changes
/// how fast counts are found, never the counts.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    map: Option<Box<Map>>,
    /// Comparisons to wait before learning again.
    patience: u32,
    /// Comparisons to wait next time.
    pause: u32,
}

/// Buffers that a thread keeps between comparisons.
#[derive(Debug, Clone)]
pub struct Buffers {
    /// By place: slot of the bucket.
    slots: Vec<u8>,
    /// By place: place in the bucket, and class.
    items: Vec<Item>,
    /// The same by bucket, then place.
    sorted: Box<[Item; SORTED]>,
    /// By bucket, then place: places. Only where keys are equal.
    places: Vec<u16>,
    values: Vec<f64>,
    spare: Vec<f64>,
}

/// Place in the bucket and class, 16 bits each, for signed comparison.
type Item = u32;

/// A 16-bit place always fits, and a vector beyond it.
const SORTED: usize = (1 << 16) + BLOCK;

impl Default for Buffers {
    fn default() -> Self {
        let sorted = vec![0; SORTED].into_boxed_slice().try_into().expect("as many as asked for");
        Self {
            slots: Vec::new(),
            items: Vec::new(),
            sorted,
            places: Vec::new(),
            values: Vec::new(),
            spare: Vec::new(),
        }
    }
}

/// Noised values by raw place.
trait Values: Copy {
    fn at(self, place: usize) -> f64;
    /// The values of places `start..start + out.len()`.
    fn read(self, start: usize, out: &mut [f64]);
}

/// Values by index.
#[derive(Clone, Copy)]
struct Indexed<'a> {
    ascending: &'a [u32],
    noised: &'a [f64],
}

impl Values for Indexed<'_> {
    #[inline(always)]
    fn at(self, place: usize) -> f64 {
        self.noised[self.ascending[place] as usize]
    }

    #[inline(always)]
    fn read(self, start: usize, out: &mut [f64]) {
        for (value, &index) in out.iter_mut().zip(&self.ascending[start..]) {
            *value = self.noised[index as usize];
        }
    }
}

/// Answer plus scaled unit noise, both by raw place.
#[derive(Clone, Copy)]
struct Shifted<'a> {
    answer: &'a [f64],
    scale: f64,
    unit: &'a [f64],
}

impl Values for Shifted<'_> {
    #[inline(always)]
    fn at(self, place: usize) -> f64 {
        self.answer[place] + self.scale * self.unit[place]
    }

    #[inline(always)]
    fn read(self, start: usize, out: &mut [f64]) {
        let end = start + out.len();
        for ((value, &y), &z) in
            out.iter_mut().zip(&self.answer[start..end]).zip(&self.unit[start..end])
        {
            *value = y + self.scale * z;
        }
    }
}

impl Order {
    /// Prepares the order of `raw` (finite).
    ///
    /// # Panics
    /// If there are more than `u32::MAX` values.
    pub(super) fn new(raw: &[f64]) -> Self {
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
        let mut open: Option<Block> = None;
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
                    Some(Block { end: end as u32, mixed: true, ..block })
                }
                full => {
                    order.blocks.extend(full);
                    Some(Block { start: start as u32, end: end as u32, mixed: false })
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
    pub(super) fn ascending(&self) -> &[u32] {
        &self.ascending
    }

    /// Counts pairs of `noised` (by index, finite) against the raw order.
    ///
    /// # Panics
    /// If the number of values is not that of the raw values.
    pub(super) fn counts(
        &self,
        level: Level,
        noised: &[f64],
        scratch: &mut Buffers,
        hint: &mut Hint,
    ) -> Counts {
        assert_eq!(noised.len(), self.ascending.len(), "a value for every group");
        self.compare(level, Indexed { ascending: &self.ascending, noised }, scratch, hint)
    }

    /// Counts pairs of `answer + scale * unit`, both by place (see [`Order::arrange`]).
    ///
    /// # Panics
    /// If the number of values is not that of the raw values.
    pub(super) fn counts_shifted(
        &self,
        level: Level,
        (answer, scale, unit): (&[f64], f64, &[f64]),
        scratch: &mut Buffers,
        hint: &mut Hint,
    ) -> Counts {
        assert!(
            answer.len() == self.ascending.len() && unit.len() == answer.len(),
            "a value for every group"
        );
        self.compare(level, Shifted { answer, scale, unit }, scratch, hint)
    }

    /// Kendall's τ-b (1945) of counts: (C - D)/√((n₀ - n₁)(n₀ - n₂)); `None` where either
    /// side is all ties.
    pub(super) fn tau_b(&self, counts: Counts) -> Option<f64> {
        let (left, right) = (self.pairs - self.raw_ties, self.pairs - counts.tied);
        if left == 0 || right == 0 {
            return None;
        }
        // Pairs tied on neither side, less twice the discordant ones.
        let untied = i128::from(left) - i128::from(counts.tied) + i128::from(counts.tied_both);
        let numerator = untied - 2 * i128::from(counts.discordant);
        Some((numerator as f64 / ((left as f64).sqrt() * (right as f64).sqrt())).clamp(-1.0, 1.0))
    }

    fn compare<V: Values>(
        &self,
        level: Level,
        values: V,
        scratch: &mut Buffers,
        hint: &mut Hint,
    ) -> Counts {
        let n = self.ascending.len();
        if n > MOST {
            return self.by_sorting(values, 0..n, scratch);
        }
        if hint.map.is_none() || hint.patience == 1 {
            hint.learn(n, values, &mut scratch.values);
        }
        let Some(map) = &hint.map else { return Counts::default() };
        let padded = n.next_multiple_of(BLOCK) + BLOCK;
        if scratch.slots.len() < padded {
            scratch.slots.resize(padded, 0);
            scratch.items.resize(padded, 0);
        }
        let mut buckets =
            Buckets { first: [0; BUCKETS], next: [0; BUCKETS], open: [0; BUCKETS], unsettled: 0 };
        let (discordant, work) =
            level.run(Compare { order: self, values, map, scratch, buckets: &mut buckets });
        let mut counts = Counts { discordant, ..Counts::default() };
        if buckets.unsettled > 0 {
            level.run(Settle {
                order: self,
                values,
                scratch,
                buckets: &buckets,
                counts: &mut counts,
            });
        }
        // Twice the work of evenly filled buckets, and the map does not fit.
        let even = n * n.div_ceil(BUCKETS).next_multiple_of(LANES);
        if work > 2 * even + 16 * n && n > BUCKETS {
            hint.patience = match hint.patience {
                0 => {
                    hint.pause = (2 * hint.pause).clamp(2, 1 << 20);
                    hint.pause
                }
                waiting => waiting - 1,
            }
        }
        counts
    }

    /// The counts among the given places (ascending), by sorting.
    fn by_sorting<V: Values>(
        &self,
        values: V,
        places: impl Iterator<Item = usize>,
        scratch: &mut Buffers,
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

fn pairs(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Signed numbers in the order of unsigned ones: processors compare those faster.
#[inline(always)]
fn signed(place: u16) -> i16 {
    (place ^ 0x8000) as i16
}

/// Where a bucket stands: neighbours in neighbouring rows of a lane.
#[inline(always)]
fn slot_of(bucket: u8) -> u8 {
    bucket.rotate_right(3)
}

#[cfg(test)]
mod tests;
