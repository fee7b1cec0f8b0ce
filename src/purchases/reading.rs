//! The reading: every decision that turns a file into purchases, its value and where it comes from.
//!
//! Given a reading, what a row means follows from that row and the header line alone. A
//! reading that holds a guess was itself chosen by looking at all rows: then one user's rows
//! can change what everybody else's mean, and a release has to say so.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::dates::DateFormat;
use super::decided::{Decided, Origin};
use super::marks::ByNumber;
use super::purpose::{ByPurpose, Purpose};
use super::question::Measure;
use super::reason::{Cleaning, Reason};
use super::rules::RowRule;
use super::unit::Units;

/// A decision of reading. A new one begins here: its variant, its row of [`Decision::about`] and
/// its place in [`Decision::all`]; then its value in [`Reading::line`] and how it is declared
/// (`options.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// What holds the table: delimited text, packed or not, a workbook, Parquet.
    Container,
    /// The sheet of a workbook, or the member of a zip archive.
    Sheet,
    /// The encoding of text.
    Encoding,
    /// What stands between fields.
    Separator,
    /// Whether the first row is one like the others.
    NoHeader,
    /// Lines above the header.
    SkipLines,
    /// Whether cells span lines.
    LineBreaks,
    /// The table that says who bought, joined by a key.
    Join,
    /// Whether the curator vouches that no two users share a key of the joined table.
    JoinKeysUnique,
    /// The column that serves a purpose.
    Column(Purpose),
    /// How dates are spelt.
    DateFormat,
    /// The mark before the decimals of a number.
    Decimal,
    /// The mark between thousands.
    Thousands,
    /// Which rows count.
    Where,
    /// What cancels a row.
    Cancelled,
    /// Words for nobody.
    MissingUser,
    /// What is filled down from the row above.
    FillDown,
    /// The column within which cells are filled down, or by which tables are joined.
    By,
    /// Whether ids that differ in case or zeros are the same.
    UserSpelling,
    /// Cleaning steps that are switched off.
    Keep,
    /// Whether exact repeats of a row are dropped.
    DropDuplicates,
    /// The units in which numbers are added up.
    Unit,
}

impl Decision {
    /// Every decision, in the order shown.
    pub fn all() -> impl Iterator<Item = Decision> {
        use Decision as D;
        let first = [
            D::Container,
            D::Sheet,
            D::Encoding,
            D::Separator,
            D::NoHeader,
            D::SkipLines,
            D::LineBreaks,
            D::Join,
            D::JoinKeysUnique,
        ];
        let last = [
            D::DateFormat,
            D::Decimal,
            D::Thousands,
            D::Where,
            D::Cancelled,
            D::MissingUser,
            D::FillDown,
            D::By,
            D::UserSpelling,
            D::Keep,
            D::DropDuplicates,
            D::Unit,
        ];
        first.into_iter().chain(Purpose::ALL.map(D::Column)).chain(last)
    }

    /// Its name in documents, and what it is about.
    const fn about(self) -> (&'static str, &'static str) {
        match self {
            Decision::Container => ("container", "file"),
            Decision::Sheet => ("sheet", "sheet"),
            Decision::Encoding => ("encoding", "encoding"),
            Decision::Separator => ("separator", "separator"),
            Decision::NoHeader => ("no_header", "missing header"),
            Decision::SkipLines => ("skip_lines", "lines above the header"),
            Decision::LineBreaks => ("line_breaks", "line breaks in cells"),
            Decision::Join => ("join", "joined table"),
            Decision::JoinKeysUnique => ("join_keys_unique", "one user a key"),
            Decision::Column(_) => ("column", "column"),
            Decision::DateFormat => ("date_format", "date order"),
            Decision::Decimal => ("decimal", "decimal mark"),
            Decision::Thousands => ("thousands", "thousands mark"),
            Decision::Where => ("where", "rows that count"),
            Decision::Cancelled => ("cancelled", "cancelled rows"),
            Decision::MissingUser => ("missing_user", "words for nobody"),
            Decision::FillDown => ("fill_down", "filled down"),
            Decision::By => ("by", "filled down or joined by"),
            Decision::UserSpelling => ("user_spelling", "spelling of users"),
            Decision::Keep => ("keep", "rows kept"),
            Decision::DropDuplicates => ("drop_duplicates", "exact repeats"),
            Decision::Unit => ("unit", "unit of sums"),
        }
    }

