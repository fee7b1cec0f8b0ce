//! `epsiloscope inspect` against polars (lazy), duckdb and pandas, asked the same of the same file
//! in the same run: `cargo bench --bench reading`, with `-- --rows N` for another size than 10
//! million rows and `--repeats N` for another number than 3. What is missing is said and passed
//! over. Also how long new bounds take. The files are made once, in a folder under `target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use epsiloscope::contribution::Pairs;
use epsiloscope::purchases::{Input, Options, Question, read};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epsiloscope");
/// The first word of a call of ourselves that measures another program: only a process that has
/// no other children can tell what one has used.
const MEASURE: &str = "measure";
const PEERS: [&str; 3] = ["polars", "duckdb", "pandas"];
const MISSING: i32 = 3;

/// What a program used: seconds of all its threads and of the clock; MiB at its peak (of the
/// largest process, where it starts others).
#[derive(Debug, Clone, Copy)]
struct Used {
    cpu: f64,
    wall: f64,
    memory: f64,
}

/// What it found.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    users: u64,
    items: u64,
    rows: u64,
    total: u64,
}

/// One who is asked.
struct Contender {
    name: String,
    command: Vec<String>,
    used: Vec<Used>,
    found: Option<Found>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == MEASURE) {
        return measure(&arguments[1], &arguments[2..]);
    }
    let number = |flag: &str, usual: u64| {
        let at = arguments.iter().position(|argument| argument == flag);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(usual)
    };
    let (rows, repeats) = (number("--rows", 10_000_000).max(1), number("--repeats", 3).max(1));
    if !cfg!(unix) {
        println!("skipped: what a program has used is only known on Unix");
        return ExitCode::SUCCESS;
    }
    if cfg!(debug_assertions) {
        println!("this is a debug build: its times mean nothing");
    }
    let mut agree = true;
    for ending in ["csv", "parquet"] {
        let Some(path) = made(rows, ending) else { return ExitCode::FAILURE };
        agree &= compare(&path, rows, repeats, ending);
        if ending == "csv" {
            new_bounds(&path);
        }
    }
    if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The file, made now if it was not before.
fn made(rows: u64, ending: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reading");
    fs::create_dir_all(&folder).ok()?;
    let path = folder.join(format!("{rows}.{ending}"));
    if path.exists() {
        return Some(path);
    }
    let (users, items) = ((rows / 100).clamp(1, 1_000_000), (rows / 1_000).clamp(50, 20_000));
    let sizes = [("--users", users), ("--items", items), ("--rows", rows), ("--seed", 1)];
    let mut command = Command::new(PROGRAM);
    command.arg("generate").arg("--out").arg(&path);
    for (flag, size) in sizes {
        command.arg(flag).arg(size.to_string());
    }
    let began = Instant::now();
    let done = command.status().is_ok_and(|status| status.success());
    println!("{} made in {:.1} s", path.display(), began.elapsed().as_secs_f64());
    done.then_some(path)
}

