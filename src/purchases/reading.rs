//! The reading: every decision that turns a file into purchases, its value and where it comes from.
//!
//! Given a reading, what a row means follows from that row and the header line alone. A
//! reading that holds a guess was itself chosen by looking at all rows: then one user's rows
//! can change what everybody else's mean, and a release has to say so.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::dates::DateFormat;
use super::purpose::{ByPurpose, Purpose};
use super::reason::{Cleaning, Reason};
use super::values::{Decimal, Marks};

/// Where the value of a decision comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// What is taken where nobody says anything: it looks at the header line at most.
    Default,
    /// Told from the rows.
    Guessed,
    /// Said by the user.
    Declared,
}

impl Origin {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::Guessed => "guessed",
            Origin::Declared => "declared",
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T: PartialEq> Decided<T> {
    /// What was declared, else what the rows tell, else the default. A guess that agrees with
    /// the default is the default: it is what would be read without looking.
    pub(super) fn by(declared: Option<T>, guess: impl FnOnce() -> Option<T>, usual: T) -> Self {
        if let Some(value) = declared {
            return Self { value, origin: Origin::Declared };
        }
        match guess() {
            Some(value) if value != usual => Self { value, origin: Origin::Guessed },
            _ => Self { value: usual, origin: Origin::Default },
        }
    }
}

/// A decision of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The encoding of text.
    Encoding,
    /// The byte between fields.
    Separator,
    /// Whether cells span lines.
    LineBreaks,
    /// The column that serves a purpose.
    Column(Purpose),
    /// How dates are spelt.
    DateFormat,
    /// The mark before the decimals of a number.
    Decimal,
    /// The mark between thousands.
    Thousands,
    /// What cancels a row.
    Cancelled,
    /// Cleaning steps that are switched off.
    Keep,
    /// Whether exact repeats of a row are dropped.
    DropDuplicates,
    /// The unit in which money is added up.
    Unit,
}

impl Decision {
    /// Its name: that of its flag, with `_` for `-`.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Encoding => "encoding",
            Decision::Separator => "separator",
            Decision::LineBreaks => "line_breaks",
            Decision::Column(purpose) => purpose.name(),
            Decision::DateFormat => "date_format",
            Decision::Decimal => "decimal",
            Decision::Thousands => "thousands",
            Decision::Cancelled => "cancelled",
            Decision::Keep => "keep",
            Decision::DropDuplicates => "drop_duplicates",
            Decision::Unit => "unit",
        }
    }

    /// What it is about, in words.
    pub fn words(self) -> &'static str {
        match self {
            Decision::Encoding => "encoding",
            Decision::Separator => "separator",
            Decision::LineBreaks => "line breaks in cells",
            Decision::Column(purpose) => purpose.name(),
            Decision::DateFormat => "date order",
            Decision::Decimal => "decimal mark",
            Decision::Thousands => "thousands mark",
            Decision::Cancelled => "cancelled rows",
            Decision::Keep => "rows kept",
            Decision::DropDuplicates => "exact repeats",
            Decision::Unit => "unit of money",
        }
    }
}

/// What cancels a row: the text of a column. Capital and small letters of ASCII are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelRule {
    /// The column, or the purpose that it serves (`invoice`).
    pub column: String,
    /// Begins with this, where `true`; is this, where `false`.
    pub prefix: bool,
    /// The text.
    pub text: String,
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0} is no rule for cancelled rows: write 'COLUMN^=C' (begins with), 'COLUMN=canceled' (is), or none"
)]
pub struct CancelRuleError(String);

impl CancelRule {
    /// Reads `COLUMN^=TEXT` (begins with) or `COLUMN=TEXT` (is).
    ///
    /// # Errors
    /// If the text is neither, or the column or the text is empty.
    pub fn parse(text: &str) -> Result<Self, CancelRuleError> {
        let wrong = || CancelRuleError(text.to_owned());
        let (column, value) = text.split_once('=').ok_or_else(wrong)?;
        let (column, prefix) = match column.strip_suffix('^') {
            Some(column) => (column, true),
            None => (column, false),
        };
        let (column, value) = (column.trim(), value.trim());
        if column.is_empty() || value.is_empty() {
            return Err(wrong());
        }
        Ok(Self { column: column.to_owned(), prefix, text: value.to_owned() })
    }

    /// Whether a cell cancels its row.
    pub(super) fn holds(&self, cell: &str) -> bool {
        let cell = cell.trim();
        match self.prefix {
            true => cell
                .get(..self.text.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(&self.text)),
            false => cell.eq_ignore_ascii_case(&self.text),
        }
    }
}

