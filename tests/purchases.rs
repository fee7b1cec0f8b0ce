//! The way in: every kind of bad input gets a sentence, every kind of good one is read.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use epsiloscope::contribution::{Cube, Grid, Pairs};
use epsiloscope::purchases::{
    Cleaning, ColumnChoice, Dropped, Generator, GeneratorSettings, GroupBy, Input, Measure,
    MemoryLimit, Options, Purchases, Purpose, Question, Reason, SAMPLE_ITEMS, Status, generate,
    read, sample,
};
use epsiloscope::table;
use epsiloscope::words::{Asker, Say};
use epsiloscope::work::Cancel;
use tempfile::TempDir;

/// A folder with one file.
struct Held {
    folder: TempDir,
    path: PathBuf,
}

fn held(name: &str, bytes: impl AsRef<[u8]>) -> Held {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    Held { folder, path }
}

fn open_with(path: &Path, options: &Options) -> Result<Purchases, String> {
    read(&Input::File(path.to_owned()), options).map_err(|e| e.say(Asker::CommandLine))
}

fn good(name: &str, bytes: impl AsRef<[u8]>) -> Purchases {
    open_with(&held(name, bytes).path, &Options::default()).unwrap()
}

/// The sentence about a file, which must be one line that names the file and `words`.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>, words: &[&str]) {
    refused_with(name, bytes, &Options::default(), words);
}

#[track_caller]
fn refused_with(name: &str, bytes: impl AsRef<[u8]>, options: &Options, words: &[&str]) {
    let sentence = open_with(&held(name, bytes).path, options).unwrap_err();
    for word in words.iter().chain([&name]) {
        assert!(sentence.contains(word), "{word:?} is not in: {sentence}");
    }
    assert!(!sentence.contains('\n'), "{sentence}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("a");
    fs::write(&plain, bytes).unwrap();
    let out = std::process::Command::new("gzip").arg("-c").arg(&plain).output().unwrap();
    assert!(out.status.success());
    out.stdout
}

const SMALL: &str = "user,item,qty\nann,tea,2\nbob,tea,1\n";

#[test]
fn the_sample_is_generated_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("purchases.csv");
    let made =
        generate(&GeneratorSettings { users: 1_500, items: 240, rows: 40_000, seed: 1 }).unwrap();
    table::write(&path, &made).unwrap();
    let made = fs::read(&path).unwrap();
    if std::env::var_os("EPSILOSCOPE_BLESS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/purchases.csv"), &made)
            .unwrap();
    }
    let settings = GeneratorSettings { users: 1_500, items: 240, rows: 40_000, seed: 1 };
    let drawn = Generator::draw(&settings, &Cancel::new(), |_| {}).unwrap();
    let list: String = drawn.items().map(|(code, name)| format!("{code},{name}\n")).collect();
    let items = String::from_utf8_lossy(SAMPLE_ITEMS).replace("\r\n", "\n");
    assert_eq!(items, format!("product,name\n{list}"));
    let kept = include_bytes!("../sample_data/purchases.csv");
    assert!(
        made == kept,
        "sample_data/purchases.csv is not what the generator makes (set EPSILOSCOPE_BLESS to renew)"
    );
}

