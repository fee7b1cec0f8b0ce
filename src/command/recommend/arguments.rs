//! Arguments of `recommend`, and what is checked of them whatever is done.

use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::command::input::InputArguments;
use crate::command::limits;
use crate::command::output::Format;
use crate::command::statement::StatementArguments;
use crate::recommend::ModelKind;

/// Arguments of `recommend`.
#[derive(Debug, Args)]
#[command(after_help = after_help())]
pub struct RecommendArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,

    /// Models: a list; random and popularity are always shown beside them
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "ease",
        value_name = "LIST",
        help_heading = "Model"
    )]
    pub(super) model: Vec<ModelKind>,
    /// Length of a list
    #[arg(long, allow_negative_numbers = true, default_value_t = 20, help_heading = "Model")]
    pub(super) k: usize,
    /// Size of the vocabulary, the most bought items: by true counts before the cut, assumed to be public [default:
    /// 1000]; with --catalogue by noisy counts of it, which the budget pays for [default: all of it]
    #[arg(long, allow_negative_numbers = true, value_name = "COUNT", help_heading = "Model")]
    pub(super) items: Option<usize>,
    /// A public list of items, so that no true count chooses: a table with a header
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    pub(super) catalogue: Option<PathBuf>,

    /// Probability that a user takes part in a step of the autoencoder's training [default: 1, so that all take part;
    /// with more than 4096 users 4096 over their number]
    #[arg(long, allow_negative_numbers = true, value_name = "PROBABILITY", help_heading = "Model")]
    pub(super) rate: Option<f64>,
    /// How often the training goes over each user, on average; EPOCHS / PROBABILITY steps [default: 100 steps]
    #[arg(long, allow_negative_numbers = true, value_name = "EPOCHS", help_heading = "Model")]
    pub(super) epochs: Option<f64>,

    /// ε of one fit: a list such as 0.5,1,2,4,8,inf (inf: no noise, no bounds); one number with --publish
    #[arg(long, allow_hyphen_values = true, value_name = "LIST", help_heading = "Privacy")]
    pub(super) epsilon: Option<String>,
    /// δ of one fit; needed for every ε but inf
    #[arg(long, allow_hyphen_values = true, help_heading = "Privacy")]
    pub(super) delta: Option<String>,
    /// The most items that one user may contribute to a private fit
    #[arg(long, allow_negative_numbers = true, help_heading = "Privacy")]
    pub(super) l0: Option<usize>,

    /// What is held out
    #[arg(long, value_enum, default_value = "time", help_heading = "Evaluation")]
    pub(super) holdout: HoldoutName,
    /// The share of the time range that is held out, from its end
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "SHARE",
        default_value_t = 0.2,
        help_heading = "Evaluation"
    )]
    pub(super) test_share: f64,
    /// Draws of the noise for each ε, and bootstrap samples for the floor
    #[arg(long, allow_negative_numbers = true, default_value_t = 8, help_heading = "Evaluation")]
    pub(super) refits: usize,
    /// Seed; the same seed gives the same numbers on any number of threads
    #[arg(long, default_value_t = 1, help_heading = "Evaluation")]
    pub(super) seed: u64,
    /// Worker threads [default: as many as the machine runs at once]
    #[arg(long, allow_negative_numbers = true, help_heading = "Evaluation")]
    pub(super) threads: Option<usize>,
    /// Show one user's lists in place of the figures
    #[arg(long, value_name = "ID", conflicts_with = "chart", help_heading = "Evaluation")]
    pub(super) shopper: Option<String>,

    /// Spend from --ledger and publish the private item model, and only that, as FILE.json
    #[arg(long, value_name = "FILE", requires = "ledger", conflicts_with_all = ["chart", "shopper", "out"], help_heading = "Publishing")]
    pub(super) publish: Option<PathBuf>,
    /// The dataset's ledger
    #[arg(long, value_name = "LEDGER", requires = "publish", help_heading = "Publishing")]
    pub(super) ledger: Option<PathBuf>,
    /// The dataset's name [default: the stem of FILE; `sample` for the sample]
    #[arg(long, value_name = "NAME", requires = "publish", help_heading = "Publishing")]
    pub(super) dataset: Option<String>,
    /// Replace the published file if it exists
    #[arg(long, requires = "publish", help_heading = "Publishing")]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) statement: StatementArguments,
    /// Make a list from a published model: reads no purchases, spends nothing
    #[arg(
        long,
        value_name = "MODEL",
        requires = "history",
        conflicts_with_all = [
            "files", "epsilon", "delta", "l0", "publish", "chart", "shopper", "catalogue", "items", "rate", "epochs",
            "unprotected"
        ],
        help_heading = "From a published model"
    )]
    pub(super) from: Option<PathBuf>,
    /// Items that the user has, which stay on this machine: a list
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LIST",
        requires = "from",
        help_heading = "From a published model"
    )]
    pub(super) history: Vec<String>,

    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    pub(super) format: Format,
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) out: Option<PathBuf>,
    /// Draw quality and drift over ε: .svg or .png
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) chart: Option<PathBuf>,
}

