//! `anonymity` on the command line and against its reference rows: keys, shares, sentences, refusals.

mod program;

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use epsiloscope::anonymity::{AnonymitySetting, AnonymityStudy, Points, StudyPart, Unicity};
use epsiloscope::purchases::{Input, Options, Purchases, read};
use epsiloscope::work::{Cancel, threads};
use program::{json, program, refused};
use serde_json::Value;

/// Online Retail after the usual cleaning, read once; skipped, aloud, where it is not there.
fn online_retail() -> Option<&'static Purchases> {
    static READ: OnceLock<Option<Purchases>> = OnceLock::new();
    READ.get_or_init(|| {
        let folder = std::env::var_os("EPSILOSCOPE_SHARED").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
            PathBuf::from,
        );
        let path = folder.join("data/online_retail.csv.gz");
        if !path.exists() {
            println!("skipped: {} is not there", path.display());
            return None;
        }
        Some(read(&Input::File(path), &Options::default()).unwrap())
    })
    .as_ref()
}

/// Shares at p = 1 (exact) to 5, as two independent programs agree on them within sampling error.
const REFERENCE: [(&str, [f64; 5]); 4] = [
    ("item", [0.0009, 0.0258, 0.1084, 0.2300, 0.3408]),
    ("item,day", [0.3589, 0.9280, 0.9889, 0.9966, 0.9990]),
    ("day", [0.0, 0.1049, 0.6344, 0.8635, 0.9472]),
    ("item,month", [0.0163, 0.3921, 0.7637, 0.9007, 0.9511]),
];

#[test]
fn unicity_of_online_retail_is_the_reference() {
    let Some(purchases) = online_retail() else { return };
    for (kind, shares) in REFERENCE {
        let points = Points::collect(purchases, kind.parse().unwrap()).unwrap();
        let found = Unicity::measure(&points, 1, threads(), &Cancel::new()).unwrap();
        for (at, told) in found.at.iter().zip(shares) {
            let p = at.p;
            if p == 1 {
                let exact = at.share.expected.unwrap();
                assert!((exact - told).abs() < 5.1e-5, "{kind}: {exact}, known {told}");
                assert!(!at.share.disagrees(), "{kind}: {:?}", at.share);
                continue;
            }
            assert_eq!(at.share.expected, None);
            let off = (at.share.simulated.unwrap() - told).abs();
            // Both are sampled; the reference's error is as large, .0005 at most for its digits.
            let error = at.share.standard_error.unwrap();
            assert!(off < 4.0 * error + 5e-4, "{kind} at {p}: {:?}, known {told}", at.share);
        }
        assert!(found.at.iter().all(|at| at.users + at.left_out == 4_338));
    }
}

#[test]
fn k_anonymity_of_online_retail_is_broken_as_the_reference_says() {
    let Some(purchases) = online_retail() else { return };
    let setting = AnonymitySetting::usual(purchases, 1);
    let mut study = AnonymityStudy::default();
    for part in [StudyPart::Anonymous, StudyPart::Linkage] {
        study.make(part, purchases, &setting, &Cancel::new()).unwrap();
    }
    let found = study.anonymous.unwrap().unwrap();
    assert!(found.first.classes.sizes().0 >= 5);
    let with_two = found.with_points[1].share;
    // .95 with two items.
    assert!((with_two.simulated.unwrap() - 0.95).abs() < 0.01, "{with_two:?}");
    let both = found.both.as_ref().unwrap();
    // Certain for .1 % and 0 % from each alone, for 55.7 % from both.
    assert!(found.first.certain <= 0.002 && both.second.certain <= 0.002);
    assert!((both.certain - 0.557).abs() < 0.005, "{}", both.certain);
    let linkage = study.linkage.unwrap().unwrap();
    assert_eq!((linkage.users, linkage.sought), (1_998, 1_998));
    assert!((linkage.top_1.expected.unwrap() - 0.38).abs() < 0.01, "{:?}", linkage.top_1);
}

fn number(found: &Value, pointer: &str) -> f64 {
    found.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{pointer}: {found}"))
}

#[test]
fn the_document_has_its_keys_and_bounds() {
    let found = json(&["anonymity", "--points", "item,day", "--p", "3", "--format", "json"]);
    let unicity = found["unicity"].as_array().unwrap();
    assert_eq!(unicity.len(), 3);
    assert_eq!((unicity[0]["p"].as_u64(), unicity[0]["users"].as_u64()), (Some(1), Some(1_499)));
    for key in ["expected", "simulated", "standard_error"] {
        assert!(unicity[0]["share"][key].is_f64(), "{key}");
    }
    assert!(unicity[1]["share"]["expected"].is_null() && unicity[1]["share"]["simulated"].is_f64());
    assert_eq!(found["coarseness"].as_array().unwrap().len(), 15);
    assert_eq!(
        (found["status"].as_str(), found["source"].as_str()),
        (Some("synthetic"), Some("sample"))
    );
    assert!(number(&found, "/k_anonymity/smallest_class") >= 5.0);
    // One release: e^ε in or out, e^2ε A or B; two: e^2ε and e^4ε.
    let odds = |at: &str| number(&found, &format!("/attacks/{at}/odds_factor"));
    for (at, steps) in [
        ("class_and_items/0/dp_bound", 1.0),
        ("homogeneity/dp_bound", 2.0),
        ("two_releases/dp_bound", 4.0),
        ("two_releases/alone_dp_bound", 2.0),
        ("linkage/dp_bound", 2.0),
    ] {
        assert!((odds(at) / f64::exp(steps) - 1.0).abs() < 1e-9, "{at}");
    }
    let belief = number(&found, "/attacks/class_and_items/0/dp_bound/posterior_at_most");
    assert!((belief - 0.231_969_317).abs() < 1e-8, "{belief}");
    // The same seed, the same document; another seed, other draws.
    let again = |seed: &str| {
        json(&["anonymity", "--points", "item,day", "--p", "3", "--format", "json", "--seed", seed])
    };
    assert_eq!(again("1"), found);
    assert_ne!(again("2")["unicity"][1], found["unicity"][1]);
}

