//! A table of groups and their values, one of each a row, as a release writes it.

use std::collections::HashMap;

use thiserror::Error;

use super::TableError;
use super::formula::unescaped;
use super::open::open_guessing_header;
use super::{Cells, Layout, Opened, Source};

/// Why groups and values could not be read.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum GroupValuesError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "{name} has one column ({column}): a column of groups and one of values were expected, as in group,value"
    )]
    OneColumn { name: String, column: String },
    #[error("{name} has no column {column}; it has {columns}")]
    NoColumn { name: String, column: String, columns: String, purpose: &'static str },
    #[error(
        "{name}: group and value both name the column {column}: groups and values need a column each"
    )]
    SameColumn { name: String, column: String },
    #[error("{name} has no group in {place} (column {column}): fill it in or delete the row")]
    NoGroup { name: String, place: String, column: String },
    #[error(
        "{name} has no value in {place} (column {column}): write a number there or delete the row"
    )]
    NoValue { name: String, place: String, column: String },
    #[error(
        "{name} has '{text}' in {place} (column {column}) where a number was expected, such as 12, -3.5 or 1e6 \
         (no thousands separators): correct it, or choose another column"
    )]
    NotANumber { name: String, place: String, column: String, text: String },
    #[error(
        "{name} has '{text}' in {place} (column {column}), which is no finite number: correct it or delete the row"
    )]
    NotFinite { name: String, place: String, column: String, text: String },
    #[error("{name} names the group {group} twice ({first} and {second}): give each group one row")]
    Doubled { name: String, group: String, first: String, second: String },
}

/// Which columns to read; what is not named is found.
#[derive(Debug, Clone, Copy, Default)]
pub struct ColumnNames<'a> {
    /// The groups' column; else `group`, else the first that is not the values'.
    pub group: Option<&'a str>,
    /// The values' column; else `value`, else the first that is not the groups'.
    pub value: Option<&'a str>,
}

/// Groups in the byte order of their keys, each once, with finite values.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupValues {
    /// What sentences call the file.
    pub name: String,
    /// The column of the groups.
    pub group_column: String,
    /// The column of the values.
    pub value_column: String,
    /// Whether the column names come from a header.
    pub has_header: bool,
    /// Whether the table held ranks (`rank,group`, as a top-k release has it): a value is
    /// then minus the rank.
    pub ranks: bool,
    /// Keys, trimmed.
    pub groups: Vec<String>,
    /// Their values.
    pub values: Vec<f64>,
}

impl GroupValues {
    /// Reads a table with or without a header: a first line whose second field is a
    /// number is a row, unless a column is named.
    ///
    /// # Errors
    /// One sentence that names the file and the line or the column.
    pub fn read(
        source: Source<'_>,
        encoding: Option<&str>,
        columns: ColumnNames<'_>,
    ) -> Result<Self, GroupValuesError> {
        let named = columns.group.is_some() || columns.value.is_some();
        let opened =
            open_guessing_header(source, Layout { encoding, ..Layout::OF_LISTS }, |first| {
                named
                    || first
                        .get(1)
                        .and_then(|text| number(text))
                        .is_none_or(|value| !value.is_finite())
            })?;
        let (group_at, value_at, ranks) = places(&opened, columns)?;
        let name = opened.name().to_owned();
        let group_column = opened.headers()[group_at].clone();
        let value_column = opened.headers()[value_at].clone();
        let cells = opened.whole_texts(&[group_at, value_at])?;
        let rows = rows(&opened, &cells, &group_column, &value_column)?;
        let has_header = opened.has_header().value;
        let groups = rows.iter().map(|&(group, _)| group.to_owned()).collect();
        let values = rows.iter().map(|&(_, value)| if ranks { -value } else { value }).collect();
        Ok(Self { name, group_column, value_column, has_header, ranks, groups, values })
    }

