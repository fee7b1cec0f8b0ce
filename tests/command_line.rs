//! The command line as a user meets it: exit codes, sentences, schemas, files.

mod program;

use std::io::Write;
use std::path::{Path, PathBuf};

use program::{json, program, refused};
use serde_json::Value;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("a file");
        path
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

const ORDERS: &str = "user,item,qty,price,when,dept,invoice\n\
    a,x,2,1.50,2024-03-01 10:00,tea,1\n\
    a,y,1,2.00,2024-03-01 10:00,tea,1\n\
    b,x,1,1.50,2024-03-02 11:30,tea,2\n\
    b,z,\"1,000\",0.10,2024-04-02 23:59,art,2\n\
    ,x,1,1.50,2024-03-02 11:30,tea,3\n\
    c,,1,1.50,2024-03-02 11:30,tea,3\n\
    c,x,many,1.50,2024-03-02 11:30,tea,3\n\
    c,x,1,1.50,2024-03-02 11:30,tea,C4\n\
    c,x,0,1.50,2024-03-02 11:30,tea,5\n\
    c,x,1,0,2024-03-02 11:30,tea,5\n\
    c,x,3.0,1.50,2024-03-02 11:30,tea,5\n";

#[test]
fn inspect_has_its_schema_and_counts_each_row_once() {
    let folder = Folder::new();
    let path = folder.file("orders.csv", ORDERS.as_bytes());
    let path = path.to_str().unwrap();
    let found = json(&[
        "inspect",
        path,
        "--quantity",
        "qty",
        "--time",
        "when",
        "--category",
        "dept",
        "--format",
        "json",
    ]);
    assert_eq!(found["source"], "orders.csv");
    assert_eq!(found["status"], "private");
    assert_eq!(found["warning"], "not differentially private: do not publish");
    assert_eq!((found["rows_read"].as_u64(), found["rows_kept"].as_u64()), (Some(11), Some(5)));
    let dropped = &found["dropped"];
    for reason in
        ["missing_user", "missing_item", "cancelled", "quantity_not_positive", "price_not_positive"]
    {
        assert_eq!(dropped[reason], 1, "{reason}");
    }
    assert_eq!(dropped["unreadable"]["qty"], 1);
    assert_eq!(
        (found["users"].as_u64(), found["items"].as_u64(), found["pairs"].as_u64()),
        (Some(3), Some(3), Some(5))
    );
    assert_eq!(found["total"], 1_007);
    for spread in ["groups_per_user", "value_per_pair"] {
        for figure in ["median", "p90", "p99", "max"] {
            assert!(found[spread][figure].is_number(), "{spread}.{figure}");
        }
    }
    assert_eq!(found["columns"]["user"], "user");
    assert_eq!(found["columns"]["quantity"], "qty");
}

#[test]
fn the_same_rows_from_standard_input_and_with_a_status() {
    let output = program()
        .args(["inspect", "-", "--status", "public", "--format", "json"])
        .write_stdin(ORDERS)
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((found["status"].as_str(), found["warning"].is_null()), (Some("public"), true));
    assert_eq!(found["rows_kept"], 5);
}

