//! Rényi accounting (Mironov 2017): the divergence of every order adds up, and the best
//! order is converted to (ε, δ).

use super::event::{Event, Law};
use super::search::minimise;

/// Which of two neighbours holds the user. The laws here are symmetric, except that
/// sampling makes removal and addition differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// The first law is that of the data with the user.
    Remove,
    /// The first law is that of the data without the user.
    Add,
}

/// The orders that are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orders {
    /// Every order above 1, fractional and large ones too.
    #[default]
    All,
    /// Whole orders from 2 to 256, as many programs have them.
    Integer,
}

/// ln Σ e^x without overflow.
pub(super) fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + libm::log(terms.map(|term| libm::exp(term - most)).sum::<f64>())
}

impl Law {
    /// K(s) = ln E\[e^{sL}\] of the privacy loss L under the first law, for s > 0:
    /// s·D_{s+1}, D the Rényi divergence. Failures count nothing here.
    /// Laplace: Mironov 2017, Proposition 6. Gaussian: there, Proposition 7. Discrete
    /// Gaussian: the same as a bound (Canonne, Kamath, Steinke 2020, Theorem 4).
    /// Subsampled Gaussian: Mironov, Talwar, Zhang 2019, by quadrature.
    pub(super) fn log_moment(self, s: f64, direction: Direction) -> f64 {
        match self {
            Law::Failure { .. } => 0.0,
            Law::Pure { epsilon } => two_atoms(s, epsilon),
            Law::BoundedRange { epsilon } => {
                two_atoms(s, epsilon).min(s * (s + 1.0) * epsilon * epsilon / 8.0)
            }
            Law::Laplace { scale, sensitivity } => {
                let loss = sensitivity / scale;
                if s * loss < 1.0 && loss < 1.0 {
                    // The weights add up to 1: from differences, which keep small moments.
                    let (up, down) = (libm::expm1(s * loss), libm::expm1(-(s + 1.0) * loss));
                    return libm::log1p(((s + 1.0) * up + s * down) / (2.0 * s + 1.0)).max(0.0);
                }
                let whole = 2.0 * s + 1.0;
                let terms = [
                    libm::log((s + 1.0) / whole) + s * loss,
                    libm::log(s / whole) - (s + 1.0) * loss,
                ];
                log_sum(terms.into_iter()).max(0.0)
            }
            Law::DiscreteLaplace { scale, sensitivity } => discrete_laplace(s, scale, sensitivity),
            Law::Gaussian { sigma, sensitivity } => gaussian(s, sensitivity / sigma),
            Law::DiscreteGaussian { sigma, sensitivity } => gaussian(s, sensitivity as f64 / sigma),
            Law::SubsampledGaussian { sigma, sensitivity, rate } => {
                if rate == 1.0 {
                    gaussian(s, sensitivity / sigma)
                } else {
                    subsampled(s, sigma / sensitivity, rate, direction)
                }
            }
        }
    }
}

/// Gaussian shift of μ standard deviations: L ~ N(μ²/2, μ²).
fn gaussian(s: f64, mu: f64) -> f64 {
    0.5 * s * (s + 1.0) * mu * mu
}

/// Randomised response: L = ±ε with probabilities e^ε/(1+e^ε), 1/(1+e^ε).
fn two_atoms(s: f64, epsilon: f64) -> f64 {
    // p e^{sε} + q e^{-sε} - 1 = p (e^{sε} - 1) + q (e^{-sε} - 1).
    let q = 1.0 / (1.0 + libm::exp(epsilon));
    if s * epsilon > 1.0 {
        let p_log = -libm::log1p(libm::exp(-epsilon));
        return log_sum([p_log + s * epsilon, p_log - epsilon - s * epsilon].into_iter());
    }
    libm::log1p((1.0 - q) * libm::expm1(s * epsilon) + q * libm::expm1(-s * epsilon)).max(0.0)
}

