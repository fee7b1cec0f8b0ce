//! Discordant and tied pairs between a fixed order and many noised ones, for Kendall's τ-b.
//!
//! The raw order is prepared once: classes of equal raw values, packed whole into blocks.
//! A comparison maps each noised value, by a monotone function learnt from an earlier
//! trial of the same cell (a [`Hint`]), to one of 256 about equally filled buckets and a
//! place in it. Pairs in different buckets are counted from the buckets' counts of all
//! earlier blocks, and inside a block by comparing bytes; pairs in the same bucket by
//! comparing places there, and where even those are equal, by the values themselves. So
//! the counts are exact whatever the hint: a bad one only costs time.

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
        Self { slots: Vec::new(), items: Vec::new(), sorted, places: Vec::new(), values: Vec::new(), spare: Vec::new() }
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
        for ((value, &y), &z) in out.iter_mut().zip(&self.answer[start..end]).zip(&self.unit[start..end]) {
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
            let class = order.ascending[start..].iter().take_while(|&&i| key(i) == key(order.ascending[start]));
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
    pub(super) fn counts(&self, level: Level, noised: &[f64], scratch: &mut Buffers, hint: &mut Hint) -> Counts {
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
        assert!(answer.len() == self.ascending.len() && unit.len() == answer.len(), "a value for every group");
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

    fn compare<V: Values>(&self, level: Level, values: V, scratch: &mut Buffers, hint: &mut Hint) -> Counts {
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
        let mut buckets = Buckets { first: [0; BUCKETS], next: [0; BUCKETS], open: [0; BUCKETS], unsettled: 0 };
        let (discordant, work) = level.run(Compare { order: self, values, map, scratch, buckets: &mut buckets });
        let mut counts = Counts { discordant, ..Counts::default() };
        if buckets.unsettled > 0 {
            level.run(Settle { order: self, values, scratch, buckets: &buckets, counts: &mut counts });
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
    fn by_sorting<V: Values>(&self, values: V, places: impl Iterator<Item = usize>, scratch: &mut Buffers) -> Counts {
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

fn sort_class(values: &mut [f64]) -> u64 {
    values.sort_unstable_by(f64::total_cmp);
    ties(values)
}

/// Pairs of equal values in a sorted slice.
fn ties(sorted: &[f64]) -> u64 {
    sorted.chunk_by(|a, b| a == b).map(|same| pairs(same.len())).sum()
}

/// Sorts by merging, and counts the pairs that were out of order.
fn sort_counting(values: &mut Vec<f64>, spare: &mut Vec<f64>) -> u64 {
    let n = values.len();
    let mut inverted = 0;
    spare.clear();
    spare.resize(n, 0.0);
    let mut width = 1;
    while width < n {
        for (from, to) in values.chunks(2 * width).zip(spare.chunks_mut(2 * width)) {
            let (left, right) = from.split_at(width.min(from.len()));
            let (mut i, mut j) = (0, 0);
            for slot in to {
                // Equal values are in order: the left one first.
                let take_left = i < left.len() && (j == right.len() || left[i] <= right[j]);
                if take_left {
                    *slot = left[i];
                    i += 1;
                } else {
                    *slot = right[j];
                    j += 1;
                    inverted += (left.len() - i) as u64;
                }
            }
        }
        std::mem::swap(values, spare);
        width *= 2;
    }
    inverted
}

/// Steps of the map's distance from the centre in an octave: 2^27, of which the first four
/// bits, with the octave and the side, are the entry.
const STEP_BITS: u32 = 27;
const ENTRY_SHIFT: u32 = 23;
const ENTRIES: usize = 1 << (32 - ENTRY_SHIFT);
/// Bits of a mapped value: 8 of the bucket, 16 in it.
const MAPPED: u32 = 24;
const ONE: u64 = 0x3ff0_0000_0000_0000;

/// A monotone function from values to 24 bits: distance from a centre, linear near it and
/// logarithmic beyond, then the distribution function of that, linear between entries.
#[derive(Debug, Clone)]
struct Map {
    centre: f64,
    per_scale: f64,
    entries: [Entry; ENTRIES],
}

/// Where an entry's values begin, above; how many there are, below.
type Entry = u64;

impl Map {
    /// 32 bits that ascend with the value: the side, four bits of octave, 27 of step.
    #[inline(always)]
    fn key(centre: f64, per_scale: f64, value: f64) -> u32 {
        // + 0.0: no negative zero, whose sign would be that of a negative number.
        let from_centre = (value - centre) + 0.0;
        let distance = from_centre.abs() * per_scale;
        let distance = 1.0 + if distance < 65_534.0 { distance } else { 65_534.0 };
        let step = ((distance.to_bits() - ONE) >> (52 - STEP_BITS)) as u32;
        let side = ((from_centre.to_bits() >> 32) as u32 as i32 >> 31) as u32;
        step ^ side ^ (1 << 31)
    }

    #[inline(always)]
    fn mapped(entry: Entry, key: u32) -> u32 {
        let rest = u64::from(key & ((1 << ENTRY_SHIFT) - 1));
        ((entry >> 32) + ((rest * (entry & 0xffff_ffff)) >> ENTRY_SHIFT)) as u32
    }
}

impl Hint {
    /// Learns where values lie.
    fn learn<V: Values>(&mut self, n: usize, values: V, sorted: &mut Vec<f64>) {
        self.patience = 0;
        sorted.clear();
        sorted.resize(n, 0.0);
        values.read(0, sorted);
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| sorted.get((share * (n as f64 - 1.0)) as usize).copied().unwrap_or(0.0);
        let wide = |low: f64, high: f64| Some(at(high) - at(low)).filter(|w| *w > 0.0 && w.is_finite());
        let width = wide(0.25, 0.75).or_else(|| wide(0.05, 0.95)).or_else(|| wide(0.0, 1.0)).unwrap_or(1.0);
        let centre = at(0.5);
        let per_scale = (4.0 / width).clamp(f64::MIN_POSITIVE, f64::MAX);
        let mut weights = [0.0; ENTRIES];
        for &value in sorted.iter() {
            weights[(Map::key(centre, per_scale, value) >> ENTRY_SHIFT) as usize] += 1.0;
        }
        // A little everywhere: values where there were none are still told apart.
        let least = (n as f64 / (32 * ENTRIES) as f64).max(1e-3);
        let whole = n as f64 + least * ENTRIES as f64;
        let mut entries = [0; ENTRIES];
        let (mut below, mut base) = (0.0, 0u32);
        for (entry, weight) in entries.iter_mut().zip(weights) {
            below += weight + least;
            let end = (below / whole * f64::from((1u32 << MAPPED) - 1)) as u32;
            let end = end.clamp(base, (1 << MAPPED) - 1);
            *entry = u64::from(base) << 32 | u64::from(end - base);
            base = end;
        }
        self.map = Some(Box::new(Map { centre, per_scale, entries }));
    }
}

/// Where values lie after a comparison.
struct Buckets {
    /// By slot: where a bucket begins, and where it ends.
    first: [u16; BUCKETS],
    next: [u16; BUCKETS],
    /// Slots of buckets with equal keys, or too many to compare; and how many there are.
    open: [u8; BUCKETS],
    unsettled: usize,
}

/// One comparison: all but the pairs with equal keys, and those of crowds.
struct Compare<'a, V> {
    order: &'a Order,
    values: V,
    map: &'a Map,
    scratch: &'a mut Buffers,
    buckets: &'a mut Buckets,
}

impl<V: Values> Work for Compare<'_, V> {
    /// Discordant pairs, and how many comparisons in buckets they took.
    type Output = (u64, usize);

    #[inline(always)]
    fn call(self) -> (u64, usize) {
        let Self { order, values, map, scratch, buckets } = self;
        let mut filled = [0u16; BUCKETS];
        map_all(map, values, &order.class, scratch, &mut filled);
        let work = filled.iter().map(|&m| usize::from(m) * usize::from(m).min(CROWD)).sum();
        let first = firsts(&filled);
        let mut next = first;
        let mut discordant = between(order, scratch, &first, &mut next);
        let mut unsettled = 0;
        for group in 0..BUCKETS / GROUP {
            let (mut smaller, mut crossed, mut expected) = ([0u16; LANES], [0u16; LANES], 0);
            let slots: [u8; GROUP] = std::array::from_fn(|at| slot_of((group * GROUP + at) as u8));
            for slot in slots {
                let start = usize::from(first[usize::from(slot)]);
                let m = usize::from(next[usize::from(slot)]) - start;
                let sorted = &scratch.sorted[start..];
                match m {
                    0..=1 => continue,
                    2..=LANES => within(sorted, m, &mut smaller, &mut crossed),
                    _ => {
                        let (smaller, crossed) = if m <= CROWD { within_many(&sorted[..m]) } else { (0, 0) };
                        discordant += crossed;
                        if smaller != pairs(m) {
                            buckets.open[unsettled] = slot;
                            unsettled += 1;
                        }
                        continue;
                    }
                }
                expected += m * (m - 1) / 2;
            }
            discordant += crossed.iter().map(|&count| u64::from(count)).sum::<u64>();
            // All different, and each pair was found once. No sum here reaches 2^16.
            if usize::from(smaller.iter().fold(0, |sum: u16, &count| sum.wrapping_add(count))) != expected {
                for slot in slots {
                    let start = usize::from(first[usize::from(slot)]);
                    let m = usize::from(next[usize::from(slot)]) - start;
                    if m <= LANES && any_equal(&scratch.sorted[start..], m) {
                        buckets.open[unsettled] = slot;
                        unsettled += 1;
                    }
                }
            }
        }
        if unsettled > 0 {
            (buckets.first, buckets.next, buckets.unsettled) = (first, next, unsettled);
        }
        (discordant, work)
    }
}

/// Maps all values: slots of buckets, places in buckets, and how many there are in each.
#[inline(always)]
fn map_all<V: Values>(map: &Map, values: V, class: &[i16], scratch: &mut Buffers, filled: &mut [u16; BUCKETS]) {
    let n = class.len();
    let (centre, per_scale) = (map.centre, map.per_scale);
    let entries = &map.entries;
    let slots = scratch.slots.as_chunks_mut::<BLOCK>().0;
    let items = scratch.items.as_chunks_mut::<BLOCK>().0;
    let mut chunk = [0.0; BLOCK];
    let mut keys = [0u32; BLOCK];
    let mut found = [0u64; BLOCK];
    let mut classes = [0i16; BLOCK];
    for (start, (slots, items)) in (0..n).step_by(BLOCK).zip(slots.iter_mut().zip(items)) {
        let len = BLOCK.min(n - start);
        if len == BLOCK {
            values.read(start, &mut chunk);
            classes.copy_from_slice(&class[start..start + BLOCK]);
        } else {
            values.read(start, &mut chunk[..len]);
            classes[..len].copy_from_slice(&class[start..]);
        }
        // One thing at a time: each of these loops but the third is made of vectors.
        for lane in 0..BLOCK {
            keys[lane] = Map::key(centre, per_scale, chunk[lane]);
        }
        for lane in 0..BLOCK {
            found[lane] = entries[(keys[lane] >> ENTRY_SHIFT) as usize];
        }
        for lane in 0..BLOCK {
            keys[lane] = Map::mapped(found[lane], keys[lane]);
        }
        for lane in 0..BLOCK {
            slots[lane] = slot_of((keys[lane] >> 16) as u8);
        }
        for lane in 0..BLOCK {
            items[lane] = ((keys[lane] << 16) ^ 0x8000_0000) | u32::from(classes[lane] as u16);
        }
        for &slot in &slots[..len] {
            filled[usize::from(slot)] += 1;
        }
    }
}

/// Where each bucket begins, by slot.
#[inline(always)]
fn firsts(filled: &[u16; BUCKETS]) -> [u16; BUCKETS] {
    let mut first = [0; BUCKETS];
    let mut sum = 0;
    for bucket in 0..BUCKETS {
        let slot = usize::from(slot_of(bucket as u8));
        first[slot] = sum;
        sum += filled[slot];
    }
    first
}

/// Discordant pairs in different buckets; and sorts places by bucket.
#[inline(always)]
fn between(order: &Order, scratch: &mut Buffers, first: &[u16; BUCKETS], next: &mut [u16; BUCKETS]) -> u64 {
    let mut discordant = 0u64;
    // By slot: how many of earlier blocks lie in higher buckets.
    let mut higher = [0u16; BUCKETS];
    let mut lower = [0u16; BLOCK];
    for block in &order.blocks {
        let (start, end) = (block.start as usize, block.end as usize);
        let mut sum = 0u64;
        for (&slot, &item) in scratch.slots[start..end].iter().zip(&scratch.items[start..end]) {
            let slot = usize::from(slot);
            sum += u64::from(higher[slot]);
            let at = usize::from(next[slot]);
            next[slot] += 1;
            scratch.sorted[at] = item;
        }
        discordant += sum;
        if block.mixed {
            inside(&order.above[start..end], &scratch.slots[start..start + BLOCK], &mut lower);
        }
        count_higher(first, next, &mut higher);
    }
    discordant + lower.iter().map(|&count| u64::from(count)).sum::<u64>()
}

/// From where buckets begin and where they end by now: how many lie in higher buckets.
#[inline(always)]
fn count_higher(first: &[u16; BUCKETS], next: &[u16; BUCKETS], higher: &mut [u16; BUCKETS]) {
    let mut lanes = [0u16; LANES];
    let counts = next.as_chunks::<LANES>().0.iter().zip(first.as_chunks::<LANES>().0);
    for (next, first) in counts.clone() {
        for lane in 0..LANES {
            lanes[lane] = lanes[lane].wrapping_add(next[lane].wrapping_sub(first[lane]));
        }
    }
    // The sums of all lanes above each.
    let mut above = 0u16;
    for lane in lanes.iter_mut().rev() {
        above = above.wrapping_add(std::mem::replace(lane, above));
    }
    for (row, (next, first)) in higher.as_chunks_mut::<LANES>().0.iter_mut().zip(counts).rev() {
        for lane in 0..LANES {
            row[lane] = lanes[lane];
            lanes[lane] = lanes[lane].wrapping_add(next[lane].wrapping_sub(first[lane]));
        }
    }
}

/// Adds, by lane, the discordant pairs in a block, in different buckets: for each of its
/// places, the places from `above` on in lower buckets.
#[inline(always)]
fn inside(above: &[u8], slots: &[u8], sums: &mut [u16; BLOCK]) {
    const FROM: [u8; 2 * BLOCK] = {
        let mut from = [0; 2 * BLOCK];
        let mut at = BLOCK;
        while at < 2 * BLOCK {
            from[at] = 1;
            at += 1;
        }
        from
    };
    let len = above.len();
    // Beyond the block's end, a bucket above all.
    let mut buckets = [i8::MAX; BLOCK];
    let end = &FROM[BLOCK - len..][..BLOCK];
    for lane in 0..BLOCK {
        let bucket = (slots[lane].rotate_left(3) ^ 0x80) as i8;
        buckets[lane] = if end[lane] == 0 { bucket } else { i8::MAX };
    }
    let mut lower = [0u8; BLOCK];
    for (&above, &bucket) in above.iter().zip(&buckets) {
        let from = &FROM[BLOCK - usize::from(above).min(BLOCK)..][..BLOCK];
        for lane in 0..BLOCK {
            lower[lane] += u8::from(buckets[lane] < bucket) & from[lane];
        }
    }
    for lane in 0..BLOCK {
        sums[lane] += u16::from(lower[lane]);
    }
}

/// Adds, by lane, the pairs of different keys in a bucket of `m` up to `LANES`, and those of
/// them that are discordant. A group of buckets has fewer than 2^16 of a lane.
#[inline(always)]
fn within(sorted: &[Item], m: usize, smaller: &mut [u16; LANES], crossed: &mut [u16; LANES]) {
    const ENDS: [i16; 2 * LANES] = {
        let mut ends = [i16::MIN; 2 * LANES];
        let mut at = LANES;
        while at < 2 * LANES {
            ends[at] = i16::MAX;
            at += 1;
        }
        ends
    };
    let mut own = [0; LANES];
    own.copy_from_slice(&sorted[..LANES]);
    let mut keys = [0i16; LANES];
    let mut classes = [0i16; LANES];
    let mut columns = [i16::MAX; LANES];
    for lane in 0..LANES {
        keys[lane] = (own[lane] >> 16) as i16;
    }
    for lane in 0..LANES {
        classes[lane] = own[lane] as i16;
    }
    // Beyond the bucket, keys that are smaller than none.
    for (lane, &least) in ENDS[LANES - m..][..LANES].iter().enumerate() {
        columns[lane] = keys[lane].max(least);
    }
    let (mut all_below, mut both) = ([0u16; LANES], [0u16; LANES]);
    for (&key, &class) in keys[..m].iter().zip(&classes) {
        for lane in 0..LANES {
            let below = key > columns[lane];
            let above = class < classes[lane];
            all_below[lane] += u16::from(below);
            both[lane] += u16::from(below & above);
        }
    }
    for lane in 0..LANES {
        smaller[lane] += all_below[lane];
    }
    for lane in 0..LANES {
        crossed[lane] += both[lane];
    }
}

/// The pairs of different keys in a bucket of up to `CROWD`, and those of them that are
/// discordant.
#[inline(always)]
fn within_many(sorted: &[Item]) -> (u64, u64) {
    let m = sorted.len();
    let mut keys = [i16::MAX; CROWD];
    let mut classes = [0i16; CROWD];
    for ((key, class), &item) in keys.iter_mut().zip(&mut classes).zip(sorted) {
        *key = (item >> 16) as i16;
        *class = item as i16;
    }
    let (mut smaller, mut crossed) = (0u32, 0u32);
    for first in (0..m).step_by(LANES) {
        let mut columns = [0i16; LANES];
        let mut own = [0i16; LANES];
        columns.copy_from_slice(&keys[first..first + LANES]);
        own.copy_from_slice(&classes[first..first + LANES]);
        let (mut all_below, mut both) = ([0u16; LANES], [0u16; LANES]);
        for (&key, &class) in keys[..m].iter().zip(&classes) {
            for lane in 0..LANES {
                let below = key > columns[lane];
                let above = class < own[lane];
                all_below[lane] += u16::from(below);
                both[lane] += u16::from(below & above);
            }
        }
        smaller += all_below.iter().map(|&count| u32::from(count)).sum::<u32>();
        crossed += both.iter().map(|&count| u32::from(count)).sum::<u32>();
    }
    (u64::from(smaller), u64::from(crossed))
}

/// Whether a bucket of `m` up to `LANES` may have equal keys.
#[inline(always)]
fn any_equal(sorted: &[Item], m: usize) -> bool {
    let mut keys = [0i16; LANES];
    for (key, &item) in keys.iter_mut().zip(&sorted[..LANES]) {
        *key = (item >> 16) as i16;
    }
    let mut same = [0u16; LANES];
    for &key in &keys[..m] {
        for lane in 0..LANES {
            same[lane] += u16::from(keys[lane] == key);
        }
    }
    same[..m].iter().any(|&count| count > 1)
}

/// The rest of a comparison: adds the counts of pairs with equal keys, and of all pairs
/// of crowds, from the values.
struct Settle<'a, V> {
    order: &'a Order,
    values: V,
    scratch: &'a mut Buffers,
    buckets: &'a Buckets,
    counts: &'a mut Counts,
}

impl<V: Values> Work for Settle<'_, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { order, values, scratch, buckets, counts } = self;
        let n = order.ascending.len();
        let open = &buckets.open[..buckets.unsettled];
        // Whole numbers have equal keys everywhere; others in a bucket or none.
        let many = open.len() > 2;
        let mut places = std::mem::take(&mut scratch.places);
        places.clear();
        if many {
            places.resize(n, 0);
            let mut next = buckets.first;
            for (place, &slot) in scratch.slots[..n].iter().enumerate() {
                let at = &mut next[usize::from(slot)];
                places[usize::from(*at)] = place as u16;
                *at += 1;
            }
        }
        for &slot in open {
            if !many {
                places_of(&scratch.slots[..n], slot, &mut places);
            }
            let bounds = usize::from(buckets.first[usize::from(slot)])..usize::from(buckets.next[usize::from(slot)]);
            let places = if many { &mut places[bounds] } else { &mut places[..] };
            if places.len() > LANES || !alike(values, places, &scratch.items, counts) {
                equal(order, values, scratch, places, counts);
            }
        }
        scratch.places = places;
    }
}

