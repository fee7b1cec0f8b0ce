//! Why rates cannot be worked out.

use thiserror::Error;

use crate::contribution::QuestionError;
use crate::privacy::CalibrationError;

/// Why rates cannot be worked out, in a sentence that names no flag and no key.
#[derive(Debug, Clone, PartialEq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum RatesError {
    #[error(
        "no column of {file} says what happened (impression, view, click, conversion...), so no rate can be told"
    )]
    NoEvents { file: String },
    #[error("'{word}' is no event of {file}: there are {kinds}")]
    NoSuchEvent { word: String, file: String, kinds: String },
    #[error("no event is plainly an exposure: there are {kinds}")]
    NoExposure { kinds: String },
    #[error("no event is plainly a success beside {exposed}: there are {kinds}{dropped}")]
    NoSuccess { exposed: String, kinds: String, dropped: String },
    #[error("'{word}' cannot be exposure and success at once")]
    Both { word: String },
    #[error("nobody saw anything: no row is {exposed}, and {conversions} are {converted}")]
    NobodyExposed { exposed: String, converted: String, conversions: String },
    #[error("{group} is no {group_by} that anybody saw{nearest}")]
    NoSuchGroup { group: String, group_by: String, nearest: String },
    #[error(
        "the events of {file} are numbers ({kinds}): rates need a row for every event, with a word that says what happened; where a column counts (impressions, clicks) or marks (0, 1), make each event a row of its own"
    )]
    NumberEvents { file: String, kinds: String },
    #[error(
        "{file} has counts in columns ({columns}), which are not read: make each event a row of its own, with a column that says what happened"
    )]
    CountsInColumns { file: String, columns: String },
    #[error(
        "no {what} of {log} is in {exposures}: {log} has {mine}, {exposures} has {theirs}; the same column must say it in both"
    )]
    NothingInCommon {
        what: &'static str,
        log: String,
        exposures: String,
        mine: String,
        theirs: String,
    },
    #[error(
        "the number of public groups was said to be {said}, and {seen} were seen: say all of them"
    )]
    FewerGroups { said: u64, seen: u64 },
    #[error(transparent)]
    Question(#[from] QuestionError),
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    #[error(
        "{mechanism} noise has no known law of rates: take laplace or gaussian, of which a release draws whole numbers"
    )]
    NoRates { mechanism: &'static str },
    #[error("stopped before the end")]
    Stopped,
}
