//! Fields at fixed places of a line, as databases and reports print them.

/// Columns that a line has at most.
const MOST: usize = 64;

/// At which places of a line its columns begin, in characters from 0; the first at 0. A tab goes
/// on to the next place that 8 divides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ColumnStarts {
    starts: [u16; MOST],
    count: u8,
}

impl ColumnStarts {
    /// Of ascending starts, the first 0; at least two.
    pub(super) fn of(all: &[usize]) -> Option<Self> {
        let mut starts = [0; MOST];
        let is_ascending = all.windows(2).all(|two| two[0] < two[1]);
        if all.len() < 2 || all[0] != 0 || !is_ascending {
            return None;
        }
        for (start, &place) in starts.get_mut(..all.len())?.iter_mut().zip(all) {
            *start = u16::try_from(place).ok()?;
        }
        Some(Self { starts, count: all.len() as u8 })
    }

    /// Those of `1,10,25`: places counted from 1.
    pub(super) fn parse(words: &str) -> Option<Self> {
        let starts: Option<Vec<usize>> = words
            .split(',')
            .map(|word| word.trim().parse::<usize>().ok()?.checked_sub(1))
            .collect();
        Self::of(&starts?)
    }

    /// As [`ColumnStarts::parse`] takes them.
    pub(super) fn words(&self) -> String {
        let places: Vec<String> =
            self.starts().iter().map(|&start| (u32::from(start) + 1).to_string()).collect();
        places.join(",")
    }

    /// How many columns there are.
    pub(super) fn count(&self) -> usize {
        usize::from(self.count)
    }

    fn starts(&self) -> &[u16] {
        &self.starts[..usize::from(self.count)]
    }

    /// Calls with the cells of a line, blanks around them left out. An error where the place before
    /// a column is not blank: a cell is longer than its column, or the line is none of the table;
    /// where that column begins, counted from 1.
    pub(super) fn split<'t>(
        &self,
        line: &'t str,
        mut each: impl FnMut(&'t str),
    ) -> Result<(), usize> {
        let line = without_feed(line);
        let mut starts = self.starts()[1..].iter().map(|&start| usize::from(start)).peekable();
        let (mut place, mut from) = (0, 0);
        for (at, sign) in line.char_indices() {
            while starts.next_if(|&start| place >= start).is_some() {
                each(line[from..at].trim_matches(BLANK));
                from = at;
            }
            let end = end_of(place, sign);
            if let Some(&start) = starts.peek()
                && end >= start
                && !BLANK.contains(&sign)
            {
                return Err(start + 1);
            }
            place = end;
        }
        each(line[from..].trim_matches(BLANK));
        starts.for_each(|_| each(""));
        Ok(())
    }
}

const BLANK: [char; 2] = [' ', '\t'];

/// Printers begin a page at such a sign.
fn without_feed(line: &str) -> &str {
    line.strip_prefix('\u{c}').unwrap_or(line)
}

/// The place behind a sign.
fn end_of(place: usize, sign: char) -> usize {
    match sign {
        '\t' => (place / 8 + 1) * 8,
        _ => place + 1,
    }
}

/// Whether a line is no row whatever the columns: a line of dashes, or the count of rows that
/// databases print below them.
pub(super) fn is_beside_rows(line: &str) -> bool {
    let line = without_feed(line).trim();
    let is_rule =
        line.len() > 2 && line.bytes().all(|byte| matches!(byte, b'-' | b'=' | b' ' | b'\t'));
    is_rule || line.is_empty() || is_count(line)
}

/// `400 rows selected.`, `(400 rows affected)`, `(1 row)`.
fn is_count(line: &str) -> bool {
    let line = line.trim_start_matches('(').trim_end_matches(['.', ')']);
    let mut words = line.split(' ');
    let is_number = words.next().is_some_and(|word| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
    });
    is_number
        && matches!(words.next(), Some("row" | "rows" | "row(s)"))
        && matches!(words.next(), None | Some("selected" | "affected"))
        && words.next().is_none()
}

/// Where the words of a line begin and end.
pub(super) fn runs(line: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut place = 0;
    for sign in without_feed(line).chars() {
        let end = end_of(place, sign);
        if !BLANK.contains(&sign) {
            match runs.last_mut() {
                Some(last) if last.1 == place => last.1 = end,
                _ => runs.push((place, end)),
            }
        }
        place = end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(starts: &str, line: &'static str) -> Result<Vec<&'static str>, usize> {
        let mut cells = Vec::new();
        ColumnStarts::parse(starts).unwrap().split(line, |cell| cells.push(cell)).map(|()| cells)
    }

    #[test]
    fn cells_stand_at_their_places_and_may_be_empty() {
        assert_eq!(cells("1,5,9", "a b c   5 "), Ok(vec!["a b", "c", "5"]));
        assert_eq!(cells("1,5,9", "a"), Ok(vec!["a", "", ""]));
        assert_eq!(cells("1,5,9", "        5"), Ok(vec!["", "", "5"]));
        assert_eq!(cells("1,5,9", "\u{e9}\u{e9}\u{e9} b"), Ok(vec!["\u{e9}\u{e9}\u{e9}", "b", ""]));
        assert_eq!(cells("1,9,17", "a\t\t5"), Ok(vec!["a", "", "5"]));
        assert_eq!(cells("1,5,9", "abcd e"), Err(5), "no blank before a column");
        assert_eq!(cells("1,5,9", "ab  cdefg"), Err(9));
        assert_eq!(cells("1,5", "\u{c}ab  c"), Ok(vec!["ab", "c"]));
        for words in ["1", "2,5", "1,5,5", "1,x", "", "0,4", "1,70000"] {
            assert_eq!(ColumnStarts::parse(words), None, "{words}");
        }
    }

    #[test]
    fn counts_of_rows_are_no_rows() {
        for line in ["400 rows selected.", "(1,400 rows affected)", "(1 row)", "---- ---", "", " "]
        {
            assert!(is_beside_rows(line), "{line}");
        }
        for line in ["400 rows of seats", "- ", "5 row 7", "rows"] {
            assert!(!is_beside_rows(line), "{line}");
        }
    }
}
