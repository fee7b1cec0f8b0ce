//! How delimited text is laid out: what was declared, else what its first rows tell, each with
//! its evidence.

use std::borrow::Cow;

use super::Separator;
use super::rows::{Fault, Rows};

/// How a table is laid out; what is `None` is told from the file where guesses are taken, else
/// the default that each field names.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout<'a> {
    /// A label of the WHATWG Encoding Standard. `None` takes UTF-16 where the bytes say so, a
    /// file that is valid UTF-8 as a whole for UTF-8, any other for Windows-1252; without
    /// guesses UTF-8. A byte order mark is heeded before all of them.
    pub encoding: Option<&'a str>,
    /// What parts fields. `None`: what parts most of the first rows alike; without guesses, or
    /// where the first line is known to be the header, what that line has most of.
    pub separator: Option<Separator>,
    /// Whether a quoted field may span lines. `None`: where the file as a whole fits that and
    /// does not fit rows that are lines; without guesses never.
    pub line_breaks: Option<bool>,
    /// Whether the first row names the columns. `None`: unless it looks like the rows below;
    /// without guesses always. Columns without names are called `1`, `2`...
    pub header: Option<bool>,
    /// Lines before the header or the first row. `None`: titles, comments and a `sep=` line, as
    /// far as the rows below are wider; without guesses none.
    pub skip_lines: Option<u64>,
    /// The sheet of a workbook, or the member of a zip archive. `None`: the only one, of a
    /// workbook the first that is not empty (without guesses the first).
    pub sheet: Option<&'a str>,
    /// How many columns text without a header has. `None`: as many as the first row has fields;
    /// without guesses 64, of which rows may lack the last.
    pub columns: Option<usize>,
    /// Whether anything may be told from rows.
    pub guesses: bool,
    /// Whether what only the whole file can say (that it is UTF-8, that no cell spans lines) is
    /// taken from its beginning: who reads all rows asks [`Opened::is_contradicted`] then.
    ///
    /// [`Opened::is_contradicted`]: super::Opened::is_contradicted
    pub by_beginning: bool,
    /// Whether little memory is to be taken at once, whatever that costs in time.
    pub frugal: bool,
}

impl Layout<'_> {
    /// For lists that everybody may see and that are read whole or not at all.
    pub const OF_LISTS: Layout<'static> = Layout {
        encoding: None,
        separator: None,
        line_breaks: Some(true),
        header: Some(true),
        skip_lines: Some(0),
        sheet: None,
        columns: None,
        guesses: true,
        by_beginning: false,
        frugal: false,
    };

    /// For files that are looked at: everything is told from the file.
    pub const GUESSED: Layout<'static> =
        Layout { line_breaks: None, header: None, skip_lines: None, ..Layout::OF_LISTS };
}

/// A decision of layout and why it was made so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutTold<T> {
    /// What was decided.
    pub value: T,
    /// One short clause; empty where it was declared, or is the default.
    pub evidence: String,
}

impl<T> LayoutTold<T> {
    /// Declared, or the default.
    pub(super) fn plainly(value: T) -> Self {
        Self { value, evidence: String::new() }
    }

    pub(super) fn by(value: T, evidence: impl Into<String>) -> Self {
        Self { value, evidence: evidence.into() }
    }
}

/// Rows of a sample that are looked at.
const SAMPLE: usize = 200;
/// Lines that may stand above the header.
const MOST_SKIPPED: u64 = 100;

/// The separator of a first line such as `sep=;`, which Excel heeds.
pub(super) fn said_separator(sample: &str) -> Option<Separator> {
    let line = sample.lines().next()?.trim_matches(['"', '\r']);
    let word = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    match word {
        "" => None,
        word => Separator::parse(word),
    }
}

