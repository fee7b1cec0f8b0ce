//! One release, from request to file: calibrate, reserve, draw, write, mark.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::error::ReleaseError;
use super::in_words::{InWords, sentences};
use super::interval::{COVERAGE, Intervals};
use super::ledger::{Ledger, Reservation, digest, now};
use super::noise::{self, NoiseError};
use super::place::{check_file, check_folder, unwritable};
use super::rest::{self, REST, RestPlan};
use super::statement::{
    BoundsStatement, FloorStatement, IntervalStatement, KeysStatement, LedgerStatement, Provenance,
    RestStatement, Statement, Unprotected,
};
use super::with_statement::{Bytes, Published, companion, put_both};
use crate::contribution::{Bounds, GroupKeys, Pairs};
use crate::privacy::accounting::{Amount, Cost, Event, Law};
use crate::privacy::mechanism::{Noise, discrete_gaussian, discrete_gaussian_sigma, threshold};
use crate::purchases::{Measure, Reading, Reason};
use crate::table::{csv_lines, same_file, spreadsheet_safe};

/// The noise of a release: whole numbers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseMechanism {
    /// Discrete Laplace: ε-DP.
    DiscreteLaplace,
    /// Discrete Gaussian: (ε, δ)-DP and zCDP.
    DiscreteGaussian,
}

impl ReleaseMechanism {
    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ReleaseMechanism::DiscreteLaplace => "discrete-laplace",
            ReleaseMechanism::DiscreteGaussian => "discrete-gaussian",
        }
    }
}

/// Where the group keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// Private: shown only above a threshold.
    Private,
    /// Public by the user's word.
    Public,
    /// A public list: every key of it gets a row, no other.
    Catalogue(Catalogue),
}

/// What is to be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRequest {
    /// ε of this release.
    pub epsilon: Amount<9>,
    /// δ of this release; 0 where none was given.
    pub delta: Amount<18>,
    /// Contribution bounds; not used by top-k lists, in which a user counts once per item.
    pub bounds: Bounds,
    /// The noise.
    pub mechanism: ReleaseMechanism,
    /// The group keys.
    pub keys: Keys,
    /// Values below 0 become 0.
    pub floor_at_zero: bool,
    /// Whether keys that a spreadsheet would run get an apostrophe.
    pub spreadsheet_safe: bool,
    /// Only the order of the largest groups.
    pub top_k: Option<usize>,
    /// Whether low and high stand beside every value.
    pub interval: bool,
    /// The share of ε, between 0 and 1, that one last row of all groups that are not shown gets.
    pub rest: Option<Amount<9>>,
    /// How the data was read.
    pub reading: Reading,
    /// What was chosen by looking at unprotected data.
    pub unprotected: Unprotected,
    /// The file to publish.
    pub out: PathBuf,
    /// Replace an existing file.
    pub force: bool,
}

/// A release that is worked out and not yet made: nothing is drawn or spent. It holds the
/// contributions that it was worked out for, so that no others can be released by it.
#[derive(Debug, Clone)]
pub struct PreparedRelease {
    pairs: Arc<Pairs>,
    request: ReleaseRequest,
    reservation: Reservation,
    plan: NoisePlan,
    rest: Option<RestPlan>,
    /// ε of the rows: the whole less that of the rest.
    of_rows: Amount<9>,
}

/// How the noise will be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum NoisePlan {
    Laplace { b: f64, threshold: Option<i64> },
    Gaussian { sigma: f64, rho: f64, threshold: Option<i64>, threshold_delta: f64 },
    TopK { k: usize, epsilon: f64 },
}

