//! What the keys do on the Anonymity screen.

use super::state::{AnonymityScreen, TakenOut, TurnedLine};
use crate::anonymity::MOST_POINTS;
use crate::purchases::Status;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::{neighbour, step_on};
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::knobs::{self, Knob};

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!(
        [key!('s')],
        "s",
        "look",
        "look at the people of a private file, once you may; or go on after a stop",
        Action::Start
    ),
    bind!([key!(Left)], "←", "", "turn the chosen line down", Action::Left),
    bind!([key!(Right)], "←→", "turn", "turn the chosen line up", Action::Right),
    bind!([key!(Up)], "↑", "", "the line above; the shopper before", Action::Up),
    bind!([key!(Down)], "↑↓", "line", "the line below; the next shopper", Action::Down),
    bind!(
        [key!('n')],
        "n",
        "neighbours",
        "take one shopper out and see both answers, exact and noised; or back",
        Action::Neighbours
    ),
    bind!([key!('g')], "g", "points", "other points: coarser, then baskets", Action::NextGrouping),
    bind!([key!('-')], "-", "", "fewer points known", Action::Shorter),
    bind!([key!('+'), key!('=')], "- +", "known", "more points known", Action::Longer),
    bind!([key!('<')], "<", "", "smaller classes", Action::PreviousItem),
    bind!([key!('>')], "< >", "k", "larger classes", Action::NextItem),
    bind!([key!('[')], "[", "", "a weaker belief beforehand", Action::Unlikelier),
    bind!([key!(']')], "[ ]", "belief", "a stronger belief beforehand", Action::Likelier),
    bind!([key!(' ')], "space", "noise", "draw the noise of both answers anew", Action::Step),
    bind!(
        [key!('v')],
        "v",
        "page",
        "the curve, the map or the attacks (where a narrow screen shows one)",
        Action::OtherCharts
    ),
    bind!([key!(Enter)], "enter", "", "type a value for ε, or turn the chosen line", Action::Enter),
    bind!([key!(Esc)], "esc", "back", "back from neighbours; stop looking", Action::Escape),
];

/// Does what a key asks for.
pub fn act(screen: &mut AnonymityScreen, desk: &mut Desk, action: Action) -> Vec<Next> {
    if screen.taken_out.is_some() {
        return act_on_neighbours(screen, desk, action);
    }
    let place = TurnedLine::ALL.iter().position(|&line| line == screen.line).unwrap_or(0);
    match action {
        Action::Up => screen.line = TurnedLine::ALL[place.saturating_sub(1)],
        Action::Down => screen.line = TurnedLine::ALL[(place + 1).min(TurnedLine::ALL.len() - 1)],
        Action::First => screen.line = TurnedLine::ALL[0],
        Action::Last => screen.line = TurnedLine::ALL[TurnedLine::ALL.len() - 1],
        Action::Left => return turn(screen, desk, screen.line, false, 1),
        Action::Right => return turn(screen, desk, screen.line, true, 1),
        Action::PageDown => return turn(screen, desk, screen.line, false, 10),
        Action::PageUp => return turn(screen, desk, screen.line, true, 10),
        Action::NextGrouping => return turn(screen, desk, TurnedLine::Points, true, 1),
        Action::Neighbours => neighbours(screen, desk),
        Action::OtherCharts => screen.part = (screen.part + 1) % AnonymityScreen::PARTS,
        Action::Start => {
            screen.stopped = false;
            screen.agreed = true;
            return screen.ask(desk);
        }
        Action::Escape if screen.asked.is_some() => {
            screen.stopped = true;
            return screen.stop();
        }
        Action::Enter if screen.line == TurnedLine::Epsilon => {
            desk.knob = Knob::Epsilon;
            return knobs::keys::type_value(desk);
        }
        Action::Enter => return turn(screen, desk, screen.line, true, 1),
        other => return shared(screen, desk, other),
    }
    Vec::new()
}

