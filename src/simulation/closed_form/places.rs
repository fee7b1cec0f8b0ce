//! Where each group is to be expected in a noised list.

use crate::privacy::Noise;

/// What is to be expected of every group, by group index.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// Expected rank in the noised list, 1 is first; ties count half.
    pub rank: Vec<f64>,
    /// Probability of a place among the first k.
    pub in_top: Vec<f64>,
    /// Probability of the first place.
    pub first: Vec<f64>,
}

/// The expected rank, and the probabilities of a place among the first `k` and of the
/// first place, for every group of `sums` (stored unit, in key order) under noise.
pub fn places(sums: &[i64], noise: Noise, k: usize) -> Places {
    let above = |t: f64| noise.above(t);
    let threshold = |k: f64| {
        let (mut low, mut high) = (-1e15f64, 1e15f64);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            let over: f64 = sums.iter().map(|&x| above(middle - x as f64)).sum();
            if over > k { low = middle } else { high = middle }
        }
        high
    };
    let probabilities = |k: f64| {
        let t = threshold(k);
        sums.iter().map(|&x| above(t - x as f64)).collect::<Vec<f64>>()
    };
    let rank = sums.iter().map(|&x| 1.0 + sums.iter().filter(|&&y| y > x).count() as f64).collect();
    Places { rank, in_top: probabilities(k as f64), first: probabilities(1.0) }
}
