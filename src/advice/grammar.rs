//! How a want is written: `overlap@10>=0.9`, `within(item 22423)<=5%`, `recall@20>=0.9*nonprivate`.

use std::str::FromStr;

use thiserror::Error;

use super::want::{FIGURES, Subject, Want};
use crate::metric::Metric;
use crate::recommend::nearest;

/// The longest list that something can be wanted of.
const LONGEST: usize = 1_000_000;
/// The words beside those of the figures of sweeps.
const OTHERS: [&str; 7] =
    ["relative", "worst_relative", "every_group", "within", "recall", "advantage", "tpr"];

/// Why a text is no want.
#[derive(Debug, Clone, PartialEq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum WantError {
    #[error(
        "'{0}' is no want: write a figure, <= or >=, and a limit, such as overlap@10>=0.9 or within(22423)<=5%"
    )]
    Form(String),
    #[error("'{0}' needs a figure before <= or >=")]
    NoFigure(String),
    #[error("there is no figure '{word}'; the nearest are {near}; every one of them: {all}")]
    Unknown { word: String, near: String, all: String },
    #[error("{word} is of a list of k: write {word}@10, with k from 1 to 1,000,000")]
    NoLength { word: String },
    #[error("{word} takes no '@{given}': write {word} alone")]
    Length { word: String, given: String },
    #[error("tpr needs a rate of false alarms above 0 % and below 100 %: write tpr@1%<=0.05")]
    Rate,
    #[error("within needs the key of one group in brackets: write within(22423)<=5%")]
    NoGroup,
    #[error("{word} takes nothing in brackets")]
    Brackets { word: String },
    #[error(
        "'{want}' is wanted the wrong way round: of {word} a {good} value is good, so write {word}{sign}LIMIT"
    )]
    WrongWay { want: String, word: String, good: &'static str, sign: &'static str },
    #[error("'{limit}' is no limit: give a number of at least 0, such as {example}")]
    Limit { limit: String, example: &'static str },
    #[error("{word} is a share and never above 1: '{limit}' can never hold or always does")]
    AboveOne { word: String, limit: String },
    #[error("{word} is in the unit of the sums: write {word}<=25, or relative@10<=5% for a share")]
    Percent { word: String },
    #[error("only recall is compared with what is not private, as in recall@20>=0.9*nonprivate")]
    NonPrivate,
}

impl FromStr for Want {
    type Err = WantError;

    fn from_str(text: &str) -> Result<Self, WantError> {
        let text = text.trim();
        // The limit holds no sign of comparison; a key in brackets may.
        let at = text.rfind(['=', '≥', '≤', '<', '>']).ok_or_else(|| form(text))?;
        let (head, limit) = text.split_at(at);
        let sign = limit.chars().next().unwrap_or(' ');
        let limit = limit[sign.len_utf8()..].trim();
        let (head, wants_high) = match sign {
            '≥' => (head, true),
            '≤' => (head, false),
            '=' => match head.chars().next_back() {
                Some('>') => (&head[..head.len() - 1], true),
                Some('<') => (&head[..head.len() - 1], false),
                _ => return Err(form(text)),
            },
            // 'mae<25' means what 'mae<=25' does.
            '>' => (head, true),
            _ => (head, false),
        };
        let head = head.trim();
        if head.is_empty() {
            return Err(WantError::NoFigure(text.to_owned()));
        }
        let (name, brackets) = match head.split_once('(') {
            Some((name, rest)) => {
                let key = rest.trim_end().strip_suffix(')').ok_or(WantError::NoGroup)?;
                (name.trim(), Some(key.trim()))
            }
            None => (head, None),
        };
        let (name, length) = match name.split_once('@') {
            Some((name, length)) => (name.trim(), Some(length.trim())),
            None => (name, None),
        };
        let word = name.to_lowercase().replace(['-', ' '], "_");
        let mut subject = subject(&word, length, brackets)?;
        let (limit, of_nonprivate, percent) = limit_of(limit, &subject)?;
        match &mut subject {
            Subject::Recall { of_nonprivate: of, .. } => *of = of_nonprivate,
            Subject::Within { relative, .. } => *relative = percent,
            _ => {}
        }
        if subject.low_is_good() == wants_high {
            let low = subject.low_is_good();
            return Err(WantError::WrongWay {
                want: text.to_owned(),
                word: subject.to_string(),
                good: if low { "small" } else { "large" },
                sign: if low { "<=" } else { ">=" },
            });
        }
        if subject.is_at_most_one() && limit > 1.0 {
            let (word, limit) = (subject.to_string(), limit.to_string());
            return Err(WantError::AboveOne { word, limit });
        }
        if percent && !subject.is_share() {
            return Err(WantError::Percent { word });
        }
        Ok(Want { subject, limit })
    }
}

fn form(text: &str) -> WantError {
    WantError::Form(text.to_owned())
}

