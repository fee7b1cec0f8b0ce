//! What the keys do on the Advice screen.

use super::state::{AdviceScreen, CONFIDENCES, CurveShown, KINDS};
use crate::advice::{ReleaseKind, Want};
use crate::purchases::Measure;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::knobs::{self, Knob};
use crate::tui::refusal::Refusal;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Up)], "↑", "", "the want above", Action::Up),
    bind!([key!(Down)], "↑↓", "want", "the want below", Action::Down),
    bind!([key!(Left)], "←", "", "a smaller limit", Action::Left),
    bind!([key!(Right)], "←→", "limit", "a larger limit", Action::Right),
    bind!(
        [key!('w')],
        "w",
        "want",
        "another want; what is offered may be typed over",
        Action::AddWant
    ),
    bind!([key!('t')], "t", "type", "type the chosen want anew", Action::EditWant),
    bind!([key!('d'), key!(Delete)], "d", "drop", "drop the chosen want", Action::DropWant),
    bind!(
        [key!(Enter)],
        "enter",
        "take",
        "put the answer under the knobs, to two digits that still hold, and show it in the Scope",
        Action::Enter
    ),
    bind!(
        [key!('n')],
        "n",
        "measure",
        "another measure: purchases, rows, buyers, revenue",
        Action::NextMeasure
    ),
    bind!(
        [key!('g')],
        "g",
        "group",
        "another grouping: item, category, hour and so on",
        Action::NextGrouping
    ),
    bind!([key!('c')], "c", "confidence", "another confidence", Action::NextConfidence),
    bind!(
        [key!('x')],
        "x",
        "kind",
        "look at values and orders, at values alone, or at orders alone",
        Action::NextKind
    ),
    bind!(
        [key!('m')],
        "m",
        "chart",
        "the figure of the chosen want over ε in place of all probabilities, or back",
        Action::NextFigure
    ),
    bind!(
        [key!('v')],
        "v",
        "chart",
        "the chart in place of the answer, or back (where a narrow screen shows one)",
        Action::OtherCharts
    ),
    bind!([key!(Esc)], "esc", "stop", "stop looking; what is found stays", Action::Escape),
    bind!([key!('s')], "s", "", "go on looking", Action::Start),
];

/// The numbers of its prompts.
const ADDED: usize = 0;
const EDITED: usize = 1;
/// What may be typed.
const HINT: &str =
    "a figure, >= or <=, a limit: overlap@10>=0.9, within(22423)<=5%, mae<=25, advantage<=0.2";

/// Does what a key asks for.
pub fn act(screen: &mut AdviceScreen, desk: &mut Desk, action: Action) -> Vec<Next> {
    let last = screen.wants.len().saturating_sub(1);
    match action {
        Action::Up => screen.line = screen.line.saturating_sub(1),
        Action::Down => screen.line = (screen.line + 1).min(last),
        Action::First => screen.line = 0,
        Action::Last => screen.line = last,
        Action::Left | Action::Right | Action::PageDown | Action::PageUp => {
            let up = matches!(action, Action::Right | Action::PageUp);
            if let Some(want) = screen.wants.get_mut(screen.line) {
                want.limit = stepped(want, up);
                return again(screen, desk);
            }
        }
        Action::AddWant => {
            let offered = screen.suggestion(desk);
            return desk.ask(Prompt::new(Asked::OfScreen(ADDED), "want", HINT, offered));
        }
        Action::EditWant => {
            let Some(want) = screen.wants.get(screen.line) else {
                return act(screen, desk, Action::AddWant);
            };
            let text = want.to_string();
            return desk.ask(Prompt::new(Asked::OfScreen(EDITED), "want", HINT, text));
        }
        Action::DropWant if !screen.wants.is_empty() => {
            screen.wants.remove(screen.line.min(last));
            screen.line = screen.line.min(screen.wants.len().saturating_sub(1));
            if screen.wants.is_empty() {
                screen.report = None;
            }
            return again(screen, desk);
        }
        Action::NextMeasure | Action::NextGrouping => {
            let of = if action == Action::NextMeasure { Knob::Measure } else { Knob::GroupBy };
            let knob = std::mem::replace(&mut desk.knob, of);
            let next = knobs::keys::turn(desk, true, 1);
            desk.knob = knob;
            return next;
        }
        Action::NextConfidence => {
            screen.confidence = (screen.confidence + 1) % CONFIDENCES.len();
            return again(screen, desk);
        }
        Action::NextKind => {
            screen.kind = (screen.kind + 1) % KINDS.len();
            return again(screen, desk);
        }
        Action::NextFigure => {
            screen.curve = match screen.curve {
                CurveShown::Chance => CurveShown::Figure,
                CurveShown::Figure => CurveShown::Chance,
            };
        }
        Action::OtherCharts => screen.charts = !screen.charts,
        Action::Enter => return take(screen, desk),
        Action::Escape if screen.working => {
            screen.stopped = true;
            return screen.stop();
        }
        Action::Start => return again(screen, desk),
        _ => {}
    }
    Vec::new()
}

