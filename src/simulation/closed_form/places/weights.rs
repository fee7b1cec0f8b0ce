//! What places weigh: NDCG's discount, and RBO by depth.

/// RBO's p.
const RBO_P: f64 = 0.9;
/// RBO compares lists down to here.
pub(super) const DEPTH: usize = 263;

/// NDCG's discount of rank `r` from 0: 1/log₂(r + 2).
pub(super) fn discount(r: usize) -> f64 {
    1.0 / libm::log2(r as f64 + 2.0)
}

/// What a group gives to RBO that is in both lists from each depth on (from 0), lists of
/// `depth`: Σ_{d ≥ depth} (1 - p)/p·p^d/d, and the extrapolated end p^D/D.
pub(super) fn depth_weights(depth: usize) -> Vec<f64> {
    let mut weights = vec![0.0; depth];
    let mut sum = RBO_P.powi(depth as i32) / depth as f64;
    for d in (1..=depth).rev() {
        sum += (1.0 - RBO_P) / RBO_P * RBO_P.powi(d as i32) / d as f64;
        weights[d - 1] = sum;
    }
    weights
}
