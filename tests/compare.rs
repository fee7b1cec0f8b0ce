//! `compare` as a user meets it: figures, sentences, the files of our own releases.

use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value;

fn program() -> Command {
    let mut command = Command::cargo_bin("epsiloscope").expect("the binary is built");
    command.timeout(std::time::Duration::from_secs(120));
    command
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).expect("a file");
        self.path(name).to_str().expect("a name").to_owned()
    }
}

fn compare(arguments: &[&str]) -> std::process::Output {
    program().arg("compare").args(arguments).output().expect("it runs")
}

/// Expects refusal; the one sentence.
fn refused(arguments: &[&str]) -> String {
    let output = compare(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty() && !said.contains("panicked"), "{said}");
    said
}

fn text(arguments: &[&str]) -> String {
    let output = compare(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(&[arguments, &["--format", "json"]].concat())).expect("JSON")
}

const FIGURES: [&str; 9] = [
    "kendall_tau_b",
    "weighted_tau",
    "spearman",
    "overlap_at_k",
    "jaccard_at_k",
    "rbo",
    "ndcg_at_k",
    "mean_rank_displacement",
    "top1_flip",
];

fn near(found: &Value, name: &str, wanted: f64) {
    let value = found[name].as_f64().unwrap_or_else(|| panic!("{name} of {found}"));
    assert!((value - wanted).abs() < 1e-12, "{name}: {value}, not {wanted}");
}

#[test]
fn figures_have_their_names_and_values() {
    let folder = Folder::new();
    // scipy 1.17.1: the lists of the oracle row "long", as two files.
    let left = folder
        .file("l.csv", "group,value\na,100\nb,80\nc,80\nd,60\ne,55\nf,40\ng,20\nh,20\ni,5\nj,1\n");
    let right = folder
        .file("r.csv", "a,92.5\nb,85.1\nc,70.2\nd,66.6\ne,70.2\nf,38\ng,25\nh,11\ni,9\nj,-2.5\n");
    let found = json(&[&left, &right, "--k", "4"]);
    assert_eq!(found["groups"], serde_json::json!({"left": 10, "right": 10, "both": 10}));
    near(&found, "kendall_tau_b", 0.919_600_979_743_405_8);
    near(&found, "weighted_tau", 0.932_828_584_611_255_4);
    near(&found, "mean_rank_displacement", 0.5);
    // Left: a b c d; right: a b c e, c before e by key.
    near(&found, "overlap_at_k", 0.75);
    near(&found, "jaccard_at_k", 0.6);
    let gains = |list: [f64; 4]| (0..4).map(|r| list[r] / (r as f64 + 2.0).log2()).sum::<f64>();
    near(&found, "ndcg_at_k", gains([100.0, 80.0, 80.0, 55.0]) / gains([100.0, 80.0, 80.0, 60.0]));
    // One of four is another at depth 4 only.
    near(&found, "rbo", 1.0 - 0.1 * 0.9f64.powi(3) * 0.25);
    assert_eq!(found["top1_flip"], 0);
    assert_eq!((&found["k"], &found["rbo_p"]), (&Value::from(4), &Value::from(0.9)));
    assert_eq!(
        (&found["left"]["tied_groups"], &found["right"]["tied_groups"]),
        (&Value::from(4), &Value::from(2))
    );
    assert_eq!(
        (&found["left"]["group_column"], &found["right"]["group_column"]),
        (&Value::from("group"), &Value::Null)
    );
    assert!(found["reasons"].as_object().expect("a map").is_empty());
    assert_eq!(json(&[&left, &right])["k"], 10);
    assert_eq!(json(&[&right, &left])["ndcg_at_k"], Value::Null, "gains below 0");
    let itself = json(&[&left, &left, "--status", "public"]);
    for name in &FIGURES[..7] {
        near(&itself, name, 1.0);
    }
    assert_eq!(
        (&itself["mean_rank_displacement"], &itself["top1_flip"]),
        (&Value::from(0.0), &Value::from(0))
    );
    assert_eq!((&itself["status"], &itself["warning"]), (&Value::from("public"), &Value::Null));
    assert_eq!(found["warning"], "not differentially private: do not publish");
}

