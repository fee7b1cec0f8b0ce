//! What a study of people says: in a sentence, and attack by attack beside the bound of DP.

use super::labels::AnonymityLabels;
use crate::anonymity::{
    AnonymityError, AnonymityStudy, Anonymous, AnonymousRelease, Asks, DpBound, ItemPart,
    PointKind, TimePart,
};
use crate::chart::short_number;
use crate::export::risk::percent;
use crate::metric::Figure;

/// An attack with what it finds, and what DP allows beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct AttackRow {
    /// What somebody knows and asks.
    pub name: String,
    /// What comes of it, in a few words.
    pub found: &'static str,
    /// What the attack is, in a sentence's words.
    pub means: &'static str,
    /// The share of users; nothing where it was not measured.
    pub share: Figure,
    /// The bound of DP.
    pub bound: DpBound,
}

/// Of what an exact look tells apart (item code and day, or item code where there is no time), the
/// share that points of a kind still do, in 0..=1.
pub fn detail_left(study: &AnonymityStudy, kind: PointKind) -> Option<f64> {
    let item = PointKind::Of(ItemPart::Code, TimePart::None);
    let finest = study.of(PointKind::FINEST).or_else(|| study.of(item))?;
    let told_apart = study.of(kind)?.told_apart;
    Some((told_apart as f64 / finest.told_apart.max(1) as f64).min(1.0))
}

/// The attacks that were made, each beside the bound of DP.
pub fn attack_rows(study: &AnonymityStudy, labels: &AnonymityLabels) -> Vec<AttackRow> {
    let bound = |asks, releases| DpBound::new(asks, releases, labels.epsilon);
    let mut rows = Vec::new();
    if let Some(Ok(anonymous)) = &study.anonymous {
        if let Some(at) = anonymous.with_points.get(labels.known - 1) {
            let items = PointKind::Of(ItemPart::Code, TimePart::None).several(labels.known);
            rows.push(AttackRow {
                name: format!("class and {items}"),
                found: "singled out",
                means: "knowing both finds one user alone",
                share: at.share,
                bound: bound(Asks::Membership, 1),
            });
        }
        rows.push(AttackRow {
            name: "secret by class".to_owned(),
            found: "certain",
            means: "a whole class shares the secret",
            share: Figure::expected(anonymous.first.certain),
            bound: bound(Asks::Replacement, 1),
        });
        if let Ok(both) = &anonymous.both {
            rows.push(AttackRow {
                name: "secret, 2nd release".to_owned(),
                found: "certain",
                means: "the same in other classes, released later",
                share: Figure::expected(both.second.certain),
                bound: bound(Asks::Replacement, 1),
            });
            rows.push(AttackRow {
                name: "secret by both".to_owned(),
                found: "certain",
                means: "both classes leave one secret only",
                share: Figure::expected(both.certain),
                bound: bound(Asks::Replacement, 2),
            });
            rows.push(AttackRow {
                name: "alone in both".to_owned(),
                found: "singled out",
                means: "both classes have one user in common",
                share: Figure::expected(both.alone),
                bound: bound(Asks::Membership, 2),
            });
        }
    }
    if let Some(Ok(linkage)) = &study.linkage {
        rows.push(AttackRow {
            name: "halves by taste".to_owned(),
            found: "found again",
            means: "half of the purchases finds the others",
            share: linkage.top_1,
            bound: bound(Asks::Membership, 2),
        });
    }
    rows
}

/// What could not be measured, and why.
pub fn not_measured(
    study: &AnonymityStudy,
    say: impl Fn(&AnonymityError) -> String,
) -> Vec<String> {
    let mut reasons = Vec::new();
    match &study.anonymous {
        Some(Err(error)) => reasons.push(format!("k-anonymity: {}", say(error))),
        Some(Ok(anonymous)) => {
            if let Err(error) = &anonymous.both {
                reasons.push(format!("two releases: {}", say(error)));
            }
        }
        None => {}
    }
    if let Some(Err(error)) = &study.linkage {
        reasons.push(format!("linkage: {}", say(error)));
    }
    reasons
}

/// What it comes to, in one sentence that follows the knobs.
pub fn anonymity_sentence(
    study: &AnonymityStudy,
    kind: PointKind,
    labels: &AnonymityLabels,
) -> String {
    let mut parts = Vec::new();
    let known = labels.known;
    let at = study.of(kind).and_then(|one| one.at.get(known - 1));
    match at.and_then(|at| at.share.best()) {
        Some(share) => {
            let one = if known == 1 { "s" } else { "" };
            parts.push(format!(
                "{} single{one} out {} of users",
                first_large(&kind.several(known)),
                rate(share)
            ));
        }
        None if at.is_some() => {
            parts.push(format!("No user has {}", kind.several(known)));
        }
        None => {}
    }
    if let Some(Ok(anonymous)) = &study.anonymous {
        parts.extend(of_classes(anonymous, known));
    }
    let two = matches!(&study.anonymous, Some(Ok(found)) if found.both.is_ok());
    let (releases, number) = if two { (2, "two releases") } else { (1, "one release") };
    let bound = DpBound::new(Asks::Replacement, releases, labels.epsilon);
    parts.push(format!(
        "with DP {number} of ε {} {} the odds of \"A or B\" by {} at most ({} becomes {}), never certainty",
        short_number(labels.epsilon),
        if two { "move" } else { "moves" },
        factor(&bound),
        percent(labels.prior),
        posterior_words(bound.posterior(labels.prior)),
    ));
    parts.join("; ") + "."
}

fn of_classes(anonymous: &Anonymous, known: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let items = PointKind::Of(ItemPart::Code, TimePart::None).several(known);
    let in_class = anonymous.with_points.get(known - 1).and_then(|at| at.share.best());
    if let Some(share) = in_class {
        let one = if known == 1 { "does" } else { "do" };
        parts.push(format!("in classes of {} or more {items} {one} {}", anonymous.k, rate(share)));
    }
    if let Ok(both) = &anonymous.both {
        parts.push(format!(
            "two such releases give away the {} of {}",
            anonymous.sensitive.words(),
            rate(both.certain)
        ));
    }
    parts
}

/// A factor on odds: `7.39`, or more than a number holds.
pub fn factor(bound: &DpBound) -> String {
    bound.odds().map_or_else(|| "> 1e308".to_owned(), short_number)
}

/// A posterior that DP bounds is never certainty, whatever digits are shown.
pub fn posterior_words(posterior: f64) -> String {
    if posterior >= 0.9995 { ">99.9 %".to_owned() } else { percent(posterior) }
}

fn first_large(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A share of users: as [`percent`], and never 0 % of what is more.
pub fn rate(share: f64) -> String {
    if share > 0.0 && share < 0.0005 { "< 0.1 %".to_owned() } else { percent(share) }
}

/// Quasi-identifiers that tell nothing apart in a release, in a sentence; nothing where all do.
pub fn uncut_words(release: &AnonymousRelease) -> Option<String> {
    let names: Vec<&str> = release.classes.uncut.iter().map(|one| one.words()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "{} cut no class: no cut at the median leaves enough users on both sides",
            names.join(", ")
        )
    })
}
