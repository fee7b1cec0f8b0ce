//! Exact integer noise for a release.
//!
//! Two inputs are neighbours when one has all the rows of one user and the other has none of them.
//! A user gives to at most [`NoiseBounds::l0`] groups, and at most [`NoiseBounds::linf`] (in absolute value) to each.
//! All values are whole numbers, and so is all noise: the samplers work on rational numbers of unlimited length
//! (Canonne, Kamath and Steinke 2020, "The Discrete Gaussian for Differential Privacy", arXiv 2004.00010,
//! algorithms 1 to 3), so no law here is rounded by floating point.
//!
//! No number is drawn before the cost that the caller states was compared with the cost that opendp's privacy map
//! states for the same mechanism. A statement below opendp's is refused with [`NoiseError::Understated`], even when
//! the two differ in the last binary digit only: callers who pick a scale themselves take their statement from
//! [`laplace_epsilon`], [`gaussian_rho`], [`laplace_keys_cost`] or [`gaussian_keys_cost`]. Scales and thresholds
//! found here ([`laplace_scale`], [`laplace_threshold`], [`gaussian_threshold`]) pass always.
//!
//! **One step in thresholds.** opendp 0.16 keeps the groups at or above the threshold `T`, but its privacy map
//! states the chance that noise lies strictly above `T - linf` (opendp issue 2922), which leaves out the mass
//! at `T - linf` itself. So its map is read here for the threshold `T - 1`, where "strictly above" means
//! "at or above `T - linf`", and is compared with a formula of our own; the larger of the two is the statement.
//!
//! **Ends of the range.** The sum of value and noise is formed without limit and then brought back to the nearest
//! `i64`. That step reads no data but the noisy sum, so it costs no privacy, but a value near the ends, or noise
//! with a scale near 1e18 or more, comes out as `i64::MIN` or `i64::MAX`.
//!
//! **Time.** The samplers do not run in constant time. Someone who can time a single draw may learn about it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opendp::core::Measurement;
use opendp::domains::{AtomDomain, MapDomain, VectorDomain};
use opendp::measurements::{
    make_gaussian, make_gaussian_threshold, make_laplace, make_laplace_threshold, make_noisy_top_k,
};
use opendp::measures::{Approximate, MaxDivergence, ZeroConcentratedDivergence};
use opendp::metrics::{
    AbsoluteDistance, L1Distance, L01InfDistance, L2Distance, L02InfDistance, LInfDistance,
};

/// What went wrong, one sentence each. No sentence shows a value, a count or a group key.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoiseError {
    /// The bounds of one user are outside what can be computed exactly.
    #[error(
        "a user's bounds must be at least 1 group and 1 per group, at most 4294967295 groups and at most 2^53 in \
         all, but they are {l0} groups with {linf} each"
    )]
    Bounds {
        /// Groups per user.
        l0: u64,
        /// Largest amount per user and group.
        linf: u64,
    },
    /// A scale or budget is not a number above zero.
    #[error("{name} must be a finite number above zero, but it is {value}")]
    NotPositive {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// `delta` is not a probability strictly between 0 and 1.
    #[error("delta must lie strictly between 0 and 1, but it is {0}")]
    DeltaRange(f64),
    /// The stated cost is below the cost of the mechanism.
    #[error(
        "this noise costs {name} = {cost:?}, more than the {stated:?} stated for it, so nothing was drawn; \
         use a larger {remedy} or state the full cost"
    )]
    Understated {
        /// `epsilon`, `rho` or `delta`.
        name: &'static str,
        /// The cost by the privacy map.
        cost: f64,
        /// The cost the caller stated.
        stated: f64,
        /// What to raise: scale or threshold.
        remedy: &'static str,
    },
    /// The threshold is so low that a single user shows a group by design.
    #[error(
        "the threshold must be at least {lowest}, one above what one user can give to a group, but it is {threshold}"
    )]
    ThresholdTooLow {
        /// The threshold asked for.
        threshold: i64,
        /// The lowest that is allowed.
        lowest: i64,
    },
    /// No threshold can be shown to meet `delta`.
    #[error(
        "no threshold can be shown to meet delta = {delta:?}: the statement cannot go below {reached:?}, \
         because it is computed as one minus a number close to one"
    )]
    DeltaTooSmall {
        /// The delta asked for.
        delta: f64,
        /// The statement for a very high threshold.
        reached: f64,
    },
    /// The scale is so large that the threshold leaves the range of `i64`.
    #[error(
        "the threshold for scale {scale:?} and delta = {delta:?} would not fit a 64-bit integer"
    )]
    ThresholdTooLarge {
        /// Scale of the noise.
        scale: f64,
        /// The delta asked for.
        delta: f64,
    },
    /// More items are asked for than there are.
    #[error("{k} items were asked for, but there are only {count}")]
    TopK {
        /// Items asked for.
        k: usize,
        /// Items there are.
        count: usize,
    },
    /// The same group key was given twice (the key is not shown, it may be private).
    #[error("a group key was given twice, and each group must come with one total")]
    DuplicateKey,
    /// No scale near the formula's value makes opendp's map agree.
    #[error("no {name} near {near:?} meets the budget of {budget:?}")]
    NoScale {
        /// Name of the parameter.
        name: &'static str,
        /// Value of the formula.
        near: f64,
        /// The budget.
        budget: f64,
    },
    /// opendp refused to build, state or draw.
    #[error("opendp could not {step}: {message}")]
    Opendp {
        /// What was tried.
        step: &'static str,
        /// opendp's message.
        message: String,
    },
}

