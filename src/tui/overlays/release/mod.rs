//! The release form over the screen: what is about to be spent, and the word that spends it.

pub mod form;
pub mod keys;
pub mod view;
