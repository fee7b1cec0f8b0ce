//! From a block's columns to cleaned rows, with a count for every reason to drop one.
//! Texts are read once per distinct text; a row is then a handful of lookups. Whether a row
//! stands follows from the row and the reading alone.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use compact_str::CompactString;
use hashbrown::HashMap;

use super::columns::Mapping;
use super::dates::DateEvidence;
use super::nobody::{is_nobody, is_spoilt};
use super::purpose::Purpose;
use super::reading::{Reading, UserSpelling};
use super::reason::{Cleaning, Reason};
use super::report::{CleaningReport, Dropped};
use super::row_evidence::Finest;
use super::rules::RowRule;
use super::spelling::folded;
use super::values::{Decimal, Marks, NumberEvidence};
use super::{Purchases, dates};
use crate::table::{Cells, TextColumn};

/// What stands where there is no text.
pub(super) const MISSING: &str = "(missing)";

/// What turns cells into rows: a reading whose columns have their places.
#[derive(Debug)]
pub(super) struct RowPlan {
    pub mapping: Mapping,
    pub reading: Reading,
    /// Places that are read, ascending, without repeats.
    pub places: Vec<usize>,
    /// The rules that must all hold, with the places of their columns.
    pub counts: Vec<(usize, RowRule)>,
    /// The rules of which any cancels.
    pub cancelled: Vec<(usize, RowRule)>,
    /// The column within which users are filled down.
    pub by: Option<usize>,
    /// Whether ids that a spreadsheet rounded are nobody: nothing is released of people who share
    /// a text, unless somebody says how ids are spelt.
    pub spoilt_is_nobody: bool,
}

/// The columns of a block, read but not cleaned.
pub(super) struct ReadRows {
    rows: usize,
    /// Rows that could not be read at all.
    faulty: Vec<bool>,
    user: Names,
    item: Names,
    counts: Vec<Coded<bool>>,
    cancelled: Vec<Coded<bool>>,
    quantity: Option<Coded<Option<Decimal>>>,
    money: Option<Coded<Option<Decimal>>>,
    /// Whether `money` is a unit price, to be multiplied by the quantity.
    per_unit: bool,
    money_places: u32,
    quantity_places: u32,
    time: Option<Coded<Option<i64>>>,
    clock: Option<Coded<Option<i64>>>,
    category: Option<Names>,
    country: Option<Names>,
    event: Option<Names>,
    group: Option<Names>,
    description: Option<Names>,
    /// All columns, for the search for exact repeats.
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
    names: Vec<CompactString>,
}

impl Names {
    /// What `name_of` makes of each text; where it makes nothing, the text is missing.
    fn new(text: &TextColumn, name_of: impl Fn(&str) -> Option<Cow<'_, str>>) -> Self {
        let mut names: Vec<CompactString> = Vec::with_capacity(text.names.len());
        let mut place = Vec::with_capacity(text.names.len());
        // Texts differ; their names may not, from the first that is not its own text.
        let mut seen: Option<HashMap<CompactString, u32>> = None;
        for own in &text.names {
            let name = key(own);
            let name = if name.is_empty() { None } else { name_of(name) };
            let Some(name) = name else {
                place.push(TextColumn::MISSING);
                continue;
            };
            let is_own = matches!(name, Cow::Borrowed(_)) && name.len() == own.len();
            if !is_own && seen.is_none() {
                seen = Some(names.iter().cloned().zip(0..).collect());
            }
            let next = names.len() as u32;
            let name = CompactString::new(name);
            place.push(match &mut seen {
                None => next,
                Some(seen) => *seen.entry(name.clone()).or_insert(next),
            });
            if place.last() == Some(&next) {
                names.push(name);
            }
        }
        Self { codes: text.codes.clone(), place, names }
    }

    fn at(&self, row: usize) -> Option<u32> {
        self.place
            .get(self.codes[row] as usize)
            .copied()
            .filter(|&place| place != TextColumn::MISSING)
    }

    /// A column without any text.
    fn none(rows: usize) -> Self {
        Self { codes: vec![TextColumn::MISSING; rows], place: Vec::new(), names: Vec::new() }
    }
}

