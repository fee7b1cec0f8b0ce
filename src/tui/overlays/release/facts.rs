//! What is about to be spent and published, line by line: first what anybody may know, then the
//! forecast, which is looked up in the true data.

use crate::chart::grouped;
use crate::export::{
    ForecastLine, LOOKED_UP, caution, cost_words, forecast_lines, ledger_words, rows_lines,
    spending_lines,
};
use crate::privacy::accounting::Cost;
use crate::purchases::{CleaningReport, Reading};
use crate::rehearsal::{ModelPreview, Worked};
use crate::release::Preview;

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

fn of_sums(preview: &Preview) -> Vec<Fact> {
    let prepared = &preview.prepared;
    let (request, pairs) = (prepared.request(), prepared.pairs());
    let lines = spending_lines(prepared, &preview.ledger, &preview.after);
    let mut facts: Vec<Fact> =
        cautions(prepared.reservation().cost, pairs.contributors()).collect();
    facts.extend(lines.into_iter().map(|(name, value)| Fact::Named(name, value)));
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

/// What is seldom wanted of an ε or a δ; the number of users is looked up, too.
fn cautions(cost: Cost, users: usize) -> impl Iterator<Item = Fact> {
    let of_epsilon = caution::of_epsilon(cost.epsilon.to_f64());
    let of_delta = caution::of_delta(cost.delta.to_f64(), Some(users));
    of_epsilon.into_iter().chain(of_delta).map(Fact::Mark)
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
    let mut facts: Vec<Fact> = cautions(reservation.cost, prepared.users()).collect();
    facts.extend([
        Fact::Named("it spends", cost_words(reservation.cost)),
        Fact::Named("the ledger", ledger_words(&preview.ledger, &preview.after)),
        Fact::Named("publishes", preview.out.display().to_string()),
        Fact::Named("question", format!("{}, {}", reservation.question, reservation.bounds)),
        Fact::Named(
            "noise",
            format!(
                "{}: ±{} (95 %) on the weight of an item, of which a user makes at most 1",
                reservation.mechanism,
                prepared.weight_width()
            ),
        ),
        Fact::Mark(LOOKED_UP.to_owned()),
        line(prepared.users() as u64, "users with an item of the list".to_owned()),
        line(
            found.occur as u64,
            format!("of {} keys of the list occur in the data", grouped(found.keys as u64)),
        ),
        line(preview.more, "more like this fit into the ledger afterwards".to_owned()),
    ]);
    let (report, reading) = &preview.cleaned;
    facts.extend(cleaned(report, reading));
    facts
}
