//! Writing a file whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::WriteError;

/// Whether a file can be made in `folder`: the only sure test is one that is gone at once.
///
/// # Errors
/// What the system says if it cannot.
pub fn probe_folder(folder: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder).map(drop)
}

/// The bytes of a file that `make` writes: for a library that writes only to files. The
/// file is called `name`, in a folder of its own, and both are gone afterwards.
///
/// # Errors
/// If the folder cannot be made or the file cannot be read back.
pub fn bytes_of_file<E>(name: &str, make: impl FnOnce(&Path) -> Result<(), E>) -> io::Result<Result<Vec<u8>, E>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    match make(&path) {
        Ok(()) => fs::read(&path).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// Writes a file so that a reader sees the old one or the whole new one, never a part:
/// `write` fills a temporary file in the same folder, which then takes the place of
/// `path`. An existing file keeps its permissions; a new one gets those of any new file
/// (0666 less the umask). What is no regular file (`/dev/stdout`, a FIFO) is written
/// to directly.
///
/// # Errors
/// If `path` is a directory, its folder is missing, it may not be written, or `write`
/// fails; nothing is left behind then.
pub fn replace_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    let shown = || path.display().to_string();
    let failed = |cause| WriteError::Io { path: shown(), cause };
    let old = match fs::metadata(path) {
        Ok(old) if old.is_dir() => return Err(WriteError::Directory { path: shown() }),
        Ok(old) => Some(old),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(cause) => return Err(failed(cause)),
    };
    if let Some(old) = &old {
        // Also refuses a file that may not be written although its folder may.
        let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
        if !old.is_file() {
            let mut out = BufWriter::new(file);
            return write(&mut out).and_then(|()| out.flush()).map_err(failed);
        }
    }
    // A link is followed, so that the file behind it is replaced and not the link.
    let target = if old.is_some() { fs::canonicalize(path).map_err(failed)? } else { path.to_owned() };
    let folder = folder_of(&target);
    if !folder.is_dir() {
        return Err(WriteError::NoFolder { path: shown(), folder: folder.display().to_string() });
    }
    let file = temporary(folder).map_err(failed)?;
    if let Some(old) = &old {
        file.as_file().set_permissions(old.permissions()).map_err(failed)?;
    }
    let mut out = BufWriter::new(file);
    write(&mut out).and_then(|()| out.flush()).map_err(failed)?;
    let file = out.into_inner().map_err(|cause| failed(cause.into_error()))?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&target).map_err(|cause| failed(cause.error))?;
    Ok(())
}

/// A whole file under a temporary name, on the disk for good, that waits for its own name.
/// Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    file: tempfile::TempPath,
    target: PathBuf,
}

impl Staged {
    /// Writes `bytes` beside `target` under a temporary name without an ending that data
    /// files have, and syncs it.
    ///
    /// # Errors
    /// If the folder is missing or the file cannot be written whole; nothing is left then.
    pub fn write(target: &Path, bytes: &[u8]) -> Result<Self, WriteError> {
        let shown = target.display().to_string();
        let failed = |cause: io::Error| WriteError::Io { path: shown.clone(), cause };
        // A link is followed, so that the file behind it is replaced and not the link.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let folder = folder_of(&target);
        if !folder.is_dir() {
            return Err(WriteError::NoFolder { path: shown, folder: folder.display().to_string() });
        }
        let mut file = temporary(folder).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        Ok(Self { file: file.into_temp_path(), target })
    }

    /// Gives the file its name; with `replace` in place of an old one, without it only
    /// where there is none. The folder is synced, so that the name outlives a crash.
    ///
    /// # Errors
    /// If the name is taken or cannot be given; the temporary file is gone then.
    pub fn put(self, replace: bool) -> Result<(), WriteError> {
        let Self { file, target } = self;
        let failed = |cause| WriteError::Io { path: target.display().to_string(), cause };
        let done = if replace { file.persist(&target) } else { file.persist_noclobber(&target) };
        done.map_err(|cause| failed(cause.error))?;
        if cfg!(unix) {
            fs::File::open(folder_of(&target)).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }
}

/// A temporary file in `folder`, without an ending that data files have, with the
/// permissions of any new file.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".epsiloscope-");
    #[cfg(unix)]
    builder.permissions({
        use std::os::unix::fs::PermissionsExt;
        fs::Permissions::from_mode(0o666)
    });
    builder.tempfile_in(folder).map_err(|cause| plain(&cause))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The error without the name of the temporary file, which would puzzle.
fn plain(cause: &io::Error) -> io::Error {
    io::Error::from(cause.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        replace_file(&path, |out| out.write_all(b"old")).unwrap();
        let refused = replace_file(&path, |out| {
            out.write_all(b"half of the new")?;
            Err(io::Error::other("disk full"))
        });
        assert!(refused.unwrap_err().to_string().contains("disk full"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        replace_file(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn directories_and_missing_folders_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let says = |path: &Path| replace_file(path, |_| Ok(())).unwrap_err().to_string();
        assert!(says(folder.path()).contains("is a directory"));
        let sentence = says(&folder.path().join("none/a.txt"));
        assert!(sentence.contains("none") && sentence.contains("does not exist"), "{sentence}");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_any_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, usual) = (folder.path().join("ours"), folder.path().join("usual"));
        replace_file(&ours, |_| Ok(())).unwrap();
        fs::write(&usual, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&ours), mode(&usual));
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o640)).unwrap();
        replace_file(&ours, |_| Ok(())).unwrap();
        assert_eq!(mode(&ours), 0o640);
    }
}
