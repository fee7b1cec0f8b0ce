//! Rows of delimited text in which nothing is in quotes, many in one go: where their fields begin.

use super::rows::{LONGEST_ROW, Rows, fault_of_fields};
use super::{Fault, Separator};

/// Finds the rows of a block that one byte parts and in which no quote, NUL or fault stands; what
/// is another row is left to [`Rows`].
#[derive(Debug, Clone, Copy)]
pub(super) struct PlainRows<'t> {
    text: &'t str,
    separator: u8,
    headers: &'t [String],
    has_header: bool,
    has_quotes: bool,
}

/// Which of 64 bytes are meant, the first as the lowest bit. Written so that compilers make of it a
/// few operations on sixteen bytes each.
#[inline(always)]
fn found_in(bytes: &[u8; 64], is_meant: impl Fn(u8) -> bool) -> u64 {
    let bits: [u8; 64] =
        std::array::from_fn(|at| if is_meant(bytes[at]) { 1 << (at % 8) } else { 0 });
    let mut found = 0;
    for (at, bits) in bits.as_chunks::<8>().0.iter().enumerate() {
        let together = bits.iter().fold(0u8, |sum, &bit| sum.wrapping_add(bit));
        found |= u64::from(together) << (8 * at);
    }
    found
}

impl<'t> PlainRows<'t> {
    /// Those of `rows` under a header of these names; `None` where all have to be looked at one by
    /// one.
    pub(super) fn of(rows: &Rows<'t>, headers: &'t [String], has_header: bool) -> Option<Self> {
        let Separator::Byte(separator) = rows.separator() else { return None };
        let text = rows.text();
        // A row of one field may be blank, and a carriage return ends lines.
        let fits = headers.len() > 1
            && separator != b'\r'
            && !rows.has_nul()
            && text.len() + headers.len() < u32::MAX as usize;
        fits.then_some(Self { text, separator, headers, has_header, has_quotes: rows.has_quotes() })
    }

    /// Goes on from the beginning of a row at `from`, over `most` rows at most, up to one that is
    /// not plain: how many it went over, and where the next begins. Of each row are added, for every
    /// column, where its field begins, and where one behind would; a field ends a byte before the
    /// next.
    pub(super) fn find(&self, from: usize, most: usize, places: &mut Vec<u32>) -> (usize, usize) {
        match self.has_quotes {
            true => self.find_among::<true>(from, most, places),
            false => self.find_among::<false>(from, most, places),
        }
    }

