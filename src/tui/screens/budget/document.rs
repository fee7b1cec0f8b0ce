//! What is exported of the Budget screen: what was asked, and what every accountant says of it.

use crate::privacy::accounting::Accountant;
use crate::purchases::Measure;
use crate::rehearsal::{AccountReport, BudgetPlan, Planned, Session};

/// What was asked and what is planned, as lines: no true figure is in it. A planned question has no
/// cost of its own before the plan adds up.
pub fn budget_csv(
    session: &Session,
    plan: &BudgetPlan,
    report: &AccountReport,
    unit: impl Fn(Measure) -> i64,
) -> String {
    let mut text = "question,mechanism,l0,linf,epsilon,delta,times,kind,weight,locked\n".to_owned();
    for line in session.lines() {
        let unit = line.unit as f64;
        let (l0, linf) = (line.bounds.0, line.bounds.1 as f64 / unit);
        let (epsilon, delta) = (line.cost.epsilon, line.cost.delta.to_f64());
        text += &format!(
            "{},{},{l0},{linf},{epsilon},{delta},{},asked,,\n",
            line.question, line.mechanism, line.times
        );
    }
    for planned in planned(plan, report, unit) {
        let PlannedDocument { question, mechanism, l0, linf, epsilon, weight, locked } = planned;
        let epsilon = epsilon.map_or(String::new(), |epsilon| epsilon.to_string());
        text +=
            &format!("{question},{mechanism},{l0},{linf},{epsilon},,,planned,{weight},{locked}\n");
    }
    text
}

/// A question of the plan as it is exported, in shown units.
#[derive(serde::Serialize)]
struct PlannedDocument {
    question: String,
    mechanism: String,
    l0: u64,
    linf: f64,
    /// ε that the plan gives it; null while it does not add up.
    epsilon: Option<f64>,
    weight: f64,
    locked: bool,
}

fn planned(
    plan: &BudgetPlan,
    report: &AccountReport,
    unit: impl Fn(Measure) -> i64,
) -> Vec<PlannedDocument> {
    let shares = report.shares.as_deref().unwrap_or(&[]);
    let questions = plan.questions.iter().enumerate();
    let one = |(place, planned): (usize, &Planned)| PlannedDocument {
        question: planned.question.to_string(),
        mechanism: planned.mechanism.to_string(),
        l0: planned.bounds.l0(),
        linf: planned.bounds.linf() as f64 / unit(planned.question.measure) as f64,
        epsilon: planned.locked.or(shares.get(place).map(|share| share.epsilon)),
        weight: planned.weight,
        locked: planned.locked.is_some(),
    };
    questions.map(one).collect()
}

/// The session's budget by every accountant.
pub fn budget_document(
    session: &Session,
    plan: &BudgetPlan,
    report: &AccountReport,
    unit: impl Fn(Measure) -> i64,
) -> serde_json::Value {
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
        "plan": {
            "reserve_percent": plan.reserve,
            "questions": planned(plan, report, unit),
        },
    })
}
