//! Mechanisms, accounting and risk: what noise a guarantee needs, what it costs, and what an
//! attacker gains.

pub mod accounting;
mod epsilon;
pub mod mechanism;
pub mod normal;
pub mod risk;
mod sensitivity;

pub use epsilon::{EPSILON_RANGE, epsilon_steps};
pub use mechanism::{CalibrationError, Mechanism, Noise, Shape};
pub use sensitivity::Sensitivity;
