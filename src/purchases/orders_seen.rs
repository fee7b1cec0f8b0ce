//! What the lines of orders tell of each other: an item that stands in nearly every order, lines
//! that stand there once more in another state, a quantity that is the order's.

use std::collections::HashMap;

use super::columns::Mapping;
use super::grounds::Grounds;
use super::options::Options;
use super::purpose::Purpose;
use super::reading::{Decision, NONE};
use super::told::{Doubt, grouped};
use crate::table::TextColumn;

/// Orders fewer than these tell nothing.
const ENOUGH: u64 = 20;

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct OrdersSeen {
    /// Lines of orders.
    lines: u64,
    /// Lines with the order, the item and the amount of another that are in another state.
    again: u64,
    /// The columns that tell those apart: place, and how many lines.
    states: HashMap<usize, u64>,
    /// Orders of several lines.
    several: u64,
    /// Of these, those of which all lines have one quantity, as many as lines or more.
    of_order: u64,
    /// The item in the most orders of several lines.
    commonest: Option<Commonest>,
}

#[derive(Debug, Clone, PartialEq)]
struct Commonest {
    /// One item or a few, such as shipping and a fee.
    names: Vec<String>,
    /// Orders of several lines that have it, and those that have the next one.
    orders: u64,
    next: u64,
    /// Orders of several lines where it was looked for.
    of: u64,
}

impl OrdersSeen {
    /// Looks at rows; `units` are the quantities of the texts of its column.
    pub fn of(columns: &[TextColumn], mapping: &Mapping, units: Option<&[Option<f64>]>) -> Self {
        let at = |purpose| mapping.place(purpose).and_then(|place| columns.get(place));
        let (Some(order), Some(item)) = (at(Purpose::Invoice), at(Purpose::Item)) else {
            return Self::default();
        };
        let of_user = |row: usize| at(Purpose::User).map_or(0, |user| user.codes[row]);
        let key = |row: usize| (order.codes[row], of_user(row));
        let is_line = |row: &usize| {
            order.codes[*row] != TextColumn::MISSING && item.codes[*row] != TextColumn::MISSING
        };
        let mut rows: Vec<usize> = (0..order.codes.len()).filter(is_line).collect();
        rows.sort_by_key(|&row| key(row));
        let quantity = at(Purpose::Quantity);
        let amount = at(Purpose::Price).or(at(Purpose::Total)).or(quantity);
        let states = state_columns(columns, mapping);
        let mut seen = Self { lines: rows.len() as u64, ..Self::default() };
        let mut orders_of = vec![0u64; item.names.len()];
        for lines in rows.chunk_by(|&a, &b| key(a) == key(b)).filter(|lines| lines.len() > 1) {
            seen.several += 1;
            let mut first: HashMap<(u32, u32), usize> = HashMap::new();
            let mut items: Vec<u32> = lines.iter().map(|&row| item.codes[row]).collect();
            items.sort_unstable();
            items.dedup();
            items.iter().for_each(|&item| orders_of[item as usize] += 1);
            for &row in lines {
                let money = amount.map_or(0, |amount| amount.codes[row]);
                // Without a quantity, and without an amount, the same item again is one more of it.
                if quantity.is_none() || money == TextColumn::MISSING {
                    continue;
                }
                let Some(&before) = first.get(&(item.codes[row], money)) else {
                    first.insert((item.codes[row], money), row);
                    continue;
                };
                let differ =
                    |place: &&usize| columns[**place].codes[row] != columns[**place].codes[before];
                let mut is_other = false;
                for &place in states.iter().filter(differ) {
                    *seen.states.entry(place).or_insert(0) += 1;
                    is_other = true;
                }
                seen.again += u64::from(is_other);
            }
            if let (Some(quantity), Some(units)) = (quantity, units) {
                let number = |row: usize| *units.get(quantity.codes[row] as usize)?;
                let one = number(lines[0]).filter(|&units| units >= lines.len() as f64);
                let is_of_order = one.is_some() && lines.iter().all(|&row| number(row) == one);
                seen.of_order += u64::from(is_of_order);
            }
        }
        const FEW_ITEMS: usize = 8;
        let mut most = orders_of.iter().zip(&item.names).collect::<Vec<_>>();
        most.sort_by(|a, b| b.0.cmp(a.0).then(a.1.cmp(b.1)));
        if most.len() >= FEW_ITEMS {
            let stands_out = |&few: &usize| {
                let (orders, next) = (most[few - 1].0, most[few].0);
                orders * 5 >= seen.several * 2 && next * 2 <= *orders
            };
            seen.commonest = (1..=3).find(stands_out).map(|few| Commonest {
                names: most[..few].iter().map(|(_, name)| name.to_string()).collect(),
                orders: *most[few - 1].0,
                next: *most[few].0,
                of: seen.several,
            });
        }
        seen
    }

    /// With what later rows tell; which item is the commonest was told by the first ones.
    pub fn add(&mut self, later: &Self) {
        self.lines += later.lines;
        self.again += later.again;
        for (place, lines) in &later.states {
            *self.states.entry(*place).or_insert(0) += lines;
        }
        self.several += later.several;
        self.of_order += later.of_order;
    }

