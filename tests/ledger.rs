//! Ledgers as they meet the world: old ones, damaged ones, older copies put back, full
//! disks, what interrupted programs leave behind. With the real program and real files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use rusqlite::Connection;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epsiloscope");
const LEDGER: &str = "shop.ledger";

/// A folder with orders of forty users, a catalogue and ledgers; the program runs in it.
struct Shop(tempfile::TempDir);

impl Shop {
    fn new() -> Self {
        let shop = Self(tempfile::tempdir().expect("a folder"));
        let mut orders = "user,item,quantity,price\n".to_owned();
        for user in 0..40 {
            for item in 0..30 {
                orders +=
                    &format!("u{user:02},i{item:02},{},1.25\n", (user * 7 + item * 3) % 5 + 1);
            }
        }
        fs::write(shop.path("orders.csv"), orders).expect("a file");
        shop.catalogue(30);
        shop
    }

    fn catalogue(&self, keys: usize) {
        let keys: Vec<String> = (0..keys).map(|key| format!("i{key:02}")).collect();
        fs::write(self.path("catalogue.csv"), format!("item\n{}\n", keys.join("\n")))
            .expect("a file");
    }

    fn with_ledger(self, terms: &[&str]) -> Self {
        self.done(&[&["ledger", "create", LEDGER, "--dataset", "orders"], terms].concat());
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.0.path()).timeout(Duration::from_secs(120));
        command.args(arguments).output().expect("it runs")
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The one sentence of a refusal that changes nothing.
    fn refused(&self, arguments: &[&str]) -> String {
        let before = self.names();
        let output = self.run(arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
        assert_eq!(said.matches('\n').count(), 1, "{arguments:?}: {said}");
        assert_eq!(self.names(), before, "{arguments:?} left something behind");
        said
    }

    fn release<'a>(&self, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        [&["release", "orders.csv", "--ledger", LEDGER, "--out", out], more].concat()
    }

    fn published(&self, epsilon: &str, out: &str) {
        let noise = ["--epsilon", epsilon, "--l0", "5", "--linf", "3", "--groups", "catalogue.csv"];
        self.done(&self.release(out, &noise));
    }

    fn show(&self) -> Value {
        serde_json::from_str(&self.done(&["ledger", "show", LEDGER, "--format", "json"]))
            .expect("JSON")
    }

    fn check(&self) -> String {
        self.done(&["ledger", "check", LEDGER])
    }

    fn sql(&self, name: &str, sql: &str) {
        Connection::open(self.path(name)).expect("a database").execute_batch(sql).expect("it runs");
    }

