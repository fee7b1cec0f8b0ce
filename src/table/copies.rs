//! Files that are the same, byte for byte.

use std::fs::File;
use std::io::{BufReader, Read};
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