#[test]
fn the_sample_opens_and_shows_every_kind_of_dirt() {
    let sample = sample().unwrap();
    assert_eq!((sample.source.as_str(), sample.status), ("sample", Status::Synthetic));
    assert_eq!(sample.report.rows_read, 40_000);
    assert_eq!(sample.item.names.len(), 240);
    assert!(sample.user.names.len() > 1_450, "{}", sample.user.names.len());
    assert_eq!(sample.category.as_ref().unwrap().names.len(), 12);
    assert!(sample.time.is_some() && sample.money.is_some() && sample.country.is_some());
    let names: std::collections::HashSet<_> =
        sample.item_description.as_ref().unwrap().iter().collect();
    assert_eq!(names.len(), 240);
    assert!(names.iter().any(|name| name.contains("crème brûlée")));
    let dropped = &sample.report.dropped;
    assert!(dropped[Reason::MissingUser] > 0 && dropped[Reason::Cancelled] > 0);
    assert!(dropped[Reason::QuantityNotPositive] > 0 && dropped[Reason::PriceNotPositive] > 0);
    // A cell that cannot be read drops a row only from a question that needs it.
    assert!(dropped.unreadable().is_empty());
    let unreadable = |group_by, measure| {
        let pairs =
            Pairs::collect(&sample, Question { group_by, measure }, Pairs::DEFAULT_SALT).unwrap();
        pairs.report().dropped.unreadable().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(unreadable(GroupBy::Item, Measure::Buyers), [""; 0]);
    assert_eq!(unreadable(GroupBy::Item, Measure::Purchases), ["quantity"]);
    assert_eq!(unreadable(GroupBy::Hour, Measure::Rows), ["time"]);
    assert_eq!(unreadable(GroupBy::Month, Measure::Purchases), ["quantity", "time"]);
    let share = 1.0 - sample.report.rows_kept as f64 / 40_000.0;
    assert!((0.02..0.035).contains(&share), "{share}");
}

#[test]
fn a_generated_parquet_reads_as_its_csv() {
    let folder = tempfile::tempdir().unwrap();
    let made = generate(&GeneratorSettings { users: 40, items: 60, rows: 900, seed: 3 }).unwrap();
    let read = |name: &str| {
        let path = folder.path().join(name);
        table::write(&path, &made).unwrap();
        open_with(&path, &Options::default()).unwrap()
    };
    let first = read("a.csv");
    for name in ["a.parquet", "a.csv.gz", "a.tsv", "a.tsv.gz"] {
        let other = read(name);
        assert_eq!(
            (&first.user, &first.item, &first.quantity),
            (&other.user, &other.item, &other.quantity),
            "{name}"
        );
        assert_eq!(
            (&first.money, &first.time, &first.report),
            (&other.money, &other.time, &other.report),
            "{name}"
        );
    }
    let sentence = table::write(&folder.path().join("a.xlsx"), &made).unwrap_err().to_string();
    assert!(sentence.contains("a.xlsx") && sentence.contains(".parquet"), "{sentence}");
}

#[test]
fn files_that_hold_nothing() {
    refused("e.csv", "", &["empty"]);
    refused("e.csv", "\n\n", &["empty"]);
    refused("e.csv", "\u{feff}", &["empty"]);
    refused("e.csv.gz", gzip(b""), &["empty"]);
    refused("h.csv", "user,item\n", &["header", "no rows"]);
    refused("h.csv", "user,item\r\n\r\n", &["header", "no rows"]);
}

#[test]
fn files_that_are_not_what_their_name_says() {
    refused("a.csv", gzip(SMALL.as_bytes()), &["not what its name says", "gzip"]);
    refused("a.csv", b"PAR1xxxx", &["not what its name says", "Parquet"]);
    refused("a.csv", b"PK\x03\x04xxxx", &["not what its name says", "zip"]);
    refused("a.csv.gz", SMALL, &["not what its name says", "gz"]);
    refused("a.parquet", SMALL, &["not what its name says", "PAR1"]);
    refused("a.parquet", b"PAR1 and then nothing of the kind PAR1", &["Parquet"]);
    refused("purchases", b"PK\x03\x04xxxx", &["zip"]);
}

#[test]
fn files_that_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let sentence = open_with(folder.path(), &Options::default()).unwrap_err();
    assert!(sentence.contains("no data file"), "{sentence}");
    let sentence = open_with(&folder.path().join("none.csv"), &Options::default()).unwrap_err();
    assert!(sentence.contains("none.csv") && sentence.contains("does not exist"), "{sentence}");
}

#[cfg(unix)]
#[test]
fn a_fifo_closed_early_is_an_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = std::thread::spawn({
        let path = path.clone();
        move || drop(fs::OpenOptions::new().write(true).open(path).unwrap())
    });
    let sentence = open_with(&path, &Options::default()).unwrap_err();
    writer.join().unwrap();
    assert!(sentence.contains("pipe") && sentence.contains("empty"), "{sentence}");
    // And one that closes in the middle of a row.
    let writer = std::thread::spawn({
        let path = path.clone();
        move || {
            fs::OpenOptions::new()
                .write(true)
                .open(path)
                .unwrap()
                .write_all(b"user,item\nann,tea\nbob")
                .unwrap();
        }
    });
    let read = open_with(&path, &Options::default()).unwrap();
    writer.join().unwrap();
    assert_eq!((read.report.rows_kept, read.report.dropped[Reason::MissingItem]), (1, 1));
}

#[test]
fn gzip_that_is_cut_or_damaged() {
    let whole = gzip(SMALL.repeat(200).as_bytes());
    refused("t.csv.gz", &whole[..whole.len() / 2], &["cut short", "gzip"]);
    refused("t.csv.gz", &whole[..5], &["cut short", "gzip"]);
    let mut damaged = whole.clone();
    let crc = damaged.len() - 8;
    damaged[crc] ^= 0xFF;
    refused("t.csv.gz", &damaged, &["damaged", "gzip"]);
    refused("t.csv.gz", gzip(b"PAR1xxxxPAR1"), &["Parquet"]);
}

