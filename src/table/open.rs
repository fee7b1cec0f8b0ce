//! Opening a table: what it is, its columns, and the columns one asks for.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::decode::{self, Content};
use super::rows::{self, Fault, LONGEST_ROW, Rows};
use super::text::Coder;
use super::{TableError, TextColumn, apart};

/// Where a table comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A file, whose ending must agree with its content.
    File(&'a Path),
    /// Standard input; the content says what it is.
    Stdin,
    /// CSV or other bytes at hand, with the name that sentences give them.
    Bytes(&'a str, &'static [u8]),
}

/// How delimited text is laid out; what is `None` is told from the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout<'a> {
    /// A label of the WHATWG Encoding Standard. `None` takes a file that is valid UTF-8 as a
    /// whole for UTF-8, any other for Windows-1252. A byte order mark is heeded before both.
    pub encoding: Option<&'a str>,
    /// The byte between fields, ASCII; `None`: what the header line has most of.
    pub separator: Option<u8>,
    /// Whether a quoted field may span lines; `None`: where the file as a whole fits that and
    /// does not fit rows that are lines.
    pub line_breaks: Option<bool>,
}

impl Layout<'_> {
    /// For lists that everybody may see and that are read whole or not at all.
    pub const OF_LISTS: Layout<'static> =
        Layout { encoding: None, separator: None, line_breaks: Some(true) };
}

/// A table that was opened: its columns are known, their rows are read when asked for.
#[derive(Debug)]
pub struct Opened {
    name: String,
    headers: Vec<String>,
    has_header: bool,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Delimited(Delimited),
    Parquet { bytes: Cow<'static, [u8]>, rows: usize },
}

/// Delimited text and how it is laid out.
#[derive(Debug)]
struct Delimited {
    text: String,
    encoding: &'static Encoding,
    separator: u8,
    line_breaks: bool,
    /// Where the rows begin, and in which line (from 1).
    from: usize,
    line: u64,
}

/// Columns that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// Rows, blank lines not counted.
    pub rows: usize,
    /// The columns asked for, each with a code for every row.
    pub columns: Vec<TextColumn>,
    /// Rows (from 0, ascending) that could not be read; they are missing in every column.
    pub faults: Vec<(usize, Fault)>,
}

/// Opens a CSV, TSV (both perhaps gzipped) or Parquet table.
///
/// # Errors
/// One sentence that names the file and, where there is one, the line. Rows after the header
/// refuse nothing.
pub fn open(source: Source<'_>, layout: Layout<'_>) -> Result<Opened, TableError> {
    open_guessing_header(source, layout, |_| true)
}

/// As [`open`], for delimited text that may lack a header: `is_header` is shown the
/// fields of the first line. Where it is none, it is the first row, and the columns are
/// called by their places: `column 1`.
///
/// # Errors
/// As [`open`].
pub fn open_guessing_header(
    source: Source<'_>,
    layout: Layout<'_>,
    is_header: impl FnOnce(&[String]) -> bool,
) -> Result<Opened, TableError> {
    let (name, bytes) = bytes_of(source)?;
    if bytes.is_empty() {
        return Err(TableError::Empty { name });
    }
    let promise = match source {
        Source::File(path) => Promise::of(path),
        _ => Promise::Nothing,
    };
    let content = Content::of(&bytes);
    if let Some(advice) = promise.broken_by(content) {
        return Err(TableError::NotItsName { name, found: content.words(), advice });
    }
    let bytes = match content {
        Content::Gzip => {
            let plain = decode::gunzip(&name, &bytes)?;
            match Content::of(&plain) {
                Content::Text => Cow::Owned(plain),
                inner => return Err(TableError::Unsupported { name, found: inner.words() }),
            }
        }
        Content::Other(found) => return Err(TableError::Unsupported { name, found }),
        Content::Parquet => {
            let (headers, rows) = apart::shape(&name, &bytes)?;
            let headers = checked(&name, headers)?;
            return Ok(Opened {
                headers,
                has_header: true,
                body: Body::Parquet { bytes, rows },
                name,
            });
        }
        Content::Text => bytes,
    };
    let (text, encoding) = decode::text(&name, bytes.into_owned(), layout.encoding)?;
    if !decode::is_room_for(&text) {
        return Err(TableError::NoMemory { name });
    }
    let usual = if promise == Promise::Tsv { b'\t' } else { b',' };
    let separator = layout.separator.unwrap_or_else(|| rows::separator(&text, usual));
    let line_breaks = layout.line_breaks.unwrap_or_else(|| rows::spans_lines(&text, separator));
    let mut reader = Rows::new(&text, 0, 1, separator, line_breaks);
    let mut fields = Vec::new();
    let Some((place, fault)) = reader.next_into(&mut fields) else {
        return Err(TableError::Empty { name });
    };
    if let Some(fault) = fault {
        return Err(TableError::Row { name, line: place.line, fault });
    }
    // Old Macintosh files are one long line to everybody else.
    if text[place.range.clone()].contains('\r') {
        return Err(TableError::CrOnly { name });
    }
    let first: Vec<String> = fields.iter().map(|field| field.clone().into_owned()).collect();
    let has_header = is_header(&first);
    let (headers, (from, line)) = if has_header {
        (first, reader.at())
    } else {
        (vec![String::new(); first.len()], (place.range.start, place.line))
    };
    let headers = checked(&name, headers)?;
    let body = Body::Delimited(Delimited { text, encoding, separator, line_breaks, from, line });
    Ok(Opened { name, headers, has_header, body })
}