/// Texts of a block's rows: codes into a list of names.
#[derive(Debug, Default)]
pub(super) struct BlockLabels {
    pub codes: Vec<u32>,
    pub names: Vec<CompactString>,
}

/// The key that a cell stands for: its text trimmed, and `17850` for `17850.0`, which is how
/// programs print a whole number that they hold as a fraction. Cell by cell, so that no other
/// row has a say in it; the same in data and in public lists.
pub fn key(cell: &str) -> &str {
    let text = cell.trim();
    // What a spreadsheet was told to leave alone: `'00123`.
    let left_alone = text.strip_prefix('\'').filter(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && !rest.contains(['\'', ' '])
    });
    let text = left_alone.unwrap_or(text);
    let whole = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.strip_suffix(".0").filter(|id| whole(id)).unwrap_or(text)
}

/// What a cell is read as, in words; `None` where it is missing or cannot be read.
pub(super) fn cell_as_read(reading: &Reading, purpose: Purpose, text: &str) -> Option<String> {
    let name = key(text);
    let marks = Marks {
        decimal: reading.decimal.of(purpose).value,
        thousands: reading.thousands.of(purpose).value,
    };
    match purpose {
        Purpose::Quantity | Purpose::Price | Purpose::Total => {
            let units = reading.unit.value;
            // What is too large for its unit cannot be read.
            let fits = |number: &Decimal| match purpose {
                Purpose::Quantity => number.is_quantity(units.quantity.places()),
                _ => number.scaled(units.money.places()).is_some(),
            };
            Decimal::read(text, purpose != Purpose::Quantity, marks)
                .filter(fits)
                .map(|number| number.to_string())
        }
        Purpose::Time => reading.date_format.value.read(text).map(dates::shown),
        Purpose::Clock => dates::clock_cell(text).map(|clock| dates::shown(clock)[11..].to_owned()),
        Purpose::User if reading.user_spelling.value == UserSpelling::Fold => {
            (!is_nobody(name) && !name.is_empty()).then(|| folded(name))
        }
        Purpose::User | Purpose::Item => {
            let word = purpose == Purpose::User
                && reading.missing_user.value.iter().any(|word| word.eq_ignore_ascii_case(name));
            (!is_nobody(name) && !name.is_empty() && !word).then(|| name.to_owned())
        }
        Purpose::Category
        | Purpose::Country
        | Purpose::Invoice
        | Purpose::Description
        | Purpose::Event
        | Purpose::Group => (!name.is_empty()).then(|| name.to_owned()),
    }
}

/// The user of each text of the column within which users are filled down, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Above(HashMap<CompactString, CompactString>);

/// Gives rows without a user that of the last row above with the same text in `by`: rows of other
/// texts make no difference.
pub(super) fn fill_down(user: &mut TextColumn, by: &TextColumn, above: &mut Above) {
    let nobody: Vec<bool> =
        user.names.iter().map(|name| name.trim().is_empty() || is_nobody(name.trim())).collect();
    let mut codes: HashMap<CompactString, u32> = HashMap::new();
    for row in 0..user.codes.len() {
        let Some(group) = by.get(row).map(str::trim).filter(|group| !group.is_empty()) else {
            continue;
        };
        let code = user.codes[row];
        if nobody.get(code as usize) == Some(&false) {
            let name = user.names[code as usize].clone();
            codes.insert(name.clone(), code);
            above.0.insert(CompactString::new(group), name);
        } else if let Some(name) = above.0.get(group) {
            let next = user.names.len() as u32;
            let code = *codes.entry(name.clone()).or_insert(next);
            if code == next {
                user.names.push(name.clone());
            }
            user.codes[row] = code;
        }
    }
}

