//! Trials: hypothetical releases of the setting under the knobs. They cost nothing and
//! never leave the program as an answer.

use super::state::{Ranking, Trial};
use crate::simulation;
use crate::tui::desk::Desk;

/// Trials whose noised sums are kept: those that can stand side by side.
pub const SIDE_BY_SIDE: usize = 4;
/// Trials of one setting at most.
const MOST: usize = 500;
/// Ranks kept in all trials together.
const MOST_RANKS: usize = 10_000_000;

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
fn draw(ranking: &Ranking, desk: &Desk, number: u64) -> Option<Trial> {
    let setting = ranking.setting.as_ref()?;
    // Asked answers count their streams from 0.
    let noised = simulation::draw(&setting.answer, setting.cell.noise, desk.seed, number | 1 << 62);
    let order = order_of(&noised);
    let mut rank = vec![0; noised.len()];
    for (place, &group) in order.iter().enumerate() {
        rank[group as usize] = place as u32 + 1;
    }
    let top = order[..desk.k().min(order.len())].to_vec();
    Some(Trial { number, rank, noised: Some(noised.into()), top })
}

/// Draws the newest trials again under a changed setting: the same noise, larger or smaller.
pub fn draw_again(ranking: &mut Ranking, desk: &mut Desk) {
    let shown = ranking.trials.len().clamp(1, SIDE_BY_SIDE) as u64;
    let first = ranking.newest.saturating_sub(shown - 1).max(1);
    ranking.trials =
        (first..=ranking.newest).filter_map(|number| draw(ranking, desk, number)).collect();
}

/// Draws one more trial; `false` where no more are kept.
pub fn step(ranking: &mut Ranking, desk: &mut Desk) -> bool {
    let groups = desk.data.as_ref().map_or(1, |data| data.raw.len());
    if ranking.trials.len() >= most(groups) {
        return false;
    }
    let number = ranking.newest + 1;
    let Some(trial) = draw(ranking, desk, number) else { return false };
    ranking.newest = number;
    let trials = &mut ranking.trials;
    trials.push(trial);
    if let Some(older) = trials.len().checked_sub(SIDE_BY_SIDE + 1) {
        trials[older].noised = None;
    }
    true
}

/// Starts over with one trial of new noise.
pub fn clear(ranking: &mut Ranking, desk: &mut Desk) {
    ranking.trials.clear();
    ranking.newest += 1;
    draw_again(ranking, desk);
}
