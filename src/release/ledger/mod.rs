//! The ledger: what a dataset's budget was spent on, in one SQLite file that survives
//! crashes and many programs at once.
//!
//! Budget is reserved in one transaction before any noise is drawn, and never given
//! back. The journal is SQLite's rollback journal, not a write-ahead log: at rest the
//! ledger is one file, and a copy of it holds everything.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::privacy::accounting::{Accountant, Amount, Cost, Detail, Event, Law, NoAnswer, together};

/// Marks an SQLite file as a ledger of ours ("epsi").
const APPLICATION: i32 = 0x6570_7369;
/// The layout that this version writes.
const VERSION: i32 = 1;
/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a ledger could not be used. Nothing was spent, unless the sentence says so.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum LedgerError {
    #[error("there is no ledger {path}: make one with `epsiloscope ledger create {path} --dataset NAME --epsilon E`")]
    Missing { path: String },
    #[error("{path} exists already: a ledger is never overwritten; name another file")]
    Exists { path: String },
    #[error("{path} is a folder: name the ledger's file")]
    Folder { path: String },
    #[error("{path} is no ledger: it is not a file that `epsiloscope ledger create` made")]
    NotALedger { path: String },
    #[error("{path} is empty: its making was interrupted; delete it and create the ledger again")]
    Empty { path: String },
    #[error(
        "{path} is damaged ({what}): restore it from a copy; releases made since the copy must be counted as spent, \
         so if there are any, start a new ledger with what is left"
    )]
    Damaged { path: String, what: String },
    #[error("{path} was written by a later version of epsiloscope (layout {found}, known up to {VERSION}): update")]
    Later { path: String, found: i32 },
    #[error("{path} is read-only: nothing can be spent from it; check its permissions and those of its folder")]
    ReadOnly { path: String },
    #[error("{path} has been locked by another program for {} seconds: try again when it has finished", PATIENCE.as_secs())]
    Locked { path: String },
    #[error(
        "the ledger {path} belongs to the dataset {theirs}, not {asked}: use that dataset's ledger, \
         or name the dataset with --dataset if the file was renamed"
    )]
    OtherDataset { path: String, theirs: String, asked: String },
    #[error(
        "over budget: by {accountant} accounting this would bring the total to {}, the ledger allows {}, and {} is \
         left; nothing was spent",
        words(*would_be), words(*total), words(*left)
    )]
    OverBudget { accountant: Accountant, would_be: Cost, total: Cost, left: Cost },
    #[error("{0} cannot account for a ledger: use basic, zcdp or rdp (pld holds only for plans fixed in advance)")]
    NoFilter(Accountant),
    #[error("a {0} ledger needs a δ above 0: give --delta, for example 1e-6")]
    NeedsDelta(Accountant),
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

/// ε, and δ where there is one.
fn words(cost: Cost) -> String {
    match cost.delta == Amount::ZERO {
        true => format!("ε {}", cost.epsilon),
        false => format!("ε {} and δ {:e}", cost.epsilon, cost.delta.to_f64()),
    }
}

/// How far an entry got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The budget is spent; no file is known to stand.
    Reserved,
    /// The file stands.
    Published,
}

/// One release in the ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its number, from 1.
    pub id: i64,
    /// When its budget was reserved, in UTC.
    pub time: String,
    /// How far it got.
    pub state: State,
    /// What was asked.
    pub question: String,
    /// The mechanism.
    pub mechanism: String,
    /// ε of this release alone.
    pub epsilon: Amount<9>,
    /// δ of this release alone.
    pub delta: Amount<18>,
    /// The contribution bounds, in words.
    pub bounds: String,
    /// The file it is published as.
    pub output: String,
    /// SHA-256 of that file in hex, once it is written.
    pub sha256: Option<String>,
    /// What accountants other than the basic one add up.
    #[serde(skip)]
    pub events: Vec<Event>,
}

/// What a release asks of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Reservation {
    /// What is asked of the data.
    pub question: String,
    /// The mechanism.
    pub mechanism: String,
    /// (ε, δ) of this release alone.
    pub cost: Cost,
    /// The same as noise laws; δ of thresholds as failures.
    pub events: Vec<Event>,
    /// The contribution bounds, in words.
    pub bounds: String,
    /// The file that will be published.
    pub output: PathBuf,
}

