//! Columns of whole numbers in as few bytes a row as they need: what is in memory of ten million
//! rows is these. Where memory is short they wait on disk.

use std::ops::Range;
use std::sync::Arc;

use crate::table::Spill;

/// Whole numbers by row. Each takes 1, 2, 4 or 8 bytes, as the largest of the column asks;
/// [`Numbers::UNREADABLE`] is the highest number of each width. For want of memory the first rows wait on
/// disk, a chunk with a width of its own for every [`CHUNK`] of them.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    on_disk: Option<OnDisk>,
    /// The rows that are in memory: all, or the last.
    rows: Width,
}

/// Rows of a chunk on disk.
const CHUNK: usize = 1 << 16;

#[derive(Debug, Clone)]
struct OnDisk {
    spill: Arc<Spill>,
    /// Where each chunk begins, and the bytes that a number takes there.
    chunks: Vec<(u64, usize)>,
}

#[derive(Debug, Clone)]
enum Width {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
    Eight(Vec<i64>),
}

impl Default for Width {
    fn default() -> Self {
        Width::One(Vec::new())
    }
}

/// The number as it is stored in a width whose highest number stands for what cannot be read.
fn stored<T: TryFrom<i64> + PartialEq + Copy>(value: i64, highest: T) -> Option<T> {
    match value {
        Numbers::UNREADABLE => Some(highest),
        value => T::try_from(value).ok().filter(|&stored| stored != highest),
    }
}

/// The number that is stored so.
fn read<T: Into<i64> + PartialEq + Copy>(stored: T, highest: T) -> i64 {
    if stored == highest { Numbers::UNREADABLE } else { stored.into() }
}

impl Width {
    fn len(&self) -> usize {
        match self {
            Width::One(all) => all.len(),
            Width::Two(all) => all.len(),
            Width::Four(all) => all.len(),
            Width::Eight(all) => all.len(),
        }
    }

    #[inline]
    fn get(&self, row: usize) -> i64 {
        match self {
            Width::One(all) => read(all[row], u8::MAX),
            Width::Two(all) => read(all[row], u16::MAX),
            Width::Four(all) => read(all[row], u32::MAX),
            Width::Eight(all) => all[row],
        }
    }

    #[inline]
    fn for_each(&self, mut each: impl FnMut(i64)) {
        match self {
            Width::One(all) => all.iter().for_each(|&value| each(read(value, u8::MAX))),
            Width::Two(all) => all.iter().for_each(|&value| each(read(value, u16::MAX))),
            Width::Four(all) => all.iter().for_each(|&value| each(read(value, u32::MAX))),
            Width::Eight(all) => all.iter().for_each(|&value| each(value)),
        }
    }

    fn push(&mut self, value: i64) {
        let fits = match self {
            Width::One(all) => stored(value, u8::MAX).map(|value| all.push(value)),
            Width::Two(all) => stored(value, u16::MAX).map(|value| all.push(value)),
            Width::Four(all) => stored(value, u32::MAX).map(|value| all.push(value)),
            Width::Eight(all) => {
                all.push(value);
                Some(())
            }
        };
        if fits.is_none() {
            self.widen(value);
            self.push(value);
        }
    }

    fn extend(&mut self, values: &mut impl Iterator<Item = i64>) {
        loop {
            let left = match self {
                Width::One(all) => extend(all, u8::MAX, values),
                Width::Two(all) => extend(all, u16::MAX, values),
                Width::Four(all) => extend(all, u32::MAX, values),
                Width::Eight(all) => {
                    all.extend(values);
                    return;
                }
            };
            match left {
                None => return,
                Some(value) => self.push(value),
            }
        }
    }

    /// Takes the next width that a number fits.
    fn widen(&mut self, value: i64) {
        let values = || (0..self.len()).map(|row| self.get(row));
        *self = if stored(value, u16::MAX).is_some() && matches!(self, Width::One(_)) {
            Width::Two(values().filter_map(|value| stored(value, u16::MAX)).collect())
        } else if stored(value, u32::MAX).is_some() && !matches!(self, Width::Eight(_)) {
            Width::Four(values().filter_map(|value| stored(value, u32::MAX)).collect())
        } else {
            Width::Eight(values().collect())
        };
    }

