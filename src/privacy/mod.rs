//! Mechanisms and accounting: what noise a guarantee needs, and what it costs.

pub mod accounting;
pub mod mechanism;
mod sensitivity;

pub use mechanism::{CalibrationError, Mechanism, Noise};
pub use sensitivity::Sensitivity;
