//! A budget under any accountant: what is spent, what is left, what still fits.

use std::fmt;

use thiserror::Error;

use super::accountant::Accountant;
use super::amount::Amount;
use super::composition::{NoAnswer, Precision, epsilon};
use super::cost::Cost;
use super::event::Event;
use super::pld::Detail;

/// What answers cost together: `sum` is the exact sum of their stated costs, `events` the
/// same answers as noise laws. Basic accounting gives the sum; the others convert to ε at
/// the whole `delta`, rounded up, and take that δ from the first answer on.
///
/// # Errors
/// If the accountant has no answer.
pub fn together(
    accountant: Accountant,
    delta: Amount<18>,
    sum: Cost,
    events: &[Event],
    detail: Detail,
) -> Result<Cost, NoAnswer> {
    if accountant == Accountant::Basic || events.is_empty() {
        return Ok(sum);
    }
    let precision = Precision { detail, ..Precision::default() };
    let found = epsilon(accountant, events, delta.to_f64(), precision)?;
    Ok(Cost { epsilon: Amount::from_f64(found.min(1e9)).unwrap_or_default(), delta })
}

/// A privacy loss budget that answers are spent from. It is never exceeded: a spend that
/// does not fit is refused and changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    total: Cost,
    accountant: Accountant,
    sum: Cost,
    events: Vec<Event>,
    spent: Cost,
    answers: u64,
}

/// Why an answer or an accountant was refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AccountRefusal {
    /// The answer does not fit.
    #[error("{0}")]
    Over(Box<Over>),
    /// The accountant cannot add the answers up.
    #[error("refused: {accountant} accounting cannot add this up: {reason}")]
    NoAnswer {
        /// The accountant.
        accountant: Accountant,
        /// Why.
        reason: NoAnswer,
    },
}

/// An answer that does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    /// How it was added up.
    pub accountant: Accountant,
    /// What the answer costs alone.
    pub asked: Cost,
    /// What everything would cost with it.
    pub would_be: Cost,
    /// What there is.
    pub total: Cost,
    /// What is left.
    pub left: Cost,
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.accountant != Accountant::Basic {
            let (would_be, total) = (self.would_be.epsilon, self.total.epsilon);
            let name = self.accountant.title();
            return write!(
                f,
                "refused: by {name} accounting the whole would cost ε {would_be} of ε {total}"
            );
        }
        if self.asked.epsilon > self.left.epsilon {
            write!(
                f,
                "refused: the answer costs ε {} and ε {} is left",
                self.asked.epsilon, self.left.epsilon
            )
        } else {
            let (cost, left) = (self.asked.delta.to_f64(), self.left.delta.to_f64());
            write!(f, "refused: the answer costs δ {cost:e} and δ {left:e} is left")
        }
    }
}

impl Account {
    /// A budget of which nothing is spent.
    pub fn new(total: Cost, accountant: Accountant) -> Self {
        let (sum, spent) = (Cost::default(), Cost::default());
        Self { total, accountant, sum, events: Vec::new(), spent, answers: 0 }
    }

    /// What there was at the start.
    pub fn total(&self) -> Cost {
        self.total
    }

    /// How answers add up.
    pub fn accountant(&self) -> Accountant {
        self.accountant
    }

    /// What all answers cost together.
    pub fn spent(&self) -> Cost {
        self.spent
    }

    /// The exact sum of what the answers cost one by one.
    pub fn sum(&self) -> Cost {
        self.sum
    }

    /// All answers as noise laws, equal ones counted.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many answers were given.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// What is left.
    pub fn remaining(&self) -> Cost {
        Cost {
            epsilon: self.total.epsilon.minus(self.spent.epsilon).unwrap_or(Amount::ZERO),
            delta: self.total.delta.minus(self.spent.delta).unwrap_or(Amount::ZERO),
        }
    }

    /// Adds up in another way from now on.
    ///
    /// # Errors
    /// If it has no answer for what was spent, or by it more than the total is spent
    /// already; nothing changes then.
    pub fn change_accountant(&mut self, accountant: Accountant) -> Result<(), AccountRefusal> {
        let spent = together(accountant, self.total.delta, self.sum, &self.events, Detail::Coarse)
            .map_err(|reason| AccountRefusal::NoAnswer { accountant, reason })?;
        if spent.epsilon > self.total.epsilon || spent.delta > self.total.delta {
            let (asked, left) = (Cost::default(), self.remaining());
            return Err(AccountRefusal::Over(Box::new(Over {
                accountant,
                asked,
                would_be: spent,
                total: self.total,
                left,
            })));
        }
        (self.accountant, self.spent) = (accountant, spent);
        Ok(())
    }

    /// Spends an answer: its stated cost, and the same as noise laws.
    ///
    /// # Errors
    /// If it does not fit; nothing is spent then.
    pub fn spend(&mut self, cost: Cost, events: &[Event]) -> Result<(), AccountRefusal> {
        let (sum, all) = self.with(cost, events, 1);
        let accountant = self.accountant;
        let over = |would_be| {
            let (total, left) = (self.total, self.remaining());
            AccountRefusal::Over(Box::new(Over { accountant, asked: cost, would_be, total, left }))
        };
        let spent = match together(accountant, self.total.delta, sum, &all, Detail::Coarse) {
            Ok(spent) => spent,
            Err(NoAnswer::Failures(_)) => return Err(over(sum)),
            Err(reason) => return Err(AccountRefusal::NoAnswer { accountant, reason }),
        };
        if spent.epsilon > self.total.epsilon || spent.delta > self.total.delta {
            return Err(over(spent));
        }
        (self.sum, self.events, self.spent) = (sum, all, spent);
        self.answers += 1;
        Ok(())
    }

