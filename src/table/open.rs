//! Opening a table: what it is, its columns, and how its text is laid out.

use std::io::Read;
use std::sync::atomic::AtomicBool;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use memchr::{memchr, memchr_iter, memrchr};

use super::apart::Whole;
use super::archive::Member;
use super::content::{Content, Promise};
use super::cut::{Cutter, Manner};
use super::decode::{self, Decoding, Validity};
use super::layout::{self, Layout, LayoutTold};
use super::opened::{Body, Facts, Groups, JsonLines, Opened, TablePart, Text};
use super::packed::{Counter, Packing, Plain};
use super::rows::{Fault, LONGEST_ROW, Rows};
use super::source::{Source, store_of};
use super::store::AtRest;
use super::{Separator, TableError, archive, columns_by_place, json, several, workbook};

/// Bytes of a file that layout is told from: any row fits, and much more than the rows that are
/// looked at.
const SAMPLE: u64 = LONGEST_ROW as u64 + (1 << 16);
/// Columns of text without a header where nothing may be told from rows, nor was declared.
const UNNAMED: usize = 64;

/// Opens a table of any kind that this room reads.
///
/// # Errors
/// One sentence that names the file and, where there is one, the line. Rows after the header
/// refuse nothing.
pub fn open(source: Source<'_>, layout: Layout<'_>) -> Result<Opened, TableError> {
    open_named(source, layout, &mut Naming::Told)
}

/// As [`open`], for delimited text that may lack a header: `is_header` is shown the
/// fields of the first line. Where it is none, it is the first row, and the columns are
/// called by their places: `column 1`.
///
/// # Errors
/// As [`open`].
pub fn open_guessing_header(
    source: Source<'_>,
    layout: Layout<'_>,
    mut is_header: impl FnMut(&[String]) -> bool,
) -> Result<Opened, TableError> {
    open_named(source, layout, &mut Naming::Asked(&mut is_header))
}

/// Who says whether the first row is a header.
enum Naming<'f> {
    /// The layout, or the rows.
    Told,
    /// Whoever asked for the table.
    Asked(&'f mut dyn FnMut(&[String]) -> bool),
}

fn open_named(
    source: Source<'_>,
    layout: Layout<'_>,
    naming: &mut Naming<'_>,
) -> Result<Opened, TableError> {
    let Source::Files(paths) = source else { return open_one(source, layout, naming) };
    let table = several::one_below_the_other(paths, layout, |path, layout| {
        let mut table = open_one(Source::File(path), layout, naming)?;
        several::add_columns_of_path(&mut table, path);
        Ok(table)
    })?;
    let shown = paths.first().map_or("the list".to_owned(), |path| path.display().to_string());
    let mut table = table.ok_or(TableError::NoFiles { name: shown.clone() })?;
    if paths.len() > 1 {
        table.name = format!("{shown} and {} more", paths.len() - 1);
        table.facts.container.value += &format!(" in {} files", table.parts.len());
    }
    Ok(table)
}

fn open_one(
    source: Source<'_>,
    layout: Layout<'_>,
    naming: &mut Naming<'_>,
) -> Result<Opened, TableError> {
    let (name, store) = store_of(source)?;
    let plain = Plain { store, packing: Packing::None };
    let head = plain.store.head(Content::HEAD).map_err(|cause| plain.refusal(&name, cause))?;
    if head.is_empty() {
        return Err(TableError::Empty { name });
    }
    let promise = match source {
        Source::File(path) => Promise::of(path),
        _ => Promise::Nothing,
    };
    let content = Content::of(&head);
    if let Some(advice) = promise.broken_by(content) {
        return Err(TableError::NotItsName { name, found: content.words(), advice });
    }
    let usual = if promise == Promise::Tsv { Separator::TAB } else { Separator::COMMA };
    open_store(&name, plain, Vec::new(), usual, layout, naming)
}

