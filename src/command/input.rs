//! Arguments that say what to read and how; shared by every command that reads.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::columns::ColumnArguments;
use super::limits;
use super::progress::read_with_progress;
use super::reading::ReadingArguments;
use crate::chart::grouped;
use crate::contribution::{Contributions, Pairs, QuestionError};
use crate::privacy::Mechanism;
use crate::purchases::{
    Decision, GroupBy, Input, Measure, MemoryLimit, Options, Purchases, Purpose, Question, Reason,
    RowsAre, Status, Unit, Use,
};
use crate::release::dataset_name;
use crate::table::files_of;
use crate::words::{self, Asker};

/// What to read and how.
#[derive(Debug, Clone, Args)]
pub struct InputArguments {
    /// CSV and its kin, a workbook, JSON Lines or Parquet, packed or not; a folder, a pattern or several files are one table; `-` for standard input [default: the embedded sample]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Status of the data: what looking at it discloses [default: private for a file, synthetic for the sample]
    #[arg(long, value_enum, value_name = "STATUS", help_heading = "Reading")]
    status: Option<StatusName>,

    /// Memory that this may take, about, such as 4GiB: rows beyond it wait in a temporary file where the command only adds
    /// them up, else it is refused [default: as much as it needs]
    #[arg(long, value_name = "SIZE", value_parser = limits::memory, help_heading = "Reading")]
    memory: Option<u64>,

    #[command(flatten)]
    reading: ReadingArguments,

    #[command(flatten)]
    columns: ColumnArguments,
}

/// Rows that are only added up may wait on disk.
pub fn rows_may_wait(mut options: Options) -> Options {
    if let Some(limit) = &mut options.memory {
        limit.rows_may_wait = true;
    }
    options
}

/// Which question to ask of the rows.
#[derive(Debug, Clone, Args)]
pub struct QuestionArguments {
    /// What to group by: item, category, country, hour, weekday, hour-of-week, day, week, month, quarter, or any column by its name
    /// [default: item]
    #[arg(long, value_name = "GROUP", value_parser = grouping, help_heading = "Question")]
    group_by: Option<Grouping>,
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

/// What events are grouped by.
#[derive(Debug, Clone, Args)]
pub struct EventGrouping {
    /// What to group by: a column by its name, or item, category, country... [default: the column of campaigns, else
    /// item]
    #[arg(long, value_name = "GROUP", value_parser = grouping, help_heading = "Question")]
    group_by: Option<Grouping>,
}

impl EventGrouping {
    /// The grouping that was asked for.
    pub fn group_by(&self) -> Option<GroupBy> {
        self.group_by.as_ref().map(|grouping| grouping.group_by)
    }

