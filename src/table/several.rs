//! Several tables as one, one below the other: their columns by name, each laid out in its own way.

use std::path::Path;

use super::opened::{Opened, TablePart};
use super::{Layout, TableError};

/// Opens every item, the later ones as the first is laid out unless that does not fit, as one
/// table. Those that are empty are passed over; `None` where all are.
///
/// # Errors
/// As `open`, and where an item has other columns.
pub(super) fn one_below_the_other<T>(
    items: &[T],
    layout: Layout<'_>,
    mut open: impl FnMut(&T, Layout<'_>) -> Result<Opened, TableError>,
) -> Result<Option<Opened>, TableError> {
    let mut tables: Vec<Opened> = Vec::new();
    for item in items {
        let Some(first) = tables.first() else {
            match open(item, layout) {
                // Who writes in parts leaves some of them empty.
                Err(TableError::Empty { .. }) => {}
                opened => tables.push(opened?),
            }
            continue;
        };
        let shared = |next: &Opened| {
            next.headers.iter().filter(|&name| place_in(&first.headers, name).is_some()).count()
        };
        let next = match open(item, layout_of_next(first, layout)) {
            Err(TableError::Empty { .. }) => continue,
            Ok(next) if shared(&next) == first.headers.len() => next,
            alike => match (alike, open(item, layout)) {
                (Ok(alike), Ok(own)) if shared(&alike) >= shared(&own) => alike,
                (_, Ok(own)) if shared(&own) > 1 => own,
                (alike, _) => alike?,
            },
        };
        tables.push(next);
    }
    match tables.len() {
        0 | 1 => Ok(tables.pop()),
        _ => joined(tables).map(Some),
    }
}

/// What the first table told of the rows holds for all.
fn layout_of_next<'a>(first: &Opened, layout: Layout<'a>) -> Layout<'a> {
    let facts = &first.facts;
    Layout {
        separator: facts.separator.as_ref().map(|told| told.value).or(layout.separator),
        header: Some(facts.has_header.value),
        skip_lines: facts.skip_lines.as_ref().map(|told| told.value).or(layout.skip_lines),
        columns: if facts.has_header.value { layout.columns } else { Some(first.headers.len()) },
        ..layout
    }
}

/// Where a column stands: by its name, else by the only one that differs from it in nothing but
/// capital letters and blanks.
fn place_in(headers: &[String], name: &str) -> Option<usize> {
    let fold = |name: &str| name.trim().to_lowercase();
    let mut alike = (0..headers.len()).filter(|&at| fold(&headers[at]) == fold(name));
    headers.iter().position(|header| header == name).or_else(|| {
        let only = alike.next()?;
        alike.next().is_none().then_some(only)
    })
}

