//! What noise does to one pair: D is the difference of two draws, and a lead of g falls to
//! g + D. The doubt about a lead, u(g) = 1 - E sgn(g + D) = 2P(D > g) + P(D = g), is all
//! that expected order figures need.
//!
//! | noise | u(g), g ≥ 0 |
//! |---|---|
//! | Laplace | e^{-g/b}(1 + g/2b) |
//! | discrete Laplace | e^{-g/b}(1 + g·tanh(1/2b)) |
//! | Gaussian | erfc(g/2σ) |
//! | Gumbel | 2/(1 + e^{g/b}) |
//! | discrete Gaussian | sums over P(D = d) = e^{-d²/4σ²} Θ_d / (Σ_z e^{-z²/2σ²})² |
//!
//! The second is 2P(D > g) + P(D = g) with P(D = g) = c·a^g(K + g), c = ((1-a)/(1+a))²,
//! K = (1+a²)/(1-a²): both sums are a^g times a line in g, whose constants add up to 1 and
//! (1-a)/(1+a). The last completes the square in z² + (z+d)², so that Θ_d = Σ_z
//! e^{-(z+d/2)²/σ²} hangs on the parity of d alone.

use std::f64::consts::{PI, SQRT_2};

use super::quadrature::{self, DoubtTable};
use crate::privacy::{Noise, Shape};

/// P(a group `gap` behind another comes out strictly ahead of it), both noised alike and
/// apart: P(D > gap). `gap` in the unit of the sums, of either sign; the scale of `noise`
/// above 0 and finite.
pub fn swap(noise: Noise, gap: f64) -> f64 {
    if noise.is_whole() && gap.fract() != 0.0 {
        return swap(noise, gap.floor());
    }
    if gap < 0.0 {
        return 1.0 - swap(noise, -gap) - tie(noise, gap);
    }
    match noise.shape() {
        Shape::DiscreteLaplace { b } => {
            let (a, m) = (libm::exp(-1.0 / b), gap + 1.0);
            let rest = (1.0 + a * a) / (1.0 + a) - libm::expm1(-1.0 / b) * m + a;
            // m times e^{-m/b} could be ∞·0.
            let decay = libm::exp(-m / b);
            if decay == 0.0 { 0.0 } else { decay * rest / ((1.0 + a) * (1.0 + a)) }
        }
        Shape::DiscreteGaussian { sigma } if sigma <= SUMMED => {
            let law = Difference::new(sigma);
            let (mut d, mut sum) = (gap + 1.0, 0.0);
            loop {
                // Even and odd steps differ where σ is small: a look at both before leaving.
                let two = law.mass(d) + law.mass(d + 1.0);
                sum += two;
                if two <= 1e-17 * sum {
                    return sum;
                }
                d += 2.0;
            }
        }
        Shape::DiscreteGaussian { .. } => {
            0.5 * (SwapDoubt::new(noise).at(gap) - tie(noise, gap)).max(0.0)
        }
        Shape::Other => quadrature::swap(noise, gap),
        _ => 0.5 * SwapDoubt::new(noise).at(gap),
    }
}

/// P(two groups `gap` apart come out equal) = P(D = gap): 0 for continuous noise and for
/// gaps between whole numbers.
pub fn tie(noise: Noise, gap: f64) -> f64 {
    let gap = gap.abs();
    if gap.fract() != 0.0 {
        return 0.0;
    }
    match noise.shape() {
        Shape::DiscreteLaplace { b } => {
            let line = TieLine::new(b);
            let decay = libm::exp(-gap / b);
            if decay == 0.0 { 0.0 } else { line.level * decay * (1.0 + line.slope * gap) }
        }
        Shape::DiscreteGaussian { sigma } => Difference::new(sigma).mass(gap),
        Shape::Other => quadrature::tie(noise, gap),
        Shape::Laplace { .. } | Shape::Gaussian { .. } | Shape::Gumbel { .. } => 0.0,
    }
}

/// P(D = g) = level·e^{-g/b}(1 + slope·g) for discrete Laplace noise.
pub(super) struct TieLine {
    pub(super) level: f64,
    pub(super) slope: f64,
}