/// Opens what `plain` unpacks to; `outer` are the words for what it was taken out of.
fn open_store(
    name: &str,
    plain: Plain,
    mut outer: Vec<&'static str>,
    usual: Separator,
    layout: Layout<'_>,
    naming: &mut Naming<'_>,
) -> Result<Opened, TableError> {
    let content = Content::of(&unpacked_head(name, &plain, Content::HEAD)?);
    let container = |inner: &str, outer: &[&str]| {
        let words = std::iter::once(inner).chain(outer.iter().rev().copied());
        words.collect::<Vec<_>>().join(" in ")
    };
    match content {
        Content::Text => {
            let mut opened = open_text(name, plain, layout, usual, naming)?;
            let inner = opened.facts.container.value.clone();
            opened.facts.container.value = container(&inner, &outer);
            return Ok(opened);
        }
        Content::Other(found) => {
            return Err(TableError::Unsupported { name: name.to_owned(), found });
        }
        // Nobody packs twice by purpose.
        _ if outer.len() > 2 => {
            return Err(TableError::Unsupported { name: name.to_owned(), found: content.words() });
        }
        _ => {}
    }
    let plain = match plain.packing {
        Packing::None => plain,
        // What is not read from its beginning to its end lies somewhere unpacked.
        _ => {
            let from = plain.reader(&Counter::default());
            let store =
                from.and_then(AtRest::spooled).map_err(|cause| plain.refusal(name, cause))?;
            Plain { store, packing: Packing::None }
        }
    };
    let packing = match content {
        Content::Gzip => Packing::Gzip,
        Content::Zstd => Packing::Zstd,
        Content::Zip => return open_zip(name, &plain.store, outer, usual, layout, naming),
        _ => {
            let mut opened = open_parquet(name, plain.store, layout.frugal)?;
            opened.facts.container.value = container("parquet", &outer);
            return Ok(opened);
        }
    };
    outer.push(if content == Content::Gzip { "gzip" } else { "zstd" });
    let plain = Plain { packing, ..plain };
    let plain = plain.clone().unpacked_if_small().map_err(|cause| plain.refusal(name, cause))?;
    open_store(name, plain, outer, usual, layout, naming)
}

fn open_zip(
    name: &str,
    store: &AtRest,
    mut outer: Vec<&'static str>,
    usual: Separator,
    layout: Layout<'_>,
    naming: &mut Naming<'_>,
) -> Result<Opened, TableError> {
    let members = archive::members(name, store)?;
    if archive::is_workbook(&members) {
        let sheet = workbook::sheet(name, store, &members, layout.sheet, layout.guesses)?;
        return open_sheet(name, sheet, layout, naming);
    }
    if members.iter().any(|member| member.name == "content.xml") {
        return Err(TableError::Unsupported {
            name: name.to_owned(),
            found: "an OpenDocument spreadsheet",
        });
    }
    outer.push("zip");
    let mut open = |member: &Member, layout: Layout<'_>| {
        let named = format!("{} in {name}", member.name);
        let Some(packing) = member.packing else {
            let found = "locked, or packed in a way other than deflate";
            return Err(TableError::Unsupported { name: named, found });
        };
        let plain = Plain { store: store.clone(), packing };
        let plain =
            plain.clone().unpacked_if_small().map_err(|cause| plain.refusal(name, cause))?;
        open_store(name, plain, outer.clone(), usual, layout, naming)
    };
    let all: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
    let several = layout.sheet.and_then(|names| archive::several(&members, names));
    if let Some(several) = several {
        let inner = Layout { sheet: None, ..layout };
        let opened = several::one_below_the_other(&several, inner, |member, layout| {
            let mut table = open(member, layout)?;
            table.name = format!("{} in {name}", member.name);
            table.parts.iter_mut().for_each(|part| part.name.clone_from(&table.name));
            Ok(table)
        })?;
        let mut opened = opened.ok_or_else(|| TableError::Empty { name: name.to_owned() })?;
        let names: Vec<&str> = several.iter().map(|member| member.name.as_str()).collect();
        name.clone_into(&mut opened.name);
        opened.facts.sheet = Some(LayoutTold::plainly(names.join(",")));
        opened.facts.sheets = all;
        return Ok(opened);
    }
    let wanted = layout.sheet.filter(|wanted| all.iter().any(|name| name == wanted));
    let member = match (archive::chosen(name, &members, wanted), layout.sheet) {
        // Of several the one that was named is not there.
        (Err(_), Some(sheet)) => archive::chosen(name, &members, Some(sheet)),
        (chosen, _) => chosen,
    }?;
    let inner = Layout { sheet: layout.sheet.filter(|_| wanted.is_none()), ..layout };
    let mut opened = open(member, inner)?;
    if opened.facts.sheet.is_none() {
        if let Some(sheet) = inner.sheet {
            return Err(TableError::NoSheet {
                name: name.to_owned(),
                sheet: sheet.to_owned(),
                sheets: all.join(", "),
            });
        }
        let evidence = match (wanted, all.len()) {
            (Some(_), _) => "",
            (None, 1) => "the only file in it",
            (None, _) => "the only table in it by its name",
        };
        opened.facts.sheet = Some(LayoutTold::by(member.name.clone(), evidence));
        opened.facts.sheets = all;
    }
    Ok(opened)
}

fn open_sheet(
    name: &str,
    sheet: workbook::Sheet,
    layout: Layout<'_>,
    naming: &mut Naming<'_>,
) -> Result<Opened, TableError> {
    let plain = Plain { store: sheet.text, packing: Packing::None };
    let layout = Layout {
        encoding: Some("utf-8"),
        separator: Some(Separator::COMMA),
        line_breaks: Some(true),
        ..layout
    };
    let mut opened = open_text(name, plain, layout, Separator::COMMA, naming)?;
    for part in &mut opened.parts {
        if let Body::Text(text) = &mut part.body {
            text.is_sheet = true;
        }
    }
    opened.facts = Facts {
        container: LayoutTold::plainly("xlsx".to_owned()),
        encoding: None,
        separator: None,
        line_breaks: None,
        sheet: Some(sheet.name),
        sheets: sheet.all,
        filled: sheet.filled,
        unkept: sheet.unkept,
        ..opened.facts
    };
    Ok(opened)
}

