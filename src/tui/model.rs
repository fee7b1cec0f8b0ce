//! The state of the program: everything a frame is drawn from.

use super::said::in_fields;
use std::sync::Arc;

use super::accounts::{AccountReport, BudgetPlan};
use super::prompt::Prompt;
use super::ranking::Ranking;
use super::recommend::Recommend;
use super::release_form::ReleaseForm;
use super::session::Session;
use super::study::{Dataset, Snapshot};
use super::theme::Theme;
use crate::chart::Metric;
use crate::contribution::Bounds;
use crate::privacy::Mechanism;
use crate::privacy::accounting::Accountant;
use crate::purchases::{GroupBy, Input, Measure, Options, Question};
use crate::release::LedgerView;
use crate::simulation::{CellFigures, CellSpec};

/// The screens, in the order of their number keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// What was read, kept and dropped.
    Data,
    /// Repeated noised queries, live.
    Scope,
    /// Curves over ε and the ε × bound map.
    Sweep,
    /// The true order beside noised ones.
    Ranking,
    /// What was spent, what every accountant says of it, and a plan for the rest.
    Budget,
    /// Lists learnt under a budget: what they are worth and how far they drift.
    Recommend,
}

impl Screen {
    /// Every screen.
    pub const ALL: [Screen; 6] = [
        Screen::Data,
        Screen::Scope,
        Screen::Sweep,
        Screen::Ranking,
        Screen::Budget,
        Screen::Recommend,
    ];

    /// Its name in the header.
    pub fn name(self) -> &'static str {
        match self {
            Screen::Data => "Data",
            Screen::Scope => "Scope",
            Screen::Sweep => "Sweep",
            Screen::Ranking => "Ranking",
            Screen::Budget => "Budget",
            Screen::Recommend => "Recommend",
        }
    }
}

/// What can be turned on the Scope screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knob {
    /// ε of one answer.
    Epsilon,
    /// Groups per user.
    L0,
    /// Contribution per group.
    Linf,
    /// The mechanism.
    Noise,
    /// δ of one answer (Gaussian only).
    Delta,
    /// What is added up.
    Measure,
    /// What it is grouped by.
    GroupBy,
    /// Length of the top list.
    K,
    /// What learns from the purchases (Recommend only).
    Model,
    /// Size of the vocabulary (Recommend only).
    Items,
}

impl Knob {
    /// Every knob, top to bottom.
    pub const ALL: [Knob; 8] = [
        Knob::Epsilon,
        Knob::L0,
        Knob::Linf,
        Knob::Noise,
        Knob::Delta,
        Knob::Measure,
        Knob::GroupBy,
        Knob::K,
    ];
    /// The knobs of the Recommend screen.
    pub const OF_LISTS: [Knob; 6] =
        [Knob::Epsilon, Knob::L0, Knob::Model, Knob::Items, Knob::Delta, Knob::K];
}

/// The settings under the knobs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knobs {
    /// ε of one answer.
    pub epsilon: f64,
    /// δ of one answer, used by Gaussian noise.
    pub delta: f64,
    /// Groups per user.
    pub l0: u64,
    /// Contribution per group, in shown units.
    pub linf: u64,
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The question.
    pub question: Question,
    /// Length of the top list that is wanted; the question may have fewer groups.
    pub k: usize,
}

impl Knobs {
    /// The steps that ←→ takes ε through: ten to the decade, from 0.001 to 100.
    pub fn epsilon_steps() -> impl Iterator<Item = f64> {
        (-3..2)
            .flat_map(|decade| {
                [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0].into_iter().map(move |lead| {
                    // Through text, so that 0.3 is the number that is typed as 0.3.
                    format!("{lead}e{decade}").parse().unwrap_or(lead)
                })
            })
            .chain([100.0])
    }

    /// The bounds under the knobs, in the stored unit.
    ///
    /// # Errors
    /// The sentence that says which bound is missing or wrong.
    pub fn bounds(&self) -> Result<Bounds, String> {
        let measure = self.question.measure;
        let linf = if measure == Measure::Buyers { 1 } else { self.linf };
        Bounds::new(self.l0, linf.saturating_mul(measure.units_per_shown() as u64), measure)
            .map_err(in_fields)
    }
}

