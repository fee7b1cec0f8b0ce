//! `recommend`: what lists are worth over ε, from fits that cost nothing and are not published.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{bail, ensure};

use super::arguments::{HoldoutName, NO_DELTA, RecommendArguments};
use super::list;
use crate::chart::{ListFigure, grouped, lists_over_epsilon};
use crate::command::limits;
use crate::command::output::room;
use crate::command::output::{self, Format};
use crate::command::progress::Progress;
use crate::command::progress::read_with_progress;
use crate::command::sweep::epsilons;
use crate::contribution::Pairs;
use crate::export::{RecommendDocument, picture, recommend_lines, shopper_lines};
use crate::purchases::Purchases;
use crate::recommend::evaluation::{Evaluation, Outcome};
use crate::recommend::{Guarantee, Holdout, ITEM_HEADERS, Schedule, Split, Vocabulary};
use crate::release::Catalogue;
use crate::work::threads;

/// The most steps that a training is let take.
const MOST_STEPS: f64 = 100_000.0;
/// How many items make the vocabulary where true counts choose it.
const MOST_BOUGHT: usize = 1_000;

impl RecommendArguments {
    /// Evaluates models, or shows one user's lists.
    pub(super) fn evaluate(&self) -> anyhow::Result<()> {
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
            self.input.paths().into_iter().chain(self.catalogue.as_deref()).collect();
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
                let keys = Catalogue::read(path, None, &ITEM_HEADERS)?.keys;
                match self.items {
                    None => Vocabulary::Declared(keys),
                    Some(most) => Vocabulary::ChosenOf(keys, most),
                }
            }
        };
        let purchases = read_with_progress(&self.input.input(), &self.input.plain_options()?)?;
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
            let document = list::of_shopper(self, shopper, &purchases, &split, &guarantees, l0)?;
            return match self.format {
                Format::Table => {
                    let room = if self.out.is_some() { None } else { room() };
                    let lines = output::fitted(&shopper_lines(&document, room), room);
                    output::put(&lines, self.out.as_deref())
                }
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
        let outcome = self.run_fits(&evaluation, &split)?;
        let document = RecommendDocument::new(&purchases, &split, holdout, &evaluation, &outcome);
        if let Some(path) = &self.chart {
            self.draw(path, &purchases, &split, &outcome)?;
        }
        match self.format {
            Format::Table => {
                let room = if self.out.is_some() { None } else { room() };
                let lines = recommend_lines(&document, "--refits", room, output::HOW_SHOWN);
                output::put(&output::fitted(&lines, room), self.out.as_deref())
            }
            Format::Json => output::put_json(&document, self.out.as_deref()),
        }
    }

    /// The steps of a training on so many users, where they were asked for.
    fn schedule(&self, users: usize) -> anyhow::Result<Option<Schedule>> {
        if self.rate.is_none() && self.epochs.is_none() {
            return Ok(None);
        }
        let usual = Schedule::usual(users);
        let rate = self.rate.unwrap_or(usual.rate);
        ensure!(
            rate * users as f64 >= 1.0,
            "a rate of {rate} takes fewer than one of {} users into a step: choose a --rate of at least {:.2e}",
            grouped(users as u64),
            1.0 / users.max(1) as f64
        );
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

    fn run_fits(&self, evaluation: &Evaluation, split: &Split) -> anyhow::Result<Outcome> {
        let progress = Progress::new(1, "fits");
        let threads = self.threads.unwrap_or_else(threads);
        let end = evaluation.run(split, threads, progress.cancel(), |done, all| {
            progress.set(done as u64, all as u64);
        });
        end.map_err(list::without_model)
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
        let l0 = self.l0.map_or(String::new(), |l0| format!(" · l0 {l0}"));
        let delta = self.delta.as_deref().map_or(String::new(), |delta| format!(" · δ {delta}"));
        let footer = format!(
            "{} · {} data\nε {}{delta}{l0} · k {} · {} draws · seed {} · {}",
            purchases.source,
            purchases.status,
            self.epsilon.as_deref().unwrap_or("inf"),
            self.k,
            self.refits,
            self.seed,
            crate::export::VERSION,
        );
        picture::draw(&charts, &footer, path)?;
        output::wrote(path);
        Ok(())
    }
}
