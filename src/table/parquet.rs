//! Parquet in by polars; every value becomes the text that a CSV of the same
//! table would hold.

use std::hash::Hash;
use std::io::Cursor;

use chrono::{DateTime, FixedOffset, Offset};
use polars::prelude::*;
use polars_parquet::parquet::metadata::{ColumnChunkMetadata, FileMetadata, SchemaDescriptor};
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    IntegerType, ParquetType, PhysicalType, PrimitiveConvertedType, PrimitiveLogicalType,
    PrimitiveType, TimeUnit as ParquetUnit,
};

use super::calendar::{clock, date, time};
use super::file_parts::FileParts;
use super::flat::FlatColumn;
use super::quiet::quietly;
use super::{TableError, TextColumn, dictionary};

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

/// Damaged files can make the reader panic; that too becomes a sentence.
fn guarded<T>(name: &str, read: impl FnOnce() -> PolarsResult<T>) -> Result<T, TableError> {
    match quietly(read) {
        Some(Ok(value)) => Ok(value),
        Some(Err(cause)) => Err(refused(name, &cause)),
        None => Err(refused(name, &DAMAGED)),
    }
}

/// What the end of a file says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ParquetShape {
    pub names: Vec<String>,
    /// For each column the kind of its values where they are not read, else nothing.
    pub unread: Vec<String>,
    /// Of each leaf the column that it belongs to.
    pub column_of: Vec<usize>,
    pub groups: Vec<RowGroup>,
}

/// A row group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowGroup {
    pub rows: usize,
    /// Where the bytes of each leaf begin and how many they are.
    pub leaves: Vec<(u64, u64)>,
}

/// What is asked of a file: columns of some of its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'a> {
    pub columns: &'a [usize],
    /// The first row, and how many.
    pub from: usize,
    pub rows: usize,
}

/// The shape of a file of `size` bytes that ends with `tail`: its footer, and what stands behind.
pub(super) fn shape(name: &str, tail: &[u8], size: u64) -> Result<ParquetShape, TableError> {
    let (footer, columns) = footer_of(name, tail, size)?;
    let mut shape = ParquetShape::default();
    for column in &columns {
        shape.names.push(column.name.clone());
        shape.unread.push(match &column.show {
            Show::Unread(kind) => kind.clone(),
            _ => String::new(),
        });
    }
    let named = |root: &str| columns.iter().position(|column| column.name == root);
    for leaf in footer.schema_descr.columns() {
        let root = leaf.path_in_schema.first().map_or("", |root| root.as_str());
        shape.column_of.push(named(root).unwrap_or(usize::MAX));
    }
    shape.groups = footer
        .row_groups
        .iter()
        .map(|group| RowGroup {
            rows: group.num_rows(),
            leaves: group.byte_ranges_iter().map(|of| (of.start, of.end - of.start)).collect(),
        })
        .collect();
    Ok(shape)
}

/// A column and how its values are shown.
struct Shown {
    name: String,
    show: Show,
}

/// How the values of a column become text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Show {
    /// As their type says.
    Typed,
    /// Whole numbers (perhaps as bytes, the highest first) with so many decimals.
    Decimal(usize),
    /// So many a second since midnight.
    Clock(i64),
    /// Sixteen bytes.
    Uuid,
    /// Points in time as the clocks of a zone show them.
    Zoned(Zone),
    /// Not at all: values of this kind.
    Unread(String),
}

/// The zone of a column of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Fixed(FixedOffset),
    Named(chrono_tz::Tz),
}

impl Zone {
    fn of(name: &str) -> Option<Self> {
        let fixed = name.parse().map(Zone::Fixed);
        fixed.or_else(|_| name.parse().map(Zone::Named)).ok()
    }

    /// What its clocks show at so many seconds since 1970-01-01 00:00 UTC.
    fn local(self, seconds: i64) -> i64 {
        let Some(time) = DateTime::from_timestamp(seconds, 0) else { return seconds };
        let ahead = match self {
            Zone::Fixed(offset) => offset,
            Zone::Named(zone) => time.with_timezone(&zone).offset().fix(),
        };
        seconds.saturating_add(i64::from(ahead.local_minus_utc()))
    }
}

