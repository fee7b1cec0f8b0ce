//! From a file's columns to cleaned rows, with a count for every reason to drop one.
//! Texts are read once per distinct text; a row is then a handful of lookups. Whether a row
//! stands follows from the row and the reading alone.

use std::collections::{HashMap, HashSet};

use super::columns::{Mapping, listed};
use super::error::ReadError;
use super::purpose::Purpose;
use super::reading::{CancelRule, Reading};
use super::reason::{Cleaning, Reason};
use super::report::{CleaningReport, Dropped};
use super::values::{Decimal, Marks};
use super::{Labels, Purchases};
use crate::table::{Cells, TextColumn};

/// What stands where there is no text.
const MISSING: &str = "(missing)";

/// The columns of a file, read but not cleaned.
pub(super) struct ReadRows {
    rows: usize,
    /// Rows that could not be read at all.
    faulty: Vec<bool>,
    user: Names,
    item: Names,
    cancelled: Vec<Coded<bool>>,
    quantity: Option<Coded<Option<i64>>>,
    money: Option<Coded<Option<Decimal>>>,
    /// Whether `money` is a unit price, to be multiplied by the quantity.
    per_unit: bool,
    places: u32,
    time: Option<Coded<Option<i64>>>,
    category: Option<Names>,
    country: Option<Names>,
    description: Option<Names>,
    /// All columns of the file, for the search for exact repeats.
    all: Option<Vec<TextColumn>>,
}

/// One value per distinct text; `empty` is that of a row without text.
struct Coded<T> {
    codes: Vec<u32>,
    values: Vec<T>,
    empty: T,
}

impl<T: Copy> Coded<T> {
    fn new(text: &TextColumn, empty: T, read: impl Fn(&str) -> T) -> Self {
        let values = text.names.iter().map(|name| read(name)).collect();
        Self { codes: text.codes.clone(), values, empty }
    }

    fn at(&self, row: usize) -> T {
        self.values.get(self.codes[row] as usize).copied().unwrap_or(self.empty)
    }
}

/// Trimmed texts: several codes of the file may share one name.
struct Names {
    codes: Vec<u32>,
    /// The place in `names` of each code of the file.
    place: Vec<u32>,
    names: Vec<String>,
}

impl Names {
    /// `id`: the words for "nobody" are missing.
    fn new(text: &TextColumn, id: bool) -> Self {
        let mut seen: HashMap<&str, u32> = HashMap::with_capacity(text.names.len());
        let mut names = Vec::with_capacity(text.names.len());
        let mut place = Vec::with_capacity(text.names.len());
        for name in &text.names {
            let name = key(name);
            place.push(if name.is_empty() || id && is_nobody(name) {
                TextColumn::MISSING
            } else {
                *seen.entry(name).or_insert_with(|| {
                    names.push(name.to_owned());
                    names.len() as u32 - 1
                })
            });
        }
        Self { codes: text.codes.clone(), place, names }
    }

    fn at(&self, row: usize) -> Option<u32> {
        self.place
            .get(self.codes[row] as usize)
            .copied()
            .filter(|&place| place != TextColumn::MISSING)
    }
}

/// The key that a cell stands for: its text trimmed, and `17850` for `17850.0`, which is how
/// programs print a whole number that they hold as a fraction. Cell by cell, so that no other
/// row has a say in it; the same in data and in public lists.
pub fn key(cell: &str) -> &str {
    let text = cell.trim();
    let whole = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.strip_suffix(".0").filter(|id| whole(id)).unwrap_or(text)
}

/// Words that certainly stand for no user and no item.
fn is_nobody(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "nan",
        "null",
        "none",
        "nil",
        "n/a",
        "n.a.",
        "<na>",
        "<null>",
        "(null)",
        "(none)",
        "(not set)",
        "\\n",
        "#n/a",
        "#value!",
        "#null!",
        "undefined",
    ];
    text == "NA" || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The columns that were read, by their places in the file.
pub(super) struct ReadCells<'a> {
    pub headers: &'a [String],
    /// Ascending, without repeats.
    pub places: &'a [usize],
    pub cells: &'a Cells,
}

impl<'a> ReadCells<'a> {
    pub(super) fn at(&self, place: usize) -> Option<&'a TextColumn> {
        self.places.binary_search(&place).ok().and_then(|at| self.cells.columns.get(at))
    }

    pub(super) fn of(&self, mapping: &Mapping, purpose: Purpose) -> Option<&'a TextColumn> {
        self.at(mapping.place(purpose)?)
    }
}

