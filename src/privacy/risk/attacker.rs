//! How often the best attacker is right: both kinds of error, and what a prior belief becomes.

use crate::privacy::accounting::{DeltaCurve, Detail, Event, KnownLaw, NoAnswer};
use crate::privacy::normal::{phi, quantile};

/// The risk of everything in a list of events, for one user who is in the data or not. Its curve is
/// made once; what is asked of it then takes microseconds.
#[derive(Debug, Clone)]
pub struct Risk {
    curve: DeltaCurve,
}

/// δ(0) of `events`: how much more often the best attacker who weighs both errors alike says "in"
/// of data with the user than of data without. From 0 to 1.
///
/// # Errors
/// If an event is out of range, or its losses are too many to enumerate.
pub fn advantage(events: &[Event]) -> Result<f64, NoAnswer> {
    Ok(Risk::of(events)?.advantage())
}

/// The share of users in the data whom the best attacker finds while raising a false alarm with
/// probability `alpha` (0 to 1): 1 - β(α).
///
/// # Errors
/// If an event is out of range, or its losses are too many to enumerate.
pub fn true_positives(events: &[Event], alpha: f64) -> Result<f64, NoAnswer> {
    Ok(Risk::of(events)?.true_positives(alpha))
}

impl Risk {
    /// Composes `events`.
    ///
    /// # Errors
    /// If an event is out of range, or its losses are too many to enumerate.
    pub fn of(events: &[Event]) -> Result<Self, NoAnswer> {
        Self::in_detail(events, Detail::Full)
    }

    /// As [`Risk::of`], as fine as is asked for.
    ///
    /// # Errors
    /// As there.
    pub fn in_detail(events: &[Event], detail: Detail) -> Result<Self, NoAnswer> {
        Ok(Self { curve: DeltaCurve::of(events, detail)? })
    }

    /// The curve δ(ε).
    pub fn curve(&self) -> &DeltaCurve {
        &self.curve
    }

    /// δ(0), the attacker's advantage: from 0 to 1.
    pub fn advantage(&self) -> f64 {
        self.curve.delta(0.0)
    }

    /// The ε at `delta` (0 to 1): the smallest at which δ(ε) is no more. `None` where what shows
    /// everything is likelier, or nothing but δ > 0 bounds the loss and none is given.
    pub fn epsilon(&self, delta: f64) -> Option<f64> {
        if delta <= 0.0 {
            return if self.curve.failures() > 0.0 { None } else { self.curve.most() };
        }
        self.first(|epsilon| self.curve.delta(epsilon) <= delta)
    }

    /// β(α), the trade-off curve: the share of users in the data whom the best attacker misses
    /// while raising a false alarm with probability `alpha`. The supremum over ε ≥ 0 of
    /// 1 - δ(ε) - e^ε α and e^{-ε}(1 - δ(ε) - α), at least 0 (Dong, Roth, Su 2022).
    pub fn misses(&self, alpha: f64) -> f64 {
        let alpha = alpha.clamp(0.0, 1.0);
        let failures = self.curve.failures();
        // What shows everything scales both axes.
        let closed = |missed: &dyn Fn(f64) -> f64| {
            let within = alpha / (1.0 - failures);
            if within >= 1.0 { 0.0 } else { (1.0 - failures) * missed(within) }
        };
        match self.curve.known() {
            Some(KnownLaw::Laplace(top)) => closed(&|alpha| laplace_misses(top, alpha)),
            Some(KnownLaw::Gaussian(mu)) => closed(&|alpha| phi(-quantile(alpha) - mu)),
            None => self.searched_misses(alpha),
        }
    }

    fn searched_misses(&self, alpha: f64) -> f64 {
        let curve = &self.curve;
        let end = curve.end();
        // Beyond 1/α the first is below 0; both are concave, in e^ε and in e^{-ε}.
        let steep_end = if alpha > 0.0 { end.min(-libm::log(alpha)) } else { end };
        let steep =
            highest(steep_end, |epsilon| 1.0 - curve.delta(epsilon) - libm::exp(epsilon) * alpha);
        let flat =
            highest(end, |epsilon| libm::exp(-epsilon) * (1.0 - curve.delta(epsilon) - alpha));
        steep.max(flat).max(0.0)
    }

