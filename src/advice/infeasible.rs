//! Wants that nothing meets: how near one comes, why no nearer, and what would.

use super::chance::{PreparedAnswer, Truth, needed};
use super::resolved::{Judged, Resolved};
use super::search::{FoundRelease, Search, Space, margin};
use crate::contribution::Pairs;
use crate::metric::Metric;
use crate::metric::ranking::top_k;
use crate::privacy::Noise;
use crate::purchases::Measure;

/// A want that does not hold at any ε, mechanism and bounds that were looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Infeasible {
    /// The want.
    pub want: Resolved,
    /// Where it comes nearest, at the largest ε.
    pub nearest: FoundRelease,
    /// The best limit that would hold there.
    pub best: Option<f64>,
    /// The probability that one release there meets it.
    pub chance: f64,
    /// The share of the total that the bounds take there, 0..=1.
    pub clipped: f64,
    /// The scale of the noise there, shown units.
    pub scale: f64,
    /// What stands in the way, the heaviest first.
    pub obstacles: Vec<Obstacle>,
    /// What would help, the best first.
    pub remedies: Vec<Remedy>,
}

/// What keeps a want from holding.
#[derive(Debug, Clone, PartialEq)]
pub enum Obstacle {
    /// The bounds alone turn the order or lower sums too far: where they don't, noise does.
    Clipping,
    /// Noise alone, bounds that take (nearly) nothing.
    Noise,
    /// So many groups share the place where the list is cut.
    Ties(usize),
    /// The group at the cut has so few buyers, or so small a sum, that noise of its size hides it.
    Few {
        /// The group's key.
        key: String,
        /// Its sum, shown units.
        sum: f64,
    },
    /// One user gives so large a share of a group of the top.
    OneUser {
        /// The group's key.
        key: String,
        /// The share, 0..=1.
        share: f64,
    },
}

/// What would let a want hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Counting buyers: a user then moves a group by 1.
    Buyers,
    /// Publishing the order of the list alone.
    Order,
    /// Bounds that are not held fast.
    FreeBounds,
    /// A larger ε than was looked at.
    LargerEpsilon,
    /// A shorter list.
    ShorterList,
}

/// Looks where `want` comes nearest at the largest ε of the space.
pub(super) fn nearest(
    search: &Search<'_>,
    want: &Resolved,
    space: &Space,
    (may_order, fixed): (bool, bool),
) -> Option<Infeasible> {
    let grid = search.grid();
    let ordered = space.mechanisms.iter().all(|mechanism| !mechanism.publishes_values());
    let l0: Vec<Option<u64>> = if ordered {
        vec![None]
    } else {
        space.l0.clone().unwrap_or_else(|| grid.l0.clone()).into_iter().map(Some).collect()
    };
    let linf = space.linf.clone().unwrap_or_else(|| search.shown_steps(&grid.linf));
    let needed = needed(want, space.confidence);
    let mut best: Option<(f64, FoundRelease)> = None;
    for &l0 in &l0 {
        for &linf in &linf {
            let prepared =
                PreparedAnswer::new(search.truth, &search.bounded((l0, linf)), &search.lengths);
            for &mechanism in &space.mechanisms {
                let Some(noise) = search.noise(mechanism, (l0, linf), space.most, space) else {
                    continue;
                };
                let chance = prepared.chance(want, noise, needed);
                // Where none comes near by chance, the one that is expected to be least wrong.
                let worth = if chance > 1e-3 {
                    chance
                } else {
                    -wrong(&prepared, want, noise, search.truth)
                };
                if !worth.is_nan() && best.is_none_or(|(most, _)| worth > most) {
                    best = Some((worth, FoundRelease { mechanism, epsilon: space.most, l0, linf }));
                }
            }
        }
    }
    let (_, found) = best?;
    let bounded = search.bounded((found.l0, found.linf));
    let prepared = PreparedAnswer::new(search.truth, &bounded, &search.lengths);
    let noise = search.noise(found.mechanism, (found.l0, found.linf), space.most, space)?;
    let (raw, kept): (i64, i64) = (search.truth.raw.iter().sum(), bounded.iter().sum());
    let clipped = if raw > 0 { 1.0 - kept as f64 / raw as f64 } else { 0.0 };
    // As good as without noise.
    let silent = search.noise(found.mechanism, (found.l0, found.linf), 1e6, space);
    let by_bounds =
        silent.is_some_and(|silent| margin(&prepared, &[want], silent, space.confidence) < 0.0);
    let mut obstacles =
        vec![if by_bounds || clipped > 0.05 { Obstacle::Clipping } else { Obstacle::Noise }];
    obstacles.extend(of_the_top(search.pairs, want, noise));
    let mut remedies = Vec::new();
    if may_order && want.want.subject.of_the_top() {
        remedies.push(Remedy::Order);
    }
    if search.pairs.question().measure != Measure::Buyers {
        remedies.push(Remedy::Buyers);
    }
    if fixed {
        remedies.push(Remedy::FreeBounds);
    }
    if !by_bounds {
        remedies.push(Remedy::LargerEpsilon);
    }
    if matches!(want.judged, Judged::Metric(Metric::Overlap, k) if k > 1) {
        remedies.push(Remedy::ShorterList);
    }
    Some(Infeasible {
        want: want.clone(),
        nearest: found,
        best: best_limit(&prepared, want, noise, needed),
        chance: prepared.chance(want, noise, needed),
        clipped,
        scale: noise.scale() / search.truth.unit as f64,
        obstacles,
        remedies,
    })
}

