//! Small purchase files of several kinds, for mutations to begin with.

use std::io::Write;

use crate::campaign::{Lot, mutated};

const RETAIL: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
    536365,85123A,WHITE HEART,6,12/1/2010 8:26,2.55,17850.0,United Kingdom\n\
    536365,71053,\"LANTERN, white\",6,12/1/2010 8:26,3.39,17850.0,United Kingdom\n\
    C536379,D,Discount,-1,12/13/2010 9:41,27.50,14527.0,United Kingdom\n\
    536370,22728,\"6\"\" CLOCK\",24,12/1/2010 8:45,3.75,12583.0,France\n\
    536371,POST,,1,12/2/2010 9:00,0,,France\n\
    536372,22632,HAND WARMER,6,12/2/2010 9:01,1.85,13047,France\n";

const PLAIN: &str = "user,item,quantity,price,date,category,country\n\
    ann,tea,1,2.50,2011-01-02,drinks,UK\n\
    ann,milk,2,0.005,2011-01-03 10:20,drinks,UK\n\
    bob,tea,7,2.50,2011-03-04T23:59:59,drinks,FR\n\
    guest,\"a \"\"b\"\"\",1,1e1,2011-03-05,,FR\n\
    c,bread,3,1.2,2012-02-29,food,\n\
    d,bread,1000000,99999999,1970-01-01,food,DE\n";

const SEMICOLON: &str = "Kunde;Artikel;Menge;Preis;Datum\n\
    anna;Tee;1;2,50;25.12.2011\n\
    bernd;Brot;1.000;0,99;01.02.2012 08:15\n\
    anna;Brot;2;1,05;03.02.2012\n\
    chl\u{f6}e;K\u{e4}se;4;12,00;04.02.2012\n";

const TABS: &str = "customer_id\tsku\tqty\ttotal\ttimestamp\n\
    1\tA\t1\t10.00\t2020-05-01 00:00:00\n\
    2\tA\t2\t20.00\t2020-05-02 12:30:00\n\
    2\tB\t1\t5.5\t1588550400\n\
    3\tC\t9\t1\t2020-06-30\n";

const BROKEN_LINES: &str = "user,item,description\n\
    ann,tea,\"two\nlines\"\n\
    bob,milk,\"one\"\n\
    ann,bread,\"three\n\nof, them\"\n";

/// A file's name and its bytes.
pub type Named = (&'static str, Vec<u8>);

fn some(lot: &mut Lot) -> Named {
    let latin =
        |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let wide =
        |text: &str, of: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(of).collect::<Vec<u8>>();
    match lot.below(9) {
        0 | 1 => ("orders.csv", RETAIL.into()),
        2 | 3 => ("orders.csv", PLAIN.into()),
        4 => ("orders.tsv", TABS.into()),
        5 => ("orders.csv", if lot.once_in(2) { latin(SEMICOLON) } else { SEMICOLON.into() }),
        6 => ("orders.txt", BROKEN_LINES.into()),
        7 => ("orders.csv", [&b"\xFF\xFE"[..], &wide(PLAIN, u16::to_le_bytes)].concat()),
        _ => ("orders", wide(RETAIL, u16::to_be_bytes)),
    }
}

/// Gzip of these bytes.
pub fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

/// A purchase file with something wrong, or nothing.
pub fn damaged(lot: &mut Lot) -> Named {
    let ((name, bytes), (_, other)) = (some(lot), some(lot));
    // The header line is spared half of the time: what comes behind it is seen more often then.
    let header = bytes.iter().position(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let (kept, rows) = bytes.split_at(if lot.once_in(2) { header } else { 0 });
    let bytes = [kept, &mutated(lot, rows, &other)].concat();
    match lot.below(12) {
        0 => ("orders.csv.gz", zipped(&bytes)),
        1 => {
            let packed = zipped(&bytes);
            ("orders.csv.gz", mutated(lot, &packed, &bytes))
        }
        2 => (*lot.pick(&["orders.parquet", "orders.gz", "orders.xlsx", "orders"]), bytes),
        _ => (name, bytes),
    }
}
