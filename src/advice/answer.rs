//! What is asked, and the whole answer.

use thiserror::Error;

use super::chance::{PreparedAnswer, Truth, needed};
use super::confirm::{Confirmed, ConfirmedCell, TrialShare, confirm, expected};
use super::infeasible::{Infeasible, nearest};
use super::resolved::{Judged, NotAsked, Resolved};
use super::search::{FoundRelease, LEAST, Search, Space};
use super::want::{Subject, Want};
use crate::contribution::{GroupKeys, Pairs};
use crate::expected::simultaneous_width;
use crate::metric::Figure;
use crate::privacy::Mechanism;
use crate::privacy::accounting::Event;
use crate::privacy::risk;
use crate::work::{Cancel, Cancelled};

/// What is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReleaseKind {
    /// A value for every group.
    Values,
    /// The order of the first k alone, over public keys.
    Order,
}

/// Which kinds of release are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kinds {
    /// Whichever needs the smaller ε.
    #[default]
    Any,
    /// Values.
    Values,
    /// Orders.
    Order,
}

/// A whole question: what must hold, and where to look.
#[derive(Debug, Clone)]
pub struct Demand {
    /// What must hold.
    pub wants: Vec<Want>,
    /// With what probability over the noise of one release, in 0..1.
    pub confidence: f64,
    /// Mechanisms that publish values; none: Laplace and Gaussian.
    pub mechanisms: Vec<Mechanism>,
    /// Kinds of release.
    pub kinds: Kinds,
    /// l0 to try; `None`: what fits the data.
    pub l0: Option<Vec<u64>>,
    /// linf to try, stored unit; `None`: what fits the data.
    pub linf: Option<Vec<u64>>,
    /// δ of one release.
    pub delta: f64,
    /// The largest ε that is looked at.
    pub max_epsilon: f64,
    /// What is known of the groups' keys.
    pub known: GroupKeys,
    /// Trials that confirm the answer.
    pub trials: u64,
    /// Their seed.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
}

/// Why nothing can be advised.
#[derive(Debug, Clone, PartialEq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum AdviseError {
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    #[error("say what must hold, for example overlap@10>=0.9")]
    NoWants,
    #[error("{0} needs values of every group, and an order alone publishes none")]
    NeedsValues(String),
    #[error(transparent)]
    Stopped(#[from] Cancelled),
}

/// A release that meets every want.
#[derive(Debug, Clone, PartialEq)]
pub struct Advised {
    /// Mechanism, bounds, and the smallest ε.
    pub found: FoundRelease,
    /// Values or an order.
    pub kind: ReleaseKind,
    /// δ where the mechanism has one.
    pub delta: Option<f64>,
    /// Every want there.
    pub wants: Vec<Confirmed>,
    /// The share of trials that meet all of them together.
    pub together: TrialShare,
    /// The want that is the first to fail below this ε.
    pub binding: Option<usize>,
    /// The scale of its noise, shown units.
    pub scale: f64,
    /// The share of the total that the bounds take, 0..=1.
    pub clipped: f64,
    /// Every group at once lies within this of its bounded sum with a probability of 95 %,
    /// shown units; none of an order.
    pub simultaneous_width: Option<f64>,
    /// What every want's figure would be, expected, and its probability, at 1.1 ε.
    pub with_more: Vec<(Option<f64>, f64)>,
}

/// Floor and ceiling over ε of one mechanism.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The smallest ε at which what must hold does; none where none does.
    pub floor: Option<f64>,
    /// The largest ε at which what it may risk is kept; none where nothing bounds it.
    pub ceiling: Option<f64>,
}

