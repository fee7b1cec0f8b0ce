//! What the keys do on the Budget screen.

use super::state::Budget;
use crate::privacy::accounting::Accountant;
use crate::privacy::epsilon_steps;
use crate::rehearsal::Planned;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::{neighbour, step_on};
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::words::{Asker, Say};

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Up)], "↑", "", "the line above", Action::Up),
    bind!([key!(Down)], "↑↓", "line", "the line below", Action::Down),
    bind!([key!(Left)], "←", "", "another accountant, a smaller reserve or weight", Action::Left),
    bind!(
        [key!(Right)],
        "←→",
        "turn",
        "another accountant, a larger reserve or weight",
        Action::Right
    ),
    bind!([key!('n')], "n", "plan", "add the question under the knobs to the plan", Action::Plan),
    bind!([key!('l')], "l", "lock", "lock the question's ε, or let it go", Action::Lock),
    bind!(
        [key!('d'), key!(Delete)],
        "d",
        "delete",
        "take the question out of the plan",
        Action::Unplan
    ),
    bind!([key!(Enter)], "enter", "type", "type ε for the question, which locks it", Action::Enter),
    bind!([key!('r')], "r", "reset", "start the session over, nothing spent", Action::Reset),
];

/// The steps of a question's weight.
const WEIGHTS: [f64; 13] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0];

/// Does what a key asks for.
pub fn act(budget: &mut Budget, desk: &mut Desk, action: Action) -> Vec<Next> {
    let last = 1 + desk.plan.questions.len();
    let line = budget.line.min(last);
    match action {
        Action::Up => budget.line = line.saturating_sub(1),
        Action::Down => budget.line = (line + 1).min(last),
        Action::First => budget.line = 0,
        Action::Last => budget.line = last,
        Action::PageUp => budget.line = line.saturating_sub(screenful(desk)),
        Action::PageDown => budget.line = (line + screenful(desk)).min(last),
        Action::Left | Action::Right => {
            let up = action == Action::Right;
            match line {
                0 => {
                    let next = neighbour(&Accountant::ALL, desk.session.budget().accountant(), up);
                    if let Err(refusal) = desk.session.change_accountant(next) {
                        desk.refuse(format!(
                            "{refusal}: r starts over, b sets another total and δ"
                        ));
                        return Vec::new();
                    }
                }
                1 => {
                    let ladder: Vec<u32> = (0..=18).map(|i| 5 * i).collect();
                    desk.plan.reserve = step_on(&ladder, desk.plan.reserve, up);
                }
                _ => {
                    let planned = &mut desk.plan.questions[line - 2];
                    match &mut planned.locked {
                        Some(epsilon) => {
                            let ladder: Vec<f64> = epsilon_steps().collect();
                            *epsilon = step_on(&ladder, *epsilon, up);
                        }
                        None => planned.weight = step_on(&WEIGHTS, planned.weight, up),
                    }
                }
            }
            return desk.account();
        }
        Action::Plan => {
            let bounds = match desk.knobs.bounds() {
                Ok(bounds) => bounds,
                Err(error) => {
                    desk.refuse(error.say(Asker::Explorer));
                    return Vec::new();
                }
            };
            if desk.plan.questions.len() >= 50 {
                desk.refuse("the plan holds fifty questions: take one out with d first");
                return Vec::new();
            }
            let (question, mechanism) = (desk.knobs.question, desk.knobs.mechanism);
            desk.plan.questions.push(Planned {
                question,
                mechanism,
                bounds,
                weight: 1.0,
                locked: None,
            });
            budget.line = 1 + desk.plan.questions.len();
            return desk.account();
        }
        Action::Unplan if line >= 2 => {
            desk.plan.questions.remove(line - 2);
            budget.line = line.min(1 + desk.plan.questions.len());
            return desk.account();
        }
        Action::Lock => {
            let shares = desk.accounts.as_ref().filter(|report| report.id == desk.accounts_id);
            let now = shares
                .and_then(|report| report.shares.as_ref().ok())
                .and_then(|s| s.get(line.wrapping_sub(2)));
            let now = now.map(|share| share.epsilon);
            let lockable = line >= 2 && desk.plan.questions[line - 2].locked.is_none();
            if lockable && now.is_none() {
                desk.refuse(
                    "the plan does not add up yet, so there is no ε to lock: see the line below it",
                );
                return Vec::new();
            }
            if let Some(planned) =
                line.checked_sub(2).and_then(|at| desk.plan.questions.get_mut(at))
            {
                planned.locked = match planned.locked {
                    Some(_) => None,
                    // Three digits, and not more than it had.
                    None => now.map(|epsilon| floor_digits(epsilon, 3)),
                };
                return desk.account();
            }
        }
        Action::Enter => {
            if let Some(planned) = line.checked_sub(2).and_then(|at| desk.plan.questions.get(at)) {
                let text = planned.locked.map_or(String::new(), |epsilon| epsilon.to_string());
                let hint = "ε of this question; it is locked there";
                return desk.ask(Prompt::new(Asked::OfScreen(line - 2), "ε", hint, text));
            }
        }
        Action::Reset => return desk.reset(),
        _ => {}
    }
    Vec::new()
}

/// The planned questions that the screen shows at once, about.
fn screenful(desk: &Desk) -> usize {
    usize::from(desk.size.1.saturating_sub(18)).max(1)
}

/// `value` cut to so many digits.
fn floor_digits(value: f64, digits: i32) -> f64 {
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)) - f64::from(digits) + 1.0);
    // Through text, so that 0.1 is the number that is typed as 0.1.
    let cut = libm::floor(value / unit + 1e-9) * unit;
    format!("{cut:.12}").parse().unwrap_or(cut)
}
