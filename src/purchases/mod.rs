//! The way in: a purchase file becomes cleaned rows with a report of what was dropped.
//!
//! - the reading: `reading` (every decision, its value and source), `decided`, `options` (what is
//!   declared), `declare` (by words), `kept` (in a file), `rules`, `unit`, `marks`, `status`
//! - what rows tell: `profile` (one column), `dates`, `values` (numbers), `rows_seen` (columns
//!   together, with `orders_seen`; `row_evidence` holds both), `events` with its `state_words`, `nobody`, `users`, `items`,
//!   `spelling`, `units_said`, `side_by_side`; `told` and `grounds` carry evidence and doubts
//! - `columns`, `usual_names`, `names_said` and `name_words`: which column serves as what; `decide` and
//!   `decide_numbers`: from all of that to a reading
//! - the pass: `open_table`, `looking` (and deciding), `passing` (over all rows), `read` (all of them, and
//!   again where rows contradict), `join`, `row_plan`, `cleaning` (one block) with `texts_read`, `text_values`
//!   and `cell_key`, `gather` (all blocks), `narrow` (columns in few bytes) and
//!   `waiting` (on disk), `report`, `reason`
//! - `purpose`, `question`, `by`, `event_kind`; `sample`, `generator` and `event_generator`, which stand on `draws`

mod by;
mod cell_key;
mod cleaning;
mod columns;
mod dates;
mod decide;
mod decide_numbers;
mod decided;
mod declare;
mod draws;
mod error;
mod event_generator;
mod event_kind;
mod events;
mod gather;
mod generator;
mod generator_words;
mod grounds;
mod items;
mod join;
mod kept;
mod looking;
mod marks;
mod name_words;
mod names_said;
mod narrow;
mod nobody;
mod open_table;
mod options;
mod orders_seen;
mod passing;
mod profile;
mod purpose;
mod question;
mod read;
mod reading;
mod reason;
mod report;
mod row_evidence;
mod row_plan;
mod rows_seen;
mod rules;
mod sample;
mod side_by_side;
mod spelling;
mod state_words;
mod status;
mod text_values;
mod texts_read;
mod told;
mod unit;
mod units_said;
mod users;
mod usual_names;
mod values;
mod waiting;

pub use by::Listed;
pub use cell_key::key;
pub use columns::ColumnCandidate;
pub use dates::{DateFormat, DateFormatError};
pub use decided::{Decided, Origin};
pub use declare::DeclareError;
pub use error::ReadError;
pub use event_generator::{Campaign, EventGenerator, EventSettings};
pub use event_kind::EventKind;
pub use generator::{Generator, GeneratorError, GeneratorSettings, generate};
pub use grounds::{DoubtOf, GroundedReading, Grounds};
pub use kept::{KeptReading, KeptReadingError};
pub use marks::ByNumber;
pub use names_said::is_usual_header;
pub use narrow::{Codes, CodesReader, Numbers, NumbersReader};
pub use options::{Input, Options, RowsAre, Use};
pub use passing::ReadProgress;
pub use purpose::{ByPurpose, ColumnChoice, ColumnsUsed, Purpose};
pub use question::{GroupBy, Measure, Question, hour_key, hour_of_week_key, weekday_key};
pub use read::{FirstRow, Sketch, first_rows, has_events, read, read_watched, sample, sketch};
pub use reading::{Decision, Line, Reading, TableReading, TextReading, UserSpelling};
pub use reason::{ByReason, Cleaning, Reason};
pub use report::{CleaningReport, Dropped, Loss};
pub use rules::{RowRule, RowRuleError};
pub use sample::SAMPLE_ITEMS;
pub use status::Status;
pub use told::Doubt;
pub use unit::{Unit, UnitError, Units};
pub use waiting::{MemoryLimit, Waiting};

use std::borrow::Cow;

/// Text per row as codes into a list of distinct names; `codes[row]` is an index
/// into `names`. No row is missing one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// One code per kept row.
    pub codes: Codes,
    /// Distinct names, in the order of first appearance.
    pub names: Vec<String>,
}

