//! Which code a text has: found by its bytes where it is short, else by its hash.

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Codes of distinct texts, whose names somebody else keeps. A short text, as most ids, numbers and
/// countries are, is compared without a look at its name.
#[derive(Debug, Default)]
pub struct TextIndex {
    /// Of numbers of so many digits, as ids often are: by the number, one above its code; 0 where
    /// it has none.
    numbers: [Vec<u32>; MOST_DIGITS + 1],
    /// How many numbers of the most digits are not listed there, as long as few are known.
    unlisted: usize,
    slots: HashTable<Slot>,
    hasher: DefaultHashBuilder,
}

/// A text by its key, in 12 bytes, so that many of them fit into near memory.
#[derive(Debug, Clone, Copy)]
struct Slot {
    key: [u32; 2],
    code: u32,
}

impl Slot {
    fn key(self) -> u64 {
        u64::from(self.key[0]) | u64::from(self.key[1]) << 32
    }
}

/// A text as a number, which no other text of up to 7 bytes shares: its bytes, and above them its
/// length. 0 for a longer text, and for none.
#[inline]
pub(super) fn short_key(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let low = match bytes.len() {
        // Two halves that may lie over each other.
        4..=7 => match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(&first), Some(&last)) => {
                let last = u64::from(u32::from_le_bytes(last));
                u64::from(u32::from_le_bytes(first)) | last << (8 * (bytes.len() - 4))
            }
            _ => 0,
        },
        1..=3 => {
            let middle = u64::from(bytes[bytes.len() / 2]) << (8 * (bytes.len() / 2));
            let last = u64::from(bytes[bytes.len() - 1]) << (8 * (bytes.len() - 1));
            u64::from(bytes[0]) | middle | last
        }
        _ => return 0,
    };
    low | (bytes.len() as u64) << 56
}

/// The short key of a text of up to 7 bytes that begins with the first byte of a word, the lowest.
#[inline]
pub(super) fn short_key_of_word(word: u64, length: usize) -> u64 {
    word & !(u64::MAX << (8 * length)) | (length as u64) << 56
}

/// Numbers of more digits are looked up as other texts are: their lists would be long.
const MOST_DIGITS: usize = 7;
/// So many numbers of the most digits are looked up as other texts are, too: a list of ten million
/// is worth while for many only, which nearer memory does not hold in any way.
const FEW: usize = 1 << 18;