impl fmt::Display for CancelRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.column, if self.prefix { "^=" } else { "=" }, self.text)
    }
}

/// The unit in which money is added up: 10^-places of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unit {
    places: u32,
}

/// Why a text is no unit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0} is no unit: write 1, 0.1, 0.01, 0.001, 0.0001 (the default), 0.00001 or 0.000001")]
pub struct UnitError(String);

impl Unit {
    /// Most decimals.
    const MOST: u32 = 6;
    /// Whole numbers.
    pub const WHOLE: Unit = Unit { places: 0 };

    /// Reads `1`, `0.1` and so on to `0.000001`.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        (0..=Self::MOST)
            .map(|places| Self { places })
            .find(|unit| unit.to_string() == text)
            .ok_or_else(|| UnitError(text.to_owned()))
    }

    /// Decimals of a sum.
    pub fn places(self) -> u32 {
        self.places
    }

    /// An amount as typed (`12.50`, above 0, at most a billion) in this unit; `None` where it is no such
    /// amount or the unit is too coarse for it.
    pub fn stored(self, amount: &str) -> Option<u64> {
        let typed = Decimal::read(amount, false, Marks { decimal: '.', thousands: None })?;
        let stored = u64::try_from(typed.exactly(self.places)?).ok()?;
        (1..=1_000_000_000 * self.per_shown().unsigned_abs()).contains(&stored).then_some(stored)
    }

    /// How many of it make one as shown.
    pub fn per_shown(self) -> i64 {
        10i64.pow(self.places)
    }
}

impl Default for Unit {
    /// 10⁻⁴: fixed, so that no price in the data decides on it.
    fn default() -> Self {
        Self { places: 4 }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.places {
            0 => f.write_str("1"),
            places => write!(f, "0.{}1", "0".repeat(places as usize - 1)),
        }
    }
}

/// How delimited text was taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextReading {
    /// The encoding's name, in lower case.
    pub encoding: Decided<String>,
    /// The byte between fields.
    pub separator: Decided<u8>,
    /// Whether a quoted cell may span lines.
    pub line_breaks: Decided<bool>,
}

/// The decisions that turned a file into purchases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How text was taken apart; `None` for Parquet.
    pub text: Option<TextReading>,
    /// The column for every purpose.
    pub columns: ByPurpose<Decided<Option<String>>>,
    /// How dates are spelt.
    pub date_format: Decided<DateFormat>,
    /// The mark before decimals.
    pub decimal: Decided<char>,
    /// The mark between thousands.
    pub thousands: Decided<Option<char>>,
    /// Any of these cancels a row.
    pub cancelled: Decided<Vec<CancelRule>>,
    /// For which reasons rows are dropped.
    pub cleaning: Cleaning,
    /// The unit of money.
    pub unit: Decided<Unit>,
}

impl Default for Reading {
    /// The default of every decision, without a file.
    fn default() -> Self {
        fn usual<T>(value: T) -> Decided<T> {
            Decided { value, origin: Origin::Default }
        }
        Self {
            text: None,
            columns: ByPurpose::each(|_| usual(None)),
            date_format: usual(DateFormat::Iso),
            decimal: usual('.'),
            thousands: usual(None),
            cancelled: usual(Vec::new()),
            cleaning: Cleaning::default(),
            unit: usual(Unit::default()),
        }
    }
}

/// What stands between rules of which any cancels a row.
const OR: &str = " or ";

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
    /// Its values one by one: every rule for cancelled rows, else the one value.
    pub fn values(&self) -> Vec<&str> {
        match self.decision {
            Decision::Cancelled => self.value.split(OR).collect(),
            _ => vec![&self.value],
        }
    }
}

/// A separator as it is shown.
pub(super) fn separator_name(separator: u8) -> String {
    if separator == b'\t' { "tab".to_owned() } else { char::from(separator).to_string() }
}

impl Reading {
    /// The column in use for a purpose.
    pub fn column(&self, purpose: Purpose) -> Option<&str> {
        self.columns[purpose].value.as_deref()
    }