#[test]
fn parquet_that_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let made = generate(&GeneratorSettings { users: 40, items: 60, rows: 900, seed: 3 }).unwrap();
    table::write(&path, &made).unwrap();
    let whole = fs::read(&path).unwrap();
    refused("cut.parquet", &whole[..whole.len() / 2], &["Parquet"]);
    let mut holed = whole.clone();
    let middle = whole.len() / 3;
    holed[middle..middle + 400].fill(0xAA);
    // Whether the hole is noticed is the parser's affair; that it does not panic is ours.
    let _ = open_with(&held("holed.parquet", &holed).path, &Options::default());
}

fn naming(columns: &[(Purpose, &str)]) -> ColumnChoice {
    columns.iter().map(|&(purpose, column)| (purpose, Some(column.to_owned()))).collect()
}

#[test]
fn columns_that_cannot_be_told() {
    refused("c.csv", "who,item\na,b\n", &["--user", "who, item"]);
    refused("c.csv", "user,what\na,b\n", &["--item", "user, what"]);
    refused("c.csv", "user_id,customer_id,item\na,b,c\n", &["--user", "user_id, customer_id"]);
    refused("c.csv", "user,item,user\na,b,c\n", &["--user", "user, user (2)"]);
    refused("c.csv", "user, user ,item\na,b,c\n", &["--user", "user, user (2)"]);
    let named = |columns| Options { columns, ..Options::default() };
    let missing = named(naming(&[(Purpose::Time, "when")]));
    refused_with("c.csv", SMALL, &missing, &["when", "--time", "user, item, qty"]);
    let both = naming(&[(Purpose::Price, "p"), (Purpose::Total, "t")]);
    let held = held("c.csv", "user,item,p,t\na,b,1,2\n");
    assert!(open_with(&held.path, &named(both)).unwrap_err().contains("--total"));
}

#[test]
fn text_that_is_no_table() {
    refused("n.csv", "us\0er,item\nann,tea\n", &["NUL", "line 1"]);
    refused("n.csv", b"u\0\0s\0\0er\n\0", &["NUL", "utf-16"]);
    // UTF-16 without a mark is told by its NULs.
    refused("n.csv", b"u\0s\0e\0r\0\n\0", &["no column", "item"]);
    refused("l.csv", "x".repeat(10_000_000), &["line 1", "1048576 bytes"]);
    refused("q.csv", "\"user,item\nann,tea\n", &["quote", "line 1", "never closed"]);
    refused("r.csv", "user,item\rann,tea\r", &["CR"]);
    refused("f.csv", "user,item\nann,tea, green\n", &["3 fields", "line 2"]);
    refused(
        "f.csv",
        "user,item\nann,tea, green\n,x\n",
        &["1 that cannot be read", "1 without a user"],
    );
    refused_with(
        "u.csv",
        b"user,item\na\nb\x81\xFF",
        &encoded("shift_jis"),
        &["Shift_JIS", "line 3", "--encoding"],
    );
    let unknown = open_with(&held("u.csv", SMALL).path, &encoded("klingon")).unwrap_err();
    assert!(unknown.contains("klingon") && unknown.contains("--encoding"), "{unknown}");
}

/// A row that cannot be read costs that row and no other.
#[test]
fn a_bad_row_is_dropped_alone() {
    let long = "x".repeat(2_000_000);
    let text = format!(
        "user,item,qty\nann,tea,1\nzz,\"Tea\nbob,te\0a,1\nbob,6\" nails,2\nzz,\"\nann,\"6\"\" nails\",3\nx,{long}\n\
         user,item,qty\ncat,a,1,1\ncat,b,1,\n"
    );
    let read = good("b.csv", text);
    assert_eq!((read.report.rows_read, read.report.rows_kept), (10, 4));
    assert_eq!(read.report.dropped.unreadable()[Dropped::WHOLE_ROW], 6);
    assert_eq!(read.item.names, ["tea", "6\" nails", "b"]);
    assert_eq!(read.quantity, [1, 2, 3, 1]);
    // In an encoding of wrong bytes the cell alone is spoilt.
    let read = open_with(&held("u.csv", b"user,item\n\xFF,b\nann,\xE2,\n").path, &encoded("utf-8"))
        .unwrap();
    assert_eq!(
        (read.user.names, read.item.names),
        (
            vec!["\u{FFFD}".to_owned(), "ann".to_owned()],
            vec!["b".to_owned(), "\u{FFFD}".to_owned()]
        )
    );
}

