//! Advice as it stands in JSON. Sums and limits in shown units.

use serde::Serialize;

use super::sentence::{advice_sentence, why};
use super::source::AdviceSource;
use crate::advice::{
    Advice, Advised, Confirmed, DRAWS, FoundRelease, Infeasible, RecallAt, Recalled, ReleaseKind,
    Window,
};
use crate::contribution::GroupKeys;
use crate::export::documents::QuestionDocument;
use crate::export::notes::reading_notes;
use crate::metric::Figure;
use crate::purchases::Status;
use crate::recommend::ModelKind;

/// What `advise` finds.
#[derive(Debug, Clone, Serialize)]
pub struct AdviceDocument {
    /// The file's name.
    pub source: String,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// Choosing on private data is itself not private.
    pub chosen_by_looking: &'static str,
    /// The question.
    pub question: QuestionDocument,
    /// What cleaning dropped and doubtful decisions of reading.
    pub notes: Vec<String>,
    /// What is assumed of the groups' keys.
    pub groups_assumed: GroupKeys,
    /// With what probability over the noise of one release each want holds.
    pub confidence: f64,
    /// The largest ε that was looked at.
    pub max_epsilon: f64,
    /// The answer in one sentence.
    pub answer: String,
    /// The smallest ε at which every want holds; null where there is none.
    pub epsilon: Option<f64>,
    /// `values` or `order`.
    pub release: Option<&'static str>,
    /// δ, where the mechanism has one.
    pub delta: Option<f64>,
    /// The mechanism.
    pub mechanism: Option<&'static str>,
    /// l0; null where an order alone is released, whose noise does not depend on it.
    pub l0: Option<u64>,
    /// linf, shown units.
    pub linf: Option<f64>,
    /// Every want at the answer.
    pub figures: Vec<WantDocument>,
    /// The share of trials that meet all wants together.
    pub together: Figure,
    /// The want that fails first below that ε.
    pub binding: Option<String>,
    /// Scale of the noise, share of the total that bounds take, simultaneous 95 % width.
    pub noise_scale: Option<f64>,
    /// The share of the total that the bounds take, in 0..=1.
    pub clipped_share: Option<f64>,
    /// Half width within which every group's value lies of its bounded sum at once, 95 %.
    pub simultaneous_width: Option<f64>,
    /// The same figures at 1.1 ε.
    pub ten_percent_more: Vec<MoreDocument>,
    /// The other mechanisms and kinds of release that meet every want.
    pub alternatives: Vec<FoundDocument>,
    /// Floor and ceiling over ε of every mechanism.
    pub windows: Vec<WindowDocument>,
    /// Wants that nothing meets.
    pub infeasible: Vec<InfeasibleDocument>,
    /// What wants of a private recommender need; empty where none was asked.
    pub recall: Vec<RecallDocument>,
    /// Where nothing meets all wants together: what each that can be met needs alone.
    pub apart: Vec<ApartDocument>,
}

/// What a want of a private recommender needs.
#[derive(Debug, Clone, Serialize)]
pub struct RecallDocument {
    /// The want.
    pub want: String,
    /// The model that was fitted.
    pub model: ModelKind,
    /// Recall of the same model without privacy.
    pub nonprivate: f64,
    /// The smallest ε at which it holds; null where it does not at the largest.
    pub epsilon: Option<f64>,
    /// Every ε that was looked at: mean over draws, what one release strays by, probability.
    pub looked_at: Vec<RecallAtDocument>,
}

/// Recall at one ε.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RecallAtDocument {
    /// ε.
    pub epsilon: f64,
    /// Recall: mean over draws of the noise, and its standard error.
    pub recall: Figure,
    /// The standard deviation between draws.
    pub deviation: f64,
    /// The probability that one release meets the want.
    pub probability: Option<f64>,
}

