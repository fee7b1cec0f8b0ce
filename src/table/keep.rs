//! What no writer may replace: a ledger, whatever its name, and files that are read.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::WriteError;

/// How every SQLite database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// Where SQLite keeps the application's id (its file format, 1.3).
const APPLICATION_AT: usize = 68;
/// The id of our ledgers: `epsi`.
const APPLICATION: [u8; 4] = *b"epsi";
/// What SQLite keeps beside a database that is being written: without it the database is broken.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// Refuses a ledger, told by its content, and what SQLite keeps beside one. Links are followed.
///
/// # Errors
/// If it is one, or cannot be looked at.
pub fn refuse_ledger(path: &Path) -> Result<(), WriteError> {
    let shown = || path.display().to_string();
    let failed = |cause| WriteError::Io { path: shown(), cause };
    if is_ledger(path).map_err(failed)? {
        return Err(WriteError::Ledger { path: shown() });
    }
    // The folder counts in which the file really is.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match ledger_beside(path).or_else(|| ledger_beside(&real)) {
        Some(ledger) => {
            Err(WriteError::BesideLedger { path: shown(), ledger: ledger.display().to_string() })
        }
        None => Ok(()),
    }
}

/// Refuses a published release, its statement, and a published model, told by their contents: what was
/// spent for them cannot be had again. Links are followed.
///
/// # Errors
/// If it is one of them.
pub fn refuse_release(path: &Path) -> Result<(), WriteError> {
    // A link is followed: the file behind it would be replaced.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_published = |path: &Path| {
        let beside = path.with_extension("json");
        is_statement(path, None)
            || (beside != path && path.is_file() && is_statement(&beside, path.file_name()))
    };
    match is_published(path) || is_published(&real) {
        true => Err(WriteError::Release { path: path.display().to_string() }),
        false => Ok(()),
    }
}

/// Whether a file begins as statements and models of releases do; of the file called `of`, if one is named.
fn is_statement(path: &Path, of: Option<&OsStr>) -> bool {
    // They begin with their own name or format, and stand in the first bytes.
    const LOOKED: u64 = 4_096;
    if !fs::metadata(path).is_ok_and(|facts| facts.is_file()) {
        return false;
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LOOKED).read_to_end(&mut head));
    let head = String::from_utf8_lossy(&head);
    let Some(rest) = head.trim_start().strip_prefix('{').map(str::trim_start) else { return false };
    let field = |name: &str| rest.strip_prefix(&format!("\"{name}\":")).map(str::trim_start);
    let is_model =
        field("format").is_some_and(|rest| rest.starts_with("\"epsiloscope item model\""));
    let is_of = |name: &OsStr| {
        let name = serde_json::to_string(&name.to_string_lossy()).unwrap_or_default();
        field("file").is_some_and(|rest| rest.starts_with(&name))
    };
    let is_statement = field("file").is_some() && rest.contains("\"sha256\":");
    read.is_ok() && (is_model && of.is_none() || is_statement && of.is_none_or(is_of))
}

/// Whether writing waits until something reads. What the system itself names (standard output) is meant so.
pub fn waits_for_a_reader(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let is_pipe = fs::metadata(path).is_ok_and(|facts| facts.file_type().is_fifo());
        is_pipe && !path.starts_with("/dev") && !path.starts_with("/proc")
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Whether there is a regular file whose content is a ledger of this program.
fn is_ledger(path: &Path) -> io::Result<bool> {
    // What is no regular file could keep us waiting, and cannot be a ledger.
    match fs::metadata(path) {
        Ok(facts) if facts.is_file() => {}
        Ok(_) => return Ok(false),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(cause) => return Err(cause),
    }
    let mut head = Vec::new();
    File::open(path)?.take((APPLICATION_AT + APPLICATION.len()) as u64).read_to_end(&mut head)?;
    Ok(head.starts_with(SQLITE)
        && head.ends_with(&APPLICATION)
        && head.len() == APPLICATION_AT + APPLICATION.len())
}

/// The ledger beside which SQLite would keep a file of this name.
fn ledger_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name().and_then(OsStr::to_str)?;
    let of = BESIDE.iter().find_map(|ending| name.strip_suffix(ending))?;
    let ledger = path.with_file_name(of);
    is_ledger(&ledger).is_ok_and(|is| is).then_some(ledger)
}

/// What lies where SQLite would keep its journals of a ledger at `path`, and is none: SQLite
/// would take it for one and delete it.
///
/// # Errors
/// If it cannot be looked at.
pub fn taken_for_journal(path: &Path) -> io::Result<Option<PathBuf>> {
    // The file formats of SQLite, 3 and 4.1: a rollback journal, and a log of either byte order.
    const JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    const LOGS: [[u8; 4]; 2] = [[0x37, 0x7f, 0x06, 0x82], [0x37, 0x7f, 0x06, 0x83]];
    let Some(name) = path.file_name() else { return Ok(None) };
    for ending in BESIDE {
        let mut beside = name.to_owned();
        beside.push(ending);
        let beside = path.with_file_name(beside);
        match fs::metadata(&beside) {
            Ok(facts) if facts.is_file() => {}
            Ok(_) => return Ok(Some(beside)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(cause),
        }
        let mut head = Vec::new();
        match File::open(&beside) {
            Ok(file) => file.take(32).read_to_end(&mut head)?,
            // Somebody else's release was done with it in the meantime.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(cause),
        };
        // Its first words are blank until its pages are on the disk, and again when it is done with.
        let is_blank = head.iter().take(JOURNAL.len()).all(|&byte| byte == 0);
        let is_own = match ending {
            "-journal" => head.starts_with(&JOURNAL),
            "-wal" => LOGS.iter().any(|log| head.starts_with(log)),
            _ => !head.starts_with(SQLITE),
        };
        if !is_blank && !is_own {
            return Ok(Some(beside));
        }
    }
    Ok(None)
}

/// Whether two paths name one file that is there, also by another link or another spelling.
pub fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
            return (a.dev(), a.ino()) == (b.dev(), b.ino());
        }
    }
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Staged, replace_file};

    fn ledger(path: &Path) {
        let mut bytes = vec![0; 4_096];
        bytes[..SQLITE.len()].copy_from_slice(SQLITE);
        bytes[APPLICATION_AT..][..4].copy_from_slice(&APPLICATION);
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn a_ledger_is_never_replaced_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        ledger(&at("a.csv"));
        let refusal =
            replace_file(&at("a.csv"), |out| out.write_all(b"x")).unwrap_err().to_string();
        assert!(refusal.contains("is a ledger"), "{refusal}");
        // Room beside a ledger is what a ledger itself asks for.
        assert!(Staged::room(&at("a.csv"), 4).unwrap().put(true).is_err());
        assert!(replace_file(&at("a.csv-journal"), |_| Ok(())).is_err());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("a.csv", at("b.csv")).unwrap();
            fs::hard_link(at("a.csv"), at("c.csv")).unwrap();
            for name in ["b.csv", "c.csv", "b.csv-wal"] {
                assert!(replace_file(&at(name), |_| Ok(())).is_err(), "{name}");
            }
        }
        assert_eq!(fs::metadata(at("a.csv")).unwrap().len(), 4_096);
        assert!(!at("a.csv-journal").exists());
    }

    #[test]
    fn another_database_and_a_short_file_are_no_ledgers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for bytes in [&b"SQLite format 3\0"[..], &[0u8; 100], b"epsi"] {
            fs::write(&path, bytes).unwrap();
            replace_file(&path, |out| out.write_all(b"x")).unwrap();
        }
    }
}
