//! Rows of delimited text: where each begins and ends, its fields, and what is wrong with it.
//!
//! What a row means follows from the row alone: a fault costs the row that has it and no
//! other. Without line breaks a row is a line, and quotes part fields inside it only.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::{Separator, line_places};

/// A longer row is not read.
pub(super) const LONGEST_ROW: usize = 1 << 20;

/// So many quotes that nobody closes end the search for cells that span lines, which would
/// otherwise go to the end of the file for each.
const MOST_OPEN: usize = 16;

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A quote opens a field and nothing closes it.
    OpenQuote,
    /// A NUL byte.
    Nul,
    /// More bytes than a row may have.
    TooLong,
    /// More fields than the header, and not only empty ones.
    TooManyFields(usize),
    /// Fewer fields than the header where blanks part them: which one is missing nobody knows.
    TooFewFields(usize),
    /// The header once more.
    HeaderAgain,
    /// Text where a column ends, the next of which begins at this place of the line, from 1.
    AcrossColumns(usize),
    /// A line that is no JSON object.
    NotJson,
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its bytes, the line end left out.
    pub range: Range<usize>,
    /// Its line, from 1.
    pub line: u64,
}

/// Reads rows one after another; blank lines are none.
#[derive(Debug, Clone)]
pub(super) struct Rows<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    separator: Separator,
    line_breaks: bool,
    has_quotes: bool,
    has_nul: bool,
    open: usize,
}

impl<'t> Rows<'t> {
    /// The rows of `text` from the byte `from` on, which stands in line `line` (from 1).
    /// With `line_breaks` a quoted field may span lines.
    pub(super) fn new(
        text: &'t str,
        from: usize,
        line: u64,
        separator: Separator,
        line_breaks: bool,
    ) -> Self {
        let rest = &text.as_bytes()[from..];
        Self {
            text,
            at: from,
            line,
            separator,
            line_breaks,
            has_quotes: separator.heeds_quotes() && memchr(b'"', rest).is_some(),
            has_nul: memchr(0, rest).is_some(),
            open: 0,
        }
    }

    /// The same rows, after `open` quotes that nobody closed.
    pub(super) fn after_open(mut self, open: usize) -> Self {
        self.open = open;
        self
    }

    /// How many quotes were never closed.
    pub(super) fn open(&self) -> usize {
        self.open
    }

    /// Where the next row would begin.
    pub(super) fn at(&self) -> (usize, u64) {
        (self.at, self.line)
    }

    /// The next row, its fields put into `fields`; `None` at the end. A row with a fault has
    /// no fields.
    pub(super) fn next_into(
        &mut self,
        fields: &mut Vec<Cow<'t, str>>,
    ) -> Option<(Place, Option<Fault>)> {
        loop {
            if self.at >= self.text.len() {
                return None;
            }
            fields.clear();
            let (start, line) = (self.at, self.line);
            let (mut end, mut next) = self.line_end(start);
            let mut fault = None;
            let quoted =
                self.has_quotes && memchr(b'"', &self.text.as_bytes()[start..end]).is_some();
            let line_text = &self.text[start..end];
            if end - start > LONGEST_ROW {
                fault = Some(Fault::TooLong);
            } else if let Separator::Columns(columns) = &self.separator {
                if line_places::is_beside_rows(line_text) {
                    (self.at, self.line) = (next, self.line + 1);
                    continue;
                }
                let cut = columns.split(line_text, |cell| fields.push(Cow::Borrowed(cell)));
                fault = cut.err().map(Fault::AcrossColumns);
            } else if !quoted {
                split(line_text, &self.separator, fields);
            } else {
                match self.quoted(start, end, fields) {
                    Some(last) if last > end => (end, next) = self.line_end(last),
                    Some(_) => {}
                    None => {
                        self.open += 1;
                        fault = Some(Fault::OpenQuote);
                    }
                }
            }
            if self.has_nul && self.text.as_bytes()[start..end].contains(&0) {
                fault = Some(Fault::Nul);
            }
            // Only cells in quotes span lines.
            self.line += match quoted {
                true => memchr_iter(b'\n', &self.text.as_bytes()[start..next]).count() as u64,
                false => 1,
            };
            self.at = next;
            if fault.is_some() {
                fields.clear();
            } else if fields.len() == 1
                && fields[0].bytes().all(|b| b.is_ascii_whitespace())
                && !quoted
            {
                continue;
            }
            return Some((Place { range: start..end, line }, fault));
        }
    }

    /// What is read.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// What parts fields.
    pub(super) fn separator(&self) -> Separator {
        self.separator
    }

    /// Whether there is a quote anywhere.
    pub(super) fn has_quotes(&self) -> bool {
        self.has_quotes
    }

    /// Whether there is a NUL byte anywhere.
    pub(super) fn has_nul(&self) -> bool {
        self.has_nul
    }

