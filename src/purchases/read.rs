//! Opening a purchase file: its columns found, every decision made, its rows cleaned.

use super::cleaning::{self, ReadCells, ReadRows};
use super::columns::{self, Mapping};
use super::dates::{DateEvidence, DateFormat};
use super::error::ReadError;
use super::options::{Input, Options, Use};
use super::purpose::{ByPurpose, Purpose};
use super::reading::{CancelRule, Decided, Origin, Reading, TextReading, Unit};
use super::reason::Reason;
use super::sample::PURCHASES;
use super::values::{Marks, NumberEvidence};
use super::{Purchases, Status};
use crate::table::{self, Layout, Opened, Source, TableError, TextColumn};

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
        encoding: if guesses { declared } else { declared.or(Some("utf-8")) },
        separator: options.separator,
        line_breaks: if guesses {
            options.line_breaks
        } else {
            options.line_breaks.or(Some(false))
        },
    };
    let opened = table::open(source, layout)?;
    if options.purpose != Use::Trial && !opened.encoding_is_stable() {
        let encoding = opened.encoding().unwrap_or_default().to_owned();
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
        let encoding = encoding.to_lowercase();
        let (separator, line_breaks) =
            (opened.separator().unwrap_or(b','), opened.line_breaks().unwrap_or(false));
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
    let dates = || {
        let column = wanted.of(mapping, Purpose::Time).filter(|_| guesses)?;
        let mut evidence = DateEvidence::default();
        each_text(column, |text, rows| evidence.add(text, rows));
        evidence.guess().map(|told| told.value)
    };
    // A mark that is declared stands for a person who knows the marks.
    let marks = (guesses && options.decimal.is_none())
        .then(|| {
            let columns = [Purpose::Price, Purpose::Total, Purpose::Quantity];
            let columns = columns.into_iter().filter_map(|purpose| wanted.of(mapping, purpose));
            marks_of(columns, opened.separator())
        })
        .filter(|marks| options.thousands != Some(Some(marks.decimal)));
    // The rule of Online Retail's invoices.
    let invoice = || {
        let rule = CancelRule {
            column: opened.headers()[mapping.place(Purpose::Invoice)?].clone(),
            prefix: true,
            text: "C".to_owned(),
        };
        let column = wanted.of(mapping, Purpose::Invoice).filter(|_| guesses)?;
        column.names.iter().any(|cell| rule.holds(cell)).then(|| vec![rule])
    };
    Reading {
        text,
        columns,
        date_format: Decided::by(options.date_format.clone(), dates, DateFormat::Iso),
        decimal: Decided::by(options.decimal, || marks.map(|marks| marks.decimal), '.'),
        thousands: Decided::by(options.thousands, || marks.map(|marks| marks.thousands), None),
        cancelled: Decided::by(options.cancelled.clone(), invoice, Vec::new()),
        cleaning: options.cleaning,
        unit: Decided::by(options.unit, || None, Unit::default()),
    }
}

/// Every distinct text of a column with the number of its rows.
fn each_text(column: &TextColumn, mut see: impl FnMut(&str, u64)) {
    let mut rows = vec![0; column.names.len()];
    for &code in &column.codes {
        if let Some(rows) = rows.get_mut(code as usize) {
            *rows += 1;
        }
    }
    column.names.iter().zip(rows).for_each(|(text, rows)| see(text, rows));
}

/// The marks that all columns of numbers share, the weightiest column first.
fn marks_of<'a>(columns: impl Iterator<Item = &'a TextColumn>, separator: Option<u8>) -> Marks {
    let columns: Vec<NumberEvidence> = columns
        .map(|column| {
            let mut evidence = NumberEvidence::default();
            each_text(column, |text, rows| evidence.add(text, rows));
            evidence
        })
        .collect();
    let shown: Vec<Option<bool>> = columns.iter().map(NumberEvidence::decimal_comma).collect();
    let told: Vec<Marks> = (0..columns.len())
        .filter_map(|at| {
            let mut others = (0..columns.len()).filter(|&other| other != at);
            let elsewhere = others.find_map(|other| shown[other]);
            let elsewhere = elsewhere.or((separator == Some(b';')).then_some(true));
            columns[at].marks(elsewhere).map(|told| told.value)
        })
        .collect();
    let decimal = match shown.iter().find_map(|&comma| comma) {
        Some(comma) => comma,
        None => told.iter().any(|marks| marks.decimal == ','),
    };
    let decimal = if decimal { ',' } else { '.' };
    let mut thousands = told.iter().filter_map(|marks| marks.thousands);
    Marks { decimal, thousands: thousands.find(|&mark| mark != decimal) }
}
