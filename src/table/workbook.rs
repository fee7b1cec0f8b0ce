//! A sheet of an Excel workbook as the text that a CSV of it would hold.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::sync::Arc;

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError};

use super::archive::Member;
use super::calendar::clock;
use super::packed::{Counter, Plain, most_of};
use super::quiet::quietly;
use super::store::{AtRest, HELD};
use super::{LayoutTold, TableError};

/// Rows and columns that Excel's sheets have.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

/// A sheet that was read.
#[derive(Debug)]
pub(super) struct Sheet {
    pub name: LayoutTold<String>,
    /// All sheets of the workbook.
    pub all: Vec<String>,
    /// Cells that took what the merged cell above them says.
    pub filled: u64,
    /// Cells of a column, by its place, that hold a formula and no result.
    pub unkept: BTreeMap<usize, u64>,
    /// Its rows as CSV in UTF-8, a blank line for a row without cells.
    pub text: AtRest,
}

/// Reads the sheet called `wanted`, or several whose names are parted by commas, one below the
/// other; else the first (with `guesses`: that is not empty). Where cells are merged from above to
/// below, all of them have, with `guesses`, what the first one says: without, a row is what stands
/// in it.
pub(super) fn sheet(
    name: &str,
    store: &AtRest,
    members: &[Member],
    wanted: Option<&str>,
    guesses: bool,
) -> Result<Sheet, TableError> {
    explained(name, store, members)?;
    let size = store.len().map_err(|cause| TableError::Io { name: name.to_owned(), cause })?;
    let refused = |cause: &str| {
        let cause = cause.lines().next().unwrap_or_default().trim_end_matches('.');
        TableError::Refused {
            name: name.to_owned(),
            format: "an Excel workbook",
            cause: format!("{cause}; save it again, or as CSV"),
        }
    };
    let from = store.reader().map_err(|cause| TableError::Io { name: name.to_owned(), cause })?;
    let read = quietly(|| {
        let mut book =
            Xlsx::new(BufReader::new(from)).map_err(|error| refused(&plainly(&error)))?;
        let sheets =
            book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let all: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
        let no_sheet = |wanted: &str| TableError::NoSheet {
            name: name.to_owned(),
            sheet: format!("sheet {wanted}"),
            sheets: all.join(", "),
        };
        let named = |wanted: &str| {
            let exact = all.iter().find(|sheet| *sheet == wanted);
            exact.or_else(|| all.iter().find(|sheet| sheet.eq_ignore_ascii_case(wanted))).cloned()
        };
        let parts = |wanted: &str| -> Option<Vec<String>> {
            let parts = wanted.split(',').map(|part| named(part.trim()));
            parts.collect::<Option<Vec<String>>>().filter(|parts| parts.len() > 1)
        };
        if let Some(several) = wanted.filter(|wanted| named(wanted).is_none()).and_then(parts) {
            if let Some(twice) = (1..several.len()).find(|&at| several[..at].contains(&several[at]))
            {
                return Err(refused(&format!("sheet {} was named twice", several[twice])));
            }
            let mut lines = Lines::new(most_of(size), guesses);
            for sheet in &several {
                lines.skips_header = lines.header.is_some();
                rows(&mut book, sheet, &mut lines)
                    .map_err(|cause| of_writing(name, size, cause, refused))?;
            }
            let text = lines
                .out
                .finish()
                .map_err(|cause| TableError::Io { name: name.to_owned(), cause })?;
            return Ok(Sheet {
                name: LayoutTold::by(several.join(","), ""),
                all,
                filled: lines.filled,
                unkept: lines.unkept,
                text,
            });
        }
        let tried: Vec<String> = match wanted {
            Some(wanted) => vec![named(wanted).ok_or_else(|| no_sheet(wanted))?],
            None if guesses => all.clone(),
            None => all.first().cloned().into_iter().collect(),
        };
        // A cover says something in one column, if anything.
        let mut cover: Option<Sheet> = None;
        for sheet in tried {
            let mut lines = Lines::new(most_of(size), guesses);
            let cells = rows(&mut book, &sheet, &mut lines)
                .map_err(|cause| of_writing(name, size, cause, refused))?;
            let (filled, widest) = (lines.filled, lines.widest);
            let unkept = std::mem::take(&mut lines.unkept);
            if cells > 0 || wanted.is_some() || !guesses {
                let text = lines
                    .out
                    .finish()
                    .map_err(|cause| TableError::Io { name: name.to_owned(), cause })?;
                let evidence = match (wanted, all.len()) {
                    (Some(_), _) => String::new(),
                    (None, 1) => "the only sheet".to_owned(),
                    (None, many) if guesses => format!("the first of {many} sheets that has cells"),
                    (None, many) => format!("the first of {many} sheets"),
                };
                let is_cover = guesses && wanted.is_none() && widest < 2 && all.len() > 1;
                let evidence = match &cover {
                    Some(_) => format!("the first of {} sheets with several columns", all.len()),
                    None => evidence,
                };
                let all = all.clone();
                let name = LayoutTold::by(sheet, evidence);
                let found = Sheet { name, all, filled, unkept, text };
                match is_cover {
                    true => {
                        cover.get_or_insert(found);
                    }
                    false => return Ok(found),
                }
            }
        }
        cover.ok_or(TableError::Empty { name: name.to_owned() })
    });
    read.unwrap_or_else(|| Err(refused("it is damaged")))
}

