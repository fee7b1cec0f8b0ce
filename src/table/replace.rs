//! Writing a file whole or not at all.

use std::fs::{self, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::WriteError;
use super::keep::{refuse_ledger, refuse_release};

/// Why no file can be put at a path.
#[derive(Debug)]
pub enum NoPlace {
    /// There is no such folder.
    NoFolder(PathBuf),
    /// What the system says of the folder, without the name of the file that was tried, which
    /// would puzzle.
    Refused(io::Error),
}

/// Whether a file can be put at `path`: its folder is there and takes files. The only sure
/// test is a file that is gone at once.
///
/// # Errors
/// If there is no such folder, or it takes no file.
pub fn check_place(path: &Path) -> Result<(), NoPlace> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(NoPlace::NoFolder(folder.to_owned()));
    }
    tempfile::tempfile_in(folder).map(drop).map_err(|cause| NoPlace::Refused(plain(&cause)))
}

/// The bytes of a file that `make` writes: for a library that writes only to files. The
/// file is called `name`, in a folder of its own, and both are gone afterwards.
///
/// # Errors
/// If the folder cannot be made or the file cannot be read back.
pub fn bytes_of_file<E>(
    name: &str,
    make: impl FnOnce(&Path) -> Result<(), E>,
) -> io::Result<Result<Vec<u8>, E>> {
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
/// to directly. This and [`Staged`] are the last gates before the disk: no ledger passes them.
///
/// # Errors
/// If `path` is a directory, a disk or a ledger, its folder is missing, it may not be written,
/// or `write` fails; nothing is left behind then.
pub fn replace_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WriteError> {
    let shown = || path.display().to_string();
    let failed = |cause| WriteError::Io { path: shown(), cause };
    let old = match fs::metadata(path) {
        Ok(old) if old.is_dir() => return Err(WriteError::Directory { path: shown() }),
        Ok(old) => Some(old),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(cause) => return Err(failed(cause)),
    };
    refuse_ledger(path)?;
    refuse_release(path)?;
    if let Some(old) = &old {
        if is_disk(old) {
            return Err(WriteError::Disk { path: shown() });
        }
        // Also refuses a file that may not be written although its folder may.
        let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
        if !old.is_file() {
            let mut out = BufWriter::new(file);
            return write(&mut out).and_then(|()| out.flush()).map_err(failed);
        }
    }
    // A link is followed, so that the file behind it is replaced and not the link.
    let target =
        if old.is_some() { fs::canonicalize(path).map_err(failed)? } else { path.to_owned() };
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
    let mut made = made();
    file.persist(&target).map_err(|cause| failed(cause.error))?;
    made.put = true;
    Ok(())
}

/// Whether it is a block device: a whole disk, which writing would ruin.
fn is_disk(facts: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        facts.file_type().is_block_device()
    }
    #[cfg(not(unix))]
    {
        let _ = facts;
        false
    }
}

/// Room for a file under a temporary name, and then the whole file, on the disk for good,
/// that waits for its own name. Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    file: tempfile::NamedTempFile,
    target: PathBuf,
}

impl Staged {
    /// Takes up `bytes` of room beside `target` under a temporary name without an ending that
    /// data files have, and syncs it: a disk that is full is found now. (File systems that
    /// write every change to a new place may still run out later.)
    ///
    /// # Errors
    /// If the folder is missing or has no such room; nothing is left then.
    pub fn room(target: &Path, bytes: usize) -> Result<Self, WriteError> {
        let shown = target.display().to_string();
        let failed = |cause: io::Error| WriteError::Io { path: shown.clone(), cause };
        // A link is followed, so that the file behind it is replaced and not the link.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let folder = folder_of(&target);
        if !folder.is_dir() {
            return Err(WriteError::NoFolder { path: shown, folder: folder.display().to_string() });
        }
        let mut file = temporary(folder).map_err(failed)?;
        // No byte repeats, so that a disk that packs its files cannot make light of them.
        let (mut state, mut left) = (1u64, bytes);
        let mut block = [0u8; 1 << 16];
        while left > 0 {
            for eight in block.chunks_exact_mut(8) {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                eight.copy_from_slice(&(state ^ (state >> 29)).to_le_bytes());
            }
            let part = left.min(block.len());
            file.write_all(&block[..part]).map_err(failed)?;
            left -= part;
        }
        file.as_file().sync_all().map_err(failed)?;
        Ok(Self { file, target })
    }

    /// Puts `bytes` in the room that was taken up, and syncs them.
    ///
    /// # Errors
    /// If they cannot be written whole.
    pub fn fill(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let file = self.file.as_file_mut();
        let written = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(bytes))
            .and_then(|()| file.set_len(bytes.len() as u64))
            .and_then(|()| file.sync_all());
        written.map_err(|cause| WriteError::Io { path: self.target.display().to_string(), cause })
    }

    /// Gives the file its name; with `replace` in place of an old one, without it only
    /// where there is none. The folder is synced, so that the name outlives a crash.
    ///
    /// # Errors
    /// If the name is taken or cannot be given; the temporary file is gone then.
    pub fn put(self, replace: bool) -> Result<(), WriteError> {
        let Self { file, target } = self;
        let failed = |cause| WriteError::Io { path: target.display().to_string(), cause };
        // One may have been made here in the meantime.
        refuse_ledger(&target)?;
        let mut made = made();
        let done = if replace { file.persist(&target) } else { file.persist_noclobber(&target) };
        done.map_err(|cause| failed(cause.error))?;
        made.put = true;
        drop(made);
        if cfg!(unix) {
            fs::File::open(folder_of(&target))
                .and_then(|folder| folder.sync_all())
                .map_err(failed)?;
        }
        Ok(())
    }
}

