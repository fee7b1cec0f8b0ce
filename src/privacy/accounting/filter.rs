//! Filters: a cap that is fixed beforehand holds for answers that are chosen one after
//! another in the light of earlier ones, which the best bound at the end does not.
//!
//! Zero-concentrated DP: answers may go on while their ρ add up to at most a constant cap,
//! and their failures to at most a constant δ (Whitehouse, Ramdas, Rogers, Wu 2023, "Fully
//! Adaptive Composition in Differential Privacy", for approximate zCDP). Rényi DP: the same at one
//! order that is fixed beforehand (Feldman & Zrnic 2021, "Individual Privacy Accounting via
//! a Rényi Filter"). The cap is what converts to ε at the δ that is kept for the conversion
//! (Canonne, Kamath, Steinke 2020, Proposition 12).

use super::composition::NoAnswer;
use super::event::{Event, Law};
use super::renyi::{Direction, LOG_RANGE};
use super::search::minimise;
use super::zcdp::{self, zcdp_epsilon};

/// The largest ρ that costs at most ε at 0 < δ < 1, to the last digits and never above.
pub fn rho_cap(epsilon: f64, delta: f64) -> f64 {
    let (mut low, mut high) = (0.0, epsilon);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if zcdp_epsilon(middle, delta) <= epsilon { low = middle } else { high = middle }
    }
    low
}

/// ρ of all events together; failures count nothing here.
///
/// # Errors
/// If an event is out of range, or has no ρ (Poisson-subsampled Gaussian noise).
pub fn rho_of(events: &[Event]) -> Result<f64, NoAnswer> {
    events.iter().try_for_each(|event| event.law.check())?;
    zcdp::rho(events).ok_or(NoAnswer::NoRho)
}

/// The Rényi divergence of one order α > 1 that costs at most ε at 0 < δ < 1:
/// ε - ln(1 - 1/α) + ln(δα)/(α-1), at least 0 and rounded down.
pub fn divergence_cap(epsilon: f64, delta: f64, order: f64) -> f64 {
    let s = order - 1.0;
    let (gained, lost) = (libm::log1p(1.0 / s), libm::log(delta * order) / s);
    let slack = 8.0 * f64::EPSILON * (epsilon + gained + lost.abs());
    (epsilon + gained + lost - slack).max(0.0)
}

/// The Rényi divergence of order α > 1 of all events together; failures count nothing here.
///
/// # Errors
/// If an event is out of range.
pub fn divergence_of(events: &[Event], order: f64) -> Result<f64, NoAnswer> {
    events.iter().try_for_each(|event| event.law.check())?;
    Ok(divergence(events, order - 1.0))
}

fn divergence(events: &[Event], s: f64) -> f64 {
    // Of the two neighbours the one with the user loses more (see the tests of `renyi`).
    events
        .iter()
        .map(|event| event.times as f64 * event.law.log_moment(s, Direction::Remove))
        .sum::<f64>()
        / s
}

/// The ε at 0 < δ < 1 of a Rényi divergence of one order α > 1, at least 0.
pub fn divergence_epsilon(divergence: f64, delta: f64, order: f64) -> f64 {
    let s = order - 1.0;
    (divergence - libm::log(delta * order) / s - libm::log1p(1.0 / s)).max(0.0)
}

/// The order whose cap for (ε, δ) holds `plan` most often, to three digits of α - 1. Without
/// a plan the one that is best for Gaussian noise, and for many small answers of any kind.
///
/// # Errors
/// If an event is out of range.
pub fn best_order(epsilon: f64, delta: f64, plan: &[Event]) -> Result<f64, NoAnswer> {
    plan.iter().try_for_each(|event| event.law.check())?;
    let noise: Vec<Event> = plan
        .iter()
        .copied()
        .filter(|event| !matches!(event.law, Law::Failure { .. }) && event.times > 0)
        .collect();
    let share = |log: f64| {
        let s = libm::exp(log);
        let charge = if noise.is_empty() { s + 1.0 } else { divergence(&noise, s) };
        let cap = divergence_cap(epsilon, delta, s + 1.0);
        if cap > 0.0 { charge / cap } else { f64::INFINITY }
    };
    let s = libm::exp(minimise(LOG_RANGE, 80, share).0);
    let decimals = (2.0 - libm::log10(s).floor()).max(0.0) as usize;
    Ok(format!("{:.decimals$}", 1.0 + s).parse().unwrap_or(1.0 + s))
}

