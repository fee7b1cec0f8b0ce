//! The fast sampler of trials: unit noise by named generators, the same numbers on any
//! machine. Floating-point noise is attackable (Mironov 2012): never for a release.

use std::sync::Arc;

use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use super::wide::Generators;
use crate::metric::Level;
use crate::privacy::{Mechanism, Noise, Shape};

/// Unit noise of one trial: one number per group, shared by every cell of a family, so
/// that ε and bounds are compared under common random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Family {
    /// Signed unit exponentials: Laplace by scaling, discrete Laplace by inversion.
    Exponential,
    /// Standard normals; discrete Gaussian by inversion.
    Normal,
    /// Unit Gumbel.
    Gumbel,
    /// A continuous law of scale 1 without a faster way: signed unit exponentials, inverted.
    Inverted(Mechanism),
}

impl Family {
    /// The family that serves a mechanism.
    pub(super) fn of(mechanism: Mechanism) -> Self {
        let unit = mechanism.of_scale(1.0, 1);
        match unit.shape() {
            Shape::Laplace { .. } | Shape::DiscreteLaplace { .. } => Family::Exponential,
            Shape::Gaussian { .. } | Shape::DiscreteGaussian { .. } => Family::Normal,
            Shape::Gumbel { .. } => Family::Gumbel,
            Shape::Other if unit.is_whole() => Family::Exponential,
            Shape::Other => Family::Inverted(mechanism),
        }
    }

    /// What tells its words from those of other families.
    fn number(self) -> u64 {
        match self {
            Family::Exponential => 0,
            Family::Normal => 1,
            Family::Gumbel => 2,
            Family::Inverted(mechanism) => 3 + mechanism as u64,
        }
    }

    /// Fills `unit` with the noise of trial number `stream` under `seed`.
    pub(super) fn fill(self, unit: &mut [f64], seed: u64, stream: u64) {
        let mut words = words(self, seed, stream);
        match self {
            Family::Exponential => Generators::new(words).exponentials(unit, Level::Widest),
            Family::Inverted(mechanism) => {
                Generators::new(words).exponentials(unit, Level::Widest);
                let noise = mechanism.of_scale(1.0, 1);
                for z in unit {
                    *z = quantile(noise, z.abs()).copysign(*z);
                }
            }
            Family::Normal => Generators::new(words).normals(unit, Level::Widest),
            Family::Gumbel => {
                let mut seed = [0; 32];
                seed.chunks_mut(8).for_each(|bytes| bytes.copy_from_slice(&words().to_le_bytes()));
                let mut generator = Xoshiro256PlusPlus::from_seed(seed);
                for z in unit {
                    let size: f64 = Exp1.sample(&mut generator);
                    *z = -libm::log(size);
                }
            }
        }
    }
}

/// Words of their own for every (family, seed, stream), mixed by SplitMix64 (Steele, Lea,
/// Flood 2014) as xoshiro's authors advise.
fn words(family: Family, seed: u64, stream: u64) -> impl FnMut() -> u64 {
    let mut state =
        mix(mix(seed ^ 0x6570_7369_6c6f_7363).wrapping_add(stream)).wrapping_add(family.number());
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(state)
    }
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// How unit noise becomes the noise of a cell.
#[derive(Debug, Clone)]
pub(super) enum Transform {
    /// Times a scale.
    Scale(f64),
    /// Whole numbers by inversion: |Z| = max(0, ⌊b(E + ln(2/(1+a)))⌋) for a unit
    /// exponential E, since P(|Z| ≥ m) = 2a^m/(1+a) for m ≥ 1, a = e^{-1/b}.
    Discrete {
        /// b.
        b: f64,
        /// b·ln(2/(1+a)).
        shift: f64,
    },
    /// Whole numbers by inversion of a normal: the k with |z| between the normal quantiles
    /// of P(|Z| < k) and P(|Z| ≤ k).
    Rounded {
        /// σ.
        sigma: f64,
        /// Where |z| passes from k to k + 1; beyond the last, and for wide noise, at (k + ½)/σ.
        borders: Arc<[f64]>,
    },
    /// Whole numbers of a law without a faster way, by inversion of a unit exponential.
    Inverted(Noise),
}

