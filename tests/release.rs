//! Releases as they meet the world: killed, raced, refused, on a full disk; and what stands
//! in the published files. With the real program, real files and real ledgers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rusqlite::Connection;
use serde_json::Value;
use sha2::{Digest, Sha256};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epsiloscope");
const LEDGER: &str = "shop.ledger";
/// A budget that holds whatever a test asks for.
const PLENTY: &str = "1000000000";

/// One row: user, item, quantity, price in cents.
type Row = (String, String, i64, i64);

/// A folder with orders, a catalogue and a ledger; the program runs in it.
struct Shop(tempfile::TempDir);

impl Shop {
    /// A shop with these rows and catalogue, and no ledger yet.
    fn of(rows: &[Row], catalogue: &[String]) -> Self {
        let shop = Self(tempfile::tempdir().expect("a folder"));
        let mut orders = "user,item,quantity,price\n".to_owned();
        for (user, item, quantity, cents) in rows {
            orders += &format!("{user},{item},{quantity},{}.{:02}\n", cents / 100, cents % 100);
        }
        shop.file("orders.csv", orders.as_bytes());
        shop.catalogue("catalogue.csv", catalogue);
        shop
    }

    /// Forty users who each buy each of thirty items, all of which are in the catalogue.
    fn forty_by_thirty() -> Self {
        Self::of(&rows(40, 30), &names("i", 30))
    }

    fn with_ledger(self, epsilon: &str, delta: &str, accountant: &str) -> Self {
        self.done(&[
            "ledger",
            "create",
            LEDGER,
            "--dataset",
            "orders",
            "--epsilon",
            epsilon,
            "--delta",
            delta,
            "--accountant",
            accountant,
        ]);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("a file");
    }

