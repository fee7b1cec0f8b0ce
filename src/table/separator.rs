//! What parts the fields of a row: a byte, perhaps with blanks behind it, runs of blanks, a short
//! text, or places of the line.

use std::fmt;

use super::line_places::ColumnStarts;

/// What stands between two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Separator {
    /// One ASCII byte.
    Byte(u8),
    /// Runs of blanks and tabs, as between columns of fixed width; those at the ends of a line
    /// part nothing.
    Blanks,
    /// A text of 2 to 8 bytes, such as `::`.
    Text(ShortText),
    /// One ASCII byte and the blanks behind it: `"a", "b"`.
    Spaced(u8),
    /// Nothing: fields begin at these places of a line, each behind a blank.
    Columns(ColumnStarts),
}

/// A text of 2 to 8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShortText {
    bytes: [u8; 8],
    length: u8,
}

impl ShortText {
    fn of(text: &str) -> Option<Self> {
        let mut bytes = [0; 8];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        (text.len() > 1).then_some(Self { bytes, length: text.len() as u8 })
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl Separator {
    /// A comma.
    pub const COMMA: Self = Separator::Byte(b',');
    /// A tab.
    pub const TAB: Self = Separator::Byte(b'\t');
    /// Two colons, as MovieLens has them.
    pub const COLONS: Self =
        Separator::Text(ShortText { bytes: [b':', b':', 0, 0, 0, 0, 0, 0], length: 2 });

    /// The separator of a word for it (`tab`, `space`, `blanks`, `columns=1,10,25`, as
    /// [`fmt::Display`] writes them), or the text itself; a sign with a blank behind it stands for
    /// any number of blanks there. `None` for what could not part fields: nothing, quotes, line
    /// ends, more than 8 bytes.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "tab" | "\\t" => return Some(Self::TAB),
            "space" => return Some(Separator::Byte(b' ')),
            "blanks" => return Some(Separator::Blanks),
            _ => {}
        }
        if word.contains(['"', '\n', '\r', '\0']) {
            return None;
        }
        if let Some(starts) = word.strip_prefix("columns=") {
            return ColumnStarts::parse(starts).map(Separator::Columns);
        }
        match word.as_bytes() {
            [byte, b' '] if byte.is_ascii_punctuation() => Some(Separator::Spaced(*byte)),
            [byte] if byte.is_ascii() => Some(Separator::Byte(*byte)),
            _ => ShortText::of(word).map(Separator::Text),
        }
    }

    /// Where it first stands in `rest`, and its length there, both in bytes.
    pub(super) fn find(&self, rest: &[u8]) -> Option<(usize, usize)> {
        match self {
            Separator::Byte(byte) => Some((rest.iter().position(|b| b == byte)?, 1)),
            Separator::Blanks => {
                let at = rest.iter().position(|&b| is_blank(b))?;
                Some((at, rest[at..].iter().take_while(|&&b| is_blank(b)).count()))
            }
            Separator::Text(text) => {
                let text = text.bytes();
                Some((rest.windows(text.len()).position(|part| part == text)?, text.len()))
            }
            Separator::Spaced(byte) => {
                let at = rest.iter().position(|b| b == byte)?;
                Some((at, 1 + rest[at + 1..].iter().take_while(|&&b| b == b' ').count()))
            }
            Separator::Columns(_) => None,
        }
    }

    /// A sign with any number of blanks behind it; what is no sign, as it is.
    pub(super) fn spaced(self) -> Self {
        match self {
            Separator::Byte(byte) if byte.is_ascii_punctuation() => Separator::Spaced(byte),
            other => other,
        }
    }

    /// A sign with what stands around it wherever it stands in `line`: the same sign on both sides,
    /// as in `a~|~b`, or itself once more.
    pub(super) fn between_signs(self, line: &str) -> Option<Self> {
        let Separator::Byte(byte) = self else { return None };
        let count = self.count(line);
        let at = line.bytes().position(|b| b == byte)?;
        let around = char::from(*line.as_bytes().get(at.checked_sub(1)?)?);
        let sign = char::from(byte);
        let is_sign = |sign: char| sign.is_ascii_punctuation() && !"\"'()[]{}<>_%".contains(sign);
        let between = ShortText::of(&format!("{around}{sign}{around}")).map(Separator::Text);
        let twice = ShortText::of(&format!("{sign}{sign}")).map(Separator::Text);
        between
            .filter(|other| is_sign(around) && other.count(line) == count)
            .or_else(|| twice.filter(|other| is_sign(sign) && other.count(line) * 2 == count))
    }

    /// Whether a quote at the beginning of a field opens it: at places of a line it is text.
    pub(super) fn heeds_quotes(&self) -> bool {
        !matches!(self, Separator::Columns(_))
    }

    /// Whether it stands in a text.
    pub fn parts(&self, text: &str) -> bool {
        self.count(text) > 0
    }

    /// How often it stands in a line.
    pub(super) fn count(&self, line: &str) -> usize {
        let mut rest = match self {
            Separator::Blanks => line.trim_matches([' ', '\t']).as_bytes(),
            _ => line.as_bytes(),
        };
        let mut count = 0;
        while let Some((at, length)) = self.find(rest) {
            rest = &rest[at + length..];
            count += 1;
        }
        count
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Separator::Byte(b'\t') => f.write_str("tab"),
            Separator::Byte(b' ') => f.write_str("space"),
            Separator::Byte(byte) => write!(f, "{}", char::from(*byte)),
            Separator::Blanks => f.write_str("blanks"),
            Separator::Text(text) => f.write_str(&String::from_utf8_lossy(text.bytes())),
            Separator::Spaced(byte) => write!(f, "{} ", char::from(*byte)),
            Separator::Columns(starts) => write!(f, "columns={}", starts.words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_what_their_words_say() {
        for word in [
            ",",
            "tab",
            "space",
            ";",
            "|",
            "blanks",
            "::",
            "\u{a7}",
            "<->",
            ", ",
            "columns=1,10,25",
        ] {
            assert_eq!(Separator::parse(word).unwrap().to_string(), word);
        }
        assert_eq!(Separator::parse("::"), Some(Separator::COLONS));
        assert_eq!(Separator::parse("\t"), Some(Separator::TAB));
        for word in ["", "\"", "\n", "a\rb", "more than 8", "columns=", "columns=3,2"] {
            assert_eq!(Separator::parse(word), None, "{word:?}");
        }
    }

    #[test]
    fn they_are_found_and_counted() {
        assert_eq!(Separator::COLONS.find(b"a:b::c"), Some((3, 2)));
        assert_eq!(Separator::Blanks.find(b"a \t b"), Some((1, 3)));
        assert_eq!(Separator::Blanks.count("  1   2 3 "), 2);
        assert_eq!(Separator::COMMA.count("1,2,3"), 2);
        assert_eq!(Separator::Spaced(b',').find(b"a,  \"b\""), Some((1, 3)));
        assert_eq!(Separator::Spaced(b',').count("1,2, 3,"), 3);
    }
}
