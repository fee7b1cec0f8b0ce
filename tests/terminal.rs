//! The real binary in a real pseudo-terminal: start, every key, resizes, Ctrl-C, a
//! failing worker, exit codes, the terminal restored.
#![cfg(unix)]

mod driver;

use std::time::{Duration, Instant};

use driver::{PATIENCE, Session};

#[test]
fn opens_on_the_sample_answers_every_key_and_gives_the_terminal_back() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    session.until("SYNTHETIC");
    session.until("expected");
    // Every key of every screen that does not end the program or open a file.
    for screen in ["1", "2", "3", "4", "5"] {
        session.keys(screen);
        for key in [
            "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", " ", " ", "a", "m", "[", "]", "v", "n", "x",
            "x", "s", "c", "f", "f", "+", "-", "/", "\x1b", "\x1b[5~", "\x1b[6~", "\t", "\x1b[Z",
            "r", "d", "u", "w", "\x1b", "?", "\x1b", "b", "\x1b", "o", "\x1b", "e", "\x1b",
            "\x1bOP", "\x1b",
        ] {
            session.keys(key);
            // A lone escape must not run into the key after it.
            std::thread::sleep(Duration::from_millis(if key == "\x1b" { 60 } else { 5 }));
            session.absorb(Duration::from_millis(5));
        }
    }
    session.keys("2");
    session.until("knobs");
    // Answers were asked: they are not lost by one key.
    session.keys("a");
    session.keys("q");
    session.until("q again quits");
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

#[test]
fn trials_of_a_ranking_play_and_stop_and_the_budget_is_another_key() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    session.keys("4");
    session.until("top 10 by purchases");
    session.until("are expected to stay");
    session.until("trial 1");
    session.keys(" ");
    session.until("trial 8");
    session.keys(" ");
    // What was under way when it was stopped is on the screen after this.
    session.absorb(Duration::from_millis(300));
    let number = |session: &Session| {
        let shown = session.screen();
        let after = shown.split("beside trial ").nth(1).unwrap_or("").to_owned();
        after.split(' ').next().unwrap_or("").to_owned()
    };
    session.absorb(Duration::from_millis(300));
    let stopped = number(&session);
    for _ in 0..6 {
        session.absorb(Duration::from_millis(100));
    }
    assert_eq!(number(&session), stopped, "{}", session.screen());
    session.keys("/lamp\r");
    session.until("hold 'lamp'");
    session.keys("5");
    session.until("accountants");
    session.until("0 asked");
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

#[test]
fn shoppers_are_looked_at_while_a_model_trains_and_the_training_stops_by_key() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    session.keys("6");
    session.until("private ε 1");
    session.until("stay");
    session.keys("n");
    session.until("draw 2 of the noise");
    // Two knobs down is the model; after EASE comes ALS, then the autoencoder.
    session.keys("\x1b[B\x1b[B\x1b[C");
    session.until("ALS for shopper");
    session.keys("\x1b[C");
    session.until("autoencoder for shopper");
    session.until("training");
    session.keys("]]");
    session.until(" 3 of 1,415");
    session.keys("\x1b");
    session.until("stopped: s goes on");
    session.keys("/nobody\r");
    session.until("there is no user nobody; the nearest are");
    session.keys("\x1b");
    session.until("[ ] shopper");
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

#[test]
fn follows_the_size_of_the_terminal_down_and_up() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    session.resize(80, 24);
    session.until("budget ε");
    session.until("knobs");
    session.resize(40, 10);
    session.until("needs 60 x 16");
    session.resize(120, 36);
    session.until("session budget");
    session.keys("\x03");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

#[test]
fn a_failing_worker_is_said_and_survived() {
    let mut session = Session::start(&[], &[("EPSILOSCOPE_FAIL_SIMULATION", "1")]);
    session.until("a calculation failed");
    session.keys("\x1b[C");
    session.until("expected");
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
    let said = String::from_utf8_lossy(&session.all).into_owned();
    assert!(!said.contains("panicked"), "the panic's own words reached the terminal");
}

#[test]
fn a_file_that_cannot_be_opened_ends_with_a_sentence_and_code_2() {
    let mut session = Session::start(&["explore", "no-such-file.csv"], &[]);
    assert_eq!(session.end(), 2);
    assert!(session.restored());
    let said = String::from_utf8_lossy(&session.all).into_owned();
    let last = said.rsplit("\x1b[?25h").next().unwrap_or("").to_owned();
    assert!(last.contains("no-such-file.csv"), "{last}");
}

