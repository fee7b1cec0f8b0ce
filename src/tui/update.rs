//! What every message does to the state. No input, no output.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::accounts::Planned;
use super::data_line::{DataLine, neighbour};
use super::keymap::{self, Action, Context};
use super::message::{Effect, Message};
use super::model::{BoundAxis, Knob, Knobs, Model, Overlay, Screen};
use super::prompt::{Asked, Prompt};
use super::ranking::{self, Focus};
use super::recommend;
use super::release_form::{Field, KeysChoice, ReleaseForm, ReleaseOutcome, Stage, WORD};
use super::settle::{account, load, on_loaded, on_simulated, settle, study_scope, study_sweep};
use super::study::Snapshot;
use super::typed;
use super::view::hit;
use crate::chart::Metric;
use crate::privacy::Mechanism;
use crate::privacy::accounting::Accountant;
use crate::purchases::{Input, Measure};

/// Milliseconds between answers while `space` repeats.
const REPEAT_EVERY: u64 = 120;

/// The effects that open the first file.
pub fn start(model: &mut Model) -> Vec<Effect> {
    load(model, false)
}

/// What `message` does.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => on_key(model, key),
        Message::Mouse(mouse) => on_mouse(model, mouse),
        Message::Resize(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Message::Tick(now) => on_tick(model, now),
        Message::Loaded(id, made) => on_loaded(model, id, made),
        Message::Simulated(snapshot) => {
            on_simulated(model, *snapshot);
            Vec::new()
        }
        Message::Placed(report) => {
            ranking::placed(model, *report);
            Vec::new()
        }
        Message::Recommended(report) => {
            recommend::reported(model, *report);
            Vec::new()
        }
        Message::Accounted(report) => {
            if report.id == model.accounts_id {
                model.accounts = Some(*report);
            }
            Vec::new()
        }
        Message::Release(outcome) => {
            on_released(model, *outcome);
            Vec::new()
        }
        Message::WorkerFailed(what) => {
            model.simulating = false;
            model.recommend.working = false;
            model.loading = None;
            if let Some(Overlay::Release(form)) = &mut model.overlay {
                form.stage = Stage::Filling;
            }
            model.refuse(format!("a calculation failed and was given up ({what}); turn a knob to try again"));
            Vec::new()
        }
        Message::Exported(Ok(text)) => {
            model.say(text);
            Vec::new()
        }
        Message::Exported(Err(text)) => {
            model.refuse(text);
            Vec::new()
        }
        Message::Terminate => vec![Effect::Quit],
    }
}

fn on_key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let context = keymap::context(model.screen, model.overlay.as_ref());
    let action = keymap::action(context, key);
    if context == Context::Prompt && action.is_none() {
        if let Some(Overlay::Prompt(prompt)) = &mut model.overlay {
            match key.code {
                KeyCode::Backspace => prompt.pop(),
                KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => prompt.text.clear(),
                KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                    prompt.push(c);
                }
                _ => {}
            }
        }
        return Vec::new();
    }
    if context == Context::Release && action.is_none() {
        if let Some(Overlay::Release(form)) = &mut model.overlay
            && let Some(text) = form.typed()
        {
            match key.code {
                KeyCode::Backspace => drop(text.pop()),
                KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => text.clear(),
                KeyCode::Char(c)
                    if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
                        && !c.is_control()
                        && text.len() < 4_096 =>
                {
                    text.push(c);
                }
                _ => {}
            }
            form.refusal = None;
        }
        return Vec::new();
    }
    let Some(action) = action else { return Vec::new() };
    model.notice = None;
    match context {
        Context::Help => on_help(model, action),
        Context::Prompt => on_prompt(model, action),
        Context::Release => on_release(model, action),
        Context::Everywhere | Context::On(_) => act(model, action),
    }
}

