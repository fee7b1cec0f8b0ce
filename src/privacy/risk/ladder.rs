//! The ladder: ε is for everything that a user gives; what one item or one purchase of it risks.
//!
//! A user below the bounds takes a piece out, and that alone changes. At the bound l0 another group
//! comes in for it (group leaves, group enters): twice as much may move. Another unit within a group
//! at linf comes in for one that goes, so what a unit moves is one unit at most, unless its going
//! empties the group.

use super::attacker::Risk;
use crate::privacy::accounting::{Detail, Event, NoAnswer};
use crate::privacy::{Mechanism, Noise};

/// A release whose risk is asked: its noise and what a user may move of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// The noise of every answer.
    pub noise: Noise,
    /// Groups that one user moves at most, from 1.
    pub l0: u64,
    /// By how much each at most, in the unit of the noise.
    pub linf: f64,
    /// How much one purchase, row or coin adds: the unit of the measure as it is stored.
    pub unit: f64,
    /// Whether another group can come in for one that goes: not where l0 holds all there are.
    pub others: bool,
}

/// What somebody wants to hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    /// Everything a user gives.
    User,
    /// All that a user gives to one group.
    Group,
    /// One unit in one group.
    Unit,
}

/// What protects a piece.
#[derive(Debug, Clone)]
pub struct Rung {
    /// The piece.
    pub piece: Guarded,
    /// Its risk while the user is below the bounds.
    pub below: Risk,
    /// Its risk while the user is at the bound, so that something else comes in.
    pub at_bound: Risk,
}

impl Guarded {
    /// All of them, the whole first.
    pub const ALL: [Guarded; 3] = [Guarded::User, Guarded::Group, Guarded::Unit];
}

impl Moved {
    /// What accountants add up for the whole user.
    pub fn events(&self) -> Vec<Event> {
        self.noise.events(self.l0, self.linf)
    }

    /// The events of a piece alone, and where something else comes in for it.
    fn of_piece(&self, piece: Guarded) -> (Vec<Event>, Vec<Event>) {
        let whole = self.events();
        if self.noise.mechanism() == Mechanism::GumbelTopK {
            // An order costs the same whatever of the user's list goes.
            return (whole.clone(), whole);
        }
        let unit = self.unit.min(self.linf);
        let group = self.noise.events(1, self.linf);
        match piece {
            Guarded::User => (whole.clone(), whole),
            Guarded::Group if self.others => (group, self.noise.events(2, self.linf)),
            Guarded::Group => (group.clone(), group),
            Guarded::Unit => {
                let below = self.noise.events(1, unit);
                let other = if self.others { &group[..] } else { &[] };
                (below.clone(), [&below[..], other].concat())
            }
        }
    }

    /// What protects the whole user, one group and one unit: for Laplace noise ε, ε/l0 and
    /// ε/(l0·linf) below the bounds, 2ε/l0 and (1 + linf)·ε/(l0·linf) where another group comes in;
    /// for Gaussian noise μ, μ/√l0 and μ/(√l0·linf), √2·μ/√l0 and √(1 + linf²)·μ/(√l0·linf).
    ///
    /// # Errors
    /// If the noise is out of what accountants calculate with.
    pub fn ladder(&self, detail: Detail) -> Result<Vec<Rung>, NoAnswer> {
        let rung = |piece| {
            let (below, at_bound) = self.of_piece(piece);
            Ok(Rung {
                piece,
                below: Risk::in_detail(&below, detail)?,
                at_bound: Risk::in_detail(&at_bound, detail)?,
            })
        };
        Guarded::ALL.into_iter().map(rung).collect()
    }

    /// "Did this user buy A or B": the risk of one group of l0 in place of another, and of
    /// everything in place of everything else. In and out hide it: neighbours add or remove a user,
    /// a replacement is both.
    ///
    /// # Errors
    /// If the noise is out of what accountants calculate with.
    pub fn replaced(&self, detail: Detail) -> Result<Replaced, NoAnswer> {
        let (one, all) = if let Noise::Gumbel { scale, k } = self.noise {
            // One count falls while another rises: the range of every choice is twice as wide.
            let twice = Noise::Gumbel { scale: 0.5 * scale, k }.events(self.l0, self.linf);
            (twice.clone(), twice)
        } else {
            (self.noise.events(2, self.linf), self.noise.events(2 * self.l0, self.linf))
        };
        let of = |events: &[Event]| Risk::in_detail(events, detail);
        Ok(Replaced { out: of(&self.events())?, one: of(&one)?, all: of(&all)? })
    }
}

/// The risk of replacing something by something else.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// All of a user goes, and nothing comes in its place.
    out: Risk,
    /// One group by another.
    pub one: Risk,
    /// Everything by anything else.
    pub all: Risk,
}

impl Replaced {
    /// How often whoever knows that a user's data is one of `k` equally likely candidates guesses
    /// the right one at most: min over ε of e^ε/k + δ(ε) by the user's own curve, and of
    /// e^ε/(e^ε + k - 1) + δ(ε) by that of a replacement.
    pub fn guessed(&self, k: u64) -> f64 {
        let k = k.max(1) as f64;
        let own = self.out.least(|epsilon, delta| libm::exp(epsilon) / k + delta);
        let each = self.all.least(|epsilon, delta| {
            // In e^{-ε} nothing overflows.
            1.0 / (1.0 + (k - 1.0) * libm::exp(-epsilon)) + delta
        });
        own.min(each).clamp(1.0 / k, 1.0)
    }
}

