//! Kept readings: the decisions about a file in a file of their own, without evidence or counts.

use thiserror::Error;
use toml::{Table, Value};

use super::decided::Origin;
use super::declare::DeclareError;
use super::grounds::Grounds;
use super::options::Options;
use super::reading::{Decision, Line, Reading};

/// A reading that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReading {
    /// The columns of the file that it was made for, in its order.
    pub columns: Vec<String>,
    /// Decisions and their words, as their flags say them.
    decisions: Vec<(Decision, Vec<String>)>,
}

/// Why a text is no kept reading.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum KeptReadingError {
    #[error("it is no TOML ({cause})")]
    Toml { cause: String },
    #[error("it has no list `columns` and no table `reading`: it was not kept by this program")]
    Shape,
    #[error("`{name}` is no decision of reading")]
    Unknown { name: String },
    #[error("`{name}` must be a text or a list of texts")]
    NoText { name: String },
    #[error("`{name}`: {cause}")]
    Declare { name: String, cause: DeclareError },
}

const COLUMNS: &str = "columns";
const READING: &str = "reading";
const HEAD: &str =
    "# How a purchase file is read. It holds decisions alone: no evidence, no counts.\n\n";

impl KeptReading {
    /// That of a reading of a file with these columns. What is doubtful is not kept unless somebody said it.
    pub fn of(reading: &Reading, grounds: &Grounds, columns: &[String]) -> Self {
        let settable = |line: &Line| {
            let decision = line.decision;
            let is_open = grounds.doubt_of(decision).is_some()
                || decision == Decision::Thousands && grounds.doubt_of(Decision::Decimal).is_some();
            !matches!(decision, Decision::Container | Decision::Join | Decision::JoinKeysUnique)
                && (!is_open || line.origin == Origin::Declared)
        };
        // A release has its own units, whatever the finest number of a file is.
        let own_unit =
            |line: &Line| line.decision == Decision::Unit && line.origin == Origin::Guessed;
        let decisions =
            reading.lines().into_iter().filter(|line| settable(line) && !own_unit(line));
        Self {
            columns: columns.to_vec(),
            decisions: decisions
                .map(|line| {
                    let words = line.values().into_iter().map(str::to_owned).collect();
                    (line.decision, words)
                })
                .collect(),
        }
    }

    /// As it stands in its file.
    pub fn to_toml(&self) -> String {
        let text = |text: &String| Value::String(text.clone());
        let mut reading = Table::new();
        for (decision, words) in &self.decisions {
            let value = match &words[..] {
                [only] => text(only),
                several => Value::Array(several.iter().map(text).collect()),
            };
            reading.insert(decision.name().to_owned(), value);
        }
        let mut all = Table::new();
        all.insert(COLUMNS.to_owned(), Value::Array(self.columns.iter().map(text).collect()));
        all.insert(READING.to_owned(), Value::Table(reading));
        format!("{HEAD}{all}")
    }

    /// Reads what [`KeptReading::to_toml`] wrote.
    ///
    /// # Errors
    /// If it is something else.
    pub fn parse(text: &str) -> Result<Self, KeptReadingError> {
        let all: Table = text.parse().map_err(|cause: toml::de::Error| KeptReadingError::Toml {
            cause: cause.message().to_owned(),
        })?;
        let texts = |value: &Value| -> Option<Vec<String>> {
            match value {
                Value::String(text) => Some(vec![text.clone()]),
                Value::Array(all) => {
                    all.iter().map(|one| one.as_str().map(str::to_owned)).collect()
                }
                _ => None,
            }
        };
        let (Some(columns), Some(Value::Table(reading))) = (all.get(COLUMNS), all.get(READING))
        else {
            return Err(KeptReadingError::Shape);
        };
        let columns = texts(columns).ok_or(KeptReadingError::Shape)?;
        let mut decisions = Vec::new();
        for (name, value) in reading {
            let decision = Decision::named(name)
                .ok_or_else(|| KeptReadingError::Unknown { name: name.clone() })?;
            let words =
                texts(value).ok_or_else(|| KeptReadingError::NoText { name: name.clone() })?;
            decisions.push((decision, words));
        }
        let kept = Self { columns, decisions };
        kept.declare(&mut Options::default())?;
        Ok(kept)
    }

    /// Declares what it says, but for what was declared already: these decisions, where the two
    /// differ, are given back with the word that was kept.
    ///
    /// # Errors
    /// If one of its words says nothing of the kind.
    pub fn declare(
        &self,
        options: &mut Options,
    ) -> Result<Vec<(Decision, String)>, KeptReadingError> {
        let before = options.clone();
        let mut passed_over = Vec::new();
        for (decision, words) in &self.decisions {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut alone = Options::default();
            let wrong =
                |cause| KeptReadingError::Declare { name: decision.name().to_owned(), cause };
            alone.declare(*decision, &words).map_err(wrong)?;
            // What a flag says of one of two columns that exclude each other goes for both.
            let excluded = match decision {
                Decision::Column(purpose) => {
                    purpose.excludes().is_some_and(|other| before.declares(Decision::Column(other)))
                }
                _ => false,
            };
            if before.declares(*decision) || excluded {
                let mut kept = before.clone();
                kept.forget(*decision);
                kept.declare(*decision, &words).map_err(wrong)?;
                if kept != before && !excluded {
                    passed_over.push((*decision, words.join(", ")));
                }
            } else {
                match decision {
                    // An empty name must not forget the other.
                    Decision::Column(purpose) => {
                        options.columns[*purpose] = Some(words.concat());
                    }
                    // Repeats are one file's: what was said of them says nothing of the next.
                    Decision::DropDuplicates => {
                        options.declare(*decision, &words).map_err(wrong)?;
                        options.repeats_count = false;
                    }
                    _ => options.declare(*decision, &words).map_err(wrong)?,
                }
            }
        }
        options.expected_columns = Some(self.columns.clone());
        Ok(passed_over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::{Purpose, sample};

    #[test]
    fn a_reading_comes_back_and_flags_win() {
        let sample = sample().unwrap();
        let kept = KeptReading::of(&sample.reading, &sample.grounds, &sample.header);
        let text = kept.to_toml();
        let mut again = KeptReading::parse(&text).unwrap();
        again.decisions.sort_by_key(|(decision, _)| decision.name());
        let mut sorted = kept.clone();
        sorted.decisions.sort_by_key(|(decision, _)| decision.name());
        assert_eq!(again, sorted, "{text}");
        let mut options = Options::default();
        options.declare(Decision::Decimal, &[","]).unwrap();
        let passed = kept.declare(&mut options).unwrap();
        assert_eq!(passed, [(Decision::Decimal, ".".to_owned())]);
        assert_eq!(options.decimal.price, Some(','));
        assert_eq!(options.columns[Purpose::User].as_deref(), sample.reading.column(Purpose::User));
        // No count of the data stands in it.
        assert!(!text.contains("40000") && !text.contains("40,000"), "{text}");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "a = 1", "columns = 1\n[reading]\n", "columns = []\n[reading]\nx = \"1\"", "{"]
        {
            assert!(KeptReading::parse(text).is_err(), "{text}");
        }
        let wrong = "columns = []\n[reading]\ndecimal = \";\"\n";
        assert!(KeptReading::parse(wrong).unwrap_err().to_string().contains("decimal"));
    }
}
