//! What looking at people found, as lines for people: a sentence first, numbers after.

use std::fmt::Write as _;

use super::labels::AnonymityLabels;
use super::sentence::{
    anonymity_sentence, attack_rows, detail_left, factor, not_measured, posterior_words, rate,
    uncut_words,
};
use crate::anonymity::{
    AnonymityError, AnonymitySetting, AnonymityStudy, Asks, DRAWS, ECCENTRICITY, ItemPart,
    PointKind, TimePart, prefix_length,
};
use crate::chart::{grouped, short_error, short_number};
use crate::export::aligned::table;
use crate::export::notes::reading_notes;
use crate::export::percent;
use crate::metric::Figure;
use crate::purchases::Purchases;

/// A share with its error: `92.8 % ±0.4`, `35.9 %` where it is exact.
fn share(figure: Figure) -> String {
    match (figure.expected, figure.simulated, figure.standard_error) {
        (Some(exact), ..) => rate(exact),
        (None, Some(share), Some(error)) => {
            format!("{} ±{}", rate(share), short_error(100.0 * error))
        }
        (None, Some(share), None) => rate(share),
        (None, None, _) => "nobody has so many".to_owned(),
    }
}

/// The study as lines, its tables in so many columns of a terminal as there is room for. `how_shown` says
/// how columns that are left out are shown, `say` why something was not measured.
pub fn anonymity_lines(
    purchases: &Purchases,
    setting: &AnonymitySetting,
    study: &AnonymityStudy,
    labels: &AnonymityLabels,
    room: Option<usize>,
    how_shown: &str,
    say: impl Fn(&AnonymityError) -> String,
) -> String {
    let table =
        |rows: Vec<Vec<String>>, wanted: &[usize]| table(&indented(rows), wanted, room, how_shown);
    let mut text = format!("{}\n", anonymity_sentence(study, setting.kind, labels));
    let status = purchases.status;
    let warning = status.warning().map_or(String::new(), |warning| format!(", {warning}"));
    let _ = writeln!(text, "{} ({status} data{warning})", purchases.source);
    for note in reading_notes(&purchases.grounds, &purchases.report) {
        let _ = writeln!(text, "{note}");
    }
    unicity(&mut text, setting, study, labels, table);
    coarseness(&mut text, purchases, study, labels, table);
    k_anonymity(&mut text, study);
    attacks(&mut text, study, labels, table);
    for reason in not_measured(study, say) {
        let _ = writeln!(text, "\nnot measured: {reason}");
    }
    text
}

