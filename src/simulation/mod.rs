//! What noise would do to an answer: closed forms at once, trials to confirm them.
//! Nothing here is a release: a trial costs no budget and may not leave as an answer.

mod plan;

pub use plan::{CellFigures, CellSpec, ErrorFigures, Plan, PlanError, RankingFigures};
