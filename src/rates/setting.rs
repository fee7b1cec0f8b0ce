//! What is asked of a log of events: what counts, bounds, noise, decisions.

use super::cells::RateUnit;
use super::error::RatesError;
use crate::privacy::{Mechanism, Noise, Sensitivity};

/// What is asked of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct RatesSetting {
    /// What a rate counts.
    pub per: RateUnit,
    /// ε of one release of all rates.
    pub epsilon: f64,
    /// δ, for Gaussian noise.
    pub delta: Option<f64>,
    /// Laplace or Gaussian noise.
    pub mechanism: Mechanism,
    /// Groups that one user may be in.
    pub l0: u64,
    /// Exposures of one user in one group; 1 for rates of users.
    pub linf: u64,
    /// How many groups a public list has, where there is one.
    pub groups: Option<u64>,
    /// The group that others are compared with.
    pub holdout: Option<String>,
    /// Groups are stopped below this rate; `None`: below the holdout's rate, else that of all together.
    pub stop_below: Option<f64>,
    /// A rate is readable within this share of itself.
    pub within: f64,
    /// The level of intervals.
    pub level: f64,
    /// Trials.
    pub trials: u64,
    /// Their seed.
    pub seed: u64,
}

impl Default for RatesSetting {
    fn default() -> Self {
        Self {
            per: RateUnit::User,
            epsilon: 1.0,
            delta: None,
            mechanism: Mechanism::Laplace,
            l0: 1,
            linf: 1,
            groups: None,
            holdout: None,
            stop_below: None,
            within: 0.2,
            level: 0.95,
            trials: 1_000,
            seed: 1,
        }
    }
}

impl RatesSetting {
    /// Groups that one user can move.
    pub fn reach(&self) -> u64 {
        self.groups.map_or(self.l0, |groups| self.l0.min(groups.max(1)))
    }

    /// What one user adds to one group at most: 1 for rates of users.
    pub fn per_group(&self) -> u64 {
        match self.per {
            RateUnit::User => 1,
            RateUnit::Event => self.linf,
        }
    }

    /// The noise of every cell: one user moves both cells of each group by at most
    /// [`per_group`](Self::per_group) together, of [`reach`](Self::reach) groups.
    ///
    /// # Errors
    /// If ε or δ is out of range, or the law of rates is not known.
    pub fn noise(&self, epsilon: f64) -> Result<Noise, RatesError> {
        if !matches!(self.mechanism, Mechanism::Laplace | Mechanism::Gaussian) {
            return Err(RatesError::NoRates { mechanism: self.mechanism.name() });
        }
        let sensitivity = Sensitivity::from_bounds(self.reach() as f64, self.per_group() as f64);
        Ok(self.mechanism.calibrate(epsilon, self.delta, sensitivity, 1)?)
    }
}