fn on_help(model: &mut Model, action: Action) -> Vec<Effect> {
    if action == Action::Quit {
        return vec![Effect::Quit];
    }
    if let Some(Overlay::Help(scroll)) = &mut model.overlay {
        match action {
            Action::Down => *scroll = scroll.saturating_add(1).min(500),
            Action::Up => *scroll = scroll.saturating_sub(1),
            Action::PageDown => *scroll = scroll.saturating_add(10).min(500),
            Action::PageUp => *scroll = scroll.saturating_sub(10),
            _ => model.overlay = None,
        }
    }
    Vec::new()
}

fn on_prompt(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => vec![Effect::Quit],
        Action::Enter => {
            let Some(Overlay::Prompt(mut prompt)) = model.overlay.take() else { return Vec::new() };
            match take_typed(model, &prompt) {
                Ok(effects) => effects,
                Err(refusal) => {
                    prompt.refusal = Some(refusal);
                    model.overlay = Some(Overlay::Prompt(prompt));
                    Vec::new()
                }
            }
        }
        _ => {
            model.overlay = None;
            Vec::new()
        }
    }
}

/// Does what a finished prompt asks for, or says why not.
fn take_typed(model: &mut Model, prompt: &Prompt) -> Result<Vec<Effect>, String> {
    let text = prompt.text.trim();
    match prompt.asked {
        Asked::Value(knob) => {
            match knob {
                Knob::Epsilon => model.knobs.epsilon = typed::epsilon(text)?,
                Knob::Delta => model.knobs.delta = typed::delta(text)?,
                Knob::L0 => model.knobs.l0 = typed::bound(text, "l0")?,
                Knob::Linf => model.knobs.linf = typed::bound(text, "linf")?,
                Knob::K => model.knobs.k = typed::k(text, model.data.as_ref().map(|data| data.raw.len()))?,
                Knob::Items => {
                    model.recommend.items = typed::items(text)?;
                    return Ok(recommend::enter(model));
                }
                Knob::Noise | Knob::Measure | Knob::GroupBy | Knob::Model => {}
            }
            Ok(settle(model))
        }
        Asked::Budget => {
            let total = typed::budget(text, model.session.budget().total())?;
            model.session.reset(Some(total));
            model.say(format!("a new session with ε {} to spend", total.epsilon));
            Ok(account(model))
        }
        Asked::Filter => {
            text.clone_into(&mut model.ranking.filter);
            if let Some(&first) = ranking::visible(model).first()
                && !ranking::visible(model).contains(&model.item)
            {
                model.item = first;
            }
            Ok(Vec::new())
        }
        Asked::Shopper => {
            recommend::choose_shopper(model, text)?;
            Ok(Vec::new())
        }
        Asked::Share(at) => {
            let epsilon = typed::epsilon(text)?;
            if let Some(planned) = model.plan.questions.get_mut(at) {
                planned.locked = Some(epsilon);
            }
            Ok(account(model))
        }
        Asked::File => {
            if text.is_empty() {
                return Err("type the path of a CSV, TSV or Parquet file".to_owned());
            }
            model.input = Input::File(PathBuf::from(text));
            model.options.columns = crate::purchases::ColumnChoice::default();
            model.options.status = None;
            Ok(load(model, false))
        }
        Asked::Export => {
            if text.is_empty() {
                return Err("type a file name that ends in .svg, .png, .csv or .json".to_owned());
            }
            Ok(vec![Effect::Export(PathBuf::from(text))])
        }
        Asked::Column(line) => {
            let Some(DataLine::Column(purpose)) = DataLine::all().get(line).copied() else { return Ok(Vec::new()) };
            if text.is_empty() && purpose.required() {
                return Err(format!("a {} column is needed: type its name", purpose.name()));
            }
            purpose.choose(&mut model.options.columns, text.to_owned());
            Ok(load(model, false))
        }
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => vec![Effect::Quit],
        Action::Suspend => vec![Effect::Suspend],
        Action::Help => {
            model.overlay = Some(Overlay::Help(0));
            Vec::new()
        }
        Action::Go(screen) => go(model, screen),
        Action::NextScreen => go(model, neighbour(&Screen::ALL, model.screen, true)),
        Action::PreviousScreen => go(model, neighbour(&Screen::ALL, model.screen, false)),
        Action::Open => ask_for(model, Prompt::new(Asked::File, "open", "CSV, TSV (also .gz) or Parquet", "")),
        Action::SetBudget => {
            let total = model.session.budget().total();
            let text = total.epsilon.to_string();
            let hint = "total ε, or ε and δ: 5 or 5 1e-5; starts a new session";
            ask_for(model, Prompt::new(Asked::Budget, "budget", hint, text))
        }
        Action::Export => {
            let name = format!("epsiloscope-{}.svg", model.screen.name().to_lowercase());
            ask_for(model, Prompt::new(Asked::Export, "export to", ".svg .png .csv or .json", name))
        }
        Action::Release => {
            if model.data.is_none() {
                model.refuse("nothing is open yet, so nothing can be released");
                return Vec::new();
            }
            model.session.repeat_at = None;
            model.overlay = Some(Overlay::Release(Box::new(ReleaseForm::new(model))));
            Vec::new()
        }
        _ => match model.screen {
            Screen::Data => on_data(model, action),
            Screen::Scope => on_scope(model, action),
            Screen::Sweep => on_sweep(model, action),
            Screen::Ranking => on_ranking(model, action),
            Screen::Budget => on_budget(model, action),
            Screen::Recommend => on_recommend(model, action),
        },
    }
}

