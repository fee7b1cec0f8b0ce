//! The flags that name columns: one for each purpose.

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::purchases::{ByPurpose, ColumnChoice, Listed, Purpose};

/// Columns named on the command line.
#[derive(Debug, Clone)]
pub struct ColumnArguments(ColumnChoice);

impl ColumnArguments {
    /// What was named.
    pub fn choice(&self) -> ColumnChoice {
        self.0.clone()
    }
}

impl Args for ColumnArguments {
    fn augment_args(command: Command) -> Command {
        command.args(Purpose::in_documents().map(|purpose| {
            Arg::new(purpose.flag())
                .long(purpose.flag())
                .value_name("COLUMN")
                .help_heading("Columns (found by usual names; an empty name means none)")
                .help(format!("Column of {}", purpose.words()))
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ColumnArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let named = |purpose: Purpose| matches.get_one::<String>(purpose.flag()).cloned();
        Ok(Self(ByPurpose::each(named)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
