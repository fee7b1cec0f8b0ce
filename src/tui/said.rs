//! Sentences of other rooms in the explorer's terms: a field or a key where they name a flag.

use std::fmt::Display;

/// What is said on the command line, and what stands for it here.
const SPOKEN: &[(&str, &str)] = &[
    (
        "needs --delta, for example 1e-6 (well below one over the number of users); or give a public list of groups \
         with --groups CATALOGUE.csv (recommended), or say --groups-are-public if everyone knows them",
        "needs a δ, for example 1e-6 (well below one over the number of users); or take the keys from a public list \
         (recommended)",
    ),
    (": name another file with --out, or say --force to replace it", ": type another name"),
    (
        "or name the dataset with --dataset if the file was renamed",
        "or give the data file its old name back if it was renamed",
    ),
    ("give --delta, for example", "type a δ, for example"),
    ("name one with --price COLUMN or --total COLUMN", "name one on the Data screen (key 1)"),
    (
        "name one with --time COLUMN, or leave one item of every user out at random with --holdout random",
        "name one on the Data screen (key 1)",
    ),
    (
        "name its encoding with --encoding, for example windows-1252",
        "save it as UTF-8 and open it again",
    ),
    (
        "if it is UTF-16, say --encoding utf-16le (or utf-16be)",
        "if it is UTF-16, save it as UTF-8 and open it again",
    ),
];

/// The sentence of an error without flags.
pub fn in_fields(error: impl Display) -> String {
    let mut text = error.to_string();
    for (spoken, here) in SPOKEN {
        text = text.replace(spoken, here);
    }
    // What is left: the flag goes, the rest of the advice holds.
    let flag = |text: &str| {
        let is_flag =
            |&(at, _): &(usize, &str)| text[at + 3..].starts_with(|c: char| c.is_ascii_lowercase());
        text.match_indices(" --").find(is_flag).map(|(at, _)| at)
    };
    while let Some(at) = flag(&text) {
        let end = text[at + 3..]
            .find(|c: char| !c.is_ascii_lowercase() && c != '-')
            .map_or(text.len(), |end| at + 3 + end);
        let from = [" with", " by"]
            .iter()
            .find_map(|word| text[..at].strip_suffix(word))
            .map_or(at, str::len);
        let name = text[at + 3..end].replace('-', " ");
        let instead = if from < at { String::new() } else { format!(" {name}") };
        text.replace_range(from..end, &instead);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::WriteError;

    #[test]
    fn no_flag_is_left_and_the_advice_is() {
        let cause = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let said = in_fields(WriteError::Io { path: "a.csv".into(), cause });
        assert_eq!(said, "a.csv cannot be written (permission denied): choose another place");
        let exists = "a.csv exists: name another file with --out, or say --force to replace it";
        assert_eq!(in_fields(exists), "a.csv exists: type another name");
        assert_eq!(
            in_fields("take another --seed, fewer --items or more"),
            "take another seed, fewer items or more"
        );
        assert_eq!(in_fields("a -- b --c, 3 --4"), "a -- b c, 3 --4");
    }

    #[test]
    fn what_is_looked_for_is_still_said_somewhere() {
        // A sentence that changed elsewhere must be changed here.
        let rooms = [
            include_str!("../release/error.rs"),
            include_str!("../release/ledger/error.rs"),
            include_str!("../privacy/mechanism/mod.rs"),
            include_str!("../contribution/pairs.rs"),
            include_str!("../recommend/holdout.rs"),
            include_str!("../table/error.rs"),
        ];
        let plain =
            |text: &str| text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let all: String = rooms.iter().map(|text| plain(text)).collect();
        for (spoken, _) in SPOKEN {
            assert!(all.contains(spoken.trim_start_matches(": ")), "nobody says: {spoken}");
        }
    }
}
