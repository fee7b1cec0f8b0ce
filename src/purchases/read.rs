//! Opening a purchase file: its columns found, every decision made, its rows cleaned.

use super::cleaning::{self, ReadCells, ReadRows};
use super::columns::{self, Mapping};
use super::dates::DateFormat;
use super::error::ReadError;
use super::options::{Input, Options, Use};
use super::purpose::{ByPurpose, Purpose};
use super::reading::{CancelRule, Decided, Origin, Reading, TextReading, Unit};
use super::reason::Reason;
use super::sample::PURCHASES;
use super::{Purchases, Status};
use crate::table::{self, Layout, Opened, Separator, Source, TableError};

/// Sums above this are not exact in the floating-point numbers that charts use.
const MOST: u128 = 1 << 53;

/// Reads and cleans purchases.
///
/// A row is dropped under the first reason that holds: it cannot be read as a row, no user, no
/// item, cancelled, quantity not above 0, price not above 0, and last, if asked for, an exact
/// repeat of an earlier row. Texts are trimmed; an empty user or item is missing, and so are
/// words that certainly stand for nobody (`NA`, `null`, `none`...). Ids are text; one that
/// prints as `17850.0` loses the `.0`. A quantity, price or time that cannot be read is
/// [`Purchases::UNREADABLE`]: whether that drops the row is for the question to say.
///
/// # Errors
/// One sentence that names the file, the line or column, what was expected and what to do. Read
/// for a release, nothing but the header line, a broken container and what was declared can
/// be its cause.
pub fn read(input: &Input, options: &Options) -> Result<Purchases, ReadError> {
    let (source, status, name) = match input {
        Input::File(path) => (
            Source::File(path),
            Status::Private,
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        ),
        Input::Stdin => (Source::Stdin, Status::Private, "standard input".to_owned()),
        Input::Sample => {
            (Source::Bytes("the sample", PURCHASES), Status::Synthetic, "sample".to_owned())
        }
    };
    let known;
    let options = match input {
        // The generator's own rule: nothing has to be guessed of what this program made.
        Input::Sample if options.cancelled.is_none() => {
            let rule =
                CancelRule { column: "invoice".to_owned(), prefix: true, text: "C".to_owned() };
            known = Options { cancelled: Some(vec![rule]), ..options.clone() };
            &known
        }
        _ => options,
    };
    let guesses = options.purpose.guesses();
    let declared = options.encoding.as_deref();
    let layout = Layout {
        encoding: declared,
        separator: options.separator.map(Separator::Byte),
        line_breaks: options.line_breaks,
        guesses,
        ..Layout::default()
    };
    let opened = table::open(source, layout)?;
    if options.purpose != Use::Trial && !opened.encoding_is_stable() {
        let encoding = opened.encoding().map_or("", |told| told.value).to_owned();
        return Err(ReadError::Unstable { file: opened.name().to_owned(), encoding });
    }
    let mapping = columns::find(opened.name(), opened.headers(), &options.columns)?;
    if mapping.place(Purpose::Price).is_some() && mapping.place(Purpose::Total).is_some() {
        return Err(ReadError::PriceAndTotal);
    }
    let decimal = options.decimal.unwrap_or('.');
    if options.thousands == Some(Some(decimal)) {
        return Err(ReadError::SameMark(decimal));
    }
    let rules = placed_rules(&opened, &mapping, options.cancelled.as_deref().unwrap_or_default())?;
    let mut places: Vec<usize> =
        Purpose::ALL.iter().filter_map(|&purpose| mapping.place(purpose)).collect();
    places.extend(rules.iter().map(|&(place, _)| place));
    if options.cleaning.drops(Reason::Duplicate) {
        places = (0..opened.headers().len()).collect();
    }
    places.sort_unstable();
    places.dedup();
    let cells = opened.texts(&places)?;
    let wanted = ReadCells { headers: opened.headers(), places: &places, cells: &cells };
    let reading = reading_of(&opened, &mapping, &wanted, options);
    let rules = if options.cancelled.is_some() {
        rules
    } else {
        placed_rules(&opened, &mapping, &reading.cancelled.value)?
    };
    let rows = ReadRows::read(opened.name(), &wanted, &mapping, &reading, &rules)?;
    let kept = cleaning::clean(&rows, options.cleaning);
    let purchases = Purchases {
        source: name,
        status: options.status.unwrap_or(status),
        user: kept.user,
        item: kept.item,
        item_description: kept.item_description,
        quantity: kept.quantity,
        money: kept.money,
        category: kept.category,
        country: kept.country,
        time: kept.time,
        report: kept.report,
        columns: mapping.used(opened.headers()),
        header: opened.headers().to_vec(),
        reading,
    };
    if options.purpose == Use::Trial {
        if cells.faults.len() == cells.rows
            && let Some(refusal) = opened.first_fault(&cells)
        {
            return Err(refusal.into());
        }
        for_trials(opened.name(), &purchases)?;
    }
    Ok(purchases)
}

