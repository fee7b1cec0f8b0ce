//! Parquet read in a child process: a damaged file can make the library ask for any memory or
//! run for ever, and then only the child dies.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::file_parts::FileParts;
use super::flat::FlatColumn;
use super::parquet::{ParquetShape, RowGroup, Selection};
use super::store::AtRest;
use super::{TableError, parquet};

/// The word that makes this program the child. It is no command for people.
pub const WORD: &str = "__read-parquet";

/// The program to start; without one, files are read in this process.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Memory that a child may take beyond what its file explains, in bytes.
const MEMORY: u64 = 2 << 30;
/// Memory that each byte of the file explains: packed columns grow.
const MEMORY_PER_BYTE: u64 = 64;
/// Bytes that a child keeps from one answer to the next, about, if nothing is as large as the
/// second.
const KEPT: &str = "134217728";
const LARGE: &str = "33554432";
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

/// A file: where it is, its size in bytes, and its end from the footer on.
#[derive(Debug)]
pub(super) struct Whole {
    store: AtRest,
    size: u64,
    tail: Vec<u8>,
    /// Children that have answered, and wait to be asked again: to start one and to fill its memory
    /// costs as much as a part of what it reads.
    waiting: Mutex<Vec<Reader>>,
    /// Held while a child is asked, where one of them is to read at a time.
    turn: Option<Mutex<()>>,
}

impl Whole {
    /// Looks for the footer.
    pub(super) fn of(name: &str, store: AtRest, frugal: bool) -> Result<Self, TableError> {
        let failed = |cause| TableError::Io { name: name.to_owned(), cause };
        let damaged = || refused(name, parquet::DAMAGED.to_owned());
        let size = store.len().map_err(failed)?;
        let mut from = store.reader().map_err(failed)?;
        let mut end = [0; 8];
        let at = size.checked_sub(12).ok_or_else(damaged)? + 4;
        from.seek(SeekFrom::Start(at)).and_then(|_| from.read_exact(&mut end)).map_err(failed)?;
        let length = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]])) + 8;
        if end.ends_with(b"PARE") {
            return Err(refused(name, "it is encrypted; write it again without that".to_owned()));
        }
        if !end.ends_with(b"PAR1") || length > size - 4 {
            return Err(damaged());
        }
        let mut tail = vec![0; length as usize];
        from.seek(SeekFrom::Start(size - length))
            .and_then(|_| from.read_exact(&mut tail))
            .map_err(failed)?;
        let turn = frugal.then(Mutex::default);
        Ok(Self { store, size, tail, waiting: Mutex::default(), turn })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Its columns and row groups.
    pub(super) fn shape(&self, name: &str) -> Result<ParquetShape, TableError> {
        match self.ask(name, None, |_, _| ())? {
            None => parquet::shape(name, &self.tail, self.size),
            Some(Answer::Shape(shape)) => Ok(shape),
            Some(other) => Err(other.refusal(name)),
        }
    }

    /// Hands over the columns that are wanted, as text, each with its place among them; their bytes
    /// stand at `ranges` (where each begins, and its length).
    pub(super) fn texts(
        &self,
        name: &str,
        wanted: Selection<'_>,
        ranges: &[(u64, u64)],
        mut each: impl FnMut(usize, &FlatColumn),
    ) -> Result<(), TableError> {
        match self.ask(name, Some((wanted, ranges)), &mut each)? {
            None => {
                let failed = |cause| TableError::Io { name: name.to_owned(), cause };
                let parts = self.parts(ranges).map_err(failed)?;
                let columns = parquet::texts(name, &parts, wanted)?;
                columns.iter().enumerate().for_each(|(at, column)| each(at, column));
                Ok(())
            }
            Some(Answer::Texts(columns)) if columns == wanted.columns.len() => Ok(()),
            Some(other) => Err(other.refusal(name)),
        }
    }

    fn parts(&self, ranges: &[(u64, u64)]) -> io::Result<FileParts> {
        let mut from = self.store.reader()?;
        let mut parts = FileParts::new(self.size, self.tail.clone())?;
        for &(start, length) in ranges {
            from.seek(SeekFrom::Start(start))?;
            parts.read(&mut from, start, length)?;
        }
        Ok(parts)
    }

    /// Asks a child, and hands over the columns that it answers with; `None` where files are read in
    /// this process.
    fn ask(
        &self,
        name: &str,
        wanted: Option<Asked<'_>>,
        each: impl FnMut(usize, &FlatColumn),
    ) -> Result<Option<Answer>, TableError> {
        let Some(program) = PROGRAM.get() else { return Ok(None) };
        let turn = self.turn.as_ref();
        let _turn = turn.map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner));
        let waiting = || self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = waiting().pop();
        // Never read here instead: what the child is for would happen to us.
        let reader = reader.map_or_else(|| Reader::start(program, turn.is_none()), Ok);
        let mut reader = reader.map_err(|cause| {
            refused(
                name,
                format!(
                    "a process of its own reads it, and the system starts none ({cause}); end others, or try again"
                ),
            )
        })?;
        match self.converse(&mut reader, wanted, each) {
            Ok(answer) => {
                waiting().push(reader);
                Ok(Some(answer))
            }
            Err(cause) => {
                if !is_end(&cause) {
                    // It has answered nonsense, and may go on with it.
                    let _ = reader.child.kill();
                }
                let end = reader.child.wait().ok();
                Err(refused(name, why_it_ended(end, self.size)))
            }
        }
    }

    /// The question, the bytes that it is about, then the answer: the child says nothing before it
    /// has read everything, so neither waits for the other.
    fn converse(
        &self,
        reader: &mut Reader,
        wanted: Option<Asked<'_>>,
        mut each: impl FnMut(usize, &FlatColumn),
    ) -> io::Result<Answer> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let question = reader.child.stdin.as_mut().ok_or_else(gone)?;
        let (columns, rows) = match wanted {
            None => (Vec::new(), vec![0, self.size as usize]),
            Some((wanted, _)) => {
                (wanted.columns.to_vec(), vec![1, self.size as usize, wanted.from, wanted.rows])
            }
        };
        let ranges = wanted.map_or(&[][..], |(_, ranges)| ranges);
        put_numbers(question, &rows)?;
        put_numbers(question, &columns)?;
        let flat = ranges.iter().flat_map(|&(start, length)| [start as usize, length as usize]);
        put_numbers(question, &flat.collect::<Vec<_>>())?;
        put_numbers(question, &[self.tail.len()])?;
        question.write_all(&self.tail)?;
        let mut from = self.store.reader()?;
        for &(start, length) in ranges {
            from.seek(SeekFrom::Start(start))?;
            if io::copy(&mut from.by_ref().take(length), question)? < length {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
        }
        let answer = read_answer(&mut reader.answer)?;
        if let (Answer::Texts(columns), Some((wanted, _))) = (&answer, wanted) {
            let mut column = FlatColumn::default();
            for at in 0..*columns {
                column.read_into(&mut reader.answer)?;
                if column.rows() != wanted.rows {
                    return Err(io::Error::from(io::ErrorKind::InvalidData));
                }
                each(at, &column);
            }
        }
        Ok(answer)
    }
}

