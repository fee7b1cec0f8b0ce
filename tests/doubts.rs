//! Files that are read wrong without a word by programs that know no better: each is right here, or
//! named among the doubts, or refused with a sentence that says what to do.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A folder of files and the program in it.
struct Shop(TempDir);

impl Shop {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let shop = Self::new();
        shop.put(name, bytes);
        shop
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// What `arguments` gave: exit code, standard output, standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::cargo_bin("epsiloscope").unwrap();
        let command = command.current_dir(self.0.path()).timeout(Duration::from_secs(60));
        let out = command.args(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code().expect("it ended by itself"), text(out.stdout), text(out.stderr))
    }

    /// What `inspect` says: its document.
    fn inspect(&self, arguments: &[&str]) -> Value {
        let (code, said, amiss) = self.run(&[&["inspect", "--format", "json"], arguments].concat());
        assert_eq!(code, 0, "{arguments:?}: {amiss}");
        serde_json::from_str(&said).unwrap()
    }

    /// The sentence of a refusal.
    fn refusal(&self, arguments: &[&str]) -> String {
        let (code, _, said) = self.run(arguments);
        assert_eq!((code, said.lines().count()), (2, 1), "{arguments:?}: {said}");
        said
    }
}

/// The words of the doubts about a decision.
fn doubts(found: &Value, decision: &str) -> Vec<String> {
    let all = found["doubts"].as_array().unwrap();
    let of = all.iter().filter(|doubt| doubt["decision"] == decision);
    of.map(|doubt| doubt["words"].as_str().unwrap().to_owned()).collect()
}

/// Sixty purchases of sixteen users and seven items with one more column, whose cell `cell` gives.
fn purchases(column: &str, cell: impl Fn(usize) -> String) -> String {
    let mut text = format!("user,item,qty,price,{column}\n");
    for row in 0..60 {
        let price = (row % 7) as f64 + 0.5;
        text += &format!("u{},s{},{},{price},{}\n", row % 16, row % 7, 1 + row % 3, cell(row));
    }
    text
}

/// One doubt and no other, about this decision, with these words.
fn one_doubt(text: &str, decision: &str, words: &str) {
    let shop = Shop::with("o.csv", text);
    let found = shop.inspect(&["o.csv"]);
    let of = doubts(&found, decision);
    assert!(
        of.iter().any(|said| said.contains(words))
            && found["doubts"].as_array().unwrap().len() == of.len(),
        "{decision}: {words}: {}",
        found["doubts"]
    );
}

#[test]
fn a_plain_file_has_no_doubts() {
    for (column, cell) in [
        ("note", "x"),
        ("status", "complete"),
        ("is_paid", "1"),
        ("deleted_at", ""),
        ("Storno", ""),
        ("payment_type", "credit"),
        ("discount_code", "5"),
        ("Discount", "0"),
    ] {
        let shop = Shop::with("o.csv", purchases(column, |_| cell.to_owned()));
        let found = shop.inspect(&["o.csv"]);
        assert_eq!(found["doubts"], serde_json::json!([]), "{column}");
        assert_eq!((found["users"].as_u64(), found["items"].as_u64()), (Some(16), Some(7)));
    }
}

#[test]
fn columns_that_say_no_purchase_are_asked_about() {
    let every = |n: usize, yes: &'static str, no: &'static str| {
        move |row: usize| if row.is_multiple_of(n) { yes } else { no }.to_owned()
    };
    for (column, yes, no, rule) in [
        ("purchased", "0", "1", "purchased=0"),
        ("is_paid", "0", "1", "is_paid=0"),
        ("paid", "no", "yes", "paid=no"),
        ("void", "Y", "N", "void=Y"),
        ("Storno", "X", "", "Storno=X"),
        ("Returns", "Yes", "No", "Returns=Yes"),
        ("movement", "RMA", "SALE", "movement=RMA"),
        ("Doc Type", "CM", "IN", "Doc Type=CM"),
        ("Belegart", "Gutschrift", "Rechnung", "Belegart=Gutschrift"),
    ] {
        let text = purchases(column, every(5, yes, no));
        one_doubt(&text, "cancelled", &format!("12 of 60 rows have {rule}"));
    }
    let text = purchases("deleted_at", every(4, "2024-01-02", ""));
    one_doubt(&text, "cancelled", "15 of 60 rows have a deleted_at");
    for word in [
        "pending",
        "On hold",
        "draft",
        "test",
        "deleted",
        "invalid",
        "fraud",
        "quote",
        "Angebot",
        "offen",
        "Rückgabe",
        "отменен",
        "キャンセル",
        "취소",
        "İptal",
        "hủy",
    ] {
        let text = purchases("status", every(5, word, "complete"));
        one_doubt(&text, "cancelled", &format!("12 of 60 rows have status={word}"));
    }
}

#[test]
fn words_for_nobody_and_totals_are_named_in_the_languages_of_shops() {
    let plain = purchases("note", |_| "x".to_owned());
    for word in
        ["00000000-0000-0000-0000-000000000000", "Laufkundschaft", "Público en general", "散客"]
    {
        let text = plain.clone() + &format!("{word},s1,1,1.5,x\n").repeat(3);
        one_doubt(&text, "missing_user", &format!("{word} (3 rows"));
    }
    // A third of all rows, to the row.
    let text = plain.clone() + &"somebody,s1,1,1.5,x\n".repeat(30);
    one_doubt(&text, "missing_user", "somebody has 30 of 90 rows");
    for word in ["Итого", "小计", "sous-total", "Σ"] {
        let text = plain.clone() + &format!("u1,{word},9,9,x\n");
        one_doubt(&text, "item", &format!("1 row has {word}"));
    }
}

#[test]
fn what_looks_alike_is_named() {
    let plain = purchases("note", |_| "x".to_owned());
    let text = plain.clone() + "Rene\u{301},s1,1,1.5,x\nRené,s1,1,1.5,x\n";
    one_doubt(&text, "user_spelling", "Rene{U+0301} and René");
    let shop = Shop::with("o.csv", &text);
    assert_eq!(shop.inspect(&["o.csv"])["users"], 18);
    assert_eq!(shop.inspect(&["o.csv", "--user-spelling", "fold"])["users"], 17);
    one_doubt(&(plain.clone() + "u1,\u{200b}s1,1,1.5,x\n"), "item", "{U+200B}s1 and s1");
    one_doubt(&(plain.clone() + "u1,0101,1,1,x\nu2,101,1,1,x\n"), "item", "0101 and 101");
    // Zeros alone make no two.
    let shop = Shop::with("o.csv", plain + "u1,0101,1,1,x\nu2,0102,1,1,x\n");
    assert_eq!(shop.inspect(&["o.csv"])["doubts"], serde_json::json!([]));
    let text = "user,item\n".to_owned()
        + &(0..60).map(|row| format!("u{},4.01E+12\n", row % 16)).collect::<String>();
    one_doubt(&text, "item", "60 rows have a code that a spreadsheet rounded");
}

