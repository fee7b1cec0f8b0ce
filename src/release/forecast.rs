//! The forecast of a release, looked up in the true data before anything is spent: for the
//! curator's eyes, never part of a statement or a ledger. None of it is differentially private.
//!
//! Ranges hold what one release will show with a probability of at least 95 %, by the law of its
//! noise. The number of rows that a threshold lets through is a sum of independent indicators, whose law is
//! worked out term by term (or, of very many, by the normal law).

use std::collections::{HashMap, HashSet};

use super::interval::half_width;
use super::publish::{Keys, PreparedRelease, true_sums};
use super::remedy::{Remedies, remedies};
use super::showing::showing;
use crate::metric::ranking::top_k;
use crate::purchases::{CleaningReport, Reason};

/// Beyond so many groups of which it is open whether they show, their number is taken as normal.
const SUMMED: usize = 4_000;
/// The length of the heads whose order is compared.
const HEAD: usize = 10;

/// What a release will look like.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Groups in the data.
    pub groups: usize,
    /// The public list against the data, where there is one.
    pub catalogue: Option<CatalogueLookedUp>,
    /// How many rows come out, the last one of the rest not counted.
    pub rows: RowsForecast,
    /// The share of the groups in the data that show, in expectation.
    pub surviving: f64,
    /// A value lies within this of its bounded sum with a probability of 95 %, in shown units;
    /// none of a list without values.
    pub half_width: Option<f64>,
    /// What the bounds take away; none of a list without values.
    pub lowered: Option<Lowered>,
    /// What an order is worth; none of a list with values.
    pub order: Option<OrderForecast>,
    /// The row of all groups that are not shown, where there is one: what is expected of it and
    /// within what, in shown units.
    pub rest: Option<(f64, f64)>,
}

/// A public list against the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueLookedUp {
    /// Keys that are listed.
    pub keys: usize,
    /// How many of them occur in the data.
    pub occur: usize,
}

/// How many rows come out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowsForecast {
    /// In expectation.
    pub expected: f64,
    /// At least so many, with a probability of 97.5 %.
    pub low: usize,
    /// At most so many, with a probability of 97.5 %.
    pub high: usize,
}

/// How far values are too low because of the bounds, before noise, over the groups that may show.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// The share of the total that is missing, in 0..=1.
    pub share: f64,
    /// The largest group.
    pub largest: Option<Largest>,
    /// Of so many largest groups so many are among the largest that are published, in expectation over the noise:
    /// (10, 6.1).
    pub head: Option<(usize, f64)>,
}

/// The largest group, and what the bounds leave of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Largest {
    /// Its key, and its description where the data has one.
    pub name: String,
    /// Its total, in shown units.
    pub raw: f64,
    /// Its bounded sum, in shown units.
    pub bounded: f64,
    /// Whether it more likely shows than not.
    pub shows: bool,
}

/// What an order of the largest groups is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderForecast {
    /// How many places it has.
    pub k: usize,
    /// How many of the true first k are in it, in expectation.
    pub stay: f64,
}

/// Why a release makes little sense.
#[derive(Debug, Clone, PartialEq)]
pub enum BelowSense {
    /// Half of the rows or more are dropped.
    Rows {
        /// So many.
        dropped: u64,
        /// Of so many.
        read: u64,
        /// The reason that drops the most of them, and how many.
        most: Option<(Reason, u64)>,
    },
    /// Events that were declared and that no row has.
    Events {
        /// Their words.
        missing: Vec<String>,
        /// Where they are missing.
        file: String,
        /// The events that are there, most frequent first.
        kinds: String,
    },
    /// More users converted in what they never saw than in what they saw.
    Turned {
        /// One sentence.
        words: String,
    },
    /// Fewer than half of the listed keys are in the data.
    Keys(CatalogueLookedUp),
    /// Fewer than half of the groups would show.
    Groups {
        /// So many, in expectation.
        would_show: f64,
        /// Of so many.
        groups: usize,
        /// What would help.
        remedies: Remedies,
    },
}

