//! A release of rates: two disjoint cells of every public group, noised, with the rate and its interval
//! that follow from them.

use std::path::PathBuf;

use serde::Serialize;

use super::error::ReleaseError;
use super::in_words::{looked_at, odds};
use super::interval::half_width;
use super::ledger::{Ledger, Reservation, digest, now};
use super::noise::{self, NoiseError};
use super::publish::{Keys, ReleaseMechanism, check_output};
use super::statement::{BoundsStatement, KeysStatement, LedgerStatement, Provenance, Unprotected};
use super::with_statement::{Bytes, Published, put_both};
use crate::contribution::{Bounds, GroupKeys};
use crate::privacy::Sensitivity;
use crate::privacy::accounting::{Amount, Cost, Event, Law};
use crate::privacy::mechanism::{Noise, discrete_gaussian_sigma};
use crate::purchases::{Reading, Reason};
use crate::table::{csv_lines, spreadsheet_safe};

/// What is said of a row's two noised cells: the rate and the ends of its interval, each where there is
/// one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RateSaid {
    /// The share of the first cell, 0..=1.
    pub rate: Option<f64>,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// What follows from the noise and two noised cells. It sees nothing else, so it costs nothing.
pub type SaysRate = fn(Noise, i64, i64) -> RateSaid;

/// Rates that are to be released.
#[derive(Debug, Clone)]
pub struct RatesToRelease {
    /// What groups are called.
    pub group_by: String,
    /// Events that are exposure.
    pub exposed: Vec<String>,
    /// Events that are success.
    pub converted: Vec<String>,
    /// Keys with their true cells, converted and not, under the bounds: a user is in one cell of at most
    /// l0 groups.
    pub cells: Vec<(String, i64, i64)>,
    /// Where the keys come from: a public list, or the user's word.
    pub keys: Keys,
    /// Contribution bounds; linf is 1.
    pub bounds: Bounds,
    /// The noise.
    pub mechanism: ReleaseMechanism,
    /// ε and δ; a δ of 0 where none was given.
    pub cost: Cost,
    /// What two noised cells say.
    pub says: SaysRate,
    /// Whether keys that a spreadsheet would run get an apostrophe.
    pub spreadsheet_safe: bool,
    /// How the data was read.
    pub reading: Reading,
    /// The file of exposures and how it was read, where it is another.
    pub exposures: Option<(String, Reading)>,
    /// What was chosen by looking at unprotected data.
    pub unprotected: Unprotected,
    /// The file to publish.
    pub out: PathBuf,
    /// Replace an existing file.
    pub force: bool,
}

/// Rates that are worked out and not yet released: nothing is drawn or spent.
#[derive(Debug, Clone)]
pub struct PreparedRates {
    request: RatesToRelease,
    reservation: Reservation,
    noise: Noise,
    rho: Option<f64>,
}