#[test]
fn what_headers_say_of_numbers_is_not_passed_over() {
    let named = |column: &str| purchases("note", |_| "x".to_owned()).replacen("price", column, 1);
    for column in ["unit_price_cents", "price_cents", "amount_minor", "Price in Cent"] {
        let shop = Shop::with("o.csv", named(column));
        let found = shop.inspect(&["o.csv"]);
        assert!(doubts(&found, "price")[0].contains("hundredths"), "{}", found["doubts"]);
        assert_eq!(found["columns"]["price"], Value::Null);
        let said = shop.refusal(&["inspect", "o.csv", "--measure", "revenue"]);
        assert!(said.contains(column) && said.contains("hundredths"), "{said}");
        let named = shop.inspect(&["o.csv", "--measure", "revenue", "--price", column]);
        assert_eq!(named["doubts"], serde_json::json!([]));
    }
    one_doubt(&named("Price per 100"), "price", "of 100 each");
    one_doubt(&named("Preis pro 100"), "price", "of 100 each");
    for (column, each) in
        [("Quantity (in 1000)", "1,000"), ("Quantity (k)", "1,000"), ("Qty (dozen)", "12")]
    {
        let text = purchases("note", |_| "x".to_owned()).replacen("qty", column, 1);
        one_doubt(&text, "quantity", &format!("of {each} each"));
    }
    let text = purchases("Discount", |row| if row % 3 == 0 { "0" } else { "0.1" }.to_owned());
    one_doubt(&text, "price", "40 of 60 rows have a Discount that is not 0");
    let text = purchases("discount", |row| if row % 3 == 0 { "" } else { "50%" }.to_owned());
    one_doubt(&text, "price", "40 of 60 rows have a discount that is not 0");
    let months: String = (0..60).map(|row| format!("u{},s{},1,2,0\n", row % 16, row % 7)).collect();
    let text = format!("user,item,2023-11,2023-12,2024-01\n{months}");
    one_doubt(&text, "quantity", "3 columns are months side by side (2023-11 to 2024-01)");
}

#[test]
fn lists_in_a_cell_are_named_and_names_with_commas_are_not() {
    let lists: String = (0..60)
        .map(|row| {
            let codes: Vec<String> =
                (0..1 + row % 3).map(|more| format!("p{}", (row + more) % 9)).collect();
            format!("u{},{row},\"{}\"\n", row % 16, codes.join(","))
        })
        .collect();
    one_doubt(&format!("user,order_id,product_ids\n{lists}"), "item", "40 of 60 cells");
    let json: String = (0..20).map(|row| format!("u{row},\"[\"\"a\"\",\"\"b\"\"]\"\n")).collect();
    one_doubt(&format!("user,item\n{json}"), "item", "look like lists");
    let shirts: String = (0..60)
        .map(|row| format!("u{},\"T-Shirt, {}\"\n", row % 16, ["red", "blue"][row % 2]))
        .collect();
    let shop = Shop::with("o.csv", format!("user,item\n{shirts}"));
    assert_eq!(shop.inspect(&["o.csv"])["doubts"], serde_json::json!([]));
}

#[test]
fn a_persons_name_is_no_items() {
    let rows = |name: &dyn Fn(usize) -> String| -> String {
        let row = |row: usize| format!("{row},u{},s{},{}\n", row % 16, row % 7, name(row));
        "order_id,customer_id,product_id,name\n".to_owned() + &(0..60).map(row).collect::<String>()
    };
    let shop = Shop::new();
    shop.put("users.csv", rows(&|row| format!("Anna {}", row % 16)));
    shop.put("items.csv", rows(&|row| format!("Mug {}", row % 7)));
    assert_eq!(shop.inspect(&["users.csv"])["columns"]["description"], Value::Null);
    assert_eq!(shop.inspect(&["items.csv"])["columns"]["description"], "name");
    let paid = "Name,Buyer ID,Item ID,Item Title\n".to_owned()
        + &(0..9).map(|row| format!("Bo {row},u{row},s1,Mug\n")).collect::<String>();
    shop.put("paid.csv", paid);
    assert_eq!(shop.inspect(&["paid.csv"])["columns"]["description"], "Item Title");
}

#[test]
fn three_digits_behind_a_mark_are_asked_about() {
    let rows = |sign: &str, quantity: &str, price: &str| -> String {
        let head = ["user", "item", "qty", "price"].join(sign) + "\n";
        let row = |row: usize| {
            let price = price.replace('#', &(250 * (row % 4)).to_string());
            [&format!("u{}", row % 16), &format!("s{}", row % 7), quantity, &price].join(sign)
                + "\n"
        };
        head + &(1..60).filter(|row| row % 4 > 0).map(row).collect::<String>()
    };
    let shop = Shop::with("o.csv", rows(",", "1", "1.#"));
    let found = shop.inspect(&["o.csv", "--measure", "revenue"]);
    assert_eq!(doubts(&found, "decimal").len(), 1, "{}", found["doubts"]);
    let found = shop.inspect(&["o.csv", "--measure", "revenue", "--decimal", "."]);
    assert_eq!(found["doubts"], serde_json::json!([]));
    let shop = Shop::with("o.csv", rows(";", "2,000", "2.50"));
    assert_eq!(doubts(&shop.inspect(&["o.csv"]), "decimal").len(), 1);
}

