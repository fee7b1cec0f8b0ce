//! `rates` as its user has it: the documents, the known true rates, refusals in a sentence.

mod program;

use std::fs;
use std::path::Path;

use program::{json, program, refused};

fn made(folder: &Path, users: u32, campaigns: u32) -> (String, String) {
    let (events, truth) = (folder.join("ads.csv"), folder.join("truth.csv"));
    let (users, campaigns) = (users.to_string(), campaigns.to_string());
    program()
        .args(["generate", "--events", "--users", &users, "--campaigns", &campaigns, "--seed", "7"])
        .args(["--out", events.to_str().unwrap(), "--truth", truth.to_str().unwrap()])
        .assert()
        .success();
    (events.to_str().unwrap().to_owned(), truth.to_str().unwrap().to_owned())
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn generated_events_have_their_known_rates() {
    let folder = tempfile::tempdir().unwrap();
    let (events, truth) = made(folder.path(), 40_000, 6);
    let document = json(&["rates", &events, "--l0", "6", "--trials", "50", "--format", "json"]);
    assert_eq!(document["status"], "private");
    assert!(document["warning"].as_str().unwrap().contains("not differentially private"));
    assert_eq!(
        (document["exposed"][0].as_str(), document["converted"][0].as_str()),
        (Some("impression"), Some("conversion"))
    );
    let truth = fs::read_to_string(truth).unwrap();
    let groups = document["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 6);
    let mut compared = 0;
    for line in truth.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let group = groups.iter().find(|group| group["group"] == fields[0]).unwrap();
        let (users, rate): (f64, f64) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
        assert_eq!(group["users"].as_f64(), Some(users));
        // All six users' campaigns fit into l0, so bounds take nothing.
        assert_eq!(group["rate"], group["rate_bounded"]);
        let error = (rate * (1.0 - rate) / users).sqrt();
        let found = group["rate"].as_f64().unwrap();
        assert!((found - rate).abs() < 4.5 * error + 1.0 / users, "{line}: {found}");
        compared += 1;
    }
    assert_eq!(compared, 6);
    // The doubt about clicks is an entry, and a flag settles it.
    let doubts = document["doubts"].as_array().unwrap();
    assert!(
        doubts
            .iter()
            .any(|doubt| doubt["decision"] == "converted" && doubt["readings"][1] == "click")
    );
    let clicks =
        json(&["rates", &events, "--converted", "click", "--trials", "1", "--format", "json"]);
    assert!(
        clicks["doubts"].as_array().unwrap().iter().all(|doubt| doubt["decision"] != "converted")
    );
    // Byte for byte.
    let again = folder.path().join("again.csv");
    program()
        .args([
            "generate",
            "--events",
            "--users",
            "40000",
            "--campaigns",
            "6",
            "--seed",
            "7",
            "--out",
        ])
        .arg(&again)
        .assert()
        .success();
    assert_eq!(fs::read(&events).unwrap(), fs::read(again).unwrap());
}

#[test]
fn closed_forms_and_trials_agree_and_seeds_decide_on_any_number_of_threads() {
    let of = |threads: &str| {
        json(&[
            "rates",
            "--l0",
            "2",
            "--holdout",
            "holdout",
            "--trials",
            "4000",
            "--threads",
            threads,
            "--format",
            "json",
        ])
    };
    let document = of("1");
    assert_eq!(document, of("3"));
    let mut compared = 0;
    let mut check = |figure: &serde_json::Value, what: &str| {
        let number = |key: &str| figure[key].as_f64();
        let (Some(expected), Some(simulated)) = (number("expected"), number("simulated")) else {
            return;
        };
        let Some(error) = number("standard_error") else { return };
        assert!(error > 0.0 && (expected - simulated).abs() < 4.5 * error, "{what}: {figure}");
        compared += 1;
    };
    for key in ["pairs_flipped", "best_is_best", "coverage"] {
        check(&document[key], key);
    }
    for key in ["wrong_stops", "wrong_keeps", "conversions_lost", "exposures_wasted"] {
        check(&document["stopping"][key], key);
    }
    for group in document["groups"].as_array().unwrap() {
        for key in ["clamped", "stopped", "coverage"] {
            check(&group[key], key);
        }
        // The first order holds where a group is large beside the noise.
        let deviation = group["noise_sd"]["expected"].as_f64().unwrap();
        if deviation < 0.1 * group["rate_bounded"].as_f64().unwrap() {
            let simulated = group["noise_sd"]["simulated"].as_f64().unwrap();
            assert!((simulated / deviation - 1.0).abs() < 0.08, "{group}");
        }
    }
    assert!(compared > 30, "{compared}");
    let lifts = document["lift"].as_array().unwrap();
    assert_eq!(lifts.len() + 1, document["groups"].as_array().unwrap().len());
    assert!(lifts.iter().all(|lift| lift["group"] != "holdout"));
}

#[test]
fn purchases_are_successes_of_what_another_file_saw() {
    let folder = tempfile::tempdir().unwrap();
    let orders = written(
        folder.path(),
        "orders.csv",
        "user,item,quantity,price\nann,tea,1,2.50\nbob,tea,2,2.50\nann,mug,1,9\nzoe,tea,1,2.5\n",
    );
    let views = written(
        folder.path(),
        "views.csv",
        "visitor_id,product,event\nann,tea,view\nann,tea,view\nbob,tea,view\ncleo,tea,view\nann,mug,view\nbob,mug,view\n",
    );
    let document = json(&[
        "rates",
        &orders,
        "--exposures",
        &views,
        "--l0",
        "2",
        "--trials",
        "20",
        "--format",
        "json",
    ]);
    let group = |key: &str| {
        let groups = document["groups"].as_array().unwrap();
        let group = groups.iter().find(|group| group["group"] == key).unwrap();
        (group["users"].as_u64(), group["converted"].as_u64())
    };
    assert_eq!((group("tea"), group("mug")), ((Some(3), Some(2)), (Some(2), Some(1))));
    assert_eq!(document["without_exposure"][0]["group"], "tea");
    assert_eq!(document["without_exposure"][0]["users"], 1);
}

#[test]
fn per_event_exposures_keep_their_own_conversions() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "time,user,campaign,event\n".to_owned();
    for user in 0..40 {
        for hour in 0..10 {
            text += &format!("2025-01-01 {hour:02}:00,u{user},a,impression\n");
            if hour % 5 == 4 {
                text += &format!("2025-01-01 {hour:02}:10,u{user},a,conversion\n");
            }
        }
        text += &format!("2025-01-01 12:00,u{user},b,impression\n");
    }
    let events = written(folder.path(), "events.csv", &text);
    let of = |linf: &str| {
        let document = json(&[
            "rates", &events, "--per", "event", "--l0", "2", "--linf", linf, "--trials", "5",
            "--format", "json",
        ]);
        let group = document["groups"][0].clone();
        assert_eq!((group["users"].as_u64(), group["converted"].as_u64()), (Some(400), Some(80)));
        assert_eq!(document["l1_sensitivity"].as_f64(), Some(2.0 * linf.parse::<f64>().unwrap()));
        (group["kept"].as_u64().unwrap(), group["rate_bounded"].as_f64().unwrap())
    };
    assert_eq!(of("10"), (400, 0.2));
    // Of three exposures drawn from names alone a fifth converts on average: 24 ± 4.1.
    let (kept, rate) = of("3");
    assert_eq!(kept, 120);
    assert!((rate * 120.0 - 24.0).abs() < 4.0 * 4.1, "{rate}");
}

