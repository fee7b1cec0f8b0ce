//! Files in the layouts that shops, clouds and published data sets have: the right number, or a
//! question that can be answered on the spot. Small files of our own, and, where they stand
//! beside the checkout, the real ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// What `inspect` says of a file: its document, or the sentence of its refusal.
fn inspect(path: &Path, more: &[&str]) -> Result<Value, String> {
    let mut command = Command::cargo_bin("epsiloscope").unwrap();
    command.timeout(Duration::from_secs(120)).arg("inspect").arg(path);
    let out = command.args(["--format", "json"]).args(more).output().unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    match out.status.code() {
        Some(0) => Ok(serde_json::from_slice(&out.stdout).unwrap()),
        code => {
            assert_eq!((code, said.lines().count()), (Some(2), 1), "{}: {said}", path.display());
            Err(said)
        }
    }
}

struct Held {
    _folder: TempDir,
    path: PathBuf,
}

fn held(name: &str, bytes: impl AsRef<[u8]>) -> Held {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    Held { _folder: folder, path }
}

fn of(name: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> Value {
    inspect(&held(name, bytes).path, more).unwrap()
}

fn total(found: &Value) -> f64 {
    found["total"].as_f64().unwrap()
}

fn value<'a>(found: &'a Value, decision: &str) -> &'a str {
    found["reading"][decision]["value"].as_str().unwrap_or("null")
}

fn doubts(found: &Value) -> Vec<&str> {
    let doubts = found["doubts"].as_array().unwrap();
    doubts.iter().map(|doubt| doubt["decision"].as_str().unwrap()).collect()
}

const REVENUE: &[&str] = &["--measure", "revenue"];

#[test]
fn decisions_have_values_evidence_and_sources() {
    let file = held("o.csv", "user,item,qty,date\na,x,1,25/12/2011\nb,y,2,24/12/2011\n");
    let found = inspect(&file.path, &[]).unwrap();
    let date = &found["reading"]["date_format"];
    assert_eq!(
        (date["value"].as_str(), date["source"].as_str()),
        (Some("day-first"), Some("guessed"))
    );
    assert!(date["evidence"].as_str().unwrap().contains("2 dates fit day first only"), "{date}");
    assert_eq!(found["doubts"], serde_json::json!([]));
    for decision in [
        "encoding",
        "separator",
        "no_header",
        "skip_lines",
        "decimal",
        "thousands",
        "where",
        "cancelled",
        "missing_user",
        "fill_down",
        "by",
        "unit",
        "user",
        "item",
        "time_of_day",
        "user_spelling",
        "keep",
        "drop_duplicates",
        "line_breaks",
    ] {
        let line = &found["reading"][decision];
        assert!(line.get("value").is_some() && line["evidence"].is_string(), "{decision}: {line}");
        assert!(["default", "guessed", "declared"].contains(&line["source"].as_str().unwrap()));
    }
    assert!(found.get("rows").is_none());
    let found = inspect(&file.path, &["--rows", "1"]).unwrap();
    assert_eq!(found["rows"][0]["raw"], serde_json::json!(["a", "x", "1", "25/12/2011"]));
    assert_eq!(found["rows"][0]["read"]["time"], "2011-12-25 00:00:00");
}

#[test]
fn what_is_declared_wins_over_the_rows() {
    let file = held("o.csv", "user;item;qty;price\na;x;2;1,500\nb;y;1;2,250\n");
    let found = inspect(&file.path, REVENUE).unwrap();
    assert_eq!((total(&found), doubts(&found)), (5.25, vec!["decimal"]));
    let thousands = ["--decimal", ".", "--thousands", ","];
    let found = inspect(&file.path, &[REVENUE, &thousands].concat()).unwrap();
    assert_eq!((total(&found), doubts(&found).len()), (5_250.0, 0));
    assert_eq!(found["reading"]["decimal"]["source"], "declared");
    let found = inspect(&file.path, &[REVENUE, &["--decimal", "price=,"]].concat()).unwrap();
    assert_eq!((total(&found), doubts(&found).len()), (5.25, 0));
}

#[test]
fn rows_that_count_and_rows_that_were_cancelled() {
    let log = "time,user,item,event\n1,a,x,view\n2,a,x,addtocart\n3,a,x,purchase\n4,b,y,view\n";
    let found = of("log.csv", log, &[]);
    assert_eq!((found["rows_kept"].as_u64(), value(&found, "where")), (Some(1), "event=purchase"));
    assert_eq!(found["dropped"]["where"], 3);
    let found = of("log.csv", log, &["--where", "event=view,purchase"]);
    assert_eq!(found["rows_kept"], 3);
    assert_eq!(of("log.csv", log, &["--where", "none"])["rows_kept"], 4);
    let orders = "user,item,status\na,x,paid\nb,y,refunded\nc,z,cancelled\nd,y,paid\n";
    let found = of("o.csv", orders, &[]);
    assert_eq!((found["rows_kept"].as_u64(), doubts(&found)), (Some(4), vec!["cancelled"]));
    let words = found["doubts"][0]["words"].as_str().unwrap();
    assert!(words.contains("2 of 4 rows have status=cancelled,refunded"), "{words}");
    let found = of("o.csv", orders, &["--cancelled", "status=cancelled,refunded"]);
    assert_eq!((found["rows_kept"].as_u64(), doubts(&found).len()), (Some(2), 0));
    assert_eq!(of("o.csv", orders, &["--where", "status=paid"])["rows_kept"], 2);
    // A leading C means nothing where the others are no digits.
    let hex = "invoice,user,item\nc12,a,x\n9f3,b,y\nab1,c,z\n";
    assert_eq!(of("h.csv", hex, &[])["rows_kept"], 3);
    assert_eq!(of("i.csv", "invoice,user,item\nC12,a,x\n913,b,y\n", &[])["rows_kept"], 1);
}

