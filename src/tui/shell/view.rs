//! Draws a frame: header, screen, budget, footer, what lies over them.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::App;
use crate::chart::Chart;
use crate::export::is_obeyed;
use crate::tui::desk::Overlay;
use crate::tui::desk::keys::Action;
use crate::tui::frame::header::Tabs;
use crate::tui::frame::keys::working;
use crate::tui::frame::{footer, gauge, header, notice, told};
use crate::tui::overlays::{help, prompt, release};
use crate::tui::paint::areas::{SMALLEST, areas};
use crate::tui::paint::panel::chart_panel;
use crate::tui::paint::{self, theme};

/// Draws everything.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cursor = draw(app, area, frame.buffer_mut());
    if let Some(place) = cursor {
        frame.set_cursor_position(place);
    }
    disarm(frame.buffer_mut());
    if app.desk.theme.ascii {
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

/// The panel that fills the window, and all of the screen's.
fn zoomed(app: &App) -> Option<(usize, Vec<Chart>)> {
    let panel = app.desk.zoom?;
    let charts = app.screen().charts(&app.desk);
    (panel < charts.len()).then_some((panel, charts))
}

/// Draws into a buffer; returns where the text cursor stands, if anywhere.
fn draw(app: &App, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let desk = &app.desk;
    let Some(areas) = areas(area) else {
        let (columns, rows) = SMALLEST;
        let lines = [
            format!("This terminal is {} x {}.", area.width, area.height),
            format!("epsiloscope needs {columns} x {rows}: make it larger."),
            "q quits".to_owned(),
        ];
        for (row, line) in lines.iter().enumerate() {
            paint::text(buffer, area, area.x, area.y + row as u16, line, desk.theme.strong());
        }
        return None;
    };
    let (screen, names) = (app.screen(), app.screens.names());
    let tabs = Tabs { names: &names, chosen: app.place };
    header::header(desk, &tabs, app.busy(), areas.header, buffer);
    if desk.data.is_none() && screen.needs_file(desk) {
        told::no_file(desk, screen.name(), areas.body, buffer);
    } else if let Some((panel, charts)) = zoomed(app) {
        chart_panel(buffer, areas.body, &charts[panel], desk.theme);
        let words = format!(" z {}/{} · esc: all ", panel + 1, charts.len());
        let end = areas.body.right().saturating_sub(1);
        paint::text_right(buffer, areas.body, end, areas.body.y, &words, desk.theme.chosen());
    } else {
        screen.draw(desk, areas.body, buffer);
    }
    if screen.tells_reading() {
        told::told(desk, screen, areas.body, buffer);
    }
    gauge::draw(desk, areas.budget, buffer);
    let mut bindings = app.bindings();
    if desk.overlay.is_none() {
        bindings.retain(|binding| screen.offers(desk, binding.action));
        if screen.not_released().is_some() {
            bindings.retain(|b| b.action != Action::Release);
        }
        if desk.data.is_none() {
            let exports = screen.stands_on(desk).is_some();
            bindings.retain(|b| match b.action {
                Action::Release => false,
                Action::Export => exports,
                _ => true,
            });
        }
    }
    footer::footer(desk, &bindings, screen.page(desk), areas.footer, buffer);
    match (&desk.overlay, &app.form) {
        (None, _) => {
            notice::notice(desk, areas, buffer);
            None
        }
        (Some(Overlay::Help(scroll)), _) => {
            let bindings = working(screen, &names);
            help::draw(desk, screen, &bindings, areas.body, *scroll, buffer);
            None
        }
        (Some(Overlay::Release), Some(form)) => release::view::draw(desk, form, areas.body, buffer),
        (Some(Overlay::Release), None) => None,
        (Some(Overlay::Prompt(asked)), _) => Some(prompt::draw(desk, asked, areas, buffer)),
    }
}
