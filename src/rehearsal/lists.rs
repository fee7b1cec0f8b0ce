//! Fits models in the background for the Recommend screen: first those of the lists in view,
//! then quality over ε, draw by draw. What was fitted is kept, so nothing is fitted twice.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::contribution::Pairs;
use crate::purchases::Purchases;
use crate::recommend::quality::{Floor, Measured, Quality, floor};
use crate::recommend::{
    Guarantee, Holdout, HoldoutError, ItemModel, ModelKind, NoModel, Refit, Refits, Split,
    Vocabulary, is_popularity, list, plan,
};
use crate::work::{Task, in_order, threads};

/// ε of the curves.
pub const EPSILONS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
/// Models that are fast enough to stand in the chart whatever is chosen.
const BACKGROUND: [ModelKind; 3] = [ModelKind::Random, ModelKind::Popularity, ModelKind::Ease];
/// Share of the time range that is held out.
pub const HELD_OUT: f64 = 0.2;
/// How many fits' figures, and how many fits' lists, are kept.
const MOST_KEPT: (usize, usize) = (1_200, 48);
/// The least time between two reports of a training.
const PAUSE: Duration = Duration::from_millis(60);

/// What is shown: everything that a report depends on but the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListsSetting {
    /// The model in view.
    pub kind: ModelKind,
    /// The guarantee of the private lists.
    pub guarantee: Guarantee,
    /// The most items of a user in a private fit.
    pub l0: usize,
    /// Length of a list.
    pub k: usize,
    /// The most items in the vocabulary.
    pub items: usize,
    /// The number of the noise that the private lists are drawn with, from 1.
    pub draw: u64,
    /// Seed of everything.
    pub seed: u64,
}

/// What the worker is asked for.
#[derive(Debug, Clone)]
pub struct RecommendRequest {
    /// Its number; reports carry it.
    pub id: u64,
    /// The data.
    pub purchases: Arc<Purchases>,
    /// The setting.
    pub setting: ListsSetting,
    /// Draws of the noise behind every point of the curves.
    pub draws: u64,
}

/// One list a user with a history.
pub type Lists = Vec<Vec<u32>>;

/// How a training goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Whether it is the private one.
    pub private: bool,
    /// Loss of every step so far.
    pub losses: Vec<f64>,
    /// Steps in all.
    pub of: usize,
    /// ε spent after so many steps; empty without a guarantee.
    pub spent: Arc<Vec<(usize, f64)>>,
}

/// What is known of a setting so far.
#[derive(Debug, Clone)]
pub struct ListsFound {
    /// The data, cut in two.
    pub split: Arc<Split>,
    /// Which purchases are held out.
    pub holdout: Holdout,
    /// Users with a history, ascending: the lists are theirs.
    pub users: Arc<Vec<u32>>,
    /// The non-private lists of the model in view.
    pub plain: Option<Arc<Lists>>,
    /// Its private lists.
    pub private: Option<Arc<Lists>>,
    /// For each user of the drift sample, the share of the non-private list that stays.
    pub overlaps: Arc<Vec<f64>>,
    /// One a model and guarantee, as far as fitted; `None` is the fit without one.
    pub results: Arc<Vec<Quality>>,
    /// How far non-private lists move when users are drawn anew, as far as fitted.
    pub floors: Arc<Vec<Floor>>,
    /// The fewest draws behind a point of the model in view; 0 where one is missing.
    pub draws: u64,
    /// The draws behind its point under the knob.
    pub draws_here: u64,
    /// Trainings of the lists in view, private last.
    pub training: Vec<Curve>,
    /// Whether the budget is too small for the model in view, so that popularity stands in its place.
    pub too_noisy: bool,
    /// How many fits are done, of how many.
    pub fits: (usize, usize),
}

