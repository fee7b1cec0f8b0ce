//! `rates`: of the users who saw a campaign, how many converted, and what noise leaves of that.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, ensure};
use clap::{Args, ValueEnum};

use super::ending::EarlyEnd;
use super::input::{EventGrouping, InputArguments};
use super::output::room;
use super::progress::{Progress, read_with_progress};
use super::{limits, output};
use crate::chart::{order_over_epsilon, rates_of_groups, short_number};
use crate::export::{Hows, RatesDocument, VERSION, picture, rates_csv, rates_lines};
use crate::privacy::{EPSILON_RANGE, Mechanism};
use crate::purchases::Input;
use crate::rates::{AskedEvents, Events, RateUnit, RatesError, RatesSetting, RatesStudy, study};
use crate::work::threads;

/// Arguments of `rates`.
#[derive(Debug, Args)]
#[command(
    after_help = "Of the users who saw a campaign (or item), the share that converted. Every user is in one of two \
    cells a campaign, converted or not, and both are noised: nothing is split. Per event a user keeps at most --linf \
    exposures a campaign, with their own conversions.\n\n\
    A file of events has a column that says what happened (impression, view, click, conversion, purchase...); or \
    purchases are the successes, and --exposures names a file of what was seen. Without FILE a synthetic log is read.\n\n\
    Examples:\n  epsiloscope rates\n  \
    epsiloscope rates ads.csv --epsilon 0.5 --l0 3 --holdout holdout\n  \
    epsiloscope rates ads.csv --exposed impression --converted click --per event --linf 5 --format json\n  \
    epsiloscope rates orders.csv --exposures views.csv --group-by item --chart rates.svg"
)]
pub struct RatesArguments {
    #[command(flatten)]
    input: InputArguments,

    /// Another file, whose rows are what was seen; FILE then holds the successes
    #[arg(long, value_name = "FILE", help_heading = "Question")]
    exposures: Option<PathBuf>,
    #[command(flatten)]
    group_by: EventGrouping,
    /// Events that are exposure: a list [default: impressions, else views, else what users do first]
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Question")]
    exposed: Vec<String>,
    /// Events that are success: a list [default: conversions, else purchases, else clicks]
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Question")]
    converted: Vec<String>,
    /// What a rate counts: users, or every exposure
    #[arg(
        long,
        value_enum,
        default_value = "user",
        value_name = "UNIT",
        help_heading = "Question"
    )]
    per: RateUnitName,

    /// ε of one release of all rates
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 1.0,
        value_name = "E",
        help_heading = "Privacy"
    )]
    epsilon: f64,
    /// δ of it; needed by gaussian noise
    #[arg(long, allow_negative_numbers = true, help_heading = "Privacy")]
    delta: Option<f64>,
    /// The noise of every cell: laplace or gaussian
    #[arg(
        long,
        default_value = "laplace",
        value_name = "NOISE",
        value_parser = noise_of_cells,
        help_heading = "Privacy"
    )]
    mechanism: Mechanism,
    /// Campaigns that one user may be counted in
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 1,
        value_name = "N",
        help_heading = "Privacy"
    )]
    l0: u64,
    /// Exposures of one user that count in one campaign, with --per event [default: 1]
    #[arg(long, allow_negative_numbers = true, value_name = "N", help_heading = "Privacy")]
    linf: Option<u64>,
    /// A public list of so many campaigns: one user moves no more of them than there are
    #[arg(long, allow_negative_numbers = true, value_name = "N", help_heading = "Privacy")]
    groups: Option<u64>,

    /// The campaign that others are compared with
    #[arg(long, value_name = "GROUP", help_heading = "Decisions")]
    holdout: Option<String>,
    /// Campaigns are stopped below this rate, such as 2% or 0.02 [default: the holdout's rate, else that of all
    /// together]
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "RATE",
        value_parser = share,
        help_heading = "Decisions"
    )]
    stop_below: Option<f64>,
    /// A rate is read within ± this share of itself, such as 20% or 0.2
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value = "20%",
        value_name = "SHARE",
        value_parser = share,
        help_heading = "Decisions"
    )]
    within: f64,

    /// Trials
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 1_000,
        help_heading = "Simulation"
    )]
    trials: u64,
    /// Seed of the trials; the same seed gives the same numbers on any number of threads
    #[arg(long, default_value_t = 1, help_heading = "Simulation")]
    seed: u64,
    /// Worker threads [default: as many as the machine runs at once]
    #[arg(long, allow_negative_numbers = true, help_heading = "Simulation")]
    threads: Option<usize>,

    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: RatesFormat,
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Draw rates and their order over ε: .svg or .png
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    chart: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RateUnitName {
    /// Of the users who saw it, those who converted
    User,
    /// Of the exposures, those that converted
    Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RatesFormat {
    Table,
    Json,
    Csv,
}

/// A share as typed: 0.02 or 2%.
fn share(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let (number, part) = match text.strip_suffix('%') {
        Some(number) => (number.trim(), 0.01),
        None => (text, 1.0),
    };
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() && value * part > 0.0 && value * part < 1.0 => {
            Ok(value * part)
        }
        _ => Err("it is a share between 0 and 1, both left out, such as 0.02 or 2%".to_owned()),
    }
}

