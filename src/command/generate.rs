//! `generate`: a synthetic purchase file, the same bytes for the same seed.

use std::path::PathBuf;

use clap::Args;

use super::output;
use super::progress::Progress;
use crate::purchases::{Generator, GeneratorSettings};
use crate::table;
use crate::work::threads;

/// Arguments of `generate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    epsiloscope generate --users 1500 --items 240 --rows 40000 --seed 1 --out made.csv\n  \
    epsiloscope generate --users 100000 --items 5000 --rows 2000000 --out made.parquet\n  \
    epsiloscope generate --users 1000000 --items 50000 --rows 100000000 --out made.csv.gz")]
pub struct Generate {
    /// Users
    #[arg(long, default_value_t = 1_500)]
    users: u32,
    /// Items
    #[arg(long, default_value_t = 240)]
    items: u32,
    /// Rows
    #[arg(long, default_value_t = 40_000)]
    rows: u64,
    /// Seed; the same seed and sizes give the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File to write: .csv, .tsv (both also .gz) or .parquet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Put an apostrophe before cells that a spreadsheet would run as formulas
    #[arg(long)]
    spreadsheet_safe: bool,
}

impl Generate {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        output::check(&[("--out", &self.out)], &[])?;
        let settings = GeneratorSettings {
            users: self.users,
            items: self.items,
            rows: self.rows,
            seed: self.seed,
        };
        settings.check()?;
        table::check_ending(&self.out)?;
        let drawn = {
            let progress = Progress::new(self.rows, "rows drawn");
            Generator::draw(&settings, progress.cancel(), |rows| progress.set(rows, self.rows))?
        };
        let progress = Progress::new(self.rows, "rows written");
        Ok(table::write_parts(&self.out, &Generator::NAMES, self.spreadsheet_safe, |take| {
            let mut rows = 0;
            drawn.parts(threads(), progress.cancel(), |part| {
                take(part)?;
                rows += part.rows() as u64;
                progress.set(rows, self.rows);
                Ok(())
            })
        })?)
    }
}
