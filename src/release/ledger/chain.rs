//! Hashes that chain what stands in a ledger: whoever changes or takes away a part in
//! passing breaks them. They guard against mistakes, not against the owner of the file,
//! who can write the whole chain anew.

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hex.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of `parts` behind `previous`. Each part goes in with its length, so that
/// no two lists of parts are the same bytes; a missing one is told from an empty one.
pub fn link(previous: &str, parts: &[Option<&str>]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&Some(previous)).chain(parts) {
        match part {
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
            }
            None => hash.update([0]),
        }
    }
    hex(&hash.finalize())
}

/// One part of a chain as it stands in the file.
#[derive(Debug, Clone)]
pub struct Linked<'a> {
    /// Its number, from 1 without a gap.
    pub id: i64,
    /// What is hashed.
    pub parts: Vec<Option<&'a str>>,
    /// The hash that stands with it; none in files without a chain, in which only the
    /// numbers are looked at.
    pub hash: Option<&'a str>,
}

/// What is wrong with a chain that starts behind `first` and whose last number ever given
/// is `given`: one phrase each.
pub fn faults(kind: &str, first: &str, links: &[Linked<'_>], given: i64) -> Vec<String> {
    let mut wrong = Vec::new();
    let missing = |from: i64, to: i64| match from == to {
        true => format!("{kind} {from} is missing"),
        false => format!("{kind} {from} to {to} are missing"),
    };
    let mut next = 1;
    // What the next one was linked to: the hash that stands with the last one or, should
    // that have been changed, the one that it must have had. Unknown behind a gap.
    let mut before: Vec<String> = vec![first.to_owned()];
    for link_here in links {
        if link_here.id > next {
            wrong.push(missing(next, link_here.id - 1));
            before.clear();
        } else if link_here.id < next {
            wrong.push(format!("{kind} {} stands twice or has no number", link_here.id));
        }
        next = next.max(link_here.id.saturating_add(1));
        let Some(stored) = link_here.hash else { continue };
        let made: Vec<String> =
            before.iter().map(|before| link(before, &link_here.parts)).collect();
        if !made.is_empty() && !made.iter().any(|made| made == stored) {
            wrong.push(format!("{kind} {} was changed", link_here.id));
        }
        before = made;
        before.push(stored.to_owned());
        before.dedup();
    }
    if given >= next {
        wrong.push(missing(next, given));
    } else if given < next - 1 {
        wrong.push(format!("its count of {kind} was changed"));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(words: &[&'static str]) -> Vec<(i64, &'static str, String)> {
        let mut before = "first".to_owned();
        let link_of = |(at, word): (usize, &&'static str)| {
            before = link(&before, &[Some(word)]);
            (at as i64 + 1, *word, before.clone())
        };
        words.iter().enumerate().map(link_of).collect()
    }

    fn found(first: &str, chain: &[(i64, &str, String)], given: i64) -> Vec<String> {
        let links: Vec<Linked<'_>> = chain
            .iter()
            .map(|(id, word, hash)| Linked { id: *id, parts: vec![Some(word)], hash: Some(hash) })
            .collect();
        faults("entry", first, &links, given)
    }

    #[test]
    fn a_whole_chain_has_no_fault() {
        assert!(found("first", &chain(&["a", "b", "c", "d"]), 4).is_empty());
        assert!(found("first", &[], 0).is_empty());
    }

    #[test]
    fn what_was_changed_or_taken_away_is_named_and_nothing_else() {
        let whole = chain(&["a", "b", "c", "d"]);
        let mut changed = whole.clone();
        changed[1].1 = "x";
        assert_eq!(found("first", &changed, 4), ["entry 2 was changed"]);
        let mut hash = whole.clone();
        hash[1].2 = "0".to_owned();
        assert_eq!(found("first", &hash, 4), ["entry 2 was changed"]);
        let mut gap = whole.clone();
        gap.drain(1..3);
        assert_eq!(found("first", &gap, 4), ["entry 2 to 3 are missing"]);
        assert_eq!(found("first", &whole[..3], 4), ["entry 4 is missing"]);
        assert_eq!(found("first", &whole, 3), ["its count of entry was changed"]);
        assert_eq!(found("other", &whole, 4), ["entry 1 was changed"]);
        let mut both = whole.clone();
        both.remove(0);
        both[2].1 = "x";
        assert_eq!(found("first", &both, 4), ["entry 1 is missing", "entry 4 was changed"]);
    }

    #[test]
    fn no_two_lists_are_the_same_bytes() {
        let lists: [&[Option<&str>]; 6] = [
            &[],
            &[None],
            &[Some("")],
            &[Some("ab")],
            &[Some("a"), Some("b")],
            &[Some("ab"), None],
        ];
        let hashes: std::collections::BTreeSet<String> =
            lists.iter().map(|parts| link("", parts)).collect();
        assert_eq!(hashes.len(), lists.len());
    }
}
