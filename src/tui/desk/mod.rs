//! The desk: what all screens share. The open file, the knobs and the setting under them, the
//! session, what lies over the screen, the clock.

pub mod choice;
pub mod choosing;
pub mod coach;
pub mod keys;
mod means;
pub mod message;
pub mod paths;
pub mod prompt;
pub mod typed;
pub mod warnings;

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

use self::choosing::{Choosing, LoadProgress};
use self::keys::Action;
use self::message::{Effect, Next};
use self::prompt::Prompt;
use self::warnings::Warning;
use super::knobs::{Knob, Knobs};
use super::paint::theme::Theme;
use super::refusal::Refusal;
use crate::contribution::GroupKeys;
use crate::expected::{CellFigures, CellSpec, FigureSet, Plan};
use crate::privacy::accounting::Accountant;
use crate::purchases::{GroupBy, Input, Measure, Options, Status};
use crate::rehearsal::{
    AccountReport, AccountRequest, BudgetPlan, Dataset, FitAt, LoadError, LoadRequest, Reach,
    Session, StudyRequest, cell, reach,
};
use crate::release::LedgerView;

/// The setting under the knobs, with what follows from it at once.
#[derive(Debug, Clone)]
pub struct UnderKnobs {
    /// The cell.
    pub cell: CellSpec,
    /// The bounded sums.
    pub answer: Arc<[i64]>,
    /// Share of the raw total that the bounds drop.
    pub dropped_share: f64,
    /// Closed forms of the cell.
    pub expected: CellFigures,
    /// What costs most, and which key helps.
    pub coach: coach::Coach,
    /// What ε means, in one line.
    pub means: String,
    /// What a release with private keys would drop; none where keys are public.
    pub reach: Option<Reach>,
}

/// What lies over the screen.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// The explanation of the screen, scrolled down by some lines.
    Help(u16),
    /// A line to type into.
    Prompt(Box<Prompt>),
    /// A release that is about to be made.
    Release,
}

/// How urgent a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Something was done.
    Done,
    /// Something was done that is seldom wanted.
    Doubtful,
    /// Something was refused or failed.
    Refused,
}

/// What all screens share.
#[derive(Debug)]
pub struct Desk {
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
    /// How far it is.
    pub progress: LoadProgress,
    /// A file that cannot be read before something is decided; what is open stays open.
    pub choosing: Option<Box<Choosing>>,
    /// Why the program ends: the first file could not be opened.
    pub fatal: Option<LoadError>,
    /// The settings.
    pub knobs: Knobs,
    /// l0 and linf where somebody set them at the start: bounds that were not are fitted to a file.
    pub set_bounds: (Option<u64>, Option<u64>),
    /// Which settings were fitted to the file that is open, or advised: chosen by looking.
    pub fitted: Vec<&'static str>,
    /// How many groups somebody said at the start to be public, until the first file is open.
    pub set_groups: Option<u64>,
    /// The knob that ←→ turns.
    pub knob: Knob,
    /// The setting under the knobs; `None` while it is refused, or nothing is open.
    pub setting: Option<UnderKnobs>,
    /// The seed of trials and asked answers.
    pub seed: u64,
    /// Trials for the cell under the knobs.
    pub trials: u64,
    /// The asked answers and their budget.
    pub session: Session,
    /// The rank (0 = first) of the group that is looked at.
    pub item: usize,
    /// Questions that are to share the budget.
    pub plan: BudgetPlan,
    /// Whether every accountant's word is in view.
    pub accounts_in_view: bool,
    /// Number of the account report that is waited for.
    pub accounts_id: u64,
    /// The newest account report.
    pub accounts: Option<AccountReport>,
    /// The ledger that was looked at last.
    pub ledger: Option<LedgerView>,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// The panel that fills the window, by its place among those of the screen.
    pub zoom: Option<usize>,
    /// What the same key once more does although something is lost: the action, and what is said.
    pub asked_once: Option<(Action, String)>,
    /// What was warned of once already.
    pub warned: Vec<Warning>,
    /// The newest notice.
    pub notice: Option<(Urgency, String)>,
    /// Files that were opened here, the newest first.
    pub opened: Vec<PathBuf>,
    /// Files that were opened lately, also before, the newest first.
    pub recent: Vec<PathBuf>,
    /// The words of doubts that nothing else fits and that were marked as seen.
    pub seen: std::collections::HashSet<String>,
    /// A pasted text of which is asked whether it is a file.
    pub pasted: Option<String>,
    /// Milliseconds since the start.
    pub now: u64,
    /// The next number for a request.
    pub next_id: u64,
    /// Whether a simulation runs.
    pub simulating: bool,
    /// Whether the next simulation fails on purpose (test suite only).
    pub fail_next: bool,
}

