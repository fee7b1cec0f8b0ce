//! What several events cost together, by each accountant.

use thiserror::Error;

use super::accountant::Accountant;
use super::event::{Event, EventError, Law, joined};
use super::pld::{self, Detail, NoLoss};
use super::renyi::{self, Direction, Orders};
use super::search::smallest_enough;
use super::zcdp;
use crate::privacy::mechanism::gaussian_delta;

/// Why an accountant has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum NoAnswer {
    /// An event that cannot be accounted for.
    #[error(transparent)]
    Event(#[from] EventError),
    /// δ out of range.
    #[error("δ must be at least 0 and below 1, not {0}")]
    Delta(f64),
    /// ε out of range.
    #[error("ε must be a number of at least 0, not {0}")]
    Epsilon(f64),
    /// At δ = 0 only pure mechanisms have an ε.
    #[error("{0} noise has no ε at δ = 0")]
    NeedsDelta(&'static str),
    /// The failures alone use up δ.
    #[error("events that fail with probability {0:e} together leave nothing of δ")]
    Failures(f64),
    /// Zero-concentrated DP says nothing of Poisson sampling.
    #[error("zCDP has no ρ for Poisson-subsampled Gaussian noise")]
    NoRho,
    /// Basic composition gives δ for one ε only.
    #[error("basic composition knows the pair ε = {0}, and nothing below it")]
    BelowBasic(f64),
    /// Basic composition of mechanisms that trade ε against δ.
    #[error("basic composition gives no δ for {0} noise without a division of ε among the events")]
    NoBasicDelta(&'static str),
    /// Advanced composition is a bound for pure mechanisms.
    #[error("the bound is for pure mechanisms, which {0} noise is not")]
    NotPure(&'static str),
    /// A discrete law with too many atoms.
    #[error(
        "the noise is so wide that its losses are too many to enumerate; a larger unit would do"
    )]
    TooWide,
    /// The loss is infinite with at least probability δ.
    #[error("the loss is infinite with a probability of {0:e}, which is not below δ")]
    Infinite(f64),
}

impl From<NoLoss> for NoAnswer {
    fn from(none: NoLoss) -> Self {
        match none {
            NoLoss::Infinite(delta) => NoAnswer::Infinite(delta),
            NoLoss::Long => NoAnswer::TooWide,
        }
    }
}

/// How answers are calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Precision {
    /// The orders of Rényi accounting.
    pub orders: Orders,
    /// The grid of privacy loss distributions.
    pub detail: Detail,
}

/// The ε of all `events` together at `delta`; never below the true one by more than
/// rounding.
///
/// # Errors
/// If an event or δ is out of range, or the accountant has no answer (the reason says why).
pub fn epsilon(
    accountant: Accountant,
    events: &[Event],
    delta: f64,
    precision: Precision,
) -> Result<f64, NoAnswer> {
    events.iter().try_for_each(|event| event.law.check())?;
    if !(0.0..1.0).contains(&delta) {
        return Err(NoAnswer::Delta(delta));
    }
    let (whole, failures) = joined(events);
    if whole.is_empty() {
        return if failures <= delta { Ok(0.0) } else { Err(NoAnswer::Failures(failures)) };
    }
    let pure = pure_sum(events);
    if delta == 0.0 {
        // Without δ, pure ε add up, and nothing better holds for the laws here.
        if failures > 0.0 {
            return Err(NoAnswer::Failures(failures));
        }
        return pure.ok_or_else(|| NoAnswer::NeedsDelta(impure(events)));
    }
    let left = (delta - failures) / (1.0 - failures);
    if failures > 0.0 && left <= 0.0 && !(pure.is_some() && left == 0.0) {
        return Err(NoAnswer::Failures(failures));
    }
    if left == 0.0 {
        return pure.ok_or_else(|| NoAnswer::NeedsDelta(impure(events)));
    }
    let capped = |found: f64| found.min(pure.unwrap_or(f64::INFINITY)).max(0.0);
    match accountant {
        Accountant::Basic => basic_epsilon(events, left),
        Accountant::Zcdp => Ok(zcdp::zcdp_epsilon(zcdp::rho(&whole).ok_or(NoAnswer::NoRho)?, left)),
        Accountant::Rdp => {
            Ok(capped(renyi::epsilon(&whole, left, precision.orders, Direction::Remove).value))
        }
        Accountant::Pld => match (gaussian_alone(&whole), sampled_alone(&whole)) {
            (Some(mu), _) => Ok(gaussian_epsilon(mu, left)),
            (_, Some((sigma, rate))) => Ok(pld::sampled_epsilon(sigma, rate, left)),
            _ => {
                // Each bounds the same fixed plan, so the smallest holds.
                let grid = pld::epsilon(&whole, left, precision.detail);
                let orders =
                    renyi::epsilon(&whole, left, precision.orders, Direction::Remove).value;
                let alone = matches!(whole[..], [event] if event.times == 1);
                let basic = match precision.detail {
                    Detail::Full if pure.is_none() && !alone => {
                        basic_epsilon(events, left).unwrap_or(f64::INFINITY)
                    }
                    _ => f64::INFINITY,
                };
                let others = capped(orders.min(basic));
                match grid {
                    Err(reason) if !others.is_finite() => Err(reason.into()),
                    grid => Ok(grid.unwrap_or(f64::INFINITY).max(0.0).min(others)),
                }
            }
        },
    }
}

