//! Rates as lines for people: the sentence first, then the groups, then what is decided by them.

use super::document::{RatesDocument, RatesDoubt, UnseenDocument};
use super::sentence::plural;
use crate::chart::{grouped, short_error, short_number};
use crate::export::aligned;
use crate::export::percent;
use crate::export::shown;
use crate::metric::Figure;
use crate::rates::{EventDoubt, Interval};

/// Groups that are listed: the others stand in JSON and CSV.
const LISTED: usize = 30;

/// How somebody who asks gets more.
#[derive(Debug, Clone, Copy)]
pub struct Hows {
    /// Where all groups and columns stand.
    pub all: &'static str,
    /// What settles a doubt: its decision and another reading become words.
    pub settle: fn(&str, &str) -> String,
}

impl Hows {
    fn settles(&self, doubt: &EventDoubt) -> String {
        doubt
            .readings
            .get(1)
            .map_or(String::new(), |reading| (self.settle)(doubt.decision, &shown(reading)))
    }
}

/// The sentence, the groups by rate, the decisions; folded to `room` columns.
pub fn rates_lines(document: &RatesDocument, room: Option<usize>, hows: &Hows) -> String {
    let how_all = hows.all;
    let folded = |text: &str| aligned::folded(text, room).trim_end().to_owned();
    let mut lines = vec![folded(&format!("{}.", document.answer)), String::new()];
    lines.push(folded(&format!(
        "{} data, {}: {}, grouped by {}",
        document.source,
        document.status,
        document.per.counted(&document.exposed.join(", "), &document.converted.join(", ")),
        document.group_by
    )));
    lines.push(folded(&format!(
        "{} noise of scale {} on two cells a group: one user moves {} of them together, by {} in all",
        document.mechanism,
        short_number(document.scale),
        grouped(document.l0),
        short_number(document.l1_sensitivity)
    )));
    for doubt in &document.doubts {
        if let RatesDoubt::Events(doubt) = doubt {
            lines.push(folded(&format!(
                "doubtful: {}{}",
                shown(&doubt.words),
                hows.settles(doubt)
            )));
        }
    }
    lines.push(String::new());
    lines.push(table(document, room, how_all));
    let coverage = with_error(document.coverage);
    lines.push(folded(&format!(
        "kept: within the bounds, with their rate; noise sd: one standard deviation of a released rate around it; interval: \
         what a release would say of it for the noise (holds it in {} of trials); sampling: what chance leaves open around \
         the rate of all; both at {}; clamped: how often a noised count below 0 is taken for 0; stopped: how often the \
         released rate lies below {}",
        coverage,
        percent(document.level),
        percent(document.stopping.below)
    )));
    if document.groups.iter().any(|group| group.stop_open && group.stopped.best().is_some()) {
        lines.push(folded(
            "?: chance alone leaves open on which side of that the rate lies, whatever the noise",
        ));
    }
    lines.push(String::new());
    let fitting = |rows: &[Vec<String>], wanted: &[usize]| {
        aligned::table(rows, wanted, room, how_all).trim_end().to_owned()
    };
    decisions(document, &mut lines, &folded, &fitting);
    let unseen = &document.without_exposure;
    if !unseen.is_empty() {
        let named =
            |one: &UnseenDocument| format!("{} in {}", grouped(one.users), shown(&one.group));
        let mut first: Vec<String> = unseen.iter().take(8).map(named).collect();
        if unseen.len() > first.len() {
            first.push(format!("{} more", unseen.len() - first.len()));
        }
        let events = unseen.iter().map(|one| one.events).sum();
        lines.push(folded(&format!(
            "{} of users who never saw what they converted in are not counted (users: {})",
            counted(events, "conversion"),
            first.join(", ")
        )));
    }
    if document.before_exposure > 0 {
        lines.push(folded(&format!(
            "{} converted only before the first exposure: the user counts as converted, none of the exposures does",
            counted(document.before_exposure, "pair of user and group")
        )));
    }
    lines.extend(document.notes.iter().map(|note| folded(note)));
    lines.extend(document.warning.map(str::to_owned));
    if document.groups.len() > LISTED {
        lines.push(format!(
            "{} more {}{how_all}",
            grouped((document.groups.len() - LISTED) as u64),
            plural(&document.group_by)
        ));
    }
    lines.join("\n") + "\n"
}

fn counted(many: u64, one: &str) -> String {
    match (many, one.split_once(' ')) {
        (1, _) => format!("1 {one}"),
        (many, Some((first, rest))) => format!("{} {first}s {rest}", grouped(many)),
        (many, None) => format!("{} {one}s", grouped(many)),
    }
}

/// The groups, the highest rate first.
fn table(document: &RatesDocument, room: Option<usize>, how_all: &str) -> String {
    let head = [
        document.group_by.as_str(),
        document.per.plural(),
        "converted",
        "rate",
        "kept",
        "their rate",
        "noise sd",
        "interval",
        "sampling",
        "clamped",
        "stopped",
    ];
    let mut rows = vec![head.map(shown).map(String::from).to_vec()];
    let mut groups: Vec<_> = document.groups.iter().collect();
    groups.sort_by(|a, b| {
        let rate = |rate: Option<f64>| rate.unwrap_or(-1.0);
        rate(b.rate).total_cmp(&rate(a.rate)).then_with(|| a.group.cmp(&b.group))
    });
    for group in groups.into_iter().take(LISTED) {
        rows.push(vec![
            aligned::fit(&shown(&group.group), 30),
            grouped(group.users),
            grouped(group.converted),
            rate(group.rate),
            grouped(group.kept),
            rate(group.rate_bounded),
            rate(group.noise_sd.simulated.or(group.noise_sd.expected)),
            ends(group.interval),
            ends(group.sampling),
            group.clamped.best().map_or("-".to_owned(), percent),
            group.stopped.best().map_or("-".to_owned(), |stopped| {
                let open = if group.stop_open { "?" } else { "" };
                format!("{}{open}", percent(stopped))
            }),
        ]);
    }
    // What is least wanted goes first on narrow terminals.
    let wanted = [0, 3, 5, 7, 1, 8, 4, 2, 10, 6, 9];
    aligned::table(&rows, &wanted, room, how_all)
}

