//! What `recommend` finds, as a document and as lines for people.

use std::fmt::Write;

use serde::{Serialize, Serializer};

use super::aligned::{columns, fit, fitting, left_out_line, padding};
use super::flat::quoted;
use super::notes::reading_notes;
use super::shown::shown;
use crate::chart::{grouped, short_error, short_number};
use crate::metric::Figure;
use crate::purchases::{Purchases, Status};
use crate::recommend::evaluation::{Evaluation, Outcome};
use crate::recommend::quality::{Floor, Quality};
use crate::recommend::{
    Guarantee, Holdout, ModelKind, PublishedModel, Split, TrainingPlan, is_popularity, plan,
};

/// The guarantee in one line, before what it is given.
const JOINT: &str = "joint DP: what is learnt about items is private; a user's own history makes only that user's list";
/// What stands beside a vocabulary that true counts chose.
const ASSUMED: &str = "vocabulary assumed public: the items were chosen by true counts";

/// An ε in a document: a number, or "inf" without noise and bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epsilon(pub Option<f64>);

impl Epsilon {
    fn of(guarantee: Option<Guarantee>) -> Self {
        Self(guarantee.map(|guarantee| guarantee.epsilon))
    }
}

impl Serialize for Epsilon {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(epsilon) => serializer.serialize_f64(epsilon),
            None => serializer.serialize_str("inf"),
        }
    }
}

/// Users on both sides of the cut.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct UsersDocument {
    /// Users with a history, from whom models learn.
    pub train: usize,
    /// Users with a history and something new to be found.
    pub evaluated: usize,
}

/// The figures of a model at an ε.
#[derive(Debug, Clone, Serialize)]
pub struct ResultDocument {
    /// ε, or "inf" without noise and bounds.
    pub epsilon: Epsilon,
    /// The model and its figures.
    #[serde(flatten)]
    pub quality: Quality,
    /// How a private training in steps spends its budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<TrainingPlan>,
    /// Whether the budget is too small for the model (by public numbers), so that popularity
    /// was fitted in its place.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub popularity_instead: bool,
}

/// What `recommend` finds.
#[derive(Debug, Clone, Serialize)]
pub struct RecommendDocument {
    /// The file's name.
    pub source: String,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// What cleaning dropped of the rows, where it is one in a hundred or more, and doubtful
    /// decisions of reading.
    pub notes: Vec<String>,
    /// What the guarantee of the private fits covers, and what it is given.
    pub guarantee: String,
    /// Number of items.
    pub items: usize,
    /// Whether true counts chose them.
    pub vocabulary_assumed_public: bool,
    /// How many of them each private fit chooses by noisy counts, which its budget pays for.
    pub chosen_by_noisy_counts: Option<usize>,
    /// Users on both sides.
    pub users: UsersDocument,
    /// Which purchases were held out.
    pub holdout: Holdout,
    /// Length of a list.
    pub k: usize,
    /// The most items that a user contributes to a private fit.
    pub l0: usize,
    /// δ of the private fits.
    pub delta: Option<f64>,
    /// Draws of the noise for each ε.
    pub refits: usize,
    /// Seed.
    pub seed: u64,
    /// One a model and ε.
    pub results: Vec<ResultDocument>,
    /// How far the non-private lists of the last personal model (else the last model) move
    /// when users are drawn anew.
    pub floor: Option<Floor>,
    /// How far the non-private lists of every model move when users are drawn anew.
    pub floors: Vec<Floor>,
}

impl RecommendDocument {
    /// The document of an evaluation.
    pub fn new(
        purchases: &Purchases,
        split: &Split,
        holdout: Holdout,
        evaluation: &Evaluation,
        outcome: &Outcome,
    ) -> Self {
        let personal = outcome.floors.iter().rev().find(|floor| floor.model.is_personal());
        Self {
            source: purchases.source.clone(),
            status: purchases.status,
            warning: purchases.status.warning(),
            notes: reading_notes(&purchases.grounds, &purchases.report),
            guarantee: holdout
                .given(&evaluation.kinds)
                .map_or(JOINT.to_owned(), |given| format!("{JOINT}; {given}")),
            items: split.items(),
            vocabulary_assumed_public: split.vocabulary_assumed_public,
            chosen_by_noisy_counts: split.options.most_bought,
            users: UsersDocument { train: split.trained(), evaluated: split.evaluated.len() },
            holdout,
            k: evaluation.k,
            l0: evaluation.l0,
            delta: evaluation.guarantees.iter().flatten().next().map(|guarantee| guarantee.delta),
            refits: evaluation.refits,
            seed: evaluation.seed,
            results: outcome
                .results
                .iter()
                .map(|quality| ResultDocument {
                    epsilon: Epsilon::of(quality.guarantee),
                    quality: *quality,
                    plan: quality
                        .guarantee
                        .and_then(|promise| plan(quality.model, promise, split.public())),
                    popularity_instead: quality.model != ModelKind::Popularity
                        && quality.guarantee.is_some_and(|promise| {
                            is_popularity(quality.model, promise, split.public())
                        }),
                })
                .collect(),
            floor: personal.or(outcome.floors.last()).copied(),
            floors: outcome.floors.clone(),
        }
    }
}