    /// 1 - β(α): the share of users in the data whom the best attacker finds at false alarms of
    /// `alpha`.
    pub fn true_positives(&self, alpha: f64) -> f64 {
        1.0 - self.misses(alpha)
    }

    /// How often the best attacker errs who believed with probability `prior` (0 to 1) that the
    /// user is in: π(1 - δ(ln((1-π)/π))) for π ≤ ½, above with 1 - π. Who only guesses errs
    /// min(π, 1 - π).
    pub fn bayes_risk(&self, prior: f64) -> f64 {
        let rarer = prior.min(1.0 - prior);
        if rarer <= 0.0 {
            return 0.0;
        }
        rarer * (1.0 - self.curve.delta(libm::log((1.0 - rarer) / rarer)))
    }

    /// What a belief of `prior` (0 to 1) that the user is in becomes at most, whatever comes out;
    /// `None` where no ε without δ bounds it, since some output leaves no doubt.
    pub fn worst_posterior(&self, prior: f64) -> Option<f64> {
        Some(believed(prior, self.epsilon(0.0)?))
    }

    /// What a belief of `prior` (0 to 1) that the user is in does not exceed in a share of
    /// `share` (0 to 1) of all outputs of data with the user: from a quantile of the loss, at least
    /// the prior. 1 where outputs that leave no doubt are more frequent.
    pub fn posterior(&self, prior: f64, share: f64) -> f64 {
        match self.first(|epsilon| self.curve.beyond(epsilon) <= 1.0 - share) {
            Some(loss) => believed(prior, loss),
            None if prior > 0.0 => 1.0,
            None => 0.0,
        }
    }

    /// The first ε ≥ 0 at which a test holds that holds at every larger one.
    fn first(&self, holds: impl Fn(f64) -> bool) -> Option<f64> {
        if holds(0.0) {
            return Some(0.0);
        }
        // At the end itself nothing is above, yet what lies there counts until then.
        let end = self.curve.end();
        let (mut low, mut high) = (0.0, end * (1.0 + 1e-15) + f64::MIN_POSITIVE);
        if !holds(high) {
            return None;
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if holds(middle) { high = middle } else { low = middle }
        }
        Some(high.min(end))
    }
}

/// The belief (0 to 1) that a privacy loss makes of a prior (0 to 1): its odds times e^loss.
pub fn believed(prior: f64, loss: f64) -> f64 {
    // In e^{-loss} nothing overflows.
    prior / (prior + (1.0 - prior) * libm::exp(-loss))
}

/// β(α) of one Laplace number of Δ/b = `top`.
fn laplace_misses(top: f64, alpha: f64) -> f64 {
    let small = libm::exp(-top);
    if alpha < 0.5 * small {
        1.0 - alpha / small
    } else if alpha <= 0.5 {
        0.25 * small / alpha
    } else {
        small * (1.0 - alpha)
    }
}

