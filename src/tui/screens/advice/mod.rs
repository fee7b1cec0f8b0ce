//! The Advice screen: from what must hold to the smallest ε.

mod charts;
mod keys;
mod state;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::AdviceScreen;
use crate::chart::Chart;
use crate::export::{AdviceDocument, AdviceSource};
use crate::tui::designed::json;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Effect, Next, Report};
use crate::tui::knobs::Knob;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for AdviceScreen {
    fn name(&self) -> &'static str {
        "Advice"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/advice.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        match action {
            Action::OtherCharts => desk.size.0 < 100,
            Action::Escape => self.working,
            _ => true,
        }
    }

    fn page(&self, desk: &Desk) -> Option<(usize, usize)> {
        (desk.size.0 < 100).then_some((1 + usize::from(self.charts), 2))
    }

    fn knobs(&self, _desk: &Desk) -> Vec<Knob> {
        Vec::new()
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn before_release(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        if self.advice().is_none_or(|advice| advice.advised.is_none()) {
            return Some(Vec::new());
        }
        keys::put_under_knobs(self, desk).map(|_| vec![Next::Settle])
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        // The search wants the cores for itself.
        let simulated = std::mem::take(&mut desk.simulating);
        let stop = simulated.then_some(Effect::StopSimulation.into());
        stop.into_iter().chain(self.ask(desk)).collect()
    }

    fn leave(&mut self, _desk: &mut Desk) -> Vec<Next> {
        self.stop()
    }

    fn forget(&mut self, desk: &Desk) {
        if !self.is_fresh(desk) {
            self.forget();
        }
    }

    fn settle(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        Some(self.ask(desk))
    }

    fn loaded(&mut self, other_file: bool) {
        self.took_order &= !other_file;
        self.forget();
    }

    fn arrive(&mut self, _desk: &mut Desk, report: Report) -> Option<Report> {
        match report {
            Report::Advised(report) => {
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
        self.working.then_some("looking…")
    }

    fn typed(&mut self, desk: &mut Desk, asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        keys::typed(self, desk, asked, text)
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        charts::chart(self, desk).into_iter().collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        if ending != Ending::Json {
            return None;
        }
        let whole = || {
            let data = desk.data.as_ref().ok_or(Refusal::NothingOpen)?;
            let report = self.report.as_ref().ok_or(Refusal::FiguresAwaited)?;
            let advice = self.advice().ok_or(Refusal::FiguresAwaited)?;
            let source = AdviceSource {
                purchases: &data.purchases,
                pairs: &data.pairs,
                known: report.asked.known,
                confidence: report.asked.confidence,
                max_epsilon: report.asked.max_epsilon,
                recalled: &[],
            };
            json(&AdviceDocument::new(&source, Some(advice)))
        };
        Some(whole())
    }

    fn at(&mut self, _desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let hit = view::lines(self, body)
            .into_iter()
            .find(|(_, row)| row.y == place.1 && (row.x..row.right()).contains(&place.0));
        if let Some((line, _)) = hit {
            self.line = line;
        }
    }
}
