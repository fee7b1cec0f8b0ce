//! No writer destroys what matters: every flag that names an output refuses ledgers, whatever
//! their name, and the files that are read; and cells that a spreadsheet would run.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn program() -> Command {
    let mut command = Command::cargo_bin("epsiloscope").expect("the binary is built");
    command.timeout(std::time::Duration::from_secs(120));
    command
}

/// A folder with purchases, a catalogue, a ledger, and a published model.
struct Shop(tempfile::TempDir);

impl Shop {
    fn open() -> Self {
        let shop = Self(tempfile::tempdir().expect("a folder"));
        let mut orders = "user,item,quantity,time\n".to_owned();
        let mut more = String::new();
        for user in 0..60 {
            for item in 0..4 {
                orders += &format!(
                    "u{user},{},1,2024-0{}-0{}\n",
                    ITEMS[(user + item) % 6],
                    1 + item,
                    1 + user % 9
                );
                more += &format!("u{user},{},{}\n", ITEMS[(user + item) % 6], 1 + item);
            }
        }
        shop.file("orders.csv", &orders);
        shop.file("counts.csv", "group,value\n=1+1,5\ntea,3\n");
        shop.file("more.csv", &("user,item,quantity\n".to_owned() + &more));
        shop.file(
            "items.csv",
            &format!("item\n{}\n", ITEMS.map(|item| format!("\"{item}\"")).join("\n")),
        );
        shop.done(&[
            "ledger",
            "create",
            "orders.ledger",
            "--dataset",
            "orders",
            "--epsilon",
            "50",
            "--delta",
            "1e-3",
        ]);
        shop.done(&[
            "recommend",
            "orders.csv",
            "--model",
            "popularity",
            "--epsilon",
            "1",
            "--delta",
            "1e-5",
            "--l0",
            "4",
            "--catalogue",
            "items.csv",
            "--ledger",
            "orders.ledger",
            "--publish",
            "model.json",
        ]);
        shop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("a file")
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output =
            program().current_dir(self.0.path()).args(arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn done(&self, arguments: &[&str]) {
        let (code, said) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
    }

    /// Refused with one sentence, and `kept` is as it was.
    fn refused(&self, arguments: &[&str], kept: &str) {
        let before = self.read(kept);
        let (code, said) = self.run(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(
            said.lines().count() == 1 && said.contains("name another"),
            "{arguments:?}: {said}"
        );
        assert!(self.read(kept) == before, "{arguments:?} changed {kept}");
    }
}

/// What is sold; spreadsheets would run some of it.
const ITEMS: [&str; 6] = ["=1+1", "@tea", "+44 lamp", "-", "jam", "12"];

/// Every way to write a file, with the place of the output left open.
fn writers(out: &str) -> Vec<Vec<&str>> {
    let sweep =
        ["sweep", "more.csv", "--epsilon", "1", "--l0", "2", "--linf", "2", "--trials", "2"];
    let recommend = [
        "recommend",
        "orders.csv",
        "--model",
        "popularity",
        "--epsilon",
        "1",
        "--delta",
        "1e-5",
        "--l0",
        "2",
        "--k",
        "2",
        "--refits",
        "1",
    ];
    vec![
        vec!["inspect", "more.csv", "--out", out],
        vec!["inspect", "more.csv", "--format", "json", "--out", out],
        [&sweep[..], &["--format", "csv", "--out", out]].concat(),
        [&recommend[..], &["--out", out]].concat(),
        vec!["recommend", "--from", "model.json", "--history", "jam", "--out", out],
        vec!["compare", "counts.csv", "counts.csv", "--out", out],
    ]
}

#[test]
fn no_flag_replaces_a_ledger_whatever_its_name_or_link() {
    let shop = Shop::open();
    for name in ["spent.csv", "spent.svg", "spent.json", "spent.parquet"] {
        std::fs::copy(shop.path("orders.ledger"), shop.path(name)).expect("a copy");
    }
    let mut names = vec!["orders.ledger", "./orders.ledger", "spent.csv"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("orders.ledger", shop.path("link.txt")).expect("a link");
        std::fs::hard_link(shop.path("orders.ledger"), shop.path("hard.txt")).expect("a link");
        names.extend(["link.txt", "hard.txt"]);
    }
    for name in names {
        for arguments in writers(name) {
            shop.refused(&arguments, "orders.ledger");
        }
    }
    shop.refused(&["generate", "--users", "5", "--rows", "9", "--out", "spent.csv"], "spent.csv");
    shop.refused(
        &["generate", "--users", "5", "--rows", "9", "--out", "spent.parquet"],
        "spent.parquet",
    );
    let chart = [
        "sweep",
        "more.csv",
        "--epsilon",
        "1,2",
        "--l0",
        "2",
        "--linf",
        "2",
        "--trials",
        "2",
        "--chart",
    ];
    shop.refused(&[&chart[..], &["spent.svg"]].concat(), "spent.svg");
    let lists = [
        "recommend",
        "orders.csv",
        "--epsilon",
        "1,2",
        "--delta",
        "1e-5",
        "--l0",
        "2",
        "--k",
        "2",
        "--chart",
    ];
    shop.refused(&[&lists[..], &["spent.svg"]].concat(), "spent.svg");
    // The file itself, and the statement beside it.
    let release = release("spent.csv", &["--force"]);
    shop.refused(&release, "spent.csv");
    std::fs::remove_file(shop.path("spent.csv")).expect("it is there");
    shop.refused(&release, "spent.json");
    let publish = [
        "recommend",
        "orders.csv",
        "--model",
        "popularity",
        "--epsilon",
        "1",
        "--delta",
        "1e-5",
        "--l0",
        "4",
        "--catalogue",
        "items.csv",
        "--ledger",
        "orders.ledger",
        "--force",
        "--publish",
        "spent.json",
    ];
    shop.refused(&publish, "spent.json");
    // What SQLite keeps beside a ledger is as dear.
    shop.file("orders.ledger-journal", "kept");
    for arguments in writers("orders.ledger-journal") {
        shop.refused(&arguments, "orders.ledger-journal");
    }
    std::fs::remove_file(shop.path("orders.ledger-journal")).expect("it is there");
    let shown = program()
        .current_dir(shop.0.path())
        .args(["ledger", "show", "orders.ledger", "--format", "json"])
        .output();
    let shown: Value = serde_json::from_slice(&shown.expect("it runs").stdout).expect("JSON");
    assert_eq!(shown["entries"].as_array().map(Vec::len), Some(1), "nothing more was spent");
}

#[cfg(unix)]
#[test]
fn standard_output_that_is_a_ledger_is_no_way_round() {
    let shop = Shop::open();
    let before = shop.read("orders.ledger");
    let ledger = std::fs::OpenOptions::new()
        .append(true)
        .open(shop.path("orders.ledger"))
        .expect("a ledger");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_epsiloscope"))
        .current_dir(shop.0.path())
        .args(["inspect", "more.csv", "--out", "/dev/stdout"])
        .stdout(ledger)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(shop.read("orders.ledger") == before);
}

#[test]
fn no_flag_replaces_what_is_read() {
    let shop = Shop::open();
    let mut data = vec!["more.csv"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("more.csv", shop.path("link.csv")).expect("a link");
        std::fs::hard_link(shop.path("more.csv"), shop.path("hard.csv")).expect("a link");
        data.extend(["link.csv", "hard.csv"]);
    }
    for out in data {
        for arguments in writers(out).into_iter().filter(|arguments| arguments[1] == "more.csv") {
            shop.refused(&arguments, "more.csv");
        }
    }
    shop.refused(
        &["recommend", "--from", "model.json", "--history", "jam", "--out", "model.json"],
        "model.json",
    );
    shop.refused(&["compare", "items.csv", "counts.csv", "--out", "counts.csv"], "counts.csv");
    let evaluated =
        ["recommend", "orders.csv", "--epsilon", "1", "--delta", "1e-5", "--l0", "2", "--k", "2"];
    shop.refused(
        &[&evaluated[..], &["--catalogue", "items.csv", "--out", "items.csv"]].concat(),
        "items.csv",
    );
    let release = [
        "release",
        "orders.csv",
        "--ledger",
        "orders.ledger",
        "--epsilon",
        "1",
        "--l0",
        "2",
        "--linf",
        "2",
    ];
    let release = [&release[..], &["--groups", "items.csv", "--force", "--out"]].concat();
    shop.refused(&[&release[..], &["items.csv"]].concat(), "items.csv");
    shop.refused(&[&release[..], &["orders.csv"]].concat(), "orders.csv");
}

#[test]
fn a_release_for_spreadsheets_runs_nothing_and_compares_as_it_was() {
    let shop = Shop::open();
    let release = [
        "release",
        "orders.csv",
        "--ledger",
        "orders.ledger",
        "--epsilon",
        "9",
        "--l0",
        "4",
        "--linf",
        "9",
        "--groups",
        "items.csv",
    ];
    shop.done(&[&release[..], &["--out", "plain.csv"]].concat());
    shop.done(&[&release[..], &["--out", "safe.csv", "--spreadsheet-safe"]].concat());
    let keys = |name: &str| {
        let text = String::from_utf8(shop.read(name)).expect("UTF-8");
        let mut keys: Vec<String> = text
            .lines()
            .skip(1)
            .map(|line| line.rsplit_once(',').expect("two fields").0.to_owned())
            .collect();
        keys.sort();
        keys
    };
    let mut plain = ITEMS.map(str::to_owned).to_vec();
    plain.sort();
    assert_eq!(keys("plain.csv"), plain);
    let mut safe = ["'=1+1", "'@tea", "'+44 lamp", "'-", "jam", "12"].map(str::to_owned).to_vec();
    safe.sort();
    assert_eq!(keys("safe.csv"), safe);
    let output = program()
        .current_dir(shop.0.path())
        .args(["compare", "plain.csv", "safe.csv", "--format", "json"])
        .output()
        .expect("it runs");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["groups"]["both"], 6, "{found}");
    let sweep =
        ["sweep", "--epsilon", "1", "--l0", "2", "--linf", "2", "--trials", "1", "--format", "csv"];
    shop.done(&[&sweep[..], &["--spreadsheet-safe", "--out", "sweep.csv"]].concat());
    shop.done(&[
        "generate",
        "--users",
        "5",
        "--rows",
        "9",
        "--spreadsheet-safe",
        "--out",
        "made.csv",
    ]);
}

#[test]
fn a_file_that_is_nobodys_is_replaced_as_before() {
    let shop = Shop::open();
    for arguments in writers("mine.txt") {
        shop.file("mine.txt", "old");
        shop.done(&arguments);
        assert_ne!(shop.read("mine.txt"), b"old");
    }
    assert!(Path::new(&shop.path("mine.txt")).is_file());
}

/// A release of the shop, published as `out`, under `more` flags.
fn release<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = [
        "release",
        "orders.csv",
        "--ledger",
        "orders.ledger",
        "--epsilon",
        "1",
        "--l0",
        "2",
        "--linf",
        "2",
        "--groups",
        "items.csv",
        "--unprotected",
        "none",
        "--out",
        out,
    ];
    [&fixed[..], more].concat()
}

#[test]
fn no_other_command_replaces_a_release_its_statement_or_a_model() {
    let shop = Shop::open();
    shop.done(&release("sold.csv", &[]));
    let mut names = vec!["sold.csv", "sold.json", "./sold.csv", "model.json"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("sold.csv", shop.path("latest.csv")).expect("a link");
        names.push("latest.csv");
    }
    for name in names {
        for arguments in writers(name) {
            if arguments.contains(&"model.json") && arguments.contains(&"--from") {
                continue;
            }
            shop.refused(&arguments, name);
        }
    }
    let chart =
        ["sweep", "more.csv", "--epsilon", "1,2", "--l0", "2", "--linf", "2", "--trials", "2"];
    shop.refused(&[&chart[..], &["--out", "sold.json"]].concat(), "sold.json");
    shop.refused(&["generate", "--users", "5", "--rows", "9", "--out", "sold.csv"], "sold.csv");
    shop.done(&["ledger", "check", "orders.ledger"]);
    // A release replaces its own where that is asked for; other files of the same name are nobody's.
    shop.done(&release("sold.csv", &["--force"]));
    shop.file("kept.json", "{\"file\": \"other.csv\", \"note\": 1}");
    shop.file("kept.csv", "a,b\n1,2\n");
    shop.done(&["compare", "counts.csv", "counts.csv", "--out", "kept.csv"]);
    shop.done(&["compare", "counts.csv", "counts.csv", "--out", "kept.json"]);
}

#[test]
fn of_two_releases_at_once_under_one_name_one_spends() {
    for force in [false, true] {
        let shop = Shop::open();
        let runs: Vec<_> = (0..4)
            .map(|_| {
                let more: &[&str] = if force { &["--force"] } else { &[] };
                let arguments: Vec<String> =
                    release("sold.csv", more).into_iter().map(str::to_owned).collect();
                let folder = shop.0.path().to_owned();
                std::thread::spawn(move || {
                    program().current_dir(folder).args(arguments).output().expect("it runs")
                })
            })
            .collect();
        let done: Vec<bool> =
            runs.into_iter().map(|run| run.join().unwrap().status.success()).collect();
        let published = done.iter().filter(|&&done| done).count();
        assert!(published >= 1 && (force || published == 1), "{done:?}");
        // What was spent is what was published: nothing is left reserved.
        let shown = program()
            .current_dir(shop.0.path())
            .args(["ledger", "show", "orders.ledger", "--format", "json"])
            .output()
            .expect("it runs");
        let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
        let entries = shown["entries"].as_array().expect("entries");
        let states = || entries.iter().map(|entry| entry["state"].as_str().unwrap_or_default());
        assert!(states().all(|state| state == "published"), "{shown}");
        assert_eq!(entries.len(), 1 + published, "{shown}");
        let left = std::fs::read_dir(shop.0.path()).expect("a folder").flatten();
        let left = left.filter(|one| one.file_name().to_string_lossy().starts_with(".epsiloscope"));
        assert_eq!(left.count(), 0, "nothing is left behind");
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_take_a_file_is_a_sentence_and_never_a_wait() {
    let shop = Shop::open();
    let made = std::process::Command::new("mkfifo").arg(shop.path("pipe")).status();
    if made.is_ok_and(|made| made.success()) {
        let mut waiting = std::process::Command::new(assert_cmd::cargo::cargo_bin("epsiloscope"))
            .current_dir(shop.0.path())
            .args(["compare", "counts.csv", "counts.csv", "--out", "pipe"])
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut said = String::new();
        let mut errors = std::io::BufReader::new(waiting.stderr.take().expect("piped"));
        std::io::BufRead::read_line(&mut errors, &mut said).expect("a line");
        waiting.kill().expect("it waits");
        waiting.wait().expect("it ended");
        assert!(said.contains("named pipe") && said.contains("waits"), "{said}");
    }
    if Path::new("/dev/full").exists() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it opens");
        let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("epsiloscope"))
            .current_dir(shop.0.path())
            .args(["compare", "counts.csv", "counts.csv"])
            .stdout(full)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("standard output cannot be written"), "{said}");
        // What stands beside is written first: where it cannot be, there are no rows either.
        let (code, said) = shop.run(&[
            "generate",
            "--users",
            "5",
            "--rows",
            "9",
            "--out",
            "rows.csv",
            "--catalogue",
            "/dev/full",
        ]);
        assert!(code == Some(2) && said.contains("--catalogue"), "{said}");
        assert!(!shop.path("rows.csv").exists());
    }
    // A limit on the size of files is an error of writing, no end by a signal.
    let limited = std::process::Command::new("sh")
        .current_dir(shop.0.path())
        .args(["-c", "ulimit -f 1; exec \"$0\" generate --users 500 --rows 9000 --out big.csv"])
        .arg(assert_cmd::cargo::cargo_bin("epsiloscope"))
        .output()
        .expect("it runs");
    assert_eq!(limited.status.code(), Some(2), "{}", String::from_utf8_lossy(&limited.stderr));
    assert!(!shop.path("big.csv").exists());
}
