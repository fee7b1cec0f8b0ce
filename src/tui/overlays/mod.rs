//! What lies over a screen: the explanation, a line to type into, a release.

pub mod help;
pub mod prompt;
pub mod release;
