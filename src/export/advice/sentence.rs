//! Advice in words: the answer in one sentence, and why a want cannot hold.

use super::source::AdviceSource;
use crate::advice::{
    Advice, Advised, Infeasible, LEAST, Obstacle, ReleaseKind, Remedy, Subject, Want, Window,
};
use crate::chart::short_number;
use crate::metric::Metric;

/// The answer in one sentence, or two.
pub fn advice_sentence(source: &AdviceSource<'_>, advice: &Advice) -> String {
    let mut parts: Vec<String> = Vec::new();
    match &advice.advised {
        Some(advised) => parts.push(held(source, advice, advised)),
        None if advice.wants.is_empty() => {}
        None => parts.push(none(source, advice)),
    }
    for one in source.recalled {
        let nonprivate = short_number(one.nonprivate);
        let most = one.looked_at.last().map_or(0.0, |at| at.mean);
        parts.push(match one.epsilon {
            Some(epsilon) => format!(
                "{} needs a model by {} at ε {} (without privacy it reaches {nonprivate})",
                one.want,
                one.model.title(),
                rounded(epsilon)
            ),
            None => format!(
                "{}: a model by {} reaches {} on average at ε {}, {nonprivate} without privacy; what may help: a larger ε, \
                 fewer items",
                one.want,
                one.model.title(),
                short_number(most),
                short_number(source.max_epsilon)
            ),
        });
    }
    for (kind, one) in &advice.alternatives {
        let other = advice.advised.as_ref().is_some_and(|advised| advised.kind != *kind);
        let what = match kind {
            ReleaseKind::Order => "an order alone".to_owned(),
            ReleaseKind::Values if other => format!("values by {}", one.mechanism),
            ReleaseKind::Values => one.mechanism.to_string(),
        };
        let ceiling = advice
            .windows
            .iter()
            .find(|window| window.mechanism == one.mechanism && !window.is_open())
            .and_then(|window| window.ceiling);
        let beyond = ceiling
            .map_or(String::new(), |at| format!(", beyond its ceiling of {}", short_number(at)));
        parts.push(format!("{what}: ε {}{beyond}", rounded(one.epsilon)));
    }
    for (kind, one) in &advice.infeasible {
        parts.push(why(*kind, one, source));
    }
    for (kind, alone) in &advice.apart {
        let what = match kind {
            ReleaseKind::Values => "values",
            ReleaseKind::Order => "an order",
        };
        let unit = source.pairs.units_per_shown() as f64;
        let each: Vec<String> = alone
            .iter()
            .map(|(want, found)| {
                let l0 = found.l0.map_or(String::new(), |l0| format!("l0 {l0}, "));
                let linf = short_number(found.linf as f64 / unit);
                let epsilon = rounded(found.epsilon);
                format!("{want} needs ε {epsilon} ({l0}linf {linf}, {})", found.mechanism)
            })
            .collect();
        parts.push(format!("alone, by {what}, {}", each.join(", ")));
    }
    parts.join("; ")
}

/// ε to three digits, never below what it must be.
pub(in crate::export) fn rounded(epsilon: f64) -> String {
    let digit = libm::exp10(libm::floor(libm::log10(epsilon)) - 2.0);
    short_number((epsilon / digit - 1e-9).ceil() * digit)
}

fn held(source: &AdviceSource<'_>, advice: &Advice, advised: &Advised) -> String {
    let unit = source.pairs.units_per_shown() as f64;
    let found = &advised.found;
    let least = if found.epsilon <= LEAST {
        " (the smallest that is looked at: less would do)"
    } else {
        ""
    };
    let at = match advised.kind {
        ReleaseKind::Order => {
            format!("ε {}{least}, an order alone by {}", rounded(found.epsilon), found.mechanism)
        }
        ReleaseKind::Values => {
            let delta = advised.delta.map_or(String::new(), |delta| format!(", δ {delta:e}"));
            format!(
                "ε {}{least}{delta}, l0 {}, linf {}, {}",
                rounded(found.epsilon),
                found.l0.map_or("-".to_owned(), |l0| l0.to_string()),
                short_number(found.linf as f64 / unit),
                found.mechanism
            )
        }
    };
    let kept: Vec<String> = advised
        .wants
        .iter()
        .filter_map(|one| in_words(&one.want.want, one.figure.best()))
        .collect();
    let binding = advised
        .binding
        .filter(|_| advised.wants.len() > 1)
        .and_then(|at| advice.wants.get(at))
        .map_or(String::new(), |want| format!(", where {} binds", want.want));
    // Errors over all groups that are as large as the sums themselves are met by publishing 0.
    let over_all = |want: &Want| {
        matches!(want.subject, Subject::EveryGroup)
            || matches!(want.subject, Subject::Figure(metric, _) if !metric.is_ranking())
    };
    let loose = advice.wants.iter().all(|want| over_all(&want.want) || want.want.subject.is_risk());
    let clipped = if advised.clipped > 0.97 && loose {
        " (so loose that publishing next to nothing meets it: nearly all of the total is clipped away)".to_owned()
    } else if advised.clipped > 0.9 {
        format!(
            " (values are {:.0} % too low, for the bounds clip so much: only their order is worth something)",
            100.0 * advised.clipped
        )
    } else if advised.clipped >= 0.01 {
        format!(" ({:.0} % of the total is clipped away)", 100.0 * advised.clipped)
    } else {
        String::new()
    };
    let window = advice
        .windows
        .iter()
        .find(|window| window.mechanism == found.mechanism)
        .and_then(|window| Some((window.floor?, window.ceiling?)))
        .map_or(String::new(), |(floor, ceiling)| {
            format!("; the window reaches from ε {} to {}", rounded(floor), short_number(ceiling))
        });
    format!("{at}{clipped} {}{binding}{window}", listed(&kept))
}

