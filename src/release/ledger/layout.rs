//! The tables of a ledger's file, in both layouts that there were.
//!
//! Layout 1: a first row, entries. Layout 2: the first row also fixes the rule; each entry
//! says what it counts for and is chained to the one before; what became of entries (the
//! digest of the file, that it stands) is noted once more in a chain of its own.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::chain::{self, Linked};
use super::entry::{EntryRow, cost};
use super::error::{LedgerError, PATIENCE, VERSION, damaged, database};
use super::rule::LedgerRule;
use crate::privacy::accounting::{Accountant, Cost};

/// Marks an SQLite file as a ledger of ours ("epsi").
const APPLICATION: i32 = 0x6570_7369;

const TABLES: &str = "
    CREATE TABLE ledger (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        dataset TEXT NOT NULL,
        accountant TEXT NOT NULL,
        epsilon TEXT NOT NULL,
        delta TEXT NOT NULL,
        created TEXT NOT NULL,
        rule_order TEXT,
        threshold_delta TEXT,
        conversion_delta TEXT,
        cap TEXT,
        mark TEXT NOT NULL,
        hash TEXT NOT NULL
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
        sha256 TEXT,
        charge TEXT,
        reading TEXT,
        mark TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE TABLE mark (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entry INTEGER NOT NULL,
        time TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('written', 'published')),
        sha256 TEXT,
        hash TEXT NOT NULL
    ) STRICT;";

/// The first row: what never changes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    pub layout: i32,
    pub dataset: String,
    pub accountant: Accountant,
    pub total: Cost,
    pub created: String,
    pub rule: LedgerRule,
    /// Random; from layout 2 on.
    mark: Option<String>,
    /// From layout 2 on.
    pub hash: Option<String>,
}

impl Head {
    /// The hash of everything that it says.
    fn made(&self) -> String {
        let texts = self.rule.texts();
        let (epsilon, delta) = (self.total.epsilon.to_string(), self.total.delta.to_string());
        let said = [&self.dataset, self.accountant.name(), &epsilon, &delta, &self.created];
        let rest = texts.iter().map(Option::as_deref).chain([self.mark.as_deref()]);
        chain::link("", &said.into_iter().map(Some).chain(rest).collect::<Vec<_>>())
    }

    /// Where the chain of entries begins.
    pub fn first(&self) -> &str {
        self.hash.as_deref().unwrap_or_default()
    }
}

/// What was noted of an entry, as it stands in the file.
#[derive(Debug, Clone)]
pub(super) struct MarkRow {
    pub id: i64,
    number: String,
    pub entry: i64,
    of: String,
    time: String,
    pub state: String,
    pub sha256: Option<String>,
    hash: String,
}

impl MarkRow {
    fn parts(&self) -> Vec<Option<&str>> {
        let known = [&self.number, &self.of, &self.time, &self.state];
        known.into_iter().map(|text| Some(text.as_str())).chain([self.sha256.as_deref()]).collect()
    }

    pub fn linked(&self) -> Linked<'_> {
        Linked { id: self.id, parts: self.parts(), hash: Some(&self.hash) }
    }
}

/// How far an entry got, as it is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark<'a> {
    /// A whole file with this digest waits for its name.
    Written(&'a str),
    /// The file has its name.
    Published,
}

/// A connection that waits for others and syncs before it says that something is done.
pub(super) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    Ok(connection)
}

/// Does `body` whole or not at all, while no other program writes.
pub(super) fn at_once<T>(
    connection: &Connection,
    path: &Path,
    body: impl FnOnce() -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    let failed = |cause| database(path, cause);
    connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    let done =
        body().and_then(|done| connection.execute_batch("COMMIT").map(|()| done).map_err(failed));
    if done.is_err() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

/// Reads several tables as they stood at one moment, whatever other programs write.
pub(super) fn of_one_moment<T>(
    connection: &Connection,
    path: &Path,
    body: impl FnOnce() -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    if !connection.is_autocommit() {
        return body();
    }
    connection.execute_batch("BEGIN").map_err(|cause| database(path, cause))?;
    let read = body();
    let _ = connection.execute_batch("ROLLBACK");
    read
}

/// Lays out an empty file.
///
/// # Errors
/// If it cannot be written.
pub(super) fn lay_out(
    path: &Path,
    (dataset, total, accountant): (&str, Cost, Accountant),
    rule: LedgerRule,
    created: String,
) -> Result<(), LedgerError> {
    let failed = |cause| database(path, cause);
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    at_once(&connection, path, || {
        let pragmas =
            format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};");
        connection.execute_batch(&(pragmas + TABLES)).map_err(failed)?;
        let mark = Some(random(&connection).map_err(failed)?);
        let dataset = dataset.to_owned();
        let head =
            Head { layout: VERSION, dataset, accountant, total, created, rule, mark, hash: None };
        let [order, thresholds, conversion, cap] = head.rule.texts();
        connection
            .execute(
                "INSERT INTO ledger VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    head.dataset,
                    accountant.name(),
                    total.epsilon.to_string(),
                    total.delta.to_string(),
                    head.created,
                    order,
                    thresholds,
                    conversion,
                    cap,
                    head.mark,
                    head.made(),
                ],
            )
            .map(drop)
            .map_err(failed)
    })
}

