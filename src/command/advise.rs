//! `advise`: the smallest ε at which what is wanted of a release holds.

use std::path::PathBuf;

use anyhow::{anyhow, bail, ensure};
use clap::{Args, ValueEnum};

use super::assumed::GroupsArguments;
use super::ending::EarlyEnd;
use super::input::{InputArguments, QuestionArguments, rows_may_wait};
use super::output::Format;
use super::progress::{Progress, read_with_progress};
use super::shared_question::SharedQuestion;
use super::sweep::{BoundLists, bounds_of};
use super::{limits, output};
use crate::advice::{
    Advice, AdviseError, Aim, DRAWS, Demand, Kinds, RecallSearch, Recalled, Sharer, Subject, Want,
    advise, recalled, share,
};
use crate::contribution::Pairs;
use crate::export::{
    AdviceDocument, AdviceSource, SharedPart, SharingDocument, advice_lines, sharing_lines,
};
use crate::privacy::{EPSILON_RANGE, Mechanism};
use crate::purchases::{Measure, Purchases, Unit};
use crate::recommend::{Holdout, ModelKind, Split, Vocabulary};
use crate::work::threads;

/// Of a recommender: the share of the time that is held out, the items it may list, and the most
/// items of a user in a private fit, where nothing else is said.
const TEST_SHARE: f64 = 0.2;
const MOST_BOUGHT: usize = 1_000;
const USUAL_L0: u64 = 20;

/// Arguments of `advise`.
#[derive(Debug, Args)]
#[command(
    after_help = "A want holds at ε if, data and bounds fixed, one release meets it with at least the confidence, there and at every \
    larger ε up to --max-epsilon. Wants:\n  \
    overlap@10>=0.9     of the true top 10, so many are among the first 10 (ndcg@10, top1_flip<=0.05)\n  \
    relative@10<=5%     mean relative error of the true top 10 (worst_relative@10)\n  \
    within(22423)<=5%   the error of one group, in percent or in the unit of the sums\n  \
    mae<=25, rmse<=40, p95<=100, every_group<=300, median_relative<=0.2   errors over all groups\n  \
    kendall>=0.95 (weighted_tau, spearman, rbo)   the order of all groups\n  \
    recall@20>=0.9*nonprivate   lists of a private recommender (ease); fits models, which takes a while\n  \
    advantage<=0.2, tpr@1%<=0.05   what an attacker may gain: a ceiling over ε\n\n\
    Exit codes: 0 with an answer, also where it is that nothing meets the wants (epsilon is null then); 2 for refused input; 130 after Ctrl-C.\n\n\
    Several questions (--question) share one ε so that the error over all their groups is least (Laplace noise).\n\n\
    Examples:\n  epsiloscope advise --want 'overlap@10>=0.8' --measure buyers\n  \
    epsiloscope advise --question purchases/item --question purchases/category:weight=5 --epsilon 1\n  \
    epsiloscope advise orders.csv --want 'overlap@10>=0.9' --want 'relative@10<=0.05' --format json\n  \
    epsiloscope advise orders.csv --group-by week --measure revenue --want 'mae<=500' --want 'advantage<=0.4'"
)]
pub struct Advise {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    question: QuestionArguments,