    /// Sum and events with `times` more answers.
    fn with(&self, cost: Cost, events: &[Event], times: u64) -> (Cost, Vec<Event>) {
        let mut sum = self.sum;
        sum.epsilon = sum.epsilon.plus(cost.epsilon.multiplied(times));
        sum.delta = sum.delta.plus(cost.delta.multiplied(times));
        let mut all = self.events.clone();
        for event in events {
            let more = event.times.saturating_mul(times);
            match all.iter_mut().find(|known| known.law == event.law) {
                Some(known) => known.times = known.times.saturating_add(more),
                None => all.push(Event { law: event.law, times: more }),
            }
        }
        (sum, all)
    }

    /// How many answers of this cost still fit; `None` if without end (or beyond a
    /// million).
    pub fn fits(&self, cost: Cost, events: &[Event]) -> Option<u64> {
        if self.accountant == Accountant::Basic {
            let left = self.remaining();
            return match (left.epsilon.times(cost.epsilon), left.delta.times(cost.delta)) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        let fit = |times: u64| {
            let (sum, all) = self.with(cost, events, times);
            together(self.accountant, self.total.delta, sum, &all, Detail::Coarse).is_ok_and(
                |spent| spent.epsilon <= self.total.epsilon && spent.delta <= self.total.delta,
            )
        };
        if !fit(1) {
            return Some(0);
        }
        let (mut low, mut high) = (1u64, 2u64);
        while fit(high) {
            (low, high) = (high, high * 2);
            if high > 1_000_000 {
                return None;
            }
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if fit(middle) { low = middle } else { high = middle }
        }
        Some(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::Law;
    use proptest::prelude::*;

    fn cost(epsilon: f64, delta: f64) -> Cost {
        Cost::new(epsilon, delta).unwrap()
    }

    fn laplace(epsilon: f64) -> [Event; 1] {
        [Event::once(Law::Laplace { scale: 1.0 / epsilon, sensitivity: 1.0 })]
    }

    #[test]
    fn ten_tenths_fit_into_one_and_the_eleventh_is_refused() {
        let mut account = Account::new(cost(1.0, 0.0), Accountant::Basic);
        for left in (0..10).rev() {
            account.spend(cost(0.1, 0.0), &laplace(0.1)).unwrap();
            assert_eq!(account.fits(cost(0.1, 0.0), &laplace(0.1)), Some(left));
        }
        let refusal = account.spend(cost(0.1, 0.0), &laplace(0.1)).unwrap_err();
        assert_eq!(refusal.to_string(), "refused: the answer costs ε 0.1 and ε 0 is left");
        assert_eq!(account.answers(), 10);
    }

    #[test]
    fn a_refusal_leaves_the_rest_usable() {
        let mut account = Account::new(cost(1.0, 1e-6), Accountant::Basic);
        account.spend(cost(0.7, 0.0), &laplace(0.7)).unwrap();
        assert!(account.spend(cost(0.4, 0.0), &laplace(0.4)).is_err());
        assert!(
            account
                .spend(cost(0.1, 2e-6), &laplace(0.1))
                .unwrap_err()
                .to_string()
                .contains("δ 2e-6")
        );
        account.spend(cost(0.3, 1e-6), &laplace(0.3)).unwrap();
        assert_eq!(account.remaining(), Cost::default());
    }

    #[test]
    fn tighter_accountants_let_more_answers_fit_and_exactly_so_many() {
        let fits = |accountant| {
            let mut account = Account::new(cost(1.0, 1e-5), accountant);
            let said = account.fits(cost(0.02, 0.0), &laplace(0.02)).unwrap();
            let mut done = 0;
            while account.spend(cost(0.02, 0.0), &laplace(0.02)).is_ok() {
                done += 1;
            }
            assert_eq!(said, done, "{accountant}");
            done
        };
        let found = Accountant::ALL.map(fits);
        assert_eq!(found[0], 50);
        assert!(found[0] < found[1] && found[1] <= found[2] && found[2] < found[3], "{found:?}");
    }

    #[test]
    fn an_accountant_by_which_too_much_is_spent_is_refused() {
        let mut account = Account::new(cost(1.0, 1e-5), Accountant::Pld);
        while account.spend(cost(0.02, 0.0), &laplace(0.02)).is_ok() {}
        let before = account.clone();
        assert!(account.change_accountant(Accountant::Basic).is_err());
        assert_eq!(account, before);
        let mut gaussian = Account::new(cost(1.0, 0.0), Accountant::Basic);
        gaussian.spend(cost(0.5, 0.0), &laplace(0.5)).unwrap();
        assert!(gaussian.change_accountant(Accountant::Rdp).is_ok(), "at δ = 0 pure ε add up");
    }

    proptest! {
        #[test]
        fn a_budget_is_never_negative(
            total in 0.0..20.0f64,
            which in 0usize..3,
            spends in prop::collection::vec(0.001..3.0f64, 0..20),
        ) {
            let mut account = Account::new(cost(total, 1e-6), Accountant::ALL[which]);
            for spend in spends {
                let before = account.clone();
                if account.spend(cost(spend, 0.0), &laplace(spend)).is_err() {
                    prop_assert_eq!(&before, &account);
                }
                prop_assert!(account.spent().epsilon <= account.total().epsilon);
                let sum = account.spent().epsilon.plus(account.remaining().epsilon);
                prop_assert_eq!(sum, account.total().epsilon);
            }
        }
    }
}