/// What the first line that is not blank has most of; `usual` on a tie.
pub(super) fn separator_of_header(sample: &str, usual: Separator) -> Separator {
    let line = sample.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut best = usual;
    for other in [Separator::COMMA, Separator::TAB, Separator::Byte(b';'), Separator::Byte(b'|')] {
        if other.count(line) > best.count(line) {
            best = other;
        }
    }
    if best.count(line) == 0 && Separator::COLONS.count(line) > 0 {
        return Separator::COLONS;
    }
    let (rows, _) = first_rows(line, best, false);
    match best {
        _ if has_spaced_quote(rows.first().map_or(&[][..], |row| row)) => best.spaced(),
        best => best.between_signs(line).unwrap_or(best),
    }
}

/// Whether some field begins with a quote behind blanks.
fn has_spaced_quote(fields: &[String]) -> bool {
    fields.iter().any(|field| field.starts_with(' ') && field.trim_start().starts_with('"'))
}

/// Rows of a sample as one separator parts them.
struct Parted {
    separator: Separator,
    rows: Vec<Vec<String>>,
    /// The number of fields that most rows have, and how many have it.
    width: usize,
    alike: usize,
    /// Whether cells span lines.
    spans: bool,
}

impl Parted {
    fn of(sample: &str, separator: Separator, line_breaks: Option<bool>) -> Self {
        let mut spans = line_breaks.unwrap_or(false);
        let (mut rows, open) = first_rows(sample, separator, spans);
        if line_breaks.is_none() && open > 0 {
            // Cells that span lines would look like rows of every width.
            let (spanning, open) = first_rows(sample, separator, true);
            if open == 0 {
                spans = true;
                rows = spanning;
            }
        }
        let mut counts = std::collections::BTreeMap::new();
        for row in &rows {
            *counts.entry(row.len()).or_insert(0usize) += 1;
        }
        let most = counts.into_iter().max_by_key(|&(width, alike)| (alike, width));
        let (width, alike) = most.unwrap_or((0, 0));
        Self { separator, rows, width, alike, spans }
    }

    fn share(&self) -> f64 {
        if self.width < 2 { 0.0 } else { self.alike as f64 / self.rows.len().max(1) as f64 }
    }

    /// Whether every field that holds a comma is a number with a decimal one.
    fn commas_are_decimal(&self) -> bool {
        let mut fields = self.rows.iter().flatten().filter(|field| field.contains(',')).peekable();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_number = |field: &String| {
            let field = field.trim().trim_start_matches('-');
            field.split_once(',').is_some_and(|(whole, part)| digits(whole) && digits(part))
        };
        fields.peek().is_some() && fields.all(is_number)
    }
}

/// The fields of the first rows, and how many quotes are never closed.
fn first_rows(sample: &str, separator: Separator, line_breaks: bool) -> (Vec<Vec<String>>, usize) {
    let mut rows = Rows::new(sample, 0, 1, separator, line_breaks);
    let (mut fields, mut all) = (Vec::new(), Vec::new());
    let mut open = 0;
    while all.len() < SAMPLE
        && let Some((_, fault)) = rows.next_into(&mut fields)
    {
        match fault {
            None => all.push(fields.iter().map(|field| field.clone().into_owned()).collect()),
            Some(Fault::OpenQuote) => open += 1,
            Some(_) => {}
        }
    }
    (all, open)
}

