//! One user's rows change nothing but that user's rows: a user with the nastiest rows there
//! are joins a file, and what everybody else contributes stays as it was, to the last digit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use epsiloscope::contribution::{Bounds, Pairs};
use epsiloscope::purchases::{
    ByNumber, Cleaning, ColumnChoice, DateFormat, GroupBy, Input, Measure, Options, Purchases,
    Purpose, Question, Reason, RowRule, Unit, Use, read,
};
use proptest::prelude::*;

const HEADER: &str = "invoice,user,item,qty,price,date,category,country";

/// What the new user's rows are made of. None of it names anybody else.
const NASTY: &[&[u8]] = &[
    b"1,zz,POST,1,2.50,2011-12-25,a,b",
    b"C1,zz,tea,1,2.50,12/25/2011 8:26,a,b",
    b"1,zz,tea,1,2.50,25/12/2011,a,b",
    b"1,zz,caf\xE9,1,\xA32.50,2011-12-25,\xFF,\xE2",
    b"1,zz,\"Tea",
    b"1,zz,\"",
    b"\"",
    b"1,zz,\"a\"\"b\",\"",
    b"\"1\",zz,\"tea\" x,1,1,2011-12-25,\"\",a",
    b"1,zz,tea,1,100000000000000,2011-12-25,a,b",
    b"1,zz,tea,1000000000000,99999999999999,2011-12-25,a,b",
    b"1,zz,tea,-1000000000000,2.5,2011-12-25,a,b",
    b"1,zz,tea,\"1,234\",\"9,999.50\",2011-12-25,a,b",
    b"1,zz,tea,1.5,nan,never,a,b",
    b"1,zz,tea,(1),\"1.234,50 EUR\",25.12.11 08.26,a,b",
    b"1,zz,te\0a,1,1,2011-12-25,a,b",
    b"1,zz,tea,1,1,2011-12-25,a,b,too,many",
    b"1,zz",
    b"1,zz,17850.0,1,1,20111225,17850.0,a",
    b"1,zz,item,1e3,1e-9,99999999999,a,b",
    b"invoice,user,item,qty,price,date,category,country",
    b"1,nan,tea,1,1,2011-12-25,a,b",
    b"1,,tea,1,1,2011-12-25,a,b",
    b"1,zz,,1,1,2011-12-25,,",
    b"1,zz,(missing),1,1,2011-12-25,(missing),(unreadable)",
    b"\xEF\xBB\xBF,zz,tea,1,1,2011-12-25,a,b\r",
    b";;;;;\t\t\t\t",
];

/// A readable row of anybody, with spellings of every kind.
fn row() -> impl Strategy<Value = Vec<u8>> {
    let one_of = |texts: &'static [&'static str]| proptest::sample::select(texts);
    (
        one_of(&["1", "536365", "C536379", "c1"]),
        one_of(&["ann", "bob", "17850", "17850.0", "12346", "guest", "é"]),
        one_of(&["tea", "85123A", "71053.0", "71053", "\"6\"\" nails\"", "a b", "POST", "none"]),
        one_of(&["1", "2", "7", "1.0", "\"1,000\"", "-3", "0", "x", "", "1000000000000"]),
        one_of(&["2.50", "0.005", "£3", "\"1,234.5\"", "0", "-1", "", "99999999999999", "1.00001"]),
        one_of(&[
            "2011-01-02",
            "2011-03-04 10:20",
            "1/2/2011",
            "25/12/2011",
            "12/25/2011 8:26 PM",
            "25-Dec-11",
            "40902.5",
            "",
            "?",
        ]),
        one_of(&["a", "", "b", "1.0", "1"]),
        one_of(&["UK", "FR", ""]),
    )
        .prop_map(|cells| {
            let (a, b, c, d, e, f, g, h) = cells;
            [a, b, c, d, e, f, g, h].join(",").into_bytes()
        })
}

fn none_for(purposes: &[Purpose]) -> ColumnChoice {
    purposes.iter().map(|&purpose| (purpose, Some(String::new()))).collect()
}

