//! Discordant pairs between a fixed order and many noised ones: a radix sort, then a
//! bitset that knows how many larger ones came before. No branch depends on the data.

/// Groups that a packed place can tell apart.
pub(super) const MOST: usize = 1 << 16;
/// Bits of the place in a packed entry.
const PLACE: u64 = 0xffff;
/// Bits of a radix pass.
const DIGIT: u32 = 11;
/// Entries of a pass' histogram.
const DIGITS: usize = 1 << DIGIT;
/// Where the three passes begin: the leading 33 bits of a key.
const SHIFTS: [u32; 3] = [64 - 33, 64 - 22, 64 - 11];
/// Fewer entries than this are sorted faster by comparison: histograms have to be cleared.
const RADIX_FROM: usize = 600;
/// Words in a group, and groups in a block: counters of eight are one vector.
const EIGHT: usize = 8;
/// Places in a group and in a block.
const GROUP: usize = 64 * EIGHT;
const BLOCK: usize = GROUP * EIGHT;

/// Buffers that a thread keeps between comparisons.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    entries: Vec<u64>,
    sorted: Vec<u64>,
    histogram: Vec<u32>,
    bits: Vec<u64>,
    /// Per group, for each word: places set in the words above it, in this group.
    above_words: Vec<[u16; EIGHT]>,
    /// Per block, for each group: places set in the groups above it, in this block.
    above_groups: Vec<[u16; EIGHT]>,
    /// For each block: places set in the blocks above it.
    above_blocks: Vec<u32>,
}

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

/// A whole number that orders as the float does, 0 and -0 alike.
fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    bits ^ (((bits as i64 >> 63) as u64) | 1 << 63)
}

/// Counts pairs between raw places and `noised`. `ascending` holds the indices by raw
/// value; `class_end[place]` is the first place above with a larger raw value.
pub(super) fn count(ascending: &[u32], class_end: &[u32], noised: &[f64], scratch: &mut Scratch) -> Counts {
    scratch.sort(ascending, noised);
    scratch.clear(ascending.len());
    let mut counts = Counts::default();
    let mut first = 0;
    let n = ascending.len();
    while first < n {
        let entry = scratch.entries[first];
        // Entries tied in the noised values see only what lies strictly below them.
        let mut end = first + 1;
        while end < n && tied(scratch.entries[end], entry, ascending, noised) {
            end += 1;
        }
        for at in first..end {
            let place = (scratch.entries[at] & PLACE) as usize;
            counts.discordant += scratch.set_from(class_end[place] as usize);
        }
        for at in first..end {
            let place = (scratch.entries[at] & PLACE) as usize;
            scratch.set(place);
        }
        if end - first > 1 {
            counts.tied += pairs(end - first);
            // Equal values stand in raw order, so equal classes are neighbours.
            let mut same = 1;
            for at in first + 1..=end {
                let class = |at: usize| class_end[(scratch.entries[at] & PLACE) as usize];
                if at < end && class(at) == class(at - 1) {
                    same += 1;
                } else {
                    counts.tied_both += pairs(same);
                    same = 1;
                }
            }
        }
        first = end;
    }
    counts
}

fn pairs(n: usize) -> u64 {
    let n = n as u64;
    n * (n - 1) / 2
}

fn tied(a: u64, b: u64, ascending: &[u32], noised: &[f64]) -> bool {
    // The leading 48 bits tell almost all apart.
    (a | PLACE) == (b | PLACE) && value(a, ascending, noised) == value(b, ascending, noised)
}

fn value(entry: u64, ascending: &[u32], noised: &[f64]) -> f64 {
    noised[ascending[(entry & PLACE) as usize] as usize]
}

impl Scratch {
    /// Sorts entries (leading 48 bits of the key, place) into `self.entries`, by noised
    /// value, ties by place.
    fn sort(&mut self, ascending: &[u32], noised: &[f64]) {
        let n = ascending.len();
        self.entries.clear();
        if n < RADIX_FROM {
            let entry = |(place, &index): (usize, &u32)| (key(noised[index as usize]) & !PLACE) | place as u64;
            self.entries.extend(ascending.iter().enumerate().map(entry));
            self.entries.sort_unstable();
            self.settle(ascending, noised);
            return;
        }
        self.sorted.resize(n, 0);
        self.histogram.clear();
        self.histogram.resize(3 * DIGITS, 0);
        let (low, rest) = self.histogram.split_at_mut(DIGITS);
        let (middle, high) = rest.split_at_mut(DIGITS);
        for (place, &index) in ascending.iter().enumerate() {
            let entry = (key(noised[index as usize]) & !PLACE) | place as u64;
            low[(entry >> SHIFTS[0]) as usize % DIGITS] += 1;
            middle[(entry >> SHIFTS[1]) as usize % DIGITS] += 1;
            high[(entry >> SHIFTS[2]) as usize % DIGITS] += 1;
            self.entries.push(entry);
        }
        for (pass, histogram) in [low, middle, high].into_iter().enumerate() {
            let shift = SHIFTS[pass];
            // A digit that all entries share sorts nothing.
            if self.entries.first().is_some_and(|&e| histogram[(e >> shift) as usize % DIGITS] as usize == n) {
                continue;
            }
            let mut next = 0;
            for slot in histogram.iter_mut() {
                next += std::mem::replace(slot, next);
            }
            for &entry in &self.entries {
                let slot = &mut histogram[(entry >> shift) as usize % DIGITS];
                self.sorted[*slot as usize] = entry;
                *slot += 1;
            }
            std::mem::swap(&mut self.entries, &mut self.sorted);
        }
        self.settle(ascending, noised);
    }

