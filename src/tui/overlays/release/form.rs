//! The release screen: what is about to be spent, and the word that spends it.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::contribution::BoundError;
use crate::privacy::Mechanism;
use crate::privacy::accounting::{Amount, AmountTextError, Cost};
use crate::purchases::{Input, Reason};
use crate::release::{
    KeySource, Order, Preview, ReleaseMechanism, ReleaseTask, Released, SumsOrder, Unprotected,
    dataset_name, usual_headers,
};
use crate::tui::desk::Desk;
use crate::words::{Asker, Say};

/// A line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The ledger's file.
    Ledger,
    /// Where the group keys come from.
    Keys,
    /// The public list.
    Catalogue,
    /// δ of the release.
    Delta,
    /// Whether values below 0 become 0.
    Floor,
    /// The file to publish.
    Out,
    /// What was chosen by looking at the data.
    Unprotected,
    /// Whether the decisions of reading that were guessed from rows are agreed to.
    Guesses,
}

/// Where the group keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysChoice {
    /// Selected privately, by threshold.
    Private,
    /// A public list.
    Catalogue,
    /// In the data, and public.
    Public,
}

impl KeysChoice {
    /// Every choice, in the order shown.
    pub const ALL: [KeysChoice; 3] =
        [KeysChoice::Private, KeysChoice::Catalogue, KeysChoice::Public];

    /// What the form says.
    pub fn words(self) -> &'static str {
        match self {
            KeysChoice::Private => "private: small groups are dropped, needs δ",
            KeysChoice::Catalogue => "from a public list (recommended)",
            KeysChoice::Public => "in the data, and known to everyone",
        }
    }
}

/// How far the form got.
#[derive(Debug, Clone)]
pub enum Stage {
    /// The user fills it in.
    Filling,
    /// The worker is at it; `true` once it spends.
    Working(bool),
    /// Worked out: the word is awaited.
    Ready(Box<Preview>),
}

/// The form.
#[derive(Debug, Clone)]
pub struct ReleaseForm {
    /// The ledger's file, as typed.
    pub ledger: String,
    /// Where the keys come from.
    pub keys: KeysChoice,
    /// The public list, as typed.
    pub catalogue: String,
    /// δ, as typed.
    pub delta: String,
    /// Flooring at 0.
    pub floor: bool,
    /// The output, as typed.
    pub out: String,
    /// What was chosen by looking, as typed.
    pub unprotected: String,
    /// The decisions of reading that were guessed from rows, in words; empty if none was.
    pub guessed: Vec<String>,
    /// Whether they are agreed to.
    pub agreed: bool,
    /// The word that spends, as typed.
    pub word: String,
    /// The line that is chosen.
    pub field: Field,
    /// How far it got.
    pub stage: Stage,
    /// Why it went no further.
    pub refusal: Option<String>,
}

/// What is missing before a release can be worked out, as one sentence.
#[derive(Debug, Error)]
pub enum Missing {
    #[error("nothing is open yet")]
    File,
    #[error("{}", .0.say(Asker::Explorer))]
    Bounds(#[from] BoundError),
    #[error("ε: {0}")]
    Epsilon(AmountTextError),
    #[error("δ: {0}")]
    Delta(AmountTextError),
    #[error("type the name of {what}")]
    Name { what: &'static str },
    #[error(
        "the file was read by guesses over all of its rows ({guesses}): whoever is in it could change them, and with \
         them what everybody's rows mean. Agree to that in the last line of the form (←→), and the statement says so"
    )]
    Agreement { guesses: String },
    #[error(
        "rows without a user are kept as if they were one user's, whom no bound protects: switch \"missing user\" on \
         again (screen Data) to release"
    )]
    Users,
    #[error("type the name of the public list of groups, a table with a header")]
    Catalogue,
}

/// The word that spends.
pub const WORD: &str = "release";

impl ReleaseForm {
    /// An empty form for the data at hand.
    pub fn new(desk: &Desk) -> Self {
        let name = dataset(&desk.input);
        let ledger = desk.ledger.as_ref().map(|ledger| ledger.path.display().to_string());
        Self {
            ledger: ledger.unwrap_or_else(|| format!("{name}.ledger")),
            keys: KeysChoice::Private,
            catalogue: String::new(),
            delta: format!("{:e}", desk.knobs.delta),
            floor: false,
            out: format!("{name}_privacy.csv"),
            unprotected: String::new(),
            guessed: desk.data.as_ref().map_or(Vec::new(), |data| {
                let guesses = data.purchases.reading.for_measure(data.measure()).guesses();
                guesses
                    .iter()
                    .map(|guess| format!("{}: {}", guess.decision.words(), guess.value))
                    .collect()
            }),
            agreed: false,
            word: String::new(),
            field: Field::Ledger,
            stage: Stage::Filling,
            refusal: None,
        }
    }

