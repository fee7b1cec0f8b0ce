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

/// The least memory with which rows can be read at all.
const LEAST_MEMORY: u64 = 256 << 20;

/// A size in memory as typed: 4GiB, 500MB, 2g.
pub fn memory(text: &str) -> Result<u64, String> {
    let refused = || format!("'{text}' is no size in memory such as 4GiB or 800MB");
    let text = text.trim();
    let unit = text.find(|sign: char| sign.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = (text[..unit].trim(), text[unit..].to_ascii_lowercase());
    let times: f64 = match unit.as_str() {
        "gib" | "g" => (1u64 << 30) as f64,
        "gb" => 1e9,
        "mib" | "m" => (1u64 << 20) as f64,
        "mb" => 1e6,
        "tib" | "t" => (1u64 << 40) as f64,
        "tb" => 1e12,
        "" => return Err(format!("{}: say its unit", refused())),
        _ => return Err(refused()),
    };
    let number: f64 = number.parse().map_err(|_| refused())?;
    let bytes = number * times;
    if !bytes.is_finite() || bytes < 0.0 {
        return Err(refused());
    }
    if bytes < LEAST_MEMORY as f64 {
        return Err(format!("'{text}' is less than 256MiB, with which nothing large is read"));
    }
    Ok(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::memory;

    #[test]
    fn sizes_in_memory_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("4GiB", 4 << 30),
            ("4 gib", 4 << 30),
            ("2G", 2 << 30),
            ("1.5g", 3 << 29),
            ("800MB", 800_000_000),
            ("256MiB", 256 << 20),
            ("1TB", 1_000_000_000_000),
        ] {
            assert_eq!(memory(text), Ok(bytes), "{text}");
        }
        for text in ["", "4", "GiB", "-4GiB", "nanGiB", "infGiB", "1e400g", "4GiBs", "255MiB", "0g"]
        {
            assert!(memory(text).is_err(), "{text}");
        }
    }
}