impl TieLine {
    pub(super) fn new(b: f64) -> Self {
        let (a, rest) = (libm::exp(-1.0 / b), -libm::expm1(-1.0 / b));
        let even = 1.0 + a * a;
        Self { level: rest * even / (1.0 + a).powi(3), slope: rest * (1.0 + a) / even }
    }
}

/// Up to here the difference of two discrete Gaussian draws is summed atom by atom.
const SUMMED: f64 = 8.0;

/// The law of the difference of two discrete Gaussian draws.
struct Difference {
    sigma: f64,
    /// P(D = d)·e^{d²/4σ²} for even d, and for odd d.
    level: [f64; 2],
}

impl Difference {
    fn new(sigma: f64) -> Self {
        let around = |shift: f64, width: f64| -> f64 {
            (-40..=40).map(|z| libm::exp(-((f64::from(z) + shift) / width).powi(2))).sum()
        };
        let level = if sigma > 2.0 {
            // Poisson summation: even and odd differ by e^{-π²σ²}.
            [0.5 / (sigma * PI.sqrt()); 2]
        } else {
            let norm = around(0.0, SQRT_2 * sigma).powi(2);
            [around(0.0, sigma) / norm, around(0.5, sigma) / norm]
        };
        Self { sigma, level }
    }

    /// P(D = d) for whole d.
    fn mass(&self, d: f64) -> f64 {
        let t = 0.5 * d / self.sigma;
        self.level[usize::from(d % 2.0 != 0.0)] * libm::exp(-t * t)
    }
}

/// u(g) of one law, prepared.
pub(super) struct SwapDoubt {
    noise: Noise,
    /// u(0), u(1), … up to the window, for narrow discrete Gaussian noise.
    table: Vec<f64>,
    /// u of a law without closed forms.
    other: Option<DoubtTable>,
}

impl SwapDoubt {
    pub(super) fn new(noise: Noise) -> Self {
        let mut table = Vec::new();
        if let Shape::DiscreteGaussian { sigma } = noise.shape()
            && sigma <= SUMMED
        {
            let law = Difference::new(sigma);
            let last = window(noise).ceil() as usize;
            table = vec![0.0; last + 1];
            // From the far end, where the terms are small.
            let mut above = 0.0;
            for d in (0..=last).rev() {
                let mass = law.mass(d as f64);
                table[d] = 2.0 * above + mass;
                above += mass;
            }
        }
        let other = (noise.shape() == Shape::Other).then(|| DoubtTable::new(noise));
        Self { noise, table, other }
    }

    /// u(gap) for a gap of 0 or more (whole for discrete noise), to 1e-15.
    pub(super) fn at(&self, gap: f64) -> f64 {
        match self.noise.shape() {
            Shape::Laplace { b } | Shape::DiscreteLaplace { b } => {
                let decay = libm::exp(-gap / b);
                if decay == 0.0 {
                    0.0
                } else {
                    decay * (1.0 + exponential_slope(self.noise, b) * gap)
                }
            }
            Shape::Gaussian { sigma } => libm::erfc(0.5 * gap / sigma),
            Shape::Gumbel { scale } => 2.0 / (1.0 + libm::exp(gap / scale)),
            Shape::DiscreteGaussian { sigma } if sigma <= SUMMED => {
                if gap < self.table.len() as f64 { self.table[gap as usize] } else { 0.0 }
            }
            Shape::DiscreteGaussian { sigma } => wide_discrete_gaussian(sigma, gap),
            Shape::Other => self.other.as_ref().map_or(0.0, |table| table.at(gap)),
        }
    }
}

/// κ in u(g) = e^{-g/b}(1 + κg).
pub(super) fn exponential_slope(noise: Noise, b: f64) -> f64 {
    if noise.is_whole() { libm::tanh(0.5 / b) } else { 0.5 / b }
}

