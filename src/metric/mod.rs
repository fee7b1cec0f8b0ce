//! What is measured of noised answers: figures, error, ranking drift.

pub mod agreement;
pub mod comparison;
mod discordance;
pub mod figure;
pub mod ranking;
pub mod top_list;

pub use figure::Figure;
