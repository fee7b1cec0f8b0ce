//! Where a published file may stand, looked at before anything is spent.

use std::fs;
use std::io;
use std::path::Path;

use super::error::ReleaseError;
use crate::table::{NameClaim, NoPlace, Staged, WriteError, check_place, refuse_ledger};

/// Refuses a place where no file can stand.
pub(super) fn check_file(file: &Path, force: bool) -> Result<(), ReleaseError> {
    let path = file.display().to_string();
    // The link itself counts: one to nothing would be in the way, too.
    match (fs::symlink_metadata(file), fs::metadata(file)) {
        (_, Ok(facts)) if facts.is_dir() => Err(ReleaseError::Folder { path }),
        (Ok(_), _) if !force => Err(ReleaseError::Exists { path }),
        (Ok(_), Ok(facts)) if !facts.is_file() => Err(ReleaseError::NotAFile { path }),
        (Ok(_), Err(_)) => Err(ReleaseError::NotAFile { path }),
        // Before anything is spent.
        _ => refuse_ledger(file).map_err(ReleaseError::Kept),
    }
}

/// Refuses a file whose folder is not there or not writable.
pub(super) fn check_folder(out: &Path) -> Result<(), ReleaseError> {
    let path = out.display().to_string();
    check_place(out).map_err(|cause| match cause {
        NoPlace::NoFolder(folder) => {
            ReleaseError::NoFolder { path, folder: folder.display().to_string() }
        }
        NoPlace::Refused(cause) => ReleaseError::Unwritable { path, cause },
    })
}

/// The right to publish under a name: two releases at once would both spend, and one file would stand.
/// With it the place is looked at once more.
pub(super) fn claimed(out: &Path, force: bool) -> Result<NameClaim, ReleaseError> {
    let claim = NameClaim::of(out).map_err(|error| match error {
        WriteError::Io { path, cause } => ReleaseError::Unwritable { path, cause },
        error => unwritable(out, io::Error::other(error)),
    })?;
    let claim = claim.ok_or_else(|| ReleaseError::Claimed { path: out.display().to_string() })?;
    check_file(out, force)?;
    Ok(claim)
}

/// Room for a file that will be published.
pub(super) fn room(file: &Path, bytes: usize) -> Result<Staged, ReleaseError> {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    Staged::room(file, bytes).map_err(|error| match error {
        WriteError::Io { path, cause }
            if matches!(cause.kind(), StorageFull | QuotaExceeded | FileTooLarge) =>
        {
            ReleaseError::NoRoom { path, cause }
        }
        WriteError::Io { path, cause } => ReleaseError::Unwritable { path, cause },
        WriteError::NoFolder { path, folder } => ReleaseError::NoFolder { path, folder },
        error => unwritable(file, io::Error::other(error)),
    })
}

pub(super) fn unwritable(file: &Path, cause: io::Error) -> ReleaseError {
    ReleaseError::Unwritable { path: file.display().to_string(), cause }
}
