//! What a release or a ledger risks, as a document, as lines for people and in one sentence.

use std::fmt::Write;

use serde::Serialize;

use super::aligned::left_out_line;
use crate::chart::short_number;
use crate::privacy::accounting::KnownLaw;
use crate::privacy::risk::{Guarded, Risk};
use crate::rehearsal::RiskStudy;
use crate::rehearsal::risk::{ALARMS, CANDIDATES, OneRelease};

/// A deployment whose guarantee is for users, as ours is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Deployment {
    /// Its ε.
    pub epsilon: f64,
    /// What it publishes.
    pub what: &'static str,
    /// Whether every user adds the noise, who then trusts nobody.
    pub local: bool,
}

/// Known deployments with the privacy unit "user", by ε. Those of smaller units (a user's day, one
/// action) cannot be compared and are not shown.
pub const RULER: [Deployment; 4] = [
    Deployment { epsilon: 1.45, what: "Facebook URLs", local: false },
    Deployment { epsilon: 2.19, what: "vaccine searches", local: false },
    Deployment { epsilon: 4.72, what: "energy use", local: false },
    Deployment { epsilon: 8.0, what: "AutoPlay", local: true },
];

/// Where the ruler's numbers are from.
pub const RULER_SOURCE: &str =
    "Desfontaines, A list of real-world uses of differential privacy (desfontain.es/blog)";

/// What a study is of, and with which belief an attacker begins.
#[derive(Debug, Clone)]
pub struct RiskLabels {
    /// The mechanism and its bounds, or the ledger.
    pub setting: String,
    /// What a group is: item, category, hour.
    pub group: String,
    /// What a unit is: purchase, row.
    pub unit: String,
    /// ε as it was asked for; else the study's own.
    pub epsilon: Option<f64>,
    /// The belief before that the user is in, between 0 and 1.
    pub prior: f64,
}

/// An attack with its size in three ways.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SizeDocument {
    /// ε at the study's δ; null where it has none.
    pub epsilon: Option<f64>,
    /// μ of Gaussian noise; null for other noise.
    pub mu: Option<f64>,
    /// The attacker's advantage.
    pub advantage: f64,
}

impl SizeDocument {
    fn of(risk: &Risk, delta: f64) -> Self {
        let mu = match risk.curve().known() {
            Some(KnownLaw::Gaussian(mu)) => Some(mu),
            _ => None,
        };
        Self { epsilon: risk.epsilon(delta), mu, advantage: risk.advantage() }
    }
}

