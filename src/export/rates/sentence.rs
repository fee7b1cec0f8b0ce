//! What rates come to, in one sentence.

use crate::chart::{by_rate, grouped, short_number};
use crate::export::aligned::fit;
use crate::export::{percent, shown};
use crate::rates::{Events, GroupRate, Interval, RateUnit, RatesStudy};

/// Names in a sentence: as many as are read at a glance.
fn named(mut names: Vec<&str>) -> String {
    const SHOWN: usize = 3;
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let names: Vec<String> = names.into_iter().map(|name| fit(&shown(name), 30)).collect();
    match (names.split_last(), more) {
        (Some((last, rest)), 0) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (_, 0) => names.concat(),
        (_, more) => format!("{} and {more} more", names.join(", ")),
    }
}

/// The order and the best.
fn order(study: &RatesStudy, what: &str) -> String {
    let best = by_rate(study).first().copied();
    match (study.pairs_flipped.best(), study.best_is_best.best(), best) {
        (Some(flipped), Some(stays), Some(best)) => {
            let between = if study.groups.len() == 2 {
                format!("the two {what} stand the wrong way round with {}", percent(flipped))
            } else {
                format!("{} of pairs of {what} stand the wrong way round", percent(flipped))
            };
            let highest = study.groups.iter().filter(|group| group.rate == best.rate).count();
            let best = match highest {
                1 => format!(
                    "{}, the best ({}), is still the best",
                    named(vec![&best.group]),
                    best.rate.map_or(String::new(), percent)
                ),
                _ => "the best is still the best".to_owned(),
            };
            format!("{between}, and {best} with {}", percent(stays))
        }
        (None, Some(_), _) => format!("all {what} have the same rate, so there is no order"),
        _ => format!("there is only one of the {what}, so there is no order"),
    }
}

/// Which groups lie on either side of the holdout, or of the limit, whatever chance did.
fn decided(study: &RatesStudy) -> Option<String> {
    let by_rate = by_rate(study);
    let beyond = |is: &dyn Fn(Interval) -> bool| -> Vec<&str> {
        let is = |group: &&&GroupRate| group.sampling.is_some_and(is);
        by_rate.iter().filter(is).map(|group| group.group.as_str()).collect()
    };
    if let Some(holdout) = &study.holdout {
        if study.lifts.is_empty() {
            return None;
        }
        let of = |group: &GroupRate| study.lifts.iter().find(|lift| lift.group == group.group);
        let sided = |is: &dyn Fn(Interval) -> bool| -> Vec<&str> {
            let is = |group: &&&GroupRate| of(group).and_then(|lift| lift.sampling).is_some_and(is);
            by_rate.iter().filter(is).map(|group| group.group.as_str()).collect()
        };
        let (better, worse) = (sided(&|lift| lift.low > 0.0), sided(&|lift| lift.high < 0.0));
        let verb = |many: usize, verb: &str| match many {
            1 => format!("{verb}s"),
            _ => verb.to_owned(),
        };
        let better = match better.len() {
            0 => format!("none beats {}", shown(holdout)),
            many => format!("{} {} {}", named(better), verb(many, "beat"), shown(holdout)),
        };
        let worse = match worse.len() {
            0 => String::new(),
            1 => format!(", {} does worse", named(worse)),
            _ => format!(", {} do worse", named(worse)),
        };
        return Some(format!("beyond chance {better}{worse}"));
    }
    // An end at 1 may be a hair below it.
    let mut below = beyond(&|ends| ends.high < study.limit.0.min(1.0 - 1e-9));
    below.reverse();
    let open = study.groups.iter().filter(|group| group.stop_open && group.users > 0).count();
    let verb = if below.len() == 1 { "lies" } else { "lie" };
    match (below.len(), open) {
        (0, _) => None,
        (_, open) => Some(format!(
            "beyond chance {} {verb} below {}{}{}",
            named(below),
            percent(study.limit.0),
            if study.limit.1 == "said" { String::new() } else { format!(", {}", study.limit.1) },
            match open {
                0 => String::new(),
                open => format!(" ({open} left open)"),
            }
        )),
    }
}

/// The sentence in parts, what matters most first: the order, who is better, what can be read, what
/// bounds cost.
pub fn rates_sentences(events: &Events, study: &RatesStudy) -> Vec<String> {
    let setting = &study.setting;
    let what = plural(&events.facts.group_by);
    let units = setting.per.plural();
    let at = match setting.per {
        RateUnit::User => format!("ε {}, l0 {}", short_number(setting.epsilon), setting.l0),
        RateUnit::Event => format!(
            "ε {}, l0 {}, linf {}",
            short_number(setting.epsilon),
            setting.l0,
            setting.per_group()
        ),
    };
    let mut parts = vec![format!("{at}: {}", order(study, &what))];
    parts.extend(decided(study));
    let kept = study.kept.1 as f64 / study.total.1.max(1) as f64;
    if let Some(readable) = study.readable {
        let count =
            |users: Option<u64>| users.map_or("more than there are people".to_owned(), grouped);
        let in_all = match readable.in_all {
            Some(in_all) if kept < 0.995 => format!(" ({} in all)", grouped(in_all)),
            _ => String::new(),
        };
        parts.push(format!(
            "a rate of {} is read within ±{} from {} kept {units} on{in_all}: {} for the noise alone, {} for chance alone",
            percent(readable.rate),
            percent(readable.within),
            count(readable.both),
            count(readable.noise),
            count(readable.sampling)
        ));
    }
    if kept < 0.995 {
        parts.push(match setting.per {
            RateUnit::User => {
                let one = singular(&events.facts.group_by);
                format!("the bounds keep {} of pairs of user and {one}", percent(kept))
            }
            RateUnit::Event => format!("the bounds keep {} of {units}", percent(kept)),
        });
    }
    parts
}

/// The parts in one sentence.
pub fn rates_sentence(events: &Events, study: &RatesStudy) -> String {
    rates_sentences(events, study).join("; ")
}

/// One of what groups are called: `campaign`, or `value of utm_source` for what is no plain word.
pub(super) fn singular(group_by: &str) -> String {
    let many = plural(group_by);
    match many.as_str() {
        "categories" => "category".to_owned(),
        "countries" => "country".to_owned(),
        many => match many.strip_prefix("values of ") {
            Some(name) => format!("value of {name}"),
            None => many.trim_end_matches('s').to_owned(),
        },
    }
}

/// Several of what groups are called: `campaigns`, or `values of utm_source` for what is no plain word.
pub(super) fn plural(group_by: &str) -> String {
    match group_by.to_lowercase().as_str() {
        "campaign" | "campaign_id" | "campaignid" | "campaign_name" | "utm_campaign"
        | "kampagne" | "campagne" => "campaigns".to_owned(),
        "ad" | "ad_id" | "adid" => "ads".to_owned(),
        "item" | "item_id" | "itemid" | "product" | "product_id" | "stockcode" | "sku" => {
            "items".to_owned()
        }
        "category" => "categories".to_owned(),
        "country" => "countries".to_owned(),
        "hour" | "weekday" | "day" | "week" | "month" | "quarter" => {
            format!("{}s", group_by.to_lowercase())
        }
        _ => format!("values of {group_by}"),
    }
}
