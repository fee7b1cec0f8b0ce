//! Why a ledger could not be used, each as one sentence for people.

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::privacy::accounting::{Accountant, Amount, Cost, EventError, NoAnswer};

/// The layout that this version writes.
pub(super) const VERSION: i32 = 2;
/// How long to wait for another program that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Why terms make no rule.
#[derive(Debug, Clone, PartialEq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum RuleError {
    #[error("a {0} ledger needs a δ above 0")]
    NeedsDelta(Accountant),
    #[error("basic accounting adds up every δ: only a zcdp or rdp ledger divides its own")]
    BasicThreshold,
    #[error("the δ of thresholds must be below the whole, {:e}: the rest is what a {accountant} ledger converts with", delta.to_f64())]
    NothingToConvert { accountant: Accountant, delta: Amount<18> },
    #[error("only an rdp ledger has an order that suits a plan")]
    NoOrder,
    #[error("the plan cannot be added up: {0}")]
    Plan(NoAnswer),
}

/// Why a ledger could not be used. Nothing was spent, unless the sentence says so.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum LedgerError {
    #[error("there is no ledger {path}")]
    Missing { path: String },
    #[error("{path} exists already: a ledger is never overwritten; name another file")]
    Exists { path: String },
    #[error("{path} is a folder: name the ledger's file")]
    Folder { path: String },
    #[error(
        "{beside} lies where the journal of {path} would be kept, which would delete it: move it, or give the ledger \
         another name"
    )]
    Beside { path: String, beside: String },
    #[error("{path} is named like the journal of another file: give the ledger another name")]
    JournalName { path: String },
    #[error("{path} is no ledger: it is not a file that `epsiloscope ledger create` made")]
    NotALedger { path: String },
    #[error("{path} is empty: its making was interrupted; delete it and create the ledger again")]
    Empty { path: String },
    #[error(
        "{path} is damaged ({what}): restore it from a copy; releases made since the copy must be counted as spent, \
         so if there are any, start a new ledger with what is left"
    )]
    Damaged { path: String, what: String },
    #[error(
        "{path} was written by a later version of epsiloscope (layout {found}, known up to {VERSION}): update"
    )]
    Later { path: String, found: i32 },
    #[error(
        "{path} is read-only: nothing can be spent from it; check its permissions and those of its folder"
    )]
    ReadOnly { path: String },
    #[error("{path} cannot be written, because its disk is full: make room")]
    NoRoom { path: String },
    #[error("{path} has been locked by another program for {} seconds: try again when it has finished", PATIENCE.as_secs())]
    Locked { path: String },
    #[error(
        "{path} is not the ledger that was opened at the start: another file took its place; nothing was spent; \
         find out which of them is the newer one and put that back"
    )]
    OtherLedger { path: String },
    #[error(
        "{path} does not hold entry {entry} as it was reserved: an older copy or another file took the ledger's place \
         while the release was under way"
    )]
    Replaced { path: String, entry: i64 },
    #[error(
        "the ledger {path} belongs to the dataset {theirs}, not {asked}: use that dataset's ledger"
    )]
    OtherDataset { path: String, theirs: String, asked: String },
    #[error(
        "over budget: by {accountant} accounting this would bring the total to {}, the ledger allows {}, and {} is \
         left{}; {}; nothing was spent",
        words_beside(*would_be, *would_be), words_beside(*total, *would_be), words_beside(*left, *would_be),
        if *pure_only { ", for pure releases alone: those so far add up by their ε, above the cap for others" } else { "" },
        lacking(*would_be, *total)
    )]
    OverBudget { accountant: Accountant, would_be: Cost, total: Cost, left: Cost, pure_only: bool },
    #[error(
        "over budget: the thresholds of private groups would fail with δ {:e} in all, and this ledger keeps δ {:e} for \
         them, of which {} is left: δ lacks {:e}; nothing was spent",
        would_be.to_f64(), kept.to_f64(),
        if *left == Amount::ZERO { "nothing".to_owned() } else { format!("{:e}", left.to_f64()) },
        would_be.minus(*kept).unwrap_or_default().to_f64()
    )]
    OverThresholds { would_be: Amount<18>, kept: Amount<18>, left: Amount<18> },
    #[error(
        "this release cannot be written into a ledger: {0}; loosen ε or tighten the bounds; nothing was spent"
    )]
    Law(EventError),
    #[error("this release cannot be written into a ledger: {0}; nothing was spent")]
    Unwritable(&'static str),
    #[error(
        "{0} cannot account for a ledger: use basic, zcdp or rdp (pld holds only for plans fixed in advance)"
    )]
    NoFilter(Accountant),
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error("δ must be below 1, not {0:e}")]
    Delta(f64),
    #[error("the budget must have an ε above 0")]
    NoBudget,
    #[error("a dataset needs a name")]
    NoName,
    #[error("{accountant} accounting cannot add this up: {reason}")]
    NoAnswer { accountant: Accountant, reason: NoAnswer },
    #[error("{path} could not be used: {cause}")]
    Io { path: String, cause: io::Error },
    #[error("{path} could not be used: {cause}")]
    Database { path: String, cause: rusqlite::Error },
}