/// Atoms of the loss: (Δ/b) with probability 1/(1+a), -(Δ/b) with a^Δ/(1+a), and
/// (Δ - 2x)/b with a^x (1-a)/(1+a) for 0 < x < Δ: a geometric sum.
fn discrete_laplace(s: f64, b: f64, shift: u64) -> f64 {
    let n = shift as f64;
    let loss = n / b;
    let a_log = -1.0 / b;
    if shift == 1 {
        return two_atoms(s, loss);
    }
    if loss < 0.01 && s * loss < 1.0 && shift <= 4096 {
        // Atom by atom, as differences from 1: the closed form below would cancel.
        let inner = -libm::expm1(a_log);
        let between: f64 = (1..shift)
            .map(|x| x as f64)
            .map(|x| libm::exp(x * a_log) * libm::expm1(s * (n - 2.0 * x) / b))
            .sum();
        let ends = libm::expm1(s * loss) + libm::exp(-loss) * libm::expm1(-s * loss);
        return libm::log1p((ends + inner * between) / (1.0 + libm::exp(a_log))).max(0.0);
    }
    let norm = -libm::log1p(libm::exp(a_log));
    let top = norm + s * loss;
    let bottom = norm - loss - s * loss;
    // Σ_{x=1}^{n-1} r^x with ln r = -(1 + 2s)/b.
    let r_log = -(1.0 + 2.0 * s) / b;
    let geometric = if shift < 2 {
        f64::NEG_INFINITY
    } else {
        r_log + libm::log(-libm::expm1((n - 1.0) * r_log)) - libm::log(-libm::expm1(r_log))
    };
    let middle = norm + libm::log(-libm::expm1(a_log)) + s * loss + geometric;
    log_sum([top, bottom, middle].into_iter()).max(0.0)
}

/// ln E[(1-q + q e^{(2x-1)/2σ²})^{±…}], x ~ N(0, σ²): for removal the power is s + 1,
/// for addition -s. The trapezoidal rule over the line: its error falls off faster than
/// any power of the step for a function without poles near the line.
fn subsampled(s: f64, sigma: f64, rate: f64, direction: Direction) -> f64 {
    let variance = sigma * sigma;
    let power = if direction == Direction::Remove { s + 1.0 } else { -s };
    // Poles stand at imaginary parts πσ².
    let step = (sigma / 8.0).min(variance / 3.0);
    let top = if direction == Direction::Remove { s + 1.0 } else { 0.0 } + 12.0 * sigma;
    let bottom = -12.0 * sigma;
    let nodes = ((top - bottom) / step).ceil();
    // Beyond this the answer is of no use, and the whole-order bound without sampling serves.
    if nodes > 60_000.0 {
        return gaussian(s, 1.0 / sigma);
    }
    let step = (top - bottom) / nodes;
    let (mut most, mut sum) = (f64::NEG_INFINITY, 0.0);
    for i in 0..=nodes as u32 {
        let x = bottom + f64::from(i) * step;
        let log = -0.5 * (x / sigma) * (x / sigma) + power * subsampled_ratio(x, variance, rate);
        if log > most {
            sum *= libm::exp(most - log);
            most = log;
        }
        sum += libm::exp(log - most);
    }
    let norm = libm::log(step / (sigma * (2.0 * std::f64::consts::PI).sqrt()));
    (most + libm::log(sum) + norm).max(0.0)
}

/// ln(1-q + q e^{(2x-1)/2σ²}): the log ratio of the sampled to the plain density.
pub(super) fn subsampled_ratio(x: f64, variance: f64, rate: f64) -> f64 {
    let exponent = (2.0 * x - 1.0) / (2.0 * variance);
    if exponent > 30.0 {
        // ln q + exponent + ln(1 + (1-q)/q e^{-exponent})
        libm::log(rate) + exponent + libm::log1p((1.0 - rate) / rate * libm::exp(-exponent))
    } else {
        libm::log1p(rate * libm::expm1(exponent))
    }
}

/// K(s) of all events together.
pub(super) fn total_log_moment(events: &[Event], s: f64, direction: Direction) -> f64 {
    events.iter().map(|event| event.times as f64 * event.law.log_moment(s, direction)).sum()
}

/// The ε that K(s) gives at δ: (K(s) - ln δ - ln(s+1))/s + ln(s/(s+1)) with order s + 1
/// (Canonne, Kamath, Steinke 2020, Proposition 12).
fn to_epsilon(log_moment: f64, s: f64, delta: f64) -> f64 {
    (log_moment - libm::log(delta * (s + 1.0))) / s - libm::log1p(1.0 / s)
}

/// ln of the δ that K(s) gives at ε; the same proposition.
fn to_log_delta(log_moment: f64, s: f64, epsilon: f64) -> f64 {
    log_moment - s * epsilon - libm::log(s) - (s + 1.0) * libm::log1p(1.0 / s)
}

/// The range of ln s, s = order - 1, that is searched: orders from 1 + 1e-5 to 1e8.
pub(super) const LOG_RANGE: (f64, f64) = (-11.5, 18.4);

/// What the best order gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    /// The order less 1.
    pub(super) s: f64,
    /// The smallest value over the orders.
    pub(super) value: f64,
}

