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
        Action::Leave if asks_first(app, action, true) => {}
        Action::Leave => return vec![Effect::Quit],
        Action::Open if asks_first(app, action, true) => {}
        Action::Reset | Action::SetBudget if asks_first(app, action, false) => {}
        Action::Zoom => {
            let panels = app.screen().charts(&app.desk).len();
            let next = app.desk.zoom.map_or(0, |panel| panel + 1);
            app.desk.zoom = (next < panels).then_some(next);
            if panels == 0 {
                app.desk.say("no chart is there yet to fill the window");
            }
        }
        Action::ZoomOut => app.desk.zoom = None,
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
        Action::Release if app.screen().not_released().is_some() => {
            let why = app.screen().not_released().unwrap_or_default();
            app.desk.refuse(why);
        }
        Action::Release => {
            let offered = match app.screen().name() {
                "Recommend" => vec![What::Model],
                // What was advised stands first.
                "Advice" if app.screens.advice.advises_an_order(&app.desk) => {
                    vec![What::Order, What::Values]
                }
                "Ranking" if app.screens.advice.took_order => vec![What::Order, What::Values],
                _ => vec![What::Values, What::Order],
            };
            let before = (app.desk.knobs, app.desk.fitted.clone());
            let screen = &mut app.screens.all_mut()[app.place];
            let Some(next) = screen.before_release(&mut app.desk) else { return Vec::new() };
            app.form = release::keys::open(&mut app.desk, &app.kept, offered);
            if let Some(form) = &mut app.form {
                form.before = (app.desk.knobs != before.0).then_some(before);
            }
            return follow(app, next);
        }
        _ => {
            let next = app.screens.all_mut()[app.place].act(&mut app.desk, action);
            return follow(app, next);
        }
    }
    Vec::new()
}

/// Whether something would be lost and was not asked for yet: then the footer asks, and the same
/// key once more goes on.
fn asks_first(app: &mut App, action: Action, with_plan: bool) -> bool {
    let desk = &mut app.desk;
    if desk.asked_once.take().is_some_and(|(asked, _)| asked == action) {
        return false;
    }
    let Some(lost) = desk.would_be_lost(with_plan) else { return false };
    let what = match action {
        Action::Open => "o again opens another file",
        Action::Reset => "r again starts over",
        Action::SetBudget => "b again sets another total",
        _ => "q again quits",
    };
    desk.asked_once = Some((action, format!("{what}: {lost} would be lost · any other key stays")));
    true
}

/// Asks where to write what is in view.
pub(super) fn export_prompt(name: String) -> Prompt {
    Prompt::new(Asked::Export, "export to", ".svg .png .csv or .json", name)
}
