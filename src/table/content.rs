//! What a file really is, told by its first bytes, and what its ending promises.

use std::path::Path;

/// What a file's first bytes say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Gzip,
    Zstd,
    /// A zip archive, which a workbook is, too.
    Zip,
    Parquet,
    /// Known, and not read here.
    Other(&'static str),
    /// Anything else: taken for text.
    Text,
}

impl Content {
    /// How many bytes it takes to tell.
    pub(super) const HEAD: u64 = 16;

    pub(super) fn of(bytes: &[u8]) -> Self {
        const KNOWN: [(&[u8], Content); 20] = [
            (&[0x1F, 0x8B], Content::Gzip),
            (b"\x28\xB5\x2F\xFD", Content::Zstd),
            (b"PK\x03\x04", Content::Zip),
            (b"PAR1", Content::Parquet),
            (b"\xD0\xCF\x11\xE0", Content::Other("an old Excel or Office document")),
            (b"BZh", Content::Other("bzip2-compressed data")),
            (b"\xFD7zXZ", Content::Other("xz-compressed data")),
            (b"%PDF", Content::Other("a PDF document")),
            (b"SQLite format 3\0", Content::Other("an SQLite database")),
            (b"ARROW1", Content::Other("an Arrow file")),
            (b"FEA1", Content::Other("an Arrow file of an old kind (Feather)")),
            (b"ORC", Content::Other("an ORC file")),
            (b"Obj\x01", Content::Other("an Avro file")),
            (b"7z\xBC\xAF\x27\x1C", Content::Other("a 7-Zip archive")),
            (b"Rar!\x1A", Content::Other("a RAR archive")),
            (b"\x89HDF", Content::Other("an HDF5 file")),
            (b"$FL2", Content::Other("an SPSS file")),
            (b"<stata_dta>", Content::Other("a Stata file")),
            // Before the mark of UTF-16, which begins alike.
            (b"\xFF\xFE\0\0", Content::Other("text in UTF-32, four bytes a sign")),
            (b"\0\0\xFE\xFF", Content::Other("text in UTF-32, four bytes a sign")),
        ];
        let start = bytes.trim_ascii_start();
        let begins = |text: &[u8]| {
            start.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text))
        };
        if [&b"<html"[..], b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta"]
            .into_iter()
            .any(begins)
        {
            return Content::Other(
                "HTML or XML, as some shops and reports write under the name of a workbook",
            );
        }
        let known = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic));
        known.map_or(Content::Text, |&(_, content)| content)
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Content::Gzip => "gzip-compressed data",
            Content::Zstd => "zstd-compressed data",
            Content::Zip => "a zip archive (perhaps an Excel workbook)",
            Content::Parquet => "a Parquet file",
            Content::Other(found) => found,
            Content::Text => "neither packed nor Parquet (perhaps plain text)",
        }
    }
}

/// What a file's ending promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    Csv,
    Tsv,
    Gzip,
    Zstd,
    Zip,
    Workbook,
    Parquet,
    Nothing,
}

impl Promise {
    pub(super) fn of(path: &Path) -> Self {
        match path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
            Some("csv" | "txt" | "jsonl" | "ndjson" | "json") => Promise::Csv,
            Some("tsv" | "tab") => Promise::Tsv,
            Some("gz") => Promise::Gzip,
            Some("zst" | "zstd") => Promise::Zstd,
            Some("zip") => Promise::Zip,
            Some("xlsx" | "xlsm") => Promise::Workbook,
            Some("parquet") => Promise::Parquet,
            _ => Promise::Nothing,
        }
    }

    /// What to do about content that breaks the promise; `None` where it is kept.
    pub(super) fn broken_by(self, content: Content) -> Option<&'static str> {
        use Promise as P;
        match (self, content) {
            (P::Nothing, _)
            | (P::Csv | P::Tsv, Content::Text)
            | (P::Gzip, Content::Gzip)
            | (P::Zstd, Content::Zstd)
            | (P::Zip | P::Workbook, Content::Zip)
            | (P::Parquet, Content::Parquet) => None,
            (_, Content::Other(_)) => Some("save it as CSV, TSV or Parquet"),
            (P::Parquet, _) => Some(
                "a Parquet file begins with PAR1: copy it again, or give it the ending that fits",
            ),
            (P::Csv | P::Tsv, Content::Gzip) => Some("add .gz to its name"),
            (P::Csv | P::Tsv, Content::Zstd) => Some("add .zst to its name"),
            (_, Content::Parquet) => Some("let its name end in .parquet"),
            (_, Content::Zip) => {
                Some("let its name end in .xlsx if it is a workbook, else in .zip")
            }
            (P::Gzip, Content::Text) => Some("take .gz off its name, or copy it again"),
            (P::Zstd, Content::Text) => Some("take .zst off its name, or copy it again"),
            (_, Content::Gzip) => Some("let its name end in .gz"),
            (_, Content::Zstd) => Some("let its name end in .zst"),
            (_, Content::Text) => Some("copy it again, or give it the ending that fits"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_told_and_held_against_the_ending() {
        let promise = |name: &str| Promise::of(Path::new(name));
        assert_eq!(Content::of(b"\x28\xB5\x2F\xFD....."), Content::Zstd);
        assert_eq!(Content::of(b""), Content::Text);
        assert_eq!(Content::of(b"\xFF\xFEu\0"), Content::Text);
        for other in [&b"\xFF\xFE\0\0u\0\0\0"[..], b"ORC\x0A\x01", b"7z\xBC\xAF\x27\x1C\0"] {
            assert!(matches!(Content::of(other), Content::Other(_)), "{other:?}");
        }
        assert_eq!(promise("a.XLSX").broken_by(Content::Zip), None);
        assert_eq!(promise("a.csv.zst").broken_by(Content::Zstd), None);
        assert!(promise("a.csv").broken_by(Content::Zip).is_some());
        assert!(promise("a.parquet").broken_by(Content::Text).unwrap().contains("PAR1"));
        assert_eq!(promise("buys.dat").broken_by(Content::Gzip), None);
    }
}