fn of_part(name: &str, headers: Vec<String>, body: Body, facts: Facts) -> Opened {
    let part = TablePart {
        name: name.to_owned(),
        headers: headers.clone(),
        of_path: Vec::new(),
        places: None,
        body,
    };
    Opened { name: name.to_owned(), headers, parts: vec![part], facts }
}

fn open_parquet(name: &str, store: AtRest, frugal: bool) -> Result<Opened, TableError> {
    let whole = Whole::of(name, store, frugal)?;
    let shape = whole.shape(name)?;
    let headers = checked(name, shape.names.clone())?;
    let over: Vec<&str> = headers
        .iter()
        .zip(&shape.unread)
        .filter(|(_, unread)| !unread.is_empty())
        .map(|(header, _)| header.as_str())
        .collect();
    let evidence = match over[..] {
        [] => String::new(),
        _ => format!("nested or of no plain kind, and passed over: {}", over.join(", ")),
    };
    let passed_over = over.iter().map(|&header| header.to_owned()).collect();
    let facts = Facts { passed_over, ..Facts::of(LayoutTold::by("parquet".to_owned(), evidence)) };
    Ok(of_part(name, headers, Body::Parquet(Groups::new(whole, shape)), facts))
}

/// JSON whose first object is no row.
const NO_ROWS: &str = "JSON whose object holds lists or objects of rows and is none itself (one object a line, or a list of objects, is read: `jq -c '.orders[]'` makes them of a list called orders, pandas of a frame with orient='records')";

