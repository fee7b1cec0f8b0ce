//! Opening a table: what it is, its columns, and the columns one asks for.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use super::decode::{self, Content};
use super::{TableError, TextColumn, parquet, scan};

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

/// A table that was opened: its columns are known, their rows are read when asked for.
#[derive(Debug)]
pub struct Opened {
    name: String,
    headers: Vec<String>,
    has_header: bool,
    rows: usize,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// The rows without the header and blank lines, from an offset on.
    Delimited {
        text: String,
        from: usize,
        separator: u8,
        /// The line, from 1, of what stands at `from` (before any blank one).
        line: u64,
        /// Where a blank line stood, as offsets into `text`.
        blank: Vec<usize>,
    },
    Parquet(Cow<'static, [u8]>),
}

/// Opens a CSV, TSV (both perhaps gzipped) or Parquet table. `encoding` is a label of
/// the WHATWG Encoding Standard; `None` takes valid UTF-8 for UTF-8 and anything else
/// for Windows-1252; a byte order mark is heeded.
///
/// # Errors
/// One sentence that names the file and, where there is one, the line.
pub fn open(source: Source<'_>, encoding: Option<&str>) -> Result<Opened, TableError> {
    open_guessing_header(source, encoding, |_| true)
}

/// As [`open`], for delimited text that may lack a header: `is_header` is shown the
/// fields of the first line. Where it is none, it is the first row, and the columns are
/// called by their places: `column 1`.
///
/// # Errors
/// As [`open`].
pub fn open_guessing_header(
    source: Source<'_>,
    encoding: Option<&str>,
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
            let (headers, rows) = parquet::shape(&name, &bytes)?;
            if rows == 0 {
                return Err(TableError::HeaderOnly { name });
            }
            let headers = checked(&name, headers)?;
            return Ok(Opened { headers, has_header: true, rows, body: Body::Parquet(bytes), name });
        }
        Content::Text => bytes,
    };
    let text = decode::text(&name, bytes.into_owned(), encoding)?;
    let separator = scan::separator(&text, if promise == Promise::Tsv { b'\t' } else { b',' });
    let shape = scan::scan(&name, &text, separator)?;
    let first = split(&text[shape.header.clone()], separator);
    let has_header = is_header(&first);
    let (headers, from, rows) = if has_header {
        (first, shape.body, shape.rows)
    } else {
        (vec![String::new(); first.len()], shape.header.start, shape.rows + 1)
    };
    if rows == 0 {
        return Err(TableError::HeaderOnly { name });
    }
    let headers = checked(&name, headers)?;
    let line = 1 + text[..from].matches('\n').count() as u64;
    let body = if shape.blank.is_empty() {
        Body::Delimited { text, from, separator, line, blank: Vec::new() }
    } else {
        let mut kept = String::with_capacity(text.len() - from);
        let mut blank = Vec::with_capacity(shape.blank.len());
        let mut at = from;
        for gap in &shape.blank {
            kept.push_str(&text[at..gap.start]);
            blank.push(kept.len());
            at = gap.end;
        }
        kept.push_str(&text[at..]);
        Body::Delimited { text: kept, from: 0, separator, line, blank }
    };
    Ok(Opened { name, headers, has_header, rows, body })
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

    /// Where a row (from 0) begins, in words for a sentence: `line 7`, or `row 6` in
    /// Parquet. Reads the text again up to there.
    pub fn place_of(&self, row: usize) -> String {
        let Body::Delimited { text, from, line, blank, .. } = &self.body else {
            return format!("row {}", row + 1);
        };
        let (mut line, mut rows, mut quoted, mut at) = (*line, 0, false, *from);
        for byte in text.as_bytes()[*from..].iter() {
            if rows == row {
                break;
            }
            at += 1;
            match byte {
                // A doubled quote closes and opens again.
                b'"' => quoted = !quoted,
                b'\n' => {
                    line += 1;
                    rows += usize::from(!quoted);
                }
                _ => {}
            }
        }
        format!("line {}", line + blank.partition_point(|&gap| gap <= at) as u64)
    }

    /// Rows, blank lines not counted; at least 1.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Reads the columns at these places (indices into [`Opened::headers`]), each as text;
    /// empty text is missing. Numbers and times of Parquet come as a CSV would print
    /// them: `17850`, `2.55`, `2010-12-01 08:26:00`.
    ///
    /// # Errors
    /// If the parser refuses the file, or a Parquet column holds no text, numbers or times.
    pub fn texts(&self, wanted: &[usize]) -> Result<Vec<TextColumn>, TableError> {
        match &self.body {
            Body::Parquet(bytes) => parquet::texts(&self.name, bytes, wanted),
            Body::Delimited { text, from, separator, .. } => {
                self.delimited(&text.as_bytes()[*from..], *separator, wanted).map_err(|cause| {
                    let cause = cause.to_string();
                    let cause = cause.lines().next().unwrap_or_default().to_owned();
                    TableError::Refused { name: self.name.clone(), format: "delimited text", cause }
                })
            }
        }
    }

    fn delimited(&self, body: &[u8], separator: u8, wanted: &[usize]) -> PolarsResult<Vec<TextColumn>> {
        // Our own names: the schema is then fixed, and no type is ever guessed.
        let label = |at: usize| PlSmallStr::from(format!("c{at}"));
        let schema: Schema = (0..self.headers.len()).map(|at| Field::new(label(at), DataType::String)).collect();
        let mut projection = wanted.to_vec();
        projection.sort_unstable();
        projection.dedup();
        let frame = CsvReadOptions::default()
            .with_has_header(false)
            .with_schema(Some(Arc::new(schema)))
            .with_projection(Some(Arc::new(projection)))
            .with_rechunk(false)
            .map_parse_options(|options| options.with_separator(separator).with_truncate_ragged_lines(true))
            .into_reader_with_file_handle(io::Cursor::new(body))
            .finish()?;
        if frame.height() != self.rows {
            // Not seen in any test; a silent loss of rows must not pass.
            polars_bail!(ComputeError: "{} rows were counted and {} parsed", self.rows, frame.height());
        }
        wanted.iter().map(|&at| Ok(TextColumn::of(self.rows, frame.column(&label(at))?.str()?.iter()))).collect()
    }
}

