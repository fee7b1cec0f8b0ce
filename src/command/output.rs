//! Where results go: standard output, or a file that is replaced whole. The one place that
//! prints, and what it prints no terminal obeys.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};
use clap::ValueEnum;
use serde::Serialize;

pub use crate::export::fitted;
use crate::export::{shown_json, shown_lines};
use crate::table::{
    NoPlace, check_place, folder_of, refuse_ledger, refuse_release, replace_file, same_file,
    waits_for_a_reader,
};

/// How a result is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    Table,
    Json,
}

/// How columns that a terminal has no room for are shown.
pub const HOW_SHOWN: &str = " (--format json has them)";

/// Writes lines for people to `path`, or to standard output.
pub fn put(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    write(&shown_lines(text), path)
}

/// Writes a document as JSON. On standard output what a terminal would obey is escaped, which
/// JSON reads back as the same.
pub fn put_json(document: &impl Serialize, path: Option<&Path>) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(document)? + "\n";
    match path {
        Some(_) => write(&text, path),
        None => write(&shown_json(&text), path),
    }
}

/// Writes CSV: as it is, except to a terminal.
pub fn put_csv(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        None if io::stdout().is_terminal() => put(text, path),
        _ => write(text, path),
    }
}

fn write(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        Some(path) => {
            if waits_for_a_reader(path) {
                say(&format!(
                    "epsiloscope: {} is a named pipe: it waits until something reads it",
                    path.display()
                ));
            }
            replace_file(path, |out| out.write_all(text.as_bytes()))?;
            wrote(path);
            Ok(())
        }
        None => {
            let mut out = io::stdout().lock();
            let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            written.map_err(unwritten)
        }
    }
}

/// Why standard output took nothing more; whoever closed it knows.
fn unwritten(cause: io::Error) -> anyhow::Error {
    match cause.kind() {
        io::ErrorKind::BrokenPipe => cause.into(),
        _ => anyhow!(
            "standard output cannot be written ({cause}): --out FILE writes to another place"
        ),
    }
}

/// Writes a text as it is.
pub fn put_file(text: &str, path: &Path) -> anyhow::Result<()> {
    write(text, Some(path))
}

/// Says something beside the result, on standard error.
pub fn say(text: &str) {
    ask(&format!("{text}\n"));
}

/// The columns of the terminal that standard output is; `None` where it is none.
pub fn room() -> Option<usize> {
    io::stdout().is_terminal().then(crate::tui::columns).flatten()
}

/// The columns of the terminal that standard error is; `None` where it is none.
pub fn room_beside() -> Option<usize> {
    io::stderr().is_terminal().then(crate::tui::columns).flatten()
}

/// Says that a file is there now.
pub fn wrote(path: &Path) {
    say(&format!("epsiloscope: wrote {}", path.display()));
}

/// As [`say`], without an end of line: the answer follows.
pub fn ask(text: &str) {
    // An answer stands behind its question.
    const ANSWER: usize = 16;
    let of_answer = if text.ends_with('\n') { 0 } else { ANSWER };
    let room = room_beside().map(|room| room.saturating_sub(of_answer));
    let _ = io::stderr().write_all(fitted(&shown_lines(text), room).as_bytes());
}

/// Says what stands whether or not anybody reads it, on standard output.
pub fn report(text: &str) {
    let _ = io::stdout().write_all(shown_lines(text).as_bytes());
}

/// Refuses what could not be written or would be missed, before long work is done for it: each
/// of `targets` (flag and path) must be writable, no ledger and no release, none may be a file that is
/// read, and no two the same file.
pub fn check(targets: &[(&str, &Path)], read: &[&Path]) -> anyhow::Result<()> {
    for (_, path) in targets {
        refuse_release(path)?;
    }
    check_places(targets, read)
}

/// As [`check`], for a release, which may replace another where that is asked for.
pub fn check_places(targets: &[(&str, &Path)], read: &[&Path]) -> anyhow::Result<()> {
    for (at, &(flag, path)) in targets.iter().enumerate() {
        check_writable(path)?;
        refuse_ledger(path)?;
        let place = place_of(path);
        let is_same =
            |other: &Path| place.is_some() && (same_file(path, other) || place == place_of(other));
        ensure!(
            !read.iter().any(|read| is_same(read)),
            "{flag} {} is the file that is read: name another, or it would be lost",
            path.display()
        );
        for &(other, earlier) in &targets[..at] {
            ensure!(
                !is_same(earlier),
                "{other} and {flag} both name {}: give each a file of its own",
                path.display()
            );
        }
    }
    Ok(())
}

/// One name for one file, whether or not it is there yet; `None` for what is no regular
/// file (`/dev/null`, a FIFO), which many may write to.
fn place_of(path: &Path) -> Option<PathBuf> {
    match fs::canonicalize(path) {
        Ok(place) => place.is_file().then_some(place),
        Err(_) => Some(fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?)),
    }
}

/// Refuses a path that could not be written to.
fn check_writable(path: &Path) -> anyhow::Result<()> {
    let refused = |cause: &io::Error| anyhow!("{} cannot be written: {cause}", path.display());
    // A link is followed, as it is when the file is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(old) if old.is_dir() => bail!("{} is a folder: name a file to write", path.display()),
        // What is no regular file is written to directly; opening a FIFO would wait for a reader.
        Ok(old) if !old.is_file() => return Ok(()),
        Ok(_) => {
            drop(OpenOptions::new().write(true).open(&target).map_err(|cause| refused(&cause))?);
        }
        Err(_) => {}
    }
    check_place(&target).map_err(|cause| match cause {
        NoPlace::NoFolder(folder) => {
            anyhow!("{} cannot be written: there is no folder {}", path.display(), folder.display())
        }
        NoPlace::Refused(cause) => refused(&cause),
    })
}
