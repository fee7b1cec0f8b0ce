//! Text in columns, by the width that a terminal gives it: a wide character takes two.

use unicode_width::UnicodeWidthStr;

/// Rows with the first column to the left and the others to the right, two blanks between them;
/// a line each.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let most = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|field| field.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..most).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let fields = row.iter().zip(&widths).enumerate().map(|(column, (field, &width))| {
            let pad = padding(field, width);
            if column == 0 { format!("{field}{pad}") } else { format!("{pad}{field}") }
        });
        text += fields.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// The rows with the columns that fit into so many, and the names of those left out. What is least
/// wanted goes first: `wanted` names columns by their place, the most wanted first; the first row
/// holds the names.
pub(super) fn fitting(
    rows: &[Vec<String>],
    wanted: &[usize],
    room: Option<usize>,
) -> (Vec<Vec<String>>, Vec<String>) {
    let widest = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|field| field.width()).max().unwrap_or(0)
    };
    let mut kept: Vec<usize> = wanted.to_vec();
    let width = |kept: &[usize]| {
        kept.iter().map(|&column| widest(column) + 2).sum::<usize>().saturating_sub(2)
    };
    while kept.len() > 1 && room.is_some_and(|room| width(&kept) > room) {
        kept.pop();
    }
    kept.sort_unstable();
    let fitted = rows
        .iter()
        .map(|row| kept.iter().filter_map(|&column| row.get(column).cloned()).collect())
        .collect();
    let heads = rows.first().map_or(&[][..], Vec::as_slice);
    let mut all: Vec<usize> = wanted.to_vec();
    all.sort_unstable();
    let left_out = all.iter().filter(|column| !kept.contains(column));
    (fitted, left_out.filter_map(|&column| heads.get(column).cloned()).collect())
}

/// What [`fitting`] has left out, below the table; nothing where all fits.
pub(super) fn left_out_line(left_out: &[String], room: Option<usize>, how_shown: &str) -> String {
    match (left_out, room) {
        ([], _) | (_, None) => String::new(),
        (names, Some(room)) => format!(
            "\nleft out, for the terminal is {room} columns wide: {}{how_shown}\n",
            names.join(", ")
        ),
    }
}

/// A table in the columns that fit into so many, and below it the names of those left out. `wanted` as
/// for [`fitting`], `how_shown` as for [`left_out_line`].
pub(super) fn table(
    rows: &[Vec<String>],
    wanted: &[usize],
    room: Option<usize>,
    how_shown: &str,
) -> String {
    let (rows, left_out) = fitting(rows, wanted, room);
    columns(&rows) + &left_out_line(&left_out, room, how_shown)
}

/// The text with lines that a terminal of `room` columns would cut within a word broken between words; what
/// goes on stands below where the words of its line begin. As it is where there is no terminal.
pub fn fitted(text: &str, room: Option<usize>) -> String {
    let Some(room) = room else { return text.to_owned() };
    let lines: Vec<String> = text.split('\n').flat_map(|line| broken(line, room)).collect();
    lines.join("\n")
}

/// Where words stand behind a column of numbers or names.
const COLUMN: usize = 17;
/// The narrowest column in which words go on below each other.
const NARROWEST: usize = 16;

/// Where the words of a line go on below.
fn hang(line: &str, room: usize) -> usize {
    let words = line.trim_start();
    let blanks = line.width() - words.width();
    if blanks == 0 && !words.contains("  ") {
        return 0;
    }
    // The last cell of a row goes on below itself, where that leaves room, else below the first behind the name.
    let cells = line
        .char_indices()
        .filter(|&(at, c)| c != ' ' && line[..at].ends_with("  ") && !line[..at].trim().is_empty());
    let cells: Vec<usize> = cells.map(|(at, _)| line[..at].width()).collect();
    let roomy = |at: &&usize| *at + NARROWEST <= room;
    if let Some(&at) = cells.last().filter(roomy).or_else(|| cells.first().filter(roomy)) {
        return at;
    }
    let first = words.split(' ').next().unwrap_or("");
    match line.chars().nth(COLUMN - 1) {
        // A number may have a unit behind a blank.
        Some(' ') if (3..COLUMN).contains(&blanks) => COLUMN,
        // After a number or a name that stands before the words.
        _ if first.ends_with(':') || first.parse::<f64>().is_ok() => blanks + first.width() + 1,
        _ => blanks + 2,
    }
    .min(room / 2)
}

