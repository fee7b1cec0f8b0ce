//! From a file's columns to cleaned rows, with a count for every reason to drop one.
//! Texts are read once per distinct text; a row is then a handful of lookups.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::columns::{Mapping, Purpose, listed};
use super::read::{Keep, ReadError};
use super::values::{self, Decimal};
use super::{CleaningReport, ColumnsUsed, Labels, Purchases, Status};
use crate::table::{Opened, TextColumn};

/// Sums above this are not exact in the floating-point numbers that charts use.
const MOST: u64 = 1 << 53;

/// What stands where there is no text.
const MISSING: &str = "(missing)";

/// The columns of a file, read but not cleaned.
pub(super) struct Rows {
    rows: usize,
    user: Names,
    item: Names,
    cancelled: Option<Coded<bool>>,
    quantity: Option<Coded<Option<i64>>>,
    money: Option<Coded<Option<Decimal>>>,
    /// Whether `money` is a unit price, to be multiplied by the quantity.
    per_unit: bool,
    time: Option<Coded<Option<i64>>>,
    category: Option<Names>,
    country: Option<Names>,
    description: Option<Names>,
    /// All columns of the file, for the search for exact repeats.
    all: Option<Vec<TextColumn>>,
}

/// One value per distinct text; `empty` is that of a row without text.
struct Coded<T> {
    column: String,
    codes: Vec<u32>,
    values: Vec<T>,
    empty: T,
}

