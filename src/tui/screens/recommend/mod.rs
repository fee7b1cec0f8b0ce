//! The Recommend screen: lists learnt under a budget, what they are worth and how far they drift.

mod charts;
mod document;
mod keys;
mod shopper;
mod state;
mod study;
mod view;
mod words;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::Recommend;
use crate::chart::Chart;
use crate::export::recommend_csv;
use crate::recommend::ModelKind;
use crate::tui::designed::as_text;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Effect, Next, Report};
use crate::tui::knobs::{self, Knob};
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for Recommend {
    fn name(&self) -> &'static str {
        "Recommend"
    }

    /// With what stands in the list of models: what each is, and which are planned by the number
    /// of users.
    fn help(&self) -> Cow<'static, str> {
        let planned: Vec<&str> = ModelKind::ALL
            .into_iter()
            .filter(|kind| kind.plans_by_users())
            .map(ModelKind::title)
            .collect();
        let help = include_str!("../../../../assets/help/en/recommend.md")
            .replace("{models}", &ModelKind::ALL.map(ModelKind::explained).join(" "))
            .replace("{planned by users}", &planned.join(" and "));
        Cow::Owned(help)
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        match action {
            Action::OtherCharts => !knobs::view::shows_all(desk.size.0),
            Action::Escape => self.working,
            Action::Side => view::has_training(self),
            _ => true,
        }
    }

    fn knobs(&self, _desk: &Desk) -> Vec<Knob> {
        Knob::OF_LISTS.to_vec()
    }

    fn page(&self, desk: &Desk) -> Option<(usize, usize)> {
        let all = knobs::view::shows_all(desk.size.0);
        (!all).then_some((1 + usize::from(self.charts), 2))
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        // Fits want the cores for themselves; trials start again where they are shown.
        let simulated = std::mem::take(&mut desk.simulating);
        let stop = simulated.then_some(Effect::StopSimulation.into());
        stop.into_iter().chain(study::enter(self, desk)).collect()
    }

    fn leave(&mut self, _desk: &mut Desk) -> Vec<Next> {
        study::leave(self)
    }

    fn settle(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        Some(study::enter(self, desk))
    }

    fn loaded(&mut self, other_file: bool) {
        if other_file {
            study::forget(self);
        }
    }

    fn arrive(&mut self, _desk: &mut Desk, report: Report) -> Option<Report> {
        match report {
            Report::Recommended(report) => {
                study::reported(self, *report);
                None
            }
            other => Some(other),
        }
    }

    fn failed(&mut self) {
        self.working = false;
    }

    fn busy(&self) -> Option<&'static str> {
        self.working.then_some("fitting…")
    }

    fn typed(&mut self, desk: &mut Desk, _asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        keys::choose_shopper(self, desk, text)?;
        Ok(Vec::new())
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        charts::in_view(self, desk)
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        as_text(document::document(self, desk), ending, recommend_csv)
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let area = knobs::view::area(body);
        if let Some(knob) = knobs::view::at(&Knob::OF_LISTS, area, place) {
            desk.knob = knob;
        }
    }

    fn wheel(&self, _desk: &Desk, body: Rect, place: (u16, u16)) -> [Action; 2] {
        match knobs::view::at(&Knob::OF_LISTS, knobs::view::area(body), place) {
            Some(_) => [Action::Right, Action::Left],
            None => [Action::PreviousItem, Action::NextItem],
        }
    }
}
