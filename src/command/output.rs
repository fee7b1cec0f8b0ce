//! Where results go: standard output, or a file that is replaced whole.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};

use crate::table::{is_ledger, probe_folder, replace_file};

/// Writes `text` to `path`, or to standard output.
pub fn put(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        Some(path) => Ok(replace_file(path, |out| out.write_all(text.as_bytes()))?),
        None => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        }
    }
}

/// Refuses what could not be written, before long work is done for it: each of `targets`
/// (flag and path) must be writable, none may be the file that is read, and no two the
/// same file.
pub fn check(targets: &[(&str, &Path)], read: Option<&Path>) -> anyhow::Result<()> {
    for (at, &(flag, path)) in targets.iter().enumerate() {
        check_writable(path)?;
        ensure!(
            !is_ledger(path),
            "{flag} {} is a ledger: what it holds cannot be had again, so it is never replaced; name another file",
            path.display()
        );
        let Some(place) = place_of(path) else { continue };
        ensure!(
            read.and_then(place_of).is_none_or(|read| read != place),
            "{flag} {} is the file that is read: name another, or it would be lost",
            path.display()
        );
        for &(other, earlier) in &targets[..at] {
            ensure!(
                place_of(earlier).is_none_or(|earlier| earlier != place),
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

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
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
        Ok(_) => drop(OpenOptions::new().write(true).open(&target).map_err(|cause| refused(&cause))?),
        Err(_) => {}
    }
    let folder = folder_of(&target);
    if !folder.is_dir() {
        bail!("{} cannot be written: there is no folder {}", path.display(), folder.display());
    }
    // The system's words alone: the name of the file that was tried would puzzle.
    probe_folder(folder).map_err(|cause| refused(&io::Error::from(cause.kind())))
}
