//! Why something asked for in the explorer is not done: its own sentences, and those of lower
//! rooms as they are said here.

use thiserror::Error;

use super::desk::typed::NotTyped;
use crate::advice::{NotAsked, WantError};
use crate::contribution::{BoundError, ShortList};
use crate::export::picture::PictureError;
use crate::privacy::CalibrationError;
use crate::privacy::accounting::NoAnswer;
use crate::purchases::{DeclareError, KeptReadingError};
use crate::rehearsal::NoLists;
use crate::simulation::DesignError;
use crate::table::WriteError;
use crate::words::{Asker, Say};

/// Why something is not done, as one sentence.
#[derive(Debug, Error)]
pub enum Refusal {
    #[error("'{text}' is no {what}: type {expected}")]
    Typed { what: &'static str, text: String, expected: &'static str },
    #[error("nothing is open yet")]
    NothingOpen,
    #[error("nothing is open yet, so nothing can be exported")]
    NothingToExport,
    #[error("the figures are not there yet: try again in a moment")]
    FiguresAwaited,
    #[error("the accounting is not there yet: try again in a moment")]
    AccountsAwaited,
    #[error("the lists are not there yet: try again in a moment")]
    ListsAwaited,
    #[error("the people of this private file were not looked at: press s where you may")]
    NotLookedAt,
    #[error("there is no figure to export yet")]
    NoFigure,
    #[error("there is no sweep to export yet")]
    NoSweep,
    #[error("there is no ranking to export: the setting was refused")]
    NoRanking,
    #[error("there is no user {id}; the nearest are {nearest}")]
    NoUser { id: String, nearest: String },
    #[error("user {id} bought nothing of the vocabulary before the cut: no history, no list")]
    NoHistory { id: String },
    #[error("a {purpose} column is needed: type its name")]
    ColumnNeeded { purpose: &'static str },
    #[error("type the path of a table (CSV, workbook, JSON, Parquet) or a folder")]
    NoPath,
    #[error("nothing in {folder} begins with '{name}'")]
    NothingBegins { folder: String, name: String },
    #[error("there is nothing in {folder} to choose from")]
    EmptyFolder { folder: String },
    #[error("{folder} cannot be looked into ({cause}): check the path")]
    NoFolder { folder: String, cause: std::io::Error },
    #[error("type a file name that ends in .svg, .png, .csv or .json")]
    NoExportName,
    #[error("type a file name such as orders.reading.toml")]
    NoReadingName,
    #[error("{path}: the ending must be .svg, .png, .csv or .json")]
    Ending { path: String },
    #[error("{path} is the file that is open: type another name, or it would be lost")]
    IsOpen { path: String },
    #[error(transparent)]
    Want(#[from] WantError),
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    #[error(transparent)]
    NotTyped(#[from] NotTyped),
    #[error(transparent)]
    NotDeclared(#[from] DeclareError),
    #[error(transparent)]
    NotKept(#[from] KeptReadingError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("{}", here(.0))]
    NoAnswer(#[from] NoAnswer),
    #[error("{}", here(.0))]
    Bound(#[from] BoundError),
    #[error(transparent)]
    ShortList(#[from] ShortList),
    #[error("{}", here(.0))]
    Calibration(#[from] CalibrationError),
    #[error("{}", here(.0))]
    Design(#[from] DesignError),
    #[error("{}", here(.0))]
    NoLists(#[from] NoLists),
    #[error("{}", here(.0))]
    Picture(#[from] PictureError),
    #[error("{}", here(.0))]
    NotWritten(#[from] WriteError),
}

fn here(error: &impl Say) -> String {
    error.say(Asker::Explorer)
}