/// Opens JSON Lines, if `sample` begins with an object.
fn open_json(
    name: &str,
    plain: &Plain,
    sample: &str,
    mark: usize,
    layout: Layout<'_>,
) -> Option<Result<Opened, TableError>> {
    let first = sample.lines().find(|line| !line.trim().is_empty())?;
    if !first.trim_start().starts_with('{') {
        return None;
    }
    json::object(first)?;
    if !layout.guesses {
        return Some(Err(TableError::ColumnsFromRows { name: name.to_owned() }));
    }
    let (keys, over) = json::columns(sample);
    // A frame by its columns: the numbers of its rows are keys.
    let is_numbered = |key: &String| {
        key.rsplit_once('.').is_some_and(|(_, row)| row.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_frame = || {
        keys.len() > 3
            && keys.iter().all(is_numbered)
            && sample.lines().filter(|line| !line.trim().is_empty()).count() == 1
    };
    if keys.is_empty() || is_frame() {
        return Some(Err(TableError::Unsupported { name: name.to_owned(), found: NO_ROWS }));
    }
    let evidence = match over[..] {
        [] => String::new(),
        _ => format!("nested, and passed over: {}", over.join(", ")),
    };
    let facts =
        Facts { passed_over: over, ..Facts::of(LayoutTold::by("json lines".to_owned(), evidence)) };
    let manner =
        Manner { encoding: UTF_8, mark, separator: Separator::COMMA, line_breaks: false, skip: 0 };
    let lines = JsonLines { plain: plain.clone(), manner, keys: keys.clone() };
    Some(checked(name, keys).map(|headers| of_part(name, headers, Body::Json(lines), facts)))
}

fn unpacked_head(name: &str, plain: &Plain, most: u64) -> Result<Vec<u8>, TableError> {
    let mut head = Vec::new();
    plain
        .reader(&Counter::default())
        .and_then(|from| from.take(most).read_to_end(&mut head))
        .map_err(|cause| plain.refusal(name, cause))?;
    Ok(head)
}

/// What the scan of a whole file is to settle.
struct Open {
    encoding: Option<LayoutTold<&'static Encoding>>,
    line_breaks: Option<bool>,
    /// Whether it may be left to who reads the rows.
    by_beginning: bool,
}

fn open_text(
    name: &str,
    plain: Plain,
    layout: Layout<'_>,
    usual: Separator,
    naming: &mut Naming<'_>,
) -> Result<Opened, TableError> {
    let bytes = unpacked_head(name, &plain, SAMPLE)?;
    if bytes.get(257..262) == Some(b"ustar") {
        return Err(TableError::Unsupported {
            name: name.to_owned(),
            found: "a tar archive (unpack it, `tar xf`, and name the files in it, or their folder)",
        });
    }
    let is_whole = (bytes.len() as u64) < SAMPLE;
    let declared = layout.encoding.map(decode::named).transpose()?;
    let marked = decode::marked(&bytes);
    let mark = marked.map_or(0, |(_, length)| length);
    let encoding = match (marked, declared) {
        (Some((encoding, _)), _) => Some(LayoutTold::by(encoding, "its byte order mark says so")),
        (None, Some(encoding)) => Some(LayoutTold::plainly(encoding)),
        (None, None) if !layout.guesses => Some(LayoutTold::plainly(UTF_8)),
        (None, None) => decode::utf_16(&bytes)
            .map(|encoding| LayoutTold::by(encoding, "every other byte is NUL, as in UTF-16")),
    };
    let sample = |encoding: &'static Encoding| {
        let mut text = Decoding::new(encoding).text(name, &bytes[mark..], is_whole)?;
        // A line that was cut in two says nothing.
        if !is_whole && let Some(end) = text.rfind('\n') {
            text.truncate(end + 1);
        }
        Ok::<_, TableError>(text)
    };
    // The marks of layout are the same in UTF-8 and Windows-1252.
    let first = sample(encoding.as_ref().map_or(UTF_8, |told| told.value))?;
    if encoding.as_ref().is_none_or(|told| told.value == UTF_8)
        && let Some(opened) = open_json(name, &plain, &first, mark, layout)
    {
        return opened;
    }
    if is_json_lists(&first) {
        return Err(TableError::Unsupported {
            name: name.to_owned(),
            found: "JSON whose rows are lists without names (one object a line, or a list of objects, is read: `jq -r '.[] | @csv'` makes CSV of lists)",
        });
    }
    if mark == 0 && (is_json_array(&first) || is_json_object(&first)) {
        return open_json_text(name, &plain, layout);
    }
    let (separator, skip) = separator_and_skip(&first, layout, usual, naming);
    let header = &first[layout::line_start(&first, skip.value)..];
    let is_by_header = match separator.value {
        Separator::Columns(_) | Separator::Spaced(_) | Separator::Text(_) => {
            separator.value == layout::separator_of_header(header, usual)
        }
        _ => true,
    };
    let manner = Manner {
        encoding: encoding.as_ref().map_or(UTF_8, |told| told.value),
        mark,
        separator: separator.value,
        line_breaks: false,
        skip: skip.value,
    };
    let line_breaks = layout.line_breaks.or((!layout.guesses).then_some(false));
    // Rows that may span lines are decoded before they are blocks, which then say nothing of it.
    let by_beginning = layout.by_beginning && (encoding.is_some() || line_breaks != Some(true));
    let open = Open { encoding, line_breaks, by_beginning };
    let (encoding, line_breaks, by_beginning) = scan(name, &plain, manner, open)?;
    let first = if encoding.value == manner.encoding { first } else { sample(encoding.value)? };
    let manner = Manner { encoding: encoding.value, line_breaks: line_breaks.value, ..manner };

    let from = layout::line_start(&first, skip.value);
    let mut reader = Rows::new(&first, from, skip.value + 1, manner.separator, manner.line_breaks);
    let mut fields = Vec::new();
    let Some((place, fault)) = reader.next_into(&mut fields) else {
        return Err(TableError::Empty { name: name.to_owned() });
    };
    if let Some(fault) = fault {
        return Err(TableError::Row { name: name.to_owned(), line: place.line, fault });
    }
    // Old Macintosh files are one long line to everybody else.
    if first[place.range.clone()].contains('\r') {
        return Err(TableError::CrOnly { name: name.to_owned() });
    }
    let names: Vec<String> = fields.iter().map(|field| field.clone().into_owned()).collect();
    let is_asked = matches!(naming, Naming::Asked(_));
    let has_header = match naming {
        Naming::Asked(is_header) => LayoutTold::plainly(is_header(&names)),
        Naming::Told => match layout.header {
            Some(declared) => LayoutTold::plainly(declared),
            None if layout.guesses => {
                let rest = &first[place.range.start..];
                layout::names_columns(rest, manner.separator, manner.line_breaks)
            }
            None => LayoutTold::plainly(true),
        },
    };
    let (headers, rows_from) = if has_header.value {
        (names, reader.at().1)
    } else {
        let width = match layout.columns {
            Some(columns) => columns,
            // A row may say nothing of the others.
            None if !layout.guesses && !is_asked => UNNAMED,
            None => names.len(),
        };
        let unnamed = |at: usize| if is_asked { String::new() } else { at.to_string() };
        ((1..=width).map(unnamed).collect(), place.line)
    };
    let headers = match has_header.value && layout.guesses && !is_asked {
        true => with_row_names(headers, reader),
        false => headers,
    };
    let doubt = decode::suspected(&bytes)
        .filter(|_| encoding.value == WINDOWS_1252 && declared.is_none() && layout.guesses);
    // A list has the columns that somebody named; a table has what a program wrote.
    let headers = if is_asked { checked(name, headers)? } else { told_apart(headers) };
    let facts = Facts {
        encoding: Some(encoding),
        other_encoding: doubt,
        separator: Some(separator),
        separator_of_rows: layout.separator.is_none() && !is_by_header,
        line_breaks: Some(line_breaks),
        has_header: has_header.clone(),
        skip_lines: Some(skip),
        ..Facts::of(LayoutTold::plainly("text".to_owned()))
    };
    let manner = Manner { skip: rows_from - 1, ..manner };
    let contradicted = by_beginning.then(AtomicBool::default);
    let text = Text {
        plain,
        manner,
        has_header: has_header.value,
        is_sheet: false,
        contradicted,
        is_crossed: AtomicBool::default(),
    };
    Ok(of_part(name, headers, Body::Text(text), facts))
}

/// What parts fields, and the lines above the header.
fn separator_and_skip(
    sample: &str,
    layout: Layout<'_>,
    usual: Separator,
    naming: &Naming<'_>,
) -> (LayoutTold<Separator>, LayoutTold<u64>) {
    let said = layout::said_separator(sample).filter(|_| layout.guesses);
    let is_header = layout.header == Some(true) || matches!(naming, Naming::Asked(_));
    let mut by_place = None;
    let separator = match (layout.separator, said) {
        (Some(declared), _) => LayoutTold::plainly(declared),
        (None, Some(said)) => LayoutTold::by(said, "the first line says so"),
        (None, None) if !layout.guesses || is_header && layout.skip_lines == Some(0) => {
            let from = layout::line_start(sample, layout.skip_lines.unwrap_or(0));
            let separator = layout::separator_of_header(&sample[from..], usual);
            LayoutTold::by(separator, "the first line has most of it")
        }
        (None, None) => {
            let from = layout::line_start(sample, layout.skip_lines.unwrap_or(0));
            let told = layout::separator_of_rows(&sample[from..], usual, layout.line_breaks);
            let may_skip = layout.skip_lines.is_none();
            by_place = columns_by_place::told(&sample[from..], told.value, layout.header, may_skip);
            match &by_place {
                None => told,
                Some(told) => {
                    LayoutTold::by(Separator::Columns(told.starts), told.evidence.clone())
                }
            }
        }
    };
    if let (Some(told), None) = (by_place, layout.skip_lines) {
        let above = &sample[..layout::line_start(sample, told.above)];
        return match above.trim().is_empty() {
            true => (separator, LayoutTold::plainly(0)),
            false => {
                (separator, LayoutTold::by(told.above, "a table begins below what stands above"))
            }
        };
    }
    let skip = match layout.skip_lines {
        // The line that says what parts fields is never a row.
        Some(0) if said.is_some() => LayoutTold::by(1, "the first line says what parts fields"),
        Some(lines) => LayoutTold::plainly(lines),
        None if layout.guesses => layout::lines_above(sample, separator.value, layout.line_breaks),
        None => LayoutTold::plainly(0),
    };
    (separator, skip)
}

/// Goes once through the whole file for what its beginning cannot settle: whether it is UTF-8,
/// and whether cells span lines. They do where some line has a quote that it does not close,
/// and with cells that span lines every quote is closed and no row is wider than the first.
/// Last, whether all of that was told from the first block alone.
fn scan(
    name: &str,
    plain: &Plain,
    manner: Manner,
    open: Open,
) -> Result<(LayoutTold<&'static Encoding>, LayoutTold<bool>, bool), TableError> {
    let mut encoding = open.encoding;
    let mut is_open = None;
    let mut by_beginning = false;
    if encoding.is_none() || open.line_breaks.is_none() {
        let mut validity = Validity::default();
        let mut cutter =
            Cutter::new(name, plain, Manner { skip: 0, ..manner }, &Counter::default())?;
        let mut line = 1;
        while let Some(block) = cutter.next()? {
            let settled = open.line_breaks.is_some() || is_open.is_some();
            let is_valid = encoding.is_some() || validity.see(block.bytes());
            if !is_valid && settled {
                break;
            }
            if settled {
                if encoding.is_some() {
                    break;
                }
            } else {
                let lines = memchr_iter(b'\n', block.bytes()).count() as u64;
                if memchr(b'"', block.bytes()).is_some() {
                    let text = block.text(manner.encoding);
                    is_open = open_line(&text, manner.separator).map(|before| line + before);
                }
                line += lines;
            }
            if open.by_beginning && is_valid && is_open.is_none() {
                by_beginning = true;
                break;
            }
        }
        if encoding.is_none() {
            encoding = Some(match validity.holds() {
                true => LayoutTold::by(UTF_8, "the whole file is valid UTF-8"),
                false => LayoutTold::by(WINDOWS_1252, "the file is not valid UTF-8"),
            });
        }
    }
    let encoding = encoding.unwrap_or(LayoutTold::plainly(UTF_8));
    let line_breaks = match (open.line_breaks, is_open) {
        (Some(declared), _) => LayoutTold::plainly(declared),
        (None, None) => LayoutTold::plainly(false),
        (None, Some(line)) => {
            let manner = Manner { encoding: encoding.value, line_breaks: true, ..manner };
            match fits_spanning(name, plain, manner)? {
                true => LayoutTold::by(
                    true,
                    format!("a cell that begins in line {line} ends below it, and all rows fit"),
                ),
                false => LayoutTold::by(
                    false,
                    format!(
                        "line {line} has a quote that is never closed, and rows of several lines do not fit"
                    ),
                ),
            }
        }
    };
    Ok((encoding, line_breaks, by_beginning))
}

/// The names with one for a first column that has none, where every row of the beginning has one
/// field more than the header: so R writes the names of rows.
fn with_row_names(headers: Vec<String>, mut rows: Rows<'_>) -> Vec<String> {
    const LOOKED_AT: usize = 50;
    let (mut fields, mut seen) = (Vec::new(), 0);
    let mut names = std::collections::HashSet::new();
    while seen < LOOKED_AT
        && let Some((_, fault)) = rows.next_into(&mut fields)
    {
        if fault.is_some()
            || fields.len() != headers.len() + 1
            || fields[headers.len()].trim().is_empty()
        {
            return headers;
        }
        if !names.insert(fields[0].clone().into_owned()) {
            return headers;
        }
        seen += 1;
    }
    match seen {
        0 | 1 => headers,
        _ => std::iter::once(String::new()).chain(headers).collect(),
    }
}

/// Opens objects that stand in a list or over several lines.
fn open_json_text(name: &str, plain: &Plain, layout: Layout<'_>) -> Result<Opened, TableError> {
    /// More is not turned into lines in memory.
    const MOST: u64 = 1 << 30;
    let unsupported = |found| TableError::Unsupported { name: name.to_owned(), found };
    let bytes = unpacked_head(name, plain, MOST)?;
    if bytes.len() as u64 == MOST {
        return Err(unsupported(
            "a JSON list of more than 1 GiB (one object a line is read: `jq -c '.[]'` makes them)",
        ));
    }
    let lines = json::one_a_line(&bytes).ok_or_else(|| {
        unsupported(
            "JSON that is no list of objects (one object a line, or a list of objects, is read)",
        )
    })?;
    drop(bytes);
    let sample = String::from_utf8_lossy(&lines[..lines.len().min(SAMPLE as usize)]).into_owned();
    let sample = sample.rfind('\n').map_or("", |end| &sample[..=end]);
    let is_alone = lines.iter().filter(|byte| **byte == b'\n').count() == 1;
    if is_alone && json::columns(sample).1.len() == 1 {
        return Err(unsupported(
            "a JSON object with a list inside (one object a line, or a list of objects, is read: `jq -c '.orders[]'` makes them)",
        ));
    }
    let plain = Plain { store: AtRest::held(lines), packing: Packing::None };
    let mut opened = open_json(name, &plain, sample, 0, layout)
        .unwrap_or_else(|| Err(unsupported("JSON that is no list of objects")))?;
    opened.facts.container.value = "json".to_owned();
    Ok(opened)
}

/// Whether a text that is no JSON Lines begins with an object over several lines.
fn is_json_object(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix('{') else { return false };
    let rest = rest.trim_start();
    rest.starts_with('"')
        && rest[1..].split_once('"').is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}

/// Whether a text that begins with a bracket goes on with an object.
fn is_json_array(text: &str) -> bool {
    text.trim_start().strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'))
}

/// Whether a text is lists of plain values, in a list or one a line.
fn is_json_lists(text: &str) -> bool {
    let text = text.trim_start();
    let Some(rest) = text.strip_prefix('[') else { return false };
    if rest.trim_start().starts_with('[') {
        return true;
    }
    let is_list =
        |line: &str| line.starts_with('[') && line.trim_end().trim_end_matches(',').ends_with(']');
    let begins = text.starts_with("[\"");
    begins && text.lines().filter(|line| !line.trim().is_empty()).take(3).all(is_list)
}

/// How many lines stand above the first one with a quote that it does not close; `None` where
/// there is none.
fn open_line(text: &str, separator: Separator) -> Option<u64> {
    let bytes = text.as_bytes();
    let (mut at, mut fields) = (0, Vec::new());
    while let Some(quote) = memchr(b'"', &bytes[at..]) {
        let start = memrchr(b'\n', &bytes[..at + quote]).map_or(0, |before| before + 1);
        let end = memchr(b'\n', &bytes[at + quote..]).map_or(bytes.len(), |end| at + quote + end);
        let row = Rows::new(&text[start..end], 0, 1, separator, false).next_into(&mut fields);
        if row.is_some_and(|(_, fault)| fault == Some(Fault::OpenQuote)) {
            return Some(memchr_iter(b'\n', &bytes[..start]).count() as u64);
        }
        fields.clear();
        at = end;
    }
    None
}

/// Whether with cells that span lines every quote is closed and no row is wider than the first.
fn fits_spanning(name: &str, plain: &Plain, manner: Manner) -> Result<bool, TableError> {
    let mut cutter = Cutter::new(name, plain, manner, &Counter::default())?;
    let mut widest = None;
    while let Some(block) = cutter.next()? {
        let open = block.open;
        let text = block.text(manner.encoding);
        let mut rows = Rows::new(&text, 0, 1, manner.separator, true).after_open(open);
        let mut fields = Vec::new();
        while let Some((_, fault)) = rows.next_into(&mut fields) {
            let width = *widest.get_or_insert(fields.len());
            let wider = fields.len() > width
                && fields[width..].iter().any(|field| !field.trim().is_empty());
            // A cell that holds a whole row has swallowed it: a quote that was never meant to open.
            let swallows = || {
                let is_row = |line: &str| manner.separator.count(line) + 1 >= width.max(2);
                fields.iter().filter(|field| field.contains('\n')).any(|field| {
                    let lines = field.lines().count();
                    // In a narrow table the ends of a cell may look like rows by chance.
                    let mut inside = field
                        .lines()
                        .enumerate()
                        .filter(|(at, _)| width > 3 || *at > 0 && at + 1 < lines);
                    inside.any(|(_, line)| is_row(line))
                })
            };
            if wider || fault == Some(Fault::OpenQuote) || swallows() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Trimmed names, nameless columns called by their place; the second of a name is called `name (2)`.
fn told_apart(headers: Vec<String>) -> Vec<String> {
    let mut all: std::collections::HashSet<String> =
        headers.iter().map(|header| header.trim().to_owned()).collect();
    let mut seen = std::collections::HashSet::new();
    let mut next: std::collections::HashMap<String, u64> = std::collections::HashMap::new();
    headers
        .into_iter()
        .enumerate()
        .map(|(at, header)| {
            let header = match header.trim() {
                "" => format!("column {}", at + 1),
                header => header.to_owned(),
            };
            if seen.insert(header.clone()) {
                return header;
            }
            // From the number on at which the last of this name stopped.
            let number = next.entry(header.clone()).or_insert(2u64);
            let other = loop {
                let other = format!("{header} ({number})");
                *number += 1;
                if !all.contains(&other) {
                    break other;
                }
            };
            all.insert(other.clone());
            seen.insert(other.clone());
            other
        })
        .collect()
}

/// Trimmed names, nameless columns called by their place; none twice.
fn checked(name: &str, headers: Vec<String>) -> Result<Vec<String>, TableError> {
    let mut seen = std::collections::HashSet::new();
    headers
        .into_iter()
        .enumerate()
        .map(|(at, header)| {
            let mut header = header.trim().to_owned();
            if header.is_empty() {
                header = format!("column {}", at + 1);
            }
            if seen.insert(header.clone()) {
                Ok(header)
            } else {
                Err(TableError::DoubledColumn { name: name.to_owned(), column: header })
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Cells, TextColumn};
    use super::*;

    /// Texts that try a parser: quotes, separators, line ends, blanks, other alphabets.
    fn field() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                Just("\""),
                Just(","),
                Just("\n"),
                Just("\r\n"),
                Just(" "),
                Just("a"),
                Just("£"),
                Just("'"),
                Just("#")
            ],
            0..5,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_written_is_read(rows in proptest::collection::vec([field(), field(), field()], 1..40)) {
            let mut out = csv::Writer::from_writer(Vec::new());
            out.write_record(["x", "y", "z"]).unwrap();
            for row in &rows {
                // A first field that is never empty, so that no line is blank.
                out.write_record([format!("r{}", row[0]), row[1].clone(), row[2].clone()]).unwrap();
            }
            let bytes: &'static [u8] = Box::leak(out.into_inner().unwrap().into_boxed_slice());
            let layout = Layout { line_breaks: Some(true), header: Some(true), ..Layout::default() };
            let opened = open(Source::Bytes("f", bytes), layout).unwrap();
            let Cells { rows: read, columns, faults } = opened.texts(&[2, 0, 1]).unwrap();
            prop_assert_eq!((read, faults), (rows.len(), Vec::new()));
            for (at, row) in rows.iter().enumerate() {
                prop_assert_eq!(columns[0].get(at).unwrap_or_default(), row[2].as_str());
                prop_assert_eq!(columns[1].get(at).unwrap_or_default(), format!("r{}", row[0]));
                prop_assert_eq!(columns[2].get(at).unwrap_or_default(), row[1].as_str());
            }
        }
    }

    /// The fields of every row, or its fault.
    fn all_rows(bytes: &[u8]) -> Vec<Result<[String; 2], Fault>> {
        let bytes: &'static [u8] = Box::leak(bytes.to_vec().into_boxed_slice());
        let layout = Layout { encoding: Some("utf-8"), ..Layout::default() };
        let cells = open(Source::Bytes("f", bytes), layout).unwrap().texts(&[0, 1]).unwrap();
        let text =
            |column: usize, row| cells.columns[column].get(row).unwrap_or_default().to_owned();
        (0..cells.rows)
            .map(|row| match cells.faults.iter().find(|(at, _)| *at == row) {
                Some(&(_, fault)) => Err(fault),
                None => Ok([text(0, row), text(1, row)]),
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        /// Where a row is a line, each line means what it means alone, whatever stands around it.
        #[test]
        fn a_line_means_the_same_among_any_others(lines in proptest::collection::vec(
            proptest::collection::vec(
                proptest::sample::select(vec![
                    &b"\""[..], b",", b";", b"\r", b" ", b"a", b"\xFF", b"\xE2", b"\0", b"\"\"", b"x", b"\xC3\xA9",
                ]),
                0..8,
            ).prop_map(|parts| parts.concat()),
            0..12,
        )) {
            let file = |lines: &[Vec<u8>]| [&b"x,y\n"[..], &lines.join(&b'\n')].concat();
            let alone: Vec<_> = lines.iter().flat_map(|line| all_rows(&file(std::slice::from_ref(line)))).collect();
            prop_assert_eq!(all_rows(&file(&lines)), alone);
        }
    }

    #[test]
    fn rows_know_their_line_past_blank_ones_and_quoted_breaks() {
        let text = b"\na,b\n\n1,2\n3,\"x\n\"\"\ny\"\n\n  \r\n4,5\n6,7";
        let opened = open(Source::Bytes("f", text), Layout::GUESSED).unwrap();
        assert!(opened.line_breaks().unwrap().value, "told from the file");
        let places: Vec<String> = (0..4).map(|row| opened.place_of(row)).collect();
        assert_eq!(places, ["line 4", "line 5", "line 10", "line 11"]);
        let opened = open(Source::Bytes("f", b"a,b\n1,2\n3,4\n"), Layout::default()).unwrap();
        assert_eq!(
            (opened.place_of(0), opened.place_of(1)),
            ("line 2".to_owned(), "line 3".to_owned())
        );
    }

    #[test]
    fn line_breaks_are_told_only_where_the_whole_file_fits_them() {
        let told = |text: &'static str| {
            open(Source::Bytes("f", text.as_bytes()), Layout::GUESSED)
                .unwrap()
                .line_breaks()
                .unwrap()
                .value
        };
        assert!(told("a,b\n1,\"x\ny\"\n2,z\n"));
        assert!(!told("a,b\n1,\"x\"\n2,z\n"), "every line closes its quotes");
        assert!(!told("a,b\nzz,\"Tea\n1,2\n3,4\nzz,\"\n5,\"6\n"), "a quote is never closed");
        assert!(!told("a,b\n1,\"x\n2,y\"z,w\n"), "a row would be wider than the header");
    }

    #[test]
    fn a_first_line_that_is_no_header_is_a_row() {
        let open = |text| {
            open_guessing_header(Source::Bytes("f", text), Layout::OF_LISTS, |first| {
                first[1] != "5"
            })
        };
        let opened = open(b"\n5,5\n\nb,6\n").unwrap();
        assert!(!opened.has_header().value);
        assert_eq!(opened.headers(), ["column 1", "column 2"]);
        let Cells { rows, columns, .. } = opened.whole_texts(&[0, 1]).unwrap();
        assert_eq!(rows, 2);
        assert_eq!(
            (columns[0].get(0), columns[0].get(1), columns[1].get(1)),
            (Some("5"), Some("b"), Some("6"))
        );
        assert_eq!(
            (opened.place_of(0), opened.place_of(1)),
            ("line 2".to_owned(), "line 4".to_owned())
        );
        assert_eq!(open(b"a,5").unwrap().whole_texts(&[0]).unwrap().rows, 1);
        assert!(
            open(b"a,b\n\n")
                .unwrap()
                .whole_texts(&[0])
                .unwrap_err()
                .to_string()
                .contains("no rows")
        );
    }

    #[test]
    fn lists_are_refused_for_a_row_that_cannot_be_read() {
        let says = |text: &'static str| {
            let opened = open(Source::Bytes("f.csv", text.as_bytes()), Layout::OF_LISTS).unwrap();
            opened.whole_texts(&[0]).unwrap_err().to_string()
        };
        assert!(says("a,b\n1,2\n\n3,\"2\n3,4\n").contains("a quote in line 4"));
        assert!(says("a,b\n1,2\n3,\0\n").contains("NUL byte in line 3"));
        assert!(says("a,b\n1,2,3\n").contains("3 fields in line 2"));
        assert!(says("a,b\n1,2\na,b\n").contains("repeats its header in line 3"));
    }

    #[test]
    fn short_rows_lack_their_last_fields() {
        let opened = open(Source::Bytes("f", b"a,b,c\n1\n2,3\n"), Layout::default()).unwrap();
        let columns = opened.texts(&[0, 1, 2]).unwrap().columns;
        assert_eq!(columns[0].names, ["1", "2"]);
        assert_eq!(columns[1].codes, [TextColumn::MISSING, 0]);
        assert_eq!(columns[2].codes, [TextColumn::MISSING; 2]);
    }
}
