//! A column of text as codes and distinct names: work is then done once per distinct
//! text, not once per row.

use std::hash::BuildHasher;

use compact_str::CompactString;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use polars::prelude::PlHashMap;

/// Text per row as codes into a list of distinct texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    /// One code per row: an index into `names`, or [`TextColumn::MISSING`].
    pub codes: Vec<u32>,
    /// Distinct texts, in the order of first appearance; short ones take no memory of their own.
    pub names: Vec<CompactString>,
}

impl TextColumn {
    /// The code of a row without a value.
    pub const MISSING: u32 = u32::MAX;

    /// Codes texts row by row; empty text is missing.
    pub(super) fn of<'a>(rows: usize, texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut coder = Coder::default();
        coder.column.codes.reserve(rows);
        texts.for_each(|text| coder.push(text));
        coder.finish()
    }

    /// The text of a row; `None` where it, or the row, is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.codes
            .get(row)
            .and_then(|&code| self.names.get(code as usize))
            .map(CompactString::as_str)
    }
}

/// Codes the fields of rows as they come; empty text is missing.
#[derive(Debug, Default)]
pub(super) struct Coder {
    /// The codes, found by the hash of their names.
    seen: HashTable<u32>,
    hasher: DefaultHashBuilder,
    column: TextColumn,
    /// The code above: rows often repeat it (a customer, an order, a country).
    above: u32,
}

impl Coder {
    pub(super) fn push(&mut self, field: Option<&str>) {
        let Self { seen, hasher, column: TextColumn { codes, names }, above } = self;
        let code = match field.filter(|field| !field.is_empty()) {
            None => TextColumn::MISSING,
            Some(field) if names.get(*above as usize).is_some_and(|name| name == field) => *above,
            Some(field) => {
                let next = names.len() as u32;
                let entry = seen.entry(
                    hasher.hash_one(field),
                    |&code| names[code as usize] == field,
                    |&code| hasher.hash_one(names[code as usize].as_str()),
                );
                *above = match entry {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => {
                        new.insert(next);
                        names.push(CompactString::new(field));
                        next
                    }
                };
                *above
            }
        };
        codes.push(code);
    }

    /// Rows that are coded already: places in another list of texts, in which a text may stand
    /// twice.
    pub(super) fn push_coded<'a>(
        &mut self,
        places: impl Iterator<Item = Option<usize>>,
        text: impl Fn(usize) -> Option<&'a str>,
    ) {
        let mut codes: Vec<Option<u32>> = Vec::new();
        self.column.codes.reserve(places.size_hint().0);
        for place in places {
            let Some(place) = place else {
                self.push(None);
                continue;
            };
            if place >= codes.len() {
                codes.resize(place + 1, None);
            }
            match codes[place] {
                Some(code) => self.column.codes.push(code),
                None => {
                    self.push(text(place));
                    codes[place] = self.column.codes.last().copied();
                }
            }
        }
    }

    pub(super) fn finish(self) -> TextColumn {
        self.column
    }
}

/// One column of several, one below the other.
#[derive(Debug, Default)]
pub(super) struct Joined {
    seen: PlHashMap<CompactString, u32>,
    codes: Vec<u32>,
    names: Vec<CompactString>,
}

impl Joined {
    pub(super) fn append(&mut self, column: TextColumn) {
        if self.codes.is_empty() {
            (self.codes, self.names) = (column.codes, column.names);
            return;
        }
        if self.seen.is_empty() {
            self.seen = self.names.iter().cloned().zip(0..).collect();
        }
        let places: Vec<u32> = column
            .names
            .into_iter()
            .map(|name| match self.seen.get(&name) {
                Some(&code) => code,
                None => {
                    let code = self.names.len() as u32;
                    self.seen.insert(name.clone(), code);
                    self.names.push(name);
                    code
                }
            })
            .collect();
        let place = |code: u32| places.get(code as usize).copied().unwrap_or(TextColumn::MISSING);
        self.codes.extend(column.codes.into_iter().map(place));
    }

    pub(super) fn finish(self) -> TextColumn {
        TextColumn { codes: self.codes, names: self.names }
    }
}

/// Builds a [`TextColumn`] row by row.
#[derive(Debug, Default)]
pub struct TextBuilder {
    seen: PlHashMap<String, u32>,
    codes: Vec<u32>,
}

impl TextBuilder {
    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        let code = match text {
            None => TextColumn::MISSING,
            Some(text) => match self.seen.get(text) {
                Some(&code) => code,
                None => {
                    let next = self.seen.len() as u32;
                    self.seen.insert(text.to_owned(), next);
                    next
                }
            },
        };
        self.codes.push(code);
    }

    /// The column.
    pub fn finish(self) -> TextColumn {
        let mut names = vec![CompactString::default(); self.seen.len()];
        for (name, code) in self.seen {
            names[code as usize] = name.into();
        }
        TextColumn { codes: self.codes, names }
    }
}

/// A named column of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The header.
    pub name: String,
    /// Its rows.
    pub text: TextColumn,
}

/// Columns of the same length, to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, left to right.
    pub columns: Vec<Column>,
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.text.codes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_first_appearance() {
        let mut builder = TextBuilder::default();
        for text in [Some("b"), None, Some("a"), Some("b")] {
            builder.push(text);
        }
        let column = builder.finish();
        assert_eq!(column.codes, [0, TextColumn::MISSING, 1, 0]);
        assert_eq!(column.names, ["b", "a"]);
        assert_eq!((column.get(1), column.get(2)), (None, Some("a")));
        let mut joined = Joined::default();
        joined.append(column.clone());
        joined.append(TextColumn { codes: vec![0, 1, 1], names: vec!["c".into(), "a".into()] });
        joined.append(TextColumn::default());
        let joined = joined.finish();
        assert_eq!(joined.codes, [0, TextColumn::MISSING, 1, 0, 2, 1, 1]);
        assert_eq!(joined.names, ["b", "a", "c"]);
    }
}
