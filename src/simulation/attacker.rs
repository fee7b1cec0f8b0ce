//! A simulated attacker: draws of the actual noise with and without the user, and the likelihood
//! ratio of each. How often it hits confirms the curve of `privacy::risk`.

use super::sampler::draw;
use crate::privacy::accounting::{Event, Law};
use crate::privacy::{Mechanism, Noise};

/// What the attacker sees of each output: the logarithm of how much likelier it is with the user,
/// and a tie-breaker.
type Seen = (f64, f64);

/// Outputs of data with the user and of data without, each judged by its likelihood ratio.
#[derive(Debug, Clone)]
pub struct Attacker {
    /// Of data with the user, ascending.
    with: Vec<Seen>,
    /// Of data without, ascending.
    without: Vec<Seen>,
}

/// How an attack went at one level of false alarms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hits {
    /// False alarms that were aimed at.
    pub alpha: f64,
    /// Share of outputs with the user that were found.
    pub hits: f64,
    /// Standard error of the hits, and of the threshold that other draws gave.
    pub standard_error: f64,
}

impl Attacker {
    /// Numbers that are drawn at most: a screen waits for them.
    const MOST_DRAWS: u64 = 1_500_000;
    /// Outputs of either kind at most, and at least.
    const OUTPUTS: (u64, u64) = (20_000, 500);

    /// Attacks everything in `events` again and again; `None` where that is so much that too few
    /// outputs could be drawn.
    pub fn of(events: &[Event], seed: u64) -> Option<Self> {
        let uses: u64 = events.iter().fold(0, |all, event| all.saturating_add(event.times));
        let outputs = (Self::MOST_DRAWS / (2 * uses).max(1)).min(Self::OUTPUTS.0);
        if outputs < Self::OUTPUTS.1 {
            return None;
        }
        let kind = |with: bool| {
            let mut seen = vec![(0.0, 0.0); outputs as usize];
            for (place, event) in events.iter().enumerate() {
                for time in 0..event.times {
                    // Streams of their own for every event, use and kind.
                    let stream = (place as u64) << 40 | time << 2 | u64::from(with) << 1;
                    let losses = losses(event.law, with, outputs as usize, seed, stream);
                    seen.iter_mut().zip(losses).for_each(|(sum, loss)| sum.0 += loss);
                }
            }
            let ties = uniforms(outputs as usize, seed, 1 << 60 | u64::from(with) << 1);
            seen.iter_mut().zip(ties).for_each(|(sum, tie)| sum.1 = tie);
            // An atom of the loss is one value only up to rounding of its sum.
            seen.iter_mut().for_each(|sum| sum.0 = rounded(sum.0));
            seen.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            seen
        };
        Some(Self { with: kind(true), without: kind(false) })
    }

    /// How many outputs of either kind were drawn.
    pub fn outputs(&self) -> usize {
        self.with.len()
    }

    /// The best attack at false alarms of `alpha` (above 0, below 1): a threshold that a share of
    /// `alpha` of the outputs without the user is above.
    pub fn at(&self, alpha: f64) -> Hits {
        let n = self.outputs() as f64;
        let alarms = ((alpha * n).round() as usize).clamp(1, self.outputs() - 1);
        let threshold = self.without[self.outputs() - alarms - 1];
        let above = |seen: &[Seen], threshold: Seen| {
            seen.len() - seen.partition_point(|&one| !is_above(one, threshold))
        };
        let hits = above(&self.with, threshold) as f64 / n;
        // The threshold is off as its own draws are, which moves the hits along the curve: taken
        // from the same draws, a standard error of alarms further.
        let off = (n * alpha * (1.0 - alpha)).sqrt().ceil() as usize;
        let hits_at = |alarms: usize| {
            let alarms = alarms.clamp(1, self.outputs() - 1);
            above(&self.with, self.without[self.outputs() - alarms - 1]) as f64 / n
        };
        let by_threshold =
            (hits_at(alarms + off) - hits).max(hits - hits_at(alarms.saturating_sub(off)));
        // As in a binomial share that may be 0 or 1.
        let share = (hits * n + 0.5) / (n + 1.0);
        let own = (share * (1.0 - share) / n).sqrt();
        Hits { alpha, hits, standard_error: own.hypot(by_threshold) }
    }

