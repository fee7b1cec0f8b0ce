//! Codes for the texts of columns as they come, block after block: a text is looked up, not kept
//! again, as long as there is room for it.

use std::ops::Range;

use compact_str::CompactString;

use super::flat::FlatColumn;
use super::text_index::{TextIndex, short_key, short_key_of_word};
use super::{Cells, Fault, TextColumn};

/// The texts of a column as codes into a list of texts, which grows from block to block, and is
/// begun anew where it has become too long, or where texts do not come again. Empty text is missing.
#[derive(Debug, Default)]
pub struct Coder {
    index: TextIndex,
    codes: Vec<u32>,
    names: Vec<CompactString>,
    /// Bytes of all names.
    bytes: usize,
    /// The code above, and the short key of its text: rows often repeat it (a customer, an order,
    /// a country).
    above: u32,
    above_key: u64,
    /// Where that text has 8 to 16 bytes, as a time has: its first and its last eight, and how many.
    above_ends: (u64, u64, usize),
    age: u32,
    /// Texts that were looked up, and how many of them were not known.
    looked_up: u64,
    unknown: u64,
    /// The code that a long text had last beside each code of the column to the left (a product's
    /// name beside its number), how often that was asked, and how often it was right.
    beside: Vec<u32>,
    asked: u64,
    right: u64,
    /// Whether texts are not looked up at all: each that is not the one above is a new one.
    by_runs: bool,
    /// Short texts that were looked up last, by their keys, and their codes: of the few that most
    /// rows have (a country, a price), each at its place.
    recent: Vec<(u64, u32)>,
}

/// The short key of the text at a place of a block, told from it and what follows it at once; 0
/// where it has none, or too little follows.
#[inline(always)]
pub(super) fn key_at(block: &str, place: &Range<usize>) -> u64 {
    let from = block.as_bytes().get(place.start..).unwrap_or_default();
    match (from.first_chunk(), place.len()) {
        (Some(&first), 1..=7) => short_key_of_word(u64::from_le_bytes(first), place.len()),
        _ => 0,
    }
}

/// How many texts are kept at hand.
const RECENT: usize = 1 << 12;

/// The place of a key among them.
#[inline(always)]
fn place_of(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - RECENT.trailing_zeros())) as usize
}

impl Coder {
    /// The next row.
    #[inline]
    pub(super) fn push(&mut self, field: Option<&str>) {
        let code = match field {
            None | Some("") => TextColumn::MISSING,
            Some(field) => self.code_of(field),
        };
        self.codes.push(code);
    }

    #[inline]
    fn code_of(&mut self, text: &str) -> u32 {
        let key = short_key(text);
        let is_above = key == self.above_key
            && (key != 0 || self.names.get(self.above as usize).is_some_and(|name| name == text));
        if !is_above {
            self.above = self.look_up(key, text);
            (self.above_key, self.above_ends) = (key, (0, 0, 0));
        }
        self.above
    }

    /// Makes ready for rows whose texts have these short keys.
    pub(super) fn fetch(&self, keys: &[u64]) {
        if !self.by_runs {
            self.index.fetch_numbers(keys.iter().copied());
        }
    }

    /// The next row, whose text stands at a place of a block and has this [`key_at`] it, beside a
    /// code of another column.
    #[inline(always)]
    pub(super) fn push_place(&mut self, key: u64, left: u32, block: &str, place: Range<usize>) {
        if key != 0 {
            if key != self.above_key {
                self.above = match self.at_hand(key) {
                    Some(code) => code,
                    None => self.look_up(key, &block[place]),
                };
                (self.above_key, self.above_ends) = (key, (0, 0, 0));
            }
            self.codes.push(self.above);
            return;
        }
        let text = block.get(place).unwrap_or_default();
        let bytes = text.as_bytes();
        match (bytes.first_chunk(), bytes.last_chunk(), bytes.len()) {
            (Some(&first), Some(&last), length @ 8..=16) => {
                let ends = (u64::from_le_bytes(first), u64::from_le_bytes(last), length);
                if ends == self.above_ends {
                    self.codes.push(self.above);
                } else {
                    self.push_beside(left, text);
                    self.above_ends = ends;
                }
            }
            _ => self.push_beside(left, text),
        }
    }

