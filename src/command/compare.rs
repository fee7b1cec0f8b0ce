//! `compare`: how far two files of groups and values agree in their order.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use clap::Args;

use super::input::StatusName;
use super::output::{self, Format, room};
use crate::export::{CompareDocument, compare_lines};
use crate::metric::comparison::{ComparedSide, Comparison};
use crate::purchases::Status;
use crate::release::REST;
use crate::table::{ColumnNames, GroupValues, Source};

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(
    after_help = "A file has one row a group, such as group,value, with or without a header: what `release` \
    writes (a --top-k release too, whose ranks are taken as an order), or counts of your own. CSV, TSV (also .gz) or \
    Parquet. A first line whose second field is a number is a row, unless --group or --value name a column.\n\n\
    Over the groups on both sides: Kendall τ-b, weighted τ, Spearman's ρ, mean rank displacement. Equal values share a \
    mid-rank there.\n\
    Of each file's own whole list, groups missing on the other side included: overlap@k, Jaccard@k, RBO, NDCG@k, \
    top-1 flip. Equal values stand in the byte order of their groups there.\n\n\
    LEFT is the truth where sides matter: weighted τ takes its order (additive weights 1/(r+1), r from 0, ties by \
    group), NDCG its values as gains; a group that LEFT does not have gains 0. top1_flip is 1 where the first groups \
    differ, else 0. A figure that does not exist is none, with the reason (null in JSON). A row called (rest), which `release --rest` \
    writes, is no group and left out.\n\n\
    Examples:\n  epsiloscope compare counts.csv orders_privacy.csv --k 10\n  \
    epsiloscope compare may.csv june.csv --group item --value sold --format json\n  \
    epsiloscope compare counts.csv orders_privacy.csv --value sold --value value"
)]
pub struct CompareArguments {
    /// The file to compare with: true counts, or the earlier release; `-` for standard input
    #[arg(value_name = "LEFT")]
    left: PathBuf,
    /// The file that is compared; `-` for standard input
    #[arg(value_name = "RIGHT")]
    right: PathBuf,

    /// Length of the lists' heads [default: the smaller of 10 and the shorter list]
    #[arg(long, allow_negative_numbers = true, help_heading = "Figures")]
    k: Option<usize>,
    /// How far down RBO looks, between 0 and 1: the first 1/(1 - P) places weigh most
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "P",
        default_value_t = 0.9,
        help_heading = "Figures"
    )]
    rbo_p: f64,

    /// Column of the groups; given twice, LEFT's then RIGHT's [default: group, else the first]
    #[arg(long, value_name = "COLUMN", help_heading = "Reading")]
    group: Vec<String>,
    /// Column of the values; given twice, LEFT's then RIGHT's [default: value; of released rates rate; else the first other one]
    #[arg(long, value_name = "COLUMN", help_heading = "Reading")]
    value: Vec<String>,
    /// Text encoding, for example windows-1252 [default: UTF-8, else Windows-1252]
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    encoding: Option<String>,
    /// Status of the more private file; two releases are public
    #[arg(
        long,
        value_enum,
        value_name = "STATUS",
        default_value = "private",
        help_heading = "Reading"
    )]
    status: StatusName,

    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
    /// Write to a file (replaced whole) instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

impl CompareArguments {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        ensure!(
            !(is_stdin(&self.left) && is_stdin(&self.right)),
            "LEFT and RIGHT are both standard input (-): name a file for one of them"
        );
        ensure!(self.k != Some(0), "--k must be at least 1");
        ensure!(
            self.rbo_p > 0.0 && self.rbo_p < 1.0,
            "--rbo-p must lie between 0 and 1, both left out, not {}",
            self.rbo_p
        );
        let group = of_sides(&self.group, "--group")?;
        let value = of_sides(&self.value, "--value")?;
        if let Some(path) = &self.out {
            let read: Vec<&Path> = [&self.left, &self.right]
                .into_iter()
                .map(PathBuf::as_path)
                .filter(|read| !is_stdin(read))
                .collect();
            output::check(&[("--out", path)], &read)?;
        }
        let mut left = self.read(&self.left, ColumnNames { group: group[0], value: value[0] })?;
        let mut right = self.read(&self.right, ColumnNames { group: group[1], value: value[1] })?;
        // All groups that a release does not show, as one: no group of either file.
        let rest = [left.leave_out(REST), right.leave_out(REST)];
        for side in [&left, &right] {
            ensure!(
                !side.groups.is_empty(),
                "{} has no group but {REST}, which is the sum of all that are not shown: there is nothing to compare",
                side.name
            );
        }
        let k = self.length(&left, &right)?;
        let comparison = Comparison::new(
            ComparedSide { groups: &left.groups, values: &left.values },
            ComparedSide { groups: &right.groups, values: &right.values },
            k,
            self.rbo_p,
        );
        ensure!(
            comparison.groups.both > 0,
            "{} and {} have no group in common ({} is in the first, {} in the second): check that both name groups \
             alike, or choose the columns with --group",
            left.name,
            right.name,
            left.groups[0],
            right.groups[0]
        );
        let mut document = CompareDocument::new(
            &left,
            &right,
            Status::from(self.status),
            k,
            self.rbo_p,
            &comparison,
        );
        for (side, found) in [&mut document.left, &mut document.right].into_iter().zip(rest) {
            if found {
                side.left_out(REST);
            }
        }
        match self.format {
            Format::Table => {
                let room = if self.out.is_some() { None } else { room() };
                let lines = output::fitted(&compare_lines(&document), room);
                output::put(&lines, self.out.as_deref())
            }
            Format::Json => output::put_json(&document, self.out.as_deref()),
        }
    }

    fn read(&self, path: &Path, columns: ColumnNames<'_>) -> anyhow::Result<GroupValues> {
        let source = if is_stdin(path) { Source::Stdin } else { Source::File(path) };
        Ok(GroupValues::read(source, self.encoding.as_deref(), columns)?)
    }

    fn length(&self, left: &GroupValues, right: &GroupValues) -> anyhow::Result<usize> {
        let shorter = if right.groups.len() < left.groups.len() { right } else { left };
        let most = shorter.groups.len();
        let Some(k) = self.k else { return Ok(most.min(10)) };
        let counted = if most == 1 { "1 group".to_owned() } else { format!("{most} groups") };
        ensure!(
            k <= most,
            "--k {k} is longer than {}, which has {counted}: choose a k from 1 to {most}",
            shorter.name
        );
        Ok(k)
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A flag that was given once for both sides or once for each.
fn of_sides<'a>(given: &'a [String], flag: &str) -> anyhow::Result<[Option<&'a str>; 2]> {
    match given {
        [] => Ok([None, None]),
        [both] => Ok([Some(both), Some(both)]),
        [left, right] => Ok([Some(left), Some(right)]),
        _ => anyhow::bail!(
            "{flag} is given {} times: give it once for both files, or twice",
            given.len()
        ),
    }
}