    /// The simulated advantage: how much more often "in" is said of outputs with the user, where
    /// the likelihood ratio is above 1; with its standard error.
    pub fn advantage(&self) -> (f64, f64) {
        let n = self.outputs() as f64;
        let above = |seen: &[Seen]| seen.iter().filter(|one| one.0 > 0.0).count() as f64 / n;
        let (with, without) = (above(&self.with), above(&self.without));
        let error = (with * (1.0 - with) + without * (1.0 - without)).max(1.0 / n) / n;
        (with - without, error.sqrt())
    }
}

fn is_above(one: Seen, threshold: Seen) -> bool {
    one.0 > threshold.0 || (one.0 == threshold.0 && one.1 > threshold.1)
}

/// To twelve digits.
fn rounded(loss: f64) -> f64 {
    if loss.is_finite() { (loss * 1e11).round() * 1e-11 } else { loss }
}

/// Even numbers between 0 and 1.
fn uniforms(count: usize, seed: u64, stream: u64) -> Vec<f64> {
    // A signed unit exponential, by its own distribution function.
    let even = |z: f64| if z < 0.0 { 0.5 * libm::exp(z) } else { 1.0 - 0.5 * libm::exp(-z) };
    draw(&vec![0; count], Noise::Laplace { b: 1.0 }, seed, stream).into_iter().map(even).collect()
}

