//! Turns knobs, and asks for values to be typed.

use super::{Knob, Knobs};
use crate::privacy::{Mechanism, epsilon_steps};
use crate::tui::desk::Desk;
use crate::tui::desk::choice::{neighbour, step_on};
use crate::tui::desk::keys::Action;
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};

/// What the keys of the knobs do; nothing for any other key.
pub fn act(desk: &mut Desk, knobs: &[Knob], action: Action) -> Vec<Next> {
    let place = knobs.iter().position(|&knob| knob == desk.knob).unwrap_or(0);
    match action {
        Action::Up => desk.knob = knobs[place.saturating_sub(1)],
        Action::Down => desk.knob = knobs[(place + 1).min(knobs.len() - 1)],
        Action::Left => return turn(desk, false, 1),
        Action::Right => return turn(desk, true, 1),
        Action::PageDown => return turn(desk, false, 10),
        Action::PageUp => return turn(desk, true, 10),
        Action::First => desk.knob = knobs[0],
        Action::Last => desk.knob = knobs[knobs.len() - 1],
        Action::Enter => return type_value(desk),
        _ => {}
    }
    Vec::new()
}

/// Turns the chosen knob by `steps`.
pub fn turn(desk: &mut Desk, up: bool, steps: usize) -> Vec<Next> {
    let grid = desk.data.as_ref().map(|data| data.cube.grid().clone());
    let unit = desk.knobs.unit() as u64;
    let before = desk.knobs;
    match desk.knob {
        Knob::Epsilon => {
            let ladder: Vec<f64> = epsilon_steps().collect();
            for _ in 0..steps {
                desk.knobs.epsilon = step_on(&ladder, desk.knobs.epsilon, up);
            }
        }
        Knob::Delta => {
            let ladder: Vec<f64> =
                (2..=12).rev().map(|n| format!("1e-{n}").parse().unwrap_or(1e-6)).collect();
            for _ in 0..steps {
                desk.knobs.delta = step_on(&ladder, desk.knobs.delta, up);
            }
        }
        Knob::L0 | Knob::Linf => {
            let Some(grid) = grid else { return Vec::new() };
            let (ladder, value) = if desk.knob == Knob::L0 {
                (grid.l0, &mut desk.knobs.l0)
            } else {
                (grid.linf.iter().map(|&step| step / unit).collect(), &mut desk.knobs.linf)
            };
            for _ in 0..steps {
                *value = step_on(&ladder, *value, up);
            }
        }
        Knob::Noise => {
            desk.knobs.mechanism = neighbour(&Mechanism::HISTOGRAMS, desk.knobs.mechanism, up);
        }
        Knob::Measure => {
            desk.knobs.question.measure = neighbour(&desk.measures(), before.question.measure, up);
        }
        Knob::GroupBy => {
            desk.knobs.question.group_by =
                neighbour(&desk.groupings(), before.question.group_by, up);
        }
        Knob::Model => {
            desk.knobs.model = neighbour(Knobs::MODELS, desk.knobs.model, up);
            return vec![Next::SettleScreen];
        }
        Knob::Items => {
            let there =
                desk.data.as_ref().map_or(usize::MAX, |data| data.purchases.item.names.len());
            let ladder: Vec<usize> =
                Knobs::ITEM_STEPS.into_iter().filter(|&step| step < there).chain([there]).collect();
            let ladder = &ladder[..ladder.len().min(Knobs::ITEM_STEPS.len())];
            desk.knobs.items = step_on(ladder, desk.knobs.items.min(there), up);
            return vec![Next::SettleScreen];
        }
        Knob::K => {
            let groups = desk.data.as_ref().map_or(1, |data| data.raw.len());
            let now = desk.k();
            desk.knobs.k =
                if up { (now + steps).min(groups) } else { now.saturating_sub(steps).max(1) };
            desk.knobs.k_chosen = true;
        }
    }
    if desk.knobs == before { Vec::new() } else { vec![Next::Settle] }
}

/// Asks for a value for the chosen knob, or steps it where none can be typed.
pub fn type_value(desk: &mut Desk) -> Vec<Next> {
    let knobs = &desk.knobs;
    let (label, hint, text) = match desk.knob {
        Knob::Epsilon => ("ε", "a number above 0, such as 0.5", format!("{}", knobs.epsilon)),
        Knob::Delta => ("δ", "between 0 and 1, such as 1e-6", format!("{:e}", knobs.delta)),
        Knob::L0 => ("l0", "groups that one user may contribute to, from 1", knobs.l0.to_string()),
        Knob::Linf => {
            ("linf", "what one user may contribute to one group, from 1", knobs.linf.to_string())
        }
        Knob::K => ("k", "length of the top list, from 1", desk.k().to_string()),
        Knob::Items => {
            ("items", "the most items in the vocabulary, 2 to 3000", desk.knobs.items.to_string())
        }
        Knob::Noise | Knob::Measure | Knob::GroupBy | Knob::Model => return turn(desk, true, 1),
    };
    desk.ask(Prompt::new(Asked::Value(desk.knob), label, hint, text))
}