impl ReadRows {
    /// Reads the cells of a block by a plan, whose places `cells.columns` follow.
    pub(super) fn read(cells: &Cells, plan: &RowPlan) -> Self {
        let at = |place: usize| {
            plan.places.binary_search(&place).ok().and_then(|at| cells.columns.get(at))
        };
        let RowPlan { mapping, reading, .. } = plan;
        let column = |purpose| mapping.place(purpose).and_then(at);
        let rows = cells.rows;
        let names = |purpose| {
            column(purpose).map(|text| Names::new(text, |name| Some(Cow::Borrowed(name))))
        };
        let words = &reading.missing_user.value;
        let is_missing = |name: &str| {
            is_nobody(name)
                || plan.spoilt_is_nobody && is_spoilt(name)
                || words.iter().any(|word| word.eq_ignore_ascii_case(name))
        };
        let folds = reading.user_spelling.value == UserSpelling::Fold;
        fn item(name: &str) -> Option<Cow<'_, str>> {
            (!is_nobody(name)).then_some(Cow::Borrowed(name))
        }
        let marks = |purpose| Marks {
            decimal: reading.decimal.of(purpose).value,
            thousands: reading.thousands.of(purpose).value,
        };
        let per_unit = mapping.place(Purpose::Price).is_some();
        let paid = if per_unit { Purpose::Price } else { Purpose::Total };
        let mut faulty = vec![false; if cells.faults.is_empty() { 0 } else { rows }];
        cells.faults.iter().for_each(|&(row, _)| faulty[row] = true);
        let ruled = |rules: &[(usize, RowRule)]| {
            let held = |(place, rule): &(usize, RowRule)| {
                Some(Coded::new(at(*place)?, false, |text| rule.holds(text)))
            };
            rules.iter().filter_map(held).collect()
        };
        let units = reading.unit.value;
        let quantity_places = units.quantity.places();
        Self {
            rows,
            faulty,
            user: column(Purpose::User).map_or_else(
                || Names::none(rows),
                |text| {
                    Names::new(text, |name| match folds {
                        _ if is_missing(name) => None,
                        true => Some(Cow::Owned(folded(name))),
                        false => Some(Cow::Borrowed(name)),
                    })
                },
            ),
            item: column(Purpose::Item)
                .map_or_else(|| Names::none(rows), |text| Names::new(text, item)),
            counts: ruled(&plan.counts),
            cancelled: ruled(&plan.cancelled),
            quantity: column(Purpose::Quantity).map(|text| {
                let marks = marks(Purpose::Quantity);
                Coded::new(text, None, |t| {
                    Decimal::read(t, false, marks).filter(|n| n.is_quantity(quantity_places))
                })
            }),
            money: column(paid).map(|text| {
                let marks = marks(paid);
                Coded::new(text, None, |t| Decimal::read(t, true, marks))
            }),
            per_unit,
            money_places: units.money.places(),
            quantity_places,
            time: column(Purpose::Time)
                .map(|text| Coded::new(text, None, |t| reading.date_format.value.read(t))),
            clock: column(Purpose::Clock).map(|text| Coded::new(text, None, dates::clock_cell)),
            category: names(Purpose::Category),
            country: names(Purpose::Country),
            event: names(Purpose::Event),
            group: names(Purpose::Group),
            description: names(Purpose::Description),
            all: reading.cleaning.drops(Reason::Duplicate).then(|| cells.columns.clone()),
        }
    }
}

impl ReadRows {
    /// The most decimals that a quantity and an amount need.
    pub(super) fn finest(&self) -> Finest {
        let most = |column: Option<&Coded<Option<Decimal>>>| {
            let numbers = column.into_iter().flat_map(|column| column.values.iter().flatten());
            numbers.map(|number| number.decimals()).max().unwrap_or(0)
        };
        Finest { quantity: most(self.quantity.as_ref()), money: most(self.money.as_ref()) }
    }