fn encoded(label: &str) -> Options {
    Options { encoding: Some(label.to_owned()), ..Options::default() }
}

#[test]
fn nothing_left_counts_the_reasons() {
    refused(
        "z.csv",
        "user,item,qty\n,a,1\nb,,1\nb,a,0\nb,a,0\n",
        &["4 rows", "1 without a user", "1 without an item"],
    );
    refused("z.csv", "user,item,qty\nb,a,0\n", &["1 with a quantity not above 0"]);
}

#[test]
fn sums_that_would_not_be_exact() {
    let row = "a,b,1000000000000,1\n";
    refused("b.csv", format!("user,item,qty,price\n{}", row.repeat(10_000)), &["2^53", "qty"]);
    refused(
        "b.csv",
        format!("user,item,price\n{}", "a,b,99999999999999\n".repeat(2)),
        &["2^53", "price"],
    );
    let huge = good("b.csv", "user,item,qty\na,b,1000000000001\n");
    assert_eq!(huge.quantity, [Purchases::UNREADABLE]);
}

#[test]
fn encodings_and_layouts() {
    let pound = |purchases: &Purchases| purchases.item.names[0].clone();
    assert_eq!(pound(&good("e.csv", "user,item\na,£5\n".as_bytes())), "£5");
    assert_eq!(pound(&good("e.csv", b"user,item\na,\xA35\n")), "£5");
    assert_eq!(pound(&good("e.csv", b"\xEF\xBB\xBFuser,item\na,\xC2\xA35\n")), "£5");
    let utf16: Vec<u8> =
        "\u{feff}user,item\na,£5\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(pound(&good("e.csv", utf16)), "£5");
    let euro =
        open_with(&held("e.csv", b"user,item\na,\xA4\n").path, &encoded("iso-8859-15")).unwrap();
    assert_eq!(pound(&euro), "€");
    for text in [
        "user\titem\na\t£5\n",
        "user;item\na;£5\n",
        "\r\nuser,item\r\n\r\na,£5\r\n\r\n",
        "user,item\na,£5",
        "user,item,\na,£5,\n",
        "\"user\",\"item\"\r\n\"a\",\"£5\"\r\n",
        " user , item \n a , £5 \n",
    ] {
        let read = good("e.csv", text);
        assert_eq!((pound(&read), read.report.rows_read), ("£5".to_owned(), 1), "{text:?}");
    }
    let quoted = good("e.csv", "user,item\na,\"6\"\" nails,\nlong\"\n\nb,tea\n");
    assert_eq!(quoted.item.names, ["6\" nails,\nlong", "tea"]);
    assert_eq!(quoted.report.rows_read, 2);
    // Blank lines among rows are no rows; a row of empty fields is one.
    let blank = good("e.csv", "user,item\n\na,b\n   \n,\n\n");
    assert_eq!((blank.report.rows_read, blank.report.dropped[Reason::MissingUser]), (2, 1));
}

#[test]
fn missing_users_and_printed_floats() {
    let read = good(
        "m.csv",
        "user,item\n17850.0,a\n,a\n \u{a0},a\nnan,a\nNULL,a\nNone,a\nNA,a\n17850.0,b\n",
    );
    assert_eq!(
        (read.user.names, read.report.dropped[Reason::MissingUser]),
        (vec!["17850".to_owned()], 6)
    );
    // Row by row: an id that is no number takes nothing back for the others.
    let read = good("m.csv", "user,item\n17850.0,1.0\nguest7,POST\n17850,1\n1.00,.0\n");
    assert_eq!(
        (read.user.names, read.item.names),
        (
            ["17850", "guest7", "1.00"].map(str::to_owned).to_vec(),
            ["1", "POST", ".0"].map(str::to_owned).to_vec(),
        )
    );
    let keep = Options { cleaning: Cleaning::keeping([Reason::MissingUser]), ..Options::default() };
    let kept = open_with(&held("m.csv", "user,item\na,x\n,x\n,y\n").path, &keep).unwrap();
    assert_eq!(
        (kept.user.names, kept.user.codes),
        (vec!["a".to_owned(), "(missing)".to_owned()], [0, 1, 1].into_iter().collect())
    );
}

