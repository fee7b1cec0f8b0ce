//! What noise would do to an answer: closed forms at once, trials to confirm them.
//! Nothing here is a release: a trial costs no budget and may not leave as an answer.

mod closed_form;
mod design;
mod plan;
mod pooled;
mod raw_order;
mod runner;
mod sampler;
mod trial;
mod wide;

pub use closed_form::{
    ClosedForms, PairFigures, PairOrder, Places, expected, expected_at_once, expected_ranks,
    places, swap, tie,
};
pub use design::{Design, DesignError, Designed, Limits};
pub use plan::{
    CellFigures, CellSpec, ClippedRanking, ErrorFigures, FigureSet, Plan, PlanError, RankingFigures,
};
pub use runner::{Running, run, run_beside};
pub use sampler::draw;