/// `recommend` as CSV: one line a model and ε, `inf` for the fit without noise and bounds.
pub fn recommend_csv(document: &RecommendDocument) -> String {
    let mut text = String::from("source,status,warning,items,k,l0,delta,refits,seed,model,epsilon");
    let names = document.results.first().map(|result| result.quality.named());
    for (name, _) in names.into_iter().flatten() {
        let _ = write!(text, ",{name}_expected,{name}_simulated,{name}_standard_error");
    }
    text.push('\n');
    let some = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    for result in &document.results {
        let _ = write!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{}",
            quoted(&document.source),
            document.status,
            quoted(document.warning.unwrap_or("")),
            document.items,
            document.k,
            document.l0,
            document.delta.map_or(String::new(), |delta| format!("{delta:e}")),
            document.refits,
            document.seed,
            result.quality.model,
            result.epsilon.0.map_or("inf".to_owned(), |epsilon| epsilon.to_string()),
        );
        for (_, figure) in result.quality.named() {
            let [expected, simulated, error] =
                [figure.expected, figure.simulated, figure.standard_error].map(some);
            let _ = write!(text, ",{expected},{simulated},{error}");
        }
        text.push('\n');
    }
    text
}

fn three(figure: Figure) -> String {
    match (figure.simulated, figure.standard_error) {
        (Some(value), Some(error)) => format!("{value:.3} ±{}", short_error(error)),
        (Some(value), None) => format!("{value:.3}"),
        (None, _) => "-".to_owned(),
    }
}

fn users(count: usize) -> String {
    format!("{} user{}", grouped(count as u64), if count == 1 { "" } else { "s" })
}

/// The columns of `recommend`, the most wanted first.
const WANTED: [usize; 9] = [0, 1, 2, 4, 3, 7, 8, 5, 6];

