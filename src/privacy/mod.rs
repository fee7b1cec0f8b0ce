//! Mechanisms and accounting: what noise a guarantee needs, and what it costs.

pub mod accounting;
mod epsilon;
pub mod mechanism;
mod sensitivity;

pub use epsilon::{EPSILON_RANGE, epsilon_steps};
pub use mechanism::{CalibrationError, Mechanism, Noise, Shape};
pub use sensitivity::Sensitivity;
