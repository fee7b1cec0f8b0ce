//! What people are told of an error, by who asks and in which language.
//!
//! Lower rooms say plainly what is wrong. What to do about it depends on the means of whoever asks: a
//! flag on the command line, a field, a key or a screen in the explorer. A language is one file, in
//! which every sentence of its own is an arm of an exhaustive match, and a line in [`spoken`].

mod asker;
mod en;
mod sense;

#[cfg(test)]
mod tests;

use std::error::Error;

pub use asker::Asker;

use crate::anonymity::AnonymityError;
use crate::contribution::{BoundError, QuestionError};
use crate::export::picture::PictureError;
use crate::privacy::CalibrationError;
use crate::privacy::accounting::{AmountError, NoAnswer};
use crate::purchases::{GeneratorError, ReadError};
use crate::rates::{RatesError, RatesRefusal};
use crate::recommend::{HoldoutError, ModelFileError, ModelOrderError, NoModel};
use crate::rehearsal::{LoadError, NoLists, PlanRefusal};
use crate::release::{
    BelowSense, CatalogueError, Finding, LedgerError, NoiseError, OrderError, ReleaseError,
    RuleError,
};
use crate::simulation::DesignError;
use crate::table::{GroupValuesError, TableError, WriteError};

/// The languages.
#[derive(Debug, Clone, Copy)]
enum Language {
    English,
}

/// The language that is spoken.
const SPOKEN: Language = Language::English;

/// What a function of the language that is spoken says.
macro_rules! spoken {
    ($function:ident($($given:expr),+)) => {
        match SPOKEN {
            Language::English => en::$function($($given),+),
        }
    };
}

/// What has a sentence for whoever asks.
pub trait Say {
    /// The sentence.
    fn say(&self, to: Asker) -> String;
}

/// Lists the errors with the functions that say them, which every language has.
macro_rules! said {
    ($($function:ident: $error:ty,)+) => {
        $(impl Say for $error {
            fn say(&self, to: Asker) -> String {
                spoken!($function(self, to))
            }
        })+

        /// The sentence of an error whose type is not known where it is said; of one that is
        /// not listed here its own, which is the same for everybody.
        pub fn said(error: &(dyn Error + 'static), to: Asker) -> String {
            $(if let Some(error) = error.downcast_ref::<$error>() {
                return error.say(to);
            })+
            error.to_string()
        }
    };
}

said! {
    table: TableError,
    write: WriteError,
    group_values: GroupValuesError,
    read: ReadError,
    generator: GeneratorError,
    question: QuestionError,
    bound: BoundError,
    calibration: CalibrationError,
    amount: AmountError,
    no_answer: NoAnswer,
    design: DesignError,
    holdout: HoldoutError,
    no_model: NoModel,
    model_file: ModelFileError,
    catalogue: CatalogueError,
    rule: RuleError,
    ledger: LedgerError,
    finding: Finding,
    noise: NoiseError,
    release: ReleaseError,
    order: OrderError,
    model_order: ModelOrderError,
    picture: PictureError,
    load: LoadError,
    no_lists: NoLists,
    plan: PlanRefusal,
    rates: RatesError,
    no_rates: RatesRefusal,
    anonymity: AnonymityError,
}

impl Say for BelowSense {
    fn say(&self, to: Asker) -> String {
        spoken!(below_sense(self, to))
    }
}

/// How a column is named for a purpose.
pub fn how_columns_are_set(to: Asker) -> &'static str {
    spoken!(how_columns_are_set(to))
}
