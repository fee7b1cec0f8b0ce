//! Arguments that say what to read and how; shared by every command that reads.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, ensure};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::columns::ColumnArguments;
use crate::contribution::Pairs;
use crate::privacy::Mechanism;
use crate::purchases::{
    CancelRule, CancelRuleError, Cleaning, DateFormat, GroupBy, Input, Measure, Options, Purchases,
    Question, Reason, Status, Unit, Use, read,
};
use crate::release::dataset_name;

/// What to read and how.
#[derive(Debug, Clone, Args)]
pub struct InputArguments {
    /// CSV, TSV (also .gz) or Parquet; `-` for standard input [default: the embedded sample]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Status of the data: what looking at it discloses [default: private for a file, synthetic for the sample]
    #[arg(long, value_enum, value_name = "STATUS", help_heading = "Reading")]
    status: Option<StatusName>,
    /// Text encoding, for example windows-1252 [default: UTF-8; where a file is none and is not released, Windows-1252]
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    encoding: Option<String>,
    /// The separator between fields: one character, or tab [default: told from the header line]
    #[arg(long, value_name = "CHARACTER", value_parser = separator, help_heading = "Reading")]
    separator: Option<u8>,
    /// Cells in quotes may span lines: whoever writes a row is then trusted to close its quotes
    #[arg(long, help_heading = "Reading")]
    line_breaks: bool,
    /// How dates are spelt: iso, day-first, month-first, excel, or a pattern such as '%d.%m.%Y %H:%M'
    #[arg(long, value_name = "SPELLING", value_parser = DateFormat::parse, help_heading = "Reading")]
    date_format: Option<DateFormat>,
    /// The mark before decimals: a point or a comma
    #[arg(long, value_name = "MARK", value_parser = decimal, help_heading = "Reading")]
    decimal: Option<char>,
    /// The mark between thousands: one character, or none
    #[arg(long, value_name = "MARK", value_parser = thousands, help_heading = "Reading")]
    thousands: Option<Thousands>,
    /// What cancels a row: 'COLUMN^=C' (begins with), 'COLUMN=canceled' (is), or none; may be given several times
    #[arg(long, value_name = "RULE", value_parser = cancelled, help_heading = "Reading")]
    cancelled: Vec<TypedCancelRule>,
    /// Keep rows that cleaning would drop, by reason
    #[arg(
        long,
        value_parser = kept(),
        value_delimiter = ',',
        value_name = "REASON",
        help_heading = "Reading"
    )]
    keep: Vec<Reason>,
    /// Drop exact repeats of earlier rows
    #[arg(long, help_heading = "Reading")]
    drop_duplicates: bool,

    #[command(flatten)]
    columns: ColumnArguments,
}

/// Which question to ask of the rows.
#[derive(Debug, Clone, Copy, Args)]
pub struct QuestionArguments {
    /// What to group by
    #[arg(
        long,
        value_enum,
        default_value = "item",
        value_name = "GROUP",
        help_heading = "Question"
    )]
    group_by: GroupName,
    /// What to add up in each group
    #[arg(
        long,
        value_enum,
        default_value = "purchases",
        value_name = "MEASURE",
        help_heading = "Question"
    )]
    measure: MeasureName,
}

/// A status as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StatusName {
    /// Already public
    Public,
    /// Made up
    Synthetic,
    /// About people, from another period or purpose
    Historical,
    /// About people whose privacy is at stake
    Private,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Self {
        match name {
            StatusName::Public => Status::Public,
            StatusName::Synthetic => Status::Synthetic,
            StatusName::Historical => Status::Historical,
            StatusName::Private => Status::Private,
        }
    }
}

/// Reads the word of a reason whose rows can be kept.
fn kept() -> impl TypedValueParser<Value = Reason> {
    let words = Reason::ALL.into_iter().filter_map(Reason::keep);
    PossibleValuesParser::new(words).try_map(|word| {
        let reason = Reason::ALL.into_iter().find(|reason| reason.keep() == Some(word.as_str()));
        reason.ok_or("no reason to drop rows")
    })
}

/// A rule for cancelled rows as typed; `None`: nothing is cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TypedCancelRule(Option<CancelRule>);

fn cancelled(text: &str) -> Result<TypedCancelRule, CancelRuleError> {
    match text.trim() {
        "none" => Ok(TypedCancelRule(None)),
        text => CancelRule::parse(text).map(|rule| TypedCancelRule(Some(rule))),
    }
}

/// An amount of money above 0, in stored units.
pub fn money(text: &str, flag: &str, unit: Unit) -> anyhow::Result<u64> {
    unit.stored(text).ok_or_else(|| {
        anyhow!("--{flag}: '{text}' is no amount of money above 0 in steps of {unit}, such as 50 or 12.50")
    })
}

