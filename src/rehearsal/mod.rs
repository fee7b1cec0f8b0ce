//! What the explorer, reports and lessons stand on: a session that asks, its budget and plan,
//! the open file with its question, places in a ranking, lists of recommendations, what is
//! published of them.
//!
//! Each is served by a worker: a request in, reports as they come. But for what is published
//! (through the door of `release`) nothing here leaves the program as an answer.

pub mod budget_plan;
mod cell;
pub mod dataset;
pub mod fitting;
pub mod lists;
mod neighbours;
pub mod places;
pub mod publishing;
pub mod risk;
pub mod session;
mod threshold;

pub use budget_plan::{AccountReport, AccountRequest, BudgetPlan, PlanRefusal, Planned};
pub use cell::cell;
pub use dataset::{
    Dataset, KeptBeside, LoadError, LoadRequest, Loaded, Look, LookRequest, Snapshot, StudyRequest,
    Undecided, reading_file,
};
pub use fitting::{ErrorParts, FitAt, best_bounds, largest_share, loss};
pub use lists::{NoLists, RecommendReport, RecommendRequest};
pub use neighbours::Neighbours;
pub use places::{PlacesReport, PlacesRequest};
pub use publishing::{Made, ModelPreview, ModelTask, PublishOutcome, PublishTask, Worked};
pub use risk::RiskStudy;
pub use session::Session;
pub use threshold::{Reach, reach};
