//! What is measured of noised answers: figures, error, ranking drift.

mod discordance;
pub mod figure;
pub mod ranking;

pub use figure::Figure;
