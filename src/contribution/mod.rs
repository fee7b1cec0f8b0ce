//! What one user may contribute: bounds, the sensitivity that follows, and the
//! pairs and the cube from which every bounded sum is exact.

mod bounds;
mod cube;
mod pairs;

pub use bounds::{BoundError, Bounds};
pub use cube::{Cell, Cube, Grid};
pub use pairs::{Bounded, Pairs, QuestionError, Spread};
