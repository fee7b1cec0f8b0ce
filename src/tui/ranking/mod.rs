//! The state of the Ranking screen: what is ranked, trials, places, drift.

mod act;
pub mod charts;
pub mod document;
pub mod places;
mod rows;
mod trials;
pub mod words;

use std::sync::Arc;

use super::message::Effect;
use super::model::Model;
use super::settle;
use super::study::{self, Snapshot};
use crate::chart::Drift;
use crate::expected::{CellFigures, CellSpec, FigureSet, Plan};
use crate::metric::Figure;
use crate::privacy::Mechanism;

pub use act::{act, tick};
pub use places::{PlacesReport, PlacesRequest};
pub use rows::{filter_text, name_of, visible};
pub use trials::{Trial, ranks_of};

/// What ↑↓ moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The item under the cursor.
    List,
    /// The chosen knob.
    Knobs,
}

/// What is ranked now.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The cell under the knobs.
    pub cell: CellSpec,
    /// Its bounded sums.
    pub answer: Arc<[i64]>,
    /// The rank of every group by its bounded sum, from 1.
    pub clipped_rank: Vec<u32>,
    /// Gumbel top-k at the same ε; it needs no l0.
    pub gumbel: Option<CellSpec>,
    /// What Gumbel noise is added to: linf alone clips.
    pub gumbel_answer: Arc<[i64]>,
}

/// The drift over ε, on its way.
#[derive(Debug, Clone)]
pub struct Study {
    /// Its number; every snapshot carries it.
    pub id: u64,
    /// ε of the histogram's curve, then of Gumbel's; after the cells under the knobs.
    pub curves: [Vec<f64>; 2],
    /// The newest figures.
    pub snapshot: Option<Snapshot>,
}

/// The Ranking screen.
#[derive(Debug)]
pub struct Ranking {
    /// The figure of the drift chart.
    pub metric: Drift,
    /// What ↑↓ moves.
    pub focus: Focus,
    /// Only items whose code or name holds this are listed.
    pub filter: String,
    /// Whether a narrow screen shows the charts in place of the list.
    pub charts: bool,
    /// What is ranked; `None` while there is no valid setting, or not looked at yet.
    pub setting: Option<Setting>,
    /// The trials of this setting, oldest first.
    pub trials: Vec<Trial>,
    /// The number of the newest trial: it chooses the noise.
    pub newest: u64,
    /// Milliseconds at which the next trial is due while they play.
    pub play_at: Option<u64>,
    /// Number of the places that are waited for.
    pub places_id: u64,
    /// The newest places.
    pub places: Option<PlacesReport>,
    /// The newest report that compares mechanisms and bounds to the end.
    pub compared: Option<PlacesReport>,
    /// The drift over ε.
    pub study: Option<Study>,
}

impl Ranking {
    /// A screen that nobody looked at yet.
    pub fn new() -> Self {
        Self {
            metric: Drift::Overlap,
            focus: Focus::List,
            filter: String::new(),
            charts: false,
            setting: None,
            trials: Vec::new(),
            newest: 1,
            play_at: None,
            places_id: 0,
            places: None,
            compared: None,
            study: None,
        }
    }

    /// The places of the setting on the screen, once they are there.
    pub fn fresh_places(&self) -> Option<&PlacesReport> {
        self.places.as_ref().filter(|report| report.id == self.places_id)
    }
}

/// Takes a report of the worker; older ones are dropped.
pub fn placed(model: &mut Model, report: PlacesReport) {
    if report.id == model.ranking.places_id {
        if report.whole {
            model.ranking.compared = Some(report.clone());
        }
        model.ranking.places = Some(report);
    }
}

/// Forgets what another setting was ranked by; older places stay, dimmed, until newer come.
pub fn forget(model: &mut Model) {
    model.ranking.setting = None;
    model.ranking.study = None;
    model.ranking.places_id = 0;
    let groups = model.data.as_ref().map_or(0, |data| data.raw.len());
    if model.ranking.places.as_ref().is_some_and(|report| report.places.rank.len() != groups) {
        (model.ranking.places, model.ranking.compared) = (None, None);
    }
}

/// Brings the screen in line with the knobs: the list and its trials at once, places and
/// drift on their way.
pub fn enter(model: &mut Model) -> Vec<Effect> {
    if model.ranking.setting.is_none() {
        model.ranking.setting = setting(model);
        trials::draw_again(model);
    }
    let mut effects = ask_for_places(model);
    let finished =
        |study: &Study| study.snapshot.as_ref().is_some_and(|s| s.trials_done >= s.trials);
    if !model.ranking.study.as_ref().is_some_and(finished) {
        effects.extend(ask_for_drift(model));
    }
    effects
}

