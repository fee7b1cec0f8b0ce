//! `inspect`: what was read, kept and dropped, and what users contribute.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::input::{InputArguments, QuestionArguments};
use super::limits;
use super::output::room;
use super::output::{self, Format};
use crate::export::{InspectDocument, inspect_lines};
use crate::purchases::{KeptReading, Options, ReadError, RowsAre, first_rows};
use crate::words::{self, Asker, how_columns_are_set};

/// Arguments of `inspect`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  epsiloscope inspect orders.csv\n  \
    epsiloscope inspect orders.csv --user buyer --item sku --format json\n  \
    zcat orders.csv.gz | epsiloscope inspect - --measure revenue")]
pub struct Inspect {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    question: QuestionArguments,
    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
    /// Also show the first N rows as they stand in the file, and as they are read
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Output")]
    rows: usize,
    /// Keep the decisions of reading in a file, for --reading
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    save_reading: Option<PathBuf>,
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

impl Inspect {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        let targets: Vec<(&str, &Path)> =
            [("--out", &self.out), ("--save-reading", &self.save_reading)]
                .into_iter()
                .filter_map(|(flag, path)| Some((flag, path.as_deref()?)))
                .collect();
        output::check(&targets, &self.input.paths())?;
        limits::whole("--rows", self.rows as u64, &limits::ROWS_SHOWN)?;
        let (purchases, pairs, rows_are) = match self.input.read_unbounded(&self.question) {
            Ok((purchases, pairs)) => (purchases, pairs, RowsAre::Purchases),
            Err(error) if is_of_events(&error) => {
                let (events, pairs) = self.input.read_unbounded_events()?;
                (events, pairs, RowsAre::Events)
            }
            Err(error) => return Err(error),
        };
        let mut document = InspectDocument::new(&purchases, &pairs, rows_are);
        if self.rows > 0 {
            let options = Options { rows: rows_are, ..self.input.options(&self.question)? };
            document.rows = Some(first_rows(&self.input.input(), &options, self.rows)?);
        }
        if let Some(path) = &self.save_reading {
            let kept = KeptReading::of(&purchases.reading, &purchases.grounds, &purchases.header);
            output::put_file(&kept.to_toml(), path).map_err(|error| {
                let cause = words::said(error.as_ref(), Asker::CommandLine);
                anyhow!("{}", cause.replace(" with --out", " with --save-reading"))
            })?;
        }
        match self.format {
            Format::Table => {
                let room = room().filter(|_| self.out.is_none());
                let how_set = how_columns_are_set(Asker::CommandLine);
                let lines = inspect_lines(&document, how_set, room);
                output::put(&output::fitted(&lines, room), self.out.as_deref())
            }
            Format::Json => output::put_json(&document, self.out.as_deref()),
        }
    }
}

/// Whether a file was refused because its rows are events and no purchases.
fn is_of_events(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<ReadError>(), Some(ReadError::OnlyEvents { .. }))
}
