//! Damaged files: one sentence and exit code 2, nothing else on standard error, no abort and no
//! memory that the file does not explain. EPSILOSCOPE_DAMAGED says how many are made (200).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Numbers as good as drawn by lot (xorshift64*), the same on every machine.
struct Lot(u64);

impl Lot {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % most.max(1)
    }
}

/// Exit code and what was said on standard error.
fn inspect(path: &Path) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_epsiloscope");
    let mut child = Command::new(program)
        .args(["inspect", "--status", "public"])
        .arg(path)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let began = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        assert!(began.elapsed() < Duration::from_secs(100), "{} is read for ever", path.display());
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("what it said");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// One sentence and 2, or (damage that no one can see) read without a word.
fn one_sentence(path: &Path, what: &str) -> bool {
    let (code, said) = inspect(path);
    match code {
        Some(0) => assert!(said.is_empty(), "{what}: {said}"),
        Some(2) => {
            let is_plain = said.starts_with("epsiloscope: ") && said.lines().count() == 1;
            let of_programmers = ["panicked", "{", "}", "::", "Err(", "unwrap", "Some("];
            assert!(
                is_plain && !of_programmers.iter().any(|word| said.contains(word)),
                "{what}: {said}"
            );
        }
        code => panic!("{what}: {code:?} {said}"),
    }
    code == Some(2)
}

fn made(folder: &Path) -> PathBuf {
    let path = folder.join("whole.parquet");
    let made = Command::new(env!("CARGO_BIN_EXE_epsiloscope"))
        .args(["generate", "--users", "20", "--items", "9", "--rows", "60", "--out"])
        .arg(&path)
        .status()
        .expect("it runs");
    assert!(made.success());
    path
}

#[test]
fn damaged_parquet_is_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = std::fs::read(made(folder.path())).expect("a file");
    let footer =
        u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().expect("four bytes")) as usize;
    let footer = whole.len() - 8 - footer..whole.len() - 8;
    let count =
        std::env::var("EPSILOSCOPE_DAMAGED").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let seed =
        std::env::var("EPSILOSCOPE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(17);
    let mut lot = Lot(0x9E37_79B9_7F4A_7C15 ^ seed);
    let path = folder.path().join("damaged.parquet");
    let mut refused = 0;
    for number in 0..count {
        let mut bytes = whole.clone();
        let kind = number % 8;
        match kind {
            // One byte anywhere, or some in the footer, or in the pages.
            0 => {
                let at = lot.below(bytes.len());
                bytes[at] = lot.below(256) as u8;
            }
            1 => (0..3)
                .for_each(|_| bytes[footer.start + lot.below(footer.len())] = lot.below(256) as u8),
            2 => (0..5).for_each(|_| bytes[4 + lot.below(footer.start - 4)] = lot.below(256) as u8),
            // One bit, as disks and cables lose it.
            3 => {
                let at = lot.below(bytes.len());
                bytes[at] ^= 1 << lot.below(8);
            }
            // Variable-length numbers that become huge.
            4 => {
                let at = lot.below(bytes.len() - 9);
                bytes[at..at + 4 + lot.below(5)].fill(0xFF);
            }
            5 => bytes.truncate(lot.below(bytes.len())),
            // A part taken out or put in twice.
            6 => {
                let (at, long) = (lot.below(bytes.len() - 40), 1 + lot.below(30));
                bytes.drain(at..at + long);
            }
            _ => {
                let (at, long) = (lot.below(bytes.len() - 40), 1 + lot.below(30));
                let part = bytes[at..at + long].to_vec();
                bytes.splice(at..at, part);
            }
        }
        std::fs::write(&path, &bytes).expect("a file");
        refused += usize::from(one_sentence(&path, &format!("kind {kind}, number {number}")));
    }
    assert!(
        refused > count / 3,
        "only {refused} of {count} were found out: the test damages too little"
    );
}

#[test]
fn the_footers_of_parquet_are_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = std::fs::read(made(folder.path())).expect("a file");
    let path = folder.path().join("damaged.parquet");
    let length = whole.len();
    for (what, stated) in
        [("no footer", 0), ("all of it", length as u32 - 12), ("more than there is", u32::MAX)]
    {
        let mut bytes = whole.clone();
        bytes[length - 8..length - 4].copy_from_slice(&stated.to_le_bytes());
        std::fs::write(&path, &bytes).expect("a file");
        assert!(one_sentence(&path, what), "{what}");
    }
    for (what, bytes) in [
        ("twice", [&whole[..], &whole[..whole.len() - 1]].concat()),
        ("the magic alone", b"PAR1PAR1".to_vec()),
        ("four bytes", b"PAR1".to_vec()),
        ("encrypted", [&whole[..length - 4], b"PARE"].concat()),
    ] {
        std::fs::write(&path, &bytes).expect("a file");
        assert!(one_sentence(&path, what), "{what}");
    }
}

