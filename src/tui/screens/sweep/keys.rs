//! What the keys do on the Sweep screen.

use super::state::{BoundAxis, Sweep};
use super::view;
use crate::chart::{OF_A_CELL, short_number};
use crate::privacy::Mechanism;
use crate::purchases::Measure;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::{Effect, Next};
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::desk::typed::limit;
use crate::tui::refusal::Refusal;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Left)], "←", "", "a smaller ε", Action::Left),
    bind!([key!(Right)], "→", "", "a larger ε", Action::Right),
    bind!([key!(Up)], "↑", "", "a looser bound", Action::Up),
    bind!([key!(Down)], "←→↑↓", "cursor", "a tighter bound", Action::Down),
    bind!([key!('m')], "m", "figure", "show another figure on the map", Action::NextFigure),
    bind!([key!('n')], "n", "noise", "another mechanism", Action::NextMechanism),
    bind!([key!('x')], "x", "bound", "vary linf instead of l0, or back", Action::OtherBound),
    bind!(
        [key!('v')],
        "v",
        "charts",
        "the other curve in place of the one shown (where not both fit)",
        Action::OtherCharts
    ),
    bind!(
        [key!(Enter)],
        "enter",
        "take",
        "set the knobs to this cell and show it in the Scope",
        Action::Enter
    ),
    bind!(
        [key!('l')],
        "l",
        "limit",
        "mark where a limit of the figure is just met; an empty one marks nothing",
        Action::Limit
    ),
    bind!([key!('s')], "s", "start", "start the trials again", Action::Start),
    bind!([key!(Esc)], "esc", "stop", "stop the trials", Action::Escape),
];

/// To two digits: an ε of a map is one among many, and a release takes nine decimals.
fn two_digits(epsilon: f64) -> f64 {
    format!("{epsilon:.1e}").parse().unwrap_or(epsilon)
}

/// Puts the cell under the cursor under the knobs; whether that changes one.
pub fn take(sweep: &Sweep, desk: &mut Desk) -> bool {
    let Some(map) = &sweep.map else { return false };
    let (row, column) = sweep.cursor;
    let (step, epsilon) = (map.steps[row], map.epsilons[column]);
    let before = (desk.knobs.epsilon, desk.knobs.l0, desk.knobs.linf);
    // The one under the knob is there whole.
    if epsilon != desk.knobs.epsilon {
        desk.knobs.epsilon = two_digits(epsilon);
    }
    match sweep.axis {
        BoundAxis::L0 => desk.knobs.l0 = step,
        BoundAxis::Linf => desk.knobs.linf = step,
    }
    let is_new = before != (desk.knobs.epsilon, desk.knobs.l0, desk.knobs.linf);
    if is_new {
        // The map is of the true data.
        desk.chose_by_looking(match sweep.axis {
            BoundAxis::L0 => &["epsilon", "l0"],
            BoundAxis::Linf => &["epsilon", "linf"],
        });
    }
    is_new
}

/// Does what a key asks for.
pub fn act(sweep: &mut Sweep, desk: &mut Desk, action: Action) -> Vec<Next> {
    if action == Action::OtherCharts {
        sweep.page = (sweep.page + 1) % view::pages(desk.size);
        return Vec::new();
    }
    let Some(map) = &sweep.map else { return Vec::new() };
    let (last_row, last_column) = (map.steps.len() - 1, map.epsilons.len() - 1);
    let (row, column) = &mut sweep.cursor;
    match action {
        Action::Up => *row = (*row + 1).min(last_row),
        Action::Down => *row = row.saturating_sub(1),
        Action::Left => *column = column.saturating_sub(1),
        Action::Right => *column = (*column + 1).min(last_column),
        Action::PageUp => *column = last_column,
        Action::PageDown => *column = 0,
        Action::First => (*row, *column) = (last_row, 0),
        Action::Last => (*row, *column) = (0, last_column),
        Action::NextFigure => sweep.metric = neighbour(&OF_A_CELL, sweep.metric, true),
        Action::NextMechanism => {
            desk.knobs.mechanism = neighbour(&Mechanism::HISTOGRAMS, desk.knobs.mechanism, true);
            // The eye stays on its cell while the noise changes.
            sweep.holds_cursor = true;
            return vec![Next::Settle];
        }
        Action::OtherBound => {
            if desk.knobs.question.measure == Measure::Buyers {
                desk.refuse("linf is 1 for buyers: only l0 can be varied");
                return Vec::new();
            }
            sweep.axis = if sweep.axis == BoundAxis::L0 { BoundAxis::Linf } else { BoundAxis::L0 };
            sweep.map = None;
            return sweep.study(desk);
        }
        Action::Limit => {
            let now = sweep.limit.filter(|(of, _)| *of == sweep.metric).map(|(_, limit)| limit);
            let figures = super::charts::row_figures(sweep, sweep.cursor.0);
            let here = figures.get(sweep.cursor.1).and_then(|cell| cell.1[sweep.metric].best());
            let offered = now.or(here).map_or(String::new(), short_number);
            let name = sweep.metric.name_at(desk.k());
            let sign = if sweep.metric.low_is_good() { "at most" } else { "at least" };
            let hint = format!("{name} {sign} this; nothing takes the mark away");
            let label = format!("limit of {name}");
            return desk.ask(Prompt::new(Asked::OfScreen(0), label, hint, offered));
        }
        Action::Enter => {
            take(sweep, desk);
            return vec![Next::SettleOn("Scope")];
        }
        Action::Escape if desk.simulating => {
            desk.simulating = false;
            return vec![Effect::StopSimulation.into()];
        }
        Action::Start => {
            return sweep.study(desk);
        }
        _ => {}
    }
    Vec::new()
}

/// Takes a limit that was typed.
///
/// # Errors
/// If it is no number.
pub fn typed(sweep: &mut Sweep, text: &str) -> Result<Vec<Next>, Refusal> {
    sweep.limit = match text.trim() {
        "" => None,
        text => Some((sweep.metric, limit(text)?)),
    };
    Ok(Vec::new())
}
