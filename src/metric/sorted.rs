//! Values in order by a radix sort of their leading bits: no branch depends on the data.

/// Bits of a radix pass.
const DIGIT: u32 = 11;
/// Entries of a pass' histogram.
const DIGITS: usize = 1 << DIGIT;
/// Where the three passes begin: the leading 33 bits of a key.
const SHIFTS: [u32; 3] = [64 - 33, 64 - 22, 64 - 11];
/// Fewer entries than this are sorted faster by comparison: histograms have to be cleared.
const RADIX_FROM: usize = 600;

/// Places by value, and the buffers that a thread keeps between sorts.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    entries: Vec<u64>,
    spare: Vec<u64>,
    histogram: Vec<u32>,
    /// The bits of an entry that hold the place; those above lead the key.
    mask: u64,
}

/// Smallest first or largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SortDirection {
    Rising,
    Falling,
}

/// A whole number that orders as the float does, 0 and -0 alike.
fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    bits ^ (((bits as i64 >> 63) as u64) | 1 << 63)
}

impl Sorted {
    /// Sorts the places 0..n by `value` (finite), ties by place.
    ///
    /// # Panics
    /// If there are more than 2³¹ places.
    pub(super) fn sort(
        &mut self,
        n: usize,
        direction: SortDirection,
        value: impl Fn(usize) -> f64,
    ) {
        assert!(n <= 1 << 31, "more groups than fit beside 33 bits of a key");
        self.mask = (n.max(1 << 16) as u64).next_power_of_two() - 1;
        let flip = if direction == SortDirection::Falling { u64::MAX } else { 0 };
        let mask = self.mask;
        let entry = |place: usize| ((key(value(place)) ^ flip) & !mask) | place as u64;
        self.entries.clear();
        if n < RADIX_FROM {
            self.entries.extend((0..n).map(entry));
            self.entries.sort_unstable();
            self.settle(direction, value);
            return;
        }
        self.spare.resize(n, 0);
        self.histogram.clear();
        self.histogram.resize(3 * DIGITS, 0);
        let (low, rest) = self.histogram.split_at_mut(DIGITS);
        let (middle, high) = rest.split_at_mut(DIGITS);
        self.entries.extend((0..n).map(|place| {
            let entry = entry(place);
            low[(entry >> SHIFTS[0]) as usize % DIGITS] += 1;
            middle[(entry >> SHIFTS[1]) as usize % DIGITS] += 1;
            high[(entry >> SHIFTS[2]) as usize % DIGITS] += 1;
            entry
        }));
        for (pass, histogram) in [low, middle, high].into_iter().enumerate() {
            let shift = SHIFTS[pass];
            // A digit that all entries share sorts nothing.
            if self
                .entries
                .first()
                .is_some_and(|&e| histogram[(e >> shift) as usize % DIGITS] as usize == n)
            {
                continue;
            }
            let mut next = 0;
            for slot in histogram.iter_mut() {
                next += std::mem::replace(slot, next);
            }
            for &entry in &self.entries {
                let slot = &mut histogram[(entry >> shift) as usize % DIGITS];
                self.spare[*slot as usize] = entry;
                *slot += 1;
            }
            std::mem::swap(&mut self.entries, &mut self.spare);
        }
        self.settle(direction, value);
    }

    /// Puts entries in order that 33 bits could not tell apart: few and near each other,
    /// or else by a sort.
    fn settle(&mut self, direction: SortDirection, value: impl Fn(usize) -> f64) {
        let n = self.entries.len();
        let mut moves = 0usize;
        for i in 1..n {
            let entry = self.entries[i];
            if self.entries[i - 1] > entry {
                let mut j = i;
                while j > 0 && self.entries[j - 1] > entry {
                    self.entries[j] = self.entries[j - 1];
                    j -= 1;
                }
                self.entries[j] = entry;
                moves += i - j;
                if moves > 8 * n {
                    self.entries.sort_unstable();
                    break;
                }
            }
        }
        let mask = self.mask;
        let at = |entry: u64| value((entry & mask) as usize);
        let wrong = |a: f64, b: f64| if direction == SortDirection::Rising { a > b } else { a < b };
        let unsure =
            |pair: &[u64]| (pair[0] | mask) == (pair[1] | mask) && wrong(at(pair[0]), at(pair[1]));
        if self.entries.windows(2).any(unsure) {
            self.entries.sort_by(|&a, &b| {
                let rising = at(a).total_cmp(&at(b));
                let by_value =
                    if direction == SortDirection::Rising { rising } else { rising.reverse() };
                by_value.then((a & mask).cmp(&(b & mask)))
            });
        }
    }

    /// How many places there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The place at `at` of the order.
    pub(super) fn place(&self, at: usize) -> usize {
        (self.entries[at] & self.mask) as usize
    }

    /// The end of the run of equal values that begins at `first`.
    pub(super) fn end_of_ties(&self, first: usize, value: impl Fn(usize) -> f64) -> usize {
        let entry = self.entries[first];
        let tied = |&&other: &&u64| {
            // The leading bits tell almost all apart.
            (other | self.mask) == (entry | self.mask)
                && value((other & self.mask) as usize) == value((entry & self.mask) as usize)
        };
        first + 1 + self.entries[first + 1..].iter().take_while(tied).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_order_as_their_values() {
        let values =
            [f64::MIN, -1e300, -2.5, -1e-300, 0.0, 1e-300, 1.0, 1.0 + f64::EPSILON, 7e9, f64::MAX];
        assert!(values.windows(2).all(|v| key(v[0]) < key(v[1])));
        assert_eq!(key(0.0), key(-0.0));
    }

    proptest! {
        #[test]
        fn both_directions_sort_with_ties_by_place(
            coarse in prop::collection::vec(-40i16..40, 0..900),
            close in prop::bool::ANY,
        ) {
            // Close values differ in their last bits alone.
            let value = |i: usize| if close { 1.0 + f64::from(coarse[i]) * f64::EPSILON } else { f64::from(coarse[i]) / 7.0 };
            let mut sorted = Sorted::default();
            for direction in [SortDirection::Rising, SortDirection::Falling] {
                sorted.sort(coarse.len(), direction, value);
                let mut wanted: Vec<usize> = (0..coarse.len()).collect();
                wanted.sort_by(|&a, &b| {
                    let rising = value(a).total_cmp(&value(b));
                    let falls = direction == SortDirection::Falling;
                    (if falls { rising.reverse() } else { rising }).then(a.cmp(&b))
                });
                let found: Vec<usize> = (0..sorted.len()).map(|at| sorted.place(at)).collect();
                prop_assert_eq!(&found, &wanted);
                if !found.is_empty() {
                    let ties = found.iter().take_while(|&&p| value(p) == value(found[0])).count();
                    prop_assert_eq!(sorted.end_of_ties(0, value), ties);
                }
            }
        }
    }
}
