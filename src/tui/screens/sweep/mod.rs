//! The Sweep screen: curves over ε and the ε × bound map.

mod charts;
mod keys;
mod state;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::state::BoundAxis;
pub use self::state::Sweep;
use crate::chart::Chart;
use crate::contribution::Bounds;
use crate::tui::designed::{self, Shown};
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Next, Report};
use crate::tui::knobs::Knobs;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for Sweep {
    fn name(&self) -> &'static str {
        "Sweep"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/sweep.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        action != Action::OtherCharts || view::pages(desk.size) > 1
    }

    fn page(&self, desk: &Desk) -> Option<(usize, usize)> {
        let pages = view::pages(desk.size);
        (pages > 1).then_some((1 + self.page % pages, pages))
    }

    fn trials(&self) -> Option<(u64, u64)> {
        let snapshot = self.map.as_ref()?.snapshot.as_ref()?;
        Some((snapshot.trials_done, snapshot.trials))
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn before_release(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        let is_new = keys::take(self, desk);
        Some(if is_new { vec![Next::Settle] } else { Vec::new() })
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        // What was simulated to the end stands; what was cut short starts again.
        match self.map.as_ref().and_then(|map| map.snapshot.as_ref()) {
            Some(snapshot) if snapshot.is_whole() => Vec::new(),
            _ => self.study(desk),
        }
    }

    fn forget(&mut self, _desk: &Desk) {
        self.map = None;
    }

    fn settle(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        Some(self.study(desk))
    }

    fn arrive(&mut self, desk: &mut Desk, report: Report) -> Option<Report> {
        match (report, &mut self.map) {
            (Report::Simulated(snapshot), Some(map)) if snapshot.id == self.study_id => {
                desk.simulating &= !snapshot.is_whole();
                map.snapshot = Some(*snapshot);
                None
            }
            (other, _) => Some(other),
        }
    }

    fn typed(&mut self, _desk: &mut Desk, _asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        keys::typed(self, text)
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        [charts::map(self, desk), charts::curve(self, desk), charts::second_curve(self, desk)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        designed::document(desk, ending, || {
            let map = self.map.as_ref().ok_or(Refusal::NoSweep)?;
            let at = |&step: &u64| match self.axis {
                BoundAxis::L0 => Knobs { l0: step, ..desk.knobs },
                BoundAxis::Linf => Knobs { linf: step, ..desk.knobs },
            };
            let bounds = map
                .steps
                .iter()
                .map(|step| at(step).bounds())
                .collect::<Result<Vec<Bounds>, _>>()?;
            Ok(Shown { bounds, epsilons: map.epsilons.clone(), snapshot: map.snapshot.as_ref() })
        })
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let layout = view::layout(self, desk, body);
        if let Some(cursor) = layout.and_then(|layout| layout.cell_at(place)) {
            self.cursor = cursor;
        }
    }
}
