//! Which marks the numbers of a whole column have, told from counts of their shapes.

use super::affixes::{bare, is_blank};
use super::decimal::{Marks, are_groups, is_apostrophe};
use crate::purchases::told::{Doubt, Told, counted, grouped};

/// Fewer numbers that all have three digits behind a comma are rather thousands.
const FEW: u64 = 10;

/// What one mark, a comma or a point, does in the numbers of a column, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct MarkCounts {
    /// It can only stand before decimals: `3,5`, `0,500`, `1.234,500`.
    decimal: u64,
    /// Of these, those that are whole: `3,0`.
    decimal_whole: u64,
    /// The most decimals that one of them needs.
    decimals: u32,
    /// It can only stand between thousands: `1,234,567`, `1,234.5`.
    thousands: u64,
    /// Three digits follow it, one to three stand before: `1,234`.
    either: u64,
    /// Of these, those that end with 0.
    either_round: u64,
    /// Of these, those that are whole as decimals: `2,000`.
    either_whole: u64,
    /// The most decimals that one of them needs, if it is decimals.
    either_decimals: u32,
}

/// What the cells of a column look like as numbers, in rows. Empty cells count for nothing;
/// words for nothing (`NULL`) are for the caller to leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberEvidence {
    cells: u64,
    not_numbers: u64,
    zeros: u64,
    /// Digits alone, below 1,000 and from 1,000 on.
    plain_small: u64,
    plain_large: u64,
    comma: MarkCounts,
    point: MarkCounts,
    /// Thousands parted by blanks of any kind, by apostrophes, by low lines.
    blanks: u64,
    apostrophes: u64,
    low_lines: u64,
    /// Thousands parted and no decimals.
    grouped_whole: u64,
    /// Numbers that need a decimal comma or points between thousands, and the other way round.
    comma_only: u64,
    point_only: u64,
}

/// What one number looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct NumberShape {
    decimal: Option<char>,
    thousands: Option<char>,
    either: Option<char>,
    /// Decimals that it needs if what could be a decimal mark is one.
    decimals: u32,
    round: bool,
    small: bool,
}

/// The shape of a number without sign and currency; `None` where it is no number.
fn shape(body: &str) -> Option<NumberShape> {
    let (number, power) = match body.split_once(['e', 'E']) {
        None => (body, None),
        Some((number, power)) => {
            (number, Some(power.parse::<i32>().ok().filter(|p| (-18..=18).contains(p))?))
        }
    };
    let (mut commas, mut points, mut digits) = (0, 0, 0);
    let (mut blanks, mut apostrophes, mut low_lines) = (0, 0, 0);
    for c in number.chars() {
        match c {
            '0'..='9' => digits += 1,
            ',' => commas += 1,
            '.' => points += 1,
            '_' => low_lines += 1,
            _ if is_blank(c) => blanks += 1,
            _ if is_apostrophe(c) => apostrophes += 1,
            _ => return None,
        }
    }
    if digits == 0 {
        return None;
    }
    let last = number
        .rfind([',', '.'])
        .map(|at| (at, if number[at..].starts_with(',') { ',' } else { '.' }));
    let thousands = match (blanks, apostrophes, low_lines) {
        (0, 0, 0) => None,
        (_, 0, 0) => Some(' '),
        (0, _, 0) => Some('\''),
        (0, 0, _) => Some('_'),
        _ => return None,
    };
    let Some((at, mark)) = last else {
        let fits = thousands.is_none_or(|thousands| are_groups(number, thousands));
        let small = thousands.is_none() && number.trim_start_matches('0').len() <= 3;
        let decimals = power.map_or(0, |power| (-power).max(0) as u32);
        return fits.then_some(NumberShape { thousands, small, decimals, ..Default::default() });
    };
    let (whole, part) = (&number[..at], &number[at + 1..]);
    let needed = part.trim_end_matches('0').len() as i32 - power.unwrap_or(0);
    let shape = NumberShape {
        decimals: needed.max(0) as u32,
        round: part.ends_with('0'),
        ..Default::default()
    };
    let other = if mark == ',' { '.' } else { ',' };
    let (same, others) = if mark == ',' { (commas, points) } else { (points, commas) };
    if part.bytes().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    match (thousands, same, others) {
        (Some(thousands), 1, 0) => are_groups(whole, thousands).then_some(NumberShape {
            decimal: Some(mark),
            thousands: Some(thousands),
            ..shape
        }),
        (None, 1, 0) => {
            let either = part.len() == 3
                && (1..=3).contains(&whole.len())
                && !whole.starts_with('0')
                && power.is_none();
            let (decimal, either) = if either { (None, Some(mark)) } else { (Some(mark), None) };
            Some(NumberShape { decimal, either, ..shape })
        }
        (None, 1, _) => are_groups(whole, other).then_some(NumberShape {
            decimal: Some(mark),
            thousands: Some(other),
            ..shape
        }),
        (None, _, 0) => are_groups(number, mark)
            .then_some(NumberShape { thousands: Some(mark), ..Default::default() }),
        _ => None,
    }
}

