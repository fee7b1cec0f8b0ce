//! One comparison by buckets: pairs of different buckets, of different keys in a bucket.

use super::super::level::Work;
use super::buffers::{BLOCK, BUCKETS, CROWD, GROUP, Item, LANES, PairBuffers, slot_of};
use super::map::{ENTRY_SHIFT, ValueMap};
use super::order::ClassOrder;
use super::sorting::pairs;
use super::values::Values;

/// Where values lie after a comparison.
pub(super) struct Buckets {
    /// By slot: where a bucket begins, and where it ends.
    pub(super) first: [u16; BUCKETS],
    pub(super) next: [u16; BUCKETS],
    /// Slots of buckets with equal keys, or too many to compare; and how many there are.
    pub(super) open: [u8; BUCKETS],
    pub(super) unsettled: usize,
}

/// One comparison: all but the pairs with equal keys, and those of crowds.
pub(super) struct Compare<'a, V> {
    pub(super) order: &'a ClassOrder,
    pub(super) values: V,
    pub(super) map: &'a ValueMap,
    pub(super) scratch: &'a mut PairBuffers,
    pub(super) buckets: &'a mut Buckets,
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
                        let (smaller, crossed) =
                            if m <= CROWD { within_many(&sorted[..m]) } else { (0, 0) };
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
            if usize::from(smaller.iter().fold(0, |sum: u16, &count| sum.wrapping_add(count)))
                != expected
            {
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
fn map_all<V: Values>(
    map: &ValueMap,
    values: V,
    class: &[i16],
    scratch: &mut PairBuffers,
    filled: &mut [u16; BUCKETS],
) {
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
            keys[lane] = ValueMap::key(centre, per_scale, chunk[lane]);
        }
        for lane in 0..BLOCK {
            found[lane] = entries[(keys[lane] >> ENTRY_SHIFT) as usize];
        }
        for lane in 0..BLOCK {
            keys[lane] = ValueMap::mapped(found[lane], keys[lane]);
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
fn between(
    order: &ClassOrder,
    scratch: &mut PairBuffers,
    first: &[u16; BUCKETS],
    next: &mut [u16; BUCKETS],
) -> u64 {
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
