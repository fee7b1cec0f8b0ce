//! A purchase file that was opened: its container, its columns, and a table that is joined to it.

use super::Status;
use super::columns;
use super::error::ReadError;
use super::join::JoinedTable;
use super::options::{Input, Options, RowsAre, Use};
use super::purpose::Purpose;
use super::reading::Decision;
use super::rules::RowRule;
use super::sample::{self, PURCHASES};
use super::usual_names::rank_of;
use crate::table::{self, Cells, Coding, Layout, Opened, Piece, Source, TableError};
use std::path::{Path, PathBuf};

/// Whether an input, and what is joined to it, give the same bytes however often they are opened: a
/// pipe does not.
pub(super) fn can_be_opened_again(input: &Input, options: &Options) -> bool {
    let is_file = |path: &PathBuf| path.is_file();
    if !options.join.iter().all(is_file) {
        return false;
    }
    match input {
        Input::File(path) => {
            is_file(path) || table::files_of(path).is_ok_and(|files| files.iter().all(is_file))
        }
        Input::Files(paths) => paths.iter().all(is_file),
        // All of it is in memory.
        Input::Stdin | Input::Sample => false,
    }
}

/// A table that was opened, perhaps with one that is joined to it.
pub(super) struct OpenTable {
    pub(super) source: String,
    pub(super) status: Status,
    pub(super) opened: Opened,
    pub(super) joined: Option<JoinedTable>,
    /// The columns of both.
    pub(super) headers: Vec<String>,
    /// Files that are the same as others of the table, by name.
    pub(super) copies: Vec<(String, String)>,
    /// Lines that stand in several files, and all lines, where that was looked at.
    pub(super) in_several: Option<(u64, u64)>,
    /// Files of a folder that are passed over.
    pub(super) passed_over: Vec<String>,
    /// Files in the folder that its table's log has removed, which are read all the same.
    pub(super) removed: Vec<String>,
    pub(super) options: Options,
}

impl OpenTable {
    pub(super) fn open(input: &Input, options: &Options) -> Result<Self, ReadError> {
        Self::open_by(input, options, false)
    }

