//! What a key or the wheel does while nothing lies over the screen.

use super::app::App;
use super::opening;
use super::settle::{follow, go, stop_reading};
use crate::tui::desk::Overlay;
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::keys::Action;
use crate::tui::desk::message::Effect;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::overlays::release;
use crate::tui::overlays::release::field::What;

/// Does what an action asks for: of every screen here, of one on it.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => return vec![Effect::Quit],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Help => app.desk.overlay = Some(Overlay::Help(0)),
        Action::Go(place) => return go(app, place),
        Action::NextScreen | Action::PreviousScreen => {
            let places: Vec<usize> = (0..app.screens.all().len()).collect();
            return go(app, neighbour(&places, app.place, action == Action::NextScreen));
        }
        Action::Open => return opening::ask(app, ""),
        Action::SetBudget => {
            let total = app.desk.session.budget().total();
            let text = total.epsilon.to_string();
            let hint = "total ε, or ε and δ: 5 or 5 1e-5; starts a new session";
            app.desk.ask(Prompt::new(Asked::Budget, "budget", hint, text));
        }
        Action::Export => {
            let name = format!("epsiloscope-{}.svg", app.screen().name().to_lowercase());
            app.desk.ask(export_prompt(name));
        }
        Action::StopReading => return stop_reading(app),
        Action::Release => {
            let offered = match app.screen().name() {
                "Recommend" => vec![What::Model],
                _ => vec![What::Values, What::Order],
            };
            app.form = release::keys::open(&mut app.desk, offered);
        }
        _ => {
            let next = app.screens.all_mut()[app.place].act(&mut app.desk, action);
            return follow(app, next);
        }
    }
    Vec::new()
}

/// Asks where to write what is in view.
pub(super) fn export_prompt(name: String) -> Prompt {
    Prompt::new(Asked::Export, "export to", ".svg .png .csv or .json", name)
}