/// Works out a release of `pairs`: the noise, its cost, and that the output can be written.
/// Nothing is drawn, spent or written.
///
/// # Errors
/// The sentence that says what is missing or wrong.
pub fn prepare(
    owned: Arc<Pairs>,
    mut request: ReleaseRequest,
) -> Result<PreparedRelease, ReleaseError> {
    let pairs = &*owned;
    if request.keys == Keys::Private && matches!(pairs.known(), GroupKeys::Kind(_)) {
        // Everyone knows these keys: all of them are listed, and none is dropped.
        request.keys = Keys::Public;
    }
    request.bounds = request.bounds.over(match (&request.keys, pairs.known()) {
        (Keys::Catalogue(catalogue), _) => GroupKeys::Listed(catalogue.keys.len() as u64),
        (Keys::Public | Keys::Private, kind @ GroupKeys::Kind(_)) => kind,
        // Keys that were seen are no list.
        (Keys::Public | Keys::Private, _) => GroupKeys::Private,
    });
    // Without a name nothing is to be written: it is worked out to be looked at.
    if !request.out.as_os_str().is_empty() {
        check_output(&request.out, request.force, &request.keys)?;
    }
    if request.reading.cleaning.keeps(Reason::MissingUser) {
        return Err(ReleaseError::MissingUserKept);
    }
    if request.epsilon == Amount::ZERO {
        return Err(ReleaseError::NoEpsilon);
    }
    if request.delta.to_f64() >= 1.0 {
        return Err(ReleaseError::DeltaRange);
    }
    let delta = request.delta.to_f64();
    let bounds = noise_bounds(&request);
    let private = request.keys == Keys::Private;
    let rest = match request.rest {
        None => None,
        Some(_) if !private || request.top_k.is_some() => return Err(ReleaseError::RestOfPublic),
        Some(share) => {
            let part = rest::part(request.epsilon, share).ok_or(ReleaseError::RestShare)?;
            Some(RestPlan::new(bounds, share, part)?)
        }
    };
    let of_rest = rest.map_or(Amount::ZERO, |rest| rest.epsilon);
    let of_rows = request.epsilon.minus(of_rest).ok_or(ReleaseError::RestShare)?;
    let epsilon = of_rows.to_f64();
    let plan = if let Some(k) = request.top_k {
        let Keys::Catalogue(catalogue) = &request.keys else {
            return Err(ReleaseError::TopKCatalogue);
        };
        if k == 0 {
            return Err(ReleaseError::TopKZero);
        }
        if k > catalogue.keys.len() {
            return Err(ReleaseError::TopKLength { k, keys: catalogue.keys.len() });
        }
        if pairs.question().measure == Measure::Revenue {
            return Err(ReleaseError::TopKRevenue);
        }
        if request.floor_at_zero {
            return Err(ReleaseError::TopKFloor);
        }
        if request.interval {
            return Err(ReleaseError::TopKInterval);
        }
        // Rounded down: k places never cost more than was asked for.
        NoisePlan::TopK { k, epsilon: (epsilon / k as f64).next_down() }
    } else {
        noise::check(bounds)?;
        match request.mechanism {
            ReleaseMechanism::DiscreteLaplace => {
                if private && delta == 0.0 {
                    return Err(ReleaseError::KeysDelta);
                }
                let b = noise::laplace_scale(bounds, epsilon)?;
                let threshold = match private {
                    true => {
                        // Our own reading of the law and opendp's: the higher of both.
                        let ours = threshold::discrete_laplace(bounds.linf, b, bounds.l0, delta);
                        Some(noise::laplace_threshold(bounds, b, delta)?.max(ours as i64))
                    }
                    false => None,
                };
                NoisePlan::Laplace { b, threshold }
            }
            ReleaseMechanism::DiscreteGaussian => {
                if delta == 0.0 {
                    return Err(if private {
                        ReleaseError::KeysDelta
                    } else {
                        ReleaseError::GaussianDelta
                    });
                }
                // A threshold takes half of δ.
                let (for_noise, for_keys) =
                    if private { (0.5 * delta, 0.5 * delta) } else { (delta, 0.0) };
                let sigma = discrete_gaussian_sigma(epsilon, for_noise, bounds.linf, bounds.l0)
                    .map_err(|_| ReleaseError::TooWide)?;
                // Our statement, rounded up as opendp rounds its own.
                let rho =
                    bounds.l0 as f64 * (bounds.linf as f64 / sigma).powi(2) / 2.0 * (1.0 + 1e-14);
                let threshold = match private {
                    true => {
                        let ours =
                            threshold::discrete_gaussian(bounds.linf, sigma, bounds.l0, for_keys);
                        Some(noise::gaussian_threshold(bounds, sigma, for_keys)?.max(ours as i64))
                    }
                    false => None,
                };
                NoisePlan::Gaussian { sigma, rho, threshold, threshold_delta: for_keys }
            }
        }
    };
    if !matches!(plan, NoisePlan::Gaussian { .. })
        && !matches!(plan, NoisePlan::Laplace { threshold: Some(_), .. })
    {
        // Pure: a δ that was given buys nothing and costs nothing.
        request.delta = Amount::ZERO;
    }
    let mut events = plan.events(bounds, delta);
    events.extend(rest.map(|rest| rest.event()));
    let question = match request.top_k {
        Some(k) => format!("top {k} by buyers of {}", pairs.question().group_by.plural()),
        None => pairs.question().to_string(),
    };
    let unit = pairs.units_per_shown() as f64;
    let bounds_said = match (request.top_k, rest) {
        (Some(_), _) => "once per user and item".to_owned(),
        (None, None) => format!("l0 {}, linf {}", request.bounds.l0(), bounds.linf as f64 / unit),
        (None, Some(rest)) => format!(
            "l0 {}, linf {}, {REST} for ε {}",
            request.bounds.l0(),
            bounds.linf as f64 / unit,
            rest.epsilon
        ),
    };
    let reservation = Reservation {
        question,
        mechanism: plan.mechanism().to_owned(),
        cost: Cost { epsilon: request.epsilon, delta: request.delta },
        events,
        bounds: bounds_said,
        provenance: Some(Provenance::of(&request.reading)),
        output: request.out.clone(),
    };
    Ok(PreparedRelease { pairs: owned, request, reservation, plan, rest, of_rows })
}

