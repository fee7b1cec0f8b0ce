//! From bytes to text: which encoding it is in, and a decoder that goes through it once.

use std::str;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::TableError;

/// The encoding that a label of the WHATWG Encoding Standard names.
pub(super) fn named(label: &str) -> Result<&'static Encoding, TableError> {
    Encoding::for_label(label.trim().as_bytes())
        .ok_or_else(|| TableError::UnknownEncoding { label: label.to_owned() })
}

/// Whether a wrong byte can change nothing but the cell that it stands in, and a line end is a
/// line end: in UTF-8 and where every byte is a character.
pub(super) fn is_stable(encoding: &'static Encoding) -> bool {
    encoding == UTF_8 || encoding.is_single_byte()
}

/// The byte order mark that `head` begins with: what it says, and its length.
pub(super) fn marked(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(head)
}

/// UTF-16 without a mark, told by where its NULs stand: Latin letters, digits and separators
/// have one each, in the higher byte.
pub(super) fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len().min(1 << 12) & !1];
    let nul = |at: usize| head.iter().skip(at).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, pairs) = (nul(0), nul(1), head.len() / 2);
    if pairs == 0 {
        None
    } else if odd * 2 > pairs && even * 20 < pairs {
        Some(UTF_16LE)
    } else if even * 2 > pairs && odd * 20 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// What a text that is no UTF-8 may be in, where it does not look like one of Western Europe: bytes
/// beyond ASCII that stand together, or signs inside of words. A hint for people, never a decision.
pub(super) fn suspected(bytes: &[u8]) -> Option<&'static str> {
    let bytes = &bytes[..bytes.len().min(1 << 16)];
    let end = bytes.iter().rposition(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let bytes = &bytes[..end];
    let high: Vec<u8> = bytes.iter().copied().filter(|&byte| byte >= 0x80).collect();
    let share = |test: &dyn Fn(u8) -> bool| {
        high.iter().filter(|&&byte| test(byte)).count() as f64 / high.len().max(1) as f64
    };
    let beside = bytes.windows(2).filter(|pair| pair[0] >= 0x80 && pair[1] >= 0x80).count();
    let is_valid = |label: &str| {
        Encoding::for_label(label.as_bytes()).is_some_and(|encoding| !encoding.decode(bytes).2)
    };
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0xC0;
    // Japanese: half of the bytes are ASCII, the others no letters of Western Europe.
    let is_japanese = || {
        high.len() >= 4
            && share(&|byte| (0x81..=0x9F).contains(&byte)) >= 0.3
            && is_valid("shift_jis")
    };
    if beside > 0 && is_japanese() {
        return Some("shift_jis");
    }
    if high.len() >= 4 && beside * 10 >= high.len() * 6 {
        let hangul = || {
            let (text, _, _) = encoding_rs::EUC_KR.decode(bytes);
            let other = text.chars().filter(|c| !c.is_ascii()).count().max(1);
            let hangul = text.chars().filter(|c| ('\u{AC00}'..='\u{D7A3}').contains(c)).count();
            hangul * 10 >= other * 9
        };
        return Some(
            if share(&|byte| (0x81..=0x9F).contains(&byte)) >= 0.2 && is_valid("shift_jis") {
                "shift_jis"
            } else if share(&|byte| matches!(byte, 0xA4 | 0xA5)) >= 0.2 && is_valid("euc-jp") {
                "euc-jp"
            } else if share(&|byte| byte >= 0xE0) >= 0.55 || !is_valid("gbk") {
                "windows-1251"
            } else if is_valid("euc-kr") && hangul() {
                "euc-kr"
            } else if is_valid("big5") && beside * 10 < high.len() * 7 {
                "big5"
            } else {
                "gbk"
            },
        );
    }
    // Letters of old computers that are signs in the west: between letters stand no quotation marks.
    let within = |bytes_of: &[u8]| {
        let is_letter = |byte: u8| byte.is_ascii_alphabetic();
        let windows = bytes.windows(3).filter(|w| is_letter(w[0]) && is_letter(w[2]));
        windows.filter(|w| bytes_of.contains(&w[1])).count()
    };
    let (dos, mac) = (within(&[0x81, 0x82, 0x84, 0x94]), within(&[0x87, 0x8A, 0x8E, 0x9A, 0x9F]));
    // The sharp s of the one is an a with an accent of the other.
    let western = within(&(0xC0..=0xFF).filter(|&byte| byte != 0xE1).collect::<Vec<u8>>());
    if dos.max(mac) >= 3 && dos.max(mac) > 3 * western {
        return Some(if dos > mac { "cp850" } else { "macintosh" });
    }
    // Letters of Central Europe that are signs in the west: `ł`, `ą`, `ż`, and capital ones.
    let inside = bytes
        .windows(3)
        .filter(|w| letter(w[0]) && matches!(w[1], 0xB3 | 0xB9 | 0xBF) && letter(w[2]))
        .count();
    let leads = bytes
        .windows(3)
        .filter(|w| {
            !letter(w[0]) && matches!(w[1], 0xA3 | 0xA5 | 0xAF) && w[2].is_ascii_lowercase()
        })
        .count();
    let ends = bytes.windows(2).filter(|w| w[0] == 0x9C && w[1] == 0xE6).count();
    (inside + leads + ends > 0).then_some("windows-1250")
}

