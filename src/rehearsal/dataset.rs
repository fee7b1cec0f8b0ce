//! What the background workers do for the screen: open a file, collect a question,
//! simulate the cells in view.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use thiserror::Error;

use super::fitting::{FitAt, best_bounds, largest_share};
use crate::contribution::{Bounds, Cube, Grid, Pairs, QuestionError};
use crate::expected::{CellFigures, ClosedForms, Plan, expected_at_once};
use crate::purchases::{
    FirstRow, Input, KeptReading, Measure, Options, Purchases, Question, ReadError, ReadProgress,
    Sketch, first_rows, read_watched, sketch,
};
use crate::simulation;
use crate::table::TableError;
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
    /// Where bounds are to be fitted to it, at what.
    pub fit: Option<FitAt>,
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
    /// The share of the largest group's raw sum that one user gives.
    pub largest_share: f64,
    /// The bounds with the smallest expected RMSE, where they were asked for.
    pub fitting: Option<Bounds>,
    /// A reading that was kept beside the file.
    pub beside: Option<KeptBeside>,
}

/// A reading that stands beside a file under the usual name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBeside {
    /// Its file.
    pub path: PathBuf,
    /// What it says.
    pub kept: KeptReading,
}

impl Dataset {
    fn new(
        input: Input,
        options: Options,
        purchases: Arc<Purchases>,
        pairs: Pairs,
        fit: Option<FitAt>,
    ) -> Self {
        let beside = beside(&input);
        let cube = Arc::new(Cube::build(&pairs, Grid::covering(&pairs)));
        let raw: Arc<[i64]> = pairs.raw().into();
        let mut by_rank: Vec<u32> = (0..raw.len() as u32).collect();
        by_rank.sort_by_key(|&g| (std::cmp::Reverse(raw[g as usize]), g));
        let mut users_by_l0 = vec![0; cube.grid().l0.len() + 1];
        for count in pairs.group_counts().filter(|&count| count > 0) {
            users_by_l0[cube.grid().l0.partition_point(|&step| step < count)] += 1;
        }
        let mut pairs_by_linf = vec![0; cube.grid().linf.len() + 1];
        for value in pairs.values() {
            pairs_by_linf[cube.grid().linf.partition_point(|&step| step < value.unsigned_abs())] +=
                1;
        }
        let fitting = fit.and_then(|at| best_bounds(at, &pairs, &cube, pairs.known()));
        Self {
            largest_share: largest_share(&pairs, by_rank.first().copied()),
            fitting,
            input,
            options,
            purchases,
            pairs: Arc::new(pairs),
            cube,
            raw,
            by_rank,
            users_by_l0,
            pairs_by_linf,
            beside,
        }
    }