#[test]
fn a_sentence_comes_first_and_private_people_are_looked_at_only_where_somebody_says_so() {
    let out = program().args(["anonymity"]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.starts_with("2 items with their days single out 9"), "{text}");
    assert!(text.contains("never certainty") && text.contains("e^4ε = 54.6"), "{text}");
    // Off a terminal a sentence is one line.
    assert!(text.lines().next().is_some_and(|line| line.ends_with("never certainty.")), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("o.csv");
    let rows: String = (0..40)
        .map(|n| format!("u{},i{},2024-0{}-03 10:00,{}.00\n", n % 8, n % 5, 1 + n % 6, 1 + n))
        .collect();
    fs::write(&file, format!("user,item,date,price\n{rows}")).unwrap();
    let file = file.to_str().unwrap();
    let said = refused(&["anonymity", file]);
    assert!(said.contains("is private") && said.contains("--look-at-people"), "{said}");
    let looked = json(&["anonymity", file, "--look-at-people", "--k", "3", "--format", "json"]);
    assert!(looked["warning"].as_str().unwrap().contains("do not publish"));
    assert!(!looked.to_string().contains("u7") && !looked.to_string().contains("i4"), "{looked}");
    let public = json(&["anonymity", file, "--status", "public", "--k", "3", "--format", "json"]);
    assert!(public["warning"].is_null());
    // Other statuses need no flag, and what was asked for in vain is a sentence of its own.
    assert_eq!(public["k_anonymity"]["k"], 3);
}

#[test]
fn bad_input_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let timeless = write("timeless.csv", "user,item\na,x\nb,y\nc,x\n");
    let alone = write("alone.csv", "user,item,date\na,x,2024-01-02\na,y,2024-01-03\n");
    let one_row = write("one.csv", "user,item,date\na,x,2024-01-02\n");
    let refuse = |words: &[&str]| {
        let all: Vec<&str> = ["anonymity"].into_iter().chain(words.to_vec()).collect();
        refused(&all)
    };
    let public = ["--status", "public"];
    let of = |file: &str, more: &[&str]| refuse(&[&[file][..], &public, more].concat());
    let said = of(&timeless, &["--points", "item,day"]);
    assert!(said.contains("need a time column") && said.contains("--time"), "{said}");
    let said = of(&timeless, &["--k", "5"]);
    assert!(said.contains("classes of 5 users need at least 5 users, and there are 3"), "{said}");
    let said = of(&timeless, &["--k", "2", "--quasi", "country"]);
    assert!(said.contains("country of a user needs a country column"), "{said}");
    for file in [&alone, &one_row] {
        assert!(of(file, &[]).contains("there is one user only"));
    }
    assert!(refuse(&["--points", "hour"]).contains("'hour' is no kind of points"));
    assert!(refuse(&["--quasi", "age"]).contains("'age' is no property of users"));
    assert!(refuse(&["--quasi", ""]).contains("--quasi needs at least one"));
    assert!(
        refuse(&["--quasi", "country", "--sensitive", "country"])
            .contains("is what is to stay secret")
    );
    assert!(refuse(&["--second", "favourite-item"]).contains("cannot be a quasi-identifier"));
    assert!(refuse(&["--sensitive", "spent"]).contains("must be a choice"));
    assert!(refuse(&["--p", "11"]).contains("--p 11 is more than 10"));
    assert!(refuse(&["--known", "0"]).contains("--known must be at least 1"));
    assert!(refuse(&["--k", "1"]).contains("--k must be at least 2"));
    for epsilon in ["0", "-1", "nan", "inf", "1e300"] {
        assert!(
            refuse(&["--epsilon", epsilon]).contains("--epsilon must be a number"),
            "{epsilon}"
        );
    }
    assert!(refuse(&["--prior", "1"]).contains("--prior is a probability"));
    // Without a time there is a curve of items, and what cannot be measured is said.
    let found =
        json(&["anonymity", &timeless, "--status", "public", "--k", "3", "--format", "json"]);
    assert_eq!(found["points"], "item");
    assert!(found["attacks"]["two_releases"].is_null() && found["attacks"]["linkage"].is_null());
    assert_eq!(found["not_measured"].as_array().unwrap().len(), 2);
    let text = program().args(["anonymity", "--second", "none"]).output().unwrap().stdout;
    assert!(String::from_utf8(text).unwrap().contains("no second release was asked for"));
    // The largest ε there is allows everything, and says so without an infinity.
    let found = json(&["anonymity", "--epsilon", "1e6", "--format", "json"]);
    assert!(found["attacks"]["two_releases"]["dp_bound"]["odds_factor"].is_null());
}
