//! The release form: what is about to be spent, and the word that spends it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::field::{Field, KeysChoice, MODELS, What};
use crate::contribution::{BoundError, Bounds, GroupKeys};
use crate::export::{delta_words, left_words};
use crate::privacy::Mechanism;
use crate::privacy::accounting::{Accountant, Amount, AmountTextError, Cost};
use crate::purchases::{GroupBy, Input, Measure, Reading, Reason};
use crate::recommend::{ModelKind, ModelOrder};
use crate::rehearsal::{Made, ModelTask, PublishTask, Worked};
use crate::release::{
    Catalogue, KeySource, NewLedger, NoNames, Order, ReleaseMechanism, ReleaseTask, SumsOrder,
    Unprotected, dataset_name, usual_headers,
};
use crate::tui::desk::Desk;
use crate::tui::desk::paths::path_of;
use crate::tui::desk::prompt::Prompt;
use crate::tui::desk::typed::NotTyped;
use crate::tui::knobs::Knobs;
use crate::words::{Asker, Say};

/// How many releases like the first one a ledger is proposed for.
const PROPOSED: u64 = 5;

/// How far the form got.
#[derive(Debug, Clone)]
pub enum Stage {
    /// The user fills it in.
    Filling,
    /// The worker is at it; `true` once it spends.
    Working(bool),
    /// Worked out: the word is awaited.
    Ready(Box<Worked>),
}

/// The form.
#[derive(Debug, Clone)]
pub struct ReleaseForm {
    /// What is published.
    pub what: What,
    /// What can be published from the screen that it was opened on.
    pub offered: Vec<What>,
    /// The length of an order, as typed.
    pub k: String,
    /// Which model.
    pub model: ModelKind,
    /// How many items of the list a model takes, as typed; empty for all.
    pub items: String,
    /// Where the keys come from; nobody chooses that for the user.
    pub keys: Option<KeysChoice>,
    /// Whether the grouping itself says which groups there are.
    pub kind_known: bool,
    /// The public list, as typed.
    pub catalogue: String,
    /// ε, as typed.
    pub epsilon: String,
    /// δ, as typed.
    pub delta: String,
    /// Columns low and high.
    pub interval: bool,
    /// The share of the rest, as typed; empty for none.
    pub rest: String,
    /// Flooring at 0.
    pub floor: bool,
    /// The ledger's file, as typed.
    pub ledger: String,
    /// Whether the lines of a ledger that is to be made are there.
    pub making: bool,
    /// Whether the dataset's name is asked for.
    pub naming: bool,
    /// The dataset's name, as typed.
    pub dataset: String,
    /// ε of a new ledger, as typed.
    pub total_epsilon: String,
    /// δ of a new ledger, as typed.
    pub total_delta: String,
    /// How a new ledger adds up.
    pub accountant: Accountant,
    /// The output, as typed.
    pub out: String,
    /// What was chosen by looking, as typed.
    pub unprotected: String,
    /// The decisions of reading that were guessed from rows, in words; empty if none was.
    pub guessed: Vec<String>,
    /// Whether they are agreed to.
    pub agreed: bool,
    /// The word that spends (or that goes on below sense), as typed.
    pub word: String,
    /// Whether the user goes on where the release makes little sense.
    pub anyway: bool,
    /// The line that is chosen.
    pub field: Field,
    /// Whether it was just come to: what is typed replaces what stands there.
    pub fresh: bool,
    /// How far it got.
    pub stage: Stage,
    /// How far what is worked out is scrolled down.
    pub scroll: u16,
    /// Why it went no further.
    pub refusal: Option<String>,
    /// How the path in the chosen line goes on.
    pub completing: Option<Box<Prompt>>,
    /// The form as it was opened.
    pub began: Option<Box<ReleaseForm>>,
    /// The knobs, and what was known to be chosen by looking, before the screen's own answer was put
    /// under them.
    pub before: Option<(Knobs, Vec<&'static str>)>,
}

/// What is missing before a release can be worked out, as one sentence.
#[derive(Debug, Error)]
pub enum Missing {
    #[error("nothing is open yet")]
    File,
    #[error("{}", .0.say(Asker::Explorer))]
    Bounds(#[from] BoundError),
    #[error("{}: {why}", .field.name().trim())]
    Amount { field: Field, why: AmountTextError },
    #[error("{}: {why}", .field.name().trim())]
    Path { field: Field, why: NotTyped },
    #[error("{} must be a whole number of at least {least}, not {text}", .field.name().trim())]
    Whole { field: Field, least: usize, text: String },
    #[error("type the name of {what}")]
    Name { field: Field, what: &'static str },
    #[error("say which groups exist: ←→ chooses. Nobody can choose that for you")]
    Keys,
    #[error(
        "share of (rest): a share of ε between 0 and 1, both left out, such as 0.1; empty for none"
    )]
    Share,
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
    #[error(
        "some ids of users were rounded by a spreadsheet (1.2E+05), so that one id may be several people, whom nothing \
         protects each: export the file again with ids as text, or choose another column for users (screen Data)"
    )]
    SpoiltUsers,
    #[error("chosen by looking: {0}; empty leaves it not stated")]
    Looked(NoNames),
    #[error("type the name of the public list, a table with a header; tab completes its path")]
    Catalogue,
}

