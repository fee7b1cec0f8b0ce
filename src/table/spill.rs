//! Bytes that wait on disk for want of memory: a temporary file without a name, gone with the program.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// A temporary file that grows, any part of which can be read again. What failed once is remembered: whoever
/// stands on what was read asks for it at the end.
#[derive(Debug)]
pub struct Spill {
    file: File,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    end: u64,
    failure: Option<String>,
}

impl Spill {
    /// An empty one, in the folder of the system for temporary files.
    ///
    /// # Errors
    /// If none can be made there.
    pub fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, state: Mutex::default() })
    }

    /// Adds bytes; where they begin, or nothing where they could not be written.
    pub fn put(&self, bytes: &[u8]) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failure.is_some() {
            return None;
        }
        let at = state.end;
        let written =
            (&self.file).seek(SeekFrom::Start(at)).and_then(|_| (&self.file).write_all(bytes));
        match written {
            Ok(()) => {
                state.end += bytes.len() as u64;
                Some(at)
            }
            Err(cause) => {
                state.failure = Some(cause.to_string());
                None
            }
        }
    }

    /// Reads bytes that begin at a place; zeros where that fails, which [`Spill::failure`] then tells.
    pub fn get(&self, at: u64, into: &mut [u8]) {
        if let Err(cause) = read_exact_at(&self.file, at, into) {
            into.fill(0);
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.failure.get_or_insert(cause.to_string());
        }
    }

    /// Why it cannot be relied on, if it cannot.
    pub fn failure(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).end
    }
}

/// Reads all of `into` from a place, whatever others read.
fn read_exact_at(file: &File, mut at: u64, mut into: &mut [u8]) -> io::Result<()> {
    while !into.is_empty() {
        let read = match read_at(file, into, at) {
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            Ok(read) => read,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause),
        };
        at += read as u64;
        into = &mut into[read..];
    }
    Ok(())
}

/// Reads from a place of a file that others read, too.
pub(super) fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, into, at);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, into, at);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_read_again_and_what_failed_is_told() {
        let spill = Spill::new().unwrap();
        let (one, two) = (spill.put(b"abc").unwrap(), spill.put(b"defg").unwrap());
        let mut bytes = [0; 4];
        spill.get(two, &mut bytes);
        assert_eq!((&bytes, one, spill.bytes()), (b"defg", 0, 7));
        assert_eq!(spill.failure(), None);
        // Beyond its end there is nothing.
        spill.get(5, &mut bytes);
        assert_eq!(bytes, [0; 4]);
        assert!(spill.failure().is_some() && spill.put(b"x").is_none());
    }
}
