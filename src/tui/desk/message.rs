//! What happens to the program, and what it wants done in return.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use super::paths::{Completed, PathQuestion};
use super::prompt::Asked;
use crate::advice::{AdviceReport, AdviceRequest};
use crate::anonymity::{AnonymityReport, AnonymityRequest};
use crate::purchases::ReadProgress;
use crate::rates::{RatesReport, RatesRequest};
use crate::rehearsal::{
    AccountReport, AccountRequest, Dataset, LoadError, LoadRequest, Look, LookRequest,
    PlacesReport, PlacesRequest, PublishOutcome, PublishTask, RecommendReport, RecommendRequest,
    Snapshot, StudyRequest,
};
use crate::tui::refusal::Refusal;

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// A key went down.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted, or a file dropped on the terminal.
    Paste(String),
    /// The system answers what it was asked about a path.
    Path(PathAnswer),
    /// Files that were opened lately, the newest first.
    Recent(Vec<PathBuf>),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// Time passed: milliseconds since the program started.
    Tick(u64),
    /// How far the loader is: the number of its request, what it has read.
    Loading(u64, ReadProgress),
    /// The loader is done: the number of its request and what it made.
    Loaded(u64, Result<Box<Dataset>, LoadError>),
    /// A worker reports to the screen that asked.
    Arrived(Report),
    /// The release worker worked a release out, or made it.
    Release(Box<PublishOutcome>),
    /// A worker failed; the program goes on.
    WorkerFailed(String),
    /// Files were written, or not: the sentence to show.
    Exported(Result<String, NotExported>),
    /// The program was asked to end from outside.
    Terminate,
}

/// What a worker found so far.
#[derive(Debug)]
pub enum Report {
    /// The simulator has new figures.
    Simulated(Box<Snapshot>),
    /// The places of the ranking are there, or more of what they are compared with.
    Placed(Box<PlacesReport>),
    /// Models are fitted, or more of them.
    Recommended(Box<RecommendReport>),
    /// There is advice, or more of it.
    Advised(Box<AdviceReport>),
    /// There are rates, or more of them.
    Rated(Box<RatesReport>),
    /// People were looked at, or more of them.
    Anonymity(Box<AnonymityReport>),
    /// The accounting worker has a report.
    Accounted(Box<AccountReport>),
    /// The first rows of the open file are there.
    Looked(Box<Look>),
    /// How far a file is read that is only tried, by the number of its request.
    Trying(u64, ReadProgress),
    /// The open file, read as it was tried, by the number of the request.
    Tried(u64, Box<Result<Box<Dataset>, LoadError>>),
}

/// What the system says of a path.
#[derive(Debug)]
pub enum PathAnswer {
    /// How this text goes on, or why it does not.
    Goes(String, Result<Completed, Refusal>),
    /// What this text means is there: written as it is typed, a folder with a `/` at its end.
    /// `None` where it is not.
    Is(String, Option<String>),
}

/// Why nothing was written.
#[derive(Debug)]
pub enum NotExported {
    /// It cannot be done.
    Refused(Refusal),
    /// The file is there already, and nobody agreed to lose it; what was asked for.
    Exists(PathBuf, Asked),
}

/// Something to be done outside the program's state.
#[derive(Debug)]
pub enum Effect {
    /// Open a file or collect another question, in the background.
    Load(Box<LoadRequest>),
    /// Stop reading; nothing comes of it.
    StopLoad,
    /// Look at the first rows of the open file, in the background; replaces what runs.
    Look(Box<LookRequest>),
    /// Simulate in the background; replaces what runs.
    Simulate(Box<StudyRequest>),
    /// Stop the simulation that runs.
    StopSimulation,
    /// Work out where every group is to be expected, in the background; replaces what runs.
    Place(Box<PlacesRequest>),
    /// Fit models, in the background; replaces what runs.
    Recommend(Box<RecommendRequest>),
    /// Stop fitting; what was fitted stays.
    StopRecommend,
    /// Look for the smallest ε, in the background; replaces what runs.
    Advise(Box<AdviceRequest>),
    /// Stop looking; what was found stays.
    StopAdvice,
    /// Work out rates, in the background; replaces what runs.
    Rate(Box<RatesRequest>),
    /// Stop working out rates; what was found stays.
    StopRates,
    /// Look at people, in the background; replaces what runs.
    Anonymity(Box<AnonymityRequest>),
    /// Stop looking at them; what was found stays.
    StopAnonymity,
    /// Add up what was asked, in the background; replaces what runs.
    Account(Box<AccountRequest>),
    /// Work a release out, or make it, in the background.
    Release(Box<PublishTask>),
    /// Ask about a path, in the background; replaces what was asked before.
    Path(PathQuestion),
    /// Ask for the files that were opened lately, in the background, and remember these, which were
    /// opened here.
    Recent(Vec<PathBuf>),
    /// Write what is in view to a file; the ending chooses the format.
    Export {
        /// The file.
        path: PathBuf,
        /// Whether the user agreed to lose the file that is there.
        replace: bool,
    },
    /// Write a reading to a file.
    Keep {
        /// The file.
        path: PathBuf,
        /// The reading as it stands there.
        text: String,
        /// Whether the user agreed to lose the file that is there.
        replace: bool,
    },
    /// Hand the terminal back to the shell until the program is resumed.
    Suspend,
    /// End.
    Quit,
}

/// What follows from a key, a click or the clock, as a screen says it.
#[derive(Debug)]
pub enum Next {
    /// Do this outside.
    Do(Effect),
    /// The knobs were turned: bring everything in line with them.
    Settle,
    /// The knobs were set: show what they do on the screen with this name.
    SettleOn(&'static str),
    /// Something of the screen in view alone was turned.
    SettleScreen,
    /// Show this file: it is read already.
    Take(Box<Dataset>),
}

impl From<Effect> for Next {
    fn from(effect: Effect) -> Self {
        Next::Do(effect)
    }
}
