//! `sweep`: error and ranking drift over ε, bounds and mechanisms.

use crate::metric::Metric;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};
use clap::{Args, ValueEnum};

use super::assumed::GroupsArguments;
use super::ending::{EarlyEnd, Unmet};
use super::input::{InputArguments, QuestionArguments};
use super::progress::Progress;
use super::{limits, output};
use crate::advice::{Resolved, Want, figure_at, meets};
use crate::chart::{SweepLabels, over_epsilon, short_number};
use crate::contribution::{Bounds, Pairs};
use crate::expected::{CellFigures, FigureSet, Plan};
use crate::export::{SweepColumn, SweepDocument, csv, picture, sweep_lines};
use crate::privacy::{EPSILON_RANGE, Mechanism};
use crate::purchases::{Measure, Purchases, Unit};
use crate::simulation::{self, Design, Designed, Limits};
use crate::work::threads;

/// Arguments of `sweep`.
#[derive(Debug, Args)]
#[command(
    after_help = "Cells follow in the order mechanism, l0, linf, ε. Every figure is {expected, simulated, \
    standard_error}: the closed form, the estimate over trials, and its standard error; null where there is none.\n\n\
    Exit codes: 0 done, 1 an --assert does not hold in every cell, 2 refused, 130 stopped by Ctrl-C.\n\n\
    Examples:\n  epsiloscope sweep --epsilon 0.1,1,10 --l0 5,20 --linf 1,10\n  \
    epsiloscope sweep orders.csv --epsilon 0.01:10:24 --l0 20 --linf 10 --chart sweep.svg\n  \
    epsiloscope sweep orders.csv --epsilon 1 --l0 20 --linf 10 --mechanism laplace,gaussian --delta 1e-6 --format json\n  \
    epsiloscope sweep orders.csv --epsilon 1 --sensitivity 1 --format csv --out taught.csv"
)]
pub struct SweepArguments {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    question: QuestionArguments,

