//! The order of a release: what is released, from whose budget, with which noise, bounds, keys
//! and outputs, and what is checked of it; one for everybody who releases.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::artifact::Artifact;
use super::catalogue::{Catalogue, CatalogueError};
use super::error::ReleaseError;
use super::ledger::{Balance, Ledger, LedgerError, Reservation};
use super::publish::{Keys, PreparedRelease, ReleaseMechanism, ReleaseRequest, prepare};
use super::rates::{PreparedRates, RatesToRelease};
use super::statement::Unprotected;
use super::with_statement::companion;
use crate::contribution::{Bounds, Pairs};
use crate::privacy::accounting::{Accountant, Amount, Cost};
use crate::purchases::{ColumnsUsed, GroupBy, Input, Purpose, Reading};
use crate::table::same_file;

/// What is ordered, before a row is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The dataset's name in its ledger.
    pub dataset: String,
    /// The file that is read, where it is one with a name.
    pub input: Option<PathBuf>,
    /// Files that are read beside it: others of the same table, a joined one, a kept reading.
    pub beside: Vec<PathBuf>,
    /// The ledger's file.
    pub ledger: PathBuf,
    /// Where the keys of groups or items come from.
    pub keys: KeySource,
    /// ε and δ; a δ of 0 where none was given.
    pub cost: Cost,
    /// The file to publish.
    pub out: PathBuf,
    /// Replace an existing file.
    pub force: bool,
}

/// Where the keys of groups or items come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// Selected privately, by threshold.
    Private,
    /// In the data, and public by the user's word.
    Public,
    /// A public list.
    Catalogue {
        /// Its file.
        path: PathBuf,
        /// Its column, where one was named.
        column: Option<String>,
    },
}

/// How the sums of groups are released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumsOrder {
    /// Contribution bounds.
    pub bounds: Bounds,
    /// The noise.
    pub mechanism: ReleaseMechanism,
    /// Values below 0 become 0.
    pub floor_at_zero: bool,
    /// Whether keys that a spreadsheet would run get an apostrophe.
    pub spreadsheet_safe: bool,
    /// Only the order of the largest groups.
    pub top_k: Option<usize>,
    /// Whether low and high stand beside every value.
    pub interval: bool,
    /// The share of ε that one last row of all groups that are not shown gets.
    pub rest: Option<Amount<9>>,
}

/// Why an order cannot be carried out. Nothing was spent, unless the sentence says so.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum OrderError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Release(#[from] ReleaseError),
    #[error("there is no ledger {path}")]
    NoLedger { path: String, dataset: String, cost: Cost },
    #[error("{cause}")]
    OverBudget { cause: Box<LedgerError>, fits: Fits },
    #[error("{path} is the file that is read: name another, or it would be lost")]
    OutputIsInput { path: String },
    #[error(
        "{path} is the data file: keys that are taken from the data are not public; name a list that does not come \
         from it"
    )]
    CatalogueIsInput { path: String },
}

/// What would fit where a release does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fits {
    /// The same with at most this ε.
    Epsilon(Amount<9>),
    /// The same with at most this δ.
    Delta(Amount<18>),
    /// The same with at most these.
    Both(Cost),
    /// A release without δ: pure noise over groups that are all public.
    WithoutDelta,
    /// None of its kind.
    Nothing,
}

/// The largest amount below `asked` that fits: to two digits, rounded down.
fn largest<const DIGITS: u32>(
    asked: Amount<DIGITS>,
    fits: impl Fn(Amount<DIGITS>) -> bool,
) -> Option<Amount<DIGITS>> {
    let amount =
        |value: f64| Amount::parse(&format!("{value:.width$}", width = DIGITS as usize)).ok();
    // In logarithms: of what is left a hundredth may be all.
    let (mut low, mut high) = (-(f64::from(DIGITS)), libm::log10(asked.to_f64()));
    for _ in 0..44 {
        let middle = 0.5 * (low + high);
        if amount(libm::exp10(middle)).is_some_and(&fits) { low = middle } else { high = middle }
    }
    let digit = libm::exp10(libm::floor(low) - 1.0);
    amount((libm::exp10(low) / digit + 1e-6).floor() * digit)
        .filter(|&amount| amount > Amount::ZERO && fits(amount))
}

