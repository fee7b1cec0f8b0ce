//! A column of text as codes and distinct names: work is then done once per distinct
//! text, not once per row.

use std::borrow::Cow;

use compact_str::CompactString;
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

    /// Codes texts row by row; empty text is missing. Rows often repeat the one above
    /// (a customer, an order, a country), which then needs no look-up.
    pub(super) fn of<'a>(rows: usize, texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut seen: PlHashMap<&str, u32> = PlHashMap::default();
        let mut column = Self { codes: Vec::with_capacity(rows), names: Vec::new() };
        let mut above = ("", Self::MISSING);
        for text in texts {
            let text = text.unwrap_or_default();
            if text != above.0 {
                let next = column.names.len() as u32;
                above = (
                    text,
                    if text.is_empty() { Self::MISSING } else { *seen.entry(text).or_insert(next) },
                );
                if above.1 == next {
                    column.names.push(CompactString::new(text));
                }
            }
            column.codes.push(above.1);
        }
        column
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
pub(super) struct Coder<'t> {
    seen: PlHashMap<Cow<'t, str>, u32>,
    column: TextColumn,
    /// Rows often repeat the one above (a customer, an order, a country).
    above: Option<(Cow<'t, str>, u32)>,
}

impl<'t> Coder<'t> {
    pub(super) fn push(&mut self, field: Option<&Cow<'t, str>>) {
        let code = match field.filter(|field| !field.is_empty()) {
            None => TextColumn::MISSING,
            Some(field) => match &self.above {
                Some((above, code)) if above == field => *code,
                _ => {
                    let code = match self.seen.get(field.as_ref()) {
                        Some(&code) => code,
                        None => {
                            let next = self.column.names.len() as u32;
                            self.seen.insert(field.clone(), next);
                            self.column.names.push(CompactString::new(field));
                            next
                        }
                    };
                    self.above = Some((field.clone(), code));
                    code
                }
            },
        };
        self.column.codes.push(code);
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
