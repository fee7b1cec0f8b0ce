//! The state of the Risk screen.

use crate::privacy::accounting::NoAnswer;
use crate::rehearsal::RiskStudy;

/// The Risk screen.
#[derive(Debug)]
pub struct RiskScreen {
    /// What the attacker believes beforehand: a probability.
    pub prior: f64,
    /// How often the same is asked.
    pub asked: u64,
    /// What a narrow screen shows: the chart, what is protected, what asking again does.
    pub part: usize,
    /// The risk of the answer under the knobs; `None` until it is asked for.
    pub study: Option<Result<RiskStudy, NoAnswer>>,
}

impl Default for RiskScreen {
    fn default() -> Self {
        Self { prior: 0.1, asked: 5, part: 0, study: None }
    }
}

impl RiskScreen {
    /// Pages of a narrow screen.
    pub const PARTS: usize = 3;
    /// Beliefs that the keys step through.
    pub const PRIORS: [f64; 13] =
        [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99];
    /// Numbers of answers that the keys step through.
    pub const ASKED: [u64; 12] = [1, 2, 3, 5, 7, 10, 20, 30, 50, 100, 300, 1_000];

    /// What is known.
    pub fn found(&self) -> Option<&RiskStudy> {
        self.study.as_ref()?.as_ref().ok()
    }
}