/// The statement beside released rates.
#[derive(Debug, Clone, Serialize)]
struct RatesStatement {
    file: String,
    sha256: String,
    time: String,
    question: String,
    exposed: Vec<String>,
    converted: Vec<String>,
    rows: usize,
    columns: [&'static str; 6],
    privacy_unit: &'static str,
    neighbours: &'static str,
    bounds: BoundsStatement,
    sensitivity: Sensitivity,
    groups: KeysStatement,
    mechanism: &'static str,
    scale: f64,
    epsilon: Amount<9>,
    delta: Amount<18>,
    rho: Option<f64>,
    sampler: &'static str,
    randomness: &'static str,
    interval: RatesInterval,
    in_words: Vec<String>,
    #[serde(flatten)]
    provenance: Provenance,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposures: Option<ExposuresStatement>,
    unprotected_quantities: Unprotected,
    ledger: LedgerStatement,
    version: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct ExposuresStatement {
    file: String,
    reading: Reading,
}

#[derive(Debug, Clone, Serialize)]
struct RatesInterval {
    coverage: f64,
    of: &'static str,
}

const COLUMNS: [&str; 6] = ["group", "converted", "not_converted", "rate", "low", "high"];

impl PreparedRates {
    /// Works out a release of rates: the noise, its cost, and that the output can be written. Nothing is
    /// drawn, spent or written.
    ///
    /// # Errors
    /// The sentence that says what is missing or wrong.
    pub fn new(mut request: RatesToRelease) -> Result<Self, ReleaseError> {
        // Without a name nothing is to be written: it is worked out to be looked at.
        if !request.out.as_os_str().is_empty() {
            check_output(&request.out, request.force, &request.keys)?;
        }
        if request.keys == Keys::Private {
            return Err(ReleaseError::RatesKeys);
        }
        if request.reading.cleaning.keeps(Reason::MissingUser) {
            return Err(ReleaseError::MissingUserKept);
        }
        if request.cost.epsilon == Amount::ZERO {
            return Err(ReleaseError::NoEpsilon);
        }
        let (epsilon, delta) = (request.cost.epsilon.to_f64(), request.cost.delta.to_f64());
        if delta >= 1.0 {
            return Err(ReleaseError::DeltaRange);
        }
        let bounds = bounds_of(&request);
        noise::check(bounds)?;
        // One user is in one of two cells of a group: it moves one of them by 1.
        let (noise, rho, law) = match request.mechanism {
            ReleaseMechanism::DiscreteLaplace => {
                // Pure: a δ that was given buys nothing and costs nothing.
                request.cost.delta = Amount::ZERO;
                let b = noise::laplace_scale(bounds, epsilon)?;
                let law = Law::DiscreteLaplace { scale: b, sensitivity: 1 };
                (Noise::DiscreteLaplace { b }, None, law)
            }
            ReleaseMechanism::DiscreteGaussian => {
                if delta == 0.0 {
                    return Err(ReleaseError::GaussianDelta);
                }
                let sigma = discrete_gaussian_sigma(epsilon, delta, 1, bounds.l0)
                    .map_err(|_| ReleaseError::TooWide)?;
                let rho = bounds.l0 as f64 / (sigma * sigma) / 2.0 * (1.0 + 1e-14);
                let law = Law::DiscreteGaussian { sigma, sensitivity: 1 };
                (Noise::DiscreteGaussian { sigma }, Some(rho), law)
            }
        };
        let reservation = Reservation {
            question: format!("rates per {}", request.group_by),
            mechanism: request.mechanism.name().to_owned(),
            cost: request.cost,
            events: vec![Event { law, times: bounds.l0 }],
            bounds: format!("l0 {}, one of two cells each", request.bounds.l0()),
            provenance: Some(Provenance::of(&request.reading)),
            output: request.out.clone(),
        };
        Ok(Self { request, reservation, noise, rho })
    }

    /// What the ledger will be asked for.
    pub fn reservation(&self) -> &Reservation {
        &self.reservation
    }

    /// The law of the noise of every cell.
    pub fn noise(&self) -> Noise {
        self.noise
    }

    /// How many rows there will be.
    pub fn rows(&self) -> usize {
        self.request.cells.len()
    }

    /// Takes down what was chosen by looking at unprotected data.
    pub fn state(&mut self, unprotected: Unprotected) {
        self.request.unprotected = unprotected;
    }

    /// Noised cells, those of all groups one after the other.
    fn draw(&self, cells: &[i64]) -> Result<Vec<i64>, NoiseError> {
        let bounds = bounds_of(&self.request);
        match (self.noise, self.rho) {
            (Noise::DiscreteGaussian { sigma }, Some(rho)) => {
                noise::discrete_gaussian(cells, bounds, rho, sigma)
            }
            (noise, _) => {
                let epsilon = self.request.cost.epsilon.to_f64();
                noise::discrete_laplace(cells, bounds, epsilon, noise.scale())
            }
        }
    }

    fn csv(&self, noised: &[i64]) -> std::io::Result<Vec<u8>> {
        let named = |key: &str| match self.request.spreadsheet_safe {
            true => spreadsheet_safe(key).into_owned(),
            false => key.to_owned(),
        };
        // Ends are rounded outward, so that they hold what they say.
        let shown = |value: Option<f64>, round: fn(f64) -> f64| {
            value.map_or(String::new(), |value| format!("{:.6}", round(value * 1e6) / 1e6))
        };
        let lines =
            self.request.cells.iter().zip(noised.chunks_exact(2)).map(|((key, ..), cell)| {
                let said = (self.request.says)(self.noise, cell[0], cell[1]);
                [
                    named(key),
                    cell[0].to_string(),
                    cell[1].to_string(),
                    shown(said.rate, f64::round),
                    shown(said.low, f64::floor),
                    shown(said.high, f64::ceil),
                ]
            });
        csv_lines(std::iter::once(COLUMNS.map(str::to_owned)).chain(lines))
    }

    /// What was chosen by looking, with decisions of reading that rows could change, of both files.
    fn unprotected(&self) -> Unprotected {
        let stated = self.request.unprotected.with_reading(&self.request.reading);
        match &self.request.exposures {
            Some((_, reading)) => stated.with_reading(reading),
            None => stated,
        }
    }

    /// The release in plain sentences, without any figure of the data.
    fn in_words(&self) -> Vec<String> {
        let RatesToRelease { group_by, exposed, converted, bounds, .. } = &self.request;
        let l0 = match bounds.l0() {
            1 => "1 group".to_owned(),
            l0 => format!("{l0} groups"),
        };
        vec![
            format!(
                "A row for every {group_by}, with two counts of users who saw it ({}): those who converted ({}), and those \
                 who did not. A user counts in one of the two, in at most {l0}; what a user saw beyond that is left out.",
                exposed.join(", "),
                converted.join(", ")
            ),
            format!(
                "Noise is added to both counts: it lies within ±{} with a probability of 95 %, and is 0 on average.",
                half_width(self.noise)
            ),
            "rate is the share of those who converted, with counts below 0 taken for 0; it is empty where neither count is \
             above 0. low and high hold the rate of the counted users before noise, with a probability of at least 95 %, \
             each row by itself; what chance made of who converted is not in them. Both are empty where no rate would fit both \
             counts, which is rare: such a row counts among those that are not held."
                .to_owned(),
            looked_at(&self.unprotected()),
            odds(self.reservation.cost),
        ]
    }

    fn statement(&self, ledger: &Ledger, entry: i64, sha256: String) -> RatesStatement {
        let request = &self.request;
        RatesStatement {
            file: request.out.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256,
            time: now(),
            question: self.reservation.question.clone(),
            exposed: request.exposed.clone(),
            converted: request.converted.clone(),
            rows: request.cells.len(),
            columns: COLUMNS,
            privacy_unit: "user",
            neighbours: "add or remove one user",
            bounds: BoundsStatement { l0: Some(request.bounds.l0()), linf: 1.0, unit: "users" },
            sensitivity: request.bounds.sensitivity(),
            groups: match &request.keys {
                Keys::Catalogue(catalogue) => KeysStatement::Catalogue {
                    name: catalogue.name.clone(),
                    keys: catalogue.keys.len(),
                },
                Keys::Public | Keys::Private => KeysStatement::DeclaredPublic {
                    warning: "a key that only one user has is shown by this: it holds only if everyone knows the keys anyway",
                },
            },
            mechanism: request.mechanism.name(),
            scale: self.noise.scale(),
            epsilon: self.reservation.cost.epsilon,
            delta: self.reservation.cost.delta,
            rho: self.rho,
            sampler: match request.mechanism {
                ReleaseMechanism::DiscreteLaplace => noise::LAPLACE_SAMPLER,
                ReleaseMechanism::DiscreteGaussian => noise::GAUSSIAN_SAMPLER,
            },
            randomness: noise::randomness(),
            interval: RatesInterval {
                coverage: super::interval::COVERAGE,
                of: "the rate of the counted users before noise, row by row",
            },
            in_words: self.in_words(),
            provenance: Provenance::of(&request.reading),
            exposures: request
                .exposures
                .clone()
                .map(|(file, reading)| ExposuresStatement { file, reading }),
            unprotected_quantities: self.unprotected(),
            ledger: LedgerStatement {
                dataset: ledger.dataset().to_owned(),
                entry,
                accountant: ledger.accountant(),
            },
            version: concat!("epsiloscope ", env!("CARGO_PKG_VERSION")),
        }
    }

    /// Reserves the budget, draws the noise, writes the file and its statement whole, and marks the
    /// entry.
    ///
    /// # Errors
    /// Before the reservation nothing is spent; after it the sentence says what is.
    pub fn publish(&self, ledger: &mut Ledger) -> Result<Published, ReleaseError> {
        let cells: Vec<i64> = self.request.cells.iter().flat_map(|&(_, c, m)| [c, m]).collect();
        // The cost is checked against opendp's map when drawing; a dry run finds what it refuses.
        self.draw(&[0])?;
        let failed = |cause| super::place::unwritable(&self.request.out, cause);
        // The longest that both can become.
        let csv = self.csv(&vec![i64::MIN; cells.len()]).map_err(failed)?.len() + cells.len() * 16;
        let longest = json(&self.statement(ledger, i64::MAX, digest(&[]))).map_err(failed)?.len();
        let rows = self.request.cells.len();
        put_both(ledger, &self.reservation, self.request.force, (csv, longest), |ledger, entry| {
            let csv = self.csv(&self.draw(&cells)?)?;
            let json = json(&self.statement(ledger, entry, digest(&csv)))?;
            Ok(Bytes { csv, json, rows })
        })
    }
}

fn json(statement: &RatesStatement) -> std::io::Result<Vec<u8>> {
    Ok((serde_json::to_string_pretty(statement)? + "\n").into_bytes())
}

/// What one user can move: one cell of each of so many groups.
fn bounds_of(request: &RatesToRelease) -> noise::NoiseBounds {
    let known = match &request.keys {
        Keys::Catalogue(catalogue) => GroupKeys::Listed(catalogue.keys.len() as u64),
        Keys::Public | Keys::Private => GroupKeys::Private,
    };
    noise::NoiseBounds { l0: request.bounds.over(known).reach(), linf: 1 }
}
