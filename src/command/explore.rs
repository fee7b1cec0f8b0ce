//! `explore`: the explorer on a terminal, or lines where there is none.

use std::io::IsTerminal;

use anyhow::{anyhow, ensure};
use clap::{Args, ValueEnum};

use super::input::{InputArguments, QuestionArguments};
use super::output::room;
use super::progress::heed_interrupts;
use super::sweep::usual_k;
use super::{limits, output};
use crate::contribution::{Bounds, Cube, Grid, Pairs};
use crate::expected::{self, FigureSet};
use crate::export::{
    InspectDocument, Ranked, RankingDocument, SweepDocument, inspect_lines, ranking_lines,
    shown_lines, sweep_lines,
};
use crate::privacy::accounting::Cost;
use crate::privacy::{EPSILON_RANGE, Mechanism};
use crate::purchases::{Input, Measure, RowsAre};
use crate::rehearsal::{FitAt, best_bounds};
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
    /// Groups that one user may contribute to [default: 20 for the sample, else where the expected RMSE is smallest]
    #[arg(long, allow_negative_numbers = true, help_heading = "Knobs at the start")]
    l0: Option<u64>,
    /// What one user may contribute to one group (whole money for revenue; 1 for buyers) [default: 10 for the sample,
    /// else where the expected RMSE is smallest]
    #[arg(long, allow_negative_numbers = true, help_heading = "Knobs at the start")]
    linf: Option<u64>,
    /// How many groups are public: a public list of so many is assumed, and l0 beyond it buys nothing
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "N",
        help_heading = "Knobs at the start"
    )]
    #[arg(value_parser = number_of_groups)]
    groups: Option<u64>,
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
    /// Length of the top list [default: the smaller of 10 and half of the groups]
    #[arg(long, allow_negative_numbers = true, help_heading = "Knobs at the start")]
    k: Option<usize>,
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

/// A number of public groups as typed.
fn number_of_groups(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| {
        format!(
            "'{text}' is no number: the explorer assumes so many public groups; a list's file goes with sweep, advise and release"
        )
    })
}

/// Trials of the line output: as many as one waits for, where groups are many fewer; what they
/// leave open their standard errors say.
fn trials_of(groups: usize) -> u64 {
    const DRAWS: u64 = 3_000_000;
    (DRAWS / groups.max(1) as u64).clamp(20, 200)
}

