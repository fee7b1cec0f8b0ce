//! Columns that say what kind of row it is: events of which some are purchases, orders of which
//! some were cancelled.

use super::name_words::words_of;
use super::profile::Profile;
use super::rules::RowRule;
use super::state_words::{
    DOCUMENTS, FLAGS, KEPT_FLAGS, MAYBE, NO, YES, is_other_event, is_purchase, is_undone,
    undoes_by_its_start,
};
use super::told::{Doubt, Told, grouped};
use super::usual_names::fold;
use crate::table::TextColumn;

/// More texts than these are no kinds.
const MOST_KINDS: usize = 60;

/// The texts of a column of kinds, most frequent first.
fn kinds(profile: &Profile) -> Option<Vec<(&str, u64)>> {
    profile.texts().filter(|texts| (1..=MOST_KINDS).contains(&texts.len()))
}

/// Whether a column holds few enough texts to be kinds of events.
pub(super) fn holds_kinds(profile: &Profile) -> bool {
    kinds(profile).is_some()
}

/// Whether words for events stand in a column: at least one that is no purchase.
pub(super) fn holds_events(profile: &Profile) -> bool {
    kinds(profile).is_some_and(|kinds| kinds.iter().any(|(text, _)| is_other_event(text)))
}

fn counted(kinds: &[(&str, u64)]) -> String {
    const SHOWN: usize = 5;
    let mut said: Vec<String> =
        kinds.iter().take(SHOWN).map(|(text, rows)| format!("{} {text}", grouped(*rows))).collect();
    if kinds.len() > SHOWN {
        said.push(format!("{} more kinds", kinds.len() - SHOWN));
    }
    said.join(", ")
}

