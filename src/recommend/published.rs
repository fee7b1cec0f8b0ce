//! A model that may leave: whole-number vectors with exact noise, from which anyone makes
//! lists of their own history.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::models::ModelKind;
use super::models::ease::{Ease, LARGEST_HEAD, each_pair, head_of, pairs_of};
use super::models::popularity::Popularity;
use super::training::{FitOptions, ItemModel, Training, histogram_share};
use super::vocabulary::Chosen;
use crate::privacy::accounting::Cost;
use crate::release::{
    Draws, LedgerStatement, NoiseError, Provenance, Unprotected, looked_at, odds, randomness,
};

/// The version of the file that this program writes and reads.
const VERSION: u32 = 1;
/// The name that tells the file from other JSON.
const FORMAT: &str = "epsiloscope item model";
/// Whole units in 1: what a user adds is rounded down to them, so that no user ever moves
/// more than the sensitivity.
const UNIT: u64 = 1 << 20;
/// More bytes than everything in the file but items and vectors; the name of a dataset is
/// not that long.
const FIXED: usize = 1 << 16;
/// What is not whole numbers.
const LIMITS: &str = "the sums and their noise are whole numbers (in units of 1/1048576) from an exact sampler; the \
    scale of the noise is a double, which opendp takes as the exact fraction that it is; everything after the noise is \
    floating point and post-processing, which costs no privacy; samplers do not run in constant time";

/// Why a model cannot be used.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum ModelFileError {
    #[error("{name} is no model of this program: {cause}")]
    Unreadable { name: String, cause: String },
    #[error(
        "{name} is a model of version {version}, and this program reads version {VERSION}: publish it anew, or use the \
         program that wrote it"
    )]
    Version { name: String, version: u64 },
    #[error("{name} is damaged: {what}; get it anew")]
    Damaged { name: String, what: &'static str },
}

/// A published model: what was released, and how. Nothing else of the data is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedModel {
    format: String,
    version: u32,
    /// Which model the vectors make.
    pub model: ModelKind,
    /// ε, as text so that no digit is lost.
    pub epsilon: String,
    /// δ, as text so that no digit is lost.
    pub delta: String,
    /// What one user adds is bounded by so many items.
    pub l0: usize,
    privacy_unit: String,
    neighbours: String,
    guarantee: String,
    mechanism: String,
    /// ρ of zero-concentrated DP that all noise costs together.
    pub rho: f64,
    sampler: String,
    randomness: String,
    limits: String,
    made_by: String,
    /// What was chosen by looking at unprotected data, by the word of who published it.
    #[serde(default)]
    pub unprotected_quantities: Unprotected,
    /// The column that names the privacy unit; null in files of older versions.
    #[serde(default)]
    privacy_unit_column: Option<String>,
    /// Every decision of reading, its value and its source; null in files of older versions.
    #[serde(default)]
    reading: serde_json::Value,
    /// Cleaning steps that were switched off; null in files of older versions.
    #[serde(default)]
    cleaning_switched_off: Option<Vec<String>>,
    /// Whose budget was spent.
    pub dataset: String,
    /// The entry of that budget's ledger.
    pub entry: i64,
    /// The ledger entry as other statements have it; null in files of older versions.
    #[serde(default)]
    ledger: serde_json::Value,
    /// All of it in plain sentences; none in files of older versions.
    #[serde(default)]
    pub in_words: Vec<String>,
    /// The vocabulary: a public list, or what was chosen of one.
    pub items: Vec<String>,
    /// Their readable names, where the list has them; empty for an item without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
    /// How it was chosen, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<ChosenItems>,
    unit: u64,
    /// σ of the noise of `histogram`, in units.
    histogram_sigma: f64,
    /// Noisy Σ 1/√s for every item, in units.
    histogram: Vec<i64>,
    /// σ of the noise of `pairs` or `refined`, in units.
    second_sigma: f64,
    /// Items of the head, most bought first; empty without pairs.
    head: Vec<u32>,
    /// Noisy Gram matrix of the head: the upper triangle by column, in units.
    pairs: Vec<i64>,
    /// A second noisy histogram, where the budget was too small for pairs.
    refined: Vec<i64>,
}

/// How the vocabulary of a published model was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChosenItems {
    /// Number of items in the public list.
    pub of: usize,
    /// σ of the noise on the counts that chose, in units.
    pub counts_sigma: f64,
}

/// What is to be learnt and published.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// Popularity or EASE.
    pub model: ModelKind,
    /// From whom.
    pub training: Training<'a>,
    /// The public list of items, as long as `training.items`.
    pub items: &'a [String],
    /// Their readable names, if they have some.
    pub names: Option<&'a [String]>,
    /// (ε, δ).
    pub cost: Cost,
    /// ρ that they buy.
    pub rho: f64,
    /// What was chosen by looking at unprotected data.
    pub unprotected: &'a Unprotected,
    /// How the data was read.
    pub provenance: &'a Provenance,
}