/// u(g) beyond `SUMMED`: D is discrete Gaussian of width s = σ√2 itself (to e^{-π²σ²}), and
/// 1 - u(g) the trapezoidal sum of its density f over [-g, g]. Euler–Maclaurin with four
/// terms; the fifth is below 3e-16 at σ = 8.
fn wide_discrete_gaussian(sigma: f64, gap: f64) -> f64 {
    let s2 = 2.0 * sigma * sigma;
    let (s, x) = (s2.sqrt(), gap / s2.sqrt());
    let x2 = x * x;
    if x > 40.0 {
        return 0.0;
    }
    // The k-th derivative of f at g is -He_k(x)f/s^k for odd k.
    let (h1, h3) = (x, x * (x2 - 3.0));
    let h5 = x * (x2 * (x2 - 10.0) + 15.0);
    let h7 = x * (x2 * (x2 * (x2 - 21.0) + 105.0) - 105.0);
    let series = h1 / 6.0 - (h3 / 360.0 - (h5 / 15_120.0 - h7 / (604_800.0 * s2)) / s2) / s2;
    let density = libm::exp(-0.5 * x2) / (s * (2.0 * PI).sqrt());
    (libm::erfc(0.5 * gap / sigma) + density * series / s).max(0.0)
}

/// A gap beyond which u is below 3e-17 (Gumbel noise: 3e-14), for the laws without a cusp.
pub(super) fn window(noise: Noise) -> f64 {
    match noise.shape() {
        Shape::Gaussian { sigma } => 12.0 * sigma,
        // One more for narrow noise, where a tail is its first atom.
        Shape::DiscreteGaussian { sigma } => 12.5 * sigma + 1.0,
        Shape::Gumbel { scale } => 32.0 * scale,
        Shape::Laplace { b } | Shape::DiscreteLaplace { b } => 45.0 * b,
        Shape::Other => quadrature::window(noise),
    }
}

/// s(g) = Σ B_m sin(πmg/half) over odd m, for every |g| ≤ `reach` (whole for discrete noise).
///
/// s is the sign convolved with the law of D; so is the square wave of period 2·half, which
/// looks like the sign from every such g as far as D goes: half = reach + window. Its sine
/// coefficients 4/πm (on whole numbers 2/half·cot(πm/2half)) times E cos(ωD) are those of s.
pub(super) struct Sines {
    pub(super) half: f64,
    /// B₁, B₃, B₅, …
    pub(super) coefficients: Vec<f64>,
}

impl Sines {
    /// How many coefficients that takes, about.
    pub(super) fn len(noise: Noise, reach: f64) -> f64 {
        let (band, window) = (band(noise), window(noise));
        0.5 * band / PI * (reach + window)
    }

    /// For a law without a cusp.
    pub(super) fn new(noise: Noise, reach: f64) -> Self {
        let whole = noise.is_whole();
        let half = if whole { (reach + window(noise)).ceil() } else { reach + window(noise) };
        let band = band(noise);
        let mut coefficients = Vec::with_capacity(Self::len(noise, reach) as usize + 1);
        let mut m = 1.0;
        loop {
            let frequency = PI * m / half;
            if frequency > band || (whole && m >= half) {
                return Self { half, coefficients };
            }
            let wave =
                if whole { 2.0 / (half * libm::tan(0.5 * frequency)) } else { 4.0 / (PI * m) };
            coefficients.push(wave * characteristic(noise, frequency));
            m += 2.0;
        }
    }
}

/// A frequency beyond which E cos(ωD) is below 1e-17 (Gumbel noise: 5e-15); for discrete
/// noise π if that comes first.
fn band(noise: Noise) -> f64 {
    match noise.shape() {
        Shape::Gaussian { sigma } => 6.26 / sigma,
        Shape::DiscreteGaussian { sigma } => (6.26 / sigma).min(PI),
        Shape::Gumbel { scale } => 37.0 / (PI * scale),
        Shape::Laplace { .. } | Shape::DiscreteLaplace { .. } | Shape::Other => f64::INFINITY,
    }
}

