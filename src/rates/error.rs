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
    #[error("no event is plainly a success beside {exposed}: there are {kinds}")]
    NoSuccess { exposed: String, kinds: String },
    #[error("'{word}' cannot be exposure and success at once")]
    Both { word: String },
    #[error("nobody saw anything: no row is {exposed}, and {conversions} are {converted}")]
    NobodyExposed { exposed: String, converted: String, conversions: String },
    #[error("{group} is no {group_by} that anybody saw{nearest}")]
    NoSuchGroup { group: String, group_by: String, nearest: String },
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