/// The footer in which every column is of a type that the reader carries, and what its columns
/// are.
fn footer_of(name: &str, tail: &[u8], size: u64) -> Result<(FileMetadata, Vec<Shown>), TableError> {
    let bytes = [b"PAR1", tail].concat();
    let (footer, columns, wrong) = guarded(name, || {
        let mut reader = ParquetReader::new(Cursor::new(bytes.as_slice()));
        let schema = reader.schema()?;
        let footer = reader.get_metadata()?;
        let columns: Vec<Shown> = footer
            .schema_descr
            .fields()
            .iter()
            .filter_map(|field| {
                let kind = schema.get(field.name())?.dtype().clone();
                Some(Shown { name: field.name().to_owned(), show: show_of(field, &kind) })
            })
            .collect();
        Ok((plainer(footer, &columns, false), columns, disagrees(footer, size)))
    })?;
    match wrong {
        Some(cause) => Err(TableError::Refused { name: name.to_owned(), format: "Parquet", cause }),
        None => Ok((footer, columns)),
    }
}

fn show_of(field: &ParquetType, kind: &ArrowDataType) -> Show {
    use PrimitiveConvertedType as C;
    use PrimitiveLogicalType as L;
    let unread = || {
        let kind = format!("{kind:?}");
        Show::Unread(kind.split(['(', ' ', '{']).next().unwrap_or_default().to_owned())
    };
    let ParquetType::PrimitiveType(primitive) = field else { return unread() };
    let PrimitiveType { field_info, logical_type, converted_type, physical_type } = primitive;
    if field_info.repetition == Repetition::Repeated {
        return unread();
    }
    match (logical_type, converted_type) {
        (Some(L::Decimal(_, scale)), _) | (None, Some(C::Decimal(_, scale))) => {
            Show::Decimal(*scale)
        }
        (Some(L::Time { unit, .. }), _) => Show::Clock(match unit {
            ParquetUnit::Milliseconds => 1_000,
            ParquetUnit::Microseconds => 1_000_000,
            ParquetUnit::Nanoseconds => 1_000_000_000,
        }),
        (None, Some(C::TimeMillis)) => Show::Clock(1_000),
        (None, Some(C::TimeMicros)) => Show::Clock(1_000_000),
        (Some(L::Uuid), _) => Show::Uuid,
        (Some(L::Float16), _) | (None, Some(C::Interval)) => unread(),
        _ => match (kind, physical_type) {
            (ArrowDataType::Duration(_), _) | (_, PhysicalType::FixedLenByteArray(_)) => unread(),
            (ArrowDataType::Timestamp(_, Some(zone)), _) => {
                Zone::of(zone).map_or(Show::Typed, Show::Zoned)
            }
            _ => Show::Typed,
        },
    }
}

/// The footer of the same file in which columns that the reader does not carry are plain numbers
/// or bytes; with `untyped` text is bytes, too. What other writers keep beside it is left out: it
/// would say the types once more.
fn plainer(footer: &FileMetadata, columns: &[Shown], untyped: bool) -> FileMetadata {
    use IntegerType as I;
    use PrimitiveConvertedType as C;
    let plain = |field: &ParquetType| match field {
        ParquetType::PrimitiveType(kind) => {
            let shown = columns.iter().find(|column| column.name == field.name());
            let is_shown_here = shown.is_some_and(|shown| {
                matches!(shown.show, Show::Decimal(_) | Show::Clock(_) | Show::Uuid)
            });
            let is_small =
                matches!(
                    kind.logical_type,
                    Some(PrimitiveLogicalType::Integer(I::Int8 | I::Int16 | I::UInt8 | I::UInt16))
                ) || matches!(kind.converted_type, Some(C::Int8 | C::Int16 | C::Uint8 | C::Uint16));
            let is_text = kind.physical_type == PhysicalType::ByteArray;
            let mut kind = kind.clone();
            if is_shown_here || is_small || is_text && untyped {
                (kind.logical_type, kind.converted_type) = (None, None);
            }
            ParquetType::PrimitiveType(kind)
        }
        other => other.clone(),
    };
    let fields = footer.schema_descr.fields().iter().map(plain).collect();
    FileMetadata {
        schema_descr: SchemaDescriptor::new(footer.schema_descr.name().into(), fields),
        key_value_metadata: None,
        ..footer.clone()
    }
}