    /// Goes on at the byte `at`, so many lines below, each of which was a row without quotes.
    pub(super) fn go_on(&mut self, at: usize, lines: usize) {
        (self.at, self.line) = (at, self.line + lines as u64);
    }

    /// Goes behind the next line, or row of several lines, without a look at its fields. `false`
    /// where its end cannot be told before more text has come.
    pub(super) fn step_over(&mut self, is_last: bool) -> bool {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let (end, mut next) = self.line_end(start);
        if self.has_quotes && end - start <= LONGEST_ROW && bytes[start..end].contains(&b'"') {
            match self.quoted(start, end, &mut Vec::new()) {
                Some(last) if last > end => next = self.line_end(last).1,
                Some(_) => {}
                None => {
                    let spans = self.line_breaks && self.open < MOST_OPEN;
                    if !is_last && spans && start + LONGEST_ROW > bytes.len() {
                        return false;
                    }
                    self.open += 1;
                }
            }
        }
        if start >= bytes.len() || !is_last && bytes[next - 1] != b'\n' {
            return false;
        }
        self.at = next;
        true
    }

    /// Where the line of `from` ends, without its line end and with it.
    fn line_end(&self, from: usize) -> (usize, usize) {
        let rest = &self.text[from..];
        match memchr(b'\n', rest.as_bytes()) {
            None => (from + rest.strip_suffix('\r').unwrap_or(rest).len(), self.text.len()),
            Some(length) => {
                let line = &rest[..length];
                (from + line.strip_suffix('\r').unwrap_or(line).len(), from + length + 1)
            }
        }
    }

    /// Splits a row that holds quotes; the place of its end, or `None` if a quote is not
    /// closed. A quote that does not open a field is text, and what follows a closing one
    /// up to the separator, too.
    fn quoted(&self, start: usize, end: usize, fields: &mut Vec<Cow<'t, str>>) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let spans = self.line_breaks && self.open < MOST_OPEN;
        // Without line breaks nothing behind the line is ever looked at.
        let limit =
            if spans { self.text.len().min(start.saturating_add(LONGEST_ROW)) } else { end };
        let (mut at, mut end) = (start, end);
        if self.separator == Separator::Blanks {
            at += bytes[at..end].iter().take_while(|&&byte| is_blank(byte)).count();
        }
        loop {
            let mut field = Cow::Borrowed("");
            if bytes.get(at) == Some(&b'"') && at < end {
                at += 1;
                let mut part = at;
                loop {
                    let close = at + bytes.get(at..limit)?.iter().position(|&b| b == b'"')?;
                    let behind = bytes.get(close + 1).filter(|_| close + 1 < limit);
                    if close > part
                        && bytes[close - 1] == b'\\'
                        && self.is_escaped(&bytes[close + 1..end.max(close + 1)])
                    {
                        // `"5\" nails"`: the backslash says that the quote is text.
                        field.to_mut().push_str(&self.text[part..close - 1]);
                        part = close;
                        at = close + 1;
                    } else if behind == Some(&b'"') {
                        // A doubled quote stands for one.
                        field.to_mut().push_str(&self.text[part..=close]);
                        at = close + 2;
                        part = at;
                    } else {
                        append(&mut field, &self.text[part..close]);
                        at = close + 1;
                        break;
                    }
                }
                if at > end {
                    end = self.line_end(at).0.max(at);
                }
            }
            let rest = &bytes[at..end];
            let (length, parts) = self.separator.find(rest).unwrap_or((rest.len(), 0));
            append(&mut field, &self.text[at..at + length]);
            fields.push(field);
            at += length + parts;
            // A byte or a text at the end has an empty field behind it; blanks there part nothing.
            if parts == 0 || at >= end && self.separator == Separator::Blanks {
                return Some(end);
            }
        }
    }
}

impl Rows<'_> {
    /// Whether a quote behind a backslash is text, told from what follows in its line: it ends its
    /// field only where a separator or the line's end comes next and all quotes behind are those
    /// of whole fields.
    fn is_escaped(&self, behind: &[u8]) -> bool {
        let mut rest = behind;
        // `\""` at the end of a field: text, then the end.
        if rest.first() == Some(&b'"') {
            return rest.len() == 1
                || self.separator.find(&rest[1..]).is_some_and(|(at, _)| at == 0);
        }
        loop {
            match self.separator.find(rest) {
                _ if rest.is_empty() => return false,
                Some((0, length)) => rest = &rest[length..],
                // Something other than a separator behind a quote.
                _ => return true,
            }
            if rest.first() == Some(&b'"') {
                // To the quote that closes the field.
                let mut at = 1;
                loop {
                    let Some(close) = memchr(b'"', &rest[at..]) else { return true };
                    at += close + 1;
                    match rest.get(at) {
                        Some(b'"') => at += 1,
                        _ => break,
                    }
                }
                rest = &rest[at..];
            } else {
                let length = self.separator.find(rest).map_or(rest.len(), |(at, _)| at);
                if rest[..length].contains(&b'"') {
                    return true;
                }
                rest = &rest[length..];
            }
        }
    }
}

