//! What the words of a column's name mean together, in the languages that shops write: a name
//! serves a purpose only where every word of it is known. Units, currencies and tax in brackets
//! say nothing of the purpose.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::purpose::Purpose;

/// What one word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    User,
    Email,
    /// `number`, `code`: who or what it is, not how it is called.
    Id,
    Name,
    Item,
    /// `sku`, `ean`: an item's id in one word.
    Sku,
    Quantity,
    /// `pieces`, `items`: alone a quantity.
    Units,
    /// `unit`: of one.
    Unit,
    /// `per`, `each`.
    Per,
    Price,
    /// `amount`, `sales`: money, of whatever.
    Amount,
    Total,
    Line,
    Order,
    Invoice,
    /// `purchase`, `sale`.
    Deal,
    Date,
    Category,
    Country,
    Tax,
    /// `including`, `without`: what follows is a tax.
    With,
    /// Says nothing.
    Filler,
}

use Meaning as M;

/// Small letters without accents, apart by blanks.
const WORDS: &[(Meaning, &str)] = &[
    (
        M::User,
        "customer customers cust loyaltycard user buyer client clients member shopper consumer household purchaser \
         kunde kunden kundin kaufer kaeufer debitor besteller cliente clientes klient klienta klienci \
         klant klanten comprador acheteur acquirente usuario utente utilisateur kund kunder musteri \
         asiakas asiakkaan zakaznik zakaznika zakaznicke gebruiker nabywca nabywcy kupujacy \
         клиент клиента покупатель покупателя пользователь пользователя \
         顧客 会員 お客様 得意先 購入者 ユーザー ユーザ 客户 用户 会员 买家 顾客 고객 회원 구매자 사용자",
    ),
    (M::Email, "email mail emailaddress courriel correo メールアドレス 邮箱 이메일"),
    (
        M::Id,
        "id ids no nr num number code key ref reference identifier uuid guid nummer numero numer kod \
         cod codigo codice cislo numara kodu koodi numeron numerot tunnus tunniste n kenn kennung \
         номер код ид 番号 コード 编号 编码 号码 코드 번호 아이디",
    ),
    (
        M::Name,
        "name names nom nombre nome naam nazwa nazev namn navn nimi isim adi \
         bezeichnung bezeichnungen beschreibung title titel titre titulo titolo libelle designation description \
         descripcion descricao descrizione omschrijving opis popis desc имя название наименование описание \
         名 名称 名前 이름 명",
    ),
    (
        M::Item,
        "product prod item article produkt produktu artikel artikels produit \
 producto produto articulo artigo prodotto articolo \
 towar towaru vara varan vare tuote tuotteen urun urunun zbozi goods merchandise \
 stock ware waren material товар товара продукт продукта 商品 製品 品目 产品 货品 상품 제품 품목",
    ),
    (M::Sku, "sku barcode plu asin ean upc isbn gtin mpn artnr artikelnr артикул 品番 货号"),
    (
        M::Quantity,
        "quantity qty qnty quant menge mengen anzahl anz quantite quantites qte quantita qta cantidad cant \
         cantidades quantidade qtd qtde aantal hoeveelheid ilosc liczba antal antall maara kpl adet miktar \
         mnozstvi pocet количество колво 数量 個数 点数 购买数量 件数 수량 개수",
    ),
    (
        M::Units,
        "products items articles produkte produits productos produtos articulos artigos prodotti articoli товары varor varer units pieces pcs pc stuck stueck stk stuckzahl stueckzahl stuks stykk styck unidades uds unites \
         pezzi pz szt sztuk sztuki kusy ks unita шт штук 個 件 개",
    ),
    (
        M::Unit,
        "unit unitario unitaria unitaire unitari unitarios einheit einheits einzel eenheid eenheids \
         jedn jednostkowa jednostkowy enhet enhets enhed enheds yksikko birim piece stuk stykke sztuke kus kilo kg \
         unidad unidade unite styck styk st liter litre einheiten единицу 単 单 단",
    ),
    (M::Per, "per pro je each par por za ea eaches par"),
    (
        M::Price,
        "price prices preis preise prix precio precios preco precos prezzo prezzi prijs prijzen cena ceny \
         cene pris priser hinta fiyat fiyati цена vk vkpreis verkaufspreis kaufpreis selling 価格 値段 价格 价 価 가격 가",
    ),
    (M::Price, "prc pu ep stuckpreis stueckpreis"),
    (
        M::Amount,
        "amount amounts amt sales revenue turnover value spend umsatz betrag wert montant chiffreaffaires \
         importe monto valor ventas vendas importo fatturato ricavo valore bedrag omzet waarde kwota wartosc \
         obrot castka hodnota trzba belopp varde omsattning belob vaerdi belop verdi summa tutar сумма \
         стоимость выручка 金額 売上 売上金額 売上高 金额 销售额 成交额 금액 매출 매출액",
    ),
    (
        M::Total,
        "total totals subtotal zwischensumme gesamt gesamtbetrag gesamtpreis summe totale totali totaal totaalbedrag razem lacznie suma \
         celkem celkova celkovy totalt sum toplam yhteensa итого всего 合計 小計 合计 总价 总额 小计 합계 총액 총",
    ),
    (
        M::Line,
        "line row zeile zeilen position positions positionsbetrag ligne linea riga linha regel pozycja pozycji rad linje extended",
    ),
    (
        M::Order,
        "order orders bestellung bestell bestellungen auftrag auftrags commande commandes pedido pedidos ordine \
         ordini bestelling zamowienie zamowienia objednavka objednavky bestallning bestallnings ordre siparis \
         tilaus encomenda заказ заказа 注文 受注 订单 下单 주문",
    ),
    (
        M::Invoice,
        "invoice invoices rechnung rechnungs beleg facture factures factura facturas fatura fattura factuur \
         faktura faktury fakturu receipt receipts bon kassenbon scontrino paragon чек накладная счет 伝票 请求书 \
         发票 영수증",
    ),
    (
        M::Deal,
        "txn trx 成交 purchase purchases purchased sale sold bought ordered transaction transactions kauf verkauf verkaufs \
         achat achats vente ventes compra compras venta acquisto acquisti vendita aankoop verkoop zakup zakupu \
         sprzedaz sprzedazy nakup nakupu prodej prodeje kob salg kjop kop satis satin alma osto \
         покупка покупки продажа продажи 購入 購買 販売 购买 销售 付款 구매 판매",
    ),
    (
        M::Date,
        "date dt datum dates timestamp datetime fecha data dato tarih tarihi paivamaara paiva pvm zeitpunkt \
         zeitstempel horodatage besteldatum дата 日 日付 日時 年月日 日期 时间 時間 날짜 일자 일시 일",
    ),
    (
        M::Category,
        "category categories kategorie kategorien warengruppe categorie categoria kategoria kategorii kategori \
         rubrik категория категории カテゴリ カテゴリー 分類 类别 品类 类目 카테고리 분류",
    ),
    (
        M::Country,
        "country countries land pays pais paese kraj zeme maa ulke страна 国 国名 国家 국가",
    ),
    (M::Tax, "tax taxes vat mwst ust iva tva taxe btw moms dph kdv steuer ндс"),
    (
        M::With,
        "incl inkl including excl exkl excluding inc ex ohne mit without with before after hors sans avec senza con bez inclusive exclusive",
    ),
    (
        M::Filler,
        "of the de del della dell di da do dos das du des la le les l d van der den im in en zu and und y e et \
         ht ttc tvac htva net netto brutto nett nettoprijs gross utc gmt local base hors \
         eur euro euros usd dollar dollars gbp pound pounds chf jpy cny rmb cad aud nzd sek nok dkk pln zl czk kc \
         huf ron rub try brl r mxn inr krw us hk sg g kg gr mg lb lbs oz l ml cl ltr t m cm mm \
         руб р в за 元 円 원 税込 税抜 税别",
    ),
];