/// The largest value on 0..=`end` of a function that rises to it and falls behind it.
fn highest(end: f64, f: impl Fn(f64) -> f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let (mut a, mut d) = (0.0, end);
    let (mut b, mut c) = (d - GOLDEN * (d - a), a + GOLDEN * (d - a));
    let (mut at_b, mut at_c) = (f(b), f(c));
    let mut most = f(a).max(f(d)).max(at_b).max(at_c);
    for _ in 0..70 {
        if at_b > at_c {
            (d, c, at_c) = (c, b, at_b);
            b = d - GOLDEN * (d - a);
            at_b = f(b);
            most = most.max(at_b);
        } else {
            (a, b, at_b) = (b, c, at_c);
            c = a + GOLDEN * (d - a);
            at_c = f(c);
            most = most.max(at_c);
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::Law;

    fn laplace(b: f64, times: u64) -> Event {
        Event { law: Law::Laplace { scale: b, sensitivity: 1.0 }, times }
    }

    fn gaussian(sigma: f64, times: u64) -> Event {
        Event { law: Law::Gaussian { sigma, sensitivity: 1.0 }, times }
    }

    fn sampled(times: u64) -> Event {
        let law = Law::SubsampledGaussian { sigma: 1.0, sensitivity: 1.0, rate: 0.01 };
        Event { law, times }
    }

    /// Closed forms to 1e-9, riskcal 1.5.1 to 1e-4: advantage, β at .01, .05 and .1.
    #[test]
    fn advantage_and_misses_meet_known_values() {
        let discrete = Law::DiscreteLaplace { scale: 1.0, sensitivity: 1 };
        let tanh = libm::tanh(0.5);
        assert!((advantage(&[Event::once(discrete)]).unwrap() - tanh).abs() < 1e-15);
        assert!((tanh - 0.462_117_157).abs() < 1e-9);
        let rows = [
            (
                vec![laplace(1.0, 1)],
                0.393_469_340,
                [0.972_817_18, 0.864_085_91, 0.728_171_82],
                5e-9,
            ),
            (
                vec![laplace(2.0, 1)],
                0.221_199_217,
                [0.983_512_79, 0.917_563_94, 0.835_127_87],
                5e-9,
            ),
            (
                vec![gaussian(1.0, 1)],
                0.382_924_923,
                [0.907_637_75, 0.740_488_98, 0.610_856_31],
                5e-9,
            ),
            (
                vec![gaussian(2.0, 10)],
                0.570_804_700,
                [0.771_927_32, 0.525_401_34, 0.382_246_00],
                5e-9,
            ),
            (
                vec![laplace(10.0, 100), gaussian(8.0, 5)],
                0.391_160,
                [0.904_100, 0.733_135, 0.601_997],
                1e-4,
            ),
            (vec![sampled(1_000)], 0.161_018, [0.970_861, 0.888_998, 0.805_799], 1e-4),
        ];
        for (events, told, misses, tolerance) in rows {
            let risk = Risk::of(&events).unwrap();
            let off = |found: f64, told: f64| (found / told - 1.0).abs();
            let found = risk.advantage();
            assert!(off(found, told) < tolerance, "{events:?}: advantage {found}, known {told}");
            for (alpha, told) in [0.01, 0.05, 0.1].into_iter().zip(misses) {
                let found = risk.misses(alpha);
                assert!(
                    off(found, told) < tolerance,
                    "{events:?} at {alpha}: {found}, known {told}"
                );
                let all = true_positives(&events, alpha).unwrap();
                assert!((all + found - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_search_finds_what_closed_forms_say() {
        for event in [laplace(0.4, 1), laplace(1.0, 1), gaussian(0.5, 1), gaussian(1.0, 3)] {
            let risk = Risk::of(&[event]).unwrap();
            for alpha in [0.0, 1e-6, 0.01, 0.2, 0.31, 0.5, 0.8, 0.999, 1.0] {
                let (closed, searched) = (risk.misses(alpha), risk.searched_misses(alpha));
                assert!((closed - searched).abs() < 1e-9, "{event:?} {alpha}: {closed} {searched}");
            }
        }
    }

    #[test]
    fn failures_show_a_share_and_leave_the_rest() {
        let failure = Event::once(Law::Failure { delta: 0.01 });
        let (plain, failing) =
            (Risk::of(&[laplace(1.0, 1)]).unwrap(), Risk::of(&[laplace(1.0, 1), failure]).unwrap());
        assert!((failing.misses(0.0) - 0.99).abs() < 1e-12);
        assert!((failing.advantage() - (0.01 + 0.99 * plain.advantage())).abs() < 1e-12);
        for alpha in [0.001, 0.05, 0.3, 0.7] {
            assert!(failing.misses(alpha) < plain.misses(alpha));
            assert!((failing.misses(alpha) - failing.searched_misses(alpha)).abs() < 1e-9);
        }
        assert_eq!(failing.worst_posterior(0.1), None);
        assert_eq!(failing.posterior(0.1, 0.999), 1.0);
        assert!(failing.posterior(0.1, 0.95) < 0.233);
    }

    #[test]
    fn both_errors_weighed_alike_are_one_less_the_advantage() {
        for events in [vec![laplace(20.0, 20)], vec![gaussian(1.0, 1)], vec![sampled(500)]] {
            let risk = Risk::of(&events).unwrap();
            let least = (0..=2_000)
                .map(|i| f64::from(i) / 2_000.0)
                .map(|alpha| alpha + risk.misses(alpha))
                .fold(f64::INFINITY, f64::min);
            assert!((least - (1.0 - risk.advantage())).abs() < 1e-5, "{events:?}: {least}");
            // And the Bayes risk at even odds is half of that.
            assert!((risk.bayes_risk(0.5) - 0.5 * (1.0 - risk.advantage())).abs() < 1e-12);
        }
    }

    /// The Bayes risk is the least of π·misses + (1-π)·alarms, above ½ by symmetry.
    #[test]
    fn bayes_risk_is_the_least_weighed_error_at_any_prior() {
        for events in [vec![laplace(0.7, 1)], vec![gaussian(1.0, 1)], vec![laplace(20.0, 20)]] {
            let risk = Risk::of(&events).unwrap();
            for prior in [0.01, 0.1, 0.4, 0.5, 0.6, 0.9] {
                let least = (0..=4_000)
                    .map(|i| f64::from(i) / 4_000.0)
                    .map(|alpha| prior * risk.misses(alpha) + (1.0 - prior) * alpha)
                    .fold(f64::INFINITY, f64::min);
                let found = risk.bayes_risk(prior);
                assert!((found - least).abs() < 1e-5, "{events:?} {prior}: {found} {least}");
            }
        }
    }

    #[test]
    fn posteriors_are_those_of_the_loss() {
        let risk = Risk::of(&[laplace(1.0, 1)]).unwrap();
        assert!((risk.worst_posterior(0.1).unwrap() - 0.231_969_316_6).abs() < 1e-9);
        assert!((risk.worst_posterior(0.5).unwrap() - 0.731_058_578_6).abs() < 1e-9);
        // Half of all outputs lose all of ε.
        assert!((risk.posterior(0.1, 0.95) - 0.231_969_316_6).abs() < 1e-9);
        let many = Risk::of(&[laplace(20.0, 20)]).unwrap();
        assert!((many.worst_posterior(0.1).unwrap() - 0.231_969_316_6).abs() < 1e-9);
        assert!(many.posterior(0.1, 0.95) < 0.17);
        // The loss of Gaussian noise is N(μ²/2, μ²).
        let risk = Risk::of(&[gaussian(1.0, 1)]).unwrap();
        let loss = 0.5 + 1.644_853_626_951_472_2;
        assert!((risk.posterior(0.1, 0.95) - believed(0.1, loss)).abs() < 1e-9);
        assert_eq!(risk.worst_posterior(0.1), None);
    }

    #[test]
    fn epsilon_is_where_the_accountant_has_it() {
        let all = [laplace(10.0, 100), gaussian(8.0, 5)];
        let found = Risk::of(&all).unwrap().epsilon(1e-6).unwrap();
        assert!((found / 4.919_484 - 1.0).abs() < 1e-5, "{found}");
        let found = Risk::of(&[sampled(1_000)]).unwrap().epsilon(1e-5).unwrap();
        assert!((found / 1.828_244 - 1.0).abs() < 1e-4, "{found}");
        assert_eq!(Risk::of(&[laplace(20.0, 20)]).unwrap().epsilon(0.0), Some(1.0));
        assert_eq!(Risk::of(&all).unwrap().epsilon(0.0), None);
        assert_eq!(Risk::of(&[]).unwrap().advantage(), 0.0);
        assert_eq!(Risk::of(&[]).unwrap().misses(0.3), 0.7);
    }
}
