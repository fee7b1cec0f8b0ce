//! Columns whose texts stand one behind the other in one piece of memory: so they come from the
//! process that reads Parquet, which does not look at what a text is.

use std::io::{self, Read, Write};

use super::TextColumn;

/// Text per row as codes into a list of texts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FlatColumn {
    codes: Vec<u32>,
    /// All texts, and the length of each. They are in the order of first appearance.
    text: String,
    lengths: Vec<u32>,
    /// Whether a text may stand there several times.
    repeats: bool,
}

/// Marks a text that no row had yet.
const UNSEEN: u32 = TextColumn::MISSING - 1;

impl FlatColumn {
    /// Rows that are coded already: places in another list, of so many texts, in which a text may
    /// stand twice. Empty text is missing.
    pub(super) fn push_coded<'a>(
        &mut self,
        places: impl Iterator<Item = Option<usize>>,
        texts: usize,
        text: impl Fn(usize) -> Option<&'a str>,
    ) {
        self.repeats = true;
        let mut codes = vec![UNSEEN; texts];
        let (all, lengths) = (&mut self.text, &mut self.lengths);
        let code = |place: Option<usize>| {
            let Some(place) = place else { return TextColumn::MISSING };
            let Some(code) = codes.get_mut(place) else { return TextColumn::MISSING };
            if *code == UNSEEN {
                *code = match text(place).filter(|text| !text.is_empty()) {
                    None => TextColumn::MISSING,
                    Some(text) => {
                        all.push_str(text);
                        lengths.push(text.len() as u32);
                        lengths.len() as u32 - 1
                    }
                };
            }
            *code
        };
        self.codes.extend(places.map(code));
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.codes.len()
    }

    /// A code per row: which of the texts, or [`TextColumn::MISSING`].
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Its texts.
    pub(super) fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        let mut rest = self.text.as_str();
        self.lengths.iter().map(move |&length| {
            let (text, behind) = rest.split_at(length as usize);
            rest = behind;
            text
        })
    }

    /// Whether a text may stand there several times.
    pub(super) fn repeats(&self) -> bool {
        self.repeats
    }
}

impl From<TextColumn> for FlatColumn {
    fn from(column: TextColumn) -> Self {
        let lengths = column.names.iter().map(|name| name.len() as u32).collect();
        let text = column.names.iter().map(|name| name.as_str()).collect();
        Self { codes: column.codes, text, lengths, repeats: false }
    }
}

/// Bytes that the codes of so many texts take; the highest number of each width is that of a row
/// without a text.
fn width(texts: usize) -> usize {
    match texts {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        _ => 4,
    }
}

/// Numbers that are written or read at once.
const SOME: usize = 1 << 15;

impl FlatColumn {
    /// Writes it, for [`FlatColumn::read_into`].
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let width = width(self.lengths.len());
        for number in [self.codes.len(), width, self.lengths.len(), self.text.len()] {
            out.write_all(&(number as u64).to_le_bytes())?;
        }
        out.write_all(&[u8::from(self.repeats)])?;
        let mut bytes = Vec::with_capacity(4 * SOME);
        for codes in self.codes.chunks(SOME) {
            bytes.clear();
            match width {
                1 => bytes.extend(codes.iter().map(|&code| code as u8)),
                2 => bytes.extend(codes.iter().flat_map(|&code| (code as u16).to_le_bytes())),
                _ => bytes.extend(codes.iter().flat_map(|&code| code.to_le_bytes())),
            }
            out.write_all(&bytes)?;
        }
        for lengths in self.lengths.chunks(SOME) {
            bytes.clear();
            bytes.extend(lengths.iter().flat_map(|&length| length.to_le_bytes()));
            out.write_all(&bytes)?;
        }
        out.write_all(self.text.as_bytes())
    }

    /// Reads what was written in place of what it holds, whose memory is used again.
    pub(super) fn read_into(&mut self, from: &mut impl Read) -> io::Result<()> {
        let wrong = || io::Error::from(io::ErrorKind::InvalidData);
        let mut head = [0; 33];
        from.read_exact(&mut head)?;
        let (numbers, _) = head.as_chunks::<8>();
        let [rows, width, texts, bytes] =
            [0, 1, 2, 3].map(|at| u64::from_le_bytes(numbers[at]) as usize);
        self.repeats = head[32] != 0;
        self.codes.clear();
        let missing =
            |code: u32, highest: u32| if code == highest { TextColumn::MISSING } else { code };
        let codes = &mut self.codes;
        match width {
            1 => in_parts(from, rows, 1, |part| {
                codes.extend(part.iter().map(|&code| missing(code.into(), 0xFF)));
            })?,
            2 => in_parts(from, rows, 2, |part| {
                let part = part.as_chunks().0.iter();
                codes.extend(part.map(|&code| missing(u16::from_le_bytes(code).into(), 0xFFFF)));
            })?,
            4 => in_parts(from, rows, 4, |part| {
                codes.extend(part.as_chunks().0.iter().map(|&code| u32::from_le_bytes(code)));
            })?,
            _ => return Err(wrong()),
        }
        self.lengths.clear();
        let lengths = &mut self.lengths;
        in_parts(from, texts, 4, |part| {
            lengths.extend(part.as_chunks().0.iter().map(|&length| u32::from_le_bytes(length)));
        })?;
        let mut text = std::mem::take(&mut self.text).into_bytes();
        text.clear();
        from.by_ref().take(bytes as u64).read_to_end(&mut text)?;
        // One that was cut off must not pass for one that said less.
        if text.len() < bytes {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        self.text = String::from_utf8(text).map_err(|_| wrong())?;
        let mut end = 0usize;
        let fits = self.lengths.iter().all(|&length| {
            end = end.saturating_add(length as usize);
            self.text.is_char_boundary(end)
        });
        if fits && end == bytes { Ok(()) } else { Err(wrong()) }
    }
}