/// Sampler behind [`discrete_laplace`] and [`discrete_laplace_private_keys`], for release records.
pub const LAPLACE_SAMPLER: &str = "opendp 0.16 discrete Laplace, exact";
/// Sampler behind [`discrete_gaussian`] and [`discrete_gaussian_private_keys`], for release records.
pub const GAUSSIAN_SAMPLER: &str = "opendp 0.16 discrete Gaussian, exact";
/// Sampler behind [`gumbel_top_k`], for release records.
pub const TOP_K_SAMPLER: &str =
    "opendp 0.16 peeled exponential mechanism (one-shot Gumbel law), exact";

/// The source of randomness, for release records.
///
/// Without the feature `hardened`, opendp draws its bytes from `rand::thread_rng()` of rand 0.7: `ChaCha` with
/// 20 rounds, seeded by the operating system (`OsRng`) and seeded anew every 64 KiB. With it, opendp is built with
/// its feature `use-openssl` and calls OpenSSL's `RAND_priv_bytes`.
#[must_use]
pub fn randomness() -> &'static str {
    if cfg!(feature = "hardened") { "OpenSSL" } else { "ChaCha20 seeded by the operating system" }
}

/// What one user can give at most. Both at least 1, `l0` at most 2^32 - 1, `l0 * linf` at most 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseBounds {
    /// Number of groups a user can appear in.
    pub l0: u64,
    /// Largest absolute amount a user gives to one group.
    pub linf: u64,
}

/// Contribution bounds as the distances opendp asks for.
struct Distance {
    l0: u32,
    linf: i64,
    l1: i64,
    /// sqrt(l0) * linf, rounded up.
    l2: f64,
}

type NoiseMeasurement<MI, MO> = Measurement<VectorDomain<AtomDomain<i64>>, MI, MO, Vec<i64>>;
type KeyedNoise<MI, MO> =
    Measurement<MapDomain<AtomDomain<String>, AtomDomain<i64>>, MI, MO, HashMap<String, i64>>;

/// opendp silences the panic hook of the whole process while it rounds, by taking it and putting it back. Two threads
/// doing so at once can lose the hook for good, so statements are made one at a time.
static ONE_STATEMENT: Mutex<()> = Mutex::new(());

fn one_statement() -> MutexGuard<'static, ()> {
    ONE_STATEMENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Turns opendp's error into ours. Its debug form holds a backtrace, so only the message is kept.
fn opendp<T>(step: &'static str, result: Result<T, opendp::error::Error>) -> Result<T, NoiseError> {
    result.map_err(|error| NoiseError::Opendp {
        step,
        message: error.message.unwrap_or_else(|| error.variant.to_string()),
    })
}

const BUILD: &str = "build the mechanism";
const STATE: &str = "state the cost of the mechanism";
const DRAW: &str = "draw the noise";

