//! What the keys do on the Sweep screen.

use crate::chart::Metric;
use crate::privacy::Mechanism;
use crate::purchases::Measure;
use crate::tui::data_line::neighbour;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::model::{BoundAxis, Model, Screen};
use crate::tui::settle::{settle, study_sweep};

pub(super) fn on_sweep(model: &mut Model, action: Action) -> Vec<Effect> {
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