/// Keys that do the same in both views.
fn shared(screen: &mut AnonymityScreen, desk: &mut Desk, action: Action) -> Vec<Next> {
    let (line, up) = match action {
        Action::Shorter => (TurnedLine::Known, false),
        Action::Longer => (TurnedLine::Known, true),
        Action::PreviousItem => (TurnedLine::Class, false),
        Action::NextItem => (TurnedLine::Class, true),
        Action::Unlikelier => (TurnedLine::Belief, false),
        Action::Likelier => (TurnedLine::Belief, true),
        _ => return Vec::new(),
    };
    turn(screen, desk, line, up, 1)
}

fn act_on_neighbours(screen: &mut AnonymityScreen, desk: &mut Desk, action: Action) -> Vec<Next> {
    let users = desk.data.as_ref().map_or(1, |data| data.pairs.users().max(1));
    let Some(taken) = &mut screen.taken_out else { return Vec::new() };
    let mut step = |forward: bool, by: usize| {
        let by = by % users;
        taken.user = (taken.user + if forward { by } else { users - by }) % users;
    };
    match action {
        Action::Up => step(false, 1),
        Action::Down => step(true, 1),
        Action::PageUp => step(false, 10),
        Action::PageDown => step(true, 10),
        Action::First => taken.user = 0,
        Action::Last => taken.user = users - 1,
        Action::Step => taken.draw = taken.draw.wrapping_add(1) % (1 << 32),
        Action::Neighbours | Action::Escape => screen.taken_out = None,
        Action::Left => return turn(screen, desk, TurnedLine::Epsilon, false, 1),
        Action::Right => return turn(screen, desk, TurnedLine::Epsilon, true, 1),
        Action::Enter => {
            desk.knob = Knob::Epsilon;
            return knobs::keys::type_value(desk);
        }
        other => return shared(screen, desk, other),
    }
    Vec::new()
}

/// Shows one shopper taken out, where names may be shown.
fn neighbours(screen: &mut AnonymityScreen, desk: &mut Desk) {
    let Some(data) = &desk.data else { return };
    match data.purchases.status {
        Status::Synthetic | Status::Public => screen.taken_out = Some(TakenOut::default()),
        status @ (Status::Historical | Status::Private) => desk.refuse(format!(
            "one shopper is named and taken out of synthetic or public data only, and this is {status}: open the sample for \
             it (epsiloscope without a file)"
        )),
    }
}

/// Turns a line by some steps.
fn turn(
    screen: &mut AnonymityScreen,
    desk: &mut Desk,
    line: TurnedLine,
    up: bool,
    steps: usize,
) -> Vec<Next> {
    let Some(purchases) = desk.data.as_ref().map(|data| std::sync::Arc::clone(&data.purchases))
    else {
        return Vec::new();
    };
    match line {
        TurnedLine::Epsilon => {
            desk.knob = Knob::Epsilon;
            return knobs::keys::turn(desk, up, steps);
        }
        TurnedLine::Known => {
            let most = MOST_POINTS;
            screen.known = match up {
                true => (screen.known + steps).min(most),
                false => screen.known.saturating_sub(steps).max(1),
            };
            return Vec::new();
        }
        TurnedLine::Belief => {
            screen.prior = step_on(&AnonymityScreen::PRIORS, screen.prior, up);
            return Vec::new();
        }
        TurnedLine::Points => {
            let kinds = AnonymityScreen::kinds(&purchases);
            let now = screen.setting(desk).map_or(kinds[0], |setting| setting.kind);
            screen.kind = Some(neighbour(&kinds, now, up));
        }
        TurnedLine::Class => screen.k = step_on(&AnonymityScreen::CLASSES, screen.k, up),
        TurnedLine::By => {
            let offered = AnonymityScreen::offered(&purchases).len();
            let places: Vec<usize> = (0..offered).collect();
            screen.by = neighbour(&places, screen.by, up);
        }
        TurnedLine::Secret => {
            let secrets = AnonymityScreen::secrets(&purchases);
            screen.secret = neighbour(&secrets, screen.secret, up);
        }
    }
    screen.ask(desk)
}
