//! The rule by which a ledger lets releases pass: what is fixed at its creation, and where
//! the budget stands.
//!
//! A release may be chosen after seeing earlier ones, so a rule must hold on every path on
//! which that can lead. Basic accounting does (Rogers, Roth, Ullman, Vadhan 2016). For zcdp
//! and rdp, ε and two parts of δ are fixed at creation: δ_T for the failures of thresholds
//! and δ_C for the conversion, together at most δ; with them a constant cap on ρ, or on the
//! Rényi divergence of one fixed order (see `privacy::accounting`'s filters for the sources).
//!
//! Beside the cap a release also passes while all entries are pure and their ε add up to at
//! most ε. That costs nothing more: (1) failures of probability at most δ_T in all are set
//! apart first, on every path; without them each entry obeys its noise law. (2) The paths
//! that end with all entries pure and Σε ≤ ε are known from what was released; on them the
//! program did what a basic filter would have done, which loses at most a factor e^ε and no
//! δ. (3) On all other paths it did what the filter of the cap would have done, which loses
//! e^ε and δ_C. An outcome lies on one kind of path only, so the two sum to e^ε and
//! δ_C + δ_T. Sums of stated (ε, δ) of noise that is not pure have a δ of their own, and are
//! no second way.

use std::path::Path;

use serde::Serialize;

use super::error::{LedgerError, RuleError, damaged};
use crate::privacy::accounting::{
    Accountant, Amount, Cost, Detail, Event, Law, NoAnswer, all_pure, best_order, divergence_cap,
    divergence_epsilon, divergence_of, rho_cap, rho_of, together, zcdp_epsilon,
};

/// ρ, or a Rényi divergence, as a whole number of 1e-24.
pub type Charge = Amount<24>;

/// How a ledger is to add up.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerTerms {
    /// The accountant.
    pub accountant: Accountant,
    /// δ_T, what is kept of δ for the thresholds of private groups; half of δ if not said.
    /// Not for basic accounting, under which every δ adds up.
    pub threshold_delta: Option<Amount<18>>,
    /// The releases that are planned, for the order of rdp; empty for a good default.
    pub plan: Vec<Event>,
}

impl From<Accountant> for LedgerTerms {
    fn from(accountant: Accountant) -> Self {
        Self { accountant, threshold_delta: None, plan: Vec::new() }
    }
}

/// The rule of one ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum LedgerRule {
    /// ε and δ of all entries add up.
    Sum,
    /// Ledgers of layout 1: the best order at the end, at δ less the failures so far. Proven
    /// for releases that are fixed in advance only.
    BestAtEnd(Accountant),
    /// A constant cap.
    Cap(Cap),
}

/// What a rule with a cap fixes at creation.
#[derive(Debug, Clone, PartialEq)]
pub struct Cap {
    /// The order α of Rényi accounting; none for ρ of zero-concentrated DP.
    pub order: Option<f64>,
    /// δ_T: failures of thresholds add up to at most this.
    pub thresholds: Amount<18>,
    /// δ_C: the conversion to ε takes this.
    pub conversion: Amount<18>,
    /// ρ, or the divergences of that order, add up to at most this.
    pub cap: Charge,
}

/// What one entry counts for.
#[derive(Debug, Clone, Copy)]
pub struct Charged<'a> {
    /// (ε, δ) as stated.
    pub cost: Cost,
    /// As noise laws.
    pub events: &'a [Event],
    /// ρ or divergence, under a rule with a cap.
    pub charge: Option<Charge>,
}

/// Where the budget stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// What there was at the start.
    pub total: Cost,
    /// What all entries cost together, by the ledger's rule, rounded up. It is above the
    /// total only for what would not fit.
    pub spent: Cost,
}

impl Balance {
    /// What is left: the total less what is spent.
    pub fn remaining(&self) -> Cost {
        Cost {
            epsilon: self.total.epsilon.minus(self.spent.epsilon).unwrap_or(Amount::ZERO),
            delta: self.total.delta.minus(self.spent.delta).unwrap_or(Amount::ZERO),
        }
    }

    /// Whether the total covers what is spent.
    pub fn covers(&self) -> bool {
        self.spent.epsilon <= self.total.epsilon && self.spent.delta <= self.total.delta
    }
}

/// What a rule is and how much of it is used, for people and programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleStatement {
    /// `sum`, `best-order-at-the-end`, `rho-cap` or `one-order`.
    pub name: &'static str,
    /// The order α.
    pub order: Option<f64>,
    /// The cap on ρ or on the divergences of that order.
    pub cap: Option<Charge>,
    /// How much of the cap is used.
    pub charged: Option<Charge>,
    /// δ that the conversion to ε takes.
    pub conversion_delta: Option<Amount<18>>,
    /// δ that is kept for thresholds.
    pub threshold_delta: Option<Amount<18>>,
    /// How much of it is used.
    pub threshold_delta_spent: Option<Amount<18>>,
    /// The rule in one sentence.
    pub words: String,
}