impl<T: Copy> Coded<T> {
    fn new(column: &str, text: &TextColumn, empty: T, read: impl Fn(&str) -> T) -> Self {
        let values = text.names.iter().map(|name| read(name)).collect();
        Self { column: column.to_owned(), codes: text.codes.clone(), values, empty }
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
    /// `id`: the words for "nothing" are missing, and `17850.0` is `17850` if all are so.
    fn new(text: &TextColumn, id: bool) -> Self {
        let trimmed: Vec<&str> =
            text.names.iter().map(|name| name.trim()).map(|n| if id && is_nothing(n) { "" } else { n }).collect();
        let whole = |name: &str| {
            name.strip_suffix(".0").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        let strip = id && trimmed.iter().all(|name| name.is_empty() || whole(name));
        let mut seen: HashMap<&str, u32> = HashMap::with_capacity(trimmed.len());
        let mut names = Vec::with_capacity(trimmed.len());
        let mut place = Vec::with_capacity(trimmed.len());
        for name in trimmed {
            let name = if strip { name.strip_suffix(".0").unwrap_or(name) } else { name };
            place.push(if name.is_empty() {
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
        self.place.get(self.codes[row] as usize).copied().filter(|&place| place != TextColumn::MISSING)
    }
}

/// Words that stand for no user and no item.
fn is_nothing(text: &str) -> bool {
    text == "NA" || ["nan", "null", "none", "n/a", "<na>"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

impl Rows {
    pub(super) fn read(opened: &Opened, mapping: &Mapping, all: bool) -> Result<Self, ReadError> {
        if mapping.place(Purpose::Price).is_some() && mapping.place(Purpose::Total).is_some() {
            return Err(ReadError::PriceAndTotal);
        }
        let mut wanted: Vec<usize> = Purpose::ALL.iter().filter_map(|&purpose| mapping.place(purpose)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if all {
            wanted = (0..opened.headers().len()).collect();
        }
        let texts = opened.texts(&wanted)?;
        let column = |purpose: Purpose| {
            let place = mapping.place(purpose)?;
            let at = wanted.binary_search(&place).ok()?;
            Some((opened.headers()[place].as_str(), &texts[at]))
        };
        let names = |purpose, id| column(purpose).map(|(_, text)| Names::new(text, id));
        let required = |purpose: Purpose| {
            names(purpose, true).ok_or_else(|| ReadError::NoColumn {
                file: opened.name().to_owned(),
                purpose: purpose.name(),
                columns: listed(opened.headers()),
            })
        };
        let per_unit = mapping.place(Purpose::Price).is_some();
        Ok(Self {
            rows: opened.rows(),
            user: required(Purpose::User)?,
            item: required(Purpose::Item)?,
            cancelled: column(Purpose::Invoice)
                .map(|(name, text)| Coded::new(name, text, false, |t| t.trim_start().starts_with(['C', 'c']))),
            quantity: column(Purpose::Quantity)
                .map(|(name, text)| Coded::new(name, text, None, |t| Decimal::read(t, false).and_then(Decimal::units))),
            money: column(if per_unit { Purpose::Price } else { Purpose::Total })
                .map(|(name, text)| Coded::new(name, text, None, |t| Decimal::read(t, true))),
            per_unit,
            time: column(Purpose::Time).map(|(name, text)| {
                let order = values::slash_order(text.names.iter().map(String::as_str));
                Coded::new(name, text, None, |t| values::time(t, order))
            }),
            category: names(Purpose::Category, false),
            country: names(Purpose::Country, false),
            description: names(Purpose::Description, false),
            all: all.then_some(texts),
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
        Self { from, code: vec![u32::MAX; from.names.len()], missing: None, labels: Labels::default() }
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
            self.labels.names.push(place.map_or(MISSING, |place| &self.from.names[place as usize]).to_owned());
        }
        self.labels.codes.push(code);
    }
}

/// Cleaned rows.
pub(super) struct Kept {
    user: Labels,
    item: Labels,
    item_description: Option<Vec<String>>,
    quantity: Vec<i64>,
    cents: Option<Vec<i64>>,
    category: Option<Labels>,
    country: Option<Labels>,
    time: Option<Vec<i64>>,
    report: CleaningReport,
}

impl Kept {
    pub(super) fn into_purchases(
        self,
        source: String,
        status: Status,
        columns: ColumnsUsed,
        header: &[String],
    ) -> Purchases {
        Purchases {
            source,
            status,
            user: self.user,
            item: self.item,
            item_description: self.item_description,
            quantity: self.quantity,
            cents: self.cents,
            category: self.category,
            country: self.country,
            time: self.time,
            report: self.report,
            columns,
            header: header.to_vec(),
        }
    }
}

/// Drops rows by the first reason that holds and counts them.
pub(super) fn clean(file: &str, rows: &Rows, keep: Keep) -> Result<Kept, ReadError> {
    let mut report = CleaningReport { rows_read: rows.rows as u64, ..CleaningReport::default() };
    let dropped = &mut report.dropped;
    let (mut user, mut item) = (Recode::new(&rows.user), Recode::new(&rows.item));
    let mut category = rows.category.as_ref().map(Recode::new);
    let mut country = rows.country.as_ref().map(Recode::new);
    let mut quantities = Vec::with_capacity(rows.rows);
    let mut all_cents = rows.money.as_ref().map(|_| Vec::with_capacity(rows.rows));
    let mut times = rows.time.as_ref().map(|_| Vec::with_capacity(rows.rows));
    let mut kept_rows: Vec<u32> = Vec::with_capacity(rows.rows);
    // Counted by place and named at the end: quantity, price, time.
    let mut unreadable = [0u64; 3];
    let mut seen: HashSet<Vec<u32>> = HashSet::new();

    for row in 0..rows.rows {
        let (of_user, of_item) = (rows.user.at(row), rows.item.at(row));
        if of_user.is_none() && !keep.missing_user {
            dropped.missing_user += 1;
            continue;
        }
        if of_item.is_none() && !keep.missing_item {
            dropped.missing_item += 1;
            continue;
        }
        let quantity = rows.quantity.as_ref().map_or(Some(1), |column| column.at(row));
        let money = rows.money.as_ref().map(|column| {
            let times = if rows.per_unit { quantity.unwrap_or(1) } else { 1 };
            column.at(row).and_then(|money| Some((money.is_positive(), money.cents(times)?)))
        });
        let time = rows.time.as_ref().map(|column| column.at(row));
        let faults = [quantity.is_none(), money == Some(None), time == Some(None)];
        if let Some(first) = faults.iter().position(|&fault| fault)
            && !keep.unreadable
        {
            unreadable[first] += 1;
            continue;
        }
        if !keep.cancelled && rows.cancelled.as_ref().is_some_and(|column| column.at(row)) {
            dropped.cancelled += 1;
            continue;
        }
        let quantity = quantity.unwrap_or(1);
        if quantity <= 0 && !keep.quantity_not_positive {
            dropped.quantity_not_positive += 1;
            continue;
        }
        if let Some(Some((false, _))) = money
            && !keep.price_not_positive
        {
            dropped.price_not_positive += 1;
            continue;
        }
        if let Some(all) = &rows.all
            && !seen.insert(all.iter().map(|column| column.codes[row]).collect())
        {
            dropped.duplicate += 1;
            continue;
        }
        user.push(of_user);
        item.push(of_item);
        for (recode, names) in [(&mut category, &rows.category), (&mut country, &rows.country)] {
            if let (Some(recode), Some(names)) = (recode.as_mut(), names) {
                recode.push(names.at(row));
            }
        }
        quantities.push(quantity);
        if let Some(cents) = &mut all_cents {
            cents.push(money.flatten().map_or(0, |(_, cents)| cents));
        }
        if let Some(times) = &mut times {
            times.push(time.flatten().unwrap_or(Purchases::NO_TIME));
        }
        kept_rows.push(row as u32);
    }

    let columns = [
        rows.quantity.as_ref().map(|c| &c.column),
        rows.money.as_ref().map(|c| &c.column),
        rows.time.as_ref().map(|c| &c.column),
    ];
    for (column, count) in columns.iter().zip(unreadable) {
        if let Some(column) = column
            && count > 0
        {
            *dropped.unreadable.entry((*column).clone()).or_insert(0) += count;
        }
    }
    report.rows_kept = kept_rows.len() as u64;
    if kept_rows.is_empty() {
        return Err(ReadError::NothingLeft { file: file.to_owned(), reasons: reasons(&report) });
    }
    for (what, column, values) in
        [("quantities", columns[0], Some(&quantities)), ("prices in cents", columns[1], all_cents.as_ref())]
    {
        let sum = values.iter().flat_map(|v| v.iter()).try_fold(0u64, |sum, v| sum.checked_add(v.unsigned_abs()));
        if sum.is_none_or(|sum| sum > MOST) {
            let column = column.cloned().unwrap_or_default();
            return Err(ReadError::TooLarge { file: file.to_owned(), what, column });
        }
    }
    let item = item.labels;
    let item_description = rows.description.as_ref().map(|names| most_frequent(&item, names, &kept_rows));
    Ok(Kept {
        user: user.labels,
        item,
        item_description,
        quantity: quantities,
        cents: all_cents,
        category: category.map(|recode| recode.labels),
        country: country.map(|recode| recode.labels),
        time: times,
        report,
    })
}

/// The most frequent description of each item among the kept rows, ties by bytes; an
/// item that has none keeps its own name.
fn most_frequent(item: &Labels, descriptions: &Names, kept_rows: &[u32]) -> Vec<String> {
    let mut pairs: Vec<u64> = item
        .codes
        .iter()
        .zip(kept_rows)
        .filter_map(|(&item, &row)| Some(u64::from(item) << 32 | u64::from(descriptions.at(row as usize)?)))
        .collect();
    pairs.sort_unstable();
    let mut best: Vec<Option<(usize, &str)>> = vec![None; item.names.len()];
    for same in pairs.chunk_by(|a, b| a == b) {
        let text = descriptions.names[(same[0] & u64::from(u32::MAX)) as usize].as_str();
        let best = &mut best[(same[0] >> 32) as usize];
        if best
            .is_none_or(|(count, held)| same.len() > count || same.len() == count && text.as_bytes() < held.as_bytes())
        {
            *best = Some((same.len(), text));
        }
    }
    best.iter().zip(&item.names).map(|(best, name)| best.map_or(name.as_str(), |(_, text)| text).to_owned()).collect()
}

/// `3 rows: 2 without a user, 1 cancelled`.
fn reasons(report: &CleaningReport) -> String {
    let dropped = &report.dropped;
    let unreadable: BTreeMap<&str, u64> = dropped.unreadable.iter().map(|(c, &n)| (c.as_str(), n)).collect();
    let mut parts = Vec::new();
    for (count, words) in [(dropped.missing_user, "without a user"), (dropped.missing_item, "without an item")] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    parts.extend(unreadable.iter().map(|(column, count)| format!("{count} with an unreadable {column}")));
    for (count, words) in [
        (dropped.cancelled, "cancelled"),
        (dropped.quantity_not_positive, "with a quantity not above 0"),
        (dropped.price_not_positive, "with a price not above 0"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    let rows = if report.rows_read == 1 { "row" } else { "rows" };
    format!("{} {rows}: {}", report.rows_read, parts.join(", "))
}
