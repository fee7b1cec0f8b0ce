//! The reading of a release as its user meets it: what is declared, what is refused, what is
//! previewed, and what stands in the statement.

use std::fs;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::{Value, json};

/// Two hundred users who each buy tea and bread, as a shop in Britain writes it down.
fn british() -> Vec<u8> {
    let mut orders = b"InvoiceNo;CustomerID;StockCode;Quantity;UnitPrice;InvoiceDate\n".to_vec();
    for user in 0..200 {
        let day = 1 + user % 28;
        let id = user + 10;
        // The pound sign of Windows-1252.
        orders.extend(format!("5363{id};{id};tea;1;£2.50;{day}/3/2011\n").chars().map(|c| c as u8));
        orders.extend(format!("C363{id};{id};bread;1,000;3.00;{day}/3/2011\n").into_bytes());
    }
    orders
}

struct Shop(tempfile::TempDir);

impl Shop {
    fn of(orders: &[u8]) -> Self {
        let shop = Self(tempfile::tempdir().unwrap());
        fs::write(shop.path().join("orders.csv"), orders).unwrap();
        fs::write(shop.path().join("list.csv"), "key\ntea\nbread\n").unwrap();
        let created = shop.run(&[
            "ledger",
            "create",
            "l.ledger",
            "--dataset",
            "orders",
            "--epsilon",
            "1000000000",
        ]);
        assert_eq!(created.0, 0);
        shop
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Exit code, standard output, standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_epsiloscope"));
        let output = command
            .current_dir(self.path())
            .timeout(Duration::from_secs(60))
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// A release whose noise is nothing to speak of.
    fn release(&self, more: &[&str]) -> (i32, String, String) {
        let usual = [
            "release",
            "orders.csv",
            "--ledger",
            "l.ledger",
            "--epsilon",
            "10000000",
            "--out",
            "o.csv",
        ];
        let mut arguments = [&usual[..], &["--l0", "5", "--force"], more].concat();
        for (flag, value) in [("--linf", "2000"), ("--groups", "list.csv")] {
            if !more.contains(&flag) {
                arguments.extend([flag, value]);
            }
        }
        self.run(&arguments)
    }

    fn published(&self) -> (Vec<String>, Value) {
        let text = fs::read_to_string(self.path().join("o.csv")).unwrap();
        let statement = fs::read(self.path().join("o.json")).unwrap();
        (
            text.lines().skip(1).map(str::to_owned).collect(),
            serde_json::from_slice(&statement).unwrap(),
        )
    }

    fn entries(&self) -> usize {
        let shown: Value =
            serde_json::from_str(&self.run(&["ledger", "show", "l.ledger", "--format", "json"]).1)
                .unwrap();
        shown["entries"].as_array().unwrap().len()
    }
}

#[test]
fn defaults_look_at_the_header_line_alone() {
    let shop = Shop::of(&british());
    let (code, _, said) = shop.release(&[]);
    assert_eq!(code, 0, "{said}");
    let (rows, stated) = shop.published();
    // `1,000` is no number without a mark of thousands, nothing is cancelled, and no time is needed.
    assert_eq!(rows, ["bread,0", "tea,200"]);
    assert_eq!(stated["privacy_unit_column"], "CustomerID");
    assert_eq!(stated["cleaning_switched_off"], json!([]));
    assert_eq!(stated["unprotected_quantities"], "not stated");
    let reading = &stated["reading"];
    assert_eq!(reading["encoding"], json!({"value": "utf-8", "source": "default"}));
    assert_eq!(reading["separator"], json!({"value": ";", "source": "default"}));
    assert_eq!(reading["date_format"], json!({"value": "iso", "source": "default"}));
    assert_eq!(reading["cancelled"], json!({"value": "none", "source": "default"}));
    assert_eq!(reading["thousands"], json!({"value": "none", "source": "default"}));
    assert_eq!(reading["user"], json!({"value": "CustomerID", "source": "default"}));
    assert_eq!(reading["category"], json!({"value": null, "source": "default"}));
    assert_eq!(reading["unit"], json!({"value": "0.0001", "source": "default"}));
    // The ledger has the same.
    let shown: Value =
        serde_json::from_str(&shop.run(&["ledger", "show", "l.ledger", "--format", "json"]).1)
            .unwrap();
    let entry = &shown["entries"][0];
    assert_eq!(
        (&entry["privacy_unit_column"], &entry["reading"]),
        (&stated["privacy_unit_column"], reading)
    );
    assert!(shop.run(&["ledger", "show", "l.ledger"]).1.contains("one user: column CustomerID"));
    // No evidence, no count.
    assert!(!reading.to_string().contains("200"), "{reading}");
}

#[test]
fn what_is_declared_is_read_and_stated() {
    let shop = Shop::of(&british());
    let declared = [
        "--encoding",
        "windows-1252",
        "--thousands",
        ",",
        "--date-format",
        "day-first",
        "--measure",
        "revenue",
    ];
    assert_eq!(shop.release(&[&declared[..], &["--linf", "500", "--unit", "0.01"]].concat()).0, 0);
    let (rows, stated) = shop.published();
    assert_eq!(rows, ["bread,100000.00", "tea,500.00"]);
    assert_eq!(
        stated["reading"]["encoding"],
        json!({"value": "windows-1252", "source": "declared"})
    );
    assert_eq!(stated["reading"]["unit"], json!({"value": "0.01", "source": "declared"}));
    let cancelled =
        ["--cancelled", "InvoiceNo^=C", "--thousands", ",", "--keep", "price-not-positive"];
    assert_eq!(shop.release(&cancelled).0, 0);
    let (rows, stated) = shop.published();
    assert_eq!(rows, ["bread,0", "tea,200"]);
    assert_eq!(
        stated["reading"]["cancelled"],
        json!({"value": "InvoiceNo^=C", "source": "declared"})
    );
    assert_eq!(stated["cleaning_switched_off"], json!(["price-not-positive"]));
}

#[test]
fn adopted_guesses_are_stated_as_unprotected() {
    let shop = Shop::of(&british());
    assert_eq!(shop.release(&["--adopt-guesses", "--unprotected", "l0"]).0, 0);
    let (rows, stated) = shop.published();
    assert_eq!(rows, ["bread,0", "tea,200"]);
    assert_eq!(
        stated["reading"]["cancelled"],
        json!({"value": "InvoiceNo^=C", "source": "guessed"})
    );
    let unprotected = stated["unprotected_quantities"].as_array().unwrap();
    assert_eq!(unprotected[0], "reading: encoding, date order, thousands mark, cancelled rows");
    assert_eq!(unprotected[1..], [json!("l0")]);
    assert_eq!(shop.release(&["--line-breaks"]).0, 0);
    assert_eq!(
        shop.published().1["unprotected_quantities"],
        json!(["reading: line breaks in cells", "otherwise not stated"])
    );
}

#[test]
fn a_preview_names_what_rows_would_decide_and_spends_nothing() {
    let shop = Shop::of(&british());
    let before = fs::read(shop.path().join("l.ledger")).unwrap();
    let (code, text, said) = shop.release(&["--preview"]);
    assert_eq!((code, said.as_str()), (0, ""), "{text}");
    for words in [
        "not differentially private",
        "--encoding 'windows-1252'",
        "--date-format 'day-first'",
        "--thousands ','",
        "--cancelled 'InvoiceNo^=C'",
        "200 dropped, unreadable: Quantity",
        "1 in the data",
        "1 of 2 catalogue keys",
    ] {
        assert!(text.contains(words), "{words} is not in:\n{text}");
    }
    assert!(!shop.path().join("o.csv").exists());
    assert!(fs::read(shop.path().join("l.ledger")).unwrap() == before);
    // Where everything is declared nothing is left to say.
    let declared = [
        "--encoding",
        "windows-1252",
        "--thousands",
        ",",
        "--date-format",
        "day-first",
        "--cancelled",
        "InvoiceNo^=C",
    ];
    let (_, text, _) = shop.release(&[&declared[..], &["--preview"]].concat());
    assert!(!text.contains("look otherwise"), "{text}");
}

#[test]
fn no_refusal_follows_from_rows() {
    let header = "user,item,qty,price\n";
    for rows in [
        "",
        "zz,\"",
        "a,b,x,y\n",
        "a,b,-1,1\n",
        "a,b,1,99999999999999\na,b,1000000000000,99999999999999\n",
        "\0\0\0",
    ] {
        let shop = Shop::of(format!("{header}{rows}").as_bytes());
        for more in [
            &[][..],
            &["--measure", "revenue", "--linf", "5"],
            &["--keep", "quantity-not-positive"],
        ] {
            let (code, out, said) = shop.release(more);
            assert_eq!((code, said.as_str()), (0, ""), "{rows:?} {more:?}");
            assert!(out.starts_with("released 2 rows"), "{out}");
        }
        assert_eq!(shop.entries(), 3);
    }
    // Without a catalogue nothing shows, and that is a release as well.
    let shop = Shop::of(header.as_bytes());
    let private = [
        "release",
        "orders.csv",
        "--ledger",
        "l.ledger",
        "--epsilon",
        "1",
        "--l0",
        "1",
        "--linf",
        "1",
    ];
    let said = shop
        .run(&[&private[..], &["--delta", "0", "--groups-are-public", "--out", "p.csv"]].concat());
    assert_eq!(said.0, 0, "{said:?}");
}

#[test]
fn what_cannot_be_released_is_refused_before_anything_is_spent() {
    let shop = Shop::of(b"user,item\na,tea\n");
    for (more, words) in [
        (&["--keep", "missing-user"][..], "--keep missing-user"),
        (&["--groups", "orders.csv"], "is the data file"),
        (&["--encoding", "shift_jis"], "Shift_JIS"),
        (&["--encoding", "utf-16le"], "UTF-16LE"),
        (&["--cancelled", "status=canceled"], "no column status"),
        (&["--cancelled", "C"], "COLUMN^=C"),
        (&["--date-format", "american"], "month-first"),
        (&["--unit", "0.01", "--measure", "rows"], "--measure revenue"),
        (&["--unit", "0.02", "--measure", "revenue"], "0.01"),
        (&["--thousands", "x"], "thousands"),
        (&["--separator", "ab"], "separator"),
    ] {
        let (code, out, said) = shop.release(more);
        assert_eq!((code, out.as_str()), (2, ""), "{more:?}: {said}");
        assert!(said.contains(words), "{more:?}: {said}");
    }
    // A mark of two bytes a character, in the file itself.
    let utf16: Vec<u8> =
        "\u{feff}user,item\na,tea\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(shop.path().join("orders.csv"), utf16).unwrap();
    let (code, _, said) = shop.release(&[]);
    assert!(code == 2 && said.contains("UTF-16LE") && said.contains("save it as UTF-8"), "{said}");
    assert_eq!(shop.entries(), 0);
}

#[test]
fn ids_are_alike_in_data_and_catalogue() {
    let shop = Shop::of(b"user,item\n1.0,71053\n1,71053.0\n2,71053\nguest,POST\n");
    fs::write(shop.path().join("list.csv"), "item,name\n71053.0,lantern\nPOST,postage\n").unwrap();
    assert_eq!(shop.release(&["--measure", "buyers", "--linf", "1"]).0, 0);
    assert_eq!(shop.published().0, ["71053,2", "POST,1"]);
}

#[test]
fn a_published_model_states_its_reading() {
    let shop = Shop::of(&british());
    assert_eq!(
        shop.run(&[
            "ledger",
            "create",
            "m.ledger",
            "--dataset",
            "orders",
            "--epsilon",
            "9",
            "--delta",
            "1e-3"
        ])
        .0,
        0
    );
    let publish = |more: &[&str]| {
        let usual = [
            "recommend",
            "orders.csv",
            "--ledger",
            "m.ledger",
            "--catalogue",
            "list.csv",
            "--model",
            "popularity",
        ];
        let rest =
            ["--epsilon", "2", "--delta", "1e-6", "--l0", "2", "--publish", "m.json", "--force"];
        shop.run(&[&usual[..], &rest, more].concat())
    };
    let (code, text, _) = publish(&["--preview"]);
    assert!(
        code == 0
            && text.contains("200 users with an item")
            && text.contains("2 of 2 catalogue keys"),
        "{text}"
    );
    assert!(!shop.path().join("m.json").exists());
    assert_eq!(publish(&["--adopt-guesses"]).0, 0);
    let model: Value =
        serde_json::from_slice(&fs::read(shop.path().join("m.json")).unwrap()).unwrap();
    assert_eq!(model["privacy_unit_column"], "CustomerID");
    assert_eq!(model["reading"]["date_format"], json!({"value": "day-first", "source": "guessed"}));
    assert!(model["unprotected_quantities"][0].as_str().unwrap().starts_with("reading: "));
    // A catalogue of which nothing occurs refuses nothing: that would tell of the data.
    fs::write(shop.path().join("list.csv"), "item\nabsent\nnowhere\n").unwrap();
    assert_eq!(publish(&[]).0, 0);
    fs::write(shop.path().join("list.csv"), british()).unwrap();
    fs::remove_file(shop.path().join("orders.csv")).unwrap();
    fs::hard_link(shop.path().join("list.csv"), shop.path().join("orders.csv")).unwrap();
    let (code, _, said) = publish(&[]);
    assert!(code == 2 && said.contains("is the data file"), "{said}");
}