/// Why there are no lists.
#[derive(Debug, Clone, PartialEq, Error)]
#[error(transparent)]
pub enum NoLists {
    /// The purchases cannot be cut.
    Holdout(#[from] HoldoutError),
    /// A model could not be fitted.
    Model(#[from] NoModel),
}

/// What the worker says.
#[derive(Debug, Clone)]
pub struct RecommendReport {
    /// The request's number.
    pub id: u64,
    /// The setting.
    pub setting: ListsSetting,
    /// What is known, or why nothing can be.
    pub found: Result<ListsFound, NoLists>,
    /// Whether nothing more comes.
    pub whole: bool,
}

/// A fit, apart from the data.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    kind: ModelKind,
    what: Refit,
    /// 0 where the bound does nothing.
    l0: usize,
    k: usize,
    items: usize,
    seed: u64,
}

impl Key {
    fn new(setting: &ListsSetting, kind: ModelKind, what: Refit) -> Self {
        let l0 = if matches!(what, Refit::Private(..)) { setting.l0 } else { 0 };
        Self { kind, what, l0, k: setting.k, items: setting.items, seed: setting.seed }
    }
}

/// The data cut for a vocabulary.
#[derive(Debug, Clone)]
struct Cut {
    items: usize,
    split: Arc<Split>,
    holdout: Holdout,
    users: Arc<Vec<u32>>,
}

/// Everything fitted so far for one file.
#[derive(Debug, Default)]
pub struct Store {
    purchases: Option<Arc<Purchases>>,
    cuts: Vec<Cut>,
    lists: Vec<(Key, Arc<Lists>)>,
    measured: Vec<(Key, Arc<Measured>)>,
    curves: Vec<(Key, Curve)>,
}

impl Store {
    fn open(&mut self, purchases: &Arc<Purchases>) {
        if !self.purchases.as_ref().is_some_and(|mine| Arc::ptr_eq(mine, purchases)) {
            *self = Self { purchases: Some(Arc::clone(purchases)), ..Self::default() };
        }
    }

    fn lists(&self, key: &Key) -> Option<Arc<Lists>> {
        self.lists.iter().find(|(mine, _)| mine == key).map(|(_, lists)| Arc::clone(lists))
    }

    fn measured(&self, key: &Key) -> Option<Arc<Measured>> {
        self.measured.iter().find(|(mine, _)| mine == key).map(|(_, measured)| Arc::clone(measured))
    }

    fn has(&self, key: &Key) -> bool {
        self.measured(key).is_some()
    }

    fn keep_lists(&mut self, key: Key, lists: Lists) {
        if self.lists.len() >= MOST_KEPT.1 {
            // Non-private lists are what all others are measured against.
            let oldest =
                self.lists.iter().position(|(key, _)| key.what != Refit::Plain(0)).unwrap_or(0);
            self.lists.remove(oldest);
        }
        self.lists.push((key, Arc::new(lists)));
    }

