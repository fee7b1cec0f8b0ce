//! The asked answers of a session: each spends, their mean is followed.

use std::sync::Arc;

use crate::expected::CellSpec;
use crate::privacy::Mechanism;
use crate::privacy::accounting::{Account, AccountRefusal, Accountant, Cost, Event};
use crate::purchases::Question;
use crate::rates::{DrawnRate, RatesStudy};
use crate::simulation;

/// One asked answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// ε it cost.
    pub epsilon: f64,
    /// Its root mean squared error over the groups, in shown units.
    pub rmse: f64,
    /// The root mean squared error of the mean of all answers up to this one, in shown units.
    pub mean_rmse: f64,
    /// What that error is in expectation: √(mean bias² + Σ Var / m²).
    pub expected_mean_rmse: f64,
}

/// Equal answers in the list of what was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedLine {
    /// What was asked: `purchases per item`, `rates per campaign`.
    pub question: String,
    /// How many stored units make one as shown.
    pub unit: i64,
    /// By what mechanism.
    pub mechanism: Mechanism,
    /// l0 and linf (stored unit).
    pub bounds: (u64, u64),
    /// What one of them costs alone.
    pub cost: Cost,
    /// How many.
    pub times: u64,
}

/// A rehearsal: answers asked one after another, each charged to the session's
/// budget by its accountant. Nothing here leaves the program as an answer.
#[derive(Debug, Clone)]
pub struct Session {
    budget: Account,
    lines: Vec<AskedLine>,
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
            budget: Account::new(total, Accountant::Basic),
            lines: Vec::new(),
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
    pub fn budget(&self) -> &Account {
        &self.budget
    }

    /// Everything asked so far, equal answers together.
    pub fn lines(&self) -> &[AskedLine] {
        &self.lines
    }

    /// How many answers were asked, whatever the question.
    pub fn asked(&self) -> u64 {
        self.lines.iter().map(|line| line.times).sum()
    }

    /// Adds up in another way.
    ///
    /// # Errors
    /// If the accountant cannot, or by it the budget is spent already.
    pub fn change_accountant(&mut self, accountant: Accountant) -> Result<(), AccountRefusal> {
        self.budget.change_accountant(accountant)
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
        let (stream, accountant) = (self.stream, self.budget.accountant());
        *self = Self::new(total.unwrap_or(self.budget.total()));
        self.budget = Account::new(self.budget.total(), accountant);
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

    /// One answer of this cell as noise laws.
    pub fn events(cell: &CellSpec) -> Vec<Event> {
        match cell.bounds {
            Some(bounds) => cell.noise.events(bounds.reach(), bounds.linf() as f64),
            None => cell.noise.events(1, cell.sensitivity.linf),
        }
    }

    /// Spends on a line; the number of the stream from which its answer is drawn.
    fn spend(&mut self, line: AskedLine, events: &[Event]) -> Result<u64, AccountRefusal> {
        self.budget.spend(line.cost, events)?;
        match self.lines.iter_mut().find(|known| AskedLine { times: 1, ..(*known).clone() } == line)
        {
            Some(known) => known.times += 1,
            None => self.lines.push(line),
        }
        self.stream += 1;
        Ok(self.stream - 1)
    }

    /// Asks for all rates of a study once: spends, and draws one noised answer a group.
    ///
    /// # Errors
    /// If the budget refuses; nothing changes then.
    pub fn ask_rates(
        &mut self,
        question: String,
        study: &RatesStudy,
        seed: u64,
    ) -> Result<Vec<DrawnRate>, AccountRefusal> {
        let setting = &study.setting;
        let cost = Cost::new(setting.epsilon, setting.delta.unwrap_or(0.0));
        let line = AskedLine {
            question,
            unit: 1,
            mechanism: setting.mechanism,
            bounds: (setting.l0, setting.per_group()),
            cost: cost.unwrap_or(self.budget.total()),
            times: 1,
        };
        let events = study.noise.events(setting.reach(), setting.per_group() as f64);
        let stream = self.spend(line, &events)?;
        Ok(study.drawn(seed, stream))
    }

    /// Asks once: spends, draws one noised answer and follows the mean.
    ///
    /// # Errors
    /// If the budget refuses; nothing changes then.
    pub fn ask(
        &mut self,
        cell: &CellSpec,
        question: Question,
        unit: i64,
        (answer, raw): (&[i64], &[i64]),
        seed: u64,
    ) -> Result<(), AccountRefusal> {
        let cost = Self::cost(cell).unwrap_or(self.budget.total());
        let bounds = cell.bounds.map_or((1, 1), |bounds| (bounds.l0(), bounds.linf()));
        let question = question.to_string();
        let line = AskedLine { question, unit, mechanism: cell.mechanism, bounds, cost, times: 1 };
        let stream = self.spend(line, &Self::events(cell))?;
        let noised = simulation::draw(answer, cell.noise, seed, stream);
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
            expected_mean_rmse: (of_bias / groups + self.variance_sum / (asked * asked)).sqrt()
                / unit,
        });
        self.newest = Some(noised.into());
        Ok(())
    }
}
