//! The rows of an opened table, piece by piece: read and cut here, taken apart wherever the
//! caller likes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::coder::{Coder, Coding};
use super::cut::{BLOCK, Cutter, TextBlock};
use super::flat::FlatColumn;
use super::opened::{Body, Groups, JsonLines, Opened, TablePart, Text};
use super::packed::Counter;
use super::parquet::Selection;
use super::rows::{self, Fault, Rows};
use super::sheaf::code_text;
use super::text::Joined;
use super::{Cells, TableError, TextColumn, json};

/// Bytes of a small piece of text.
const SMALL: usize = 512 << 10;

/// The pieces of a table, in order. Reading them is sequential and cheap; the work is in
/// [`Piece::cells`]. Nothing comes after an error.
pub struct Blocks<'a> {
    opened: &'a Opened,
    /// The part that is read, and what cuts its text.
    part: usize,
    cutter: Option<Cutter<'a>>,
    /// Bytes of a piece of text.
    block: usize,
    /// Pieces of it that were given, where they are known beforehand.
    given: usize,
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
    /// How many times as much memory there has to be: that of a usual piece, as far as the table has
    /// more to come, so that want of it is seen early.
    times: usize,
}

#[derive(Debug)]
enum Load {
    Block(TextBlock),
    /// Row groups, from one to before another.
    Groups(Range<usize>),
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
        let (plain, manner) = match &part.body {
            Body::Text(text) => (&text.plain, text.manner),
            Body::Json(lines) => (&lines.plain, lines.manner),
            Body::Parquet(groups) => {
                let Some(piece) = groups.pieces.get(self.given) else { return Ok(None) };
                self.given += 1;
                let share = groups.whole.size() * self.given as u64 / groups.pieces.len() as u64;
                self.counter.store(share, Ordering::Relaxed);
                return Ok(Some(Load::Groups(piece.clone())));
            }
        };
        if self.cutter.is_none() {
            let cutter = Cutter::new(&part.name, plain, manner, &self.counter)?;
            self.cutter = Some(cutter.of_bytes(self.block));
        }
        match &mut self.cutter {
            Some(cutter) => Ok(cutter.next()?.map(Load::Block)),
            None => Ok(None),
        }
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Piece, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.part < self.opened.parts.len() {
            match self.next_of_part() {
                Ok(Some(load)) => {
                    let left = (self.bytes() - self.bytes_read()) / self.block as u64;
                    let times = 1 + (left as usize).min(BLOCK / self.block - 1);
                    return Some(Ok(Piece { part: self.part, load, times }));
                }
                Ok(None) => {
                    self.before += self.opened.parts[self.part].body.bytes();
                    self.counter.store(0, Ordering::Relaxed);
                    self.part += 1;
                    self.cutter = None;
                    self.given = 0;
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
        match self {
            Body::Text(text) => text.plain.store.len().unwrap_or(0),
            Body::Json(lines) => lines.plain.store.len().unwrap_or(0),
            Body::Parquet(groups) => groups.whole.size(),
        }
    }
}

impl Load {
    /// How many rows it has at most.
    fn most_rows(&self, body: &Body) -> usize {
        match (self, body) {
            (Load::Block(block), _) => 1 + memchr::memchr_iter(b'\n', block.bytes()).count(),
            (Load::Groups(piece), Body::Parquet(groups)) => {
                groups.shape.groups[piece.clone()].iter().map(|group| group.rows).sum()
            }
            _ => 0,
        }
    }
}

impl Piece {
    /// The columns at these places (indices into [`Opened::headers`]) as text; empty text is
    /// missing. Codes and rows of faults count from the beginning of the piece. Numbers and times
    /// of typed containers come as a CSV would print them: `17850`, `2.55`,
    /// `2010-12-01 08:26:00`. A row that cannot be read is listed and refuses nothing.
    ///
    /// # Errors
    /// If a file is damaged, a column that was asked for holds no text, numbers or times, or there
    /// is not enough memory.
    pub fn cells(self, opened: &Opened, wanted: &[usize]) -> Result<Cells, TableError> {
        let part = &opened.parts[self.part];
        let wanted = part.places_of(wanted);
        if !is_room_for(self.times * self.load.most_rows(&part.body)) {
            return Err(TableError::NoMemory { name: opened.name.clone() });
        }
        let own = part.headers.len();
        if wanted.iter().all(|&place| place < own) {
            return self.own_cells(part, &wanted);
        }
        let in_rows: Vec<usize> = wanted.iter().copied().filter(|&place| place < own).collect();
        let mut cells = self.own_cells(part, &in_rows)?;
        let mut columns = std::mem::take(&mut cells.columns).into_iter();
        let all = wanted.iter().map(|&place| match place.checked_sub(own) {
            None => columns.next().unwrap_or_default(),
            Some(at) => of_path(&part.of_path[at], &cells),
        });
        let columns = all.collect();
        Ok(Cells { columns, ..cells })
    }

    /// The cells that stand in the rows of its part, at these places there.
    fn own_cells(self, part: &TablePart, wanted: &[usize]) -> Result<Cells, TableError> {
        match (&part.body, self.load) {
            (Body::Text(text), Load::Block(block)) => Ok(cells_of_text(part, text, block, wanted)),
            (Body::Json(lines), Load::Block(block)) => Ok(cells_of_json(lines, block, wanted)),
            (Body::Parquet(groups), Load::Groups(piece)) => {
                cells_of_groups(part, groups, piece, wanted)
            }
            // A piece of another table.
            _ => Ok(Cells::default()),
        }
    }

    /// As [`Piece::cells`], into columns that keep their texts from block to block, of which there
    /// are as many as places.
    ///
    /// # Errors
    /// As [`Piece::cells`].
    pub fn code(
        self,
        opened: &Opened,
        wanted: &[usize],
        coding: &mut Coding,
    ) -> Result<(), TableError> {
        let part = &opened.parts[self.part];
        if matches!(part.body, Body::Json(_)) || !part.of_path.is_empty() {
            coding.take(&self.cells(opened, wanted)?);
            return Ok(());
        }
        if !is_room_for(self.times * self.load.most_rows(&part.body)) {
            return Err(TableError::NoMemory { name: opened.name.clone() });
        }
        let wanted = part.places_of(wanted);
        let mut columns: Vec<&mut Coder> = coding.next_block().collect();
        let (rows, faults) = match (&part.body, self.load) {
            (Body::Text(text), Load::Block(block)) => {
                code_text(part, text, block, &wanted, &mut columns)
            }
            (Body::Parquet(groups), Load::Groups(piece)) => {
                let each = |at: usize, column: &FlatColumn| columns[at].push_flat(column);
                (columns_of_groups(part, groups, piece, &wanted, each)?, Vec::new())
            }
            // A piece of another table.
            _ => (0, Vec::new()),
        };
        coding.end_block(rows, &faults);
        Ok(())
    }
}

/// A column that says the same in every row that can be read.
fn of_path(text: &str, cells: &Cells) -> TextColumn {
    let code = if text.is_empty() { TextColumn::MISSING } else { 0 };
    let mut codes = vec![code; cells.rows];
    for &(row, _) in &cells.faults {
        codes[row] = TextColumn::MISSING;
    }
    TextColumn { codes, names: vec![text.into()] }
}

/// Hands over the columns of row groups, each with its place among those that are wanted; how many
/// rows they have.
fn columns_of_groups(
    part: &TablePart,
    groups: &Groups,
    piece: Range<usize>,
    wanted: &[usize],
    each: impl FnMut(usize, &FlatColumn),
) -> Result<usize, TableError> {
    let shape = &groups.shape;
    let rows_of = |groups: &[super::parquet::RowGroup]| groups.iter().map(|group| group.rows).sum();
    let (from, rows) =
        (rows_of(&shape.groups[..piece.start]), rows_of(&shape.groups[piece.clone()]));
    if wanted.is_empty() {
        return Ok(rows);
    }
    let is_wanted = |(leaf, _): &(usize, &(u64, u64))| {
        shape.column_of.get(*leaf).is_some_and(|column| wanted.contains(column))
    };
    let leaves = shape.groups[piece].iter();
    let ranges: Vec<(u64, u64)> = leaves
        .flat_map(|group| group.leaves.iter().enumerate().filter(is_wanted).map(|(_, &leaf)| leaf))
        .collect();
    groups.whole.texts(&part.name, Selection { columns: wanted, from, rows }, &ranges, each)?;
    Ok(rows)
}

fn cells_of_groups(
    part: &TablePart,
    groups: &Groups,
    piece: Range<usize>,
    wanted: &[usize],
) -> Result<Cells, TableError> {
    let mut columns = Vec::with_capacity(wanted.len());
    let each = |_, column: &FlatColumn| columns.push(TextColumn::of_flat(column));
    let rows = columns_of_groups(part, groups, piece, wanted, each)?;
    Ok(Cells { rows, columns, faults: Vec::new() })
}

/// Calls with every line that is not blank: its number (from 0), the line, and its object or what
/// is wrong with it.
fn json_lines<'t>(
    block: &'t str,
    mut each: impl FnMut(u64, &'t str, Result<Vec<(Cow<'t, str>, json::Value<'t>)>, Fault>) -> bool,
) {
    for (at, line) in (0..).zip(block.split('\n')) {
        if line.trim().is_empty() {
            continue;
        }
        let object = match line.len() > rows::LONGEST_ROW {
            true => Err(Fault::TooLong),
            false => json::object(line).ok_or(Fault::NotJson),
        };
        if !each(at, line, object) {
            return;
        }
    }
}

fn cells_of_json(lines: &JsonLines, block: TextBlock, wanted: &[usize]) -> Cells {
    let block = block.text(lines.manner.encoding);
    let places: HashMap<&str, usize> =
        wanted.iter().enumerate().map(|(slot, &at)| (lines.keys[at].as_str(), slot)).collect();
    let mut columns: Vec<Coder> = wanted.iter().map(|_| Coder::default()).collect();
    let (mut rows, mut faults) = (0, Vec::new());
    let mut fields: Vec<Option<Cow<'_, str>>> = vec![None; wanted.len()];
    json_lines(&block, |_, _, object| {
        fields.fill(None);
        match object {
            Err(fault) => faults.push((rows, fault)),
            Ok(pairs) => {
                for (key, value) in pairs {
                    if let Some(&slot) = places.get(key.as_ref()) {
                        fields[slot] = match value {
                            json::Value::Plain(text) => Some(text),
                            _ => None,
                        };
                    }
                }
            }
        }
        for (column, field) in columns.iter_mut().zip(&fields) {
            column.push(field.as_deref());
        }
        rows += 1;
        true
    });
    Cells { rows, columns: columns.into_iter().map(Coder::finish).collect(), faults }
}

fn cells_of_text(part: &TablePart, text: &Text, block: TextBlock, wanted: &[usize]) -> Cells {
    let mut columns: Vec<Coder> = wanted.iter().map(|_| Coder::default()).collect();
    let mut coders: Vec<&mut Coder> = columns.iter_mut().collect();
    let (rows, faults) = code_text(part, text, block, wanted, &mut coders);
    Cells { rows, columns: columns.into_iter().map(Coder::finish).collect(), faults }
}

impl Text {
    /// Its rows in a block, which begins in line `line`.
    pub(super) fn rows<'t>(&self, block: &'t str, line: u64) -> Rows<'t> {
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
    is_room_for_bytes(rows.saturating_mul(PER_ROW))
}

/// Whether there is memory for so many bytes more, asked for untouched and given back.
pub fn is_room_for_bytes(bytes: usize) -> bool {
    let most = bytes.min(isize::MAX as usize);
    std::hint::black_box(Vec::<u8>::new()).try_reserve_exact(most).is_ok()
}

impl Opened {
    /// The table from its beginning, piece by piece.
    pub fn blocks(&self) -> Blocks<'_> {
        let of = self.parts.iter().map(|part| part.body.bytes()).sum();
        Blocks {
            opened: self,
            part: 0,
            cutter: None,
            block: BLOCK,
            given: 0,
            counter: Counter::default(),
            before: 0,
            of,
        }
    }