/// What is said of an error of the library.
fn plainly(error: &XlsxError) -> String {
    match error {
        XlsxError::Password => "it is locked by a password".to_owned(),
        _ => "it is damaged or cut short".to_owned(),
    }
}

fn of_writing(
    name: &str,
    packed: u64,
    cause: io::Error,
    refused: impl Fn(&str) -> TableError,
) -> TableError {
    let name = name.to_owned();
    match cause.kind() {
        io::ErrorKind::FileTooLarge => TableError::Grows { name, packed, most: most_of(packed) },
        io::ErrorKind::InvalidData => refused(&cause.to_string()),
        _ => TableError::Io { name, cause },
    }
}

/// Refuses an archive that unpacks to more than its size explains: the library holds much of it
/// in memory.
fn explained(name: &str, store: &AtRest, members: &[Member]) -> Result<(), TableError> {
    let packed = store.len().map_err(|cause| TableError::Io { name: name.to_owned(), cause })?;
    let most = most_of(packed);
    let mut left = most;
    for member in members {
        let Some(packing) = member.packing else { continue };
        let plain = Plain { store: store.clone(), packing };
        let unpacked = plain
            .reader(&Counter::default())
            .and_then(|from| io::copy(&mut from.take(left.saturating_add(1)), &mut io::sink()))
            .map_err(|cause| plain.refusal(name, cause))?;
        // What is said of the texts decides how much room is asked for: each takes some bytes.
        if member.name == "xl/sharedStrings.xml" {
            let mut head = Vec::new();
            plain
                .reader(&Counter::default())
                .and_then(|from| from.take(4_096).read_to_end(&mut head))
                .map_err(|cause| plain.refusal(name, cause))?;
            if stated_texts(&String::from_utf8_lossy(&head)) > unpacked {
                return Err(TableError::Refused {
                    name: name.to_owned(),
                    format: "an Excel workbook",
                    cause: "it is damaged; save it again, or as CSV".to_owned(),
                });
            }
        }
        left = match left.checked_sub(unpacked) {
            Some(left) => left,
            None => return Err(TableError::Grows { name: name.to_owned(), packed, most }),
        };
    }
    Ok(())
}

/// How many texts the beginning of a workbook's list of texts says that there are.
fn stated_texts(head: &str) -> u64 {
    let of = |word: &str| {
        let (_, behind) = head.split_once(word)?;
        let digits = behind.trim_start_matches([' ', '=', '"', '\'']);
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        Some(digits[..length].parse().unwrap_or(u64::MAX))
    };
    ["uniqueCount", " count"].into_iter().filter_map(of).max().unwrap_or(0)
}

/// Writes the rows of a sheet; how many cells it has that are not empty.
fn rows<R: io::Read + io::Seek>(
    book: &mut Xlsx<R>,
    sheet: &str,
    out: &mut Lines,
) -> io::Result<u64> {
    let damaged = |error: XlsxError| io::Error::new(io::ErrorKind::InvalidData, plainly(&error));
    let first = first_column(book, sheet).map_err(damaged)?;
    if out.fills {
        out.merged = merged_downwards(book, sheet, first);
    }
    let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    let (mut at, mut count) = (0, 0);
    let mut row: Vec<String> = Vec::new();
    loop {
        let next = match out.fills {
            true => {
                let cell = cells.next_cell_with_formula_metadata().map_err(damaged)?;
                cell.map(|cell| (cell.pos, cell.value, cell.formula.is_some()))
            }
            false => {
                let cell = cells.next_cell().map_err(damaged)?;
                cell.map(|cell| (cell.get_position(), cell.get_value().clone(), false))
            }
        };
        let Some(((line, column), value, is_formula)) = next else { break };
        if is_formula && value == DataRef::Empty && (first..COLUMNS).contains(&column) {
            *out.unkept.entry((column - first) as usize).or_insert(0) += 1;
        }
        let text = text_of(&value);
        if text.is_empty() {
            continue;
        }
        if line < at || line >= ROWS || column >= COLUMNS || column < first {
            let cause = "its cells do not stand in rows and columns";
            return Err(io::Error::new(io::ErrorKind::InvalidData, cause));
        }
        while at < line {
            out.put(at, &mut row)?;
            at += 1;
        }
        let column = (column - first) as usize;
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = text;
        count += 1;
    }
    out.put(at, &mut row)?;
    Ok(count)
}

/// Cells of one column that are merged.
struct Merged {
    column: usize,
    first: u32,
    last: u32,
    text: String,
}