/// What would fit of a release whose reservation at a cost `at` gives.
fn what_fits(
    ledger: &Ledger,
    cost: Cost,
    error: &LedgerError,
    at: impl Fn(Cost) -> Option<Reservation>,
) -> Fits {
    let fit = |cost: Cost| at(cost).is_some_and(|reservation| ledger.with(&reservation).is_ok());
    let delta_lacks = match error {
        LedgerError::OverBudget { would_be, total, .. } => would_be.delta > total.delta,
        _ => true,
    };
    if let LedgerError::OverBudget { would_be, total, left, .. } = error
        && ledger.accountant() == Accountant::Basic
        && would_be.delta <= total.delta
    {
        return match left.epsilon > Amount::ZERO {
            true => Fits::Epsilon(left.epsilon),
            false => Fits::Nothing,
        };
    }
    if let LedgerError::OverBudget { would_be, total, left, .. } = error
        && would_be.epsilon > total.epsilon
        && would_be.delta > total.delta
    {
        let both = left.epsilon > Amount::ZERO && left.delta > Amount::ZERO && fit(*left);
        return if both { Fits::Both(*left) } else { Fits::Nothing };
    }
    if !delta_lacks {
        return largest(cost.epsilon, |epsilon| fit(Cost { epsilon, ..cost }))
            .map_or(Fits::Nothing, Fits::Epsilon);
    }
    if let LedgerError::OverBudget { left, .. } = error
        && ledger.accountant() == Accountant::Basic
        && left.delta > Amount::ZERO
        && fit(Cost { delta: left.delta, ..cost })
    {
        return Fits::Delta(left.delta);
    }
    match largest(cost.delta, |delta| fit(Cost { delta, ..cost })) {
        Some(delta) => Fits::Delta(delta),
        None => Fits::WithoutDelta,
    }
}

/// The dataset's name in a ledger, where its input has one: a file's name without folder and
/// endings (`.gz` and the one before it), `sample` for the sample, none for standard input.
pub fn dataset_name(input: &Input) -> Option<String> {
    match input {
        Input::File(path) => Some(name_of(path)),
        Input::Files(paths) => match &paths[..] {
            [only] => Some(name_of(only)),
            _ => None,
        },
        Input::Sample => Some("sample".to_owned()),
        Input::Stdin => None,
    }
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let plain = [".gz", ".zst", ".zip"]
        .iter()
        .find_map(|packed| name.strip_suffix(packed))
        .unwrap_or(&name);
    match plain.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => plain.to_owned(),
    }
}

/// Headers under which a public list usually has the keys of a grouping, the likeliest first: the
/// data's own column, `group`, the grouping's name.
pub fn usual_headers(columns: &ColumnsUsed, group_by: GroupBy) -> Vec<&str> {
    let own = match group_by {
        GroupBy::Item => columns[Purpose::Item].as_deref(),
        GroupBy::Category => columns[Purpose::Category].as_deref(),
        GroupBy::Country => columns[Purpose::Country].as_deref(),
        GroupBy::Group => columns[Purpose::Group].as_deref(),
        GroupBy::Hour
        | GroupBy::Weekday
        | GroupBy::HourOfWeek
        | GroupBy::Day
        | GroupBy::Week
        | GroupBy::Month
        | GroupBy::Quarter => None,
    };
    own.into_iter().chain(["group", group_by.name()]).collect()
}

impl Order {
    /// Opens the ledger, which must be the dataset's.
    ///
    /// # Errors
    /// If it cannot be opened, or is another dataset's.
    pub fn open_ledger(&self) -> Result<Ledger, OrderError> {
        let ledger = Ledger::open(&self.ledger).map_err(|error| match error {
            LedgerError::Missing { path } => {
                OrderError::NoLedger { path, dataset: self.dataset.clone(), cost: self.cost }
            }
            error => error.into(),
        })?;
        ledger.expect_dataset(&self.dataset)?;
        Ok(ledger)
    }

    /// The public list's file.
    pub fn catalogue(&self) -> Option<&Path> {
        match &self.keys {
            KeySource::Catalogue { path, .. } => Some(path),
            KeySource::Private | KeySource::Public => None,
        }
    }