/// The noise of cells whose rates have a known law.
fn noise_of_cells(text: &str) -> Result<Mechanism, String> {
    let known = [Mechanism::Laplace, Mechanism::Gaussian];
    let found = known.into_iter().find(|mechanism| mechanism.name() == text.trim());
    found.ok_or_else(|| {
        "rates are told of laplace or gaussian noise, of which a release draws whole numbers"
            .to_owned()
    })
}

/// Trials times groups: each draws two numbers.
const MOST_DRAWN: usize = 2_000_000_000;

impl RatesArguments {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        let setting = self.setting()?;
        limits::threads(self.threads)?;
        let targets: Vec<(&str, &Path)> = [("--out", &self.out), ("--chart", &self.chart)]
            .into_iter()
            .filter_map(|(flag, path)| Some((flag, path.as_deref()?)))
            .collect();
        let mut reads = self.input.paths();
        reads.extend(self.exposures.as_deref());
        output::check(&targets, &reads)?;
        if let Some(path) = &self.chart {
            picture::format_of(path)?;
        }
        let events = self.read()?;
        let groups = events.log.keys().len();
        let drawn = usize::try_from(self.trials).unwrap_or(usize::MAX).saturating_mul(groups);
        limits::count("the trials times the groups", drawn, MOST_DRAWN)?;
        let progress = Progress::new(self.trials, "trials");
        let found = study(
            &events.log,
            &events.facts.group_by,
            &setting,
            self.threads.unwrap_or_else(threads),
            progress.cancel(),
            |trials| progress.set(trials, self.trials),
        );
        let found = match found {
            Err(RatesError::Stopped) => return Err(EarlyEnd::Interrupted.into()),
            found => found?,
        };
        drop(progress);
        let document = RatesDocument::new(&events, &found);
        if let Some(path) = &self.chart {
            draw(path, &events, &found)?;
        }
        let out = self.out.as_deref();
        match self.format {
            RatesFormat::Table => {
                let room = if out.is_some() { None } else { room() };
                let hows = Hows {
                    all: " (--format json or csv has them)",
                    settle: |decision, reading| format!(" (--{decision} {reading})"),
                };
                output::put(&output::fitted(&rates_lines(&document, room, &hows), room), out)
            }
            RatesFormat::Json => output::put_json(&document, out),
            RatesFormat::Csv => output::put_csv(&rates_csv(&document), out),
        }
    }

    fn setting(&self) -> anyhow::Result<RatesSetting> {
        ensure!(
            EPSILON_RANGE.contains(&self.epsilon),
            "--epsilon must be a number from {:e} to {:e}, not {}",
            EPSILON_RANGE.start(),
            EPSILON_RANGE.end(),
            self.epsilon
        );
        limits::whole("--l0", self.l0, &limits::RISK_L0)?;
        limits::whole("--trials", self.trials, &limits::TRIALS)?;
        if let Some(groups) = self.groups {
            limits::whole("--groups", groups, &limits::RISK_L0)?;
        }
        match (self.delta, self.mechanism.needs_delta()) {
            (Some(delta), true) => ensure!(
                delta > 0.0 && delta < 1.0,
                "--delta must lie between 0 and 1, both left out, not {delta}"
            ),
            (Some(delta), false) => {
                return Err(anyhow!(
                    "{} noise has no δ: leave out --delta {delta:e}, or choose --mechanism gaussian",
                    self.mechanism
                ));
            }
            (None, true) => {
                return Err(anyhow!("{} noise needs --delta, for example 1e-6", self.mechanism));
            }
            (None, false) => {}
        }
        let per = match self.per {
            RateUnitName::User => RateUnit::User,
            RateUnitName::Event => RateUnit::Event,
        };
        ensure!(
            per == RateUnit::Event || self.linf.is_none_or(|linf| linf == 1),
            "--linf is 1 for rates of users, who count once in a campaign: leave it out, or ask --per event"
        );
        let linf = self.linf.unwrap_or(1);
        limits::whole("--linf", linf, &limits::RISK_LINF)?;
        let setting = RatesSetting {
            per,
            epsilon: self.epsilon,
            delta: self.delta,
            mechanism: self.mechanism,
            l0: self.l0,
            linf,
            groups: self.groups,
            holdout: self.holdout.clone(),
            stop_below: self.stop_below,
            within: self.within,
            trials: self.trials,
            seed: self.seed,
            ..RatesSetting::default()
        };
        // What noise refuses is refused before the file is read.
        setting.noise(self.epsilon)?;
        Ok(setting)
    }

    fn read(&self) -> anyhow::Result<Events> {
        let options = self.input.event_options(&self.group_by)?;
        ensure!(
            self.exposures.is_none() || self.input.input() != Input::Sample,
            "--exposures goes with a file of successes: name FILE as well"
        );
        let rows = read_with_progress(&self.input.input(), &options)?;
        let seen = match &self.exposures {
            None => None,
            Some(path) => {
                Some(read_with_progress(&Input::File(path.clone()), &options.of_exposures())?)
            }
        };
        let asked =
            AskedEvents { exposed: self.exposed.clone(), converted: self.converted.clone() };
        Ok(Events::of(&rows, seen.as_ref(), self.group_by.group_by(), &asked)?)
    }
}

