//! What the workers are asked for and what comes back: files, questions, figures.

use std::sync::Arc;

use super::accounts::AccountRequest;
use super::message::Effect;
use super::model::{BoundAxis, Knob, Knobs, Model, Scope, Screen, Sweep};
use super::ranking;
use super::recommend;
use super::session::Session;
use super::study::{Dataset, LoadRequest, Snapshot, StudyRequest, cell};
use crate::contribution::Bounds;
use crate::expected::{FigureSet, Plan, expected_at_once};
use crate::privacy::accounting::Accountant;
use crate::purchases::Input;

/// Asks for the file (or only another question of it).
pub(super) fn load(model: &mut Model, same_rows: bool) -> Vec<Effect> {
    let id = model.fresh_id();
    let purchases =
        if same_rows { model.data.as_ref().map(|data| Arc::clone(&data.purchases)) } else { None };
    let what = match (&purchases, &model.input) {
        (Some(_), _) => format!("collecting {}", model.knobs.question),
        (None, Input::File(path)) => format!("reading {}", path.display()),
        (None, Input::Stdin) => "reading standard input".to_owned(),
        (None, Input::Sample) => "reading the sample".to_owned(),
    };
    model.loading = Some((id, what));
    model.session.repeat_at = None;
    model.ranking.play_at = None;
    vec![Effect::Load(Box::new(LoadRequest {
        id,
        purchases,
        input: model.input.clone(),
        options: model.options.clone(),
        question: model.knobs.question,
    }))]
}

pub(super) fn on_loaded(
    model: &mut Model,
    id: u64,
    made: Result<Box<Dataset>, String>,
) -> Vec<Effect> {
    if model.loading.as_ref().is_none_or(|(wanted, _)| *wanted != id) {
        return Vec::new();
    }
    model.loading = None;
    match made {
        Ok(data) => {
            let other_file =
                model.data.as_ref().is_none_or(|old| !Arc::ptr_eq(&old.purchases, &data.purchases));
            if other_file {
                recommend::forget(model);
            }
            if other_file && model.data.is_some() {
                model.session.reset(None);
            } else {
                model.session.change_question();
            }
            model.item = 0;
            model.input = data.input.clone();
            model.options = data.options.clone();
            model.knobs.question = data.pairs.question();
            model.data = Some(data);
            model.scope = None;
            model.sweep = None;
            model.ranking.filter.clear();
            settle(model)
        }
        Err(sentence) => match &model.data {
            // The old file stays open, with its own settings.
            Some(data) => {
                model.input = data.input.clone();
                model.options = data.options.clone();
                model.knobs.question = data.pairs.question();
                model.refuse(sentence);
                Vec::new()
            }
            None => {
                model.fatal = Some(sentence);
                vec![Effect::Quit]
            }
        },
    }
}

/// Brings everything in line with the knobs: closed forms at once, trials on their way.
pub(super) fn settle(model: &mut Model) -> Vec<Effect> {
    let Some(data) = &model.data else { return Vec::new() };
    if data.pairs.question() != model.knobs.question {
        return load(model, true);
    }
    if !model.active_knobs().contains(&model.knob) {
        model.knob = Knob::Epsilon;
    }
    let knobs = model.knobs;
    let unit = knobs.question.measure.units_per_shown();
    let k = model.k();
    let made = knobs.bounds().and_then(|bounds| {
        Ok((bounds, cell(knobs.mechanism, knobs.epsilon, knobs.delta, bounds, (0, k))?))
    });
    match made {
        Ok((bounds, cell)) => {
            let (answer, dropped_share) = data.bounded(bounds);
            let plan = Plan {
                raw: Arc::clone(&data.raw),
                answers: vec![Arc::clone(&answer)],
                cells: vec![cell],
                unit,
                k,
                trials: model.trials,
                seed: model.seed,
                figures: FigureSet::All,
            };
            let expected = expected_at_once(&plan).first().copied().unwrap_or_default();
            let curve = curve_epsilons();
            model.scope = Some(Scope {
                cell,
                answer,
                dropped_share,
                expected,
                curve,
                snapshot: None,
                history: Vec::new(),
            });
        }
        Err(sentence) => {
            model.scope = None;
            model.refuse(sentence);
        }
    }
    model.sweep = None;
    ranking::forget(model);
    let mut effects = match model.screen {
        Screen::Sweep => study_sweep(model),
        Screen::Ranking => ranking::enter(model),
        Screen::Recommend => recommend::enter(model),
        Screen::Data | Screen::Scope | Screen::Budget => study_scope(model),
    };
    effects.extend(account(model));
    effects
}

/// Asks for a new account report where one is shown: on the Budget screen, and in the
/// gauge of every accountant but the basic one.
pub(super) fn account(model: &mut Model) -> Vec<Effect> {
    if model.screen != Screen::Budget && model.session.budget().accountant() == Accountant::Basic {
        return Vec::new();
    }
    let id = model.fresh_id();
    model.accounts_id = id;
    let next = model
        .scope
        .as_ref()
        .and_then(|scope| Some((Session::cost(&scope.cell)?, Session::events(&scope.cell))));
    let (account, plan) = (model.session.budget().clone(), model.plan.clone());
    vec![Effect::Account(Box::new(AccountRequest { id, account, next, plan }))]
}

