//! What the mouse does.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{act, go};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::model::{Model, Screen};
use crate::tui::ranking::Focus;
use crate::tui::view::hit;

pub(super) fn on_mouse(model: &mut Model, mouse: MouseEvent) -> Vec<Effect> {
    if model.overlay.is_some() {
        return Vec::new();
    }
    let place = (mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            model.notice = None;
            if let Some(screen) = hit::tab(model, place) {
                return go(model, screen);
            }
            match model.screen {
                Screen::Scope | Screen::Recommend => {
                    if let Some(knob) = hit::knob(model, place) {
                        model.knob = knob;
                    }
                }
                Screen::Sweep => {
                    if let Some(cursor) = hit::map_cell(model, place) {
                        model.cursor = cursor;
                    }
                }
                Screen::Ranking => {
                    if let Some(knob) = hit::knob(model, place) {
                        (model.knob, model.ranking.focus) = (knob, Focus::Knobs);
                    } else if let Some(item) = hit::ranked_item(model, place) {
                        (model.item, model.ranking.focus) = (item, Focus::List);
                    }
                }
                Screen::Budget => {
                    if let Some(line) = hit::budget_line(model, place) {
                        model.budget_line = line;
                    }
                }
                Screen::Data => {
                    if let Some(line) = hit::data_line(model, place) {
                        model.data_line = line;
                    }
                }
            }
            Vec::new()
        }
        MouseEventKind::ScrollUp => {
            act(model, wheel(model, place, [Action::Right, Action::Up, Action::PreviousItem]))
        }
        MouseEventKind::ScrollDown => {
            act(model, wheel(model, place, [Action::Left, Action::Down, Action::NextItem]))
        }
        _ => Vec::new(),
    }
}

/// What the wheel does: turns the knob, moves the line, or moves the item in the list.
fn wheel(model: &Model, place: (u16, u16), [turn, line, item]: [Action; 3]) -> Action {
    match model.screen {
        Screen::Scope => turn,
        Screen::Ranking if hit::knob(model, place).is_some() => turn,
        Screen::Ranking => item,
        Screen::Recommend if hit::knob(model, place).is_some() => turn,
        Screen::Recommend => item,
        Screen::Data | Screen::Sweep | Screen::Budget => line,
    }
}
