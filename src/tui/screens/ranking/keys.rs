//! What the keys and the clock do on the Ranking screen.

use ratatui::layout::Rect;

use super::list::rows;
use super::rows::{FILTER, visible};
use super::state::{Focus, Ranking};
use super::trials::{clear, most, step};
use super::view::list_area;
use super::view::pages;
use crate::chart::OF_AN_ORDER;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::knobs::{self, Knob};
use crate::tui::paint::areas::areas;

/// Milliseconds between trials while they play.
const PLAY_EVERY: u64 = 150;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Up)], "↑", "", "the item (or knob) above", Action::Up),
    bind!([key!(Down)], "↑↓", "move", "the item (or knob) below", Action::Down),
    bind!([key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!([key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!(
        [key!('f')],
        "f",
        "focus",
        "let ↑↓ move through the knobs, or through the list again",
        Action::Focus
    ),
    bind!(
        [key!(' ')],
        "space",
        "play",
        "draw one trial after another; again to stop. A trial is hypothetical: it costs nothing and is no release",
        Action::Play
    ),
    bind!(
        [key!('v')],
        "v",
        "charts",
        "the other charts, then all that is known of the item under the cursor (where not all of them fit)",
        Action::OtherCharts
    ),
    bind!(
        [key!('/')],
        "/",
        "find",
        "list only items whose code or name holds a text",
        Action::Find
    ),
    bind!([key!('n')], "n", "next", "draw the next trial and stop", Action::Step),
    bind!([key!('+'), key!('=')], "+", "", "a longer top list", Action::Longer),
    bind!([key!('-')], "+ -", "k", "a shorter top list", Action::Shorter),
    bind!([key!('m')], "m", "figure", "follow another figure of drift", Action::NextFigure),
    bind!([key!('c')], "c", "clear", "forget the trials and draw other noise", Action::Clear),
    bind!([key!(Enter)], "enter", "type", "type a value for the knob", Action::Enter),
    bind!([key!(Esc)], "esc", "", "stop playing; then list every item again", Action::Escape),
    bind!([key!('[')], "[", "", "the item before, as in the Scope", Action::PreviousItem),
    bind!([key!(']')], "[ ]", "", "the next item, as in the Scope", Action::NextItem),
];

/// Does what a key asks for.
pub fn act(ranking: &mut Ranking, desk: &mut Desk, action: Action) -> Vec<Next> {
    let on_knobs = ranking.focus == Focus::Knobs;
    match action {
        Action::Left | Action::Right | Action::Enter => {
            knobs::keys::act(desk, &desk.knobs_in_use(), action)
        }
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::First
        | Action::Last
            if on_knobs =>
        {
            knobs::keys::act(desk, &desk.knobs_in_use(), action)
        }
        Action::Longer | Action::Shorter => {
            let knob = std::mem::replace(&mut desk.knob, Knob::K);
            let effects = knobs::keys::turn(desk, action == Action::Longer, 1);
            desk.knob = knob;
            effects
        }
        Action::Find => {
            let hint = "items whose code or name holds this; empty for all";
            let now = ranking.filter.clone();
            desk.ask(Prompt::new(Asked::OfScreen(FILTER), "find", hint, now))
        }
        _ => {
            own(ranking, desk, action);
            Vec::new()
        }
    }
}

fn own(ranking: &mut Ranking, desk: &mut Desk, action: Action) {
    match action {
        Action::Up | Action::PreviousItem => move_by(ranking, desk, -1),
        Action::Down | Action::NextItem => move_by(ranking, desk, 1),
        Action::PageUp => move_by(ranking, desk, -screenful(ranking, desk)),
        Action::PageDown => move_by(ranking, desk, screenful(ranking, desk)),
        Action::First => move_by(ranking, desk, isize::MIN),
        Action::Last => move_by(ranking, desk, isize::MAX),
        Action::NextFigure => {
            ranking.metric = neighbour(&OF_AN_ORDER, ranking.metric, true);
        }
        Action::Focus => {
            ranking.focus = if ranking.focus == Focus::List { Focus::Knobs } else { Focus::List };
        }
        Action::OtherCharts => ranking.page = (ranking.page + 1) % pages(desk.size),
        Action::Step => {
            ranking.play_at = None;
            one_more(ranking, desk);
        }
        Action::Play => {
            let stopped = ranking.play_at.take().is_some();
            if !stopped && one_more(ranking, desk) {
                ranking.play_at = Some(desk.now + PLAY_EVERY);
            }
        }
        Action::Clear => {
            ranking.play_at = None;
            clear(ranking, desk);
        }
        Action::Escape => {
            let played = ranking.play_at.take().is_some();
            if !played {
                ranking.filter.clear();
            }
        }
        _ => {}
    }
}

/// Draws the next trial when it is due.
pub fn tick(ranking: &mut Ranking, desk: &mut Desk) {
    if desk.loading.is_some() {
        ranking.play_at = None;
    }
    if ranking.play_at.is_some_and(|due| due <= desk.now) {
        ranking.play_at = one_more(ranking, desk).then_some(desk.now + PLAY_EVERY);
    }
}

fn one_more(ranking: &mut Ranking, desk: &mut Desk) -> bool {
    if ranking.setting.is_none() {
        return false;
    }
    let drawn = step(ranking, desk);
    if !drawn {
        let kept = most(desk.data.as_ref().map_or(1, |data| data.raw.len()));
        desk.say(format!(
            "{kept} trials are drawn: enough to see the spread. c starts over with other noise"
        ));
    }
    drawn
}

/// The items that a list shows at once, but for one that stays in view.
fn screenful(ranking: &Ranking, desk: &Desk) -> isize {
    let (width, height) = desk.size;
    let body = areas(Rect { x: 0, y: 0, width, height }).map(|areas| areas.body);
    let list = body.and_then(|body| list_area(ranking, desk.size, body));
    list.map_or(10, |area| rows(ranking, desk, area).len().saturating_sub(1).max(1) as isize)
}

/// Moves the cursor over the items that the filter leaves.
fn move_by(ranking: &mut Ranking, desk: &mut Desk, rows: isize) {
    let visible = visible(ranking, desk);
    let Some(last) = visible.len().checked_sub(1) else { return };
    let now = visible.partition_point(|&place| place < desk.item).min(last);
    // From an item that the filter hides, the first step leads to the nearest shown.
    let hidden = visible[now] != desk.item;
    let next = if hidden && rows == 1 { now } else { now.saturating_add_signed(rows).min(last) };
    desk.item = visible[next];
}
