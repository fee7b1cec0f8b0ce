//! A question that shares one ε with others, as typed: `revenue/week:weight=2,lock=0.3,l0=20,linf=10`.

use anyhow::{anyhow, ensure};

use super::input::{money, question_of};
use crate::contribution::{Bounds, Cube, Grid, Pairs};
use crate::export::SharedPart;
use crate::privacy::{EPSILON_RANGE, Mechanism};
use crate::purchases::{Measure, Purchases, Question, Unit};
use crate::rehearsal::{FitAt, best_bounds};

/// What was typed.
#[derive(Debug, Clone)]
pub struct SharedQuestion {
    question: Question,
    weight: f64,
    lock: Option<f64>,
    l0: Option<u64>,
    linf: Option<String>,
}

impl SharedQuestion {
    /// Reads it.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let (question, rest) = text.split_once(':').unwrap_or((text, ""));
        let mut found = Self {
            question: question_of(question)?,
            weight: 1.0,
            lock: None,
            l0: None,
            linf: None,
        };
        for part in rest.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| anyhow!("'{part}' is no setting: write weight=2 or lock=0.3"))?;
            let number = || {
                let number = value.trim().parse::<f64>().ok();
                number
                    .filter(|number| number.is_finite() && *number > 0.0)
                    .ok_or_else(|| anyhow!("{key}: '{value}' is no number above 0, in '{text}'"))
            };
            match key.trim() {
                "weight" => found.weight = number()?,
                "lock" => {
                    let epsilon = number()?;
                    ensure!(EPSILON_RANGE.contains(&epsilon), "lock {epsilon} is out of reach");
                    found.lock = Some(epsilon);
                }
                "l0" => {
                    let l0 = value.trim().parse::<u64>().ok().filter(|l0| *l0 > 0);
                    found.l0 = Some(l0.ok_or_else(|| {
                        anyhow!("l0: '{value}' is no bound; give a whole number from 1")
                    })?);
                }
                "linf" => found.linf = Some(value.trim().to_owned()),
                other => {
                    return Err(anyhow!(
                        "there is no setting '{other}': weight, lock, l0 and linf are known"
                    ));
                }
            }
        }
        Ok(found)
    }

    /// Its pairs' groups and bounds: those that were typed, else the ones with the smallest
    /// expected RMSE at `epsilon`.
    pub fn part(&self, purchases: &Purchases, epsilon: f64) -> anyhow::Result<SharedPart> {
        let pairs = Pairs::collect(purchases, self.question, Pairs::DEFAULT_SALT)?;
        ensure!(!pairs.is_empty(), "--question: no row can be used for {}", self.question);
        let unit = pairs.unit();
        let linf = self.linf.as_deref().map(|text| typed_linf(text, self.question.measure, unit));
        let linf = linf.transpose()?;
        let per_shown = pairs.units_per_shown();
        let cube = Cube::build(&pairs, Grid::covering(&pairs));
        let fitted = || {
            let at = FitAt {
                mechanism: Mechanism::Laplace,
                epsilon: self.lock.unwrap_or(epsilon),
                delta: 1e-6,
                l0: self.l0,
                linf: None,
            };
            best_bounds(at, &pairs, &cube, pairs.known())
        };
        let bounds = match (self.l0, linf) {
            (Some(l0), Some(linf)) => Bounds::new(l0, linf, self.question.measure)?,
            (None, Some(linf)) => {
                let l0 = fitted().map_or(1, Bounds::l0);
                Bounds::new(l0, linf, self.question.measure)?
            }
            (_, None) => fitted().ok_or_else(|| anyhow!("--question: no bounds fit"))?,
        };
        let bounds = bounds.over(pairs.known());
        let bounded = pairs.bounded(Some(bounds.l0()), Some(bounds.linf())).sums;
        let biases = bounded.iter().zip(pairs.raw());
        let biases = biases.map(|(held, raw)| (held - raw) as f64 / per_shown as f64).collect();
        Ok(SharedPart {
            question: self.question,
            groups: pairs.keys().len(),
            bounds,
            linf: bounds.linf() as f64 / per_shown as f64,
            sensitivity: bounds.sensitivity().l1 / per_shown as f64,
            biases,
            fitted: self.l0.is_none() || self.linf.is_none(),
            weight: self.weight,
            locked: self.lock,
        })
    }
}

fn typed_linf(text: &str, measure: Measure, unit: Unit) -> anyhow::Result<u64> {
    match measure {
        Measure::Revenue => money(text, "question: linf", unit),
        Measure::Purchases if unit != Unit::WHOLE => money(text, "question: linf", unit),
        _ => text
            .parse::<u64>()
            .ok()
            .filter(|linf| *linf > 0)
            .ok_or_else(|| anyhow!("--question: linf: '{text}' is no whole number from 1")),
    }
}