#[test]
fn what_cannot_be_asked_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let plain =
        written(folder.path(), "plain.csv", "user,item,quantity,price\nann,tea,1,2\nbob,tea,1,2\n");
    let sentence = refused(&["rates", &plain]);
    assert!(sentence.contains("--event") && sentence.contains("--exposures"), "{sentence}");
    let only = written(
        folder.path(),
        "only.csv",
        "user,campaign,event\nann,a,conversion\nbob,b,conversion\n",
    );
    let sentence = refused(&["rates", &only]);
    assert!(sentence.contains("conversion"), "{sentence}");
    let sentence = refused(&["rates", &only, "--exposed", "impression"]);
    assert!(sentence.contains("no event"), "{sentence}");
    for (arguments, words) in [
        (vec!["--epsilon", "0"], "--epsilon"),
        (vec!["--l0", "0"], "--l0"),
        (vec!["--linf", "3"], "--per event"),
        (vec!["--mechanism", "gaussian"], "--delta"),
        (vec!["--mechanism", "discrete-laplace"], "laplace or gaussian"),
        (vec!["--delta", "1e-6"], "no δ"),
        (vec!["--holdout", "nobody"], "no campaign that anybody saw"),
        (vec!["--stop-below", "7"], "share"),
        (vec!["--within", "0"], "share"),
        (vec!["--exposed", "click", "--converted", "click"], "at once"),
        (vec!["--exposed", "sight"], "sight"),
        (vec!["--trials", "0"], "--trials"),
        (vec!["--trials", "1000000000"], "trials"),
        (vec!["--group-by", "shelf"], "shelf"),
    ] {
        let mut all = vec!["rates"];
        all.extend(&arguments);
        let sentence = refused(&all);
        assert!(sentence.contains(words), "{arguments:?}: {sentence}");
    }
    // One user, and one campaign, are answers.
    let one = written(
        folder.path(),
        "one.csv",
        "user,campaign,event\nann,a,impression\nann,a,conversion\n",
    );
    let document = json(&["rates", &one, "--trials", "5", "--format", "json"]);
    assert_eq!(document["groups"][0]["rate"].as_f64(), Some(1.0));
    assert!(document["pairs_flipped"]["expected"].is_null());
}