impl RecallDocument {
    fn new(one: &Recalled) -> Self {
        let at = |at: &RecallAt| RecallAtDocument {
            epsilon: at.epsilon,
            recall: Figure::simulated(at.mean, Some(at.deviation / (DRAWS as f64).sqrt())),
            deviation: at.deviation,
            probability: at.chance.is_finite().then_some(at.chance),
        };
        Self {
            want: one.want.to_string(),
            model: one.model,
            nonprivate: one.nonprivate,
            epsilon: one.epsilon,
            looked_at: one.looked_at.iter().map(at).collect(),
        }
    }
}

/// What one want needs alone.
#[derive(Debug, Clone, Serialize)]
pub struct ApartDocument {
    /// The want.
    pub want: String,
    /// The release.
    #[serde(flatten)]
    pub found: FoundDocument,
}

/// One want at the answer.
#[derive(Debug, Clone, Serialize)]
pub struct WantDocument {
    /// The want.
    pub want: String,
    /// Its limit.
    pub limit: f64,
    /// Its figure over the noise of one release.
    pub figure: Figure,
    /// The probability that one release meets it.
    pub probability: Figure,
    /// The probability that was asked for.
    pub needed: Option<f64>,
}

/// One want at a larger ε.
#[derive(Debug, Clone, Serialize)]
pub struct MoreDocument {
    /// The want.
    pub want: String,
    /// Its expected figure.
    pub expected: Option<f64>,
    /// The probability that one release meets it.
    pub probability: Option<f64>,
}

/// Another way to meet every want.
#[derive(Debug, Clone, Serialize)]
pub struct FoundDocument {
    /// `values` or `order`.
    pub release: &'static str,
    /// The mechanism.
    pub mechanism: &'static str,
    /// The smallest ε.
    pub epsilon: f64,
    /// l0.
    pub l0: Option<u64>,
    /// linf, shown units.
    pub linf: f64,
}

/// Floor and ceiling of a mechanism.
#[derive(Debug, Clone, Serialize)]
pub struct WindowDocument {
    /// The mechanism.
    pub mechanism: &'static str,
    /// The smallest ε for what must hold.
    pub floor: Option<f64>,
    /// The largest ε for what may be risked.
    pub ceiling: Option<f64>,
    /// Whether an ε lies between them.
    pub open: bool,
}

/// A want that nothing meets.
#[derive(Debug, Clone, Serialize)]
pub struct InfeasibleDocument {
    /// The want.
    pub want: String,
    /// The best limit that holds with the confidence, at the largest ε; null where none does.
    pub best: Option<f64>,
    /// Why no better, and what would help.
    pub why: String,
    /// `values` or `order`.
    pub release: &'static str,
    /// Where it comes nearest.
    pub nearest: FoundDocument,
    /// The probability there that one release meets the want.
    pub probability: Option<f64>,
}

/// What is said of every answer.
const BY_LOOKING: &str = "ε and bounds were chosen by looking at the true data: that is not differentially private; a \
                          release that uses them says so under unprotected_quantities";