impl Missing {
    /// The line that is wrong; none where it is none of them.
    pub fn field(&self) -> Option<Field> {
        match self {
            Missing::File | Missing::Bounds(_) | Missing::Users | Missing::SpoiltUsers => None,
            Missing::Amount { field, .. }
            | Missing::Path { field, .. }
            | Missing::Whole { field, .. }
            | Missing::Name { field, .. } => Some(*field),
            Missing::Keys => Some(Field::Keys),
            Missing::Share => Some(Field::Rest),
            Missing::Agreement { .. } => Some(Field::Guesses),
            Missing::Looked(_) => Some(Field::Unprotected),
            Missing::Catalogue => Some(Field::Catalogue),
        }
    }
}

/// The word that spends.
pub const WORD: &str = "release";
/// The word that goes on where a release makes little sense.
pub const ANYWAY: &str = "anyway";

/// What is known to be chosen by looking, of that which a release takes: linf bounds sums alone.
fn looked_up(what: What, desk: &Desk) -> String {
    let sums = what == What::Values && desk.knobs.question.measure != Measure::Buyers;
    let taken = desk.fitted.iter().copied().filter(|&name| sums || name != "linf");
    taken.collect::<Vec<_>>().join(", ")
}

/// Whether everybody knows which groups there are, whatever the data hold.
fn kind_known(desk: &Desk) -> bool {
    desk.data.as_ref().is_some_and(|data| matches!(data.pairs.known(), GroupKeys::Kind(_)))
}

/// The most items of a model as on the screen; empty where that is all of them.
fn list_items(desk: &Desk) -> String {
    let there = desk.data.as_ref().map_or(0, |data| data.purchases.item.names.len());
    match desk.knobs.items < there {
        true => desk.knobs.items.to_string(),
        false => String::new(),
    }
}