    /// The lines that mean something now.
    pub fn fields(&self, mechanism: Mechanism) -> Vec<Field> {
        let mut fields = vec![Field::Ledger, Field::Keys];
        if self.keys == KeysChoice::Catalogue {
            fields.push(Field::Catalogue);
        }
        if self.keys == KeysChoice::Private || mechanism.needs_delta() {
            fields.push(Field::Delta);
        }
        fields.extend([Field::Floor, Field::Out, Field::Unprotected]);
        if !self.guessed.is_empty() {
            fields.push(Field::Guesses);
        }
        fields
    }

    /// The text of the chosen line, where one can type.
    pub fn typed(&mut self) -> Option<&mut String> {
        match (&self.stage, self.field) {
            (Stage::Ready(_), _) => Some(&mut self.word),
            (Stage::Working(_), _) => None,
            (Stage::Filling, Field::Ledger) => Some(&mut self.ledger),
            (Stage::Filling, Field::Catalogue) => Some(&mut self.catalogue),
            (Stage::Filling, Field::Delta) => Some(&mut self.delta),
            (Stage::Filling, Field::Out) => Some(&mut self.out),
            (Stage::Filling, Field::Unprotected) => Some(&mut self.unprotected),
            (Stage::Filling, Field::Keys | Field::Floor | Field::Guesses) => None,
        }
    }

    /// Whether what is typed is a path.
    pub fn takes_path(&self) -> bool {
        matches!(self.stage, Stage::Filling)
            && matches!(self.field, Field::Ledger | Field::Catalogue | Field::Out)
    }

    /// Everything the worker needs, or what is missing.
    pub fn task(&self, desk: &Desk) -> Result<ReleaseTask, Missing> {
        let data = desk.data.as_ref().ok_or(Missing::File)?;
        let knobs = desk.knobs;
        let bounds = knobs.bounds()?;
        // What is released is the exact kin of what is rehearsed: pure, or with a δ.
        let mechanism = if knobs.mechanism.needs_delta() {
            ReleaseMechanism::DiscreteGaussian
        } else {
            ReleaseMechanism::DiscreteLaplace
        };
        let epsilon = Amount::parse(&knobs.epsilon.to_string()).map_err(Missing::Epsilon)?;
        let needed = self.fields(knobs.mechanism).contains(&Field::Delta);
        let delta = if needed { self.delta.trim() } else { "0" };
        let delta = Amount::parse(delta).map_err(Missing::Delta)?;
        for (text, what) in
            [(&self.ledger, "the ledger's file"), (&self.out, "the file to publish")]
        {
            if text.trim().is_empty() {
                return Err(Missing::Name { what });
            }
        }
        if !self.agreed && !self.guessed.is_empty() {
            return Err(Missing::Agreement { guesses: self.guessed.join("; ") });
        }
        if data.purchases.reading.cleaning.keeps(Reason::MissingUser) {
            return Err(Missing::Users);
        }
        let unprotected = match self.unprotected.trim() {
            "" => Unprotected::NotStated,
            none if none.eq_ignore_ascii_case("none") => Unprotected::Stated(Vec::new()),
            list => {
                Unprotected::Stated(list.split(',').map(|name| name.trim().to_owned()).collect())
            }
        };
        let keys = match self.keys {
            KeysChoice::Catalogue if self.catalogue.trim().is_empty() => {
                return Err(Missing::Catalogue);
            }
            KeysChoice::Catalogue => {
                KeySource::Catalogue { path: PathBuf::from(self.catalogue.trim()), column: None }
            }
            KeysChoice::Private => KeySource::Private,
            KeysChoice::Public => KeySource::Public,
        };
        let usual = usual_headers(&data.purchases.columns, knobs.question.group_by);
        Ok(ReleaseTask {
            pairs: Arc::clone(&data.pairs),
            order: Order {
                dataset: dataset(&desk.input),
                input: match &desk.input {
                    Input::File(path) => Some(path.clone()),
                    _ => None,
                },
                beside: desk.options.join.iter().cloned().collect(),
                ledger: PathBuf::from(self.ledger.trim()),
                keys,
                cost: Cost { epsilon, delta },
                out: PathBuf::from(self.out.trim()),
                force: false,
            },
            sums: SumsOrder {
                bounds,
                mechanism,
                floor_at_zero: self.floor,
                spreadsheet_safe: false,
                top_k: None,
                interval: false,
                rest: None,
            },
            usual: usual.into_iter().map(str::to_owned).collect(),
            reading: data.purchases.reading.for_measure(data.measure()),
            unprotected,
            go: None,
        })
    }
}

/// The dataset's name in a ledger.
fn dataset(input: &Input) -> String {
    dataset_name(input).unwrap_or_else(|| "standard-input".to_owned())
}

/// What is said of a release that was made.
pub fn released_words(released: &Released) -> String {
    let Released { published, epsilon, ledger } = released;
    format!(
        "released {} rows to {}: spent ε {epsilon} (entry {}), ε {} is left in {}",
        published.rows,
        published.out.display(),
        published.entry,
        published.balance.remaining().epsilon,
        ledger.path.display()
    )
}
