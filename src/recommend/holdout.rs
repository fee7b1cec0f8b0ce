//! What models learn from and what they are asked for: purchases before a moment, and what
//! the same users went on to buy.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;
use thiserror::Error;

use super::{FitOptions, ModelKind, Public, Training};
use crate::contribution::{Pairs, QuestionError};
use crate::purchases::{GroupBy, Measure, Purchases, Question};

/// Which purchases are held out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holdout {
    /// One moment for everybody: the last share of the time range, above 0 and below 1.
    Time {
        /// The share of the range from the first to the last purchase that is held out.
        share: f64,
    },
    /// The item that each user took up last (ties by key).
    Last,
    /// One item of each user, the last of the keyed order: for files without times.
    Random,
}

impl Holdout {
    /// What an evaluation of these models takes from the data without noise, and its guarantee
    /// is therefore given: the moment of the cut, which lies in the time range of all
    /// purchases, and the number of users, by which some models plan.
    pub fn given(self, models: &[ModelKind]) -> Option<&'static str> {
        let cut = matches!(self, Self::Time { .. });
        match (models.iter().any(|kind| kind.plans_by_users()), cut) {
            (true, true) => Some("given the number of users and the moment of the cut"),
            (true, false) => Some("given the number of users"),
            (false, true) => Some("given the moment of the cut"),
            (false, false) => None,
        }
    }
}

/// The histories of all users over a declared vocabulary, nothing held out; each in keyed
/// order, users without an item of the vocabulary left out. For what is published: that no
/// item of the vocabulary is in the file refuses nothing, because that would tell of the file.
///
/// # Errors
/// None that follows from rows.
pub fn whole_histories(
    purchases: &Purchases,
    keys: &[String],
    salt: &str,
) -> Result<Vec<Vec<u32>>, HoldoutError> {
    let pairs = Pairs::collect(
        purchases,
        Question { group_by: GroupBy::Item, measure: Measure::Buyers },
        salt,
    )?;
    let index = places_in(&pairs, keys);
    let of_user = |user| {
        pairs.of_user(user).filter_map(|(item, _)| index[item as usize]).collect::<Vec<u32>>()
    };
    Ok((0..pairs.users()).map(of_user).filter(|history| !history.is_empty()).collect())
}

/// Which items there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vocabulary {
    /// The items that most users bought before the cut, at most so many: true counts decide,
    /// so the list is assumed to be public.
    MostBought(usize),
    /// A public list of keys.
    Declared(Vec<String>),
    /// So many items of a public list of keys. Every fit chooses anew, by noisy counts that its
    /// budget pays for.
    ChosenOf(Vec<String>, usize),
}

/// Why a file cannot be cut.
#[derive(Debug, Clone, PartialEq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum HoldoutError {
    #[error(transparent)]
    Question(#[from] QuestionError),
    #[error("there is no time column, so purchases cannot be cut in time")]
    NoTime,
    #[error(
        "every purchase has the same time, so no cut leaves anything on both sides: leave one item of every user out \
         at random"
    )]
    OneMoment,
    #[error(
        "nobody bought before the cut, which holds out the last {share} of the time range: choose a smaller test share"
    )]
    NobodyBefore { share: f64 },
    #[error(
        "nobody is left to evaluate: no user with a history buys a new item of the vocabulary (size {items}) after \
         the cut; choose a larger test share, more items, or leave one item of every user out at random"
    )]
    NobodyAfter { items: usize },
    #[error("no user bought two items, so none can be held out: lists are made from a history")]
    OneItemEach,
    #[error(
        "none of the {listed} items of the catalogue is in the file: check that both name items alike"
    )]
    StrangeCatalogue { listed: usize },
}

/// A user whose later purchases are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shopper {
    /// Index of the user in the purchases.
    pub user: u32,
    /// Items to be found: bought after the cut and not before, by index.
    pub wanted: Vec<u32>,
}

/// Purchases cut in two, over a vocabulary.
#[derive(Debug, Clone)]
pub struct Split {
    /// Keys of the vocabulary, most bought first (or in the catalogue's order).
    pub keys: Vec<String>,
    /// Readable names of the vocabulary, where the file has them.
    pub names: Option<Vec<String>>,
    /// For each user of the purchases, the items bought before the cut, in keyed order.
    histories: Vec<Vec<u32>>,
    /// Users with a history and with something to be found.
    pub evaluated: Vec<Shopper>,
    /// Users with a history.
    trained: usize,
    /// Whether true counts chose the vocabulary.
    pub vocabulary_assumed_public: bool,
    /// How models are fitted to it.
    pub options: FitOptions,
}

