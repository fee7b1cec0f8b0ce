//! `recommend`: private models of items, and how good and how stable their lists are.

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use clap::{Args, ValueEnum};

use super::input::InputArguments;
use super::progress::Progress;
use super::sweep::epsilons;
use super::{Ending, output};
use crate::chart::{ListFigure, lists_over_epsilon};
use crate::contribution::Pairs;
use crate::export::{
    Epsilon, ItemDocument, ListsDocument, RecommendDocument, ShopperDocument, picture, recommend_lines, shopper_lines,
};
use crate::metric::top_list::overlap_at_k;
use crate::purchases::{Purchases, read};
use crate::recommend::evaluation::{Evaluation, Outcome};
use crate::recommend::{Guarantee, Holdout, Kind, Split, Training, Vocabulary, fit, list};
use crate::release::Catalogue;
use crate::work::threads;

/// Arguments of `recommend`.
#[derive(Debug, Args)]
#[command(after_help = "Models learn from purchases before a cut in time and are asked what the same users went on \
    to buy: every item of the vocabulary is ranked, what a user already has is left out. The guarantee is joint DP: \
    what is learnt about items is private, and a user's own history makes only that user's list.\n\n\
    random      items by lot: the floor of any list\n\
    popularity  a noisy histogram: one list for everybody\n\
    ease        item-item weights (EASE) from a noisy Gram matrix of the most bought items\n\n\
    Each figure is {expected, simulated, standard_error}. Fits here are hypothetical: they cost no budget and must not \
    be published.\n\n\
    Examples:\n  epsiloscope recommend --model ease --epsilon 1,8,inf --delta 1e-6 --l0 20\n  \
    epsiloscope recommend orders.csv --model popularity,ease --epsilon 0.5,1,2,4,8,inf --delta 1e-6 --l0 20 \
    --items 1000 --chart lists.svg\n  \
    epsiloscope recommend orders.csv --model ease --epsilon 2 --delta 1e-6 --l0 20 --shopper 17850")]
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
    /// Size of the vocabulary: the items that most users bought before the cut, assumed to be public
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "COUNT",
        default_value_t = 1_000,
        conflicts_with = "catalogue",
        help_heading = "Model"
    )]
    items: usize,
    /// The vocabulary from a public list of items in place of true counts: a table with a header
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    catalogue: Option<PathBuf>,

    /// ε of one fit: a list such as 0.5,1,2,4,8,inf (inf: no noise, no bounds)
    #[arg(long, allow_negative_numbers = true, value_name = "LIST", help_heading = "Privacy")]
    epsilon: String,
    /// δ of one fit; needed for every ε but inf
    #[arg(long, allow_negative_numbers = true, help_heading = "Privacy")]
    delta: Option<f64>,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModelName {
    /// Items by lot
    Random,
    /// A noisy histogram
    Popularity,
    /// Item-item weights from a noisy Gram matrix
    Ease,
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
        // Everything that can be refused is refused before the long work.
        let guarantees = self.guarantees()?;
        let Some(l0) = self.l0 else {
            bail!(
                "--l0 is missing: without a bound on the items of one user no amount of noise protects a user; give \
                 for example --l0 20"
            )
        };
        ensure!(l0 > 0, "--l0 must be at least 1");
        ensure!(self.k > 0, "--k must be at least 1");
        ensure!(self.items > 1, "--items must be at least 2: among fewer there is nothing to choose");
        ensure!(self.refits > 0, "--refits must be at least 1");
        ensure!(self.threads != Some(0), "--threads must be at least 1");
        ensure!(
            self.test_share > 0.0 && self.test_share < 1.0,
            "--test-share must lie between 0 and 1, both left out, not {}",
            self.test_share
        );
        let targets: Vec<(&str, &Path)> = [("--out", &self.out), ("--chart", &self.chart)]
            .into_iter()
            .filter_map(|(flag, path)| Some((flag, path.as_deref()?)))
            .collect();
        output::check(&targets, self.input.path())?;
        if let Some(path) = &self.chart {
            picture::format_of(path)?;
            ensure!(
                guarantees.iter().any(Option::is_some),
                "--chart draws figures over ε, and --epsilon has none but inf: give some, such as 1,2,4,8"
            );
        }
        let vocabulary = match &self.catalogue {
            None => Vocabulary::MostBought(self.items),
            Some(path) => Vocabulary::Declared(Catalogue::read(path, None, &["item", "group", "key"])?.keys),
        };
        let purchases = read(&self.input.input(), &self.input.options())?;
        let holdout = match self.holdout {
            HoldoutName::Time => Holdout::Time { share: self.test_share },
            HoldoutName::Last => Holdout::Last,
            HoldoutName::Random => Holdout::Random,
        };
        let split = Split::new(&purchases, holdout, &vocabulary, Pairs::DEFAULT_SALT)?;
        ensure!(
            self.k < split.items(),
            "--k {} leaves nothing to choose among {} items: choose a smaller --k, or more --items",
            self.k,
            split.items()
        );
        if let Some(shopper) = &self.shopper {
            let document = self.lists_of(shopper, &purchases, &split, &guarantees, l0)?;
            let text = match self.format {
                Format::Table => shopper_lines(&document),
                Format::Json => serde_json::to_string_pretty(&document)? + "\n",
            };
            return output::put(&text, self.out.as_deref());
        }
        let kinds = self.kinds();
        let evaluation = Evaluation { kinds, guarantees, k: self.k, l0, refits: self.refits, seed: self.seed };
        let outcome = self.evaluate(&evaluation, &split)?;
        let document = RecommendDocument::new(&purchases, &split, holdout, &evaluation, &outcome);
        let text = match self.format {
            Format::Table => recommend_lines(&document),
            Format::Json => serde_json::to_string_pretty(&document)? + "\n",
        };
        if let Some(path) = &self.chart {
            self.draw(path, &purchases, &split, &outcome)?;
        }
        output::put(&text, self.out.as_deref())
    }

    /// The floor first, then what was asked for, each once.
    fn kinds(&self) -> Vec<Kind> {
        let asked = self.model.iter().map(|name| match name {
            ModelName::Random => Kind::Random,
            ModelName::Popularity => Kind::Popularity,
            ModelName::Ease => Kind::Ease,
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
        if let Some(delta) = self.delta {
            ensure!(delta > 0.0 && delta < 1.0, "--delta must lie between 0 and 1, both left out, not {delta}");
        }
        let mut guarantees: Vec<Option<Guarantee>> = Vec::new();
        for part in self.epsilon.split(',').map(str::trim) {
            if part.eq_ignore_ascii_case("inf") {
                guarantees.push(None);
                continue;
            }
            let Some(delta) = self.delta else {
                epsilons(part)?;
                bail!(
                    "--delta is missing: private models take Gaussian noise; give for example --delta 1e-6 (well below \
                     one over the number of users)"
                )
            };
            guarantees.extend(epsilons(part)?.into_iter().map(|epsilon| Some(Guarantee { epsilon, delta })));
        }
        let mut once: Vec<Option<Guarantee>> = Vec::new();
        for guarantee in guarantees {
            if !once.contains(&guarantee) {
                once.push(guarantee);
            }
        }
        Ok(once)
    }

    fn evaluate(&self, evaluation: &Evaluation, split: &Split) -> anyhow::Result<Outcome> {
        let progress = Progress::new(1, "fits")?;
        let threads = self.threads.unwrap_or_else(threads);
        let end = evaluation.run(split, threads, progress.cancel(), |done, all| progress.set(done as u64, all as u64));
        Ok(end.map_err(|_| Ending::Interrupted)?)
    }

    fn draw(&self, path: &Path, purchases: &Purchases, split: &Split, outcome: &Outcome) -> anyhow::Result<()> {
        let subtitle = format!(
            "{} items, {} users evaluated · {} draws of the noise · seed {}",
            split.items(),
            split.evaluated.len(),
            self.refits,
            self.seed
        );
        let charts: Vec<_> = [ListFigure::Recall, ListFigure::Ndcg, ListFigure::HitRate, ListFigure::DriftOverlap]
            .into_iter()
            .filter_map(|figure| {
                let warning = purchases.status.warning();
                lists_over_epsilon(figure, &outcome.results, &outcome.floors, self.k, &subtitle, warning)
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
            bail!("there is no user {shopper} in {}; the nearest are {}", purchases.source, near.join(", "))
        };
        let history = split.history(user as u32);
        ensure!(
            !history.is_empty(),
            "user {shopper} bought nothing of the vocabulary before the cut, so there is no history to make a list from"
        );
        let histories = split.histories();
        let training = Training { items: split.items(), histories: &histories, l0 };
        let mut scores = Vec::new();
        let mut lists = Vec::new();
        for kind in self.kinds().into_iter().filter(|kind| kind.is_personal() || self.model.len() == 1) {
            if kind == Kind::Random || (kind == Kind::Popularity && self.kinds().iter().any(|kind| kind.is_personal()))
            {
                continue;
            }
            let plain = list(&*fit(kind, &training, None, self.seed, 0), history, self.k, split.items(), &mut scores);
            for &guarantee in guarantees {
                let private = fit(kind, &training, guarantee, self.seed, 1);
                let private = list(&*private, history, self.k, split.items(), &mut scores);
                let named = |list: &[u32]| list.iter().map(|&item| ItemDocument::of(split, item)).collect();
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

/// The three names nearest to a mistyped one: by edit distance, then as text.
fn nearest<'a>(typed: &str, names: &'a [String]) -> Vec<&'a str> {
    let mut all: Vec<(usize, &str)> = names.iter().map(|name| (distance(typed, name), name.as_str())).collect();
    all.sort_unstable();
    all.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How many letters must be put in, taken out or changed (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("17850", "17850"), 0);
        let names = ["17850", "17851", "20000", "1785"].map(str::to_owned);
        assert_eq!(nearest("17852", &names), ["1785", "17850", "17851"]);
    }
}