impl BelowSense {
    /// Where cleaning drops half of the rows or more.
    pub fn of_rows(report: &CleaningReport) -> Option<Self> {
        let (read, dropped) = (report.rows_read, report.rows_read - report.rows_kept);
        (read > 0 && dropped * 2 >= read).then(|| Self::Rows {
            dropped,
            read,
            most: report.dropped.by_reason().first().copied(),
        })
    }

    /// Where fewer than half of the listed keys are in the data.
    pub fn of_keys(found: CatalogueLookedUp) -> Option<Self> {
        (found.occur * 2 < found.keys).then_some(Self::Keys(found))
    }
}

impl Forecast {
    /// Why the release that this is of makes little sense, if it does, and what would help.
    pub fn below_sense(&self, prepared: &PreparedRelease) -> Option<BelowSense> {
        let groups = || {
            (self.catalogue.is_none()
                && self.groups > 0
                && self.rows.expected * 2.0 < self.groups as f64)
                .then_some(BelowSense::Groups {
                    would_show: self.rows.expected,
                    groups: self.groups,
                    remedies: remedies(prepared, self.rows.expected, self.groups),
                })
        };
        BelowSense::of_rows(prepared.pairs().report())
            .or_else(|| self.catalogue.and_then(BelowSense::of_keys))
            .or_else(groups)
    }
}

/// Looks a prepared release up. Nothing is drawn, spent or written.
pub fn forecast(prepared: &PreparedRelease) -> Forecast {
    let (pairs, request) = (prepared.pairs(), prepared.request());
    let sums = true_sums(pairs, request);
    // Of a public kind all groups are there; what the data has is those that are seen.
    let groups = pairs.seen();
    let unit = pairs.units_per_shown() as f64;
    let catalogue = match &request.keys {
        Keys::Catalogue(catalogue) => {
            let there: HashSet<&str> = pairs.keys().iter().map(String::as_str).collect();
            let occur = catalogue.keys.iter().filter(|key| there.contains(key.as_str())).count();
            Some(CatalogueLookedUp { keys: catalogue.keys.len(), occur })
        }
        Keys::Private | Keys::Public => None,
    };
    let shown = showing(prepared, &sums);
    let rows = match request.top_k {
        Some(k) => RowsForecast { expected: k as f64, low: k, high: k },
        None => rows(&shown),
    };
    let in_data = match catalogue {
        Some(CatalogueLookedUp { occur, .. }) => rows.expected.min(occur as f64),
        None => rows.expected,
    };
    let has_values = request.top_k.is_none();
    Forecast {
        groups,
        catalogue,
        rows,
        surviving: if groups == 0 { 0.0 } else { (in_data / groups as f64).min(1.0) },
        half_width: prepared.noise().map(|noise| half_width(noise) as f64 / unit),
        lowered: has_values.then(|| lowered(prepared, &sums, &shown, unit)),
        order: request.top_k.map(|k| order(&sums, k, prepared.scale())),
        rest: prepared.noise_of_rest().map(|noise| {
            let expected: f64 =
                sums.iter().zip(&shown).map(|((_, sum), p)| *sum as f64 * (1.0 - p)).sum();
            let spread: f64 = sums
                .iter()
                .zip(&shown)
                .map(|((_, sum), p)| (*sum as f64).powi(2) * p * (1.0 - p))
                .sum();
            // Which groups are left varies, too.
            let within = half_width(noise) as f64 + 1.96 * spread.sqrt();
            (expected / unit, within / unit)
        }),
    }
}