/// A ledger and a list of campaigns beside events.
fn shop(folder: &Path) -> (String, String, String) {
    let (events, truth) = made(folder, 3_000, 5);
    let list: String = std::iter::once("campaign".to_owned())
        .chain(
            fs::read_to_string(truth)
                .unwrap()
                .lines()
                .skip(1)
                .map(|line| line.split(',').next().unwrap().to_owned()),
        )
        .chain(["never-run".to_owned()])
        .map(|line| line + "\n")
        .collect();
    let list = written(folder, "campaigns.csv", &list);
    let ledger = folder.join("ads.ledger").to_str().unwrap().to_owned();
    program()
        .args(["ledger", "create", &ledger, "--dataset", "ads", "--epsilon", "3"])
        .assert()
        .success();
    (events, list, ledger)
}

const DECLARED: [&str; 4] = ["--exposed", "impression", "--converted", "conversion"];

#[test]
fn a_release_of_rates_spends_once_and_states_how_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let (events, list, ledger) = shop(folder.path());
    let out = folder.path().join("rates.csv");
    let out_text = out.to_str().unwrap();
    let mut arguments =
        vec!["release", &events, "--rate", "--ledger", &ledger, "--epsilon", "1", "--l0", "2"];
    arguments.extend(["--groups", &list, "--out", out_text]);
    arguments.extend(DECLARED);
    // A preview spends nothing.
    let preview: Vec<&str> = arguments.iter().copied().chain(["--preview"]).collect();
    let output = program().args(preview).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("6 rows, one for every group"), "{said}");
    assert!(said.contains("ε 3 left now, ε 2 afterwards"), "{said}");
    assert!(!out.exists());
    program().args(&arguments).assert().success();
    let csv = fs::read_to_string(&out).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "group,converted,not_converted,rate,low,high");
    assert_eq!(lines.len(), 7);
    assert!(lines.iter().any(|line| line.starts_with("never-run,")), "{csv}");
    for line in &lines[1..] {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields[at].parse::<f64>().ok();
        let (c, m) = (number(1).unwrap().max(0.0), number(2).unwrap().max(0.0));
        if c + m > 0.0 {
            assert!((number(3).unwrap() - c / (c + m)).abs() < 1e-6, "{line}");
        }
        if let (Some(low), Some(high)) = (number(4), number(5)) {
            assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0, "{line}");
        }
    }
    let statement: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("rates.json")).unwrap())
            .unwrap();
    assert_eq!(statement["question"], "rates per campaign");
    assert_eq!(statement["bounds"]["l0"], 2);
    assert_eq!(
        (statement["sensitivity"]["l1"].as_f64(), statement["scale"].as_f64()),
        (Some(2.0), Some(2.0))
    );
    assert_eq!(statement["epsilon"].as_f64(), Some(1.0));
    assert!(statement["in_words"][0].as_str().unwrap().contains("one of the two"));
    assert_eq!(statement["reading"]["event"]["value"], "event");
    program().args(["ledger", "check", &ledger]).assert().success();
    let shown = json(&["ledger", "show", &ledger, "--format", "json"]);
    assert_eq!(shown["entries"][0]["question"], "rates per campaign");
    // What the budget does not hold is refused, and nothing is written.
    let other = folder.path().join("more.csv");
    let mut more = arguments.clone();
    (more[6], more[12]) = ("2.5", other.to_str().unwrap());
    let sentence = refused(&more);
    assert!(sentence.contains("2"), "{sentence}");
    assert!(!other.exists());
}

