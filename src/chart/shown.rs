//! Which metrics screens step through, in which order.

use crate::metric::Metric;

/// Those of a cell: errors first, then how much of the order is left.
pub const OF_A_CELL: [Metric; 9] = [
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

/// Those of an order, the top of the list first.
pub const OF_AN_ORDER: [Metric; 7] = [
    Metric::Overlap,
    Metric::TauB,
    Metric::Rbo,
    Metric::Ndcg,
    Metric::Spearman,
    Metric::WeightedTau,
    Metric::Top1Flip,
];