    /// The bytes that a number takes.
    fn bytes(&self) -> usize {
        match self {
            Width::One(_) => 1,
            Width::Two(_) => 2,
            Width::Four(_) => 4,
            Width::Eight(_) => 8,
        }
    }

    /// The bytes of some rows, low ones first.
    fn put(&self, rows: Range<usize>, into: &mut Vec<u8>) {
        match self {
            Width::One(all) => into.extend_from_slice(&all[rows]),
            Width::Two(all) => all[rows].iter().for_each(|value| into.extend(value.to_le_bytes())),
            Width::Four(all) => all[rows].iter().for_each(|value| into.extend(value.to_le_bytes())),
            Width::Eight(all) => {
                all[rows].iter().for_each(|value| into.extend(value.to_le_bytes()));
            }
        }
    }

    /// The rows that were put so, in a width of so many bytes.
    fn taken(bytes: &[u8], width: usize) -> Self {
        match width {
            1 => Width::One(bytes.to_vec()),
            2 => Width::Two(words(bytes, u16::from_le_bytes)),
            4 => Width::Four(words(bytes, u32::from_le_bytes)),
            _ => Width::Eight(words(bytes, i64::from_le_bytes)),
        }
    }

    /// The rows from `first` on, in memory of their own.
    fn rest(&self, first: usize) -> Self {
        let mut rest = Width::default();
        rest.extend(&mut (first..self.len()).map(|row| self.get(row)));
        rest
    }
}

/// Numbers of so many bytes each.
fn words<const N: usize, T>(bytes: &[u8], word: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (words, _) = bytes.as_chunks::<N>();
    words.iter().map(|&bytes| word(bytes)).collect()
}

impl OnDisk {
    /// Reads a chunk.
    fn load(&self, chunk: usize, bytes: &mut Vec<u8>) -> Width {
        let (at, width) = self.chunks[chunk];
        bytes.resize(CHUNK * width, 0);
        self.spill.get(at, bytes);
        Width::taken(bytes, width)
    }
}

impl Numbers {
    /// Stands for what could not be read.
    pub const UNREADABLE: i64 = i64::MIN;

    /// How many.
    pub fn len(&self) -> usize {
        self.waiting() + self.rows.len()
    }

    /// Those that wait on disk: the first.
    fn waiting(&self) -> usize {
        self.on_disk.as_ref().map_or(0, |disk| disk.chunks.len() * CHUNK)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row. Many in order are read by [`Numbers::reader`]: each of these looks at the
    /// disk where its row waits there.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> i64 {
        match &self.on_disk {
            None => self.rows.get(row),
            Some(disk) => match disk.chunks.get(row / CHUNK) {
                None => self.rows.get(row - self.waiting()),
                Some(&(at, width)) => {
                    let mut bytes = [0; 8];
                    let place = at + (row % CHUNK * width) as u64;
                    disk.spill.get(place, &mut bytes[..width]);
                    Width::taken(&bytes[..width], width).get(0)
                }
            },
        }
    }

