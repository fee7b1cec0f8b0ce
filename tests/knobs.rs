//! What a bound buys where everyone knows which groups there are, and what a sweep says to whom.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value;

/// A folder with orders of three users at two hours, in three departments.
struct Shop(tempfile::TempDir);

impl Shop {
    fn new() -> Self {
        let shop = Self(tempfile::tempdir().expect("a folder"));
        shop.file(
            "orders.csv",
            "user,item,dept,quantity,time\n\
             a,x,tea,2,2024-03-01 10:00\n\
             a,y,tools,1,2024-03-01 10:00\n\
             a,z,toys,1,2024-03-02 17:00\n\
             b,x,tea,3,2024-03-01 17:00\n\
             b,z,toys,1,2024-03-02 17:00\n\
             c,y,tools,1,2024-03-02 10:00\n",
        );
        shop
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::cargo_bin("epsiloscope").expect("the binary is built");
        command.timeout(std::time::Duration::from_secs(120));
        command.current_dir(self.0.path()).args(arguments).output().expect("it runs")
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        said
    }

    /// A sweep of one cell as JSON.
    fn swept(&self, more: &[&str]) -> Value {
        let usual = ["sweep", "orders.csv", "--epsilon", "1", "--trials", "2", "--format", "json"];
        serde_json::from_str(&self.done(&[&usual[..], more].concat())).expect("JSON")
    }
}

fn sensitivities(swept: &Value) -> (f64, f64) {
    let cell = &swept["cells"][0];
    (cell["l1_sensitivity"].as_f64().unwrap(), cell["l2_sensitivity"].as_f64().unwrap())
}

#[test]
fn parts_of_a_day_and_a_week_are_all_listed_and_l0_beyond_them_buys_nothing() {
    let shop = Shop::new();
    for (group_by, groups) in [("hour", 24.0), ("weekday", 7.0), ("hour-of-week", 168.0)] {
        let swept = shop.swept(&["--group-by", group_by, "--l0", "500", "--linf", "2"]);
        assert_eq!(sensitivities(&swept), (2.0 * groups, 2.0 * f64::sqrt(groups)), "{group_by}");
        assert_eq!(swept["cells"][0]["l0"], 500);
        assert_eq!(swept["question"]["groups"], groups);
        assert_eq!(swept["groups_assumed"]["keys"], "public");
        assert_eq!(swept["groups_assumed"]["number"], groups);
        let tight = shop.swept(&["--group-by", group_by, "--l0", "3", "--linf", "2"]);
        assert_eq!(sensitivities(&tight).0, 6.0);
    }
    // The year is in a month's key: nobody knows which there are.
    let swept = shop.swept(&["--group-by", "month", "--l0", "50", "--linf", "2"]);
    assert_eq!((sensitivities(&swept).0, &swept["question"]["groups"]), (100.0, &1.into()));
    assert_eq!(swept["groups_assumed"]["keys"], "private");
}

#[test]
fn a_trial_says_what_it_assumes_of_the_groups() {
    let shop = Shop::new();
    let asked = ["--group-by", "dept", "--l0", "20", "--linf", "2"];
    let with = |more: &[&str]| shop.swept(&[&asked[..], more].concat());
    // How many keys were seen is nothing that everyone knows.
    let private = with(&[]);
    assert_eq!(sensitivities(&private).0, 40.0);
    assert_eq!(private["groups_assumed"]["keys"], "private");
    assert!(private["groups_assumed"]["number"].is_null());
    let said = with(&["--groups", "6"]);
    assert_eq!(sensitivities(&said), (12.0, 2.0 * f64::sqrt(6.0)));
    assert_eq!(
        (&said["groups_assumed"]["number"], &said["groups_assumed"]["from"]),
        (&6.into(), &"said".into())
    );
    shop.file("list.csv", "dept\ntea\ntoys\nturf\ntyres\n");
    let listed = with(&["--groups", "list.csv"]);
    assert_eq!(sensitivities(&listed).0, 8.0);
    // Also the two that nobody bought in.
    assert_eq!(listed["question"]["groups"], 4);
    assert_eq!(listed["groups_assumed"]["from"], "list");
    // The explorer's lines assume the same.
    let plain =
        ["explore", "orders.csv", "--plain", "--group-by", "dept", "--groups", "6", "--l0", "20"];
    let words = shop.done(&plain);
    assert!(words.contains("keys assumed public: a list of 6"), "{words}");
    assert!(words.contains("looked at the data"), "{words}");
    let words = shop.done(&[&["sweep", "orders.csv", "--epsilon", "1"][..], &asked].concat());
    assert!(words.contains("keys private"), "{words}");
    let few = [&["sweep", "orders.csv", "--epsilon", "1", "--groups", "2"][..], &asked].concat();
    assert!(shop.refused(&few).contains("--groups: a public list of 2 cannot hold the 3 groups"));
    let none =
        [&["sweep", "orders.csv", "--epsilon", "1", "--groups", "none"][..], &asked].concat();
    assert!(shop.refused(&none).contains("neither a number of groups"));
    let data =
        [&["sweep", "orders.csv", "--epsilon", "1", "--groups", "orders.csv"][..], &asked].concat();
    assert!(shop.refused(&data).contains("is the data file"));
}

