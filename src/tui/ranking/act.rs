//! What the keys and the clock do on the Ranking screen, but for the knobs.

use super::trials::{clear, most, step};
use super::{Focus, visible};
use crate::chart::Drift;
use crate::tui::data_line::neighbour;
use crate::tui::keymap::Action;
use crate::tui::model::Model;

/// Milliseconds between trials while they play.
const PLAY_EVERY: u64 = 150;

/// Does what a key asks for.
pub fn act(model: &mut Model, action: Action) {
    match action {
        Action::Up | Action::PreviousItem => move_by(model, -1),
        Action::Down | Action::NextItem => move_by(model, 1),
        Action::PageUp => move_by(model, -10),
        Action::PageDown => move_by(model, 10),
        Action::NextFigure => {
            model.ranking.metric = neighbour(&Drift::ALL, model.ranking.metric, true);
        }
        Action::Focus => {
            model.ranking.focus =
                if model.ranking.focus == Focus::List { Focus::Knobs } else { Focus::List };
        }
        Action::OtherCharts => model.ranking.charts = !model.ranking.charts,
        Action::Step => {
            model.ranking.play_at = None;
            one_more(model);
        }
        Action::Play => {
            let stopped = model.ranking.play_at.take().is_some();
            if !stopped && one_more(model) {
                model.ranking.play_at = Some(model.now + PLAY_EVERY);
            }
        }
        Action::Clear => {
            model.ranking.play_at = None;
            clear(model);
        }
        Action::Escape => {
            let played = model.ranking.play_at.take().is_some();
            if !played {
                model.ranking.filter.clear();
            }
        }
        _ => {}
    }
}

/// Draws the next trial when it is due.
pub fn tick(model: &mut Model) {
    if model.ranking.play_at.is_some_and(|due| due <= model.now) {
        model.ranking.play_at = one_more(model).then_some(model.now + PLAY_EVERY);
    }
}

fn one_more(model: &mut Model) -> bool {
    if model.ranking.setting.is_none() {
        return false;
    }
    let drawn = step(model);
    if !drawn {
        let kept = most(model.data.as_ref().map_or(1, |data| data.raw.len()));
        model.say(format!(
            "{kept} trials are drawn: enough to see the spread. c starts over with other noise"
        ));
    }
    drawn
}

/// Moves the cursor over the items that the filter leaves.
fn move_by(model: &mut Model, rows: isize) {
    let visible = visible(model);
    let Some(last) = visible.len().checked_sub(1) else { return };
    let now = visible.partition_point(|&place| place < model.item).min(last);
    // From an item that the filter hides, the first step leads to the nearest shown.
    let hidden = visible[now] != model.item;
    let next = if hidden && rows == 1 { now } else { now.saturating_add_signed(rows).min(last) };
    model.item = visible[next];
}