impl ReadRows {
    /// Reads the cells by a reading; `rules` are its rules for cancelled rows with the
    /// places of their columns.
    pub(super) fn read(
        file: &str,
        wanted: &ReadCells<'_>,
        mapping: &Mapping,
        reading: &Reading,
        rules: &[(usize, CancelRule)],
    ) -> Result<Self, ReadError> {
        let column = |purpose| wanted.of(mapping, purpose);
        let names = |purpose, id| column(purpose).map(|text| Names::new(text, id));
        let required = |purpose: Purpose| {
            names(purpose, true).ok_or_else(|| ReadError::NoColumn {
                file: file.to_owned(),
                purpose: purpose.name(),
                columns: listed(wanted.headers),
            })
        };
        let marks = Marks { decimal: reading.decimal.value, thousands: reading.thousands.value };
        let per_unit = mapping.place(Purpose::Price).is_some();
        let rows = wanted.cells.rows;
        let mut faulty = vec![false; if wanted.cells.faults.is_empty() { 0 } else { rows }];
        wanted.cells.faults.iter().for_each(|&(row, _)| faulty[row] = true);
        let cancelled = rules.iter().filter_map(|(place, rule)| {
            Some(Coded::new(wanted.at(*place)?, false, |text| rule.holds(text)))
        });
        Ok(Self {
            rows,
            faulty,
            user: required(Purpose::User)?,
            item: required(Purpose::Item)?,
            cancelled: cancelled.collect(),
            quantity: column(Purpose::Quantity).map(|text| {
                Coded::new(text, None, |t| Decimal::read(t, false, marks).and_then(Decimal::whole))
            }),
            money: column(if per_unit { Purpose::Price } else { Purpose::Total })
                .map(|text| Coded::new(text, None, |t| Decimal::read(t, true, marks))),
            per_unit,
            places: reading.unit.value.places(),
            time: column(Purpose::Time)
                .map(|text| Coded::new(text, None, |t| reading.date_format.value.read(t))),
            category: names(Purpose::Category, false),
            country: names(Purpose::Country, false),
            description: names(Purpose::Description, false),
            all: reading.cleaning.drops(Reason::Duplicate).then(|| wanted.cells.columns.clone()),
        })
    }
}

/// Gives kept rows dense codes, in the order of first appearance.
struct Recode<'a> {
    from: &'a Names,
    code: Vec<u32>,
    missing: Option<u32>,
    labels: Labels,
}

impl<'a> Recode<'a> {
    fn new(from: &'a Names) -> Self {
        Self {
            from,
            code: vec![u32::MAX; from.names.len()],
            missing: None,
            labels: Labels::default(),
        }
    }

    fn push(&mut self, place: Option<u32>) {
        // A name that is itself `(missing)` is the same group.
        let place = place.filter(|&place| self.from.names[place as usize] != MISSING);
        let next = self.labels.names.len() as u32;
        let code = match place {
            None => *self.missing.get_or_insert(next),
            Some(place) => {
                let code = &mut self.code[place as usize];
                if *code == u32::MAX {
                    *code = next;
                }
                *code
            }
        };
        if code == next {
            self.labels
                .names
                .push(place.map_or(MISSING, |place| &self.from.names[place as usize]).to_owned());
        }
        self.labels.codes.push(code);
    }
}

/// Cleaned rows.
pub(super) struct CleanedRows {
    pub user: Labels,
    pub item: Labels,
    pub item_description: Option<Vec<String>>,
    pub quantity: Vec<i64>,
    pub money: Option<Vec<i64>>,
    pub category: Option<Labels>,
    pub country: Option<Labels>,
    pub time: Option<Vec<i64>>,
    pub report: CleaningReport,
}

