//! Words in dates: months, weekdays, zones and what merely stands between, in several languages.

/// Lower case without accents; `None` where a letter is no Latin one or the word is too long.
fn folded<'a>(word: &str, into: &'a mut [u8; 20]) -> Option<&'a str> {
    let mut length = 0;
    for letter in word.chars() {
        let plain = match letter {
            _ if letter.is_ascii() => letter.to_ascii_lowercase(),
            // Accents that stand alone.
            '\u{300}'..='\u{36f}' => continue,
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' | 'Å' => {
                'a'
            }
            'é' | 'è' | 'ê' | 'ě' | 'É' | 'È' | 'Ê' | 'Ě' => 'e',
            'í' | 'ì' | 'ı' | 'Í' | 'Ì' | 'İ' => 'i',
            'ó' | 'ò' | 'õ' | 'ö' | 'Ó' | 'Ò' | 'Õ' | 'Ö' => 'o',
            'û' | 'ú' | 'ù' | 'ü' | 'ů' | 'Û' | 'Ú' | 'Ù' | 'Ü' => 'u',
            'ç' | 'Ç' | 'č' | 'Č' => 'c',
            'ź' | 'ż' | 'ž' | 'Ź' | 'Ž' => 'z',
            'ś' | 'ş' | 'š' | 'Ś' | 'Ş' | 'Š' => 's',
            'ř' | 'Ř' => 'r',
            'ğ' | 'Ğ' => 'g',
            'ń' | 'Ń' => 'n',
            'ý' | 'Ý' => 'y',
            _ => return None,
        };
        *into.get_mut(length)? = plain as u8;
        length += 1;
    }
    std::str::from_utf8(into.get(..length)?).ok()
}

/// What a word in a date stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateWord {
    /// 1 to 12.
    Month(i64),
    /// `Mon`, `Mittwoch`...
    Weekday,
    /// March, or a short mardi, martes or martedì.
    MarchOrWeekday,
    /// `de`, `th`, `um`: says nothing.
    Filler,
}

impl DateWord {
    /// In English, German, French, Spanish, Portuguese, Italian, Dutch, the Scandinavian languages,
    /// Polish, Czech, Turkish and Russian, long and short.
    pub fn of(word: &str) -> Option<Self> {
        if word.starts_with(|c| ('\u{400}'..'\u{500}').contains(&c)) {
            return Self::cyrillic(word);
        }
        let month = match folded(word, &mut [0; 20])? {
            "mar" => return Some(Self::MarchOrWeekday),
            "january" | "jan" | "januar" | "janner" | "jaenner" | "janvier" | "janv" | "enero"
            | "ene" | "janeiro" | "gennaio" | "gen" | "januari" | "stycznia" | "styczen"
            | "sty" | "ledna" | "leden" | "ocak" | "oca" => 1,
            "february" | "feb" | "febr" | "februar" | "fevrier" | "fevr" | "fev" | "febrero"
            | "fevereiro" | "febbraio" | "februari" | "lutego" | "luty" | "lut" | "unora"
            | "unor" | "subat" | "sub" => 2,
            "march" | "marz" | "maerz" | "mrz" | "mars" | "marzo" | "marco" | "maart" | "mrt"
            | "marts" | "marca" | "marzec" | "brezna" | "brezen" | "mart" => 3,
            "april" | "apr" | "avril" | "avr" | "abril" | "abr" | "aprile" | "kwietnia"
            | "kwiecien" | "kwi" | "dubna" | "duben" | "nisan" | "nis" => 4,
            "may" | "mai" | "mayo" | "maio" | "maggio" | "mag" | "mei" | "maj" | "maja"
            | "kvetna" | "kveten" | "mayis" => 5,
            "june" | "jun" | "juni" | "juin" | "junio" | "junho" | "giugno" | "giu" | "czerwca"
            | "czerwiec" | "cze" | "cervna" | "cerven" | "haziran" | "haz" => 6,
            "july" | "jul" | "juli" | "juillet" | "juil" | "julio" | "julho" | "luglio" | "lug"
            | "lipca" | "lipiec" | "lip" | "cervence" | "cervenec" | "temmuz" | "tem" => 7,
            "august" | "aug" | "aout" | "agosto" | "ago" | "augustus" | "augusti" | "sierpnia"
            | "sierpien" | "sie" | "srpna" | "srpen" | "agustos" | "agu" => 8,
            "september" | "sep" | "sept" | "septembre" | "septiembre" | "setiembre" | "set"
            | "setembro" | "settembre" | "wrzesnia" | "wrzesien" | "wrz" | "zari" | "eylul"
            | "eyl" => 9,
            "october" | "oct" | "oktober" | "okt" | "octobre" | "octubre" | "outubro" | "out"
            | "ottobre" | "ott" | "pazdziernika" | "pazdziernik" | "paz" | "rijna" | "rijen"
            | "ekim" | "eki" => 10,
            "november" | "nov" | "novembre" | "noviembre" | "novembro" | "listopada"
            | "listopad" | "listopadu" | "lis" | "kasim" | "kas" => 11,
            "december" | "dec" | "dezember" | "dez" | "decembre" | "diciembre" | "dic"
            | "dezembro" | "dicembre" | "desember" | "des" | "grudnia" | "grudzien" | "gru"
            | "prosince" | "prosinec" | "aralik" | "ara" => 12,
            "monday" | "mon" | "tuesday" | "tue" | "tues" | "wednesday" | "wed" | "thursday"
            | "thu" | "thur" | "thurs" | "friday" | "fri" | "saturday" | "sat" | "sunday"
            | "sun" | "montag" | "mo" | "dienstag" | "di" | "mittwoch" | "mi" | "donnerstag"
            | "do" | "freitag" | "fr" | "samstag" | "sonnabend" | "sa" | "sonntag" | "so"
            | "lundi" | "lun" | "mardi" | "mercredi" | "mer" | "jeudi" | "jeu" | "vendredi"
            | "ven" | "samedi" | "sam" | "dimanche" | "dim" | "lunes" | "martes" | "miercoles"
            | "mie" | "jueves" | "jue" | "viernes" | "vie" | "sabado" | "sab" | "domingo"
            | "dom" | "segunda" | "seg" | "terca" | "ter" | "quarta" | "qua" | "quinta" | "qui"
            | "sexta" | "sex" | "feira" | "lunedi" | "martedi" | "mercoledi" | "giovedi"
            | "gio" | "venerdi" | "sabato" | "domenica" => return Some(Self::Weekday),
            "de" | "del" | "of" | "the" | "at" | "um" | "as" | "le" | "el" | "am" | "a" | "den"
            | "st" | "nd" | "rd" | "th" | "er" | "o" | "t" | "uhr" | "h" | "utc" | "gmt" => {
                return Some(Self::Filler);
            }
            _ => return None,
        };
        Some(Self::Month(month))
    }

