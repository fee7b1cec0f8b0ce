//! Columns at fixed places of a line, told from the first lines: by a line of dashes, or by blanks
//! that stand below each other.

use super::line_places::{ColumnStarts, is_beside_rows, runs};
use super::{Separator, layout};

/// Lines that are looked at.
const LOOKED_AT: usize = 5_000;
/// Lines that may stand above the header.
const MOST_ABOVE: usize = 100;

/// Columns that were told from the first lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ByPlace {
    pub(super) starts: ColumnStarts,
    /// Lines above the header.
    pub(super) above: u64,
    pub(super) evidence: String,
}

/// The columns of a text whose first lines show them: by a line of dashes below the header, or by
/// places at which every line has a blank and cells and header words are flush. `None` where they
/// do not, where `other` parts the lines at least as well, or where there would be lines above the
/// header that may not be passed over.
pub(super) fn told(
    sample: &str,
    other: Separator,
    has_header: Option<bool>,
    may_skip: bool,
) -> Option<ByPlace> {
    let lines: Vec<&str> = sample.lines().take(LOOKED_AT).collect();
    let by_dashes = under_dashes(&lines, other).filter(|_| has_header != Some(false));
    let told = match by_dashes {
        Some(told) => told,
        None => {
            let told = flush(&lines, other, has_header)?;
            let from = layout::line_start(sample, told.above);
            let separator = Separator::Columns(told.starts);
            let is_named = has_header.is_some()
                || layout::names_columns(&sample[from..], separator, false).value;
            // A row above the others says nothing of their columns.
            if is_named { told } else { flush(&lines, other, Some(false))? }
        }
    };
    let above = &lines[..told.above as usize];
    (may_skip || above.iter().all(|line| line.trim().is_empty())).then_some(told)
}

/// The columns that a line of dashes shows.
fn under_dashes(lines: &[&str], other: Separator) -> Option<ByPlace> {
    let is_dashes = |line: &str| {
        let line = line.trim();
        line.len() > 2
            && [b'-', b'='].iter().any(|&dash| line.bytes().all(|b| b == dash || b == b' '))
    };
    let at = (1..lines.len().min(MOST_ABOVE)).find(|&at| is_dashes(lines[at]))?;
    let header = lines[at - 1];
    if header.trim().is_empty() || other.count(header) > 0 && other != Separator::Blanks {
        return None;
    }
    let mut starts: Vec<usize> = runs(lines[at]).iter().map(|run| run.0).collect();
    *starts.first_mut()? = 0;
    let starts = ColumnStarts::of(&starts)?;
    starts.split(header, |_| {}).ok()?;
    let below = lines[at + 1..].iter().filter(|line| !is_beside_rows(line));
    let all = below.clone().count();
    let fit = below.filter(|line| starts.split(line, |_| {}).is_ok()).count();
    (fit * 4 >= all * 3).then(|| ByPlace {
        starts,
        above: at as u64 - 1,
        evidence: format!(
            "dashes below the header show where {} columns begin, and {fit} of {all} lines looked at keep to it",
            starts.count()
        ),
    })
}

/// A column while it is looked for: from one place to before another, and its header's.
#[derive(Debug, Clone, Copy)]
struct Column {
    from: usize,
    to: usize,
    header: Option<(usize, usize)>,
    is_empty: bool,
}

/// The columns between places at which every line has a blank, if their cells are flush.
fn flush(lines: &[&str], other: Separator, has_header: Option<bool>) -> Option<ByPlace> {
    // A title is apart from its table.
    let begins = |&at: &usize| {
        !lines[at].trim().is_empty()
            && (lines[..at].iter().all(|line| line.trim().is_empty())
                || lines[at - 1].trim().is_empty())
    };
    let firsts = (0..lines.len().min(MOST_ABOVE)).filter(begins).take(4);
    firsts.into_iter().find_map(|first| flush_from(lines, first, other, has_header))
}

