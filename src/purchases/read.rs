//! Opening a purchase file: options, column mapping, cleaning.

use std::path::PathBuf;

use super::cleaning::{self, Rows, Wanted};
use super::columns::{self, Mapping};
use super::dates::DateFormat;
use super::reading::{CancelRule, Decided, Origin, Reading, TextReading, Unit};
use super::{Purchases, Purpose, Status};
use crate::table::{self, Layout, Opened, Source, TableError};

/// Sums above this are not exact in the floating-point numbers that charts use.
const MOST: u128 = 1 << 53;

/// Where purchases come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// The embedded synthetic sample.
    Sample,
}

/// What purchases are read for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Use {
    /// To look at: what nobody declared is guessed from the rows, and a file that leaves nothing,
    /// or sums that are not exact, are refused.
    #[default]
    Trial,
    /// To be released: no decision and no refusal follows from rows, unless guesses are adopted
    /// by the user's word.
    Release {
        /// Decisions that nobody declared are guessed from the rows all the same.
        adopt_guesses: bool,
    },
}

impl Use {
    fn guesses(self) -> bool {
        matches!(self, Use::Trial | Use::Release { adopt_guesses: true })
    }
}

/// How a file is to be read and cleaned: what is declared; the default suits most files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What for.
    pub purpose: Use,
    /// Columns named by the user; the others are found by usual names.
    pub columns: ColumnChoice,
    /// A text encoding by name (for example `windows-1252`).
    pub encoding: Option<String>,
    /// The ASCII byte between fields.
    pub separator: Option<u8>,
    /// Quoted cells may span lines.
    pub line_breaks: Option<bool>,
    /// How dates are spelt.
    pub date_format: Option<DateFormat>,
    /// The mark before decimals.
    pub decimal: Option<char>,
    /// The mark between thousands; `Some(None)`: there is none.
    pub thousands: Option<Option<char>>,
    /// What cancels a row; `Some` of no rule: nothing does.
    pub cancelled: Option<Vec<CancelRule>>,
    /// The unit in which money is added up.
    pub unit: Option<Unit>,
    /// The status of the data; `None`: private, and synthetic for the sample.
    pub status: Option<Status>,
    /// Cleaning steps that are switched off.
    pub keep: Keep,
    /// Drop exact repeats of earlier rows.
    pub drop_duplicates: bool,
}

/// Columns named by the user. For the optional ones, an empty name switches the
/// column off although one would be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the purposes of ColumnsUsed")]
pub struct ColumnChoice {
    pub user: Option<String>,
    pub item: Option<String>,
    pub quantity: Option<String>,
    pub price: Option<String>,
    pub total: Option<String>,
    pub time: Option<String>,
    pub category: Option<String>,
    pub country: Option<String>,
    pub invoice: Option<String>,
    pub description: Option<String>,
}

/// Cleaning steps that are switched off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Keep rows without a user, together as one user named `(missing)`.
    pub missing_user: bool,
    /// Keep rows without an item, as an item named `(missing)`.
    pub missing_item: bool,
    /// Keep rows with an unreadable quantity (counts 1), price (counts 0) or time
    /// (the time group `(unreadable)`) where the question needs them.
    pub unreadable: bool,
    /// Keep cancelled rows.
    pub cancelled: bool,
    /// Keep quantities of 0 and below.
    pub quantity_not_positive: bool,
    /// Keep prices of 0 and below.
    pub price_not_positive: bool,
}

impl Keep {
    /// The steps that are off, by their names on the command line.
    pub fn names(self) -> Vec<&'static str> {
        [
            (self.missing_user, "missing-user"),
            (self.missing_item, "missing-item"),
            (self.unreadable, "unreadable"),
            (self.cancelled, "cancelled"),
            (self.quantity_not_positive, "quantity-not-positive"),
            (self.price_not_positive, "price-not-positive"),
        ]
        .into_iter()
        .filter_map(|(off, name)| off.then_some(name))
        .collect()
    }
}

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
        Input::Sample => (
            Source::Bytes("the sample", super::sample::PURCHASES),
            Status::Synthetic,
            "sample".to_owned(),
        ),
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
    if options.drop_duplicates {
        places = (0..opened.headers().len()).collect();
    }
    places.sort_unstable();
    places.dedup();
    let cells = opened.texts(&places)?;
    let wanted = Wanted { headers: opened.headers(), places: &places, cells: &cells };
    let reading = reading_of(&opened, &mapping, &wanted, options);
    let rules = if options.cancelled.is_some() {
        rules
    } else {
        placed_rules(&opened, &mapping, &reading.cancelled.value)?
    };
    let rows = Rows::read(opened.name(), &wanted, &mapping, &reading, &rules)?;
    let kept = cleaning::clean(&rows, options.keep);
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

/// What is refused of a file that is only looked at.
fn for_trials(file: &str, purchases: &Purchases) -> Result<(), ReadError> {
    let report = &purchases.report;
    if report.rows_read == 0 {
        return Err(TableError::HeaderOnly { name: file.to_owned() }.into());
    }
    if report.rows_kept == 0 {
        return Err(ReadError::NothingLeft {
            file: file.to_owned(),
            reasons: cleaning::reasons(report),
        });
    }
    let columns = &purchases.columns;
    for (what, column, values) in [
        ("quantities", &columns.quantity, Some(&purchases.quantity)),
        (
            "prices",
            columns.price.as_ref().map_or(&columns.total, |_| &columns.price),
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
    wanted: &Wanted<'_>,
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
    let mut columns = Reading::default().columns;
    for purpose in Purpose::ALL {
        columns[purpose as usize] = Decided {
            value: mapping.place(purpose).map(|place| opened.headers()[place].clone()),
            origin: if purpose.is_chosen(&options.columns) {
                Origin::Declared
            } else {
                Origin::Default
            },
        };
    }
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
        keep: options.keep,
        drop_duplicates: options.drop_duplicates,
        unit: Decided::by(options.unit, || None, Unit::default()),
    }
}

/// Why a purchase file was refused, as one sentence.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum ReadError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "{file} has no column that is plainly the {purpose}: name it with --{purpose} COLUMN; its columns are {columns}"
    )]
    NoColumn { file: String, purpose: &'static str, columns: String },
    #[error(
        "{file} has several columns that could be the {purpose} ({good}): name one with --{purpose} COLUMN; its columns are {columns}"
    )]
    SeveralColumns { file: String, purpose: &'static str, good: String, columns: String },
    #[error("{file} has no column {column}, which --{purpose} names; its columns are {columns}")]
    NamedColumnMissing { file: String, purpose: &'static str, column: String, columns: String },
    #[error("--price and --total were both given: name the unit price or the line total, not both")]
    PriceAndTotal,
    #[error(
        "'{0}' cannot be both the decimal mark and the mark between thousands: say --decimal and --thousands, such as --decimal , --thousands ."
    )]
    SameMark(char),
    #[error(
        "no row of {file} is left after cleaning ({reasons}): check the columns, or switch a step off"
    )]
    NothingLeft { file: String, reasons: String },
    #[error(
        "the {what} of {file} add up to more than {most} (2^53 in the unit in which they are added), beyond which sums are not exact in charts: check column {column}"
    )]
    TooLarge { file: String, what: &'static str, column: String, most: u128 },
    #[error("{file} has no column {column}, which --cancelled names; its columns are {columns}")]
    RuleColumnMissing { file: String, column: String, columns: String },
    #[error(
        "{file} is {encoding}, in which one wrong byte can change what other rows mean, so nothing is released from it: save it as UTF-8, or, if it is, name another encoding with --encoding"
    )]
    Unstable { file: String, encoding: String },
}
