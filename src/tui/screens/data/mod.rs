//! The Data screen: what was read, kept and dropped; every decision of reading; contributions.

mod charts;
mod choices;
mod choose;
mod declared;
mod effect;
mod first;
mod keys;
pub mod lines;
pub mod state;
mod view;
mod why;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::state::Data;
use self::state::{Change, First, Tried};
use crate::chart::Chart;
use crate::export::{InspectDocument, inspect_csv, inspect_lines};
use crate::purchases::RowsAre;
use crate::tui::designed::json;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding};
use crate::tui::desk::message::{Next, Report};
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, Screen};
use crate::words::{Asker, Say, how_columns_are_set};

impl Screen for Data {
    fn name(&self) -> &'static str {
        "Data"
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(include_str!("../../../../assets/help/en/data.md"))
    }

    fn keys(&self) -> &'static [Binding] {
        keys::table(self)
    }

    fn offers(&self, desk: &Desk, action: Action) -> bool {
        keys::offers(self, desk, action)
    }

    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next> {
        keys::act(self, desk, action)
    }

    fn enter(&mut self, desk: &mut Desk) -> Vec<Next> {
        keys::look(self, desk)
    }

    fn leave(&mut self, desk: &mut Desk) -> Vec<Next> {
        // A change is looked at here or nowhere; the question of a file that waits stays.
        if desk.choosing.is_none() {
            self.list = None;
        }
        keys::leave(self, desk)
    }

    fn idle(&mut self, desk: &mut Desk) -> Vec<Next> {
        keys::look(self, desk)
    }

    fn loaded(&mut self, other_file: bool) {
        if !other_file {
            return;
        }
        self.first = First::Unknown;
        self.change = None;
        self.list = None;
        self.from = 0;
        if std::mem::take(&mut self.chooses) {
            self.line = 0;
        }
    }

    fn asked(&mut self, desk: &Desk) {
        keys::asked(self, desk);
    }

    fn arrive(&mut self, desk: &mut Desk, report: Report) -> Option<Report> {
        match report {
            Report::Looked(look) => {
                if matches!(self.first, First::Awaited(id) if id == look.id) {
                    self.first = First::Known(look);
                }
            }
            Report::Trying(id, read) => {
                if let Some(change) = self.change.as_mut().filter(|change| change.id == id)
                    && let Tried::Awaited(rows) = &mut change.outcome
                {
                    *rows = read.rows;
                }
            }
            Report::Tried(id, made) => {
                let change = self.change.as_mut().filter(|change| change.id == id)?;
                match *made {
                    Ok(data) => change.outcome = Tried::Made(data),
                    Err(error) => {
                        let why = error.say(Asker::Explorer);
                        if change.taken {
                            self.change = None;
                            desk.refuse(why);
                        } else {
                            change.outcome = Tried::Refused(why);
                        }
                    }
                }
            }
            other => return Some(other),
        }
        None
    }

    fn tick(&mut self, _desk: &mut Desk) -> Vec<Next> {
        // Enter came before the file was read.
        match self.change.take() {
            Some(Change { taken: true, outcome: Tried::Made(made), .. }) => vec![Next::Take(made)],
            other => {
                self.change = other;
                Vec::new()
            }
        }
    }

    fn failed(&mut self) {
        self.change = None;
        if matches!(self.first, First::Awaited(_)) {
            self.first = First::Unknown;
        }
    }

    fn typed(&mut self, desk: &mut Desk, asked: usize, text: &str) -> Result<Vec<Next>, Refusal> {
        keys::typed(self, desk, asked, text)
    }

    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer) {
        match (&desk.choosing, &desk.data) {
            (Some(choosing), _) => choose::draw(self, desk, choosing, body, buffer),
            (None, Some(_)) => view::draw(self, desk, body, buffer),
            (None, None) => view::draw_nothing(desk, body, buffer),
        }
    }

    fn charts(&self, desk: &Desk) -> Vec<Chart> {
        [charts::groups_per_user(desk), charts::value_per_pair(desk)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>> {
        let data = desk.data.as_ref()?;
        let document = InspectDocument::new(&data.purchases, &data.pairs, RowsAre::Purchases);
        Some(match ending {
            Ending::Csv => Ok(inspect_csv(&document)),
            Ending::Txt => Ok(inspect_lines(&document, how_columns_are_set(Asker::Explorer), None)),
            Ending::Json => json(&document),
        })
    }

    fn tells_reading(&self) -> bool {
        false
    }

    fn needs_file(&self, _desk: &Desk) -> bool {
        false
    }

    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16)) {
        let (lines, list) = match &desk.choosing {
            Some(choosing) => choose::places(self, desk, choosing, body),
            None => view::places(self, desk, body),
        };
        let under = |rows: Vec<(usize, Rect)>| {
            rows.into_iter().find(|(_, area)| area.contains(place.into())).map(|(at, _)| at)
        };
        if let Some(choice) = under(list) {
            self.list = Some(choice);
        } else if let Some(line) = under(lines)
            && line != self.line
        {
            self.line = line;
            self.change = None;
            if self.list.is_some() {
                self.list = Some(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::keys::{CHANGE_KEYS, KEYS, LIST_KEYS};

    #[test]
    fn no_key_means_two_things_in_one_table() {
        for table in [KEYS, LIST_KEYS, CHANGE_KEYS] {
            let mut seen = Vec::new();
            for binding in table {
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key:?} stands twice: {binding:?}");
                    seen.push(*key);
                }
            }
        }
    }
}