/// A child that answers one question after the other.
#[derive(Debug)]
struct Reader {
    child: Child,
    answer: BufReader<ChildStdout>,
}

impl Reader {
    /// `keeps`: whether it may keep the memory of one answer for the next.
    fn start(program: &Path, keeps: bool) -> io::Result<Self> {
        let mut command = Command::new(program);
        // What the library has to say of damage is not for people.
        command.arg(WORD).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // The memory of one answer is that of the next: to give it back and to be given it again
        // costs much. (Other systems' libraries do not know these words.)
        if keeps {
            command.env("MALLOC_MMAP_THRESHOLD_", LARGE).env("MALLOC_TRIM_THRESHOLD_", KEPT);
        }
        let mut child = command.spawn()?;
        match child.stdout.take() {
            Some(answer) => Ok(Self { child, answer: BufReader::new(answer) }),
            None => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It waits for a question, or was ended already; nothing is left of it either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Columns, and where their bytes are.
type Asked<'a> = (Selection<'a>, &'a [(u64, u64)]);

fn refused(name: &str, cause: String) -> TableError {
    TableError::Refused { name: name.to_owned(), format: "Parquet", cause }
}

/// What the child says.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Shape(ParquetShape),
    /// So many columns follow.
    Texts(usize),
    Refused(String),
    ColumnType {
        column: String,
        kind: String,
    },
}

impl Answer {
    fn refusal(self, name: &str) -> TableError {
        match self {
            Answer::ColumnType { column, kind } => {
                TableError::ColumnType { name: name.to_owned(), column, kind }
            }
            Answer::Refused(cause) => refused(name, cause),
            Answer::Shape(..) | Answer::Texts(_) => refused(name, parquet::DAMAGED.to_owned()),
        }
    }
}

/// Whether the child went away, or is about to.
fn is_end(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe)
}

/// Damage, want of memory and want of time are told apart by how the child ended.
fn why_it_ended(end: Option<ExitStatus>, bytes: u64) -> String {
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

fn memory(bytes: u64) -> u64 {
    MEMORY.saturating_add(MEMORY_PER_BYTE.saturating_mul(bytes))
}

fn seconds(bytes: u64) -> u64 {
    SECONDS + bytes / BYTES_PER_SECOND
}

/// The child: answers questions on standard input, and ends with it.
pub fn serve() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let mut input = io::stdin().lock();
    let limits = Limits::now();
    let done = (|| {
        let mut out = BufWriter::new(plain_output()?);
        while !input.fill_buf()?.is_empty() {
            answer(&mut input, &mut out, &limits)?;
        }
        io::Result::Ok(())
    })();
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Standard output, which does not look for the ends of lines.
fn plain_output() -> io::Result<impl Write> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        Ok(std::fs::File::from(io::stdout().as_fd().try_clone_to_owned()?))
    }
    #[cfg(not(unix))]
    Ok(io::stdout().lock())
}

