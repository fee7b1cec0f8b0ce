//! JSON Lines: one object a line, its values as the text that a CSV would hold.

use std::borrow::Cow;

/// Objects deeper than this are not read.
const DEEPEST: usize = 64;
/// Rows whose keys make the columns.
pub(super) const SAMPLE: usize = 1_000;

/// A value of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'t> {
    /// Text without its quotes, a number as it stands there, `true` or `false`.
    Plain(Cow<'t, str>),
    /// `null`.
    Missing,
    /// An object or a list.
    Nested,
}

/// The keys and values of the object in a line, in its order; those of objects inside stand behind
/// their key and a point. `None` where it is none.
pub(super) fn object(line: &str) -> Option<Vec<(Cow<'_, str>, Value<'_>)>> {
    let mut scan = Scan { text: line, at: 0 };
    let mut pairs = Vec::new();
    scan.take(b'{')?;
    scan.pairs("", DEEPEST, &mut pairs)?;
    scan.blanks();
    (scan.at == line.len()).then_some(pairs)
}

/// Objects that stand in a list, or one below the other over several lines, as one object a line;
/// `None` where anything else stands there.
pub(super) fn one_a_line(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut lines = Vec::with_capacity(bytes.len());
    let (mut depth, mut in_list, mut is_text, mut escaped) = (0usize, false, false, false);
    let mut ended = false;
    for &byte in bytes {
        if depth == 0 {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b',' if in_list => continue,
                b'[' if !in_list && lines.is_empty() => in_list = true,
                b']' if in_list && !ended => ended = true,
                b'{' if !ended => {
                    depth = 1;
                    lines.push(byte);
                }
                _ => return None,
            }
            continue;
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' if is_text => escaped = true,
            b'"' => is_text = !is_text,
            b'\r' | b'\n' if is_text => return None,
            b'\r' | b'\n' => {
                lines.push(b' ');
                continue;
            }
            b'{' | b'[' if !is_text => depth += 1,
            b'}' | b']' if !is_text => depth -= 1,
            _ => {}
        }
        lines.push(byte);
        if depth == 0 {
            lines.push(b'\n');
        }
    }
    (depth == 0 && in_list == ended && !lines.is_empty()).then_some(lines)
}

