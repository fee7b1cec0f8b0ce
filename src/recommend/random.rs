//! Items by lot.

use super::Model;
use crate::privacy::Noise;
use crate::simulation::draw;

/// Scores that know nothing; another order for every history.
#[derive(Debug)]
pub(super) struct Random {
    seed: u64,
    draw: u64,
}

impl Random {
    pub(super) fn new(seed: u64, draw: u64) -> Self {
        Self { seed, draw }
    }
}

impl Model for Random {
    fn score(&self, history: &[u32], scores: &mut [f64]) {
        // Whoever asks twice with one history gets one list.
        let mut stream = self.draw;
        for &item in history {
            stream = (stream ^ u64::from(item)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
        scores.copy_from_slice(&draw(
            &vec![0; scores.len()],
            Noise::Laplace { b: 1.0 },
            self.seed,
            stream >> 1,
        ));
    }
}
