//! What noise would do to an answer: trials that confirm the closed forms of `expected`.
//! Nothing here is a release: a trial costs no budget and may not leave as an answer.

mod attacker;
mod design;
mod pooled;
mod raw_order;
mod runner;
mod sampler;
mod trial;
mod wide;

pub use attacker::{Attacker, Hits};
pub use design::{Design, DesignError, Designed, Limits};
pub use runner::{Running, run, run_beside};
pub use sampler::draw;