fn listed(parts: &[String]) -> String {
    match parts {
        [] => "meets every want".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// What a release does, by a figure.
fn in_words(want: &Want, value: Option<f64>) -> Option<String> {
    let value = value?;
    let short = short_number(value);
    Some(match &want.subject {
        Subject::Figure(Metric::Overlap, Some(k)) => {
            format!("keeps {:.1} of the top {k}", value * *k as f64)
        }
        Subject::Relative(k) => {
            format!("has the top {k} within {} % on average", short_number(100.0 * value))
        }
        Subject::WorstRelative(k) => {
            format!("has the worst of the top {k} within {} %", short_number(100.0 * value))
        }
        Subject::Within { group, relative: true } => {
            format!("has {group} within {} % on average", short_number(100.0 * value))
        }
        Subject::Within { group, .. } => format!("has {group} within {short} on average"),
        Subject::EveryGroup => format!("has every group within {short} on average"),
        subject => format!("has {subject} {short}"),
    })
}

fn none(source: &AdviceSource<'_>, advice: &Advice) -> String {
    let closed: Vec<&Window> = advice
        .windows
        .iter()
        .filter(|window| window.floor.is_some() && !window.is_open())
        .collect();
    let nearest = closed.iter().min_by(|a, b| {
        let gap = |w: &Window| w.floor.unwrap_or(f64::MAX) / w.ceiling.unwrap_or(1e-9).max(1e-9);
        gap(a).total_cmp(&gap(b))
    });
    if closed.is_empty() && advice.wants.iter().all(|want| want.want.subject.is_risk()) {
        let kept: Vec<String> = advice.wants.iter().map(|want| want.want.to_string()).collect();
        let ceilings: Vec<String> = advice
            .windows
            .iter()
            .filter_map(|window| {
                Some(format!("{} up to ε {}", window.mechanism, short_number(window.ceiling?)))
            })
            .collect();
        return format!(
            "{} is kept by {}, whatever l0 is; nothing asks for a larger ε than 0: add what must hold",
            listed(&kept),
            listed(&ceilings)
        );
    }
    match nearest {
        Some(Window { mechanism, floor: Some(floor), ceiling: Some(ceiling) }) => format!(
            "there is no window: what must hold needs ε {} ({mechanism}), what may be risked allows at most {}; looser \
             wants on either side would open it{}",
            rounded(*floor),
            short_number(*ceiling),
            if source.pairs.question().measure == crate::purchases::Measure::Buyers {
                ""
            } else {
                ", or counting buyers, which needs less noise"
            }
        ),
        _ => format!(
            "nothing meets {} up to ε {}",
            if advice.wants.len() == 1 { "this" } else { "all of this" },
            short_number(source.max_epsilon)
        ),
    }
}

/// Why a want cannot hold, and what would let it.
pub(super) fn why(kind: ReleaseKind, one: &Infeasible, source: &AdviceSource<'_>) -> String {
    let unit = source.pairs.units_per_shown() as f64;
    let k = one.want.want.subject.k();
    let best = match (one.best, &one.want.want.subject, k) {
        (Some(best), Subject::Figure(Metric::Overlap, _), Some(k)) => {
            format!("at best {:.0} of {k}", best * k as f64)
        }
        (Some(best), Subject::Within { relative: true, .. } | Subject::Relative(_), _)
        | (Some(best), Subject::WorstRelative(_), _) => {
            format!("at best {} %", short_number(100.0 * best))
        }
        (Some(best), _, _) => format!("at best {}", short_number(best)),
        (None, _, _) => "no limit at all".to_owned(),
    };
    let found = &one.nearest;
    let linf = short_number(found.linf as f64 / unit);
    let (what, place) = match (kind, found.l0) {
        (ReleaseKind::Order, _) => ("an order alone reaches", format!("linf {linf}")),
        (ReleaseKind::Values, Some(l0)) => {
            ("values reach", format!("{}, l0 {l0}, linf {linf}", found.mechanism))
        }
        (ReleaseKind::Values, None) => {
            ("values reach", format!("{}, linf {linf}", found.mechanism))
        }
    };
    let obstacles: Vec<String> = one
        .obstacles
        .iter()
        .map(|obstacle| match obstacle {
            Obstacle::Clipping => format!(
                "bounds take {:.0} % of the total and noise has scale {}: looser bounds need more noise, tighter ones take \
                 more",
                100.0 * one.clipped,
                short_number(one.scale)
            ),
            Obstacle::Noise => format!("noise of scale {}", short_number(one.scale)),
            Obstacle::Ties(tied) => format!("{tied} groups tie where the list is cut"),
            Obstacle::Few { key, sum } => {
                format!("the last of the list, {key}, has {} only", short_number(*sum))
            }
            Obstacle::OneUser { key, share } => {
                format!("one user makes {:.0} % of {key}", 100.0 * share)
            }
        })
        .collect();
    let remedies: Vec<&str> = one
        .remedies
        .iter()
        .map(|remedy| match remedy {
            Remedy::Order => "publishing the order alone",
            Remedy::Buyers => "counting buyers",
            Remedy::FreeBounds => "bounds that are free",
            Remedy::LargerEpsilon => "a larger ε",
            Remedy::ShorterList => "a shorter list",
        })
        .take(3)
        .collect();
    let help = match remedies[..] {
        [] => String::new(),
        ref some => format!("; what may help: {}", some.join(", ")),
    };
    format!(
        "{}: {what} {best} up to ε {} ({place}), because {}{help}",
        one.want.want,
        short_number(source.max_epsilon),
        obstacles.join(", and ")
    )
}
