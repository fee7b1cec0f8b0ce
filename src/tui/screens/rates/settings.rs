//! The settings of the Rates screen, one below the other: some are the desk's knobs, some its own.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::knob::RatesKnob;
use super::state::RatesScreen;
use crate::chart::short_number;
use crate::privacy::Mechanism;
use crate::rates::RateUnit;
use crate::tui::desk::Desk;
use crate::tui::desk::choice::{neighbour, step_on};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked as AskedFor, Prompt};
use crate::tui::knobs::{self, Knob};
use crate::tui::paint::panel::panel;
use crate::tui::paint::{fit, text, text_right};

/// The number of the prompt for l0, and of the one for linf.
pub const L0: usize = 1;
/// See [`L0`].
pub const LINF: usize = 2;

impl RatesKnob {
    /// Those that do something now, top to bottom.
    pub fn in_use(screen: &RatesScreen, desk: &Desk) -> Vec<RatesKnob> {
        let all = [
            RatesKnob::Epsilon,
            RatesKnob::Noise,
            RatesKnob::Delta,
            RatesKnob::L0,
            RatesKnob::Per,
            RatesKnob::Linf,
            RatesKnob::Exposed,
            RatesKnob::Converted,
        ];
        all.into_iter()
            .filter(|setting| match setting {
                RatesKnob::Delta => desk.knobs.mechanism.needs_delta(),
                RatesKnob::Linf => screen.per == RateUnit::Event,
                _ => true,
            })
            .collect()
    }

    fn words(self, screen: &RatesScreen, desk: &Desk) -> (&'static str, String) {
        let chosen = screen.events.as_ref().map(|events| &events.facts.chosen);
        match self {
            RatesKnob::Epsilon => ("ε", short_number(desk.knobs.epsilon)),
            RatesKnob::Noise => ("noise", screen.asks(desk).mechanism.to_string()),
            RatesKnob::Delta => ("δ", format!("{:e}", desk.knobs.delta)),
            RatesKnob::L0 => {
                let l0 = screen.l0.map_or("…".to_owned(), |l0| short_number(l0 as f64));
                ("l0", format!("{l0} a user"))
            }
            RatesKnob::Per => ("per", screen.per.name().to_owned()),
            RatesKnob::Linf => {
                ("linf", format!("{} each", short_number(screen.linf.max(1) as f64)))
            }
            RatesKnob::Exposed => {
                ("saw", chosen.map_or("…".to_owned(), |chosen| chosen.exposed.join(", ")))
            }
            RatesKnob::Converted => {
                ("did", chosen.map_or("…".to_owned(), |chosen| chosen.converted.join(", ")))
            }
        }
    }