    fn keep_measured(&mut self, key: Key, measured: Measured) {
        if self.measured.len() >= MOST_KEPT.0 {
            self.measured.remove(0);
        }
        self.measured.push((key, Arc::new(measured)));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What the thread serves, with a store of its own.
pub fn server() -> impl Fn(RecommendRequest, &Task<RecommendReport>) + Send + 'static {
    let store = Mutex::new(Store::default());
    move |request, task| serve(&store, &request, task)
}

fn serve(store: &Mutex<Store>, request: &RecommendRequest, task: &Task<RecommendReport>) {
    let cut = match cut(&mut lock(store), request) {
        Ok(cut) => cut,
        Err(refusal) => {
            let (id, setting) = (request.id, request.setting);
            let found = Err(refusal.into());
            task.publish(RecommendReport { id, setting, found, whole: true });
            return;
        }
    };
    let ListsSetting { kind, guarantee, l0, k, seed, .. } = request.setting;
    let study = Study {
        request,
        too_noisy: kind != ModelKind::Popularity
            && is_popularity(kind, guarantee, cut.split.public()),
        refits: Refits::new(&cut.split, k, l0, seed),
        cut: &cut,
        store,
        task,
        last: Mutex::new(Instant::now()),
        trouble: Mutex::new(None),
        known: Mutex::new(Vec::new()),
    };
    study.publish(false);
    if study.run().is_ok() || lock(&study.trouble).is_some() {
        study.publish(true);
    }
}

/// The data cut for the request: in time, or where that cannot be done one item a user.
fn cut(store: &mut Store, request: &RecommendRequest) -> Result<Cut, HoldoutError> {
    store.open(&request.purchases);
    let items = request.setting.items;
    if let Some(cut) = store.cuts.iter().find(|cut| cut.items == items) {
        return Ok(cut.clone());
    }
    let made = |holdout| {
        let vocabulary = Vocabulary::MostBought(items);
        Split::new(&request.purchases, holdout, &vocabulary, Pairs::DEFAULT_SALT)
            .map(|split| (split, holdout))
    };
    let by_time = made(Holdout::Time { share: HELD_OUT });
    let (split, holdout) = match by_time {
        Err(
            HoldoutError::NoTime
            | HoldoutError::OneMoment
            | HoldoutError::NobodyBefore { .. }
            | HoldoutError::NobodyAfter { .. },
        ) => made(Holdout::Random),
        other => other,
    }?;
    let users = request.purchases.user.names.len() as u32;
    let users = (0..users).filter(|&user| !split.history(user).is_empty()).collect();
    let cut = Cut { items, split: Arc::new(split), holdout, users: Arc::new(users) };
    store.cuts.push(cut.clone());
    Ok(cut)
}

/// One request under way.
struct Study<'a> {
    request: &'a RecommendRequest,
    cut: &'a Cut,
    refits: Refits<'a>,
    store: &'a Mutex<Store>,
    task: &'a Task<RecommendReport>,
    last: Mutex<Instant>,
    trouble: Mutex<Option<NoModel>>,
    too_noisy: bool,
    /// Figures by what they are of and how many fits stand behind them.
    known: Mutex<Vec<(Behind, Quality)>>,
}

/// The model, its guarantee, the first draw and the number of draws behind a figure.
type Behind = (ModelKind, Option<Guarantee>, u64, usize);

impl Study<'_> {
    fn kinds(&self) -> Vec<ModelKind> {
        let mut kinds = BACKGROUND.to_vec();
        if !kinds.contains(&self.request.setting.kind) {
            kinds.push(self.request.setting.kind);
        }
        kinds
    }

    fn guarantees(&self) -> Vec<Guarantee> {
        let mine = self.request.setting.guarantee;
        let mut epsilons = EPSILONS.to_vec();
        if !epsilons.contains(&mine.epsilon) {
            epsilons.push(mine.epsilon);
            epsilons.sort_by(f64::total_cmp);
        }
        epsilons.into_iter().map(|epsilon| Guarantee { epsilon, ..mine }).collect()
    }

    fn key(&self, kind: ModelKind, what: Refit) -> Key {
        Key::new(&self.request.setting, kind, what)
    }

    /// The fits of the lists in view.
    fn in_view(&self) -> [Key; 2] {
        let ListsSetting { kind, guarantee, draw, .. } = self.request.setting;
        [self.key(kind, Refit::Plain(0)), self.key(kind, Refit::Private(guarantee, draw))]
    }

    /// Every other fit, in the order of their worth to the screen.
    fn behind(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for draw in 1..=self.request.draws {
            for &kind in &self.kinds() {
                keys.extend(
                    self.guarantees().into_iter().map(|g| self.key(kind, Refit::Private(g, draw))),
                );
                if kind != ModelKind::Random {
                    keys.push(self.key(kind, Refit::Resampled(draw)));
                }
            }
        }
        keys
    }

    fn run(&self) -> Result<(), NoModel> {
        let [plain, private] = self.in_view();
        let missing: Vec<Key> = [plain, private]
            .into_iter()
            .filter(|key| lock(self.store).lists(key).is_none())
            .collect();
        self.each(&missing, |key| {
            let lists = self.lists(&*self.fit(key)?);
            lock(self.store).keep_lists(*key, lists);
            Ok(())
        })?;
        for key in [plain, private] {
            self.measure_kept(&key, &plain);
        }
        let others: Vec<Key> =
            self.kinds().into_iter().map(|kind| self.key(kind, Refit::Plain(0))).collect();
        let missing: Vec<Key> =
            others.iter().copied().filter(|key| lock(self.store).lists(key).is_none()).collect();
        self.each(&missing, |key| {
            let lists = self.lists(&*self.fit(key)?);
            lock(self.store).keep_lists(*key, lists);
            Ok(())
        })?;
        for key in &others {
            self.measure_kept(key, key);
        }
        let missing: Vec<Key> =
            self.behind().into_iter().filter(|key| !lock(self.store).has(key)).collect();
        self.each(&missing, |key| {
            let plain = self.evaluated(&Key { what: Refit::Plain(0), l0: 0, ..*key });
            let measured = self.refits.measured(key.kind, key.what, &plain, self.task.cancel())?;
            lock(self.store).keep_measured(*key, measured);
            Ok(())
        })
    }