/// The places of a bucket, ascending.
#[inline(always)]
fn places_of(slots: &[u8], slot: u8, places: &mut Vec<u16>) {
    places.clear();
    for (chunk, slots) in slots.chunks(BLOCK).enumerate() {
        if slots.iter().fold(false, |any, &other| any | (other == slot)) {
            let found = (chunk * BLOCK..).zip(slots).filter(|&(_, &other)| other == slot);
            places.extend(found.map(|(place, _)| place as u16));
        }
    }
}

/// Adds the ties in a bucket of up to `LANES` places, and returns whether it could: where
/// all equal keys are of equal values.
#[inline(always)]
fn alike<V: Values>(values: V, places: &[u16], items: &[Item], counts: &mut Counts) -> bool {
    let m = places.len();
    let mut own = [0 as Item; LANES];
    let mut numbers = [f64::NAN; LANES];
    for ((item, number), &place) in own.iter_mut().zip(&mut numbers).zip(places) {
        *item = items[usize::from(place)];
        *number = values.at(usize::from(place));
    }
    let (mut keys, mut classes) = ([0u32; LANES], [0u32; LANES]);
    let mut equals = [0u64; LANES];
    for row in 0..m {
        let (item, number) = (own[row], numbers[row]);
        for lane in 0..LANES {
            keys[lane] += u32::from(own[lane] >> 16 == item >> 16);
            classes[lane] += u32::from(own[lane] == item);
        }
        for lane in 0..LANES {
            equals[lane] += u64::from(numbers[lane] == number);
        }
    }
    // Every pair twice, and every place with itself.
    let keys: u64 = keys[..m].iter().map(|&count| u64::from(count)).sum();
    let classes: u64 = classes[..m].iter().map(|&count| u64::from(count)).sum();
    if equals[..m].iter().sum::<u64>() != keys {
        return false;
    }
    counts.tied += (keys - m as u64) / 2;
    counts.tied_both += (classes - m as u64) / 2;
    true
}

