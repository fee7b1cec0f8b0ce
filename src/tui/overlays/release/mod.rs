//! The release form over the screen: what is chosen, what it costs, what will come of it, and the
//! word that spends.

pub mod facts;
pub mod field;
pub mod form;
pub mod kept;
pub mod keys;
pub mod view;
