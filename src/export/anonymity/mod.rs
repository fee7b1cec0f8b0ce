//! What looking at people found, as a document, as lines and in sentences. Nothing of a single user
//! is in it.

mod csv;
mod document;
mod lines;
mod sentence;

pub use csv::anonymity_csv;
pub use document::{AnonymityDocument, AnonymityLabels};
pub use lines::anonymity_lines;
pub use sentence::{
    AttackRow, anonymity_sentence, attack_rows, detail_left, posterior_words, rate,
};