/// What one user can move: no more groups than there are, where that is public.
fn noise_bounds(request: &ReleaseRequest) -> noise::NoiseBounds {
    noise::NoiseBounds { l0: request.bounds.reach(), linf: request.bounds.linf() }
}

/// Refuses a file to publish that cannot stand there, or is the catalogue.
pub(super) fn check_output(out: &Path, force: bool, keys: &Keys) -> Result<(), ReleaseError> {
    let path = out.display().to_string();
    let statement = companion(out);
    if out.extension().is_none_or(|ending| ending != "csv") {
        return Err(ReleaseError::Ending { path, statement: statement.display().to_string() });
    }
    check_file(out, force)?;
    check_file(&statement, force)?;
    if let Keys::Catalogue(catalogue) = keys {
        for out in [out, &statement] {
            if same_file(&catalogue.path, out) {
                return Err(ReleaseError::Overwrites {
                    path: out.display().to_string(),
                    what: "catalogue",
                });
            }
        }
    }
    check_folder(out)
}

impl NoisePlan {
    fn mechanism(self) -> &'static str {
        match self {
            NoisePlan::Laplace { .. } => "discrete-laplace",
            NoisePlan::Gaussian { .. } => "discrete-gaussian",
            NoisePlan::TopK { .. } => "gumbel-top-k",
        }
    }

    fn sampler(self) -> &'static str {
        match self {
            NoisePlan::Laplace { .. } => noise::LAPLACE_SAMPLER,
            NoisePlan::Gaussian { .. } => noise::GAUSSIAN_SAMPLER,
            NoisePlan::TopK { .. } => noise::TOP_K_SAMPLER,
        }
    }

    fn scale(self) -> f64 {
        match self {
            NoisePlan::Laplace { b, .. } => b,
            NoisePlan::Gaussian { sigma, .. } => sigma,
            NoisePlan::TopK { epsilon, .. } => 1.0 / epsilon,
        }
    }

    fn rho(self) -> Option<f64> {
        match self {
            NoisePlan::Laplace { .. } => None,
            NoisePlan::Gaussian { rho, .. } => Some(rho),
            NoisePlan::TopK { k, epsilon } => Some(k as f64 * epsilon * epsilon / 8.0),
        }
    }

    /// What accountants add up: l0 numbers, each moved by at most linf, is the worst that
    /// a user within the bounds can do.
    fn events(self, bounds: noise::NoiseBounds, delta: f64) -> Vec<Event> {
        let (times, sensitivity) = (bounds.l0, bounds.linf);
        let failure = |delta| Event::once(threshold::failure(delta));
        match self {
            NoisePlan::Laplace { b, threshold } => {
                let noise = Event { law: Law::DiscreteLaplace { scale: b, sensitivity }, times };
                if threshold.is_some() { vec![noise, failure(delta)] } else { vec![noise] }
            }
            NoisePlan::Gaussian { sigma, threshold, threshold_delta, .. } => {
                let noise = Event { law: Law::DiscreteGaussian { sigma, sensitivity }, times };
                if threshold.is_some() {
                    vec![noise, failure(threshold_delta)]
                } else {
                    vec![noise]
                }
            }
            NoisePlan::TopK { k, epsilon } => {
                vec![Event { law: Law::BoundedRange { epsilon }, times: k as u64 }]
            }
        }
    }
}

