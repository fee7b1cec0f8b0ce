//! Which column of a file serves as what: told by the user, else found by usual names and by what
//! the cells hold.

use super::error::ReadError;
use super::events;
use super::name_words::NameMeaning;
use super::names_said::{is_said_by_words, says_something_else};
use super::options::RowsAre;
use super::profile::Profile;
use super::purpose::{ByPurpose, ColumnChoice, ColumnsUsed, Purpose};
use super::told::Doubt;
use super::usual_names::{fold, is_numbered, rank_of, stem};

/// The columns for a sentence: the first ones of many, without control characters.
pub(super) fn listed(headers: &[String]) -> String {
    const MOST: usize = 40;
    let shown = |name: &String| {
        name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect::<String>()
    };
    let names: Vec<String> = headers.iter().take(MOST).map(shown).collect();
    match headers.len().saturating_sub(MOST) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The place of the column for each purpose, and what speaks for it.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    places: ByPurpose<Option<usize>>,
    /// Those that the header line alone would not have given.
    guessed: ByPurpose<bool>,
    evidence: ByPurpose<String>,
    doubts: Vec<(Purpose, Doubt)>,
}

impl Mapping {
    pub(super) fn place(&self, purpose: Purpose) -> Option<usize> {
        self.places[purpose]
    }

    /// Whether a column serves something.
    pub(super) fn serves(&self, place: usize) -> bool {
        self.serves_more_than(place, |_| false)
    }

    /// Whether a column serves something else than these purposes.
    pub(super) fn serves_more_than(&self, place: usize, but: impl Fn(Purpose) -> bool) -> bool {
        Purpose::ALL.iter().any(|&purpose| !but(purpose) && self.place(purpose) == Some(place))
    }

    /// Whether cells had a say in it.
    pub(super) fn is_guessed(&self, purpose: Purpose) -> bool {
        self.guessed[purpose]
    }

    /// What speaks for a column.
    pub(super) fn evidence(&self, purpose: Purpose) -> &str {
        &self.evidence[purpose]
    }

    /// Columns that would do as well.
    pub(super) fn doubts(&self) -> &[(Purpose, Doubt)] {
        &self.doubts
    }

    /// Takes another column for a purpose, told from the rows.
    pub(super) fn guess(&mut self, purpose: Purpose, place: Option<usize>, evidence: String) {
        self.places[purpose] = place;
        self.guessed[purpose] = true;
        self.evidence[purpose] = evidence;
    }

    /// Says more for the column of a purpose.
    pub(super) fn add_evidence(&mut self, purpose: Purpose, more: &str) {
        let evidence = &mut self.evidence[purpose];
        if !evidence.is_empty() {
            evidence.push_str("; ");
        }
        evidence.push_str(more);
    }

    /// The names in the file.
    pub(super) fn used(&self, headers: &[String]) -> ColumnsUsed {
        self.places.map(|place| place.map(|at| headers[at].clone()))
    }
}

/// The column that a user means: the exact name, else the only one that differs in case, spaces
/// and the like.
pub(super) fn named(headers: &[String], name: &str) -> Option<usize> {
    let alike: Vec<usize> =
        (0..headers.len()).filter(|&at| fold(&headers[at]) == fold(name)).collect();
    headers.iter().position(|header| header == name.trim()).or(match alike[..] {
        [only] => Some(only),
        _ => None,
    })
}

/// The column that a word means: its name, or the purpose that it serves (`order` is the invoice).
pub(super) fn meant(headers: &[String], mapping: &Mapping, word: &str) -> Option<usize> {
    // A sign at the end may be meant for another kind of rule (`status*=`): then only the name as it is.
    if word.trim_end().ends_with(|last: char| last.is_ascii_punctuation() && !")]}_".contains(last))
    {
        return headers.iter().position(|header| header == word.trim());
    }
    named(headers, word).or_else(|| {
        let word = if fold(word) == "order" { "invoice".to_owned() } else { fold(word) };
        let purpose = Purpose::ALL.into_iter().find(|purpose| fold(purpose.name()) == word);
        mapping.place(purpose?)
    })
}

/// Whether what a column holds suits a purpose.
pub(super) fn suits(purpose: Purpose, profile: &Profile) -> bool {
    const MOST: f64 = 0.8;
    profile.filled > 0
        && match purpose {
            Purpose::Quantity | Purpose::Price | Purpose::Total => profile.number_share() >= MOST,
            Purpose::Time => profile.date_share() >= MOST,
            Purpose::Clock => profile.clock_share() >= MOST,
            Purpose::Event => events::holds_kinds(profile),
            Purpose::User
            | Purpose::Item
            | Purpose::Invoice
            | Purpose::Category
            | Purpose::Country
            | Purpose::Description
            | Purpose::Group => true,
        }
}

