//! Files that are the same, byte for byte, and lines that stand in several files.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Pairs of places in `paths` of files that are the same, the earlier first; each file once. What
/// cannot be read is like nothing.
pub fn copies(paths: &[impl AsRef<Path>]) -> Vec<(usize, usize)> {
    let size = |at: usize| std::fs::metadata(&paths[at]).map_or(0, |facts| facts.len());
    let sizes: Vec<u64> = (0..paths.len()).map(size).collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for later in 1..paths.len() {
        let is_first = |at: &usize| found.iter().all(|(_, copy)| copy != at);
        let earlier = (0..later)
            .filter(is_first)
            .filter(|&at| sizes[at] == sizes[later] && sizes[at] > 0)
            .find(|&at| are_same(paths[at].as_ref(), paths[later].as_ref()));
        found.extend(earlier.map(|at| (at, later)));
    }
    found
}

/// Lines of plain text that stand in more than one of the files, those of the first file in which they stand not
/// counted, and the lines of all; headers are passed over. Files that are too large to be looked at so, packed, or no
/// text say nothing: `None`.
pub fn lines_in_several(paths: &[impl AsRef<Path>]) -> Option<(u64, u64)> {
    /// Bytes of all files together.
    const MOST: u64 = 256 << 20;
    /// A shorter line tells no row from another.
    const LEAST: usize = 12;
    let bytes: u64 =
        paths.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|facts| facts.len()).sum();
    if paths.len() < 2 || bytes > MOST {
        return None;
    }
    let hasher = RandomState::new();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let (mut again, mut all) = (0, 0);
    for (file, path) in (0u32..).zip(paths) {
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path).ok()?);
        let mut line = Vec::new();
        let mut is_header = true;
        loop {
            line.clear();
            if reader.by_ref().take(1 << 16).read_until(b'\n', &mut line).ok()? == 0 {
                break;
            }
            if line.contains(&0) {
                return None;
            }
            let text = line.trim_ascii();
            if !std::mem::take(&mut is_header) && text.len() >= LEAST {
                all += 1;
                let first = *seen.entry(hasher.hash_one(text)).or_insert(file);
                again += u64::from(first != file);
            }
        }
    }
    Some((again, all))
}

fn are_same(one: &Path, other: &Path) -> bool {
    let open = |path| File::open(path).map(|file| BufReader::with_capacity(1 << 16, file));
    let (Ok(mut one), Ok(mut other)) = (open(one), open(other)) else { return false };
    let (mut mine, mut theirs) = ([0u8; 1 << 14], [0u8; 1 << 14]);
    loop {
        let Ok(read) = one.read(&mut mine) else { return false };
        if read == 0 {
            return other.read(&mut theirs).is_ok_and(|rest| rest == 0);
        }
        if other.read_exact(&mut theirs[..read]).is_err() || mine[..read] != theirs[..read] {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_several_files_are_counted_but_for_headers() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let one = file("a", "order,user,item\n1001,anna,tea\n1002,bob,milk\n1002,bob,milk\n");
        let two = file("b", "order,user,item\r\n1002,bob,milk\r\n1003,anna,tea\r\n");
        assert_eq!(lines_in_several(&[&one, &two]), Some((1, 5)));
        assert_eq!(lines_in_several(&[&one]), None);
        let packed = file("c", "\0\0\0");
        assert_eq!(lines_in_several(&[&one, &packed]), None);
    }

    #[test]
    fn copies_are_found_once_each() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = ["a", "b", "a", "", "", "a", "c"]
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let path = folder.path().join(at.to_string());
                std::fs::write(&path, text.repeat(40_000)).unwrap();
                path
            })
            .collect();
        assert_eq!(copies(&paths), [(0, 2), (0, 5)]);
    }
}
