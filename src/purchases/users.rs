//! What the users of cleaned rows look like: words for nobody, ids that a spreadsheet spoilt, ids
//! that differ in case or zeros, one user with a great share of all rows.

use std::collections::HashMap;

use super::Labels;
use super::grounds::Grounds;
use super::nobody::{Doubtful, doubtful, is_spoilt, is_total};
use super::options::Options;
use super::purpose::Purpose;
use super::reading::{Decision, NONE, UserSpelling};
use super::spelling::{folded, visible};
use super::told::{Doubt, grouped};

/// A number that may be a person counts as a word for nobody where it has so many times the rows
/// of the others, on average.
const TIMES: u64 = 3;

/// And where it has at least one row in so many.
const LEAST_SHARE: u64 = 200;

/// Names what is doubtful about users.
pub(super) fn doubts(user: &Labels, options: &Options, grounds: &mut Grounds) {
    let all = user.codes.len() as u64;
    let mut rows = vec![0u64; user.names.len()];
    user.codes.for_each(|code| rows[code as usize] += 1);
    let share = |rows: u64| {
        let percent = 100.0 * rows as f64 / all.max(1) as f64;
        if percent < 1.0 { format!("{percent:.2} %") } else { format!("{percent:.0} %") }
    };
    let average = all / user.names.len().max(1) as u64;
    // Words among ids with digits: of another shape than nearly all others, and frequent.
    let has_digit = |name: &str| name.chars().any(char::is_numeric);
    let with_digits = user.names.iter().filter(|name| has_digit(name)).count();
    let has_shape =
        user.names.len() >= 20 && (user.names.len() - with_digits) * 20 <= user.names.len();
    let is_odd_one = |name: &str, rows: u64| {
        let as_long = || {
            let same = |other: &&String| other.chars().count() == name.chars().count();
            user.names.iter().filter(same).count() * 2 >= user.names.len()
        };
        !has_digit(name) && rows * LEAST_SHARE >= all && rows > TIMES * average.max(1) && !as_long()
    };
    let mut words: Vec<(&str, u64)> = user
        .names
        .iter()
        .zip(&rows)
        .filter(|(name, rows)| match doubtful(name) {
            Some(Doubtful::Word) => true,
            Some(Doubtful::Number) => {
                **rows > TIMES * average.max(1) && **rows * LEAST_SHARE >= all
            }
            None => has_shape && is_odd_one(name, **rows),
        })
        .map(|(name, &rows)| (name.as_str(), rows))
        .collect();
    words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    if options.missing_user.is_none() {
        if !words.is_empty() {
            const SHOWN: usize = 8;
            let said: Vec<String> = words
                .iter()
                .take(SHOWN)
                .map(|(word, rows)| format!("{word} ({} rows, {})", grouped(*rows), share(*rows)))
                .collect();
            let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let words = format!(
                "{} may stand for people without an account; each counts as one person until you say that it is missing",
                said.join(", ")
            );
            // A word with a comma could not be said again.
            let sayable: Vec<&str> = list.into_iter().filter(|word| !word.contains(',')).collect();
            let readings = vec![NONE.to_owned(), sayable.join(",")];
            grounds.doubt(Decision::MissingUser, Doubt { readings, words });
        }
        let most = user.names.iter().zip(&rows).max_by_key(|(_, rows)| **rows);
        if let Some((name, &rows)) = most
            // A third of three is no great share.
            && user.names.len() > 2 + usize::from(rows * 3 == all)
            && rows * 3 >= all
            && doubtful(name).is_none()
        {
            let words = format!(
                "{name} has {} of {} rows ({}): one person, or the shop's word for everybody without an account",
                grouped(rows),
                grouped(all),
                share(rows)
            );
            let readings = vec![NONE.to_owned(), name.clone()];
            grounds.doubt(Decision::MissingUser, Doubt { readings, words });
        }
    }
    if options.columns[Purpose::User].is_none() && user.names.len() <= 2 && all >= 100 {
        let who = match &user.names[..] {
            [one, other] => format!("two users ({one}, {other})"),
            names => format!("one user ({})", names.first().map_or("", String::as_str)),
        };
        let words = format!(
            "{} rows are of {who}: the column may say who sold, or who keeps the account, and another who bought",
            grouped(all)
        );
        grounds.doubt(Decision::Column(Purpose::User), Doubt { readings: Vec::new(), words });
    }
    totals(user, &rows, Purpose::User, grounds);
    spoilt(user, &rows, Purpose::User, grounds);
    if options.user_spelling.is_none() {
        // Only ids with letters or zeros at the beginning have another spelling.
        let may_differ =
            |name: &str| name.starts_with('0') || !name.bytes().all(|byte| byte.is_ascii_digit());
        let mut spelt: HashMap<String, u32> = HashMap::new();
        if user.names.iter().any(|name| may_differ(name)) {
            user.names.iter().for_each(|name| *spelt.entry(folded(name)).or_insert(0) += 1);
        }
        let several = spelt.values().filter(|&&spellings| spellings > 1).count() as u64;
        if several > 0 {
            let example = user
                .names
                .iter()
                .find(|name| spelt.get(&folded(name)).is_some_and(|&ways| ways > 1));
            let other = example.and_then(|first| {
                user.names.iter().find(|name| *name != first && folded(name) == folded(first))
            });
            let words = format!(
                "{} {} spelt in several ways that differ only in capital letters, zeros at the beginning or what cannot be seen (such as {} and {}): each spelling is one person until you say otherwise",
                grouped(several),
                if several == 1 { "id is" } else { "ids are" },
                example.map_or(String::new(), |text| visible(text)),
                other.map_or(String::new(), |text| visible(text)),
            );
            let readings = UserSpelling::ALL.map(|spelling| spelling.name().to_owned()).to_vec();
            grounds.doubt(Decision::UserSpelling, Doubt { readings, words });
        }
    }
}