/// Answers a question.
fn answer(input: &mut impl Read, out: &mut impl Write, limits: &Limits) -> io::Result<()> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    let (rows, columns, ranges) = (numbers(input)?, numbers(input)?, numbers(input)?);
    let size = *rows.get(1).ok_or_else(wrong)? as u64;
    let [length] = numbers(input)?[..] else { return Err(wrong()) };
    let mut tail = vec![0; length];
    input.read_exact(&mut tail)?;
    limits.begin(size);
    let answer = match rows[..] {
        [1, _, from, rows] => {
            let mut parts = FileParts::new(size, tail)?;
            for range in ranges.chunks_exact(2) {
                parts.read(input, range[0] as u64, range[1] as u64)?;
            }
            let wanted = Selection { columns: &columns, from, rows };
            parquet::texts("", &parts, wanted).map(Ok)
        }
        _ => parquet::shape("", &tail, size).map(Err),
    };
    match answer {
        Ok(Ok(columns)) => {
            write_answer(out, &Answer::Texts(columns.len()))?;
            columns.iter().try_for_each(|column| column.write(out))?;
        }
        Ok(Err(shape)) => write_answer(out, &Answer::Shape(shape))?,
        Err(TableError::ColumnType { column, kind, .. }) => {
            write_answer(out, &Answer::ColumnType { column, kind })?;
        }
        Err(TableError::Refused { cause, .. }) => write_answer(out, &Answer::Refused(cause))?,
        Err(_) => write_answer(out, &Answer::Refused(parquet::DAMAGED.to_owned()))?,
    }
    out.flush()?;
    limits.end();
    Ok(())
}

/// What bounds this process.
struct Limits {
    /// Bytes and seconds that it may take by what it was started with.
    #[cfg(unix)]
    now: [(nix::sys::resource::Resource, u64, u64); 2],
}

impl Limits {
    fn now() -> Self {
        #[cfg(unix)]
        {
            use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
            let now = |resource| {
                let (now, hard) = getrlimit(resource).unwrap_or((RLIM_INFINITY, RLIM_INFINITY));
                (resource, now, hard)
            };
            Self { now: [Resource::RLIMIT_DATA, Resource::RLIMIT_CPU].map(now) }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Bounds memory, and the work from now on, by what a file of `bytes` explains.
    fn begin(&self, bytes: u64) {
        #[cfg(unix)]
        {
            use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};
            let spent = getrusage(UsageWho::RUSAGE_SELF)
                .map_or(0, |used| 1 + used.user_time().tv_sec() + used.system_time().tv_sec());
            for ((resource, now, hard), most) in
                self.now.into_iter().zip([memory(bytes), spent as u64 + seconds(bytes)])
            {
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

    /// The clock stands still until there is another question.
    fn end(&self) {
        #[cfg(unix)]
        nix::unistd::alarm::cancel();
    }
}

fn write_answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    match answer {
        Answer::Shape(ParquetShape { names, unread, column_of, groups }) => {
            put_numbers(out, &[0, groups.len()])?;
            put_words(out, names)?;
            put_words(out, unread)?;
            put_numbers(out, column_of)?;
            for group in groups {
                let leaves = group.leaves.iter();
                let leaves = leaves.flat_map(|&(start, length)| [start as usize, length as usize]);
                put_numbers(out, &std::iter::once(group.rows).chain(leaves).collect::<Vec<_>>())?;
            }
            Ok(())
        }
        Answer::Texts(columns) => put_numbers(out, &[1, *columns]),
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
        [0, groups] => {
            let (names, unread, column_of) = (words(from)?, words(from)?, numbers(from)?);
            let group = |_| {
                let all = numbers(from)?;
                let (&rows, leaves) = all.split_first().ok_or_else(wrong)?;
                let leaves = leaves.chunks_exact(2);
                let leaves = leaves.map(|leaf| (leaf[0] as u64, leaf[1] as u64)).collect();
                Ok(RowGroup { rows, leaves })
            };
            let groups = (0..groups).map(group).collect::<io::Result<_>>()?;
            Ok(Answer::Shape(ParquetShape { names, unread, column_of, groups }))
        }
        [1, columns] => Ok(Answer::Texts(columns)),
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
fn put_words(out: &mut impl Write, words: &[impl AsRef<str>]) -> io::Result<()> {
    out.write_all(&(words.len() as u64).to_le_bytes())?;
    for word in words {
        out.write_all(&(word.as_ref().len() as u64).to_le_bytes())?;
        out.write_all(word.as_ref().as_bytes())?;
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
        for answer in [
            Answer::Shape(ParquetShape {
                names: vec!["user".into(), "item".into()],
                unread: vec![String::new(), "List".into()],
                column_of: vec![0, 1],
                groups: vec![RowGroup { rows: 4, leaves: vec![(4, 100), (104, 7)] }; 2],
            }),
            Answer::Texts(3),
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
