//! Packed data as it unpacks: gzip, zstd and what a zip archive holds, never more than its size
//! explains.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use thiserror::Error;

use super::TableError;
use super::store::{AtRest, HELD};

/// What packed data may grow to whatever its size, in bytes, and how many times its size: tables
/// of purchases grow 5 to 30 times, and deflate's own limit is 1032.
const PLAIN: u64 = 256 << 20;
const TIMES: u64 = 100;

/// The most bytes that `packed` bytes may become.
pub(super) fn most_of(packed: u64) -> u64 {
    PLAIN.max(TIMES.saturating_mul(packed))
}

/// How bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
    /// TablePart of a zip archive: its bytes there, whether they are deflated, and the CRC-32 of what
    /// they unpack to.
    Member {
        at: u64,
        length: u64,
        deflated: bool,
        check: u32,
    },
}

impl Packing {
    fn name(self) -> &'static str {
        match self {
            Packing::None => "plain",
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
            Packing::Member { .. } => "zip",
        }
    }
}

/// Bytes at rest and how they are packed.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub store: AtRest,
    pub packing: Packing,
}

/// Counts the bytes at rest that were read.
pub(super) type Counter = Arc<AtomicU64>;

impl Plain {
    /// The unpacked bytes, from the beginning.
    pub(super) fn reader(&self, counter: &Counter) -> io::Result<Box<dyn Read + Send>> {
        let packed = match self.packing {
            Packing::Member { length, .. } => length,
            _ => self.store.len()?,
        };
        self.reader_up_to(counter, most_of(packed))
    }

    fn reader_up_to(&self, counter: &Counter, most: u64) -> io::Result<Box<dyn Read + Send>> {
        let mut from = self.store.reader()?;
        if let Packing::Member { at, .. } = self.packing {
            from.seek(SeekFrom::Start(at))?;
        }
        let packed = Counted { from, counter: Arc::clone(counter) };
        Ok(match self.packing {
            Packing::None => Box::new(packed),
            Packing::Gzip => {
                let buffered = BufReader::with_capacity(1 << 16, packed);
                Box::new(AtMost::new(flate2::bufread::MultiGzDecoder::new(buffered), most))
            }
            Packing::Zstd => {
                let frames = Frames::new(BufReader::with_capacity(1 << 16, packed));
                Box::new(AtMost::new(frames, most))
            }
            Packing::Member { length, deflated, check, .. } => {
                let packed = BufReader::with_capacity(1 << 16, packed.take(length));
                let crc = flate2::Crc::new();
                match deflated {
                    true => {
                        let from = flate2::bufread::DeflateDecoder::new(packed);
                        Box::new(AtMost::new(Checked { from, crc, check }, most))
                    }
                    false => Box::new(AtMost::new(Checked { from: packed, crc, check }, most)),
                }
            }
        })
    }

    /// The same bytes unpacked once and for all, where they are few.
    pub(super) fn unpacked_if_small(self) -> io::Result<Self> {
        if self.packing == Packing::None {
            return Ok(self);
        }
        let mut bytes = Vec::new();
        self.reader(&Counter::default())?.take(HELD + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > HELD {
            return Ok(self);
        }
        Ok(Plain { store: AtRest::held(bytes), packing: Packing::None })
    }

    /// What a failed reading means, in a sentence.
    pub(super) fn refusal(&self, name: &str, cause: io::Error) -> TableError {
        let name = name.to_owned();
        if let Some(Grows(most)) = cause.get_ref().and_then(|cause| cause.downcast_ref()) {
            let packed = self.store.len().unwrap_or(0);
            return TableError::Grows { name, packed, most: *most };
        }
        match (cause.kind(), self.packing) {
            (io::ErrorKind::OutOfMemory, _) => TableError::NoMemory { name },
            (io::ErrorKind::NotFound, _) => TableError::NotFound { name },
            (io::ErrorKind::PermissionDenied, _) => TableError::Permission { name },
            (_, Packing::None) => TableError::Io { name, cause },
            (io::ErrorKind::UnexpectedEof, packing) => {
                TableError::CutShort { name, packing: packing.name() }
            }
            (_, packing) => TableError::Damaged { name, packing: packing.name(), cause },
        }
    }
}

/// Counts what is read.
struct Counted<R> {
    from: R,
    counter: Counter,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// It unpacks to more than this many bytes.
#[derive(Debug, Error)]
#[error("it unpacks to more than {0} bytes")]
struct Grows(u64);

/// Fails once more than `most` bytes came.
pub(super) struct AtMost<R> {
    from: R,
    left: u64,
    most: u64,
}

impl<R> AtMost<R> {
    pub(super) fn new(from: R, most: u64) -> Self {
        Self { from, left: most, most }
    }
}

impl<R: Read> Read for AtMost<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(Grows(self.most))),
        }
        Ok(read)
    }
}

