//! The document of rates, as it stands in JSON, and its groups as CSV.

use std::fmt::Write;

use serde::Serialize;

use super::sentence::rates_sentence;
use crate::export::flat::quoted;
use crate::export::notes::reading_notes;
use crate::metric::Figure;
use crate::privacy::Mechanism;
use crate::purchases::{DoubtOf, GroundedReading, Status};
use crate::rates::{
    EventDoubt, EventFacts, Events, GroupRate, Interval, Lift, OverEpsilon, OverL0, RateDesign,
    RateUnit, RatesStudy, Readable, Unseen,
};

/// What `rates` finds.
#[derive(Debug, Clone, Serialize)]
pub struct RatesDocument {
    /// The file's name.
    pub source: String,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// The answer in one sentence.
    pub answer: String,
    /// What a rate counts: `user` or `event`.
    pub per: RateUnit,
    /// What groups are called.
    pub group_by: String,
    /// Events that are exposure.
    pub exposed: Vec<String>,
    /// Events that are success.
    pub converted: Vec<String>,
    /// ε of one release of all rates.
    pub epsilon: f64,
    /// δ; null for pure mechanisms.
    pub delta: Option<f64>,
    /// The noise.
    pub mechanism: Mechanism,
    /// Groups that one user may be in.
    pub l0: u64,
    /// Exposures of one user in one group; 1 for rates of users.
    pub linf: u64,
    /// Δ₁: what one user moves of all cells together.
    pub l1_sensitivity: f64,
    /// b or σ of each cell.
    pub scale: f64,
    /// Who neighbours are.
    pub neighbours: &'static str,
    /// Users who saw something.
    pub users: usize,
    /// The share of pairs of user and group (or of exposures) that the bounds keep; null of nobody.
    pub kept_share: Option<f64>,
    /// All groups, in key order.
    pub groups: Vec<GroupDocument>,
    /// The share of pairs of groups whose order is flipped.
    pub pairs_flipped: Figure,
    /// P(a group of the highest rate has the highest answer).
    pub best_is_best: Figure,
    /// How often intervals hold the bounded rate.
    pub coverage: Figure,
    /// Which groups would be stopped, and what wrong stops cost.
    pub stopping: StoppingDocument,
    /// The group that others are compared with.
    pub holdout: Option<String>,
    /// Lifts against it.
    pub lift: Vec<Lift>,
    /// Other designs, at the rate of all together and the median group; null without Laplace noise.
    pub designs: Option<[RateDesign; 3]>,
    /// The smallest group that can be read.
    pub readable: Option<Readable>,
    /// Over ε.
    pub over_epsilon: Vec<OverEpsilonDocument>,
    /// Over l0.
    pub over_l0: Vec<OverL0Document>,
    /// Conversions of users who never saw the group.
    pub without_exposure: Vec<UnseenDocument>,
    /// Users and groups whose every conversion came before the first exposure.
    pub before_exposure: u64,
    /// Of intervals.
    pub level: f64,
    /// Trials done.
    pub trials: u64,
    /// Their seed.
    pub seed: u64,
    /// What cleaning dropped, where it is one row in a hundred or more, and doubtful decisions.
    pub notes: Vec<String>,
    /// Every decision of reading, with what speaks for it.
    pub reading: GroundedReading,
    /// What could have been read or chosen otherwise.
    pub doubts: Vec<RatesDoubt>,
}

/// A doubt of the reading, or of which events are what.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum RatesDoubt {
    /// Of the reading.
    Reading(DoubtOf),
    /// Of events.
    Events(EventDoubt),
}

