//! A table that was opened: what it is, its columns, and how it is laid out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use encoding_rs::Encoding;

use super::Separator;
use super::apart::Whole;
use super::cut::Manner;
use super::decode;
use super::layout::LayoutTold;
use super::packed::Plain;
use super::parquet::ParquetShape;

/// A table that was opened: its columns are known, their rows are read when asked for.
#[derive(Debug)]
pub struct Opened {
    pub(super) name: String,
    pub(super) headers: Vec<String>,
    pub(super) parts: Vec<TablePart>,
    pub(super) facts: Facts,
}

/// One of the files that make up a table.
#[derive(Debug)]
pub(super) struct TablePart {
    pub(super) name: String,
    /// Its own columns, in its own order.
    pub(super) headers: Vec<String>,
    /// What the names of its folders say, the same in every row: columns behind its own.
    pub(super) of_path: Vec<String>,
    /// Where each column of the table stands in it; `None`: where it stands in the table.
    pub(super) places: Option<Vec<usize>>,
    pub(super) body: Body,
}

impl TablePart {
    /// Where the columns at these places of the table stand in this part.
    pub(super) fn places_of(&self, wanted: &[usize]) -> Vec<usize> {
        match &self.places {
            None => wanted.to_vec(),
            Some(places) => wanted.iter().map(|&at| places[at]).collect(),
        }
    }
}

/// What holds the rows.
#[derive(Debug)]
pub(super) enum Body {
    Text(Text),
    Json(JsonLines),
    Parquet(Groups),
}

/// Delimited text and how it is laid out.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) plain: Plain,
    /// Its lines to skip end where the rows begin.
    pub(super) manner: Manner,
    pub(super) has_header: bool,
    /// Whether it is a sheet of a workbook, whose rows have numbers and no lines.
    pub(super) is_sheet: bool,
    /// Where its layout was told from its beginning: whether a block that was read since tells
    /// another.
    pub(super) contradicted: Option<AtomicBool>,
    /// Whether some line that was read has text where a column ends.
    pub(super) is_crossed: AtomicBool,
}

/// JSON Lines, and the key of each column.
#[derive(Debug)]
pub(super) struct JsonLines {
    pub(super) plain: Plain,
    pub(super) manner: Manner,
    pub(super) keys: Vec<String>,
}

/// A Parquet file, and which of its row groups are read together.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) whole: Whole,
    pub(super) shape: ParquetShape,
    pub(super) pieces: Vec<Range<usize>>,
}

/// Bytes and rows at which no more row groups are put together.
const PIECE: u64 = 8 << 20;
const ROWS: usize = 1 << 18;

impl Groups {
    pub(super) fn new(whole: Whole, shape: ParquetShape) -> Self {
        let (mut pieces, mut from, mut bytes, mut rows) = (Vec::new(), 0, 0u64, 0usize);
        for (at, group) in shape.groups.iter().enumerate() {
            bytes = group.leaves.iter().fold(bytes, |sum, &(_, length)| sum.saturating_add(length));
            rows = rows.saturating_add(group.rows);
            if bytes >= PIECE || rows >= ROWS || at + 1 == shape.groups.len() {
                pieces.push(from..at + 1);
                (from, bytes, rows) = (at + 1, 0, 0);
            }
        }
        Self { whole, shape, pieces }
    }
}

/// Every decision of layout.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) container: LayoutTold<String>,
    pub(super) encoding: Option<LayoutTold<&'static Encoding>>,
    /// What the text may be in rather.
    pub(super) other_encoding: Option<&'static str>,
    pub(super) separator: Option<LayoutTold<Separator>>,
    /// Whether the header line alone would have told another.
    pub(super) separator_of_rows: bool,
    pub(super) line_breaks: Option<LayoutTold<bool>>,
    pub(super) has_header: LayoutTold<bool>,
    pub(super) skip_lines: Option<LayoutTold<u64>>,
    pub(super) sheet: Option<LayoutTold<String>>,
    pub(super) sheets: Vec<String>,
    /// Cells of a sheet that took what a merged cell above says.
    pub(super) filled: u64,
    /// Cells of a sheet's column, by its place, that hold a formula and no result.
    pub(super) unkept: BTreeMap<usize, u64>,
    /// Columns that hold lists or structures.
    pub(super) passed_over: Vec<String>,
    /// Columns that some of several files lack, each with a file that has it: left out.
    pub(super) uneven: Vec<(String, String)>,
}

