//! From what is declared, what the header says and what the rows tell to a reading with its grounds.

use super::columns::Mapping;
use super::dates::DateFormat;
use super::decided::{Decided, Origin};
use super::events;
use super::grounds::Grounds;
use super::marks::ByNumber;
use super::options::{Options, Use};
use super::profile::Profile;
use super::purpose::{ByPurpose, Purpose};
use super::reading::{Decision, Reading, TableReading, TextReading, UserSpelling};
use super::rows_seen::{RowsSeen, SumsInSize};
use super::rules::RowRule;
use super::told::{Doubt, grouped};
use super::unit::{Unit, Units};
use super::values::Marks;
use crate::table::{LayoutTold, Opened};

/// Sums above this are not exact in the floating-point numbers that charts use.
pub(super) const MOST: u128 = 1 << 53;

/// What rows tell, as far as they were looked at; without it nothing is guessed.
#[derive(Debug)]
pub(super) struct Evidence {
    /// One a column.
    pub profiles: Vec<Profile>,
    /// What neighbouring cells tell of each other.
    pub seen: RowsSeen,
    /// Sums of all quantities and of all money in size, as far as they are known.
    pub sums: Option<SumsInSize>,
    /// The most decimals of a quantity and of an amount, as far as later rows have them.
    pub finest: Finest,
}

/// The most decimals that a number needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Finest {
    pub quantity: u32,
    pub money: u32,
}

/// How the table was taken apart, with what speaks for it.
fn table_reading(opened: &Opened, options: &Options, grounds: &mut Grounds) -> TableReading {
    fn decided<T, U: PartialEq>(
        told: &LayoutTold<T>,
        declared: bool,
        usual: &U,
        value: impl FnOnce(&T) -> U,
    ) -> Decided<U> {
        let value = value(&told.value);
        let origin = match (declared, value == *usual) {
            (true, _) => Origin::Declared,
            (false, true) => Origin::Default,
            (false, false) => Origin::Guessed,
        };
        Decided { value, origin }
    }
    let container = opened.container();
    grounds.say(Decision::Container, container.evidence.clone());
    let sheet = opened.sheet().map(|told| {
        grounds.say(Decision::Sheet, told.evidence.clone());
        if opened.sheets().len() > 1 && options.sheet.is_none() && !container.value.contains("zip")
        {
            let mut readings = vec![told.value.clone()];
            readings.extend(opened.sheets().iter().filter(|name| **name != told.value).cloned());
            if opened.sheets().iter().all(|name| !name.contains(',')) {
                readings.push(opened.sheets().join(","));
            }
            let words = format!(
                "the workbook has {} sheets ({}), and only {} is read",
                opened.sheets().len(),
                opened.sheets().join(", "),
                told.value
            );
            grounds.doubt(Decision::Sheet, Doubt { readings, words });
        }
        if opened.merged_cells() > 0 {
            let words = format!(
                "{} cells take what the merged cell above them says; a release takes them for empty",
                grouped(opened.merged_cells())
            );
            grounds.doubt(Decision::Sheet, Doubt { readings: Vec::new(), words });
        }
        for (header, cells) in opened.formulas_without_result() {
            let words = format!(
                "{} {} of {header} {} a formula without its result, and {} read as empty: open the workbook in a spreadsheet and save it, so that it keeps what they come to",
                grouped(cells),
                if cells == 1 { "cell" } else { "cells" },
                if cells == 1 { "holds" } else { "hold" },
                if cells == 1 { "is" } else { "are" },
            );
            grounds.doubt(Decision::Sheet, Doubt { readings: Vec::new(), words });
        }
        // Which one is read follows from their names and order, not from rows.
        let origin = if options.sheet.is_some() { Origin::Declared } else { Origin::Default };
        Decided { value: told.value.clone(), origin }
    });
    let text = match (opened.encoding(), opened.separator(), opened.line_breaks()) {
        (Some(encoding), Some(separator), Some(line_breaks)) => {
            let skipped = opened.skip_lines().cloned();
            let skipped = skipped.unwrap_or(LayoutTold { value: 0, evidence: String::new() });
            for (decision, said) in [
                (Decision::Encoding, &encoding.evidence),
                (Decision::Separator, &separator.evidence),
                (Decision::LineBreaks, &line_breaks.evidence),
                (Decision::NoHeader, &opened.has_header().evidence),
                (Decision::SkipLines, &skipped.evidence),
            ] {
                grounds.say(decision, said.clone());
            }
            if let Some(other) = opened.other_encoding() {
                let words = format!(
                    "the text is no UTF-8 and does not look like {}: it may be {other}, and names that are read wrong are other users, items and columns",
                    encoding.value
                );
                let readings = vec![encoding.value.to_lowercase(), other.to_owned()];
                grounds.doubt(Decision::Encoding, Doubt { readings, words });
            }
            Some(TextReading {
                encoding: decided(
                    &encoding,
                    options.encoding.is_some(),
                    &"utf-8".to_owned(),
                    |name| name.to_lowercase(),
                ),
                separator: Decided {
                    value: separator.value.to_string(),
                    // Told from the header line; where rows have a say, they only confirm it.
                    origin: match options.separator {
                        Some(_) => Origin::Declared,
                        None => Origin::Default,
                    },
                },
                no_header: decided(opened.has_header(), options.header.is_some(), &false, |has| {
                    !has
                }),
                skip_lines: decided(&skipped, options.skip_lines.is_some(), &0, |&lines| lines),
                line_breaks: decided(line_breaks, options.line_breaks.is_some(), &false, |&b| b),
            })
        }
        _ => None,
    };
    TableReading { container: container.value.clone(), sheet, text }
}

