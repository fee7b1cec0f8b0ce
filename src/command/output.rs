//! Where results go: standard output, or a file that is replaced whole.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use crate::table::{probe_folder, replace_file};

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

/// Refuses a path that could not be written to, before long work is done for it.
pub fn check_writable(path: &Path) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.is_dir() {
        anyhow::bail!("{} is a folder: name a file to write", path.display());
    }
    if !folder.is_dir() {
        anyhow::bail!("{} cannot be written: there is no folder {}", path.display(), folder.display());
    }
    probe_folder(folder)
        .with_context(|| format!("{} cannot be written", path.display()))
        .map_err(|error| anyhow::anyhow!("{error}: {}", error.root_cause()))
}