/// Drops rows by the first reason that holds and counts them. A cell that cannot be read drops
/// nothing here: which cells are needed is for the question to say.
pub(super) fn clean(rows: &ReadRows, cleaning: Cleaning) -> CleanedRows {
    let mut report = CleaningReport { rows_read: rows.rows as u64, ..CleaningReport::default() };
    let dropped = &mut report.dropped;
    let keeps_unreadable = cleaning.keeps(Reason::Unreadable);
    let (mut user, mut item) = (Recode::new(&rows.user), Recode::new(&rows.item));
    let mut category = rows.category.as_ref().map(Recode::new);
    let mut country = rows.country.as_ref().map(Recode::new);
    let mut quantities = Vec::with_capacity(rows.rows);
    let mut amounts = rows.money.as_ref().map(|_| Vec::with_capacity(rows.rows));
    let mut times = rows.time.as_ref().map(|_| Vec::with_capacity(rows.rows));
    let mut kept_rows: Vec<u32> = Vec::with_capacity(rows.rows);
    let mut faulty = 0;
    let mut seen: HashSet<Vec<u32>> = HashSet::new();

    for row in 0..rows.rows {
        if rows.faulty.get(row) == Some(&true) {
            faulty += 1;
            continue;
        }
        let (of_user, of_item) = (rows.user.at(row), rows.item.at(row));
        if of_user.is_none() && cleaning.drops(Reason::MissingUser) {
            dropped.add(Reason::MissingUser);
            continue;
        }
        if of_item.is_none() && cleaning.drops(Reason::MissingItem) {
            dropped.add(Reason::MissingItem);
            continue;
        }
        if cleaning.drops(Reason::Cancelled) && rows.cancelled.iter().any(|column| column.at(row)) {
            dropped.add(Reason::Cancelled);
            continue;
        }
        let quantity = rows.quantity.as_ref().map_or(Some(1), |column| column.at(row));
        if quantity.is_some_and(|quantity| quantity <= 0)
            && cleaning.drops(Reason::QuantityNotPositive)
        {
            dropped.add(Reason::QuantityNotPositive);
            continue;
        }
        let price = rows.money.as_ref().and_then(|column| column.at(row));
        if price.is_some_and(|price| !price.is_positive())
            && cleaning.drops(Reason::PriceNotPositive)
        {
            dropped.add(Reason::PriceNotPositive);
            continue;
        }
        if let Some(all) = &rows.all
            && !seen.insert(all.iter().map(|column| column.codes[row]).collect())
        {
            dropped.add(Reason::Duplicate);
            continue;
        }
        user.push(of_user);
        item.push(of_item);
        for (recode, names) in [(&mut category, &rows.category), (&mut country, &rows.country)] {
            if let (Some(recode), Some(names)) = (recode.as_mut(), names) {
                recode.push(names.at(row));
            }
        }
        let unreadable =
            |counts_as| if keeps_unreadable { counts_as } else { Purchases::UNREADABLE };
        if let Some(amounts) = &mut amounts {
            let units = if rows.per_unit { quantity } else { Some(1) };
            let units = if keeps_unreadable { units.or(Some(1)) } else { units };
            let amount =
                price.zip(units).and_then(|(price, units)| price.times(units, rows.places));
            amounts.push(amount.unwrap_or(unreadable(0)));
        }
        quantities.push(quantity.unwrap_or(unreadable(1)));
        if let Some(times) = &mut times {
            times.push(
                rows.time
                    .as_ref()
                    .and_then(|column| column.at(row))
                    .unwrap_or(Purchases::UNREADABLE),
            );
        }
        kept_rows.push(row as u32);
    }
    if faulty > 0 {
        dropped.add_unreadable(Dropped::WHOLE_ROW, faulty);
    }
    report.rows_kept = kept_rows.len() as u64;
    let item = item.labels;
    let item_description =
        rows.description.as_ref().map(|names| most_frequent(&item, names, &kept_rows));
    CleanedRows {
        user: user.labels,
        item,
        item_description,
        quantity: quantities,
        money: amounts,
        category: category.map(|recode| recode.labels),
        country: country.map(|recode| recode.labels),
        time: times,
        report,
    }
}

/// The most frequent description of each item among the kept rows, ties by bytes; an
/// item that has none keeps its own name.
fn most_frequent(item: &Labels, descriptions: &Names, kept_rows: &[u32]) -> Vec<String> {
    let mut pairs: Vec<u64> = item
        .codes
        .iter()
        .zip(kept_rows)
        .filter_map(|(&item, &row)| {
            Some(u64::from(item) << 32 | u64::from(descriptions.at(row as usize)?))
        })
        .collect();
    pairs.sort_unstable();
    let mut best: Vec<Option<(usize, &str)>> = vec![None; item.names.len()];
    for same in pairs.chunk_by(|a, b| a == b) {
        let text = descriptions.names[(same[0] & u64::from(u32::MAX)) as usize].as_str();
        let best = &mut best[(same[0] >> 32) as usize];
        if best.is_none_or(|(count, held)| {
            same.len() > count || same.len() == count && text.as_bytes() < held.as_bytes()
        }) {
            *best = Some((same.len(), text));
        }
    }
    best.iter()
        .zip(&item.names)
        .map(|(best, name)| best.map_or(name.as_str(), |(_, text)| text).to_owned())
        .collect()
}