fn broken(line: &str, room: usize) -> Vec<String> {
    if line.width() <= room {
        return vec![line.to_owned()];
    }
    let hang = hang(line, room);
    let (mut lines, mut last) = (Vec::new(), String::new());
    for (place, word) in line.split(' ').enumerate() {
        let stands = last.width();
        if !last.trim().is_empty() && stands + 1 + word.width() > room {
            lines.push(std::mem::take(&mut last).trim_end().to_owned());
            // A long word stands further to the left where it fits there.
            last = " ".repeat(hang.min(room.saturating_sub(word.width())));
        } else if place > 0 && (lines.is_empty() || !last.trim().is_empty()) {
            last.push(' ');
        }
        last.push_str(word);
    }
    lines.push(last);
    lines
}

/// Lines broken at blanks where they are wider than the room: paragraphs, which go on two blanks to the right.
pub(super) fn folded(text: &str, room: Option<usize>) -> String {
    let Some(room) = room else { return text.to_owned() };
    let mut lines = String::new();
    for line in text.lines() {
        let mut width = 0;
        for (place, word) in line.split(' ').enumerate() {
            if place > 0 && width + 1 + word.width() > room {
                lines.push_str("\n  ");
                width = 2;
            } else if place > 0 {
                lines.push(' ');
                width += 1;
            }
            lines.push_str(word);
            width += word.width();
        }
        lines.push('\n');
    }
    lines
}

/// The blanks that a text lacks to so many columns.
pub(super) fn padding(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.width()))
}

/// The text, or as much of it as fits with `…` behind.
pub fn fit(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut width = 0;
    for c in text.chars() {
        let next = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if width + next + 1 > room {
            break;
        }
        width += next;
        kept.push(c);
    }
    if room > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_least_wanted_is_left_out_first_and_named() {
        let rows =
            [["a", "bbbb", "cc"], ["1", "2", "3"]].map(|row| row.map(str::to_owned).to_vec());
        let (kept, left) = fitting(&rows, &[0, 2, 1], Some(6));
        assert_eq!((kept[0].join(" ").as_str(), left.join(" ").as_str()), ("a cc", "bbbb"));
        assert_eq!(fitting(&rows, &[0, 2, 1], None).1, Vec::<String>::new());
        assert_eq!(fitting(&rows, &[0, 2, 1], Some(1)).0[1], ["1"]);
    }

    #[test]
    fn long_lines_are_broken_at_blanks() {
        assert_eq!(folded("one two three\nx\n", Some(8)), "one two\n  three\nx\n");
        assert_eq!(folded("one two three", None), "one two three");
    }

    #[test]
    fn a_table_says_how_what_is_left_out_is_shown() {
        let rows = [["a", "bbbb"], ["1", "2"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows, &[0, 1], None, "; all there"), "a  bbbb\n1     2\n");
        let said = "a\n1\n\nleft out, for the terminal is 6 columns wide: bbbb; all there\n";
        assert_eq!(table(&rows, &[0, 1], Some(6), "; all there"), said);
    }

    #[test]
    fn lines_are_broken_between_words_and_go_on_below_them() {
        let line = "              54 % too low are values in total, because of the bounds";
        let lines = broken(line, 40);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.width() <= 40), "{lines:?}");
        assert!(lines[1].starts_with(&" ".repeat(17)), "{lines:?}");
        let whole: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
        assert_eq!(whole.join(" "), line.trim());
        assert_eq!(broken("short", 80), ["short"]);
        assert_eq!(broken("", 80), [""]);
        // A word that is too long stands alone.
        assert_eq!(broken("a bbbbbbbbbbbb c", 5), ["a", "bbbbbbbbbbbb", "c"]);
        assert_eq!(broken("  rule: one two three", 17), ["  rule: one two", "        three"]);
        assert_eq!(broken("  one two three", 11), ["  one two", "    three"]);
    }

    #[test]
    fn the_last_cell_of_a_row_goes_on_below_itself() {
        let row = "tau  0.3  pairs in the same order or not";
        let lines = ["tau  0.3  pairs in the same", "          order or not"];
        assert_eq!(broken(row, 28), lines);
        let row = "tau   0.3   pairs in the same order or not";
        assert_eq!(broken(row, 30)[1], "            order or not");
        // Where the last cell has no room, below the one behind the name.
        let lines = ["unit  0.01      guessed  sums", "      are kept in it"];
        assert_eq!(broken("unit  0.01      guessed  sums are kept in it", 30), lines);
        // Characters that take two columns count as two.
        assert_eq!(broken("茶茶 茶茶", 8), ["茶茶", "茶茶"]);
        // A word that only fits further to the left.
        assert_eq!(broken("      user 123456789012", 14), ["      user", "  123456789012"]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let rows = [["茶", "1"], ["tea", "20"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows), "茶    1\ntea  20\n");
        assert_eq!(fit("茶茶茶", 5), "茶茶…");
        assert_eq!(fit("tea", 3), "tea");
    }
}
