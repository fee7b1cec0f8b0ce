//! A published file that is no table: made from whole-number vectors to which exact noise
//! is added one after another, within one reserved budget.

use std::path::{Path, PathBuf};

use super::error::{ReleaseError, Unpublished};
use super::ledger::{Balance, Ledger, Reservation, digest};
use super::noise::{self, NoiseError};
use super::place::{check_file, check_folder, claimed, room};
use super::statement::{LedgerStatement, Provenance};
use crate::privacy::accounting::{Amount, Cost, Event, Law, rho_cap};
use crate::table::same_file;

/// The budget of an artifact while its noise is drawn.
#[derive(Debug)]
pub struct Draws {
    rho: f64,
    left: f64,
}

impl Draws {
    /// Adds discrete Gaussian noise to whole numbers that one user moves by at most `l2` in
    /// Euclidean norm, for a `share` (in 0..=1) of the budget's ρ; also the noise's σ. What
    /// one user moves may depend on what was drawn before (ρ of zCDP adds up adaptively,
    /// Bun & Steinke 2016).
    ///
    /// # Errors
    /// [`NoiseError`], also if all shares together exceed the budget; nothing is drawn then.
    pub fn gaussian(
        &mut self,
        values: &[i64],
        l2: u64,
        share: f64,
    ) -> Result<(Vec<i64>, f64), NoiseError> {
        let bounds = noise::NoiseBounds { l0: 1, linf: l2 };
        let rho = (share * self.rho).min(self.left);
        // A little wider, so that opendp's rounding stays below what is stated.
        let sigma = l2 as f64 / (2.0 * rho).sqrt() * (1.0 + 1e-12);
        let noised = noise::discrete_gaussian(values, bounds, rho, sigma)?;
        self.left -= rho;
        Ok((noised, sigma))
    }

    /// The sampler, for the artifact's statement.
    pub fn sampler() -> &'static str {
        noise::GAUSSIAN_SAMPLER
    }
}

/// An artifact that is worked out and not yet made: nothing is drawn or spent.
#[derive(Debug, Clone)]
pub struct Artifact {
    reservation: Reservation,
    rho: f64,
    force: bool,
}

/// An artifact that was made.
#[derive(Debug, Clone)]
pub struct MadeArtifact {
    /// The ledger entry.
    pub entry: i64,
    /// What the ledger holds now.
    pub balance: Balance,
    /// How many more like this fit into it.
    pub more: u64,
}

impl Artifact {
    /// Works out what (ε, δ) buys: the largest ρ whose tight conversion (Canonne, Kamath,
    /// Steinke 2020, Proposition 12) stays within them. The file must end in `.json`.
    ///
    /// # Errors
    /// The sentence that says what is missing or wrong.
    pub fn prepare(
        question: String,
        bounds: String,
        cost: Cost,
        output: &Path,
        force: bool,
    ) -> Result<Self, ReleaseError> {
        if output.extension().is_none_or(|ending| ending != "json") {
            return Err(ReleaseError::ModelEnding { path: output.display().to_string() });
        }
        check_file(output, force)?;
        check_folder(output)?;
        if cost.epsilon == Amount::ZERO {
            return Err(ReleaseError::NoEpsilon);
        }
        let delta = cost.delta.to_f64();
        if delta >= 1.0 {
            return Err(ReleaseError::DeltaRange);
        }
        if delta == 0.0 {
            return Err(ReleaseError::GaussianDelta);
        }
        let rho = rho_cap(cost.epsilon.to_f64(), delta);
        let reservation = Reservation {
            question,
            mechanism: "discrete-gaussian".to_owned(),
            cost,
            // Vectors of one user's norm 1 in all: what the draws cost together.
            events: vec![Event::once(Law::Gaussian {
                sigma: 1.0 / (2.0 * rho).sqrt(),
                sensitivity: 1.0,
            })],
            bounds,
            provenance: None,
            output: output.to_owned(),
        };
        Ok(Self { reservation, rho, force })
    }

    /// Takes down how the data was read.
    pub fn state(&mut self, provenance: Provenance) {
        self.reservation.provenance = Some(provenance);
    }

    /// What the ledger will be asked for.
    pub fn reservation(&self) -> &Reservation {
        &self.reservation
    }

    /// ρ of all draws together.
    pub fn rho(&self) -> f64 {
        self.rho
    }

    /// Reserves the budget, lets `make` draw and write down the file's bytes, and publishes
    /// them whole. The file has at most `largest` bytes: room for them is found first.
    ///
    /// # Errors
    /// Before the reservation nothing is spent; after it the sentence says what is.
    pub fn publish(
        &self,
        ledger: &mut Ledger,
        largest: usize,
        make: impl FnOnce(&mut Draws, LedgerStatement) -> Result<Vec<u8>, NoiseError>,
    ) -> Result<MadeArtifact, ReleaseError> {
        let out: &PathBuf = &self.reservation.output;
        if same_file(ledger.path(), out) {
            return Err(ReleaseError::Overwrites {
                path: out.display().to_string(),
                what: "ledger",
            });
        }
        // A dry run finds what opendp refuses before anything is spent.
        Draws { rho: self.rho, left: self.rho }.gaussian(&[0], 1, 1.0)?;
        let _claim = claimed(out, self.force)?;
        let mut staged = room(out, largest)?;
        let entry = ledger.reserve(&self.reservation)?;
        let cost = self.reservation.cost;
        let spent = |cause: Unpublished| ReleaseError::unpublished(cause, entry, cost);
        let beside = LedgerStatement {
            dataset: ledger.dataset().to_owned(),
            entry,
            accountant: ledger.accountant(),
        };
        let mut draws = Draws { rho: self.rho, left: self.rho };
        let bytes = make(&mut draws, beside).map_err(|error| spent(error.into()))?;
        staged.fill(&bytes).map_err(|error| spent(error.into()))?;
        ledger
            .written(entry, &digest(&bytes))
            .map_err(|error| ReleaseError::unwritten(error, entry, cost))?;
        staged.put(self.force).map_err(|error| spent(error.into()))?;
        let unmarked = |cause| ReleaseError::unmarked(cause, out, entry, cost);
        ledger.published(entry).map_err(unmarked)?;
        let balance = ledger.balance().map_err(unmarked)?;
        let more = ledger.fits(&self.reservation).map_err(unmarked)?;
        Ok(MadeArtifact { entry, balance, more })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cannot_exceed_the_budget() {
        let mut draws = Draws { rho: 0.5, left: 0.5 };
        let (noised, sigma) = draws.gaussian(&[7; 100], 1 << 20, 0.25).unwrap();
        assert_eq!(noised.len(), 100);
        assert!((sigma / (2f64 * (1u64 << 20) as f64) - 1.0).abs() < 1e-9);
        assert!(draws.gaussian(&[7], 1, 0.75).is_ok());
        assert!(draws.gaussian(&[7], 1, 0.1).is_err());
    }
}
