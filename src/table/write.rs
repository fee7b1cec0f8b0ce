//! A table out, as CSV, TSV (both also gzipped) or Parquet.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use super::{Table, WriteError, parquet, replace_file, spreadsheet_safe};

/// Writes `table` in the format that the ending of `path` names. CSV has LF line ends
/// and quotes only where needed; a missing value is empty text (null in Parquet). The
/// same table gives the same bytes.
///
/// # Errors
/// If the ending is not known, or the file cannot be written.
pub fn write(path: &Path, table: &Table) -> Result<(), WriteError> {
    write_cells(path, table, false)
}

/// As [`write`], with every cell of CSV and TSV that a spreadsheet would run escaped
/// ([`spreadsheet_safe`](super::spreadsheet_safe)).
///
/// # Errors
/// As [`write`].
pub fn write_for_spreadsheets(path: &Path, table: &Table) -> Result<(), WriteError> {
    write_cells(path, table, true)
}

fn write_cells(path: &Path, table: &Table, safe: bool) -> Result<(), WriteError> {
    let name =
        path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (plain, gzip) = match name.strip_suffix(".gz") {
        Some(plain) => (plain, true),
        None => (name.as_str(), false),
    };
    let separator = if plain.ends_with(".csv") {
        b','
    } else if plain.ends_with(".tsv") {
        b'\t'
    } else if plain.ends_with(".parquet") && !gzip {
        return replace_file(path, |out| parquet::write(out, table));
    } else {
        return Err(WriteError::Ending { path: path.display().to_string() });
    };
    replace_file(path, |out| {
        if gzip {
            let mut packed = flate2::write::GzEncoder::new(out, flate2::Compression::default());
            rows(&mut packed, table, separator, safe)?;
            packed.finish().map(drop)
        } else {
            rows(out, table, separator, safe)
        }
    })
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

fn rows(out: &mut dyn Write, table: &Table, separator: u8, safe: bool) -> io::Result<()> {
    let cell = |text| if safe { spreadsheet_safe(text) } else { Cow::Borrowed(text) };
    let mut out = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
    out.write_record(table.columns.iter().map(|column| cell(&column.name).into_owned()))?;
    for row in 0..table.rows() {
        for column in &table.columns {
            out.write_field(&*cell(column.text.get(row).unwrap_or_default()))?;
        }
        out.write_record(None::<&[u8]>)?;
    }
    out.flush()
}