#[test]
fn a_signal_ends_it_with_the_terminal_restored() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    let id = session.child.process_id().expect("a process id").to_string();
    let sent = std::process::Command::new("kill").arg(&id).status().expect("kill is there");
    assert!(sent.success());
    session.end();
    assert!(session.restored());
}

/// The first question to the terminal, for its colours, makes it raw before the first frame.
#[test]
fn a_signal_while_the_terminal_is_asked_ends_it_with_the_terminal_restored() {
    let mut session = Session::start(&[], &[("COLORFGBG", "")]);
    let end = Instant::now() + PATIENCE;
    while !session.all.windows(4).any(|window| window == b"\x1b]11") {
        assert!(Instant::now() < end, "it never asked");
        session.absorb(Duration::from_millis(1));
    }
    let id = session.child.process_id().expect("a process id").to_string();
    let sent = std::process::Command::new("kill").arg(&id).status().expect("kill is there");
    assert!(sent.success());
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

#[test]
fn handed_to_the_shell_and_back_it_draws_again_without_a_key() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    session.keys("\x1a");
    // No shell controls this terminal, so the stop itself is skipped and the way back follows at once.
    let end = Instant::now() + PATIENCE;
    loop {
        session.absorb(Duration::from_millis(20));
        let said = String::from_utf8_lossy(&session.all).into_owned();
        let frames: Vec<&str> = said.split("\x1b[?1049h").collect();
        if frames.len() == 3
            && frames[1].contains("\x1b[?1049l")
            && frames[2].contains("session budget")
        {
            break;
        }
        assert!(
            Instant::now() < end,
            "no whole frame after coming back; the screen shows:\n{}",
            session.screen()
        );
    }
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

#[test]
fn exports_what_is_in_view_and_says_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    session.until("overlap@10");
    for ending in ["svg", "png", "csv", "json"] {
        let path = folder.path().join(format!("view.{ending}"));
        session.keys("e");
        session.until("export to");
        session.keys("\x15");
        session.keys(path.to_str().expect("a plain path"));
        session.keys("\r");
        session.until(&format!("view.{ending}"));
        let end = Instant::now() + PATIENCE;
        while !path.exists() {
            assert!(Instant::now() < end, "{} was not written", path.display());
            session.absorb(Duration::from_millis(20));
        }
    }
    let sweep = std::fs::read_to_string(folder.path().join("view.csv")).expect("a file");
    assert!(
        sweep.starts_with("source,status,warning,group_by") && sweep.contains("laplace"),
        "{sweep}"
    );
    session.keys("1");
    session.until("rows kept");
    session.keys("e");
    session.until("export to");
    session.keys("\x15");
    session.keys(folder.path().join("data.csv").to_str().expect("a plain path"));
    session.keys("\r");
    session.until("data.csv");
    session.until("wrote");
    let data = std::fs::read_to_string(folder.path().join("data.csv")).expect("a file");
    assert!(data.contains("sample,synthetic,,rows_read,40000"), "{data}");
    session.keys("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_file_without_a_header_is_asked_about_and_opens_by_enter() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("buys.csv");
    let rows: String = (0..40)
        .map(|n| {
            let (session, item) = (420_000 + n / 3, 214_000_000 + n * 7 % 5);
            format!("{session},2014-04-{:02}T10:00:00.000Z,{item},{}.5,1\n", 1 + n % 28, n % 9)
        })
        .collect();
    std::fs::write(&path, rows).expect("a file");
    let mut session = Session::start(&["explore", path.to_str().expect("a plain path")], &[]);
    session.until("has no column that is plainly the user");
    session.until("first rows");
    session.keys("2");
    session.until("no file is open yet: Data (1)");
    session.keys("1");
    session.until("choices");
    session.keys("\r");
    session.until("has no column that is plainly the item");
    session.keys("\r");
    session.until("rows kept  40 of 40");
    session.until("14 · 5 items");
    session.keys("2");
    session.until("ranking drift");
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

/// A folder with purchases under two names that begin alike.
fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, rows) in [("orders 2023.csv", 3), ("orders 2024.csv", 4)] {
        let rows: String = (0..rows).map(|n| format!("ann,tea{n},1\n")).collect();
        std::fs::write(folder.path().join(name), format!("user,item,quantity\n{rows}"))
            .expect("a file");
    }
    folder
}