/// Every decision: what was declared, else (where there is evidence) what the rows tell, else
/// the default.
pub(super) fn decide(
    opened: &Opened,
    headers: &[String],
    mapping: &mut Mapping,
    evidence: Option<&Evidence>,
    options: &Options,
) -> (Reading, Grounds) {
    let mut grounds = Grounds::default();
    let table = table_reading(opened, options, &mut grounds);
    let profiles = evidence.map(|evidence| evidence.profiles.as_slice());
    let profile =
        |mapping: &Mapping, purpose| profiles.and_then(|all| all.get(mapping.place(purpose)?));

    let fill_down = fill_down(headers, mapping, evidence, options, &mut grounds);
    if let Some(evidence) = evidence {
        price_or_total(headers, mapping, evidence, options, &mut grounds);
        time_and_clock(mapping, evidence, options);
        readable_name(headers, mapping, evidence, options);
    }
    for purpose in Purpose::ALL {
        grounds.say(Decision::Column(purpose), mapping.evidence(purpose));
    }
    for (purpose, doubt) in mapping.doubts() {
        grounds.doubt(Decision::Column(*purpose), doubt.clone());
    }
    let columns = ByPurpose::each(|purpose| Decided {
        value: mapping.place(purpose).map(|place| headers[place].clone()),
        origin: match (&options.columns[purpose], mapping.is_guessed(purpose)) {
            (Some(_), _) => Origin::Declared,
            (None, true) => Origin::Guessed,
            (None, false) => Origin::Default,
        },
    });

    let dates = || {
        let dates = &profile(mapping, Purpose::Time)?.dates;
        let told = dates.guess()?;
        grounds.say(Decision::DateFormat, told.evidence);
        if let Some(doubt) = told.doubt
            && options.date_format.is_none()
        {
            grounds.doubt(Decision::DateFormat, doubt);
        }
        if options.date_format.is_none() {
            for words in dates.doubts() {
                grounds.doubt(Decision::DateFormat, Doubt { readings: Vec::new(), words });
            }
        }
        Some(told.value)
    };
    let date_format = Decided::by(options.date_format.clone(), dates, DateFormat::Iso);

    let (decimal, thousands) = marks(mapping, profiles, &table, options, &mut grounds);
    if let Some(evidence) = evidence {
        cells_that_do_not_fit(
            headers,
            mapping,
            evidence,
            &date_format.value,
            options,
            &mut grounds,
        );
    }
    if let Some(profiles) = profiles {
        super::units_said::doubts(headers, mapping, profiles, options, &mut grounds);
    }
    let (counts, cancelled) = rows_that_count(headers, mapping, evidence, options, &mut grounds);
    let unit = units(mapping, evidence, options, &decimal, &thousands, &mut grounds);
    let reading = Reading {
        table: Some(table),
        join: options.join.as_ref().map(|path| {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        }),
        join_keys_unique: Decided::by(options.join_keys_unique, || None, false),
        columns,
        date_format,
        decimal,
        thousands,
        counts,
        cancelled,
        missing_user: Decided::by(options.missing_user.clone(), || None, Vec::new()),
        fill_down: fill_down.0,
        by: fill_down.1,
        user_spelling: Decided::by(options.user_spelling, || None, UserSpelling::AsIs),
        cleaning: options.cleaning,
        unit,
    };
    (reading, grounds)
}