impl AdviceDocument {
    /// The document of an answer.
    pub fn new(source: &AdviceSource<'_>, advice: Option<&Advice>) -> Self {
        let none = Advice::default();
        let only_recall = advice.is_none();
        let advice = advice.unwrap_or(&none);
        let unit = source.pairs.units_per_shown() as f64;
        let advised = advice.advised.as_ref();
        let together = |advised: &Advised| {
            let share = advised.together;
            Figure::simulated(share.share, Some(share.standard_error))
        };
        Self {
            source: source.purchases.source.clone(),
            status: source.purchases.status,
            warning: source.purchases.status.warning(),
            chosen_by_looking: BY_LOOKING,
            question: QuestionDocument::of(source.pairs),
            notes: reading_notes(&source.purchases.grounds, source.pairs.report()),
            groups_assumed: source.known,
            confidence: source.confidence,
            max_epsilon: source.max_epsilon,
            answer: advice_sentence(source, advice),
            epsilon: if only_recall {
                // All of them by one model: the largest that one needs.
                let all: Option<Vec<f64>> = source.recalled.iter().map(|one| one.epsilon).collect();
                all.and_then(|all| all.into_iter().reduce(f64::max))
            } else {
                advised.map(|advised| advised.found.epsilon)
            },
            release: match advised {
                Some(advised) => Some(kind(advised.kind)),
                None if only_recall => Some("model"),
                None => None,
            },
            delta: advised.and_then(|advised| advised.delta),
            mechanism: advised.map(|advised| advised.found.mechanism.name()),
            l0: advised.and_then(|advised| advised.found.l0),
            linf: advised.map(|advised| advised.found.linf as f64 / unit),
            figures: advised.map_or(Vec::new(), |one| one.wants.iter().map(want).collect()),
            together: advised.map_or(Figure::default(), together),
            binding: advised
                .and_then(|advised| Some(advice.wants.get(advised.binding?)?.want.to_string())),
            noise_scale: advised.map(|advised| advised.scale),
            clipped_share: advised.map(|advised| advised.clipped),
            simultaneous_width: advised.and_then(|advised| advised.simultaneous_width),
            ten_percent_more: advised.map_or(Vec::new(), |one| more(advice, one)),
            alternatives: advice
                .alternatives
                .iter()
                .map(|(of, one)| found(*of, one, unit))
                .collect(),
            windows: advice.windows.iter().map(window).collect(),
            infeasible: advice
                .infeasible
                .iter()
                .map(|(of, one)| infeasible(*of, one, source))
                .collect(),
            recall: source.recalled.iter().map(RecallDocument::new).collect(),
            apart: advice
                .apart
                .iter()
                .flat_map(|(of, alone)| alone.iter().map(move |(want, one)| (of, want, one)))
                .map(|(of, want, one)| ApartDocument {
                    want: want.to_string(),
                    found: found(*of, one, unit),
                })
                .collect(),
        }
    }
}

/// A kind of release in documents.
pub(super) fn kind(kind: ReleaseKind) -> &'static str {
    match kind {
        ReleaseKind::Values => "values",
        ReleaseKind::Order => "order",
    }
}

fn want(one: &Confirmed) -> WantDocument {
    let risk = one.want.want.subject.is_risk();
    WantDocument {
        want: one.want.want.to_string(),
        limit: one.want.want.limit,
        figure: one.figure,
        probability: one.chance,
        needed: (!risk).then_some(one.needed),
    }
}

fn more(advice: &Advice, advised: &Advised) -> Vec<MoreDocument> {
    let wants = advice.wants.iter().zip(&advised.with_more);
    wants
        .filter(|(want, _)| !want.want.subject.is_risk())
        .map(|(want, &(expected, probability))| MoreDocument {
            want: want.want.to_string(),
            expected,
            probability: probability.is_finite().then_some(probability),
        })
        .collect()
}

fn found(of: ReleaseKind, one: &FoundRelease, unit: f64) -> FoundDocument {
    FoundDocument {
        release: kind(of),
        mechanism: one.mechanism.name(),
        epsilon: one.epsilon,
        l0: one.l0,
        linf: one.linf as f64 / unit,
    }
}

fn window(one: &Window) -> WindowDocument {
    WindowDocument {
        mechanism: one.mechanism.name(),
        floor: one.floor,
        ceiling: one.ceiling,
        open: one.is_open(),
    }
}

fn infeasible(of: ReleaseKind, one: &Infeasible, source: &AdviceSource<'_>) -> InfeasibleDocument {
    InfeasibleDocument {
        want: one.want.want.to_string(),
        best: one.best,
        why: why(of, one, source),
        release: kind(of),
        nearest: found(of, &one.nearest, source.pairs.units_per_shown() as f64),
        probability: one.chance.is_finite().then_some(one.chance),
    }
}
