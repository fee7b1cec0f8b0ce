//! The ledger: what a dataset's budget was spent on, in one SQLite file that survives
//! crashes and many programs at once.
//!
//! Budget is reserved in one transaction before any noise is drawn, and never given
//! back. The journal is SQLite's rollback journal, not a write-ahead log: at rest the
//! ledger is one file, and a copy of it holds everything.

mod chain;
mod check;
mod entry;
mod error;
mod layout;
mod rule;

pub use chain::digest;
pub use check::Finding;
pub use entry::{Entry, Reservation, State};
pub use error::{LedgerError, RuleError};
pub use rule::{Balance, LedgerRule, LedgerTerms, RuleStatement};

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::privacy::accounting::{Accountant, Amount, Cost, Event, NoAnswer};
use crate::table::{Staged, WriteError, taken_for_journal};
use entry::EntryRow;
use error::{damaged, database, system};
use layout::{Head, Mark, at_once, connect, of_one_moment};
use rule::Charged;

/// Room that both marks of an entry need at most, with SQLite's journal: found before the
/// budget is spent.
const ROOM: usize = 48 << 10;

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    head: Head,
    /// What was reserved through this value: the entry's number, and its seal.
    reserved: Vec<(i64, String)>,
}

/// What a ledger holds at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// All entries, oldest first.
    pub entries: Vec<Entry>,
    /// Where they leave the budget.
    pub balance: Balance,
    /// The rule, and how much of it they use.
    pub rule: RuleStatement,
}

/// Refuses a place where SQLite would take someone else's file for the ledger's journal.
fn refuse_beside(path: &Path) -> Result<(), LedgerError> {
    let shown = || path.display().to_string();
    match taken_for_journal(path) {
        Ok(None) => Ok(()),
        Ok(Some(beside)) => {
            Err(LedgerError::Beside { path: shown(), beside: beside.display().to_string() })
        }
        Err(cause) => Err(LedgerError::Io { path: shown(), cause }),
    }
}

