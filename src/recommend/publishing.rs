//! A model on its way out: planned before a row is looked at, prepared, looked at, made. One way for
//! everybody who publishes.

use thiserror::Error;

use super::holdout::{HoldoutError, whole_histories};
use super::models::ModelKind;
use super::published::{Lesson, weight_sigma, width_words};
use super::training::{FitOptions, Training};
use crate::contribution::Pairs;
use crate::privacy::accounting::Cost;
use crate::purchases::{Purchases, Reading};
use crate::release::{
    Artifact, Balance, Catalogue, CatalogueLookedUp, Ledger, Order, OrderError, Provenance,
    ReleaseError, Reservation, Unprotected,
};

/// Headers under which a public list usually has its items, the likeliest first.
pub const ITEM_HEADERS: [&str; 3] = ["item", "group", "key"];

/// Why a model cannot be published. Nothing was spent, unless the sentence says so.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum ModelOrderError {
    #[error(transparent)]
    Order(Box<OrderError>),
    #[error("{name} has one item: among fewer than 2 there is nothing to choose")]
    OneItem { name: String },
    #[error(transparent)]
    Histories(#[from] HoldoutError),
}

impl From<OrderError> for ModelOrderError {
    fn from(error: OrderError) -> Self {
        Self::Order(Box::new(error))
    }
}

impl From<ReleaseError> for ModelOrderError {
    fn from(error: ReleaseError) -> Self {
        OrderError::from(error).into()
    }
}

/// Which model is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelOrder {
    /// One that is published: EASE or popularity.
    pub model: ModelKind,
    /// The most items that one user adds.
    pub l0: usize,
    /// So many items of the list, chosen by noisy counts; all where none is said.
    pub items: Option<usize>,
}

/// A model that is worked out before a row is looked at.
#[derive(Debug, Clone)]
pub struct PlannedModel {
    artifact: Artifact,
    catalogue: Catalogue,
    wanted: ModelOrder,
    cost: Cost,
}

impl PlannedModel {
    /// Works out what it costs and that its file can be written. Nothing is drawn or spent.
    ///
    /// # Errors
    /// The sentence that says what is missing or wrong, or that the budget does not cover it.
    pub fn new(
        order: &Order,
        ledger: &Ledger,
        catalogue: Catalogue,
        wanted: ModelOrder,
    ) -> Result<Self, ModelOrderError> {
        check(&catalogue)?;
        let (question, bounds) = said(&catalogue, wanted);
        let artifact = order.prepare_artifact(ledger, &question, &bounds)?;
        Ok(Self { artifact, catalogue, wanted, cost: order.cost })
    }

    /// The model of these purchases, and how they were read as far as it matters for one.
    ///
    /// # Errors
    /// None that follows from rows.
    pub fn of(
        self,
        purchases: &Purchases,
        reading: &Reading,
    ) -> Result<PreparedModel, HoldoutError> {
        let Self { mut artifact, catalogue, wanted, cost } = self;
        let histories = whole_histories(purchases, &catalogue.keys, Pairs::DEFAULT_SALT)?;
        let provenance = Provenance::of(reading);
        artifact.state(provenance.clone());
        let unprotected = Unprotected::NotStated.with_reading(reading);
        Ok(PreparedModel { artifact, catalogue, wanted, cost, histories, provenance, unprotected })
    }
}

/// What a ledger is told of the question and the bounds.
fn said(catalogue: &Catalogue, wanted: ModelOrder) -> (String, String) {
    let question =
        format!("item model ({}) over {}", wanted.model, of_catalogue(catalogue, wanted));
    (question, format!("l0 {}", wanted.l0))
}

/// What it would ask of a ledger, before there is one.
///
/// # Errors
/// As [`PlannedModel::new`].
pub fn first_reservation(
    order: &Order,
    catalogue: &Catalogue,
    wanted: ModelOrder,
) -> Result<Reservation, ModelOrderError> {
    check(catalogue)?;
    let (question, bounds) = said(catalogue, wanted);
    let artifact = Artifact::prepare(question, bounds, order.cost, &order.out, order.force)?;
    Ok(artifact.reservation().clone())
}

