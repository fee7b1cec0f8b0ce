//! Brings everything in line: with a file that was opened, with knobs that were turned, with
//! the screen that comes into view.

use std::sync::Arc;

use super::app::App;
use super::opening;
use crate::chart::short_number;
use crate::purchases::{Input, Measure};
use crate::rehearsal::{Dataset, LoadError};
use crate::tui::desk::choosing::Choosing;
use crate::tui::desk::message::{Effect, Next, Report};
use crate::tui::knobs::Knob;
use crate::words::{Asker, Say};

/// Does what a screen wants done next; returns what is to be done outside.
pub(super) fn follow(app: &mut App, next: Vec<Next>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for one in next {
        match one {
            Next::Do(effect) => effects.push(effect),
            Next::Settle => effects.extend(settle(app)),
            Next::SettleOn(name) => {
                if let Some(place) = app.screens.place_of(name) {
                    let next = app.screens.all_mut()[app.place].leave(&mut app.desk);
                    effects.extend(follow(app, next));
                    app.place = place;
                }
                effects.extend(settle(app));
            }
            Next::Take(data) => effects.extend(take(app, data)),
            Next::SettleScreen => {
                let next = app.screens.all_mut()[app.place].settle(&mut app.desk);
                effects.extend(follow(app, next.unwrap_or_default()));
            }
        }
    }
    effects
}

/// Shows the screen at a place of the list.
pub(super) fn go(app: &mut App, place: usize) -> Vec<Effect> {
    let there = app.screens.all().len();
    if app.place == place || place >= there {
        return Vec::new();
    }
    let mut next = app.screens.all_mut()[app.place].leave(&mut app.desk);
    app.place = place;
    app.desk.zoom = None;
    choose_knob(app);
    next.extend(app.screens.all_mut()[place].enter(&mut app.desk));
    follow(app, next)
}

/// The first knob where the chosen one does nothing on the screen in view.
fn choose_knob(app: &mut App) {
    if !app.screen().knobs(&app.desk).contains(&app.desk.knob) {
        app.desk.knob = Knob::Epsilon;
    }
}

/// Takes a file that was opened, or another question of it.
pub(super) fn on_loaded(
    app: &mut App,
    id: u64,
    made: Result<Box<Dataset>, LoadError>,
) -> Vec<Effect> {
    let desk = &mut app.desk;
    if desk.loading.as_ref().is_none_or(|(wanted, _)| *wanted != id) {
        // Something that is only tried, or nothing that is waited for any more.
        report(app, Report::Tried(id, Box::new(made)));
        return Vec::new();
    }
    desk.loading = None;
    match made {
        Ok(data) => take(app, data),
        Err(LoadError::Undecided(undecided))
            if desk.data.as_ref().is_none_or(|data| data.input != desk.input) =>
        {
            desk.choosing = Some(Box::new(Choosing::new(desk.input.clone(), *undecided)));
            desk.restore();
            app.screens.all_mut().into_iter().for_each(|screen| screen.asked(&app.desk));
            let is_events = app.desk.choosing.as_ref().is_some_and(|choosing| choosing.is_events);
            if is_events {
                app.desk
                    .say("a log of events: Rates shows its rates, Data (1) reads it as purchases");
            }
            let screen = if is_events { "Rates" } else { "Data" };
            match app.screens.place_of(screen) {
                // Whoever was there before the file was read has nothing asked for yet.
                Some(place) if app.place == place => {
                    let next = app.screens.all_mut()[place].enter(&mut app.desk);
                    follow(app, next)
                }
                Some(place) => go(app, place),
                None => Vec::new(),
            }
        }
        // What is open stays open, with its own settings.
        Err(error) if desk.data.is_some() || desk.choosing.is_some() => {
            desk.restore();
            desk.refuse(error.say(Asker::Explorer));
            Vec::new()
        }
        Err(error) => {
            desk.fatal = Some(error);
            vec![Effect::Quit]
        }
    }
}

