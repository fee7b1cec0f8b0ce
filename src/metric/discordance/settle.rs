//! The rest of a comparison by buckets: equal keys and crowds, from the values themselves.

use super::super::level::Work;
use super::buckets::Buckets;
use super::buffers::{BLOCK, CROWD, Item, LANES, PairBuffers};
use super::order::{ClassOrder, Counts};
use super::sorting::pairs;
use super::values::Values;

/// The rest of a comparison: adds the counts of pairs with equal keys, and of all pairs
/// of crowds, from the values.
pub(super) struct Settle<'a, V> {
    pub(super) order: &'a ClassOrder,
    pub(super) values: V,
    pub(super) scratch: &'a mut PairBuffers,
    pub(super) buckets: &'a Buckets,
    pub(super) counts: &'a mut Counts,
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
            let bounds = usize::from(buckets.first[usize::from(slot)])
                ..usize::from(buckets.next[usize::from(slot)]);
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
fn equal<V: Values>(
    order: &ClassOrder,
    values: V,
    scratch: &mut PairBuffers,
    places: &mut [u16],
    counts: &mut Counts,
) {
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
fn exact<V: Values>(
    order: &ClassOrder,
    values: V,
    scratch: &mut PairBuffers,
    places: &[u16],
    counts: &mut Counts,
) {
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