/// `recommend` as lines: one a model and ε, in so many columns of a terminal as there is room for.
/// `more_draws` says how to ask for more draws of the noise, `how_shown` how columns that are left
/// out are shown.
pub fn recommend_lines(
    document: &RecommendDocument,
    more_draws: &str,
    room: Option<usize>,
    how_shown: &str,
) -> String {
    let mut text = String::new();
    let cut = match document.holdout {
        Holdout::Time { share } => {
            format!("the last {} % of the time range held out", short_number(100.0 * share))
        }
        Holdout::Last => "each user's last item held out".to_owned(),
        Holdout::Random => "one item of each user held out at random".to_owned(),
    };
    let _ = writeln!(text, "{}  ({})  {cut}", shown(&document.source), document.status);
    if let Some(warning) = document.warning {
        let _ = writeln!(text, "{warning}");
    }
    for note in &document.notes {
        let _ = writeln!(text, "{note}");
    }
    let UsersDocument { train, evaluated } = document.users;
    let _ = writeln!(
        text,
        "{} items · learnt from {}, at most {} items each where private · asked of {} who bought something new",
        grouped(document.items as u64),
        users(train),
        document.l0,
        users(evaluated)
    );
    if let Some(delta) = document.delta.filter(|delta| delta * train as f64 >= 1.0) {
        let _ = writeln!(
            text,
            "δ {delta:e} is not below one over the number of users: that allows a mechanism which gives a user away whole"
        );
    }
    if document.vocabulary_assumed_public {
        let _ = writeln!(text, "{ASSUMED}");
    }
    if let Some(most) = document.chosen_by_noisy_counts {
        let _ = writeln!(
            text,
            "lists of {} of them: the most bought, chosen in every private fit by noisy counts that its budget pays for",
            grouped(most as u64)
        );
    }
    let _ = writeln!(text, "{}\n", document.guarantee);
    let k = document.k;
    let mut rows = vec![vec![
        "model".to_owned(),
        "ε".to_owned(),
        format!("recall@{k}"),
        format!("hit rate@{k}"),
        format!("NDCG@{k}"),
        "coverage".to_owned(),
        "popularity".to_owned(),
        format!("overlap@{k}"),
        "RBO".to_owned(),
    ]];
    let mut model = None;
    for ResultDocument { epsilon, quality, .. } in &document.results {
        // Lists by lot are the same at every ε.
        let by_lot = quality.model == ModelKind::Random;
        if by_lot && model.is_some() {
            continue;
        }
        if model.is_some_and(|before| before != quality.model) {
            rows.push(Vec::new());
        }
        model = Some(quality.model);
        rows.push(vec![
            quality.model.to_string(),
            if by_lot {
                "any".to_owned()
            } else {
                epsilon.0.map_or("inf".to_owned(), short_number)
            },
            three(quality.recall_at_k),
            three(quality.hit_rate_at_k),
            three(quality.ndcg_at_k),
            three(quality.coverage),
            three(quality.mean_popularity),
            three(quality.drift_overlap_at_k),
            three(quality.drift_rbo),
        ]);
    }
    for floor in document.floors.iter().filter(|floor| floor.model != ModelKind::Random) {
        let mut row = vec![floor.model.to_string(), "floor".to_owned()];
        row.extend(std::iter::repeat_n(String::new(), 5));
        row.extend([three(floor.overlap_at_k), three(floor.rbo)]);
        rows.push(row);
    }
    let floors = rows.len()
        - document.floors.iter().filter(|floor| floor.model != ModelKind::Random).count();
    rows.insert(floors, Vec::new());
    let (mut rows, left_out) = fitting(&rows, &WANTED, room);
    if !left_out.is_empty() {
        // A floor says nothing without the columns that hold it.
        rows.retain(|row| row.is_empty() || row.iter().skip(2).any(|figure| !figure.is_empty()));
        rows.truncate(rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1));
    }
    text += &columns(&rows);
    text += &left_out_line(&left_out, room, how_shown);
    let noise = match document.refits {
        1 => format!(
            "± is the standard error over users alone: one draw of the noise cannot say how draws differ ({more_draws})"
        ),
        refits => format!("± is the standard error over users and {refits} draws of the noise"),
    };
    let _ = writeln!(
        text,
        "\n{noise}\noverlap@{k} and RBO: what is left of the same model's non-private list; floor: what is left of it \
         when the users are drawn anew\npopularity: share of the users who bought what is recommended"
    );
    for kind in ModelKind::ALL {
        let drowned =
            document.results.iter().filter(|r| r.quality.model == kind && r.popularity_instead);
        let drowned: Vec<String> = drowned.filter_map(|r| r.epsilon.0).map(short_number).collect();
        if !drowned.is_empty() {
            let at = drowned.join(", ");
            let _ = writeln!(
                text,
                "{kind} at ε = {at}: the budget is too small to learn from, so it is popularity"
            );
        }
    }
    if let Some(plan) = document.results.iter().find_map(|result| result.plan) {
        let who = match plan.rate {
            rate if rate < 1.0 => {
                format!("each user in a step with probability {}", short_number(rate))
            }
            _ => "every user in each".to_owned(),
        };
        let _ = writeln!(
            text,
            "autoencoder: DP-SGD in {} steps, {who}; the number of users is treated as public",
            plan.steps
        );
    }
    text
}

/// An item in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemDocument {
    /// Key.
    pub item: String,
    /// Readable name, where the file has one.
    pub name: Option<String>,
}

impl ItemDocument {
    /// The item with this index.
    pub fn of(split: &Split, item: u32) -> Self {
        let name = split.names.as_ref().map(|names| names[item as usize].clone());
        Self::named(&split.keys[item as usize], name)
    }

    fn named(key: &str, name: Option<String>) -> Self {
        Self { item: key.to_owned(), name: name.filter(|name| !name.is_empty()) }
    }

    fn shown(&self) -> String {
        match &self.name {
            Some(name) => format!("{} {name}", self.item),
            None => self.item.clone(),
        }
    }
}

/// One shopper's two lists.
#[derive(Debug, Clone, Serialize)]
pub struct ListsDocument {
    /// The model.
    pub model: ModelKind,
    /// ε of the private list.
    pub epsilon: Epsilon,
    /// Best first, learnt without noise and bounds.
    pub non_private: Vec<ItemDocument>,
    /// Best first, from one hypothetical fit under the guarantee.
    pub private: Vec<ItemDocument>,
    /// Share of the non-private list in the private one; null where both are empty.
    pub overlap_at_k: Option<f64>,
}

/// What `recommend --shopper` says of one user.
#[derive(Debug, Clone, Serialize)]
pub struct ShopperDocument {
    /// The file's name.
    pub source: String,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// The user.
    pub shopper: String,
    /// What the user bought before the cut.
    pub history: Vec<ItemDocument>,
    /// What the user went on to buy that is new.
    pub wanted: Vec<ItemDocument>,
    /// One a model and ε.
    pub lists: Vec<ListsDocument>,
}