/// Discrete Gaussian noise of a larger σ is rounded normal noise: its variance is off by
/// 1/12σ² of it, 3e-7.
const ROUNDED: f64 = 500.0;

impl Transform {
    pub(super) fn of(noise: Noise) -> Self {
        match noise.shape() {
            Shape::Laplace { b } => Transform::Scale(b),
            Shape::Gaussian { sigma } => Transform::Scale(sigma),
            Shape::Gumbel { scale } => Transform::Scale(scale),
            Shape::Other if noise.is_whole() => Transform::Inverted(noise),
            Shape::Other => Transform::Scale(noise.scale()),
            Shape::DiscreteGaussian { sigma } => {
                let most = if sigma > ROUNDED { 0 } else { (8.0 * sigma).ceil() as u32 };
                let borders = (0..most).map_while(|k| {
                    let k = f64::from(k);
                    normal_quantile_above(noise.above(k), (k + 0.5) / sigma)
                });
                Transform::Rounded { sigma, borders: borders.collect() }
            }
            Shape::DiscreteLaplace { b } => {
                // ln(2/(1+a)) = -ln(1 - (1-a)/2), exact also where a is near 1.
                let shift = -b * libm::log1p(0.5 * libm::expm1(-1.0 / b));
                Transform::Discrete { b, shift }
            }
        }
    }

    pub(super) fn apply(&self, unit: f64) -> f64 {
        let size = match self {
            Transform::Scale(scale) => return scale * unit,
            Transform::Discrete { b, shift } => (b * unit.abs() + shift).floor(),
            Transform::Rounded { sigma, borders } => {
                let z = unit.abs();
                let mut k = (sigma * z).round() as usize;
                while borders.get(k).is_some_and(|&border| z > border) {
                    k += 1;
                }
                while k > 0 && borders.get(k - 1).is_some_and(|&border| z <= border) {
                    k -= 1;
                }
                k as f64
            }
            Transform::Inverted(noise) => quantile(*noise, unit.abs()),
        };
        if unit < 0.0 { -size } else { size }
    }
}

/// The |Z| of a symmetric law that a unit exponential E stands for: P(|Z| > z) = e^{-E}. For
/// a law on whole numbers the largest k with P(|Z| ≥ k) ≥ e^{-E}.
fn quantile(noise: Noise, exponential: f64) -> f64 {
    let tail = 0.5 * libm::exp(-exponential);
    let (mut low, mut high) = (0.0, noise.scale());
    while noise.above(high) > tail && high < 1e6 * noise.scale() {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if noise.above(middle) > tail { low = middle } else { high = middle }
    }
    // P(Z > t) falls at whole numbers only: the first at which it is no more than the tail.
    if noise.is_whole() { high.round() } else { 0.5 * (low + high) }
}

/// The t with P(N > t) = `tail` for a standard normal N, by Newton's method on the logarithm
/// from a near guess; `None` where the tail is lost in the last bits.
fn normal_quantile_above(tail: f64, guess: f64) -> Option<f64> {
    if tail < 1e-15 {
        return None;
    }
    let mut t = guess;
    for _ in 0..20 {
        let above = 0.5 * libm::erfc(t * std::f64::consts::FRAC_1_SQRT_2);
        let density = libm::exp(-0.5 * t * t) / (2.0 * std::f64::consts::PI).sqrt();
        let step = libm::log(above / tail) * above / density;
        t += step;
        if step.abs() < 1e-13 * (1.0 + t) {
            break;
        }
    }
    Some(t)
}