    /// Its name: that of its flag, with `_` for `-`.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Column(purpose) => purpose.name(),
            _ => self.about().0,
        }
    }

    /// Its flag, without the dashes.
    pub fn flag(self) -> &'static str {
        match self {
            Decision::NoHeader => "no-header",
            Decision::SkipLines => "skip-lines",
            Decision::LineBreaks => "line-breaks",
            Decision::JoinKeysUnique => "join-keys-unique",
            Decision::DateFormat => "date-format",
            Decision::MissingUser => "missing-user",
            Decision::FillDown => "fill-down",
            Decision::UserSpelling => "user-spelling",
            Decision::DropDuplicates => "drop-duplicates",
            Decision::Column(purpose) => purpose.flag(),
            other => other.name(),
        }
    }

    /// The decision of a name.
    pub fn named(name: &str) -> Option<Decision> {
        Decision::all().find(|decision| decision.name() == name)
    }

    /// What it is about, in words.
    pub fn words(self) -> &'static str {
        match self {
            Decision::Column(purpose) => purpose.name(),
            _ => self.about().1,
        }
    }
}

/// How ids of users are spelt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UserSpelling {
    /// As they stand.
    #[default]
    AsIs,
    /// Capital and small letters, and zeros at the beginning, make no difference.
    Fold,
}

impl UserSpelling {
    /// Every one, in the order shown.
    pub const ALL: [UserSpelling; 2] = [UserSpelling::AsIs, UserSpelling::Fold];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            UserSpelling::AsIs => "as-is",
            UserSpelling::Fold => "fold",
        }
    }
}

/// How a table was taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReading {
    /// What holds it: `csv`, `csv in gzip`, `parquet`, `xlsx`...
    pub container: String,
    /// The sheet or the member, where there are any.
    pub sheet: Option<Decided<String>>,
    /// How text was taken apart; `None` where there is no delimited text.
    pub text: Option<TextReading>,
}

/// How delimited text was taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextReading {
    /// The encoding's name, in lower case.
    pub encoding: Decided<String>,
    /// What stands between fields, as its flag says it.
    pub separator: Decided<String>,
    /// Whether there is no header.
    pub no_header: Decided<bool>,
    /// Lines above the header.
    pub skip_lines: Decided<u64>,
    /// Whether a quoted cell may span lines.
    pub line_breaks: Decided<bool>,
}

/// The decisions that turned a file into purchases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How the table was taken apart; `None` without a file.
    pub table: Option<TableReading>,
    /// The joined table's file name.
    pub join: Option<String>,
    /// Whether the curator vouches that no two users share a key of it.
    pub join_keys_unique: Decided<bool>,
    /// The column for every purpose.
    pub columns: ByPurpose<Decided<Option<String>>>,
    /// How dates are spelt.
    pub date_format: Decided<DateFormat>,
    /// The mark before decimals.
    pub decimal: ByNumber<Decided<char>>,
    /// The mark between thousands.
    pub thousands: ByNumber<Decided<Option<char>>>,
    /// All of these must hold of a row that counts.
    pub counts: Decided<Vec<RowRule>>,
    /// Any of these cancels a row.
    pub cancelled: Decided<Vec<RowRule>>,
    /// Words for nobody beside those that certainly are.
    pub missing_user: Decided<Vec<String>>,
    /// Whether users are filled down from the rows above, within one text of `by`.
    pub fill_down: Decided<bool>,
    /// The column within which users are filled down, or by which tables are joined.
    pub by: Decided<Option<String>>,
    /// How ids of users are spelt.
    pub user_spelling: Decided<UserSpelling>,
    /// For which reasons rows are dropped.
    pub cleaning: Cleaning,
    /// Whether somebody said that exact repeats count.
    pub repeats_count: bool,
    /// The units of sums.
    pub unit: Decided<Units>,
}