/// A column that has a usual name for a purpose.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    place: usize,
    rank: usize,
    suits: bool,
    filled: u64,
}

/// Behind every rank that a name can have.
const WORST: usize = 8;

/// Finds the columns. What the user names comes first; a column serves one purpose
/// when it is found by its name. User and item must be told apart from any equally
/// good column; of several equally good optional columns the leftmost is taken. With `profiles`
/// (one a column) a column that is empty, or whose cells do not suit, never wins over one that
/// is filled; without them the header line alone decides.
pub(super) fn find(
    file: &str,
    headers: &[String],
    choice: &ColumnChoice,
    profiles: Option<&[Profile]>,
    rows: RowsAre,
) -> Result<Mapping, ReadError> {
    let mut mapping = Mapping::default();
    let mut taken = vec![false; headers.len()];
    let list = || listed(headers);
    let meanings: Vec<Option<NameMeaning>> =
        headers.iter().map(|header| NameMeaning::of(header)).collect();
    for purpose in Purpose::ALL {
        let Some(name) = &choice[purpose] else { continue };
        if name.is_empty() {
            if purpose.required() {
                return Err(ReadError::NoColumn {
                    file: file.to_owned(),
                    purpose: purpose.name(),
                    columns: list(),
                });
            }
            continue;
        }
        let Some(place) = named(headers, name) else {
            return Err(ReadError::NamedColumnMissing {
                file: file.to_owned(),
                purpose: purpose.flag(),
                column: name.to_owned(),
                columns: list(),
            });
        };
        mapping.places[purpose] = Some(place);
        // Groups of one's own may be those of any other purpose.
        taken[place] |= purpose != Purpose::Group;
    }
    for purpose in Purpose::ALL {
        if choice[purpose].is_some() {
            continue;
        }
        // A line total is only needed where there is no unit price, and the other way round.
        let other = match purpose {
            Purpose::Price => choice[Purpose::Total].as_ref().is_some_and(|name| !name.is_empty()),
            Purpose::Total => mapping.place(Purpose::Price).is_some(),
            // A clock alone says nothing without rows: it may be the whole time.
            Purpose::Clock => profiles.is_none() || mapping.place(Purpose::Time).is_none(),
            _ => false,
        };
        // What was paid says nothing of events, and what happened nothing of purchases.
        let idle = match purpose {
            Purpose::Quantity | Purpose::Price | Purpose::Total | Purpose::Invoice => {
                rows == RowsAre::Events
            }
            Purpose::Event | Purpose::Group => rows == RowsAre::Purchases,
            _ => false,
        };
        if other || idle {
            continue;
        }
        let required = purpose.required();
        // What cannot be looked at (a list, a structure) serves only where somebody names it.
        let looked_at = |place: usize| {
            let rows = |place: usize| profiles.and_then(|all| all.get(place)).map_or(0, |p| p.rows);
            !says_something_else(purpose, &headers[place])
                && (rows(place) > 0 || (0..headers.len()).all(|place| rows(place) == 0))
        };
        let candidate = |place: usize, rank: usize| {
            let profile = profiles.and_then(|profiles| profiles.get(place));
            Candidate {
                place,
                rank,
                suits: profile.is_none_or(|profile| suits(purpose, profile)),
                filled: profile.map_or(0, |profile| profile.filled),
            }
        };
        let mut candidates = Vec::new();
        for (rank, names) in purpose.usual().iter().enumerate() {
            candidates.extend(
                (0..headers.len())
                    .filter(|&at| (!taken[at] || purpose == Purpose::Group) && looked_at(at))
                    .filter(|&at| names.contains(&fold(&headers[at]).as_str()))
                    .map(|at| candidate(at, rank)),
            );
        }
        // The words of a name count only where no whole name is a usual one: first those names of
        // which every word is understood.
        let suited = |all: &[Candidate]| all.iter().any(|one| one.suits);
        let usual = purpose.usual().len();
        if !suited(&candidates) {
            let known: Vec<usize> = candidates.iter().map(|one| one.place).collect();
            let understood = |at: usize| meanings[at].as_ref()?.rank(purpose);
            let mut said: Vec<Candidate> = (0..headers.len())
                .filter(|at| !taken[*at] && !known.contains(at) && looked_at(*at))
                .filter_map(|at| Some(candidate(at, usual + understood(at)?)))
                .collect();
            said.sort_by_key(|one| one.rank);
            candidates.extend(said);
        }
        if !suited(&candidates) {
            let known: Vec<usize> = candidates.iter().map(|one| one.place).collect();
            candidates.extend(
                (0..headers.len())
                    .filter(|at| !taken[*at] && !known.contains(at) && looked_at(*at))
                    .filter(|&at| is_said_by_words(purpose, &headers[at]))
                    .map(|at| candidate(at, usual + WORST)),
            );
        }
        let by_name = candidates.first().copied();
        let mut good: Vec<Candidate> = candidates.iter().copied().filter(|one| one.suits).collect();
        // Nor does one that is nearly empty win over one that is not.
        let fullest = good.iter().map(|one| one.filled).max().unwrap_or(0);
        good.retain(|one| profiles.is_none() || one.filled * 20 >= fullest);
        // A name stands until another column suits better: its cells are then what is unreadable.
        // What must be there is taken even where it is empty.
        let stands = |one: &Candidate| match purpose {
            Purpose::Clock => false,
            Purpose::Price if suited_total(headers, &taken, profiles) => false,
            _ => required || one.filled > 0,
        };
        let good = match good.is_empty() {
            true => candidates.iter().copied().filter(stands).collect(),
            false => good,
        };
        let Some(&first) = good.first() else {
            if let Some((place, words)) =
                instead(purpose, rows, headers, &mapping, &taken, profiles)
            {
                let is_guess = matches!(purpose, Purpose::Event | Purpose::User);
                taken[place] |= is_guess;
                mapping.places[purpose] = Some(place);
                mapping.guessed[purpose] = is_guess;
                mapping.add_evidence(purpose, &words);
            } else if let Some(unfit) = by_name.filter(|_| profiles.is_some()) {
                mapping.guess(purpose, None, unfit_words(headers, profiles, unfit.place));
            } else if required {
                return Err(ReadError::NoColumn {
                    file: file.to_owned(),
                    purpose: purpose.name(),
                    columns: list(),
                });
            }
            continue;
        };
        let mut best: Vec<Candidate> =
            good.iter().copied().filter(|one| one.rank == first.rank).collect();
        if profiles.is_some() {
            // A column that is filled much less is no equal.
            let most = best.iter().map(|one| one.filled).max().unwrap_or(0);
            best.retain(|one| one.filled * 2 > most || most == 0);
        }
        if required && best.len() > 1 {
            let names: Vec<String> = best.iter().map(|one| headers[one.place].clone()).collect();
            let numbered = names.iter().all(|name| stem(name) == stem(&names[0]))
                && names.iter().any(|name| is_numbered(name));
            let mut good = listed(&names);
            if numbered && purpose == Purpose::Item {
                good += ", which look like items side by side, of which one alone would be read: make a row of each";
            }
            return Err(ReadError::SeveralColumns {
                file: file.to_owned(),
                purpose: purpose.name(),
                good,
                columns: list(),
            });
        }
        let Some(&chosen) = best.first() else { continue };
        let twin = format!("{} (2)", headers[chosen.place]);
        let has_twin = headers.contains(&twin);
        // Who bought and what is never one of two columns of the same name by chance.
        if required && has_twin {
            return Err(ReadError::SeveralColumns {
                file: file.to_owned(),
                purpose: purpose.name(),
                good: format!("{}, {twin}", headers[chosen.place]),
                columns: list(),
            });
        }
        mapping.places[purpose] = Some(chosen.place);
        taken[chosen.place] |= purpose != Purpose::Group;
        let Some(profiles) = profiles else { continue };
        mapping.guessed[purpose] = by_name.is_some_and(|one| one.place != chosen.place);
        mapping.evidence[purpose] = format!("by its name; {}", profiles[chosen.place].words());
        if mapping.guessed[purpose]
            && let Some(unfit) = by_name
        {
            mapping.add_evidence(purpose, &unfit_words(headers, Some(profiles), unfit.place));
        }
        // Of the privacy unit and of what is counted any other is named, elsewhere an equal.
        let others: Vec<String> = good
            .iter()
            .filter(|one| {
                one.place != chosen.place
                    && one.filled * 2 > chosen.filled
                    && (purpose == Purpose::User || one.rank == chosen.rank)
            })
            .map(|one| headers[one.place].clone())
            .collect();
        if has_twin {
            let words = format!(
                "two columns are called {}; the first is read as {}",
                headers[chosen.place],
                purpose.words()
            );
            let readings = vec![headers[chosen.place].clone(), twin];
            mapping.doubts.push((purpose, Doubt { readings, words }));
        }
        if purpose == Purpose::User
            && meanings[chosen.place].as_ref().is_some_and(NameMeaning::is_user_name)
        {
            let header = &headers[chosen.place];
            let words = format!(
                "users are told apart by {header}: two people who are called the same are one user"
            );
            mapping.doubts.push((purpose, Doubt { readings: vec![header.clone()], words }));
        }
        let matters = !matches!(purpose, Purpose::Invoice | Purpose::Description);
        if !others.is_empty() && matters {
            let words = format!(
                "{} is read as {}; {} would do as well by {}",
                headers[chosen.place],
                purpose.words(),
                others.join(", "),
                if others.len() == 1 { "its name" } else { "their names" },
            );
            let readings = std::iter::once(headers[chosen.place].clone()).chain(others).collect();
            mapping.doubts.push((purpose, Doubt { readings, words }));
        }
    }
    Ok(mapping)
}

