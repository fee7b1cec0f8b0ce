//! Rates of campaigns and items: of the users who saw something, how many converted; per event too.
//!
//! - `log`: who saw what and what came of it, from rows that are events; `chosen`: which events are
//!   exposure and success; `events`: both, with what is known of the file; `cells`: converted and not, under contribution bounds
//! - `law`: the exact law of a noised rate; `interval`: what a published one says of the true one
//! - `order`, `lift`, `stopping`, `readable`, `split`: what an advertiser decides, and by which design
//! - `trial` and `drawn_order`: the same by trials; `setting` and `study`: all of it; `serve`: by a worker

mod cells;
mod chosen;
mod drawn_order;
mod error;
mod events;
mod interval;
mod law;
mod lift;
mod log;
mod order;
mod readable;
mod serve;
mod setting;
mod split;
mod stopping;
mod study;
mod trial;

pub use cells::{RateCells, RateUnit};
pub use chosen::{AskedEvents, ChosenEvents, EventDoubt, missing_events};
pub use drawn_order::OrderOdds;
pub use error::RatesError;
pub use events::{EventFacts, Events, turned};
pub use interval::{Interval, rate_interval, whole_rate_interval, wilson_interval};
pub use law::{CellNoise, RateLaw, RateOf, rate_of};
pub use lift::Lift;
pub use log::{EventLog, EventSource, Unseen};
pub use order::{first_below_second, order_odds};
pub use readable::{Readable, smallest_for_noise, smallest_readable};
pub use serve::{RatesFound, RatesRefusal, RatesReport, RatesRequest, serve};
pub use setting::RatesSetting;
pub use split::{RateDesign, designs};
pub use stopping::{Stopping, stopping};
pub use study::{
    DrawnRate, GroupRate, OverEpsilon, OverL0, RatesDepth, RatesStudy, closed_forms, study,
};