    fn cyrillic(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        if matches!(word.as_str(), "г" | "год" | "года" | "в") {
            return Some(Self::Filler);
        }
        const MONTHS: [(&str, &str); 12] = [
            ("янв", "аря арь"),
            ("фев", "раля раль р"),
            ("мар", "та т"),
            ("апр", "еля ель"),
            ("ма", "я й"),
            ("июн", "я ь"),
            ("июл", "я ь"),
            ("авг", "уста уст"),
            ("сен", "тября тябрь т"),
            ("окт", "ября ябрь"),
            ("ноя", "бря брь б"),
            ("дек", "абря абрь"),
        ];
        let month = MONTHS.iter().position(|(stem, ends)| {
            let end = word.strip_prefix(stem);
            let is_short = *stem != "ма" && end == Some("");
            is_short || end.is_some_and(|end| ends.split(' ').any(|known| known == end))
        })?;
        Some(Self::Month(month as i64 + 1))
    }
}

/// The word of letters at the start of a text, perhaps empty.
pub fn leading_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphabetic() && !('\u{300}'..='\u{36f}').contains(&c));
    &text[..end.unwrap_or(text.len())]
}

/// What follows weekdays (`Wed, `, `quarta-feira `, `(Mi) `, `星期三`) at the start of a text.
pub fn past_weekday(text: &str) -> &str {
    let mut rest = text;
    loop {
        let inner = rest.trim_start_matches('(');
        let word = leading_word(inner);
        let is_weekday =
            matches!(DateWord::of(word), Some(DateWord::Weekday | DateWord::MarchOrWeekday))
                || ["星期", "周", "週"].iter().any(|week| word.starts_with(week))
                || word.ends_with("曜日")
                || word.ends_with("요일")
                || ["月", "火", "水", "木", "金", "土", "日"].contains(&word);
        if !is_weekday {
            return rest;
        }
        rest = inner[word.len()..].trim_start_matches([')', '.', ',', '-']).trim_start();
    }
}

/// Short names of zones.
const ZONES: &str = " Z UTC GMT UCT CET CEST MEZ MESZ WET WEST EET EEST MSK BST IST EST EDT CST CDT MST MDT \
PST PDT AKST AKDT HST AST ADT NST NDT JST KST HKT SGT PHT ICT WIB PKT NPT GST TRT SAST EAT WAT CAT AEST AEDT \
ACST ACDT AWST NZST NZDT BRT BRST ART CLT CLST COT PET VET UHR ";