    /// What reads rows in their order, wherever they are.
    pub fn reader(&self) -> NumbersReader<'_> {
        NumbersReader {
            of: self,
            waiting: self.waiting(),
            chunk: usize::MAX,
            loaded: Width::default(),
            bytes: Vec::new(),
        }
    }

    /// All of them, in the order of the rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + '_ {
        let mut reader = self.reader();
        (0..self.len()).map(move |row| reader.get(row))
    }

    /// Calls with all of them, in the order of the rows: the quickest way through many.
    #[inline]
    pub fn for_each(&self, mut each: impl FnMut(i64)) {
        if let Some(disk) = &self.on_disk {
            let mut bytes = Vec::new();
            for chunk in 0..disk.chunks.len() {
                disk.load(chunk, &mut bytes).for_each(&mut each);
            }
        }
        self.rows.for_each(each);
    }

    /// Adds a row.
    pub fn push(&mut self, value: i64) {
        self.rows.push(value);
        self.make_wait();
    }

    /// Where there is no room for twice the rows of a block more: room for so many in all, about, if
    /// there is memory for it. To grow by doubling leaves holes in memory.
    pub(super) fn expect(&mut self, rows: usize, block: usize) {
        fn room<T>(all: &mut Vec<T>, rows: usize, block: usize) {
            if all.capacity() - all.len() < 2 * block {
                let least = all.len() + all.len() / 8 + 4 * block;
                // Without it they grow as they come.
                let _ = all.try_reserve_exact(rows.max(least) - all.len());
            }
        }
        match &mut self.rows {
            Width::One(all) => room(all, rows, block),
            Width::Two(all) => room(all, rows, block),
            Width::Four(all) => room(all, rows, block),
            Width::Eight(all) => room(all, rows, block),
        }
    }

    /// From now on all but the last rows wait on disk.
    pub fn wait_in(&mut self, spill: &Arc<Spill>) {
        if self.on_disk.is_none() {
            self.on_disk = Some(OnDisk { spill: Arc::clone(spill), chunks: Vec::new() });
        }
        self.make_wait();
    }

    /// Bytes that the rows in memory take, about.
    pub fn bytes_in_memory(&self) -> usize {
        self.rows.len() * self.rows.bytes()
    }

    /// Puts whole chunks on disk, where they are to wait there.
    #[inline]
    fn make_wait(&mut self) {
        if self.on_disk.is_some() && self.rows.len() >= CHUNK {
            self.put_on_disk();
        }
    }

    #[cold]
    fn put_on_disk(&mut self) {
        let Some(disk) = &mut self.on_disk else { return };
        let (mut bytes, mut first) = (Vec::new(), 0);
        while self.rows.len() - first >= CHUNK {
            // A few large numbers make only their own chunk wide.
            let mut chunk = Width::default();
            chunk.extend(&mut (first..first + CHUNK).map(|row| self.rows.get(row)));
            bytes.clear();
            chunk.put(0..CHUNK, &mut bytes);
            // Where that fails, rows stay where they are, and the spill says so.
            let Some(at) = disk.spill.put(&bytes) else { break };
            disk.chunks.push((at, chunk.bytes()));
            first += CHUNK;
        }
        if first > 0 {
            self.rows = self.rows.rest(first);
        }
    }

    /// None yet, which wait where these do.
    pub fn like(&self) -> Self {
        let mut like = Self::default();
        if let Some(disk) = &self.on_disk {
            like.wait_in(&disk.spill);
        }
        like
    }

    /// What `of` makes of each, which waits where these do.
    pub(super) fn mapped(&self, of: impl Fn(i64) -> i64) -> Self {
        let mut mapped = self.like();
        // One by one, or all would be in memory before the first waits.
        match self.on_disk {
            Some(_) => self.for_each(|value| mapped.push(of(value))),
            None => mapped.extend(self.iter().map(of)),
        }
        mapped
    }

    /// The rows of which `stays` says so.
    pub(super) fn only(&self, stays: &[bool]) -> Self {
        self.iter().zip(stays).filter_map(|(value, &stays)| stays.then_some(value)).collect()
    }
}

/// Reads numbers row by row, chunk by chunk where they wait on disk.
#[derive(Debug)]
pub struct NumbersReader<'a> {
    of: &'a Numbers,
    waiting: usize,
    chunk: usize,
    loaded: Width,
    bytes: Vec<u8>,
}

impl NumbersReader<'_> {
    /// The number of a row: quick where it follows the last one.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline]
    pub fn get(&mut self, row: usize) -> i64 {
        match row.checked_sub(self.waiting) {
            Some(row) => self.of.rows.get(row),
            None => self.on_disk(row),
        }
    }

    fn on_disk(&mut self, row: usize) -> i64 {
        if self.chunk != row / CHUNK
            && let Some(disk) = &self.of.on_disk
        {
            self.chunk = row / CHUNK;
            self.loaded = disk.load(self.chunk, &mut self.bytes);
        }
        self.loaded.get(row % CHUNK)
    }
}