/// Takes what was typed.
///
/// # Errors
/// If it is no want.
pub fn typed(
    screen: &mut AdviceScreen,
    desk: &mut Desk,
    asked: usize,
    text: &str,
) -> Result<Vec<Next>, Refusal> {
    let want: Want = text.parse()?;
    // What the data does not have is said while it can still be mended.
    if let Some(data) = &desk.data {
        crate::advice::Resolved::new(want.clone(), &data.pairs)?;
    }
    match screen.wants.get_mut(screen.line).filter(|_| asked == EDITED) {
        Some(old) => *old = want,
        None => {
            screen.wants.push(want);
            screen.line = screen.wants.len() - 1;
        }
    }
    Ok(again(screen, desk))
}

fn again(screen: &mut AdviceScreen, desk: &mut Desk) -> Vec<Next> {
    screen.stopped = false;
    screen.ask(desk)
}

/// The next limit: shares in steps of .05 (finer near 1), others in about tenths of themselves.
fn stepped(want: &Want, up: bool) -> f64 {
    let limit = want.limit;
    if want.subject.is_share() {
        let fine = if up { !(0.1..0.9).contains(&limit) } else { limit > 0.9 || limit <= 0.1 };
        let step = if fine { 0.01 } else { 0.05 };
        let next = ((limit / step).round() + if up { 1.0 } else { -1.0 }) * step;
        let most = if want.subject.is_at_most_one() { 1.0 } else { 100.0 };
        // To four decimals: no tail of a sum of steps.
        return ((next * 1e4).round() / 1e4).clamp(0.01, most);
    }
    let digit = libm::exp10(libm::floor(libm::log10(limit.max(1e-6))));
    let at = (limit / digit * 1e6).round() / 1e6;
    let next = match (up, at) {
        (true, at) => at.floor() + 1.0,
        (false, at) if at <= 1.0 => 0.9,
        (false, at) => at.ceil() - 1.0,
    };
    (next * digit * 1e6).round() / 1e6
}

/// Puts the answer under the knobs, and shows what it comes to.
fn take(screen: &mut AdviceScreen, desk: &mut Desk) -> Vec<Next> {
    if screen.advice().is_none_or(|advice| advice.advised.is_none()) {
        desk.refuse("there is no answer to take: loosen a want (←→), or drop one (d)");
        return Vec::new();
    }
    match put_under_knobs(screen, desk) {
        None => Vec::new(),
        Some(ReleaseKind::Order) => {
            desk.say(
                "ε is under the knob; p releases the order, which is of buyers, whatever is added up here",
            );
            vec![Next::SettleOn("Ranking")]
        }
        Some(_) => {
            desk.say(
                "chosen by looking at the true data: a release says so under chosen by looking",
            );
            vec![Next::SettleOn("Scope")]
        }
    }
}

/// Puts the answer under the knobs, ε rounded up to two digits that still hold; of which kind it is, and `None`
/// where there is none, or none yet.
pub fn put_under_knobs(screen: &mut AdviceScreen, desk: &mut Desk) -> Option<ReleaseKind> {
    let advised = screen.advice().and_then(|advice| advice.advised.clone())?;
    if !screen.is_fresh(desk) {
        desk.refuse("the answer to what stands there is on its way");
        return None;
    }
    let epsilon = advised.found.epsilon;
    let digit = libm::exp10(libm::floor(libm::log10(epsilon)) - 1.0);
    let rounded = format!("{:.1e}", (epsilon / digit - 1e-9).ceil() * digit);
    let rounded: f64 = rounded.parse().unwrap_or(epsilon);
    let ceiling = screen
        .advice()
        .and_then(|advice| {
            advice.windows.iter().find(|window| window.mechanism == advised.found.mechanism)
        })
        .and_then(|window| window.ceiling);
    // Rounding up may not leave the window.
    desk.knobs.epsilon = if ceiling.is_some_and(|ceiling| rounded > ceiling) {
        (epsilon * 1e9).ceil() / 1e9
    } else {
        rounded
    };
    desk.chose_by_looking(&["epsilon"]);
    screen.took_order = advised.kind == ReleaseKind::Order;
    if screen.took_order {
        return Some(advised.kind);
    }
    desk.knobs.mechanism = advised.found.mechanism;
    if let Some(l0) = advised.found.l0 {
        desk.knobs.l0 = l0;
    }
    desk.knobs.linf = (advised.found.linf / desk.knobs.unit().max(1) as u64).max(1);
    let linf = desk.knobs.question.measure != Measure::Buyers;
    desk.chose_by_looking(if linf { &["mechanism", "l0", "linf"] } else { &["mechanism", "l0"] });
    Some(advised.kind)
}