/// σ of the noise on the weight of an item, of which one user makes at most 1: known before a row
/// is looked at. `choosing` where items are first chosen by noisy counts.
pub(super) fn weight_sigma(model: ModelKind, rho: f64, choosing: bool) -> f64 {
    let sigma_of = |share: f64| 1.0 / (2.0 * share * rho).sqrt();
    if model != ModelKind::Ease {
        return sigma_of(1.0);
    }
    let budget = if choosing { 1.0 - histogram_share(sigma_of(1.0)) } else { 1.0 };
    sigma_of(budget * histogram_share(sigma_of(budget)))
}

/// The half-width that holds noise of this σ with 95 %: of the normal law, which noise as wide as
/// this has.
pub(super) fn width_words(sigma: f64) -> String {
    format!("{:.1}", (1.96 * sigma * 10.0).ceil() / 10.0)
}

impl Lesson<'_> {
    /// Learns with exact noise. Every user moves each vector by at most 1 in Euclidean norm
    /// (what a user adds is rounded down to whole units), and the second is chosen from the
    /// first alone.
    ///
    /// # Errors
    /// [`NoiseError`].
    pub fn learn(
        &self,
        draws: &mut Draws,
        ledger: LedgerStatement,
    ) -> Result<PublishedModel, NoiseError> {
        let sigma = 1.0 / (2.0 * self.rho).sqrt();
        let Some(most) = self.training.public().to_choose() else {
            return Ok(self.named(self.learn_all(draws, ledger, &self.training, 1.0)?, None));
        };
        if self.model != ModelKind::Ease {
            // Its own counts choose.
            let mut model = self.learn_all(draws, ledger, &self.training, 1.0)?;
            let chosen = Chosen::by(&in_ones(&model.histogram), most);
            model.histogram =
                chosen.items.iter().map(|&item| model.histogram[item as usize]).collect();
            let counts_sigma = model.histogram_sigma;
            return Ok(self.named(model, Some((&chosen, counts_sigma))));
        }
        let share = histogram_share(sigma);
        let (counts, counts_sigma) = draws.gaussian(&histogram(&self.training), UNIT, share)?;
        let chosen = Chosen::by(&in_ones(&counts), most);
        let histories = chosen.histories(&self.training);
        let histories: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
        let training = Training {
            items: most,
            histories: &histories,
            l0: self.training.l0,
            options: FitOptions::default(),
        };
        let model = self.learn_all(draws, ledger, &training, 1.0 - share)?;
        Ok(self.named(model, Some((&chosen, counts_sigma))))
    }

    /// The most bytes that the model's file can have: every item, the largest head, the longest
    /// numbers. Noise of more than 64 standard deviations is as good as impossible.
    pub fn largest(&self) -> usize {
        let names =
            serde_json::to_string(&(self.items, self.names, self.unprotected, self.unprotected))
                .map_or(0, |text| text.len());
        let all = self.items.len();
        // An i64 and a comma.
        let histogram = 21 * all;
        let second = if self.model == ModelKind::Ease {
            let sigma_of = |rho: f64| 1.0 / (2.0 * rho).sqrt();
            let choosing = self.training.public().to_choose().is_some();
            let budget =
                if choosing { 1.0 - histogram_share(sigma_of(self.rho)) } else { 1.0 } * self.rho;
            let rest = budget * (1.0 - histogram_share(sigma_of(budget)));
            let widest =
                UNIT as f64 * (self.training.histories.len() as f64 + 64.0 * sigma_of(rest));
            // Digits, a sign, a comma.
            let each = (widest.log10().max(0.0) as usize + 3).min(21);
            let head = all.min(LARGEST_HEAD);
            histogram.max(11 * head + each * pairs_of(head))
        } else {
            0
        };
        names + histogram + second + FIXED
    }

    /// The model with its items, and with how they were chosen if they were: which, and by counts
    /// with noise of which σ.
    fn named(&self, model: PublishedModel, chosen: Option<(&Chosen, f64)>) -> PublishedModel {
        let of = |list: &[String]| match chosen {
            Some((chosen, _)) => {
                chosen.items.iter().map(|&item| list[item as usize].clone()).collect()
            }
            None => list.to_vec(),
        };
        let mut named = PublishedModel {
            items: of(self.items),
            names: self.names.map(of),
            chosen: chosen
                .map(|(_, counts_sigma)| ChosenItems { of: self.items.len(), counts_sigma }),
            ..model
        };
        named.in_words = self.sentences(&named);
        named
    }

    /// The model in plain sentences, without any figure of the data.
    fn sentences(&self, model: &PublishedModel) -> Vec<String> {
        let items = model.items.len();
        let chosen = match model.chosen {
            Some(ChosenItems { of, .. }) => {
                format!("{items} items, chosen by noisy counts of a public list of {of}")
            }
            None => format!("the {items} items of a public list"),
        };
        let width = width_words(model.histogram_sigma / model.unit as f64);
        vec![
            format!(
                "This is a model of {chosen}. It was learnt from at most {} items of each user; what a user has beyond that \
                 is left out.",
                model.l0
            ),
            format!(
                "Noise is added to every number: to the weight of an item, of which one user makes at most 1, it adds less \
                 than ±{width} with a probability of 95 %, and 0 on average."
            ),
            "Lists are made from it and from a history that whoever asks has and that goes nowhere.".to_owned(),
            looked_at(self.unprotected),
            odds(self.cost),
        ]
    }

    /// Learns from these histories over all their items, which have no names yet, for a share of
    /// the budget.
    fn learn_all(
        &self,
        draws: &mut Draws,
        ledger: LedgerStatement,
        training: &Training<'_>,
        budget: f64,
    ) -> Result<PublishedModel, NoiseError> {
        let sigma_of = |share: f64| 1.0 / (2.0 * share * budget * self.rho).sqrt();
        let share = match self.model {
            ModelKind::Ease => histogram_share(sigma_of(1.0)),
            _ => 1.0,
        };
        let sums = histogram(training);
        let (histogram, histogram_sigma) = draws.gaussian(&sums, UNIT, share * budget)?;
        let (mut second_sigma, mut head, mut pairs, mut refined) =
            (0.0, Vec::new(), Vec::new(), Vec::new());
        if share < 1.0 {
            let rest = (1.0 - share) * budget;
            head = head_of(&in_ones(&histogram), sigma_of(1.0 - share));
            if head.is_empty() {
                (refined, second_sigma) = draws.gaussian(&sums, UNIT, rest)?;
            } else {
                (pairs, second_sigma) = draws.gaussian(&pair_sums(training, &head), UNIT, rest)?;
            }
        }
        Ok(PublishedModel {
            format: FORMAT.to_owned(),
            version: VERSION,
            model: self.model,
            epsilon: self.cost.epsilon.to_string(),
            delta: self.cost.delta.to_string(),
            l0: training.l0,
            privacy_unit: "user".to_owned(),
            neighbours: "add or remove one user".to_owned(),
            guarantee: "differential privacy of this file; lists made from it with a user's own history are jointly \
                        differentially private"
                .to_owned(),
            mechanism: "discrete-gaussian".to_owned(),
            rho: self.rho,
            sampler: Draws::sampler().to_owned(),
            randomness: randomness().to_owned(),
            limits: LIMITS.to_owned(),
            made_by: concat!("epsiloscope ", env!("CARGO_PKG_VERSION")).to_owned(),
            unprotected_quantities: self.unprotected.clone(),
            privacy_unit_column: Some(self.provenance.privacy_unit_column.clone()),
            reading: serde_json::to_value(&self.provenance.reading).unwrap_or_default(),
            cleaning_switched_off: Some(
                self.provenance.cleaning_switched_off.iter().map(|&step| step.to_owned()).collect(),
            ),
            ledger: serde_json::to_value(&ledger).unwrap_or_default(),
            dataset: ledger.dataset,
            entry: ledger.entry,
            in_words: Vec::new(),
            items: Vec::new(),
            names: None,
            chosen: None,
            unit: UNIT,
            histogram_sigma,
            histogram,
            second_sigma,
            head,
            pairs,
            refined,
        })
    }
}

