//! A monotone map from values to buckets and places in them, learnt from a trial, and what is
//! kept of it for the next.

use super::values::Values;

/// Steps of the map's distance from the centre in an octave: 2^27, of which the first four
/// bits, with the octave and the side, are the entry.
const STEP_BITS: u32 = 27;
pub(super) const ENTRY_SHIFT: u32 = 23;
const ENTRIES: usize = 1 << (32 - ENTRY_SHIFT);
/// Bits of a mapped value: 8 of the bucket, 16 in it.
const MAPPED: u32 = 24;
const ONE: u64 = 0x3ff0_0000_0000_0000;

/// A monotone function from values to 24 bits: distance from a centre, linear near it and
/// logarithmic beyond, then the distribution function of that, linear between entries.
#[derive(Debug, Clone)]
pub(super) struct ValueMap {
    pub(super) centre: f64,
    pub(super) per_scale: f64,
    pub(super) entries: [MapEntry; ENTRIES],
}

/// Where an entry's values begin, above; how many there are, below.
pub(super) type MapEntry = u64;

impl ValueMap {
    /// 32 bits that ascend with the value: the side, four bits of octave, 27 of step.
    #[inline(always)]
    pub(super) fn key(centre: f64, per_scale: f64, value: f64) -> u32 {
        // + 0.0: no negative zero, whose sign would be that of a negative number.
        let from_centre = (value - centre) + 0.0;
        let distance = from_centre.abs() * per_scale;
        let distance = 1.0 + if distance < 65_534.0 { distance } else { 65_534.0 };
        let step = ((distance.to_bits() - ONE) >> (52 - STEP_BITS)) as u32;
        let side = ((from_centre.to_bits() >> 32) as u32 as i32 >> 31) as u32;
        step ^ side ^ (1 << 31)
    }

    #[inline(always)]
    pub(super) fn mapped(entry: MapEntry, key: u32) -> u32 {
        let rest = u64::from(key & ((1 << ENTRY_SHIFT) - 1));
        ((entry >> 32) + ((rest * (entry & 0xffff_ffff)) >> ENTRY_SHIFT)) as u32
    }
}

/// What an earlier trial of a cell tells about the next: where its values lie. It changes
/// how fast counts are found, never the counts.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    pub(super) map: Option<Box<ValueMap>>,
    /// Comparisons to wait before learning again.
    pub(super) patience: u32,
    /// Comparisons to wait next time.
    pub(super) pause: u32,
}

impl Hint {
    /// Learns where values lie.
    pub(super) fn learn<V: Values>(&mut self, n: usize, values: V, sorted: &mut Vec<f64>) {
        self.patience = 0;
        sorted.clear();
        sorted.resize(n, 0.0);
        values.read(0, sorted);
        sorted.sort_unstable_by(f64::total_cmp);
        let at =
            |share: f64| sorted.get((share * (n as f64 - 1.0)) as usize).copied().unwrap_or(0.0);
        let wide =
            |low: f64, high: f64| Some(at(high) - at(low)).filter(|w| *w > 0.0 && w.is_finite());
        let width =
            wide(0.25, 0.75).or_else(|| wide(0.05, 0.95)).or_else(|| wide(0.0, 1.0)).unwrap_or(1.0);
        let centre = at(0.5);
        let per_scale = (4.0 / width).clamp(f64::MIN_POSITIVE, f64::MAX);
        let mut weights = [0.0; ENTRIES];
        for &value in sorted.iter() {
            weights[(ValueMap::key(centre, per_scale, value) >> ENTRY_SHIFT) as usize] += 1.0;
        }
        // A little everywhere: values where there were none are still told apart.
        let least = (n as f64 / (32 * ENTRIES) as f64).max(1e-3);
        let whole = n as f64 + least * ENTRIES as f64;
        let mut entries = [0; ENTRIES];
        let (mut below, mut base) = (0.0, 0u32);
        for (entry, weight) in entries.iter_mut().zip(weights) {
            below += weight + least;
            let end = (below / whole * f64::from((1u32 << MAPPED) - 1)) as u32;
            let end = end.clamp(base, (1 << MAPPED) - 1);
            *entry = u64::from(base) << 32 | u64::from(end - base);
            base = end;
        }
        self.map = Some(Box::new(ValueMap { centre, per_scale, entries }));
    }
}
