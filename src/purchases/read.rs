//! Opening a purchase file: its columns found, every decision made, its rows cleaned, block by
//! block.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;

use super::cleaning::{self, Above, ReadRows, RowPlan};
use super::columns::{self, ColumnCandidate};
use super::decide::{self, Evidence, Finest, MOST};
use super::error::ReadError;
use super::events::{self, InvoiceCounts};
use super::gather::{Gathered, GatheredRows};
use super::grounds::Grounds;
use super::items;
use super::join::JoinedTable;
use super::narrow::Numbers;
use super::options::{Input, Options, Use};
use super::profile::Profile;
use super::purpose::{ByPurpose, Purpose};
use super::reading::Decision;
use super::reason::Reason;
use super::rows_seen::{MarksOf, RowsSeen, SumsInSize};
use super::rules::RowRule;
use super::sample::PURCHASES;
use super::told::{Doubt, grouped};
use super::unit::Unit;
use super::users;
use super::values::Marks;
use super::{Purchases, Status};
use crate::table::{self, Cells, Layout, Opened, Piece, Source, TableError, TextColumn};
use crate::work::{Cancel, each_in_order, threads};

/// So many rows tell what a file looks like; the pass that reads it notices what contradicts them.
const SAMPLE: usize = 20_000;

/// How far a file is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadProgress {
    /// GatheredRows so far.
    pub rows: u64,
    /// Bytes at rest so far, packed as they are.
    pub bytes: u64,
    /// Of so many; 0 where nobody knows.
    pub of_bytes: u64,
}

/// Reads and cleans purchases.
///
/// A row is dropped under the first reason that holds: it cannot be read as a row, no user, no
/// item, no purchase, cancelled, quantity not above 0, price not above 0, and last, if asked for,
/// an exact repeat of an earlier row. Texts are trimmed; an empty user or item is missing, and so
/// are words that certainly stand for nobody (`NA`, `null`, `none`...). Ids are text; one that
/// prints as `17850.0` loses the `.0`. A quantity, price or time that cannot be read is
/// [`Purchases::UNREADABLE`]: whether that drops the row is for the question to say.
///
/// # Errors
/// One sentence that names the file, the line or column, what was expected and what to do. Read
/// for a release, nothing but the header line, a broken container and what was declared can
/// be its cause.
pub fn read(input: &Input, options: &Options) -> Result<Purchases, ReadError> {
    read_watched(input, options, &Cancel::new(), |_| ())
}

/// As [`read`], on all cores, with progress, until it is cancelled. The same purchases for any
/// number of cores.
///
/// # Errors
/// As [`read`], and [`ReadError::Cancelled`].
pub fn read_watched(
    input: &Input,
    options: &Options,
    cancel: &Cancel,
    mut progress: impl FnMut(ReadProgress),
) -> Result<Purchases, ReadError> {
    let table = OpenTable::open(input, options)?;
    let options = &table.options;
    let mut looked = match options.purpose.guesses() {
        true => Some(table.look(SAMPLE, None, cancel)?),
        false => None,
    };
    // What later rows contradict is told again from all of them; their sums may ask for coarser
    // units, and then that is all.
    for attempt in 0.. {
        let decided = table.decide(looked.as_ref())?;
        let is_whole = looked.as_ref().is_none_or(|looked| looked.is_whole);
        let is_sure = is_whole || decided.grounds.doubts().is_empty();
        if !is_sure {
            looked = Some(table.look(usize::MAX, looked.as_ref(), cancel)?);
            continue;
        }
        let watch = (!is_whole).then_some(looked.as_ref()).flatten();
        let Decided { mut plan, mut grounds } = decided;
        let mut passed = table.pass(&plan, watch, cancel, &mut progress)?;
        if passed.contradicted && attempt < 3 {
            looked = Some(table.look(usize::MAX, looked.as_ref(), cancel)?);
            continue;
        }
        if passed.is_too_large(&plan)
            && attempt < 4
            && let Some(looked) = &mut looked
            && looked.evidence.sums != Some(passed.sums)
        {
            looked.evidence.sums = Some(passed.sums);
            if table.decide(Some(looked))?.plan.reading.unit != plan.reading.unit {
                continue;
            }
        }
        if !is_whole && let Some(looked) = &mut looked {
            // Units follow from the finest number of the whole column.
            looked.evidence.finest = passed.finest;
            looked.evidence.sums = Some(passed.sums);
            let again = table.decide(Some(looked))?;
            if passed.fits_finer(&plan, &again.plan) {
                passed.refine(&plan, &again.plan);
                (plan, grounds) = (again.plan, again.grounds);
            } else if again.plan.reading.unit != plan.reading.unit && attempt < 4 {
                continue;
            }
        }
        return table.finish(plan, grounds, passed);
    }
    Err(ReadError::Cancelled)
}

