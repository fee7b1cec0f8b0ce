//! The state of the Recommend screen: a model, its lists with and without noise, what they
//! are worth over ε.

mod act;
pub mod charts;
pub mod document;
pub mod study;
pub mod words;

use std::sync::Arc;

use super::message::Effect;
use super::model::Model;
use crate::chart::ListFigure;
use crate::recommend::evaluation::Quality;
use crate::recommend::{Guarantee, Kind};

pub use act::{act, choose_shopper};
pub use study::{Found, RecommendReport, RecommendRequest, Setting, server};

/// Models that ←→ steps through.
pub const KINDS: &[Kind] = Kind::ALL.split_at(1).1;
/// Sizes of the vocabulary that ←→ steps through.
pub const ITEM_STEPS: [usize; 9] = [50, 100, 200, 300, 500, 1_000, 1_500, 2_000, 3_000];
/// Draws of the noise behind every point of the curves.
const DRAWS: u64 = 8;
/// How many finished settings are kept, so that turning back is instant.
const KEPT: usize = 24;

/// What the second chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Drift over users, but the training while a model trains.
    Fitting,
    /// Drift over users.
    Drift,
    /// The training of the lists in view.
    Training,
}

/// The Recommend screen.
#[derive(Debug)]
pub struct Recommend {
    /// The model in view.
    pub kind: Kind,
    /// The most items in the vocabulary.
    pub items: usize,
    /// The number of the noise, from 1.
    pub draw: u64,
    /// The figure over ε.
    pub figure: ListFigure,
    /// What the second chart shows.
    pub side: Side,
    /// Whether a narrow screen shows the charts in place of the lists.
    pub charts: bool,
    /// The shopper in view: a place among the users with a history.
    pub shopper: usize,
    /// Number of the request that is waited for.
    pub id: u64,
    /// Whether a request is under way.
    pub working: bool,
    /// Whether the fits were stopped by hand.
    pub stopped: bool,
    /// The newest report, maybe of an older setting.
    pub report: Option<RecommendReport>,
    /// Whole reports of earlier settings, oldest first.
    kept: Vec<RecommendReport>,
}

impl Recommend {
    /// A screen that nobody looked at yet.
    pub fn new() -> Self {
        Self {
            kind: Kind::Ease,
            items: 1_000,
            draw: 1,
            figure: ListFigure::Recall,
            side: Side::Fitting,
            charts: false,
            shopper: 0,
            id: 0,
            working: false,
            stopped: false,
            report: None,
            kept: Vec::new(),
        }
    }

    /// What is known, of the newest setting or of one before it.
    pub fn found(&self) -> Option<&Found> {
        self.report.as_ref()?.found.as_ref().ok()
    }
}

/// The setting under the knobs.
pub fn setting(model: &Model) -> Option<Setting> {
    let purchases = &model.data.as_ref()?.purchases;
    let items = model.recommend.items.min(purchases.item.names.len());
    let guarantee = Guarantee { epsilon: model.knobs.epsilon, delta: model.knobs.delta };
    Some(Setting {
        kind: model.recommend.kind,
        guarantee,
        l0: usize::try_from(model.knobs.l0).unwrap_or(usize::MAX),
        k: model.knobs.k.clamp(1, items.max(1)),
        items,
        draw: model.recommend.draw,
        seed: model.seed,
    })
}

/// Whether what is shown is of the setting under the knobs.
pub fn is_fresh(model: &Model) -> bool {
    model.recommend.report.as_ref().map(|report| report.setting) == setting(model)
}

/// Forgets everything of another file.
pub fn forget(model: &mut Model) {
    model.recommend.report = None;
    model.recommend.kept.clear();
    model.recommend.shopper = 0;
    model.recommend.id = 0;
    model.recommend.working = false;
}

/// Brings the screen in line with the knobs: what is kept at once, the rest on its way.
pub fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(setting) = setting(model) else { return Vec::new() };
    let known = model.recommend.kept.iter().rev().find(|report| report.setting == setting).cloned();
    if let Some(mut known) = known {
        let unfinished = model.recommend.report.take();
        add_others(&mut known, model.recommend.kept.iter().chain(&unfinished));
        model.recommend.report = Some(known);
        let worked = std::mem::take(&mut model.recommend.working);
        model.recommend.id = 0;
        return if worked { vec![Effect::StopRecommend] } else { Vec::new() };
    }
    if model.recommend.stopped {
        return Vec::new();
    }
    ask(model, setting)
}

/// Adds the figures of models that were fitted since, for the same lists but for the model.
fn add_others<'a>(
    report: &mut RecommendReport,
    others: impl DoubleEndedIterator<Item = &'a RecommendReport>,
) {
    let Ok(found) = &mut report.found else { return };
    let mine = report.setting;
    for other in others.rev() {
        let same = Setting { kind: mine.kind, draw: mine.draw, ..other.setting } == mine;
        let Some(theirs) = other.found.as_ref().ok().filter(|_| same) else { continue };
        let there: Vec<Kind> = found.results.iter().map(|one| one.model).collect();
        let new = theirs.results.iter().filter(|one| !there.contains(&one.model));
        found.results = found.results.iter().chain(new).copied().collect::<Vec<Quality>>().into();
    }
}

fn ask(model: &mut Model, setting: Setting) -> Vec<Effect> {
    let id = model.fresh_id();
    let Some(data) = &model.data else { return Vec::new() };
    let purchases = Arc::clone(&data.purchases);
    model.recommend.id = id;
    model.recommend.working = true;
    vec![Effect::Recommend(Box::new(RecommendRequest { id, purchases, setting, draws: DRAWS }))]
}

/// Stops what is under way; the fits made so far stay.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    model.recommend.id = 0;
    if std::mem::take(&mut model.recommend.working) {
        vec![Effect::StopRecommend]
    } else {
        Vec::new()
    }
}

/// Takes a report of the worker; older ones are dropped.
pub fn reported(model: &mut Model, report: RecommendReport) {
    let screen = &mut model.recommend;
    if report.id != screen.id {
        return;
    }
    if report.whole {
        screen.working = false;
        screen.kept.push(report.clone());
        if screen.kept.len() > KEPT {
            screen.kept.remove(0);
        }
    }
    if let Ok(found) = &report.found {
        // The same shopper stays in view, however the vocabulary changes; the first is one
        // of whom later purchases are known.
        let before = screen.found().and_then(|old| old.users.get(screen.shopper).copied());
        let user =
            before.or(found.split.evaluated.first().map(|shopper| shopper.user)).unwrap_or(0);
        let place = found.users.binary_search(&user).unwrap_or_else(|next| next);
        screen.shopper = place.min(found.users.len().saturating_sub(1));
    }
    screen.report = Some(report);
}

/// The figures of a model in the newest report; `None` asks for the fit without a guarantee.
pub fn quality(model: &Model, kind: Kind, guarantee: Option<Guarantee>) -> Option<Quality> {
    let found = model.recommend.found()?;
    found.results.iter().find(|one| one.model == kind && one.guarantee == guarantee).copied()
}

/// The figures of the model in view: private at the ε of the report, and without noise.
pub fn in_view(model: &Model) -> (Option<Quality>, Option<Quality>) {
    let Some(report) = &model.recommend.report else { return (None, None) };
    let kind = report.setting.kind;
    (quality(model, kind, Some(report.setting.guarantee)), quality(model, kind, None))
}
