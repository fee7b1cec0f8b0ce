//! Parquet read in a child process: a damaged file can make the library ask for any memory or
//! run for ever, and then only the child dies.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::OnceLock;

use super::{TableError, TextColumn, parquet};

/// The word that makes this program the child. It is no command for people.
pub const WORD: &str = "__read-parquet";

/// The program to start; without one, files are read in this process.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Memory that a child may take beyond what its file explains, in bytes.
const MEMORY: u64 = 2 << 30;
/// Memory that each byte of the file explains: packed columns grow.
const MEMORY_PER_BYTE: u64 = 64;
/// Seconds of work that any file may take, and bytes of file that explain one more.
const SECONDS: u64 = 60;
const BYTES_PER_SECOND: u64 = 1 << 20;

/// From now on Parquet files are read by a child of this program, which must call [`serve`]
/// when its only argument is [`WORD`].
pub fn read_apart() {
    // The name of a program that was replaced while it runs leads elsewhere; this does not.
    let own = Path::new("/proc/self/exe");
    let program = if own.exists() { Some(own.to_owned()) } else { std::env::current_exe().ok() };
    if let Some(program) = program {
        let _ = PROGRAM.set(program);
    }
}

/// Column names and the number of rows.
pub(super) fn shape(name: &str, bytes: &[u8]) -> Result<(Vec<String>, usize), TableError> {
    match ask(name, bytes, None)? {
        None => parquet::shape(name, bytes),
        Some(Answer::Shape(names, rows)) => Ok((names, rows)),
        Some(other) => Err(other.refusal(name)),
    }
}

/// The columns at the places `wanted`, as text.
pub(super) fn texts(
    name: &str,
    bytes: &[u8],
    wanted: &[usize],
) -> Result<Vec<TextColumn>, TableError> {
    match ask(name, bytes, Some(wanted))? {
        None => parquet::texts(name, bytes, wanted),
        Some(Answer::Texts(columns)) if columns.len() == wanted.len() => Ok(columns),
        Some(other) => Err(other.refusal(name)),
    }
}

/// What the child says.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Shape(Vec<String>, usize),
    Texts(Vec<TextColumn>),
    Refused(String),
    ColumnType { column: String, kind: String },
}

impl Answer {
    fn refusal(self, name: &str) -> TableError {
        let name = name.to_owned();
        match self {
            Answer::ColumnType { column, kind } => TableError::ColumnType { name, column, kind },
            Answer::Refused(cause) => TableError::Refused { name, format: "Parquet", cause },
            Answer::Shape(..) | Answer::Texts(_) => {
                TableError::Refused { name, format: "Parquet", cause: parquet::DAMAGED.to_owned() }
            }
        }
    }
}

/// Asks a child; `None` where files are read in this process.
fn ask(name: &str, bytes: &[u8], wanted: Option<&[usize]>) -> Result<Option<Answer>, TableError> {
    let Some(program) = PROGRAM.get() else { return Ok(None) };
    let refused = |cause| TableError::Refused { name: name.to_owned(), format: "Parquet", cause };
    let mut command = Command::new(program);
    // What the library has to say of damage is not for people.
    command.arg(WORD).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Never read here instead: what the child is for would happen to us.
    let mut child = command.spawn().map_err(|cause| {
        refused(format!(
            "a process of its own reads it, and the system starts none ({cause}); end others, or try again"
        ))
    })?;
    let answer = converse(&mut child, bytes, wanted);
    if !matches!(&answer, Err(cause) if is_end(cause)) {
        // It has answered, or nonsense; nothing is left of it either way.
        let _ = child.kill();
    }
    let end = child.wait().ok();
    answer.map(Some).map_err(|_| refused(why_it_ended(end, bytes.len())))
}

/// Whether the child went away, or is about to.
fn is_end(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe)
}

