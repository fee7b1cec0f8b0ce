//! The knobs: the settings under them.

pub mod keys;
pub mod view;

use crate::contribution::{BoundError, Bounds, GroupKeys};
use crate::privacy::Mechanism;
use crate::purchases::{Measure, Question, Units};
use crate::recommend::ModelKind;

/// What can be turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knob {
    /// ε of one answer.
    Epsilon,
    /// Groups per user.
    L0,
    /// Contribution per group.
    Linf,
    /// The mechanism.
    Noise,
    /// δ of one answer (Gaussian only).
    Delta,
    /// What is added up.
    Measure,
    /// What it is grouped by.
    GroupBy,
    /// Length of the top list.
    K,
    /// What learns from the purchases (Recommend only).
    Model,
    /// Size of the vocabulary (Recommend only).
    Items,
}

impl Knob {
    /// Every knob, top to bottom.
    pub const ALL: [Knob; 8] = [
        Knob::Epsilon,
        Knob::L0,
        Knob::Linf,
        Knob::Noise,
        Knob::Delta,
        Knob::Measure,
        Knob::GroupBy,
        Knob::K,
    ];
    /// The knobs of the Recommend screen.
    pub const OF_LISTS: [Knob; 6] =
        [Knob::Epsilon, Knob::L0, Knob::Model, Knob::Items, Knob::Delta, Knob::K];
}

/// The settings under the knobs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knobs {
    /// ε of one answer.
    pub epsilon: f64,
    /// δ of one answer, used by Gaussian noise.
    pub delta: f64,
    /// Groups per user.
    pub l0: u64,
    /// Contribution per group, in shown units.
    pub linf: u64,
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The question.
    pub question: Question,
    /// The units in which the open file's sums are added up.
    pub units: Units,
    /// What is assumed of the groups' keys.
    pub known: GroupKeys,
    /// Length of the top list that is wanted; the question may have fewer groups.
    pub k: usize,
    /// Whether somebody chose k: else it is at most half of the groups.
    pub k_chosen: bool,
    /// What learns from the purchases.
    pub model: ModelKind,
    /// The most items in its vocabulary.
    pub items: usize,
}

impl Knobs {
    /// Models that ←→ steps through.
    pub const MODELS: &[ModelKind] = ModelKind::ALL.split_at(1).1;
    /// Sizes of the vocabulary that ←→ steps through.
    pub const ITEM_STEPS: [usize; 9] = [50, 100, 200, 300, 500, 1_000, 1_500, 2_000, 3_000];

    /// The bounds under the knobs, in the stored unit.
    ///
    /// # Errors
    /// If a bound is 0.
    pub fn bounds(&self) -> Result<Bounds, BoundError> {
        let measure = self.question.measure;
        let linf = if measure == Measure::Buyers { 1 } else { self.linf };
        let bounds = Bounds::new(self.l0, linf.saturating_mul(self.unit() as u64), measure)?;
        Ok(bounds.over(self.known))
    }

    /// How many stored units make one as shown, for the question under the knobs.
    pub fn unit(&self) -> i64 {
        self.units.of(self.question.measure).per_shown()
    }
}
