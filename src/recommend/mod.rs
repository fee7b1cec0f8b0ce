//! From noised counts to recommendations: models of items learnt under a budget, and what
//! the lists of shoppers lose by it.
//!
//! The guarantee is joint differential privacy (Kearns, Pai, Roth, Ullman 2014): what is
//! learnt about items is private, and a user's own history, which stays with that user,
//! turns it into a list. So a list shows its own reader what they bought, and shows
//! nobody else.

mod counts;
mod entry;
pub mod evaluation;
mod holdout;
mod list;
mod models;
mod nearest;
mod published;
mod publishing;
pub mod quality;
mod refit;
mod resampling;
mod training;
mod vocabulary;

pub use holdout::{Holdout, HoldoutError, Shopper, Split, Vocabulary, whole_histories};
pub use list::list;
pub use models::{ModelKind, fit, fit_told, is_popularity, plan};
pub use nearest::nearest;
pub use published::{Lesson, ModelFileError, PublishedModel};
pub use publishing::{
    ITEM_HEADERS, MadeModel, ModelOrder, ModelOrderError, PlannedModel, PreparedModel,
    first_reservation,
};
pub use refit::{Refit, Refits};
pub use training::{
    FitOptions, Guarantee, ItemModel, NoModel, NoiseSeed, Public, Schedule, Training, TrainingPlan,
    TrainingStep,
};
