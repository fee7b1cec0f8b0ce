//! Decisions said by a word: what flags, kept readings and the explorer declare.

use thiserror::Error;

use super::dates::{DateFormat, DateFormatError};
use super::options::Options;
use super::purpose::Purpose;
use super::reading::{Decision, NONE, UserSpelling};
use super::reason::{Cleaning, Reason};
use super::rules::{RowRule, RowRuleError};
use super::unit::{Unit, UnitError};
use crate::table::Separator;

/// Why a word says no decision.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum DeclareError {
    #[error(transparent)]
    Rule(#[from] RowRuleError),
    #[error(transparent)]
    DateFormat(#[from] DateFormatError),
    #[error(transparent)]
    Unit(#[from] UnitError),
    #[error("{text} is no {what}: {expected}")]
    Wrong { what: &'static str, text: String, expected: &'static str },
}

fn wrong(decision: Decision, text: &str, expected: &'static str) -> DeclareError {
    DeclareError::Wrong { what: decision.words(), text: text.to_owned(), expected }
}

fn yes_or_no(decision: Decision, text: &str) -> Result<bool, DeclareError> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(wrong(decision, text, "say yes or no")),
    }
}

/// The mark between thousands of a word; `None`: there is none.
fn between_thousands(text: &str) -> Result<Option<char>, DeclareError> {
    const MARKS: [char; 9] = [',', '.', '\'', '’', ' ', '_', '\u{a0}', '\u{202f}', '\u{2009}'];
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        (NONE, ..) => Ok(None),
        ("blank" | "space", ..) => Ok(Some(' ')),
        (_, Some(mark), None) if MARKS.contains(&mark) => Ok(Some(mark)),
        _ => Err(wrong(Decision::Thousands, text, "say one of , . ' or a blank, or none")),
    }
}

fn before_decimals(text: &str) -> Result<char, DeclareError> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err(wrong(Decision::Decimal, text, "say . or ,")),
    }
}

/// The purpose before `=`, and what stands behind it.
fn of_number(text: &str) -> Option<(Purpose, &str)> {
    let (name, value) = text.split_once('=')?;
    let numbers = super::marks::ByNumber::<char>::PURPOSES;
    let purpose = numbers.into_iter().find(|purpose| purpose.name() == name.trim())?;
    Some((purpose, value.trim()))
}