/// Where the budget stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// What there was at the start.
    pub total: Cost,
    /// What all entries cost together, by the ledger's accountant, rounded up.
    pub spent: Cost,
}

impl Balance {
    /// What is left: the total less what is spent.
    pub fn remaining(&self) -> Cost {
        Cost {
            epsilon: self.total.epsilon.minus(self.spent.epsilon).unwrap_or(Amount::ZERO),
            delta: self.total.delta.minus(self.spent.delta).unwrap_or(Amount::ZERO),
        }
    }

    /// Whether the total covers what is spent.
    pub fn covers(&self) -> bool {
        self.spent.epsilon <= self.total.epsilon && self.spent.delta <= self.total.delta
    }
}

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    dataset: String,
    accountant: Accountant,
    total: Cost,
    created: String,
}

impl Ledger {
    /// Makes a new ledger. Basic accounting adds ε and δ; zcdp and rdp convert to ε at the
    /// whole δ. (Filters for answers chosen one after another: Rogers, Roth, Ullman, Vadhan
    /// 2016; Feldman & Zrnic 2021; Lécuyer 2021.)
    ///
    /// # Errors
    /// If the file exists or cannot be made, or the accountant does not suit a ledger.
    pub fn create(path: &Path, dataset: &str, total: Cost, accountant: Accountant) -> Result<Self, LedgerError> {
        let shown = || path.display().to_string();
        if !accountant.is_filter() {
            return Err(LedgerError::NoFilter(accountant));
        }
        if total.epsilon == Amount::ZERO {
            return Err(LedgerError::NoBudget);
        }
        if total.delta.to_f64() >= 1.0 {
            return Err(LedgerError::Delta(total.delta.to_f64()));
        }
        if accountant != Accountant::Basic && total.delta == Amount::ZERO {
            return Err(LedgerError::NeedsDelta(accountant));
        }
        if dataset.trim().is_empty() {
            return Err(LedgerError::NoName);
        }
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(_) => {}
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                return Err(LedgerError::Exists { path: shown() });
            }
            Err(cause) => return Err(LedgerError::Io { path: shown(), cause }),
        }
        let made = Self::lay_out(path, dataset, total, accountant);
        if made.is_err() {
            // Ours, and empty: nothing is lost with it.
            let _ = fs::remove_file(path);
        }
        made?;
        Self::open(path)
    }

    fn lay_out(path: &Path, dataset: &str, total: Cost, accountant: Accountant) -> Result<(), LedgerError> {
        let failed = |cause| database(path, cause);
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        transaction
            .execute_batch(&format!(
                "PRAGMA application_id = {APPLICATION};
                 PRAGMA user_version = {VERSION};
                 CREATE TABLE ledger (
                     one INTEGER PRIMARY KEY CHECK (one = 1),
                     dataset TEXT NOT NULL,
                     accountant TEXT NOT NULL,
                     epsilon TEXT NOT NULL,
                     delta TEXT NOT NULL,
                     created TEXT NOT NULL
                 ) STRICT;
                 CREATE TABLE entry (
                     id INTEGER PRIMARY KEY AUTOINCREMENT,
                     time TEXT NOT NULL,
                     state TEXT NOT NULL CHECK (state IN ('reserved', 'published')),
                     question TEXT NOT NULL,
                     mechanism TEXT NOT NULL,
                     epsilon TEXT NOT NULL,
                     delta TEXT NOT NULL,
                     events TEXT NOT NULL,
                     bounds TEXT NOT NULL,
                     output TEXT NOT NULL,
                     sha256 TEXT
                 ) STRICT;"
            ))
            .map_err(failed)?;
        transaction
            .execute(
                "INSERT INTO ledger VALUES (1, ?1, ?2, ?3, ?4, ?5)",
                params![dataset, accountant.name(), total.epsilon.to_string(), total.delta.to_string(), now()],
            )
            .map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    /// Opens a ledger after looking at it closely: that it is one, whole, and of a layout
    /// that is known.
    ///
    /// # Errors
    /// The sentence that says what is wrong with it.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let shown = || path.display().to_string();
        let unreadable = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => LedgerError::Missing { path: shown() },
            _ => LedgerError::Io { path: shown(), cause },
        };
        let facts = fs::metadata(path).map_err(unreadable)?;
        if facts.is_dir() {
            return Err(LedgerError::Folder { path: shown() });
        }
        if facts.len() == 0 {
            return Err(LedgerError::Empty { path: shown() });
        }
        let mut start = [0u8; 16];
        let mut file = File::open(path).map_err(unreadable)?;
        if file.read_exact(&mut start).is_err() || &start != b"SQLite format 3\0" {
            return Err(LedgerError::NotALedger { path: shown() });
        }
        drop(file);
        let failed = |cause| database(path, cause);
        let flags = if facts.permissions().readonly() {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let connection = connect(path, flags).map_err(failed)?;
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        if number("application_id").map_err(failed)? != APPLICATION {
            return Err(LedgerError::NotALedger { path: shown() });
        }
        match number("user_version").map_err(failed)? {
            found if found > VERSION => return Err(LedgerError::Later { path: shown(), found }),
            found if found < 1 => return Err(LedgerError::NotALedger { path: shown() }),
            _ => {}
        }
        // SQLite reads what is missing from the last page as zeros.
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(failed)?;
        let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(failed)?;
        if fs::metadata(path).map_err(unreadable)?.len() < pages.saturating_mul(page).unsigned_abs() {
            return Err(damaged(path, "it is cut short"));
        }
        let health: String =
            connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).map_err(failed)?;
        if health != "ok" {
            // The first line only names the database.
            let what = health.lines().find(|line| !line.starts_with("***")).unwrap_or("its pages").to_owned();
            return Err(LedgerError::Damaged { path: shown(), what });
        }
        let (dataset, accountant, epsilon, delta, created) = connection
            .query_row("SELECT dataset, accountant, epsilon, delta, created FROM ledger", [], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, String>(4)?,
                ))
            })
            .map_err(|cause| match cause {
                rusqlite::Error::QueryReturnedNoRows => damaged(path, "its first row is missing"),
                cause => failed(cause),
            })?;
        let accountant = Accountant::ALL
            .into_iter()
            .find(|known| known.name() == accountant && known.is_filter())
            .ok_or_else(|| damaged(path, format!("it names an accountant {accountant}")))?;
        let total = cost(path, &epsilon, &delta)?;
        let ledger = Self { connection, path: path.to_owned(), dataset, accountant, total, created };
        let balance = ledger.balance()?;
        // Sums are exact; conversions may move by a digit between versions.
        if accountant == Accountant::Basic && !balance.covers() {
            return Err(damaged(path, "its entries cost more than its budget"));
        }
        Ok(ledger)
    }

    /// The dataset whose budget this is.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// How entries are added up.
    pub fn accountant(&self) -> Accountant {
        self.accountant
    }

    /// When it was made, in UTC.
    pub fn created(&self) -> &str {
        &self.created
    }

    /// The ledger's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses a dataset that is not the ledger's.
    ///
    /// # Errors
    /// [`LedgerError::OtherDataset`].
    pub fn expect_dataset(&self, asked: &str) -> Result<(), LedgerError> {
        if self.dataset == asked {
            return Ok(());
        }
        let (path, theirs) = (self.path.display().to_string(), self.dataset.clone());
        Err(LedgerError::OtherDataset { path, theirs, asked: asked.to_owned() })
    }

    /// All entries, oldest first.
    ///
    /// # Errors
    /// If the file cannot be read or an entry is damaged.
    pub fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        entries(&self.connection, &self.path)
    }

    /// Where the budget stands.
    ///
    /// # Errors
    /// As [`Ledger::entries`].
    pub fn balance(&self) -> Result<Balance, LedgerError> {
        self.balance_of(&self.entries()?)
    }

    fn balance_of(&self, entries: &[Entry]) -> Result<Balance, LedgerError> {
        let (sum, events) = gathered(entries);
        together(self.accountant, self.total.delta, sum, &events, Detail::Full)
            .map(|spent| Balance { total: self.total, spent })
            .map_err(|reason| LedgerError::NoAnswer { accountant: self.accountant, reason })
    }

    /// What the balance would be with one more release.
    ///
    /// # Errors
    /// [`LedgerError::OverBudget`] if the budget does not cover it, or as [`Ledger::entries`].
    pub fn with(&self, reservation: &Reservation) -> Result<Balance, LedgerError> {
        self.with_more(&self.entries()?, reservation)
    }

    fn with_more(&self, entries: &[Entry], reservation: &Reservation) -> Result<Balance, LedgerError> {
        let before = self.balance_of(entries)?;
        let (mut sum, mut events) = gathered(entries);
        sum.epsilon = sum.epsilon.plus(reservation.cost.epsilon);
        sum.delta = sum.delta.plus(reservation.cost.delta);
        events.extend_from_slice(&reservation.events);
        let over = |spent: Cost| LedgerError::OverBudget {
            accountant: self.accountant,
            would_be: spent,
            total: self.total,
            left: before.remaining(),
        };
        let spent = match together(self.accountant, self.total.delta, sum, &events, Detail::Full) {
            Ok(spent) => spent,
            // Failures beyond δ: over budget, whatever ε.
            Err(NoAnswer::Failures(delta)) => {
                let delta = Cost::new(0.0, delta).unwrap_or_default().delta;
                return Err(over(Cost { epsilon: reservation.cost.epsilon.plus(before.spent.epsilon), delta }));
            }
            Err(reason) => return Err(LedgerError::NoAnswer { accountant: self.accountant, reason }),
        };
        let after = Balance { total: self.total, spent };
        if after.covers() { Ok(after) } else { Err(over(spent)) }
    }

    /// Reserves budget in one transaction: after it, the budget is spent whatever happens.
    /// Returns the entry's number.
    ///
    /// # Errors
    /// If it does not fit, or the ledger cannot be written; nothing is spent then.
    pub fn reserve(&mut self, reservation: &Reservation) -> Result<i64, LedgerError> {
        let path = self.path.clone();
        let failed = |cause| database(&path, cause);
        if fs::metadata(&path).is_ok_and(|facts| facts.permissions().readonly()) {
            return Err(LedgerError::ReadOnly { path: path.display().to_string() });
        }
        // Not through `self`, which the transaction borrows.
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        let reserved = entries(&self.connection, &path).and_then(|entries| {
            self.with_more(&entries, reservation)?;
            let events = serde_json::to_string(&reservation.events).map_err(|cause| LedgerError::Io {
                path: path.display().to_string(),
                cause: io::Error::other(cause),
            })?;
            self.connection
                .execute(
                    "INSERT INTO entry (time, state, question, mechanism, epsilon, delta, events, bounds, output) \
                     VALUES (?1, 'reserved', ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![
                        now(),
                        reservation.question,
                        reservation.mechanism,
                        reservation.cost.epsilon.to_string(),
                        reservation.cost.delta.to_string(),
                        events,
                        reservation.bounds,
                        absolute(&reservation.output).to_string_lossy(),
                    ],
                )
                .map_err(failed)?;
            Ok(self.connection.last_insert_rowid())
        });
        match reserved {
            Ok(id) => match self.connection.execute_batch("COMMIT") {
                Ok(()) => Ok(id),
                Err(cause) => {
                    let _ = self.connection.execute_batch("ROLLBACK");
                    Err(failed(cause))
                }
            },
            Err(error) => {
                let _ = self.connection.execute_batch("ROLLBACK");
                Err(error)
            }
        }
    }

    /// Notes the digest of the file that is about to get its name.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn written(&mut self, id: i64, sha256: &str) -> Result<(), LedgerError> {
        self.connection
            .execute("UPDATE entry SET sha256 = ?2 WHERE id = ?1", params![id, sha256])
            .map(drop)
            .map_err(|cause| database(&self.path, cause))
    }

    /// Marks an entry published.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn published(&mut self, id: i64) -> Result<(), LedgerError> {
        self.connection
            .execute("UPDATE entry SET state = 'published' WHERE id = ?1", params![id])
            .map(drop)
            .map_err(|cause| database(&self.path, cause))
    }

    /// What there is to say of every entry whose file is not as it was published: one
    /// sentence each. No sentence is an error; damage is found on opening.
    ///
    /// # Errors
    /// As [`Ledger::entries`].
    pub fn check(&self) -> Result<Vec<String>, LedgerError> {
        let said = |entry: &Entry| -> Option<String> {
            let found = fs::read(&entry.output).ok().map(|bytes| digest(&bytes));
            let same = found.is_some() && found == entry.sha256;
            let (id, output, time) = (entry.id, &entry.output, &entry.time);
            match (entry.state, found.is_some(), same) {
                (State::Published, _, true) => None,
                (State::Published, false, _) => {
                    Some(format!("entry {id}: {output} was published and is no longer there (moved or deleted)"))
                }
                (State::Published, true, false) => {
                    Some(format!("entry {id}: {output} was changed or replaced since it was published"))
                }
                (State::Reserved, _, true) => Some(format!(
                    "entry {id}: {output} stands and is whole; only its mark is missing, because the release was \
                     interrupted at the very end (reserved {time}). It counts as published; nothing is to be done"
                )),
                (State::Reserved, _, false) => Some(format!(
                    "entry {id}: ε {} was reserved on {time} for {output}, and that release never appeared: it was \
                     interrupted, is still running, or its disk was full. The budget stays spent, because noise may \
                     have been drawn; to publish, release again, which spends again",
                    entry.epsilon
                )),
            }
        };
        Ok(self.entries()?.iter().filter_map(said).collect())
    }
}

