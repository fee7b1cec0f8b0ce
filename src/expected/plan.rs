//! The cells of a sweep, of which figures are expected or simulated, and those figures.

use std::sync::Arc;

use serde::Serialize;
use thiserror::Error;

use crate::contribution::Bounds;
use crate::metric::Figure;
use crate::privacy::{Mechanism, Noise, Sensitivity};

/// One cell of a sweep: a mechanism at an ε over one bounded answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellSpec {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// ε of one release.
    pub epsilon: f64,
    /// δ of one release; `None` for pure mechanisms.
    pub delta: Option<f64>,
    /// The bounds; `None` where a sensitivity was typed for teaching.
    pub bounds: Option<Bounds>,
    /// Sensitivities in the stored unit.
    pub sensitivity: Sensitivity,
    /// The calibrated noise, in the stored unit.
    pub noise: Noise,
    /// Which of the plan's answers the noise is added to.
    pub answer: usize,
}

/// A whole sweep: the raw sums, the bounded answers, the cells.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Raw sums of all groups in key order, stored unit: what error and ranking are
    /// measured against.
    pub raw: Arc<[i64]>,
    /// Bounded sums, one vector per distinct bounds, each as long as `raw`.
    pub answers: Vec<Arc<[i64]>>,
    /// The cells, in the order of the output.
    pub cells: Vec<CellSpec>,
    /// Stored units in one shown unit (100 for revenue in cents, else 1). Figures come
    /// out in shown units.
    pub unit: i64,
    /// How many groups the top list holds.
    pub k: usize,
    /// Trials per cell.
    pub trials: u64,
    /// The seed of all trials.
    pub seed: u64,
    /// Which figures are worked out; the others are null.
    pub figures: FigureSet,
}

impl Plan {
    /// Whether the plan can be simulated.
    ///
    /// # Errors
    /// If there are no trials, or k is 0 or above the number of groups.
    pub fn check(&self) -> Result<(), PlanError> {
        if self.trials == 0 {
            return Err(PlanError::NoTrials);
        }
        let groups = self.raw.len();
        if self.k == 0 || self.k > groups {
            return Err(PlanError::K { k: self.k, groups });
        }
        Ok(())
    }
}

/// Which figures of a cell are worked out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureSet {
    /// Every one.
    #[default]
    All,
    /// MAE, RMSE, variance, τ-b and overlap@k against the raw order: several times faster.
    Core,
    /// Those of `Core` but for τ-b: faster again.
    Top,
}

/// Why a plan was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// No trials.
    #[error("trials must be at least 1")]
    NoTrials,
    /// k out of range.
    #[error("k is {k}, but the question has {groups} groups: choose a k from 1 to {groups}")]
    K {
        /// What was asked.
        k: usize,
        /// How many groups there are.
        groups: usize,
    },
}

/// Error of the noised answer against the raw sums, over all groups, in shown units
/// (variance in their square; median relative error without unit).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ErrorFigures {
    /// Mean over groups of (noised − raw): what clipping and flooring do on average.
    pub bias: Figure,
    /// Expected absolute error, mean over groups.
    pub mae: Figure,
    /// Root of the mean squared error over trials and groups.
    pub rmse: Figure,
    /// Mean over groups of the variance across trials.
    pub variance: Figure,
    /// 95th percentile of |error|, pooled over groups and trials.
    pub p95_absolute: Figure,
    /// Median of |error| / max(raw, 1), pooled over groups and trials.
    pub median_relative: Figure,
}

/// Ranking of the noised answer against one true order (raw or bounded sums). All of
/// them lie in -1..=1 or 0..=1; null where the true order is all ties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RankingFigures {
    /// Kendall τ-b over all groups.
    pub kendall_tau_b: Figure,
    /// Weighted τ over all groups (Vigna 2015): a pair weighs 1/r + 1/s for true ranks
    /// r and s from 1, ties by key.
    pub weighted_tau: Figure,
    /// Spearman's ρ over all groups, mid-ranks.
    pub spearman: Figure,
    /// |true top k ∩ noised top k| / k; ties by group key.
    pub overlap_at_k: Figure,
    /// NDCG of the noised top k: linear gain (the raw or bounded sum), discount 1/log₂(r + 1).
    pub ndcg_at_k: Figure,
    /// Rank-biased overlap of the whole lists (Webber et al. 2010), p = 0.9.
    pub rbo: Figure,
    /// Probability that the first group is another than the true one.
    pub top1_flip: Figure,
}

impl RankingFigures {
    /// Every figure with the name it has in documents.
    pub fn named(&self) -> [(&'static str, Figure); 7] {
        [
            ("kendall_tau_b", self.kendall_tau_b),
            ("weighted_tau", self.weighted_tau),
            ("spearman", self.spearman),
            ("overlap_at_k", self.overlap_at_k),
            ("ndcg_at_k", self.ndcg_at_k),
            ("rbo", self.rbo),
            ("top1_flip", self.top1_flip),
        ]
    }
}

/// Ranking of the bounded sums against the raw ones: what clipping alone does. No noise,
/// so plain numbers; null where a figure does not exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ClippedRanking {
    /// Kendall τ-b over all groups.
    pub kendall_tau_b: Option<f64>,
    /// Weighted τ over all groups.
    pub weighted_tau: Option<f64>,
    /// Spearman's ρ over all groups.
    pub spearman: Option<f64>,
    /// Overlap of the top lists.
    pub overlap_at_k: Option<f64>,
    /// NDCG of the bounded top k.
    pub ndcg_at_k: Option<f64>,
    /// Rank-biased overlap of the whole lists, p = 0.9.
    pub rbo: Option<f64>,
    /// 1 if clipping puts another group first, else 0.
    pub top1_flip: Option<f64>,
}

impl ClippedRanking {
    /// Every figure with the name it has in documents.
    pub fn named(&self) -> [(&'static str, Option<f64>); 7] {
        [
            ("kendall_tau_b", self.kendall_tau_b),
            ("weighted_tau", self.weighted_tau),
            ("spearman", self.spearman),
            ("overlap_at_k", self.overlap_at_k),
            ("ndcg_at_k", self.ndcg_at_k),
            ("rbo", self.rbo),
            ("top1_flip", self.top1_flip),
        ]
    }
}

/// All figures of one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct CellFigures {
    /// Error against the raw sums.
    pub error: ErrorFigures,
    /// Ranking against the raw order: clipping and noise together.
    pub ranking: RankingFigures,
    /// Ranking against the order of the bounded sums: noise alone.
    pub ranking_noise: RankingFigures,
    /// Ranking of the bounded sums against the raw order: clipping alone.
    pub ranking_clipping: ClippedRanking,
}