impl PreparedRelease {
    /// What the ledger will be asked for.
    pub fn reservation(&self) -> &Reservation {
        &self.reservation
    }

    /// The contributions that it was worked out for.
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    pub(super) fn shared_pairs(&self) -> Arc<Pairs> {
        Arc::clone(&self.pairs)
    }

    /// What is to be released.
    pub fn request(&self) -> &ReleaseRequest {
        &self.request
    }

    /// Takes down what was chosen by looking at unprotected data.
    pub fn state(&mut self, unprotected: Unprotected) {
        self.request.unprotected = unprotected;
    }

    /// b or σ in the stored unit; for a top-k list the scale of the Gumbel noise.
    pub fn scale(&self) -> f64 {
        self.plan.scale()
    }

    /// By how much flooring at 0 raises a group whose bounded sum is 0, on average, in the
    /// stored unit.
    pub fn floor_bias(&self) -> f64 {
        match self.plan {
            NoisePlan::Laplace { b, .. } => Noise::DiscreteLaplace { b }.floor_bias(0.0),
            // E max(0, Z) = E|Z|/2 for a symmetric law.
            NoisePlan::Gaussian { sigma, .. } => 0.5 * discrete_gaussian::mean_absolute(sigma),
            NoisePlan::TopK { .. } => 0.0,
        }
    }

    /// The law of the noise on values, in stored units; `None` for a top-k list.
    pub fn noise(&self) -> Option<Noise> {
        match self.plan {
            NoisePlan::Laplace { b, .. } => Some(Noise::DiscreteLaplace { b }),
            NoisePlan::Gaussian { sigma, .. } => Some(Noise::DiscreteGaussian { sigma }),
            NoisePlan::TopK { .. } => None,
        }
    }

    /// The threshold of private keys, in the stored unit.
    pub fn threshold(&self) -> Option<i64> {
        match self.plan {
            NoisePlan::Laplace { threshold, .. } | NoisePlan::Gaussian { threshold, .. } => {
                threshold
            }
            NoisePlan::TopK { .. } => None,
        }
    }

    /// The mechanism's word.
    pub fn mechanism(&self) -> &'static str {
        self.plan.mechanism()
    }

    /// The law of the noise on the last row, in stored units; `None` without one.
    pub fn noise_of_rest(&self) -> Option<Noise> {
        self.rest.map(|rest| rest.noise())
    }

    /// The intervals around values and around the last row, where they are asked for.
    fn intervals(&self) -> Option<(Intervals, Option<Intervals>)> {
        let noise = self.noise().filter(|_| self.request.interval)?;
        let rest = self.rest.map(|rest| Intervals::new(rest.noise(), None));
        Some((Intervals::new(noise, self.threshold()), rest))
    }

    /// The release in plain sentences, without any figure of the data.
    pub fn in_words(&self) -> Vec<String> {
        let question = self.pairs.question();
        let unit = self.pairs.units_per_shown() as f64;
        let bounds = self.request.bounds;
        sentences(&InWords {
            measure: question.measure.name(),
            groups: question.group_by.plural(),
            bounds: self
                .request
                .top_k
                .is_none()
                .then(|| (bounds.l0(), bounds.linf() as f64 / unit)),
            k: self.request.top_k,
            noise: self.noise(),
            unit,
            threshold: self.threshold().map(|threshold| threshold as f64 / unit),
            floored: self.request.floor_at_zero,
            interval: self.request.interval,
            rest: self.rest.as_ref(),
            unprotected: &self.request.unprotected.with_reading(&self.request.reading),
            cost: self.reservation.cost,
        })
    }

    /// Draws the rows of `sums`, and the last row if there is one.
    fn draw(&self, sums: &[(String, i64)]) -> Result<Drawn, NoiseError> {
        let Some(rest) = self.rest else {
            return Ok(Drawn {
                rows: draw(sums, self.plan, &self.request, self.of_rows)?,
                rest: None,
            });
        };
        let named: Vec<(String, i64)> =
            sums.iter().filter(|(key, _)| key != REST).cloned().collect();
        let rows = draw(&named, self.plan, &self.request, self.of_rows)?;
        // What is shown is fixed: only now the rest is a question.
        let drawn = rest.draw(rest::of(sums, &rows))?;
        let drawn = if self.request.floor_at_zero { drawn.max(0) } else { drawn };
        Ok(Drawn { rows, rest: Some(drawn) })
    }
}

