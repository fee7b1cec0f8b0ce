//! Trials: hypothetical releases of the setting under the knobs. They cost nothing and
//! never leave the program as an answer.

use std::sync::Arc;

use crate::simulation;
use crate::tui::model::Model;

/// Trials whose noised sums are kept: those that can stand side by side.
pub const SIDE_BY_SIDE: usize = 4;
/// Trials of one setting at most.
const MOST: usize = 500;
/// Ranks kept in all trials together.
const MOST_RANKS: usize = 10_000_000;

/// One hypothetical release.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Its number; the same number is the same noise, larger or smaller.
    pub number: u64,
    /// The rank of every group, from 1.
    pub rank: Vec<u32>,
    /// The noised sums in the stored unit, kept for the newest trials.
    pub noised: Option<Arc<[f64]>>,
    /// The groups of its top list, first to last.
    pub top: Vec<u32>,
}

/// Group indices by value, largest first, ties by index.
fn order_of(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        values[b as usize].total_cmp(&values[a as usize]).then(a.cmp(&b))
    });
    order
}

/// The rank of every group by its value, from 1; ties by index, which is the key order.
pub fn ranks_of(values: &[f64]) -> Vec<u32> {
    let mut ranks = vec![0; values.len()];
    for (place, &group) in order_of(values).iter().enumerate() {
        ranks[group as usize] = place as u32 + 1;
    }
    ranks
}

/// How many trials of so many groups are kept.
pub fn most(groups: usize) -> usize {
    (MOST_RANKS / groups.max(1)).clamp(20, MOST)
}

/// Draws trial `number` of the setting under the knobs.
fn draw(model: &Model, number: u64) -> Option<Trial> {
    let setting = model.ranking.setting.as_ref()?;
    // Asked answers count their streams from 0.
    let noised =
        simulation::draw(&setting.answer, setting.cell.noise, model.seed, number | 1 << 62);
    let order = order_of(&noised);
    let mut rank = vec![0; noised.len()];
    for (place, &group) in order.iter().enumerate() {
        rank[group as usize] = place as u32 + 1;
    }
    let top = order[..model.k().min(order.len())].to_vec();
    Some(Trial { number, rank, noised: Some(noised.into()), top })
}

/// Draws the newest trials again under a changed setting: the same noise, larger or smaller.
pub fn draw_again(model: &mut Model) {
    let shown = model.ranking.trials.len().clamp(1, SIDE_BY_SIDE) as u64;
    let first = model.ranking.newest.saturating_sub(shown - 1).max(1);
    model.ranking.trials =
        (first..=model.ranking.newest).filter_map(|number| draw(model, number)).collect();
}

/// Draws one more trial; `false` where no more are kept.
pub fn step(model: &mut Model) -> bool {
    let groups = model.data.as_ref().map_or(1, |data| data.raw.len());
    if model.ranking.trials.len() >= most(groups) {
        return false;
    }
    let number = model.ranking.newest + 1;
    let Some(trial) = draw(model, number) else { return false };
    model.ranking.newest = number;
    let trials = &mut model.ranking.trials;
    trials.push(trial);
    if let Some(older) = trials.len().checked_sub(SIDE_BY_SIDE + 1) {
        trials[older].noised = None;
    }
    true
}

/// Starts over with one trial of new noise.
pub fn clear(model: &mut Model) {
    model.ranking.trials.clear();
    model.ranking.newest += 1;
    draw_again(model);
}