#[test]
fn a_path_is_completed_by_tab_and_comes_back_in_the_next_session() {
    let folder = shop();
    let state = folder.path().join("state").display().to_string();
    let environment = [("EPSILOSCOPE_NO_RECENT", ""), ("XDG_STATE_HOME", state.as_str())];
    let mut session = Session::start(&[], &environment);
    session.until("session budget");
    session.keys("o");
    session.until("tab complete");
    session.keys(&format!("{}/ord\t", folder.path().display()));
    session.until("/orders 202");
    session.keys("\t");
    session.until("orders 2023.csv  orders 2024.csv");
    session.keys("4\t\r");
    session.until("ε  orders 2024.csv  PRIVATE");
    let kept = folder.path().join("state/epsiloscope/recent");
    let end = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(&kept).is_ok_and(|text| text.ends_with("/orders 2024.csv\n")) {
        assert!(Instant::now() < end, "it was not remembered");
        session.absorb(Duration::from_millis(20));
    }
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
    let mut session = Session::start(&[], &environment);
    session.until("SYNTHETIC");
    session.keys("o");
    session.until("recent files");
    session.keys("\x1b[A");
    session.until("/orders 2024.csv");
    session.keys("\r");
    session.until("ε  orders 2024.csv  PRIVATE");
    session.keys("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn what_is_pasted_or_dropped_never_acts_as_keys() {
    let folder = shop();
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    // As a key each of these letters does something; q would end it.
    session.keys("\x1b[200~pqa r\n\x1b[201~");
    session.until("pasted text does not act as keys");
    session.until("0 asked");
    session.keys(&format!("\x1b[200~'{}/orders 2023.csv' \x1b[201~", folder.path().display()));
    session.until("tab complete");
    session.until("/orders 2023.csv");
    session.keys("\r");
    session.until("ε  orders 2023.csv  PRIVATE");
    session.keys("o");
    session.until("tab complete");
    let url = format!("file://localhost{}/orders%202024.csv", folder.path().display());
    session.keys(&format!("\x1b[200~{url}\n\x1b[201~"));
    session.until("orders%202024.csv");
    session.until("tab complete");
    session.keys("\r");
    session.until("ε  orders 2024.csv  PRIVATE");
    session.keys("q");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
    let said = String::from_utf8_lossy(&session.all).into_owned();
    assert!(said.contains("\x1b[?2004h") && said.contains("\x1b[?2004l"));
}

/// The whole way from no ledger to a published file with its statement, without leaving: at most
/// twenty keys.
#[test]
fn a_first_release_takes_at_most_twenty_keys() {
    for (columns, rows) in [(80, 24), (120, 36)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut session = Session::start_in(folder.path(), &[], &[]);
        session.resize(columns, rows);
        session.until("5 more fit");
        let mut pressed = 0;
        let mut key = |session: &mut Session, keys: &[&str], until: &str| {
            for key in keys {
                session.keys(key);
                pressed += 1;
            }
            session.until(until);
        };
        key(&mut session, &["p"], "not chosen yet");
        // The sample is public: every key of it is known to everyone.
        key(&mut session, &["\x1b[D"], "known to everyone");
        key(&mut session, &["\r"], "there is no ledger sample.ledger");
        session.until("of all releases");
        key(&mut session, &["\r"], "type release and press enter");
        assert!(session.screen().contains("do not publish"), "{}", session.screen());
        key(&mut session, &["r", "e", "l", "e", "a", "s", "e", "\r"], "spent ");
        session.until("ledger ");
        assert!(pressed <= 20, "{pressed} keys");
        // The form says "spent", too, before it is done.
        let written = ["sample_privacy.csv", "sample_privacy.json"].map(|n| folder.path().join(n));
        let patience = Instant::now() + Duration::from_secs(60);
        while !written.iter().all(|path| path.exists()) {
            assert!(Instant::now() < patience, "{}", session.screen());
            session.absorb(Duration::from_millis(20));
        }
        session.absorb(Duration::from_millis(300));
        let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
        let published = text("sample_privacy.csv");
        assert!(published.starts_with("group,value\n") && published.lines().count() == 241);
        let statement = text("sample_privacy.json");
        assert!(statement.contains("\"in_words\"") && !statement.contains("would show"));
        assert!(folder.path().join("sample.ledger").exists());
        session.keys("q");
        session.end();
        assert!(session.restored());
    }
}

/// At a terminal a release that makes little sense is asked about, and then its word.
#[test]
fn below_sense_a_release_asks_at_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let create =
        ["ledger", "create", "l", "--dataset", "sample", "--epsilon", "5", "--delta", "1e-3"];
    assert_eq!(Session::start_in(folder.path(), &create, &[]).end(), 0);
    let release = |out: &'static str, more: &[&'static str]| {
        let common = ["release", "--ledger", "l", "--epsilon", "0.1", "--delta", "1e-6"];
        let rest = ["--l0", "20", "--linf", "10", "--out", out];
        Session::start_in(folder.path(), &[&common[..], &rest, more].concat(), &[])
    };
    let mut session = release("a.csv", &[]);
    session.until("Type anyway to go on all the same");
    // Lines break between words where the terminal ends.
    let said = String::from_utf8_lossy(&session.all).into_owned();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    // What stops it comes last and with something to do about it.
    let place = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text} is not in {said}"));
    assert!(place("do not publish") < place("This makes little sense"));
    assert!(place("What would help: a public list, --groups LIST") < place("Type anyway"));
    session.keys("\r");
    assert_eq!(session.end(), 2);
    assert!(session.screen().contains("stopped before anything was spent"), "{}", session.screen());
    let mut session = release("a.csv", &[]);
    session.until("Type anyway");
    session.keys("anyway\r");
    session.until("Was anything chosen by looking");
    session.keys("none\r");
    session.until("Type release to spend and publish");
    assert!(!folder.path().join("a.csv").exists());
    session.keys("release\r");
    assert_eq!(session.end(), 0);
    assert!(folder.path().join("a.csv").exists());
    // Who says so beforehand is not asked.
    let mut session = release("b.csv", &["--anyway"]);
    session.until("Was anything chosen by looking");
    session.keys("none\r");
    session.until("Type release to spend and publish");
    session.keys("no\r");
    assert_eq!(session.end(), 2);
    assert!(!folder.path().join("b.csv").exists());
}

