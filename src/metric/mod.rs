//! What is measured of noised answers: figures, error, ranking drift.

mod discordance;
pub mod drift;
pub mod figure;
mod place_set;
pub mod ranking;
mod sorted;

pub use figure::Figure;
