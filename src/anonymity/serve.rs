//! Studies in the background, for the newest request: the chosen curve first, then k-anonymity and
//! the attacks, then all other kinds of points. What was found of a file is kept.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::AnonymityError;
use super::linkage::Linkage;
use super::study::{AnonymitySetting, AnonymityStudy, StudyPart};
use super::unicity::Unicity;
use crate::purchases::Purchases;
use crate::work::Task;

/// A request to the worker.
#[derive(Debug, Clone)]
pub struct AnonymityRequest {
    /// Its number; the report carries it.
    pub id: u64,
    /// The data.
    pub purchases: Arc<Purchases>,
    /// What is looked at.
    pub setting: AnonymitySetting,
}

/// What the worker found so far.
#[derive(Debug, Clone)]
pub struct AnonymityReport {
    /// The request's number.
    pub id: u64,
    /// What was looked at.
    pub setting: AnonymitySetting,
    /// What is found, or why nothing can be.
    pub found: Result<AnonymityStudy, AnonymityError>,
    /// How many parts are done, of how many.
    pub parts: (usize, usize),
}

impl AnonymityReport {
    /// Whether nothing more comes.
    pub fn is_whole(&self) -> bool {
        self.found.is_err() || self.parts.0 >= self.parts.1
    }
}

/// What was found of one file.
#[derive(Debug, Default)]
struct Store {
    purchases: Option<Arc<Purchases>>,
    seed: u64,
    unicity: Vec<Arc<Unicity>>,
    linkage: Option<Result<Linkage, AnonymityError>>,
}

/// What the thread serves, with a store of its own.
pub fn server() -> impl Fn(AnonymityRequest, &Task<AnonymityReport>) + Send + 'static {
    let store = Mutex::new(Store::default());
    move |request, task| serve(&store, &request, task)
}

fn serve(store: &Mutex<Store>, request: &AnonymityRequest, task: &Task<AnonymityReport>) {
    let AnonymityRequest { id, purchases, setting } = request;
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    let is_known = store.purchases.as_ref().is_some_and(|known| Arc::ptr_eq(known, purchases));
    if !is_known || store.seed != setting.seed {
        *store = Store {
            purchases: Some(Arc::clone(purchases)),
            seed: setting.seed,
            ..Store::default()
        };
    }
    let mut study = AnonymityStudy::default();
    // The chosen kind stands first.
    let is_chosen = |one: &&Arc<Unicity>| one.kind == setting.kind;
    study.unicity.extend(store.unicity.iter().find(is_chosen).cloned());
    let others = store.unicity.iter().filter(|one| one.kind != setting.kind).cloned();
    if !study.unicity.is_empty() {
        study.unicity.extend(others);
    } else {
        let others: Vec<_> = others.collect();
        if let Err(error) =
            study.make(StudyPart::Unicity(setting.kind), purchases, setting, task.cancel())
        {
            if error != AnonymityError::Stopped {
                let found = Err(error);
                task.publish(AnonymityReport {
                    id: *id,
                    setting: setting.clone(),
                    found,
                    parts: (0, 0),
                });
            }
            return;
        }
        study.unicity.extend(others);
    }
    study.linkage = store.linkage;
    let parts = AnonymityStudy::parts(purchases, setting.kind);
    for (done, &part) in parts.iter().enumerate() {
        let is_there = match part {
            StudyPart::Unicity(kind) => study.of(kind).is_some(),
            StudyPart::Anonymous => false,
            StudyPart::Linkage => study.linkage.is_some(),
        };
        if !is_there && study.make(part, purchases, setting, task.cancel()).is_err() {
            return;
        }
        store.unicity.clone_from(&study.unicity);
        store.linkage = study.linkage;
        let found = Ok(study.clone());
        task.publish(AnonymityReport {
            id: *id,
            setting: setting.clone(),
            found,
            parts: (done + 1, parts.len()),
        });
    }
}