    fn column(&self) -> Option<&str> {
        self.group_by.as_ref()?.column.as_deref()
    }
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

/// An amount of money above 0, in stored units.
pub fn money(text: &str, flag: &str, unit: Unit) -> anyhow::Result<u64> {
    unit.stored(text).ok_or_else(|| {
        anyhow!("--{flag}: '{text}' is no amount of money above 0 in steps of {unit}, such as 50 or 12.50")
    })
}

/// A grouping as typed: one of the usual words, or a column's name.
#[derive(Debug, Clone)]
struct Grouping {
    group_by: GroupBy,
    column: Option<String>,
}

fn grouping(text: &str) -> Result<Grouping, String> {
    let word = text.trim();
    let usual = GroupBy::ALL.into_iter().find(|group| {
        let other = match group {
            GroupBy::Day => "daily",
            GroupBy::Week => "weekly",
            GroupBy::Month => "monthly",
            GroupBy::Quarter => "quarterly",
            GroupBy::HourOfWeek => "week-hour",
            _ => group.name(),
        };
        *group != GroupBy::Group
            && [group.name(), group.plural(), other].iter().any(|w| w.eq_ignore_ascii_case(word))
    });
    match (usual, word) {
        (Some(group_by), _) => Ok(Grouping { group_by, column: None }),
        (None, "") => Err("name a grouping or a column".to_owned()),
        (None, column) => {
            Ok(Grouping { group_by: GroupBy::Group, column: Some(column.to_owned()) })
        }
    }
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
    /// The grouping, where one was typed.
    pub fn given(&self) -> Option<GroupBy> {
        self.group_by.as_ref().map(|grouping| grouping.group_by)
    }

    /// The question.
    pub fn question(&self) -> Question {
        Question {
            group_by: self.given().unwrap_or(GroupBy::Item),
            measure: match self.measure {
                MeasureName::Purchases => Measure::Purchases,
                MeasureName::Rows => Measure::Rows,
                MeasureName::Buyers => Measure::Buyers,
                MeasureName::Revenue => Measure::Revenue,
            },
        }
    }
}

/// A question as typed in one word, such as `purchases/item`.
pub fn question_of(text: &str) -> anyhow::Result<Question> {
    let refused = || {
        anyhow!(
            "'{text}' is no question: write a measure and a grouping, such as purchases/item or revenue/week"
        )
    };
    let (measure, group_by) = text.split_once('/').ok_or_else(refused)?;
    let measure = MeasureName::from_str(measure.trim(), true).map_err(|_| refused())?;
    let group_by = grouping(group_by).map_err(|_| refused())?;
    ensure!(group_by.column.is_none(), refused());
    let arguments = QuestionArguments { group_by: Some(group_by), measure };
    Ok(arguments.question())
}

impl InputArguments {
    /// Where to read from.
    pub fn input(&self) -> Input {
        match &self.files[..] {
            [] => Input::Sample,
            [only] if only.as_os_str() == "-" => Input::Stdin,
            [only] => Input::File(only.clone()),
            several => Input::Files(several.to_vec()),
        }
    }

    /// The files to read, where they have names, with those that are read beside them.
    pub fn paths(&self) -> Vec<&Path> {
        let data = self.files.iter().map(PathBuf::as_path).filter(|path| path.as_os_str() != "-");
        // A file that the shell opened is a file that is read.
        let stdin = (cfg!(unix) && self.is_stdin()).then(|| Path::new("/dev/stdin"));
        let stdin = stdin.filter(|path| path.is_file());
        data.chain(stdin).chain(self.reading.files()).collect()
    }

    /// Every file that is read: those of folders and patterns one by one, and those beside the data.
    pub fn all_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for path in self.paths() {
            match files_of(path) {
                Ok(of_path) => files.extend(of_path),
                Err(_) => files.push(path.to_owned()),
            }
        }
        files
    }

    /// The file to read, where it is one with a name.
    pub fn path(&self) -> Option<&Path> {
        self.files.first().map(PathBuf::as_path).filter(|path| path.as_os_str() != "-")
    }

    /// Whether standard input is read.
    pub fn is_stdin(&self) -> bool {
        self.files.iter().any(|path| path.as_os_str() == "-")
    }

    /// The dataset's name in its ledger: the one that was given, else that of the input.
    pub fn dataset(&self, given: Option<&str>) -> anyhow::Result<String> {
        match given {
            Some(name) => Ok(name.to_owned()),
            None => dataset_name(&self.input())
                .ok_or_else(|| anyhow!("the data has no one name: give --dataset NAME")),
        }
    }

    /// How to read it for a question.
    pub fn options(&self, question: &QuestionArguments) -> anyhow::Result<Options> {
        self.options_with(
            question.group_by.as_ref().and_then(|grouping| grouping.column.as_deref()),
        )
    }

    /// How to read it, whatever is asked.
    pub fn plain_options(&self) -> anyhow::Result<Options> {
        self.options_with(None)
    }

    /// How to read rows that are events, of which none is filtered away.
    pub fn event_options(&self, grouping: &EventGrouping) -> anyhow::Result<Options> {
        Ok(Options { rows: RowsAre::Events, ..self.options_with(grouping.column())? })
    }

    fn options_with(&self, group: Option<&str>) -> anyhow::Result<Options> {
        ensure!(
            self.files.len() < 2 || !self.is_stdin(),
            "standard input (-) cannot be read together with files"
        );
        let mut options = Options {
            columns: self.columns.choice(),
            status: self.status.map(Status::from),
            memory: self.memory.map(|bytes| MemoryLimit { bytes, rows_may_wait: false }),
            ..Options::default()
        };
        if let Some(column) = group {
            options.columns[Purpose::Group] = Some(column.to_owned());
        }
        self.reading.declare(&mut options)?;
        Ok(options)
    }

