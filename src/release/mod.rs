//! The only door through which an answer leaves: budget from a durable ledger, exact
//! noise, a file written whole.

mod artifact;
mod catalogue;
mod error;
mod ledger;
mod noise;
mod preview;
mod publish;
mod statement;

pub use crate::table::same_file;
pub use artifact::{Artifact, Draws, Made};
pub use catalogue::{Catalogue, CatalogueError};
pub use error::ReleaseError;
pub use ledger::{
    Balance, Entry, Ledger, LedgerError, Reservation, Rule, RuleError, RuleStatement, Standing,
    State, Terms,
};
pub use noise::{NoiseError, randomness};
pub use preview::{LookedUp, look_up};
pub use publish::{
    Keys, Prepared, Published, ReleaseMechanism, Request, companion, prepare, publish,
};
pub use statement::{LedgerStatement, Provenance, Statement, Unprotected};

use std::path::Path;

/// The name of the dataset in a file: its name without folder and endings (`.gz` and the
/// one before it).
pub fn dataset_name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    match plain.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => plain.to_owned(),
    }
}