impl Options {
    /// Declares a decision by the words of its flag, one for each time that the flag is given. A
    /// purpose takes a column's name; the empty name switches it off.
    ///
    /// # Errors
    /// If the words say nothing of the kind.
    pub fn declare(&mut self, decision: Decision, words: &[&str]) -> Result<(), DeclareError> {
        let text = words.last().copied().unwrap_or_default();
        let trimmed = text.trim();
        let something = || (!trimmed.is_empty() && trimmed != NONE).then(|| trimmed.to_owned());
        match decision {
            Decision::Container => {
                return Err(wrong(decision, text, "what the file is follows from its content"));
            }
            Decision::Sheet => self.sheet = something(),
            Decision::Encoding => self.encoding = something(),
            Decision::Separator => {
                let is_word = ["tab", "space", "blanks", "\\t"].contains(&text)
                    || text.starts_with("columns=");
                let separator = Separator::parse(text)
                    .filter(|_| is_word || !text.contains(char::is_alphanumeric));
                let expected = "say a sign such as , ; | or ::, one of the words tab, space, blanks, or columns=1,10,25: the places of a line at which columns begin";
                self.separator = Some(separator.ok_or_else(|| wrong(decision, text, expected))?);
            }
            Decision::NoHeader => self.header = Some(!yes_or_no(decision, trimmed)?),
            Decision::SkipLines => {
                let lines = trimmed.parse().ok().filter(|lines| *lines <= 1_000_000);
                self.skip_lines = Some(
                    lines.ok_or_else(|| wrong(decision, text, "say a whole number such as 2"))?,
                );
            }
            Decision::LineBreaks => self.line_breaks = Some(yes_or_no(decision, trimmed)?),
            Decision::Join => self.join = something().map(Into::into),
            Decision::JoinKeysUnique => {
                self.join_keys_unique = Some(yes_or_no(decision, trimmed)?);
            }
            // Naming a purpose by hand is a decision about it alone.
            Decision::Column(purpose) => purpose.choose(&mut self.columns, trimmed.to_owned()),
            Decision::DateFormat => self.date_format = Some(DateFormat::parse(text)?),
            Decision::Decimal => {
                for word in words {
                    // A number's column, or another mark: `decimal ,` and `thousands ,`.
                    if let Some(mark) = word.trim().strip_prefix("thousands ") {
                        let other = if mark == "." { "," } else { "." };
                        self.declare(Decision::Thousands, &[mark])?;
                        self.declare(Decision::Decimal, &[other])?;
                        continue;
                    }
                    let word = word.trim().strip_prefix("decimal ").unwrap_or(word.trim());
                    match of_number(word) {
                        Some((purpose, mark)) => {
                            self.decimal.set(purpose, Some(before_decimals(mark)?));
                        }
                        None => {
                            self.decimal = super::ByNumber::all(Some(before_decimals(word)?));
                        }
                    }
                }
            }
            Decision::Thousands => {
                for word in words {
                    match of_number(word) {
                        Some((purpose, mark)) => {
                            self.thousands.set(purpose, Some(between_thousands(mark)?));
                        }
                        None => {
                            self.thousands = super::ByNumber::all(Some(between_thousands(word)?));
                        }
                    }
                }
            }
            Decision::Where => self.counts = Some(rules(decision, words)?),
            Decision::Cancelled => self.cancelled = Some(rules(decision, words)?),
            Decision::MissingUser => {
                let all = words.iter().flat_map(|words| words.split(',')).map(str::trim);
                let all = all.filter(|word| !word.is_empty() && *word != NONE);
                self.missing_user = Some(all.map(str::to_owned).collect());
            }
            Decision::FillDown => {
                self.fill_down = Some(match trimmed {
                    "user" => true,
                    NONE => false,
                    _ => return Err(wrong(decision, text, "say user or none")),
                });
            }
            Decision::By => self.by = something(),
            Decision::UserSpelling => {
                let spelling =
                    UserSpelling::ALL.into_iter().find(|spelling| spelling.name() == trimmed);
                self.user_spelling =
                    Some(spelling.ok_or_else(|| wrong(decision, text, "say as-is or fold"))?);
            }
            Decision::Keep => {
                let mut kept = Vec::new();
                for word in trimmed.split(',').map(str::trim).filter(|word| *word != NONE) {
                    let reason = Reason::ALL.into_iter().find(|r| r.keep() == Some(word));
                    let expected = "say reasons such as missing-item,unreadable, or none";
                    kept.push(reason.ok_or_else(|| wrong(decision, text, expected))?);
                }
                let repeats = self.cleaning.drops(Reason::Duplicate);
                self.cleaning = Cleaning::keeping(kept).with(Reason::Duplicate, repeats);
            }
            Decision::DropDuplicates => {
                let drops = yes_or_no(decision, trimmed)?;
                self.cleaning = self.cleaning.with(Reason::Duplicate, drops);
                self.repeats_count = !drops;
            }
            Decision::Unit => {
                for word in words {
                    match of_number(word) {
                        Some((Purpose::Quantity, unit)) => {
                            self.quantity_unit = Some(Unit::parse(unit)?);
                        }
                        Some((_, unit)) => self.unit = Some(Unit::parse(unit)?),
                        None => self.unit = Some(Unit::parse(word)?),
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a decision was declared.
    pub fn declares(&self, decision: Decision) -> bool {
        let usual = Options::default();
        match decision {
            Decision::Container => false,
            Decision::Sheet => self.sheet.is_some(),
            Decision::Encoding => self.encoding.is_some(),
            Decision::Separator => self.separator.is_some(),
            Decision::NoHeader => self.header.is_some(),
            Decision::SkipLines => self.skip_lines.is_some(),
            Decision::LineBreaks => self.line_breaks.is_some(),
            Decision::Join => self.join.is_some(),
            Decision::JoinKeysUnique => self.join_keys_unique.is_some(),
            Decision::Column(purpose) => self.columns[purpose].is_some(),
            Decision::DateFormat => self.date_format.is_some(),
            Decision::Decimal => self.decimal != usual.decimal,
            Decision::Thousands => self.thousands != usual.thousands,
            Decision::Where => self.counts.is_some(),
            Decision::Cancelled => self.cancelled.is_some(),
            Decision::MissingUser => self.missing_user.is_some(),
            Decision::FillDown => self.fill_down.is_some(),
            Decision::By => self.by.is_some(),
            Decision::UserSpelling => self.user_spelling.is_some(),
            Decision::Keep => !self.cleaning.switched_off().is_empty(),
            Decision::DropDuplicates => {
                self.repeats_count || self.cleaning.drops(Reason::Duplicate)
            }
            Decision::Unit => self.unit.is_some() || self.quantity_unit.is_some(),
        }
    }

    /// Takes back what was declared of a decision.
    pub fn forget(&mut self, decision: Decision) {
        let usual = Options::default();
        match decision {
            Decision::Container => {}
            Decision::Sheet => self.sheet = None,
            Decision::Encoding => self.encoding = None,
            Decision::Separator => self.separator = None,
            Decision::NoHeader => self.header = None,
            Decision::SkipLines => self.skip_lines = None,
            Decision::LineBreaks => self.line_breaks = None,
            Decision::Join => self.join = None,
            Decision::JoinKeysUnique => self.join_keys_unique = None,
            Decision::Column(purpose) => self.columns[purpose] = None,
            Decision::DateFormat => self.date_format = None,
            Decision::Decimal => self.decimal = usual.decimal,
            Decision::Thousands => self.thousands = usual.thousands,
            Decision::Where => self.counts = None,
            Decision::Cancelled => self.cancelled = None,
            Decision::MissingUser => self.missing_user = None,
            Decision::FillDown => self.fill_down = None,
            Decision::By => self.by = None,
            Decision::UserSpelling => self.user_spelling = None,
            Decision::Keep => {
                let repeats = self.cleaning.drops(Reason::Duplicate);
                self.cleaning = Cleaning::default().with(Reason::Duplicate, repeats);
            }
            Decision::DropDuplicates => {
                self.cleaning = self.cleaning.with(Reason::Duplicate, false);
                self.repeats_count = false;
            }
            Decision::Unit => (self.unit, self.quantity_unit) = (None, None),
        }
    }
}

/// The rules of these words; none where one of them says so.
fn rules(decision: Decision, words: &[&str]) -> Result<Vec<RowRule>, DeclareError> {
    let said = words.iter().filter(|word| word.trim() != NONE);
    if said.clone().count() > 0 && said.clone().count() < words.len() {
        let text = words.join(" and ");
        return Err(wrong(
            decision,
            &text,
            "none and a rule contradict each other, say one of them",
        ));
    }
    Ok(said.map(|word| RowRule::parse(word)).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decision_is_declared_seen_and_forgotten() {
        let words: Vec<(Decision, &[&str])> = vec![
            (Decision::Sheet, &["2011"]),
            (Decision::Encoding, &["windows-1252"]),
            (Decision::Separator, &["tab"]),
            (Decision::NoHeader, &["yes"]),
            (Decision::SkipLines, &["2"]),
            (Decision::LineBreaks, &["yes"]),
            (Decision::Join, &["orders.csv"]),
            (Decision::JoinKeysUnique, &["yes"]),
            (Decision::Column(Purpose::User), &["Kunde"]),
            (Decision::DateFormat, &["day-first"]),
            (Decision::Decimal, &["price=,", "quantity=."]),
            (Decision::Thousands, &["none"]),
            (Decision::Where, &["status=paid,shipped", "event=transaction"]),
            (Decision::Cancelled, &["none"]),
            (Decision::MissingUser, &["0,Guest"]),
            (Decision::FillDown, &["user"]),
            (Decision::By, &["order"]),
            (Decision::UserSpelling, &["fold"]),
            (Decision::Keep, &["missing-item,unreadable"]),
            (Decision::DropDuplicates, &["yes"]),
            (Decision::Unit, &["0.01", "quantity=0.001"]),
        ];
        for (decision, words) in words {
            let mut options = Options::default();
            assert!(!options.declares(decision), "{decision:?}");
            options.declare(decision, words).unwrap();
            assert!(options.declares(decision), "{decision:?}");
            options.forget(decision);
            assert_eq!(options, Options::default(), "{decision:?}");
        }
    }

    #[test]
    fn words_that_say_nothing_are_refused() {
        for (decision, word) in [
            (Decision::Separator, "\""),
            (Decision::Separator, "a"),
            (Decision::NoHeader, "maybe"),
            (Decision::SkipLines, "-1"),
            (Decision::Decimal, ";"),
            (Decision::Thousands, "x"),
            (Decision::Where, "paid"),
            (Decision::FillDown, "item"),
            (Decision::UserSpelling, "loose"),
            (Decision::Keep, "everything"),
            (Decision::Unit, "0.03"),
            (Decision::Container, "csv"),
        ] {
            let mut options = Options::default();
            assert!(options.declare(decision, &[word]).is_err(), "{decision:?} {word}");
        }
    }
}