    /// ε of one release: a list 0.1,1,10 or a range FROM:TO:COUNT in even steps of the logarithm
    #[arg(long, allow_negative_numbers = true, value_name = "LIST", help_heading = "Privacy")]
    epsilon: String,
    /// Groups that one user may contribute to: a list
    #[arg(long, allow_negative_numbers = true, value_name = "LIST", help_heading = "Privacy")]
    l0: Option<String>,
    /// What one user may contribute to one group: a list, in money for revenue, 1 for buyers
    #[arg(long, allow_negative_numbers = true, value_name = "LIST", help_heading = "Privacy")]
    linf: Option<String>,
    #[command(flatten)]
    groups: GroupsArguments,
    /// A sensitivity in place of the bounds, for teaching; results are marked as assumed
    #[arg(long, allow_negative_numbers = true, value_name = "S", conflicts_with_all = ["l0", "linf"], help_heading = "Privacy")]
    sensitivity: Option<f64>,
    /// Mechanisms: a list
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "laplace",
        value_name = "LIST",
        help_heading = "Privacy"
    )]
    mechanism: Vec<Mechanism>,
    /// δ of one release; needed by gaussian and discrete-gaussian
    #[arg(long, allow_negative_numbers = true, help_heading = "Privacy")]
    delta: Option<f64>,

    /// Trials per cell
    #[arg(long, allow_negative_numbers = true, default_value_t = 200, help_heading = "Simulation")]
    trials: u64,
    /// Seed of the trials; the same seed gives the same numbers on any number of threads
    #[arg(long, default_value_t = 1, help_heading = "Simulation")]
    seed: u64,
    /// Length of the top list [default: the smaller of 10 and half of the groups]
    #[arg(long, allow_negative_numbers = true, help_heading = "Simulation")]
    k: Option<usize>,
    /// Which figures to work out: core is MAE, RMSE, variance, τ-b
    /// and overlap@k, top the same without τ-b; the others are null then
    #[arg(long, value_enum, default_value = "all", help_heading = "Simulation")]
    figures: FigureSetName,
    /// Worker threads [default: as many as the machine runs at once]
    #[arg(long, allow_negative_numbers = true, help_heading = "Simulation")]
    threads: Option<usize>,

    /// What must hold in every cell, such as 'overlap@10>=0.9' (see advise); may be repeated; exit code 1 where it does
    /// not
    #[arg(long = "assert", value_name = "WANT", help_heading = "Output")]
    asserted: Vec<String>,
    /// How to write the cells
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: SweepFormat,
    /// Columns of the table: a list of names, or all [default: as many as fit the terminal]
    #[arg(long, value_name = "LIST", help_heading = "Output")]
    columns: Option<String>,
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Put an apostrophe before cells of CSV that a spreadsheet would run as formulas: always so here
    #[arg(long, help_heading = "Output")]
    spreadsheet_safe: bool,
    /// Draw error and ranking drift over ε: .svg or .png
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    chart: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FigureSetName {
    All,
    Core,
    Top,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SweepFormat {
    Table,
    Json,
    Csv,
}

impl SweepArguments {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        // Everything that can be refused is refused before the long work.
        let wanted = columns(self.columns.as_deref())?;
        let asserted = self
            .asserted
            .iter()
            .map(|text| text.parse::<Want>().map_err(|error| anyhow!("--assert: {error}")))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let k = self.length(&asserted)?;
        let epsilons = epsilons(&self.epsilon)?;
        let question = self.question.question();
        let limits = self.limits(question.measure, Unit::default())?;
        if let Some(delta) = self.delta {
            ensure!(
                delta > 0.0 && delta < 1.0,
                "--delta must lie between 0 and 1, both left out, not {delta}"
            );
        } else if let Some(name) = self.mechanism.iter().copied().find(|m| m.needs_delta()) {
            bail!(
                "{name} noise needs --delta, for example --delta 1e-6 (well below one over the number of users)"
            );
        }
        limits::whole("--trials", self.trials, &limits::TRIALS)?;
        limits::threads(self.threads)?;
        self.k.map_or(Ok(()), |k| limits::whole("--k", k as u64, &limits::K))?;
        let bounds = match &limits {
            Limits::Bounds(bounds) => bounds.len(),
            Limits::Assumed(_) => 1,
        };
        let cells = bounds.saturating_mul(epsilons.len()).saturating_mul(self.mechanism.len());
        limits::count(
            "the cells of this sweep (mechanisms, bounds and ε multiplied)",
            cells,
            limits::CELLS,
        )?;
        let targets: Vec<(&str, &Path)> = [("--out", &self.out), ("--chart", &self.chart)]
            .into_iter()
            .filter_map(|(flag, path)| Some((flag, path.as_deref()?)))
            .collect();
        let assumed = self.groups.assumed(&self.input)?;
        let mut reads = self.input.paths();
        reads.extend(assumed.file());
        output::check(&targets, &reads)?;
        if let Some(path) = &self.chart {
            picture::format_of(path)?;
        }
        let (purchases, pairs) = self.input.read(&self.question)?;
        let (pairs, known) = self.groups.of(assumed, &purchases, pairs)?;
        // What was typed in the units of the rows.
        let limits = self.limits(question.measure, pairs.unit())?;
        let sums = cells.saturating_mul(pairs.keys().len());
        limits::count("the cells of this sweep times the groups", sums, limits::SUMS)?;
        let design = Design {
            mechanisms: self.mechanism.clone(),
            epsilons,
            delta: self.delta,
            sensitivity: limits,
            k: k.unwrap_or_else(|| usual_k(&pairs)),
            trials: self.trials,
            seed: self.seed,
            figures: match self.figures {
                FigureSetName::All => FigureSet::All,
                FigureSetName::Core => FigureSet::Core,
                FigureSetName::Top => FigureSet::Top,
            },
        };
        let asserted = asserted
            .into_iter()
            .map(|want| Resolved::new(want, &pairs).map_err(|error| anyhow!("--assert: {error}")))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let designed = design.plan_over(&pairs, known)?;
        let figures = self.simulate(&designed)?;
        let document = SweepDocument::new(&purchases, &pairs, &designed, &figures);
        if let Some(path) = &self.chart {
            self.draw(path, &purchases, &pairs, &designed, &figures)?;
        }
        match self.format {
            SweepFormat::Table => {
                let room = if self.out.is_some() { None } else { output::room() };
                // Columns that were asked for stay, whatever they take.
                let how_shown = self.columns.is_none().then_some(HOW_SHOWN);
                let lines = sweep_lines(&document, &wanted, room, how_shown);
                output::put(&lines, self.out.as_deref())?;
            }
            SweepFormat::Json => output::put_json(&document, self.out.as_deref())?,
            SweepFormat::Csv => output::put_csv(&csv(&document), self.out.as_deref())?,
        }
        hold(&asserted, &designed.plan, &figures)
    }

    fn limits(&self, measure: Measure, unit: Unit) -> anyhow::Result<Limits> {
        if let Some(sensitivity) = self.sensitivity {
            limits::sensitivity(sensitivity)?;
            return Ok(Limits::Assumed(sensitivity * unit.per_shown() as f64));
        }
        let missing = |flag: &str, what: &str| {
            anyhow::anyhow!(
                "--{flag} is missing: without a bound on {what} no amount of noise protects a user; \
                 give for example --l0 20 --linf 10, or --sensitivity S for teaching"
            )
        };
        let (l0, linf) = bounds_of(self.l0.as_deref(), self.linf.as_deref(), measure, unit)?;
        let l0 = l0.ok_or_else(|| missing("l0", "the number of groups of one user"))?;
        let linf = match linf {
            Some(list) => list,
            None if measure == Measure::Buyers => vec![1],
            None => return Err(missing("linf", "what one user adds to one group")),
        };
        limits::count(
            "the pairs of --l0 and --linf",
            l0.len().saturating_mul(linf.len()),
            limits::BOUNDS,
        )?;
        let mut bounds = Vec::new();
        for &l0 in &l0 {
            for &linf in &linf {
                bounds.push(Bounds::new(l0, linf, measure)?);
            }
        }
        Ok(Limits::Bounds(bounds))
    }

    /// The length of top lists: that of the assertions where none was typed.
    fn length(&self, asserted: &[Want]) -> anyhow::Result<Option<usize>> {
        let mut k = self.k;
        for want in asserted {
            let Some(wanted) = want.subject.k().filter(|_| want.subject.of_the_top()) else {
                continue;
            };
            ensure!(
                k.is_none_or(|k| k == wanted),
                "--assert {want}: the lists of this sweep hold {}; say --k {wanted}, or assert one length at a time",
                k.unwrap_or(wanted)
            );
            k = Some(wanted);
        }
        Ok(k)
    }

    fn simulate(&self, designed: &Designed) -> anyhow::Result<Vec<CellFigures>> {
        let progress = Progress::new(self.trials, "trials");
        let threads = self.threads.unwrap_or_else(threads);
        let end = simulation::run(&designed.plan, threads, progress.cancel(), |running| {
            progress.set(running.trials_done(), self.trials);
        });
        Ok(end.map_err(|_| EarlyEnd::Interrupted)?)
    }

    fn draw(
        &self,
        path: &Path,
        purchases: &Purchases,
        pairs: &Pairs,
        designed: &Designed,
        figures: &[CellFigures],
    ) -> anyhow::Result<()> {
        let plan = &designed.plan;
        let labels = SweepLabels {
            subtitle: format!(
                "{} over {} groups · {} trials · seed {}",
                pairs.question(),
                pairs.keys().len(),
                plan.trials,
                plan.seed
            ),
            warning: purchases.status.warning().map(str::to_owned),
            k: plan.k,
            unit: plan.unit,
        };
        let charts = [Metric::Rmse, Metric::Mae, Metric::TauB, Metric::Overlap]
            .map(|metric| over_epsilon(metric, &plan.cells, figures, &labels));
        let epsilons = designed_words(plan.cells.iter().map(|cell| cell.epsilon));
        let of_bounds = |value: fn(Bounds) -> u64, unit: i64| {
            designed_words(
                plan.cells.iter().filter_map(|cell| Some(value(cell.bounds?) as f64 / unit as f64)),
            )
        };
        let bounds = match self.sensitivity {
            Some(sensitivity) => format!("Δ {sensitivity} assumed"),
            None => format!(
                "l0 {} · linf {}",
                of_bounds(Bounds::l0, 1),
                of_bounds(Bounds::linf, plan.unit)
            ),
        };
        let mechanisms: Vec<&str> = self.mechanism.iter().map(|m| m.name()).collect();
        let delta = self.delta.map_or(String::new(), |delta| format!(" · δ {delta:e}"));
        let footer = format!(
            "{} · {} data · {}\n{} · ε {epsilons}{delta} · {bounds} · k {} · {} trials · seed {} · {}",
            purchases.source,
            purchases.status,
            pairs.question(),
            mechanisms.join(", "),
            plan.k,
            plan.trials,
            plan.seed,
            crate::export::VERSION,
        );
        picture::draw(&charts, &footer, path)?;
        output::wrote(path);
        Ok(())
    }
}

