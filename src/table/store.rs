//! Where the bytes of a table are: they can be read again, and from any place.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::spill::read_at;

/// Unpacked bytes that may be held in memory; more go to a temporary file.
pub(super) const HELD: u64 = 64 << 20;

/// Bytes at rest.
#[derive(Debug, Clone)]
pub(super) enum AtRest {
    /// In the program.
    Fixed(&'static [u8]),
    /// In memory.
    Held(Shared),
    /// In a file of somebody.
    File(PathBuf),
    /// In a temporary file without a name.
    Temporary(Arc<File>),
}

/// Bytes in memory that several may read.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// What reads a store, from its beginning or from anywhere.
pub(super) trait Seekable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Seekable for T {}

impl AtRest {
    pub(super) fn held(bytes: Vec<u8>) -> Self {
        AtRest::Held(Shared(Arc::new(bytes)))
    }

    /// All that `from` gives: in memory, or in a temporary file where it is large.
    pub(super) fn spooled(mut from: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        from.by_ref().take(HELD + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= HELD {
            return Ok(Self::held(bytes));
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(&bytes)?;
        drop(bytes);
        io::copy(&mut from, &mut file)?;
        Ok(AtRest::Temporary(Arc::new(file)))
    }

    /// Number of bytes.
    pub(super) fn len(&self) -> io::Result<u64> {
        match self {
            AtRest::Fixed(bytes) => Ok(bytes.len() as u64),
            AtRest::Held(bytes) => Ok(bytes.0.len() as u64),
            AtRest::File(path) => Ok(std::fs::metadata(path)?.len()),
            AtRest::Temporary(file) => Ok(file.metadata()?.len()),
        }
    }

    pub(super) fn reader(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match self {
            AtRest::Fixed(bytes) => Box::new(Cursor::new(*bytes)),
            AtRest::Held(bytes) => Box::new(Cursor::new(bytes.clone())),
            AtRest::File(path) => Box::new(File::open(path)?),
            AtRest::Temporary(file) => Box::new(Place { file: Arc::clone(file), at: 0 }),
        })
    }

    /// The first bytes, at most `most`.
    pub(super) fn head(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.reader()?.take(most).read_to_end(&mut head)?;
        Ok(head)
    }
}

/// A place of its own in a file that others read, too.
#[derive(Debug)]
struct Place {
    file: Arc<File>,
    at: u64,
}

impl Read for Place {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Place {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.file.metadata()?.len(), by),
        };
        self.at = base.checked_add_signed(by).ok_or_else(wrong)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_file_is_read_from_several_places_at_once() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"abcdef").unwrap();
        let store = AtRest::Temporary(Arc::new(file));
        let (mut one, mut other) = (store.reader().unwrap(), store.reader().unwrap());
        let mut two = [0; 2];
        one.read_exact(&mut two).unwrap();
        other.seek(SeekFrom::End(-2)).unwrap();
        other.read_exact(&mut two).unwrap();
        assert_eq!(&two, b"ef");
        one.read_exact(&mut two).unwrap();
        assert_eq!((&two, store.len().unwrap()), (b"cd", 6));
        assert_eq!(store.head(3).unwrap(), b"abc");
    }
}
