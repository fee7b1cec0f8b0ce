//! The figures of ranking drift that a chart can follow: names, directions, parts.

use crate::expected::{ClippedRanking, RankingFigures};
use crate::metric::Figure;

/// One way to say how much of an order is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// Share of the true top k that is still in the noised top k.
    Overlap,
    /// Kendall τ-b over all groups.
    TauB,
    /// Rank-biased overlap, p = 0.9.
    Rbo,
    /// NDCG of the noised top k.
    Ndcg,
    /// Spearman's ρ over all groups.
    Spearman,
    /// τ whose pairs weigh more near the top.
    WeightedTau,
    /// Probability that another group comes first.
    Top1Flip,
}

impl Drift {
    /// Every figure, in the order shown.
    pub const ALL: [Drift; 7] = [
        Drift::Overlap,
        Drift::TauB,
        Drift::Rbo,
        Drift::Ndcg,
        Drift::Spearman,
        Drift::WeightedTau,
        Drift::Top1Flip,
    ];

    /// Its name for lists of `k`.
    pub fn name(self, k: usize) -> String {
        match self {
            Drift::Overlap => format!("overlap@{k}"),
            Drift::TauB => "τ-b".to_owned(),
            Drift::Rbo => "RBO".to_owned(),
            Drift::Ndcg => format!("NDCG@{k}"),
            Drift::Spearman => "Spearman".to_owned(),
            Drift::WeightedTau => "weighted τ".to_owned(),
            Drift::Top1Flip => "top-1 flip".to_owned(),
        }
    }

    /// Its figure against one true order.
    pub fn of(self, figures: &RankingFigures) -> Figure {
        match self {
            Drift::Overlap => figures.overlap_at_k,
            Drift::TauB => figures.kendall_tau_b,
            Drift::Rbo => figures.rbo,
            Drift::Ndcg => figures.ndcg_at_k,
            Drift::Spearman => figures.spearman,
            Drift::WeightedTau => figures.weighted_tau,
            Drift::Top1Flip => figures.top1_flip,
        }
    }

    /// Its value when the bounds clip and no noise is added.
    pub fn clipped(self, figures: &ClippedRanking) -> Option<f64> {
        match self {
            Drift::Overlap => figures.overlap_at_k,
            Drift::TauB => figures.kendall_tau_b,
            Drift::Rbo => figures.rbo,
            Drift::Ndcg => figures.ndcg_at_k,
            Drift::Spearman => figures.spearman,
            Drift::WeightedTau => figures.weighted_tau,
            Drift::Top1Flip => figures.top1_flip,
        }
    }

    /// Its value for the true order itself.
    pub fn ideal(self) -> f64 {
        if self == Drift::Top1Flip { 0.0 } else { 1.0 }
    }

    /// Whether an order of k items is enough to work it out, as Gumbel top-k publishes it.
    pub fn of_the_top(self) -> bool {
        matches!(self, Drift::Overlap | Drift::Ndcg | Drift::Top1Flip)
    }
}