/// Names columns of which many cells are not what they are read as, amounts in several currencies,
/// and a column of whole numbers that may be the quantity.
fn cells_that_do_not_fit(
    headers: &[String],
    mapping: &Mapping,
    evidence: &Evidence,
    spelling: &DateFormat,
    options: &Options,
    grounds: &mut Grounds,
) {
    for purpose in [Purpose::Quantity, Purpose::Price, Purpose::Total, Purpose::Time] {
        let Some(place) = mapping.place(purpose) else { continue };
        let profile = &evidence.profiles[place];
        let is_time = purpose == Purpose::Time;
        let (fit, of) = match (is_time, spelling) {
            (true, DateFormat::Pattern(_)) => continue,
            (true, spelling) => profile.dates.share_readable(spelling),
            (false, _) => profile.numbers.share_numbers(),
        };
        let amiss = of.saturating_sub(fit);
        // One in twenty; fewer stand among the rows that were dropped.
        if amiss > 0 && amiss * 20 >= of {
            let example =
                profile.amiss(is_time).map_or(String::new(), |text| format!(", such as {text}"));
            let words = format!(
                "{} of {} cells of {} are no {} that can be read{example}",
                grouped(amiss),
                grouped(of),
                headers[place],
                if is_time { "dates" } else { "numbers" }
            );
            let decision = if is_time { Decision::DateFormat } else { Decision::Column(purpose) };
            let readings = match is_time {
                true => Vec::new(),
                false => vec![headers[place].clone(), String::new()],
            };
            if grounds.doubt_of(decision).is_none() && (!is_time || options.date_format.is_none()) {
                grounds.doubt(decision, Doubt { readings, words });
            }
        }
        let (units, without) = profile.units();
        if purpose != Purpose::Time && (units.len() > 1 || !units.is_empty() && without > 0) {
            let mut listed = units.join(", ");
            if without > 0 {
                listed += &format!(", and none in {} rows", grouped(without));
            }
            let words = format!(
                "numbers of {} have several units ({listed}), and are added up as if they were one",
                headers[place]
            );
            grounds.doubt(Decision::Column(purpose), Doubt { readings: Vec::new(), words });
        }
        let currencies = profile.currencies();
        if purpose != Purpose::Quantity && currencies.len() > 1 {
            let words = format!(
                "amounts of {} are in several currencies ({}), and are added up as if they were one",
                headers[place],
                currencies.join(", ")
            );
            grounds.doubt(Decision::Column(purpose), Doubt { readings: Vec::new(), words });
        }
    }
    if mapping.place(Purpose::Quantity).is_none() && options.columns[Purpose::Quantity].is_none() {
        let priced = mapping.place(Purpose::Price).is_some();
        let serves = |place: usize| Purpose::ALL.iter().any(|&p| mapping.place(p) == Some(place));
        let found = (0..headers.len()).find(|&place| {
            let profile = &evidence.profiles[place];
            let header = &headers[place];
            let said = super::usual_names::says_amount(header);
            priced
                && !serves(place)
                && profile.number_share() >= 0.8
                && profile.decimals() == 0
                && (said || holds_counts(profile) && !super::usual_names::says_other(header))
        });
        if let Some(place) = found {
            let words = format!(
                "{} holds whole numbers beside a price and may be the quantity; without one each row counts 1",
                headers[place]
            );
            let readings = vec![String::new(), headers[place].clone()];
            grounds.doubt(Decision::Column(Purpose::Quantity), Doubt { readings, words });
        }
    }
}