/// A (user, item) pair on either side of the cut.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    before: bool,
    after: bool,
}

impl Split {
    /// Cuts the purchases. Only items of the vocabulary count, on both sides.
    ///
    /// # Errors
    /// If the cut needs a time column that is not there, or leaves nobody on a side.
    pub fn new(
        purchases: &Purchases,
        holdout: Holdout,
        vocabulary: &Vocabulary,
        salt: &str,
    ) -> Result<Self, HoldoutError> {
        // A cut in time needs times.
        let timed = match holdout {
            Holdout::Time { .. } | Holdout::Last => purchases.timed(),
            Holdout::Random => Cow::Borrowed(purchases),
        };
        let purchases = &*timed;
        let pairs = Pairs::collect(
            purchases,
            Question { group_by: GroupBy::Item, measure: Measure::Buyers },
            salt,
        )?;
        let sides = match holdout {
            Holdout::Time { share } => by_time(purchases, &pairs, share)?,
            Holdout::Last => one_out(&pairs, &latest(purchases, &pairs)?)?,
            Holdout::Random => one_out(&pairs, &last_by_key(&pairs))?,
        };
        let mut counts = vec![0u32; pairs.keys().len()];
        let mut at = 0;
        for user in 0..pairs.users() {
            for (item, _) in pairs.of_user(user) {
                counts[item as usize] += u32::from(sides[at].before);
                at += 1;
            }
        }
        let (keys, index) = name_items(&pairs, &counts, vocabulary)?;
        let mut histories = vec![Vec::new(); pairs.users()];
        let mut evaluated = Vec::new();
        let mut at = 0;
        for (user, history) in histories.iter_mut().enumerate() {
            let mut wanted = Vec::new();
            for (item, _) in pairs.of_user(user) {
                let Sides { before, after } = sides[at];
                at += 1;
                let Some(item) = index[item as usize] else { continue };
                if before {
                    history.push(item);
                } else if after {
                    wanted.push(item);
                }
            }
            if !history.is_empty() && !wanted.is_empty() {
                wanted.sort_unstable();
                evaluated.push(Shopper { user: user as u32, wanted });
            }
        }
        let trained = histories.iter().filter(|history| !history.is_empty()).count();
        match holdout {
            Holdout::Time { share } if trained == 0 => {
                return Err(HoldoutError::NobodyBefore { share });
            }
            _ if evaluated.is_empty() => {
                return Err(HoldoutError::NobodyAfter { items: keys.len() });
            }
            _ => {}
        }
        let names = pairs.descriptions().map(|names| {
            let mut mine = vec![String::new(); keys.len()];
            for (group, item) in index.iter().enumerate() {
                if let Some(item) = item {
                    mine[*item as usize].clone_from(&names[group]);
                }
            }
            mine
        });
        let vocabulary_assumed_public = matches!(vocabulary, Vocabulary::MostBought(_));
        let most_bought = match vocabulary {
            Vocabulary::ChosenOf(_, most) => Some(*most).filter(|&most| most < keys.len()),
            Vocabulary::MostBought(_) | Vocabulary::Declared(_) => None,
        };
        let options = FitOptions { most_bought, schedule: None };
        Ok(Self { keys, names, histories, evaluated, trained, vocabulary_assumed_public, options })
    }

    /// Number of items.
    pub fn items(&self) -> usize {
        self.keys.len()
    }

    /// What everybody may know of what is learnt from.
    pub fn public(&self) -> Public {
        Public { users: self.trained, items: self.items(), options: self.options }
    }