/// The columns of the first rows of `sample`, in the order of first appearance, and the keys that
/// only ever hold objects or lists.
pub(super) fn columns(sample: &str) -> (Vec<String>, Vec<String>) {
    let mut keys: Vec<(String, bool)> = Vec::new();
    let mut seen = std::collections::HashMap::new();
    let lines = sample.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE);
    for (key, value) in lines.filter_map(object).flatten() {
        let at = *seen.entry(key.clone().into_owned()).or_insert_with(|| {
            keys.push((key.into_owned(), false));
            keys.len() - 1
        });
        keys[at].1 |= matches!(value, Value::Plain(_));
    }
    let nested: std::collections::HashSet<String> = sample
        .lines()
        .take(SAMPLE)
        .filter_map(object)
        .flatten()
        .filter(|(_, value)| *value == Value::Nested)
        .map(|(key, _)| key.into_owned())
        .collect();
    let (over, plain): (Vec<_>, Vec<_>) =
        keys.into_iter().partition(|(key, is_plain)| !is_plain && nested.contains(key));
    let names = |keys: Vec<(String, bool)>| keys.into_iter().map(|(key, _)| key).collect();
    (names(plain), names(over))
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn blanks(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.blanks();
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    fn string(&mut self) -> Option<Cow<'t, str>> {
        self.take(b'"')?;
        let bytes = self.text.as_bytes();
        let mut part = self.at;
        let mut whole = Cow::Borrowed("");
        loop {
            let at = self.at
                + bytes[self.at..].iter().position(|&b| matches!(b, b'"' | b'\\' | ..0x20))?;
            let piece = &self.text[part..at];
            self.at = at + 1;
            match bytes[at] {
                b'"' => {
                    if whole.is_empty() {
                        return Some(Cow::Borrowed(piece));
                    }
                    whole.to_mut().push_str(piece);
                    return Some(whole);
                }
                b'\\' => {
                    let whole = whole.to_mut();
                    whole.push_str(piece);
                    whole.push(self.escaped()?);
                    part = self.at;
                }
                _ => return None,
            }
        }
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Option<char> {
        let byte = *self.text.as_bytes().get(self.at)?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                let mut units = vec![first];
                if (0xD800..0xDC00).contains(&first)
                    && self.text.as_bytes()[self.at..].starts_with(b"\\u")
                {
                    self.at += 2;
                    units.push(self.unit()?);
                }
                let mut characters = char::decode_utf16(units);
                // Half a pair stands for nothing.
                characters.next()?.unwrap_or('\u{FFFD}')
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| are_digits)
    }

    /// The pairs of an object whose bracket was read, behind `prefix`.
    fn pairs(
        &mut self,
        prefix: &str,
        depth: usize,
        into: &mut Vec<(Cow<'t, str>, Value<'t>)>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let key = self.string()?;
            self.take(b':')?;
            let key = match prefix {
                "" => key,
                prefix => Cow::Owned(format!("{prefix}.{key}")),
            };
            let before = self.at;
            if self.peek()? != b'{' {
                into.push((key, self.value(depth)?));
            } else if let Some(value) = self.wrapped() {
                into.push((key, value));
            } else {
                self.at = before;
                self.take(b'{')?;
                let known = into.len();
                self.pairs(&key, depth, into)?;
                // An object without anything in it.
                if into.len() == known {
                    into.push((key, Value::Nested));
                }
            }
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// The value of an object that says its kind only, as MongoDB writes them:
    /// `{"$numberDecimal": "2.50"}`, `{"$date": {"$numberLong": "1291191960000"}}`.
    fn wrapped(&mut self) -> Option<Value<'t>> {
        self.take(b'{')?;
        let key = self.string().filter(|key| key.starts_with('$'))?;
        self.take(b':')?;
        let value = match (self.peek()?, key.as_ref()) {
            (b'{', "$date") => self.wrapped()?,
            (b'{' | b'[', _) => return None,
            _ => self.value(1)?,
        };
        self.take(b'}')?;
        Some(value)
    }

    fn value(&mut self, depth: usize) -> Option<Value<'t>> {
        let (open, close) = match self.peek()? {
            b'"' => return self.string().map(Value::Plain),
            b'{' => (b'{', b'}'),
            b'[' => (b'[', b']'),
            _ => return self.word(),
        };
        let depth = depth.checked_sub(1)?;
        self.take(open)?;
        if self.peek()? == close {
            self.at += 1;
            return Some(Value::Nested);
        }
        loop {
            if open == b'{' {
                self.string()?;
                self.take(b':')?;
            }
            self.value(depth)?;
            match self.next()? {
                b',' => {}
                byte if byte == close => return Some(Value::Nested),
                _ => return None,
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<Value<'t>> {
        let rest = &self.text[self.at..];
        let end = rest.find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        match word {
            "null" => Some(Value::Missing),
            // As Python writes what JSON has no words for.
            "true" | "false" | "NaN" | "Infinity" | "-Infinity" => {
                Some(Value::Plain(Cow::Borrowed(word)))
            }
            _ => {
                let begins = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
                let ends = word.ends_with(|c: char| c.is_ascii_digit());
                let is_number = begins && ends && word.parse::<f64>().is_ok();
                is_number.then_some(Value::Plain(Cow::Borrowed(word)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Value<'_> {
        Value::Plain(Cow::Borrowed(text))
    }

    #[test]
    fn values_keep_their_text() {
        let line = r#" {"a":1.50,"b" : "x\"\u00e9\ud83d\ude00\n", "c":null,"d":[1,{"e":[]}],"f":true,"g":12345678901234567890123} "#;
        let pairs = object(line).unwrap();
        let keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["a", "b", "c", "d", "f", "g"]);
        let values: Vec<_> = pairs.into_iter().map(|(_, value)| value).collect();
        assert_eq!(values[0], plain("1.50"));
        assert_eq!(values[1], plain("x\"é😀\n"));
        assert_eq!(values[2..4], [Value::Missing, Value::Nested]);
        let flat = object(
            r#"{"a":{"b":1,"c":{"d":"x"},"e":{}},"f":{"$oid":"64"},"g":{"$date":{"$numberLong":"5"}},"h":{"$x":1,"y":2}}"#,
        );
        let flat: Vec<String> = flat
            .unwrap()
            .into_iter()
            .map(|(key, value)| match value {
                Value::Plain(text) => format!("{key}={text}"),
                _ => key.into_owned(),
            })
            .collect();
        assert_eq!(flat, ["a.b=1", "a.c.d=x", "a.e", "f=64", "g=5", "h.$x=1", "h.y=2"]);
        assert_eq!(values[4..], [plain("true"), plain("12345678901234567890123")]);
        let python = object("{\"a\":NaN,\"b\":-Infinity}").unwrap();
        assert_eq!([&python[0].1, &python[1].1], [&plain("NaN"), &plain("-Infinity")]);
        assert_eq!(object("{}"), Some(Vec::new()));
    }

    #[test]
    fn lists_and_objects_over_several_lines_are_one_a_line() {
        let lines =
            |text: &str| one_a_line(text.as_bytes()).map(|lines| String::from_utf8(lines).unwrap());
        assert_eq!(
            lines("[{\"a\":1},\n {\"b\":\"}]\\\"\"}]\n").unwrap(),
            "{\"a\":1}\n{\"b\":\"}]\\\"\"}\n"
        );
        assert_eq!(
            lines("{\n\"a\": [1,\n2]\n}\n{\"b\":{}}").unwrap(),
            "{ \"a\": [1, 2] }\n{\"b\":{}}\n"
        );
        for text in ["", "[]", "[1]", "[{\"a\":1}", "{\"a\":1", "[{}]x", "[{}][{}]", "a,b\n{}"] {
            assert_eq!(lines(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_none() {
        for line in [
            "",
            "{",
            "[1]",
            "1",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":1}x",
            "{\"a\":nan}",
            "{\"a\":1.}",
            "{\"a\":\"\\q\"}",
            "{\"a\":\"\\u12\"}",
            "{\"a\":\"b",
            "{\"a\":[1}",
            "{\"a\" 1}",
        ] {
            assert_eq!(object(line), None, "{line}");
        }
        assert_eq!(object(&format!("{{\"a\":{}", "[".repeat(100_000))), None);
    }

    #[test]
    fn columns_are_keys_in_the_order_of_first_appearance() {
        let sample = "{\"b\":1,\"n\":[{\"x\":1}]}\n\nnonsense\n{\"a\":2,\"c\":null,\"b\":3}\n";
        let (columns, over) = columns(sample);
        assert_eq!(
            (columns, over),
            (vec!["b".into(), "a".into(), "c".into()], vec!["n".to_owned()])
        );
    }
}