/// Decodes a stream. In UTF-8 and encodings of one byte a wrong byte becomes U+FFFD in its own
/// place, and no other byte changes; elsewhere it is an error.
pub(super) struct Decoding {
    encoding: &'static Encoding,
    decoder: Decoder,
    lines: u64,
}

impl Decoding {
    pub(super) fn new(encoding: &'static Encoding) -> Self {
        Self { encoding, decoder: encoding.new_decoder_without_bom_handling(), lines: 1 }
    }

    /// The text of the next bytes; what is left over of a character waits for more.
    pub(super) fn text(
        &mut self,
        name: &str,
        mut bytes: &[u8],
        is_last: bool,
    ) -> Result<String, TableError> {
        let mut text = String::new();
        let room = |text: &mut String, most: Option<usize>, bytes: usize| {
            let most = most.unwrap_or(bytes.saturating_mul(3).saturating_add(16));
            text.try_reserve(most).map_err(|_| TableError::NoMemory { name: name.to_owned() })
        };
        if is_stable(self.encoding) {
            let most = self.decoder.max_utf8_buffer_length(bytes.len());
            room(&mut text, most, bytes.len())?;
            let _ = self.decoder.decode_to_string(bytes, &mut text, is_last);
            return Ok(text);
        }
        let most = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        room(&mut text, most, bytes.len())?;
        loop {
            let (result, read) =
                self.decoder.decode_to_string_without_replacement(bytes, &mut text, is_last);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => room(&mut text, None, bytes.len())?,
                DecoderResult::Malformed(..) => {
                    return Err(TableError::NotInEncoding {
                        name: name.to_owned(),
                        encoding: self.encoding.name().to_owned(),
                        line: self.lines + text.matches('\n').count() as u64,
                    });
                }
            }
        }
        self.lines += text.matches('\n').count() as u64;
        Ok(text)
    }
}

/// The text of bytes in a stable encoding; as an error where they are no UTF-8 and were to be.
pub(super) fn stable_text(encoding: &'static Encoding, bytes: Vec<u8>) -> Result<String, String> {
    if encoding == UTF_8 {
        return String::from_utf8(bytes)
            .map_err(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned());
    }
    Ok(encoding.decode_without_bom_handling(&bytes).0.into_owned())
}

/// Whether a stream is UTF-8 as a whole.
#[derive(Debug, Default)]
pub(super) struct Validity {
    rest: Vec<u8>,
    wrong: bool,
}

impl Validity {
    /// Looks at the next bytes; whether all are valid so far.
    pub(super) fn see(&mut self, bytes: &[u8]) -> bool {
        if self.wrong {
            return false;
        }
        // A character that was cut in two is looked at whole.
        let mut bytes = bytes;
        while !self.rest.is_empty() && !bytes.is_empty() {
            self.rest.push(bytes[0]);
            bytes = &bytes[1..];
            match str::from_utf8(&self.rest) {
                Ok(_) => self.rest.clear(),
                Err(bad) if bad.error_len().is_some() => self.wrong = true,
                Err(_) => {}
            }
            if self.wrong {
                return false;
            }
        }
        if let Err(bad) = str::from_utf8(bytes) {
            match bad.error_len() {
                Some(_) => self.wrong = true,
                None => self.rest = bytes[bad.valid_up_to()..].to_vec(),
            }
        }
        !self.wrong
    }