/// The merged cells of a sheet that reach below their first row, in one column.
fn merged_downwards<R: io::Read + io::Seek>(
    book: &mut Xlsx<R>,
    sheet: &str,
    first: u32,
) -> Vec<Merged> {
    /// More are a picture, not a table.
    const MOST: usize = 100_000;
    let all = match book.merge_cells_by_sheet_name(sheet) {
        Ok(all) if all.len() <= MOST => all,
        _ => return Vec::new(),
    };
    all.into_iter()
        .filter(|of| of.start.1 == of.end.1 && of.start.0 < of.end.0 && of.start.1 >= first)
        .map(|of| Merged {
            column: (of.start.1 - first) as usize,
            first: of.start.0,
            last: of.end.0,
            text: String::new(),
        })
        .collect()
}

/// Lines of CSV as they are made.
struct Lines {
    out: Spool,
    /// The first line that says something.
    header: Option<String>,
    /// Whether the next such line is to be the same, and is not written again.
    skips_header: bool,
    /// Whether merged cells are filled, and how many were.
    fills: bool,
    filled: u64,
    /// Cells of a column that hold a formula and no result; looked for where merged cells are filled.
    unkept: BTreeMap<usize, u64>,
    /// The cells of the longest row.
    widest: usize,
    merged: Vec<Merged>,
}

impl Lines {
    fn new(most: u64, fills: bool) -> Self {
        let out = Spool::new(most);
        Self {
            out,
            header: None,
            skips_header: false,
            fills,
            filled: 0,
            unkept: BTreeMap::new(),
            widest: 0,
            merged: Vec::new(),
        }
    }

    /// Writes the row `at` as a line, and empties it.
    fn put(&mut self, at: u32, row: &mut Vec<String>) -> io::Result<()> {
        if !row.is_empty() {
            self.merged.retain(|of| at <= of.last);
            for of in self.merged.iter_mut().filter(|of| at >= of.first) {
                if at == of.first {
                    of.text = row.get(of.column).cloned().unwrap_or_default();
                } else if !of.text.is_empty() {
                    if row.len() <= of.column {
                        row.resize(of.column + 1, String::new());
                    }
                    if row[of.column].is_empty() {
                        self.filled += 1;
                        row[of.column].clone_from(&of.text);
                    }
                }
            }
        }
        self.widest = self.widest.max(row.len());
        let line = line_of(row);
        row.clear();
        if line.len() > 1 {
            if self.skips_header {
                self.skips_header = false;
                if self.header.as_ref() != Some(&line) {
                    let cause = "its sheets do not begin with the same header: read one of them";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, cause));
                }
                return Ok(());
            }
            self.header.get_or_insert_with(|| line.clone());
        }
        self.out.write_all(line.as_bytes())
    }
}

/// The first column of a sheet that has cells.
fn first_column<R: io::Read + io::Seek>(book: &mut Xlsx<R>, sheet: &str) -> Result<u32, XlsxError> {
    let mut cells = book.worksheet_cells_reader(sheet)?;
    let mut first = u32::MAX;
    while first > 0
        && let Some(cell) = cells.next_cell()?
    {
        if *cell.get_value() != DataRef::Empty {
            first = first.min(cell.get_position().1);
        }
    }
    Ok(if first == u32::MAX { 0 } else { first })
}

/// A row as a line of CSV.
fn line_of(row: &[String]) -> String {
    let is_blank = |text: &str| text.bytes().all(|byte| byte.is_ascii_whitespace());
    let must_quote = |text: &str| text.contains(['"', ',', '\n', '\r']);
    let mut line = String::new();
    for (at, cell) in row.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        if must_quote(cell) || row.len() == 1 && is_blank(cell) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(cell);
        }
    }
    line.push('\n');
    line
}

/// The text of a cell: whole numbers without a point, times as ISO 8601 has them.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.abs() >= EXACT => rounded(*number),
        // Prints as many digits as it takes, and no exponent.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(time) => text_of_time(*time),
        DataRef::DateTimeIso(text) => text.replacen('T', " ", 1),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => Data::Error(error.clone()).to_string(),
    }
}

/// From here on (2^53) whole numbers that are not the same are the same in a workbook.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number as a spreadsheet shows what it has rounded (`9.0071992547409920E+15`): as an id it then
/// says that it stands for several.
fn rounded(number: f64) -> String {
    format!("{number:e}").replacen('e', "E+", 1)
}

fn text_of_time(time: ExcelDateTime) -> String {
    let days = time.as_f64();
    if time.is_duration() || (0.0..1.0).contains(&days) {
        return clock((days * 86_400.0).round() as i64);
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let part = if milli > 0 { format!(".{milli:03}") } else { String::new() };
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{part}")
}

/// Text as it is made: in memory, in a temporary file where it is large, and never more than
/// `left` bytes.
struct Spool {
    bytes: Vec<u8>,
    file: Option<File>,
    left: u64,
}

impl Spool {
    fn new(most: u64) -> Self {
        Self { bytes: Vec::new(), file: None, left: most }
    }

    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<AtRest> {
        if self.file.is_none() {
            return Ok(AtRest::held(self.bytes));
        }
        self.spill()?;
        Ok(self.file.map_or(AtRest::Fixed(b""), |file| AtRest::Temporary(Arc::new(file))))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => left,
            None => return Err(io::Error::from(io::ErrorKind::FileTooLarge)),
        };
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() as u64 > HELD {
            self.spill()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
