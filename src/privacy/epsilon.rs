//! What ε may be, and the steps in which it is tried.

use std::ops::RangeInclusive;

/// The ε that every mechanism can be calibrated for.
pub const EPSILON_RANGE: RangeInclusive<f64> = 1e-9..=1e6;

/// The steps in which ε is turned, ascending: ten to the decade, from 0.001 to 100.
pub fn epsilon_steps() -> impl Iterator<Item = f64> {
    (-3..2)
        .flat_map(|decade| {
            [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0].into_iter().map(move |lead| {
                // Through text, so that 0.3 is the number that is typed as 0.3.
                format!("{lead}e{decade}").parse().unwrap_or(lead)
            })
        })
        .chain([100.0])
}