/// Losses of one use: of outputs with the user, or without.
fn losses(law: Law, with: bool, count: usize, seed: u64, stream: u64) -> Vec<f64> {
    // The user moves the centre from 0 to the sensitivity.
    let noised = |noise: Noise, sensitivity: f64, loss: &dyn Fn(f64) -> f64| -> Vec<f64> {
        let centre = if with { sensitivity } else { 0.0 };
        let answers = draw(&vec![0; count], noise, seed, stream);
        answers.into_iter().map(|z| loss(centre + z)).collect()
    };
    match law {
        Law::Laplace { scale, sensitivity } => {
            noised(Mechanism::Laplace.of_scale(scale, 1), sensitivity, &|y| {
                (y.abs() - (y - sensitivity).abs()) / scale
            })
        }
        Law::DiscreteLaplace { scale, sensitivity } => {
            let sensitivity = sensitivity as f64;
            noised(Mechanism::DiscreteLaplace.of_scale(scale, 1), sensitivity, &|y| {
                (y.abs() - (y - sensitivity).abs()) / scale
            })
        }
        Law::Gaussian { sigma, sensitivity } => {
            noised(Mechanism::Gaussian.of_scale(sigma, 1), sensitivity, &|y| {
                sensitivity * (y - 0.5 * sensitivity) / (sigma * sigma)
            })
        }
        Law::DiscreteGaussian { sigma, sensitivity } => {
            let sensitivity = sensitivity as f64;
            noised(Mechanism::DiscreteGaussian.of_scale(sigma, 1), sensitivity, &|y| {
                sensitivity * (y - 0.5 * sensitivity) / (sigma * sigma)
            })
        }
        Law::SubsampledGaussian { sigma, sensitivity, rate } => {
            let taken = uniforms(count, seed, stream | 1);
            let answers =
                draw(&vec![0; count], Mechanism::Gaussian.of_scale(sigma, 1), seed, stream);
            let one = |(z, u): (f64, f64)| {
                let y = if with && u < rate { z + sensitivity } else { z };
                let full = sensitivity * (y - 0.5 * sensitivity) / (sigma * sigma);
                libm::log(1.0 - rate + rate * libm::exp(full))
            };
            answers.into_iter().zip(taken).map(one).collect()
        }
        // The worst pairs that accountants charge: randomised response, ...
        Law::Pure { epsilon } => {
            let small = 1.0 / (1.0 + libm::exp(epsilon));
            let sign = if with { 1.0 } else { -1.0 };
            let one = |u: f64| if u < small { -sign * epsilon } else { sign * epsilon };
            uniforms(count, seed, stream).into_iter().map(one).collect()
        }
        // ... the loss with density e^{-(ε - l)/2}/2(1 - e^{-ε}), by inversion, mirrored without, ...
        Law::BoundedRange { epsilon } => {
            let sign = if with { 1.0 } else { -1.0 };
            let all = -libm::expm1(-epsilon);
            let one = |u: f64| sign * (epsilon + 2.0 * libm::log1p(-u * all));
            uniforms(count, seed, stream).into_iter().map(one).collect()
        }
        // ... and what leaves no doubt.
        Law::Failure { delta } => {
            let sure = if with { f64::INFINITY } else { f64::NEG_INFINITY };
            let one = |u: f64| if u < delta { sure } else { 0.0 };
            uniforms(count, seed, stream).into_iter().map(one).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::risk::Risk;

    fn all() -> Vec<Vec<Event>> {
        let once = |law| vec![Event::once(law)];
        let many = |law, times| vec![Event { law, times }];
        vec![
            once(Law::Laplace { scale: 1.0, sensitivity: 1.0 }),
            many(Law::Laplace { scale: 200.0, sensitivity: 10.0 }, 20),
            once(Law::DiscreteLaplace { scale: 1.0, sensitivity: 1 }),
            many(Law::DiscreteLaplace { scale: 5.0, sensitivity: 3 }, 4),
            once(Law::Gaussian { sigma: 2.0, sensitivity: 3.0 }),
            many(Law::DiscreteGaussian { sigma: 2.0, sensitivity: 1 }, 3),
            many(Law::SubsampledGaussian { sigma: 0.9, sensitivity: 1.0, rate: 0.1 }, 20),
            many(Law::Pure { epsilon: 0.4 }, 3),
            many(Law::BoundedRange { epsilon: 0.5 }, 5),
            vec![
                Event { law: Law::Laplace { scale: 3.0, sensitivity: 1.0 }, times: 2 },
                Event::once(Law::Gaussian { sigma: 1.5, sensitivity: 1.0 }),
                Event::once(Law::Failure { delta: 0.02 }),
            ],
        ]
    }

    #[test]
    fn hits_agree_with_the_curve_within_four_standard_errors() {
        for events in all() {
            let risk = Risk::of(&events).unwrap();
            let attacker = Attacker::of(&events, 20).unwrap();
            let (found, error) = attacker.advantage();
            // Sampling has two curves, of which δ is the larger: the attack is of one.
            let off = (found - risk.advantage()).abs();
            assert!(off <= 4.0 * error, "{events:?}: {found} ±{error}, {}", risk.advantage());
            assert!(error < 0.005);
            for alpha in [0.01, 0.05, 0.1, 0.3, 0.5, 0.8] {
                let Hits { hits, standard_error, .. } = attacker.at(alpha);
                let told = risk.true_positives(alpha);
                let sampled =
                    events.iter().any(|event| matches!(event.law, Law::SubsampledGaussian { .. }));
                let off = if sampled { hits - told } else { (hits - told).abs() };
                assert!(
                    off <= 4.0 * standard_error,
                    "{events:?} at {alpha}: {hits} ±{standard_error}, the curve {told}"
                );
            }
        }
    }

    #[test]
    fn an_attack_on_other_noise_does_not_agree() {
        let attacked = [Event::once(Law::Laplace { scale: 1.0, sensitivity: 1.0 })];
        let other = [Event::once(Law::Laplace { scale: 1.25, sensitivity: 1.0 })];
        let attacker = Attacker::of(&attacked, 20).unwrap();
        let (found, error) = attacker.advantage();
        assert!((found - Risk::of(&other).unwrap().advantage()).abs() > 4.0 * error);
    }

    #[test]
    fn the_same_seed_attacks_alike_and_too_much_is_not_attacked() {
        let law = Law::Laplace { scale: 1.0, sensitivity: 1.0 };
        let hits = |seed| Attacker::of(&[Event::once(law)], seed).unwrap().at(0.1);
        assert_eq!(hits(3), hits(3));
        assert_ne!(hits(3), hits(4));
        assert!(Attacker::of(&[Event { law, times: 10_000_000 }], 1).is_none());
    }
}
