//! What the cells of rows tell of each other: users that stand only in an order's first row,
//! amounts that are unit prices or line totals.

use std::collections::{HashMap, HashSet};

use compact_str::CompactString;

use super::columns::Mapping;
use super::events::InvoiceCounts;
use super::nobody::is_nobody;
use super::orders_seen::OrdersSeen;
use super::purpose::Purpose;
use super::values::{Decimal, Marks};
use crate::table::TextColumn;

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct RowsSeen {
    /// Users that stand in the first row of a group of rows only.
    pub filled_down: Option<FilledDown>,
    /// Rows without a user below one that has, where nothing says which belong together.
    pub merged: Option<u64>,
    /// Rows looked at.
    pub rows: u64,
    /// Rows of which every cell is that of a row far above in the same block, where something tells rows apart.
    pub repeats: u64,
    /// Rows of which every cell is that of the row above.
    pub repeats_below: u64,
    /// What amounts do where quantities differ.
    pub money: Option<MoneyVotes>,
    /// Whether line totals are quantities times prices, where a file has both.
    pub totals: TotalVotes,
    /// What the lines of orders tell of each other.
    pub lines: OrdersSeen,
    /// How orders and users go together.
    pub orders: OrderVotes,
    /// What invoices look like.
    pub invoices: InvoiceCounts,
    /// With whom a readable name goes.
    pub names: NameVotes,
    /// The first row, where it reads like a second line of the header.
    pub subheading: Option<String>,
    /// The sums of quantities and of money in size, as shown.
    pub sums: SumsInSize,
}

/// Sums in size, as shown.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SumsInSize {
    pub quantity: f64,
    pub money: f64,
}

/// Rows without a user below rows of the same group that have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FilledDown {
    /// The place of the column that tells groups apart.
    pub by: usize,
    /// Rows without a user that can be filled.
    pub rows: u64,
    /// Rows without a user.
    pub of: u64,
}

/// Pairs of rows of one item with other quantities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MoneyVotes {
    /// Of which the amounts are the same: a unit price.
    pub price: u64,
    /// Of which the amounts per unit are the same: a line total.
    pub total: u64,
    /// Rows below one of the same order.
    pub of_order: u64,
    /// Of these, those with the same amount: an order's total.
    pub same_in_order: u64,
    /// Rows with more than one unit.
    pub several: u64,
    /// Rows with a quantity and an amount.
    pub rows: u64,
}

/// Rows that have a quantity, a price and a line total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TotalVotes {
    pub rows: u64,
    /// Of these, those whose total is another than quantity times price.
    pub differ: u64,
    /// Rows below one of the same order, and those of them with its total: an order's.
    pub of_order: u64,
    pub same_in_order: u64,
}

impl TotalVotes {
    /// Whether totals are those of lines, and often other than quantities times prices.
    pub fn disagree(&self, rows: u64) -> bool {
        let of_lines = self.rows * 10 >= rows * 9
            && (self.of_order < 5 || self.same_in_order * 10 < self.of_order * 9);
        of_lines && self.differ >= 5 && self.differ * 20 >= self.rows
    }
}

/// Orders that have a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OrderVotes {
    pub orders: u64,
    /// Orders of users that have another.
    pub of_several: u64,
    pub users: u64,
    /// Rows below another of the same order.
    pub lines: u64,
}

impl OrderVotes {
    fn of(order: &TextColumn, user: &TextColumn) -> Self {
        let mut seen: HashSet<(u32, u32)> = HashSet::new();
        let mut of_user: HashMap<u32, u64> = HashMap::new();
        let mut lines = 0;
        for (&order, &user) in order.codes.iter().zip(&user.codes) {
            if order == TextColumn::MISSING || user == TextColumn::MISSING {
                continue;
            }
            if seen.insert((order, user)) {
                *of_user.entry(user).or_insert(0) += 1;
            } else {
                lines += 1;
            }
        }
        let several = of_user.values().filter(|&&orders| orders > 1).sum();
        Self { orders: seen.len() as u64, of_several: several, users: of_user.len() as u64, lines }
    }

    /// Whether no user has two orders, which is usual for ids of orders and rare for people.
    pub fn each_has_one(&self) -> bool {
        const ENOUGH: u64 = 50;
        self.orders >= ENOUGH && self.of_several == 0 && self.lines * 2 >= self.orders
    }
}

