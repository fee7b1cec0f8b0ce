//! What asking again gives an attacker: the mean or the median of several answers, and the
//! difference of two.

use crate::privacy::normal::{density, phi, quantile};
use crate::privacy::{Noise, Shape};

/// How far several answers to one question scatter around the bounded sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Averaged {
    /// Standard deviation of their mean.
    pub mean: f64,
    /// Standard deviation of their median: smaller than that of the mean for Laplace noise, larger
    /// for Gaussian noise.
    pub median: f64,
}

impl Averaged {
    /// Of `asked` (from 1) answers of this noise. For Laplace noise 2b²/m and, for many, b²/m.
    /// Discrete noise is taken as the continuous law of its scale for the median; Gumbel noise has
    /// no answers to average.
    pub fn of(noise: Noise, asked: u64) -> Option<Self> {
        let asked = asked.max(1);
        let (unit, scale) = match noise.shape() {
            Shape::Laplace { b } | Shape::DiscreteLaplace { b } => (median_of(asked, &LAPLACE), b),
            Shape::Gaussian { sigma } | Shape::DiscreteGaussian { sigma } => {
                (median_of(asked, &NORMAL), sigma)
            }
            Shape::Gumbel { .. } | Shape::Other => return None,
        };
        Some(Self { mean: (noise.variance() / asked as f64).sqrt(), median: scale * unit })
    }
}

/// How often whoever subtracts two noisy answers of which only one has the user, and guesses by the
/// midpoint, is right; the user moves them by `moves`, in the unit of the noise. For Laplace noise
/// 1 - ½e^{-Δ/2b}(1 + Δ/4b), for Gaussian Φ(Δ/2√2σ). Discrete noise as the continuous law of its
/// scale; `None` for Gumbel noise.
pub fn differencing(noise: Noise, moves: f64) -> Option<f64> {
    match noise.shape() {
        Shape::Laplace { b } | Shape::DiscreteLaplace { b } => {
            Some(1.0 - 0.5 * libm::exp(-0.5 * moves / b) * (1.0 + 0.25 * moves / b))
        }
        Shape::Gaussian { sigma } | Shape::DiscreteGaussian { sigma } => {
            Some(phi(moves / (2.0 * std::f64::consts::SQRT_2 * sigma)))
        }
        Shape::Gumbel { .. } | Shape::Other => None,
    }
}

/// A symmetric law of scale 1: its distribution function and density.
struct UnitLaw {
    below: fn(f64) -> f64,
    density: fn(f64) -> f64,
    /// The x with P(X ≤ x) = p, for p ≤ ½.
    quantile: fn(f64) -> f64,
    variance: f64,
    /// Standard deviation of the median of m answers times √m, for large m: 1/2f(0).
    many: f64,
}

const LAPLACE: UnitLaw = UnitLaw {
    below: |x| if x < 0.0 { 0.5 * libm::exp(x) } else { 1.0 - 0.5 * libm::exp(-x) },
    density: |x| 0.5 * libm::exp(-x.abs()),
    quantile: |p| libm::log(2.0 * p),
    variance: 2.0,
    many: 1.0,
};

const NORMAL: UnitLaw =
    UnitLaw { below: phi, density, quantile, variance: 1.0, many: 1.253_314_137_315_500_3 };