#[test]
fn users_that_are_nobody_spoilt_or_spelt_in_two_ways() {
    let mut text = "user,item\n".to_owned();
    for id in 1..=30 {
        text += &format!("{id},x\n");
    }
    text += "Guest,x\nGuest,y\nN/A,x\n,x\nab7,x\nAB7,y\n";
    let file = held("n.csv", &text);
    let found = inspect(&file.path, &[]).unwrap();
    assert_eq!(found["dropped"]["missing_user"], 2);
    assert_eq!(doubts(&found), ["missing_user", "user_spelling"]);
    assert_eq!(found["users"], 33);
    let found =
        inspect(&file.path, &["--missing-user", "Guest", "--user-spelling", "fold"]).unwrap();
    assert_eq!((found["users"].as_u64(), doubts(&found).len()), (Some(31), 0));
    let spoilt = of("s.csv", "user,item\n1.91E+11,x\n1.2E+11,y\n7,z\n8,z\n9,z\n", &[]);
    assert_eq!(doubts(&spoilt), ["user"]);
    let zero: String = (0..20).map(|id| format!("{id},x\n")).collect();
    assert!(doubts(&of("z.csv", format!("user,item\n{zero}"), &[])).is_empty(), "0 is a person");
}

#[test]
fn buyers_that_stand_in_an_orders_first_row_only() {
    let text = "order,email,sku,quantity\n#1,a@x,tea,1\n#1,,cup,2\n#2,b@x,tea,1\n#3,c@x,tea,1\n#3,,pot,1\n";
    let file = held("s.csv", text);
    let found = inspect(&file.path, &[]).unwrap();
    assert_eq!((found["users"].as_u64(), total(&found)), (Some(3), 6.0));
    assert_eq!((value(&found, "fill_down"), value(&found, "by")), ("user", "order"));
    let found = inspect(&file.path, &["--fill-down", "none"]).unwrap();
    assert_eq!(found["dropped"]["missing_user"], 2);
    let found = inspect(&file.path, &["--fill-down", "user", "--by", "order"]).unwrap();
    assert_eq!(found["dropped"]["missing_user"], 0);
    let said = inspect(&file.path, &["--fill-down", "user"]).unwrap_err();
    assert!(said.contains("--by"), "{said}");
}

#[test]
fn order_lines_are_joined_to_their_buyers() {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("lines.csv");
    fs::write(&lines, "order_id,sku,quantity\n1,tea,2\n1,cup,1\n2,tea,1\n3,pot,1\n4,pot,1\n")
        .unwrap();
    let orders = folder.path().join("orders.csv");
    fs::write(&orders, "order_id,customer_id,date\n1,a,2011-01-02\n2,b,2011-01-03\n3,c,2011-01-04\n3,d,2011-01-04\n").unwrap();
    let said = inspect(&lines, &[]).unwrap_err();
    assert!(said.contains("--user"), "{said}");
    let found = inspect(&lines, &["--join", orders.to_str().unwrap()]).unwrap();
    // The key of two users is nobody's, and an order without a row has no buyer.
    assert_eq!((found["users"].as_u64(), total(&found)), (Some(2), 4.0));
    assert_eq!(found["dropped"]["missing_user"], 2);
    assert_eq!(value(&found, "join"), "orders.csv");
}

#[test]
fn columns_are_chosen_by_name_and_by_what_they_hold() {
    // An empty column never beats a filled one, and a text never is a price.
    let found =
        of("c.csv", "customer_id,user_id,sku,price,amount\n,a,x,n/a,3\n,b,y,free,4\n", REVENUE);
    assert_eq!((value(&found, "user"), value(&found, "total")), ("user_id", "amount"));
    assert_eq!(total(&found), 7.0);
    // Amounts that stay the same whatever the quantity are unit prices.
    let mut rows = "user,item,quantity,amount\n".to_owned();
    for row in 0..40 {
        rows += &format!("u{row},i{},{},{}\n", row % 4, 1 + row % 3, 2 + row % 4);
    }
    let found = of("p.csv", &rows, REVENUE);
    assert_eq!((value(&found, "price"), value(&found, "total")), ("amount", "null"));
    let found = of(
        "d.csv",
        "Kundennummer;Artikelnummer;Menge;Einzelpreis\n7;x;2;3,50\n8;y;1;1,25\n",
        REVENUE,
    );
    assert_eq!(total(&found), 8.25);
    let found = of("z.csv", "用户ID,商品ID,数量,单价\n7,x,2,3.5\n8,y,1,1.25\n", REVENUE);
    assert_eq!(total(&found), 8.25);
}

#[test]
fn quantities_need_not_be_whole() {
    let found = of("k.csv", "user,item,kg,qty,price\na,x,0,1.25,2\nb,y,0,0.5,4\n", &[]);
    assert_eq!(total(&found), 1.75);
    let found = of("k.csv", "user,item,qty,price\na,x,1.25,2\nb,y,0.5,4\n", REVENUE);
    assert_eq!(total(&found), 4.5);
    let swept = Command::cargo_bin("epsiloscope")
        .unwrap()
        .args(["sweep", held("k.csv", "user,item,qty\na,x,1.25\nb,y,0.5\n").path.to_str().unwrap()])
        .args([
            "--epsilon",
            "1",
            "--l0",
            "1",
            "--linf",
            "0.5",
            "--trials",
            "10",
            "--format",
            "json",
        ])
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&swept.stdout).unwrap();
    assert_eq!(found["cells"][0]["linf"].as_f64(), Some(0.5), "{found}");
}

