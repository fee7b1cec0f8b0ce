//! Random choices from a named generator: the same for the same seed, on any machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of random choices.
pub(super) struct Lot(ChaCha8Rng);

impl Lot {
    /// The choices of number `stream` under `seed`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A whole number below `n` (from 1), each equally likely (Lemire 2019).
    pub(super) fn below(&mut self, n: u32) -> u32 {
        let mut wide = u64::from(self.0.next_u32()) * u64::from(n);
        if (wide as u32) < n {
            let least = n.wrapping_neg() % n;
            while (wide as u32) < least {
                wide = u64::from(self.0.next_u32()) * u64::from(n);
            }
        }
        (wide >> 32) as u32
    }

    /// Puts a random choice of `first` of the entries in front, in random order (Fisher, Yates).
    pub(super) fn draw<T>(&mut self, entries: &mut [T], first: usize) {
        for at in 0..first.min(entries.len()) {
            let other = at + self.below((entries.len() - at) as u32) as usize;
            entries.swap(at, other);
        }
    }
}

/// Five rows of three users, for tests of this room.
#[cfg(test)]
pub(super) fn made_up() -> crate::purchases::Purchases {
    use std::io::Write;
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    file.write_all(
        b"user,item,quantity,price,date,category,country\n\
          ann,tea,1,2.50,2011-01-02 10:00,drinks,UK\n\
          ann,tea,1,2.50,2011-01-02 10:00,drinks,UK\n\
          ann,milk,1,0.80,2011-01-03 11:00,drinks,UK\n\
          bob,tea,1,2.50,2011-01-02 12:00,drinks,FR\n\
          cem,milk,1,0.80,2011-02-09 09:00,drinks,FR\n",
    )
    .unwrap();
    let input = crate::purchases::Input::File(file.path().to_owned());
    crate::purchases::read(&input, &crate::purchases::Options::default()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_even_and_repeat() {
        let mut lot = Lot::new(3, 7);
        let mut counts = [0u32; 7];
        (0..70_000).for_each(|_| counts[lot.below(7) as usize] += 1);
        // 5 standard deviations of 92.6.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 463), "{counts:?}");
        let draw = || {
            let mut entries: Vec<u32> = (0..9).collect();
            Lot::new(1, 2).draw(&mut entries, 4);
            entries
        };
        assert_eq!(draw(), draw());
        let mut sorted = draw();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..9).collect::<Vec<u32>>());
    }
}
