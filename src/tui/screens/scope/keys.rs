//! What the keys and the clock do on the Scope screen.

use super::state::Scope;
use super::view;
use crate::chart::OF_A_CELL;
use crate::contribution::GroupKeys;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::coach::Tip;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::knobs::{self, Knob};

/// Milliseconds between answers while `space` repeats.
const REPEAT_EVERY: u64 = 120;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!([key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!([key!(Up)], "↑", "", "the knob above", Action::Up),
    bind!([key!(Down)], "↑↓", "knob", "the knob below", Action::Down),
    bind!(
        [key!(' ')],
        "space",
        "repeat",
        "ask again and again until the budget is spent; again to stop",
        Action::Repeat
    ),
    bind!(
        [key!('a')],
        "a",
        "ask once",
        "ask once: spends ε from the session's budget",
        Action::Ask
    ),
    bind!([key!('t')], "t", "tip", "do what the line above the knobs says", Action::Tip),
    bind!(
        [key!('v')],
        "v",
        "charts",
        "the other charts, then the true top list (where not all of them fit)",
        Action::OtherCharts
    ),
    bind!([key!(Enter)], "enter", "type", "type a value for the knob", Action::Enter),
    bind!([key!('r')], "r", "reset", "start the session over, nothing spent", Action::Reset),
];

/// Keys that the footer shows after those that work everywhere.
pub const KEYS_AFTER: &[Binding] = &[
    bind!(
        [key!('m')],
        "m",
        "figure",
        "follow another figure in the convergence chart",
        Action::NextFigure
    ),
    bind!(
        [key!('g')],
        "g",
        "public",
        "say how many groups are public: l0 beyond them buys nothing; trials assume it",
        Action::PublicGroups
    ),
    bind!([key!('[')], "[", "", "the group before in the dot plot", Action::PreviousItem),
    bind!([key!(']')], "[ ]", "group", "the next group in the dot plot", Action::NextItem),
];

/// Does what a key asks for.
pub fn act(scope: &mut Scope, desk: &mut Desk, action: Action) -> Vec<Next> {
    match action {
        Action::Ask => {
            desk.session.repeat_at = None;
            ask(desk);
            return desk.account();
        }
        Action::Repeat => {
            let stopped = desk.session.repeat_at.take().is_some();
            if !stopped && ask(desk) {
                desk.session.repeat_at = Some(desk.now + REPEAT_EVERY);
            }
            return desk.account();
        }
        Action::Reset => return desk.reset(),
        Action::Tip => return take_tip(desk),
        Action::PublicGroups => return ask_public(desk),
        Action::NextFigure => {
            scope.metric = neighbour(&OF_A_CELL, scope.metric, true);
        }
        Action::NextItem => {
            let groups = desk.data.as_ref().map_or(1, |data| data.raw.len());
            desk.item = (desk.item + 1).min(groups.saturating_sub(1));
        }
        Action::PreviousItem => desk.item = desk.item.saturating_sub(1),
        Action::OtherCharts => scope.page = (scope.page + 1) % view::pages(desk.size),
        _ => return knobs::keys::act(desk, &desk.knobs_in_use(), action),
    }
    Vec::new()
}

/// Does what the line above the knobs says, and says what that was.
fn take_tip(desk: &mut Desk) -> Vec<Next> {
    let Some(setting) = &desk.setting else { return Vec::new() };
    let Some(tip) = setting.coach.tip else {
        desk.say("no turn of a bound makes the error smaller here: a larger ε does");
        return Vec::new();
    };
    let (knobs, done) = (&mut desk.knobs, "instead of");
    let (knob, done) = match tip {
        Tip::L0(to) => {
            let former = std::mem::replace(&mut knobs.l0, to);
            (Knob::L0, format!("l0 {to} {done} {former} (looked at the data)"))
        }
        Tip::Linf(to) => {
            let former = std::mem::replace(&mut knobs.linf, to);
            (Knob::Linf, format!("linf {to} {done} {former} (looked at the data)"))
        }
        Tip::Sum(measure) => {
            let former = std::mem::replace(&mut knobs.question.measure, measure);
            (Knob::Measure, format!("sum of {measure} {done} {former}"))
        }
        Tip::Noise(mechanism) => {
            let former = std::mem::replace(&mut knobs.mechanism, mechanism);
            (Knob::Noise, format!("{mechanism} noise {done} {former}"))
        }
    };
    desk.knob = knob;
    match knob {
        Knob::L0 => desk.chose_by_looking(&["l0"]),
        Knob::Linf => desk.chose_by_looking(&["linf"]),
        _ => {}
    }
    desk.say(done);
    vec![Next::Settle]
}

/// Asks how many groups are public, where the question itself does not say.
fn ask_public(desk: &mut Desk) -> Vec<Next> {
    let Some(data) = &desk.data else { return Vec::new() };
    if let known @ GroupKeys::Kind(_) = data.pairs.known() {
        desk.say(known.words(desk.knobs.question.group_by));
        return Vec::new();
    }
    // How many are in the data is not public.
    let number = desk.knobs.known.groups().map_or(String::new(), |groups| groups.to_string());
    let hint = "as many as a public list has; empty or 0: keys are private";
    desk.ask(Prompt::new(Asked::PublicGroups, "public groups", hint, number))
}

/// Asks once; returns whether the budget allowed it.
fn ask(desk: &mut Desk) -> bool {
    let (Some(data), Some(setting)) = (&desk.data, &desk.setting) else { return false };
    let sums = (&*setting.answer, &*data.raw);
    let (question, unit) = (data.pairs.question(), data.pairs.units_per_shown());
    match desk.session.ask(&setting.cell, question, unit, sums, desk.seed) {
        Ok(()) => true,
        Err(refusal) => {
            desk.session.repeat_at = None;
            desk.refuse(format!(
                "{refusal}. Every answer spends, whatever it is used for: r starts a new session, b sets another total, a smaller ε asks for less"
            ));
            false
        }
    }
}

/// Asks again when it is due.
pub fn tick(desk: &mut Desk) -> Vec<Next> {
    if desk.session.repeat_at.is_some_and(|due| due <= desk.now) && ask(desk) {
        desk.session.repeat_at = Some(desk.now + REPEAT_EVERY);
        return desk.account();
    }
    Vec::new()
}