    /// Puts entries in order that 33 bits could not tell apart: few and near each other,
    /// or else by a sort.
    fn settle(&mut self, ascending: &[u32], noised: &[f64]) {
        let n = self.entries.len();
        let mut moves = 0usize;
        let mut unsure = false;
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
        for pair in self.entries.windows(2) {
            unsure |= (pair[0] | PLACE) == (pair[1] | PLACE)
                && value(pair[0], ascending, noised) > value(pair[1], ascending, noised);
        }
        if unsure {
            self.entries.sort_by(|&a, &b| {
                value(a, ascending, noised).total_cmp(&value(b, ascending, noised)).then((a & PLACE).cmp(&(b & PLACE)))
            });
        }
    }

    fn clear(&mut self, n: usize) {
        // One place more than there is: a query may ask from the end.
        let blocks = n / BLOCK + 1;
        self.bits.clear();
        self.bits.resize(blocks * EIGHT * EIGHT, 0);
        self.above_words.clear();
        self.above_words.resize(blocks * EIGHT, [0; EIGHT]);
        self.above_groups.clear();
        self.above_groups.resize(blocks, [0; EIGHT]);
        self.above_blocks.clear();
        self.above_blocks.resize(blocks, 0);
    }

    /// How many places are set from `from` upwards.
    fn set_from(&self, from: usize) -> u64 {
        let (word, group, block) = (from / 64, from / GROUP, from / BLOCK);
        let own = (self.bits[word] >> (from % 64)).count_ones();
        let near =
            u32::from(self.above_words[group][word % EIGHT]) + u32::from(self.above_groups[block][group % EIGHT]);
        u64::from(own + near + self.above_blocks[block])
    }

    fn set(&mut self, place: usize) {
        let (word, group, block) = (place / 64, place / GROUP, place / BLOCK);
        self.bits[word] |= 1 << (place % 64);
        raise_below(&mut self.above_words[group], word % EIGHT);
        raise_below(&mut self.above_groups[block], group % EIGHT);
        for counter in &mut self.above_blocks[..block] {
            *counter += 1;
        }
    }
}

/// Adds 1 to the counters below `end`: all eight at once, by a table instead of a loop
/// whose end depends on the data.
fn raise_below(counters: &mut [u16; EIGHT], end: usize) {
    const BELOW: [[u16; EIGHT]; EIGHT] = {
        let mut table = [[0; EIGHT]; EIGHT];
        let mut end = 0;
        while end < EIGHT {
            let mut at = 0;
            while at < end {
                table[end][at] = 1;
                at += 1;
            }
            end += 1;
        }
        table
    };
    let add = &BELOW[end % EIGHT];
    for (counter, one) in counters.iter_mut().zip(add) {
        *counter += one;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_their_values() {
        let values = [f64::MIN, -1e300, -2.5, -1e-300, 0.0, 1e-300, 1.0, 1.0 + f64::EPSILON, 7e9, f64::MAX];
        assert!(values.windows(2).all(|v| key(v[0]) < key(v[1])));
        assert_eq!(key(0.0), key(-0.0));
    }

    #[test]
    fn values_that_differ_in_their_last_bits_are_told_apart() {
        // 1,000 values within 1e-12 of each other, in every kind of order.
        let n = 1_000usize;
        let ascending: Vec<u32> = (0..n as u32).collect();
        let ends: Vec<u32> = (1..=n as u32).collect();
        let falling: Vec<f64> = (0..n).map(|i| 1.0 - i as f64 * f64::EPSILON).collect();
        let mut scratch = Scratch::default();
        let counts = count(&ascending, &ends, &falling, &mut scratch);
        assert_eq!(counts, Counts { discordant: pairs(n), tied: 0, tied_both: 0 });
        let rising: Vec<f64> = falling.iter().rev().copied().collect();
        assert_eq!(count(&ascending, &ends, &rising, &mut scratch), Counts::default());
        assert_eq!(count(&ascending, &ends, &vec![3.0; n], &mut scratch).tied, pairs(n));
    }
}