fn decisions(
    document: &RatesDocument,
    lines: &mut Vec<String>,
    folded: &impl Fn(&str) -> String,
    table: &impl Fn(&[Vec<String>], &[usize]) -> String,
) {
    let mut rows: Vec<Vec<String>> =
        vec![["", "closed form", "simulated"].map(str::to_owned).to_vec()];
    let mut figure = |name: String, figure: Figure| {
        rows.push(vec![
            name,
            figure.expected.map_or("-".to_owned(), short_number),
            with_error(figure),
        ]);
    };
    let what = plural(&document.group_by);
    let best = best_of(document);
    figure(format!("pairs of {what} the wrong way round"), document.pairs_flipped);
    figure(format!("the best{best} is still the best"), document.best_is_best);
    let stopping = &document.stopping;
    let below = percent(stopping.below);
    figure(format!("stopped below {below}, wrongly"), stopping.wrong_stops);
    figure("  their conversions, lost".to_owned(), stopping.conversions_lost);
    figure("kept, wrongly".to_owned(), stopping.wrong_keeps);
    figure(format!("  their {}, wasted", document.per.plural()), stopping.exposures_wasted);
    lines.push(table(&rows, &[0, 2, 1]));
    lines.push(String::new());
    if let (Some(holdout), false) = (&document.holdout, document.lift.is_empty()) {
        let head =
            ["lift over ", "lift", "with sampling", "of the kept", "with the noise", "wrong sign"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows[0][0] += &shown(holdout);
        for lift in document.lift.iter().take(LISTED) {
            rows.push(vec![
                aligned::fit(&shown(&lift.group), 30),
                lift.lift.map_or("-".to_owned(), signed),
                lifts(lift.sampling),
                lift.lift_bounded.map_or("-".to_owned(), signed),
                lifts(lift.answers),
                lift.wrong_sign.map_or("-".to_owned(), percent),
            ]);
        }
        lines.push(table(&rows, &[0, 1, 4, 5, 2, 3]));
        lines.push(folded(
            "lift: of all users; with sampling: what chance leaves open of it; of the kept: within the bounds; with the noise: that \
             in 95 % of released answers; wrong sign: how often a released answer says better of what is worse, or the other way",
        ));
        lines.push(String::new());
    }
    if let Some(designs) = document.designs {
        let head = ["design, of the median group", "noise sd", "variance factor", "as exact at"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(designs.iter().map(|design| {
            vec![
                design.design.to_owned(),
                rate(Some(design.noise_sd)),
                format!("{:.3}", design.variance_factor),
                format!("ε {}", short_number(design.epsilon_for_the_same)),
            ]
        }));
        lines.push(table(&rows, &[0, 1, 3, 2]));
        lines.push(String::new());
    }
    let best = document.over_l0.iter().min_by(|a, b| {
        let share = |share: Option<f64>| share.unwrap_or(1.0);
        share(a.pairs_flipped).total_cmp(&share(b.pairs_flipped))
    });
    if let Some((best, flipped)) = best.and_then(|best| Some((best, best.pairs_flipped?)))
        && best.l0 != document.l0
    {
        lines.push(folded(&format!(
            "l0 {} keeps the order best of those tried: {} of pairs the wrong way round (looked up in the data)",
            best.l0,
            percent(flipped)
        )));
    }
}

/// The group of the highest rate, in brackets, where there is one.
fn best_of(document: &RatesDocument) -> String {
    let highest = document.groups.iter().filter_map(|group| group.rate).fold(-1.0, f64::max);
    let mut best = document.groups.iter().filter(|group| group.rate == Some(highest));
    match (best.next(), best.next()) {
        (Some(best), None) => format!(" ({})", aligned::fit(&shown(&best.group), 30)),
        _ => String::new(),
    }
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or("-".to_owned(), |rate| match 100.0 * rate {
        0.0 => "0 %".to_owned(),
        much if much >= 10.0 => format!("{much:.1} %"),
        some if some >= 0.1 => format!("{some:.2} %"),
        little => format!("{} %", short_number(little)),
    })
}

fn ends(interval: Option<Interval>) -> String {
    interval.map_or("-".to_owned(), |ends| {
        format!("{:.2}–{:.2} %", 100.0 * ends.low, 100.0 * ends.high)
    })
}

fn signed(lift: f64) -> String {
    format!("{:+.0} %", 100.0 * lift)
}

fn lifts(interval: Option<Interval>) -> String {
    interval.map_or("-".to_owned(), |ends| format!("{} to {}", signed(ends.low), signed(ends.high)))
}

fn with_error(figure: Figure) -> String {
    match (figure.simulated, figure.standard_error) {
        (Some(value), Some(error)) => {
            format!("{} ± {}", short_number(value), short_error(error))
        }
        (Some(value), None) => short_number(value),
        _ => figure.expected.map_or("-".to_owned(), short_number),
    }
}