impl Default for Reading {
    /// The default of every decision, without a file.
    fn default() -> Self {
        Self {
            table: None,
            join: None,
            join_keys_unique: Decided::usual(false),
            columns: ByPurpose::each(|_| Decided::usual(None)),
            date_format: Decided::usual(DateFormat::Iso),
            decimal: ByNumber::all(Decided::usual('.')),
            thousands: ByNumber::all(Decided::usual(None)),
            counts: Decided::usual(Vec::new()),
            cancelled: Decided::usual(Vec::new()),
            missing_user: Decided::usual(Vec::new()),
            fill_down: Decided::usual(false),
            by: Decided::usual(None),
            user_spelling: Decided::usual(UserSpelling::AsIs),
            cleaning: Cleaning::default(),
            repeats_count: false,
            unit: Decided::usual(Units::default()),
        }
    }
}

/// What stands between rules of which any cancels a row.
const OR: &str = " or ";
/// What stands between rules that must all hold.
const AND: &str = " and ";
/// The value of a decision for nothing.
pub(super) const NONE: &str = "none";

/// One decision as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The decision.
    pub decision: Decision,
    /// Its value, as its flag would say it.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Line {
    /// Its value; `None` for a purpose without a column.
    pub fn shown(&self) -> Option<&str> {
        let none = matches!(self.decision, Decision::Column(_)) && self.value.is_empty();
        (!none).then_some(self.value.as_str())
    }

    /// Its values one by one, each as its flag says it: every rule, every column's mark, else the
    /// one value.
    pub fn values(&self) -> Vec<&str> {
        match self.decision {
            Decision::Cancelled => self.value.split(OR).collect(),
            Decision::Where => self.value.split(AND).collect(),
            Decision::Decimal | Decision::Thousands if self.value.contains('=') => {
                self.value.split("; ").collect()
            }
            Decision::Unit => self.value.split(' ').collect(),
            _ => vec![&self.value],
        }
    }
}

fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn rules(rules: &[RowRule], between: &str) -> String {
    let said: Vec<String> = rules.iter().map(ToString::to_string).collect();
    if said.is_empty() { NONE.to_owned() } else { said.join(between) }
}

impl Reading {
    /// The column in use for a purpose.
    pub fn column(&self, purpose: Purpose) -> Option<&str> {
        self.columns[purpose].value.as_deref()
    }

    /// A decision's value and where it comes from; `None` where the file has no such question.
    pub fn line(&self, decision: Decision) -> Option<Line> {
        fn of<T>(decided: &Decided<T>, say: impl FnOnce(&T) -> String) -> (String, Origin) {
            (say(&decided.value), decided.origin)
        }
        let said = |is_usual| if is_usual { Origin::Default } else { Origin::Declared };
        let table = self.table.as_ref();
        let text = table.and_then(|table| table.text.as_ref());
        let (value, origin) = match decision {
            Decision::Container => (table?.container.clone(), Origin::Default),
            Decision::Sheet => of(table?.sheet.as_ref()?, Clone::clone),
            Decision::Encoding => of(&text?.encoding, Clone::clone),
            Decision::Separator => of(&text?.separator, Clone::clone),
            Decision::NoHeader => of(&text?.no_header, |&no| yes(no)),
            Decision::SkipLines => of(&text?.skip_lines, ToString::to_string),
            Decision::LineBreaks => of(&text?.line_breaks, |&spans| yes(spans)),
            Decision::Join => (self.join.clone()?, Origin::Declared),
            Decision::JoinKeysUnique => {
                self.join.as_ref()?;
                of(&self.join_keys_unique, |&unique| yes(unique))
            }
            Decision::Column(purpose) => {
                of(&self.columns[purpose], |column| column.clone().unwrap_or_default())
            }
            Decision::DateFormat => of(&self.date_format, ToString::to_string),
            Decision::Decimal => self.decimal.said(|mark| mark.to_string()),
            Decision::Thousands => {
                self.thousands.said(|mark| mark.map_or(NONE.to_owned(), String::from))
            }
            Decision::Where => of(&self.counts, |all| rules(all, AND)),
            Decision::Cancelled => of(&self.cancelled, |any| rules(any, OR)),
            Decision::MissingUser => of(&self.missing_user, |words| match words.is_empty() {
                true => NONE.to_owned(),
                false => words.join(","),
            }),
            Decision::FillDown => {
                of(&self.fill_down, |&fills| if fills { "user" } else { NONE }.to_owned())
            }
            Decision::By => of(&self.by, |by| by.clone().unwrap_or(NONE.to_owned())),
            Decision::UserSpelling => {
                of(&self.user_spelling, |spelling| spelling.name().to_owned())
            }
            Decision::Keep => {
                let kept = self.cleaning.switched_off();
                let names = if kept.is_empty() { NONE.to_owned() } else { kept.join(",") };
                (names, said(kept.is_empty()))
            }
            Decision::DropDuplicates => {
                let drops = self.cleaning.drops(Reason::Duplicate);
                (yes(drops), said(!drops && !self.repeats_count))
            }
            Decision::Unit => of(&self.unit, ToString::to_string),
        };
        Some(Line { decision, value, origin })
    }