/// Largest integer below which every integer is a double.
const EXACT: u64 = 1 << 53;
fn distance(bounds: NoiseBounds) -> Result<Distance, NoiseError> {
    let NoiseBounds { l0, linf } = bounds;
    let refused = NoiseError::Bounds { l0, linf };
    let (Ok(groups), Some(l1)) = (u32::try_from(l0), l0.checked_mul(linf)) else {
        return Err(refused);
    };
    if l1 == 0 || l1 > EXACT {
        return Err(refused);
    }
    let square = u128::from(l1) * u128::from(linf);
    let root = square.isqrt();
    // Conversion and root are each off by half a last digit at most, less than one in all.
    let l2 = if root * root == square { root as f64 } else { (square as f64).sqrt().next_up() };
    Ok(Distance { l0: groups, linf: linf as i64, l1: l1 as i64, l2 })
}

/// Refuses bounds outside what can be computed exactly, before anything is computed from them.
pub fn check(bounds: NoiseBounds) -> Result<(), NoiseError> {
    distance(bounds).map(drop)
}

fn positive(name: &'static str, value: f64) -> Result<(), NoiseError> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(NoiseError::NotPositive { name, value })
    }
}

fn probability(delta: f64) -> Result<(), NoiseError> {
    if delta > 0.0 && delta < 1.0 { Ok(()) } else { Err(NoiseError::DeltaRange(delta)) }
}

/// Refuses a statement below the cost, and a cost that is not a number.
fn covered(
    name: &'static str,
    cost: f64,
    stated: f64,
    remedy: &'static str,
) -> Result<(), NoiseError> {
    if cost <= stated {
        Ok(())
    } else {
        Err(NoiseError::Understated { name, cost, stated, remedy })
    }
}

/// The smallest double at or a few last digits around `near` for which `cost` is at most `budget`.
fn smallest_scale(
    name: &'static str,
    near: f64,
    budget: f64,
    cost: impl Fn(f64) -> Result<f64, NoiseError>,
) -> Result<f64, NoiseError> {
    let none = NoiseError::NoScale { name, near, budget };
    let mut scale = near;
    for _ in 0..8 {
        scale = scale.next_down();
    }
    for _ in 0..32 {
        if scale.is_finite() && scale > 0.0 && cost(scale)? <= budget {
            return Ok(scale);
        }
        scale = scale.next_up();
    }
    Err(none)
}

fn laplace(b: f64) -> Result<NoiseMeasurement<L1Distance<i64>, MaxDivergence>, NoiseError> {
    positive("the scale b", b)?;
    opendp(BUILD, make_laplace(VectorDomain::default(), L1Distance::default(), b, None))
}

fn gaussian(
    sigma: f64,
) -> Result<NoiseMeasurement<L2Distance<f64>, ZeroConcentratedDivergence>, NoiseError> {
    positive("the scale sigma", sigma)?;
    opendp(BUILD, make_gaussian(VectorDomain::default(), L2Distance::default(), sigma, None))
}

/// The pure cost `epsilon` of discrete Laplace noise with scale `b` on every group, as opendp states it:
/// `l0 * linf / b`, rounded up (Ghosh, Roughgarden and Sundararajan 2012; Canonne, Kamath and Steinke 2020).
///
/// `b` is in units of the values and above zero. Neighbours differ by one user.
///
/// # Errors
/// [`NoiseError::Bounds`], [`NoiseError::NotPositive`] or [`NoiseError::Opendp`].
pub fn laplace_epsilon(bounds: NoiseBounds, b: f64) -> Result<f64, NoiseError> {
    let l1 = distance(bounds)?.l1;
    let mechanism = laplace(b)?;
    let _guard = one_statement();
    opendp(STATE, mechanism.map(&l1))
}

/// The smallest scale `b`, in units of the values, with which [`discrete_laplace`] costs at most `epsilon`:
/// the smallest double at or above `l0 * linf / epsilon`.
///
/// # Errors
/// [`NoiseError::Bounds`]; [`NoiseError::NotPositive`] if `epsilon` is not above zero; [`NoiseError::NoScale`] if
/// the scale is outside the range of doubles.
pub fn laplace_scale(bounds: NoiseBounds, epsilon: f64) -> Result<f64, NoiseError> {
    let l1 = distance(bounds)?.l1;
    positive("epsilon", epsilon)?;
    smallest_scale("scale b", l1 as f64 / epsilon, epsilon, |b| laplace_epsilon(bounds, b))
}

