//! A release in plain sentences, for whoever reads the published file: from what was asked and from
//! the law of the noise, without any figure of the data.

use std::fmt::Write as _;

use super::interval::half_width;
use super::rest::{REST, RestPlan};
use super::statement::Unprotected;
use crate::privacy::accounting::Cost;
use crate::privacy::mechanism::Noise;

/// What the sentences are of, in shown units but for the laws.
pub(super) struct InWords<'a> {
    /// What is counted: `purchases`.
    pub measure: &'a str,
    /// Several groups: `items`.
    pub groups: &'a str,
    /// Groups of one user, and contribution per group; none for an order alone.
    pub bounds: Option<(u64, f64)>,
    /// The length of an order.
    pub k: Option<usize>,
    /// The law of the noise, in stored units; none for an order.
    pub noise: Option<Noise>,
    /// Stored units in one shown unit.
    pub unit: f64,
    /// Values below it are not shown.
    pub threshold: Option<f64>,
    /// Values below 0 became 0.
    pub floored: bool,
    /// Whether low and high are there.
    pub interval: bool,
    /// The last row.
    pub rest: Option<&'a RestPlan>,
    /// What was chosen by looking at unprotected data.
    pub unprotected: &'a Unprotected,
    /// What it cost.
    pub cost: Cost,
}

