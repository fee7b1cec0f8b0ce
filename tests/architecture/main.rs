//! The import rule of `src/lib.rs`, kept: rooms import downward only, no files of a room
//! stand in a circle, and a public type's name is said once.

mod circles;
mod code;
mod made_up_trees;
mod names;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms whose circles of files are still to be opened.
const STILL_IN_CIRCLES: &[&str] = &[];

/// Every file of `src`: its path below it, with `/`, and its text.
fn source() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    files.sort();
    let name = |file: &Path| {
        let parts = file.strip_prefix(&folder).expect("a file of src").iter();
        parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    };
    files
        .iter()
        .map(|file| (name(file), fs::read_to_string(file).expect("a source can be read")))
        .collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_source_keeps_the_rules() {
    let files = source();
    assert!(files.len() > 40, "only {} files were found", files.len());
    let wrong: Vec<String> =
        files.iter().flat_map(|(name, text)| rules::faults(name, text)).collect();
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_files_of_a_room_stand_in_a_circle() {
    let found = circles::circles(&source());
    assert!(found.lost.is_empty(), "paths that lead nowhere:\n{}", found.lost.join("\n"));
    let refused: Vec<String> = found
        .circles
        .iter()
        .filter(|circle| !STILL_IN_CIRCLES.contains(&circle.room.as_str()))
        .map(ToString::to_string)
        .collect();
    assert!(refused.is_empty(), "{} circles of files:\n{}", refused.len(), refused.join("\n"));
    for room in STILL_IN_CIRCLES {
        let stands = found.circles.iter().any(|circle| circle.room == *room);
        assert!(stands, "{room} has no circle any more: take it out of STILL_IN_CIRCLES");
    }
}

#[test]
fn a_public_type_s_name_is_said_once() {
    let twice = names::said_twice(&source());
    let refused: Vec<String> = twice
        .iter()
        .map(|(name, places)| format!("{name} stands in {}", places.join(" and ")))
        .collect();
    assert!(refused.is_empty(), "{} names stand twice:\n{}", refused.len(), refused.join("\n"));
}