fn flush_from(
    lines: &[&str],
    first: usize,
    other: Separator,
    has_header: Option<bool>,
) -> Option<ByPlace> {
    const FEW: usize = 3;
    let header = lines[first];
    if other != Separator::Blanks && other.count(header) > 0 {
        return None;
    }
    let is_headed = has_header != Some(false);
    let mut body = &lines[first + usize::from(is_headed)..];
    // What stands apart below is no row.
    let filled = |line: &&&str| !line.trim().is_empty();
    if let Some(last) = body.iter().rposition(|line| line.trim().is_empty()) {
        let below = body[last..].iter().filter(filled).count();
        if below <= FEW && body[..last].iter().filter(filled).count() >= FEW {
            body = &body[..last];
        }
    }
    let body: Vec<&str> = body.iter().copied().filter(|line| !is_beside_rows(line)).collect();
    if body.len() < FEW {
        return None;
    }
    let cells: Vec<Vec<(usize, usize)>> = body.iter().map(|line| runs(line)).collect();
    let names = if is_headed { runs(header) } else { Vec::new() };
    // A long cell among many lines.
    let allowed = if body.len() < 50 { 0 } else { body.len().div_ceil(200) };
    let stretches = told_by_gaps(&cells, &names, allowed);
    // A blank that all cells have at one place is one inside them where no header begins behind it:
    // in text that is flush left, else in what is flush right.
    let whole = |to_left| {
        let columns = match is_headed {
            true => with_whole_headers(&stretches, to_left)?,
            false => stretches.clone(),
        };
        Some((flush_starts(&columns, &cells, allowed)?, columns))
    };
    let (starts, columns) = whole(true).or_else(|| whole(false))?;
    let narrowest = columns.windows(2).map(|two| two[1].from - two[0].to).min()?;
    // Blanks of few lines stand below each other by chance.
    if narrowest < 2 && body.len() < 10 {
        return None;
    }
    let widest = body.iter().take(20).map(|line| other.count(line)).max().unwrap_or(0);
    if other != Separator::Blanks && columns.len() <= widest + 1
        || is_quoted(&starts, &body)
        || blanks_say_the_same(&starts, header, &body)
    {
        return None;
    }
    let fit = body.iter().filter(|line| starts.split(line, |_| {}).is_ok()).count();
    let all = body.len();
    let evidence = match all - fit {
        0 => format!("all {all} lines looked at have blanks before these places"),
        _ => format!("{fit} of {all} lines looked at have blanks before these places"),
    };
    Some(ByPlace { starts, above: first as u64, evidence })
}

/// The stretches of a line between places that are blank in the header and in all lines but so many.
fn told_by_gaps(
    cells: &[Vec<(usize, usize)>],
    names: &[(usize, usize)],
    allowed: usize,
) -> Vec<Column> {
    let ends = cells.iter().chain([&names.to_vec()]).filter_map(|line| Some(line.last()?.1)).max();
    let width = ends.unwrap_or(0).min(usize::from(u16::MAX));
    let mut filled = vec![0; width];
    for &(from, to) in cells.iter().flatten() {
        filled[from.min(width)..to.min(width)].iter_mut().for_each(|lines| *lines += 1);
    }
    let mut named = vec![false; width];
    for &(from, to) in names {
        named[from.min(width)..to.min(width)].fill(true);
    }
    let is_gap = |place: usize| filled[place] <= allowed && !named[place];
    let mut columns: Vec<Column> = Vec::new();
    for place in (0..width).filter(|&place| !is_gap(place)) {
        match columns.last_mut() {
            Some(last) if last.to == place => last.to = place + 1,
            _ => columns.push(Column { from: place, to: place + 1, header: None, is_empty: true }),
        }
    }
    for column in &mut columns {
        let mut inside = names.iter().filter(|name| name.0 >= column.from && name.1 <= column.to);
        if let Some(first) = inside.next() {
            column.header = Some((first.0, inside.next_back().unwrap_or(first).1));
        }
        column.is_empty = filled[column.from..column.to].iter().all(|&lines| lines <= allowed);
    }
    columns
}

/// Columns of which each but the first has a header: one without belongs to that on its left (else
/// on its right) if this is flush with its header there; words of a header that stand one blank apart belong together where only
/// one of them has cells below. `None` where that cannot be told.
fn with_whole_headers(columns: &[Column], to_left: bool) -> Option<Vec<Column>> {
    let gap = |left: &Column, right: &Column| match (left.header, right.header) {
        (Some(left), Some(right)) => right.0 - left.1,
        _ => usize::MAX,
    };
    let mut whole: Vec<Column> = Vec::new();
    // Blanks between the headers of the last two.
    let mut far_left = usize::MAX;
    // Where one without a header began that belongs to the next.
    let mut waiting = None;
    for (at, &column) in columns.iter().enumerate() {
        let next = columns.get(at + 1).map_or(usize::MAX, |next| gap(&column, next));
        let Some(last) = whole.last_mut() else {
            whole.push(column);
            continue;
        };
        let mut column = column;
        if !to_left {
            if column.header.is_none() {
                waiting.get_or_insert(column.from);
                continue;
            }
            if let Some(from) = waiting.take() {
                if column.header.is_some_and(|header| header.1 != column.to) {
                    return None;
                }
                (column.from, column.is_empty) = (from, false);
            }
        }
        let before = gap(last, &column);
        let is_apart = far_left > 1;
        far_left = before;
        if column.header.is_none() {
            if last.header.is_none_or(|header| header.0 != last.from) {
                return None;
            }
            last.to = column.to;
        } else if before == 1 && (column.is_empty && next > 1 || last.is_empty && is_apart) {
            last.to = column.to;
            last.header = Some((last.header?.0, column.header?.1));
            last.is_empty &= column.is_empty;
        } else {
            whole.push(column);
        }
    }
    waiting.is_none().then_some(whole)
}

