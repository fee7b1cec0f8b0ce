//! What the keys do in the release form, and what comes of it.

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::field::{Field, KeysChoice, MODELS, What};
use super::form::{ANYWAY, ReleaseForm, Stage, WORD, next_name, released_words};
use super::kept::Kept;
use crate::privacy::accounting::Accountant;
use crate::recommend::ModelOrderError;
use crate::rehearsal::PublishOutcome;
use crate::release::{Fits, LedgerError, OrderError, ReleaseError};
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::keys::{Action, Binding, CTRL, NONE, SHIFT, bind, key};
use crate::tui::desk::message::Effect;
use crate::tui::desk::paths::{Completed, path_of};
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::desk::{Desk, Overlay};
use crate::tui::refusal::Refusal;
use crate::words::{Asker, Say};

/// Accountants of a ledger.
const ACCOUNTANTS: [Accountant; 3] = [Accountant::Basic, Accountant::Zcdp, Accountant::Rdp];

/// Keys while a release is filled in.
pub const KEYS: &[Binding] = &[
    bind!(
        [key!(Down)],
        "↑↓",
        "line",
        "the line below; further down what is worked out",
        Action::Down
    ),
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
        [key!(Tab)],
        "tab",
        "complete",
        "go on with a path as far as it is clear (once more lists the choices); else the line below",
        Action::Complete
    ),
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

/// The keys that work as far as the form is.
pub fn keys(form: Option<&ReleaseForm>) -> Vec<Binding> {
    let mut keys = KEYS.to_vec();
    if form.is_some_and(|form| !matches!(form.stage, Stage::Filling)) {
        keys.retain(|key| !matches!(key.action, Action::Left | Action::Right | Action::Complete));
        if let Some(down) = keys.iter_mut().find(|key| key.action == Action::Down) {
            down.label = "scroll";
        }
    }
    keys
}

/// Opens the form for what is on the desk and may be published of it.
pub fn open(desk: &mut Desk, kept: &[Kept], offered: Vec<What>) -> Option<Box<ReleaseForm>> {
    if desk.data.is_none() {
        desk.refuse("nothing is open yet, so nothing can be released");
        return None;
    }
    desk.session.repeat_at = None;
    desk.overlay = Some(Overlay::Release);
    let kept = kept.iter().find(|kept| kept.is_of(desk, &offered));
    let mut form = Box::new(ReleaseForm::new(desk, offered));
    if let Some(kept) = kept {
        kept.fill(&mut form, desk);
    }
    Some(form)
}

/// Closes the form and keeps what was filled in.
fn close(
    desk: &mut Desk,
    open: &mut Option<Box<ReleaseForm>>,
    kept: &mut Vec<Kept>,
    released: bool,
) {
    desk.overlay = None;
    if let Some(mut form) = open.take() {
        // Nothing came of it: the knobs are what they were.
        if let Some((knobs, fitted)) = form.before.take().filter(|_| !released) {
            (desk.knobs, desk.fitted) = (knobs, fitted);
        }
        let new = Kept::new(desk, &form, released);
        kept.retain(|old| !new.replaces(old));
        kept.push(new);
    }
}

/// A key that is text, or takes text away, where the line takes text.
pub fn edit(form: &mut ReleaseForm, key: KeyEvent) {
    let replaces = form.fresh && matches!(form.stage, Stage::Filling);
    let Some(text) = form.typed() else { return };
    match key.code {
        KeyCode::Backspace if replaces => text.clear(),
        KeyCode::Backspace => drop(text.pop()),
        KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => text.clear(),
        KeyCode::Char(c)
            if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
        {
            if replaces {
                text.clear();
            }
            push(text, c);
        }
        _ => return,
    }
    changed(form);
}

/// Puts pasted text where the line takes text; a dropped file as its path.
pub fn paste(form: &mut ReleaseForm, pasted: &str) {
    let path = form.takes_path().then(|| path_of(pasted).ok()).flatten();
    let path = path.as_deref().and_then(Path::to_str);
    let replaces = form.fresh && matches!(form.stage, Stage::Filling);
    let Some(text) = form.typed() else { return };
    if replaces {
        text.clear();
    }
    path.unwrap_or(pasted).chars().for_each(|c| push(text, c));
    changed(form);
}

fn push(text: &mut String, c: char) {
    if !c.is_control() && text.len() < 4_096 {
        text.push(c);
    }
}

/// The text of a line was changed.
fn changed(form: &mut ReleaseForm) {
    form.fresh = false;
    form.refusal = None;
    form.completing = None;
    // Another ledger may be there.
    if matches!(form.stage, Stage::Filling) && form.field == Field::Ledger {
        form.making = false;
    }
}

