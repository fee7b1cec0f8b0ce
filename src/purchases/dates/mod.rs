//! Times from text: how one cell is read by a spelling, and which spelling a whole column tells.

mod calendar;
mod cell;
mod clock;
mod epoch;
mod evidence;
mod format;
mod named;
mod words;

pub(super) use clock::clock_cell;
pub(super) use evidence::DateEvidence;
pub use format::{DateFormat, DateFormatError};

/// A time on the wall clock as `2010-12-01 08:26:00`.
pub(super) fn shown(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{} {hour:02}:{minute:02}:{second:02}", calendar::iso_day(seconds))
}
