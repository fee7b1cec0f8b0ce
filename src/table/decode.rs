//! From a file's bytes to text: what the content really is, gunzip, encodings.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::TableError;

/// What a file's first bytes say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Gzip,
    Parquet,
    /// Known, and not read here.
    Other(&'static str),
    /// Anything else: taken for text.
    Text,
}

impl Content {
    pub(super) fn of(bytes: &[u8]) -> Self {
        const KNOWN: [(&[u8], &str); 8] = [
            (b"PK\x03\x04", "a zip archive (perhaps an Excel workbook)"),
            (b"\xD0\xCF\x11\xE0", "an old Excel or Office document"),
            (b"\x28\xB5\x2F\xFD", "zstd-compressed data"),
            (b"BZh", "bzip2-compressed data"),
            (b"\xFD7zXZ", "xz-compressed data"),
            (b"%PDF", "a PDF document"),
            (b"SQLite format 3\0", "an SQLite database"),
            (b"ARROW1", "an Arrow file"),
        ];
        if bytes.starts_with(&[0x1F, 0x8B]) {
            Content::Gzip
        } else if bytes.starts_with(b"PAR1") {
            Content::Parquet
        } else {
            KNOWN
                .iter()
                .find(|(magic, _)| bytes.starts_with(magic))
                .map_or(Content::Text, |&(_, found)| Content::Other(found))
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Content::Gzip => "gzip-compressed data",
            Content::Parquet => "a Parquet file",
            Content::Other(found) => found,
            Content::Text => "neither gzip nor Parquet (perhaps plain text)",
        }
    }
}

/// What gzip data may grow to whatever its size, in bytes, and how many times its size: tables of
/// purchases grow 5 to 30 times, and deflate's own limit is 1032.
const PLAIN: u64 = 256 << 20;
const TIMES: u64 = 100;

pub(super) fn gunzip(name: &str, bytes: &[u8]) -> Result<Vec<u8>, TableError> {
    gunzip_up_to(name, bytes, PLAIN.max(TIMES.saturating_mul(bytes.len() as u64)))
}

fn gunzip_up_to(name: &str, bytes: &[u8], most: u64) -> Result<Vec<u8>, TableError> {
    let mut plain = Vec::new();
    // Only a guess: where there is no such room, it grows as it must.
    let _ = plain.try_reserve(bytes.len().saturating_mul(5));
    match flate2::read::MultiGzDecoder::new(bytes)
        .take(most.saturating_add(1))
        .read_to_end(&mut plain)
    {
        Ok(_) if plain.len() as u64 > most => {
            Err(TableError::GzipGrows { name: name.to_owned(), packed: bytes.len() as u64, most })
        }
        Ok(_) => Ok(plain),
        Err(cause) if cause.kind() == io::ErrorKind::OutOfMemory => {
            Err(TableError::NoMemory { name: name.to_owned() })
        }
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            Err(TableError::TruncatedGzip { name: name.to_owned() })
        }
        Err(cause) => Err(TableError::DamagedGzip { name: name.to_owned(), cause }),
    }
}

/// Bytes that a row takes at most while its cells are numbered, sorted and summed by group:
/// measured where all cells differ.
const PER_ROW: usize = 600;

/// Whether there is memory to read the rows of `text`. Where a limit is set from outside
/// (`ulimit -v`, a machine that promises no more than it has) a small piece would be refused in
/// the middle, and nothing could be said; so it is asked for in one, untouched, and given back.
pub(super) fn is_room_for(text: &str) -> bool {
    // Blank lines are no rows.
    let ends = |pair: &[u8]| pair[1] == b'\n' && !matches!(pair[0], b'\n' | b'\r');
    let crlf = |triple: &[u8]| triple[1..] == *b"\r\n" && triple[0] != b'\n';
    let bytes = text.as_bytes();
    let rows = 1
        + bytes.windows(2).filter(|pair| ends(pair)).count()
        + bytes.windows(3).filter(|triple| crlf(triple)).count();
    let most = rows.saturating_mul(PER_ROW).saturating_add(text.len()).min(isize::MAX as usize);
    std::hint::black_box(Vec::<u8>::new()).try_reserve_exact(most).is_ok()
}