/// Whether a column holds what quantities look like: small whole numbers, 1 among the most
/// frequent, others too, none of them 0 in most rows.
fn holds_counts(profile: &Profile) -> bool {
    let Some(texts) = profile.texts() else { return false };
    let number = |text: &str| text.trim_end_matches(".0").parse::<i64>().ok();
    let small: u64 = texts
        .iter()
        .filter(|(text, _)| number(text).is_some_and(|number| (1..=100).contains(&number)))
        .map(|(_, rows)| rows)
        .sum();
    let has_one = texts.iter().take(3).any(|(text, _)| number(text) == Some(1));
    // A flag has no 2, an index no number twice.
    let has_two = texts.iter().any(|(text, _)| number(text) == Some(2));
    has_one
        && has_two
        && small * 10 >= profile.filled * 9
        && profile.distinct() as u64 * 2 <= profile.filled
}

/// Whether users are filled down, and within which column.
fn fill_down(
    headers: &[String],
    mapping: &mut Mapping,
    evidence: Option<&Evidence>,
    options: &Options,
    grounds: &mut Grounds,
) -> (Decided<bool>, Decided<Option<String>>) {
    // A key of two names is called by that of the first table.
    let by = options.by.as_ref().and_then(|by| {
        super::columns::meant(headers, mapping, by).or_else(|| {
            let (mine, _) = by.split_once('=').filter(|_| options.join.is_some())?;
            super::columns::named(headers, mine)
        })
    });
    let by = Decided::by(by.map(|place| Some(headers[place].clone())), || None, None);
    let fills = match options.fill_down {
        Some(fills) => Decided { value: fills, origin: Origin::Declared },
        None => Decided::usual(false),
    };
    let seen = evidence.map(|evidence| &evidence.seen);
    match seen.and_then(|seen| seen.filled_down.as_ref()) {
        Some(found)
            if options.fill_down.is_none() && options.by.is_none() && options.join.is_none() =>
        {
            let words = format!(
                "{} of {} rows without a user stand below a row of the same {} that has one",
                grouped(found.rows),
                grouped(found.of),
                headers[found.by]
            );
            grounds.say(Decision::FillDown, words);
            if mapping.place(Purpose::Invoice).is_none()
                && options.columns[Purpose::Invoice].is_none()
            {
                mapping.guess(
                    Purpose::Invoice,
                    Some(found.by),
                    "users are filled down in it".to_owned(),
                );
            }
            (
                Decided { value: true, origin: Origin::Guessed },
                Decided { value: Some(headers[found.by].clone()), origin: Origin::Guessed },
            )
        }
        _ => {
            if let Some(gaps) = seen.and_then(|seen| seen.merged)
                && options.fill_down.is_none()
                && options.join.is_none()
            {
                let words = format!(
                    "{} of {} rows have no user and stand below one that has, as merged cells do, and no column says where an order ends: they are dropped as of nobody; fill the cells in where the file comes from",
                    grouped(gaps),
                    grouped(evidence.map_or(0, |evidence| evidence.seen.rows))
                );
                grounds.doubt(Decision::FillDown, Doubt { readings: Vec::new(), words });
            }
            (fills, by)
        }
    }
}

