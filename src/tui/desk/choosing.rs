//! A file that cannot be read before something is decided, and how far one is read.

use crate::chart::{grouped, short_number};
use crate::purchases::{Decision, Input, Options, Purpose, ReadError, ReadProgress, Sketch};
use crate::rehearsal::{KeptBeside, LoadError, Undecided};
use crate::table::TableError;
use crate::words::{Asker, Say};

/// A file that cannot be read yet: what was declared so far, and what is to be decided.
#[derive(Debug)]
pub struct Choosing {
    /// The file.
    pub input: Input,
    /// What was declared.
    pub options: Options,
    /// What is to be decided, as a sentence.
    pub refusal: String,
    /// The decision that it is about.
    pub decision: Decision,
    /// Sheets or members to choose from, where that is the question.
    pub parts: Vec<String>,
    /// The first rows, and the columns that could serve.
    pub sketch: Option<Sketch>,
    /// Whether it is a log of events, of which there are rates.
    pub is_events: bool,
    /// A reading that was kept beside it.
    pub beside: Option<KeptBeside>,
}

impl Choosing {
    /// What is to be decided about a file that was refused.
    pub fn new(input: Input, undecided: Undecided) -> Self {
        let Undecided { refusal, options, sketch, beside } = undecided;
        let (decision, parts) = asked(&refusal);
        let said = refusal.say(Asker::Explorer);
        let is_events = matches!(refusal, LoadError::Read(ReadError::OnlyEvents { .. }));
        let refusal = String::new();
        let mut made = Self { input, options, refusal, decision, parts, sketch, is_events, beside };
        // The folder is known; its name would push away what is asked.
        made.refusal = match &made.input {
            Input::File(path) => said.replace(&path.display().to_string(), &made.source()),
            _ => said,
        };
        made
    }

    /// What the file is called.
    pub fn source(&self) -> String {
        match (&self.sketch, &self.input) {
            (Some(sketch), _) => sketch.source.clone(),
            (None, Input::File(path)) => {
                path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
            }
            (None, Input::Files(paths)) => format!("{} files", paths.len()),
            (None, Input::Stdin) => "standard input".to_owned(),
            (None, Input::Sample) => "sample".to_owned(),
        }
    }
}

/// The decision that a refusal asks for, and what it names to choose from.
fn asked(refusal: &LoadError) -> (Decision, Vec<String>) {
    let purpose = |name: &str| {
        Purpose::ALL.into_iter().find(|purpose| purpose.name() == name).unwrap_or(Purpose::User)
    };
    let parts = |listed: &str| listed.split(", ").map(str::to_owned).collect();
    let decision = match refusal {
        LoadError::Question(_) => Decision::Column(Purpose::Price),
        LoadError::Endless { .. } | LoadError::Undecided(_) => Decision::Column(Purpose::User),
        LoadError::Read(refusal) => match refusal {
            ReadError::NoColumn { purpose: name, .. }
            | ReadError::SeveralColumns { purpose: name, .. }
            | ReadError::NamedColumnMissing { purpose: name, .. } => {
                Decision::Column(purpose(name))
            }
            ReadError::OnlyEvents { .. } => Decision::Column(Purpose::Item),
            ReadError::PriceAndTotal | ReadError::TooLarge { .. } => {
                Decision::Column(Purpose::Price)
            }
            ReadError::SameMark(_) => Decision::Thousands,
            ReadError::JoinKeys { .. } => Decision::JoinKeysUnique,
            ReadError::RuleColumnMissing { flag, .. } => Decision::all()
                .find(|decision| decision.flag() == *flag)
                .unwrap_or(Decision::Cancelled),
            ReadError::NoEffect { flag, .. } => Decision::all()
                .find(|decision| decision.flag() == *flag)
                .unwrap_or(Decision::Encoding),
            ReadError::FillDownNeedsBy | ReadError::Join { .. } => Decision::By,
            ReadError::Table(TableError::ManyMembers { members, .. }) => {
                return (Decision::Sheet, parts(members));
            }
            ReadError::Table(TableError::NoSheet { sheets, .. }) => {
                return (Decision::Sheet, parts(sheets));
            }
            ReadError::Table(TableError::DoubledColumn { .. }) => Decision::NoHeader,
            ReadError::Table(TableError::Row { .. }) => Decision::Separator,
            ReadError::Table(_) | ReadError::Unstable { .. } => Decision::Encoding,
            ReadError::NothingLeft { .. }
            | ReadError::OtherColumns { .. }
            | ReadError::Twice { .. }
            | ReadError::Uneven { .. }
            | ReadError::Memory { .. }
            | ReadError::Spill { .. }
            | ReadError::Cancelled => Decision::Column(Purpose::User),
        },
    };
    (decision, Vec::new())
}

/// How far a file is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadProgress {
    /// When it began, in milliseconds since the program's start.
    pub began: u64,
    /// What was read so far.
    pub read: ReadProgress,
}

impl LoadProgress {
    /// The share that was read, from 0 to 1; `None` where nobody knows.
    pub fn share(&self) -> Option<f64> {
        let ReadProgress { bytes, of_bytes, .. } = self.read;
        (of_bytes > 0).then(|| (bytes as f64 / of_bytes as f64).min(1.0))
    }

    /// `1,234,567 rows · 41 %`, then the rate and the time left once they can be told.
    pub fn words(&self, now: u64) -> Vec<String> {
        let seconds = now.saturating_sub(self.began) as f64 / 1e3;
        let rows = self.read.rows;
        let mut words = vec![format!("{} rows", grouped(rows))];
        let share = self.share();
        words.extend(share.map(|share| format!("{:.0} %", share * 100.0)));
        if seconds >= 0.5 && rows > 0 {
            if share.is_some_and(|share| share >= 1.0) {
                words.push("adding up".to_owned());
            } else if let Some(share) = share.filter(|share| *share > 0.01) {
                words.push(format!("{:.0} s left", (seconds / share * (1.0 - share)).ceil()));
            }
            words.push(format!("{} rows/s", short_number(rows as f64 / seconds)));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_said_as_far_as_it_is_known() {
        let read = ReadProgress { rows: 500_000, bytes: 25, of_bytes: 100 };
        let progress = LoadProgress { began: 1_000, read };
        assert_eq!(progress.words(1_100), ["500,000 rows", "25 %"]);
        let words = progress.words(3_000);
        assert_eq!(words[2], "6 s left");
        assert!(words[3].ends_with("rows/s"), "{words:?}");
        let unknown = LoadProgress { read: ReadProgress { of_bytes: 0, ..read }, ..progress };
        assert_eq!(unknown.words(1_100), ["500,000 rows"]);
    }

    #[test]
    fn a_refusal_names_its_decision() {
        let members = "a.csv, b.csv".to_owned();
        let refusal = ReadError::Table(TableError::ManyMembers { name: "a.zip".into(), members });
        assert_eq!(asked(&refusal.into()).0, Decision::Sheet);
        let refusal =
            ReadError::NoColumn { file: "a".into(), purpose: "item", columns: String::new() };
        assert_eq!(asked(&refusal.into()).0, Decision::Column(Purpose::Item));
        let refusal = ReadError::SameMark(',');
        assert_eq!(asked(&refusal.into()).0, Decision::Thousands);
    }
}