/// Text by its byte order mark, else by the encoding that `label` names, else UTF-8 where it
/// is valid as a whole, else Windows-1252 (in which every byte stands for something). In UTF-8
/// and encodings of one byte a wrong byte becomes U+FFFD in its own place, and no other byte
/// changes.
pub(super) fn text(
    name: &str,
    bytes: Vec<u8>,
    label: Option<&str>,
) -> Result<(String, &'static Encoding), TableError> {
    let named = match label {
        None => None,
        Some(label) => Some(
            Encoding::for_label(label.trim().as_bytes())
                .ok_or_else(|| TableError::UnknownEncoding { label: label.to_owned() })?,
        ),
    };
    let (encoding, mark) = match Encoding::for_bom(&bytes) {
        Some((marked, length)) => (Some(marked), length),
        None => (named, 0),
    };
    let encoding = match encoding {
        Some(encoding) => encoding,
        None if std::str::from_utf8(&bytes).is_ok() => UTF_8,
        None => WINDOWS_1252,
    };
    if encoding == UTF_8 {
        let body = if mark > 0 { bytes[mark..].to_vec() } else { bytes };
        let text = match String::from_utf8(body) {
            Ok(text) => text,
            Err(bad) => String::from_utf8_lossy(bad.as_bytes()).into_owned(),
        };
        return Ok((text, encoding));
    }
    let body = &bytes[mark..];
    if encoding.is_single_byte() {
        return Ok((encoding.decode_without_bom_handling(body).0.into_owned(), encoding));
    }
    match encoding.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) => Ok((text.into_owned(), encoding)),
        None => {
            let (lossy, _) = encoding.decode_without_bom_handling(body);
            let before = lossy.split('\u{FFFD}').next().unwrap_or_default();
            Err(TableError::NotInEncoding {
                name: name.to_owned(),
                encoding: encoding.name().to_owned(),
                line: 1 + before.matches('\n').count() as u64,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], label: Option<&str>) -> Result<String, String> {
        text("f.csv", bytes.to_vec(), label).map(|(text, _)| text).map_err(|e| e.to_string())
    }

    #[test]
    fn pounds_are_pounds() {
        assert_eq!(decoded("£5".as_bytes(), None).unwrap(), "£5");
        assert_eq!(decoded(b"\xA35", None).unwrap(), "£5");
        assert_eq!(decoded(b"\x80", Some("windows-1252")).unwrap(), "€");
        assert_eq!(decoded(b"\xA4", Some("iso-8859-15")).unwrap(), "€");
    }

    #[test]
    fn byte_order_marks_are_heeded_and_removed() {
        assert_eq!(decoded(b"\xEF\xBB\xBFa", None).unwrap(), "a");
        assert_eq!(decoded(b"\xFF\xFEa\0", None).unwrap(), "a");
        assert_eq!(decoded(b"\xFE\xFF\0a", None).unwrap(), "a");
        assert_eq!(decoded(b"a\0", Some("utf-16le")).unwrap(), "a");
        assert_eq!(decoded(b"\xEF\xBB\xBFa", Some("windows-1252")).unwrap(), "a");
    }

    #[test]
    fn a_wrong_byte_changes_its_own_place_alone() {
        assert_eq!(
            decoded(b"a,\xE2,b\nc\xC3\n", Some("utf-8")).unwrap(),
            "a,\u{FFFD},b\nc\u{FFFD}\n"
        );
        assert_eq!(decoded(b"\xEF\xBB\xBFa\xFF\n\xC2\xA3", None).unwrap(), "a\u{FFFD}\n£");
    }

    #[test]
    fn gzip_data_stops_at_its_limit() {
        let packed = |plain: &[u8]| {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            std::io::Write::write_all(&mut out, plain).unwrap();
            out.finish().unwrap()
        };
        let bytes = packed(&[b'a'; 1_000]);
        assert_eq!(gunzip_up_to("f.gz", &bytes, 1_000).unwrap().len(), 1_000);
        let said = gunzip_up_to("f.gz", &bytes, 999).unwrap_err().to_string();
        assert!(said.contains("unpacks to more than") && !said.contains("damaged"), "{said}");
        // Many members count together.
        let two = [bytes.clone(), bytes].concat();
        assert!(
            gunzip_up_to("f.gz", &two, 1_999).is_err() && gunzip_up_to("f.gz", &two, 2_000).is_ok()
        );
    }

    #[test]
    fn what_is_not_in_the_encoding_names_the_line() {
        assert!(decoded(b"a\nb\x81\xFF", Some("shift_jis")).unwrap_err().contains("line 2"));
        assert!(decoded(b"a", Some("klingon")).unwrap_err().contains("klingon"));
    }
}
