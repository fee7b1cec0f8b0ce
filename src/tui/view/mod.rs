//! Draws a frame from the model: header, screen, budget, footer, what lies over them.

mod budget;
mod budget_screen;
mod data;
mod frame;
mod help;
pub mod hit;
mod knobs;
mod prompt;
mod ranking;
mod ranking_list;
mod recommend;
mod release;
mod scope;
mod shopper;
mod sweep;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::{Model, Overlay, Screen};
use super::{paint, theme};
use crate::export::is_obeyed;

/// The smallest terminal that the program draws on.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The parts of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Name, source, status, screens.
    pub header: Rect,
    /// The screen.
    pub body: Rect,
    /// The budget gauge.
    pub budget: Rect,
    /// Keys, or the newest notice above them.
    pub footer: Rect,
}

/// The parts of a frame of this size; `None` where the terminal is too small.
pub fn areas(area: Rect) -> Option<Areas> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let budget = if area.height >= 30 { 3 } else { 1 };
    let row = |y, height| Rect { x: area.x, y, width: area.width, height };
    Some(Areas {
        header: row(area.y, 1),
        body: row(area.y + 1, area.height - 2 - budget),
        budget: row(area.bottom() - 1 - budget, budget),
        footer: row(area.bottom() - 1, 1),
    })
}

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cursor = draw(model, area, frame.buffer_mut());
    if let Some(place) = cursor {
        frame.set_cursor_position(place);
    }
    disarm(frame.buffer_mut());
    if model.theme.ascii {
        theme::to_ascii(frame.buffer_mut());
    }
}

/// Text of files, headers and paths stands in the cells: nothing of it may reach the terminal
/// as an order.
fn disarm(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().contains(is_obeyed) {
            cell.set_symbol("\u{FFFD}");
        }
    }
}

/// Draws into a buffer; returns where the text cursor stands, if anywhere.
fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let Some(areas) = areas(area) else {
        let (columns, rows) = SMALLEST;
        let lines = [
            format!("This terminal is {} x {}.", area.width, area.height),
            format!("epsiloscope needs {columns} x {rows}: make it larger."),
            "q quits".to_owned(),
        ];
        for (row, line) in lines.iter().enumerate() {
            paint::text(buffer, area, area.x, area.y + row as u16, line, model.theme.strong());
        }
        return None;
    };
    frame::header(model, areas.header, buffer);
    match model.screen {
        Screen::Data => data::draw(model, areas.body, buffer),
        Screen::Scope => scope::draw(model, areas.body, buffer),
        Screen::Sweep => sweep::draw(model, areas.body, buffer),
        Screen::Ranking => ranking::draw(model, areas.body, buffer),
        Screen::Budget => budget_screen::draw(model, areas.body, buffer),
        Screen::Recommend => recommend::draw(model, areas.body, buffer),
    }
    budget::draw(model, areas.budget, buffer);
    frame::footer(model, areas.footer, buffer);
    match &model.overlay {
        None => {
            frame::notice(model, areas, buffer);
            None
        }
        Some(Overlay::Help(scroll)) => {
            help::draw(model, areas.body, *scroll, buffer);
            None
        }
        Some(Overlay::Release(form)) => release::draw(model, form, areas.body, buffer),
        Some(Overlay::Prompt(asked)) => Some(prompt::draw(model, asked, areas, buffer)),
    }
}