    /// What must hold, or may be risked: a figure, <= or >=, a limit; may be repeated
    #[arg(
        long = "want",
        value_name = "WANT",
        required_unless_present = "shared",
        help_heading = "Wants"
    )]
    wants: Vec<String>,
    /// A question that shares one ε with others, such as purchases/item or
    /// revenue/week:weight=2,lock=0.3,l0=20,linf=10; twice or more
    #[arg(
        long = "question",
        value_name = "QUESTION",
        conflicts_with_all = ["wants", "group_by", "measure"],
        requires = "epsilon",
        help_heading = "Several questions"
    )]
    shared: Vec<String>,
    /// ε that the questions share
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "E",
        requires = "shared",
        help_heading = "Several questions"
    )]
    epsilon: Option<f64>,
    /// What is to be least over all groups of all questions
    #[arg(
        long,
        value_enum,
        default_value = "mae",
        value_name = "AIM",
        help_heading = "Several questions"
    )]
    aim: AimName,
    /// The probability over the noise of one release with which each want must hold
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 0.95,
        value_name = "P",
        help_heading = "Wants"
    )]
    confidence: f64,
    /// The largest ε that is looked at
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 10.0,
        value_name = "E",
        help_heading = "Wants"
    )]
    max_epsilon: f64,
    /// What may be released: values, the order of the top list alone, or any
    #[arg(long, value_enum, default_value = "any", value_name = "KIND", help_heading = "Wants")]
    release: KindName,

    /// Mechanisms for values: any (laplace and gaussian), or a list
    #[arg(long, default_value = "any", value_name = "LIST", help_heading = "Privacy")]
    mechanism: String,
    /// Groups that one user may contribute to: auto, or a list
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value = "auto",
        value_name = "LIST",
        help_heading = "Privacy"
    )]
    l0: String,
    /// What one user may contribute to one group: auto, or a list; in money for revenue
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value = "auto",
        value_name = "LIST",
        help_heading = "Privacy"
    )]
    linf: String,
    /// δ of one release, for mechanisms that need one
    #[arg(long, allow_negative_numbers = true, default_value_t = 1e-6, help_heading = "Privacy")]
    delta: f64,
    #[command(flatten)]
    groups: GroupsArguments,

    /// Trials that confirm the answer
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 1000,
        help_heading = "Simulation"
    )]
    trials: u64,
    /// Their seed
    #[arg(long, default_value_t = 1, help_heading = "Simulation")]
    seed: u64,
    /// Worker threads [default: as many as the machine runs at once]
    #[arg(long, allow_negative_numbers = true, help_heading = "Simulation")]
    threads: Option<usize>,

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AimName {
    /// The mean absolute error
    Mae,
    /// The variance
    Variance,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindName {
    /// Whichever needs the smaller ε
    Any,
    /// A value for every group
    Values,
    /// The order of the top list alone, over public keys
    Order,
}

impl Advise {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        if !self.shared.is_empty() {
            return self.share();
        }
        let wants = self
            .wants
            .iter()
            .map(|text| text.parse::<Want>().map_err(|error| anyhow!("--want: {error}")))
            .collect::<anyhow::Result<Vec<_>>>()?;
        ensure!(
            self.confidence > 0.0 && self.confidence < 1.0,
            "--confidence must lie between 0 and 1, both left out, such as 0.95, not {}",
            self.confidence
        );
        ensure!(
            self.max_epsilon.is_finite() && self.max_epsilon > 0.0,
            "--max-epsilon must be a number above 0, such as 10, not {}",
            self.max_epsilon
        );
        ensure!(
            EPSILON_RANGE.contains(&self.max_epsilon),
            "--max-epsilon {} is out of reach; stay between {:e} and {:e}",
            self.max_epsilon,
            EPSILON_RANGE.start(),
            EPSILON_RANGE.end()
        );
        ensure!(
            self.delta > 0.0 && self.delta < 1.0,
            "--delta must lie between 0 and 1, both left out, not {}",
            self.delta
        );
        limits::whole("--trials", self.trials, &(2..=1_000_000))?;
        limits::threads(self.threads)?;
        let mechanisms = self.mechanisms()?;
        let measure = self.question.question().measure;
        // Said before the long work, and once more in the unit of the rows.
        self.bounds(measure, Unit::default())?;
        let assumed = self.groups.assumed(&self.input)?;
        let mut reads = self.input.paths();
        reads.extend(assumed.file());
        let targets: Vec<_> = self.out.as_deref().map(|path| ("--out", path)).into_iter().collect();
        output::check(&targets, &reads)?;

        let (purchases, pairs) = self.input.read(&self.question)?;
        let (pairs, known) = self.groups.of(assumed, &purchases, pairs)?;
        let (l0, linf) = self.bounds(measure, pairs.unit())?;
        let (of_lists, wants): (Vec<Want>, Vec<Want>) =
            wants.into_iter().partition(|want| matches!(want.subject, Subject::Recall { .. }));
        let recalled = self.recalled(&of_lists, &purchases)?;
        let asked = Demand {
            wants,
            confidence: self.confidence,
            mechanisms,
            kinds: match self.release {
                KindName::Any => Kinds::Any,
                KindName::Values => Kinds::Values,
                KindName::Order => Kinds::Order,
            },
            l0,
            linf,
            delta: self.delta,
            max_epsilon: self.max_epsilon,
            known,
            trials: self.trials,
            seed: self.seed,
            threads: self.threads.unwrap_or_else(threads),
        };
        let progress = Progress::turning("looking for the smallest ε");
        let advice: Option<Advice> = match advise(&pairs, &asked, progress.cancel()) {
            // Lists alone are asked about.
            Err(AdviseError::NoWants) => None,
            Err(AdviseError::Stopped(_)) => return Err(EarlyEnd::Interrupted.into()),
            Err(error) => return Err(anyhow!("--want: {error}")),
            Ok(advice) => Some(advice),
        };
        drop(progress);
        let source = AdviceSource {
            purchases: &purchases,
            pairs: &pairs,
            known,
            confidence: self.confidence,
            max_epsilon: self.max_epsilon,
            recalled: &recalled,
        };
        let document = AdviceDocument::new(&source, advice.as_ref());
        match self.format {
            Format::Table => {
                let room = if self.out.is_some() { None } else { output::room() };
                let lines = advice_lines(&document, room, output::HOW_SHOWN);
                output::put(&output::fitted(&lines, room), self.out.as_deref())?;
            }
            Format::Json => output::put_json(&document, self.out.as_deref())?,
        }
        Ok(())
    }

    /// How several questions share one ε.
    fn share(&self) -> anyhow::Result<()> {
        let total = self.epsilon.unwrap_or(0.0);
        ensure!(
            EPSILON_RANGE.contains(&total),
            "--epsilon must be a number above 0, such as 1, not {total}"
        );
        let mut typed = Vec::new();
        for text in &self.shared {
            typed.push(SharedQuestion::parse(text).map_err(|why| anyhow!("--question: {why}"))?);
        }
        ensure!(
            typed.len() > 1,
            "--question: one question takes all of ε; name two or more that share it"
        );
        let targets: Vec<_> = self.out.as_deref().map(|path| ("--out", path)).into_iter().collect();
        output::check(&targets, &self.input.paths())?;
        let options = rows_may_wait(self.input.plain_options()?);
        let purchases = read_with_progress(&self.input.input(), &options)?;
        let mut parts = Vec::new();
        for one in &typed {
            parts.push(one.part(&purchases, total / typed.len() as f64)?);
        }
        let sharers: Vec<Sharer> = parts.iter().map(SharedPart::sharer).collect();
        let aim = match self.aim {
            AimName::Mae => Aim::Mae,
            AimName::Variance => Aim::Variance,
        };
        let sharing = share(total, &sharers, aim).map_err(|why| anyhow!("--question: {why}"))?;
        let document = SharingDocument::new(&purchases, total, aim, &parts, &sharing);
        match self.format {
            Format::Table => {
                let room = if self.out.is_some() { None } else { output::room() };
                let lines = sharing_lines(&document, room, output::HOW_SHOWN);
                output::put(&output::fitted(&lines, room), self.out.as_deref())
            }
            Format::Json => output::put_json(&document, self.out.as_deref()),
        }
    }

    /// What wants of a recommender need: models are fitted, with progress.
    fn recalled(&self, wants: &[Want], purchases: &Purchases) -> anyhow::Result<Vec<Recalled>> {
        if wants.is_empty() {
            return Ok(Vec::new());
        }
        let split = Split::new(
            purchases,
            Holdout::Time { share: TEST_SHARE },
            &Vocabulary::MostBought(MOST_BOUGHT),
            Pairs::DEFAULT_SALT,
        )?;
        let l0 = bounds_of(named(&self.l0), None, Measure::Buyers, Unit::default())?.0;
        let search = RecallSearch {
            model: ModelKind::Ease,
            delta: self.delta,
            l0: l0.and_then(|l0| l0.first().copied()).unwrap_or(USUAL_L0) as usize,
            most: self.max_epsilon,
            confidence: self.confidence,
            seed: self.seed,
        };
        let progress = Progress::new(0, "fits");
        let mut done = 0;
        let mut found = Vec::new();
        for want in wants {
            let vocabulary = split.public().vocabulary();
            ensure!(
                matches!(want.subject, Subject::Recall { k, .. } if k < vocabulary),
                "--want: {want}: lists must be shorter than the {vocabulary} items there are"
            );
            let one = recalled(&split, want, search, progress.cancel(), |fits| {
                progress.set(done + fits, done + fits + DRAWS);
            })?;
            done += 1 + DRAWS * one.looked_at.len() as u64;
            found.push(one);
        }
        Ok(found)
    }

    fn mechanisms(&self) -> anyhow::Result<Vec<Mechanism>> {
        if self.mechanism.trim() == "any" {
            return Ok(Vec::new());
        }
        let named = |word: &str| {
            let word = word.trim();
            match <Mechanism as ValueEnum>::from_str(word, true) {
                Ok(mechanism) if mechanism.publishes_values() => Ok(mechanism),
                Ok(mechanism) => {
                    bail!("--mechanism: {mechanism} publishes an order: say --release order")
                }
                Err(_) => {
                    let all: Vec<&str> = Mechanism::ALL
                        .into_iter()
                        .filter(|mechanism| mechanism.publishes_values())
                        .map(Mechanism::name)
                        .collect();
                    bail!(
                        "--mechanism: there is no '{word}'; choose from {}, or any",
                        all.join(", ")
                    )
                }
            }
        };
        self.mechanism.split(',').map(named).collect()
    }

    /// l0 and linf that were named; `None` for auto.
    fn bounds(&self, measure: Measure, unit: Unit) -> anyhow::Result<BoundLists> {
        let (l0, linf) = bounds_of(named(&self.l0), named(&self.linf), measure, unit)?;
        if let Some(linf) = &linf {
            ensure!(
                measure != Measure::Buyers || linf[..] == [1],
                "--linf is 1 for buyers: a user counts once in each group"
            );
        }
        limits::count(
            "the pairs of --l0 and --linf",
            l0.as_ref().map_or(1, Vec::len).saturating_mul(linf.as_ref().map_or(1, Vec::len)),
            limits::BOUNDS,
        )?;
        Ok((l0, linf))
    }
}

/// A list that was typed; `None` for auto.
fn named(text: &str) -> Option<&str> {
    (text.trim() != "auto").then_some(text)
}