#[test]
fn a_join_says_what_does_not_match_and_which_direction_does() {
    let shop = Shop::new();
    let orders: String = (0..60).map(|order| format!("{order},u{}\n", order % 16)).collect();
    let line = |line: usize| format!("{},p{},{}\n", line / 2, line % 7, 1 + line % 4);
    shop.put("orders.csv", format!("order_id,customer_id\n{orders}"));
    shop.put(
        "lines.csv",
        format!("order_id,product_id,quantity\n{}", (0..130).map(line).collect::<String>()),
    );
    let found = shop.inspect(&["lines.csv", "--join", "orders.csv"]);
    assert!(doubts(&found, "join")[0].contains("10 of 130 rows"), "{}", found["doubts"]);
    let said = shop.refusal(&["inspect", "orders.csv", "--join", "lines.csv"]);
    assert!(said.contains("lines.csv with orders.csv"), "{said}");
    // Where some rows are left, that is a doubt.
    let line = |line: usize| format!("{},p{},{}\n", line.min(40), line % 7, 1 + line % 4);
    shop.put(
        "lines.csv",
        format!("order_id,product_id,quantity\n{}", (0..50).map(line).collect::<String>()),
    );
    let found = shop.inspect(&["orders.csv", "--join", "lines.csv"]);
    let said = doubts(&found, "join").join("; ");
    assert!(said.contains("1 key stands") && said.contains("lines.csv with orders.csv"), "{said}");
    shop.put("others.csv", "order_id,customer_id\nX1,a\nX2,b\n");
    let said = shop.refusal(&["inspect", "lines.csv", "--join", "others.csv"]);
    assert!(said.contains("no order_id of the 50 rows") && said.contains("'X1'"), "{said}");
    // A key of two users.
    shop.put("orders.csv", format!("order_id,customer_id\n{orders}3,eve\n"));
    let found = shop.inspect(&["lines.csv", "--join", "orders.csv"]);
    assert!(doubts(&found, "join")[0].contains("something else in customer_id"), "{found}");
}

#[test]
fn files_of_a_folder_that_are_the_same_are_named() {
    let shop = Shop::new();
    for name in ["jan.csv", "copy.csv"] {
        shop.put(&format!("all/{name}"), "user,item\na,x\nb,y\n");
    }
    let found = shop.inspect(&["all"]);
    let said = doubts(&found, "drop_duplicates");
    assert!(said[0].contains("jan.csv is byte for byte the same as copy.csv"), "{said:?}");
    assert_eq!(found["total"], 4);
    let found = shop.inspect(&["all", "--drop-duplicates"]);
    assert_eq!((&found["total"], &found["doubts"]), (&Value::from(2), &serde_json::json!([])));
}

#[test]
fn items_are_those_of_rows_that_count() {
    let shop = Shop::with("o.csv", "user,item,qty\na,x,1\nb,y,?\nb,x,2\nc,z,1\n");
    let found = shop.inspect(&["o.csv"]);
    assert_eq!((&found["items"], &found["users"]), (&Value::from(2), &Value::from(3)));
}

#[test]
fn what_python_calls_no_number_costs_no_row() {
    let shop = Shop::with(
        "o.jsonl",
        "{\"user\":\"a\",\"item\":\"x\",\"quantity\":1,\"price\":NaN}\n{\"user\":\"b\",\"item\":\"y\",\"quantity\":2,\"price\":2.5}\n",
    );
    assert_eq!(shop.inspect(&["o.jsonl"])["total"], 3);
}

