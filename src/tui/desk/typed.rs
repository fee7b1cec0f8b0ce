//! What is typed into a prompt: checked values, or why they are none.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::privacy::EPSILON_RANGE;
use crate::privacy::accounting::{AmountError, Cost};

/// Why what was typed is not taken, as one sentence.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NotTyped {
    #[error("'{0}' is no ε: type a number above 0, such as 0.5")]
    Epsilon(String),
    #[error("'{0}' is no δ: type a number between 0 and 1, such as 1e-6")]
    Delta(String),
    #[error("'{text}' is no {name}: type a whole number from 1")]
    Bound { text: String, name: &'static str },
    #[error("'{text}' is no k: type a whole number from 1 to {most}")]
    K { text: String, most: usize },
    #[error("'{0}' is no number of items: type a whole number from 2 to 3000")]
    Items(String),
    #[error(
        "'{0}' is no number of public groups: type a whole number from 1, or 0 for private keys"
    )]
    PublicGroups(String),
    #[error("'{0}' is no budget: type a total ε above 0, or ε and δ, such as 5 1e-5")]
    Budget(String),
    #[error(
        "'{0}' is no limit: type a number, such as 25 or 0.9, or nothing to take the mark away"
    )]
    Limit(String),
    #[error("that is a file of {host}, another machine: copy it here and type its path")]
    OtherMachine { host: String },
    #[error(transparent)]
    Amount(#[from] AmountError),
}

/// ε of one answer, to nine decimals: a release takes no more.
pub fn epsilon(text: &str) -> Result<f64, NotTyped> {
    let rounded = |value: f64| format!("{value:.9}").parse::<f64>().unwrap_or(value);
    match number(text).map(rounded) {
        Some(value) if EPSILON_RANGE.contains(&value) => Ok(value),
        _ => Err(NotTyped::Epsilon(text.to_owned())),
    }
}

/// δ of one answer.
pub fn delta(text: &str) -> Result<f64, NotTyped> {
    match number(text) {
        Some(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err(NotTyped::Delta(text.to_owned())),
    }
}

/// A limit of a figure.
pub fn limit(text: &str) -> Result<f64, NotTyped> {
    let plain = text.replace(',', "");
    let (text, times) = match plain.strip_suffix('k') {
        // As figures are shown.
        Some(thousands) => (thousands, 1e3),
        None => (plain.as_str(), 1.0),
    };
    number(text)
        .filter(|value| value.is_finite())
        .map(|value| value * times)
        .ok_or_else(|| NotTyped::Limit(text.to_owned()))
}

/// A contribution bound.
pub fn bound(text: &str, name: &'static str) -> Result<u64, NotTyped> {
    match text.replace(',', "").parse::<u64>() {
        Ok(value) if (1..=1_000_000_000_000).contains(&value) => Ok(value),
        _ => Err(NotTyped::Bound { text: text.to_owned(), name }),
    }
}

/// How many groups are said to be public; `None` for private keys.
pub fn public_groups(text: &str) -> Result<Option<u64>, NotTyped> {
    match text.replace(',', "").parse::<u64>() {
        Ok(0) => Ok(None),
        Ok(value @ 1..=1_000_000_000_000) => Ok(Some(value)),
        _ if text.is_empty() || text == "private" => Ok(None),
        _ => Err(NotTyped::PublicGroups(text.to_owned())),
    }
}

/// The length of the top list.
pub fn k(text: &str, groups: Option<usize>) -> Result<usize, NotTyped> {
    let most = groups.unwrap_or(usize::MAX);
    match text.parse::<usize>() {
        Ok(value) if (1..=most).contains(&value) => Ok(value),
        _ => Err(NotTyped::K { text: text.to_owned(), most }),
    }
}

/// The size of a vocabulary.
pub fn items(text: &str) -> Result<usize, NotTyped> {
    match text.replace(',', "").parse::<usize>() {
        Ok(value) if (2..=3_000).contains(&value) => Ok(value),
        _ => Err(NotTyped::Items(text.to_owned())),
    }
}

/// A session's budget: ε, or ε and δ; δ stays as it was where only ε is typed.
pub fn budget(text: &str, before: Cost) -> Result<Cost, NotTyped> {
    let parts: Vec<&str> = text.split([' ', ',', ';']).filter(|part| !part.is_empty()).collect();
    let refusal = || NotTyped::Budget(text.to_owned());
    let epsilon =
        parts.first().and_then(|part| number(part)).filter(|&e| e > 0.0).ok_or_else(refusal)?;
    let delta = match parts.get(1) {
        None => before.delta.to_f64(),
        Some(part) => number(part).filter(|d| (0.0..1.0).contains(d)).ok_or_else(refusal)?,
    };
    if parts.len() > 2 {
        return Err(refusal());
    }
    Ok(Cost::new(epsilon, delta)?)
}

/// The path with a leading `~/` replaced by the home folder.
pub fn at_home(path: &Path, home: Option<PathBuf>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_value_is_refused_in_a_sentence() {
        for text in ["", "0", "-1", "nan", "inf", "x", "1e99"] {
            assert!(epsilon(text).is_err(), "{text}");
        }
        for text in ["", "0", "1", "1.5", "nan"] {
            assert!(delta(text).is_err(), "{text}");
        }
        for text in ["", "0", "1.5", "-3", "x"] {
            assert!(bound(text, "l0").unwrap_err().to_string().contains("no l0"), "{text}");
        }
        assert_eq!(bound("1,000", "l0"), Ok(1_000));
        assert!(k("11", Some(10)).unwrap_err().to_string().contains("from 1 to 10"));
    }

    #[test]
    fn an_epsilon_has_nine_decimals() {
        assert_eq!(epsilon("0.4961947603002903"), Ok(0.496_194_760));
        assert_eq!(epsilon("0.1"), Ok(0.1));
        assert_eq!(epsilon("2.5"), Ok(2.5));
    }

    #[test]
    fn how_many_groups_are_public_is_a_number_or_nothing() {
        assert_eq!(public_groups("6"), Ok(Some(6)));
        for text in ["0", "", "private"] {
            assert_eq!(public_groups(text), Ok(None), "{text}");
        }
        assert!(public_groups("x").is_err() && public_groups("-1").is_err());
    }

    #[test]
    fn a_leading_tilde_is_the_home_folder() {
        let home = || Some(PathBuf::from("/home/ada"));
        assert_eq!(at_home(Path::new("~/a.csv"), home()), PathBuf::from("/home/ada/a.csv"));
        assert_eq!(at_home(Path::new("b~/a.csv"), home()), PathBuf::from("b~/a.csv"));
        assert_eq!(at_home(Path::new("~/a.csv"), None), PathBuf::from("~/a.csv"));
    }

    #[test]
    fn a_budget_may_leave_delta_as_it_was() {
        let before = Cost::new(1.0, 1e-5).unwrap();
        assert_eq!(budget("5", before), Ok(Cost::new(5.0, 1e-5).unwrap()));
        assert_eq!(budget("5 1e-6", before), Ok(Cost::new(5.0, 1e-6).unwrap()));
        for text in ["", "0", "x", "5 2", "5 1e-6 3"] {
            assert!(budget(text, before).is_err(), "{text}");
        }
    }
}
