//! Times from text: how one cell is read by a spelling, and which spelling a whole column tells.

mod calendar;
mod cell;
mod clock;
mod epoch;
mod evidence;
mod format;
mod words;

#[expect(unused_imports, reason = "for clocks in a column of their own")]
pub(super) use clock::clock;
pub(super) use evidence::DateEvidence;
pub use format::{DateFormat, DateFormatError};