/// A shopper as lines: history, then both lists of every model and ε side by side.
/// A terminal with little room shows less of their names.
pub fn shopper_lines(document: &ShopperDocument, room: Option<usize>) -> String {
    // What stands before, between and behind the two.
    const BESIDE: usize = 17;
    let width = room.map_or(38, |room| (room.saturating_sub(BESIDE) / 2).clamp(12, 38));
    let cut = |text: String| fit(&shown(&text), width);
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}  ({})  shopper {}",
        shown(&document.source),
        document.status,
        shown(&document.shopper)
    );
    if let Some(warning) = document.warning {
        let _ = writeln!(text, "{warning}");
    }
    for (head, items) in
        [("bought before the cut", &document.history), ("went on to buy", &document.wanted)]
    {
        let _ = writeln!(text, "\n{head}:{}", if items.is_empty() { " nothing new" } else { "" });
        for item in items.iter().take(12) {
            let _ = writeln!(text, "  {}", shown(&item.shown()));
        }
        if items.len() > 12 {
            let _ = writeln!(text, "  and {} more", items.len() - 12);
        }
    }
    for lists in &document.lists {
        let epsilon = lists.epsilon.0.map_or("inf".to_owned(), short_number);
        let kept = lists
            .overlap_at_k
            .map_or(String::new(), |share| format!(", {:.0} % stays", 100.0 * share));
        let _ = writeln!(text, "\n{} at ε {epsilon}{kept} (✓ bought later)", lists.model);
        let _ = writeln!(text, "      {:<width$}    private", "not private");
        let found = |item: &ItemDocument| if document.wanted.contains(item) { "✓" } else { " " };
        for place in 0..lists.non_private.len().max(lists.private.len()) {
            let left = lists.non_private.get(place);
            let right = lists.private.get(place);
            let moved = right.map_or(String::new(), |item| {
                match lists.non_private.iter().position(|other| other == item) {
                    None => "new".to_owned(),
                    Some(was) if was > place => format!("▲{}", was - place),
                    Some(was) if was < place => format!("▼{}", place - was),
                    Some(_) => "·".to_owned(),
                }
            });
            let out = left.is_some_and(|item| !lists.private.contains(item));
            let side = |item: Option<&ItemDocument>| match item {
                Some(item) => format!("{} {}", found(item), cut(item.shown())),
                None => String::new(),
            };
            let (left, right) = (side(left), side(right));
            let pad = padding(&left, width + 2);
            let mark = if out { "out" } else { "   " };
            let _ = writeln!(text, "{:>3} {left}{pad} {mark} {moved:>3} {right}", place + 1);
        }
    }
    text
}

/// A list made from a published model.
#[derive(Debug, Clone, Serialize)]
pub struct FromDocument {
    /// The model's file.
    pub source: String,
    /// Which model.
    pub model: ModelKind,
    /// What the model cost its users.
    pub epsilon: String,
    /// Likewise.
    pub delta: String,
    /// Items of the history that the model knows.
    pub history: Vec<ItemDocument>,
    /// Items of the history that it does not know.
    pub unknown: Vec<String>,
    /// Best first.
    pub list: Vec<ItemDocument>,
    /// How many items have weights; the others follow by popularity.
    pub personal_items: usize,
}

impl FromDocument {
    /// The document of a list.
    pub fn new(
        source: &str,
        model: &PublishedModel,
        history: &[u32],
        unknown: Vec<String>,
        list: &[u32],
    ) -> Self {
        let name = |item: u32| model.names.as_ref().map(|names| names[item as usize].clone());
        let one = |&item: &u32| ItemDocument::named(&model.items[item as usize], name(item));
        let named = |items: &[u32]| items.iter().map(one).collect();
        Self {
            source: source.to_owned(),
            model: model.model,
            epsilon: model.epsilon.clone(),
            delta: model.delta.clone(),
            history: named(history),
            unknown,
            list: named(list),
            personal_items: model.head(),
        }
    }
}

/// A list from a published model as lines.
pub fn from_lines(document: &FromDocument) -> String {
    let mut text = String::new();
    let delta =
        document.delta.parse::<f64>().map_or(document.delta.clone(), |delta| format!("{delta:e}"));
    let _ = writeln!(
        text,
        "{}  {} model, (ε {}, δ {delta})-DP for its users; the history stays here",
        shown(&document.source),
        document.model,
        shown(&document.epsilon)
    );
    if !document.unknown.is_empty() {
        let _ = writeln!(
            text,
            "the model does not know {}: left out",
            shown(&document.unknown.join(", "))
        );
    }
    for item in &document.history {
        let _ = writeln!(text, "  bought {}", shown(&item.shown()));
    }
    if document.personal_items == 0 || document.history.is_empty() {
        let _ =
            writeln!(text, "by popularity alone: the same list for everybody, less what they have");
    }
    for (place, item) in document.list.iter().enumerate() {
        let _ = writeln!(text, "{:>3} {}", place + 1, shown(&item.shown()));
    }
    text
}
