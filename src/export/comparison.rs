//! The document of `compare`, and its lines for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::aligned::padding;
use super::shown::shown;
use crate::chart::grouped;
use crate::metric::comparison::{Comparison, GroupCounts, Known, SideTies};
use crate::purchases::Status;
use crate::table::GroupValues;

/// Groups of one side that are named of those that the other lacks.
const NAMED: usize = 5;

/// What `compare` finds.
#[derive(Debug, Clone, Serialize)]
pub struct CompareDocument {
    /// The file to compare with.
    pub left: SideDocument,
    /// The file that is compared.
    pub right: SideDocument,
    /// The status of the more private file.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// Length of the heads.
    pub k: usize,
    /// p of RBO.
    pub rbo_p: f64,
    /// How many groups there are.
    pub groups: GroupCounts,
    /// Kendall τ-b over the groups on both sides.
    pub kendall_tau_b: Option<f64>,
    /// Weighted τ over the groups on both sides, by left's order.
    pub weighted_tau: Option<f64>,
    /// Spearman's ρ over the groups on both sides.
    pub spearman: Option<f64>,
    /// Overlap of the heads of both whole lists.
    pub overlap_at_k: Option<f64>,
    /// Jaccard of the heads of both whole lists.
    pub jaccard_at_k: Option<f64>,
    /// Extrapolated RBO of both whole lists.
    pub rbo: Option<f64>,
    /// NDCG of right's head by left's values.
    pub ndcg_at_k: Option<f64>,
    /// Mean |rank displacement| over the groups on both sides.
    pub mean_rank_displacement: Option<f64>,
    /// 1 where the first groups differ, else 0.
    pub top1_flip: Option<u8>,
    /// Why a figure is null, by its name.
    pub reasons: BTreeMap<&'static str, String>,
}

/// One file of a comparison.
#[derive(Debug, Clone, Serialize)]
pub struct SideDocument {
    /// The file's name.
    pub source: String,
    /// The column of the groups; null without a header.
    pub group_column: Option<String>,
    /// The column of the values; null without a header.
    pub value_column: Option<String>,
    /// The row that was left out, as it is no group; null where there is none.
    pub left_out: Option<&'static str>,
    /// Whether the file holds ranks in place of values.
    pub ranks: bool,
    /// Groups that share their value with another of this file.
    pub tied_groups: usize,
    /// Whether a group left out of the head has the same value as its last.
    pub tie_at_k: bool,
    /// How many groups the other file lacks.
    pub missing_on_the_other_side: usize,
    /// The first of them, in key order.
    pub missing_first: Vec<String>,
}

impl SideDocument {
    fn new(side: &GroupValues, ties: SideTies, missing: &[usize]) -> Self {
        Self {
            source: side.name.clone(),
            group_column: side.has_header.then(|| side.group_column.clone()),
            value_column: side.has_header.then(|| side.value_column.clone()),
            left_out: None,
            ranks: side.ranks,
            tied_groups: ties.groups,
            tie_at_k: ties.at_cut,
            missing_on_the_other_side: missing.len(),
            missing_first: missing.iter().take(NAMED).map(|&at| side.groups[at].clone()).collect(),
        }
    }
}

impl CompareDocument {
    /// The document of two files and their comparison.
    pub fn new(
        left: &GroupValues,
        right: &GroupValues,
        status: Status,
        k: usize,
        rbo_p: f64,
        found: &Comparison,
    ) -> Self {
        let mut reasons = BTreeMap::new();
        let mut known = |name: &'static str, figure: Known| match figure {
            Ok(value) => Some(value),
            Err(absence) => {
                reasons.insert(name, absence.to_string());
                None
            }
        };
        Self {
            left: SideDocument::new(left, found.left_ties, &found.only_left),
            right: SideDocument::new(right, found.right_ties, &found.only_right),
            status,
            warning: status.warning(),
            k,
            rbo_p,
            groups: found.groups,
            kendall_tau_b: known("kendall_tau_b", found.kendall_tau_b),
            weighted_tau: known("weighted_tau", found.weighted_tau),
            spearman: known("spearman", found.spearman),
            overlap_at_k: known("overlap_at_k", found.overlap_at_k),
            jaccard_at_k: known("jaccard_at_k", found.jaccard_at_k),
            rbo: known("rbo", found.rbo),
            ndcg_at_k: known("ndcg_at_k", found.ndcg_at_k),
            mean_rank_displacement: known("mean_rank_displacement", found.mean_rank_displacement),
            top1_flip: known("top1_flip", found.top1_flip).map(|flip| u8::from(flip != 0.0)),
            reasons,
        }
    }
}

impl SideDocument {
    /// Notes that a row of this name, which is no group, was left out.
    pub fn left_out(&mut self, row: &'static str) {
        self.left_out = Some(row);
    }
}

