//! What stands beside a release: how it was made, and nothing of the true data.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::privacy::Sensitivity;
use crate::privacy::accounting::{Accountant, Amount};
use crate::purchases::{Decision, Purpose, Question, Reading};

const NOT_STATED: &str = "not stated";

/// What was chosen by looking at unprotected data, by the user's word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Unprotected {
    /// Nobody said.
    #[default]
    NotStated,
    /// These; none if empty.
    Stated(Vec<String>),
}

impl Serialize for Unprotected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Unprotected::NotStated => serializer.serialize_str(NOT_STATED),
            Unprotected::Stated(names) => names.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Unprotected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "\"not stated\" or a list of names")]
        enum Read {
            Names(Vec<String>),
            Words(String),
        }
        match Read::deserialize(deserializer)? {
            Read::Names(names) => Ok(Unprotected::Stated(names)),
            Read::Words(words) if words == NOT_STATED => Ok(Unprotected::NotStated),
            Read::Words(words) => {
                Err(serde::de::Error::custom(format!("{words:?} is no list of names")))
            }
        }
    }
}

/// A text that says yes or no where names are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0} is no name of what was chosen: list it (such as l0, linf, epsilon), or say none")]
pub struct NoNames(String);

impl Unprotected {
    /// What somebody says: names parted by commas; `none`, `no` or `nothing` for none; nothing at
    /// all where it is left open.
    ///
    /// # Errors
    /// If it is an answer to another question: it would stand in a statement for good.
    pub fn said(text: &str) -> Result<Self, NoNames> {
        const NONE: [&str; 4] = ["none", "no", "nothing", "n"];
        const ANSWERS: [&str; 9] =
            ["yes", "y", "release", "anyway", "ok", "true", "false", "not stated", "maybe"];
        let text = text.trim();
        if text.is_empty() {
            return Ok(Unprotected::NotStated);
        }
        let is =
            |words: &[&str], name: &str| words.iter().any(|word| name.eq_ignore_ascii_case(word));
        if is(&NONE, text) {
            return Ok(Unprotected::Stated(Vec::new()));
        }
        let names: Vec<String> = text
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        let wrong = |name: &&String| {
            is(&ANSWERS, name) || is(&NONE, name) || !name.chars().any(char::is_alphabetic)
        };
        match names.iter().find(wrong) {
            Some(name) => Err(NoNames(name.clone())),
            None if names.is_empty() => Err(NoNames(text.to_owned())),
            None => Ok(Unprotected::Stated(names)),
        }
    }

    /// With the decisions of reading by which one user's rows could change what others' mean:
    /// `reading: date order, line breaks in cells`.
    pub fn with_reading(&self, reading: &Reading) -> Self {
        let open: Vec<&str> = reading.unprotected().into_iter().map(Decision::words).collect();
        if open.is_empty() {
            return self.clone();
        }
        let mut names = match self {
            Unprotected::NotStated => vec![format!("otherwise {NOT_STATED}")],
            Unprotected::Stated(names) => names.clone(),
        };
        names.insert(0, format!("reading: {}", open.join(", ")));
        Unprotected::Stated(names)
    }
}

/// How the data was read: what was declared, and nothing that rows tell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provenance {
    /// The column that names the privacy unit.
    pub privacy_unit_column: String,
    /// Every decision of reading, its value and its source.
    pub reading: Reading,
    /// Cleaning steps that were switched off.
    pub cleaning_switched_off: Vec<&'static str>,
}

impl Provenance {
    /// That of a reading.
    pub fn of(reading: &Reading) -> Self {
        Self {
            privacy_unit_column: reading.column(Purpose::User).unwrap_or_default().to_owned(),
            reading: reading.clone(),
            cleaning_switched_off: reading.cleaning.switched_off(),
        }
    }
}

/// Bounds in shown units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoundsStatement {
    /// Groups per user; null for a top-k list, whose cost does not depend on it.
    pub l0: Option<u64>,
    /// Contribution per user and group.
    pub linf: f64,
    /// What is counted.
    pub unit: &'static str,
}

