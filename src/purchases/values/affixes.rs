//! What stands around a number: a sign, a currency, parentheses.

/// A number without what stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bare<'a> {
    /// Digits and marks; it begins with a digit or mark and ends with one.
    pub body: &'a str,
    /// Below 0: a minus before or behind, or parentheses.
    pub negative: bool,
    /// A currency stood there.
    pub currency: bool,
}

/// A blank as it stands in a number: plain, hard, narrow and hard, or thin.
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// Codes of ISO 4217, and those before the euro.
const CODES: &str = "EUR USD GBP CHF JPY CNY CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN HRK RUB UAH TRY BRL MXN \
ARS CLP COP PEN UYU PYG BOB VES VED INR PKR BDT LKR NPR IDR MYR SGD THB VND PHP KRW TWD HKD MOP CNH ILS AED SAR \
QAR KWD BHD OMR JOD LBP IQD IRR EGP MAD TND DZD LYD ZAR NGN KES GHS UGX TZS ETB XAF XOF XPF XCD ISK ALL RSD MKD \
BAM MDL GEL AMD AZN KZT UZS KGS TJS TMT MNT BYN GTQ HNL NIO CRC PAB DOP CUP CUC JMD TTD BBD BSD BZD HTG GYD SRD \
ANG AWG BMD KYD FJD PGK WST TOP VUV SBD LAK KHR MMK BND MVR BTN AFN YER SYP SDG SSP SOS DJF ERN RWF BIF MWK ZMW \
ZWL MZN AOA NAD BWP LSL SZL MUR SCR MGA KMF CVE STN GMD GNF SLE SLL LRD MRU CDF GIP FKP SHP GGP JEP IMP CLF SVC \
KPW LTL LVL EEK SKK SIT DEM ATS FRF ITL ESP NLG BEF FIM IEP PTE GRD";

/// Words and short names of currencies, in lower case; a point may follow.
const WORDS: [&str; 40] = [
    "kr", "kč", "kc", "kčs", "zł", "zl", "ft", "lei", "leu", "lv", "лв", "руб", "р", "грн", "rs",
    "rm", "rp", "fr", "frs", "sfr", "tl", "dm", "rmb", "din", "дин", "ден", "kn", "bs", "lt", "ls",
    "nis", "đ", "euro", "euros", "円", "元", "원", "圓", "тг", "сом",
];

fn is_currency_sign(c: char) -> bool {
    matches!(
        c,
        '$' | '\u{a2}'..='\u{a5}' | '\u{58f}' | '\u{60b}' | '\u{9f2}' | '\u{9f3}' | '\u{e3f}' | '\u{17db}'
            | '\u{20a0}'..='\u{20cf}' | '\u{fdfc}' | '\u{fe69}' | '\u{ff04}' | '\u{ffe0}' | '\u{ffe1}'
            | '\u{ffe5}' | '\u{ffe6}'
    )
}

fn is_code(word: &str) -> bool {
    word.len() == 3 && CODES.split(' ').any(|code| code.eq_ignore_ascii_case(word))
}

fn is_currency_word(word: &str) -> bool {
    WORDS.iter().any(|known| word.chars().flat_map(char::to_lowercase).eq(known.chars()))
}

/// What follows a currency at the start of a text.
fn past_currency(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(char::is_alphabetic);
    let word = &text[..text.len() - rest.len()];
    if let Some(rest) = rest.strip_prefix(is_currency_sign) {
        // `US$`, `R$`
        return (word.len() <= 3).then_some(rest);
    }
    // One letter alone would make numbers of codes such as `S5`.
    let rest = match word {
        "S" | "B" => rest.strip_prefix('/')?,
        "R" => rest.strip_prefix(is_blank)?,
        _ if is_code(word) => return Some(rest),
        _ if is_currency_word(word) => rest,
        _ => return None,
    };
    Some(rest.strip_prefix('.').unwrap_or(rest))
}

/// What stands before a currency at the end of a text.
fn before_currency(text: &str) -> Option<&str> {
    let (text, sign) = match text.strip_suffix(is_currency_sign) {
        Some(rest) => (rest, true),
        None => (text.strip_suffix('.').unwrap_or(text), false),
    };
    let rest = text.trim_end_matches(char::is_alphabetic);
    let word = &text[rest.len()..];
    let known = if sign { word.len() <= 3 } else { is_code(word) || is_currency_word(word) };
    known.then_some(rest)
}