/// The smallest amount of ε.
fn one_step() -> Amount<9> {
    Amount::from_f64(1e-9).unwrap_or_default()
}

/// Rounded up; `None` beyond a billion.
fn up(value: f64) -> Option<Charge> {
    Amount::from_f64(if value == 0.0 { 0.0 } else { value.next_up() }).ok()
}

/// Rounded down: a cap must not be above what converts to ε.
fn down(value: f64) -> Charge {
    let text = format!("{}", value.next_down().clamp(0.0, 1e9));
    let kept = text.find('.').map_or(text.len(), |point| (point + 25).min(text.len()));
    Amount::parse(&text[..kept]).unwrap_or_default()
}

/// Σ of the probabilities with which thresholds fail: at least the probability that any does.
pub fn failures(events: &[Event]) -> Amount<18> {
    let one = |event: &Event| match event.law {
        Law::Failure { delta } => {
            Amount::from_f64(delta).unwrap_or_default().multiplied(event.times)
        }
        _ => Amount::ZERO,
    };
    events.iter().map(one).sum()
}

impl LedgerRule {
    /// The rule of a new ledger.
    ///
    /// # Errors
    /// If the terms do not suit the budget or each other.
    pub fn of(terms: &LedgerTerms, total: Cost) -> Result<Self, RuleError> {
        let accountant = terms.accountant;
        if accountant != Accountant::Rdp && !terms.plan.is_empty() {
            return Err(RuleError::NoOrder);
        }
        if accountant == Accountant::Basic {
            return if terms.threshold_delta.is_some() {
                Err(RuleError::BasicThreshold)
            } else {
                Ok(LedgerRule::Sum)
            };
        }
        if total.delta == Amount::ZERO {
            return Err(RuleError::NeedsDelta(accountant));
        }
        let half = || Amount::from_f64(0.5 * total.delta.to_f64()).unwrap_or_default();
        let thresholds = terms.threshold_delta.unwrap_or_else(half);
        let nothing = RuleError::NothingToConvert { accountant, delta: total.delta };
        let conversion =
            total.delta.minus(thresholds).filter(|&left| left > Amount::ZERO).ok_or(nothing)?;
        let (epsilon, delta) = (total.epsilon.to_f64(), conversion.to_f64());
        let (order, cap) = match accountant {
            Accountant::Rdp => {
                let order = best_order(epsilon, delta, &terms.plan).map_err(RuleError::Plan)?;
                (Some(order), divergence_cap(epsilon, delta, order))
            }
            _ => (None, rho_cap(epsilon, delta)),
        };
        Ok(LedgerRule::Cap(Cap { order, thresholds, conversion, cap: down(cap) }))
    }

    /// The four words of a rule with a cap as they stand in the file: order, δ_T, δ_C, cap.
    pub(super) fn texts(&self) -> [Option<String>; 4] {
        match self {
            LedgerRule::Cap(cap) => [
                cap.order.map(|order| order.to_string()),
                Some(cap.thresholds.to_string()),
                Some(cap.conversion.to_string()),
                Some(cap.cap.to_string()),
            ],
            LedgerRule::Sum | LedgerRule::BestAtEnd(_) => [const { None }; 4],
        }
    }

    /// The rule that these words say.
    ///
    /// # Errors
    /// If they do not fit the accountant, or say no numbers.
    pub(super) fn read(
        path: &Path,
        accountant: Accountant,
        total: Cost,
        texts: &[Option<String>; 4],
    ) -> Result<Self, LedgerError> {
        let wrong = || damaged(path, "its rule cannot be read");
        match (accountant, texts) {
            (Accountant::Basic, [None, None, None, None]) => Ok(LedgerRule::Sum),
            (
                Accountant::Zcdp | Accountant::Rdp,
                [order, Some(thresholds), Some(conversion), Some(cap)],
            ) => {
                let order =
                    order.as_deref().map(str::parse::<f64>).transpose().map_err(|_| wrong())?;
                let cap = Cap {
                    order,
                    thresholds: Amount::parse(thresholds).map_err(|_| wrong())?,
                    conversion: Amount::parse(conversion).map_err(|_| wrong())?,
                    cap: Amount::parse(cap).map_err(|_| wrong())?,
                };
                let known = match order {
                    Some(order) => {
                        accountant == Accountant::Rdp && order > 1.0 && order.is_finite()
                    }
                    None => accountant == Accountant::Zcdp,
                };
                let adds_up = cap.thresholds.plus(cap.conversion) == total.delta
                    && cap.conversion > Amount::ZERO;
                if known && adds_up { Ok(LedgerRule::Cap(cap)) } else { Err(wrong()) }
            }
            _ => Err(wrong()),
        }
    }

