//! What the keys do on the Recommend screen, but for the knobs.

use super::{Side, enter, leave};
use crate::chart::ListFigure;
use crate::recommend::nearest;
use crate::tui::data_line::neighbour;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::model::Model;

/// Does what a key asks for.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let screen = &mut model.recommend;
    match action {
        Action::NextItem => move_by(model, 1),
        Action::PreviousItem => move_by(model, -1),
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
            return enter(model);
        }
        Action::Escape if screen.working => {
            screen.stopped = true;
            return leave(model);
        }
        Action::Start => {
            screen.stopped = false;
            return enter(model);
        }
        _ => {}
    }
    Vec::new()
}

fn move_by(model: &mut Model, step: isize) {
    let users = model.recommend.found().map_or(0, |found| found.users.len());
    let last = users.saturating_sub(1);
    model.recommend.shopper = model.recommend.shopper.saturating_add_signed(step).min(last);
}

/// Shows the shopper with this id.
///
/// # Errors
/// The sentence that says why there is none, with the nearest ids.
pub fn choose_shopper(model: &mut Model, id: &str) -> Result<(), String> {
    let (Some(data), Some(found)) = (&model.data, model.recommend.found()) else {
        return Err("the lists are not there yet: try again in a moment".to_owned());
    };
    let names = &data.purchases.user.names;
    let Some(user) = names.iter().position(|name| name == id) else {
        return Err(format!(
            "there is no user {id}; the nearest are {}",
            nearest(id, names).join(", ")
        ));
    };
    match found.users.binary_search(&(user as u32)) {
        Ok(place) => {
            model.recommend.shopper = place;
            Ok(())
        }
        Err(_) => Err(format!(
            "user {id} bought nothing of the vocabulary before the cut: no history, no list"
        )),
    }
}
