//! The command line: one file a subcommand.

mod advise;
mod anonymity;
mod assumed;
mod calibrate;
mod columns;
mod compare;
mod completions;
mod compose;
mod ending;
mod explore;
mod generate;
mod input;
mod inspect;
mod ledger;
mod limits;
mod output;
mod preview;
mod progress;
mod rates;
mod reading;
mod recommend;
mod release;
mod release_rates;
mod risk;
mod shared_question;
mod statement;
mod sweep;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::ending::{EarlyEnd, INTERRUPTED, REFUSED, UNMET, Unmet};
use crate::export::{is_obeyed, shown};
use crate::table::{abandon_files, apart};
use crate::words::{self, Asker};

/// An oscilloscope for ε: see what differential privacy does to a purchase dataset,
/// before you deploy it.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    propagate_version = true,
    args_conflicts_with_subcommands = true,
    after_help = "Without a subcommand the explorer opens on the embedded sample.\n\n\
        Exit codes: 0 done, 1 what sweep --assert asks does not hold, 2 refused (a sentence says why), 130 stopped by Ctrl-C.\n\n\
        Examples:\n  epsiloscope\n  epsiloscope explore orders.csv\n  \
        epsiloscope inspect orders.csv --format json\n  \
        epsiloscope sweep orders.csv --epsilon 0.01:10:24 --l0 5,20 --linf 10 --chart sweep.svg"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    explore: explore::Explore,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the explorer on a file, or on the embedded sample.
    Explore(Box<explore::Explore>),
    /// Say what was read from a file, kept and dropped, and what users contribute.
    Inspect(Box<inspect::Inspect>),
    /// Compute error and ranking drift over ε, bounds and mechanisms.
    Sweep(Box<sweep::SweepArguments>),
    /// Find the smallest ε at which what you want of a release holds.
    Advise(Box<advise::Advise>),
    /// Say how far two files of groups and values agree in their order.
    Compare(compare::CompareArguments),
    /// Say how many of those who saw a campaign converted, and what noise leaves of that.
    Rates(Box<rates::RatesArguments>),
    /// Learn private recommendation models and say how good their lists are over ε.
    Recommend(Box<recommend::RecommendArguments>),
    /// Publish noised sums once: spends from a ledger.
    Release(Box<release::Release>),
    /// Make, show or check a ledger: what a dataset's privacy loss budget was spent on.
    Ledger(ledger::LedgerCommand),
    /// Say what an attacker gains from a release, or from all that a ledger has spent.
    Risk(risk::RiskCommand),
    /// Say how few points single users out, and what k-anonymity is worth beside DP.
    Anonymity(Box<anonymity::Anonymity>),
    /// Find the smallest noise for a guarantee.
    Calibrate(calibrate::Calibrate),
    /// Say what several mechanisms cost together, by each accountant.
    Compose(compose::Compose),
    /// Make a synthetic purchase file.
    Generate(generate::Generate),
    /// Print completions for a shell.
    Completions(completions::Completions),
}

/// Parses the command line, runs it and returns the exit code: 0, 1 where an assertion does not
/// hold, 2 for refused input, each with one sentence on standard error, 130 after Ctrl-C.
pub fn run() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == apart::WORD) {
        return apart::serve();
    }
    apart::read_apart();
    // Where it is refused a signal ends the program, as before.
    let _ = crate::work::Interrupt::outgrown_files_are_errors();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and versions hold no word of the user's; they are not errors.
        Err(help) if !help.use_stderr() => {
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            // The message repeats what was typed.
            let is_odd = |word: &str| word.contains(is_obeyed) || word.len() > LONGEST_WORD;
            let said = error.render().to_string();
            // The lines of usage and of possible values are broken by nobody else.
            if std::env::args_os().any(|word| is_odd(&word.to_string_lossy()))
                || output::fitted(&said, output::room_beside()) != said
            {
                output::ask(&cut_short(&said));
            } else {
                let _ = error.print();
            }
            return ExitCode::from(REFUSED);
        }
    };
    let meant =
        arguments.command.is_none().then(|| arguments.explore.misspelt(subcommands())).flatten();
    let done = match arguments.command {
        None => arguments.explore.run(),
        // The explorer reads Ctrl-C as a key.
        Some(Command::Explore(explore)) => explore.run(),
        Some(command) => progress::heed_interrupts().and_then(|()| command.run()),
    };
    match done {
        // What ended with an error after Ctrl-C ended for it: a child that reads gets it, too.
        Err(_) if progress::is_interrupted() => {
            progress::say_interrupted(abandon_files());
            ExitCode::from(INTERRUPTED)
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // `{:#}` would repeat causes; every error here is one whole sentence, on one line.
            let mut sentence = words::said(error.as_ref(), Asker::CommandLine);
            if let Some(meant) = &meant {
                sentence = format!("{sentence}; did you mean the subcommand '{meant}'?");
            }
            output::say(&shown(&cut_short(&format!("epsiloscope: {sentence}"))));
            ExitCode::from(if error.downcast_ref::<EarlyEnd>().is_some() {
                INTERRUPTED
            } else if error.downcast_ref::<Unmet>().is_some() {
                UNMET
            } else {
                REFUSED
            })
        }
    }
}

/// A longer word of a sentence is shown by its beginning and its end.
const LONGEST_WORD: usize = 300;

/// A sentence without what would fill the screen: names are said as far as anybody reads them.
fn cut_short(sentence: &str) -> String {
    let word = |word: &str| {
        let letters = word.chars().count();
        if letters <= LONGEST_WORD {
            return word.to_owned();
        }
        let begin: String = word.chars().take(LONGEST_WORD / 2).collect();
        let end: String = word.chars().skip(letters - LONGEST_WORD / 6).collect();
        format!("{begin}…{end}")
    };
    sentence.split_inclusive(char::is_whitespace).map(word).collect()
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Command::Explore(explore) => explore.run(),
            Command::Inspect(inspect) => inspect.run(),
            Command::Sweep(sweep) => sweep.run(),
            Command::Advise(advise) => advise.run(),
            Command::Compare(compare) => compare.run(),
            Command::Rates(rates) => rates.run(),
            Command::Recommend(recommend) => recommend.run(),
            Command::Release(release) if release.is_of_rates() => release_rates::run(&release),
            Command::Release(release) => release.run(),
            Command::Ledger(ledger) => ledger.run(),
            Command::Risk(risk) => risk.run(),
            Command::Anonymity(anonymity) => anonymity.run(),
            Command::Calibrate(calibrate) => calibrate.run(),
            Command::Compose(compose) => compose.run(),
            Command::Generate(generate) => generate.run(),
            Command::Completions(completions) => completions.run(Arguments::command()),
        }
    }
}

/// The words of all subcommands.
fn subcommands() -> Vec<String> {
    Arguments::command().get_subcommands().map(|one| one.get_name().to_owned()).collect()
}

/// Whether whoever read our output has gone (`| head`): no reason to complain.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