impl Window {
    /// Whether an ε lies in it.
    pub fn is_open(self) -> bool {
        match (self.floor, self.ceiling) {
            (Some(floor), Some(ceiling)) => floor <= ceiling,
            (floor, _) => floor.is_some(),
        }
    }
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advice {
    /// What was asked, resolved.
    pub wants: Vec<Resolved>,
    /// The best release; none where none meets every want.
    pub advised: Option<Advised>,
    /// The best of every other mechanism, the smallest ε first.
    pub alternatives: Vec<(ReleaseKind, FoundRelease)>,
    /// Wants that no release of a kind meets.
    pub infeasible: Vec<(ReleaseKind, Infeasible)>,
    /// Kinds of release that meet no two or more wants together: what each want needs alone.
    pub apart: Vec<(ReleaseKind, Vec<(Want, FoundRelease)>)>,
    /// Floor and ceiling of every mechanism that was looked at.
    pub windows: Vec<Window>,
}

/// Looks for the smallest ε at which every want holds.
///
/// # Errors
/// If a want cannot be asked of this data, or `cancel` was set.
pub fn advise(pairs: &Pairs, asked: &Demand, cancel: &Cancel) -> Result<Advice, AdviseError> {
    if asked.wants.is_empty() {
        return Err(AdviseError::NoWants);
    }
    let wants = asked
        .wants
        .iter()
        .map(|want| Resolved::new(want.clone(), pairs))
        .collect::<Result<Vec<_>, _>>()?;
    let of_noise: Vec<&Resolved> = by_cost(&wants);
    let order_is_enough = of_noise.iter().all(|want| want.want.subject.of_the_top());
    if asked.kinds == Kinds::Order
        && let Some(want) = of_noise.iter().find(|want| !want.want.subject.of_the_top())
    {
        return Err(AdviseError::NeedsValues(want.want.to_string()));
    }
    let lengths = lengths(&wants);
    let truth = Truth::new(pairs.raw(), pairs.units_per_shown(), &lengths, asked.seed);
    let search = Search::new(pairs, asked.known, &truth, lengths.clone());
    // Where nothing must hold there is no floor, and every ε below the ceiling will do.
    let has_floor = !of_noise.is_empty();
    let mut spaces: Vec<(ReleaseKind, Space)> = Vec::new();
    let space = |mechanisms: Vec<Mechanism>, l0: Option<Vec<u64>>| Space {
        mechanisms,
        delta: asked.delta,
        l0,
        linf: asked.linf.clone(),
        k: lengths.iter().copied().max().unwrap_or(1),
        confidence: asked.confidence,
        most: asked.max_epsilon,
        threads: asked.threads,
    };
    if asked.kinds != Kinds::Order {
        let mechanisms = if asked.mechanisms.is_empty() {
            vec![Mechanism::Laplace, Mechanism::Gaussian]
        } else {
            asked.mechanisms.clone()
        };
        spaces.push((ReleaseKind::Values, space(mechanisms, asked.l0.clone())));
    }
    if asked.kinds == Kinds::Order || (asked.kinds == Kinds::Any && order_is_enough) {
        spaces.push((ReleaseKind::Order, space(vec![Mechanism::GumbelTopK], Some(vec![1]))));
    }

    let mut all: Vec<(ReleaseKind, FoundRelease)> = Vec::new();
    let mut windows = Vec::new();
    let mut empty: Vec<usize> = Vec::new();
    for (at, (kind, space)) in spaces.iter().enumerate() {
        let found = match has_floor {
            true => search.run(&of_noise, space, cancel)?,
            false => vec![None; space.mechanisms.len()],
        };
        if has_floor && found.iter().all(Option::is_none) {
            empty.push(at);
        }
        for (found, &mechanism) in found.iter().zip(&space.mechanisms) {
            let ceiling = ceiling(&search, &wants, (mechanism, *found), space);
            let floor = found.map(|found| found.epsilon);
            windows.push(Window { mechanism, floor, ceiling });
            all.extend(found.map(|found| (*kind, found)));
        }
    }
    let (mut infeasible, mut apart) = (Vec::new(), Vec::new());
    for at in empty {
        let (kind, space) = &spaces[at];
        let mut of_kind = Vec::new();
        for want in &of_noise {
            if cancel.is_cancelled() {
                return Err(Cancelled.into());
            }
            let mut alone = if of_noise.len() == 1 {
                Vec::new()
            } else {
                search
                    .run(&[*want], space, cancel)?
                    .into_iter()
                    .flatten()
                    .collect::<Vec<FoundRelease>>()
            };
            alone.sort_by(|a, b| a.epsilon.total_cmp(&b.epsilon));
            if let Some(found) = alone.first() {
                of_kind.push((want.want.clone(), *found));
            } else {
                let may_order = *kind == ReleaseKind::Values && asked.kinds == Kinds::Any;
                let fixed = asked.l0.is_some() || asked.linf.is_some();
                let found = nearest(&search, want, space, (may_order, fixed));
                infeasible.extend(found.map(|one| (*kind, one)));
            }
        }
        if of_kind.len() > 1 {
            apart.push((*kind, of_kind));
        }
    }
    all.sort_by(|a, b| a.1.epsilon.total_cmp(&b.1.epsilon));
    let is_open = |found: &FoundRelease| {
        windows.iter().any(|w| w.mechanism == found.mechanism && w.is_open())
    };
    let best = all.iter().position(|(_, found)| is_open(found));
    let advised = match best {
        None => None,
        Some(best) => {
            let (kind, found) = all.remove(best);
            let space = spaces.iter().find(|space| space.0 == kind).map(|space| &space.1);
            match space {
                Some(space) => {
                    advised(&search, &wants, &of_noise, space, (kind, found), asked, cancel)?
                }
                None => None,
            }
        }
    };
    Ok(Advice { wants, advised, alternatives: all, infeasible, apart, windows })
}

/// The lengths of the lists that the wants look at, ascending.
pub(super) fn lengths(wants: &[Resolved]) -> Vec<usize> {
    let length = |want: &Resolved| match want.judged {
        Judged::Metric(metric, k) if metric.is_ranking() => Some(k),
        _ => None,
    };
    let mut all: Vec<usize> = wants.iter().filter_map(length).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The wants that ask something of the noise, those that are quick to judge first.
fn by_cost(wants: &[Resolved]) -> Vec<&Resolved> {
    use crate::metric::Metric;
    let cost = |want: &&Resolved| match &want.judged {
        Judged::Within { .. } | Judged::WorstRelative(_) | Judged::EveryGroup => 0,
        Judged::Metric(Metric::Mae | Metric::Rmse | Metric::P95 | Metric::MedianRelative, _) => 1,
        Judged::Relative(_) => 2,
        Judged::Metric(Metric::Overlap | Metric::Top1Flip | Metric::TauB, _) => 3,
        _ => 4,
    };
    let mut of_noise: Vec<&Resolved> =
        wants.iter().filter(|want| want.judged != Judged::Elsewhere).collect();
    of_noise.sort_by_key(cost);
    of_noise
}

/// The largest ε up to that of the space at which every risk is kept, to 1e-4 of it; `None` where
/// no risk is bounded. Of one user who moves as many groups as the bounds allow: where nothing is
/// found there are none, and one group is the worst (a loss spread over several is told less well).
fn ceiling(
    search: &Search<'_>,
    wants: &[Resolved],
    (mechanism, found): (Mechanism, Option<FoundRelease>),
    space: &Space,
) -> Option<f64> {
    let risks: Vec<&Want> =
        wants.iter().map(|want| &want.want).filter(|want| want.subject.is_risk()).collect();
    if risks.is_empty() {
        return None;
    }
    let one = (mechanism.publishes_values().then_some(1), search.pairs.units_per_shown() as u64);
    let pair = found.map_or(one, |found| (found.l0, found.linf));
    let kept = |epsilon: f64| {
        let events = search
            .noise(mechanism, pair, epsilon, space)
            .zip(search.sensitivity(pair))
            .map(|(noise, sensitivity)| noise.events(search.reach(pair), sensitivity.linf));
        events.is_some_and(|events| {
            risks.iter().all(|want| {
                let risk = self::risk(&want.subject, &events);
                risk.is_some_and(|risk| risk <= want.limit * (1.0 + 1e-12))
            })
        })
    };
    if kept(space.most) {
        return Some(space.most);
    }
    let (mut low, mut high) = (1e-6, space.most);
    if !kept(low) {
        return Some(0.0);
    }
    while high / low > 1.0 + 1e-4 {
        let middle = (low * high).sqrt();
        if kept(middle) { low = middle } else { high = middle }
    }
    Some(low)
}

/// What an attacker gains of one release; `None` where accounting has no answer, or for what is
/// no risk.
pub(super) fn risk(subject: &Subject, events: &[Event]) -> Option<f64> {
    match subject {
        Subject::Advantage => risk::advantage(events).ok(),
        Subject::TruePositives(alpha) => risk::true_positives(events, *alpha).ok(),
        _ => None,
    }
}

fn advised(
    search: &Search<'_>,
    wants: &[Resolved],
    of_noise: &[&Resolved],
    space: &Space,
    (kind, found): (ReleaseKind, FoundRelease),
    asked: &Demand,
    cancel: &Cancel,
) -> Result<Option<Advised>, AdviseError> {
    let pair = (found.l0, found.linf);
    let bounded = search.bounded(pair);
    let prepared = PreparedAnswer::new(search.truth, &bounded, &search.lengths);
    let (Some(noise), Some(sensitivity)) =
        (search.noise(found.mechanism, pair, found.epsilon, space), search.sensitivity(pair))
    else {
        return Ok(None);
    };
    let cell = ConfirmedCell {
        prepared: &prepared,
        truth: search.truth,
        mechanism: found.mechanism,
        epsilon: found.epsilon,
        noise,
        sensitivity,
    };
    let (mut confirmed, together) =
        confirm(&cell, wants, asked.confidence, asked.trials, asked.threads, cancel)?;
    for one in &mut confirmed {
        if one.want.want.subject.is_risk() {
            let events = noise.events(search.reach(pair), sensitivity.linf);
            let found = self::risk(&one.want.want.subject, &events);
            one.figure = found.map_or(Figure::default(), Figure::expected);
        }
    }
    // A little below, the one that fails first, or is nearest to it.
    let below = search.noise(found.mechanism, pair, found.epsilon / 1.01, space);
    let binding = below.filter(|_| found.epsilon > LEAST).and_then(|noise| {
        let margin = |want: &Resolved| {
            let needed = needed(want, asked.confidence);
            (prepared.chance(want, noise, needed) - needed) / (1.0 - needed)
        };
        let least = of_noise.iter().min_by(|a, b| margin(a).total_cmp(&margin(b)))?;
        wants.iter().position(|want| std::ptr::eq(want, *least))
    });
    let more = search.noise(found.mechanism, pair, 1.1 * found.epsilon, space);
    let with_more = more.map_or(Vec::new(), |noise| {
        let cell = ConfirmedCell { noise, epsilon: 1.1 * found.epsilon, ..cell };
        let chances =
            wants.iter().map(|want| prepared.chance(want, noise, needed(want, asked.confidence)));
        expected(&cell, wants).into_iter().zip(chances).collect()
    });
    let unit = search.truth.unit as f64;
    let (raw, kept): (i64, i64) = (search.truth.raw.iter().sum(), bounded.iter().sum());
    Ok(Some(Advised {
        found,
        kind,
        delta: found.mechanism.needs_delta().then_some(asked.delta),
        wants: confirmed,
        together,
        binding,
        scale: noise.scale() / unit,
        clipped: if raw > 0 { 1.0 - kept as f64 / raw as f64 } else { 0.0 },
        simultaneous_width: (kind == ReleaseKind::Values)
            .then(|| simultaneous_width(noise, search.truth.raw.len(), 0.95) / unit),
        with_more,
    }))
}
