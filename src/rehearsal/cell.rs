//! The cell under some settings.

use crate::contribution::Bounds;
use crate::expected::CellSpec;
use crate::privacy::{CalibrationError, Mechanism};

/// The cell of a mechanism at ε over bounds, for a list of k.
///
/// # Errors
/// If no noise can be calibrated for it.
pub fn cell(
    mechanism: Mechanism,
    epsilon: f64,
    delta: f64,
    bounds: Bounds,
    (answer, k): (usize, usize),
) -> Result<CellSpec, CalibrationError> {
    let sensitivity = bounds.sensitivity();
    let delta = mechanism.needs_delta().then_some(delta);
    let noise = mechanism.calibrate(epsilon, delta, sensitivity, k)?;
    Ok(CellSpec { mechanism, epsilon, delta, bounds: Some(bounds), sensitivity, noise, answer })
}
