//! What is exported of the Budget screen: what was asked, and what every accountant says of it.

use crate::privacy::accounting::Accountant;
use crate::rehearsal::{AccountReport, Session};

/// What was asked, as lines: no true figure is in it.
pub fn budget_csv(session: &Session) -> String {
    let mut text = "question,mechanism,l0,linf,epsilon,delta,times\n".to_owned();
    for line in session.lines() {
        let unit = line.unit as f64;
        let (l0, linf) = (line.bounds.0, line.bounds.1 as f64 / unit);
        let (epsilon, delta) = (line.cost.epsilon, line.cost.delta.to_f64());
        text += &format!(
            "{},{},{l0},{linf},{epsilon},{delta},{}\n",
            line.question, line.mechanism, line.times
        );
    }
    text
}

/// The session's budget by every accountant.
pub fn budget_document(session: &Session, report: &AccountReport) -> serde_json::Value {
    let budget = session.budget();
    let accountants: serde_json::Map<String, serde_json::Value> = Accountant::ALL
        .iter()
        .zip(&report.each)
        .map(|(accountant, said)| {
            let said = match said {
                Ok(epsilon) => serde_json::json!({ "epsilon": epsilon }),
                Err(reason) => serde_json::json!({ "epsilon": null, "reason": reason.to_string() }),
            };
            (accountant.name().to_owned(), said)
        })
        .collect();
    serde_json::json!({
        "accountant": budget.accountant().name(),
        "epsilon_total": budget.total().epsilon,
        "epsilon_spent": budget.spent().epsilon,
        "epsilon_remaining": budget.remaining().epsilon,
        "delta_total": budget.total().delta,
        "answers": budget.answers(),
        "accountants": accountants,
        "events": budget.events(),
    })
}