/// The digits and the number of a short text that is a number, told from its key.
#[inline(always)]
fn number_of(key: u64) -> Option<(usize, usize)> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let digits = (key >> 56) as usize;
    if !(1..=MOST_DIGITS).contains(&digits) {
        return None;
    }
    // Eight digits, the first of which are 0: the first byte is the lowest.
    let word = (key << (64 - 8 * digits)) | (ZEROS >> (8 * digits));
    let low = word ^ ZEROS;
    if (low | (low + 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 != 0 {
        return None;
    }
    // Pairs of neighbours, then fours, then all eight.
    let pairs = (low.wrapping_mul(10 << 8 | 1) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_FFFF_0000_FFFF;
    let all = fours.wrapping_mul(10_000 << 32 | 1) >> 32;
    Some((digits, all as usize))
}

/// Numbers that are looked at together.
const AT_ONCE: usize = 64;

/// Marks the key of a longer text: no length of a short one.
const LONG: u64 = 0xFF << 56;

impl TextIndex {
    /// The code of a text, which is not empty; `next` where it has none yet, which is then its own.
    /// `name` gives the texts that have one.
    #[inline]
    pub fn code_of<'a>(&mut self, text: &str, next: u32, name: impl Fn(u32) -> &'a str) -> u32 {
        self.code_of_key(short_key(text), text, next, name)
    }

    /// The code of a number of a few digits that has one, told from its short key.
    #[inline(always)]
    pub(super) fn known_number(&self, short: u64) -> Option<u32> {
        let (digits, number) = number_of(short)?;
        self.numbers[digits].get(number)?.checked_sub(1)
    }

    /// As [`TextIndex::code_of`], of a text whose short key says that it is a number of a few digits;
    /// `None` of any other, and of those that are not listed.
    #[inline]
    pub(super) fn code_of_number(&mut self, short: u64, next: u32) -> Option<u32> {
        let (digits, number) = number_of(short)?;
        let codes = &mut self.numbers[digits];
        if codes.is_empty() {
            if digits == MOST_DIGITS {
                return None;
            }
            *codes = vec![0; 10usize.pow(digits as u32)];
        }
        let code = &mut codes[number];
        if *code == 0 {
            *code = next + 1;
        }
        Some(*code - 1)
    }

    /// Looks at where the codes of numbers stand that are asked for next: a list of a million is far
    /// away, and many looks at once take as long as one. (To tell a new number from one that is
    /// known waits for each.)
    pub(super) fn fetch_numbers(&self, short_keys: impl Iterator<Item = u64>) {
        const FAR: usize = MOST_DIGITS - 1;
        let [six, seven] = &self.numbers[FAR..] else { return };
        if six.is_empty() && seven.is_empty() {
            return;
        }
        // First where, then the looks: a loop of little else has more of them under way.
        let (mut places, mut last, mut some) = ([(false, 0u32); AT_ONCE], 0u64, 0);
        let mut seen = 0;
        let mut look = |places: &[(bool, u32)]| {
            for &(is_seven, number) in places {
                let codes = if is_seven { seven } else { six };
                seen |= codes.get(number as usize).copied().unwrap_or(0);
            }
        };
        for key in short_keys {
            let digits = (key >> 56) as usize;
            if digits < FAR || key == last {
                continue;
            }
            last = key;
            if let Some((digits, number)) = number_of(key) {
                places[some] = (digits == MOST_DIGITS, number as u32);
                some += 1;
            }
            if some == AT_ONCE {
                look(&places);
                some = 0;
            }
        }
        look(&places[..some]);
        std::hint::black_box(seen);
    }

    /// Lists the numbers of the most digits.
    fn list_numbers(&mut self) {
        let mut codes = vec![0; 10usize.pow(MOST_DIGITS as u32)];
        self.slots.retain(|slot| match number_of(slot.key()) {
            Some((MOST_DIGITS, number)) => {
                codes[number] = slot.code + 1;
                false
            }
            _ => true,
        });
        self.numbers[MOST_DIGITS] = codes;
        // Nearly all of it may be empty now.
        let hasher = &self.hasher;
        self.slots.shrink_to_fit(|slot| hasher.hash_one(slot.key()));
    }

    /// Looks at where the codes of texts stand that are asked for next.
    pub fn fetch<'a>(&self, texts: impl Iterator<Item = &'a str>) {
        self.fetch_numbers(texts.map(short_key));
    }

    /// As [`TextIndex::code_of`], of a text whose short key is known.
    #[inline]
    pub(super) fn code_of_key<'a>(
        &mut self,
        short: u64,
        text: &str,
        next: u32,
        name: impl Fn(u32) -> &'a str,
    ) -> u32 {
        if let Some(code) = self.code_of_number(short, next) {
            return code;
        }
        let key = match short {
            0 => {
                let mut hasher = self.hasher.build_hasher();
                hasher.write(text.as_bytes());
                hasher.finish() | LONG
            }
            short => short,
        };
        let hash = self.hasher.hash_one(key);
        let same = |slot: &Slot| slot.key() == key && (short != 0 || name(slot.code) == text);
        if let Some(slot) = self.slots.find(hash, same) {
            return slot.code;
        }
        let slot = Slot { key: [key as u32, (key >> 32) as u32], code: next };
        let hasher = &self.hasher;
        self.slots.insert_unique(hash, slot, |slot| hasher.hash_one(slot.key()));
        if number_of(short).is_some() {
            self.unlisted += 1;
            if self.unlisted == FEW {
                self.list_numbers();
            }
        }
        next
    }

    /// Forgets all texts.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.numbers = Default::default();
        self.unlisted = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_one_code_each_however_long() {
        let texts = [
            "1",
            "2",
            "12",
            "21",
            "11",
            "111",
            "121",
            "112",
            "1234",
            "12345",
            "123456",
            "1234567",
            "12345678",
            "12345679",
            "\0",
            "\0\0",
            "é",
            "éé",
            "a\0",
            "a",
            "Ginger sampler 18",
            "Ginger sampler 19",
            "0",
            "01",
            "001",
            "0000000",
            "000000",
            "00000",
            "1111",
            "11111",
            "111111",
            "1111111",
            "11111111",
        ];
        let mut index = TextIndex::default();
        for _ in 0..2 {
            for (code, text) in (0..).zip(texts) {
                assert_eq!(index.code_of(text, code, |code| texts[code as usize]), code, "{text}");
            }
        }
    }

    #[test]
    fn numbers_are_told_from_their_keys() {
        for number in 0..1_000_000usize {
            for text in [number.to_string(), format!("{number:06}"), format!("{number:07}")] {
                assert_eq!(number_of(short_key(&text)), Some((text.len(), number)), "{text}");
            }
        }
        for text in
            ["", "a", "1a", "/", ":", "1:", "-1", "1.5", " 1", "12345\0", "é", "1é", "12345678"]
        {
            assert_eq!(number_of(short_key(text)), None, "{text}");
        }
        for byte in (0..128u8).filter(|byte| !byte.is_ascii_digit()) {
            for digits in 1..=MOST_DIGITS {
                for place in 0..digits {
                    let mut text = vec![b'9'; digits];
                    text[place] = byte;
                    let text = String::from_utf8(text).unwrap();
                    assert_eq!(number_of(short_key(&text)), None, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn many_long_numbers_keep_their_codes() {
        let number = |code: u32| format!("{:07}", code * 31);
        let mut index = TextIndex::default();
        let most = FEW as u32 + 100;
        let mut names: Vec<String> = (0..most).map(number).collect();
        names.push("seven".to_owned());
        names.push("seven letters".to_owned());
        let others = [most, most + 1];
        for round in 0..2 {
            for code in others.into_iter().chain(0..most).chain(others) {
                let text = &names[code as usize];
                let found = index.code_of(text, code, |code| names[code as usize].as_str());
                assert_eq!(found, code, "{text} in round {round}");
            }
        }
        let is_listed = |code: u32| index.known_number(short_key(&number(code))) == Some(code);
        assert!((0..most).all(is_listed));
        assert_eq!((index.slots.len(), index.known_number(short_key("0000001"))), (2, None));
        index.clear();
        assert_eq!(index.code_of(&names[5], 0, |_| ""), 0);
    }

    #[test]
    fn short_texts_have_keys_of_their_own() {
        let mut keys = std::collections::HashSet::new();
        let mut texts = 0;
        for length in 1..8 {
            for number in 0..3u32.pow(length) {
                let digit = |place| char::from(b"\0a\x7f"[(number / 3u32.pow(place) % 3) as usize]);
                let text: String = (0..length).map(digit).collect();
                assert_ne!(short_key(&text), 0);
                keys.insert(short_key(&text));
                texts += 1;
            }
        }
        assert_eq!(keys.len(), texts);
        assert_eq!((short_key(""), short_key("12345678")), (0, 0));
        for length in 1..8 {
            let word = u64::from_le_bytes(*b"1a\x7f\0xyz9");
            assert_eq!(short_key_of_word(word, length), short_key(&"1a\x7f\0xyz9"[..length]));
        }
    }
}