/// Whether all events but failures are pure: then their ε add up without any δ.
pub fn all_pure(events: &[Event]) -> bool {
    events
        .iter()
        .all(|event| matches!(event.law, Law::Failure { .. }) || event.law.pure_epsilon().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::{Accountant, Precision, epsilon as epsilon_of};
    use proptest::prelude::*;

    #[test]
    fn rho_is_the_largest_within_the_guarantee() {
        for (epsilon, delta) in [(0.1, 1e-6), (1.0, 1e-6), (8.0, 1e-9), (50.0, 0.1)] {
            let rho = rho_cap(epsilon, delta);
            assert!(zcdp_epsilon(rho, delta) <= epsilon);
            assert!(zcdp_epsilon(rho * (1.0 + 1e-9), delta) > epsilon);
        }
    }

    #[test]
    fn without_a_plan_the_order_is_that_of_gaussian_noise() {
        for (epsilon, delta) in [(0.1, 1e-6), (1.0, 5e-7), (5.0, 5e-7), (30.0, 1e-9)] {
            let order = best_order(epsilon, delta, &[]).unwrap();
            // ρ·α stays below the cap of the order for as much ρ as by the best order at the end.
            let (one, best) =
                (divergence_cap(epsilon, delta, order) / order, rho_cap(epsilon, delta));
            assert!(
                one <= best * (1.0 + 1e-9) && one > best * 0.9999,
                "{epsilon} {delta}: {order}: {one} {best}"
            );
        }
    }

    #[test]
    fn the_order_of_a_plan_holds_it_at_least_as_often_as_any_other() {
        let laplace = |scale| Event::once(Law::Laplace { scale, sensitivity: 1.0 });
        let plans = [
            vec![laplace(2.0)],
            vec![
                laplace(0.7),
                Event { law: Law::Gaussian { sigma: 8.0, sensitivity: 1.0 }, times: 5 },
            ],
            vec![Event::once(Law::SubsampledGaussian { sigma: 1.1, sensitivity: 1.0, rate: 0.01 })],
        ];
        for plan in plans {
            let often =
                |order| divergence_cap(3.0, 5e-7, order) / divergence_of(&plan, order).unwrap();
            let found = often(best_order(3.0, 5e-7, &plan).unwrap());
            for i in 0..400 {
                let order = 1.0 + libm::exp(f64::from(i) * 0.03 - 4.0);
                assert!(often(order) <= found * 1.001, "{plan:?} at {order}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_stays_below_a_cap_costs_at_most_its_epsilon(
            epsilon in 0.01..20.0f64,
            log_delta in -30.0..-2.0f64,
            scales in prop::collection::vec(0.3..30.0f64, 1..6),
            order in 1.05..80.0f64,
        ) {
            let delta = libm::exp(log_delta);
            let events: Vec<Event> =
                scales.iter().map(|&scale| Event::once(Law::Laplace { scale, sensitivity: 1.0 })).collect();
            let charge = divergence_of(&events, order).unwrap();
            let by_order = divergence_epsilon(charge, delta, order);
            if charge <= divergence_cap(epsilon, delta, order) {
                prop_assert!(by_order <= epsilon * (1.0 + 1e-12));
            }
            // One fixed order never says less than the best one at the end.
            let best = epsilon_of(Accountant::Rdp, &events, delta, Precision::default()).unwrap();
            prop_assert!(best <= by_order * (1.0 + 1e-9) + 1e-9);
            let rho = rho_of(&events).unwrap();
            if rho <= rho_cap(epsilon, delta) {
                prop_assert!(zcdp_epsilon(rho, delta) <= epsilon * (1.0 + 1e-12));
            }
        }
    }
}
