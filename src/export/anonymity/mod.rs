//! What looking at people found, as a document, as lines and in sentences. Nothing of a single user
//! is in it.

mod document;
mod labels;
mod lines;
mod rows;
mod sentence;

pub use document::AnonymityDocument;
pub use labels::AnonymityLabels;
pub use lines::anonymity_lines;
pub use rows::anonymity_csv;
pub use sentence::{
    AttackRow, anonymity_sentence, attack_rows, detail_left, posterior_words, rate, uncut_words,
};