/// Whether all that is asserted holds in every cell.
fn hold(asserted: &[Resolved], plan: &Plan, figures: &[CellFigures]) -> anyhow::Result<()> {
    let mut unmet = Vec::new();
    for want in asserted {
        let mut failed = 0;
        let mut first = None;
        for (cell, found) in figures.iter().enumerate() {
            let value = figure_at(plan, cell, found, want);
            let Some(value) = value else {
                bail!(
                    "--assert {}: the figure is not worked out in this sweep; leave out --figures, and give a mechanism \
                     that publishes it",
                    want.want
                );
            };
            if !meets(want, value) {
                failed += 1;
                first.get_or_insert((&plan.cells[cell], value));
            }
        }
        let Some((spec, value)) = first else { continue };
        let bounds = spec.bounds.map_or(String::new(), |bounds| {
            let linf = bounds.linf() as f64 / plan.unit as f64;
            format!(", l0 {}, linf {}", bounds.l0(), short_number(linf))
        });
        unmet.push(format!(
            "{} does not hold in {failed} of {} cells: it is {} with {}, ε {}{bounds}",
            want.want,
            figures.len(),
            short_number(value),
            spec.mechanism,
            short_number(spec.epsilon)
        ));
    }
    if unmet.is_empty() { Ok(()) } else { Err(Unmet(unmet.join("; ")).into()) }
}