impl Explore {
    /// The subcommand that a first word which is no file is likely to mean.
    pub fn misspelt(&self, names: Vec<String>) -> Option<String> {
        let word = self.input.path()?.to_str()?;
        if std::path::Path::new(word).exists() || word.contains(['/', '\\', '.']) {
            return None;
        }
        let near = names.into_iter().map(|name| (edits(word, &name), name)).min()?;
        // A third of the letters may be wrong.
        (3 * near.0 <= near.1.chars().count().max(3)).then_some(near.1)
    }

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
            self.l0 != Some(0),
            "--l0 must be at least 1: it is the number of groups that one user may contribute to"
        );
        ensure!(
            self.linf != Some(0),
            "--linf must be at least 1: it is what one user may contribute to one group"
        );
        // As far as the knobs go.
        let knob = 1..=1_000_000_000_000;
        self.l0.map_or(Ok(()), |l0| limits::whole("--l0", l0, &knob))?;
        self.linf.map_or(Ok(()), |linf| limits::whole("--linf", linf, &knob))?;
        self.groups.map_or(Ok(()), |groups| limits::whole("--groups", groups, &knob))?;
        self.k.map_or(Ok(()), |k| limits::whole("--k", k as u64, &limits::K))?;
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
            groups: self.groups,
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

    /// The bounds that the explorer would open with, and the line that says so where they were
    /// looked up in the data.
    fn bounds(&self, pairs: &Pairs) -> anyhow::Result<(Bounds, String)> {
        let (measure, unit) = (pairs.question().measure, pairs.units_per_shown() as u64);
        let is_own = self.input.input() != Input::Sample;
        if is_own && (self.l0.is_none() || self.linf.is_none()) {
            let at = FitAt {
                mechanism: self.mechanism,
                epsilon: self.epsilon,
                delta: self.delta,
                l0: self.l0,
                linf: self.linf,
            };
            let cube = Cube::build(pairs, Grid::covering(pairs));
            if let Some(bounds) = best_bounds(at, pairs, &cube, pairs.known()) {
                let (l0, linf) = (bounds.l0(), bounds.linf() as f64 / unit as f64);
                let said = format!(
                    "bounds where the expected RMSE is smallest at ε {}: l0 {l0}, linf {linf} (looked at the data; \
                     bounds that are chosen so are not private)\n\n",
                    self.epsilon
                );
                return Ok((bounds, said));
            }
        }
        let linf = match measure {
            Measure::Buyers => 1,
            _ => self.linf.unwrap_or(tui::USUAL_BOUNDS.1),
        };
        let l0 = self.l0.unwrap_or(tui::USUAL_BOUNDS.0);
        Ok((Bounds::new(l0, linf.saturating_mul(unit), measure)?, String::new()))
    }

    /// What the explorer would open with, as lines.
    fn lines(&self) -> anyhow::Result<()> {
        heed_interrupts()?;
        let (purchases, pairs) = self.input.read(&self.question)?;
        let (bounds, fitted) = self.bounds(&pairs)?;
        let design = Design {
            mechanisms: vec![self.mechanism],
            epsilons: vec![0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0],
            delta: Some(self.delta),
            sensitivity: Limits::Bounds(vec![bounds]),
            k: self.k.map_or_else(|| usual_k(&pairs), |k| k.min(pairs.keys().len())),
            trials: trials_of(pairs.keys().len()),
            seed: self.seed,
            figures: FigureSet::All,
        };
        let known = match self.groups {
            None => pairs.known(),
            Some(groups) => {
                pairs.said_public(groups).map_err(|short| anyhow!("--groups: {short}"))?
            }
        };
        let designed = design.plan_over(&pairs, known)?;
        let figures = simulation::run(&designed.plan, threads(), &Cancel::new(), |_| {})?;
        let inspected = InspectDocument::new(&purchases, &pairs, RowsAre::Purchases);
        let swept = SweepDocument::new(&purchases, &pairs, &designed, &figures);
        // The top list at the ε of the knobs.
        let ranked = Design { epsilons: vec![self.epsilon], trials: 1, ..design }
            .plan_over(&pairs, known)?
            .plan;
        let cell = &ranked.cells[0];
        let answer = &ranked.answers[cell.answer];
        let places = expected::places(answer, cell.noise, ranked.k);
        let ranked =
            Ranked { cell, answer, places: &places, k: ranked.k, seed: self.seed, trials: 0 };
        let listed = RankingDocument::new(&purchases, &pairs, ranked, figures[0].clipping, &[]);
        let room = room();
        let text = format!(
            "{}\n{fitted}{}\n{}",
            inspect_lines(&inspected, how_columns_are_set(Asker::CommandLine), room),
            sweep_lines(&swept, &[], room, Some("; sweep shows them")),
            ranking_lines(&listed, room, "; a wider terminal or a file shows them")
        );
        let text = output::fitted(&text, room);
        output::put(&if self.ascii { tui::in_ascii(&shown_lines(&text)) } else { text }, None)
    }
}

/// Letters to put in, take out, exchange or swap with the next for one word to become the other
/// (optimal string alignment; Damerau 1964).
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for i in 1..=from.len() {
        let mut row = vec![i; to.len() + 1];
        for j in 1..=to.len() {
            let other = usize::from(from[i - 1] != to[j - 1]);
            row[j] = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + other);
            let swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if swapped {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::edits;

    #[test]
    fn words_are_so_many_letters_apart() {
        for (from, to, apart) in
            [("inspec", "inspect", 1), ("sweep", "sweep", 0), ("swepe", "sweep", 1), ("", "abc", 3)]
        {
            assert_eq!(edits(from, to), apart, "{from} {to}");
        }
    }
}
