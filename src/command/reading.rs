//! The flags that declare decisions of reading: one for each, in the words of the decision.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::builder::TypedValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use super::output;
use crate::purchases::{Decision, KeptReading, Options};

/// How often a flag may be given, and whether it needs a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Once,
    Several,
    /// `--flag` alone says yes, `--flag=no` says no.
    YesNo,
}

/// A flag: its decision, its value's name, what it says.
type Flag = (Decision, Given, &'static str, &'static str);

/// In the order of help.
const FLAGS: &[Flag] = &[
    (
        Decision::Sheet,
        Given::Once,
        "NAME",
        "The sheet of a workbook (several: 'NAME,NAME', one below the other), or the file in a zip archive [default: the only one, or the first]",
    ),
    (
        Decision::Encoding,
        Given::Once,
        "NAME",
        "Text encoding, for example windows-1252 [default: UTF-8; where a file is none and is not released, Windows-1252]",
    ),
    (
        Decision::Separator,
        Given::Once,
        "SIGN",
        "What parts fields: a sign such as , ; | or ::, one of the words tab, space, blanks, or columns=1,10,25 for the places of a line at which columns begin [default: told from the header line]",
    ),
    (
        Decision::NoHeader,
        Given::YesNo,
        "yes|no",
        "There is no header: the columns are then called 1, 2, ...",
    ),
    (
        Decision::SkipLines,
        Given::Once,
        "LINES",
        "Lines above the header that are passed over [default: 0 in a release]",
    ),
    (
        Decision::LineBreaks,
        Given::YesNo,
        "yes|no",
        "Cells in quotes may span lines: whoever writes a row is then trusted to close its quotes",
    ),
    (
        Decision::Join,
        Given::Once,
        "FILE",
        "A table that says who bought, joined by a column that both have (or by --by)",
    ),
    (
        Decision::JoinKeysUnique,
        Given::YesNo,
        "yes|no",
        "No two users share a key of --join FILE, by your word: a release needs it, and states it as unprotected, for one user who named another's order would take its lines away",
    ),
    (
        Decision::DateFormat,
        Given::Once,
        "SPELLING",
        "How dates are spelt: iso, day-first, month-first, year-first, excel, or a pattern such as '%d.%m.%Y %H:%M'",
    ),
    (
        Decision::Decimal,
        Given::Several,
        "MARK",
        "The mark before decimals, a point or a comma; for one column 'price=,'",
    ),
    (
        Decision::Thousands,
        Given::Several,
        "MARK",
        "The mark between thousands, one character, or none; for one column 'price=.'",
    ),
    (
        Decision::Where,
        Given::Several,
        "RULE",
        "Which rows count: 'status=paid,shipped', 'event=transaction' or 'type!=RETURN', or none (all rows); all rules must hold",
    ),
    (
        Decision::Cancelled,
        Given::Several,
        "RULE",
        "What cancels a row: 'COLUMN^=C' (begins with), 'COLUMN=canceled,refunded' (is one of), 'COLUMN!=paid' (is not), or none; any rule suffices",
    ),
    (
        Decision::MissingUser,
        Given::Several,
        "WORDS",
        "Words for nobody in the user's column, such as '0,Guest', or none",
    ),
    (
        Decision::FillDown,
        Given::Once,
        "user",
        "Rows without a user take that of the row above, within one text of --by",
    ),
    (
        Decision::By,
        Given::Once,
        "COLUMN",
        "The column within which users are filled down, or by which tables are joined ('order_id=id' where its names differ)",
    ),
    (
        Decision::UserSpelling,
        Given::Once,
        "SPELLING",
        "Whether ids that differ in capital letters or zeros at the beginning are one user: as-is or fold",
    ),
    (
        Decision::Keep,
        Given::Several,
        "REASON",
        "Keep rows that cleaning would drop, by reason: missing-user, missing-item, unreadable, cancelled, quantity-not-positive, price-not-positive",
    ),
    (Decision::DropDuplicates, Given::YesNo, "yes|no", "Drop exact repeats of earlier rows"),
    (
        Decision::Unit,
        Given::Several,
        "UNIT",
        "The unit in which numbers are added up, a power of ten; 'quantity=0.001' for quantities [default of a release: 0.0001 of money, whole quantities]",
    ),
];

const HEADING: &str = "Reading";
const KEPT: &str = "reading";

/// Decisions declared on the command line, or in a kept reading.
#[derive(Debug, Clone)]
pub struct ReadingArguments {
    words: Vec<(Decision, Vec<String>)>,
    kept: Option<PathBuf>,
}