fn ask_for(model: &mut Model, prompt: Prompt) -> Vec<Effect> {
    model.overlay = Some(Overlay::Prompt(prompt));
    Vec::new()
}

fn go(model: &mut Model, screen: Screen) -> Vec<Effect> {
    if model.screen == screen {
        return Vec::new();
    }
    let mut effects = if model.screen == Screen::Recommend { recommend::leave(model) } else { Vec::new() };
    model.screen = screen;
    if !model.active_knobs().contains(&model.knob) {
        model.knob = Knob::Epsilon;
    }
    if screen != Screen::Scope {
        model.session.repeat_at = None;
    }
    if screen != Screen::Ranking {
        model.ranking.play_at = None;
    }
    // What was simulated to the end stands; what was cut short starts again.
    let finished = |snapshot: &Option<Snapshot>| snapshot.as_ref().is_some_and(|s| s.trials_done >= s.trials);
    effects.extend(match screen {
        Screen::Sweep if model.sweep.as_ref().is_some_and(|sweep| finished(&sweep.snapshot)) => Vec::new(),
        Screen::Scope if model.scope.as_ref().is_some_and(|scope| finished(&scope.snapshot)) => Vec::new(),
        Screen::Sweep => study_sweep(model),
        Screen::Scope => study_scope(model),
        Screen::Ranking => ranking::enter(model),
        Screen::Data => Vec::new(),
        Screen::Budget => account(model),
        Screen::Recommend => {
            // Fits want the cores for themselves; trials start again where they are shown.
            let simulated = std::mem::take(&mut model.simulating);
            let mut effects = if simulated { vec![Effect::StopSimulation] } else { Vec::new() };
            effects.extend(recommend::enter(model));
            effects
        }
    });
    effects
}

// ---- Data

fn on_data(model: &mut Model, action: Action) -> Vec<Effect> {
    let lines = DataLine::all();
    let last = lines.len() - 1;
    match action {
        Action::Up => model.data_line = model.data_line.saturating_sub(1),
        Action::Down => model.data_line = (model.data_line + 1).min(last),
        Action::PageUp => model.data_line = 0,
        Action::PageDown => model.data_line = last,
        Action::Left | Action::Right => return change_line(model, lines[model.data_line], action == Action::Right),
        Action::Enter => match lines[model.data_line] {
            DataLine::Column(purpose) => {
                let now = model.data.as_ref().and_then(|data| purpose.used(&data.purchases.columns)).unwrap_or("");
                let hint =
                    if purpose.required() { "a column of the file" } else { "a column of the file; empty for none" };
                let prompt =
                    Prompt::new(Asked::Column(model.data_line), format!("{} column", purpose.name()), hint, now);
                return ask_for(model, prompt);
            }
            line => return change_line(model, line, true),
        },
        _ => {}
    }
    Vec::new()
}