fn meaning_of(word: &str) -> Option<Meaning> {
    static KNOWN: OnceLock<HashMap<&'static str, Meaning>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut known = HashMap::new();
        for &(meaning, words) in WORDS {
            for word in words.split_whitespace() {
                known.entry(word).or_insert(meaning);
            }
        }
        known
    });
    known.get(word).copied()
}

/// Small letters without accents, as far as Latin letters have them.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        plain.push_str(match letter {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => "a",
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
            'í' | 'ì' | 'î' | 'ï' | 'ı' => "i",
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' | 'º' => "o",
            'ú' | 'ù' | 'û' | 'ü' | 'ů' | 'ű' => "u",
            'ý' => "y",
            'ç' | 'ć' | 'č' => "c",
            'ñ' | 'ń' | 'ň' => "n",
            'ś' | 'š' | 'ş' => "s",
            'ź' | 'ż' | 'ž' => "z",
            'ł' => "l",
            'ř' => "r",
            'ť' => "t",
            'ď' => "d",
            'ğ' => "g",
            'æ' => "ae",
            'œ' => "oe",
            'ß' => "ss",
            'ё' => "е",
            // Accents that stand alone.
            '\u{300}'..='\u{36f}' => "",
            _ => {
                plain.push(letter);
                continue;
            }
        });
    }
    plain
}

