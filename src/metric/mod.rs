//! What is measured of noised answers: figures, error, ranking drift.

pub mod agreement;
pub mod comparison;
mod discordance;
pub mod drift;
pub mod figure;
mod level;
mod place_set;
pub mod ranking;
mod sorted;
pub mod top_list;
pub mod weight;

pub use figure::{Band, Figure};
pub use level::{Level, Work};
