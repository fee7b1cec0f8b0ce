//! What a study of people is shown under.

/// What a study is shown under.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnonymityLabels {
    /// ε of one DP release beside the attacks.
    pub epsilon: f64,
    /// δ of it, where its noise has one.
    pub delta: Option<f64>,
    /// A belief beforehand, between 0 and 1.
    pub prior: f64,
    /// Points that are known of a user, from 1.
    pub known: usize,
    /// The most points of the curve, from 1.
    pub most: usize,
}
