//! `recommend`: private models of items, and how good and how stable their lists are.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};
use clap::{Args, ValueEnum};

use super::input::InputArguments;
use super::progress::{Progress, spending};
use super::statement::StatementArguments;
use super::sweep::epsilons;
use super::{Ending, limits, output, preview};
use crate::chart::{ListFigure, grouped, lists_over_epsilon};
use crate::contribution::Pairs;
use crate::export::{
    Epsilon, FromDocument, ItemDocument, ListsDocument, RecommendDocument, ShopperDocument,
    from_lines, picture, recommend_lines, shopper_lines,
};
use crate::metric::top_list::overlap_at_k;
use crate::privacy::accounting::{Amount, Cost};
use crate::purchases::{Purchases, read};
use crate::recommend::evaluation::{Evaluation, Outcome};
use crate::recommend::{
    self, Guarantee, Holdout, Kind, Lesson, NoModel, NoiseSeed, PublishedModel, Schedule, Split,
    Training, Vocabulary, fit, list, nearest, whole_histories,
};
use crate::release::{Artifact, Catalogue, Ledger, Provenance, dataset_name, same_file};
use crate::work::{Cancel, threads};

/// Arguments of `recommend`.
#[derive(Debug, Args)]
#[command(
    after_help = "Models learn from purchases before a cut in time and are asked what the same users went on \
    to buy: every item of the vocabulary is ranked, what a user already has is left out. The guarantee is joint DP: \
    what is learnt about items is private, and a user's own history makes only that user's list. That of als and \
    autoencoder is given the number of users and the moment of the cut, that of the others given the moment of the cut: \
    an evaluation takes both from the data without noise.\n\n\
    random      items by lot: the floor of any list\n\
    popularity  a noisy histogram: one list for everybody\n\
    ease        item-item weights (EASE) from a noisy Gram matrix of the most bought items\n\
    als         alternating least squares, items from noisy sums; popularity where the budget is too small\n\
    autoencoder a denoising autoencoder trained by DP-SGD (slow: seconds a fit, --refits fits for each ε); popularity \
    where the budget is too small to train on\n\n\
    Each figure is {expected, simulated, standard_error}. Fits are hypothetical: they cost no budget and must not be \
    published, but for --publish, which spends from a ledger and draws exact noise.\n\n\
    Examples:\n  epsiloscope recommend --model ease --epsilon 1,8,inf --delta 1e-6 --l0 20\n  \
    epsiloscope recommend orders.csv --model popularity,ease --epsilon 0.5,1,2,4,8,inf --delta 1e-6 --l0 20 \
    --items 1000 --chart lists.svg\n  \
    epsiloscope recommend orders.csv --model ease --epsilon 2 --delta 1e-6 --l0 20 --shopper 17850\n  \
    epsiloscope recommend orders.csv --model ease --epsilon 2 --delta 1e-6 --l0 20 --catalogue items.csv \
    --ledger orders.ledger --publish model.json\n  \
    epsiloscope recommend --from model.json --history 22423,85123A"
)]
pub struct Recommend {
    #[command(flatten)]
    input: InputArguments,