/// Adds the counts of a bucket's pairs with equal keys, or of all pairs of a crowd.
#[cold]
#[inline(never)]
fn equal<V: Values>(order: &Order, values: V, scratch: &mut Buffers, places: &mut [u16], counts: &mut Counts) {
    let first = values.at(usize::from(places[0]));
    if places.len() > CROWD || places.iter().all(|&place| values.at(usize::from(place)) == first) {
        exact(order, values, scratch, places, counts);
        return;
    }
    let items = std::mem::take(&mut scratch.items);
    let key = |place: u16| items[usize::from(place)] >> 16;
    places.sort_by_key(|&place| key(place));
    for heap in places.chunk_by(|&a, &b| key(a) == key(b)).filter(|heap| heap.len() > 1) {
        exact(order, values, scratch, heap, counts);
    }
    scratch.items = items;
}

/// Adds the counts among places (ascending) from the values themselves.
fn exact<V: Values>(order: &Order, values: V, scratch: &mut Buffers, places: &[u16], counts: &mut Counts) {
    let first = values.at(usize::from(places[0]));
    if places.iter().all(|&place| values.at(usize::from(place)) == first) {
        counts.tied += pairs(places.len());
        let class = |place: u16| order.class[usize::from(place)];
        let classes = places.chunk_by(|&a, &b| class(a) == class(b));
        counts.tied_both += classes.map(|class| pairs(class.len())).sum::<u64>();
        return;
    }
    let found = order.by_sorting(values, places.iter().map(|&place| usize::from(place)), scratch);
    counts.discordant += found.discordant;
    counts.tied += found.tied;
    counts.tied_both += found.tied_both;
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Order {
        /// Copies values by index into values by place.
        ///
        /// # Panics
        /// If the lengths differ.
        fn arrange(&self, values: &[f64], places: &mut [f64]) {
            assert!(values.len() == self.ascending.len() && places.len() == values.len(), "a value for every group");
            for (place, &index) in places.iter_mut().zip(&self.ascending) {
                *place = values[index as usize];
            }
        }

        /// For each group i (by index) Σⱼ sgn(xᵢ - xⱼ)·sgn(yᵢ - yⱼ): concordant pairs less
        /// discordant ones, for a τ with weights. Slower than the counts: a sort and a tree.
        ///
        /// # Panics
        /// If the number of values is not that of the raw values.
        fn balances(&self, noised: &[f64], out: &mut [i64]) {
            let n = self.ascending.len();
            assert!(noised.len() == n && out.len() == n, "a value for every group");
            let value = |place: u32| noised[self.ascending[place as usize] as usize] + 0.0;
            let mut order: Vec<u32> = (0..n as u32).collect();
            order.sort_unstable_by(|&a, &b| value(a).total_cmp(&value(b)));
            let mut class_start = vec![0; n];
            for place in 1..n {
                let same = self.class_end[place] == self.class_end[place - 1];
                class_start[place] = if same { class_start[place - 1] } else { place };
            }
            // Fenwick (1994): which places have smaller noised values.
            let mut tree = vec![0i64; n + 1];
            let before = |tree: &[i64], mut place: usize| {
                let mut sum = 0;
                while place > 0 {
                    sum += tree[place];
                    place &= place - 1;
                }
                sum
            };
            let mut below = 0;
            for tied in order.chunk_by(|&a, &b| value(a) == value(b)) {
                for &place in tied {
                    let (start, end) = (class_start[place as usize], self.class_end[place as usize] as usize);
                    let (concordant, discordant) = (before(&tree, start), below - before(&tree, end));
                    out[self.ascending[place as usize] as usize] = concordant - discordant;
                }
                for &place in tied {
                    let mut at = place as usize + 1;
                    while at <= n {
                        tree[at] += 1;
                        at += at & at.wrapping_neg();
                    }
                }
                below += tied.len() as i64;
                for &place in tied {
                    let (start, end) = (class_start[place as usize], self.class_end[place as usize] as usize);
                    let discordant = start as i64 - before(&tree, start);
                    let concordant = (n - end) as i64 - (below - before(&tree, end));
                    out[self.ascending[place as usize] as usize] += concordant - discordant;
                }
            }
        }
    }

    fn naive(raw: &[f64], noised: &[f64]) -> Counts {
        let mut counts = Counts::default();
        for i in 0..raw.len() {
            for j in 0..i {
                let sign = |a: f64, b: f64| i32::from(a > b) - i32::from(a < b);
                let (x, y) = (sign(raw[i], raw[j]), sign(noised[i], noised[j]));
                counts.discordant += u64::from(x * y < 0);
                counts.tied += u64::from(y == 0);
                counts.tied_both += u64::from(y == 0 && x == 0);
            }
        }
        counts
    }

    /// By the tree: an independent way for large n. Σ of balances is 2(C - D).
    fn by_tree(order: &Order, noised: &[f64], counts: Counts) {
        let mut balances = vec![0; noised.len()];
        order.balances(noised, &mut balances);
        let untied = order.pairs as i64 - order.raw_ties as i64 - counts.tied as i64 + counts.tied_both as i64;
        assert_eq!(balances.iter().sum::<i64>(), 2 * (untied - 2 * counts.discordant as i64));
        let mut sorted = noised.to_vec();
        sorted.iter_mut().for_each(|y| *y += 0.0);
        assert_eq!(counts.tied, sort_class(&mut sorted));
    }

    fn zipf(n: usize) -> Vec<f64> {
        (1..=n).map(|rank| (80_000.0 / (rank as f64).powf(1.1)).floor().max(1.0)).collect()
    }

    /// Signed exponentials of SplitMix64's words: any noise will do.
    fn laplace(n: usize, stream: u64) -> Vec<f64> {
        let mut state = stream.wrapping_mul(0x1234_5678_9abc_def1);
        let mut word = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed ^ mixed >> 27
        };
        let mut draw = || {
            let word = word();
            let size = -libm::log(((word >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0);
            if word & 1 == 0 { size } else { -size }
        };
        (0..n).map(|_| draw()).collect()
    }

    /// Both levels and both ways in find the same; returns the counts.
    fn count(order: &Order, answer: &[f64], scale: f64, unit: &[f64], hint: &mut Hint) -> Counts {
        let mut scratch = Buffers::default();
        let noised: Vec<f64> = answer.iter().zip(unit).map(|(y, z)| y + scale * z).collect();
        let counts = order.counts(Level::Widest, &noised, &mut scratch, hint);
        assert_eq!(counts, order.counts(Level::Portable, &noised, &mut scratch, hint));
        let (mut by_place, mut units) = (vec![0.0; answer.len()], vec![0.0; answer.len()]);
        order.arrange(answer, &mut by_place);
        order.arrange(unit, &mut units);
        for level in [Level::Widest, Level::Portable] {
            let shifted = order.counts_shifted(level, (&by_place, scale, &units), &mut scratch, hint);
            assert_eq!(counts, shifted);
        }
        counts
    }

    #[test]
    fn counts_are_those_of_the_definition() {
        for n in [0, 1, 2, 3, 5, 17, 63, 64, 65, 129, 300, 1_000] {
            let shapes: [Vec<f64>; 6] = [
                zipf(n),
                (0..n).map(|i| i as f64).collect(),
                (0..n).map(|i| (i * 7919 % 1_009) as f64).collect(),
                vec![3.0; n],
                (0..n).map(|i| (i % 3) as f64).collect(),
                (0..n).map(|i| if i % 2 == 0 { 0.0 } else { -0.0 }).collect(),
            ];
            for (shape, raw) in shapes.iter().enumerate() {
                let order = Order::new(raw);
                let mut hint = Hint::default();
                for stream in 0..3 {
                    let unit = laplace(n, stream);
                    let whole: Vec<f64> = unit.iter().map(|z| z.round()).collect();
                    // One hint for all: most of the time a bad one.
                    for (scale, unit) in [
                        (0.0, &unit),
                        (1e-9, &unit),
                        (1.0, &unit),
                        (1e4, &unit),
                        (1e12, &unit),
                        (1.0, &whole),
                        (7.0, &whole),
                        (-3.0, &unit),
                    ] {
                        let noised: Vec<f64> = raw.iter().zip(unit).map(|(y, z)| y + scale * z).collect();
                        let counts = count(&order, raw, scale, unit, &mut hint);
                        assert_eq!(counts, naive(raw, &noised), "n {n} shape {shape} scale {scale}");
                        by_tree(&order, &noised, counts);
                    }
                }
            }
        }
    }

    #[test]
    fn hard_values_are_told_apart() {
        let n = 1_000;
        let raw: Vec<f64> = (0..n).map(|i| (i / 3) as f64).collect();
        let order = Order::new(&raw);
        let zeros = vec![0.0; n];
        let lists: [Vec<f64>; 6] = [
            (0..n).map(|i| 1.0 - i as f64 * f64::EPSILON).collect(),
            (0..n).map(|i| if i % 2 == 0 { 1e300 } else { -1e300 + i as f64 * 1e290 }).collect(),
            (0..n).map(|i| f64::from_bits((i * 37 % 500) as u64)).collect(),
            (0..n).map(|i| if i % 5 == 0 { -0.0 } else { 0.0 }).collect(),
            (0..n).map(|i| if i == 500 { f64::MAX } else { (i % 7) as f64 }).collect(),
            (0..n).map(|i| if i % 2 == 0 { f64::MAX } else { f64::MIN }).collect(),
        ];
        let mut shared = Hint::default();
        for noised in &lists {
            let expected = naive(&raw, noised);
            assert_eq!(count(&order, noised, 1.0, &zeros, &mut Hint::default()), expected);
            assert_eq!(count(&order, noised, 1.0, &zeros, &mut shared), expected);
        }
    }

    #[test]
    fn large_lists_agree_with_a_tree() {
        for (n, scale, whole) in [
            (4_000, 30.0, false),
            (4_000, 1.0, true),
            (16_000, 10.0, false),
            (65_535, 300.0, false),
            (65_535, 3.0, true),
            (65_536, 9.0, false),
            (70_000, 2.0, true),
        ] {
            let (linear, zipf): (Vec<f64>, Vec<f64>) = ((0..n).map(|i| i as f64).collect(), zipf(n));
            for raw in [zipf, linear] {
                let order = Order::new(&raw);
                let mut unit = laplace(n, 9);
                if whole {
                    unit.iter_mut().for_each(|z| *z = z.round());
                }
                for scale in [scale, 1_000.0 * scale] {
                    let noised: Vec<f64> = raw.iter().zip(&unit).map(|(y, z)| y + scale * z).collect();
                    by_tree(&order, &noised, count(&order, &raw, scale, &unit, &mut Hint::default()));
                }
            }
        }
    }

    #[test]
    fn tau_is_one_for_the_order_itself_and_nothing_for_ties() {
        let raw = zipf(500);
        let order = Order::new(&raw);
        let (mut scratch, mut hint) = (Buffers::default(), Hint::default());
        let mut tau = |noised: &[f64]| order.tau_b(order.counts(Level::Widest, noised, &mut scratch, &mut hint));
        assert_eq!(tau(&raw), Some(1.0));
        assert_eq!(tau(&raw.iter().map(|x| -x).collect::<Vec<_>>()), Some(-1.0));
        assert_eq!(tau(&[2.0; 500]), None);
        assert_eq!(Order::new(&[]).tau_b(Counts::default()), None);
    }
}
