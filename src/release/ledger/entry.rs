//! One release in a ledger: what is asked, how it is written down, how it is read.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::chain::{self, Linked};
use super::error::{LedgerError, damaged};
use super::rule::{Charge, Charged};
use crate::privacy::accounting::{Amount, Cost, Event, Law};
use crate::release::statement::Provenance;

/// How far an entry got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The budget is spent; no file is known to stand.
    Reserved,
    /// The file stands.
    Published,
}

/// One release in the ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its number, from 1.
    pub id: i64,
    /// When its budget was reserved, in UTC.
    pub time: String,
    /// How far it got.
    pub state: State,
    /// What was asked.
    pub question: String,
    /// The mechanism.
    pub mechanism: String,
    /// ε of this release alone.
    pub epsilon: Amount<9>,
    /// δ of this release alone.
    pub delta: Amount<18>,
    /// The contribution bounds, in words.
    pub bounds: String,
    /// The file it is published as.
    pub output: String,
    /// SHA-256 of that file in hex, once it is written.
    pub sha256: Option<String>,
    /// What accountants other than the basic one add up.
    #[serde(skip)]
    pub events: Vec<Event>,
    /// How the data was read, in the words of the statement; none in ledgers of layout 1.
    #[serde(flatten)]
    pub provenance: Option<serde_json::Map<String, serde_json::Value>>,
    /// What it counts for towards the cap of the ledger's rule, if that has one.
    #[serde(skip)]
    pub charge: Option<Charge>,
}

impl Entry {
    /// (ε, δ) of this release alone.
    pub fn cost(&self) -> Cost {
        Cost { epsilon: self.epsilon, delta: self.delta }
    }

    /// What a rule adds up.
    pub fn charged(&self) -> Charged<'_> {
        Charged { cost: self.cost(), events: &self.events, charge: self.charge }
    }
}

/// What a release asks of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Reservation {
    /// What is asked of the data.
    pub question: String,
    /// The mechanism.
    pub mechanism: String,
    /// (ε, δ) of this release alone.
    pub cost: Cost,
    /// What this release alone costs, as noise laws; δ of thresholds as failures.
    pub events: Vec<Event>,
    /// The contribution bounds, in words.
    pub bounds: String,
    /// How the data was read.
    pub provenance: Option<Provenance>,
    /// The file that will be published.
    pub output: PathBuf,
}

/// An entry as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryRow {
    pub id: i64,
    /// The entry's number, in digits.
    pub number: String,
    pub time: String,
    pub state: String,
    pub question: String,
    pub mechanism: String,
    pub epsilon: String,
    pub delta: String,
    pub events: String,
    pub bounds: String,
    pub output: String,
    pub sha256: Option<String>,
    /// From layout 2 on.
    pub charge: Option<String>,
    /// How the data was read, as JSON; from layout 2 on.
    pub reading: Option<String>,
    /// Random, so that no two entries are the same; from layout 2 on.
    pub mark: Option<String>,
    /// From layout 2 on.
    pub hash: Option<String>,
}

impl EntryRow {
    /// What never changes once it is written; in a file with a chain, what is hashed.
    pub fn parts(&self) -> Vec<Option<&str>> {
        let known = [
            &self.number,
            &self.time,
            &self.question,
            &self.mechanism,
            &self.epsilon,
            &self.delta,
            &self.events,
            &self.bounds,
            &self.output,
        ];
        let later = [self.charge.as_deref(), self.reading.as_deref(), self.mark.as_deref()];
        known.into_iter().map(|text| Some(text.as_str())).chain(later).collect()
    }

    /// One name for what this row says and, in a chain, for everything before it.
    pub fn seal(&self) -> String {
        self.hash.clone().unwrap_or_else(|| chain::link("", &self.parts()))
    }