impl ReleaseForm {
    /// An empty form for the data at hand and what may be published of it, the likeliest first.
    pub fn new(desk: &Desk, offered: Vec<What>) -> Self {
        let name = dataset(&desk.input);
        let ledger = desk.ledger.as_ref();
        let what = offered.first().copied().unwrap_or(What::Values);
        let knobs = desk.knobs;
        let mut form = Self {
            what,
            offered,
            k: desk.k().to_string(),
            model: if knobs.model.is_published() { knobs.model } else { MODELS[0] },
            items: list_items(desk),
            // Which hours and weekdays there are everybody knows.
            keys: kind_known(desk).then_some(KeysChoice::Public),
            kind_known: kind_known(desk),
            catalogue: match desk.input == Input::Sample
                && desk.knobs.question.group_by == GroupBy::Item
            {
                true => Catalogue::OF_SAMPLE.to_owned(),
                false => String::new(),
            },
            epsilon: Amount::<9>::parse(&format!("{:.9}", knobs.epsilon))
                .map_or_else(|_| knobs.epsilon.to_string(), |epsilon| epsilon.to_string()),
            delta: format!("{:e}", knobs.delta),
            interval: false,
            rest: String::new(),
            floor: false,
            ledger: ledger
                .map_or(format!("{name}.ledger"), |ledger| ledger.path.display().to_string()),
            making: false,
            naming: false,
            dataset: ledger.map_or_else(|| name.clone(), |ledger| ledger.dataset.clone()),
            total_epsilon: String::new(),
            total_delta: String::new(),
            accountant: Accountant::Basic,
            out: String::new(),
            unprotected: looked_up(what, desk),
            guessed: Vec::new(),
            agreed: false,
            word: String::new(),
            anyway: false,
            field: match what {
                What::Values if kind_known(desk) => Field::Epsilon,
                What::Values => Field::Keys,
                What::Order | What::Model => Field::Catalogue,
            },
            fresh: true,
            stage: Stage::Filling,
            scroll: 0,
            refusal: None,
            completing: None,
            began: None,
            before: None,
        };
        form.out = form.usual_out(desk);
        form.guessed = form.guesses(desk);
        form.began = Some(Box::new(form.clone()));
        form
    }

    /// Publishes something else: what depends on it and was not touched follows.
    pub fn choose(&mut self, what: What, desk: &Desk) {
        let untouched = self.out == self.usual_out(desk);
        let as_known = self.unprotected == looked_up(self.what, desk);
        self.what = what;
        if untouched {
            self.out = self.usual_out(desk);
        }
        if as_known {
            self.unprotected = looked_up(what, desk);
        }
        self.guessed = self.guesses(desk);
    }

    fn usual_out(&self, desk: &Desk) -> String {
        let name = dataset(&desk.input);
        let usual = match self.what {
            What::Values => format!("{name}_privacy.csv"),
            What::Order => format!("{name}_top.csv"),
            What::Model => format!("{name}_model.json"),
        };
        // What this ledger published is there.
        let entries = desk.ledger.as_ref().map_or(&[][..], |ledger| &ledger.entries);
        let is_taken = |name: &str| {
            entries
                .iter()
                .any(|entry| Path::new(&entry.output).file_name().is_some_and(|n| n == name))
        };
        let mut free = usual;
        while is_taken(&free) {
            free = next_name(&free);
        }
        free
    }

    /// The reading as far as it matters for what is published.
    fn reading(&self, desk: &Desk) -> Option<Reading> {
        let data = desk.data.as_ref()?;
        let reading = &data.purchases.reading;
        Some(match self.what {
            What::Values | What::Order => reading.for_measure(data.measure()),
            What::Model => reading.for_measure(Measure::Buyers),
        })
    }

    fn guesses(&self, desk: &Desk) -> Vec<String> {
        // The sample is the same for everybody: no row of it was looked at.
        let reading = self.reading(desk).filter(|_| desk.input != Input::Sample);
        let guesses = reading.iter().flat_map(Reading::guesses);
        guesses.map(|guess| format!("{}: {}", guess.decision.words(), guess.value)).collect()
    }

    /// The lines that mean something now.
    pub fn fields(&self, mechanism: Mechanism) -> Vec<Field> {
        let mut fields = Vec::new();
        match self.what {
            What::Values => {
                fields.push(Field::What);
                if !self.kind_known {
                    fields.push(Field::Keys);
                }
                if self.keys == Some(KeysChoice::Catalogue) {
                    fields.push(Field::Catalogue);
                }
            }
            What::Order => fields.extend([Field::What, Field::K, Field::Catalogue]),
            What::Model => fields.extend([Field::Model, Field::Catalogue, Field::Items]),
        }
        fields.push(Field::Epsilon);
        if self.needs_delta(mechanism) {
            fields.push(Field::Delta);
        }
        if self.what == What::Values {
            fields.push(Field::Interval);
            if self.keys == Some(KeysChoice::Private) {
                fields.push(Field::Rest);
            }
            fields.push(Field::Floor);
        }
        fields.push(Field::Ledger);
        if self.making || self.naming {
            fields.push(Field::Dataset);
        }
        if self.making {
            fields.extend([Field::TotalEpsilon, Field::TotalDelta, Field::Accountant]);
        }
        fields.extend([Field::Out, Field::Unprotected]);
        if !self.guessed.is_empty() {
            fields.push(Field::Guesses);
        }
        fields
    }