#[test]
fn groups_are_parts_of_time_or_any_column() {
    let text =
        "user,item,date,Segment\na,x,2011-01-02,home\nb,y,2011-01-03,office\nc,y,2011-05-09,home\n";
    let groups =
        |group: &str| of("g.csv", text, &["--group-by", group])["question"]["groups"].as_u64();
    for (group, count) in
        [("day", 3), ("week", 3), ("weekly", 3), ("month", 2), ("quarter", 2), ("Segment", 2)]
    {
        assert_eq!(groups(group), Some(count), "{group}");
    }
}

#[test]
fn dates_and_clocks_may_stand_apart() {
    let text = "user,item,date,time\na,x,2011-01-02,08:26\nb,y,2011-01-02,21:40:10\n";
    let found = of("t.csv", text, &["--group-by", "hour"]);
    assert_eq!(
        (found["question"]["groups"].as_u64(), value(&found, "time_of_day")),
        (Some(2), "time")
    );
}

#[test]
fn readings_are_kept_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("o.csv");
    fs::write(
        &file,
        "user;item;qty;price;date;status\na;x;2;1,50;01/02/2011;paid\nb;y;1;2,25;03/02/2011;void\n",
    )
    .unwrap();
    let kept = folder.path().join("o.reading.toml");
    let kept = kept.to_str().unwrap();
    let declared =
        ["--date-format", "month-first", "--cancelled", "status=void", "--save-reading", kept];
    let first = inspect(&file, &[REVENUE, &declared].concat()).unwrap();
    let text = fs::read_to_string(kept).unwrap();
    assert!(text.contains("month-first") && !text.contains("dates fit"), "{text}");
    let again = inspect(&file, &[REVENUE, &["--reading", kept]].concat()).unwrap();
    assert_eq!((total(&first), total(&again)), (3.0, 3.0));
    for decision in ["date_format", "cancelled", "decimal", "user"] {
        assert_eq!(value(&first, decision), value(&again, decision));
        assert_eq!(again["reading"][decision]["source"], "declared", "{decision}");
    }
    // Another file has other columns.
    let other = folder.path().join("p.csv");
    fs::write(&other, "user;item;qty\na;x;2\n").unwrap();
    let said = inspect(&other, &["--reading", kept]).unwrap_err();
    assert!(said.contains("missing price, date, status"), "{said}");
    fs::write(kept, "no reading").unwrap();
    let said = inspect(&file, &["--reading", kept]).unwrap_err();
    assert!(said.contains("o.reading.toml is no kept reading"), "{said}");
}

#[test]
fn a_file_that_was_named_twice_is_refused() {
    let file = held("o.csv", "user,item\na,x\n");
    let said = inspect(&file.path, &[file.path.to_str().unwrap()]).unwrap_err();
    assert!(said.contains("twice"), "{said}");
}

#[test]
fn several_files_are_one_table() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders-1.csv"), "user,item,qty\na,x,2\n").unwrap();
    fs::write(folder.path().join("orders-2.csv"), "qty,user,item\n3,b,y\n").unwrap();
    fs::write(folder.path().join("_SUCCESS"), "").unwrap();
    for path in [folder.path().to_owned(), folder.path().join("orders-*.csv")] {
        let found = inspect(&path, &[]).unwrap();
        assert_eq!((found["users"].as_u64(), total(&found)), (Some(2), 5.0));
    }
    let two = folder.path().join("orders-2.csv");
    let found = inspect(&folder.path().join("orders-1.csv"), &[two.to_str().unwrap()]).unwrap();
    assert_eq!(total(&found), 5.0);
}