impl Desk {
    /// Whether a doubt is still to be settled: by one of its readings, or, where it has none, by
    /// marking it as seen.
    pub fn is_open(&self, doubt: &crate::purchases::DoubtOf) -> bool {
        doubt.readings.len() > 1 || !self.seen.contains(&doubt.words)
    }

    /// A desk on which nothing is open yet.
    pub fn new(
        input: Input,
        options: Options,
        knobs: Knobs,
        session: Session,
        seed: u64,
        theme: Theme,
    ) -> Self {
        Self {
            size: (80, 24),
            theme,
            input,
            options,
            data: None,
            loading: None,
            progress: LoadProgress::default(),
            choosing: None,
            fatal: None,
            knobs,
            set_bounds: (None, None),
            fitted: Vec::new(),
            set_groups: None,
            knob: Knob::Epsilon,
            setting: None,
            seed,
            trials: 400,
            session,
            item: 0,
            plan: BudgetPlan::default(),
            accounts_in_view: false,
            accounts_id: 0,
            accounts: None,
            ledger: None,
            overlay: None,
            zoom: None,
            asked_once: None,
            warned: Vec::new(),
            notice: None,
            opened: Vec::new(),
            recent: Vec::new(),
            seen: std::collections::HashSet::new(),
            pasted: None,
            now: 0,
            next_id: 1,
            simulating: false,
            fail_next: false,
        }
    }

    /// k, as far as the question has groups; at most half of them where nobody chose it, since a
    /// list of all groups says nothing of who is in it.
    pub fn k(&self) -> usize {
        let groups = self.data.as_ref().map_or(usize::MAX, |data| data.raw.len());
        let most = if self.knobs.k_chosen { groups } else { groups / 2 };
        self.knobs.k.clamp(1, most.max(1))
    }

    /// Whether the top list holds every group, so that overlap says nothing.
    pub fn lists_all(&self) -> bool {
        self.data.as_ref().is_some_and(|data| self.k() >= data.raw.len())
    }

    /// What would be lost by starting over, if anything.
    pub fn would_be_lost(&self, with_plan: bool) -> Option<String> {
        let (asked, planned) = (self.session.asked(), self.plan.questions.len());
        let several = |many: usize, one: &str| {
            (many > 0).then(|| format!("{many} {one}{}", if many == 1 { "" } else { "s" }))
        };
        let asked = several(asked as usize, "asked answer");
        let planned = several(if with_plan { planned } else { 0 }, "planned question");
        match (asked, planned) {
            (Some(asked), Some(planned)) => Some(format!("{asked} and {planned}")),
            (one, other) => one.or(other),
        }
    }

    /// The most items in the vocabulary, as far as the file has items.
    pub fn items(&self) -> usize {
        let there = self.data.as_ref().map(|data| data.purchases.item.names.len());
        self.knobs.items.min(there.unwrap_or(usize::MAX))
    }

    /// How many more answers like the one under the knobs fit; `None` without end, or
    /// while the accounting is under way.
    pub fn next_fits(&self) -> Option<u64> {
        let budget = self.session.budget();
        if budget.accountant() != Accountant::Basic {
            return self.accounts.as_ref().filter(|report| report.id == self.accounts_id)?.fits;
        }
        let cell = &self.setting.as_ref()?.cell;
        budget.fits(Session::cost(cell)?, &Session::events(cell))
    }

    /// What is left of ε: exact where costs are added, three decimals rounded down where it is
    /// converted.
    pub fn remaining(&self) -> String {
        let budget = self.session.budget();
        let left = budget.remaining().epsilon;
        match budget.accountant() {
            Accountant::Basic => left.to_string(),
            _ => format!("{:.3}", (left.to_f64() * 1e3).floor() / 1e3),
        }
    }