    /// Names what is doubtful and not declared; `all_count` where no rule says which rows count.
    pub fn doubts(
        &self,
        headers: &[String],
        mapping: &Mapping,
        options: &Options,
        all_count: bool,
        grounds: &mut Grounds,
    ) {
        let header = |purpose| mapping.place(purpose).map_or("", |place| headers[place].as_str());
        if options.columns[Purpose::Quantity].is_none()
            && self.several >= ENOUGH
            && self.of_order * 100 >= self.several * 99
        {
            let name = header(Purpose::Quantity);
            let words = format!(
                "{name} is the same in all lines of an order, and no order has more lines than that ({} of {} orders of several lines): as an order's quantity it is added up once for each line",
                grouped(self.of_order),
                grouped(self.several)
            );
            let readings = vec![name.to_owned(), String::new()];
            grounds.doubt(Decision::Column(Purpose::Quantity), Doubt { readings, words });
        }
        if !all_count {
            return;
        }
        if self.again >= ENOUGH && self.again * 5 >= self.lines {
            let mut states: Vec<(&usize, &u64)> =
                self.states.iter().filter(|(_, lines)| **lines * 2 >= self.again).collect();
            states.sort();
            let names: Vec<&str> =
                states.iter().map(|&(&place, _)| headers[place].as_str()).collect();
            let words = format!(
                "{} of {} lines have the order, the item and the amount of another and differ in {}, as in a history of states or of changes: each counts until you say which rows count",
                grouped(self.again),
                grouped(self.lines),
                names.join(", ")
            );
            grounds.doubt(Decision::Where, Doubt { readings: vec![NONE.to_owned()], words });
        }
        if let Some(Commonest { names, orders, next, of }) = &self.commonest
            && *of >= ENOUGH
        {
            let rule = format!("{}!={}", header(Purpose::Item), names.join(","));
            let words = format!(
                "{} in {} of {} orders of several lines and the next item in {}: shipping, fees and discounts do so, and each counts as an item until you leave it out",
                match names.as_slice() {
                    [name] => format!("{name} stands"),
                    names => format!("{} stand", names.join(" and ")),
                },
                grouped(*orders),
                grouped(*of),
                grouped(*next)
            );
            let readings = vec![NONE.to_owned(), rule];
            grounds.doubt(Decision::Where, Doubt { readings, words });
        }
    }
}

/// Columns of few words that serve nothing: what a line's state may stand in.
fn state_columns(columns: &[TextColumn], mapping: &Mapping) -> Vec<usize> {
    const MOST: usize = 30;
    let is_word = |text: &str| text.chars().any(char::is_alphabetic);
    (0..columns.len())
        .filter(|&place| {
            let names = &columns[place].names;
            !mapping.serves_more_than(place, |purpose| purpose == Purpose::Event)
                && (2..=MOST).contains(&names.len())
                && names.iter().all(|name| is_word(name) && !name.contains(':'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(texts: &[&str]) -> TextColumn {
        let mut names: Vec<compact_str::CompactString> = Vec::new();
        let codes = texts.iter().map(|text| {
            let code = names.iter().position(|name| name == text).unwrap_or(names.len());
            if code == names.len() {
                names.push((*text).into());
            }
            code as u32
        });
        let codes = codes.collect();
        TextColumn { names, codes }
    }

    /// Order, item, quantity, price and state of lines.
    fn seen(lines: &[[&str; 5]]) -> (Vec<String>, Mapping, OrdersSeen) {
        let headers = ["order", "item", "quantity", "price", "state"];
        let purposes =
            [Purpose::Invoice, Purpose::Item, Purpose::Quantity, Purpose::Price].into_iter();
        let mut mapping = Mapping::default();
        for (place, purpose) in purposes.enumerate() {
            mapping.guess(purpose, Some(place), String::new());
        }
        let columns: Vec<TextColumn> = (0..5)
            .map(|place| column(&lines.iter().map(|line| line[place]).collect::<Vec<_>>()))
            .collect();
        let units: Vec<Option<f64>> =
            columns[2].names.iter().map(|text| text.parse().ok()).collect();
        let seen = OrdersSeen::of(&columns, &mapping, Some(&units));
        (headers.map(str::to_owned).to_vec(), mapping, seen)
    }

    fn doubts(lines: &[[&str; 5]]) -> Vec<String> {
        let (headers, mapping, seen) = seen(lines);
        let mut grounds = Grounds::default();
        seen.doubts(&headers, &mapping, &Options::default(), true, &mut grounds);
        grounds.doubts().iter().map(|doubt| doubt.words.clone()).collect()
    }

    #[test]
    fn orders_tell_what_their_lines_are() {
        const ITEMS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let numbers: Vec<String> = (0..60).map(|n| n.to_string()).collect();
        let line = |order: usize, item: usize, quantity, state| {
            [numbers[order].as_str(), ITEMS[item], quantity, numbers[item].as_str(), state]
        };
        // Two lines of other items an order, some of more than one piece.
        let honest: Vec<[&str; 5]> = (0..60)
            .flat_map(|n| {
                let units = if n % 3 == 0 { "2" } else { "1" };
                [line(n, n % 12, units, "paid"), line(n, (n * 5 + 1) % 12, "1", "open")]
            })
            .collect();
        assert_eq!(doubts(&honest), Vec::<String>::new());
        let history: Vec<[&str; 5]> = honest
            .iter()
            .flat_map(|&[a, b, c, d, _]| [[a, b, c, d, "new"], [a, b, c, d, "sent"]])
            .collect();
        let said = doubts(&history);
        assert!(said.len() == 1 && said[0].contains("differ in state"), "{said:?}");
        let shipped: Vec<[&str; 5]> = honest
            .iter()
            .copied()
            .chain((0..60).map(|n| [numbers[n].as_str(), "flat_rate", "1", "4.9", "paid"]))
            .collect();
        let said = doubts(&shipped);
        assert!(said.len() == 1 && said[0].contains("flat_rate stands in 60 of 60"), "{said:?}");
        let of_order: Vec<[&str; 5]> =
            honest.iter().map(|&[a, b, _, d, e]| [a, b, "3", d, e]).collect();
        let said = doubts(&of_order);
        assert!(said.len() == 1 && said[0].contains("same in all lines"), "{said:?}");
    }
}