    fn needs_delta(&self, mechanism: Mechanism) -> bool {
        match self.what {
            What::Values => self.keys == Some(KeysChoice::Private) || mechanism.needs_delta(),
            What::Order => false,
            What::Model => true,
        }
    }

    /// The text of the chosen line, where one can type.
    pub fn typed(&mut self) -> Option<&mut String> {
        match (&self.stage, self.field) {
            (Stage::Ready(_), _) => Some(&mut self.word),
            (Stage::Working(_), _) => None,
            (Stage::Filling, field) => match field {
                Field::K => Some(&mut self.k),
                Field::Catalogue => Some(&mut self.catalogue),
                Field::Items => Some(&mut self.items),
                Field::Epsilon => Some(&mut self.epsilon),
                Field::Delta => Some(&mut self.delta),
                Field::Rest => Some(&mut self.rest),
                Field::Ledger => Some(&mut self.ledger),
                Field::Dataset => Some(&mut self.dataset),
                Field::TotalEpsilon => Some(&mut self.total_epsilon),
                Field::TotalDelta => Some(&mut self.total_delta),
                Field::Out => Some(&mut self.out),
                Field::Unprotected => Some(&mut self.unprotected),
                Field::What
                | Field::Model
                | Field::Keys
                | Field::Interval
                | Field::Floor
                | Field::Accountant
                | Field::Guesses => None,
            },
        }
    }

    /// Whether what is typed is a path.
    pub fn takes_path(&self) -> bool {
        matches!(self.stage, Stage::Filling) && self.field.is_path()
    }

    /// Goes to a line.
    pub fn go_to(&mut self, field: Field) {
        self.field = field;
        self.fresh = true;
        self.completing = None;
    }