    /// Every decision, in a fixed order.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut push =
            |decision, value: String, origin| lines.push(Line { decision, value, origin });
        if let Some(text) = &self.text {
            push(Decision::Encoding, text.encoding.value.clone(), text.encoding.origin);
            push(Decision::Separator, separator_name(text.separator.value), text.separator.origin);
            let spans = if text.line_breaks.value { "yes" } else { "no" };
            push(Decision::LineBreaks, spans.to_owned(), text.line_breaks.origin);
        }
        for purpose in Purpose::ALL {
            let column = &self.columns[purpose];
            push(
                Decision::Column(purpose),
                column.value.clone().unwrap_or_default(),
                column.origin,
            );
        }
        push(Decision::DateFormat, self.date_format.value.to_string(), self.date_format.origin);
        push(Decision::Decimal, self.decimal.value.to_string(), self.decimal.origin);
        let thousands = self.thousands.value.map_or("none".to_owned(), String::from);
        push(Decision::Thousands, thousands, self.thousands.origin);
        let rules: Vec<String> = self.cancelled.value.iter().map(ToString::to_string).collect();
        let rules = if rules.is_empty() { "none".to_owned() } else { rules.join(OR) };
        push(Decision::Cancelled, rules, self.cancelled.origin);
        let said = |is_usual| if is_usual { Origin::Default } else { Origin::Declared };
        let kept = self.cleaning.switched_off();
        let names = if kept.is_empty() { "none".to_owned() } else { kept.join(",") };
        push(Decision::Keep, names, said(kept.is_empty()));
        let repeats = self.cleaning.drops(Reason::Duplicate);
        let drops = if repeats { "yes" } else { "no" };
        push(Decision::DropDuplicates, drops.to_owned(), said(!repeats));
        push(Decision::Unit, self.unit.value.to_string(), self.unit.origin);
        lines
    }

    /// The decisions that were guessed from rows.
    pub fn guesses(&self) -> Vec<Line> {
        self.lines().into_iter().filter(|line| line.origin == Origin::Guessed).collect()
    }

    /// Decisions by which one user's rows could change what others' mean: guesses, and cells
    /// that span lines, where whoever writes a row is trusted to close its quotes.
    pub fn unprotected(&self) -> Vec<Decision> {
        let spans = |line: &Line| line.decision == Decision::LineBreaks && line.value == "yes";
        let open = |line: &Line| line.origin == Origin::Guessed || spans(line);
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
            let none = matches!(line.decision, Decision::Column(_)) && line.value.is_empty();
            let value = (!none).then_some(line.value.as_str());
            map.serialize_entry(line.decision.name(), &Shown { value, source: line.origin })?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_rules_are_one_value_that_is_taken_apart() {
        let rules = ["a^=C", "b=x"].map(|rule| CancelRule::parse(rule).unwrap());
        let cancelled = Decided { value: rules.to_vec(), origin: Origin::Declared };
        let reading = Reading { cancelled, ..Reading::default() };
        let lines = reading.lines();
        let line = lines.iter().find(|line| line.decision == Decision::Cancelled).unwrap();
        assert_eq!(line.value, "a^=C or b=x");
        assert_eq!(line.values(), ["a^=C", "b=x"]);
    }

    #[test]
    fn rules_are_read_and_hold() {
        let rule = CancelRule::parse("InvoiceNo^=C").unwrap();
        assert!(rule.holds(" c536379 ") && !rule.holds("536379") && !rule.holds(""));
        let rule = CancelRule::parse("order status = canceled").unwrap();
        assert!(rule.holds("Canceled") && !rule.holds("cancelednot"));
        assert_eq!(rule.to_string(), "order status=canceled");
        for text in ["", "C", "=C", "a=", "^=C", "a^="] {
            assert!(CancelRule::parse(text).is_err(), "{text}");
        }
        // Not in the middle of a character.
        assert!(!CancelRule::parse("a^=é").unwrap().holds("eé"));
    }

    #[test]
    fn units_are_powers_of_ten() {
        assert_eq!(Unit::default().to_string(), "0.0001");
        assert_eq!(
            (Unit::parse("0.01").unwrap().per_shown(), Unit::parse(" 1 ").unwrap().per_shown()),
            (100, 1)
        );
        let cents = Unit::parse("0.01").unwrap();
        assert_eq!(
            ["50", "12.5", "0.01", "1e2"].map(|text| cents.stored(text)),
            [Some(5_000), Some(1_250), Some(1), Some(10_000)]
        );
        assert_eq!(["0", "-1", "0.001", "", "x", "1e10"].map(|text| cents.stored(text)), [None; 6]);
        assert!(
            Unit::parse("0.05").is_err()
                && Unit::parse("10").is_err()
                && Unit::parse("0.0000001").is_err()
        );
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