/// ε of the drift curve: 0.01 to 10 in even steps of the logarithm.
pub(super) fn curve_epsilons() -> Vec<f64> {
    (0..=18).map(|i| libm::pow(10.0, -2.0 + f64::from(i) / 6.0)).collect()
}

/// ε of the sweep: 24 from 0.01 to 10 in even steps of the logarithm.
fn sweep_epsilons() -> Vec<f64> {
    (0..24).map(|i| libm::pow(10.0, -2.0 + 3.0 * f64::from(i) / 23.0)).collect()
}

/// Simulates the cell under the knobs and the drift curve over ε.
pub(super) fn study_scope(model: &mut Model) -> Vec<Effect> {
    let Some(bounds) = model.scope.as_ref().and_then(|scope| scope.cell.bounds) else {
        return Vec::new();
    };
    let id = model.fresh_id();
    let (k, trials, seed, knobs) = (model.k(), model.trials, model.seed, model.knobs);
    let (Some(data), Some(scope)) = (&model.data, &mut model.scope) else { return Vec::new() };
    let others = scope
        .curve
        .iter()
        .filter_map(|&epsilon| cell(knobs.mechanism, epsilon, knobs.delta, bounds, (0, k)).ok());
    let cells: Vec<_> = std::iter::once(scope.cell).chain(others).collect();
    scope.curve = cells[1..].iter().map(|cell| cell.epsilon).collect();
    scope.history.clear();
    let plan = Plan {
        raw: Arc::clone(&data.raw),
        answers: vec![Arc::clone(&scope.answer)],
        cells,
        unit: data.measure().units_per_shown(),
        k,
        trials,
        seed,
        figures: FigureSet::All,
    };
    model.scope_study = id;
    request(model, id, plan, true)
}

/// Simulates the map of the Sweep screen.
pub(super) fn study_sweep(model: &mut Model) -> Vec<Effect> {
    let id = model.fresh_id();
    let (k, seed, knobs, axis) = (model.k(), model.seed, model.knobs, model.axis);
    let Some(data) = &model.data else { return Vec::new() };
    let unit = data.measure().units_per_shown();
    let steps: Vec<u64> = match axis {
        BoundAxis::L0 => data.cube.grid().l0.clone(),
        BoundAxis::Linf => data.cube.grid().linf.iter().map(|&step| step / unit as u64).collect(),
    };
    let epsilons = sweep_epsilons();
    let (mut answers, mut cells, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
    let mut problem = None;
    for &step in &steps {
        let at = match axis {
            BoundAxis::L0 => Knobs { l0: step, ..knobs },
            BoundAxis::Linf => Knobs { linf: step, ..knobs },
        };
        let row = at.bounds().and_then(|bounds: Bounds| {
            epsilons
                .iter()
                .map(|&epsilon| {
                    cell(knobs.mechanism, epsilon, knobs.delta, bounds, (answers.len(), k))
                })
                .collect::<Result<Vec<_>, _>>()
                .map(|row| (bounds, row))
        });
        match row {
            Ok((bounds, row)) => {
                let (answer, share) = data.bounded(bounds);
                answers.push(answer);
                dropped.push(share);
                cells.extend(row);
            }
            Err(sentence) => problem = Some(sentence),
        }
    }
    if let Some(sentence) = problem {
        model.sweep = None;
        model.refuse(sentence);
        return Vec::new();
    }
    let raw = Arc::clone(&data.raw);
    model.cursor.0 = model.cursor.0.min(steps.len() - 1);
    model.cursor.1 = model.cursor.1.min(epsilons.len() - 1);
    if model.sweep.is_none() {
        // The cursor starts where the knobs are.
        let value = if axis == BoundAxis::L0 { knobs.l0 } else { knobs.linf };
        model.cursor = (
            steps.partition_point(|&step| step < value).min(steps.len() - 1),
            epsilons.partition_point(|&e| e < knobs.epsilon * 0.99).min(epsilons.len() - 1),
        );
        model.sweep = Some(Sweep { epsilons, steps, dropped, snapshot: None });
    }
    model.sweep_study = id;
    model.sweep_stopped = false;
    request(
        model,
        id,
        Plan { raw, answers, cells, unit, k, trials: 1_000, seed, figures: FigureSet::All },
        false,
    )
}

pub(super) fn request(model: &mut Model, id: u64, plan: Plan, follow: bool) -> Vec<Effect> {
    model.simulating = true;
    let fail = std::mem::take(&mut model.fail_next);
    vec![Effect::Simulate(Box::new(StudyRequest { id, plan, follow, fail }))]
}

pub(super) fn on_simulated(model: &mut Model, snapshot: Snapshot) {
    let done = snapshot.trials_done >= snapshot.trials;
    if snapshot.id == model.scope_study {
        if let Some(scope) = &mut model.scope {
            scope.history.clone_from(&snapshot.history);
            scope.snapshot = Some(snapshot);
            model.simulating &= !done;
        }
    } else if snapshot.id == model.sweep_study
        && let Some(sweep) = &mut model.sweep
    {
        sweep.snapshot = Some(snapshot);
        model.simulating &= !done;
    } else if let Some(study) = &mut model.ranking.study
        && study.id == snapshot.id
    {
        study.snapshot = Some(snapshot);
        model.simulating &= !done;
    }
}