/// Damage, want of memory and want of time are told apart by how the child ended.
fn why_it_ended(end: Option<ExitStatus>, bytes: usize) -> String {
    #[cfg(unix)]
    {
        use nix::sys::signal::Signal::{self, SIGABRT, SIGALRM, SIGKILL, SIGXCPU};
        use std::os::unix::process::ExitStatusExt;
        let signal =
            end.and_then(|end| end.signal()).and_then(|number| Signal::try_from(number).ok());
        match signal {
            Some(SIGABRT | SIGKILL) => {
                return format!(
                    "reading it takes more memory than it may have ({:.1} GB at most for {bytes} bytes of file); \
                     write it again, or as CSV",
                    memory(bytes) as f64 / 1e9
                );
            }
            Some(SIGXCPU | SIGALRM) => {
                return format!(
                    "reading it takes more than {} seconds, which {bytes} bytes of file do not explain; \
                     write it again, or as CSV",
                    seconds(bytes)
                );
            }
            _ => {}
        }
    }
    let _ = (end, bytes);
    parquet::DAMAGED.to_owned()
}

fn memory(bytes: usize) -> u64 {
    MEMORY + MEMORY_PER_BYTE * bytes as u64
}

fn seconds(bytes: usize) -> u64 {
    SECONDS + bytes as u64 / BYTES_PER_SECOND
}

/// The question, the whole file, then the answer: the child says nothing before it has read
/// everything, so neither waits for the other.
fn converse(child: &mut Child, bytes: &[u8], wanted: Option<&[usize]>) -> io::Result<Answer> {
    let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
    let mut question = child.stdin.take().ok_or_else(gone)?;
    let head = wanted.map_or(vec![0], |wanted| [&[1][..], wanted].concat());
    put_numbers(&mut question, &head)?;
    question.write_all(bytes)?;
    drop(question);
    read_answer(&mut BufReader::new(child.stdout.take().ok_or_else(gone)?))
}

/// The child: answers the one question on standard input and ends.
pub fn serve() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let done = (|| {
        let mut input = io::stdin().lock();
        let head = numbers(&mut input)?;
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        limit(bytes.len());
        let answer = match head.split_first() {
            Some((1, wanted)) => parquet::texts("", &bytes, wanted).map(Answer::Texts),
            _ => parquet::shape("", &bytes).map(|(names, rows)| Answer::Shape(names, rows)),
        };
        drop(bytes);
        let answer = answer.unwrap_or_else(|refusal| match refusal {
            TableError::ColumnType { column, kind, .. } => Answer::ColumnType { column, kind },
            TableError::Refused { cause, .. } => Answer::Refused(cause),
            _ => Answer::Refused(parquet::DAMAGED.to_owned()),
        });
        let mut out = BufWriter::new(io::stdout().lock());
        write_answer(&mut out, &answer)?;
        out.flush()
    })();
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Bounds this process's memory and work by what a file of `bytes` explains.
fn limit(bytes: usize) {
    #[cfg(unix)]
    {
        use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};
        for (resource, most) in
            [(Resource::RLIMIT_DATA, memory(bytes)), (Resource::RLIMIT_CPU, seconds(bytes))]
        {
            let (now, hard) = getrlimit(resource).unwrap_or((RLIM_INFINITY, RLIM_INFINITY));
            // Where it cannot be set, the child is still only a child.
            let _ = setrlimit(resource, now.min(most), hard);
        }
        // Whoever waits without work is ended by the clock.
        nix::unistd::alarm::set(u32::try_from(2 * seconds(bytes)).unwrap_or(u32::MAX));
        // A child that is killed for its memory leaves no large file behind.
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    }
    #[cfg(not(unix))]
    let _ = bytes;
}

fn write_answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    match answer {
        Answer::Shape(names, rows) => {
            put_numbers(out, &[0, *rows])?;
            put_words(out, names)
        }
        Answer::Texts(columns) => {
            put_numbers(out, &[1, columns.len()])?;
            for column in columns {
                out.write_all(&(column.codes.len() as u64).to_le_bytes())?;
                for code in &column.codes {
                    out.write_all(&code.to_le_bytes())?;
                }
                put_words(out, &column.names)?;
            }
            Ok(())
        }
        Answer::Refused(cause) => {
            put_numbers(out, &[2])?;
            put_words(out, std::slice::from_ref(cause))
        }
        Answer::ColumnType { column, kind } => {
            put_numbers(out, &[3])?;
            put_words(out, &[column.clone(), kind.clone()])
        }
    }
}

