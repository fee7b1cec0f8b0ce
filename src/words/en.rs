//! English. An arm says its sentence by who asks; what everybody is told alike is the plain
//! sentence of the error itself, in an arm that lists its variants.

use super::asker::Asker;
pub use super::sense::below_sense;
use crate::anonymity::AnonymityError;
use crate::contribution::{BoundError, QuestionError};
use crate::export::picture::PictureError;
use crate::privacy::CalibrationError;
use crate::privacy::accounting::{Amount, AmountError, Cost, NoAnswer};
use crate::purchases::{GeneratorError, ReadError};
use crate::rates::{RatesError, RatesRefusal};
use crate::recommend::{HoldoutError, ModelFileError, ModelOrderError, NoModel};
use crate::rehearsal::{LoadError, NoLists, PlanRefusal};
use crate::release::{
    CatalogueError, Finding, Fits, LedgerError, NoiseError, OrderError, ReleaseError, RuleError,
    Unpublished,
};
use crate::simulation::DesignError;
use crate::table::{Fault, GroupValuesError, TableError, WriteError};

/// What δ is usually taken.
const USUAL_DELTA: &str = "for example 1e-6 (well below one over the number of users)";
/// Where the explorer names columns.
const ON_DATA: &str = "name one on the Data screen (key 1)";

/// How a column is named for a purpose.
pub fn how_columns_are_set(to: Asker) -> &'static str {
    to.of("set with --user COLUMN and so on", "set on the Data screen (key 1)")
}

pub fn table(error: &TableError, to: Asker) -> String {
    match error {
        TableError::UnknownEncoding { label } if is_dos(label) => format!(
            "{label} is a code page of DOS, which is not read: save the file as UTF-8, for example with `iconv -f {label} -t utf-8`"
        ),
        TableError::UnknownEncoding { .. } => format!("{error}{}", to.of(" with --encoding", "")),
        TableError::NotInEncoding { .. } => {
            let advice = to.of(
                "name its encoding with --encoding, for example windows-1252",
                "choose its encoding on Data (1), or save it as UTF-8 and open it again",
            );
            format!("{error}: {advice}")
        }
        TableError::ManyMembers { .. } => {
            format!("{error}{}", to.of(" with --sheet, as in --sheet orders.csv, or several that are one table, as in --sheet jan.csv,feb.csv", ""))
        }
        TableError::Row { fault: Fault::Nul, .. } => {
            let advice = to
                .of("say --encoding utf-16le (or utf-16be)", "save it as UTF-8 and open it again");
            format!("{error}; if it is UTF-16, {advice}")
        }
        TableError::Row {
            fault:
                Fault::OpenQuote
                | Fault::TooLong
                | Fault::TooManyFields(_)
                | Fault::TooFewFields(_)
                | Fault::HeaderAgain
                | Fault::AcrossColumns(_)
                | Fault::NotJson,
            ..
        }
        | TableError::NotFound { .. }
        | TableError::Permission { .. }
        | TableError::Directory { .. }
        | TableError::Io { .. }
        | TableError::Empty { .. }
        | TableError::HeaderOnly { .. }
        | TableError::NotItsName { .. }
        | TableError::Unsupported { .. }
        | TableError::CutShort { .. }
        | TableError::Damaged { .. }
        | TableError::Grows { .. }
        | TableError::NoSheet { .. }
        | TableError::ColumnsFromRows { .. }
        | TableError::NoFiles { .. }
        | TableError::OtherColumns { .. }
        | TableError::NoMemory { .. }
        | TableError::CrOnly { .. }
        | TableError::DoubledColumn { .. }
        | TableError::Refused { .. }
        | TableError::ColumnType { .. } => error.to_string(),
    }
}