/// Names rows that add up other rows, by what stands in them for a user or an item.
pub(super) fn totals(names: &Labels, rows: &[u64], purpose: Purpose, grounds: &mut Grounds) {
    let found = names.names.iter().zip(rows).filter(|(name, _)| is_total(name));
    let (mut words, mut count) = (Vec::new(), 0);
    for (name, rows) in found {
        words.push(name.as_str());
        count += rows;
    }
    if let Some(first) = words.first() {
        let said = format!(
            "{} {} {first} for {}, as lines do that add up others: they count as purchases until they are left out of the file, or are declared missing",
            grouped(count),
            if count == 1 { "row has" } else { "rows have" },
            purpose.words(),
        );
        match purpose {
            Purpose::User => {
                let readings = vec![NONE.to_owned(), words.join(",")];
                grounds.doubt(Decision::MissingUser, Doubt { readings, words: said });
            }
            _ => grounds
                .doubt(Decision::Column(purpose), Doubt { readings: Vec::new(), words: said }),
        }
    }
}

/// Ids that a spreadsheet rounded stand for more people or items than there are texts.
pub(super) fn spoilt(ids: &Labels, rows: &[u64], purpose: Purpose, grounds: &mut Grounds) {
    let spoilt: Vec<(&String, u64)> = ids
        .names
        .iter()
        .zip(rows)
        .filter(|(name, _)| is_spoilt(name))
        .map(|(name, &rows)| (name, rows))
        .collect();
    let spoilt = match spoilt.is_empty() && are_rounded(&ids.names) {
        true => ids.names.iter().zip(rows).map(|(name, &rows)| (name, rows)).collect(),
        false => spoilt,
    };
    let Some((example, _)) = spoilt.first() else { return };
    let of: u64 = spoilt.iter().map(|(_, rows)| rows).sum();
    let (id, stands) = match purpose {
        Purpose::User => (
            "an id",
            "may stand for more people than that, and what holds for one user here holds for nobody",
        ),
        _ => ("a code", "may stand for more items than that"),
    };
    let count = spoilt.len() as u64;
    let words = format!(
        "{} {} {id} that a spreadsheet rounded, such as {example}: {} {} {stands}; export the file again with them as text",
        grouped(of),
        if of == 1 { "row has" } else { "rows have" },
        grouped(count),
        if count == 1 { "text" } else { "texts" },
    );
    grounds.doubt(Decision::Column(purpose), Doubt { readings: Vec::new(), words });
}

/// Whether long numbers went through floating-point numbers, as spreadsheets and data frames make of ids where a
/// cell is empty: all of them end with the same few zeros, of ten or of two, by the digits that these hold.
fn are_rounded(names: &[String]) -> bool {
    // Fewer could end so by chance.
    const BITS: f64 = 20.0;
    let ids: Vec<u128> = names
        .iter()
        .filter(|name| (16..=30).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_digit()))
        .filter_map(|name| name.parse().ok())
        .collect();
    if ids.len() < 3 || ids.len() * 2 < names.len() {
        return false;
    }
    let zeros = |id: u128| id.to_string().bytes().rev().take_while(|&digit| digit == b'0').count();
    let digits = |id: u128| id.to_string().len();
    // 17 digits tell floating-point numbers apart, and spreadsheets keep 15.
    let of_ten = ids.iter().map(|&id| (zeros(id), digits(id))).min();
    let tens = of_ten.is_some_and(|(zeros, digits)| {
        zeros > 0
            && [15, 16, 17].contains(&digits.saturating_sub(zeros))
            && ids.len() as f64 * zeros as f64 * 10f64.log2() >= BITS
    });
    let step = |id: u128| (128 - id.leading_zeros()).saturating_sub(53);
    let least = ids.iter().map(|id| id.trailing_zeros()).min().unwrap_or(0);
    let finest = ids.iter().map(|&id| step(id)).min().unwrap_or(0);
    let twos = finest > 0
        && (finest..finest + 2).contains(&least)
        && ids.len() as f64 * f64::from(least) >= BITS;
    tens || twos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_went_through_floating_point_numbers_are_told() {
        let of = |ids: &mut dyn Iterator<Item = u64>| -> Vec<String> {
            ids.map(|id| id.to_string()).collect()
        };
        let real = || (0..30u64).map(|at| 910_000_000_000_090_611 + at * 7_919);
        assert!(!are_rounded(&of(&mut real())));
        assert!(are_rounded(&of(&mut real().map(|id| id as f64 as u64))));
        assert!(are_rounded(&of(&mut real().map(|id| id / 1_000 * 1_000))));
        // Ids that are made of a clock and a counter end with many zeros of two; others are all even.
        assert!(!are_rounded(&of(&mut (0..30u64).map(|at| (250_000_000_000 + at * 977) << 22))));
        assert!(!are_rounded(&of(&mut (0..30u64).map(|at| 910_000_000_000_090_612 + at * 7_918))));
        assert!(!are_rounded(&of(&mut (0..30u64).map(|at| 17_850 + at))));
    }
}