    /// Models: a list; random and popularity are always shown beside them
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "ease",
        value_name = "LIST",
        help_heading = "Model"
    )]
    model: Vec<ModelName>,
    /// Length of a list
    #[arg(long, allow_negative_numbers = true, default_value_t = 20, help_heading = "Model")]
    k: usize,
    /// Size of the vocabulary, the most bought items: by true counts before the cut, assumed to be public [default:
    /// 1000]; with --catalogue by noisy counts of it, which the budget pays for [default: all of it]
    #[arg(long, allow_negative_numbers = true, value_name = "COUNT", help_heading = "Model")]
    items: Option<usize>,
    /// A public list of items, so that no true count chooses: a table with a header
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    catalogue: Option<PathBuf>,

    /// Probability that a user takes part in a step of the autoencoder's training [default: 1, so that all take part;
    /// with more than 4096 users 4096 over their number]
    #[arg(long, allow_negative_numbers = true, value_name = "PROBABILITY", help_heading = "Model")]
    rate: Option<f64>,
    /// How often the training goes over each user, on average; EPOCHS / PROBABILITY steps [default: 100 steps]
    #[arg(long, allow_negative_numbers = true, value_name = "EPOCHS", help_heading = "Model")]
    epochs: Option<f64>,

    /// ε of one fit: a list such as 0.5,1,2,4,8,inf (inf: no noise, no bounds); one number with --publish
    #[arg(long, allow_hyphen_values = true, value_name = "LIST", help_heading = "Privacy")]
    epsilon: Option<String>,
    /// δ of one fit; needed for every ε but inf
    #[arg(long, allow_hyphen_values = true, help_heading = "Privacy")]
    delta: Option<String>,
    /// The most items that one user may contribute to a private fit
    #[arg(long, allow_negative_numbers = true, help_heading = "Privacy")]
    l0: Option<usize>,

    /// What is held out
    #[arg(long, value_enum, default_value = "time", help_heading = "Evaluation")]
    holdout: HoldoutName,
    /// The share of the time range that is held out, from its end
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "SHARE",
        default_value_t = 0.2,
        help_heading = "Evaluation"
    )]
    test_share: f64,
    /// Draws of the noise for each ε, and bootstrap samples for the floor
    #[arg(long, allow_negative_numbers = true, default_value_t = 8, help_heading = "Evaluation")]
    refits: usize,
    /// Seed; the same seed gives the same numbers on any number of threads
    #[arg(long, default_value_t = 1, help_heading = "Evaluation")]
    seed: u64,
    /// Worker threads [default: as many as the machine runs at once]
    #[arg(long, allow_negative_numbers = true, help_heading = "Evaluation")]
    threads: Option<usize>,
    /// Show one user's lists in place of the figures
    #[arg(long, value_name = "ID", conflicts_with = "chart", help_heading = "Evaluation")]
    shopper: Option<String>,

    /// Spend from --ledger and publish the private item model, and only that, as FILE.json
    #[arg(long, value_name = "FILE", requires = "ledger", conflicts_with_all = ["chart", "shopper", "out"], help_heading = "Publishing")]
    publish: Option<PathBuf>,
    /// The dataset's ledger
    #[arg(long, value_name = "LEDGER", requires = "publish", help_heading = "Publishing")]
    ledger: Option<PathBuf>,
    /// The dataset's name [default: the stem of FILE; `sample` for the sample]
    #[arg(long, value_name = "NAME", requires = "publish", help_heading = "Publishing")]
    dataset: Option<String>,
    /// Replace the published file if it exists
    #[arg(long, requires = "publish", help_heading = "Publishing")]
    force: bool,
    #[command(flatten)]
    statement: StatementArguments,
    /// Make a list from a published model: reads no purchases, spends nothing
    #[arg(
        long,
        value_name = "MODEL",
        requires = "history",
        conflicts_with_all = [
            "file", "epsilon", "delta", "l0", "publish", "chart", "shopper", "catalogue", "items", "rate", "epochs",
            "unprotected"
        ],
        help_heading = "From a published model"
    )]
    from: Option<PathBuf>,
    /// Items that the user has, which stay on this machine: a list
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LIST",
        requires = "from",
        help_heading = "From a published model"
    )]
    history: Vec<String>,

    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Draw quality and drift over ε: .svg or .png
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    chart: Option<PathBuf>,
}