    /// As [`OpenTable::open`]; what only the whole file can say of its layout is perhaps taken from
    /// its beginning.
    pub(super) fn open_by(
        input: &Input,
        options: &Options,
        by_beginning: bool,
    ) -> Result<Self, ReadError> {
        let named = |path: &Path| {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        };
        let mut options = options.clone();
        let guesses = options.purpose.guesses();
        let layout = Layout {
            encoding: options.encoding.as_deref(),
            separator: options.separator,
            line_breaks: options.line_breaks,
            header: options.header,
            skip_lines: options.skip_lines,
            sheet: options.sheet.as_deref(),
            columns: None,
            guesses,
            by_beginning,
            frugal: options.memory.is_some(),
        };
        if let Some(path) = options.join.as_deref().filter(|_| options.purpose != Use::Trial)
            && options.join_keys_unique != Some(true)
        {
            let file = match input {
                Input::File(file) => named(file),
                _ => "the data".to_owned(),
            };
            return Err(ReadError::JoinKeys { file, joined: named(path) });
        }
        let files;
        let (mut passed_over, mut removed) = (Vec::new(), Vec::new());
        let (source, status, name) = match input {
            Input::File(path) => {
                files = table::files_of(path)?;
                let source = match &files[..] {
                    [only] if only == path => Source::File(only),
                    _ => Source::Files(&files),
                };
                if guesses {
                    passed_over = table::passed_over_in(path);
                    removed = table::removed_by_log(path);
                }
                (source, Status::Private, named(path))
            }
            Input::Files(paths) => {
                let twice = (1..paths.len())
                    .find(|&at| paths[..at].iter().any(|path| table::same_file(path, &paths[at])));
                if let Some(at) = twice {
                    return Err(ReadError::Twice { file: paths[at].display().to_string() });
                }
                let name = match &paths[..] {
                    [] => String::new(),
                    [only] => named(only),
                    [first, rest @ ..] => format!("{} and {} more", named(first), rest.len()),
                };
                (Source::Files(paths), Status::Private, name)
            }
            Input::Stdin => (Source::Stdin, Status::Private, "standard input".to_owned()),
            Input::Sample => {
                let (name, bytes) = match options.rows {
                    RowsAre::Purchases => ("sample", PURCHASES),
                    RowsAre::Events => ("sample of events", sample::events()),
                };
                (Source::Bytes("the sample", bytes), Status::Synthetic, name.to_owned())
            }
        };
        let opened = table::open(source, layout)?;
        check_uneven(&opened)?;
        let copies = match source {
            Source::Files(paths) if guesses => {
                let name = |at: usize| named(&paths[at]);
                table::copies(paths)
                    .into_iter()
                    .map(|(one, copy)| (name(one), name(copy)))
                    .collect()
            }
            _ => Vec::new(),
        };
        let in_several = match source {
            Source::Files(paths) if guesses && copies.is_empty() => table::lines_in_several(paths),
            _ => None,
        };
        // The generator's own rule: nothing has to be guessed of what this program made.
        if *input == Input::Sample
            && options.rows == RowsAre::Purchases
            && options.cancelled.is_none()
        {
            let rule = RowRule::begins_with("invoice", ["C".to_owned()]);
            options.cancelled = Some(vec![rule]);
        }
        if options.purpose != Use::Trial && !opened.encoding_is_stable() {
            let encoding = opened.encoding().map_or(String::new(), |told| told.value.to_owned());
            return Err(ReadError::Unstable { file: opened.name().to_owned(), encoding });
        }
        for purpose in super::marks::ByNumber::<char>::PURPOSES {
            let (decimal, thousands) =
                (options.decimal.of(purpose), options.thousands.of(purpose).flatten());
            if thousands.is_some() && thousands == Some(decimal.unwrap_or('.')) {
                return Err(ReadError::SameMark(decimal.unwrap_or('.')));
            }
        }
        // What is declared and has no effect was meant for another file.
        let container = &opened.container().value;
        let of_text = [
            (options.encoding.is_some() && opened.encoding().is_none(), Decision::Encoding),
            (options.separator.is_some() && opened.separator().is_none(), Decision::Separator),
            (options.line_breaks.is_some() && opened.line_breaks().is_none(), Decision::LineBreaks),
            (options.skip_lines.is_some() && opened.skip_lines().is_none(), Decision::SkipLines),
            (options.sheet.is_some() && opened.sheet().is_none(), Decision::Sheet),
        ];
        if let Some((_, decision)) = of_text.into_iter().find(|(idle, _)| *idle) {
            return Err(ReadError::NoEffect {
                file: opened.name().to_owned(),
                container: container.clone(),
                what: decision.words(),
                flag: decision.flag(),
            });
        }
        let mut headers = opened.headers().to_vec();
        let joined = match &options.join {
            None => None,
            Some(path) => {
                let lists = Layout { guesses, ..Layout::default() };
                let joined = JoinedTable::read(
                    path,
                    (opened.name(), &headers),
                    options.by.as_deref(),
                    lists,
                )?;
                headers.extend(joined.headers.iter().cloned());
                Some(joined)
            }
        };
        if let Some(expected) = &options.expected_columns {
            check_columns(opened.name(), &headers, expected)?;
        }
        // The other reading of an amount may be said by the flag of the first.
        for purpose in Purpose::ALL {
            let Some((other, column)) = options.columns[purpose]
                .as_deref()
                .filter(|name| columns::named(&headers, name).is_none())
                .and_then(|name| name.split_once('='))
            else {
                continue;
            };
            let other = Purpose::ALL.into_iter().find(|purpose| purpose.name() == other);
            if let (Some(other), Some(_)) = (other, columns::named(&headers, column)) {
                let column = column.to_owned();
                options.columns[purpose] = None;
                other.choose(&mut options.columns, column);
            }
        }
        Ok(Self {
            source: name,
            status: options.status.unwrap_or(status),
            opened,
            joined,
            headers,
            copies,
            in_several,
            passed_over,
            removed,
            options,
        })
    }

    /// Columns for a sentence, with what tells more of them: the first row where they have no names,
    /// and rows that are quoted as a whole.
    pub(super) fn columns_as_seen(&self, columns: String) -> String {
        const LONGEST_SHOWN: usize = 40;
        if !self.options.purpose.guesses() {
            return columns;
        }
        if let ([header], Some(separator)) = (&self.headers[..], self.opened.separator())
            && separator.value.parts(header)
        {
            return format!(
                "{columns} (each line is one cell in quotes: take the quotes around the lines off)"
            );
        }
        let first = match self.opened.has_header().value {
            true => None,
            false => self.opened.head(1).ok().and_then(|rows| rows.into_iter().next()),
        };
        match first {
            None => columns,
            Some(first) => {
                let short: Vec<String> =
                    first.iter().map(|cell| cell.chars().take(LONGEST_SHOWN).collect()).collect();
                format!("{columns} (the first row: {})", columns::listed(&short))
            }
        }
    }