    fn catalogue(&self, name: &str, keys: &[String]) {
        self.file(name, format!("item\n{}\n", keys.join("\n")).as_bytes());
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.0.path()).timeout(Duration::from_secs(120));
        command.args(arguments).output().expect("it runs")
    }

    /// Runs it, expects success, returns what it said on standard output.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs it, expects refusal in one sentence that leaves every file as it was, returns
    /// the sentence.
    fn refused(&self, arguments: &[&str]) -> String {
        let before = self.snapshot();
        let output = self.run(arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
        assert!(!said.contains("panicked"), "{said}");
        assert!(
            said.starts_with("epsiloscope: ") || said.starts_with("error: "),
            "{arguments:?}: {said}"
        );
        if said.starts_with("epsiloscope: ") {
            assert_eq!(said.matches('\n').count(), 1, "{arguments:?}: more than one line: {said}");
        }
        assert!(self.snapshot() == before, "{arguments:?} changed a file: {:?}", self.names());
        said
    }

    /// Arguments of a release of the orders, before what is particular.
    fn release<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["release", "orders.csv", "--ledger", LEDGER], more].concat()
    }

    fn show(&self) -> Value {
        serde_json::from_str(&self.done(&["ledger", "show", LEDGER, "--format", "json"]))
            .expect("JSON")
    }

    fn spent(&self) -> f64 {
        self.show()["epsilon_spent"].as_f64().expect("a number")
    }

    fn entries(&self) -> Vec<Value> {
        self.show()["entries"].as_array().expect("a list").clone()
    }

    fn check(&self) -> String {
        self.done(&["ledger", "check", LEDGER])
    }

    /// A published file: header and rows.
    fn table(&self, name: &str) -> (Vec<String>, Vec<(String, String)>) {
        let mut reader = csv::Reader::from_path(self.path(name)).expect("a published file");
        let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let rows = reader.records().map(|record| {
            let record = record.expect("a row");
            assert_eq!(record.len(), 2);
            (record[0].to_owned(), record[1].to_owned())
        });
        (header, rows.collect())
    }

    /// Keys and values of a published file of whole numbers.
    fn values(&self, name: &str) -> Vec<(String, i64)> {
        let (header, rows) = self.table(name);
        assert_eq!(header, ["group", "value"]);
        rows.into_iter().map(|(key, value)| (key, value.parse().expect("a whole number"))).collect()
    }

    fn statement(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).expect("a statement")).expect("JSON")
    }

    fn digest(&self, name: &str) -> String {
        digest(&self.path(name))
    }

    /// Every file's bytes by name.
    fn snapshot(&self) -> BTreeMap<String, Vec<u8>> {
        self.names()
            .into_iter()
            .map(|name| (name.clone(), fs::read(self.path(&name)).unwrap_or_default()))
            .collect()
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

fn digest(path: &Path) -> String {
    Sha256::digest(fs::read(path).expect("a file"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `i00`, `i01` and so on.
fn names(letter: &str, count: usize) -> Vec<String> {
    (0..count).map(|at| format!("{letter}{at:02}")).collect()
}

/// Every user buys every item, between 1 and 5 of it.
fn rows(users: usize, items: usize) -> Vec<Row> {
    let of_user = |user: usize| {
        (0..items).map(move |item| {
            let quantity = ((user * 7 + item * 3) % 5 + 1) as i64;
            (format!("u{user:02}"), format!("i{item:02}"), quantity, 25 + 10 * item as i64)
        })
    };
    (0..users).flat_map(of_user).collect()
}

/// True sums of quantities by item.
fn true_sums(rows: &[Row]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for (_, item, quantity, _) in rows {
        *sums.entry(item.clone()).or_insert(0) += quantity;
    }
    sums
}

/// Whether `text` holds `number` as a number of its own, not as part of a longer one.
fn says_number(text: &str, number: i64) -> bool {
    let number = number.to_string();
    text.match_indices(&number).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + number.len()..].chars().next();
        !before.is_some_and(|c| c.is_ascii_alphanumeric())
            && !after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

// ---- 1. Killed at any moment -------------------------------------------------------

/// What a run that was killed had done.
#[derive(Debug, Default)]
struct Killed {
    /// Nothing was reserved.
    before: usize,
    /// Reserved and not marked published.
    between: usize,
    /// The same, but the file stands.
    between_with_file: usize,
    /// Marked published.
    after: usize,
    /// The same, and the run had ended by itself.
    finished: usize,
    /// Replacing, killed when the new statement stood beside the old file.
    statement_ahead_of_its_file: usize,
}

#[test]
fn kills() {
    let count: usize = std::env::var("EPSILOSCOPE_KILLS")
        .map_or(30, |text| text.parse().expect("a number of kills"));
    let whole_runs = 6;
    // If no kill came in time, this would be spent to the end.
    let budget = format!("{}.{}", (whole_runs + count) / 10, (whole_runs + count) % 10);
    let shop = Shop::forty_by_thirty().with_ledger(&budget, "0", "basic");
    fs::create_dir(shop.path("published")).unwrap();
    // In turn: values to a new file, an order to a new file, values in place of the last.
    let output = |run: usize| match run % 3 {
        2 => "published/latest.csv".to_owned(),
        _ => format!("published/run-{run:04}.csv"),
    };
    let start = |run: usize| {
        let mut process = Process::new(PROGRAM);
        process
            .current_dir(shop.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        process.args(Shop::release(&[
            "--epsilon",
            "0.1",
            "--groups",
            "catalogue.csv",
            "--out",
            &output(run),
        ]));
        match run % 3 {
            0 => process.args(["--l0", "5", "--linf", "3"]),
            1 => process.args(["--top-k", "5"]),
            _ => process.args(["--l0", "5", "--linf", "3", "--force"]),
        };
        process.spawn().expect("it starts")
    };
    let mut times: Vec<Duration> = (0..whole_runs)
        .map(|run| {
            let clock = Instant::now();
            assert!(start(run).wait().unwrap().success());
            clock.elapsed()
        })
        .collect();
    times.sort();
    let typical = times[whole_runs / 2];

    let mut random = Xoshiro256PlusPlus::seed_from_u64(500);
    let mut killed = Killed::default();
    let mut known = whole_runs;
    for run in whole_runs..whole_runs + count {
        let share = (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let mut child = start(run);
        thread::sleep(typical.mul_f64(1.2 * share));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        let ended = ended.or(child.wait().ok().filter(|status| status.code().is_some()));
        assert!(
            ended.is_none_or(|status| status.success()),
            "run {run} failed by itself: {ended:?}"
        );

        let shown = shop.show();
        let entries = shown["entries"].as_array().unwrap();
        assert!(shown["epsilon_spent"].as_f64() <= shown["epsilon_total"].as_f64());
        let per_entry = shown["epsilon_spent"].as_f64().unwrap() / entries.len() as f64;
        assert!((per_entry / 0.1 - 1.0).abs() < 1e-9, "an entry counts for {per_entry}");
        match entries.len() - known {
            0 => killed.before += 1,
            1 => {
                let entry = &entries[known];
                let named = shop.path(&output(run));
                assert!(
                    Path::new(entry["output"].as_str().unwrap()).ends_with(output(run)),
                    "{entry}"
                );
                match entry["state"].as_str() {
                    Some("published") => killed.after += 1,
                    Some("reserved") => {
                        killed.between += 1;
                        let stands = named.exists()
                            && Some(digest(&named).as_str()) == entry["sha256"].as_str();
                        killed.between_with_file += usize::from(stands);
                    }
                    state => panic!("{state:?}"),
                }
            }
            more => panic!("one run made {more} entries"),
        }
        if ended.is_some() {
            killed.finished += 1;
            assert_eq!(entries.last().unwrap()["state"], "published");
            assert_eq!(entries.len(), known + 1);
        }
        let more = entries.len() > known;
        known = entries.len();
        let said = shop.check();
        for entry in entries.iter().filter(|entry| entry["state"] == "reserved") {
            let line = format!("entry {}: ", entry["id"]);
            assert!(
                said.lines().any(|said| said.starts_with(&line)),
                "{line} is not explained: {said}"
            );
        }
        // What was to be replaced is the old file or the new one, whole.
        let latest = shop.digest("published/latest.csv");
        let of_latest = |entry: &&Value| entry["output"].as_str().unwrap().ends_with("latest.csv");
        let digests: Vec<&str> =
            entries.iter().filter(of_latest).filter_map(|entry| entry["sha256"].as_str()).collect();
        assert!(
            digests.contains(&latest.as_str()),
            "run {run}: latest.csv is the file of no entry"
        );
        let stated = shop.statement("published/latest.json");
        assert!(digests.contains(&stated["sha256"].as_str().unwrap()), "run {run}");
        let ahead = stated["sha256"] != latest.as_str();
        killed.statement_ahead_of_its_file += usize::from(ahead && more && run % 3 == 2);
    }
    everything_has_its_entry(&shop, "published");
    println!("{count} kills over 1.2 times {typical:?}: {killed:?}");
    if count >= 100 {
        assert!(
            killed.before > 0 && killed.after > 0,
            "the delays were not spread well: {killed:?}"
        );
    }
}

/// Every file in `folder` is a whole release of an entry, and every published entry has its
/// file there, except those that a later release replaced.
fn everything_has_its_entry(shop: &Shop, folder: &str) {
    let entries = shop.entries();
    let mut by_output: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for entry in &entries {
        let name = Path::new(entry["output"].as_str().unwrap())
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        by_output.entry(name).or_default().push(entry);
    }
    for name in names_in(&shop.path(folder)) {
        if name.starts_with('.') {
            assert!(
                !name.ends_with(".csv") && !name.ends_with(".json"),
                "{name} looks like a file to read"
            );
            continue;
        }
        let (stem, ending) = name.rsplit_once('.').unwrap();
        assert!(ending == "csv" || ending == "json", "{name}");
        let of_file = by_output
            .get(&format!("{stem}.csv"))
            .unwrap_or_else(|| panic!("no entry names {name}"));
        let digests: Vec<&str> =
            of_file.iter().filter_map(|entry| entry["sha256"].as_str()).collect();
        if ending == "csv" {
            assert!(
                digests.contains(&shop.digest(&format!("{folder}/{name}")).as_str()),
                "{name} is not whole"
            );
            assert!(
                shop.path(folder).join(format!("{stem}.json")).exists(),
                "{name} has no statement"
            );
        } else {
            let stated = shop.statement(&format!("{folder}/{name}"));
            assert_eq!(stated["file"], format!("{stem}.csv"));
            let owner = of_file
                .iter()
                .find(|entry| entry["id"] == stated["ledger"]["entry"])
                .expect("its entry");
            assert_eq!(owner["sha256"], stated["sha256"], "{name}");
            let alone = !shop.path(folder).join(format!("{stem}.csv")).exists();
            assert!(
                !alone || owner["state"] == "reserved",
                "{name} stands alone, but its entry is published"
            );
        }
    }
    for (name, of_file) in &by_output {
        let Some(last) = of_file.iter().rposition(|entry| entry["state"] == "published") else {
            continue;
        };
        let found = shop.digest(&format!("{folder}/{name}"));
        let may_be: Vec<&str> =
            of_file[last..].iter().filter_map(|entry| entry["sha256"].as_str()).collect();
        assert!(may_be.contains(&found.as_str()), "{name} is not what its entry says");
    }
}

// ---- 2. Many at once ---------------------------------------------------------------

#[test]
fn of_32_at_once_exactly_as_many_succeed_as_fit() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    let children: Vec<_> = (0..32)
        .map(|run| {
            let out = format!("out-{run:02}.csv");
            let more = [
                "--epsilon",
                "0.1",
                "--l0",
                "5",
                "--linf",
                "3",
                "--groups",
                "catalogue.csv",
                "--out",
                &out,
            ];
            let mut process = Process::new(PROGRAM);
            process
                .current_dir(shop.0.path())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            process.args(Shop::release(&more)).spawn().expect("it starts")
        })
        .collect();
    let outputs: Vec<Output> =
        children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let (done, refused): (Vec<&Output>, Vec<&Output>) =
        outputs.iter().partition(|output| output.status.success());
    for output in &refused {
        assert_eq!(output.status.code(), Some(2), "{}", stderr(output));
        assert!(stderr(output).contains("over budget"), "{}", stderr(output));
    }
    assert_eq!((done.len(), refused.len()), (10, 22));
    let shown = shop.show();
    let entries = shown["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 10);
    assert!(entries.iter().all(|entry| entry["state"] == "published"));
    assert_eq!(
        (shown["epsilon_spent"].as_f64(), shown["epsilon_remaining"].as_f64()),
        (Some(1.0), Some(0.0))
    );
    let published = shop.names().into_iter().filter(|name| name.starts_with("out-"));
    let (files, statements): (Vec<String>, Vec<String>) =
        published.partition(|name| name.ends_with(".csv"));
    assert_eq!((files.len(), statements.len()), (10, 10));
    for entry in entries {
        let path = Path::new(entry["output"].as_str().unwrap());
        assert_eq!(entry["sha256"], digest(path));
    }
    assert!(shop.check().contains("unchanged"));
}

#[test]
fn of_many_that_want_one_name_one_gets_it() {
    let shop = Shop::forty_by_thirty().with_ledger("10", "0", "basic");
    fs::create_dir(shop.path("published")).unwrap();
    let arguments = good_but(&[("--out", Some("published/out.csv"))]);
    let start = || {
        let mut process = Process::new(PROGRAM);
        process
            .current_dir(shop.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        process.args(&arguments).spawn().expect("it starts")
    };
    let children: Vec<_> = (0..12).map(|_| start()).collect();
    let outputs: Vec<Output> =
        children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert_eq!(outputs.iter().filter(|output| output.status.success()).count(), 1);
    // Each of the others is refused before anything is spent: the name is taken, or somebody is at it.
    for said in outputs.iter().filter(|output| !output.status.success()).map(stderr) {
        let is_told = said.contains("exists") || said.contains("another release is publishing");
        assert!(is_told && said.matches('\n').count() == 1, "{said}");
        assert!(!said.contains("stays spent"), "{said}");
    }
    let entries = shop.entries();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries.iter().filter(|entry| entry["state"] == "published").count(), 1);
    assert!(shop.check().contains("unchanged"));
    everything_has_its_entry(&shop, "published");
}

// ---- 3. Exact sums -----------------------------------------------------------------

#[test]
fn ten_tenths_fit_and_a_refusal_leaves_the_rest() {
    for (total, rest) in [("1", None), ("1.05", Some("0.05"))] {
        let shop = Shop::forty_by_thirty().with_ledger(total, "0", "basic");
        let release = |epsilon: &str, out: &str| {
            let more = [
                "--epsilon",
                epsilon,
                "--l0",
                "5",
                "--linf",
                "3",
                "--groups",
                "catalogue.csv",
                "--out",
                out,
            ];
            shop.run(&Shop::release(&more))
        };
        for run in 0..10 {
            let output = release("0.1", &format!("out-{run}.csv"));
            assert!(output.status.success(), "{total}, release {run}: {}", stderr(&output));
        }
        let before = shop.snapshot();
        let eleventh = release("0.1", "eleventh.csv");
        assert_eq!(eleventh.status.code(), Some(2));
        let said = stderr(&eleventh);
        let left = format!("ε {} ", rest.unwrap_or("0"));
        assert!(
            said.contains("over budget") && said.contains(&left) && said.contains("is left"),
            "{said}"
        );
        assert!(shop.snapshot() == before, "the refusal changed a file");
        assert_eq!(shop.spent(), 1.0);
        if let Some(rest) = rest {
            assert!(release(rest, "rest.csv").status.success());
            let shown = shop.show();
            assert_eq!(
                (shown["epsilon_spent"].as_f64(), shown["epsilon_remaining"].as_f64()),
                (Some(1.05), Some(0.0))
            );
            assert_eq!(release("0.000000001", "crumb.csv").status.code(), Some(2));
        }
    }
}

// ---- 4. Bad input ------------------------------------------------------------------

/// A release that nothing is wrong with.
const GOOD: [&str; 10] = [
    "--epsilon",
    "0.1",
    "--l0",
    "5",
    "--linf",
    "3",
    "--groups",
    "catalogue.csv",
    "--out",
    "out.csv",
];

/// An argument and its new value; none to leave it out, an empty one for a flag without.
type Change = (&'static str, Option<&'static str>);

/// [`GOOD`] with some arguments changed, added or left out.
fn good_but(changes: &[Change]) -> Vec<&'static str> {
    let mut pairs: Vec<[&str; 2]> = GOOD.chunks(2).map(|pair| [pair[0], pair[1]]).collect();
    let mut flags = Vec::new();
    for &(flag, value) in changes {
        pairs.retain(|pair| pair[0] != flag);
        match value {
            Some("") => flags.push(flag),
            Some(value) => pairs.push([flag, value]),
            None => {}
        }
    }
    [Shop::release(pairs.as_flattened()), flags].concat()
}

#[test]
fn bad_arguments_spend_and_write_nothing() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "1e-6", "basic");
    shop.done(&good_but(&[("--epsilon", Some("0.25")), ("--out", Some("taken.csv"))]));
    shop.file("taken-too.json", b"old");
    shop.catalogue("twice.csv", &["i00", "i01", "i00"].map(str::to_owned));
    shop.file("gap.csv", b"item,name\ni00,tea\n ,art\ni02,tin\n");
    fs::copy(shop.path("orders.csv"), shop.path("orders-2.csv")).unwrap();
    fs::create_dir(shop.path("folder.csv")).unwrap();
    let cases: &[(&[Change], &str)] = &[
        (&[("--epsilon", Some("0.8"))], "over budget"),
        (&[("--epsilon", Some("0.750000001"))], "ε 0.75 "),
        (&[("--delta", Some("1e-5")), ("--mechanism", Some("discrete-gaussian"))], "over budget"),
        (&[("--l0", None)], "--l0 is missing"),
        (&[("--linf", None)], "--linf is missing"),
        (&[("--l0", Some("0"))], "l0 must be at least 1"),
        (&[("--linf", Some("0"))], "linf"),
        (&[("--linf", Some("2.5"))], "--linf must be a whole number"),
        (&[("--measure", Some("revenue")), ("--linf", Some("2.50505"))], "--linf"),
        (&[("--measure", Some("buyers"))], "linf is 1 for buyers"),
        (&[("--out", Some("taken.csv"))], "taken.csv exists"),
        (&[("--out", Some("taken-too.csv"))], "taken-too.json exists"),
        (&[("--out", Some("out.txt"))], "must end in .csv"),
        (&[("--out", Some("out"))], "must end in .csv"),
        (&[("--out", Some("nowhere/out.csv"))], "there is no folder nowhere"),
        (&[("--out", Some("folder.csv"))], "is a folder"),
        (&[("--out", Some("folder.csv")), ("--force", Some(""))], "is a folder"),
        (&[("--out", Some("orders.csv")), ("--force", Some(""))], "is the file that is read"),
        (&[("--epsilon", Some("0.1234567891"))], "more than 9 decimals"),
        (&[("--epsilon", Some("0"))], "--epsilon must be above 0"),
        (&[("--epsilon", Some("-1"))], "--epsilon"),
        (&[("--epsilon", Some("nan"))], "--epsilon"),
        (&[("--epsilon", Some("inf"))], "--epsilon"),
        (&[("--epsilon", Some("much"))], "--epsilon"),
        (&[("--groups", None)], "--delta"),
        (&[("--groups", None), ("--mechanism", Some("discrete-gaussian"))], "--delta"),
        (&[("--groups", None), ("--delta", Some("0"))], "--delta"),
        (&[("--groups", None), ("--delta", Some("1"))], "δ must be below 1"),
        (&[("--groups", None), ("--delta", Some("-1"))], "--delta"),
        (&[("--groups", None), ("--delta", Some("nan"))], "--delta"),
        (&[("--mechanism", Some("discrete-gaussian"))], "needs --delta"),
        (&[("--mechanism", Some("laplace"))], "laplace"),
        (&[("--groups", Some("twice.csv"))], "the key i00 twice"),
        (&[("--groups", Some("gap.csv"))], "no key in data row 2"),
        (&[("--groups", Some("gone.csv"))], "gone.csv"),
        (&[("--groups-column", Some("sku"))], "no column sku"),
        (&[("--groups-are-public", Some(""))], "cannot be used with"),
        (&[("--top-k", Some("5")), ("--groups", None)], "--groups CATALOGUE.csv"),
        (&[("--top-k", Some("31"))], "longer than the catalogue"),
        (&[("--top-k", Some("0"))], "at least 1"),
        (&[("--top-k", Some("-1"))], "--top-k"),
        (&[("--top-k", Some("5")), ("--measure", Some("revenue"))], "revenue cannot be ranked"),
        (&[("--top-k", Some("5")), ("--floor-at-zero", Some(""))], "--floor-at-zero"),
        (&[("--dataset", Some("other"))], "belongs to the dataset orders, not other"),
        (&[("--unprotected", Some(" "))], "--unprotected is empty"),
        (&[("--group-by", Some("country"))], "--country COLUMN"),
        (&[("--ledger", Some("gone.ledger"))], "gone.ledger"),
    ];
    for (changes, words) in cases {
        let mut arguments = good_but(changes);
        if changes.iter().any(|(flag, _)| *flag == "--ledger") {
            // The last one said must be the only one.
            let first = arguments.iter().position(|argument| *argument == "--ledger").unwrap();
            arguments.drain(first..first + 2);
        }
        let said = shop.refused(&arguments);
        assert!(said.contains(words), "{changes:?}: {said}");
        assert_eq!(shop.entries().len(), 1, "{changes:?} spent");
    }
    let mut renamed = good_but(&[]);
    renamed[1] = "orders-2.csv";
    assert!(shop.refused(&renamed).contains("belongs to the dataset orders, not orders-2"));
    renamed[1] = "gone.csv";
    renamed.extend(["--dataset", "orders"]);
    assert!(shop.refused(&renamed).contains("gone.csv"));
    assert_eq!(shop.spent(), 0.25);
    // After all that the good one goes through.
    shop.done(&good_but(&[]));
}

// A number with an exponent must not be taken for arguments of its own.
#[test]
fn negative_amounts_with_an_exponent_are_refused_by_the_flag_that_got_them() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "1e-6", "basic");
    for flag in ["--delta", "--epsilon"] {
        let said = shop.refused(&good_but(&[("--groups", None), (flag, Some("-1e-6"))]));
        assert!(said.contains(flag) && !said.contains("unexpected argument"), "{flag}: {said}");
    }
}

#[test]
fn force_replaces_a_release_and_its_statement() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    shop.file("out.csv", b"old");
    shop.file("out.json", b"older");
    assert!(shop.refused(&good_but(&[])).contains("out.csv exists"));
    for entry in 1..=2 {
        shop.done(&good_but(&[("--force", Some(""))]));
        let stated = shop.statement("out.json");
        assert_eq!(stated["sha256"], shop.digest("out.csv"));
        assert_eq!(stated["ledger"]["entry"], entry);
        assert_eq!(shop.values("out.csv").len(), 30);
    }
    let said = shop.check();
    assert!(said.contains("entry 1: ") && said.contains("was changed or replaced"), "{said}");
    assert!(!said.contains("entry 2: "), "{said}");
}