#[test]
fn what_was_wrong_in_silence_is_named() {
    // A quote that was never meant to open swallows no row.
    let inches =
        "customer,sku,name,qty\n1,A,\"5-inch pipe,2\n2,B,tube,1\n3,A,\"5-inch pipe,1\n4,B,tube,1\n";
    let found = of("q.csv", inches, &[]);
    assert_eq!((found["rows_read"].as_u64(), value(&found, "line_breaks")), (Some(4), "no"));
    assert_eq!(found["dropped"]["unreadable"]["(whole row)"], 2);
    // Lines that add up others.
    let sum = "customer,sku,qty\n1,A,2\n2,B,1\nTotal,All,3\n";
    assert!(doubts(&of("t.csv", sum, &[])).contains(&"missing_user"));
    assert_eq!(total(&of("t.csv", sum, &["--missing-user", "Total"])), 3.0);
    // An order's total in each of its lines.
    let mut orders = "order_id,customer_id,sku,quantity,Total\n".to_owned();
    for order in 0..20 {
        orders +=
            &format!("{order},c{},A,2,1{order}\n{order},c{},B,1,1{order}\n", order % 7, order % 7);
    }
    assert!(doubts(&of("o.csv", orders, &[])).contains(&"total"));
    // States and events by parts of their words.
    let states =
        "status,customer,sku\nwc-completed,1,A\nwc-refunded,2,B\nwc-failed,3,B\nwc-completed,4,B\n";
    assert_eq!(doubts(&of("s.csv", states, &[])), ["cancelled"]);
    let log =
        "user_id,item_id,event\n1,A,product_viewed\n2,B,order_completed\n3,B,product_viewed\n";
    assert_eq!(value(&of("l.csv", log, &[]), "where"), "event=order_completed");
    // Currencies in the cells, amounts that may be quantities.
    let money = "customer,sku,qty,price\n1,A,2,$3.50\n2,B,1,€4.00\n3,B,1,€4.00\n";
    assert_eq!(doubts(&of("m.csv", money, &[])), ["price"]);
    let amount = "customer,sku,amount,price\n1,A,2,3.50\n2,B,1,4.00\n3,B,5,4.00\n";
    assert_eq!(doubts(&of("a.csv", amount, &[])), ["quantity"]);
    // Hours without marks, dates with hours, a clock that is named like a time.
    let hours =
        |text: &str| of("h.csv", text, &["--group-by", "hour"])["question"]["groups"].as_u64();
    assert_eq!(
        hours("customer,sku,order_date,order_time\n1,A,2023-02-03,090500\n2,B,2023-02-04,231500\n"),
        Some(2)
    );
    assert_eq!(
        hours("customer,sku,event_date,event_time\n1,A,2023-02-03,09:05\n2,B,2023-02-04,23:15\n"),
        Some(2)
    );
    assert_eq!(
        hours("customer,sku,date\n1,A,2023020310\n2,B,2023021311\n3,B,2023032823\n"),
        Some(3)
    );
    // Where nothing can be used there is a question.
    let said = inspect(&held("u.csv", "customer,sku,qty\n1,A,2 or so\n2,B,1 or so\n").path, &[])
        .unwrap_err();
    assert!(said.contains("qty") && said.contains("2"), "{said}");
    let nested = "{\"orders\": [{\"user\":1},\n{\"user\":2}]}\n";
    let said = inspect(&held("j.json", nested).path, &[]).unwrap_err();
    assert!(said.contains("list inside"), "{said}");
    // What nobody has said is not kept as if somebody had.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("d.csv");
    fs::write(&file, "customer,sku,date\nGuest,A,01/03/2023\n2,B,02/03/2023\nGuest,B,07/03/2023\n")
        .unwrap();
    let kept = folder.path().join("d.toml");
    inspect(&file, &["--save-reading", kept.to_str().unwrap()]).unwrap();
    let found = inspect(&file, &["--reading", kept.to_str().unwrap()]).unwrap();
    assert_eq!(doubts(&found), ["date_format", "missing_user"]);
}

#[test]
fn dates_of_every_kind_are_read_or_named() {
    let found = |dates: &[&str], group: &str| {
        let mut text = "customer,sku,qty,order_date\n".to_owned();
        for (row, date) in dates.iter().enumerate() {
            text += &format!("c{},A,1,{date}\n", row % 4);
        }
        let found = of("d.csv", text, &["--group-by", group]);
        let named: Vec<String> = doubts(&found).iter().map(|doubt| (*doubt).to_owned()).collect();
        let groups = found["question"]["groups"].as_u64().unwrap();
        (value(&found, "date_format").to_owned(), groups, named.contains(&"date_format".to_owned()))
    };
    let told = |format: &str, groups, named| (format.to_owned(), groups, named);
    assert_eq!(
        found(&["221130", "221201", "230115", "230131"], "month"),
        told("year-first", 3, false)
    );
    assert_eq!(found(&["30112022", "01122022", "15012023"], "month"), told("day-first", 3, false));
    assert_eq!(
        found(&["11302022", "12012022", "01152023"], "month"),
        told("month-first", 3, false)
    );
    assert_eq!(found(&["Feb 2023", "Feb 2023", "Mar 2023"], "month"), told("iso", 2, true));
    assert_eq!(found(&["Q1 2023", "Q2 2023", "2023-Q2"], "quarter"), told("iso", 2, true));
    assert_eq!(found(&["2023W05", "2023W06", "2023W06"], "week"), told("iso", 2, true));
    assert_eq!(found(&["202302", "202303", "202312"], "month"), told("iso", 3, true));
    // Years of two digits that come first, and those of another era.
    assert_eq!(found(&["11/03/01", "11/03/02", "11/03/07"], "day"), told("year-first", 3, true));
    assert_eq!(found(&["01/02/2566", "25/12/2566"], "day"), told("day-first", 2, true));
    // A day first over a month is no year first over thirty years.
    assert_eq!(found(&["01/12/10", "15/12/10", "31/12/10"], "day"), told("day-first", 3, false));
    // A spreadsheet that has turned days and months round.
    assert_eq!(
        found(&["2010-12-01", "2010-12-05", "13/12/2010", "25/12/2010"], "day"),
        told("day-first", 4, true)
    );
}

#[test]
fn numbers_have_units_and_columns_names_of_many_languages() {
    let of_price = |text: &str| {
        let found = of("n.csv", text, REVENUE);
        (total(&found), doubts(&found).contains(&"quantity"))
    };
    assert_eq!(
        of_price("Kunde;Artikel;Menge (kg);Preis pro kg\na;x;1,250 kg;2,00 €\nb;y;0,5 kg;4,00 €\n"),
        (4.5, false)
    );
    assert_eq!(
        of_price("klant;artikel;aantal;stukprijs\na;x;2 x;1,50\nb;y;1 x;4,00\n"),
        (7.0, false)
    );
    assert_eq!(
        of_price("ID klienta;Produkt;Ilość;Cena (zł)\na;x;2 szt.;1,50\nb;y;1;4,00\n"),
        (7.0, false)
    );
    assert_eq!(of_price("顧客ID,商品コード,数量,単価\na,x,2,150\nb,y,1,400\n"), (700.0, false));
    assert_eq!(
        of_price("N° client;Réf. article;Qté;PU HT\na;x;2;1,50\nb;y;1;4,00\n"),
        (7.0, false)
    );
    assert_eq!(
        of_price("customer,sku,qty,Unit Price [USD]\na,x,2,1_000.50\nb,y,1,4.00\n"),
        (2_005.0, false)
    );
    assert_eq!(
        of_price("customer,sku,qty,price\na,x,2 kg,1.50\nb,y,500 g,4.00\n"),
        (2_003.0, true)
    );
    // Small whole numbers beside a price that nobody names a quantity.
    let pieces = "customer,sku,ordered,price\n".to_owned()
        + &"a,x,1,2.00\nb,y,2,3.00\nc,x,1,2.00\n".repeat(4);
    assert_eq!(of_price(&pieces), (28.0, true));
}