/// Says how long the sums of all groups under other bounds take, once the pairs are there.
fn new_bounds(path: &Path) {
    let Ok(purchases) = read(&Input::File(path.to_owned()), &Options::default()) else { return };
    let collected = Pairs::collect(&purchases, Question::default(), Pairs::DEFAULT_SALT);
    let Ok(pairs) = collected else { return };
    let mut taken: Vec<f64> = (1..=21)
        .map(|bound| {
            let began = Instant::now();
            std::hint::black_box(pairs.bounded(Some(bound * 5), Some(bound)));
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    println!("new bounds of {} pairs: {:.0} ms (median of 21)", pairs.len(), taken[10]);
}

/// Asks everybody, turn by turn; whether all found the same.
fn compare(path: &Path, rows: u64, repeats: u64, ending: &str) -> bool {
    let path = path.display().to_string();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/reading_peers.py");
    let contender = |name: &str, command: &[&str]| Contender {
        name: name.to_owned(),
        command: command.iter().map(|&word| word.to_owned()).collect(),
        used: Vec::new(),
        found: None,
    };
    let ours = [PROGRAM, "inspect", &path, "--status", "synthetic", "--format", "json"];
    let mut all = vec![contender("epsiloscope", &ours)];
    all.extend(PEERS.map(|name| contender(name, &["python3", script, name, &path])));
    for _ in 0..repeats {
        all.retain_mut(|one| match ask(one) {
            Ok(()) => true,
            Err(why) => {
                println!("no comparison with {} ({ending}): {why}", one.name);
                false
            }
        });
    }
    let megabytes = fs::metadata(&path).map_or(0, |facts| facts.len()) / 1_000_000;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("\n{rows} rows of {ending} ({megabytes} MB), {threads} cores, medians of {repeats}");
    let Some((ours, others)) = all.split_first().filter(|(ours, _)| ours.name == "epsiloscope")
    else {
        println!("epsiloscope itself did not answer");
        return false;
    };
    println!("| | CPU s | wall s | peak MiB | our CPU | our wall | our memory |");
    println!("|---|---|---|---|---|---|---|");
    let us = median(&ours.used);
    println!("| epsiloscope | {:.2} | {:.2} | {:.0} | | | |", us.cpu, us.wall, us.memory);
    let mut agree = true;
    for other in others {
        let them = median(&other.used);
        println!(
            "| {} | {:.2} | {:.2} | {:.0} | {:.2} | {:.2} | {:.2} |",
            other.name,
            them.cpu,
            them.wall,
            them.memory,
            us.cpu / them.cpu,
            us.wall / them.wall,
            us.memory / them.memory
        );
        agree &= other.found == ours.found;
    }
    match &ours.found {
        Some(found) if agree => println!("all found {found:?}"),
        _ => all.iter().for_each(|one| println!("NOT THE SAME: {} {:?}", one.name, one.found)),
    }
    agree
}

/// Asks once, measured.
fn ask(one: &mut Contender) -> Result<(), String> {
    let note = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.used", std::process::id()));
    let itself = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(itself)
        .args([MEASURE, &note.display().to_string()])
        .args(&one.command)
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    match output.status.code() {
        Some(0) => {}
        Some(MISSING) => return Err(format!("it is not installed ({last})")),
        code => return Err(format!("it ended with {code:?} ({last})")),
    }
    let note_text = fs::read_to_string(&note).map_err(|error| error.to_string())?;
    let _ = fs::remove_file(&note);
    let numbers: Vec<f64> = note_text.split(' ').filter_map(|part| part.parse().ok()).collect();
    let [cpu, wall, memory] = numbers[..] else { return Err("nothing was measured".to_owned()) };
    one.used.push(Used { cpu, wall, memory });
    let found: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    if let (Some(version), false) = (found["version"].as_str(), one.name.contains(' ')) {
        one.name = format!("{} {version}", one.name);
    }
    // Ours says `rows_kept`, theirs `rows`.
    let rows = if found["rows"].is_u64() { &found["rows"] } else { &found["rows_kept"] };
    let number = |value: &serde_json::Value| value.as_u64().ok_or("it found no number".to_owned());
    one.found = Some(Found {
        users: number(&found["users"])?,
        items: number(&found["items"])?,
        rows: number(rows)?,
        total: number(&found["total"])?,
    });
    Ok(())
}

fn median(used: &[Used]) -> Used {
    let of = |what: fn(&Used) -> f64| {
        let mut values: Vec<f64> = used.iter().map(what).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Used { cpu: of(|u| u.cpu), wall: of(|u| u.wall), memory: of(|u| u.memory) }
}

/// Runs a command and writes to `note` what it used; ends as it ends.
fn measure(note: &str, command: &[String]) -> ExitCode {
    let began = Instant::now();
    let status = match Command::new(&command[0]).args(&command[1..]).status() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("{}: {error}", command[0]);
            return ExitCode::from(MISSING as u8);
        }
    };
    let wall = began.elapsed().as_secs_f64();
    let (cpu, memory) = of_children().unwrap_or((f64::NAN, f64::NAN));
    let written = fs::write(note, format!("{cpu} {wall} {memory}"));
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) if written.is_ok() => ExitCode::from(code),
        _ => ExitCode::FAILURE,
    }
}

/// Seconds of all processes that were waited for, and MiB of the largest.
#[cfg(unix)]
fn of_children() -> Option<(f64, f64)> {
    use nix::sys::resource::{UsageWho, getrusage};
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let seconds = [used.user_time(), used.system_time()]
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
    let unit = if cfg!(target_os = "macos") { 1_048_576.0 } else { 1_024.0 };
    Some((seconds[0] + seconds[1], used.max_rss() as f64 / unit))
}

#[cfg(not(unix))]
fn of_children() -> Option<(f64, f64)> {
    None
}
