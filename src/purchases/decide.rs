//! From what is declared, what the header says and what the rows tell to a reading with its grounds.

use super::columns::Mapping;
use super::dates::DateFormat;
use super::decide_numbers::{cells_that_do_not_fit, marks, units};
use super::decided::{Decided, Origin};
use super::events;
use super::grounds::Grounds;
use super::options::{Options, RowsAre};
use super::profile::Profile;
use super::purpose::{ByPurpose, Purpose};
use super::reading::{Decision, NONE, Reading, TableReading, TextReading, UserSpelling};
use super::row_evidence::Evidence;
use super::rules::RowRule;
use super::told::{Doubt, grouped};
use crate::table::{LayoutTold, Opened};

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
                        None if opened.separator_is_of_rows() => Origin::Guessed,
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
        total_beside_price(headers, mapping, evidence, options, &mut grounds);
        one_order_each(headers, mapping, evidence, options, &mut grounds);
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
        if let Some((one, other)) = profile(mapping, Purpose::Time).and_then(Profile::zones_apart) {
            let words = format!(
                "times are in several zones ({one}, {other}): each is read as its own clock says, so that hours and days are those of the place"
            );
            grounds.doubt(Decision::DateFormat, Doubt { readings: Vec::new(), words });
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
        super::side_by_side::doubts(headers, mapping, profiles, options, &mut grounds);
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
        repeats_count: options.repeats_count,
        unit,
    };
    (reading, grounds)
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
        && !super::names_said::says_total(header)
    {
        let words = format!(
            "{header} is read as the line total and may be a unit price ({} of {} rows hold more than one unit); {words}",
            grouped(votes.several),
            grouped(votes.rows)
        );
        grounds.doubt(Decision::Column(purpose), Doubt { readings, words });
    }
}

/// Names a line total beside the price that is not what the price comes to: a tax, a discount, or a price
/// that is cut off stands between them.
fn total_beside_price(
    headers: &[String],
    mapping: &Mapping,
    evidence: &Evidence,
    options: &Options,
    grounds: &mut Grounds,
) {
    let declared =
        |purpose: Purpose| options.columns[purpose].as_ref().is_some_and(|name| !name.is_empty());
    let votes = evidence.seen.totals;
    let total = super::columns::total_beside_price(headers, mapping, &evidence.profiles);
    let (Some(price), Some(total)) = (mapping.place(Purpose::Price), total) else { return };
    let rows = evidence.seen.money.map_or(0, |money| money.rows);
    if declared(Purpose::Price) || !votes.disagree(rows) {
        return;
    }
    let words = format!(
        "{} is read as the unit price, and in {} of {} rows {} is something else than price times quantity: taxes, discounts or prices that are cut off may stand between them",
        headers[price],
        grouped(votes.differ),
        grouped(votes.rows),
        headers[total]
    );
    let readings = vec![headers[price].clone(), format!("total={}", headers[total])];
    grounds.doubt(Decision::Column(Purpose::Price), Doubt { readings, words });
}

