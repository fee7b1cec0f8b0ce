//! The Risk screen: what an attacker gains from the answer under the knobs.

mod charts;
mod keys;
mod state;
mod study;
mod table;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::RiskScreen;
use crate::chart::Chart;
use crate::export::risk_csv;
use crate::tui::designed::as_text;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::Next;
use crate::tui::knobs;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for RiskScreen {
    fn name(&self) -> &'static str {
        "Risk"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/risk.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        action != Action::OtherCharts || !knobs::view::shows_all(desk.size.0)
    }

    fn page(&self, desk: &Desk) -> Option<(usize, usize)> {
        let all = knobs::view::shows_all(desk.size.0);
        (!all).then_some((1 + self.part, RiskScreen::PARTS))
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        study::settle(self, desk);
        Vec::new()
    }

    fn settle(&mut self, desk: &mut Desk) -> Option<Vec<Next>> {
        study::settle(self, desk);
        None
    }

    fn forget(&mut self, _desk: &Desk) {
        self.study = None;
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(self, desk, body, buffer);
    }

    fn charts(&self, _desk: &Desk) -> Vec<Chart> {
        [charts::trade_off(self), charts::belief(self)].into_iter().flatten().collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        as_text(study::document(self, desk), ending, risk_csv)
    }

    /// The risk of noise says nothing of the data.
    fn is_of_the_data(&self) -> bool {
        false
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