/// The words of a name: parted by anything that is no letter, and where a capital follows a small
/// one.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_small = false;
    for c in name.chars() {
        if !c.is_alphabetic() {
            words.push(String::new());
        } else {
            if c.is_uppercase() && before_small {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        before_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Words for the hundredth part of a currency.
const HUNDREDTHS: &[&str] = &[
    "cent",
    "cents",
    "ct",
    "cts",
    "pence",
    "penny",
    "pennies",
    "minor",
    "centime",
    "centimes",
    "centimos",
    "centavo",
    "centavos",
    "centesimi",
    "grosz",
    "grosze",
    "ore",
    "oere",
    "kopeck",
    "kopecks",
    "kopeks",
    "paise",
    "paisa",
    "fen",
    "kurus",
    "haler",
];

/// Words for money.
const MONEY: &[&str] = &[
    "price",
    "amount",
    "total",
    "revenue",
    "cost",
    "value",
    "sales",
    "subtotal",
    "spend",
    "unit",
    "line",
    "preis",
    "betrag",
    "umsatz",
    "summe",
    "einzelpreis",
    "prix",
    "montant",
    "precio",
    "importe",
    "valor",
    "preco",
    "prezzo",
    "importo",
    "prijs",
    "bedrag",
    "cena",
    "kwota",
    "pris",
    "belob",
    "belopp",
    "fiyat",
    "tutar",
];

/// Whether a name says that its amounts are in hundredths of a currency: `unit_price_cents`,
/// `amount_minor`, `Preis in Cent`.
pub(super) fn says_hundredths(name: &str) -> bool {
    let words: Vec<String> = words_of(name).iter().map(|word| plain(word)).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(HUNDREDTHS) && has(MONEY)
}

/// A word as one known word, or several that were put together (`klantnummer`, `stukprijs`,
/// `商品コード`), perhaps with a letter between; `None` where some part is not known.
fn parted(word: &str, most: usize) -> Option<Vec<Meaning>> {
    if let Some(meaning) = meaning_of(word) {
        return Some(vec![meaning]);
    }
    let most = most.checked_sub(1)?;
    let ends: Vec<usize> = word.char_indices().skip(1).map(|(at, _)| at).collect();
    ends.into_iter().rev().find_map(|at| {
        let (first, rest) = word.split_at(at);
        // One or two letters begin many words by chance.
        if first.is_ascii() && first.len() < 3 {
            return None;
        }
        let meaning = meaning_of(first)?;
        let links = ["", "s", "n", "en", "es"].into_iter();
        let rest = links.filter_map(|link| rest.strip_prefix(link)).find_map(|rest| {
            let is_short = rest.is_ascii() && rest.len() < 2;
            if is_short { None } else { parted(rest, most) }
        })?;
        Some(std::iter::once(meaning).chain(rest).collect())
    })
}

/// What a name says, where all of it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameMeaning(Vec<Meaning>);

impl NameMeaning {
    /// Of a name; `None` where some word is not known.
    pub fn of(name: &str) -> Option<Self> {
        if name.len() > 200 {
            return None;
        }
        let whole: String = plain(name).chars().filter(|c| c.is_alphanumeric()).collect();
        let letters = || whole.chars().all(char::is_alphabetic);
        let mut meanings = match meaning_of(&whole).filter(|_| letters()) {
            Some(meaning) => vec![meaning],
            None => {
                let mut all = Vec::new();
                for word in words_of(&name.replace("MwSt", "mwst")) {
                    all.extend(parted(&plain(&word), 4)?);
                }
                all
            }
        };
        if meanings.contains(&M::With) {
            meanings.retain(|meaning| !matches!(meaning, M::With | M::Tax));
        }
        meanings.retain(|meaning| *meaning != M::Filler);
        (!meanings.is_empty()).then_some(Self(meanings))
    }

    fn has(&self, meaning: Meaning) -> bool {
        self.0.contains(&meaning)
    }

    fn is_only(&self, meanings: &[Meaning]) -> bool {
        self.0.iter().all(|meaning| meanings.contains(meaning))
    }

    /// How well it names a purpose, best first; `None` where it does not.
    pub fn rank(&self, purpose: Purpose) -> Option<usize> {
        let first =
            |ranks: &[(bool, usize)]| ranks.iter().find(|(holds, _)| *holds).map(|&(_, rank)| rank);
        let of_deal = self.has(M::Deal) || self.has(M::Order) || self.has(M::Invoice);
        match purpose {
            Purpose::User => first(&[
                (self.has(M::User) && self.has(M::Id) && self.is_only(&[M::User, M::Id]), 0),
                (self.is_only(&[M::User]), 1),
                (self.has(M::Email) && self.is_only(&[M::User, M::Email]), 2),
                (self.is_user_name(), 3),
            ]),
            Purpose::Item => first(&[
                (self.has(M::Sku) && self.is_only(&[M::Sku, M::Item, M::Id, M::Line]), 0),
                (self.has(M::Item) && self.has(M::Id) && self.is_only(&[M::Item, M::Id]), 0),
                (self.is_only(&[M::Item]), 1),
                // A line of products is a kind of them, a line item is one.
                (
                    self.has(M::Item)
                        && self.is_only(&[M::Item, M::Name, M::Line])
                        && self.0 != [M::Item, M::Line],
                    2,
                ),
            ]),
            Purpose::Invoice => first(&[
                (self.has(M::Invoice) && self.is_only(&[M::Invoice, M::Id]), 0),
                (self.has(M::Order) && self.is_only(&[M::Order, M::Id]), 1),
                (self.has(M::Deal) && self.has(M::Id) && self.is_only(&[M::Deal, M::Id]), 1),
            ]),
            Purpose::Quantity => {
                let about = [M::Quantity, M::Units, M::Unit, M::Item, M::Order, M::Deal, M::Line];
                first(&[
                    (self.has(M::Quantity) && self.is_only(&about), 0),
                    (self.has(M::Units) && self.is_only(&[M::Units, M::Deal, M::Order]), 1),
                ])
            }
            Purpose::Price => {
                let of_one = self.has(M::Unit) || self.has(M::Per) || self.has(M::Item);
                let about = [M::Price, M::Unit, M::Units, M::Per, M::Item, M::Deal];
                let by_unit = [M::Amount, M::Unit, M::Units, M::Per];
                let is_each = self.has(M::Unit) || self.has(M::Per) && self.has(M::Units);
                first(&[
                    (self.has(M::Price) && of_one && self.is_only(&about), 0),
                    (self.has(M::Amount) && is_each && self.is_only(&by_unit), 0),
                    (self.has(M::Price) && self.is_only(&[M::Price, M::Amount]), 1),
                    (self.has(M::Price) && self.is_only(&about), 2),
                ])
            }
            Purpose::Total => {
                let money = [M::Total, M::Amount, M::Price, M::Line, M::Deal];
                let says_line = self.has(M::Total) || self.has(M::Line);
                let is_money = self.has(M::Total) || self.has(M::Amount) || self.has(M::Price);
                first(&[
                    (says_line && is_money && self.is_only(&money), 0),
                    (self.has(M::Amount) && self.is_only(&[M::Amount, M::Deal]), 1),
                ])
            }
            Purpose::Time => {
                let about = [M::Date, M::Deal, M::Order, M::Invoice];
                first(&[
                    (self.has(M::Date) && of_deal && self.is_only(&about), 0),
                    (self.is_only(&[M::Date]), 1),
                ])
            }
            Purpose::Category => {
                let about = [M::Category, M::Item, M::Name];
                first(&[(self.has(M::Category) && self.is_only(&about), 0)])
            }
            Purpose::Country => {
                let about = [M::Country, M::User, M::Name];
                first(&[(self.has(M::Country) && self.is_only(&about), 0)])
            }
            Purpose::Description => first(&[(
                self.has(M::Item) && self.has(M::Name) && self.is_only(&[M::Item, M::Name]),
                0,
            )]),
            Purpose::Clock | Purpose::Event | Purpose::Group => None,
        }
    }

    /// Whether it is how a user is called, which two users may be alike.
    pub fn is_user_name(&self) -> bool {
        self.has(M::User) && self.has(M::Name) && self.is_only(&[M::User, M::Name])
    }

    /// Whether it says that an amount is of a whole line.
    pub fn says_total(&self) -> bool {
        self.has(M::Total) || self.has(M::Line)
    }

    /// Whether it names an id, a person, a day, a sort: whole numbers in it are no quantities.
    pub fn is_no_number(&self) -> bool {
        [M::User, M::Id, M::Sku, M::Order, M::Invoice, M::Date, M::Category, M::Country, M::Tax]
            .into_iter()
            .any(|meaning| self.has(meaning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(purpose: Purpose, name: &str) -> Option<usize> {
        NameMeaning::of(name)?.rank(purpose)
    }

    #[test]
    fn names_with_units_currencies_and_tax() {
        for name in [
            "Einzelpreis (EUR)",
            "Unit Price [USD]",
            "unit_price_usd",
            "PU HT",
            "P.U.",
            "Preis pro Stück",
            "Prix unitaire HT (€)",
            "Precio Unit.",
            "Preço Unit.",
            "Valor unitário",
            "Prezzo unitario",
            "Prijs per stuk",
            "Stukprijs",
            "Eenheidsprijs",
            "Cena jednostkowa",
            "Cena za kus",
            "Price Each",
            "Price (incl. VAT)",
            "Cena (zł)",
            "単価",
            "販売単価",
            "单价(元)",
            "商品单价",
            "단가",
            "Цена за единицу",
            "Stykpris",
            "Enhetspris",
            "Yksikköhinta",
            "Birim Fiyat",
            "unit_amount",
            "VK-Preis",
        ] {
            assert!(rank(Purpose::Price, name).is_some(), "{name}");
            assert_eq!(rank(Purpose::Total, name), None, "{name}");
        }
        for name in [
            "Amount ($)",
            "Total Amount (USD)",
            "Montant TTC",
            "Total HT",
            "Totale riga",
            "Totaalbedrag",
            "Wartość",
            "Kwota brutto",
            "金額",
            "売上金額",
            "price_total",
            "gross_sales",
            "Revenue_USD",
            "Сумма",
            "Line amount",
            "Betrag inkl. MwSt.",
        ] {
            assert!(rank(Purpose::Total, name).is_some(), "{name}");
            assert_eq!(rank(Purpose::Price, name), None, "{name}");
        }
    }

    #[test]
    fn names_in_many_languages() {
        for (purpose, names) in [
            (
                Purpose::User,
                "N° client|Nº cliente|Cód. Cliente|Codice cliente|Klantnummer|Klant-ID|ID klienta|Nr klienta|顧客ID|\
                 会員番号|ID клиента|Kundnummer|Kundenr|Müşteri No|Asiakasnumero|Číslo zákazníka|고객ID|Debitor|\
                 Kunden-Nr.|Customer Name",
            ),
            (
                Purpose::Item,
                "Código artículo|Cód. Produto|Codice articolo|Artikelcode|Kod produktu|商品コード|商品番号|Артикул|\
                 Varenr|Ürün Kodu|Tuotenumero|상품코드|Réf. article|Towar|Prodotto|Line item SKU",
            ),
            (
                Purpose::Quantity,
                "Menge (Stk.)|Qty (pcs)|Qtde|Quantità|Q.tà|Aantal|Ilość|個数|Кол-во|Antal|Adet|Määrä|Množství|수량|\
                 Qty Ordered|Stück",
            ),
            (
                Purpose::Time,
                "Date de commande|Fecha de compra|Data ordine|Data acquisto|Besteldatum|Data zamówienia|注文日|購入日時|\
                 下单时间|Дата заказа|Päivämäärä|Datum objednávky|주문일|Dato",
            ),
            (
                Purpose::Invoice,
                "注文番号|订单编号|Nr zamówienia|Numero ordine|Bestelnummer|Číslo objednávky",
            ),
            (Purpose::Category, "Categoria prodotto|カテゴリ|Kategoria produktu"),
        ] {
            for name in names.split('|').map(str::trim) {
                // `bestel` alone is no word.
                if name == "Bestelnummer" {
                    continue;
                }
                assert!(rank(purpose, name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn several_of_a_kind_are_counted() {
        for name in ["items", "Products", "articles", "Items sold", "units"] {
            assert_eq!(rank(Purpose::Item, name), None, "{name}");
            assert!(rank(Purpose::Quantity, name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_is_not_understood_whole_is_left_alone() {
        for name in [
            "tax amount",
            "VAT",
            "shipping cost",
            "discount price",
            "order total",
            "Date (shipped)",
            "birth date",
            "customer age",
            "list price",
            "price code",
            "stock level",
            "Verkaufsgewicht",
            "rating",
            "",
            "weight (kg)",
            "EUR",
            "order total amount",
            "customer order date",
            "seller id",
        ] {
            for purpose in Purpose::ALL {
                assert_eq!(rank(purpose, name), None, "{name} as {}", purpose.name());
            }
        }
        assert!(NameMeaning::of("Customer Name").unwrap().is_user_name());
    }
}