/// Units of quantities, in small letters; a point may follow.
const MEASURES: &str = " kg kgs g gr gramm gram mg lb lbs oz l ltr liter litre litres ml cl dl gal cm mm km m2 m² m3 m³ ft \
dz doz dozen pair pairs paar кг г л 公斤 斤 千克 克 ";

/// Words for pieces, in small letters.
const PIECES: &str = " pcs pc pce pieces piece stk st stck stück stuck stueck szt ks pz uds ud und unid un unit units u ea \
each x × pack packs pkg pk box boxes stuks pièces pièce шт 個 件 个 枚 本 点 袋 箱 瓶 개 ";

/// Whether a unit measures: pieces are what a number without a unit counts.
pub fn is_measure(unit: &str) -> bool {
    is_of(MEASURES, unit)
}

fn is_of(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known.chars().eq(word.chars().flat_map(char::to_lowercase)))
}

/// What stands before a unit at the end of a text (`1.250 kg`, `2.50 €/kg`), and the unit.
pub fn before_unit(text: &str) -> Option<(&str, &str)> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    // `m2` ends with a digit that is no number's.
    let rest = match bare.strip_suffix(['2', '3']) {
        Some(rest) if rest.ends_with('m') => rest,
        _ => bare,
    };
    let rest = rest.trim_end_matches(|c: char| !digit(c) && !is_blank(c) && c != '/' && c != '-');
    let unit = &bare[rest.len()..];
    // `1.5 m` and `2 t` may be millions and thousands.
    let is_rate = rest.trim_end().ends_with('/') && matches!(unit, "m" | "t");
    let is_unit = !unit.is_empty()
        && unit.len() <= 12
        && (is_rate || is_measure(unit) || is_of(PIECES, unit));
    if !is_unit || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let rest = rest.trim_end();
    let rest = rest.strip_suffix('/').map_or(rest, str::trim_end);
    (!rest.is_empty()).then_some((rest, unit))
}

/// A number without a unit before (`x 3`) or behind it.
fn without_unit(text: &str) -> &str {
    let text = before_unit(text).map_or(text, |(rest, _)| rest);
    let rest = text.strip_prefix(['x', '×']).map(str::trim_start);
    rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(text)
}

/// Whether a minus; `None` where it is no sign.
fn sign(c: char) -> Option<bool> {
    match c {
        '-' | '\u{2212}' | '\u{2013}' | '\u{2014}' => Some(true),
        '+' => Some(false),
        _ => None,
    }
}

/// What stands before the dashes of `3,-`, with the mark.
fn before_dashes(text: &str) -> Option<&str> {
    let rest = text.trim_end_matches(|c| sign(c) == Some(true));
    (rest.len() < text.len() && rest.ends_with(['.', ','])).then_some(rest)
}

/// The text that a spreadsheet was told to leave alone: `'2.50`.
fn without_apostrophe(text: &str) -> &str {
    let rest = text
        .strip_prefix('\'')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
    rest.unwrap_or(text)
}

