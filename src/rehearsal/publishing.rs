//! What the explorer publishes, values or a model: worked out and looked at, and made once it is
//! confirmed. What draws the noise lives and dies in here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::privacy::accounting::Amount;
use crate::purchases::{CleaningReport, Measure, Purchases, Reading};
use crate::recommend::{
    ITEM_HEADERS, ModelOrder, ModelOrderError, PlannedModel, PreparedModel, first_reservation,
};
use crate::release::{
    Balance, BelowSense, Catalogue, KeySource, Ledger, LedgerView, NewLedger, Order, OrderError,
    Preview, ReleaseTask, Unprotected, make, open_or_make, work_out,
};
use crate::work::Task;

/// What a worker is asked for.
#[derive(Debug, Clone)]
pub enum PublishTask {
    /// Values, or an order.
    Sums(Box<ReleaseTask>),
    /// A model of items.
    Model(Box<ModelTask>),
}

/// A model that is to be published.
#[derive(Debug, Clone)]
pub struct ModelTask {
    /// The open file.
    pub purchases: Arc<Purchases>,
    /// The order.
    pub order: Order,
    /// Which model.
    pub wanted: ModelOrder,
    /// What was chosen by looking at unprotected data.
    pub unprotected: Unprotected,
    /// The ledger to be made, where there is none.
    pub new: Option<NewLedger>,
    /// Worked out already and confirmed: make this, whatever is open by now.
    pub go: Option<Box<ModelPreview>>,
}

/// A model that is worked out, and what it does to the ledger.
#[derive(Debug, Clone)]
pub struct ModelPreview {
    /// The model.
    pub prepared: Arc<PreparedModel>,
    /// The ledger now.
    pub ledger: LedgerView,
    /// Its balance afterwards.
    pub after: Balance,
    /// How many more like this fit afterwards.
    pub more: u64,
    /// Where it is published.
    pub out: PathBuf,
    /// Why it makes little sense, if so: looked up in the true data.
    pub below: Option<BelowSense>,
    /// What cleaning kept and dropped, and how the data was read: looked up in the true data.
    pub cleaned: (CleaningReport, Reading),
}

/// What is worked out and awaits its word.
#[derive(Debug, Clone)]
pub enum Worked {
    /// Values, or an order.
    Sums(Box<Preview>),
    /// A model.
    Model(Box<ModelPreview>),
}

impl Worked {
    /// The ledger as it was looked at.
    pub fn ledger(&self) -> &LedgerView {
        match self {
            Worked::Sums(preview) => &preview.ledger,
            Worked::Model(preview) => &preview.ledger,
        }
    }

    /// Why it makes little sense, if so: looked up in the true data.
    pub fn below(&self) -> Option<BelowSense> {
        match self {
            Worked::Sums(preview) => preview.below.clone(),
            Worked::Model(preview) => preview.below.clone(),
        }
    }
}

/// What a worker found or did.
#[derive(Debug)]
pub enum PublishOutcome {
    /// Worked out, nothing spent.
    Prepared(Result<Worked, ModelOrderError>),
    /// Made, or not.
    Made(Result<Box<Made>, ModelOrderError>),
}

/// What was published.
#[derive(Debug)]
pub struct Made {
    /// `240 rows`, `the EASE model of 240 items`.
    pub what: String,
    /// The published file.
    pub out: PathBuf,
    /// The statement beside it; a model holds its own.
    pub statement: Option<PathBuf>,
    /// The ledger entry.
    pub entry: i64,
    /// ε that it spent.
    pub epsilon: Amount<9>,
    /// How many more like this fit.
    pub more: u64,
    /// The ledger now.
    pub ledger: LedgerView,
}

impl PublishTask {
    /// The task with `~` in its paths resolved by `home`.
    pub fn resolved(self, home: impl Fn(&Path) -> PathBuf) -> Self {
        match self {
            PublishTask::Sums(mut task) => {
                resolve(&mut task.order, home);
                PublishTask::Sums(task)
            }
            PublishTask::Model(mut task) => {
                resolve(&mut task.order, home);
                PublishTask::Model(task)
            }
        }
    }

