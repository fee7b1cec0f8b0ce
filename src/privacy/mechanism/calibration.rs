//! The smallest noise that several uses of one mechanism need within a total budget.

use super::kinds::{CalibrationError, Mechanism, check, finite, whole};
use super::law::Uses;
use super::{gaussian_sigma, permute_and_flip};
use crate::privacy::accounting::{
    Accountant, Detail, Event, Law, Precision, epsilon as composed_epsilon, smallest_enough,
};

/// What is calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calibrating {
    /// A mechanism at the sensitivity its scale goes by: Δ₁, Δ₂ for Gaussian noise, Δ∞ of one
    /// number for discrete Gaussian noise; for lists of this length.
    Noise(Mechanism, u64),
    /// Permute-and-flip.
    PermuteAndFlip,
}

/// Noise that is enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibrated {
    /// b, σ, or the scale of Gumbel or exponential noise.
    pub scale: f64,
    /// The accountant by which it is enough: the one that allows the least noise.
    pub accountant: Accountant,
}

/// The smallest noise (to a part in 1e9) for which `uses` uses of a mechanism at
/// `sensitivity` are (ε, δ)-DP together; δ = 0 asks for pure DP.
///
/// # Errors
/// If a number is out of range, δ is 0 for Gaussian noise, or the sensitivity is not whole
/// for discrete noise.
pub fn calibrate_uses(
    what: Calibrating,
    epsilon: f64,
    delta: f64,
    sensitivity: f64,
    uses: u64,
) -> Result<Calibrated, CalibrationError> {
    check(epsilon, sensitivity)?;
    if !(0.0..1.0).contains(&delta) {
        return Err(CalibrationError::Delta(delta));
    }
    if uses == 0 {
        return Err(CalibrationError::NoUses);
    }
    let (places, shared) = match what {
        Calibrating::PermuteAndFlip => (1, &Uses::Pure(&[Accountant::Pld])),
        Calibrating::Noise(mechanism, k) => (k, &mechanism.entry().uses),
    };
    if matches!(shared, Uses::Own(_)) && delta == 0.0 {
        return Err(CalibrationError::GaussianDelta);
    }
    // Every use pure: the scale that basic composition asks for.
    let plain = finite(sensitivity * uses as f64 * places as f64 / epsilon)?;
    let accountants = match *shared {
        Uses::Pure(accountants) => accountants,
        Uses::Own(smallest) => {
            let scale = smallest(epsilon, delta, sensitivity, uses)?;
            return Ok(Calibrated { scale, accountant: Accountant::Pld });
        }
    };
    let events = |scale: f64| -> Vec<Event> {
        let one = match what {
            Calibrating::Noise(mechanism, k) => {
                mechanism.of_scale(scale, k as usize).events(1, sensitivity)
            }
            Calibrating::PermuteAndFlip => permute_and_flip::events(sensitivity / scale).to_vec(),
        };
        let often = |event: Event| Event { times: event.times.saturating_mul(uses), ..event };
        one.into_iter().map(often).collect()
    };
    if let Calibrating::Noise(mechanism, k) = what
        && mechanism.of_scale(plain, k as usize).is_whole()
    {
        whole(sensitivity)?;
    }
    let basic = Calibrated { scale: plain, accountant: Accountant::Basic };
    if delta == 0.0 {
        return Ok(basic);
    }
    let search = |accountant| {
        let cost = |scale, detail| {
            let precision = Precision { detail, ..Precision::default() };
            composed_epsilon(accountant, &events(scale), delta, precision).unwrap_or(f64::INFINITY)
        };
        let high = smallest_scale(plain, epsilon, cost);
        if high < plain { Calibrated { scale: high, accountant } } else { basic }
    };
    let found = accountants.iter().map(|&accountant| search(accountant));
    Ok(found
        .reduce(|best, next| if next.scale < best.scale { next } else { best })
        .unwrap_or(basic))
}

/// The smallest σ (to a part in 1e9, by the privacy loss distribution) for which `steps` uses
/// of the Poisson-subsampled Gaussian mechanism with sampling rate 0 < `rate` ≤ 1 and L2
/// sensitivity 1 are (ε, δ)-DP together: the noise multiplier of DP-SGD (Abadi et al. 2016).
/// Without sampling (rate 1) all steps are one Gaussian mechanism of sensitivity √steps.
/// `before` is the standard deviation of a Gaussian mechanism of sensitivity 1 that is used
/// first, if one is; it must cost less than (ε, δ) alone.
pub fn subsampled_gaussian_sigma(
    epsilon: f64,
    delta: f64,
    (rate, steps): (f64, u64),
    before: Option<f64>,
) -> f64 {
    // Enough at any rate: 1/σ² adds up.
    let left = before.map_or(1.0, |sigma| {
        let share = gaussian_sigma(epsilon, delta, 1.0) / sigma;
        1.0 - share * share
    });
    let most = gaussian_sigma(epsilon, delta, (steps as f64).sqrt()) / left.sqrt();
    if rate >= 1.0 {
        return most;
    }
    let cost = |sigma, detail| {
        subsampled_gaussian_epsilon(sigma, delta, (rate, steps), before, detail)
            .unwrap_or(f64::INFINITY)
    };
    smallest_scale(most, epsilon, cost)
}

