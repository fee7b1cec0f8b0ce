//! Ledgers: damaged bytes and damaged tables. What is accepted is what was there, or `check` says so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use epsiloscope::privacy::accounting::{Amount, Cost, Event, Law};
use epsiloscope::release::{Finding, Ledger, Reservation, Standing};
use rusqlite::Connection;

use crate::campaign::{End, Lot, NASTY, assert_sentence, campaign, mutated};
use crate::program::{run, words};

const LEDGER: &str = "shop.ledger";

/// A ledger with releases that stand beside it, as it is.
struct Shop {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
    standing: Standing,
    said: BTreeSet<Finding>,
    /// What is not chained may change without a word: layout 1.
    chained: bool,
}

impl Shop {
    fn new(accountant: &str, releases: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let done = |arguments: &[&str]| {
            assert_eq!(run(folder.path(), &words(arguments.iter().copied())).0, End::Taken);
        };
        let rows: String =
            (0..30).map(|row| format!("u{},i{},2,1.5\n", row % 7, row % 4)).collect();
        fs::write(
            folder.path().join("orders.csv"),
            "user,item,quantity,price\n".to_owned() + &rows,
        )
        .expect("a file");
        fs::write(folder.path().join("list.csv"), "item\ni0\ni1\ni2\ni3\n").expect("a file");
        let terms = ["--epsilon", "5", "--delta", "1e-6", "--accountant", accountant];
        done(&[&["ledger", "create", LEDGER, "--dataset", "orders"], &terms[..]].concat());
        for release in 0..releases {
            let out = format!("out{release}.csv");
            let noise = [
                "--epsilon",
                "0.2",
                "--l0",
                "3",
                "--linf",
                "2",
                "--groups",
                "list.csv",
                "--out",
                &out,
            ];
            done(&[&["release", "orders.csv", "--ledger", LEDGER], &noise[..]].concat());
        }
        Self::of(folder, true)
    }

    /// As the first version wrote it.
    fn old() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = Connection::open(folder.path().join(LEDGER)).expect("a database");
        let texts = "time TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('reserved', 'published')), \
            question TEXT NOT NULL, mechanism TEXT NOT NULL, epsilon TEXT NOT NULL, delta TEXT NOT NULL, \
            events TEXT NOT NULL, bounds TEXT NOT NULL, output TEXT NOT NULL, sha256 TEXT";
        let entry = "INSERT INTO entry (time, state, question, mechanism, epsilon, delta, events, bounds, output) \
            VALUES ('2026-01-02T00:00:00Z', 'reserved', 'rows per item', 'discrete-laplace', '0.5', '0', \
            '[{\"law\":\"discrete-laplace\",\"scale\":2.0,\"sensitivity\":1,\"times\":1}]', 'l0 1, linf 1', '/nowhere/o.csv');";
        connection
            .execute_batch(&format!(
                "PRAGMA application_id = 1701868393; PRAGMA user_version = 1;
                 CREATE TABLE ledger (one INTEGER PRIMARY KEY CHECK (one = 1), dataset TEXT NOT NULL,
                     accountant TEXT NOT NULL, epsilon TEXT NOT NULL, delta TEXT NOT NULL, created TEXT NOT NULL) STRICT;
                 CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, {texts}) STRICT;
                 INSERT INTO ledger VALUES (1, 'orders', 'zcdp', '5', '0.000001', '2026-01-01T00:00:00Z'); {entry} {entry}"
            ))
            .expect("tables");
        drop(connection);
        Self::of(folder, false)
    }

    fn of(folder: tempfile::TempDir, chained: bool) -> Self {
        let path = folder.path().join(LEDGER);
        let ledger = Ledger::open(&path).expect("a ledger");
        let (standing, said) =
            (ledger.standing().expect("entries"), ledger.check().expect("a look"));
        assert!(!chained || said.is_empty(), "{said:?}");
        drop(ledger);
        let bytes = fs::read(path).expect("a file");
        Self { folder, bytes, standing, said: said.into_iter().collect(), chained }
    }

    fn all() -> Vec<Self> {
        vec![Self::new("basic", 3), Self::new("zcdp", 2), Self::new("rdp", 4), Self::old()]
    }

    /// Puts these bytes in the ledger's place, with nothing of an earlier case beside them.
    fn put(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(LEDGER);
        for ending in ["-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(self.folder.path().join(LEDGER.to_owned() + ending));
        }
        fs::write(&path, bytes).expect("a file");
        path
    }
}

