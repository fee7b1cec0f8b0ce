//! `inspect`: what was read, kept and dropped, and what users contribute.

use std::path::PathBuf;

use clap::Args;

use super::input::{InputArguments, QuestionArguments};
use super::output::{self, Format};
use crate::export::{InspectDocument, inspect_lines};
use crate::words::{Asker, how_columns_are_set};

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
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

impl Inspect {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        if let Some(path) = &self.out {
            output::check(&[("--out", path)], self.input.path().as_slice())?;
        }
        let (purchases, pairs) = self.input.read(self.question.question())?;
        let document = InspectDocument::new(&purchases, &pairs);
        match self.format {
            Format::Table => {
                let lines = inspect_lines(&document, how_columns_are_set(Asker::CommandLine));
                output::put(&lines, self.out.as_deref())
            }
            Format::Json => output::put_json(&document, self.out.as_deref()),
        }
    }
}
