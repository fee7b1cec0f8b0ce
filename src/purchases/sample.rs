//! The embedded sample: synthetic purchases to look at before one has a file.

/// `sample_data/purchases.csv`, as it was when the program was built.
pub(super) const PURCHASES: &[u8] = include_bytes!("../../sample_data/purchases.csv");