/// A footer of thrift's compact kind keeps where a column starts as a varint. Here one that
/// stands at 4 is moved to 2^60: the library would slice there.
#[test]
fn a_column_outside_the_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = std::fs::read(made(folder.path())).expect("a file");
    let path = folder.path().join("outside.parquet");
    let mut named = 0;
    let footer = whole.len()
        - 8
        - u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().expect("4")) as usize;
    for at in (footer..whole.len() - 8).step_by(5) {
        let mut bytes = whole.clone();
        bytes[at] |= 0x40;
        std::fs::write(&path, &bytes).expect("a file");
        let said = inspect(&path).1;
        named +=
            usize::from(said.contains("lies outside it") || said.contains("and its parts others"));
        assert!(!said.contains("panicked"), "{said}");
    }
    assert!(named > 0);
}

#[test]
fn the_damaged_files_of_others_are_one_sentence() {
    let shared = std::env::var_os("EPSILOSCOPE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("cases/broken");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    };
    let mut seen = 0;
    for entry in entries {
        let path = entry.expect("an entry").path();
        let is_table = path.extension().is_some_and(|ending| ending == "parquet");
        assert!(
            one_sentence(&path, &path.display().to_string()) || !is_table,
            "{}",
            path.display()
        );
        seen += usize::from(is_table);
        let plain = Command::new(env!("CARGO_BIN_EXE_epsiloscope"))
            .args(["explore", "--plain"])
            .arg(&path)
            .output();
        let plain = plain.expect("it runs");
        let shown = String::from_utf8_lossy(&[plain.stdout, plain.stderr].concat()).into_owned();
        assert!(
            !shown.contains(|c: char| c.is_control() && c != '\n'),
            "{}: {shown:?}",
            path.display()
        );
    }
    assert!(seen > 0);
}

#[test]
fn a_gzip_bomb_stops_at_its_limit_with_a_true_sentence() {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bomb.csv.gz");
    let file = std::fs::File::create(&path).expect("a file");
    let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::default());
    out.write_all(b"user,item\n").expect("room");
    let block = b"a,b\n".repeat(1 << 18);
    // 400 MiB in less than one.
    for _ in 0..400 {
        out.write_all(&block).expect("room");
    }
    let packed = out.finish().and_then(|file| file.metadata()).expect("a file").len();
    let (code, said) = inspect(&path);
    assert_eq!(code, Some(2), "{said}");
    let most = (256u64 << 20).max(100 * packed);
    assert!(
        said.contains(&format!("more than {most} bytes")) && !said.contains("damaged"),
        "{said}"
    );
}

/// A limit of memory from outside is a sentence, wherever in the file it would be met.
#[cfg(target_os = "linux")]
#[test]
fn a_text_that_does_not_fit_into_memory_is_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.csv");
    let rows: String = (0..200_000).map(|row| format!("{row},{}\n", row * 7)).collect();
    std::fs::write(&path, format!("user,item\n{rows}")).expect("a file");
    let small = folder.path().join("small.csv");
    std::fs::write(&small, "user,item\n1,2\n3,4\n").expect("a file");
    let limited = |path: &Path, megabytes: usize| {
        let command = "ulimit -c 0; ulimit -v $2; exec \"$0\" sweep \"$1\" --epsilon 1 --l0 2 --linf 5 --trials 5";
        Command::new("sh")
            .args(["-c", command, env!("CARGO_BIN_EXE_epsiloscope")])
            .arg(path)
            .arg((megabytes * 1024).to_string())
            .output()
            .expect("it runs")
    };
    // What the program itself takes: below it there is nobody to say anything.
    let itself = (1..100)
        .map(|tens| 10 * tens)
        .find(|&most| limited(&small, most).status.success())
        .expect("enough");
    let mut refused = 0;
    for more in (10..150).step_by(20) {
        let out = limited(&path, itself + more);
        let said = String::from_utf8_lossy(&out.stderr);
        if !out.status.success() {
            let sentence = said.contains("not enough memory") && said.lines().count() == 1;
            assert_eq!(
                (out.status.code(), sentence),
                (Some(2), true),
                "{itself} and {more} MB: {said}"
            );
            refused += 1;
        }
    }
    assert!(refused > 0);
}
