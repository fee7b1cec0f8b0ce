//! Decisions about numbers: their marks, the units that sums are kept in, and cells that fit none.

use super::columns::Mapping;
use super::dates::DateFormat;
use super::decided::{Decided, Origin};
use super::grounds::Grounds;
use super::marks::ByNumber;
use super::options::{Options, Use};
use super::profile::Profile;
use super::purpose::Purpose;
use super::reading::{Decision, TableReading};
use super::row_evidence::{Evidence, MOST};
use super::told::{Doubt, grouped};
use super::unit::{Unit, Units};
use super::values::Marks;

/// Names columns of which many cells are not what they are read as, amounts in several currencies,
/// and a column of whole numbers that may be the quantity.
pub(super) fn cells_that_do_not_fit(
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
        // One in a hundred; fewer stand among the rows that were dropped.
        if amiss >= 3 && amiss * 100 >= of || amiss > 0 && amiss * 20 >= of {
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
        let empty = profile.rows - profile.filled;
        if !is_time
            && empty >= 5
            && empty * 20 >= profile.rows
            && grounds.doubt_of(Decision::Column(purpose)).is_none()
        {
            let words = format!(
                "{} of {} rows have no {}, and are left out of what is added up of it",
                grouped(empty),
                grouped(profile.rows),
                headers[place]
            );
            let readings = vec![headers[place].clone(), String::new()];
            grounds.doubt(Decision::Column(purpose), Doubt { readings, words });
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
        // What is sold by weight is said in kilograms; other units are a thousand times, or a dozen, off.
        const FINE: [&str; 12] =
            ["g", "gr", "mg", "ml", "cl", "dozen", "doz", "dz", "dutzend", "gross", "mm", "cm"];
        if let [unit] = units
            && without == 0
            && purpose == Purpose::Quantity
            && FINE.contains(&unit.as_str())
        {
            let words = format!(
                "every number of {} is in {unit}, and is read as it stands: bounds and sums are in {unit}, too",
                headers[place]
            );
            let readings = vec![headers[place].clone(), String::new()];
            grounds.doubt(Decision::Column(purpose), Doubt { readings, words });
        }
        let currencies = profile.currencies();
        if matches!(purpose, Purpose::Price | Purpose::Total) && currencies.len() > 1 {
            let words = format!(
                "amounts of {} are in several currencies ({}), and are added up as if they were one",
                headers[place],
                currencies.join(", ")
            );
            grounds.doubt(Decision::Column(purpose), Doubt { readings: Vec::new(), words });
        }
    }
    if options.columns[Purpose::Price].is_none() {
        priced_by_many(headers, mapping, evidence, grounds);
    }
    items_by_name(headers, mapping, evidence, options, grounds);
    if mapping.place(Purpose::Quantity).is_none() && options.columns[Purpose::Quantity].is_none() {
        let paid = mapping.place(Purpose::Price).or(mapping.place(Purpose::Total));
        let found = (0..headers.len()).find(|&place| {
            let profile = &evidence.profiles[place];
            let header = &headers[place];
            let said = super::names_said::says_amount(header);
            let is_like_one = holds_counts(profile)
                && !super::names_said::says_other(header)
                && (paid.is_some() || counts_fall(profile));
            !mapping.serves(place)
                && profile.number_share() >= 0.8
                && profile.decimals() == 0
                && (said && paid.is_some() || is_like_one)
        });
        if let Some(place) = found {
            let beside = match (paid, mapping.place(Purpose::Price)) {
                (None, _) => "",
                (_, Some(_)) => " beside a price",
                (_, None) => " beside an amount",
            };
            let words = format!(
                "{} holds whole numbers{beside} and may be the quantity; without one each row counts 1",
                headers[place],
            );
            let readings = vec![String::new(), headers[place].clone()];
            grounds.doubt(Decision::Column(Purpose::Quantity), Doubt { readings, words });
        }
    }
}

/// Whether 1 is its most frequent number and 2 the next, and hardly a cell is none above 0: what
/// is said of quantities beside which no amount stands.
fn counts_fall(profile: &Profile) -> bool {
    let Some(texts) = profile.texts() else { return false };
    let rows = |number: i64| -> u64 {
        let of = |text: &str| text.trim_end_matches(".0").parse() == Ok(number);
        texts.iter().filter(|(text, _)| of(text)).map(|(_, rows)| rows).sum()
    };
    let (one, two, three) = (rows(1), rows(2), rows(3));
    let above: u64 = texts
        .iter()
        .filter(|(text, _)| text.trim_end_matches(".0").parse::<i64>().is_ok_and(|n| n > 0))
        .map(|(_, rows)| rows)
        .sum();
    one * 4 >= profile.filled
        && one > two
        && two > three
        && three > 0
        && above * 50 >= profile.filled * 49
}

/// Whether a column holds what quantities look like: small whole numbers, 1 and 2 among them,
/// none of them 0 in most rows.
fn holds_counts(profile: &Profile) -> bool {
    let Some(texts) = profile.texts() else { return false };
    let number = |text: &str| text.trim_end_matches(".0").parse::<i64>().ok();
    let small: u64 = texts
        .iter()
        .filter(|(text, _)| number(text).is_some_and(|number| (1..=100).contains(&number)))
        .map(|(_, rows)| rows)
        .sum();
    let has = |wanted: i64| texts.iter().any(|(text, _)| number(text) == Some(wanted));
    // A flag has no 2, an index no number twice.
    has(1)
        && has(2)
        && small * 10 >= profile.filled * 9
        && profile.distinct() as u64 * 2 <= profile.filled
}

/// Names a column that says of how many units a price is, where these are more than one.
fn priced_by_many(
    headers: &[String],
    mapping: &Mapping,
    evidence: &Evidence,
    grounds: &mut Grounds,
) {
    const NAMES: [&str; 10] = [
        "priceunit",
        "pricingunit",
        "priceper",
        "pricebasis",
        "pricequantity",
        "preiseinheit",
        "preisbasis",
        "kpein",
        "peinh",
        "unitéprix",
    ];
    let Some(price) = mapping.place(Purpose::Price) else { return };
    for (header, profile) in headers.iter().zip(&evidence.profiles) {
        if !NAMES.contains(&super::usual_names::fold(header).as_str()) {
            continue;
        }
        let many = |text: &str| text.parse::<f64>().is_ok_and(|units| units > 1.0);
        let Some(texts) = profile.texts() else { continue };
        let found: Vec<&(&str, u64)> = texts.iter().filter(|(text, _)| many(text)).collect();
        let Some((units, _)) = found.first() else { continue };
        let rows: u64 = found.iter().map(|(_, rows)| rows).sum();
        let words = format!(
            "{header} says of {} of {} rows that {} is that of {units} units or another number of them: it is added up as that of one",
            grouped(rows),
            grouped(profile.rows),
            headers[price]
        );
        let readings = vec![headers[price].clone(), String::new()];
        grounds.doubt(Decision::Column(Purpose::Price), Doubt { readings, words });
    }
}

/// Names rows without an item that have its name: they are dropped.
fn items_by_name(
    headers: &[String],
    mapping: &Mapping,
    evidence: &Evidence,
    options: &Options,
    grounds: &mut Grounds,
) {
    let (Some(item), Some(name)) =
        (mapping.place(Purpose::Item), mapping.place(Purpose::Description))
    else {
        return;
    };
    let (items, names) = (&evidence.profiles[item], &evidence.profiles[name]);
    let without = items.rows - items.filled;
    if options.columns[Purpose::Item].is_none()
        && without >= 3
        && without * 100 >= items.rows
        && (names.rows - names.filled) * 4 <= without
    {
        let words = format!(
            "{} of {} rows have no {} and are dropped, but have a {}: it may say better what was bought",
            grouped(without),
            grouped(items.rows),
            headers[item],
            headers[name]
        );
        let readings = vec![headers[item].clone(), headers[name].clone()];
        grounds.doubt(Decision::Column(Purpose::Item), Doubt { readings, words });
    }
}

/// The marks of every column of numbers: what was declared, else what the column tells, else what
/// the other columns of the file do.
pub(super) fn marks(
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

/// The units of sums. In a release they are fixed. Elsewhere as many decimals as the finest number
/// needs and four more, while the whole sum stays below 2^53, and never fewer than two.
pub(super) fn units(
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