/// Where columns begin, if the cells of each begin at one place or end at one, and its header, too.
fn flush_starts(
    columns: &[Column],
    cells: &[Vec<(usize, usize)>],
    allowed: usize,
) -> Option<ColumnStarts> {
    let mut starts = vec![0];
    let mut before_is_right = false;
    let filled = columns.iter().filter(|column| !column.is_empty).count();
    if filled < 2 {
        return None;
    }
    for (at, column) in columns.iter().enumerate() {
        let (mut left, mut right, mut all) = (0, 0, 0);
        for line in cells {
            let mut inside =
                line.iter().filter(|run| run.1 > column.from && run.0 < column.to).peekable();
            let Some(&&first) = inside.peek() else { continue };
            let last = inside.last().unwrap_or(&first);
            all += 1;
            left += usize::from(first.0 == column.from);
            right += usize::from(last.1 == column.to);
        }
        let is_flush = |count: usize| count + allowed >= all;
        let begins = column.header.is_none_or(|header| header.0 == column.from);
        let ends = column.header.is_none_or(|header| header.1 == column.to);
        let is_left = is_flush(left) && begins;
        let is_right = is_flush(right) && ends;
        let hangs = is_flush(left) && ends || is_flush(right) && begins;
        if !(column.is_empty || is_left || is_right || hangs) {
            return None;
        }
        if at > 0 {
            let end = columns[at - 1].to;
            starts.push(match (is_left || !is_right, before_is_right) {
                (true, _) => column.from,
                // Numbers may grow on their left.
                (false, true) => end + 1,
                (false, false) => end + (column.from - end).div_ceil(2),
            });
        }
        before_is_right = is_right && !is_left;
    }
    ColumnStarts::of(&starts)
}

/// Whether cells are in quotes: then blanks part them, wherever they stand.
fn is_quoted(starts: &ColumnStarts, body: &[&str]) -> bool {
    let mut quoted = false;
    for line in body {
        let see = |cell: &str| {
            quoted |= cell.len() > 1 && cell.starts_with('"') && cell.ends_with('"');
        };
        _ = starts.split(line, see);
    }
    quoted
}

/// Whether lines that blanks part have the same cells.
fn blanks_say_the_same(starts: &ColumnStarts, header: &str, body: &[&str]) -> bool {
    [header].iter().chain(body).all(|line| {
        let mut cells = Vec::new();
        let is_cut = starts.split(line, |cell| cells.push(cell)).is_ok();
        is_cut && line.split([' ', '\t']).filter(|word| !word.is_empty()).eq(cells)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Option<(String, u64)> {
        let told = told(text, Separator::COMMA, None, true)?;
        Some((told.starts.words(), told.above))
    }

    #[test]
    fn dashes_below_the_header_show_the_columns() {
        let text = "Report\n\nNAME      N PRICE\n------- --- -----\nAnn Lee   1  2.50\n\n          2      \n\n2 rows selected.\n";
        assert_eq!(columns(text), Some(("1,9,13".to_owned(), 2)));
        assert_eq!(columns("a  b\n-- --\n"), Some(("1,4".to_owned(), 0)));
        assert_eq!(columns("a,b\n--- ---\n1,2\n"), None, "another sign parts the header");
        assert_eq!(columns("a  b\n-- --\nlong text here\nand more of it\n"), None);
    }

    #[test]
    fn columns_are_told_by_blanks_that_every_line_has_where_blanks_alone_mislead() {
        let text = "name    city       n\n        New York   1\nAnn     Rome       2\nBob     Oslo      12\n";
        let told = columns(text).unwrap().0;
        let row = "        New York   1".to_owned();
        let mut found = Vec::new();
        ColumnStarts::parse(&told)
            .unwrap()
            .split(&row, |cell| found.push(cell.to_owned()))
            .unwrap();
        assert_eq!(found, ["", "New York", "1"]);
        // Header words that are one blank apart, and cells with blanks below each other.
        let text = "Customer ID  Full Name    Qty\n10           Anna Berg      1\n11           Otto Ulrich   12\n12           Al Lind        3\n";
        assert_eq!(columns(text).unwrap().0, "1,14,26");
    }

    #[test]
    fn cells_that_are_flush_right_and_files_without_header() {
        let row = |price: &str, city: &str| format!("{price:>5}  {city:>8}\n");
        let rows = row("1.50", "New York") + &row("12.00", "Rome") + &row("3.00", "Bern");
        assert_eq!(columns(&format!("price      city\n{rows}")).unwrap().0, "1,7");
        let rows = "101            x y  2023-01-05\n102  10070     x    2023-01-06\n103  10071          2023-01-07\n104  10070     xyz  2023-01-07\n";
        assert_eq!(columns(rows).unwrap().0, "1,6,16,21");
    }

    #[test]
    fn fields_that_blanks_part_are_left_to_them() {
        for text in [
            "user item qty\n1 a x 5\n2 b y 7\n3 c z 8\n",
            "user  item\n1     a\n2     b\n3     c\n",
            "\"u\"  \"i\"\n\"a b\"  \"c\"\n\"d e\"  \"f\"\n\"g h\"  \"i\"\n",
            "a,b\n1,x y\n2,z w\n3,u v\n",
            "one\ntwo three\nfour\nfive six\n",
            "user  item  n\n1  a  2\n22  b  3\n333    7\n",
        ] {
            assert_eq!(columns(text), None, "{text}");
        }
    }
}
