//! The rows of an opened table, piece by piece: read and cut here, taken apart wherever the
//! caller likes.

use std::sync::atomic::Ordering;

use super::cut::{Block, Cutter};
use super::opened::{Body, Opened, Part, Text};
use super::packed::Counter;
use super::rows::{self, Fault, Rows};
use super::text::{Coder, Joined};
use super::{TableError, TextColumn, apart};

/// Columns that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// Rows, blank lines not counted.
    pub rows: usize,
    /// The columns asked for, each with a code for every row.
    pub columns: Vec<TextColumn>,
    /// Rows (from 0, ascending) that could not be read; they are missing in every column.
    pub faults: Vec<(usize, Fault)>,
}

/// The pieces of a table, in order. Reading them is sequential and cheap; the work is in
/// [`Piece::cells`]. Nothing comes after an error.
pub struct Blocks<'a> {
    opened: &'a Opened,
    /// The part that is read, and what cuts its text.
    part: usize,
    cutter: Option<Cutter<'a>>,
    counter: Counter,
    /// Bytes of the parts before.
    before: u64,
    of: u64,
}

/// Some rows of a table, to be taken apart on any thread.
#[derive(Debug)]
pub struct Piece {
    part: usize,
    load: Load,
}

#[derive(Debug)]
enum Load {
    Block(Block),
    Parquet,
}

impl Blocks<'_> {
    /// Bytes at rest that were read so far, packed as they are.
    pub fn bytes_read(&self) -> u64 {
        (self.before + self.counter.load(Ordering::Relaxed)).min(self.of)
    }

    /// Bytes at rest of all files.
    pub fn bytes(&self) -> u64 {
        self.of
    }

    /// The next piece of the part that is read; `None` at its end.
    fn next_of_part(&mut self) -> Result<Option<Load>, TableError> {
        let part = &self.opened.parts[self.part];
        match &part.body {
            Body::Text(text) => {
                if self.cutter.is_none() {
                    let cutter = Cutter::new(&part.name, &text.plain, text.manner, &self.counter)?;
                    self.cutter = Some(cutter);
                }
                match &mut self.cutter {
                    Some(cutter) => Ok(cutter.next()?.map(Load::Block)),
                    None => Ok(None),
                }
            }
            Body::Parquet { store, .. } => {
                let all = store.len().unwrap_or(0);
                let is_first = self.counter.swap(all, Ordering::Relaxed) == 0;
                Ok(is_first.then_some(Load::Parquet))
            }
        }
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Piece, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.part < self.opened.parts.len() {
            match self.next_of_part() {
                Ok(Some(load)) => return Some(Ok(Piece { part: self.part, load })),
                Ok(None) => {
                    self.before += self.opened.parts[self.part].body.bytes();
                    self.counter.store(0, Ordering::Relaxed);
                    self.part += 1;
                    self.cutter = None;
                }
                Err(refusal) => {
                    self.part = self.opened.parts.len();
                    return Some(Err(refusal));
                }
            }
        }
        None
    }
}

impl Body {
    /// Bytes at rest.
    fn bytes(&self) -> u64 {
        let store = match self {
            Body::Text(text) => &text.plain.store,
            Body::Parquet { store, .. } => store,
        };
        store.len().unwrap_or(0)
    }
}

impl Piece {
    /// The columns at these places (indices into [`Opened::headers`]) as text; empty text is
    /// missing. Codes and rows of faults count from the beginning of the piece. Numbers and times
    /// of typed containers come as a CSV would print them: `17850`, `2.55`,
    /// `2010-12-01 08:26:00`. A row that cannot be read is listed and refuses nothing.
    ///
    /// # Errors
    /// If a file is damaged, or a column that was asked for holds no text, numbers or times.
    pub fn cells(self, opened: &Opened, wanted: &[usize]) -> Result<Cells, TableError> {
        let part = &opened.parts[self.part];
        let wanted = part.places_of(wanted);
        match (&part.body, self.load) {
            (Body::Text(text), Load::Block(block)) => Ok(cells_of_text(part, text, block, &wanted)),
            (Body::Parquet { store, rows }, _) => {
                let failed = |cause| TableError::Io { name: part.name.clone(), cause };
                let bytes = store.head(u64::MAX).map_err(failed)?;
                let columns = apart::texts(&part.name, &bytes, &wanted)?;
                Ok(Cells { rows: *rows, columns, faults: Vec::new() })
            }
            (Body::Text(_), Load::Parquet) => Ok(Cells::default()),
        }
    }
}

fn cells_of_text(part: &Part, text: &Text, block: Block, wanted: &[usize]) -> Cells {
    let open = block.open;
    let block = block.text(text.manner.encoding);
    let mut columns: Vec<Coder<'_>> = wanted.iter().map(|_| Coder::default()).collect();
    let mut reader = text.rows(&block, 1).after_open(open);
    let (mut rows, mut faults, mut fields) = (0, Vec::new(), Vec::new());
    while let Some((_, fault)) = reader.next_into(&mut fields) {
        let fault = fault.or_else(|| rows::fault_of(&fields, &part.headers, text.has_header));
        if let Some(fault) = fault {
            faults.push((rows, fault));
            fields.clear();
        }
        for (column, &at) in columns.iter_mut().zip(wanted) {
            column.push(fields.get(at));
        }
        rows += 1;
    }
    Cells { rows, columns: columns.into_iter().map(Coder::finish).collect(), faults }
}

impl Text {
    fn rows<'t>(&self, block: &'t str, line: u64) -> Rows<'t> {
        Rows::new(block, 0, line, self.manner.separator, self.manner.line_breaks)
    }
}