    /// Whether there are cells that other decisions would fit better: what is a date or a number
    /// in another spelling, and numbers finer than their unit.
    pub(super) fn has_surprises(&self, cells: &Cells, plan: &RowPlan) -> bool {
        let texts = |purpose: Purpose| {
            let at = plan.places.binary_search(&plan.mapping.place(purpose)?).ok()?;
            cells.columns.get(at)
        };
        fn unread<'a, T>(
            column: Option<&'a Coded<Option<T>>>,
            texts: Option<&'a TextColumn>,
        ) -> impl Iterator<Item = &'a str> {
            let both = column.zip(texts).into_iter();
            both.flat_map(|(column, texts)| column.values.iter().zip(&texts.names))
                .filter(|(value, _)| value.is_none())
                .map(|(_, text)| text.trim())
        }
        let is_number = |text: &str| {
            let mut evidence = NumberEvidence::default();
            evidence.add(text, 1);
            evidence.share_numbers().0 > 0
        };
        let is_date = |text: &str| {
            let mut evidence = DateEvidence::default();
            evidence.add(text, 1);
            evidence.guess().is_some()
        };
        let finer = |column: Option<&Coded<Option<Decimal>>>, places: u32| {
            column.is_some_and(|column| {
                column.values.iter().flatten().any(|number| number.decimals() > places)
            })
        };
        let paid = if self.per_unit { Purpose::Price } else { Purpose::Total };
        unread(self.time.as_ref(), texts(Purpose::Time)).any(is_date)
            || unread(self.quantity.as_ref(), texts(Purpose::Quantity)).any(is_number)
            || unread(self.money.as_ref(), texts(paid)).any(is_number)
            || finer(self.quantity.as_ref(), self.quantity_places)
            || finer(self.money.as_ref(), self.money_places)
    }
}

/// Gives kept rows codes; one more stands for rows without a text.
struct Recode {
    missing: u32,
    labels: BlockLabels,
}

impl Recode {
    fn new(from: &mut Names, rows: usize) -> Self {
        let mut names = std::mem::take(&mut from.names);
        // A name that is itself `(missing)` is the same group.
        let missing = names.iter().position(|name| name == MISSING).unwrap_or(names.len()) as u32;
        if missing as usize == names.len() {
            names.push(CompactString::const_new(MISSING));
        }
        Self { missing, labels: BlockLabels { codes: Vec::with_capacity(rows), names } }
    }

    fn push(&mut self, place: Option<u32>) {
        self.labels.codes.push(place.unwrap_or(self.missing));
    }
}

/// Cleaned rows of a block.
pub(super) struct CleanedRows {
    pub user: BlockLabels,
    pub item: BlockLabels,
    /// A readable name per row; [`TextColumn::MISSING`] where there is none.
    pub description: Option<BlockLabels>,
    pub quantity: Vec<i64>,
    pub money: Option<Vec<i64>>,
    pub category: Option<BlockLabels>,
    pub country: Option<BlockLabels>,
    pub event: Option<BlockLabels>,
    pub group: Option<BlockLabels>,
    pub time: Option<Vec<i64>>,
    /// What tells a row from any other, where repeats are dropped.
    pub whole_rows: Option<Vec<u128>>,
    pub report: CleaningReport,
}

