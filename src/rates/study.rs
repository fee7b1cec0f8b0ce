//! Everything that is said of rates under one setting: closed forms at once, trials beside them.

use std::time::{Duration, Instant};

use super::cells::RateCells;
use super::chosen::{EventDoubt, sounds_held_out};
use super::drawn_order::OrderOdds;
use super::error::RatesError;
use super::interval::{Interval, rate_interval, wilson_interval};
use super::law::{CellNoise, RateLaw, RateOf, rate_of};
use super::lift::Lift;
use super::log::EventLog;
use super::order::order_odds;
use super::readable::{Readable, smallest_for_noise, smallest_readable};
use super::setting::RatesSetting;
use super::split::{RateDesign, designs};
use super::stopping::{stop_probability, stopping};
use super::trial::{TrialSums, Trials};
use crate::metric::Figure;
use crate::privacy::{EPSILON_RANGE, Noise};
use crate::simulation;
use crate::work::Cancel;

/// Groups up to this many have a lift of their own each.
const MOST_LIFTS: usize = 400;

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRate {
    /// Its key.
    pub group: String,
    /// Users (or exposures), no bound held.
    pub users: u64,
    /// Those of them that converted.
    pub converted: u64,
    /// The rate; `None` of nobody.
    pub rate: Option<f64>,
    /// Users (or exposures) within the bounds.
    pub kept: u64,
    /// Those of them that converted.
    pub kept_converted: u64,
    /// Their rate.
    pub rate_bounded: Option<f64>,
    /// The standard deviation of the answer: to first order, and of clamped answers by trials.
    pub noise_sd: Figure,
    /// What a release whose noise is 0 would say of the bounded rate.
    pub interval: Option<Interval>,
    /// Between these are 95 % of the answers.
    pub answers: Interval,
    /// What sampling leaves open around the rate.
    pub sampling: Option<Interval>,
    /// P(the answer has to be clamped to 0 or 1).
    pub clamped: Figure,
    /// P(nothing can be said: both cells at or below 0).
    pub unanswered: f64,
    /// P(the answer is within the share asked for of the bounded rate).
    pub readable: Option<f64>,
    /// P(the group is stopped); nothing for the holdout, which is not there to be stopped.
    pub stopped: Figure,
    /// Whether chance alone leaves open on which side of the limit the rate is.
    pub stop_open: bool,
    /// How often the interval holds the bounded rate.
    pub coverage: Figure,
}

/// What one ε does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverEpsilon {
    /// ε.
    pub epsilon: f64,
    /// The share of pairs that are flipped.
    pub pairs_flipped: Option<f64>,
    /// P(the best is best).
    pub best_is_best: Option<f64>,
    /// The median over groups of the noise's standard deviation to first order.
    pub median_sd: Option<f64>,
    /// Users that the noise asks for at the rate of all together.
    pub readable: Option<u64>,
}

/// What one l0 does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverL0 {
    /// l0.
    pub l0: u64,
    /// The share of pairs of user and group (or of exposures) that are kept.
    pub kept: f64,
    /// The share of pairs that are flipped.
    pub pairs_flipped: Option<f64>,
    /// P(the best is best).
    pub best_is_best: Option<f64>,
}