/// What the footer states that the file cannot hold: the library asks for memory by it.
fn disagrees(footer: &FileMetadata, bytes: u64) -> Option<String> {
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
            && end.is_some_and(|end| end <= i64::try_from(bytes).unwrap_or(i64::MAX));
        if !fits || column.num_values() < 0 {
            let path = column.descriptor().path_in_schema.join(".");
            return Some(format!(
                "it is {bytes} bytes long, and states that column {path} lies outside it; copy it or write it again"
            ));
        }
    }
    None
}

/// The columns that are wanted, as text; `parts` holds their bytes.
pub(super) fn texts(
    name: &str,
    parts: &FileParts,
    wanted: Selection<'_>,
) -> Result<Vec<FlatColumn>, TableError> {
    let (footer, shown) = footer_of(name, parts.tail(), parts.size())?;
    let mut columns: Vec<Option<FlatColumn>> = Vec::with_capacity(wanted.columns.len());
    let mut chosen = Vec::new();
    for &at in wanted.columns {
        let column = shown.get(at).ok_or_else(|| refused(name, &DAMAGED))?;
        if let Show::Unread(kind) = &column.show {
            return Err(TableError::ColumnType {
                name: name.to_owned(),
                column: column.name.clone(),
                kind: kind.clone(),
            });
        }
        let chunks = parts_of(&footer, column, wanted);
        let coded = chunks.and_then(|chunks| {
            let read = || dictionary::column(parts, &chunks);
            guarded(name, read).ok().flatten().filter(|column| column.rows() == wanted.rows)
        });
        if coded.is_none() {
            chosen.push(column.name.clone());
        }
        columns.push(coded);
    }
    let frame = match chosen.is_empty() {
        true => DataFrame::empty(),
        false => {
            let bytes = parts.whole();
            let read = |footer: FileMetadata| {
                let mut reader = ParquetReader::new(Cursor::new(bytes.as_slice()));
                reader.set_metadata(Arc::new(footer));
                reader
                    .with_columns(Some(chosen.clone()))
                    .with_slice(Some((wanted.from, wanted.rows)))
                    .finish()
            };
            let untyped = plainer(&footer, &shown, true);
            // The reader refuses the whole file for one byte that is no text: then it reads bytes.
            guarded(name, || read(footer)).or_else(|_| guarded(name, || read(untyped)))?
        }
    };
    let columns: Vec<FlatColumn> = wanted
        .columns
        .iter()
        .zip(columns)
        .map(|(&at, coded)| {
            if let Some(coded) = coded {
                return Ok(coded);
            }
            let Shown { name: column, show } = &shown[at];
            let values = guarded(name, || frame.column(column).cloned())?;
            let shown = guarded(name, || shown_as(&values, show))?;
            shown.map(FlatColumn::from).ok_or_else(|| TableError::ColumnType {
                name: name.to_owned(),
                column: column.clone(),
                kind: values.dtype().to_string(),
            })
        })
        .collect::<Result<_, _>>()?;
    // What the footer states and what is there may differ.
    match columns.iter().all(|column| column.rows() == wanted.rows) {
        true => Ok(columns),
        false => Err(refused(name, &DAMAGED)),
    }
}