/// How columns that do not fit are shown.
pub(super) const HOW_SHOWN: &str = " (--columns all shows them, --columns rmse,overlap chooses)";

/// The columns of a table that a list names; none for all.
fn columns(list: Option<&str>) -> anyhow::Result<Vec<SweepColumn>> {
    let Some(list) = list.map(str::trim).filter(|list| *list != "all") else {
        return Ok(Vec::new());
    };
    let named = |name: &str| {
        let name = name.trim().to_lowercase();
        SweepColumn::ALL.into_iter().find(|column| column.key() == name).ok_or_else(|| {
            let all: Vec<&str> = SweepColumn::ALL.map(SweepColumn::key).to_vec();
            anyhow!(
                "--columns: there is no column '{name}'; choose from {}, or all",
                all.join(", ")
            )
        })
    };
    list.split(',').map(named).collect()
}

/// The length of a top list where nobody chose one: a list of all groups says nothing of who is
/// in it.
pub(super) fn usual_k(pairs: &Pairs) -> usize {
    (pairs.keys().len() / 2).clamp(1, crate::tui::USUAL_K)
}

/// The values that cells have, in few words: `0.1, 1, 10`, or `0.01 to 10 (24)`.
fn designed_words(values: impl Iterator<Item = f64>) -> String {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    match &all[..] {
        [first, .., last] if all.len() > 4 => {
            format!("{} to {} ({})", short_number(*first), short_number(*last), all.len())
        }
        few => few.iter().map(|&value| short_number(value)).collect::<Vec<_>>().join(", "),
    }
}

/// l0 and linf (stored unit), each as a list or none.
pub(super) type BoundLists = (Option<Vec<u64>>, Option<Vec<u64>>);

/// The lists of `--l0` and `--linf`, in the unit of the rows.
pub(super) fn bounds_of(
    l0: Option<&str>,
    linf: Option<&str>,
    measure: Measure,
    unit: Unit,
) -> anyhow::Result<BoundLists> {
    let in_unit = match measure {
        Measure::Revenue => true,
        Measure::Purchases => unit != Unit::WHOLE,
        Measure::Rows | Measure::Buyers => false,
    };
    let l0 = l0.map(|list| whole(list, "l0")).transpose()?;
    let linf = linf.map(|list| if in_unit { amounts(list, unit) } else { whole(list, "linf") });
    Ok((l0, linf.transpose()?))
}

