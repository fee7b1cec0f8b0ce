//! What the mouse does.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::act::act;
use super::app::App;
use super::settle::go;
use crate::tui::desk::message::Effect;
use crate::tui::frame::header::{Tabs, tab_areas};
use crate::tui::paint::areas::{Areas, areas};

/// What a mouse event does.
pub(super) fn on_mouse(app: &mut App, mouse: MouseEvent) -> Vec<Effect> {
    if app.desk.overlay.is_some() {
        return Vec::new();
    }
    let place = (mouse.column, mouse.row);
    let (width, height) = app.desk.size;
    let areas = areas(Rect { x: 0, y: 0, width, height });
    let up = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            app.desk.notice = None;
            return areas.map_or(Vec::new(), |areas| click(app, areas, place));
        }
        MouseEventKind::ScrollUp => true,
        MouseEventKind::ScrollDown => false,
        _ => return Vec::new(),
    };
    let body = areas.map_or(Rect::default(), |areas| areas.body);
    let [above, below] = app.screen().wheel(&app.desk, body, place);
    act(app, if up { above } else { below })
}

fn click(app: &mut App, areas: Areas, place: (u16, u16)) -> Vec<Effect> {
    let names = app.screens.names();
    let tabs = Tabs { names: &names, chosen: app.place };
    let tabs = tab_areas(&app.desk, &tabs, areas.header);
    if let Some(screen) = tabs.iter().position(|tab| tab.contains(place.into())) {
        return go(app, screen);
    }
    app.screens.all_mut()[app.place].at(&mut app.desk, areas.body, place);
    Vec::new()
}