/// What is said of rates.
#[derive(Debug, Clone)]
pub struct RatesStudy {
    /// The setting.
    pub setting: RatesSetting,
    /// The noise of every cell.
    pub noise: Noise,
    /// All groups, in key order.
    pub groups: Vec<GroupRate>,
    /// The share of pairs of groups that are flipped.
    pub pairs_flipped: Figure,
    /// P(a group of the highest rate has the highest answer).
    pub best_is_best: Figure,
    /// How often intervals hold, over all groups.
    pub coverage: Figure,
    /// Converted and all, of all groups together, no bound held.
    pub total: (u64, u64),
    /// The same within the bounds.
    pub kept: (u64, u64),
    /// The key of the group that others are compared with.
    pub holdout: Option<String>,
    /// Below this a group is stopped, and where that comes from.
    pub limit: (f64, &'static str),
    /// Wrong stops, wrong keeps, conversions lost, exposures wasted.
    pub stopping: [Figure; 4],
    /// Lifts against the holdout, in key order.
    pub lifts: Vec<Lift>,
    /// The designs at the rate of all together and the median group.
    pub designs: Option<[RateDesign; 3]>,
    /// The smallest group that can be read, at the rate of all together.
    pub readable: Option<Readable>,
    /// Over ε.
    pub over_epsilon: Vec<OverEpsilon>,
    /// Over l0.
    pub over_l0: Vec<OverL0>,
    /// Trials done.
    pub trials_done: u64,
}

/// One noised answer of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawnRate {
    /// The rate; `None` where nothing can be said.
    pub rate: Option<f64>,
    /// What it says of the true rate for the noise.
    pub interval: Option<Interval>,
}

/// How far a study goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatesDepth {
    /// What follows at once.
    Groups,
    /// Also the curves over ε and l0.
    Curves,
}

/// The cells of groups and their laws under one setting.
struct Laws {
    laws: Vec<RateLaw>,
    cells: RateCells,
}

impl Laws {
    fn new(
        log: &EventLog,
        setting: &RatesSetting,
        epsilon: f64,
        l0: u64,
    ) -> Result<Self, RatesError> {
        let setting = RatesSetting { l0, ..setting.clone() };
        let noise = setting.noise(epsilon)?;
        let refused = RatesError::NoRates { mechanism: setting.mechanism.name() };
        let cell_noise = CellNoise::of(noise).ok_or(refused)?;
        let cells = log.bounded(setting.per, l0, setting.linf);
        let laws = (0..log.keys().len())
            .map(|group| {
                let (c, m) = (cells.converted[group], cells.others[group]);
                RateLaw::new(c as f64, m as f64, cell_noise)
            })
            .collect();
        Ok(Self { laws, cells })
    }
}

/// Rates of unbounded cells, 0 of nobody.
fn rates_of(raw: &RateCells) -> Vec<f64> {
    (0..raw.converted.len()).map(|group| raw.rate(group).unwrap_or(0.0)).collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(0.5 * (values[middle - 1] + values[middle])),
    }
}