/// Whether a column of money is a unit price or a line total.
fn price_or_total(
    headers: &[String],
    mapping: &mut Mapping,
    evidence: &Evidence,
    options: &Options,
    grounds: &mut Grounds,
) {
    let declared =
        |purpose: Purpose| options.columns[purpose].as_ref().is_some_and(|name| !name.is_empty());
    if declared(Purpose::Price) || declared(Purpose::Total) {
        return;
    }
    let Some(votes) = evidence.seen.money else { return };
    let (mine, other, purpose, opposite) =
        match (mapping.place(Purpose::Price), mapping.place(Purpose::Total)) {
            (Some(place), _) => (votes.price, votes.total, (Purpose::Price, place), Purpose::Total),
            (None, Some(place)) => {
                (votes.total, votes.price, (Purpose::Total, place), Purpose::Price)
            }
            (None, None) => return,
        };
    let (purpose, place) = purpose;
    let compared = votes.price + votes.total;
    let words = format!(
        "of {} pairs of rows with the same item and other quantities {} have the same amount and {} the same amount per unit",
        grouped(compared),
        grouped(votes.price),
        grouped(votes.total)
    );
    if compared > 0 {
        mapping.add_evidence(purpose, &words);
    }
    // Few comparisons say nothing, many that say the other say it loudly.
    const ENOUGH: u64 = 5;
    let header = &headers[place];
    if purpose == Purpose::Total
        && votes.of_order >= ENOUGH
        && votes.same_in_order * 10 >= votes.of_order * 9
    {
        let words = format!(
            "{header} is the same in all lines of an order ({} of {} lines below another): as an order's total it is added up once for each line",
            grouped(votes.same_in_order),
            grouped(votes.of_order)
        );
        let readings = vec![header.clone(), String::new()];
        grounds.doubt(Decision::Column(purpose), Doubt { readings, words });
        return;
    }
    let readings = vec![header.clone(), format!("{}={header}", opposite.name())];
    if compared >= ENOUGH && other >= 4 * mine.max(1) {
        if purpose == Purpose::Total {
            // The name only says that it is money.
            mapping.guess(Purpose::Total, None, String::new());
            mapping.guess(Purpose::Price, Some(place), format!("{header}: {words}"));
        } else {
            let words =
                format!("{header} is read as the unit price, but looks like a line total: {words}");
            grounds.doubt(Decision::Column(purpose), Doubt { readings, words });
        }
    } else if purpose == Purpose::Total
        && votes.several > 0
        && (compared < ENOUGH || mine < 4 * other.max(1))
        && !super::usual_names::says_total(header)
    {
        let words = format!(
            "{header} is read as the line total and may be a unit price ({} of {} rows hold more than one unit); {words}",
            grouped(votes.several),
            grouped(votes.rows)
        );
        grounds.doubt(Decision::Column(purpose), Doubt { readings, words });
    }
}

/// A readable name that goes with the user is that of a person, and no item's.
fn readable_name(
    headers: &[String],
    mapping: &mut Mapping,
    evidence: &Evidence,
    options: &Options,
) {
    let votes = evidence.seen.names;
    if let Some(place) = mapping.place(Purpose::Description)
        && options.columns[Purpose::Description].is_none()
        && votes.are_users()
    {
        let words = format!(
            "{} is passed over: it is the same in {} of {} other rows of a user, and in {} of {} other rows of an item",
            headers[place],
            grouped(votes.same_user),
            grouped(votes.of_user),
            grouped(votes.same_item),
            grouped(votes.of_item)
        );
        mapping.guess(Purpose::Description, None, words);
    }
}

/// A clock in a column of its own is one only where the dates have none.
fn time_and_clock(mapping: &mut Mapping, evidence: &Evidence, options: &Options) {
    if options.columns[Purpose::Clock].is_some() {
        return;
    }
    let (Some(time), Some(_)) = (mapping.place(Purpose::Time), mapping.place(Purpose::Clock))
    else {
        return;
    };
    if evidence.profiles[time].colons > 0 {
        mapping.guess(Purpose::Clock, None, String::new());
    } else {
        let place = mapping.place(Purpose::Clock);
        mapping.guess(
            Purpose::Clock,
            place,
            "the dates have no clock; this column has one".to_owned(),
        );
    }
}

