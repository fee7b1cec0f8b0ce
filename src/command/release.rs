//! `release`: publish noised sums once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, ensure};
use clap::{Args, ValueEnum};

use super::input::{InputArguments, QuestionArguments, money, rows_may_wait};
use super::output::room;
use super::progress::read_with_progress;
use super::statement::StatementArguments;
use super::{output, preview, progress};
use crate::chart::short_number;
use crate::contribution::{Bounds, GroupKeys, Pairs};
use crate::export::{caution, cost_words, counted, delta_words, left_words, plain, spending_lines};
use crate::privacy::accounting::{Amount, Cost};
use crate::purchases::{Measure, Unit, Units};
use crate::release::{
    KeySource, LedgerView, Order, ReleaseError, ReleaseMechanism, SumsOrder, companion, forecast,
    publish, usual_headers,
};

/// Arguments of rates.
#[derive(Debug, Args)]
pub(super) struct RateArguments {
    /// Publish rates: of the users who saw a group, those who converted
    #[arg(long, conflicts_with_all = ["top_k", "rest", "floor_at_zero", "measure"], help_heading = "Rates")]
    pub(super) rate: bool,
    /// Events that are exposure: a list, such as impression
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        requires = "rate",
        help_heading = "Rates"
    )]
    pub(super) exposed: Vec<String>,
    /// Events that are success: a list, such as conversion
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        requires = "rate",
        help_heading = "Rates"
    )]
    pub(super) converted: Vec<String>,
    /// Another file, whose rows are what was seen; FILE then holds the successes
    #[arg(long, value_name = "FILE", requires = "rate", help_heading = "Rates")]
    pub(super) exposures: Option<PathBuf>,
}

/// Arguments of `release`.
#[derive(Debug, Args)]
#[command(
    after_help = "A release spends budget and cannot be undone. The output has one row a group; beside it a \
    .json states how it was made. Noise is drawn by exact samplers.\n\n\
    Which groups exist may itself give people away. With --groups every key of a public list gets a row, whether \
    anyone bought it or not: recommended. Without it groups are private: small ones are dropped by a threshold, and \
    --delta is needed. --groups-are-public shows every key that is in the data: only for keys that everyone knows.\n\n\
    Examples:\n  \
    epsiloscope ledger create shop.ledger --dataset orders --epsilon 5 --delta 1e-6\n  \
    epsiloscope release orders.csv --ledger shop.ledger --epsilon 1 --l0 20 --linf 5 \
    --mechanism discrete-laplace --groups catalogue.csv --out orders_privacy.csv\n  \
    epsiloscope release orders.csv --ledger shop.ledger --epsilon 1 --delta 1e-7 --l0 20 --linf 5 \
    --mechanism discrete-gaussian --out orders_private_keys.csv\n  \
    epsiloscope release orders.csv --ledger shop.ledger --epsilon 1 --delta 1e-7 --l0 20 --linf 5 --interval --rest 0.1 \
    --out orders_with_rest.csv\n  \
    epsiloscope release ads.csv --rate --exposed impression --converted conversion --ledger ads.ledger --epsilon 1 --l0 3 \
    --groups campaigns.csv --out rates.csv\n  \
    epsiloscope release orders.csv --ledger shop.ledger --epsilon 0.5 --top-k 20 --groups catalogue.csv --out top.csv"
)]
pub struct Release {
    #[command(flatten)]
    pub(super) input: InputArguments,
    #[command(flatten)]
    pub(super) question: QuestionArguments,