    /// Whether all was valid, now that nothing more comes.
    pub(super) fn holds(&self) -> bool {
        !self.wrong && self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    fn decoded(bytes: &[u8], label: &str) -> Result<String, String> {
        let whole = |mut decoding: Decoding| decoding.text("f.csv", bytes, true);
        named(label).map(Decoding::new).and_then(whole).map_err(|error| error.to_string())
    }

    #[test]
    fn pounds_are_pounds() {
        assert_eq!(decoded("£5".as_bytes(), "utf-8").unwrap(), "£5");
        assert_eq!(decoded(b"\x80", "windows-1252").unwrap(), "€");
        assert_eq!(decoded(b"\xA4", "iso-8859-15").unwrap(), "€");
        assert_eq!(decoded(b"a\0", "utf-16le").unwrap(), "a");
        assert_eq!(stable_text(WINDOWS_1252, b"\xA35".to_vec()).unwrap(), "£5");
    }

    #[test]
    fn utf_16_is_told_by_its_mark_or_its_nuls() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let turned =
            |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        assert_eq!(marked(b"\xFF\xFEa\0"), Some((UTF_16LE, 2)));
        assert_eq!(marked(b"\xEF\xBB\xBFa"), Some((UTF_8, 3)));
        assert_eq!(utf_16(&wide("user,item\n1,Größe 5\n")), Some(UTF_16LE));
        assert_eq!(utf_16(&turned("user,item\n1,tea\n")), Some(UTF_16BE));
        assert_eq!(utf_16(b"user,item\n\0\0\0\0,tea\n"), None);
        assert_eq!(utf_16(b""), None);
    }

    #[test]
    fn a_wrong_byte_changes_its_own_place_alone_however_the_stream_is_cut() {
        let bytes = b"a,\xE2,b\nc\xC3\n\xC2\xA3\xE2\x82";
        let whole = "a,\u{FFFD},b\nc\u{FFFD}\n£\u{FFFD}";
        assert_eq!(stable_text(UTF_8, bytes.to_vec()).unwrap_err(), whole);
        for cut in 0..=bytes.len() {
            let mut decoding = Decoding::new(UTF_8);
            let first = decoding.text("f", &bytes[..cut], false).unwrap();
            assert_eq!(first + &decoding.text("f", &bytes[cut..], true).unwrap(), whole);
        }
    }

    #[test]
    fn what_is_not_in_the_encoding_names_the_line() {
        assert!(decoded(b"a\nb\x81\xFF", "shift_jis").unwrap_err().contains("line 2"));
        assert!(decoded(b"a", "klingon").unwrap_err().contains("klingon"));
    }

    #[test]
    fn validity_is_that_of_the_whole_however_it_is_cut() {
        for bytes in [&b"a\xC2\xA3\xE2\x82\xAC\n"[..], b"a\xC2", b"\xC2\xC2\xA3", b"\xE2\x82a", b""]
        {
            for first in 0..=bytes.len() {
                for second in first..=bytes.len() {
                    let mut validity = Validity::default();
                    for part in [&bytes[..first], &bytes[first..second], &bytes[second..]] {
                        validity.see(part);
                    }
                    assert_eq!(validity.holds(), str::from_utf8(bytes).is_ok(), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn letters_of_old_computers_are_suspected() {
        let names = |umlauts: [u8; 3]| {
            let mut text = Vec::new();
            for n in 0..9 {
                text.extend(b"M");
                text.push(umlauts[n % 3]);
                text.extend(b"ller;1\n");
            }
            suspected(&text)
        };
        assert_eq!(names([0x81, 0x84, 0x94]), Some("cp850"));
        assert_eq!(names([0x9F, 0x8A, 0x9A]), Some("macintosh"));
        assert_eq!(names([0xFC, 0xE4, 0xF6]), None);
    }

    #[test]
    fn texts_of_other_alphabets_are_suspected() {
        let told = |label: &str, text: &str| {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            suspected(&encoding.encode(text).0)
        };
        for (label, text) in [
            ("gbk", "客户编号,商品编号,数量,单价\n客一,茶,2,2.50\n客二,咖啡,1,4.00\n"),
            ("shift_jis", "顧客ID,商品コード,数量,単価\n甲,茶,2,2.50\n乙,コーヒー,1,4.00\n"),
            ("windows-1251", "клиент;товар;количество;цена\nИванов;чай;2;2,50\n"),
            ("windows-1250", "klient;produkt;ilość;cena\nŁukasz;białe;2;2,50\n"),
            ("euc-kr", "고객번호,상품코드,수량,단가\n김,차,2,2.50\n"),
        ] {
            assert_eq!(told(label, text), Some(label), "{text}");
        }
        for text in [
            "Käufer;Menge;Größe\nJörg;2;5 m³\nAña;1;¿Qué?\n",
            "Größe;Maßgröße\nGröße;x\n",
            "naïve œuvre £5 à 3 ½\n",
            "abc\n",
            "Ærø Smørrebrød\n",
        ] {
            assert_eq!(told("windows-1252", text), None, "{text}");
        }
    }
}