    /// What events count for towards the cap, rounded up; `None` without a cap.
    ///
    /// # Errors
    /// If an event is out of range, or its ρ is not known or beyond a billion.
    pub fn charge(&self, events: &[Event]) -> Result<Option<Charge>, NoAnswer> {
        let LedgerRule::Cap(cap) = self else { return Ok(None) };
        let charge = match cap.order {
            Some(order) => divergence_of(events, order)?,
            None => rho_of(events)?,
        };
        // What is beyond a billion is above every cap.
        let most = || Amount::from_f64(1e9).unwrap_or_default();
        Ok(Some(up(charge).unwrap_or_else(most)))
    }

    /// Where the budget stands after these entries.
    ///
    /// # Errors
    /// Under the rule of layout 1, if its accountant has no answer.
    pub fn balance(&self, total: Cost, entries: &[Charged<'_>]) -> Result<Balance, NoAnswer> {
        let sum = Cost {
            epsilon: entries.iter().map(|entry| entry.cost.epsilon).sum(),
            delta: entries.iter().map(|entry| entry.cost.delta).sum(),
        };
        let spent = match self {
            LedgerRule::Sum => sum,
            LedgerRule::BestAtEnd(accountant) => {
                let events: Vec<Event> =
                    entries.iter().flat_map(|entry| entry.events.iter().copied()).collect();
                together(*accountant, total.delta, sum, &events, Detail::Full)?
            }
            LedgerRule::Cap(_) if entries.is_empty() => Cost::default(),
            LedgerRule::Cap(cap) => {
                let pure =
                    entries.iter().all(|entry| all_pure(entry.events)).then_some(sum.epsilon);
                let epsilon = cap.epsilon(total.epsilon, charged(entries));
                Cost {
                    epsilon: pure.map_or(epsilon, |sum| sum.min(epsilon)),
                    delta: cap.conversion.plus(failed(entries)),
                }
            }
        };
        Ok(Balance { total, spent })
    }

    /// Whether these entries passed because all are pure, and are above the cap: beside them
    /// only pure releases pass.
    pub(super) fn leaves_pure_only(&self, entries: &[Charged<'_>]) -> bool {
        matches!(self, LedgerRule::Cap(cap) if charged(entries) > cap.cap)
    }

    /// The rule, and how much of it these entries use.
    pub fn statement(&self, entries: &[Charged<'_>]) -> RuleStatement {
        let mut statement = RuleStatement {
            name: "sum",
            order: None,
            cap: None,
            charged: None,
            conversion_delta: None,
            threshold_delta: None,
            threshold_delta_spent: None,
            words: "ε and δ of all releases add up; holds for releases chosen one after another"
                .to_owned(),
        };
        match self {
            LedgerRule::Sum => {}
            LedgerRule::BestAtEnd(accountant) => {
                statement.name = "best-order-at-the-end";
                statement.words = format!(
                    "{accountant} as in ledgers of layout 1: the best order at the end, with the whole δ less \
                     failures; proven only for releases that were planned before the first of them"
                );
            }
            LedgerRule::Cap(cap) => {
                statement.name = if cap.order.is_some() { "one-order" } else { "rho-cap" };
                statement.order = cap.order;
                statement.cap = Some(cap.cap);
                statement.charged = Some(charged(entries));
                statement.conversion_delta = Some(cap.conversion);
                statement.threshold_delta = Some(cap.thresholds);
                statement.threshold_delta_spent = Some(failed(entries));
                let what = match cap.order {
                    Some(order) => format!("Rényi divergences of order {order}"),
                    None => "ρ".to_owned(),
                };
                statement.words = format!(
                    "a release passes while {what} add up to at most {:.6} (or all are pure and their ε add up to at \
                     most the whole), and thresholds fail with at most δ {:e}; fixed at creation, holds for releases \
                     chosen one after another",
                    cap.cap.to_f64(),
                    cap.thresholds.to_f64()
                );
            }
        }
        statement
    }
}

impl Cap {
    /// ε that a charge converts to: at most `total` exactly if the cap covers it.
    fn epsilon(&self, total: Amount<9>, charge: Charge) -> Amount<9> {
        let (value, delta) = (charge.to_f64(), self.conversion.to_f64());
        let epsilon = match self.order {
            Some(order) => divergence_epsilon(value, delta, order),
            None => zcdp_epsilon(value, delta),
        };
        let most = || Amount::from_f64(1e9).unwrap_or_default();
        let epsilon = Amount::from_f64(epsilon.min(1e9)).unwrap_or_else(|_| most());
        // The cap decides; the last digits of a conversion do not.
        if charge <= self.cap { epsilon.min(total) } else { epsilon.max(total.plus(one_step())) }
    }

    /// δ that is left for thresholds.
    pub fn thresholds_left(&self, entries: &[Charged<'_>]) -> Amount<18> {
        self.thresholds.minus(failed(entries)).unwrap_or_default()
    }
}

fn charged(entries: &[Charged<'_>]) -> Charge {
    entries.iter().filter_map(|entry| entry.charge).sum()
}

fn failed(entries: &[Charged<'_>]) -> Amount<18> {
    entries.iter().map(|entry| failures(entry.events)).sum()
}