fn draw(path: &Path, events: &Events, found: &RatesStudy) -> anyhow::Result<()> {
    let setting = &found.setting;
    let facts = &events.facts;
    let warning = facts.status.warning();
    let subtitle = format!(
        "{}, by {}",
        setting.per.counted(&facts.chosen.exposed.join(", "), &facts.chosen.converted.join(", ")),
        facts.group_by
    );
    let charts: Vec<_> =
        [rates_of_groups(found, &subtitle, warning), order_over_epsilon(found, &subtitle, warning)]
            .into_iter()
            .flatten()
            .collect();
    let linf = match setting.per {
        RateUnit::User => String::new(),
        RateUnit::Event => format!(" · linf {}", setting.linf),
    };
    let delta = setting.delta.map_or(String::new(), |delta| format!(" · δ {delta:e}"));
    let footer = format!(
        "{} · {} data · rates per {} by {}\n{} · ε {}{delta} · l0 {}{linf} · {} trials · seed {} · {VERSION}",
        facts.source,
        facts.status,
        setting.per.name(),
        facts.group_by,
        setting.mechanism,
        short_number(setting.epsilon),
        setting.l0,
        setting.trials,
        setting.seed,
    );
    picture::draw(&charts, &footer, path)?;
    output::wrote(path);
    Ok(())
}