    /// Makes all of `keys` on every core, reporting as they come.
    fn each(
        &self,
        keys: &[Key],
        make: impl Fn(&Key) -> Result<(), NoModel> + Sync,
    ) -> Result<(), NoModel> {
        let cancel = self.task.cancel();
        let one = |at: usize| {
            // After one that failed the others are not worth their time.
            if lock(&self.trouble).is_some() {
                return;
            }
            match make(&keys[at]) {
                Err(trouble @ (NoModel::Invalid(_) | NoModel::Diverged)) => {
                    *lock(&self.trouble) = Some(trouble);
                }
                Err(NoModel::Cancelled) => {}
                Ok(()) => self.publish_now_and_then(),
            }
        };
        in_order(threads(), keys.len(), cancel, one, |_, ()| {})?;
        (*lock(&self.trouble)).map_or(Ok(()), Err)
    }

    fn fit(&self, key: &Key) -> Result<Box<dyn ItemModel>, NoModel> {
        if self.in_view().contains(key) {
            return self.fit_in_view(key);
        }
        self.refits.model(key.kind, key.what, self.task.cancel(), &mut |_| {})
    }

    /// Fits the model of a list in view, and keeps the curves of its training.
    fn fit_in_view(&self, key: &Key) -> Result<Box<dyn ItemModel>, NoModel> {
        let cancel = self.task.cancel();
        let guarantee = match key.what {
            Refit::Private(guarantee, _) => Some(guarantee),
            Refit::Plain(_) | Refit::Resampled(_) => None,
        };
        let public = self.refits.training().public();
        let planned = guarantee.and_then(|g| plan(key.kind, g, public).map(|plan| (g, plan)));
        let spent = Arc::new(planned.map_or(Vec::new(), |(g, plan)| plan.spent(g.delta, 20)));
        lock(self.store).curves.retain(|(mine, _)| mine != key);
        self.refits.model(key.kind, key.what, cancel, &mut |step| {
            {
                let curves = &mut lock(self.store).curves;
                if !curves.iter().any(|(mine, _)| mine == key) {
                    let curve = Curve {
                        private: guarantee.is_some(),
                        losses: Vec::new(),
                        of: step.of,
                        spent: Arc::clone(&spent),
                    };
                    curves.push((*key, curve));
                    if curves.len() > MOST_KEPT.1 {
                        curves.remove(0);
                    }
                }
                if let Some((_, curve)) = curves.iter_mut().find(|(mine, _)| mine == key) {
                    curve.losses.push(step.loss);
                }
            }
            self.publish_now_and_then();
        })
    }

    /// The lists of all users with a history.
    fn lists(&self, model: &dyn ItemModel) -> Lists {
        let (split, k) = (&self.cut.split, self.request.setting.k);
        let mut scores = Vec::new();
        self.cut
            .users
            .iter()
            .map(|&user| list(model, split.history(user), k, split.items(), &mut scores))
            .collect()
    }

    /// The kept lists of the evaluated users.
    fn evaluated(&self, key: &Key) -> Lists {
        let Some(lists) = lock(self.store).lists(key) else { return Vec::new() };
        let place = |user: &u32| self.cut.users.binary_search(user).ok();
        let evaluated = self.cut.split.evaluated.iter().filter_map(|shopper| place(&shopper.user));
        evaluated.map(|place| lists[place].clone()).collect()
    }

    /// Measures kept lists, once.
    fn measure_kept(&self, key: &Key, plain: &Key) {
        if !lock(self.store).has(key) {
            let measured = self.refits.measure.of(&self.evaluated(key), &self.evaluated(plain));
            lock(self.store).keep_measured(*key, measured);
        }
    }