    pub fn linked(&self) -> Linked<'_> {
        Linked { id: self.id, parts: self.parts(), hash: self.hash.as_deref() }
    }

    /// The row of a reservation, without what the ledger adds: number, hash, random mark.
    ///
    /// # Errors
    /// Whatever reading would refuse, and what no accountant could add up: nothing of this
    /// kind is ever written.
    pub fn of(
        reservation: &Reservation,
        charge: Option<Charge>,
        path: &Path,
        time: String,
    ) -> Result<Self, LedgerError> {
        for event in &reservation.events {
            event.law.check().map_err(LedgerError::Law)?;
            if event.times == 0 {
                return Err(LedgerError::Unwritable("it says that noise is drawn no times"));
            }
        }
        let output =
            std::path::absolute(&reservation.output).unwrap_or_else(|_| reservation.output.clone());
        let output = output.to_str().ok_or(LedgerError::Unwritable(
            "the name of its output is not UTF-8: name another file",
        ))?;
        let row = Self {
            id: 0,
            number: String::new(),
            time,
            state: "reserved".to_owned(),
            question: reservation.question.clone(),
            mechanism: reservation.mechanism.clone(),
            epsilon: reservation.cost.epsilon.to_string(),
            delta: reservation.cost.delta.to_string(),
            events: serde_json::to_string(&reservation.events)
                .map_err(|_| LedgerError::Unwritable("its noise laws have no text"))?,
            bounds: reservation.bounds.clone(),
            output: output.to_owned(),
            sha256: None,
            charge: charge.map(|charge| charge.to_string()),
            reading: reservation
                .provenance
                .as_ref()
                .map(serde_json::to_string)
                .transpose()
                .map_err(|_| LedgerError::Unwritable("its reading has no text"))?,
            mark: None,
            hash: None,
        };
        // What can be read today is not taken for granted: the reader itself says so.
        let back =
            row.read(path).map_err(|_| LedgerError::Unwritable("it could not be read back"))?;
        let same = back.events.len() == reservation.events.len() && back.cost() == reservation.cost;
        let checked = back.events.iter().all(|event| event.law.check().is_ok());
        if same && checked {
            Ok(row)
        } else {
            Err(LedgerError::Unwritable("it could not be read back"))
        }
    }

    /// What the row says.
    ///
    /// # Errors
    /// The sentence that says what of it cannot be understood.
    pub fn read(&self, path: &Path) -> Result<Entry, LedgerError> {
        let id = self.id;
        let Cost { epsilon, delta } = cost(path, &self.epsilon, &self.delta)?;
        let events: Vec<Event> = serde_json::from_str(&self.events)
            .map_err(|_| damaged(path, format!("the noise laws of entry {id} cannot be read")))?;
        let events = understood(events, epsilon).ok_or_else(|| {
            damaged(path, format!("the noise laws of entry {id} are out of range"))
        })?;
        let charge = self.charge.as_deref().map(Amount::parse).transpose();
        Ok(Entry {
            id,
            time: self.time.clone(),
            state: if self.state == "published" { State::Published } else { State::Reserved },
            question: self.question.clone(),
            mechanism: self.mechanism.clone(),
            epsilon,
            delta,
            bounds: self.bounds.clone(),
            output: self.output.clone(),
            sha256: self.sha256.clone(),
            events,
            provenance: self
                .reading
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(|_| damaged(path, format!("the reading of entry {id} cannot be read")))?,
            charge: charge
                .map_err(|_| damaged(path, format!("the charge of entry {id} is no amount")))?,
        })
    }
}