    /// Takes the row of this group out; whether there was one.
    pub fn leave_out(&mut self, group: &str) -> bool {
        let Ok(at) = self.groups.binary_search_by(|key| key.as_str().cmp(group)) else {
            return false;
        };
        self.groups.remove(at);
        self.values.remove(at);
        true
    }
}

/// Every row's group and value, in the byte order of the groups.
fn rows<'a>(
    opened: &Opened,
    cells: &'a Cells,
    group_column: &str,
    value_column: &str,
) -> Result<Vec<(&'a str, f64)>, GroupValuesError> {
    let (groups, values) = (&cells.columns[0], &cells.columns[1]);
    let name = || opened.name().to_owned();
    let place = |row| opened.place_of(row);
    let numbers: Vec<Option<f64>> = values.names.iter().map(|text| number(text)).collect();
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(cells.rows);
    let mut rows = Vec::with_capacity(cells.rows);
    for row in 0..cells.rows {
        let column = || group_column.to_owned();
        // A file made for spreadsheets has an apostrophe before what they would run.
        let group =
            groups.get(row).map(|key| unescaped(key.trim()).trim()).filter(|key| !key.is_empty());
        let group = group.ok_or_else(|| GroupValuesError::NoGroup {
            name: name(),
            place: place(row),
            column: column(),
        })?;
        if let Some(first) = seen.insert(group, row) {
            let group = group.to_owned();
            return Err(GroupValuesError::Doubled {
                name: name(),
                group,
                first: place(first),
                second: place(row),
            });
        }
        let column = || value_column.to_owned();
        let text = values.get(row).map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| GroupValuesError::NoValue {
            name: name(),
            place: place(row),
            column: column(),
        })?;
        let wrong = || (name(), place(row), column(), text.to_owned());
        match numbers[values.codes[row] as usize] {
            Some(value) if value.is_finite() => rows.push((group, value)),
            Some(_) => {
                let (name, place, column, text) = wrong();
                return Err(GroupValuesError::NotFinite { name, place, column, text });
            }
            None => {
                let (name, place, column, text) = wrong();
                return Err(GroupValuesError::NotANumber { name, place, column, text });
            }
        }
    }
    rows.sort_unstable_by_key(|&(group, _)| group);
    Ok(rows)
}

