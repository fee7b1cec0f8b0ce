//! A published file and the statement beside it: room for both, the reservation, both written whole,
//! the entry marked.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{ReleaseError, Unpublished};
use super::ledger::{Balance, Ledger, Reservation, digest};
use super::place::{claimed, room};
use crate::table::{WriteError, same_file};

/// A release that was made.
#[derive(Debug, Clone)]
pub struct Published {
    /// The ledger entry.
    pub entry: i64,
    /// The published file.
    pub out: PathBuf,
    /// The statement beside it.
    pub statement: PathBuf,
    /// How many rows it has.
    pub rows: usize,
    /// What the ledger holds now.
    pub balance: Balance,
    /// How many more like this fit into it.
    pub more: u64,
}

/// The statement's file beside a published file: the same name, ending in `.json`.
pub fn companion(out: &Path) -> PathBuf {
    out.with_extension("json")
}

/// What is to be written.
pub(super) struct Bytes {
    pub csv: Vec<u8>,
    pub json: Vec<u8>,
    /// Rows of the file.
    pub rows: usize,
}

/// Publishes what `make` draws once the budget is reserved; it is told the entry's number. File and
/// statement have at most so many bytes: room for them is found first.
///
/// # Errors
/// Before the reservation nothing is spent; after it the sentence says what is.
pub(super) fn put_both(
    ledger: &mut Ledger,
    reservation: &Reservation,
    force: bool,
    (largest, largest_statement): (usize, usize),
    make: impl FnOnce(&Ledger, i64) -> Result<Bytes, Unpublished>,
) -> Result<Published, ReleaseError> {
    let out = &reservation.output;
    let beside = companion(out);
    for file in [out, &beside] {
        if same_file(ledger.path(), file) {
            return Err(ReleaseError::Overwrites {
                path: file.display().to_string(),
                what: "ledger",
            });
        }
    }
    let _claim = claimed(out, force)?;
    // A full disk is found before the budget is spent.
    let mut staged = room(out, largest)?;
    let mut staged_statement = room(&beside, largest_statement)?;
    let entry = ledger.reserve(reservation)?;
    let cost = reservation.cost;
    let spent = |cause: Unpublished| ReleaseError::unpublished(cause, entry, cost);
    let Bytes { csv, json, rows } = make(ledger, entry).map_err(spent)?;
    let wrong = |error: WriteError| spent(error.into());
    staged.fill(&csv).map_err(wrong)?;
    staged_statement.fill(&json).map_err(wrong)?;
    ledger
        .written(entry, &digest(&csv))
        .map_err(|error| ReleaseError::unwritten(error, entry, cost))?;
    staged_statement.put(force).map_err(wrong)?;
    if let Err(error) = staged.put(force) {
        // A statement without its file would mislead.
        if !force {
            let _ = fs::remove_file(&beside);
        }
        return Err(spent(error.into()));
    }
    let unmarked = |cause| ReleaseError::unmarked(cause, out, entry, cost);
    ledger.published(entry).map_err(unmarked)?;
    let balance = ledger.balance().map_err(unmarked)?;
    let more = ledger.fits(reservation).map_err(unmarked)?;
    Ok(Published { entry, out: out.clone(), statement: beside, rows, balance, more })
}