#[test]
fn objects_may_be_nested_listed_or_spread_over_lines() {
    let objects = [
        r#"{"customer": {"id": "a"}, "sku": "x", "qty": 2, "price": {"$numberDecimal": "1.50"}}"#,
        r#"{"customer": {"id": "b"}, "sku": "y", "qty": {"$numberInt": "1"}, "price": {"$numberDecimal": "4"}}"#,
    ];
    for (name, text) in [
        ("o.jsonl", objects.join("\n")),
        ("o.json", format!("[{}]", objects.join(",\n"))),
        ("p.json", objects.join("\n").replace(", ", ",\n  ")),
    ] {
        let found = of(name, text, REVENUE);
        assert_eq!(
            (total(&found), &found["columns"]["user"]),
            (7.0, &Value::from("customer.id")),
            "{name}"
        );
    }
}

#[test]
fn headers_quotes_and_blanks_as_other_programs_write_them() {
    let sum = |text: &str| total(&of("q.csv", text, REVENUE));
    let rows = "a,x,2,1.50\nb,y,1,4.00\nc,y,1,4.00\n";
    assert_eq!(sum(&format!("Who,What,,Money\ncustomer,sku,qty,price\n{rows}")), 11.0);
    assert_eq!(sum(&format!("customer,sku,\"qty\n(pcs)\",\"price\nEUR\"\n{rows}")), 11.0);
    assert_eq!(
        sum("customer,sku,note,qty,price\na,x,\"5\\\", long\",2,1.50\nb,y,\"5\\\"\",1,4.00\n"),
        7.0
    );
    assert_eq!(
        sum(
            "\"customer\" \"sku\" \"qty\" \"price\"\n\"1\" \"a\" \"x\" 2 1.50\n\"2\" \"b\" \"y\" 1 4.00\n"
        ),
        7.0
    );
    assert_eq!(sum(&format!("customer,sku,qty,price\n{rows}").replace(',', "^")), 11.0);
    // Where blanks part fields, a row that lacks one cannot be told apart.
    let mut fixed = "customer  sku  qty  price\n".to_owned() + &"a  x  2  1.50\n".repeat(30);
    fixed += "b  9  4.00\n";
    let found = of("f.txt", fixed, REVENUE);
    assert_eq!(
        (total(&found), &found["dropped"]["unreadable"]["(whole row)"]),
        (90.0, &Value::from(1))
    );
    // Two columns of one name.
    let twice = of("t.csv", "customer,sku,qty,price,price\na,x,2,1.50,9\nb,y,1,4.00,9\n", REVENUE);
    assert_eq!((total(&twice), doubts(&twice)), (7.0, vec!["price"]));
    // Text that is no Western European.
    let polish = b"klient;produkt;ilo\x9c\xe6;cena\nMicha\xb3owski;x;2;1,50\nb;y;1;4,00\n";
    let found = of("e.csv", polish, &[]);
    assert_eq!(found["doubts"][0]["readings"], serde_json::json!(["windows-1252", "windows-1250"]));
    assert_eq!(
        total(&of("e.csv", polish, &[REVENUE, &["--encoding", "windows-1250"]].concat())),
        7.0
    );
}

