//! `risk` on the command line: keys, known values, sentences and refusals.

use assert_cmd::Command;
use serde_json::Value;

fn run(folder: &std::path::Path, words: &[&str]) -> (Option<i32>, String, String) {
    let done = Command::cargo_bin("epsiloscope")
        .expect("the binary is built")
        .current_dir(folder)
        .args(words)
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

fn document(words: &[&str]) -> Value {
    let all: Vec<&str> = ["risk", "--format", "json"].into_iter().chain(words.to_vec()).collect();
    let (code, out, said) = run(std::path::Path::new("."), &all);
    assert_eq!(code, Some(0), "{said}");
    serde_json::from_str(&out).expect("JSON")
}

fn number(document: &Value, pointer: &str) -> f64 {
    document
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("no number at {pointer} in {document}"))
}

fn near(found: f64, told: f64, relative: f64) {
    assert!((found / told - 1.0).abs() < relative, "{found}, known {told}");
}

#[test]
fn one_laplace_number_has_its_known_risk() {
    let found = document(&["--epsilon", "1", "--l0", "1", "--linf", "1"]);
    for key in [
        "epsilon",
        "delta",
        "advantage",
        "true_positives",
        "mu",
        "trade_off",
        "posterior",
        "ladder",
        "replacement",
    ] {
        assert!(found.get(key).is_some_and(|value| !value.is_null()), "{key}");
    }
    near(number(&found, "/advantage"), 0.393_469_340, 1e-8);
    near(1.0 - number(&found, "/true_positives/at_1_percent"), 0.972_817_18, 1e-8);
    near(1.0 - number(&found, "/true_positives/at_5_percent"), 0.864_085_91, 1e-8);
    near(1.0 - number(&found, "/true_positives/at_10_percent"), 0.728_171_82, 1e-8);
    near(number(&found, "/mu"), 1.030_06, 1e-4);
    near(number(&found, "/posterior/worst"), 0.231_969_317, 1e-8);
    near(number(&found, "/replacement/one_for_another/advantage"), 0.448_181, 1e-4);
    near(number(&found, "/odds/look_in_if_in"), 69.673_467, 1e-7);
    let curve = found["trade_off"].as_array().expect("points");
    assert_eq!(curve.len(), 101);
    assert_eq!(curve[10]["alpha"], 0.1);
    near(number(&curve[10], "/beta"), 0.728_171_82, 1e-8);
    // The simulated attack agrees within its own error.
    let off = number(&found, "/simulated_attack/advantage") - number(&found, "/advantage");
    assert!(off.abs() <= 4.0 * number(&found, "/simulated_attack/standard_error"));
    assert!(
        found["meaning"]
            .as_str()
            .expect("a sentence")
            .starts_with("Of 100 outputs 70 look as if you were in; had you stayed out, 30 would")
    );
}

#[test]
fn the_ladder_divides_epsilon_and_a_replacement_doubles_it() {
    let found = document(&[]);
    near(number(&found, "/epsilon"), 1.0, 1e-12);
    for (pointer, told) in [
        ("/ladder/0/below_bounds/epsilon", 1.0),
        ("/ladder/1/below_bounds/epsilon", 0.05),
        ("/ladder/1/at_bound/epsilon", 0.1),
        ("/ladder/2/below_bounds/epsilon", 0.005),
        ("/ladder/2/at_bound/epsilon", 0.055),
        ("/replacement/one_for_another/epsilon", 0.1),
        ("/replacement/everything/epsilon", 2.0),
        ("/asked_again/together/epsilon", 5.0),
    ] {
        near(number(&found, pointer), told, 1e-9);
    }
    let gaussian = document(&["--mechanism", "gaussian", "--delta", "1e-6"]);
    let mu = number(&gaussian, "/mu");
    near(number(&gaussian, "/ladder/1/below_bounds/mu"), mu / 20f64.sqrt(), 1e-8);
    near(number(&gaussian, "/replacement/everything/mu"), mu * 2f64.sqrt(), 1e-8);
    assert!(gaussian["posterior"]["worst"].is_null(), "{}", gaussian["posterior"]);
    near(number(&gaussian, "/delta"), 1e-6, 1e-12);
}

#[test]
fn people_read_a_sentence_first() {
    let (code, out, _) =
        run(std::path::Path::new("."), &["risk", "--l0", "1", "--linf", "1", "--prior", "0.5"]);
    assert_eq!(code, Some(0));
    let first = out.lines().next().expect("a line");
    assert_eq!(
        first,
        "Of 100 outputs 70 look as if you were in; had you stayed out, 30 would; a belief of 50 % \
         becomes 73.1 % at most."
    );
    assert!(out.contains("8 (AutoPlay, local)"), "{out}");
}

