//! A stream of text cut into blocks at row ends: read and decoded once, in bounded memory.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::Encoding;

use super::decode::{self, Decoding};
use super::packed::{Counter, Plain};
use super::rows::{LONGEST_ROW, Rows};
use super::{Separator, TableError};

/// Bytes of text that a block has, more or less.
pub(super) const BLOCK: usize = 4 << 20;
/// Bytes that are read at once.
const PART: usize = 1 << 18;

/// How the text of a stream is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub encoding: &'static Encoding,
    /// Length of the byte order mark.
    pub mark: usize,
    pub separator: Separator,
    /// Whether rows may span lines.
    pub line_breaks: bool,
    /// Lines before the first row.
    pub skip: u64,
}

/// The memory of blocks that were read, for those that come: to ask for it anew costs as much as to
/// fill it.
#[derive(Debug, Clone, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    /// More is not kept: so many blocks of a table wait on a machine of so many cores.
    const MOST: usize = 16;

    fn take(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps the memory of a block.
    pub(super) fn keep(&self, mut bytes: Vec<u8>) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < Self::MOST {
            bytes.clear();
            spare.push(bytes);
        }
    }
}

/// A block of whole rows.
#[derive(Debug)]
pub(super) struct TextBlock {
    /// Text in UTF-8 where it is decoded, else bytes in a stable encoding.
    bytes: Vec<u8>,
    is_decoded: bool,
    /// Quotes before it that were never closed.
    pub open: usize,
    /// Where its memory may go.
    pub spare: Spare,
}

impl TextBlock {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn text(self, encoding: &'static Encoding) -> String {
        self.text_if_valid(encoding).unwrap_or_else(|text| text)
    }

    /// Its text; as an error where it is no UTF-8 and was to be.
    pub(super) fn text_if_valid(self, encoding: &'static Encoding) -> Result<String, String> {
        let encoding = if self.is_decoded { encoding_rs::UTF_8 } else { encoding };
        decode::stable_text(encoding, self.bytes)
    }
}