/// One noised answer as a trial: `answer` (stored unit) plus noise, one value per
/// group, the same for the same `seed` and `stream`. It is simulated, never a release.
pub fn draw(answer: &[i64], noise: Noise, seed: u64, stream: u64) -> Vec<f64> {
    // Streams of asked answers must not be those of trials.
    let stream = stream | 1 << 63;
    let mut values = vec![0.0; answer.len()];
    Family::of(noise.mechanism()).fill(&mut values, seed, stream);
    match Transform::of(noise) {
        Transform::Scale(scale) => {
            values.iter_mut().zip(answer).for_each(|(z, &sum)| *z = sum as f64 + scale * *z);
        }
        transform => values
            .iter_mut()
            .zip(answer)
            .for_each(|(z, &sum)| *z = sum as f64 + transform.apply(*z)),
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(noise: Noise, n: usize) -> Vec<f64> {
        draw(&vec![0; n], noise, 11, 3)
    }

    /// The largest distance between the sample's and the law's distribution functions,
    /// times √n (Kolmogorov). Above 2.2 with probability below 2·e^{-2·2.2²} = 1.3e-4.
    fn kolmogorov(noise: Noise, n: usize) -> f64 {
        let mut values = sample(noise, n);
        values.sort_by(f64::total_cmp);
        distance(noise, &values)
    }

    fn distance(noise: Noise, values: &[f64]) -> f64 {
        let n = values.len();
        let mut worst = 0.0f64;
        for (i, &value) in values.iter().enumerate() {
            let at_most = 1.0 - noise.above(value);
            if values.get(i + 1) != Some(&value) {
                worst = worst.max((at_most - (i + 1) as f64 / n as f64).abs());
            }
        }
        worst * (n as f64).sqrt()
    }

    #[test]
    fn noise_follows_its_law() {
        for noise in [
            Noise::Laplace { b: 3.0 },
            Noise::Gaussian { sigma: 0.7 },
            Noise::DiscreteLaplace { b: 0.3 },
            Noise::DiscreteLaplace { b: 2.5 },
            Noise::DiscreteLaplace { b: 1e4 },
            Noise::DiscreteGaussian { sigma: 0.3 },
            Noise::DiscreteGaussian { sigma: 2.5 },
            Noise::DiscreteGaussian { sigma: 30.0 },
            Noise::DiscreteGaussian { sigma: 1e4 },
            Noise::Gumbel { scale: 3.0, k: 1 },
        ] {
            let distance = kolmogorov(noise, 100_000);
            assert!(distance < 2.2, "{noise:?}: {distance}");
        }
    }

    /// What a law without a faster way would get, tried on laws that have one.
    #[test]
    fn inversion_follows_the_law() {
        for noise in [
            Noise::Laplace { b: 3.0 },
            Noise::Gaussian { sigma: 0.7 },
            Noise::DiscreteLaplace { b: 0.3 },
            Noise::DiscreteLaplace { b: 6.5 },
            Noise::DiscreteGaussian { sigma: 2.5 },
        ] {
            let mut unit = vec![0.0; 20_000];
            Family::Exponential.fill(&mut unit, 5, 8);
            let mut values: Vec<f64> =
                unit.iter().map(|z| quantile(noise, z.abs()).copysign(*z)).collect();
            values.sort_by(f64::total_cmp);
            let distance = distance(noise, &values);
            assert!(distance < 2.2, "{noise:?}: {distance}");
        }
    }

    #[test]
    fn discrete_noise_is_whole_at_any_scale() {
        for b in [0.01, 0.3, 5.0, 1e6, 1e12] {
            let values = sample(Noise::DiscreteLaplace { b }, 1_000);
            assert!(values.iter().all(|z| z.fract() == 0.0 && z.is_finite()), "b {b}");
            assert!(b < 0.1 || values.iter().any(|z| *z != 0.0));
        }
    }

    #[test]
    fn streams_and_seeds_differ_and_repeat() {
        let noise = Noise::Laplace { b: 1.0 };
        assert_eq!(draw(&[0; 9], noise, 1, 1), draw(&[0; 9], noise, 1, 1));
        assert_ne!(draw(&[0; 9], noise, 1, 1), draw(&[0; 9], noise, 1, 2));
        assert_ne!(draw(&[0; 9], noise, 1, 1), draw(&[0; 9], noise, 2, 1));
    }
}
