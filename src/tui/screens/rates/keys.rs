//! What the keys do on the Rates screen.

use super::knob::RatesKnob;
use super::settings;
use super::state::RatesScreen;
use super::view::pages;
use crate::chart::by_rate;
use crate::rates::RateUnit;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::refusal::Refusal;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Up)], "↑", "", "the knob above", Action::Up),
    bind!([key!(Down)], "↑↓", "knob", "the knob below", Action::Down),
    bind!([key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!([key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!([key!('[')], "[", "", "the group above in the list", Action::PreviousItem),
    bind!([key!(']')], "[ ]", "group", "the group below in the list", Action::NextItem),
    bind!(
        [key!('a')],
        "a",
        "ask once",
        "ask for all rates once: draws one noised answer and spends from the session's budget",
        Action::Ask
    ),
    bind!(
        [key!('c')],
        "c",
        "compare",
        "compare the others with the chosen group, or with none again",
        Action::Lock
    ),
    bind!(
        [key!('t')],
        "t",
        "stop at",
        "type the rate below which groups are stopped",
        Action::EditWant
    ),
    bind!(
        [key!('v')],
        "v",
        "page",
        "what is decided, or the chosen group; on a narrow screen also the groups and the curve",
        Action::OtherCharts
    ),
    bind!(
        [key!('x')],
        "x",
        "sample",
        "the embedded log of events in place of the open file, or the file again",
        Action::Side
    ),
    bind!([key!(Enter)], "enter", "type", "type a value for the knob", Action::Enter),
    bind!([key!(Esc)], "esc", "stop", "stop the trials; what is found stays", Action::Escape),
    bind!([key!('s')], "s", "", "go on", Action::Start),
];

/// The number of the prompt for the rate below which groups are stopped.
const STOP_BELOW: usize = 0;

/// Does what a key asks for.
pub fn act(screen: &mut RatesScreen, desk: &mut Desk, action: Action) -> Vec<Next> {
    let settings = RatesKnob::in_use(screen, desk);
    let place = settings.iter().position(|&one| one == screen.setting).unwrap_or(0);
    let groups = screen.study.as_ref().map_or(0, |study| by_rate(study).len());
    match action {
        Action::Up => screen.setting = settings[place.saturating_sub(1)],
        Action::Down => screen.setting = settings[(place + 1).min(settings.len() - 1)],
        Action::First => screen.setting = settings[0],
        Action::Last => screen.setting = settings[settings.len() - 1],
        Action::Left | Action::Right | Action::PageDown | Action::PageUp => {
            screen.stopped = false;
            let up = matches!(action, Action::Right | Action::PageUp);
            let far = matches!(action, Action::PageDown | Action::PageUp);
            return screen.setting.turn(screen, desk, up, if far { 10 } else { 1 });
        }
        Action::Enter => {
            screen.stopped = false;
            return screen.setting.type_value(screen, desk);
        }
        Action::PreviousItem => screen.group = screen.group.saturating_sub(1),
        Action::NextItem => screen.group = (screen.group + 1).min(groups.saturating_sub(1)),
        Action::OtherCharts => screen.page = (screen.page + 1) % pages(desk.size),
        Action::Lock => {
            let Some(study) = &screen.study else { return Vec::new() };
            let Some(group) = by_rate(study).get(screen.group).map(|group| group.group.clone())
            else {
                return Vec::new();
            };
            let is_held = screen.holdout.as_ref() == Some(&group);
            screen.holdout = (!is_held).then_some(group);
            screen.stopped = false;
            return screen.ask(desk);
        }
        Action::EditWant => {
            let Some(study) = &screen.study else { return Vec::new() };
            let now = format!("{}%", (study.limit.0 * 1e5).round() / 1e3);
            let hint = "a rate such as 2% or 0.02; empty: the holdout's, else that of all together";
            return desk.ask(Prompt::new(Asked::OfScreen(STOP_BELOW), "stop below", hint, now));
        }
        Action::Side => {
            if !screen.may_change_source(desk) {
                desk.refuse("no file is open beside the sample: o opens one");
                return Vec::new();
            }
            screen.sample = !screen.sample;
            screen.stopped = false;
            return screen.ask(desk);
        }
        Action::Ask => return ask_once(screen, desk),
        Action::Escape if screen.working => {
            screen.stopped = true;
            return screen.stop();
        }
        Action::Start => {
            screen.stopped = false;
            return screen.ask(desk);
        }
        _ => {}
    }
    Vec::new()
}

/// Draws one noised answer and spends for it.
fn ask_once(screen: &mut RatesScreen, desk: &mut Desk) -> Vec<Next> {
    let fresh = screen.is_fresh(desk);
    let (Some(study), Some(events), true) = (&screen.study, &screen.events, fresh) else {
        desk.refuse("the figures to what stands there are on their way");
        return Vec::new();
    };
    let what = format!("rates per {}", events.facts.group_by);
    match desk.session.ask_rates(what, study, desk.seed) {
        Ok(drawn) => {
            screen.drawn = Some(drawn);
            vec![Next::Settle]
        }
        Err(refusal) => {
            desk.refuse(crate::words::said(&refusal, crate::words::Asker::Explorer));
            Vec::new()
        }
    }
}

/// Takes what was typed.
///
/// # Errors
/// If it is no rate, or no bound.
pub fn typed(
    screen: &mut RatesScreen,
    desk: &mut Desk,
    asked: usize,
    text: &str,
) -> Result<Vec<Next>, Refusal> {
    screen.stopped = false;
    if asked == STOP_BELOW {
        screen.stop_below = match text.trim() {
            "" => None,
            text => {
                let (number, part) = match text.strip_suffix('%') {
                    Some(number) => (number.trim(), 0.01),
                    None => (text, 1.0),
                };
                let rate = number.parse::<f64>().ok().map(|rate| rate * part);
                let rate = rate.filter(|rate| *rate > 0.0 && *rate < 1.0);
                Some(rate.ok_or_else(|| Refusal::Typed {
                    what: "rate",
                    text: text.to_owned(),
                    expected: "a share between 0 and 1 such as 2% or 0.02",
                })?)
            }
        };
        return Ok(screen.ask(desk));
    }
    let bound = text.trim().parse::<u64>().ok().filter(|bound| (1..=1_000_000).contains(bound));
    let bound = bound.ok_or_else(|| Refusal::Typed {
        what: "bound",
        text: text.to_owned(),
        expected: "a whole number from 1 to 1,000,000",
    })?;
    match asked {
        settings::L0 => {
            screen.l0 = Some(bound);
            screen.l0_is_best = false;
        }
        _ => screen.linf = bound,
    }
    if asked == settings::LINF {
        screen.per = RateUnit::Event;
    }
    Ok(screen.ask(desk))
}