/// Where the group keys come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum KeysStatement {
    /// From the data, by threshold.
    PrivateSelection {
        /// Values below it are not shown, in shown units.
        threshold: f64,
        /// The δ that the threshold takes.
        delta: f64,
    },
    /// From the data, declared public by the user.
    DeclaredPublic {
        /// What that means.
        warning: &'static str,
    },
    /// Of the grouping itself: every key that there can be.
    Kind {
        /// The grouping.
        name: &'static str,
        /// How many keys it has.
        keys: u64,
    },
    /// From a public list.
    Catalogue {
        /// The list's file name.
        name: String,
        /// How many keys it has.
        keys: usize,
    },
}

/// What was done to the noised values afterwards.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FloorStatement {
    /// The mean upward bias that flooring gives a group whose bounded sum is 0, in shown
    /// units; it falls towards 0 for large sums.
    pub bias_of_an_empty_group: f64,
}

/// The columns low and high.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntervalStatement {
    /// The least probability with which a row's interval holds.
    pub coverage: f64,
    /// What it holds.
    pub of: &'static str,
    /// How far both ends are from a value, in shown units, where no threshold moves the lower.
    pub half_width: f64,
    /// The same of the last row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_width_of_rest: Option<f64>,
}

/// The last row: all groups that are not shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RestStatement {
    /// What stands in place of a group.
    pub group: &'static str,
    /// Its share of ε.
    pub share: Amount<9>,
    /// That share as ε.
    pub epsilon: Amount<9>,
    /// How far one user moves it, in shown units.
    pub sensitivity: Sensitivity,
    /// The mechanism of its noise.
    pub mechanism: &'static str,
    /// Its scale, in shown units.
    pub scale: f64,
}

/// The ledger entry of a release.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerStatement {
    /// The dataset whose budget was spent.
    pub dataset: String,
    /// The entry's number.
    pub entry: i64,
    /// How the ledger adds up.
    pub accountant: Accountant,
}

/// The statement beside a release.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statement {
    /// The published file.
    pub file: String,
    /// Its SHA-256 in hex.
    pub sha256: String,
    /// When it was made, in UTC.
    pub time: String,
    /// What was asked.
    pub question: Question,
    /// How many rows are published.
    pub rows: usize,
    /// The privacy unit.
    pub privacy_unit: &'static str,
    /// What neighbouring datasets are.
    pub neighbours: &'static str,
    /// Contribution bounds.
    pub bounds: BoundsStatement,
    /// Δ₁, Δ₂, Δ∞ in shown units; null for a top-k list.
    pub sensitivity: Option<Sensitivity>,
    /// Where the group keys come from.
    pub groups: KeysStatement,
    /// The mechanism.
    pub mechanism: &'static str,
    /// b or σ in shown units; for a top-k list the scale of Gumbel noise in users.
    pub scale: f64,
    /// Length of the list, for top-k.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<usize>,
    /// ε of this release.
    pub epsilon: Amount<9>,
    /// δ of this release.
    pub delta: Amount<18>,
    /// ρ of this release's noise (zero-concentrated DP).
    pub rho: Option<f64>,
    /// The sampler.
    pub sampler: &'static str,
    /// Where its random bits come from.
    pub randomness: &'static str,
    /// Flooring at 0, if it was done.
    pub floor_at_zero: Option<FloorStatement>,
    /// The columns low and high, if they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<IntervalStatement>,
    /// The last row, if there is one of all groups that are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<RestStatement>,
    /// All of it in plain sentences.
    pub in_words: Vec<String>,
    /// How the data was read.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What was chosen by looking at unprotected data, by the user's word, and decisions of
    /// reading that rows could change.
    pub unprotected_quantities: Unprotected,
    /// The ledger entry.
    pub ledger: LedgerStatement,
    /// What made it.
    pub version: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_names_or_none_and_no_other_answer() {
        let names =
            |list: &[&str]| Unprotected::Stated(list.iter().map(|n| (*n).to_owned()).collect());
        for (text, said) in [
            ("", Unprotected::NotStated),
            ("none", names(&[])),
            ("No", names(&[])),
            (" l0, linf,", names(&["l0", "linf"])),
            ("the period, ε", names(&["the period", "ε"])),
        ] {
            assert_eq!(Unprotected::said(text), Ok(said), "{text}");
        }
        for text in ["release", "yes", "l0, no", "anyway", ",", "7"] {
            assert!(Unprotected::said(text).is_err(), "{text}");
        }
    }
}