#[test]
fn columns_at_places_of_a_line_may_be_empty_and_hold_blanks() {
    let said = |found: &Value| value(found, "separator").to_owned();
    // As databases print them, page by page.
    let page = "\nCUSTOMER  SKU  CITY      QTY PRICE\n--------- ---- --------- --- -----\n";
    let rows = "Ann Lee   x    New York    2  1.50\n          y    Rome        1  4.00\nBob       y    Rome        1  4.00\n";
    let listing = format!("{page}{rows}{page}{rows}\n6 rows selected.\n");
    let found = of("a.lst", &listing, REVENUE);
    assert_eq!(
        (total(&found), said(&found).as_str(), doubts(&found).len()),
        (14.0, "columns=1,11,16,26,30", 0)
    );
    assert_eq!(
        (&found["dropped"]["missing_user"], &found["reading"]["separator"]["source"]),
        (&Value::from(2), &Value::from("guessed"))
    );
    let declared = ["--separator", "columns=1,11,16,26,30"];
    let found = of("a.lst", &listing, &[REVENUE, &declared].concat());
    assert_eq!(
        (total(&found), &found["reading"]["separator"]["source"]),
        (14.0, &Value::from("declared"))
    );
    // A line with text where a column ends is named.
    let longer = format!("{listing}Somebody with a name x  Rome  1  4.00\n");
    let found = of("a.lst", &longer, REVENUE);
    assert_eq!((total(&found), doubts(&found)), (14.0, vec!["separator"]));
    // Without dashes: blanks in every line, cells flush with their header. Blanks alone would take
    // the city for the date, and say nothing.
    let mut text = "customer    sku    city        date      \n".to_owned();
    text += "            x      New York    2023-07-21\n";
    text += &"10070       y      Rome        2023-07-22\n".repeat(9);
    let found = of("f.txt", &text, &[]);
    assert_eq!((total(&found), said(&found).as_str()), (9.0, "columns=1,13,20,32"));
    assert_eq!(found["dropped"]["missing_user"], Value::from(1));
    // Cells that are never empty and hold no blank are parted by blanks, as before.
    let found =
        of("f.txt", text.replace("            x      New York", "1           x      Rome"), &[]);
    assert_eq!((total(&found), said(&found).as_str()), (10.0, "blanks"));
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn files_of_one_table_may_differ_in_what_says_nothing() {
    let one = ("1.csv", "customer,sku,qty,price\na,x,2,1.50\n");
    let read = |other: &str| {
        let folder = folder(&[one, ("2.csv", other)]);
        inspect(folder.path(), REVENUE)
    };
    let found = read("Customer,SKU, Qty,PRICE\nb,y,1,4.00\n").unwrap();
    assert_eq!((total(&found), doubts(&found).len()), (7.0, 0));
    let found = read("price;customer;sku;qty\n4.00;b;y;1\n").unwrap();
    assert_eq!((total(&found), value(&found, "separator")), (7.0, ","));
    let found = read("customer,sku,qty,price,shelf\nb,y,1,4.00,3\n").unwrap();
    assert_eq!((total(&found), doubts(&found)), (7.0, vec!["container"]));
    // Without its quantity a file would be read in another way.
    let said = read("customer,sku,price\nb,y,4.00\n").unwrap_err();
    assert!(
        said.contains("qty") && said.contains("quantity") && said.contains("name only"),
        "{said}"
    );
    let said = read("who,what,much\nb,y,1\n").unwrap_err();
    assert!(said.contains("name only the files that belong together"), "{said}");
    // What is no table by its name is passed over, and named.
    let beside =
        folder(&[one, ("README.md", "# Orders\n"), ("notes.txt", "none\n"), ("_SUCCESS", "")]);
    let found = inspect(beside.path(), REVENUE).unwrap();
    assert_eq!((total(&found), doubts(&found)), (3.0, vec!["container"]));
}

#[test]
fn refusals_show_what_to_name() {
    let said = |text: &str, more: &[&str]| inspect(&held("a.csv", text).path, more).unwrap_err();
    let rows = "beer,butter\nbread,soda\nbutter,beer\n";
    let named = said(rows, &["--user", "1"]);
    assert!(
        named.contains("its columns are beer, butter;") && named.contains("--no-header"),
        "{named}"
    );
    let first = said(rows, &["--no-header"]);
    assert!(first.contains("its columns are 1, 2 (the first row: beer, butter)"), "{first}");
    assert!(!said(rows, &["--no-header", "--user", "7"]).contains("--no-header"));
    let quoted = said("\"user,item\"\n\"a,x\"\n\"b,y\"\n", &[]);
    assert!(quoted.contains("take the quotes around the lines off"), "{quoted}");
}

#[test]
fn folders_that_name_columns_are_columns() {
    let rows = "customer,sku,qty\na,x,2\nb,y,1\n";
    let parts = folder(&[
        ("country=FR/dt=2023-01-01/p.csv", rows),
        ("country=DE/dt=2023-02-01/p.csv", "customer,sku,qty\nc,z,4\n"),
    ]);
    let found = inspect(parts.path(), &["--group-by", "country"]).unwrap();
    assert_eq!((total(&found), value(&found, "country")), (7.0, "country"));
    assert_eq!((found["question"]["groups"].as_u64(), value(&found, "time")), (Some(2), "dt"));
    let found = inspect(parts.path(), &["--where", "country=FR"]).unwrap();
    assert_eq!(total(&found), 3.0);
}

#[test]
fn blanks_behind_separators_and_separators_of_several_signs_are_told() {
    let quoted = "\"customer\", \"sku\", \"qty\", \"price\"\n\"a\", \"x, red\", 2, \"1.50\"\n\"b\",\"y\",1,4.00\n";
    let quoted = quoted.replace("\",\"y\",1,", "\", \"y\", 1, ");
    for more in [&[][..], &["--separator", ", "]] {
        let found = of("q.csv", &quoted, &[REVENUE, more].concat());
        assert_eq!((total(&found), value(&found, "separator")), (7.0, ", "));
    }
    for sign in ["~|~", "||", "^|^", "::"] {
        let text = "customer,sku,qty,price\na,x,2,1.50\nb,y,1,4.00\n".replace(',', sign);
        let found = of("q.txt", text, REVENUE);
        assert_eq!((total(&found), value(&found, "separator")), (7.0, sign));
    }
}

#[test]
fn what_undoes_an_order_in_part_and_cells_that_are_merged_are_named() {
    let named = |text: &str, decision: &str| doubts(&of("r.csv", text, &[])).contains(&decision);
    assert!(named("customer,sku,qty,refund_amount\na,x,1,0\nb,y,1,2.50\nc,y,1,0\n", "cancelled"));
    assert!(!named("customer,sku,qty,refund_amount\na,x,1,0\nb,y,1,0.00\nc,y,1,0\n", "cancelled"));
    let days = "customer,sku,qty,cancelled_at\na,x,1,\nb,y,1,2023-01-02\nc,y,1,\n";
    assert!(named(days, "cancelled"));
    let found = of("r.csv", days, &["--cancelled", "cancelled_at^=0,1,2,3,4,5,6,7,8,9"]);
    assert_eq!((total(&found), doubts(&found).contains(&"cancelled")), (2.0, false));
    assert!(named(
        "order_id,customer,sku,qty\n1,a,x,1\n,,y,1\n2,b,x,1\n,,y,1\n,,x,1\n3,c,x,1\n",
        "fill_down"
    ));
}

#[test]
fn standard_input_is_read_once_and_looked_at_twice() {
    let mut command = Command::cargo_bin("epsiloscope").unwrap();
    command.args(["inspect", "-", "--format", "json", "--rows", "1"]);
    let out = command.write_stdin("customer,sku,qty\na,x,1\nb,y,2\n").output().unwrap();
    let found: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(found["rows"][0]["raw"], serde_json::json!(["a", "x", "1"]));
}

#[test]
fn what_only_the_end_of_a_large_file_tells_of_its_layout_is_heeded() {
    // More than is looked at before the rows are read.
    let rows: String =
        (0..300_000).map(|row| format!("{},item {},1,2.50\n", row % 900, row % 70)).collect();
    let with = |last: &[u8]| [b"user,item,quantity,price\n", rows.as_bytes(), last].concat();
    assert!(rows.len() > 5 << 20);
    let plain = of("f.csv", with(b""), &[]);
    assert_eq!((value(&plain, "encoding"), value(&plain, "line_breaks")), ("utf-8", "no"));
    assert_eq!(plain["rows_kept"], 300_000);

    let latin = of("f.csv", with(b"7,caf\xE9,1,2.50\n"), &[]);
    assert_eq!(value(&latin, "encoding"), "windows-1252");
    assert_eq!((&latin["rows_kept"], &latin["items"]), (&300_001.into(), &71.into()));

    let spans = of("f.csv", with(b"7,\"two\nlines\",1,2.50\n"), &[]);
    assert_eq!(value(&spans, "line_breaks"), "yes");
    let evidence = spans["reading"]["line_breaks"]["evidence"].as_str().unwrap();
    assert!(evidence.contains("line 300002"), "{evidence}");
    assert_eq!(spans["rows_kept"], 300_001);

    let open = of("f.csv", with(b"7,\"tea,1,2.50\n8,tea,1,2\n"), &[]);
    assert_eq!(value(&open, "line_breaks"), "no");
    let evidence = open["reading"]["line_breaks"]["evidence"].as_str().unwrap();
    assert!(evidence.contains("line 300002 has a quote that is never closed"), "{evidence}");
    assert_eq!((&open["rows_read"], &open["rows_kept"]), (&300_002.into(), &300_001.into()));
}

#[test]
fn flags_that_say_nothing_or_contradict_each_other_are_refused() {
    let file = held("o.csv", "customer,sku,qty\na,x,1\nb,y,2\n");
    for flags in [&["--by", "sku"][..], &["--where", "none", "--where", "sku=x"], &["--item", ""]] {
        let said = inspect(&file.path, flags).unwrap_err();
        assert!(said.contains(flags[0]), "{said}");
    }
    let long = "x".repeat(5_000);
    assert!(inspect(&file.path, &["--user", &long]).unwrap_err().len() < 600);
    let lines = held("l.csv", "nr,sku,qty\n1,x,2\n2,y,1\n");
    let heads = held("h.csv", "order_no,customer\n1,a\n2,b\n");
    let join = ["--join", heads.path.to_str().unwrap(), "--by", "nr=order_no"];
    assert_eq!(inspect(&lines.path, &join).unwrap()["users"], 2);
}

/// A release of `file` with these flags over a list of keys, almost without noise: its rows and its
/// statement.
fn released(file: &Path, list: &str, more: &[&str]) -> (Vec<String>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("list.csv"), list).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("epsiloscope").unwrap();
        let out = command.timeout(Duration::from_secs(60)).args(arguments).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    };
    run(&["ledger", "create", &at("l.ledger"), "--dataset", "d", "--epsilon", "1e9"]);
    let usual = ["--dataset", "d", "--epsilon", "1e8", "--l0", "5", "--linf", "50", "--groups"];
    let (ledger, keys, out) = (at("l.ledger"), at("list.csv"), at("o.csv"));
    let places = [keys.as_str(), "--ledger", &ledger, "--out", &out];
    run(&[&["release", file.to_str().unwrap()], &usual[..], &places, more].concat());
    let rows = fs::read_to_string(&out).unwrap().lines().skip(1).map(str::to_owned).collect();
    (rows, serde_json::from_slice(&fs::read(at("o.json")).unwrap()).unwrap())
}