fn setting(model: &Model) -> Option<Setting> {
    let (data, scope) = (model.data.as_ref()?, model.scope.as_ref()?);
    let bounds = scope.cell.bounds?;
    let (answer, knobs) = (Arc::clone(&scope.answer), model.knobs);
    let unbounded = data
        .cube
        .bounded(None, Some(bounds.linf()))
        .unwrap_or_else(|| data.pairs.bounded(None, Some(bounds.linf())));
    let gumbel =
        study::cell(Mechanism::GumbelTopK, knobs.epsilon, knobs.delta, bounds, (1, model.k())).ok();
    let clipped_rank = ranks_of(&answer.iter().map(|&sum| sum as f64).collect::<Vec<f64>>());
    Some(Setting {
        cell: scope.cell,
        answer,
        clipped_rank,
        gumbel,
        gumbel_answer: unbounded.sums.into(),
    })
}

fn ask_for_places(model: &mut Model) -> Vec<Effect> {
    if model.ranking.fresh_places().is_some_and(|report| report.whole) {
        return Vec::new();
    }
    let id = model.fresh_id();
    let k = model.k();
    let (Some(data), Some(setting)) = (&model.data, &model.ranking.setting) else {
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
    model.ranking.places_id = id;
    vec![Effect::Place(Box::new(request))]
}

/// Simulates the cells under the knobs and the drift curves over ε, of the histogram and
/// of Gumbel top-k.
fn ask_for_drift(model: &mut Model) -> Vec<Effect> {
    let id = model.fresh_id();
    let (k, trials, seed, knobs) = (model.k(), model.trials, model.seed, model.knobs);
    let (Some(data), Some(setting)) = (&model.data, &model.ranking.setting) else {
        return Vec::new();
    };
    let Some(bounds) = setting.cell.bounds else { return Vec::new() };
    let epsilons = settle::curve_epsilons();
    let curve = |mechanism: Mechanism, answer: usize| -> Vec<CellSpec> {
        let cells =
            epsilons.iter().map(|&e| study::cell(mechanism, e, knobs.delta, bounds, (answer, k)));
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
        unit: data.measure().units_per_shown(),
        k,
        trials,
        seed,
        figures: FigureSet::All,
    };
    model.ranking.study = Some(Study { id, curves, snapshot: None });
    settle::request(model, id, plan, false)
}

/// The figures of the cell under the knobs: simulated where trials are there.
pub fn figures(model: &Model) -> CellFigures {
    let newest = model
        .ranking
        .study
        .as_ref()
        .and_then(|study| study.snapshot.as_ref()?.figures.first().copied());
    newest.or(model.scope.as_ref().map(|scope| scope.expected)).unwrap_or_default()
}

/// The same of Gumbel top-k.
pub fn gumbel_figures(model: &Model) -> Option<CellFigures> {
    model.ranking.setting.as_ref()?.gumbel?;
    model.ranking.study.as_ref()?.snapshot.as_ref()?.figures.get(1).copied()
}

/// A figure against the raw order, its closed form from the places where the study has none.
pub fn reading(model: &Model, metric: Drift) -> Figure {
    let figure = metric.of(&figures(model).ranking);
    let report = model.ranking.fresh_places();
    figure.with_expected(figure.expected.or_else(|| kept_part(metric, report?.kept)))
}

/// The same of Gumbel top-k.
pub fn gumbel_reading(model: &Model, metric: Drift) -> Figure {
    let figure =
        gumbel_figures(model).map(|figures| metric.of(&figures.ranking)).unwrap_or_default();
    let report = model.ranking.fresh_places();
    figure.with_expected(figure.expected.or_else(|| kept_part(metric, report?.gumbel?)))
}

fn kept_part(metric: Drift, kept: places::Kept) -> Option<f64> {
    match metric {
        Drift::Overlap => Some(kept.overlap),
        Drift::Top1Flip => Some(1.0 - kept.first),
        _ => None,
    }
}

/// What a figure is when the bounds clip and no noise is added.
pub fn clipping(model: &Model, metric: Drift) -> Option<f64> {
    metric.clipped(&figures(model).ranking_clipping).or_else(|| {
        let (data, setting) = (model.data.as_ref()?, model.ranking.setting.as_ref()?);
        let rank = |&group: &u32| setting.clipped_rank[group as usize] as usize;
        let (k, top) = (model.k(), &data.by_rank);
        match metric {
            Drift::Overlap => {
                Some(top.iter().take(k).filter(|g| rank(g) <= k).count() as f64 / k as f64)
            }
            Drift::Top1Flip => top.first().map(|first| f64::from(u8::from(rank(first) != 1))),
            _ => None,
        }
    })
}

/// The curve over ε of the histogram (0) or of Gumbel top-k (1).
pub fn curve(model: &Model, which: usize) -> Vec<(f64, CellFigures)> {
    let Some(study) = &model.ranking.study else { return Vec::new() };
    let Some(snapshot) = &study.snapshot else { return Vec::new() };
    let under_knobs =
        1 + usize::from(model.ranking.setting.as_ref().is_some_and(|s| s.gumbel.is_some()));
    let before = under_knobs + if which == 1 { study.curves[0].len() } else { 0 };
    study.curves[which].iter().copied().zip(snapshot.figures.iter().skip(before).copied()).collect()
}
