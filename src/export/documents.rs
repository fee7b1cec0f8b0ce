//! The documents of `inspect` and `sweep`, as they stand in JSON. Values in shown
//! units (money for revenue, whole numbers otherwise).

use serde::Serialize;

use super::notes::reading_notes;
use crate::contribution::{Contributions, GroupKeys, Pairs, Spread};
use crate::expected::{CellFigures, FigureSet};
use crate::purchases::{
    CleaningReport, ColumnsUsed, DoubtOf, Dropped, FirstRow, GroundedReading, Purchases, Question,
    RowsAre, Status,
};
use crate::simulation::Designed;

/// What `inspect` says of a file.
#[derive(Debug, Clone, Serialize)]
pub struct InspectDocument {
    /// The file's name.
    pub source: String,
    /// Whether its rows are purchases, or events of which there are rates.
    pub rows_are: RowsAre,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// Data rows read.
    pub rows_read: u64,
    /// Rows left after cleaning.
    pub rows_kept: u64,
    /// Rows dropped by the first reason that held.
    pub dropped: Dropped,
    /// Distinct users.
    pub users: usize,
    /// Distinct items.
    pub items: usize,
    /// (user, group) pairs of the question.
    pub pairs: usize,
    /// Sum over all groups, in shown units.
    pub total: serde_json::Number,
    /// The question that pairs, total and spreads belong to.
    pub question: QuestionDocument,
    /// Groups per user.
    pub groups_per_user: Spread,
    /// Value per pair, in shown units.
    pub value_per_pair: Spread,
    /// Which column serves as what.
    pub columns: ColumnsUsed,
    /// Every decision of reading, with what speaks for it.
    pub reading: GroundedReading,
    /// The decisions that two readings fit.
    pub doubts: Vec<DoubtOf>,
    /// The first rows, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<FirstRow>>,
}

/// A question in a document.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct QuestionDocument {
    /// Grouping and measure.
    #[serde(flatten)]
    pub question: Question,
    /// Number of groups: of those that stand in the cleaned data where a file is inspected, of
    /// all that figures are over elsewhere (24 hours, whichever are seen).
    pub groups: usize,
}

impl QuestionDocument {
    pub(super) fn of(pairs: &Contributions) -> Self {
        Self { question: pairs.question(), groups: pairs.keys().len() }
    }

    /// With the groups that are seen.
    fn seen(pairs: &Contributions) -> Self {
        Self { question: pairs.question(), groups: pairs.seen() }
    }
}

impl InspectDocument {
    /// The document of a file and its question.
    pub fn new(purchases: &Purchases, pairs: &Contributions, rows_are: RowsAre) -> Self {
        let unit = pairs.units_per_shown();
        let CleaningReport { rows_read, rows_kept, dropped } = pairs.report().clone();
        let spread = pairs.value_per_pair();
        let shown = |value: f64| value / unit as f64;
        Self {
            source: purchases.source.clone(),
            rows_are,
            status: purchases.status,
            warning: purchases.status.warning(),
            rows_read,
            rows_kept,
            dropped,
            users: pairs.contributors(),
            items: pairs.items(),
            pairs: pairs.len(),
            total: amount(pairs.raw_total(), unit),
            question: QuestionDocument::seen(pairs),
            groups_per_user: pairs.groups_per_user(),
            value_per_pair: Spread {
                median: shown(spread.median),
                p90: shown(spread.p90),
                p99: shown(spread.p99),
                max: shown(spread.max),
            },
            columns: purchases.columns.clone(),
            reading: GroundedReading::new(&purchases.reading, &purchases.grounds),
            doubts: purchases.grounds.doubts().to_vec(),
            rows: None,
        }
    }
}

/// A stored sum in shown units: a whole number, or money with decimals.
pub(super) fn amount(stored: i64, unit: i64) -> serde_json::Number {
    match unit {
        1 => stored.into(),
        unit => serde_json::Number::from_f64(stored as f64 / unit as f64)
            .unwrap_or_else(|| stored.into()),
    }
}

/// What `sweep` finds.
#[derive(Debug, Clone, Serialize)]
pub struct SweepDocument {
    /// The file's name.
    pub source: String,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// The question.
    pub question: QuestionDocument,
    /// What cleaning dropped of the rows, where it is one in a hundred or more, and doubtful
    /// decisions of reading.
    pub notes: Vec<String>,
    /// Length of the top list.
    pub k: usize,
    /// Seed of the trials.
    pub seed: u64,
    /// Trials per cell.
    pub trials: u64,
    /// Which figures were worked out; the others are null.
    pub figures: FigureSet,
    /// Whether the sensitivity was typed instead of derived from bounds: the guarantee
    /// then holds only if the data obeys it.
    pub sensitivity_assumed: bool,
    /// What is assumed of the groups' keys: {keys, number, from}. Where they are public, one
    /// user moves no more of them than there are.
    pub groups_assumed: GroupKeys,
    /// The cells, in the order mechanism, l0, linf, ε.
    pub cells: Vec<CellDocument>,
}

/// One cell of a sweep.
#[derive(Debug, Clone, Serialize)]
pub struct CellDocument {
    /// The mechanism.
    pub mechanism: crate::privacy::Mechanism,
    /// ε.
    pub epsilon: f64,
    /// δ; null for pure mechanisms.
    pub delta: Option<f64>,
    /// Groups per user; null with an assumed sensitivity.
    pub l0: Option<u64>,
    /// Contribution per group in shown units; null with an assumed sensitivity.
    pub linf: Option<serde_json::Number>,
    /// Δ₁.
    pub l1_sensitivity: f64,
    /// Δ₂.
    pub l2_sensitivity: f64,
    /// b or σ, or the scale of Gumbel noise.
    pub scale: f64,
    /// Share of the raw total that the bounds drop.
    pub dropped_share: f64,
    /// Error and ranking, as `error`, `ranking`, `ranking_noise`, `ranking_clipping`.
    #[serde(flatten)]
    pub figures: CellFigures,
}

impl SweepDocument {
    /// The document of a designed sweep and its figures, one per cell.
    pub fn new(
        purchases: &Purchases,
        pairs: &Pairs,
        designed: &Designed,
        figures: &[CellFigures],
    ) -> Self {
        let plan = &designed.plan;
        let unit = plan.unit as f64;
        let cells = plan
            .cells
            .iter()
            .zip(figures)
            .map(|(spec, figures)| CellDocument {
                mechanism: spec.mechanism,
                epsilon: spec.epsilon,
                delta: spec.delta,
                l0: spec.bounds.map(|b| b.l0()),
                linf: spec.bounds.map(|b| amount(b.linf() as i64, plan.unit)),
                l1_sensitivity: spec.sensitivity.l1 / unit,
                l2_sensitivity: spec.sensitivity.l2 / unit,
                scale: spec.noise.scale() / unit,
                dropped_share: designed.dropped[spec.answer],
                figures: *figures,
            })
            .collect();
        Self {
            source: purchases.source.clone(),
            status: purchases.status,
            warning: purchases.status.warning(),
            question: QuestionDocument::of(pairs),
            notes: reading_notes(&purchases.grounds, pairs.report()),
            k: plan.k,
            seed: plan.seed,
            trials: plan.trials,
            figures: plan.figures,
            sensitivity_assumed: plan.cells.iter().any(|cell| cell.sensitivity.assumed),
            groups_assumed: designed.known,
            cells,
        }
    }
}
