//! What places weigh: RBO's p and depth, and the discount of NDCG.

/// RBO's p: a list's first ten places carry 86 % of the weight.
pub const RBO_P: f64 = 0.9;
/// Lists are compared down to here by RBO: what is left out weighs p^263 < 1e-12.
pub const RBO_DEPTH: usize = 263;

/// What a group gives to RBO that is in both lists from each depth on (from 0), lists of
/// `depth`: Σ_{d ≥ depth} (1 - p)/p·p^d/d, and the extrapolated end p^D/D.
pub fn depth_weights(depth: usize) -> Vec<f64> {
    let mut weights = vec![0.0; depth];
    let mut sum = RBO_P.powi(depth as i32) / depth as f64;
    for d in (1..=depth).rev() {
        sum += (1.0 - RBO_P) / RBO_P * RBO_P.powi(d as i32) / d as f64;
        weights[d - 1] = sum;
    }
    weights
}

/// NDCG's discount of rank `r` from 0: 1/log₂(r + 2) (Järvelin & Kekäläinen 2002).
pub fn discount(r: usize) -> f64 {
    1.0 / libm::log2(r as f64 + 2.0)
}