    /// The next row, beside a code of another column.
    #[inline]
    pub(super) fn push_beside(&mut self, left: u32, text: &str) {
        // It is asked as long as it is right half of the time.
        let asks =
            text.len() > 7 && left != TextColumn::MISSING && self.asked <= 2 * self.right + 1_024;
        if !asks {
            return self.push(Some(text));
        }
        self.asked += 1;
        let left = left as usize;
        let guess = self.beside.get(left).copied().unwrap_or(TextColumn::MISSING);
        if self.names.get(guess as usize).is_some_and(|name| name == text) {
            self.right += 1;
            (self.above, self.above_key, self.above_ends) = (guess, 0, (0, 0, 0));
            self.codes.push(guess);
            return;
        }
        let code = self.code_of(text);
        if left >= self.beside.len() {
            self.beside.resize(left + 1, TextColumn::MISSING);
        }
        self.beside[left] = code;
        self.codes.push(code);
    }

    /// The code of a short text, told from its key, where that can be said at once.
    #[inline(always)]
    fn at_hand(&mut self, key: u64) -> Option<u32> {
        if self.by_runs {
            return None;
        }
        let is_recent = |&&(recent, _): &&(u64, u32)| recent == key;
        let recent = || self.recent.get(place_of(key)).filter(is_recent).map(|&(_, code)| code);
        let code = self.index.known_number(key).or_else(recent)?;
        self.looked_up += 1;
        Some(code)
    }

    fn look_up(&mut self, key: u64, text: &str) -> u32 {
        let next = self.names.len() as u32;
        let code = if self.by_runs {
            next
        } else {
            self.looked_up += 1;
            let names = &self.names;
            let name = |code: u32| names[code as usize].as_str();
            if let Some(code) = self.index.code_of_number(key, next) {
                code
            } else if key == 0 {
                self.index.code_of_key(key, text, next, name)
            } else {
                if self.recent.is_empty() {
                    self.recent = vec![(0, 0); RECENT];
                }
                let recent = &mut self.recent[place_of(key)];
                if recent.0 != key {
                    *recent = (key, self.index.code_of_key(key, text, next, name));
                }
                recent.1
            }
        };
        if code == next {
            self.names.push(CompactString::new(text));
            self.bytes += text.len();
            self.unknown += 1;
        }
        code
    }

    /// Rows of a column whose texts may repeat.
    pub(super) fn push_flat(&mut self, column: &FlatColumn) {
        /// Texts that are made ready for at once.
        const SOME: usize = 512;
        let mut codes = Vec::with_capacity(column.texts().len());
        let (mut texts, mut keys) = (column.texts(), Vec::with_capacity(SOME));
        let mut ahead = column.texts();
        while texts.len() > 0 {
            keys.clear();
            keys.extend(ahead.by_ref().take(SOME).map(short_key));
            self.fetch(&keys);
            let some = texts.by_ref().take(SOME);
            codes.extend(some.map(|text| match text {
                "" => TextColumn::MISSING,
                text => self.code_of(text),
            }));
        }
        let code = |&code: &u32| codes.get(code as usize).copied().unwrap_or(TextColumn::MISSING);
        self.codes.extend(column.codes().iter().map(code));
    }

    /// Rows of a column that was coded by itself.
    fn push_column(&mut self, column: &TextColumn) {
        let codes: Vec<u32> = column
            .names
            .iter()
            .map(|name| if name.is_empty() { TextColumn::MISSING } else { self.code_of(name) })
            .collect();
        let code = |&code: &u32| codes.get(code as usize).copied().unwrap_or(TextColumn::MISSING);
        self.codes.extend(column.codes.iter().map(code));
    }