/// Adds numbers as long as they fit; the first that does not.
fn extend<T: TryFrom<i64> + PartialEq + Copy>(
    all: &mut Vec<T>,
    highest: T,
    values: &mut impl Iterator<Item = i64>,
) -> Option<i64> {
    all.reserve(values.size_hint().0);
    for value in values {
        match stored(value, highest) {
            Some(value) => all.push(value),
            None => return Some(value),
        }
    }
    None
}

impl Extend<i64> for Numbers {
    fn extend<I: IntoIterator<Item = i64>>(&mut self, values: I) {
        self.rows.extend(&mut values.into_iter());
        self.make_wait();
    }
}

impl FromIterator<i64> for Numbers {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        let mut all = Self::default();
        all.extend(values);
        all
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Numbers {}

impl<const N: usize> PartialEq<[i64; N]> for Numbers {
    fn eq(&self, other: &[i64; N]) -> bool {
        self.len() == N && self.iter().eq(other.iter().copied())
    }
}

impl<const N: usize> From<[i64; N]> for Numbers {
    fn from(values: [i64; N]) -> Self {
        values.into_iter().collect()
    }
}

/// Codes by row: places in a list of names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes(Numbers);

impl Codes {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The code of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> u32 {
        // Nothing but codes was put in.
        self.0.get(row) as u32
    }

    /// All of them, in the order of the rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.0.iter().map(|code| code as u32)
    }

    /// As [`Numbers::reader`].
    pub fn reader(&self) -> CodesReader<'_> {
        CodesReader(self.0.reader())
    }

    /// As [`Numbers::wait_in`].
    pub fn wait_in(&mut self, spill: &Arc<Spill>) {
        self.0.wait_in(spill);
    }

    /// As [`Numbers::like`].
    pub fn like(&self) -> Self {
        Self(self.0.like())
    }

    /// As [`Numbers::bytes_in_memory`].
    pub fn bytes_in_memory(&self) -> usize {
        self.0.bytes_in_memory()
    }

    /// As [`Numbers::for_each`].
    #[inline]
    pub fn for_each(&self, mut each: impl FnMut(u32)) {
        self.0.for_each(|code| each(code as u32));
    }

    /// Adds a row.
    pub fn push(&mut self, code: u32) {
        self.0.push(i64::from(code));
    }

    /// The rows of which `stays` says so.
    pub(super) fn only(&self, stays: &[bool]) -> Self {
        Self(self.0.only(stays))
    }
}

impl Codes {
    /// As [`Numbers::expect`].
    pub(super) fn expect(&mut self, rows: usize, block: usize) {
        self.0.expect(rows, block);
    }
}

/// As [`NumbersReader`].
#[derive(Debug)]
pub struct CodesReader<'a>(NumbersReader<'a>);

impl CodesReader<'_> {
    /// The code of a row: quick where it follows the last one.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline]
    pub fn get(&mut self, row: usize) -> u32 {
        self.0.get(row) as u32
    }
}

impl Extend<u32> for Codes {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, codes: I) {
        self.0.extend(codes.into_iter().map(i64::from));
    }
}

