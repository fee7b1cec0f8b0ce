//! The document of a study of people.

use serde::Serialize;

use super::labels::AnonymityLabels;
use super::sentence::{anonymity_sentence, detail_left, not_measured};
use crate::anonymity::{
    AnonymitySetting, AnonymityStudy, Anonymous, AnonymousRelease, Asks, Attribute, DRAWS, DpBound,
    ECCENTRICITY, Linkage, PointKind, UnicityAt,
};
use crate::export::notes::reading_notes;
use crate::metric::Figure;
use crate::purchases::{Purchases, Status};

#[derive(Debug, Clone, Serialize)]
pub(super) struct UnicityDocument {
    pub(super) p: usize,
    pub(super) share: Figure,
    pub(super) users: u64,
    pub(super) left_out: u64,
}

impl UnicityDocument {
    fn new(at: &UnicityAt) -> Self {
        Self { p: at.p, share: at.share, users: at.users, left_out: at.left_out }
    }
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct CoarsenessDocument {
    pub(super) points: String,
    pub(super) item: &'static str,
    pub(super) time: &'static str,
    pub(super) p: usize,
    pub(super) share: Figure,
    pub(super) users: u64,
    pub(super) distinct_points: usize,
    pub(super) detail_left: Option<f64>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct KAnonymityDocument {
    pub(super) k: usize,
    pub(super) users: usize,
    pub(super) quasi_identifiers: Vec<&'static str>,
    pub(super) sensitive: &'static str,
    pub(super) classes: usize,
    pub(super) smallest_class: usize,
    pub(super) largest_class: usize,
    pub(super) average_class: f64,
    pub(super) average_class_over_k: f64,
    pub(super) certainty_penalty: f64,
    pub(super) discernibility: u64,
    pub(super) distinct_l: usize,
    pub(super) entropy_l: f64,
}

/// The bound of DP beside an attack.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct BoundDocument {
    pub(super) asks: &'static str,
    pub(super) releases: u32,
    pub(super) epsilon: f64,
    pub(super) odds_factor: Option<f64>,
    pub(super) prior: f64,
    pub(super) posterior_at_most: f64,
}

impl BoundDocument {
    fn new(asks: Asks, releases: u32, labels: &AnonymityLabels) -> Self {
        let bound = DpBound::new(asks, releases, labels.epsilon);
        Self {
            asks: asks.name(),
            releases,
            epsilon: labels.epsilon,
            odds_factor: bound.odds(),
            prior: labels.prior,
            posterior_at_most: bound.posterior(labels.prior),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct ClassAndItems {
    #[serde(flatten)]
    pub(super) at: UnicityDocument,
    pub(super) dp_bound: BoundDocument,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Certain {
    pub(super) quasi_identifiers: Vec<&'static str>,
    pub(super) classes: usize,
    pub(super) share: Figure,
    pub(super) dp_bound: BoundDocument,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct TwoReleases {
    pub(super) first: Certain,
    pub(super) second: Certain,
    pub(super) share: Figure,
    pub(super) dp_bound: BoundDocument,
    pub(super) alone_in_both: Figure,
    pub(super) alone_dp_bound: BoundDocument,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct LinkageDocument {
    pub(super) users: usize,
    pub(super) sought: usize,
    pub(super) among: usize,
    pub(super) top_1: Figure,
    pub(super) eccentricity: f64,
    pub(super) claimed: usize,
    pub(super) right_of_claimed: Figure,
    pub(super) dp_bound: BoundDocument,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct AttacksDocument {
    pub(super) class_and_items: Option<Vec<ClassAndItems>>,
    pub(super) homogeneity: Option<Certain>,
    pub(super) two_releases: Option<TwoReleases>,
    pub(super) linkage: Option<LinkageDocument>,
}

/// What looking at people found. Shares are of users; null is what was not measured.
#[derive(Debug, Clone, Serialize)]
pub struct AnonymityDocument {
    pub(super) source: String,
    pub(super) status: Status,
    pub(super) warning: Option<&'static str>,
    meaning: String,
    points: String,
    draws: usize,
    seed: u64,
    pub(super) unicity: Vec<UnicityDocument>,
    pub(super) coarseness: Vec<CoarsenessDocument>,
    pub(super) k_anonymity: Option<KAnonymityDocument>,
    pub(super) attacks: AttacksDocument,
    epsilon: f64,
    delta: Option<f64>,
    not_measured: Vec<String>,
    notes: Vec<String>,
}

fn names(quasi: &[Attribute]) -> Vec<&'static str> {
    quasi.iter().map(|one| one.name()).collect()
}

impl AnonymityDocument {
    /// The document of a study of these purchases.
    pub fn new(
        purchases: &Purchases,
        setting: &AnonymitySetting,
        study: &AnonymityStudy,
        labels: &AnonymityLabels,
    ) -> Self {
        let chosen = study.of(setting.kind);
        let unicity = chosen.map_or(Vec::new(), |one| {
            one.at.iter().take(labels.most).map(UnicityDocument::new).collect()
        });
        let cell = |kind: PointKind| -> Option<CoarsenessDocument> {
            let (found, PointKind::Of(item, time)) = (study.of(kind)?, kind) else { return None };
            let at = found.at.get(labels.known - 1)?;
            Some(CoarsenessDocument {
                points: kind.typed(),
                item: item.name(),
                time: time.name(),
                p: at.p,
                share: at.share,
                users: at.users,
                distinct_points: found.distinct,
                detail_left: detail_left(study, kind),
            })
        };
        let anonymous = study.anonymous.as_ref().and_then(|found| found.as_ref().ok());
        let linkage = study.linkage.as_ref().and_then(|found| found.as_ref().ok());
        Self {
            source: purchases.source.clone(),
            status: purchases.status,
            warning: purchases.status.warning(),
            meaning: anonymity_sentence(study, setting.kind, labels),
            points: setting.kind.typed(),
            draws: DRAWS,
            seed: setting.seed,
            unicity,
            coarseness: PointKind::cells().filter_map(cell).collect(),
            k_anonymity: anonymous.map(|found| k_anonymity(found)),
            attacks: AttacksDocument {
                class_and_items: anonymous.map(|found| class_and_items(found, labels)),
                homogeneity: anonymous.map(|found| certain(&found.first, labels)),
                two_releases: anonymous.and_then(|found| two_releases(found, labels)),
                linkage: linkage.map(|found| of_linkage(found, labels)),
            },
            epsilon: labels.epsilon,
            delta: labels.delta,
            not_measured: not_measured(study, ToString::to_string),
            notes: reading_notes(&purchases.grounds, &purchases.report),
        }
    }
}

fn k_anonymity(found: &Anonymous) -> KAnonymityDocument {
    let AnonymousRelease { quasi, classes, distinct, entropy, .. } = &found.first;
    let (smallest_class, largest_class) = classes.sizes();
    KAnonymityDocument {
        k: found.k,
        users: found.users,
        quasi_identifiers: names(quasi),
        sensitive: found.sensitive.name(),
        classes: classes.members.len(),
        smallest_class,
        largest_class,
        average_class: classes.average_size(),
        average_class_over_k: classes.average_size() / found.k as f64,
        certainty_penalty: classes.penalty,
        discernibility: classes.discernibility(),
        distinct_l: *distinct,
        entropy_l: *entropy,
    }
}

fn class_and_items(found: &Anonymous, labels: &AnonymityLabels) -> Vec<ClassAndItems> {
    let one = |at: &UnicityAt| ClassAndItems {
        at: UnicityDocument::new(at),
        dp_bound: BoundDocument::new(Asks::Membership, 1, labels),
    };
    found.with_points.iter().take(labels.most).map(one).collect()
}

fn certain(release: &AnonymousRelease, labels: &AnonymityLabels) -> Certain {
    Certain {
        quasi_identifiers: names(&release.quasi),
        classes: release.classes.members.len(),
        share: Figure::expected(release.certain),
        dp_bound: BoundDocument::new(Asks::Replacement, 1, labels),
    }
}

fn two_releases(found: &Anonymous, labels: &AnonymityLabels) -> Option<TwoReleases> {
    let both = found.both.as_ref().ok()?;
    Some(TwoReleases {
        first: certain(&found.first, labels),
        second: certain(&both.second, labels),
        share: Figure::expected(both.certain),
        dp_bound: BoundDocument::new(Asks::Replacement, 2, labels),
        alone_in_both: Figure::expected(both.alone),
        alone_dp_bound: BoundDocument::new(Asks::Membership, 2, labels),
    })
}

fn of_linkage(found: &Linkage, labels: &AnonymityLabels) -> LinkageDocument {
    LinkageDocument {
        users: found.users,
        sought: found.sought,
        among: found.among,
        top_1: found.top_1,
        eccentricity: ECCENTRICITY,
        claimed: found.claimed,
        right_of_claimed: found.right_of_claimed,
        dp_bound: BoundDocument::new(Asks::Membership, 2, labels),
    }
}