/// Makes a prepared release: reserves its budget, draws the noise, writes the file and its
/// statement whole, and marks the entry.
///
/// # Errors
/// Before the reservation nothing is spent; after it the sentence says what is.
pub fn publish(prepared: &PreparedRelease, ledger: &mut Ledger) -> Result<Published, ReleaseError> {
    let PreparedRelease { pairs, request, reservation, .. } = prepared;
    // True sums first: what fails there spends nothing.
    let sums = true_sums(pairs, request);
    // The cost is checked against opendp's map when drawing; a dry run finds what it refuses.
    prepared.draw(&[(String::new(), 0)])?;
    let largest = largest(prepared, &sums, ledger)?;
    put_both(ledger, reservation, request.force, largest, |ledger, entry| {
        let drawn = prepared.draw(&sums)?;
        let rows = drawn.rows.len() + usize::from(drawn.rest.is_some());
        let csv = csv_of(prepared, &drawn)?;
        let statement = statement(pairs, prepared, ledger, entry, rows, digest(&csv));
        Ok(Bytes { csv, json: json_of(&statement)?, rows })
    })
}

/// The largest that file and statement can become: every key that there is, with the longest
/// value; for a top-k list the longest keys.
fn largest(
    prepared: &PreparedRelease,
    sums: &[(String, i64)],
    ledger: &Ledger,
) -> Result<(usize, usize), ReleaseError> {
    let PreparedRelease { pairs, request, .. } = prepared;
    let failed = |cause| unwritable(&request.out, cause);
    let rest = prepared.rest.map(|_| i64::MIN);
    let csv = match request.top_k {
        Some(k) => {
            let mut keys: Vec<&String> = sums.iter().map(|(key, _)| key).collect();
            // With the quotes that it may need.
            keys.sort_by_key(|key| std::cmp::Reverse(key.len() + key.matches('"').count()));
            let longest = |key: &String| (format!("\"{}\"", key.replace('"', "\"\"")), k as i64);
            let rows: Vec<(String, i64)> = keys.into_iter().take(k).map(longest).collect();
            csv_of(prepared, &Drawn { rows, rest })
        }
        None => {
            let rows: Vec<(String, i64)> =
                sums.iter().map(|(key, _)| (key.clone(), i64::MIN)).collect();
            csv_of(prepared, &Drawn { rows, rest })
        }
    };
    // Of a value as low as this both ends are 0: room for two as long as it, with their commas.
    let ends = if request.interval { (sums.len() + 1) * 2 * 24 } else { 0 };
    let statement = statement(pairs, prepared, ledger, i64::MAX, usize::MAX, digest(&[]));
    Ok((csv.map_err(failed)?.len() + ends, json_of(&statement).map_err(failed)?.len()))
}

fn json_of(statement: &Statement) -> io::Result<Vec<u8>> {
    Ok((serde_json::to_string_pretty(statement)? + "\n").into_bytes())
}
/// Keys and bounded sums (for top-k: numbers of buyers) before noise, in key order. These
/// are true values: they stay in this room.
pub(super) fn true_sums(pairs: &Pairs, request: &ReleaseRequest) -> Vec<(String, i64)> {
    let keys = pairs.keys();
    match &request.keys {
        Keys::Catalogue(catalogue) => {
            let wanted: HashMap<&str, usize> =
                catalogue.keys.iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
            let places: Vec<Option<usize>> =
                keys.iter().map(|key| wanted.get(key.as_str()).copied()).collect();
            let sums = match request.top_k {
                // Once per user and item, however many items.
                Some(_) => {
                    let mut buyers = vec![None; keys.len()];
                    for user in 0..pairs.users() {
                        for (group, _) in pairs.of_user(user) {
                            *buyers[group as usize].get_or_insert(0) += 1;
                        }
                    }
                    buyers
                }
                None => pairs.bounded_among(request.bounds, |group| places[group].is_some()),
            };
            let mut rows: Vec<(String, i64)> =
                catalogue.keys.iter().map(|key| (key.clone(), 0)).collect();
            for (group, place) in places.iter().enumerate() {
                if let Some(place) = place {
                    rows[*place].1 = sums[group].unwrap_or(0);
                }
            }
            rows
        }
        Keys::Public => {
            let sums = pairs.bounded_among(request.bounds, |_| true);
            keys.iter().cloned().zip(sums.into_iter().map(|sum| sum.unwrap_or(0))).collect()
        }
        // A group that a user holds beyond l0 alone is not there: else one user could bring
        // in more groups than the threshold accounts for.
        Keys::Private => {
            let sums = pairs.bounded_among(request.bounds, |_| true);
            keys.iter().cloned().zip(sums).filter_map(|(key, sum)| Some((key, sum?))).collect()
        }
    }
}