impl Opened {
    /// What sentences call the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Column names, left to right, all different.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Whether the columns' names are those of a header.
    pub fn has_header(&self) -> bool {
        self.has_header
    }

    fn delimited(&self) -> Option<&Delimited> {
        match &self.body {
            Body::Delimited(delimited) => Some(delimited),
            Body::Parquet { .. } => None,
        }
    }

    /// The encoding of its text; `None` for Parquet.
    pub fn encoding(&self) -> Option<&'static str> {
        Some(self.delimited()?.encoding.name())
    }

    /// Whether a wrong byte can change nothing but the cell that it stands in: in UTF-8 and
    /// where every byte is a character. (Elsewhere it may swallow the next separator.)
    pub fn encoding_is_stable(&self) -> bool {
        self.delimited().is_none_or(|text| text.encoding == UTF_8 || text.encoding.is_single_byte())
    }

    /// The byte between fields; `None` for Parquet.
    pub fn separator(&self) -> Option<u8> {
        Some(self.delimited()?.separator)
    }

    /// Whether quoted fields span lines; `None` for Parquet.
    pub fn line_breaks(&self) -> Option<bool> {
        Some(self.delimited()?.line_breaks)
    }

    /// Where a row (from 0) begins, in words for a sentence: `line 7`, or `row 6` in
    /// Parquet. Reads the text again up to there.
    pub fn place_of(&self, row: usize) -> String {
        match self.line_of(row) {
            Some(line) => format!("line {line}"),
            None => format!("row {}", row + 1),
        }
    }

    /// The line, from 1, in which a row (from 0) of delimited text begins.
    fn line_of(&self, row: usize) -> Option<u64> {
        let (mut rows, mut fields) = (self.delimited()?.rows(), Vec::new());
        let mut place = None;
        for _ in 0..=row {
            place = rows.next_into(&mut fields);
        }
        place.map(|(place, _)| place.line)
    }

    /// Reads the columns at these places (indices into [`Opened::headers`]), each as text;
    /// empty text is missing. Numbers and times of Parquet come as a CSV would print
    /// them: `17850`, `2.55`, `2010-12-01 08:26:00`. A row of delimited text that cannot be
    /// read is listed and refuses nothing.
    ///
    /// # Errors
    /// If a Parquet file is damaged, or a column of it holds no text, numbers or times.
    pub fn texts(&self, wanted: &[usize]) -> Result<Cells, TableError> {
        let text = match &self.body {
            Body::Parquet { bytes, rows } => {
                let columns = apart::texts(&self.name, bytes, wanted)?;
                return Ok(Cells { rows: *rows, columns, faults: Vec::new() });
            }
            Body::Delimited(text) => text,
        };
        let mut columns: Vec<Coder<'_>> = wanted.iter().map(|_| Coder::default()).collect();
        let (mut reader, mut fields) = (text.rows(), Vec::new());
        let (mut rows, mut faults) = (0, Vec::new());
        while let Some((_, fault)) = reader.next_into(&mut fields) {
            let fault = fault.or_else(|| rows::fault_of(&fields, &self.headers, self.has_header));
            if let Some(fault) = fault {
                faults.push((rows, fault));
                fields.clear();
            }
            for (column, &at) in columns.iter_mut().zip(wanted) {
                column.push(fields.get(at));
            }
            rows += 1;
        }
        Ok(Cells { rows, columns: columns.into_iter().map(Coder::finish).collect(), faults })
    }

    /// The sentence about the first row that could not be read, if there is one.
    pub fn first_fault(&self, cells: &Cells) -> Option<TableError> {
        let &(row, fault) = cells.faults.first()?;
        let line = self.line_of(row).unwrap_or(0);
        Some(TableError::Row { name: self.name.clone(), line, fault })
    }

    /// As [`Opened::texts`], for lists that are read whole or not at all.
    ///
    /// # Errors
    /// As [`Opened::texts`], and if there is no row, or one that cannot be read.
    pub fn whole_texts(&self, wanted: &[usize]) -> Result<Cells, TableError> {
        let cells = self.texts(wanted)?;
        if let Some(refusal) = self.first_fault(&cells) {
            return Err(refusal);
        }
        if cells.rows == 0 {
            return Err(TableError::HeaderOnly { name: self.name.clone() });
        }
        Ok(cells)
    }
}

