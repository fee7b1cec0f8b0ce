//! What the accountants add up: noise laws with their sensitivity, and how often.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The worst pair of output laws of one mechanism on neighbouring data (one user added
/// or removed). Scales and sensitivities share a unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "law", rename_all = "kebab-case")]
pub enum Law {
    /// Any ε-DP mechanism, charged as randomised response, the worst of them
    /// (Kairouz, Oh, Viswanath 2015).
    Pure {
        /// ε of one use.
        epsilon: f64,
    },
    /// An ε-bounded-range choice: one round of the exponential mechanism or of Gumbel
    /// top-k with monotone counts (Durfee & Rogers 2019). ε-DP and ε²/8-zCDP.
    BoundedRange {
        /// ε of one choice.
        epsilon: f64,
    },
    /// Laplace noise on one number.
    Laplace {
        /// Scale b.
        scale: f64,
        /// How far one user moves the number.
        sensitivity: f64,
    },
    /// Discrete Laplace noise on one whole number.
    DiscreteLaplace {
        /// Scale b.
        scale: f64,
        /// How far one user moves the number.
        sensitivity: u64,
    },
    /// Gaussian noise on a vector, `sensitivity` in Euclidean norm.
    Gaussian {
        /// Standard deviation σ.
        sigma: f64,
        /// How far one user moves the vector.
        sensitivity: f64,
    },
    /// Discrete Gaussian noise on one whole number.
    DiscreteGaussian {
        /// The parameter σ.
        sigma: f64,
        /// How far one user moves the number.
        sensitivity: u64,
    },
    /// Gaussian noise on a sum over users, each taken in with probability `rate`
    /// (Poisson sampling).
    SubsampledGaussian {
        /// Standard deviation σ.
        sigma: f64,
        /// How far one user who is taken in moves the vector.
        sensitivity: f64,
        /// Probability that a user is taken in.
        rate: f64,
    },
    /// A (0, δ) event: what shows everything with probability δ, as the threshold of
    /// privately selected keys may.
    Failure {
        /// Its probability δ.
        delta: f64,
    },
}

/// A law used several times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The law.
    #[serde(flatten)]
    pub law: Law,
    /// How often.
    pub times: u64,
}

/// Why an event is none.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum EventError {
    /// A parameter out of range.
    #[error("{name} must be a number above 0, not {value}")]
    NotPositive {
        /// Its name.
        name: &'static str,
        /// What it was.
        value: f64,
    },
    /// A ratio that cannot be calculated with.
    #[error(
        "a noise scale of {scale} for a sensitivity of {sensitivity} is beyond what can be calculated with"
    )]
    Ratio {
        /// b or σ.
        scale: f64,
        /// Δ.
        sensitivity: f64,
    },
    /// A sampling rate out of range.
    #[error("rate is the probability that a user is taken in: above 0 and at most 1, not {0}")]
    Rate(f64),
    /// δ out of range.
    #[error("the δ of an event must lie between 0 and 1, not {0}")]
    Delta(f64),
}

impl Law {
    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Law::Pure { .. } => "pure",
            Law::BoundedRange { .. } => "bounded-range",
            Law::Laplace { .. } => "laplace",
            Law::DiscreteLaplace { .. } => "discrete-laplace",
            Law::Gaussian { .. } => "gaussian",
            Law::DiscreteGaussian { .. } => "discrete-gaussian",
            Law::SubsampledGaussian { .. } => "subsampled-gaussian",
            Law::Failure { .. } => "failure",
        }
    }

    /// The ε of one use, where the law is ε-DP with δ = 0.
    pub fn pure_epsilon(self) -> Option<f64> {
        match self {
            Law::Pure { epsilon } | Law::BoundedRange { epsilon } => Some(epsilon),
            Law::Laplace { scale, sensitivity } => Some(sensitivity / scale),
            Law::DiscreteLaplace { scale, sensitivity } => Some(sensitivity as f64 / scale),
            Law::Failure { delta: 0.0 } => Some(0.0),
            _ => None,
        }
    }

    /// Refuses parameters that no accountant can work with: each must be a number above
    /// 0, and the noise neither 1e9 times smaller nor 1e12 times larger than the
    /// sensitivity.
    ///
    /// # Errors
    /// The first parameter that is out of range.
    pub fn check(self) -> Result<(), EventError> {
        let positive = |name, value: f64| {
            if value.is_finite() && value > 0.0 {
                Ok(())
            } else {
                Err(EventError::NotPositive { name, value })
            }
        };
        let noise = |name, scale: f64, sensitivity: f64| {
            positive(name, scale)?;
            positive("sensitivity", sensitivity)?;
            let ratio = scale / sensitivity;
            if (1e-9..=1e12).contains(&ratio) {
                Ok(())
            } else {
                Err(EventError::Ratio { scale, sensitivity })
            }
        };
        match self {
            Law::Pure { epsilon } | Law::BoundedRange { epsilon } => {
                positive("epsilon", epsilon)?;
                noise("epsilon", 1.0 / epsilon, 1.0)
            }
            Law::Laplace { scale, sensitivity } => noise("scale", scale, sensitivity),
            Law::DiscreteLaplace { scale, sensitivity } => {
                noise("scale", scale, sensitivity as f64)
            }
            Law::Gaussian { sigma, sensitivity } => noise("sigma", sigma, sensitivity),
            Law::DiscreteGaussian { sigma, sensitivity } => {
                noise("sigma", sigma, sensitivity as f64)
            }
            Law::SubsampledGaussian { sigma, sensitivity, rate } => {
                noise("sigma", sigma, sensitivity)?;
                if rate > 0.0 && rate <= 1.0 { Ok(()) } else { Err(EventError::Rate(rate)) }
            }
            Law::Failure { delta } => {
                if (0.0..1.0).contains(&delta) {
                    Ok(())
                } else {
                    Err(EventError::Delta(delta))
                }
            }
        }
    }
}

impl Event {
    /// A law used once.
    pub fn once(law: Law) -> Self {
        Self { law, times: 1 }
    }
}

/// Events in their shortest equal form: Gaussian ones joined into one (ρ = Δ²/2σ² adds,
/// and a rate of 1 samples nothing), equal ones counted, failures added up.
pub(super) fn joined(events: &[Event]) -> (Vec<Event>, f64) {
    let mut whole: Vec<Event> = Vec::new();
    let (mut inverse_variance, mut log_kept) = (0.0, 0.0);
    for &Event { law, times } in events.iter().filter(|event| event.times > 0) {
        match law {
            Law::Gaussian { sigma, sensitivity }
            | Law::SubsampledGaussian { sigma, sensitivity, rate: 1.0 } => {
                inverse_variance += times as f64 * (sensitivity / sigma) * (sensitivity / sigma);
            }
            Law::Failure { delta } => log_kept += times as f64 * libm::log1p(-delta),
            _ => match whole.iter_mut().find(|event| event.law == law) {
                Some(event) => event.times = event.times.saturating_add(times),
                None => whole.push(Event { law, times }),
            },
        }
    }
    if inverse_variance > 0.0 {
        whole.push(Event::once(Law::Gaussian {
            sigma: 1.0 / inverse_variance.sqrt(),
            sensitivity: 1.0,
        }));
    }
    (whole, -libm::expm1(log_kept))
}