/// A number freed of blanks, of a unit before or behind it (`2 pcs`), of one sign before or behind or of parentheses, and with `money` of
/// a currency before and one behind. Dashes behind a mark (`3,-`) stand for no decimals.
pub fn bare(text: &str, money: bool) -> Option<Bare<'_>> {
    let mut body = without_unit(without_apostrophe(text.trim()));
    let (mut signed, mut negative, mut before, mut behind) = (false, false, false, false);
    loop {
        let first = body.chars().next()?;
        if first.is_ascii_digit() || first == '.' || first == ',' {
            break;
        }
        body = if let Some(inner) = body.strip_prefix('(').and_then(|body| body.strip_suffix(')'))
            && !signed
        {
            (signed, negative) = (true, true);
            inner
        } else if let Some(minus) = sign(first).filter(|_| !signed) {
            (signed, negative) = (true, minus);
            &body[first.len_utf8()..]
        } else if let Some(after) = past_currency(body).filter(|_| money && !before) {
            before = true;
            after
        } else {
            // `(3.50) EUR`
            let inner = before_currency(body).filter(|_| first == '(' && money && !behind)?;
            behind = true;
            inner
        }
        .trim();
    }
    loop {
        let last = body.chars().next_back()?;
        let currency = || before_currency(body).filter(|_| money && !behind);
        body = if last.is_ascii_digit() || last == ',' {
            break;
        } else if let Some(rest) = before_dashes(body) {
            rest
        } else if let Some(minus) = sign(last).filter(|_| !signed) {
            (signed, negative) = (true, minus);
            &body[..body.len() - last.len_utf8()]
        } else if let Some(rest) = currency() {
            behind = true;
            rest
        } else if last == '.' && body[..body.len() - 1].ends_with(|c: char| c.is_ascii_digit()) {
            break;
        } else {
            return None;
        }
        .trim_end();
    }
    Some(Bare { body, negative, currency: before || behind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_off() {
        for (text, body) in [
            ("1.250 kg", "1.250"),
            ("2 pcs", "2"),
            ("3 x", "3"),
            ("x3", "3"),
            ("0,5 l", "0,5"),
            ("5 Stk.", "5"),
            ("2.50 €/kg", "2.50"),
            ("3 m2", "3"),
            ("12 шт", "12"),
            ("3個", "3"),
            ("'12", "12"),
            ("2x", "2"),
        ] {
            assert_eq!(bare(text, true).map(|bare| bare.body), Some(body), "{text}");
        }
        for text in
            ["kg", "2 x 0,5 l", "12 abc", "S5", "m2", "3 apples", "1,5 K", "1.5 m", "$2M", "2 t"]
        {
            assert_eq!(
                bare(text, true).map(|bare| bare.body).filter(|body| !body.contains('x')),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn signs_and_parentheses() {
        for (text, body, negative) in [
            ("5", "5", false),
            (" +5 ", "5", false),
            ("-5", "5", true),
            ("\u{2212} 5", "5", true),
            ("5-", "5", true),
            ("5 -", "5", true),
            ("5+", "5", false),
            ("(5)", "5", true),
            ("( 1,234.50 )", "1,234.50", true),
            ("5,-", "5,", false),
            ("5.\u{2013}", "5.", false),
            ("5,--", "5,", false),
            ("-5,-", "5,", true),
            (".5", ".5", false),
            ("5.", "5.", false),
        ] {
            let expected = Some(Bare { body, negative, currency: false });
            assert_eq!(bare(text, false), expected, "{text}");
            assert_eq!(bare(text, true), expected, "{text}");
        }
        for text in [
            "",
            "-",
            "--5",
            "-5-",
            "(-5)",
            "(5",
            "5)",
            "((5))",
            "y5",
            "5y",
            "\u{a3}5",
            "5 EUR",
            "\u{2013}\u{2013}5",
        ] {
            assert_eq!(bare(text, false), None, "{text}");
        }
    }

    #[test]
    fn currencies_before_and_behind() {
        for text in [
            "£3.50",
            "$ 3.50",
            "3.50 €",
            "3.50€",
            "3.50\u{a0}€",
            "3.50\u{202f}€",
            "€\u{2009}3.50",
            "EUR 3.50",
            "3.50 EUR",
            "3.50eur",
            "CHF3.50",
            "kr 3.50",
            "kr. 3.50",
            "3.50 kr",
            "3.50 kr.",
            "3.50 zł",
            "3.50 Kč",
            "R$ 3.50",
            "R$3.50",
            "US$3.50",
            "3.50 US$",
            "$3.50 USD",
            "Rs.3.50",
            "Rs. 3.50",
            "S/ 3.50",
            "S/.3.50",
            "R 3.50",
            "SFr. 3.50",
            "Fr. 3.50",
            "3.50 руб.",
            "3.50 ₽",
            "₹3.50",
            "￥3.50",
            "¥3.50",
            "NT$3.50",
            "3.50 Euro",
            "3.50元",
        ] {
            let expected = Bare { body: "3.50", negative: false, currency: true };
            assert_eq!(bare(text, true), Some(expected), "{text}");
            assert_eq!(bare(text, false), None, "{text}");
        }
        for text in [
            "-£3.50",
            "£-3.50",
            "£3.50-",
            "(£3.50)",
            "£(3.50)",
            "-3.50 €",
            "3.50- €",
            "3.50 €-",
            "- kr 3.50",
            "(3.50 EUR)",
            "(3.50) EUR",
            "£(3.50)",
        ] {
            let expected = Bare { body: "3.50", negative: true, currency: true };
            assert_eq!(bare(text, true), Some(expected), "{text}");
        }
        for text in [
            "££3",
            "€",
            "EUR",
            "3 kgx",
            "EUR EUR 3",
            "XYZ 3",
            "3E",
            "nan",
            "ABCD$3",
            "N/A",
            "kr",
            "S5",
            "R5",
            "5 S",
        ] {
            assert_eq!(bare(text, true), None, "{text}");
        }
    }

    #[test]
    fn a_code_before_a_point_is_no_abbreviation() {
        assert_eq!(bare("EUR.50", true).map(|bare| bare.body), Some(".50"));
    }
}
