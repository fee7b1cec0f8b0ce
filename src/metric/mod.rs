//! What is measured of noised answers: figures, error, ranking drift.

pub mod agreement;
mod by_metric;
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

pub use by_metric::{ByMetric, Metric};
pub use figure::{Band, Figure};
pub use level::{Level, Work};