/// What serves where no column has a usual name: campaigns as items of events, and a column of
/// plain events whatever its name. Its place, and why.
fn instead(
    purpose: Purpose,
    rows: RowsAre,
    headers: &[String],
    mapping: &Mapping,
    taken: &[bool],
    profiles: Option<&[Profile]>,
) -> Option<(usize, String)> {
    match purpose {
        // Addresses for mail are of people, and of the buyer where no other column has any.
        Purpose::User => {
            let holds_mails = |&at: &usize| {
                let profile = profiles.and_then(|all| all.get(at));
                !taken[at] && profile.is_some_and(|p| p.filled > 0 && p.mails * 10 >= p.filled * 9)
            };
            let mut found = (0..headers.len()).filter(holds_mails);
            let (place, other) = (found.next()?, found.next());
            if other.is_some() {
                return None;
            }
            Some((place, format!("{} holds addresses for mail", headers[place])))
        }
        _ if rows == RowsAre::Purchases => None,
        Purpose::Item => {
            let ranked = (0..headers.len())
                .filter_map(|at| Some((rank_of(Purpose::Group, &headers[at])?, at)));
            let campaign = || ranked.min().map(|(_, at)| at);
            let place = mapping.place(Purpose::Group).or_else(campaign)?;
            Some((
                place,
                format!("{} stands for items, of which there is no column", headers[place]),
            ))
        }
        Purpose::Event => {
            let place = (0..headers.len()).find(|&at| {
                let profile = profiles.and_then(|all| all.get(at));
                !taken[at] && profile.is_some_and(events::holds_events)
            })?;
            Some((place, format!("{} holds words for events", headers[place])))
        }
        _ => None,
    }
}