#[test]
fn a_release_of_rates_guesses_nothing_and_refuses_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (events, list, ledger) = shop(folder.path());
    let out = folder.path().join("rates.csv").to_str().unwrap().to_owned();
    let with = |more: &[&str]| {
        let mut arguments = vec![
            "release",
            &events,
            "--rate",
            "--ledger",
            &ledger,
            "--epsilon",
            "1",
            "--out",
            &out,
        ];
        arguments.extend(more);
        refused(&arguments)
    };
    let sentence = with(&["--l0", "2", "--groups", &list]);
    assert!(sentence.contains("--exposed"), "{sentence}");
    let mut known = vec!["--groups", &list];
    known.extend(DECLARED);
    assert!(with(&known).contains("--l0"));
    let mut keyless = vec!["--l0", "2"];
    keyless.extend(DECLARED);
    assert!(with(&keyless).contains("--groups"));
    let mut bounded = vec!["--l0", "2", "--groups", &list, "--linf", "4"];
    bounded.extend(DECLARED);
    assert!(with(&bounded).contains("--linf"));
    let mut normal = vec!["--l0", "2", "--groups", &list, "--mechanism", "discrete-gaussian"];
    normal.extend(DECLARED);
    assert!(with(&normal).contains("--delta"));
    assert!(!Path::new(&out).exists());
}

