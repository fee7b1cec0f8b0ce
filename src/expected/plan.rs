//! The cells of a sweep, of which figures are expected or simulated, and those figures.

use std::ops::Index;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::contribution::Bounds;
use crate::metric::{ByMetric, Figure, Metric};
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

impl FigureSet {
    /// Whether `metric` is among them.
    pub fn has(self, metric: Metric) -> bool {
        match (self, metric) {
            (FigureSet::All, _)
            | (_, Metric::Mae | Metric::Rmse | Metric::Variance | Metric::Overlap) => true,
            (FigureSet::Core, Metric::TauB) => true,
            (FigureSet::Core | FigureSet::Top, _) => false,
        }
    }
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

/// One figure a metric.
pub type Figures = ByMetric<Figure>;

/// All figures of one cell. Errors are over all groups, in shown units (variance in their
/// square, median relative error without unit); null is what does not exist, as rankings do
/// where the true order is all ties.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CellFigures {
    /// The noised answer against the raw sums and their order: clipping and noise together.
    pub raw: Figures,
    /// Its order against that of the bounded sums: noise alone. None of sums.
    pub noise: Figures,
    /// The order of the bounded sums against the raw one: clipping alone. No noise, so plain
    /// numbers; none of sums.
    pub clipping: ByMetric<Option<f64>>,
}

impl Index<Metric> for CellFigures {
    type Output = Figure;

    /// Against the raw sums and their order.
    fn index(&self, metric: Metric) -> &Figure {
        &self.raw[metric]
    }
}

/// As it stands in documents: `error`, `ranking`, `ranking_noise`, `ranking_clipping`.
impl Serialize for CellFigures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Parts<'a> {
            #[serde(serialize_with = "ByMetric::serialize_sums")]
            error: &'a Figures,
            #[serde(serialize_with = "ByMetric::serialize_orders")]
            ranking: &'a Figures,
            #[serde(serialize_with = "ByMetric::serialize_orders")]
            ranking_noise: &'a Figures,
            #[serde(serialize_with = "ByMetric::serialize_orders")]
            ranking_clipping: &'a ByMetric<Option<f64>>,
        }
        let Self { raw, noise, clipping } = self;
        Parts { error: raw, ranking: raw, ranking_noise: noise, ranking_clipping: clipping }
            .serialize(serializer)
    }
}
