//! What every message does to the state. No input, no output.

mod budget;
mod knobs;
mod mouse;
mod release;
mod sweep;

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use self::budget::on_budget;
use self::knobs::{turn, type_value};
use self::mouse::on_mouse;
use self::release::{on_release, on_released};
use self::sweep::on_sweep;
use super::data_line::{DataLine, neighbour};
use super::exports::NotExported;
use super::keymap::{self, Action, Context};
use super::message::{Effect, Message};
use super::model::{Knob, Model, Overlay, Screen};
use super::prompt::{Asked, Prompt};
use super::ranking::{self, Focus};
use super::recommend;
use super::release_form::{ReleaseForm, Stage};
use super::settle::{account, load, on_loaded, on_simulated, settle, study_scope, study_sweep};
use super::study::Snapshot;
use super::typed;
use crate::chart::Metric;
use crate::purchases::Input;

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
            model.refuse(format!(
                "a calculation failed and was given up ({what}); turn a knob to try again"
            ));
            Vec::new()
        }
        Message::Exported(Ok(text)) => {
            model.say(text);
            Vec::new()
        }
        Message::Exported(Err(NotExported::Refused(text))) => {
            model.refuse(text);
            Vec::new()
        }
        Message::Exported(Err(NotExported::Exists(path))) => {
            let text = path.display().to_string();
            let mut prompt = export_prompt(text.clone());
            prompt.refusal = Some(format!(
                "{text} is there already: press Enter again to replace it, type another name, or leave with Esc"
            ));
            prompt.exists = Some(text);
            ask_for(model, prompt)
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
                KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    prompt.text.clear();
                }
                KeyCode::Char(c)
                    if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
                {
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
                Knob::K => {
                    model.knobs.k = typed::k(text, model.data.as_ref().map(|data| data.raw.len()))?;
                }
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
            let replace = prompt.exists.as_deref() == Some(text);
            Ok(vec![Effect::Export { path: PathBuf::from(text), replace }])
        }
        Asked::Column(line) => {
            let Some(DataLine::Column(purpose)) = DataLine::all().get(line).copied() else {
                return Ok(Vec::new());
            };
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
        Action::Open => {
            ask_for(model, Prompt::new(Asked::File, "open", "CSV, TSV (also .gz) or Parquet", ""))
        }
        Action::SetBudget => {
            let total = model.session.budget().total();
            let text = total.epsilon.to_string();
            let hint = "total ε, or ε and δ: 5 or 5 1e-5; starts a new session";
            ask_for(model, Prompt::new(Asked::Budget, "budget", hint, text))
        }
        Action::Export => {
            let name = format!("epsiloscope-{}.svg", model.screen.name().to_lowercase());
            ask_for(model, export_prompt(name))
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

fn export_prompt(name: String) -> Prompt {
    Prompt::new(Asked::Export, "export to", ".svg .png .csv or .json", name)
}

fn ask_for(model: &mut Model, prompt: Prompt) -> Vec<Effect> {
    model.overlay = Some(Overlay::Prompt(prompt));
    Vec::new()
}

fn go(model: &mut Model, screen: Screen) -> Vec<Effect> {
    if model.screen == screen {
        return Vec::new();
    }
    let mut effects =
        if model.screen == Screen::Recommend { recommend::leave(model) } else { Vec::new() };
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
    let finished =
        |snapshot: &Option<Snapshot>| snapshot.as_ref().is_some_and(|s| s.trials_done >= s.trials);
    effects.extend(match screen {
        Screen::Sweep if model.sweep.as_ref().is_some_and(|sweep| finished(&sweep.snapshot)) => {
            Vec::new()
        }
        Screen::Scope if model.scope.as_ref().is_some_and(|scope| finished(&scope.snapshot)) => {
            Vec::new()
        }
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
        Action::Left | Action::Right => {
            return change_line(model, lines[model.data_line], action == Action::Right);
        }
        Action::Enter => match lines[model.data_line] {
            DataLine::Column(purpose) => {
                let now = model
                    .data
                    .as_ref()
                    .and_then(|data| purpose.used(&data.purchases.columns))
                    .unwrap_or("");
                let hint = if purpose.required() {
                    "a column of the file"
                } else {
                    "a column of the file; empty for none"
                };
                let prompt = Prompt::new(
                    Asked::Column(model.data_line),
                    format!("{} column", purpose.name()),
                    hint,
                    now,
                );
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
        Action::Up | Action::Down | Action::PageUp | Action::PageDown if on_knobs => {
            on_scope(model, action)
        }
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
    model.say(format!(
        "a new session: nothing spent of ε {}",
        model.session.budget().total().epsilon
    ));
    account(model)
}
