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
    fn wide_characters_take_two_columns() {
        let rows = [["茶", "1"], ["tea", "20"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows), "茶    1\ntea  20\n");
        assert_eq!(fit("茶茶茶", 5), "茶茶…");
        assert_eq!(fit("tea", 3), "tea");
    }
}
