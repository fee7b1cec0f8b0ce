//! A second table that says who bought: its columns joined to the rows of the first by a key.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cell_key::key;
use super::columns::{listed, named};
use super::error::ReadError;
use super::purpose::Purpose;
use super::usual_names::rank_of;
use crate::table::{self, Layout, Source, TextColumn};

/// The rows of the joined table by their key.
#[derive(Debug)]
pub(super) struct JoinedTable {
    /// The place of the key in the first table.
    pub key: usize,
    /// The names of its other columns, none of which the first table has.
    pub headers: Vec<String>,
    /// What sentences call it.
    pub name: String,
    columns: Vec<TextColumn>,
    rows: HashMap<String, KeyRow>,
    /// Of each column, the keys of which two rows say something else.
    differing: Vec<u64>,
    seen: Seen,
}

/// What the keys of the first table were like since the last count began, in rows.
#[derive(Debug, Default)]
struct Seen {
    rows: AtomicU64,
    unmatched: AtomicU64,
}

/// The row of a key.
#[derive(Debug, Clone, Copy)]
struct KeyRow {
    row: usize,
    /// Whether other rows have the key as well.
    several: bool,
}

/// Rows of the first table, and those whose key the joined one does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Matched {
    pub rows: u64,
    pub unmatched: u64,
}

impl JoinedTable {
    /// Reads a table whole. The key is the column `by`, else the one whose name both tables
    /// have, an invoice's before others.
    pub fn read(
        path: &Path,
        main: (&str, &[String]),
        by: Option<&str>,
        layout: Layout<'_>,
    ) -> Result<Self, ReadError> {
        let (file, main) = main;
        let opened = table::open(Source::File(path), layout)?;
        let headers = opened.headers();
        let refused = |reason: String| ReadError::Join {
            file: file.to_owned(),
            joined: opened.name().to_owned(),
            reason,
        };
        let pairs: Vec<(usize, usize)> = (0..main.len())
            .filter_map(|place| Some((place, named(headers, &main[place])?)))
            .collect();
        let (mine, theirs) = match by {
            Some(by) => {
                let both = |mine: &str, theirs: &str| named(main, mine).zip(named(headers, theirs));
                let found = both(by, by).or_else(|| {
                    let (mine, theirs) = by.split_once('=')?;
                    both(mine.trim(), theirs.trim())
                });
                found.ok_or_else(|| {
                    refused(format!(
                        "there is no column {by} in both of them; the columns of the first are {}, those of the second {}",
                        listed(main),
                        listed(headers)
                    ))
                })?
            }
            None => {
                let is_order = |place: usize| rank_of(Purpose::Invoice, &main[place]).is_some();
                let orders: Vec<_> = pairs.iter().filter(|(place, _)| is_order(*place)).collect();
                match (&orders[..], &pairs[..]) {
                    ([only], _) => **only,
                    ([], [only]) => *only,
                    ([], []) => {
                        return Err(refused(format!(
                            "they have no column of the same name (two names are said as mine=theirs); the columns of the second are {}",
                            listed(headers)
                        )));
                    }
                    _ => {
                        let names: Vec<String> =
                            pairs.iter().map(|&(place, _)| main[place].clone()).collect();
                        return Err(refused(format!(
                            "they share several columns ({})",
                            listed(&names)
                        )));
                    }
                }
            }
        };
        let others: Vec<usize> = (0..headers.len())
            .filter(|&place| place != theirs && named(main, &headers[place]).is_none())
            .collect();
        let wanted: Vec<usize> = std::iter::once(theirs).chain(others.iter().copied()).collect();
        let mut columns = opened.texts(&wanted)?.columns;
        let keys = columns.remove(0);
        let mut joined = Self {
            key: mine,
            headers: others.iter().map(|&place| headers[place].clone()).collect(),
            name: opened.name().to_owned(),
            differing: vec![0; columns.len()],
            columns,
            rows: HashMap::new(),
            seen: Seen::default(),
        };
        for row in 0..keys.codes.len() {
            let Some(text) = keys.get(row).map(key).filter(|text| !text.is_empty()) else {
                continue;
            };
            match joined.rows.get_mut(text) {
                None => {
                    joined.rows.insert(text.to_owned(), KeyRow { row, several: false });
                }
                Some(known) => {
                    known.several = true;
                    let first = known.row;
                    // What two rows of a key say differently is said of neither.
                    for (column, differing) in joined.columns.iter_mut().zip(&mut joined.differing)
                    {
                        if column.get(row).map(str::trim) != column.get(first).map(str::trim) {
                            *differing += u64::from(column.get(first).is_some());
                            column.codes[first] = TextColumn::MISSING;
                        }
                    }
                }
            }
        }
        Ok(joined)
    }

    /// Its columns at these places for rows with these keys.
    pub fn columns(&self, keys: &TextColumn, wanted: &[usize]) -> Vec<TextColumn> {
        let rows: Vec<Option<usize>> =
            keys.names.iter().map(|text| self.rows.get(key(text)).map(|known| known.row)).collect();
        let is_unmatched = |&&code: &&u32| rows.get(code as usize).is_none_or(Option::is_none);
        let unmatched = keys.codes.iter().filter(is_unmatched).count() as u64;
        self.seen.rows.fetch_add(keys.codes.len() as u64, Ordering::Relaxed);
        self.seen.unmatched.fetch_add(unmatched, Ordering::Relaxed);
        wanted
            .iter()
            .map(|&place| {
                let column = &self.columns[place];
                let mut local: HashMap<u32, u32> = HashMap::new();
                let mut names = Vec::new();
                let code_of: Vec<u32> = rows
                    .iter()
                    .map(|row| {
                        let Some(code) = row.map(|row| column.codes[row]) else {
                            return TextColumn::MISSING;
                        };
                        let Some(name) = column.names.get(code as usize) else {
                            return TextColumn::MISSING;
                        };
                        *local.entry(code).or_insert_with(|| {
                            names.push(name.clone());
                            names.len() as u32 - 1
                        })
                    })
                    .collect();
                let code = |&code: &u32| {
                    code_of.get(code as usize).copied().unwrap_or(TextColumn::MISSING)
                };
                TextColumn { codes: keys.codes.iter().map(code).collect(), names }
            })
            .collect()
    }

    /// Begins to count anew which keys match.
    pub fn count_anew(&self) {
        self.seen.rows.store(0, Ordering::Relaxed);
        self.seen.unmatched.store(0, Ordering::Relaxed);
    }

    /// What was counted.
    pub fn matched(&self) -> Matched {
        Matched {
            rows: self.seen.rows.load(Ordering::Relaxed),
            unmatched: self.seen.unmatched.load(Ordering::Relaxed),
        }
    }

    /// Keys of which two rows say something else in the column at this place.
    pub fn differing(&self, place: usize) -> u64 {
        self.differing.get(place).copied().unwrap_or(0)
    }

    /// One of its keys: the least.
    pub fn example(&self) -> Option<&str> {
        self.rows.keys().min().map(String::as_str)
    }

    /// Keys that stand in several of its rows.
    pub fn repeated(&self) -> usize {
        self.rows.values().filter(|known| known.several).count()
    }
}
