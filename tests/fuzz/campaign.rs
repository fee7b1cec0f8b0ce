//! Cases drawn from a seed: each can be repeated alone, and one that fails says how and keeps its files.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A case that takes longer than this hangs.
const LONGEST: Duration = Duration::from_secs(90);

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// What was made by lot was taken.
    Taken,
    /// It was refused with a sentence.
    Refused,
}

/// Numbers by lot, the same on every machine.
pub struct Lot(Xoshiro256PlusPlus);

impl Lot {
    fn new(seed: u64, target: &str, case: u64) -> Self {
        // FNV-1a: other targets draw other numbers.
        let name = target.bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ name
            ^ case.wrapping_mul(0xD1B5_4A32_D192_ED03);
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number below `most`; 0 where that is 0.
    pub fn below(&mut self, most: usize) -> usize {
        (self.bits() >> 33) as usize % most.max(1)
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// From 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Ten to a power between both.
    pub fn decades(&mut self, low: f64, high: f64) -> f64 {
        libm::exp10(low + (high - low) * self.share())
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, not {text}")))
}

/// Runs so many cases of `target`, or cases for EPSILOSCOPE_FUZZ_SECONDS. `one` gets its lot and an
/// empty folder, in which it should put what it tries before it tries it.
pub fn campaign(target: &str, cases: u64, mut one: impl FnMut(&mut Lot, &Path) -> End) {
    let seed = number("EPSILOSCOPE_FUZZ_SEED").unwrap_or(17);
    let alone = number("EPSILOSCOPE_FUZZ_CASE");
    let seconds = number("EPSILOSCOPE_FUZZ_SECONDS").map(Duration::from_secs);
    let (began, mut taken, mut refused) = (Instant::now(), 0u64, 0u64);
    for case in alone.unwrap_or(0).. {
        let folder = tempfile::tempdir().expect("a folder");
        let repeat = format!(
            "EPSILOSCOPE_FUZZ_SEED={seed} EPSILOSCOPE_FUZZ_CASE={case} cargo test {target}"
        );
        let told = format!(
            "{target}: its files are in {}; to repeat it: {repeat}",
            folder.path().display()
        );
        let (done, waits) = channel::<()>();
        let watch = thread::spawn(move || {
            // A thread cannot be stopped: what hangs ends all.
            if waits.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
                eprintln!("this case hangs: {told}");
                std::process::exit(101);
            }
        });
        let end = catch_unwind(AssertUnwindSafe(|| {
            one(&mut Lot::new(seed, target, case), folder.path())
        }));
        drop(done);
        watch.join().expect("the watch ends");
        match end {
            Ok(End::Taken) => taken += 1,
            Ok(End::Refused) => refused += 1,
            Err(panic) => {
                let kept = folder.keep();
                eprintln!(
                    "{target}: this case failed: its files are in {}; to repeat it: {repeat}",
                    kept.display()
                );
                resume_unwind(panic);
            }
        }
        let over = match seconds {
            Some(seconds) => began.elapsed() >= seconds,
            None => case + 1 >= cases,
        };
        if over || alone.is_some() {
            break;
        }
    }
    eprintln!(
        "{target}: seed {seed}, {taken} taken, {refused} refused in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    // A lot that is always refused, or never, tries nothing; a few cases do not show it.
    let both = taken > 0 && (refused > 0 || taken < 20);
    assert!(alone.is_some() || both, "{target}: {taken} taken, {refused} refused");
}

/// Texts that try whoever reads them.
pub const NASTY: &[&[u8]] = &[
    b"\0",
    b"\"",
    b"\"\"",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b",",
    b";",
    b"\t",
    b"|",
    b" ",
    b"'",
    b"#",
    b"\\",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xFF",
    b"\xE2\x82",
    b"\xC3\xA9",
    b"\xF0\x9F\x8D\xB5",
    b"e\xCC\x81",
    b"\xE2\x80\xAE",
    b"\x1B[2J",
    b"\x1B]0;x\x07",
    b"\xC2\x9B31m",
    b"=1+1",
    b"-0",
    b"nan",
    b"NaN",
    b"inf",
    b"1e999",
    b"-1e308",
    b"5e-324",
    b"1e14",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"99999999999999999999999999999999999999999",
    b"0.00000000000000000000000000000000001",
    b"1,234.5",
    b"1.234,5",
    b"12/25/2011 8:26",
    b"25/12/2011",
    b"0000-00-00",
    b"9999-12-31T23:59:59.999999999Z",
    b"-9999-01-01",
    b"99999999999999",
    b"17850.0",
    b"(missing)",
    b"(unreadable)",
    b"user,item\n",
    b"GIF89a",
    b"PAR1",
    b"\x1F\x8B\x08",
    b"PK\x03\x04",
    b"SQLite format 3\0",
];

/// Some mutations of `bytes`, with parts of `other`.
pub fn mutated(lot: &mut Lot, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let times = if lot.once_in(12) { 0 } else { 1 + lot.below(4) };
    for _ in 0..times {
        mutate(lot, &mut bytes, other);
    }
    bytes
}

/// Where a part of `bytes` begins and ends, seldom a long one.
fn part(lot: &mut Lot, bytes: &[u8]) -> std::ops::Range<usize> {
    let most = if lot.once_in(4) { bytes.len() } else { 24 };
    let from = lot.below(bytes.len() + 1);
    from..(from + lot.below(most + 1)).min(bytes.len())
}

fn mutate(lot: &mut Lot, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = lot.below(bytes.len() + 1);
    match lot.below(12) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << lot.below(8),
        2 if at < bytes.len() => bytes[at] = lot.bits() as u8,
        3 => drop(bytes.drain(part(lot, bytes))),
        4 => {
            let range = part(lot, bytes);
            let again = bytes[range].repeat(1 + lot.below(3));
            drop(bytes.splice(at..at, again));
        }
        5 => {
            let range = part(lot, other);
            drop(bytes.splice(at..at, other[range].to_vec()));
        }
        6 => bytes.truncate(at),
        7 => {
            let run = lot.below(30);
            let (to, byte) = ((at + run).min(bytes.len()), *lot.pick(&[0, 0xFF, b'9', b'"', b' ']));
            bytes[at..to].fill(byte);
        }
        // Whole lines: gone, twice, moved, another file's.
        8 => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
            let (one, two) = (lot.below(lines.len()), lot.below(lines.len()));
            match lot.below(4) {
                0 => drop(lines.remove(one)),
                1 => lines.insert(two, lines[one].clone()),
                2 => lines.swap(one, two),
                _ => {
                    let theirs: Vec<&[u8]> = other.split(|&byte| byte == b'\n').collect();
                    lines[one] = lot.pick(&theirs).to_vec();
                }
            }
            *bytes = lines.join(&b'\n');
        }
        // Seldom very many of them.
        _ => {
            let many = if lot.once_in(30) { 100_000 } else { 1 };
            let nasty = lot.pick(NASTY).repeat(many);
            drop(bytes.splice(at..at, nasty));
        }
    }
}

/// Words of programmers that no sentence for people holds.
const OF_PROGRAMMERS: &[&str] = &[
    "panicked",
    "unwrap",
    "Some(",
    "None)",
    "Err(",
    "Ok(",
    "Error {",
    "kind: ",
    "RUST_BACKTRACE",
    "src/",
];

/// Refuses what is no sentence for people.
pub fn assert_sentence(said: &str) {
    let plain = !OF_PROGRAMMERS.iter().any(|word| said.contains(word));
    assert!(
        plain && !said.trim().is_empty() && !said.contains('\n'),
        "this is no sentence: {said:?}"
    );
}
