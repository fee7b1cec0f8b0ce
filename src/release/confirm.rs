//! A release that is worked out and looked at, and made once it is confirmed.

use std::path::PathBuf;
use std::sync::Arc;

use super::forecast::{BelowSense, Forecast, forecast};
use super::ledger::{Balance, Entry, Ledger, LedgerError, Reservation, Standing};
use super::order::{Order, OrderError, SumsOrder};
use super::publish::{PreparedRelease, publish};
use super::statement::Unprotected;
use super::with_statement::Published;
use crate::contribution::Pairs;
use crate::privacy::accounting::{Accountant, Cost};
use crate::purchases::Reading;

/// What is shown of a ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerView {
    /// Its file.
    pub path: PathBuf,
    /// Its dataset.
    pub dataset: String,
    /// How it adds up.
    pub accountant: Accountant,
    /// Where it stands.
    pub balance: Balance,
    /// Its releases.
    pub entries: Vec<Entry>,
}

impl LedgerView {
    /// Looks at a ledger.
    ///
    /// # Errors
    /// As [`Ledger::standing`].
    pub fn of(ledger: &Ledger) -> Result<Self, LedgerError> {
        let Standing { entries, balance, .. } = ledger.standing()?;
        Ok(Self {
            path: ledger.path().to_owned(),
            dataset: ledger.dataset().to_owned(),
            accountant: ledger.accountant(),
            balance,
            entries,
        })
    }
}

/// A release that is worked out, and what it does to the ledger.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The release.
    pub prepared: PreparedRelease,
    /// The ledger now.
    pub ledger: LedgerView,
    /// Its balance afterwards.
    pub after: Balance,
    /// How many more like this fit afterwards.
    pub more: u64,
    /// What it will look like: looked up in the true data.
    pub forecast: Forecast,
    /// Why it makes little sense, if so: looked up in the true data.
    pub below: Option<BelowSense>,
}

/// A ledger to be made, for the dataset of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLedger {
    /// The whole budget.
    pub total: Cost,
    /// How releases add up.
    pub accountant: Accountant,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ReleaseTask {
    /// The contributions.
    pub pairs: Arc<Pairs>,
    /// The order.
    pub order: Order,
    /// How the sums are released.
    pub sums: SumsOrder,
    /// Headers that a public list may have.
    pub usual: Vec<String>,
    /// How the data was read.
    pub reading: Reading,
    /// What was chosen by looking at unprotected data.
    pub unprotected: Unprotected,
    /// The ledger to be made, where there is none.
    pub new: Option<NewLedger>,
    /// Worked out already and confirmed: make this, whatever is open by now.
    pub go: Option<Box<Preview>>,
}

/// Opens the order's ledger. Where there is none and one is to be made it is, unless it would not
/// hold what `first` asks for.
///
/// # Errors
/// As [`Order::open_ledger`] and [`Ledger::create`], or that it would not hold the release.
pub fn open_or_make(
    order: &Order,
    new: Option<&NewLedger>,
    first: impl FnOnce() -> Option<Reservation>,
) -> Result<Ledger, OrderError> {
    match (order.open_ledger(), new) {
        (Err(OrderError::NoLedger { .. }), Some(new)) => {
            if let Some(first) = first() {
                Ledger::would_hold(new.total, new.accountant, &first)?;
            }
            Ok(Ledger::create(&order.ledger, &order.dataset, new.total, new.accountant)?)
        }
        (opened, _) => opened,
    }
}

/// Works a release out: nothing is drawn, spent or published. A ledger is made where one is to be.
///
/// # Errors
/// The sentence that says what is missing or wrong.
pub fn work_out(task: ReleaseTask) -> Result<Preview, OrderError> {
    let order = task.order;
    order.check_outputs()?;
    order.check_catalogue()?;
    let usual: Vec<&str> = task.usual.iter().map(String::as_str).collect();
    let keys = order.read_keys(&usual)?;
    let mut prepared = order.prepare(task.pairs, task.sums, keys, task.reading)?;
    let first = || Some(prepared.reservation().clone());
    let ledger = open_or_make(&order, task.new.as_ref(), first)?;
    let after = order.covered(&ledger, &prepared)?;
    prepared.state(task.unprotected);
    let forecast = forecast(&prepared);
    let below = forecast.below_sense(&prepared);
    let more = ledger.fits(prepared.reservation())?.saturating_sub(1);
    Ok(Preview { prepared, ledger: LedgerView::of(&ledger)?, after, more, forecast, below })
}

/// Makes what was previewed: its contributions, its ledger, its file.
///
/// # Errors
/// Before the reservation nothing is spent; after it the sentence says what is.
pub fn make(preview: &Preview) -> Result<(Published, LedgerView), OrderError> {
    let Preview { prepared, ledger: view, .. } = preview;
    let mut ledger = Ledger::open(&view.path)?;
    ledger.expect_dataset(&view.dataset)?;
    let published = publish(prepared, &mut ledger)?;
    Ok((published, LedgerView::of(&ledger)?))
}