/// The temporary files that were made, and whether one got its name.
struct Made {
    paths: Vec<PathBuf>,
    put: bool,
}

/// Held while a file gets its name, so that an end from outside finds files whole or gone.
static MADE: Mutex<Made> = Mutex::new(Made { paths: Vec::new(), put: false });

fn made() -> MutexGuard<'static, Made> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For a program that is about to end in the midst of things: takes its temporary files away,
/// and from now on none is made and none gets its name. Whether one got its name before.
pub fn abandon_files() -> bool {
    let mut made = made();
    for path in made.paths.drain(..) {
        let _ = fs::remove_file(path);
    }
    let put = made.put;
    // Never given back: whoever wants to write waits until the program is gone.
    std::mem::forget(made);
    put
}

/// How the names of temporary files begin.
pub(super) const PREFIX: &str = ".epsiloscope-";

/// A temporary file in `folder`, without an ending that data files have, with the
/// permissions of any new file. While it is open it is locked: that tells it from one that
/// a program left behind.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions({
        use std::os::unix::fs::PermissionsExt;
        fs::Permissions::from_mode(0o666)
    });
    loop {
        let file = {
            let mut made = made();
            let file = builder.tempfile_in(folder).map_err(|cause| plain(&cause))?;
            made.paths.push(file.path().to_owned());
            file
        };
        match file.as_file().try_lock() {
            // Between its making and its lock someone may have taken it for left behind.
            Ok(()) if fs::symlink_metadata(file.path()).is_ok() => return Ok(file),
            Ok(()) | Err(TryLockError::WouldBlock) => {}
            // Where nothing can be locked, nothing is ever taken away as left behind.
            Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

/// Whose a temporary file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A program that is still running.
    Running,
    /// Nobody: the program that made it was interrupted.
    Nobody,
    /// It cannot be told here.
    Unknown,
}

/// The temporary files of this program in `folder`, by name, and whose they are.
///
/// # Errors
/// If the folder cannot be listed.
pub fn temporary_files(folder: &Path) -> io::Result<Vec<(PathBuf, Owner)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A link or a folder of such a name is not ours.
        if entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Some(owner) = owner_of(&entry.path())
        {
            found.push((entry.path(), owner));
        }
    }
    // A program that has just made its file is about to lock it.
    let is_new = |path: &Path| {
        let made = fs::symlink_metadata(path).and_then(|facts| facts.modified());
        made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < SETTLING))
    };
    let start = Instant::now();
    while start.elapsed() < SETTLING
        && found.iter().any(|(path, owner)| *owner == Owner::Nobody && is_new(path))
    {
        thread::sleep(SETTLING / 50);
        found.retain_mut(|(path, owner)| match owner_of(path) {
            Some(now) => {
                *owner = now;
                true
            }
            None => false,
        });
    }
    found.sort();
    Ok(found)
}

/// For how long a program may be busy between making a file and locking it.
const SETTLING: Duration = Duration::from_secs(1);

/// Whose a file is; `None` once it is gone: it got its name, or was dropped.
fn owner_of(path: &Path) -> Option<Owner> {
    match fs::File::open(path).map(|file| file.try_lock()) {
        Ok(Ok(())) => Some(Owner::Nobody),
        Ok(Err(TryLockError::WouldBlock)) => Some(Owner::Running),
        Ok(Err(TryLockError::Error(_))) => Some(Owner::Unknown),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(_) => Some(Owner::Unknown),
    }
}

/// Takes away a temporary file that nobody owns, and never another; whether it did.
///
/// # Errors
/// If it cannot be taken away.
pub fn remove_left_over(path: &Path) -> io::Result<bool> {
    let ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
        && fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file());
    if !ours {
        return Ok(false);
    }
    // Locked until it is gone: a program that has just made it makes another.
    let file = fs::File::open(path)?;
    if file.try_lock().is_err() {
        return Ok(false);
    }
    fs::remove_file(path).map(|()| true)
}

/// The folder that a file at `path` is in.
pub fn folder_of(path: &Path) -> &Path {
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

    #[test]
    fn room_is_taken_up_first_and_then_filled_with_less() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut staged = Staged::room(&path, 200_000).unwrap();
        let [(ours, owner)] = &temporary_files(folder.path()).unwrap()[..] else {
            panic!("not one file")
        };
        assert_eq!((fs::metadata(ours).unwrap().len(), *owner), (200_000, Owner::Running));
        staged.fill(b"short").unwrap();
        assert!(!path.exists());
        staged.put(false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"short");
        drop(Staged::room(&path, 10).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "what is dropped is gone");
    }

    #[test]
    fn only_what_nobody_owns_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let staged = Staged::room(&folder.path().join("a.txt"), 10).unwrap();
        for name in [".epsiloscope-gone", "epsiloscope-mine", ".epsiloscope"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join(".epsiloscope-folder")).unwrap();
        let found = temporary_files(folder.path()).unwrap();
        let owners: Vec<Owner> = found.iter().map(|(_, owner)| *owner).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(owners.contains(&Owner::Running) && owners.contains(&Owner::Nobody));
        for entry in fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let gone = remove_left_over(&path).unwrap();
            assert_eq!(gone, path.ends_with(".epsiloscope-gone"), "{}", path.display());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
        drop(staged);
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