/// `compare` as lines.
pub fn compare_lines(document: &CompareDocument) -> String {
    let mut text = String::new();
    let sides = [
        ("LEFT", &document.left, document.groups.left),
        ("RIGHT", &document.right, document.groups.right),
    ];
    let width = sides.iter().map(|(_, side, _)| shown(&side.source).width()).max().unwrap_or(0);
    for (name, side, groups) in sides {
        let columns = match (&side.group_column, &side.value_column) {
            (Some(group), Some(value)) => format!("columns {}, {}", shown(group), shown(value)),
            _ => "no header".to_owned(),
        };
        let source = shown(&side.source);
        let pad = padding(&source, width);
        let unit = if groups == 1 { "group " } else { "groups" };
        let _ = writeln!(
            text,
            "{name:<6} {}{pad}  {:>9} {unit}  {columns}",
            source,
            grouped(groups as u64)
        );
    }
    let _ = writeln!(
        text,
        "{:<6} {:width$}  {:>9}  ({} data)",
        "both",
        "",
        grouped(document.groups.both as u64),
        document.status
    );
    if let Some(warning) = document.warning {
        let _ = writeln!(text, "{warning}");
    }
    let k = document.k;
    let flip = document.top1_flip.map(f64::from);
    let rows = [
        (
            "Kendall τ-b",
            "kendall_tau_b",
            document.kendall_tau_b,
            "1",
            "-1 to 1",
            "pairs in the same order, or not",
        ),
        (
            "weighted τ",
            "weighted_tau",
            document.weighted_tau,
            "1",
            "-1 to 1",
            "the same; LEFT's head counts most",
        ),
        ("Spearman ρ", "spearman", document.spearman, "1", "-1 to 1", "correlation of ranks"),
        (
            "mean displacement",
            "mean_rank_displacement",
            document.mean_rank_displacement,
            "0",
            "0 up",
            "ranks that a group moved",
        ),
        (
            "overlap",
            "overlap_at_k",
            document.overlap_at_k,
            "1",
            "0 to 1",
            "share of the head in both",
        ),
        (
            "Jaccard",
            "jaccard_at_k",
            document.jaccard_at_k,
            "1",
            "0 to 1",
            "in both heads, of all in either",
        ),
        ("RBO", "rbo", document.rbo, "1", "0 to 1", "overlap by depth, the head first"),
        ("NDCG", "ndcg_at_k", document.ndcg_at_k, "1", "0 to 1", "LEFT's values in RIGHT's head"),
        ("top-1 flip", "top1_flip", flip, "0", "0 or 1", "1: the first groups differ"),
    ];
    let _ = writeln!(text, "\n{:<18}{:>9}{:>6}  range", "", "value", "best");
    for (label, name, value, best, range, words) in rows {
        let label = match name {
            "overlap_at_k" | "jaccard_at_k" | "ndcg_at_k" => format!("{label}@{k}"),
            "rbo" => format!("{label}, p {}", document.rbo_p),
            _ => label.to_owned(),
        };
        let value = match value {
            None => "none".to_owned(),
            Some(value) if name == "top1_flip" => value.to_string(),
            Some(value) if value >= 1e3 => format!("{value:.1}"),
            Some(value) => format!("{value:.4}"),
        };
        let words = document.reasons.get(name).map_or(words, String::as_str);
        let _ = writeln!(text, "{label:<18}{value:>9}{best:>6}  {range:<9}{words}");
    }
    let mut notes = Vec::new();
    for ((_, side, _), other) in sides.iter().zip(["RIGHT", "LEFT"]) {
        if side.missing_on_the_other_side > 0 {
            let more = if side.missing_on_the_other_side > side.missing_first.len() {
                ", …"
            } else {
                ""
            };
            let named = shown(&side.missing_first.join(", ")).into_owned();
            let count = grouped(side.missing_on_the_other_side as u64);
            let are = if side.missing_on_the_other_side == 1 { "group is" } else { "groups are" };
            notes.push(format!("{count} {are} missing in {other}: {named}{more}"));
        }
    }
    for (name, side, _) in sides {
        if let Some(row) = side.left_out {
            notes.push(format!("{row} of {name} is left out: it is no group"));
        }
        if side.tied_groups > 0 {
            let count = grouped(side.tied_groups as u64);
            let cut = if side.tie_at_k {
                format!(", also where the list is cut at {k}")
            } else {
                String::new()
            };
            notes.push(format!("{count} groups of {name} share their value with another{cut}: lists have them by key"));
        }
        if side.ranks {
            notes.push(format!("{name} holds ranks: rank 1 counts as the largest value"));
        }
    }
    if !notes.is_empty() {
        let _ = writeln!(text, "\n{}", notes.join("\n"));
    }
    text
}