impl Delimited {
    fn rows(&self) -> Rows<'_> {
        Rows::new(&self.text, self.from, self.line, self.separator, self.line_breaks)
    }
}

fn bytes_of(source: Source<'_>) -> Result<(String, Cow<'static, [u8]>), TableError> {
    match source {
        Source::Bytes(name, bytes) => Ok((name.to_owned(), Cow::Borrowed(bytes))),
        Source::Stdin => {
            let name = "standard input".to_owned();
            read_stream(&name, io::stdin().lock()).map(|bytes| (name, Cow::Owned(bytes)))
        }
        Source::File(path) => {
            let name = path.display().to_string();
            if fs::metadata(path).is_ok_and(|data| data.is_dir()) {
                return Err(TableError::Directory { name });
            }
            let failed = |cause: io::Error| match cause.kind() {
                io::ErrorKind::OutOfMemory => TableError::NoMemory { name: name.clone() },
                io::ErrorKind::NotFound => TableError::NotFound { name: name.clone() },
                io::ErrorKind::PermissionDenied => TableError::Permission { name: name.clone() },
                _ => TableError::Io { name: name.clone(), cause },
            };
            let bytes = match fs::metadata(path).is_ok_and(|facts| !facts.is_file()) {
                // A pipe or a device has no size, and may have no end.
                true => read_stream(&name, fs::File::open(path).map_err(failed)?)?,
                false => fs::read(path).map_err(failed)?,
            };
            Ok((name, Cow::Owned(bytes)))
        }
    }
}

/// All bytes of what has no stated size; what shows no line end where one must be, and is not
/// packed, is no table and may go on for ever.
fn read_stream(name: &str, mut from: impl io::Read) -> Result<Vec<u8>, TableError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::OutOfMemory => TableError::NoMemory { name: name.to_owned() },
        _ => TableError::Io { name: name.to_owned(), cause },
    };
    let mut bytes = Vec::new();
    from.by_ref().take(LONGEST_ROW as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    let is_packed = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"PAR1");
    if bytes.len() > LONGEST_ROW
        && !is_packed
        && !bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
    {
        return Err(TableError::Row { name: name.to_owned(), line: 1, fault: Fault::TooLong });
    }
    from.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// What a file's ending promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    Csv,
    Tsv,
    Gzip,
    Parquet,
    Nothing,
}

