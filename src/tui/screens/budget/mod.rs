//! The Budget screen: what was asked and released, what every accountant says of it, a plan for
//! the rest.

mod charts;
mod document;
mod keys;
mod state;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::Budget;
use crate::chart::Chart;
use crate::tui::designed::json;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::Next;
use crate::tui::desk::typed;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};

impl Screen for Budget {
    fn name(&self) -> &'static str {
        "Budget"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/budget.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        desk.accounts_in_view = true;
        desk.account()
    }

    fn leave(&mut self, desk: &mut Desk) -> Vec<Next> {
        desk.accounts_in_view = false;
        Vec::new()
    }

    fn typed(&mut self, desk: &mut Desk, asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        let epsilon = typed::epsilon(text)?;
        if let Some(planned) = desk.plan.questions.get_mut(asked) {
            planned.locked = Some(epsilon);
        }
        Ok(desk.account())
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(desk, self.line, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        [charts::composed(desk), charts::planned(desk)].into_iter().flatten().collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        let report = desk.accounts.as_ref().ok_or(Refusal::AccountsAwaited);
        let unit = |measure| desk.knobs.units.of(measure).per_shown();
        let (session, plan) = (&desk.session, &desk.plan);
        match ending {
            Ending::Csv => {
                Some(report.map(|report| document::budget_csv(session, plan, report, unit)))
            }
            Ending::Json => {
                Some(report.and_then(|report| {
                    json(&document::budget_document(session, plan, report, unit))
                }))
            }
            Ending::Txt => None,
        }
    }

    /// The budget says nothing of the data.
    fn is_of_the_data(&self) -> bool {
        false
    }

    fn needs_file(&self, _desk: &Desk) -> bool {
        false
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let rows = view::line_rows(desk, self.line, body);
        if let Some((line, _)) = rows.into_iter().find(|(_, row)| row.contains(place.into())) {
            self.line = line;
        }
    }
}
