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
mod buffers;
mod map;
mod order;
mod settle;
mod sorting;
mod values;

pub use buffers::PairBuffers;
pub use map::Hint;
pub(super) use order::{ClassOrder, Counts};

use self::buckets::{Buckets, Compare};
use self::buffers::{BLOCK, BUCKETS, LANES};
use self::settle::Settle;
use self::values::{Indexed, Shifted, Values};
use super::level::Level;

/// Groups that 16 bits can count; more are compared by sorting.
const MOST: usize = u16::MAX as usize;
impl ClassOrder {
    /// Counts pairs of `noised` (by index, finite) against the raw order.
    ///
    /// # Panics
    /// If the number of values is not that of the raw values.
    pub(super) fn counts(
        &self,
        level: Level,
        noised: &[f64],
        scratch: &mut PairBuffers,
        hint: &mut Hint,
    ) -> Counts {
        assert_eq!(noised.len(), self.ascending.len(), "a value for every group");
        self.compare(level, Indexed { ascending: &self.ascending, noised }, scratch, hint)
    }

    /// Counts pairs of `answer + scale * unit`, both by place (see [`ClassOrder::arrange`]).
    ///
    /// # Panics
    /// If the number of values is not that of the raw values.
    pub(super) fn counts_shifted(
        &self,
        level: Level,
        (answer, scale, unit): (&[f64], f64, &[f64]),
        scratch: &mut PairBuffers,
        hint: &mut Hint,
    ) -> Counts {
        assert!(
            answer.len() == self.ascending.len() && unit.len() == answer.len(),
            "a value for every group"
        );
        self.compare(level, Shifted { answer, scale, unit }, scratch, hint)
    }

    fn compare<V: Values>(
        &self,
        level: Level,
        values: V,
        scratch: &mut PairBuffers,
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
}
#[cfg(test)]
mod tests;