#[test]
fn rows_outside_a_list_take_nobodys_place_within_l0() {
    let shop = Shop::new();
    for (key, others) in [("tea", 5.0), ("tools", 2.0), ("toys", 2.0)] {
        shop.file("list.csv", &format!("dept\n{key}\n"));
        let asked = ["--group-by", "dept", "--l0", "1", "--linf", "9", "--groups", "list.csv"];
        let swept = shop.swept(&asked);
        // With one group each, whoever gives to it gives to it alone: nothing is cut.
        assert_eq!(swept["cells"][0]["dropped_share"], 0.0, "{key} {others}");
        assert_eq!(sensitivities(&swept).0, 9.0);
    }
}

#[test]
fn a_release_pays_for_the_groups_that_there_are() {
    let shop = Shop::new();
    let create = "ledger create shop.ledger --dataset orders --epsilon 10 --delta 1e-4";
    shop.done(&create.split(' ').collect::<Vec<_>>());
    let release = |out: &str, more: &str| -> Value {
        let arguments = format!(
            "release orders.csv --ledger shop.ledger --epsilon 1 --l0 50 --linf 2 --out {out}.csv {more}"
        );
        shop.done(&arguments.split(' ').collect::<Vec<_>>());
        let text = fs::read_to_string(shop.0.path().join(format!("{out}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let rows = |out: &str| {
        fs::read_to_string(shop.0.path().join(format!("{out}.csv"))).unwrap().lines().count() - 1
    };
    // All hours are there, so nothing is told by which; no threshold, no δ.
    let hours = release("hours", "--group-by hour");
    assert_eq!((hours["sensitivity"]["l1"].as_f64(), rows("hours")), (Some(48.0), 24));
    assert_eq!((&hours["groups"]["from"], &hours["groups"]["keys"]), (&"kind".into(), &24.into()));
    assert_eq!(hours["bounds"]["l0"], 50);
    let said = release("said", "--group-by weekday --groups-are-public");
    assert_eq!((said["sensitivity"]["l1"].as_f64(), rows("said")), (Some(14.0), 7));
    shop.file("list.csv", "item\nx\ny\nz\nw\n");
    let listed = release("listed", "--groups list.csv");
    assert_eq!((listed["sensitivity"]["l1"].as_f64(), rows("listed")), (Some(8.0), 4));
    assert!((listed["scale"].as_f64().unwrap() - 8.0).abs() < 1e-9);
    let gaussian =
        release("gaussian", "--groups list.csv --mechanism discrete-gaussian --delta 1e-6");
    assert_eq!(gaussian["sensitivity"]["l2"], 4.0);
    // Keys that were seen are no list.
    let seen = release("seen", "--groups-are-public");
    assert_eq!(seen["sensitivity"]["l1"].as_f64(), Some(100.0));
    let private = release("private", "--delta 1e-6");
    assert_eq!(private["sensitivity"]["l1"].as_f64(), Some(100.0));
}

#[test]
fn a_table_names_the_columns_that_it_is_asked_for() {
    let shop = Shop::new();
    fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
        let usual = ["sweep", "orders.csv", "--epsilon", "1", "--l0", "2", "--linf", "2"];
        [&usual[..], more].concat()
    }
    let whole = shop.done(&with(&[]));
    for head in ["mechanism", "RMSE", "rel. error", "overlap@1", "top-1 flip"] {
        assert!(whole.contains(head), "{head}: {whole}");
    }
    assert!(!whole.contains("left out"), "a file has room: {whole}");
    let few = shop.done(&with(&["--columns", "rmse, epsilon"]));
    let head = few.lines().find(|line| line.contains("RMSE")).expect("a head");
    assert_eq!(head.split_whitespace().collect::<Vec<_>>(), ["ε", "RMSE"]);
    let said = shop.refused(&with(&["--columns", "rmsd"]));
    assert!(said.contains("--columns: there is no column 'rmsd'; choose from"), "{said}");
}

#[test]
fn a_list_of_all_groups_says_that_overlap_says_nothing() {
    let shop = Shop::new();
    let usual = ["sweep", "orders.csv", "--epsilon", "1", "--l0", "2", "--linf", "2"];
    let half = shop.swept(&["--l0", "2", "--linf", "2"]);
    assert_eq!(half["k"], 1, "half of three groups");
    let whole = shop.done(&[&usual[..], &["--k", "3"]].concat());
    assert!(whole.contains("overlap@3 says nothing: the list holds every group"), "{whole}");
}

#[test]
fn a_misspelt_subcommand_is_asked_about() {
    let shop = Shop::new();
    for (typed, meant) in [("inspec", "inspect"), ("swep", "sweep"), ("relaese", "release")] {
        let said = shop.refused(&[typed]);
        assert!(said.contains(&format!("did you mean the subcommand '{meant}'?")), "{said}");
    }
    for typed in ["orders2.csv", "nothing", "./inspec"] {
        assert!(!shop.refused(&[typed]).contains("did you mean"), "{typed}");
    }
}
