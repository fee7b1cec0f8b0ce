//! Figures without a single random number: error and drift of every cell of a plan.

mod error;
mod places;

pub(super) use error::{Mixture, Terms};
pub use places::{Places, places};

use std::sync::OnceLock;

use super::plan::{CellFigures, ClippedRanking, FigureSet, Plan};
use crate::metric::drift::{Noised, TrueOrder};
use crate::work::{Cancel, in_order, threads};

/// The closed-form figures of every cell, in order.
pub fn expected(plan: &Plan) -> Vec<CellFigures> {
    let forms = ClosedForms::new(plan);
    each_cell(plan, |cell| forms.cell(cell))
}

/// Those that need no integral over a threshold: errors, τ-b, weighted τ and Spearman's ρ.
/// They take a fraction of a millisecond a cell.
pub fn expected_at_once(plan: &Plan) -> Vec<CellFigures> {
    let forms = ClosedForms::new(plan);
    each_cell(plan, |cell| forms.at_once(cell))
}

/// Makes one result a cell, on every core where that is worth a thread.
pub(super) fn each_cell<T: Send>(plan: &Plan, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut made = Vec::with_capacity(plan.cells.len());
    let threads = if plan.cells.len() * plan.raw.len() > 20_000 { threads() } else { 1 };
    let done = in_order(threads, plan.cells.len(), &Cancel::new(), make, |_, cell| made.push(cell));
    debug_assert!(done.is_ok(), "nothing cancels this");
    made
}

/// A plan prepared for closed forms: what cells of one answer share is worked out once.
pub struct ClosedForms<'a> {
    plan: &'a Plan,
    answers: Vec<OnceLock<Answer>>,
}

/// One bounded answer beside the raw sums.
struct Answer {
    terms: Terms,
    clipping: ClippedRanking,
}

impl<'a> ClosedForms<'a> {
    /// Prepares `plan`.
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, answers: plan.answers.iter().map(|_| OnceLock::new()).collect() }
    }

    fn answer(&self, cell: usize) -> &Answer {
        let index = self.plan.cells[cell].answer;
        self.answers[index]
            .get_or_init(|| Answer { terms: Terms::new(self.plan, index), clipping: clipping(self.plan, index) })
    }

    /// Error, τ-b, weighted τ and Spearman's ρ of cell number `cell`, and what clipping does.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn at_once(&self, cell: usize) -> CellFigures {
        let answer = self.answer(cell);
        CellFigures {
            error: error::figures(self.plan, cell, &answer.terms),
            ranking_clipping: answer.clipping,
            ..CellFigures::default()
        }
    }

    /// Every figure of cell number `cell`.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn cell(&self, cell: usize) -> CellFigures {
        self.at_once(cell)
    }
}

/// What clipping alone does to the order.
fn clipping(plan: &Plan, answer: usize) -> ClippedRanking {
    let float = |values: &[i64]| values.iter().map(|&v| v as f64).collect::<Vec<f64>>();
    let mut bounded = Noised::default();
    bounded.sort(&float(&plan.answers[answer]));
    let drift = TrueOrder::new(&float(&plan.raw), plan.k).drift(&mut bounded);
    let core = ClippedRanking {
        kendall_tau_b: drift.kendall_tau_b.filter(|_| plan.figures != FigureSet::Top),
        overlap_at_k: Some(drift.overlap_at_k),
        ..ClippedRanking::default()
    };
    if plan.figures != FigureSet::All {
        return core;
    }
    ClippedRanking {
        weighted_tau: drift.weighted_tau,
        spearman: drift.spearman,
        ndcg_at_k: drift.ndcg_at_k,
        rbo: Some(drift.rbo),
        top1_flip: Some(f64::from(u8::from(drift.top1_flip))),
        ..core
    }
}