    /// The dataset's ledger
    #[arg(long, value_name = "LEDGER", help_heading = "Privacy")]
    pub(super) ledger: PathBuf,
    /// The dataset's name [default: the stem of FILE; `sample` for the sample]
    #[arg(long, value_name = "NAME", help_heading = "Privacy")]
    pub(super) dataset: Option<String>,
    /// ε of this release, with at most nine decimals
    #[arg(long, allow_hyphen_values = true, value_name = "E", help_heading = "Privacy")]
    epsilon: String,
    /// δ of this release: for discrete-gaussian noise and for private groups
    #[arg(long, allow_hyphen_values = true, value_name = "D", help_heading = "Privacy")]
    delta: Option<String>,
    /// Groups that one user may contribute to
    #[arg(long, allow_hyphen_values = true, value_name = "N", help_heading = "Privacy")]
    pub(super) l0: Option<u64>,
    /// What one user may contribute to one group: in money for revenue, 1 for buyers
    #[arg(long, allow_hyphen_values = true, value_name = "N", help_heading = "Privacy")]
    pub(super) linf: Option<String>,
    /// The noise
    #[arg(long, value_enum, default_value = "discrete-laplace", help_heading = "Privacy")]
    mechanism: ReleaseMechanismName,
    /// A public list of groups (a table with a header; `sample` for that of the embedded sample): one row for every key of it,
    /// no other
    #[arg(long, value_name = "CATALOGUE", help_heading = "Groups")]
    groups: Option<PathBuf>,
    /// The catalogue's column [default: named as in FILE, or group, else the first]
    #[arg(long, value_name = "COLUMN", requires = "groups", help_heading = "Groups")]
    groups_column: Option<String>,
    /// Every key in the data is publicly known
    #[arg(long, conflicts_with = "groups", help_heading = "Groups")]
    pub(super) groups_are_public: bool,
    /// Publish only the order of the K groups with the most buyers
    #[arg(long, allow_hyphen_values = true, value_name = "K", help_heading = "Groups")]
    top_k: Option<usize>,
    #[command(flatten)]
    pub(super) rates: RateArguments,
    #[command(flatten)]
    pub(super) statement: StatementArguments,
    /// Columns low and high beside every value: they hold the bounded sum with a probability of 95 %
    #[arg(long, help_heading = "Output")]
    interval: bool,
    /// A last row (rest), one number for all private groups that are not shown, for this share of ε: above 0, below 1
    #[arg(long, allow_hyphen_values = true, value_name = "SHARE", help_heading = "Output")]
    rest: Option<String>,
    /// Set values below 0 to 0, which biases small groups upwards
    #[arg(long, help_heading = "Output")]
    floor_at_zero: bool,
    /// Put an apostrophe before keys that a spreadsheet would run as formulas; compare reads them back
    #[arg(long, help_heading = "Output")]
    pub(super) spreadsheet_safe: bool,
    /// The file to publish, ending in .csv; its statement is put beside it, ending in .json
    #[arg(long, value_name = "FILE", required_unless_present = "preview", help_heading = "Output")]
    pub(super) out: Option<PathBuf>,
    /// Replace the output if it exists
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReleaseMechanismName {
    /// Discrete Laplace noise: ε-DP
    DiscreteLaplace,
    /// Discrete Gaussian noise: (ε, δ)-DP
    DiscreteGaussian,
}

impl From<ReleaseMechanismName> for ReleaseMechanism {
    fn from(name: ReleaseMechanismName) -> Self {
        match name {
            ReleaseMechanismName::DiscreteLaplace => ReleaseMechanism::DiscreteLaplace,
            ReleaseMechanismName::DiscreteGaussian => ReleaseMechanism::DiscreteGaussian,
        }
    }
}

impl Release {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        let Cost { epsilon, delta } = self.cost()?;
        let rest = self.rest()?;
        ensure!(
            rest.is_none()
                || (self.groups.is_none() && !self.groups_are_public && self.top_k.is_none()),
            ReleaseError::RestOfPublic
        );
        ensure!(!self.interval || self.top_k.is_none(), ReleaseError::TopKInterval);
        let mut question = self.question.question();
        ensure!(
            !self.input.has_unit()
                || matches!(question.measure, Measure::Revenue | Measure::Purchases)
                    && self.top_k.is_none(),
            "--unit is the unit of sums: it goes with --measure revenue or --measure purchases"
        );
        if self.top_k.is_some() && matches!(question.measure, Measure::Purchases | Measure::Rows) {
            question.measure = Measure::Buyers;
        }
        let adopts = self.statement.adopts_guesses();
        let options = rows_may_wait(self.input.release_options(adopts, Some(&self.question))?);
        let usual = Units::default();
        let units = Units {
            money: options.unit.unwrap_or(usual.money),
            quantity: options.quantity_unit.unwrap_or(usual.quantity),
        };
        let bounds = self.bounds(question.measure, units.of(question.measure))?;
        let order = Order {
            dataset: self.input.dataset(self.dataset.as_deref())?,
            input: self.input.path().map(Path::to_owned),
            beside: self.input.all_files(),
            ledger: self.ledger.clone(),
            keys: self.key_source(),
            cost: Cost { epsilon, delta },
            // A preview writes nothing: no file is in its way.
            out: match (&self.out, self.statement.previews()) {
                (Some(out), false) => out.clone(),
                _ => PathBuf::new(),
            },
            force: self.force,
        };
        // Everything that can be refused is refused before the file is read.
        if delta == Amount::ZERO && self.top_k.is_none() {
            // Hours and weekdays list themselves: nothing is selected.
            let selects =
                order.keys == KeySource::Private && question.group_by.public_keys().is_none();
            ensure!(!selects, ReleaseError::KeysDelta);
            ensure!(
                !matches!(self.mechanism, ReleaseMechanismName::DiscreteGaussian),
                ReleaseError::GaussianDelta
            );
        }
        self.check_catalogue(&order)?;
        let mut ledger = order.open_ledger()?;
        if self.force && !self.statement.previews() {
            let beside = companion(&order.out);
            let written: [(&str, &Path); 2] =
                [("--out", &order.out), ("the statement beside --out", &beside)];
            output::check_places(&written, &order.reads())?;
        }
        let purchases = read_with_progress(&self.input.input(), &options)?;
        let pairs = Pairs::collect(&purchases, question, Pairs::DEFAULT_SALT)?;
        let keys = order.read_keys(&usual_headers(&purchases.columns, question.group_by))?;
        let sums = SumsOrder {
            bounds,
            mechanism: self.mechanism.into(),
            floor_at_zero: self.floor_at_zero,
            spreadsheet_safe: self.spreadsheet_safe,
            top_k: self.top_k,
            interval: self.interval,
            rest,
        };
        let pairs = Arc::new(pairs);
        let reading = purchases.reading.clone();
        let (mut prepared, after) =
            order.prepare_sums(&ledger, Arc::clone(&pairs), sums, keys, reading)?;
        let attended = preview::is_attended();
        let cost = prepared.reservation().cost;
        // Only for somebody's eyes, or where it is asked for: nothing else may decide on the exit code.
        let looks = self.statement.previews() || attended || self.statement.asks_for_sense();
        let found = looks.then(|| forecast(&prepared));
        // Where nobody looked the number of users is nobody's to know.
        let users = looks.then(|| pairs.contributors());
        let of_epsilon = caution::of_epsilon(cost.epsilon.to_f64());
        let unneeded = (delta != Amount::ZERO && cost.delta == Amount::ZERO).then(|| {
            format!(
                "--delta {} buys nothing here and is not spent: no group is selected and the noise needs none",
                delta_words(delta)
            )
        });
        let of_delta = caution::of_delta(cost.delta.to_f64(), users);
        let cautions: String = of_epsilon
            .into_iter()
            .chain(of_delta)
            .chain(unneeded)
            .map(|caution| format!("  {caution}\n"))
            .collect();
        let stops = self.statement.stops_below_sense(attended) || self.statement.previews();
        let below = found.as_ref().filter(|_| stops).and_then(|found| found.below_sense(&prepared));
        if let Some(found) = &found
            && (self.statement.previews() || attended)
        {
            let say = match self.statement.adopts_guesses() || self.input.is_stdin() {
                true => preview::RowsSay::default(),
                false => preview::rows_say(&self.input, &options, &purchases.reading),
            };
            let what = &prepared.reservation().question;
            let whole = self.statement.previews();
            let mut text = preview::lines(what, &purchases.reading, pairs.report(), &say, whole);
            let more = ledger.fits(prepared.reservation())?.saturating_sub(1);
            let spending = spending_lines(&prepared, &LedgerView::of(&ledger)?, &after);
            text += &preview::coming(pairs.contributors(), found, more, &spending);
            text += &cautions;
            if self.statement.previews() {
                text += &preview::verdict(below.as_ref());
                return output::put(&output::fitted(&text, room()), None);
            }
            output::say(&text);
        }
        if let Some(why) = &below {
            preview::stop(why, attended)?;
        }
        prepared.state(self.statement.unprotected()?);
        if self.groups_are_public && pairs.known() == GroupKeys::Private {
            output::say(
                "epsiloscope: with --groups-are-public a key that only one user has is shown by this release; \
                 a public list with --groups avoids that",
            );
        }
        if attended {
            preview::ask_for_word()?;
        }
        progress::spending();
        let published = publish(&prepared, &mut ledger)?;
        let none = match (published.rows, prepared.threshold()) {
            (0, Some(threshold)) => format!(
                "  no group reached the threshold, {}: a public list (--groups), tighter bounds or a larger ε show more\n",
                short_number(threshold as f64 / pairs.units_per_shown() as f64)
            ),
            _ => String::new(),
        };
        let unseen = match looks {
            true => "",
            false => {
                "  nobody looked at it first: --preview forecasts it, --stop-below-sense stops what makes little sense\n"
            }
        };
        let text = format!(
            "released {} of {} to {} with {} noise of scale {}\n{none}  \
             spent {} (entry {} of {}); {}\n  \
             how it was made is stated in {}\n{cautions}{unseen}",
            counted(published.rows as u64, "row"),
            prepared.reservation().question,
            published.out.display(),
            prepared.mechanism(),
            plain(
                prepared.scale()
                    / if self.top_k.is_some() { 1.0 } else { pairs.units_per_shown() as f64 }
            ),
            cost_words(cost),
            published.entry,
            self.ledger.display(),
            left_words(published.balance.remaining().epsilon, published.more),
            published.statement.display(),
        );
        // The release stands whatever happens to this line.
        output::report(&output::fitted(&text, room()));
        Ok(())
    }

