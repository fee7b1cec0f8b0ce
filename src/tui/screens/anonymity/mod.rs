//! The Anonymity screen: how few points single a user out, k-anonymity with its attacks, and beside
//! each what DP allows; one shopper taken out.

mod charts;
mod keys;
mod lines;
mod neighbours;
mod state;
mod table;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::AnonymityScreen;
use crate::chart::Chart;
use crate::export::{AnonymityDocument, anonymity_csv};
use crate::purchases::{CleaningReport, Status};
use crate::rehearsal::Dataset;
use crate::tui::designed::as_text;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Effect, Next, Report};
use crate::tui::knobs::{self, Knob};
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for AnonymityScreen {
    fn name(&self) -> &'static str {
        "Anonymity"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/anonymity.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        let taken_out = self.taken_out.is_some();
        match action {
            // Before somebody agrees nothing is there to be turned.
            Action::Left
            | Action::Right
            | Action::Up
            | Action::Down
            | Action::NextGrouping
            | Action::Shorter
            | Action::Longer
            | Action::PreviousItem
            | Action::NextItem
            | Action::Unlikelier
            | Action::Likelier
            | Action::OtherCharts
                if !self.may_look(desk) =>
            {
                false
            }
            // People are named there.
            Action::Neighbours => desk.data.as_ref().is_some_and(|data| {
                matches!(data.purchases.status, Status::Synthetic | Status::Public)
            }),
            Action::OtherCharts => !knobs::view::shows_all(desk.size.0) && !taken_out,
            Action::Start => !self.may_look(desk) || self.stopped,
            Action::Escape => self.asked.is_some() || taken_out,
            Action::Step => taken_out,
            Action::NextGrouping | Action::Shorter | Action::Longer => !taken_out,
            Action::NextItem | Action::PreviousItem => !taken_out,
            _ => true,
        }
    }

    /// All rows, whatever the question under the knobs can use.
    fn cleaned<'a>(&self, data: &'a Dataset) -> &'a CleaningReport {
        &data.purchases.report
    }

    fn not_released(&self) -> Option<&'static str> {
        Some("nothing of this screen can be released: sums are released from Scope (2)")
    }

    fn page(&self, desk: &Desk) -> Option<(usize, usize)> {
        let narrow = !knobs::view::shows_all(desk.size.0);
        narrow.then_some((1 + self.part, Self::PARTS))
    }

    fn knobs(&self, _desk: &Desk) -> Vec<Knob> {
        vec![Knob::Epsilon]
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        // Looking at people wants the cores for itself.
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
            self.forget_file();
        }
        // Another question may count other users.
        self.taken_out = None;
    }

    fn arrive(&mut self, _desk: &mut Desk, report: Report) -> Option<Report> {
        match report {
            Report::Anonymity(report) => {
                self.reported(*report);
                None
            }
            other => Some(other),
        }
    }

    fn failed(&mut self) {
        self.asked = None;
    }

    fn busy(&self) -> Option<&'static str> {
        self.asked.is_some().then_some("looking…")
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        [charts::unicity(self, desk), charts::map(self, desk)].into_iter().flatten().collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        let whole = || {
            let data = desk.data.as_ref().ok_or(Refusal::NothingOpen)?;
            if !self.may_look(desk) {
                return Err(Refusal::NotLookedAt);
            }
            let (study, setting) =
                (self.study(desk), self.setting(desk).ok_or(Refusal::NothingOpen)?);
            let study = study.ok_or(Refusal::FiguresAwaited)?;
            let labels = self.labels(desk);
            Ok(AnonymityDocument::new(&data.purchases, &setting, &study, &labels))
        };
        as_text(whole(), ending, anonymity_csv)
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        view::at(self, desk, body, place);
    }
}
