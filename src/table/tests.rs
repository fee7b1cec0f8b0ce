//! Tables of every kind, opened whole: containers, what is told of a layout, and pieces.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Cells, Layout, Opened, Separator, Source, TableError, files_of, open};

fn opened(bytes: &[u8]) -> Result<Opened, TableError> {
    let bytes: &'static [u8] = Box::leak(bytes.to_vec().into_boxed_slice());
    open(Source::Bytes("f", bytes), Layout::GUESSED)
}

/// The headers and all rows as text.
fn table(opened: &Opened) -> Vec<Vec<String>> {
    let all: Vec<usize> = (0..opened.headers().len()).collect();
    let cells = opened.texts(&all).unwrap();
    assert_eq!(cells.faults, []);
    std::iter::once(opened.headers().to_vec())
        .chain((0..cells.rows).map(|row| row_of(&cells, row)))
        .collect()
}

fn row_of(cells: &Cells, row: usize) -> Vec<String> {
    cells.columns.iter().map(|column| column.get(row).unwrap_or_default().to_owned()).collect()
}

fn words(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest)
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// A workbook of sheets, each the XML of its rows.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut list, mut relations, mut files) = (String::new(), String::new(), Vec::new());
    for (at, (name, rows)) in sheets.iter().enumerate() {
        let id = at + 1;
        list += &format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"r{id}\"/>");
        relations += &format!(
            "<Relationship Id=\"r{id}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>"
        );
        let sheet =
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        files.push((format!("xl/worksheets/sheet{id}.xml"), sheet));
    }
    relations +=
        &format!("<Relationship Id=\"s\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{list}</sheets></workbook>"
    );
    let root = format!(
        "<Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>"
    );
    let related = |list: &str| format!("<Relationships xmlns=\"{PACKAGE}\">{list}</Relationships>");
    // The second style is a date with a clock, the third a clock.
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>"
    );
    files.extend([
        ("_rels/.rels".to_owned(), related(&root)),
        ("xl/workbook.xml".to_owned(), book),
        ("xl/_rels/workbook.xml.rels".to_owned(), related(&relations)),
        ("xl/styles.xml".to_owned(), styles),
    ]);
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zip(&files)
}

