//! Which column of a file serves as what: told by the user, else found by usual names.

use super::error::ReadError;
use super::purpose::{ByPurpose, ColumnChoice, ColumnsUsed, Purpose};

impl Purpose {
    /// Usual names, in ranks: a name of an earlier rank wins over any later one; two
    /// columns of the same rank are equally good. Written folded (see [`fold`]).
    fn usual(self) -> &'static [&'static [&'static str]] {
        match self {
            Purpose::User => &[
                &[
                    "customerid",
                    "userid",
                    "householdid",
                    "householdkey",
                    "visitorid",
                    "clientid",
                    "buyerid",
                    "memberid",
                    "shopperid",
                    "consumerid",
                    "customerkey",
                    "userkey",
                    "custid",
                    "customeruniqueid",
                    "customernumber",
                    "customerno",
                    "customercode",
                    "usercode",
                    "reviewerid",
                    "cardid",
                    "loyaltyid",
                ],
                &[
                    "customer",
                    "user",
                    "household",
                    "visitor",
                    "client",
                    "buyer",
                    "member",
                    "shopper",
                    "consumer",
                    "cust",
                    "person",
                    "personid",
                    "username",
                    "uid",
                    "accountid",
                    "account",
                    "hshdnum",
                ],
                &["email", "customeremail", "useremail"],
            ],
            Purpose::Item => &[
                &[
                    "stockcode",
                    "productid",
                    "sku",
                    "itemid",
                    "asin",
                    "productcode",
                    "itemcode",
                    "articleid",
                    "skuid",
                    "upc",
                    "ean",
                    "gtin",
                    "isbn",
                    "parentasin",
                    "productkey",
                    "itemkey",
                    "productno",
                    "productnum",
                    "itemno",
                    "itemnumber",
                    "productnumber",
                    "articlenumber",
                    "goodsid",
                ],
                &["product", "item", "article", "stock", "goods", "movieid", "bookid", "trackid"],
                &[
                    "productname",
                    "itemname",
                    "productdescription",
                    "itemdescription",
                    "producttitle",
                    "articlename",
                    "title",
                    "description",
                ],
            ],
            Purpose::Invoice => &[
                &["invoiceno", "invoice", "invoiceid", "invoicenumber"],
                &[
                    "orderid",
                    "orderno",
                    "ordernumber",
                    "order",
                    "transactionid",
                    "transactionno",
                    "transactionnumber",
                    "basketid",
                    "basketnum",
                    "receiptid",
                    "receiptno",
                    "receipt",
                ],
                &["transaction", "basket", "ticket"],
            ],
            Purpose::Quantity => &[
                &["quantity", "qty"],
                &[
                    "units",
                    "unitssold",
                    "quantitysold",
                    "orderquantity",
                    "itemquantity",
                    "orderqty",
                    "quantityordered",
                ],
                &["count", "pieces"],
            ],
            Purpose::Price => &[
                &[
                    "unitprice",
                    "priceperunit",
                    "priceeach",
                    "itemprice",
                    "pricepaid",
                    "productprice",
                ],
                &["price"],
                &["saleprice", "sellingprice"],
            ],
            Purpose::Total => &[
                &[
                    "linetotal",
                    "total",
                    "totalprice",
                    "salesvalue",
                    "totalamount",
                    "lineamount",
                    "totalvalue",
                    "totalsales",
                ],
                &["amount", "sales", "spend", "revenue", "value", "netsales"],
            ],
            Purpose::Time => &[
                &[
                    "invoicedate",
                    "orderdate",
                    "purchasedate",
                    "transactiondate",
                    "invoicetime",
                    "ordertime",
                    "purchasetime",
                    "transactiontime",
                    "orderpurchasetimestamp",
                    "eventtime",
                    "purchasedat",
                    "ordertimestamp",
                    "invoicedatetime",
                    "orderdatetime",
                    "transactiontimestamp",
                    "saledate",
                ],
                &["timestamp", "datetime", "createdat", "date", "tdat"],
                &["time", "unixreviewtime", "ts"],
            ],
            Purpose::Category => &[
                &[
                    "category",
                    "productcategory",
                    "itemcategory",
                    "categoryname",
                    "productcategoryname",
                    "maincategory",
                ],
                &[
                    "department",
                    "categoryid",
                    "commodity",
                    "commoditydesc",
                    "productgroup",
                    "producttype",
                    "categorycode",
                ],
                &["aisle", "section", "genre", "group"],
            ],
            Purpose::Country => &[
                &["country", "countryname", "countrycode", "customercountry", "shipcountry"],
                &["region", "market"],
            ],
            Purpose::Description => &[
                &[
                    "description",
                    "productname",
                    "itemname",
                    "productdescription",
                    "itemdescription",
                    "articlename",
                ],
                &["name", "title", "producttitle", "stockdescription"],
            ],
        }
    }
}

