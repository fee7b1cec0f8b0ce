//! Text of files, headers and paths never reaches a terminal raw: what the real binary prints,
//! on both streams, holds nothing that a terminal would obey.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// Ids and names as a mischievous shop would have them: CSI, OSC, C1, bidirectional overrides.
const ITEMS: [&str; 6] = [
    "\u{1b}[2J0",
    "\u{9b}31m1",
    "\u{202e}2",
    "\u{1b}]0;t\u{7}3",
    "4\u{7f}\u{8}",
    "\"5\nepsiloscope: all is well\"",
];

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("epsiloscope").expect("the binary is built");
    command.timeout(std::time::Duration::from_secs(120)).args(arguments).output().expect("it runs")
}

/// Whether a terminal acts on it, by a list of our own.
fn is_obeyed(c: char) -> bool {
    c != '\n'
        && (c.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
            || ['\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{61c}'].contains(&c))
}

/// What was said on both streams, after a look at every character of it.
fn safe(arguments: &[&str], code: i32) -> (String, String) {
    let output = program(arguments);
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {err}");
    for said in [&out, &err] {
        assert!(!said.contains(is_obeyed), "{arguments:?}: {said:?}");
    }
    (out, err)
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

/// Purchases of 40 users whose ids, items and one header are hostile.
fn orders(folder: &Path) -> PathBuf {
    let mut text = "user,item,quantity,time,description,no\u{1b}[31mte\n".to_owned();
    for user in 0..40 {
        for (at, item) in ITEMS.iter().enumerate().filter(|(at, _)| (user + at) % 3 != 0) {
            let name = item.trim_matches('"').replace('\n', " ");
            text += &format!("u\u{1b}[31m{user},{item},2,2011-0{}-1{at},n{name},x\n", 1 + user % 9);
        }
    }
    file(folder, "or\u{1b}[31mders.csv", &text)
}

#[test]
fn nothing_in_a_file_is_obeyed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = orders(folder.path());
    let path = path.to_str().expect("UTF-8");
    let lines = ["--line-breaks"];
    let run = |arguments: &[&str]| safe(&[arguments, &lines].concat(), 0).0;
    let inspected = run(&["inspect", path, "--invoice", "no\u{1b}[31mte"]);
    assert!(inspected.contains("␛[31m"), "{inspected}");
    let plain = run(&["explore", path, "--plain", "--k", "6"]);
    assert!(plain.contains("␛[2J0"), "{plain}");
    // A name with a line break in it is one line.
    assert!(!plain.contains("\nepsiloscope"), "{plain}");
    run(&["explore", path, "--plain", "--ascii"]);
    let shopper = [
        "recommend",
        path,
        "--model",
        "ease",
        "--epsilon",
        "2",
        "--delta",
        "1e-3",
        "--l0",
        "5",
        "--k",
        "3",
        "--holdout",
        "last",
        "--shopper",
        "u\u{1b}[31m7",
    ];
    let shown = run(&shopper);
    assert!(shown.contains("shopper u␛[31m7"), "{shown}");
    // JSON says the same, in escapes.
    let json: Value =
        serde_json::from_str(&run(&[&shopper[..], &["--format", "json"]].concat())).expect("JSON");
    assert_eq!(json["shopper"], "u\u{1b}[31m7");
}

#[test]
fn nothing_in_a_published_model_is_obeyed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = orders(folder.path());
    let items = file(folder.path(), "items.csv", &format!("item\n{}\n", ITEMS[..5].join("\n")));
    let [ledger, model] = ["a.ledger", "mo\u{9b}31mdel.json"].map(|name| folder.path().join(name));
    let [path, items, ledger, model] =
        [&path, &items, &ledger, &model].map(|path| path.to_str().expect("UTF-8").to_owned());
    safe(
        &[
            "ledger",
            "create",
            &ledger,
            "--dataset",
            "o\u{1b}[31m",
            "--epsilon",
            "9",
            "--delta",
            "1e-3",
        ],
        0,
    );
    let published = safe(
        &[
            "recommend",
            &path,
            "--model",
            "popularity",
            "--epsilon",
            "2",
            "--delta",
            "1e-4",
            "--l0",
            "5",
            "--catalogue",
            &items,
            "--ledger",
            &ledger,
            "--dataset",
            "o\u{1b}[31m",
            "--publish",
            &model,
        ],
        0,
    );
    assert!(published.0.contains("published"), "{published:?}");
    let (listed, _) =
        safe(&["recommend", "--from", &model, "--history", "\u{1b}[2J0,\u{1b}[1m"], 0);
    assert!(listed.contains("bought ␛[2J0"), "{listed}");
    safe(&["ledger", "show", &ledger], 0);
    safe(&["ledger", "show", &ledger, "--format", "json"], 0);
    safe(&["ledger", "check", &ledger], 0);
}

#[test]
fn nothing_that_was_typed_is_obeyed_in_a_refusal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = orders(folder.path());
    let path = path.to_str().expect("UTF-8");
    let counts =
        file(folder.path(), "a\u{1b}[31m.csv", "group,value\n\u{1b}[31mx,1\n\u{1b}[31mx,2\n");
    let counts = counts.to_str().expect("UTF-8");
    for arguments in [
        &["inspect", "no\u{1b}[31m-such\u{202e}.csv"][..],
        &["inspect", path, "--user", "\u{1b}]0;x\u{7}"],
        &["inspect", path, "--status", "\u{1b}[31m"],
        &["\u{1b}[31m"],
        &["inspect", "--\u{9b}31m"],
        &["sweep", "--epsilon", "\u{1b}[31m", "--l0", "1", "--linf", "1"],
        &["compare", counts, counts],
        &["recommend", "--from", path],
        &[
            "recommend",
            path,
            "--epsilon",
            "1",
            "--delta",
            "1e-3",
            "--l0",
            "2",
            "--k",
            "2",
            "--holdout",
            "last",
            "--shopper",
            "\u{1b}[5m",
        ],
        &["ledger", "show", path],
        &["compose", "\u{1b}[31m:x=1"],
    ] {
        let (out, err) = safe(arguments, 2);
        assert!(out.is_empty() && !err.is_empty(), "{arguments:?}: {out}{err}");
    }
}

#[test]
fn what_is_written_to_files_stays_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = orders(folder.path());
    let out = folder.path().join("out.json");
    let [path, out] = [&path, &out].map(|path| path.to_str().expect("UTF-8"));
    safe(&["inspect", path, "--line-breaks", "--format", "json", "--out", out], 0);
    let json: Value = serde_json::from_slice(&std::fs::read(out).expect("a file")).expect("JSON");
    assert_eq!(json["source"], "or\u{1b}[31mders.csv");
}
