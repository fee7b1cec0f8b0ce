//! What one user may contribute: bounds, the sensitivity that follows, and the
//! pairs and the cube from which every bounded sum is exact.

mod bounds;
mod cube;
mod group_keys;
mod grouping;
mod pairs;

pub use bounds::{BoundError, Bounds};
pub use cube::{Cell, Cube, Grid};
pub use group_keys::{GroupKeys, ShortList};
pub use grouping::QuestionError;
pub use pairs::{Bounded, Pairs, Spread};