impl Facts {
    /// Of a container without text of its own.
    pub(super) fn of(container: LayoutTold<String>) -> Self {
        Self {
            container,
            encoding: None,
            other_encoding: None,
            separator: None,
            separator_of_rows: false,
            line_breaks: None,
            has_header: LayoutTold::plainly(true),
            skip_lines: None,
            sheet: None,
            sheets: Vec::new(),
            filled: 0,
            unkept: BTreeMap::new(),
            passed_over: Vec::new(),
            uneven: Vec::new(),
        }
    }
}

impl Opened {
    /// What sentences call the file, or the files.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Column names, left to right, all different.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// What the table is kept in, in words: `text`, `text in gzip`, `parquet`...
    pub fn container(&self) -> &LayoutTold<String> {
        &self.facts.container
    }

    /// Whether the columns' names are those of a header.
    pub fn has_header(&self) -> &LayoutTold<bool> {
        &self.facts.has_header
    }

    /// The encoding of its text, by its name in the WHATWG Encoding Standard; `None` where the
    /// container has none to choose.
    pub fn encoding(&self) -> Option<LayoutTold<&'static str>> {
        let LayoutTold { value, evidence } = self.facts.encoding.clone()?;
        Some(LayoutTold { value: value.name(), evidence })
    }

    /// The encoding that the text may rather be in, where it was taken for another by default.
    pub fn other_encoding(&self) -> Option<&'static str> {
        self.facts.other_encoding
    }

    /// Whether a wrong byte can change nothing but the cell that it stands in: in UTF-8 and
    /// where every byte is a character. (Elsewhere it may swallow the next separator.)
    pub fn encoding_is_stable(&self) -> bool {
        self.facts.encoding.as_ref().is_none_or(|told| decode::is_stable(told.value))
    }

    /// What parts the fields of its text; `None` where the container has none to choose.
    pub fn separator(&self) -> Option<&LayoutTold<Separator>> {
        self.facts.separator.as_ref()
    }

    /// Whether it was told from rows, and the header line alone would have told another.
    pub fn separator_is_of_rows(&self) -> bool {
        self.facts.separator_of_rows
    }

    /// Whether among the rows that were read some line has text where a column ends.
    pub fn is_crossed(&self) -> bool {
        self.parts.iter().any(|part| match &part.body {
            Body::Text(text) => text.is_crossed.load(Ordering::Relaxed),
            _ => false,
        })
    }

    /// Whether quoted fields span lines; `None` where the container has no lines of text.
    pub fn line_breaks(&self) -> Option<&LayoutTold<bool>> {
        self.facts.line_breaks.as_ref()
    }

    /// Lines (of a workbook: rows) above the header, or above the first row where there is no
    /// header; `None` where the container has none.
    pub fn skip_lines(&self) -> Option<&LayoutTold<u64>> {
        self.facts.skip_lines.as_ref()
    }

    /// The sheet of a workbook, or the member of a zip archive, that is read.
    pub fn sheet(&self) -> Option<&LayoutTold<String>> {
        self.facts.sheet.as_ref()
    }

    /// All sheets of a workbook, or all files in a zip archive; else empty.
    pub fn sheets(&self) -> &[String] {
        &self.facts.sheets
    }

    /// How many cells of a sheet took what a merged cell above them says.
    pub fn merged_cells(&self) -> u64 {
        self.facts.filled
    }

    /// Columns that hold lists or structures, and are passed over.
    pub fn passed_over(&self) -> &[String] {
        &self.facts.passed_over
    }

    /// Columns that not all of its files have, each with a file that has it; they are left out.
    pub fn uneven(&self) -> &[(String, String)] {
        &self.facts.uneven
    }

    /// Columns of a sheet with the number of their cells that hold a formula without its result.
    pub fn formulas_without_result(&self) -> Vec<(&str, u64)> {
        let of =
            |(&place, &cells): (&usize, &u64)| Some((self.headers.get(place)?.as_str(), cells));
        self.facts.unkept.iter().filter_map(of).collect()
    }

    /// Whether rows that were read are laid out in another way than the beginning of their file, by
    /// which it was opened: it has to be opened anew, by the whole file.
    pub fn is_contradicted(&self) -> bool {
        self.parts.iter().any(|part| match &part.body {
            Body::Text(Text { contradicted: Some(contradicted), .. }) => {
                contradicted.load(Ordering::Relaxed)
            }
            _ => false,
        })
    }

    /// How many files make up the table.
    pub fn files(&self) -> usize {
        self.parts.len()
    }
}
