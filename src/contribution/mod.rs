//! What one user may contribute: bounds, the sensitivity that follows, and the
//! pairs and the cube from which every bounded sum is exact.
//!
//! `grouping` (the group of a row), `known` (what is public of groups), `contributions` (sums by
//! user and group, in no particular order), `pairs` (in the keyed order that bounds need), `cube`
//! (for every bound of a grid).

mod bounds;
mod contributions;
mod cube;
mod grouping;
mod known;
mod pairs;

pub use bounds::{BoundError, Bounds};
pub use contributions::{Contributions, Spread};
pub use cube::{Cell, Cube, Grid};
pub use grouping::QuestionError;
pub use known::{Known, ShortList};
pub use pairs::{Bounded, Pairs};