/// The closed forms of a setting.
///
/// # Errors
/// If the noise cannot be made, or the holdout is no group.
pub fn closed_forms(
    log: &EventLog,
    group_by: &str,
    setting: &RatesSetting,
    stage: RatesDepth,
    cancel: &Cancel,
) -> Result<RatesStudy, RatesError> {
    let noise = setting.noise(setting.epsilon)?;
    if let Some(said) = setting.groups.filter(|&said| said < log.keys().len() as u64) {
        return Err(RatesError::FewerGroups { said, seen: log.keys().len() as u64 });
    }
    let Laws { laws, cells } = Laws::new(log, setting, setting.epsilon, setting.l0)?;
    let raw = log.raw(setting.per);
    let rates = rates_of(&raw);
    let total = raw.total();
    let overall = total.0 as f64 / total.1.max(1) as f64;
    let holdout = match &setting.holdout {
        None => None,
        Some(group) => Some(place_of(log, group_by, group)?),
    };
    let limit = match (setting.stop_below, holdout) {
        (Some(limit), _) => (limit, "said"),
        (None, Some(at)) => (rates[at], "the holdout's rate"),
        (None, None) => (overall, "the rate of all together"),
    };
    let cell_noise =
        CellNoise::of(noise).ok_or(RatesError::NoRates { mechanism: setting.mechanism.name() })?;
    let level = setting.level;
    let rest = 0.5 * (1.0 - level);
    let groups = (0..laws.len())
        .map(|group| {
            let law = &laws[group];
            let (c, m) = (cells.converted[group], cells.others[group]);
            let rate_bounded = cells.rate(group);
            let (none, all) = law.clamped();
            let sampling = wilson_interval(raw.converted[group], raw.size(group), level);
            GroupRate {
                group: log.keys()[group].clone(),
                users: raw.size(group),
                converted: raw.converted[group],
                rate: raw.rate(group),
                kept: cells.size(group),
                kept_converted: c,
                rate_bounded,
                noise_sd: Figure::default().with_expected(law.first_order_deviation()),
                interval: rate_interval(c as f64, m as f64, cell_noise, level),
                answers: Interval { low: law.quantile(rest), high: law.quantile(1.0 - rest) },
                sampling,
                clamped: Figure::expected(none + all),
                unanswered: 1.0 - law.answered(),
                readable: rate_bounded
                    .filter(|&rate| rate > 0.0)
                    .and_then(|rate| law.within(setting.within * rate)),
                stopped: match holdout == Some(group) {
                    true => Figure::default(),
                    false => Figure::expected(stop_probability(law, limit.0)),
                },
                stop_open: sampling.is_some_and(|ends| ends.low <= limit.0 && limit.0 <= ends.high),
                coverage: Figure::default().with_expected(rate_bounded.map(|_| level)),
            }
        })
        .collect();
    let raw_cells: Vec<(u64, u64)> =
        (0..laws.len()).map(|group| (raw.converted[group], raw.size(group))).collect();
    // The holdout is not there to be stopped.
    let mut may_stop = raw_cells.clone();
    holdout.into_iter().for_each(|at| may_stop[at] = (0, 0));
    let OrderOdds { pairs_flipped, best_is_best } = order_odds(&laws, &rates, 1.0);
    let lifts = match holdout {
        Some(held) if laws.len() <= MOST_LIFTS => (0..laws.len())
            .filter(|&group| group != held)
            .map(|group| {
                let of = |group: usize| (&laws[group], raw_cells[group]);
                Lift::of(&log.keys()[group], of(group), of(held), level)
            })
            .collect(),
        _ => Vec::new(),
    };
    let sizes: Vec<f64> =
        (0..laws.len()).map(|group| cells.size(group) as f64).filter(|&size| size > 0.0).collect();
    let typical = median(sizes);
    let designs = typical.filter(|_| noise_is_laplace(noise) && overall > 0.0).map(|size| {
        let each = setting.reach() as f64 * setting.per_group() as f64;
        designs(overall, size, setting.epsilon, each)
    });
    let may_be_read = overall > 0.0 && overall < 1.0;
    let kept = cells.total().1 as f64 / total.1.max(1) as f64;
    let readable =
        may_be_read.then(|| smallest_readable(overall, setting.within, level, cell_noise, kept));
    let mut study = RatesStudy {
        setting: setting.clone(),
        noise,
        groups,
        pairs_flipped: Figure::default().with_expected(pairs_flipped),
        best_is_best: Figure::default().with_expected(best_is_best),
        coverage: Figure::expected(level),
        total,
        kept: cells.total(),
        holdout: holdout.map(|at| log.keys()[at].clone()),
        limit,
        stopping: stopping(&laws, &may_stop, limit.0).values().map(Figure::expected),
        lifts,
        designs,
        readable,
        over_epsilon: Vec::new(),
        over_l0: Vec::new(),
        trials_done: 0,
    };
    if stage == RatesDepth::Curves {
        for epsilon in epsilons(setting.epsilon) {
            if cancel.is_cancelled() {
                return Err(RatesError::Stopped);
            }
            let Laws { laws, .. } = Laws::new(log, setting, epsilon, setting.l0)?;
            let odds = order_odds(&laws, &rates, 0.25);
            let noise = setting.noise(epsilon)?;
            let deviations = laws.iter().filter_map(RateLaw::first_order_deviation).collect();
            study.over_epsilon.push(OverEpsilon {
                epsilon,
                pairs_flipped: odds.pairs_flipped,
                best_is_best: odds.best_is_best,
                median_sd: median(deviations),
                readable: CellNoise::of(noise)
                    .filter(|_| may_be_read)
                    .and_then(|noise| smallest_for_noise(overall, setting.within, level, noise)),
            });
        }
        for l0 in bounds(log.most_groups(), setting.l0) {
            if cancel.is_cancelled() {
                return Err(RatesError::Stopped);
            }
            let Laws { laws, cells } = Laws::new(log, setting, setting.epsilon, l0)?;
            let odds = order_odds(&laws, &rates, 0.25);
            study.over_l0.push(OverL0 {
                l0,
                kept: cells.total().1 as f64 / total.1.max(1) as f64,
                pairs_flipped: odds.pairs_flipped,
                best_is_best: odds.best_is_best,
            });
        }
    }
    Ok(study)
}