    fn bounds(&self, measure: Measure, unit: Unit) -> anyhow::Result<Bounds> {
        if self.top_k.is_some() {
            return Ok(Bounds::new(self.l0.unwrap_or(1), 1, Measure::Buyers)?);
        }
        let missing = |flag: &str, what: &str| {
            anyhow!(
                "--{flag} is missing: without a bound on {what} no amount of noise protects a user; \
                 give for example --l0 20 --linf 10"
            )
        };
        let l0 = self.l0.ok_or_else(|| missing("l0", "the number of groups of one user"))?;
        let linf = match (&self.linf, measure) {
            (None, Measure::Buyers) => 1,
            (None, _) => return Err(missing("linf", "what one user adds to one group")),
            (Some(text), Measure::Revenue) => money(text, "linf", unit)?,
            (Some(text), _) if unit != Unit::WHOLE => money(text, "linf", unit)?,
            (Some(text), _) => text
                .trim()
                .parse()
                .map_err(|_| anyhow!("--linf must be a whole number of at least 1, not {text}"))?,
        };
        Ok(Bounds::new(l0, linf, measure)?)
    }

    fn rest(&self) -> anyhow::Result<Option<Amount<9>>> {
        let Some(text) = &self.rest else { return Ok(None) };
        let share = Amount::parse(text).map_err(|reason| anyhow!("--rest: {reason}"))?;
        ensure!(
            share > Amount::ZERO && share.to_f64() < 1.0,
            "--rest must be a share of ε between 0 and 1, both left out, not {text}: for example --rest 0.1"
        );
        Ok(Some(share))
    }