#[test]
fn a_ledger_risks_what_it_has_spent() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = |words: &[&str]| {
        let (code, out, said) = run(folder.path(), words);
        assert_eq!(code, Some(0), "{words:?}: {said}");
        out
    };
    done(&["generate", "--users", "200", "--items", "20", "--rows", "2000", "--out", "orders.csv"]);
    done(&["ledger", "create", "shop.ledger", "--dataset", "orders", "--epsilon", "5"]);
    let nothing: Value =
        serde_json::from_str(&done(&["risk", "--ledger", "shop.ledger", "--format", "json"]))
            .expect("JSON");
    assert_eq!(nothing["advantage"], 0.0);
    assert_eq!(nothing["epsilon"], 0.0);
    std::fs::write(folder.path().join("catalogue.csv"), "product\n1\n2\n3\n4\n").expect("a list");
    for out in ["one.csv", "two.csv"] {
        done(&[
            "release",
            "orders.csv",
            "--ledger",
            "shop.ledger",
            "--epsilon",
            "1",
            "--l0",
            "2",
            "--linf",
            "3",
            "--unprotected",
            "none",
            "--mechanism",
            "discrete-laplace",
            "--groups",
            "catalogue.csv",
            "--out",
            out,
        ]);
    }
    let spent: Value =
        serde_json::from_str(&done(&["risk", "--ledger", "shop.ledger", "--format", "json"]))
            .expect("JSON");
    near(number(&spent, "/epsilon"), 2.0, 1e-8);
    // Twice the release of ε 1 at l0 2: more than once, less than both added.
    let once = number(
        &document(&["--mechanism", "discrete-laplace", "--l0", "2", "--linf", "3"]),
        "/advantage",
    );
    let twice = number(&spent, "/advantage");
    assert!(twice > once && twice < 2.0 * once, "{once} {twice}");
    let asked =
        document(&["--mechanism", "discrete-laplace", "--l0", "2", "--linf", "3", "--asked", "2"]);
    near(number(&asked, "/asked_again/together/advantage"), twice, 1e-4);
    assert!(spent["ladder"].is_null() && spent["replacement"].is_null());
}

#[test]
fn bad_input_is_refused_in_a_sentence() {
    for (words, part) in [
        (&["--prior", "0"][..], "--prior is a probability between 0 and 1"),
        (&["--prior", "1.5"], "--prior is a probability between 0 and 1"),
        (&["--epsilon", "0"], "above 0"),
        (&["--epsilon", "nan"], "above 0"),
        (&["--epsilon", "-1"], "above 0"),
        (&["--l0", "0"], "--l0 must be at least 1"),
        (&["--linf", "0"], "--linf must be at least 1"),
        (&["--asked", "0"], "--asked must be at least 1"),
        (&["--asked", "1000000000"], "--asked 1000000000 is more than"),
        (&["--mechanism", "gaussian"], "give --delta"),
        (&["--mechanism", "gaussian", "--delta", "2"], "between 0 and 1"),
        (&["--delta", "1e-6"], "laplace noise has no δ"),
        (&["--ledger", "none.ledger"], "none.ledger"),
        (&["--ledger", "none.ledger", "--l0", "3"], "--l0"),
    ] {
        let all: Vec<&str> = ["risk"].into_iter().chain(words.to_vec()).collect();
        let (code, out, said) = run(std::path::Path::new("."), &all);
        assert_eq!(code, Some(2), "{words:?}: {said}");
        assert!(out.is_empty() && said.contains(part), "{words:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn extremes_answer_and_never_hang() {
    for words in [
        &["--epsilon", "1e6"][..],
        &["--epsilon", "1e-9"],
        &["--epsilon", "1e-9", "--l0", "1000000", "--linf", "1000000000000"],
        &["--epsilon", "50", "--l0", "3", "--mechanism", "discrete-laplace"],
        &["--mechanism", "gumbel-top-k", "--k", "50"],
        &["--mechanism", "discrete-gaussian", "--delta", "1e-9", "--l0", "7"],
        &["--prior", "0.999999", "--asked", "100000"],
    ] {
        let all: Vec<&str> = ["risk"].into_iter().chain(words.to_vec()).collect();
        let (code, out, said) = run(std::path::Path::new("."), &all);
        assert!(code == Some(0) || code == Some(2), "{words:?}: {said}");
        assert!(!out.contains("NaN") && !out.contains(" inf"), "{words:?}: {out}");
    }
}