/// Rows whose item, or whose user, stood in a row before, and those of them with the same readable
/// name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NameVotes {
    pub of_item: u64,
    pub same_item: u64,
    pub of_user: u64,
    pub same_user: u64,
}

impl NameVotes {
    fn of(name: &TextColumn, item: &TextColumn, user: &TextColumn) -> Self {
        let again = |key: &TextColumn| {
            // The name of the row before, by code.
            let mut named = vec![TextColumn::MISSING; key.names.len()];
            let (mut rows, mut same) = (0, 0);
            for (&key, &name) in key.codes.iter().zip(&name.codes) {
                if key == TextColumn::MISSING || name == TextColumn::MISSING {
                    continue;
                }
                let before = &mut named[key as usize];
                if *before == TextColumn::MISSING {
                    *before = name;
                } else {
                    rows += 1;
                    same += u64::from(*before == name);
                }
            }
            (rows, same)
        };
        let ((of_item, same_item), (of_user, same_user)) = (again(item), again(user));
        Self { of_item, same_item, of_user, same_user }
    }

    /// Whether the name is that of the user and not of the item.
    pub fn are_users(&self) -> bool {
        const ENOUGH: u64 = 5;
        self.of_item >= ENOUGH
            && self.of_user >= ENOUGH
            && self.same_user * 20 >= self.of_user * 19
            && self.same_item * 2 < self.of_item
    }
}

/// Rows of which every cell is that of a row far above: two exports in one file. The same twice within an
/// order is a line of its own in many shops, and so is the same on a day where nothing says the hour.
fn repeats(columns: &[TextColumn], rows: usize, mapping: &Mapping) -> u64 {
    const NEAR: usize = 50;
    if !tells_rows_apart(columns, mapping) {
        return 0;
    }
    let mut above = hashbrown::HashMap::with_capacity(rows);
    // A number that counts the rows tells none apart.
    let counts_rows = |column: &TextColumn| {
        let mut seen = HashSet::with_capacity(rows);
        rows > NEAR && column.codes.iter().all(|code| seen.insert(*code))
    };
    let tells = [Purpose::Invoice, Purpose::Time].map(|purpose| mapping.place(purpose));
    let compared: Vec<&TextColumn> = columns
        .iter()
        .enumerate()
        .filter(|(place, column)| tells.contains(&Some(*place)) || !counts_rows(column))
        .map(|(_, column)| column)
        .collect();
    let repeats = (0..rows).filter(|&row| {
        let key = compared.iter().fold(!0, |key, column| mixed(key, column.codes[row]));
        above.insert(key, row as u32).is_some_and(|last| row - last as usize > NEAR)
    });
    repeats.count() as u64
}

/// The first row, where it has words in columns of numbers or days alone, and no digit anywhere.
fn subheading(columns: &[TextColumn]) -> Option<String> {
    const ENOUGH: usize = 10;
    let has_digit = |text: &str| text.chars().any(char::is_numeric);
    let first: Vec<&str> =
        columns.iter().filter_map(|column| column.get(0)).filter(|text| !text.is_empty()).collect();
    if columns.first()?.codes.len() < ENOUGH
        || first.len() * 2 < columns.len()
        || first.iter().any(|text| has_digit(text) || is_nobody(text))
    {
        return None;
    }
    let is_of_digits = |column: &&TextColumn| {
        let code = column.codes[0];
        code != TextColumn::MISSING
            && !column.codes[1..].contains(&code)
            && column.names.len() > 2
            && column
                .names
                .iter()
                .enumerate()
                .all(|(at, name)| at == code as usize || has_digit(name))
    };
    (columns.iter().filter(is_of_digits).count() >= 2)
        .then(|| first[..first.len().min(5)].join(", "))
}

/// Whether an order or an hour tells rows apart.
fn tells_rows_apart(columns: &[TextColumn], mapping: &Mapping) -> bool {
    let at = |purpose| mapping.place(purpose).and_then(|place| columns.get(place));
    let says_hour =
        |column: &TextColumn| column.names.iter().take(50).any(|name| name.contains(':'));
    at(Purpose::Invoice).is_some() || at(Purpose::Time).is_some_and(says_hour)
}