/// Opens the embedded sample with the usual options: status synthetic.
///
/// # Errors
/// None that a test has not ruled out; the type is that of any other file.
pub fn sample() -> Result<Purchases, ReadError> {
    read(&Input::Sample, &Options::default())
}

/// What can be said of a file that cannot be read yet: its first rows and the columns that could
/// serve each purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// What the screen calls the data.
    pub source: String,
    /// The sheets of a workbook, or the files in an archive.
    pub sheets: Vec<String>,
    /// Its columns.
    pub headers: Vec<String>,
    /// Its first rows as raw fields.
    pub head: Vec<Vec<String>>,
    /// The columns for every purpose, the likeliest first.
    pub candidates: ByPurpose<Vec<ColumnCandidate>>,
}

/// Looks at a file: the first `rows` rows, and the candidates for every purpose.
///
/// # Errors
/// If not even a header can be read.
pub fn sketch(input: &Input, options: &Options, rows: usize) -> Result<Sketch, ReadError> {
    let table = OpenTable::open(input, options)?;
    let looked = table.look(SAMPLE, None, &Cancel::new())?;
    let profiles = &looked.evidence.profiles;
    Ok(Sketch {
        source: table.source.clone(),
        sheets: table.opened.sheets().to_vec(),
        head: table.opened.head(rows)?,
        candidates: ByPurpose::each(|purpose| {
            columns::candidates(purpose, &table.headers, profiles)
        }),
        headers: table.headers,
    })
}

/// A row as it stands in the file and as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FirstRow {
    /// Its fields, left to right.
    pub raw: Vec<String>,
    /// What is read of it by purpose; null where there is nothing, or it cannot be read.
    pub read: ByPurpose<Option<String>>,
}

/// The first `rows` rows of a file, raw and as they are read.
///
/// # Errors
/// As [`read`].
pub fn first_rows(
    input: &Input,
    options: &Options,
    rows: usize,
) -> Result<Vec<FirstRow>, ReadError> {
    let table = OpenTable::open(input, options)?;
    let looked = match table.options.purpose.guesses() {
        true => Some(table.look(SAMPLE, None, &Cancel::new())?),
        false => None,
    };
    let plan = table.decide(looked.as_ref())?.plan;
    let head = table.opened.head(rows)?;
    Ok(head
        .into_iter()
        .map(|raw| {
            let read = ByPurpose::each(|purpose| {
                let text = plan.mapping.place(purpose).and_then(|place| raw.get(place))?;
                cleaning::cell_as_read(&plan.reading, purpose, text)
            });
            FirstRow { raw, read }
        })
        .collect())
}

/// A table that was opened, perhaps with one that is joined to it.
struct OpenTable {
    source: String,
    status: Status,
    opened: Opened,
    joined: Option<JoinedTable>,
    /// The columns of both.
    headers: Vec<String>,
    /// Files that are the same as others of the table, by name.
    copies: Vec<(String, String)>,
    options: Options,
}

