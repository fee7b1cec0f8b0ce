//! What stands for the texts of a thread's columns: a value of each, or a name. A text is read once,
//! however many blocks hold it.

use std::hint::black_box;

use compact_str::CompactString;

use super::cell_key::MISSING;
use crate::table::{Coder, Coding, TextColumn};

/// One value per text of a column.
#[derive(Debug)]
pub(super) struct TextValues<T> {
    /// Which of the columns.
    at: usize,
    age: u32,
    values: Vec<T>,
    /// That of a row without text.
    empty: T,
}

impl<T: Copy> TextValues<T> {
    pub fn new(at: usize, empty: T) -> Self {
        Self { at, age: 0, values: Vec::new(), empty }
    }

    /// Reads the texts that the blocks before did not have.
    pub fn see(&mut self, coding: &Coding, read: impl FnMut(&str) -> T) {
        let column = coding.column(self.at);
        if self.age != column.age() {
            self.age = column.age();
            self.values.clear();
        }
        let new = column.names()[self.values.len()..].iter();
        self.values.extend(new.map(CompactString::as_str).map(read));
    }

    /// The values of the block's rows, whose texts were seen.
    pub fn rows<'a>(&'a self, coding: &'a Coding) -> RowValues<'a, T> {
        RowValues { codes: coding.column(self.at).codes(), values: &self.values, empty: self.empty }
    }
}

/// A value per row.
pub(super) struct RowValues<'a, T> {
    codes: &'a [u32],
    values: &'a [T],
    empty: T,
}

impl<T: Copy> RowValues<'_, T> {
    /// That of a row of the block.
    #[inline]
    pub fn at(&self, row: usize) -> T {
        self.values.get(self.codes[row] as usize).copied().unwrap_or(self.empty)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        (0..self.codes.len()).map(|row| self.at(row))
    }
}

/// What was done with a text that is to be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// It is no name.
    Never,
    /// No row of it was kept so far.
    NotYet,
    /// Its name went out with the block of its first row.
    Already,
}

/// The names of a column.
#[derive(Debug)]
pub(super) struct TextNames {
    /// Which of the columns; a purpose that none serves is missing in every row.
    at: Option<usize>,
    age: u32,
    said: Vec<Said>,
    is_missing_said: bool,
    name_of: NameOf,
}

/// The name of a text.
pub(super) type NameOf = fn(&str) -> CompactString;

/// Texts of a block's kept rows: codes of the thread that read it, and the names of those that it
/// has not named before, in the order of the rows. The name of [`TextColumn::MISSING`] is that of
/// rows without a text.
#[derive(Debug, Default)]
pub(super) struct BlockLabels {
    pub codes: Vec<u32>,
    pub new: Vec<(u32, CompactString)>,
    /// With another age codes mean something else, and all names are new.
    pub age: u32,
}

impl TextNames {
    pub fn new(at: Option<usize>, name_of: NameOf) -> Self {
        Self { at, age: 0, said: Vec::new(), is_missing_said: false, name_of }
    }

    /// Looks at the texts that the blocks before did not have, whether they are names.
    pub fn see(&mut self, coding: &Coding, is_name: impl Fn(&str) -> bool) {
        let Some(column) = self.at.map(|at| coding.column(at)) else { return };
        if self.age != column.age() {
            (self.age, self.is_missing_said) = (column.age(), false);
            self.said.clear();
        }
        let said = |text: &CompactString| if is_name(text) { Said::NotYet } else { Said::Never };
        self.said.extend(column.names()[self.said.len()..].iter().map(said));
    }

    /// Which rows of the block have a name.
    pub fn rows<'a>(&'a self, coding: &'a Coding) -> NamedRows<'a> {
        NamedRows { codes: self.at.map(|at| coding.column(at).codes()), said: &self.said }
    }

    /// The labels of the rows that are kept.
    pub fn labels(&mut self, coding: &Coding, kept: &[u32]) -> BlockLabels {
        let Self { said, is_missing_said, name_of, .. } = self;
        let column = self.at.map(|at| coding.column(at));
        let codes = column.map_or(&[][..], Coder::codes);
        let names = column.map_or(&[][..], Coder::names);
        let mut new = Vec::new();
        let label = |&row: &u32| {
            let code = codes.get(row as usize).copied().unwrap_or(TextColumn::MISSING);
            match said.get_mut(code as usize) {
                Some(Said::Already) => code,
                Some(said @ Said::NotYet) => {
                    *said = Said::Already;
                    new.push((code, name_of(&names[code as usize])));
                    code
                }
                _ => {
                    if !*is_missing_said {
                        *is_missing_said = true;
                        new.push((TextColumn::MISSING, CompactString::const_new(MISSING)));
                    }
                    TextColumn::MISSING
                }
            }
        };
        BlockLabels { codes: kept.iter().map(label).collect(), new, age: self.age }
    }
}

/// Texts of which what is kept does not stay in near memory.
pub(super) const FAR: usize = 1 << 18;

/// Whether rows have a name.
pub(super) struct NamedRows<'a> {
    codes: Option<&'a [u32]>,
    said: &'a [Said],
}

impl NamedRows<'_> {
    /// Looks at what is said of all rows where that is far away: many looks at once take as long as
    /// one.
    pub fn fetch(&self) {
        if let Some(codes) = self.codes.filter(|_| self.said.len() >= FAR) {
            let said = |&code: &u32| self.said.get(code as usize).map_or(0, |&said| said as u8);
            black_box(codes.iter().fold(0, |all, code| all | said(code)));
        }
    }

    #[inline]
    pub fn at(&self, row: usize) -> bool {
        let code = self.codes.map_or(TextColumn::MISSING, |codes| codes[row]);
        self.said.get(code as usize).is_some_and(|&said| said != Said::Never)
    }
}