    /// Turns it by a step.
    pub fn turn(
        self,
        screen: &mut RatesScreen,
        desk: &mut Desk,
        up: bool,
        steps: usize,
    ) -> Vec<Next> {
        const LADDER: [u64; 14] = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200];
        match self {
            RatesKnob::Epsilon | RatesKnob::Delta => {
                let of = if self == RatesKnob::Epsilon { Knob::Epsilon } else { Knob::Delta };
                let knob = std::mem::replace(&mut desk.knob, of);
                let next = knobs::keys::turn(desk, up, steps);
                desk.knob = knob;
                return next;
            }
            RatesKnob::Noise => {
                desk.knobs.mechanism = match desk.knobs.mechanism.needs_delta() {
                    true => Mechanism::Laplace,
                    false => Mechanism::Gaussian,
                };
                return vec![Next::Settle];
            }
            RatesKnob::L0 => {
                screen.l0_is_best = false;
                for _ in 0..steps {
                    screen.l0 = Some(step_on(&LADDER, screen.l0.unwrap_or(1), up));
                }
            }
            RatesKnob::Linf => {
                for _ in 0..steps {
                    screen.linf = step_on(&LADDER, screen.linf.max(1), up);
                }
            }
            RatesKnob::Per => screen.per = neighbour(&RateUnit::ALL, screen.per, up),
            RatesKnob::Exposed | RatesKnob::Converted => {
                let Some(events) = &screen.events else { return Vec::new() };
                let chosen = &events.facts.chosen;
                let (mine, other) = match self {
                    RatesKnob::Exposed => (&chosen.exposed, &chosen.converted),
                    _ => (&chosen.converted, &chosen.exposed),
                };
                let open = |kind: &&String| !other.contains(kind);
                let kinds: Vec<String> =
                    events.facts.kinds.iter().map(|(kind, _)| kind).filter(open).cloned().collect();
                if kinds.len() < 2 {
                    desk.refuse("there is no other event to choose");
                    return Vec::new();
                }
                let at = kinds.iter().position(|kind| Some(kind) == mine.first()).unwrap_or(0);
                let step = if up { at + 1 } else { at + kinds.len() - 1 };
                let next = vec![kinds[step % kinds.len()].clone()];
                let other = other.clone();
                (screen.asked.exposed, screen.asked.converted) = match self {
                    RatesKnob::Exposed => (next, other),
                    _ => (other, next),
                };
                screen.choose_events();
            }
        }
        vec![Next::SettleScreen]
    }

    /// Asks for a value, or turns what has none.
    pub fn type_value(self, screen: &mut RatesScreen, desk: &mut Desk) -> Vec<Next> {
        let bound = |screen: &RatesScreen| match self {
            RatesKnob::L0 => {
                (L0, "l0", "groups that one user may be counted in, from 1", screen.l0.unwrap_or(1))
            }
            _ => (
                LINF,
                "linf",
                "exposures of one user that count in one group, from 1",
                screen.linf.max(1),
            ),
        };
        match self {
            RatesKnob::Epsilon | RatesKnob::Delta => {
                desk.knob = if self == RatesKnob::Epsilon { Knob::Epsilon } else { Knob::Delta };
                knobs::keys::type_value(desk)
            }
            RatesKnob::L0 | RatesKnob::Linf => {
                let (number, label, hint, value) = bound(screen);
                let asked = AskedFor::OfScreen(number);
                desk.ask(Prompt::new(asked, label, hint, value.to_string()))
            }
            RatesKnob::Noise | RatesKnob::Per | RatesKnob::Exposed | RatesKnob::Converted => {
                self.turn(screen, desk, true, 1)
            }
        }
    }
}

/// The settings in view and where each stands.
pub fn rows(screen: &RatesScreen, desk: &Desk, area: Rect) -> Vec<(RatesKnob, Rect)> {
    RatesKnob::in_use(screen, desk)
        .into_iter()
        .zip(area.y + 1..area.bottom().saturating_sub(1))
        .map(|(setting, y)| {
            (setting, Rect { x: area.x + 1, y, width: area.width.saturating_sub(2), height: 1 })
        })
        .collect()
}

/// Draws them; returns what is left of the panel.
pub fn draw(screen: &RatesScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) -> Rect {
    let theme = desk.theme;
    panel(buffer, area, "knobs", "", theme);
    let rows = rows(screen, desk, area);
    let mut below = area.y + 1;
    for (setting, row) in rows {
        let chosen = setting == screen.setting;
        let (name, value) = setting.words(screen, desk);
        let style = if chosen { theme.chosen() } else { theme.text() };
        text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
        text(buffer, row, row.x + 2, row.y, name, style);
        let room = usize::from(row.width).saturating_sub(name.width() + 7);
        let shown = fit(&value, room);
        let shown = if chosen { format!("◂{shown}▸") } else { format!(" {shown} ") };
        let style = if chosen { theme.chosen() } else { theme.strong() };
        text_right(buffer, row, row.right(), row.y, &shown, style);
        below = row.bottom();
    }
    Rect {
        x: area.x + 1,
        y: below,
        width: area.width.saturating_sub(2),
        height: area.bottom().saturating_sub(1 + below),
    }
}
