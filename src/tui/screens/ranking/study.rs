//! What the Ranking screen asks the workers for, and what it takes of them.

use std::sync::Arc;

use super::state::{Ranking, Setting, Study};
use super::trials::{draw_again, ranks_of};
use crate::expected::{CellSpec, FigureSet, Plan};
use crate::privacy::Mechanism;
use crate::rehearsal::{PlacesReport, PlacesRequest, Snapshot, cell};
use crate::tui::desk::Desk;
use crate::tui::desk::message::{Effect, Next};
use crate::tui::series::curve_epsilons;

/// Takes a report of the worker; older ones are dropped.
pub fn placed(ranking: &mut Ranking, report: PlacesReport) {
    if report.id == ranking.places_id {
        if report.whole {
            ranking.compared = Some(report.clone());
        }
        ranking.places = Some(report);
    }
}

/// Forgets what another setting was ranked by; older places stay, dimmed, until newer come.
pub fn forget(ranking: &mut Ranking, desk: &Desk) {
    ranking.setting = None;
    ranking.study = None;
    ranking.places_id = 0;
    let groups = desk.data.as_ref().map_or(0, |data| data.raw.len());
    if ranking.places.as_ref().is_some_and(|report| report.places.rank.len() != groups) {
        (ranking.places, ranking.compared) = (None, None);
    }
}

/// Brings the screen in line with the knobs: the list and its trials at once, places and
/// drift on their way.
pub fn enter(ranking: &mut Ranking, desk: &mut Desk) -> Vec<Next> {
    if ranking.setting.is_none() {
        ranking.setting = setting(desk);
        draw_again(ranking, desk);
    }
    let mut effects = ask_for_places(ranking, desk);
    let finished = |study: &Study| study.snapshot.as_ref().is_some_and(Snapshot::is_whole);
    if !ranking.study.as_ref().is_some_and(finished) {
        effects.extend(ask_for_drift(ranking, desk));
    }
    effects
}

fn setting(desk: &Desk) -> Option<Setting> {
    let (data, under) = (desk.data.as_ref()?, desk.setting.as_ref()?);
    let bounds = under.cell.bounds?;
    let (answer, knobs) = (Arc::clone(&under.answer), desk.knobs);
    let unbounded = data
        .cube
        .bounded(None, Some(bounds.linf()))
        .unwrap_or_else(|| data.pairs.bounded(None, Some(bounds.linf())));
    let gumbel =
        cell(Mechanism::GumbelTopK, knobs.epsilon, knobs.delta, bounds, (1, desk.k())).ok();
    let clipped_rank = ranks_of(&answer.iter().map(|&sum| sum as f64).collect::<Vec<f64>>());
    Some(Setting {
        cell: under.cell,
        answer,
        clipped_rank,
        gumbel,
        gumbel_answer: unbounded.sums.into(),
    })
}

fn ask_for_places(ranking: &mut Ranking, desk: &mut Desk) -> Vec<Next> {
    if ranking.fresh_places().is_some_and(|report| report.whole) {
        return Vec::new();
    }
    let id = desk.fresh_id();
    let k = desk.k();
    let (Some(data), Some(setting)) = (&desk.data, &ranking.setting) else {
        return Vec::new();
    };
    let request = PlacesRequest {
        id,
        cell: setting.cell,
        answer: Arc::clone(&setting.answer),
        gumbel: setting.gumbel.map(|cell| (Arc::clone(&setting.gumbel_answer), cell.noise)),
        k,
        true_top: data.by_rank.iter().take(k).copied().collect(),
        measure: data.measure(),
        cube: Arc::clone(&data.cube),
        pairs: Arc::clone(&data.pairs),
    };
    ranking.places_id = id;
    vec![Effect::Place(Box::new(request)).into()]
}

/// Simulates the cells under the knobs and the drift curves over ε, of the histogram and
/// of Gumbel top-k.
fn ask_for_drift(ranking: &mut Ranking, desk: &mut Desk) -> Vec<Next> {
    let id = desk.fresh_id();
    let (k, trials, seed, knobs) = (desk.k(), desk.trials, desk.seed, desk.knobs);
    let (Some(data), Some(setting)) = (&desk.data, &ranking.setting) else {
        return Vec::new();
    };
    let Some(bounds) = setting.cell.bounds else { return Vec::new() };
    let epsilons = curve_epsilons();
    let curve = |mechanism: Mechanism, answer: usize| -> Vec<CellSpec> {
        let cells = epsilons.iter().map(|&e| cell(mechanism, e, knobs.delta, bounds, (answer, k)));
        cells.filter_map(Result::ok).collect()
    };
    let histogram = curve(knobs.mechanism, 0);
    let gumbel =
        if setting.gumbel.is_some() { curve(Mechanism::GumbelTopK, 1) } else { Vec::new() };
    let of = |cells: &[CellSpec]| cells.iter().map(|cell| cell.epsilon).collect::<Vec<f64>>();
    let curves = [of(&histogram), of(&gumbel)];
    let mut cells = vec![setting.cell];
    cells.extend(setting.gumbel);
    cells.extend(histogram);
    cells.extend(gumbel);
    let plan = Plan {
        raw: Arc::clone(&data.raw),
        answers: vec![Arc::clone(&setting.answer), Arc::clone(&setting.gumbel_answer)],
        cells,
        unit: data.pairs.units_per_shown(),
        k,
        trials,
        seed,
        figures: FigureSet::All,
    };
    ranking.study = Some(Study { id, curves, snapshot: None });
    desk.simulate(id, plan, false)
}