#[test]
fn a_table_fits_the_terminal_and_names_what_it_leaves_out() {
    let arguments = "sweep --epsilon 1 --l0 20 --linf 10 --trials 2 --group-by category";
    let mut session = Session::start(&arguments.split(' ').collect::<Vec<_>>(), &[]);
    session.until("standard error over trials");
    assert_eq!(session.end(), 0);
    let said = String::from_utf8_lossy(&session.all).into_owned();
    assert!(said.contains("left out, for the terminal is 120 columns wide"), "{said}");
    let table: Vec<&str> = said.lines().map(str::trim_end).collect();
    let head = table.iter().position(|line| line.starts_with("mechanism")).expect("a head");
    for line in &table[head..] {
        assert!(line.chars().count() <= 120, "{line}");
    }
    assert!(table[head].contains("rel. error") && table[head].contains("RMSE"), "{said}");
}

/// What was said without orders to the terminal, which take no room.
fn without_orders(said: &str) -> String {
    let mut plain = String::new();
    let mut rest = said;
    while let Some((before, order)) = rest.split_once("\u{1b}[") {
        plain += before;
        let end = order.find(|c: char| c.is_ascii_alphabetic()).map_or(order.len(), |at| at + 1);
        rest = &order[end..];
    }
    plain + rest
}

