//! Turns knobs, and asks for values to be typed.

use super::ask_for;
use crate::privacy::Mechanism;
use crate::tui::data_line::neighbour;
use crate::tui::message::Effect;
use crate::tui::model::{Knob, Knobs, Model};
use crate::tui::prompt::{Asked, Prompt};
use crate::tui::recommend;
use crate::tui::settle::settle;

/// Turns the chosen knob by `steps`.
pub(super) fn turn(model: &mut Model, up: bool, steps: usize) -> Vec<Effect> {
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
            let ladder: Vec<f64> =
                (2..=12).rev().map(|n| format!("1e-{n}").parse().unwrap_or(1e-6)).collect();
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
        Knob::Noise => {
            model.knobs.mechanism = neighbour(&Mechanism::HISTOGRAMS, model.knobs.mechanism, up)
        }
        Knob::Measure => {
            model.knobs.question.measure = neighbour(&model.measures(), before.question.measure, up)
        }
        Knob::GroupBy => {
            model.knobs.question.group_by =
                neighbour(&model.groupings(), before.question.group_by, up)
        }
        Knob::Model => {
            model.recommend.kind = neighbour(recommend::KINDS, model.recommend.kind, up);
            return recommend::enter(model);
        }
        Knob::Items => {
            let there =
                model.data.as_ref().map_or(usize::MAX, |data| data.purchases.item.names.len());
            let ladder: Vec<usize> = recommend::ITEM_STEPS
                .into_iter()
                .filter(|&step| step < there)
                .chain([there])
                .collect();
            let ladder = &ladder[..ladder.len().min(recommend::ITEM_STEPS.len())];
            model.recommend.items = step_on(ladder, model.recommend.items.min(there), up);
            return recommend::enter(model);
        }
        Knob::K => {
            let groups = model.data.as_ref().map_or(1, |data| data.raw.len());
            let now = model.k();
            model.knobs.k =
                if up { (now + steps).min(groups) } else { now.saturating_sub(steps).max(1) };
        }
    }
    if model.knobs == before { Vec::new() } else { settle(model) }
}

/// The next entry of an ascending ladder above (or below) `now`; `now` at its end.
pub(super) fn step_on<T: Copy + PartialOrd>(ladder: &[T], now: T, up: bool) -> T {
    let next = if up {
        ladder.iter().copied().find(|&step| step > now)
    } else {
        ladder.iter().rev().copied().find(|&step| step < now)
    };
    next.unwrap_or(now)
}

pub(super) fn type_value(model: &mut Model) -> Vec<Effect> {
    let knobs = &model.knobs;
    let (label, hint, text) = match model.knob {
        Knob::Epsilon => ("ε", "a number above 0, such as 0.5", format!("{}", knobs.epsilon)),
        Knob::Delta => ("δ", "between 0 and 1, such as 1e-6", format!("{:e}", knobs.delta)),
        Knob::L0 => ("l0", "groups that one user may contribute to, from 1", knobs.l0.to_string()),
        Knob::Linf => {
            ("linf", "what one user may contribute to one group, from 1", knobs.linf.to_string())
        }
        Knob::K => ("k", "length of the top list, from 1", model.k().to_string()),
        Knob::Items => (
            "items",
            "the most items in the vocabulary, 2 to 3000",
            model.recommend.items.to_string(),
        ),
        Knob::Noise | Knob::Measure | Knob::GroupBy | Knob::Model => return turn(model, true, 1),
    };
    ask_for(model, Prompt::new(Asked::Value(model.knob), label, hint, text))
}
