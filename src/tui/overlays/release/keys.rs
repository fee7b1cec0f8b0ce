//! What the keys do in the release form, and what comes of it.

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::form::{Field, KeysChoice, ReleaseForm, Stage, WORD, released_words};
use crate::release::ReleaseOutcome;
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::keys::{Action, Binding, CTRL, NONE, SHIFT, bind, key};
use crate::tui::desk::message::Effect;
use crate::tui::desk::paths::path_of;
use crate::tui::desk::{Desk, Overlay};
use crate::words::{Asker, Say};

/// Keys while a release is filled in.
pub const KEYS: &[Binding] = &[
    bind!([key!(Down), key!(Tab)], "↑↓", "line", "the line below", Action::Down),
    bind!(
        [key!(Up), (KeyCode::BackTab, SHIFT), (KeyCode::BackTab, NONE)],
        "↑",
        "",
        "the line above",
        Action::Up
    ),
    bind!([key!(Left)], "←", "", "the choice before", Action::Left),
    bind!([key!(Right)], "←→", "choose", "the next choice", Action::Right),
    bind!(
        [key!(Enter)],
        "enter",
        "go on",
        "work it out, or make it once the word is typed",
        Action::Enter
    ),
    bind!([key!(Esc)], "esc", "cancel", "leave everything as it was", Action::Escape),
    bind!([(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit", Action::Quit),
];

/// Opens the form for what is on the desk.
pub fn open(desk: &mut Desk) -> Option<Box<ReleaseForm>> {
    if desk.data.is_none() {
        desk.refuse("nothing is open yet, so nothing can be released");
        return None;
    }
    desk.session.repeat_at = None;
    desk.overlay = Some(Overlay::Release);
    Some(Box::new(ReleaseForm::new(desk)))
}

fn close(desk: &mut Desk, open: &mut Option<Box<ReleaseForm>>) {
    desk.overlay = None;
    *open = None;
}

/// A key that is text, or takes text away, where the line takes text.
pub fn edit(form: &mut ReleaseForm, key: KeyEvent) {
    let Some(text) = form.typed() else { return };
    match key.code {
        KeyCode::Backspace => drop(text.pop()),
        KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => text.clear(),
        KeyCode::Char(c)
            if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
        {
            push(text, c);
        }
        _ => {}
    }
    form.refusal = None;
}

/// Puts pasted text where the line takes text; a dropped file as its path.
pub fn paste(form: &mut ReleaseForm, pasted: &str) {
    let path = form.takes_path().then(|| path_of(pasted).ok()).flatten();
    let path = path.as_deref().and_then(Path::to_str);
    let Some(text) = form.typed() else { return };
    path.unwrap_or(pasted).chars().for_each(|c| push(text, c));
    form.refusal = None;
}

fn push(text: &mut String, c: char) {
    if !c.is_control() && text.len() < 4_096 {
        text.push(c);
    }
}

/// What the keys do.
pub fn act(desk: &mut Desk, open: &mut Option<Box<ReleaseForm>>, action: Action) -> Vec<Effect> {
    let mechanism = desk.knobs.mechanism;
    let Some(form) = open else { return Vec::new() };
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
            Stage::Filling => close(desk, open),
        },
        Action::Up if filling => form.field = fields[place.saturating_sub(1)],
        Action::Down if filling => form.field = fields[(place + 1).min(fields.len() - 1)],
        Action::Left | Action::Right if filling => {
            form.refusal = None;
            match form.field {
                Field::Keys => {
                    form.keys = neighbour(&KeysChoice::ALL, form.keys, action == Action::Right);
                }
                Field::Floor => form.floor = !form.floor,
                Field::Guesses => form.agreed = !form.agreed,
                _ => {}
            }
        }
        Action::Enter => return go_on(desk, open),
        _ => {}
    }
    Vec::new()
}

/// Enter in the release form: works it out, or makes it once the word is there.
fn go_on(desk: &mut Desk, open: &mut Option<Box<ReleaseForm>>) -> Vec<Effect> {
    let Some(form) = open else { return Vec::new() };
    let mut effects = Vec::new();
    match (&form.stage, form.task(desk)) {
        (Stage::Working(_), _) => {}
        (_, Err(missing)) => form.refusal = Some(missing.to_string()),
        (Stage::Filling, Ok(task)) => {
            form.refusal = None;
            form.stage = Stage::Working(false);
            effects.push(Effect::Release(Box::new(task)));
        }
        (Stage::Ready(_), Ok(_)) if form.word.trim() != WORD => {
            form.refusal =
                Some(format!("nothing was released: type the word {WORD} to spend, or press esc"));
        }
        (Stage::Ready(preview), Ok(task)) => {
            let task = task.confirmed((**preview).clone());
            form.refusal = None;
            form.stage = Stage::Working(true);
            effects.push(Effect::Release(Box::new(task)));
        }
    }
    effects
}

/// Takes what the worker found or did.
pub fn arrived(desk: &mut Desk, open: &mut Option<Box<ReleaseForm>>, outcome: ReleaseOutcome) {
    match outcome {
        ReleaseOutcome::Prepared(found) => {
            let Some(form) = open else { return };
            // Left with esc in the meantime: the form stays as the user has it.
            if !matches!(form.stage, Stage::Working(false)) {
                return;
            }
            form.word.clear();
            match found {
                Ok(preview) => {
                    desk.ledger = Some(preview.ledger.clone());
                    form.stage = Stage::Ready(preview);
                }
                Err(error) => {
                    form.stage = Stage::Filling;
                    form.refusal = Some(error.say(Asker::Explorer));
                }
            }
        }
        ReleaseOutcome::Released(Ok(released)) => {
            let words = released_words(&released);
            desk.ledger = Some(released.ledger);
            close(desk, open);
            desk.say(words);
        }
        ReleaseOutcome::Released(Err(error)) => {
            close(desk, open);
            desk.refuse(error.say(Asker::Explorer));
        }
    }
}
