//! A release that is worked out and looked at, and made once it is confirmed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ledger::{Balance, Entry, Ledger, LedgerError, Standing};
use super::order::{KeySource, Order, OrderError, SumsOrder};
use super::publish::{PreparedRelease, Published, publish};
use super::statement::Unprotected;
use crate::contribution::Pairs;
use crate::privacy::accounting::{Accountant, Amount};
use crate::purchases::Reading;
use crate::work::Task;

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
}

/// What a worker is asked for.
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
    /// Worked out already and confirmed: make this, whatever is open by now.
    pub go: Option<Box<Preview>>,
}

impl ReleaseTask {
    /// The task with `~` in its paths resolved by `home`.
    pub fn resolved(mut self, home: impl Fn(&Path) -> PathBuf) -> Self {
        self.order.ledger = home(&self.order.ledger);
        self.order.out = home(&self.order.out);
        if let KeySource::Catalogue { path, .. } = &mut self.order.keys {
            *path = home(path);
        }
        self
    }

    /// The task, confirmed.
    pub fn confirmed(self, preview: Preview) -> Self {
        Self { go: Some(Box::new(preview)), ..self }
    }
}

/// What a worker found or did.
#[derive(Debug)]
pub enum ReleaseOutcome {
    /// Worked out, nothing spent.
    Prepared(Result<Box<Preview>, OrderError>),
    /// Made, or not.
    Released(Result<Box<Released>, OrderError>),
}

/// A release that was made.
#[derive(Debug)]
pub struct Released {
    /// What was published.
    pub published: Published,
    /// ε that it spent.
    pub epsilon: Amount<9>,
    /// The ledger now.
    pub ledger: LedgerView,
}

/// Serves one request. What draws the noise lives and dies in here.
pub fn serve(task: ReleaseTask, slot: &Task<ReleaseOutcome>) {
    slot.publish(match task.go.clone() {
        None => ReleaseOutcome::Prepared(work_out(task)),
        Some(preview) => ReleaseOutcome::Released(make(&preview)),
    });
}

fn work_out(task: ReleaseTask) -> Result<Box<Preview>, OrderError> {
    let order = task.order;
    let ledger = order.open_ledger()?;
    order.check_outputs()?;
    order.check_catalogue()?;
    let usual: Vec<&str> = task.usual.iter().map(String::as_str).collect();
    let keys = order.read_keys(&usual)?;
    let (mut prepared, after) =
        order.prepare_sums(&ledger, task.pairs, task.sums, keys, task.reading)?;
    prepared.state(task.unprotected);
    Ok(Box::new(Preview { prepared, ledger: LedgerView::of(&ledger)?, after }))
}

/// Makes what was previewed: its contributions, its ledger, its file.
fn make(Preview { prepared, ledger: view, .. }: &Preview) -> Result<Box<Released>, OrderError> {
    let mut ledger = Ledger::open(&view.path)?;
    ledger.expect_dataset(&view.dataset)?;
    let published = publish(prepared, &mut ledger)?;
    let epsilon = prepared.reservation().cost.epsilon;
    Ok(Box::new(Released { published, epsilon, ledger: LedgerView::of(&ledger)? }))
}