/// Which of ε and δ lacks, and how much.
fn lacking(would_be: Cost, total: Cost) -> String {
    let epsilon = would_be.epsilon.minus(total.epsilon).filter(|&lacks| lacks > Amount::ZERO);
    let delta = would_be.delta.minus(total.delta).filter(|&lacks| lacks > Amount::ZERO);
    match (epsilon, delta) {
        (Some(epsilon), Some(delta)) => {
            format!("ε lacks {epsilon} and δ lacks {:e}", delta.to_f64())
        }
        (None, Some(delta)) => format!("δ lacks {:e}", delta.to_f64()),
        (Some(epsilon), None) => format!("ε lacks {epsilon}"),
        (None, None) => "it does not fit".to_owned(),
    }
}

/// A cost beside another: with its δ, be it 0, where the other has one.
fn words_beside(cost: Cost, other: Cost) -> String {
    match cost.delta == Amount::ZERO && other.delta == Amount::ZERO {
        true => format!("ε {}", cost.epsilon),
        false if cost.delta == Amount::ZERO => format!("ε {} and δ 0", cost.epsilon),
        false => format!("ε {} and δ {:e}", cost.epsilon, cost.delta.to_f64()),
    }
}

pub(super) fn damaged(path: &Path, what: impl Into<String>) -> LedgerError {
    LedgerError::Damaged { path: path.display().to_string(), what: one_line(&what.into()) }
}

/// What stands in a damaged file may stand in a message, too: in one line, and not for ever.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(300).collect()
}

/// The system's error as a sentence.
pub(super) fn system(path: &Path, cause: io::Error) -> LedgerError {
    let path = path.display().to_string();
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LedgerError::NoRoom { path },
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            LedgerError::ReadOnly { path }
        }
        _ => LedgerError::Io { path, cause },
    }
}

/// SQLite's error as a sentence.
pub(super) fn database(path: &Path, cause: rusqlite::Error) -> LedgerError {
    let path = path.display().to_string();
    match cause.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Locked { path },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            LedgerError::ReadOnly { path }
        }
        Some(ErrorCode::DiskFull) => LedgerError::NoRoom { path },
        Some(ErrorCode::DatabaseCorrupt) => {
            LedgerError::Damaged { path, what: one_line(&cause.to_string()) }
        }
        Some(ErrorCode::NotADatabase) => LedgerError::NotALedger { path },
        _ => match cause {
            // A table or a text that is not what it was: SQLite itself sees no harm in it.
            rusqlite::Error::SqlInputError { msg, .. } => {
                LedgerError::Damaged { path, what: one_line(&msg) }
            }
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => LedgerError::Damaged {
                path,
                what: "a text or a number in it cannot be read".to_owned(),
            },
            cause => LedgerError::Database { path, cause },
        },
    }
}