    fn names(&self) -> BTreeSet<String> {
        names_in(self.0.path())
    }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A ledger as the first version wrote it, with these rows (ε, δ, noise laws).
fn old_ledger(
    path: &Path,
    accountant: &str,
    (epsilon, delta): (&str, &str),
    rows: &[(&str, &str, &str)],
) {
    let connection = Connection::open(path).expect("a database");
    connection
        .execute_batch(&format!(
            "PRAGMA application_id = 1701868393;
             PRAGMA user_version = 1;
             CREATE TABLE ledger (
                 one INTEGER PRIMARY KEY CHECK (one = 1), dataset TEXT NOT NULL, accountant TEXT NOT NULL,
                 epsilon TEXT NOT NULL, delta TEXT NOT NULL, created TEXT NOT NULL
             ) STRICT;
             CREATE TABLE entry (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL,
                 state TEXT NOT NULL CHECK (state IN ('reserved', 'published')), question TEXT NOT NULL,
                 mechanism TEXT NOT NULL, epsilon TEXT NOT NULL, delta TEXT NOT NULL, events TEXT NOT NULL,
                 bounds TEXT NOT NULL, output TEXT NOT NULL, sha256 TEXT
             ) STRICT;
             INSERT INTO ledger VALUES (1, 'orders', '{accountant}', '{epsilon}', '{delta}', '2026-01-01T00:00:00Z');"
        ))
        .expect("tables");
    for (epsilon, delta, events) in rows {
        connection
            .execute(
                "INSERT INTO entry (time, state, question, mechanism, epsilon, delta, events, bounds, output) VALUES \
                 ('2026-01-02T00:00:00Z', 'reserved', 'purchases per item', 'discrete-laplace', ?1, ?2, ?3, \
                 'l0 10000, linf 1', '/nowhere/out.csv')",
                [epsilon, delta, events],
            )
            .expect("a row");
    }
}

// ---- What is written can be read ----------------------------------------------------

#[test]
fn noise_that_no_ledger_can_hold_is_refused_before_anything_is_spent() {
    for accountant in ["basic", "zcdp", "rdp"] {
        let terms = ["--epsilon", "5", "--delta", "1e-6", "--accountant", accountant];
        let shop = Shop::new().with_ledger(&terms);
        shop.catalogue(2_000);
        let kinds: [&[&str]; 3] = [
            &["--groups", "catalogue.csv", "--l0", "10000", "--linf", "1"],
            // Keys that were seen are no list: l0 is not held by their number.
            &[
                "--groups-are-public",
                "--l0",
                "4000000000",
                "--linf",
                "1",
                "--delta",
                "1e-9",
                "--mechanism",
                "discrete-gaussian",
            ],
            &["--groups", "catalogue.csv", "--top-k", "2000"],
        ];
        for kind in kinds {
            let more = [&["--epsilon", "0.000000001"], kind].concat();
            let said = shop.refused(&shop.release("out.csv", &more));
            assert!(
                said.contains("cannot be written into a ledger"),
                "{accountant} {kind:?}: {said}"
            );
        }
        let shown = shop.show();
        assert!(shown["entries"].as_array().is_some_and(Vec::is_empty), "{shown}");
        shop.published("1", "out.csv");
    }
}

#[test]
fn ledgers_that_were_broken_so_can_be_read_again() {
    let wide =
        r#"[{"law":"discrete-laplace","scale":10000000000000.0,"sensitivity":1,"times":10000}]"#;
    for (accountant, delta) in [("basic", "0"), ("zcdp", "1e-6"), ("rdp", "1e-6")] {
        let shop = Shop::new();
        old_ledger(&shop.path(LEDGER), accountant, ("5", delta), &[("0.000000001", "0", wide)]);
        let spent = shop.show()["epsilon_spent"].as_f64();
        assert!(spent < Some(0.001), "{accountant}: {spent:?}");
        if accountant == "basic" {
            assert_eq!(spent, Some(1e-9));
        }
        assert!(shop.check().contains("entry 1: "));
        shop.published("1", "out.csv");
        assert_eq!(shop.show()["entries"].as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn old_ledgers_keep_their_meaning_and_say_so() {
    let gaussian = |sigma: f64| {
        format!(r#"[{{"law":"gaussian","sigma":{sigma:?},"sensitivity":1.0,"times":1}}]"#)
    };
    let rows = [gaussian(5.0), gaussian(8.0)];
    let rows: Vec<(&str, &str, &str)> =
        rows.iter().map(|events| ("1", "0.000001", events.as_str())).collect();
    for (accountant, wanted) in [("zcdp", 1.148), ("rdp", 1.148)] {
        let shop = Shop::new();
        old_ledger(&shop.path(LEDGER), accountant, ("5", "1e-6"), &rows);
        let shown = shop.show();
        // ρ = 1/50 + 1/128 at the whole δ.
        let spent = shown["epsilon_spent"].as_f64().unwrap();
        assert!((spent - wanted).abs() < 0.2, "{accountant}: {spent}");
        assert_eq!((shown["delta_spent"].as_f64(), &shown["layout"]), (Some(1e-6), &1.into()));
        assert_eq!(shown["rule"]["name"], "best-order-at-the-end");
        let table = shop.done(&["ledger", "show", LEDGER]);
        assert!(table.contains("planned before the first"), "{table}");
        // It can still be spent from, and stays what it is.
        shop.published("0.1", "out.csv");
        let after = shop.show();
        assert_eq!(
            (&after["layout"], &after["entries"][2]["state"]),
            (&1.into(), &"published".into())
        );
        assert!(after["epsilon_spent"].as_f64() > Some(spent));
        // A row that is missing was there once.
        shop.sql(LEDGER, "DELETE FROM entry WHERE id = 2");
        assert!(shop.refused(&["ledger", "show", LEDGER]).contains("entry 2 is missing"));
    }
}

// ---- Rules that are fixed at creation ------------------------------------------------

#[test]
fn a_new_ledger_says_its_rule() {
    let shop = Shop::new();
    let said = shop.done(&[
        "ledger",
        "create",
        LEDGER,
        "--dataset",
        "orders",
        "--epsilon",
        "5",
        "--delta",
        "1e-6",
        "--accountant",
        "zcdp",
    ]);
    assert!(said.contains("fixed at creation") && said.contains("5e-7"), "{said}");
    let rule = shop.show()["rule"].clone();
    assert_eq!((&rule["name"], rule["order"].is_null()), (&"rho-cap".into(), true));
    assert_eq!(
        (rule["threshold_delta"].as_f64(), rule["conversion_delta"].as_f64()),
        (Some(5e-7), Some(5e-7))
    );
    // ε 5 at δ 5e-7, by the tight conversion.
    assert!((rule["cap"].as_f64().unwrap() - 0.441_727).abs() < 1e-6, "{rule}");
    let noise = ["--mechanism", "discrete-gaussian", "--l0", "1", "--linf", "3"];
    let release = |out: &str, more: &[&str]| {
        shop.run(&shop.release(out, &[&["--epsilon", "1"][..], &noise, more].concat()))
    };
    // Half of each δ goes to the threshold.
    assert!(release("a.csv", &["--delta", "8e-7"]).status.success());
    let over = release("b.csv", &["--delta", "4e-7"]);
    let said = stderr(&over);
    assert!(
        over.status.code() == Some(2)
            && said.contains("thresholds")
            && said.contains("1e-7 is left"),
        "{said}"
    );
    assert!(release("c.csv", &["--delta", "2e-7"]).status.success());
    // A catalogue needs no threshold: δ of noise is not added up.
    for out in ["d.csv", "e.csv"] {
        assert!(release(out, &["--delta", "9e-7", "--groups", "catalogue.csv"]).status.success());
    }
    let shown = shop.show();
    assert_eq!(shown["rule"]["threshold_delta_spent"].as_f64(), Some(5e-7));
    assert_eq!(
        (shown["delta_spent"].as_f64(), shown["delta_remaining"].as_f64()),
        (Some(1e-6), Some(0.0))
    );
    let table = shop.done(&["ledger", "show", LEDGER]);
    assert!(
        table.contains("δ of thresholds: 5e-7 of 5e-7 spent") && table.contains("  ρ: "),
        "{table}"
    );
}

/// Pure releases may add up by their ε above the cap; what then fits is said.
#[test]
fn above_the_cap_only_pure_releases_fit_and_the_words_say_so() {
    let shop = Shop::new();
    let create =
        ["ledger", "create", LEDGER, "--dataset", "orders", "--epsilon", "5", "--delta", "1e-6"];
    shop.done(&[&create[..], &["--accountant", "zcdp"]].concat());
    let release = |out: &str, more: &[&str]| {
        let common = ["--epsilon", "2", "--l0", "1", "--linf", "3", "--groups", "catalogue.csv"];
        shop.run(&shop.release(out, &[&common[..], more].concat()))
    };
    assert!(release("a.csv", &[]).status.success());
    let table = shop.done(&["ledger", "show", LEDGER]);
    assert!(
        table.contains("above the cap of 0.44") && table.contains("only pure releases still fit"),
        "{table}"
    );
    assert!(!table.contains(" of 0.441727 spent"), "{table}");
    let over = release("b.csv", &["--mechanism", "discrete-gaussian", "--delta", "1e-7"]);
    assert!(
        over.status.code() == Some(2) && stderr(&over).contains("for pure releases alone"),
        "{}",
        stderr(&over)
    );
    assert!(release("b.csv", &[]).status.success());
}

#[test]
fn delta_can_be_divided_otherwise_and_an_order_chosen() {
    let shop = Shop::new();
    let create = |name: &str, more: &[&str]| {
        let common =
            ["ledger", "create", name, "--dataset", "orders", "--epsilon", "5", "--delta", "1e-6"];
        shop.run(&[&common[..], more].concat())
    };
    let rule = |name: &str| -> Value {
        let shown = shop.done(&["ledger", "show", name, "--format", "json"]);
        serde_json::from_str::<Value>(&shown).expect("JSON")["rule"].clone()
    };
    assert!(create("none", &["--accountant", "zcdp", "--threshold-delta", "0"]).status.success());
    assert!((rule("none")["cap"].as_f64().unwrap() - 0.463_065).abs() < 2e-6);
    assert!(create("blind", &["--accountant", "rdp"]).status.success());
    assert!(
        create("plan", &["--accountant", "rdp", "--for", "laplace:scale=2,times=5"])
            .status
            .success()
    );
    let (blind, plan) = (rule("blind"), rule("plan"));
    assert_eq!((&blind["name"], &plan["name"]), (&"one-order".into(), &"one-order".into()));
    assert!((blind["order"].as_f64().unwrap() - 6.35).abs() < 0.05, "{blind}");
    assert!(plan["order"].as_f64() > Some(10.0), "{plan}");
    for (more, words) in [
        (
            &["--accountant", "zcdp", "--threshold-delta", "1e-6"][..],
            "--threshold-delta must be below --delta",
        ),
        (&["--accountant", "zcdp", "--threshold-delta", "-1"], "--threshold-delta"),
        (&["--threshold-delta", "1e-7"], "--threshold-delta"),
        (&["--accountant", "zcdp", "--for", "laplace:scale=2"], "--for"),
        (&["--accountant", "rdp", "--for", "laplas:scale=2"], "--for"),
    ] {
        let output = create("refused", more);
        let said = stderr(&output);
        assert!(output.status.code() == Some(2) && said.contains(words), "{more:?}: {said}");
        assert!(!shop.path("refused").exists());
    }
}

// ---- Damage, and older copies ---------------------------------------------------------

#[test]
fn deleted_and_changed_entries_are_named() {
    for accountant in ["basic", "zcdp"] {
        let terms = ["--epsilon", "100", "--delta", "1e-6", "--accountant", accountant];
        let shop = Shop::new().with_ledger(&terms);
        for out in ["a.csv", "b.csv", "c.csv"] {
            shop.published("1", out);
        }
        assert!(shop.check().contains("every published file is where it was put, unchanged"));
        let whole = fs::read(shop.path(LEDGER)).unwrap();
        for (sql, words) in [
            ("DELETE FROM entry WHERE id = 2", "entry 2 is missing"),
            ("DELETE FROM entry WHERE id > 1", "entry 2 to 3 are missing"),
            ("DELETE FROM entry; DELETE FROM mark", "entry 1 to 3 are missing"),
            ("UPDATE entry SET epsilon = '0.01' WHERE id = 2", "entry 2 was changed"),
            (
                "UPDATE entry SET events = replace(events, '15', '16') WHERE id = 1",
                "entry 1 was changed",
            ),
            ("UPDATE entry SET output = '/elsewhere' WHERE id = 3", "entry 3 was changed"),
            ("UPDATE entry SET hash = hex(0) WHERE id = 2", "entry 2 was changed"),
            ("UPDATE entry SET id = 7 WHERE id = 3", "entry 3 to 6 are missing"),
            ("UPDATE ledger SET epsilon = '900'", "first row"),
            ("UPDATE ledger SET delta = '0.1'", "("),
            ("UPDATE ledger SET dataset = 'other'", "first row"),
            ("PRAGMA user_version = 1", "its tables are not those of its layout"),
        ] {
            fs::write(shop.path(LEDGER), &whole).unwrap();
            shop.sql(LEDGER, sql);
            let words_found = |said: &str| said.contains("is damaged") && said.contains(words);
            for command in ["check", "show"] {
                let said = shop.refused(&["ledger", command, LEDGER]);
                assert!(words_found(&said), "{sql}: {said}");
            }
            let more = ["--epsilon", "1", "--l0", "5", "--linf", "3", "--groups", "catalogue.csv"];
            assert!(words_found(&shop.refused(&shop.release("more.csv", &more))), "{sql}");
        }
        // Marks are no budget: they are named, and the ledger goes on.
        for (sql, words) in [
            ("UPDATE entry SET sha256 = 'ff' WHERE id = 2", "entry 2: its mark"),
            ("UPDATE entry SET state = 'reserved' WHERE id = 3", "entry 3: its mark"),
            ("UPDATE mark SET sha256 = 'ff' WHERE id = 1", "mark 1 was changed"),
            ("DELETE FROM mark WHERE id = 4", "mark 4 is missing"),
            ("DELETE FROM mark WHERE id = 6", "mark 6 is missing"),
        ] {
            fs::write(shop.path(LEDGER), &whole).unwrap();
            shop.sql(LEDGER, sql);
            assert!(shop.check().contains(words), "{sql}: {}", shop.check());
        }
    }
}

#[test]
fn no_flipped_bit_changes_a_budget_silently() {
    let terms = ["--epsilon", "1", "--delta", "1e-6", "--accountant", "zcdp"];
    let shop = Shop::new().with_ledger(&terms);
    shop.published("0.25", "a.csv");
    shop.published("0.5", "b.csv");
    let facts = |shown: &Value| {
        let numbers =
            ["epsilon_total", "epsilon_spent", "epsilon_remaining", "delta_total", "delta_spent"];
        numbers.map(|name| shown[name].as_f64())
    };
    let known = facts(&shop.show());
    let whole = fs::read(shop.path(LEDGER)).unwrap();
    // Where there is something: the rest of a page is not looked at.
    let places: Vec<usize> = (0..whole.len()).filter(|&at| whole[at] != 0).collect();
    let (mut refused, mut random) = (0, 7u64);
    let flips = std::env::var("EPSILOSCOPE_FLIPS")
        .map_or(120, |text| text.parse().expect("a number of flips"));
    for _ in 0..flips {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = places[(random >> 33) as usize % places.len()];
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << ((random >> 20) % 8);
        fs::write(shop.path(LEDGER), &bytes).unwrap();
        let output = shop.run(&["ledger", "show", LEDGER, "--format", "json"]);
        let said = stderr(&output);
        match output.status.code() {
            Some(0) => assert_eq!(
                facts(&serde_json::from_slice(&output.stdout).unwrap()),
                known,
                "byte {at}"
            ),
            Some(2) => {
                refused += 1;
                assert!(
                    said.starts_with("epsiloscope: ") && said.matches('\n').count() == 1,
                    "byte {at}: {said}"
                );
            }
            code => panic!("byte {at}: {code:?} {said}"),
        }
    }
    assert!(refused > flips / 3, "only {refused} of {flips} were noticed");
}

#[test]
fn an_older_copy_that_was_put_back_is_noticed_by_the_statements_beside() {
    let shop = Shop::new().with_ledger(&["--epsilon", "10", "--delta", "1e-6"]);
    fs::create_dir(shop.path("published")).unwrap();
    shop.published("1", "published/a.csv");
    fs::copy(shop.path(LEDGER), shop.path("copy")).unwrap();
    shop.published("2", "published/b.csv");
    fs::copy(shop.path("copy"), shop.path(LEDGER)).unwrap();
    let said = shop.check();
    let unknown = |said: &str, file: &str| {
        said.lines().any(|line| {
            line.contains(file) && line.contains("entry 2") && line.contains("older copy")
        })
    };
    assert!(unknown(&said, "b.json") && said.contains("ε 2 "), "{said}");
    assert!(!said.contains("a.json"), "{said}");
    // Number 2 is given once more: the statement is not that one's.
    shop.published("3", "published/c.csv");
    let said = shop.check();
    assert!(unknown(&said, "b.json") && !said.contains("c.json"), "{said}");
    // A published model says it, too; other data's files and other JSON say nothing.
    fs::write(
        shop.path("published/model.json"),
        r#"{"format": "epsiloscope item model", "epsilon": "4", "dataset": "orders", "entry": 9}"#,
    )
    .unwrap();
    fs::write(
        shop.path("published/other.json"),
        r#"{"ledger": {"dataset": "other", "entry": 9}, "epsilon": 1}"#,
    )
    .unwrap();
    fs::write(shop.path("published/any.json"), "[1, 2").unwrap();
    let said = shop.check();
    assert!(
        said.lines().any(|line| line.contains("model.json") && line.contains("entry 9")),
        "{said}"
    );
    assert!(!said.contains("other.json") && !said.contains("any.json"), "{said}");
}

// ---- What interrupted programs leave behind -------------------------------------------

#[test]
fn tidy_removes_what_nobody_owns_and_nothing_else() {
    let shop = Shop::new().with_ledger(&["--epsilon", "10"]);
    fs::create_dir(shop.path("published")).unwrap();
    shop.published("1", "published/a.csv");
    for name in ["published/.epsiloscope-AbCdEf", ".epsiloscope-ledger"] {
        fs::write(shop.path(name), "left").unwrap();
    }
    for name in ["published/.epsiloscop", "published/epsiloscope-mine", "published/.hidden"] {
        fs::write(shop.path(name), "mine").unwrap();
    }
    fs::create_dir(shop.path("published/.epsiloscope-folder")).unwrap();
    fs::write(shop.path("published/.epsiloscope-locked"), "running").unwrap();
    let running = fs::File::open(shop.path("published/.epsiloscope-locked")).unwrap();
    running.lock().unwrap();
    let said = shop.check();
    for name in [".epsiloscope-AbCdEf", ".epsiloscope-ledger"] {
        assert!(said.lines().any(|line| line.contains(name) && line.contains("--tidy")), "{said}");
    }
    assert!(
        said.lines().any(|line| line.contains("-locked") && line.contains("running now")),
        "{said}"
    );
    assert!(!said.contains("mine") && !said.contains("folder"), "{said}");
    let before = names_in(&shop.path("published"));
    let said = shop.done(&["ledger", "check", LEDGER, "--tidy"]);
    assert!(said.contains("removed ") && said.contains(".epsiloscope-AbCdEf"), "{said}");
    let mut wanted = before;
    wanted.remove(".epsiloscope-AbCdEf");
    assert_eq!(names_in(&shop.path("published")), wanted);
    assert!(!shop.names().contains(".epsiloscope-ledger"));
    drop(running);
    shop.done(&["ledger", "check", LEDGER, "--tidy"]);
    assert!(!names_in(&shop.path("published")).contains(".epsiloscope-locked"));
    assert!(shop.path("published/.epsiloscope-folder").is_dir());
}

#[test]
fn releases_that_run_while_others_tidy_lose_nothing() {
    let shop = Shop::new().with_ledger(&["--epsilon", "10"]);
    fs::create_dir(shop.path("published")).unwrap();
    shop.published("1", "published/first.csv");
    thread::scope(|scope| {
        let releases: Vec<_> = (0..4)
            .map(|run| {
                let shop = &shop;
                scope.spawn(move || {
                    for more in 0..3 {
                        shop.published("0.1", &format!("published/{run}-{more}.csv"));
                    }
                })
            })
            .collect();
        while !releases.iter().all(thread::ScopedJoinHandle::is_finished) {
            let said = shop.done(&["ledger", "check", LEDGER, "--tidy"]);
            for alarm in ["older copy", "orphan", "no longer there", "changed outside", "removed "]
            {
                assert!(!said.contains(alarm), "a false alarm: {said}");
            }
        }
    });
    let said = shop.check();
    assert!(said.contains("13 entries") && said.contains("unchanged"), "{said}");
}

#[test]
fn a_killed_release_leaves_files_that_are_named_and_removed() {
    let shop = Shop::new().with_ledger(&["--epsilon", "100000"]);
    shop.catalogue(200_000);
    fs::create_dir(shop.path("published")).unwrap();
    let temporary = || {
        names_in(&shop.path("published")).into_iter().any(|name| name.starts_with(".epsiloscope-"))
    };
    let arguments = shop.release(
        "published/out.csv",
        &["--epsilon", "1", "--l0", "1", "--linf", "1", "--groups", "catalogue.csv"],
    );
    let mut process = Process::new(PROGRAM);
    process
        .current_dir(shop.0.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = process.args(&arguments).spawn().unwrap();
    let clock = Instant::now();
    while !temporary() {
        assert!(clock.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(temporary(), "it was too fast to be killed");
    // Its folder is known by an entry only.
    shop.catalogue(30);
    shop.published("1", "published/other.csv");
    assert!(shop.check().contains(".epsiloscope-"));
    shop.done(&["ledger", "check", LEDGER, "--tidy"]);
    assert!(!temporary() && !shop.check().contains(".epsiloscope-"));
}

#[test]
fn a_statement_whose_file_never_came_is_an_orphan() {
    let shop = Shop::new().with_ledger(&["--epsilon", "10"]);
    shop.published("1", "out.csv");
    // As after a kill between the two names.
    fs::remove_file(shop.path("out.csv")).unwrap();
    for sql in ["UPDATE entry SET state = 'reserved'", "DELETE FROM mark WHERE state = 'published'"]
    {
        shop.sql(LEDGER, sql);
    }
    shop.sql(LEDGER, "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'mark'");
    let said = shop.check();
    assert!(
        said.lines().any(|line| line.contains("out.json is an orphan") && line.contains("entry 1")),
        "{said}"
    );
    assert!(
        !said.contains("mark 2")
            && shop.done(&["ledger", "check", LEDGER, "--tidy"]).contains("orphan")
    );
    assert!(shop.path("out.json").exists(), "tidy removes temporary files only");
}

// ---- The entry must be there when the file gets its name --------------------------------

#[cfg(target_os = "linux")]
#[test]
fn an_old_ledger_copied_over_the_open_one_publishes_nothing() {
    let shop = Shop::new().with_ledger(&["--epsilon", "100000"]);
    shop.catalogue(100_000);
    fs::copy(shop.path(LEDGER), shop.path("old")).unwrap();
    let arguments = shop.release(
        "out.csv",
        &["--epsilon", "1", "--l0", "1", "--linf", "1", "--groups", "catalogue.csv"],
    );
    let mut process = Process::new(PROGRAM);
    process
        .current_dir(shop.0.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let child = process.args(&arguments).spawn().unwrap();
    // Once it has reserved, while it draws.
    let clock = Instant::now();
    loop {
        let entries = Connection::open(shop.path(LEDGER)).and_then(|ledger| {
            ledger.query_row("SELECT count(*) FROM entry", [], |row| row.get::<_, i64>(0))
        });
        if entries.is_ok_and(|count| count == 1) {
            break;
        }
        assert!(clock.elapsed() < Duration::from_secs(60), "nothing was reserved");
        thread::sleep(Duration::from_millis(2));
    }
    fs::copy(shop.path("old"), shop.path(LEDGER)).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("does not hold entry 1") && said.contains("nothing was published"),
        "{said}"
    );
    assert!(!shop.path("out.csv").exists() && !shop.path("out.json").exists());
    assert!(
        !shop.names().iter().any(|name| name.starts_with(".epsiloscope-")),
        "{:?}",
        shop.names()
    );
}

// ---- A full disk ------------------------------------------------------------------------

/// Runs `script` where `small` is a disk of this size that no one else sees and that is gone
/// afterwards; `None` where that is not allowed.
#[cfg(target_os = "linux")]
fn on_a_small_disk(shop: &Shop, size: &str, script: &str) -> Option<Output> {
    fs::create_dir_all(shop.path("small")).unwrap();
    let run = |script: &str| {
        let mut process = Process::new("unshare");
        process.current_dir(shop.0.path()).args(["-rm", "sh", "-c", script, "sh", PROGRAM]);
        process.stdin(Stdio::null()).output().ok()
    };
    let mount = format!("mount -t tmpfs -o size={size} none small");
    if !run(&mount).is_some_and(|output| output.status.success()) {
        println!("SKIPPED: a small disk cannot be mounted here (unshare -rm and mount are needed)");
        return None;
    }
    run(&format!("{mount} || exit 99\n{script}"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_ledger_that_has_no_room_for_its_marks_spends_nothing() {
    for accountant in ["basic", "zcdp"] {
        let shop = Shop::new().with_ledger(&[
            "--epsilon",
            "1000",
            "--delta",
            "1e-6",
            "--accountant",
            accountant,
        ]);
        // From a full disk to one with room, page by page.
        let script = "cp shop.ledger small/
            for free in 0 4 8 12 16 20 24 28 32 36 40 44 48 56 64 72; do
                dd if=/dev/zero of=small/rest bs=4k 2>/dev/null
                truncate -s -${free}K small/rest
                \"$1\" release orders.csv --ledger small/shop.ledger --epsilon 1 --l0 5 --linf 3 \\
                    --groups catalogue.csv --out out-$free.csv >/dev/null
                echo \"code $?\" >&2
                rm small/rest
                ls -A small >&2
            done
            \"$1\" ledger show small/shop.ledger --format json";
        let Some(output) = on_a_small_disk(&shop, "256k", script) else { return };
        let said = stderr(&output);
        let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let entries = shown["entries"].as_array().unwrap();
        let (done, refused) = (said.matches("code 0\n").count(), said.matches("code 2\n").count());
        assert!(done > 0 && refused > 0 && done + refused == 16, "{said}");
        assert_eq!(said.matches("disk is full").count(), refused, "{said}");
        assert!(!said.contains("stays spent") && !said.contains(".epsiloscope-"), "{said}");
        assert_eq!(entries.len(), done, "{said}");
        assert!(entries.iter().all(|entry| entry["state"] == "published"), "{shown}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_model_that_might_not_fit_spends_nothing() {
    let shop = Shop::new().with_ledger(&["--epsilon", "1000", "--delta", "0.1"]);
    let script = "\"$1\" recommend orders.csv --model ease --epsilon 10 --delta 1e-6 --l0 20 \\
        --catalogue catalogue.csv --ledger shop.ledger --publish small/model.json; echo \"code $?\"; ls -A small";
    let Some(full) = on_a_small_disk(&shop, "16k", script) else { return };
    let said = stderr(&full);
    assert_eq!(String::from_utf8_lossy(&full.stdout), "code 2\n", "{said}");
    assert!(
        said.contains("no room for small/model.json") && said.contains("nothing was spent"),
        "{said}"
    );
    assert_eq!(shop.show()["epsilon_spent"].as_f64(), Some(0.0));
    let Some(large) = on_a_small_disk(&shop, "512k", script) else { return };
    assert!(
        String::from_utf8_lossy(&large.stdout).ends_with("code 0\nmodel.json\n"),
        "{}",
        stderr(&large)
    );
}
