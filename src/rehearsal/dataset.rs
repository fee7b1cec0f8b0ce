//! What the background workers do for the screen: open a file, collect a question,
//! simulate the cells in view.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::contribution::{Bounds, Cube, Grid, Pairs, QuestionError};
use crate::expected::{CellFigures, CellSpec, ClosedForms, Plan, expected_at_once};
use crate::privacy::{CalibrationError, Mechanism};
use crate::purchases::{Input, Measure, Options, Purchases, Question, ReadError, read};
use crate::simulation;
use crate::work::{Task, in_order, threads};

/// A request to open a file, or to collect another question of an open one.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// Number of the request; the answer carries it.
    pub id: u64,
    /// Rows already read, if only the question changes.
    pub purchases: Option<Arc<Purchases>>,
    /// Where to read from otherwise.
    pub input: Input,
    /// How to read it.
    pub options: Options,
    /// The question to collect.
    pub question: Question,
}

/// Everything known of an open file and its current question.
#[derive(Debug)]
pub struct Dataset {
    /// Where it was read from.
    pub input: Input,
    /// How it was read.
    pub options: Options,
    /// The cleaned rows.
    pub purchases: Arc<Purchases>,
    /// The pairs of the question.
    pub pairs: Arc<Pairs>,
    /// The cube over the knobs' steps.
    pub cube: Arc<Cube>,
    /// Raw sums in key order, stored unit.
    pub raw: Arc<[i64]>,
    /// Group indices by raw sum, largest first, ties by key.
    pub by_rank: Vec<u32>,
    /// Histogram of groups per user over the l0 steps, last entry above them all.
    pub users_by_l0: Vec<u64>,
    /// Histogram of values per pair over the linf steps, last entry above them all.
    pub pairs_by_linf: Vec<u64>,
}

impl Dataset {
    fn new(input: Input, options: Options, purchases: Arc<Purchases>, pairs: Pairs) -> Self {
        let cube = Arc::new(Cube::build(&pairs, Grid::covering(&pairs)));
        let raw: Arc<[i64]> = pairs.raw().into();
        let mut by_rank: Vec<u32> = (0..raw.len() as u32).collect();
        by_rank.sort_by_key(|&g| (std::cmp::Reverse(raw[g as usize]), g));
        let mut users_by_l0 = vec![0; cube.grid().l0.len() + 1];
        for count in pairs.group_counts().filter(|&count| count > 0) {
            users_by_l0[cube.grid().l0.partition_point(|&step| step < count)] += 1;
        }
        let mut pairs_by_linf = vec![0; cube.grid().linf.len() + 1];
        for &value in pairs.values() {
            pairs_by_linf[cube.grid().linf.partition_point(|&step| step < value.unsigned_abs())] +=
                1;
        }
        Self {
            input,
            options,
            purchases,
            pairs: Arc::new(pairs),
            cube,
            raw,
            by_rank,
            users_by_l0,
            pairs_by_linf,
        }
    }

    /// The measure in use.
    pub fn measure(&self) -> Measure {
        self.pairs.question().measure
    }

    /// The bounded sums and the dropped share: from the cube where the bounds are its
    /// steps, from the pairs otherwise. The same numbers either way.
    pub fn bounded(&self, bounds: Bounds) -> (Arc<[i64]>, f64) {
        let (l0, linf) = (Some(bounds.l0()), Some(bounds.linf()));
        let bounded = self.cube.bounded(l0, linf).unwrap_or_else(|| self.pairs.bounded(l0, linf));
        let share = bounded.dropped_share();
        (bounded.sums.into(), share)
    }
}

/// Why a file was not opened, or a question not collected.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum LoadError {
    #[error(
        "{path} is a pipe or a device, which can be read only once and may never end: save it to a file and open that"
    )]
    Endless { path: String },
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Question(#[from] QuestionError),
}

/// What came of a load request: its number, and the file or why not.
pub type Loaded = (u64, Result<Box<Dataset>, LoadError>);

/// Serves one load request.
pub fn load(request: LoadRequest, task: &Task<Loaded>) {
    task.publish((request.id, loaded(request)));
}

fn loaded(request: LoadRequest) -> Result<Box<Dataset>, LoadError> {
    let LoadRequest { input, options, .. } = request;
    let purchases = match (request.purchases, endless(&input)) {
        (Some(purchases), _) => purchases,
        (None, Some(path)) => {
            return Err(LoadError::Endless { path: path.display().to_string() });
        }
        (None, None) => Arc::new(read(&input, &options)?),
    };
    let pairs = Pairs::collect(&purchases, request.question, Pairs::DEFAULT_SALT)?;
    Ok(Box::new(Dataset::new(input, options, purchases, pairs)))
}