/// Why Gaussian noise without δ is refused.
pub(super) const NO_DELTA: &str = "--delta is missing: private models take Gaussian noise; give for example --delta 1e-6 (well \
    below one over the number of users)";

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum HoldoutName {
    /// Everything after one moment
    Time,
    /// The item that each user took up last
    Last,
    /// One item of each user; needs no time
    Random,
}

impl ValueEnum for ModelKind {
    fn value_variants<'a>() -> &'a [Self] {
        &ModelKind::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.brief()))
    }
}

/// What stands below the arguments: the guarantee, a line a model, examples.
fn after_help() -> String {
    let planned: Vec<&str> = ModelKind::ALL
        .into_iter()
        .filter(|kind| kind.plans_by_users())
        .map(ModelKind::name)
        .collect();
    let planned = planned.join(" and ");
    let widest = ModelKind::ALL.into_iter().map(|kind| kind.name().len()).max().unwrap_or(0);
    let line = |kind: ModelKind| {
        let slow = " (slow: seconds a fit, --refits fits for each ε)";
        let slow = if kind.is_slow() { slow } else { "" };
        let instead = kind.gives_way().map_or(String::new(), |instead| format!("; {instead}"));
        format!("{kind:<widest$} {}{slow}{instead}\n", kind.says())
    };
    let models = ModelKind::ALL.map(line).concat();
    format!(
        "Models learn from purchases before a cut in time and are asked what the same users went on \
    to buy: every item of the vocabulary is ranked, what a user already has is left out. The guarantee is joint DP: \
    what is learnt about items is private, and a user's own history makes only that user's list. That of {planned} \
    is given the number of users and the moment of the cut, that of the others given the moment of the cut: \
    an evaluation takes both from the data without noise.\n\n\
{models}\n\
    Each figure is {{expected, simulated, standard_error}}. Fits are hypothetical: they cost no budget and must not be \
    published, but for --publish, which spends from a ledger and draws exact noise.\n\n\
    Examples:\n  epsiloscope recommend --model ease --epsilon 1,8,inf --delta 1e-6 --l0 20\n  \
    epsiloscope recommend orders.csv --model popularity,ease --epsilon 0.5,1,2,4,8,inf --delta 1e-6 --l0 20 \
    --items 1000 --chart lists.svg\n  \
    epsiloscope recommend orders.csv --model ease --epsilon 2 --delta 1e-6 --l0 20 --shopper 17850\n  \
    epsiloscope recommend orders.csv --model ease --epsilon 2 --delta 1e-6 --l0 20 --catalogue items.csv \
    --ledger orders.ledger --publish model.json\n  \
    epsiloscope recommend --from model.json --history 22423,85123A"
    )
}

impl RecommendArguments {
    /// The floor first, then what was asked for, each once.
    pub(super) fn kinds(&self) -> Vec<ModelKind> {
        let mut kinds = vec![ModelKind::Random, ModelKind::Popularity];
        for &kind in &self.model {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// Refuses a vocabulary of a size that serves nothing.
    pub(super) fn check_items(&self) -> anyhow::Result<()> {
        ensure!(
            self.items.is_none_or(|most| most > 1),
            "--items must be at least 2: among fewer there is nothing to choose"
        );
        self.items.map_or(Ok(()), |most| limits::whole("--items", most as u64, &limits::ITEMS))
    }

    /// Refuses a training that is set wrongly, or not asked for.
    pub(super) fn check_schedule(&self) -> anyhow::Result<()> {
        ensure!(
            self.rate.is_none_or(|rate| rate > 0.0 && rate <= 1.0),
            "--rate is a probability: above 0 and at most 1"
        );
        ensure!(
            self.epochs.is_none_or(|epochs| epochs > 0.0 && epochs.is_finite()),
            "--epochs must be a number above 0"
        );
        ensure!(
            (self.rate.is_none() && self.epochs.is_none())
                || self.model.contains(&ModelKind::Autoencoder),
            "--rate and --epochs are of the autoencoder's training: add --model autoencoder"
        );
        Ok(())
    }

    /// The bound on the items of one user.
    pub(super) fn bound(&self) -> anyhow::Result<usize> {
        let Some(l0) = self.l0 else {
            bail!(
                "--l0 is missing: without a bound on the items of one user no amount of noise protects a user; give \
                 for example --l0 20"
            )
        };
        ensure!(l0 > 0, "--l0 must be at least 1");
        Ok(l0)
    }
}