    /// Goes on to another block: its rows are the first. All texts are forgotten where there are
    /// too many, and at every block from where it is told that nearly none comes again.
    fn next_block(&mut self, most: Most) {
        self.codes.clear();
        self.by_runs |= self.looked_up > most.told_after && self.unknown * 5 > self.looked_up * 4;
        let is_full = self.names.len() > most.texts || self.bytes / 24 > most.texts;
        if self.by_runs || is_full {
            self.index.clear();
            self.names.clear();
            self.recent = Vec::new();
            (self.bytes, self.above_key, self.above_ends) = (0, 0, (0, 0, 0));
            self.age += 1;
        }
    }

    /// One code per row of the block: a place in [`Coder::names`], or [`TextColumn::MISSING`].
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The texts of this block and, as long as [`Coder::age`] stays, of those before: more are
    /// added, none changes. A text may stand there several times.
    pub fn names(&self) -> &[CompactString] {
        &self.names
    }

    /// How often the list of texts was begun anew.
    pub fn age(&self) -> u32 {
        self.age
    }

    /// The text of a row of the block; `None` where it, or the row, is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        let name = self.names.get(*self.codes.get(row)? as usize);
        name.map(CompactString::as_str)
    }

    /// The column of one block, in which no text stands twice.
    pub(super) fn finish(self) -> TextColumn {
        TextColumn { codes: self.codes, names: self.names }
    }
}

impl TextColumn {
    /// Codes texts row by row; empty text is missing.
    pub(super) fn of<'a>(rows: usize, texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut coder = Coder::default();
        coder.codes.reserve(rows);
        texts.for_each(|text| coder.push(text));
        coder.finish()
    }

    /// A column in which no text stands twice unless it did where it was read.
    pub(super) fn of_flat(column: &FlatColumn) -> Self {
        if column.repeats() {
            let mut coder = Coder::default();
            coder.push_flat(column);
            return coder.finish();
        }
        let names = column.texts().map(Into::into).collect();
        Self { codes: column.codes().to_vec(), names }
    }
}

/// How much a column may keep.
#[derive(Debug, Clone, Copy)]
struct Most {
    /// Texts from which it begins anew at the next block.
    texts: usize,
    /// Texts that are looked up before it is told whether they come again.
    told_after: u64,
}

/// Columns that keep their texts from block to block: those of one thread.
#[derive(Debug, Default)]
pub struct Coding {
    columns: Vec<(Coder, Most)>,
    rows: usize,
    faults: Vec<usize>,
}

impl Coding {
    /// Columns without a row. Of each, about `most` texts are kept (and as many times 24 bytes of
    /// them); `names` says of a column that its texts are told apart later, so that it is worth
    /// while to look them up even if few come again.
    pub fn new(most: usize, names: impl IntoIterator<Item = bool>) -> Self {
        // What is read of a text costs about as much as to look it up.
        let told_after = |is_name| if is_name { most as u64 / 2 } else { 8_192 };
        let column =
            |is_name| (Coder::default(), Most { texts: most, told_after: told_after(is_name) });
        Self { columns: names.into_iter().map(column).collect(), ..Self::default() }
    }

    /// Goes on to a block: it has no rows yet.
    pub(super) fn next_block(&mut self) -> impl Iterator<Item = &mut Coder> {
        (self.rows, self.faults) = (0, Vec::new());
        self.columns.iter_mut().map(|(column, most)| {
            column.next_block(*most);
            column
        })
    }

    /// Says what else is known of the block.
    pub(super) fn end_block(&mut self, rows: usize, faults: &[(usize, Fault)]) {
        self.rows = rows;
        self.faults = faults.iter().map(|&(row, _)| row).collect();
    }

    /// Takes a block that was read by itself: as many columns, in the same order.
    pub fn take(&mut self, cells: &Cells) {
        for (coder, column) in self.next_block().zip(&cells.columns) {
            coder.push_column(column);
        }
        self.end_block(cells.rows, &cells.faults);
    }

    /// Rows of the block.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Rows (from 0, ascending) that could not be read; they are missing in every column.
    pub fn faults(&self) -> &[usize] {
        &self.faults
    }