    /// Whether a kept reading, or flags besides one, said how it is read.
    pub fn is_read_as_kept(&self) -> bool {
        self.options.expected_columns.is_some()
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
    #[error("{}", .0.refusal)]
    Undecided(Box<Undecided>),
}

/// A file that cannot be read before something is decided, and what can be said of it.
#[derive(Debug)]
pub struct Undecided {
    /// What is to be decided.
    pub refusal: LoadError,
    /// What is declared of it.
    pub options: Options,
    /// Its first rows and the columns that could serve; `None` where not even these can be told.
    pub sketch: Option<Sketch>,
    /// A reading that was kept beside it.
    pub beside: Option<KeptBeside>,
}

/// What comes of a load request, by its number.
#[derive(Debug)]
pub enum Loaded {
    /// How far the file is read.
    Goes(u64, ReadProgress),
    /// The file, or why it was not opened.
    Made(u64, Result<Box<Dataset>, LoadError>),
}

/// How often progress is told at most.
const PAUSE: Duration = Duration::from_millis(60);

/// Raw rows that a sketch holds.
const HEAD: usize = 12;

/// Serves one load request.
pub fn load(request: LoadRequest, task: &Task<Loaded>) {
    let id = request.id;
    let made = loaded(request, task);
    task.publish(Loaded::Made(id, made));
}

fn loaded(request: LoadRequest, task: &Task<Loaded>) -> Result<Box<Dataset>, LoadError> {
    let LoadRequest { id, input, options, question, purchases, fit } = request;
    let is_open = purchases.is_some();
    let undecided = |refusal: LoadError| {
        let is_asked = match &refusal {
            LoadError::Read(refusal) => asks_for_decisions(refusal),
            LoadError::Question(_) => !is_open,
            LoadError::Endless { .. } | LoadError::Undecided(_) => false,
        };
        if !is_asked {
            return refusal;
        }
        // A kept reading of other columns says nothing of these.
        let is_foreign = matches!(&refusal, LoadError::Read(ReadError::OtherColumns { .. }));
        let looked_at = match is_foreign {
            true => Options { cleaning: options.cleaning, ..Options::default() },
            false => options.clone(),
        };
        LoadError::Undecided(Box::new(Undecided {
            refusal,
            sketch: sketch(&input, &looked_at, HEAD).ok(),
            options: looked_at,
            beside: beside(&input),
        }))
    };
    let purchases = match (purchases, endless(&input)) {
        (Some(purchases), _) => purchases,
        (None, Some(path)) => {
            return Err(LoadError::Endless { path: path.display().to_string() });
        }
        (None, None) => {
            let mut last = Instant::now();
            let goes = |progress| {
                if last.elapsed() >= PAUSE {
                    task.publish(Loaded::Goes(id, progress));
                    last = Instant::now();
                }
            };
            let read = read_watched(&input, &options, task.cancel(), goes);
            Arc::new(read.map_err(|refusal| undecided(refusal.into()))?)
        }
    };
    let pairs = Pairs::collect(&purchases, question, Pairs::DEFAULT_SALT)
        .map_err(|refusal| undecided(refusal.into()))?;
    Ok(Box::new(Dataset::new(input, options, purchases, pairs, fit)))
}

/// Whether decisions of reading could help, rather than another file.
fn asks_for_decisions(refusal: &ReadError) -> bool {
    match refusal {
        ReadError::Cancelled => false,
        ReadError::Table(error) => matches!(
            error,
            TableError::ManyMembers { .. }
                | TableError::NoSheet { .. }
                | TableError::UnknownEncoding { .. }
                | TableError::NotInEncoding { .. }
                | TableError::Row { .. }
                | TableError::DoubledColumn { .. }
        ),
        _ => true,
    }
}

/// Where the reading of a file is kept, unless somebody says otherwise: beside it, as
/// `orders.reading.toml`.
pub fn reading_file(data: &Path) -> PathBuf {
    let packed = |ending: &str| ["gz", "zst", "zip"].contains(&ending);
    let ending = data.extension().and_then(|ending| ending.to_str());
    let inner = if ending.is_some_and(packed) { data.with_extension("") } else { data.to_owned() };
    inner.with_extension("reading.toml")
}

/// The reading that was kept beside a file, where there is one.
fn beside(input: &Input) -> Option<KeptBeside> {
    /// A reading of thousands of columns is smaller.
    const MOST: u64 = 1 << 20;
    let Input::File(data) = input else { return None };
    let path = reading_file(data);
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(&path).ok()?.take(MOST).read_to_string(&mut text).ok()?;
    let kept = KeptReading::parse(&text).ok()?;
    Some(KeptBeside { path, kept })
}

/// A request to look at the first rows of an open file.
#[derive(Debug, Clone)]
pub struct LookRequest {
    /// Number of the request; the answer carries it.
    pub id: u64,
    /// The file.
    pub input: Input,
    /// How it is read.
    pub options: Options,
}

/// The first rows of an open file, and the columns that could serve.
#[derive(Debug)]
pub struct Look {
    /// The request's number.
    pub id: u64,
    /// Its columns by what they could serve as; `None` where that cannot be told.
    pub sketch: Option<Sketch>,
    /// Its first rows, raw and as read; empty where they cannot be read again.
    pub rows: Vec<FirstRow>,
}

/// Serves one look.
pub fn look(request: LookRequest, task: &Task<Look>) {
    let LookRequest { id, input, options } = request;
    if endless(&input).is_some() || input == Input::Stdin {
        return;
    }
    let sketch = sketch(&input, &options, 0).ok();
    if task.cancel().is_cancelled() {
        return;
    }
    let rows = first_rows(&input, &options, HEAD).unwrap_or_default();
    task.publish(Look { id, sketch, rows });
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