/// Lower case without spaces, underscores, hyphens and dots.
fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The columns for a sentence: the first ones of many, without control characters.
pub(super) fn listed(headers: &[String]) -> String {
    const MOST: usize = 40;
    let shown = |name: &String| {
        name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect::<String>()
    };
    let names: Vec<String> = headers.iter().take(MOST).map(shown).collect();
    match headers.len().saturating_sub(MOST) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The place of the column for each purpose.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mapping {
    places: ByPurpose<Option<usize>>,
}

impl Mapping {
    pub(super) fn place(&self, purpose: Purpose) -> Option<usize> {
        self.places[purpose]
    }

    /// The names in the file.
    pub(super) fn used(&self, headers: &[String]) -> ColumnsUsed {
        self.places.map(|place| place.map(|at| headers[at].clone()))
    }
}

/// The column that a user means: the exact name, else the only one that differs in case, spaces
/// and the like.
pub(super) fn named(headers: &[String], name: &str) -> Option<usize> {
    let alike: Vec<usize> =
        (0..headers.len()).filter(|&at| fold(&headers[at]) == fold(name)).collect();
    headers.iter().position(|header| header == name.trim()).or(match alike[..] {
        [only] => Some(only),
        _ => None,
    })
}

/// Finds the columns. What the user names comes first; a column serves one purpose
/// when it is found by its name. User and item must be told apart from any equally
/// good column; of several equally good optional columns the leftmost is taken.
pub(super) fn find(
    file: &str,
    headers: &[String],
    choice: &ColumnChoice,
) -> Result<Mapping, ReadError> {
    let mut mapping = Mapping::default();
    let mut taken = vec![false; headers.len()];
    let list = || listed(headers);
    for purpose in Purpose::ALL {
        let Some(name) = &choice[purpose] else { continue };
        if name.is_empty() {
            if purpose.required() {
                return Err(ReadError::NoColumn {
                    file: file.to_owned(),
                    purpose: purpose.name(),
                    columns: list(),
                });
            }
            continue;
        }
        let Some(place) = named(headers, name) else {
            return Err(ReadError::NamedColumnMissing {
                file: file.to_owned(),
                purpose: purpose.name(),
                column: name.to_owned(),
                columns: list(),
            });
        };
        mapping.places[purpose] = Some(place);
        taken[place] = true;
    }
    for purpose in Purpose::ALL {
        if choice[purpose].is_some() {
            continue;
        }
        // A line total is only needed where there is no unit price, and the other way round.
        let other = match purpose {
            Purpose::Price => choice[Purpose::Total].as_ref().is_some_and(|name| !name.is_empty()),
            Purpose::Total => mapping.place(Purpose::Price).is_some(),
            _ => false,
        };
        if other {
            continue;
        }
        let required = purpose.required();
        for rank in purpose.usual() {
            let good: Vec<usize> = (0..headers.len())
                .filter(|&at| !taken[at] && rank.contains(&fold(&headers[at]).as_str()))
                .collect();
            match good[..] {
                [] => continue,
                [_, _, ..] if required => {
                    return Err(ReadError::SeveralColumns {
                        file: file.to_owned(),
                        purpose: purpose.name(),
                        good: good
                            .iter()
                            .map(|&at| headers[at].as_str())
                            .collect::<Vec<_>>()
                            .join(", "),
                        columns: list(),
                    });
                }
                [first, ..] => {
                    mapping.places[purpose] = Some(first);
                    taken[first] = true;
                }
            }
            break;
        }
        if required && mapping.place(purpose).is_none() {
            return Err(ReadError::NoColumn {
                file: file.to_owned(),
                purpose: purpose.name(),
                columns: list(),
            });
        }
    }
    Ok(mapping)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &str, choice: &ColumnChoice) -> Result<ColumnsUsed, String> {
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        find("f.csv", &headers, choice).map(|m| m.used(&headers)).map_err(|e| e.to_string())
    }

    fn naming(columns: &[(Purpose, &str)]) -> ColumnChoice {
        columns.iter().map(|&(purpose, column)| (purpose, Some(column.to_owned()))).collect()
    }

    fn both(used: &ColumnsUsed) -> (&str, &str) {
        let name = |purpose| used[purpose].as_deref().unwrap_or_default();
        (name(Purpose::User), name(Purpose::Item))
    }

    #[test]
    fn usual_names_are_found_however_written() {
        let used = found(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            &ColumnChoice::default(),
        )
        .unwrap();
        assert_eq!(both(&used), ("CustomerID", "StockCode"));
        assert_eq!(used[Purpose::Description].as_deref(), Some("Description"));
        assert_eq!(
            (used[Purpose::Price].as_deref(), &used[Purpose::Total]),
            (Some("UnitPrice"), &None)
        );
        let used = found("Customer ID,stock-code,Price,line_total,DATE", &ColumnChoice::default())
            .unwrap();
        assert_eq!(both(&used), ("Customer ID", "stock-code"));
        assert_eq!(used[Purpose::Time].as_deref(), Some("DATE"));
        for (user, item) in
            [("household_id", "product_id"), ("visitorid", "itemid"), ("reviewer_id", "asin")]
        {
            let used = found(&format!("{item},{user}"), &ColumnChoice::default()).unwrap();
            assert_eq!(both(&used), (user, item));
        }
    }

    #[test]
    fn what_cannot_be_told_lists_the_columns() {
        let sentence = found("a,sku", &ColumnChoice::default()).unwrap_err();
        assert!(sentence.contains("the user") && sentence.contains("a, sku"), "{sentence}");
        let sentence = found("customer_id,user_id,sku", &ColumnChoice::default()).unwrap_err();
        assert!(
            sentence.contains("the user") && sentence.contains("customer_id, user_id"),
            "{sentence}"
        );
        let choice = naming(&[(Purpose::Item, "prod")]);
        let sentence = found("user,sku", &choice).unwrap_err();
        assert!(
            sentence.contains("prod")
                && sentence.contains("user, sku")
                && sentence.contains("the item"),
            "{sentence}"
        );
    }

    #[test]
    fn many_columns_are_cut_short() {
        let headers: Vec<String> = (0..100).map(|at| format!("c{at}\n")).collect();
        let sentence = find("f.csv", &headers, &ColumnChoice::default()).unwrap_err().to_string();
        assert!(sentence.contains("c39") && !sentence.contains("c40"), "{sentence}");
        assert!(sentence.contains("and 60 more") && !sentence.contains('\n'), "{sentence}");
    }

    #[test]
    fn a_choice_wins_and_an_empty_one_switches_off() {
        let choice = naming(&[(Purpose::User, "a"), (Purpose::Quantity, "")]);
        let used = found("a,user,sku,qty", &choice).unwrap();
        assert_eq!(
            (&used[Purpose::User], &used[Purpose::Quantity]),
            (&Some("a".to_owned()), &None)
        );
    }
}