#[derive(Debug, Clone, Serialize)]
struct TruePositives {
    at_1_percent: f64,
    at_5_percent: f64,
    at_10_percent: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct TradeOffPoint {
    alpha: f64,
    beta: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct MuFit {
    largest_gap: f64,
    at_alpha: f64,
}

#[derive(Debug, Clone, Serialize)]
struct PosteriorDocument {
    prior: f64,
    /// After any output; null where some output leaves no doubt.
    worst: Option<f64>,
    in_95_percent: f64,
    in_99_percent: f64,
    bayes_risk: f64,
    risk_of_guessing: f64,
}

#[derive(Debug, Clone, Serialize)]
struct OddsDocument {
    of: u32,
    look_in_if_in: f64,
    look_in_if_out: f64,
}

#[derive(Debug, Clone, Serialize)]
struct RungDocument {
    piece: &'static str,
    what: String,
    below_bounds: SizeDocument,
    at_bound: SizeDocument,
}

#[derive(Debug, Clone, Serialize)]
struct CandidatesDocument {
    candidates: u64,
    guessed_at_most: f64,
}

#[derive(Debug, Clone, Serialize)]
struct ReplacementDocument {
    one_for_another: SizeDocument,
    everything: SizeDocument,
    candidates: Vec<CandidatesDocument>,
}

#[derive(Debug, Clone, Serialize)]
struct AgainDocument {
    times: u64,
    together: Option<SizeDocument>,
    mean_standard_deviation: Option<f64>,
    median_standard_deviation: Option<f64>,
    difference_of_two_right: Option<f64>,
}

#[derive(Debug, Clone, Serialize)]
struct HitsDocument {
    alpha: f64,
    hits: f64,
    standard_error: f64,
}

#[derive(Debug, Clone, Serialize)]
struct AttackDocument {
    outputs: usize,
    seed: u64,
    advantage: f64,
    standard_error: f64,
    hits: Vec<HitsDocument>,
}

/// The risk of a release or a ledger. Its numbers are exact but those of the simulated attack.
#[derive(Debug, Clone, Serialize)]
pub struct RiskDocument {
    meaning: String,
    setting: String,
    epsilon: Option<f64>,
    delta: f64,
    neighbours: &'static str,
    advantage: f64,
    true_positives: TruePositives,
    mu: Option<f64>,
    mu_fit: Option<MuFit>,
    trade_off: Vec<TradeOffPoint>,
    posterior: PosteriorDocument,
    odds: OddsDocument,
    ladder: Option<Vec<RungDocument>>,
    replacement: Option<ReplacementDocument>,
    asked_again: Option<AgainDocument>,
    simulated_attack: Option<AttackDocument>,
    ruler: [Deployment; 4],
    ruler_source: &'static str,
}

impl RiskDocument {
    /// The document of a study.
    pub fn new(study: &RiskStudy, labels: &RiskLabels) -> Self {
        let RiskStudy { risk, delta, .. } = study;
        let (prior, odds) = (labels.prior, risk.odds());
        let [at_1_percent, at_5_percent, at_10_percent] =
            ALARMS.map(|alpha| risk.true_positives(alpha));
        let size = |risk: &Risk| SizeDocument::of(risk, *delta);
        Self {
            meaning: meaning(study, labels),
            setting: labels.setting.clone(),
            epsilon: labels.epsilon.or(study.epsilon),
            delta: *delta,
            neighbours: "add or remove one user",
            advantage: risk.advantage(),
            true_positives: TruePositives { at_1_percent, at_5_percent, at_10_percent },
            mu: study.fit.map(|fit| fit.mu),
            mu_fit: study.fit.map(|fit| MuFit { largest_gap: fit.gap, at_alpha: fit.at }),
            trade_off: study
                .trade_off
                .iter()
                .map(|&(alpha, beta)| TradeOffPoint { alpha, beta })
                .collect(),
            posterior: PosteriorDocument {
                prior,
                worst: risk.worst_posterior(prior),
                in_95_percent: risk.posterior(prior, 0.95),
                in_99_percent: risk.posterior(prior, 0.99),
                bayes_risk: risk.bayes_risk(prior),
                risk_of_guessing: prior.min(1.0 - prior),
            },
            odds: OddsDocument { of: 100, look_in_if_in: odds.with, look_in_if_out: odds.without },
            ladder: study.one.as_ref().map(|one| {
                let rung = |rung: &crate::privacy::risk::Rung| RungDocument {
                    piece: match rung.piece {
                        Guarded::User => "user",
                        Guarded::Group => "group",
                        Guarded::Unit => "unit",
                    },
                    what: piece(rung.piece, labels),
                    below_bounds: size(&rung.below),
                    at_bound: size(&rung.at_bound),
                };
                one.ladder.iter().map(rung).collect()
            }),
            replacement: study.one.as_ref().map(|one| ReplacementDocument {
                one_for_another: size(&one.replaced.one),
                everything: size(&one.replaced.all),
                candidates: CANDIDATES
                    .iter()
                    .map(|&candidates| CandidatesDocument {
                        candidates,
                        guessed_at_most: one.replaced.guessed(candidates),
                    })
                    .collect(),
            }),
            asked_again: study.one.as_ref().map(|one| AgainDocument {
                times: one.asked,
                together: one.again.as_ref().map(size),
                mean_standard_deviation: one.averaged.map(|averaged| averaged.mean),
                median_standard_deviation: one.averaged.map(|averaged| averaged.median),
                difference_of_two_right: one.differenced,
            }),
            simulated_attack: study.attack.as_ref().map(|attack| AttackDocument {
                outputs: attack.outputs,
                seed: attack.seed,
                advantage: attack.advantage.0,
                standard_error: attack.advantage.1,
                hits: attack
                    .hits
                    .iter()
                    .map(|hits| HitsDocument {
                        alpha: hits.alpha,
                        hits: hits.hits,
                        standard_error: hits.standard_error,
                    })
                    .collect(),
            }),
            ruler: RULER,
            ruler_source: RULER_SOURCE,
        }
    }
}

/// The name of a piece: "everything of a user", "one item", "one purchase".
pub fn piece(piece: Guarded, labels: &RiskLabels) -> String {
    match piece {
        Guarded::User => "everything of a user".to_owned(),
        Guarded::Group => format!("all of one {}", labels.group),
        Guarded::Unit => format!("one {}", labels.unit),
    }
}

/// A share as people read it: 23.2 %, never 100 % of what is less.
pub fn percent(share: f64) -> String {
    let shown = format!("{:.1}", 100.0 * share);
    let shown = if shown == "100.0" && share < 1.0 { "99.9" } else { &shown };
    format!("{} %", shown.strip_suffix(".0").unwrap_or(shown))
}

/// What it means, in one sentence.
pub fn meaning(study: &RiskStudy, labels: &RiskLabels) -> String {
    format!(
        "{}; {}",
        sentence_start(&study.risk.odds().sentence()),
        belief(&study.risk, labels.prior)
    )
}

/// The sentence of the odds as it begins a line.
fn sentence_start(sentence: &str) -> String {
    sentence.replacen("of 100", "Of 100", 1)
}

/// What a belief becomes.
fn belief(risk: &Risk, prior: f64) -> String {
    let before = percent(prior);
    let most = percent(risk.posterior(prior, 0.95));
    let worst = risk.worst_posterior(prior).map(percent);
    match worst {
        Some(worst) if worst == most => {
            format!("a belief of {before} becomes {most} at most.")
        }
        Some(worst) => format!(
            "a belief of {before} becomes {most} at most after 95 of 100, {worst} after any."
        ),
        None => {
            format!("a belief of {before} becomes {most} at most after 95 of 100, rarely more.")
        }
    }
}

/// The document's figures as lines of name and value.
pub fn risk_csv(document: &RiskDocument) -> String {
    let mut text = "figure,at,value\n".to_owned();
    let mut line = |figure: &str, at: &str, value: Option<f64>| {
        let value = value.map_or(String::new(), |value| value.to_string());
        let _ = writeln!(text, "{figure},{at},{value}");
    };
    line("epsilon", "", document.epsilon);
    line("delta", "", Some(document.delta));
    line("advantage", "", Some(document.advantage));
    let positives = &document.true_positives;
    line("true_positives", "0.01", Some(positives.at_1_percent));
    line("true_positives", "0.05", Some(positives.at_5_percent));
    line("true_positives", "0.1", Some(positives.at_10_percent));
    line("mu", "", document.mu);
    let posterior = &document.posterior;
    let prior = posterior.prior.to_string();
    line("posterior_worst", &prior, posterior.worst);
    line("posterior_in_95_percent", &prior, Some(posterior.in_95_percent));
    line("bayes_risk", &prior, Some(posterior.bayes_risk));
    for rung in document.ladder.iter().flatten() {
        for (at, size) in [("below_bounds", rung.below_bounds), ("at_bound", rung.at_bound)] {
            line(&format!("{}_epsilon", rung.piece), at, size.epsilon);
            line(&format!("{}_advantage", rung.piece), at, Some(size.advantage));
        }
    }
    if let Some(replaced) = &document.replacement {
        for (at, size) in
            [("one_for_another", replaced.one_for_another), ("everything", replaced.everything)]
        {
            line("replacement_epsilon", at, size.epsilon);
            line("replacement_advantage", at, Some(size.advantage));
        }
    }
    for point in &document.trade_off {
        line("beta", &point.alpha.to_string(), Some(point.beta));
    }
    for hits in document.simulated_attack.iter().flat_map(|attack| &attack.hits) {
        line("simulated_hits", &hits.alpha.to_string(), Some(hits.hits));
        line("simulated_hits_standard_error", &hits.alpha.to_string(), Some(hits.standard_error));
    }
    text
}

/// An ε in a column of a table.
pub fn epsilon_words(epsilon: Option<f64>) -> String {
    epsilon.map_or("none".to_owned(), short_number)
}

/// What a study says, as lines for people, a sentence first. `how_shown` says how a column that a terminal
/// has no `room` for is shown.
pub fn risk_lines(
    study: &RiskStudy,
    labels: &RiskLabels,
    room: Option<usize>,
    how_shown: &str,
) -> String {
    let risk = &study.risk;
    let mut text = format!("{}\n\n", meaning(study, labels));
    let mut put = |line: String| {
        let _ = writeln!(text, "{}", line.trim_end());
    };
    put(labels.setting.clone());
    put(format!("  {:<36}{:.4}", "attacker's advantage", risk.advantage()));
    for alpha in ALARMS {
        put(format!(
            "  {:<36}{}",
            format!("found at {} false alarms", percent(alpha)),
            percent(risk.true_positives(alpha))
        ));
    }
    match study.fit {
        Some(fit) if fit.gap < 0.005 => put(format!("  {:<36}{:.4}, a close fit", "μ", fit.mu)),
        Some(fit) => put(format!(
            "  {:<36}{:.4}, overstates what is found by {} at {} false alarms",
            "μ",
            fit.mu,
            percent(fit.gap),
            percent(fit.at)
        )),
        None => put(format!("  {:<36}none: no Gaussian curve is as sure", "μ")),
    }
    put(format!(
        "  {:<36}{} (guessing: {})",
        format!("wrong at a prior of {}", percent(labels.prior)),
        percent(risk.bayes_risk(labels.prior)),
        percent(labels.prior.min(1.0 - labels.prior))
    ));
    if let Some(one) = &study.one {
        one_lines(study, one, labels, room, how_shown, &mut put);
    }
    if let Some(attack) = &study.attack {
        let [_, five, _] = ALARMS;
        let hits = attack.hits.iter().find(|hits| hits.alpha == five);
        let hits = hits.map_or(String::new(), |hits| {
            format!(
                "; at {} false alarms it finds {} ±{}",
                percent(five),
                percent(hits.hits),
                percent(hits.standard_error)
            )
        });
        put(String::new());
        put(format!(
            "A simulated attack on {} outputs of either kind: advantage {:.4} ±{:.4}{hits}.",
            attack.outputs, attack.advantage.0, attack.advantage.1
        ));
    }
    let ruler: Vec<String> = RULER
        .iter()
        .map(|one| {
            let local = if one.local { ", local" } else { "" };
            format!("{} ({}{local})", one.epsilon, one.what)
        })
        .collect();
    put(format!("Elsewhere, for a user each: ε {}.", ruler.join(", ")));
    put(format!("  {RULER_SOURCE}"));
    text
}

fn one_lines(
    study: &RiskStudy,
    one: &OneRelease,
    labels: &RiskLabels,
    room: Option<usize>,
    how_shown: &str,
    put: &mut impl FnMut(String),
) {
    let size = |risk: &Risk| {
        let odds = risk.odds();
        let size = SizeDocument::of(risk, study.delta);
        let first = match size.mu {
            Some(mu) => format!("μ {}", short_number(mu)),
            None => format!("ε {}", epsilon_words(size.epsilon)),
        };
        let with = odds.with.round();
        format!("{first:<12} {with}/{}", 100.0 - with)
    };
    put(String::new());
    // Columns of the ladder with both sizes.
    const LADDER: usize = 78;
    let wide = room.is_none_or(|room| room >= LADDER);
    let below = "below the bounds".to_owned();
    let row = |what: String, below: &str, at: &str| match wide {
        true => format!("  {what:<36}{below:<22}{at}"),
        false => format!("  {what:<36}{at}"),
    };
    put(row("what is protected, in / out of 100".to_owned(), &below, "at the bound"));
    for rung in &one.ladder {
        put(row(piece(rung.piece, labels), &size(&rung.below), &size(&rung.at_bound)));
    }
    put(format!("  {:<36}{}", format!("one {} or another", labels.group), size(&one.replaced.one)));
    put(format!("  {:<36}{}", "this list or any other", size(&one.replaced.all)));
    for candidates in CANDIDATES {
        put(format!(
            "  {:<36}at most {}",
            format!("right of {candidates} candidate lists"),
            percent(one.replaced.guessed(candidates))
        ));
    }
    put(String::new());
    let again = one.again.as_ref().map_or("too much to compose".to_owned(), &size);
    put(format!("  {:<36}{again}", format!("asked {} times", one.asked)));
    if let Some(averaged) = one.averaged {
        put(format!(
            "  {:<36}±{} by their mean, ±{} by their median",
            "then an answer is known to",
            short_number(averaged.mean),
            short_number(averaged.median)
        ));
    }
    if let Some(right) = one.differenced {
        put(format!("  {:<36}{} right", "two answers, one with the user", percent(right)));
    }
    if !wide {
        put(left_out_line(&[below], room, how_shown));
    }
}
