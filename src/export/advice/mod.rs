//! What `advise` finds, as a document and in words.

mod document;
mod lines;
mod sentence;
mod sharing;
mod source;

pub use document::AdviceDocument;
pub use lines::advice_lines;
pub use sentence::advice_sentence;
pub use sharing::{SharedPart, SharingDocument, sharing_lines};
pub use source::AdviceSource;