    /// ε and δ.
    pub(super) fn cost(&self) -> anyhow::Result<Cost> {
        let epsilon =
            Amount::parse(&self.epsilon).map_err(|reason| anyhow!("--epsilon: {reason}"))?;
        let delta = self.delta.as_deref().map_or(Ok(Amount::ZERO), Amount::parse);
        let delta = delta.map_err(|reason| anyhow!("--delta: {reason}"))?;
        ensure!(epsilon > Amount::ZERO, "--epsilon must be above 0");
        Ok(Cost { epsilon, delta })
    }

    /// The noise.
    pub(super) fn mechanism(&self) -> ReleaseMechanism {
        self.mechanism.into()
    }

    /// Whether rates are to be released.
    pub fn is_of_rates(&self) -> bool {
        self.rates.rate
    }

    /// Refuses keys that are taken from the data and called public.
    pub(super) fn check_catalogue(&self, order: &Order) -> anyhow::Result<()> {
        order.check_catalogue().map_err(|_| {
            anyhow!(
                "--groups {} is the data file: keys that are taken from the data are not public; give a list that \
                 does not come from it",
                order.catalogue().unwrap_or(Path::new("")).display()
            )
        })
    }

    pub(super) fn key_source(&self) -> KeySource {
        match &self.groups {
            Some(path) => {
                KeySource::Catalogue { path: path.clone(), column: self.groups_column.clone() }
            }
            None if self.groups_are_public => KeySource::Public,
            None => KeySource::Private,
        }
    }
}
