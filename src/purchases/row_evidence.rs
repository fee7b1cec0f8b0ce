//! What rows tell, as far as they were looked at.

use super::profile::Profile;
use super::rows_seen::{RowsSeen, SumsInSize};

/// Sums above this are not exact in the floating-point numbers that charts use.
pub(super) const MOST: u128 = 1 << 53;

/// What rows tell, as far as they were looked at; without it nothing is guessed.
#[derive(Debug)]
pub(super) struct Evidence {
    /// One a column.
    pub profiles: Vec<Profile>,
    /// What neighbouring cells tell of each other.
    pub seen: RowsSeen,
    /// Sums of all quantities and of all money in size, as far as they are known.
    pub sums: Option<SumsInSize>,
    /// The most decimals of a quantity and of an amount, as far as later rows have them.
    pub finest: Finest,
}

/// The most decimals that a number needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Finest {
    pub quantity: u32,
    pub money: u32,
}