    /// The word that is awaited.
    pub fn awaited(&self) -> &'static str {
        match &self.stage {
            Stage::Ready(worked) if worked.below().is_some() && !self.anyway => ANYWAY,
            _ => WORD,
        }
    }

    /// The ending that the file needs, where it is not there yet.
    pub fn add_ending(&mut self) {
        let ending = if self.what == What::Model { ".json" } else { ".csv" };
        let text = self.out.trim();
        let is_name = !text.is_empty() && !text.ends_with(['/', '\\', '\'', '"']);
        if is_name && !text.to_lowercase().ends_with(ending) {
            self.out = format!("{text}{ending}");
        }
    }

    /// Puts the lines of a ledger that is to be made in place, with a budget that suits what is
    /// asked of it first.
    pub fn make_ledger(&mut self, desk: &Desk, cost: Cost) {
        self.making = true;
        let budget = desk.session.budget();
        let total = budget.total();
        let epsilon = match total.epsilon >= cost.epsilon {
            true => total.epsilon,
            // A large ε is asked about, not multiplied: a ledger's budget never changes.
            false => cost.epsilon,
        };
        let times = epsilon.times(cost.epsilon).unwrap_or(1).clamp(1, PROPOSED);
        let users = desk.data.as_ref().map_or(1, |data| data.pairs.contributors().max(1));
        let sound = |delta: Amount<18>| delta.to_f64() * (users as f64) < 1.0;
        // What a release needs is there, for a few of them, while that is below one over users.
        let wanted = total.delta.max(cost.delta.multiplied(times));
        let delta = if sound(wanted) { wanted } else { cost.delta };
        self.total_epsilon = epsilon.to_string();
        self.total_delta = delta_words(delta);
        let accountant = budget.accountant();
        self.accountant = match accountant.is_filter() && delta > Amount::ZERO {
            true => accountant,
            false => Accountant::Basic,
        };
        self.go_to(Field::TotalEpsilon);
    }

    fn path(&self, field: Field, text: &str, what: &'static str) -> Result<PathBuf, Missing> {
        if text.trim().is_empty() {
            return Err(Missing::Name { field, what });
        }
        path_of(text).map_err(|why| Missing::Path { field, why })
    }

    fn catalogue(&self) -> Result<KeySource, Missing> {
        if self.catalogue.trim().is_empty() {
            return Err(Missing::Catalogue);
        }
        let path = self.path(Field::Catalogue, &self.catalogue, "the public list")?;
        Ok(KeySource::Catalogue { path, column: None })
    }

    fn order(&self, desk: &Desk) -> Result<Order, Missing> {
        let keys = match (self.what, self.keys) {
            (What::Values, None) => return Err(Missing::Keys),
            (What::Values, Some(KeysChoice::Private)) => KeySource::Private,
            (What::Values, Some(KeysChoice::Public)) => KeySource::Public,
            _ => self.catalogue()?,
        };
        let amount = |field, why| Missing::Amount { field, why };
        let epsilon =
            Amount::parse(self.epsilon.trim()).map_err(|why| amount(Field::Epsilon, why))?;
        let needed = self.needs_delta(desk.knobs.mechanism);
        let delta = if needed { self.delta.trim() } else { "0" };
        let delta = Amount::parse(delta).map_err(|why| amount(Field::Delta, why))?;
        if self.dataset.trim().is_empty() {
            return Err(Missing::Name { field: Field::Dataset, what: "the dataset" });
        }
        Ok(Order {
            dataset: self.dataset.trim().to_owned(),
            input: match &desk.input {
                Input::File(path) => Some(path.clone()),
                _ => None,
            },
            beside: desk.options.join.iter().cloned().collect(),
            ledger: self.path(Field::Ledger, &self.ledger, "the ledger's file")?,
            keys,
            cost: Cost { epsilon, delta },
            out: self.path(Field::Out, &self.out, "the file to publish")?,
            force: false,
        })
    }

    fn new_ledger(&self) -> Result<Option<NewLedger>, Missing> {
        if !self.making {
            return Ok(None);
        }
        let amount = |field, why| Missing::Amount { field, why };
        let epsilon = Amount::parse(self.total_epsilon.trim())
            .map_err(|why| amount(Field::TotalEpsilon, why))?;
        let delta =
            Amount::parse(self.total_delta.trim()).map_err(|why| amount(Field::TotalDelta, why))?;
        Ok(Some(NewLedger { total: Cost { epsilon, delta }, accountant: self.accountant }))
    }

    fn stated(&self) -> Result<Unprotected, Missing> {
        Unprotected::said(&self.unprotected).map_err(Missing::Looked)
    }

    fn whole(field: Field, text: &str, least: usize) -> Result<usize, Missing> {
        let text = text.trim();
        let wrong = || Missing::Whole { field, least, text: text.to_owned() };
        text.parse().ok().filter(|&number| number >= least).ok_or_else(wrong)
    }

    /// Everything the worker needs, or what is missing.
    pub fn task(&self, desk: &Desk) -> Result<PublishTask, Missing> {
        let data = desk.data.as_ref().ok_or(Missing::File)?;
        if data.purchases.has_spoilt_users() {
            return Err(Missing::SpoiltUsers);
        }
        let knobs = desk.knobs;
        let order = self.order(desk)?;
        let new = self.new_ledger()?;
        if !self.agreed && !self.guessed.is_empty() {
            return Err(Missing::Agreement { guesses: self.guessed.join("; ") });
        }
        if data.purchases.reading.cleaning.keeps(Reason::MissingUser) {
            return Err(Missing::Users);
        }
        let unprotected = self.stated()?;
        if self.what == What::Model {
            let bounds = knobs.bounds()?;
            let items = match self.items.trim() {
                "" => None,
                text => Some(Self::whole(Field::Items, text, 2)?),
            };
            let l0 = usize::try_from(bounds.l0()).unwrap_or(usize::MAX);
            return Ok(PublishTask::Model(Box::new(ModelTask {
                purchases: Arc::clone(&data.purchases),
                order,
                wanted: ModelOrder { model: self.model, l0, items },
                unprotected,
                new,
                go: None,
            })));
        }
        let top_k = match self.what {
            What::Order => Some(Self::whole(Field::K, &self.k, 1)?),
            _ => None,
        };
        let rest = match self.rest.trim() {
            text if self.keys == Some(KeysChoice::Private)
                && top_k.is_none()
                && !text.is_empty() =>
            {
                let share = Amount::parse(text);
                let share = share.map_err(|why| Missing::Amount { field: Field::Rest, why })?;
                if share == Amount::ZERO || share.to_f64() >= 1.0 {
                    return Err(Missing::Share);
                }
                Some(share)
            }
            _ => None,
        };
        let usual = usual_headers(&data.purchases.columns, knobs.question.group_by);
        Ok(PublishTask::Sums(Box::new(ReleaseTask {
            pairs: Arc::clone(&data.pairs),
            order,
            sums: SumsOrder {
                bounds: match top_k {
                    None => knobs.bounds()?,
                    Some(_) => Bounds::new(knobs.l0.max(1), 1, Measure::Buyers)?,
                },
                // What is released is the exact kin of what is rehearsed: pure, or with a δ.
                mechanism: match knobs.mechanism.needs_delta() {
                    true => ReleaseMechanism::DiscreteGaussian,
                    false => ReleaseMechanism::DiscreteLaplace,
                },
                floor_at_zero: self.floor && top_k.is_none(),
                spreadsheet_safe: false,
                top_k,
                interval: self.interval && top_k.is_none(),
                rest,
            },
            usual: usual.into_iter().map(str::to_owned).collect(),
            reading: data.purchases.reading.for_measure(data.measure()),
            unprotected,
            new,
            go: None,
        })))
    }
}

