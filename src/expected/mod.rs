//! Figures without a single random number: error and drift of every cell of a plan.

mod classes;
mod error;
mod exponential;
mod one_release;
mod order;
mod places;
mod plan;
mod quadrature;
mod ranks;
mod smooth;
mod swap;
mod ties;

pub use classes::PairOrder;
pub(crate) use error::{ErrorVariances, Mixture, Terms};
pub use one_release::{NormalLaw, ReleaseLaw, TopSplit, simultaneous_width};
pub use order::PairFigures;
pub use plan::{CellFigures, CellSpec, FigureSet, Figures, Plan, PlanError};
pub use ranks::expected_ranks;
pub use swap::{swap, tie};

use std::sync::OnceLock;

use places::{Sums, overlap_at_k, top_figures};

use crate::metric::drift::{Drift, Noised, TrueOrder};
use crate::metric::{Figure, Metric};
use crate::privacy::Noise;
use crate::work::{Cancel, in_order, threads};

/// What is to be expected of every group in a noised list, by group index.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// Expected rank, 1 is first; ties count half.
    pub rank: Vec<f64>,
    /// Probability of a place among the first k; adds up to k.
    pub in_top: Vec<f64>,
    /// Probability of the first place; adds up to 1.
    pub first: Vec<f64>,
}

/// The expected rank (exact), and the probabilities of a place among the first `k` and of
/// the first place (to 1e-9), for every group of `sums` (stored unit, key order) under noise.
pub fn places(sums: &[i64], noise: Noise, k: usize) -> Places {
    let lists = places::places(&Sums::new(sums), noise, k);
    Places { rank: expected_ranks(sums, noise), in_top: lists.in_top, first: lists.first }
}

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
pub(crate) fn each_cell<T: Send>(plan: &Plan, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut made = Vec::with_capacity(plan.cells.len());
    let threads = if plan.cells.len() * plan.raw.len() > 20_000 { threads() } else { 1 };
    let done = in_order(threads, plan.cells.len(), &Cancel::new(), make, |_, cell| made.push(cell));
    debug_assert!(done.is_ok(), "nothing cancels this");
    made
}

/// A plan prepared for closed forms: what cells of one answer share is worked out once.
pub struct ClosedForms<'a> {
    plan: &'a Plan,
    raw: OnceLock<Sums>,
    answers: Vec<OnceLock<Answer>>,
}

/// One bounded answer beside the raw sums.
struct Answer {
    terms: Terms,
    clipping: Drift,
    by_raw: PairOrder,
    sums: Sums,
    /// The bounded sums beside themselves; `None` where they are the raw ones.
    by_itself: Option<PairOrder>,
}

impl<'a> ClosedForms<'a> {
    /// Prepares `plan`.
    pub fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            raw: OnceLock::new(),
            answers: plan.answers.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    fn answer(&self, cell: usize) -> &Answer {
        let index = self.plan.cells[cell].answer;
        self.answers[index].get_or_init(|| {
            let (raw, bounded) = (&self.plan.raw, &self.plan.answers[index]);
            let itself = self.plan.figures == FigureSet::All && raw != bounded;
            Answer {
                terms: Terms::new(self.plan, index),
                clipping: clipping(self.plan, index),
                by_raw: PairOrder::new(raw, bounded),
                sums: Sums::new(bounded),
                by_itself: itself.then(|| PairOrder::new(bounded, bounded)),
            }
        })
    }

    /// Error, τ-b, weighted τ and Spearman's ρ of cell number `cell`, and what clipping does.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn at_once(&self, cell: usize) -> CellFigures {
        let (answer, noise) = (self.answer(cell), self.plan.cells[cell].noise);
        let mut raw = error::figures(self.plan, cell, &answer.terms);
        match self.plan.figures {
            FigureSet::All => add_pairs(&mut raw, answer.by_raw.figures(noise)),
            FigureSet::Core => {
                raw[Metric::TauB] = expected_or_none(answer.by_raw.tau_b(noise));
            }
            FigureSet::Top => {}
        }
        let mut alone = Figures::default();
        match (self.plan.figures, &answer.by_itself) {
            (FigureSet::All, Some(order)) => add_pairs(&mut alone, order.figures(noise)),
            (FigureSet::All, None) => copy_orders(&raw, &mut alone),
            _ => {}
        }
        CellFigures { raw, noise: alone, clipping: answer.clipping }
    }

    /// Every figure of cell number `cell`.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn cell(&self, cell: usize) -> CellFigures {
        let mut figures = self.at_once(cell);
        let (answer, noise, k) = (self.answer(cell), self.plan.cells[cell].noise, self.plan.k);
        let raw = self.raw.get_or_init(|| Sums::new(&self.plan.raw));
        if self.plan.figures == FigureSet::All {
            add_lists(&mut figures.raw, raw, &answer.sums, noise, k);
            if answer.by_itself.is_some() {
                add_lists(&mut figures.noise, &answer.sums, &answer.sums, noise, k);
            } else {
                copy_orders(&figures.raw, &mut figures.noise);
            }
        } else {
            figures.raw[Metric::Overlap] =
                Figure::expected(overlap_at_k(raw, &answer.sums, noise, k));
        }
        figures
    }
}

fn expected_or_none(value: Option<f64>) -> Figure {
    value.map_or(Figure::default(), Figure::expected)
}

fn add_pairs(figures: &mut Figures, pairs: PairFigures) {
    figures[Metric::TauB] = expected_or_none(pairs.kendall_tau_b);
    figures[Metric::WeightedTau] = expected_or_none(pairs.weighted_tau);
    figures[Metric::Spearman] = expected_or_none(pairs.spearman);
}

fn add_lists(figures: &mut Figures, truth: &Sums, sums: &Sums, noise: Noise, k: usize) {
    let lists = top_figures(truth, sums, noise, k);
    figures[Metric::Overlap] = Figure::expected(lists.overlap_at_k);
    figures[Metric::Ndcg] = expected_or_none(lists.ndcg_at_k);
    figures[Metric::Rbo] = Figure::expected(lists.rbo);
    figures[Metric::Top1Flip] = Figure::expected(lists.top1_flip);
}

/// Where nothing is clipped, noise alone is all there is.
fn copy_orders(from: &Figures, to: &mut Figures) {
    for metric in Metric::of_orders() {
        to[metric] = from[metric];
    }
}

/// What clipping alone does to the order.
fn clipping(plan: &Plan, answer: usize) -> Drift {
    let float = |values: &[i64]| values.iter().map(|&v| v as f64).collect::<Vec<f64>>();
    let mut bounded = Noised::default();
    bounded.sort(&float(&plan.answers[answer]));
    let drift = TrueOrder::new(&float(&plan.raw), plan.k).drift(&mut bounded);
    Drift::each(|metric| drift[metric].filter(|_| plan.figures.has(metric)))
}
