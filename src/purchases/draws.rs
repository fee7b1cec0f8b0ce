//! Draws of what is generated: the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Draws that are the same on every machine: ChaCha8, and logarithms by libm.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// How many draws came before the next one; each takes two words of the stream.
    pub fn place(&self) -> u64 {
        (self.0.get_word_pos() / 2) as u64
    }

    /// Goes to the draw before which so many come.
    pub fn seek(&mut self, place: u64) {
        self.0.set_word_pos(2 * u128::from(place));
    }

    pub fn skip(&mut self, draws: u64) {
        for _ in 0..draws {
            self.0.next_u64();
        }
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in 0..n; the bias of n in 2⁶⁴ does not matter here.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// An index with the probability of its step in `cumulative` weights.
    pub fn below_total(&mut self, cumulative: &[f64]) -> usize {
        let total = cumulative.last().copied().unwrap_or_default();
        let at = self.unit() * total;
        cumulative.partition_point(|&sum| sum <= at).min(cumulative.len().saturating_sub(1))
    }

    /// 0..n in random order (Fisher and Yates).
    pub fn shuffled(&mut self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        for at in (1..n).rev() {
            order.swap(at, self.below(at as u64 + 1) as usize);
        }
        order
    }
}

/// Sums of weights up to each.
pub(super) fn cumulative(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}