/// A number with at most six digits behind the point and no zeros at its end.
fn plain(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The sentences.
pub(super) fn sentences(told: &InWords<'_>) -> Vec<String> {
    let mut said = Vec::new();
    // Up to the next whole one where that is nothing.
    let width = |noise: Noise| match half_width(noise) as f64 / told.unit {
        wide if wide >= 1e3 => plain(wide.ceil()),
        narrow => plain(narrow),
    };
    match (told.bounds, told.noise) {
        (Some((l0, linf)), Some(noise)) => {
            said.push(contributions(told, l0, linf));
            said.push(format!(
                "Noise is added to every value: it lies within ±{} with a probability of 95 %, and is 0 on average.",
                width(noise)
            ));
            selected(told, &mut said);
        }
        _ => {
            let k = told.k.unwrap_or(0);
            said.push(format!(
                "This is an order without values: the {k} {} with the most buyers, where a user counts once for each. \
                 Each place was drawn with noise, so neighbours in the list may stand the wrong way round.",
                told.groups
            ));
        }
    }
    if let Some(rest) = told.rest {
        said.push(format!(
            "The last row, {REST}, is the sum of all {} that are not shown, under the same bounds, with noise of its \
             own that lies within ±{} with a probability of 95 %.",
            told.groups,
            width(rest.noise())
        ));
    }
    if told.interval {
        let near = match told.threshold {
            Some(_) => {
                " A row whose value lies near the threshold may show by chance: its low is 0."
            }
            None => "",
        };
        said.push(format!(
            "low and high hold the sum under these bounds, before noise, with a probability of at least 95 %, each row \
             by itself; the total without bounds may lie above.{near}"
        ));
    }
    said.push(looked_at(told.unprotected));
    said.push(odds(told.cost));
    said
}

/// What was chosen by looking, which no ε covers.
pub fn looked_at(unprotected: &Unprotected) -> String {
    match unprotected {
        Unprotected::NotStated => "Whether ε, bounds or groups were chosen by looking at the data is not stated; no ε covers a \
                                   choice that was."
            .to_owned(),
        Unprotected::Stated(names) if names.is_empty() => {
            "By the word of whoever published this nothing was chosen by looking at the data.".to_owned()
        }
        Unprotected::Stated(names) => format!(
            "By the word of whoever published this these were chosen by looking at the data, which no ε covers: {}.",
            names.join("; ")
        ),
    }
}

fn contributions(told: &InWords<'_>, l0: u64, linf: f64) -> String {
    let groups = if l0 == 1 { "1 group".to_owned() } else { format!("{l0} groups") };
    let mut text = if told.measure == "buyers" {
        format!(
            "A value counts users: each counts in at most {groups}, once in each. What a user has beyond that is left out"
        )
    } else {
        // Money is no number of things.
        let most = match told.measure {
            "revenue" => format!("a revenue of at most {}", plain(linf)),
            things => format!("at most {} {things}", plain(linf)),
        };
        format!(
            "A value is a sum over users: of each user at most {groups}, and {most} in each. What a user has beyond that \
             is left out"
        )
    };
    text += if told.floored || told.threshold.is_some() {
        "."
    } else {
        ", so a value is in expectation lower than the count without bounds, or equal to it."
    };
    text
}

fn selected(told: &InWords<'_>, said: &mut Vec<String>) {
    if let Some(threshold) = told.threshold {
        said.push(format!(
            "A group is shown only where its noised value is at least {}: small {} are missing, and of those that are \
             barely shown the values are too high on average.",
            plain(threshold),
            told.groups
        ));
    }
    if told.floored {
        said.push("Values below 0 were set to 0, which raises small ones on average.".to_owned());
    }
}

/// ε as odds. With success at even odds at most ½(1 + (e^ε - 1 + 2δ)/(e^ε + 1)) (Kairouz,
/// Oh & Viswanath 2015: the randomised response that dominates every (ε, δ) mechanism).
pub fn odds(cost: Cost) -> String {
    let (epsilon, delta) = (cost.epsilon.to_f64(), cost.delta.to_f64());
    // (e^ε - 1)/(e^ε + 1) and 2δ/(e^ε + 1) without e^ε, which may be beyond all numbers.
    let less = libm::exp(-epsilon);
    let advantage = libm::tanh(0.5 * epsilon) + 2.0 * delta * less / (1.0 + less);
    let right = ((1.0 + advantage.min(1.0)) * 500.0).ceil() / 10.0;
    let of = match right < 100.0 {
        true => format!("at most {} of 100 such cases", plain(right)),
        false => "as good as all such cases".to_owned(),
    };
    let mut text = format!(
        "What ε {}{} means: somebody who holds it for equally likely that a given user is in the data or not, and \
         judges by this release, is right in {of}; without it in 50 of 100.",
        cost.epsilon,
        if delta > 0.0 { format!(" with δ {delta:e}") } else { String::new() },
    );
    if delta == 0.0 && epsilon < 20.0 {
        let factor = (libm::exp(epsilon) * 100.0).ceil() / 100.0;
        let _ = write!(
            text,
            " It changes the odds of anything about one user by a factor of at most {}.",
            plain(factor)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cost: Cost) -> InWords<'static> {
        InWords {
            measure: "purchases",
            groups: "items",
            bounds: Some((20, 5.0)),
            k: None,
            noise: Some(Noise::DiscreteLaplace { b: 100.0 }),
            unit: 1.0,
            threshold: None,
            floored: false,
            interval: false,
            rest: None,
            unprotected: &Unprotected::NotStated,
            cost,
        }
    }

    #[test]
    fn epsilon_is_said_in_odds_that_hold() {
        let cost = |epsilon, delta| Cost::new(epsilon, delta).unwrap();
        assert!(odds(cost(1.0, 0.0)).contains("at most 73.2 of 100"), "{}", odds(cost(1.0, 0.0)));
        assert!(odds(cost(1.0, 0.0)).contains("at most 2.72"));
        assert!(odds(cost(0.1, 0.0)).contains("at most 52.5 of 100"));
        // ½(1 + tanh ½ + 2·.01/(e + 1)) = .73375.
        let with_delta = odds(cost(1.0, 0.01));
        assert!(with_delta.contains("73.4 of 100") && !with_delta.contains("factor"));
        assert!(odds(cost(1e6, 0.0)).contains("as good as all such cases"));
    }

    #[test]
    fn what_bounds_do_is_said_where_it_holds() {
        let cost = Cost::new(1.0, 0.0).unwrap();
        let said = sentences(&told(cost)).join(" ");
        assert!(said.contains("at most 20 groups, and at most 5 purchases in each"), "{said}");
        // b = 100: b·ln 20, less half a step.
        assert!(said.contains("within ±300 "), "{said}");
        assert!(said.contains("in expectation lower"), "{said}");
        let floored = sentences(&InWords { floored: true, ..told(cost) }).join(" ");
        assert!(!floored.contains("in expectation") && floored.contains("set to 0"), "{floored}");
        let shown = sentences(&InWords { threshold: Some(700.0), ..told(cost) }).join(" ");
        assert!(!shown.contains("in expectation") && shown.contains("at least 700"), "{shown}");
        let buyers = InWords { measure: "buyers", bounds: Some((1, 1.0)), ..told(cost) };
        assert!(sentences(&buyers)[0].contains("in at most 1 group, once in each"));
        // What was chosen by looking is said with the rest.
        assert!(said.contains("is not stated; no ε covers"), "{said}");
        let names = Unprotected::Stated(vec!["l0".to_owned(), "linf".to_owned()]);
        let looked = sentences(&InWords { unprotected: &names, ..told(cost) }).join(" ");
        assert!(looked.contains("which no ε covers: l0; linf."), "{looked}");
        let order = InWords { bounds: None, noise: None, k: Some(5), ..told(cost) };
        assert!(sentences(&order)[0].contains("the 5 items with the most buyers"));
    }
}
