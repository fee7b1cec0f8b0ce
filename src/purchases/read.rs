//! Opening a purchase file: its columns found, every decision made, its rows cleaned, block by
//! block.

use serde::Serialize;

use super::Purchases;
use super::cleaning;
use super::columns::{self, ColumnCandidate};
use super::error::ReadError;
use super::looking::DecidedPlan;
use super::open_table::{self, OpenTable};
use super::options::{Input, Options, RowsAre};
use super::passing::ReadProgress;
use super::purpose::{ByPurpose, Purpose};
use crate::work::Cancel;

/// So many rows tell what a file looks like; the pass that reads it notices what contradicts them.
const SAMPLE: usize = 20_000;

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
    // Files are read once: by what their beginning tells, and anew by all that they tell where the
    // rest tells another, or where there is something to say against it.
    if options.purpose.guesses() && open_table::can_be_opened_again(input, options) {
        let purchases = OpenTable::open_by(input, options, true)
            .and_then(|table| read_opened(table, cancel, &mut progress));
        match purchases {
            Ok(Some(purchases)) => return Ok(purchases),
            Err(
                error @ (ReadError::Cancelled | ReadError::Memory { .. } | ReadError::Spill { .. }),
            ) => return Err(error),
            Ok(None) | Err(_) => {}
        }
    }
    let table = OpenTable::open(input, options)?;
    read_opened(table, cancel, &mut progress)?.ok_or(ReadError::Cancelled)
}

/// Reads an open table; `None` where its rows contradict the layout by which it was opened.
fn read_opened(
    table: OpenTable,
    cancel: &Cancel,
    progress: &mut impl FnMut(ReadProgress),
) -> Result<Option<Purchases>, ReadError> {
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
        let DecidedPlan { mut plan, mut grounds } = decided;
        let mut passed = table.pass(&plan, watch, cancel, progress)?;
        if table.opened.is_contradicted() {
            return Ok(None);
        }
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
        return table.finish(plan, grounds, passed).map(Some);
    }
    Err(ReadError::Cancelled)
}

/// Whether a file has a column that says what happened, as far as its first rows tell.
///
/// # Errors
/// As [`read`].
pub fn has_events(input: &Input, options: &Options) -> Result<bool, ReadError> {
    let table = OpenTable::open(input, options)?;
    let looked = table.look(SAMPLE, None, &Cancel::new())?;
    let profiles = Some(looked.evidence.profiles.as_slice());
    let columns = &table.options.columns;
    let mapping = columns::find(table.name(), &table.headers, columns, profiles, RowsAre::Events)?;
    Ok(mapping.place(Purpose::Event).is_some())
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