/// A mark in the words of evidence.
fn name(mark: char) -> &'static str {
    match mark {
        ',' => "comma",
        '.' => "point",
        '\'' => "apostrophe",
        '_' => "low line",
        _ => "blank",
    }
}

impl NumberEvidence {
    /// Counts a text that stands in so many rows.
    pub fn add(&mut self, text: &str, rows: u64) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.cells += rows;
        let found = bare(text, true).and_then(|bare| shape(bare.body));
        let Some(shape) = found else {
            self.not_numbers += rows;
            return;
        };
        if !text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
            self.zeros += rows;
        }
        let whole = shape.decimals == 0;
        match shape {
            NumberShape { decimal: Some(mark), .. } => {
                let counts = self.counts_mut(mark);
                counts.decimal += rows;
                counts.decimal_whole += if whole { rows } else { 0 };
                counts.decimals = counts.decimals.max(shape.decimals);
            }
            NumberShape { either: Some(mark), .. } => {
                let counts = self.counts_mut(mark);
                counts.either += rows;
                counts.either_round += if shape.round { rows } else { 0 };
                counts.either_whole += if whole { rows } else { 0 };
                counts.either_decimals = counts.either_decimals.max(shape.decimals);
            }
            NumberShape { thousands: Some(_), .. } => self.grouped_whole += rows,
            // A power without a mark has decimals under any mark.
            _ if !whole => {
                for counts in [&mut self.comma, &mut self.point] {
                    counts.decimals = counts.decimals.max(shape.decimals);
                }
            }
            _ if shape.small => self.plain_small += rows,
            _ => self.plain_large += rows,
        }
        match shape.thousands {
            Some(mark @ (',' | '.')) => self.counts_mut(mark).thousands += rows,
            Some('\'') => self.apostrophes += rows,
            Some('_') => self.low_lines += rows,
            Some(_) => self.blanks += rows,
            None => {}
        }
        match (shape.decimal, shape.thousands) {
            (Some(','), _) | (_, Some('.')) => self.comma_only += rows,
            (Some(_), _) | (_, Some(',')) => self.point_only += rows,
            _ => {}
        }
    }

    fn counts(&self, mark: char) -> &MarkCounts {
        if mark == ',' { &self.comma } else { &self.point }
    }

    fn counts_mut(&mut self, mark: char) -> &mut MarkCounts {
        if mark == ',' { &mut self.comma } else { &mut self.point }
    }

    /// How many cells are numbers under some marks, and of how many.
    pub fn share_numbers(&self) -> (u64, u64) {
        (self.cells - self.not_numbers, self.cells)
    }

    /// How many cells are numbers other than 0.
    pub fn not_zero(&self) -> u64 {
        self.cells - self.not_numbers - self.zeros
    }

    /// The most decimals that a cell needs under these marks.
    pub fn decimals(&self, marks: Marks) -> u32 {
        let counts = self.counts(marks.decimal);
        counts.decimals.max(counts.either_decimals)
    }

    /// Whether decimals stand behind a comma, for other columns to know: the cells that fit one
    /// mark only decide, the more; `None` where there is none.
    pub fn decimal_comma(&self) -> Option<bool> {
        (self.comma_only != self.point_only).then_some(self.comma_only > self.point_only)
    }

    /// The marks of the column; `None` where no cell is a number. Decided by cells that fit one
    /// mark only; where all fit both (`1,234`), by what other columns show
    /// (`comma_is_decimal_elsewhere`; also said of files that are parted by semicolons) and by the
    /// plain numbers beside, and in doubt unless that is certain. `1.234` alone is decimals, unless
    /// commas are decimal elsewhere.
    pub fn marks(&self, comma_is_decimal_elsewhere: Option<bool>) -> Option<Told<Marks>> {
        if self.cells == self.not_numbers {
            return None;
        }
        let (comma, point) = (self.comma_only, self.point_only);
        let decimal = match (comma, point, self.comma.either, self.point.either) {
            (0, 0, 0, 0) => {
                let numbers = counted(self.cells - self.not_numbers, "number has", "numbers have");
                Told::certain('.', format!("{numbers} no decimal mark"))
            }
            (0, 0, 0, _) => self.alone('.', comma_is_decimal_elsewhere),
            (0, 0, _, 0) => self.alone(',', comma_is_decimal_elsewhere),
            _ => self.by_certain_cells(comma_is_decimal_elsewhere),
        };
        Some(self.with_thousands(decimal))
    }

    /// The decimal mark where some cells fit one only, or commas and points contradict each other.
    fn by_certain_cells(&self, comma_elsewhere: Option<bool>) -> Told<char> {
        let (comma, point) = (self.comma_only, self.point_only);
        let comma_wins = match comma.cmp(&point) {
            std::cmp::Ordering::Equal => comma_elsewhere == Some(true),
            order => order.is_gt(),
        };
        let (taken, other) = if comma_wins { (',', '.') } else { ('.', ',') };
        let (for_taken, for_other) = if comma_wins { (comma, point) } else { (point, comma) };
        let fit = |count, mark| {
            format!(
                "{} a decimal {} only",
                counted(count, "number fits", "numbers fit"),
                name(mark)
            )
        };
        let evidence = format!(
            "{}, {} a decimal {} only",
            fit(for_taken, taken),
            grouped(for_other),
            name(other)
        );
        let open = self.comma.either + self.point.either;
        let words = if for_other > 0 {
            Some(format!(
                "{}, {}: read with the {}, {} cannot be read, with the {}, {}",
                fit(for_taken, taken),
                fit(for_other, other),
                name(taken),
                grouped(for_other),
                name(other),
                grouped(for_taken)
            ))
        } else if for_taken * 100 < open {
            let open = counted(open, "other fits", "others fit");
            let lead = fit(for_taken, taken);
            Some(format!(
                "{lead}, {open} both: 1,234 is 1.234 with a decimal comma, 1234 with a point"
            ))
        } else {
            None
        };
        let reading = |mark| format!("decimal {mark}");
        Told {
            value: taken,
            evidence,
            doubt: words.map(|words| Doubt::between(&reading(taken), &reading(other), words)),
        }
    }

    /// The decimal mark where all marks are of one kind, and three digits follow each.
    fn alone(&self, mark: char, comma_elsewhere: Option<bool>) -> Told<char> {
        let counts = self.counts(mark);
        let elsewhere = comma_elsewhere.map(|comma| comma == (mark == ','));
        // Digits alone from 1,000 on: thousands are not parted. Where none is and small ones stand beside,
        // it looks as thousands do.
        let parted = self.plain_small > 0 && self.plain_large == 0;
        let is_plain = self.plain_small + self.plain_large > 0;
        let (is_decimal, certain) = match (elsewhere, mark) {
            (Some(true), ',') => (true, false),
            (Some(true), _) => (true, !parted),
            // Whole as decimals, every one: some programs write pieces as 2,000.
            (Some(false), ',') => (false, is_plain || counts.either_whole < counts.either),
            (Some(false), _) => (false, parted),
            // Prices of a whole file that have three digits each may be thousands.
            (None, '.') => (true, is_plain && !parted),
            (None, _) if !is_plain => (counts.either >= FEW, false),
            (None, _) if counts.either_round > 0 => (false, parted),
            (None, _) if self.plain_large > 0 => (true, false),
            (None, _) => (false, false),
        };
        let mut evidence = format!(
            "{} one {} and three digits behind it",
            counted(counts.either, "number has", "numbers have"),
            name(mark)
        );
        if is_plain {
            evidence += &format!(
                ", {} below 1,000 and {} above have none",
                grouped(self.plain_small),
                grouped(self.plain_large)
            );
        } else {
            evidence += ", none is without";
        }
        if let Some(comma) = comma_elsewhere {
            let mark = name(if comma { ',' } else { '.' });
            evidence += &format!(", the rest of the file speaks for a decimal {mark}");
        }
        let (decimal, thousands) = (format!("decimal {mark}"), format!("thousands {mark}"));
        let (taken, other) =
            if is_decimal { (&decimal, &thousands) } else { (&thousands, &decimal) };
        let words =
            format!("{evidence}: 1{mark}234 is 1.234 if it is decimal, 1234 if it parts thousands");
        let other_mark = if mark == ',' { '.' } else { ',' };
        Told {
            value: if is_decimal { mark } else { other_mark },
            doubt: (!certain).then(|| Doubt::between(taken, other, words)),
            evidence,
        }
    }

    /// With the mark of thousands that the most cells have.
    fn with_thousands(&self, decimal: Told<char>) -> Told<Marks> {
        let other = if decimal.value == ',' { '.' } else { ',' };
        let counts = self.counts(other);
        let mut found = [
            (counts.thousands + counts.either, other),
            (self.blanks, ' '),
            (self.apostrophes, '\''),
            (self.low_lines, '_'),
        ];
        found.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
        let [(first, mark), (second, next), ..] = found;
        let mut told =
            decimal.map(|decimal| Marks { decimal, thousands: (first > 0).then_some(mark) });
        if mark != other && first > 0 {
            let with = counted(first, "has a", "have a");
            told.evidence += &format!(", {with} {} between thousands", name(mark));
        }
        if second > 0 && told.doubt.is_none() {
            let words = format!(
                "thousands are parted by a {} in {}, by a {} in {}: these cannot be read",
                name(mark),
                counted(first, "number", "numbers"),
                name(next),
                counted(second, "number", "numbers")
            );
            let reading = |mark| match mark {
                ' ' => "thousands ' '".to_owned(),
                mark => format!("thousands {mark}"),
            };
            told.doubt = Some(Doubt::between(&reading(mark), &reading(next), words));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(cells: &[(&str, u64)]) -> NumberEvidence {
        let mut all = NumberEvidence::default();
        for &(text, rows) in cells {
            all.add(text, rows);
        }
        all
    }

    fn told(cells: &[(&str, u64)], elsewhere: Option<bool>) -> Told<Marks> {
        evidence(cells).marks(elsewhere).unwrap()
    }

    fn marks(decimal: char, thousands: Option<char>) -> Marks {
        Marks { decimal, thousands }
    }

    fn readings(told: &Told<Marks>) -> Vec<&str> {
        told.doubt.iter().flat_map(|doubt| doubt.readings.iter().map(String::as_str)).collect()
    }

    #[test]
    fn shapes() {
        let shown = |text| {
            let shape = shape(text)?;
            Some((shape.decimal, shape.thousands, shape.either, shape.decimals))
        };
        let (comma, point) = (Some(','), Some('.'));
        for (text, expected) in [
            ("12", (None, None, None, 0)),
            ("1e3", (None, None, None, 0)),
            ("1e-3", (None, None, None, 3)),
            ("1,5", (comma, None, None, 1)),
            ("1,50", (comma, None, None, 1)),
            ("1,2345", (comma, None, None, 4)),
            ("0,500", (comma, None, None, 1)),
            (",500", (comma, None, None, 1)),
            ("1234,567", (comma, None, None, 3)),
            ("5,", (comma, None, None, 0)),
            ("1,659", (None, None, comma, 3)),
            ("2,000", (None, None, comma, 0)),
            ("1.659", (None, None, point, 3)),
            ("0.0169", (point, None, None, 4)),
            ("1.659e2", (point, None, None, 1)),
            ("1,234,567", (None, comma, None, 0)),
            ("12,34,567", (None, comma, None, 0)),
            ("1.234.567", (None, point, None, 0)),
            ("1.234,50", (comma, point, None, 1)),
            ("1,234.567", (point, comma, None, 3)),
            ("1 234", (None, Some(' '), None, 0)),
            ("1\u{a0}234,5", (comma, Some(' '), None, 1)),
            ("1 234,567", (comma, Some(' '), None, 3)),
            ("1'234.5", (point, Some('\''), None, 1)),
            ("1’234", (None, Some('\''), None, 0)),
            ("1_234.5", (point, Some('_'), None, 1)),
        ] {
            assert_eq!(shown(text), Some(expected), "{text}");
        }
        for text in [
            "",
            ".",
            ",",
            "x",
            "1 2",
            "1,2,3",
            "01.12.2010",
            "1.234,567,8",
            "12,34.5",
            "1 234'567",
            "1-2",
            "e5",
            "1e99",
            "1,234 567",
            "1,234e3,5",
            "1 23,5",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn cells_that_fit_one_mark_decide() {
        let price = told(&[("3,50", 500), ("1.234,50 €", 7), ("12", 3), ("1,234", 1)], None);
        assert_eq!((price.value, &price.doubt), (marks(',', Some('.')), &None));
        assert_eq!(price.evidence, "507 numbers fit a decimal comma only, 0 a decimal point only");
        let price = told(&[("3.50", 500), ("1,234", 7), ("1,234.50", 7)], Some(true));
        assert_eq!((price.value, price.doubt), (marks('.', Some(',')), None));
        assert_eq!(told(&[("0,500", 1), ("2,000", 50)], None).value, marks(',', None));
        assert_eq!(told(&[("1,234,567", 1), ("2,000", 50)], None).value, marks('.', Some(',')));
        assert_eq!(told(&[("1.234.567", 1), ("2.000", 50)], None).value, marks(',', Some('.')));
        assert_eq!(told(&[("12", 1), ("x", 2)], Some(true)).value, marks('.', None));
        let blanks = told(&[("1 234,50", 5), ("1\u{202f}234,50", 5)], None);
        assert_eq!((blanks.value, blanks.doubt), (marks(',', Some(' ')), None));
        assert!(
            blanks.evidence.ends_with(", 10 have a blank between thousands"),
            "{}",
            blanks.evidence
        );
        assert_eq!(told(&[("1'234", 5), ("3.50", 5)], None).value, marks('.', Some('\'')));
        assert_eq!(evidence(&[("", 3)]).marks(None), None);
        assert_eq!(evidence(&[("x", 3)]).marks(None), None);
    }

    #[test]
    fn contradictions_are_named_with_counts() {
        let mixed = told(&[("3,50", 588), ("3.50", 1)], None);
        assert_eq!(mixed.value, marks(',', None));
        assert_eq!(readings(&mixed), ["decimal ,", "decimal ."]);
        assert_eq!(
            mixed.doubt.unwrap().words,
            "588 numbers fit a decimal comma only, 1 number fits a decimal point only: read with the \
             comma, 1 cannot be read, with the point, 588"
        );
        assert_eq!(told(&[("3,50", 5), ("3.50", 5)], None).value.decimal, '.');
        assert_eq!(told(&[("3,50", 5), ("3.50", 5)], Some(true)).value.decimal, ',');
        let both = told(&[("1,234", 5), ("1.234", 5)], None);
        assert_eq!(
            (both.value, readings(&both)),
            (marks('.', Some(',')), vec!["decimal .", "decimal ,"])
        );
        // One cell among many whose meaning hangs on it.
        let few = told(&[("3,5", 1), ("1,234", 500), ("7", 9)], None);
        assert_eq!((few.value, readings(&few)), (marks(',', None), vec!["decimal ,", "decimal ."]));
        let parted = told(&[("1 234", 5), ("1'234", 4)], None);
        assert_eq!(
            (parted.value, readings(&parted)),
            (marks('.', Some(' ')), vec!["thousands ' '", "thousands '"])
        );
    }

    #[test]
    fn three_digits_behind_a_comma() {
        let fuel = [("1,659", 100), ("1,739", 100)];
        let thousands = marks('.', Some(','));
        for elsewhere in [Some(true), None] {
            let price = told(&fuel, elsewhere);
            assert_eq!(price.value, marks(',', None));
            assert_eq!(readings(&price), ["decimal ,", "thousands ,"]);
        }
        assert_eq!(
            told(&fuel, Some(true)).doubt.unwrap().words,
            "200 numbers have one comma and three digits behind it, none is without, the rest of the \
             file speaks for a decimal comma: 1,234 is 1.234 if it is decimal, 1234 if it parts thousands"
        );
        let pieces = told(&[("2,000", 100), ("1,000", 100)], Some(true));
        assert_eq!(pieces.value, marks(',', None));
        // Where decimals have a point it parts thousands.
        // Pieces that are whole, each: some programs write 2 as 2,000.
        let whole = told(&[("2,000", 100), ("1,000", 100)], Some(false));
        assert_eq!((whole.value, whole.doubt.is_some()), (thousands, true));
        let english = told(&fuel, Some(false));
        assert_eq!((english.value, english.doubt), (thousands, None));
        // A few say little.
        let few = told(&[("1,659", 2)], None);
        assert_eq!((few.value, readings(&few)), (thousands, vec!["thousands ,", "decimal ,"]));
        // Decimals would be padded everywhere.
        let units = told(&[("1,200", 3), ("800", 90)], None);
        assert_eq!((units.value, units.doubt), (thousands, None));
        assert_eq!(
            units.evidence,
            "3 numbers have one comma and three digits behind it, 90 below 1,000 and 0 above have none"
        );
        let unclear = told(&[("1,234", 3), ("800", 90)], None);
        assert_eq!((unclear.value, unclear.doubt.is_some()), (thousands, true));
        // Thousands would be parted everywhere.
        let kilos = told(&[("1,234", 3), ("1250", 90)], None);
        assert_eq!((kilos.value, kilos.doubt.is_some()), (marks(',', None), true));
        // Against the rest of the file: said.
        let odd = told(&[("1,200", 3), ("800", 90)], Some(true));
        assert_eq!((odd.value, odd.doubt.is_some()), (marks(',', None), true));
    }

    #[test]
    fn three_digits_behind_a_point() {
        let weights = [("1.234", 100), ("2.750", 3)];
        let english = told(&weights, Some(false));
        assert_eq!((english.value, english.doubt), (marks('.', None), None));
        // Nothing else says that 1.234 is no thousand.
        let alone = told(&weights, None);
        assert_eq!(
            (alone.value, readings(&alone)),
            (marks('.', None), vec!["decimal .", "thousands ."])
        );
        let german = told(&weights, Some(true));
        assert_eq!(
            (german.value, readings(&german)),
            (marks(',', Some('.')), vec!["thousands .", "decimal ."])
        );
        let certain = told(&[("1.200", 3), ("800", 9)], Some(true));
        assert_eq!((certain.value, certain.doubt), (marks(',', Some('.')), None));
        let unclear = told(&[("1.200", 3), ("800", 9)], None);
        assert_eq!(
            (unclear.value, readings(&unclear)),
            (marks('.', None), vec!["decimal .", "thousands ."])
        );
    }

    #[test]
    fn any_text_is_a_number_or_not_but_never_breaks() {
        let pieces = [
            "1", "234", "0", ",", ".", " ", "\u{a0}", "'", "’", "-", "–", "+", "(", ")", "€",
            "EUR", "kr.", "zł", "元", "S/", "R ", "e", "E-3", "x", "US$",
        ];
        let mut state = 3u64;
        for _ in 0..100_000 {
            let mut text = String::new();
            for _ in 0..6 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text += pieces[(state >> 33) as usize % pieces.len()];
            }
            let all = evidence(&[(&text, 1)]);
            let Some(told) = all.marks(None) else { continue };
            // What counts as a number is read by the marks that it alone tells, if it is not too long.
            let read = super::super::decimal::Decimal::read(&text, true, told.value);
            assert!(read.is_some(), "{text:?} {told:?}");
        }
    }

    #[test]
    fn counts() {
        let all = evidence(&[
            ("1.234,50 €", 2),
            ("-3,00", 3),
            ("x", 1),
            ("12", 5),
            ("(1.234)", 7),
            ("1e-3", 11),
            ("", 9),
            ("1234", 13),
        ]);
        assert_eq!(all.share_numbers(), (41, 42));
        assert_eq!(all.decimal_comma(), Some(true));
        let german = all.marks(None).unwrap().value;
        assert_eq!(german, marks(',', Some('.')));
        assert_eq!((all.decimals(german), all.decimals(marks('.', None))), (3, 3));
        assert_eq!(evidence(&[("12", 1)]).decimal_comma(), None);
    }
}
