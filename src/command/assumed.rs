//! What is assumed of the groups' keys where trials are made: `--groups`.

use std::path::Path;

use anyhow::{anyhow, ensure};
use clap::Args;

use super::input::InputArguments;
use crate::contribution::{GroupKeys, Pairs};
use crate::purchases::Purchases;
use crate::release::{Catalogue, same_file, usual_headers};

/// What is public of the groups.
#[derive(Debug, Clone, Args)]
pub struct GroupsArguments {
    /// What is public of the groups: N (a public list of so many), a list's file, or private [default: private, but for
    /// hours, weekdays and hours of the week, which everyone knows]
    #[arg(long, value_name = "N|CATALOGUE", help_heading = "Privacy")]
    groups: Option<String>,
    /// The catalogue's column [default: named as in FILE, or group, else the first]
    #[arg(long, value_name = "COLUMN", requires = "groups", help_heading = "Privacy")]
    groups_column: Option<String>,
}

/// What is assumed of the groups' keys.
#[derive(Debug, Clone, Copy)]
pub enum Assumed<'a> {
    /// What the question says.
    Usual,
    /// A public list of so many holds them.
    Said(u64),
    /// A list's file.
    Listed(&'a Path),
}

impl<'a> Assumed<'a> {
    /// The file that is read for it.
    pub fn file(self) -> Option<&'a Path> {
        match self {
            Assumed::Listed(path) => Some(path),
            _ => None,
        }
    }
}

impl GroupsArguments {
    /// What `--groups` says.
    pub fn assumed(&self, input: &InputArguments) -> anyhow::Result<Assumed<'_>> {
        let Some(text) = self.groups.as_deref() else {
            return Ok(Assumed::Usual);
        };
        match text.trim() {
            "private" => Ok(Assumed::Usual),
            number if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() => {
                let refused =
                    || anyhow!("--groups: '{number}' is no number of groups; give one from 1");
                let number: u64 = number.parse().map_err(|_| refused())?;
                ensure!((1..=1_000_000_000_000).contains(&number), refused());
                Ok(Assumed::Said(number))
            }
            _ => {
                let path = Path::new(text);
                ensure!(
                    !input.paths().iter().any(|input| same_file(input, path)),
                    "--groups {text} is the data file: keys that are taken from the data are not public; give a list \
                     that does not come from it, or the number of groups on one"
                );
                ensure!(
                    path.exists(),
                    "--groups: '{text}' is neither a number of groups, such as 6, nor a file with a list of them"
                );
                Ok(Assumed::Listed(path))
            }
        }
    }

    /// The pairs of the groups that are asked about, and what is known of their keys.
    pub fn of(
        &self,
        assumed: Assumed<'_>,
        purchases: &Purchases,
        pairs: Pairs,
    ) -> anyhow::Result<(Pairs, GroupKeys)> {
        let known = match assumed {
            Assumed::Usual => pairs.known(),
            Assumed::Said(number) => pairs.said_public(number).map_err(|short| {
                anyhow!(
                    "--groups: {short}, or name the list's file, outside which rows are left out"
                )
            })?,
            Assumed::Listed(path) => {
                let usual = usual_headers(&purchases.columns, pairs.question().group_by);
                let list = Catalogue::read(path, self.groups_column.as_deref(), &usual)?;
                let pairs = pairs.among(&list.keys);
                let known = pairs.known();
                return Ok((pairs, known));
            }
        };
        Ok((pairs, known))
    }
}
