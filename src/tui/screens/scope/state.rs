//! The state of the Scope screen, and what it asks the simulator for.

use crate::metric::Metric;
use std::sync::Arc;

use crate::expected::{CellFigures, FigureSet, Plan};
use crate::rehearsal::{Snapshot, cell};
use crate::tui::desk::message::Next;
use crate::tui::desk::{Desk, UnderKnobs};
use crate::tui::series::curve_epsilons;

/// The Scope screen: one setting, live.
#[derive(Debug)]
pub struct Scope {
    /// Number of the study that is waited for.
    pub study_id: u64,
    /// The ε of the cells after the first in the study: the curve of ranking drift.
    pub curve: Vec<f64>,
    /// The newest figures of the study.
    pub snapshot: Option<Snapshot>,
    /// Trials done and the figures then: how the estimates settle.
    pub history: Vec<(u64, CellFigures)>,
    /// The figure that the convergence chart follows.
    pub metric: Metric,
    /// The page in view (0 = first) where not all panels stand side by side.
    pub page: usize,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            study_id: 0,
            curve: curve_epsilons(),
            snapshot: None,
            history: Vec::new(),
            metric: Metric::Variance,
            page: 0,
        }
    }
}

impl Scope {
    /// The figures of the cell under the knobs: simulated where trials are there.
    pub fn figures(&self, setting: &UnderKnobs) -> CellFigures {
        let newest = self.snapshot.as_ref().and_then(|s| s.figures.first().copied());
        newest.unwrap_or(setting.expected)
    }

    /// Forgets the study of another setting.
    pub fn forget(&mut self) {
        self.curve = curve_epsilons();
        self.snapshot = None;
        self.history.clear();
    }

    /// Simulates the cell under the knobs and the drift curve over ε.
    pub fn study(&mut self, desk: &mut Desk) -> Vec<Next> {
        let Some(bounds) = desk.setting.as_ref().and_then(|setting| setting.cell.bounds) else {
            return Vec::new();
        };
        let id = desk.fresh_id();
        let (k, trials, seed, knobs) = (desk.k(), desk.trials, desk.seed, desk.knobs);
        let (Some(data), Some(setting)) = (&desk.data, &desk.setting) else { return Vec::new() };
        let others = self.curve.iter().filter_map(|&epsilon| {
            cell(knobs.mechanism, epsilon, knobs.delta, bounds, (0, k)).ok()
        });
        let cells: Vec<_> = std::iter::once(setting.cell).chain(others).collect();
        self.curve = cells[1..].iter().map(|cell| cell.epsilon).collect();
        self.history.clear();
        let plan = Plan {
            raw: Arc::clone(&data.raw),
            answers: vec![Arc::clone(&setting.answer)],
            cells,
            unit: data.pairs.units_per_shown(),
            k,
            trials,
            seed,
            figures: FigureSet::All,
        };
        self.study_id = id;
        desk.simulate(id, plan, true)
    }
}