/// What was looked at, and whether that was everything.
struct Looked {
    evidence: Evidence,
    is_whole: bool,
    /// Columns in which later rows may hold other kinds of rows.
    watched: Vec<usize>,
}

/// A plan and its grounds.
struct Decided {
    plan: RowPlan,
    grounds: Grounds,
}

/// What a pass over all rows gave.
struct Passed {
    rows: GatheredRows,
    faults: u64,
    contradicted: bool,
    sums: SumsInSize,
    finest: Finest,
    first_fault: Option<TableError>,
}

impl Passed {
    /// Whether what was added up by one plan can be said in the finer units of another.
    fn fits_finer(&self, plan: &RowPlan, finer: &RowPlan) -> bool {
        let (now, then) = (plan.reading.unit.value, finer.reading.unit.value);
        let fits =
            |now: Unit, then: Unit, needs: u32| now == then || now < then && needs <= now.places();
        // An amount has the decimals of its price and of its quantity.
        fits(now.quantity, then.quantity, self.finest.quantity)
            && fits(now.money, then.money, self.finest.money + self.finest.quantity)
    }

    /// Says it so.
    fn refine(&mut self, plan: &RowPlan, finer: &RowPlan) {
        let (now, then) = (plan.reading.unit.value, finer.reading.unit.value);
        let scale = |values: &mut Numbers, now: Unit, then: Unit| {
            let times = 10i64.pow(then.places() - now.places());
            if times > 1 {
                let finer = |value| match value {
                    Purchases::UNREADABLE => value,
                    value => value.saturating_mul(times),
                };
                *values = values.iter().map(finer).collect();
            }
        };
        scale(&mut self.rows.quantity, now.quantity, then.quantity);
        if let Some(money) = &mut self.rows.money {
            scale(money, now.money, then.money);
        }
    }

    /// Whether sums are not exact in the units of the plan.
    fn is_too_large(&self, plan: &RowPlan) -> bool {
        let units = plan.reading.unit.value;
        let too_large = |sum: f64, unit: Unit| sum * unit.per_shown() as f64 >= MOST as f64;
        too_large(self.sums.quantity, units.quantity) || too_large(self.sums.money, units.money)
    }
}

/// One block, read.
struct ReadBlock {
    cleaned: cleaning::CleanedRows,
    faults: usize,
    contradicted: bool,
    invoices: InvoiceCounts,
    finest: Finest,
}

