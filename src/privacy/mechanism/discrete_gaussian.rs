//! Discrete Gaussian noise on whole numbers (Canonne, Kamath, Steinke 2020): P(z) ∝
//! e^{-z²/2σ²}.
//!
//! Sensitivity: Δ₂ = √l0·linf for ρ = Δ₂²/2σ² (zCDP, and Rényi with it). For (ε, δ) the
//! curve of one number at Δ₂ would understate δ for vectors: many small shifts can lose
//! more than one large one. The exact law is that of the sum of l0 draws at sensitivity linf.

use super::kinds::{CalibrationError, Mechanism, Noise, whole};
use super::law::{MechanismEntry, NoiseLaw, Shape, Uses};
use crate::privacy::accounting::{Event, Law, NoAnswer, smallest_enough};
use crate::privacy::normal::phi;

pub(super) const ENTRY: MechanismEntry = MechanismEntry {
    name: "discrete-gaussian",
    brief: "Discrete Gaussian noise on whole numbers: (ε, δ)-DP",
    of_one: "Discrete Gaussian noise on one whole number",
    needs_delta: true,
    publishes_values: true,
    norm: |sensitivity| sensitivity.linf,
    calibrate: |wanted, linf| {
        let delta = wanted.delta(Mechanism::DiscreteGaussian)?;
        let shift = whole(linf)?;
        let moved = (wanted.sensitivity.l1 / linf).round().max(1.0) as u64;
        let sigma = discrete_gaussian_sigma(wanted.epsilon, delta, shift, moved)
            .map_err(|_| CalibrationError::TooWide)?;
        Ok(Noise::DiscreteGaussian { sigma })
    },
    of_scale: |sigma, _| Noise::DiscreteGaussian { sigma },
    uses: Uses::Own(|epsilon, delta, linf, uses| {
        discrete_gaussian_sigma(epsilon, delta, whole(linf)?, uses)
            .map_err(|_| CalibrationError::TooWide)
    }),
};

/// P(z) ∝ e^{-z²/2σ²} on whole numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct DiscreteGaussianLaw {
    /// Parameter σ.
    pub sigma: f64,
}

impl NoiseLaw for DiscreteGaussianLaw {
    fn scale(self) -> f64 {
        self.sigma
    }

    fn sign(self) -> &'static str {
        "σ"
    }

    fn is_whole(self) -> bool {
        true
    }

    fn events(self, l0: u64, linf: f64) -> Vec<Event> {
        let law = Law::DiscreteGaussian { sigma: self.sigma, sensitivity: linf.ceil() as u64 };
        vec![Event { law, times: l0 }]
    }

    fn above(self, t: f64) -> f64 {
        above(self.sigma, t)
    }

    fn mass(self, z: f64) -> f64 {
        let t = z / self.sigma;
        if z.fract() == 0.0 { libm::exp(-0.5 * t * t) / norm(self.sigma) } else { 0.0 }
    }

    fn mean_absolute(self) -> f64 {
        mean_absolute(self.sigma)
    }

    fn variance(self) -> f64 {
        variance(self.sigma)
    }

    fn fourth_moment(self) -> f64 {
        fourth_moment(self.sigma)
    }

    fn mean_absolute_with_bias(self, bias: f64) -> f64 {
        mean_absolute_with_bias(self.sigma, bias)
    }

    fn shape(self) -> Shape {
        Shape::DiscreteGaussian { sigma: self.sigma }
    }
}

/// Up to here sums go over atoms; beyond, sums and integrals agree to the last bits.
const SUMMED: f64 = 60.0;

/// Σ_z f(z) e^{-z²/2σ²} / Σ_z e^{-z²/2σ²}, over f of |z|, without z = 0.
fn mean_over_positive(sigma: f64, f: impl Fn(f64) -> f64) -> f64 {
    let last = (12.0 * sigma).ceil().max(2.0) as u32;
    let weight = |z: f64| libm::exp(-0.5 * (z / sigma) * (z / sigma));
    let (mut sum, mut norm) = (0.0, 0.0);
    for z in (1..=last).rev().map(f64::from) {
        sum += f(z) * weight(z);
        norm += weight(z);
    }
    sum * 2.0 / (1.0 + 2.0 * norm)
}