/// Adds discrete Laplace noise, `P(Z = z)` proportional to `exp(-|z| / b)`, to every value, in order.
///
/// The release is `epsilon`-differentially private for one user within `bounds`. The values are totals of a fixed
/// list of groups that does not depend on the data. Results are held within `i64`. An empty list gives an empty list.
///
/// # Errors
/// [`NoiseError::Understated`] if `epsilon` is below [`laplace_epsilon`] of `b`; nothing is drawn then. Else
/// [`NoiseError::Bounds`], [`NoiseError::NotPositive`] or [`NoiseError::Opendp`].
pub fn discrete_laplace(
    values: &[i64],
    bounds: NoiseBounds,
    epsilon: f64,
    b: f64,
) -> Result<Vec<i64>, NoiseError> {
    positive("epsilon", epsilon)?;
    covered("epsilon", laplace_epsilon(bounds, b)?, epsilon, "scale")?;
    opendp(DRAW, laplace(b)?.invoke(&values.to_vec()))
}

/// The cost `rho` (zero-concentrated) of discrete Gaussian noise with parameter `sigma` on every group, as opendp
/// states it: `l0 * linf^2 / (2 sigma^2)`, rounded up (Canonne, Kamath and Steinke 2020, theorem 14). The distance
/// `sqrt(l0) * linf` is itself rounded up by at most one last digit when it is not whole.
///
/// `sigma` is in units of the values and above zero. Neighbours differ by one user.
///
/// # Errors
/// [`NoiseError::Bounds`], [`NoiseError::NotPositive`] or [`NoiseError::Opendp`].
pub fn gaussian_rho(bounds: NoiseBounds, sigma: f64) -> Result<f64, NoiseError> {
    let l2 = distance(bounds)?.l2;
    let mechanism = gaussian(sigma)?;
    let _guard = one_statement();
    opendp(STATE, mechanism.map(&l2))
}

/// Adds discrete Gaussian noise, `P(Z = z)` proportional to `exp(-z^2 / (2 sigma^2))`, to every value, in order.
///
/// The release is `rho`-zero-concentrated differentially private for one user within `bounds`. The values are
/// totals of a fixed list of groups that does not depend on the data. Results are held within `i64`. An empty list
/// gives an empty list.
///
/// # Errors
/// [`NoiseError::Understated`] if `rho` is below [`gaussian_rho`] of `sigma`; nothing is drawn then. Else
/// [`NoiseError::Bounds`], [`NoiseError::NotPositive`] or [`NoiseError::Opendp`].
pub fn discrete_gaussian(
    values: &[i64],
    bounds: NoiseBounds,
    rho: f64,
    sigma: f64,
) -> Result<Vec<i64>, NoiseError> {
    positive("rho", rho)?;
    covered("rho", gaussian_rho(bounds, sigma)?, rho, "scale")?;
    opendp(DRAW, gaussian(sigma)?.invoke(&values.to_vec()))
}

fn keyed_laplace(
    b: f64,
    threshold: i64,
) -> Result<KeyedNoise<L01InfDistance<AbsoluteDistance<i64>>, Approximate<MaxDivergence>>, NoiseError>
{
    positive("the scale b", b)?;
    let groups = MapDomain::new(AtomDomain::default(), AtomDomain::default());
    opendp(BUILD, make_laplace_threshold(groups, L01InfDistance::default(), b, threshold, None))
}

fn keyed_gaussian(
    sigma: f64,
    threshold: i64,
) -> Result<
    KeyedNoise<L02InfDistance<AbsoluteDistance<f64>>, Approximate<ZeroConcentratedDivergence>>,
    NoiseError,
> {
    positive("the scale sigma", sigma)?;
    let groups = MapDomain::new(AtomDomain::default(), AtomDomain::default());
    opendp(
        BUILD,
        make_gaussian_threshold(groups, L02InfDistance::default(), sigma, threshold, None),
    )
}

/// `threshold - linf`, at least 1. This many above what one user gives must the noise be for a group to show.
fn margin(linf: i64, threshold: i64) -> Result<i64, NoiseError> {
    let lowest = linf + 1;
    if threshold < lowest {
        return Err(NoiseError::ThresholdTooLow { threshold, lowest });
    }
    Ok(threshold - linf)
}

/// The threshold that opendp's map is asked about. Beyond `cap` the chance of a group to show no longer changes in
/// doubles, so a higher threshold is stated at the cap: never too little, as the chance falls with the threshold.
fn asked(linf: i64, threshold: i64, cap: f64) -> i64 {
    (threshold - 1).min(linf.saturating_add(cap.ceil() as i64).saturating_add(1))
}