fn change_line(model: &mut Model, line: DataLine, forward: bool) -> Vec<Effect> {
    let Some(data) = &model.data else { return Vec::new() };
    let p = &data.purchases;
    if line.step(forward, &mut model.options, &p.columns, p.status, &p.header) {
        load(model, false)
    } else {
        Vec::new()
    }
}

// ---- Scope

fn on_scope(model: &mut Model, action: Action) -> Vec<Effect> {
    let knobs = model.active_knobs();
    let place = knobs.iter().position(|&knob| knob == model.knob).unwrap_or(0);
    match action {
        Action::Up => model.knob = knobs[place.saturating_sub(1)],
        Action::Down => model.knob = knobs[(place + 1).min(knobs.len() - 1)],
        Action::Left => return turn(model, false, 1),
        Action::Right => return turn(model, true, 1),
        Action::PageDown => return turn(model, false, 10),
        Action::PageUp => return turn(model, true, 10),
        Action::Enter => return type_value(model),
        Action::Ask => {
            model.session.repeat_at = None;
            ask(model);
            return account(model);
        }
        Action::Repeat => {
            let stopped = model.session.repeat_at.take().is_some();
            if !stopped && ask(model) {
                model.session.repeat_at = Some(model.now + REPEAT_EVERY);
            }
            return account(model);
        }
        Action::Reset => return reset(model),
        Action::NextFigure => {
            model.convergence = neighbour(&Metric::ALL, model.convergence, true);
        }
        Action::NextItem => {
            let groups = model.data.as_ref().map_or(1, |data| data.raw.len());
            model.item = (model.item + 1).min(groups.saturating_sub(1));
        }
        Action::PreviousItem => model.item = model.item.saturating_sub(1),
        Action::OtherCharts => model.second_pair = !model.second_pair,
        _ => {}
    }
    Vec::new()
}

/// Turns the chosen knob by `steps`.
fn turn(model: &mut Model, up: bool, steps: usize) -> Vec<Effect> {
    let grid = model.data.as_ref().map(|data| data.cube.grid().clone());
    let unit = model.knobs.question.measure.units_per_shown() as u64;
    let before = model.knobs;
    match model.knob {
        Knob::Epsilon => {
            let ladder: Vec<f64> = Knobs::epsilon_steps().collect();
            for _ in 0..steps {
                model.knobs.epsilon = step_on(&ladder, model.knobs.epsilon, up);
            }
        }
        Knob::Delta => {
            let ladder: Vec<f64> = (2..=12).rev().map(|n| format!("1e-{n}").parse().unwrap_or(1e-6)).collect();
            for _ in 0..steps {
                model.knobs.delta = step_on(&ladder, model.knobs.delta, up);
            }
        }
        Knob::L0 | Knob::Linf => {
            let Some(grid) = grid else { return Vec::new() };
            let (ladder, value) = if model.knob == Knob::L0 {
                (grid.l0, &mut model.knobs.l0)
            } else {
                (grid.linf.iter().map(|&step| step / unit).collect(), &mut model.knobs.linf)
            };
            for _ in 0..steps {
                *value = step_on(&ladder, *value, up);
            }
        }
        Knob::Noise => model.knobs.mechanism = neighbour(&Mechanism::HISTOGRAMS, model.knobs.mechanism, up),
        Knob::Measure => model.knobs.question.measure = neighbour(&model.measures(), before.question.measure, up),
        Knob::GroupBy => model.knobs.question.group_by = neighbour(&model.groupings(), before.question.group_by, up),
        Knob::Model => {
            model.recommend.kind = neighbour(&recommend::KINDS, model.recommend.kind, up);
            return recommend::enter(model);
        }
        Knob::Items => {
            let there = model.data.as_ref().map_or(usize::MAX, |data| data.purchases.item.names.len());
            let ladder: Vec<usize> =
                recommend::ITEM_STEPS.into_iter().filter(|&step| step < there).chain([there]).collect();
            let ladder = &ladder[..ladder.len().min(recommend::ITEM_STEPS.len())];
            model.recommend.items = step_on(ladder, model.recommend.items.min(there), up);
            return recommend::enter(model);
        }
        Knob::K => {
            let groups = model.data.as_ref().map_or(1, |data| data.raw.len());
            let now = model.k();
            model.knobs.k = if up { (now + steps).min(groups) } else { now.saturating_sub(steps).max(1) };
        }
    }
    if model.knobs == before { Vec::new() } else { settle(model) }
}