/// The noise laws of an entry as accountants can add them up, or `None` if they are none.
/// Earlier versions wrote down noise that is too wide to calculate with: where that is pure,
/// the ε that the entry states counts in full instead; Gaussian noise counts as if it were
/// narrower, which costs more.
fn understood(events: Vec<Event>, stated: Amount<9>) -> Option<Vec<Event>> {
    let wrong = |event: &Event| event.law.check().is_err();
    if !events.iter().any(wrong) {
        return Some(events);
    }
    let above_0 =
        |numbers: &[f64]| numbers.iter().all(|number| number.is_finite() && *number > 0.0);
    let mut kept = Vec::new();
    let mut pure = false;
    for event in events {
        let law = match event.law {
            law if law.check().is_ok() => Some(law),
            Law::Pure { epsilon } | Law::BoundedRange { epsilon } if above_0(&[epsilon]) => None,
            Law::Laplace { scale, sensitivity } if above_0(&[scale, sensitivity]) => None,
            Law::DiscreteLaplace { scale, sensitivity }
                if above_0(&[scale, sensitivity as f64]) =>
            {
                None
            }
            Law::Gaussian { sigma, sensitivity } if above_0(&[sigma, sensitivity]) => {
                Some(Law::Gaussian { sigma: sigma.min(WIDEST * sensitivity), sensitivity })
            }
            Law::DiscreteGaussian { sigma, sensitivity } if above_0(&[sigma]) => {
                Some(Law::DiscreteGaussian {
                    sigma: sigma.min(WIDEST * sensitivity as f64),
                    sensitivity,
                })
            }
            _ => return None,
        };
        match law {
            Some(law) if law.check().is_ok() => kept.push(Event { law, ..event }),
            Some(_) => return None,
            None => pure = true,
        }
    }
    if pure {
        // The stated ε holds for all pure noise of the entry together.
        kept.retain(|event| {
            matches!(event.law, Law::Failure { .. }) || event.law.pure_epsilon().is_none()
        });
        let law = Law::Pure { epsilon: stated.to_f64() };
        law.check().ok()?;
        kept.push(Event::once(law));
    }
    Some(kept)
}

/// Times its sensitivity, the widest noise that is still calculated with, and a little less.
const WIDEST: f64 = 9e11;

/// An (ε, δ) from its texts.
///
/// # Errors
/// If they are no amounts.
pub(super) fn cost(path: &Path, epsilon: &str, delta: &str) -> Result<Cost, LedgerError> {
    match (Amount::parse(epsilon), Amount::parse(delta)) {
        (Ok(epsilon), Ok(delta)) => Ok(Cost { epsilon, delta }),
        _ => Err(damaged(path, format!("({epsilon}, {delta}) are no amounts"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_too_wide_to_calculate_with_counts_as_stated() {
        let stated = Amount::parse("0.000000001").unwrap();
        let wide =
            Event { law: Law::DiscreteLaplace { scale: 1e13, sensitivity: 1 }, times: 10_000 };
        let failure = Event::once(Law::Failure { delta: 1e-9 });
        assert_eq!(
            understood(vec![wide, failure], stated).unwrap(),
            [failure, Event::once(Law::Pure { epsilon: 1e-9 })]
        );
        let places = Event { law: Law::BoundedRange { epsilon: 1e-13 }, times: 10_000 };
        assert_eq!(
            understood(vec![places], stated).unwrap(),
            [Event::once(Law::Pure { epsilon: 1e-9 })]
        );
        let gaussian = Event::once(Law::DiscreteGaussian { sigma: 3e14, sensitivity: 1 });
        let narrower = understood(vec![gaussian], stated).unwrap();
        assert!(narrower[0].law.rho().unwrap() >= gaussian.law.rho().unwrap());
    }

    #[test]
    fn what_is_no_noise_is_not_understood() {
        let stated = Amount::parse("1").unwrap();
        for law in [
            Law::Failure { delta: 5.0 },
            Law::Failure { delta: -0.1 },
            Law::DiscreteLaplace { scale: -3.0, sensitivity: 1 },
            Law::DiscreteLaplace { scale: 3.0, sensitivity: 0 },
            Law::Gaussian { sigma: f64::NAN, sensitivity: 1.0 },
            Law::Gaussian { sigma: 1e-12, sensitivity: 1.0 },
            Law::SubsampledGaussian { sigma: 1.0, sensitivity: 1.0, rate: 2.0 },
        ] {
            assert_eq!(understood(vec![Event::once(law)], stated), None, "{law:?}");
        }
    }
}
