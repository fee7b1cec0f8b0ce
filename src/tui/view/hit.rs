//! What stands at a place on the screen, for the mouse.

use ratatui::layout::Rect;

use super::{areas, budget_screen, data, frame, knobs, ranking, ranking_list, scope, sweep};
use crate::tui::model::{Knob, Model, Screen};

fn whole(model: &Model) -> Rect {
    Rect { x: 0, y: 0, width: model.size.0, height: model.size.1 }
}

/// The screen whose name stands there.
pub fn tab(model: &Model, place: (u16, u16)) -> Option<Screen> {
    let areas = areas(whole(model))?;
    frame::tabs(model, areas.header)
        .into_iter()
        .find(|(_, tab)| tab.contains(place.into()))
        .map(|(screen, _)| screen)
}

/// The knob that stands there.
pub fn knob(model: &Model, place: (u16, u16)) -> Option<Knob> {
    let body = areas(whole(model))?.body;
    let area = match model.screen {
        Screen::Ranking | Screen::Recommend => ranking::knobs_area(body),
        _ => scope::knobs_area(body),
    };
    knobs::rows(model, area)
        .into_iter()
        .find(|(_, area)| area.contains(place.into()))
        .map(|(knob, _)| knob)
}

/// The (row, column) of the map's cell that stands there.
pub fn map_cell(model: &Model, place: (u16, u16)) -> Option<(usize, usize)> {
    sweep::layout(model, areas(whole(model))?.body)?.cell_at(place)
}

/// The true rank (0 = first) of the listed item that stands there.
pub fn ranked_item(model: &Model, place: (u16, u16)) -> Option<usize> {
    let area = ranking::list_area(model, areas(whole(model))?.body)?;
    let rows = ranking_list::rows(model, area);
    rows.into_iter().find(|(_, row)| row.contains(place.into())).map(|(item, _)| item)
}

/// The line of the Data screen that stands there.
pub fn data_line(model: &Model, place: (u16, u16)) -> Option<usize> {
    let body = areas(whole(model))?.body;
    data::line_rows(model, body)
        .into_iter()
        .find(|(_, area)| area.contains(place.into()))
        .map(|(line, _)| line)
}

/// The line of the Budget screen that stands there.
pub fn budget_line(model: &Model, place: (u16, u16)) -> Option<usize> {
    let body = areas(whole(model))?.body;
    let rows = budget_screen::line_rows(model, body);
    rows.into_iter().find(|(_, area)| area.contains(place.into())).map(|(line, _)| line)
}