/// One printable ASCII character that is no quote, letter or digit, or a tab.
fn separator(text: &str) -> Result<u8, String> {
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, &[byte])
            if byte == b'\t' || byte == b' ' || byte.is_ascii_punctuation() && byte != b'"' =>
        {
            Ok(byte)
        }
        _ => Err("write one character such as , or ; or |, or the word tab".to_owned()),
    }
}

fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err("write . or ,".to_owned()),
    }
}

/// A mark between thousands as typed; `None`: there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Thousands(Option<char>);

fn thousands(text: &str) -> Result<Thousands, String> {
    match text {
        "none" => Ok(Thousands(None)),
        _ => match text.chars().collect::<Vec<_>>()[..] {
            [mark @ (',' | '.' | '\'' | ' ' | '_' | '\u{a0}' | '\u{202f}' | '\u{2009}')] => {
                Ok(Thousands(Some(mark)))
            }
            _ => Err("write one of , . ' or a blank, or the word none".to_owned()),
        },
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum GroupName {
    Item,
    Category,
    Country,
    Hour,
    Weekday,
    Month,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MeasureName {
    Purchases,
    Rows,
    Buyers,
    Revenue,
}

impl ValueEnum for Mechanism {
    fn value_variants<'a>() -> &'a [Self] {
        &Mechanism::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.name()).help(self.brief());
        Some(if *self == Mechanism::GumbelTopK { value.alias("gumbel") } else { value })
    }
}

impl QuestionArguments {
    /// The question.
    pub fn question(self) -> Question {
        Question {
            group_by: match self.group_by {
                GroupName::Item => GroupBy::Item,
                GroupName::Category => GroupBy::Category,
                GroupName::Country => GroupBy::Country,
                GroupName::Hour => GroupBy::Hour,
                GroupName::Weekday => GroupBy::Weekday,
                GroupName::Month => GroupBy::Month,
            },
            measure: match self.measure {
                MeasureName::Purchases => Measure::Purchases,
                MeasureName::Rows => Measure::Rows,
                MeasureName::Buyers => Measure::Buyers,
                MeasureName::Revenue => Measure::Revenue,
            },
        }
    }
}

impl InputArguments {
    /// Where to read from.
    pub fn input(&self) -> Input {
        match &self.file {
            None => Input::Sample,
            Some(path) if path.as_os_str() == "-" => Input::Stdin,
            Some(path) => Input::File(path.clone()),
        }
    }

    /// The file to read, where it is one with a name.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| path.as_os_str() != "-")
    }

    /// Whether standard input is read.
    pub fn is_stdin(&self) -> bool {
        self.file.as_deref().is_some_and(|path| path.as_os_str() == "-")
    }

    /// The dataset's name in its ledger: the one that was given, else that of the input.
    pub fn dataset(&self, given: Option<&str>) -> anyhow::Result<String> {
        match given {
            Some(name) => Ok(name.to_owned()),
            None => dataset_name(&self.input())
                .ok_or_else(|| anyhow!("standard input has no name: give --dataset NAME")),
        }
    }

    /// How to read it.
    pub fn options(&self) -> Options {
        Options {
            columns: self.columns.choice(),
            purpose: Use::Trial,
            encoding: self.encoding.clone(),
            separator: self.separator,
            line_breaks: self.line_breaks.then_some(true),
            date_format: self.date_format.clone(),
            decimal: self.decimal,
            thousands: self.thousands.map(|mark| mark.0),
            cancelled: self.rules(),
            unit: None,
            status: self.status.map(Status::from),
            cleaning: Cleaning::keeping(self.keep.iter().copied())
                .with(Reason::Duplicate, self.drop_duplicates),
        }
    }

    /// How to read it for a release: no decision follows from rows, but where guesses are
    /// adopted.
    pub fn release_options(
        &self,
        adopt_guesses: bool,
        unit: Option<Unit>,
    ) -> anyhow::Result<Options> {
        ensure!(
            !self.keep.contains(&Reason::MissingUser),
            "--keep missing-user makes one user of all rows without one, whom no bound protects: nothing can be \
             released with it"
        );
        Ok(Options { purpose: Use::Release { adopt_guesses }, unit, ..self.options() })
    }

    /// The rules for cancelled rows, where some were declared.
    fn rules(&self) -> Option<Vec<CancelRule>> {
        (!self.cancelled.is_empty())
            .then(|| self.cancelled.iter().filter_map(|rule| rule.0.clone()).collect())
    }

    /// Reads the purchases and collects the pairs of a question.
    pub fn read(&self, question: Question) -> anyhow::Result<(Purchases, Pairs)> {
        let purchases = read(&self.input(), &self.options())?;
        let pairs = Pairs::collect(&purchases, question, Pairs::DEFAULT_SALT)?;
        Ok((purchases, pairs))
    }
}
