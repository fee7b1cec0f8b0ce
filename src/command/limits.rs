//! The most that a number on the command line may ask for: memory and loops follow from it, so it
//! is refused before they begin.

use std::fmt::Display;
use std::ops::RangeInclusive;

use anyhow::ensure;

use crate::chart::grouped;
use crate::work::MOST_THREADS;

/// Rows that are shown as they stand.
pub const ROWS_SHOWN: RangeInclusive<u64> = 0..=10_000;
/// Trials of a cell: beyond a thousand million, standard errors are below what is shown.
pub const TRIALS: RangeInclusive<u64> = 1..=1_000_000_000;
/// Draws of the noise for each ε: every one of them keeps a figure for every user.
pub const REFITS: RangeInclusive<u64> = 1..=1_000;
/// Items of a vocabulary.
pub const ITEMS: RangeInclusive<u64> = 2..=1_000_000;
/// Length of a list.
pub const K: RangeInclusive<u64> = 1..=1_000_000;
/// Groups of one user of which a risk is composed.
pub const RISK_L0: RangeInclusive<u64> = 1..=1_000_000;
/// What one user may give to one group, of which a risk is composed.
pub const RISK_LINF: RangeInclusive<u64> = 1..=1_000_000_000_000;
/// Points that are known of a user.
pub const POINTS: RangeInclusive<u64> = 1..=10;
/// The least users of a class.
pub const CLASS: RangeInclusive<u64> = 2..=1_000_000_000;
/// How often the same is asked.
pub const ASKED: RangeInclusive<u64> = 1..=100_000;
/// ε in one list.
pub const EPSILONS: usize = 10_000;
/// Pairs of l0 and linf in one sweep.
pub const BOUNDS: usize = 1_000;
/// Cells of one sweep.
pub const CELLS: usize = 20_000;
/// Cells of one sweep times groups: each thread keeps two numbers for each.
pub const SUMS: usize = 20_000_000;
/// Models times values of ε times draws times users of an evaluation: figures of each are kept.
pub const FITTED: usize = 50_000_000;
/// Models times users times the length of a list: all lists are kept.
pub const LISTED: usize = 500_000_000;
/// A sensitivity, in shown units: as wide as the bounds are.
pub const SENSITIVITY: RangeInclusive<f64> = 1e-9..=1e12;

/// Refuses a whole number outside its range.
pub fn whole(flag: &str, value: u64, range: &RangeInclusive<u64>) -> anyhow::Result<()> {
    let (least, most) = (*range.start(), *range.end());
    ensure!(value >= least, "{flag} must be at least {least}, not {value}");
    ensure!(
        value <= most,
        "{flag} {value} is more than {}, the most that is done in one go",
        grouped(most)
    );
    Ok(())
}

/// Refuses a typed sensitivity of which no noise can be made that numbers hold.
pub fn sensitivity(sensitivity: f64) -> anyhow::Result<()> {
    ensure!(
        SENSITIVITY.contains(&sensitivity),
        "--sensitivity must be a number above 0, from {:e} to {:e}, not {sensitivity:e}",
        SENSITIVITY.start(),
        SENSITIVITY.end()
    );
    Ok(())
}

/// Refuses more of something than its limit.
pub fn count(what: impl Display, value: usize, most: usize) -> anyhow::Result<()> {
    ensure!(
        value <= most,
        "{what} are {}, and {} is the most that is done in one go: ask for fewer",
        grouped(value as u64),
        grouped(most as u64)
    );
    Ok(())
}

/// Refuses a number of threads that no machine has.
pub fn threads(threads: Option<usize>) -> anyhow::Result<()> {
    threads.map_or(Ok(()), |threads| whole("--threads", threads as u64, &(1..=MOST_THREADS as u64)))
}
