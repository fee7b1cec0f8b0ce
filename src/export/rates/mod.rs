//! What `rates` finds, as a document, as CSV and as lines for people.

mod document;
mod lines;
mod sentence;

pub use document::{RatesDocument, rates_csv};
pub use lines::{Hows, rates_lines};
pub use sentence::{rates_sentence, rates_sentences};
