//! Items by lot: what a list is worth that knows nothing.

use super::super::entry::{Entry, Planned};
use super::super::training::{Model, NoiseSeed};
use crate::privacy::Noise;
use crate::simulation::draw;

pub(super) const ENTRY: Entry = Entry {
    name: "random",
    title: "random",
    in_sentence: "random",
    brief: "Items by lot",
    says: "items by lot: the floor of any list",
    explained: "random: items by lot, the floor.",
    is_slow: false,
    is_personal: false,
    is_published: false,
    planned: Planned::Always,
    fit: |_, _, noise, _| Ok(Box::new(Random { noise })),
};

/// Scores that know nothing; another order for every history.
#[derive(Debug)]
struct Random {
    noise: NoiseSeed,
}

impl Model for Random {
    fn score(&self, history: &[u32], scores: &mut [f64]) {
        // Whoever asks twice with one history gets one list.
        let mut stream = self.noise.draw;
        for &item in history {
            stream = (stream ^ u64::from(item)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
        scores.copy_from_slice(&draw(
            &vec![0; scores.len()],
            Noise::Laplace { b: 1.0 },
            self.noise.seed,
            stream >> 1,
        ));
    }
}
