//! Parquet in by polars; every value becomes the text that a CSV of the same
//! table would hold.

use std::cell::Cell;
use std::hash::Hash;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::*;
use polars_parquet::parquet::metadata::{FileMetadata, SchemaDescriptor};
use polars_parquet::parquet::schema::types::{ParquetType, PhysicalType};

use super::{TableError, TextColumn};

/// Why a file was refused, in our words: the library's may be for programmers.
fn refused(name: &str, cause: &dyn std::fmt::Display) -> TableError {
    let cause = cause.to_string();
    let first = cause.lines().next().unwrap_or_default().trim_end_matches('.');
    // What the library says of features is for people, and short.
    let lower = first.to_lowercase();
    let is_feature = ["not supported", "unsupported", "not yet", "encrypted"]
        .iter()
        .any(|word| lower.contains(word));
    let is_plain =
        first.len() < 160 && !first.contains(['{', '}', '`', '"', '(']) && !first.contains("::");
    let cause = match is_feature && is_plain {
        true => format!("{first}; write it again without that"),
        false => DAMAGED.to_owned(),
    };
    TableError::Refused { name: name.to_owned(), format: "Parquet", cause }
}

/// What is said of a file that does not hold what it states.
pub(super) const DAMAGED: &str = "it is damaged or cut short; copy it or write it again";

/// Damaged files can make the reader panic, also on threads of its own; that too becomes a
/// sentence, and nothing else is said.
fn guarded<T>(name: &str, read: impl FnOnce() -> PolarsResult<T>) -> Result<T, TableError> {
    let _quiet = Quiet::begin();
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(cause)) => Err(refused(name, &cause)),
        Err(_) => Err(refused(name, &DAMAGED)),
    }
}

/// How many readings go on anywhere.
static READINGS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this thread waits for one.
    static WAITS: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, panics of this thread and of the library's own threads say nothing.
struct Quiet;

impl Quiet {
    fn begin() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if !is_of_reading() {
                    before(info);
                }
            }));
        });
        READINGS.fetch_add(1, Ordering::SeqCst);
        WAITS.set(true);
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        WAITS.set(false);
        READINGS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a panic on this thread belongs to a reading. The library's threads are called
/// `polars-0` and so on, or nothing; all others have names.
fn is_of_reading() -> bool {
    let theirs = || std::thread::current().name().is_none_or(|name| name.starts_with("polars"));
    WAITS.get() || READINGS.load(Ordering::SeqCst) > 0 && theirs()
}

/// Column names and the number of rows.
pub(super) fn shape(name: &str, bytes: &[u8]) -> Result<(Vec<String>, usize), TableError> {
    let (names, rows, wrong) = guarded(name, || {
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let names = reader.schema()?.iter_names().map(ToString::to_string).collect();
        Ok((names, reader.num_rows()?, disagrees(reader.get_metadata()?, bytes.len())))
    })?;
    match wrong {
        Some(cause) => Err(TableError::Refused { name: name.to_owned(), format: "Parquet", cause }),
        None => Ok((names, rows)),
    }
}

/// What the footer states that the file cannot hold: the library asks for memory by it.
fn disagrees(footer: &FileMetadata, bytes: usize) -> Option<String> {
    let groups = &footer.row_groups;
    let rows = groups.iter().try_fold(0usize, |sum, group| sum.checked_add(group.num_rows()));
    if rows != Some(footer.num_rows) {
        return Some(format!(
            "it states {} rows, and its parts others; copy it or write it again",
            footer.num_rows
        ));
    }
    for column in groups.iter().flat_map(|group| group.parquet_columns()) {
        let start =
            column.dictionary_page_offset().unwrap_or(i64::MAX).min(column.data_page_offset());
        let end = start.checked_add(column.compressed_size());
        let fits = start >= 0
            && column.compressed_size() >= 0
            && end.is_some_and(|end| end <= bytes as i64);
        if !fits || column.num_values() < 0 {
            let path = column.descriptor().path_in_schema.join(".");
            return Some(format!(
                "it is {bytes} bytes long, and states that column {path} lies outside it; copy it or write it again"
            ));
        }
    }
    None
}