    /// Every decision that the file asks for, in a fixed order.
    pub fn lines(&self) -> Vec<Line> {
        Decision::all().filter_map(|decision| self.line(decision)).collect()
    }

    /// The same reading as far as it concerns a measure: units of other sums are the usual ones.
    #[must_use]
    pub fn for_measure(&self, measure: Measure) -> Self {
        let usual = Units::default();
        let mut reading = self.clone();
        let units = &mut reading.unit.value;
        match measure {
            Measure::Revenue => units.quantity = usual.quantity,
            Measure::Purchases => units.money = usual.money,
            Measure::Rows | Measure::Buyers => *units = usual,
        }
        if *units == usual {
            reading.unit.origin = Origin::Default;
        }
        reading
    }

    /// The decisions that were guessed from rows.
    pub fn guesses(&self) -> Vec<Line> {
        self.lines().into_iter().filter(|line| line.origin == Origin::Guessed).collect()
    }

    /// Decisions by which one user's rows could change what others' mean: guesses; cells that span
    /// lines, where whoever writes a row is trusted to close its quotes; users that are filled down
    /// or joined, where whoever writes a row is trusted to name only orders of their own.
    pub fn unprotected(&self) -> Vec<Decision> {
        let trusted = |line: &Line| match line.decision {
            Decision::LineBreaks => line.value == "yes",
            Decision::FillDown => line.value != NONE,
            Decision::Join => true,
            _ => false,
        };
        let open = |line: &Line| line.origin == Origin::Guessed || trusted(line);
        self.lines().into_iter().filter(open).map(|line| line.decision).collect()
    }

    /// Decisions in which `other` differs, as they stand there.
    pub fn differences(&self, other: &Reading) -> Vec<Line> {
        let mine = self.lines();
        let same =
            |line: &Line| mine.iter().any(|m| m.decision == line.decision && m.value == line.value);
        other.lines().into_iter().filter(|line| !same(line)).collect()
    }
}

impl Serialize for Reading {
    /// `{decision: {value, source}}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            value: Option<&'a str>,
            source: Origin,
        }
        let lines = self.lines();
        let mut map = serializer.serialize_map(Some(lines.len()))?;
        for line in &lines {
            let shown = Shown { value: line.shown(), source: line.origin };
            map.serialize_entry(line.decision.name(), &shown)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_rules_are_one_value_that_is_taken_apart() {
        let rules = ["a^=C", "b=x"].map(|rule| RowRule::parse(rule).unwrap());
        let cancelled = Decided { value: rules.to_vec(), origin: Origin::Declared };
        let reading = Reading { cancelled, ..Reading::default() };
        let lines = reading.lines();
        let line = lines.iter().find(|line| line.decision == Decision::Cancelled).unwrap();
        assert_eq!(line.value, "a^=C or b=x");
        assert_eq!(line.values(), ["a^=C", "b=x"]);
    }

    #[test]
    fn guesses_and_differences_are_named() {
        let mut guessed = Reading::default();
        assert!(guessed.guesses().is_empty() && guessed.unprotected().is_empty());
        guessed.date_format = Decided { value: DateFormat::DayFirst, origin: Origin::Guessed };
        let differences = Reading::default().differences(&guessed);
        assert_eq!(
            differences.iter().map(|line| (line.decision, line.values())).collect::<Vec<_>>(),
            [(Decision::DateFormat, vec!["day-first"])]
        );
        assert_eq!(guessed.unprotected(), [Decision::DateFormat]);
        let json = serde_json::to_value(&guessed).unwrap();
        assert_eq!(
            json["date_format"],
            serde_json::json!({"value": "day-first", "source": "guessed"})
        );
        assert_eq!(json["user"], serde_json::json!({"value": null, "source": "default"}));
    }
}
