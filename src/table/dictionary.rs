//! Columns of text in Parquet whose pages hold places in a dictionary: their codes are read, not
//! found text by text.

use std::io::Cursor;

use polars::prelude::PolarsResult;
use polars_arrow::array::{DictionaryArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, DTYPE_CATEGORICAL_NEW, Field, IntegerType, Metadata};
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, PageReader, column_iter_to_arrays,
};

use super::file_parts::FileParts;
use super::flat::FlatColumn;

/// The text of a column's parts, one a row group. `None` where a part is not at hand, or another
/// type than text.
///
/// # Errors
/// If some page holds texts instead of places, or a part is damaged: then the usual reader may
/// know more.
pub(super) fn column(
    at_hand: &FileParts,
    parts: &[&ColumnChunkMetadata],
) -> PolarsResult<Option<FlatColumn>> {
    let mut column = FlatColumn::default();
    // The reader leaves codes as they are only where it takes the column for one of its own
    // categories.
    let kind =
        ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false);
    let category = Metadata::from([(DTYPE_CATEGORICAL_NEW.into(), "".into())]);
    let field = Field::new("".into(), kind, true).with_metadata(category);
    for part in parts {
        let Some(bytes) = at_hand.part(part.byte_range()) else { return Ok(None) };
        let pages = PageReader::new(Cursor::new(bytes), part, Vec::new(), usize::MAX);
        let pages = BasicDecompressor::new(pages, Vec::new());
        let kind = &part.descriptor().descriptor.primitive_type;
        let (arrays, _) = column_iter_to_arrays(vec![pages], vec![kind], field.clone(), None)?;
        for array in &arrays {
            let Some(array) = array.as_any().downcast_ref::<DictionaryArray<u32>>() else {
                return Ok(None);
            };
            let Some(names) = array.values().as_any().downcast_ref::<Utf8ViewArray>() else {
                return Ok(None);
            };
            let (keys, name) = (array.keys(), |place| names.get(place));
            match keys.validity() {
                None => {
                    let places = keys.values_iter().map(|&key| Some(key as usize));
                    column.push_coded(places, names.len(), name);
                }
                Some(_) => column.push_coded(array.keys_iter(), names.len(), name),
            }
        }
    }
    Ok(Some(column))
}
