//! What is about to be spent and published, line by line: first what anybody may know, then the
//! forecast, which is looked up in the true data.

use super::form::delta_words;
use crate::chart::{grouped, short_number};
use crate::export::{ForecastLine, LOOKED_UP, forecast_lines, rows_lines};
use crate::privacy::accounting::Cost;
use crate::purchases::{CleaningReport, Reading};
use crate::rehearsal::{ModelPreview, Worked};
use crate::release::{Balance, Keys, LedgerView, Preview};

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A name and what it is.
    Named(&'static str, String),
    /// A warning that stands before what follows.
    Mark(String),
    /// A number of the forecast, and what it is of.
    Looked(ForecastLine),
}

/// What is about to be spent, and what it will look like.
pub fn facts(worked: &Worked) -> Vec<Fact> {
    match worked {
        Worked::Sums(preview) => of_sums(preview),
        Worked::Model(preview) => of_model(preview),
    }
}

fn spends(cost: Cost) -> Fact {
    let delta = match cost.delta.to_f64() == 0.0 {
        true => String::new(),
        false => format!(", δ {}", delta_words(cost.delta)),
    };
    Fact::Named("it spends", format!("ε {}{delta}", cost.epsilon))
}

fn ledger(view: &LedgerView, after: &Balance) -> Fact {
    let (now, then) = (view.balance.remaining(), after.remaining());
    let delta = match view.balance.total.delta.to_f64() == 0.0 {
        true => String::new(),
        false => format!(", δ {} and {}", delta_words(now.delta), delta_words(then.delta)),
    };
    Fact::Named(
        "the ledger",
        format!(
            "{}: ε {} left now, ε {} afterwards{delta} ({} accounting)",
            view.path.display(),
            now.epsilon,
            then.epsilon,
            view.accountant.title()
        ),
    )
}

fn of_sums(preview: &Preview) -> Vec<Fact> {
    let prepared = &preview.prepared;
    let (request, reservation) = (prepared.request(), prepared.reservation());
    let pairs = prepared.pairs();
    let unit = pairs.units_per_shown() as f64;
    let scale = if request.top_k.is_some() { prepared.scale() } else { prepared.scale() / unit };
    let mut noise = format!("{}, scale {}", prepared.mechanism(), short_number(scale));
    if let Some(threshold) = prepared.threshold() {
        noise += &format!("; groups below {} are dropped", short_number(threshold as f64 / unit));
    }
    let mut facts = vec![
        spends(reservation.cost),
        ledger(&preview.ledger, &preview.after),
        Fact::Named("publishes", request.out.display().to_string()),
        Fact::Named("question", format!("{}, {}", reservation.question, reservation.bounds)),
        Fact::Named("noise", noise),
    ];
    if request.floor_at_zero {
        let bias = prepared.floor_bias() / unit;
        facts.push(Fact::Named(
            "flooring",
            format!("raises a group without anyone by {} on average", short_number(bias)),
        ));
    }
    if request.keys == Keys::Public {
        facts.push(Fact::Named(
            "groups",
            "every key in the data is shown, also one that a single user has".to_owned(),
        ));
    }
    facts.push(Fact::Mark(LOOKED_UP.to_owned()));
    let found = forecast_lines(&preview.forecast, pairs.contributors(), Some(preview.more));
    // Groups of the data beside rows of the file: the latter are said to be rows.
    facts.extend(found.into_iter().map(|line| match line.of.strip_prefix("in the data,") {
        Some(rest) => {
            Fact::Looked(ForecastLine { of: format!("groups in the data,{rest}"), ..line })
        }
        None => Fact::Looked(line),
    }));
    facts.extend(cleaned(pairs.report(), &request.reading));
    facts
}

/// Rows read, dropped and kept; beside groups they are said to be rows.
fn cleaned(report: &CleaningReport, reading: &Reading) -> impl Iterator<Item = Fact> {
    rows_lines(report, reading).into_iter().map(|line| {
        let of = format!("rows {}", line.of);
        Fact::Looked(ForecastLine { of, ..line })
    })
}

fn of_model(preview: &ModelPreview) -> Vec<Fact> {
    let prepared = &preview.prepared;
    let reservation = prepared.reservation();
    let found = prepared.found();
    let line = |number: u64, of: String| Fact::Looked(ForecastLine { number: grouped(number), of });
    let mut facts = vec![
        spends(reservation.cost),
        ledger(&preview.ledger, &preview.after),
        Fact::Named("publishes", preview.out.display().to_string()),
        Fact::Named("question", format!("{}, {}", reservation.question, reservation.bounds)),
        Fact::Named("noise", reservation.mechanism.clone()),
        Fact::Mark(LOOKED_UP.to_owned()),
        line(prepared.users() as u64, "users with an item of the list".to_owned()),
        line(
            found.occur as u64,
            format!("of {} keys of the list occur in the data", grouped(found.keys as u64)),
        ),
        line(preview.more, "more like this fit into the ledger afterwards".to_owned()),
    ];
    let (report, reading) = &preview.cleaned;
    facts.extend(cleaned(report, reading));
    facts
}