fn bytes_of(source: Source<'_>) -> Result<(String, Cow<'static, [u8]>), TableError> {
    match source {
        Source::Bytes(name, bytes) => Ok((name.to_owned(), Cow::Borrowed(bytes))),
        Source::Stdin => {
            let name = "standard input".to_owned();
            let mut bytes = Vec::new();
            match io::stdin().lock().read_to_end(&mut bytes) {
                Ok(_) => Ok((name, Cow::Owned(bytes))),
                Err(cause) => Err(TableError::Io { name, cause }),
            }
        }
        Source::File(path) => {
            let name = path.display().to_string();
            if fs::metadata(path).is_ok_and(|data| data.is_dir()) {
                return Err(TableError::Directory { name });
            }
            match fs::read(path) {
                Ok(bytes) => Ok((name, Cow::Owned(bytes))),
                Err(cause) => Err(match cause.kind() {
                    io::ErrorKind::NotFound => TableError::NotFound { name },
                    io::ErrorKind::PermissionDenied => TableError::Permission { name },
                    _ => TableError::Io { name, cause },
                }),
            }
        }
    }
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
            (Promise::Csv | Promise::Tsv | Promise::Gzip, Content::Parquet) => Some("let its name end in .parquet"),
            (Promise::Csv | Promise::Tsv | Promise::Gzip | Promise::Parquet, Content::Other(_)) => {
                Some("save it as CSV, TSV or Parquet")
            }
            (Promise::Gzip, Content::Text) => Some("take .gz off its name, or copy it again"),
            (Promise::Parquet, Content::Text | Content::Gzip) => {
                Some("a Parquet file begins with PAR1: copy it again, or give it the ending that fits")
            }
            _ => None,
        }
    }
}