    fn find_among<const QUOTES: bool>(
        &self,
        from: usize,
        most: usize,
        places: &mut Vec<u32>,
    ) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let (mut rows, mut start, mut first) = (0, from, places.len());
        if rows == most {
            return (rows, start);
        }
        places.push(start as u32);
        let mut at = from;
        // How many there are in a few bytes is hard to foresee, so 64 are gone through together.
        for some in bytes[from..].as_chunks().0 {
            let mut found = found_in(some, |byte| {
                byte == self.separator || byte == b'\n' || QUOTES && byte == b'"'
            });
            while found != 0 {
                let place = at + found.trailing_zeros() as usize;
                found &= found - 1;
                match bytes[place] {
                    b'\n' => {
                        let end = place - usize::from(place > start && bytes[place - 1] == b'\r');
                        places.push(end as u32 + 1);
                        if !self.is_plain(start, end, places, first) {
                            places.truncate(first);
                            return (rows, start);
                        }
                        (rows, start, first) = (rows + 1, place + 1, places.len());
                        if rows == most {
                            return (rows, start);
                        }
                        places.push(start as u32);
                    }
                    b'"' => {
                        places.truncate(first);
                        return (rows, start);
                    }
                    _ => places.push(place as u32 + 1),
                }
            }
            at += 64;
        }
        places.truncate(first);
        (rows, start)
    }

    /// Whether nothing is wrong with a row, whose places begin at `first`: it has one for each
    /// column then.
    #[inline(always)]
    fn is_plain(&self, start: usize, end: usize, places: &mut Vec<u32>, first: usize) -> bool {
        if end - start > LONGEST_ROW {
            return false;
        }
        // Nearly every row is told by its first letter.
        let letter = self.text.as_bytes()[start];
        let may_repeat = self.has_header
            && (!letter.is_ascii_graphic() || self.headers[0].as_bytes().first() == Some(&letter));
        places.len() - first == self.headers.len() + 1 && !may_repeat || self.fits(places, first)
    }

    /// As [`PlainRows::is_plain`], of a row that may have another number of fields, or may be the
    /// header once more.
    #[inline(never)]
    fn fits(&self, places: &mut Vec<u32>, first: usize) -> bool {
        let row = &places[first..];
        let fields = row.len() - 1;
        let field = |at: usize| &self.text[row[at] as usize..row[at + 1] as usize - 1];
        let fault =
            || -> Option<Fault> { fault_of_fields(fields, field, self.headers, self.has_header) };
        // A single field may be a blank line.
        if fields < 2 || fault().is_some() {
            return false;
        }
        // Fields that are not there are empty, and those behind the last column nobody reads.
        let behind = row[fields];
        let lacking = self.headers.len().saturating_sub(fields) as u32;
        places.truncate(first + self.headers.len() + 1);
        places.extend((1..=lacking).map(|more| behind + more));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_found_wherever_they_stand() {
        for at in 0..64 {
            for bits in [1u64 << at, !(1 << at), 0x8123_4567_89AB_CDEF >> at] {
                let byte = |at: usize| if bits >> at & 1 == 1 { b',' } else { b',' ^ 0x80 };
                assert_eq!(found_in(&std::array::from_fn(byte), |byte| byte == b','), bits);
            }
        }
    }

    #[test]
    fn plain_rows_are_the_same_rows() {
        let pieces = [
            "a", "12", ",", ",", "\n", "\r", "\r\n", "\"", "\"x\ny\"", "\0", " ", "\t", "é",
            "12345678", "a,b\n", ",c,\n",
        ];
        let headers = ["a".to_owned(), "b".to_owned(), String::new()];
        let mut state = 11u64;
        let mut all = 0;
        for round in 0..20_000 {
            let mut text = String::new();
            let few = [pieces.len(), 7, 5][round % 3];
            for _ in 0..64 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text += pieces[(state >> 33) as usize % few];
            }
            for separator in [Separator::COMMA, Separator::Byte(b'\t'), Separator::Byte(b'\r')] {
                for width in [1, 2, 3] {
                    let (headers, has_header) = (&headers[..width], round % 4 < 2);
                    let mut one = Rows::new(&text, 0, 1, separator, round % 2 == 0);
                    let Some(plain) = PlainRows::of(&one, headers, has_header) else { continue };
                    let (mut fields, mut places) = (Vec::new(), Vec::new());
                    loop {
                        let mut other = one.clone();
                        places.clear();
                        let (rows, next) = plain.find(one.at().0, 1 + round % 5, &mut places);
                        other.go_on(next, rows);
                        all += rows;
                        assert_eq!(places.len(), rows * (width + 1), "{text:?}");
                        for row in places.chunks_exact(width + 1) {
                            let (place, fault) = one.next_into(&mut fields).unwrap();
                            assert_eq!(place.range.start, row[0] as usize, "{text:?}");
                            let other = fault_of_fields(
                                fields.len(),
                                |at| &fields[at],
                                headers,
                                has_header,
                            );
                            assert_eq!((fault, other), (None, None), "{text:?}");
                            fields.resize(width, "".into());
                            let parts = row.windows(2).map(|w| {
                                text.get(w[0] as usize..w[1] as usize - 1).unwrap_or_default()
                            });
                            assert_eq!(fields, parts.collect::<Vec<_>>(), "{text:?}");
                        }
                        assert_eq!((one.at(), one.open()), (other.at(), other.open()), "{text:?}");
                        if one.next_into(&mut fields).is_none() {
                            break;
                        }
                    }
                }
            }
        }
        assert!(all > 20_000, "{all}");
        let long = format!("a,{}\nb,c\n", "x".repeat(LONGEST_ROW));
        let rows = Rows::new(&long, 0, 1, Separator::COMMA, false);
        let plain = PlainRows::of(&rows, &headers[..2], true).unwrap();
        assert_eq!(plain.find(0, 9, &mut Vec::new()), (0, 0));
    }
}
