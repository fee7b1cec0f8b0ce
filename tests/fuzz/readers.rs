//! Readers: damaged purchase files, under every option, for trials and for releases.

use std::ffi::OsString;
use std::fs;

use epsiloscope::contribution::{Bounds, Pairs};
use epsiloscope::purchases::{
    ByNumber, Cleaning, CleaningReport, ColumnChoice, DateFormat, GroupBy, Input, Measure, Options,
    Purchases, Question, Reason, RowRule, Unit, Use, UserSpelling, read,
};
use epsiloscope::table::Separator;

use crate::campaign::{End, Lot, assert_sentence, campaign, mutated};
use crate::program::{run, word, words};
use crate::tables::damaged;

const ENCODINGS: &[&str] = &[
    "utf-8",
    "windows-1252",
    "iso-8859-15",
    "utf-16le",
    "utf-16be",
    "shift_jis",
    "gbk",
    "iso-2022-jp",
    "koi8-r",
    "x",
];
const SPELLINGS: &[&str] = &["iso", "day-first", "month-first", "%d.%m.%Y", "%Y%m%d", "%s", "%H"];
/// Commands that read; those that answer most files more often.
const COMMANDS: &[&str] = &[
    "inspect",
    "inspect",
    "sweep",
    "sweep",
    "release",
    "release",
    "explore",
    "explore",
    "recommend",
    "compare",
];
const UNITS: &[&str] = &["1", "0.1", "0.01", "0.0001", "0.000001"];
const RULES: &[&str] =
    &["invoice^=C", "country=uk", "qty^=-", "InvoiceNo^=c", "quantity=1", "nowhere=x"];
const COLUMNS: &[&str] =
    &["", "user", "item", "Quantity", "price", "UnitPrice", "date", "Country", "nowhere", "qty"];

fn perhaps<T>(lot: &mut Lot, one: impl FnOnce(&mut Lot) -> T) -> Option<T> {
    if lot.once_in(3) { Some(one(lot)) } else { None }
}

fn options(lot: &mut Lot) -> Options {
    let column =
        |lot: &mut Lot| if lot.once_in(60) { Some((*lot.pick(COLUMNS)).to_owned()) } else { None };
    Options {
        purpose: *lot.pick(&[
            Use::Trial,
            Use::Release { adopt_guesses: false },
            Use::Release { adopt_guesses: true },
        ]),
        columns: ColumnChoice::each(|_| column(lot)),
        encoding: if lot.once_in(6) { Some((*lot.pick(ENCODINGS)).to_owned()) } else { None },
        separator: if lot.once_in(20) {
            Separator::parse(lot.pick::<&str>(&[
                ",",
                ";",
                "tab",
                "|",
                "space",
                "::",
                "blanks",
                ", ",
                "columns=1,6,12",
            ]))
        } else {
            None
        },
        line_breaks: perhaps(lot, |lot| lot.once_in(2)),
        date_format: perhaps(lot, |lot| DateFormat::parse(lot.pick::<&str>(SPELLINGS)).ok())
            .flatten(),
        decimal: ByNumber::all(perhaps(lot, |lot| *lot.pick(&['.', ',']))),
        thousands: ByNumber::all(perhaps(lot, |lot| {
            *lot.pick(&[None, Some(','), Some('.'), Some('\''), Some('\u{a0}')])
        })),
        header: perhaps(lot, |lot| lot.once_in(2)),
        skip_lines: if lot.once_in(6) { Some(lot.below(4) as u64) } else { None },
        counts: if lot.once_in(8) {
            Some(vec![RowRule::parse(lot.pick::<&str>(RULES)).expect("a rule")])
        } else {
            None
        },
        missing_user: if lot.once_in(6) {
            Some(vec!["0".to_owned(), "ann".to_owned()])
        } else {
            None
        },
        user_spelling: perhaps(lot, |lot| *lot.pick(&UserSpelling::ALL)),
        quantity_unit: perhaps(lot, |lot| Unit::parse(lot.pick::<&str>(UNITS)).expect("a unit")),
        cancelled: if lot.once_in(6) {
            Some(
                (0..lot.below(3))
                    .map(|_| RowRule::parse(lot.pick::<&str>(RULES)).expect("a rule"))
                    .collect(),
            )
        } else {
            None
        },
        unit: perhaps(lot, |lot| Unit::parse(lot.pick::<&str>(UNITS)).expect("a unit")),
        cleaning: Reason::ALL.into_iter().fold(Cleaning::default(), |cleaning, reason| {
            let odds = if matches!(reason, Reason::Unreadable | Reason::Duplicate) { 3 } else { 4 };
            cleaning.with(reason, lot.once_in(odds) != reason.is_usual())
        }),
        ..Options::default()
    }
}