/// The fields of a header line.
fn split(header: &str, separator: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(header.as_bytes());
    match reader.records().next() {
        Some(Ok(fields)) => fields.iter().map(str::to_owned).collect(),
        // The header was scanned before, so the reader has nothing to refuse.
        _ => header.split(char::from(separator)).map(str::to_owned).collect(),
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
            let opened = open(Source::Bytes("f", bytes), None).unwrap();
            prop_assert_eq!(opened.rows(), rows.len());
            let columns = opened.texts(&[2, 0, 1]).unwrap();
            for (at, row) in rows.iter().enumerate() {
                prop_assert_eq!(columns[0].get(at).unwrap_or_default(), row[2].as_str());
                prop_assert_eq!(columns[1].get(at).unwrap_or_default(), format!("r{}", row[0]));
                prop_assert_eq!(columns[2].get(at).unwrap_or_default(), row[1].as_str());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever passes the scan, the parser reads with the same number of rows.
        #[test]
        fn the_scan_and_the_parser_agree(parts in proptest::collection::vec(
            prop_oneof![Just("\""), Just(","), Just("\n"), Just("\r\n"), Just("\r"), Just(" "), Just("a"), Just("b\n"), Just("é"), Just("\"\"")],
            0..30,
        )) {
            let text: &'static str = Box::leak(format!("x,y{}", parts.concat()).into_boxed_str());
            if let Ok(opened) = open(Source::Bytes("f", text.as_bytes()), None) {
                let all: Vec<usize> = (0..opened.headers().len()).collect();
                let columns = opened.texts(&all);
                prop_assert!(columns.is_ok(), "{:?}: {}", text, columns.unwrap_err());
            }
        }
    }

    #[test]
    fn rows_know_their_line_past_blank_ones_and_quoted_breaks() {
        let text = b"\na,b\n\n1,2\n3,\"x\n\"\"\ny\"\n\n  \r\n4,5\n6,7";
        let opened = open(Source::Bytes("f", text), None).unwrap();
        let places: Vec<String> = (0..opened.rows()).map(|row| opened.place_of(row)).collect();
        assert_eq!(places, ["line 4", "line 5", "line 10", "line 11"]);
        let opened = open(Source::Bytes("f", b"a,b\n1,2\n3,4\n"), None).unwrap();
        assert_eq!((opened.place_of(0), opened.place_of(1)), ("line 2".to_owned(), "line 3".to_owned()));
    }

    #[test]
    fn a_first_line_that_is_no_header_is_a_row() {
        let open = |text| open_guessing_header(Source::Bytes("f", text), None, |first| first[1] != "5");
        let opened = open(b"\n5,5\n\nb,6\n").unwrap();
        assert_eq!((opened.rows(), opened.has_header()), (2, false));
        assert_eq!(opened.headers(), ["column 1", "column 2"]);
        let columns = opened.texts(&[0, 1]).unwrap();
        assert_eq!((columns[0].get(0), columns[0].get(1), columns[1].get(1)), (Some("5"), Some("b"), Some("6")));
        assert_eq!((opened.place_of(0), opened.place_of(1)), ("line 2".to_owned(), "line 4".to_owned()));
        assert_eq!(open(b"a,5").unwrap().rows(), 1);
        assert!(open(b"a,b\n\n").unwrap_err().to_string().contains("no rows"));
    }

    #[test]
    fn short_rows_lack_their_last_fields() {
        let opened = open(Source::Bytes("f", b"a,b,c\n1\n2,3\n"), None).unwrap();
        let columns = opened.texts(&[0, 1, 2]).unwrap();
        assert_eq!(columns[0].names, ["1", "2"]);
        assert_eq!(columns[1].codes, [TextColumn::MISSING, 0]);
        assert_eq!(columns[2].codes, [TextColumn::MISSING; 2]);
    }
}
