//! What a release with private keys would drop under the knobs: its threshold, and how many groups reach
//! it. The latter is looked up in the true data.

use crate::contribution::Bounds;
use crate::privacy::mechanism::{gaussian_sigma, threshold};

/// The threshold of a release with private keys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// Values below it are dropped, in the stored unit.
    pub threshold: f64,
    /// How many groups have a bounded sum of at least it, before noise.
    pub reach: usize,
    /// Of so many in the data.
    pub groups: usize,
}

/// That of the bounded sums `answer` of `groups` groups in the data. With Gaussian noise a
/// threshold takes half of δ; `None` where no noise can be made.
pub fn reach(
    gaussian: bool,
    (epsilon, delta): (f64, f64),
    bounds: Bounds,
    answer: &[i64],
    groups: usize,
) -> Option<Reach> {
    let (l0, linf) = (bounds.l0(), bounds.linf());
    if !(epsilon > 0.0 && delta > 0.0 && delta < 1.0) {
        return None;
    }
    let threshold = match gaussian {
        true => {
            let half = 0.5 * delta;
            // Normal noise is as wide to 5e-8, and worked out at once.
            let sigma = gaussian_sigma(epsilon, half, linf as f64 * libm::sqrt(l0 as f64));
            threshold::gaussian(linf as f64, sigma, l0, half).ceil()
        }
        false => {
            let b = l0 as f64 * linf as f64 / epsilon;
            threshold::discrete_laplace(linf, b, l0, delta)
        }
    };
    let reach = answer.iter().filter(|&&sum| sum as f64 >= threshold).count();
    Some(Reach { threshold, reach, groups })
}