/// The separator that parts most of the first rows of `sample` into the same number of fields,
/// more than one; `usual` where none does.
pub(super) fn separator_of_rows(
    sample: &str,
    usual: Separator,
    line_breaks: Option<bool>,
) -> LayoutTold<Separator> {
    let others = [
        Separator::COMMA,
        Separator::TAB,
        Separator::Byte(b';'),
        Separator::Byte(b'|'),
        Separator::COLONS,
    ];
    let candidates =
        std::iter::once(usual).chain(others.into_iter().filter(|&other| other != usual));
    let mut best: Option<Parted> = None;
    for candidate in candidates {
        let parted = Parted::of(sample, candidate, line_breaks);
        let is_better = best.as_ref().is_none_or(|best| {
            let by_share = parted.share().total_cmp(&best.share());
            // Decimal commas part every row alike, too.
            let by_commas = || {
                (best.separator == Separator::COMMA && parted.commas_are_decimal())
                    .cmp(&(parted.separator == Separator::COMMA && best.commas_are_decimal()))
            };
            by_share.then_with(by_commas).then_with(|| parted.width.cmp(&best.width)).is_gt()
        });
        if is_better {
            best = Some(parted);
        }
    }
    // Signs that stand in texts, too, and blanks: only where nothing else parts the rows.
    if best.as_ref().is_none_or(|best| best.share() < 0.5) {
        let rare = [b'^', b'~', b'\x01', b'\x1f'].map(Separator::Byte);
        let all = rare.into_iter().chain([Separator::Blanks]);
        let parted =
            all.map(|separator| Parted::of(sample, separator, line_breaks)).find(|parted| {
                // R gives the names of rows no name in its header.
                let header = parted.rows.first().map_or(0, Vec::len);
                let but_header = parted.alike >= 2
                    && parted.width > 2
                    && parted.alike + 1 == parted.rows.len()
                    && header + 1 == parted.width;
                parted.share() >= 0.9 || but_header
            });
        best = parted.or(best);
    }
    let best = best.map(|best| with_what_is_around(best, sample, line_breaks));
    match best.filter(|best| best.share() > 0.0) {
        None => LayoutTold::by(usual, "nothing parts the first rows into fields"),
        Some(best) => {
            let Parted { separator, rows, width, alike, .. } = best;
            let evidence =
                format!("parts {alike} of the first {} rows into {width} fields", rows.len());
            LayoutTold::by(separator, evidence)
        }
    }
}

/// What parts the rows better than a byte alone: the byte with blanks behind it, where quotes follow
/// them in nearly every row, or with the same signs around it wherever it stands.
fn with_what_is_around(best: Parted, sample: &str, line_breaks: Option<bool>) -> Parted {
    let spaced = best.rows.iter().filter(|row| has_spaced_quote(row)).count();
    let line = sample.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let other = match spaced * 10 >= best.rows.len() * 9 {
        true => Some(best.separator.spaced()),
        false => best.separator.between_signs(line),
    };
    let Some(other) = other.filter(|&other| other != best.separator) else { return best };
    let parted = Parted::of(sample, other, line_breaks);
    if parted.share() >= 0.9 { parted } else { best }
}

/// Lines above the header or the first row: those of a `sep=`, comments and titles, which are
/// narrower than the rows below.
pub(super) fn lines_above(
    sample: &str,
    separator: Separator,
    line_breaks: Option<bool>,
) -> LayoutTold<u64> {
    let parted = Parted::of(sample, separator, line_breaks);
    let said = u64::from(said_separator(sample).is_some());
    let from = line_start(sample, said);
    let mut rows = Rows::new(sample, from, said + 1, separator, parted.spans);
    let (mut fields, mut first) = (Vec::new(), None);
    while let Some((place, _)) = rows.next_into(&mut fields) {
        if place.line > MOST_SKIPPED {
            break;
        }
        let comment = fields.first().is_some_and(|field| field.trim_start().starts_with('#'));
        if is_wide(&fields, parted.width) && !(comment && fields.len() != parted.width) {
            first = Some(place.line);
            break;
        }
    }
    let mut groups = false;
    if let Some(line) = first
        && parted.width > 1
        && let Some(second) = names_below(sample, line, separator, parted.spans)
    {
        (first, groups) = (Some(second), true);
    }
    // A header may lack the name of one column; two rows say nothing of titles.
    let skip = match first {
        Some(line) if parted.width > 1 && parted.rows.len() > 2 => line - 1,
        _ => said,
    };
    let skip = if line_start(sample, skip) >= sample.len() { said } else { skip };
    // Blank lines alone need no word.
    let above = &sample[..line_start(sample, skip)];
    if above.trim().is_empty() {
        return LayoutTold::plainly(0);
    }
    if groups {
        return LayoutTold::by(
            skip,
            "what stands above groups the columns that the next line names",
        );
    }
    let evidence = match (said, skip) {
        (1, 1) => "the first line says what parts fields".to_owned(),
        _ => format!("what stands above is narrower than the {} fields of the rows", parted.width),
    };
    LayoutTold::by(skip, evidence)
}

