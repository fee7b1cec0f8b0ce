//! The import rule of `src/lib.rs`, kept: floors, homes of outside crates, where threads
//! start, and names that say nothing. It reads every path of the source, not only `use`.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor; a room imports only from floors strictly below its own.
const FLOORS: &[(&str, u8)] = &[
    ("table", 0),
    ("privacy", 0),
    ("metric", 0),
    ("work", 0),
    ("purchases", 1),
    ("contribution", 2),
    ("simulation", 3),
    ("engine", 3),
    ("release", 3),
    ("recommend", 4),
    ("rehearsal", 5),
    ("advice", 5),
    ("chart", 6),
    ("export", 7),
    ("tui", 8),
    ("command", 9),
];

/// Outside crates and the rooms (or root files) that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("polars", &["table"]),
    ("polars_parquet", &["table"]),
    ("csv", &["table"]),
    ("flate2", &["table"]),
    ("encoding_rs", &["table"]),
    ("tempfile", &["table"]),
    ("nix", &["table", "tui"]),
    ("jiff", &["purchases", "release"]),
    ("rand_chacha", &["purchases", "recommend"]),
    ("rand_distr", &["purchases", "simulation"]),
    ("rand_xoshiro", &["simulation"]),
    ("pulp", &["metric"]),
    ("md5", &["contribution"]),
    ("plotters", &["export"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("terminal_colorsaurus", &["tui"]),
    ("unicode_width", &["tui"]),
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
const READER: &str = "tui/terminal.rs";
/// Generators whose numbers may change with a version of their crate.
const UNNAMED_GENERATORS: &[&str] = &["StdRng", "SmallRng", "thread_rng", "ThreadRng"];
/// Names of files and folders that say nothing of their purpose.
const SAYS_NOTHING: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "manager"];

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// The source with comments, strings and character literals as spaces; lines stay.
fn code_of(source: &str) -> String {
    let text: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let blank = |from: usize, to: usize, code: &mut String| {
        code.extend(text[from..to].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
    };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while at < text.len() {
        let next = |offset: usize| text.get(at + offset).copied().unwrap_or(' ');
        let after_word = at > 0 && word(text[at - 1]);
        let end = match text[at] {
            '/' if next(1) == '/' => {
                (at..text.len()).find(|&i| text[i] == '\n').unwrap_or(text.len())
            }
            '/' if next(1) == '*' => {
                let (mut depth, mut i) = (1, at + 2);
                while i < text.len() && depth > 0 {
                    match (text[i], text.get(i + 1)) {
                        ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
                        ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                }
                i
            }
            'r' | 'b' | 'c' if !after_word && raw_string(&text, at).is_some() => {
                raw_string(&text, at).unwrap_or(text.len())
            }
            '"' => string_end(&text, at),
            '\'' if next(1) == '\\' => {
                (at + 3..text.len()).find(|&i| text[i] == '\'').map_or(text.len(), |i| i + 1)
            }
            // A lifetime has no closing quote after its first letter.
            '\'' if next(2) == '\'' => at + 3,
            c => {
                code.push(c);
                at += 1;
                continue;
            }
        };
        let end = end.min(text.len());
        blank(at, end, &mut code);
        at = end;
    }
    code
}

fn string_end(text: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < text.len() && text[i] != '"' {
        i += if text[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// The end of a raw string such as `r#"…"#` or `br"…"` that starts at `at`, if one does.
fn raw_string(text: &[char], at: usize) -> Option<usize> {
    let mut i = at;
    if matches!(text[i], 'b' | 'c') {
        i += 1;
    }
    if text.get(i) != Some(&'r') {
        return None;
    }
    i += 1;
    let hashes = text[i..].iter().take_while(|&&c| c == '#').count();
    i += hashes;
    if text.get(i) != Some(&'"') {
        return None;
    }
    (i + 1..text.len())
        .find(|&e| {
            text[e] == '"' && text[e + 1..].iter().take_while(|&&c| c == '#').count() >= hashes
        })
        .map(|e| e + 1 + hashes)
}

/// A word or a sign of the code, with its line (from 1).
#[derive(Debug, Clone, PartialEq)]
struct Token {
    text: String,
    line: usize,
}

fn tokens(code: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut line = 1;
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        if c.is_whitespace() {
            continue;
        }
        let mut text = String::from(c);
        if c.is_alphanumeric() || c == '_' {
            while let Some(more) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                text.push(more);
            }
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            text.push(':');
        }
        found.push(Token { text, line });
    }
    found
}

/// Drops every item marked `#[cfg(test)]`: up to its closing brace or semicolon.
fn without_tests(all: &[Token]) -> Vec<Token> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let marked =
            all[at..].len() >= mark.len() && mark.iter().zip(&all[at..]).all(|(m, t)| *m == t.text);
        if !marked {
            kept.push(all[at].clone());
            at += 1;
            continue;
        }
        at += mark.len();
        let mut depth = 0usize;
        while at < all.len() {
            let text = all[at].text.as_str();
            at += 1;
            match text {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && (text == ";" || text == "}") {
                break;
            }
        }
    }
    kept
}

/// Every path, groups unfolded: `use crate::{a::x, b}` gives `crate::a::x` and `crate::b`.
fn paths(all: &[Token]) -> Vec<(Vec<String>, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let before = |steps: usize| at.checked_sub(steps).map_or("", |i| all[i].text.as_str());
        // `::a` at the start of a path names a crate; behind a name or `>` it goes on.
        let goes_on = before(1) == "::" && (before(2) == ">" || is_name(before(2)));
        if is_name(&all[at].text) && !goes_on {
            // `use polars;` has no `::` and is a path all the same.
            let used = before(1) == "use";
            let followed = all.get(at + 1).is_some_and(|t| t.text == "::");
            if followed || used {
                at = path(all, at, &[], &mut found);
                continue;
            }
        }
        at += 1;
    }
    found
}

/// Reads one path from `at` behind `before`; returns where the next token stands.
fn path(
    all: &[Token],
    mut at: usize,
    before: &[String],
    found: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let mut parts = before.to_vec();
    let line = all[at].line;
    while at < all.len() {
        let text = all[at].text.as_str();
        if is_word(text) || text == "*" {
            parts.push(text.to_owned());
            at += 1;
        } else if text == "{" {
            at += 1;
            while at < all.len() && all[at].text != "}" {
                let starts =
                    is_word(&all[at].text) && all[at - 1].text != "as" || all[at].text == "{";
                if starts {
                    at = path(all, at, &parts, found);
                } else {
                    at += 1;
                }
            }
            return at + 1;
        } else {
            break;
        }
        // `a::<T>` ends a path; its `T` is read as a path of its own.
        let goes_on = all.get(at).is_some_and(|t| t.text == "::")
            && all.get(at + 1).is_some_and(|t| is_word(&t.text) || t.text == "{" || t.text == "*");
        if !goes_on {
            break;
        }
        at += 1;
    }
    found.push((parts, line));
    at
}

/// A word that can stand in a path.
fn is_name(text: &str) -> bool {
    const NEVER: &[&str] =
        &["use", "as", "return", "in", "impl", "for", "dyn", "mut", "else", "match", "if", "where"];
    is_word(text) && !NEVER.contains(&text)
}

fn is_word(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

/// What is wrong with one file; `name` is its path below `src`, with `/`.
fn faults(name: &str, source: &str) -> Vec<String> {
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
        say(1, format!("the room {room} has no floor in tests/architecture.rs"));
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
                say(line, format!("crate::{second} is no room with a floor"))
            }
            _ => {}
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
        if room == "simulation" && path.iter().take(2).any(|part| part == "release") {
            say(line, "a simulation knows nothing of releases".into());
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

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_source_keeps_the_rules() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 40, "only {} files were found", files.len());
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let name: Vec<_> =
            file.strip_prefix(&source).unwrap().iter().map(|part| part.to_string_lossy()).collect();
        wrong.extend(faults(&name.join("/"), &fs::read_to_string(file).unwrap()));
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
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
            assert!(known, "{name} has no home in tests/architecture.rs");
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
    accepts("tui/terminal.rs", "fn f() { std::thread::Builder::new(); }");
    accepts("tui/a.rs", "#[cfg(test)] mod tests { fn f() { std::thread::spawn(|| ()); } }");
    accepts("tui/tests.rs", "fn f() { std::thread::spawn(|| ()); }");
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
