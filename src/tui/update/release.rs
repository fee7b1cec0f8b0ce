//! What the keys do in the release form, and what comes of it.

use crate::release::ReleaseOutcome;
use crate::tui::data_line::neighbour;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::model::{Model, Overlay};
use crate::tui::release_form::{Field, KeysChoice, Stage, WORD, released_words};
use crate::tui::said::in_fields;

pub(super) fn on_release(model: &mut Model, action: Action) -> Vec<Effect> {
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
                Field::Keys => {
                    form.keys = neighbour(&KeysChoice::ALL, form.keys, action == Action::Right)
                }
                Field::Floor => form.floor = !form.floor,
                Field::Guesses => form.agreed = !form.agreed,
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
    model.overlay = Some(Overlay::Release(form));
    effects
}

pub(super) fn on_released(model: &mut Model, outcome: ReleaseOutcome) {
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
                Err(error) => {
                    form.stage = Stage::Filling;
                    form.refusal = Some(in_fields(error));
                }
            }
        }
        ReleaseOutcome::Released(Ok(released)) => {
            let words = released_words(&released);
            model.ledger = Some(released.ledger);
            model.overlay = None;
            model.say(words);
        }
        ReleaseOutcome::Released(Err(error)) => {
            model.overlay = None;
            model.refuse(in_fields(error));
        }
    }
}
