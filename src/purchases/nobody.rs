//! Words that stand for no person: certain ones, and those that may be a person's id.

/// Words that certainly stand for no user and no item.
pub(super) fn is_nobody(text: &str) -> bool {
    const WORDS: [&str; 19] = [
        "nan",
        "null",
        "none",
        "nil",
        "n/a",
        "n.a.",
        "<na>",
        "<null>",
        "(null)",
        "(none)",
        "(not set)",
        "\\n",
        "#n/a",
        "#value!",
        "#null!",
        "#ref!",
        "#name?",
        "undefined",
        "nat",
    ];
    // Nearly every text is told by its first letter.
    let may_be = matches!(
        text.as_bytes().first(),
        Some(b'n' | b'N' | b'u' | b'U' | b'<' | b'(' | b'\\' | b'#')
    );
    may_be && (text == "NA" || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// How a text may stand for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubtful {
    /// A word or sign that is no usual id.
    Word,
    /// A number that shops use for customers without an account.
    Number,
}

/// Whether a user's text may stand for people without an account.
pub(super) fn doubtful(text: &str) -> Option<Doubtful> {
    const WORDS: &[&str] = &[
        "guest",
        "guests",
        "guest user",
        "guest checkout",
        "unknown",
        "anonymous",
        "anon",
        "anonymus",
        "anonymous user",
        "-",
        "--",
        "?",
        "??",
        ".",
        "x",
        "xx",
        "xxx",
        "missing",
        "no customer",
        "not available",
        "not provided",
        "not applicable",
        "no id",
        "walk-in",
        "walk in",
        "cash",
        "unbekannt",
        "gast",
        "anonym",
        "inconnu",
        "invité",
        "desconocido",
        "desconhecido",
        "test",
        "dummy",
        "dummy customer",
        "default",
        "default customer",
        "one-time customer",
        "one time customer",
        "general public",
        "retail customer",
        "cash sale",
        "cash sales",
        "cash customer",
        "counter sale",
        "counter sales",
        "over the counter",
        "pos",
        "pos customer",
        "pos sale",
        "walk-in customer",
        "walk in customer",
        "laufkundschaft",
        "laufkunden",
        "barverkauf",
        "barkunde",
        "barkunden",
        "thekenverkauf",
        "diverse",
        "diverse kunden",
        "diverser kunde",
        "sammelkunde",
        "sammeldebitor",
        "einmalkunde",
        "cpd",
        "gastkunde",
        "client de passage",
        "client comptoir",
        "client divers",
        "clients divers",
        "vente comptoir",
        "anonyme",
        "público en general",
        "publico en general",
        "público general",
        "publico general",
        "cliente mostrador",
        "mostrador",
        "cliente contado",
        "cliente de contado",
        "clientes varios",
        "cliente varios",
        "invitado",
        "cliente genérico",
        "cliente generico",
        "cliente final",
        "cliente occasionale",
        "ospite",
        "convidado",
        "cliente balcão",
        "cliente padrão",
        "gość",
        "klient detaliczny",
        "klient anonimowy",
        "anoniem",
        "contante verkoop",
        "gæst",
        "gäst",
        "misafir",
        "perakende müşteri",
        "гость",
        "аноним",
        "розничный покупатель",
        "частное лицо",
        "физлицо",
        "散客",
        "匿名用户",
        "零售客户",
        "現金客",
        "一般客",
        "ゲスト",
        "anonymized",
        "anonymised",
        "redacted",
        "gdpr-erased",
        "erased",
        "gelöscht",
        "supprimé",
        "no_customer",
        "no customer id",
        "unregistered",
        "not registered",
        "misc",
        "miscellaneous",
        "sonstige",
        "comptoir",
        "comptant",
        "particulier",
        "passant",
        "contado",
        "sin cliente",
        "consumidor",
        "balcão",
        "venda avulsa",
        "losse verkoop",
        "klant onbekend",
        "onbekend",
        "nieznany",
        "brak",
        "yok",
        "vieras",
        "privatkunde",
        "n/d",
        "s/n",
        "#",
        "---",
        "***",
        "一般",
        "なし",
        "未登録",
    ];
    const NUMBERS: [&str; 8] = ["0", "-1", "00", "000", "0000", "99999", "999999", "9999999"];
    // Parts of words, of addresses too.
    const STEMS: [&str; 13] = [
        "noemail",
        "no-email",
        "nomail",
        "guest",
        "walk-in",
        "walkin",
        "laufkunde",
        "consumidor final",
        "deleted",
        "no-reply",
        "noreply",
        "do-not-reply",
        "anonymous",
    ];
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > 4 && !is_number {
        let lower = text.to_lowercase();
        // `guest@shop.example`, `[deleted]`, but not `guest7`, who is somebody.
        let bare = lower.trim_start_matches('[');
        let begins = |stem: &str| {
            bare.strip_prefix(stem).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        if STEMS.iter().any(|stem| begins(stem)) || lower.starts_with("test@") {
            return Some(Doubtful::Word);
        }
    }
    let bytes = text.as_bytes();
    if bytes.len() >= 4 && bytes[0].is_ascii_digit() && bytes.iter().all(|byte| *byte == bytes[0]) {
        return Some(Doubtful::Number);
    }
    // Of a million ids most are numbers, which no word is.
    if is_number && text.len() <= 16 {
        return NUMBERS.contains(&text).then_some(Doubtful::Number);
    }
    // An id of zeros alone, as databases have it for nobody.
    if text.len() > 16 && text.contains('0') && text.chars().all(|c| "0-{}".contains(c)) {
        return Some(Doubtful::Word);
    }
    // Ids are longer than any word, or have digits between letters.
    if text.len() > 40 || text.len() > 8 && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let lower = text.to_lowercase();
    if NUMBERS.contains(&lower.as_str()) {
        Some(Doubtful::Number)
    } else {
        let nobody = WORDS.contains(&lower.as_str())
            || ["匿名", "未知", "游客", "非会員", "비회원", "게스트", "손님"]
                .contains(&lower.as_str());
        nobody.then_some(Doubtful::Word)
    }
}

/// Whether a text says that its row adds up other rows.
pub(super) fn is_total(text: &str) -> bool {
    const WORDS: [&str; 56] = [
        "total",
        "somme",
        "ergebnis",
        "gesamtergebnis",
        "all customers",
        "all products",
        "overall",
        "trailer",
        "totals",
        "grand total",
        "subtotal",
        "sub-total",
        "sub total",
        "sum",
        "summe",
        "gesamt",
        "insgesamt",
        "gesamtsumme",
        "zwischensumme",
        "average",
        "total général",
        "suma",
        "合计",
        "合計",
        "小计",
        "小計",
        "总计",
        "總計",
        "総計",
        "총계",
        "합계",
        "소계",
        "итого",
        "всего",
        "подитог",
        "промежуточный итог",
        "общий итог",
        "sous-total",
        "sous total",
        "total general",
        "total geral",
        "total generale",
        "totale",
        "totale generale",
        "totaal",
        "razem",
        "celkem",
        "toplam",
        "genel toplam",
        "ara toplam",
        "summa",
        "delsumma",
        "yhteensä",
        "σ",
        "σύνολο",
        "∑",
    ];
    let bare = text.trim().trim_end_matches(':');
    // `Total (400 rows)`, `10070 Ergebnis`: the word, and of what it is.
    let bare = bare.split_once(" (").map_or(bare, |(word, _)| word);
    let of_id = |word: &str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    let bare = match bare.split_once(' ') {
        Some((id, word)) if of_id(id) => word,
        _ => bare,
    };
    // No word has a digit, and most ids have one.
    if bare.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    WORDS.contains(&bare.to_lowercase().as_str())
}

/// Whether an id is a number that a spreadsheet has rounded: `1.91E+11`.
pub(super) fn is_spoilt(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    whole.len() == 1 && plain(whole) && plain(part) && power.strip_prefix('+').is_some_and(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_certain_doubtful_or_people() {
        for word in
            ["NaN", "N/A", "\\N", "#N/A", "(null)", "(not set)", "None", "nil", "NA", "<NA>"]
        {
            assert!(is_nobody(word) && doubtful(word).is_none(), "{word}");
        }
        for word in ["Guest", "unknown", "anonymous", "-", "?"] {
            assert!(!is_nobody(word) && doubtful(word) == Some(Doubtful::Word), "{word}");
        }
        assert_eq!(
            (doubtful("0"), doubtful("-1")),
            (Some(Doubtful::Number), Some(Doubtful::Number))
        );
        for id in ["na", "17850", "Nadia", "10", "guest7"] {
            assert!(!is_nobody(id) && doubtful(id).is_none(), "{id}");
        }
    }

    #[test]
    fn placeholders_and_totals_of_many_languages() {
        for word in [
            "00000000-0000-0000-0000-000000000000",
            "Laufkundschaft",
            "Público en general",
            "散客",
            "CLIENT DE PASSAGE",
            "Розничный покупатель",
        ] {
            assert_eq!(doubtful(word), Some(Doubtful::Word), "{word}");
        }
        for id in ["00000000-0000-0000-0000-000000000001", "Maria Gonzalez Lopez", "Gastone"] {
            assert_eq!(doubtful(id), None, "{id}");
        }
        for word in ["Итого", "小计", "Sous-total:", "Σ", "Total"] {
            assert!(is_total(word), "{word}");
        }
        assert!(!is_total("Total 500 ml"));
    }

    #[test]
    fn ids_that_a_spreadsheet_spoilt() {
        for id in ["1.91E+11", "1E+05", "5,2E+12"] {
            assert!(is_spoilt(id), "{id}");
        }
        for id in ["1e5", "E+11", "191000000000", "1.91E-11", "AE+1", "12.1E+10"] {
            assert!(!is_spoilt(id), "{id}");
        }
    }
}