    /// Refuses keys that are taken from the data and called public.
    ///
    /// # Errors
    /// [`OrderError::CatalogueIsInput`].
    pub fn check_catalogue(&self) -> Result<(), OrderError> {
        match (self.catalogue(), &self.input) {
            (Some(catalogue), Some(input)) if same_file(catalogue, input) => {
                Err(OrderError::CatalogueIsInput { path: catalogue.display().to_string() })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a published file or its statement in the place of the file that is read.
    ///
    /// # Errors
    /// [`OrderError::OutputIsInput`].
    pub fn check_outputs(&self) -> Result<(), OrderError> {
        for out in [&self.out, &companion(&self.out)] {
            if self.input.as_ref().is_some_and(|input| input == out) {
                return Err(OrderError::OutputIsInput { path: out.display().to_string() });
            }
        }
        Ok(())
    }

    /// The files that the order reads, which nothing may replace.
    pub fn reads(&self) -> Vec<&Path> {
        let beside = self.beside.iter().map(PathBuf::as_path);
        let data = self.input.as_deref().into_iter().chain(beside);
        data.chain(self.catalogue()).chain([&*self.ledger]).collect()
    }

    /// Reads the keys; `usual` are the headers that a list without a named column may have.
    ///
    /// # Errors
    /// If the list cannot be read, or a key is missing or stands twice.
    pub fn read_keys(&self, usual: &[&str]) -> Result<Keys, CatalogueError> {
        Ok(match &self.keys {
            KeySource::Private => Keys::Private,
            KeySource::Public => Keys::Public,
            KeySource::Catalogue { path, column } => {
                Keys::Catalogue(Catalogue::read(path, column.as_deref(), usual)?)
            }
        })
    }

    /// Works out a release of sums, and what it leaves of the ledger. Nothing is drawn, spent or
    /// written.
    ///
    /// # Errors
    /// The sentence that says what is missing or wrong, or that the budget does not cover it.
    pub fn prepare_sums(
        &self,
        ledger: &Ledger,
        pairs: Arc<Pairs>,
        sums: SumsOrder,
        keys: Keys,
        reading: Reading,
    ) -> Result<(PreparedRelease, Balance), OrderError> {
        let prepared = self.prepare(pairs, sums, keys, reading)?;
        let after = self.covered(ledger, &prepared)?;
        Ok((prepared, after))
    }

    /// Works out a release of sums, whatever a ledger says of it.
    ///
    /// # Errors
    /// The sentence that says what is missing or wrong.
    pub fn prepare(
        &self,
        pairs: Arc<Pairs>,
        sums: SumsOrder,
        keys: Keys,
        reading: Reading,
    ) -> Result<PreparedRelease, OrderError> {
        let request = ReleaseRequest {
            epsilon: self.cost.epsilon,
            delta: self.cost.delta,
            bounds: sums.bounds,
            mechanism: sums.mechanism,
            keys,
            floor_at_zero: sums.floor_at_zero,
            spreadsheet_safe: sums.spreadsheet_safe,
            top_k: sums.top_k,
            interval: sums.interval,
            rest: sums.rest,
            reading,
            unprotected: Unprotected::NotStated,
            out: self.out.clone(),
            force: self.force,
        };
        Ok(prepare(pairs, request)?)
    }

    /// What a release of sums leaves of the ledger.
    ///
    /// # Errors
    /// That the budget does not cover it, and what would fit.
    pub fn covered(
        &self,
        ledger: &Ledger,
        prepared: &PreparedRelease,
    ) -> Result<Balance, OrderError> {
        ledger.with(prepared.reservation()).map_err(|error| {
            self.over(ledger, error, |Cost { epsilon, delta }| {
                let request = ReleaseRequest { epsilon, delta, ..prepared.request().clone() };
                let other = prepare(prepared.shared_pairs(), request).ok()?;
                Some(other.reservation().clone())
            })
        })
    }

    /// Works out a release of rates, and what it leaves of the ledger. Nothing is drawn, spent or
    /// written.
    ///
    /// # Errors
    /// As [`prepare_sums`](Self::prepare_sums).
    pub fn prepare_rates(
        &self,
        ledger: &Ledger,
        request: &RatesToRelease,
    ) -> Result<(PreparedRates, Balance), OrderError> {
        let prepared = PreparedRates::new(request.clone())?;
        let after = ledger.with(prepared.reservation()).map_err(|error| {
            self.over(ledger, error, |cost| {
                let other = PreparedRates::new(RatesToRelease { cost, ..request.clone() }).ok()?;
                Some(other.reservation().clone())
            })
        })?;
        Ok((prepared, after))
    }

    /// Works out a release that is no table: `question` says of what, `bounds` what one user may
    /// add. Nothing is drawn, spent or written.
    ///
    /// # Errors
    /// The sentence that says what is missing or wrong, or that the budget does not cover it.
    pub fn prepare_artifact(
        &self,
        ledger: &Ledger,
        question: &str,
        bounds: &str,
    ) -> Result<Artifact, OrderError> {
        let at = |cost| {
            Artifact::prepare(question.to_owned(), bounds.to_owned(), cost, &self.out, self.force)
        };
        let artifact = at(self.cost)?;
        match ledger.with(artifact.reservation()) {
            Ok(_) => Ok(artifact),
            Err(error) => {
                Err(self.over(ledger, error, |cost| Some(at(cost).ok()?.reservation().clone())))
            }
        }
    }

    /// A release that the budget does not cover, with what would fit.
    fn over(
        &self,
        ledger: &Ledger,
        error: LedgerError,
        at: impl Fn(Cost) -> Option<Reservation>,
    ) -> OrderError {
        match error {
            error @ (LedgerError::OverBudget { .. } | LedgerError::OverThresholds { .. }) => {
                let fits = what_fits(ledger, self.cost, &error, at);
                OrderError::OverBudget { cause: Box::new(error), fits }
            }
            error => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_found_to_two_digits() {
        let amount = |text: &str| Amount::<9>::parse(text).unwrap();
        let up_to = |most: &str, asked: &str| {
            let most = amount(most);
            largest(amount(asked), |amount| amount <= most)
        };
        assert_eq!(up_to("0.3456", "1"), Some(amount("0.34")));
        assert_eq!(up_to("2", "3"), Some(amount("2")));
        assert_eq!(up_to("0.000000004", "1"), Some(amount("0.000000004")));
        assert_eq!(up_to("0", "1"), None);
    }

    #[test]
    fn a_dataset_is_called_as_its_file() {
        let name = |path: &str| dataset_name(&Input::File(path.into()));
        assert_eq!(name("a/orders.csv.gz").as_deref(), Some("orders"));
        assert_eq!(name("orders.2024.csv").as_deref(), Some("orders.2024"));
        assert_eq!(name(".csv").as_deref(), Some(".csv"));
        assert_eq!(dataset_name(&Input::Sample).as_deref(), Some("sample"));
        assert_eq!(dataset_name(&Input::Stdin), None);
    }
}