#[test]
fn force_never_replaces_the_ledger() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    for (name, out) in
        [("ledger.csv", "ledger.csv"), ("other.json", "other.csv"), ("other.json", "./other.csv")]
    {
        fs::copy(shop.path(LEDGER), shop.path(name)).unwrap();
        let mut arguments = good_but(&[("--force", Some("")), ("--out", None)]);
        arguments[3] = name;
        arguments.extend(["--out", out]);
        let said = shop.refused(&arguments);
        assert!(said.contains("is a ledger") || said.contains("is the ledger"), "{out}: {said}");
    }
}

#[test]
fn force_never_replaces_the_catalogue() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    let said = shop.refused(&good_but(&[("--out", Some("catalogue.csv")), ("--force", Some(""))]));
    assert!(said.contains("catalogue.csv"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_anything_is_spent() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    // Not even root can make a file in this folder.
    let said = shop.refused(&good_but(&[("--out", Some("/proc/out.csv"))]));
    assert!(said.contains("/proc/out.csv cannot be written"), "{said}");
    assert_eq!(shop.spent(), 0.0);
}

#[cfg(unix)]
#[test]
fn a_name_taken_by_a_link_to_nothing_is_refused_before_anything_is_spent() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    for (link, out) in [("out.csv", "out.csv"), ("beside.json", "beside.csv")] {
        std::os::unix::fs::symlink("nowhere", shop.path(link)).unwrap();
        let said = shop.refused(&good_but(&[("--out", Some(out))]));
        assert!(said.contains(link) && said.contains("exists"), "{said}");
    }
    assert_eq!(shop.spent(), 0.0);
}

#[test]
fn bad_ledgers_are_left_alone() {
    let shop = Shop::forty_by_thirty().with_ledger("100", "0", "basic");
    for run in 0..3 {
        let out = format!("before-{run}.csv");
        let more = [
            "--epsilon",
            "1",
            "--l0",
            "5",
            "--linf",
            "3",
            "--groups",
            "catalogue.csv",
            "--out",
            &out,
        ];
        shop.done(&Shop::release(&more));
    }
    let whole = fs::read(shop.path(LEDGER)).unwrap();
    let release = |ledger: &str| {
        let mut arguments = good_but(&[]);
        arguments[3] = ledger;
        shop.refused(&arguments)
    };
    assert!(release("gone.ledger").contains("there is no ledger gone.ledger"));
    shop.file("text.ledger", b"item,value\na,1\n");
    assert!(release("text.ledger").contains("text.ledger is no ledger"));
    shop.file("empty.ledger", b"");
    assert!(release("empty.ledger").contains("empty.ledger is empty"));
    fs::create_dir(shop.path("folder.ledger")).unwrap();
    assert!(release("folder.ledger").contains("is a folder"));
    let foreign = Connection::open(shop.path("foreign.ledger")).unwrap();
    foreign.execute_batch("CREATE TABLE entry (id INTEGER)").unwrap();
    drop(foreign);
    assert!(release("foreign.ledger").contains("is no ledger"));
    for keep in [
        10,
        16,
        99,
        100,
        101,
        512,
        4096,
        4097,
        whole.len() / 2,
        whole.len() - 4096,
        whole.len() - 2000,
    ] {
        shop.file("cut.ledger", &whole[..keep]);
        let said = release("cut.ledger");
        assert!(
            said.contains("is damaged") || said.contains("is no ledger"),
            "cut at {keep}: {said}"
        );
    }
    let changed = |name: &str, sql: &str| {
        shop.file(name, &whole);
        Connection::open(shop.path(name)).unwrap().execute_batch(sql).unwrap();
        release(name)
    };
    assert!(
        changed("later.ledger", "PRAGMA user_version = 3").contains("written by a later version")
    );
    for (name, sql) in [
        ("overspent.ledger", "UPDATE entry SET epsilon = '50'"),
        ("negative.ledger", "UPDATE entry SET epsilon = '-50' WHERE id = 1"),
        ("words.ledger", "UPDATE entry SET delta = 'none' WHERE id = 1"),
        ("laws.ledger", "UPDATE entry SET events = '[' WHERE id = 1"),
        ("headless.ledger", "DELETE FROM ledger"),
        ("accountant.ledger", "UPDATE ledger SET accountant = 'pld'"),
    ] {
        let said = changed(name, sql);
        assert!(said.contains(name) && said.contains("is damaged"), "{name}: {said}");
    }
    assert!(fs::read(shop.path(LEDGER)).unwrap() == whole);
    shop.done(&good_but(&[]));
}