/// The most steps that a training is let take.
const MOST_STEPS: f64 = 100_000.0;
/// How many items make the vocabulary where true counts choose it.
const MOST_BOUGHT: usize = 1_000;
/// Why Gaussian noise without δ is refused.
const NO_DELTA: &str = "--delta is missing: private models take Gaussian noise; give for example --delta 1e-6 (well \
    below one over the number of users)";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModelName {
    /// Items by lot
    Random,
    /// A noisy histogram
    Popularity,
    /// Item-item weights from a noisy Gram matrix
    Ease,
    /// Alternating least squares, items from noisy sums
    Als,
    /// A denoising autoencoder trained by DP-SGD: minutes
    Autoencoder,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum HoldoutName {
    /// Everything after one moment
    Time,
    /// The item that each user took up last
    Last,
    /// One item of each user; needs no time
    Random,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

impl Recommend {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        if let Some(model) = &self.from {
            return self.list_from(model);
        }
        if let Some(out) = &self.publish {
            return self.publish_to(out);
        }
        if let Some(flag) = self.statement.given() {
            bail!("{flag} goes with --publish: nothing else is published");
        }
        // Everything that can be refused is refused before the long work.
        let guarantees = self.guarantees()?;
        let l0 = self.bound()?;
        limits::whole("--k", self.k as u64, &limits::K)?;
        self.check_items()?;
        self.check_schedule()?;
        limits::whole("--refits", self.refits as u64, &limits::REFITS)?;
        limits::threads(self.threads)?;
        ensure!(
            self.test_share > 0.0 && self.test_share < 1.0,
            "--test-share must lie between 0 and 1, both left out, not {}",
            self.test_share
        );
        let targets: Vec<(&str, &Path)> = [("--out", &self.out), ("--chart", &self.chart)]
            .into_iter()
            .filter_map(|(flag, path)| Some((flag, path.as_deref()?)))
            .collect();
        let kept: Vec<&Path> =
            self.input.path().into_iter().chain(self.catalogue.as_deref()).collect();
        output::check(&targets, &kept)?;
        if let Some(path) = &self.chart {
            picture::format_of(path)?;
            ensure!(
                guarantees.iter().any(Option::is_some),
                "--chart draws figures over ε, and --epsilon has none but inf: give some, such as 1,2,4,8"
            );
        }
        let vocabulary = match &self.catalogue {
            None => Vocabulary::MostBought(self.items.unwrap_or(MOST_BOUGHT)),
            Some(path) => {
                let keys = Catalogue::read(path, None, &["item", "group", "key"])?.keys;
                match self.items {
                    None => Vocabulary::Declared(keys),
                    Some(most) => Vocabulary::ChosenOf(keys, most),
                }
            }
        };
        let purchases = read(&self.input.input(), &self.input.options())?;
        let holdout = match self.holdout {
            HoldoutName::Time => Holdout::Time { share: self.test_share },
            HoldoutName::Last => Holdout::Last,
            HoldoutName::Random => Holdout::Random,
        };
        let mut split = Split::new(&purchases, holdout, &vocabulary, Pairs::DEFAULT_SALT)?;
        split.options.schedule = self.schedule(split.trained())?;
        let vocabulary = split.public().vocabulary();
        ensure!(
            self.k < vocabulary,
            "--k {} leaves nothing to choose among {vocabulary} items: choose a smaller --k, or more --items",
            self.k
        );
        if let Some(shopper) = &self.shopper {
            let document = self.lists_of(shopper, &purchases, &split, &guarantees, l0)?;
            return match self.format {
                Format::Table => output::put(&shopper_lines(&document), self.out.as_deref()),
                Format::Json => output::put_json(&document, self.out.as_deref()),
            };
        }
        let kinds = self.kinds();
        let product = |numbers: &[usize]| {
            numbers.iter().fold(1usize, |product, &n| product.saturating_mul(n))
        };
        let users = split.evaluated.len();
        limits::count(
            "the figures of this evaluation (models, values of --epsilon, --refits and users multiplied)",
            product(&[kinds.len(), guarantees.len() + 1, self.refits, users]),
            limits::FITTED,
        )?;
        limits::count(
            "the places of all lists (models, users and --k multiplied)",
            product(&[kinds.len(), users, self.k]),
            limits::LISTED,
        )?;
        let evaluation =
            Evaluation { kinds, guarantees, k: self.k, l0, refits: self.refits, seed: self.seed };
        let outcome = self.evaluate(&evaluation, &split)?;
        let document = RecommendDocument::new(&purchases, &split, holdout, &evaluation, &outcome);
        if let Some(path) = &self.chart {
            self.draw(path, &purchases, &split, &outcome)?;
        }
        match self.format {
            Format::Table => output::put(&recommend_lines(&document), self.out.as_deref()),
            Format::Json => output::put_json(&document, self.out.as_deref()),
        }
    }

    fn check_items(&self) -> anyhow::Result<()> {
        ensure!(
            self.items.is_none_or(|most| most > 1),
            "--items must be at least 2: among fewer there is nothing to choose"
        );
        self.items.map_or(Ok(()), |most| limits::whole("--items", most as u64, &limits::ITEMS))
    }

    fn check_schedule(&self) -> anyhow::Result<()> {
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
                || self.model.iter().any(|model| matches!(model, ModelName::Autoencoder)),
            "--rate and --epochs are of the autoencoder's training: add --model autoencoder"
        );
        Ok(())
    }

    /// The steps of a training on so many users, where they were asked for.
    fn schedule(&self, users: usize) -> anyhow::Result<Option<Schedule>> {
        if self.rate.is_none() && self.epochs.is_none() {
            return Ok(None);
        }
        let usual = Schedule::usual(users);
        let rate = self.rate.unwrap_or(usual.rate);
        let steps =
            self.epochs.map_or(usual.steps as f64, |epochs| (epochs / rate).round().max(1.0));
        ensure!(
            steps <= MOST_STEPS,
            "{} epochs at a rate of {rate} are {} steps, and a training takes {} at most: choose fewer --epochs or a \
             larger --rate",
            self.epochs.unwrap_or_default(),
            grouped(steps as u64),
            grouped(MOST_STEPS as u64)
        );
        Ok(Some(Schedule { rate, steps: steps as usize }))
    }

    fn bound(&self) -> anyhow::Result<usize> {
        let Some(l0) = self.l0 else {
            bail!(
                "--l0 is missing: without a bound on the items of one user no amount of noise protects a user; give \
                 for example --l0 20"
            )
        };
        ensure!(l0 > 0, "--l0 must be at least 1");
        Ok(l0)
    }

    /// The whole way to a published model: refused, reserved, drawn, written.
    fn publish_to(&self, out: &Path) -> anyhow::Result<()> {
        let l0 = self.bound()?;
        self.check_items()?;
        self.check_schedule()?;
        let kind = match self.model[..] {
            [ModelName::Ease] => Kind::Ease,
            [ModelName::Popularity] => Kind::Popularity,
            [name @ (ModelName::Autoencoder | ModelName::Als)] => bail!(
                "--publish cannot publish {}: its fit draws noise in floating point, which serves evaluation only; \
                 publish --model ease or popularity",
                if matches!(name, ModelName::Als) { "als" } else { "an autoencoder" }
            ),
            _ => bail!("--publish publishes one model, ease or popularity: say which with --model"),
        };
        let text = self.epsilon.as_deref().unwrap_or_default().trim();
        ensure!(
            !text.is_empty(),
            "--epsilon is missing: say what the model may cost, for example --epsilon 2"
        );
        ensure!(
            !text.eq_ignore_ascii_case("inf") && !text.contains([',', ':']),
            "--publish spends one ε, so --epsilon must be one number above 0, not {text}"
        );
        let epsilon = Amount::parse(text).map_err(|reason| anyhow!("--epsilon: {reason}"))?;
        let delta = self.delta.as_deref().unwrap_or_default();
        ensure!(!delta.is_empty(), NO_DELTA);
        let delta = Amount::parse(delta).map_err(|reason| anyhow!("--delta: {reason}"))?;
        let Some(catalogue) = &self.catalogue else {
            bail!(
                "--publish needs a public list of items, --catalogue FILE: items chosen by true counts would tell who \
                 bought what (a vocabulary assumed public serves evaluation only)"
            )
        };
        let dataset = match (&self.dataset, self.input.path()) {
            (Some(name), _) => name.clone(),
            (None, Some(path)) => dataset_name(path),
            (None, None) if self.input.is_stdin() => {
                bail!("standard input has no name: give --dataset NAME")
            }
            (None, None) => "sample".to_owned(),
        };
        let options = self.input.release_options(self.statement.adopts_guesses(), None)?;
        if let Some(file) = self.input.path() {
            ensure!(
                !same_file(catalogue, file),
                "--catalogue {} is the data file: items that are taken from the data are not public; give a list that \
                 does not come from it",
                catalogue.display()
            );
        }
        ensure!(
            !same_file(catalogue, out),
            "--publish {} is the catalogue: name another file",
            out.display()
        );
        let Some(ledger) = &self.ledger else {
            bail!("--publish needs --ledger LEDGER: a published model spends budget")
        };
        let mut ledger = Ledger::open(ledger)?;
        ledger.expect_dataset(&dataset)?;
        if self.force {
            let kept: Vec<&Path> =
                self.input.path().into_iter().chain([catalogue.as_path(), ledger.path()]).collect();
            output::check(&[("--publish", out)], &kept)?;
        }
        let catalogue = Catalogue::read(catalogue, None, &["item", "group", "key"])?;
        ensure!(
            catalogue.keys.len() > 1,
            "{} has one item: among fewer than 2 there is nothing to choose",
            catalogue.name
        );
        let of_catalogue = match self.items.filter(|&most| most < catalogue.keys.len()) {
            None => format!("{} items", catalogue.keys.len()),
            Some(most) => {
                format!("{most} of {} items chosen by noisy counts", catalogue.keys.len())
            }
        };
        let mut artifact = Artifact::prepare(
            format!("item model ({kind}) over {of_catalogue}"),
            format!("l0 {l0}"),
            Cost { epsilon, delta },
            out,
            self.force,
        )?;
        ledger.with(artifact.reservation())?;
        let purchases = read(&self.input.input(), &options)?;
        let histories = whole_histories(&purchases, &catalogue.keys, Pairs::DEFAULT_SALT)?;
        let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
        let attended = preview::is_attended();
        if self.statement.previews() || attended {
            // Only for somebody's eyes: nothing here may decide on the exit code.
            let guesses = match self.statement.adopts_guesses() || self.input.is_stdin() {
                true => Vec::new(),
                false => preview::other_guesses(&self.input, &options, &purchases.reading),
            };
            let what = &artifact.reservation().question;
            let mut text =
                preview::lines(what, &purchases.reading, &purchases.report, &guesses, None);
            let mut occur = vec![false; catalogue.keys.len()];
            histories.iter().flatten().for_each(|&item| occur[item as usize] = true);
            text += &format!(
                "\nmodel\n  {:>14} users with an item of the catalogue\n  {:>14} of {} catalogue keys occur in the data\n",
                grouped(histories.len() as u64),
                grouped(occur.iter().filter(|&&occurs| occurs).count() as u64),
                grouped(occur.len() as u64)
            );
            if self.statement.previews() {
                return output::put(&text, None);
            }
            output::say(&text);
        }
        let unprotected = self.statement.unprotected()?.with_reading(&purchases.reading);
        let provenance = Provenance::of(&purchases.reading);
        artifact.state(provenance.clone());
        if attended {
            preview::ask_for_word()?;
        }
        let lesson = Lesson {
            model: kind,
            training: Training {
                items: catalogue.keys.len(),
                histories: &slices,
                l0,
                options: recommend::Options {
                    most_bought: self.items,
                    ..recommend::Options::default()
                },
            },
            items: &catalogue.keys,
            names: catalogue.names.as_deref(),
            cost: Cost { epsilon, delta },
            rho: artifact.rho(),
            unprotected: &unprotected,
            provenance: &provenance,
        };
        let mut head = 0;
        spending();
        let made = artifact.publish(&mut ledger, lesson.largest(), |draws, entry| {
            let model = lesson.learn(draws, entry)?;
            head = model.head();
            // Numbers and text only: this cannot fail.
            Ok((serde_json::to_string(&model).unwrap_or_default() + "\n").into_bytes())
        })?;
        let of_head = match (kind, head) {
            (Kind::Ease, 0) => {
                "; this budget was too small for pairs of items: it is popularity alone".to_owned()
            }
            (Kind::Ease, head) => format!("; lists are personal over {head} of them"),
            _ => String::new(),
        };
        let text = format!(
            "published the {kind} model of {of_catalogue} to {}{of_head}\n  spent ε {epsilon}, δ {:e} (entry {} of {}); ε {} is \
             left\n  lists are made from it with: epsiloscope recommend --from {} --history ITEM,ITEM\n",
            out.display(),
            delta.to_f64(),
            made.entry,
            ledger.path().display(),
            made.balance.remaining().epsilon,
            out.display(),
        );
        // The model stands whatever happens to this line.
        output::report(&text);
        Ok(())
    }

    /// A list from a published model and a history that goes nowhere.
    fn list_from(&self, path: &Path) -> anyhow::Result<()> {
        limits::whole("--k", self.k as u64, &limits::K)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(out) = &self.out {
            output::check(&[("--out", out)], &[path])?;
        }
        let text = std::fs::read(path)
            .map_err(|cause| anyhow!("{} cannot be read: {cause}", path.display()))?;
        let model = PublishedModel::read(&name, &String::from_utf8_lossy(&text))?;
        let typed: Vec<&str> =
            self.history.iter().map(|key| key.trim()).filter(|key| !key.is_empty()).collect();
        let (mut history, mut unknown) = (Vec::new(), Vec::new());
        for key in typed {
            match model.item(key) {
                Some(item) if history.contains(&item) => {}
                Some(item) => history.push(item),
                None => unknown.push(key.to_owned()),
            }
        }
        let list = list(&*model.model(), &history, self.k, model.items.len(), &mut Vec::new());
        let document = FromDocument::new(&name, &model, &history, unknown, &list);
        match self.format {
            Format::Table => output::put(&from_lines(&document), self.out.as_deref()),
            Format::Json => output::put_json(&document, self.out.as_deref()),
        }
    }

    /// The floor first, then what was asked for, each once.
    fn kinds(&self) -> Vec<Kind> {
        let asked = self.model.iter().map(|name| match name {
            ModelName::Random => Kind::Random,
            ModelName::Popularity => Kind::Popularity,
            ModelName::Ease => Kind::Ease,
            ModelName::Als => Kind::Als,
            ModelName::Autoencoder => Kind::Autoencoder,
        });
        let mut kinds = vec![Kind::Random, Kind::Popularity];
        for kind in asked {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    fn guarantees(&self) -> anyhow::Result<Vec<Option<Guarantee>>> {
        let delta = match self.delta.as_deref().map(str::trim) {
            None => None,
            Some(text) => match text.parse::<f64>() {
                Ok(delta) if delta > 0.0 && delta < 1.0 => Some(delta),
                _ => bail!("--delta must lie between 0 and 1, both left out, not {text}"),
            },
        };
        let Some(list) = &self.epsilon else {
            bail!(
                "--epsilon is missing: give a list such as 0.5,1,2,4,8,inf (inf: no noise, no bounds)"
            )
        };
        let mut guarantees: Vec<Option<Guarantee>> = Vec::new();
        for part in list.split(',').map(str::trim) {
            if part.eq_ignore_ascii_case("inf") {
                guarantees.push(None);
                continue;
            }
            let Some(delta) = delta else {
                epsilons(part)?;
                bail!(NO_DELTA)
            };
            guarantees.extend(
                epsilons(part)?.into_iter().map(|epsilon| Some(Guarantee { epsilon, delta })),
            );
            limits::count("the values of --epsilon", guarantees.len(), limits::EPSILONS)?;
        }
        let mut seen = HashSet::new();
        guarantees.retain(|guarantee| {
            seen.insert(guarantee.map(|guarantee| guarantee.epsilon.to_bits()))
        });
        Ok(guarantees)
    }

    fn evaluate(&self, evaluation: &Evaluation, split: &Split) -> anyhow::Result<Outcome> {
        let progress = Progress::new(1, "fits");
        let threads = self.threads.unwrap_or_else(threads);
        let end = evaluation.run(split, threads, progress.cancel(), |done, all| {
            progress.set(done as u64, all as u64);
        });
        end.map_err(without_model)
    }

    fn draw(
        &self,
        path: &Path,
        purchases: &Purchases,
        split: &Split,
        outcome: &Outcome,
    ) -> anyhow::Result<()> {
        let subtitle = format!(
            "{} items, {} users evaluated · {} draws of the noise · seed {}",
            split.items(),
            split.evaluated.len(),
            self.refits,
            self.seed
        );
        let charts: Vec<_> =
            [ListFigure::Recall, ListFigure::Ndcg, ListFigure::HitRate, ListFigure::DriftOverlap]
                .into_iter()
                .filter_map(|figure| {
                    let warning = purchases.status.warning();
                    lists_over_epsilon(
                        figure,
                        &outcome.results,
                        &outcome.floors,
                        self.k,
                        &subtitle,
                        warning,
                    )
                })
                .collect();
        let footer = format!("{} · {} data · epsiloscope", purchases.source, purchases.status);
        Ok(picture::draw(&charts, &footer, path)?)
    }

    fn lists_of(
        &self,
        shopper: &str,
        purchases: &Purchases,
        split: &Split,
        guarantees: &[Option<Guarantee>],
        l0: usize,
    ) -> anyhow::Result<ShopperDocument> {
        let names = &purchases.user.names;
        let Some(user) = names.iter().position(|name| name == shopper.trim()) else {
            let near = nearest(shopper.trim(), names);
            bail!(
                "there is no user {shopper} in {}; the nearest are {}",
                purchases.source,
                near.join(", ")
            )
        };
        let history = split.history(user as u32);
        ensure!(
            !history.is_empty(),
            "user {shopper} bought nothing of the vocabulary before the cut, so there is no history to make a list from"
        );
        let histories = split.histories();
        let training = split.training(&histories, l0);
        let mut scores = Vec::new();
        let mut lists = Vec::new();
        for kind in
            self.kinds().into_iter().filter(|kind| kind.is_personal() || self.model.len() == 1)
        {
            if kind == Kind::Random
                || (kind == Kind::Popularity && self.kinds().iter().any(|kind| kind.is_personal()))
            {
                continue;
            }
            let made = |guarantee, draw| {
                fit(kind, &training, guarantee, NoiseSeed { seed: self.seed, draw }, &Cancel::new())
                    .map_err(without_model)
            };
            let plain = list(&*made(None, 0)?, history, self.k, split.items(), &mut scores);
            for &guarantee in guarantees {
                let private =
                    list(&*made(guarantee, 1)?, history, self.k, split.items(), &mut scores);
                let named =
                    |list: &[u32]| list.iter().map(|&item| ItemDocument::of(split, item)).collect();
                lists.push(ListsDocument {
                    model: kind,
                    epsilon: Epsilon(guarantee.map(|guarantee| guarantee.epsilon)),
                    non_private: named(&plain),
                    private: named(&private),
                    overlap_at_k: overlap_at_k(&plain, &private, plain.len().min(private.len())),
                });
            }
        }
        let named = |items: &[u32]| {
            let mut items = items.to_vec();
            items.sort_unstable();
            items.into_iter().map(|item| ItemDocument::of(split, item)).collect()
        };
        let wanted = split.evaluated.iter().find(|other| other.user as usize == user);
        Ok(ShopperDocument {
            source: purchases.source.clone(),
            status: purchases.status,
            warning: purchases.status.warning(),
            shopper: names[user].clone(),
            history: named(history),
            wanted: wanted.map_or(Vec::new(), |shopper| named(&shopper.wanted)),
            lists,
        })
    }
}

fn without_model(why: NoModel) -> anyhow::Error {
    match why {
        NoModel::Cancelled => Ending::Interrupted.into(),
        NoModel::Invalid(_) | NoModel::Diverged => why.into(),
    }
}