/// What the keys do.
pub fn act(
    desk: &mut Desk,
    open: &mut Option<Box<ReleaseForm>>,
    kept: &mut Vec<Kept>,
    action: Action,
) -> Vec<Effect> {
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
            Stage::Filling => close(desk, open, kept, false),
        },
        Action::Complete if filling && form.field.is_path() => return complete(form),
        Action::Up if filling => form.go_to(fields[place.saturating_sub(1)]),
        Action::Down | Action::Complete if filling => {
            form.go_to(fields[(place + 1).min(fields.len() - 1)]);
        }
        Action::Up => form.scroll = form.scroll.saturating_sub(1),
        Action::Down => form.scroll = form.scroll.saturating_add(1).min(64),
        Action::Left | Action::Right if filling => {
            choose(desk, form, action == Action::Right);
        }
        Action::Enter => return go_on(desk, open),
        _ => {}
    }
    Vec::new()
}

/// The next choice of the line, or the one before.
fn choose(desk: &Desk, form: &mut ReleaseForm, forward: bool) {
    form.refusal = None;
    match form.field {
        Field::What => form.choose(neighbour(&form.offered, form.what, forward), desk),
        Field::Model => form.model = neighbour(&MODELS, form.model, forward),
        Field::Keys => {
            let all = KeysChoice::ALL;
            form.keys = Some(match (form.keys, forward) {
                (None, true) => all[0],
                (None, false) => all[all.len() - 1],
                (Some(now), _) => neighbour(&all, now, forward),
            });
        }
        Field::Interval => form.interval = !form.interval,
        Field::Floor => form.floor = !form.floor,
        Field::Accountant => form.accountant = neighbour(&ACCOUNTANTS, form.accountant, forward),
        Field::Guesses => form.agreed = !form.agreed,
        // What stands there is kept, and typed on.
        _ => form.fresh = false,
    }
}

/// Completes the path in the chosen line; once more where it cannot go on by itself lists choices.
fn complete(form: &mut ReleaseForm) -> Vec<Effect> {
    form.fresh = false;
    let Some(text) = form.typed().cloned() else { return Vec::new() };
    let prompt =
        form.completing.get_or_insert_with(|| Box::new(Prompt::new(Asked::File, "", "", text)));
    prompt.complete().map(Effect::Path).into_iter().collect()
}

/// How a path in the form goes on.
pub fn completed(form: &mut ReleaseForm, text: &str, found: Result<Completed, Refusal>) {
    let Some(mut prompt) = form.completing.take() else { return };
    prompt.completed(text, found);
    form.refusal = prompt.refusal.take();
    let (is_ledger, now) = (form.field == Field::Ledger, prompt.text.clone());
    if let Some(text) = form.typed().filter(|text| **text != now) {
        *text = now;
        if is_ledger {
            form.making = false;
        }
    }
    // Where all is clear the next one starts anew.
    if !prompt.completion.choices.is_empty() {
        form.completing = Some(prompt);
    }
}

/// Enter in the release form: works it out, or makes it once the word is there.
fn go_on(desk: &mut Desk, open: &mut Option<Box<ReleaseForm>>) -> Vec<Effect> {
    let Some(form) = open else { return Vec::new() };
    form.completing = None;
    if matches!(form.stage, Stage::Filling) {
        form.add_ending();
    }
    let awaited = form.awaited();
    let mut effects = Vec::new();
    match (&form.stage, form.task(desk)) {
        (Stage::Working(_), _) => {}
        (_, Err(missing)) => {
            form.stage = Stage::Filling;
            form.refusal = Some(missing.to_string());
            if let Some(field) = missing.field() {
                form.go_to(field);
            }
        }
        (Stage::Filling, Ok(task)) => {
            form.refusal = None;
            form.stage = Stage::Working(false);
            effects.push(Effect::Release(Box::new(task)));
        }
        (Stage::Ready(_), Ok(_)) if form.word.trim() != awaited => {
            form.refusal = Some(match awaited {
                ANYWAY => format!(
                    "nothing was released: type the word {ANYWAY} to go on all the same, or press esc: the form stays as it is"
                ),
                _ => format!("nothing was released: type the word {WORD} to spend, or press esc"),
            });
        }
        (Stage::Ready(_), Ok(_)) if awaited == ANYWAY => {
            form.anyway = true;
            form.word.clear();
            form.refusal = None;
        }
        (Stage::Ready(worked), Ok(task)) => {
            let task = task.confirmed(worked);
            form.refusal = None;
            form.stage = Stage::Working(true);
            effects.push(Effect::Release(Box::new(task)));
        }
    }
    effects
}