fn adds_up(report: &CleaningReport) {
    let dropped = &report.dropped;
    let all = Reason::ALL.map(|reason| dropped[reason]);
    assert_eq!(report.rows_kept + all.iter().sum::<u64>(), report.rows_read, "{report:?}");
}

fn sane(purchases: &Purchases) {
    adds_up(&purchases.report);
    assert_eq!(purchases.rows() as u64, purchases.report.rows_kept);
    aligned(purchases);
}

/// Every column has a cell for every row.
fn aligned(purchases: &Purchases) {
    let rows = purchases.rows();
    let labels = [
        Some(&purchases.user),
        Some(&purchases.item),
        purchases.category.as_ref(),
        purchases.country.as_ref(),
    ];
    for labels in labels.into_iter().flatten() {
        assert_eq!(labels.codes.len(), rows);
        assert!(labels.codes.iter().all(|code| (code as usize) < labels.names.len()));
    }
    for numbers in [Some(&purchases.quantity), purchases.money.as_ref(), purchases.time.as_ref()]
        .into_iter()
        .flatten()
    {
        assert_eq!(numbers.len(), rows);
    }
    let keeps = |reason| purchases.reading.cleaning.keeps(reason);
    let positive = |value: i64| value > 0 || value == Purchases::UNREADABLE;
    assert!(keeps(Reason::QuantityNotPositive) || purchases.quantity.iter().all(positive));
    // A small price may be nothing in a coarse unit.
    let paid = keeps(Reason::PriceNotPositive) || keeps(Reason::QuantityNotPositive);
    let mut money = purchases.money.iter().flat_map(|money| money.iter());
    assert!(
        paid || money.all(|value| value >= 0 || value == Purchases::UNREADABLE),
        "{:?}",
        purchases.money
    );
    let names = purchases.item_description.as_ref();
    assert!(names.is_none_or(|names| names.len() == purchases.item.names.len()));
}

/// The sums of a question under bounds: no bound raises one, a looser one never lowers one, and
/// bounds that are never reached change nothing.
fn bounded(lot: &mut Lot, purchases: &Purchases, trial: bool) {
    let question =
        Question { group_by: *lot.pick(&GroupBy::ALL), measure: *lot.pick(&Measure::ALL) };
    let pairs = match Pairs::collect(purchases, question, Pairs::DEFAULT_SALT) {
        Ok(pairs) => pairs,
        Err(refusal) => return assert_sentence(&refusal.to_string()),
    };
    adds_up(pairs.report());
    assert!(pairs.keys().is_sorted() && pairs.raw().iter().all(|&sum| sum >= 0));
    let linf = |lot: &mut Lot| {
        if question.measure == Measure::Buyers { 1 } else { lot.decades(0.0, 18.9) as u64 }
    };
    let (l0, tight) = (lot.decades(0.0, 3.0) as u64, linf(lot));
    let loose = if question.measure == Measure::Buyers {
        1
    } else {
        tight.saturating_mul(1 + lot.bits() % 999)
    };
    let sums = |l0, linf| {
        let bounds = Bounds::new(l0, linf, question.measure).expect("bounds");
        pairs
            .bounded_among(bounds, |_| true)
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect::<Vec<i64>>()
    };
    let (one, two) = (sums(l0, tight), sums(l0.saturating_mul(3), loose));
    assert!(one.iter().zip(&two).all(|(one, two)| 0 <= *one && one <= two), "{one:?} {two:?}");
    assert!(two.iter().zip(pairs.raw()).all(|(two, raw)| two <= raw), "{two:?} {:?}", pairs.raw());
    let most = if question.measure == Measure::Buyers { 1 } else { u64::MAX };
    assert_eq!(sums(u64::MAX, most), pairs.raw());
    if trial {
        let alike = pairs.bounded(Some(l0), Some(tight));
        assert_eq!(alike.sums, one);
        assert!((0.0..=1.0).contains(&alike.dropped_share()), "{}", alike.dropped_share());
        assert_eq!(pairs.bounded(None, None).sums, pairs.raw());
    }
}

#[test]
fn any_file_is_read_or_refused() {
    campaign("any_file_is_read_or_refused", 800, |lot, folder| {
        let (name, bytes) = damaged(lot);
        let path = folder.join(name);
        fs::write(&path, &bytes).expect("a file");
        let options = options(lot);
        let input = Input::File(path);
        match (read(&input, &options), read(&input, &options)) {
            (Ok(purchases), Ok(again)) => {
                assert_eq!(format!("{purchases:?}"), format!("{again:?}"));
                sane(&purchases);
                (0..3).for_each(|_| bounded(lot, &purchases, options.purpose == Use::Trial));
                aligned(&purchases.timed());
                End::Taken
            }
            (Err(refusal), Err(again)) => {
                let said = refusal.to_string();
                assert_eq!(said, again.to_string());
                // Names of columns may hold a line's end; where sentences are printed it is made visible.
                assert_sentence(&said.replace('\n', " "));
                End::Refused
            }
            (one, two) => panic!("read once so and once so: {one:?} {two:?}"),
        }
    });
}

