//! What a decision can be set to: the readings that fit, what is usual, columns by what they hold.

use super::state::Data;
use crate::purchases::{Decision, Purpose, Reason, Sketch};
use crate::tui::desk::Desk;

/// A value that a decision can be set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value, as its flag says it; the empty one stands for no column.
    pub value: String,
    /// What speaks for it, or what it means, in a clause.
    pub clause: String,
}

impl Choice {
    /// The value as it is shown.
    pub fn shown(&self) -> &str {
        if self.value.is_empty() { "none" } else { &self.value }
    }
}

/// The choices, each value once: the first clause stays.
#[derive(Default)]
struct Choices(Vec<Choice>);

impl Choices {
    fn add(&mut self, value: impl Into<String>, clause: impl Into<String>) {
        let value = value.into();
        if !self.0.iter().any(|known| known.value == value) {
            self.0.push(Choice { value, clause: clause.into() });
        }
    }

    fn add_all(&mut self, all: &[(&str, &str)]) {
        for &(value, clause) in all {
            self.add(value, clause);
        }
    }
}

/// Every choice for a decision: doubtful readings first, then what it is now, then what is usual.
pub fn choices(data: &Data, desk: &Desk, decision: Decision) -> Vec<Choice> {
    let mut choices = Choices::default();
    if desk.choosing.is_none()
        && let Some(open) = &desk.data
    {
        let grounds = &open.purchases.grounds;
        for doubt in grounds.doubts().iter().filter(|doubt| doubt.decision == decision) {
            for (place, reading) in doubt.readings.iter().enumerate() {
                let clause = if place == 0 { "fits, and is taken now" } else { "fits as well" };
                choices.add(reading.clone(), clause);
            }
        }
        // Candidates bring their own evidence; of what is doubtful it stands there already.
        let is_there = matches!(decision, Decision::Column(_)) || !choices.0.is_empty();
        if let (false, Some(line)) = (is_there, open.purchases.reading.line(decision)) {
            choices.add(line.value, "as it is read now");
        }
    }
    usual(&mut choices, data, desk, decision);
    choices.0
}

fn usual(choices: &mut Choices, data: &Data, desk: &Desk, decision: Decision) {
    match decision {
        Decision::Container | Decision::Join => {}
        Decision::Sheet => {
            let parts = desk.choosing.iter().flat_map(|choosing| &choosing.parts);
            parts.for_each(|part| choices.add(part.clone(), "in the file"));
            let sheets = sketch(data, desk).map_or(&[][..], |sketch| &sketch.sheets);
            sheets.iter().for_each(|sheet| choices.add(sheet.clone(), "in the file"));
            if sheets.len() > 1 && sheets.iter().all(|sheet| !sheet.contains(',')) {
                choices.add(sheets.join(","), "all of them, one below the other");
            }
        }
        Decision::Encoding => choices.add_all(&[
            ("utf-8", "Unicode, the usual one"),
            ("windows-1252", "Western Europe, as Windows and Excel write it"),
            ("iso-8859-15", "Western Europe, with the euro sign"),
            ("windows-1250", "Central Europe"),
            ("windows-1251", "Cyrillic"),
            ("utf-16le", "Unicode in two bytes, as Excel's Unicode text"),
            ("utf-16be", "Unicode in two bytes, the other way round"),
            ("shift_jis", "Japanese"),
            ("gb18030", "Chinese"),
            ("big5", "Chinese, traditional"),
            ("euc-kr", "Korean"),
            ("macintosh", "Western Europe, as old Macintoshes wrote it"),
        ]),
        Decision::Separator => choices.add_all(&[
            (",", "comma"),
            (";", "semicolon"),
            ("tab", "tabulator"),
            ("|", "bar"),
            ("space", "one blank"),
            ("blanks", "blanks, as many as there are"),
            ("::", "two colons"),
            (", ", "a comma and any blanks behind it"),
        ]),
        Decision::NoHeader => choices.add_all(&[
            ("no", "the first line names the columns"),
            ("yes", "the first line is a row; the columns are called 1, 2, ..."),
        ]),
        Decision::SkipLines => {
            for lines in 0..=5 {
                choices.add(lines.to_string(), "lines above the header");
            }
        }
        Decision::JoinKeysUnique => choices.add_all(&[
            ("no", "nobody vouches for it: nothing is released of the joined tables"),
            ("yes", "no two users share a key: whoever writes a row is trusted with it"),
        ]),
        Decision::LineBreaks => choices
            .add_all(&[("no", "a row is a line"), ("yes", "a cell in quotes may span lines")]),
        Decision::Column(purpose) => columns(choices, data, desk, purpose),
        Decision::DateFormat => choices.add_all(&[
            ("iso", "2010-12-01, perhaps with a clock"),
            ("day-first", "1/12/2010 is in December"),
            ("month-first", "1/12/2010 is in January"),
            ("year-first", "10/12/01 is in December 2010"),
            ("excel", "40513.35: days since 1899-12-30"),
            ("%d.%m.%Y", "a pattern: 01.12.2010"),
            ("%Y%m%d", "a pattern: 20101201"),
            ("%d %b %Y %H:%M", "a pattern: 01 Dec 2010 08:26"),
        ]),
        Decision::Decimal => choices.add_all(&[
            (".", "decimal point"),
            (",", "decimal comma"),
            ("price=,", "decimal comma in unit prices"),
            ("total=,", "decimal comma in line totals"),
            ("quantity=,", "decimal comma in quantities"),
        ]),
        Decision::Thousands => choices.add_all(&[
            ("none", "digits stand together"),
            (",", "1,234 is 1234"),
            (".", "1.234 is 1234"),
            ("'", "1'234 is 1234"),
            ("blank", "1 234 is 1234"),
        ]),
        Decision::Where => choices.add("none", "every row counts"),
        Decision::Cancelled => {
            choices.add("none", "nothing cancels a row");
            if let Some(invoice) = column_now(desk, Purpose::Invoice) {
                choices.add(format!("{invoice}^=C"), "invoices that begin with C are cancelled");
            }
        }
        Decision::MissingUser => choices.add_all(&[
            ("none", "only words that certainly stand for nobody"),
            ("0", "0 is nobody"),
            ("-1", "-1 is nobody"),
            ("Guest", "Guest is nobody"),
            ("0,-1,Guest,unknown,anonymous", "all of these are nobody"),
        ]),
        Decision::FillDown => choices.add_all(&[
            ("none", "a row without a user has none"),
            ("user", "a row without a user has that of the row above, within one order (by)"),
        ]),
        Decision::By => {
            if let Some(invoice) = column_now(desk, Purpose::Invoice) {
                choices.add(invoice, "the invoice");
            }
            for column in headers(data, desk) {
                choices.add(column, "a column of the file");
            }
        }
        Decision::UserSpelling => choices.add_all(&[
            ("as-is", "ids are other ids wherever they differ"),
            ("fold", "capital letters and zeros at the beginning make no difference"),
        ]),
        Decision::Keep => {
            choices.add("none", "every usual step drops rows");
            for reason in Reason::ALL {
                if let Some(word) = reason.keep() {
                    choices.add(word, format!("rows are kept: {}", reason.listed()));
                }
            }
        }
        Decision::DropDuplicates => choices.add_all(&[
            ("no", "exact repeats of a row are kept"),
            ("yes", "exact repeats of a row are dropped"),
        ]),
        Decision::Unit => choices.add_all(&[
            ("0.0001", "money in ten-thousandths"),
            ("0.01", "money in hundredths"),
            ("0.000001", "money in millionths"),
            ("0.0001 quantity=0.001", "quantities in thousandths"),
            ("1", "whole money"),
        ]),
    }
}

