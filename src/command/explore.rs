//! `explore`: the explorer on a terminal, or lines where there is none.

use std::io::IsTerminal;

use anyhow::{anyhow, ensure};
use clap::{Args, ValueEnum};

use super::input::{InputArguments, QuestionArguments};
use super::progress::heed_interrupts;
use super::{limits, output};
use crate::contribution::Bounds;
use crate::expected::{self, FigureSet};
use crate::export::{
    InspectDocument, Ranked, RankingDocument, SweepDocument, inspect_lines, ranking_lines,
    shown_lines, sweep_lines,
};
use crate::privacy::accounting::Cost;
use crate::privacy::{EPSILON_RANGE, Mechanism};
use crate::purchases::{Input, Measure};
use crate::simulation::{self, Design, Limits};
use crate::tui::{self, ExploreError};
use crate::words::{Asker, how_columns_are_set};
use crate::work::{Cancel, threads};

/// Arguments of `explore`.
#[derive(Debug, Args)]
#[command(
    after_help = "Keys are shown at the foot of the screen; ? explains what is in view. The files \
    opened lately are kept in epsiloscope/recent in the folder of state ($XDG_STATE_HOME, or ~/.local/state) for the \
    prompt that opens others; with EPSILOSCOPE_NO_RECENT set, none are.\n\n\
    Examples:\n  epsiloscope explore\n  epsiloscope explore orders.csv --status historical\n  \
    epsiloscope explore orders.csv --group-by category --l0 3 --linf 10 --budget 2\n  \
    epsiloscope explore orders.csv --plain"
)]
pub struct Explore {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    question: QuestionArguments,

    /// ε of one answer at the start
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 1.0,
        help_heading = "Knobs at the start"
    )]
    epsilon: f64,
    /// Groups that one user may contribute to
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 20,
        help_heading = "Knobs at the start"
    )]
    l0: u64,
    /// What one user may contribute to one group (whole money for revenue; 1 for buyers)
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 10,
        help_heading = "Knobs at the start"
    )]
    linf: u64,
    /// The mechanism
    #[arg(long, value_enum, default_value = "laplace", help_heading = "Knobs at the start")]
    mechanism: Mechanism,
    /// δ of one answer, used by gaussian
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 1e-6,
        help_heading = "Knobs at the start"
    )]
    delta: f64,
    /// Length of the top list
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 10,
        help_heading = "Knobs at the start"
    )]
    k: usize,
    /// Seed of trials and asked answers
    #[arg(long, default_value_t = 1, help_heading = "Knobs at the start")]
    seed: u64,
    /// The session's total ε
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 5.0,
        value_name = "E",
        help_heading = "Knobs at the start"
    )]
    budget: f64,

    /// Colours for a dark or a light background
    #[arg(long, value_enum, default_value = "auto", help_heading = "Screen")]
    theme: ThemeName,
    /// Write ASCII only
    #[arg(long, help_heading = "Screen")]
    ascii: bool,
    /// Print lines instead of opening the explorer (also when standard output is no terminal)
    #[arg(long, help_heading = "Screen")]
    plain: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ThemeName {
    Auto,
    Dark,
    Light,
}

/// δ that a session may spend in all, where only ε is given.
const SESSION_DELTA: f64 = 1e-5;

/// Trials of the line output: as many as one waits for, where groups are many fewer; what they
/// leave open their standard errors say.
fn trials_of(groups: usize) -> u64 {
    const DRAWS: u64 = 3_000_000;
    (DRAWS / groups.max(1) as u64).clamp(20, 200)
}