/// One group.
#[derive(Debug, Clone, Serialize)]
pub struct GroupDocument {
    /// Its key.
    pub group: String,
    /// Users who saw it (per event: exposures).
    pub users: u64,
    /// Those of them that converted.
    pub converted: u64,
    /// The rate.
    pub rate: Option<f64>,
    /// Users (or exposures) that the bounds keep.
    pub kept: u64,
    /// The rate of those.
    pub rate_bounded: Option<f64>,
    /// The noise's standard deviation: to first order, and of clamped answers.
    pub noise_sd: Figure,
    /// What a release whose noise is 0 would say of the bounded rate.
    pub interval: Option<Interval>,
    /// Between these lie so many answers as the level says.
    pub answers: Interval,
    /// What sampling alone leaves open.
    pub sampling: Option<Interval>,
    /// P(the answer is clamped to 0 or 1).
    pub clamped: Figure,
    /// P(nothing can be said).
    pub unanswered: f64,
    /// P(the answer is within the share asked for of the bounded rate).
    pub readable: Option<f64>,
    /// P(the group is stopped); empty for the holdout.
    pub stopped: Figure,
    /// Whether chance alone leaves open on which side of the limit the rate is.
    pub stop_open: bool,
    /// How often the interval holds the bounded rate.
    pub coverage: Figure,
}

/// Wrong decisions.
#[derive(Debug, Clone, Serialize)]
pub struct StoppingDocument {
    /// Groups are stopped below this rate.
    pub below: f64,
    /// Where it comes from.
    pub from: &'static str,
    /// Groups stopped although their rate is not below it.
    pub wrong_stops: Figure,
    /// Groups that go on although it is.
    pub wrong_keeps: Figure,
    /// Conversions of groups stopped wrongly.
    pub conversions_lost: Figure,
    /// Users (or exposures) of groups that go on wrongly.
    pub exposures_wasted: Figure,
}

/// What one ε does, by closed forms.
#[derive(Debug, Clone, Serialize)]
pub struct OverEpsilonDocument {
    /// ε.
    pub epsilon: f64,
    /// The share of pairs that are flipped.
    pub pairs_flipped: Option<f64>,
    /// P(the best is best).
    pub best_is_best: Option<f64>,
    /// The median over groups of the noise's standard deviation, to first order.
    pub median_noise_sd: Option<f64>,
    /// Users that the noise asks for at the rate of all together.
    pub readable_users: Option<u64>,
}

/// What one l0 does, by closed forms.
#[derive(Debug, Clone, Serialize)]
pub struct OverL0Document {
    /// l0.
    pub l0: u64,
    /// The share of pairs of user and group (or of exposures) that are kept.
    pub kept_share: f64,
    /// The share of pairs that are flipped.
    pub pairs_flipped: Option<f64>,
    /// P(the best is best).
    pub best_is_best: Option<f64>,
}

/// Conversions without exposure.
#[derive(Debug, Clone, Serialize)]
pub struct UnseenDocument {
    /// The group.
    pub group: String,
    /// Users who converted.
    pub users: u64,
    /// Their conversions.
    pub events: u64,
}

impl RatesDocument {
    /// The document of a study.
    pub fn new(events: &Events, study: &RatesStudy) -> Self {
        let EventFacts { source, status, group_by, reading, grounds, chosen, .. } = &events.facts;
        let setting = &study.setting;
        let per_group = setting.per_group();
        let [wrong_stops, wrong_keeps, conversions_lost, exposures_wasted] = study.stopping;
        let of_reading = grounds.doubts().iter().cloned().map(RatesDoubt::Reading);
        let of_events = chosen.doubts.iter().cloned().chain(study.doubt()).map(RatesDoubt::Events);
        Self {
            source: source.clone(),
            status: *status,
            warning: status.warning(),
            answer: rates_sentence(events, study),
            per: setting.per,
            group_by: group_by.clone(),
            exposed: chosen.exposed.clone(),
            converted: chosen.converted.clone(),
            epsilon: setting.epsilon,
            delta: setting.delta,
            mechanism: setting.mechanism,
            l0: setting.l0,
            linf: per_group,
            l1_sensitivity: (setting.reach() * per_group) as f64,
            scale: study.noise.scale(),
            neighbours: "add or remove one user",
            users: events.log.users(),
            kept_share: (study.total.1 > 0).then(|| study.kept.1 as f64 / study.total.1 as f64),
            groups: study.groups.iter().map(GroupDocument::of).collect(),
            pairs_flipped: study.pairs_flipped,
            best_is_best: study.best_is_best,
            coverage: study.coverage,
            stopping: StoppingDocument {
                below: study.limit.0,
                from: study.limit.1,
                wrong_stops,
                wrong_keeps,
                conversions_lost,
                exposures_wasted,
            },
            holdout: study.holdout.clone(),
            lift: study.lifts.clone(),
            designs: study.designs,
            readable: study.readable,
            over_epsilon: study.over_epsilon.iter().map(OverEpsilonDocument::of).collect(),
            over_l0: study.over_l0.iter().map(OverL0Document::of).collect(),
            without_exposure: events.log.unseen().iter().map(UnseenDocument::of).collect(),
            before_exposure: events.log.early(),
            level: setting.level,
            trials: study.trials_done,
            seed: setting.seed,
            notes: notes(events, setting.per),
            reading: GroundedReading::new(reading, grounds),
            doubts: of_reading.chain(of_events).collect(),
        }
    }
}

