//! What the keys do on the Recommend screen.

use super::state::{Recommend, Side};
use super::study::{enter, leave};
use crate::chart::ListFigure;
use crate::recommend::nearest;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::knobs::{self, Knob};
use crate::tui::refusal::Refusal;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!([key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!([key!(Up)], "↑", "", "the knob above", Action::Up),
    bind!([key!(Down)], "↑↓", "knob", "the knob below", Action::Down),
    bind!([key!('[')], "[", "", "the shopper before", Action::PreviousItem),
    bind!([key!(']')], "[ ]", "shopper", "the next shopper", Action::NextItem),
    bind!(
        [key!('v')],
        "v",
        "charts",
        "the charts in place of the lists, or back (where a narrow screen shows one)",
        Action::OtherCharts
    ),
    bind!([key!('x')], "x", "any", "any other shopper", Action::AnyItem),
    bind!([key!('/')], "/", "find", "find a shopper by id", Action::Find),
    bind!(
        [key!('n')],
        "n",
        "noise",
        "learn the private lists again with other noise. It is hypothetical: it costs nothing and is no release",
        Action::Step
    ),
    bind!([key!(Esc)], "esc", "stop", "stop fitting; what is fitted stays", Action::Escape),
    bind!([key!('m')], "m", "figure", "another figure over ε", Action::NextFigure),
    bind!(
        [key!('t')],
        "t",
        "training",
        "the training of the lists in place of the drift, or back (autoencoder)",
        Action::Side
    ),
    bind!([key!(Enter)], "enter", "type", "type a value for the knob", Action::Enter),
    bind!([key!('s')], "s", "", "go on fitting", Action::Start),
];

/// Does what a key asks for.
pub fn act(screen: &mut Recommend, desk: &mut Desk, action: Action) -> Vec<Next> {
    match action {
        Action::Left
        | Action::Right
        | Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::First
        | Action::Last
        | Action::Enter => return knobs::keys::act(desk, &Knob::OF_LISTS, action),
        Action::Find => {
            return desk.ask(Prompt::new(Asked::OfScreen(0), "shopper", "a user's id", ""));
        }
        Action::NextItem => move_by(screen, 1),
        Action::PreviousItem => move_by(screen, -1),
        Action::AnyItem => {
            let users = screen.found().map_or(0, |found| found.users.len());
            // Any step that has no divisor in common with the number of users meets them all.
            let steps = [610, 987, 1_597, 2_584, 1];
            let common = |mut a: usize, mut b: usize| {
                while b > 0 {
                    (a, b) = (b, a % b);
                }
                a
            };
            let step = steps.into_iter().find(|&step| common(step, users) == 1).unwrap_or(1);
            screen.shopper = (screen.shopper + step) % users.max(1);
        }
        Action::NextFigure => screen.figure = neighbour(&ListFigure::ALL, screen.figure, true),
        Action::OtherCharts => screen.charts = !screen.charts,
        Action::Side => {
            screen.side = if screen.side == Side::Training { Side::Drift } else { Side::Training };
        }
        Action::Step => {
            screen.draw += 1;
            return enter(screen, desk);
        }
        Action::Escape if screen.working => {
            screen.stopped = true;
            return leave(screen);
        }
        Action::Start => {
            screen.stopped = false;
            return enter(screen, desk);
        }
        _ => {}
    }
    Vec::new()
}

fn move_by(screen: &mut Recommend, step: isize) {
    let users = screen.found().map_or(0, |found| found.users.len());
    let last = users.saturating_sub(1);
    screen.shopper = screen.shopper.saturating_add_signed(step).min(last);
}

/// Shows the shopper with this id.
///
/// # Errors
/// If there is none with a history.
pub fn choose_shopper(screen: &mut Recommend, desk: &mut Desk, id: &str) -> Result<(), Refusal> {
    let (Some(data), Some(found)) = (&desk.data, screen.found()) else {
        return Err(Refusal::ListsAwaited);
    };
    let names = &data.purchases.user.names;
    let Some(user) = names.iter().position(|name| name == id) else {
        let nearest = nearest(id, names).join(", ");
        return Err(Refusal::NoUser { id: id.to_owned(), nearest });
    };
    match found.users.binary_search(&(user as u32)) {
        Ok(place) => {
            screen.shopper = place;
            Ok(())
        }
        Err(_) => Err(Refusal::NoHistory { id: id.to_owned() }),
    }
}