fn asks(number: u64) -> Reservation {
    Reservation {
        question: "purchases per item".to_owned(),
        mechanism: "discrete-laplace".to_owned(),
        cost: Cost { epsilon: Amount::from_f64(0.1).expect("an amount"), delta: Amount::ZERO },
        events: vec![Event::once(Law::DiscreteLaplace { scale: 10.0, sensitivity: 1 })],
        bounds: "l0 1, linf 1".to_owned(),
        provenance: None,
        output: std::env::temp_dir().join(format!("never-{number}.csv")),
    }
}

/// Everything that a ledger promises, of one that was changed behind its back.
fn holds(shop: &Shop, path: &Path) -> End {
    let refused = |error: &dyn std::fmt::Display| {
        assert_sentence(&error.to_string());
        End::Refused
    };
    let mut ledger = match Ledger::open(path) {
        Ok(ledger) => ledger,
        Err(error) => return refused(&error),
    };
    let before = match ledger.standing() {
        Ok(standing) => standing,
        Err(error) => return refused(&error),
    };
    let said = match ledger.check() {
        Ok(said) => said,
        Err(error) => return refused(&error),
    };
    said.iter().for_each(|said| assert_sentence(&said.to_string()));
    let (left, total) = (before.balance.remaining(), before.balance.total);
    assert!(left.epsilon <= total.epsilon && left.delta <= total.delta);
    let named = said.iter().any(|said| !shop.said.contains(said));
    if shop.chained && !named {
        assert_eq!(before.balance, shop.standing.balance);
        assert_eq!(before.entries, shop.standing.entries);
        assert_eq!(before.rule, shop.standing.rule);
    }
    // Spending from it adds one entry and loses none, or changes nothing.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let asked = asks(NUMBER.fetch_add(1, Ordering::Relaxed));
    let would_fit = ledger.with(&asked);
    let spent = ledger.reserve(&asked);
    drop(ledger);
    let after = Ledger::open(path).and_then(|ledger| ledger.standing());
    match (spent, after) {
        (Ok(id), Ok(after)) => {
            assert!(would_fit.is_ok());
            assert_eq!(after.entries.len(), before.entries.len() + 1);
            assert_eq!(after.entries[..before.entries.len()], before.entries);
            assert_eq!(after.entries.last().map(|entry| entry.id), Some(id));
            assert!(
                after.balance.covers()
                    && after.balance.spent.epsilon >= before.balance.spent.epsilon
            );
            assert!(after.balance.remaining().epsilon <= left.epsilon);
        }
        (Ok(id), Err(error)) => {
            panic!("entry {id} was written into a ledger that cannot be read then: {error}")
        }
        (Err(error), Ok(after)) => {
            assert_sentence(&error.to_string());
            assert_eq!(after.entries, before.entries);
        }
        (Err(error), Err(again)) => {
            assert_sentence(&error.to_string());
            assert_sentence(&again.to_string());
        }
    }
    End::Taken
}

#[test]
fn any_bytes_of_a_ledger() {
    let shops = Shop::all();
    campaign("any_bytes_of_a_ledger", 160, |lot, folder| {
        let (shop, other) = (lot.pick(&shops), lot.pick(&shops));
        let mut bytes = shop.bytes.clone();
        if lot.once_in(3) {
            bytes = mutated(lot, &bytes, &other.bytes);
        } else {
            // Most of a small database is empty: where it is not, a bit is lost, or a byte another.
            let full: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] != 0).collect();
            for _ in 0..1 + lot.below(3) {
                let at = *lot.pick(&full);
                bytes[at] =
                    if lot.once_in(2) { bytes[at] ^ 1 << lot.below(8) } else { lot.bits() as u8 };
            }
        }
        fs::write(folder.join("damaged.ledger"), &bytes).expect("a file");
        let path = shop.put(&bytes);
        if lot.once_in(12) {
            for what in [&["show"][..], &["check"], &["show", "--format", "json"]] {
                let all = [&["ledger", what[0], LEDGER], &what[1..]].concat();
                run(shop.folder.path(), &words(all));
            }
            shop.put(&bytes);
        }
        holds(shop, &path)
    });
}

