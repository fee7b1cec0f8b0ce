//! What one user may contribute: bounds, the sensitivity that follows, and the
//! pairs and the cube from which every bounded sum is exact.
//!
//! `grouping` (the group of a row), `group_keys` (what is public of groups), `contributions` (sums by
//! user and group, in no particular order), `pairs` (in the keyed order that bounds need), `cube`
//! (for every bound of a grid).

mod bounds;
mod contributions;
mod cube;
mod group_keys;
mod grouping;
mod pairs;

pub use bounds::{BoundError, Bounds};
pub use contributions::{Contributions, Spread};
pub use cube::{Cell, Cube, Grid};
pub use group_keys::{GroupKeys, ShortList};
pub use grouping::{QuestionError, groups_of_rows, monday, month};
pub use pairs::{Bounded, Pairs, keyed_order};