/// The columns at the places `wanted`, as text.
pub(super) fn texts(
    name: &str,
    bytes: &[u8],
    wanted: &[usize],
) -> Result<Vec<TextColumn>, TableError> {
    let (names, rows) = shape(name, bytes)?;
    for &at in wanted {
        let kind = guarded(name, || {
            let schema = ParquetReader::new(Cursor::new(bytes)).schema()?;
            Ok(schema.get_at_index(at).map(|(_, field)| field.dtype().clone()))
        })?;
        // The reader does not carry these types, and says so by a panic.
        if let Some(kind) = kind.filter(|kind| !is_read(kind)) {
            let kind = format!("{kind:?}");
            let kind = kind.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
            return Err(TableError::ColumnType {
                name: name.to_owned(),
                column: names[at].clone(),
                kind,
            });
        }
    }
    let chosen: Vec<String> = wanted.iter().map(|&at| names[at].clone()).collect();
    let read = |untyped: bool| {
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        if untyped {
            let footer = without_text(reader.get_metadata()?);
            reader.set_metadata(Arc::new(footer));
        }
        reader.with_columns(Some(chosen.clone())).finish()
    };
    // The reader refuses the whole file for one byte that is no text: then it reads bytes.
    let frame = guarded(name, || read(false)).or_else(|_| guarded(name, || read(true)))?;
    let columns: Vec<TextColumn> = wanted
        .iter()
        .map(|&at| {
            let column = names[at].as_str();
            let values = guarded(name, || frame.column(column).cloned())?;
            guarded(name, || as_text(&values))?.ok_or_else(|| TableError::ColumnType {
                name: name.to_owned(),
                column: column.to_owned(),
                kind: values.dtype().to_string(),
            })
        })
        .collect::<Result<_, _>>()?;
    // What the footer states and what is there may differ.
    match columns.iter().all(|column| column.codes.len() == rows) {
        true => Ok(columns),
        false => Err(refused(name, &DAMAGED)),
    }
}

/// The footer of the same file in which columns of text are columns of bytes.
fn without_text(footer: &FileMetadata) -> FileMetadata {
    let untyped = |field: &ParquetType| match field {
        ParquetType::PrimitiveType(kind) if kind.physical_type == PhysicalType::ByteArray => {
            let mut kind = kind.clone();
            (kind.logical_type, kind.converted_type) = (None, None);
            ParquetType::PrimitiveType(kind)
        }
        other => other.clone(),
    };
    let fields = footer.schema_descr.fields().iter().map(untyped).collect();
    // What other writers keep beside it says "text" once more.
    FileMetadata {
        schema_descr: SchemaDescriptor::new(footer.schema_descr.name().into(), fields),
        key_value_metadata: None,
        ..footer.clone()
    }
}

/// Whether the reader carries a type.
fn is_read(kind: &ArrowDataType) -> bool {
    use ArrowDataType as A;
    match kind {
        A::Null
        | A::Boolean
        | A::Int32
        | A::Int64
        | A::UInt32
        | A::UInt64
        | A::Float32
        | A::Float64 => true,
        A::Timestamp(..) | A::Date32 | A::Date64 => true,
        A::Utf8 | A::LargeUtf8 | A::Utf8View | A::Binary | A::LargeBinary | A::BinaryView => true,
        A::Dictionary(_, values, _) => matches!(**values, A::Utf8 | A::LargeUtf8 | A::Utf8View),
        _ => false,
    }
}

