//! A name that one process at a time may write: two that would give it a file find out before either has
//! begun.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::WriteError;
use super::replace::{PREFIX, folder_of};

/// The right to write a file, held until it is dropped. Where the file system knows no locks, everybody
/// has it.
#[derive(Debug)]
pub struct NameClaim {
    file: File,
    path: PathBuf,
}

impl NameClaim {
    /// Claims `target`; `None` while somebody else has it.
    ///
    /// # Errors
    /// If nothing can be written into its folder.
    pub fn of(target: &Path) -> Result<Option<Self>, WriteError> {
        let failed = |cause| WriteError::Io { path: target.display().to_string(), cause };
        // A link is followed: the file behind it is meant.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let path = folder_of(&target).join(name(target.file_name().unwrap_or_default()));
        // A claim that is given back takes its file away: whoever waited at the old one looks again.
        for _ in 0..16 {
            let mut options = OpenOptions::new();
            let file = options.write(true).create(true).truncate(false).open(&path);
            let file = file.map_err(failed)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(None),
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if is_at(&file, &path) {
                return Ok(Some(Self { file, path }));
            }
        }
        Ok(None)
    }
}

impl Drop for NameClaim {
    fn drop(&mut self) {
        // While it is still locked, so that nobody else has begun.
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The claim's name: short, whatever the file is called, and one that tidying knows.
fn name(of: &OsStr) -> String {
    // FNV-1a of 64 bits (Fowler, Noll, Vo).
    let hash = of.as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{PREFIX}claim-{hash:016x}")
}

/// Whether an open file is still the one of that name.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let of =
            |facts: io::Result<fs::Metadata>| facts.ok().map(|facts| (facts.dev(), facts.ino()));
        let mine = of(file.metadata());
        mine.is_some() && mine == of(fs::symlink_metadata(path))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_has_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.csv");
        let claim = NameClaim::of(&target).unwrap().unwrap();
        assert!(NameClaim::of(&target).unwrap().is_none());
        assert!(NameClaim::of(&folder.path().join("b.csv")).unwrap().is_some());
        drop(claim);
        assert!(NameClaim::of(&target).unwrap().is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    }
}
