//! The Data screen: what was read, kept and dropped; columns; contributions.

mod charts;
mod keys;
pub mod lines;
mod state;
mod view;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::Data;
use crate::chart::Chart;
use crate::export::{InspectDocument, inspect_csv, inspect_lines};
use crate::tui::designed::json;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::Next;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};
use crate::words::{Asker, how_columns_are_set};

impl Screen for Data {
    fn name(&self) -> &'static str {
        "Data"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/data.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::KEYS
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn typed(&mut self, desk: &mut Desk, asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        keys::typed(desk, asked, text)
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        view::draw(desk, self.line, body, buffer);
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        [charts::groups_per_user(desk), charts::value_per_pair(desk)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        let data = desk.data.as_ref()?;
        let document = InspectDocument::new(&data.purchases, &data.pairs);
        Some(match ending {
            Ending::Csv => Ok(inspect_csv(&document)),
            Ending::Txt => Ok(inspect_lines(&document, how_columns_are_set(Asker::Explorer))),
            Ending::Json => json(&document),
        })
    }

    fn at(&mut self, _desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let rows = view::line_rows(self.line, body);
        if let Some((line, _)) = rows.into_iter().find(|(_, area)| area.contains(place.into())) {
            self.line = line;
        }
    }
}