/// E|Z|; beyond σ = 60 that of the normal law less its first correction 1/(6σ√(2π)).
pub fn mean_absolute(sigma: f64) -> f64 {
    if sigma > SUMMED {
        let root = (2.0 * std::f64::consts::PI).sqrt();
        // Euler–Maclaurin: Σ_{z≥1} z e^{-z²/2σ²} = σ² - 1/12 + …, over σ√(2π), both sides.
        return 2.0 * (sigma * sigma - 1.0 / 12.0) / (sigma * root);
    }
    mean_over_positive(sigma, |z| z)
}

/// Var Z; a little below σ², and σ² to the last bits from σ = 4 on.
fn variance(sigma: f64) -> f64 {
    if sigma > SUMMED { sigma * sigma } else { mean_over_positive(sigma, |z| z * z) }
}

/// P(Z ≥ m) for a whole number m ≥ 1.
pub fn at_least(sigma: f64, m: f64) -> f64 {
    let (mut z, mut sum) = (m, 0.0);
    loop {
        let term = libm::exp(-0.5 * (z / sigma) * (z / sigma));
        sum += term;
        // The terms fall at least as fast as a geometric series with this ratio.
        let ratio = libm::exp(-(z + 0.5) / (sigma * sigma));
        if term * ratio / (1.0 - ratio) < 1e-16 * sum || term == 0.0 {
            return sum / norm(sigma);
        }
        z += 1.0;
    }
}

/// Σ_z e^{-z²/2σ²} over the whole numbers.
fn norm(sigma: f64) -> f64 {
    if sigma > 4.0 {
        // Poisson summation: the next term is e^{-2π²σ²}.
        sigma * (2.0 * std::f64::consts::PI).sqrt()
    } else {
        (1..=60u32).map(|z| 2.0 * libm::exp(-0.5 * (f64::from(z) / sigma).powi(2))).sum::<f64>()
            + 1.0
    }
}

/// From here on tails are integrals with their Euler–Maclaurin corrections.
pub(super) const SMOOTH: f64 = 10.0;

/// P(Z > t), to 1e-15. Beyond σ = 10 by the midpoint rule's Euler–Maclaurin series, four
/// terms of it.
pub(super) fn above(sigma: f64, t: f64) -> f64 {
    let m = t.floor() + 1.0;
    if m < 1.0 {
        return 1.0 - above(sigma, -m);
    }
    if m > 40.0 * sigma.max(1.0) {
        return 0.0;
    }
    if sigma <= SMOOTH {
        return at_least(sigma, m);
    }
    let x = (m - 0.5) / sigma;
    // d/dz turns e^{-x²/2} into -He₁(x)/σ times it, and so on.
    let (s2, x2) = (sigma * sigma, x * x);
    let (h1, h3) = (x, x * (x2 - 3.0));
    let h5 = x * (x2 * (x2 - 10.0) + 15.0);
    let h7 = x * (x2 * (x2 * (x2 - 21.0) + 105.0) - 105.0);
    let series = -h1 / 24.0
        + (h3 * 7.0 / 5_760.0 - (h5 * 31.0 / 967_680.0 - h7 * 127.0 / (154_828_800.0 * s2)) / s2)
            / s2;
    let density = libm::exp(-0.5 * x2) / (sigma * (2.0 * std::f64::consts::PI).sqrt());
    (phi(-x) + density * series / sigma).max(0.0)
}