/// `orders_privacy_2.csv` after `orders_privacy.csv`, then `orders_privacy_3.csv`.
pub fn next_name(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let (stem, number) = match stem.rsplit_once('_') {
        Some((stem, number)) if number.parse::<u32>().is_ok_and(|n| (2..u32::MAX).contains(&n)) => {
            (stem, number.parse::<u32>().unwrap_or(1))
        }
        _ => (stem, 1),
    };
    let dot = if ending.is_empty() { "" } else { "." };
    format!("{stem}_{}{dot}{ending}", number + 1)
}

/// The dataset's name in a ledger.
fn dataset(input: &Input) -> String {
    dataset_name(input).unwrap_or_else(|| "standard-input".to_owned())
}

/// What is said of a release that was made.
pub fn released_words(made: &Made) -> String {
    let beside = made.statement.as_ref().map_or(String::new(), |statement| {
        format!("; how it was made is stated in {}", statement.display())
    });
    format!(
        "released {} to {}: spent ε {} (entry {}) of {}; {}{beside}",
        made.what,
        made.out.display(),
        made.epsilon,
        made.entry,
        made.ledger.path.display(),
        left_words(made.ledger.balance.remaining().epsilon, made.more),
    )
}

#[cfg(test)]
mod tests {
    use super::next_name;

    #[test]
    fn names_are_counted_on() {
        assert_eq!(next_name("orders_privacy.csv"), "orders_privacy_2.csv");
        assert_eq!(next_name("orders_privacy_2.csv"), "orders_privacy_3.csv");
        assert_eq!(next_name("a/b_2024.csv"), "a/b_2025.csv");
        assert_eq!(next_name("plain"), "plain_2");
    }
}
