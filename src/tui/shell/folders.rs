//! What the system says of a path that is typed or was pasted. Folders may be far away and slow:
//! this is asked on a worker's thread.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tui::desk::message::PathAnswer;
use crate::tui::desk::paths::{Completed, Names, PathQuestion, Stub, path_of, written};
use crate::tui::desk::typed;
use crate::tui::refusal::Refusal;
use crate::work::{Cancel, Task};

/// Answers a question.
pub fn serve(question: PathQuestion, task: &Task<PathAnswer>) {
    if let Some(answer) = answer(question, task.cancel()) {
        task.publish(answer);
    }
}

/// The answer; `None` if it was cancelled.
pub fn answer(question: PathQuestion, cancel: &Cancel) -> Option<PathAnswer> {
    Some(match question {
        PathQuestion::Completes(text) => {
            let found = completed(&text, cancel)?;
            PathAnswer::Goes(text, found)
        }
        PathQuestion::IsThere(text) => {
            let place = place_of(&text);
            PathAnswer::Is(text, place)
        }
    })
}

/// The path with a leading `~` replaced by the home folder.
pub fn at_home(path: &Path) -> PathBuf {
    typed::at_home(path, std::env::var_os("HOME").map(PathBuf::from))
}

fn completed(text: &str, cancel: &Cancel) -> Option<Result<Completed, Refusal>> {
    let stub = match Stub::of(text) {
        Ok(stub) => stub,
        Err(refusal) => return Some(Err(refusal.into())),
    };
    let named = if stub.folder.is_empty() { "." } else { &stub.folder };
    let folder = at_home(Path::new(named));
    let refused = |cause| Refusal::NoFolder { folder: named.to_owned(), cause };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(cause) => return Some(Err(refused(cause))),
    };
    let mut names = Names::default();
    for entry in entries {
        if cancel.is_cancelled() {
            return None;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(cause) => return Some(Err(refused(cause))),
        };
        // What is no text cannot be typed.
        if let Some(name) = entry.file_name().to_str() {
            names.add(&stub, name, || is_folder(&entry));
        }
    }
    let folder =
        if stub.folder.is_empty() { "this folder".to_owned() } else { stub.folder.clone() };
    Some(names.completed(&stub).ok_or(match stub.name.is_empty() {
        true => Refusal::EmptyFolder { folder },
        false => Refusal::NothingBegins { folder, name: stub.name },
    }))
}

/// Whether it is a folder, or a link to one.
fn is_folder(entry: &fs::DirEntry) -> bool {
    match entry.file_type() {
        Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
        kind => kind.is_ok_and(|kind| kind.is_dir()),
    }
}

/// A text that means the file or folder which is there, if one is.
fn place_of(text: &str) -> Option<String> {
    let path = path_of(text).ok()?;
    let facts = fs::metadata(at_home(&path)).ok()?;
    // An empty text means no file, and a device is none to be opened by accident.
    let end = match (facts.is_dir(), facts.is_file()) {
        (true, _) if !path.as_os_str().to_string_lossy().ends_with('/') => "/",
        (true, _) | (_, true) => "",
        _ => return None,
    };
    match path.to_str() {
        Some(path) => Some(written(&format!("{path}{end}"))),
        // Only a URL can name it.
        None => Some(text.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["orders 1.csv", "orders 2.csv", "other.csv", ".hidden.csv"] {
            fs::write(folder.path().join(name), "user,item\n").unwrap();
        }
        fs::create_dir(folder.path().join("shop")).unwrap();
        folder
    }

    fn goes(text: &str) -> Result<Completed, Refusal> {
        completed(text, &Cancel::new()).unwrap()
    }

    #[test]
    fn names_of_a_folder_complete_what_is_typed() {
        let folder = folder();
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        let both = goes(&at("ord")).unwrap();
        assert_eq!((both.text, both.choices.len()), (at("orders "), 2));
        assert_eq!(goes(&at("oth")).unwrap().text, at("other.csv"));
        assert_eq!(goes(&at("s")).unwrap().text, at("shop/"));
        assert_eq!(goes(&at("")).unwrap().choices.len(), 4);
        assert_eq!(goes(&at(".")).unwrap().text, at(".hidden.csv"));
        if cfg!(unix) {
            assert_eq!(goes(&format!("'{}", at("oth"))).unwrap().text, at("other.csv"));
            assert_eq!(goes(&format!("file://{}", at("oth"))).unwrap().text, at("other.csv"));
        }
        let says = |text: &str| goes(text).unwrap_err().to_string();
        assert!(says(&at("x")).contains("begins with 'x'"), "{}", says(&at("x")));
        assert!(says(&at("shop/")).contains("nothing in"), "{}", says(&at("shop/")));
        assert!(says(&at("none/a")).contains("none/ cannot be looked into"));
        assert!(says("file://nas/a").contains("another machine"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_is_a_folder() {
        let folder = folder();
        std::os::unix::fs::symlink("shop", folder.path().join("link")).unwrap();
        let text = format!("{}/li", folder.path().display());
        assert!(goes(&text).unwrap().text.ends_with("/link/"));
    }

    #[test]
    fn a_cancelled_question_has_no_answer() {
        let folder = folder();
        let cancel = Cancel::new();
        cancel.cancel();
        let question = PathQuestion::Completes(format!("{}/", folder.path().display()));
        assert!(answer(question, &cancel).is_none());
    }

    #[test]
    fn what_is_pasted_is_there_or_not() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name).display().to_string();
        assert_eq!(place_of(&at("other.csv")), Some(at("other.csv")));
        assert_eq!(place_of(&format!("'{}' ", at("orders 1.csv"))), Some(at("orders 1.csv")));
        assert_eq!(place_of(&at("shop")), Some(at("shop/")));
        assert_eq!(place_of(&at("none.csv")), None);
        assert_eq!(place_of(""), None);
        assert_eq!(place_of("file://nas/a.csv"), None);
        if cfg!(unix) {
            assert_eq!(place_of("/dev/null"), None);
            let url = format!("file://{}", at("orders%201.csv"));
            assert_eq!(place_of(&url), Some(at("orders 1.csv")));
        }
    }
}
