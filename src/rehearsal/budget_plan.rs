//! What the accounting worker does: every accountant's word on what was asked, how much
//! more fits, and how a plan of several questions shares the budget.

use thiserror::Error;

use crate::contribution::Bounds;
use crate::privacy::accounting::{
    Account, Accountant, Cost, Detail, Event, NoAnswer, Precision, epsilon, together,
};
use crate::privacy::{CalibrationError, Mechanism, Noise};
use crate::purchases::Question;
use crate::work::Task;

/// One question of the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planned {
    /// What will be asked.
    pub question: Question,
    /// By what mechanism.
    pub mechanism: Mechanism,
    /// Under which bounds (stored unit).
    pub bounds: Bounds,
    /// Its weight among the questions that are not locked.
    pub weight: f64,
    /// ε that stays as it is.
    pub locked: Option<f64>,
}

/// Several questions that share a budget, and what is kept back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BudgetPlan {
    /// The questions.
    pub questions: Vec<Planned>,
    /// Percent of the total ε that is kept back.
    pub reserve: u32,
}

/// A request to the worker.
#[derive(Debug, Clone)]
pub struct AccountRequest {
    /// Its number; the report carries it.
    pub id: u64,
    /// The session's account.
    pub account: Account,
    /// The answer under the knobs: its stated cost and noise laws.
    pub next: Option<(Cost, Vec<Event>)>,
    /// The plan.
    pub plan: BudgetPlan,
}

/// One question's share of the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// ε of its answer alone.
    pub epsilon: f64,
    /// E|Z| of its noise, in the stored unit.
    pub noise: f64,
}

/// Why a plan does not add up.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum PlanRefusal {
    #[error(
        "the locked questions alone take more than the reserve leaves: unlock one, or lower the reserve"
    )]
    Locked,
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
}

/// What the worker found.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountReport {
    /// The request's number.
    pub id: u64,
    /// ε spent by each accountant, in the order of [`Accountant::ALL`], or why not.
    pub each: Vec<Result<f64, NoAnswer>>,
    /// How many more answers like the one under the knobs fit; `None` without end.
    pub fits: Option<u64>,
    /// Numbers of answers, and ε of so many by each accountant.
    pub curve: Vec<(u64, Vec<Option<f64>>)>,
    /// The plan's shares, in its order; or why it does not add up.
    pub shares: Result<Vec<Share>, PlanRefusal>,
    /// ε of the plan by its accountant.
    pub planned: Option<f64>,
}

const COARSE: Precision =
    Precision { orders: crate::privacy::accounting::Orders::All, detail: Detail::Coarse };

/// Serves one request.
#[expect(clippy::needless_pass_by_value, reason = "a worker hands its request over")]
pub fn serve(request: AccountRequest, task: &Task<AccountReport>) {
    task.publish(report(&request));
}

/// Works a request out.
pub fn report(request: &AccountRequest) -> AccountReport {
    let account = &request.account;
    let total = account.total();
    let each = Accountant::ALL
        .iter()
        .map(|&accountant| {
            together(accountant, total.delta, account.sum(), account.events(), Detail::Coarse)
                .map(|spent| spent.epsilon.to_f64())
        })
        .collect();
    let fits = request.next.as_ref().and_then(|(cost, events)| account.fits(*cost, events));
    let curve = request
        .next
        .as_ref()
        .map(|(cost, events)| curve(account, *cost, events))
        .unwrap_or_default();
    let (shares, planned) = match shares(account, &request.plan) {
        Ok((shares, planned)) => (Ok(shares), Some(planned)),
        Err(reason) => (Err(reason), None),
    };
    AccountReport { id: request.id, each, fits, curve, shares, planned }
}

/// ε of 1, 2, 5, 10, ... answers alone, until every accountant is well over the total.
fn curve(account: &Account, cost: Cost, events: &[Event]) -> Vec<(u64, Vec<Option<f64>>)> {
    let total = account.total();
    let mut points: Vec<(u64, Vec<Option<f64>>)> = Vec::new();
    let steps = (0..6).flat_map(|decade| {
        [1.0, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0]
            .map(|lead| (lead * 10f64.powi(decade)).round() as u64)
    });
    for times in steps {
        if points.last().is_some_and(|(last, _)| *last == times) {
            continue;
        }
        let sum =
            Cost { epsilon: cost.epsilon.multiplied(times), delta: cost.delta.multiplied(times) };
        let all: Vec<Event> = events
            .iter()
            .map(|event| Event { law: event.law, times: event.times.saturating_mul(times) })
            .collect();
        let values: Vec<Option<f64>> = Accountant::ALL
            .iter()
            .map(|&accountant| together(accountant, total.delta, sum, &all, Detail::Coarse).ok())
            .map(|spent| spent.map(|spent| spent.epsilon.to_f64()))
            .collect();
        let least = values.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        points.push((times, values));
        if points.len() >= 12 && least > 1.6 * total.epsilon.to_f64() {
            break;
        }
    }
    points
}