/// What is wrong with a row of fewer fields than the header, where blanks part them.
pub(super) fn too_few(
    fields: &[Cow<'_, str>],
    headers: &[String],
    separator: Separator,
) -> Option<Fault> {
    let lacks = separator == Separator::Blanks && fields.len() < headers.len();
    lacks.then_some(Fault::TooFewFields(fields.len()))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The fields of a row without quotes.
fn split<'t>(line: &'t str, separator: &Separator, fields: &mut Vec<Cow<'t, str>>) {
    match separator {
        Separator::Byte(byte) => {
            let mut from = 0;
            for at in memchr_iter(*byte, line.as_bytes()) {
                fields.push(Cow::Borrowed(&line[from..at]));
                from = at + 1;
            }
            fields.push(Cow::Borrowed(&line[from..]));
        }
        _ => {
            let mut rest = match separator {
                Separator::Blanks => line.trim_matches([' ', '\t']),
                _ => line,
            };
            while let Some((at, length)) = separator.find(rest.as_bytes()) {
                fields.push(Cow::Borrowed(&rest[..at]));
                rest = &rest[at + length..];
            }
            fields.push(Cow::Borrowed(rest));
        }
    }
}

/// Adds text to a field; nothing is copied where one of both is empty.
fn append<'t>(field: &mut Cow<'t, str>, more: &'t str) {
    if field.is_empty() {
        *field = Cow::Borrowed(more);
    } else if !more.is_empty() {
        field.to_mut().push_str(more);
    }
}