/// Two halves of 64 bits of the whole row, which no other row shares but by a chance of 2^-64.
fn whole_row(all: &[TextColumn], row: usize) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        all.iter().for_each(|column| column.get(row).hash(&mut hasher));
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// Drops rows by the first reason that holds and counts them (but for repeats, which other blocks
/// may hold). A cell that cannot be read drops nothing here: which cells are needed is for the
/// question to say.
pub(super) fn clean(mut rows: ReadRows, cleaning: Cleaning) -> CleanedRows {
    let mut report = CleaningReport { rows_read: rows.rows as u64, ..CleaningReport::default() };
    let dropped = &mut report.dropped;
    let keeps_unreadable = cleaning.keeps(Reason::Unreadable);
    let many = rows.rows;
    let (mut user, mut item) =
        (Recode::new(&mut rows.user, many), Recode::new(&mut rows.item, many));
    let mut category = rows.category.as_mut().map(|names| Recode::new(names, many));
    let mut country = rows.country.as_mut().map(|names| Recode::new(names, many));
    let mut event = rows.event.as_mut().map(|names| Recode::new(names, many));
    let mut group = rows.group.as_mut().map(|names| Recode::new(names, many));
    let mut description = rows.description.as_mut().map(|names| BlockLabels {
        codes: Vec::with_capacity(many),
        names: std::mem::take(&mut names.names),
    });
    let mut quantities = Vec::with_capacity(rows.rows);
    let mut amounts = rows.money.as_ref().map(|_| Vec::with_capacity(rows.rows));
    let mut times = rows.time.as_ref().map(|_| Vec::with_capacity(rows.rows));
    let mut whole_rows = rows.all.as_ref().map(|_| Vec::with_capacity(rows.rows));
    let mut faulty = 0;
    let one = Decimal::from_whole(1);

    for row in 0..rows.rows {
        if rows.faulty.get(row) == Some(&true) {
            faulty += 1;
            continue;
        }
        let (of_user, of_item) = (rows.user.at(row), rows.item.at(row));
        let mut drop_for = |reason: Reason, holds: bool| {
            let drops = holds && cleaning.drops(reason);
            if drops {
                dropped.add(reason);
            }
            drops
        };
        if drop_for(Reason::MissingUser, of_user.is_none())
            || drop_for(Reason::MissingItem, of_item.is_none())
            || drop_for(Reason::NotCounted, rows.counts.iter().any(|column| !column.at(row)))
            || drop_for(Reason::Cancelled, rows.cancelled.iter().any(|column| column.at(row)))
        {
            continue;
        }
        let quantity = rows.quantity.as_ref().map_or(Some(one), |column| column.at(row));
        let price = rows.money.as_ref().and_then(|column| column.at(row));
        if drop_for(Reason::QuantityNotPositive, quantity.is_some_and(|q| !q.is_positive()))
            || drop_for(Reason::PriceNotPositive, price.is_some_and(|p| !p.is_positive()))
        {
            continue;
        }
        if let (Some(whole_rows), Some(all)) = (&mut whole_rows, &rows.all) {
            whole_rows.push(whole_row(all, row));
        }
        user.push(of_user);
        item.push(of_item);
        for (recode, names) in [
            (&mut category, &rows.category),
            (&mut country, &rows.country),
            (&mut event, &rows.event),
            (&mut group, &rows.group),
        ] {
            if let (Some(recode), Some(names)) = (recode.as_mut(), names) {
                recode.push(names.at(row));
            }
        }
        if let (Some(labels), Some(names)) = (&mut description, &rows.description) {
            labels.codes.push(names.at(row).unwrap_or(TextColumn::MISSING));
        }
        let unreadable =
            |counts_as| if keeps_unreadable { counts_as } else { Purchases::UNREADABLE };
        if let Some(amounts) = &mut amounts {
            let units = if rows.per_unit { quantity } else { Some(one) };
            let units = if keeps_unreadable { units.or(Some(one)) } else { units };
            let amount =
                price.zip(units).and_then(|(price, units)| price.product(units, rows.money_places));
            amounts.push(amount.unwrap_or(unreadable(0)));
        }
        let whole = 10i64.pow(rows.quantity_places);
        let scaled = quantity.and_then(|quantity| quantity.scaled(rows.quantity_places));
        quantities.push(scaled.unwrap_or(unreadable(whole)));
        if let Some(times) = &mut times {
            let date = rows.time.as_ref().and_then(|column| column.at(row));
            let time = match &rows.clock {
                None => date,
                Some(clock) => {
                    date.zip(clock.at(row)).map(|(date, clock)| date.div_euclid(DAY) * DAY + clock)
                }
            };
            times.push(time.unwrap_or(Purchases::UNREADABLE));
        }
    }
    if faulty > 0 {
        dropped.add_unreadable(Dropped::WHOLE_ROW, faulty);
    }
    report.rows_kept = quantities.len() as u64;
    CleanedRows {
        user: user.labels,
        item: item.labels,
        description,
        quantity: quantities,
        money: amounts,
        category: category.map(|recode| recode.labels),
        country: country.map(|recode| recode.labels),
        event: event.map(|recode| recode.labels),
        group: group.map(|recode| recode.labels),
        time: times,
        whole_rows,
        report,
    }
}

/// Seconds.
const DAY: i64 = 86_400;