/// The line that an error is of.
fn field_of(error: &ModelOrderError, form: &ReleaseForm) -> Option<Field> {
    let of_ledger = |error: &LedgerError| match error {
        LedgerError::OtherDataset { .. } => Field::Dataset,
        LedgerError::Rule(_) | LedgerError::Delta(_) => Field::TotalDelta,
        LedgerError::NoBudget => Field::TotalEpsilon,
        LedgerError::NoName => Field::Dataset,
        LedgerError::OverBudget { would_be, total, .. } => match would_be.epsilon > total.epsilon {
            true => Field::TotalEpsilon,
            false => Field::TotalDelta,
        },
        LedgerError::OverThresholds { .. } => Field::TotalDelta,
        _ => Field::Ledger,
    };
    Some(match error {
        ModelOrderError::OneItem { .. } => Field::Catalogue,
        ModelOrderError::Histories(_) => return None,
        ModelOrderError::Order(error) => match &**error {
            OrderError::Ledger(error) => of_ledger(error),
            OrderError::NoLedger { .. } => Field::Ledger,
            OrderError::OverBudget { fits, .. } => match fits {
                Fits::Delta(_) => Field::Delta,
                Fits::WithoutDelta if form.what == What::Values => Field::Keys,
                Fits::Epsilon(_) | Fits::Both(_) | Fits::WithoutDelta | Fits::Nothing => {
                    Field::Epsilon
                }
            },
            OrderError::Catalogue(_) | OrderError::CatalogueIsInput { .. } => Field::Catalogue,
            OrderError::OutputIsInput { .. } => Field::Out,
            OrderError::Release(error) => match error {
                ReleaseError::Ledger(error) => of_ledger(error),
                ReleaseError::NoEpsilon | ReleaseError::TooWide => Field::Epsilon,
                ReleaseError::DeltaRange
                | ReleaseError::GaussianDelta
                | ReleaseError::KeysDelta => Field::Delta,
                ReleaseError::TopKLength { .. } | ReleaseError::TopKZero => Field::K,
                ReleaseError::TopKCatalogue => Field::Catalogue,
                ReleaseError::TopKRevenue => Field::What,
                ReleaseError::TopKFloor => Field::Floor,
                ReleaseError::TopKInterval => Field::Interval,
                ReleaseError::RestOfPublic | ReleaseError::RestShare => Field::Rest,
                ReleaseError::Exists { .. }
                | ReleaseError::Folder { .. }
                | ReleaseError::NotAFile { .. }
                | ReleaseError::NoFolder { .. }
                | ReleaseError::Unwritable { .. }
                | ReleaseError::Ending { .. }
                | ReleaseError::ModelEnding { .. }
                | ReleaseError::Kept(_)
                | ReleaseError::Overwrites { .. }
                | ReleaseError::NoRoom { .. } => Field::Out,
                _ => return None,
            },
        },
    })
}

/// Takes what the worker found or did.
pub fn arrived(
    desk: &mut Desk,
    open: &mut Option<Box<ReleaseForm>>,
    kept: &mut Vec<Kept>,
    outcome: PublishOutcome,
) {
    match outcome {
        PublishOutcome::Prepared(found) => {
            let Some(form) = open else { return };
            // Left with esc in the meantime: the form stays as the user has it.
            if !matches!(form.stage, Stage::Working(false)) {
                return;
            }
            form.word.clear();
            (form.anyway, form.scroll) = (false, 0);
            match found {
                Ok(worked) => {
                    desk.ledger = Some(worked.ledger().clone());
                    // It is there now.
                    form.making = false;
                    form.stage = Stage::Ready(Box::new(worked));
                }
                Err(error) => {
                    form.stage = Stage::Filling;
                    form.refusal = Some(error.say(Asker::Explorer));
                    refused(desk, form, &error);
                }
            }
        }
        PublishOutcome::Made(Ok(made)) => {
            let words = released_words(&made);
            desk.ledger = Some(made.ledger);
            close(desk, open, kept, true);
            desk.say(words);
        }
        PublishOutcome::Made(Err(error)) => {
            close(desk, open, kept, false);
            desk.refuse(error.say(Asker::Explorer));
        }
    }
}

/// Goes to the line that is wrong; where there is no ledger yet its lines come.
fn refused(desk: &Desk, form: &mut ReleaseForm, error: &ModelOrderError) {
    if let ModelOrderError::Order(error) = error
        && let OrderError::NoLedger { cost, .. } = &**error
    {
        form.make_ledger(desk, *cost);
        return;
    }
    // A name that is taken is counted on, where nobody typed it.
    if let ModelOrderError::Order(inner) = error
        && let OrderError::Release(ReleaseError::Exists { .. }) = &**inner
        && form.began.as_ref().is_some_and(|began| began.out == form.out)
    {
        let next = next_name(&form.out);
        let said = form.refusal.take().unwrap_or_default();
        form.refusal = Some(format!("{said}; {next} stands there now: enter goes on"));
        form.out.clone_from(&next);
        if let Some(began) = &mut form.began {
            began.out = next;
        }
    }
    let Some(field) = field_of(error, form) else { return };
    form.naming |= field == Field::Dataset;
    if form.fields(desk.knobs.mechanism).contains(&field) {
        form.go_to(field);
    }
}
