//! `generate`: a synthetic file of purchases or events, the same bytes for the same seed.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::output;
use super::progress::Progress;
use crate::purchases::{EventGenerator, EventSettings, Generator, GeneratorSettings};
use crate::table;
use crate::words::{self, Asker};
use crate::work::{Cancel, Cancelled, threads};

/// Arguments of `generate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    epsiloscope generate --users 1500 --items 240 --rows 40000 --seed 1 --out made.csv --catalogue items.csv\n  \
    epsiloscope generate --users 100000 --items 5000 --rows 2000000 --out made.parquet\n  \
    epsiloscope generate --users 1000000 --items 50000 --rows 100000000 --out made.csv.gz\n  \
    epsiloscope generate --events --users 250000 --campaigns 24 --out ads.csv --truth rates.csv")]
pub struct Generate {
    /// Users [default: 1,500, of events 6,000]
    #[arg(long)]
    users: Option<u32>,
    /// Items [default: 240]
    #[arg(long)]
    items: Option<u32>,
    /// Rows [default: 40,000]
    #[arg(long)]
    rows: Option<u64>,
    /// Make impressions, clicks and conversions of campaigns of 20 to 200,000 users in place of purchases
    #[arg(long, conflicts_with_all = ["items", "rows", "catalogue"])]
    events: bool,
    /// Campaigns, with --events
    #[arg(long, requires = "events", default_value_t = 14)]
    campaigns: u32,
    /// Also write the campaigns with their true rates as .csv, with --events
    #[arg(long, requires = "events", value_name = "FILE")]
    truth: Option<PathBuf>,
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
        let beside = [("--catalogue", &self.catalogue), ("--truth", &self.truth)];
        let beside = beside.into_iter().filter_map(|(flag, path)| Some((flag, path.as_deref()?)));
        let written: Vec<(&str, &Path)> =
            [("--out", self.out.as_path())].into_iter().chain(beside).collect();
        output::check(&written, &[])?;
        if self.events {
            return self.make_events();
        }
        let rows = self.rows.unwrap_or(40_000);
        let settings = GeneratorSettings {
            users: self.users.unwrap_or(1_500),
            items: self.items.unwrap_or(240),
            rows,
            seed: self.seed,
        };
        settings.check()?;
        table::check_ending(&self.out)?;
        let drawn = {
            let progress = Progress::new(rows, "rows drawn");
            Generator::draw(&settings, progress.cancel(), |drawn| progress.set(drawn, rows))?
        };
        let of = rows;
        if let Some(path) = &self.catalogue {
            let header = ["product", "name"].map(str::to_owned);
            let items = drawn.items().map(|(code, name)| [code.to_owned(), name.to_owned()]);
            let lines = table::csv_lines(std::iter::once(header).chain(items))?;
            put_beside(lines, path, "--catalogue")?;
        }
        let progress = Progress::new(of, "rows written");
        table::write_parts(&self.out, &Generator::NAMES, self.spreadsheet_safe, |take| {
            let mut rows = 0;
            drawn.parts(threads(), progress.cancel(), |part| {
                take(part)?;
                rows += part.rows() as u64;
                progress.set(rows, of);
                Ok(())
            })
        })?;
        drop(progress);
        output::wrote(&self.out);
        Ok(())
    }

    fn make_events(&self) -> anyhow::Result<()> {
        let settings = EventSettings {
            users: self.users.unwrap_or(6_000),
            campaigns: self.campaigns,
            seed: self.seed,
        };
        settings.check()?;
        table::check_ending(&self.out)?;
        let progress = Progress::new(settings.campaigns.into(), "campaigns drawn");
        let drawn = EventGenerator::draw(&settings, progress.cancel(), |campaigns| {
            progress.set(campaigns, settings.campaigns.into());
        })?;
        drop(progress);
        let rows = drawn.rows() as u64;
        if let Some(path) = &self.truth {
            let header = ["campaign", "users", "conversion_rate", "click_rate"].map(str::to_owned);
            let lines = drawn.campaigns().iter().map(|campaign| {
                [
                    campaign.key.clone(),
                    campaign.users.to_string(),
                    campaign.conversion_rate.to_string(),
                    campaign.click_rate.to_string(),
                ]
            });
            let lines = table::csv_lines(std::iter::once(header).chain(lines))?;
            put_beside(lines, path, "--truth")?;
        }
        let progress = Progress::new(rows, "rows written");
        table::write_parts(&self.out, &EventGenerator::NAMES, self.spreadsheet_safe, |take| {
            let mut written = 0;
            for part in drawn.parts() {
                ensure_running(progress.cancel())?;
                take(&part)?;
                written += part.rows() as u64;
                progress.set(written, rows);
            }
            Ok(())
        })?;
        drop(progress);
        output::wrote(&self.out);
        Ok(())
    }
}

/// Writes what stands beside the rows, before them: where it cannot be written nothing is.
fn put_beside(lines: Vec<u8>, path: &Path, flag: &str) -> anyhow::Result<()> {
    output::put_file(&String::from_utf8(lines)?, path).map_err(|error| {
        let cause = words::said(error.as_ref(), Asker::CommandLine);
        anyhow!("{}", cause.replace(" with --out", &format!(" with {flag}")))
    })
}

/// An end of the writing after Ctrl-C.
fn ensure_running(cancel: &Cancel) -> io::Result<()> {
    match cancel.is_cancelled() {
        true => Err(io::Error::new(io::ErrorKind::Interrupted, Cancelled)),
        false => Ok(()),
    }
}