/// A workbook of one sheet: each row's cells as they stand in its XML, behind their place.
fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut sheet = String::new();
    for (row, cells) in rows.iter().enumerate() {
        sheet += &format!("<row r=\"{}\">", row + 1);
        for (at, cell) in cells.iter().enumerate() {
            let place = format!("r=\"{}{}\"", char::from(b'A' + at as u8), row + 1);
            sheet += &match cell.starts_with('<') {
                true => format!("<c {place}>{cell}</c>"),
                false => format!("<c {place} t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            };
        }
        sheet += "</row>";
    }
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let members = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Orders\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{sheet}</sheetData></worksheet>"),
        ),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn formulas_without_a_result_and_ids_beyond_53_bits_are_named() {
    let head = ["user", "item", "quantity", "price"].map(str::to_owned).to_vec();
    let row = |row: usize| {
        let id = format!("<v>{}</v>", 9_007_199_254_740_992u64 + row as u64 / 3);
        let of = format!("<f>A{}*2</f><v/>", row + 2);
        vec![id, format!("i{}", row % 4), of, "<v>2.5</v>".to_owned()]
    };
    let rows: Vec<_> = std::iter::once(head).chain((0..30).map(row)).collect();
    let shop = Shop::with("o.xlsx", workbook(&rows));
    let found = shop.inspect(&["o.xlsx"]);
    assert!(doubts(&found, "sheet")[0].contains("30 cells of quantity"), "{}", found["doubts"]);
    assert!(doubts(&found, "user")[0].contains("9.00719925474"), "{}", found["doubts"]);
    let said = shop.refusal(&["inspect", "o.xlsx", "--quantity", "quantity"]);
    assert!(said.contains("hold a formula without its result"), "{said}");
    // In a release an id that stands for several is nobody.
    let two = |id: &str| vec![format!("<v>{id}</v>"), "tea".to_owned()];
    let rows = [
        vec!["user".to_owned(), "item".to_owned()],
        two("9007199254740992"),
        two("9007199254740993"),
        two("17"),
    ];
    shop.put("p.xlsx", workbook(&rows));
    assert_eq!(released(&shop, "p.xlsx", "item\ntea\n", &[]), ["tea,1"]);
}

/// The words of a release over list.csv.
fn release_of(file: &str, more: &[&str]) -> Vec<String> {
    let common = [
        &["release", file, "--ledger", "l.ledger", "--dataset", "d", "--epsilon", "1"][..],
        &["--l0", "3", "--linf", "9", "--groups", "list.csv", "--unprotected", "none"],
        more,
    ];
    common.concat().into_iter().map(str::to_owned).collect()
}

/// The rows of a release that has next to no noise.
fn released(shop: &Shop, file: &str, list: &str, more: &[&str]) -> Vec<String> {
    shop.put("list.csv", list);
    let release = [
        &["release", file, "--ledger", "l.ledger", "--dataset", "d", "--epsilon", "1e6"][..],
        &["--l0", "9", "--linf", "99", "--groups", "list.csv", "--unprotected", "none"],
        &["--force", "--out", "out.csv"],
        more,
    ];
    if !shop.0.path().join("l.ledger").exists() {
        let create = ["ledger", "create", "l.ledger", "--dataset", "d", "--epsilon", "1e8"];
        assert_eq!(shop.run(&create).0, 0);
    }
    let (code, _, said) = shop.run(&release.concat());
    assert_eq!(code, 0, "{said}");
    let text = fs::read_to_string(shop.0.path().join("out.csv")).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn nothing_is_released_of_a_join_unless_somebody_vouches_for_its_keys() {
    let shop = Shop::with("items.csv", "order_id,item,quantity\n1,a,1\n2,b,2\n3,a,3\n4,c,4\n");
    shop.put("list.csv", "item\na\nb\nc\n");
    let create = ["ledger", "create", "l.ledger", "--dataset", "d", "--epsilon", "1e8"];
    assert_eq!(shop.run(&create).0, 0);
    let orders = "order_id,customer_id\n1,u1\n2,u2\n3,u3\n4,u4\n";
    let release = release_of("items.csv", &["--join", "orders.csv", "--out", "o.csv"]);
    let release: Vec<&str> = release.iter().map(String::as_str).collect();
    // Whatever the rows are: one more row of one user makes no difference, not even to a refusal.
    let mut said = Vec::new();
    for more in ["", "3,eve\n"] {
        shop.put("orders.csv", format!("{orders}{more}"));
        said.push(shop.refusal(&release));
    }
    assert_eq!(said[0], said[1]);
    assert!(said[0].contains("--join-keys-unique"), "{}", said[0]);
    assert!(!shop.0.path().join("o.csv").exists());
    let (_, shown, _) = shop.run(&["ledger", "show", "l.ledger", "--format", "json"]);
    assert!(!shown.contains("o.csv"), "{shown}");
    shop.put("orders.csv", orders);
    let vouched = ["--join", "orders.csv", "--join-keys-unique"];
    assert_eq!(released(&shop, "items.csv", "item\na\nb\nc\n", &vouched), ["a,4", "b,2", "c,4"]);
    let statement = fs::read_to_string(shop.0.path().join("out.json")).unwrap();
    let statement: Value = serde_json::from_str(&statement).unwrap();
    assert_eq!(statement["reading"]["join_keys_unique"]["source"], "declared");
    assert_eq!(statement["unprotected_quantities"][0], "reading: joined table");
    let idle = shop.refusal(&["inspect", "items.csv", "--join-keys-unique"]);
    assert!(idle.contains("has no effect"), "{idle}");
}

#[test]
fn a_list_without_a_header_loses_no_group() {
    let shop = Shop::with("o.csv", "user,item\nu1,a\nu2,b\n");
    shop.put("list.csv", "a\nb\n");
    let create = ["ledger", "create", "l.ledger", "--dataset", "d", "--epsilon", "1e8"];
    assert_eq!(shop.run(&create).0, 0);
    let release = release_of("o.csv", &["--out", "o2.csv"]);
    let said = shop.refusal(&release.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("'a'") && said.contains("--groups-column"), "{said}");
    assert_eq!(released(&shop, "o.csv", "item\na\nb\n", &[]), ["a,1", "b,1"]);
    assert_eq!(released(&shop, "o.csv", "a\nb\n", &["--groups-column", "a"]), ["b,1"]);
}

#[test]
#[cfg(unix)]
fn a_reading_that_never_ends_is_refused() {
    let shop = Shop::with("o.csv", "user,item\nu1,a\n");
    for device in ["/dev/zero", "/dev/full", "/dev/random", "."] {
        let said = shop.refusal(&["inspect", "o.csv", "--reading", device]);
        assert!(said.contains("no regular file"), "{said}");
    }
    shop.put("large.toml", vec![b'#'; (1 << 20) + 1]);
    let said = shop.refusal(&["inspect", "o.csv", "--reading", "large.toml"]);
    assert!(said.contains("larger than 1 MiB"), "{said}");
}

#[test]
#[cfg(unix)]
fn a_pipe_is_written_to_and_stays() {
    use std::os::unix::fs::FileTypeExt;
    let shop = Shop::with("o.csv", "user,item\nu1,a\n");
    let pipe = shop.0.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(shop.run(&["inspect", "o.csv", "--format", "json", "--out", "pipe.csv"]).0, 0);
    assert!(reader.join().unwrap().contains("\"rows_read\": 1"));
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
#[cfg(unix)]
fn a_program_that_is_told_to_end_leaves_no_half_of_a_file() {
    use std::os::unix::process::ExitStatusExt;
    let shop = Shop::new();
    let generate = ["generate", "--users", "20000", "--items", "500", "--rows", "1000000"];
    for signal in [15, 1] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_epsiloscope"))
            .current_dir(shop.0.path())
            .args(generate)
            .args(["--out", "large.csv"])
            .spawn()
            .unwrap();
        let begun = std::time::Instant::now();
        let files = || fs::read_dir(shop.0.path()).unwrap().count();
        while files() == 0 {
            assert!(begun.elapsed() < Duration::from_secs(60), "no file was begun");
            std::thread::sleep(Duration::from_millis(1));
        }
        let number = child.id().to_string();
        let sent =
            std::process::Command::new("kill").args([&format!("-{signal}"), &number]).status();
        assert!(sent.unwrap().success());
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
        assert_eq!(files(), 0);
    }
}

#[test]
fn epsilon_is_never_said_to_be_less_than_it_is() {
    let shop = Shop::new();
    let (_, said, _) = shop.run(&["compose", "--delta", "1e-9", "pure:epsilon=4e-7"]);
    assert!(said.contains("basic") && said.contains("4.00000e-7"), "{said}");
}

#[test]
fn what_is_no_table_is_called_by_its_name() {
    let shop = Shop::new();
    let refused = |name: &str, bytes: &[u8], words: &[&str]| {
        shop.put(name, bytes);
        let said = shop.refusal(&["inspect", name]);
        assert!(words.iter().all(|word| said.contains(word)), "{name}: {said}");
    };
    refused("a.json", b"{\"orders\":[{\"user\":\"a\",\"item\":\"x\"}]}\n", &["orient='records'"]);
    refused("b.json", b"{\"columns\":[\"user\"],\"data\":[[\"a\"]]}", &["orient='records'"]);
    let frame = "{\"user\":{\"0\":\"a\",\"1\":\"b\"},\"item\":{\"0\":\"x\",\"1\":\"y\"}}";
    refused("c.json", frame.as_bytes(), &["orient='records'"]);
    refused("d.json", b"[[\"user\",\"item\"],[\"a\",\"x\"]]", &["lists without names", "@csv"]);
    refused("e.jsonl", b"[\"user\",\"item\"]\n[\"a\",\"x\"]\n", &["lists without names"]);
    let order = "{\"customer_id\":1,\"line_items\":[{\"sku\":\"x\"}]}";
    let nested = format!("[{order},{order}]");
    refused("f.json", nested.as_bytes(), &["line_items passed over"]);
    refused("g.orc", b"ORC\x0a\x01rest of it, whatever it is", &["an ORC file"]);
    refused("h.csv", b"\xFF\xFE\0\0u\0\0\0s\0\0\0e\0\0\0r\0\0\0\n\0\0\0", &["UTF-32"]);
    let zipped = |members: &[&str]| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in members {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(b"user,item\na,x\n").unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    refused("i.zip", &zipped(&["jan.csv", "feb.csv"]), &["jan.csv, feb.csv", "--sheet"]);
    shop.put("both.zip", zipped(&["jan.csv", "feb.csv", "about.md"]));
    let both = shop.inspect(&["both.zip", "--sheet", "jan.csv,feb.csv"]);
    assert_eq!(
        (&both["rows_read"], both["reading"]["sheet"]["value"].as_str()),
        (&2.into(), Some("jan.csv,feb.csv"))
    );
    shop.put("one.zip", zipped(&["data/orders.csv", "data/readme.md"]));
    assert_eq!(shop.inspect(&["one.zip"])["reading"]["sheet"]["value"], "data/orders.csv");
    refused("j.ods", &zipped(&["mimetype", "content.xml"]), &["an OpenDocument spreadsheet"]);
    let mut tar = vec![0; 1_024];
    tar[..5].copy_from_slice(b"o.csv");
    tar[257..262].copy_from_slice(b"ustar");
    refused("k.tar", &tar, &["a tar archive", "tar xf"]);
}

#[test]
fn rows_that_come_twice_and_rows_without_the_header_s_fields_are_doubtful() {
    let row =
        |n: u32| format!("{n},2024-01-{:02} 10:{:02},u{},i{}\n", 1 + n % 28, n % 60, n % 17, n % 5);
    let rows = |many: u32| (0..many).map(row).collect::<String>();
    let header = "order,time,user,item\n";
    let shop = Shop::with("once.csv", format!("{header}{}", rows(300)));
    shop.put("twice.csv", format!("{header}{}{}", rows(300), rows(60)));
    // The same twice in an order, and the same on one day, are lines of their own.
    shop.put("lines.csv", format!("{header}{}", (0..300).map(|n| row(n / 2)).collect::<String>()));
    let by_day = |n: u32| format!("2024-01-{:02},u{},i{}\n", 1 + n % 28, n % 5, n % 3);
    shop.put("days.csv", format!("time,user,item\n{}", (0..900).map(by_day).collect::<String>()));
    for name in ["lines.csv", "days.csv"] {
        assert!(doubts(&shop.inspect(&[name]), "drop_duplicates").is_empty(), "{name}");
    }
    // One pasted wrongly is not many.
    shop.put("few.csv", format!("{header}{}{}", rows(300), rows(5)));
    assert!(doubts(&shop.inspect(&["once.csv"]), "drop_duplicates").is_empty());
    assert!(doubts(&shop.inspect(&["few.csv"]), "drop_duplicates").is_empty());
    let found = shop.inspect(&["twice.csv"]);
    assert!(doubts(&found, "drop_duplicates")[0].contains("60 of 360"), "{found}");
    let settled = shop.inspect(&["twice.csv", "--drop-duplicates"]);
    assert!(doubts(&settled, "drop_duplicates").is_empty() && settled["rows_kept"] == 300);
    // The other answer settles it, too.
    let settled = shop.inspect(&["twice.csv", "--drop-duplicates=no"]);
    assert!(doubts(&settled, "drop_duplicates").is_empty() && settled["rows_kept"] == 360);
    assert_eq!(settled["reading"]["drop_duplicates"]["source"], "declared");
    // Repeats are one file's: a reading that was kept says nothing of the next.
    shop.inspect(&["once.csv", "--save-reading", "r.toml"]);
    let next = shop.inspect(&["twice.csv", "--reading", "r.toml"]);
    assert_eq!(doubts(&next, "drop_duplicates").len(), 1, "{next}");
    // Columns of fixed width: a name of two words has a field too many.
    let line = |n: u32| {
        let name = if n.is_multiple_of(10) { "red hat" } else { "shoes" };
        format!(
            "{:<8}{:<8}{:<12}{:>4}\n",
            format!("u{}", n % 9),
            format!("i{}", n % 4),
            name,
            1 + n % 3
        )
    };
    let fixed = shop.put(
        "fixed.txt",
        format!(
            "{:<8}{:<8}{:<12}{:>4}\n{}",
            "user",
            "item",
            "name",
            "qty",
            (0..120).map(line).collect::<String>()
        ),
    );
    let found = shop.inspect(&["fixed.txt", "--separator", "blanks"]);
    assert!(doubts(&found, "separator")[0].contains("12 of 120 rows"), "{found}");
    // Their places say what belongs to which column.
    let found = shop.inspect(&["fixed.txt"]);
    assert!(doubts(&found, "separator").is_empty() && found["rows_kept"] == 120, "{found}");
    // A cell that is longer than its column is no cell of it, and named.
    let lines = std::fs::read_to_string(fixed).expect("a file");
    shop.put("long.txt", format!("{lines}u1      i1      a very red hat of all    9\n"));
    let found = shop.inspect(&["long.txt"]);
    assert!(doubts(&found, "separator")[0].contains("1 of 121 rows"), "{found}");
}

#[test]
fn a_rule_says_is_not_and_one_that_nothing_meets_says_so() {
    let row = |n: u32| {
        let kind = if n.is_multiple_of(8) { "RETURN" } else { "SALE" };
        format!("u{},i{},{kind}\n", n % 9, n % 4)
    };
    let shop =
        Shop::with("a.csv", format!("user,item,type\n{}", (0..80).map(row).collect::<String>()));
    for rule in
        [["--where", "type!=RETURN"], ["--cancelled", "type!=SALE"], ["--where", "type=SALE"]]
    {
        let found = shop.inspect(&[&["a.csv"], &rule[..]].concat());
        assert_eq!(found["rows_kept"], 70, "{rule:?}");
    }
    let found = shop.inspect(&["a.csv", "--cancelled", "type=Retour"]);
    assert!(doubts(&found, "cancelled")[0].contains("no row is dropped as type=Retour"), "{found}");
    // What is missing is none of the texts.
    shop.put("blank.csv", "user,item,type\nu1,i1,SALE\nu2,i1,\nu3,i2,RETURN\nu4,i2,SALE\n");
    for rule in [["--where", "type!=RETURN"], ["--cancelled", "type=RETURN"]] {
        let found = shop.inspect(&[&["blank.csv"], &rule[..]].concat());
        assert_eq!(found["rows_kept"], 3, "{rule:?}");
    }
    // Another kind of rule is no equality, and what was declared is kept whatever is doubtful of it.
    let said = shop.refusal(&["inspect", "a.csv", "--where", "type*=SALE"]);
    assert!(said.contains("type*"), "{said}");
    let kept = ["a.csv", "--cancelled", "type=Retour", "--save-reading", "kept.toml"];
    shop.inspect(&kept);
    let kept = fs::read_to_string(shop.0.path().join("kept.toml")).unwrap();
    assert!(kept.contains("type=Retour"), "{kept}");
    for rule in ["type==RETURN", "type>=2", "type=a,b=c"] {
        let (code, _, said) = shop.run(&["inspect", "a.csv", "--where", rule]);
        assert!(code == 2 && said.contains("is no rule about rows"), "{said}");
    }
}

#[test]
fn a_preview_says_what_is_doubtful() {
    let row = |n: u32| {
        format!(
            "{},i{},1\n",
            if n.is_multiple_of(9) { "Guest".to_owned() } else { format!("u{}", n % 30) },
            n % 4
        )
    };
    let shop = Shop::with(
        "a.csv",
        format!("user,item,quantity\n{}", (0..300).map(row).collect::<String>()),
    );
    shop.put("items.csv", "item\ni0\ni1\ni2\ni3\n");
    let (code, _, said) =
        shop.run(&["ledger", "create", "a.ledger", "--dataset", "a", "--epsilon", "2"]);
    assert_eq!(code, 0, "{said}");
    let inspected = shop.inspect(&["a.csv"]);
    let doubt = inspected["doubts"][0]["words"].as_str().unwrap().to_owned();
    let (code, preview, amiss) = shop.run(&[
        "release",
        "a.csv",
        "--ledger",
        "a.ledger",
        "--epsilon",
        "1",
        "--l0",
        "2",
        "--linf",
        "3",
        "--groups",
        "items.csv",
        "--preview",
    ]);
    assert_eq!(code, 0, "{amiss}");
    assert!(preview.contains("doubtful: ") && preview.contains(&doubt), "{doubt}: {preview}");
}

#[test]
fn orders_of_nobody_do_not_stop_users_from_being_filled_down() {
    // The buyer stands in the first line of an order; every fifth order is a guest's.
    let mut text = "Name,Email,sku,qty\n".to_owned();
    for order in 0..60 {
        let buyer =
            if order % 5 == 4 { String::new() } else { format!("b{}@shop.example", order % 23) };
        text += &format!("#{order},{buyer},s1,1\n#{order},,s2,1\n#{order},,s3,1\n");
    }
    let found = Shop::with("o.csv", &text).inspect(&["o.csv"]);
    assert_eq!((found["total"].as_u64(), &found["doubts"]), (Some(144), &serde_json::json!([])));
    // Where nothing says who buys below, the rows that are lost are named.
    let text = text.replace("#", "").replace("Name,", "");
    let text: String = text
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("{line}\n"),
            _ => format!("{}\n", line.split_once(',').unwrap().1),
        })
        .collect();
    let found = Shop::with("o.csv", text).inspect(&["o.csv"]);
    assert!(doubts(&found, "fill_down")[0].contains("of 180 rows"), "{}", found["doubts"]);
}

#[test]
fn codes_units_and_columns_side_by_side_are_asked_about() {
    let every = |n: usize, yes: &'static str, no: &'static str| {
        move |row: usize| if row.is_multiple_of(n) { yes } else { no }.to_owned()
    };
    for (column, yes, no, words) in [
        ("status", "3", "4", "status holds codes (48 4, 12 3)"),
        ("type", "R", "S", "type holds codes (48 S, 12 R)"),
        ("void", "V", "", "void holds codes (12 V)"),
        ("WAERK", "EUR", "USD", "several currencies (48 USD, 12 EUR)"),
        ("uom", "DZ", "EA", "several units (48 EA, 12 DZ)"),
    ] {
        one_doubt(&purchases(column, every(5, yes, no)), "where", words);
    }
    // A total that is the price times the quantity is no doubt, one with a tax on it is.
    let total = |times: f64| {
        move |row: usize| format!("{:.2}", ((row % 7) as f64 + 0.5) * (1 + row % 3) as f64 * times)
    };
    let found = Shop::with("o.csv", purchases("total", total(1.0))).inspect(&["o.csv"]);
    assert_eq!(found["doubts"], serde_json::json!([]));
    one_doubt(
        &purchases("total", total(1.19)),
        "price",
        "in 60 of 60 rows total is something else",
    );
    // A quantity whose name nobody knows.
    let text = purchases("note", |_| "x".to_owned()).replace(",qty,", ",Colli,");
    one_doubt(&text, "quantity", "Colli holds whole numbers beside a price");
    let text = text.replace("Colli", "stock_quantity");
    let found = Shop::with("o.csv", text).inspect(&["o.csv"]);
    assert_eq!(found["total"], 60);
    // Wide tables, and a second item of a row.
    let mut wide = "user,item,W1,W2,W3\n".to_owned();
    let mut pairs = "user,sku,sku_2\n".to_owned();
    for row in 0..60 {
        wide += &format!("u{},s{},{},{},0\n", row % 16, row % 7, row % 4, row % 5);
        pairs += &format!("u{},s{},t{}\n", row % 16, row % 7, row % 5);
    }
    one_doubt(&wide, "quantity", "3 columns are of numbers side by side (W1 to W3)");
    one_doubt(&pairs, "item", "sku_2 holds further items");
}

#[test]
fn ids_that_name_no_person_and_no_item_are_asked_about() {
    // Each order has a user of its own.
    let mut orders = "order_id,customer_id,sku\n".to_owned();
    let mut lines = "order_id,customer_id,item_no,description\n".to_owned();
    let mut clerks = "user,phone,sku\n".to_owned();
    for order in 0..60 {
        for line in 1..3 {
            orders += &format!("o{order},c{order},s{line}\n");
            lines += &format!("o{order},c{},{line}0,thing {}\n", order % 16, (order + line) % 9);
            clerks += &format!("{},{},s{line}\n", ["ann", "bob"][order % 2], 5_550 + order % 16);
        }
    }
    one_doubt(&orders, "user", "none of 60 users looked at has a second order_id");
    one_doubt(&lines, "item", "the numbers 10 to 20 alone");
    one_doubt(&clerks, "user", "120 rows are of two users (ann, bob)");
    // Ids that went through floating-point numbers, however they are written.
    for ids in [|at: u64| at / 1_000 * 1_000, |at: u64| at as f64 as u64] {
        let rounded = |row: usize| ids(910_000_000_000_090_611 + (row as u64 % 16) * 7_919);
        let text = purchases("customer_id", |row| rounded(row).to_string());
        let text = text.replacen("user", "note", 1);
        let found = Shop::with("o.csv", text).inspect(&["o.csv"]);
        let said = doubts(&found, "user");
        assert!(said.iter().any(|said| said.contains("a spreadsheet rounded")), "{said:?}");
    }
    // Items that differ in capital letters.
    let text = purchases("sku", |row| {
        if row % 3 == 0 { format!("S-{}", row % 7) } else { format!("s-{}", row % 7) }
    });
    one_doubt(&text.replacen("item", "note", 1), "item", "but for capital letters and blanks");
}

#[test]
fn files_that_overlap_and_times_of_several_zones_are_named() {
    let shop = Shop::new();
    let rows = |from: usize| {
        let mut text = "order_id,user,item,date\n".to_owned();
        for row in from..from + 100 {
            text += &format!("{row},u{},s{},2024-01-05 10:00:{:02}\n", row % 16, row % 7, row % 60);
        }
        text
    };
    shop.put("all/jan.csv", rows(1_000));
    shop.put("all/feb.csv", rows(1_060));
    let found = shop.inspect(&["all"]);
    let said = doubts(&found, "drop_duplicates");
    assert!(said[0].contains("40 of 200 lines stand in several of the files"), "{said:?}");
    let found = shop.inspect(&["all", "--drop-duplicates"]);
    assert_eq!((&found["total"], &found["doubts"]), (&Value::from(160), &serde_json::json!([])));
    // An hour apart is summer and winter of one place.
    for (zones, doubtful) in [(["+01:00", "+02:00"], false), (["Z", "-07:00"], true)] {
        let text = purchases("date", |row| {
            format!("2024-01-{:02}T10:00:00{}", 1 + row % 28, zones[row % 2])
        });
        let found = Shop::with("o.csv", text).inspect(&["o.csv"]);
        assert_eq!(!doubts(&found, "date_format").is_empty(), doubtful, "{zones:?}");
    }
}

/// Orders of some lines each by returning customers: header and rows, with what `more` adds.
fn orders(header: &str, mut line: impl FnMut(Line) -> String) -> String {
    let mut text = format!("{header}\n");
    for order in 0..200_usize {
        for at in 0..1 + order % 3 {
            let item = (order * 7 + at * 3) % 31;
            let quantity =
                1 + usize::from((order + at).is_multiple_of(4)) + 2 * usize::from(order % 11 == 3);
            let line = line(Line { order, user: (order * 37) % 60, item, quantity, at });
            if !line.is_empty() {
                text += &line;
                text.push('\n');
            }
        }
    }
    text
}

#[derive(Clone, Copy)]
struct Line {
    order: usize,
    user: usize,
    item: usize,
    quantity: usize,
    /// Its place among the lines of its order, from 0.
    at: usize,
}

impl Line {
    /// `order,time,user,item,quantity,price`.
    fn text(self) -> String {
        let Self { order, user, item, quantity, .. } = self;
        let day = 1 + order / 8 % 28;
        format!(
            "{},2024-03-{day:02} 1{}:00:00,{},sku{item:02},{quantity},{}.{:02}",
            50_000 + order,
            order % 10,
            7_000 + user,
            2 + item,
            item * 3
        )
    }
}

const HEADER: &str = "order_id,order_date,customer_id,sku,quantity,price";

#[test]
fn lines_that_stand_there_again_and_items_of_every_order_are_named() {
    let shop = Shop::with("honest.csv", orders(HEADER, Line::text));
    assert_eq!(shop.inspect(&["honest.csv"])["doubts"], Value::Array(Vec::new()));
    let header = format!("{HEADER},status");
    let states = |line: Line| {
        let text = line.text();
        ["created", "paid", "shipped"].map(|state| format!("{text},{state}")).join("\n")
    };
    one_doubt(&orders(&header, states), "where", "differ in status, as in a history");
    let shipped = |line: Line| {
        let fee = format!(
            "\n{},2024-03-01 10:00:00,{},flat_rate,1,4.90",
            50_000 + line.order,
            7_000 + line.user
        );
        line.text() + if line.at == 0 { &fee } else { "" }
    };
    let text = orders(HEADER, shipped);
    one_doubt(&text, "where", "flat_rate stands in 200 of 200 orders");
    shop.put("shipped.csv", &text);
    let settled = shop.inspect(&["shipped.csv", "--where", "sku!=flat_rate"]);
    assert_eq!(settled["doubts"], Value::Array(Vec::new()));
    assert_eq!(settled["items"], 31, "{settled}");
    let of_order = |line: Line| Line { quantity: 3 + line.order % 4, ..line }.text();
    one_doubt(&orders(HEADER, of_order), "quantity", "the same in all lines of an order");
    // What somebody says is no doubt any more.
    for (text, flag) in [
        (orders(HEADER, of_order), ["--quantity", "quantity"]),
        (orders(&header, states), ["--where", "status=paid"]),
        (orders(&header, states), ["--where", "none"]),
    ] {
        shop.put("said.csv", text);
        let said = shop.inspect(&["said.csv", flag[0], flag[1]]);
        assert_eq!(said["doubts"], Value::Array(Vec::new()), "{flag:?}");
    }
    let changed = |line: Line| {
        let again = format!("\nU,{}", line.text());
        format!("I,{}{}", line.text(), if line.at == 1 { &again } else { "" })
    };
    one_doubt(&orders(&format!("Op,{HEADER}"), changed), "where", "a log of changes");
}

#[test]
fn words_that_undo_are_known_in_columns_of_any_name() {
    for (column, usual, undone) in [
        ("Tipo documento", "Fattura", "Nota di credito"),
        ("伝票区分", "売上", "返品"),
        ("Soort", "Factuur", "Creditnota"),
        ("Annullato", "N", "S"),
        ("İptal", "Hayır", "Evet"),
        ("Tran Code", "SALE", "VOID"),
        ("refund_id", "", "R-991"),
    ] {
        let state = |line: Line| if line.order % 17 == 5 { undone } else { usual };
        let text = orders(&format!("{HEADER},{column}"), |line| {
            format!("{},{}", line.text(), state(line))
        });
        one_doubt(&text, "cancelled", column);
        // The second reading of the doubt is the flag that settles it.
        let shop = Shop::with("a.csv", text);
        let found = shop.inspect(&["a.csv"]);
        let rule = found["doubts"][0]["readings"][1].as_str().unwrap();
        let settled = shop.inspect(&["a.csv", "--cancelled", rule]);
        assert_eq!(settled["doubts"], Value::Array(Vec::new()), "{rule}");
        assert!(settled["rows_kept"].as_u64() < found["rows_kept"].as_u64(), "{rule}");
    }
    for (column, one, other) in [
        ("returning_customer", "1", "0"),
        ("return_policy", "30 days", "final sale"),
        ("state", "CA", "NY"),
        ("comment", "please cancel if late", "leave at the door"),
        ("shipping", "standard", "express"),
    ] {
        let said = |line: Line| if line.order.is_multiple_of(3) { one } else { other };
        let text =
            orders(&format!("{HEADER},{column}"), |line| format!("{},{}", line.text(), said(line)));
        let shop = Shop::with("a.csv", text);
        assert_eq!(shop.inspect(&["a.csv"])["doubts"], Value::Array(Vec::new()), "{column}");
    }
}

#[test]
fn users_of_another_shape_and_quantities_without_a_price_are_asked_about() {
    for word in ["Verkauf Tresen", "一般", "---", "ACME WHOLESALE"] {
        let text = orders(HEADER, |line| {
            let text = line.text();
            match line.order % 9 {
                2 => text.replace(&format!(",{},", 7_000 + line.user), &format!(",{word},")),
                _ => text,
            }
        });
        one_doubt(&text, "missing_user", word);
    }
    // Ids that are made of letters and digits by chance have no digit now and then.
    let text = orders(HEADER, |line| {
        let id = ["kqzjwv", "a8dk3l", "p0x9sm"]
            .get(line.user)
            .map_or(format!("u{:05}", line.user), |id| (*id).to_owned());
        line.text().replace(&format!(",{},", 7_000 + line.user), &format!(",{id},"))
    });
    let shop = Shop::with("a.csv", text);
    assert_eq!(shop.inspect(&["a.csv"])["doubts"], Value::Array(Vec::new()));
    let without_price = |line: Line| {
        let text = line.text();
        text.rsplit_once(',').map_or(String::new(), |(text, _)| text.to_owned())
    };
    let text = orders("order_id,order_date,customer_id,sku,Absatz", without_price);
    one_doubt(&text, "quantity", "Absatz holds whole numbers and may be the quantity");
    // Notes that people give, and places in a list, are none.
    for (column, number) in [("rating", 5), ("line_no", 3)] {
        let text = orders(&format!("order_id,order_date,customer_id,sku,{column}"), |line| {
            let text = without_price(line);
            let text = text.rsplit_once(',').map_or("", |(text, _)| text);
            let said = if column == "line_no" { 1 + line.at } else { number - line.order % 3 };
            format!("{text},{said}")
        });
        shop.put("b.csv", text);
        assert_eq!(shop.inspect(&["b.csv"])["doubts"], Value::Array(Vec::new()), "{column}");
    }
}

#[test]
fn a_leading_c_cancels_only_beside_plain_numbers_and_asks_where_it_takes_many() {
    let numbered = |share: usize| {
        orders(HEADER, |line| {
            let sign = if line.order % 10 < share { "C" } else { "" };
            format!("{sign}{}", line.text())
        })
    };
    let shop = Shop::with("all.csv", numbered(10));
    let all = shop.inspect(&["all.csv"]);
    assert_eq!(
        (&all["doubts"], all["rows_kept"] == all["rows_read"]),
        (&Value::Array(Vec::new()), true)
    );
    one_doubt(&numbered(5), "cancelled", "a leading C is read as cancelled");
    shop.put("few.csv", numbered(1));
    let few = shop.inspect(&["few.csv"]);
    assert_eq!(few["doubts"], Value::Array(Vec::new()));
    assert!(few["rows_kept"].as_u64() < few["rows_read"].as_u64());
}

#[test]
fn second_lines_of_headers_units_of_prices_and_rows_without_a_code_are_named() {
    let text = orders("Order,,Customer,Product,Amounts,", Line::text);
    let text = text.replacen('\n', "\nNo,Date,No,SKU,Qty,Price\n", 1);
    one_doubt(&text, "skip_lines", "reads like a second line of the header");
    let text = orders(&format!("{HEADER},Preiseinheit"), |line| {
        format!("{},{}", line.text(), if line.item.is_multiple_of(3) { 100 } else { 1 })
    });
    one_doubt(&text, "price", "is that of 100 units");
    let text = orders(&format!("{HEADER},product_name"), |line| {
        let text = line.text();
        let text = if line.item == 4 { text.replace("sku04", "") } else { text };
        format!("{text},Thing {}", line.item)
    });
    one_doubt(&text, "item", "have a product_name");
    // Months in capital letters are no currencies.
    let text =
        orders(HEADER, |line| line.text().replace("2024-03-", "").replacen(" 1", "-MAR-2024 1", 1));
    let shop = Shop::with("a.csv", text);
    assert_eq!(shop.inspect(&["a.csv"])["doubts"], Value::Array(Vec::new()));
    // Files that the log of a table has removed lie there still.
    let folder = shop.put("t/part-0.csv", orders(HEADER, Line::text));
    shop.put("t/part-1.csv", orders(HEADER, |line| format!("9{}", line.text())));
    shop.put(
        "t/_delta_log/0.json",
        "{\"add\": {\"path\": \"part-0.csv\"}}\n{\"add\": {\"path\": \"part-1.csv\"}}\n",
    );
    assert!(folder.exists());
    assert!(doubts(&shop.inspect(&["t"]), "container").is_empty());
    shop.put("t/_delta_log/1.json", "{\"remove\": {\"path\": \"part-0.csv\"}}\n");
    assert!(
        doubts(&shop.inspect(&["t"]), "container")[0].contains("removed by the table's own log")
    );
}