fn options() -> impl Strategy<Value = Options> {
    let dates = prop_oneof![
        Just(None),
        Just(Some(DateFormat::DayFirst)),
        Just(Some(DateFormat::MonthFirst)),
        Just(Some(DateFormat::Excel)),
        Just(Some(DateFormat::parse("%d/%m/%Y").unwrap())),
    ];
    let rules = prop_oneof![
        Just(None),
        Just(Some(Vec::new())),
        Just(Some(vec![RowRule::parse("invoice^=C").unwrap()])),
        Just(Some(vec![RowRule::parse("country=UK").unwrap(), RowRule::parse("qty^=-").unwrap()])),
    ];
    let marks = prop_oneof![
        Just((None, None)),
        Just((None, Some(Some(',')))),
        Just((Some(','), Some(Some('.'))))
    ];
    let keep = any::<[bool; 5]>().prop_map(|kept| {
        let steps = [
            Reason::MissingItem,
            Reason::Unreadable,
            Reason::Cancelled,
            Reason::QuantityNotPositive,
            Reason::PriceNotPositive,
        ];
        Cleaning::keeping(
            steps.into_iter().zip(kept).filter_map(|(step, kept)| kept.then_some(step)),
        )
    });
    let unit = prop_oneof![
        Just(None),
        Just(Some(Unit::parse("0.01").unwrap())),
        Just(Some(Unit::parse("1").unwrap()))
    ];
    let encoding = prop_oneof![
        Just(None),
        Just(Some("windows-1252".to_owned())),
        Just(Some("utf-8".to_owned()))
    ];
    let columns = prop_oneof![
        Just(ColumnChoice::default()),
        Just(none_for(&[Purpose::Price])),
        Just(none_for(&[Purpose::Quantity, Purpose::Time])),
    ];
    (dates, rules, marks, keep, unit, encoding, columns, any::<bool>()).prop_map(
        |(
            date_format,
            cancelled,
            (decimal, thousands),
            keep,
            unit,
            encoding,
            columns,
            drop_duplicates,
        )| Options {
            purpose: Use::Release { adopt_guesses: false },
            columns,
            encoding,
            date_format,
            decimal: ByNumber::all(decimal),
            thousands: ByNumber::all(thousands),
            cancelled,
            unit,
            cleaning: keep.with(Reason::Duplicate, drop_duplicates),
            ..Options::default()
        },
    )
}

fn opened(folder: &Path, lines: &[Vec<u8>], options: &Options) -> Purchases {
    let path = folder.join("orders.csv");
    fs::write(&path, [HEADER.as_bytes(), b"\n", &lines.join(&b'\n')].concat()).unwrap();
    read(&Input::File(path), options).unwrap()
}

