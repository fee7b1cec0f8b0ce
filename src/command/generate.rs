//! `generate`: a synthetic purchase file, the same bytes for the same seed.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output;
use super::progress::Progress;
use crate::purchases::{Generator, GeneratorSettings};
use crate::table;
use crate::work::threads;

/// Arguments of `generate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    epsiloscope generate --users 1500 --items 240 --rows 40000 --seed 1 --out made.csv --catalogue items.csv\n  \
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
    /// Also write the list of all items, bought or not, as .csv: a public list for --groups and --catalogue
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// Put an apostrophe before cells that a spreadsheet would run as formulas
    #[arg(long)]
    spreadsheet_safe: bool,
}

impl Generate {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        let catalogue = self.catalogue.as_ref().map(|path| ("--catalogue", path.as_path()));
        let written: Vec<(&str, &Path)> =
            [("--out", self.out.as_path())].into_iter().chain(catalogue).collect();
        output::check(&written, &[])?;
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
        table::write_parts(&self.out, &Generator::NAMES, self.spreadsheet_safe, |take| {
            let mut rows = 0;
            drawn.parts(threads(), progress.cancel(), |part| {
                take(part)?;
                rows += part.rows() as u64;
                progress.set(rows, self.rows);
                Ok(())
            })
        })?;
        drop(progress);
        if let Some(path) = &self.catalogue {
            let header = ["product", "name"].map(str::to_owned);
            let items = drawn.items().map(|(code, name)| [code.to_owned(), name.to_owned()]);
            let lines = table::csv_lines(std::iter::once(header).chain(items))?;
            output::put_file(&String::from_utf8(lines)?, path)?;
        }
        output::wrote(&self.out);
        Ok(())
    }
}