/// What the Scope screen shows of the setting under the knobs.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The cell under the knobs.
    pub cell: CellSpec,
    /// The bounded sums.
    pub answer: Arc<[i64]>,
    /// Share of the raw total that the bounds drop.
    pub dropped_share: f64,
    /// Closed forms of the cell.
    pub expected: CellFigures,
    /// The ε of the cells after the first in the study: the curve of ranking drift.
    pub curve: Vec<f64>,
    /// The newest figures of the study.
    pub snapshot: Option<Snapshot>,
    /// Trials done and the figures then: how the estimates settle.
    pub history: Vec<(u64, CellFigures)>,
}

impl Scope {
    /// The figures of the cell under the knobs: simulated where trials are there.
    pub fn figures(&self) -> CellFigures {
        self.snapshot.as_ref().and_then(|s| s.figures.first().copied()).unwrap_or(self.expected)
    }
}

/// Which bound the map of the Sweep screen varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundAxis {
    /// Groups per user; linf as under the knob.
    L0,
    /// Contribution per group; l0 as under the knob.
    Linf,
}

/// What the Sweep screen shows.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// ε of the columns.
    pub epsilons: Vec<f64>,
    /// The bound of each row, in shown units, ascending.
    pub steps: Vec<u64>,
    /// Dropped share of each row.
    pub dropped: Vec<f64>,
    /// The newest figures.
    pub snapshot: Option<Snapshot>,
}

/// What lies over the screen.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// The explanation of the screen, scrolled down by some lines.
    Help(u16),
    /// A line to type into.
    Prompt(Prompt),
    /// A release that is about to be made.
    Release(Box<ReleaseForm>),
}

/// How urgent a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Something was done.
    Done,
    /// Something was refused or failed.
    Refused,
}

/// The whole state.
#[derive(Debug)]
pub struct Model {
    /// The screen in view.
    pub screen: Screen,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Colours and glyphs.
    pub theme: Theme,
    /// Where the data comes from, as asked for last.
    pub input: Input,
    /// How it is read, as asked for last.
    pub options: Options,
    /// The open file and its question.
    pub data: Option<Box<Dataset>>,
    /// The number of the load that runs, and what it is.
    pub loading: Option<(u64, String)>,
    /// A sentence that ends the program (the first file could not be opened).
    pub fatal: Option<String>,
    /// The settings.
    pub knobs: Knobs,
    /// The knob that ←→ turns.
    pub knob: Knob,
    /// The seed of trials and asked answers.
    pub seed: u64,
    /// Trials for the cell under the knobs.
    pub trials: u64,
    /// The asked answers and their budget.
    pub session: Session,
    /// The Scope screen; `None` while there is no valid setting.
    pub scope: Option<Scope>,
    /// Number of the study that the Scope screen waits for.
    pub scope_study: u64,
    /// The figure that the convergence chart follows.
    pub convergence: Metric,
    /// The rank (0 = first) of the group in the dot plot, and under the Ranking screen's cursor.
    pub item: usize,
    /// Whether a narrow Scope screen shows its second pair of charts.
    pub second_pair: bool,
    /// The Sweep screen; `None` while there is none.
    pub sweep: Option<Sweep>,
    /// Number of the study that the Sweep screen waits for.
    pub sweep_study: u64,
    /// Whether the sweep was stopped by hand.
    pub sweep_stopped: bool,
    /// The figure on the map.
    pub metric: Metric,
    /// The bound that the map varies.
    pub axis: BoundAxis,
    /// The cell under the cursor, (row, column).
    pub cursor: (usize, usize),
    /// The Ranking screen.
    pub ranking: Ranking,
    /// The Recommend screen.
    pub recommend: Recommend,
    /// The line of the Data screen that is chosen.
    pub data_line: usize,
    /// The plan of the Budget screen.
    pub plan: BudgetPlan,
    /// The line of the Budget screen that is chosen: the accountant, the reserve, then the
    /// plan's questions.
    pub budget_line: usize,
    /// Number of the account report that is waited for.
    pub accounts_id: u64,
    /// The newest account report.
    pub accounts: Option<AccountReport>,
    /// The ledger that was looked at last.
    pub ledger: Option<LedgerView>,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// The newest notice.
    pub notice: Option<(Urgency, String)>,
    /// Milliseconds since the start.
    pub now: u64,
    /// The next number for a request.
    pub next_id: u64,
    /// Whether a simulation runs.
    pub simulating: bool,
    /// Whether the next simulation fails on purpose (test suite only).
    pub fail_next: bool,
}

