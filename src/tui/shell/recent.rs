//! The files that were opened lately, kept from one session to the next. Never worth an error:
//! where they cannot be read or written there are none.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::table::{folder_of, replace_file};
use crate::work::Task;

/// Set to anything, it keeps files from being remembered.
const OFF: &str = "EPSILOSCOPE_NO_RECENT";
/// How many are kept.
pub const KEPT: usize = 20;
/// No list is longer, in bytes.
const LONGEST: u64 = 20 * 4_200;

/// Remembers what was opened here (the newest first), and answers with all that is known.
pub fn serve(opened: Vec<PathBuf>, task: &Task<Vec<PathBuf>>) {
    task.publish(match place() {
        Some(place) => remembered(&place, opened),
        None => Vec::new(),
    });
}

/// Where they are kept; `None` where they are not.
fn place() -> Option<PathBuf> {
    if cfg!(test) || std::env::var_os(OFF).is_some() {
        return None;
    }
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("epsiloscope/recent"))
}

/// What was opened here before what was kept at `place`, where all of it is kept again.
fn remembered(place: &Path, opened: Vec<PathBuf>) -> Vec<PathBuf> {
    let kept = kept(place);
    let mut all: Vec<PathBuf> = Vec::new();
    let here = opened.into_iter().filter_map(|path| lasting(&path));
    for path in here.chain(kept.iter().cloned()) {
        if !all.contains(&path) && all.len() < KEPT {
            all.push(path);
        }
    }
    if all != kept {
        let lines: String = all.iter().map(|path| format!("{}\n", path.display())).collect();
        // Who else can read the folder is nobody's choice here but the user's.
        if made(folder_of(place)) {
            let _ = replace_file(place, |out| out.write_all(lines.as_bytes()));
        }
    }
    all
}

/// The whole path of a file or folder that will be there tomorrow, if a line can hold it.
fn lasting(path: &Path) -> Option<PathBuf> {
    let facts = fs::metadata(path).ok()?;
    let path = std::path::absolute(path).ok()?;
    let is_line = path.to_str().is_some_and(|text| !text.contains(char::is_control));
    (is_line && (facts.is_file() || facts.is_dir())).then_some(path)
}

fn kept(place: &Path) -> Vec<PathBuf> {
    let mut text = Vec::new();
    // Anything else would be waited for.
    if fs::metadata(place).is_ok_and(|facts| facts.is_file())
        && let Ok(file) = fs::File::open(place)
    {
        let _ = file.take(LONGEST).read_to_end(&mut text);
    }
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().filter(|line| !line.is_empty() && !line.contains(char::is_control));
    lines.map(PathBuf::from).filter(|path| path.is_absolute()).take(KEPT).collect()
}

/// Whether the folder is there, made for its owner alone where it was missing.
fn made(folder: &Path) -> bool {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_come_first_once_and_no_more_than_twenty() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("state/epsiloscope/recent");
        let file = |number: usize| folder.path().join(format!("{number}.csv"));
        for number in 0..30 {
            fs::write(file(number), "a").unwrap();
            let all = remembered(&place, vec![file(number)]);
            assert_eq!((all[0].clone(), all.len()), (file(number), (number + 1).min(KEPT)));
        }
        let all = remembered(&place, vec![file(15), folder.path().join("gone.csv")]);
        assert_eq!((all.len(), &all[0], &all[1]), (KEPT, &file(15), &file(29)));
        assert_eq!(remembered(&place, Vec::new()), all);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder_of(&place)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }

    #[test]
    fn what_cannot_be_kept_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        fs::write(&file, "a").unwrap();
        // A file where the folder would be; a folder where the file would be.
        assert_eq!(remembered(&file.join("recent"), vec![file.clone()]), vec![file.clone()]);
        assert_eq!(remembered(folder.path(), vec![file.clone()]), vec![file.clone()]);
        let place = folder.path().join("recent");
        fs::write(&place, b"relative.csv\n\xff\x1b[2J\n\n/d/kept.csv\n").unwrap();
        let kept = remembered(&place, vec![file.clone()]);
        assert_eq!(kept, [file, PathBuf::from("/d/kept.csv")]);
        assert_eq!(place_in_tests(), None);
    }

    fn place_in_tests() -> Option<PathBuf> {
        place()
    }
}