impl Ledger {
    /// Makes a new ledger, whose rule never changes. Basic accounting adds ε and δ; zcdp and
    /// rdp have a cap (see [`LedgerRule`]).
    ///
    /// # Errors
    /// If the file exists or cannot be made, or the terms do not suit a ledger.
    pub fn create(
        path: &Path,
        dataset: &str,
        total: Cost,
        terms: impl Into<LedgerTerms>,
    ) -> Result<Self, LedgerError> {
        let shown = || path.display().to_string();
        let terms = terms.into();
        if !terms.accountant.is_filter() {
            return Err(LedgerError::NoFilter(terms.accountant));
        }
        if total.epsilon == Amount::ZERO {
            return Err(LedgerError::NoBudget);
        }
        if total.delta.to_f64() >= 1.0 {
            return Err(LedgerError::Delta(total.delta.to_f64()));
        }
        let rule = LedgerRule::of(&terms, total)?;
        if dataset.trim().is_empty() {
            return Err(LedgerError::NoName);
        }
        let name = path.to_string_lossy();
        if ["-journal", "-wal", "-shm"].iter().any(|ending| name.ends_with(ending)) {
            return Err(LedgerError::JournalName { path: shown() });
        }
        refuse_beside(path)?;
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(_) => {}
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                return Err(LedgerError::Exists { path: shown() });
            }
            Err(cause) => return Err(LedgerError::Io { path: shown(), cause }),
        }
        let made = layout::lay_out(path, (dataset, total, terms.accountant), rule, now());
        if made.is_err() {
            // Ours, and empty: nothing is lost with it.
            let _ = fs::remove_file(path);
        }
        made?;
        Self::open(path)
    }

    /// Opens a ledger after looking at it closely: that it is one, whole, and of a layout
    /// that is known, and that nothing which was reserved is missing or was changed.
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
        refuse_beside(path)?;
        let failed = |cause| database(path, cause);
        let flags = if facts.permissions().readonly() {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let connection = connect(path, flags).map_err(failed)?;
        // What it is comes before how it is.
        let head = layout::head(&connection, path);
        if let Err(error @ (LedgerError::NotALedger { .. } | LedgerError::Later { .. })) = head {
            return Err(error);
        }
        // SQLite reads what is missing from the last page as zeros.
        let pages: i64 =
            connection.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(failed)?;
        let page: i64 =
            connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(failed)?;
        if fs::metadata(path).map_err(unreadable)?.len() < pages.saturating_mul(page).unsigned_abs()
        {
            return Err(damaged(path, "it is cut short"));
        }
        let health: String = connection
            .pragma_query_value(None, "integrity_check", |row| row.get(0))
            .map_err(failed)?;
        if health != "ok" {
            // The first line only names the database.
            let what = health
                .lines()
                .find(|line| !line.starts_with("***"))
                .unwrap_or("its pages")
                .to_owned();
            return Err(damaged(path, what));
        }
        let ledger = Self { connection, path: path.to_owned(), head: head?, reserved: Vec::new() };
        let rows = ledger.rows()?;
        let balance = ledger.balance_of(&ledger.read(&rows)?)?;
        // Sums are exact; conversions may move by a digit between versions.
        if ledger.accountant() == Accountant::Basic && !balance.covers() {
            return Err(damaged(path, "its entries cost more than its budget"));
        }
        Ok(ledger)
    }

    /// The dataset whose budget this is.
    pub fn dataset(&self) -> &str {
        &self.head.dataset
    }

    /// How entries are added up.
    pub fn accountant(&self) -> Accountant {
        self.head.accountant
    }

    /// The rule by which releases pass.
    pub fn rule(&self) -> &LedgerRule {
        &self.head.rule
    }

    /// The layout of its file: 1 or 2.
    pub fn layout(&self) -> i32 {
        self.head.layout
    }

    /// When it was made, in UTC.
    pub fn created(&self) -> &str {
        &self.head.created
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
        if self.dataset() == asked {
            return Ok(());
        }
        let (path, theirs) = (self.path.display().to_string(), self.dataset().to_owned());
        Err(LedgerError::OtherDataset { path, theirs, asked: asked.to_owned() })
    }

    /// All entries, oldest first.
    ///
    /// # Errors
    /// If the file cannot be read or an entry is damaged.
    pub fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        self.read(&self.rows()?)
    }

    /// All entries as they stand, after a look at their chain.
    fn rows(&self) -> Result<Vec<EntryRow>, LedgerError> {
        let (rows, given) = of_one_moment(&self.connection, &self.path, || {
            let rows = layout::rows(&self.connection, &self.path, self.head.layout)?;
            Ok((rows, layout::given(&self.connection, &self.path, "entry")?))
        })?;
        let links: Vec<_> = rows.iter().map(EntryRow::linked).collect();
        let wrong = chain::faults("entry", self.head.first(), &links, given);
        if wrong.is_empty() { Ok(rows) } else { Err(damaged(&self.path, wrong.join(", "))) }
    }

    fn read(&self, rows: &[EntryRow]) -> Result<Vec<Entry>, LedgerError> {
        let entries: Vec<Entry> =
            rows.iter().map(|row| row.read(&self.path)).collect::<Result<_, _>>()?;
        match entries.iter().find(|entry| entry.charge.is_none()) {
            Some(entry) if matches!(self.head.rule, LedgerRule::Cap(_)) => Err(damaged(
                &self.path,
                format!("entry {} does not say what it counts for", entry.id),
            )),
            _ => Ok(entries),
        }
    }

    /// All entries, and where they leave budget and rule, at one moment.
    ///
    /// # Errors
    /// As [`Ledger::entries`].
    pub fn standing(&self) -> Result<Standing, LedgerError> {
        let entries = self.entries()?;
        let balance = self.balance_of(&entries)?;
        let rule =
            self.head.rule.statement(&entries.iter().map(Entry::charged).collect::<Vec<_>>());
        Ok(Standing { entries, balance, rule })
    }

    /// Where the budget stands.
    ///
    /// # Errors
    /// As [`Ledger::entries`].
    pub fn balance(&self) -> Result<Balance, LedgerError> {
        self.balance_of(&self.entries()?)
    }

    fn balance_of(&self, entries: &[Entry]) -> Result<Balance, LedgerError> {
        let charged: Vec<Charged<'_>> = entries.iter().map(Entry::charged).collect();
        self.head.rule.balance(self.head.total, &charged).map_err(|reason| self.no_answer(reason))
    }

    fn no_answer(&self, reason: NoAnswer) -> LedgerError {
        LedgerError::NoAnswer { accountant: self.accountant(), reason }
    }

    /// What the balance would be with one more release.
    ///
    /// # Errors
    /// [`LedgerError::OverBudget`] if the budget does not cover it, a sentence if it cannot
    /// be written down, or as [`Ledger::entries`].
    pub fn with(&self, reservation: &Reservation) -> Result<Balance, LedgerError> {
        self.with_more(&self.entries()?, reservation).map(|(balance, _)| balance)
    }

    /// The balance with one more release, and its row.
    fn with_more(
        &self,
        entries: &[Entry],
        reservation: &Reservation,
    ) -> Result<(Balance, EntryRow), LedgerError> {
        let (rule, total) = (&self.head.rule, self.head.total);
        // The events before anything is calculated from them.
        EntryRow::of(reservation, None, &self.path, now())?;
        let charge = rule.charge(&reservation.events).map_err(|reason| self.no_answer(reason))?;
        let row = EntryRow::of(reservation, charge, &self.path, now())?;
        let mut charged: Vec<Charged<'_>> = entries.iter().map(Entry::charged).collect();
        let before = rule.balance(total, &charged).map_err(|reason| self.no_answer(reason))?;
        let kept = match rule {
            LedgerRule::Cap(cap) => Some((cap.thresholds, cap.thresholds_left(&charged))),
            LedgerRule::Sum | LedgerRule::BestAtEnd(_) => None,
        };
        let pure_only = rule.leaves_pure_only(&charged);
        charged.push(Charged { cost: reservation.cost, events: &reservation.events, charge });
        let over = |would_be| {
            let (accountant, left) = (self.accountant(), before.remaining());
            LedgerError::OverBudget { accountant, would_be, total, left, pure_only }
        };
        match rule.balance(total, &charged) {
            Ok(after) if after.covers() => Ok((after, row)),
            Ok(after) => match kept {
                Some((kept, left)) if after.spent.epsilon <= total.epsilon => {
                    let would_be = charged.iter().map(|entry| rule::failures(entry.events)).sum();
                    Err(LedgerError::OverThresholds { would_be, kept, left })
                }
                _ => Err(over(after.spent)),
            },
            // Failures beyond δ: over budget, whatever ε.
            Err(NoAnswer::Failures(delta)) => {
                let delta = Cost::new(0.0, delta).unwrap_or_default().delta;
                Err(over(Cost {
                    epsilon: reservation.cost.epsilon.plus(before.spent.epsilon),
                    delta,
                }))
            }
            Err(reason) => Err(self.no_answer(reason)),
        }
    }

    /// Whether a ledger with this budget, of which nothing is spent, holds a release.
    ///
    /// # Errors
    /// [`LedgerError::OverBudget`], or that the terms make no ledger.
    pub fn would_hold(
        total: Cost,
        terms: impl Into<LedgerTerms>,
        reservation: &Reservation,
    ) -> Result<Balance, LedgerError> {
        let terms = terms.into();
        let accountant = terms.accountant;
        if !accountant.is_filter() {
            return Err(LedgerError::NoFilter(accountant));
        }
        let rule = LedgerRule::of(&terms, total)?;
        let none = |reason| LedgerError::NoAnswer { accountant, reason };
        let charge = rule.charge(&reservation.events).map_err(none)?;
        let first = Charged { cost: reservation.cost, events: &reservation.events, charge };
        let balance = rule.balance(total, &[first]).map_err(none)?;
        let would_be = balance.spent;
        match balance.covers() {
            true => Ok(balance),
            false => {
                let (left, pure_only) = (total, false);
                Err(LedgerError::OverBudget { accountant, would_be, total, left, pure_only })
            }
        }
    }

    /// How many more releases like this one fit, one after another; no more than a billion are
    /// counted.
    ///
    /// # Errors
    /// As [`Ledger::entries`], or if its accountant cannot add the release up.
    pub fn fits(&self, reservation: &Reservation) -> Result<u64, LedgerError> {
        const MOST: u64 = 1_000_000_000;
        let (rule, entries) = (&self.head.rule, self.entries()?);
        let charge = rule.charge(&reservation.events).map_err(|reason| self.no_answer(reason))?;
        let fit = |times: u64| {
            let events: Vec<Event> = reservation
                .events
                .iter()
                .map(|event| Event { times: event.times.saturating_mul(times), ..*event })
                .collect();
            let Cost { epsilon, delta } = reservation.cost;
            let cost = Cost { epsilon: epsilon.multiplied(times), delta: delta.multiplied(times) };
            let charge = charge.map(|charge| charge.multiplied(times));
            let mut charged: Vec<Charged<'_>> = entries.iter().map(Entry::charged).collect();
            charged.push(Charged { cost, events: &events, charge });
            rule.balance(self.head.total, &charged).is_ok_and(|balance| balance.covers())
        };
        let mut low = 0;
        let mut high = 1;
        while fit(high) {
            low = high;
            if high >= MOST {
                return Ok(MOST);
            }
            high = (high * 2).min(MOST);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if fit(middle) { low = middle } else { high = middle }
        }
        Ok(low)
    }

    /// Connects anew and looks whether the file is still the ledger that was opened: another
    /// may have got its name, and the old connection would go on with one that nobody sees.
    fn connect_anew(&mut self) -> Result<(), LedgerError> {
        let connection = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .map_err(|cause| database(&self.path, cause))?;
        if layout::head(&connection, &self.path)? != self.head {
            return Err(LedgerError::OtherLedger { path: self.path.display().to_string() });
        }
        self.connection = connection;
        Ok(())
    }

    /// Reserves budget in one transaction: after it, the budget is spent whatever happens.
    /// Returns the entry's number.
    ///
    /// # Errors
    /// If it does not fit, or the ledger cannot be written; nothing is spent then.
    pub fn reserve(&mut self, reservation: &Reservation) -> Result<i64, LedgerError> {
        if fs::metadata(&self.path).is_ok_and(|facts| facts.permissions().readonly()) {
            return Err(LedgerError::ReadOnly { path: self.path.display().to_string() });
        }
        self.connect_anew()?;
        // Held until the entry stands, and then given to its marks.
        let _room = Staged::room(&self.path, ROOM).map_err(|error| match error {
            WriteError::Io { cause, .. } => system(&self.path, cause),
            error => system(&self.path, io::Error::other(error)),
        })?;
        let row = at_once(&self.connection, &self.path, || {
            let rows = self.rows()?;
            let (_, row) = self.with_more(&self.read(&rows)?, reservation)?;
            let row = layout::insert(&self.connection, &self.path, &self.head, rows.last(), row)?;
            // What stands now is what stood before and the new entry, or nothing was written.
            match self.rows()?.split_last() {
                Some((last, before)) if *last == row && before == rows => Ok(row),
                _ => Err(damaged(
                    &self.path,
                    "what is written into it does not stand as it was written",
                )),
            }
        })?;
        self.reserved.push((row.id, row.seal()));
        Ok(row.id)
    }

    /// Notes the digest of the file that is about to get its name.
    ///
    /// # Errors
    /// [`LedgerError::Replaced`] if the ledger does not hold what was reserved here, or if it
    /// cannot be written.
    pub fn written(&mut self, id: i64, sha256: &str) -> Result<(), LedgerError> {
        self.note(id, Mark::Written(sha256))
    }

    /// Marks an entry published.
    ///
    /// # Errors
    /// As [`Ledger::written`].
    pub fn published(&mut self, id: i64) -> Result<(), LedgerError> {
        self.note(id, Mark::Published)
    }

    fn note(&mut self, id: i64, mark: Mark<'_>) -> Result<(), LedgerError> {
        let replaced =
            || LedgerError::Replaced { path: self.path.display().to_string(), entry: id };
        let seal =
            self.reserved.iter().rfind(|(entry, _)| *entry == id).map(|(_, seal)| seal.clone());
        let (seal, replaced) = (seal.ok_or_else(replaced)?, replaced());
        let connected = self.connect_anew();
        if let Err(LedgerError::OtherLedger { .. } | LedgerError::NotALedger { .. }) = connected {
            return Err(replaced);
        }
        connected?;
        let (connection, path, head) = (&self.connection, &self.path, &self.head);
        at_once(connection, path, || {
            let found = layout::row(connection, path, head.layout, id)?;
            if found.is_none_or(|row| row.seal() != seal) {
                return Err(replaced);
            }
            match layout::note(connection, path, head, id, mark, now())? {
                1 => Ok(()),
                _ => Err(replaced),
            }
        })
    }

    /// What there is to say of outputs that are not as they were published, of statements
    /// that this ledger does not know and of what interrupted programs left behind: one
    /// sentence each. No sentence is an error; damage is found on opening.
    ///
    /// # Errors
    /// As [`Ledger::entries`].
    pub fn check(&self) -> Result<Vec<Finding>, LedgerError> {
        let (connection, path, layout) = (&self.connection, &self.path, self.head.layout);
        let claims = check::claims(path, self.dataset(), &self.entries()?);
        let (entries, marks, given) = of_one_moment(connection, path, || {
            let marks = layout::all_marks(connection, path, layout)?;
            let given = if layout > 1 { layout::given(connection, path, "mark")? } else { 0 };
            Ok((self.entries()?, marks, given))
        })?;
        let mut said: Vec<String> = check::outputs(&entries, &marks);
        if layout > 1 {
            said.extend(check::marks(&entries, &marks, self.head.first(), given));
        }
        said.extend(check::besides(&claims, &entries));
        let said = said.into_iter().map(Finding::Said);
        Ok(said.chain(check::left_overs(path, &entries)).collect())
    }

    /// Takes away temporary files that interrupted programs left in the folders of outputs
    /// and in the ledger's own, and says of each that it did. Nothing else is touched.
    ///
    /// # Errors
    /// As [`Ledger::entries`].
    pub fn tidy(&self) -> Result<Vec<String>, LedgerError> {
        Ok(check::tidy(&self.path, &self.entries()?))
    }
}

/// The time in UTC, to the second.
pub(super) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests;