/// E|B + Z| for a whole B, = |B| + 2E(Z - |B|)⁺; beyond σ = 10 by the Euler–Maclaurin
/// series from the kink.
fn mean_absolute_with_bias(sigma: f64, bias: f64) -> f64 {
    let bias = bias.abs();
    if bias > 40.0 * sigma.max(1.0) {
        return bias;
    }
    let over = if sigma <= SMOOTH {
        let last = bias + (12.0 * sigma).ceil().max(2.0);
        let (mut sum, mut z) = (0.0, last);
        while z > bias {
            sum += (z - bias) * libm::exp(-0.5 * (z / sigma) * (z / sigma));
            z -= 1.0;
        }
        sum / norm(sigma)
    } else {
        let (x, s2) = (bias / sigma, sigma * sigma);
        let x2 = x * x;
        let (second, fourth) = (x2 - 1.0, x2 * (x2 - 6.0) + 3.0);
        let density = libm::exp(-0.5 * x2) / (sigma * (2.0 * std::f64::consts::PI).sqrt());
        let series = s2 - 1.0 / 12.0 + (second / 240.0 - fourth / (6_048.0 * s2)) / s2;
        (density * series - bias * phi(-x)).max(0.0)
    };
    bias + 2.0 * over
}

/// E Z⁴; 3σ⁴ to the last bits from σ = 4 on.
fn fourth_moment(sigma: f64) -> f64 {
    if sigma > SUMMED { 3.0 * sigma.powi(4) } else { mean_over_positive(sigma, |z| z.powi(4)) }
}

/// δ of one answer at ε with sensitivity `shift`: Σ P(z) (1 - e^{ε - loss(z)}) over the z
/// with a larger loss, loss(z) = Δ(Δ - 2z)/2σ² (Canonne, Kamath, Steinke 2020, Theorem 7).
pub fn delta_of_one(epsilon: f64, sigma: f64, shift: u64) -> f64 {
    delta_of_vector(epsilon, sigma, shift, 1)
}

/// δ of `l0` answers, each moved by `shift`: the loss is Δ(l0·Δ - 2S)/2σ², and S, the sum
/// of l0 draws, decides. From σ = 2 on, S is discrete Gaussian of σ√l0: their characteristic
/// functions differ by (2e^{-σ²π²/2})^l0 at most, 3e-17 for two. Below, S is convolved.
pub fn delta_of_vector(epsilon: f64, sigma: f64, shift: u64, l0: u64) -> f64 {
    if l0 > 1 && sigma < 2.0 {
        return delta_by_convolution(epsilon, sigma, shift, l0);
    }
    let (d, l0) = (shift as f64, l0 as f64);
    let wide = sigma * l0.sqrt();
    // loss > ε exactly where the sum lies below this.
    let border = 0.5 * d * l0 - epsilon * sigma * sigma / d;
    // Farther out than this a term is no number above 0.
    let mut z = (border.ceil() - 1.0).min((40.0 * wide).ceil());
    let mut sum = 0.0;
    loop {
        let loss = d * (d * l0 - 2.0 * z) / (2.0 * sigma * sigma);
        let term = libm::exp(-0.5 * (z / wide) * (z / wide));
        sum += term * -libm::expm1(epsilon - loss);
        if z < -40.0 * wide || (z < 0.0 && term < 1e-18 * sum) {
            return sum / norm(wide);
        }
        z -= 1.0;
    }
}

/// δ of `l0` numbers moved by `shift` each, by the exact law of the sum.
fn delta_by_convolution(epsilon: f64, sigma: f64, shift: u64, l0: u64) -> f64 {
    let reach = (14.0 * sigma).ceil().max(3.0) as i64;
    let weight = |z: i64| libm::exp(-0.5 * (z as f64 / sigma).powi(2));
    let one: Vec<f64> = (-reach..=reach).map(|z| weight(z) / norm(sigma)).collect();
    // Powers by squaring; both ends are cut where nothing is left that δ could see.
    let trimmed = |law: Vec<f64>| {
        let cut = law.iter().take_while(|&&p| p < 1e-40).count().min(law.len() / 2);
        law[cut..law.len() - cut].to_vec()
    };
    let convolved = |a: &[f64], b: &[f64]| {
        let mut out = vec![0.0; a.len() + b.len() - 1];
        for (i, x) in a.iter().enumerate() {
            for (slot, y) in out[i..].iter_mut().zip(b) {
                *slot += x * y;
            }
        }
        trimmed(out)
    };
    let (mut law, mut power, mut left) = (vec![1.0], one, l0);
    loop {
        if left & 1 == 1 {
            law = convolved(&law, &power);
        }
        left >>= 1;
        if left == 0 {
            break;
        }
        power = convolved(&power, &power);
    }
    let (d, count, middle) = (shift as f64, l0 as f64, (law.len() / 2) as f64);
    let losses = law
        .iter()
        .enumerate()
        .map(|(i, p)| (p, d * (d * count - 2.0 * (i as f64 - middle)) / (2.0 * sigma * sigma)));
    losses
        .filter(|(_, loss)| *loss > epsilon)
        .map(|(p, loss)| p * -libm::expm1(epsilon - loss))
        .sum()
}

