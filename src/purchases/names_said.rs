//! What the words of a column's name say of it, where the whole name is no usual one.

use super::name_words::{NameMeaning, says_hundredths, words_of};
use super::purpose::Purpose;
use super::question::GroupBy;
use super::usual_names::{fold, rank_of};

/// Words that stand for a purpose alone, those that do with one of a second list, and those with
/// which none of them does.
type WordsOf = (
    &'static [&'static str],
    (&'static [&'static str], &'static [&'static str]),
    &'static [&'static str],
);

const IDS: &[&str] =
    &["id", "no", "nr", "number", "num", "code", "key", "ref", "identifier", "email"];

/// Whether the words of a name say that it serves a purpose, where the whole name is no usual one.
pub(super) fn is_said_by_words(purpose: Purpose, name: &str) -> bool {
    let (alone, (first, second), never): WordsOf = match purpose {
        Purpose::User => (
            &["email", "mail"],
            (
                &[
                    "customer", "user", "buyer", "client", "member", "shopper", "visitor", "kunde",
                    "kunden", "cliente",
                ],
                IDS,
            ),
            &["seller", "store", "shop", "agent", "sales", "type", "group"],
        ),
        Purpose::Item => (
            &["sku", "asin", "ean", "upc", "isbn", "gtin"],
            (
                &["product", "item", "article", "artikel", "stock", "produkt", "variant", "goods"],
                IDS,
            ),
            &["order", "type", "group", "category"],
        ),
        Purpose::Invoice => (
            &[],
            (
                &["order", "invoice", "receipt", "basket", "transaction", "bestell", "rechnungs"],
                IDS,
            ),
            &["item", "line"],
        ),
        Purpose::Quantity => (
            &["quantity", "qty", "menge", "anzahl", "quantité", "cantidad", "quantidade"],
            (&["units", "items"], &["sold", "bought", "ordered", "purchased"]),
            &[
                "refunded",
                "returned",
                "available",
                "remaining",
                "shipped",
                "cancelled",
                "stock",
                "min",
                "max",
            ],
        ),
        Purpose::Price => (
            &[],
            (
                &["unit", "item", "product", "selling", "sale", "each", "retail"],
                &["price", "cost", "preis"],
            ),
            &["total", "line", "compare", "discount", "tax", "shipping", "old", "original", "list"],
        ),
        Purpose::Time => (
            &["date", "timestamp", "datetime", "datum"],
            (&["purchased", "ordered", "bought", "created"], &["at", "on", "time"]),
            &[
                "birth",
                "ship",
                "shipped",
                "shipping",
                "deliver",
                "delivery",
                "delivered",
                "due",
                "updated",
                "modified",
                "expiry",
                "registration",
                "registered",
                "signup",
                "first",
                "last",
                "review",
                "cancel",
                "cancelled",
                "return",
                "refund",
                "estimated",
                "end",
                "paid",
                "payment",
            ],
        ),
        Purpose::Category => (&["category", "kategorie", "categoria"], (&[], &[]), &["id", "code"]),
        Purpose::Country => (&["country", "land"], (&[], &[]), &[]),
        Purpose::Total
        | Purpose::Description
        | Purpose::Clock
        | Purpose::Event
        | Purpose::Group => return false,
    };
    // What is in hundredths would be a hundred times too much.
    if matches!(purpose, Purpose::Price | Purpose::Total) && says_hundredths(name) {
        return false;
    }
    let words = words_of(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    !has(never) && (has(alone) || has(first) && has(second))
}

/// Whether a name that sounds like a purpose says what is something else: what lies in store, when a file was
/// written.
pub(super) fn says_something_else(purpose: Purpose, name: &str) -> bool {
    let others: &[&str] = match purpose {
        Purpose::Quantity => &[
            "stock",
            "inventory",
            "pack",
            "box",
            "carton",
            "warehouse",
            "hand",
            "available",
            "backorder",
            "lager",
            "bestand",
            "reorder",
        ],
        Purpose::Time => &[
            "export",
            "exported",
            "extract",
            "extracted",
            "report",
            "download",
            "downloaded",
            "sync",
            "synced",
            "import",
            "imported",
            "load",
            "loaded",
            "etl",
            "snapshot",
        ],
        _ => return false,
    };
    words_of(name).iter().any(|word| others.contains(&word.as_str()))
}

/// Whether a name says by itself that it is of a whole line.
pub(super) fn says_total(name: &str) -> bool {
    let meaning = NameMeaning::of(name);
    let name = fold(name);
    ["total", "line", "gesamt", "zeilen", "extended", "小计", "总"]
        .iter()
        .any(|word| name.contains(word))
        || meaning.is_some_and(|meaning| meaning.says_total())
}

/// Whether a name says that whole numbers in it are no quantities: an id, a day, a place in a list.
pub(super) fn says_other(name: &str) -> bool {
    const OTHERS: [&str; 42] = [
        "id",
        "ids",
        "key",
        "code",
        "index",
        "idx",
        "row",
        "line",
        "seq",
        "sequence",
        "rank",
        "position",
        "age",
        "year",
        "month",
        "day",
        "week",
        "weekday",
        "hour",
        "quarter",
        "dow",
        "rating",
        "stars",
        "score",
        "review",
        "installments",
        "discount",
        "tax",
        "zip",
        "postal",
        "store",
        "shop",
        "cluster",
        "segment",
        "level",
        "class",
        "group",
        "type",
        "status",
        "flag",
        "visit",
        "session",
    ];
    let words = words_of(name);
    words.iter().any(|word| OTHERS.contains(&word.as_str()))
        || OTHERS.contains(&fold(name).as_str())
        || NameMeaning::of(name).is_some_and(|meaning| meaning.is_no_number())
}

/// Whether a name may be that of a quantity as well as of money.
pub(super) fn says_amount(name: &str) -> bool {
    const NAMES: [&str; 17] = [
        "amount",
        "amt",
        "count",
        "pieces",
        "pcs",
        "number",
        "volume",
        "units",
        "num",
        "nb",
        "nbr",
        "numitems",
        "noofitems",
        "numberofitems",
        "numbought",
        "numberofunits",
        "noofunits",
    ];
    NAMES.contains(&fold(name).as_str())
}

/// Whether a name is one that columns usually have: that of some purpose, of a grouping, or of keys
/// in general.
pub fn is_usual_header(name: &str) -> bool {
    const OTHERS: [&str; 8] = ["key", "keys", "group", "groups", "id", "code", "name", "rank"];
    let folded = fold(name);
    OTHERS.contains(&folded.as_str())
        || GroupBy::ALL
            .iter()
            .any(|group| folded == fold(group.name()) || folded == fold(group.plural()))
        || Purpose::ALL
            .iter()
            .any(|&purpose| rank_of(purpose, name).is_some() || is_said_by_words(purpose, name))
}
