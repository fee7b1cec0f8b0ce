//! Columns side by side that should be rows: months, shops or days of a wide table, and the second and third
//! item of an order.

use super::columns::Mapping;
use super::grounds::Grounds;
use super::name_words::{plain, words_of};
use super::names_said::says_other;
use super::options::Options;
use super::profile::Profile;
use super::purpose::Purpose;
use super::reading::Decision;
use super::told::Doubt;
use super::usual_names::{is_numbered, rank_of, stem};

/// Whether a name is a month, or a month of a year: `2023-11`, `Nov 2023`, `2024/01`, `März`.
fn is_month(name: &str) -> bool {
    const MONTHS: [&str; 40] = [
        "jan",
        "january",
        "januar",
        "janvier",
        "feb",
        "february",
        "februar",
        "fevrier",
        "mar",
        "march",
        "marz",
        "mars",
        "apr",
        "april",
        "avril",
        "may",
        "mai",
        "mayo",
        "jun",
        "june",
        "juni",
        "juin",
        "jul",
        "july",
        "juli",
        "juillet",
        "aug",
        "august",
        "aout",
        "sep",
        "sept",
        "september",
        "oct",
        "october",
        "oktober",
        "okt",
        "nov",
        "november",
        "dec",
        "december",
    ];
    let words: Vec<String> = words_of(name).iter().map(|word| plain(word)).collect();
    let numbers: Vec<&str> =
        name.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect();
    let is_year =
        |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let is_number = |text: &str| text.parse::<u32>().is_ok_and(|month| (1..=12).contains(&month));
    match (&words[..], &numbers[..]) {
        ([], [year, month]) if is_year(year) => month.len() <= 2 && is_number(month),
        ([], [month, year]) if is_year(year) => month.len() <= 2 && is_number(month),
        ([], [year, month, day]) if is_year(year) => is_number(month) && day.len() <= 2,
        ([month], [] | [_]) => {
            MONTHS.contains(&month.as_str())
                || ["dez", "dezember", "decembre"].contains(&month.as_str())
        }
        _ => false,
    }
}

/// Names columns that should be rows, of which one is read, or none.
pub(super) fn doubts(
    headers: &[String],
    mapping: &Mapping,
    profiles: &[Profile],
    options: &Options,
    grounds: &mut Grounds,
) {
    let filled = |place: usize| profiles.get(place).is_some_and(|profile| profile.filled > 0);
    if let Some(item) = mapping.place(Purpose::Item) {
        let others: Vec<&str> = (0..headers.len())
            .filter(|&place| place != item && filled(place) && is_numbered(&headers[place]))
            .filter(|&place| stem(&headers[place]) == stem(&headers[item]))
            .map(|place| headers[place].as_str())
            .collect();
        // Named by somebody, one of many that hold counts is no item all the same.
        let holds_counts =
            || profiles.get(item).is_some_and(|p| p.number_share() >= 0.8 && p.distinct() <= 20);
        let is_open =
            options.columns[Purpose::Item].is_none() || others.len() > 2 && holds_counts();
        if is_open && !others.is_empty() && !stem(&headers[item]).is_empty() {
            let words = format!(
                "{} is read as the item, and {} hold{} further items of the same rows, which do not count: make a row of each item",
                headers[item],
                others.join(", "),
                if others.len() == 1 { "s" } else { "" }
            );
            let readings = vec![headers[item].clone()];
            grounds.doubt(Decision::Column(Purpose::Item), Doubt { readings, words });
        }
    }
    if mapping.place(Purpose::Quantity).is_some() || options.columns[Purpose::Quantity].is_some() {
        return;
    }
    let is_free = |place: usize| {
        let holds_numbers = |profile: &Profile| {
            profile.number_share() >= 0.8 && profile.date_share() < 0.8 && profile.filled > 0
        };
        !mapping.serves(place) && profiles.get(place).is_some_and(holds_numbers)
    };
    let months: Vec<usize> =
        (0..headers.len()).filter(|&place| is_month(&headers[place]) && is_free(place)).collect();
    let is_paid = mapping.place(Purpose::Price).or(mapping.place(Purpose::Total)).is_some();
    let is_usual = |name: &str| {
        says_other(name) || Purpose::ALL.iter().any(|&purpose| rank_of(purpose, name).is_some())
    };
    let columns: Vec<usize> = match months.len() > 2 {
        true => months,
        // Without an amount, numbers side by side are what was bought, of which no row can be made here.
        false if !is_paid => {
            let first_word = |place: usize| words_of(&headers[place]).into_iter().next();
            let is_alike = |run: &[usize]| {
                let word = first_word(run[0]);
                word.is_some() && run.iter().all(|&place| first_word(place) == word)
            };
            let places: Vec<usize> = (0..headers.len()).collect();
            let runs = places.chunk_by(|&a, &b| is_free(a) == is_free(b));
            let runs = runs
                .filter(|run| is_free(run[0]))
                .filter(|run| is_alike(run) || !run.iter().any(|&place| is_usual(&headers[place])));
            runs.max_by_key(|run| run.len()).map_or(Vec::new(), <[usize]>::to_vec)
        }
        false => Vec::new(),
    };
    if let [first, .., last] = columns[..]
        && columns.len() > 2
    {
        let are_months = columns.iter().all(|&place| is_month(&headers[place]));
        let (what, with) = match are_months {
            true => ("months", "month, with its month"),
            false => ("of numbers", "column, with its name"),
        };
        let words = format!(
            "{} columns are {what} side by side ({} to {}), and a row counts 1 whatever stands in them: make a row of each {with} and its quantity in columns of their own",
            columns.len(),
            headers[first],
            headers[last]
        );
        let readings = vec![String::new(), headers[first].clone()];
        grounds.doubt(Decision::Column(Purpose::Quantity), Doubt { readings, words });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_numbered_names_are_known() {
        for name in ["2023-11", "2024/01", "11.2023", "Nov 2023", "März", "Dez 23", "2023-11-01"] {
            assert!(is_month(name), "{name}");
        }
        for name in ["2023", "item", "may contain", "11", "Q1 2024", "13.2023"] {
            assert!(!is_month(name), "{name}");
        }
        assert_eq!((stem("product2"), stem("SKU_12")), ("product".into(), "sku".into()));
        assert!(is_numbered("item 3") && !is_numbered("item") && !is_numbered("3rd item"));
    }
}