/// `1 - (1 - p)^l0`.
fn any_of(l0: u32, p: f64) -> f64 {
    -libm::expm1(f64::from(l0) * libm::log1p(-p))
}

/// The cost `(epsilon, delta)` of [`discrete_laplace_private_keys`] with scale `b` and threshold `T`.
///
/// `epsilon` is `l0 * linf / b`. A group that one user alone holds shows with chance
/// `P(Z >= m) = a^m / (1 + a)` at most, with `a = exp(-1/b)` and `m = T - linf`; `delta` is the chance that any of
/// the user's `l0` groups shows, `1 - (1 - P(Z >= m))^l0` (Rogers 2023, "A Unifying Privacy Analysis Framework for
/// Unknown Domain Algorithms", arXiv 2309.09170, theorem 7). Both are rounded up. `delta` is the larger of our
/// formula and opendp's map at `T - 1` (see the head of this file); it does not fall below about `l0 * 1.2e-16`.
///
/// # Errors
/// [`NoiseError::Bounds`], [`NoiseError::NotPositive`], [`NoiseError::ThresholdTooLow`] if `T` is not above `linf`,
/// or [`NoiseError::Opendp`].
pub fn laplace_keys_cost(
    bounds: NoiseBounds,
    b: f64,
    threshold: i64,
) -> Result<(f64, f64), NoiseError> {
    let Distance { l0, linf, l1, .. } = distance(bounds)?;
    positive("the scale b", b)?;
    let margin = margin(linf, threshold)?;
    let own = any_of(l0, (-(margin as f64) / b).exp() / (1.0 + (-1.0 / b).exp()));
    let mechanism = keyed_laplace(b, asked(linf, threshold, 800.0 * b))?;
    let _guard = one_statement();
    let (epsilon, delta) = opendp(STATE, mechanism.map(&(l0, l1, linf)))?;
    Ok((epsilon, delta.max(own)))
}

/// The cost `(rho, delta)` of [`discrete_gaussian_private_keys`] with scale `sigma` and threshold `T`.
///
/// `rho` is `l0 * linf^2 / (2 sigma^2)`. A group that one user alone holds shows with chance `P(Z >= m)` at most,
/// `m = T - linf`, which is at most `P(N >= m - 1)` for the continuous Gaussian `N` with the same `sigma` (Canonne,
/// Kamath and Steinke 2020, proposition 25). `delta` is the chance for any of `l0` groups, as in
/// [`laplace_keys_cost`]. It is the larger of that formula and opendp's map at `T - 1`, and does not fall below
/// about `l0 * 1.2e-16`.
///
/// # Errors
/// As [`laplace_keys_cost`].
pub fn gaussian_keys_cost(
    bounds: NoiseBounds,
    sigma: f64,
    threshold: i64,
) -> Result<(f64, f64), NoiseError> {
    let Distance { l0, linf, l2, .. } = distance(bounds)?;
    positive("the scale sigma", sigma)?;
    let margin = margin(linf, threshold)?;
    let own =
        any_of(l0, libm::erfc((margin - 1) as f64 / sigma * std::f64::consts::FRAC_1_SQRT_2) / 2.0);
    let mechanism = keyed_gaussian(sigma, asked(linf, threshold, 40.0 * sigma))?;
    let _guard = one_statement();
    let (rho, delta) = opendp(STATE, mechanism.map(&(l0, l2, linf as f64)))?;
    Ok((rho, delta.max(own)))
}