#[test]
fn a_release_by_a_kept_reading_has_its_own_units() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("d.csv");
    fs::write(&file, "user,item,qty,price\na,tea,2,1.25\nb,tea,1,1.25\n").unwrap();
    let kept = folder.path().join("d.toml");
    inspect(&file, &["--save-reading", kept.to_str().unwrap()]).unwrap();
    let (rows, stated) = released(&file, "key\ntea\n", &["--reading", kept.to_str().unwrap()]);
    assert_eq!(rows, ["tea,3"]);
    assert_eq!(stated["reading"]["unit"]["value"], "0.0001");
    // A unit that was declared is that of the sums.
    assert_eq!(released(&file, "key\ntea\n", &["--unit", "0.01"]).0, ["tea,3.00"]);
}

#[test]
fn who_is_filled_down_or_joined_is_stated_as_trust() {
    let text = "order,user,item\no1,a,tea\no9,evil,tea\no1,,tea\n,zz,tea\no1,,tea\n";
    let file = held("f.csv", text);
    let (rows, stated) =
        released(&file.path, "key\ntea\n", &["--fill-down", "user", "--by", "order"]);
    // Rows of other orders in between take nobody's lines away.
    assert_eq!(rows, ["tea,5"]);
    assert_eq!(stated["unprotected_quantities"][0], "reading: filled down");
    let folder = tempfile::tempdir().unwrap();
    let orders = folder.path().join("orders.csv");
    fs::write(&orders, "order,user\n1,a\n2,b\n").unwrap();
    let file = held("l.csv", "order,item\n1,tea\n2,tea\n");
    let join = ["--join", orders.to_str().unwrap(), "--join-keys-unique"];
    let (rows, stated) = released(&file.path, "key\ntea\n", &join);
    assert_eq!(
        (rows, &stated["unprotected_quantities"][0]),
        (vec!["tea,2".to_owned()], &Value::from("reading: joined table"))
    );
}