impl OpenTable {
    fn open(input: &Input, options: &Options) -> Result<Self, ReadError> {
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
        let (source, status, name) = match input {
            Input::File(path) => {
                files = table::files_of(path)?;
                let source = match &files[..] {
                    [only] => Source::File(only),
                    _ => Source::Files(&files),
                };
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
                (Source::Bytes("the sample", PURCHASES), Status::Synthetic, "sample".to_owned())
            }
        };
        let opened = table::open(source, layout)?;
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
        // The generator's own rule: nothing has to be guessed of what this program made.
        if *input == Input::Sample && options.cancelled.is_none() {
            let rule =
                RowRule { column: "invoice".to_owned(), prefix: true, texts: vec!["C".to_owned()] };
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
            options,
        })
    }

    fn name(&self) -> &str {
        self.opened.name()
    }

    /// The cells of a piece at these places of both tables.
    fn cells(&self, piece: Piece, places: &[usize]) -> Result<Cells, TableError> {
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

    /// The columns that hold texts, numbers or times: others (lists, structures) are passed over
    /// unless somebody names one.
    fn readable_places(&self) -> Result<Vec<usize>, ReadError> {
        let mut places: Vec<usize> = (0..self.headers.len()).collect();
        // Text is text in every column.
        if self.opened.encoding().is_some() {
            return Ok(places);
        }
        while let Some(piece) = self.opened.blocks().next().transpose()? {
            match self.cells(piece, &places) {
                Ok(_) => break,
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
        Ok(places)
    }

    /// Looks at all columns of the first rows, at least `rows` of them.
    fn look(
        &self,
        rows: usize,
        before: Option<&Looked>,
        cancel: &Cancel,
    ) -> Result<Looked, ReadError> {
        let places = self.readable_places()?;
        let mut profiles = vec![Profile::default(); self.headers.len()];
        let mut blocks = self.opened.blocks();
        let (mut seen, mut is_whole) = (0, true);
        let mut kept: Vec<Cells> = Vec::new();
        while let Some(piece) = blocks.next() {
            if cancel.is_cancelled() {
                return Err(ReadError::Cancelled);
            }
            let cells = self.cells(piece?, &places)?;
            for (&place, column) in places.iter().zip(&cells.columns) {
                profiles[place].add(column);
            }
            seen += cells.rows;
            if kept.len() < 4 {
                kept.push(cells);
            }
            if seen >= rows {
                is_whole = blocks.next().is_none();
                break;
            }
        }
        let mapping =
            columns::find(self.name(), &self.headers, &self.options.columns, Some(&profiles))
                .unwrap_or_default();
        let mut marks = MarksOf::new();
        for purpose in super::marks::ByNumber::<char>::PURPOSES {
            if let Some(place) = mapping.place(purpose) {
                let told = profiles[place].numbers.marks(None).map(|told| told.value);
                let told = told.unwrap_or(Marks { decimal: '.', thousands: None });
                let decimal = self.options.decimal.of(purpose).unwrap_or(told.decimal);
                let between = self.options.thousands.of(purpose).unwrap_or(told.thousands);
                let thousands = between.filter(|mark| *mark != decimal);
                marks.insert(place, Marks { decimal, thousands });
            }
        }
        let mut of_rows = RowsSeen::default();
        for (number, cells) in kept.iter().enumerate() {
            let mut columns = vec![TextColumn::default(); self.headers.len()];
            for (&place, column) in places.iter().zip(&cells.columns) {
                columns[place] = column.clone();
            }
            // A column that cannot be read has a code for every row, too.
            for column in &mut columns {
                column.codes.resize(cells.rows, TextColumn::MISSING);
            }
            let more = RowsSeen::of(&columns, &mapping, &marks);
            if number == 0 {
                of_rows = more;
            } else {
                of_rows.add(&more);
            }
        }
        let mut sums = of_rows.sums;
        let looked_at: usize = kept.iter().map(|cells| cells.rows).sum();
        if looked_at > 0 && (!is_whole || looked_at < seen) {
            // The others are taken for alike; what they really are the pass will see.
            let (bytes, of) = (blocks.bytes_read().max(1) as f64, blocks.bytes().max(1) as f64);
            let times = (seen as f64 / looked_at as f64) * (of / bytes).max(1.0) * 2.0;
            sums = SumsInSize { quantity: sums.quantity * times, money: sums.money * times };
        }
        let sums = before.and_then(|before| before.evidence.sums).unwrap_or(sums);
        let watched = events::watched(&self.headers, &profiles);
        Ok(Looked {
            evidence: Evidence {
                profiles,
                seen: of_rows,
                sums: Some(sums),
                finest: Finest::default(),
            },
            is_whole,
            watched,
        })
    }

    /// Finds the columns and makes every decision.
    fn decide(&self, looked: Option<&Looked>) -> Result<Decided, ReadError> {
        let options = &self.options;
        let evidence = looked.map(|looked| &looked.evidence);
        let profiles = evidence.map(|evidence| evidence.profiles.as_slice());
        let mut mapping = columns::find(self.name(), &self.headers, &options.columns, profiles)
            .map_err(|refusal| match (refusal, self.opened.other_encoding()) {
                (ReadError::NoColumn { file, purpose, columns }, None)
                    if self.opened.sheets().len() > 1 && options.sheet.is_none() =>
                {
                    let sheet = self.opened.sheet().map_or("", |told| told.value.as_str());
                    let columns = format!(
                        "{columns} (on sheet {sheet} of {})",
                        columns::listed(self.opened.sheets())
                    );
                    ReadError::NoColumn { file, purpose, columns }
                }
                (ReadError::NoColumn { file, purpose, columns }, Some(other)) => {
                    let columns =
                        format!("{columns} (if these are garbled, its encoding may be {other})");
                    ReadError::NoColumn { file, purpose, columns }
                }
                (ReadError::NoColumn { file, purpose, columns }, None)
                    if !self.opened.passed_over().is_empty() =>
                {
                    let columns = format!(
                        "{columns} ({} passed over, as lists and structures are: make a row of each entry, with plain columns)",
                        columns::listed(self.opened.passed_over())
                    );
                    ReadError::NoColumn { file, purpose, columns }
                }
                (refusal, _) => refusal,
            })?;
        if [Purpose::Price, Purpose::Total]
            .into_iter()
            .all(|purpose| options.columns[purpose].as_ref().is_some_and(|name| !name.is_empty()))
        {
            return Err(ReadError::PriceAndTotal);
        }
        if options.fill_down == Some(true) && options.by.is_none() {
            return Err(ReadError::FillDownNeedsBy);
        }
        let (reading, mut grounds) =
            decide::decide(&self.opened, &self.headers, &mut mapping, evidence, options);
        if let Some(joined) = &self.joined {
            let words = match joined.repeated() {
                0 => format!("by {}", self.headers[joined.key]),
                several => format!(
                    "by {}; {several} keys stand there several times: what their rows say differently is missing",
                    self.headers[joined.key]
                ),
            };
            grounds.say(Decision::Join, words);
            self.doubt_keys(joined, &mapping, profiles, &mut grounds);
        }
        if let Some((one, copy)) = self.copies.first()
            && !options.cleaning.drops(Reason::Duplicate)
        {
            let more = match self.copies.len() {
                1 => String::new(),
                many => format!(" (as {} others are of others)", grouped(many as u64 - 1)),
            };
            let words = format!(
                "{copy} is byte for byte the same as {one}{more}: its rows count twice, until it is left out or exact repeats are dropped"
            );
            let readings = vec!["no".to_owned(), "yes".to_owned()];
            grounds.doubt(Decision::DropDuplicates, Doubt { readings, words });
        }
        let place_rules = |rules: &[RowRule], flag: &'static str| {
            rules
                .iter()
                .map(|rule| {
                    let place = columns::meant(&self.headers, &mapping, &rule.column);
                    let place = place.ok_or_else(|| ReadError::RuleColumnMissing {
                        file: self.name().to_owned(),
                        flag,
                        column: rule.column.clone(),
                        columns: columns::listed(&self.headers),
                    })?;
                    Ok((place, rule.clone()))
                })
                .collect::<Result<Vec<(usize, RowRule)>, ReadError>>()
        };
        let counts = place_rules(&reading.counts.value, "where")?;
        let cancelled = place_rules(&reading.cancelled.value, "cancelled")?;
        let by = match (reading.fill_down.value, &options.by, &reading.by.value) {
            (true, _, Some(by)) => columns::named(&self.headers, by),
            (true, Some(by), None) | (false, Some(by), None) if self.joined.is_none() => {
                return Err(ReadError::RuleColumnMissing {
                    file: self.name().to_owned(),
                    flag: "by",
                    column: by.clone(),
                    columns: columns::listed(&self.headers),
                });
            }
            _ => None,
        };
        let mut places: Vec<usize> =
            Purpose::ALL.iter().filter_map(|&purpose| mapping.place(purpose)).collect();
        places.extend(counts.iter().chain(&cancelled).map(|&(place, _)| place));
        places.extend(by);
        places.extend(looked.iter().flat_map(|looked| looked.watched.iter().copied()));
        if options.cleaning.drops(Reason::Duplicate) {
            places.extend(self.readable_places()?);
        }
        places.sort_unstable();
        places.dedup();
        let spoilt_is_nobody = options.purpose != Use::Trial && options.user_spelling.is_none();
        let plan = RowPlan { mapping, reading, places, counts, cancelled, by, spoilt_is_nobody };
        Ok(Decided { plan, grounds })
    }

    /// Names keys of which the joined table has several rows: what these say differently is missing.
    fn doubt_keys(
        &self,
        joined: &JoinedTable,
        mapping: &columns::Mapping,
        profiles: Option<&[Profile]>,
        grounds: &mut Grounds,
    ) {
        let (repeated, Some(profiles)) = (joined.repeated(), profiles) else { return };
        if repeated == 0 {
            return;
        }
        let (key, file) = (&self.headers[joined.key], self.name());
        let keys = &profiles[joined.key];
        let stand = if repeated == 1 { "key stands" } else { "keys stand" };
        let stand =
            format!("{} {stand} in several rows of {}", grouped(repeated as u64), joined.name);
        if keys.filled > 0 && keys.distinct() as u64 == keys.filled {
            let words = format!(
                "{stand}, and {file} has each {key} once: what these rows say differently is missing, so most of them are lost; join the other way round, {} with {file}",
                joined.name
            );
            grounds.doubt(Decision::Join, Doubt { readings: Vec::new(), words });
            return;
        }
        let mine = self.opened.headers().len();
        let used = Purpose::ALL.into_iter().filter_map(|purpose| mapping.place(purpose));
        let differing = used
            .filter_map(|place| Some((place, joined.differing(place.checked_sub(mine)?))))
            .filter(|&(_, keys)| keys > 0)
            .max_by_key(|&(_, keys)| keys);
        if let Some((place, keys)) = differing {
            let words = format!(
                "{stand}, and of {} their rows say something else in {}, which is then missing",
                grouped(keys),
                self.headers[place]
            );
            grounds.doubt(Decision::Join, Doubt { readings: Vec::new(), words });
        }
    }

    /// Reads all rows by a plan. With `watch`, what contradicts the first rows is noticed.
    fn pass(
        &self,
        plan: &RowPlan,
        watch: Option<&Looked>,
        cancel: &Cancel,
        progress: &mut impl FnMut(ReadProgress),
    ) -> Result<Passed, ReadError> {
        let above = std::sync::Mutex::new(Above::default());
        if let Some(joined) = &self.joined {
            joined.count_anew();
        }
        let make = |piece: Result<Piece, TableError>| -> Result<ReadBlock, TableError> {
            let mut cells = self.cells(piece?, &plan.places)?;
            let at = |place: usize| plan.places.binary_search(&place).ok();
            let user = plan.mapping.place(Purpose::User).and_then(at);
            if let (Some(by), Some(user)) = (plan.by.and_then(at), user)
                && by != user
            {
                let mut above = above.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let by = cells.columns[by].clone();
                cleaning::fill_down(&mut cells.columns[user], &by, &mut above);
            }
            let rows = ReadRows::read(&cells, plan);
            let contradicted = watch.is_some_and(|looked| {
                rows.has_surprises(&cells, plan) || looked.is_surprised_by(&cells, plan)
            });
            let invoices = plan.mapping.place(Purpose::Invoice).and_then(at);
            let invoices = match watch {
                Some(_) => invoices.map(|at| InvoiceCounts::of(&cells.columns[at])),
                None => None,
            };
            let finest = match watch {
                Some(_) => rows.finest(),
                None => Finest::default(),
            };
            Ok(ReadBlock {
                finest,
                cleaned: cleaning::clean(rows, plan.reading.cleaning),
                faults: cells.faults.len(),
                contradicted,
                invoices: invoices.unwrap_or_default(),
            })
        };
        let mut blocks = self.opened.blocks();
        let of_bytes = blocks.bytes();
        let (bytes, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
        let pieces = std::iter::from_fn(|| {
            let piece = if stopped.load(Ordering::Relaxed) { None } else { blocks.next() };
            bytes.store(blocks.bytes_read(), Ordering::Relaxed);
            piece
        });
        let mut gathered = Gathered::new(&plan.mapping);
        let mut invoices = InvoiceCounts::default();
        let mut finest = Finest::default();
        let (mut faults, mut contradicted, mut refusal) = (0, false, None);
        // Who stands above goes from block to block.
        let threads = if plan.by.is_some() { 1 } else { threads() };
        let done = each_in_order(threads, pieces, cancel, make, |_, block| match block {
            Ok(block) if refusal.is_none() => {
                faults += block.faults as u64;
                contradicted |= block.contradicted;
                invoices.add(&block.invoices);
                finest.quantity = finest.quantity.max(block.finest.quantity);
                finest.money = finest.money.max(block.finest.money);
                gathered.add(block.cleaned);
                progress(ReadProgress {
                    rows: gathered.rows_read(),
                    bytes: bytes.load(Ordering::Relaxed),
                    of_bytes,
                });
                // The rows are read again anyway.
                if contradicted {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
            Ok(_) => {}
            Err(error) => {
                refusal.get_or_insert(error);
                stopped.store(true, Ordering::Relaxed);
            }
        });
        if let Some(error) = refusal {
            return Err(error.into());
        }
        if done.is_err() {
            return Err(ReadError::Cancelled);
        }
        if let Some(looked) = watch
            && self.options.cancelled.is_none()
        {
            contradicted |=
                invoices.cancel().is_some() != looked.evidence.seen.invoices.cancel().is_some();
        }
        let rows = gathered.finish();
        let first_fault = (faults > 0 && faults == rows.report.rows_read)
            .then(|| self.opened.texts(&[]).ok().and_then(|cells| self.opened.first_fault(&cells)))
            .flatten();
        let units = plan.reading.unit.value;
        let sum = |values: &Numbers, unit: Unit| {
            let readable = values.iter().filter(|&value| value != Purchases::UNREADABLE);
            let sum: u128 = readable.map(|value| u128::from(value.unsigned_abs())).sum();
            sum as f64 / unit.per_shown() as f64
        };
        let sums = SumsInSize {
            quantity: sum(&rows.quantity, units.quantity),
            money: rows.money.as_ref().map_or(0.0, |money| sum(money, units.money)),
        };
        Ok(Passed { rows, faults, contradicted, sums, finest, first_fault })
    }

    /// Purchases of what was read.
    fn finish(
        self,
        plan: RowPlan,
        mut grounds: Grounds,
        passed: Passed,
    ) -> Result<Purchases, ReadError> {
        let Passed { rows, faults, first_fault, .. } = passed;
        let matched = self.joined.as_ref().map(|joined| (joined, joined.matched()));
        if let Some((joined, matched)) = matched.filter(|(_, matched)| matched.unmatched > 0)
            && self.options.purpose.guesses()
        {
            let key = &self.headers[joined.key];
            if matched.unmatched == matched.rows && self.options.purpose == Use::Trial {
                let of_column = |texts: Vec<Vec<String>>| {
                    texts.into_iter().next().and_then(|row| row.into_iter().nth(joined.key))
                };
                let mine = self.opened.head(1).ok().and_then(of_column).unwrap_or_default();
                return Err(ReadError::Join {
                    file: self.name().to_owned(),
                    joined: joined.name.clone(),
                    reason: format!(
                        "no {key} of the {} rows stands there (the first here is '{mine}', one there is '{}')",
                        grouped(matched.rows),
                        joined.example().unwrap_or_default()
                    ),
                });
            }
            let words = format!(
                "{} of {} rows have a {key} that {} does not have: what it says is missing for them",
                grouped(matched.unmatched),
                grouped(matched.rows),
                joined.name
            );
            grounds.doubt(Decision::Join, Doubt { readings: Vec::new(), words });
        }
        if self.options.purpose.guesses() {
            users::doubts(&rows.user, &self.options, &mut grounds);
            let mut of_item = vec![0u64; rows.item.names.len()];
            rows.item.codes.iter().for_each(|code| of_item[code as usize] += 1);
            users::totals(&rows.item, &of_item, Purpose::Item, &mut grounds);
            let of_items = plan.mapping.place(Purpose::Item).map_or("", |at| &self.headers[at]);
            items::doubts(&rows.item, &of_item, of_items, &mut grounds);
            users::spoilt(&rows.item, &of_item, Purpose::Item, &mut grounds);
        }
        let purchases = Purchases {
            source: self.source,
            status: self.status,
            user: rows.user,
            item: rows.item,
            item_description: rows.item_description,
            quantity: rows.quantity,
            money: rows.money,
            category: rows.category,
            country: rows.country,
            group: rows.group,
            time: rows.time,
            report: rows.report,
            columns: plan.mapping.used(&self.headers),
            header: self.headers,
            reading: plan.reading,
            grounds,
        };
        if self.options.purpose == Use::Trial {
            if faults > 0
                && let Some(refusal) = first_fault
            {
                return Err(refusal.into());
            }
            let several = self.joined.as_ref().filter(|joined| joined.repeated() > 0);
            for_trials(self.opened.name(), &purchases).map_err(|refusal| match (refusal, several) {
                (ReadError::NothingLeft { file, reasons }, Some(joined)) => ReadError::Join {
                    reason: format!(
                        "no row is left ({reasons}), and {} keys stand in several rows of {}, which say different things: join the other way round, {} with {file}",
                        grouped(joined.repeated() as u64),
                        joined.name,
                        joined.name
                    ),
                    joined: joined.name.clone(),
                    file,
                },
                (refusal, _) => refusal,
            })?;
        }
        Ok(purchases)
    }
}

impl Looked {
    /// Whether a column that says what kind of row it is holds a kind that was not seen.
    fn is_surprised_by(&self, cells: &Cells, plan: &RowPlan) -> bool {
        self.watched.iter().any(|&place| {
            let column =
                plan.places.binary_search(&place).ok().and_then(|at| cells.columns.get(at));
            let known = self.evidence.profiles[place].texts().unwrap_or_default();
            column.is_some_and(|column: &TextColumn| {
                column.names.iter().any(|name| {
                    let name = name.trim();
                    !name.is_empty() && !known.iter().any(|(text, _)| *text == name)
                })
            })
        })
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

/// What is refused of a file that is only looked at.
fn for_trials(file: &str, purchases: &Purchases) -> Result<(), ReadError> {
    let report = &purchases.report;
    if report.rows_read == 0 {
        return Err(TableError::HeaderOnly { name: file.to_owned() }.into());
    }
    if report.rows_kept == 0 {
        return Err(ReadError::NothingLeft { file: file.to_owned(), reasons: report.sentence() });
    }
    let columns = &purchases.columns;
    let paid = columns[Purpose::Price].as_ref().or(columns[Purpose::Total].as_ref());
    let units = purchases.reading.unit.value;
    for (what, column, values, unit) in [
        (
            "quantities",
            columns[Purpose::Quantity].as_ref(),
            Some(&purchases.quantity),
            units.quantity,
        ),
        ("prices", paid, purchases.money.as_ref(), units.money),
    ] {
        let readable = values.iter().flat_map(|v| v.iter()).filter(|&v| v != Purchases::UNREADABLE);
        let sum: u128 = readable.map(|v| u128::from(v.unsigned_abs())).sum();
        if sum > MOST {
            return Err(ReadError::TooLarge {
                file: file.to_owned(),
                what,
                column: column.cloned().unwrap_or_default(),
                most: MOST / unit.per_shown() as u128,
            });
        }
    }
    Ok(())
}
