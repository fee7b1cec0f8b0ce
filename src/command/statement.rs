//! What whoever publishes states beside the numbers.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{anyhow, ensure};
use clap::Args;

use super::output;
use crate::release::Unprotected;

/// Arguments of everything that publishes.
#[derive(Debug, Args)]
pub struct StatementArguments {
    /// What was chosen by looking at this data unprotected: a list such as l0,linf, or none
    #[arg(long, value_name = "LIST", help_heading = "Statement")]
    unprotected: Option<String>,
    /// Release by decisions of reading that were guessed from the rows; the statement then names them as unprotected
    #[arg(long, help_heading = "Statement")]
    adopt_guesses: bool,
    /// Look the release up in the true data first, and stop where it makes little sense: half of the rows dropped, fewer than half of the keys occur or of the groups would show (a terminal is always asked)
    #[arg(long, help_heading = "Statement")]
    stop_below_sense: bool,
    /// Go on where a release makes little sense
    #[arg(long, help_heading = "Statement")]
    anyway: bool,
    /// Show what would be released, looked up in the true data; spends and writes nothing
    #[arg(long, help_heading = "Statement")]
    preview: bool,
}

impl StatementArguments {
    /// The first flag of these that was given.
    pub fn given(&self) -> Option<&'static str> {
        [
            (self.unprotected.is_some(), "--unprotected"),
            (self.adopt_guesses, "--adopt-guesses"),
            (self.preview, "--preview"),
            (self.stop_below_sense, "--stop-below-sense"),
            (self.anyway, "--anyway"),
        ]
        .into_iter()
        .find_map(|(given, flag)| given.then_some(flag))
    }

    /// Whether guesses from the rows are adopted.
    pub fn adopts_guesses(&self) -> bool {
        self.adopt_guesses
    }

    /// Whether a release that makes little sense is to be stopped; at a terminal it always is.
    pub fn stops_below_sense(&self, attended: bool) -> bool {
        (self.stop_below_sense || attended) && !self.anyway
    }

    /// Whether that has to be looked up off a terminal.
    pub fn asks_for_sense(&self) -> bool {
        self.stop_below_sense
    }

    /// Whether only a preview is asked for.
    pub fn previews(&self) -> bool {
        self.preview
    }

    /// What the user says; asked for on a terminal, never elsewhere.
    pub fn unprotected(&self) -> anyhow::Result<Unprotected> {
        if let Some(text) = &self.unprotected {
            ensure!(
                !text.trim().is_empty(),
                "--unprotected is empty: list what was chosen, or say none"
            );
            return Unprotected::said(text).map_err(|why| anyhow!("--unprotected: {why}"));
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Ok(Unprotected::NotStated);
        }
        output::ask(
            "Was anything chosen by looking at this data unprotected (ε, the bounds, the groups or items)?\n\
             Name it, for example: l0, linf. Or type none. Enter alone leaves it not stated: ",
        );
        loop {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            match Unprotected::said(&line) {
                Ok(said) => return Ok(said),
                Err(why) => output::ask(&format!("{why}. Enter alone leaves it not stated: ")),
            }
        }
    }
}