/// The law of the number of rows, each of which shows with its own probability.
fn rows(shown: &[f64]) -> RowsForecast {
    const SURE: f64 = 1e-9;
    const ONE_SIDE: f64 = 0.025;
    let expected: f64 = shown.iter().sum();
    let always = shown.iter().filter(|&&p| p > 1.0 - SURE).count();
    let open: Vec<f64> =
        shown.iter().copied().filter(|p| (SURE..=1.0 - SURE).contains(p)).collect();
    if open.len() > SUMMED {
        let spread = open.iter().map(|p| p * (1.0 - p)).sum::<f64>().sqrt();
        let (low, high) = (expected - 2.0 * spread - 1.0, expected + 2.0 * spread + 1.0);
        return RowsForecast {
            expected,
            low: low.floor().max(0.0) as usize,
            high: (high.ceil() as usize).min(shown.len()),
        };
    }
    // P(so many of those that are open show).
    let mut law = vec![1.0];
    for p in open {
        law.push(0.0);
        for at in (0..law.len()).rev() {
            let one_less = if at == 0 { 0.0 } else { law[at - 1] };
            law[at] = law[at] * (1.0 - p) + one_less * p;
        }
    }
    let outside = |masses: &mut dyn Iterator<Item = &f64>| {
        let mut sum = 0.0;
        let left_out = masses.take_while(|&&mass| {
            sum += mass;
            sum <= ONE_SIDE
        });
        left_out.count()
    };
    let low = outside(&mut law.iter());
    let high = law.len() - 1 - outside(&mut law.iter().rev());
    RowsForecast { expected, low: always + low, high: always + high }
}

/// What the bounds take from the groups of the data that may show: of a public list those that it
/// has, else all.
fn lowered(
    prepared: &PreparedRelease,
    sums: &[(String, i64)],
    shown: &[f64],
    unit: f64,
) -> Lowered {
    let pairs = prepared.pairs();
    let bounded: HashMap<&str, (i64, f64)> =
        sums.iter().zip(shown).map(|((key, sum), &shows)| (key.as_str(), (*sum, shows))).collect();
    let listed = matches!(prepared.request().keys, Keys::Catalogue(_));
    let (mut raw, mut kept, mut shows, mut place) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, (key, &sum)) in pairs.keys().iter().zip(pairs.raw()).enumerate() {
        let bounded = bounded.get(key.as_str());
        if bounded.is_some() || !listed {
            raw.push(sum as f64);
            kept.push(bounded.map_or(0.0, |(sum, _)| *sum as f64));
            shows.push(bounded.map_or(0.0, |(_, shows)| *shows));
            place.push(at);
        }
    }
    let total: f64 = raw.iter().sum();
    let k = HEAD.min(raw.iter().filter(|&&sum| sum > 0.0).count() / 2);
    let stay = match prepared.noise() {
        None => 0.0,
        Some(noise) => {
            let threshold = prepared.threshold().map(|threshold| threshold as f64 - 1.0);
            let published: Vec<f64> = sums.iter().map(|(_, sum)| *sum as f64).collect();
            let head: Vec<f64> = top_k(&raw, k).iter().map(|&at| kept[at as usize]).collect();
            stays(&published, &head, k, threshold, |above| noise.above(above))
        }
    };
    let largest = top_k(&raw, 1).first().map(|&at| {
        let (at, key) = (at as usize, place[at as usize]);
        let said = pairs.descriptions().map_or("", |said| &said[key]);
        Largest {
            name: format!("{} {said}", pairs.keys()[key]).trim().to_owned(),
            raw: raw[at] / unit,
            bounded: kept[at] / unit,
            shows: shows[at] >= 0.5,
        }
    });
    Lowered {
        share: if total > 0.0 { 1.0 - kept.iter().sum::<f64>() / total } else { 0.0 },
        largest,
        head: (k > 0).then_some((k, stay)),
    }
}