    /// The task, confirmed.
    pub fn confirmed(self, worked: &Worked) -> Self {
        match (self, worked) {
            (PublishTask::Sums(mut task), Worked::Sums(preview)) => {
                task.go = Some(preview.clone());
                PublishTask::Sums(task)
            }
            (PublishTask::Model(mut task), Worked::Model(preview)) => {
                task.go = Some(preview.clone());
                PublishTask::Model(task)
            }
            // What was worked out is of another kind: it is worked out anew.
            (task, _) => task,
        }
    }
}

fn resolve(order: &mut Order, home: impl Fn(&Path) -> PathBuf) {
    order.ledger = home(&order.ledger);
    order.out = home(&order.out);
    if let KeySource::Catalogue { path, .. } = &mut order.keys {
        *path = home(path);
    }
}

/// Serves one request.
pub fn serve(task: PublishTask, slot: &Task<PublishOutcome>) {
    slot.publish(match task {
        PublishTask::Sums(mut task) => match task.go.take() {
            None => PublishOutcome::Prepared(
                work_out(*task)
                    .map(|preview| Worked::Sums(Box::new(preview)))
                    .map_err(ModelOrderError::from),
            ),
            Some(preview) => PublishOutcome::Made(made_sums(&preview).map_err(Into::into)),
        },
        PublishTask::Model(mut task) => match task.go.take() {
            None => PublishOutcome::Prepared(work_out_model(&task)),
            Some(preview) => PublishOutcome::Made(made_model(&preview).map_err(Into::into)),
        },
    });
}

fn made_sums(preview: &Preview) -> Result<Box<Made>, OrderError> {
    let (published, ledger) = make(preview)?;
    let rows = published.rows;
    Ok(Box::new(Made {
        what: if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") },
        out: published.out,
        statement: Some(published.statement),
        entry: published.entry,
        epsilon: preview.prepared.reservation().cost.epsilon,
        more: published.more,
        ledger,
    }))
}

fn work_out_model(task: &ModelTask) -> Result<Worked, ModelOrderError> {
    let order = &task.order;
    order.check_outputs()?;
    order.check_catalogue()?;
    let path = order.catalogue().unwrap_or(Path::new(""));
    let catalogue = Catalogue::read(path, None, &ITEM_HEADERS).map_err(OrderError::from)?;
    let first = || first_reservation(order, &catalogue, task.wanted);
    let ledger = match open_or_make(order, task.new.as_ref(), || first().ok()) {
        Ok(ledger) => ledger,
        // What else is wrong comes first: nobody makes a ledger for nothing.
        Err(error @ OrderError::NoLedger { .. }) => {
            first()?;
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    let planned = PlannedModel::new(order, &ledger, catalogue, task.wanted)?;
    // A model counts who has what: units of sums are no matter.
    let reading = task.purchases.reading.for_measure(Measure::Buyers);
    let mut prepared = planned.of(&task.purchases, &reading)?;
    prepared.state(&task.unprotected);
    let report = &task.purchases.report;
    let below = BelowSense::of_rows(report).or_else(|| BelowSense::of_keys(prepared.found()));
    let of_ledger = |error| ModelOrderError::from(OrderError::Ledger(error));
    let after = ledger.with(prepared.reservation()).map_err(of_ledger)?;
    let more = ledger.fits(prepared.reservation()).map_err(of_ledger)?.saturating_sub(1);
    Ok(Worked::Model(Box::new(ModelPreview {
        ledger: LedgerView::of(&ledger).map_err(of_ledger)?,
        prepared: Arc::new(prepared),
        after,
        more,
        out: order.out.clone(),
        below,
        cleaned: (report.clone(), reading),
    })))
}

fn made_model(preview: &ModelPreview) -> Result<Box<Made>, OrderError> {
    let ModelPreview { prepared, ledger: view, out, .. } = preview;
    let mut ledger = Ledger::open(&view.path)?;
    ledger.expect_dataset(&view.dataset)?;
    let made = prepared.publish(&mut ledger)?;
    Ok(Box::new(Made {
        what: format!("the {} model of {}", prepared.wanted().model, prepared.of_catalogue()),
        out: out.clone(),
        statement: None,
        entry: made.entry,
        epsilon: prepared.reservation().cost.epsilon,
        more: made.more,
        ledger: LedgerView::of(&ledger)?,
    }))
}