/// Shows a file, or another question of it.
fn take(app: &mut App, data: Box<Dataset>) -> Vec<Effect> {
    let desk = &mut app.desk;
    let before = desk.data.as_ref();
    let other_file = before.is_none_or(|old| !Arc::ptr_eq(&old.purchases, &data.purchases));
    let is_opened = before.is_none_or(|old| old.input != data.input);
    if other_file && desk.data.is_some() {
        desk.session.reset(None);
    } else {
        desk.session.change_question();
    }
    if other_file {
        desk.choosing = None;
    }
    if is_opened {
        // Questions of another file have other units and groups.
        desk.plan.questions.clear();
    }
    desk.item = 0;
    desk.input = data.input.clone();
    desk.options = data.options.clone();
    desk.knobs.question = data.pairs.question();
    desk.knobs.known = data.pairs.known();
    if let Some(groups) = desk.set_groups.take() {
        match data.pairs.said_public(groups) {
            Ok(known) => desk.knobs.known = known,
            Err(short) => desk.refuse(short),
        }
    }
    desk.warn_anew();
    desk.knobs.units = data.purchases.reading.unit.value;
    if is_opened {
        desk.fitted.clear();
    }
    if let Some(bounds) = data.fitting.filter(|_| is_opened) {
        let of_linf = desk.knobs.question.measure != Measure::Buyers;
        let (l0, linf) = desk.set_bounds;
        desk.fitted.extend(l0.is_none().then_some("l0"));
        desk.fitted.extend((linf.is_none() && of_linf).then_some("linf"));
        desk.knobs.l0 = bounds.l0();
        if desk.knobs.question.measure != Measure::Buyers {
            desk.knobs.linf = bounds.linf() / (desk.knobs.unit() as u64).max(1);
        }
        let refused = desk.notice.take();
        let before = refused.map_or(String::new(), |(_, words)| format!("{words} · "));
        desk.say(format!(
            "{before}bounds start where the expected RMSE is smallest at ε {}: l0 {}, linf {} (looked at the data; l0 and linf \
             that are chosen so are not private)",
            short_number(desk.knobs.epsilon),
            short_number(desk.knobs.l0 as f64),
            short_number(desk.knobs.linf as f64),
        ));
    }
    if let Some(beside) = data.beside.as_ref().filter(|_| is_opened && !data.is_read_as_kept()) {
        let name = beside.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let fitted = match desk.notice.take() {
            Some((_, words)) => format!(" · {words}"),
            None => String::new(),
        };
        desk.say(format!(
            "a reading was kept beside the file: u on Data (1) reads it by {name}{fitted}"
        ));
    }
    desk.data = Some(data);
    desk.setting = None;
    app.screens.all_mut().into_iter().for_each(|screen| screen.loaded(other_file));
    let mut effects = settle(app);
    if other_file {
        let path = match &app.desk.input {
            Input::File(path) => Some(path.clone()),
            Input::Files(_) | Input::Sample | Input::Stdin => None,
        };
        effects.push(opening::opened(app, path));
    }
    effects
}

/// Stops reading: what is open stays open.
pub(super) fn stop_reading(app: &mut App) -> Vec<Effect> {
    let desk = &mut app.desk;
    if desk.loading.take().is_none() {
        return Vec::new();
    }
    desk.restore();
    desk.say(match desk.data.is_some() || desk.choosing.is_some() {
        true => "stopped reading: what was open stays open",
        false => "stopped reading: nothing is open yet",
    });
    vec![Effect::StopLoad]
}

/// Hands a report of a worker to the screen that takes it.
pub(super) fn report(app: &mut App, report: Report) {
    let mut left = Some(report);
    for screen in app.screens.all_mut() {
        let Some(report) = left.take() else { return };
        left = screen.arrive(&mut app.desk, report);
    }
}

/// Brings everything in line with the knobs: closed forms at once, trials on their way.
pub(super) fn settle(app: &mut App) -> Vec<Effect> {
    let Some(data) = &app.desk.data else {
        // A log of events has no purchases; its screen has knobs all the same.
        let (place, desk) = (app.place, &mut app.desk);
        let mut screens = app.screens.all_mut();
        let next = match screens[place].needs_file(desk) {
            true => None,
            false => screens[place].settle(desk),
        };
        return follow(app, next.unwrap_or_default());
    };
    if data.pairs.question() != app.desk.knobs.question {
        return vec![app.desk.load(true)];
    }
    choose_knob(app);
    app.desk.work_out();
    app.desk.warn();
    let (place, desk) = (app.place, &mut app.desk);
    let mut screens = app.screens.all_mut();
    screens.iter_mut().for_each(|screen| screen.forget(desk));
    let mut next = match screens[place].settle(desk) {
        Some(next) => next,
        None => screens.iter_mut().flat_map(|screen| screen.idle(desk)).collect(),
    };
    next.extend(desk.account());
    follow(app, next)
}