/// The flags of reading, by lot.
fn flags(lot: &mut Lot) -> Vec<OsString> {
    let mut flags = Vec::new();
    let mut flag = |lot: &mut Lot, name: &str, of: &[&str]| {
        if lot.once_in(16) {
            let value = lot.pick(of).as_bytes();
            flags.push(OsString::from(name));
            let nasty = lot.once_in(6);
            flags.push(word(&if nasty { mutated(lot, value, b"--force") } else { value.to_vec() }));
        }
    };
    flag(lot, "--encoding", ENCODINGS);
    flag(lot, "--separator", &[",", ";", "tab", "|", "a", "\""]);
    flag(lot, "--date-format", SPELLINGS);
    flag(lot, "--decimal", &[".", ",", "x"]);
    flag(lot, "--thousands", &[",", ".", "none", "'"]);
    flag(lot, "--cancelled", RULES);
    flag(
        lot,
        "--keep",
        &["missing-user", "unreadable,cancelled", "price-not-positive", "everything"],
    );
    flag(lot, "--user", COLUMNS);
    flag(lot, "--price", COLUMNS);
    flag(lot, "--group-by", &["item", "category", "country", "hour", "weekday", "month", "year"]);
    flag(lot, "--measure", &["purchases", "rows", "buyers", "revenue"]);
    flags
}

#[test]
fn any_file_at_the_command_line() {
    let made = tempfile::tempdir().expect("a folder");
    let small =
        ["generate", "--users", "9", "--items", "5", "--rows", "30", "--out", "small.parquet"];
    assert_eq!(run(made.path(), &words(small)).0, End::Taken);
    let budget = [
        "ledger",
        "create",
        "shop.ledger",
        "--dataset",
        "orders",
        "--epsilon",
        "9",
        "--delta",
        "1e-6",
    ];
    assert_eq!(run(made.path(), &words(budget)).0, End::Taken);
    let parquet = fs::read(made.path().join("small.parquet")).expect("a file");
    campaign("any_file_at_the_command_line", 24, |lot, folder| {
        let (name, bytes) = match lot.once_in(6) {
            true => ("orders.parquet", mutated(lot, &parquet, b"PAR1")),
            false => damaged(lot),
        };
        fs::write(folder.join(name), &bytes).expect("a file");
        fs::copy(made.path().join("shop.ledger"), folder.join("shop.ledger")).expect("a ledger");
        let ledger = fs::read(folder.join("shop.ledger")).expect("a ledger");
        let bounds = ["--epsilon", "1", "--l0", "2", "--linf", "3"];
        let mut arguments = words([*lot.pick(COMMANDS)]);
        arguments.extend(words([name]));
        match arguments[0].to_str() {
            Some("inspect") => arguments.extend(flags(lot)),
            Some("sweep") => {
                arguments.extend(words(bounds));
                arguments.extend(words(["--trials", "2", "--figures", "top"]));
                arguments.extend(flags(lot));
            }
            Some("release") => {
                arguments.extend(words(bounds));
                arguments.extend(words([
                    "--delta",
                    "1e-7",
                    "--ledger",
                    "shop.ledger",
                    "--out",
                    "out.csv",
                    "--preview",
                ]));
                arguments.extend(flags(lot));
                if lot.once_in(2) {
                    // The other way round: the list of groups is the damaged one.
                    fs::write(folder.join("list.csv"), &bytes).expect("a file");
                    arguments.extend(words(["--groups", "list.csv"]));
                }
            }
            Some("explore") => {
                arguments.extend(words(["--plain"]));
                arguments.extend(flags(lot));
            }
            Some("recommend") => {
                arguments.extend(words([
                    "--epsilon",
                    "1",
                    "--delta",
                    "1e-6",
                    "--l0",
                    "2",
                    "--refits",
                    "1",
                ]));
            }
            _ => arguments.extend(words([name])),
        }
        fs::write(folder.join("arguments.txt"), format!("{arguments:?}")).expect("a file");
        let (end, _) = run(folder, &arguments);
        assert!(!folder.join("out.csv").exists());
        assert!(
            fs::read(folder.join("shop.ledger")).expect("a ledger") == ledger,
            "{arguments:?} changed the ledger"
        );
        end
    });
}