    /// What of several files is not read, in sentences.
    pub(super) fn left_out(&self) -> Vec<String> {
        const MOST: usize = 5;
        let listed = |all: &[String]| match all.len() {
            0..=MOST => all.join(", "),
            many => format!("{} and {} more", all[..MOST].join(", "), many - MOST),
        };
        let mut words = Vec::new();
        if !self.passed_over.is_empty() {
            let names = listed(&self.passed_over);
            words.push(format!(
                "{names} in the folder: no table by the name, and passed over; name the files one by one to read them"
            ));
        }
        if !self.removed.is_empty() {
            words.push(format!(
                "{} in the folder: removed by the table's own log (_delta_log), and read all the same; name the files that are left one by one",
                listed(&self.removed)
            ));
        }
        let uneven = self.opened.uneven();
        if let [(_, file), ..] = uneven {
            let columns: Vec<String> = uneven.iter().map(|(column, _)| column.clone()).collect();
            words.push(format!(
                "not all files have the columns {} (as {file} does): they are left out, whatever they say of its rows",
                listed(&columns)
            ));
        }
        words
    }

    pub(super) fn name(&self) -> &str {
        self.opened.name()
    }

    /// The cells of a piece at these places of both tables.
    pub(super) fn cells(&self, piece: Piece, places: &[usize]) -> Result<Cells, TableError> {
        let Some(joined) = &self.joined else { return piece.cells(&self.opened, places) };
        let mine = self.opened.headers().len();
        let split = places.partition_point(|&place| place < mine);
        let mut wanted = places[..split].to_vec();
        wanted.push(joined.key);
        let mut cells = piece.cells(&self.opened, &wanted)?;
        let theirs: Vec<usize> = places[split..].iter().map(|&place| place - mine).collect();
        if let Some(keys) = cells.columns.pop() {
            cells.columns.extend(joined.columns(&keys, &theirs));
        }
        Ok(cells)
    }

    /// As [`OpenTable::cells`], into columns that keep their texts from block to block.
    pub(super) fn code(
        &self,
        piece: Piece,
        places: &[usize],
        coding: &mut Coding,
    ) -> Result<(), TableError> {
        match &self.joined {
            None => piece.code(&self.opened, places, coding),
            Some(_) => {
                coding.take(&self.cells(piece, places)?);
                Ok(())
            }
        }
    }

    /// The columns that hold texts, numbers or times: others (lists, structures) are passed over
    /// unless somebody names one.
    pub(super) fn readable_places(&self) -> Result<Vec<usize>, ReadError> {
        Ok(self.readable_columns()?.0)
    }

    /// As [`OpenTable::readable_places`], and their cells in the first piece where it had to be read
    /// for that.
    pub(super) fn readable_columns(&self) -> Result<(Vec<usize>, Option<Cells>), ReadError> {
        let mut places: Vec<usize> = (0..self.headers.len()).collect();
        // Text is text in every column.
        if self.opened.encoding().is_some() {
            return Ok((places, None));
        }
        while let Some(piece) = self.opened.blocks().next().transpose()? {
            match self.cells(piece, &places) {
                Ok(cells) => return Ok((places, Some(cells))),
                Err(TableError::ColumnType { name, column, kind }) => {
                    let before = places.len();
                    places.retain(|&place| self.headers[place] != column);
                    if places.len() == before {
                        return Err(TableError::ColumnType { name, column, kind }.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok((places, None))
    }
}

/// Columns that some files lack are left out; not one by which the others would be read.
fn check_uneven(opened: &Opened) -> Result<(), ReadError> {
    let is_served = |purpose: Purpose, rank: usize| {
        let of = |header: &String| rank_of(purpose, header);
        opened.headers().iter().filter_map(of).any(|other| other <= rank)
    };
    let serves = |column: &str| {
        let better = |purpose: &Purpose| {
            rank_of(*purpose, column).is_some_and(|rank| !is_served(*purpose, rank))
        };
        Purpose::ALL.into_iter().find(better)
    };
    let found =
        opened.uneven().iter().find_map(|(column, file)| Some((column, file, serves(column)?)));
    match found {
        None => Ok(()),
        Some((column, file, purpose)) => Err(ReadError::Uneven {
            column: column.clone(),
            file: file.clone(),
            purpose: purpose.name(),
        }),
    }
}

/// A reading is good for files with the columns that it was made for.
fn check_columns(file: &str, headers: &[String], expected: &[String]) -> Result<(), ReadError> {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|name| !those.contains(name)).cloned().collect()
    };
    let (new, missing) = (only(headers, expected), only(expected, headers));
    let mut differences = Vec::new();
    if !new.is_empty() {
        differences.push(format!("new {}", columns::listed(&new)));
    }
    if !missing.is_empty() {
        differences.push(format!("missing {}", columns::listed(&missing)));
    }
    match differences.is_empty() {
        true => Ok(()),
        false => Err(ReadError::OtherColumns {
            file: file.to_owned(),
            differences: differences.join("; "),
        }),
    }
}