/// ε of every question so that all of them together take what the reserve leaves: equal
/// weights get equal ε, locked questions keep theirs. Questions that need a δ share half
/// of the total δ evenly under basic accounting, and name that share as their own under
/// the others.
fn shares(account: &Account, plan: &BudgetPlan) -> Result<(Vec<Share>, f64), PlanRefusal> {
    let total = account.total();
    if plan.questions.is_empty() {
        return Ok((Vec::new(), 0.0));
    }
    let accountant = account.accountant();
    let available = total.epsilon.to_f64() * (1.0 - f64::from(plan.reserve) / 100.0);
    let needing =
        plan.questions.iter().filter(|planned| planned.mechanism.needs_delta()).count().max(1)
            as f64;
    let delta = 0.5 * total.delta.to_f64() / needing;
    let noise = |planned: &Planned, epsilon: f64| -> Result<Noise, CalibrationError> {
        let delta = planned.mechanism.needs_delta().then_some(delta);
        planned.mechanism.calibrate(epsilon, delta, planned.bounds.sensitivity(), 1)
    };
    let of = |planned: &Planned, scale: f64| planned.locked.unwrap_or(scale * planned.weight);
    let whole = |scale: f64| -> Result<f64, PlanRefusal> {
        if accountant == Accountant::Basic {
            return Ok(plan.questions.iter().map(|planned| of(planned, scale)).sum());
        }
        let mut events = Vec::new();
        for planned in &plan.questions {
            let noise = noise(planned, of(planned, scale))?;
            events.extend(noise.events(planned.bounds.reach(), planned.bounds.linf() as f64));
        }
        Ok(epsilon(accountant, &events, total.delta.to_f64(), COARSE)?)
    };
    let weights: f64 =
        plan.questions.iter().filter(|planned| planned.locked.is_none()).map(|p| p.weight).sum();
    let least = 1e-6;
    if whole(least)? > available {
        return Err(PlanRefusal::Locked);
    }
    let scale = if weights == 0.0 {
        0.0
    } else if accountant == Accountant::Basic {
        let locked: f64 = plan.questions.iter().filter_map(|planned| planned.locked).sum();
        (available - locked) / weights
    } else {
        // The answer lies above basic accounting's and below what one question could take.
        let (mut low, mut high) = (least, (1e5f64).min(100.0 * available));
        for _ in 0..24 {
            let middle = (low * high).sqrt();
            if whole(middle).is_ok_and(|found| found <= available) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    };
    let mut shares = Vec::new();
    for planned in &plan.questions {
        let epsilon = of(planned, scale);
        shares.push(Share { epsilon, noise: noise(planned, epsilon)?.mean_absolute() });
    }
    Ok((shares, whole(scale)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::Measure;

    fn planned(weight: f64, locked: Option<f64>) -> Planned {
        Planned {
            question: Question::default(),
            mechanism: Mechanism::Laplace,
            bounds: Bounds::new(5, 2, Measure::Purchases).unwrap(),
            weight,
            locked,
        }
    }

    #[test]
    fn a_plan_shares_what_the_reserve_leaves() {
        let account = Account::new(Cost::new(5.0, 1e-5).unwrap(), Accountant::Basic);
        let plan = BudgetPlan {
            questions: vec![planned(1.0, None), planned(3.0, None), planned(1.0, Some(1.0))],
            reserve: 20,
        };
        let (found, whole) = shares(&account, &plan).unwrap();
        let epsilons: Vec<f64> = found.iter().map(|share| share.epsilon).collect();
        assert!((whole - 4.0).abs() < 1e-12);
        for (found, wanted) in epsilons.iter().zip([0.75, 2.25, 1.0]) {
            assert!((found - wanted).abs() < 1e-12, "{epsilons:?}");
        }
        assert!((found[2].noise - 10.0).abs() < 1e-9, "Δ₁ = 10 at ε = 1");
    }

    #[test]
    fn tighter_accountants_give_every_question_more() {
        let plan = BudgetPlan { questions: vec![planned(1.0, None); 30], reserve: 0 };
        let epsilon_of = |accountant| {
            let account = Account::new(Cost::new(3.0, 1e-5).unwrap(), accountant);
            let (found, whole) = shares(&account, &plan).unwrap();
            assert!(whole <= 3.0 + 1e-9 && whole > 2.9, "{accountant}: {whole}");
            found[0].epsilon
        };
        let found = Accountant::ALL.map(epsilon_of);
        assert!((found[0] - 0.1).abs() < 1e-12);
        assert!(found.windows(2).all(|pair| pair[1] >= pair[0] * 0.999), "{found:?}");
        assert!(found[3] > 1.5 * found[0]);
    }

    #[test]
    fn locks_that_take_too_much_are_refused() {
        let account = Account::new(Cost::new(1.0, 1e-5).unwrap(), Accountant::Basic);
        let plan = BudgetPlan { questions: vec![planned(1.0, Some(2.0))], reserve: 0 };
        assert_eq!(shares(&account, &plan), Err(PlanRefusal::Locked));
    }
}