#[test]
fn groups_on_one_side_are_counted_named_and_gain_nothing() {
    let folder = Folder::new();
    let left = folder.file("l.csv", "a,1\nb,2\nc,3\nd,4\n");
    let right = folder.file("r.tsv", "item\tn\nc\t9\nx\t5\na\t2\nb\t1\n");
    let found = json(&[&left, &right, "--k", "2"]);
    assert_eq!(found["groups"], serde_json::json!({"left": 4, "right": 4, "both": 3}));
    near(&found, "kendall_tau_b", 1.0 / 3.0);
    near(&found, "overlap_at_k", 0.5);
    near(&found, "ndcg_at_k", 3.0 / (4.0 + 3.0 / 3f64.log2()));
    assert_eq!(
        (&found["top1_flip"], &found["right"]["missing_first"][0]),
        (&Value::from(1), &Value::from("x"))
    );
    let said = text(&[&left, &right]);
    for part in [
        "1 group is missing in RIGHT: d",
        "1 group is missing in LEFT: x",
        "do not publish",
        "overlap@4",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let many: String = (0..9).map(|i| format!("m{i},1\n")).collect();
    let many = folder.file("many.csv", &format!("{many}a,3\n"));
    let said = text(&[&left, &many, "--k", "3"]);
    assert!(said.contains("9 groups are missing in LEFT: m0, m1, m2, m3, m4, …"), "{said}");
    assert!(
        said.contains(
            "9 groups of RIGHT share their value with another, also where the list is cut at 3"
        ),
        "{said}"
    );
    // RBO of lists of 8 and 5: rbo 0.1.3.
    let long = folder.file("long.csv", "a,8\nb,7\nc,6\nd,5\ne,4\nf,3\ng,2\nh,1\n");
    let short = folder.file("short.csv", "b,5\na,4\nc,3\nx,2\nd,1\n");
    near(&json(&[&long, &short, "--rbo-p", "0.98"]), "rbo", 0.790_820_408_000_000_1);
    assert_eq!(json(&[&long, &short])["k"], 5);
}

#[test]
fn what_does_not_exist_is_none_with_its_reason() {
    let folder = Folder::new();
    let one = folder.file("one.csv", "a,5\n");
    let other = folder.file("other.csv", "group,value\na,-5\n");
    let found = json(&[&one, &other]);
    for name in ["kendall_tau_b", "weighted_tau", "spearman"] {
        assert!(
            found[name].is_null()
                && found["reasons"][name].as_str().expect("a reason").contains("fewer than two")
        );
    }
    near(&found, "rbo", 1.0);
    let flat = folder.file("flat.csv", "a,2\nb,2\n");
    let steep = folder.file("steep.csv", "a,0\nb,-2\n");
    let said = text(&[&steep, &flat]);
    let line =
        |start: &str| said.lines().find(|line| line.starts_with(start)).expect(start).to_owned();
    assert!(
        line("Kendall").contains("none")
            && line("Kendall").contains("all values of RIGHT are equal")
    );
    assert!(line("NDCG").contains("LEFT, whose values are the gains, has values below 0"));
    assert!(text(&[&flat, &steep]).contains("all values of LEFT are equal"));
    let zeros = folder.file("zeros.csv", "a,0\nb,0\n");
    assert!(text(&[&zeros, &steep]).contains("no value of LEFT"));
}

#[test]
fn every_refusal_is_a_sentence() {
    let folder = Folder::new();
    let good = folder.file("good.csv", "group,value\na,1\nb,2\n");
    let bad = |name: &str, text: &str, parts: &[&str]| {
        let path = folder.file(name, text);
        for arguments in [[&good, &path], [&path, &good]] {
            let said = refused(&[
                arguments[0],
                arguments[1],
                "--out",
                folder.path("out").to_str().unwrap(),
            ]);
            for part in [&[name], parts].concat() {
                assert!(said.contains(part), "{name}: {said}");
            }
        }
    };
    bad("empty.csv", "", &["is empty"]);
    bad("header.csv", "group,value\n", &["a header and no rows"]);
    bad("single.csv", "group\na\n", &["one column (group)"]);
    bad("twice.csv", "group,value\na,1\nb,2\na,3\n", &["the group a twice", "line 2 and line 4"]);
    bad("words.csv", "group,value\na,1\n\nb,many\n", &["'many' in line 4", "column value"]);
    bad("endless.csv", "a,1\nb,inf\n", &["'inf' in line 2", "finite"]);
    bad("gap.csv", "a,1\nb,\n", &["no value in line 2"]);
    bad("nameless.csv", "a,1\n,3\n", &["no group in line 2"]);
    bad("apart.csv", "y,1\nz,3\n", &["no group in common"]);
    assert!(!folder.path("out").exists());
    let gone = folder.path("gone.csv").to_str().unwrap().to_owned();
    assert!(refused(&[&good, &gone]).contains("gone.csv does not exist"));
    assert!(refused(&["-", "-"]).contains("both standard input"));
    assert!(refused(&[&good, &good, "--k", "0"]).contains("--k must be at least 1"));
    let long = folder.file("long.csv", "a,1\nb,2\nc,3\n");
    let said = refused(&[&long, &good, "--k", "3"]);
    assert!(said.contains("good.csv, which has 2 groups: choose a k from 1 to 2"), "{said}");
    assert!(refused(&[&good, &good, "--k", "-1"]).contains("--k"));
    for p in ["0", "1", "-0.5", "nan", "2"] {
        assert!(
            refused(&[&good, &good, "--rbo-p", p]).contains("--rbo-p must lie between 0 and 1"),
            "{p}"
        );
    }
    assert!(
        refused(&[&good, &good, "--value", "sold"]).contains("no column sold; it has group, value")
    );
    assert!(
        refused(&[&good, &good, "--group", "value", "--value", "value"])
            .contains("both name the column value")
    );
    let thrice = ["--group", "a", "--group", "b", "--group", "c"];
    assert!(
        refused(&[&[good.as_str(), &good], &thrice[..]].concat())
            .contains("--group is given 3 times")
    );
    for out in [&good, &long] {
        assert!(refused(&[&good, &long, "--out", out]).contains("is the file that is read"));
    }
    assert_eq!(std::fs::read_to_string(&good).unwrap(), "group,value\na,1\nb,2\n");
}

#[test]
fn columns_standard_input_and_files_of_results() {
    let folder = Folder::new();
    let wide = folder.file("wide.csv", "shop,item,sold,back\n1,a,5,1\n2,b,7,9\n");
    let narrow = folder.file("narrow.csv", "group;value\na;1\nb;2\n");
    let found = json(&[
        &wide, &narrow, "--group", "item", "--group", "group", "--value", "back", "--value",
        "value",
    ]);
    near(&found, "kendall_tau_b", 1.0);
    assert_eq!(found["left"]["value_column"], "back");
    let out = folder.path("out.json");
    let piped = program()
        .args(["compare", "-", &narrow, "--format", "json", "--out", out.to_str().unwrap()])
        .write_stdin("a,9\nb,3\n")
        .output()
        .unwrap();
    assert!(
        piped.status.success() && piped.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&piped.stderr)
    );
    let found: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(found["left"]["source"], "standard input");
    near(&found, "kendall_tau_b", -1.0);
}

