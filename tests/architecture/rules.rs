//! What is wrong with one file: floors, homes of outside crates, where threads start, flags and
//! sentences where they do not belong, and names that say nothing. It reads every path of the
//! source, not only `use`.

use std::fs;
use std::path::Path;

use crate::code::{Token, code_of, in_tests, paths, strings_of, tokens, without_tests};

/// Rooms by floor; a room imports only from floors strictly below its own.
const FLOORS: &[(&str, u8)] = &[
    ("table", 0),
    ("privacy", 0),
    ("metric", 0),
    ("work", 0),
    ("purchases", 1),
    ("contribution", 2),
    ("engine", 3),
    ("expected", 3),
    ("release", 3),
    ("simulation", 4),
    ("recommend", 5),
    ("rates", 5),
    ("anonymity", 5),
    ("rehearsal", 6),
    ("trust", 6),
    ("advice", 7),
    ("chart", 8),
    ("export", 9),
    ("words", 10),
    ("tui", 11),
    ("command", 12),
];

/// Outside crates and the rooms (or root files) that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("polars", &["table"]),
    ("polars_arrow", &["table"]),
    ("polars_buffer", &["table"]),
    ("polars_parquet", &["table"]),
    ("csv", &["table"]),
    ("flate2", &["table"]),
    ("ruzstd", &["table"]),
    ("zip", &["table"]),
    ("calamine", &["table"]),
    ("toml", &["purchases"]),
    ("memchr", &["table"]),
    ("compact_str", &["table", "purchases"]),
    ("hashbrown", &["purchases", "table"]),
    ("chrono", &["table"]),
    ("chrono_tz", &["table"]),
    ("encoding_rs", &["table"]),
    ("tempfile", &["table"]),
    ("nix", &["table", "tui"]),
    ("jiff", &["purchases", "release"]),
    ("rand_chacha", &["anonymity", "purchases", "recommend"]),
    ("rand_distr", &["purchases", "simulation"]),
    ("rand_xoshiro", &["simulation"]),
    ("pulp", &["metric"]),
    ("md5", &["contribution"]),
    ("plotters", &["export"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("terminal_colorsaurus", &["tui"]),
    ("unicode_width", &["export", "tui"]),
    ("clap", &["command", "main"]),
    ("clap_complete", &["command", "main"]),
    ("anyhow", &["command", "main"]),
    ("indicatif", &["command", "main"]),
    ("signal_hook", &["tui", "work"]),
    ("realfft", &["privacy"]),
    ("faer", &["recommend"]),
    ("opendp", &["release"]),
    ("rusqlite", &["release"]),
    ("sha2", &["release"]),
];

/// Crates that may be named anywhere.
const ANYWHERE: &[&str] = &["serde", "serde_json", "thiserror", "libm"];
/// Crates that tests may name anywhere.
const IN_TESTS: &[&str] = &["proptest", "insta", "tempfile", "rand_distr"];
/// The one file outside `work` that starts a thread: it reads the keyboard.
const READER: &str = "tui/shell/terminal.rs";
/// Generators whose numbers may change with a version of their crate.
const UNNAMED_GENERATORS: &[&str] = &["StdRng", "SmallRng", "thread_rng", "ThreadRng"];
/// Names of files and folders that say nothing of their purpose.
const SAYS_NOTHING: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "manager"];

/// Rooms (and root files) that speak to whoever types flags.
const NAMES_FLAGS: &[&str] = &["command", "words", "main"];

/// Whether a text names a flag: two dashes and a letter, or a name that is put in there.
fn names_flag(text: &str) -> bool {
    text.match_indices("--").any(|(at, _)| {
        text[at + 2..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '{')
    })
}