/// The next entry of an ascending ladder above (or below) `now`; `now` at its end.
fn step_on<T: Copy + PartialOrd>(ladder: &[T], now: T, up: bool) -> T {
    let next = if up {
        ladder.iter().copied().find(|&step| step > now)
    } else {
        ladder.iter().rev().copied().find(|&step| step < now)
    };
    next.unwrap_or(now)
}

fn type_value(model: &mut Model) -> Vec<Effect> {
    let knobs = &model.knobs;
    let (label, hint, text) = match model.knob {
        Knob::Epsilon => ("ε", "a number above 0, such as 0.5", format!("{}", knobs.epsilon)),
        Knob::Delta => ("δ", "between 0 and 1, such as 1e-6", format!("{:e}", knobs.delta)),
        Knob::L0 => ("l0", "groups that one user may contribute to, from 1", knobs.l0.to_string()),
        Knob::Linf => ("linf", "what one user may contribute to one group, from 1", knobs.linf.to_string()),
        Knob::K => ("k", "length of the top list, from 1", model.k().to_string()),
        Knob::Items => ("items", "the most items in the vocabulary, 2 to 3000", model.recommend.items.to_string()),
        Knob::Noise | Knob::Measure | Knob::GroupBy | Knob::Model => return turn(model, true, 1),
    };
    ask_for(model, Prompt::new(Asked::Value(model.knob), label, hint, text))
}

/// Asks once; returns whether the budget allowed it.
fn ask(model: &mut Model) -> bool {
    let (Some(data), Some(scope)) = (&model.data, &model.scope) else { return false };
    let asked = (data.pairs.question(), &*scope.answer, &*data.raw);
    match model.session.ask(&scope.cell, asked, model.seed) {
        Ok(()) => true,
        Err(refusal) => {
            model.session.repeat_at = None;
            model.refuse(format!(
                "{refusal}. Every answer spends, whatever it is used for: r starts a new session, b sets another total, a smaller ε asks for less"
            ));
            false
        }
    }
}

fn on_tick(model: &mut Model, now: u64) -> Vec<Effect> {
    model.now = now;
    if model.session.repeat_at.is_some_and(|due| due <= now) && ask(model) {
        model.session.repeat_at = Some(now + REPEAT_EVERY);
        return account(model);
    }
    ranking::tick(model);
    Vec::new()
}

// ---- Ranking

fn on_ranking(model: &mut Model, action: Action) -> Vec<Effect> {
    let on_knobs = model.ranking.focus == Focus::Knobs;
    match action {
        Action::Left | Action::Right | Action::Enter => on_scope(model, action),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown if on_knobs => on_scope(model, action),
        Action::Longer | Action::Shorter => {
            let knob = std::mem::replace(&mut model.knob, Knob::K);
            let effects = turn(model, action == Action::Longer, 1);
            model.knob = knob;
            effects
        }
        Action::Find => {
            let hint = "items whose code or name holds this; empty for all";
            let now = model.ranking.filter.clone();
            ask_for(model, Prompt::new(Asked::Filter, "find", hint, now))
        }
        _ => {
            ranking::act(model, action);
            Vec::new()
        }
    }
}

// ---- Recommend