/// Names ids of users that are new with each order: they may tell orders apart and no people.
fn one_order_each(
    headers: &[String],
    mapping: &Mapping,
    evidence: &Evidence,
    options: &Options,
    grounds: &mut Grounds,
) {
    let votes = evidence.seen.orders;
    let (Some(user), Some(order)) = (mapping.place(Purpose::User), mapping.place(Purpose::Invoice))
    else {
        return;
    };
    if options.columns[Purpose::User].is_some() || user == order || !votes.each_has_one() {
        return;
    }
    let words = format!(
        "none of {} users looked at has a second {}: {} may be made anew with each order, and then a person is as many users as orders",
        grouped(votes.users),
        headers[order],
        headers[user]
    );
    let readings = vec![headers[user].clone()];
    grounds.doubt(Decision::Column(Purpose::User), Doubt { readings, words });
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

/// Which rows count, and which are cancelled.
fn rows_that_count(
    headers: &[String],
    mapping: &Mapping,
    evidence: Option<&Evidence>,
    options: &Options,
    grounds: &mut Grounds,
) -> (Decided<Vec<RowRule>>, Decided<Vec<RowRule>>) {
    let profiles = evidence.map(|evidence| evidence.profiles.as_slice());
    let serves = |place: usize| {
        [Purpose::Quantity, Purpose::Price, Purpose::Total]
            .into_iter()
            .any(|purpose| mapping.place(purpose) == Some(place))
    };
    let serves_anything =
        |place: usize| mapping.serves_more_than(place, |purpose| purpose == Purpose::Event);
    let told = profiles
        .filter(|_| options.rows == RowsAre::Purchases)
        .and_then(|profiles| events::purchases_among_events(headers, profiles));
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
    if mapping.place(Purpose::Quantity).is_some()
        && options.counts.is_none()
        && let Some(doubt) =
            profiles.and_then(|profiles| events::units_of_quantity(headers, profiles))
    {
        grounds.doubt(Decision::Where, doubt);
    }
    if options.counts.is_none()
        && let Some(doubt) = profiles.and_then(|profiles| events::change_log(headers, profiles))
    {
        grounds.doubt(Decision::Where, doubt);
    }
    let counts = Decided::by(options.counts.clone(), || told.map(|told| told.value), Vec::new());
    if let Some(first) = evidence.and_then(|evidence| evidence.seen.subheading.as_ref())
        && options.skip_lines.is_none()
        && options.header.is_none()
    {
        let words = format!(
            "the first row ({first}) reads like a second line of the header: it is read as a row, and what its words say of the columns is not"
        );
        let readings = vec!["0".to_owned(), "1".to_owned()];
        grounds.doubt(Decision::SkipLines, Doubt { readings, words });
    }
    if let Some(evidence) = evidence
        && options.rows == RowsAre::Purchases
    {
        let all_count = options.counts.is_none() && counts.value.is_empty();
        evidence.seen.lines.doubts(headers, mapping, options, all_count, grounds);
    }
    if let Some(doubt) =
        profiles.and_then(|profiles| events::undone_orders(headers, profiles, serves_anything))
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
    if options.cancelled.is_none() && options.counts.is_none() && options.rows == RowsAre::Purchases
    {
        let said: Vec<&str> = counts.value.iter().map(|rule| rule.column.as_str()).collect();
        for doubt in profiles.into_iter().flat_map(|all| events::coded_states(headers, all)) {
            let column = doubt.readings.get(1).and_then(|reading| reading.split('=').next());
            let named = [Decision::Where, Decision::Cancelled].into_iter().any(|decision| {
                grounds.doubt_of(decision).is_some_and(|other| {
                    other.readings.iter().any(|reading| reading.split('=').next() == column)
                })
            });
            if !named && column.is_none_or(|column| !said.contains(&column)) {
                grounds.doubt(Decision::Where, doubt);
            }
        }
    }
    if options.cancelled.is_none() {
        for doubt in
            profiles.into_iter().flat_map(|all| events::undone_in_part(headers, all, serves))
        {
            grounds.doubt(Decision::Cancelled, doubt);
        }
    }
    let invoice = || {
        let header = &headers[mapping.place(Purpose::Invoice)?];
        let told = evidence?.seen.invoices.cancel()?;
        let rule = RowRule::begins_with(header, ["C".to_owned()]);
        if evidence?.seen.invoices.cancel_many() {
            let words = format!(
                "{header}: {told}; a leading C is read as cancelled, and drops more rows than are usually cancelled: say none where it means something else"
            );
            let readings = vec![rule.to_string(), NONE.to_owned()];
            grounds.doubt(Decision::Cancelled, Doubt { readings, words });
        }
        grounds.say(Decision::Cancelled, told);
        Some(vec![rule])
    };
    let cancelled = Decided::by(options.cancelled.clone(), invoice, Vec::new());
    (counts, cancelled)
}