/// A number as Rust reads it: infinite where it is too large, NaN where it says so.
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// Where the groups and the values stand, and whether these are ranks.
fn places(
    opened: &Opened,
    columns: ColumnNames<'_>,
) -> Result<(usize, usize, bool), GroupValuesError> {
    let headers = opened.headers();
    let name = || opened.name().to_owned();
    if let [column] = headers {
        let first = opened.texts(&[0])?.columns[0].get(0).unwrap_or_default().to_owned();
        let column = if opened.has_header().value { column.clone() } else { first };
        return Err(GroupValuesError::OneColumn { name: name(), column });
    }
    let called = |wanted: &str| {
        let exact = headers.iter().position(|header| header == wanted);
        exact.or_else(|| headers.iter().position(|header| header.eq_ignore_ascii_case(wanted)))
    };
    let named = |column: Option<&str>, purpose| match column {
        None => Ok(None),
        Some(column) => called(column.trim()).map(Some).ok_or_else(|| GroupValuesError::NoColumn {
            name: name(),
            column: column.to_owned(),
            columns: headers.join(", "),
            purpose,
        }),
    };
    let (group, value) = (named(columns.group, "group")?, named(columns.value, "value")?);
    // Exactly the header of a top-k release: a ranks column beside others says nothing of its order.
    if group.is_none()
        && value.is_none()
        && headers.len() == 2
        && headers[0] == "rank"
        && headers[1] == "group"
    {
        return Ok((1, 0, true));
    }
    let other =
        |taken: Option<usize>| (0..headers.len()).find(|&at| Some(at) != taken).unwrap_or(0);
    let group = group
        .or_else(|| called("group").filter(|&at| Some(at) != value))
        .unwrap_or_else(|| other(value));
    let value = value
        .or_else(|| called("value").filter(|&at| at != group))
        // Released rates: their counts are not what they are ordered by.
        .or_else(|| called("rate").filter(|&at| at != group && called("not_converted").is_some()))
        .unwrap_or_else(|| other(Some(group)));
    if group == value {
        return Err(GroupValuesError::SameColumn { name: name(), column: headers[group].clone() });
    }
    Ok((group, value, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_columns(
        text: &'static str,
        group: Option<&str>,
        value: Option<&str>,
    ) -> Result<GroupValues, String> {
        GroupValues::read(
            Source::Bytes("f.csv", text.as_bytes()),
            None,
            ColumnNames { group, value },
        )
        .map_err(|error| error.to_string())
    }

    fn read(text: &'static str) -> Result<GroupValues, String> {
        read_columns(text, None, None)
    }

    #[test]
    fn with_and_without_a_header_in_byte_order() {
        let with = read("group,value\nb,-2.5\na, 1e3 \n\"c,d\",0\n").unwrap();
        assert_eq!(
            (with.groups, with.values),
            (vec!["a".into(), "b".into(), "c,d".into()], vec![1e3, -2.5, 0.0])
        );
        let without = read("b,2\n a ,1\n").unwrap();
        assert_eq!(
            (without.groups, without.values),
            (vec!["a".into(), "b".into()], vec![1.0, 2.0])
        );
        assert!(with.has_header && !without.has_header);
        assert_eq!(read("5,5").unwrap().groups, ["5"]);
        assert_eq!(read("é;1\nz;2").unwrap().groups, ["z", "é"]);
    }

    #[test]
    fn columns_are_found_or_named() {
        let text = "item,n,share\nx,1,0.5\ny,2,0.7\n";
        let columns = |group, value| {
            let found = read_columns(text, group, value).unwrap();
            (found.group_column, found.value_column)
        };
        assert_eq!(columns(None, None), ("item".into(), "n".into()));
        assert_eq!(columns(None, Some("SHARE")), ("item".into(), "share".into()));
        assert_eq!(columns(Some("n"), Some("share")), ("n".into(), "share".into()));
        let turned = read("value,note,group\n1,a,x\n").unwrap();
        assert_eq!((turned.groups, turned.values), (vec!["x".to_owned()], vec![1.0]));
        let ranks = read("rank,group\n1,x\n2,a\n").unwrap();
        assert_eq!(
            (ranks.groups, ranks.values, ranks.ranks),
            (vec!["a".into(), "x".into()], vec![-2.0, -1.0], true)
        );
    }

    #[test]
    fn refusals_name_the_line_or_the_column() {
        let says = |text, part: &str| {
            let said = read(text).unwrap_err();
            assert!(said.contains("f.csv") && said.contains(part), "{said}");
        };
        says("", "is empty");
        says("group,value\n", "no rows");
        says("group\na\n", "one column (group)");
        says("a,1\n\nb,2\na,3\n", "the group a twice (line 1 and line 4)");
        says("group,value\na,1\n a ,3\n", "the group a twice (line 2 and line 3)");
        says("group,value\na,1\nb,much\n", "'much' in line 3 (column value)");
        says("group,value\na,1\nb,\"1,000\"\n", "'1,000' in line 3");
        says("group,value\na,NaN\n", "no finite number");
        says("a,1\nb,-inf\n", "'-inf' in line 2");
        says("a,1\nb,1e999\n", "'1e999' in line 2");
        says("group,value\na\n", "no value in line 2");
        says("group,value\n,1\n", "no group in line 2");
        let named = |group, value| read_columns("a,b\nx,1\n", group, value).unwrap_err();
        assert!(named(Some("c"), None).contains("no column c; it has a, b"));
        assert!(named(Some("a"), Some("a")).contains("both name the column a"));
    }
}