impl Explore {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        ensure!(
            EPSILON_RANGE.contains(&self.epsilon),
            "--epsilon must be a number above 0, such as 0.5, not {}",
            self.epsilon
        );
        ensure!(
            self.delta > 0.0 && self.delta < 1.0,
            "--delta must lie between 0 and 1, both left out, not {}",
            self.delta
        );
        ensure!(
            self.l0 > 0,
            "--l0 must be at least 1: it is the number of groups that one user may contribute to"
        );
        ensure!(
            self.linf > 0,
            "--linf must be at least 1: it is what one user may contribute to one group"
        );
        // As far as the knobs go.
        limits::whole("--l0", self.l0, &(1..=1_000_000_000_000))?;
        limits::whole("--linf", self.linf, &(1..=1_000_000_000_000))?;
        limits::whole("--k", self.k as u64, &limits::K)?;
        ensure!(
            self.budget > 0.0 && self.budget.is_finite(),
            "--budget must be a number above 0, not {}",
            self.budget
        );
        let budget = Cost::new(self.budget, SESSION_DELTA.max(self.delta))?;
        if self.plain || !std::io::stdout().is_terminal() {
            return self.lines();
        }
        ensure!(
            self.mechanism.publishes_values(),
            "gumbel-top-k publishes an order and no values to look at: open with a noisy histogram, whose screen \
             Ranking (key 4) shows Gumbel top-k beside it"
        );
        let input = self.input.input();
        ensure!(
            input != Input::Stdin && std::io::stdin().is_terminal(),
            "the explorer reads keys from standard input: open a file by name, or use --plain"
        );
        let ended = tui::explore(tui::Settings {
            input,
            options: self.input.options(&self.question)?,
            question: self.question.question(),
            mechanism: self.mechanism,
            epsilon: self.epsilon,
            delta: self.delta,
            l0: self.l0,
            linf: self.linf,
            k: self.k,
            seed: self.seed,
            budget,
            light: match self.theme {
                ThemeName::Auto => None,
                ThemeName::Dark => Some(false),
                ThemeName::Light => Some(true),
            },
            ascii: self.ascii,
        });
        ended.map_err(|error| match error {
            ExploreError::Input(error) => error.into(),
            ExploreError::Terminal(_) => anyhow!("{error}; try --plain for line output"),
        })
    }

    /// What the explorer would open with, as lines.
    fn lines(&self) -> anyhow::Result<()> {
        heed_interrupts()?;
        let question = self.question.question();
        let (purchases, pairs) = self.input.read(&self.question)?;
        let linf = if question.measure == Measure::Buyers { 1 } else { self.linf };
        let unit = pairs.units_per_shown() as u64;
        let design = Design {
            mechanisms: vec![self.mechanism],
            epsilons: vec![0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0],
            delta: Some(self.delta),
            sensitivity: Limits::Bounds(vec![Bounds::new(
                self.l0,
                linf.saturating_mul(unit),
                question.measure,
            )?]),
            k: self.k.min(pairs.keys().len()),
            trials: trials_of(pairs.keys().len()),
            seed: self.seed,
            figures: FigureSet::All,
        };
        let designed = design.plan(&pairs)?;
        let figures = simulation::run(&designed.plan, threads(), &Cancel::new(), |_| {})?;
        let inspected = InspectDocument::new(&purchases, &pairs);
        let swept = SweepDocument::new(&purchases, &pairs, &designed, &figures);
        // The top list at the ε of the knobs.
        let ranked =
            Design { epsilons: vec![self.epsilon], trials: 1, ..design }.plan(&pairs)?.plan;
        let cell = &ranked.cells[0];
        let answer = &ranked.answers[cell.answer];
        let places = expected::places(answer, cell.noise, ranked.k);
        let ranked =
            Ranked { cell, answer, places: &places, k: ranked.k, seed: self.seed, trials: 0 };
        let listed = RankingDocument::new(&purchases, &pairs, ranked, figures[0].clipping, &[]);
        let text = format!(
            "{}\n{}\n{}",
            inspect_lines(&inspected, how_columns_are_set(Asker::CommandLine)),
            sweep_lines(&swept),
            ranking_lines(&listed)
        );
        output::put(&if self.ascii { tui::in_ascii(&shown_lines(&text)) } else { text }, None)
    }
}