/// The δ of all `events` together at `epsilon`; never below the true one by more than
/// rounding.
///
/// # Errors
/// If an event or ε is out of range, or the accountant has no answer.
pub fn delta(
    accountant: Accountant,
    events: &[Event],
    epsilon: f64,
    precision: Precision,
) -> Result<f64, NoAnswer> {
    events.iter().try_for_each(|event| event.law.check())?;
    if !(epsilon.is_finite() && epsilon >= 0.0) {
        return Err(NoAnswer::Epsilon(epsilon));
    }
    let (whole, failures) = joined(events);
    let with_failures = |delta: f64| (failures + (1.0 - failures) * delta).min(1.0);
    let pure = pure_sum(events);
    // A hair of room: a sum of tenths is not exactly what was typed.
    if whole.is_empty() || pure.is_some_and(|sum| sum <= epsilon * (1.0 + 1e-12)) {
        return Ok(failures);
    }
    match accountant {
        Accountant::Basic => match pure {
            Some(sum) => Err(NoAnswer::BelowBasic(sum)),
            None => basic_delta(&whole, epsilon).map(with_failures),
        },
        Accountant::Zcdp => {
            Ok(with_failures(zcdp::zcdp_delta(zcdp::rho(&whole).ok_or(NoAnswer::NoRho)?, epsilon)))
        }
        Accountant::Rdp => Ok(with_failures(
            renyi::delta(&whole, epsilon, precision.orders, Direction::Remove).value,
        )),
        Accountant::Pld => {
            Ok(with_failures(match (gaussian_alone(&whole), sampled_alone(&whole)) {
                (Some(mu), _) => gaussian_delta(epsilon, 1.0 / mu, 1.0),
                (_, Some((sigma, rate))) => pld::sampled_delta(sigma, rate, epsilon),
                // Each bounds the same fixed plan, so the smaller holds.
                _ => {
                    let orders =
                        renyi::delta(&whole, epsilon, precision.orders, Direction::Remove).value;
                    pld::delta(&whole, epsilon, precision.detail)
                        .map_or(orders, |grid| grid.min(orders))
                }
            }))
        }
    }
}

/// Σ of the pure ε of all events but failures, if all have one.
fn pure_sum(events: &[Event]) -> Option<f64> {
    events
        .iter()
        .filter(|event| !matches!(event.law, Law::Failure { .. }))
        .map(|event| Some(event.times as f64 * event.law.pure_epsilon()?))
        .sum()
}

/// The name of the first law that is not pure.
fn impure(events: &[Event]) -> &'static str {
    events
        .iter()
        .find(|event| event.law.pure_epsilon().is_none())
        .map_or("this", |event| event.law.name())
}

/// μ = Δ/σ where one Gaussian law is all there is.
fn gaussian_alone(whole: &[Event]) -> Option<f64> {
    match whole {
        [Event { law: Law::Gaussian { sigma, sensitivity }, times: 1 }] => {
            Some(sensitivity / sigma)
        }
        _ => None,
    }
}

/// σ/Δ and rate where one use of sampled Gaussian noise is all there is.
fn sampled_alone(whole: &[Event]) -> Option<(f64, f64)> {
    match whole {
        [Event { law: Law::SubsampledGaussian { sigma, sensitivity, rate }, times: 1 }] => {
            Some((sigma / sensitivity, *rate))
        }
        _ => None,
    }
}

/// The smallest ε ≥ 0 at which a Gaussian shift of μ standard deviations has δ (Balle &
/// Wang 2018, Theorem 5).
fn gaussian_epsilon(mu: f64, delta: f64) -> f64 {
    let enough = |epsilon: f64| gaussian_delta(epsilon, 1.0 / mu, 1.0) <= delta;
    if enough(0.0) {
        return 0.0;
    }
    smallest_enough(mu.max(1e-6), 1e-15, enough).unwrap_or(f64::INFINITY)
}

/// Basic composition: the ε of each event at an equal share of δ, added up.
fn basic_epsilon(events: &[Event], delta: f64) -> Result<f64, NoAnswer> {
    let sharing: f64 = events
        .iter()
        .filter(|event| {
            event.law.pure_epsilon().is_none() && !matches!(event.law, Law::Failure { .. })
        })
        .map(|event| event.times as f64)
        .sum();
    let mut sum = 0.0;
    for event in
        events.iter().filter(|event| event.times > 0 && !matches!(event.law, Law::Failure { .. }))
    {
        let one = match event.law.pure_epsilon() {
            Some(pure) => pure,
            None => single_epsilon(event.law, delta / sharing)?,
        };
        sum += event.times as f64 * one;
    }
    Ok(sum)
}

/// The exact ε of one use.
fn single_epsilon(law: Law, delta: f64) -> Result<f64, NoAnswer> {
    let once = [Event::once(law)];
    let (whole, _) = joined(&once);
    Ok(match (gaussian_alone(&whole), sampled_alone(&whole)) {
        (Some(mu), _) => gaussian_epsilon(mu, delta),
        (_, Some((sigma, rate))) => pld::sampled_epsilon(sigma, rate, delta),
        _ => epsilon(Accountant::Pld, &once, delta, Precision::default())?,
    })
}

/// Basic composition of one event that has a δ: that event's own.
fn basic_delta(whole: &[Event], epsilon: f64) -> Result<f64, NoAnswer> {
    match whole {
        [event] if event.times == 1 => {
            delta(Accountant::Pld, &[*event], epsilon, Precision::default())
        }
        _ => Err(NoAnswer::NoBasicDelta(impure(whole))),
    }
}