fn on_recommend(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Left
        | Action::Right
        | Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Enter => on_scope(model, action),
        Action::Find => ask_for(model, Prompt::new(Asked::Shopper, "shopper", "a user's id", "")),
        _ => recommend::act(model, action),
    }
}

fn reset(model: &mut Model) -> Vec<Effect> {
    model.session.reset(None);
    model.say(format!("a new session: nothing spent of ε {}", model.session.budget().total().epsilon));
    account(model)
}

// ---- Budget

/// The steps of a question's weight.
const WEIGHTS: [f64; 13] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0];

fn on_budget(model: &mut Model, action: Action) -> Vec<Effect> {
    let last = 1 + model.plan.questions.len();
    let line = model.budget_line.min(last);
    match action {
        Action::Up => model.budget_line = line.saturating_sub(1),
        Action::Down => model.budget_line = (line + 1).min(last),
        Action::PageUp => model.budget_line = 0,
        Action::PageDown => model.budget_line = last,
        Action::Left | Action::Right => {
            let up = action == Action::Right;
            match line {
                0 => {
                    let next = neighbour(&Accountant::ALL, model.session.budget().accountant(), up);
                    if let Err(refusal) = model.session.change_accountant(next) {
                        model.refuse(format!("{refusal}: r starts over, b sets another total and δ"));
                        return Vec::new();
                    }
                }
                1 => {
                    let ladder: Vec<u32> = (0..=18).map(|i| 5 * i).collect();
                    model.plan.reserve = step_on(&ladder, model.plan.reserve, up);
                }
                _ => {
                    let planned = &mut model.plan.questions[line - 2];
                    match &mut planned.locked {
                        Some(epsilon) => {
                            let ladder: Vec<f64> = Knobs::epsilon_steps().collect();
                            *epsilon = step_on(&ladder, *epsilon, up);
                        }
                        None => planned.weight = step_on(&WEIGHTS, planned.weight, up),
                    }
                }
            }
            return account(model);
        }
        Action::Plan => {
            let bounds = match model.knobs.bounds() {
                Ok(bounds) => bounds,
                Err(sentence) => {
                    model.refuse(sentence);
                    return Vec::new();
                }
            };
            if model.plan.questions.len() >= 50 {
                model.refuse("the plan holds fifty questions: take one out with d first");
                return Vec::new();
            }
            let (question, mechanism) = (model.knobs.question, model.knobs.mechanism);
            model.plan.questions.push(Planned { question, mechanism, bounds, weight: 1.0, locked: None });
            model.budget_line = 1 + model.plan.questions.len();
            return account(model);
        }
        Action::Unplan if line >= 2 => {
            model.plan.questions.remove(line - 2);
            model.budget_line = line.min(1 + model.plan.questions.len());
            return account(model);
        }
        Action::Lock => {
            let shares = model.accounts.as_ref().filter(|report| report.id == model.accounts_id);
            let now = shares.and_then(|report| report.shares.as_ref().ok()).and_then(|s| s.get(line.wrapping_sub(2)));
            let now = now.map(|share| share.epsilon);
            let lockable = line >= 2 && model.plan.questions[line - 2].locked.is_none();
            if lockable && now.is_none() {
                model.refuse("the plan does not add up yet, so there is no ε to lock: see the line below it");
                return Vec::new();
            }
            if let Some(planned) = line.checked_sub(2).and_then(|at| model.plan.questions.get_mut(at)) {
                planned.locked = match planned.locked {
                    Some(_) => None,
                    // Three digits, and not more than it had.
                    None => now.map(|epsilon| floor_digits(epsilon, 3)),
                };
                return account(model);
            }
        }
        Action::Enter => {
            if let Some(planned) = line.checked_sub(2).and_then(|at| model.plan.questions.get(at)) {
                let text = planned.locked.map_or(String::new(), |epsilon| epsilon.to_string());
                let hint = "ε of this question; it is locked there";
                return ask_for(model, Prompt::new(Asked::Share(line - 2), "ε", hint, text));
            }
        }
        Action::Reset => return reset(model),
        _ => {}
    }
    Vec::new()
}