#[test]
fn a_row_counts_under_the_first_reason() {
    let read = good(
        "r.csv",
        "invoice,user,item,qty,price,date\n\
         C1,,a,x,0,?\nC1,u,,x,0,?\n2,u,a,x,1,?\n2,u,a,1.5y,z,?\n2,u,a,1,z,?\n2,u,a,1,1,?\n\
         c1,u,a,-1,0,2011-01-01\n1,u,a,-1,0,2011-01-01\n1,u,a,1,0,2011-01-01\n1,u,a,\"1,000\",£2.50,2011-01-01\n",
    );
    let dropped = &read.report.dropped;
    assert_eq!((dropped[Reason::MissingUser], dropped[Reason::MissingItem]), (1, 1));
    let unreadable = |group_by, measure| {
        let pairs =
            Pairs::collect(&read, Question { group_by, measure }, Pairs::DEFAULT_SALT).unwrap();
        let counts = pairs.report().dropped.unreadable().clone();
        assert_eq!(pairs.report().rows_kept + counts.values().sum::<u64>(), read.report.rows_kept);
        counts.into_iter().collect::<Vec<_>>()
    };
    let counts =
        |pairs: &[(&str, u64)]| pairs.iter().map(|&(c, n)| (c.to_owned(), n)).collect::<Vec<_>>();
    assert_eq!(unreadable(GroupBy::Item, Measure::Rows), []);
    assert_eq!(unreadable(GroupBy::Item, Measure::Purchases), counts(&[("qty", 2)]));
    assert_eq!(unreadable(GroupBy::Item, Measure::Revenue), counts(&[("price", 1), ("qty", 2)]));
    assert_eq!(unreadable(GroupBy::Month, Measure::Purchases), counts(&[("date", 2), ("qty", 2)]));
    assert_eq!(
        (
            dropped[Reason::Cancelled],
            dropped[Reason::QuantityNotPositive],
            dropped[Reason::PriceNotPositive]
        ),
        (1, 1, 1)
    );
    assert_eq!((read.quantity.get(4), read.money.as_ref().unwrap().get(4)), (1_000, 250_000_000));
    assert_eq!(
        read.reading.guesses().iter().map(|guess| guess.decision.name()).collect::<Vec<_>>(),
        ["thousands", "cancelled", "unit"]
    );
}

#[test]
fn what_is_kept_although_unreadable() {
    let keep = Options { cleaning: Cleaning::keeping([Reason::Unreadable]), ..Options::default() };
    let kept =
        open_with(&held("k.csv", "user,item,qty,price,date\nu,a,x,y,z\n").path, &keep).unwrap();
    assert_eq!(
        (kept.quantity, kept.money, kept.time),
        ([1].into(), Some([0].into()), Some([Purchases::UNREADABLE].into()))
    );
}

#[test]
fn only_user_and_item_are_required() {
    let read = good("o.csv", "item,user\na,u\n");
    assert_eq!(read.quantity, [1]);
    assert!(
        read.money.is_none()
            && read.time.is_none()
            && read.category.is_none()
            && read.item_description.is_none()
    );
    assert_eq!((read.source.as_str(), read.status), ("o.csv", Status::Private));
}

#[test]
fn a_line_total_is_not_multiplied() {
    let read = good("o.csv", "item,user,qty,sales_value\na,u,3,2.005\n");
    assert_eq!(
        (read.money, read.columns[Purpose::Total].as_deref()),
        (Some([20_050_000].into()), Some("sales_value"))
    );
}

#[test]
fn repeats_are_dropped_when_asked() {
    let options = Options {
        cleaning: Cleaning::default().with(Reason::Duplicate, true),
        ..Options::default()
    };
    let held = held("d.csv", "user,item,note\na,x,1\na,x,2\na,x,1\n");
    let read = open_with(&held.path, &options).unwrap();
    assert_eq!((read.report.rows_kept, read.report.dropped[Reason::Duplicate]), (2, 1));
    assert_eq!(open_with(&held.path, &Options::default()).unwrap().report.rows_kept, 3);
    assert_eq!(fs::read_dir(held.folder.path()).unwrap().count(), 1);
}

#[test]
fn descriptions_are_the_most_frequent_ones() {
    let read = good("d.csv", "user,sku,name\nu,1,b\nu,1,a\nu,2,z\nu,2,y\nu,2,z \nu,3,\n");
    assert_eq!(read.item_description.unwrap(), ["a", "z", "3"]);
}

