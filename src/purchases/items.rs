//! What the items of cleaned rows look like: codes spelt in two ways, lists of several in one cell.

use std::collections::{HashMap, HashSet};

use super::Labels;
use super::grounds::Grounds;
use super::name_words::words_of;
use super::purpose::Purpose;
use super::reading::Decision;
use super::spelling::{same_looking, visible};
use super::told::{Doubt, grouped};

/// Names what is doubtful about items, which stand in the column `header`, in so many `rows` each; `has_other`
/// where another column is called like one of items.
pub(super) fn doubts(
    item: &Labels,
    rows: &[u64],
    (header, has_other): (&str, bool),
    grounds: &mut Grounds,
) {
    alike(item, rows, grounds);
    lists(item, rows, header, grounds);
    if has_other {
        line_numbers(item, rows, header, grounds);
    }
}

/// Names items that are the numbers 1, 2, 3 or 10, 20, 30...: those of the lines of an order.
fn line_numbers(item: &Labels, rows: &[u64], header: &str, grounds: &mut Grounds) {
    const MOST: usize = 30;
    let (items, all): (usize, u64) = (item.names.len(), rows.iter().sum());
    let numbers: Option<Vec<usize>> = item.names.iter().map(|name| name.parse().ok()).collect();
    let Some(mut numbers) = numbers else { return };
    numbers.sort_unstable();
    let counts = |step: usize| numbers.iter().zip(1..).all(|(&n, at)| n == at * step);
    if (2..=MOST).contains(&items) && all >= 50 && (counts(1) || counts(10)) {
        let words = format!(
            "its items are the numbers {} to {} alone: {header} may number the lines of an order, and another column say what was bought",
            numbers[0],
            numbers[items - 1]
        );
        let readings = vec![header.to_owned()];
        grounds.doubt(Decision::Column(Purpose::Item), Doubt { readings, words });
    }
}

/// What parts a cell that holds several items.
const PARTS: [char; 4] = [',', ';', '|', ' '];

/// Whether a name says that a cell holds several.
fn says_several(header: &str) -> bool {
    const SEVERAL: [&str; 10] = [
        "items", "products", "skus", "articles", "goods", "basket", "cart", "ids", "codes",
        "produkte",
    ];
    words_of(header).iter().any(|word| SEVERAL.contains(&word.as_str()))
}

/// Names cells that hold several items: in brackets, or parted by signs where the parts come again
/// in other cells.
fn lists(item: &Labels, rows: &[u64], header: &str, grounds: &mut Grounds) {
    let several = says_several(header);
    let parts = |name: &str, sign: char| -> Option<Vec<String>> {
        if !name.contains(sign) {
            return None;
        }
        let parts: Vec<&str> = name.split(sign).collect();
        // Names have blanks, and commas with a blank behind them; codes have none.
        let is_code = |part: &&str| !part.is_empty() && !part.contains(char::is_whitespace);
        let is_number =
            |part: &&str| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = parts.len() > 1
            && (sign != ' ' || parts.iter().all(is_number))
            && match several {
                true => parts.iter().all(|part| !part.trim().is_empty()),
                false => parts.iter().all(is_code),
            };
        fits.then(|| parts.into_iter().map(|part| part.trim().to_owned()).collect())
    };
    let all: u64 = rows.iter().sum();
    let in_brackets = |name: &str| {
        name.starts_with('[') && name.ends_with(']') && name.len() > 2
            || name.starts_with("{\"") && name.ends_with('}')
    };
    let counted = |is_list: &dyn Fn(&str) -> bool| -> (u64, Option<&String>) {
        let found = item.names.iter().zip(rows).filter(|(name, _)| is_list(name));
        let (mut cells, mut example) = (0, None);
        for (name, rows) in found {
            cells += rows;
            example = example.or(Some(name));
        }
        (cells, example)
    };
    let bracketed = counted(&in_brackets);
    let found = match bracketed {
        (cells, Some(example)) if cells * 20 >= all => Some((cells, example)),
        _ => PARTS.into_iter().find_map(|sign| {
            let (cells, example) = counted(&|name| parts(name, sign).is_some());
            let example = example.filter(|_| cells * 20 >= all)?;
            let mut cells_of: HashMap<String, u32> = HashMap::new();
            for name in &item.names {
                let parts = parts(name, sign).unwrap_or_else(|| vec![name.clone()]);
                for part in parts.into_iter().collect::<HashSet<_>>() {
                    *cells_of.entry(part).or_insert(0) += 1;
                }
            }
            // Parts of lists come again in other cells.
            let in_lists = item.names.iter().filter_map(|name| parts(name, sign)).flatten();
            let (mut of, mut again) = (0u64, 0u64);
            for part in in_lists {
                of += 1;
                again += u64::from(cells_of.get(&part) > Some(&1));
            }
            (again * 10 >= of * 6).then_some((cells, example))
        }),
    };
    if let Some((cells, example)) = found {
        let words = format!(
            "{} of {} cells of {header} look like lists of several items, such as {example}: each list counts as one item; make a row of each item",
            grouped(cells),
            grouped(all)
        );
        grounds.doubt(Decision::Column(Purpose::Item), Doubt { readings: Vec::new(), words });
    }
}

