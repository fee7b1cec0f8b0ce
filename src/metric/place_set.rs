//! A set of places that knows at once how many of them lie from any place upwards: bits,
//! counters of words, groups and blocks, eight at a time.

/// Words in a group, and groups in a block: counters of eight are one vector.
const EIGHT: usize = 8;
/// Places in a group and in a block.
const GROUP: usize = 64 * EIGHT;
const BLOCK: usize = GROUP * EIGHT;

/// Places 0..n, each in the set or not.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceSet {
    bits: Vec<u64>,
    /// Per group, for each word: places set in the words above it, in this group.
    above_words: Vec<[u16; EIGHT]>,
    /// Per block, for each group: places set in the groups above it, in this block.
    above_groups: Vec<[u16; EIGHT]>,
    /// For each block: places set in the blocks above it.
    above_blocks: Vec<u32>,
}

impl PlaceSet {
    /// Empties the set, for `n` places.
    pub(super) fn clear(&mut self, n: usize) {
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
    pub(super) fn set_from(&self, from: usize) -> u64 {
        let (word, group, block) = (from / 64, from / GROUP, from / BLOCK);
        let own = (self.bits[word] >> (from % 64)).count_ones();
        let near = u32::from(self.above_words[group][word % EIGHT])
            + u32::from(self.above_groups[block][group % EIGHT]);
        u64::from(own + near + self.above_blocks[block])
    }

    /// Puts `place`, which is not in it, into the set.
    pub(super) fn set(&mut self, place: usize) {
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
    fn counts_follow_the_set() {
        let n = 3 * BLOCK + 77;
        let mut set = PlaceSet::default();
        set.clear(n);
        let mut plain = vec![false; n];
        for i in 0..2_000usize {
            let place = i * 7_919 % n;
            plain[place] = true;
            set.set(place);
        }
        for from in (0..=n).step_by(61).chain([n]) {
            assert_eq!(
                set.set_from(from),
                plain[from..].iter().filter(|&&s| s).count() as u64,
                "{from}"
            );
        }
    }
}
