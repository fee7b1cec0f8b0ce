//! What noise is expected to do to a ranking: the true list with every item's place, and
//! drift over ε, as they stand in JSON and CSV. No noised value is in it.

use std::fmt::Write;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::aligned::{fit, fitting, left_out_line, padding};
use super::documents::{QuestionDocument, amount};
use super::flat::quoted;
use super::shown::shown;
use crate::contribution::Pairs;
use crate::expected::{CellFigures, CellSpec, Figures, Places};
use crate::metric::ByMetric;
use crate::metric::drift::Drift;
use crate::purchases::{Purchases, Status};

/// The ranking of one cell.
#[derive(Debug, Clone, Serialize)]
pub struct RankingDocument {
    /// The file's name.
    pub source: String,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// The question.
    pub question: QuestionDocument,
    /// The mechanism's word.
    pub mechanism: String,
    /// ε of one release.
    pub epsilon: f64,
    /// δ of one release.
    pub delta: Option<f64>,
    /// Groups per user.
    pub l0: Option<u64>,
    /// Contribution per group, in shown units.
    pub linf: Option<serde_json::Number>,
    /// b or σ, in shown units.
    pub scale: f64,
    /// Length of the top list.
    pub k: usize,
    /// Seed of the trials.
    pub seed: u64,
    /// Trials behind the simulated figures.
    pub trials: u64,
    /// Ranking of the bounded sums: clipping alone.
    #[serde(serialize_with = "ByMetric::serialize_orders")]
    pub clipping: Drift,
    /// Every group by true rank.
    pub list: Vec<PlaceDocument>,
    /// Drift over ε, by mechanism.
    pub drift: Vec<DriftDocument>,
}

/// One group of the true list.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceDocument {
    /// Rank by raw sum, from 1; ties by key.
    pub true_rank: usize,
    /// The group's key.
    pub key: String,
    /// Its name, where the file has one.
    pub name: Option<String>,
    /// Raw sum, in shown units.
    pub raw: serde_json::Number,
    /// Bounded sum, in shown units.
    pub bounded: serde_json::Number,
    /// Rank by bounded sum, from 1: what clipping alone does.
    pub rank_by_clipping: usize,
    /// How far its bounded sum leads that of the next in the true order, over b or σ; null for the last.
    pub gap_in_scales: Option<f64>,
    /// Expected rank in a noised list.
    pub expected_rank: f64,
    /// Probability of a place in the noised top k.
    pub in_top_k: f64,
    /// Probability of the first place.
    pub first: f64,
}

/// Drift at one ε.
#[derive(Debug, Clone, Serialize)]
pub struct DriftDocument {
    /// The mechanism's word.
    pub mechanism: String,
    /// ε of one release.
    pub epsilon: f64,
    /// Against the raw order: clipping and noise.
    #[serde(serialize_with = "ByMetric::serialize_orders")]
    pub ranking: Figures,
    /// Against the bounded order: noise alone.
    #[serde(serialize_with = "ByMetric::serialize_orders")]
    pub ranking_noise: Figures,
}

/// What a ranking was worked out for.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'a> {
    /// The cell.
    pub cell: &'a CellSpec,
    /// Its bounded sums.
    pub answer: &'a [i64],
    /// Where every group is to be expected.
    pub places: &'a Places,
    /// Length of the top list.
    pub k: usize,
    /// Seed of the trials.
    pub seed: u64,
    /// Trials behind the simulated figures.
    pub trials: u64,
}

impl RankingDocument {
    /// The document; `drift` holds mechanism, ε and figures of every point.
    pub fn new(
        purchases: &Purchases,
        pairs: &Pairs,
        ranked: Ranked<'_>,
        clipping: Drift,
        drift: &[(String, f64, CellFigures)],
    ) -> Self {
        let stored = pairs.units_per_shown();
        let (cell, unit) = (ranked.cell, stored as f64);
        let by_rank = order(pairs.raw());
        let mut clipped_rank = vec![0; by_rank.len()];
        for (place, &group) in order(ranked.answer).iter().enumerate() {
            clipped_rank[group] = place + 1;
        }
        let list = by_rank.iter().enumerate().map(|(place, &group)| {
            let next = by_rank.get(place + 1).map(|&next| ranked.answer[next]);
            PlaceDocument {
                true_rank: place + 1,
                key: pairs.keys()[group].clone(),
                name: pairs.descriptions().map(|names| names[group].clone()),
                raw: amount(pairs.raw()[group], stored),
                bounded: amount(ranked.answer[group], stored),
                rank_by_clipping: clipped_rank[group],
                gap_in_scales: next
                    .map(|next| (ranked.answer[group] - next) as f64 / cell.noise.scale()),
                expected_rank: ranked.places.rank[group],
                in_top_k: ranked.places.in_top[group],
                first: ranked.places.first[group],
            }
        });
        let points = drift.iter().map(|(mechanism, epsilon, figures)| DriftDocument {
            mechanism: mechanism.clone(),
            epsilon: *epsilon,
            ranking: figures.raw,
            ranking_noise: figures.noise,
        });
        Self {
            source: purchases.source.clone(),
            status: purchases.status,
            warning: purchases.status.warning(),
            question: QuestionDocument::of(pairs),
            mechanism: cell.mechanism.to_string(),
            epsilon: cell.epsilon,
            delta: cell.delta,
            l0: cell.bounds.map(|bounds| bounds.l0()),
            linf: cell.bounds.map(|bounds| amount(bounds.linf() as i64, pairs.units_per_shown())),
            scale: cell.noise.scale() / unit,
            k: ranked.k,
            seed: ranked.seed,
            trials: ranked.trials,
            clipping,
            list: list.collect(),
            drift: points.collect(),
        }
    }
}