/// Whether reading could wait for ever, and reading again for what is gone.
fn endless(input: &Input) -> Option<&Path> {
    let Input::File(path) = input else { return None };
    std::fs::metadata(path).is_ok_and(|facts| !facts.is_file() && !facts.is_dir()).then_some(path)
}

/// Cells to simulate, for the screen that asked.
#[derive(Debug, Clone)]
pub struct StudyRequest {
    /// Number of the request; every snapshot carries it.
    pub id: u64,
    /// What to simulate.
    pub plan: Plan,
    /// Whether to follow how the first cell settles.
    pub follow: bool,
    /// Make the test suite's worker fail on purpose.
    pub fail: bool,
}

/// The figures of all cells of a request so far.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The request's number.
    pub id: u64,
    /// Trials done so far, of `trials`; 0 when only closed forms are there.
    pub trials_done: u64,
    /// Trials asked for.
    pub trials: u64,
    /// One entry per cell of the plan.
    pub figures: Vec<CellFigures>,
    /// Trials done and the figures of the first cell then: how the estimates settle.
    pub history: Vec<(u64, CellFigures)>,
}

impl Snapshot {
    /// Whether all trials are done.
    pub fn is_whole(&self) -> bool {
        self.trials_done >= self.trials
    }
}

/// Serves one study: closed forms first, then trials, publishing as they come.
pub fn simulate(request: StudyRequest, task: &Task<Snapshot>) {
    assert!(!request.fail, "the simulation failed on purpose");
    let StudyRequest { id, plan, follow, .. } = request;
    let trials = plan.trials;
    let Some(closed) = closed_forms(id, &plan, task) else { return };
    let mut history = Vec::new();
    let mut last = Instant::now();
    // Figures of many cells take a while themselves: they get a sixth of the time at most.
    let mut pause = Duration::from_millis(60);
    let end = simulation::run_beside(&plan, closed, threads(), task.cancel(), |running| {
        if follow {
            history.push((running.trials_done(), running.figures_of(0)));
        }
        if last.elapsed() >= pause {
            let began = Instant::now();
            let figures = running.figures();
            pause = pause.max(5 * began.elapsed());
            let history = history.clone();
            task.publish(Snapshot {
                id,
                trials_done: running.trials_done(),
                trials,
                figures,
                history,
            });
            last = Instant::now();
        }
    });
    if let Ok(figures) = end {
        task.publish(Snapshot { id, trials_done: trials, trials, figures, history });
    }
}

/// The closed forms of a study, published as they come: those of pairs at once, then the
/// top lists of the first cell, then those of the others. `None` when a newer study waits.
fn closed_forms(id: u64, plan: &Plan, task: &Task<Snapshot>) -> Option<Vec<CellFigures>> {
    let publish = |figures: &[CellFigures]| {
        let figures = figures.to_vec();
        task.publish(Snapshot {
            id,
            trials_done: 0,
            trials: plan.trials,
            figures,
            history: Vec::new(),
        });
    };
    let mut closed = expected_at_once(plan);
    publish(&closed);
    let forms = ClosedForms::new(plan);
    let mut last = Instant::now();
    let each = |cell: usize| forms.cell(cell);
    let done = in_order(threads(), plan.cells.len(), task.cancel(), each, |cell, figures| {
        closed[cell] = figures;
        if cell == 0 || last.elapsed() >= Duration::from_millis(60) {
            publish(&closed);
            last = Instant::now();
        }
    });
    publish(&closed);
    done.is_ok().then_some(closed)
}

/// The cell of a mechanism at ε over bounds, for a list of k.
///
/// # Errors
/// If no noise can be calibrated for it.
pub fn cell(
    mechanism: Mechanism,
    epsilon: f64,
    delta: f64,
    bounds: Bounds,
    (answer, k): (usize, usize),
) -> Result<CellSpec, CalibrationError> {
    let sensitivity = bounds.sensitivity();
    let delta = mechanism.needs_delta().then_some(delta);
    let noise = mechanism.calibrate(epsilon, delta, sensitivity, k)?;
    Ok(CellSpec { mechanism, epsilon, delta, bounds: Some(bounds), sensitivity, noise, answer })
}