/// E cos(ωD) for the laws without a cusp: the difference of two Gumbel draws is logistic.
pub(super) fn characteristic(noise: Noise, frequency: f64) -> f64 {
    match noise.shape() {
        Shape::Gaussian { sigma } => libm::exp(-(sigma * frequency) * (sigma * frequency)),
        Shape::DiscreteGaussian { sigma } => {
            let half = if sigma < 1.0 {
                let atom = |z: f64| libm::exp(-0.5 * (z / sigma) * (z / sigma));
                let sum = |f: &dyn Fn(f64) -> f64| {
                    1.0 + 2.0 * (1..=9).map(|z| f(f64::from(z))).sum::<f64>()
                };
                sum(&|z| atom(z) * libm::cos(frequency * z)) / sum(&atom)
            } else {
                // Poisson summation; frequencies go up to π.
                let image = |at: f64| libm::exp(-0.5 * (sigma * at) * (sigma * at));
                let sum =
                    |at: f64| (-1..=2).map(|k| image(at - 2.0 * PI * f64::from(k))).sum::<f64>();
                sum(frequency) / sum(0.0)
            };
            half * half
        }
        Shape::Gumbel { scale } => {
            let x = PI * scale * frequency;
            x / libm::sinh(x)
        }
        Shape::Laplace { b } => (1.0 + (b * frequency) * (b * frequency)).powi(-2),
        Shape::DiscreteLaplace { b } => {
            let (rest, half) = (-libm::expm1(-1.0 / b), libm::sin(0.5 * frequency));
            (rest * rest / (rest * rest + 4.0 * libm::exp(-1.0 / b) * half * half)).powi(2)
        }
        Shape::Other => quadrature::characteristic(noise, frequency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_add_up_to_the_kernel() {
        for scale in [0.05, 0.4, 1.0, 2.5, 7.9, 8.1, 300.0] {
            for noise in [
                Noise::Gaussian { sigma: scale },
                Noise::DiscreteGaussian { sigma: scale },
                Noise::Gumbel { scale, k: 1 },
            ] {
                for reach in [1.0, (5.0 * scale).ceil(), (40.0 * scale).ceil()] {
                    let (sines, doubt) = (Sines::new(noise, reach), SwapDoubt::new(noise));
                    assert!(
                        (sines.coefficients.len() as f64 - Sines::len(noise, reach)).abs() < 2.0,
                        "{noise:?}"
                    );
                    for part in 0..=20 {
                        let gap = (reach * f64::from(part) / 20.0).round();
                        let angle = PI * gap / sines.half;
                        let terms = sines.coefficients.iter().enumerate();
                        let sum: f64 =
                            terms.map(|(k, b)| b * libm::sin((2 * k + 1) as f64 * angle)).sum();
                        let found = 1.0 - doubt.at(gap);
                        let within =
                            if matches!(noise, Noise::Gumbel { .. }) { 6e-14 } else { 3e-15 };
                        assert!(
                            (sum - found).abs() < within,
                            "{noise:?} {reach} {gap}: {sum} {found}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_is_left_beyond_the_window() {
        for scale in [0.05, 0.4, 2.5, 7.9, 8.1, 300.0] {
            for (noise, left) in [
                (Noise::Gaussian { sigma: scale }, 3e-17),
                (Noise::DiscreteGaussian { sigma: scale }, 3e-17),
                (Noise::Gumbel { scale, k: 1 }, 3e-14),
            ] {
                let gap = window(noise).ceil();
                let doubt = 2.0 * swap(noise, gap) + tie(noise, gap);
                assert!(doubt < left, "{noise:?}: {doubt:e}");
            }
        }
    }

    #[test]
    fn discrete_kinds_turn_into_the_others() {
        for gap in [0.0, 1e4, 3e5] {
            let scale = 1e5;
            let (whole, real) = (Noise::DiscreteLaplace { b: scale }, Noise::Laplace { b: scale });
            assert!((SwapDoubt::new(whole).at(gap) - SwapDoubt::new(real).at(gap)).abs() < 1e-10);
            let (whole, real) =
                (Noise::DiscreteGaussian { sigma: scale }, Noise::Gaussian { sigma: scale });
            assert!((SwapDoubt::new(whole).at(gap) - SwapDoubt::new(real).at(gap)).abs() < 1e-10);
        }
    }
}
