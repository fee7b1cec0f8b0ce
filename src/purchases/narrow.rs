//! Columns of whole numbers in as few bytes a row as they need: what is in memory of ten million
//! rows is these.

/// Whole numbers by row. Each takes 1, 2, 4 or 8 bytes, as the largest of the column asks;
/// [`Numbers::UNREADABLE`] is the highest number of each width.
#[derive(Debug, Clone)]
pub struct Numbers(Width);

#[derive(Debug, Clone)]
enum Width {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
    Eight(Vec<i64>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self(Width::One(Vec::new()))
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

impl Numbers {
    /// Stands for what could not be read.
    pub const UNREADABLE: i64 = i64::MIN;

    /// How many.
    pub fn len(&self) -> usize {
        match &self.0 {
            Width::One(all) => all.len(),
            Width::Two(all) => all.len(),
            Width::Four(all) => all.len(),
            Width::Eight(all) => all.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> i64 {
        match &self.0 {
            Width::One(all) => read(all[row], u8::MAX),
            Width::Two(all) => read(all[row], u16::MAX),
            Width::Four(all) => read(all[row], u32::MAX),
            Width::Eight(all) => all[row],
        }
    }

    /// All of them, in the order of the rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Calls with all of them, in the order of the rows: the quickest way through many.
    #[inline]
    pub fn for_each(&self, mut each: impl FnMut(i64)) {
        match &self.0 {
            Width::One(all) => all.iter().for_each(|&value| each(read(value, u8::MAX))),
            Width::Two(all) => all.iter().for_each(|&value| each(read(value, u16::MAX))),
            Width::Four(all) => all.iter().for_each(|&value| each(read(value, u32::MAX))),
            Width::Eight(all) => all.iter().for_each(|&value| each(value)),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, value: i64) {
        let fits = match &mut self.0 {
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
        match &mut self.0 {
            Width::One(all) => room(all, rows, block),
            Width::Two(all) => room(all, rows, block),
            Width::Four(all) => room(all, rows, block),
            Width::Eight(all) => room(all, rows, block),
        }
    }

    /// Takes the next width that a number fits.
    fn widen(&mut self, value: i64) {
        self.0 = if stored(value, u16::MAX).is_some() && matches!(self.0, Width::One(_)) {
            Width::Two(self.iter().filter_map(|value| stored(value, u16::MAX)).collect())
        } else if stored(value, u32::MAX).is_some() && !matches!(self.0, Width::Eight(_)) {
            Width::Four(self.iter().filter_map(|value| stored(value, u32::MAX)).collect())
        } else {
            Width::Eight(self.iter().collect())
        };
    }

    /// The rows of which `stays` says so.
    pub(super) fn only(&self, stays: &[bool]) -> Self {
        self.iter().zip(stays).filter_map(|(value, &stays)| stays.then_some(value)).collect()
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
        let mut values = values.into_iter();
        loop {
            let left = match &mut self.0 {
                Width::One(all) => extend(all, u8::MAX, &mut values),
                Width::Two(all) => extend(all, u16::MAX, &mut values),
                Width::Four(all) => extend(all, u32::MAX, &mut values),
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
        let Width::Two(all) = &numbers.0 else { panic!() };
        assert!((100..200).contains(&all.capacity()), "{}", all.capacity());
    }

    #[test]
    fn small_numbers_take_small_memory() {
        let width = |values: &[i64]| match values.iter().copied().collect::<Numbers>().0 {
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
