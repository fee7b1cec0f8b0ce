//! From noised counts to recommendations: models of items learnt under a budget, and what
//! the lists of shoppers lose by it.
//!
//! The guarantee is joint differential privacy (Kearns, Pai, Roth, Ullman 2014): what is
//! learnt about items is private, and a user's own history, which stays with that user,
//! turns it into a list. So a list shows its own reader what they bought, and shows
//! nobody else.

mod als;
mod autoencoder;
mod ease;
pub mod evaluation;
mod holdout;
mod model;
mod nearest;
mod popularity;
mod published;
mod random;
mod vocabulary;

pub use ease::Ease;
pub use holdout::{Holdout, HoldoutError, Shopper, Split, Vocabulary, whole_histories};
pub use model::{
    Guarantee, Kind, Model, NoModel, Options, Plan, Public, Schedule, Step, Training, fit,
    fit_told, is_popularity, list, plan,
};
pub use nearest::nearest;
pub use published::{Lesson, ModelFileError, PublishedModel};