/// Whether an encoding is called as those of DOS are: cp850, ibm437.
fn is_dos(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    ["cp", "ibm", "oem"].iter().any(|word| {
        label
            .strip_prefix(word)
            .is_some_and(|rest| rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

pub fn write(error: &WriteError, to: Asker) -> String {
    match error {
        WriteError::Io { .. } => format!("{error}{}", to.of(" with --out", "")),
        WriteError::Directory { .. }
        | WriteError::NoFolder { .. }
        | WriteError::Ledger { .. }
        | WriteError::BesideLedger { .. }
        | WriteError::Disk { .. }
        | WriteError::Release { .. }
        | WriteError::Ending { .. } => error.to_string(),
    }
}

pub fn group_values(error: &GroupValuesError, to: Asker) -> String {
    match (error, to) {
        (GroupValuesError::Table(error), _) => table(error, to),
        (GroupValuesError::NoColumn { purpose, .. }, Asker::CommandLine) => {
            format!("{error}: choose another with --{purpose}")
        }
        (GroupValuesError::NoColumn { .. }, Asker::Explorer) => {
            format!("{error}: choose another")
        }
        (GroupValuesError::SameColumn { name, column }, Asker::CommandLine) => format!(
            "{name}: --group and --value both name the column {column}: groups and values need a column each"
        ),
        (GroupValuesError::NotANumber { .. }, Asker::CommandLine) => {
            format!("{error} with --value")
        }
        (
            GroupValuesError::SameColumn { .. } | GroupValuesError::NotANumber { .. },
            Asker::Explorer,
        )
        | (
            GroupValuesError::OneColumn { .. }
            | GroupValuesError::NoGroup { .. }
            | GroupValuesError::NoValue { .. }
            | GroupValuesError::NotFinite { .. }
            | GroupValuesError::Doubled { .. },
            _,
        ) => error.to_string(),
    }
}

pub fn read(error: &ReadError, to: Asker) -> String {
    use ReadError::{
        Cancelled, FillDownNeedsBy, Join, JoinKeys, Memory, NamedColumnMissing, NoColumn, NoEffect,
        NothingLeft, OnlyEvents, OtherColumns, PriceAndTotal, RuleColumnMissing, SameMark,
        SeveralColumns, Spill, Table, TooLarge, Twice, Uneven, Unstable,
    };
    match (error, to) {
        (Table(error), _) => table(error, to),
        (NoColumn { file, purpose, columns }, _) => {
            let how = match to {
                Asker::CommandLine => format!("name it with --{purpose} COLUMN"),
                Asker::Explorer => "choose it here (enter)".to_owned(),
            };
            format!(
                "{file} has no column that is plainly the {purpose}: {how}; its columns are {columns}"
            )
        }
        (OnlyEvents { file, columns }, _) => {
            let how = match to {
                Asker::CommandLine => {
                    "epsiloscope rates shows its rates, and release --rate releases them; to read it as purchases, name the item with --item COLUMN"
                }
                Asker::Explorer => {
                    "Rates (9) shows its rates; to read it as purchases, choose the item here (enter)"
                }
            };
            format!(
                "{file} is a log of events: a column says what happened, and none is plainly the item that was bought. {how}; its \
                 columns are {columns}"
            )
        }
        (SeveralColumns { file, purpose, good, columns }, _) => {
            let how = match to {
                Asker::CommandLine => format!("name one with --{purpose} COLUMN"),
                Asker::Explorer => "choose one here (enter)".to_owned(),
            };
            format!(
                "{file} has several columns that could be the {purpose} ({good}): {how}; its columns are {columns}"
            )
        }
        (NamedColumnMissing { file, purpose, column, columns }, Asker::CommandLine) => {
            // Columns are called by numbers where there is no header.
            let is_number = !column.is_empty() && column.bytes().all(|byte| byte.is_ascii_digit());
            format!(
                "{file} has no column {column}, which --{} names; its columns are {columns}{}",
                if *purpose == "group" { "group-by" } else { purpose },
                match is_number && !columns.starts_with('1') {
                    true => "; if these are the first row, there is no header: say --no-header",
                    false => "",
                }
            )
        }
        (PriceAndTotal, Asker::CommandLine) => {
            "--price and --total were both given: name the unit price or the line total, not both"
                .to_owned()
        }
        (SameMark(_), Asker::CommandLine) => {
            format!("{error}: say --decimal and --thousands, such as --decimal , --thousands .")
        }
        (SameMark(_), Asker::Explorer) => format!("{error}: choose another for one of them"),
        (RuleColumnMissing { file, flag, column, columns }, Asker::CommandLine) => format!(
            "{file} has no column {column}, which --{flag} names; its columns are {columns}"
        ),
        (NoEffect { flag, .. }, Asker::CommandLine) => format!("{error}: leave --{flag} out"),
        (FillDownNeedsBy, Asker::CommandLine) => {
            "--fill-down needs --by COLUMN: users are filled down only within one order".to_owned()
        }
        (JoinKeys { .. }, Asker::CommandLine) => {
            format!("{error}, with --join-keys-unique; the statement then names it as unprotected")
        }
        (JoinKeys { .. }, Asker::Explorer) => {
            format!("{error}, in the line 'one user a key' of Data")
        }
        (Join { .. }, Asker::CommandLine) => format!("{error}; name the key with --by COLUMN"),
        (OtherColumns { .. }, Asker::CommandLine) => {
            format!("{error}; without --reading the decisions are made anew")
        }
        (Unstable { .. }, Asker::CommandLine) => format!("{error} with --encoding"),
        (Memory { waits: true, .. }, Asker::CommandLine) => {
            format!(
                "{error}: its rows wait on disk, but not the names of its users and items; give more with --memory"
            )
        }
        (Memory { waits: false, .. }, Asker::CommandLine) => format!(
            "{error}: this command holds all rows in memory; give more with --memory (inspect, sweep, advise and release \
             let rows wait on disk)"
        ),
        (Spill { .. }, _) => {
            format!("{error}: make room there, or name another folder in TMPDIR")
        }
        (
            NamedColumnMissing { .. }
            | PriceAndTotal
            | RuleColumnMissing { .. }
            | Unstable { .. }
            | FillDownNeedsBy
            | NoEffect { .. }
            | Join { .. }
            | OtherColumns { .. }
            | Memory { .. },
            Asker::Explorer,
        )
        | (NothingLeft { .. } | TooLarge { .. } | Twice { .. } | Uneven { .. } | Cancelled, _) => {
            error.to_string()
        }
    }
}

pub fn generator(error: &GeneratorError, to: Asker) -> String {
    match (error, to) {
        (_, Asker::Explorer) | (GeneratorError::Stopped(_), _) => error.to_string(),
        (GeneratorError::NoUsers, _) => "--users must be at least 1".to_owned(),
        (GeneratorError::NoItems, _) => "--items must be at least 1".to_owned(),
        (GeneratorError::FewRows { rows, users }, _) => format!(
            "--rows {rows} is fewer than --users {users}: every user needs at least one row"
        ),
        (GeneratorError::TooMany { what, asked, most }, _) => {
            format!("--{what} {asked} is more than {most}, the most that is generated in one file")
        }
        (GeneratorError::TooFew { what, asked, least }, _) => {
            format!("--{what} {asked} is fewer than {least}, the least of which events are made")
        }
    }
}

pub fn question(error: &QuestionError, to: Asker) -> String {
    match (error, to) {
        (QuestionError::NoGroupColumn { column, .. }, Asker::CommandLine) => {
            format!("{error}: name one with --{column} COLUMN")
        }
        (QuestionError::NoMoney, Asker::CommandLine) => {
            format!("{error}: name one with --price COLUMN or --total COLUMN")
        }
        (QuestionError::NoGroupColumn { .. } | QuestionError::NoMoney, Asker::Explorer) => {
            format!("{error}: {ON_DATA}")
        }
        (QuestionError::Spill { .. }, _) => {
            format!("{error}: make room there, or name another folder in TMPDIR")
        }
    }
}

pub fn no_rates(error: &RatesRefusal, to: Asker) -> String {
    match error {
        RatesRefusal::Read(error) => read(error, to),
        RatesRefusal::Rates(error) => rates(error, to),
    }
}

pub fn rates(error: &RatesError, to: Asker) -> String {
    use RatesError::{
        Both, Calibration, CountsInColumns, FewerGroups, NoEvents, NoExposure, NoRates, NoSuccess,
        NoSuchEvent, NoSuchGroup, NobodyExposed, NothingInCommon, NumberEvents, Question, Stopped,
    };
    match (error, to) {
        (Question(error), _) => question(error, to),
        (Calibration(error), _) => calibration(error, to),
        (NoEvents { .. }, Asker::CommandLine) => format!(
            "{error}: name it with --event COLUMN, or give what was seen as a file of its own with --exposures FILE"
        ),
        (NoExposure { .. }, Asker::CommandLine) => {
            format!("{error}: say which with --exposed EVENT")
        }
        (NoSuccess { .. }, Asker::CommandLine) => {
            format!("{error}: say which with --converted EVENT")
        }
        (NothingInCommon { what: "user", .. }, Asker::CommandLine) => format!(
            "{error}: name it with --user COLUMN, and where ids are spelt otherwise fold them with --user-spelling fold"
        ),
        (NothingInCommon { .. }, Asker::CommandLine) => {
            format!("{error}: name it with --group-by COLUMN")
        }
        (FewerGroups { .. }, Asker::CommandLine) => {
            format!("{error}, or leave out --groups")
        }
        (Both { .. }, Asker::CommandLine) => {
            format!("{error}: name other events with --exposed and --converted")
        }
        (NobodyExposed { .. }, Asker::CommandLine) => format!(
            "{error}: say with --exposed which events are exposure, or give what was seen with --exposures FILE"
        ),
        (NoEvents { .. }, Asker::Explorer) => {
            format!("{error}; the command line reads what was seen from a file of its own")
        }
        (
            NoSuchEvent { .. }
            | NoExposure { .. }
            | NoSuccess { .. }
            | Both { .. }
            | NobodyExposed { .. }
            | NoSuchGroup { .. }
            | NumberEvents { .. }
            | CountsInColumns { .. }
            | NothingInCommon { .. }
            | FewerGroups { .. }
            | NoRates { .. }
            | Stopped,
            _,
        ) => error.to_string(),
    }
}

pub fn bound(error: &BoundError, to: Asker) -> String {
    match error {
        BoundError::BuyersLinf(_) => {
            format!("{error}: leave {} out or set it to 1", to.of("--linf", "linf"))
        }
        BoundError::ZeroL0 | BoundError::ZeroLinf => error.to_string(),
    }
}

pub fn calibration(error: &CalibrationError, to: Asker) -> String {
    match error {
        CalibrationError::DeltaMissing(_) | CalibrationError::GaussianDelta => {
            format!("{error}: {}, {USUAL_DELTA}", to.of("give --delta", "type a δ"))
        }
        CalibrationError::Epsilon(_)
        | CalibrationError::EpsilonRange(_)
        | CalibrationError::Delta(_)
        | CalibrationError::NotWhole(_)
        | CalibrationError::NoUses
        | CalibrationError::TooWide
        | CalibrationError::Sensitivity(_)
        | CalibrationError::Overflow => error.to_string(),
    }
}

pub fn amount(error: &AmountError, _: Asker) -> String {
    error.to_string()
}

pub fn no_answer(error: &NoAnswer, _: Asker) -> String {
    error.to_string()
}

pub fn design(error: &DesignError, to: Asker) -> String {
    match error {
        DesignError::Calibration(error) => calibration(error, to),
        DesignError::Plan(error) => error.to_string(),
    }
}

pub fn holdout(error: &HoldoutError, to: Asker) -> String {
    match (error, to) {
        (HoldoutError::Question(error), _) => question(error, to),
        (HoldoutError::NoTime, _) => {
            let advice = to.of(
                "name one with --time COLUMN, or leave one item of every user out at random with --holdout random",
                ON_DATA,
            );
            format!("{error}: {advice}")
        }
        (HoldoutError::OneMoment, _) => format!("{error}{}", to.of(" with --holdout random", "")),
        (HoldoutError::NobodyBefore { share }, Asker::CommandLine) => format!(
            "nobody bought before the cut, which holds out the last {share} of the time range: choose a smaller \
             --test-share"
        ),
        (HoldoutError::NobodyAfter { items }, Asker::CommandLine) => format!(
            "nobody is left to evaluate: no user with a history buys a new item of the vocabulary (size {items}) after \
             the cut; choose a larger --test-share, more --items, or --holdout random"
        ),
        (HoldoutError::NobodyBefore { .. } | HoldoutError::NobodyAfter { .. }, Asker::Explorer)
        | (HoldoutError::OneItemEach | HoldoutError::StrangeCatalogue { .. }, _) => {
            error.to_string()
        }
    }
}

pub fn no_model(error: &NoModel, to: Asker) -> String {
    match (error, to) {
        (NoModel::Diverged, Asker::CommandLine) => {
            "training the autoencoder diverged: take another --seed, fewer --items or a larger ε"
                .to_owned()
        }
        (NoModel::Diverged, Asker::Explorer) | (NoModel::Cancelled | NoModel::Invalid(_), _) => {
            error.to_string()
        }
    }
}

pub fn model_file(error: &ModelFileError, to: Asker) -> String {
    match error {
        ModelFileError::Unreadable { .. } => {
            let how =
                to.of("with `epsiloscope recommend --publish`", "with `epsiloscope recommend`");
            format!("{error}; models are made {how}")
        }
        ModelFileError::Version { .. } | ModelFileError::Damaged { .. } => error.to_string(),
    }
}

pub fn catalogue(error: &CatalogueError, to: Asker) -> String {
    match error {
        CatalogueError::Table(error) => table(error, to),
        CatalogueError::NoHeader { .. } if to == Asker::CommandLine => {
            format!("{error}, or name the column with --groups-column")
        }
        CatalogueError::NoHeader { .. } => error.to_string(),
        CatalogueError::Doubled { .. }
        | CatalogueError::Missing { .. }
        | CatalogueError::NoColumn { .. } => error.to_string(),
    }
}

pub fn rule(error: &RuleError, to: Asker) -> String {
    match (error, to) {
        (RuleError::NeedsDelta(_), _) => {
            format!("{error}: {}, for example 1e-6", to.of("give --delta", "type a δ"))
        }
        (RuleError::BasicThreshold, Asker::CommandLine) => {
            "basic accounting adds up every δ: --threshold-delta divides the δ of a zcdp or rdp ledger"
                .to_owned()
        }
        (RuleError::NothingToConvert { accountant, delta }, Asker::CommandLine) => format!(
            "--threshold-delta must be below --delta, {:e}: the rest is what a {accountant} ledger converts with",
            delta.to_f64()
        ),
        (RuleError::NoOrder, Asker::CommandLine) => {
            format!("{error}: leave --for out, or say --accountant rdp")
        }
        (
            RuleError::BasicThreshold | RuleError::NothingToConvert { .. } | RuleError::NoOrder,
            Asker::Explorer,
        )
        | (RuleError::Plan(_), _) => error.to_string(),
    }
}

pub fn ledger(error: &LedgerError, to: Asker) -> String {
    match (error, to) {
        (LedgerError::Missing { path }, Asker::CommandLine) => format!(
            "{error}: make one with `epsiloscope ledger create {path} --dataset NAME --epsilon E`"
        ),
        (LedgerError::Missing { .. }, Asker::Explorer) => {
            format!("{error}: make one with `epsiloscope ledger create`")
        }
        (LedgerError::OtherDataset { .. }, _) => {
            let advice = to.of(
                "name the dataset with --dataset if the file was renamed",
                "type its name in the line dataset if the file was renamed",
            );
            format!("{error}, or {advice}")
        }
        (LedgerError::Rule(error), _) => rule(error, to),
        (
            LedgerError::Exists { .. }
            | LedgerError::Folder { .. }
            | LedgerError::Beside { .. }
            | LedgerError::JournalName { .. }
            | LedgerError::NotALedger { .. }
            | LedgerError::Empty { .. }
            | LedgerError::Damaged { .. }
            | LedgerError::Later { .. }
            | LedgerError::ReadOnly { .. }
            | LedgerError::NoRoom { .. }
            | LedgerError::Locked { .. }
            | LedgerError::OtherLedger { .. }
            | LedgerError::Replaced { .. }
            | LedgerError::OverBudget { .. }
            | LedgerError::OverThresholds { .. }
            | LedgerError::Law(_)
            | LedgerError::Unwritable(_)
            | LedgerError::NoFilter(_)
            | LedgerError::Delta(_)
            | LedgerError::NoBudget
            | LedgerError::NoName
            | LedgerError::NoAnswer { .. }
            | LedgerError::Io { .. }
            | LedgerError::Database { .. },
            _,
        ) => error.to_string(),
    }
}

pub fn finding(finding: &Finding, to: Asker) -> String {
    match (finding, to) {
        (Finding::LeftOver { ledger, .. }, Asker::CommandLine) => {
            format!("{finding}; `epsiloscope ledger check {ledger} --tidy` removes it")
        }
        (Finding::LeftOver { ledger, .. }, Asker::Explorer) => {
            format!("{finding}; `epsiloscope ledger check {ledger}` says how to remove it")
        }
        (Finding::Said(_), _) => finding.to_string(),
    }
}

pub fn noise(error: &NoiseError, _: Asker) -> String {
    error.to_string()
}

/// What went wrong, to be followed by a full stop.
fn unpublished(cause: &Unpublished, to: Asker) -> String {
    let said = match cause {
        Unpublished::Noise(error) => noise(error, to),
        Unpublished::Written(error) => write(error, to),
        Unpublished::Ledger(error) => ledger(error, to),
        Unpublished::Text(error) => error.to_string(),
    };
    said.trim_end_matches('.').to_owned()
}

pub fn release(error: &ReleaseError, to: Asker) -> String {
    use ReleaseError::{
        Claimed, DeltaRange, Ending, Exists, Folder, GaussianDelta, Kept, KeysDelta, Ledger,
        MissingUserKept, ModelEnding, NoEpsilon, NoFolder, NoRoom, Noise, NotAFile, NotInLedger,
        Overwrites, PublishedUnknown, RatesKeys, RestOfPublic, RestShare, TooWide, TopKCatalogue,
        TopKFloor, TopKInterval, TopKLength, TopKRevenue, TopKZero, Unmarked, Unpublished,
        Unwritable,
    };
    match (error, to) {
        (Ledger(error), _) => ledger(error, to),
        (Noise(error), _) => noise(error, to),
        (Kept(error), _) => write(error, to),
        (GaussianDelta, _) => {
            format!("discrete-gaussian noise needs {}, {USUAL_DELTA}", to.of("--delta", "a δ"))
        }
        (KeysDelta, _) => {
            let (delta, advice) = match to {
                Asker::CommandLine => (
                    "--delta",
                    "give a public list of groups with --groups CATALOGUE.csv (recommended), or say --groups-are-public \
                     if everyone knows them",
                ),
                Asker::Explorer => ("a δ", "take the keys from a public list (recommended)"),
            };
            format!(
                "the group keys are private, and selecting them by threshold needs {delta}, {USUAL_DELTA}; or {advice}"
            )
        }
        (RatesKeys, Asker::CommandLine) => {
            "rates are of public groups: give their list with --groups CATALOGUE.csv (recommended), or say \
             --groups-are-public if everyone knows them"
                .to_owned()
        }
        (TopKCatalogue, Asker::CommandLine) => {
            "--top-k publishes an order of public items: give the list of items with --groups CATALOGUE.csv"
                .to_owned()
        }
        (TopKLength { k, keys }, Asker::CommandLine) => {
            format!("--top-k {k} is longer than the catalogue, which has {keys} keys")
        }
        (TopKZero, Asker::CommandLine) => "--top-k must be at least 1".to_owned(),
        (TopKRevenue, Asker::CommandLine) => {
            "--top-k ranks items by their buyers; revenue cannot be ranked this way: use --measure buyers"
                .to_owned()
        }
        (TopKFloor, Asker::CommandLine) => {
            "--floor-at-zero has no meaning for --top-k, which publishes no values".to_owned()
        }
        (TopKInterval, Asker::CommandLine) => {
            "--interval has no meaning for --top-k, which publishes no values".to_owned()
        }
        (RestOfPublic, Asker::CommandLine) => {
            "--rest is one row of what a threshold drops: it goes with private groups, which is without --groups, \
             --groups-are-public and --top-k"
                .to_owned()
        }
        (RestShare, Asker::CommandLine) => {
            "--rest must be a share of ε between 0 and 1, both left out, such that the rows and the rest each get at \
             least 1e-9: for example --rest 0.1"
                .to_owned()
        }
        (Exists { .. }, _) => {
            let advice = to.of(
                "name another file with --out, or say --force to replace it",
                "type another name",
            );
            format!("{error}: {advice}")
        }
        (
            Folder { .. } | NotAFile { .. } | Unwritable { .. } | Overwrites { .. },
            Asker::CommandLine,
        ) => format!("{error} with --out"),
        (Unpublished { cause, entry, epsilon, delta }, _) => format!(
            "{}. The budget of entry {entry} (ε {epsilon}, δ {delta}) stays spent, because the noise was drawn; \
             nothing was published. Make room or choose another place, then release again, which spends again; \
             `epsiloscope ledger check` lists the entry",
            unpublished(cause, to)
        ),
        (Unmarked { path, entry, cause }, _) => format!(
            "{path} is published (entry {entry}), but the ledger could not be marked: {}. The budget is spent and \
             the file is good; `epsiloscope ledger check` says so, too",
            ledger(cause, to)
        ),
        (
            RatesKeys
            | TopKCatalogue
            | TopKLength { .. }
            | TopKZero
            | TopKRevenue
            | TopKFloor
            | TopKInterval
            | RestOfPublic
            | RestShare
            | Folder { .. }
            | NotAFile { .. }
            | Unwritable { .. }
            | Overwrites { .. },
            Asker::Explorer,
        )
        | (
            NoEpsilon
            | Claimed { .. }
            | DeltaRange
            | MissingUserKept
            | TooWide
            | NoFolder { .. }
            | Ending { .. }
            | ModelEnding { .. }
            | NoRoom { .. }
            // Their cause is a ledger that was replaced, of which everybody is told alike.
            | NotInLedger { .. }
            | PublishedUnknown { .. },
            _,
        ) => error.to_string(),
    }
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-/\\:~+@%=,".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

/// How often a release fits into a ledger that is made as it is suggested.
const SUGGESTED: u64 = 5;

pub fn order(error: &OrderError, to: Asker) -> String {
    match (error, to) {
        (OrderError::Ledger(error), _) => ledger(error, to),
        (OrderError::Catalogue(error), _) => catalogue(error, to),
        (OrderError::Release(error), _) => release(error, to),
        (OrderError::NoLedger { path, dataset, cost }, Asker::CommandLine) => {
            let delta = match cost.delta == Amount::ZERO {
                true => String::new(),
                false => format!(" --delta {:e}", cost.delta.multiplied(SUGGESTED).to_f64()),
            };
            format!(
                "{error}: make one with `epsiloscope ledger create {} --dataset {} --epsilon {}{delta}`, the budget of \
                 everything that will ever be released of {dataset} (here of {SUGGESTED} releases like this)",
                quoted(path),
                quoted(dataset),
                cost.epsilon.multiplied(SUGGESTED)
            )
        }
        (OrderError::NoLedger { .. }, Asker::Explorer) => format!(
            "{error} yet: the lines below it make one (the budget of everything that will ever be released of this \
             data); enter makes it and goes on"
        ),
        (OrderError::OverBudget { cause, fits }, _) => {
            let fits = match fits {
                Fits::Epsilon(most) => {
                    format!("{} {most} would fit", to.of("--epsilon", "an ε of"))
                }
                Fits::Delta(most) => {
                    format!("{} {:e} would fit", to.of("--delta", "a δ of"), most.to_f64())
                }
                Fits::Both(Cost { epsilon, delta }) => format!(
                    "{} {epsilon} with {} {:e} would fit",
                    to.of("--epsilon", "an ε of"),
                    to.of("--delta", "a δ of"),
                    delta.to_f64()
                ),
                Fits::WithoutDelta => to
                    .of(
                        "only a release without δ would fit: --mechanism discrete-laplace with a public list, --groups",
                        "only a release without δ would fit: Laplace noise and a public list of groups",
                    )
                    .to_owned(),
                Fits::Nothing => "nothing of its kind would fit: this budget is spent, and no ledger's budget ever grows".to_owned(),
            };
            format!("{}; {fits}", ledger(cause, to))
        }
        (OrderError::OutputIsInput { .. } | OrderError::CatalogueIsInput { .. }, _) => {
            error.to_string()
        }
    }
}

pub fn model_order(error: &ModelOrderError, to: Asker) -> String {
    match error {
        ModelOrderError::Order(error) => order(error, to),
        ModelOrderError::Histories(error) => holdout(error, to),
        ModelOrderError::OneItem { .. } => error.to_string(),
    }
}

pub fn picture(error: &PictureError, to: Asker) -> String {
    match error {
        PictureError::Writing(error) => write(error, to),
        PictureError::Ending(_) | PictureError::Empty | PictureError::Drawing(_) => {
            error.to_string()
        }
    }
}

pub fn load(error: &LoadError, to: Asker) -> String {
    match error {
        LoadError::Read(error) => read(error, to),
        LoadError::Question(error) => question(error, to),
        LoadError::Undecided(undecided) => load(&undecided.refusal, to),
        LoadError::Endless { .. } => error.to_string(),
    }
}

pub fn no_lists(error: &NoLists, to: Asker) -> String {
    match error {
        NoLists::Holdout(error) => holdout(error, to),
        NoLists::Model(error) => no_model(error, to),
    }
}

pub fn plan(error: &PlanRefusal, to: Asker) -> String {
    match error {
        PlanRefusal::Calibration(error) => calibration(error, to),
        PlanRefusal::NoAnswer(error) => no_answer(error, to),
        PlanRefusal::Locked => error.to_string(),
    }
}

pub fn anonymity(error: &AnonymityError, to: Asker) -> String {
    match (error, to) {
        (AnonymityError::NoColumnForPoints { column, .. }, Asker::CommandLine) => {
            format!("{error}: name it with {}, or choose other --points", column_flag(column))
        }
        (AnonymityError::NoColumnForPoints { .. }, Asker::Explorer) => {
            format!("{error}: choose other points (g), or {ON_DATA}")
        }
        (AnonymityError::NoColumnForAttribute { column, .. }, Asker::CommandLine) => {
            format!(
                "{error}: name it with {}, or choose others with --quasi, --second and --sensitive",
                column_flag(column)
            )
        }
        (AnonymityError::NoHalves | AnonymityError::NoSecond, Asker::CommandLine) => {
            format!("{error}: name it with --time")
        }
        (AnonymityError::FewUsers { .. }, _) => {
            format!("{error}{}", to.of(" with --k", " (<)"))
        }
        (
            AnonymityError::NoColumnForAttribute { .. }
            | AnonymityError::NoHalves
            | AnonymityError::NoSecond,
            Asker::Explorer,
        ) => format!("{error}: {ON_DATA}"),
        (
            AnonymityError::OneUser
            | AnonymityError::Nobody
            | AnonymityError::SensitiveIsQuasi(_)
            | AnonymityError::NotAChoice(_)
            | AnonymityError::NobodyInBoth
            | AnonymityError::NoSecondAsked
            | AnonymityError::Stopped,
            _,
        ) => error.to_string(),
    }
}

/// The flag that names the column.
fn column_flag(column: &str) -> &'static str {
    match column {
        "time" => "--time",
        "category" => "--category",
        "country" => "--country",
        _ => "--price or --total",
    }
}