fn texts_in_row(row: usize, texts: &[&str]) -> String {
    let cell = |(at, text): (usize, &&str)| {
        let column = char::from(b'A' + at as u8);
        format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let cells: String = texts.iter().enumerate().map(cell).collect();
    format!("<row r=\"{row}\">{cells}</row>")
}

const ORDERS: &[u8] = b"user,item\nann,tea\nbob,\"red, pot\"\n";

fn orders() -> Vec<Vec<String>> {
    words(&[&["user", "item"], &["ann", "tea"], &["bob", "red, pot"]])
}

#[test]
fn packed_files_hold_what_was_packed() {
    let packed = [
        (ORDERS.to_vec(), "text"),
        (gzip(ORDERS), "text in gzip"),
        (zstd(ORDERS), "text in zstd"),
        (zip(&[("a/orders.csv", ORDERS), ("__MACOSX/a/._orders.csv", b"x")]), "text in zip"),
        (zip(&[("orders.csv.gz", &gzip(ORDERS))]), "text in gzip in zip"),
    ];
    for (bytes, words) in packed {
        let opened = opened(&bytes).unwrap();
        assert_eq!(table(&opened), orders());
        assert_eq!(opened.container().value, words);
        let mut blocks = opened.blocks();
        assert_eq!(blocks.by_ref().count(), 1);
        assert!(blocks.bytes_read() > 0 && blocks.bytes_read() <= blocks.bytes(), "{words}");
    }
}

#[test]
fn one_of_several_in_an_archive_must_be_named() {
    let bytes = zip(&[("a.csv", ORDERS), ("b.csv", b"x,y\n1,2\n")]);
    let said = opened(&bytes).unwrap_err().to_string();
    assert!(said.contains("several files (a.csv, b.csv)"), "{said}");
    let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    let named =
        |sheet| open(Source::Bytes("f", bytes), Layout { sheet: Some(sheet), ..Layout::GUESSED });
    let b = named("b.csv").unwrap();
    assert_eq!(b.headers(), ["x", "y"]);
    assert_eq!((b.sheet().unwrap().value.as_str(), b.sheets().len()), ("b.csv", 2));
    assert!(named("c.csv").unwrap_err().to_string().contains("has no c.csv; it has a.csv, b.csv"));
}

#[test]
fn a_sheet_has_real_times_whole_numbers_and_rows() {
    let rows = [
        texts_in_row(2, &["user", "item", "time", "price"]),
        "<row r=\"4\"><c r=\"A4\"><v>17850</v></c><c r=\"B4\" t=\"inlineStr\"><is><t>a, \"b\"\nc</t></is></c>\
         <c r=\"C4\" s=\"1\"><v>40513.351388888892</v></c><c r=\"D4\"><v>2.55</v></c></row>"
            .to_owned(),
        "<row r=\"5\"><c r=\"A5\"><v>17851</v></c><c r=\"C5\" s=\"2\"><v>0.5</v></c>\
         <c r=\"D5\" t=\"e\"><v>#N/A</v></c></row>"
            .to_owned(),
    ]
    .concat();
    let bytes = workbook(&[("Notes", ""), ("Orders", &rows)]);
    let opened = opened(&bytes).unwrap();
    let expected = words(&[
        &["user", "item", "time", "price"],
        &["17850", "a, \"b\"\nc", "2010-12-01 08:26:00", "2.55"],
        &["17851", "", "12:00:00", "#N/A"],
    ]);
    assert_eq!(table(&opened), expected);
    assert_eq!(opened.sheet().unwrap().value, "Orders");
    assert_eq!(opened.sheet().unwrap().evidence, "the first of 2 sheets that has cells");
    assert_eq!(opened.sheets(), ["Notes", "Orders"]);
    assert_eq!((opened.container().value.as_str(), opened.encoding()), ("xlsx", None));
    assert_eq!((opened.place_of(0), opened.place_of(1)), ("row 4".to_owned(), "row 5".to_owned()));
}

#[test]
fn titles_above_a_sheets_table_are_skipped_and_blank_columns_left_out() {
    let shifted = |row: usize, texts: &[&str]| {
        texts_in_row(row, texts).replace("\"B", "\"C").replace("\"A", "\"B")
    };
    let rows = [
        shifted(1, &["Orders of 2011"]),
        shifted(3, &["user", "item"]),
        shifted(4, &["ann", "tea"]),
        shifted(5, &["bob", "pot"]),
    ];
    let opened = opened(&workbook(&[("a", &rows.concat())])).unwrap();
    assert_eq!(table(&opened), words(&[&["user", "item"], &["ann", "tea"], &["bob", "pot"]]));
    assert_eq!(opened.skip_lines().unwrap().value, 2);
}

#[test]
fn damaged_archives_and_workbooks_are_one_sentence() {
    let rows = [texts_in_row(1, &["user", "item"]), texts_in_row(2, &["ann", "tea"])].concat();
    for whole in [workbook(&[("a", &rows)]), zip(&[("a.csv", ORDERS)])] {
        for at in 0..whole.len() {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 0x55;
            for bytes in [&spoilt[..], &whole[..at]] {
                let said = match opened(bytes).and_then(|opened| opened.texts(&[0])) {
                    Ok(_) => continue,
                    Err(refusal) => refusal.to_string(),
                };
                assert!(
                    said.contains('f') && said.lines().count() == 1 && said.len() < 400,
                    "{said}"
                );
            }
        }
    }
}

#[test]
fn json_lines_are_rows_with_keys_for_columns() {
    let text = b"{\"user\":1,\"tags\":[1],\"item\":\"tea\"}\n\nno json\n{\"item\":\"p\\\"ot\",\"price\":2.50,\"user\":null}\n";
    let lines = opened(text).unwrap();
    assert_eq!(lines.headers(), ["user", "item", "price"]);
    assert_eq!(lines.container().evidence, "nested, and passed over: tags");
    let cells = lines.texts(&[0, 1, 2]).unwrap();
    assert_eq!((cells.rows, cells.faults.len(), cells.faults[0].0), (3, 1, 1));
    assert_eq!(row_of(&cells, 0), ["1", "tea", ""]);
    assert_eq!(row_of(&cells, 2), ["", "p\"ot", "2.50"]);
    assert!(lines.first_fault(&cells).unwrap().to_string().contains("line 3"));
    assert_eq!(lines.head(2).unwrap(), words(&[&["1", "tea", ""], &["no json"]]));
    // Their columns are told from rows.
    let said = open(Source::Bytes("f", text), Layout::default()).unwrap_err().to_string();
    assert!(said.contains("JSON Lines"), "{said}");
    assert_eq!(
        table(&opened(&gzip(b"{\"a\":1}\n{\"a\":2}")).unwrap()),
        words(&[&["a"], &["1"], &["2"]])
    );
}

#[test]
fn what_is_told_comes_with_its_evidence() {
    let euro = opened(b"sep=;\r\nuser;price\r\nann;3,50 \x80\r\nbob;1,20 \x80\r\n").unwrap();
    let told = |opened: &Opened| {
        let (encoding, separator) =
            (opened.encoding().unwrap(), opened.separator().unwrap().clone());
        (encoding.value, separator.value.to_string(), opened.skip_lines().unwrap().value)
    };
    assert_eq!(told(&euro), ("windows-1252", ";".to_owned(), 1));
    assert_eq!(euro.encoding().unwrap().evidence, "the file is not valid UTF-8");
    assert_eq!(table(&euro)[1], ["ann", "3,50 €"]);
    assert_eq!(euro.place_of(0), "line 3");

    let wide: Vec<u8> =
        "user\titem\nann\tThé\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf_16 = opened(&wide).unwrap();
    assert_eq!(told(&utf_16), ("UTF-16LE", "tab".to_owned(), 0));
    assert_eq!(table(&utf_16)[1], ["ann", "Thé"]);
    assert!(!utf_16.encoding_is_stable());

    let bare = opened(b"1,2014-04-06T18:44:58.314Z,214\n2,2014-04-06T18:44:59.325Z,215\n").unwrap();
    assert!(!bare.has_header().value && bare.has_header().evidence.contains("3 columns"));
    assert_eq!((bare.headers(), table(&bare).len()), (&["1", "2", "3"].map(String::from)[..], 3));

    let index = opened(b",user\n0,ann\n1,bob\n").unwrap();
    assert_eq!(index.headers(), ["column 1", "user"]);
    assert_eq!(opened(ORDERS).unwrap().head(1).unwrap(), words(&[&["ann", "tea"]]));
}

#[test]
fn without_guesses_only_the_header_line_and_what_was_declared_decide() {
    let layout = Layout::default();
    let open = |bytes: &'static [u8], layout| open(Source::Bytes("f", bytes), layout);
    let opened = open(b"a;b\n1,x\n\xA3,y\n", layout).unwrap();
    assert_eq!(opened.separator().unwrap().value, Separator::Byte(b';'));
    assert_eq!(opened.encoding().unwrap().value, "UTF-8");
    assert!(opened.has_header().value && !opened.line_breaks().unwrap().value);
    // Titles are not passed over, nor is a row of numbers taken for one.
    assert_eq!(open(b"Orders\nuser,item\n1,2\n3,4\n", layout).unwrap().headers(), ["Orders"]);
    assert!(open(b"1,2\n3,4\n", layout).unwrap().has_header().value);
    let declared = Layout { header: Some(false), separator: Some(Separator::COMMA), ..layout };
    // The number of columns does not depend on any row.
    for text in [&b"1,2\n3,4,5\n"[..], b"3,4,5\n1,2\n"] {
        let opened = open(text, declared).unwrap();
        assert_eq!((opened.headers().len(), opened.headers()[1].as_str()), (64, "2"));
        assert_eq!(opened.texts(&[2]).unwrap().faults, []);
    }
    assert_eq!(
        open(b"1,2\n", Layout { columns: Some(2), ..declared }).unwrap().headers(),
        ["1", "2"]
    );
    let skipped = Layout { skip_lines: Some(1), ..layout };
    assert_eq!(open(b"Orders\nuser,item\n1,2\n", skipped).unwrap().headers(), ["user", "item"]);
}

#[test]
fn several_files_are_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("part-1.csv"), "user,item\nann,tea\n").unwrap();
    fs::write(at("part-2.csv"), "").unwrap();
    fs::write(at("part-3.csv.gz"), gzip(b"item,user\npot,bob\ncup,ann,too,many\n")).unwrap();
    fs::write(at("_SUCCESS"), "").unwrap();
    let files = files_of(folder.path()).unwrap();
    let opened = open(Source::Files(&files), Layout::GUESSED).unwrap();
    let cells = opened.texts(&[0, 1]).unwrap();
    assert_eq!((cells.rows, opened.files()), (3, 2));
    assert_eq!(
        (row_of(&cells, 0), row_of(&cells, 1)),
        (vec!["ann".into(), "tea".into()], vec!["bob".into(), "pot".into()])
    );
    assert_eq!(cells.columns[0].names, ["ann", "bob"]);
    let said = opened.first_fault(&cells).unwrap().to_string();
    assert!(said.contains("part-3.csv.gz") && said.contains("line 3"), "{said}");
    assert!(opened.place_of(0).starts_with("line 2 of ") && opened.name().ends_with("and 2 more"));
    fs::write(at("part-4.csv"), "user,price\nann,2\n").unwrap();
    let files = files_of(&at("part-*.csv")).unwrap();
    let said = open(Source::Files(&files), Layout::GUESSED).unwrap_err().to_string();
    assert!(said.contains("part-4.csv") && said.contains("new: price; missing: item"), "{said}");
}