/// Cuts a stream.
pub(super) struct Cutter<'a> {
    name: &'a str,
    plain: &'a Plain,
    from: Box<dyn Read + Send>,
    manner: Manner,
    decoding: Option<Decoding>,
    part: Vec<u8>,
    /// What was read and is in no block yet.
    kept: Vec<u8>,
    /// Where the last line in `kept` begins.
    line: usize,
    /// Lines still to be skipped, and bytes of the mark.
    skip: u64,
    mark: usize,
    open: usize,
    is_last: bool,
    block: usize,
    spare: Spare,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(
        name: &'a str,
        plain: &'a Plain,
        manner: Manner,
        counter: &Counter,
    ) -> Result<Self, TableError> {
        // Where a line is a row, blocks are cut at line ends as they are, and decoded elsewhere.
        let as_it_is = decode::is_stable(manner.encoding) && !manner.line_breaks;
        Ok(Self {
            from: plain.reader(counter).map_err(|cause| plain.refusal(name, cause))?,
            name,
            plain,
            manner,
            decoding: (!as_it_is).then(|| Decoding::new(manner.encoding)),
            part: vec![0; PART],
            kept: Vec::new(),
            line: 0,
            skip: manner.skip,
            mark: manner.mark,
            open: 0,
            is_last: false,
            block: BLOCK,
            spare: Spare::default(),
        })
    }

    /// Blocks of so many bytes, more or less.
    pub(super) fn of_bytes(mut self, block: usize) -> Self {
        self.block = block;
        self
    }

    /// The next block; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<TextBlock>, TableError> {
        let mut least = self.block;
        loop {
            while self.kept.len() < least && !self.is_last {
                self.fill()?;
            }
            if self.kept.is_empty() && self.is_last {
                return Ok(None);
            }
            let open = self.open;
            let cut = self.cut();
            if cut > 0 {
                let room = if self.is_last { 0 } else { self.block + PART };
                let spare = self.spare.take().filter(|_| room > 0);
                let mut rest = spare.unwrap_or_else(|| Vec::with_capacity(room));
                rest.extend_from_slice(&self.kept[cut..]);
                self.kept.truncate(cut);
                self.line = self.line.saturating_sub(cut);
                let bytes = std::mem::replace(&mut self.kept, rest);
                let (is_decoded, spare) = (self.decoding.is_some(), self.spare.clone());
                return Ok(Some(TextBlock { bytes, is_decoded, open, spare }));
            }
            least = self.kept.len() + self.block;
        }
    }

    /// Where the last whole row in `kept` ends.
    fn cut(&mut self) -> usize {
        if self.is_last {
            return self.kept.len();
        }
        let lines = self.kept.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        if !self.manner.line_breaks {
            return lines;
        }
        // What was decoded is text.
        let Ok(text) = std::str::from_utf8(&self.kept) else { return lines };
        let mut rows = Rows::new(text, 0, 1, self.manner.separator, true).after_open(self.open);
        while rows.step_over(false) {}
        self.open = rows.open();
        rows.at().0
    }

    fn fill(&mut self) -> Result<(), TableError> {
        let read = loop {
            match self.from.read(&mut self.part) {
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(self.plain.refusal(self.name, cause)),
                Ok(read) => break read,
            }
        };
        self.is_last = read == 0;
        let part = std::mem::take(&mut self.part);
        let marked = self.mark.min(read);
        self.mark -= marked;
        let bytes = &part[marked..read];
        if self.kept.try_reserve(bytes.len()).is_err() {
            return Err(TableError::NoMemory { name: self.name.to_owned() });
        }
        match &mut self.decoding {
            Some(decoding) => {
                let text = decoding.text(self.name, bytes, self.is_last)?;
                self.keep(text.as_bytes());
            }
            None => self.keep(bytes),
        }
        self.part = part;
        Ok(())
    }

    /// Keeps what is not to be skipped. Of a line that is longer than any row no more is kept
    /// than it takes to see that.
    fn keep(&mut self, mut bytes: &[u8]) {
        while self.skip > 0 {
            match bytes.iter().position(|&byte| byte == b'\n') {
                None => return,
                Some(at) => bytes = &bytes[at + 1..],
            }
            self.skip -= 1;
        }
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let (first, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        let room = (LONGEST_ROW + 4).saturating_sub(self.kept.len() - self.line);
        let mut fits = first.len().min(room);
        // No character is cut in two.
        while fits < first.len() && fits > 0 && first[fits] & 0xC0 == 0x80 {
            fits -= 1;
        }
        self.kept.extend_from_slice(&first[..fits]);
        if let Some(at) = rest.iter().rposition(|&byte| byte == b'\n') {
            self.line = self.kept.len() + at + 1;
        }
        self.kept.extend_from_slice(rest);
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{UTF_8, WINDOWS_1252};

    use super::super::packed::Packing;
    use super::super::store::AtRest;
    use super::*;

    fn blocks(bytes: &[u8], manner: Manner, size: usize) -> Vec<String> {
        let plain = Plain { store: AtRest::held(bytes.to_vec()), packing: Packing::None };
        let mut cutter = Cutter::new("f", &plain, manner, &Counter::default()).unwrap();
        (cutter.block, cutter.part) = (size, vec![0; size]);
        let mut all = Vec::new();
        while let Some(block) = cutter.next().unwrap() {
            all.push(block.text(manner.encoding));
        }
        all
    }

    const LINES: Manner = Manner {
        encoding: UTF_8,
        mark: 0,
        separator: Separator::COMMA,
        line_breaks: false,
        skip: 0,
    };

    #[test]
    fn blocks_end_at_row_ends_and_make_up_the_whole() {
        let text = "a,b\n1,\"x\ny\"\n\n22,\u{e9}\n3,4\n5,\"z";
        for size in 1..40 {
            let lines = blocks(text.as_bytes(), LINES, size);
            assert_eq!(lines.concat(), text);
            assert!(lines[..lines.len() - 1].iter().all(|block| block.ends_with('\n')));
            let rows = blocks(text.as_bytes(), Manner { line_breaks: true, ..LINES }, size);
            assert_eq!(rows.concat(), text);
            assert!(rows.iter().all(|block| !block.ends_with("x\n")), "{rows:?}");
        }
    }

    #[test]
    fn marks_and_lines_are_skipped_and_wide_text_is_decoded() {
        let manner = Manner { mark: 3, skip: 2, ..LINES };
        for size in 1..20 {
            assert_eq!(blocks(b"\xEF\xBB\xBFa\nb\nc\nd", manner, size).concat(), "c\nd");
            let latin = Manner { encoding: WINDOWS_1252, ..LINES };
            assert_eq!(blocks(b"\xA35\n\xA36", latin, size).concat(), "£5\n£6");
            let wide: Vec<u8> = "é\n£6\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
            let manner = Manner { encoding: encoding_rs::UTF_16LE, skip: 1, ..LINES };
            assert_eq!(blocks(&wide, manner, size).concat(), "£6\n");
        }
    }

    #[test]
    fn a_line_without_end_takes_bounded_memory_and_stays_too_long() {
        let text = [&b"a,b\n"[..], &vec![b'x'; 5 << 20], b"\nc,d\n"].concat();
        let whole = blocks(&text, LINES, PART).concat();
        assert!(whole.len() < LONGEST_ROW + 100 && whole.ends_with("x\nc,d\n"), "{}", whole.len());
        let mut rows = Rows::new(&whole, 4, 2, Separator::COMMA, false);
        assert_eq!(
            rows.next_into(&mut Vec::new()).unwrap().1,
            Some(super::super::rows::Fault::TooLong)
        );
    }
}
