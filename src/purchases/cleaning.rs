//! From a block's columns to cleaned rows, with a count for every reason to drop one.
//! Texts are read once per distinct text (`texts_read.rs`); a row is then a handful of lookups.
//! Whether a row stands follows from the row and the reading alone.

use std::hash::{DefaultHasher, Hash, Hasher};

use compact_str::CompactString;
use hashbrown::HashMap;

use super::cell_key::key;
use super::nobody::is_nobody;
use super::purpose::Purpose;
use super::reading::{Reading, UserSpelling};
use super::reason::{Cleaning, Reason};
use super::report::{CleaningReport, Dropped};
use super::spelling::folded;
use super::text_values::{BlockLabels, RowValues, TextNames, TextValues};
use super::texts_read::{ReadAmount, TextsRead};
use super::values::{Decimal, Marks};
use super::{Purchases, dates};
use crate::table::{Coding, TextColumn};

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

/// Cleaned rows of a block.
pub(super) struct CleanedRows {
    /// Which thread made them: codes are its own.
    pub thread: usize,
    pub user: BlockLabels,
    pub item: BlockLabels,
    /// A readable name per row, where there is one.
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
fn whole_row(coding: &Coding, row: usize) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        coding.columns().for_each(|column| column.get(row).hash(&mut hasher));
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// Drops rows by the first reason that holds and counts them (but for repeats, which other blocks
/// may hold). A cell that cannot be read drops nothing here: which cells are needed is for the
/// question to say. What the texts of the block stand for was read into `texts`.
pub(super) fn clean(texts: &mut TextsRead<'_>, coding: &Coding, cleaning: Cleaning) -> CleanedRows {
    let mut report =
        CleaningReport { rows_read: coding.rows() as u64, ..CleaningReport::default() };
    let kept = kept_rows(texts, coding, cleaning, &mut report.dropped);
    report.rows_kept = kept.len() as u64;
    if !coding.faults().is_empty() {
        report.dropped.add_unreadable(Dropped::WHOLE_ROW, coding.faults().len() as u64);
    }
    let rows = || kept.iter().map(|&row| row as usize);
    let of_all = cleaning.drops(Reason::Duplicate);
    let whole_rows = of_all.then(|| rows().map(|row| whole_row(coding, row)).collect());

    let keeps_unreadable = cleaning.keeps(Reason::Unreadable);
    let unreadable = |counts_as| if keeps_unreadable { counts_as } else { Purchases::UNREADABLE };
    let one = texts.one;
    let quantities = texts.quantity.as_ref().map(|column| column.rows(coding));
    let quantity = |row: usize| quantities.as_ref().map_or(one, |column| column.at(row));
    let (none, nothing) = (unreadable(texts.whole), unreadable(0));
    let units = |row: usize| match texts.per_unit {
        true if !keeps_unreadable => quantity(row),
        true => quantity(row).or(one),
        false => one,
    };
    let money = texts.money.as_ref().map(|column| {
        let prices = column.rows(coding);
        let amount = |row| texts.amount(prices.at(row), units(row)).unwrap_or(nothing);
        rows().map(amount).collect()
    });
    let time = texts.time.as_ref().filter(|_| texts.keeps_time).map(|column| {
        let dates = column.rows(coding);
        let clocks = texts.clock.as_ref().map(|column| column.rows(coding));
        let time = |row| {
            let date: Option<i64> = dates.at(row);
            let time = match &clocks {
                None => date,
                Some(clocks) => {
                    date.zip(clocks.at(row)).map(|(date, clock)| date.div_euclid(DAY) * DAY + clock)
                }
            };
            time.unwrap_or(Purchases::UNREADABLE)
        };
        rows().map(time).collect()
    });
    let quantity = match quantities {
        None => vec![one.scaled.unwrap_or(none); kept.len()],
        Some(_) => rows().map(|row| quantity(row).scaled.unwrap_or(none)).collect(),
    };
    let mut labels = |names: &mut TextNames| names.labels(coding, &kept);
    let mut of_column = |names: &mut Option<TextNames>| names.as_mut().map(&mut labels);
    CleanedRows {
        thread: texts.thread,
        category: of_column(&mut texts.category),
        country: of_column(&mut texts.country),
        event: of_column(&mut texts.event),
        group: of_column(&mut texts.group),
        description: of_column(&mut texts.description),
        user: labels(&mut texts.user),
        item: labels(&mut texts.item),
        quantity,
        money,
        time,
        whole_rows,
        report,
    }
}

/// The rows that stay, ascending; the others are counted.
fn kept_rows(
    texts: &TextsRead<'_>,
    coding: &Coding,
    cleaning: Cleaning,
    dropped: &mut Dropped,
) -> Vec<u32> {
    let mut drop_for = |reason: Reason, holds: bool| {
        let drops = holds && cleaning.drops(reason);
        if drops {
            dropped.add(reason);
        }
        drops
    };
    let (user, item) = (texts.user.rows(coding), texts.item.rows(coding));
    user.fetch();
    item.fetch();
    fn rules<'a>(rules: &'a [TextValues<bool>], coding: &'a Coding) -> Vec<RowValues<'a, bool>> {
        rules.iter().map(|rule| rule.rows(coding)).collect()
    }
    let (counts, cancelled) = (rules(&texts.counts, coding), rules(&texts.cancelled, coding));
    let quantity = texts.quantity.as_ref().map(|column| column.rows(coding));
    let money = texts.money.as_ref().map(|column| column.rows(coding));
    // An amount that cannot be read is not known to be too small.
    let is_too_small = |column: &Option<RowValues<'_, ReadAmount>>, row: usize| {
        column.as_ref().is_some_and(|column| column.at(row).is_too_small())
    };
    let mut kept = Vec::with_capacity(coding.rows());
    let mut faults = coding.faults().iter().copied().peekable();
    for row in 0..coding.rows() {
        if faults.next_if_eq(&row).is_some()
            || drop_for(Reason::MissingUser, !user.at(row))
            || drop_for(Reason::MissingItem, !item.at(row))
            || drop_for(Reason::NotCounted, counts.iter().any(|rule| !rule.at(row)))
            || drop_for(Reason::Cancelled, cancelled.iter().any(|rule| rule.at(row)))
            || drop_for(Reason::QuantityNotPositive, is_too_small(&quantity, row))
            || drop_for(Reason::PriceNotPositive, is_too_small(&money, row))
        {
            continue;
        }
        kept.push(row as u32);
    }
    kept
}

/// Seconds.
const DAY: i64 = 86_400;