// SQLite reads what is missing from the last page as zeros.
#[test]
fn a_ledger_cut_short_by_a_few_bytes_is_refused() {
    for entries in [3, 20] {
        let shop = Shop::forty_by_thirty().with_ledger("100", "0", "basic");
        for run in 0..entries {
            let out = format!("before-{run}.csv");
            let more = [
                "--epsilon",
                "1",
                "--l0",
                "5",
                "--linf",
                "3",
                "--groups",
                "catalogue.csv",
                "--out",
                &out,
            ];
            shop.done(&Shop::release(&more));
        }
        let whole = fs::read(shop.path(LEDGER)).unwrap();
        for missing in [1, 2, 10, 64, 70] {
            shop.file("cut.ledger", &whole[..whole.len() - missing]);
            let mut arguments = good_but(&[]);
            arguments[3] = "cut.ledger";
            assert!(
                shop.refused(&arguments).contains("is damaged"),
                "{entries} entries, {missing} bytes"
            );
            assert!(shop.refused(&["ledger", "check", "cut.ledger"]).contains("is damaged"));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_ledger_can_be_shown_and_not_spent_from() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    fs::set_permissions(shop.path(LEDGER), fs::Permissions::from_mode(0o444)).unwrap();
    assert!(shop.refused(&good_but(&[])).contains("shop.ledger is read-only"));
    assert_eq!(shop.spent(), 0.0);
    shop.check();
    fs::set_permissions(shop.path(LEDGER), fs::Permissions::from_mode(0o644)).unwrap();
    shop.done(&good_but(&[]));
}

#[test]
fn a_locked_ledger_is_waited_for_and_then_refused() {
    let held = |lock: &'static str| {
        thread::spawn(move || {
            let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
            let before = shop.snapshot();
            let other = Connection::open(shop.path(LEDGER)).unwrap();
            other.execute_batch(lock).unwrap();
            // While the lock is held this process leaves the file alone: closing it again would
            // give up the lock.
            let clock = Instant::now();
            let output = shop.run(&good_but(&[]));
            let waited = clock.elapsed();
            other.execute_batch("ROLLBACK").unwrap();
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{lock}: {said}");
            assert!(
                said.contains("locked by another program") && said.matches('\n').count() == 1,
                "{lock}: {said}"
            );
            assert!(waited > Duration::from_secs(9), "{lock}: it did not wait");
            assert!(shop.snapshot() == before, "{lock}: a file was changed");
            assert_eq!(shop.spent(), 0.0);
            shop.done(&good_but(&[]));
        })
    };
    // The first stops reading, too; the second only spending.
    let both = [held("BEGIN EXCLUSIVE"), held("BEGIN IMMEDIATE")];
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    let other = Connection::open(shop.path(LEDGER)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    thread::scope(|scope| {
        let waits = scope.spawn(|| shop.done(&good_but(&[])));
        thread::sleep(Duration::from_secs(1));
        assert!(!waits.is_finished(), "it did not wait for the lock");
        other.execute_batch("ROLLBACK").unwrap();
        waits.join().unwrap();
    });
    both.into_iter().for_each(|test| test.join().unwrap());
}

#[test]
fn ledgers_that_cannot_be_made_are_not() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    let create =
        |name: &str, more: &[&str]| shop.refused(&[&["ledger", "create", name], more].concat());
    let named = ["--dataset", "orders", "--epsilon", "5"];
    let plus = |more: &[&'static str]| create("new.ledger", &[&named, more].concat());
    assert!(plus(&["--delta", "1e-6", "--accountant", "pld"]).contains("fixed in advance"));
    assert!(plus(&["--accountant", "zcdp"]).contains("needs a δ"));
    assert!(plus(&["--accountant", "rdp"]).contains("needs a δ"));
    assert!(plus(&["--delta", "1"]).contains("δ must be below 1"));
    assert!(plus(&["--delta", "-1"]).contains("--delta"));
    assert!(create(LEDGER, &named).contains("exists already"));
    assert!(create("nowhere/new.ledger", &named).contains("nowhere/new.ledger"));
    for epsilon in ["0", "-1", "nan", "0.1234567891"] {
        create("new.ledger", &["--dataset", "orders", "--epsilon", epsilon]);
    }
    assert!(create("new.ledger", &["--dataset", " ", "--epsilon", "1"]).contains("name"));
}

// ---- 5. What is published ----------------------------------------------------------

#[test]
fn a_catalogue_release_has_one_row_for_every_key_and_no_other() {
    let data = rows(40, 30);
    // In no order, with keys that are not in the data; half of the data is not in it.
    let mut catalogue: Vec<String> = names("i", 15).into_iter().rev().collect();
    catalogue.extend(
        ["é", "z", "Z", "a b", "i3", "10", "9", "\"quoted, with a comma\""].map(str::to_owned),
    );
    let shop = Shop::of(&data, &catalogue).with_ledger(PLENTY, "0", "basic");
    let sums = true_sums(&data);
    let large = ["--epsilon", "1000000", "--l0", "30", "--linf", "1000"];
    let exact = [&large[..], &["--groups", "catalogue.csv", "--out", "exact.csv"]].concat();
    shop.done(&Shop::release(&exact));
    let unquoted = |key: &String| key.trim_matches('"').to_owned();
    let mut wanted: Vec<(String, i64)> = catalogue
        .iter()
        .map(unquoted)
        .map(|key| (key.clone(), sums.get(&key).copied().unwrap_or(0)))
        .collect();
    wanted.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
    assert_eq!(shop.values("exact.csv"), wanted);
    let text = fs::read_to_string(shop.path("exact.csv")).unwrap();
    assert!(text.starts_with("group,value\n") && text.ends_with('\n') && !text.contains('\r'));
    // Much noise: other values, the same keys.
    let noisy = [
        "--epsilon",
        "0.01",
        "--l0",
        "5",
        "--linf",
        "3",
        "--groups",
        "catalogue.csv",
        "--out",
        "noisy.csv",
    ];
    shop.done(&Shop::release(&noisy));
    let noised = shop.values("noisy.csv");
    assert!(noised.iter().map(|(key, _)| key).eq(wanted.iter().map(|(key, _)| key)));
    assert!(
        noised.iter().zip(&wanted).filter(|(noised, wanted)| noised.1 != wanted.1).count() > 15
    );
}

#[test]
fn bounds_are_applied_among_the_groups_of_the_catalogue() {
    // Each user holds six of twelve items that are listed and twenty that are not.
    let mut data: Vec<Row> = Vec::new();
    for user in 0..40usize {
        data.extend(
            (0..6).map(|n| (format!("u{user:02}"), format!("i{:02}", (user + n) % 12), 5, 100)),
        );
        data.extend((0..20).map(|n| (format!("u{user:02}"), format!("x{n:02}"), 9, 100)));
    }
    let shop = Shop::of(&data, &names("i", 12)).with_ledger(PLENTY, "0", "basic");
    let release = |l0: &str, linf: &str, out: &str| {
        let more = [
            "--epsilon",
            "10000000",
            "--l0",
            l0,
            "--linf",
            linf,
            "--groups",
            "catalogue.csv",
            "--out",
            out,
        ];
        shop.done(&Shop::release(&more));
        shop.values(out)
    };
    let sums = true_sums(&data);
    let six: Vec<i64> = release("6", "2", "six.csv").into_iter().map(|(_, value)| value).collect();
    let wanted: Vec<i64> = names("i", 12).iter().map(|item| sums[item] / 5 * 2).collect();
    assert_eq!(six, wanted, "listed groups were pushed out by groups that are not listed");
    let four = release("4", "2", "four.csv");
    assert_eq!(four.iter().map(|(_, value)| value).sum::<i64>(), 40 * 4 * 2);
    assert!(four.iter().zip(&six).all(|((_, four), six)| four <= six));
    let wide = release("6", "5", "wide.csv");
    assert!(wide.iter().all(|(item, value)| *value == sums[item]));
}

#[test]
fn public_groups_are_all_published_with_a_warning() {
    let mut data = rows(40, 30);
    data.push(("alone".to_owned(), "only-mine".to_owned(), 1, 100));
    let shop = Shop::of(&data, &names("i", 3)).with_ledger(PLENTY, "0", "basic");
    let more = [
        "--epsilon",
        "1000000",
        "--l0",
        "30",
        "--linf",
        "1000",
        "--groups-are-public",
        "--out",
        "out.csv",
    ];
    let output = shop.run(&Shop::release(&more));
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("a key that only one user has is shown"),
        "{}",
        stderr(&output)
    );
    assert!(shop.values("out.csv").into_iter().eq(true_sums(&data)));
    let stated = shop.statement("out.json");
    assert_eq!(stated["groups"]["from"], "declared-public");
    assert_eq!(stated["delta"], 0.0);
}

#[test]
fn private_groups_hide_the_item_of_one_user() {
    let mut data: Vec<Row> =
        names("u", 200).into_iter().map(|user| (user, "popular".to_owned(), 1, 100)).collect();
    data.push(("alone".to_owned(), "only-mine".to_owned(), 100_000, 100));
    let shop = Shop::of(&data, &names("i", 3)).with_ledger(PLENTY, "1e-3", "basic");
    for run in 0..6 {
        let mechanism = ["discrete-laplace", "discrete-gaussian"][run % 2];
        let out = format!("out-{run}.csv");
        let more = ["--epsilon", "1", "--delta", "1e-9", "--l0", "1", "--linf", "1"];
        shop.done(&Shop::release(
            &[&more[..], &["--mechanism", mechanism, "--out", &out]].concat(),
        ));
        let values = shop.values(&out);
        assert!(
            matches!(values.as_slice(), [(key, value)] if key == "popular" && *value > 100),
            "{values:?}"
        );
        let stated = shop.statement(&format!("out-{run}.json"));
        assert_eq!(stated["groups"]["from"], "private-selection");
        let threshold = stated["groups"]["threshold"].as_f64().unwrap();
        assert!((15.0..80.0).contains(&threshold), "{threshold}");
        assert!((values[0].1 as f64) >= threshold);
        assert_eq!(
            (stated["delta"].as_f64(), &stated["mechanism"]),
            (Some(1e-9), &Value::from(mechanism))
        );
    }
    assert_eq!(shop.show()["delta_spent"].as_f64(), Some(6e-9));
}

#[test]
fn floored_values_are_never_negative() {
    let shop = Shop::of(&rows(5, 5), &names("absent", 40)).with_ledger(PLENTY, "0", "basic");
    let common = ["--epsilon", "0.01", "--l0", "5", "--linf", "3", "--groups", "catalogue.csv"];
    for (measure, ending) in [("purchases", "0"), ("revenue", "0.0000")] {
        let (plain, floored) = (format!("{measure}.csv"), format!("{measure}-floored.csv"));
        let release = |more: &[&str]| {
            shop.done(&Shop::release(&[&common[..], &["--measure", measure], more].concat()))
        };
        release(&["--out", &plain]);
        release(&["--out", &floored, "--floor-at-zero"]);
        // Half of them fall below 0, but for one chance in 2^40.
        assert!(shop.table(&plain).1.iter().any(|(_, value)| value.starts_with('-')));
        let rows = shop.table(&floored).1;
        assert!(!rows.iter().any(|(_, value)| value.starts_with('-')));
        assert!(rows.iter().any(|(_, value)| value == ending));
        assert!(shop.statement(&format!("{measure}.json"))["floor_at_zero"].is_null());
        let bias = &shop.statement(&format!("{measure}-floored.json"))["floor_at_zero"]["bias_of_an_empty_group"];
        // Half the mean absolute value of the noise, 5·3/0.01.
        assert!((bias.as_f64().unwrap() / 750.0 - 1.0).abs() < 0.01, "{bias}");
    }
}

#[test]
fn revenue_is_published_in_money() {
    let data = rows(40, 30);
    let shop = Shop::of(&data, &names("i", 30)).with_ledger(PLENTY, "0", "basic");
    let common =
        ["--measure", "revenue", "--l0", "30", "--linf", "20.00", "--groups", "catalogue.csv"];
    let release = |more: &[&str]| shop.done(&Shop::release(&[&common[..], more].concat()));
    release(&["--epsilon", "500000000", "--out", "exact.csv"]);
    release(&["--epsilon", "0.1", "--out", "noisy.csv"]);
    let mut cents: BTreeMap<String, i64> = BTreeMap::new();
    for (_, item, quantity, price) in &data {
        *cents.entry(item.clone()).or_default() += quantity * price;
    }
    let wanted: Vec<(String, String)> = cents
        .into_iter()
        .map(|(item, cents)| (item, format!("{}.{:02}00", cents / 100, cents % 100)))
        .collect();
    assert_eq!(shop.table("exact.csv").1, wanted);
    for (_, value) in shop.table("noisy.csv").1 {
        let (whole, part) = value.trim_start_matches('-').split_once('.').expect("a point");
        assert!(
            part.len() == 4 && (whole.to_owned() + part).bytes().all(|byte| byte.is_ascii_digit()),
            "{value}"
        );
    }
    let stated = shop.statement("noisy.json");
    assert_eq!(
        (stated["bounds"]["linf"].as_f64(), stated["scale"].as_f64()),
        (Some(20.0), Some(6000.0))
    );
}

#[test]
fn a_top_k_list_has_places_and_no_values() {
    // Item n has 40 - n buyers.
    let data: Vec<Row> =
        rows(40, 30).into_iter().filter(|(user, item, ..)| user[1..] >= item[1..]).collect();
    let mut catalogue = names("i", 30);
    catalogue.push("absent".to_owned());
    let shop = Shop::of(&data, &catalogue).with_ledger(PLENTY, "0", "basic");
    let release = |epsilon: &str, k: &str, out: &str| {
        let more = ["--epsilon", epsilon, "--top-k", k, "--groups", "catalogue.csv", "--out", out];
        shop.done(&Shop::release(&more));
        let (header, rows) = shop.table(out);
        assert_eq!(header, ["rank", "group"]);
        let places: Vec<String> = (1..=rows.len()).map(|place| place.to_string()).collect();
        assert!(rows.iter().map(|(place, _)| place).eq(&places));
        rows.into_iter().map(|(_, key)| key).collect::<Vec<String>>()
    };
    // Enough that the true order comes out.
    assert_eq!(release("100000", "7", "sure.csv"), names("i", 7));
    let all = release("0.01", "31", "all.csv");
    assert!(all.iter().collect::<BTreeSet<_>>() == catalogue.iter().collect());
    let some = release("0.01", "5", "some.csv");
    assert_eq!(some.iter().collect::<BTreeSet<_>>().len(), 5);
    assert!(some.iter().all(|key| catalogue.contains(key)));
    let stated = shop.statement("some.json");
    assert_eq!((stated["k"].as_u64(), stated["rows"].as_u64()), (Some(5), Some(5)));
    assert_eq!(
        (&stated["mechanism"], &stated["question"]["measure"]),
        (&"gumbel-top-k".into(), &"buyers".into())
    );
}

#[test]
fn the_statement_says_how_it_was_made() {
    let shop = Shop::forty_by_thirty().with_ledger("10", "1e-3", "basic");
    let common = ["--epsilon", "0.5", "--l0", "4", "--linf", "3", "--groups", "catalogue.csv"];
    let release = |out: &str, more: &[&str]| {
        shop.done(&Shop::release(&[&common[..], &["--out", out], more].concat()));
        let stated = shop.statement(&out.replace(".csv", ".json"));
        assert_eq!(stated["file"], out);
        assert_eq!(stated["sha256"], shop.digest(out));
        stated
    };
    let stated = release("a.csv", &[]);
    assert_eq!(stated["question"]["group_by"], "item");
    assert_eq!(stated["question"]["measure"], "purchases");
    assert_eq!(
        (stated["bounds"]["l0"].as_u64(), stated["bounds"]["linf"].as_f64()),
        (Some(4), Some(3.0))
    );
    assert_eq!(stated["bounds"]["unit"], "purchases");
    let sensitivity = &stated["sensitivity"];
    assert_eq!(
        [&sensitivity["l1"], &sensitivity["l2"], &sensitivity["linf"]].map(Value::as_f64),
        [Some(12.0), Some(6.0), Some(3.0)]
    );
    assert_eq!(sensitivity["assumed"], false);
    assert_eq!(stated["mechanism"], "discrete-laplace");
    assert!((stated["scale"].as_f64().unwrap() / 24.0 - 1.0).abs() < 1e-12);
    assert_eq!((stated["epsilon"].as_f64(), stated["delta"].as_f64()), (Some(0.5), Some(0.0)));
    assert_eq!(
        (&stated["privacy_unit"], &stated["neighbours"]),
        (&"user".into(), &"add or remove one user".into())
    );
    assert!(stated["sampler"].as_str().unwrap().contains("discrete Laplace"));
    assert!(!stated["randomness"].as_str().unwrap().is_empty());
    assert_eq!(stated["version"], concat!("epsiloscope ", env!("CARGO_PKG_VERSION")));
    let entry = &shop.entries()[0];
    assert_eq!(stated["ledger"]["entry"], entry["id"]);
    assert_eq!(
        (&stated["ledger"]["dataset"], &stated["ledger"]["accountant"]),
        (&"orders".into(), &"basic".into())
    );
    assert_eq!((&entry["sha256"], &entry["state"]), (&stated["sha256"], &"published".into()));
    assert_eq!(stated["groups"]["from"], "catalogue");
    assert_eq!(
        (&stated["groups"]["name"], stated["groups"]["keys"].as_u64()),
        (&"catalogue.csv".into(), Some(30))
    );
    assert_eq!(stated["rows"], 30);
    let time = stated["time"].as_str().unwrap();
    assert!(time.len() == 20 && time.ends_with('Z'), "{time}");

    assert_eq!(stated["unprotected_quantities"], "not stated");
    let none = release("b.csv", &["--unprotected", "none"]);
    assert_eq!(none["unprotected_quantities"], Value::Array(Vec::new()));
    let some = release("c.csv", &["--unprotected", "l0, linf,the groups"]);
    assert_eq!(some["unprotected_quantities"], serde_json::json!(["l0", "linf", "the groups"]));

    let gaussian = release("d.csv", &["--mechanism", "discrete-gaussian", "--delta", "1e-4"]);
    assert_eq!(
        (&gaussian["mechanism"], gaussian["delta"].as_f64()),
        (&"discrete-gaussian".into(), Some(1e-4))
    );
    assert!(gaussian["sampler"].as_str().unwrap().contains("discrete Gaussian"));
    let (sigma, rho) = (gaussian["scale"].as_f64().unwrap(), gaussian["rho"].as_f64().unwrap());
    assert!(
        (rho * 2.0 * sigma * sigma / 36.0 - 1.0).abs() < 1e-9,
        "ρ {rho} is not Δ₂²/(2σ²) for σ {sigma}"
    );
}

#[test]
fn no_true_value_is_stated() {
    // Quantities such that the totals are numbers that nothing else could be.
    let data: Vec<Row> = rows(40, 30)
        .into_iter()
        .enumerate()
        .map(|(at, (user, item, quantity, cents))| {
            (user, item, 3 * quantity + (at % 7) as i64, cents)
        })
        .collect();
    let raw: i64 = data.iter().map(|row| row.2).sum();
    let bounded = 40 * 11 * 3;
    assert!(data.iter().all(|row| row.2 >= 3));
    let revenue: i64 = data.iter().map(|row| row.2 * row.3).sum();
    let mut forbidden = vec![raw, bounded, 1200, revenue, revenue / 100];
    forbidden.extend(true_sums(&data).into_values());
    let shop = Shop::of(&data, &names("i", 30)).with_ledger("1", "1e-3", "basic");
    let common = ["--epsilon", "0.01", "--delta", "1e-6"];
    let bounds = ["--l0", "11", "--linf", "3"];
    let listed = ["--groups", "catalogue.csv"];
    let kinds: [(&str, Vec<&str>); 6] = [
        ("laplace", [&bounds[..], &listed].concat()),
        ("gaussian", [&bounds[..], &listed, &["--mechanism", "discrete-gaussian"]].concat()),
        ("private", bounds.to_vec()),
        ("rest", [&bounds[..], &["--interval", "--rest", "0.3"]].concat()),
        ("revenue", [&bounds[..], &listed, &["--measure", "revenue"]].concat()),
        ("top", [&["--top-k", "5"], &listed[..]].concat()),
    ];
    for (kind, more) in kinds {
        let out = format!("{kind}.csv");
        let said = shop.done(&Shop::release(&[&common[..], &more, &["--out", &out]].concat()));
        let mut stated = shop.statement(&format!("{kind}.json"));
        for by_chance in ["sha256", "time"] {
            stated[by_chance].take();
        }
        for &number in &forbidden {
            assert!(!says_number(&stated.to_string(), number), "{kind}: {number} in {stated}");
            assert!(!says_number(&said, number), "{kind}: {number} in {said}");
        }
    }
    let shown = shop.done(&["ledger", "show", LEDGER]) + &shop.check();
    for number in forbidden {
        assert!(!says_number(&shown, number), "{number} in {shown}");
    }
}

// ---- 5b. Intervals, the rest, plain words -------------------------------------------

/// All cells of a published file, the header first.
fn cells(shop: &Shop, name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(shop.path(name)).expect("a published file");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn an_interval_stands_beside_every_value() {
    let data = rows(40, 30);
    let shop = Shop::of(&data, &names("i", 30)).with_ledger(PLENTY, "1e-3", "basic");
    let bounds = ["--l0", "30", "--linf", "4", "--interval"];
    let release = |more: &[&str], out: &str| {
        shop.done(&Shop::release(&[&bounds[..], more, &["--out", out]].concat()));
        (cells(&shop, out), shop.statement(&out.replace(".csv", ".json")))
    };
    let number = |text: &str| text.parse::<f64>().expect("a number");
    // b = 120: b·ln 20, less half a step.
    let listed = ["--groups", "catalogue.csv"];
    let (table, stated) = release(&[&["--epsilon", "1"], &listed[..]].concat(), "listed.csv");
    assert_eq!(table[0], ["group", "value", "low", "high"]);
    assert_eq!(table.len(), 31);
    let m = stated["interval"]["half_width"].as_f64().expect("a number");
    assert!((m - 359.0).abs() <= 1.0, "{m}");
    assert_eq!(stated["interval"]["coverage"], 0.95);
    for row in &table[1..] {
        let [value, low, high] = [1, 2, 3].map(|at| number(&row[at]));
        assert_eq!((low, high), ((value - m).max(0.0), (value + m).max(0.0)), "{row:?}");
    }
    // Floored, and in money.
    let more = ["--epsilon", "1", "--floor-at-zero", "--measure", "revenue"];
    let (table, stated) = release(&[&more[..], &listed].concat(), "money.csv");
    let m = stated["interval"]["half_width"].as_f64().expect("a number");
    for row in &table[1..] {
        let [value, low, high] = [1, 2, 3].map(|at| number(&row[at]));
        let wanted = (value - m).max(0.0);
        assert!((low - wanted).abs() < 1e-6 && (high - value - m).abs() < 1e-6, "{row:?} ±{m}");
        assert!(row[1..].iter().all(|cell| cell.split_once('.').expect("a point").1.len() == 4));
    }
    // Above a threshold the lower end is 0 until a value is well above it.
    for mechanism in ["discrete-laplace", "discrete-gaussian"] {
        let out = format!("{mechanism}.csv");
        let more = ["--epsilon", "20", "--delta", "1e-6", "--mechanism", mechanism];
        let (table, stated) = release(&more, &out);
        let threshold = stated["groups"]["threshold"].as_f64().expect("a number");
        let m = stated["interval"]["half_width"].as_f64().expect("a number");
        assert!(table.len() > 1, "{table:?}");
        for row in &table[1..] {
            let [value, low, high] = [1, 2, 3].map(|at| number(&row[at]));
            assert_eq!(high, value + m);
            assert!(low == 0.0 || (value > threshold && low <= value - m), "{row:?} {threshold}");
        }
    }
    let order = ["--epsilon", "1", "--top-k", "3", "--interval", "--out", "top.csv"];
    let said = shop.refused(&Shop::release(&[&order[..], &listed].concat()));
    assert!(said.contains("--interval has no meaning for --top-k"), "{said}");
}

#[test]
fn the_rest_is_one_number_for_a_price_that_is_reserved_with_the_rows() {
    // 300 users of one item; 40 more items, of which each has one buyer; one is called as the row.
    let mut data: Vec<Row> =
        names("u", 300).into_iter().map(|user| (user, "popular".to_owned(), 1, 100)).collect();
    data.extend(names("rare", 40).into_iter().map(|item| (format!("u{item}"), item, 3, 100)));
    data.extend((0..300).map(|at| (format!("odd{at}"), "(rest)".to_owned(), 3, 100)));
    let shop = Shop::of(&data, &names("i", 3)).with_ledger("1000", "1e-3", "zcdp");
    let bounds = ["--l0", "2", "--linf", "3", "--delta", "1e-9"];
    for (run, mechanism) in ["discrete-laplace", "discrete-gaussian"].into_iter().enumerate() {
        let out = format!("out{run}.csv");
        let more = ["--epsilon", "20", "--rest", "0.25", "--mechanism", mechanism, "--out", &out];
        shop.done(&Shop::release(&[&bounds[..], &more].concat()));
        let table = cells(&shop, &out);
        assert_eq!(table.len(), 3, "{table:?}");
        assert_eq!((table[1][0].as_str(), table[2][0].as_str()), ("popular", "(rest)"));
        // 40 of 3 and 300 of 3, b = 6/5: none in 10^12 is off by more.
        let rest: f64 = table[2][1].parse().expect("a number");
        assert!((rest - 1_020.0).abs() < 34.0, "{rest}");
        let stated = shop.statement(&out.replace(".csv", ".json"));
        let of_rest = &stated["rest"];
        assert_eq!(
            (of_rest["share"].as_f64(), of_rest["epsilon"].as_f64()),
            (Some(0.25), Some(5.0))
        );
        assert!((of_rest["scale"].as_f64().unwrap() - 1.2).abs() < 1e-9, "{of_rest}");
        let moved = ["l1", "l2"].map(|norm| of_rest["sensitivity"][norm].as_f64());
        assert_eq!(moved, [Some(6.0), Some(6.0)]);
        assert_eq!((stated["epsilon"].as_f64(), stated["rows"].as_u64()), (Some(20.0), Some(2)));
        if mechanism == "discrete-laplace" {
            // Δ₁ = 6 at the 15 that are left for the rows.
            assert!((stated["scale"].as_f64().unwrap() - 0.4).abs() < 1e-9, "{stated}");
        }
        assert!(stated["in_words"].to_string().contains("(rest)"));
    }
    let entries = shop.entries();
    assert_eq!(entries[0]["epsilon"].as_f64(), Some(20.0));
    assert!(entries[0]["bounds"].as_str().unwrap().contains("(rest) for ε 5"), "{entries:?}");
    // The ledger counts the noise of both: beside the rows' ρ, that of a number moved by 6 at b 1.2.
    let plain = ["--epsilon", "15", "--out", "rows.csv"];
    let charged = |shop: &Shop| shop.show()["rule"]["charged"].as_f64().expect("a number");
    let before = charged(&shop);
    shop.done(&Shop::release(&[&bounds[..], &plain].concat()));
    let of_rows = charged(&shop) - before;
    let with_rest = ["--epsilon", "20", "--rest", "0.25", "--out", "both.csv"];
    shop.done(&Shop::release(&[&bounds[..], &with_rest].concat()));
    let of_both = charged(&shop) - before - of_rows;
    assert!(of_both > of_rows + 1.0, "{of_both} against {of_rows}");
    // Floored and with an interval it is a row like any other.
    let more = ["--epsilon", "20", "--rest", "0.25", "--interval", "--out", "wide.csv"];
    shop.done(&Shop::release(&[&bounds[..], &more].concat()));
    let last = cells(&shop, "wide.csv").pop().expect("a row");
    let [value, low, high] = [1, 2, 3].map(|at| last[at].parse::<f64>().expect("a number"));
    let m = shop.statement("wide.json")["interval"]["half_width_of_rest"].as_f64().unwrap();
    assert_eq!((low, high), (value - m, value + m));

    // What compare makes of it.
    let left = "group,value\npopular,300\n(rest),1\n";
    shop.file("left.csv", left.as_bytes());
    let found: Value =
        serde_json::from_str(&shop.done(&["compare", "left.csv", "out0.csv", "--format", "json"]))
            .expect("JSON");
    assert_eq!(found["groups"]["both"], 1);
    assert_eq!(
        (&found["left"]["left_out"], &found["right"]["left_out"]),
        (&"(rest)".into(), &"(rest)".into())
    );
    let said = shop.done(&["compare", "left.csv", "out0.csv"]);
    assert!(said.contains("(rest) of LEFT is left out") && !said.contains("missing"), "{said}");
    shop.file("only.csv", b"group,value\n(rest),1\n");
    let output = shop.run(&["compare", "only.csv", "out0.csv"]);
    assert!(!output.status.success() && stderr(&output).contains("nothing to compare"));
}

#[test]
fn a_rest_that_cannot_be_is_refused() {
    let shop = Shop::forty_by_thirty().with_ledger("5", "1e-6", "basic");
    let common =
        ["--epsilon", "1", "--delta", "1e-7", "--l0", "4", "--linf", "3", "--out", "o.csv"];
    for (more, wanted) in [
        (&["--rest", "0.1", "--groups", "catalogue.csv"][..], "--rest is one row of what"),
        (&["--rest", "0.1", "--groups-are-public"], "--rest is one row of what"),
        (&["--rest", "0.1", "--groups", "catalogue.csv", "--top-k", "3"], "--rest is one row of"),
        (&["--rest", "0"], "--rest must be a share of ε between 0 and 1"),
        (&["--rest", "1"], "--rest must be a share of ε between 0 and 1"),
        (&["--rest", "-0.5"], "--rest"),
        (&["--rest", "a tenth"], "--rest"),
    ] {
        let said = shop.refused(&Shop::release(&[&common[..], more].concat()));
        assert!(said.contains(wanted), "{more:?}: {said}");
    }
    assert_eq!(shop.spent(), 0.0);
}

#[test]
fn a_release_is_said_in_plain_words_and_how_many_more_fit() {
    let shop = Shop::forty_by_thirty().with_ledger("5", "1e-3", "basic");
    let more = ["--epsilon", "1", "--l0", "4", "--linf", "3", "--groups", "catalogue.csv"];
    let said = shop.done(&Shop::release(&[&more[..], &["--out", "a.csv"]].concat()));
    assert!(said.contains("ε 4 is left, about 4 more like this fit"), "{said}");
    let words = shop.statement("a.json")["in_words"].to_string();
    for wanted in [
        "at most 4 groups, and at most 3 purchases in each",
        "in expectation lower",
        // b = 12: P(|Z| ≤ 36) is the first above .95.
        "within ±36 with a probability of 95 %",
        "at most 73.2 of 100",
        "by a factor of at most 2.72",
    ] {
        assert!(words.contains(wanted), "{wanted} is not in {words}");
    }
    let private = ["--epsilon", "1", "--l0", "4", "--linf", "3", "--delta", "6e-4"];
    let said = shop.done(&Shop::release(&[&private[..], &["--out", "b.csv"]].concat()));
    assert!(said.contains("no more like this fits"), "δ is all but spent: {said}");
    let words = shop.statement("b.json")["in_words"].to_string();
    assert!(
        !words.contains("in expectation") && words.contains("small items are missing"),
        "{words}"
    );
}

// ---- 5c. The forecast, and where it stops -------------------------------------------

#[test]
fn a_preview_forecasts_and_nothing_of_it_is_kept() {
    let mut data: Vec<Row> =
        names("u", 200).into_iter().map(|user| (user, "popular".to_owned(), 8, 100)).collect();
    data.extend(names("u", 8).into_iter().zip(names("rare", 8)).map(|(u, item)| (u, item, 1, 100)));
    let shop = Shop::of(&data, &names("i", 3)).with_ledger("5", "1e-3", "basic");
    let before = shop.snapshot();
    let more = ["--epsilon", "1", "--delta", "1e-6", "--l0", "2", "--linf", "3", "--out", "o.csv"];
    let text = shop.done(&Shop::release(&[&more[..], &["--preview", "--rest", "0.5"]].concat()));
    for wanted in [
        "not differentially private: do not publish",
        "208 read",
        "9 in the data, of 200 users",
        "1 row would show",
        "11 % of the groups in the data show",
        "is the noise of a value in 19 of 20",
        // 600 of 1,600, and all of 8.
        "62 % too low are values in total, because of the bounds: of the largest (popular) 1,600 would be published as \
         about 600",
        "in the last row (rest)",
        "4 more like this fit into the ledger afterwards",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in:\n{text}");
    }
    // What it costs, what is left, and whether it makes sense.
    for wanted in [
        "it spends ε 1, δ 1e-6",
        "ε 5 left now, ε 4 afterwards",
        "are dropped",
        "This makes little sense: about 1 of 9 groups would show. What would help: a public list",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in:\n{text}");
    }
    // It writes nothing, so no file is named and none is in its way.
    let unnamed = &more[..more.len() - 2];
    let same = shop.done(&Shop::release(&[unnamed, &["--preview"]].concat()));
    assert!(same.contains("1 row would show") && !same.contains("publishes"), "{same}");
    shop.file("there.csv", b"mine");
    shop.done(&Shop::release(&[unnamed, &["--out", "there.csv", "--preview"]].concat()));
    std::fs::remove_file(shop.path("there.csv")).expect("it is there");
    assert!(shop.refused(&Shop::release(unnamed)).contains("--out"), "a release has a file");
    assert!(shop.snapshot() == before, "a preview changed a file");
    // With a list: what of it is in the data.
    let listed = ["--epsilon", "1", "--l0", "2", "--linf", "3", "--out", "o.csv"];
    let listed = [&listed[..], &["--groups", "catalogue.csv"]].concat();
    let text = shop.done(&Shop::release(&[&listed[..], &["--preview"]].concat()));
    assert!(
        text.contains("0 of 3 catalogue keys occur") && text.contains("3 rows would show"),
        "{text}"
    );
}

/// Off a terminal nobody looks unless asked to; that is said, and so is a release of nothing.
#[test]
fn what_nobody_looked_at_is_said() {
    let shop = Shop::of(&rows(40, 30), &names("absent", 9)).with_ledger("50", "0.5", "basic");
    let common = ["--epsilon", "0.01", "--l0", "4", "--linf", "3"];
    let private = [&common[..], &["--delta", "1e-6", "--out", "a.csv"]].concat();
    let text = shop.done(&Shop::release(&private));
    assert!(text.contains("released 0 rows") && text.contains("no group reached the threshold"));
    assert!(text.contains("nobody looked at it first: --preview"), "{text}");
    // A δ that is not needed is not spent, and one that promises nothing is warned of.
    let said = |more: &[&str]| shop.done(&Shop::release(&[&common[..], more].concat()));
    let listed = said(&["--delta", "1e-6", "--groups", "catalogue.csv", "--out", "b.csv"]);
    assert!(listed.contains("--delta 1e-6 buys nothing here"), "{listed}");
    let large = said(&["--delta", "0.1", "--out", "c.csv"]);
    assert!(large.contains("δ 0.1 is large"), "{large}");
}

#[test]
fn below_sense_a_release_stops_where_it_is_asked_to_and_nowhere_else() {
    let shop = Shop::of(&rows(40, 30), &names("absent", 9)).with_ledger("50", "1e-3", "basic");
    let common = ["--l0", "4", "--linf", "3"];
    let listed = ["--epsilon", "1", "--groups", "catalogue.csv"];
    let private = ["--epsilon", "0.01", "--delta", "1e-6"];
    for (at, (more, why)) in [
        (&listed[..], "none of 9 catalogue keys occurs in the data"),
        (&private[..], "of 30 groups would show"),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("o{at}.csv");
        let asked = [&common[..], more, &["--out", &out]].concat();
        let said = shop.refused(&Shop::release(&[&asked[..], &["--stop-below-sense"]].concat()));
        assert!(said.contains("stopped before anything was spent") && said.contains(why), "{said}");
        assert!(said.contains("--anyway goes on"), "{said}");
        // Nobody asked: off a terminal nothing in the data decides on the exit code.
        shop.done(&Shop::release(&asked));
        let other = format!("a{at}.csv");
        let anyway =
            [&common[..], more, &["--out", &other, "--stop-below-sense", "--anyway"]].concat();
        shop.done(&Shop::release(&anyway));
    }
    // Most rows have no user.
    let mut text = "user,item,quantity,price\n".to_owned();
    text += &"ann,tea,1,1.00\nbob,tea,1,1.00\n,tea,1,1.00\n,tea,1,1.00\n".repeat(20);
    shop.file("orders.csv", text.as_bytes());
    shop.file("tea.csv", b"item\ntea\n");
    let asked =
        ["--epsilon", "1", "--groups", "tea.csv", "--out", "tea_out.csv", "--stop-below-sense"];
    let said = shop.refused(&Shop::release(&[&common[..], &asked].concat()));
    assert!(said.contains("40 of 80 rows are dropped, all of them without a user"), "{said}");
}

#[test]
fn over_budget_says_which_lacks_and_what_would_fit() {
    let release = |shop: &Shop, more: &[&str]| {
        let common = ["--l0", "4", "--linf", "3", "--out", "o.csv"];
        shop.refused(&Shop::release(&[&common[..], more].concat()))
    };
    let listed = ["--groups", "catalogue.csv"];
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    let said = release(&shop, &[&["--epsilon", "1.5"], &listed[..]].concat());
    assert!(said.contains("ε lacks 0.5;") && said.ends_with("--epsilon 1 would fit\n"), "{said}");
    let said = release(&shop, &["--epsilon", "1", "--delta", "1e-6"]);
    assert!(
        said.contains("δ lacks 1e-6")
            && !said.contains("ε lacks")
            && said.contains("only a release without δ"),
        "{said}"
    );
    let shop = Shop::forty_by_thirty().with_ledger("1", "5e-7", "basic");
    let said = release(&shop, &["--epsilon", "1", "--delta", "1e-6"]);
    assert!(said.contains("δ lacks 5e-7") && said.contains("--delta 5e-7 would fit"), "{said}");
    let said = release(&shop, &["--epsilon", "2", "--delta", "1e-6"]);
    assert!(said.contains("--epsilon 1 with --delta 5e-7 would fit"), "{said}");
    // Under a cap: what is named does fit.
    let shop = Shop::forty_by_thirty().with_ledger("1", "1e-6", "zcdp");
    let gaussian = ["--mechanism", "discrete-gaussian", "--delta", "1e-6"];
    let said = release(&shop, &[&["--epsilon", "3"], &gaussian[..], &listed].concat());
    assert!(said.contains("ε lacks"), "{said}");
    let fits = said.split("--epsilon ").nth(1).expect("an ε").split(' ').next().expect("an ε");
    let epsilon: f64 = fits.parse().expect("a number");
    assert!(epsilon > 0.8 && epsilon < 3.0, "{said}");
    shop.done(&Shop::release(
        &[
            &["--l0", "4", "--linf", "3", "--out", "fits.csv", "--epsilon", fits],
            &gaussian[..],
            &listed,
        ]
        .concat(),
    ));
}

#[test]
fn a_ledger_that_is_suggested_holds_the_release() {
    let shop = Shop::forty_by_thirty();
    let more = ["--epsilon", "1", "--delta", "1e-6", "--l0", "4", "--linf", "3", "--out", "o.csv"];
    let said = shop.refused(&Shop::release(&more));
    assert!(said.contains("there is no ledger shop.ledger"), "{said}");
    let command = said.split('`').nth(1).expect("a command");
    assert!(command.contains("--delta 5e-6"), "{said}");
    shop.done(&command.split(' ').skip(1).collect::<Vec<_>>());
    let said = shop.done(&Shop::release(&more));
    assert!(said.contains("about 4 more like this fit"), "{said}");
}

// ---- 6. The ledger shown -----------------------------------------------------------

#[test]
fn the_ledger_has_its_schema() {
    let shop = Shop::forty_by_thirty().with_ledger("5", "1e-6", "basic");
    shop.done(&good_but(&[]));
    let shown = shop.show();
    assert_eq!((&shown["dataset"], &shown["accountant"]), (&"orders".into(), &"basic".into()));
    let numbers = ["total", "spent", "remaining"];
    assert_eq!(
        numbers.map(|name| shown[format!("epsilon_{name}")].as_f64()),
        [Some(5.0), Some(0.1), Some(4.9)]
    );
    assert_eq!(
        numbers.map(|name| shown[format!("delta_{name}")].as_f64()),
        [Some(1e-6), Some(0.0), Some(1e-6)]
    );
    let entry = shown["entries"][0].as_object().unwrap();
    let keys: Vec<&str> = entry.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "bounds",
            "cleaning_switched_off",
            "delta",
            "epsilon",
            "id",
            "mechanism",
            "output",
            "privacy_unit_column",
            "question",
            "reading",
            "sha256",
            "state",
            "time"
        ]
    );
    assert_eq!(
        (entry["id"].as_u64(), entry["epsilon"].as_f64(), entry["delta"].as_f64()),
        (Some(1), Some(0.1), Some(0.0))
    );
    assert_eq!(entry["state"], "published");
    assert_eq!(entry["question"], "purchases per item");
    assert_eq!(entry["mechanism"], "discrete-laplace");
    assert_eq!(entry["bounds"], "l0 5, linf 3");
    assert_eq!(entry["sha256"], shop.digest("out.csv"));
    let output = Path::new(entry["output"].as_str().unwrap());
    assert!(output.is_absolute() && output.ends_with("out.csv"));
    let table = shop.done(&["ledger", "show", LEDGER]);
    for word in ["orders", "basic", "4.9", "published", "out.csv", "purchases per item"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    fs::rename(shop.path("out.csv"), shop.path("moved.csv")).unwrap();
    assert!(shop.check().contains("no longer there"));
    shop.file("out.csv", b"group,value\ni00,1\n");
    assert!(shop.check().contains("was changed or replaced"));
}

#[test]
fn concentrated_ledgers_hold_more_and_never_too_much() {
    let fit = |accountant: &'static str| {
        let shop = Shop::forty_by_thirty().with_ledger("5", "1e-6", accountant);
        let mut fit = 0;
        loop {
            let out = format!("out-{fit:03}.csv");
            let noise = ["--epsilon", "1", "--delta", "1e-7", "--mechanism", "discrete-gaussian"];
            let bounds = ["--l0", "1", "--linf", "3", "--groups", "catalogue.csv", "--out", &out];
            let output = shop.run(&Shop::release(&[&noise[..], &bounds].concat()));
            if !output.status.success() {
                assert_eq!(output.status.code(), Some(2));
                assert!(stderr(&output).contains("over budget"), "{}", stderr(&output));
                assert!(!shop.path(&out).exists());
                break;
            }
            fit += 1;
            assert!(shop.spent() <= 5.0, "{accountant}");
            assert!(fit < 200);
        }
        let shown = shop.show();
        assert_eq!(shown["entries"].as_array().unwrap().len(), fit);
        assert!(shown["delta_spent"].as_f64() <= Some(1e-6));
        shop.check();
        fit
    };
    assert_eq!(fit("basic"), 5);
    for accountant in ["zcdp", "rdp"] {
        let fit = fit(accountant);
        assert!((6..100).contains(&fit), "{accountant}: {fit}");
        println!("{accountant}: {fit} releases of ε 1 fit into ε 5");
    }
}

