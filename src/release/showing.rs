//! With which probability each group of a release shows, by the law of its noise: looked up in the
//! true data.

use super::publish::PreparedRelease;
use super::rest::REST;

/// The probability of each of `sums` to be at or above the threshold; 1 where there is none.
pub(super) fn showing(prepared: &PreparedRelease, sums: &[(String, i64)]) -> Vec<f64> {
    let (Some(threshold), Some(noise)) = (prepared.threshold(), prepared.noise()) else {
        return vec![1.0; sums.len()];
    };
    sums.iter()
        .map(|(key, sum)| match prepared.noise_of_rest() {
            // A group that is called as the last row is counted in it.
            Some(_) if key == REST => 0.0,
            // At or above the threshold; whole numbers, so above one less.
            _ => noise.above((threshold - 1 - sum) as f64),
        })
        .collect()
}