/// ε at `delta` of that many steps after a Gaussian mechanism of sensitivity 1 and standard
/// deviation `before`, if one is used first; by the privacy loss distribution. 0 where nothing
/// is used, `None` where there is no answer. Takes milliseconds in coarse detail, which errs
/// on the safe side.
pub fn subsampled_gaussian_epsilon(
    sigma: f64,
    delta: f64,
    (rate, steps): (f64, u64),
    before: Option<f64>,
    detail: Detail,
) -> Option<f64> {
    let law = match rate {
        rate if rate < 1.0 => Law::SubsampledGaussian { sigma, sensitivity: 1.0, rate },
        _ => Law::Gaussian { sigma, sensitivity: 1.0 },
    };
    let precision = Precision { detail, ..Precision::default() };
    let first =
        before.map(|sigma| Event { law: Law::Gaussian { sigma, sensitivity: 1.0 }, times: 1 });
    let steps = (steps > 0).then_some(Event { law, times: steps });
    let events: Vec<Event> = first.into_iter().chain(steps).collect();
    if events.is_empty() {
        return Some(0.0);
    }
    composed_epsilon(Accountant::Pld, &events, delta, precision).ok()
}

/// The smallest scale that costs at most `epsilon`, to a part in 1e9; `most` is enough in any
/// case. The coarse search comes first, which errs on the safe side; then the fine one, below it,
/// by false position: ln ε is nearly straight in the scale's logarithm.
fn smallest_scale(most: f64, epsilon: f64, cost: impl Fn(f64, Detail) -> f64) -> f64 {
    let enough = |scale| cost(scale, Detail::Coarse) <= epsilon;
    let mut high = smallest_enough(most, 1e-3, enough).unwrap_or(most).min(most);
    let excess = |scale| libm::log(cost(scale, Detail::Full) / epsilon);
    let (mut low, mut under) = (0.995 * high, f64::NAN);
    let mut over = excess(low);
    while over <= 0.0 && low > 1e-9 * most {
        (high, under) = (low, over);
        low *= 0.98;
        over = excess(low);
    }
    if under.is_nan() {
        under = excess(high);
        // What is enough in any case need not be by this accountant.
        if under > 0.0 {
            return high;
        }
    }
    while high - low > 1e-9 * high {
        let straight = low + (high - low) * over / (over - under);
        let straight = if straight.is_finite() { straight } else { 0.5 * (low + high) };
        // A hair beyond it on either side, so that both ends close in.
        let hair = (0.01 * (high - low)).max(4e-10 * high);
        let middle = straight + if 2.0 * straight < low + high { hair } else { -hair };
        let middle = if middle <= low || middle >= high { 0.5 * (low + high) } else { middle };
        if middle <= low || middle >= high {
            break;
        }
        let found = excess(middle);
        if found <= 0.0 {
            (high, under) = (middle, found);
        } else {
            (low, over) = (middle, found);
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_scales() {
        let scale = |what, epsilon, delta, uses| {
            calibrate_uses(what, epsilon, delta, 1.0, uses).unwrap().scale
        };
        assert!(
            (scale(Calibrating::Noise(Mechanism::Gaussian, 1), 1.0, 1e-6, 10) - 13.359_607_673)
                .abs()
                < 1e-8
        );
        assert_eq!(scale(Calibrating::Noise(Mechanism::Laplace, 1), 2.0, 0.0, 4), 2.0);
        // 100 answers at b = 10 cost 4.692667 together.
        assert!(
            (scale(Calibrating::Noise(Mechanism::Laplace, 1), 4.692_667, 1e-6, 100) - 10.0).abs()
                < 1e-4
        );
        assert!(scale(Calibrating::Noise(Mechanism::GumbelTopK, 10), 1.0, 1e-6, 1) < 10.0);
    }

    #[test]
    fn refusals_are_sentences() {
        let refused = |what, delta, sensitivity| {
            calibrate_uses(what, 1.0, delta, sensitivity, 1).unwrap_err().to_string()
        };
        assert!(refused(Calibrating::Noise(Mechanism::Gaussian, 1), 0.0, 1.0).contains("δ"));
        assert!(
            refused(Calibrating::Noise(Mechanism::DiscreteLaplace, 1), 0.0, 1.5).contains("whole")
        );
        let wide = |what| calibrate_uses(what, 1e-9, 1e-6, 1e308, 1_000).unwrap_err().to_string();
        for what in [
            Calibrating::Noise(Mechanism::Laplace, 1),
            Calibrating::Noise(Mechanism::Gaussian, 1),
            Calibrating::PermuteAndFlip,
            Calibrating::Noise(Mechanism::GumbelTopK, 3),
        ] {
            assert!(wide(what).contains("too wide"), "{what:?}");
        }
    }
}
