//! What the keys do on the Risk screen.

use super::state::RiskScreen;
use super::study;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::step_on;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::knobs;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!([key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!([key!(Up)], "↑", "", "the knob above", Action::Up),
    bind!([key!(Down)], "↑↓", "knob", "the knob below", Action::Down),
    bind!([key!('[')], "[", "", "a weaker belief beforehand", Action::Unlikelier),
    bind!([key!(']')], "[ ]", "belief", "a stronger belief beforehand", Action::Likelier),
    bind!([key!('-')], "-", "", "the same asked less often", Action::Shorter),
    bind!([key!('+'), key!('=')], "- +", "asked", "the same asked more often", Action::Longer),
    bind!(
        [key!('v')],
        "v",
        "table",
        "the curve, what is protected, what asking again does (where a narrow screen shows one)",
        Action::OtherCharts
    ),
    bind!([key!(Enter)], "enter", "type", "type a value for the knob", Action::Enter),
];

/// Does what a key asks for.
pub fn act(risk: &mut RiskScreen, desk: &mut Desk, action: Action) -> Vec<Next> {
    match action {
        Action::Likelier | Action::Unlikelier => {
            risk.prior = step_on(&RiskScreen::PRIORS, risk.prior, action == Action::Likelier);
        }
        Action::Longer | Action::Shorter => {
            risk.asked = step_on(&RiskScreen::ASKED, risk.asked, action == Action::Longer);
            risk.study = None;
            study::settle(risk, desk);
        }
        Action::OtherCharts => risk.part = (risk.part + 1) % RiskScreen::PARTS,
        _ => return knobs::keys::act(desk, &desk.knobs_in_use(), action),
    }
    Vec::new()
}