fn subject(word: &str, length: Option<&str>, brackets: Option<&str>) -> Result<Subject, WantError> {
    let named = |word: &str| word.to_owned();
    let k = || match length.map(str::parse::<usize>) {
        Some(Ok(k @ 1..=LONGEST)) => Ok(k),
        _ => Err(WantError::NoLength { word: named(word) }),
    };
    let alone = |subject: Subject| match length {
        None => Ok(subject),
        Some(given) => Err(WantError::Length { word: named(word), given: given.to_owned() }),
    };
    let metric = match word {
        "tau" | "tau_b" | "τ_b" | "kendall_tau" | "kendall_tau_b" => Some(Metric::TauB),
        "p95_absolute" => Some(Metric::P95),
        "flip" => Some(Metric::Top1Flip),
        _ => FIGURES.iter().find(|figure| figure.1 == word).map(|figure| figure.0),
    };
    let found = match (metric, word) {
        (Some(metric @ (Metric::Overlap | Metric::Ndcg)), _) => Subject::Figure(metric, Some(k()?)),
        (Some(metric), _) => alone(Subject::Figure(metric, None))?,
        (None, "relative") => Subject::Relative(k()?),
        (None, "worst_relative") => Subject::WorstRelative(k()?),
        (None, "every_group" | "largest") => alone(Subject::EveryGroup)?,
        (None, "recall") => Subject::Recall { k: k()?, of_nonprivate: false },
        (None, "advantage") => alone(Subject::Advantage)?,
        (None, "tpr") => {
            let rate = length.and_then(share).filter(|rate| *rate > 0.0 && *rate < 1.0);
            Subject::TruePositives(rate.ok_or(WantError::Rate)?)
        }
        (None, "within") => {
            let group = brackets.map(unquoted).filter(|key| !key.is_empty());
            let group = group.ok_or(WantError::NoGroup)?.to_owned();
            return alone(Subject::Within { group, relative: false });
        }
        (None, _) => {
            let mut all: Vec<String> = FIGURES.iter().map(|figure| named(figure.1)).collect();
            all.extend(OTHERS.map(str::to_owned));
            let near = nearest(word, &all).join(", ");
            return Err(WantError::Unknown { word: named(word), near, all: all.join(", ") });
        }
    };
    match brackets {
        None => Ok(found),
        Some(_) => Err(WantError::Brackets { word: named(word) }),
    }
}

/// A key without the quotes that may stand around it.
fn unquoted(key: &str) -> &str {
    let inside = |quote: char| key.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(key)
}

/// A share as typed: `1%` or `0.01`.
fn share(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|value| value / 100.0),
        None => text.parse().ok(),
    }
}

/// The limit, whether it is of what is not private, and whether it was typed in percent.
fn limit_of(text: &str, subject: &Subject) -> Result<(f64, bool, bool), WantError> {
    let plain = text.replace([' ', '·', '×'], "*");
    let plain = plain.replace("***", "*").replace("**", "*");
    let (number, of_nonprivate) = match plain.strip_suffix("*nonprivate") {
        Some(number) => (number, true),
        None => (text, false),
    };
    if of_nonprivate && !matches!(subject, Subject::Recall { .. }) {
        return Err(WantError::NonPrivate);
    }
    let example = if subject.is_share() { "0.9 or 90%" } else { "25" };
    let value = share(number.trim()).filter(|value| value.is_finite() && *value >= 0.0);
    match value {
        Some(value) => Ok((value, of_nonprivate, number.trim().ends_with('%'))),
        None => Err(WantError::Limit { limit: text.to_owned(), example }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(text: &str) -> Want {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn wants_of_the_issue_are_read() {
        for (text, shown) in [
            ("overlap@10>=0.9", "overlap@10>=0.9"),
            ("overlap@10 ≥ 90%", "overlap@10>=0.9"),
            ("relative@10<=0.05", "relative@10<=0.05"),
            ("mae<=25", "mae<=25"),
            ("p95<=100", "p95<=100"),
            ("Kendall >= 0.95", "kendall>=0.95"),
            ("tau-b>=.5", "kendall>=0.5"),
            ("within(item 22423)<=5%", "within(item 22423)<=5%"),
            ("within(22423)<=12.5", "within(22423)<=12.5"),
            (
                "within(T-LIGHT HOLDER (SET OF 2) >= 3)<=7%",
                "within(T-LIGHT HOLDER (SET OF 2) >= 3)<=7%",
            ),
            ("within(\"a = b\")<=1", "within(a = b)<=1"),
            ("recall@20>=0.9*nonprivate", "recall@20>=0.9*nonprivate"),
            ("recall@20>=0.9 * nonprivate", "recall@20>=0.9*nonprivate"),
            ("recall@20>=0.05", "recall@20>=0.05"),
            ("advantage<=0.2", "advantage<=0.2"),
            ("tpr@1%<=0.05", "tpr@1%<=0.05"),
            ("top1_flip<=5%", "top1_flip<=0.05"),
            ("every_group<=300", "every_group<=300"),
        ] {
            assert_eq!(want(text).to_string(), shown);
            assert_eq!(want(shown), want(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_want_is_told_why() {
        for (text, said) in [
            ("", "is no want"),
            ("overlap@10", "is no want"),
            ("overlap@10==0.9", "is no want"),
            ("<=5", "needs a figure"),
            ("overlop@10>=0.9", "the nearest are overlap"),
            ("overlap>=0.9", "write overlap@10"),
            ("overlap@0>=0.9", "write overlap@10"),
            ("mae@3<=1", "takes no '@3'"),
            ("overlap@10<=0.5", "wrong way round"),
            ("mae>=5", "wrong way round"),
            ("advantage>=0.2", "wrong way round"),
            ("overlap@10>=1.2", "never above 1"),
            ("overlap@10>=nan", "is no limit"),
            ("mae<=-3", "is no limit"),
            ("mae<=5%", "unit of the sums"),
            ("within<=5%", "within(22423)"),
            ("within()<=5%", "within(22423)"),
            ("mae(22423)<=5", "nothing in brackets"),
            ("mae<=0.9*nonprivate", "only recall"),
            ("tpr@0%<=0.05", "false alarms"),
            ("tpr<=0.05", "false alarms"),
        ] {
            let error = text.parse::<Want>().unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