/// Which rows of an event log are purchases: told where a column plainly holds purchases beside
/// other events; where it holds events and no word for a purchase is known, nothing is taken and
/// the kinds are named.
pub(super) fn purchases_among_events(
    headers: &[String],
    profiles: &[Profile],
) -> Option<Told<Vec<RowRule>>> {
    for (header, profile) in headers.iter().zip(profiles) {
        let Some(kinds) = kinds(profile) else { continue };
        // Numbers, or words that nobody knows, are events where the name says so.
        let words = words_of(header);
        let names_events = (2..=20).contains(&kinds.len())
            && ["event", "action", "behavior", "behaviour"]
                .iter()
                .any(|w| words.iter().any(|word| word == w));
        if !kinds.iter().any(|(text, _)| is_other_event(text)) && !names_events {
            continue;
        }
        let bought: Vec<&(&str, u64)> =
            kinds.iter().filter(|(text, _)| is_purchase(text)).collect();
        let evidence = format!("{header} holds {}", counted(&kinds));
        if bought.is_empty() {
            // Other columns may hold such words by chance; the name says that these are events.
            let name = fold(header);
            if !["event", "action", "behavio", "interaction", "activity"]
                .iter()
                .any(|word| name.contains(word))
            {
                continue;
            }
            let readings = std::iter::once("none".to_owned())
                .chain(kinds.iter().map(|(text, _)| format!("{header}={text}")))
                .collect();
            let words = format!(
                "{header} holds events ({}), and none is plainly a purchase: all rows count until you say which do",
                counted(&kinds)
            );
            return Some(Told {
                value: Vec::new(),
                evidence,
                doubt: Some(Doubt { readings, words }),
            });
        }
        let rule = RowRule::is_one_of(header, bought.iter().map(|(text, _)| (*text).to_owned()));
        let doubt = (bought.len() > 1).then(|| Doubt {
            readings: std::iter::once(rule.to_string())
                .chain(bought.iter().map(|(text, _)| format!("{header}={text}")))
                .collect(),
            words: format!(
                "several events of {header} may be purchases and all of them count: {}",
                bought
                    .iter()
                    .map(|(text, rows)| format!("{} {text}", grouped(*rows)))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        });
        return Some(Told { value: vec![rule], evidence, doubt });
    }
    None
}

/// Names of columns in which words that undo say something of a shop's rules, or of people.
fn says_rules(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "policy",
        "returning",
        "returnable",
        "refundable",
        "subscription",
        "reason",
        "lieferung",
        "customer",
        "kunde",
        "client",
        "comment",
        "note",
        "remark",
        "bemerk",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a few of a column's rows are plainly undone by its words, which are few.
fn tells_undone(name: &str, kinds: &[(&str, u64)]) -> bool {
    const MOST: usize = 12;
    let all: u64 = kinds.iter().map(|(_, rows)| rows).sum();
    let undone: u64 =
        kinds.iter().filter(|(text, _)| undoes_by_its_start(text)).map(|(_, rows)| rows).sum();
    (2..=MOST).contains(&kinds.len())
        && !says_rules(name)
        && undone > 0
        && undone * 2 <= all
        && kinds.iter().all(|(text, _)| text.chars().count() <= 30)
}

/// Whether a column says by yes and no, and by its name, that rows are undone.
fn is_flag_by_words(name: &str, kinds: &[(&str, u64)]) -> bool {
    let is_answer = |text: &str| {
        let text = fold(text);
        YES.contains(&text.as_str()) || NO.contains(&text.as_str())
    };
    let counts = ["qty", "quantity", "amount", "units", "count", "menge", "anzahl"];
    !says_rules(name)
        && !counts.iter().any(|word| name.contains(word))
        && undoes_by_its_start(name)
        && kinds.iter().all(|(text, _)| is_answer(text))
}

/// Rows that an order's state says are undone, which count until somebody says otherwise.
pub(super) fn undone_orders(
    headers: &[String],
    profiles: &[Profile],
    serves: impl Fn(usize) -> bool,
) -> Option<Doubt> {
    let mut readings = Vec::new();
    let mut said = Vec::new();
    for (place, (header, profile)) in headers.iter().zip(profiles).enumerate() {
        let Some(kinds) = kinds(profile) else { continue };
        let name = fold(header);
        let is_state = [
            "status",
            "state",
            "zustand",
            "estado",
            "statut",
            "situa",
            "状态",
            "fulfil",
            "fulfillment",
            "type",
            "typ",
            "kind",
            "payment",
            "movement",
            "belegart",
            "vorgang",
            "bewegung",
            "buchungsart",
            "положение",
            "статус",
            "состояние",
            "ステータス",
            "状況",
            "状態",
            "상태",
            "durum",
            "trạngthái",
            "tila",
            "stav",
        ]
        .iter()
        .any(|word| name.contains(word));
        let is_document = [
            "doc",
            "beleg",
            "movement",
            "voucher",
            "vorgang",
            "bewegung",
            "buchung",
            "transtype",
            "transactiontype",
            "trxtype",
            "ordertype",
            "salestype",
            "invoicetype",
            "type",
        ]
        .iter()
        .any(|word| name.contains(word) && name != "paymenttype");
        let says_kept = KEPT_FLAGS.contains(&name.as_str());
        // A few words of which some plainly undo, whatever the column is called.
        let is_state = is_state || !serves(place) && tells_undone(&name, &kinds);
        let is_flag = FLAGS.contains(&name.as_str()) || is_flag_by_words(&name, &kinds);
        let undone: Vec<&(&str, u64)> = kinds
            .iter()
            .filter(|(text, _)| {
                let undone = is_undone(text);
                let text = fold(text);
                is_state && undone
                    || is_document && DOCUMENTS.contains(&text.as_str())
                    || is_flag && (YES.contains(&text.as_str()) || undone && kinds.len() <= 3)
                    || says_kept && NO.contains(&text.as_str())
            })
            .collect();
        // A flag of ones alone is no flag, unless other rows are empty.
        let is_everywhere = undone.len() == kinds.len() && profile.filled == profile.rows;
        // Nor does a state that every order has tell any of them apart, unless it is plainly the end.
        let is_plain = undone.iter().any(|(text, _)| !MAYBE.contains(&fold(text).as_str()));
        if undone.is_empty() || is_everywhere && !(is_state && is_plain) {
            continue;
        }
        let rule = RowRule::is_one_of(header, undone.iter().map(|(text, _)| (*text).to_owned()));
        let rows: u64 = undone.iter().map(|(_, rows)| rows).sum();
        said.push(format!("{} of {} rows have {rule}", grouped(rows), grouped(profile.rows)));
        readings.push(rule.to_string());
    }
    (!readings.is_empty()).then(|| Doubt {
        readings: std::iter::once("none".to_owned()).chain(readings).collect(),
        words: format!(
            "{}, and count as purchases until you say that they are cancelled",
            said.join("; ")
        ),
    })
}

/// Columns that say by an amount or a day that a row was undone, in part perhaps: `refund_amount`
/// above 0, `cancelled_at` that is filled. Such rows count until somebody says otherwise.
pub(super) fn undone_in_part(
    headers: &[String],
    profiles: &[Profile],
    serves: impl Fn(usize) -> bool,
) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (place, (header, profile)) in headers.iter().zip(profiles).enumerate() {
        // What is read as the quantity or the price is no amount beside it.
        if serves(place) {
            continue;
        }
        let name = fold(header);
        let stems = [
            "cancel",
            "refund",
            "return",
            "storn",
            "void",
            "chargeback",
            "erstatt",
            "rembours",
            "reembols",
            "delet",
            "remov",
            "reversed",
            "gelösch",
            "annul",
            "anul",
        ];
        if !stems.iter().any(|stem| name.contains(stem))
            || says_rules(&name) && !name.contains("reason")
            || profile.filled == 0
        {
            continue;
        }
        let is_id = words_of(header).last().is_some_and(|end| {
            ["id", "number", "no", "nr", "reason"].contains(&end.as_str()) && *end != name
        });
        // Where few rows have one, those are undone.
        if is_id && profile.filled > 0 && profile.filled * 2 <= profile.rows {
            let mut firsts: Vec<String> = profile
                .texts()
                .into_iter()
                .flatten()
                .filter_map(|(text, _)| text.chars().next().map(String::from))
                .filter(|first| first != "," && first != "=")
                .collect();
            firsts.sort_unstable();
            firsts.dedup();
            // More than a thousand are not kept.
            let readings = match firsts.is_empty() {
                true => Vec::new(),
                false => {
                    vec!["none".to_owned(), RowRule::begins_with(header, firsts).to_string()]
                }
            };
            doubts.push(Doubt {
                readings,
                words: format!(
                    "{} of {} rows have a {header}, and count as purchases until you say that they are cancelled",
                    grouped(profile.filled),
                    grouped(profile.rows)
                ),
            });
            continue;
        }
        if profile.date_share() >= 0.8 && profile.number_share() < 0.5 {
            if profile.filled == profile.rows {
                continue;
            }
            let digits: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
            let rule = RowRule::begins_with(header, digits);
            doubts.push(Doubt {
                readings: vec!["none".to_owned(), rule.to_string()],
                words: format!(
                    "{} of {} rows have a {header}, and count as purchases until you say that they are cancelled",
                    grouped(profile.filled),
                    grouped(profile.rows)
                ),
            });
        } else if profile.number_share() >= 0.8 && !is_id && !FLAGS.contains(&name.as_str()) {
            let above: u64 = profile.numbers.not_zero();
            if above > 0 {
                doubts.push(Doubt {
                    readings: Vec::new(),
                    words: format!(
                        "{} of {} rows have a {header} that is not 0, and count as whole purchases",
                        grouped(above),
                        grouped(profile.rows)
                    ),
                });
            }
        }
    }
    doubts
}

/// Codes of currencies (ISO 4217), by which a column of them is known whatever it is called.
const CURRENCIES: [&str; 40] = [
    "EUR", "USD", "GBP", "JPY", "CHF", "AUD", "CAD", "CNY", "RMB", "HKD", "NZD", "SEK", "NOK",
    "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "INR", "PKR", "IDR",
    "MYR", "SGD", "THB", "PHP", "VND", "KRW", "TWD", "BRL", "MXN", "ARS", "CLP", "COP", "ZAR",
    "AED",
];

/// Whether a name, folded, is that of a currency.
fn is_currency_name(name: &str) -> bool {
    ["currency", "währung", "waehrung", "devise", "moneda", "moeda", "币种", "货币"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether kinds are codes of currencies, all of them.
fn are_currencies(kinds: &[(&str, u64)]) -> bool {
    kinds.iter().all(|(text, _)| CURRENCIES.contains(&text.to_uppercase().as_str()))
}

/// Names, folded, of columns that hold the units of quantities.
const UNIT_NAMES: [&str; 18] = [
    "uom",
    "unit",
    "units",
    "unitofmeasure",
    "measureunit",
    "salesunit",
    "qtyunit",
    "quantityunit",
    "unitcode",
    "einheit",
    "mengeneinheit",
    "me",
    "vrkme",
    "meins",
    "unité",
    "unidad",
    "unidade",
    "单位",
];

/// Names, folded, of columns that tell sorts of rows apart, in codes perhaps.
const STATE_NAMES: [&str; 17] = [
    "status",
    "orderstatus",
    "paymentstatus",
    "statusid",
    "statuscode",
    "state",
    "orderstate",
    "type",
    "transtype",
    "trantype",
    "transactiontype",
    "trxtype",
    "ordertype",
    "salestype",
    "recordtype",
    "linetype",
    "authorizedflag",
];

/// Quantities in several units that stand in a column of their own, which are added up as if they were one.
pub(super) fn units_of_quantity(headers: &[String], profiles: &[Profile]) -> Option<Doubt> {
    headers.iter().zip(profiles).find_map(|(header, profile)| {
        let is_word = |text: &str| {
            text.chars().count() <= 12 && !text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let kinds = kinds(profile).filter(|kinds| {
            UNIT_NAMES.contains(&fold(header).as_str())
                && (2..=20).contains(&kinds.len())
                && kinds.iter().all(|(text, _)| is_word(text))
        })?;
        let readings = std::iter::once("none".to_owned())
            .chain(kinds.iter().map(|(text, _)| format!("{header}={text}")))
            .collect();
        let words = format!(
            "quantities are in several units ({}), and are added up as if they were one until you say which rows count",
            counted(&kinds)
        );
        Some(Doubt { readings, words })
    })
}

/// Codes of one to three signs in a column whose name says that it tells sorts of rows apart: which of them are
/// purchases cannot be told.
pub(super) fn coded_states(headers: &[String], profiles: &[Profile]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (header, profile) in headers.iter().zip(profiles) {
        let name = fold(header);
        let is_flag = FLAGS.contains(&name.as_str())
            || ["void", "reversal", "loevm", "storno"].iter().any(|word| name.contains(word));
        if !STATE_NAMES.contains(&name.as_str()) && !is_flag {
            continue;
        }
        let Some(kinds) = kinds(profile).filter(|kinds| kinds.len() <= 9) else { continue };
        // A flag that stands in some rows only says something of these.
        let tells = kinds.len() > 1 || is_flag && profile.filled < profile.rows;
        let is_code = |text: &str| text.chars().count() <= 3 && fold(text) != "ok";
        if !tells || !kinds.iter().all(|(text, _)| is_code(text)) {
            continue;
        }
        // `CA`, `NY`: the states of a country.
        let is_region =
            |text: &str| text.len() >= 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if name == "state" && kinds.iter().all(|(text, _)| is_region(text)) {
            continue;
        }
        let readings = std::iter::once("none".to_owned())
            .chain(kinds.iter().map(|(text, _)| format!("{header}={text}")))
            .collect();
        let words = format!(
            "{header} holds codes ({}) that may tell purchases from others: all rows count until you say which do, or which are cancelled",
            counted(&kinds)
        );
        doubts.push(Doubt { readings, words });
    }
    doubts
}

/// A log of changes, in which a row that was changed or deleted stands there again.
pub(super) fn change_log(headers: &[String], profiles: &[Profile]) -> Option<Doubt> {
    const NAMES: [&str; 9] = [
        "op",
        "operation",
        "oper",
        "optype",
        "operationtype",
        "changetype",
        "rowkind",
        "dmlop",
        "cdcop",
    ];
    const CHANGES: [&str; 12] = [
        "u",
        "d",
        "update",
        "delete",
        "updated",
        "deleted",
        "upd",
        "del",
        "updatebefore",
        "updateafter",
        "preimage",
        "postimage",
    ];
    const OTHERS: [&str; 9] =
        ["i", "c", "r", "insert", "create", "read", "inserted", "created", "snapshot"];
    headers.iter().zip(profiles).find_map(|(header, profile)| {
        let kinds = kinds(profile).filter(|_| NAMES.contains(&fold(header).as_str()))?;
        let is = |words: &[&str], text: &str| words.contains(&fold(text).as_str());
        let changes: u64 =
            kinds.iter().filter(|(text, _)| is(&CHANGES, text)).map(|(_, rows)| rows).sum();
        let all = kinds.iter().all(|(text, _)| is(&CHANGES, text) || is(&OTHERS, text));
        let words = format!(
            "{header} says that the file is a log of changes ({}): rows that were changed or deleted stand there again, and each counts until you say which rows count",
            counted(&kinds)
        );
        let readings = std::iter::once("none".to_owned())
            .chain(kinds.iter().map(|(text, _)| format!("{header}={text}")))
            .collect();
        (all && changes > 0).then_some(Doubt { readings, words })
    })
}

/// Amounts in several currencies, which are added up as if they were one.
pub(super) fn currencies(headers: &[String], profiles: &[Profile]) -> Option<Doubt> {
    headers.iter().zip(profiles).find_map(|(header, profile)| {
        let name = fold(header);
        let kinds = kinds(profile)
            .filter(|kinds| kinds.len() > 1 && (is_currency_name(&name) || are_currencies(kinds)))?;
        let readings = std::iter::once("none".to_owned())
            .chain(kinds.iter().map(|(text, _)| format!("{header}={text}")))
            .collect();
        let words = format!(
            "amounts are in several currencies ({}), and are added up as if they were one until you say which rows count",
            counted(&kinds)
        );
        Some(Doubt { readings, words })
    })
}

/// Columns in which later rows may hold kinds that the first ones did not: their places.
pub(super) fn watched(headers: &[String], profiles: &[Profile]) -> Vec<usize> {
    let is_kind = |text: &str| is_purchase(text) || is_other_event(text) || is_undone(text);
    (0..headers.len())
        .filter(|&place| {
            let name = fold(&headers[place]);
            profiles.get(place).and_then(kinds).is_some_and(|kinds| {
                name.contains("status")
                    || is_currency_name(&name)
                    || are_currencies(&kinds)
                    || UNIT_NAMES.contains(&name.as_str())
                    || STATE_NAMES.contains(&name.as_str())
                    || FLAGS.contains(&name.as_str())
                    || KEPT_FLAGS.contains(&name.as_str())
                    || kinds.iter().any(|(text, _)| is_kind(text))
            })
        })
        .collect()
}

/// What invoices look like, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct InvoiceCounts {
    /// C and digits.
    cancelled: u64,
    /// Digits alone.
    plain: u64,
    other: u64,
}

/// What one invoice looks like; none that is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvoiceKind {
    Cancelled,
    Plain,
    Other,
}

impl InvoiceKind {
    pub fn of(text: &str) -> Option<Self> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let text = text.trim();
        match text.strip_prefix(['C', 'c']) {
            Some(rest) if digits(rest) => Some(Self::Cancelled),
            _ if digits(text) => Some(Self::Plain),
            _ if text.is_empty() => None,
            _ => Some(Self::Other),
        }
    }
}

impl InvoiceCounts {
    pub fn of(column: &TextColumn) -> Self {
        let kinds: Vec<_> = column.names.iter().map(|text| InvoiceKind::of(text)).collect();
        let kind = |&code: &u32| kinds.get(code as usize).copied().flatten();
        Self::of_rows(column.codes.iter().map(kind))
    }

    pub fn of_rows(kinds: impl Iterator<Item = Option<InvoiceKind>>) -> Self {
        let mut counts = Self::default();
        for kind in kinds {
            match kind {
                Some(InvoiceKind::Cancelled) => counts.cancelled += 1,
                Some(InvoiceKind::Plain) => counts.plain += 1,
                Some(InvoiceKind::Other) => counts.other += 1,
                None => {}
            }
        }
        counts
    }

    /// Whether more rows are cancelled by the rule than shops usually have: the C may be another sign.
    pub fn cancel_many(&self) -> bool {
        self.cancelled * 4 >= self.plain
    }

    pub fn add(&mut self, other: &Self) {
        self.cancelled += other.cancelled;
        self.plain += other.plain;
        self.other += other.other;
    }

    /// The rule of Online Retail's invoices, with what speaks for it: a leading C and digits
    /// cancels, where all others are digits alone (but for one in a thousand). Where no others are
    /// the C tells nothing apart.
    pub fn cancel(&self) -> Option<String> {
        let Self { cancelled, plain, other } = *self;
        let holds = cancelled > 0 && plain > 0 && other.saturating_mul(1_000) <= plain;
        holds.then(|| {
            format!(
                "{} are C and digits, {} digits alone, {} anything else",
                grouped(cancelled),
                grouped(plain),
                grouped(other)
            )
        })
    }
}