/// What was drawn: rows of what may be seen, and the last row.
struct Drawn {
    rows: Vec<(String, i64)>,
    rest: Option<i64>,
}

/// Draws the noise of the rows, which have this ε. For top-k, value is the place.
fn draw(
    sums: &[(String, i64)],
    plan: NoisePlan,
    request: &ReleaseRequest,
    epsilon: Amount<9>,
) -> Result<Vec<(String, i64)>, NoiseError> {
    let bounds = noise_bounds(request);
    let values = || sums.iter().map(|(_, value)| *value).collect::<Vec<i64>>();
    let with_keys =
        |values: Vec<i64>| sums.iter().map(|(key, _)| key.clone()).zip(values).collect();
    let (epsilon, delta) = (epsilon.to_f64(), request.delta.to_f64());
    let mut rows: Vec<(String, i64)> = match plan {
        NoisePlan::Laplace { b, threshold: None } => {
            with_keys(noise::discrete_laplace(&values(), bounds, epsilon, b)?)
        }
        NoisePlan::Laplace { b, threshold: Some(threshold) } => {
            noise::discrete_laplace_private_keys(sums, bounds, epsilon, delta, b, threshold)?
        }
        NoisePlan::Gaussian { sigma, rho, threshold: None, .. } => {
            with_keys(noise::discrete_gaussian(&values(), bounds, rho, sigma)?)
        }
        NoisePlan::Gaussian { sigma, rho, threshold: Some(threshold), threshold_delta } => {
            noise::discrete_gaussian_private_keys(
                sums,
                bounds,
                rho,
                threshold_delta,
                sigma,
                threshold,
            )?
        }
        NoisePlan::TopK { k, epsilon } => {
            let order = noise::gumbel_top_k(&values(), k.min(sums.len()), epsilon)?;
            order
                .into_iter()
                .enumerate()
                .map(|(place, item)| (sums[item].0.clone(), place as i64 + 1))
                .collect()
        }
    };
    if request.floor_at_zero {
        rows.iter_mut().for_each(|(_, value)| *value = (*value).max(0));
    }
    Ok(rows)
}

fn csv_of(prepared: &PreparedRelease, drawn: &Drawn) -> io::Result<Vec<u8>> {
    let PreparedRelease { pairs, request, .. } = prepared;
    let shown = |value: i64| {
        let (units, one, places) =
            (value.unsigned_abs(), pairs.units_per_shown().unsigned_abs(), pairs.unit().places());
        let sign = if value < 0 { "-" } else { "" };
        match places {
            0 => format!("{sign}{units}"),
            places => {
                format!("{sign}{}.{:0width$}", units / one, units % one, width = places as usize)
            }
        }
    };
    let named = |key: &str| match request.spreadsheet_safe {
        true => spreadsheet_safe(key).into_owned(),
        false => key.to_owned(),
    };
    let rows = || drawn.rows.iter().map(|(key, value)| (key.as_str(), *value));
    let rest = drawn.rest.map(|value| (REST, value));
    if let Some((of_rows, of_rest)) = prepared.intervals() {
        let line = |(key, value): (&str, i64), intervals: Intervals| {
            let (low, high) = intervals.of(value);
            [named(key), shown(value), shown(low), shown(high)]
        };
        let lines = rows().map(|row| line(row, of_rows));
        let last = rest.zip(of_rest).map(|(row, intervals)| line(row, intervals));
        let header = ["group", "value", "low", "high"].map(str::to_owned);
        return csv_lines(std::iter::once(header).chain(lines).chain(last));
    }
    let lines = rows().chain(rest).map(|(key, value)| match request.top_k {
        Some(_) => [value.to_string(), named(key)],
        None => [named(key), shown(value)],
    });
    let header = if request.top_k.is_some() { ["rank", "group"] } else { ["group", "value"] };
    csv_lines(std::iter::once(header.map(str::to_owned)).chain(lines))
}