/// The sum of what entries cost one by one, and their noise laws.
fn gathered(entries: &[Entry]) -> (Cost, Vec<Event>) {
    let sum = Cost {
        epsilon: entries.iter().map(|entry| entry.epsilon).sum(),
        delta: entries.iter().map(|entry| entry.delta).sum(),
    };
    (sum, entries.iter().flat_map(|entry| entry.events.iter().copied()).collect())
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    Ok(connection)
}

fn entries(connection: &Connection, path: &Path) -> Result<Vec<Entry>, LedgerError> {
    let failed = |cause| database(path, cause);
    let mut statement = connection
        .prepare(
            "SELECT id, time, state, question, mechanism, epsilon, delta, bounds, output, sha256, events \
             FROM entry ORDER BY id",
        )
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let text = |column| row.get::<_, String>(column).map_err(failed);
        let id: i64 = row.get(0).map_err(failed)?;
        let Cost { epsilon, delta } = cost(path, &text(5)?, &text(6)?)?;
        let events: Vec<Event> = serde_json::from_str(&text(10)?)
            .map_err(|_| damaged(path, format!("the noise laws of entry {id} cannot be read")))?;
        if events.iter().any(|event| event.law.check().is_err() && !matches!(event.law, Law::Failure { .. })) {
            return Err(damaged(path, format!("the noise laws of entry {id} are out of range")));
        }
        entries.push(Entry {
            id,
            time: text(1)?,
            state: if text(2)? == "published" { State::Published } else { State::Reserved },
            question: text(3)?,
            mechanism: text(4)?,
            epsilon,
            delta,
            bounds: text(7)?,
            output: text(8)?,
            sha256: row.get(9).map_err(failed)?,
            events,
        });
    }
    Ok(entries)
}

fn cost(path: &Path, epsilon: &str, delta: &str) -> Result<Cost, LedgerError> {
    match (Amount::parse(epsilon), Amount::parse(delta)) {
        (Ok(epsilon), Ok(delta)) => Ok(Cost { epsilon, delta }),
        _ => Err(damaged(path, format!("({epsilon}, {delta}) are no amounts"))),
    }
}

fn damaged(path: &Path, what: impl Into<String>) -> LedgerError {
    LedgerError::Damaged { path: path.display().to_string(), what: what.into() }
}

/// SQLite's error as a sentence.
fn database(path: &Path, cause: rusqlite::Error) -> LedgerError {
    let path = path.display().to_string();
    match cause.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Locked { path },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            LedgerError::ReadOnly { path }
        }
        Some(ErrorCode::DatabaseCorrupt) => LedgerError::Damaged { path, what: cause.to_string() },
        Some(ErrorCode::NotADatabase) => LedgerError::NotALedger { path },
        _ => LedgerError::Database { path, cause },
    }
}

/// SHA-256 in lower-case hex.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The time in UTC, to the second.
pub(super) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The path from the root, whether or not the file is there.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests;
