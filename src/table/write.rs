//! A table out, as CSV, TSV (both also gzipped) or Parquet.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use super::{Part, Table, WriteError, replace_file, row_groups, spreadsheet_safe};

/// Writes `table` in the format that the ending of `path` names. CSV has LF line ends
/// and quotes only where needed; a missing value is empty text (null in Parquet). The
/// same table gives the same bytes.
///
/// # Errors
/// If the ending is not known, or the file cannot be written.
pub fn write(path: &Path, table: &Table) -> Result<(), WriteError> {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    write_parts(path, &names, false, |take| {
        for from in (0..table.rows()).step_by(ROWS) {
            let to = table.rows().min(from + ROWS);
            let mut part = Part::new(names.len(), to - from);
            for row in from..to {
                for column in &table.columns {
                    part.push(column.text.get(row).unwrap_or_default());
                }
            }
            take(&part)?;
        }
        Ok(())
    })
}

/// Rows of a part of a table that is in memory.
const ROWS: usize = 65_536;

/// Writes a table as [`write`] does while it is made: `make` hands over its rows part by part, all
/// under the columns `names`. No part is kept: the memory it takes does not grow with the file
/// (Parquet gets row groups of about a million rows). Where it is to be `safe`, every cell of CSV
/// and TSV that a spreadsheet would run is escaped ([`spreadsheet_safe`]).
///
/// # Errors
/// If the ending is not known, the file cannot be written, or `make` fails; nothing is left then.
pub fn write_parts(
    path: &Path,
    names: &[&str],
    safe: bool,
    make: impl FnOnce(&mut dyn FnMut(&Part) -> io::Result<()>) -> io::Result<()>,
) -> Result<(), WriteError> {
    let format = format_of(path)?;
    replace_file(path, |out| match format {
        Format::Parquet => row_groups::write(out, names, make),
        Format::Text { separator, gzip: false } => rows(out, names, separator, safe, make),
        Format::Text { separator, gzip: true } => {
            let mut packed = flate2::write::GzEncoder::new(out, flate2::Compression::default());
            rows(&mut packed, names, separator, safe, make)?;
            packed.finish().map(drop)
        }
    })
}

/// Refuses a path whose ending names no format that is written, before long work is done for it.
///
/// # Errors
/// If the ending is not known.
pub fn check_ending(path: &Path) -> Result<(), WriteError> {
    format_of(path).map(drop)
}

/// What a table is written as.
enum Format {
    Text { separator: u8, gzip: bool },
    Parquet,
}

fn format_of(path: &Path) -> Result<Format, WriteError> {
    let name =
        path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (plain, gzip) = match name.strip_suffix(".gz") {
        Some(plain) => (plain, true),
        None => (name.as_str(), false),
    };
    match () {
        () if plain.ends_with(".csv") => Ok(Format::Text { separator: b',', gzip }),
        () if plain.ends_with(".tsv") => Ok(Format::Text { separator: b'\t', gzip }),
        () if plain.ends_with(".parquet") && !gzip => Ok(Format::Parquet),
        () => Err(WriteError::Ending { path: path.display().to_string() }),
    }
}

/// Records as CSV, quoted only where needed, with LF line ends.
///
/// # Errors
/// None that a buffer can have; a record that cannot be written is passed on.
pub fn csv_lines<const N: usize>(
    records: impl Iterator<Item = [String; N]>,
) -> io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for record in records {
        out.write_record(&record)?;
    }
    out.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn rows(
    out: &mut dyn Write,
    names: &[&str],
    separator: u8,
    safe: bool,
    make: impl FnOnce(&mut dyn FnMut(&Part) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
    out.write_record(names.iter().map(|&name| cell(name, safe).into_owned()))?;
    make(&mut |part| {
        for row in 0..part.rows() {
            for text in part.row(row) {
                out.write_field(&*cell(text, safe))?;
            }
            out.write_record(None::<&[u8]>)?;
        }
        Ok(())
    })?;
    out.flush()
}

fn cell(text: &str, safe: bool) -> Cow<'_, str> {
    if safe { spreadsheet_safe(text) } else { Cow::Borrowed(text) }
}