#[test]
fn pieces_taken_apart_anywhere_make_up_the_table() {
    let mut text = "user,item\n".to_owned();
    for row in 0..600_000 {
        text += &format!("u{},\"it\"\"em\n{}\"\n", row % 1_000, row % 7);
    }
    let opened = opened(text.as_bytes()).unwrap();
    assert!(opened.line_breaks().unwrap().value);
    let mut blocks = opened.blocks();
    let pieces: Vec<_> = blocks.by_ref().collect::<Result<_, _>>().unwrap();
    assert!(pieces.len() > 1 && blocks.bytes_read() == blocks.bytes());
    let opened = &opened;
    let apart: Vec<Cells> = std::thread::scope(|scope| {
        let task = |piece: super::Piece| scope.spawn(move || piece.cells(opened, &[1, 0]).unwrap());
        let tasks: Vec<_> = pieces.into_iter().map(task).collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    let whole = opened.texts(&[1, 0]).unwrap();
    assert_eq!((whole.rows, whole.columns[1].names.len()), (600_000, 1_000));
    let rows = apart.iter().flat_map(|cells| (0..cells.rows).map(|row| row_of(cells, row)));
    assert!(rows.eq((0..whole.rows).map(|row| row_of(&whole, row))));
    assert_eq!(row_of(&whole, 599_999), [format!("it\"em\n{}", 599_999 % 7), "u999".to_owned()]);
}

#[test]
fn parquet_is_read_by_row_groups() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let mut table = super::Table::default();
    let text = (0..1_100_000u32).map(|row| format!("u{}", row % 5)).collect::<Vec<_>>();
    let mut builder = super::TextBuilder::default();
    text.iter().for_each(|text| builder.push(Some(text)));
    table.columns.push(super::Column { name: "user".into(), text: builder.finish() });
    super::write(&path, &table).unwrap();
    let opened = open(Source::File(&path), Layout::GUESSED).unwrap();
    let pieces: Vec<_> = opened.blocks().collect::<Result<_, _>>().unwrap();
    assert!(pieces.len() > 1, "{}", pieces.len());
    let cells = opened.texts(&[0]).unwrap();
    assert!(text.iter().enumerate().all(|(row, text)| cells.columns[0].get(row) == Some(text)));
    assert_eq!(opened.head(2).unwrap(), words(&[&["u0"], &["u1"]]));
    assert_eq!(opened.place_of(400_000), "row 400001");
}

/// A file of the layouts that people have, where they are at hand.
fn case(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases").join(name);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn layouts_that_people_have_open_with_the_right_shape() {
    let look = |name: &str, rows: usize, columns: usize| {
        let opened = open(Source::File(&case(name)?), Layout::GUESSED).unwrap();
        let all = table(&opened);
        assert_eq!((all.len() - 1, opened.headers().len()), (rows, columns), "{name}");
        Some((opened, all))
    };
    if let Some((opened, _)) = look("05-yoochoose/yoochoose-buys.dat", 9, 5) {
        assert!(!opened.has_header().value);
    }
    look("09-hm/transactions_train.csv", 2_500, 5);
    look("20-compressed/orders.zip", 2_500, 5);
    look("20-compressed/orders.csv.zst", 2_500, 5);
    look("01-superstore/superstore.csv", 2_000, 21);
    look("04-retailrocket/events.csv", 3_000, 5);
    look("11-shopify/orders_export.csv", 450, 31);
    for name in ["english_header", "german_header", "sep"] {
        if let Some((opened, all)) = look(&format!("13-german-excel/{name}.csv"), 500, 8) {
            assert_eq!(opened.encoding().unwrap().value, "windows-1252");
            assert_eq!(opened.skip_lines().unwrap().value, u64::from(name == "sep"));
            assert_eq!((all[1][2].as_str(), all[1][5].as_str()), ("Weißes Herz; Halter", "3,39 €"));
        }
    }
    if let Some((opened, _)) = look("15-pipe/pipe.csv", 500, 21) {
        assert_eq!(opened.separator().unwrap().value, Separator::Byte(b'|'));
    }
    if let Some((opened, all)) = look("16-xlsx/Online Retail.xlsx", 800, 8) {
        assert_eq!(opened.sheet().unwrap().value, "Sheet1");
        let row = ["536365", "85123A", "6", "2010-12-01 08:26:00", "2.55", "17850"];
        assert_eq!([0, 1, 3, 4, 5, 6].map(|at| all[1][at].as_str()), row);
    }
    look("27-parquet/int16.parquet", 200, 5);
    look("27-parquet/spark.parquet", 200, 5);
}

#[test]
fn parquet_shows_what_the_csv_of_the_same_frame_does() {
    let (Some(path), Some(csv)) =
        (case("27-parquet/pandas.parquet"), case("27-parquet/same_frame.csv"))
    else {
        return;
    };
    let opened = open(Source::File(&path), Layout::GUESSED).unwrap();
    let parquet = table(&opened);
    let csv = table(&open(Source::File(&csv), Layout::GUESSED).unwrap());
    assert_eq!((parquet.len(), csv.len()), (1_001, 1_001));
    let mut cents = 0.0;
    for (row, same) in parquet.iter().zip(&csv).skip(1) {
        assert_eq!(row[0], same[0].trim_end_matches(".0"));
        assert_eq!(row[1], same[1]);
        assert_eq!(row[4], same[3][..19], "the clock of the zone");
        if !row[0].is_empty() {
            let quantity = if row[2].is_empty() { 0.0 } else { row[2].parse::<f64>().unwrap() };
            cents += 100.0 * quantity * row[3].parse::<f64>().unwrap();
        }
    }
    assert_eq!(cents.round(), 2_836_250.0);
    if let Some(path) = case("27-parquet/nested.parquet") {
        let opened = open(Source::File(&path), Layout::GUESSED).unwrap();
        assert_eq!(opened.headers(), ["user_id", "items", "order_date"]);
        assert!(opened.container().evidence.ends_with("passed over: items"));
        assert!(opened.texts(&[0, 2]).is_ok());
        let said = opened.texts(&[1]).unwrap_err().to_string();
        assert!(said.contains("column items"), "{said}");
    }
}