impl Promise {
    fn of(path: &Path) -> Self {
        match path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
            Some("csv" | "txt") => Promise::Csv,
            Some("tsv" | "tab") => Promise::Tsv,
            Some("gz") => Promise::Gzip,
            Some("parquet") => Promise::Parquet,
            _ => Promise::Nothing,
        }
    }

    /// What to do about content that breaks the promise; `None` where it is kept.
    fn broken_by(self, content: Content) -> Option<&'static str> {
        match (self, content) {
            (Promise::Csv | Promise::Tsv, Content::Gzip) => Some("add .gz to its name"),
            (Promise::Csv | Promise::Tsv | Promise::Gzip, Content::Parquet) => {
                Some("let its name end in .parquet")
            }
            (Promise::Csv | Promise::Tsv | Promise::Gzip | Promise::Parquet, Content::Other(_)) => {
                Some("save it as CSV, TSV or Parquet")
            }
            (Promise::Gzip, Content::Text) => Some("take .gz off its name, or copy it again"),
            (Promise::Parquet, Content::Text | Content::Gzip) => Some(
                "a Parquet file begins with PAR1: copy it again, or give it the ending that fits",
            ),
            _ => None,
        }
    }
}

/// Trimmed names, nameless columns called by their place; none twice.
fn checked(name: &str, headers: Vec<String>) -> Result<Vec<String>, TableError> {
    let mut seen = std::collections::HashSet::new();
    headers
        .into_iter()
        .enumerate()
        .map(|(at, header)| {
            let mut header = header.trim().to_owned();
            if header.is_empty() {
                header = format!("column {}", at + 1);
            }
            if seen.insert(header.clone()) {
                Ok(header)
            } else {
                Err(TableError::DoubledColumn { name: name.to_owned(), column: header })
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts that try a parser: quotes, separators, line ends, blanks, other alphabets.
    fn field() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                Just("\""),
                Just(","),
                Just("\n"),
                Just("\r\n"),
                Just(" "),
                Just("a"),
                Just("£"),
                Just("'"),
                Just("#")
            ],
            0..5,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_written_is_read(rows in proptest::collection::vec([field(), field(), field()], 1..40)) {
            let mut out = csv::Writer::from_writer(Vec::new());
            out.write_record(["x", "y", "z"]).unwrap();
            for row in &rows {
                // A first field that is never empty, so that no line is blank.
                out.write_record([format!("r{}", row[0]), row[1].clone(), row[2].clone()]).unwrap();
            }
            let bytes: &'static [u8] = Box::leak(out.into_inner().unwrap().into_boxed_slice());
            let layout = Layout { line_breaks: Some(true), ..Layout::default() };
            let opened = open(Source::Bytes("f", bytes), layout).unwrap();
            let Cells { rows: read, columns, faults } = opened.texts(&[2, 0, 1]).unwrap();
            prop_assert_eq!((read, faults), (rows.len(), Vec::new()));
            for (at, row) in rows.iter().enumerate() {
                prop_assert_eq!(columns[0].get(at).unwrap_or_default(), row[2].as_str());
                prop_assert_eq!(columns[1].get(at).unwrap_or_default(), format!("r{}", row[0]));
                prop_assert_eq!(columns[2].get(at).unwrap_or_default(), row[1].as_str());
            }
        }
    }

    /// The fields of every row, or its fault.
    fn all_rows(bytes: &[u8]) -> Vec<Result<[String; 2], Fault>> {
        let bytes: &'static [u8] = Box::leak(bytes.to_vec().into_boxed_slice());
        let layout = Layout { encoding: Some("utf-8"), separator: None, line_breaks: Some(false) };
        let cells = open(Source::Bytes("f", bytes), layout).unwrap().texts(&[0, 1]).unwrap();
        let text =
            |column: usize, row| cells.columns[column].get(row).unwrap_or_default().to_owned();
        (0..cells.rows)
            .map(|row| match cells.faults.iter().find(|(at, _)| *at == row) {
                Some(&(_, fault)) => Err(fault),
                None => Ok([text(0, row), text(1, row)]),
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        /// Where a row is a line, each line means what it means alone, whatever stands around it.
        #[test]
        fn a_line_means_the_same_among_any_others(lines in proptest::collection::vec(
            proptest::collection::vec(
                proptest::sample::select(vec![
                    &b"\""[..], b",", b";", b"\r", b" ", b"a", b"\xFF", b"\xE2", b"\0", b"\"\"", b"x", b"\xC3\xA9",
                ]),
                0..8,
            ).prop_map(|parts| parts.concat()),
            0..12,
        )) {
            let file = |lines: &[Vec<u8>]| [&b"x,y\n"[..], &lines.join(&b'\n')].concat();
            let alone: Vec<_> = lines.iter().flat_map(|line| all_rows(&file(std::slice::from_ref(line)))).collect();
            prop_assert_eq!(all_rows(&file(&lines)), alone);
        }
    }

    #[test]
    fn rows_know_their_line_past_blank_ones_and_quoted_breaks() {
        let text = b"\na,b\n\n1,2\n3,\"x\n\"\"\ny\"\n\n  \r\n4,5\n6,7";
        let opened = open(Source::Bytes("f", text), Layout::default()).unwrap();
        assert_eq!(opened.line_breaks(), Some(true), "told from the file");
        let places: Vec<String> = (0..4).map(|row| opened.place_of(row)).collect();
        assert_eq!(places, ["line 4", "line 5", "line 10", "line 11"]);
        let opened = open(Source::Bytes("f", b"a,b\n1,2\n3,4\n"), Layout::default()).unwrap();
        assert_eq!(
            (opened.place_of(0), opened.place_of(1)),
            ("line 2".to_owned(), "line 3".to_owned())
        );
    }

    #[test]
    fn line_breaks_are_told_only_where_the_whole_file_fits_them() {
        let told = |text: &'static str| {
            open(Source::Bytes("f", text.as_bytes()), Layout::default())
                .unwrap()
                .line_breaks()
                .unwrap()
        };
        assert!(told("a,b\n1,\"x\ny\"\n2,z\n"));
        assert!(!told("a,b\n1,\"x\"\n2,z\n"), "every line closes its quotes");
        assert!(!told("a,b\nzz,\"Tea\n1,2\n3,4\nzz,\"\n5,\"6\n"), "a quote is never closed");
        assert!(!told("a,b\n1,\"x\n2,y\"z,w\n"), "a row would be wider than the header");
    }

    #[test]
    fn a_first_line_that_is_no_header_is_a_row() {
        let open = |text| {
            open_guessing_header(Source::Bytes("f", text), Layout::OF_LISTS, |first| {
                first[1] != "5"
            })
        };
        let opened = open(b"\n5,5\n\nb,6\n").unwrap();
        assert!(!opened.has_header());
        assert_eq!(opened.headers(), ["column 1", "column 2"]);
        let Cells { rows, columns, .. } = opened.whole_texts(&[0, 1]).unwrap();
        assert_eq!(rows, 2);
        assert_eq!(
            (columns[0].get(0), columns[0].get(1), columns[1].get(1)),
            (Some("5"), Some("b"), Some("6"))
        );
        assert_eq!(
            (opened.place_of(0), opened.place_of(1)),
            ("line 2".to_owned(), "line 4".to_owned())
        );
        assert_eq!(open(b"a,5").unwrap().whole_texts(&[0]).unwrap().rows, 1);
        assert!(
            open(b"a,b\n\n")
                .unwrap()
                .whole_texts(&[0])
                .unwrap_err()
                .to_string()
                .contains("no rows")
        );
    }

    #[test]
    fn lists_are_refused_for_a_row_that_cannot_be_read() {
        let says = |text: &'static str| {
            let opened = open(Source::Bytes("f.csv", text.as_bytes()), Layout::OF_LISTS).unwrap();
            opened.whole_texts(&[0]).unwrap_err().to_string()
        };
        assert!(says("a,b\n1,2\n\n3,\"2\n3,4\n").contains("a quote in line 4"));
        assert!(says("a,b\n1,2\n3,\0\n").contains("NUL byte in line 3"));
        assert!(says("a,b\n1,2,3\n").contains("3 fields in line 2"));
        assert!(says("a,b\n1,2\na,b\n").contains("repeats its header in line 3"));
    }

    #[test]
    fn short_rows_lack_their_last_fields() {
        let opened = open(Source::Bytes("f", b"a,b,c\n1\n2,3\n"), Layout::default()).unwrap();
        let columns = opened.texts(&[0, 1, 2]).unwrap().columns;
        assert_eq!(columns[0].names, ["1", "2"]);
        assert_eq!(columns[1].codes, [TextColumn::MISSING, 0]);
        assert_eq!(columns[2].codes, [TextColumn::MISSING; 2]);
    }
}