#[test]
fn an_event_that_no_row_has_stops_where_somebody_looks() {
    let folder = tempfile::tempdir().unwrap();
    let (events, list, ledger) = shop(folder.path());
    let out = folder.path().join("rates.csv").to_str().unwrap().to_owned();
    let run = |exposed: &str, converted: &str, more: &str| {
        program()
            .args([
                "release",
                &events,
                "--rate",
                "--ledger",
                &ledger,
                "--epsilon",
                "1",
                "--l0",
                "2",
            ])
            .args([
                "--groups",
                &list,
                "--out",
                &out,
                "--exposed",
                exposed,
                "--converted",
                converted,
            ])
            .arg(more)
            .output()
            .unwrap()
    };
    for (exposed, converted, missing) in [
        ("impression", "conversionn", "no row of ads.csv is conversionn"),
        ("impresion", "conversion", "no row of ads.csv is impresion"),
    ] {
        let preview = run(exposed, converted, "--preview");
        let said = String::from_utf8_lossy(&preview.stdout).into_owned();
        assert!(preview.status.success(), "{said}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(missing) && said.contains("impression, click"), "{said}");
        let stopped = run(exposed, converted, "--stop-below-sense");
        assert_eq!(stopped.status.code(), Some(2));
        let said = String::from_utf8_lossy(&stopped.stderr).into_owned();
        assert!(said.contains("nothing was spent") || said.contains("before anything"), "{said}");
        assert!(said.contains(missing), "{said}");
    }
    assert!(!Path::new(&out).exists());
    // Large and small letters are one, and nothing stops what is there.
    let released = run("Impression", "CONVERSION", "--stop-below-sense");
    assert!(released.status.success(), "{}", String::from_utf8_lossy(&released.stderr));
    let published = fs::read_to_string(&out).unwrap();
    let converted = published.lines().skip(1).filter_map(|line| line.split(',').nth(1));
    assert!(converted.filter_map(|count| count.parse::<i64>().ok()).any(|count| count > 60));
}

#[test]
fn who_is_best_who_is_not_and_what_may_be_turned_round_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (events, truth) = made(folder.path(), 6_000, 6);
    let with = |more: &[&str]| {
        let mut arguments = vec!["rates", &events, "--trials", "200", "--format", "json"];
        arguments.extend(more);
        json(&arguments)
    };
    let open = with(&[]);
    let groups = open["groups"].as_array().unwrap();
    let rate = |group: &serde_json::Value| group["rate"].as_f64().unwrap_or(-1.0);
    let best = groups.iter().max_by(|a, b| rate(a).total_cmp(&rate(b))).unwrap();
    let answer = open["answer"].as_str().unwrap();
    assert!(answer.contains(&format!("{}, the best", best["group"].as_str().unwrap())), "{answer}");
    assert!(answer.contains("pairs of user and campaign"), "{answer}");
    let doubts = open["doubts"].as_array().unwrap();
    let held = doubts.iter().find(|doubt| doubt["decision"] == "holdout").unwrap();
    assert_eq!(held["readings"][1], "holdout");
    // The holdout is not there to be stopped; where chance decides, it says so.
    let held = with(&["--holdout", "holdout"]);
    for group in held["groups"].as_array().unwrap() {
        let is_held = group["group"] == "holdout";
        assert_eq!(group["stopped"]["expected"].is_null(), is_held, "{group}");
        let limit = held["stopping"]["below"].as_f64().unwrap();
        let ends = [&group["sampling"]["low"], &group["sampling"]["high"]];
        let [low, high] = ends.map(|end| end.as_f64().unwrap());
        assert_eq!(group["stop_open"].as_bool(), Some(low <= limit && limit <= high), "{group}");
    }
    let answer = held["answer"].as_str().unwrap();
    assert!(answer.contains("holdout") && answer.contains("beyond chance"), "{answer}");
    assert!(!held["doubts"].as_array().unwrap().iter().any(|doubt| doubt["decision"] == "holdout"));
    // Noise and chance together ask for more than either.
    let readable = &held["readable"];
    let count = |name: &str| readable[name].as_u64().unwrap();
    assert!(count("both") > count("noise").max(count("sampling")), "{readable}");
    assert!(count("in_all") >= count("both"), "{readable}");
    // Two files the wrong way round.
    let views = written(folder.path(), "views.csv", &{
        let row = |n: u32| format!("2025-01-0{},u{},i{}\n", 1 + n % 9, n % 60, n % 7);
        format!("time,user,item\n{}", (0..400).map(row).collect::<String>())
    });
    let orders = written(folder.path(), "orders.csv", &{
        let row = |n: u32| format!("2025-02-0{},u{},i{},1,2.5\n", 1 + n % 9, n % 60, n % 7);
        format!(
            "time,user,item,quantity,price\n{}",
            (0..400).step_by(9).map(row).collect::<String>()
        )
    });
    let turned = |log: &str, seen: &str| {
        let found =
            json(&["rates", log, "--exposures", seen, "--trials", "20", "--format", "json"]);
        let doubts = found["doubts"].as_array().unwrap().clone();
        doubts.iter().any(|doubt| doubt["words"].as_str().unwrap().contains("wrong way round"))
    };
    assert!(turned(&views, &orders) && !turned(&orders, &views));
    // What reads purchases says who reads these; inspect says how.
    let sentence = refused(&["sweep", &events, "--epsilon", "1", "--l0", "1", "--linf", "1"]);
    assert!(sentence.contains("a log of events") && sentence.contains("rates"), "{sentence}");
    assert!(sentence.contains("--item"), "{sentence}");
    let seen = json(&["inspect", &events, "--format", "json"]);
    assert_eq!(
        (seen["rows_are"].as_str(), seen["columns"]["event"].as_str()),
        (Some("events"), Some("event"))
    );
    drop(truth);
}