impl ReadingArguments {
    /// Declares the decisions in `options`, which holds those of other flags already: flags win
    /// over a kept reading, and that is said.
    pub fn declare(&self, options: &mut Options) -> anyhow::Result<()> {
        for (decision, words) in &self.words {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            options
                .declare(*decision, &words)
                .map_err(|error| anyhow!("--{}: {error}", decision.flag()))?;
        }
        self.declare_kept(options)?;
        if options.join_keys_unique.is_some() && options.join.is_none() {
            bail!(
                "--join-keys-unique has no effect: nothing is joined; give --join FILE with it, or leave it out"
            );
        }
        if self.words(Decision::By).is_some()
            && options.by.is_some()
            && options.fill_down != Some(true)
            && options.join.is_none()
        {
            bail!(
                "--by has no effect: nothing is filled down or joined by it; give --fill-down user or --join FILE with it, or leave it out"
            );
        }
        Ok(())
    }

    fn declare_kept(&self, options: &mut Options) -> anyhow::Result<()> {
        let Some(path) = &self.kept else { return Ok(()) };
        let kept = read_kept(path)?;
        let passed_over = kept
            .declare(options)
            .map_err(|error| anyhow!("{} is no kept reading: {error}", path.display()))?;
        for (decision, word) in passed_over {
            output::say(&format!(
                "epsiloscope: --{} wins over {}, which says {word}",
                decision.flag(),
                path.display()
            ));
        }
        Ok(())
    }

    /// The words of a decision, where it was declared by its flag.
    pub fn words(&self, decision: Decision) -> Option<&[String]> {
        let declared = self.words.iter().find(|(of, _)| *of == decision);
        declared.map(|(_, words)| words.as_slice())
    }

    /// The files that are read beside the data.
    pub fn files(&self) -> Vec<&Path> {
        let joined = self.words(Decision::Join).and_then(<[String]>::last).map(Path::new);
        joined.into_iter().chain(self.kept.as_deref()).collect()
    }
}

/// A kept reading is some lines of text: more, or a device that never ends, is something else.
fn read_kept(path: &Path) -> anyhow::Result<KeptReading> {
    const MOST: u64 = 1 << 20;
    let refused = |cause: io::Error| anyhow!("{} cannot be read: {cause}", path.display());
    let facts = std::fs::metadata(path).map_err(refused)?;
    // Opening a FIFO would wait for a writer.
    if !facts.is_file() {
        bail!(
            "{} is no kept reading: it is no regular file, as inspect --save-reading writes one",
            path.display()
        );
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(refused)?;
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > MOST {
        bail!("{} is no kept reading: it is larger than 1 MiB", path.display());
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| anyhow!("{} is no kept reading: it is no UTF-8", path.display()))?;
    KeptReading::parse(&text)
        .map_err(|error| anyhow!("{} is no kept reading: {error}", path.display()))
}

impl Args for ReadingArguments {
    fn augment_args(command: Command) -> Command {
        let arg = |&(decision, given, value, help): &Flag| {
            let flag = decision.flag();
            let is_said = move |text: String| match Options::default().declare(decision, &[&text]) {
                Ok(()) => Ok(text),
                Err(error) => Err(error.to_string()),
            };
            let arg = Arg::new(flag)
                .long(flag)
                .value_name(value)
                .help(help)
                .help_heading(HEADING)
                // Words for nobody may be signs: -1, -.
                .allow_hyphen_values(decision == Decision::MissingUser)
                .value_parser(clap::builder::StringValueParser::new().try_map(is_said));
            match given {
                Given::Once => arg.action(ArgAction::Set),
                Given::Several => arg.action(ArgAction::Append),
                Given::YesNo => arg
                    .action(ArgAction::Set)
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("yes"),
            }
        };
        let kept = Arg::new(KEPT)
            .long(KEPT)
            .value_name("FILE")
            .help("Decisions that inspect --save-reading kept; flags win over them")
            .help_heading(HEADING)
            .value_parser(clap::value_parser!(PathBuf));
        command.args(FLAGS.iter().map(arg)).arg(kept)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ReadingArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let words = FLAGS.iter().filter_map(|(decision, ..)| {
            let given = matches.get_many::<String>(decision.flag())?;
            let words: Vec<String> = given.cloned().collect();
            // Reasons are one list, however often the flag stands.
            let words = if *decision == Decision::Keep { vec![words.join(",")] } else { words };
            Some((*decision, words))
        });
        Ok(Self { words: words.collect(), kept: matches.get_one::<PathBuf>(KEPT).cloned() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
