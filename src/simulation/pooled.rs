//! Quantiles of errors pooled over groups and trials, from a histogram around where
//! the closed form says they lie.

/// Bits of the mantissa that choose a bin: 128 bins to the octave, each 0.8 % wide;
/// with interpolation inside a bin the quantile of a smooth law is good to about 1e-4
/// relative, that of any law to the width.
const BITS: u32 = 7;
/// Octaves below and above the centre.
const REACH: u64 = 4;
/// Bins inside the reach.
const BINS: usize = (2 * REACH as usize) << BITS;

/// A quantile, and the edges of the bin it was found in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantile {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A histogram over 2^-4 to 2^4 times a centre, with what lies below and above.
#[derive(Debug, Clone)]
pub(super) struct Pooled {
    base: u64,
    counts: Vec<u64>,
}

/// Where a histogram of this centre begins, as a bin number.
pub(super) fn base_of(centre: f64) -> u64 {
    let centre = if centre.is_finite() && centre > 1e-250 { centre.min(1e250) } else { 1e-250 };
    (centre.to_bits() >> (52 - BITS)) - (REACH << BITS)
}

/// The bin of a value ≥ 0: 0 below the reach, `BINS + 1` above it.
#[inline]
pub(super) fn bin_of(base: u64, value: f64) -> usize {
    // Positive floats order as their bits; exponent and leading mantissa are the bin.
    let place = (value.to_bits() >> (52 - BITS)).saturating_sub(base - 1);
    place.min(BINS as u64 + 1) as usize
}

/// Bins that a block of trials needs for one histogram.
pub(super) const BLOCK_BINS: usize = BINS + 2;

impl Pooled {
    pub(super) fn new(centre: f64) -> Self {
        Self { base: base_of(centre), counts: vec![0; BLOCK_BINS] }
    }

    pub(super) fn add(&mut self, counts: &[u32]) {
        for (total, &count) in self.counts.iter_mut().zip(counts) {
            *total += u64::from(count);
        }
    }

    /// The quantile at `share`; `None` when nothing was counted or it lies outside the reach.
    pub(super) fn quantile(&self, share: f64) -> Option<Quantile> {
        let total: u64 = self.counts.iter().sum();
        let wanted = share * total as f64;
        let mut below = 0.0;
        for (bin, &count) in self.counts.iter().enumerate() {
            let count = count as f64;
            if below + count >= wanted && count > 0.0 {
                // Around a centre of 0 (whole noise that is mostly 0) the first bin holds
                // the zeros and nothing else.
                if bin == 0 && self.base == base_of(0.0) {
                    return Some(Quantile { value: 0.0, low: 0.0, high: 0.0 });
                }
                if bin == 0 || bin > BINS {
                    return None;
                }
                let edge = |bin: u64| f64::from_bits((self.base - 1 + bin) << (52 - BITS));
                let (low, high) = (edge(bin as u64), edge(bin as u64 + 1));
                return Some(Quantile {
                    value: low + (high - low) * (wanted - below) / count,
                    low,
                    high,
                });
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_known_values() {
        let mut pooled = Pooled::new(500.0);
        let mut counts = vec![0u32; BLOCK_BINS];
        for value in 0..1_000_000u32 {
            counts[bin_of(pooled.base, f64::from(value) / 1_000.0)] += 1;
        }
        pooled.add(&counts);
        for share in [0.2, 0.5, 0.95] {
            let quantile = pooled.quantile(share).unwrap().value;
            assert!((quantile / (1_000.0 * share) - 1.0).abs() < 1e-4, "{share}: {quantile}");
        }
        assert_eq!(pooled.quantile(0.01), None);
    }

    #[test]
    fn a_quantile_of_zero_is_found() {
        let mut pooled = Pooled::new(0.0);
        let mut counts = vec![0u32; BLOCK_BINS];
        for value in [0.0, 0.0, 0.0, 1.0] {
            counts[bin_of(pooled.base, value)] += 1;
        }
        pooled.add(&counts);
        assert_eq!(pooled.quantile(0.5), Some(Quantile { value: 0.0, low: 0.0, high: 0.0 }));
        assert_eq!(pooled.quantile(0.95), None);
    }

    #[test]
    fn every_value_has_a_bin() {
        for centre in [0.0, 1e-300, 1e-9, 1.0, 1e12, 1e300, f64::NAN] {
            let base = base_of(centre);
            for value in [0.0, 1e-300, 1e-12, 1.0, 1e15, f64::MAX] {
                assert!(bin_of(base, value) < BLOCK_BINS);
            }
        }
        assert_eq!(Pooled::new(1.0).quantile(0.5), None);
    }
}
