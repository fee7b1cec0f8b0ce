//! What a release or a whole ledger risks, worked out once: the curve, the ladder, a replacement,
//! asking again, and a simulated attack beside it.

use crate::privacy::accounting::{Accountant, Detail, Event, NoAnswer, Precision, epsilon};
use crate::privacy::risk::{Averaged, GaussianFit, Moved, Replaced, Risk, Rung, differencing};
use crate::simulation::{Attacker, Hits};

/// False alarms at which true positives are told.
pub const ALARMS: [f64; 3] = [0.01, 0.05, 0.1];

/// False alarms at which the simulated attack is shown.
const ATTACKED_AT: [f64; 9] = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9];

/// Points of the trade-off curve.
const POINTS: u32 = 100;

/// Numbers of candidates for which a guess is bounded.
pub const CANDIDATES: [u64; 3] = [2, 10, 100];

/// The risk of everything that is published together.
#[derive(Debug, Clone)]
pub struct RiskStudy {
    /// What was composed.
    pub events: Vec<Event>,
    /// The δ at which an ε stands beside it; 0 where it is pure.
    pub delta: f64,
    /// The ε of the whole at that δ, by its privacy loss distribution.
    pub epsilon: Option<f64>,
    /// The risk.
    pub risk: Risk,
    /// μ, and how badly it fits.
    pub fit: Option<GaussianFit>,
    /// (α, β(α)) from 0 to 1.
    pub trade_off: Vec<(f64, f64)>,
    /// What a simulated attacker found; `None` where it is too much to be drawn.
    pub attack: Option<Attack>,
    /// What can be said of one release whose bounds are known.
    pub one: Option<OneRelease>,
}

/// A simulated attack.
#[derive(Debug, Clone, PartialEq)]
pub struct Attack {
    /// Outputs of data with the user, and as many without.
    pub outputs: usize,
    /// The seed.
    pub seed: u64,
    /// The simulated advantage and its standard error.
    pub advantage: (f64, f64),
    /// Hits at several levels of false alarms.
    pub hits: Vec<Hits>,
}

/// What is told of one release beyond the whole.
#[derive(Debug, Clone)]
pub struct OneRelease {
    /// Its noise and bounds.
    pub moved: Moved,
    /// What protects a user, a group, a unit.
    pub ladder: Vec<Rung>,
    /// One thing in place of another.
    pub replaced: Replaced,
    /// How often it is asked.
    pub asked: u64,
    /// The risk of all those answers together; `None` where they are too many to compose.
    pub again: Option<Risk>,
    /// How far the mean and the median of those answers scatter.
    pub averaged: Option<Averaged>,
    /// How often two answers, of which one has the user, tell by their difference.
    pub differenced: Option<f64>,
}

impl RiskStudy {
    /// The risk of several events together, of which no single release is looked at.
    ///
    /// # Errors
    /// If they are out of what accountants calculate with, or too many.
    pub fn of_all(
        events: Vec<Event>,
        delta: f64,
        seed: u64,
        detail: Detail,
    ) -> Result<Self, NoAnswer> {
        let risk = Risk::in_detail(&events, detail)?;
        let at = |point: u32| f64::from(point) / f64::from(POINTS);
        let attack = Attacker::of(&events, seed).map(|attacker| Attack {
            outputs: attacker.outputs(),
            seed,
            advantage: attacker.advantage(),
            hits: ATTACKED_AT.into_iter().map(|alpha| attacker.at(alpha)).collect(),
        });
        Ok(Self {
            delta,
            // At a δ below what rounding hides from the curve the accountant still knows one.
            epsilon: risk.epsilon(delta).or_else(|| {
                let precision = Precision { detail, ..Precision::default() };
                epsilon(Accountant::Pld, &events, delta, precision).ok()
            }),
            fit: risk.gaussian_fit(),
            trade_off: (0..=POINTS).map(at).map(|alpha| (alpha, risk.misses(alpha))).collect(),
            attack,
            one: None,
            risk,
            events,
        })
    }

    /// The risk of one release, asked `asked` times (from 1) in what is told of asking again.
    ///
    /// # Errors
    /// As [`RiskStudy::of_all`].
    pub fn of_one(
        moved: Moved,
        delta: f64,
        asked: u64,
        seed: u64,
        detail: Detail,
    ) -> Result<Self, NoAnswer> {
        let mut study = Self::of_all(moved.events(), delta, seed, detail)?;
        let mut again = study.events.clone();
        again.iter_mut().for_each(|event| event.times = event.times.saturating_mul(asked));
        study.one = Some(OneRelease {
            moved,
            ladder: moved.ladder(detail)?,
            replaced: moved.replaced(detail)?,
            asked,
            again: Risk::in_detail(&again, detail).ok(),
            averaged: Averaged::of(moved.noise, asked),
            differenced: differencing(moved.noise, moved.linf),
        });
        Ok(study)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Noise;
    use crate::privacy::accounting::Law;

    #[test]
    fn epsilon_is_the_accountant_s_at_any_delta() {
        let law = |sigma| Law::DiscreteGaussian { sigma, sensitivity: 1 };
        let events = vec![Event { law: law(3.0), times: 20 }, Event { law: law(5.0), times: 9 }];
        for delta in [1e-3, 1e-9, 1e-16, 1e-30] {
            let told = epsilon(Accountant::Pld, &events, delta, Precision::default()).unwrap();
            let found = RiskStudy::of_all(events.clone(), delta, 1, Detail::Full).unwrap().epsilon;
            assert!((found.unwrap() / told - 1.0).abs() < 1e-3, "{delta:e}: {found:?} {told}");
        }
    }

    #[test]
    fn a_study_holds_together() {
        let noise = Noise::Laplace { b: 200.0 };
        let moved = Moved { noise, l0: 20, linf: 10.0, unit: 1.0, others: true };
        let study = RiskStudy::of_one(moved, 0.0, 5, 1, Detail::Full).unwrap();
        assert!((study.epsilon.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(study.trade_off.first(), Some(&(0.0, 1.0)));
        assert!(study.trade_off.last().unwrap().1.abs() < 1e-12);
        assert!(study.trade_off.windows(2).all(|pair| pair[1].1 <= pair[0].1 + 1e-12));
        let one = study.one.unwrap();
        assert!(one.again.unwrap().advantage() > study.risk.advantage());
        assert!((one.replaced.all.epsilon(0.0).unwrap() - 2.0).abs() < 1e-12);
    }
}
