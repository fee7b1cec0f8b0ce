//! Where a table comes from: a file, several as one table, standard input or bytes at hand.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::TableError;
use super::rows::{Fault, LONGEST_ROW};
use super::store::AtRest;

/// Where a table comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A file, whose ending must agree with its content.
    File(&'a Path),
    /// Files with the same columns, in any order of columns, as one table; empty ones are passed
    /// over. See [`files_of`].
    Files(&'a [PathBuf]),
    /// Standard input; the content says what it is.
    Stdin,
    /// CSV or other bytes at hand, with the name that sentences give them.
    Bytes(&'a str, &'static [u8]),
}

/// The files that a path names, in byte order: those of a folder (hidden ones, and what Spark
/// leaves beside data, left out), those of a pattern (`orders-*.csv`: `*` in the file's name
/// stands for anything), or the one file.
///
/// # Errors
/// If the folder cannot be read, or no file is there.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, TableError> {
    tables_among(path).map(|(tables, _)| tables)
}

/// The names of files in a folder that [`files_of`] passes over: their endings say that they are no
/// tables, or others' endings that these are the tables.
pub fn passed_over_in(path: &Path) -> Vec<String> {
    let others = tables_among(path).map_or(Vec::new(), |(_, others)| others);
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
    others.iter().filter_map(name).collect()
}