/// Tables, one below the other: the columns that all have, in the order of the first.
fn joined(tables: Vec<Opened>) -> Result<Opened, TableError> {
    let first = &tables[0];
    let is_shared =
        |name: &&String| tables.iter().all(|table| place_in(&table.headers, name).is_some());
    let shared: Vec<String> = first.headers.iter().filter(is_shared).cloned().collect();
    let mut uneven: Vec<(String, String)> = Vec::new();
    for table in &tables {
        for name in &table.headers {
            if place_in(&shared, name).is_none() && !uneven.iter().any(|(other, _)| other == name) {
                uneven.push((name.clone(), table.name.clone()));
            }
        }
    }
    // More is another kind of table.
    if shared.is_empty() || uneven.len() * 2 > shared.len() {
        let listed = |of: &[String], without: &[String]| {
            let names = of.iter().filter(|name| place_in(without, name).is_none());
            names.map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        let mut others = tables[1..].iter().map(|next| {
            (next, listed(&next.headers, &first.headers), listed(&first.headers, &next.headers))
        });
        if let Some((next, new, missing)) =
            others.find(|(_, new, missing)| !new.is_empty() || !missing.is_empty())
        {
            let (name, first) = (next.name.clone(), first.parts[0].name.clone());
            return Err(TableError::OtherColumns { name, first, new, missing });
        }
    }
    let mut facts = first.facts.clone();
    facts.uneven = uneven;
    facts.unkept = std::mem::take(&mut facts.unkept)
        .into_iter()
        .filter_map(|(at, cells)| Some((place_in(&shared, &first.headers[at])?, cells)))
        .collect();
    let others: Vec<String> = tables
        .iter()
        .filter_map(|table| Some((table, table.facts.separator.as_ref()?.value)))
        .filter(|(_, other)| facts.separator.as_ref().is_some_and(|told| told.value != *other))
        .map(|(table, other)| format!("{} is parted by {other}", table.name))
        .collect();
    if let Some(separator) = &mut facts.separator
        && !others.is_empty()
    {
        let evidence = [&[separator.evidence.clone()][..], &others].concat();
        separator.evidence = evidence.join("; ");
    }
    let (name, mut parts) = (first.name.clone(), Vec::new());
    for table in tables {
        let places: Vec<usize> =
            shared.iter().filter_map(|name| place_in(&table.headers, name)).collect();
        let is_same = table.headers.len() == places.len() && places.is_sorted();
        for part in table.parts {
            let places = match &part.places {
                None if is_same => None,
                _ => Some(part.places_of(&places)),
            };
            parts.push(TablePart { places, ..part });
        }
    }
    Ok(Opened { name, headers: shared, parts, facts })
}

/// Adds the columns that the names of the folders above a file say (`country=FR/part-0.csv`), as
/// engines write them, unless the file has them itself.
pub(super) fn add_columns_of_path(opened: &mut Opened, path: &Path) {
    let folders = path.parent().into_iter().flat_map(Path::components).rev();
    let names: Vec<(String, String)> =
        folders.map_while(|folder| said_by(&folder.as_os_str().to_string_lossy())).collect();
    for (name, value) in names.into_iter().rev() {
        if place_in(&opened.headers, &name).is_none() {
            opened.headers.push(name);
            for part in &mut opened.parts {
                part.of_path.push(value.clone());
            }
        }
    }
}

/// The column and its value in the name of a folder.
fn said_by(folder: &str) -> Option<(String, String)> {
    /// What Hive writes for an empty one.
    const EMPTY: &str = "__HIVE_DEFAULT_PARTITION__";
    let (name, value) = folder.split_once('=')?;
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-. ".contains(c));
    let value = if value == EMPTY { String::new() } else { unescaped(value) };
    is_name.then(|| (name.to_owned(), value))
}

/// `a%20b` as `a b`: signs that names of files may not have are written so.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| std::str::from_utf8(behind.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{Source, open};
    use super::*;

    fn table(files: &[(&'static str, &'static str)]) -> Result<Opened, TableError> {
        let opened = one_below_the_other(files, Layout::GUESSED, |(name, text), layout| {
            open(Source::Bytes(name, text.as_bytes()), layout)
        });
        opened.map(|table| table.unwrap())
    }

    fn column(table: &Opened, name: &str) -> Vec<String> {
        let place = table.headers().iter().position(|header| header == name).unwrap();
        let cells = table.texts(&[place]).unwrap();
        (0..cells.rows).map(|row| cells.columns[0].get(row).unwrap_or("-").to_owned()).collect()
    }

    #[test]
    fn columns_are_found_by_name_in_whatever_layout() {
        let files = [
            ("a", "user,item,qty\nann,x,1\nbob,y,2\n"),
            ("b", "\n"),
            ("c", "ITEM;User ;Qty\nz;cid;3\nz;dan;4\n"),
        ];
        let found = table(&files).unwrap();
        assert_eq!(found.headers(), ["user", "item", "qty"]);
        assert_eq!(column(&found, "user"), ["ann", "bob", "cid", "dan"]);
        assert_eq!(column(&found, "qty"), ["1", "2", "3", "4"]);
        assert!(found.separator().unwrap().evidence.ends_with("; c is parted by ;"));
    }

    #[test]
    fn columns_that_not_all_have_are_left_out_and_named() {
        let found = table(&[
            ("a", "user,item,qty,old\nann,x,1,o\n"),
            ("b", "user,new,item,qty\nbob,n,y,2\n"),
        ]);
        assert!(found.is_err(), "two of five");
        let found =
            table(&[("a", "user,item,qty\nann,x,1\n"), ("b", "user,new,item,qty\nbob,n,y,2\n")])
                .unwrap();
        assert_eq!(found.uneven(), [("new".to_owned(), "b".to_owned())]);
        assert_eq!(column(&found, "item"), ["x", "y"]);
        let refusal =
            table(&[("a", "user,item\nann,x\n"), ("b", "who,what\nbob,y\n")]).unwrap_err();
        assert!(refusal.to_string().contains("new: who, what; missing: user, item"), "{refusal}");
    }

    #[test]
    fn folders_name_columns() {
        let said = |folder: &str| said_by(folder);
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(said("country=FR"), pair("country", "FR"));
        assert_eq!(said("time=08%3A26%"), pair("time", "08:26%"));
        assert_eq!(said("dt=__HIVE_DEFAULT_PARTITION__"), pair("dt", ""));
        assert_eq!((said("orders"), said("=x")), (None, None));
        let mut table = table(&[("a", "user,item\nann,x\nbob,y\n")]).unwrap();
        add_columns_of_path(&mut table, Path::new("a=1/orders/item=q/country=FR/part-0.csv"));
        assert_eq!(table.headers(), ["user", "item", "country"]);
        assert_eq!(column(&table, "country"), ["FR", "FR"]);
        let cells = table.texts(&[0, 2]).unwrap();
        assert_eq!((cells.columns[0].get(1), cells.columns[1].get(1)), (Some("bob"), Some("FR")));
        assert_eq!(table.head(1).unwrap(), [["ann", "x", "FR"]]);
    }
}
