//! Items by lot: what a list is worth that knows nothing.

use super::super::entry::{ModelEntry, PlannedBy};
use super::super::training::{ItemModel, NoiseSeed};
use crate::privacy::Noise;
use crate::simulation::draw;

pub(super) const ENTRY: ModelEntry = ModelEntry {
    name: "random",
    title: "random",
    in_sentence: "random",
    brief: "Items by lot",
    says: "items by lot: the floor of any list",
    explained: "random: items by lot, the floor.",
    is_slow: false,
    is_personal: false,
    is_published: false,
    planned: PlannedBy::Always,
    fit: |_, _, noise, _| Ok(Box::new(ByLot { noise })),
};

/// Scores that know nothing; another order for every history.
#[derive(Debug)]
struct ByLot {
    noise: NoiseSeed,
}

impl ItemModel for ByLot {
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