/// Cleaned purchases, one entry per kept row in every vector that is there.
#[derive(Debug, Clone)]
pub struct Purchases {
    /// What the screen calls the data: a file name without its folder, or `sample`.
    pub source: String,
    /// Public, synthetic, historical or private.
    pub status: Status,
    /// Who bought: the privacy unit.
    pub user: Labels,
    /// What was bought.
    pub item: Labels,
    /// A readable name for each item code (same length as `item.names`), where the
    /// file has a description column; the most frequent one, ties by bytes.
    pub item_description: Option<Vec<String>>,
    /// Units bought, in the unit of quantities of `reading.unit` (1 where all are whole), above 0
    /// unless cleaning of quantities is switched off; one in every row when the file has no quantity column; [`Purchases::UNREADABLE`] where that
    /// cannot be read.
    pub quantity: Numbers,
    /// Line total in the unit of money of `reading.unit`, where the file has a price or a line total;
    /// [`Purchases::UNREADABLE`] where that cannot be read.
    pub money: Option<Numbers>,
    /// Category of the row, where there is one.
    pub category: Option<Labels>,
    /// Country of the row, where there is one.
    pub country: Option<Labels>,
    /// What happened, where rows are read as events.
    pub event: Option<Labels>,
    /// Groups of the user's choice, where a column was named for them.
    pub group: Option<Labels>,
    /// Local time of the row in seconds since 1970-01-01T00:00:00, where there is a time
    /// column; [`Purchases::UNREADABLE`] where that cannot be read.
    pub time: Option<Numbers>,
    /// What was read, kept and dropped before any question: cells that a question needs and
    /// that cannot be read come on top (see `Pairs::report`).
    pub report: CleaningReport,
    /// Which column of the file serves as what.
    pub columns: ColumnsUsed,
    /// All columns of the file, in its order.
    pub header: Vec<String>,
    /// The decisions by which it was read.
    pub reading: Reading,
    /// What speaks for them, looked up in the rows; empty where nothing was guessed.
    pub grounds: Grounds,
    /// Where rows wait that were too many for the memory that was allowed.
    pub waiting: Option<Waiting>,
}

impl Purchases {
    /// Whether ids of users stand there that a spreadsheet rounded, each of which may be several people,
    /// and nobody said that they are as they should be.
    pub fn has_spoilt_users(&self) -> bool {
        self.reading.user_spelling.origin != Origin::Declared
            && self.user.names.iter().any(|name| nobody::is_spoilt(name))
    }

    /// Stands for a quantity, an amount of money or a time that could not be read.
    pub const UNREADABLE: i64 = Numbers::UNREADABLE;

    /// The rows whose time can be read, for questions that need it; all of them where rows
    /// with an unreadable time are kept.
    pub fn timed(&self) -> Cow<'_, Self> {
        let Some(times) = &self.time else { return Cow::Borrowed(self) };
        if self.reading.cleaning.keeps(Reason::Unreadable)
            || !times.iter().any(|time| time == Self::UNREADABLE)
        {
            return Cow::Borrowed(self);
        }
        let stays: Vec<bool> = times.iter().map(|time| time != Self::UNREADABLE).collect();
        let mut rows = self.clone();
        let labels = [
            Some(&mut rows.user),
            Some(&mut rows.item),
            rows.category.as_mut(),
            rows.country.as_mut(),
            rows.event.as_mut(),
            rows.group.as_mut(),
        ];
        labels.into_iter().flatten().for_each(|labels| labels.codes = labels.codes.only(&stays));
        let numbers = [Some(&mut rows.quantity), rows.money.as_mut(), rows.time.as_mut()];
        numbers.into_iter().flatten().for_each(|values| *values = values.only(&stays));
        Cow::Owned(rows)
    }

    /// Kept rows.
    pub fn rows(&self) -> usize {
        self.user.codes.len()
    }
}
