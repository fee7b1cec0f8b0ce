//! From wants to ε: the smallest ε at which a release meets every one of them, over mechanisms,
//! bounds and kinds of release; and why none does where none does.
//!
//! A want holds at ε if, data and bounds fixed, the probability over the noise of one release
//! that its figure meets the limit is at least the confidence, there and at every larger ε that
//! is looked at. All of it is looked up in the true data: choosing so is not private.

mod answer;
mod assertion;
mod bounds_over_epsilon;
mod chance;
mod confirm;
mod frontier;
mod grammar;
mod infeasible;
mod recall;
mod resolved;
mod search;
mod serve;
mod sharing;
mod trial;
mod walk;
mod want;

pub use answer::{Advice, AdviseError, Advised, Demand, Kinds, ReleaseKind, Window, advise};
pub use assertion::{figure_at, meets};
pub use bounds_over_epsilon::{BestBounds, bounds_over_epsilon};
pub use confirm::{Confirmed, TrialShare};
pub use frontier::{Frontier, frontier};
pub use grammar::WantError;
pub use infeasible::{Infeasible, Obstacle, Remedy};
pub use recall::{DRAWS, RecallAt, RecallSearch, Recalled, recalled};
pub use resolved::{NotAsked, Resolved};
pub use search::{FoundRelease, LEAST};
pub use serve::{AdviceReport, AdviceRequest, serve};
pub use sharing::{Aim, NotShared, Sharer, Sharing, consistent, share};
pub use want::{Subject, Want};