/// The line total that stands beside a price, which is what is read.
pub(super) fn total_beside_price(
    headers: &[String],
    mapping: &Mapping,
    profiles: &[Profile],
) -> Option<usize> {
    mapping.place(Purpose::Price)?;
    let fits = |place: usize| {
        !mapping.serves(place)
            && profiles.get(place).is_some_and(|profile| suits(Purpose::Total, profile))
    };
    let ranked = (0..headers.len())
        .filter(|&place| fits(place))
        .filter_map(|place| Some((rank_of(Purpose::Total, &headers[place])?, place)));
    ranked.min().map(|(_, place)| place)
}

/// Whether a column that is plainly a line total is there.
fn suited_total(headers: &[String], taken: &[bool], profiles: Option<&[Profile]>) -> bool {
    profiles.is_some_and(|profiles| {
        (0..headers.len()).any(|place| {
            !taken[place]
                && rank_of(Purpose::Total, &headers[place]).is_some()
                && profiles.get(place).is_some_and(|profile| suits(Purpose::Total, profile))
        })
    })
}

/// Why a column of a usual name was passed over.
fn unfit_words(headers: &[String], profiles: Option<&[Profile]>, place: usize) -> String {
    let held = profiles.and_then(|profiles| profiles.get(place)).map(Profile::words);
    format!("{} is passed over: {}", headers[place], held.unwrap_or_default())
}

/// A column that could serve a purpose, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnCandidate {
    /// Its name.
    pub column: String,
    /// What it holds, in one clause.
    pub evidence: String,
}

