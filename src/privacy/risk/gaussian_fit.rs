//! μ: the one number that sums a trade-off curve up (Dong, Roth, Su 2022), and how badly.

use super::attacker::Risk;
use crate::privacy::accounting::smallest_enough;
use crate::privacy::mechanism::gaussian_delta;
use crate::privacy::normal::{phi, quantile};

/// δ below which nothing has to be dominated.
const SMALLEST_DELTA: f64 = 1e-10;

/// The Gaussian curve that is nowhere safer than the true one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussianFit {
    /// The smallest μ that dominates wherever δ is above 1e-10.
    pub mu: f64,
    /// By how much the Gaussian curve misses too few at most: 0 for Gaussian noise.
    pub gap: f64,
    /// The false alarms at which it does.
    pub at: f64,
}

impl Risk {
    /// The smallest μ whose Gaussian curve dominates over all ε with δ(ε) > 1e-10, and where it
    /// fits worst. `None` where something is shown whole with more than that probability, which no
    /// Gaussian noise does, or no number is large enough.
    pub fn gaussian_fit(&self) -> Option<GaussianFit> {
        /// Even parts of the range of ε that are looked at before the best is refined.
        const PARTS: u32 = 256;
        let curve = self.curve();
        if curve.failures() > SMALLEST_DELTA {
            return None;
        }
        let counts = |epsilon: f64| curve.delta(epsilon) - curve.rounding() > SMALLEST_DELTA;
        if !counts(0.0) {
            return Some(GaussianFit { mu: 0.0, gap: 0.0, at: 0.5 });
        }
        let (mut inside, mut outside) = (0.0, curve.end());
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if counts(middle) { inside = middle } else { outside = middle }
        }
        let at = |part: f64| inside * part / f64::from(PARTS);
        let mut mu = 2.0 * quantile(0.5 + 0.5 * curve.delta(0.0).min(1.0 - 1e-16));
        let mut best = 0.0;
        for part in 0..=PARTS {
            if let Some(larger) = self.larger_mu(at(f64::from(part)), mu) {
                (mu, best) = (larger, f64::from(part));
            }
        }
        // Around the best part, in ever finer ones.
        let mut width = 1.0;
        for _ in 0..6 {
            width /= 8.0;
            let middle = best;
            for step in -8..=8 {
                let part = (middle + f64::from(step) * width).clamp(0.0, f64::from(PARTS));
                if let Some(larger) = self.larger_mu(at(part), mu) {
                    (mu, best) = (larger, part);
                }
            }
        }
        if !mu.is_finite() {
            return None;
        }
        let (at, gap) = self.worst_fit(mu);
        Some(GaussianFit { mu, gap, at })
    }

    /// The μ that ε asks for, where that is more than `mu`.
    fn larger_mu(&self, epsilon: f64, mu: f64) -> Option<f64> {
        let delta = self.curve().delta(epsilon);
        let enough = |mu: f64| gaussian_delta(epsilon, 1.0 / mu, 1.0) >= delta;
        if mu > 0.0 && enough(mu * (1.0 + 1e-13)) {
            return None;
        }
        smallest_enough(mu.max(1e-9), 1e-13, enough)
    }

    /// False alarms at which the Gaussian curve of μ is furthest below this one, and how far.
    fn worst_fit(&self, mu: f64) -> (f64, f64) {
        let gap = |alpha: f64| self.misses(alpha) - phi(-quantile(alpha) - mu);
        (1..200)
            .map(|step| f64::from(step) / 200.0)
            .map(|alpha| (alpha, gap(alpha).max(0.0)))
            .fold((0.5, 0.0), |worst, next| if next.1 > worst.1 { next } else { worst })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::{Event, Law};

    fn fit(events: &[Event]) -> GaussianFit {
        Risk::of(events).unwrap().gaussian_fit().unwrap()
    }

    fn laplace(b: f64, times: u64) -> Event {
        Event { law: Law::Laplace { scale: b, sensitivity: 1.0 }, times }
    }

    fn gaussian(sigma: f64, times: u64) -> Event {
        Event { law: Law::Gaussian { sigma, sensitivity: 1.0 }, times }
    }

    /// The rows that riskcal 1.5.1 gives, and Gaussian noise in closed form.
    #[test]
    fn mu_meets_known_values() {
        let rows = [
            (vec![laplace(1.0, 1)], 1.030_06),
            (vec![gaussian(1.0, 1)], 1.0),
            (vec![gaussian(2.0, 10)], 1.581_14),
            (vec![laplace(10.0, 100), gaussian(8.0, 5)], 1.023_46),
        ];
        for (events, told) in rows {
            let found = fit(&events).mu;
            assert!((found / told - 1.0).abs() < 1e-4, "{events:?}: {found}, known {told}");
        }
        assert!((fit(&[gaussian(2.0, 10)]).mu - 2.5f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn gaussian_noise_fits_itself_and_one_laplace_number_does_not() {
        assert!(fit(&[gaussian(1.0, 3)]).gap < 1e-9);
        let one = fit(&[laplace(1.0, 1)]);
        assert!(one.gap > 0.01 && one.at > 0.0 && one.at < 1.0, "{one:?}");
        // Many numbers of little loss each are nearly Gaussian.
        assert!(fit(&[laplace(100.0, 400)]).gap < 0.2 * one.gap);
    }

    #[test]
    fn no_gaussian_curve_dominates_a_failure() {
        let failing = [laplace(1.0, 1), Event::once(Law::Failure { delta: 1e-6 })];
        assert_eq!(Risk::of(&failing).unwrap().gaussian_fit(), None);
        assert_eq!(Risk::of(&[]).unwrap().gaussian_fit().unwrap().mu, 0.0);
    }
}
