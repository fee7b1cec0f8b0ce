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

/// Lines broken at blanks where they are wider than the room.
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
    fn wide_characters_take_two_columns() {
        let rows = [["茶", "1"], ["tea", "20"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows), "茶    1\ntea  20\n");
        assert_eq!(fit("茶茶茶", 5), "茶茶…");
        assert_eq!(fit("tea", 3), "tea");
    }
}