/// What is wrong with the fields of a row under a header of these names.
pub(super) fn fault_of(
    fields: &[Cow<'_, str>],
    headers: &[String],
    has_header: bool,
) -> Option<Fault> {
    fault_of_fields(fields.len(), |at| &*fields[at], headers, has_header)
}

/// As [`fault_of`], of so many fields.
#[inline]
pub(super) fn fault_of_fields<'t>(
    fields: usize,
    field: impl Fn(usize) -> &'t str,
    headers: &[String],
    has_header: bool,
) -> Option<Fault> {
    // Separators at the end that part nothing are common and harmless.
    if fields > headers.len() && (headers.len()..fields).any(|at| !field(at).trim().is_empty()) {
        return Some(Fault::TooManyFields(fields));
    }
    // Nearly every row is told by its first letter.
    let may_be = || {
        let first = field(0).bytes().find(|byte| !byte.is_ascii_whitespace());
        first == headers[0].bytes().next() || first.is_some_and(|byte| !byte.is_ascii())
    };
    let again = has_header
        && headers.len() > 1
        && fields >= headers.len()
        && may_be()
        && headers.iter().enumerate().all(|(at, header)| field(at).trim() == header);
    again.then_some(Fault::HeaderAgain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row as its fields or its fault.
    fn split(text: &str, line_breaks: bool) -> Vec<Result<Vec<String>, Fault>> {
        let mut rows = Rows::new(text, 0, 1, Separator::COMMA, line_breaks);
        let (mut fields, mut all) = (Vec::new(), Vec::new());
        while let Some((_, fault)) = rows.next_into(&mut fields) {
            all.push(match fault {
                None => Ok(fields.iter().map(|field| field.clone().into_owned()).collect()),
                Some(fault) => Err(fault),
            });
        }
        all
    }

    fn ok(fields: &[&str]) -> Result<Vec<String>, Fault> {
        Ok(fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn a_row_is_a_line_and_a_fault_costs_that_row_alone() {
        let text = "a,b\nzz,\"Tea\nx,1\nzz,\"\ny,\"2\"\n\nw,\0\n  \nv,3";
        let open = Err(Fault::OpenQuote);
        let expected = [
            ok(&["a", "b"]),
            open.clone(),
            ok(&["x", "1"]),
            open,
            ok(&["y", "2"]),
            Err(Fault::Nul),
            ok(&["v", "3"]),
        ];
        assert_eq!(split(text, false), expected);
    }

    #[test]
    fn quotes_that_do_not_open_a_field_are_text() {
        assert_eq!(split("a,6\" nails\n", false), [ok(&["a", "6\" nails"])]);
        assert_eq!(split("a, \"x\"\n", false), [ok(&["a", " \"x\""])]);
        assert_eq!(split("a,\"6\"\" nails\",b\r\n", false), [ok(&["a", "6\" nails", "b"])]);
        assert_eq!(split("a,\"6\" nails\",b\n", false), [ok(&["a", "6 nails\"", "b"])]);
        assert_eq!(
            split("\"\"\n\"\"\"\"\n\",\",\"\"\n", false),
            [ok(&[""]), ok(&["\""]), ok(&[",", ""])]
        );
    }

    #[test]
    fn quotes_behind_a_backslash_are_text_where_they_end_no_field() {
        for (line, fields) in [
            (r#"a,"5\" nails",b"#, &["a", "5\" nails", "b"][..]),
            (r#"a,"5\", long",b"#, &["a", "5\", long", "b"]),
            (r#"a,"5\"",b"#, &["a", "5\"", "b"]),
            (r#""C:\","b""#, &["C:\\", "b"]),
            (r#"a,"C:\""#, &["a", "C:\\"]),
            (r#""C:\",b,"x""y""#, &["C:\\", "b", "x\"y"]),
            (r#""\"a\"",b"#, &["\"a\"", "b"]),
        ] {
            assert_eq!(split(line, false), [ok(fields)], "{line}");
        }
    }

    #[test]
    fn cells_span_lines_only_where_that_is_said() {
        let text = "a,\"x\n\"\"\ny\",b\nc,\"z\",\nlast,\"never\nclosed,1\n";
        let whole = ok(&["a", "x\n\"\ny", "b"]);
        let spanning = split(text, true);
        assert_eq!(spanning[..2], [whole, ok(&["c", "z", ""])]);
        // The quote that is never closed costs its line alone.
        assert_eq!(spanning[2..], [Err(Fault::OpenQuote), ok(&["closed", "1"])]);
        assert_eq!(split(text, false).len(), 6);
    }

    #[test]
    fn rows_know_their_lines() {
        let mut rows = Rows::new("\na,b\r\n\n1,\"x\ny\"\n\n3,4", 0, 1, Separator::COMMA, true);
        let mut fields = Vec::new();
        let mut lines = Vec::new();
        while let Some((place, _)) = rows.next_into(&mut fields) {
            lines.push(place.line);
        }
        assert_eq!(lines, [2, 4, 7]);
    }

    #[test]
    fn long_rows_and_rows_that_do_not_fit_the_header() {
        assert_eq!(
            split(&format!("a,{}\nb,c\n", "x".repeat(LONGEST_ROW)), false)[0],
            Err(Fault::TooLong)
        );
        let headers = ["a".to_owned(), "b".to_owned()];
        let fault = |text: &'static str| {
            let fields: Vec<Cow<'_, str>> = text.split(',').map(Cow::Borrowed).collect();
            fault_of(&fields, &headers, true)
        };
        assert_eq!(fault("1,2,,"), None);
        assert_eq!(fault("1"), None);
        assert_eq!(fault("1,2,3"), Some(Fault::TooManyFields(3)));
        assert_eq!(fault(" a ,b"), Some(Fault::HeaderAgain));
    }

    #[test]
    fn blanks_and_texts_part_fields_too() {
        let fields = |text: &str, separator| {
            let mut fields = Vec::new();
            Rows::new(text, 0, 1, separator, false).next_into(&mut fields);
            fields.into_iter().map(Cow::into_owned).collect::<Vec<_>>()
        };
        assert_eq!(fields("  1  19970101\t 2 \n", Separator::Blanks), ["1", "19970101", "2"]);
        assert_eq!(fields(" 1 \"a b\"  2 ", Separator::Blanks), ["1", "a b", "2"]);
        assert_eq!(fields("1::a:b::", Separator::COLONS), ["1", "a:b", ""]);
        assert_eq!(fields("1::\"a::b\"::c", Separator::COLONS), ["1", "a::b", "c"]);
        assert_eq!(fields("\"a\",", Separator::COMMA), ["a", ""]);
        let spaced = Separator::Spaced(b',');
        assert_eq!(fields("\"a, b\", \"c\",5,  d\n", spaced), ["a, b", "c", "5", "d"]);
        assert_eq!(fields("\"a\", , \"\", ", spaced), ["a", "", "", ""]);
        let columns = Separator::parse("columns=1,5,9").unwrap();
        assert_eq!(fields("--- --- ---\n\n\"x\"     5 c\n", columns), ["\"x\"", "", "5 c"]);
    }

    #[test]
    fn steps_end_where_rows_end_and_wait_for_text_that_is_not_there_yet() {
        let text = "a,b\n\n1,\"x\ny\"\n3,\"never\n4,5";
        let mut rows = Rows::new(text, 0, 1, Separator::COMMA, true);
        let mut ends = Vec::new();
        while rows.step_over(true) {
            ends.push(rows.at().0);
        }
        assert_eq!(ends, [4, 5, 13, 22, 25]);
        for cut in 6..13 {
            let mut rows = Rows::new(&text[..cut], 0, 1, Separator::COMMA, true);
            while rows.step_over(false) {}
            assert_eq!(rows.at().0, 5, "{cut}");
        }
    }
}
