//! Why a release was refused or went wrong, and what that cost.

use std::io;
use std::path::Path;

use thiserror::Error;

use super::ledger::LedgerError;
use super::noise::NoiseError;
use crate::privacy::accounting::{Amount, Cost};
use crate::table::WriteError;

/// Why nothing was released. Nothing was spent, unless the sentence says so.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum ReleaseError {
    #[error(transparent)]
    Ledger(Box<LedgerError>),
    #[error(transparent)]
    Noise(#[from] NoiseError),
    #[error(
        "another release is publishing {path} just now: nothing was spent; wait for it, or name another file"
    )]
    Claimed { path: String },
    #[error("ε must be above 0, for example 1")]
    NoEpsilon,
    #[error("δ must be below 1, for example 1e-6")]
    DeltaRange,
    #[error("discrete-gaussian noise needs a δ")]
    GaussianDelta,
    #[error("rates are of public groups: a rate of keys that the data alone knows is not made")]
    RatesKeys,
    #[error("the group keys are private, and selecting them by threshold needs a δ")]
    KeysDelta,
    #[error("a top list is an order of public items: it needs their list")]
    TopKCatalogue,
    #[error("a top list of {k} is longer than the catalogue, which has {keys} keys")]
    TopKLength { k: usize, keys: usize },
    #[error("a top list has at least 1 item")]
    TopKZero,
    #[error("a top list ranks items by their buyers; revenue cannot be ranked this way")]
    TopKRevenue,
    #[error("a floor at zero has no meaning for a top list, which publishes no values")]
    TopKFloor,
    #[error("an interval is of a value, and a top list publishes no values")]
    TopKInterval,
    #[error("the rest is what a threshold drops: of groups that are all public nothing is dropped")]
    RestOfPublic,
    #[error("the rest gets a share of ε between 0 and 1, such that both it and the rows get some")]
    RestShare,
    #[error(
        "rows without a user are kept, as if they were one user's: no bound holds for them, so nothing is released; \
         drop them"
    )]
    MissingUserKept,
    #[error(
        "the noise for this budget and these bounds is too wide: loosen ε or tighten the bounds"
    )]
    TooWide,
    #[error("{path} exists")]
    Exists { path: String },
    #[error("{path} is a folder: name a file")]
    Folder { path: String },
    #[error("{path} cannot be replaced: it is no regular file; name another")]
    NotAFile { path: String },
    #[error("{path} cannot be written: there is no folder {folder}")]
    NoFolder { path: String, folder: String },
    #[error("{path} cannot be written: {cause}; choose another place")]
    Unwritable { path: String, cause: io::Error },
    #[error(
        "the output must end in .csv, because its statement is put beside it as {statement}: not {path}"
    )]
    Ending { path: String, statement: String },
    #[error("a model must end in .json, not {path}")]
    ModelEnding { path: String },
    #[error(transparent)]
    Kept(WriteError),
    #[error("the output {path} is the {what}: name another file")]
    Overwrites { path: String, what: &'static str },
    #[error(
        "nothing was published, and the budget of entry {entry} (ε {epsilon}, δ {delta}) stays spent: {cause}"
    )]
    Unpublished { cause: Unpublished, entry: i64, epsilon: Amount<9>, delta: Amount<18> },
    #[error(
        "there is no room for {path}: {cause}; make room on its disk or choose another place; \
         nothing was spent"
    )]
    NoRoom { path: String, cause: io::Error },
    #[error(
        "{cause}; nothing was published, but noise was drawn, so ε {epsilon}, δ {delta} are spent and counted nowhere \
         in that file: put the ledger that holds entry {entry} back before you release again"
    )]
    NotInLedger { cause: Box<LedgerError>, entry: i64, epsilon: Amount<9>, delta: Amount<18> },
    #[error(
        "{path} is published, but {cause}: ε {epsilon}, δ {delta} are spent and counted nowhere in that file; put the \
         ledger that holds entry {entry} back before you release again"
    )]
    PublishedUnknown {
        path: String,
        cause: Box<LedgerError>,
        entry: i64,
        epsilon: Amount<9>,
        delta: Amount<18>,
    },
    #[error("{path} is published (entry {entry}), but the ledger could not be marked: {cause}")]
    Unmarked { path: String, entry: i64, cause: Box<LedgerError> },
}

/// What went wrong between the reservation of a budget and the first name of a file.
#[derive(Debug, Error)]
#[error(transparent)]
#[expect(
    missing_docs,
    reason = "each case is an error of another place, which has its own sentence"
)]
pub enum Unpublished {
    Noise(#[from] NoiseError),
    Written(#[from] WriteError),
    Ledger(#[from] Box<LedgerError>),
    Text(#[from] io::Error),
}

impl ReleaseError {
    /// Between the reservation of this cost and the first name of a file something went wrong.
    pub(super) fn unpublished(
        cause: Unpublished,
        entry: i64,
        Cost { epsilon, delta }: Cost,
    ) -> Self {
        Self::Unpublished { cause, entry, epsilon, delta }
    }

    /// The digest could not be noted.
    pub(super) fn unwritten(cause: LedgerError, entry: i64, cost: Cost) -> Self {
        match cause {
            LedgerError::Replaced { .. } => {
                let Cost { epsilon, delta } = cost;
                Self::NotInLedger { cause: Box::new(cause), entry, epsilon, delta }
            }
            cause => Self::unpublished(Box::new(cause).into(), entry, cost),
        }
    }

    /// The file stands and could not be marked so.
    pub(super) fn unmarked(
        cause: LedgerError,
        out: &Path,
        entry: i64,
        Cost { epsilon, delta }: Cost,
    ) -> Self {
        let (path, replaced) =
            (out.display().to_string(), matches!(cause, LedgerError::Replaced { .. }));
        let cause = Box::new(cause);
        match replaced {
            true => Self::PublishedUnknown { path, cause, entry, epsilon, delta },
            false => Self::Unmarked { path, entry, cause },
        }
    }
}

impl From<LedgerError> for ReleaseError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(Box::new(error))
    }
}