    /// What models learn from: the histories of all users who have one, given as
    /// [`Split::histories`] gives them.
    pub fn training<'a>(&self, histories: &'a [&'a [u32]], l0: usize) -> Training<'a> {
        Training { items: self.items(), histories, l0, options: self.options }
    }

    /// Users with a history before the cut.
    pub fn trained(&self) -> usize {
        self.trained
    }

    /// What a user bought before the cut, in keyed order.
    pub fn history(&self, user: u32) -> &[u32] {
        &self.histories[user as usize]
    }

    /// The histories of all users who have one.
    pub fn histories(&self) -> Vec<&[u32]> {
        self.histories.iter().filter(|history| !history.is_empty()).map(Vec::as_slice).collect()
    }
}

/// Keys of the vocabulary, and for each item of the file its place there.
fn name_items(
    pairs: &Pairs,
    counts: &[u32],
    vocabulary: &Vocabulary,
) -> Result<(Vec<String>, Vec<Option<u32>>), HoldoutError> {
    let mut index = vec![None; pairs.keys().len()];
    let keys = match vocabulary {
        Vocabulary::MostBought(most) => {
            let mut order: Vec<usize> =
                (0..counts.len()).filter(|&item| counts[item] > 0).collect();
            order.sort_by(|&a, &b| counts[b].cmp(&counts[a]).then(a.cmp(&b)));
            order.truncate(*most);
            for (place, &item) in order.iter().enumerate() {
                index[item] = Some(place as u32);
            }
            order.into_iter().map(|item| pairs.keys()[item].clone()).collect()
        }
        Vocabulary::Declared(keys) | Vocabulary::ChosenOf(keys, _) => {
            index = places_in(pairs, keys);
            if index.iter().all(Option::is_none) {
                return Err(HoldoutError::StrangeCatalogue { listed: keys.len() });
            }
            keys.clone()
        }
    };
    Ok((keys, index))
}

/// For each item of the file its place in a public list.
fn places_in(pairs: &Pairs, keys: &[String]) -> Vec<Option<u32>> {
    let places: HashMap<&str, u32> = keys.iter().map(String::as_str).zip(0..).collect();
    pairs.keys().iter().map(|key| places.get(key.as_str()).copied()).collect()
}

/// For each pair, in their order, whether it was bought before the cut and after it.
fn by_time(purchases: &Purchases, pairs: &Pairs, share: f64) -> Result<Vec<Sides>, HoldoutError> {
    let times = purchases.time.as_ref().ok_or(HoldoutError::NoTime)?;
    let known = || times.iter().filter(|&time| time != Purchases::UNREADABLE);
    let (first, last) = known().min().zip(known().max()).ok_or(HoldoutError::NoTime)?;
    if first == last {
        return Err(HoldoutError::OneMoment);
    }
    let cut = first as f64 + (1.0 - share) * (last - first) as f64;
    let mut sides = vec![Sides::default(); pairs.len()];
    for (row, pair) in pairs_of_rows(purchases, pairs).into_iter().enumerate() {
        // A purchase without a time was kept on purpose: it is history.
        let before = times.get(row) == Purchases::UNREADABLE || (times.get(row) as f64) < cut;
        sides[pair].before |= before;
        sides[pair].after |= !before;
    }
    Ok(sides)
}

/// The pair that each user took up last, ties by key.
fn latest(purchases: &Purchases, pairs: &Pairs) -> Result<Vec<Option<usize>>, HoldoutError> {
    let times = purchases.time.as_ref().ok_or(HoldoutError::NoTime)?;
    let mut first = vec![i64::MAX; pairs.len()];
    for (row, pair) in pairs_of_rows(purchases, pairs).into_iter().enumerate() {
        first[pair] = first[pair].min(times.get(row));
    }
    let mut start = 0;
    Ok((0..pairs.users())
        .map(|user| {
            let mine = pairs.of_user(user);
            let range = start..start + mine.len();
            start = range.end;
            range
                .zip(mine)
                .max_by_key(|&(pair, (item, _))| (first[pair], item))
                .map(|(pair, _)| pair)
        })
        .collect())
}

/// The last pair of each user in keyed order.
fn last_by_key(pairs: &Pairs) -> Vec<Option<usize>> {
    let mut end = 0;
    let counts = pairs.group_counts();
    counts
        .map(|count| {
            end += count as usize;
            (count > 0).then(|| end - 1)
        })
        .collect()
}

/// Everything before the cut but one pair of every user with two or more.
fn one_out(pairs: &Pairs, out: &[Option<usize>]) -> Result<Vec<Sides>, HoldoutError> {
    let mut sides = vec![Sides { before: true, after: false }; pairs.len()];
    let mut any = false;
    for (out, count) in out.iter().zip(pairs.group_counts()) {
        if let Some(pair) = out
            && count > 1
        {
            sides[*pair] = Sides { before: false, after: true };
            any = true;
        }
    }
    if any { Ok(sides) } else { Err(HoldoutError::OneItemEach) }
}

/// For each row of the purchases the place of its (user, item) pair.
fn pairs_of_rows(purchases: &Purchases, pairs: &Pairs) -> Vec<usize> {
    let group: HashMap<&str, u32> = pairs.keys().iter().map(String::as_str).zip(0..).collect();
    let group_of_code: Vec<u32> = purchases
        .item
        .names
        .iter()
        .map(|name| group.get(name.as_str()).copied().unwrap_or(u32::MAX))
        .collect();
    let mut place: HashMap<(u32, u32), usize> = HashMap::with_capacity(pairs.len());
    let mut at = 0;
    for user in 0..pairs.users() {
        for (item, _) in pairs.of_user(user) {
            place.insert((user as u32, item), at);
            at += 1;
        }
    }
    let codes = purchases.user.codes.iter().zip(purchases.item.codes.iter());
    codes.map(|(user, item)| place[&(user, group_of_code[item as usize])]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::sample;

    fn split(holdout: Holdout, vocabulary: &Vocabulary) -> Split {
        Split::new(&sample().unwrap(), holdout, vocabulary, Pairs::DEFAULT_SALT).unwrap()
    }

    #[test]
    fn nothing_to_be_found_is_in_the_history() {
        for holdout in [Holdout::Time { share: 0.2 }, Holdout::Last, Holdout::Random] {
            let split = split(holdout, &Vocabulary::MostBought(100));
            assert_eq!(split.items(), 100);
            assert!(split.trained() >= split.evaluated.len() && !split.evaluated.is_empty());
            for shopper in &split.evaluated {
                let history = split.history(shopper.user);
                assert!(!history.is_empty() && !shopper.wanted.is_empty());
                assert!(shopper.wanted.iter().all(|item| !history.contains(item)));
                assert!(shopper.wanted.is_sorted());
                if holdout != (Holdout::Time { share: 0.2 }) {
                    assert_eq!(shopper.wanted.len(), 1);
                }
            }
        }
    }

    #[test]
    fn the_cut_is_one_moment_for_everybody() {
        let purchases = sample().unwrap().timed().into_owned();
        let times = purchases.time.clone().unwrap();
        let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
        let cut = first as f64 + 0.7 * (last - first) as f64;
        let split = split(Holdout::Time { share: 0.3 }, &Vocabulary::MostBought(1_000));
        for user in 0..purchases.user.names.len() as u32 {
            let mut before: Vec<&str> = (0..purchases.rows())
                .filter(|&row| {
                    purchases.user.codes.get(row) == user && (times.get(row) as f64) < cut
                })
                .map(|row| purchases.item.names[purchases.item.codes.get(row) as usize].as_str())
                .collect();
            before.sort_unstable();
            before.dedup();
            let mut history: Vec<&str> = split
                .history(user)
                .iter()
                .map(|&item| split.keys[item as usize].as_str())
                .collect();
            history.sort_unstable();
            assert_eq!(history, before);
        }
    }

    #[test]
    fn a_catalogue_is_the_vocabulary_in_its_order() {
        let purchases = sample().unwrap();
        let mut keys: Vec<String> = purchases.item.names.iter().take(30).cloned().collect();
        keys.push("never bought".to_owned());
        let split = split(Holdout::Time { share: 0.2 }, &Vocabulary::Declared(keys.clone()));
        assert_eq!(split.keys, keys);
        assert!(!split.vocabulary_assumed_public);
        let strange = Vocabulary::Declared(vec!["nothing".to_owned()]);
        let error =
            Split::new(&purchases, Holdout::Last, &strange, Pairs::DEFAULT_SALT).unwrap_err();
        assert_eq!(error, HoldoutError::StrangeCatalogue { listed: 1 });
    }

    #[test]
    fn a_cut_without_times_is_refused() {
        let mut purchases = sample().unwrap();
        purchases.time = None;
        let vocabulary = Vocabulary::MostBought(100);
        let error = |holdout| {
            Split::new(&purchases, holdout, &vocabulary, Pairs::DEFAULT_SALT).unwrap_err()
        };
        for holdout in [Holdout::Time { share: 0.2 }, Holdout::Last] {
            assert_eq!(error(holdout), HoldoutError::NoTime);
        }
        assert!(Split::new(&purchases, Holdout::Random, &vocabulary, Pairs::DEFAULT_SALT).is_ok());
        purchases.time = Some(std::iter::repeat_n(7, purchases.rows()).collect());
        let error =
            Split::new(&purchases, Holdout::Time { share: 0.2 }, &vocabulary, Pairs::DEFAULT_SALT)
                .unwrap_err();
        assert_eq!(error, HoldoutError::OneMoment);
    }
}
