//! What must hold: a figure of one release and its limit.

use std::fmt;

use crate::metric::Metric;

/// A figure of one release that something is wanted of.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// One of the figures that sweeps have, over all groups; those of top lists have a length.
    Figure(Metric, Option<usize>),
    /// Mean over the true first k of |error| / max(raw, 1).
    Relative(usize),
    /// The largest of them.
    WorstRelative(usize),
    /// |error| of the worst of all groups, shown units.
    EveryGroup,
    /// |error| of one group.
    Within {
        /// The group's key, as it was typed.
        group: String,
        /// As a share of max(raw, 1), else in shown units.
        relative: bool,
    },
    /// Recall@k of a private recommender.
    Recall {
        /// Length of the lists.
        k: usize,
        /// As a share of what the same model reaches without privacy.
        of_nonprivate: bool,
    },
    /// How much better than a coin an attacker tells whether a user was in: advantage, 0..=1.
    Advantage,
    /// An attacker's true positives at a rate of false alarms in 0..1.
    TruePositives(f64),
}

/// A figure and its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Want {
    /// The figure.
    pub subject: Subject,
    /// Its limit: an upper one where a small value is good, else a lower one.
    pub limit: f64,
}

impl Subject {
    /// Whether a small value is good, so that the limit is an upper one.
    pub fn low_is_good(&self) -> bool {
        match self {
            Subject::Figure(metric, _) => metric.low_is_good(),
            Subject::Recall { .. } => false,
            _ => true,
        }
    }

    /// Whether it bounds what an attacker gains: a ceiling over ε, and no question to the noise
    /// of a release.
    pub fn is_risk(&self) -> bool {
        matches!(self, Subject::Advantage | Subject::TruePositives(_))
    }

    /// Whether the order of the first k is enough to work it out.
    pub fn of_the_top(&self) -> bool {
        match self {
            Subject::Figure(metric, _) => metric.of_the_top(),
            _ => self.is_risk(),
        }
    }

    /// The length of the top list it looks at.
    pub fn k(&self) -> Option<usize> {
        match self {
            Subject::Figure(_, k) => *k,
            Subject::Relative(k) | Subject::WorstRelative(k) => Some(*k),
            _ => None,
        }
    }

    /// Whether its limit is a share of 1, which may be typed in percent.
    pub fn is_share(&self) -> bool {
        match self {
            Subject::Figure(metric, _) => metric.is_ranking() || *metric == Metric::MedianRelative,
            Subject::Within { relative, .. } => *relative,
            Subject::EveryGroup => false,
            _ => true,
        }
    }

    /// Whether no value above 1 makes sense.
    pub fn is_at_most_one(&self) -> bool {
        match self {
            Subject::Figure(metric, _) => metric.is_ranking(),
            Subject::Recall { of_nonprivate, .. } => !of_nonprivate,
            _ => self.is_risk(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Figure(metric, k) => {
                f.write_str(word(*metric))?;
                k.map_or(Ok(()), |k| write!(f, "@{k}"))
            }
            Subject::Relative(k) => write!(f, "relative@{k}"),
            Subject::WorstRelative(k) => write!(f, "worst_relative@{k}"),
            Subject::EveryGroup => f.write_str("every_group"),
            Subject::Within { group, .. } => write!(f, "within({group})"),
            Subject::Recall { k, .. } => write!(f, "recall@{k}"),
            Subject::Advantage => f.write_str("advantage"),
            Subject::TruePositives(alpha) => write!(f, "tpr@{}%", 100.0 * alpha),
        }
    }
}

impl fmt::Display for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.subject.low_is_good() { "<=" } else { ">=" };
        write!(f, "{}{sign}", self.subject)?;
        match self.subject {
            Subject::Within { relative: true, .. } => {
                // 5 % and not 5.000000000000001 %.
                write!(f, "{}%", (1e12 * self.limit).round() / 1e10)
            }
            Subject::Recall { of_nonprivate: true, .. } => write!(f, "{}*nonprivate", self.limit),
            _ => write!(f, "{}", self.limit),
        }
    }
}

/// The figures of sweeps that something can be wanted of, with their words in wants.
pub(super) const FIGURES: [(Metric, &str); 11] = [
    (Metric::Overlap, "overlap"),
    (Metric::Ndcg, "ndcg"),
    (Metric::Top1Flip, "top1_flip"),
    (Metric::TauB, "kendall"),
    (Metric::WeightedTau, "weighted_tau"),
    (Metric::Spearman, "spearman"),
    (Metric::Rbo, "rbo"),
    (Metric::Mae, "mae"),
    (Metric::Rmse, "rmse"),
    (Metric::P95, "p95"),
    (Metric::MedianRelative, "median_relative"),
];

fn word(metric: Metric) -> &'static str {
    FIGURES.iter().find(|figure| figure.0 == metric).map_or(metric.key(), |figure| figure.1)
}
