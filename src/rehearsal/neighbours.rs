//! Neighbouring data made visible: one shopper's largest group with them and without them, exact
//! and noised. A trial, never a release.

use crate::contribution::{Bounds, Pairs};
use crate::privacy::Noise;
use crate::simulation::draw;

/// Both answers of one group, in the stored unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// The group: the one to which the shopper gives most within the bounds.
    pub group: usize,
    /// Its bounded sum with the shopper.
    pub with: i64,
    /// And without.
    pub without: i64,
    /// Both noised, each with noise of its own.
    pub noised: (f64, f64),
    /// The noise.
    pub noise: Noise,
}

/// Streams of this noise: none of those of trials begins so.
const STREAM: u64 = 1 << 50;

impl Neighbours {
    /// Of shopper number `user`, where `answer` holds the bounded sums with them; the `draw`-th
    /// noise under `seed`. `None` where the shopper gives nothing.
    pub fn of(
        pairs: &Pairs,
        user: usize,
        bounds: Bounds,
        answer: &[i64],
        noise: Noise,
        (seed, number): (u64, u64),
    ) -> Option<Self> {
        let most = usize::try_from(bounds.l0()).unwrap_or(usize::MAX);
        let clip = i64::try_from(bounds.linf()).unwrap_or(i64::MAX);
        let given = pairs.of_user(user).take(most).map(|(group, value)| (group, value.min(clip)));
        let (group, gives) = given
            .filter(|&(_, value)| value > 0)
            .max_by_key(|&(group, value)| (value, std::cmp::Reverse(group)))?;
        let with = answer[group as usize];
        let without = with - gives;
        let noised = |sum: i64, other: u64| {
            draw(&[sum], noise, seed, STREAM + 2 * number + other).first().copied()
        };
        let noised = (noised(with, 0)?, noised(without, 1)?);
        Some(Self { group: group as usize, with, without, noised, noise })
    }

    /// Whether a noised answer looks like the one with the shopper: it is nearer to that.
    pub fn looks_with(&self, noised: f64) -> bool {
        noised > 0.5 * (self.with as f64 + self.without as f64)
    }

    /// Of 100 noised answers so many look like the one with the shopper: where they are in, and
    /// where they are not.
    pub fn of_a_hundred(&self) -> (f64, f64) {
        let half = 0.5 * (self.with - self.without) as f64;
        let beyond = 100.0 * self.noise.above(half);
        // What lies just between counts for neither.
        let between = if self.noise.is_whole() { 100.0 * self.noise.mass(half) } else { 0.0 };
        (100.0 - beyond - between, beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::{Measure, Question, sample};

    #[test]
    fn the_answer_without_a_shopper_is_that_of_the_data_without_them() {
        let purchases = sample().unwrap();
        let pairs = Pairs::collect(&purchases, Question::default(), Pairs::DEFAULT_SALT).unwrap();
        let bounds = Bounds::new(5, 3, Measure::Purchases).unwrap();
        let answer = pairs.bounded(Some(5), Some(3)).sums;
        let noise = Noise::Laplace { b: 15.0 };
        for user in [0, 7, 400] {
            let found = Neighbours::of(&pairs, user, bounds, &answer, noise, (1, 0)).unwrap();
            // Added up over everybody else, one by one.
            let others: i64 = (0..pairs.users())
                .filter(|&other| other != user)
                .flat_map(|other| pairs.of_user(other).take(5).collect::<Vec<_>>())
                .filter(|&(group, _)| group as usize == found.group)
                .map(|(_, value)| value.min(3))
                .sum();
            assert_eq!(found.without, others);
            assert!((1..=3).contains(&(found.with - found.without)));
            let again = Neighbours::of(&pairs, user, bounds, &answer, noise, (1, 1)).unwrap();
            assert_ne!(again.noised, found.noised);
        }
    }

    #[test]
    fn a_hundred_answers_are_those_of_the_noise() {
        let noise = Noise::Laplace { b: 2.0 };
        let found = Neighbours { group: 0, with: 12, without: 10, noised: (0.0, 0.0), noise };
        let (with, without) = found.of_a_hundred();
        // 1 - ½e^{-Δ/2b} and ½e^{-Δ/2b}.
        assert!((without - 50.0 * libm::exp(-0.5)).abs() < 1e-9);
        assert!((with + without - 100.0).abs() < 1e-9);
        let hits = |sum: i64, stream: u64| {
            let drawn = draw(&vec![sum; 20_000], noise, 3, stream);
            drawn.into_iter().filter(|&noised| found.looks_with(noised)).count() as f64 / 200.0
        };
        // Four standard errors of a share of 20,000.
        assert!((hits(12, 1) - with).abs() < 1.4 && (hits(10, 2) - without).abs() < 1.4);
    }
}
