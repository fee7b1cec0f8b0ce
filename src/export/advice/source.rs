//! What advice is told from: the data it was looked up in, and how it was asked.

use crate::advice::Recalled;
use crate::contribution::{GroupKeys, Pairs};
use crate::purchases::Purchases;

/// What a document is made from.
pub struct AdviceSource<'a> {
    /// The purchases that were read.
    pub purchases: &'a Purchases,
    /// The question's pairs.
    pub pairs: &'a Pairs,
    /// What is assumed of the groups' keys.
    pub known: GroupKeys,
    /// The confidence that was asked for.
    pub confidence: f64,
    /// The largest ε that was looked at.
    pub max_epsilon: f64,
    /// What wants of a private recommender need.
    pub recalled: &'a [Recalled],
}