impl Model {
    /// A model that has asked for nothing yet.
    pub fn new(
        input: Input,
        options: Options,
        knobs: Knobs,
        session: Session,
        seed: u64,
        theme: Theme,
    ) -> Self {
        Self {
            screen: Screen::Scope,
            size: (80, 24),
            theme,
            input,
            options,
            data: None,
            loading: None,
            fatal: None,
            knobs,
            knob: Knob::Epsilon,
            seed,
            trials: 400,
            session,
            scope: None,
            scope_study: 0,
            convergence: Metric::Variance,
            item: 0,
            second_pair: false,
            sweep: None,
            sweep_study: 0,
            sweep_stopped: false,
            metric: Metric::Rmse,
            axis: BoundAxis::L0,
            cursor: (0, 0),
            ranking: Ranking::new(),
            recommend: Recommend::new(),
            data_line: 0,
            plan: BudgetPlan::default(),
            budget_line: 0,
            accounts_id: 0,
            accounts: None,
            ledger: None,
            overlay: None,
            notice: None,
            now: 0,
            next_id: 1,
            simulating: false,
            fail_next: false,
        }
    }

    /// k, as far as the question has groups.
    pub fn k(&self) -> usize {
        let groups = self.data.as_ref().map_or(usize::MAX, |data| data.raw.len());
        self.knobs.k.clamp(1, groups.max(1))
    }

    /// How many more answers like the one under the knobs fit; `None` without end, or
    /// while the accounting is under way.
    pub fn next_fits(&self) -> Option<u64> {
        let budget = self.session.budget();
        if budget.accountant() != Accountant::Basic {
            return self.accounts.as_ref().filter(|report| report.id == self.accounts_id)?.fits;
        }
        let cell = &self.scope.as_ref()?.cell;
        budget.fits(Session::cost(cell)?, &Session::events(cell))
    }

    /// The knobs that do something now.
    pub fn active_knobs(&self) -> Vec<Knob> {
        if self.screen == Screen::Recommend {
            return Knob::OF_LISTS.to_vec();
        }
        Knob::ALL
            .into_iter()
            .filter(|knob| match knob {
                Knob::Delta => self.knobs.mechanism.needs_delta(),
                Knob::Linf => self.knobs.question.measure != Measure::Buyers,
                _ => true,
            })
            .collect()
    }

    /// Measures that the open file can answer.
    pub fn measures(&self) -> Vec<Measure> {
        let money = self.data.as_ref().is_none_or(|data| data.purchases.money.is_some());
        Measure::ALL.into_iter().filter(|&m| m != Measure::Revenue || money).collect()
    }

    /// Groupings that the open file can answer.
    pub fn groupings(&self) -> Vec<GroupBy> {
        let Some(data) = &self.data else { return vec![self.knobs.question.group_by] };
        let p = &data.purchases;
        GroupBy::ALL
            .into_iter()
            .filter(|group| match group {
                GroupBy::Item => true,
                GroupBy::Category => p.category.is_some(),
                GroupBy::Country => p.country.is_some(),
                GroupBy::Hour | GroupBy::Weekday | GroupBy::Month => p.time.is_some(),
            })
            .collect()
    }

    /// A number for the next request.
    pub fn fresh_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Shows that something was done.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some((Urgency::Done, text.into()));
    }

    /// Shows that something was refused.
    pub fn refuse(&mut self, text: impl Into<String>) {
        self.notice = Some((Urgency::Refused, text.into()));
    }
}