fn statement(
    pairs: &Pairs,
    prepared: &PreparedRelease,
    ledger: &Ledger,
    entry: i64,
    rows: usize,
    sha256: String,
) -> Statement {
    let PreparedRelease { request, plan, rest, .. } = prepared;
    let unit = pairs.units_per_shown() as f64;
    let bounds = request.bounds;
    let top = request.top_k.is_some();
    let shown = |sensitivity: crate::privacy::Sensitivity| crate::privacy::Sensitivity {
        l1: sensitivity.l1 / unit,
        l2: sensitivity.l2 / unit,
        linf: sensitivity.linf / unit,
        assumed: false,
    };
    let groups = match (&request.keys, plan) {
        (Keys::Catalogue(catalogue), _) => {
            KeysStatement::Catalogue { name: catalogue.name.clone(), keys: catalogue.keys.len() }
        }
        (Keys::Public, _) if let Some(keys) = pairs.known().groups() => {
            KeysStatement::Kind { name: pairs.question().group_by.name(), keys }
        }
        (Keys::Public, _) => KeysStatement::DeclaredPublic {
            warning: "a key that only one user has is shown by this: it holds only if everyone knows the keys anyway",
        },
        (Keys::Private, NoisePlan::Laplace { threshold, .. }) => KeysStatement::PrivateSelection {
            threshold: threshold.unwrap_or(0) as f64 / unit,
            delta: request.delta.to_f64(),
        },
        (Keys::Private, NoisePlan::Gaussian { threshold, threshold_delta, .. }) => {
            KeysStatement::PrivateSelection {
                threshold: threshold.unwrap_or(0) as f64 / unit,
                delta: *threshold_delta,
            }
        }
        (Keys::Private, NoisePlan::TopK { .. }) => {
            KeysStatement::PrivateSelection { threshold: 0.0, delta: 0.0 }
        }
    };
    let mut question = pairs.question();
    if top {
        question.measure = Measure::Buyers;
    }
    Statement {
        file: request.out.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        sha256,
        time: now(),
        question,
        rows,
        privacy_unit: "user",
        neighbours: "add or remove one user",
        bounds: BoundsStatement {
            l0: (!top).then_some(bounds.l0()),
            linf: if top { 1.0 } else { bounds.linf() as f64 / unit },
            unit: question.measure.name(),
        },
        sensitivity: (!top).then(|| shown(bounds.sensitivity())),
        groups,
        mechanism: plan.mechanism(),
        scale: if top { plan.scale() } else { plan.scale() / unit },
        k: request.top_k,
        epsilon: request.epsilon,
        delta: request.delta,
        // ρ of an ε-DP number is at most ε²/2 (Bun & Steinke 2016).
        rho: plan.rho().map(|rho| {
            rest.map_or(rho, |rest| (rho + 0.5 * rest.epsilon.to_f64().powi(2)).next_up())
        }),
        sampler: plan.sampler(),
        randomness: noise::randomness(),
        floor_at_zero: request
            .floor_at_zero
            .then(|| FloorStatement { bias_of_an_empty_group: prepared.floor_bias() / unit }),
        interval: prepared.intervals().map(|(of_rows, of_rest)| IntervalStatement {
            coverage: COVERAGE,
            of: "the bounded sum before noise, row by row",
            half_width: of_rows.half_width() as f64 / unit,
            half_width_of_rest: of_rest.map(|rest| rest.half_width() as f64 / unit),
        }),
        rest: rest.map(|rest| RestStatement {
            group: REST,
            share: rest.share,
            epsilon: rest.epsilon,
            sensitivity: rest.sensitivity(unit),
            mechanism: NoisePlan::Laplace { b: rest.b, threshold: None }.mechanism(),
            scale: rest.b / unit,
        }),
        in_words: prepared.in_words(),
        provenance: Provenance::of(&request.reading),
        unprotected_quantities: request.unprotected.with_reading(&request.reading),
        ledger: LedgerStatement {
            dataset: ledger.dataset().to_owned(),
            entry,
            accountant: ledger.accountant(),
        },
        version: concat!("epsiloscope ", env!("CARGO_PKG_VERSION")),
    }
}
