//! A column of text as codes and distinct names: work is then done once per distinct
//! text, not once per row.

use compact_str::CompactString;
use polars::prelude::PlHashMap;

use super::TextColumn;

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
