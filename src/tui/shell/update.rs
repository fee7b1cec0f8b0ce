//! What every message does to the state. No input, no output.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};

use super::act::{act, export_prompt};
use super::app::App;
use super::mouse::on_mouse;
use super::opening;
use super::settle::{follow, on_loaded, report as hand_on};
use crate::purchases::{Input, KeptReading, Options};
use crate::tui::desk::keys::{self, Action};
use crate::tui::desk::message::{Effect, Message, Next, NotExported, Report};
use crate::tui::desk::prompt::{Asked, Prompt, keep_prompt};
use crate::tui::desk::{Overlay, typed};
use crate::tui::knobs::Knob;
use crate::tui::overlays::release::form::Stage;
use crate::tui::overlays::{help, prompt, release};
use crate::tui::refusal::Refusal;

/// The effects that open the first file.
pub fn start(app: &mut App) -> Vec<Effect> {
    vec![app.desk.load(false)]
}

/// What `message` does.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => on_key(app, key),
        Message::Mouse(mouse) => on_mouse(app, mouse),
        Message::Paste(text) => opening::pasted(app, text),
        Message::Path(answer) => {
            let effects = opening::answered(app, answer);
            match &app.desk.overlay {
                Some(Overlay::Prompt(open)) if open.is_entered() => on_prompt(app, Action::Enter),
                _ => effects,
            }
        }
        Message::Recent(files) => {
            app.desk.recent = files;
            Vec::new()
        }
        Message::Resize(columns, rows) => {
            app.desk.size = (columns, rows);
            Vec::new()
        }
        Message::Tick(now) => on_tick(app, now),
        Message::Loading(id, read) => {
            match &app.desk.loading {
                Some((wanted, _)) if *wanted == id => app.desk.progress.read = read,
                _ => hand_on(app, Report::Trying(id, read)),
            }
            Vec::new()
        }
        Message::Loaded(id, made) => on_loaded(app, id, made),
        Message::Arrived(report) => {
            arrived(app, report);
            Vec::new()
        }
        Message::Release(outcome) => {
            let knobs = app.desk.knobs;
            release::keys::arrived(&mut app.desk, &mut app.form, &mut app.kept, *outcome);
            if app.desk.knobs == knobs { Vec::new() } else { follow(app, vec![Next::Settle]) }
        }
        Message::WorkerFailed(what) => {
            app.desk.simulating = false;
            app.desk.loading = None;
            app.screens.all_mut().into_iter().for_each(|screen| screen.failed());
            if let Some(form) = &mut app.form {
                form.stage = Stage::Filling;
            }
            app.desk.refuse(format!(
                "a calculation failed and was given up ({what}); turn a knob to try again"
            ));
            Vec::new()
        }
        Message::Exported(Ok(text)) => {
            app.desk.say(text);
            Vec::new()
        }
        Message::Exported(Err(NotExported::Refused(refusal))) => {
            app.desk.refuse(refusal);
            Vec::new()
        }
        Message::Exported(Err(NotExported::Exists(path, asked))) => {
            let text = path.display().to_string();
            let mut prompt = match asked {
                Asked::KeepReading => keep_prompt(text.clone()),
                _ => export_prompt(text.clone()),
            };
            prompt.refusal = Some(format!(
                "{text} is there already: press Enter again to replace it, type another name, or leave with Esc"
            ));
            prompt.exists = Some(text);
            app.desk.ask(prompt);
            Vec::new()
        }
        Message::Terminate => vec![Effect::Quit],
    }
}

fn arrived(app: &mut App, report: Report) {
    if let Report::Accounted(report) = report {
        if report.id == app.desk.accounts_id {
            app.desk.accounts = Some(*report);
        }
        return;
    }
    hand_on(app, report);
}

fn on_tick(app: &mut App, now: u64) -> Vec<Effect> {
    app.desk.now = now;
    let mut next = Vec::new();
    for screen in app.screens.all_mut() {
        next.extend(screen.tick(&mut app.desk));
    }
    follow(app, next)
}

fn on_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let action = keys::action(&app.bindings(), key);
    match (&mut app.desk.overlay, &mut app.form, action) {
        (Some(Overlay::Prompt(open)), _, None) => {
            prompt::edit(open, key);
            return Vec::new();
        }
        (Some(Overlay::Release), Some(form), None) => {
            release::keys::edit(form, key);
            return Vec::new();
        }
        _ => {}
    }
    let Some(action) = action else {
        // A notice goes by that key, also where nothing else does.
        if key.code == KeyCode::Esc {
            app.desk.notice = None;
        }
        return Vec::new();
    };
    app.desk.notice = None;
    // Any other key takes the question back.
    if app.desk.asked_once.as_ref().is_some_and(|(asked, _)| *asked != action) {
        app.desk.asked_once = None;
    }
    match &app.desk.overlay {
        Some(Overlay::Help(_)) => help::act(&mut app.desk, action),
        Some(Overlay::Prompt(_)) => on_prompt(app, action),
        Some(Overlay::Release) => {
            let knobs = app.desk.knobs;
            let effects = release::keys::act(&mut app.desk, &mut app.form, &mut app.kept, action);
            if app.desk.knobs == knobs { effects } else { follow(app, vec![Next::Settle]) }
        }
        None => act(app, action),
    }
}