/// Σ ⌊UNIT/√s⌋ over users with s ≤ l0 items.
fn histogram(training: &Training<'_>) -> Vec<i64> {
    let mut sums = vec![0i64; training.items];
    for history in training.histories {
        let mine = &history[..history.len().min(training.l0)];
        for &item in mine {
            sums[item as usize] += root_of_share(1, mine.len());
        }
    }
    sums
}

/// Σ ⌊UNIT·√2/s⌋ of pairs and ⌊UNIT/s⌋ of the diagonal.
fn pair_sums(training: &Training<'_>, head: &[u32]) -> Vec<i64> {
    let mut sums = vec![0i64; pairs_of(head.len())];
    each_pair(training, head, |slot, s, same| {
        sums[slot] += root_of_share(if same { 1 } else { 2 }, s * s);
    });
    sums
}

/// ⌊UNIT·√(numerator/denominator)⌋, exactly.
fn root_of_share(numerator: u64, denominator: usize) -> i64 {
    (numerator * UNIT * UNIT / denominator as u64).isqrt() as i64
}

fn in_ones(units: &[i64]) -> Vec<f64> {
    units.iter().map(|&value| value as f64 / UNIT as f64).collect()
}

impl PublishedModel {
    /// Reads a model and checks that it is whole.
    ///
    /// # Errors
    /// If the text is no model, or one of another version, or its parts do not fit.
    pub fn read(name: &str, text: &str) -> Result<Self, ModelFileError> {
        let unreadable =
            |cause: String| ModelFileError::Unreadable { name: name.to_owned(), cause };
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| unreadable(format!("it is no JSON ({error})")))?;
        if value["format"] != FORMAT {
            return Err(unreadable(format!("it does not say \"format\": \"{FORMAT}\"")));
        }
        match value["version"].as_u64() {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                return Err(ModelFileError::Version { name: name.to_owned(), version });
            }
            None => return Err(unreadable("it has no version".to_owned())),
        }
        let model: Self =
            serde_json::from_value(value).map_err(|error| unreadable(error.to_string()))?;
        model.check().map_err(|what| ModelFileError::Damaged { name: name.to_owned(), what })?;
        Ok(model)
    }

    fn check(&self) -> Result<(), &'static str> {
        let items = self.items.len();
        let ensure = |holds: bool, what| if holds { Ok(()) } else { Err(what) };
        ensure(self.model.is_published(), "it names a model that is not published")?;
        ensure(items > 0 && self.unit == UNIT, "its items or units are not those of this version")?;
        let named = self.names.as_ref().is_none_or(|names| names.len() == items);
        ensure(named, "its names are not as many as its items")?;
        ensure(self.histogram.len() == items, "its histogram is not as long as its list of items")?;
        ensure(
            self.refined.is_empty() || self.refined.len() == items,
            "its second histogram is cut",
        )?;
        ensure(self.pairs.len() == pairs_of(self.head.len()), "its pairs do not fit its head")?;
        ensure(
            self.second_sigma.is_finite() && self.second_sigma >= 0.0,
            "its noise has no scale",
        )?;
        ensure(self.head.is_empty() || self.second_sigma > 0.0, "its noise has no scale")?;
        let mut seen = vec![false; items];
        let once = |&item: &u32| {
            seen.get_mut(item as usize).is_some_and(|seen| !std::mem::replace(seen, true))
        };
        ensure(self.head.iter().all(once), "its head names items that are not there, or one twice")
    }

    /// The model that the released vectors make: post-processing, the same for everybody.
    pub fn model(&self) -> Box<dyn ItemModel> {
        let histogram = in_ones(&self.histogram);
        if !self.head.is_empty() {
            let sigma = self.second_sigma / UNIT as f64;
            return Box::new(Ease::of_measured(
                self.head.clone(),
                &in_ones(&self.pairs),
                sigma,
                histogram,
            ));
        }
        if self.refined.is_empty() {
            return Box::new(Popularity::of(histogram));
        }
        let precision = |sigma: f64| 1.0 / (sigma * sigma);
        let (first, second) = (precision(self.histogram_sigma), precision(self.second_sigma));
        Box::new(Ease::of_histograms(&histogram, &in_ones(&self.refined), first / (first + second)))
    }

    /// Number of items that lists are personal over; the others follow by popularity.
    pub fn head(&self) -> usize {
        self.head.len()
    }

    /// The place of an item in the vocabulary.
    pub fn item(&self, key: &str) -> Option<u32> {
        self.items.iter().position(|item| item == key).map(|place| place as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_contributions_never_exceed_the_unit() {
        for s in 1..2_000usize {
            let (share, same, pair) =
                (root_of_share(1, s), root_of_share(1, s * s), root_of_share(2, s * s));
            let square = |x: i64| i128::from(x) * i128::from(x);
            let whole = i128::from(UNIT) * i128::from(UNIT);
            assert!(s as i128 * square(share) <= whole);
            let both = s as i128 * square(same) + (s * (s - 1) / 2) as i128 * square(pair);
            assert!(both <= whole, "{s}");
            // And little is given away.
            assert!(both as f64 > 0.99 * whole as f64, "{s}: {}", both as f64 / whole as f64);
        }
    }

    #[test]
    fn other_files_get_sentences() {
        let refusal = |text: &str| PublishedModel::read("m.json", text).unwrap_err().to_string();
        assert!(refusal("{").contains("no JSON"));
        assert!(refusal("{}").contains("is no model of this program"));
        assert!(refusal(r#"{"format": "epsiloscope item model"}"#).contains("no version"));
        assert!(
            refusal(r#"{"format": "epsiloscope item model", "version": 7}"#).contains("version 7")
        );
        assert!(
            refusal(r#"{"format": "epsiloscope item model", "version": 1}"#)
                .contains("missing field")
        );
    }
}