/// Bytes that a row takes at most while its cells are numbered, sorted and summed by group:
/// measured where all cells differ.
const PER_ROW: usize = 600;

/// Whether there is memory for so many rows more. Where a limit is set from outside (`ulimit -v`,
/// a machine that promises no more than it has) a small piece would be refused in the middle,
/// and nothing could be said; so it is asked for in one, untouched, and given back.
fn is_room_for(rows: usize) -> bool {
    let most = rows.saturating_mul(PER_ROW).min(isize::MAX as usize);
    std::hint::black_box(Vec::<u8>::new()).try_reserve_exact(most).is_ok()
}

impl Opened {
    /// The table from its beginning, piece by piece.
    pub fn blocks(&self) -> Blocks<'_> {
        let of = self.parts.iter().map(|part| part.body.bytes()).sum();
        Blocks { opened: self, part: 0, cutter: None, counter: Counter::default(), before: 0, of }
    }

    /// The columns at these places of all pieces together, as [`Piece::cells`] reads them. Names
    /// stand in the order of first appearance.
    ///
    /// # Errors
    /// As [`Piece::cells`] and [`Opened::blocks`], and if there is not enough memory.
    pub fn texts(&self, wanted: &[usize]) -> Result<Cells, TableError> {
        let mut columns: Vec<Joined> = wanted.iter().map(|_| Joined::default()).collect();
        let (mut rows, mut faults) = (0, Vec::new());
        for piece in self.blocks() {
            let cells = piece?.cells(self, wanted)?;
            if !is_room_for(rows + cells.rows) {
                return Err(TableError::NoMemory { name: self.name.clone() });
            }
            for (joined, column) in columns.iter_mut().zip(cells.columns) {
                joined.append(column);
            }
            faults.extend(cells.faults.into_iter().map(|(row, fault)| (rows + row, fault)));
            rows += cells.rows;
        }
        Ok(Cells { rows, columns: columns.into_iter().map(Joined::finish).collect(), faults })
    }

    /// The first rows, at most `n`, each with the fields that the file has in that row: raw text
    /// in the order of the file's own columns. Of a row that cannot be taken apart the whole line.
    ///
    /// # Errors
    /// As [`Opened::texts`].
    pub fn head(&self, n: usize) -> Result<Vec<Vec<String>>, TableError> {
        let mut head = Vec::new();
        for piece in self.blocks() {
            if head.len() >= n {
                break;
            }
            let Piece { part, load } = piece?;
            let part = &self.parts[part];
            match (&part.body, load) {
                (Body::Text(text), Load::Block(block)) => {
                    let open = block.open;
                    let block = block.text(text.manner.encoding);
                    let mut rows = text.rows(&block, 1).after_open(open);
                    let mut fields = Vec::new();
                    while head.len() < n
                        && let Some((place, fault)) = rows.next_into(&mut fields)
                    {
                        head.push(match fault {
                            None => fields.iter().map(|field| field.clone().into_owned()).collect(),
                            Some(_) => vec![block[place.range].to_owned()],
                        });
                    }
                }
                (Body::Parquet { .. }, _) | (Body::Text(_), Load::Parquet) => {
                    let all: Vec<usize> = (0..self.headers.len()).collect();
                    let cells = self.texts(&all)?;
                    let row = |row| {
                        let text =
                            |column: &TextColumn| column.get(row).unwrap_or_default().to_owned();
                        cells.columns.iter().map(text).collect()
                    };
                    head.extend((0..cells.rows.min(n - head.len())).map(row));
                }
            }
        }
        Ok(head)
    }

    /// Where a row (from 0) begins, in words for a sentence: `line 7`, or `row 6` where there are
    /// no lines, with its file where there are several. Reads the table again up to there.
    pub fn place_of(&self, row: usize) -> String {
        let place = self.line_of(row);
        let words = match place {
            Some((_, Some(line))) => format!("line {line}"),
            _ => format!("row {}", row + 1),
        };
        match place {
            Some((part, _)) if self.parts.len() > 1 => {
                format!("{words} of {}", self.parts[part].name)
            }
            _ => words,
        }
    }

    /// The part in which a row (from 0) stands, and the line, from 1, in which it begins.
    fn line_of(&self, row: usize) -> Option<(usize, Option<u64>)> {
        let (mut left, mut line, mut last) = (row, 1, usize::MAX);
        for piece in self.blocks() {
            let Piece { part, load } = piece.ok()?;
            match (&self.parts[part].body, load) {
                (Body::Text(text), Load::Block(block)) => {
                    if part != last {
                        (line, last) = (text.manner.skip + 1, part);
                    }
                    let open = block.open;
                    let block = block.text(text.manner.encoding);
                    let mut rows = text.rows(&block, line).after_open(open);
                    let mut fields = Vec::new();
                    while let Some((place, _)) = rows.next_into(&mut fields) {
                        if left == 0 {
                            return Some((part, Some(place.line)));
                        }
                        left -= 1;
                    }
                    line = rows.at().1;
                }
                (Body::Parquet { rows, .. }, _) => {
                    if left < *rows {
                        return Some((part, None));
                    }
                    left -= rows;
                }
                (Body::Text(_), Load::Parquet) => {}
            }
        }
        None
    }

    /// The sentence about the first row that could not be read, if there is one.
    pub fn first_fault(&self, cells: &Cells) -> Option<TableError> {
        let &(row, fault) = cells.faults.first()?;
        let place = self.line_of(row);
        let name = place.map_or(&self.name, |(part, _)| &self.parts[part].name).clone();
        let line = place.and_then(|(_, line)| line).unwrap_or(0);
        Some(TableError::Row { name, line, fault })
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