    fn publish_now_and_then(&self) {
        {
            let mut last = lock(&self.last);
            if last.elapsed() < PAUSE {
                return;
            }
            *last = Instant::now();
        }
        self.publish(false);
    }

    fn publish(&self, whole: bool) {
        let found = match *lock(&self.trouble) {
            Some(trouble) => Err(trouble.into()),
            None => Ok(self.found()),
        };
        let (id, setting) = (self.request.id, self.request.setting);
        self.task.publish(RecommendReport { id, setting, found, whole });
    }

    fn quality(&self, behind: Behind, fits: &[Arc<Measured>]) -> Quality {
        let mut known = lock(&self.known);
        if let Some((_, quality)) = known.iter().find(|(mine, _)| *mine == behind) {
            return *quality;
        }
        let fits: Vec<&Measured> = fits.iter().map(|fit| &**fit).collect();
        let quality = self.refits.measure.quality(behind.0, behind.1, &fits);
        known.push((behind, quality));
        quality
    }

    fn found(&self) -> ListsFound {
        let setting = &self.request.setting;
        let guarantees = self.guarantees();
        let mut points: Vec<(Behind, Vec<Arc<Measured>>)> = Vec::new();
        let (mut floors, mut fewest, mut here) = (Vec::new(), u64::MAX, 0);
        let store = lock(self.store);
        let fits_of = |kind, whats: &mut dyn Iterator<Item = Refit>| -> Vec<Arc<Measured>> {
            whats.filter_map(|what| store.measured(&self.key(kind, what))).collect()
        };
        let draws = 1..=self.request.draws;
        // What was fitted of another model before stands in the chart as well.
        for kind in ModelKind::ALL {
            for &guarantee in &guarantees {
                let mine =
                    fits_of(kind, &mut draws.clone().map(|draw| Refit::Private(guarantee, draw)));
                if kind == setting.kind {
                    fewest = fewest.min(mine.len() as u64);
                }
                // The lists in view may be of a later draw.
                let shown = Refit::Private(guarantee, setting.draw);
                let (first, fits) = if mine.is_empty() {
                    (setting.draw, fits_of(kind, &mut std::iter::once(shown)))
                } else {
                    (1, mine)
                };
                if (kind, guarantee) == (setting.kind, setting.guarantee) {
                    here = fits.len() as u64;
                }
                points.push(((kind, Some(guarantee), first, fits.len()), fits));
            }
            points.push(((kind, None, 0, 1), fits_of(kind, &mut std::iter::once(Refit::Plain(0)))));
            floors.push((kind, fits_of(kind, &mut draws.clone().map(Refit::Resampled))));
        }
        let [plain, private] = self.in_view();
        let behind = self.behind();
        let done = behind.iter().filter(|key| store.has(key)).count();
        let lists = [store.lists(&plain), store.lists(&private)];
        let overlaps =
            store.measured(&private).map_or(Vec::new(), |measured| measured.overlaps().to_vec());
        let training = [plain, private]
            .iter()
            .filter_map(|key| store.curves.iter().find(|(mine, _)| mine == key))
            .map(|(_, curve)| curve.clone())
            .collect();
        drop(store);
        let [plain, private] = lists;
        let floor_of = |(kind, fits): &(ModelKind, Vec<Arc<Measured>>)| {
            floor(*kind, &fits.iter().map(|fit| &**fit).collect::<Vec<&Measured>>())
        };
        ListsFound {
            split: Arc::clone(&self.cut.split),
            holdout: self.cut.holdout,
            users: Arc::clone(&self.cut.users),
            plain,
            private,
            overlaps: Arc::new(overlaps),
            results: Arc::new(
                points
                    .iter()
                    .filter(|p| !p.1.is_empty())
                    .map(|(behind, fits)| self.quality(*behind, fits))
                    .collect(),
            ),
            floors: Arc::new(floors.iter().filter(|f| !f.1.is_empty()).map(floor_of).collect()),
            draws: fewest,
            draws_here: here,
            training,
            too_noisy: self.too_noisy,
            fits: (done, behind.len()),
        }
    }
}