/// The standard deviation of the median of `m` draws; the mean of the middle two where m is even.
fn median_of(m: u64, law: &UnitLaw) -> f64 {
    /// From here on the limit is right to a part in a thousand or two.
    const MANY: u64 = 1_000;
    const PARTS: u32 = 4_000;
    if m <= 2 {
        return (law.variance / m as f64).sqrt();
    }
    if m > MANY {
        return law.many / (m as f64).sqrt();
    }
    // Draws below the (lower) middle one.
    let lower = (m - 1) / 2;
    // Beyond p the middle draw lies with a density of (4p(1-p))^r beside that at 0: of e^-33 and less.
    let reach = -(law.quantile)(0.25 * libm::exp(-33.0 / (lower + 1) as f64));
    let step = 2.0 * reach / f64::from(PARTS);
    let xs = || (0..=PARTS).map(|part| f64::from(part) * step - reach);
    let log_choices = libm::lgamma(m as f64 + 1.0);
    let log_of = |draws: u64| libm::lgamma(draws as f64 + 1.0);
    if !m.is_multiple_of(2) {
        // m!/(r!)² F^r (1-F)^r f.
        let norm = log_choices - 2.0 * log_of(lower);
        let weight = |x: f64| {
            let below = (law.below)(x);
            let above = (law.below)(-x);
            libm::exp(norm + lower as f64 * (libm::log(below) + libm::log(above)))
                * (law.density)(x)
        };
        return (xs().map(|x| x * x * weight(x)).sum::<f64>() * step).sqrt();
    }
    // The middle two, x < y: m!/((r)!)² F(x)^r (1-F(y))^r f(x)f(y) of ((x+y)/2)², with the sums over
    // x carried along.
    let norm = log_choices - 2.0 * log_of(lower);
    let tail = |x: f64| libm::exp(0.5 * norm + lower as f64 * libm::log((law.below)(x)));
    let (mut sums, mut total) = ([0.0f64; 3], 0.0);
    for y in xs() {
        let here = tail(y) * (law.density)(y) * step;
        // Half of a cell on the diagonal lies below it.
        for (power, sum) in [1.0, y, y * y].into_iter().zip(sums.iter_mut()) {
            *sum += 0.5 * here * power;
        }
        let of_y = tail(-y) * (law.density)(y) * step;
        total += 0.25 * of_y * (sums[2] + 2.0 * y * sums[1] + y * y * sums[0]);
        for (power, sum) in [1.0, y, y * y].into_iter().zip(sums.iter_mut()) {
            *sum += 0.5 * here * power;
        }
    }
    total.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_meet_known_values() {
        // Normal: the variances of the median of 3, 4 and 5 are tabulated (.4487, .2982, .2868).
        for (m, variance) in [(3, 0.448_67), (4, 0.298_18), (5, 0.286_83)] {
            let found = median_of(m, &NORMAL);
            assert!((found * found / variance - 1.0).abs() < 1e-3, "{m}: {}", found * found);
        }
        // Laplace, three draws, by the density 6F(1-F)f: 2∫₀^∞ x²·6(½e^{-x})²(1 - ½e^{-x}) dx = 23/36.
        let three = median_of(3, &LAPLACE);
        assert!((three * three - 23.0 / 36.0).abs() < 1e-5, "{}", three * three);
        // Four and five by 200,000 draws.
        for (m, variance) in [(4, 0.4202), (5, 0.3505)] {
            let found = median_of(m, &LAPLACE);
            assert!((found * found / variance - 1.0).abs() < 0.02, "{m}: {}", found * found);
        }
        // For many draws b²/m.
        let many = median_of(999, &LAPLACE);
        assert!((many * many * 999.0 - 1.0).abs() < 0.08, "{}", many * many * 999.0);
        assert!((median_of(999, &NORMAL) * 999f64.sqrt() / NORMAL.many - 1.0).abs() < 2e-3);
    }

    #[test]
    fn the_median_beats_the_mean_for_laplace_noise_alone() {
        let laplace = Averaged::of(Noise::Laplace { b: 10.0 }, 9).unwrap();
        assert!((laplace.mean - 10.0 * (2.0f64 / 9.0).sqrt()).abs() < 1e-12);
        assert!(laplace.median < laplace.mean);
        let normal = Averaged::of(Noise::Gaussian { sigma: 10.0 }, 9).unwrap();
        assert!((normal.mean - 10.0 / 3.0).abs() < 1e-12);
        assert!(normal.median > normal.mean);
        assert_eq!(Averaged::of(Noise::Gumbel { scale: 1.0, k: 3 }, 9), None);
    }

    #[test]
    fn a_difference_of_two_is_told_by_its_midpoint() {
        // b = 1: 1 - ½e^{-½}·1.25.
        let told = 1.0 - 0.5 * libm::exp(-0.5) * 1.25;
        assert!((differencing(Noise::Laplace { b: 1.0 }, 1.0).unwrap() - told).abs() < 1e-15);
        let told = 0.5 * libm::erfc(-1.0 / (2.0 * 2f64.sqrt() * 3.0) / 2f64.sqrt());
        assert!((differencing(Noise::Gaussian { sigma: 3.0 }, 1.0).unwrap() - told).abs() < 1e-15);
        assert_eq!(differencing(Noise::Gumbel { scale: 1.0, k: 3 }, 1.0), None);
    }
}
