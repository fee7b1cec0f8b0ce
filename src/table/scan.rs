//! One look over delimited text before it is parsed: the parser passes over or garbles
//! NUL bytes, endless lines, stray quotes and fields too many; here each is found and
//! its line named.

use std::ops::Range;

use super::TableError;

/// A longer row is refused.
pub(super) const LONGEST_ROW: usize = 1 << 20;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Where the header stands.
    pub header: Range<usize>,
    /// Where the rows begin.
    pub body: usize,
    /// Rows after the header, blank lines not counted; perhaps none.
    pub rows: usize,
    /// Blank lines after the header.
    pub blank: Vec<Range<usize>>,
}

/// The separator that the first line holds most of; `usual` on a tie.
pub(super) fn separator(text: &str, usual: u8) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| line.bytes().filter(|&b| b == separator).count();
    let mut best = usual;
    for other in [b',', b'\t', b';'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

/// Looks over `text`, whose fields are parted by `separator`.
pub(super) fn scan(name: &str, text: &str, separator: u8) -> Result<Shape, TableError> {
    let name = || name.to_owned();
    let bytes = text.as_bytes();
    if bytes.contains(&b'\r') && !bytes.contains(&b'\n') {
        return Err(TableError::CrOnly { name: name() });
    }
    let mut special = [false; 256];
    for byte in [separator, b'\n', b'"', 0] {
        special[usize::from(byte)] = true;
    }
    let mut shape = Shape { header: 0..0, body: 0, rows: 0, blank: Vec::new() };
    let mut expected = None;
    let (mut at, mut line, mut row) = (0, 1u64, 0u64);
    while at < bytes.len() {
        let (start, start_line) = (at, line);
        let mut fields = 1usize;
        let mut extra = None;
        loop {
            if bytes.get(at) == Some(&b'"') {
                let quote_line = line;
                at += 1;
                loop {
                    match bytes.get(at) {
                        None => return Err(TableError::OpenQuote { name: name(), line: quote_line, row }),
                        Some(b'"') if bytes.get(at + 1) == Some(&b'"') => at += 2,
                        Some(b'"') => break,
                        Some(b'\n') => {
                            line += 1;
                            at += 1;
                        }
                        Some(0) => return Err(TableError::Nul { name: name(), line }),
                        Some(_) => at += 1,
                    }
                }
                at += 1;
                let closed = match bytes.get(at) {
                    None | Some(b'\n') => true,
                    Some(b'\r') => matches!(bytes.get(at + 1), None | Some(b'\n')),
                    Some(&other) => other == separator,
                };
                if !closed {
                    return Err(TableError::StrayQuote { name: name(), line: quote_line, row });
                }
            }
            while let Some(&byte) = bytes.get(at)
                && !special[usize::from(byte)]
            {
                at += 1;
            }
            match bytes.get(at) {
                Some(b'"') => return Err(TableError::StrayQuote { name: name(), line, row }),
                Some(0) => return Err(TableError::Nul { name: name(), line }),
                _ => {}
            }
            if bytes.get(at) != Some(&separator) {
                break;
            }
            at += 1;
            fields += 1;
            if expected.is_some_and(|expected| fields == expected + 1) {
                extra = Some(at);
            }
        }
        let end = at;
        at += 1;
        line += 1;
        if end - start > LONGEST_ROW {
            return Err(TableError::LongLine { name: name(), line: start_line, limit: LONGEST_ROW });
        }
        if fields == 1 && bytes[start..end].iter().all(u8::is_ascii_whitespace) {
            if expected.is_some() {
                shape.blank.push(start..at.min(bytes.len()));
            }
            continue;
        }
        match expected {
            None => {
                expected = Some(fields);
                shape.header = start..end;
                shape.body = at.min(bytes.len());
            }
            Some(expected) => {
                // Separators at the end that part nothing are common and harmless.
                if let Some(extra) = extra
                    && bytes[extra..end].iter().any(|&b| b != separator && !b.is_ascii_whitespace())
                {
                    return Err(TableError::TooManyFields {
                        name: name(),
                        line: start_line,
                        found: fields,
                        expected,
                        separator: match separator {
                            b'\t' => "tab",
                            b';' => "semicolon",
                            _ => "comma",
                        },
                    });
                }
                shape.rows += 1;
            }
        }
        row += 1;
    }
    if expected.is_none() {
        return Err(TableError::Empty { name: name() });
    }
    Ok(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> String {
        scan("f.csv", text, b',').unwrap_err().to_string()
    }

    #[test]
    fn blank_lines_are_not_rows() {
        let shape = scan("f.csv", "\na,b\n1,2\n\n  \r\n3,\"x\n\ny\"\n\n", b',').unwrap();
        assert_eq!((shape.rows, shape.blank.len()), (2, 3));
        assert_eq!(shape.header, 1..4);
    }

    #[test]
    fn faults_name_their_line() {
        assert!(says("a,b\n1,2\n3,6\" nails\n").contains("line 3 (data row 2)"));
        assert!(says("a,b\n1,2\n3,\"6\" nails\"\n").contains("line 3 (data row 2)"));
        assert!(says("a,b\n1,\"2\n3,4\n").contains("line 2 (data row 1)"));
        assert!(says("a,b\n1,2\n3,\0\n").contains("NUL byte in line 3"));
        assert!(says("a,b\n1,2,3\n").contains("3 fields in line 2"));
        assert!(says("a,b\r1,2\r").contains("CR"));
        assert!(says(&format!("a,b\n1,{}\n", "x".repeat(LONGEST_ROW))).contains("line 2"));
        assert!(says("").contains("is empty"));
    }

    #[test]
    fn doubled_quotes_and_trailing_separators_pass() {
        assert_eq!(scan("f.csv", "a,b\n1,\"6\"\" nails\",,\n", b',').unwrap().rows, 1);
    }

    #[test]
    fn the_separator_is_told_from_the_header() {
        assert_eq!(separator("a\tb\n", b','), b'\t');
        assert_eq!(separator("a;b\n", b','), b';');
        assert_eq!(separator("a,b\n", b'\t'), b',');
        assert_eq!(separator("a\n", b'\t'), b'\t');
    }
}