/// Never below [`delta_of_vector`], without its sum, where a step of the sum moves the loss
/// by at most a twentieth (Δ/σ² ≤ 0.05) and σ√l0 is large: the normal law's δ and what the
/// sum may add. The summand begins at a kink of slope F = density·Δ/σ², and by Euler–Maclaurin
/// sum and integral differ by -F·B₂(t)/2 - f''·B₃(t)/6 - …, B the Bernoulli polynomials on
/// [0, 1]: B₂ ≥ -1/12 and |B₃| < 0.05.
fn delta_at_most(epsilon: f64, sigma: f64, shift: u64, l0: u64) -> f64 {
    let (d, l0) = (shift as f64, l0 as f64);
    let wide = sigma * l0.sqrt();
    let slope = d / (sigma * sigma);
    let kink = (0.5 * d * l0 - epsilon / slope) / wide;
    let density = libm::exp(-0.5 * kink * kink) / (wide * (2.0 * std::f64::consts::PI).sqrt());
    let bend = 2.0 * kink.abs() / wide + slope;
    super::gaussian_delta(epsilon, wide, d * l0) + density * slope / 24.0 * (1.0 + 0.3 * bend)
}

/// Of more answers than this, noise narrower than 2 is not looked for: convolving its law
/// would take minutes.
const CONVOLVED: u64 = 4096;

/// From this σ√l0 on the bound above costs less than a part in 2e7 of σ.
const BOUNDED: f64 = 1024.0;

