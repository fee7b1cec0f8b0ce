//! The state of the Sweep screen, and what it asks the simulator for.

use crate::metric::Metric;
use std::sync::Arc;

use crate::contribution::Bounds;
use crate::expected::{FigureSet, Plan};
use crate::rehearsal::{Snapshot, cell};
use crate::tui::desk::Desk;
use crate::tui::desk::message::Next;
use crate::tui::knobs::Knobs;
use crate::tui::refusal::Refusal;

/// Which bound the map of the Sweep screen varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundAxis {
    /// Groups per user; linf as under the knob.
    L0,
    /// Contribution per group; l0 as under the knob.
    Linf,
}

/// The map: every bound with every ε.
#[derive(Debug, Clone)]
pub struct Map {
    /// ε of the columns.
    pub epsilons: Vec<f64>,
    /// The bound of each row, in shown units, ascending.
    pub steps: Vec<u64>,
    /// Dropped share of each row.
    pub dropped: Vec<f64>,
    /// The newest figures.
    pub snapshot: Option<Snapshot>,
}

/// The Sweep screen: curves over ε and the ε × bound map.
#[derive(Debug)]
pub struct Sweep {
    /// The map; `None` while there is none.
    pub map: Option<Map>,
    /// Number of the study that is waited for.
    pub study_id: u64,
    /// The figure on the map.
    pub metric: Metric,
    /// The bound that the map varies.
    pub axis: BoundAxis,
    /// The cell under the cursor, (row, column).
    pub cursor: (usize, usize),
    /// The limit whose edge is marked, and the figure that it is of.
    pub limit: Option<(Metric, f64)>,
    /// What stands at the right (0 = first) where not all panels fit there.
    pub page: usize,
    /// Whether the cursor stays where it is when the next map comes.
    pub holds_cursor: bool,
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            map: None,
            study_id: 0,
            metric: Metric::Rmse,
            axis: BoundAxis::L0,
            cursor: (0, 0),
            limit: None,
            page: 0,
            holds_cursor: false,
        }
    }
}

/// ε of the sweep: 24 from 0.01 to 10 in even steps of the logarithm, the nearest of them in favour of the one
/// under the knob, so that the cursor starts on the very setting that other screens show.
fn sweep_epsilons(knob: f64) -> Vec<f64> {
    let mut all: Vec<f64> =
        (0..24).map(|i| libm::pow(10.0, -2.0 + 3.0 * f64::from(i) / 23.0)).collect();
    let off = |epsilon: f64| libm::fabs(libm::log(epsilon / knob));
    let nearest = (0..all.len()).min_by(|&a, &b| off(all[a]).total_cmp(&off(all[b])));
    if let Some(nearest) = nearest.filter(|_| knob > 0.0) {
        all[nearest] = knob;
    }
    all
}

impl Sweep {
    /// Simulates the map of the Sweep screen.
    pub fn study(&mut self, desk: &mut Desk) -> Vec<Next> {
        let hold = std::mem::take(&mut self.holds_cursor);
        let id = desk.fresh_id();
        let (k, seed, knobs, axis) = (desk.k(), desk.seed, desk.knobs, self.axis);
        let Some(data) = &desk.data else { return Vec::new() };
        let unit = data.pairs.units_per_shown();
        let steps: Vec<u64> = match axis {
            BoundAxis::L0 => data.cube.grid().l0.clone(),
            BoundAxis::Linf => {
                data.cube.grid().linf.iter().map(|&step| step / unit as u64).collect()
            }
        };
        let epsilons = sweep_epsilons(knobs.epsilon);
        let (mut answers, mut cells, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
        let mut problem = None;
        for &step in &steps {
            let at = match axis {
                BoundAxis::L0 => Knobs { l0: step, ..knobs },
                BoundAxis::Linf => Knobs { linf: step, ..knobs },
            };
            let row = at.bounds().map_err(Refusal::from).and_then(|bounds: Bounds| {
                epsilons
                    .iter()
                    .map(|&epsilon| {
                        cell(knobs.mechanism, epsilon, knobs.delta, bounds, (answers.len(), k))
                    })
                    .collect::<Result<Vec<_>, _>>()
                    .map(|row| (bounds, row))
                    .map_err(Refusal::from)
            });
            match row {
                Ok((bounds, row)) => {
                    let (answer, share) = data.bounded(bounds);
                    answers.push(answer);
                    dropped.push(share);
                    cells.extend(row);
                }
                Err(refusal) => problem = Some(refusal),
            }
        }
        if let Some(refusal) = problem {
            self.map = None;
            desk.refuse(refusal);
            return Vec::new();
        }
        let raw = Arc::clone(&data.raw);
        self.cursor.0 = self.cursor.0.min(steps.len() - 1);
        self.cursor.1 = self.cursor.1.min(epsilons.len() - 1);
        if self.map.is_none() {
            if !hold {
                // The cursor starts where the knobs are.
                let value = if axis == BoundAxis::L0 { knobs.l0 } else { knobs.linf };
                self.cursor = (
                    steps.partition_point(|&step| step < value).min(steps.len() - 1),
                    epsilons.partition_point(|&e| e < knobs.epsilon).min(epsilons.len() - 1),
                );
            }
            self.map = Some(Map { epsilons, steps, dropped, snapshot: None });
        }
        self.study_id = id;

        desk.simulate(
            id,
            Plan { raw, answers, cells, unit, k, trials: 1_000, seed, figures: FigureSet::All },
            false,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::sweep_epsilons;

    #[test]
    fn the_epsilon_under_the_knob_is_one_of_the_map() {
        for knob in [0.001, 0.01, 0.123_456_789, 1.0, 10.0, 50.0] {
            let all = sweep_epsilons(knob);
            assert!(all.contains(&knob) && all.len() == 24, "{knob}: {all:?}");
            assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{knob}: {all:?}");
        }
    }
}