/// The files of a folder that the log of a Delta table beside them has removed: they lie there until
/// somebody cleans up, and are no part of the table.
pub fn removed_by_log(path: &Path) -> Vec<String> {
    const LONGEST: u64 = 64 << 20;
    let mut logs: Vec<PathBuf> = fs::read_dir(path.join("_delta_log"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .filter(|path| fs::metadata(path).is_ok_and(|facts| facts.len() <= LONGEST))
        .collect();
    logs.sort_unstable();
    let mut removed = std::collections::BTreeSet::new();
    for log in logs {
        for line in fs::read_to_string(log).unwrap_or_default().lines() {
            let Ok(entry) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let name = |what: &str| entry[what]["path"].as_str().map(str::to_owned);
            if let Some(name) = name("remove") {
                removed.insert(name);
            }
            if let Some(name) = name("add") {
                removed.remove(&name);
            }
        }
    }
    removed.into_iter().filter(|name| path.join(name).is_file()).collect()
}

/// How surely a file is a table by its name: 2 where its ending says so, 0 where it says another
/// thing.
pub(super) fn rank_by_name(name: &str) -> u8 {
    // What only may hold tables is opened as well: it says more.
    const TABLES: [&str; 24] = [
        "csv", "tsv", "psv", "tab", "parquet", "pq", "jsonl", "ndjson", "xlsx", "xlsm", "xls",
        "ods", "orc", "avro", "feather", "arrow", "sas7bdat", "dta", "sav", "tar", "7z", "rar",
        "db", "sqlite",
    ];
    const OTHERS: [&str; 27] = [
        "md", "markdown", "rst", "html", "htm", "pdf", "doc", "docx", "png", "jpg", "jpeg", "gif",
        "svg", "sql", "py", "r", "ipynb", "sh", "yml", "yaml", "toml", "xml", "log", "md5",
        "sha256", "crc", "license",
    ];
    let name = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let plain = [".gz", ".zst", ".zip"].iter().find_map(|packed| name.strip_suffix(packed));
    let is_packed = plain.is_some();
    let plain = plain.unwrap_or(&name);
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((plain, ""));
    match ending {
        _ if TABLES.contains(&ending) || is_packed && ending.is_empty() => 2,
        _ if OTHERS.contains(&ending) || ["readme", "license", "changelog"].contains(&stem) => 0,
        _ => 1,
    }
}

/// The files that a path names, and those in a folder that are no tables by their names.
fn tables_among(path: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), TableError> {
    let pattern = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let pattern = pattern.filter(|name| name.contains('*') && fs::metadata(path).is_err());
    let folder = match &pattern {
        Some(_) => super::folder_of(path),
        None if path.is_dir() => path,
        None => return Ok((vec![path.to_owned()], Vec::new())),
    };
    let shown = || path.display().to_string();
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => TableError::NotFound { name: shown() },
        io::ErrorKind::PermissionDenied => TableError::Permission { name: shown() },
        _ => TableError::Io { name: shown(), cause },
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_data = !name.starts_with(['.', '_']) && !name.ends_with(".crc");
        let is_named = pattern.as_ref().map_or(is_data, |pattern| {
            fits(pattern, &name) && (pattern.starts_with('.') || !name.starts_with('.'))
        });
        if is_named && entry.path().is_file() {
            files.push(match (&pattern, folder_is_unsaid(path)) {
                (Some(_), true) => PathBuf::from(entry.file_name()),
                _ => entry.path(),
            });
        }
    }
    if files.is_empty() && pattern.is_none() {
        files = files_below(folder, 1).map_err(failed)?;
    }
    files.sort_unstable();
    if files.is_empty() {
        return Err(TableError::NoFiles { name: shown() });
    }
    // A pattern says which files are meant.
    if pattern.is_some() {
        return Ok((files, Vec::new()));
    }
    let rank =
        |file: &PathBuf| rank_by_name(&file.file_name().unwrap_or_default().to_string_lossy());
    let best = files.iter().map(rank).max().unwrap_or(0);
    Ok(files.into_iter().partition(|file| rank(file) == best))
}

/// The data files of the folders in `folder`, as engines write parts (`country=DE/part-0.csv`), a
/// few levels deep.
fn files_below(folder: &Path, level: u32) -> io::Result<Vec<PathBuf>> {
    const DEEPEST: u32 = 4;
    const MOST: usize = 10_000;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) || name.ends_with(".crc") || files.len() >= MOST {
            continue;
        }
        // A link may lead in a circle.
        let kind = entry.file_type()?;
        if kind.is_dir() && level < DEEPEST {
            files.extend(files_below(&entry.path(), level + 1)?);
        } else if kind.is_file() && level > 1 {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// Whether a path is a name without its folder.
fn folder_is_unsaid(path: &Path) -> bool {
    path.parent().is_none_or(|parent| parent.as_os_str().is_empty())
}

/// Whether `name` fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The bytes of one file or stream, and its name.
pub(super) fn store_of(source: Source<'_>) -> Result<(String, AtRest), TableError> {
    let held = |(name, bytes)| (name, AtRest::held(bytes));
    match source {
        Source::Bytes(name, bytes) => Ok((name.to_owned(), AtRest::Fixed(bytes))),
        Source::Stdin => {
            // It gives its bytes once, and its first rows may be looked at as well.
            static READ: OnceLock<AtRest> = OnceLock::new();
            let name = "standard input".to_owned();
            if let Some(store) = READ.get() {
                return Ok((name, store.clone()));
            }
            let bytes = read_stream(&name, io::stdin().lock())?;
            let store = READ.get_or_init(|| AtRest::held(bytes)).clone();
            Ok((name, store))
        }
        Source::File(path) => {
            let name = path.display().to_string();
            let failed = |cause: io::Error| match cause.kind() {
                io::ErrorKind::OutOfMemory => TableError::NoMemory { name: name.clone() },
                io::ErrorKind::NotFound => TableError::NotFound { name: name.clone() },
                io::ErrorKind::PermissionDenied => TableError::Permission { name: name.clone() },
                _ => TableError::Io { name: name.clone(), cause },
            };
            let facts = fs::metadata(path).map_err(failed)?;
            if facts.is_dir() {
                return Err(TableError::Directory { name });
            }
            let file = fs::File::open(path).map_err(failed)?;
            if !facts.is_file() {
                // A pipe or a device has no size, may have no end, and is not read twice.
                return read_stream(&name, file).map(|bytes| held((name.clone(), bytes)));
            }
            Ok((name, AtRest::File(path.to_owned())))
        }
        // Several are opened one by one.
        Source::Files(_) => Err(TableError::NoFiles { name: "the list".to_owned() }),
    }
}

/// All bytes of what has no stated size; what shows no line end where one must be, and is not
/// packed, is no table and may go on for ever.
fn read_stream(name: &str, mut from: impl Read) -> Result<Vec<u8>, TableError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::OutOfMemory => TableError::NoMemory { name: name.to_owned() },
        _ => TableError::Io { name: name.to_owned(), cause },
    };
    let mut bytes = Vec::new();
    from.by_ref().take(LONGEST_ROW as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    let is_packed = super::content::Content::of(&bytes) != super::content::Content::Text;
    if bytes.len() > LONGEST_ROW
        && !is_packed
        && !bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
    {
        return Err(TableError::Row { name: name.to_owned(), line: 1, fault: Fault::TooLong });
    }
    // Nor does text hold NULs, but for UTF-16, which has one in every pair.
    let start = &bytes[..bytes.len().min(1 << 16)];
    if bytes.len() > LONGEST_ROW
        && !is_packed
        && start.contains(&0)
        && super::decode::marked(start).is_none()
        && super::decode::utf_16(start).is_none()
    {
        let lines = start.iter().take_while(|byte| **byte != 0).filter(|byte| **byte == b'\n');
        let line = lines.count() as u64 + 1;
        return Err(TableError::Row { name: name.to_owned(), line, fault: Fault::Nul });
    }
    from.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(
            fits("orders-*.csv", "orders-2011.csv") && fits("*", "a") && fits("a*b*c", "a-b-c")
        );
        assert!(!fits("orders-*.csv", "orders-1.csv.gz") && !fits("a*a", "a"));
        assert!(!fits("*.csv", "orders.tsv") && fits("a*", "a"));
    }

    #[test]
    fn names_say_how_surely_files_are_tables() {
        for (name, rank) in [
            ("a.csv", 2),
            ("A.CSV.gz", 2),
            ("data/part-0.parquet", 2),
            ("orders.zip", 2),
            ("orders.tar.gz", 2),
            ("part-00000", 1),
            ("a.txt", 1),
            ("README.txt", 0),
            ("LICENSE", 0),
            ("notes.md", 0),
        ] {
            assert_eq!(rank_by_name(name), rank, "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.csv", "b.csv", "about.txt", "README.md"] {
            fs::write(folder.path().join(name), "a,b\n").unwrap();
        }
        assert_eq!(files_of(folder.path()).unwrap().len(), 2);
        assert_eq!(passed_over_in(folder.path()), ["README.md", "about.txt"]);
        fs::remove_file(folder.path().join("a.csv")).unwrap();
        fs::remove_file(folder.path().join("b.csv")).unwrap();
        assert_eq!(files_of(folder.path()).unwrap(), [folder.path().join("about.txt")]);
    }

    #[test]
    fn a_folder_names_its_data_files_in_byte_order() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["part-2.csv", "part-10.csv", "_SUCCESS", ".part-2.csv.crc", ".hidden", "b.tsv"]
        {
            fs::write(at(name), "a,b\n").unwrap();
        }
        fs::create_dir(at("more")).unwrap();
        let all = files_of(folder.path()).unwrap();
        assert_eq!(all, [at("b.tsv"), at("part-10.csv"), at("part-2.csv")]);
        assert_eq!(files_of(&at("part-*.csv")).unwrap(), [at("part-10.csv"), at("part-2.csv")]);
        assert_eq!(files_of(&at("part-2.csv")).unwrap(), [at("part-2.csv")]);
        let said = files_of(&at("x*.csv")).unwrap_err().to_string();
        assert!(said.contains("x*.csv") && said.contains("no data file"), "{said}");
        assert!(files_of(&at("more")).is_err());
    }
}
