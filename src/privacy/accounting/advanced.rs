//! Advanced composition, as text books have it: shown beside the accountants, never
//! better than privacy loss distributions.

use super::composition::NoAnswer;
use super::event::{Event, Law};

/// The ε of pure mechanisms together at `delta` in (0, 1): the least of the three bounds
/// of Kairouz, Oh, Viswanath 2015, Theorem 3.5.
///
/// # Errors
/// If an event is out of range or not ε-DP, or δ lies outside (0, 1).
pub fn advanced_epsilon(events: &[Event], delta: f64) -> Result<f64, NoAnswer> {
    if !(delta > 0.0 && delta < 1.0) {
        return Err(NoAnswer::Delta(delta));
    }
    let (mut sum, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for event in events {
        event.law.check()?;
        let times = event.times as f64;
        let epsilon = match event.law {
            Law::Failure { .. } => None,
            law => law.pure_epsilon(),
        };
        let epsilon = epsilon.ok_or(NoAnswer::NotPure(event.law.name()))?;
        sum += times * epsilon;
        mean += times * epsilon * libm::tanh(0.5 * epsilon);
        squares += times * epsilon * epsilon;
    }
    let root = |inside: f64| (2.0 * squares * inside).sqrt();
    let plain = root(-libm::log(delta));
    let other = root(libm::log(std::f64::consts::E + squares.sqrt() / delta));
    Ok(sum.min(mean + plain).min(mean + other))
}