/// One statement that changes a table, as people with a database browser do.
fn statement(lot: &mut Lot, chained: bool) -> String {
    let text = |lot: &mut Lot| -> String {
        let odd = [
            "",
            "0",
            "-1",
            "0.000000001",
            "[]",
            "{}",
            "[[",
            "null",
            "published",
            "written",
            "1e308",
            "basic",
            "é",
        ];
        match lot.below(3) {
            0 => format!(
                "CAST(X'{}' AS TEXT)",
                NASTY[lot.below(NASTY.len())]
                    .iter()
                    .map(|b| format!("{b:02x}"))
                    .collect::<String>()
            ),
            1 => format!("'{}'", lot.pick(&odd)),
            _ => format!("'{}'", "[".repeat(1 + lot.below(9_000))),
        }
    };
    let tables: &[&str] = if chained { &["entry", "mark", "ledger"] } else { &["entry", "ledger"] };
    let table = *lot.pick(tables);
    let id = 1 + lot.below(5);
    let columns: &[&str] = match table {
        "entry" if chained => &[
            "time",
            "state",
            "question",
            "mechanism",
            "epsilon",
            "delta",
            "events",
            "bounds",
            "output",
            "sha256",
            "charge",
            "reading",
            "mark",
            "hash",
            "id",
        ],
        "entry" => {
            &["time", "state", "question", "epsilon", "delta", "events", "output", "sha256", "id"]
        }
        "mark" => &["entry", "time", "state", "sha256", "hash", "id"],
        _ if chained => &[
            "dataset",
            "accountant",
            "epsilon",
            "delta",
            "created",
            "rule_order",
            "threshold_delta",
            "cap",
            "hash",
        ],
        _ => &["dataset", "accountant", "epsilon", "delta", "created"],
    };
    let column = *lot.pick(columns);
    let which = if table == "ledger" { String::new() } else { format!("WHERE id = {id}") };
    match lot.below(10) {
        0 => format!("DELETE FROM {table} {which}"),
        1 => {
            let number =
                *lot.pick(&["0", "1", "2", "-1", "9223372036854775807", "'x'", "NULL", "3"]);
            format!("UPDATE sqlite_sequence SET seq = {number} WHERE name = '{table}'")
        }
        2 => format!(
            "ALTER TABLE {table} {}",
            lot.pick(&[
                "ADD COLUMN more TEXT",
                "RENAME TO other",
                "DROP COLUMN hash",
                "DROP COLUMN time"
            ])
        ),
        3 => "VACUUM".to_owned(),
        4 => format!(
            "PRAGMA {}",
            lot.pick(&[
                "journal_mode = WAL",
                "user_version = 1",
                "user_version = 3",
                "user_version = -1",
                "application_id = 1"
            ])
        ),
        5 => format!("UPDATE {table} SET {column} = NULL {which}"),
        6 => {
            "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE id < new.id; END"
                .to_owned()
        }
        7 if table != "ledger" => {
            format!(
                "UPDATE {table} SET id = id + {} {which}",
                *lot.pick(&[1i64, 100, -1, -7, i64::MAX / 2])
            )
        }
        _ => format!("UPDATE {table} SET {column} = {} {which}", text(lot)),
    }
}

#[test]
fn any_change_of_a_ledgers_tables() {
    let shops = Shop::all();
    campaign("any_change_of_a_ledgers_tables", 70, |lot, folder| {
        let shop = lot.pick(&shops);
        let path = shop.put(&shop.bytes);
        let statement = statement(lot, shop.chained);
        fs::write(folder.join("statement.sql"), &statement).expect("a file");
        // SQLite itself may refuse it.
        let _ = Connection::open(&path).expect("a database").execute_batch(&statement);
        fs::copy(&path, folder.join("damaged.ledger")).expect("a copy");
        holds(shop, &path)
    });
}