/// Names codes of items that look the same, or differ in zeros at the beginning only; and, where they are
/// many, those that differ in capital letters and blanks.
fn alike(item: &Labels, rows: &[u64], grounds: &mut Grounds) {
    let plain = |name: &str| -> String {
        same_looking(name).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    };
    // By what is the same of them: the most frequent spelling, and the rows of all others.
    let mut spelt: HashMap<String, (u64, &str, u64, &str)> = HashMap::new();
    for (name, &rows) in item.names.iter().zip(rows) {
        // What cannot be told apart by the eye is named below.
        if same_looking(name) != name.as_str() {
            continue;
        }
        let (most, first, rest, other) = spelt.entry(plain(name)).or_insert((0, name, 0, name));
        if rows > *most {
            (*rest, *other) = (*rest + *most, *first);
            (*most, *first) = (rows, name);
        } else {
            (*rest, *other) = (*rest + rows, name);
        }
    }
    let (all, differ): (u64, u64) =
        (rows.iter().sum(), spelt.values().map(|(_, _, rest, _)| rest).sum());
    let example =
        spelt.values().filter(|(_, _, rest, _)| *rest > 0).max_by_key(|one| (one.2, one.1));
    if let Some((_, one, _, other)) = example.filter(|_| differ * 100 >= all) {
        let words = format!(
            "{} of {} rows spell an item otherwise than most do, but for capital letters and blanks (such as {} and {}): each spelling counts as an item of its own until they are made one in the file",
            grouped(differ),
            grouped(all),
            visible(other),
            visible(one)
        );
        grounds.doubt(Decision::Column(Purpose::Item), Doubt { readings: Vec::new(), words });
    }
    let spelling = |name: &str| -> String {
        let seen = same_looking(name);
        let bare = seen.trim_start_matches('0');
        if bare.is_empty() { "0".to_owned() } else { bare.to_owned() }
    };
    let is_odd = |name: &String| {
        name.len() > 1 && name.starts_with('0') || same_looking(name) != name.as_str()
    };
    let mut odd: HashMap<String, &str> = HashMap::new();
    for name in item.names.iter().filter(|name| is_odd(name)) {
        odd.entry(spelling(name)).or_insert(name);
    }
    if odd.is_empty() {
        return;
    }
    let mut several: HashMap<String, (&str, &str)> = HashMap::new();
    for name in &item.names {
        let spelt = spelling(name);
        if let Some(&other) = odd.get(&spelt)
            && other != name
        {
            several.entry(spelt).or_insert((other, name));
        }
    }
    let Some((_, (one, other))) = several.iter().min() else { return };
    let count = several.len() as u64;
    let words = format!(
        "{} {} spelt in several ways that differ only in zeros at the beginning or what cannot be seen (such as {} and {}): each spelling counts as an item of its own until they are made one in the file",
        grouped(count),
        if count == 1 { "item is" } else { "items are" },
        visible(one),
        visible(other),
    );
    grounds.doubt(Decision::Column(Purpose::Item), Doubt { readings: Vec::new(), words });
}
