//! The figures that a chart can follow: names, directions, axes.

use serde::Serialize;

use crate::expected::CellFigures;
use crate::metric::Figure;

/// One of the figures of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Expected absolute error.
    Mae,
    /// Root of the mean squared error.
    Rmse,
    /// Variance across trials.
    Variance,
    /// Mean of noised − raw.
    Bias,
    /// 95th percentile of |error|.
    P95,
    /// Median of |error| / max(raw, 1).
    MedianRelative,
    /// Kendall τ-b against the raw order.
    TauB,
    /// Overlap of the top lists.
    Overlap,
    /// Probability that another group comes first.
    Top1Flip,
}

impl Metric {
    /// Every figure, in the order shown.
    pub const ALL: [Metric; 9] = [
        Metric::Rmse,
        Metric::Mae,
        Metric::Variance,
        Metric::Bias,
        Metric::P95,
        Metric::MedianRelative,
        Metric::TauB,
        Metric::Overlap,
        Metric::Top1Flip,
    ];

    /// Its name on charts and screens.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Mae => "MAE",
            Metric::Rmse => "RMSE",
            Metric::Variance => "variance",
            Metric::Bias => "bias",
            Metric::P95 => "p95 |error|",
            Metric::MedianRelative => "median relative",
            Metric::TauB => "τ-b",
            Metric::Overlap => "overlap@k",
            Metric::Top1Flip => "top-1 flip",
        }
    }

    /// Its value in a cell.
    pub fn of(self, figures: &CellFigures) -> Figure {
        let (error, ranking) = (&figures.error, &figures.ranking);
        match self {
            Metric::Mae => error.mae,
            Metric::Rmse => error.rmse,
            Metric::Variance => error.variance,
            Metric::Bias => error.bias,
            Metric::P95 => error.p95_absolute,
            Metric::MedianRelative => error.median_relative,
            Metric::TauB => ranking.kendall_tau_b,
            Metric::Overlap => ranking.overlap_at_k,
            Metric::Top1Flip => ranking.top1_flip,
        }
    }

    /// Whether it compares orders rather than sums.
    pub fn is_ranking(self) -> bool {
        matches!(self, Metric::TauB | Metric::Overlap | Metric::Top1Flip)
    }

    /// Whether a small value is good.
    pub fn low_is_good(self) -> bool {
        !matches!(self, Metric::TauB | Metric::Overlap)
    }

    /// Whether it spans decades, so that axes and colours go by its logarithm.
    pub fn log_scale(self) -> bool {
        !self.is_ranking() && self != Metric::Bias
    }
}
