//! The asked answers of a session: each spends, their mean is followed.

use std::sync::Arc;

use crate::privacy::accounting::{Budget, Cost, Refusal};
use crate::simulation::{self, CellSpec};

/// One asked answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// ε it cost.
    pub epsilon: f64,
    /// Its root mean squared error over the groups, in shown units.
    pub rmse: f64,
    /// The same error of the mean of all answers up to this one.
    pub mean_rmse: f64,
    /// What that error is in expectation: √(mean bias² + Σ Var / m²).
    pub expected_mean_rmse: f64,
}

/// A rehearsal: answers asked one after another, each charged to the session's
/// budget by basic composition. Nothing here leaves the program as an answer.
#[derive(Debug, Clone)]
pub struct Session {
    budget: Budget,
    asks: Vec<Ask>,
    sum: Vec<f64>,
    bias_sum: Vec<f64>,
    variance_sum: f64,
    newest: Option<Arc<[f64]>>,
    stream: u64,
    /// Milliseconds at which the next answer is due while `space` repeats.
    pub repeat_at: Option<u64>,
}

impl Session {
    /// A session with this budget, nothing asked.
    pub fn new(total: Cost) -> Self {
        Self {
            budget: Budget::new(total),
            asks: Vec::new(),
            sum: Vec::new(),
            bias_sum: Vec::new(),
            variance_sum: 0.0,
            newest: None,
            stream: 0,
            repeat_at: None,
        }
    }

    /// The budget.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The answers to the current question, oldest first.
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// The newest answer, in key order and the stored unit.
    pub fn newest(&self) -> Option<&[f64]> {
        self.newest.as_deref()
    }

    /// Forgets everything asked and starts over with the same total, or another.
    pub fn reset(&mut self, total: Option<Cost>) {
        let stream = self.stream;
        *self = Self::new(total.unwrap_or(self.budget.total()));
        // Another session draws other noise.
        self.stream = stream;
    }

    /// Another question: what was spent stays spent, the averages start over.
    pub fn change_question(&mut self) {
        self.asks.clear();
        self.sum.clear();
        self.bias_sum.clear();
        self.variance_sum = 0.0;
        self.newest = None;
        self.repeat_at = None;
    }

    /// What one answer of this cell costs; `None` if it is no amount.
    pub fn cost(cell: &CellSpec) -> Option<Cost> {
        Cost::new(cell.epsilon, cell.delta.unwrap_or(0.0)).ok()
    }

    /// Asks once: spends, draws one noised answer and follows the mean.
    ///
    /// # Errors
    /// If the budget refuses; nothing changes then.
    pub fn ask(&mut self, cell: &CellSpec, answer: &[i64], raw: &[i64], unit: i64, seed: u64) -> Result<(), Refusal> {
        let cost = Self::cost(cell).unwrap_or(self.budget.total());
        self.budget.spend(cost)?;
        let noised = simulation::draw(answer, cell.noise, seed, self.stream);
        self.stream += 1;
        if self.sum.len() != raw.len() {
            self.sum = vec![0.0; raw.len()];
            self.bias_sum = vec![0.0; raw.len()];
        }
        let asked = (self.asks.len() + 1) as f64;
        self.variance_sum += cell.noise.variance();
        let (mut own, mut of_mean, mut of_bias) = (0.0, 0.0, 0.0);
        for (group, (&value, &raw)) in noised.iter().zip(raw).enumerate() {
            let raw_value = raw as f64;
            self.sum[group] += value;
            self.bias_sum[group] += (answer[group] - raw) as f64;
            own += (value - raw_value).powi(2);
            of_mean += (self.sum[group] / asked - raw_value).powi(2);
            of_bias += (self.bias_sum[group] / asked).powi(2);
        }
        let (groups, unit) = (raw.len() as f64, unit as f64);
        self.asks.push(Ask {
            epsilon: cell.epsilon,
            rmse: (own / groups).sqrt() / unit,
            mean_rmse: (of_mean / groups).sqrt() / unit,
            expected_mean_rmse: (of_bias / groups + self.variance_sum / (asked * asked)).sqrt() / unit,
        });
        self.newest = Some(noised.into());
        Ok(())
    }
}
