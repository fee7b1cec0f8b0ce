//! A sweep designed from pairs: which cells, over which bounded answers.

use std::sync::Arc;

use thiserror::Error;

use crate::contribution::{Bounds, Cube, Grid, GroupKeys, Pairs};
use crate::expected::{CellSpec, FigureSet, Plan, PlanError};
use crate::privacy::{CalibrationError, Mechanism, Sensitivity};

/// What a sweep varies. Cells follow in the order mechanism, l0, linf, ε.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Mechanisms.
    pub mechanisms: Vec<Mechanism>,
    /// ε of one release.
    pub epsilons: Vec<f64>,
    /// δ of one release; needed by Gaussian noise, ignored by the others.
    pub delta: Option<f64>,
    /// The bounds, or a sensitivity typed for teaching.
    pub sensitivity: Limits,
    /// Length of the top list.
    pub k: usize,
    /// Trials per cell.
    pub trials: u64,
    /// Seed.
    pub seed: u64,
    /// Which figures are worked out.
    pub figures: FigureSet,
}

/// Where the sensitivity comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Limits {
    /// Contribution bounds: every combination is a cell.
    Bounds(Vec<Bounds>),
    /// A typed sensitivity in the stored unit; nothing is clipped, and the guarantee
    /// holds only if the data obeys it.
    Assumed(f64),
}

/// A plan and what its bounds take away.
#[derive(Debug, Clone)]
pub struct Designed {
    /// The plan.
    pub plan: Plan,
    /// Per answer of the plan, the share of the raw total that the bounds drop.
    pub dropped: Vec<f64>,
    /// What is assumed of the groups' keys.
    pub known: GroupKeys,
}

/// Why a sweep was refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DesignError {
    /// No noise for a cell.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// A plan that cannot be simulated.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl Design {
    /// The plan of this design over `pairs`, every bounded sum from one cube.
    ///
    /// # Errors
    /// If ε, δ or a sensitivity is out of range, trials are 0, or k is above the number of groups.
    pub fn plan(&self, pairs: &Pairs) -> Result<Designed, DesignError> {
        self.plan_over(pairs, pairs.known())
    }

    /// The same where something else is assumed of the groups' keys.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn plan_over(&self, pairs: &Pairs, known: GroupKeys) -> Result<Designed, DesignError> {
        let (answers, dropped): (Vec<Arc<[i64]>>, Vec<f64>) = match &self.sensitivity {
            Limits::Assumed(_) => (vec![pairs.raw().into()], vec![0.0]),
            Limits::Bounds(bounds) => {
                let grid = Grid::new(
                    bounds.iter().map(|b| b.l0()).collect(),
                    bounds.iter().map(|b| b.linf()).collect(),
                );
                let cube = Cube::build(pairs, grid);
                bounds
                    .iter()
                    .map(|b| {
                        let (l0, linf) = (Some(b.l0()), Some(b.linf()));
                        let bounded =
                            cube.bounded(l0, linf).unwrap_or_else(|| pairs.bounded(l0, linf));
                        let share = bounded.dropped_share();
                        (Arc::from(bounded.sums), share)
                    })
                    .unzip()
            }
        };
        let mut cells = Vec::new();
        for &mechanism in &self.mechanisms {
            for answer in 0..answers.len() {
                let (bounds, sensitivity) = match &self.sensitivity {
                    Limits::Bounds(bounds) => {
                        let held = bounds[answer].over(known);
                        (Some(held), held.sensitivity())
                    }
                    Limits::Assumed(value) => (None, Sensitivity::assumed(*value)),
                };
                let delta = self.delta.filter(|_| mechanism.needs_delta());
                for &epsilon in &self.epsilons {
                    let noise = mechanism.calibrate(epsilon, delta, sensitivity, self.k)?;
                    cells.push(CellSpec {
                        mechanism,
                        epsilon,
                        delta,
                        bounds,
                        sensitivity,
                        noise,
                        answer,
                    });
                }
            }
        }
        let plan = Plan {
            raw: pairs.raw().into(),
            answers,
            cells,
            unit: pairs.units_per_shown(),
            k: self.k,
            trials: self.trials,
            seed: self.seed,
            figures: self.figures,
        };
        plan.check()?;
        Ok(Designed { plan, dropped, known })
    }
}