/// The marks of every column of numbers: what was declared, else what the column tells, else what
/// the other columns of the file do.
fn marks(
    mapping: &Mapping,
    profiles: Option<&[Profile]>,
    table: &TableReading,
    options: &Options,
    grounds: &mut Grounds,
) -> (ByNumber<Decided<char>>, ByNumber<Decided<Option<char>>>) {
    let profile = |purpose| profiles.and_then(|all| all.get(mapping.place(purpose)?));
    let semicolons =
        table.text.as_ref().is_some_and(|text| text.separator.value == ";").then_some(true);
    let elsewhere = |purpose: Purpose| {
        let others = ByNumber::<char>::PURPOSES.into_iter().filter(|&other| other != purpose);
        let declared = others.clone().find_map(|other| options.decimal.of(other)).map(|m| m == ',');
        let told =
            others.filter_map(|other| profile(other)?.numbers.decimal_comma()).reduce(|a, b| a | b);
        declared.or(told).or(semicolons)
    };
    let told = ByNumber::<char>::PURPOSES.map(|purpose| {
        (purpose, profile(purpose).and_then(|p| p.numbers.marks(elsewhere(purpose))))
    });
    let plain = Marks { decimal: '.', thousands: None };
    // What another column shows goes for those that show nothing.
    let shown = told
        .iter()
        .find_map(|(_, told)| told.as_ref().map(|told| told.value).filter(|marks| *marks != plain));
    let parted =
        told.iter().find_map(|(_, told)| told.as_ref().and_then(|told| told.value.thousands));
    let mut decimal = ByNumber::all(Decided::usual('.'));
    let mut thousands = ByNumber::all(Decided::usual(None));
    for (purpose, told) in told {
        // Whole numbers without any mark say nothing.
        let says = told.as_ref().map(|told| told.value).filter(|marks| {
            *marks != plain
                || profile(purpose).is_some_and(|profile| profile.numbers.decimals(plain) > 0)
        });
        let mut guess = says.or(shown);
        if let Some(guess) = &mut guess
            && guess.thousands.is_none()
        {
            guess.thousands = parted.filter(|mark| *mark != guess.decimal);
        }
        let marks = Decided::by(options.decimal.of(purpose), || guess.map(|m| m.decimal), '.');
        let declared = options.thousands.of(purpose);
        let mut between = Decided::by(declared, || guess.map(|m| m.thousands), None);
        // A declared mark leaves the other place to the other mark.
        if marks.origin == Origin::Declared
            && between.origin == Origin::Guessed
            && between.value == Some(marks.value)
        {
            between = Decided::usual(None);
        }
        decimal.set(purpose, marks);
        thousands.set(purpose, between);
        let Some(told) = told else { continue };
        grounds.say(Decision::Decimal, format!("{}: {}", purpose.name(), told.evidence));
        if let Some(doubt) = told.doubt
            && options.decimal.of(purpose).is_none()
            && options.thousands.of(purpose).is_none()
        {
            grounds.doubt(Decision::Decimal, doubt);
        }
    }
    (decimal, thousands)
}