/// How many of `head` are among the first `k` of what is published, where each sum has noise of its own, which is
/// above a number with the probability `above`: those beyond the level that `k` sums are beyond, in expectation,
/// or, if that is higher, beyond the threshold (Hájek 1964, as below: the level is taken for fixed).
fn stays(
    sums: &[f64],
    head: &[f64],
    k: usize,
    threshold: Option<f64>,
    above: impl Fn(f64) -> f64,
) -> f64 {
    if k == 0 || sums.is_empty() {
        return 0.0;
    }
    let beyond = |sums: &[f64], level: f64| sums.iter().map(|sum| above(level - sum)).sum::<f64>();
    let least = sums.iter().copied().fold(f64::INFINITY, f64::min);
    let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Wide enough for any noise: beyond the lowest all are, beyond the highest none.
    let mut width = 1.0;
    while above(width) > 1e-6 && width < 1e15 {
        width *= 2.0;
    }
    let (mut low, mut high) = (least - width, most + width);
    for _ in 0..60 {
        let middle = (0.5 * (low + high)).floor();
        if middle <= low || middle >= high {
            break;
        }
        if beyond(sums, middle) >= k as f64 { low = middle } else { high = middle }
    }
    if let Some(threshold) = threshold.filter(|&threshold| threshold >= low) {
        return beyond(head, threshold);
    }
    // Between two whole numbers, by lot.
    let (more, fewer) = (beyond(sums, low), beyond(sums, high));
    let share = if more > fewer { (k as f64 - fewer) / (more - fewer) } else { 1.0 };
    let (in_more, in_fewer) = (beyond(head, low), beyond(head, high));
    (in_fewer + share.clamp(0.0, 1.0) * (in_more - in_fewer)).clamp(0.0, head.len() as f64)
}

/// How many of the true first `k` are drawn. A Gumbel-noised order is a draw without replacement with weights
/// `exp(s/scale)`, and in it a group is with probability about `1 - exp(-w·τ)`, where τ makes these add up to
/// k (Hájek 1964; Rosén 1972, "Asymptotic theory for successive sampling with varying
/// probabilities without replacement").
fn order(sums: &[(String, i64)], k: usize, scale: f64) -> OrderForecast {
    let mut logs: Vec<f64> = sums.iter().map(|(_, sum)| *sum as f64 / scale).collect();
    logs.sort_unstable_by(|a, b| b.total_cmp(a));
    if k >= logs.len() {
        return OrderForecast { k, stay: logs.len() as f64 };
    }
    let within = |tau: f64| logs.iter().map(move |log| -libm::expm1(-libm::exp(log + tau)));
    // In logarithms: of nobody's weights is any below this, and of all of them none above.
    let (mut low, mut high) = (-logs[0] - 60.0, 60.0 - logs[logs.len() - 1]);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if within(middle).sum::<f64>() < k as f64 { low = middle } else { high = middle }
    }
    OrderForecast { k, stay: within(0.5 * (low + high)).take(k).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_rows_has_the_law_of_a_sum_of_coins() {
        let sure = rows(&[1.0, 1.0, 0.0]);
        assert_eq!((sure.expected, sure.low, sure.high), (2.0, 2, 2));
        // 100 fair coins: P(N ≤ 39) = .0176, P(N ≤ 40) = .0284.
        let coins = rows(&[0.5; 100]);
        assert_eq!((coins.low, coins.high), (40, 60));
        // One of 40: none with .363, and 3 or fewer with .982.
        let rare = rows(&[0.025; 40]);
        assert_eq!((rare.low, rare.high), (0, 3));
        // Far beyond what is added up term by term it is the normal law, and no narrower.
        let many = rows(&[0.5; 10_000]);
        assert!((4_895..=4_902).contains(&many.low) && (5_098..=5_105).contains(&many.high));
    }

    #[test]
    fn half_is_where_sense_ends() {
        let report =
            |read, kept| CleaningReport { rows_read: read, rows_kept: kept, ..Default::default() };
        assert!(BelowSense::of_rows(&report(10, 6)).is_none());
        assert!(BelowSense::of_rows(&report(10, 5)).is_some());
        assert!(BelowSense::of_rows(&report(0, 0)).is_none());
        assert!(BelowSense::of_keys(CatalogueLookedUp { keys: 4, occur: 2 }).is_none());
        assert!(BelowSense::of_keys(CatalogueLookedUp { keys: 5, occur: 2 }).is_some());
    }
}
