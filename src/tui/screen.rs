//! What a screen is: one folder, one entry in the list.

use std::borrow::Cow;
use std::fmt::Debug;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::desk::Desk;
use super::desk::keys::{Action, Binding};
use super::desk::message::{Next, Report};
use super::knobs::Knob;
use super::refusal::Refusal;
use crate::chart::Chart;
use crate::purchases::{CleaningReport, Status};
use crate::rehearsal::Dataset;

/// How figures are written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
    /// Lines of text.
    Txt,
}

/// What figures are of.
#[derive(Debug, Clone)]
pub struct StandsOn {
    /// What the data is called.
    pub source: String,
    /// Its status.
    pub status: Status,
    /// What is asked of it.
    pub question: String,
}

/// One screen. It knows the desk and itself, no other screen: what is to happen beyond it, it
/// returns.
pub trait Screen: Debug {
    /// Its name in the header.
    fn name(&self) -> &'static str;

    /// What it shows, in the terms of the field: paragraphs, each below a line `## heading`.
    fn help(&self) -> Cow<'static, str>;

    /// Its keys, in the order of the footer.
    fn keys(&self) -> &'static [Binding];

    /// Keys that the footer shows after those that work everywhere.
    fn keys_after(&self) -> &'static [Binding] {
        &[]
    }

    /// Whether a key of its own does something now.
    fn offers(&self, _desk: &Desk, _action: Action) -> bool {
        true
    }

    /// Which of its pages is in view, from 1, and of how many, where not all panels stand side by
    /// side.
    fn page(&self, _desk: &Desk) -> Option<(usize, usize)> {
        None
    }

    /// Trials behind what is in view, and how many there will be.
    fn trials(&self) -> Option<(u64, u64)> {
        None
    }

    /// The knobs that do something here.
    fn knobs(&self, desk: &Desk) -> Vec<Knob> {
        desk.knobs_in_use()
    }

    /// Does what a key asks for.
    fn act(&mut self, desk: &mut Desk, action: Action) -> Vec<Next>;

    /// It comes into view.
    fn enter(&mut self, _desk: &mut Desk) -> Vec<Next> {
        Vec::new()
    }

    /// It goes out of view.
    fn leave(&mut self, _desk: &mut Desk) -> Vec<Next> {
        Vec::new()
    }

    /// The knobs were turned, or another file is open: what is known of the former is gone.
    fn forget(&mut self, _desk: &Desk) {}

    /// In view after that: asks for what it shows. `None` where it asks for nothing, and the
    /// cores are free for others.
    fn settle(&mut self, _desk: &mut Desk) -> Option<Vec<Next>> {
        None
    }

    /// Out of view while the cores are free: asks for what is worth having at hand.
    fn idle(&mut self, _desk: &mut Desk) -> Vec<Next> {
        Vec::new()
    }

    /// A question was collected; of another file than before, or of the same.
    fn loaded(&mut self, _other_file: bool) {}

    /// A file cannot be read before something is decided.
    fn asked(&mut self, _desk: &Desk) {}

    /// Takes a report of a worker if it is for this screen, else hands it back.
    fn arrive(&mut self, _desk: &mut Desk, report: Report) -> Option<Report> {
        Some(report)
    }

    /// A worker failed: nothing is under way any more.
    fn failed(&mut self) {}

    /// Time passed.
    fn tick(&mut self, _desk: &mut Desk) -> Vec<Next> {
        Vec::new()
    }

    /// Whether it changes by the clock.
    fn is_animated(&self, _desk: &Desk) -> bool {
        false
    }

    /// What it is busy with, for the header.
    fn busy(&self) -> Option<&'static str> {
        None
    }

    /// Takes what was typed for its prompt number `asked`.
    ///
    /// # Errors
    /// If it is not taken.
    fn typed(
        &mut self,
        _desk: &mut Desk,
        _asked: usize,
        _text: &str,
    ) -> Result<Vec<Next>, Refusal> {
        Ok(Vec::new())
    }

    /// Draws it.
    fn draw(&self, desk: &Desk, body: Rect, buffer: &mut Buffer);

    /// The charts in view, for pictures.
    fn charts(&self, desk: &Desk) -> Vec<Chart>;

    /// The figures in view as text; `None` where it knows no such ending.
    fn document(&self, desk: &Desk, ending: Ending) -> Option<Result<String, Refusal>>;

    /// Whether what it exports is computed from the data.
    fn is_of_the_data(&self) -> bool {
        true
    }

    /// Whether what cleaning dropped and what is doubtful of the reading is said at its foot.
    fn tells_reading(&self) -> bool {
        self.is_of_the_data()
    }

    /// Whether it has something to show while no file is open.
    fn needs_file(&self, _desk: &Desk) -> bool {
        true
    }

    /// What cleaning dropped of the rows that its figures are of: the question's.
    fn cleaned<'a>(&self, data: &'a Dataset) -> &'a CleaningReport {
        data.pairs.report()
    }

    /// Why nothing of what it shows can be released from here, where that is so.
    fn not_released(&self) -> Option<&'static str> {
        None
    }

    /// Puts what is in view under the knobs, so that a release is of that; `None` where it has to wait, which the
    /// desk then says.
    fn before_release(&mut self, _desk: &mut Desk) -> Option<Vec<Next>> {
        Some(Vec::new())
    }

    /// What its figures are of, as pictures say it below them: the open file's purchases under their
    /// question, unless the screen reads something of its own.
    fn stands_on(&self, desk: &Desk) -> Option<StandsOn> {
        desk.data.as_ref().map(|data| StandsOn {
            source: data.purchases.source.clone(),
            status: data.purchases.status,
            question: data.pairs.question().to_string(),
        })
    }

    /// The left button went down at a place.
    fn at(&mut self, desk: &mut Desk, body: Rect, place: (u16, u16));

    /// What the wheel does at a place, up and down.
    fn wheel(&self, _desk: &Desk, _body: Rect, _place: (u16, u16)) -> [Action; 2] {
        [Action::Up, Action::Down]
    }
}
