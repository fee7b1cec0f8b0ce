//! A public list of group keys.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::purchases::{SAMPLE_ITEMS, is_usual_header, key};
use crate::table::{self, Layout, Source, TableError};

/// Why a catalogue was refused.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum CatalogueError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "{file} names the key {key} twice (data rows {first} and {second}): a catalogue names each group once"
    )]
    Doubled { file: String, key: String, first: usize, second: usize },
    #[error("{file} has no key in data row {row} (column {column}): fill it in or delete the row")]
    Missing { file: String, row: usize, column: String },
    #[error(
        "{file} has no header that is known: its first line '{line}' would be taken for one, and its group would be missing; put a header line such as item above it"
    )]
    NoHeader { file: String, line: String },
    #[error("{file} has no column {column}; it has {columns}")]
    NoColumn { file: String, column: String, columns: String },
}

/// Group keys that are public, in byte order, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// The file's name, for people.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The column the keys come from.
    pub column: String,
    /// The keys.
    pub keys: Vec<String>,
    /// Their readable names, in the same order, where another column has them; empty for a key
    /// without one.
    pub names: Option<Vec<String>>,
}

/// Headers of a column of readable names, the likeliest first.
const NAMES: [&str; 7] = [
    "description",
    "name",
    "title",
    "item_name",
    "product_name",
    "item_description",
    "product_description",
];

impl Catalogue {
    /// The name of the embedded sample's list of items, where no file is called so.
    pub const OF_SAMPLE: &str = "sample";

    /// Reads a table with a header. Keys stand in the column named in `column`; without
    /// one in the first of `usual` that the header has (whatever the case), else in the
    /// first column. Keys are written as those of purchases are (see [`key`]). Names come from a column
    /// with a usual header, if there is one.
    ///
    /// # Errors
    /// If the file cannot be read, a key is missing or stands twice, or no name of its header is known
    /// and none was given: the first group would be lost without a word.
    pub fn read(path: &Path, column: Option<&str>, usual: &[&str]) -> Result<Self, CatalogueError> {
        let source = match path == Path::new(Self::OF_SAMPLE) && !path.exists() {
            true => Source::Bytes("the sample's list of items", SAMPLE_ITEMS),
            false => Source::File(path),
        };
        let opened = table::open(source, Layout::OF_LISTS)?;
        let headers = opened.headers();
        let file = opened.name().to_owned();
        let place =
            |name: &str| headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name));
        let at = match column {
            Some(name) => place(name).ok_or_else(|| CatalogueError::NoColumn {
                file: file.clone(),
                column: name.to_owned(),
                columns: headers.join(", "),
            })?,
            None => usual.iter().find_map(|name| place(name)).unwrap_or(0),
        };
        // In containers of named fields every name is a header.
        let is_named = ["json", "parquet"].iter().any(|of| opened.container().value.contains(of));
        let is_known = |name: &String| is_usual_header(name) || usual.iter().any(|own| own == name);
        if column.is_none() && !is_named && !headers.iter().any(is_known) {
            return Err(CatalogueError::NoHeader { file, line: headers.join(", ") });
        }
        let column = headers[at].clone();
        let named = NAMES.iter().find_map(|name| place(name)).filter(|&named| named != at);
        let cells = opened.whole_texts(&[&[at][..], named.as_slice()].concat())?;
        let texts = &cells.columns;
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for row in 0..cells.rows {
            let key = texts[0].get(row).map(key).filter(|key| !key.is_empty());
            let key = key.ok_or_else(|| CatalogueError::Missing {
                file: file.clone(),
                row: row + 1,
                column: column.clone(),
            })?;
            if let Some(first) = seen.insert(key, row + 1) {
                return Err(CatalogueError::Doubled {
                    file,
                    key: key.to_owned(),
                    first,
                    second: row + 1,
                });
            }
        }
        let mut rows: Vec<(&str, usize)> =
            seen.into_iter().map(|(key, row)| (key, row - 1)).collect();
        rows.sort_unstable();
        let keys = rows.iter().map(|(key, _)| (*key).to_owned()).collect();
        let name_in = |row: usize| texts[1].get(row).unwrap_or_default().trim().to_owned();
        let names = named.map(|_| rows.iter().map(|&(_, row)| name_in(row)).collect());
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, path: path.to_owned(), column, keys, names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_once_each_in_byte_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalogue.csv");
        let read = |text: &str, column| {
            std::fs::write(&path, text).unwrap();
            Catalogue::read(&path, column, &["group", "item"]).map_err(|error| error.to_string())
        };
        let named = read("name,Item\nx,b\ny, a \n,c\n", None).unwrap();
        assert_eq!(named.keys, ["a", "b", "c"]);
        assert_eq!(named.names.unwrap(), ["y", "x", ""]);
        assert_eq!(read("name\nb\n", None).unwrap().names, None);
        assert_eq!(read("name,other\nx,b\ny,a\n", None).unwrap().keys, ["x", "y"]);
        assert_eq!(read("name,other\nx,b\ny,a\n", Some("other")).unwrap().column, "other");
        assert!(
            read("item\na\nb\na\n", None).unwrap_err().contains("key a twice (data rows 1 and 3)")
        );
        assert!(read("item,n\na,1\n,2\n", None).unwrap_err().contains("no key in data row 2"));
        // The first line of a list without a header is a group like the others.
        for (text, line) in [("a\nb\n", "'a'"), ("71053,Lantern\n21730,Star\n", "'71053, Lantern'")]
        {
            let said = read(text, None).unwrap_err();
            assert!(said.contains(line) && said.contains("header line such as item"), "{said}");
        }
        assert_eq!(read("a\nb\n", Some("a")).unwrap().keys, ["b"]);
        for known in ["Artikelnummer", "key", "SKU", "months", "Land", "product_id"] {
            assert_eq!(read(&format!("{known}\nb\n"), None).unwrap().keys, ["b"], "{known}");
        }
        assert!(read("item\na\n", Some("sku")).unwrap_err().contains("no column sku"));
    }

    #[test]
    fn the_samples_list_names_every_item_that_the_generator_knows() {
        let list = Catalogue::read(Path::new(Catalogue::OF_SAMPLE), None, &["item"]).unwrap();
        assert_eq!((list.keys.len(), list.names.unwrap().len()), (240, 240));
        let sample = crate::purchases::sample().unwrap();
        assert!(sample.item.names.iter().all(|item| list.keys.binary_search(item).is_ok()));
    }
}
