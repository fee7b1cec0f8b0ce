//! Intervals around released values, by simulation: whatever the bounded sum is, its interval
//! holds it in 19 of 20 releases, also given that a threshold let its group be seen.

use epsiloscope::privacy::mechanism::Noise;
use epsiloscope::release::Intervals;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const DRAWS: u32 = 3_000;

/// P(Z ≥ m).
fn at_least(noise: Noise, m: i64) -> f64 {
    noise.above(m as f64 - 1.0)
}

/// A value x + Z at or above `from`, by inversion of the law given that.
fn shown(noise: Noise, x: i64, from: i64, generator: &mut Xoshiro256PlusPlus) -> i64 {
    // In (0, 1].
    let uniform = ((generator.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64;
    let wanted = uniform * at_least(noise, from - x);
    // The largest value that is reached with at least this probability.
    let (mut low, mut high) = (from, from + 1);
    while at_least(noise, high - x) >= wanted {
        (low, high) = (high, high + (high - from));
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if at_least(noise, middle - x) >= wanted { low = middle } else { high = middle }
    }
    low
}

fn held(noise: Noise, threshold: Option<i64>, x: i64, floored: bool, seed: u64) -> f64 {
    let intervals = Intervals::new(noise, threshold);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let lowest = x - (60.0 * noise.scale()).ceil() as i64;
    let held = (0..DRAWS).filter(|_| {
        let value = shown(noise, x, threshold.unwrap_or(lowest), &mut generator);
        let (low, high) = intervals.of(if floored { value.max(0) } else { value });
        (low..=high).contains(&x)
    });
    held.count() as f64 / f64::from(DRAWS)
}

/// .95, less what 3,000 draws are off by in one test of some 10,000.
fn least() -> f64 {
    0.95 - 3.9 * (0.95 * 0.05 / f64::from(DRAWS)).sqrt()
}

#[test]
fn every_sum_from_0_to_three_thresholds_is_held_given_that_it_is_shown() {
    // l0 20, linf 5, ε 1, δ 1e-7: b = 100, T = 5 + 100·ln(1e8); σ and T for half of δ each.
    for (noise, threshold) in [
        (Noise::DiscreteLaplace { b: 100.0 }, 1_848),
        (Noise::DiscreteGaussian { sigma: 103.0 }, 690),
        (Noise::DiscreteLaplace { b: 2.0 }, 40),
        (Noise::DiscreteGaussian { sigma: 3.0 }, 21),
    ] {
        for part in 0..=60 {
            let x = 3 * threshold * part / 60;
            let held = held(noise, Some(threshold), x, false, part as u64);
            assert!(held >= least(), "{noise:?} above {threshold}: {held} of {x}");
        }
    }
}

#[test]
fn every_sum_is_held_floored_or_not() {
    for noise in [
        Noise::DiscreteLaplace { b: 100.0 },
        Noise::DiscreteGaussian { sigma: 100.0 },
        Noise::DiscreteLaplace { b: 0.7 },
        Noise::DiscreteGaussian { sigma: 0.7 },
    ] {
        for (seed, x) in [0, 1, 2, 5, 40, 150, 300, 1_000].into_iter().enumerate() {
            for floored in [false, true] {
                let held = held(noise, None, x, floored, seed as u64);
                assert!(held >= least(), "{noise:?}: {held} of {x}");
            }
        }
    }
}

#[test]
fn intervals_are_not_wider_than_they_need_to_be() {
    // Far from 0 and from a threshold they hold about 19 of 20, not all.
    for noise in [Noise::DiscreteLaplace { b: 100.0 }, Noise::DiscreteGaussian { sigma: 100.0 }] {
        for threshold in [None, Some(2_000)] {
            let held = held(noise, threshold, 20_000, false, 7);
            assert!(held < 0.97, "{noise:?} {threshold:?}: {held}");
        }
    }
}
