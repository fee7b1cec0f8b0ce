//! Discordant pairs between a fixed order and many noised ones: a radix sort, then a
//! set that knows how many larger ones came before. No branch depends on the data.

use super::place_set::PlaceSet;
use super::sorted::{Direction, Sorted};

/// Buffers that a thread keeps between comparisons.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    sorted: Sorted,
    set: PlaceSet,
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

/// Counts pairs between raw places and `noised`. `ascending` holds the indices by raw
/// value; `class_end[place]` is the first place above with a larger raw value.
pub(super) fn count(ascending: &[u32], class_end: &[u32], noised: &[f64], scratch: &mut Scratch) -> Counts {
    let n = ascending.len();
    let value = |place: usize| noised[ascending[place] as usize];
    let Scratch { sorted, set } = scratch;
    sorted.sort(n, Direction::Rising, value);
    set.clear(n);
    let mut counts = Counts::default();
    let mut first = 0;
    while first < n {
        // Entries tied in the noised values see only what lies strictly below them.
        let end = sorted.end_of_ties(first, value);
        for at in first..end {
            counts.discordant += set.set_from(class_end[sorted.place(at)] as usize);
        }
        for at in first..end {
            set.set(sorted.place(at));
        }
        if end - first > 1 {
            counts.tied += pairs(end - first);
            // Equal values stand in raw order, so equal classes are neighbours.
            let mut same = 1;
            for at in first + 1..=end {
                let class = |at: usize| class_end[sorted.place(at)];
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

#[cfg(test)]
mod tests {
    use super::*;

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
