//! Parquet out, a row group at a time: what is in memory does not grow with the file.

use std::io::{self, Write};

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::*;

use super::Part;

/// Rows of a group, or as many more as the last part of it has.
const GROUP: usize = 1_000_000;

/// Writes columns of text with these names: `make` hands over their rows part by part.
pub(super) fn write(
    out: &mut dyn Write,
    names: &[&str],
    make: impl FnOnce(&mut dyn FnMut(&Part) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<()> {
    let fields = names.iter().map(|&name| Field::new(name.into(), DataType::String));
    let schema = Schema::from_iter(fields);
    let writer = ParquetWriter::new(out).batched(&schema).map_err(io::Error::other)?;
    let mut groups = RowGroups { names, writer, columns: Vec::new(), rows: 0 };
    make(&mut |part| groups.take(part))?;
    groups.finish()
}

struct RowGroups<'a, W: Write> {
    names: &'a [&'a str],
    writer: BatchedWriter<W>,
    /// The group that is being filled; empty before its first row.
    columns: Vec<StringChunkedBuilder>,
    rows: usize,
}

impl<W: Write> RowGroups<'_, W> {
    fn take(&mut self, part: &Part) -> io::Result<()> {
        if self.columns.is_empty() {
            let column = |&name: &&str| StringChunkedBuilder::new(name.into(), part.rows());
            self.columns = self.names.iter().map(column).collect();
        }
        for row in 0..part.rows() {
            for (column, cell) in self.columns.iter_mut().zip(part.row(row)) {
                column.append_option(Some(cell).filter(|cell| !cell.is_empty()));
            }
        }
        self.rows += part.rows();
        if self.rows >= GROUP { self.put() } else { Ok(()) }
    }

    /// Writes the group that was filled.
    fn put(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let columns = self.columns.drain(..).map(|column| column.finish().into_column()).collect();
        let frame = DataFrame::new(rows, columns).map_err(io::Error::other)?;
        self.writer.write_batch(&frame).map_err(io::Error::other)
    }

    fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.put()?;
        }
        self.writer.finish().map(drop).map_err(io::Error::other)
    }
}