#[test]
fn sweep_has_its_schema() {
    let found = json(&[
        "sweep",
        "--epsilon",
        "0.1,1",
        "--l0",
        "5,20",
        "--linf",
        "1,10",
        "--mechanism",
        "laplace,gaussian,discrete-laplace,discrete-gaussian,gumbel-top-k",
        "--delta",
        "1e-6",
        "--trials",
        "20",
        "--seed",
        "7",
        "--format",
        "json",
    ]);
    assert_eq!(
        (found["source"].as_str(), found["status"].as_str()),
        (Some("sample"), Some("synthetic"))
    );
    assert_eq!(found["question"]["group_by"], "item");
    assert_eq!(found["question"]["measure"], "purchases");
    assert_eq!(found["question"]["groups"], 240);
    assert_eq!((found["seed"].as_u64(), found["trials"].as_u64()), (Some(7), Some(20)));
    let cells = found["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 5 * 2 * 2 * 2);
    for cell in cells {
        let (l0, linf) = (cell["l0"].as_f64().unwrap(), cell["linf"].as_f64().unwrap());
        assert_eq!(cell["l1_sensitivity"].as_f64().unwrap(), l0 * linf);
        assert!((cell["l2_sensitivity"].as_f64().unwrap() - l0.sqrt() * linf).abs() < 1e-12);
        let gaussian = cell["mechanism"] == "gaussian" || cell["mechanism"] == "discrete-gaussian";
        assert_eq!(cell["delta"].is_null(), !gaussian);
        assert!((0.0..=1.0).contains(&cell["dropped_share"].as_f64().unwrap()));
        if cell["mechanism"] == "laplace" {
            let b = l0 * linf / cell["epsilon"].as_f64().unwrap();
            assert!((cell["scale"].as_f64().unwrap() / b - 1.0).abs() < 1e-12);
        }
        for figure in ["bias", "mae", "rmse", "variance", "p95_absolute", "median_relative"] {
            for part in ["expected", "simulated", "standard_error"] {
                // Gumbel top-k publishes an order and no values.
                let values = cell["mechanism"] != "gumbel-top-k";
                assert_eq!(
                    cell["error"][figure][part].is_number(),
                    values,
                    "{figure}.{part} of {cell}"
                );
            }
        }
        let figures = [
            "kendall_tau_b",
            "weighted_tau",
            "spearman",
            "overlap_at_k",
            "ndcg_at_k",
            "rbo",
            "top1_flip",
        ];
        for figure in figures {
            for part in ["ranking", "ranking_noise"] {
                assert!(cell[part][figure]["expected"].is_number(), "{part}.{figure} of {cell}");
                assert!(cell[part][figure]["simulated"].is_number());
                assert!(cell[part][figure]["standard_error"].as_f64().unwrap() > 0.0);
            }
            assert!(cell["ranking_clipping"][figure].is_number());
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let run = |seed: &str, threads: &str| {
        let arguments = [
            "sweep",
            "--epsilon",
            "0.05:5:4",
            "--l0",
            "5",
            "--linf",
            "10",
            "--trials",
            "70",
            "--seed",
            seed,
            "--threads",
            threads,
            "--format",
            "csv",
        ];
        program().args(arguments).output().unwrap().stdout
    };
    let one = run("3", "1");
    assert!(!one.is_empty());
    assert_eq!(one, run("3", "2"));
    assert_eq!(one, run("3", "7"));
    assert_ne!(one, run("4", "1"));
}

#[test]
fn every_bad_argument_is_a_sentence() {
    let good = ["sweep", "--epsilon", "1", "--l0", "5", "--linf", "10", "--trials", "5"];
    let with = |flag: &str, value: &str| {
        let mut arguments: Vec<String> = good.iter().map(|a| (*a).to_owned()).collect();
        match arguments.iter().position(|a| a == flag) {
            Some(place) => arguments[place + 1] = value.to_owned(),
            None => arguments.extend([flag.to_owned(), value.to_owned()]),
        }
        refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    for epsilon in ["0", "nan", "inf", "x", "1:2", ""] {
        assert!(with("--epsilon", epsilon).contains("--epsilon"), "{epsilon}");
    }
    assert!(
        refused(&["sweep", "--epsilon=-1", "--l0", "5", "--linf", "10"]).contains("'-1' is no ε")
    );
    assert!(with("--l0", "0").contains("--l0"));
    assert!(with("--linf", "0").contains("--linf"));
    for delta in ["0", "1", "2", "nan"] {
        assert!(with("--delta", delta).contains("--delta must lie between 0 and 1"), "{delta}");
    }
    assert!(with("--mechanism", "gaussian").contains("needs --delta"));
    assert!(with("--trials", "0").contains("--trials must be at least 1"));
    assert!(with("--k", "241").contains("k is 241, but the question has 240 groups"));
    assert!(with("--k", "0").contains("--k must be at least 1"));
    assert!(with("--threads", "0").contains("--threads"));
    assert!(with("--chart", "chart.bmp").contains(".svg"));
    assert!(with("--measure", "buyers").contains("linf is 1 for buyers"));
    let missing = refused(&["sweep", "--epsilon", "1", "--linf", "10"]);
    assert!(
        missing.contains("--l0 is missing") && missing.contains("no amount of noise"),
        "{missing}"
    );
    assert!(refused(&["sweep", "--epsilon", "1", "--l0", "10"]).contains("--linf is missing"));
    assert!(
        refused(&["sweep", "--epsilon", "1", "--sensitivity", "0"])
            .contains("--sensitivity must be")
    );
    assert!(refused(&["explore", "--epsilon", "0"]).contains("--epsilon must be"));
    assert!(refused(&["no-such-thing"]).contains("no-such-thing"));
}

#[test]
fn every_bad_file_is_a_sentence_that_names_it() {
    let folder = Folder::new();
    let header = "user,item,quantity\n";
    let long = format!("{header}a,{},1\n", "x".repeat(10 << 20));
    let gz_head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x4c];
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty.csv", Vec::new(), "empty"),
        ("header.csv", header.into(), "no row"),
        ("false.parquet", ORDERS.into(), "not what its name says"),
        ("false.csv", b"PAR1aaaaPAR1".to_vec(), "not what its name says"),
        ("columns.csv", b"a,b,c\n1,2,3\n".to_vec(), "--user"),
        ("twice.csv", b"user,item,item\na,x,y\n".to_vec(), "item"),
        ("nothing.csv", format!("{header},x,1\n").into(), "without a user"),
        ("long.csv", long.into(), "line 2"),
        ("nul.csv", format!("{header}a,x\0,1\n").into(), "NUL"),
        ("quote.csv", format!("{header}c,\"open,1\n").into(), "never closed"),
        ("old.csv", ORDERS.replace('\n', "\r").into_bytes(), "CR"),
        ("cut.csv.gz", gz_head.to_vec(), "cut"),
    ];
    for (name, bytes, word) in cases {
        let path = folder.file(name, &bytes);
        let said = refused(&["inspect", path.to_str().unwrap()]);
        assert!(said.contains(name) && said.contains(word), "{name}: {said}");
    }
    let empty = folder.path("empty");
    std::fs::create_dir(&empty).unwrap();
    assert!(refused(&["inspect", empty.to_str().unwrap()]).contains("folder"));
    // The files of a folder are one table.
    let all = folder.0.path().to_str().unwrap().to_owned();
    refused(&["inspect", &all]);
    let gone = folder.path("gone.csv");
    assert!(refused(&["inspect", gone.to_str().unwrap()]).contains("gone.csv"));
    let piped = program().args(["inspect", "-"]).write_stdin("").output().unwrap();
    assert_eq!(piped.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&piped.stderr).contains("standard input"));
}

#[test]
fn a_missing_question_column_is_named() {
    let folder = Folder::new();
    let path = folder.file("two.csv", b"user,item\na,x\nb,y\n");
    let path = path.to_str().unwrap();
    assert!(refused(&["inspect", path, "--measure", "revenue"]).contains("--price COLUMN"));
    assert!(refused(&["inspect", path, "--group-by", "category"]).contains("--category COLUMN"));
    assert!(refused(&["inspect", path, "--group-by", "hour"]).contains("--time COLUMN"));
    let found = json(&["inspect", path, "--format", "json"]);
    assert_eq!(found["total"], 2, "without a quantity each row counts 1");
}

#[test]
fn files_are_written_whole_and_replaced() {
    let folder = Folder::new();
    let out = folder.file("out.json", b"old");
    let chart = folder.path("chart.svg");
    let picture = folder.path("chart.png");
    let common = [
        "sweep",
        "--epsilon",
        "0.1,1",
        "--l0",
        "5",
        "--linf",
        "10",
        "--trials",
        "10",
        "--format",
        "json",
    ];
    for chart in [&chart, &picture] {
        program()
            .args(common)
            .args(["--out", out.to_str().unwrap(), "--chart", chart.to_str().unwrap()])
            .assert()
            .success()
            .stdout("");
    }
    let written: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(written["cells"].as_array().unwrap().len(), 2);
    let svg = std::fs::read_to_string(&chart).unwrap();
    for word in ["RMSE over ε", "τ-b over ε", "laplace l0 5 linf 10", "synthetic"] {
        assert!(svg.contains(word), "the chart does not say {word}");
    }
    assert_eq!(&std::fs::read(&picture).unwrap()[1..4], b"PNG");
    assert_eq!(folder.names(), ["chart.png", "chart.svg", "out.json"]);
}

#[test]
#[cfg(unix)]
fn a_device_is_written_to_and_not_replaced() {
    let output =
        program().args(["inspect", "--format", "json", "--out", "/dev/stdout"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON through a pipe");
    assert_eq!(found["source"], "sample");
}

#[test]
fn a_refusal_writes_nothing() {
    let folder = Folder::new();
    let inside = folder.path("nowhere/out.json");
    let said = refused(&[
        "sweep",
        "--epsilon",
        "1",
        "--l0",
        "5",
        "--linf",
        "10",
        "--out",
        inside.to_str().unwrap(),
    ]);
    assert!(said.contains("there is no folder"), "{said}");
    let out = folder.path("out.json");
    refused(&[
        "sweep",
        "--epsilon",
        "1",
        "--l0",
        "5",
        "--linf",
        "10",
        "--k",
        "999",
        "--out",
        out.to_str().unwrap(),
    ]);
    let chart = folder.path("chart.bmp");
    refused(&[
        "sweep",
        "--epsilon",
        "1",
        "--l0",
        "5",
        "--linf",
        "10",
        "--out",
        out.to_str().unwrap(),
        "--chart",
        chart.to_str().unwrap(),
    ]);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn an_assumed_sensitivity_is_marked() {
    let found = json(&[
        "sweep",
        "--epsilon",
        "1",
        "--sensitivity",
        "3",
        "--trials",
        "5",
        "--format",
        "json",
    ]);
    assert_eq!(found["sensitivity_assumed"], true);
    let cell = &found["cells"][0];
    assert!(cell["l0"].is_null() && cell["linf"].is_null());
    assert_eq!(
        (cell["l1_sensitivity"].as_f64(), cell["dropped_share"].as_f64()),
        (Some(3.0), Some(0.0))
    );
    let text = program()
        .args(["sweep", "--epsilon", "1", "--sensitivity", "3", "--trials", "5"])
        .output()
        .unwrap()
        .stdout;
    assert!(String::from_utf8_lossy(&text).contains("sensitivity assumed"));
}

#[test]
fn revenue_is_in_money() {
    let folder = Folder::new();
    let path = folder.file("orders.csv", ORDERS.as_bytes());
    let arguments = [
        "sweep",
        path.to_str().unwrap(),
        "--measure",
        "revenue",
        "--epsilon",
        "1",
        "--l0",
        "2",
        "--linf",
        "2.50",
        "--trials",
        "5",
        "--format",
        "json",
    ];
    let cell = &json(&arguments)["cells"][0];
    assert_eq!(
        (cell["linf"].as_f64(), cell["l1_sensitivity"].as_f64(), cell["scale"].as_f64()),
        (Some(2.5), Some(5.0), Some(5.0))
    );
    let found =
        json(&["inspect", path.to_str().unwrap(), "--measure", "revenue", "--format", "json"]);
    assert_eq!(found["total"].as_f64(), Some(3.0 + 2.0 + 1.5 + 100.0 + 4.5));
}

#[test]
fn generate_writes_the_sample_again() {
    let folder = Folder::new();
    let made = folder.path("made.csv");
    program()
        .args([
            "generate",
            "--users",
            "1500",
            "--items",
            "240",
            "--rows",
            "40000",
            "--seed",
            "1",
            "--out",
            made.to_str().unwrap(),
        ])
        .assert()
        .success();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/purchases.csv");
    assert!(
        std::fs::read(made).unwrap() == std::fs::read(sample).unwrap(),
        "the sample is not what its command makes"
    );
    let parquet = folder.path("small.parquet");
    program()
        .args([
            "generate",
            "--users",
            "20",
            "--items",
            "10",
            "--rows",
            "300",
            "--out",
            parquet.to_str().unwrap(),
        ])
        .assert()
        .success();
    let found = json(&["inspect", parquet.to_str().unwrap(), "--format", "json"]);
    assert_eq!(found["rows_read"], 300);
    assert!(
        refused(&["generate", "--users", "0", "--out", folder.path("x.csv").to_str().unwrap()])
            .contains("user")
    );
    assert!(
        refused(&["generate", "--out", folder.path("x.xls").to_str().unwrap()]).contains(".csv")
    );
}

#[test]
fn without_a_terminal_the_explorer_prints_lines() {
    let output = program().output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for word in ["sample", "synthetic", "rows kept", "laplace", "RMSE"] {
        assert!(text.contains(word), "{text}");
    }
    let ascii = program().args(["explore", "--plain", "--ascii"]).output().unwrap().stdout;
    assert!(!ascii.is_empty() && ascii.is_ascii());
}

#[test]
fn every_subcommand_explains_itself_with_an_example() {
    for subcommand in ["explore", "inspect", "sweep", "compare", "generate", "completions"] {
        let help = program().args([subcommand, "--help"]).output().unwrap();
        let text = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.status.success() && text.contains("Examples:"), "{subcommand}: {text}");
        assert!(text.contains(&format!("epsiloscope {subcommand}")), "{subcommand}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = program().args(["completions", shell]).output().unwrap().stdout;
        assert!(String::from_utf8_lossy(&script).contains("sweep"), "{shell}");
    }
}

#[test]
fn negative_numbers_are_refused_by_the_flag_that_got_them() {
    let sweep = |flag: &str| {
        let mut arguments = vec!["sweep"];
        let good = [("--epsilon", "1"), ("--l0", "5"), ("--linf", "10"), ("--trials", "5")];
        arguments.extend(
            good.iter().filter(|(name, _)| *name != flag).flat_map(|(name, value)| [*name, *value]),
        );
        arguments.extend([flag, "-1"]);
        refused(&arguments)
    };
    for flag in ["--epsilon", "--l0", "--linf", "--delta", "--trials", "--k", "--threads"] {
        let said = sweep(flag);
        assert!(said.contains(flag) && !said.contains("unexpected argument"), "{flag}: {said}");
    }
    assert!(
        refused(&["sweep", "--epsilon", "1", "--sensitivity", "-1"])
            .contains("--sensitivity must be")
    );
    assert!(
        refused(&["sweep", "--epsilon", "1", "--l0", "1", "--linf", "-1", "--measure", "revenue"])
            .contains("amount")
    );
    for flag in ["--epsilon", "--delta", "--l0", "--linf", "--k", "--budget"] {
        let said = refused(&["explore", "--plain", flag, "-1"]);
        assert!(said.contains(flag) && !said.contains("unexpected argument"), "{flag}: {said}");
    }
}

#[test]
fn the_file_that_is_read_is_never_written() {
    let folder = Folder::new();
    let path = folder.file("orders.csv", ORDERS.as_bytes());
    let name = path.to_str().unwrap();
    let detour = format!("{}/./orders.csv", folder.0.path().display());
    for out in [name, &detour] {
        assert!(refused(&["inspect", name, "--out", out]).contains("is the file that is read"));
        let sweep = ["sweep", name, "--epsilon", "1", "--l0", "1", "--linf", "1", "--out", out];
        assert!(refused(&sweep).contains("is the file that is read"));
    }
    #[cfg(unix)]
    {
        let link = folder.path("link.csv");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(
            refused(&["inspect", name, "--out", link.to_str().unwrap()])
                .contains("is the file that is read")
        );
    }
    assert_eq!(std::fs::read(&path).unwrap(), ORDERS.as_bytes());
}

#[test]
fn two_outputs_need_two_files() {
    let folder = Folder::new();
    let one = folder.path("one.svg");
    let detour = format!("{}/./one.svg", folder.0.path().display());
    let sweep =
        ["sweep", "--epsilon", "1", "--l0", "5", "--linf", "10", "--out", one.to_str().unwrap()];
    let said = refused(&[&sweep[..], &["--chart", &detour]].concat());
    assert!(said.contains("--out and --chart both name"), "{said}");
    assert!(folder.names().is_empty());
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_refused_before_anything_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let out = folder.file("out.json", b"old");
    std::fs::set_permissions(&out, std::fs::Permissions::from_mode(0o444)).unwrap();
    if std::fs::OpenOptions::new().write(true).open(&out).is_ok() {
        println!("skipped: this user may write to every file");
        return;
    }
    let chart = folder.path("chart.svg");
    let sweep = ["sweep", "--epsilon", "1", "--l0", "5", "--linf", "10", "--trials", "5"];
    let files = ["--out", out.to_str().unwrap(), "--chart", chart.to_str().unwrap()];
    assert!(refused(&[&sweep[..], &files[..]].concat()).contains("out.json cannot be written"));
    assert_eq!(folder.names(), ["out.json"]);
}

#[cfg(unix)]
#[test]
fn results_may_go_to_what_is_no_regular_file() {
    let sweep = [
        "sweep",
        "--epsilon",
        "1",
        "--l0",
        "5",
        "--linf",
        "10",
        "--trials",
        "5",
        "--format",
        "csv",
    ];
    // Its folder is one in which most users may not make files.
    program().args(sweep).args(["--out", "/dev/null"]).assert().success().stdout("");
    let folder = Folder::new();
    let chart = folder.path("chart.svg");
    program()
        .args(sweep)
        .args(["--out", "/dev/null", "--chart", chart.to_str().unwrap()])
        .assert()
        .success();
    assert_eq!(folder.names(), ["chart.svg"]);
}

#[test]
fn compose_says_what_every_accountant_finds_or_why_not() {
    let mixed = ["laplace:scale=10,times=20", "gaussian:sigma=8,times=5"];
    let found =
        json(&[&["compose", "--delta", "1e-6", "--format", "json"][..], &mixed[..]].concat());
    let epsilon = |name: &str| found[name]["epsilon"].as_f64().expect("a number");
    // dp-accounting 0.6.0: 2.2541786.
    assert!((epsilon("pld") - 2.254_178_6).abs() < 1e-4, "{found}");
    assert!(epsilon("pld") < epsilon("rdp") && epsilon("rdp") < epsilon("basic"), "{found}");
    assert!(epsilon("zcdp") > epsilon("pld"));
    let back = epsilon("pld").to_string();
    let found =
        json(&[&["compose", "--epsilon", &back, "--format", "json"][..], &mixed[..]].concat());
    assert!(
        (found["pld"]["delta"].as_f64().expect("a number") / 1e-6 - 1.0).abs() < 1e-3,
        "{found}"
    );
    let sampled = [
        "compose",
        "--delta",
        "1e-5",
        "subsampled-gaussian:sigma=1,rate=0.01,times=100",
        "--format",
        "json",
    ];
    let found = json(&sampled);
    assert!(found["zcdp"]["epsilon"].is_null() && found["zcdp"]["reason"].is_string(), "{found}");
    let found =
        json(&["compose", "--delta", "0", "laplace:scale=10,times=100", "--format", "json"]);
    assert_eq!(found["pld"]["epsilon"], 10.0);
    assert!(
        refused(&["compose", "--delta", "-1e-6", "laplace:scale=1"]).contains("--delta must be")
    );
    assert!(
        refused(&["compose", "--delta", "1e-6", "laplas:scale=1"]).contains("no mechanism laplas")
    );
    assert!(refused(&["compose", "laplace:scale=1"]).contains("--delta"));
}

#[test]
fn calibrate_prints_the_smallest_noise() {
    let ask = |arguments: &[&str]| {
        json(&[&["calibrate"][..], arguments, &["--format", "json"][..]].concat())
    };
    let found = ask(&[
        "gaussian",
        "--epsilon",
        "1",
        "--delta",
        "1e-6",
        "--sensitivity",
        "1",
        "--times",
        "10",
    ]);
    assert!((found["sigma"].as_f64().expect("a number") - 13.359_607_673).abs() < 1e-8, "{found}");
    let found = ask(&["laplace", "--epsilon", "1", "--sensitivity", "100"]);
    assert_eq!(
        (&found["scale"], &found["accountant"]),
        (&Value::from(100.0), &Value::from("basic")),
        "{found}"
    );
    let found = ask(&["laplace", "--epsilon", "4.692667", "--delta", "1e-6", "--times", "100"]);
    assert!((found["scale"].as_f64().expect("a number") - 10.0).abs() < 1e-4, "{found}");
    assert_eq!(found["accountant"], "pld");
    let says = |arguments: &[&str]| refused(&[&["calibrate"][..], arguments].concat());
    assert!(says(&["gaussian", "--epsilon", "1"]).contains("needs a δ"));
    assert!(
        says(&["discrete-laplace", "--epsilon", "1", "--sensitivity", "1.5"]).contains("whole")
    );
    assert!(says(&["laplace", "--epsilon", "0"]).contains("above 0"));
    assert!(says(&["laplace", "--epsilon", "1", "--k", "3"]).contains("gumbel-top-k"));
}
