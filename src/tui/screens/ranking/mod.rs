//! The Ranking screen: the true order beside noised ones.

mod charts;
pub mod document;
mod figures;
mod keys;
mod list;
pub mod rows;
pub mod state;
mod study;
mod trials;
mod view;
pub mod words;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::state::Focus;
pub use self::state::Ranking;
use crate::chart::Chart;
use crate::export::ranking_csv;
use crate::tui::designed::as_text;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Next, Report};
use crate::tui::knobs;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for Ranking {
    fn name(&self) -> &'static str {
        "Ranking"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/ranking.md"))
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
        let snapshot = self.study.as_ref()?.snapshot.as_ref()?;
        Some((snapshot.trials_done, snapshot.trials))
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        study::enter(self, desk)
    }

    fn leave(&mut self, _desk: &mut Desk) -> Vec<Next> {
        self.play_at = None;
        Vec::new()
    }

    fn forget(&mut self, desk: &Desk) {
        study::forget(self, desk);
    }

    fn settle(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        Some(study::enter(self, desk))
    }

    fn loaded(&mut self, _other_file: bool) {
        self.filter.clear();
    }

    fn arrive(&mut self, desk: &mut Desk, report: Report) -> Option<Report> {
        match (report, &mut self.study) {
            (Report::Placed(report), _) => {
                study::placed(self, *report);
                None
            }
            (Report::Simulated(snapshot), Some(study)) if snapshot.id == study.id => {
                desk.simulating &= !snapshot.is_whole();
                study.snapshot = Some(*snapshot);
                None
            }
            (other, _) => Some(other),
        }
    }

    fn tick(&mut self, desk: &mut Desk) -> Vec<Next> {
        keys::tick(self, desk);
        Vec::new()
    }

    fn is_animated(&self, _desk: &Desk) -> bool {
        self.play_at.is_some()
    }

    fn typed(&mut self, desk: &mut Desk, _asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        text.clone_into(&mut self.filter);
        let visible = rows::visible(self, desk);
        if let Some(&first) = visible.first()
            && !visible.contains(&desk.item)
        {
            desk.item = first;
        }
        Ok(Vec::new())
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        charts::in_view(self, desk)
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        as_text(document::document(self, desk), ending, ranking_csv)
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let knobs = desk.knobs_in_use();
        if let Some(knob) = knobs::view::at(&knobs, knobs::view::area(body), place) {
            (desk.knob, self.focus) = (knob, Focus::Knobs);
        } else if let Some(area) = view::list_area(self, desk.size, body) {
            let rows = list::rows(self, desk, area);
            if let Some((item, _)) = rows.into_iter().find(|(_, row)| row.contains(place.into())) {
                (desk.item, self.focus) = (item, Focus::List);
            }
        }
    }

    fn wheel(&self, desk: &Desk, body: Rect, place: (u16, u16)) -> [Action; 2] {
        match knobs::view::at(&desk.knobs_in_use(), knobs::view::area(body), place) {
            Some(_) => [Action::Right, Action::Left],
            None => [Action::PreviousItem, Action::NextItem],
        }
    }
}
