//! What the Recommend screen asks the fitter for, and what it keeps of its reports.

use std::sync::Arc;

use super::state::Recommend;
use crate::recommend::quality::Quality;
use crate::recommend::{Guarantee, ModelKind};
use crate::rehearsal::lists::ListsSetting;
use crate::rehearsal::{RecommendReport, RecommendRequest};
use crate::tui::desk::Desk;
use crate::tui::desk::message::{Effect, Next};

/// Draws of the noise behind every point of the curves.
const DRAWS: u64 = 8;
/// How many finished settings are kept, so that turning back is instant.
const KEPT: usize = 24;

/// The setting under the knobs.
pub fn setting(screen: &Recommend, desk: &Desk) -> Option<ListsSetting> {
    let purchases = &desk.data.as_ref()?.purchases;
    let items = desk.knobs.items.min(purchases.item.names.len());
    let guarantee = Guarantee { epsilon: desk.knobs.epsilon, delta: desk.knobs.delta };
    Some(ListsSetting {
        kind: desk.knobs.model,
        guarantee,
        l0: usize::try_from(desk.knobs.l0).unwrap_or(usize::MAX),
        k: desk.knobs.k.clamp(1, items.max(1)),
        items,
        draw: screen.draw,
        seed: desk.seed,
    })
}

/// Whether what is shown is of the setting under the knobs.
pub fn is_fresh(screen: &Recommend, desk: &Desk) -> bool {
    screen.report.as_ref().map(|report| report.setting) == setting(screen, desk)
}

/// Forgets everything of another file.
pub fn forget(screen: &mut Recommend) {
    screen.report = None;
    screen.kept.clear();
    screen.shopper = 0;
    screen.id = 0;
    screen.working = false;
}

/// Brings the screen in line with the knobs: what is kept at once, the rest on its way.
pub fn enter(screen: &mut Recommend, desk: &mut Desk) -> Vec<Next> {
    let Some(setting) = setting(screen, desk) else { return Vec::new() };
    let known = screen.kept.iter().rev().find(|report| report.setting == setting).cloned();
    if let Some(mut known) = known {
        let unfinished = screen.report.take();
        add_others(&mut known, screen.kept.iter().chain(&unfinished));
        screen.report = Some(known);
        let worked = std::mem::take(&mut screen.working);
        screen.id = 0;
        return if worked { vec![Effect::StopRecommend.into()] } else { Vec::new() };
    }
    if screen.stopped {
        return Vec::new();
    }
    ask(screen, desk, setting)
}

/// Adds the figures of models that were fitted since, for the same lists but for the desk.
fn add_others<'a>(
    report: &mut RecommendReport,
    others: impl DoubleEndedIterator<Item = &'a RecommendReport>,
) {
    let Ok(found) = &mut report.found else { return };
    let mine = report.setting;
    for other in others.rev() {
        let same = ListsSetting { kind: mine.kind, draw: mine.draw, ..other.setting } == mine;
        let Some(theirs) = other.found.as_ref().ok().filter(|_| same) else { continue };
        let there: Vec<ModelKind> = found.results.iter().map(|one| one.model).collect();
        let new = theirs.results.iter().filter(|one| !there.contains(&one.model));
        found.results = found.results.iter().chain(new).copied().collect::<Vec<Quality>>().into();
    }
}

fn ask(screen: &mut Recommend, desk: &mut Desk, setting: ListsSetting) -> Vec<Next> {
    let id = desk.fresh_id();
    let Some(data) = &desk.data else { return Vec::new() };
    let purchases = Arc::clone(&data.purchases);
    screen.id = id;
    screen.working = true;
    let request = RecommendRequest { id, purchases, setting, draws: DRAWS };
    vec![Effect::Recommend(Box::new(request)).into()]
}

/// Stops what is under way; the fits made so far stay.
pub fn leave(screen: &mut Recommend) -> Vec<Next> {
    screen.id = 0;
    if std::mem::take(&mut screen.working) {
        vec![Effect::StopRecommend.into()]
    } else {
        Vec::new()
    }
}

/// Takes a report of the worker; older ones are dropped.
pub fn reported(screen: &mut Recommend, report: RecommendReport) {
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
pub fn quality(
    screen: &Recommend,
    kind: ModelKind,
    guarantee: Option<Guarantee>,
) -> Option<Quality> {
    let found = screen.found()?;
    found.results.iter().find(|one| one.model == kind && one.guarantee == guarantee).copied()
}

/// The figures of the model in view: private at the ε of the report, and without noise.
pub fn in_view(screen: &Recommend) -> (Option<Quality>, Option<Quality>) {
    let Some(report) = &screen.report else { return (None, None) };
    let kind = report.setting.kind;
    (quality(screen, kind, Some(report.setting.guarantee)), quality(screen, kind, None))
}