fn read_answer(from: &mut impl Read) -> io::Result<Answer> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    match numbers(from)?[..] {
        [0, rows] => Ok(Answer::Shape(words(from)?, rows)),
        [1, columns] => {
            let column = |_| {
                let mut codes = Vec::new();
                let mut left = number(from)?;
                let mut block = vec![0u8; 4 << 16];
                while left > 0 {
                    let part = &mut block[..4 * left.min(1 << 16)];
                    from.read_exact(part)?;
                    codes.extend(
                        part.chunks_exact(4)
                            .map(|code| u32::from_le_bytes([code[0], code[1], code[2], code[3]])),
                    );
                    left -= part.len() / 4;
                }
                Ok(TextColumn { codes, names: words(from)? })
            };
            Ok(Answer::Texts((0..columns).map(column).collect::<io::Result<_>>()?))
        }
        [2] => Ok(Answer::Refused(words(from)?.pop().ok_or_else(wrong)?)),
        [3] => match <[String; 2]>::try_from(words(from)?) {
            Ok([column, kind]) => Ok(Answer::ColumnType { column, kind }),
            Err(_) => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

/// Their count, then each, in eight bytes.
fn put_numbers(out: &mut impl Write, numbers: &[usize]) -> io::Result<()> {
    let all = std::iter::once(numbers.len()).chain(numbers.iter().copied());
    out.write_all(&all.flat_map(|number| (number as u64).to_le_bytes()).collect::<Vec<u8>>())
}

fn numbers(from: &mut impl Read) -> io::Result<Vec<usize>> {
    let count = number(from)?;
    (0..count).map(|_| number(from)).collect()
}

fn number(from: &mut impl Read) -> io::Result<usize> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes) as usize)
}

/// Their count, then the length and the bytes of each.
fn put_words(out: &mut impl Write, words: &[String]) -> io::Result<()> {
    out.write_all(&(words.len() as u64).to_le_bytes())?;
    for word in words {
        out.write_all(&(word.len() as u64).to_le_bytes())?;
        out.write_all(word.as_bytes())?;
    }
    Ok(())
}

fn words(from: &mut impl Read) -> io::Result<Vec<String>> {
    let count = number(from)?;
    let word = |_| {
        let length = number(from)?;
        let mut bytes = Vec::new();
        from.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        // A child that was cut off must not pass for one that said less.
        if bytes.len() < length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        String::from_utf8(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    };
    (0..count).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn want_of_memory_or_time_is_not_called_damage() {
        use nix::sys::signal::Signal::{self, SIGABRT, SIGALRM, SIGKILL, SIGSEGV, SIGXCPU};
        use std::os::unix::process::ExitStatusExt;
        let said = |signal: Signal| why_it_ended(Some(ExitStatus::from_raw(signal as i32)), 2_048);
        for signal in [SIGABRT, SIGKILL] {
            assert!(
                said(signal)
                    .starts_with("reading it takes more memory than it may have (2.1 GB at most"),
                "{}",
                said(signal)
            );
        }
        for signal in [SIGXCPU, SIGALRM] {
            assert!(
                said(signal).starts_with("reading it takes more than 60 seconds"),
                "{}",
                said(signal)
            );
        }
        assert_eq!(said(SIGSEGV), parquet::DAMAGED);
        assert_eq!(why_it_ended(None, 2_048), parquet::DAMAGED);
    }

    #[test]
    fn answers_are_read_as_they_were_written_and_never_when_cut() {
        let column = TextColumn {
            codes: vec![0, 1, TextColumn::MISSING, 0],
            names: vec!["tea".into(), "£".into()],
        };
        for answer in [
            Answer::Shape(vec!["user".into(), "item".into()], 4),
            Answer::Texts(vec![column, TextColumn::default()]),
            Answer::Refused("it is damaged".into()),
            Answer::ColumnType { column: "price".into(), kind: "Decimal".into() },
        ] {
            let mut bytes = Vec::new();
            write_answer(&mut bytes, &answer).unwrap();
            assert_eq!(read_answer(&mut &bytes[..]).unwrap(), answer);
            for cut in 0..bytes.len() {
                assert!(read_answer(&mut &bytes[..cut]).is_err(), "{answer:?} cut at {cut}");
            }
        }
    }
}