#[test]
fn our_own_releases_are_read() {
    let folder = Folder::new();
    let ledger = folder.path("s.ledger").to_str().unwrap().to_owned();
    program()
        .args([
            "ledger",
            "create",
            &ledger,
            "--dataset",
            "sample",
            "--epsilon",
            "500",
            "--delta",
            "1e-6",
        ])
        .assert()
        .success();
    let catalogue: String = (0..240).map(|item| format!("{item:03}\n")).collect();
    let catalogue = folder.file("catalogue.csv", &format!("item\n{catalogue}"));
    let release = |name: &str, arguments: &[&str]| {
        let out = folder.path(name).to_str().unwrap().to_owned();
        program()
            .args(["release", "--ledger", &ledger, "--unprotected", "none", "--out", &out])
            .args(arguments)
            .assert()
            .success();
        out
    };
    // So large an ε that no draw can fail what is asserted.
    let bounds = ["--epsilon", "100", "--l0", "20", "--linf", "1", "--measure", "buyers"];
    let sold = ["--epsilon", "100", "--l0", "20", "--linf", "100", "--measure", "revenue"];
    let close = release("close.csv", &[&bounds[..], &["--groups", &catalogue]].concat());
    let money = release("money.csv", &[&sold[..], &["--groups", &catalogue]].concat());
    let private = release("private.csv", &[&bounds[..], &["--delta", "1e-7"]].concat());
    let top = release("top.csv", &["--epsilon", "100", "--top-k", "20", "--groups", &catalogue]);
    // True buyers of every item, from the sample itself.
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/purchases.csv");
    let mut pairs: Vec<(String, String)> = csv::Reader::from_path(sample)
        .unwrap()
        .records()
        .map(|row| row.map(|row| (row[3].to_owned(), row[2].to_owned())).unwrap())
        .collect();
    pairs.sort();
    pairs.dedup();
    let mut buyers = std::collections::BTreeMap::new();
    pairs.iter().for_each(|(item, _)| *buyers.entry(item).or_insert(0) += 1);
    let buyers: String = buyers.iter().map(|(item, count)| format!("{item},{count}\n")).collect();
    let buyers = folder.file("buyers.csv", &buyers);

    let found = json(&[&buyers, &top]);
    assert_eq!(
        (&found["groups"]["right"], &found["right"]["ranks"]),
        (&Value::from(20), &Value::from(true))
    );
    assert!(
        found["overlap_at_k"].as_f64().unwrap() >= 0.8 && found["rbo"].as_f64().unwrap() > 0.8,
        "{found}"
    );
    let found = json(&[&buyers, &close]);
    assert_eq!(found["groups"]["both"], 240);
    assert!(found["kendall_tau_b"].as_f64().unwrap() > 0.8, "{found}");
    // Cents, some of them below 0.
    assert!(json(&[&close, &money])["spearman"].is_number());
    let found = json(&[&close, &private]);
    let (right, both) =
        (found["groups"]["right"].as_u64().unwrap(), found["groups"]["both"].as_u64().unwrap());
    assert!(right == both && (10..=240).contains(&right), "{found}");
    assert_eq!(found["left"]["missing_on_the_other_side"], 240 - both);
}

#[test]
fn large_files_are_no_wait() {
    let folder = Folder::new();
    let rows = |factor: u64| -> String {
        (0..100_000u64)
            .map(|i| format!("group {i},{}\n", (i * factor % 100_003) as f64 / 7.0))
            .collect()
    };
    let left = folder.file("left.csv", &rows(7_919));
    let right = folder.file("right.csv", &rows(104_729));
    let found = json(&[&left, &right, "--k", "1000"]);
    assert_eq!(found["groups"]["both"], 100_000);
    for name in FIGURES {
        assert!(found[name].is_number(), "{name}");
    }
}

#[test]
fn a_header_alone_is_answered() {
    let folder = Folder::new();
    let one = folder.file("one.csv", "item\n");
    let two = folder.file("two.csv", "item,sum\na,1\n");
    for pair in [[&one, &one], [&one, &two], [&two, &one]] {
        let output = compare(&[pair[0], pair[1]]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code().is_some_and(|code| code <= 2), "{said}");
        assert!(!said.contains("panicked") && said.lines().count() <= 1, "{said}");
    }
}
