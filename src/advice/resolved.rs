//! Wants beside the data that they are asked of: the group they name, the true first k.

use thiserror::Error;

use super::want::{Subject, Want};
use crate::contribution::Pairs;
use crate::metric::Metric;
use crate::metric::ranking::top_k;
use crate::recommend::nearest;

/// A want of which it is known what it looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// As it was asked.
    pub want: Want,
    pub(super) judged: Judged,
}

/// What a want looks at in a noised list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judged {
    /// A figure of sweeps, with the length of its list (1 where it has none).
    Metric(Metric, usize),
    /// Groups of the true top.
    Relative(Vec<usize>),
    /// Groups of the true top.
    WorstRelative(Vec<usize>),
    /// All groups.
    EveryGroup,
    /// One group.
    Within { group: usize, relative: bool },
    /// No noised list: an attacker's gain.
    Elsewhere,
}

/// Why a want cannot be asked of this data.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum NotAsked {
    #[error(
        "{want}: there are {groups} {plural}, so a list holds at most {most} of them without holding all"
    )]
    Long { want: String, groups: usize, plural: &'static str, most: usize },
    #[error("{want}: there is no {group_by} '{key}' in the data; the nearest are {near}")]
    NoGroup { want: String, group_by: String, key: String, near: String },
    #[error("{0} fits models, which takes long: ask it on the command line, with advise")]
    Recall(String),
    #[error("{want}: {why}, so there is no order to keep")]
    NoOrder { want: String, why: &'static str },
    #[error("there are no groups to ask about")]
    Nothing,
}

impl Resolved {
    /// Finds what `want` looks at in `pairs`.
    ///
    /// # Errors
    /// If there is no such group, or the list would hold every group.
    pub fn new(want: Want, pairs: &Pairs) -> Result<Self, NotAsked> {
        let groups = pairs.keys().len();
        if groups == 0 {
            return Err(NotAsked::Nothing);
        }
        if matches!(&want.subject, Subject::Figure(metric, _) if metric.is_ranking()) {
            let first = pairs.raw()[0];
            let why = match groups {
                1 => Some("there is one group alone"),
                _ if pairs.raw().iter().all(|&sum| sum == first) => {
                    Some("all groups have the same sum")
                }
                _ => None,
            };
            if let Some(why) = why {
                return Err(NotAsked::NoOrder { want: want.to_string(), why });
            }
        }
        if let Some(k) = want.subject.k().filter(|&k| k >= groups.max(2) || k > groups) {
            return Err(NotAsked::Long {
                want: format!("{want} (k {k})"),
                groups,
                plural: pairs.question().group_by.plural(),
                most: groups.saturating_sub(1).max(1),
            });
        }
        let judged = match &want.subject {
            Subject::Figure(metric, k) => Judged::Metric(*metric, k.unwrap_or(1)),
            Subject::Relative(k) => Judged::Relative(top(pairs, *k)),
            Subject::WorstRelative(k) => Judged::WorstRelative(top(pairs, *k)),
            Subject::EveryGroup => Judged::EveryGroup,
            Subject::Within { group, relative } => {
                Judged::Within { group: find(&want, group, pairs)?, relative: *relative }
            }
            Subject::Recall { .. } => return Err(NotAsked::Recall(want.to_string())),
            Subject::Advantage | Subject::TruePositives(_) => Judged::Elsewhere,
        };
        Ok(Self { want, judged })
    }
}

fn top(pairs: &Pairs, k: usize) -> Vec<usize> {
    let raw: Vec<f64> = pairs.raw().iter().map(|&x| x as f64).collect();
    top_k(&raw, k).into_iter().map(|at| at as usize).collect()
}

/// The group that a key names: as it stands, behind the grouping's word ("item 22423"), or by
/// its description.
fn find(want: &Want, key: &str, pairs: &Pairs) -> Result<usize, NotAsked> {
    let group_by = pairs.question().group_by;
    let by_key = |key: &str| pairs.keys().binary_search_by(|own| own.as_str().cmp(key)).ok();
    let behind = key
        .split_once(' ')
        .filter(|(word, _)| {
            [group_by.name(), group_by.plural()].iter().any(|own| own.eq_ignore_ascii_case(word))
        })
        .map(|(_, key)| key.trim());
    let described = |key: &str| {
        let all = pairs.descriptions()?;
        let mut same = (0..all.len()).filter(|&at| all[at].eq_ignore_ascii_case(key));
        same.next().filter(|_| same.next().is_none())
    };
    by_key(key)
        .or_else(|| by_key(behind?))
        .or_else(|| described(key))
        .or_else(|| described(behind?))
        .ok_or_else(|| NotAsked::NoGroup {
            want: want.to_string(),
            group_by: group_by.name().to_owned(),
            key: key.to_owned(),
            near: nearest(behind.unwrap_or(key), pairs.keys()).join(", "),
        })
}
