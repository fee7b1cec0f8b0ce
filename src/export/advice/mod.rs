//! What `advise` finds, as a document and in words.

mod document;
mod lines;
mod sentence;

pub use document::{AdviceDocument, AdviceSource};
pub use lines::advice_lines;
pub use sentence::advice_sentence;