/// Rows of which every cell is that of the row above: lines that a join has doubled, where there are many.
fn repeats_below(columns: &[TextColumn], rows: usize, mapping: &Mapping) -> u64 {
    // Without a quantity the same row again is one more of it.
    if mapping.place(Purpose::Quantity).is_none() || !tells_rows_apart(columns, mapping) {
        return 0;
    }
    // Rows below merged cells have no order of their own.
    let order = mapping.place(Purpose::Invoice).and_then(|place| columns.get(place));
    let is_whole = |row: usize| order.is_none_or(|order| order.codes[row] != TextColumn::MISSING);
    let same = |row: usize| columns.iter().all(|column| column.codes[row] == column.codes[row - 1]);
    (1..rows).filter(|&row| is_whole(row) && same(row)).count() as u64
}

/// A key with one more code, such that two keys that differ are the same then by chance only.
#[inline]
fn mixed(key: u64, code: u32) -> u64 {
    let product = u128::from(key ^ u64::from(code)) * 0xA076_1D64_78BD_642F;
    product as u64 ^ (product >> 64) as u64
}

/// The marks of a column of numbers.
pub(super) type MarksOf = HashMap<usize, Marks>;

impl RowsSeen {
    /// Looks at rows: `columns[place]` for all columns of the file; `total` is the line total that stands
    /// beside a price.
    pub fn of(
        columns: &[TextColumn],
        mapping: &Mapping,
        marks: &MarksOf,
        total: Option<usize>,
    ) -> Self {
        let at = |purpose| mapping.place(purpose).and_then(|place| columns.get(place));
        let user = at(Purpose::User);
        let money = mapping.place(Purpose::Price).or(mapping.place(Purpose::Total));
        let values = |place: Option<usize>| -> Option<Vec<Option<f64>>> {
            let place = place?;
            let marks = marks.get(&place).copied()?;
            let column = columns.get(place)?;
            let read = |text: &CompactString| Decimal::read(text, true, marks).map(Decimal::to_f64);
            Some(column.names.iter().map(read).collect())
        };
        let quantity = mapping.place(Purpose::Quantity);
        let (units, amounts) = (values(quantity), values(money));
        let total = total.filter(|_| quantity.is_some());
        let line_totals = values(total);
        let mut totals = TotalVotes::default();
        let mut total_above: Option<(u32, f64)> = None;
        let value = |place: Option<usize>, values: &Option<Vec<Option<f64>>>, row: usize| {
            let code = *columns.get(place?)?.codes.get(row)?;
            *values.as_ref()?.get(code as usize)?
        };
        let rows = columns.first().map_or(0, |column| column.codes.len());
        let mut sums = SumsInSize::default();
        let per_unit = mapping.place(Purpose::Price).is_some();
        let mut votes = MoneyVotes::default();
        let items = at(Purpose::Item).map_or(0, |item| item.names.len());
        let mut last: Vec<Option<(f64, f64)>> = vec![None; items];
        let mut above: Option<(u32, f64)> = None;
        for row in 0..rows {
            let units = if quantity.is_some() { value(quantity, &units, row) } else { Some(1.0) };
            let amount = value(money, &amounts, row);
            sums.quantity += units.unwrap_or(0.0).abs();
            if let (Some(units), Some(amount)) = (units, amount) {
                if let Some(total) = value(total, &line_totals, row) {
                    totals.rows += 1;
                    let (product, total) = ((units * amount).abs(), total.abs());
                    // Cents are rounded for each unit, or for the line.
                    let near = 0.005 * product.max(total) + 0.006 * units.abs().max(1.0);
                    totals.differ += u64::from((product - total).abs() > near);
                    let order = at(Purpose::Invoice).map(|column| column.codes[row]);
                    if let Some((_, before)) = total_above.filter(|(of, _)| Some(*of) == order) {
                        totals.of_order += 1;
                        totals.same_in_order += u64::from(before == total);
                    }
                    total_above = order.map(|order| (order, total));
                }
                sums.money += (if per_unit { units } else { 1.0 } * amount).abs();
                let order = at(Purpose::Invoice).map(|column| column.codes[row]);
                if let Some(order) = order.filter(|&order| order != TextColumn::MISSING) {
                    if let Some((_, before)) = above.filter(|(of, _)| *of == order) {
                        votes.of_order += 1;
                        votes.same_in_order += u64::from(before == amount);
                    }
                    above = Some((order, amount));
                }
                if units <= 0.0 || amount <= 0.0 || quantity.is_none() {
                    continue;
                }
                votes.rows += 1;
                votes.several += u64::from(units > 1.0);
                let Some(item) = at(Purpose::Item).map(|item| item.codes[row]) else { continue };
                let Some(last) = last.get_mut(item as usize) else { continue };
                let near = |a: f64, b: f64| (a - b).abs() <= 0.005 * a.abs().max(b.abs());
                if let Some((other_units, other)) = last.replace((units, amount))
                    && !near(other_units, units)
                {
                    votes.price += u64::from(near(other, amount));
                    votes.total += u64::from(near(other / other_units, amount / units));
                }
            }
        }
        let invoices = at(Purpose::Invoice).map(InvoiceCounts::of).unwrap_or_default();
        let names = match (at(Purpose::Description), at(Purpose::Item), user) {
            (Some(name), Some(item), Some(user)) => NameVotes::of(name, item, user),
            _ => NameVotes::default(),
        };
        Self {
            names,
            filled_down: user.and_then(|user| filled_down(columns, user, mapping)),
            merged: user.and_then(|user| merged(columns, user, mapping)),
            rows: rows as u64,
            repeats: repeats(columns, rows, mapping),
            repeats_below: repeats_below(columns, rows, mapping),
            totals,
            subheading: subheading(columns),
            lines: OrdersSeen::of(columns, mapping, units.as_deref()),
            orders: match (at(Purpose::Invoice), user) {
                (Some(order), Some(user)) => OrderVotes::of(order, user),
                _ => OrderVotes::default(),
            },
            money: money.is_some().then_some(votes),
            invoices,
            sums,
        }
    }
}