/// Reads so many numbers of a width, some at a time.
fn in_parts(
    from: &mut impl Read,
    numbers: usize,
    width: usize,
    mut each: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut block = vec![0; width * numbers.min(SOME)];
    let mut left = numbers;
    while left > 0 {
        let some = left.min(SOME);
        let part = &mut block[..width * some];
        from.read_exact(part)?;
        each(part);
        left -= some;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(texts: &[&str], rows: &[Option<usize>]) -> FlatColumn {
        let mut column = FlatColumn::default();
        column.push_coded(rows.iter().copied(), texts.len(), |place| texts.get(place).copied());
        column
    }

    fn written(column: &FlatColumn) -> Vec<u8> {
        let mut bytes = Vec::new();
        column.write(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn texts_stand_in_the_order_in_which_rows_have_them() {
        let rows = [Some(3), None, Some(1), Some(0), Some(3), Some(2), Some(9), Some(1)];
        let mut column = coded(&["tea", "", "cup", "£5", "of no row"], &rows);
        const NONE: u32 = TextColumn::MISSING;
        assert_eq!(column.codes(), [0, NONE, NONE, 1, 0, 2, NONE, NONE]);
        assert_eq!(column.texts().collect::<Vec<_>>(), ["£5", "tea", "cup"]);
        column.push_coded([Some(1), Some(0)].into_iter(), 2, |at| Some(["tea", "pot"][at]));
        assert_eq!(column.texts().collect::<Vec<_>>(), ["£5", "tea", "cup", "pot", "tea"]);
        assert_eq!(column.codes(), [0, NONE, NONE, 1, 0, 2, NONE, NONE, 3, 4]);
        assert!(column.repeats());
    }

    #[test]
    fn columns_are_read_as_they_were_written_and_never_when_cut() {
        let mut read = FlatColumn::default();
        for texts in [0, 3, 255, 256, 65_535, 65_536, 70_000] {
            let names: Vec<String> = (0..texts).map(|number| format!("{number}é")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let rows = (0..texts).map(Some).chain([None]).collect::<Vec<_>>();
            let column = coded(&names, &rows);
            let bytes = written(&column);
            read.read_into(&mut &bytes[..]).unwrap();
            assert_eq!(read, column);
            for cut in (0..bytes.len()).rev().step_by(1 + bytes.len() / 300) {
                assert!(FlatColumn::default().read_into(&mut &bytes[..cut]).is_err());
            }
        }
    }

    #[test]
    fn texts_that_end_within_a_letter_are_refused() {
        let bytes = written(&coded(&["é", "ab"], &[Some(0), Some(1)]));
        for (from, to) in [([2, 0, 0, 0, 2], [1, 0, 0, 0, 3]), ([2, 0, 0, 0, 2], [2, 0, 0, 0, 1])] {
            let at = bytes.windows(5).rposition(|some| some == from).unwrap();
            let mut wrong = bytes.clone();
            wrong[at..at + 5].copy_from_slice(&to);
            assert!(FlatColumn::default().read_into(&mut &wrong[..]).is_err());
        }
    }
}