fn unicity(
    text: &mut String,
    setting: &AnonymitySetting,
    study: &AnonymityStudy,
    labels: &AnonymityLabels,
    table: impl Fn(Vec<Vec<String>>, &[usize]) -> String,
) {
    let Some(found) = study.of(setting.kind) else { return };
    let _ = writeln!(
        text,
        "\nsingled out by points of {}: exact at one point, above it {DRAWS} draws a user ({} distinct points)",
        setting.kind,
        grouped(found.distinct as u64)
    );
    let mut rows = vec![
        ["points", "users singled out", "users that have so many points", "too few"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for at in found.at.iter().take(labels.most) {
        rows.push(vec![at.p.to_string(), share(at.share), grouped(at.users), grouped(at.left_out)]);
    }
    *text += &table(rows, &[0, 1, 2, 3]);
}

fn coarseness(
    text: &mut String,
    purchases: &Purchases,
    study: &AnonymityStudy,
    labels: &AnonymityLabels,
    table: impl Fn(Vec<Vec<String>>, &[usize]) -> String,
) {
    let _ = writeln!(
        text,
        "\ncoarser points, {} known: % of users singled out / % of all different lines still told apart",
        labels.known
    );
    let mut rows = vec![
        std::iter::once(String::new())
            .chain(TimePart::ALL.map(|time| match time {
                TimePart::None => "no time".to_owned(),
                time => time.name().to_owned(),
            }))
            .collect::<Vec<_>>(),
    ];
    let bare = |share: f64| rate(share).trim_end_matches(" %").to_owned();
    for item in ItemPart::ALL {
        let cell = |time| {
            let kind = PointKind::Of(item, time);
            let found = study.of(kind).and_then(|one| one.at.get(labels.known - 1));
            match (found.and_then(|at| at.share.best()), detail_left(study, kind)) {
                (Some(share), Some(left)) => format!("{} / {}", bare(share), bare(left)),
                (None, Some(left)) => format!("- / {}", bare(left)),
                _ => "-".to_owned(),
            }
        };
        let name = match item {
            ItemPart::Prefix => format!("prefix ({} letters)", prefix_length(&purchases.item)),
            ItemPart::None => "no item".to_owned(),
            item => item.name().to_owned(),
        };
        rows.push(std::iter::once(name).chain(TimePart::ALL.map(cell)).collect());
    }
    *text += &table(rows, &[0, 1, 2, 3, 4]);
}

fn k_anonymity(text: &mut String, study: &AnonymityStudy) {
    let Some(Ok(found)) = &study.anonymous else { return };
    let release = &found.first;
    let quasi: Vec<&str> = release.quasi.iter().map(|one| one.words()).collect();
    let (smallest, largest) = release.classes.sizes();
    let _ = writeln!(
        text,
        "\nk-anonymity: {} users in {} classes of {} or more (Mondrian) by {}; secret: {}",
        grouped(found.users as u64),
        grouped(release.classes.members.len() as u64),
        found.k,
        quasi.join(", "),
        found.sensitive
    );
    if let Some(words) = uncut_words(release) {
        let _ = writeln!(text, "  {words}");
    }
    let average = release.classes.average_size();
    for (name, value) in [
        (
            "size of a class",
            format!(
                "{} on average ({} k), {smallest} to {largest}",
                short_number(average),
                short_number(average / found.k as f64)
            ),
        ),
        (
            "certainty penalty",
            format!(
                "{}: how wide a class is, in share of the whole range",
                percent(release.classes.penalty)
            ),
        ),
        ("discernibility", grouped(release.classes.discernibility())),
        (
            "l-diversity",
            format!(
                "distinct {}, entropy {} in the worst class",
                release.distinct,
                short_number(release.entropy)
            ),
        ),
    ] {
        let _ = writeln!(text, "  {name:<20}{value}");
    }
}

fn attacks(
    text: &mut String,
    study: &AnonymityStudy,
    labels: &AnonymityLabels,
    table: impl Fn(Vec<Vec<String>>, &[usize]) -> String,
) {
    let found = attack_rows(study, labels);
    if found.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\nattacks (users singled out, or whose secret is certain), and what DP at ε {} allows: odds, and a belief of {}",
        short_number(labels.epsilon),
        percent(labels.prior)
    );
    let mut rows = vec![
        ["attack", "users", "DP: odds of", "by at most", "belief"].map(str::to_owned).to_vec(),
    ];
    for row in &found {
        rows.push(vec![
            row.name.clone(),
            share(row.share),
            match row.bound.asks {
                Asks::Membership => "in or out".to_owned(),
                Asks::Replacement => "A or B".to_owned(),
            },
            match row.bound.odds() {
                Some(_) => format!("{} = {}", row.bound.power(), factor(&row.bound)),
                None => format!("{} {}", row.bound.power(), factor(&row.bound)),
            },
            posterior_words(row.bound.posterior(labels.prior)),
        ]);
    }
    *text += &table(rows, &[0, 1, 3, 4, 2]);
    for row in &found {
        let _ = writeln!(text, "  {}: {}", row.name, row.means);
    }
    if let Some(delta) = labels.delta {
        let _ = writeln!(
            text,
            "  with noise that has a δ all this holds but for a probability of {delta:e} a release"
        );
    }
    if let Some(Ok(linkage)) = &study.linkage {
        let _ = writeln!(
            text,
            "  found again: {} users sought among {}; of {} matches that stand out (eccentricity {ECCENTRICITY}) {} are right",
            grouped(linkage.sought as u64),
            grouped(linkage.among as u64),
            grouped(linkage.claimed as u64),
            linkage.right_of_claimed.best().map_or("none".to_owned(), percent)
        );
    }
}

/// Rows that stand two blanks to the right.
fn indented(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    for first in rows.iter_mut().filter_map(|row| row.first_mut()) {
        first.insert_str(0, "  ");
    }
    rows
}