    /// How to read it for a release: no decision follows from rows, but where guesses are
    /// adopted. The unit that was declared is that of `measure`.
    pub fn release_options(
        &self,
        adopt_guesses: bool,
        question: Option<&QuestionArguments>,
    ) -> anyhow::Result<Options> {
        let mut options = match question {
            Some(question) => self.options(question)?,
            None => self.plain_options()?,
        };
        ensure!(
            options.cleaning.drops(Reason::MissingUser),
            "--keep missing-user makes one user of all rows without one, whom no bound protects: nothing can be \
             released with it"
        );
        options.purpose = Use::Release { adopt_guesses };
        if question.is_some_and(|question| question.question().measure == Measure::Purchases)
            && options.quantity_unit.is_none()
        {
            options.quantity_unit = options.unit.take();
        }
        Ok(options)
    }

    /// The units that were declared.
    pub fn has_unit(&self) -> bool {
        self.reading.words(Decision::Unit).is_some()
    }

    /// Reads the purchases and collects the pairs of a question.
    pub fn read(&self, question: &QuestionArguments) -> anyhow::Result<(Purchases, Pairs)> {
        let options = rows_may_wait(self.options(question)?);
        let purchases = read_with_progress(&self.input(), &options)?;
        let pairs = Pairs::collect(&purchases, question.question(), Pairs::DEFAULT_SALT);
        let pairs = pairs.map_err(|error| with_doubt(&purchases, error))?;
        usable(&purchases, &pairs)?;
        Ok((purchases, pairs))
    }

    /// Reads a log of events, its rows added up by their groups.
    pub fn read_unbounded_events(&self) -> anyhow::Result<(Purchases, Contributions)> {
        let options = Options { rows: RowsAre::Events, ..rows_may_wait(self.options_with(None)?) };
        let events = read_with_progress(&self.input(), &options)?;
        let rows_of_groups = Question { group_by: GroupBy::Group, measure: Measure::Rows };
        let given = Contributions::collect(&events, rows_of_groups)?;
        Ok((events, given))
    }

    /// Reads the purchases and adds up what users give, where no bound is asked for.
    pub fn read_unbounded(
        &self,
        question: &QuestionArguments,
    ) -> anyhow::Result<(Purchases, Contributions)> {
        let options =
            Options { asked: Some(question.question()), ..rows_may_wait(self.options(question)?) };
        let purchases = read_with_progress(&self.input(), &options)?;
        let given = Contributions::collect(&purchases, question.question());
        let given = given.map_err(|error| with_doubt(&purchases, error))?;
        usable(&purchases, &given)?;
        Ok((purchases, given))
    }
}

/// What a question lacks, and what is doubtful about it.
fn with_doubt(purchases: &Purchases, error: QuestionError) -> anyhow::Error {
    match purchases.grounds.doubt_of(Decision::Column(Purpose::Price)) {
        Some(doubt) => {
            let sentence = words::said(&error, Asker::CommandLine);
            anyhow!("{sentence} ({})", doubt.words)
        }
        None => error.into(),
    }
}

/// Refuses data of which no row can be used for the question.
fn usable(purchases: &Purchases, given: &Contributions) -> anyhow::Result<()> {
    if !given.is_empty() || purchases.report.rows_kept == 0 {
        return Ok(());
    }
    let losses = given.report().dropped.losses();
    let columns: Vec<String> = losses
        .into_iter()
        .filter_map(|loss| {
            Some(format!("{} with an unreadable {}", grouped(loss.rows), loss.column?))
        })
        .collect();
    let formulas = purchases.grounds.doubt_of(Decision::Sheet);
    let formulas = formulas.map_or(String::new(), |doubt| format!(" ({})", doubt.words));
    bail!(
        "no row can be used for {}: of {}, {}{formulas}; look at the cells with inspect --measure rows --rows 3, and \
         name another column, or its --decimal, --thousands or --date-format",
        given.question(),
        grouped(purchases.report.rows_kept),
        columns.join(", ")
    );
}