fn noise_is_laplace(noise: Noise) -> bool {
    matches!(CellNoise::of(noise), Some(CellNoise::Laplace { .. }))
}

/// The place of a group.
fn place_of(log: &EventLog, group_by: &str, group: &str) -> Result<usize, RatesError> {
    let exact = log.keys().iter().position(|key| key == group.trim());
    let alike = || log.keys().iter().position(|key| key.eq_ignore_ascii_case(group.trim()));
    exact.or_else(alike).ok_or_else(|| {
        let shown: Vec<&str> = log.keys().iter().take(12).map(String::as_str).collect();
        let more = log.keys().len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        RatesError::NoSuchGroup {
            group: group.to_owned(),
            group_by: group_by.to_owned(),
            nearest: format!(": there are {}{more}", shown.join(", ")),
        }
    })
}

/// From a hundredth to ten in even steps of the logarithm, with the one that is set.
fn epsilons(set: f64) -> Vec<f64> {
    const STEPS: i32 = 12;
    let step = |at: i32| 0.01 * libm::pow(1_000.0, f64::from(at) / f64::from(STEPS));
    let mut all: Vec<f64> = (0..=STEPS).map(step).chain([set]).collect();
    all.retain(|epsilon| EPSILON_RANGE.contains(epsilon));
    all.sort_unstable_by(f64::total_cmp);
    // The one that is set may be a step to the last bit but one: it stays.
    all.dedup_by(|b, a| {
        let is_one = *b - *a <= 1e-9 * *a;
        if is_one && *b == set {
            *a = set;
        }
        is_one
    });
    all
}

/// 1, 2, 3, 5, 10, ... up to the most that anybody has, with the one that is set.
fn bounds(most: u64, set: u64) -> Vec<u64> {
    let steps = [1u64, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1_000];
    let mut all: Vec<u64> = steps.into_iter().filter(|&step| step <= most.max(1)).collect();
    all.extend([set, most.max(1)]);
    all.sort_unstable();
    all.dedup();
    all
}

impl RatesStudy {
    /// What could be meant otherwise: a group that sounds like those who were shown nothing, and that
    /// nothing is compared with.
    pub fn doubt(&self) -> Option<EventDoubt> {
        if self.holdout.is_some() {
            return None;
        }
        let group = &self.groups.iter().find(|group| sounds_held_out(&group.group))?.group;
        Some(EventDoubt {
            decision: "holdout",
            readings: vec![String::new(), group.clone()],
            words: format!(
                "{} sounds like those who were shown no ad, and nothing is compared with it",
                group.trim()
            ),
        })
    }

    /// One noised answer of all groups, in key order: a draw of the simulation, never of a release.
    pub fn drawn(&self, seed: u64, stream: u64) -> Vec<DrawnRate> {
        let cells: Vec<i64> = self
            .groups
            .iter()
            .flat_map(|group| [group.kept_converted, group.kept - group.kept_converted])
            .map(|cell| cell as i64)
            .collect();
        let noised = simulation::draw(&cells, self.noise, seed, stream);
        let answer = |cell: &[f64]| DrawnRate {
            rate: match rate_of(cell[0], cell[1]) {
                RateOf::Rate(rate) => Some(rate),
                RateOf::Nothing => None,
            },
            interval: CellNoise::of(self.noise)
                .and_then(|noise| rate_interval(cell[0], cell[1], noise, self.setting.level)),
        };
        noised.chunks_exact(2).map(answer).collect()
    }