/// How wrong an answer is expected to be, in the way that a want looks at it.
fn wrong(prepared: &PreparedAnswer<'_>, want: &Resolved, noise: Noise, truth: &Truth<'_>) -> f64 {
    let bounded = prepared.one().bounded();
    let relative = |&group: &usize| {
        let bias = (bounded[group] - truth.raw[group]) as f64;
        noise.mean_absolute_with_bias(bias) / truth.raw[group].max(truth.unit) as f64
    };
    match &want.judged {
        Judged::Relative(top) | Judged::WorstRelative(top) => top.iter().map(relative).sum(),
        Judged::Within { group, .. } => relative(group),
        Judged::Metric(Metric::Mae, _) => prepared.one().mean_absolute(noise).mean,
        // Of an order too: noise and clipping both turn pairs round.
        _ => {
            let square: f64 =
                truth.raw.iter().zip(bounded).map(|(x, y)| ((x - y) as f64).powi(2)).sum();
            square / truth.raw.len().max(1) as f64 + noise.variance()
        }
    }
}

/// The best limit of the want's figure that one release meets with the probability `needed`.
pub(super) fn best_limit(
    prepared: &PreparedAnswer<'_>,
    want: &Resolved,
    noise: Noise,
    needed: f64,
) -> Option<f64> {
    let at = |limit: f64| {
        let mut other = want.clone();
        other.want.limit = limit;
        prepared.chance(&other, noise, super::chance::needed(&other, needed))
            >= super::chance::needed(&other, needed)
    };
    if let Judged::Metric(Metric::Overlap, k) = want.judged {
        return (0..=k).rev().map(|kept| kept as f64 / k as f64).find(|&share| at(share));
    }
    let low_is_good = want.want.subject.low_is_good();
    let (mut fails, mut holds) = if low_is_good {
        let mut high = want.want.limit.max(1e-6);
        while !at(high) {
            high *= 2.0;
            if high > 1e15 {
                return None;
            }
        }
        (want.want.limit, high)
    } else {
        if !at(-1.0) {
            return None;
        }
        (want.want.limit, -1.0)
    };
    for _ in 0..30 {
        let middle = 0.5 * (fails + holds);
        if at(middle) { holds = middle } else { fails = middle }
    }
    Some(holds)
}

/// What stands in the way of a list's order or of its values, by its groups.
fn of_the_top(pairs: &Pairs, want: &Resolved, noise: Noise) -> Vec<Obstacle> {
    let k = match &want.judged {
        Judged::Metric(metric, k) if metric.of_the_top() => *k,
        Judged::Relative(top) | Judged::WorstRelative(top) => top.len(),
        _ => return Vec::new(),
    };
    let raw: Vec<f64> = pairs.raw().iter().map(|&sum| sum as f64).collect();
    let top = top_k(&raw, k);
    let Some(&last) = top.last() else { return Vec::new() };
    let mut found = Vec::new();
    // What one user gives of each group of the top.
    let mut most: Vec<(u32, i64)> = top.iter().map(|&at| (at, 0)).collect();
    most.sort_unstable();
    for user in 0..pairs.users() {
        for (group, value) in pairs.of_user(user) {
            if let Ok(at) = most.binary_search_by_key(&group, |entry| entry.0) {
                most[at].1 = most[at].1.max(value);
            }
        }
    }
    let share = |(group, value): (u32, i64)| value as f64 / raw[group as usize].max(1.0);
    if let Some(&(group, value)) = most.iter().max_by(|a, b| share(**a).total_cmp(&share(**b)))
        && share((group, value)) > 1.0 / 3.0
    {
        let key = pairs.keys()[group as usize].clone();
        found.push(Obstacle::OneUser { key, share: share((group, value)) });
    }
    let cut = raw[last as usize];
    let tied = raw.iter().filter(|&&sum| sum == cut).count();
    if tied > 1 && raw.iter().filter(|&&sum| sum >= cut).count() > k {
        found.push(Obstacle::Ties(tied));
    }
    if cut < 2.0 * noise.variance().sqrt() {
        let key = pairs.keys()[last as usize].clone();
        found.push(Obstacle::Few { key, sum: cut / pairs.units_per_shown() as f64 });
    }
    found
}
