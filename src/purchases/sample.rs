//! The embedded sample: synthetic purchases to look at before one has a file, and events, which are
//! made when they are asked for.

use std::sync::OnceLock;

use super::event_generator::{EventGenerator, EventSettings};
use crate::work::Cancel;

/// `sample_data/purchases.csv`, as it was when the program was built.
pub(super) const PURCHASES: &[u8] = include_bytes!("../../sample_data/purchases.csv");

/// `sample_data/items.csv`: the list of all items of the sample, bought or not, which is public as the generator
/// made it.
pub const SAMPLE_ITEMS: &[u8] = include_bytes!("../../sample_data/items.csv");

/// A small log of events as CSV, the same bytes on every machine: that of
/// `generate --events --users 6000 --campaigns 14 --seed 1`.
pub(super) fn events() -> &'static [u8] {
    static EVENTS: OnceLock<Vec<u8>> = OnceLock::new();
    EVENTS.get_or_init(|| {
        let settings = EventSettings { users: 6_000, campaigns: 14, seed: 1 };
        let drawn = EventGenerator::draw(&settings, &Cancel::new(), |_| {});
        let mut text = EventGenerator::NAMES.join(",") + "\n";
        for part in drawn.iter().flat_map(EventGenerator::parts) {
            for row in 0..part.rows() {
                // No cell of these needs quotes.
                text += &part.row(row).collect::<Vec<_>>().join(",");
                text.push('\n');
            }
        }
        text.into_bytes()
    })
}