/// The smallest threshold above `linf` whose delta is at most `delta`; `reach` is a margin that is high enough by
/// formula. Found by halving, so it costs at most 64 statements.
fn smallest_threshold(
    (linf, scale, delta): (i64, f64, f64),
    reach: f64,
    stated: impl Fn(i64) -> Result<f64, NoiseError>,
) -> Result<i64, NoiseError> {
    if reach.is_nan() || reach >= 4e18 {
        return Err(NoiseError::ThresholdTooLarge { scale, delta });
    }
    let mut low = linf + 1;
    if stated(low)? <= delta {
        return Ok(low);
    }
    let mut high = linf + reach.ceil() as i64 + 2;
    let reached = stated(high)?;
    if reached > delta {
        return Err(NoiseError::DeltaTooSmall { delta, reached });
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if stated(middle)? <= delta {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}

/// The smallest whole threshold `T` for which [`laplace_keys_cost`] states at most `delta`, at least `linf + 1`.
///
/// `b` is in units of the values, `delta` strictly between 0 and 1. For a `b` below 1/709, where all noise is zero
/// in practice, opendp's map knows only a looser bound, and `T` may be one higher than needed.
///
/// # Errors
/// [`NoiseError::Bounds`], [`NoiseError::NotPositive`], [`NoiseError::DeltaRange`]; [`NoiseError::DeltaTooSmall`]
/// for a `delta` below about `l0 * 1.2e-16`; [`NoiseError::ThresholdTooLarge`] if `T` does not fit.
pub fn laplace_threshold(bounds: NoiseBounds, b: f64, delta: f64) -> Result<i64, NoiseError> {
    let Distance { l0, linf, .. } = distance(bounds)?;
    positive("the scale b", b)?;
    probability(delta)?;
    let reach = 2.0 * b * (f64::from(l0) / delta).ln();
    smallest_threshold((linf, b, delta), reach, |t| Ok(laplace_keys_cost(bounds, b, t)?.1))
}

/// The smallest whole threshold `T` for which [`gaussian_keys_cost`] states at most `delta`, at least `linf + 1`.
/// As that statement is a bound, the exact law may allow a threshold lower by one.
///
/// `sigma` is in units of the values, `delta` strictly between 0 and 1.
///
/// # Errors
/// As [`laplace_threshold`].
pub fn gaussian_threshold(bounds: NoiseBounds, sigma: f64, delta: f64) -> Result<i64, NoiseError> {
    let Distance { l0, linf, .. } = distance(bounds)?;
    positive("the scale sigma", sigma)?;
    probability(delta)?;
    let reach = 2.0 * sigma * (2.0 * (f64::from(l0) / delta).ln()).sqrt();
    smallest_threshold((linf, sigma, delta), reach, |t| Ok(gaussian_keys_cost(bounds, sigma, t)?.1))
}

/// The groups as a map; a key given twice is an error.
fn as_map(groups: &[(String, i64)]) -> Result<HashMap<String, i64>, NoiseError> {
    let map: HashMap<String, i64> = groups.iter().cloned().collect();
    if map.len() == groups.len() { Ok(map) } else { Err(NoiseError::DuplicateKey) }
}

/// Sorted by the bytes of the key, so that the order tells nothing about the input.
fn sorted(kept: HashMap<String, i64>) -> Vec<(String, i64)> {
    let mut kept: Vec<_> = kept.into_iter().collect();
    kept.sort_unstable();
    kept
}

/// Adds discrete Laplace noise with scale `b` to every group and keeps those at or above `threshold`, sorted by the
/// bytes of their keys.
///
/// For private keys: the groups are those that occur in the data, each held by at least one user. The release is
/// `(epsilon, delta)`-differentially private for one user within `bounds` (see [`laplace_keys_cost`]). Noisy values
/// are compared with the threshold first and then held within `i64`. No group gives no group.
///
/// # Errors
/// [`NoiseError::Understated`] if `epsilon` or `delta` is below the cost; nothing is drawn then.
/// [`NoiseError::DuplicateKey`] if a key occurs twice. Else as [`laplace_keys_cost`] and [`NoiseError::DeltaRange`].
pub fn discrete_laplace_private_keys(
    groups: &[(String, i64)],
    bounds: NoiseBounds,
    epsilon: f64,
    delta: f64,
    b: f64,
    threshold: i64,
) -> Result<Vec<(String, i64)>, NoiseError> {
    positive("epsilon", epsilon)?;
    probability(delta)?;
    let cost = laplace_keys_cost(bounds, b, threshold)?;
    covered("epsilon", cost.0, epsilon, "scale")?;
    covered("delta", cost.1, delta, "threshold")?;
    let groups = as_map(groups)?;
    Ok(sorted(opendp(DRAW, keyed_laplace(b, threshold)?.invoke(&groups))?))
}

/// Adds discrete Gaussian noise with scale `sigma` to every group and keeps those at or above `threshold`, sorted by
/// the bytes of their keys.
///
/// For private keys: the groups are those that occur in the data, each held by at least one user. The release is
/// `rho`-zero-concentrated differentially private but for a chance of `delta` (see [`gaussian_keys_cost`]). Noisy
/// values are compared with the threshold first and then held within `i64`. No group gives no group.
///
/// # Errors
/// As [`discrete_laplace_private_keys`], with `rho` for `epsilon`.
pub fn discrete_gaussian_private_keys(
    groups: &[(String, i64)],
    bounds: NoiseBounds,
    rho: f64,
    delta: f64,
    sigma: f64,
    threshold: i64,
) -> Result<Vec<(String, i64)>, NoiseError> {
    positive("rho", rho)?;
    probability(delta)?;
    let cost = gaussian_keys_cost(bounds, sigma, threshold)?;
    covered("rho", cost.0, rho, "scale")?;
    covered("delta", cost.1, delta, "threshold")?;
    let groups = as_map(groups)?;
    Ok(sorted(opendp(DRAW, keyed_gaussian(sigma, threshold)?.invoke(&groups))?))
}

/// The mechanism behind [`gumbel_top_k`], for counts that all move the same way by at most 1.
type TopK = Measurement<
    VectorDomain<AtomDomain<i64>>,
    LInfDistance<i64>,
    ZeroConcentratedDivergence,
    Vec<usize>,
>;

fn top_k(k: usize, scale: f64) -> Result<TopK, NoiseError> {
    opendp(
        BUILD,
        make_noisy_top_k(
            VectorDomain::default(),
            LInfDistance::new(true),
            ZeroConcentratedDivergence,
            k,
            scale,
            false,
        ),
    )
}

/// Picks the `k` items with the largest counts after Gumbel noise of scale `1 / epsilon0`: their indices, the
/// largest noisy count first, all different.
///
/// Each user adds at most 1 to each count and never takes away, to any number of counts. Then each pick costs
/// `epsilon0`, and the whole list `k * epsilon0` (pure) and `k * epsilon0^2 / 8` (zero-concentrated), however many
/// items there are (Durfee and Rogers 2019, "Practical Differentially Private Top-k Selection with Pay-what-you-get
/// Composition", arXiv 1905.04273, section 4; the second by bounded range, Cesar and Rogers 2021, "Bounding,
/// Concentrating, and Truncating", arXiv 2004.07223, lemma 3.2).
///
/// The law is drawn exactly, as `k` picks without repetition with chances proportional to `exp(epsilon0 * count)`
/// among the items left, which is the law of the Gumbel list. The scale is the double nearest to `1 / epsilon0`,
/// moved up by a few last digits until `epsilon0 * scale >= 1` and opendp's statement is at most
/// `k * epsilon0^2 / 8`, so no slack is needed. opendp states the zero-concentrated cost only; the pure cost follows
/// from `epsilon0 * scale >= 1`.
///
/// The list of items must not depend on the data. It takes time in proportion to `k` times the number of items.
/// `k = 0` gives an empty list.
///
/// # Errors
/// [`NoiseError::TopK`] if `k` is more than the number of counts; [`NoiseError::NotPositive`] if `epsilon0` is not
/// above zero; [`NoiseError::NoScale`] if `1 / epsilon0` or the cost is outside the range of doubles; or
/// [`NoiseError::Opendp`].
pub fn gumbel_top_k(counts: &[i64], k: usize, epsilon0: f64) -> Result<Vec<usize>, NoiseError> {
    positive("epsilon0", epsilon0)?;
    if k > counts.len() {
        return Err(NoiseError::TopK { k, count: counts.len() });
    }
    if k == 0 {
        return Ok(Vec::new());
    }
    let rho = k as f64 * (epsilon0 * epsilon0) / 8.0;
    let near = 1.0 / epsilon0;
    let mut scale = near;
    for _ in 0..16 {
        if !scale.is_normal() || !rho.is_normal() {
            break;
        }
        let mechanism = top_k(k, scale)?;
        let guard = one_statement();
        let cost = opendp(STATE, mechanism.map(&1))?;
        drop(guard);
        if cost <= rho && scale.mul_add(epsilon0, -1.0) >= 0.0 {
            return opendp(DRAW, mechanism.invoke(&counts.to_vec()));
        }
        scale = scale.next_up();
    }
    Err(NoiseError::NoScale { name: "scale", near, budget: rho })
}

#[cfg(test)]
mod tests;