/// `None` where the type has no plain text.
fn as_text(values: &Column) -> PolarsResult<Option<TextColumn>> {
    Ok(Some(match values.dtype() {
        DataType::String => TextColumn::of(values.len(), values.str()?.iter()),
        // Some writers leave out the mark that says "text".
        DataType::Binary => {
            // What is no text is replaced inside its own cell: the column's kind is the header's.
            let texts: Vec<_> =
                values.binary()?.iter().map(|bytes| bytes.map(String::from_utf8_lossy)).collect();
            TextColumn::of(values.len(), texts.iter().map(|text| text.as_deref()))
        }
        DataType::Null => {
            TextColumn { codes: vec![TextColumn::MISSING; values.len()], names: Vec::new() }
        }
        DataType::Boolean => coded(values.bool()?.iter(), |b| b.to_string()),
        DataType::UInt64 => coded(values.u64()?.iter(), |n| n.to_string()),
        kind if kind.is_integer() => {
            coded(values.strict_cast(&DataType::Int64)?.i64()?.iter(), |n| n.to_string())
        }
        // 32-bit prices keep their own shortest text: 2.55, not 2.549999952316284.
        DataType::Float32 => coded(
            values.f32()?.iter().map(|x| x.filter(|x| x.is_finite()).map(f32::to_bits)),
            |bits| f32::from_bits(bits).to_string(),
        ),
        kind if kind.is_float() => coded(
            values
                .strict_cast(&DataType::Float64)?
                .f64()?
                .iter()
                .map(|x| x.filter(|x| x.is_finite()).map(f64::to_bits)),
            |bits| f64::from_bits(bits).to_string(),
        ),
        DataType::Date => {
            let days = values.to_physical_repr().strict_cast(&DataType::Int64)?;
            coded(days.i64()?.iter(), date)
        }
        DataType::Datetime(unit, _) => {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1_000_000_000,
                TimeUnit::Microseconds => 1_000_000,
                TimeUnit::Milliseconds => 1_000,
            };
            let physical = values.to_physical_repr();
            coded(physical.i64()?.iter().map(|t| t.map(|t| t.div_euclid(per_second))), |second| {
                let of_day = second.rem_euclid(86_400);
                let (hour, minute) = (of_day / 3_600, of_day / 60 % 60);
                format!(
                    "{} {hour:02}:{minute:02}:{:02}",
                    date(second.div_euclid(86_400)),
                    of_day % 60
                )
            })
        }
        // Categories of text, as pandas and R write them.
        kind if kind.to_string().starts_with("cat") || kind.to_string().starts_with("enum") => {
            let texts = values.cast(&DataType::String)?;
            TextColumn::of(texts.len(), texts.str()?.iter())
        }
        _ => return Ok(None),
    }))
}

fn coded<T: Copy + Eq + Hash>(
    values: impl Iterator<Item = Option<T>>,
    show: impl Fn(T) -> String,
) -> TextColumn {
    let mut seen: PlHashMap<T, u32> = PlHashMap::default();
    let mut column = TextColumn::default();
    for value in values {
        let code = value.map_or(TextColumn::MISSING, |value| {
            *seen.entry(value).or_insert_with(|| {
                column.names.push(show(value));
                column.names.len() as u32 - 1
            })
        });
        column.codes.push(code);
    }
    column
}

/// Days since 1970-01-01 as `2011-03-09` (Hinnant, "chrono-compatible low-level date
/// algorithms", civil_from_days).
fn date(days: i64) -> String {
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let (month, next) = if march_month < 10 { (march_month + 3, 0) } else { (march_month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(14_978), "2011-01-04");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(11_016), "2000-02-29");
    }

    #[test]
    fn a_byte_that_is_no_text_is_replaced_inside_its_own_cell() {
        let texts = ["tea", "Z#pot", "tea", "cup"];
        let columns =
            [Column::new("item".into(), texts), Column::new("user".into(), [1i64, 2, 3, 4])];
        let mut frame = DataFrame::new(4, columns.to_vec()).unwrap();
        let mut bytes = Vec::new();
        let plain = ParquetCompression::Uncompressed;
        ParquetWriter::new(&mut bytes).with_compression(plain).finish(&mut frame).unwrap();
        let read = |bytes: &[u8]| -> Vec<Vec<String>> {
            let columns = super::texts("a", bytes, &[0, 1]).unwrap();
            let of = |column: &TextColumn| {
                column
                    .codes
                    .iter()
                    .map(|&code| column.names[code as usize].clone())
                    .collect::<Vec<_>>()
            };
            columns.iter().map(of).collect()
        };
        let whole = read(&bytes);
        let spoilt: Vec<usize> =
            (0..bytes.len() - 1).filter(|&at| bytes[at..].starts_with(b"Z#")).collect();
        assert!(!spoilt.is_empty());
        for at in spoilt {
            bytes[at + 1] = 0xff;
        }
        let mut wanted = whole.clone();
        wanted[0][1] = "Z\u{fffd}pot".to_owned();
        assert_eq!(read(&bytes), wanted);
        assert_eq!(whole[0], texts);
    }

    #[test]
    fn numbers_become_the_text_of_a_csv() {
        let text = |column: Column| as_text(&column).unwrap().unwrap().names;
        assert_eq!(text(Column::new("x".into(), [17850.0f64, 2.55])), ["17850", "2.55"]);
        assert_eq!(text(Column::new("x".into(), [2.55f32])), ["2.55"]);
        assert_eq!(text(Column::new("x".into(), [-7i32, 7])), ["-7", "7"]);
    }
}