#[test]
fn only_kept_rows_name_users_and_items() {
    let read = good("d.csv", "user,item,qty\nu,a,0\nv,b,1\nw,a,0\nv,c,1\n");
    assert_eq!(
        (read.user.names, read.item.names),
        (vec!["v".to_owned()], vec!["b".to_owned(), "c".to_owned()])
    );
    assert_eq!(read.item.codes.iter().collect::<Vec<u32>>(), [0, 1]);
}

#[test]
fn what_one_question_does_not_need_is_not_kept_and_its_answer_is_the_same() {
    let whole = sample().unwrap();
    for group_by in GroupBy::ALL {
        for measure in [Measure::Purchases, Measure::Revenue, Measure::Buyers] {
            let question = Question { group_by, measure };
            let options = Options { asked: Some(question), ..Options::default() };
            let asked = read(&Input::Sample, &options).unwrap();
            assert_eq!(asked.reading, whole.reading);
            assert_eq!((&asked.report, &asked.columns), (&whole.report, &whole.columns));
            assert!(asked.item_description.is_none() && whole.item_description.is_some());
            assert_eq!(asked.country.is_some(), group_by == GroupBy::Country);
            assert_eq!(asked.time.is_some(), group_by.is_of_time());
            let pairs = |purchases: &Purchases| {
                let pairs = Pairs::collect(purchases, question, Pairs::DEFAULT_SALT)?;
                let bounded = pairs.bounded(Some(2), Some(3));
                Ok((pairs.keys().to_vec(), pairs.raw().to_vec(), bounded))
            };
            let refusal = |refusal: epsiloscope::contribution::QuestionError| refusal.to_string();
            assert_eq!(pairs(&asked).map_err(refusal), pairs(&whole).map_err(refusal));
        }
    }
}

#[test]
fn rows_that_wait_on_disk_add_up_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    let settings = GeneratorSettings { users: 2_000, items: 90, rows: 150_000, seed: 5 };
    table::write(&path, &generate(&settings).unwrap()).unwrap();
    let within = |bytes, rows_may_wait| Options {
        memory: Some(MemoryLimit { bytes, rows_may_wait }),
        ..Options::default()
    };
    let whole = open_with(&path, &Options::default()).unwrap();
    let waiting = open_with(&path, &within(600_000, true)).unwrap();
    // Two chunks of a column at least are on disk, and parts of users are added up one after another.
    let at = waiting.waiting.as_ref().unwrap();
    assert!(at.spill().bytes() > 1_000_000 && whole.waiting.is_none());
    assert!(waiting.user.codes.bytes_in_memory() < 150_000);
    assert_eq!((&waiting.user, &waiting.item), (&whole.user, &whole.item));
    assert_eq!((&waiting.quantity, &waiting.money), (&whole.quantity, &whole.money));
    assert_eq!(waiting.item_description, whole.item_description);
    for (group_by, measure) in [
        (GroupBy::Item, Measure::Purchases),
        (GroupBy::Item, Measure::Revenue),
        (GroupBy::Hour, Measure::Rows),
        (GroupBy::Category, Measure::Buyers),
    ] {
        let question = Question { group_by, measure };
        let pairs = |of| Pairs::collect(of, question, Pairs::DEFAULT_SALT).unwrap();
        let (wanted, found) = (pairs(&whole), pairs(&waiting));
        assert_eq!((found.keys(), found.raw()), (wanted.keys(), wanted.raw()), "{question}");
        assert_eq!(found.report(), wanted.report());
        assert_eq!(found.value_per_pair(), wanted.value_per_pair());
        for user in [0, 1_000, found.users() - 1] {
            assert!(found.of_user(user).eq(wanted.of_user(user)), "{question} of {user}");
        }
        let bounded = |of: &Pairs| of.bounded(Some(3), Some(7));
        assert_eq!(bounded(&found), bounded(&wanted));
        let grid = Grid::covering(&wanted);
        assert_eq!(Cube::build(&found, grid.clone()), Cube::build(&wanted, grid));
        let list: Vec<String> = wanted.keys().iter().step_by(2).cloned().collect();
        assert_eq!(bounded(&found.among(&list)), bounded(&wanted.among(&list)));
    }
    // A limit that names are beyond, and one that rows may not wait for.
    for (limit, word) in
        [(within(200_000, true), "names"), (within(600_000, false), "holds all rows in memory")]
    {
        let sentence = open_with(&path, &limit).unwrap_err();
        assert!(sentence.contains(word) && sentence.contains("--memory"), "{sentence}");
    }
}