/// Which rows count, and which are cancelled.
fn rows_that_count(
    headers: &[String],
    mapping: &Mapping,
    evidence: Option<&Evidence>,
    options: &Options,
    grounds: &mut Grounds,
) -> (Decided<Vec<RowRule>>, Decided<Vec<RowRule>>) {
    let profiles = evidence.map(|evidence| evidence.profiles.as_slice());
    let told = profiles.and_then(|profiles| events::purchases_among_events(headers, profiles));
    if let Some(told) = &told {
        grounds.say(Decision::Where, told.evidence.clone());
        if let Some(doubt) = &told.doubt
            && options.counts.is_none()
        {
            grounds.doubt(Decision::Where, doubt.clone());
        }
    }
    if mapping.place(Purpose::Price).or(mapping.place(Purpose::Total)).is_some()
        && options.counts.is_none()
        && let Some(doubt) = profiles.and_then(|profiles| events::currencies(headers, profiles))
    {
        grounds.doubt(Decision::Where, doubt);
    }
    let counts = Decided::by(options.counts.clone(), || told.map(|told| told.value), Vec::new());
    if let Some(doubt) = profiles.and_then(|profiles| events::undone_orders(headers, profiles))
        && options.cancelled.is_none()
    {
        let said: Vec<&str> = counts.value.iter().map(|rule| rule.column.as_str()).collect();
        // Where a rule says which states count, nothing is left to ask of them.
        if !doubt.readings[1..]
            .iter()
            .all(|reading| said.iter().any(|column| reading.starts_with(&format!("{column}="))))
        {
            grounds.doubt(Decision::Cancelled, doubt);
        }
    }
    if options.cancelled.is_none() {
        for doubt in profiles.into_iter().flat_map(|all| events::undone_in_part(headers, all)) {
            grounds.doubt(Decision::Cancelled, doubt);
        }
    }
    let invoice = || {
        let header = &headers[mapping.place(Purpose::Invoice)?];
        let told = evidence?.seen.invoices.cancel()?;
        let rule = RowRule { column: header.clone(), prefix: true, texts: vec!["C".to_owned()] };
        grounds.say(Decision::Cancelled, told);
        Some(vec![rule])
    };
    let cancelled = Decided::by(options.cancelled.clone(), invoice, Vec::new());
    (counts, cancelled)
}

/// The units of sums. In a release they are fixed. Elsewhere as many decimals as the finest number
/// needs and four more, while the whole sum stays below 2^53, and never fewer than two.
fn units(
    mapping: &Mapping,
    evidence: Option<&Evidence>,
    options: &Options,
    decimal: &ByNumber<Decided<char>>,
    thousands: &ByNumber<Decided<Option<char>>>,
    grounds: &mut Grounds,
) -> Decided<Units> {
    let usual = Units::default();
    let guess = || {
        let evidence = evidence.filter(|_| options.purpose == Use::Trial)?;
        let decimals = |purpose: Purpose| {
            let profile = evidence.profiles.get(mapping.place(purpose)?)?;
            let marks = Marks {
                decimal: decimal.of(purpose).value,
                thousands: thousands.of(purpose).value,
            };
            Some(profile.numbers.decimals(marks))
        };
        let finest = evidence.finest;
        let quantity = decimals(Purpose::Quantity).unwrap_or(0).max(finest.quantity);
        let money = decimals(Purpose::Price).or_else(|| decimals(Purpose::Total));
        let money = money.map(|money| money.max(finest.money));
        let sums = evidence.sums.unwrap_or_default();
        let mut fitting = |what: &str, finest: u32, sum: f64| {
            let fits = |places: u32| sum * 10f64.powi(places as i32) < MOST as f64;
            let wanted = Unit::with_places(finest + 4).places();
            let places = (2..=wanted).rev().find(|&places| fits(places)).unwrap_or(2);
            if places < finest {
                let words = format!(
                    "{what} have {finest} decimals, and their sum leaves room for {places}: finer parts are rounded away, halves away from 0"
                );
                let readings = [Unit::with_places(places), Unit::default()]
                    .map(|unit| unit.to_string())
                    .to_vec();
                grounds.doubt(Decision::Unit, Doubt { readings, words });
            }
            Unit::with_places(places)
        };
        let units = Units {
            money: money.map_or(usual.money, |finest| fitting("amounts", finest, sums.money)),
            quantity: match quantity {
                0 => Unit::WHOLE,
                finest => fitting("quantities", finest, sums.quantity),
            },
        };
        if let Some(finest) = money {
            let s = if finest == 1 { "" } else { "s" };
            grounds.say(
                Decision::Unit,
                format!(
                    "sums are kept in it: the finest amount has {finest} decimal{s}, and up to four more keep a price times a \
                     quantity whole"
                ),
            );
        }
        Some(units)
    };
    let guessed = Decided::by(None, guess, usual);
    match (options.unit, options.quantity_unit) {
        (None, None) => guessed,
        (money, quantity) => Decided {
            value: Units {
                money: money.unwrap_or(guessed.value.money),
                quantity: quantity.unwrap_or(guessed.value.quantity),
            },
            origin: Origin::Declared,
        },
    }
}