/// The smallest value of `objective`, a function of s = order - 1.
fn best(orders: Orders, objective: impl Fn(f64) -> f64) -> Best {
    match orders {
        Orders::All => {
            let (at, value) = minimise(LOG_RANGE, 80, |log| objective(libm::exp(log)));
            Best { s: libm::exp(at), value }
        }
        Orders::Integer => (1..256)
            .map(|s| Best { s: f64::from(s), value: objective(f64::from(s)) })
            .fold(Best { s: 1.0, value: f64::INFINITY }, |best, next| {
                if next.value < best.value { next } else { best }
            }),
    }
}

/// The smallest ε over the orders for 0 < δ < 1, and where it is reached.
pub(super) fn epsilon(events: &[Event], delta: f64, orders: Orders, direction: Direction) -> Best {
    best(orders, |s| to_epsilon(total_log_moment(events, s, direction), s, delta))
}

/// The smallest δ over the orders for ε ≥ 0, and where it is reached.
pub(super) fn delta(events: &[Event], epsilon: f64, orders: Orders, direction: Direction) -> Best {
    let log = best(orders, |s| to_log_delta(total_log_moment(events, s, direction), s, epsilon));
    Best { value: libm::exp(log.value.min(0.0)), ..log }
}

/// The smallest ε over the orders for a given curve ρ·α (zero-concentrated DP) at 0 < δ < 1.
pub(super) fn epsilon_of_rho(rho: f64, delta: f64) -> f64 {
    best(Orders::All, |s| to_epsilon(s * (s + 1.0) * rho, s, delta)).value
}

/// δ of zero-concentrated DP.
pub(super) fn delta_of_rho(rho: f64, epsilon: f64) -> f64 {
    libm::exp(best(Orders::All, |s| to_log_delta(s * (s + 1.0) * rho, s, epsilon)).value.min(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Add, Remove};

    #[test]
    fn sampled_moments_equal_the_binomial_sum_at_whole_orders() {
        for (rate, sigma) in [(0.01, 1.0), (0.3, 0.7), (0.05, 4.0)] {
            for order in [2u32, 3, 10, 40] {
                let alpha = f64::from(order);
                let log_choose = |k: f64| {
                    libm::lgamma(alpha + 1.0)
                        - libm::lgamma(k + 1.0)
                        - libm::lgamma(alpha - k + 1.0)
                };
                let term = |k: u32| {
                    let k = f64::from(k);
                    log_choose(k)
                        + (alpha - k) * libm::log1p(-rate)
                        + k * libm::log(rate)
                        + (k * k - k) / (2.0 * sigma * sigma)
                };
                let wanted = log_sum((0..=order).map(term));
                let found = Law::SubsampledGaussian { sigma, sensitivity: 1.0, rate }
                    .log_moment(alpha - 1.0, Remove);
                assert!(
                    (found - wanted).abs() < 1e-11 * (1.0 + wanted),
                    "{rate} {sigma} {order}: {found} {wanted}"
                );
            }
        }
    }

    #[test]
    fn adding_a_user_never_loses_more_than_removing_one() {
        for (rate, sigma) in [(0.01, 1.0), (0.3, 0.7), (0.05, 4.0)] {
            let law = Law::SubsampledGaussian { sigma, sensitivity: 1.0, rate };
            for s in [0.1, 1.0, 5.0, 30.0] {
                assert!(law.log_moment(s, Add) <= law.log_moment(s, Remove) * (1.0 + 1e-9) + 1e-12);
            }
        }
    }

    #[test]
    fn discrete_moments_equal_direct_sums() {
        for (b, shift) in [(0.5, 1u64), (3.0, 4), (10.0, 7)] {
            let a = libm::exp(-1.0 / b);
            let mass = |z: i64| (1.0 - a) / (1.0 + a) * libm::exp(-(z.abs() as f64) / b);
            for s in [0.2, 1.0, 6.0] {
                let direct: f64 = (-400..=400i64)
                    .map(|z| {
                        mass(z) * libm::exp(s * ((z - shift as i64).abs() - z.abs()) as f64 / b)
                    })
                    .sum();
                let found =
                    Law::DiscreteLaplace { scale: b, sensitivity: shift }.log_moment(s, Remove);
                assert!((found - libm::log(direct)).abs() < 1e-9, "b {b} shift {shift} s {s}");
            }
        }
    }

    #[test]
    fn the_best_order_of_zero_concentrated_privacy_is_found() {
        let law = Law::Gaussian { sigma: 5.0, sensitivity: 1.0 };
        let events = [Event { law, times: 10 }];
        let by_orders = epsilon(&events, 1e-6, Orders::All, Remove).value;
        assert!((by_orders - epsilon_of_rho(0.2, 1e-6)).abs() < 1e-12);
        assert!(epsilon(&events, 1e-6, Orders::Integer, Remove).value >= by_orders);
    }
}