/// A list of numbers, or FROM:TO:COUNT in even steps of the logarithm; lists of both.
pub(super) fn epsilons(text: &str) -> anyhow::Result<Vec<f64>> {
    let mut values = Vec::new();
    for part in text.split(',').map(str::trim) {
        let number = |text: &str| -> anyhow::Result<f64> {
            match text.trim().parse::<f64>() {
                Ok(value) if EPSILON_RANGE.contains(&value) => Ok(value),
                Ok(value) if value.is_finite() && value > 0.0 => {
                    bail!(
                        "--epsilon: '{text}' is out of reach; stay between {:e} and {:e}",
                        EPSILON_RANGE.start(),
                        EPSILON_RANGE.end()
                    )
                }
                _ => bail!(
                    "--epsilon: '{text}' is no ε; give numbers above 0, such as 0.1,1,10 or 0.01:10:24"
                ),
            }
        };
        match part.split(':').collect::<Vec<_>>()[..] {
            [one] => values.push(number(one)?),
            [from, to, count] => {
                let (from, to) = (number(from)?, number(to)?);
                let count = match count.trim().parse::<u32>() {
                    Ok(count @ 2..=10_000) => count,
                    _ => bail!(
                        "--epsilon: '{count}' is no count of steps; give a whole number from 2 to 10000, as in 0.01:10:24"
                    ),
                };
                ensure!(
                    from < to,
                    "--epsilon: the range {part} must go from a smaller to a larger ε"
                );
                let step = libm::log(to / from) / f64::from(count - 1);
                // The ends are what was typed, to the last digit.
                values.extend((0..count).map(|i| match i {
                    0 => from,
                    i if i == count - 1 => to,
                    i => from * libm::exp(step * f64::from(i)),
                }));
            }
            _ => {
                bail!("--epsilon: '{part}' is neither a number nor FROM:TO:COUNT, as in 0.01:10:24")
            }
        }
        limits::count("the values of --epsilon", values.len(), limits::EPSILONS)?;
    }
    Ok(values)
}

/// A list of whole numbers from 1.
fn whole(text: &str, flag: &str) -> anyhow::Result<Vec<u64>> {
    text.split(',')
        .map(|part| match part.trim().parse::<u64>() {
            Ok(value @ 1..=1_000_000_000_000) => Ok(value),
            _ => bail!(
                "--{flag}: '{}' is no bound; give whole numbers from 1, such as 5,20",
                part.trim()
            ),
        })
        .collect()
}

/// A list of amounts of money, in the stored unit.
fn amounts(text: &str, unit: Unit) -> anyhow::Result<Vec<u64>> {
    text.split(',').map(|part| super::input::money(part.trim(), "linf", unit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> anyhow::Result<Vec<u64>> {
        amounts(text, Unit::default())
    }

    #[test]
    fn epsilons_are_lists_and_ranges() {
        assert_eq!(epsilons("0.1,1,10").unwrap(), [0.1, 1.0, 10.0]);
        let range = epsilons("0.01:10:24").unwrap();
        assert_eq!((range.len(), range[0], range[23]), (24, 0.01, 10.0));
        assert!(range.windows(2).all(|w| (w[1] / w[0] - 1000f64.powf(1.0 / 23.0)).abs() < 1e-12));
        for text in [
            "", "0", "-1", "nan", "inf", "1,,2", "1:2", "2:1:3", "1:2:1", "1:2:x", "1:2:3:4",
            "1e-300", "1e300",
        ] {
            let error = epsilons(text).unwrap_err().to_string();
            assert!(error.starts_with("--epsilon"), "{text}: {error}");
        }
    }

    #[test]
    fn bounds_are_whole_or_money() {
        assert_eq!(whole("5, 20", "l0").unwrap(), [5, 20]);
        assert!(
            whole("0", "l0").is_err() && whole("1.5", "l0").is_err() && whole("", "l0").is_err()
        );
        assert_eq!(money("50,12.5,0.01").unwrap(), [500_000, 125_000, 100]);
        assert!(
            money("0").is_err()
                && money("1.23456").is_err()
                && money("-1").is_err()
                && money("").is_err()
        );
    }
}
