//! Columns of text in Parquet whose pages hold places in a dictionary: their codes are read, not
//! found text by text.

use std::io::Cursor;

use polars::prelude::PolarsResult;
use polars_arrow::array::{DictionaryArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, DTYPE_CATEGORICAL_NEW, Field, IntegerType, Metadata};
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, PageReader, column_iter_to_arrays,
};

use super::TextColumn;
use super::coder::Coder;

/// The text of a column's parts, one a row group, in `bytes`, the file. `None` where a part is not
/// there, or another type than text.
///
/// # Errors
/// If some page holds texts instead of places, or a part is damaged: then the usual reader may
/// know more.
pub(super) fn column(
    bytes: &[u8],
    parts: &[&ColumnChunkMetadata],
) -> PolarsResult<Option<TextColumn>> {
    let mut coder = Coder::default();
    // The reader leaves codes as they are only where it takes the column for one of its own
    // categories.
    let kind =
        ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false);
    let category = Metadata::from([(DTYPE_CATEGORICAL_NEW.into(), "".into())]);
    let field = Field::new("".into(), kind, true).with_metadata(category);
    for part in parts {
        let range = part.byte_range();
        let Some(bytes) = bytes.get(range.start as usize..range.end as usize) else {
            return Ok(None);
        };
        let bytes = Cursor::new(Buffer::from(bytes.to_vec()));
        let pages = PageReader::new(bytes, part, Vec::new(), usize::MAX);
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
            coder.push_coded(array.keys_iter(), |place| names.get(place));
        }
    }
    Ok(Some(coder.finish()))
}