fn on_prompt(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => vec![Effect::Quit],
        Action::Enter => {
            let Some(Overlay::Prompt(mut prompt)) = app.desk.overlay.take() else {
                return Vec::new();
            };
            if prompt.waits() {
                app.desk.ask(*prompt);
                return Vec::new();
            }
            match take_typed(app, &prompt) {
                Ok(next) => follow(app, next),
                Err(refusal) => {
                    prompt.refusal = Some(refusal.to_string());
                    app.desk.ask(*prompt);
                    Vec::new()
                }
            }
        }
        Action::Complete | Action::Up | Action::Down => {
            let Some(Overlay::Prompt(prompt)) = &mut app.desk.overlay else { return Vec::new() };
            if action == Action::Complete {
                return prompt.complete().map(Effect::Path).into_iter().collect();
            }
            prompt.step(&app.desk.recent, action == Action::Up);
            Vec::new()
        }
        _ => {
            app.desk.overlay = None;
            Vec::new()
        }
    }
}

/// Does what a finished prompt asks for, or says why not.
fn take_typed(app: &mut App, prompt: &Prompt) -> Result<Vec<Next>, Refusal> {
    let text = prompt.text.trim();
    let desk = &mut app.desk;
    match prompt.asked {
        Asked::Value(knob) => {
            match knob {
                Knob::Epsilon => desk.knobs.epsilon = typed::epsilon(text)?,
                Knob::Delta => desk.knobs.delta = typed::delta(text)?,
                Knob::L0 => desk.knobs.l0 = typed::bound(text, "l0")?,
                Knob::Linf => desk.knobs.linf = typed::bound(text, "linf")?,
                Knob::K => {
                    desk.knobs.k = typed::k(text, desk.data.as_ref().map(|data| data.raw.len()))?;
                    desk.knobs.k_chosen = true;
                }
                Knob::Items => {
                    desk.knobs.items = typed::items(text)?;
                    return Ok(vec![Next::SettleScreen]);
                }
                Knob::Noise | Knob::Measure | Knob::GroupBy | Knob::Model => {}
            }
            Ok(vec![Next::Settle])
        }
        Asked::Budget => {
            let total = typed::budget(text, desk.session.budget().total())?;
            desk.session.reset(Some(total));
            desk.say(format!("a new session with ε {} to spend", total.epsilon));
            Ok(desk.account())
        }
        Asked::PublicGroups => {
            let data = desk.data.as_ref().ok_or(Refusal::NothingOpen)?;
            desk.knobs.known = match typed::public_groups(text)? {
                None => data.pairs.known(),
                Some(groups) => data.pairs.said_public(groups)?,
            };
            let words = desk.knobs.known.words(desk.knobs.question.group_by);
            desk.say(words);
            Ok(vec![Next::Settle])
        }
        Asked::File => {
            desk.input = Input::File(opening::typed(&prompt.text)?);
            // What was declared of another file says nothing of this one.
            let cleaning = desk.options.cleaning;
            desk.options = Options { cleaning, ..Options::default() };
            Ok(vec![desk.load(false).into()])
        }
        Asked::Export => {
            if text.is_empty() {
                return Err(Refusal::NoExportName);
            }
            let replace = prompt.exists.as_deref() == Some(text);
            Ok(vec![Effect::Export { path: PathBuf::from(text), replace }.into()])
        }
        Asked::KeepReading => {
            if text.is_empty() {
                return Err(Refusal::NoReadingName);
            }
            let data = desk.data.as_ref().ok_or(Refusal::NothingOpen)?;
            let kept = KeptReading::of(
                &data.purchases.reading,
                &data.purchases.grounds,
                &data.purchases.header,
            );
            let replace = prompt.exists.as_deref() == Some(text);
            let path = PathBuf::from(text);
            Ok(vec![Effect::Keep { path, text: kept.to_toml(), replace }.into()])
        }
        Asked::FileOfScreen(asked) => {
            let text = match text {
                "" | "none" => String::new(),
                _ => opening::typed(&prompt.text)?.display().to_string(),
            };
            app.screens.all_mut()[app.place].typed(desk, asked, &text)
        }
        Asked::OfScreen(asked) => app.screens.all_mut()[app.place].typed(desk, asked, text),
    }
}