/// Opens the embedded sample with the usual options: status synthetic.
///
/// # Errors
/// None that a test has not ruled out; the type is that of any other file.
pub fn sample() -> Result<Purchases, ReadError> {
    read(&Input::Sample, &Options::default())
}

/// What is refused of a file that is only looked at.
fn for_trials(file: &str, purchases: &Purchases) -> Result<(), ReadError> {
    let report = &purchases.report;
    if report.rows_read == 0 {
        return Err(TableError::HeaderOnly { name: file.to_owned() }.into());
    }
    if report.rows_kept == 0 {
        return Err(ReadError::NothingLeft { file: file.to_owned(), reasons: report.sentence() });
    }
    let columns = &purchases.columns;
    for (what, column, values) in [
        ("quantities", &columns[Purpose::Quantity], Some(&purchases.quantity)),
        (
            "prices",
            columns[Purpose::Price]
                .as_ref()
                .map_or(&columns[Purpose::Total], |_| &columns[Purpose::Price]),
            purchases.money.as_ref(),
        ),
    ] {
        let readable =
            values.iter().flat_map(|v| v.iter()).filter(|&&v| v != Purchases::UNREADABLE);
        let sum: u128 = readable.map(|v| u128::from(v.unsigned_abs())).sum();
        if sum > MOST {
            let unit = if what == "prices" { purchases.reading.unit.value } else { Unit::WHOLE };
            let column = column.clone().unwrap_or_default();
            return Err(ReadError::TooLarge {
                file: file.to_owned(),
                what,
                column,
                most: MOST / unit.per_shown() as u128,
            });
        }
    }
    Ok(())
}

/// The rules with the columns that they are about.
fn placed_rules(
    opened: &Opened,
    mapping: &Mapping,
    rules: &[CancelRule],
) -> Result<Vec<(usize, CancelRule)>, ReadError> {
    let placed = |rule: &CancelRule| {
        let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.name() == rule.column);
        let place =
            columns::named(opened.headers(), &rule.column).or_else(|| mapping.place(purpose?));
        let place = place.ok_or_else(|| ReadError::RuleColumnMissing {
            file: opened.name().to_owned(),
            column: rule.column.clone(),
            columns: columns::listed(opened.headers()),
        })?;
        Ok((place, rule.clone()))
    };
    rules.iter().map(placed).collect()
}

/// Every decision: what was declared, else (where guesses are taken) what the rows tell, else
/// the default.
fn reading_of(
    opened: &Opened,
    mapping: &Mapping,
    wanted: &ReadCells<'_>,
    options: &Options,
) -> Reading {
    let guesses = options.purpose.guesses();
    let text = opened.encoding().map(|encoding| {
        let encoding = encoding.value.to_lowercase();
        let separator = match opened.separator().map(|told| told.value) {
            Some(Separator::Byte(byte)) => byte,
            Some(Separator::Blanks) => b' ',
            Some(Separator::Text(_)) => b':',
            None => b',',
        };
        let line_breaks = opened.line_breaks().is_some_and(|told| told.value);
        TextReading {
            encoding: match options.encoding {
                Some(_) => Decided { value: encoding, origin: Origin::Declared },
                None => Decided::by(None, || Some(encoding), "utf-8".to_owned()),
            },
            separator: Decided::by(options.separator, || None, separator),
            line_breaks: Decided::by(options.line_breaks, || Some(line_breaks), false),
        }
    });
    let columns = ByPurpose::each(|purpose| Decided {
        value: mapping.place(purpose).map(|place| opened.headers()[place].clone()),
        origin: match options.columns[purpose] {
            Some(_) => Origin::Declared,
            None => Origin::Default,
        },
    });
    let texts = |purpose: Purpose| {
        wanted.of(mapping, purpose).into_iter().flat_map(|column| column.names.iter())
    };
    let dates =
        || guesses.then(|| DateFormat::guess(texts(Purpose::Time).map(String::as_str))).flatten();
    let marks = || {
        let mut numbers =
            texts(Purpose::Quantity).chain(texts(Purpose::Price)).chain(texts(Purpose::Total));
        let found =
            guesses && options.decimal.is_none() && numbers.any(|number| number.contains(','));
        found.then_some(Some(','))
    };
    // The rule of Online Retail's invoices.
    let invoice = || {
        let rule = CancelRule {
            column: opened.headers()[mapping.place(Purpose::Invoice)?].clone(),
            prefix: true,
            text: "C".to_owned(),
        };
        let found = guesses && texts(Purpose::Invoice).any(|cell| rule.holds(cell));
        found.then(|| vec![rule])
    };
    Reading {
        text,
        columns,
        date_format: Decided::by(options.date_format.clone(), dates, DateFormat::Iso),
        decimal: Decided::by(options.decimal, || None, '.'),
        thousands: Decided::by(options.thousands, marks, None),
        cancelled: Decided::by(options.cancelled.clone(), invoice, Vec::new()),
        cleaning: options.cleaning,
        unit: Decided::by(options.unit, || None, Unit::default()),
    }
}
