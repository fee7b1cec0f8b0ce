//! The whole curve δ(ε) of a composition, made once and asked at many ε: in closed form where
//! there is one law that has one, else from the privacy loss distribution.

use super::composition::NoAnswer;
use super::event::{Event, Law, joined};
use super::pld::{Detail, WholeCurve};
use crate::privacy::mechanism::gaussian_delta;

/// δ at every ε ≥ 0 of a fixed plan, and how likely larger losses are. Never below the true δ by
/// more than rounding.
#[derive(Debug, Clone)]
pub struct DeltaCurve {
    kind: Kind,
    /// The probability of failures, which show everything.
    failures: f64,
    /// The largest loss there can be; `None` where there is none.
    most: Option<f64>,
}

/// A composition without its failures.
#[derive(Debug, Clone)]
enum Kind {
    /// Nothing is published.
    Nothing,
    /// One ε-DP mechanism: randomised response, the worst of them.
    Pure(f64),
    /// One choice of bounded range: the worst pair at every ε.
    BoundedRange(f64),
    /// One Laplace number: Δ/b.
    Laplace(f64),
    /// One discrete Laplace number: b and the shift Δ.
    DiscreteLaplace(f64, u64),
    /// Gaussian noise of any number of answers: μ = Δ/σ of all.
    Gaussian(f64),
    /// Anything else.
    Composed(WholeCurve),
}

/// The law behind a curve that has a closed form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KnownLaw {
    /// One Laplace number of Δ/b.
    Laplace(f64),
    /// Gaussian noise of μ = Δ/σ.
    Gaussian(f64),
}

impl DeltaCurve {
    /// Composes `events`.
    ///
    /// # Errors
    /// If an event is out of range, or its losses are too many to enumerate.
    pub fn of(events: &[Event], detail: Detail) -> Result<Self, NoAnswer> {
        events.iter().try_for_each(|event| event.law.check())?;
        let (whole, failures) = joined(events);
        let most =
            whole.iter().map(|event| Some(event.times as f64 * event.law.pure_epsilon()?)).sum();
        let kind = match whole[..] {
            [] => Kind::Nothing,
            [Event { law, times: 1 }] => match law {
                Law::Pure { epsilon } => Kind::Pure(epsilon),
                Law::BoundedRange { epsilon } => Kind::BoundedRange(epsilon),
                Law::Laplace { scale, sensitivity } => Kind::Laplace(sensitivity / scale),
                Law::DiscreteLaplace { scale, sensitivity } => {
                    Kind::DiscreteLaplace(scale, sensitivity)
                }
                Law::Gaussian { sigma, sensitivity } => Kind::Gaussian(sensitivity / sigma),
                _ => Kind::Composed(WholeCurve::of(&whole, detail)?),
            },
            _ => Kind::Composed(WholeCurve::of(&whole, detail)?),
        };
        Ok(Self { kind, failures, most })
    }

    /// δ at ε ≥ 0; infinite ε leaves what shows everything.
    pub fn delta(&self, epsilon: f64) -> f64 {
        (self.failures + (1.0 - self.failures) * self.without_failures(epsilon)).min(1.0)
    }

    fn without_failures(&self, epsilon: f64) -> f64 {
        if self.most.is_some_and(|most| epsilon >= most) || epsilon == f64::INFINITY {
            return 0.0;
        }
        match &self.kind {
            Kind::Nothing => 0.0,
            // (e^ε₀ - e^ε)/(1 + e^ε₀), divided by e^ε₀.
            Kind::Pure(top) => -libm::expm1(epsilon - top) / (1.0 + libm::exp(-top)),
            // (e^{ε₀/2} - e^{ε/2})²/(e^ε₀ - 1), divided by e^ε₀.
            Kind::BoundedRange(top) => {
                let gap = libm::expm1(0.5 * (epsilon - top));
                gap * gap / -libm::expm1(-top)
            }
            Kind::Laplace(top) => -libm::expm1(0.5 * (epsilon - top)),
            Kind::DiscreteLaplace(b, shift) => {
                let (with, without) = discrete_laplace(*b, *shift, epsilon);
                (with - libm::exp(epsilon + without)).max(0.0)
            }
            Kind::Gaussian(mu) => gaussian_delta(epsilon, 1.0 / mu, 1.0),
            Kind::Composed(curve) => curve.delta(epsilon),
        }
    }

    /// How likely it is that the output of the data with the user loses more than ε ≥ 0.
    pub fn beyond(&self, epsilon: f64) -> f64 {
        let finite = if self.most.is_some_and(|most| epsilon >= most) {
            0.0
        } else {
            match &self.kind {
                Kind::Nothing => 0.0,
                Kind::Pure(top) => 1.0 / (1.0 + libm::exp(-top)),
                Kind::BoundedRange(top) => libm::expm1(0.5 * (epsilon - top)) / libm::expm1(-top),
                // Noise below the place whose loss is ε: 1 - ½e^{(ε - ε₀)/2}.
                Kind::Laplace(top) => 1.0 - 0.5 * libm::exp(0.5 * (epsilon - top)),
                Kind::DiscreteLaplace(b, shift) => discrete_laplace(*b, *shift, epsilon).0,
                // The loss is N(μ²/2, μ²).
                Kind::Gaussian(mu) => {
                    0.5 * libm::erfc((epsilon / mu - 0.5 * mu) * std::f64::consts::FRAC_1_SQRT_2)
                }
                Kind::Composed(curve) => curve.beyond(epsilon),
            }
        };
        (self.failures + (1.0 - self.failures) * finite).min(1.0)
    }

