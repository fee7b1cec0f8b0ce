//! The Rates screen: how many of those who saw a campaign converted, and what noise leaves of that.

mod charts;
mod decisions;
mod keys;
mod knob;
mod list;
mod settings;
mod state;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::RatesScreen;
use crate::chart::Chart;
use crate::export::{RatesDocument, rates_csv};
use crate::rates::EventFacts;
use crate::tui::designed::as_text;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Effect, Next, Report};
use crate::tui::knobs::Knob;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen, StandsOn};

impl Screen for RatesScreen {
    fn name(&self) -> &'static str {
        "Rates"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/rates.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        match action {
            Action::OtherCharts => view::pages(desk.size) > 1,
            Action::Escape => self.working,
            Action::Side => self.may_change_source(desk),
            _ => true,
        }
    }

    fn page(&self, desk: &Desk) -> Option<(usize, usize)> {
        let pages = view::pages(desk.size);
        (pages > 1).then_some((1 + self.page % pages, pages))
    }

    fn needs_file(&self, desk: &Desk) -> bool {
        !desk.has_events_source()
    }

    fn not_released(&self) -> Option<&'static str> {
        Some("rates are released from the command line only; a asks for them once, on trial")
    }

    fn stands_on(&self, _desk: &Desk) -> Option<StandsOn> {
        let facts = &self.events.as_ref()?.facts;
        let EventFacts { source, status, group_by, .. } = facts;
        let question = format!("rates per {} by {group_by}", self.per.name());
        Some(StandsOn { source: source.clone(), status: *status, question })
    }

    fn trials(&self) -> Option<(u64, u64)> {
        self.study.as_ref().map(|study| (study.trials_done, study.setting.trials))
    }

    fn knobs(&self, desk: &Desk) -> Vec<Knob> {
        let delta = desk.knobs.mechanism.needs_delta().then_some(Knob::Delta);
        [Knob::Epsilon, Knob::Noise].into_iter().chain(delta).collect()
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        // The study wants the cores for itself.
        let simulated = std::mem::take(&mut desk.simulating);
        let stop = simulated.then_some(Effect::StopSimulation.into());
        stop.into_iter().chain(self.ask(desk)).collect()
    }

    fn leave(&mut self, _desk: &mut Desk) -> Vec<Next> {
        self.stop()
    }

    fn settle(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        Some(self.ask(desk))
    }

    fn loaded(&mut self, other_file: bool) {
        if other_file {
            self.forget_events();
        }
    }

    fn arrive(&mut self, _desk: &mut Desk, report: Report) -> Option<Report> {
        match report {
            Report::Rated(report) => {
                self.reported(*report);
                None
            }
            other => Some(other),
        }
    }

    fn failed(&mut self) {
        self.working = false;
    }

    fn busy(&self) -> Option<&'static str> {
        match (self.working, &self.events) {
            (true, None) => Some("reading…"),
            (true, Some(_)) => Some("trials…"),
            (false, _) => None,
        }
    }

    fn typed(&mut self, desk: &mut Desk, asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        keys::typed(self, desk, asked, text)
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        charts::all(self, desk)
    }

    fn document(&self, _desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        let document = match (&self.events, &self.study) {
            (Some(events), Some(study)) => Ok(RatesDocument::new(events, study)),
            _ => Err(Refusal::FiguresAwaited),
        };
        as_text(document, ending, rates_csv)
    }

    /// What is said there is of the open file's purchases, and events are read by themselves.
    fn tells_reading(&self) -> bool {
        false
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        view::at(self, desk, body, place);
    }

    fn wheel(&self, desk: &Desk, body: Rect, place: (u16, u16)) -> [Action; 2] {
        match view::is_list(self, desk, body, place) {
            true => [Action::PreviousItem, Action::NextItem],
            false => [Action::Right, Action::Left],
        }
    }
}