/// Holds what was unpacked against its CRC-32.
struct Checked<R> {
    from: R,
    crc: flate2::Crc,
    check: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.crc.update(&into[..read]);
        if read == 0 && !into.is_empty() && self.crc.sum() != self.check {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its check sum is another"));
        }
        Ok(read)
    }
}

/// The frames of zstd data, one after another, as several writers leave them.
struct Frames<R> {
    from: R,
    decoder: FrameDecoder,
    is_inside: bool,
}

impl<R: BufRead> Frames<R> {
    fn new(from: R) -> Self {
        Self { from, decoder: FrameDecoder::new(), is_inside: false }
    }

    /// Goes to the next frame; `false` at the end.
    fn enter(&mut self) -> io::Result<bool> {
        while !self.from.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.from) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let skipped = io::copy(&mut self.from.by_ref().take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
                    }
                }
                Err(cause) => return Err(failed(cause)),
            }
        }
        Ok(false)
    }
}

/// The failure of a library that packs up what the system said.
fn failed(cause: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(&cause);
    while let Some(error) = inner {
        if let Some(error) = error.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::UnexpectedEof
        {
            return io::Error::from(io::ErrorKind::UnexpectedEof);
        }
        inner = error.source();
    }
    io::Error::new(io::ErrorKind::InvalidData, cause)
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_inside && !self.enter()? {
                return Ok(0);
            }
            self.is_inside = true;
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let strategy = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.from, strategy).map_err(failed)?;
            }
            let read = self.decoder.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let said = self.decoder.get_checksum_from_data();
            if said.is_some() && said != self.decoder.get_calculated_checksum() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its check sum is another"));
            }
            self.is_inside = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut out, plain).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn gzip_data_stops_at_its_limit() {
        let unpacked = |bytes: &[u8], most| {
            let plain = Plain { store: AtRest::held(bytes.to_vec()), packing: Packing::Gzip };
            let mut out = Vec::new();
            plain
                .reader_up_to(&Counter::default(), most)
                .and_then(|mut from| from.read_to_end(&mut out))
                .map_err(|cause| plain.refusal("f.gz", cause).to_string())
        };
        let bytes = gzip(&[b'a'; 1_000]);
        assert_eq!(unpacked(&bytes, 1_000), Ok(1_000));
        let said = unpacked(&bytes, 999).unwrap_err();
        assert!(said.contains("unpacks to more than") && !said.contains("damaged"), "{said}");
        let said = unpacked(&bytes[..bytes.len() - 9], 1_000).unwrap_err();
        assert!(said.contains("cut short: its gzip data"), "{said}");
        // Many members count together.
        let two = [bytes.clone(), bytes].concat();
        assert!(unpacked(&two, 1_999).is_err() && unpacked(&two, 2_000).is_ok());
    }

    #[test]
    fn zstd_frames_are_read_one_after_another_and_never_when_cut() {
        let frame = |plain: &[u8]| {
            use ruzstd::encoding::{CompressionLevel, compress_to_vec};
            compress_to_vec(plain, CompressionLevel::Fastest)
        };
        let unpacked = |bytes: &[u8]| {
            let plain = Plain { store: AtRest::held(bytes.to_vec()), packing: Packing::Zstd };
            let mut out = Vec::new();
            let read =
                plain.reader(&Counter::default()).and_then(|mut from| from.read_to_end(&mut out));
            read.map(|_| out).map_err(|cause| plain.refusal("f.zst", cause).to_string())
        };
        // The second is one that readers pass over.
        let skipped = [&0x184D_2A50u32.to_le_bytes()[..], &3u32.to_le_bytes(), b"abc"].concat();
        let all = [frame(b"a,b\n"), skipped, frame(&[b'x'; 300_000])].concat();
        let plain = unpacked(&all).unwrap();
        assert!(plain.starts_with(b"a,b\nxxx") && plain.len() == 300_004);
        for cut in [1, 5, 9, all.len() - 1] {
            let said = unpacked(&all[..cut]).unwrap_err();
            assert!(said.contains("zstd data"), "{cut}: {said}");
        }
    }

    #[test]
    fn what_was_read_at_rest_is_counted() {
        let bytes = gzip(b"a,b\n1,2\n");
        let plain = Plain { store: AtRest::held(bytes.clone()), packing: Packing::Gzip };
        let (counter, mut out) = (Counter::default(), String::new());
        plain.reader(&counter).unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(
            (out.as_str(), counter.load(Ordering::Relaxed)),
            ("a,b\n1,2\n", bytes.len() as u64)
        );
        let plain = plain.unpacked_if_small().unwrap();
        assert_eq!((plain.packing, plain.store.len().unwrap()), (Packing::None, 8));
    }
}
