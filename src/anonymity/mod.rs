//! Looking at people: how few points single a user out, what k-anonymity leaves of the data and of
//! the user, the attacks on it, and beside each the bound that differential privacy gives.
//!
//! - `points` (what somebody may know of a user: `kind`, and how coarse) → `unicity` (`search`:
//!   who else has these points)
//! - `attribute` (quasi-identifiers) of `people` → `mondrian` (classes) → `classes` (k, l-diversity,
//!   what is lost) → `releases` (the attacks on one release, and on two together)
//! - `linkage`: one half of the time to the other by taste
//! - `dp_bound`: what ε allows; `study`: all of it for one setting; `serve`: in the background

mod attribute;
mod classes;
mod dp_bound;
mod error;
mod kind;
mod linkage;
mod lot;
mod mondrian;
mod people;
mod points;
mod releases;
mod search;
pub mod serve;
mod study;
mod unicity;

pub use attribute::{Attribute, UnknownAttribute};
pub use classes::Classes;
pub use dp_bound::{Asks, DpBound};
pub use error::AnonymityError;
pub use kind::{ItemPart, PointKind, TimePart, UnknownPoints};
pub use linkage::{ECCENTRICITY, Linkage};
pub use points::{Points, prefix_length};
pub use releases::{Anonymous, AnonymousRelease};
pub use serve::{AnonymityReport, AnonymityRequest};
pub use study::{AnonymitySetting, AnonymityStudy, StudyPart};
pub use unicity::{DRAWS, MOST_POINTS, Unicity, UnicityAt};