impl FromIterator<u32> for Codes {
    fn from_iter<I: IntoIterator<Item = u32>>(codes: I) -> Self {
        Self(codes.into_iter().map(i64::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_whatever_they_were_stored_in() {
        let edges = [
            0,
            1,
            254,
            255,
            256,
            65_534,
            65_535,
            65_536,
            i64::from(u32::MAX) - 1,
            i64::from(u32::MAX),
            i64::from(u32::MAX) + 1,
            i64::MAX,
            -1,
            i64::MIN + 1,
            Numbers::UNREADABLE,
        ];
        for &first in &edges {
            for &second in &edges {
                let values = [7, first, Numbers::UNREADABLE, second, 3];
                let numbers: Numbers = values.into_iter().collect();
                assert_eq!(numbers.iter().collect::<Vec<i64>>(), values);
                assert_eq!((numbers.get(1), numbers.len()), (first, 5));
                let stays = [true, false, true, true, false];
                let wanted: Numbers = [7, Numbers::UNREADABLE, second].into_iter().collect();
                assert_eq!(numbers.only(&stays), wanted);
            }
        }
    }

    #[test]
    fn room_for_rows_changes_none_of_them() {
        let mut numbers: Numbers = [1, 300].into_iter().collect();
        for (rows, block) in [(0, 0), (1, 1), (100, 4), (usize::MAX, 2)] {
            numbers.expect(rows, block);
            assert_eq!(numbers, [1, 300]);
        }
        let Width::Two(all) = &numbers.rows else { panic!() };
        assert!((100..200).contains(&all.capacity()), "{}", all.capacity());
    }

    #[test]
    fn rows_that_wait_on_disk_are_the_same_rows() {
        let value = |row: usize| match row % 1_000 {
            0 => Numbers::UNREADABLE,
            1 if row > 3 * CHUNK => -5,
            2 if row > 2 * CHUNK => 1 << 40,
            of => (of * (row / CHUNK)) as i64,
        };
        let many = 4 * CHUNK + 77;
        let in_memory: Numbers = (0..many).map(value).collect();
        let spill = Arc::new(Spill::new().unwrap());
        // Spilled at once, in the midst, and row by row.
        let mut whole = in_memory.clone();
        whole.wait_in(&spill);
        let mut midst: Numbers = (0..CHUNK + 5).map(value).collect();
        midst.wait_in(&spill);
        midst.extend((CHUNK + 5..many).map(value));
        let mut single = Numbers::default();
        single.wait_in(&spill);
        (0..many).for_each(|row| single.push(value(row)));
        for waiting in [&whole, &midst, &single] {
            assert_eq!(waiting.on_disk.as_ref().unwrap().chunks.len(), 4);
            assert!(waiting.bytes_in_memory() <= 8 * 77);
            assert_eq!(waiting, &in_memory);
            let mut each = Vec::new();
            waiting.for_each(|value| each.push(value));
            assert!(each.into_iter().eq(in_memory.iter()));
            for row in [0, 1, CHUNK - 1, CHUNK, 3 * CHUNK + 1, 4 * CHUNK - 1, 4 * CHUNK, many - 1] {
                assert_eq!(waiting.get(row), value(row), "{row}");
            }
            let mut reader = waiting.reader();
            for row in [many - 1, 0, 2 * CHUNK + 2, CHUNK] {
                assert_eq!(reader.get(row), value(row));
            }
        }
        // A copy grows on its own.
        let mut copy = whole.clone();
        copy.extend((0..CHUNK).map(|row| row as i64));
        whole.extend(std::iter::repeat_n(9, CHUNK));
        assert_eq!((copy.get(many + 1), whole.get(many + 1)), (1, 9));
        // The first chunk has numbers of one byte, whatever comes later.
        assert_eq!(whole.on_disk.as_ref().unwrap().chunks[0].1, 1);
        assert!(spill.failure().is_none());
    }

    #[test]
    fn small_numbers_take_small_memory() {
        let width = |values: &[i64]| match values.iter().copied().collect::<Numbers>().rows {
            Width::One(_) => 1,
            Width::Two(_) => 2,
            Width::Four(_) => 4,
            Width::Eight(_) => 8,
        };
        assert_eq!(width(&[1, 254, Numbers::UNREADABLE]), 1);
        assert_eq!(width(&[1, 255]), 2);
        assert_eq!(width(&[65_535, 3]), 4);
        assert_eq!(width(&[1_300_000_000]), 4);
        assert_eq!(width(&[-1]), 8);
        let codes: Codes = [0, 300, u32::MAX].into_iter().collect();
        assert_eq!(codes.iter().collect::<Vec<u32>>(), [0, 300, u32::MAX]);
        assert_eq!((codes.get(1), codes.len(), codes.is_empty()), (300, 3, false));
    }
}