impl RowsSeen {
    /// With what later rows tell; who is filled down was told by the first ones.
    pub fn add(&mut self, later: &Self) {
        self.rows += later.rows;
        self.repeats += later.repeats;
        self.repeats_below += later.repeats_below;
        self.totals.rows += later.totals.rows;
        self.totals.differ += later.totals.differ;
        self.totals.of_order += later.totals.of_order;
        self.totals.same_in_order += later.totals.same_in_order;
        self.lines.add(&later.lines);
        self.orders.orders += later.orders.orders;
        self.orders.of_several += later.orders.of_several;
        self.orders.users += later.orders.users;
        self.orders.lines += later.orders.lines;
        self.merged = self.merged.zip(later.merged).map(|(rows, more)| rows + more);
        self.invoices.add(&later.invoices);
        self.names.of_item += later.names.of_item;
        self.names.same_item += later.names.same_item;
        self.names.of_user += later.names.of_user;
        self.names.same_user += later.names.same_user;
        self.sums.quantity += later.sums.quantity;
        self.sums.money += later.sums.money;
        if let (Some(votes), Some(more)) = (&mut self.money, later.money) {
            votes.price += more.price;
            votes.total += more.total;
            votes.several += more.several;
            votes.of_order += more.of_order;
            votes.same_in_order += more.same_in_order;
            votes.rows += more.rows;
        }
    }
}

/// Rows without a user that look like the lower parts of merged cells: each has an item, a row
/// with a user stands above, users hardly follow themselves, and where there is an order it is
/// missing, too.
fn merged(columns: &[TextColumn], user: &TextColumn, mapping: &Mapping) -> Option<u64> {
    let nobody: Vec<bool> =
        user.names.iter().map(|name| name.trim().is_empty() || is_nobody(name.trim())).collect();
    let is_missing = |row: usize| nobody.get(user.codes[row] as usize) != Some(&false);
    let is_blank =
        |column: &TextColumn, row: usize| column.get(row).is_none_or(|text| text.trim().is_empty());
    let at = |purpose| mapping.place(purpose).and_then(|place| columns.get(place));
    let (item, order) = (at(Purpose::Item)?, at(Purpose::Invoice));
    let rows = user.codes.len();
    if rows == 0 || is_missing(0) {
        return None;
    }
    let (mut missing, mut again, mut others) = (0u64, 0u64, 0u64);
    let mut above = None;
    for row in 0..rows {
        if is_missing(row) {
            if is_blank(item, row) || order.is_some_and(|order| !is_blank(order, row)) {
                return None;
            }
            missing += 1;
        } else {
            let code = user.codes[row];
            again += u64::from(above == Some(code));
            others += 1;
            above = Some(code);
        }
    }
    let fits = missing >= 3 && missing * 20 >= rows as u64 && again * 10 <= others;
    fits.then_some(missing)
}