/// The columns for a purpose, the likeliest first; those that serve another come last.
fn columns(choices: &mut Choices, data: &Data, desk: &Desk, purpose: Purpose) {
    let candidates: Vec<(String, String)> = match sketch(data, desk) {
        Some(sketch) => sketch.candidates[purpose]
            .iter()
            .map(|candidate| (candidate.column.clone(), candidate.evidence.clone()))
            .collect(),
        None => headers(data, desk).into_iter().map(|column| (column, String::new())).collect(),
    };
    let serves = |column: &str| {
        Purpose::ALL
            .into_iter()
            .filter(|other| *other != purpose)
            .find(|other| column_now(desk, *other).as_deref() == Some(column))
    };
    for (column, evidence) in &candidates {
        if serves(column).is_none() {
            choices.add(column.clone(), evidence.clone());
        }
    }
    if !purpose.required() {
        choices.add("", "no column serves");
    }
    for (column, evidence) in &candidates {
        if let Some(other) = serves(column) {
            choices.add(column.clone(), format!("serves as {}; {evidence}", other.name()));
        }
    }
}

fn sketch<'a>(data: &'a Data, desk: &'a Desk) -> Option<&'a Sketch> {
    match &desk.choosing {
        Some(choosing) => choosing.sketch.as_ref(),
        None => data.look().and_then(|look| look.sketch.as_ref()),
    }
}

/// The columns of the file.
fn headers(data: &Data, desk: &Desk) -> Vec<String> {
    match (sketch(data, desk), &desk.data) {
        (Some(sketch), _) => sketch.headers.clone(),
        (None, Some(open)) if desk.choosing.is_none() => open.purchases.header.clone(),
        _ => Vec::new(),
    }
}

/// The column that serves a purpose now.
fn column_now(desk: &Desk, purpose: Purpose) -> Option<String> {
    let named = match (&desk.choosing, &desk.data) {
        (Some(choosing), _) => choosing.options.columns[purpose].clone(),
        (None, Some(open)) => open.purchases.columns[purpose].clone(),
        (None, None) => None,
    };
    named.filter(|column| !column.is_empty())
}
