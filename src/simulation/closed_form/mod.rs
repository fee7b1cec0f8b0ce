//! Figures without a single random number.

mod error;
mod places;

pub(super) use error::{Mixture, Terms, each_cell};
pub use error::{expected, expected_cell};
pub use places::{Places, places};
