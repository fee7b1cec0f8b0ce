//! The release screen: what is about to be spent, and the word that spends it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::contribution::{Bounds, Pairs};
use crate::privacy::Mechanism;
use crate::privacy::accounting::{Accountant, Amount, Cost};
use crate::purchases::{Input, Reading};
use crate::release::{
    Balance, Catalogue, Entry, Keys, Ledger, Prepared, ReleaseMechanism, Request, Standing,
    Unprotected, companion, dataset_name, prepare, publish, same_file,
};
use crate::tui::desk::Desk;
use crate::tui::said::in_fields;
use crate::work::Task;

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

/// A release that is worked out, and what it does to the ledger.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The release.
    pub prepared: Prepared,
    /// The ledger now.
    pub ledger: LedgerView,
    /// Its balance afterwards.
    pub after: Balance,
}

/// What the screen shows of a ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerView {
    /// Its file.
    pub path: PathBuf,
    /// Its dataset.
    pub dataset: String,
    /// How it adds up.
    pub accountant: Accountant,
    /// Where it stands.
    pub balance: Balance,
    /// Its releases.
    pub entries: Vec<Entry>,
}

impl LedgerView {
    fn of(ledger: &Ledger) -> Result<Self, String> {
        let Standing { entries, balance, .. } = ledger.standing().map_err(in_fields)?;
        Ok(Self {
            path: ledger.path().to_owned(),
            dataset: ledger.dataset().to_owned(),
            accountant: ledger.accountant(),
            balance,
            entries,
        })
    }
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
                let guesses = data.purchases.reading.guesses();
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

    /// Everything the worker needs, or the sentence that says what is missing.
    pub fn task(&self, desk: &Desk) -> Result<ReleaseTask, String> {
        let data = desk.data.as_ref().ok_or("nothing is open yet")?;
        let knobs = desk.knobs;
        let bounds = knobs.bounds()?;
        let mechanism = match knobs.mechanism {
            Mechanism::Laplace | Mechanism::DiscreteLaplace | Mechanism::GumbelTopK => {
                ReleaseMechanism::DiscreteLaplace
            }
            Mechanism::Gaussian | Mechanism::DiscreteGaussian => ReleaseMechanism::DiscreteGaussian,
        };
        let epsilon =
            Amount::parse(&knobs.epsilon.to_string()).map_err(|reason| format!("ε: {reason}"))?;
        let needed = self.fields(knobs.mechanism).contains(&Field::Delta);
        let delta = if needed { self.delta.trim() } else { "0" };
        let delta = Amount::parse(delta).map_err(|reason| format!("δ: {reason}"))?;
        for (text, what) in
            [(&self.ledger, "the ledger's file"), (&self.out, "the file to publish")]
        {
            if text.trim().is_empty() {
                return Err(format!("type the name of {what}"));
            }
        }
        if !self.agreed && !self.guessed.is_empty() {
            return Err(format!(
                "the file was read by guesses over all of its rows ({}): whoever is in it could change them, and with \
                 them what everybody's rows mean. Agree to that in the last line of the form (←→), and the statement \
                 says so",
                self.guessed.join("; ")
            ));
        }
        if data.purchases.reading.keep.missing_user {
            return Err("rows without a user are kept as if they were one user's, whom no bound protects: switch \
                        \"missing user\" on again (screen Data) to release"
                .to_owned());
        }
        let unprotected = match self.unprotected.trim() {
            "" => Unprotected::NotStated,
            none if none.eq_ignore_ascii_case("none") => Unprotected::Stated(Vec::new()),
            list => {
                Unprotected::Stated(list.split(',').map(|name| name.trim().to_owned()).collect())
            }
        };
        let catalogue = match self.keys {
            KeysChoice::Catalogue if self.catalogue.trim().is_empty() => {
                return Err(
                    "type the name of the public list of groups, a table with a header".to_owned()
                );
            }
            KeysChoice::Catalogue => Some(PathBuf::from(self.catalogue.trim())),
            _ => None,
        };
        let own = data.purchases.columns.item.clone();
        Ok(ReleaseTask {
            pairs: Arc::clone(&data.pairs),
            dataset: dataset(&desk.input),
            ledger: PathBuf::from(self.ledger.trim()),
            input: match &desk.input {
                Input::File(path) => Some(path.clone()),
                _ => None,
            },
            keys: self.keys,
            catalogue,
            usual: vec![own, "group".to_owned(), knobs.question.group_by.name().to_owned()],
            epsilon,
            delta,
            bounds,
            mechanism,
            floor: self.floor,
            reading: data.purchases.reading.clone(),
            unprotected,
            out: PathBuf::from(self.out.trim()),
            go: None,
        })
    }
}

