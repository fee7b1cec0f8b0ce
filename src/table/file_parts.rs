//! The bytes of a file of which only parts are at hand, each with the place where it begins.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use polars_buffer::Buffer;

/// Its end, and what was read of it.
pub(super) struct FileParts {
    size: usize,
    tail: Vec<u8>,
    /// By where they begin.
    parts: BTreeMap<u64, Buffer<u8>>,
    /// Bytes of all parts.
    held: usize,
}

impl FileParts {
    /// No part yet of a file of so many bytes.
    pub(super) fn new(size: u64, tail: Vec<u8>) -> io::Result<Self> {
        let size = usize::try_from(size).map_err(|_| io::ErrorKind::OutOfMemory)?;
        Ok(Self { size, tail, parts: BTreeMap::new(), held: 0 })
    }

    /// Reads a part.
    ///
    /// # Errors
    /// If there is less to read, or the parts have more bytes than the file.
    pub(super) fn read(&mut self, from: &mut impl Read, start: u64, length: u64) -> io::Result<()> {
        let fits = start.checked_add(length).is_some_and(|end| end <= self.size as u64)
            && length <= (self.size - self.held) as u64;
        if !fits {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        let mut bytes = vec![0; length as usize];
        from.read_exact(&mut bytes)?;
        self.held += bytes.len();
        self.parts.insert(start, Buffer::from(bytes));
        Ok(())
    }

    /// Bytes of the file.
    pub(super) fn size(&self) -> u64 {
        self.size as u64
    }

    /// Its end.
    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// A part that was read.
    pub(super) fn part(&self, range: Range<u64>) -> Option<Buffer<u8>> {
        let part = self.parts.get(&range.start)?;
        (part.len() as u64 == range.end - range.start).then(|| part.clone())
    }

    /// The file; what is not at hand is blank, and takes no memory as long as nobody looks at it.
    pub(super) fn whole(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.size];
        let mut put = |start: usize, part: &[u8]| {
            if let Some(room) = bytes.get_mut(start..start.saturating_add(part.len())) {
                room.copy_from_slice(part);
            }
        };
        put(0, b"PAR1");
        self.parts.iter().for_each(|(&start, part)| put(start as usize, part));
        put(self.size.saturating_sub(self.tail.len()), &self.tail);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_where_they_were_read() {
        let mut parts = FileParts::new(12, b"end".to_vec()).unwrap();
        parts.read(&mut &b"later"[..], 6, 3).unwrap();
        parts.read(&mut &b"ab"[..], 4, 2).unwrap();
        assert_eq!(parts.whole(), b"PAR1ablatend");
        assert_eq!(parts.part(6..9).unwrap().as_slice(), b"lat");
        assert!(parts.part(6..8).is_none() && parts.part(5..9).is_none());
        assert!(parts.read(&mut &b"a"[..], 4, 2).is_err());
        assert!(parts.read(&mut &[0; 20][..], 4, 9).is_err());
        assert!(parts.read(&mut &[0; 20][..], u64::MAX, 2).is_err());
        // More than the file has in all.
        assert!(parts.read(&mut &[0; 20][..], 4, 8).is_err());
    }
}