    /// Puts what trials say beside the closed forms.
    fn take(&mut self, sums: &TrialSums) {
        let beside = |closed: &mut Figure, found: Figure| {
            *closed = found.with_expected(closed.expected);
        };
        beside(&mut self.pairs_flipped, sums.pairs_flipped());
        beside(&mut self.best_is_best, sums.best_is_best());
        beside(&mut self.coverage, sums.coverage());
        for (closed, found) in self.stopping.iter_mut().zip(sums.stopping()) {
            beside(closed, found);
        }
        for (at, group) in self.groups.iter_mut().enumerate() {
            let found = sums.of_group(at);
            beside(&mut group.noise_sd, found.noise_sd);
            beside(&mut group.clamped, found.clamped);
            beside(&mut group.coverage, found.coverage);
            if group.stopped.expected.is_some() {
                beside(&mut group.stopped, found.stopped);
            }
        }
        self.trials_done = sums.trials();
    }

    /// Draws the trials; `told` sees the study from time to time.
    ///
    /// # Errors
    /// If it was cancelled.
    pub(super) fn simulate(
        &mut self,
        threads: usize,
        cancel: &Cancel,
        mut told: impl FnMut(&Self),
    ) -> Result<(), RatesError> {
        let cells: Vec<(u64, u64)> = self
            .groups
            .iter()
            .map(|group| (group.kept_converted, group.kept - group.kept_converted))
            .collect();
        let held = |group: &GroupRate| Some(&group.group) == self.holdout.as_ref();
        let may_stop: Vec<(u64, u64)> = self
            .groups
            .iter()
            .map(|group| if held(group) { (0, 0) } else { (group.converted, group.users) })
            .collect();
        let rates: Vec<f64> = self.groups.iter().map(|group| group.rate.unwrap_or(0.0)).collect();
        let trials = Trials {
            cells: &cells,
            may_stop: &may_stop,
            rates: &rates,
            noise: self.noise,
            limit: self.limit.0,
            level: self.setting.level,
            seed: self.setting.seed,
        };
        let mut running = self.clone();
        let mut last = Instant::now();
        let done = trials.draw(self.setting.trials, threads, cancel, |sums| {
            if last.elapsed() >= Duration::from_millis(80) {
                running.take(sums);
                told(&running);
                last = Instant::now();
            }
        });
        let sums = done.map_err(|_| RatesError::Stopped)?;
        self.take(&sums);
        Ok(())
    }
}

/// All of it, with progress in trials.
///
/// # Errors
/// As [`closed_forms`], or if it was cancelled.
pub fn study(
    log: &EventLog,
    group_by: &str,
    setting: &RatesSetting,
    threads: usize,
    cancel: &Cancel,
    mut progress: impl FnMut(u64),
) -> Result<RatesStudy, RatesError> {
    let mut study = closed_forms(log, group_by, setting, RatesDepth::Curves, cancel)?;
    study.simulate(threads, cancel, |running| progress(running.trials_done))?;
    Ok(study)
}

/// The l0 with which the fewest pairs of groups are flipped.
pub(super) fn best_l0(log: &EventLog, setting: &RatesSetting) -> Result<Option<u64>, RatesError> {
    let rates = rates_of(&log.raw(setting.per));
    let mut best: Option<(f64, u64)> = None;
    for l0 in bounds(log.most_groups(), 1) {
        let Laws { laws, .. } = Laws::new(log, setting, setting.epsilon, l0)?;
        let Some(flipped) = order_odds(&laws, &rates, 0.0).pairs_flipped else { continue };
        if best.is_none_or(|(least, _)| flipped < least) {
            best = Some((flipped, l0));
        }
    }
    Ok(best.map(|(_, l0)| l0).or(Some(1)))
}