/// Where names such as `Europe/Berlin` begin.
const REGIONS: [&str; 13] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
    "US",
    "Etc",
    "Canada",
];

/// What follows zones at the start of a text: `Z`, `+02:00`, `UTC+2`, `GMT+0100 (CET)`,
/// `Europe/Berlin`. Without a zone it is the text itself, without blanks before.
pub fn past_zones(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(after) = past_zone(rest) {
        rest = after.trim_start();
    }
    rest
}

fn past_zone(text: &str) -> Option<&str> {
    match text.chars().next()? {
        open @ ('(' | '[') => {
            let end = text.find(if open == '(' { ')' } else { ']' })?;
            (!text[..end].contains(|c: char| c.is_ascii_digit())).then(|| &text[end + 1..])
        }
        sign @ ('+' | '-' | '\u{2212}') => past_offset(&text[sign.len_utf8()..]),
        _ => {
            let word = leading_word(text);
            let rest = &text[word.len()..];
            if let Some(city) = rest.strip_prefix('/').filter(|_| REGIONS.contains(&word)) {
                let end = city.find(|c: char| !c.is_alphabetic() && !"_/-".contains(c));
                return Some(&city[end.unwrap_or(city.len())..]);
            }
            let is_name = |name: &str| name.eq_ignore_ascii_case(word);
            // `22:53 hs.`, `8:26 Uhr`
            if ["hs", "hrs", "uhr"].iter().any(|name| is_name(name)) {
                return Some(rest.strip_prefix('.').unwrap_or(rest));
            }
            (!word.is_empty() && ZONES.split(' ').any(is_name)).then_some(rest)
        }
    }
}

/// `2`, `02`, `0200`, `02:00`, `02:00:00`, not followed by a further digit.
fn past_offset(text: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut rest = match digits(text) {
        length @ (1 | 2 | 4) => &text[length..],
        _ => return None,
    };
    while let Some(part) = rest.strip_prefix(':') {
        if digits(part) != 2 {
            return None;
        }
        rest = &part[2..];
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_weekdays_and_fillers() {
        for (word, month) in [
            ("Dec", 12),
            ("DEZ", 12),
            ("déc", 12),
            ("de\u{301}cembre", 12),
            ("dezembro", 12),
            ("März", 3),
            ("mrz", 3),
            ("août", 8),
            ("AOÛT", 8),
            ("févr", 2),
            ("Jänner", 1),
            ("ene", 1),
            ("Sept", 9),
            ("março", 3),
            ("gennaio", 1),
        ] {
            assert_eq!(DateWord::of(word), Some(DateWord::Month(month)), "{word}");
        }
        for word in ["Wed", "Mittwoch", "mié", "terça", "Sa"] {
            assert_eq!(DateWord::of(word), Some(DateWord::Weekday), "{word}");
        }
        assert_eq!(DateWord::of("Mar"), Some(DateWord::MarchOrWeekday));
        assert_eq!(DateWord::of("th"), Some(DateWord::Filler));
        for word in ["", "x", "decent", "декорация", "майка", "donaudampfschifffahrt"]
        {
            assert_eq!(DateWord::of(word), None, "{word}");
        }
    }

    #[test]
    fn weekdays_before_are_passed_over() {
        for text in
            ["Wed, 1", "(Mi) 1", "quarta-feira, 1", "mar. 1", "星期三 1", "1", "Wednesday 1"]
        {
            assert_eq!(past_weekday(text), "1", "{text}");
        }
        assert_eq!(past_weekday("Dec 1"), "Dec 1");
    }

    #[test]
    fn zones_are_passed_over() {
        for text in [
            "",
            "Z",
            "z",
            " +02:00",
            "-0500",
            "+2",
            "\u{2212}05:00",
            "UTC",
            "UTC+2",
            "GMT+0100 (Central European Time)",
            "[Europe/Berlin]",
            "+02:00[Europe/Berlin]",
            "America/Argentina/Buenos_Aires",
            "mesz",
            "-03:00:00",
            "Uhr",
        ] {
            assert_eq!(past_zones(text), "", "{text}");
        }
        for text in ["x", "+", "+123", "+02:0", "ZZ", "(1)", "Europe", "(open", "Nowhere/City"] {
            assert!(!past_zones(text).is_empty(), "{text}");
        }
        assert_eq!(past_zones(" UTC 2010"), "2010");
    }
}