    /// The knobs of the question that do something now.
    pub fn knobs_in_use(&self) -> Vec<Knob> {
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
                GroupBy::Group => p.group.is_some(),
                of_time if of_time.is_of_time() => p.time.is_some(),
                _ => false,
            })
            .collect()
    }

    /// A group's code and, where the file has one, its name.
    pub fn name_of(&self, group: usize) -> (&str, &str) {
        let Some(data) = &self.data else { return ("", "") };
        let name = data.pairs.descriptions().map_or("", |names| names[group].as_str());
        (&data.pairs.keys()[group], name)
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
    pub fn refuse(&mut self, why: impl Display) {
        self.notice = Some((Urgency::Refused, why.to_string()));
    }

    /// Warns of what the setting under the knobs calls for and was not said before; never over
    /// another notice.
    pub fn warn(&mut self) {
        if self.notice.is_some() {
            return;
        }
        let Some(data) = &self.data else { return };
        let unsaid = Warning::ALL.into_iter().filter(|warning| !self.warned.contains(warning));
        let said = unsaid.filter_map(|one| Some((one, one.said_of(data, &self.knobs)?))).next();
        if let Some((warning, words)) = said {
            self.warned.push(warning);
            self.notice = Some((Urgency::Doubtful, words));
        }
    }

    /// Other data: what was said of the former is said again where it holds.
    pub fn warn_anew(&mut self) {
        self.warned.retain(|warning| !warning.is_of_the_data());
    }

    /// Asks for something to be typed.
    pub fn ask(&mut self, prompt: Prompt) -> Vec<Next> {
        self.overlay = Some(Overlay::Prompt(Box::new(prompt)));
        Vec::new()
    }

    /// At what bounds are to be fitted to a file of one's own that is opened, where not both are
    /// set.
    fn fit(&self) -> Option<FitAt> {
        let is_own = matches!(self.input, Input::File(_) | Input::Files(_));
        let is_open = self.data.as_ref().is_some_and(|data| data.input == self.input);
        let (l0, linf) = self.set_bounds;
        (is_own && !is_open && (l0.is_none() || linf.is_none())).then_some(FitAt {
            mechanism: self.knobs.mechanism,
            epsilon: self.knobs.epsilon,
            delta: self.knobs.delta,
            l0,
            linf,
        })
    }

    /// Asks for the file (or only another question of it).
    pub fn load(&mut self, same_rows: bool) -> Effect {
        let id = self.fresh_id();
        let purchases = if same_rows {
            self.data.as_ref().map(|data| Arc::clone(&data.purchases))
        } else {
            None
        };
        let what = match (&purchases, &self.input) {
            (Some(_), _) => format!("collecting {}", self.knobs.question),
            (None, Input::File(path)) => format!("reading {}", path.display()),
            (None, Input::Files(paths)) => format!("reading {} files", paths.len()),
            (None, Input::Stdin) => "reading standard input".to_owned(),
            (None, Input::Sample) => "reading the sample".to_owned(),
        };
        self.loading = Some((id, what));
        self.progress = LoadProgress { began: self.now, ..LoadProgress::default() };
        self.session.repeat_at = None;
        Effect::Load(Box::new(LoadRequest {
            id,
            purchases,
            input: self.input.clone(),
            options: self.options.clone(),
            question: self.knobs.question,
            fit: if same_rows { None } else { self.fit() },
        }))
    }

    /// Asks for the open file read in another way, only to see what comes of it. Returns the
    /// request's number.
    pub fn try_out(&mut self, options: Options) -> (u64, Effect) {
        let id = self.fresh_id();
        let request = LoadRequest {
            id,
            purchases: None,
            input: self.input.clone(),
            options,
            question: self.knobs.question,
            fit: None,
        };
        (id, Effect::Load(Box::new(request)))
    }

    /// Asks again for the file that cannot be read yet, with what was declared.
    pub fn load_chosen(&mut self) -> Vec<Next> {
        let Some(choosing) = &self.choosing else { return Vec::new() };
        (self.input, self.options) = (choosing.input.clone(), choosing.options.clone());
        vec![self.load(false).into()]
    }

    /// The status of what is in view: of the open file, else of a log of events.
    pub fn status(&self) -> Option<Status> {
        let of_events = |choosing: &Choosing| choosing.options.status.unwrap_or(Status::Private);
        match (&self.data, self.choosing.as_deref().filter(|choosing| choosing.is_events)) {
            (Some(data), _) => Some(data.purchases.status),
            (None, events) => events.map(of_events),
        }
    }

    /// Where events are read from, and how: the file that cannot be read as purchases, else the open one.
    pub fn events_source(&self) -> (&Input, &Options) {
        match self.choosing.as_deref().filter(|choosing| choosing.is_events) {
            Some(choosing) => (&choosing.input, &choosing.options),
            None => (&self.input, &self.options),
        }
    }

    /// Whether there is a file that events may be read from.
    pub fn has_events_source(&self) -> bool {
        self.data.is_some() || self.choosing.as_ref().is_some_and(|choosing| choosing.is_events)
    }

    /// The open file's own settings, after something else was asked for in vain.
    pub fn restore(&mut self) {
        if let Some(data) = &self.data {
            self.input = data.input.clone();
            self.options = data.options.clone();
            self.knobs.question = data.pairs.question();
        }
    }

    /// What is read, and how far it is.
    pub fn loading_words(&self) -> Option<String> {
        let (_, what) = self.loading.as_ref()?;
        Some(match self.progress.read.rows {
            0 => format!("{what}…"),
            _ => format!("{what}: {}", self.progress.words(self.now).join(" · ")),
        })
    }

    /// The same where there is little room: `reading 41 %`.
    pub fn loading_short(&self) -> Option<String> {
        self.loading.as_ref()?;
        Some(match self.progress.share() {
            Some(share) => format!("reading {:.0} %", share * 100.0),
            None => "reading…".to_owned(),
        })
    }

    /// Remembers that settings were chosen by looking at the open file.
    pub fn chose_by_looking(&mut self, what: &[&'static str]) {
        for name in what {
            if !self.fitted.contains(name) {
                self.fitted.push(name);
            }
        }
    }

    /// Works the setting under the knobs out: its closed forms at once. Says why not where it
    /// is refused.
    pub fn work_out(&mut self) {
        let Some(data) = &self.data else { return };
        let (knobs, k) = (self.knobs, self.k());
        let made = knobs.bounds().map_err(Refusal::from).and_then(|bounds| {
            Ok((bounds, cell(knobs.mechanism, knobs.epsilon, knobs.delta, bounds, (0, k))?))
        });
        match made {
            Ok((bounds, cell)) => {
                let (answer, dropped_share) = data.bounded(bounds);
                let plan = Plan {
                    raw: Arc::clone(&data.raw),
                    answers: vec![Arc::clone(&answer)],
                    cells: vec![cell],
                    unit: knobs.unit(),
                    k,
                    trials: self.trials,
                    seed: self.seed,
                    figures: FigureSet::All,
                };
                let expected =
                    crate::expected::expected_at_once(&plan).first().copied().unwrap_or_default();
                let coach = coach::coach(data, &knobs, bounds, &answer);
                let means = means::words(&cell);
                let reach = (knobs.known == GroupKeys::Private).then(|| {
                    let (gaussian, cost) =
                        (knobs.mechanism.needs_delta(), (knobs.epsilon, knobs.delta));
                    reach(gaussian, cost, bounds, &answer, data.pairs.seen())
                });
                let reach = reach.flatten();
                self.setting =
                    Some(UnderKnobs { cell, answer, dropped_share, expected, coach, means, reach });
            }
            Err(refusal) => {
                self.setting = None;
                self.refuse(refusal);
            }
        }
    }

    /// Simulates a plan under this number.
    pub fn simulate(&mut self, id: u64, plan: Plan, follow: bool) -> Vec<Next> {
        self.simulating = true;
        let fail = std::mem::take(&mut self.fail_next);
        vec![Effect::Simulate(Box::new(StudyRequest { id, plan, follow, fail })).into()]
    }

    /// Asks for a new account report where one is shown: on the Budget screen, and in the
    /// gauge of every accountant but the basic one.
    pub fn account(&mut self) -> Vec<Next> {
        if !self.accounts_in_view && self.session.budget().accountant() == Accountant::Basic {
            return Vec::new();
        }
        let id = self.fresh_id();
        self.accounts_id = id;
        let next = self.setting.as_ref().and_then(|setting| {
            Some((Session::cost(&setting.cell)?, Session::events(&setting.cell)))
        });
        let (account, plan) = (self.session.budget().clone(), self.plan.clone());
        vec![Effect::Account(Box::new(AccountRequest { id, account, next, plan })).into()]
    }

    /// Starts the session over, nothing spent.
    pub fn reset(&mut self) -> Vec<Next> {
        self.session.reset(None);
        self.say(format!(
            "a new session: nothing spent of ε {}",
            self.session.budget().total().epsilon
        ));
        self.account()
    }
}