/// Group indices by sum, largest first, ties by key.
fn order(sums: &[i64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by_key(|&group| (std::cmp::Reverse(sums[group]), group));
    order
}

/// The head of the list for people: where every item of the true top k is to be expected, in so many columns
/// of a terminal as there is room for. `how_shown` says how those left out are shown.
pub fn ranking_lines(document: &RankingDocument, room: Option<usize>, how_shown: &str) -> String {
    let k = document.k;
    // Keys may be names, which take what room there is.
    const LONGEST: usize = 24;
    let keys: Vec<String> =
        document.list.iter().take(k).map(|row| fit(&shown(&row.key), LONGEST)).collect();
    let widest = keys.iter().map(|key| key.width()).max().unwrap_or(0).max(3);
    // Names may be cut where a terminal is narrow, if enough of them is left to be told apart.
    const BESIDE: usize = 51;
    const LEGIBLE: usize = 12;
    let of_name = room.map_or(usize::MAX, |room| room.saturating_sub(BESIDE + widest));
    let of_name = if of_name < LEGIBLE { LEGIBLE } else { of_name };
    let name = |name: Option<&str>| fit(&shown(name.unwrap_or("")), of_name);
    let names: Vec<String> = document.list.iter().map(|row| name(row.name.as_deref())).collect();
    let row = |[rank, key, raw, clipped, stays, place, name]: [&str; 7]| {
        vec![
            format!("{rank:>6}"),
            format!("{key}{}", padding(key, widest)),
            format!("{raw:>11}"),
            format!("{clipped:>7}"),
            format!("{stays:>8}"),
            format!("{place:>7}"),
            name.to_owned(),
        ]
    };
    let mut rows = vec![row(["rank", "key", "raw", "clipped", "P(top k)", "E rank", "name"])];
    for ((place, key), name) in document.list.iter().zip(&keys).zip(&names) {
        rows.push(row([
            &place.true_rank.to_string(),
            key,
            &place.raw.to_string(),
            &place.rank_by_clipping.to_string(),
            &format!("{:.3}", place.in_top_k),
            &format!("{:.1}", place.expected_rank),
            name,
        ]));
    }
    let (rows, left_out) = fitting(&rows, &[0, 1, 4, 2, 6, 5, 3], room);
    let mut text = format!(
        "expected places of the true top {k} at ε {} ({}):\n",
        document.epsilon, document.mechanism
    );
    for row in &rows {
        let _ = writeln!(text, "{}", row.join("  "));
    }
    if !left_out.is_empty() {
        // What is left out has blanks before its name in the head.
        let names: Vec<String> = left_out.iter().map(|name| name.trim().to_owned()).collect();
        text += &left_out_line(&names, room, how_shown);
        text.push('\n');
    }
    let stay: f64 = document.list.iter().take(k).map(|row| row.in_top_k).sum();
    let _ = writeln!(text, "of the true top {k}, {stay:.1} are expected to stay");
    if let Some(warning) = document.warning {
        let _ = writeln!(text, "{warning}");
    }
    text
}

/// The list as CSV text, a row a group by true rank; status and warning stand in every row.
pub fn ranking_csv(document: &RankingDocument) -> String {
    let mut text = String::from(
        "source,status,warning,mechanism,epsilon,delta,l0,linf,scale,k,true_rank,key,name,raw,bounded,\
         rank_by_clipping,gap_in_scales,expected_rank,in_top_k,first\n",
    );
    let some = |value: Option<String>| value.unwrap_or_default();
    let before = [
        quoted(&document.source),
        document.status.to_string(),
        quoted(document.warning.unwrap_or("")),
        document.mechanism.clone(),
        document.epsilon.to_string(),
        some(document.delta.map(|d| format!("{d:e}"))),
        some(document.l0.map(|l0| l0.to_string())),
        some(document.linf.as_ref().map(ToString::to_string)),
        document.scale.to_string(),
        document.k.to_string(),
    ]
    .join(",");
    for row in &document.list {
        let gap = some(row.gap_in_scales.map(|gap| gap.to_string()));
        let name = quoted(row.name.as_deref().unwrap_or(""));
        let _ = writeln!(
            text,
            "{before},{},{},{name},{},{},{},{gap},{},{},{}",
            row.true_rank,
            quoted(&row.key),
            row.raw,
            row.bounded,
            row.rank_by_clipping,
            row.expected_rank,
            row.in_top_k,
            row.first
        );
    }
    text
}