/// No line of any command is broken within a word by a terminal of 80 columns, or of 60; no row of a table
/// is broken between two cells.
#[test]
fn what_commands_print_fits_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ["--ledger", "s.ledger", "--epsilon", "1"];
    let bounds = ["--l0", "5", "--linf", "5", "--delta", "1e-6", "--groups", "sample"];
    let model = ["recommend", "--delta", "1e-6", "--l0", "20", "--refits", "2", "--epsilon"];
    let sweep = ["sweep", "--epsilon", "0.1,1,10", "--l0", "5,20", "--linf", "5", "--trials", "50"];
    let whole = ["--columns", "epsilon,rmse"];
    let wants = ["--want", "overlap@10>=0.8", "--want", "mae<=60", "--trials", "50"];
    let shared = ["--question", "purchases/item", "--question", "revenue/week:lock=0.2"];
    let costs = ["--delta", "1e-6", "laplace:scale=10,times=100", "gaussian:sigma=8,times=5"];
    for columns in [80, 60] {
        let file = format!("o{columns}.csv");
        let place = ["--anyway", "--out", &file];
        let kept = format!("s{columns}.csv");
        for arguments in [
            &["inspect"][..],
            &["inspect", "--measure", "rows", "--rows", "2"],
            &sweep,
            &[&sweep[..], &whole].concat(),
            &[&model[..], &["0.1,1", "--model", "ease,als"]].concat(),
            &[&model[..], &["1", "--model", "ease", "--shopper", "144"]].concat(),
            &[&["advise"][..], &wants].concat(),
            &[&["advise", "--epsilon", "1"][..], &shared].concat(),
            &["risk", "--epsilon", "1"],
            &["rates", "--trials", "50", "--holdout", "holdout"],
            &["anonymity"],
            &[&["compose"][..], &costs].concat(),
            &["calibrate", "gaussian", "--epsilon", "1", "--delta", "1e-6", "--times", "10"],
            &["explore", "--plain"],
            &["generate", "--users", "200", "--items", "9", "--rows", "900", "--out", &kept],
            &[
                "ledger",
                "create",
                "s.ledger",
                "--dataset",
                "sample",
                "--epsilon",
                "3",
                "--delta",
                "1e-5",
            ],
            &[&["release", "--preview"], &place[..], &ledger, &bounds].concat(),
            &[&["release"], &place[..], &ledger, &bounds].concat(),
            &["compare", &file, "o80.csv"],
            &["risk", "--ledger", "s.ledger"],
            &["ledger", "show", "s.ledger"],
            &["ledger", "check", "s.ledger"],
            // A refusal of the parser.
            &["calibrate", "dp-sgd", "--epsilon", "1"],
        ] {
            if arguments.starts_with(&["ledger", "create"]) && columns != 80 {
                continue;
            }
            let mut session = Session::start_sized((columns, 24), folder.path(), arguments, &[]);
            if arguments[0] == "release" && !arguments.contains(&"--preview") {
                session.until("Was anything chosen by looking");
                session.keys("none\r");
                session.until("This cannot be undone");
                session.keys("release\r");
            }
            let code = session.end();
            let said = String::from_utf8_lossy(&session.all).into_owned();
            let refused = arguments.contains(&"dp-sgd");
            assert_eq!(code, if refused { 2 } else { 0 }, "{arguments:?}: {said}");
            let plain = without_orders(&said);
            for line in plain.split(['\n', '\r']) {
                let width = line.trim_end().chars().count();
                assert!(width <= columns.into(), "{arguments:?}: {width} columns: {line}");
            }
            // Lines that begin with a number or a unit alone are the rest of a row.
            let rest = |line: &str| {
                let mut words = line.split_whitespace();
                line.starts_with("        ")
                    && matches!((words.next(), words.next()), (Some(one), None) if one.parse::<f64>().is_ok())
            };
            assert!(!plain.lines().any(rest), "{arguments:?}, {columns} columns: {plain}");
        }
    }
}

/// What a program reads is the same on a terminal as off it: no line of it is broken.
#[test]
fn json_on_a_terminal_is_json() {
    let folder = tempfile::tempdir().unwrap();
    let costs = ["laplace:scale=10,times=100", "gaussian:sigma=8", "discrete-gaussian:sigma=9"];
    for arguments in [
        &[&["compose", "--epsilon", "2", "--format", "json"][..], &costs].concat()[..],
        &["calibrate", "gaussian", "--epsilon", "1", "--delta", "1e-6", "--format", "json"],
        &["risk", "--format", "json"],
    ] {
        let mut session = Session::start_sized((60, 24), folder.path(), arguments, &[]);
        assert_eq!(session.end(), 0);
        let plain = without_orders(&String::from_utf8_lossy(&session.all));
        let json = plain.find('{').map(|at| &plain[at..]).expect("a document");
        // A line that was broken within a text would be refused.
        let read = serde_json::from_str::<serde_json::Value>(json.trim());
        assert!(read.is_ok(), "{arguments:?}: {plain}");
    }
}

#[test]
fn a_burst_of_keys_is_read_to_its_end() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    // More than a terminal holds, at once: arrows, a mouse that moves, text that is no paste.
    session.keys(&"\x1b[C".repeat(4_000));
    session.keys(&"\x1b[<35;20;20M".repeat(1_000));
    session.keys(&"\x1b[D".repeat(4_000));
    session.keys("5");
    session.until("accountants");
    session.keys("\x03");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}

#[test]
fn a_terminal_that_says_it_is_huge_is_drawn_as_far_as_a_screen_goes() {
    let mut session = Session::start(&[], &[]);
    session.until("session budget");
    // The screen that watches stays small: only what the program does is of interest.
    session.resize_unseen(65_535, 65_535);
    for _ in 0..20 {
        session.absorb(Duration::from_millis(100));
    }
    session.resize(120, 36);
    session.until("session budget");
    session.keys("\x03");
    assert_eq!(session.end(), 0);
    assert!(session.restored());
}