/// Whether the rows of each text of a column stand below each other, as those of an order do.
fn stand_together(column: &TextColumn) -> bool {
    let runs = column.codes.chunk_by(|a, b| a == b).count();
    let distinct: HashSet<u32> = column.codes.iter().copied().collect();
    runs == distinct.len()
}

/// A column within which nearly every missing user stands below a row that has one, and no group
/// has two users: an order's, or one that says of many groups the same.
fn filled_down(columns: &[TextColumn], user: &TextColumn, mapping: &Mapping) -> Option<FilledDown> {
    let nobody: Vec<bool> =
        user.names.iter().map(|name| name.trim().is_empty() || is_nobody(name.trim())).collect();
    let who = |row: usize| {
        let code = user.codes[row];
        nobody.get(code as usize).is_some_and(|nobody| !nobody).then_some(code)
    };
    let missing = (0..user.codes.len()).filter(|&row| who(row).is_none()).count() as u64;
    if missing == 0 || missing == user.codes.len() as u64 {
        return None;
    }
    let order = mapping.place(Purpose::Invoice);
    // A name may be an order's, as shops call it.
    let may_be_orders = |purpose: Purpose| {
        matches!(
            purpose,
            Purpose::Description | Purpose::Category | Purpose::Group | Purpose::Event
        )
    };
    let rest = (0..columns.len()).filter(|&place| !mapping.serves_more_than(place, may_be_orders));
    order.into_iter().chain(rest).find_map(|by| {
        let column = &columns[by];
        let mut owner: HashMap<u32, u32> = HashMap::new();
        let mut filled: HashSet<u32> = HashSet::new();
        let mut above: Option<u32> = None;
        let mut rows = 0;
        // Orders of which no row has a user are of nobody, whoever stands above.
        let mut of_nobody: HashMap<u32, u64> = HashMap::new();
        for (row, &group) in column.codes.iter().enumerate() {
            match who(row) {
                Some(user) => {
                    if group == TextColumn::MISSING || *owner.entry(group).or_insert(user) != user {
                        return None;
                    }
                    above = Some(group);
                }
                None if group != TextColumn::MISSING && above == Some(group) => {
                    rows += 1;
                    filled.insert(group);
                }
                None => {
                    above = None;
                    *of_nobody.entry(group).or_insert(0) += 1;
                }
            }
        }
        let is_owned = |group: &u32| *group == TextColumn::MISSING || owner.contains_key(group);
        let nobodys: u64 =
            of_nobody.iter().filter(|(group, _)| !is_owned(group)).map(|(_, rows)| rows).sum();
        let users: HashSet<u32> = owner.values().copied().collect();
        let least = if Some(by) == order { 2 } else { 5 };
        // One in fifty may stand elsewhere in an order that is somebody's; of orders in general most are.
        let fits = rows * 50 >= (missing - nobodys) * 49
            && filled.len() >= least
            && users.len() > 1
            && (Some(by) == order || nobodys * 50 <= missing || stand_together(column));
        fits.then_some(FilledDown { by, rows, of: missing })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_other_codes_have_other_keys() {
        let mut keys = HashSet::new();
        let codes = [0, 1, 2, 77, 1 << 20, TextColumn::MISSING];
        for a in codes {
            for b in codes {
                for c in codes {
                    keys.insert([a, b, c].into_iter().fold(!0, mixed));
                }
            }
        }
        assert_eq!(keys.len(), 6 * 6 * 6);
    }

    #[test]
    fn what_stands_far_above_is_a_repeat() {
        let mut mapping = Mapping::default();
        let column = |codes: Vec<u32>| TextColumn {
            names: codes.iter().map(|code| format!("{code}:00").into()).collect(),
            codes,
        };
        let columns = [column((0..120).map(|row| row % 60).collect()), column(vec![3; 120])];
        assert_eq!(repeats(&columns, 120, &mapping), 0);
        mapping.guess(Purpose::Time, Some(0), String::new());
        assert_eq!(repeats(&columns, 120, &mapping), 60);
        let near = [column((0..120).map(|row| row % 40).collect()), column(vec![3; 120])];
        assert_eq!(repeats(&near, 120, &mapping), 0);
    }
}