    /// A column.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn column(&self, at: usize) -> &Coder {
        &self.columns[at].0
    }

    /// All columns.
    pub fn columns(&self) -> impl Iterator<Item = &Coder> {
        self.columns.iter().map(|(column, _)| column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(coding: &mut Coding, texts: &[&str]) -> (Vec<String>, u32) {
        let rows = texts.len();
        for column in coding.next_block() {
            texts.iter().for_each(|text| column.push(Some(text)));
        }
        coding.end_block(rows, &[]);
        let column = coding.column(0);
        let texts = (0..rows).map(|row| column.get(row).unwrap_or_default().to_owned());
        (texts.collect(), column.age())
    }

    #[test]
    fn texts_keep_their_codes_until_there_are_too_many() {
        let mut coding = Coding::new(3, [true]);
        let first = ["a", "", "a longer text", "a"];
        assert_eq!(block(&mut coding, &first), (first.map(str::to_owned).to_vec(), 0));
        assert_eq!(coding.column(0).codes(), [0, TextColumn::MISSING, 1, 0]);
        block(&mut coding, &["a longer text", "b", "c"]);
        assert_eq!((coding.column(0).codes(), coding.column(0).age()), (&[1, 2, 3][..], 0));
        // Four texts are more than three.
        let third = ["c", "a", "c", "a longer text"];
        assert_eq!(block(&mut coding, &third), (third.map(str::to_owned).to_vec(), 1));
        assert_eq!(coding.column(0).codes(), [0, 1, 0, 2]);
    }

    #[test]
    fn long_texts_fill_it_too() {
        let mut coding = Coding::new(4, [true]);
        block(&mut coding, &[&"x".repeat(200)]);
        assert_eq!(block(&mut coding, &["y"]).1, 1);
    }

    #[test]
    fn texts_that_never_come_again_are_not_looked_up() {
        let mut coding = Coding::new(1 << 20, [false]);
        let ids: Vec<String> = (0..9_000).map(|id| (id / 2).to_string()).collect();
        for (at, age) in [(0, 0), (1, 0), (2, 1), (3, 2)] {
            let ids: Vec<String> = ids.iter().map(|id| format!("{at}{id}")).collect();
            let texts: Vec<&str> = ids.iter().map(String::as_str).collect();
            assert_eq!(block(&mut coding, &texts), (ids.clone(), age));
            assert!(coding.column(0).names().len() >= 4_500);
        }
        // Rows in runs have one code a run.
        assert_eq!(coding.column(0).codes()[..4], [0, 0, 1, 1]);
    }

    #[test]
    fn texts_of_another_list_have_one_code_each() {
        let texts = ["tea", "", "cup", "tea", "a longer text"];
        let rows = [Some(3), None, Some(1), Some(0), Some(4), Some(2), Some(9)];
        let mut flat = FlatColumn::default();
        flat.push_coded(rows.into_iter(), texts.len(), |place| texts.get(place).copied());
        let column = TextColumn::of_flat(&flat);
        assert_eq!(column.names, ["tea", "a longer text", "cup"]);
        const NONE: u32 = TextColumn::MISSING;
        assert_eq!(column.codes, [0, NONE, NONE, 0, 1, 2, NONE]);
        let mut coder = Coder::default();
        coder.push(Some("cup"));
        coder.push_flat(&flat);
        assert_eq!(coder.codes(), [0, 1, NONE, NONE, 1, 2, 0, NONE]);
        // What repeats without a list of another stays.
        let names = vec!["a".into(), "".into(), "a".into()];
        let column = TextColumn { codes: vec![1, 0, NONE, 2], names };
        assert_eq!(TextColumn::of_flat(&column.clone().into()), column);
    }

    #[test]
    fn blocks_that_were_read_by_themselves_join_in() {
        let mut coding = Coding::new(1 << 10, [true]);
        block(&mut coding, &["a", "b"]);
        let column = TextColumn {
            codes: vec![0, TextColumn::MISSING, 1],
            names: vec!["b".into(), "c".into()],
        };
        coding.take(&Cells { rows: 3, columns: vec![column], faults: vec![(1, Fault::Nul)] });
        assert_eq!(coding.column(0).codes(), [1, TextColumn::MISSING, 2]);
        assert_eq!((coding.rows(), coding.faults()), (3, &[1][..]));
    }
}