    /// As [`Opened::blocks`], in pieces of text that fit into the near memory of a core, all that is
    /// made of them included.
    pub fn small_blocks(&self) -> Blocks<'_> {
        Blocks { block: SMALL, ..self.blocks() }
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
            let piece = piece?;
            let more = piece.load.most_rows(&self.parts[piece.part].body);
            if !is_room_for(rows + more) {
                return Err(TableError::NoMemory { name: self.name.clone() });
            }
            let cells = piece.cells(self, wanted)?;
            for (joined, column) in columns.iter_mut().zip(cells.columns) {
                joined.append(column);
            }
            faults.extend(cells.faults.into_iter().map(|(row, fault)| (rows + row, fault)));
            rows += cells.rows;
        }
        Ok(Cells { rows, columns: columns.into_iter().map(Joined::finish).collect(), faults })
    }

    /// The first rows, at most `n`, each with the fields that the file has in that row: raw text
    /// in the order of the table's columns. Of a row that cannot be taken apart the whole line.
    ///
    /// # Errors
    /// As [`Opened::texts`].
    pub fn head(&self, n: usize) -> Result<Vec<Vec<String>>, TableError> {
        let mut head = Vec::new();
        for piece in self.blocks() {
            if head.len() >= n {
                break;
            }
            let Piece { part, load, .. } = piece?;
            let part = &self.parts[part];
            let before = head.len();
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
                (Body::Json(lines), Load::Block(block)) => {
                    let block = block.text(lines.manner.encoding);
                    json_lines(&block, |_, line, object| {
                        if head.len() == n {
                            return false;
                        }
                        let text = |key: &String, pairs: &[(Cow<'_, str>, json::Value<'_>)]| {
                            let value = pairs.iter().rev().find(|(other, _)| other == key);
                            match value {
                                Some((_, json::Value::Plain(text))) => text.clone().into_owned(),
                                _ => String::new(),
                            }
                        };
                        head.push(match object {
                            Ok(pairs) => lines.keys.iter().map(|key| text(key, &pairs)).collect(),
                            Err(_) => vec![line.to_owned()],
                        });
                        true
                    });
                }
                (Body::Parquet(groups), Load::Groups(piece)) => {
                    let is_read = |at: &usize| groups.shape.unread[*at].is_empty();
                    let read: Vec<usize> = (0..part.headers.len()).filter(is_read).collect();
                    let cells = cells_of_groups(part, groups, piece, &read)?;
                    for row in 0..cells.rows.min(n - head.len()) {
                        let mut fields = vec![String::new(); part.headers.len()];
                        for (column, &at) in cells.columns.iter().zip(&read) {
                            fields[at] = column.get(row).unwrap_or_default().to_owned();
                        }
                        head.push(fields);
                    }
                }
                _ => {}
            }
            for row in &mut head[before..] {
                if !part.of_path.is_empty() {
                    row.resize(part.headers.len(), String::new());
                    row.extend(part.of_path.iter().cloned());
                }
                // A line that cannot be taken apart stays whole.
                if let Some(places) = part.places.as_ref().filter(|_| row.len() > 1) {
                    let field = |&at: &usize| row.get(at).cloned().unwrap_or_default();
                    *row = places.iter().map(field).collect();
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
            Some((part, Some(line))) => {
                let is_sheet = matches!(&self.parts[part].body, Body::Text(text) if text.is_sheet);
                format!("{} {line}", if is_sheet { "row" } else { "line" })
            }
            _ => format!("row {}", row + 1),
        };
        match place {
            Some((part, _)) if self.parts.len() > 1 => {
                format!("{words} of {}", self.parts[part].name)
            }
            _ => words,
        }
    }

    /// The part in which a row (from 0) stands, and the line, from 1, in which it begins; of a
    /// sheet its row there.
    fn line_of(&self, row: usize) -> Option<(usize, Option<u64>)> {
        let (mut left, mut line, mut last) = (row, 1, usize::MAX);
        for piece in self.blocks() {
            let Piece { part, load, .. } = piece.ok()?;
            let body = &self.parts[part].body;
            if part != last {
                last = part;
                line = 1 + match body {
                    Body::Text(text) => text.manner.skip,
                    _ => 0,
                };
            }
            match (body, load) {
                (Body::Text(text), Load::Block(block)) => {
                    let open = block.open;
                    let block = block.text(text.manner.encoding);
                    let mut rows = text.rows(&block, line).after_open(open);
                    let (mut fields, mut inside) = (Vec::new(), 0);
                    while let Some((place, _)) = rows.next_into(&mut fields) {
                        if left == 0 {
                            return Some((part, Some(place.line - inside)));
                        }
                        left -= 1;
                        if text.is_sheet {
                            inside += block[place.range].matches('\n').count() as u64;
                        }
                    }
                    line = rows.at().1 - inside;
                }
                (Body::Json(lines), Load::Block(block)) => {
                    let block = block.text(lines.manner.encoding);
                    let mut found = None;
                    json_lines(&block, |at, _, _| {
                        found = (left == 0).then_some(at);
                        left = left.saturating_sub(1);
                        found.is_none()
                    });
                    if let Some(at) = found {
                        return Some((part, Some(line + at)));
                    }
                    line += block.matches('\n').count() as u64;
                }
                (Body::Parquet(groups), Load::Groups(piece)) => {
                    let rows = groups.shape.groups[piece].iter().map(|group| group.rows).sum();
                    if left < rows {
                        return Some((part, None));
                    }
                    left -= rows;
                }
                _ => {}
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
