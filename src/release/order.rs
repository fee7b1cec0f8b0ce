//! The order of a release: what is released, from whose budget, with which noise, bounds, keys
//! and outputs, and what is checked of it; one for everybody who releases.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::artifact::Artifact;
use super::catalogue::{Catalogue, CatalogueError};
use super::error::ReleaseError;
use super::ledger::{Balance, Ledger, LedgerError};
use super::publish::{Keys, PreparedRelease, ReleaseMechanism, ReleaseRequest, companion, prepare};
use super::statement::Unprotected;
use crate::contribution::{Bounds, Pairs};
use crate::privacy::accounting::{Amount, Cost};
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
    #[error("{path} is the file that is read: name another, or it would be lost")]
    OutputIsInput { path: String },
    #[error(
        "{path} is the data file: keys that are taken from the data are not public; name a list that does not come \
         from it"
    )]
    CatalogueIsInput { path: String },
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
    pub fn open_ledger(&self) -> Result<Ledger, LedgerError> {
        let ledger = Ledger::open(&self.ledger)?;
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
        let prepared = prepare(pairs, request)?;
        let after = ledger.with(prepared.reservation())?;
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
        question: String,
        bounds: String,
    ) -> Result<Artifact, OrderError> {
        let artifact = Artifact::prepare(question, bounds, self.cost, &self.out, self.force)?;
        ledger.with(artifact.reservation())?;
        Ok(artifact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