/// The lines on which a `Result` is written whose error is a `String`.
fn sentences_for_errors(all: &[Token]) -> Vec<usize> {
    let text = |at: usize| all.get(at).map_or("", |token| token.text.as_str());
    let starts = (0..all.len()).filter(|&at| text(at) == "Result" && text(at + 1) == "<");
    let ends_in_string = |&start: &usize| {
        let (mut depth, mut at) = (1, start + 2);
        while at < all.len() && depth > 0 {
            match text(at) {
                "<" | "(" | "[" => depth += 1,
                // The end of `->` closes nothing.
                ">" if text(at - 1) != "-" => depth -= 1,
                ")" | "]" => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        // Behind `std::string::`, and before a last comma, too.
        let last = (start..at - 1).rev().find(|&at| text(at) != ",").unwrap_or(start);
        let apart = (start..last).rev().find(|&at| text(at) == "," || text(at) == "<");
        text(last) == "String" && apart.is_some_and(|at| text(at) == ",")
    };
    starts.filter(ends_in_string).map(|at| all[at].line).collect()
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// What is wrong with a path inside the explorer: paint knows nothing of it, a screen the desk and
/// itself, but no other screen and nothing that stands above the list.
fn beside(name: &str, path: &[String]) -> Option<String> {
    let mut whole: Vec<&str> = name.trim_end_matches(".rs").split('/').collect();
    if whole.last() == Some(&"mod") {
        whole.pop();
    }
    let own = whole.clone();
    let mut rest = path.iter().map(String::as_str).peekable();
    match rest.peek() {
        Some(&"crate") => {
            whole.clear();
            rest.next();
        }
        Some(&"super" | &"self") => {}
        _ => return None,
    }
    while let Some(step) = rest.next_if(|step| matches!(*step, "super" | "self")) {
        if step == "super" {
            whole.pop();
        }
    }
    whole.extend(rest);
    match (&own[..], &whole[..]) {
        (["tui", "paint", ..], ["tui", theirs, ..]) if *theirs != "paint" => {
            Some(format!("paint knows nothing of the explorer, and takes from {theirs}"))
        }
        (["tui", "screens", mine, ..], ["tui", "screens", theirs, ..]) if mine != theirs => {
            Some(format!("the screen {mine} takes from {theirs}: what both need lies on the desk"))
        }
        (["tui", "screens", mine, ..], ["tui", theirs @ ("shell" | "frame" | "overlays"), ..]) => {
            Some(format!("the screen {mine} takes from {theirs}, which stands above it"))
        }
        (
            ["tui", "desk" | "knobs", ..],
            ["tui", theirs @ ("screens" | "shell" | "frame" | "overlays"), ..],
        ) => Some(format!("desk and knobs take from {theirs}, which stands above them")),
        _ => None,
    }
}

/// What is wrong with one file; `name` is its path below `src`, with `/`.
pub fn faults(name: &str, source: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |line: usize, what: String| wrong.push(format!("src/{name}:{line}: {what}"));
    if !source.starts_with("//!") {
        say(1, "the first line does not say what the file is for (`//! …`)".into());
    }
    for part in name.trim_end_matches(".rs").split('/') {
        if part.split('_').any(|word| SAYS_NOTHING.contains(&word.to_lowercase().as_str())) {
            say(1, format!("the name {part} does not say a purpose"));
        }
    }
    let room = name.split('/').next().unwrap_or(name).trim_end_matches(".rs");
    let free = room == "lib" || room == "main";
    let all = tokens(&code_of(source));
    for token in &all {
        if UNNAMED_GENERATORS.contains(&token.text.as_str()) {
            say(token.line, format!("{} is not a named generator", token.text));
        }
    }
    let test_file = name.ends_with("/tests.rs") || name.contains("/tests/");
    let shipped = if test_file { Vec::new() } else { without_tests(&all) };
    let own = floor(room);
    if own.is_none() && !free {
        say(1, format!("the room {room} has no floor in tests/architecture/rules.rs"));
    }
    // Tests obey the floors as well; they may spawn and use the crates of tests.
    for (path, line) in paths(&all) {
        let (first, second) = (path[0].as_str(), path.get(1).map_or("", String::as_str));
        if free || (first != "crate" && first != "epsiloscope") || second == room {
            continue;
        }
        match (floor(second), own) {
            (Some(theirs), Some(own)) if theirs < own => {}
            (Some(theirs), Some(own)) => {
                say(line, format!("{room} (floor {own}) imports {second} (floor {theirs})"));
            }
            (None, _) if floor(room).is_some() => {
                say(line, format!("crate::{second} is no room with a floor"));
            }
            _ => {}
        }
    }
    if !test_file && !NAMES_FLAGS.contains(&room) {
        for (text, line) in strings_of(source) {
            if names_flag(&text) && !in_tests(&all, &shipped, line) {
                say(line, format!("{text} names a flag: what to do is said in words"));
            }
        }
    }
    if room == "tui" {
        for line in sentences_for_errors(&shipped) {
            say(line, "an error of the explorer has a type, not a String".into());
        }
    }
    for (path, line) in paths(&shipped) {
        if let Some(what) = beside(name, &path) {
            say(line, what);
        }
    }
    let in_shipped = paths(&shipped);
    for (path, line) in paths(&all) {
        let test_only = !in_shipped.contains(&(path.clone(), line));
        let first = path[0].as_str();
        let homes = HOMES.iter().find(|(name, _)| *name == first).map(|(_, homes)| *homes);
        let allowed = homes.is_none_or(|homes| homes.contains(&room))
            || test_only && IN_TESTS.contains(&first);
        if !allowed {
            say(
                line,
                format!("{first} lives in {}, not in {room}", homes.unwrap_or_default().join(", ")),
            );
        }
        if room == "release" && (first.starts_with("rand") || first == "getrandom") {
            say(line, format!("a release names no generator of trials ({first})"));
        }
        let trial = matches!(room, "simulation" | "expected");
        if trial && path.iter().take(2).any(|part| part == "release") {
            say(line, format!("{room} knows nothing of releases"));
        }
        let started = path
            .windows(2)
            .any(|p| p[0] == "thread" && matches!(&*p[1], "spawn" | "Builder" | "scope"));
        if (started || first == "rayon") && !test_only && room != "work" && name != READER {
            say(line, "threads start in work (and in the reader of the terminal)".into());
        }
    }
    wrong
}

#[test]
fn every_outside_crate_has_a_home() {
    let manifest =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.contains("dev-");
        } else if inside && let Some((name, _)) = line.split_once('=') {
            let name = match name.trim() {
                "md-5" => "md5".to_owned(),
                name => name.replace('-', "_"),
            };
            let known =
                HOMES.iter().any(|(home, _)| *home == name) || ANYWHERE.contains(&name.as_str());
            assert!(known, "{name} has no home in tests/architecture/rules.rs");
        }
    }
}

/// Asserts that a file of this name and body has a fault that says `part`.
fn refuses(name: &str, body: &str, part: &str) {
    let wrong = faults(name, &format!("//! A file.\n{body}"));
    assert!(wrong.iter().any(|w| w.contains(part)), "{name}: {body}\ngave {wrong:?}, not “{part}”");
}

fn accepts(name: &str, body: &str) {
    let wrong = faults(name, &format!("//! A file.\n{body}"));
    assert!(wrong.is_empty(), "{name}: {body}\ngave {wrong:?}");
}

#[test]
fn a_wrong_floor_is_found_wherever_it_is_named() {
    refuses(
        "metric/a.rs",
        "fn f() -> u8 { 1 + crate::simulation::run() }",
        "metric (floor 0) imports simulation",
    );
    refuses("table/a.rs", "use crate::work::Cancel;", "table (floor 0) imports work (floor 0)");
    refuses(
        "purchases/a.rs",
        "use crate::{table::Table, contribution::Bounds};",
        "imports contribution",
    );
    refuses(
        "purchases/a.rs",
        "use crate::{\n    table,\n    chart::{self, Axis},\n};",
        "src/purchases/a.rs:4: ",
    );
    refuses("chart/a.rs", "fn f(x: Vec<crate::tui::Model>) {}", "imports tui");
    refuses("chart/a.rs", "fn f() { g::<crate::export::Picture>() }", "imports export");
    refuses("simulation/a.rs", "pub(crate) use crate::advice::Advice;", "imports advice");
    refuses("simulation/a.rs", "use crate::release;", "knows nothing of releases");
    refuses("expected/a.rs", "use crate::release;", "knows nothing of releases");
    refuses("expected/a.rs", "use crate::simulation::draw;", "imports simulation");
    refuses(
        "work/a.rs",
        "#[cfg(test)]\nmod tests { use crate::privacy::Noise; }",
        "imports privacy",
    );
    refuses("attic/a.rs", "", "has no floor");
    refuses("tui/a.rs", "use crate::attic::Old;", "no room");
    accepts(
        "simulation/a.rs",
        "use crate::{metric::Figure, privacy::{Noise, Mechanism}, simulation::Plan};",
    );
    accepts("lib.rs", "pub mod tui; use crate::command::Args;");
    accepts(
        "metric/a.rs",
        "// crate::tui::x\n/* a /* crate::tui */ b */ const A: &str = \"crate::tui::x \\\" crate::tui\";",
    );
    accepts(
        "metric/a.rs",
        "const A: &str = r#\"say \"crate::tui\" \"#; fn f<'a>(c: &'a char) -> bool { *c == '\"' }",
    );
    refuses("metric/a.rs", "fn f<'a>(c: char) { if c == '\"' { crate::tui::x() } }", "imports tui");
    refuses("metric/a.rs", "fn f(c: char) { if c == '\\'' { crate::tui::x() } }", "imports tui");
}

#[test]
fn a_screen_that_knows_another_is_found() {
    let words = "what both need lies on the desk";
    refuses("tui/screens/scope/view.rs", "use crate::tui::screens::sweep::Sweep;", words);
    refuses("tui/screens/scope/view.rs", "use super::super::sweep::Sweep;", words);
    refuses("tui/screens/scope/mod.rs", "fn f() { super::sweep::g() }", words);
    refuses("tui/screens/scope/mod.rs", "use crate::tui::shell::app::App;", "stands above it");
    refuses("tui/desk/mod.rs", "use super::screens::scope::Scope;", "stands above them");
    refuses("tui/paint/bars.rs", "use crate::tui::desk::Desk;", "paint knows nothing");
    accepts("tui/screens/scope/view.rs", "use super::state::Scope; use crate::tui::desk::Desk;");
    accepts("tui/screens/mod.rs", "use super::screen::Screen; fn f() { scope::g() }");
    accepts("tui/shell/app.rs", "use crate::tui::screens::Screens;");
}

#[test]
fn a_crate_outside_its_home_is_found() {
    refuses("purchases/a.rs", "fn f() { polars::prelude::col(\"a\"); }", "polars lives in table");
    refuses("tui/a.rs", "fn f() -> anyhow::Result<()> { Ok(()) }", "anyhow lives in command, main");
    refuses("tui/a.rs", "use anyhow;", "anyhow lives in");
    refuses("chart/a.rs", "#[derive(clap::Args)] struct A;", "clap lives in");
    refuses("chart/a.rs", "use ::ratatui::buffer::Buffer;", "ratatui lives in tui");
    refuses("contribution/a.rs", "use rand_distr::Exp1;", "rand_distr lives in");
    accepts(
        "contribution/a.rs",
        "#[cfg(test)] mod tests { use rand_distr::Exp1; use proptest::prelude::*; }",
    );
    refuses(
        "contribution/a.rs",
        "#[cfg(test)] mod tests { use polars::prelude::*; }",
        "polars lives in table",
    );
    refuses(
        "contribution/a.rs",
        "#[cfg(test)] mod tests { fn a() {} }\nuse rand_distr::Exp1;",
        "rand_distr lives in",
    );
    refuses("release/a.rs", "use rand_core::Rng;", "names no generator");
    accepts("main.rs", "fn main() -> anyhow::Result<()> { Ok(()) }");
}

#[test]
fn a_thread_started_elsewhere_is_found() {
    let words = "threads start in work";
    refuses("tui/a.rs", "fn f() { std::thread::spawn(|| ()); }", words);
    refuses("tui/a.rs", "use std::thread; fn f() { thread::Builder::new(); }", words);
    refuses("table/a.rs", "use std::{fs, thread::scope};", words);
    refuses("metric/a.rs", "use rayon::prelude::*;", words);
    accepts("work/a.rs", "fn f() { std::thread::spawn(|| ()); }");
    accepts("tui/shell/terminal.rs", "fn f() { std::thread::Builder::new(); }");
    accepts("tui/a.rs", "#[cfg(test)] mod tests { fn f() { std::thread::spawn(|| ()); } }");
    accepts("tui/tests.rs", "fn f() { std::thread::spawn(|| ()); }");
}

#[test]
fn a_flag_below_words_or_in_the_explorer_is_found() {
    let words = "names a flag";
    refuses("release/a.rs", "#[error(\"{path} exists: say --force\")] struct A;", words);
    refuses(
        "table/a.rs",
        "fn f() -> String { format!(r#\"name \"it\" with --{purpose}\"#) }",
        words,
    );
    refuses("tui/a.rs", "const A: &str = \"a\n  --out\";", "src/tui/a.rs:2: ");
    refuses(
        "tui/a.rs",
        "#[cfg(test)] mod tests { const A: &str = \"a\"; }\nconst B: &str = \"--b\";",
        "src/tui/a.rs:3: ",
    );
    accepts("release/a.rs", "/// Behind `--out \"a\"`.\nconst A: &str = \"a -- b, 3 --4 -->\";");
    accepts("release/a.rs", "#[cfg(test)]\nmod tests {\n    const A: &str = \"--out\";\n}");
    accepts("tui/tests.rs", "const A: &str = \"--out\";");
    accepts("words/en.rs", "const A: &str = \"say --out\";");
    accepts("command/a.rs", "const A: &str = \"say --out\";");
}

#[test]
fn a_sentence_for_an_error_in_the_explorer_is_found() {
    let words = "has a type, not a String";
    refuses("tui/a.rs", "fn f() -> Result<u8, String> { g() }", words);
    refuses("tui/a.rs", "fn f() -> Option<Result<String, String>> { g() }", words);
    refuses(
        "tui/a.rs",
        "type A = Result<Box<dyn Fn(u8, u8) -> B<u8>>, std::string::String>;",
        words,
    );
    refuses(
        "tui/a.rs",
        "fn f(\n    a: Result<\n        (u8, u8),\n        String,\n    >,\n) {}",
        "a.rs:3: ",
    );
    accepts("tui/a.rs", "fn f() -> Result<String, Refusal> { g() }");
    accepts("tui/a.rs", "fn f() -> Result<(u8, String), Vec<String>> { g() }");
    accepts("tui/a.rs", "fn f() -> io::Result<String> { g() }");
    accepts("tui/a.rs", "#[cfg(test)] mod tests { fn f() -> Result<u8, String> { g() } }");
    accepts("table/a.rs", "fn f() -> Result<u8, String> { g() }");
}

#[test]
fn the_explorer_explains_itself_without_flags() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/help/en");
    let help: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(help.len() >= 6, "{help:?}");
    for file in help {
        assert!(
            !names_flag(&fs::read_to_string(&file).unwrap()),
            "{} names a flag",
            file.display()
        );
    }
}

#[test]
fn names_and_first_lines_are_looked_at() {
    refuses("metric/utils.rs", "", "does not say a purpose");
    refuses("helpers/a.rs", "", "does not say a purpose");
    refuses("metric/sum_helper.rs", "", "does not say a purpose");
    accepts("metric/commonplace.rs", "");
    assert_eq!(faults("metric/a.rs", "use std::fmt;").len(), 1);
    refuses(
        "purchases/a.rs",
        "use rand_chacha::X; fn f(r: &mut StdRng) {}",
        "StdRng is not a named generator",
    );
    refuses(
        "work/a.rs",
        "fn f() { let r = rand::rngs::SmallRng::new(); }",
        "SmallRng is not a named generator",
    );
}
