//! The rows of a block of delimited text, coded column by column, some at a time: what a column
//! needs stays near then.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use super::TextColumn;
use super::coder::{Coder, key_at};
use super::cut::TextBlock;
use super::opened::{TablePart, Text};
use super::plain_rows::PlainRows;
use super::rows::{self, Fault};

/// Pushes the rows of a block to its columns; how many there are, and those with a fault.
pub(super) fn code_text(
    part: &TablePart,
    text: &Text,
    block: TextBlock,
    wanted: &[usize],
    columns: &mut [&mut Coder],
) -> (usize, Vec<(usize, Fault)>) {
    let (open, spare) = (block.open, block.spare.clone());
    let (block, is_valid) = match block.text_if_valid(text.manner.encoding) {
        Ok(block) => (block, true),
        Err(block) => (block, false),
    };
    let mut reader = text.rows(&block, 1).after_open(open);
    let plain = PlainRows::of(&reader, &part.headers, text.has_header);
    let (mut faults, mut fields) = (Vec::new(), Vec::new());
    let mut sheaf = Sheaf::new(&block, part.headers.len());
    loop {
        if let Some(plain) = &plain {
            let room = Sheaf::ROWS - sheaf.rows;
            let (rows, next) = plain.find(reader.at().0, room, &mut sheaf.places);
            reader.go_on(next, rows);
            sheaf.rows += rows;
        }
        if sheaf.rows >= Sheaf::ROWS {
            sheaf.push_to(columns, wanted);
            continue;
        }
        let Some((_, fault)) = reader.next_into(&mut fields) else { break };
        let fault = fault
            .or_else(|| rows::fault_of(&fields, &part.headers, text.has_header))
            .or_else(|| rows::too_few(&fields, &part.headers, text.manner.separator));
        if let Some(fault) = fault {
            faults.push((sheaf.before + sheaf.rows, fault));
            fields.clear();
        }
        sheaf.add(wanted, &fields);
        if sheaf.rows >= Sheaf::ROWS {
            sheaf.push_to(columns, wanted);
        }
    }
    sheaf.push_to(columns, wanted);
    let is_open = || faults.iter().any(|&(_, fault)| fault == Fault::OpenQuote);
    if let Some(contradicted) = &text.contradicted
        && (!is_valid || is_open())
    {
        contradicted.store(true, Ordering::Relaxed);
    }
    if faults.iter().any(|(_, fault)| matches!(fault, Fault::AcrossColumns(_))) {
        text.is_crossed.store(true, Ordering::Relaxed);
    }
    let rows = sheaf.before;
    spare.keep(block.into_bytes());
    (rows, faults)
}

/// Some rows of a block.
struct Sheaf<'t> {
    block: &'t str,
    /// The columns of the part.
    width: usize,
    rows: usize,
    /// Of the rows that are plain, as [`PlainRows::find`] gives them.
    places: Vec<u32>,
    /// The others, ascending, and the fields of each that are wanted.
    others: Vec<usize>,
    fields: Vec<Cow<'t, str>>,
    /// The short keys of a column in the rows that are plain.
    keys: Vec<u64>,
    /// Rows of the block before these.
    before: usize,
}

impl<'t> Sheaf<'t> {
    const ROWS: usize = 512;

    fn new(block: &'t str, width: usize) -> Self {
        let places = Vec::with_capacity(Self::ROWS * (width.min(64) + 1));
        let (others, fields, keys) = (Vec::new(), Vec::new(), Vec::with_capacity(Self::ROWS));
        Self { block, width, rows: 0, places, others, fields, keys, before: 0 }
    }

    /// Adds a row that is not plain; fields that are not there are empty.
    fn add(&mut self, wanted: &[usize], fields: &[Cow<'t, str>]) {
        self.others.push(self.rows);
        let field = |&at: &usize| match fields.get(at) {
            Some(field) => field.clone(),
            None => Cow::Borrowed(""),
        };
        self.fields.extend(wanted.iter().map(field));
        self.rows += 1;
    }

    /// Codes the rows, and has none then.
    fn push_to(&mut self, coders: &mut [&mut Coder], wanted: &[usize]) {
        for (slot, &at) in wanted.iter().enumerate() {
            let (left, right) = coders.split_at_mut(slot);
            let coder = &mut *right[0];
            let rows = coder.codes().len();
            // Where the column to the left was coded just now.
            let left = left.last().map_or(&[][..], |left| &left.codes()[rows..]);
            let left = |row: usize| left.get(row).copied().unwrap_or(TextColumn::MISSING);
            let mut plain = self.places.chunks_exact(self.width + 1);
            let place = |row: &[u32]| row[at] as usize..row[at + 1] as usize - 1;
            self.keys.clear();
            self.keys.extend(plain.clone().map(|row| key_at(self.block, &place(row))));
            coder.fetch(&self.keys);
            let mut keys = self.keys.iter();
            let mut row = 0;
            for (other, end) in self.others.iter().copied().chain([self.rows]).enumerate() {
                for ((places, &key), row) in
                    plain.by_ref().zip(keys.by_ref()).take(end - row).zip(row..)
                {
                    coder.push_place(key, left(row), self.block, place(places));
                }
                if end < self.rows {
                    let field = &self.fields[other * wanted.len() + slot];
                    coder.push_beside(left(end), field);
                }
                row = end + 1;
            }
        }
        self.before += self.rows;
        self.rows = 0;
        self.places.clear();
        self.others.clear();
        self.fields.clear();
    }
}