/// 128 random bits in hex, to tell apart what says the same.
fn random(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))
}

/// The first row of a file that is a ledger of a known layout.
///
/// # Errors
/// The sentence that says what is wrong with it.
pub(super) fn head(connection: &Connection, path: &Path) -> Result<Head, LedgerError> {
    let failed = |cause| database(path, cause);
    let shown = || path.display().to_string();
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if number("application_id").map_err(failed)? != APPLICATION {
        return Err(LedgerError::NotALedger { path: shown() });
    }
    let layout = match number("user_version").map_err(failed)? {
        found if found > VERSION => return Err(LedgerError::Later { path: shown(), found }),
        found if found < 1 => return Err(LedgerError::NotALedger { path: shown() }),
        found => found,
    };
    let chained: bool = connection
        .query_row(
            "SELECT count(*) FROM pragma_table_info('ledger') WHERE name = 'hash'",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if chained != (layout > 1) {
        return Err(damaged(path, "its tables are not those of its layout"));
    }
    let orders: bool = connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if orders {
        return Err(damaged(path, "it holds a trigger or a view, which none of ours does"));
    }
    let more = if chained {
        ", rule_order, threshold_delta, conversion_delta, cap, mark, hash"
    } else {
        ""
    };
    let texts: Vec<Option<String>> = connection
        .query_row(
            &format!("SELECT dataset, accountant, epsilon, delta, created{more} FROM ledger"),
            [],
            |row| (0..if chained { 11 } else { 5 }).map(|at| row.get(at)).collect(),
        )
        .map_err(|cause| match cause {
            rusqlite::Error::QueryReturnedNoRows => damaged(path, "its first row is missing"),
            cause => failed(cause),
        })?;
    let text = |at: usize| texts.get(at).cloned().flatten();
    let said = |at: usize| text(at).unwrap_or_default();
    let name = said(1);
    let accountant = Accountant::ALL
        .into_iter()
        .find(|known| known.name() == name && known.is_filter())
        .ok_or_else(|| damaged(path, format!("it names an accountant {name}")))?;
    let total = cost(path, &said(2), &said(3))?;
    let rule = match (layout, accountant) {
        (1, Accountant::Basic) => LedgerRule::Sum,
        (1, accountant) => LedgerRule::BestAtEnd(accountant),
        _ => LedgerRule::read(path, accountant, total, &[text(5), text(6), text(7), text(8)])?,
    };
    let head = Head {
        layout,
        dataset: said(0),
        accountant,
        total,
        created: said(4),
        rule,
        mark: text(9),
        hash: text(10),
    };
    if chained && head.hash.as_deref() != Some(&head.made()) {
        return Err(damaged(path, "its first row, which holds its budget, was changed"));
    }
    Ok(head)
}

/// All entries, oldest first.
pub(super) fn rows(
    connection: &Connection,
    path: &Path,
    layout: i32,
) -> Result<Vec<EntryRow>, LedgerError> {
    select(connection, layout, "ORDER BY id").map_err(|cause| database(path, cause))
}

/// The entry of this number.
pub(super) fn row(
    connection: &Connection,
    path: &Path,
    layout: i32,
    id: i64,
) -> Result<Option<EntryRow>, LedgerError> {
    let found = select(connection, layout, &format!("WHERE id = {id}"))
        .map_err(|cause| database(path, cause))?;
    Ok(found.into_iter().next())
}

fn select(connection: &Connection, layout: i32, which: &str) -> rusqlite::Result<Vec<EntryRow>> {
    let later = if layout > 1 { "charge, reading, mark, hash" } else { "NULL, NULL, NULL, NULL" };
    let mut statement = connection.prepare(&format!(
        "SELECT id, time, state, question, mechanism, epsilon, delta, events, bounds, output, sha256, {later} \
         FROM entry {which}"
    ))?;
    let rows = statement.query_map([], |row| {
        let id: i64 = row.get(0)?;
        Ok(EntryRow {
            id,
            number: id.to_string(),
            time: row.get(1)?,
            state: row.get(2)?,
            question: row.get(3)?,
            mechanism: row.get(4)?,
            epsilon: row.get(5)?,
            delta: row.get(6)?,
            events: row.get(7)?,
            bounds: row.get(8)?,
            output: row.get(9)?,
            sha256: row.get(10)?,
            charge: row.get(11)?,
            reading: row.get(12)?,
            mark: row.get(13)?,
            hash: row.get(14)?,
        })
    })?;
    rows.collect()
}

/// The last number that `table` ever gave out: one that was taken away is not given again.
pub(super) fn given(connection: &Connection, path: &Path, table: &str) -> Result<i64, LedgerError> {
    let last =
        connection.query_row("SELECT seq FROM sqlite_sequence WHERE name = ?1", [table], |row| {
            row.get(0)
        });
    last.optional().map(Option::unwrap_or_default).map_err(|cause| database(path, cause))
}

/// Adds an entry behind `before`; returns it as it stands. Within [`at_once`].
pub(super) fn insert(
    connection: &Connection,
    path: &Path,
    head: &Head,
    before: Option<&EntryRow>,
    mut row: EntryRow,
) -> Result<EntryRow, LedgerError> {
    let failed = |cause| database(path, cause);
    row.id = given(connection, path, "entry")?.max(before.map_or(0, |row| row.id)) + 1;
    row.number = row.id.to_string();
    let common = params![
        row.id,
        row.time,
        row.question,
        row.mechanism,
        row.epsilon,
        row.delta,
        row.events,
        row.bounds,
        row.output
    ];
    let columns = "id, time, state, question, mechanism, epsilon, delta, events, bounds, output";
    let values = "?1, ?2, 'reserved', ?3, ?4, ?5, ?6, ?7, ?8, ?9";
    if head.layout == 1 {
        // It has no place for it, and the seal is of what stands in the file.
        row.reading = None;
        connection
            .execute(&format!("INSERT INTO entry ({columns}) VALUES ({values})"), common)
            .map_err(failed)?;
        return Ok(row);
    }
    row.mark = Some(random(connection).map_err(failed)?);
    let previous = before.and_then(|row| row.hash.as_deref()).unwrap_or(head.first());
    row.hash = Some(chain::link(previous, &row.parts()));
    let later = params![row.charge, row.reading, row.mark, row.hash];
    let all: Vec<&dyn rusqlite::ToSql> = common.iter().chain(later).copied().collect();
    connection
        .execute(
            &format!(
                "INSERT INTO entry ({columns}, charge, reading, mark, hash) VALUES ({values}, ?10, ?11, ?12, ?13)"
            ),
            all.as_slice(),
        )
        .map_err(failed)?;
    Ok(row)
}

/// Notes how far entry `id` got; returns how many rows that changed. Within [`at_once`].
pub(super) fn note(
    connection: &Connection,
    path: &Path,
    head: &Head,
    id: i64,
    mark: Mark<'_>,
    time: String,
) -> Result<usize, LedgerError> {
    let failed = |cause| database(path, cause);
    let changed = match mark {
        Mark::Written(sha256) => connection.execute(
            "UPDATE entry SET sha256 = ?2 WHERE id = ?1 AND state = 'reserved'",
            params![id, sha256],
        ),
        Mark::Published => connection.execute(
            "UPDATE entry SET state = 'published' WHERE id = ?1 AND sha256 IS NOT NULL",
            params![id],
        ),
    };
    let changed = changed.map_err(failed)?;
    if head.layout > 1 {
        let (state, sha256) = match mark {
            Mark::Written(sha256) => ("written", Some(sha256.to_owned())),
            Mark::Published => ("published", None),
        };
        let last = marks(connection, path, "ORDER BY id DESC LIMIT 1")?.pop();
        let number =
            given(connection, path, "mark")?.max(last.as_ref().map_or(0, |mark| mark.id)) + 1;
        let previous = last.map_or_else(|| head.first().to_owned(), |mark| mark.hash);
        let row = MarkRow {
            id: number,
            number: number.to_string(),
            entry: id,
            of: id.to_string(),
            time,
            state: state.to_owned(),
            sha256,
            hash: String::new(),
        };
        let hash = chain::link(&previous, &row.parts());
        connection
            .execute(
                "INSERT INTO mark (id, entry, time, state, sha256, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![row.id, row.entry, row.time, row.state, row.sha256, hash],
            )
            .map_err(failed)?;
    }
    Ok(changed)
}

/// All that was noted of entries, oldest first; nothing in layout 1.
pub(super) fn all_marks(
    connection: &Connection,
    path: &Path,
    layout: i32,
) -> Result<Vec<MarkRow>, LedgerError> {
    if layout > 1 { marks(connection, path, "ORDER BY id") } else { Ok(Vec::new()) }
}

fn marks(connection: &Connection, path: &Path, which: &str) -> Result<Vec<MarkRow>, LedgerError> {
    let read = || {
        let mut statement = connection
            .prepare(&format!("SELECT id, entry, time, state, sha256, hash FROM mark {which}"))?;
        let rows = statement.query_map([], |row| {
            let (id, entry): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(MarkRow {
                id,
                number: id.to_string(),
                entry,
                of: entry.to_string(),
                time: row.get(2)?,
                state: row.get(3)?,
                sha256: row.get(4)?,
                hash: row.get(5)?,
            })
        })?;
        rows.collect::<rusqlite::Result<Vec<MarkRow>>>()
    };
    read().map_err(|cause| database(path, cause))
}