/// The line of the names of columns, where the row in `line` above only groups them: it has gaps
/// or words that come again, the next one none, and what stands below is of another kind.
fn names_below(sample: &str, line: u64, separator: Separator, spans: bool) -> Option<u64> {
    let from = line_start(sample, line - 1);
    let mut rows = Rows::new(sample, from, line, separator, spans);
    let mut next = || {
        let mut fields = Vec::new();
        let (place, fault) = rows.next_into(&mut fields)?;
        let fields: Vec<String> = fields.iter().map(|field| field.trim().to_owned()).collect();
        fault.is_none().then_some((place.line, fields))
    };
    let ((_, above), (line, names)) = (next()?, next()?);
    let below: Vec<Vec<String>> = (0..5).map_while(|_| next()).map(|(_, row)| row).collect();
    let distinct = |row: &[String]| {
        let filled = row.iter().filter(|cell| !cell.is_empty());
        filled.clone().count() == row.len()
            && filled.collect::<std::collections::HashSet<_>>().len() == row.len()
    };
    let is_text = |cell: &String| matches!(Kind::of(cell), Kind::Text | Kind::Empty);
    let fits = below.len() >= 2
        && above.len() <= names.len()
        && !distinct(&above)
        && above.iter().any(|cell| !cell.is_empty())
        && above.iter().all(is_text)
        && distinct(&names)
        && names.iter().all(|cell| is_text(cell) && cell.chars().any(char::is_alphabetic))
        && !names.iter().any(|cell| {
            ["na", "n/a", "nan", "null", "none", "nil", "unknown"]
                .contains(&cell.to_lowercase().as_str())
        });
    let differs = |at: usize| {
        below.iter().all(|row| {
            row.get(at).is_some_and(|cell| matches!(Kind::of(cell), Kind::Number | Kind::Time))
        })
    };
    (fits && (0..names.len()).any(differs)).then_some(line)
}

/// Whether a row is as wide as the others, apart from one name, and filled by half.
fn is_wide(fields: &[Cow<'_, str>], width: usize) -> bool {
    let filled = fields.iter().filter(|field| !field.trim().is_empty()).count();
    // The name of an index column may be missing.
    let ends_filled =
        fields.len() == width && fields.last().is_some_and(|field| !field.trim().is_empty());
    fields.len() + 1 >= width && filled * 2 >= width && (filled > 1 || width < 2 || ends_filled)
}

/// Where the line after `lines` lines begins.
pub(super) fn line_start(text: &str, lines: u64) -> usize {
    let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
    match lines.checked_sub(1) {
        None => 0,
        Some(before) => ends
            .map(|(at, _)| at + 1)
            .nth(usize::try_from(before).unwrap_or(usize::MAX))
            .unwrap_or(text.len()),
    }
}

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Empty,
    /// Digits with signs, marks and currency.
    Number,
    /// Digits parted by `-`, `/`, `.` or `:`.
    Time,
    /// Letters and digits without blanks.
    Id,
    Text,
}

impl Kind {
    fn of(cell: &str) -> Self {
        let cell = cell.trim();
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        let parts = cell.bytes().filter(|b| matches!(b, b'-' | b'/' | b':')).count();
        let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
        if cell.is_empty() {
            Kind::Empty
        } else if digits == 0 {
            Kind::Text
        } else if digits >= 4 && parts >= 2 && letters <= 5 {
            Kind::Time
        } else if letters == 0 && !cell.trim_start_matches('-').contains(['-', '/', ':', '_'])
            || cell.parse::<f64>().is_ok()
        {
            Kind::Number
        } else if !cell.contains(char::is_whitespace) {
            Kind::Id
        } else {
            Kind::Text
        }
    }
}