/// What every user contributes, groups in keyed order; all but one user.
fn contributions(
    purchases: &Purchases,
    pairs: &Pairs,
    but: &str,
) -> BTreeMap<String, Vec<(String, i64)>> {
    let of = |user: usize| {
        pairs.of_user(user).map(|(group, value)| (pairs.keys()[group as usize].clone(), value))
    };
    let all = (0..pairs.users())
        .map(|user| (purchases.user.names[user].clone(), of(user).collect::<Vec<_>>()));
    all.filter(|(user, mine)| user != but && !mine.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_nasty_user_moves_nobody(
        rows in proptest::collection::vec(row(), 0..25),
        nasty in proptest::collection::vec((0..NASTY.len(), any::<prop::sample::Index>()), 1..12),
        options in options(),
        (l0, linf) in (1u64..6, 1u64..4_000_000),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut more = rows.clone();
        for (which, at) in &nasty {
            more.insert(at.index(more.len() + 1), NASTY[*which].to_vec());
        }
        let (before, after) = (opened(folder.path(), &rows, &options), opened(folder.path(), &more, &options));
        prop_assert_eq!(&before.reading, &after.reading);
        for group_by in GroupBy::ALL {
            for measure in Measure::ALL {
                let collect = |purchases| Pairs::collect(purchases, Question { group_by, measure }, Pairs::DEFAULT_SALT);
                let (Ok(one), Ok(two)) = (collect(&before), collect(&after)) else {
                    // What a question needs is told from the header alone.
                    prop_assert_eq!(collect(&before).err(), collect(&after).err());
                    continue;
                };
                prop_assert_eq!(contributions(&before, &one, "zz"), contributions(&after, &two, "zz"));
                // And what is noised moves by at most l0 groups of at most linf each.
                let linf = if measure == Measure::Buyers { 1 } else { linf };
                let bounds = Bounds::new(l0, linf, measure).unwrap();
                let sums = |pairs: &Pairs| -> BTreeMap<String, i64> {
                    let sums = pairs.bounded_among(bounds, |_| true);
                    pairs.keys().iter().cloned().zip(sums).filter_map(|(key, sum)| Some((key, sum?))).collect()
                };
                let (one, two) = (sums(&one), sums(&two));
                let moved: Vec<u64> = two
                    .iter()
                    .map(|(key, sum)| sum.abs_diff(one.get(key).copied().unwrap_or(0)))
                    .filter(|&by| by > 0)
                    .collect();
                prop_assert!(moved.len() as u64 <= l0 && moved.iter().all(|&by| by <= linf), "{:?}", moved);
                prop_assert!(one.keys().all(|key| two.contains_key(key)));
            }
        }
    }
}

/// The counts that a release without any noise to speak of publishes, with one more row or without.
fn published(orders: &str, more: &[u8], arguments: &[&str]) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_epsiloscope"));
        let output = command
            .current_dir(folder.path())
            .timeout(Duration::from_secs(60))
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    fs::write(folder.path().join("orders.csv"), [orders.as_bytes(), more].concat()).unwrap();
    fs::write(folder.path().join("catalogue.csv"), "key\ntea\n71053\n85123A\n2011-01\n2011-12\n")
        .unwrap();
    run(&["ledger", "create", "l.ledger", "--dataset", "orders", "--epsilon", "1000000000"]);
    let usual = [
        "release",
        "orders.csv",
        "--ledger",
        "l.ledger",
        "--epsilon",
        "1000000000",
        "--out",
        "o.csv",
    ];
    run(&[&usual[..], &["--l0", "3", "--groups", "catalogue.csv"], arguments].concat());
    let text = fs::read_to_string(folder.path().join("o.csv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| line.split_once(',').unwrap())
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect()
}

#[test]
fn one_row_of_one_user_moves_no_count_of_others() {
    let mut orders = "user,item,qty,price,date\n".to_owned();
    for user in 0..40 {
        orders += &format!(
            "{user}.0,71053,2,1.5,2011-12-0{}\n{user}.0,tea,1,2,2011-01-1{}\n",
            1 + user % 9,
            user % 9
        );
    }
    // One byte that is no UTF-8, a date of another order, an id that is no number, quotes that are
    // never closed, a huge price, a negative sum; each of a user who buys nothing of the list.
    let rows: [&[u8]; 6] = [
        b"zz,\xE9,1,1,2011-02-02\n",
        b"zz,x,1,1,12/25/2010\nzz,x,1,1,25/12/2010\n",
        b"POST,POST,1,1,2010-12-02\n,guest,1,1,2010-12-02\n",
        b"zz,\"Tea\nzz,\"\n",
        b"zz,x,1,100000000000000,2010-12-25\n",
        b"zz,x,-1,1,2010-12-25\n",
    ];
    for question in [
        ["--measure", "buyers", "--linf", "1"],
        ["--measure", "revenue", "--linf", "9"],
        ["--group-by", "month", "--linf", "9"],
    ] {
        let before = published(&orders, b"", &question);
        assert!(
            before.values().any(|value| ["40", "80", "120", "120.0000"].contains(&value.as_str())),
            "{before:?}"
        );
        for row in rows {
            let row_said = String::from_utf8_lossy(row);
            assert_eq!(published(&orders, row, &question), before, "{question:?} {row_said}");
        }
    }
}
