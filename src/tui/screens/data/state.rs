//! The state of the Data screen.

use crate::rehearsal::{Dataset, Look};

/// The Data screen: what was read, kept and dropped, and by which decisions.
#[derive(Debug, Default)]
pub struct Data {
    /// The line that is chosen.
    pub line: usize,
    /// The place of the choice under the cursor, while a list of choices is open.
    pub list: Option<usize>,
    /// A change whose effect is looked at before it is taken.
    pub change: Option<Change>,
    /// What is known of the first rows of the open file.
    pub first: First,
    /// Whether the first rows stand in the charts' place.
    pub shows_rows: bool,
    /// The line of them that stands on top.
    pub from: usize,
    /// Whether the lines are those of a file that cannot be read yet.
    pub chooses: bool,
}

/// The first rows of the open file.
#[derive(Debug, Default)]
pub enum First {
    /// Nobody asked.
    #[default]
    Unknown,
    /// Asked for, under this number.
    Awaited(u64),
    /// There.
    Known(Box<Look>),
}

/// The open file read in another way, to see what comes of it.
#[derive(Debug)]
pub struct Change {
    /// The number of its request.
    pub id: u64,
    /// What is tried, in words: `separator ;`.
    pub what: String,
    /// The value as the line shows it.
    pub value: String,
    /// What came of it.
    pub outcome: Tried,
    /// Whether it is to be taken as soon as it is read.
    pub taken: bool,
}

/// What came of a change.
#[derive(Debug)]
pub enum Tried {
    /// Nothing yet, after so many rows.
    Awaited(u64),
    /// The file as it is read then.
    Made(Box<Dataset>),
    /// Why it cannot be read so.
    Refused(String),
}

impl Data {
    /// What is known of the first rows.
    pub fn look(&self) -> Option<&Look> {
        match &self.first {
            First::Known(look) => Some(look),
            First::Unknown | First::Awaited(_) => None,
        }
    }
}
