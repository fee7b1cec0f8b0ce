//! The ids that a mistyped one may have meant.

/// The three names nearest to a mistyped one: by edit distance, then as text.
pub fn nearest<'a>(typed: &str, names: &'a [String]) -> Vec<&'a str> {
    let mut all: Vec<(usize, &str)> =
        names.iter().map(|name| (distance(typed, name), name.as_str())).collect();
    all.sort_unstable();
    all.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How many letters must be put in, taken out or changed (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("17850", "17850"), 0);
        let names = ["17850", "17851", "20000", "1785"].map(str::to_owned);
        assert_eq!(nearest("17852", &names), ["1785", "17850", "17851"]);
    }
}