/// The parts of a column of text, one for each row group; `None` where it is none, or the rows
/// that are wanted are not those of whole groups.
fn parts_of<'f>(
    footer: &'f FileMetadata,
    column: &Shown,
    wanted: Selection<'_>,
) -> Option<Vec<&'f ColumnChunkMetadata>> {
    let is_text = column.show == Show::Typed
        && footer.schema_descr.fields().iter().any(|field| {
            matches!(field, ParquetType::PrimitiveType(kind)
                if field.name() == column.name && kind.physical_type == PhysicalType::ByteArray)
        });
    let (mut from, mut parts) = (0, Vec::new());
    for group in footer.row_groups.iter().filter(|_| is_text) {
        let rows = from..from + group.num_rows();
        from = rows.end;
        if rows.start >= wanted.from && rows.end <= wanted.from + wanted.rows {
            let [place] = group.columns_idxs_under_root_iter(&column.name)? else { return None };
            parts.push(group.parquet_columns().get(*place)?);
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// `None` where the values are not of the type that their column states.
fn shown_as(values: &Column, show: &Show) -> PolarsResult<Option<TextColumn>> {
    let numbers = || match values.dtype().is_integer() {
        true => values.strict_cast(&DataType::Int64).map(Some),
        false => Ok(None),
    };
    match show {
        Show::Typed | Show::Unread(_) => as_text(values),
        Show::Zoned(zone) => {
            let DataType::Datetime(unit, _) = values.dtype() else { return as_text(values) };
            let (physical, per_second) = (values.to_physical_repr(), per_second(*unit));
            let seconds = physical.i64()?.iter().map(|t| t.map(|t| t.div_euclid(per_second)));
            Ok(Some(coded(seconds, |second| time(zone.local(second)))))
        }
        Show::Clock(per_second) => {
            let Some(numbers) = numbers()? else { return Ok(None) };
            let seconds = numbers.i64()?.iter().map(|t| t.map(|t| t.div_euclid(*per_second)));
            Ok(Some(coded(seconds, |second| clock(second.rem_euclid(86_400)))))
        }
        Show::Decimal(scale) => {
            if let Some(numbers) = numbers()? {
                let shown = |n: i64| decimal(i128::from(n), *scale);
                return Ok(Some(coded(numbers.i64()?.iter(), shown)));
            }
            let DataType::Binary = values.dtype() else { return Ok(None) };
            let mut is_wide = false;
            let numbers: Vec<Option<i128>> = values
                .binary()?
                .iter()
                .map(|bytes| {
                    let number = bytes.map(signed);
                    is_wide |= number == Some(None);
                    number.flatten()
                })
                .collect();
            Ok((!is_wide).then(|| coded(numbers.into_iter(), |n| decimal(n, *scale))))
        }
        Show::Uuid => {
            let DataType::Binary = values.dtype() else { return Ok(None) };
            let numbers = values.binary()?.iter();
            let numbers =
                numbers.map(|bytes| bytes.and_then(|b| b.try_into().ok()).map(u128::from_be_bytes));
            Ok(Some(coded(numbers, |id| {
                let digits = format!("{id:032x}");
                let parts =
                    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
                parts.join("-")
            })))
        }
    }
}

/// A whole number as bytes, the highest first; `None` beyond 128 bits.
fn signed(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { 0xFF } else { 0 };
    let (above, low) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut all = [sign; 16];
    all[16 - low.len()..].copy_from_slice(low);
    let number = i128::from_be_bytes(all);
    let fits = above.iter().all(|&byte| byte == sign) && (number < 0) == (sign != 0);
    fits.then_some(number)
}

/// A number of so many decimals: 250 as `2.50`.
fn decimal(number: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{part}")
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
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
            let (physical, per_second) = (values.to_physical_repr(), per_second(*unit));
            coded(physical.i64()?.iter().map(|t| t.map(|t| t.div_euclid(per_second))), time)
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
    column.codes.reserve(values.size_hint().0);
    // Rows often repeat the value above: a customer, a time.
    let mut above = (None, TextColumn::MISSING);
    for value in values {
        if value != above.0 {
            let code = value.map_or(TextColumn::MISSING, |value| {
                *seen.entry(value).or_insert_with(|| {
                    column.names.push(show(value).into());
                    column.names.len() as u32 - 1
                })
            });
            above = (value, code);
        }
        column.codes.push(above.1);
    }
    column
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The end of a file from its footer on.
    fn tail_of(bytes: &[u8]) -> &[u8] {
        let length: [u8; 4] = bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap();
        &bytes[bytes.len() - 8 - u32::from_le_bytes(length) as usize..]
    }

    fn columns_of(bytes: &[u8], columns: &[usize]) -> Vec<TextColumn> {
        let tail = tail_of(bytes);
        let shape = shape("a", tail, bytes.len() as u64).unwrap();
        let rows = shape.groups.iter().map(|group| group.rows).sum();
        let mut parts = FileParts::new(bytes.len() as u64, tail.to_vec()).unwrap();
        for &(from, length) in shape.groups.iter().flat_map(|group| &group.leaves) {
            parts.read(&mut &bytes[from as usize..], from, length).unwrap();
        }
        let columns = super::texts("a", &parts, Selection { columns, from: 0, rows });
        columns.unwrap().iter().map(TextColumn::of_flat).collect()
    }

    #[test]
    fn decimals_ids_and_clocks_are_shown() {
        assert_eq!(decimal(250, 2), "2.50");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(signed(&[0xFF, 0x38]), Some(-200));
        assert_eq!(signed(&[0; 20]), Some(0));
        assert_eq!(signed(&[1; 17]), None);
        let bytes: Vec<&[u8]> = vec![&[0, 250], &[0xFF, 0x06]];
        let column = Column::new("x".into(), bytes);
        let shown = shown_as(&column, &Show::Decimal(2)).unwrap().unwrap();
        assert_eq!(shown.names, ["2.50", "-2.50"]);
        let column = Column::new("x".into(), [30_360_000i64, 0]);
        let shown = shown_as(&column, &Show::Clock(1_000)).unwrap().unwrap();
        assert_eq!(shown.names, ["08:26:00", "00:00:00"]);
        let column = Column::new("x".into(), [&[0x12u8; 16][..]]);
        let shown = shown_as(&column, &Show::Uuid).unwrap().unwrap();
        assert_eq!(shown.names, ["12121212-1212-1212-1212-121212121212"]);
    }

    #[test]
    fn clocks_of_a_zone_follow_its_summers() {
        let local = |zone: &str, seconds| time(Zone::of(zone).unwrap().local(seconds));
        assert_eq!(local("America/New_York", 1_609_477_200), "2021-01-01 00:00:00");
        assert_eq!(local("Europe/Berlin", 1_625_140_800), "2021-07-01 14:00:00");
        assert_eq!(local("+05:30", 0), "1970-01-01 05:30:00");
        assert_eq!(local("UTC", 0), "1970-01-01 00:00:00");
        assert_eq!(Zone::of("Middle/Earth"), None);
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
            let columns = columns_of(bytes, &[0, 1]);
            let of = |column: &TextColumn| {
                column
                    .codes
                    .iter()
                    .map(|&code| column.names[code as usize].to_string())
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
    fn coded_text_is_the_text_of_the_usual_reader() {
        let texts = [Some("tea"), None, Some("cup"), Some("tea"), Some(""), Some("pot")];
        let other = [Some("a"), Some("b"), Some("a"), Some("b"), None, Some("b")];
        let columns = [Column::new("item".into(), texts), Column::new("user".into(), other)];
        let mut frame = DataFrame::new(6, columns.to_vec()).unwrap();
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).with_row_group_size(Some(2)).finish(&mut frame).unwrap();
        let (footer, shown) = footer_of("a", tail_of(&bytes), bytes.len() as u64).unwrap();
        let mut at_hand = FileParts::new(bytes.len() as u64, tail_of(&bytes).to_vec()).unwrap();
        for range in footer.row_groups.iter().flat_map(|group| group.byte_ranges_iter()) {
            let (from, length) = (range.start, range.end - range.start);
            at_hand.read(&mut &bytes[from as usize..], from, length).unwrap();
        }
        for (column, texts) in shown.iter().zip([texts, other]) {
            let whole = Selection { columns: &[], from: 0, rows: 6 };
            let parts = parts_of(&footer, column, whole).unwrap();
            let coded = dictionary::column(&at_hand, &parts).unwrap().unwrap();
            let coded = TextColumn::of_flat(&coded);
            assert_eq!(coded, TextColumn::of(6, texts.into_iter()));
            let some = Selection { columns: &[], from: 2, rows: 2 };
            let parts = parts_of(&footer, column, some).unwrap();
            let coded = dictionary::column(&at_hand, &parts).unwrap().unwrap();
            let coded = TextColumn::of_flat(&coded);
            assert_eq!(coded, TextColumn::of(2, texts[2..4].iter().copied()));
        }
        assert!(
            parts_of(&footer, &shown[0], Selection { columns: &[], from: 1, rows: 1 }).is_none()
        );
    }

    #[test]
    fn numbers_become_the_text_of_a_csv() {
        let text = |column: Column| as_text(&column).unwrap().unwrap().names;
        assert_eq!(text(Column::new("x".into(), [17850.0f64, 2.55])), ["17850", "2.55"]);
        assert_eq!(text(Column::new("x".into(), [2.55f32])), ["2.55"]);
        assert_eq!(text(Column::new("x".into(), [-7i32, 7])), ["-7", "7"]);
    }
}