/// What must be said of how it was read, and, of exposures, that the order of rows decides without times.
fn notes(events: &Events, per: RateUnit) -> Vec<String> {
    let EventFacts { grounds, report, has_time, .. } = &events.facts;
    let mut notes = reading_notes(grounds, report);
    if per == RateUnit::Event && !has_time {
        notes.push(
            "no column says when: a conversion is that of the last exposure in a row above it"
                .to_owned(),
        );
    }
    notes
}

impl GroupDocument {
    fn of(group: &GroupRate) -> Self {
        Self {
            group: group.group.clone(),
            users: group.users,
            converted: group.converted,
            rate: group.rate,
            kept: group.kept,
            rate_bounded: group.rate_bounded,
            noise_sd: group.noise_sd,
            interval: group.interval,
            answers: group.answers,
            sampling: group.sampling,
            clamped: group.clamped,
            unanswered: group.unanswered,
            readable: group.readable,
            stopped: group.stopped,
            stop_open: group.stop_open,
            coverage: group.coverage,
        }
    }
}

impl OverEpsilonDocument {
    fn of(at: &OverEpsilon) -> Self {
        Self {
            epsilon: at.epsilon,
            pairs_flipped: at.pairs_flipped,
            best_is_best: at.best_is_best,
            median_noise_sd: at.median_sd,
            readable_users: at.readable,
        }
    }
}

impl OverL0Document {
    fn of(at: &OverL0) -> Self {
        Self {
            l0: at.l0,
            kept_share: at.kept,
            pairs_flipped: at.pairs_flipped,
            best_is_best: at.best_is_best,
        }
    }
}

impl UnseenDocument {
    fn of(unseen: &Unseen) -> Self {
        Self { group: unseen.group.clone(), users: unseen.users, events: unseen.events }
    }
}

/// The groups as CSV text. Status, and the warning where one must go with it, stand in every row,
/// because rows are copied out of files.
pub fn rates_csv(document: &RatesDocument) -> String {
    let mut text = String::from(
        "source,status,warning,per,epsilon,mechanism,l0,linf,group,users,converted,rate,kept,rate_bounded,\
         noise_sd_expected,noise_sd_simulated,noise_sd_standard_error,interval_low,interval_high,answers_low,\
         answers_high,sampling_low,sampling_high,clamped,unanswered,readable,stopped\n",
    );
    let some = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    for group in &document.groups {
        let ends = |interval: Option<Interval>| {
            [some(interval.map(|ends| ends.low)), some(interval.map(|ends| ends.high))].join(",")
        };
        let fields = [
            quoted(&document.source),
            document.status.to_string(),
            quoted(document.warning.unwrap_or("")),
            document.per.name().to_owned(),
            document.epsilon.to_string(),
            document.mechanism.to_string(),
            document.l0.to_string(),
            document.linf.to_string(),
            quoted(&group.group),
            group.users.to_string(),
            group.converted.to_string(),
            some(group.rate),
            group.kept.to_string(),
            some(group.rate_bounded),
            some(group.noise_sd.expected),
            some(group.noise_sd.simulated),
            some(group.noise_sd.standard_error),
            ends(group.interval),
            ends(Some(group.answers)),
            ends(group.sampling),
            some(group.clamped.expected),
            group.unanswered.to_string(),
            some(group.readable),
            some(group.stopped.expected),
        ];
        let _ = writeln!(text, "{}", fields.join(","));
    }
    text
}
