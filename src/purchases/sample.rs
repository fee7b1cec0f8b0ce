//! The embedded sample: synthetic purchases to look at before one has a file.

use super::{Input, Options, Purchases, ReadError, read};

/// `sample_data/purchases.csv`, as it was when the program was built.
pub(super) const PURCHASES: &[u8] = include_bytes!("../../sample_data/purchases.csv");

/// Opens the embedded sample with the usual options: status synthetic.
///
/// # Errors
/// None that a test has not ruled out; the type is that of any other file.
pub fn sample() -> Result<Purchases, ReadError> {
    read(&Input::Sample, &Options::default())
}