fn check(catalogue: &Catalogue) -> Result<(), ModelOrderError> {
    match catalogue.keys.len() > 1 {
        true => Ok(()),
        false => Err(ModelOrderError::OneItem { name: catalogue.name.clone() }),
    }
}

/// `240 items`, or how many of them.
fn of_catalogue(catalogue: &Catalogue, wanted: ModelOrder) -> String {
    match wanted.items.filter(|&most| most < catalogue.keys.len()) {
        None => format!("{} items", catalogue.keys.len()),
        Some(most) => format!("{most} of {} items chosen by noisy counts", catalogue.keys.len()),
    }
}

/// A model that is ready to be made: nothing is drawn or spent.
#[derive(Debug, Clone)]
pub struct PreparedModel {
    artifact: Artifact,
    catalogue: Catalogue,
    wanted: ModelOrder,
    cost: Cost,
    histories: Vec<Vec<u32>>,
    provenance: Provenance,
    unprotected: Unprotected,
}

/// A model that was published.
#[derive(Debug, Clone)]
pub struct MadeModel {
    /// The ledger entry.
    pub entry: i64,
    /// What the ledger holds now.
    pub balance: Balance,
    /// How many more like this fit into it.
    pub more: u64,
    /// Over how many items its lists are personal; 0 for popularity alone.
    pub head: usize,
}

impl PreparedModel {
    /// Which model it is.
    pub fn wanted(&self) -> ModelOrder {
        self.wanted
    }

    /// What the ledger will be asked for.
    pub fn reservation(&self) -> &Reservation {
        self.artifact.reservation()
    }

    /// Over which items: `240 items`.
    pub fn of_catalogue(&self) -> String {
        of_catalogue(&self.catalogue, self.wanted)
    }

    /// Takes down what was chosen by looking at unprotected data, beside what of the reading was.
    pub fn state(&mut self, unprotected: &Unprotected) {
        self.unprotected = unprotected.with_reading(&self.provenance.reading);
    }

    /// Users with an item of the list: looked up in the true data.
    pub fn users(&self) -> usize {
        self.histories.len()
    }

    /// How many keys of the list occur: looked up in the true data.
    pub fn found(&self) -> CatalogueLookedUp {
        let mut occur = vec![false; self.catalogue.keys.len()];
        self.histories.iter().flatten().for_each(|&item| occur[item as usize] = true);
        let occur = occur.iter().filter(|&&occurs| occurs).count();
        CatalogueLookedUp { keys: self.catalogue.keys.len(), occur }
    }

    /// Half-width of 95 % of the noise on the weight of an item, as the statement will say it.
    pub fn weight_width(&self) -> String {
        let choosing = self.wanted.items.is_some_and(|most| most < self.catalogue.keys.len());
        width_words(weight_sigma(self.wanted.model, self.artifact.rho(), choosing))
    }

    /// Reserves its budget, learns with exact noise and publishes the file whole.
    ///
    /// # Errors
    /// Before the reservation nothing is spent; after it the sentence says what is.
    pub fn publish(&self, ledger: &mut Ledger) -> Result<MadeModel, ReleaseError> {
        let slices: Vec<&[u32]> = self.histories.iter().map(Vec::as_slice).collect();
        let lesson = Lesson {
            model: self.wanted.model,
            training: Training {
                items: self.catalogue.keys.len(),
                histories: &slices,
                l0: self.wanted.l0,
                options: FitOptions { most_bought: self.wanted.items, ..FitOptions::default() },
            },
            items: &self.catalogue.keys,
            names: self.catalogue.names.as_deref(),
            cost: self.cost,
            rho: self.artifact.rho(),
            unprotected: &self.unprotected,
            provenance: &self.provenance,
        };
        let mut head = 0;
        let made = self.artifact.publish(ledger, lesson.largest(), |draws, entry| {
            let model = lesson.learn(draws, entry)?;
            head = model.head();
            // Numbers and text only: this cannot fail.
            Ok((serde_json::to_string(&model).unwrap_or_default() + "\n").into_bytes())
        })?;
        Ok(MadeModel { entry: made.entry, balance: made.balance, more: made.more, head })
    }
}
