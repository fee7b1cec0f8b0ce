//! Accounting: what several answers cost together.

mod amount;
mod basic;

pub use amount::{Amount, AmountError};
pub use basic::{Budget, Cost, Refusal};