/// The smallest σ (to a part in 1e7) for which `uses` answers, each moved by at most
/// `shift`, are (ε, δ)-DP together, by their exact δ or, for wide noise, a bound of it.
/// Where ε is small beside what the vector moves, normal noise and 5e-8 more nearly always
/// do; whether they do is asked. At least 2 for more than 4096 answers.
///
/// # Errors
/// If the noise would be too wide to enumerate.
pub fn discrete_gaussian_sigma(
    epsilon_wanted: f64,
    delta: f64,
    shift: u64,
    uses: u64,
) -> Result<f64, NoAnswer> {
    let normal = super::gaussian_sigma(epsilon_wanted, delta, shift as f64 * (uses as f64).sqrt());
    if !normal.is_finite() || normal > 1e15 {
        return Err(NoAnswer::TooWide);
    }
    if normal >= 2.0
        && normal * (uses as f64).sqrt() > BOUNDED
        && shift as f64 / (normal * normal) <= 0.05
    {
        let enough = |sigma: f64| {
            sigma >= normal && delta_at_most(epsilon_wanted, sigma, shift, uses) <= delta
        };
        return smallest_enough(normal, 1e-11, enough).ok_or(NoAnswer::TooWide);
    }
    let near = normal * (1.0 + 5e-8);
    if epsilon_wanted < 2.4e-3 * shift as f64 * uses as f64
        && near >= 2.0
        && delta_of_vector(epsilon_wanted, near, shift, uses) <= delta
    {
        return Ok(near);
    }
    if uses > CONVOLVED && normal < 2.1 {
        let enough = |sigma: f64| {
            sigma >= 2.0 && delta_of_vector(epsilon_wanted, sigma, shift, uses) <= delta
        };
        return smallest_enough(normal.max(2.0), 1e-11, enough).ok_or(NoAnswer::TooWide);
    }
    let excess =
        |sigma: f64| libm::log(delta_of_vector(epsilon_wanted, sigma, shift, uses) / delta);
    let enough = |sigma: f64| delta_of_vector(epsilon_wanted, sigma, shift, uses) <= delta;
    // Nearly always within a thousandth of the normal one, and ln δ nearly straight there.
    let (mut low, mut high) = (0.999 * normal, 1.001 * normal);
    let (mut over, mut under) = (excess(low), excess(high));
    if !(over > 0.0 && under <= 0.0) {
        return smallest_enough(normal, 1e-11, enough).ok_or(NoAnswer::TooWide);
    }
    while high - low > 1e-11 * high {
        // A hair beyond the false position on either side, so that both ends close in.
        let straight = low + (high - low) * over / (over - under);
        let hair = (0.01 * (high - low)).max(4e-12 * high);
        let middle =
            (straight + if 2.0 * straight < low + high { hair } else { -hair }).clamp(low, high);
        let middle = if middle <= low || middle >= high { 0.5 * (low + high) } else { middle };
        let found = excess(middle);
        if found <= 0.0 {
            (high, under) = (middle, found);
        } else {
            (low, over) = (middle, found);
        }
    }
    Ok(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::{Accountant, Event, Law, Precision, epsilon};

    #[test]
    fn sums_and_series_meet() {
        for sigma in [59.0, 60.0] {
            let series =
                2.0 * (sigma * sigma - 1.0 / 12.0) / (sigma * (2.0 * std::f64::consts::PI).sqrt());
            assert!((mean_absolute(sigma) / series - 1.0).abs() < 1e-7);
            assert!((variance(sigma) / (sigma * sigma) - 1.0).abs() < 1e-12);
        }
        assert!((variance(0.5) - 0.2150).abs() < 1e-3, "below a step the lattice is felt");
        assert!(
            (at_least(3.0, 1.0) * 2.0 + 1.0 / (3.0 * (2.0 * std::f64::consts::PI).sqrt()) - 1.0)
                .abs()
                < 1e-7
        );
    }

    #[test]
    fn tails_and_means_equal_direct_sums() {
        for sigma in [0.3f64, 1.0, 9.9, 10.1, 47.0] {
            let reach = (14.0 * sigma).ceil().max(5.0) as i32;
            let mass = |z: f64| libm::exp(-0.5 * (z / sigma) * (z / sigma)) / norm(sigma);
            let sum = |f: &dyn Fn(f64) -> f64| {
                (-reach..=reach).map(f64::from).map(|z| f(z) * mass(z)).sum::<f64>()
            };
            for at in [-3.0, -0.5, 0.0, 1.0, (1.5 * sigma).floor(), (6.0 * sigma).floor()] {
                let tail = sum(&|z| f64::from(u8::from(z > at)));
                assert!(
                    (above(sigma, at) - tail).abs() < 3e-14,
                    "σ {sigma} t {at}: {} {tail}",
                    above(sigma, at)
                );
                let mean = sum(&|z| (at.floor() + z).abs());
                let found = mean_absolute_with_bias(sigma, at.floor());
                assert!(
                    (found - mean).abs() < 1e-12 * (1.0 + sigma),
                    "σ {sigma} bias {at}: {found} {mean}"
                );
            }
            assert!((sum(&|z| z.powi(4)) / fourth_moment(sigma) - 1.0).abs() < 1e-12, "{sigma}");
            assert!(
                (mean_absolute_with_bias(sigma, 0.0) - mean_absolute(sigma)).abs()
                    < 1e-12 * (1.0 + sigma)
            );
        }
    }

    #[test]
    fn vectors_by_their_sum_and_by_convolution_agree() {
        for (sigma, shift, l0, epsilon) in [(2.0, 1, 4, 1.0), (2.5, 2, 3, 4.0), (3.0, 1, 20, 1.5)] {
            let (sum, convolved) = (
                delta_of_vector(epsilon, sigma, shift, l0),
                delta_by_convolution(epsilon, sigma, shift, l0),
            );
            assert!((sum / convolved - 1.0).abs() < 1e-10, "{sum} {convolved}");
        }
    }

    #[test]
    fn close_losses_need_the_noise_of_the_normal_law() {
        // Just where enumeration ends: both ways within a part in 1e7.
        for (epsilon, shift, uses) in [(0.002, 1, 1), (0.04, 1, 20), (0.5, 20, 40), (2.0, 200, 7)] {
            let found = discrete_gaussian_sigma(epsilon, 1e-6, shift, uses).unwrap();
            let delta = |sigma: f64| delta_of_vector(epsilon, sigma, shift, uses);
            assert!(delta(found) <= 1e-6 && delta(found * (1.0 - 1.5e-7)) > 1e-6, "{found}");
        }
    }

    #[test]
    fn what_is_calibrated_has_its_delta_at_large_deltas_too() {
        // Normal noise and 5e-8 more has δ 0.160195 here.
        let sigma = discrete_gaussian_sigma(0.001_199_95, 0.159_115, 1, 1).unwrap();
        let reached = delta_of_vector(0.001_199_95, sigma, 1, 1);
        assert!(reached <= 0.159_115, "{reached}");
    }

    #[test]
    fn the_bound_of_wide_noise_is_above_the_sum_and_close() {
        for (epsilon, sigma, shift, l0) in [
            (1.0, 1100.0, 300, 1),
            (0.01, 1500.0, 10, 4),
            (0.5, 40.0, 20, 1000),
            (8.0, 1030.1, 3000, 2),
            (0.003, 1024.0, 1, 1),
        ] {
            // Every place of the kink between two whole numbers.
            for part in 0..20 {
                let sigma = sigma * (1.0 + 1e-4 * f64::from(part));
                let (bound, sum) = (
                    delta_at_most(epsilon, sigma, shift, l0),
                    delta_of_vector(epsilon, sigma, shift, l0),
                );
                assert!(bound >= sum * (1.0 - 1e-12), "ε {epsilon} σ {sigma}: {bound} {sum}");
                let normal = crate::privacy::mechanism::gaussian_delta(
                    epsilon,
                    sigma,
                    shift as f64 * (l0 as f64).sqrt(),
                );
                assert!(bound <= normal * 1.001, "ε {epsilon} σ {sigma}: {bound} {normal}");
            }
        }
        // Millions are no more work than ones.
        let normal = crate::privacy::mechanism::gaussian_sigma(1.0, 1e-6, 1e8);
        let found = discrete_gaussian_sigma(1.0, 1e-6, 10_000_000, 100).unwrap();
        assert!(found >= normal && found <= normal * (1.0 + 1e-7), "{found} {normal}");
    }

    #[test]
    fn narrow_noise_of_very_many_answers_is_not_convolved() {
        // Minutes, for a law of 150,000 atoms.
        let found = discrete_gaussian_sigma(1e6, 1e-6, 1, 7_000_000).unwrap();
        assert!(
            (2.0..2.1).contains(&found) && delta_of_vector(1e6, found, 1, 7_000_000) <= 1e-6,
            "{found}"
        );
    }

    #[test]
    fn four_small_shifts_lose_more_than_one_of_the_same_length() {
        assert!((delta_of_one(4.0, 2.0, 2) - 3.20e-5).abs() < 5e-8);
        let events =
            [Event { law: Law::DiscreteGaussian { sigma: 2.0, sensitivity: 1 }, times: 4 }];
        let four =
            crate::privacy::accounting::delta(Accountant::Pld, &events, 4.0, Precision::default())
                .unwrap();
        assert!((four - 4.28e-5).abs() < 5e-8, "{four}");
    }

    #[test]
    fn a_vector_is_calibrated_by_its_own_composition() {
        let sigma = discrete_gaussian_sigma(4.0, 1e-4, 1, 4).unwrap();
        let events =
            |sigma| [Event { law: Law::DiscreteGaussian { sigma, sensitivity: 1 }, times: 4 }];
        let reached =
            |sigma| epsilon(Accountant::Pld, &events(sigma), 1e-4, Precision::default()).unwrap();
        assert!(reached(sigma) <= 4.0 && reached(sigma * (1.0 - 1e-6)) > 4.0);
        // Between the two δ of σ = 2, one answer may do with less noise and four may not.
        assert!(discrete_gaussian_sigma(4.0, 3.7e-5, 1, 4).unwrap() > 2.0);
        assert!(discrete_gaussian_sigma(4.0, 3.7e-5, 2, 1).unwrap() < 2.0);
    }
}