// ---- 7. A full disk ----------------------------------------------------------------

/// Runs `script` where `small` is a disk of 64 KiB that no one else sees and that is gone
/// afterwards; `None` where that is not allowed.
#[cfg(target_os = "linux")]
fn on_a_small_disk(shop: &Shop, script: &str, arguments: &[&str]) -> Option<Output> {
    fs::create_dir_all(shop.path("small")).unwrap();
    let run = |script: &str| {
        let mut process = Process::new("unshare");
        process
            .current_dir(shop.0.path())
            .args(["-rm", "sh", "-c", script, "sh", PROGRAM])
            .args(arguments);
        process.stdin(Stdio::null()).output().ok()
    };
    let mount = "mount -t tmpfs -o size=64k none small";
    if !run(mount).is_some_and(|output| output.status.success()) {
        println!("SKIPPED: a small disk cannot be mounted here (unshare -rm and mount are needed)");
        return None;
    }
    run(&format!("{mount} || exit 99\n{script}"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_found_before_anything_is_spent() {
    // Too large by far; as large as the disk, so that only the statement does not fit; and
    // small, but for values as long as they could be.
    for keys in [20_000, 7_200, 2_600] {
        let shop =
            Shop::of(&rows(4, 4), &(0..keys).map(|key| format!("k{key:05}")).collect::<Vec<_>>())
                .with_ledger(PLENTY, "0", "basic");
        let more =
            ["--epsilon", "1000000", "--l0", "1", "--linf", "1", "--groups", "catalogue.csv"];
        let arguments = Shop::release(&[&more[..], &["--out", "small/out.csv"]].concat());
        let script = "\"$@\" >/dev/null; echo \"code $?\"; ls -A small";
        let Some(output) = on_a_small_disk(&shop, script, &arguments) else { return };
        let said = stderr(&output);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "code 2\n", "{keys}: {said}");
        assert_eq!(said.matches('\n').count(), 1, "{said}");
        for words in ["no room for small/out.", "nothing was spent"] {
            assert!(said.contains(words), "{keys}: {words}: {said}");
        }
        assert!(shop.entries().is_empty() && shop.spent() == 0.0, "{keys}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_what_was_to_be_replaced() {
    let shop =
        Shop::of(&rows(4, 4), &(0..7_200).map(|key| format!("k{key:05}")).collect::<Vec<_>>())
            .with_ledger(PLENTY, "0", "basic");
    let more = [
        "--epsilon",
        "1000000",
        "--l0",
        "1",
        "--linf",
        "1",
        "--groups",
        "catalogue.csv",
        "--force",
    ];
    let arguments = Shop::release(&[&more[..], &["--out", "small/out.csv"]].concat());
    let script = "echo old >small/out.csv; echo older >small/out.json
        \"$@\" >/dev/null; echo \"code $?\"; ls -A small; cat small/*";
    let Some(output) = on_a_small_disk(&shop, script, &arguments) else { return };
    let wanted = "code 2\nout.csv\nout.json\nold\nolder\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{}", stderr(&output));
    assert_eq!(shop.spent(), 0.0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_ledger_on_a_full_disk_spends_nothing() {
    let shop = Shop::forty_by_thirty().with_ledger("1", "0", "basic");
    let mut arguments = good_but(&[]);
    arguments[3] = "small/shop.ledger";
    let script = "cp shop.ledger small/ && cat /dev/zero >small/rest 2>/dev/null
        \"$@\" >/dev/null; echo \"code $?\"
        rm small/rest; ls -A small; cmp shop.ledger small/shop.ledger && \"$1\" ledger check small/shop.ledger";
    let Some(output) = on_a_small_disk(&shop, script, &arguments) else { return };
    let said = stderr(&output);
    let wanted = "code 2\nshop.ledger\nsmall/shop.ledger is whole: 0 entries, ε 0 of 1 spent\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{said}");
    assert!(
        said.starts_with("epsiloscope: small/shop.ledger") && said.matches('\n').count() == 1,
        "{said}"
    );
    assert!(said.contains("full"), "{said}");
    assert!(!shop.path("out.csv").exists() && !shop.path("out.json").exists());
}
