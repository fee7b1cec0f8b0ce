//! The Scope screen: repeated noised queries, live.

mod charts;
mod keys;
mod state;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::Scope;
use crate::chart::Chart;
use crate::tui::designed::{self, Shown};
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Next, Report};
use crate::tui::knobs;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for Scope {
    fn name(&self) -> &'static str {
        "Scope"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/scope.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn keys_after(&self) -> &'static [Binding] {
        keys::KEYS_AFTER
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        // What else there is is a key away only where not all of it fits.
        action != Action::OtherCharts || view::pages(desk.size) > 1
    }

    fn page(&self, desk: &Desk) -> Option<(usize, usize)> {
        let pages = view::pages(desk.size);
        (pages > 1).then_some((1 + self.page % pages, pages))
    }

    fn trials(&self) -> Option<(u64, u64)> {
        self.snapshot.as_ref().map(|snapshot| (snapshot.trials_done, snapshot.trials))
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        // What was simulated to the end stands; what was cut short starts again.
        match &self.snapshot {
            Some(snapshot) if desk.setting.is_some() && snapshot.is_whole() => Vec::new(),
            _ => self.study(desk),
        }
    }

    fn leave(&mut self, desk: &mut Desk) -> Vec<Next> {
        desk.session.repeat_at = None;
        Vec::new()
    }

    fn forget(&mut self, _desk: &Desk) {
        self.forget();
    }

    fn settle(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        Some(self.study(desk))
    }

    fn idle(&mut self, desk: &mut Desk) -> Vec<Next> {
        self.study(desk)
    }

    fn arrive(&mut self, desk: &mut Desk, report: Report) -> Option<Report> {
        match report {
            Report::Simulated(snapshot) if snapshot.id == self.study_id => {
                if desk.setting.is_some() {
                    desk.simulating &= !snapshot.is_whole();
                    self.history.clone_from(&snapshot.history);
                    self.snapshot = Some(*snapshot);
                }
                None
            }
            other => Some(other),
        }
    }

    fn tick(&mut self, desk: &mut Desk) -> Vec<Next> {
        keys::tick(desk)
    }

    fn is_animated(&self, desk: &Desk) -> bool {
        desk.session.repeat_at.is_some()
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        [
            charts::error(self, desk),
            charts::convergence(self, desk),
            charts::drift(self, desk),
            charts::dot_plot(desk),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        designed::document(desk, ending, || {
            let setting = desk.setting.as_ref().ok_or(Refusal::NoFigure)?;
            let epsilons =
                std::iter::once(setting.cell.epsilon).chain(self.curve.iter().copied()).collect();
            Ok(Shown {
                bounds: vec![desk.knobs.bounds()?],
                epsilons,
                snapshot: self.snapshot.as_ref(),
            })
        })
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let knobs = desk.knobs_in_use();
        if let Some(knob) = knobs::view::at(&knobs, view::knobs_area(body), place) {
            desk.knob = knob;
        }
    }

    fn wheel(&self, _desk: &Desk, _body: Rect, _place: (u16, u16)) -> [Action; 2] {
        [Action::Right, Action::Left]
    }
}