/// The dataset's name in a ledger.
pub fn dataset(input: &Input) -> String {
    match input {
        Input::File(path) => dataset_name(path),
        Input::Stdin => "standard-input".to_owned(),
        Input::Sample => "sample".to_owned(),
    }
}

/// What the release worker is asked for.
#[derive(Debug, Clone)]
pub struct ReleaseTask {
    pairs: Arc<Pairs>,
    dataset: String,
    ledger: PathBuf,
    input: Option<PathBuf>,
    keys: KeysChoice,
    catalogue: Option<PathBuf>,
    usual: Vec<String>,
    epsilon: Amount<9>,
    delta: Amount<18>,
    bounds: Bounds,
    mechanism: ReleaseMechanism,
    floor: bool,
    reading: Reading,
    unprotected: Unprotected,
    out: PathBuf,
    /// Worked out already and confirmed: make this, whatever is open by now.
    go: Option<Box<Preview>>,
}

impl ReleaseTask {
    /// The same, with `~` in its paths resolved by `home`.
    pub fn resolved(mut self, home: impl Fn(&Path) -> PathBuf) -> Self {
        self.ledger = home(&self.ledger);
        self.out = home(&self.out);
        self.catalogue = self.catalogue.as_deref().map(home);
        self
    }

    /// The same, confirmed.
    pub fn confirmed(self, preview: Preview) -> Self {
        Self { go: Some(Box::new(preview)), ..self }
    }
}

/// What the release worker found or did.
#[derive(Debug, Clone)]
pub enum ReleaseOutcome {
    /// Worked out, nothing spent.
    Prepared(Result<Box<Preview>, String>),
    /// Made, or not.
    Released(Result<(String, LedgerView), String>),
}

/// Serves one request. What draws the noise lives and dies in here.
pub fn serve(task: ReleaseTask, slot: &Task<ReleaseOutcome>) {
    slot.publish(match task.go.clone() {
        None => ReleaseOutcome::Prepared(work_out(task)),
        Some(preview) => ReleaseOutcome::Released(make(&preview)),
    });
}

fn work_out(task: ReleaseTask) -> Result<Box<Preview>, String> {
    let ledger = Ledger::open(&task.ledger).map_err(in_fields)?;
    ledger.expect_dataset(&task.dataset).map_err(in_fields)?;
    for out in [&task.out, &companion(&task.out)] {
        if task.input.as_ref().is_some_and(|input| input == out) {
            return Err(format!(
                "{} is the file that is read: name another, or it would be lost",
                out.display()
            ));
        }
    }
    if let (Some(input), Some(catalogue)) = (&task.input, &task.catalogue)
        && same_file(input, catalogue)
    {
        return Err(format!(
            "{} is the data file: keys that are taken from the data are not public; name a list that does not come \
             from it",
            catalogue.display()
        ));
    }
    let keys = match (task.keys, &task.catalogue) {
        (KeysChoice::Catalogue, Some(path)) => {
            let usual: Vec<&str> = task.usual.iter().map(String::as_str).collect();
            Keys::Catalogue(Catalogue::read(path, None, &usual).map_err(in_fields)?)
        }
        (KeysChoice::Public, _) => Keys::Public,
        _ => Keys::Private,
    };
    let request = Request {
        epsilon: task.epsilon,
        delta: task.delta,
        bounds: task.bounds,
        mechanism: task.mechanism,
        keys,
        floor_at_zero: task.floor,
        spreadsheet_safe: false,
        top_k: None,
        reading: task.reading,
        unprotected: task.unprotected,
        out: task.out,
        force: false,
    };
    let prepared = prepare(task.pairs, request).map_err(in_fields)?;
    let after = ledger.with(prepared.reservation()).map_err(in_fields)?;
    Ok(Box::new(Preview { prepared, ledger: LedgerView::of(&ledger)?, after }))
}

/// Makes what was previewed: its contributions, its ledger, its file.
fn make(Preview { prepared, ledger: view, .. }: &Preview) -> Result<(String, LedgerView), String> {
    let mut ledger = Ledger::open(&view.path).map_err(in_fields)?;
    ledger.expect_dataset(&view.dataset).map_err(in_fields)?;
    let made = publish(prepared, &mut ledger).map_err(in_fields)?;
    let Cost { epsilon, .. } = prepared.reservation().cost;
    let words = format!(
        "released {} rows to {}: spent ε {epsilon} (entry {}), ε {} is left in {}",
        made.rows,
        made.out.display(),
        made.entry,
        made.balance.remaining().epsilon,
        view.path.display()
    );
    Ok((words, LedgerView::of(&ledger)?))
}
