//! What the keys do on the Budget screen.

use super::knobs::step_on;
use super::{ask_for, reset};
use crate::privacy::accounting::Accountant;
use crate::privacy::epsilon_steps;
use crate::tui::accounts::Planned;
use crate::tui::data_line::neighbour;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::model::Model;
use crate::tui::prompt::{Asked, Prompt};
use crate::tui::settle::account;

/// The steps of a question's weight.
const WEIGHTS: [f64; 13] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0];

pub(super) fn on_budget(model: &mut Model, action: Action) -> Vec<Effect> {
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
                        model.refuse(format!(
                            "{refusal}: r starts over, b sets another total and δ"
                        ));
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
                            let ladder: Vec<f64> = epsilon_steps().collect();
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
            model.plan.questions.push(Planned {
                question,
                mechanism,
                bounds,
                weight: 1.0,
                locked: None,
            });
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
            let now = shares
                .and_then(|report| report.shares.as_ref().ok())
                .and_then(|s| s.get(line.wrapping_sub(2)));
            let now = now.map(|share| share.epsilon);
            let lockable = line >= 2 && model.plan.questions[line - 2].locked.is_none();
            if lockable && now.is_none() {
                model.refuse(
                    "the plan does not add up yet, so there is no ε to lock: see the line below it",
                );
                return Vec::new();
            }
            if let Some(planned) =
                line.checked_sub(2).and_then(|at| model.plan.questions.get_mut(at))
            {
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