/// `value` cut to so many digits.
fn floor_digits(value: f64, digits: i32) -> f64 {
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)) - f64::from(digits) + 1.0);
    // Through text, so that 0.1 is the number that is typed as 0.1.
    let cut = libm::floor(value / unit + 1e-9) * unit;
    format!("{cut:.12}").parse().unwrap_or(cut)
}

// ---- Release

fn on_release(model: &mut Model, action: Action) -> Vec<Effect> {
    let mechanism = model.knobs.mechanism;
    let Some(Overlay::Release(form)) = &mut model.overlay else { return Vec::new() };
    let fields = form.fields(mechanism);
    let place = fields.iter().position(|&field| field == form.field).unwrap_or(0);
    let filling = matches!(form.stage, Stage::Filling);
    match action {
        Action::Quit => return vec![Effect::Quit],
        Action::Escape => match form.stage {
            // What spends is not left alone by a key.
            Stage::Working(true) => {}
            Stage::Ready(_) | Stage::Working(false) => {
                form.stage = Stage::Filling;
                form.word.clear();
                form.refusal = None;
            }
            Stage::Filling => model.overlay = None,
        },
        Action::Up if filling => form.field = fields[place.saturating_sub(1)],
        Action::Down if filling => form.field = fields[(place + 1).min(fields.len() - 1)],
        Action::Left | Action::Right if filling => {
            form.refusal = None;
            match form.field {
                Field::Keys => form.keys = neighbour(&KeysChoice::ALL, form.keys, action == Action::Right),
                Field::Floor => form.floor = !form.floor,
                _ => {}
            }
        }
        Action::Enter => return go_on(model),
        _ => {}
    }
    Vec::new()
}

/// Enter in the release form: works it out, or makes it once the word is there.
fn go_on(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Release(mut form)) = model.overlay.take() else { return Vec::new() };
    let mut effects = Vec::new();
    match (&form.stage, form.task(model)) {
        (Stage::Working(_), _) => {}
        (_, Err(sentence)) => form.refusal = Some(sentence),
        (Stage::Filling, Ok(task)) => {
            form.refusal = None;
            form.stage = Stage::Working(false);
            effects.push(Effect::Release(Box::new(task)));
        }
        (Stage::Ready(_), Ok(_)) if form.word.trim() != WORD => {
            form.refusal = Some(format!("nothing was released: type the word {WORD} to spend, or press esc"));
        }
        (Stage::Ready(preview), Ok(task)) => {
            let task = task.confirmed(preview.prepared.clone());
            form.refusal = None;
            form.stage = Stage::Working(true);
            effects.push(Effect::Release(Box::new(task)));
        }
    }
    model.overlay = Some(Overlay::Release(form));
    effects
}

fn on_released(model: &mut Model, outcome: ReleaseOutcome) {
    match outcome {
        ReleaseOutcome::Prepared(found) => {
            let Some(Overlay::Release(form)) = &mut model.overlay else { return };
            // Left with esc in the meantime: the form stays as the user has it.
            if !matches!(form.stage, Stage::Working(false)) {
                return;
            }
            form.word.clear();
            match found {
                Ok(preview) => {
                    model.ledger = Some(preview.ledger.clone());
                    form.stage = Stage::Ready(preview);
                }
                Err(sentence) => {
                    form.stage = Stage::Filling;
                    form.refusal = Some(sentence);
                }
            }
        }
        ReleaseOutcome::Released(Ok((words, ledger))) => {
            model.ledger = Some(ledger);
            model.overlay = None;
            model.say(words);
        }
        ReleaseOutcome::Released(Err(sentence)) => {
            model.overlay = None;
            model.refuse(sentence);
        }
    }
}

// ---- Sweep

