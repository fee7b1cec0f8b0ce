//! Private selection of group keys by threshold (Korolova, Kenthapadi, Mishra, Ntoulas
//! 2009; Wilson et al. 2020): noise on every group that holds anyone, and only groups
//! whose noised value reaches T are shown.
//!
//! A group that one user alone holds, with at most linf, is shown with probability
//! P(linf + Z ≥ T); a user holds at most l0 such groups. T makes that δ_T for all of
//! them together. Sensitivity and the cost of the noise itself are those of the noise;
//! under every accountant a failure of probability δ_T comes on top.

use super::discrete_gaussian;
use crate::privacy::accounting::{Law, smallest_enough};
use crate::privacy::normal::phi;

/// The per-group share of δ_T among `l0` groups: p with 1 - (1-p)^l0 = δ_T.
fn share(delta: f64, l0: u64) -> f64 {
    -libm::expm1(libm::log1p(-delta) / l0 as f64)
}

/// T = linf + b·ln(1/2p) for Laplace noise, p the share of one of `l0` groups: at most
/// linf + b·ln(l0/2δ), and never below linf.
pub fn laplace(linf: f64, b: f64, l0: u64, delta: f64) -> f64 {
    linf + (b * -libm::log(2.0 * share(delta, l0))).max(0.0)
}

/// T = linf + σΦ⁻¹(1-p) for Gaussian noise.
pub fn gaussian(linf: f64, sigma: f64, l0: u64, delta: f64) -> f64 {
    let p = share(delta, l0);
    if p >= 0.5 {
        return linf;
    }
    let above = smallest_enough(1.0, 1e-15, |z| phi(-z) <= p).unwrap_or(f64::INFINITY);
    linf + sigma * above
}

/// The smallest whole T ≥ linf for discrete Laplace noise: P(Z ≥ T - linf) =
/// a^{T-linf}/(1+a) ≤ p.
pub fn discrete_laplace(linf: u64, b: f64, l0: u64, delta: f64) -> f64 {
    let p = share(delta, l0);
    let ratio = libm::exp(-1.0 / b);
    let above = (-b * libm::log(p * (1.0 + ratio))).ceil().max(1.0);
    linf as f64 + above
}

/// The smallest whole T > linf for discrete Gaussian noise; for wide noise, whose tail is a
/// series good to better than a part in 1e6, the smallest that holds with that much room.
pub fn discrete_gaussian(linf: u64, sigma: f64, l0: u64, delta: f64) -> f64 {
    linf as f64 + smallest_above(share(delta, l0), sigma).0
}

/// The smallest whole m ≥ 1 with P(Z ≥ m) ≤ `p`, and how often the tail was asked: by
/// halving between 0 and 41σ, where nothing is left, so some 60 times at any σ.
fn smallest_above(p: f64, sigma: f64) -> (f64, u32) {
    let room = if sigma > discrete_gaussian::SMOOTH { 1.0 - 1e-6 } else { 1.0 };
    let (mut low, mut high) = (0.0f64, (41.0 * sigma.max(1.0)).ceil() + 1.0);
    let mut asked = 0;
    while high - low > 1.0 {
        let middle = (0.5 * (low + high)).floor();
        // Beyond 2^53 whole numbers lie further apart than 1.
        if middle <= low || middle >= high {
            break;
        }
        asked += 1;
        if discrete_gaussian::above(sigma, middle - 1.0) > p * room {
            low = middle;
        } else {
            high = middle;
        }
    }
    (high, asked)
}

/// The failure that the threshold adds to the cost of the noise.
pub fn failure(delta: f64) -> Law {
    Law::Failure { delta }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Noise;

    #[test]
    fn wide_noise_has_its_threshold_at_once() {
        // A term for each whole number would take years.
        for sigma in [1.1e4, 7e12, 1e16] {
            let threshold = discrete_gaussian(1, sigma, 3, 1e-9);
            let like = gaussian(1.0, sigma, 3, 1e-9);
            assert!(
                (threshold / like - 1.0).abs() < 1e-3 && threshold > like,
                "{sigma}: {threshold} {like}"
            );
        }
        let (terms, series) =
            (discrete_gaussian(1, 9_999.0, 3, 1e-9), discrete_gaussian(1, 10_001.0, 3, 1e-9));
        assert!((series / terms - 10_001.0 / 9_999.0).abs() < 1e-4, "{terms} {series}");
    }

    #[test]
    fn a_lone_user_is_shown_with_the_stated_probability() {
        for (l0, delta) in [(1u64, 1e-6), (20, 1e-6), (5, 1e-9), (300, 0.01)] {
            let all = |p: f64| -libm::expm1(l0 as f64 * libm::log1p(-p));
            let b = 7.5;
            let t = laplace(5.0, b, l0, delta);
            assert!((all(Noise::Laplace { b }.above(t - 5.0)) / delta - 1.0).abs() < 1e-9);
            assert!(t <= 5.0 + b * (l0 as f64 / (2.0 * delta)).ln() + 1e-9);
            let t = gaussian(5.0, b, l0, delta);
            assert!((all(Noise::Gaussian { sigma: b }.above(t - 5.0)) / delta - 1.0).abs() < 1e-9);
            let t = discrete_laplace(5, b, l0, delta);
            let shown = |t: f64| all(Noise::DiscreteLaplace { b }.above(t - 5.0 - 1.0));
            assert!(
                shown(t) <= delta * (1.0 + 1e-12) && shown(t - 1.0) > delta,
                "{l0} {delta} {t}"
            );
            let t = discrete_gaussian(5, b, l0, delta);
            let shown = |t: f64| all(discrete_gaussian::at_least(b, t - 5.0));
            assert!(
                shown(t) <= delta * (1.0 + 1e-12) && shown(t - 1.0) > delta,
                "{l0} {delta} {t}"
            );
        }
    }

    /// The tail of wide noise was a sum over its whole numbers, asked anew at every halving.
    #[test]
    fn wide_noise_asks_its_tail_a_bounded_number_of_times() {
        for sigma in [0.3, 9.9, 10.1, 1e3, 1e6, 1e9, 1e12, 1e15] {
            for delta in [0.3, 1e-6, 1e-15] {
                let p = share(delta, 20);
                let (m, asked) = smallest_above(p, sigma);
                assert!(asked <= 64, "{sigma} {delta}: {asked}");
                assert!(discrete_gaussian::above(sigma, m - 1.0) <= p, "{sigma} {delta}");
                // Normal noise beyond: half a step of it is all that whole numbers change.
                let normal = gaussian(0.0, sigma, 20, delta);
                assert!(
                    m >= normal && m <= normal * (1.0 + 1e-6) + 2.0,
                    "{sigma} {delta}: {m} {normal}"
                );
            }
        }
        // Series and sum agree where one takes over from the other.
        for sigma in [10.1, 30.0, 200.0] {
            for delta in [0.3, 1e-6, 1e-15] {
                let p = share(delta, 20);
                let m = smallest_above(p, sigma).0;
                let sum = discrete_gaussian::at_least(sigma, m);
                assert!(
                    sum <= p
                        && (m == 1.0
                            || discrete_gaussian::at_least(sigma, m - 1.0) > p * (1.0 - 2e-6))
                );
            }
        }
    }
}