/// The real layouts, where they are; what is right was worked out with another program.
#[test]
fn the_layouts_that_people_have() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    if !cases.is_dir() {
        eprintln!("skipped: {} is not there", cases.display());
        return;
    }
    let at = |file: &str, more: &[&str]| inspect(&cases.join(file), more).unwrap();
    let near = |found: &Value, right: f64| {
        let total = total(found);
        assert!((total - right).abs() < 0.005, "{total} is not {right}");
    };
    let counts = |found: &Value| {
        ["rows_read", "rows_kept", "users", "items"].map(|key| found[key].as_u64().unwrap())
    };
    let store = at("01-superstore/superstore.csv", REVENUE);
    near(&store, 457_898.06);
    assert_eq!(counts(&store), [2_000, 2_000, 560, 1_219]);
    near(&at("01-superstore/superstore.csv", &[]), 7_576.0);
    let events = at("04-retailrocket/events.csv", &[]);
    assert_eq!(counts(&events)[..3], [3_000, 18, 18]);
    let numbered = [
        "--no-header",
        "--user",
        "1",
        "--time",
        "2",
        "--item",
        "3",
        "--price",
        "4",
        "--quantity",
        "5",
    ];
    assert_eq!(counts(&at("05-yoochoose/yoochoose-buys.dat", &numbered))[..3], [9, 9, 4]);
    assert!(
        inspect(&cases.join("05-yoochoose/yoochoose-buys.dat"), &[])
            .unwrap_err()
            .contains("--user")
    );
    let olist = at("08-olist/olist_person.csv", REVENUE);
    near(&olist, 275_696.48);
    assert_eq!((counts(&olist)[2], doubts(&olist)), (957, vec!["cancelled"]));
    near(
        &at(
            "08-olist/olist_person.csv",
            &[REVENUE, &["--cancelled", "order_status=canceled"]].concat(),
        ),
        271_566.28,
    );
    let resaved = at("08-olist/olist_resaved_ddmm.csv", &["--group-by", "hour"]);
    assert_eq!(counts(&resaved)[..2], [800, 800]);
    near(&at("09-hm/transactions_train.csv", REVENUE), 54.934068);
    for packed in ["20-compressed/orders.zip", "20-compressed/orders.csv.zst"] {
        assert_eq!(counts(&at(packed, &[])), [2_500, 2_500, 497, 1_333]);
    }
    let shop = at("11-shopify/orders_export.csv", REVENUE);
    near(&shop, 17_742.50);
    assert_eq!(counts(&shop)[..3], [450, 450, 77]);
    near(&at("11-shopify/orders_export.csv", &[]), 768.0);
    for german in ["english_header.csv", "german_header.csv", "sep.csv"] {
        near(&at(&format!("13-german-excel/{german}"), REVENUE), 699_722.31);
        near(&at(&format!("13-german-excel/{german}"), &[]), 2_668.0);
    }
    near(&at("14-decimal-comma-three/fuel.csv", REVENUE), 339.80);
    near(&at("14-decimal-comma-three/price_only_two.csv", REVENUE), 700.0);
    near(&at("14-decimal-comma-three/qty.csv", REVENUE), 525.0);
    assert_eq!(counts(&at("15-pipe/pipe.csv", &[])), [500, 500, 199, 443]);
    let workbook = at("16-xlsx/Online Retail.xlsx", &[]);
    near(&workbook, 10_952.0);
    assert_eq!(counts(&workbook), [800, 790, 39, 492]);
    let spoilt = at("21-excel-ids/excel_ids.csv", &[]);
    assert_eq!(
        (counts(&spoilt)[..3].to_vec(), doubts(&spoilt)),
        (vec![1_500, 1_500, 99], vec!["user"])
    );
    for week in ["week.csv", "one_us_row.csv"] {
        assert_eq!(doubts(&at(&format!("22-ddmm-week/{week}"), &[])), ["date_format"]);
    }
    let hours: Vec<Value> = ["ampm", "dmy_dots", "epoch_micro", "excel_serial", "mdyy"]
        .map(|name| {
            let found = at(&format!("23-dates/{name}.csv"), &["--group-by", "hour"]);
            assert_eq!(counts(&found)[..2], [60, 60], "{name}");
            found["question"]["groups"].clone()
        })
        .to_vec();
    assert!(hours.windows(2).all(|pair| pair[0] == pair[1]), "{hours:?}");
    let nobody = ["--missing-user", "0,-1,Guest,unknown,anonymous,-,?"];
    assert_eq!(counts(&at("26-nobody/nobody.csv", &nobody))[2], 100);
    assert_eq!(doubts(&at("26-nobody/nobody.csv", &[])), ["missing_user"]);
    let frame = at("27-parquet/pandas.parquet", REVENUE);
    near(&frame, 28_362.50);
    assert_eq!(counts(&frame)[..3], [1_000, 900, 100]);
    for file in ["pandas.parquet", "same_frame.csv"] {
        let found = at(&format!("27-parquet/{file}"), &["--group-by", "hour"]);
        assert_eq!(found["question"]["groups"], 24, "{file}");
    }
    assert!(inspect(&cases.join("27-parquet/nested.parquet"), &[]).is_err());
}