fn on_sweep(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(sweep) = &model.sweep else { return Vec::new() };
    let (last_row, last_column) = (sweep.steps.len() - 1, sweep.epsilons.len() - 1);
    let (row, column) = &mut model.cursor;
    match action {
        Action::Up => *row = (*row + 1).min(last_row),
        Action::Down => *row = row.saturating_sub(1),
        Action::Left => *column = column.saturating_sub(1),
        Action::Right => *column = (*column + 1).min(last_column),
        Action::PageUp => *column = last_column,
        Action::PageDown => *column = 0,
        Action::NextFigure => model.metric = neighbour(&Metric::ALL, model.metric, true),
        Action::NextMechanism => {
            model.knobs.mechanism = neighbour(&Mechanism::HISTOGRAMS, model.knobs.mechanism, true);
            // The eye stays on its cell while the noise changes.
            let cursor = model.cursor;
            let effects = settle(model);
            model.cursor = cursor;
            return effects;
        }
        Action::OtherBound => {
            if model.knobs.question.measure == Measure::Buyers {
                model.refuse("linf is 1 for buyers: only l0 can be varied");
                return Vec::new();
            }
            model.axis = if model.axis == BoundAxis::L0 { BoundAxis::Linf } else { BoundAxis::L0 };
            model.sweep = None;
            return study_sweep(model);
        }
        Action::Enter => {
            let (step, epsilon) = (sweep.steps[*row], sweep.epsilons[*column]);
            model.knobs.epsilon = epsilon;
            match model.axis {
                BoundAxis::L0 => model.knobs.l0 = step,
                BoundAxis::Linf => model.knobs.linf = step,
            }
            model.screen = Screen::Scope;
            return settle(model);
        }
        Action::Escape if model.simulating => {
            model.sweep_stopped = true;
            model.simulating = false;
            return vec![Effect::StopSimulation];
        }
        Action::Start => {
            model.sweep_stopped = false;
            return study_sweep(model);
        }
        _ => {}
    }
    Vec::new()
}

// ---- Mouse

fn on_mouse(model: &mut Model, mouse: MouseEvent) -> Vec<Effect> {
    if model.overlay.is_some() {
        return Vec::new();
    }
    let place = (mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            model.notice = None;
            if let Some(screen) = hit::tab(model, place) {
                return go(model, screen);
            }
            match model.screen {
                Screen::Scope | Screen::Recommend => {
                    if let Some(knob) = hit::knob(model, place) {
                        model.knob = knob;
                    }
                }
                Screen::Sweep => {
                    if let Some(cursor) = hit::map_cell(model, place) {
                        model.cursor = cursor;
                    }
                }
                Screen::Ranking => {
                    if let Some(knob) = hit::knob(model, place) {
                        (model.knob, model.ranking.focus) = (knob, Focus::Knobs);
                    } else if let Some(item) = hit::ranked_item(model, place) {
                        (model.item, model.ranking.focus) = (item, Focus::List);
                    }
                }
                Screen::Budget => {
                    if let Some(line) = hit::budget_line(model, place) {
                        model.budget_line = line;
                    }
                }
                Screen::Data => {
                    if let Some(line) = hit::data_line(model, place) {
                        model.data_line = line;
                    }
                }
            }
            Vec::new()
        }
        MouseEventKind::ScrollUp => act(model, wheel(model, place, [Action::Right, Action::Up, Action::PreviousItem])),
        MouseEventKind::ScrollDown => act(model, wheel(model, place, [Action::Left, Action::Down, Action::NextItem])),
        _ => Vec::new(),
    }
}

/// What the wheel does: turns the knob, moves the line, or moves the item in the list.
fn wheel(model: &Model, place: (u16, u16), [turn, line, item]: [Action; 3]) -> Action {
    match model.screen {
        Screen::Scope => turn,
        Screen::Ranking if hit::knob(model, place).is_some() => turn,
        Screen::Ranking => item,
        Screen::Recommend if hit::knob(model, place).is_some() => turn,
        Screen::Recommend => item,
        Screen::Data | Screen::Sweep | Screen::Budget => line,
    }
}