/// Whether the first row of `sample` names the columns: not where its cells are of the same
/// kinds as those below, and numbers, times or ids among them.
pub(super) fn names_columns(
    sample: &str,
    separator: Separator,
    line_breaks: bool,
) -> LayoutTold<bool> {
    let (rows, _) = first_rows(sample, separator, line_breaks);
    let Some((first, below)) = rows.split_first().filter(|(_, below)| !below.is_empty()) else {
        return LayoutTold::plainly(true);
    };
    let mut alike = 0;
    let mut years = 0;
    for (at, cell) in first.iter().enumerate() {
        let cells = || below.iter().filter_map(|row| row.get(at)).map(|cell| cell.trim());
        let kind = Kind::of(cell);
        let filled = cells().filter(|cell| !cell.is_empty()).count();
        let same = cells().filter(|other| Kind::of(other) == kind).count();
        let cell = cell.trim();
        let usual = filled > 0 && same * 10 >= filled * 9;
        let again = cells().any(|other| other == cell);
        match kind {
            Kind::Empty => {}
            Kind::Number | Kind::Time if usual => {
                alike += 1;
                let is_year =
                    |text: &str| text.len() == 4 && matches!(text.get(..2), Some("19" | "20"));
                years += usize::from(is_year(cell) && !cells().any(is_year));
            }
            // Ids are as long as those below, names of columns hardly.
            Kind::Id if usual && (again || cells().any(|other| other.len() == cell.len())) => {
                alike += usize::from(again || cell.len() > 5);
            }
            // Words that stand there again, or among words of which each stands once.
            Kind::Text if again || cell.contains(' ') && usual => {}
            _ => return LayoutTold::by(true, format!("{cell} is not like what stands below it")),
        }
    }
    if alike == 0 || years == alike {
        return LayoutTold::plainly(true);
    }
    let evidence =
        format!("the first row has numbers, times or ids like the rows below in {alike} columns");
    LayoutTold::by(false, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sample: &str) -> (String, u64, bool) {
        let separator = said_separator(sample)
            .unwrap_or_else(|| separator_of_rows(sample, Separator::COMMA, None).value);
        let skip = lines_above(sample, separator, None).value;
        let header = names_columns(&sample[line_start(sample, skip)..], separator, false).value;
        (separator.to_string(), skip, header)
    }

    #[test]
    fn headers_of_two_lines_over_several_lines_and_without_one_name() {
        assert_eq!(
            told("Who,What,,Money\nuser,item,qty,price\na,x,1,2.5\nb,y,2,3.5\n"),
            (",".into(), 1, true)
        );
        assert_eq!(told(",What,What,Money\nuser,item,qty,price\na,x,1,2.5\nb,y,2,3.5\n").1, 1);
        assert_eq!(told(",item,qty\na,x,N/A\nb,y,2\nc,y,3\n").1, 0);
        // A header with a nameless column above a row of words is none.
        assert_eq!(told(",item,note,qty\na,x,good,1\nb,y,bad,2\nc,y,bad,2\n").1, 0);
        assert_eq!(told("user,item,\"qty\n(pcs)\"\na,x,1\nb,y,2\n").1, 0);
        assert_eq!(told("user item qty\n1 a x 5\n2 b y 7\n").0, "blanks");
        assert_eq!(told("user^item^qty\na^x^5\nb^y^7\n").0, "^");
    }

    #[test]
    fn separators_are_those_that_part_the_rows_alike() {
        let separator = |sample: &str| told(sample).0;
        assert_eq!(separator("a,b\n1,x y\n2,z\n"), ",");
        assert_eq!(separator("user|item, and more\n1|a\n2|b,c\n"), "|");
        assert_eq!(separator("a;b\n1,5;2,5\n3,5;4,5\n"), ";");
        assert_eq!(separator("1,5;2,5\n3,5;4,5\n"), ";", "decimal commas");
        assert_eq!(separator("1::1193::5::978300760\n1::661::3::978302109\n"), "::");
        assert_eq!(separator(" 1  19970101  1   11.77\n 2  19970112 1 12.00\n"), "blanks");
        assert_eq!(separator("a\tb, c\n1\t2\n"), "tab");
        assert_eq!(separator("\"a\", \"b\"\n\"1, 2\", \"3\"\n\"4\", \"5\"\n"), ", ");
        assert_eq!(separator("a, b\n1, 2\n3, 4\n"), ",", "blanks around cells are nothing");
        assert_eq!(separator("a~|~b\n1~|~2\n3~|~4\n"), "~|~");
        assert_eq!(separator("a||b||c\n1||2||\n3||4||5\n"), "||");
        assert_eq!(separator("a,b)|(c\n1,2|3\n"), ",");
        assert_eq!(separator_of_header("a, \"b\", c", Separator::COMMA), Separator::Spaced(b','));
        assert_eq!(separator_of_header("a~|~b", Separator::COMMA).to_string(), "~|~");
        assert_eq!(separator("day,time\n1,2011-01-02 08:00\n2,2011-01-02 09:00\n"), ",");
        assert_eq!(separator("item\nred tea\npot\na cup of it\n"), ",");
        let long = format!("a;b\n{}", "1;\"x\ny, z\"\n".repeat(9));
        assert_eq!(separator(&long), ";", "cells that span lines");
        let said = separator_of_rows("a;b\n1;2\n", Separator::COMMA, None).evidence;
        assert_eq!(said, "parts 2 of the first 2 rows into 2 fields");
    }

    #[test]
    fn a_line_may_say_what_parts_fields() {
        assert_eq!(told("sep=;\na;b\n1;2,5\n"), (";".to_owned(), 1, true));
        assert_eq!(said_separator("\"sep=\t\"\r\na\tb\n"), Some(Separator::TAB));
        assert_eq!(said_separator("separate;b\n"), None);
    }

    #[test]
    fn titles_and_comments_above_a_header_are_skipped() {
        let skip = |sample: &str| told(sample).1;
        let body = "user,item,price\n1,a,2\n2,b,3\n3,c,4\n";
        assert_eq!(skip(body), 0);
        assert_eq!(skip(&format!("Orders of 2011\n\n# made by us, today\n{body}")), 3);
        assert_eq!(skip(&format!("Orders,,\n,,\n{body}")), 2);
        assert_eq!(skip(&format!("\n\n{body}")), 0, "blank lines are none anyway");
        assert_eq!(skip("user,item,price,note\n1,a,2\n2,b,3\n3,c,4\n"), 0, "short rows");
        assert_eq!(skip("user,item\n1,a,2\n2,b,3\n3,c,4\n"), 0, "one name is missing");
        assert_eq!(skip("a\n1\n2\n"), 0);
    }

    #[test]
    fn a_first_row_like_the_others_names_no_columns() {
        let header = |sample: &str| told(sample).2;
        assert!(header("user,item\n1,2\n3,4\n"));
        assert!(!header("1,2014-04-06T18:44:58.314Z,214\n2,2014-04-06T18:44:59.325Z,215\n"));
        assert!(!header("1433221332117,257597,view\n1433224214164,992329,view\n"));
        assert!(!header("12,Tea pot,2.50\n13,Red cup,3.00\n"));
        assert!(header("sku,2010,2011\nab,5,6\ncd,7,8\n"), "years above sums");
        assert!(header("a,b\nx,y\nz,w\n"), "words say nothing");
        assert!(header("user1,item1\nannalise77,b5\ncarolina12,d6\n"));
        assert!(header("1,2\n"));
        assert!(!header("1;\u{20ac}3,50\n2;\u{20ac}4,50\n"), "signs of more than a byte");
        assert!(!header("0000a1f7,00b2c3d4\n0000a1f8,00b2c3d5\n"));
    }
}