/// The columns that could serve a purpose, the likeliest first: usual names, then what they hold.
pub(super) fn candidates(
    purpose: Purpose,
    headers: &[String],
    profiles: &[Profile],
) -> Vec<ColumnCandidate> {
    let rank = |place: usize| rank_of(purpose, &headers[place]);
    let likely = |place: usize| {
        let Some(profile) = profiles.get(place) else { return 0 };
        let (distinct, filled) = (profile.distinct() as f64, profile.filled.max(1) as f64);
        let share = distinct / filled;
        // Ids come again, and are neither dates nor money; numbers may be seconds, but are ids as well.
        let dates = profile.date_share() >= 0.8 && profile.number_share() < 0.5;
        let id = !dates && profile.decimals() == 0;
        match purpose {
            Purpose::User | Purpose::Item if !id || distinct < 2.0 => 1,
            Purpose::User if share <= 0.9 => 3,
            Purpose::Item if share <= 0.5 => 3,
            Purpose::Price | Purpose::Total if profile.decimals() > 0 => 3,
            _ => 2,
        }
    };
    // A column of a usual name for something else serves that.
    let serves_other = |place: usize| {
        let others =
            [Purpose::User, Purpose::Item, Purpose::Time, Purpose::Quantity, Purpose::Price];
        rank(place).is_none()
            && others
                .into_iter()
                .any(|other| other != purpose && rank_of(other, &headers[place]).is_some())
    };
    let mut places: Vec<usize> = (0..headers.len()).collect();
    places.sort_by_key(|&place| {
        let fits = profiles.get(place).is_none_or(|profile| suits(purpose, profile));
        let rank = rank(place).unwrap_or(usize::MAX);
        (!fits, serves_other(place), rank, std::cmp::Reverse(likely(place)), place)
    });
    places
        .into_iter()
        .map(|place| ColumnCandidate {
            column: headers[place].clone(),
            evidence: profiles.get(place).map(Profile::words).unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &str, choice: &ColumnChoice) -> Result<ColumnsUsed, String> {
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        find("f.csv", &headers, choice, None, RowsAre::Purchases)
            .map(|m| m.used(&headers))
            .map_err(|e| e.to_string())
    }

    fn naming(columns: &[(Purpose, &str)]) -> ColumnChoice {
        columns.iter().map(|&(purpose, column)| (purpose, Some(column.to_owned()))).collect()
    }

    fn both(used: &ColumnsUsed) -> (&str, &str) {
        let name = |purpose| used[purpose].as_deref().unwrap_or_default();
        (name(Purpose::User), name(Purpose::Item))
    }

    #[test]
    fn usual_names_are_found_however_written() {
        let used = found(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            &ColumnChoice::default(),
        )
        .unwrap();
        assert_eq!(both(&used), ("CustomerID", "StockCode"));
        assert_eq!(used[Purpose::Description].as_deref(), Some("Description"));
        assert_eq!(
            (used[Purpose::Price].as_deref(), &used[Purpose::Total]),
            (Some("UnitPrice"), &None)
        );
        let used = found("Customer ID,stock-code,Price,line_total,DATE", &ColumnChoice::default())
            .unwrap();
        assert_eq!(both(&used), ("Customer ID", "stock-code"));
        assert_eq!(used[Purpose::Time].as_deref(), Some("DATE"));
        for (user, item) in
            [("household_id", "product_id"), ("visitorid", "itemid"), ("reviewer_id", "asin")]
        {
            let used = found(&format!("{item},{user}"), &ColumnChoice::default()).unwrap();
            assert_eq!(both(&used), (user, item));
        }
    }

    #[test]
    fn what_cannot_be_told_lists_the_columns() {
        let sentence = found("a,sku", &ColumnChoice::default()).unwrap_err();
        assert!(sentence.contains("the user") && sentence.contains("a, sku"), "{sentence}");
        let sentence = found("customer_id,user_id,sku", &ColumnChoice::default()).unwrap_err();
        assert!(
            sentence.contains("the user") && sentence.contains("customer_id, user_id"),
            "{sentence}"
        );
        let choice = naming(&[(Purpose::Item, "prod")]);
        let sentence = found("user,sku", &choice).unwrap_err();
        assert!(
            sentence.contains("prod")
                && sentence.contains("user, sku")
                && sentence.contains("the item"),
            "{sentence}"
        );
    }

    #[test]
    fn many_columns_are_cut_short() {
        let headers: Vec<String> = (0..100).map(|at| format!("c{at}\n")).collect();
        let sentence = find("f.csv", &headers, &ColumnChoice::default(), None, RowsAre::Purchases)
            .unwrap_err()
            .to_string();
        assert!(sentence.contains("c39") && !sentence.contains("c40"), "{sentence}");
        assert!(sentence.contains("and 60 more") && !sentence.contains('\n'), "{sentence}");
    }

    #[test]
    fn a_choice_wins_and_an_empty_one_switches_off() {
        let choice = naming(&[(Purpose::User, "a"), (Purpose::Quantity, "")]);
        let used = found("a,user,sku,qty", &choice).unwrap();
        assert_eq!(
            (&used[Purpose::User], &used[Purpose::Quantity]),
            (&Some("a".to_owned()), &None)
        );
    }
}