    /// The probability of failures, which show everything.
    pub fn failures(&self) -> f64 {
        self.failures
    }

    /// The largest loss that an output without failures can have; `None` where there is no largest.
    pub fn most(&self) -> Option<f64> {
        self.most
    }

    /// An ε at which nothing but failures is left of δ that is more than rounding.
    pub fn end(&self) -> f64 {
        match (&self.kind, self.most) {
            (_, Some(most)) => most,
            // Φ(-39) is the smallest that numbers hold.
            (Kind::Gaussian(mu), _) => mu * (0.5 * mu + 39.0),
            (Kind::Composed(curve), _) => curve.most(),
            _ => 0.0,
        }
    }

    /// What of δ is there only because rounding may hide as much.
    pub fn rounding(&self) -> f64 {
        match &self.kind {
            Kind::Composed(curve) => curve.rounding(),
            _ => 0.0,
        }
    }

    /// The law, where the trade-off between both errors has a closed form.
    pub fn known(&self) -> Option<KnownLaw> {
        match self.kind {
            Kind::Laplace(top) => Some(KnownLaw::Laplace(top)),
            Kind::Gaussian(mu) => Some(KnownLaw::Gaussian(mu)),
            _ => None,
        }
    }
}

/// P(Z ≤ t) and ln P(Z ≤ t - Δ) of discrete Laplace noise, t the last place whose loss
/// (Δ - 2t)/b is above `epsilon`.
fn discrete_laplace(b: f64, shift: u64, epsilon: f64) -> (f64, f64) {
    let shift = shift as f64;
    // Losses above the largest but one stand below 0, where all have the same.
    let t = ((0.5 * (shift - epsilon * b)).ceil() - 1.0).clamp(0.0, shift);
    let a = libm::exp(-1.0 / b);
    (1.0 - libm::exp(-(t + 1.0) / b) / (1.0 + a), (t - shift) / b - libm::log1p(a))
}

#[cfg(test)]
mod tests {
    use super::super::{Accountant, Precision, delta};
    use super::*;

    fn curves() -> Vec<Vec<Event>> {
        let once = |law| vec![Event::once(law)];
        vec![
            once(Law::Pure { epsilon: 0.7 }),
            once(Law::BoundedRange { epsilon: 1.3 }),
            once(Law::Laplace { scale: 2.0, sensitivity: 3.0 }),
            once(Law::DiscreteLaplace { scale: 3.0, sensitivity: 1 }),
            once(Law::DiscreteLaplace { scale: 3.0, sensitivity: 7 }),
            once(Law::Gaussian { sigma: 1.5, sensitivity: 1.0 }),
            once(Law::DiscreteGaussian { sigma: 2.0, sensitivity: 2 }),
            once(Law::SubsampledGaussian { sigma: 0.8, sensitivity: 1.0, rate: 0.2 }),
            vec![Event { law: Law::Laplace { scale: 20.0, sensitivity: 1.0 }, times: 20 }],
            vec![
                Event { law: Law::Laplace { scale: 10.0, sensitivity: 1.0 }, times: 100 },
                Event { law: Law::Gaussian { sigma: 8.0, sensitivity: 1.0 }, times: 5 },
                Event::once(Law::Failure { delta: 1e-3 }),
            ],
        ]
    }

    #[test]
    fn a_curve_says_what_the_accountant_says() {
        for events in curves() {
            let curve = DeltaCurve::of(&events, Detail::Full).unwrap();
            for epsilon in [0.0, 0.05, 0.3, 0.61, 1.0, 1.4, 2.2, 3.5] {
                let told = delta(Accountant::Pld, &events, epsilon, Precision::default()).unwrap();
                let found = curve.delta(epsilon);
                assert!(
                    (found - told).abs() <= 2e-5 * told + 1e-12,
                    "{events:?} at {epsilon}: {found}, the accountant {told}"
                );
            }
        }
    }

    #[test]
    fn what_lies_beyond_is_the_curve_less_its_slope() {
        // Where sampling makes two directions, δ is the larger of two curves.
        let one_way = |events: &Vec<Event>| {
            !events.iter().any(|event| matches!(event.law, Law::SubsampledGaussian { .. }))
        };
        for events in curves().into_iter().filter(one_way) {
            let curve = DeltaCurve::of(&events, Detail::Full).unwrap();
            for epsilon in [0.051, 0.311, 0.63] {
                let step = 1e-3;
                // Laws with atoms have kinks: the chord stands between the ends.
                let slope = |from: f64| (curve.delta(from + step) - curve.delta(from)) / step;
                let (low, high) = (
                    curve.delta(epsilon) - slope(epsilon),
                    curve.delta(epsilon) - slope(epsilon - step),
                );
                let found = curve.beyond(epsilon);
                assert!(
                    found > low.min(high) - 2e-3 && found < low.max(high) + 2e-3,
                    "{events:?} at {epsilon}: {found} is not between {low} and {high}"
                );
            }
        }
    }
}