impl Risk {
    /// The least of a bound over ε, which holds at every one.
    fn least(&self, bound: impl Fn(f64, f64) -> f64) -> f64 {
        const PARTS: u32 = 400;
        let curve = self.curve();
        let end = curve.end().min(700.0);
        (0..=PARTS)
            .map(|part| end * f64::from(part) / f64::from(PARTS))
            .map(|epsilon| bound(epsilon, curve.delta(epsilon)))
            .fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(noise: Noise, l0: u64, linf: f64) -> Moved {
        Moved { noise, l0, linf, unit: 1.0, others: true }
    }

    #[test]
    fn rungs_of_laplace_noise_are_shares_of_epsilon() {
        // ε 1 at l0 20, linf 10.
        let ladder = moved(Noise::Laplace { b: 200.0 }, 20, 10.0).ladder(Detail::Full).unwrap();
        let told = [(1.0, 1.0), (0.05, 0.1), (0.005, 0.055)];
        for (rung, (below, at_bound)) in ladder.iter().zip(told) {
            let found = (rung.below.epsilon(0.0).unwrap(), rung.at_bound.epsilon(0.0).unwrap());
            assert!((found.0 - below).abs() < 1e-12, "{:?}: {found:?}", rung.piece);
            assert!((found.1 - at_bound).abs() < 1e-12, "{:?}: {found:?}", rung.piece);
        }
        // Where l0 holds all groups there are, no other comes in.
        let all = Moved { others: false, ..moved(Noise::Laplace { b: 200.0 }, 20, 10.0) };
        assert!(
            (all.ladder(Detail::Full).unwrap()[1].at_bound.epsilon(0.0).unwrap() - 0.05).abs()
                < 1e-12
        );
    }

    #[test]
    fn rungs_of_gaussian_noise_are_roots_of_shares() {
        let (l0, linf) = (20u64, 10.0);
        let mu = 0.8;
        let sigma = (l0 as f64).sqrt() * linf / mu;
        let ladder = moved(Noise::Gaussian { sigma }, l0, linf).ladder(Detail::Full).unwrap();
        let root = (l0 as f64).sqrt();
        let told = [
            (mu, mu),
            (mu / root, 2f64.sqrt() * mu / root),
            (mu / (root * linf), (1.0 + linf * linf).sqrt() * mu / (root * linf)),
        ];
        for (rung, (below, at_bound)) in ladder.iter().zip(told) {
            let found =
                (rung.below.gaussian_fit().unwrap().mu, rung.at_bound.gaussian_fit().unwrap().mu);
            assert!((found.0 / below - 1.0).abs() < 1e-9, "{:?}: {found:?} {below}", rung.piece);
            assert!((found.1 / at_bound - 1.0).abs() < 1e-9, "{:?}: {found:?}", rung.piece);
        }
    }

    /// Laplace, l0 = 1: 1 - e^{-ε}(1 + ε/2), where in and out say 1 - e^{-ε/2}.
    #[test]
    fn a_replacement_is_worse_than_in_or_out() {
        let rows =
            [(0.5, 0.241_837, 0.221_199), (1.0, 0.448_181, 0.393_469), (2.0, 0.729_329, 0.632_121)];
        for (epsilon, replaced, out) in rows {
            let of = moved(Noise::Laplace { b: 1.0 / epsilon }, 1, 1.0);
            let found = of.replaced(Detail::Full).unwrap();
            let advantage = found.one.advantage();
            assert!((advantage / replaced - 1.0).abs() < 1e-5, "{epsilon}: {advantage}");
            let exact = 1.0 - libm::exp(-epsilon) * (1.0 + 0.5 * epsilon);
            assert!((advantage / exact - 1.0).abs() < 1e-5);
            assert!((Risk::of(&of.events()).unwrap().advantage() - out).abs() < 1e-6);
            assert!((found.all.epsilon(0.0).unwrap() - 2.0 * epsilon).abs() < 1e-12);
        }
        // One of l0 groups for another costs 2ε/l0; Gaussian √2·μ/√l0.
        let found = moved(Noise::Laplace { b: 200.0 }, 20, 10.0).replaced(Detail::Full).unwrap();
        assert!((found.one.epsilon(0.0).unwrap() - 0.1).abs() < 1e-12);
        assert!((found.all.epsilon(0.0).unwrap() - 2.0).abs() < 1e-12);
        let found =
            moved(Noise::Gaussian { sigma: 100.0 }, 20, 10.0).replaced(Detail::Full).unwrap();
        let mu = 20f64.sqrt() * 10.0 / 100.0;
        let one = found.one.gaussian_fit().unwrap().mu;
        assert!((one / (2f64.sqrt() * mu / 20f64.sqrt()) - 1.0).abs() < 1e-9, "{one}");
    }

    #[test]
    fn one_of_k_candidates_is_guessed_no_better_than_both_bounds_say() {
        for (epsilon, k) in [(0.5, 2u64), (1.0, 10), (2.0, 100), (3.0, 3)] {
            let found = moved(Noise::Laplace { b: 1.0 / epsilon }, 1, 1.0)
                .replaced(Detail::Full)
                .unwrap()
                .guessed(k);
            let (one, twice) = (libm::exp(epsilon), libm::exp(2.0 * epsilon));
            let told = (one / k as f64).min(twice / (twice + k as f64 - 1.0)).min(1.0);
            assert!(
                found <= told + 1e-12 && found >= 1.0 / k as f64,
                "{epsilon} {k}: {found} {told}"
            );
        }
        assert_eq!(
            moved(Noise::Laplace { b: 1.0 }, 1, 1.0).replaced(Detail::Full).unwrap().guessed(1),
            1.0
        );
    }
}
