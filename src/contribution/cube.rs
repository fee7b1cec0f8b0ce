//! The contribution cube: bounded sums for every (l0, linf) of a grid, from one look
//! at the data.

use serde::Serialize;

use super::pairs::{Bounded, Pairs};
use crate::purchases::Measure;

/// The steps of both bounds, ascending, each at least 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grid {
    /// Steps of l0 (groups).
    pub l0: Vec<u64>,
    /// Steps of linf, in the measure's stored unit.
    pub linf: Vec<u64>,
}

impl Grid {
    /// A grid with these steps, sorted, without repeats and zeros.
    pub fn new(mut l0: Vec<u64>, mut linf: Vec<u64>) -> Self {
        for steps in [&mut l0, &mut linf] {
            steps.retain(|&s| s > 0);
            steps.sort_unstable();
            steps.dedup();
        }
        Self { l0, linf }
    }

    /// Steps 1, 2, 5, 10, 20, 50... that reach what the data holds: the largest step
    /// of each side bounds no user any more.
    pub fn covering(pairs: &Pairs) -> Self {
        let widest = pairs.groups_per_user().max as u64;
        let largest = pairs.value_per_pair().max as u64;
        if pairs.question().measure == Measure::Buyers {
            return Self::new(steps_to(widest), vec![1]);
        }
        let unit = pairs.units_per_shown() as u64;
        let linf = steps_to(largest.div_ceil(unit)).into_iter().map(|s| s * unit).collect();
        Self::new(steps_to(widest), linf)
    }
}

/// 1, 2, 5, 10, ... up to the first step that is at least `top`.
fn steps_to(top: u64) -> Vec<u64> {
    let mut steps = Vec::new();
    let mut decade = 1u64;
    loop {
        for lead in [1, 2, 5] {
            let step = decade.saturating_mul(lead);
            steps.push(step);
            if step >= top {
                return steps;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

/// One cell: the pairs of a group whose place among their user's groups falls in an
/// l0 step and whose value falls in a linf step. A step holds what is above the
/// step before it and at most itself; one open step lies above each last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cell {
    /// Group index, in key order.
    pub group: u32,
    /// Index into the l0 steps; `l0.len()` for the open step.
    pub l0_step: u16,
    /// Index into the linf steps; `linf.len()` for the open step.
    pub linf_step: u16,
    /// Number of (user, group) pairs.
    pub pairs: u64,
    /// Sum of their values, in the stored unit.
    pub sum: i64,
}

/// All cells that are not empty, by group, l0 step, linf step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cube {
    grid: Grid,
    groups: usize,
    raw_total: i64,
    cells: Vec<Cell>,
}

impl Cube {
    /// Builds the cube of `pairs` over `grid` in one pass.
    pub fn build(pairs: &Pairs, grid: Grid) -> Self {
        let (wide, high) = (grid.l0.len() + 1, grid.linf.len() + 1);
        let groups = pairs.keys().len();
        let mut dense = vec![(0u64, 0i64); groups * wide * high];
        pairs.each_user(|_, mine| {
            let mut l0_step = 0;
            for (place, &(group, value)) in mine.iter().enumerate() {
                while l0_step < grid.l0.len() && grid.l0[l0_step] <= place as u64 {
                    l0_step += 1;
                }
                let linf_step = grid.linf.partition_point(|&step| step < value.unsigned_abs());
                let cell = &mut dense[(group as usize * wide + l0_step) * high + linf_step];
                cell.0 += 1;
                cell.1 += value;
            }
        });
        let cells = dense
            .iter()
            .enumerate()
            .filter(|(_, cell)| cell.0 > 0)
            .map(|(at, &(pairs, sum))| Cell {
                group: (at / (wide * high)) as u32,
                l0_step: (at / high % wide) as u16,
                linf_step: (at % high) as u16,
                pairs,
                sum,
            })
            .collect();
        Self { grid, groups, raw_total: pairs.raw_total(), cells }
    }

    /// The steps of the cube.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The cells that are not empty, by group, l0 step, linf step.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The exact sums under bounds that are steps of the grid (`None`: unbounded);
    /// `None` where a bound is no step of it.
    ///
    /// bounded(g; L0, Linf) = Σ over cells of g with l0_step ≤ L0 of
    /// (linf_step ≤ Linf ? sum : Linf · pairs).
    pub fn bounded(&self, l0: Option<u64>, linf: Option<u64>) -> Option<Bounded> {
        let place = |steps: &[u64], bound: Option<u64>| match bound {
            None => Some(steps.len()),
            Some(bound) => steps.binary_search(&bound).ok(),
        };
        let l0_at = place(&self.grid.l0, l0)?;
        let linf_at = place(&self.grid.linf, linf)?;
        // What is stored is below a bound that is no stored number.
        let clip = linf.map_or(i64::MAX, |linf| i64::try_from(linf).unwrap_or(i64::MAX));
        let mut sums = vec![0i64; self.groups];
        for cell in &self.cells {
            if usize::from(cell.l0_step) <= l0_at {
                let above = linf.is_some() && usize::from(cell.linf_step) > linf_at;
                sums[cell.group as usize] +=
                    if above { clip * cell.pairs as i64 } else { cell.sum };
            }
        }
        Some(Bounded::new(sums, self.raw_total))
    }
}