#[test]
fn purchases_and_what_was_seen_are_released_together() {
    let folder = tempfile::tempdir().unwrap();
    let orders = written(folder.path(), "orders.csv", "user,item\nann,tea\nbob,tea\nann,mug\n");
    let views = written(
        folder.path(),
        "views.csv",
        "user,item\nann,tea\nbob,tea\ncleo,tea\nann,mug\nbob,mug\n",
    );
    let list = written(folder.path(), "items.csv", "item\nmug\ntea\nnever\n");
    let ledger = folder.path().join("o.ledger").to_str().unwrap().to_owned();
    program()
        .args(["ledger", "create", &ledger, "--dataset", "orders", "--epsilon", "100000"])
        .assert()
        .success();
    let out = folder.path().join("rates.csv");
    program()
        .args(["release", &orders, "--rate", "--exposures", &views, "--ledger", &ledger])
        .args([
            "--epsilon",
            "10000",
            "--l0",
            "2",
            "--groups",
            &list,
            "--out",
            out.to_str().unwrap(),
        ])
        .assert()
        .success();
    // At such an ε noise is 0.
    let csv = fs::read_to_string(&out).unwrap();
    let cells: Vec<&str> = csv.lines().skip(1).collect();
    assert!(cells[0].starts_with("mug,1,1,0.5"), "{csv}");
    assert!(cells[1].starts_with("never,0,0,,"), "{csv}");
    assert!(cells[2].starts_with("tea,2,1,0.66"), "{csv}");
    let statement: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("rates.json")).unwrap())
            .unwrap();
    assert_eq!(statement["exposures"]["file"], "views.csv");
    assert_eq!(statement["exposed"][0], "every row of views.csv");
}

#[test]
fn tables_that_are_no_events_get_a_sentence_and_two_files_must_speak_of_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| written(folder.path(), name, text);
    let rows = |row: &dyn Fn(u32) -> String| (0..60).map(row).collect::<String>();
    // A row for each user, with counts or marks.
    let wide = file(
        "wide.csv",
        &format!(
            "user,campaign,impressions,clicks,conversions\n{}",
            rows(&|n| format!("u{n},c{},{},{},{}\n", n % 3, 1 + n % 4, n % 2, n % 5 / 4))
        ),
    );
    let sentence = refused(&["rates", &wide]);
    assert!(sentence.contains("counts in columns") && sentence.contains("clicks"), "{sentence}");
    let sentence = refused(&["rates", &wide, "--event", "conversions", "--converted", "1"]);
    assert!(sentence.contains("are numbers"), "{sentence}");
    // Ids that are spelt otherwise, and the flag that makes them one in both files.
    let orders = file(
        "orders.csv",
        &format!("time,user,item\n{}", rows(&|n| format!("2025-02-01,{},i{}\n", n % 20, n % 4))),
    );
    let views = file(
        "views.csv",
        &format!("time,user,item\n{}", rows(&|n| format!("2025-01-01,{:06},i{}\n", n % 40, n % 4))),
    );
    let two = ["rates", &orders, "--exposures", &views];
    let sentence = refused(&two);
    assert!(
        sentence.contains("no user") && sentence.contains("--user-spelling fold"),
        "{sentence}"
    );
    let mut folded = two.to_vec();
    folded.extend(["--user-spelling", "fold", "--trials", "10", "--format", "json"]);
    let found = json(&folded);
    assert_eq!(found["groups"][0]["users"], 10);
    assert_eq!(found["groups"][0]["converted"], 5);
    let others = file("others.csv", "time,user,item\n2025-01-01,1,x\n2025-01-01,2,y\n");
    let sentence = refused(&["rates", &orders, "--exposures", &others]);
    assert!(sentence.contains("no group") && sentence.contains("--group-by"), "{sentence}");
    // What was taken back is named, and a list of fewer groups than there are is refused.
    let refunds = file(
        "refunds.csv",
        &format!(
            "time,user,campaign,event\n{}",
            rows(&|n| {
                let event = ["impression", "conversion", "refund"][n as usize % 3];
                format!("2025-01-01,u{},c{},{event}\n", n / 3, n / 3 % 2)
            })
        ),
    );
    let found = json(&["rates", &refunds, "--trials", "10", "--format", "json"]);
    let doubts = found["doubts"].as_array().unwrap();
    let said =
        |part: &str| doubts.iter().any(|doubt| doubt["words"].as_str().unwrap().contains(part));
    assert!(said("refund (20 rows)"), "{found}");
    let sentence = refused(&["rates", &refunds, "--groups", "1"]);
    assert!(sentence.contains("said to be 1") && sentence.contains("--groups"), "{sentence}");
}
